/* timestamp_test.c -- the calendar against the C library, text forms against snprintf. */
#include "exec/data/timestamp.h"

#include <inttypes.h>
#include <time.h>

#include "base/check.h"
#include "exec/data/rng.h"

/* --- calendar ---------------------------------------------------------------------- */

static void test_every_day(void) {
  Civil want = {0, 1, 1};
  for (int32_t day = DATE_MIN; day <= DATE_MAX; day++) {
    Civil c = civil_from_days(day);
    if (c.year != want.year || c.month != want.month || c.day != want.day ||
        civil_to_days(want) != day || !civil_valid(c.year, c.month, c.day)) {
      CHECK_INT(day, -1);
      return;
    }
    if (++want.day <= civil_days_in_month(want.year, want.month)) continue;
    want.day = 1;
    if (++want.month <= 12) continue;
    want.month = 1;
    want.year++;
  }
  CHECK_INT(want.year, 10000);
  CHECK_INT(civil_to_days((Civil){1970, 1, 1}), 0);
  uint64_t seed = 2; /* beyond the range, too */
  for (int i = 0; i < 100000; i++) {
    int32_t day = (int32_t)(uint32_t)rng_next(&seed);
    Civil c = civil_from_days(day);
    CHECK_INT(civil_to_days(c), day);
    CHECK(c.day >= 1 && c.day <= civil_days_in_month(c.year, c.month));
  }
  CHECK(!civil_valid(2023, 2, 29) && civil_valid(2024, 2, 29) && !civil_valid(1900, 2, 29));
  CHECK(civil_valid(2000, 2, 29) && !civil_valid(2024, 13, 1) && !civil_valid(2024, 0, 1));
  CHECK(!civil_valid(2024, 4, 31) && !civil_valid(10000, 1, 1) && !civil_valid(-1, 1, 1));
}

static void test_against_libc(void) {
  uint64_t seed = 5;
  for (int i = 0; i < 100000; i++) {
    Micros us =
        TIMESTAMP_MIN + (Micros)(rng_next(&seed) % (uint64_t)(TIMESTAMP_MAX - TIMESTAMP_MIN));
    time_t t = (time_t)timestamp_extract(us, UNIT_EPOCH);
    struct tm tm;
    gmtime_r(&t, &tm);
    CHECK_INT(timestamp_extract(us, UNIT_YEAR), tm.tm_year + 1900);
    CHECK_INT(timestamp_extract(us, UNIT_MONTH), tm.tm_mon + 1);
    CHECK_INT(timestamp_extract(us, UNIT_QUARTER), tm.tm_mon / 3 + 1);
    CHECK_INT(timestamp_extract(us, UNIT_DAY), tm.tm_mday);
    CHECK_INT(timestamp_extract(us, UNIT_HOUR), tm.tm_hour);
    CHECK_INT(timestamp_extract(us, UNIT_MINUTE), tm.tm_min);
    CHECK_INT(timestamp_extract(us, UNIT_SECOND), tm.tm_sec);
    CHECK_INT(timestamp_extract(us, UNIT_DOY), tm.tm_yday + 1);
    CHECK_INT(timestamp_extract(us, UNIT_DOW), tm.tm_wday + 1);
    CHECK_INT(timestamp_extract(us, UNIT_ISODOW), tm.tm_wday == 0 ? 7 : tm.tm_wday);
    char want[32], got[32];
    strftime(want, sizeof want, "%G %V", &tm);
    snprintf(got, sizeof got, "%" PRId64 " %02" PRId64, timestamp_extract(us, UNIT_ISOYEAR),
             timestamp_extract(us, UNIT_WEEK));
    if (us - TIMESTAMP_MIN > 366 * MICROS_PER_DAY) CHECK_STR(got, want);
  }
}

static Micros at(const char *text) {
  TimestampText t = {0};
  if (!timestamp_parse(str_of(text), &t)) printf("at: \"%s\"\n", text);
  return t.us;
}

static void test_extract(void) {
  Micros us = at("2024-12-30 23:59:58.123456");
  CHECK_INT(timestamp_extract(us, UNIT_WEEK), 1);
  CHECK_INT(timestamp_extract(us, UNIT_ISOYEAR), 2025);
  CHECK_INT(timestamp_extract(us, UNIT_MILLISECOND), 123);
  CHECK_INT(timestamp_extract(us, UNIT_MICROSECOND), 123456);
  CHECK_INT(timestamp_extract(us, UNIT_DECADE), 202);
  CHECK_INT(timestamp_extract(us, UNIT_CENTURY), 21);
  CHECK_INT(timestamp_extract(us, UNIT_MILLENNIUM), 3);
  CHECK_INT(timestamp_extract(at("2000-12-31"), UNIT_CENTURY), 20);
  CHECK_INT(timestamp_extract(at("2000-12-31"), UNIT_MILLENNIUM), 2);
  CHECK_INT(timestamp_extract(at("1969-12-31 23:59:59.999999"), UNIT_EPOCH), -1);
  CHECK_INT(timestamp_extract(at("1969-12-31 23:59:59.999999"), UNIT_MILLISECOND), 999);
  for (int u = 0; u < UNIT_COUNT; u++) { /* the ends of time are no accident */
    (void)timestamp_extract(MICROS_MIN, (TimeUnit)u);
    (void)timestamp_extract(MICROS_MAX, (TimeUnit)u);
  }
}

static void test_floor(void) {
  static const struct {
    TimeUnit unit;
    const char *text, *down, *up;
  } cases[] = {
      {UNIT_MILLISECOND, "2024-05-17 10:11:12.345678", "2024-05-17 10:11:12.345",
       "2024-05-17 10:11:12.346"},
      {UNIT_SECOND, "1969-12-31 23:59:59.5", "1969-12-31 23:59:59", "1970-01-01"},
      {UNIT_MINUTE, "2024-05-17 10:11:12", "2024-05-17 10:11", "2024-05-17 10:12"},
      {UNIT_HOUR, "2024-05-17 23:11", "2024-05-17 23:00", "2024-05-18"},
      {UNIT_DAY, "2024-02-29 10:11", "2024-02-29", "2024-03-01"},
      {UNIT_WEEK, "2024-05-17 10:11", "2024-05-12", "2024-05-19"}, /* a Friday */
      {UNIT_WEEK, "1969-12-30", "1969-12-28", "1970-01-04"},
      {UNIT_MONTH, "2024-12-17", "2024-12-01", "2025-01-01"},
      {UNIT_QUARTER, "2024-05-17", "2024-04-01", "2024-07-01"},
      {UNIT_YEAR, "2024-05-17", "2024-01-01", "2025-01-01"},
      {UNIT_DECADE, "2024-05-17", "2020-01-01", "2030-01-01"},
      {UNIT_CENTURY, "2000-05-17", "1901-01-01", "2001-01-01"},
      {UNIT_CENTURY, "2001-01-02", "2001-01-01", "2101-01-01"},
      {UNIT_MILLENNIUM, "2024-05-17", "2001-01-01", "3001-01-01"},
  };
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    Micros us = at(cases[i].text), down = at(cases[i].down), up = at(cases[i].up);
    CHECK_INT(timestamp_floor(us, cases[i].unit), down);
    CHECK_INT(timestamp_ceil(us, cases[i].unit), up);
    CHECK_INT(timestamp_floor(down, cases[i].unit), down);
    CHECK_INT(timestamp_ceil(down, cases[i].unit), down);
    CHECK_INT(timestamp_ceil(up, cases[i].unit), up);
    CHECK(timestamp_floor(MICROS_MIN, cases[i].unit) <= MICROS_MIN + 1000); /* no wrap */
    CHECK(timestamp_ceil(MICROS_MAX, cases[i].unit) >= MICROS_MAX - 1000);
    (void)timestamp_ceil(MICROS_MIN, cases[i].unit);
    (void)timestamp_floor(MICROS_MAX, cases[i].unit);
  }
}

static void test_months(void) {
  Micros us = 0;
  CHECK(timestamp_add_months(at("2024-01-31 10:00"), 1, &us) && us == at("2024-02-29 10:00"));
  CHECK(timestamp_add_months(at("2023-01-31"), 1, &us) && us == at("2023-02-28"));
  CHECK(timestamp_add_months(at("2024-02-29"), 12, &us) && us == at("2025-02-28"));
  CHECK(timestamp_add_months(at("2024-03-31"), -1, &us) && us == at("2024-02-29"));
  CHECK(timestamp_add_months(at("2024-01-15"), -13, &us) && us == at("2022-12-15"));
  CHECK(!timestamp_add_months(at("9999-12-01"), 1, &us));
  CHECK(!timestamp_add_months(at("0000-01-31"), -1, &us));
  CHECK(!timestamp_add_months(at("2024-01-01"), INT64_MAX, &us));
  CHECK(!timestamp_add_months(at("2024-01-01"), INT64_MIN, &us));
}

/* --- text -------------------------------------------------------------------------- */

static void test_parse(void) {
  static const struct {
    const char *text, *want; /* what it prints as, with offset and precision; NULL: refused */
  } cases[] = {
      {"2024-01-02", "2024-01-02 00:00:00.000000 0"},
      {"2024-01-02 03:04", "2024-01-02 03:04:00.000000 0"},
      {"2024-01-02T03:04:05", "2024-01-02 03:04:05.000000 0"},
      {"2024-01-02 03:04:05.6", "2024-01-02 03:04:05.600000 1"},
      {"2024-01-02 03:04:05.123456789", "2024-01-02 03:04:05.123456 9"},
      {"2024-01-02 03:04:05Z", "2024-01-02 03:04:05.000000 0 +0"},
      {"2024-01-02T03:04:05.006+02:00", "2024-01-02 03:04:05.006000 3 +7200"},
      {"2024-01-02T03:04-0530", "2024-01-02 03:04:00.000000 0 -19800"},
      {"2024-01-02T03:04+18", "2024-01-02 03:04:00.000000 0 +64800"},
      {"0000-01-01", "0000-01-01 00:00:00.000000 0"},
      {"9999-12-31 23:59:59.999999", "9999-12-31 23:59:59.999999 6"},
      {"2024-01-02T03:04+18:01", NULL},
      {"2024-01-02T03:04+1", NULL},
      {"2024-01-02T03:04+01:", NULL},
      {"2024-01-02T03:04+01:6", NULL},
      {"2024-01-02T03:04+01:60", NULL},
      {"2024-01-02 03:04:05.", NULL},
      {"2024-01-02 03:04:05.1234567890", NULL},
      {"2024-01-02 03:04:05 ", NULL},
      {"2024-01-02 ", NULL},
      {"2024-01-02 03", NULL},
      {"2024-01-02 24:00", NULL},
      {"2024-01-02 23:60", NULL},
      {"2024-01-02 23:59:60", NULL},
      {"2023-02-29", NULL},
      {"2024-1-2", NULL},
      {"24-01-02", NULL},
      {"2024/01/02", NULL},
      {"", NULL},
      {"x", NULL},
  };
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    TimestampText t = {0};
    bool good = timestamp_parse(str_of(cases[i].text), &t);
    if (good != (cases[i].want != NULL)) printf("case \"%s\"\n", cases[i].text);
    CHECK(good == (cases[i].want != NULL));
    if (!good || cases[i].want == NULL) continue;
    char got[64] = {0};
    size_t n = timestamp_print(t.us, 6, ' ', got);
    n += (size_t)snprintf(got + n, sizeof got - n, " %u", t.precision);
    if (t.has_offset) snprintf(got + n, sizeof got - n, " %+d", (int)(t.offset_us / 1000000));
    CHECK_STR(got, cases[i].want);
  }
  int32_t days = 7;
  Micros us = 7;
  CHECK(date_parse(STR("1970-01-02"), &days) && days == 1);
  CHECK(!date_parse(STR("1970-01-02 "), &days) && !date_parse((Str){0}, &days));
  CHECK(time_parse(STR("01:02:03.5"), &us) && us == 3723500000);
  CHECK(time_parse(STR("01:02"), &us) && us == 3720000000);
  CHECK(!time_parse(STR("25:00"), &us) && !time_parse(STR("1:00"), &us) && us == 3720000000);
}

/* As loosely as Flink's CAST reads them, but every field in its range and nothing behind. */
static void test_parse_loose(void) {
  static const struct {
    const char *text;
    int32_t days; /* -1: no date */
  } dates[] = {{"1970-1-2", 1}, {"1970-01-2", 1},  {"1970-2", 31},  {"1971", 365},
               {"1970-", -1},   {"1970-1-", -1},   {"1970--1", -1}, {"-1970", -1},
               {"19700", -1},   {"1970-13", -1},   {"1970-0", -1},  {"1971-2-29", -1},
               {"", -1},        {"1970-1-2 ", -1}, {"1970-001", -1}};
  for (size_t i = 0; i < COUNT_OF(dates); i++) {
    int32_t days = -1;
    CHECK(date_parse_loose(str_of(dates[i].text), &days) == (dates[i].days >= 0));
    CHECK(days == dates[i].days);
  }
  static const struct {
    const char *text;
    int64_t ms; /* -1: no time */
  } times[] = {{"1", 3600000},       {"10", 36000000}, {"1:2", 3720000}, {"1:2:3", 3723000},
               {"1:2:3.5", 3723500}, {"24", -1},       {"1:", -1},       {"1:2:", -1},
               {"1:60", -1},         {"001", -1},      {"", -1},         {"1:2:3.", -1}};
  for (size_t i = 0; i < COUNT_OF(times); i++) {
    Micros us = -1000;
    CHECK(time_parse_loose(str_of(times[i].text), &us) == (times[i].ms >= 0));
    CHECK(us == times[i].ms * 1000);
  }
  TimestampText t;
  CHECK(timestamp_parse_loose(STR("1970-1-2 1:2:3.5"), &t) && t.us == 90123500000);
  CHECK(timestamp_parse_loose(STR("1970-1-2"), &t) && t.us == MICROS_PER_DAY);
  CHECK(!timestamp_parse_loose(STR("1970-1"), &t) && !timestamp_parse_loose(STR("1970-1-2 1"), &t));
}

/* The fast parser takes exactly its form, and agrees with the general one. */
static void test_parse_fast(void) {
  uint64_t seed = 9;
  for (int i = 0; i < 300000; i++) {
    Micros us =
        TIMESTAMP_MIN + (Micros)(rng_next(&seed) % (uint64_t)(TIMESTAMP_MAX - TIMESTAMP_MIN));
    unsigned precision = (unsigned)(rng_next(&seed) % 7);
    char text[64] = {0};
    size_t n = timestamp_print(us, precision, i % 2 == 0 ? ' ' : 'T', text);
    memset(text + n, 'x', 16); /* what stands behind is no matter */
    Micros fast = -1;
    TimestampText slow = {0};
    CHECK(timestamp_parse_fast(text, n, &fast));
    CHECK(timestamp_parse((Str){text, n}, &slow) && slow.us == fast && slow.precision == precision);
    size_t spot = rng_next(&seed) % n;
    text[spot] = (char)(rng_next(&seed) % (i % 3 == 0 ? 256 : 64)); /* spoil one byte */
    bool good = timestamp_parse_fast(text, n, &fast);
    bool as_slow = timestamp_parse((Str){text, n}, &slow);
    as_slow = as_slow && !slow.has_offset; /* "03:04+05" is one for the general parser */
    CHECK(good == as_slow && (!good || fast == slow.us));
  }
  char text[64] = "2024-01-02 03:04:05.123456789xxxxxxxxxxxxxxxx";
  Micros us;
  CHECK(timestamp_parse_fast(text, 26, &us) && !timestamp_parse_fast(text, 27, &us));
  CHECK(!timestamp_parse_fast(text, 20, &us) && !timestamp_parse_fast(text, 18, &us));
  CHECK(!timestamp_parse_fast(text, 10, &us) && !timestamp_parse_fast(text, 0, &us));
}

static void test_print(void) {
  uint64_t seed = 11;
  for (int i = 0; i < 100000; i++) {
    Micros us =
        TIMESTAMP_MIN + (Micros)(rng_next(&seed) % (uint64_t)(TIMESTAMP_MAX - TIMESTAMP_MIN));
    time_t t = (time_t)timestamp_extract(us, UNIT_EPOCH);
    struct tm tm;
    gmtime_r(&t, &tm);
    char want[64], got[64] = {0};
    int n = snprintf(want, sizeof want, "%04d-%02d-%02dT%02d:%02d:%02d.%06d", tm.tm_year + 1900,
                     tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
                     (int)timestamp_extract(us, UNIT_MICROSECOND));
    unsigned precision = (unsigned)i % 7;
    want[precision == 0 ? n - 7 : n - 6 + (int)precision] = '\0';
    got[timestamp_print(us, precision, 'T', got)] = '\0';
    CHECK_STR(got, want);
  }
  char got[TIMESTAMP_TEXT_MAX + 1];
  got[timestamp_print(MICROS_MIN, 6, ' ', got)] = '\0';
  CHECK_STR(got, "-290308-12-21 19:59:05.224192");
  got[timestamp_print(MICROS_MAX, 6, ' ', got)] = '\0';
  CHECK_STR(got, "+294247-01-10 04:00:54.775807");
  got[date_print(DATE_MIN - 1, got)] = '\0';
  CHECK_STR(got, "-0001-12-31");
  got[date_print(INT32_MAX, got)] = '\0';
  CHECK_STR(got, "+5881580-07-11");
  got[time_print(MICROS_PER_DAY - 1, 3, got)] = '\0';
  CHECK_STR(got, "23:59:59.999");
}

/* --- intervals, units, durations --------------------------------------------------- */

static void test_interval(void) {
  const Micros s = MICROS_PER_SECOND, d = MICROS_PER_DAY;
  const struct {
    const char *text;
    TimeUnit from, to;
    bool good;
    int64_t want;
  } cases[] = {
      {"10", UNIT_SECOND, UNIT_SECOND, true, 10 * s},
      {"-10", UNIT_SECOND, UNIT_SECOND, true, -10 * s},
      {"+0.001", UNIT_SECOND, UNIT_SECOND, true, 1000},
      {"0.1234567", UNIT_SECOND, UNIT_SECOND, true, 123456},
      {"1 02:03:04.005", UNIT_DAY, UNIT_SECOND, true, d + 7384 * s + 5000},
      {"-1 02:03:04.005", UNIT_DAY, UNIT_SECOND, true, -(d + 7384 * s + 5000)},
      {"1  2", UNIT_DAY, UNIT_HOUR, true, d + 7200 * s},
      {"90:30", UNIT_HOUR, UNIT_MINUTE, true, 90 * 3600 * s + 1800 * s},
      {"90:30", UNIT_MINUTE, UNIT_SECOND, true, 5430 * s},
      {"100", UNIT_DAY, UNIT_DAY, true, 100 * d},
      {"2", UNIT_WEEK, UNIT_WEEK, true, 14 * d},
      {"500", UNIT_MILLISECOND, UNIT_MILLISECOND, true, 500000},
      {"2-3", UNIT_YEAR, UNIT_MONTH, true, 27},
      {"-2-11", UNIT_YEAR, UNIT_MONTH, true, -35},
      {"2", UNIT_QUARTER, UNIT_QUARTER, true, 6},
      {" 14 ", UNIT_MONTH, UNIT_MONTH, true, 14},
      {"2-12", UNIT_YEAR, UNIT_MONTH, false, 0},
      {"178956971", UNIT_YEAR, UNIT_YEAR, false, 0},
      {"1 24", UNIT_DAY, UNIT_HOUR, false, 0},
      {"1:60", UNIT_HOUR, UNIT_MINUTE, false, 0},
      {"1", UNIT_HOUR, UNIT_MINUTE, false, 0},
      {"1:2:3", UNIT_HOUR, UNIT_MINUTE, false, 0},
      {"1.5", UNIT_DAY, UNIT_DAY, false, 0},
      {"1.", UNIT_SECOND, UNIT_SECOND, false, 0},
      {"", UNIT_SECOND, UNIT_SECOND, false, 0},
      {"-", UNIT_SECOND, UNIT_SECOND, false, 0},
      {"x", UNIT_SECOND, UNIT_SECOND, false, 0},
      {"9223372036854775807", UNIT_SECOND, UNIT_SECOND, false, 0},
      {"99999999999999999999", UNIT_SECOND, UNIT_SECOND, false, 0},
      {"1", UNIT_DOW, UNIT_DOW, false, 0},
      {"1:1", UNIT_SECOND, UNIT_MINUTE, false, 0},
      {"1-1", UNIT_YEAR, UNIT_DAY, false, 0},
  };
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    int64_t v = 77;
    bool good = interval_parse(str_of(cases[i].text), cases[i].from, cases[i].to, &v);
    if (good != cases[i].good) printf("case \"%s\"\n", cases[i].text);
    CHECK(good == cases[i].good);
    CHECK_INT(v, good ? cases[i].want : 77);
  }
}

static void test_interval_print(void) {
  char got[TIMESTAMP_TEXT_MAX + 1];
  got[interval_month_print(14, got)] = '\0';
  CHECK_STR(got, "+1-02");
  got[interval_month_print(INT32_MIN, got)] = '\0';
  CHECK_STR(got, "-178956970-08");
  got[interval_second_print(MICROS_PER_DAY + 7384005000, got)] = '\0';
  CHECK_STR(got, "+1 02:03:04.005");
  got[interval_second_print(-1, got)] = '\0';
  CHECK_STR(got, "-0 00:00:00.000001");
  got[interval_second_print(MICROS_MIN, got)] = '\0';
  CHECK_STR(got, "-106751991 04:00:54.775808");
}

static void test_units(void) {
  TimeUnit unit = UNIT_COUNT;
  for (int u = 0; u < UNIT_COUNT; u++) {
    CHECK(time_unit_parse(str_of(time_unit_name((TimeUnit)u)), &unit) && unit == (TimeUnit)u);
  }
  CHECK(time_unit_parse(STR("seconds"), &unit) && unit == UNIT_SECOND);
  CHECK(time_unit_parse(STR("Centuries"), &unit) && unit == UNIT_CENTURY);
  CHECK(!time_unit_parse(STR("fortnight"), &unit) && !time_unit_parse(STR(""), &unit));
}

static void test_duration(void) {
  static const struct {
    const char *text;
    Micros want; /* -1: refused */
  } cases[] = {
      {"10 s", 10000000},
      {"5min", 300000000},
      {"1 h", 3600000000},
      {"500 ms", 500000},
      {"1 d", MICROS_PER_DAY},
      {"250", 250000},
      {" 2  Hours ", 7200000000},
      {"7 us", 7},
      {"3000 ns", 3},
      {"0", 0},
      {"1 ns", -1},
      {"", -1},
      {"-1 s", -1},
      {"1.5 s", -1},
      {"s", -1},
      {"1 x", -1},
      {"1 s 2", -1},
      {"99999999999999999999", -1},
      {"9223372036854775807 d", -1},
  };
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    Micros us = -1;
    bool good = duration_parse(str_of(cases[i].text), &us);
    if (good != (cases[i].want >= 0)) printf("case \"%s\"\n", cases[i].text);
    CHECK(good == (cases[i].want >= 0));
    if (good) CHECK_INT(us, cases[i].want);
  }
}

int main(void) {
  test_every_day();
  test_against_libc();
  test_extract();
  test_floor();
  test_months();
  test_parse();
  test_parse_loose();
  test_parse_fast();
  test_print();
  test_interval();
  test_interval_print();
  test_units();
  test_duration();
  return check_done();
}
