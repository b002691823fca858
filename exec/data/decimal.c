/* decimal.c -- decimal arithmetic in 128 bits, with 256 bits between.
 *
 * Everything works on magnitudes with the sign beside, as half up rounding is symmetric.
 * Most values fit 64 bits and most intermediates 128: each operation tries that first and
 * falls back to Wide, 256 bits in two halves.  Powers of ten up to 10^76 are needed (two
 * scales of 38); 38 digits and 38 zeros still fit 256 bits.
 *
 * Division by 10^k rounds on the first dropped digit alone: that is half up, whatever
 * follows it.
 */
#include "exec/data/decimal.h"

#include <math.h>
#include <string.h>

#include "base/limits.h"
#include "exec/data/digits.h"
#include "exec/data/number_shim.h"
#include "exec/data/number_text.h"

/* --- powers of ten ----------------------------------------------------------------- */

static UInt128 pow10_u128(unsigned n) {
  assert(n <= DECIMAL_PRECISION_MAX);
  if (n <= POW10_WORD_MAX) return pow10_word[n];
  return (UInt128)pow10_word[POW10_WORD_MAX] * pow10_word[n - POW10_WORD_MAX];
}

Int128 decimal_pow10(unsigned n) { return (Int128)pow10_u128(n); }

bool decimal_fits(Int128 v, unsigned precision) {
  Int128 limit = decimal_pow10(precision);
  return v < limit && v > -limit;
}

static UInt128 magnitude(Int128 v) { return v < 0 ? 0 - (UInt128)v : (UInt128)v; }

/* The end of every operation: 38 digits, and the sign back. */
static bool finish(UInt128 v, bool negative, Int128 *out) {
  if (v >= pow10_u128(DECIMAL_PRECISION_MAX)) return false;
  *out = negative ? -(Int128)v : (Int128)v;
  return true;
}

/* --- 256 bits ---------------------------------------------------------------------- */

typedef struct Wide {
  UInt128 hi, lo;
} Wide;

static Wide wide_mul(UInt128 a, UInt128 b) {
  uint64_t a1 = (uint64_t)(a >> 64), a0 = (uint64_t)a, b1 = (uint64_t)(b >> 64), b0 = (uint64_t)b;
  UInt128 low = (UInt128)a0 * b0, cross = (UInt128)a1 * b0 + (uint64_t)(low >> 64);
  UInt128 other = (UInt128)a0 * b1 + (uint64_t)cross;
  return (Wide){.hi = (UInt128)a1 * b1 + (cross >> 64) + (other >> 64),
                .lo = other << 64 | (uint64_t)low};
}

/* w * m; false when it does not fit. */
static bool wide_scale(Wide w, UInt128 m, Wide *out) {
  Wide low = wide_mul(w.lo, m), high = wide_mul(w.hi, m);
  if (high.hi != 0) return false;
  *out = (Wide){.hi = low.hi + high.lo, .lo = low.lo};
  return out->hi >= low.hi;
}

static int wide_compare(Wide a, Wide b) {
  if (a.hi != b.hi) return a.hi > b.hi ? 1 : -1;
  return (a.lo > b.lo) - (a.lo < b.lo);
}

static Wide wide_add(Wide a, Wide b) {
  Wide sum = {.hi = a.hi + b.hi, .lo = a.lo + b.lo};
  sum.hi += sum.lo < a.lo;
  return sum;
}

static Wide wide_sub(Wide a, Wide b) {
  return (Wide){.hi = a.hi - b.hi - (a.lo < b.lo), .lo = a.lo - b.lo};
}

/* w / d for a small d, w becomes the quotient; returns the remainder. */
static uint64_t wide_div_word(Wide *w, uint64_t d) {
  uint64_t limbs[4] = {(uint64_t)(w->hi >> 64), (uint64_t)w->hi, (uint64_t)(w->lo >> 64),
                       (uint64_t)w->lo};
  uint64_t rest = 0;
  for (int i = 0; i < 4; i++) {
    UInt128 part = (UInt128)rest << 64 | limbs[i];
    limbs[i] = (uint64_t)(part / d);
    rest = (uint64_t)(part % d);
  }
  *w = (Wide){.hi = (UInt128)limbs[0] << 64 | limbs[1], .lo = (UInt128)limbs[2] << 64 | limbs[3]};
  return rest;
}

/* One digit of base 2^64 of a long division: (rest, next) / d with d's top bit set and
 * rest < d.  Knuth, TAOCP 2, 4.3.1, algorithm D, with two digits of d. */
static uint64_t quotient_digit(UInt128 *rest, uint64_t next, UInt128 d) {
  uint64_t d1 = (uint64_t)(d >> 64), d0 = (uint64_t)d;
  UInt128 q = *rest / d1, r = *rest % d1;
  while (q >> 64 != 0 || q * d0 > (r << 64 | next)) {
    q--;
    r += d1;
    if (r >> 64 != 0) break;
  }
  *rest = (*rest << 64 | next) - q * d; /* modulo 2^128 is enough: the result is below d */
  return (uint64_t)q;
}

/* n / d with n.hi < d, so that the quotient has 128 bits. */
static UInt128 wide_div(Wide n, UInt128 d, UInt128 *rest) {
  assert(n.hi < d);
  if (n.hi == 0) {
    *rest = n.lo % d;
    return n.lo / d;
  }
  if (d >> 64 == 0) {
    *rest = wide_div_word(&n, (uint64_t)d);
    return n.lo;
  }
  int shift = __builtin_clzll((uint64_t)(d >> 64));
  if (shift > 0) {
    n.hi = n.hi << shift | n.lo >> (128 - shift);
    n.lo <<= shift;
    d <<= shift;
  }
  UInt128 part = n.hi;
  uint64_t q1 = quotient_digit(&part, (uint64_t)(n.lo >> 64), d);
  uint64_t q0 = quotient_digit(&part, (uint64_t)n.lo, d);
  *rest = part >> shift;
  return (UInt128)q1 << 64 | q0;
}

/* w / 10^k, half up. */
static Wide wide_shrink(Wide w, unsigned k) {
  if (k == 0) return w;
  for (unsigned left = k - 1; left > 0;) {
    unsigned step = left < POW10_WORD_MAX ? left : POW10_WORD_MAX;
    wide_div_word(&w, pow10_word[step]);
    left -= step;
  }
  bool up = wide_div_word(&w, 10) >= 5;
  return wide_add(w, (Wide){.lo = up});
}

/* w * 10^k; false when it does not fit. */
static bool wide_grow(Wide *w, unsigned k) {
  while (k > 0) {
    unsigned step = k < DECIMAL_PRECISION_MAX ? k : DECIMAL_PRECISION_MAX;
    if (!wide_scale(*w, pow10_u128(step), w)) return false;
    k -= step;
  }
  return true;
}

/* w from one scale to another, as the end of an operation. */
static bool finish_wide(Wide w, unsigned from, unsigned to, bool negative, Int128 *out) {
  if (from > to) {
    w = wide_shrink(w, from - to);
  } else if (!wide_grow(&w, to - from)) {
    return false;
  }
  return w.hi == 0 && finish(w.lo, negative, out);
}

/* --- rescale ----------------------------------------------------------------------- */

/* v / 10^k, half up, k up to 38. */
static UInt128 shrink(UInt128 v, unsigned k) {
  UInt128 power = pow10_u128(k);
  if (v <= UINT64_MAX) {              /* a division in hardware */
    if (power > UINT64_MAX) return 0; /* below 2^64 and so below 10^20 / 2 */
    uint64_t word = (uint64_t)v, d = (uint64_t)power, rest = word % d;
    return word / d + (rest >= d - rest);
  }
  UInt128 rest = v % power;
  return v / power + (rest >= power - rest);
}

bool decimal_rescale(Int128 v, unsigned from, unsigned to, Int128 *out) {
  bool negative = v < 0;
  if (from >= to) return finish(shrink(magnitude(v), from - to), negative, out);
  UInt128 product;
  if (__builtin_mul_overflow(magnitude(v), pow10_u128(to - from), &product)) return false;
  return finish(product, negative, out);
}

/* --- add and subtract -------------------------------------------------------------- */

static bool add_wide(Int128 a, unsigned sa, Int128 b, unsigned sb, unsigned s, Int128 *out) {
  unsigned common = sa > sb ? sa : sb;
  Wide wa = wide_mul(magnitude(a), pow10_u128(common - sa));
  Wide wb = wide_mul(magnitude(b), pow10_u128(common - sb));
  bool negative = a < 0;
  Wide sum;
  if ((a < 0) == (b < 0)) {
    sum = wide_add(wa, wb);
  } else if (wide_compare(wa, wb) >= 0) {
    sum = wide_sub(wa, wb);
  } else {
    sum = wide_sub(wb, wa);
    negative = b < 0;
  }
  return finish_wide(sum, common, s, negative, out);
}

bool decimal_add(Int128 a, unsigned sa, Int128 b, unsigned sb, unsigned s, Int128 *out) {
  unsigned common = sa > sb ? sa : sb;
  Int128 wide_a, wide_b, sum;
  if (__builtin_mul_overflow(a, decimal_pow10(common - sa), &wide_a) ||
      __builtin_mul_overflow(b, decimal_pow10(common - sb), &wide_b) ||
      __builtin_add_overflow(wide_a, wide_b, &sum)) {
    return add_wide(a, sa, b, sb, s, out);
  }
  if (common == s) return finish(magnitude(sum), sum < 0, out);
  return decimal_rescale(sum, common, s, out);
}

bool decimal_sub(Int128 a, unsigned sa, Int128 b, unsigned sb, unsigned s, Int128 *out) {
  Int128 negated;
  if (__builtin_sub_overflow((Int128)0, b, &negated)) return false; /* far above 38 digits */
  return decimal_add(a, sa, negated, sb, s, out);
}

/* --- multiply and divide ----------------------------------------------------------- */

bool decimal_mul(Int128 a, unsigned sa, Int128 b, unsigned sb, unsigned s, Int128 *out) {
  bool negative = (a < 0) != (b < 0);
  UInt128 ma = magnitude(a), mb = magnitude(b), product;
  if (sa + sb >= s && sa + sb - s <= DECIMAL_PRECISION_MAX &&
      !__builtin_mul_overflow(ma, mb, &product)) {
    return finish(shrink(product, sa + sb - s), negative, out);
  }
  return finish_wide(wide_mul(ma, mb), sa + sb, s, negative, out);
}

bool decimal_div(Int128 a, unsigned sa, Int128 b, unsigned sb, unsigned s, Int128 *out) {
  if (b == 0) return false;
  bool negative = (a < 0) != (b < 0);
  UInt128 ma = magnitude(a), mb = magnitude(b);
  if (s + sb < sa) { /* digits are dropped */
    return finish_wide((Wide){.lo = ma / mb}, sa - s - sb, 0, negative, out);
  }
  Wide numerator = {.lo = ma};
  if (!wide_grow(&numerator, s + sb - sa) || numerator.hi >= mb) return false;
  UInt128 rest, q = wide_div(numerator, mb, &rest);
  if (rest >= mb - rest) {
    if (q + 1 == 0) return false;
    q++;
  }
  return finish(q, negative, out);
}

/* The remainder of magnitudes at the larger of the two scales. */
static UInt128 rem_aligned(UInt128 a, unsigned sa, UInt128 b, unsigned sb) {
  if (sa >= sb) { /* b grows */
    Wide wide_b = wide_mul(b, pow10_u128(sa - sb));
    return wide_b.hi != 0 ? a : a % wide_b.lo;
  }
  Wide wide_a = wide_mul(a, pow10_u128(sb - sa));
  UInt128 rest;
  wide_a.hi %= b;
  wide_div(wide_a, b, &rest);
  return rest;
}

bool decimal_rem(Int128 a, unsigned sa, Int128 b, unsigned sb, unsigned s, Int128 *out) {
  if (b == 0) return false;
  UInt128 rest = rem_aligned(magnitude(a), sa, magnitude(b), sb);
  return finish_wide((Wide){.lo = rest}, sa > sb ? sa : sb, s, a < 0, out);
}

int decimal_compare(Int128 a, unsigned sa, Int128 b, unsigned sb) {
  if (sa == sb || (a < 0) != (b < 0)) return (a > b) - (a < b);
  unsigned common = sa > sb ? sa : sb;
  Wide wa = wide_mul(magnitude(a), pow10_u128(common - sa));
  Wide wb = wide_mul(magnitude(b), pow10_u128(common - sb));
  return a < 0 ? wide_compare(wb, wa) : wide_compare(wa, wb);
}

/* --- floating point ---------------------------------------------------------------- */

double decimal_to_double(Int128 v, unsigned scale) {
  double result = 0;
  bool exact = magnitude(v) <= DIGITS_EXACT_MAX && scale <= POW10_DOUBLE_MAX;
  if (exact && digits_to_double((uint64_t)magnitude(v), scale, &result)) {
    return v < 0 ? -result : result;
  }
  char text[DECIMAL_TEXT_MAX];
  bool good = double_parse((Str){text, decimal_print(v, scale, text)}, &result);
  assert(good);
  return result;
}

/* digits * 10^exponent at a scale. */
static bool from_shortest(ShimDecimal d, unsigned scale, bool negative, Int128 *out) {
  int shift = d.exponent + (int)scale;
  if (shift > DECIMAL_PRECISION_MAX) return false;
  if (shift >= 0) return finish_wide((Wide){.lo = d.digits}, 0, (unsigned)shift, negative, out);
  if (shift < -DECIMAL_PRECISION_MAX) shift = -DECIMAL_PRECISION_MAX; /* zero in any case */
  return finish(shrink(d.digits, (unsigned)-shift), negative, out);
}

bool decimal_from_double(double f, unsigned scale, Int128 *out) {
  if (!isfinite(f)) return false;
  if (f == 0) {
    *out = 0;
    return true;
  }
  return from_shortest(shim_double_shortest(f < 0 ? -f : f), scale, f < 0, out);
}

/* --- text -------------------------------------------------------------------------- */

/* A number cut into parts: its significant digits stand in whole and part, one behind the
 * other, without leading zeros; value = those digits * 10^exponent. */
typedef struct NumberText {
  bool negative;
  Str whole, part;
  int64_t exponent;
} NumberText;

enum { EXPONENT_MAX = 1000000000 }; /* no text has so many digits */

static Str take_digits(Str *s) {
  Str run = {s->ptr, 0};
  while (run.len < s->len && s->ptr[run.len] >= '0' && s->ptr[run.len] <= '9') run.len++;
  *s = (Str){s->ptr + run.len, s->len - run.len};
  return run;
}

static bool take_sign(Str *s) {
  bool negative = s->len > 0 && s->ptr[0] == '-';
  if (negative || (s->len > 0 && s->ptr[0] == '+')) *s = (Str){s->ptr + 1, s->len - 1};
  return negative;
}

static bool take_exponent(Str *s, int64_t *exponent) {
  *s = (Str){s->ptr + 1, s->len - 1};
  bool negative = take_sign(s);
  Str digits = take_digits(s);
  int64_t v = 0;
  for (size_t i = 0; i < digits.len; i++) {
    v = v * 10 + (digits.ptr[i] - '0');
    if (v > EXPONENT_MAX) v = EXPONENT_MAX;
  }
  *exponent = negative ? -v : v;
  return digits.len > 0;
}

static Str skip_zeros(Str s) {
  while (s.len > 0 && s.ptr[0] == '0') s = (Str){s.ptr + 1, s.len - 1};
  return s;
}

static bool cut_number(Str s, NumberText *out) {
  *out = (NumberText){.negative = take_sign(&s)};
  out->whole = take_digits(&s);
  if (s.len > 0 && s.ptr[0] == '.') {
    s = (Str){s.ptr + 1, s.len - 1};
    out->part = take_digits(&s);
  }
  if (out->whole.len + out->part.len == 0) return false;
  if (s.len > 0 && (s.ptr[0] == 'e' || s.ptr[0] == 'E')) {
    if (!take_exponent(&s, &out->exponent)) return false;
  }
  out->exponent -= (int64_t)out->part.len;
  out->whole = skip_zeros(out->whole);
  if (out->whole.len == 0) out->part = skip_zeros(out->part);
  return s.len == 0;
}

static unsigned digit_at(const NumberText *t, size_t i) {
  char c = i < t->whole.len ? t->whole.ptr[i] : t->part.ptr[i - t->whole.len];
  return (unsigned)(c - '0');
}

/* [+-]digits[.digits] of at most 18 bytes, which never overflow; no rounding. */
static bool parse_short(Str s, unsigned scale, int64_t *out) {
  bool negative = take_sign(&s);
  int64_t v = 0;
  size_t i = 0, digits = 0, behind = 0;
  for (; i < s.len && s.ptr[i] != '.'; i++, digits++) {
    unsigned d = (unsigned char)s.ptr[i] - (unsigned)'0';
    if (d > 9) return false;
    v = v * 10 + d;
  }
  for (i++; i < s.len; i++, behind++) {
    unsigned d = (unsigned char)s.ptr[i] - (unsigned)'0';
    if (d > 9) return false;
    v = v * 10 + d;
  }
  if (digits + behind == 0 || behind > scale) return false;
  if (scale - behind > POW10_WORD_MAX - 1) return false;
  if (__builtin_mul_overflow(v, (int64_t)pow10_word[scale - behind], &v)) return false;
  *out = negative ? -v : v;
  return true;
}

bool decimal_parse(Str text, unsigned precision, unsigned scale, Int128 *out) {
  int64_t word;
  if (text.len == 0) return false;
  if (text.len <= 18 && parse_short(text, scale, &word)) {
    if (!decimal_fits(word, precision)) return false;
    *out = word;
    return true;
  }
  NumberText t;
  if (!cut_number(text, &t)) return false;
  int64_t n = (int64_t)(t.whole.len + t.part.len);
  int64_t keep = n + t.exponent + scale; /* digits of the result before rounding */
  if (n > 0 && keep > DECIMAL_PRECISION_MAX) return false;
  UInt128 v = 0;
  if (n > 0 && keep >= 0) {
    for (int64_t i = 0; i < keep; i++) v = v * 10 + (i < n ? digit_at(&t, (size_t)i) : 0);
    if (keep < n && digit_at(&t, (size_t)keep) >= 5) v++;
  }
  Int128 result = t.negative ? -(Int128)v : (Int128)v;
  if (!decimal_fits(result, precision)) return false;
  *out = result;
  return true;
}

size_t decimal_print(Int128 v, unsigned scale, char *out) {
  assert(scale <= DECIMAL_PRECISION_MAX);
  char digits[INT128_TEXT_MAX];
  size_t sign = v < 0, len = int128_print(v, digits) - sign, n = 0;
  if (sign) out[n++] = '-';
  size_t whole = len > scale ? len - scale : 0;
  if (whole == 0) out[n++] = '0';
  memcpy(out + n, digits + sign, whole);
  n += whole;
  if (scale == 0) return n;
  out[n++] = '.';
  size_t zeros = len < scale ? scale - len : 0;
  memset(out + n, '0', zeros);
  memcpy(out + n + zeros, digits + sign + whole, len - whole);
  return n + scale;
}
