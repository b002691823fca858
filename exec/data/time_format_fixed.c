/* time_format_fixed.c -- patterns of which every part has its place: yyyy-MM-dd HH:mm:ss.SSS.
 *
 * Most patterns have only numbers of fixed width and literals.  Their text is a template: printing
 * puts two digits here and there, reading compares the literals eight bytes at a time and
 * fetches the digits.  Which is what the general way does, item by item.
 */
#include <string.h>

#include "exec/data/digits.h"
#include "exec/data/time_format_items.h"

/* --- compile ----------------------------------------------------------------------- */

static bool add_pair(FixedFormat *x, FixedPart part, size_t at) {
  if (x->n_pairs == FIXED_PARTS || (x->parts >> part & 1) != 0) return false;
  x->pairs[x->n_pairs++] = (FixedPair){(uint8_t)part, (uint8_t)at};
  x->parts |= (uint8_t)(1u << part);
  return true;
}

static bool add_fraction(FixedFormat *x, const FormatItem *item, size_t at) {
  enum { DIGITS_MAX = 6 };
  if (x->fraction_digits > 0 || item->count > DIGITS_MAX) return false;
  x->fraction_at = (uint8_t)at;
  x->fraction_digits = (uint8_t)item->count;
  return true;
}

static void add_literal(FixedFormat *x, Str literal, size_t at) {
  memcpy(x->text + at, literal.ptr, literal.len);
  memset(x->is_literal + at, 0xFF, literal.len);
}

/* The item at byte `at`; false: it has no fixed form, or is a part that was there before. */
static bool add_item(FixedFormat *x, const FormatItem *item, size_t at) {
  static const int8_t parts[] = {[FORMAT_MONTH] = FIXED_MONTH,
                                 [FORMAT_DAY] = FIXED_DAY,
                                 [FORMAT_HOUR_0_23] = FIXED_HOUR,
                                 [FORMAT_MINUTE] = FIXED_MINUTE,
                                 [FORMAT_SECOND] = FIXED_SECOND};
  if (item->field == FORMAT_LITERAL) {
    add_literal(x, item->literal, at);
    return true;
  }
  if (item->field == FORMAT_FRACTION) return add_fraction(x, item, at);
  if (item->field == FORMAT_YEAR) {
    return item->count == 4 && add_pair(x, FIXED_CENTURY, at) && add_pair(x, FIXED_YEAR, at + 2);
  }
  bool known = (size_t)item->field < COUNT_OF(parts) && parts[item->field] != 0;
  return known && item->count == 2 && add_pair(x, (FixedPart)parts[item->field], at);
}

void fixed_format_compile(TimeFormat *f) {
  FixedFormat x = {.parts = 0};
  size_t at = 0;
  for (uint32_t i = 0; i < f->n; i++) {
    const FormatItem *item = &f->items[i];
    size_t width = item->field == FORMAT_LITERAL ? item->literal.len : item->count;
    if (width > FIXED_WIDTH_MAX - at || !add_item(&x, item, at)) return;
    at += width;
  }
  x.width = (uint8_t)at;
  f->fixed = x;
}

/* --- print ------------------------------------------------------------------------- */

size_t time_format_width(const TimeFormat *f) { return f->fixed.width; }

bool time_format_print_fixed(const TimeFormat *f, Micros us, char *out) {
  const FixedFormat *x = &f->fixed;
  if (us < TIMESTAMP_MIN || us > TIMESTAMP_MAX) return false;
  Civil c = civil_from_days((int32_t)days_of(us));
  Micros tod = time_of_day(us);
  uint32_t s = (uint32_t)(tod / MICROS_PER_SECOND), year = (uint32_t)c.year;
  const uint32_t parts[FIXED_PARTS] = {
      [FIXED_CENTURY] = year / 100, [FIXED_YEAR] = year % 100, [FIXED_MONTH] = c.month,
      [FIXED_DAY] = c.day,          [FIXED_HOUR] = s / 3600,   [FIXED_MINUTE] = s / 60 % 60,
      [FIXED_SECOND] = s % 60,
  };
  bytes_copy(out, x->text, x->width);
  for (uint32_t i = 0; i < x->n_pairs; i++)
    digits_put2(parts[x->pairs[i].part], out + x->pairs[i].at);
  if (x->fraction_digits > 0) {
    char digits[6];
    digits_print_fixed((uint64_t)(tod % MICROS_PER_SECOND), sizeof digits, digits);
    memcpy(out + x->fraction_at, digits, x->fraction_digits);
  }
  return true;
}

/* --- read -------------------------------------------------------------------------- */

static bool literals_stand(const FixedFormat *x, const char *text) {
  uint64_t wrong = 0;
  for (size_t i = 0; i < x->width; i += 8) { /* the template is padded with what may be anything */
    size_t n = x->width - i < 8 ? x->width - i : 8;
    wrong |=
        (bytes_load(text + i, n) ^ bytes_load(x->text + i, 8)) & bytes_load(x->is_literal + i, 8);
  }
  return wrong == 0;
}

bool fixed_format_parse(const FixedFormat *x, Str text, TimestampText *out) {
  uint32_t parts[FIXED_PARTS] = {
      [FIXED_CENTURY] = 19, [FIXED_YEAR] = 70, [FIXED_MONTH] = 1, [FIXED_DAY] = 1};
  uint32_t beyond = 0, us = 0;
  if (text.len != x->width || !literals_stand(x, text.ptr)) return false;
  for (uint32_t i = 0; i < x->n_pairs; i++) {
    const char *p = text.ptr + x->pairs[i].at;
    uint32_t ten = (unsigned char)p[0] - (uint32_t)'0', one = (unsigned char)p[1] - (uint32_t)'0';
    beyond |= (ten > 9) | (one > 9);
    parts[x->pairs[i].part] = ten * 10 + one;
  }
  for (uint32_t i = 0; i < x->fraction_digits; i++) {
    uint32_t digit = (unsigned char)text.ptr[x->fraction_at + i] - (uint32_t)'0';
    beyond |= digit > 9;
    us = us * 10 + digit;
  }
  for (uint32_t i = x->fraction_digits; i > 0 && i < 6; i++) us *= 10;
  int32_t year = (int32_t)(parts[FIXED_CENTURY] * 100 + parts[FIXED_YEAR]);
  int32_t month = (int32_t)parts[FIXED_MONTH], day = (int32_t)parts[FIXED_DAY];
  bool late = parts[FIXED_HOUR] > 23 || parts[FIXED_MINUTE] > 59 || parts[FIXED_SECOND] > 59;
  if (beyond != 0 || late || !civil_valid(year, month, day)) return false;
  int64_t days = civil_to_days((Civil){year, (uint8_t)month, (uint8_t)day});
  int64_t s = parts[FIXED_HOUR] * 3600 + parts[FIXED_MINUTE] * 60 + parts[FIXED_SECOND];
  *out = (TimestampText){.us = days * MICROS_PER_DAY + s * MICROS_PER_SECOND + us,
                         .precision = x->fraction_digits};
  return true;
}
