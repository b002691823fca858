/* decimal_test.c -- decimal arithmetic against a slow model with one digit per byte.
 *
 * The model knows only school arithmetic on rows of digits, least significant first, long
 * enough for any intermediate; nothing in it is shared with decimal.c. */
#include "exec/data/decimal.h"

#include <math.h>
#include <stdlib.h>

#include "base/check.h"
#include "exec/data/rng.h"

/* --- the model --------------------------------------------------------------------- */

enum { MODEL_DIGITS = 200 };
typedef struct Big {
  bool negative;
  uint8_t d[MODEL_DIGITS];
} Big;

static Big big_of(Int128 v) {
  Big b = {.negative = v < 0};
  UInt128 m = v < 0 ? 0 - (UInt128)v : (UInt128)v;
  for (int i = 0; m > 0; i++, m /= 10) b.d[i] = (uint8_t)(m % 10);
  return b;
}

static int big_compare(const Big *a, const Big *b) { /* magnitudes */
  for (int i = MODEL_DIGITS - 1; i >= 0; i--) {
    if (a->d[i] != b->d[i]) return a->d[i] > b->d[i] ? 1 : -1;
  }
  return 0;
}

static bool big_zero(const Big *a) { return big_compare(a, &(Big){0}) == 0; }

static Big big_shift(Big a, int k) { /* * 10^k, cutting for a negative k */
  Big r = {.negative = a.negative};
  for (int i = 0; i < MODEL_DIGITS; i++) {
    int to = i + k;
    if (to >= 0 && to < MODEL_DIGITS) r.d[to] = a.d[i];
    if (to >= MODEL_DIGITS && a.d[i] != 0) abort(); /* the model is too short */
  }
  return r;
}

static Big big_add_magnitude(Big a, Big b) {
  int carry = 0;
  for (int i = 0; i < MODEL_DIGITS; i++) {
    int v = a.d[i] + b.d[i] + carry;
    a.d[i] = (uint8_t)(v % 10);
    carry = v / 10;
  }
  return a;
}

static Big big_sub_magnitude(Big a, Big b) { /* a >= b */
  int borrow = 0;
  for (int i = 0; i < MODEL_DIGITS; i++) {
    int v = a.d[i] - b.d[i] - borrow;
    borrow = v < 0;
    a.d[i] = (uint8_t)(v + 10 * borrow);
  }
  return a;
}

static Big big_add(Big a, Big b) {
  if (a.negative == b.negative) return big_add_magnitude(a, b);
  return big_compare(&a, &b) >= 0 ? big_sub_magnitude(a, b) : big_sub_magnitude(b, a);
}

static Big big_mul(Big a, Big b) {
  Big r = {.negative = a.negative != b.negative};
  for (int i = 0; i < MODEL_DIGITS; i++) {
    int carry = 0;
    for (int k = 0; a.d[i] != 0 && i + k < MODEL_DIGITS; k++) {
      int v = r.d[i + k] + a.d[i] * b.d[k] + carry;
      r.d[i + k] = (uint8_t)(v % 10);
      carry = v / 10;
    }
  }
  return r;
}

/* Quotient toward zero and remainder, both signed as C does. */
static Big big_div(Big a, Big b, Big *rest) {
  Big q = {.negative = a.negative != b.negative}, r = {.negative = a.negative};
  for (int i = MODEL_DIGITS - 1; i >= 0; i--) {
    if (r.d[MODEL_DIGITS - 1] != 0) abort();
    r = big_shift(r, 1);
    r.d[0] = a.d[i];
    for (; big_compare(&r, &b) >= 0; q.d[i]++) {
      bool negative = r.negative;
      r = big_sub_magnitude(r, b);
      r.negative = negative;
    }
  }
  *rest = r;
  return q;
}

/* From one scale to another, half up, and into 128 bits if 38 digits are enough. */
static bool big_finish(Big a, int from, int to, Int128 *out) {
  bool up = false;
  if (from > to) {
    up = from - to <= MODEL_DIGITS && a.d[from - to - 1] >= 5;
    a = big_shift(a, to - from);
  } else {
    a = big_shift(a, to - from);
  }
  if (up) a = big_add_magnitude(a, (Big){.d = {1}});
  UInt128 v = 0;
  for (int i = MODEL_DIGITS - 1; i >= 0; i--) {
    if (i >= 38 && a.d[i] != 0) return false;
    if (i < 38) v = v * 10 + a.d[i];
  }
  *out = a.negative ? -(Int128)v : (Int128)v;
  return true;
}

/* The quotient has no end: 80 digits more than it needs, of which half up looks at one. */
static bool model_div(Int128 a, int sa, Int128 b, int sb, int s, Int128 *out) {
  if (b == 0) return false;
  Big rest, q = big_div(big_shift(big_of(a), 80), big_of(b), &rest);
  return big_finish(q, sa - sb + 80, s, out);
}

static bool model_rem(Int128 a, int sa, Int128 b, int sb, int s, Int128 *out) {
  if (b == 0) return false;
  int common = sa > sb ? sa : sb;
  Big rest;
  big_div(big_shift(big_of(a), common - sa), big_shift(big_of(b), common - sb), &rest);
  return big_finish(rest, common, s, out);
}

static Big aligned_sum(Int128 a, int sa, Int128 b, int sb, bool subtract) {
  int common = sa > sb ? sa : sb;
  Big wide_b = big_shift(big_of(b), common - sb);
  if (subtract) wide_b.negative = !wide_b.negative;
  return big_add(big_shift(big_of(a), common - sa), wide_b);
}

/* --- comparison with it ------------------------------------------------------------ */

static void show(Int128 v) {
  char text[DECIMAL_TEXT_MAX + 1];
  text[decimal_print(v, 0, text)] = '\0';
  printf(" %s", text);
}

typedef struct Case {
  Int128 a, b;
  unsigned sa, sb, s;
} Case;

static void compare(const char *name, const Case *c, bool got, Int128 v, bool want, Int128 w) {
  if (got == want && (!got || v == w)) return;
  check_failures++;
  printf("%s: scales %u %u to %u:", name, c->sa, c->sb, c->s);
  show(c->a);
  show(c->b);
  printf(" is %d", got);
  show(v);
  printf(", not %d", want);
  show(w);
  printf("\n");
}

static Int128 random_value(uint64_t *seed) {
  static const uint8_t digits[] = {1, 2, 5, 9, 17, 18, 19, 20, 37, 38};
  unsigned n = digits[rng_next(seed) % COUNT_OF(digits)];
  Int128 v = 0;
  for (unsigned i = 0; i < n; i++) v = v * 10 + (Int128)(rng_next(seed) % 10);
  unsigned kind = rng_next(seed) % 8;
  if (kind == 3) { /* few ones in binary: where a digit of a long division is guessed wrong */
    v = ((Int128)1 << rng_next(seed) % 126) + ((Int128)1 << rng_next(seed) % 126);
    v = (v - (Int128)(rng_next(seed) % 3)) % decimal_pow10(38);
  }
  if (kind == 0) v = decimal_pow10(n) - 1;              /* nines */
  if (kind == 1) v = decimal_pow10(n - 1);              /* a one and zeros */
  if (kind == 2 && n > 1) v = 5 * decimal_pow10(n - 2); /* halves */
  return rng_next(seed) % 2 == 0 ? v : -v;
}

static void test_against_model(void) {
  uint64_t seed = 7;
  static const uint8_t scales[] = {0, 1, 2, 3, 6, 10, 18, 19, 20, 37, 38};
  for (int i = 0; i < 20000; i++) {
    Case c = {.a = random_value(&seed),
              .b = random_value(&seed),
              .sa = scales[rng_next(&seed) % COUNT_OF(scales)],
              .sb = scales[rng_next(&seed) % COUNT_OF(scales)],
              .s = scales[rng_next(&seed) % COUNT_OF(scales)]};
    int sa = (int)c.sa, sb = (int)c.sb, s = (int)c.s, common = sa > sb ? sa : sb;
    Int128 v = 0, w = 0;
    bool want = big_finish(aligned_sum(c.a, sa, c.b, sb, false), common, s, &w);
    bool got = decimal_add(c.a, c.sa, c.b, c.sb, c.s, &v);
    compare("add", &c, got, v, want, w);
    want = big_finish(aligned_sum(c.a, sa, c.b, sb, true), common, s, &w);
    got = decimal_sub(c.a, c.sa, c.b, c.sb, c.s, &v);
    compare("sub", &c, got, v, want, w);
    want = big_finish(big_mul(big_of(c.a), big_of(c.b)), sa + sb, s, &w);
    got = decimal_mul(c.a, c.sa, c.b, c.sb, c.s, &v);
    compare("mul", &c, got, v, want, w);
    want = big_finish(big_of(c.a), sa, s, &w);
    got = decimal_rescale(c.a, c.sa, c.s, &v);
    compare("rescale", &c, got, v, want, w);
    Big diff = aligned_sum(c.a, sa, c.b, sb, true);
    int order = big_zero(&diff) ? 0 : diff.negative ? -1 : 1;
    CHECK_INT(decimal_compare(c.a, c.sa, c.b, c.sb), order);
    if (i % 5 != 0) continue; /* the slow ones */
    want = model_div(c.a, sa, c.b, sb, s, &w);
    got = decimal_div(c.a, c.sa, c.b, c.sb, c.s, &v);
    compare("div", &c, got, v, want, w);
    want = model_rem(c.a, sa, c.b, sb, s, &w);
    got = decimal_rem(c.a, c.sa, c.b, c.sb, c.s, &v);
    compare("rem", &c, got, v, want, w);
  }
}

/* Every pair of small numbers, so that every rounding case is met. */
static void test_small(void) {
  for (int a = -60; a <= 60; a++) {
    for (int b = -12; b <= 12; b++) {
      Case c = {.a = a, .b = b, .sa = 1, .sb = 0, .s = 0};
      Int128 v = 0, w = 0;
      bool want = model_div(a, 1, b, 0, 0, &w), got = decimal_div(a, 1, b, 0, 0, &v);
      compare("div", &c, got, v, want, w);
      want = model_rem(a, 1, b, 0, 1, &w);
      got = decimal_rem(a, 1, b, 0, 1, &v);
      compare("rem", &c, got, v, want, w);
    }
  }
}

/* --- text -------------------------------------------------------------------------- */

static void test_parse(void) {
  static const struct {
    const char *text;
    unsigned precision, scale;
    const char *want; /* NULL: refused */
  } cases[] = {
      {"12.345", 10, 2, "12.35"},
      {"12.344999", 10, 2, "12.34"},
      {"-12.345", 10, 2, "-12.35"},
      {"0", 10, 2, "0.00"},
      {"-0", 10, 2, "0.00"},
      {"+.5", 10, 2, "0.50"},
      {"5.", 10, 2, "5.00"},
      {".", 10, 2, NULL},
      {"", 10, 2, NULL},
      {"-", 10, 2, NULL},
      {"1e3", 10, 2, "1000.00"},
      {"1.5E-1", 10, 2, "0.15"},
      {"5e-3", 10, 2, "0.01"},
      {"4.9e-3", 10, 2, "0.00"},
      {"5e-4", 10, 2, "0.00"},
      {"1e", 10, 2, NULL},
      {"1e+", 10, 2, NULL},
      {"1e99999999999999999999", 10, 2, NULL},
      {"1e-99999999999999999999", 10, 2, "0.00"},
      {"0e99999999999999999999", 10, 2, "0.00"},
      {"99999999.99", 10, 2, "99999999.99"},
      {"99999999.995", 10, 2, NULL},
      {"100000000", 10, 2, NULL},
      {"99999999999999999999999999999999999999", 38, 0, "99999999999999999999999999999999999999"},
      {"99999999999999999999999999999999999999.4", 38, 0, "99999999999999999999999999999999999999"},
      {"99999999999999999999999999999999999999.5", 38, 0, NULL},
      {"100000000000000000000000000000000000000", 38, 0, NULL},
      {"0.00000000000000000000000000000000000001", 38, 38,
       "0.00000000000000000000000000000000000001"},
      {"1", 38, 38, NULL},
      {"1000000000000000000000000000000000000000000e-40", 10, 2, "100.00"},
      {"000000000000000000000000000000000000000000000000000000012.5", 5, 1, "12.5"},
      {"1.2.3", 10, 2, NULL},
      {"1 ", 10, 2, NULL},
      {" 1", 10, 2, NULL},
      {"--1", 10, 2, NULL},
      {"1x", 10, 2, NULL},
      {"NaN", 10, 2, NULL},
      {"123456789012345678", 18, 0, "123456789012345678"},
      {"99999999999999999", 38, 18, "99999999999999999.000000000000000000"},
  };
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    Int128 v = 0;
    char text[DECIMAL_TEXT_MAX + 1];
    bool good = decimal_parse(str_of(cases[i].text), cases[i].precision, cases[i].scale, &v);
    if (good != (cases[i].want != NULL)) printf("case \"%s\"\n", cases[i].text);
    CHECK(good == (cases[i].want != NULL));
    if (!good || cases[i].want == NULL) continue;
    text[decimal_print(v, cases[i].scale, text)] = '\0';
    CHECK_STR(text, cases[i].want);
  }
}

static void test_round_trip(void) {
  uint64_t seed = 3;
  for (int i = 0; i < 20000; i++) {
    Int128 v = random_value(&seed), back = 0;
    unsigned scale = (unsigned)(rng_next(&seed) % 39);
    char text[DECIMAL_TEXT_MAX + 1];
    size_t n = decimal_print(v, scale, text);
    text[n] = '\0';
    CHECK(decimal_parse((Str){text, n}, 38, scale, &back) && back == v);
    CHECK(decimal_to_double(v, scale) == strtod(text, NULL));
  }
}

static void test_double(void) {
  Int128 v = 77;
  CHECK(decimal_from_double(0.1, 1, &v) && v == 1);
  CHECK(decimal_from_double(-12.345, 2, &v) && v == -1235); /* by its shortest text */
  CHECK(decimal_from_double(1e30, 8, &v) == false && v == -1235);
  CHECK(decimal_from_double(1e30, 7, &v) && v == decimal_pow10(37));
  CHECK(decimal_from_double(4.9e-324, 38, &v) && v == 0);
  CHECK(decimal_from_double(-0.0, 2, &v) && v == 0);
  CHECK(!decimal_from_double((double)NAN, 2, &v));
  CHECK(!decimal_from_double((double)INFINITY, 2, &v));
  CHECK(!decimal_from_double(1.7976931348623157e308, 0, &v));
  CHECK(decimal_to_double(-1235, 2) == -12.35);
}

static void test_limits(void) {
  Int128 max = decimal_pow10(38) - 1, v = 77;
  CHECK(!decimal_add(max, 0, 1, 0, 0, &v) && v == 77);
  CHECK(!decimal_mul(max, 0, max, 0, 0, &v));
  CHECK(decimal_mul(max, 38, max, 38, 38, &v) && v == max - 1);
  CHECK(!decimal_div(1, 0, 0, 0, 0, &v) && !decimal_rem(1, 0, 0, 0, 0, &v));
  CHECK(!decimal_div(max, 0, 1, 38, 0, &v));
  CHECK(decimal_fits(max, 38) && !decimal_fits(max + 1, 38) && !decimal_fits(-max - 1, 38));
  CHECK(decimal_fits(0, 1) && decimal_fits(-9, 1) && !decimal_fits(10, 1));
}

int main(void) {
  test_against_model();
  test_small();
  test_parse();
  test_round_trip();
  test_double();
  test_limits();
  return check_done();
}
