/* check.h -- checks for unit tests: count failures, go on, report at the end.
 *
 *     int main(void) { CHECK(1 + 1 == 2); CHECK_STR(text, "abc"); return check_done(); }
 */
#pragma once
#include "base/base.h"

#include <stdio.h>
#include <string.h>

static int check_failures;

#define CHECK(cond)                                             \
  do {                                                          \
    if (!(cond)) {                                              \
      check_failures++;                                         \
      printf("%s:%d: not so: %s\n", __FILE__, __LINE__, #cond); \
    }                                                           \
  } while (0)

#define CHECK_INT(got, want)                                                          \
  do {                                                                                \
    long long got_ = (long long)(got), want_ = (long long)(want);                     \
    if (got_ != want_) {                                                              \
      check_failures++;                                                               \
      printf("%s:%d: %s is %lld, not %lld\n", __FILE__, __LINE__, #got, got_, want_); \
    }                                                                                 \
  } while (0)

#define CHECK_STR(got, want)                                                        \
  do {                                                                              \
    const char *got_ = (got), *want_ = (want);                                      \
    if (strcmp(got_, want_) != 0) {                                                 \
      check_failures++;                                                             \
      printf("%s:%d: %s is\n%s\nnot\n%s\n", __FILE__, __LINE__, #got, got_, want_); \
    }                                                                               \
  } while (0)

/* The exit status of the test program. */
static inline int check_done(void) {
  if (check_failures > 0) printf("%d checks failed\n", check_failures);
  return check_failures > 0;
}
