/* time_format_parse.c -- text read by a compiled pattern.
 *
 * First the items are matched from left to right and leave numbers in fields; then the
 * fields are put together.  A field that is given twice has to say the same twice.
 */
#include <string.h>

#include "exec/data/time_format_items.h"

typedef enum Field {
  FIELD_YEAR,
  FIELD_QUARTER,
  FIELD_MONTH,
  FIELD_WEEK,
  FIELD_DAY,
  FIELD_DAY_OF_YEAR,
  FIELD_WEEKDAY, /* Monday is 1 */
  FIELD_AM_PM,
  FIELD_HOUR,    /* 0 to 23 */
  FIELD_HOUR_12, /* 0 to 11 */
  FIELD_MINUTE,
  FIELD_SECOND,
  FIELD_NANO,
  FIELD_OFFSET, /* seconds */
  FIELD_COUNT
} Field;

/* Copied where a part is optional, to go back. */
typedef struct Reader {
  Str rest;
  uint32_t set; /* bits of Field */
  int32_t value[FIELD_COUNT];
  const Zone *zone; /* by name; its offset depends on the date */
  uint8_t precision;
} Reader;

static bool is_set(const Reader *r, Field f) { return r->set >> f & 1; }
static int32_t value_or(const Reader *r, Field f, int32_t otherwise) {
  return is_set(r, f) ? r->value[f] : otherwise;
}

static bool put(Reader *r, Field f, int64_t v, int32_t min, int32_t max) {
  if (v < min || v > max) return false;
  if (is_set(r, f)) return r->value[f] == v;
  r->set |= 1u << f;
  r->value[f] = (int32_t)v;
  return true;
}

static void skip(Reader *r, size_t n) { r->rest = (Str){r->rest.ptr + n, r->rest.len - n}; }

static bool eat(Reader *r, Str text) {
  if (r->rest.len < text.len || !str_starts(r->rest, text)) return false;
  skip(r, text.len);
  return true;
}

static size_t digits_ahead(const Reader *r) {
  size_t n = 0;
  while (n < r->rest.len && r->rest.ptr[n] >= '0' && r->rest.ptr[n] <= '9') n++;
  return n;
}

enum { NUMBER_DIGITS_MAX = 18 };

/* Exactly n digits. */
static bool take_digits(Reader *r, size_t n, int64_t *out) {
  if (n == 0 || n > NUMBER_DIGITS_MAX || digits_ahead(r) < n) return false;
  int64_t v = 0;
  for (size_t i = 0; i < n; i++) v = v * 10 + (r->rest.ptr[i] - '0');
  skip(r, n);
  *out = v;
  return true;
}

/* As many digits as an item takes here. */
static size_t item_width(const Reader *r, const FormatItem *item) {
  bool open = item->count == 1 || item->field == FORMAT_NANO;
  if (item->field == FORMAT_DAY_OF_YEAR && item->count == 2) open = true;
  if (!open || item->field == FORMAT_FRACTION) return item->count;
  size_t ahead = digits_ahead(r);
  return ahead > item->reserved ? ahead - item->reserved : 0;
}

static bool read_number(Reader *r, const FormatItem *item) {
  static const struct {
    Field field;
    int32_t min, max;
  } ranges[] = {
      [FORMAT_QUARTER] = {FIELD_QUARTER, 1, 4},
      [FORMAT_MONTH] = {FIELD_MONTH, 1, 12},
      [FORMAT_WEEK] = {FIELD_WEEK, 1, 53},
      [FORMAT_DAY] = {FIELD_DAY, 1, 31},
      [FORMAT_DAY_OF_YEAR] = {FIELD_DAY_OF_YEAR, 1, 366},
      [FORMAT_DAY_OF_WEEK] = {FIELD_WEEKDAY, 1, 7},
      [FORMAT_HOUR_0_23] = {FIELD_HOUR, 0, 23},
      [FORMAT_HOUR_1_24] = {FIELD_HOUR, 1, 24},
      [FORMAT_HOUR_0_11] = {FIELD_HOUR_12, 0, 11},
      [FORMAT_HOUR_1_12] = {FIELD_HOUR_12, 1, 12},
      [FORMAT_MINUTE] = {FIELD_MINUTE, 0, 59},
      [FORMAT_SECOND] = {FIELD_SECOND, 0, 59},
      [FORMAT_NANO] = {FIELD_NANO, 0, 999999999},
  };
  int64_t v;
  if (!take_digits(r, item_width(r, item), &v)) return false;
  if (item->field == FORMAT_YEAR) return put(r, FIELD_YEAR, v + (item->count == 2) * 2000, 0, 9999);
  if (item->field == FORMAT_FRACTION) {
    for (uint32_t i = item->count; i < 9; i++) v *= 10;
    if (item->count > r->precision) r->precision = (uint8_t)item->count;
    return put(r, FIELD_NANO, v, 0, 999999999);
  }
  if (item->field == FORMAT_NANO) r->precision = 9;
  int32_t min = ranges[item->field].min, max = ranges[item->field].max;
  if (v < min || v > max) return false;
  if ((item->field == FORMAT_HOUR_1_24 && v == 24) ||
      (item->field == FORMAT_HOUR_1_12 && v == 12)) {
    v = 0;
  }
  return put(r, ranges[item->field].field, v, 0, max);
}

/* One of n names, whole or its first three letters; its number from 1. */
static bool take_name(Reader *r, const char *const *names, int n, uint32_t count, int *out) {
  if (count == 5) return false; /* one letter: J is January, June and July */
  for (int i = 0; i < n; i++) {
    Str name = str_of(names[i]);
    if (count <= 3) name.len = 3;
    if (eat(r, name)) {
      *out = i + 1;
      return true;
    }
  }
  return false;
}

static bool read_name(Reader *r, const FormatItem *item) {
  int v = 0;
  if (item->field == FORMAT_MONTH) {
    return take_name(r, format_months, 12, item->count, &v) && put(r, FIELD_MONTH, v, 1, 12);
  }
  if (item->field != FORMAT_QUARTER) {
    return take_name(r, format_weekdays, 7, item->count, &v) && put(r, FIELD_WEEKDAY, v, 1, 7);
  }
  int64_t digit;
  if (item->count == 4) {
    return take_name(r, format_quarters, 4, item->count, &v) && put(r, FIELD_QUARTER, v, 1, 4);
  }
  if (item->count == 3 && !eat(r, STR("Q"))) return false;
  return take_digits(r, 1, &digit) && put(r, FIELD_QUARTER, digit, 1, 4);
}

static bool read_am_pm(Reader *r) {
  if (eat(r, STR("AM"))) return put(r, FIELD_AM_PM, 0, 0, 1);
  return eat(r, STR("PM")) && put(r, FIELD_AM_PM, 1, 0, 1);
}

/* --- offsets and zones ------------------------------------------------------------- */

/* What stands behind the hours of an offset. */
typedef struct OffsetForm {
  size_t hour_digits; /* 0: one or two */
  bool colon, minutes_needed, seconds;
} OffsetForm;

/* The next part of an offset, if it is there: [:]nn. */
static bool take_part(Reader *r, const OffsetForm *form, bool needed, int64_t *v, bool *there) {
  Reader before = *r;
  *there = (!form->colon || eat(r, STR(":"))) && take_digits(r, 2, v) && *v <= 59;
  if (*there) return true;
  *r = before;
  *v = 0;
  return !needed;
}

static bool take_offset(Reader *r, OffsetForm form) {
  bool negative = eat(r, STR("-"));
  if (!negative && !eat(r, STR("+"))) return false;
  int64_t h, m, s = 0;
  bool there;
  size_t digits = form.hour_digits;
  if (digits == 0) digits = digits_ahead(r) > 1 ? 2 : 1;
  if (!take_digits(r, digits, &h) || !take_part(r, &form, form.minutes_needed, &m, &there)) {
    return false;
  }
  if (there && form.seconds && !take_part(r, &form, false, &s, &there)) return false;
  int64_t total = h * 3600 + m * 60 + s;
  enum { OFFSET_MAX_S = 18 * 3600 };
  return put(r, FIELD_OFFSET, negative ? -total : total, -OFFSET_MAX_S, OFFSET_MAX_S);
}

static bool read_offset(Reader *r, const FormatItem *item) {
  OffsetForm form = {.hour_digits = 2,
                     .colon = item->count == 3 || item->count == 5,
                     .minutes_needed = item->count > 1,
                     .seconds = item->count >= 4};
  bool zulu = item->letter == 'X';
  if (item->letter == 'Z') { /* Z, ZZ, ZZZ are +hhmm */
    zulu = form.colon = form.seconds = item->count == 5;
    form.minutes_needed = true;
  }
  if (zulu && eat(r, STR("Z"))) return put(r, FIELD_OFFSET, 0, 0, 0);
  return take_offset(r, form);
}

static bool read_localized(Reader *r, const FormatItem *item) {
  if (!eat(r, STR("GMT"))) return false;
  bool more = r->rest.len > 0 && (r->rest.ptr[0] == '+' || r->rest.ptr[0] == '-');
  if (!more) return put(r, FIELD_OFFSET, 0, 0, 0);
  bool whole = item->count == 4;
  return take_offset(
      r,
      (OffsetForm){
          .hour_digits = whole ? 2 : 0, .colon = true, .minutes_needed = whole, .seconds = true});
}

static bool in_zone_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
         c == '_' || c == '+' || c == '-' || c == ':';
}

static bool read_zone(Reader *r) {
  Str name = {r->rest.ptr, 0};
  while (name.len < r->rest.len && in_zone_name(r->rest.ptr[name.len])) name.len++;
  if (name.len == 0) return false;
  skip(r, name.len);
  int32_t offset_s;
  if (zone_offset_parse(name, &offset_s)) {
    return put(r, FIELD_OFFSET, offset_s, offset_s, offset_s);
  }
  const Zone *zone;
  if (zone_find(name, &zone) != OK) return false;
  if (r->zone != NULL && r->zone != zone) return false;
  r->zone = zone;
  return true;
}

/* --- items ------------------------------------------------------------------------- */

static bool read_item(Reader *r, const FormatItem *item) {
  if (format_is_number(item)) return read_number(r, item);
  if (item->field == FORMAT_LITERAL) return eat(r, item->literal);
  if (item->field == FORMAT_AM_PM) return read_am_pm(r);
  if (item->field == FORMAT_OFFSET) return read_offset(r, item);
  if (item->field == FORMAT_OFFSET_LOCALIZED) return read_localized(r, item);
  if (item->field >= FORMAT_ZONE_NAME) return read_zone(r);
  return read_name(r, item);
}

/* Items [from, to).  As deep as brackets in the pattern, which are few. */
static bool read_items(Reader *r, const TimeFormat *f, uint32_t from, uint32_t to) {
  for (uint32_t i = from; i < to; i++) {
    const FormatItem *item = &f->items[i];
    if (item->field == FORMAT_OPTION_BEGIN) {
      Reader before = *r;
      if (!read_items(r, f, i + 1, i + item->count - 1)) *r = before;
      i += item->count - 1; /* at its end mark */
    } else if (!read_item(r, item)) {
      return false;
    }
  }
  return true;
}

/* --- putting together -------------------------------------------------------------- */

static bool agrees(const Reader *r, Field f, Micros us, TimeUnit unit) {
  return !is_set(r, f) || r->value[f] == timestamp_extract(us, unit);
}

static bool resolve_date(const Reader *r, int32_t *days) {
  int32_t year = value_or(r, FIELD_YEAR, 1970);
  bool by_month = is_set(r, FIELD_MONTH) || is_set(r, FIELD_DAY);
  if (!by_month && is_set(r, FIELD_DAY_OF_YEAR)) {
    *days = civil_to_days((Civil){year, 1, 1}) + r->value[FIELD_DAY_OF_YEAR] - 1;
    if (civil_from_days(*days).year != year) return false;
  } else {
    int32_t month = value_or(r, FIELD_MONTH, 1), day = value_or(r, FIELD_DAY, 1);
    if (!civil_valid(year, month, day)) return false;
    *days = civil_to_days((Civil){year, (uint8_t)month, (uint8_t)day});
  }
  bool known = is_set(r, FIELD_YEAR) &&
               ((is_set(r, FIELD_MONTH) && is_set(r, FIELD_DAY)) || is_set(r, FIELD_DAY_OF_YEAR));
  if (!known) return true; /* nothing that a weekday could contradict */
  Micros us = timestamp_of_days(*days);
  return agrees(r, FIELD_QUARTER, us, UNIT_QUARTER) && agrees(r, FIELD_WEEK, us, UNIT_WEEK) &&
         agrees(r, FIELD_WEEKDAY, us, UNIT_ISODOW) && agrees(r, FIELD_DAY_OF_YEAR, us, UNIT_DOY);
}

static bool resolve_time(const Reader *r, Micros *us) {
  int32_t hour = value_or(r, FIELD_HOUR_12, 0);
  if (is_set(r, FIELD_HOUR_12)) hour += 12 * value_or(r, FIELD_AM_PM, 0);
  if (is_set(r, FIELD_HOUR)) {
    int32_t h = r->value[FIELD_HOUR];
    if (is_set(r, FIELD_HOUR_12) && r->value[FIELD_HOUR_12] != h % 12) return false;
    if (is_set(r, FIELD_AM_PM) && r->value[FIELD_AM_PM] != h / 12) return false;
    hour = h;
  }
  int32_t seconds = hour * 3600 + value_or(r, FIELD_MINUTE, 0) * 60 + value_or(r, FIELD_SECOND, 0);
  *us = seconds * MICROS_PER_SECOND + value_or(r, FIELD_NANO, 0) / 1000;
  return true;
}

bool time_format_parse(const TimeFormat *f, Str text, TimestampText *out) {
  if (f->fixed.width > 0) return fixed_format_parse(&f->fixed, text, out);
  Reader r = {.rest = text};
  if (text.len == 0) r.rest.ptr = "";
  if (!read_items(&r, f, 0, f->n) || r.rest.len > 0) return false;
  int32_t days;
  Micros time;
  if (!resolve_date(&r, &days) || !resolve_time(&r, &time)) return false;
  TimestampText result = {.us = timestamp_of_days(days) + time, .precision = r.precision};
  if (is_set(&r, FIELD_OFFSET)) {
    result.has_offset = true;
    result.offset_us = r.value[FIELD_OFFSET] * MICROS_PER_SECOND;
  } else if (r.zone != NULL) {
    result.has_offset = true;
    result.offset_us = result.us - zone_to_utc(r.zone, result.us);
  }
  *out = result;
  return true;
}
