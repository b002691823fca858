/* digits.h -- decimal digits: unsigned integers to text, two digits at a time (the inner loop of
 * every printer in this folder), and digits with a point to doubles and decimals. */
#pragma once
#include "base/base.h"

/* --- to text ------------------------------------------------------------------------- */

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

/* --- powers of ten ------------------------------------------------------------------- */

enum {
  POW10_WORD_MAX = 19,  /* the largest in 64 bits */
  POW10_DOUBLE_MAX = 22 /* the largest that a double holds exactly */
};
extern const uint64_t pow10_word[POW10_WORD_MAX + 1];
extern const double pow10_double[POW10_DOUBLE_MAX + 1];

/* --- numbers read as digits, `scale` of which stood behind the point -------------------- */

#define DIGITS_EXACT_MAX (UINT64_C(1) << 53) /* a double holds every integer up to here */

/* digits / 10^scale, scale <= POW10_DOUBLE_MAX.  The quotient of two exact numbers is rounded
 * once, as it should be (Clinger, "How to read floating point numbers accurately", 1990). false:
 * too many digits for that. */
static inline bool digits_to_double(uint64_t digits, unsigned scale, double *out) {
  *out = (double)(int64_t)digits / pow10_double[scale];
  return digits <= DIGITS_EXACT_MAX;
}

/* The same as the unscaled value of a DECIMAL(precision, to_scale) of at most 18 digits. false: it
 * does not fit, or would have to be rounded. */
static inline bool digits_to_decimal(uint64_t digits, unsigned scale, unsigned precision,
                                     unsigned to_scale, int64_t *out) {
  uint64_t v;
  if (scale > to_scale || __builtin_mul_overflow(digits, pow10_word[to_scale - scale], &v)) {
    return false;
  }
  *out = (int64_t)v;
  return v < pow10_word[precision];
}
