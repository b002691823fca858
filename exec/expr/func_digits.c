/* func_digits.c -- decimal digits: from numbers, rounded, laid out.  See func_digits.h. */
#include "exec/expr/func_digits.h"

#include <string.h>

#include "exec/data/number_text.h"

/* --- from numbers ------------------------------------------------------------------------ */

static void drop_leading_zeros(Digits *x) {
  uint32_t zeros = 0;
  while (zeros < x->n && x->d[zeros] == '0') zeros++;
  memmove(x->d, x->d + zeros, x->n - zeros);
  x->n -= zeros;
  x->point = x->n == 0 ? 0 : x->point - (int32_t)zeros;
}

/* From [-]digits[.digits][E[-]digits]. */
static Digits digits_of_text(const char *text, size_t len) {
  Digits x = {.negative = len > 0 && text[0] == '-'};
  bool behind = false;
  for (size_t i = x.negative; i < len; i++) {
    if (text[i] == '.') {
      behind = true;
    } else if (text[i] == 'E') {
      int64_t exponent = 0;
      bool ok = int_parse((Str){text + i + 1, len - i - 1}, &exponent);
      assert(ok);
      (void)ok;
      x.point += (int32_t)exponent;
      break;
    } else {
      assert(x.n < DIGITS_MAX);
      x.d[x.n++] = text[i];
      x.point += !behind;
    }
  }
  drop_leading_zeros(&x);
  return x;
}

Digits digits_of_double(double x) {
  char text[DOUBLE_TEXT_MAX];
  return digits_of_text(text, double_print(x, text));
}

Digits digits_of_decimal(Int128 v, unsigned scale) {
  char text[INT128_TEXT_MAX];
  Digits x = digits_of_text(text, int128_print(v, text));
  if (x.n > 0) x.point -= (int32_t)scale;
  return x;
}

/* --- rounded ----------------------------------------------------------------------------- */

/* Keep so many digits, none if below 0. */
static void round_to(Digits *x, int64_t keep) {
  if (keep >= (int64_t)x->n) return;
  bool up = keep >= 0 && x->d[keep] >= '5';
  x->n = keep > 0 ? (uint32_t)keep : 0;
  while (up && x->n > 0 && x->d[x->n - 1] == '9') x->n--;
  if (up && x->n > 0) {
    x->d[x->n - 1]++;
  } else if (up) { /* 0.99 has become 1 */
    x->d[x->n++] = '1';
    x->point++;
  }
  if (x->n == 0) x->point = 0;
}

/* --- laid out ---------------------------------------------------------------------------- */

/* Digits i..i + n, zeros where there are none. */
static void put_digits(const Digits *x, int64_t i, int64_t n, StrBuf *out) {
  int64_t before = i < 0 ? (-i < n ? -i : n) : 0;
  strbuf_fill(out, '0', (size_t)before);
  i += before;
  n -= before;
  int64_t there = i < (int64_t)x->n ? (int64_t)x->n - i : 0;
  if (there > n) there = n;
  if (there > 0) strbuf_put(out, x->d + i, (size_t)there);
  if (n > there) strbuf_fill(out, '0', (size_t)(n - there));
}

void digits_put_fixed(Digits x, uint32_t precision, StrBuf *out) {
  round_to(&x, (int64_t)x.point + precision);
  if (x.point > 0) {
    put_digits(&x, 0, x.point, out);
  } else {
    strbuf_putc(out, '0');
  }
  if (precision == 0) return;
  strbuf_putc(out, '.');
  put_digits(&x, x.point, precision, out);
}

void digits_put_scientific(Digits x, uint32_t precision, StrBuf *out, int32_t *exponent) {
  round_to(&x, (int64_t)precision + 1);
  *exponent = x.n == 0 ? 0 : x.point - 1;
  put_digits(&x, 0, 1, out);
  if (precision == 0) return;
  strbuf_putc(out, '.');
  put_digits(&x, 1, precision, out);
}

bool digits_are_wide(Digits x, uint32_t precision, int32_t *exponent) {
  round_to(&x, precision);
  *exponent = x.n == 0 ? 0 : x.point - 1;
  return *exponent < -4 || *exponent >= (int64_t)precision;
}
