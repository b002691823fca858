/* text_fuzz.c -- libFuzzer's entry to numbers, dates, times, intervals and patterns as text.
 *
 *     build-fuzz/exec/data/text_fuzz -max_len=200
 *
 * The first byte chooses the kind, the second a parameter.  Whatever is read is printed and read
 * again: it must be the same value.
 */
#include <stdlib.h>
#include <string.h>

#include "exec/data/decimal.h"
#include "exec/data/number_text.h"
#include "exec/data/time_format.h"
#include "exec/data/timestamp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool good) {
  if (!good) abort();
}

static Str printed(const char *text, size_t len) { return (Str){text, len}; }

/* --- numbers ---------------------------------------------------------------------------- */

static void fuzz_decimal(Str text, uint8_t param) {
  const unsigned precision = 1 + param % 38, scale = (param / 38U) * precision / 7;
  char out[DECIMAL_TEXT_MAX];
  Int128 v, again;
  if (!decimal_parse(text, precision, scale, &v)) return;
  must(decimal_fits(v, precision));
  must(decimal_parse(printed(out, decimal_print(v, scale, out)), precision, scale, &again));
  must(again == v);
}

static void fuzz_number(Str text) {
  char out[64];
  int64_t i, i_again;
  double f, f_again;
  float g, g_again;
  if (int_parse(text, &i))
    must(int_parse(printed(out, int_print(i, out)), &i_again) && i == i_again);
  if (double_parse(text, &f)) {
    must(double_parse(printed(out, double_print(f, out)), &f_again));
    must(f == f_again || (f != f && f_again != f_again));
  }
  if (float_parse(text, &g)) {
    must(float_parse(printed(out, float_print(g, out)), &g_again));
    must(g == g_again || (g != g && g_again != g_again));
  }
}

/* --- dates and times -------------------------------------------------------------------- */

static void fuzz_date(Str text) {
  char out[TIMESTAMP_TEXT_MAX];
  int32_t days, again;
  if (date_parse(text, &days)) {
    must(date_parse(printed(out, date_print(days, out)), &again) && days == again);
    must(date_parse_loose(text, &again) && days == again);
  }
  Micros us, us_again;
  if (time_parse(text, &us)) {
    must(time_parse(printed(out, time_print(us, 6, out)), &us_again) && us == us_again);
    must(time_parse_loose(text, &us_again) && us == us_again);
  }
}

static void fuzz_timestamp(Str text) {
  char out[TIMESTAMP_TEXT_MAX];
  TimestampText t, again;
  if (!timestamp_parse(text, &t)) return;
  must(timestamp_parse(printed(out, timestamp_print(t.us, 6, ' ', out)), &again) &&
       t.us == again.us);
  must(timestamp_parse_loose(text, &again) && t.us == again.us);
}

static void fuzz_interval(Str text, uint8_t param) {
  static const TimeUnit pairs[][2] = {{UNIT_YEAR, UNIT_MONTH}, {UNIT_DAY, UNIT_SECOND},
                                      {UNIT_YEAR, UNIT_YEAR},  {UNIT_HOUR, UNIT_MINUTE},
                                      {UNIT_DAY, UNIT_DAY},    {UNIT_SECOND, UNIT_SECOND}};
  const TimeUnit *pair = pairs[param % COUNT_OF(pairs)];
  bool months = pair[0] == UNIT_YEAR;
  char out[TIMESTAMP_TEXT_MAX];
  int64_t v, again;
  if (!interval_parse(text, pair[0], pair[1], &v) || (months && v != (int32_t)v)) return;
  size_t len = months ? interval_month_print((int32_t)v, out) : interval_second_print(v, out);
  must(interval_parse(printed(out, len), months ? UNIT_YEAR : UNIT_DAY,
                      months ? UNIT_MONTH : UNIT_SECOND, &again));
  must(v == again);
}

/* The pattern and the text are cut apart by a NUL. */
static void fuzz_pattern(Str both) {
  const char *cut = both.len > 0 ? memchr(both.ptr, '\0', both.len) : NULL;
  if (cut == NULL) return;
  const Str pattern = {both.ptr, (size_t)(cut - both.ptr)};
  const Str text = {cut + 1, both.len - pattern.len - 1};
  Arena arena = {0};
  Error err = {0};
  StrBuf out = {0};
  TimestampText t, again;
  const TimeFormat *f = time_format_compile(&arena, pattern, &err);
  must((f == NULL) == (err.msg[0] != '\0'));
  if (f != NULL && time_format_parse(f, text, &t)) {
    time_format_print(f, t.us, NULL, &out);
    /* what is printed may say less than what was read, but says itself */
    if (time_format_parse(f, (Str){strbuf_text(&out), out.len}, &again)) (void)again;
  }
  strbuf_deinit(&out);
  arena_deinit(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 2) return 0;
  const Str text = {(const char *)data + 2, size - 2};
  switch (data[0] % 6) {
    case 0:
      fuzz_decimal(text, data[1]);
      break;
    case 1:
      fuzz_number(text);
      break;
    case 2:
      fuzz_date(text);
      break;
    case 3:
      fuzz_timestamp(text);
      break;
    case 4:
      fuzz_interval(text, data[1]);
      break;
    default:
      fuzz_pattern(text);
  }
  return 0;
}
