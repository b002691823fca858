/* timestamp_text.c -- dates and times to and from their standard text.
 *
 * Both directions are on the path of every row of a file.  The fast parser looks at eight
 * bytes at once (word8.h).
 */
#include "exec/data/digits.h"
#include "exec/data/scan.h"
#include "exec/data/timestamp.h"
#include "exec/data/word8.h"

static const uint32_t fraction_scale[] = {1000000, 100000, 10000, 1000, 100, 10, 1};

/* --- the fast parser --------------------------------------------------------------- */

enum { D = WORD8_DIGIT, S = WORD8_SAME, A = WORD8_ANY };

static unsigned at(uint64_t word, unsigned byte) { return word >> (byte * 8) & 0xFF; }
static unsigned two(uint64_t word, unsigned byte) {
  return at(word, byte) * 10 + at(word, byte + 1);
}

bool timestamp_parse_fast(const char *text, size_t len, Micros *us) {
  if (len < 19 || len > 26 || len == 20) return false;
  uint64_t date = word8_load(text) ^ WORD8('0', '0', '0', '0', '-', '0', '0', '-');
  uint64_t hour = word8_load(text + 8) ^ WORD8('0', '0', 0, '0', '0', ':', '0', '0');
  uint64_t second = (word8_load(text + 16) ^ WORD8(':', '0', '0', 0, 0, 0, 0, 0)) & 0xFFFFFF;
  unsigned separator = at(hour, 2);
  uint64_t odd = word8_beyond(date, WORD8(D, D, D, D, S, D, D, S)) |
                 word8_beyond(hour, WORD8(D, D, A, D, D, S, D, D)) |
                 word8_beyond(second, WORD8(S, D, D, A, A, A, A, A));
  if (odd != 0 || (separator != ' ' && separator != 'T')) return false;
  unsigned year = two(date, 0) * 100 + two(date, 2), month = two(date, 5), day = two(hour, 0);
  unsigned h = two(hour, 3), m = two(hour, 6), s = two(second, 1);
  if (!civil_valid((int32_t)year, (int32_t)month, (int32_t)day)) return false;
  if (h > 23 || m > 59 || s > 59) return false;
  uint32_t fraction = 0;
  if (len > 19) {
    if (text[19] != '.' || !word8_micros(text + 20, len - 20, &fraction)) return false;
  }
  int32_t days = civil_to_days((Civil){(int32_t)year, (uint8_t)month, (uint8_t)day});
  *us = days * MICROS_PER_DAY + (h * 3600 + m * 60 + s) * MICROS_PER_SECOND + fraction;
  return true;
}

/* --- the general parser ------------------------------------------------------------ */

/* How a text may be written: in files every field has all its digits; a person may leave out
 * leading zeros, and behind the year or the hour what is least. */
typedef enum Form { FORM_FULL, FORM_LOOSE } Form;

/* width digits; loosely also fewer. */
static bool number(Scan *s, Form form, unsigned width, int32_t *out) {
  int32_t v = 0;
  unsigned n = 0;
  for (; n < width && scan_at_digit(s); n++) v = v * 10 + (*s->at++ - '0');
  *out = v;
  return n == width || (form == FORM_LOOSE && n > 0);
}

/* The separator and the number behind it; where it may be missing, *out stays. */
static bool field(Scan *s, Form form, char separator, bool optional, int32_t *out) {
  return scan_eat(s, separator) ? number(s, form, 2, out) : optional;
}

/* part: the month and the day may be missing, and leading zeros of the year. */
static bool scan_date(Scan *s, Form form, bool part, int32_t *days) {
  int32_t year, month = 1, day = 1;
  if (!number(s, part ? form : FORM_FULL, 4, &year) || !field(s, form, '-', part, &month) ||
      !field(s, form, '-', part, &day) || !civil_valid(year, month, day)) {
    return false;
  }
  *days = civil_to_days((Civil){year, (uint8_t)month, (uint8_t)day});
  return true;
}

/* part: the minute may be missing; the second may always. */
static bool scan_time(Scan *s, Form form, bool part, Micros *us, uint8_t *precision) {
  int32_t hour, minute = 0, second = 0;
  *precision = 0;
  if (!number(s, form, 2, &hour) || !field(s, form, ':', part, &minute)) return false;
  bool with_seconds = scan_at(s, ':');
  if (!field(s, form, ':', true, &second)) return false;
  if (hour > 23 || minute > 59 || second > 59) return false;
  *us = (hour * 3600 + minute * 60 + second) * MICROS_PER_SECOND;
  if (!with_seconds || !scan_eat(s, '.')) return true;
  Micros fraction;
  unsigned n_digits;
  if (!scan_fraction(s, &fraction, &n_digits)) return false;
  *us += fraction;
  *precision = (uint8_t)n_digits;
  return true;
}

/* Z or (+|-)hh[[:]mm]. */
static bool scan_offset(Scan *s, Micros *offset_us) {
  *offset_us = 0;
  if (scan_eat(s, 'Z')) return true;
  bool negative = scan_eat(s, '-');
  if (!negative && !scan_eat(s, '+')) return false;
  int32_t hours, minutes = 0;
  if (!number(s, FORM_FULL, 2, &hours)) return false;
  bool colon = scan_eat(s, ':');
  if ((colon || scan_at_digit(s)) && !number(s, FORM_FULL, 2, &minutes)) return false;
  if (minutes > 59 || hours * 60 + minutes > 18 * 60) return false;
  *offset_us = (hours * 60 + minutes) * 60 * MICROS_PER_SECOND;
  if (negative) *offset_us = -*offset_us;
  return true;
}

static bool parse_timestamp(Str text, Form form, TimestampText *out) {
  if (text.len == 0) return false;
  Scan s = scan_of(text);
  TimestampText result = {0};
  int32_t days;
  Micros time = 0;
  if (!scan_date(&s, form, false, &days)) return false;
  bool with_time = scan_eat(&s, ' ') || scan_eat(&s, 'T');
  if (with_time && !scan_time(&s, form, false, &time, &result.precision)) return false;
  if (s.at < s.end) {
    if (!scan_offset(&s, &result.offset_us) || s.at < s.end) return false;
    result.has_offset = true;
  }
  result.us = days * MICROS_PER_DAY + time;
  *out = result;
  return true;
}

bool timestamp_parse(Str text, TimestampText *out) { return parse_timestamp(text, FORM_FULL, out); }
bool timestamp_parse_loose(Str text, TimestampText *out) {
  return parse_timestamp(text, FORM_LOOSE, out);
}

static bool parse_date(Str text, Form form, int32_t *days) {
  if (text.len == 0) return false;
  Scan s = scan_of(text);
  int32_t d;
  if (!scan_date(&s, form, form == FORM_LOOSE, &d) || s.at < s.end) return false;
  *days = d;
  return true;
}

bool date_parse(Str text, int32_t *days) { return parse_date(text, FORM_FULL, days); }
bool date_parse_loose(Str text, int32_t *days) { return parse_date(text, FORM_LOOSE, days); }

static bool parse_time(Str text, Form form, Micros *us_of_day) {
  if (text.len == 0) return false;
  Scan s = scan_of(text);
  Micros us;
  uint8_t precision;
  if (!scan_time(&s, form, form == FORM_LOOSE, &us, &precision) || s.at < s.end) return false;
  *us_of_day = us;
  return true;
}

bool time_parse(Str text, Micros *us_of_day) { return parse_time(text, FORM_FULL, us_of_day); }
bool time_parse_loose(Str text, Micros *us_of_day) {
  return parse_time(text, FORM_LOOSE, us_of_day);
}

/* --- printing ---------------------------------------------------------------------- */

size_t date_print(int32_t days, char *out) {
  Civil c = civil_from_days(days);
  size_t n = 0;
  if (LIKELY(c.year >= 0 && c.year <= 9999)) {
    digits_put4((unsigned)c.year, out);
    n = 4;
  } else { /* only arithmetic leads there */
    out[n++] = c.year < 0 ? '-' : '+';
    uint64_t year = (uint64_t)(c.year < 0 ? -(int64_t)c.year : c.year);
    size_t width = year > 9999 ? digits_print(year, out + n) : 4;
    if (width == 4) digits_print_fixed(year, 4, out + n);
    n += width;
  }
  out[n] = '-';
  digits_put2(c.month, out + n + 1);
  out[n + 3] = '-';
  digits_put2(c.day, out + n + 4);
  return n + 6;
}

size_t time_print(Micros us_of_day, unsigned precision, char *out) {
  assert(precision <= TIMESTAMP_PRECISION_MAX);
  uint64_t us = (uint64_t)time_of_day(us_of_day);
  unsigned seconds = (unsigned)(us / MICROS_PER_SECOND);
  unsigned fraction = (unsigned)(us % MICROS_PER_SECOND);
  digits_put2(seconds / 3600, out);
  out[2] = ':';
  digits_put2(seconds / 60 % 60, out + 3);
  out[5] = ':';
  digits_put2(seconds % 60, out + 6);
  if (precision == 0) return 8;
  out[8] = '.';
  if (precision == 3) { /* the common one */
    fraction /= 1000;
    out[9] = (char)('0' + fraction / 100);
    digits_put2(fraction % 100, out + 10);
  } else {
    digits_print_fixed(fraction / fraction_scale[precision], precision, out + 9);
  }
  return 9 + precision;
}

size_t timestamp_print(Micros us, unsigned precision, char separator, char *out) {
  size_t n = date_print((int32_t)days_of(us), out);
  out[n++] = separator;
  return n + time_print(time_of_day(us), precision, out + n);
}
