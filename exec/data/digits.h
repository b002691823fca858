/* digits.h -- unsigned integers to decimal digits, two at a time: the inner loop of every
 * printer in this folder. */
#pragma once
#include "base/base.h"

/* "00" to "99" in a row. */
extern const char digit_pairs[200];

static inline void digits_put2(unsigned v, char *out) {
  __builtin_memcpy(out, digit_pairs + 2 * v, 2);
}
static inline void digits_put4(unsigned v, char *out) {
  digits_put2(v / 100, out);
  digits_put2(v % 100, out + 2);
}

/* Without leading zeros; at most 20 bytes; returns how many. */
size_t digits_print(uint64_t v, char *out);
/* Exactly width digits; v has no more. */
void digits_print_fixed(uint64_t v, size_t width, char *out);
