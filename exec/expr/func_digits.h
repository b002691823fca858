/* func_digits.h -- a number as decimal digits, to be rounded and laid out by PRINTF.
 *
 * Rounding is half up on the decimal digits: of a DOUBLE those of its shortest text, as Java's
 * Formatter has it (%.2f of 1.005 is 1.01).
 */
#pragma once
#include "base/str.h"

enum { DIGITS_MAX = 40 };

/* 0.d[0]d[1]... times 10^point; no digits: zero. */
typedef struct Digits {
  char d[DIGITS_MAX];
  uint32_t n;
  int32_t point;
  bool negative;
} Digits;

/* x is finite. */
Digits digits_of_double(double x);
/* v / 10^scale. */
Digits digits_of_decimal(Int128 v, unsigned scale);

/* The magnitude with so many digits behind the point: "1234.50". */
void digits_put_fixed(Digits x, uint32_t precision, StrBuf *out);
/* The magnitude as "1.2345", and the exponent that belongs to it; zero has exponent 0. */
void digits_put_scientific(Digits x, uint32_t precision, StrBuf *out, int32_t *exponent);
/* Would %g of this precision (not 0) write it with an exponent?  *exponent: that of the number
 * rounded to precision digits. */
bool digits_are_wide(Digits x, uint32_t precision, int32_t *exponent);
