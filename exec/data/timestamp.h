/* timestamp.h -- calendar arithmetic and the text forms of dates and times.
 *
 * Proleptic Gregorian calendar, years 0000 to 9999, no leap seconds.  Day and civil
 * date are converted with integer arithmetic only (Howard Hinnant, "chrono-compatible
 * low-level date algorithms"; see civil.c).  Nothing here knows time zones: see zone.h.
 */
#pragma once
#include "base/base.h"
#include "base/str.h"
#include "exec/data/types.h"

typedef struct Civil {
  int32_t year;
  uint8_t month, day; /* from 1 */
} Civil;

/* The range of DATE and TIMESTAMP: 0000-01-01 and the end of 9999-12-31. */
enum { DATE_MIN = -719528, DATE_MAX = 2932896 };
#define TIMESTAMP_MIN ((Micros)DATE_MIN * MICROS_PER_DAY)
#define TIMESTAMP_MAX (((Micros)DATE_MAX + 1) * MICROS_PER_DAY - 1)

int32_t civil_to_days(Civil c);
Civil civil_from_days(int32_t days);
bool civil_valid(int32_t year, int32_t month, int32_t day);
unsigned civil_days_in_month(int32_t year, unsigned month);
/* Month arithmetic; the day is clamped to the end of the month.  false: out of range. */
MUST_USE bool date_add_months(int32_t days, int64_t months, int32_t *out);
MUST_USE bool timestamp_add_months(Micros us, int64_t months, Micros *out);
/* Floor division of an instant into day and time of day. */
static inline int64_t days_of(Micros us) {
  int64_t d = us / MICROS_PER_DAY;
  return d - (us % MICROS_PER_DAY < 0);
}
static inline Micros time_of_day(Micros us) {
  Micros rest = us % MICROS_PER_DAY;
  return rest < 0 ? rest + MICROS_PER_DAY : rest;
}
/* Midnight of a day; beyond the range of Micros its nearest end. */
Micros timestamp_of_days(int64_t days);

/* A floored or ceiled unit of time, and what EXTRACT can ask for. */
typedef enum TimeUnit {
  UNIT_YEAR,
  UNIT_QUARTER,
  UNIT_MONTH,
  UNIT_WEEK,
  UNIT_DAY,
  UNIT_HOUR,
  UNIT_MINUTE,
  UNIT_SECOND,
  UNIT_MILLISECOND,
  UNIT_MICROSECOND,
  UNIT_DOY,
  UNIT_DOW,
  UNIT_ISODOW,
  UNIT_ISOYEAR,
  UNIT_EPOCH,
  UNIT_DECADE,
  UNIT_CENTURY,
  UNIT_MILLENNIUM,
  UNIT_COUNT
} TimeUnit;
/* By name, case ignored, singular or plural.  false: no such unit. */
MUST_USE bool time_unit_parse(Str name, TimeUnit *unit);
const char *time_unit_name(TimeUnit unit);
/* As Flink: DOW counts from Sunday = 1, ISODOW from Monday = 1, WEEK and ISOYEAR are ISO
 * 8601's, CENTURY 20 is 1901 to 2000, MILLISECOND and MICROSECOND are within the second,
 * EPOCH is in whole seconds. */
int64_t timestamp_extract(Micros us, TimeUnit unit);
/* Only YEAR..MICROSECOND (and DECADE, CENTURY, MILLENNIUM).  A week starts on Sunday, a
 * century and a millennium with year 1, as in Flink. */
Micros timestamp_floor(Micros us, TimeUnit unit);
Micros timestamp_ceil(Micros us, TimeUnit unit);

/* What a text said beside the date and time itself. */
typedef struct TimestampText {
  Micros us;         /* as written, wall clock */
  bool has_offset;   /* "Z" or +hh:mm followed */
  Micros offset_us;  /* to subtract for UTC */
  uint8_t precision; /* fraction digits written, 0..9; digits past the sixth are cut */
} TimestampText;

/* yyyy-MM-dd[(blank|T)HH:mm[:ss[.fraction]]][Z|(+|-)hh[[:]mm]], the whole text.  An offset is
 * at most 18 hours. */
MUST_USE bool timestamp_parse(Str text, TimestampText *out);
/* The hot case: exactly yyyy-MM-dd(blank|T)HH:mm:ss[.1-6 digits], nothing behind.  At
 * least 32 bytes are readable at text.  false: use timestamp_parse. */
MUST_USE bool timestamp_parse_fast(const char *text, size_t len, Micros *us);
MUST_USE bool date_parse(Str text, int32_t *days);
MUST_USE bool time_parse(Str text, Micros *us_of_day); /* HH:mm[:ss[.fraction]] */
/* As people write them, for CAST: leading zeros may be missing (not those of a timestamp's year),
 * of a date also the month and the day, of a time the minute. */
MUST_USE bool timestamp_parse_loose(Str text, TimestampText *out);
MUST_USE bool date_parse_loose(Str text, int32_t *days);
MUST_USE bool time_parse_loose(Str text, Micros *us_of_day);

/* Text forms; out has room for TIMESTAMP_TEXT_MAX; return the length, no NUL.  Fraction digits
 * behind the precision are cut.  A year beyond 0000 to 9999 gets a sign. */
enum { TIMESTAMP_TEXT_MAX = 40 };
size_t date_print(int32_t days, char *out);
size_t time_print(Micros us_of_day, unsigned precision, char *out);
size_t timestamp_print(Micros us, unsigned precision, char separator, char *out);
size_t interval_month_print(int32_t months, char *out); /* +1-02 */
/* +1 02:03:04.005; six digits where three would not tell all */
size_t interval_second_print(Micros us, char *out);

/* Interval literals: text between quotes, from and to unit (equal for a single unit; else
 * YEAR TO MONTH or a pair out of DAY, HOUR, MINUTE, SECOND).  The result is months for YEAR,
 * QUARTER and MONTH, else microseconds; digits past the sixth of a second are cut. */
MUST_USE bool interval_parse(Str text, TimeUnit from, TimeUnit to, int64_t *out);

/* Durations of options: "10 s", "5min", "1 h", "500 ms", "1 d", a bare number is ms.  Words
 * are Flink's ("sec", "minutes", ...), case ignored; not negative; whole microseconds. */
MUST_USE bool duration_parse(Str text, Micros *us);
