/* time_format_test.c -- patterns printed and read, as java.time would. */
#include "exec/data/time_format.h"

#include "base/check.h"
#include "exec/data/rng.h"

static Arena arena;

static const TimeFormat *compile(const char *pattern) {
  Error err = {0};
  const TimeFormat *f = time_format_compile(&arena, str_of(pattern), &err);
  if (f == NULL) printf("pattern \"%s\": %s\n", pattern, err.msg);
  CHECK(f != NULL);
  return f != NULL ? f : time_format_compile(&arena, STR(""), &err);
}

static Micros at(const char *text) {
  TimestampText t = {0};
  if (!timestamp_parse(str_of(text), &t)) printf("at: \"%s\"\n", text);
  return t.us;
}

static void test_print(void) {
  static const struct {
    const char *pattern, *us, *zone, *want;
  } cases[] = {
      {"yyyy-MM-dd HH:mm:ss.SSS", "2024-01-02 03:04:05.678901", NULL, "2024-01-02 03:04:05.678"},
      {"yyyyMMddHHmmss", "2024-01-02 03:04:05", NULL, "20240102030405"},
      {"yy-M-d H:m:s", "2024-01-02 03:04:05", NULL, "24-1-2 3:4:5"},
      {"y u uuuu", "0007-01-02", NULL, "7 7 0007"},
      {"dd/MMM/yyyy:HH:mm:ss Z", "2024-01-02 03:04:05", "Europe/Berlin",
       "02/Jan/2024:03:04:05 +0100"},
      {"EEE, d MMMM yyyy", "2024-02-29", NULL, "Thu, 29 February 2024"},
      {"EEEE EEEEE MMMMM e ee eeee", "2024-02-29", NULL, "Thursday T F 4 04 Thursday"},
      {"h:mm a", "2024-01-01 00:05", NULL, "12:05 AM"},
      {"hh:mm a", "2024-01-01 12:05", NULL, "12:05 PM"},
      {"K kk", "2024-01-01 00:05", NULL, "0 24"},
      {"K k", "2024-01-01 23:05", NULL, "11 23"},
      {"D DDD", "2024-02-01", NULL, "32 032"},
      {"w ww", "2024-12-30", NULL, "1 01"},
      {"Q QQ QQQ QQQQ QQQQQ q", "2024-05-01", NULL, "2 02 Q2 2nd quarter 2 2"},
      {"S SSSSSS SSSSSSSSS n", "2024-01-01 00:00:00.012345", NULL, "0 012345 012345000 12345000"},
      {"X XX XXX x xx xxx Z ZZZZ ZZZZZ", "2024-01-01", NULL, "Z Z Z +00 +0000 +00:00 +0000 GMT Z"},
      {"X XX XXX XXXX XXXXX", "2024-07-01", "Asia/Kolkata", "+0530 +0530 +05:30 +0530 +05:30"},
      {"X x", "2024-07-01", "Europe/Berlin", "+02 +02"},
      {"XXXXX XXXX XXX", "1800-07-01", "Europe/Berlin", "+00:53:28 +005328 +00:53"},
      {"O OOOO ZZZZ", "2024-07-01", "America/New_York", "GMT-4 GMT-04:00 GMT-04:00"},
      {"O", "2024-07-01", "Asia/Kolkata", "GMT+5:30"},
      {"O OOOO", "2024-07-01", NULL, "GMT GMT"},
      {"z VV", "2024-07-01", "Europe/Berlin", "CEST Europe/Berlin"},
      {"z", "2024-01-01", "Europe/Berlin", "CET"},
      {"yyyy-MM-dd'T'HH:mm:ss[.SSS]", "2024-01-02 03:04:05.6", NULL, "2024-01-02T03:04:05.600"},
      {"'o''clock' '' HH''", "2024-01-02 03:04:05", NULL, "o'clock ' 03'"},
      {"'' \xC3\xA4 ,.;", "2024-01-02", NULL, "' \xC3\xA4 ,.;"},
      {"", "2024-01-02", NULL, ""},
  };
  StrBuf out = {0};
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    Error err = {0};
    const Zone *z = cases[i].zone != NULL ? zone_open(str_of(cases[i].zone), NO_SPAN, &err) : NULL;
    strbuf_clear(&out);
    time_format_print(compile(cases[i].pattern), at(cases[i].us), z, &out);
    CHECK_STR(strbuf_text(&out), cases[i].want);
  }
  strbuf_clear(&out);
  time_format_print(compile("yyyy"), MICROS_MAX, NULL, &out);
  CHECK_STR(strbuf_text(&out), "+294247");
  strbuf_clear(&out);
  time_format_print(compile("yyyy yy"), MICROS_MIN, zone_utc(), &out);
  CHECK_STR(strbuf_text(&out), "-290308 92");
  strbuf_deinit(&out);
}

typedef struct ParseCase {
  const char *pattern, *text, *want; /* with offset in seconds if there was one; NULL: none */
} ParseCase;

static const ParseCase parse_cases[] = {
    {"yyyy-MM-dd HH:mm:ss.SSS", "2024-01-02 03:04:05.678", "2024-01-02T03:04:05.678000"},
    {"yyyy-MM-dd HH:mm:ss.SSS", "2024-01-02 03:04:05.67", NULL},
    {"yyyy-MM-dd HH:mm:ss", "2024-01-02 03:04:05 ", NULL},
    {"yyyy-MM-dd HH:mm:ss", "2024-1-02 03:04:05", NULL},
    {"yyyy-M-d H:m:s", "2024-1-2 3:4:5", "2024-01-02T03:04:05.000000"},
    {"yyyy-M-d H:m:s", "2024-11-22 13:14:15", "2024-11-22T13:14:15.000000"},
    {"yyyyMMddHHmmss", "20240102030405", "2024-01-02T03:04:05.000000"},
    {"yyyyMMddHHmmssSSS", "20240102030405678", "2024-01-02T03:04:05.678000"},
    {"yyyyMMddHHmmss", "2024010203040", NULL},
    {"yMMdd", "20240102", "2024-01-02T00:00:00.000000"},
    {"Hmm", "930", "1970-01-01T09:30:00.000000"},
    {"Hmm", "1230", "1970-01-01T12:30:00.000000"},
    {"yyMMdd", "240102", "2024-01-02T00:00:00.000000"},
    {"yy", "99", "2099-01-01T00:00:00.000000"},
    {"dd/MMM/yyyy:HH:mm:ss Z", "10/Oct/2000:13:55:36 -0700", "2000-10-10T13:55:36.000000 -25200"},
    {"dd/MMM/yyyy:HH:mm:ss Z", "10/oct/2000:13:55:36 -0700", NULL},
    {"EEE, d MMM yyyy", "Thu, 29 Feb 2024", "2024-02-29T00:00:00.000000"},
    {"EEE, d MMM yyyy", "Fri, 29 Feb 2024", NULL}, /* it was a Thursday */
    {"EEEE d MMMM yyyy", "Thursday 29 February 2024", "2024-02-29T00:00:00.000000"},
    {"MMMMM", "J", NULL},
    {"hh:mm a", "12:05 AM", "1970-01-01T00:05:00.000000"},
    {"hh:mm a", "12:05 PM", "1970-01-01T12:05:00.000000"},
    {"hh:mm a", "01:05 PM", "1970-01-01T13:05:00.000000"},
    {"hh:mm a", "13:05 PM", NULL},
    {"hh:mm a", "00:05 PM", NULL},
    {"HH:mm a", "13:05 AM", NULL},
    {"kk", "24", "1970-01-01T00:00:00.000000"},
    {"kk", "00", NULL},
    {"KK a", "11 PM", "1970-01-01T23:00:00.000000"},
    {"HH", "24", NULL},
    {"yyyy-DDD", "2024-366", "2024-12-31T00:00:00.000000"},
    {"yyyy-DDD", "2023-366", NULL},
    {"yyyy-MM-dd D", "2024-02-01 32", "2024-02-01T00:00:00.000000"},
    {"yyyy-MM-dd D", "2024-02-01 33", NULL},
    {"yyyy-MM-dd QQQ", "2024-05-01 Q2", "2024-05-01T00:00:00.000000"},
    {"yyyy-MM-dd QQQQ", "2024-05-01 3rd quarter", NULL},
    {"yyyy-MM-dd w e", "2024-12-30 1 1", "2024-12-30T00:00:00.000000"},
    {"yyyy-MM-dd", "2023-02-29", NULL},
    {"yyyy-MM-dd", "2023-13-01", NULL},
    {"yyyy-MM-dd", "", NULL},
    {"yyyy-MM-dd yyyy", "2024-01-01 2024", "2024-01-01T00:00:00.000000"},
    {"yyyy-MM-dd yyyy", "2024-01-01 2025", NULL},
    {"yyyy-MM-dd'T'HH:mm[:ss[.SSS]]", "2024-01-02T03:04", "2024-01-02T03:04:00.000000"},
    {"yyyy-MM-dd'T'HH:mm[:ss[.SSS]]", "2024-01-02T03:04:05", "2024-01-02T03:04:05.000000"},
    {"yyyy-MM-dd'T'HH:mm[:ss[.SSS]]", "2024-01-02T03:04:05.006", "2024-01-02T03:04:05.006000"},
    {"yyyy-MM-dd'T'HH:mm[:ss[.SSS]]", "2024-01-02T03:04:05.", NULL},
    {"[yyyy-MM-dd][dd.MM.yyyy]", "02.01.2024", "2024-01-02T00:00:00.000000"},
    {"ss.SSSSSSSSS", "05.123456789", "1970-01-01T00:00:05.123456"},
    {"ss.n", "05.1000", "1970-01-01T00:00:05.000001"},
    {"ss.S", "05.1", "1970-01-01T00:00:05.100000"},
    {"ss.S", "05.12", NULL},
    {"HH", "99999999999999999999999999", NULL},
    {"H", "99999999999999999999999999", NULL},
    {"y", "10000", NULL},
    {"'it''s' H", "it's 7", "1970-01-01T07:00:00.000000"},
    {"", "", "1970-01-01T00:00:00.000000"},
    {"", "x", NULL},
};
static const ParseCase offset_cases[] = {
    {"HH:mmX", "03:04Z", "1970-01-01T03:04:00.000000 +0"},
    {"HH:mmX", "03:04+02", "1970-01-01T03:04:00.000000 +7200"},
    {"HH:mmX", "03:04+0230", "1970-01-01T03:04:00.000000 +9000"},
    {"HH:mmX", "03:04+2", NULL},
    {"HH:mmx", "03:04Z", NULL},
    {"HH:mmXXX", "03:04+02:00", "1970-01-01T03:04:00.000000 +7200"},
    {"HH:mmXXX", "03:04+0200", NULL},
    {"HH:mmXXX", "03:04+02", NULL},
    {"HH:mmXXXXX", "03:04-00:53:28", "1970-01-01T03:04:00.000000 -3208"},
    {"HH:mmXXX", "03:04+19:00", NULL},
    {"HH:mm O", "03:04 GMT", "1970-01-01T03:04:00.000000 +0"},
    {"HH:mm O", "03:04 GMT-8", "1970-01-01T03:04:00.000000 -28800"},
    {"HH:mm OOOO", "03:04 GMT-08:30", "1970-01-01T03:04:00.000000 -30600"},
    {"HH:mm OOOO", "03:04 GMT-8", NULL},
    {"yyyy-MM-dd HH:mm VV", "2024-07-01 12:00 Europe/Berlin", "2024-07-01T12:00:00.000000 +7200"},
    {"yyyy-MM-dd HH:mm VV", "2024-01-01 12:00 Europe/Berlin", "2024-01-01T12:00:00.000000 +3600"},
    {"yyyy-MM-dd HH:mm z", "2024-01-01 12:00 UTC", "2024-01-01T12:00:00.000000 +0"},
    {"yyyy-MM-dd HH:mm VV", "2024-01-01 12:00 +01:00", "2024-01-01T12:00:00.000000 +3600"},
    {"yyyy-MM-dd HH:mm VV", "2024-01-01 12:00 Nowhere/City", NULL},
    {"yyyy-MM-dd HH:mm VV", "2024-01-01 12:00 ", NULL},
};

static void check_parse(const ParseCase *cases, size_t n_cases) {
  for (size_t i = 0; i < n_cases; i++) {
    TimestampText t = {0};
    char got[64] = {0};
    bool good = time_format_parse(compile(cases[i].pattern), str_of(cases[i].text), &t);
    if (good != (cases[i].want != NULL)) printf("%s: %s\n", cases[i].pattern, cases[i].text);
    CHECK(good == (cases[i].want != NULL));
    if (!good || cases[i].want == NULL) continue;
    size_t n = timestamp_print(t.us, 6, 'T', got);
    if (t.has_offset) snprintf(got + n, sizeof got - n, " %+d", (int)(t.offset_us / 1000000));
    CHECK_STR(got, cases[i].want);
  }
}

static void test_parse(void) {
  check_parse(parse_cases, COUNT_OF(parse_cases));
  check_parse(offset_cases, COUNT_OF(offset_cases));
  TimestampText t;
  CHECK(time_format_parse(compile("HH.SSSS"), STR("01.1234"), &t) && t.precision == 4);
  CHECK(!time_format_parse(compile("HH"), (Str){0}, &t));
}

static void test_bad_patterns(void) {
  static const struct {
    const char *pattern, *message; /* part of it */
  } cases[] = {
      {"yyyy-bb", "unknown letter \"b\""},
      {"G", "unknown letter \"G\""},
      {"YYYY", "unknown letter \"Y\""},
      {"HHH", "3 times the letter \"H\""},
      {"zzzz", "4 times the letter \"z\""},
      {"V", "1 times the letter \"V\""},
      {"OO", "2 times the letter \"O\""},
      {"SSSSSSSSSS", "10 times the letter \"S\""},
      {"yyyy 'abc", "a quote is not closed"},
      {"'", "a quote is not closed"},
      {"[HH", "a \"[\" is not closed"},
      {"HH]", "a \"]\" without \"[\""},
      {"HH{", "the character \"{\" is reserved"},
      {"[[[[[[[[[[[[[[[[[H]]]]]]]]]]]]]]]]]", "brackets in each other"},
  };
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    Error err = {0};
    CHECK(time_format_compile(&arena, str_of(cases[i].pattern), &err) == NULL);
    CHECK(err.code == ERR_DATA);
    if (strstr(err.msg, cases[i].message) == NULL) printf("%s\n", err.msg);
    CHECK(strstr(err.msg, cases[i].message) != NULL);
  }
  char quotes[5000];
  memset(quotes, '\'', sizeof quotes);
  Error err = {0};
  CHECK(time_format_compile(&arena, (Str){quotes, 1000}, &err) != NULL);
  CHECK(time_format_compile(&arena, (Str){quotes, sizeof quotes}, &err) == NULL);
}

/* What a complete pattern prints reads back as the same. */
static void test_round_trip(void) {
  static const char *const patterns[] = {
      "yyyy-MM-dd HH:mm:ss.SSSSSS",       "yyyyMMddHHmmssSSSSSS",
      "EEEE, d MMMM uuuu h:m:s.SSSSSS a", "D/yyyy K:mm:ss.n a",
      "dd MMM yyyy kk:mm:ss SSSSSS",      "Q w e yyyy-MM-dd HH:mm:ss.SSSSSS"};
  uint64_t seed = 23;
  StrBuf out = {0};
  for (size_t p = 0; p < COUNT_OF(patterns); p++) {
    const TimeFormat *f = compile(patterns[p]);
    for (int i = 0; i < 3000; i++) {
      uint64_t span = (uint64_t)(TIMESTAMP_MAX - TIMESTAMP_MIN);
      Micros us = TIMESTAMP_MIN + (Micros)(rng_next(&seed) % span);
      TimestampText t = {0};
      strbuf_clear(&out);
      time_format_print(f, us, NULL, &out);
      bool good = time_format_parse(f, (Str){out.data, out.len}, &t) && t.us == us;
      if (!good) printf("%s: %s\n", patterns[p], strbuf_text(&out));
      CHECK(good);
      if (!good) break;
    }
  }
  strbuf_deinit(&out);
}

/* A pattern of fixed width, and the same with an empty option, which takes it the general way. */
static void test_fixed(void) {
  static const char *const patterns[] = {"yyyy-MM-dd HH:mm:ss.SSSSSS",
                                         "yyyyMMddHHmmssSSS",
                                         "dd/MM/yyyy HH:mm:ss",
                                         "HH:mm",
                                         "uuuu",
                                         "'T'ss",
                                         "SS.dd",
                                         "yyyy-MM-dd'T'HH:mm:ss 'in the year' "};
  static const char odd[] = "0123456789:/ -x";
  uint64_t seed = 29;
  StrBuf out[2] = {{0}, {0}};
  for (size_t p = 0; p < COUNT_OF(patterns); p++) {
    const TimeFormat *quick = compile(patterns[p]);
    const TimeFormat *slow = compile(arena_printf(&arena, "%s[]", patterns[p]));
    CHECK_INT(time_format_width(slow), 0);
    for (int i = 0; i < 3000; i++) {
      uint64_t span = (uint64_t)(TIMESTAMP_MAX - TIMESTAMP_MIN);
      Micros us = TIMESTAMP_MIN + (Micros)(rng_next(&seed) % span);
      strbuf_clear(&out[0]);
      strbuf_clear(&out[1]);
      size_t width = time_format_width(quick);
      CHECK(time_format_print_fixed(quick, us, strbuf_reserve(&out[0], width)));
      out[0].len = width;
      time_format_print(slow, us, NULL, &out[1]);
      Str text = {out[0].data, width};
      CHECK(str_eq(text, (Str){out[1].data, out[1].len}));
      if (i % 2 == 0)
        out[0].data[rng_next(&seed) % width] = odd[rng_next(&seed) % (sizeof odd - 1)];
      if (i % 16 == 0) text.len--;
      TimestampText a = {0}, b = {0};
      bool good = time_format_parse(quick, text, &a), want = time_format_parse(slow, text, &b);
      CHECK(good == want);
      CHECK(a.us == b.us && a.precision == b.precision && a.has_offset == b.has_offset);
    }
  }
  TimeFormat const *year = compile("yyyy");
  char digits[4];
  CHECK(!time_format_print_fixed(year, TIMESTAMP_MAX + 1, digits));
  CHECK(!time_format_print_fixed(year, TIMESTAMP_MIN - 1, digits));
  for (int i = 0; i < 2; i++) strbuf_deinit(&out[i]);
}

int main(void) {
  test_print();
  test_parse();
  test_bad_patterns();
  test_round_trip();
  test_fixed();
  arena_deinit(&arena);
  return check_done();
}
