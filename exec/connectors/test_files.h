/* test_files.h -- for unit tests: a directory of their own, files in it, options by pairs.
 *
 * The directory lies under TMPDIR and is removed at the end.  Paths are made by at(), whose last
 * few results stay valid.  Every function is static: one copy per test program.
 */
#pragma once
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fcntl.h>

#include "base/check.h"
#include "base/error.h"
#include "base/str.h"
#include "base/sys.h"
#include "exec/formats/options.h"

#define UNUSED __attribute__((unused))

static char test_dir[512];

UNUSED static void test_dir_make(void) {
  const char *tmp = getenv("TMPDIR");
  snprintf(test_dir, sizeof test_dir, "%s/weir-test-XXXXXX", tmp != NULL ? tmp : "/tmp");
  if (mkdtemp(test_dir) == NULL) {
    perror(test_dir);
    exit(1);
  }
}

/* A path below the directory. */
UNUSED static const char *at(const char *name) {
  enum { RING = 16 };
  static char ring[RING][1024];
  static unsigned next;
  char *out = ring[next++ % RING];
  snprintf(out, sizeof ring[0], "%s/%s", test_dir, name);
  return out;
}

static void remove_tree(const char *path) {
  char **names = NULL;
  struct stat st;
  if (lstat(path, &st) != 0) return;
  if (S_ISDIR(st.st_mode)) {
    ssize_t n = sys.list(path, &names);
    for (ssize_t i = 0; i < n; i++) {
      char below[2048];
      snprintf(below, sizeof below, "%s/%s", path, names[i]);
      remove_tree(below);
      free(names[i]);
    }
    free(names);
  }
  remove(path);
}

UNUSED static void test_dir_remove(void) { remove_tree(test_dir); }

UNUSED static void put_bytes(const char *path, const void *bytes, size_t n) {
  int fd = sys.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  bool ok = fd >= 0 && sys_write_all(fd, bytes, n);
  if (fd >= 0) sys.close(fd);
  if (!ok) {
    perror(path);
    exit(1);
  }
}

UNUSED static void put_text(const char *path, const char *text) {
  put_bytes(path, text, strlen(text));
}

/* What a file holds, "(none)" when it is not there.  Valid until the next call but one. */
UNUSED static const char *text_in(const char *path) {
  static char *held[2];
  static unsigned next;
  size_t len;
  char **slot = &held[next++ % 2];
  free(*slot);
  *slot = sys_read_file(path, 1 << 20, &len);
  return *slot != NULL ? *slot : "(none)";
}

/* Names in a directory, each followed by a blank. */
UNUSED static const char *names_in(const char *path) {
  static char out[1024];
  char **names = NULL;
  ssize_t n = sys.list(path, &names);
  size_t len = 0;
  out[0] = '\0';
  for (ssize_t i = 0; i < n; i++) {
    len += (size_t)snprintf(out + len, sizeof out - len, "%s ", names[i]);
    free(names[i]);
  }
  if (n >= 0) free(names);
  return n < 0 ? "(none)" : out;
}

/* Options from "key", "value", ... NULL; positions are made up: 100 + 10 * i and 5 behind. */
typedef struct OptionPairs {
  Option items[16];
  Options all;
} OptionPairs;

UNUSED static Options options_of(OptionPairs *p, const char *const *pairs) {
  uint32_t n = 0;
  for (; pairs[2 * n] != NULL; n++) {
    p->items[n] = (Option){pairs[2 * n], pairs[2 * n + 1], {100 + 10 * n, 5}, {105 + 10 * n, 5}};
  }
  p->all = (Options){p->items, n};
  return p->all;
}
#define OPTIONS_OF(p, ...) options_of((p), (const char *const[]){__VA_ARGS__, NULL, NULL})

/* The table of system calls as it was. */
static Sys real_sys;
UNUSED static void faults_off(void) { sys = real_sys; }
UNUSED static void faults_begin(void) { real_sys = sys; }
