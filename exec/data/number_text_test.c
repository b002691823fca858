/* number_text_test.c -- integers and floating point from and to text. */
#include "exec/data/number_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/check.h"
#include "exec/data/rng.h"

static const char *text_of(size_t n, char *buf) {
  buf[n] = '\0';
  return buf;
}

static void test_int_parse(void) {
  static const struct {
    const char *text;
    bool good;
    int64_t value;
  } cases[] = {
      {"0", true, 0},
      {"-0", true, 0},
      {"+7", true, 7},
      {"00000000000000000000000000000012", true, 12},
      {"9223372036854775807", true, INT64_MAX},
      {"-9223372036854775808", true, INT64_MIN},
      {"999999999999999999", true, 999999999999999999},
      {"9223372036854775808", false, 0},
      {"-9223372036854775809", false, 0},
      {"18446744073709551616", false, 0},
      {"99999999999999999999999", false, 0},
      {"", false, 0},
      {"-", false, 0},
      {"+", false, 0},
      {"+-1", false, 0},
      {" 1", false, 0},
      {"1 ", false, 0},
      {"1.0", false, 0},
      {"12a", false, 0},
      {"/", false, 0},
      {":", false, 0},
      {"123456789012345678x", false, 0},
  };
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    int64_t v = 77;
    bool good = int_parse(str_of(cases[i].text), &v);
    if (good != cases[i].good) printf("case \"%s\"\n", cases[i].text);
    CHECK(good == cases[i].good);
    CHECK_INT(v, good ? cases[i].value : 77);
  }
}

static void test_int_print(void) {
  char got[INT128_TEXT_MAX + 1], want[64];
  uint64_t seed = 1;
  for (int i = 0; i < 200000; i++) {
    int64_t v = (int64_t)(rng_next(&seed) >> (rng_next(&seed) % 64));
    if (i % 2 == 0) v = -v;
    if (i == 0) v = INT64_MIN;
    if (i == 1) v = INT64_MAX;
    if (i == 2) v = 0;
    snprintf(want, sizeof want, "%" PRId64, v);
    CHECK_STR(text_of(int_print(v, got), got), want);
    CHECK_STR(text_of(int128_print(v, got), got), want);
    int64_t back;
    CHECK(int_parse(str_of(want), &back) && back == v);
  }
}

static void test_int128_print(void) {
  char got[INT128_TEXT_MAX + 1];
  Int128 max = (Int128)(~(UInt128)0 >> 1), ten19 = (Int128)10000000000000000000u;
  CHECK_STR(text_of(int128_print(max, got), got), "170141183460469231731687303715884105727");
  CHECK_STR(text_of(int128_print(-max - 1, got), got), "-170141183460469231731687303715884105728");
  CHECK_STR(text_of(int128_print(ten19 * ten19, got), got),
            "100000000000000000000000000000000000000");
  CHECK_STR(text_of(int128_print(-ten19 * 10, got), got), "-100000000000000000000");
  CHECK_STR(text_of(int128_print((Int128)UINT64_MAX + 1, got), got), "18446744073709551616");
}

static void test_double_print(void) {
  static const struct {
    double v;
    const char *text;
  } cases[] = {
      {0.0, "0.0"},
      {-0.0, "-0.0"},
      {1.0, "1.0"},
      {-1.5, "-1.5"},
      {100.0, "100.0"},
      {9999999.0, "9999999.0"},
      {1e7, "1.0E7"},
      {12345678.9, "1.23456789E7"},
      {123456.789, "123456.789"},
      {0.001, "0.001"},
      {0.00123, "0.00123"},
      {0.0009999, "9.999E-4"},
      {1e-5, "1.0E-5"},
      {0.1, "0.1"},
      {0.30000000000000004, "0.30000000000000004"},
      {1e10, "1.0E10"},
      {1e22, "1.0E22"},
      {1.7976931348623157e308, "1.7976931348623157E308"},
      {2.2250738585072014e-308, "2.2250738585072014E-308"},
      {NAN, "NaN"},
      {INFINITY, "Infinity"},
      {-INFINITY, "-Infinity"},
  };
  char got[DOUBLE_TEXT_MAX + 1];
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    CHECK_STR(text_of(double_print(cases[i].v, got), got), cases[i].text);
  }
  CHECK_STR(text_of(float_print(0.1f, got), got), "0.1");
  CHECK_STR(text_of(float_print(16777216.0f, got), got), "1.6777216E7");
  CHECK_STR(text_of(float_print(3.4028235e38f, got), got), "3.4028235E38");
  CHECK_STR(text_of(float_print(-INFINITY, got), got), "-Infinity");
  CHECK_STR(text_of(float_print(-0.0f, got), got), "-0.0");
}

/* Digits with and without a point, and what only looks so, against the C library. */
static void test_double_short(void) {
  static const char bytes[] = "0123456789012345678901234567890123456789..xe-";
  uint64_t seed = 37;
  for (int i = 0; i < 200000; i++) {
    char text[24];
    size_t n = 1 + rng_next(&seed) % 22;
    for (size_t j = 0; j < n; j++) text[j] = bytes[rng_next(&seed) % (sizeof bytes - 1)];
    text[n] = '\0';
    double v;
    bool plain = strspn(text, "0123456789.") == n && strcspn(text, "0123456789") < n &&
                 strchr(text, '.') == strrchr(text, '.');
    bool good = double_parse((Str){text, n}, &v);
    if (plain) CHECK(good);
    if (good && plain) CHECK(v == strtod(text, NULL));
    if (strchr(text, 'x') != NULL) CHECK(!good);
  }
}

static void test_double_parse(void) {
  static const struct {
    const char *text;
    bool good;
    double value;
  } cases[] = {
      {"1", true, 1},
      {"+1.5", true, 1.5},
      {"-.5", true, -0.5},
      {"5.", true, 5},
      {"1e3", true, 1000},
      {"1E-3", true, 0.001},
      {"1e-400", true, 0},
      {"infinity", true, INFINITY},
      {"-INF", true, -INFINITY},
      {"2.2250738585072011e-308", true, 2.2250738585072011e-308},
      {"1e400", false, 0},
      {"-1e309", false, 0},
      {"", false, 0},
      {"-", false, 0},
      {".", false, 0},
      {"+-1", false, 0},
      {"--1", false, 0},
      {"1e", false, 0},
      {"0x10", false, 0},
      {"1 ", false, 0},
      {" 1", false, 0},
      {"1,5", false, 0},
      {"nan(1)", false, 0},
      {"infinit", false, 0},
      {"1d", false, 0},
  };
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    double v = 77;
    bool good = double_parse(str_of(cases[i].text), &v);
    if (good != cases[i].good) printf("case \"%s\"\n", cases[i].text);
    CHECK(good == cases[i].good);
    CHECK(v == (good ? cases[i].value : 77));
  }
  double v;
  float f;
  CHECK(double_parse(STR("NaN"), &v) && isnan(v));
  CHECK(double_parse(STR("-0"), &v) && v == 0 && signbit(v));
  CHECK(float_parse(STR("3.4028235e38"), &f) && f == 3.4028235e38f);
  CHECK(!float_parse(STR("3.5e38"), &f));
  CHECK(float_parse(STR("-nan"), &f) && isnan(f));
  CHECK(!float_parse(STR("1f"), &f) && !float_parse(STR(""), &f) && !float_parse(STR("x"), &f));
}

/* Print and read back every kind of bit pattern; strtod is the judge. */
static void test_double_round_trip(void) {
  uint64_t seed = 42;
  char text[DOUBLE_TEXT_MAX + 1];
  for (int i = 0; i < 200000; i++) {
    uint64_t bits = rng_next(&seed);
    if (i % 3 == 0) bits &= ~UINT64_C(0) << (rng_next(&seed) % 52);
    double v, back = 0;
    memcpy(&v, &bits, sizeof v);
    if (i % 3 == 1) v = (double)(int64_t)(bits % 10000000000) / 100;
    if (!isfinite(v)) continue;
    text_of(double_print(v, text), text);
    CHECK(strtod(text, NULL) == v);
    CHECK(double_parse(str_of(text), &back) && memcmp(&back, &v, sizeof v) == 0);
    float narrow = (float)v, narrow_back = 0;
    if (!isfinite(narrow)) continue;
    text_of(float_print(narrow, text), text);
    CHECK(float_parse(str_of(text), &narrow_back) && narrow_back == narrow);
  }
}

int main(void) {
  test_int_parse();
  test_int_print();
  test_int128_print();
  test_double_print();
  test_double_parse();
  test_double_short();
  test_double_round_trip();
  return check_done();
}
