/* interval.c -- names of time units, interval literals, durations of options. */
#include "exec/data/digits.h"
#include "exec/data/scan.h"
#include "exec/data/timestamp.h"

/* --- units ------------------------------------------------------------------------- */

static const struct {
  const char *name, *plural;
} units[UNIT_COUNT] = {
    [UNIT_YEAR] = {"YEAR", "YEARS"},
    [UNIT_QUARTER] = {"QUARTER", "QUARTERS"},
    [UNIT_MONTH] = {"MONTH", "MONTHS"},
    [UNIT_WEEK] = {"WEEK", "WEEKS"},
    [UNIT_DAY] = {"DAY", "DAYS"},
    [UNIT_HOUR] = {"HOUR", "HOURS"},
    [UNIT_MINUTE] = {"MINUTE", "MINUTES"},
    [UNIT_SECOND] = {"SECOND", "SECONDS"},
    [UNIT_MILLISECOND] = {"MILLISECOND", "MILLISECONDS"},
    [UNIT_MICROSECOND] = {"MICROSECOND", "MICROSECONDS"},
    [UNIT_DOY] = {"DOY", "DOY"},
    [UNIT_DOW] = {"DOW", "DOW"},
    [UNIT_ISODOW] = {"ISODOW", "ISODOW"},
    [UNIT_ISOYEAR] = {"ISOYEAR", "ISOYEARS"},
    [UNIT_EPOCH] = {"EPOCH", "EPOCH"},
    [UNIT_DECADE] = {"DECADE", "DECADES"},
    [UNIT_CENTURY] = {"CENTURY", "CENTURIES"},
    [UNIT_MILLENNIUM] = {"MILLENNIUM", "MILLENNIUMS"},
};

bool time_unit_parse(Str name, TimeUnit *unit) {
  for (int u = 0; u < UNIT_COUNT; u++) {
    if (str_eq_nocase(name, str_of(units[u].name)) ||
        str_eq_nocase(name, str_of(units[u].plural))) {
      *unit = (TimeUnit)u;
      return true;
    }
  }
  return false;
}

const char *time_unit_name(TimeUnit unit) {
  assert(unit < UNIT_COUNT);
  return units[unit].name;
}

/* --- interval literals ------------------------------------------------------------- */

/* How a unit stands in an interval: in months or microseconds, below which number when it
 * is not the first field, and what separates it from the next. */
typedef struct Field {
  int64_t scale;
  int limit;
  char next;
} Field;

static const Field fields[UNIT_COUNT] = {
    [UNIT_YEAR] = {12, 0, '-'},
    [UNIT_QUARTER] = {3, 0, 0},
    [UNIT_MONTH] = {1, 12, 0},
    [UNIT_WEEK] = {7 * MICROS_PER_DAY, 0, 0},
    [UNIT_DAY] = {MICROS_PER_DAY, 0, ' '},
    [UNIT_HOUR] = {3600 * MICROS_PER_SECOND, 24, ':'},
    [UNIT_MINUTE] = {60 * MICROS_PER_SECOND, 60, ':'},
    [UNIT_SECOND] = {MICROS_PER_SECOND, 60, 0},
    [UNIT_MILLISECOND] = {MICROS_PER_MILLI, 0, 0},
    [UNIT_MICROSECOND] = {1, 0, 0},
};

/* Digits as a number.  false: none, or too many. */
static bool number(Scan *s, int64_t *out) {
  int64_t v = 0;
  if (!scan_at_digit(s)) return false;
  for (; scan_at_digit(s); s->at++) {
    if (__builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, *s->at - '0', &v)) {
      return false;
    }
  }
  *out = v;
  return true;
}

/* The fraction of a second, if there is one. */
static bool fraction(Scan *s, int64_t *us) {
  unsigned n_digits;
  *us = 0;
  return !scan_eat(s, '.') || scan_fraction(s, us, &n_digits);
}

static bool separator(Scan *s, char c) {
  if (!scan_eat(s, c)) return false;
  while (c == ' ' && scan_eat(s, c)) continue;
  return true;
}

/* The next unit of a range.  The order of the enum puts QUARTER and WEEK between. */
static TimeUnit finer(TimeUnit unit) {
  return unit == UNIT_YEAR ? UNIT_MONTH : (TimeUnit)(unit + 1);
}

static bool range_valid(TimeUnit from, TimeUnit to) {
  if (from == to) return fields[from].scale > 0;
  if (from == UNIT_YEAR) return to == UNIT_MONTH;
  return from >= UNIT_DAY && to <= UNIT_SECOND && from < to;
}

bool interval_parse(Str text, TimeUnit from, TimeUnit to, int64_t *out) {
  if (!range_valid(from, to)) return false;
  text = str_trim(text);
  if (text.len == 0) return false;
  Scan s = scan_of(text);
  bool negative = scan_eat(&s, '-');
  if (!negative) scan_eat(&s, '+');
  int64_t total = 0;
  for (TimeUnit unit = from;; unit = finer(unit)) {
    const Field *f = &fields[unit];
    int64_t v;
    if (!number(&s, &v) || (unit != from && v >= f->limit)) return false;
    if (__builtin_mul_overflow(v, f->scale, &v) || __builtin_add_overflow(total, v, &total)) {
      return false;
    }
    if (unit == UNIT_SECOND && (!fraction(&s, &v) || __builtin_add_overflow(total, v, &total))) {
      return false;
    }
    if (unit == to) break;
    if (!separator(&s, f->next)) return false;
  }
  if (s.at < s.end) return false;
  if (from <= UNIT_MONTH && total > INT32_MAX) return false;
  *out = negative ? -total : total;
  return true;
}

size_t interval_month_print(int32_t months, char *out) {
  uint32_t v = months < 0 ? 0 - (uint32_t)months : (uint32_t)months;
  size_t n = 0;
  out[n++] = months < 0 ? '-' : '+';
  n += digits_print(v / 12, out + n);
  out[n++] = '-';
  digits_put2(v % 12, out + n);
  return n + 2;
}

size_t interval_second_print(Micros us, char *out) {
  uint64_t v = us < 0 ? 0 - (uint64_t)us : (uint64_t)us;
  size_t n = 0;
  out[n++] = us < 0 ? '-' : '+';
  n += digits_print(v / (uint64_t)MICROS_PER_DAY, out + n);
  out[n++] = ' ';
  unsigned precision = v % 1000 == 0 ? 3 : 6;
  return n + time_print((Micros)(v % (uint64_t)MICROS_PER_DAY), precision, out + n);
}

/* --- durations --------------------------------------------------------------------- */

/* Flink's words; "" is a bare number.  Nanoseconds are told by a scale of 0. */
static bool duration_unit(Str word, int64_t *scale) {
  static const struct {
    const char *words[5];
    int64_t scale;
  } known[] = {
      {{"d", "day", "days"}, MICROS_PER_DAY},
      {{"h", "hour", "hours"}, 3600 * MICROS_PER_SECOND},
      {{"min", "m", "minute", "minutes"}, 60 * MICROS_PER_SECOND},
      {{"s", "sec", "secs", "second", "seconds"}, MICROS_PER_SECOND},
      {{"", "ms", "milli", "millis", "millisecond"}, MICROS_PER_MILLI},
      {{"milliseconds"}, MICROS_PER_MILLI},
      {{"us", "\xC2\xB5s", "micro", "micros", "microsecond"}, 1},
      {{"microseconds"}, 1},
      {{"ns", "nano", "nanos", "nanosecond", "nanoseconds"}, 0},
  };
  for (size_t i = 0; i < COUNT_OF(known); i++) {
    for (size_t k = 0; k < COUNT_OF(known[i].words) && known[i].words[k] != NULL; k++) {
      if (str_eq_nocase(word, str_of(known[i].words[k]))) {
        *scale = known[i].scale;
        return true;
      }
    }
  }
  return false;
}

bool duration_parse(Str text, Micros *us) {
  text = str_trim(text);
  if (text.len == 0) return false;
  Scan s = scan_of(text);
  int64_t v, scale;
  if (!number(&s, &v)) return false;
  if (!duration_unit(str_trim((Str){s.at, (size_t)(s.end - s.at)}), &scale)) return false;
  if (scale == 0) {
    if (v % 1000 != 0) return false; /* finer than we can keep */
    *us = v / 1000;
    return true;
  }
  return !__builtin_mul_overflow(v, scale, us);
}
