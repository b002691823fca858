/* number_text.c -- integers digit by digit, floating point through the shim. */
#include "exec/data/number_text.h"

#include <math.h>
#include <string.h>

#include "exec/data/digits.h"
#include "exec/data/number_shim.h"

/* --- integers ---------------------------------------------------------------------- */

bool int_parse(Str text, int64_t *out) {
  if (text.len == 0) return false;
  const char *p = text.ptr, *end = p + text.len;
  bool negative = *p == '-';
  if (negative || *p == '+') p++;
  if (p == end) return false;
  uint64_t v = 0;
  if (UNLIKELY(end - p > 18)) { /* may not fit: check at every digit */
    uint64_t limit = (uint64_t)INT64_MAX + negative;
    for (; p < end; p++) {
      unsigned d = (unsigned char)*p - (unsigned)'0';
      if (d > 9 || v > (limit - d) / 10) return false;
      v = v * 10 + d;
    }
  }
  for (; p < end; p++) {
    unsigned d = (unsigned char)*p - (unsigned)'0';
    if (d > 9) return false;
    v = v * 10 + d;
  }
  *out = negative ? (int64_t)(0 - v) : (int64_t)v;
  return true;
}

size_t int_print(int64_t v, char *out) {
  size_t sign = v < 0;
  if (sign) *out = '-';
  return sign + digits_print(sign ? 0 - (uint64_t)v : (uint64_t)v, out + sign);
}

size_t int128_print(Int128 v, char *out) {
  size_t n = v < 0;
  if (v < 0) *out = '-';
  UInt128 rest = v < 0 ? 0 - (UInt128)v : (UInt128)v;
  if (rest <= UINT64_MAX) return n + digits_print((uint64_t)rest, out + n);
  const uint64_t piece = UINT64_C(10000000000000000000); /* 10^19 */
  UInt128 high = rest / piece;
  if (high >= piece) {
    n += digits_print((uint64_t)(high / piece), out + n);
    digits_print_fixed((uint64_t)(high % piece), 19, out + n);
    n += 19;
  } else {
    n += digits_print((uint64_t)high, out + n);
  }
  digits_print_fixed((uint64_t)(rest % piece), 19, out + n);
  return n + 19;
}

/* --- floating point from text ------------------------------------------------------ */

/* "nan", "inf" and "infinity", without sign. */
static bool parse_word(Str text, double *out) {
  bool infinite = str_eq_nocase(text, STR("infinity")) || str_eq_nocase(text, STR("inf"));
  *out = infinite ? (double)INFINITY : (double)NAN;
  return infinite || str_eq_nocase(text, STR("nan"));
}

/* What stands behind the sign; false when it cannot be a number. */
static bool strip_sign(Str text, bool *negative, Str *rest) {
  *negative = text.len > 0 && text.ptr[0] == '-';
  bool sign = *negative || (text.len > 0 && text.ptr[0] == '+');
  *rest = sign ? (Str){text.ptr + 1, text.len - 1} : text;
  return rest->len > 0;
}

/* The library would also take "nan(...)" and a second sign. */
static bool begins_number(Str s) { return (s.ptr[0] >= '0' && s.ptr[0] <= '9') || s.ptr[0] == '.'; }

/* digits[.digits] of at most 18 bytes, which a word holds.  false: it is something else, or has
 * more digits than a double. */
static bool parse_short(Str s, double *out) {
  uint64_t v = 0;
  size_t i = 0, behind = 0;
  if (s.len > 18) return false;
  for (; i < s.len; i++) {
    unsigned d = (unsigned char)s.ptr[i] - (unsigned)'0';
    if (d > 9) break;
    v = v * 10 + d;
  }
  if (i < s.len) {
    if (i == 0 || s.ptr[i] != '.' || i + 1 == s.len) return false;
    behind = s.len - i - 1;
    for (i++; i < s.len; i++) {
      unsigned d = (unsigned char)s.ptr[i] - (unsigned)'0';
      if (d > 9) return false;
      v = v * 10 + d;
    }
  }
  return digits_to_double(v, (unsigned)behind, out);
}

bool double_parse(Str text, double *out) {
  bool negative;
  Str s;
  if (!strip_sign(text, &negative, &s)) return false;
  double v;
  if (parse_short(s, &v)) {
    *out = negative ? -v : v;
    return true;
  }
  if (LIKELY(begins_number(s))) {
    const char *stop = shim_double_parse(s.ptr, s.ptr + s.len, &v);
    if (stop != s.ptr + s.len || !isfinite(v)) return false;
  } else if (!parse_word(s, &v)) {
    return false;
  }
  *out = negative ? -v : v;
  return true;
}

/* Not by way of a double, which would round twice. */
bool float_parse(Str text, float *out) {
  bool negative;
  Str s;
  if (!strip_sign(text, &negative, &s)) return false;
  float v;
  if (LIKELY(begins_number(s))) {
    const char *stop = shim_float_parse(s.ptr, s.ptr + s.len, &v);
    if (stop != s.ptr + s.len || !isfinite(v)) return false;
  } else {
    double word;
    if (!parse_word(s, &word)) return false;
    v = (float)word;
  }
  *out = negative ? -v : v;
  return true;
}

/* --- floating point to text -------------------------------------------------------- */

static size_t put(char *out, const char *text) {
  size_t n = strlen(text);
  memcpy(out, text, n);
  return n;
}

/* What has no digits to look for: NaN, the infinities, the two zeros. */
static size_t print_special(double v, char *out) {
  if (isnan(v)) return put(out, "NaN");
  size_t sign = signbit(v) != 0;
  if (sign) *out = '-';
  return sign + put(out + sign, isinf(v) ? "Infinity" : "0.0");
}

/* Java: 10^-3 <= v < 10^7 in plain digits, else one digit, a point, at least one more, and
 * an exponent. */
static size_t lay_out(ShimDecimal d, char *out) {
  char digits[INT_TEXT_MAX];
  int n = (int)digits_print(d.digits, digits);
  int point = n + d.exponent; /* digits before the point */
  char *p = out;
  if (point > 7 || point < -2) {
    *p++ = digits[0];
    *p++ = '.';
    if (n == 1) *p++ = '0';
    memcpy(p, digits + 1, (size_t)n - 1);
    p += n - 1;
    *p++ = 'E';
    p += int_print(point - 1, p);
  } else if (point <= 0) {
    p += put(p, "0.");
    memset(p, '0', (size_t)-point);
    p += -point;
    memcpy(p, digits, (size_t)n);
    p += n;
  } else {
    int whole = n < point ? n : point;
    memcpy(p, digits, (size_t)whole);
    memset(p + whole, '0', (size_t)(point - whole));
    p += point;
    *p++ = '.';
    if (whole == n) *p++ = '0';
    memcpy(p, digits + whole, (size_t)(n - whole));
    p += n - whole;
  }
  return (size_t)(p - out);
}

size_t double_print(double v, char *out) {
  if (UNLIKELY(!isfinite(v) || v == 0)) return print_special(v, out);
  size_t sign = v < 0;
  if (sign) *out = '-';
  return sign + lay_out(shim_double_shortest(sign ? -v : v), out + sign);
}

size_t float_print(float v, char *out) {
  if (UNLIKELY(!isfinite(v) || v == 0)) return print_special((double)v, out);
  size_t sign = v < 0;
  if (sign) *out = '-';
  return sign + lay_out(shim_float_shortest(sign ? -v : v), out + sign);
}
