/* json_number.c -- numbers of JSON: digits, a point and an exponent taken apart and put together.
 */
#include "exec/expr/json_number.h"

#include <string.h>

#include "exec/data/number_text.h"

/* digits[0..n) / 10^scale: the digits stand in two runs, with the point between. */
typedef struct Parts {
  bool negative;
  const char *whole, *fraction;
  size_t n_whole, n; /* digits before the point; all of them */
  int64_t scale;
} Parts;

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static size_t count_digits(const char *p, const char *end) {
  const char *from = p;
  while (p < end && is_digit(*p)) p++;
  return (size_t)(p - from);
}

static char digit(const Parts *p, size_t i) {
  return i < p->n_whole ? p->whole[i] : p->fraction[i - p->n_whole];
}

/* Zeros in front do not count, but the last digit always does. */
static void drop_zeros(Parts *p) {
  while (p->n > 1 && digit(p, 0) == '0') {
    if (p->n_whole > 0) {
      p->whole++;
      p->n_whole--;
    } else {
      p->fraction++;
    }
    p->n--;
  }
}

/* false: no number, or its exponent is beyond what a scale can be. */
static bool take_apart(Str s, Parts *p) {
  const char *at = s.ptr, *end = s.ptr + s.len;
  *p = (Parts){.negative = at < end && *at == '-'};
  if (at < end && (*at == '-' || *at == '+')) at++;
  p->whole = at;
  p->n_whole = p->n = count_digits(at, end);
  at += p->n;
  if (at < end && *at == '.') {
    p->fraction = ++at;
    size_t n = count_digits(at, end);
    p->n += n;
    p->scale = (int64_t)n;
    at += n;
  }
  if (p->n == 0) return false;
  drop_zeros(p);
  if (at == end) return true;
  int64_t exponent;
  if ((*at | 0x20) != 'e' || !int_parse((Str){at + 1, (size_t)(end - at - 1)}, &exponent)) {
    return false;
  }
  if (exponent > INT32_MAX || exponent < -INT32_MAX) return false;
  p->scale -= exponent;
  return true;
}

bool json_number_valid(Str text) {
  Parts p;
  return take_apart(text, &p);
}

bool json_number_is_plain(Str number) {
  bool negative = number.ptr[0] == '-';
  if (negative && number.ptr[1] == '0') return false;
  for (size_t i = negative; i < number.len; i++) {
    if (!is_digit(number.ptr[i])) return false;
  }
  return true;
}

static size_t copy_digits(const Parts *p, size_t from, size_t to, char *out) {
  for (size_t i = from; i < to; i++) *out++ = digit(p, i);
  return to - from;
}

/* 0.00123, 12.3 or 123 */
static size_t print_plain(const Parts *p, char *out) {
  size_t scale = (size_t)p->scale, len = 0;
  if (p->n > scale) {
    len = copy_digits(p, 0, p->n - scale, out);
  } else {
    out[len++] = '0';
  }
  if (scale == 0) return len;
  out[len++] = '.';
  for (size_t i = p->n; i < scale; i++) out[len++] = '0';
  return len + copy_digits(p, p->n > scale ? p->n - scale : 0, p->n, out + len);
}

/* 1.23E+5 */
static size_t print_scientific(const Parts *p, int64_t exponent, char *out) {
  size_t len = copy_digits(p, 0, 1, out);
  if (p->n > 1) out[len++] = '.';
  len += copy_digits(p, 1, p->n, out + len);
  out[len++] = 'E';
  if (exponent > 0) out[len++] = '+';
  return len + int_print(exponent, out + len);
}

size_t json_number_print(Str number, char *out) {
  enum { PLAIN_ZEROS_MAX = 6 }; /* as BigDecimal.toString has it */
  Parts p;
  if (!take_apart(number, &p)) { /* an exponent of billions: as it stands */
    memcpy(out, number.ptr, number.len);
    return number.len;
  }
  size_t len = 0;
  bool zero = p.n == 1 && digit(&p, 0) == '0';
  if (p.negative && !zero) out[len++] = '-';
  int64_t exponent = (int64_t)p.n - 1 - p.scale;
  bool plain = p.scale >= 0 && exponent >= -PLAIN_ZEROS_MAX;
  return len + (plain ? print_plain(&p, out + len) : print_scientific(&p, exponent, out + len));
}

void json_number_put(StrBuf *out, Str number) {
  char *at = strbuf_reserve(out, number.len + JSON_NUMBER_SLACK);
  if (at == NULL) return;
  if (json_number_is_plain(number)) {
    memcpy(at, number.ptr, number.len);
    out->len += number.len;
  } else {
    out->len += json_number_print(number, at);
  }
  out->data[out->len] = '\0';
}

bool json_number_to_int(Str number, int64_t *out) {
  Parts p;
  if (!take_apart(number, &p)) return false;
  int64_t n = (int64_t)p.n - p.scale; /* digits before the point */
  uint64_t v = 0;
  *out = 0;
  if (n <= 0 || (p.n == 1 && digit(&p, 0) == '0')) return true;
  if (n > 19) return false;
  for (size_t i = 0; i < (size_t)n; i++) {
    unsigned d = i < p.n ? (unsigned)(digit(&p, i) - '0') : 0;
    if (__builtin_mul_overflow(v, UINT64_C(10), &v) || __builtin_add_overflow(v, d, &v))
      return false;
  }
  if (v > (uint64_t)INT64_MAX + p.negative) return false;
  *out = p.negative ? (int64_t)(0 - v) : (int64_t)v;
  return true;
}
