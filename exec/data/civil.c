/* civil.c -- the calendar part of timestamp.h: days and civil dates, months, units.
 *
 * All of it is total: an instant beyond the range of TIMESTAMP gives a correct answer as
 * far as Micros reaches and its nearest end behind that, never an overflow.
 *
 * Hinnant's method with the divisions of Neri and Schneider ("Euclidean affine functions and
 * their application to calendar algorithms", 2022): the remainder of one division is the
 * argument of the next, so a product gives both. */
#include "exec/data/timestamp.h"

/* Days count from 1 March of the year -400 inside the two conversions: all numbers are then
 * positive, and a leap day is the last of its year. */
enum { DAYS_PER_ERA = 146097, YEARS_PER_ERA = 400, DAY_SHIFT = 719468 + DAYS_PER_ERA };

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); } /* b > 0 */
static int64_t floor_mod(int64_t a, int64_t b) { return a % b < 0 ? a % b + b : a % b; }

int32_t civil_to_days(Civil c) {
  int64_t era_days = 0;
  int32_t year = c.year;
  if (UNLIKELY(year < 0 || year > 9999)) {
    int64_t era = floor_div(year, YEARS_PER_ERA);
    era_days = era * DAYS_PER_ERA;
    year = (int32_t)(year - era * YEARS_PER_ERA);
  }
  uint32_t late = c.month <= 2, y = (uint32_t)year + YEARS_PER_ERA - late;
  uint32_t month = c.month + 12 * late, century = y / 100;
  uint32_t year_begin = 1461 * y / 4 - century + century / 4;
  uint32_t month_begin = (979 * month - 2919) / 32;
  return (int32_t)((int64_t)(year_begin + month_begin + c.day - 1) - DAY_SHIFT + era_days);
}

Civil civil_from_days(int32_t days) {
  int64_t era_years = 0;
  if (UNLIKELY(days < DATE_MIN || days > DATE_MAX)) {
    int64_t era = floor_div(days, DAYS_PER_ERA);
    era_years = era * YEARS_PER_ERA;
    days = (int32_t)(days - era * DAYS_PER_ERA);
  }
  uint32_t n = 4 * (uint32_t)(days + DAY_SHIFT) + 3;
  uint32_t century = n / DAYS_PER_ERA;
  uint64_t product = UINT64_C(2939745) * (n % DAYS_PER_ERA | 3); /* 2^32 / 1461 */
  uint32_t year = 100 * century + (uint32_t)(product >> 32);
  uint32_t day_of_year = (uint32_t)product / 2939745 / 4; /* from 1 March */
  uint32_t months = 2141 * day_of_year + 197913;
  bool late = day_of_year >= 306; /* January or February of the next year */
  return (Civil){.year = (int32_t)((int64_t)(year + late) - YEARS_PER_ERA + era_years),
                 .month = (uint8_t)((months >> 16) - (late ? 12 : 0)),
                 .day = (uint8_t)((months & 0xFFFF) / 2141 + 1)};
}

static bool is_leap(int32_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

unsigned civil_days_in_month(int32_t year, unsigned month) {
  static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  assert(month >= 1 && month <= 12);
  return days[month - 1] + (month == 2 && is_leap(year));
}

bool civil_valid(int32_t year, int32_t month, int32_t day) {
  return year >= 0 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 &&
         day <= (int32_t)civil_days_in_month(year, (unsigned)month);
}

bool date_add_months(int32_t days, int64_t months, int32_t *out) {
  Civil c = civil_from_days(days);
  int64_t total;
  if (__builtin_add_overflow((int64_t)c.year * 12 + c.month - 1, months, &total)) return false;
  int64_t year = floor_div(total, 12);
  if (year < 0 || year > 9999) return false;
  unsigned month = (unsigned)floor_mod(total, 12) + 1;
  unsigned last = civil_days_in_month((int32_t)year, month);
  unsigned day = c.day < last ? c.day : last;
  *out = civil_to_days((Civil){(int32_t)year, (uint8_t)month, (uint8_t)day});
  return true;
}

bool timestamp_add_months(Micros us, int64_t months, Micros *out) {
  int32_t days;
  if (!date_add_months((int32_t)days_of(us), months, &days)) return false;
  *out = days * MICROS_PER_DAY + time_of_day(us);
  return true;
}

Micros timestamp_of_days(int64_t days) {
  Micros us;
  if (!__builtin_mul_overflow(days, MICROS_PER_DAY, &us)) return us;
  return days < 0 ? MICROS_MIN : MICROS_MAX;
}

/* --- extract ----------------------------------------------------------------------- */

/* ISO 8601: a week belongs to the year that its Thursday lies in. */
static int64_t iso_thursday(int64_t days) { return days - floor_mod(days + 3, 7) + 3; }

static int32_t year_begin(int32_t year) { return civil_to_days((Civil){year, 1, 1}); }

/* 100 years from year 1 are century 1; the years before count down from 0. */
static int64_t nth(int32_t year, int32_t years) {
  return year > 0 ? (year + years - 1) / years : (year - years + 1) / years;
}

static int64_t extract_date(int64_t days, TimeUnit unit) {
  Civil c = civil_from_days((int32_t)days);
  if (unit == UNIT_YEAR) return c.year;
  if (unit == UNIT_QUARTER) return (c.month - 1) / 3 + 1;
  if (unit == UNIT_MONTH) return c.month;
  if (unit == UNIT_DAY) return c.day;
  if (unit == UNIT_DOY) return days - year_begin(c.year) + 1;
  if (unit == UNIT_DECADE) return floor_div(c.year, 10);
  if (unit == UNIT_CENTURY) return nth(c.year, 100);
  if (unit == UNIT_MILLENNIUM) return nth(c.year, 1000);
  assert(unit == UNIT_WEEK || unit == UNIT_ISOYEAR);
  int64_t thursday = iso_thursday(days);
  int32_t year = civil_from_days((int32_t)thursday).year;
  return unit == UNIT_ISOYEAR ? year : (thursday - year_begin(year)) / 7 + 1;
}

int64_t timestamp_extract(Micros us, TimeUnit unit) {
  Micros tod = time_of_day(us);
  switch (unit) {
    case UNIT_HOUR:
      return tod / (3600 * MICROS_PER_SECOND);
    case UNIT_MINUTE:
      return tod / (60 * MICROS_PER_SECOND) % 60;
    case UNIT_SECOND:
      return tod / MICROS_PER_SECOND % 60;
    case UNIT_MILLISECOND:
      return tod / MICROS_PER_MILLI % 1000;
    case UNIT_MICROSECOND:
      return tod % MICROS_PER_SECOND;
    case UNIT_EPOCH:
      return floor_div(us, MICROS_PER_SECOND);
    case UNIT_DOW:
      return floor_mod(days_of(us) + 4, 7) + 1; /* day 0 was a Thursday */
    case UNIT_ISODOW:
      return floor_mod(days_of(us) + 3, 7) + 1;
    case UNIT_YEAR:
    case UNIT_QUARTER:
    case UNIT_MONTH:
    case UNIT_WEEK:
    case UNIT_DAY:
    case UNIT_DOY:
    case UNIT_ISOYEAR:
    case UNIT_DECADE:
    case UNIT_CENTURY:
    case UNIT_MILLENNIUM:
      return extract_date(days_of(us), unit);
    case UNIT_COUNT:
      break;
  }
  assert(false && "a unit");
  return 0;
}

/* --- floor and ceil ---------------------------------------------------------------- */

/* The length of a unit that divides the day, else 0. */
static Micros unit_micros(TimeUnit unit) {
  static const Micros lengths[UNIT_COUNT] = {
      [UNIT_DAY] = MICROS_PER_DAY,
      [UNIT_HOUR] = 3600 * MICROS_PER_SECOND,
      [UNIT_MINUTE] = 60 * MICROS_PER_SECOND,
      [UNIT_SECOND] = MICROS_PER_SECOND,
      [UNIT_MILLISECOND] = MICROS_PER_MILLI,
      [UNIT_MICROSECOND] = 1,
  };
  return lengths[unit];
}

/* The same in months for what the calendar cuts, else 0. */
static int unit_months(TimeUnit unit) {
  static const int lengths[UNIT_COUNT] = {
      [UNIT_MONTH] = 1,    [UNIT_QUARTER] = 3,    [UNIT_YEAR] = 12,
      [UNIT_DECADE] = 120, [UNIT_CENTURY] = 1200, [UNIT_MILLENNIUM] = 12000,
  };
  return lengths[unit];
}

/* First day of the unit that holds days, or of the next one. */
static int64_t unit_begin(int64_t days, TimeUnit unit, bool next) {
  if (unit == UNIT_WEEK) return days - floor_mod(days + 4, 7) + 7 * next;
  int months = unit_months(unit);
  assert(months > 0);
  /* centuries and millennia begin with year 1 */
  int64_t shift = unit == UNIT_CENTURY || unit == UNIT_MILLENNIUM ? 12 : 0;
  Civil c = civil_from_days((int32_t)days);
  int64_t month = (int64_t)c.year * 12 + c.month - 1 - shift;
  month = floor_div(month, months) * months + shift + months * next;
  return civil_to_days(
      (Civil){(int32_t)floor_div(month, 12), (uint8_t)(floor_mod(month, 12) + 1), 1});
}

Micros timestamp_floor(Micros us, TimeUnit unit) {
  Micros length = unit_micros(unit), result;
  if (length > 0) {
    return __builtin_sub_overflow(us, floor_mod(us, length), &result) ? MICROS_MIN : result;
  }
  return timestamp_of_days(unit_begin(days_of(us), unit, false));
}

Micros timestamp_ceil(Micros us, TimeUnit unit) {
  Micros length = unit_micros(unit), result;
  if (length > 0) {
    Micros rest = floor_mod(us, length);
    if (rest == 0) return us;
    return __builtin_add_overflow(us, length - rest, &result) ? MICROS_MAX : result;
  }
  if (timestamp_of_days(unit_begin(days_of(us), unit, false)) == us) return us;
  return timestamp_of_days(unit_begin(days_of(us), unit, true));
}
