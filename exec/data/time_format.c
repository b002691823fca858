/* time_format.c -- patterns compiled and printed; time_format_parse.c reads by them. */
#include "exec/data/time_format.h"

#include <string.h>

#include "exec/data/digits.h"
#include "exec/data/time_format_items.h"

const char *const format_months[12] = {"January",   "February", "March",    "April",
                                       "May",       "June",     "July",     "August",
                                       "September", "October",  "November", "December"};
const char *const format_weekdays[7] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                        "Friday", "Saturday", "Sunday"};
const char *const format_quarters[4] = {"1st quarter", "2nd quarter", "3rd quarter", "4th quarter"};

enum { OPTION_DEPTH_MAX = 16, PATTERN_MAX_BYTES = 1000 };

/* --- compile ----------------------------------------------------------------------- */

/* Every letter, with the largest count that Java takes. */
static const struct {
  char letter;
  uint8_t count_max;
  FormatField field;
} letters[] = {
    {'y', 19, FORMAT_YEAR},
    {'u', 19, FORMAT_YEAR},
    {'Q', 5, FORMAT_QUARTER},
    {'q', 5, FORMAT_QUARTER},
    {'M', 5, FORMAT_MONTH},
    {'L', 5, FORMAT_MONTH},
    {'w', 2, FORMAT_WEEK},
    {'d', 2, FORMAT_DAY},
    {'D', 3, FORMAT_DAY_OF_YEAR},
    {'e', 5, FORMAT_DAY_OF_WEEK},
    {'E', 5, FORMAT_DAY_NAME},
    {'a', 1, FORMAT_AM_PM},
    {'H', 2, FORMAT_HOUR_0_23},
    {'k', 2, FORMAT_HOUR_1_24},
    {'K', 2, FORMAT_HOUR_0_11},
    {'h', 2, FORMAT_HOUR_1_12},
    {'m', 2, FORMAT_MINUTE},
    {'s', 2, FORMAT_SECOND},
    {'S', 9, FORMAT_FRACTION},
    {'n', 19, FORMAT_NANO},
    {'X', 5, FORMAT_OFFSET},
    {'x', 5, FORMAT_OFFSET},
    {'Z', 5, FORMAT_OFFSET},
    {'z', 3, FORMAT_ZONE_NAME},
    {'O', 4, FORMAT_OFFSET_LOCALIZED},
    {'V', 2, FORMAT_ZONE_ID},
};

bool format_is_number(const FormatItem *item) {
  switch (item->field) {
    case FORMAT_YEAR:
    case FORMAT_WEEK:
    case FORMAT_DAY:
    case FORMAT_DAY_OF_YEAR:
    case FORMAT_HOUR_0_23:
    case FORMAT_HOUR_1_24:
    case FORMAT_HOUR_0_11:
    case FORMAT_HOUR_1_12:
    case FORMAT_MINUTE:
    case FORMAT_SECOND:
    case FORMAT_FRACTION:
    case FORMAT_NANO:
      return true;
    case FORMAT_QUARTER:
    case FORMAT_MONTH:
    case FORMAT_DAY_OF_WEEK:
      return item->count <= 2;
    case FORMAT_LITERAL:
    case FORMAT_OPTION_BEGIN:
    case FORMAT_OPTION_END:
    case FORMAT_DAY_NAME:
    case FORMAT_AM_PM:
    case FORMAT_OFFSET:
    case FORMAT_OFFSET_LOCALIZED:
    case FORMAT_ZONE_NAME:
    case FORMAT_ZONE_ID:
      return false;
  }
  return false;
}

typedef struct Compiler {
  Arena *arena;
  TimeFormat *format;
  Str rest; /* of the pattern */
  Error *err;
  uint32_t open[OPTION_DEPTH_MAX]; /* items of the [ that are open */
  uint32_t n_open;
} Compiler;

static void skip(Compiler *c, size_t n) { c->rest = (Str){c->rest.ptr + n, c->rest.len - n}; }

static void add_item(Compiler *c, FormatItem item) {
  ARENA_PUSH(c->arena, c->format->items, c->format->n, c->format->cap, item);
}

static void add_literal(Compiler *c, const char *bytes, size_t n) {
  const char *copy = arena_strndup(c->arena, bytes, n);
  add_item(c, (FormatItem){.field = FORMAT_LITERAL, .literal = {copy, n}});
}

/* 'text' with '' for a quote inside; '' alone is a quote.  A pattern is short: the room for
 * all that is left of it does no harm. */
static Code compile_quoted(Compiler *c) {
  skip(c, 1);
  char *text = arena_alloc(c->arena, c->rest.len + 1);
  size_t n = 0;
  for (;;) {
    if (c->rest.len == 0) return FAIL(c->err, ERR_DATA, NO_SPAN, "a quote is not closed");
    char ch = c->rest.ptr[0];
    bool doubled = c->rest.len > 1 && ch == '\'' && c->rest.ptr[1] == '\'';
    skip(c, doubled ? 2 : 1);
    if (ch == '\'' && !doubled) break;
    text[n++] = ch;
  }
  if (n == 0) text[n++] = '\'';
  add_item(c, (FormatItem){.field = FORMAT_LITERAL, .literal = {text, n}});
  return OK;
}

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

static Code compile_letters(Compiler *c) {
  char letter = c->rest.ptr[0];
  uint32_t count = 0;
  while (count < c->rest.len && c->rest.ptr[count] == letter) count++;
  skip(c, count);
  for (size_t i = 0; i < COUNT_OF(letters); i++) {
    if (letters[i].letter != letter) continue;
    bool odd = (letter == 'V' && count != 2) || (letter == 'O' && count != 1 && count != 4);
    if (count > letters[i].count_max || odd) {
      return FAIL(c->err, ERR_DATA, NO_SPAN, "%u times the letter \"%c\"", count, letter);
    }
    FormatField field = letters[i].field;
    if (letter == 'Z' && count == 4) field = FORMAT_OFFSET_LOCALIZED;
    add_item(c, (FormatItem){.field = field, .letter = letter, .count = count});
    return OK;
  }
  return FAIL(c->err, ERR_DATA, NO_SPAN, "unknown letter \"%c\"", letter);
}

static Code compile_bracket(Compiler *c) {
  bool opens = c->rest.ptr[0] == '[';
  skip(c, 1);
  if (opens) {
    if (c->n_open == OPTION_DEPTH_MAX) {
      return FAIL(c->err, ERR_DATA, NO_SPAN, "more than %d brackets in each other",
                  OPTION_DEPTH_MAX);
    }
    c->open[c->n_open++] = c->format->n;
    add_item(c, (FormatItem){.field = FORMAT_OPTION_BEGIN});
    return OK;
  }
  if (c->n_open == 0) return FAIL(c->err, ERR_DATA, NO_SPAN, "a \"]\" without \"[\"");
  uint32_t begin = c->open[--c->n_open];
  add_item(c, (FormatItem){.field = FORMAT_OPTION_END});
  c->format->items[begin].count = c->format->n - begin;
  return OK;
}

static Code compile_next(Compiler *c) {
  char ch = c->rest.ptr[0];
  if (is_letter(ch)) return compile_letters(c);
  if (ch == '\'') return compile_quoted(c);
  if (ch == '[' || ch == ']') return compile_bracket(c);
  if (ch == '{' || ch == '}' || ch == '#') {
    return FAIL(c->err, ERR_DATA, NO_SPAN, "the character \"%c\" is reserved", ch);
  }
  size_t n = 0;
  while (n < c->rest.len && !is_letter(c->rest.ptr[n]) &&
         memchr("'[]{}#", c->rest.ptr[n], 6) == NULL) {
    n++;
  }
  add_literal(c, c->rest.ptr, n);
  skip(c, n);
  return OK;
}

/* A number of unknown width must leave digits for those that follow without separator. */
static void reserve_digits(TimeFormat *f) {
  uint32_t behind = 0;
  for (uint32_t i = f->n; i-- > 0;) {
    FormatItem *item = &f->items[i];
    item->reserved = behind;
    behind = format_is_number(item) ? behind + item->count : 0;
  }
}

const TimeFormat *time_format_compile(Arena *arena, Str pattern, Error *err) {
  TimeFormat *f = ARENA_NEW(arena, TimeFormat);
  Error inner = {0};
  Compiler c = {.arena = arena, .format = f, .rest = pattern, .err = &inner};
  Code code = OK;
  if (pattern.len > PATTERN_MAX_BYTES) {
    code = FAIL(&inner, ERR_DATA, NO_SPAN, "more than %d bytes", PATTERN_MAX_BYTES);
  }
  while (code == OK && c.rest.len > 0) code = compile_next(&c);
  if (code == OK && c.n_open > 0) code = FAIL(&inner, ERR_DATA, NO_SPAN, "a \"[\" is not closed");
  if (code != OK) {
    int shown = pattern.len < 100 ? (int)pattern.len : 100;
    FAIL(err, code, NO_SPAN, "%s in the time pattern \"%.*s\"", inner.msg, shown, pattern.ptr);
    error_hint(err, "text that is no field is quoted: yyyy-MM-dd'T'HH:mm:ss");
    return NULL;
  }
  reserve_digits(f);
  fixed_format_compile(f);
  return f;
}

/* --- print ------------------------------------------------------------------------- */

/* What is printed, taken apart once. */
typedef struct Moment {
  Micros us, tod;
  Civil civil;
  const Zone *zone;
} Moment;

static void put_number(StrBuf *out, int64_t v, uint32_t width) {
  char digits[20];
  bool negative = v < 0;
  size_t n = digits_print(negative ? 0 - (uint64_t)v : (uint64_t)v, digits);
  if (negative) strbuf_putc(out, '-');
  if (n < width) strbuf_fill(out, '0', width - n);
  strbuf_put(out, digits, n);
}

static void put_name(StrBuf *out, const char *name, uint32_t count) {
  size_t len = strlen(name);
  if (count <= 3 && len > 3) len = 3;
  if (count == 5) len = 1;
  strbuf_put(out, name, len);
}

static void put_year(StrBuf *out, int32_t year, uint32_t count) {
  if (count == 2) {
    put_number(out, (year % 100 + 100) % 100, 2);
  } else {
    if (count == 4 && year > 9999) strbuf_putc(out, '+');
    put_number(out, year, count);
  }
}

static void put_quarter_name(StrBuf *out, int quarter, uint32_t count) {
  if (count == 4) {
    strbuf_puts(out, format_quarters[quarter - 1]);
    return;
  }
  if (count == 3) strbuf_putc(out, 'Q');
  put_number(out, quarter, 1);
}

/* +hh for one part, +hhmm or +hh:mm for two, and with three the seconds where there are any. */
static void put_offset(StrBuf *out, Micros offset_us, const char *colon, int parts) {
  int64_t s = offset_us / MICROS_PER_SECOND;
  strbuf_putc(out, s < 0 ? '-' : '+');
  if (s < 0) s = -s;
  put_number(out, s / 3600, 2);
  if (parts >= 2) {
    strbuf_puts(out, colon);
    put_number(out, s / 60 % 60, 2);
  }
  if (parts == 3 && s % 60 != 0) {
    strbuf_puts(out, colon);
    put_number(out, s % 60, 2);
  }
}

/* X x Z: by count hh[mm], hhmm, hh:mm, hhmm[ss], hh:mm[:ss]; X and ZZZZZ say Z for zero. */
static void put_offset_field(StrBuf *out, const FormatItem *item, Micros offset_us) {
  bool colon = item->count == 3 || item->count == 5, zulu = item->letter == 'X';
  bool even_hours = offset_us / MICROS_PER_SECOND % 3600 / 60 == 0;
  int parts = item->count >= 4 ? 3 : item->count == 1 && even_hours ? 1 : 2;
  if (item->letter == 'Z') { /* Z, ZZ, ZZZ are +hhmm */
    colon = zulu = item->count == 5;
    parts = colon ? 3 : 2;
  }
  if (zulu && offset_us == 0) {
    strbuf_putc(out, 'Z');
  } else {
    put_offset(out, offset_us, colon ? ":" : "", parts);
  }
}

/* O: GMT+8, GMT+8:30; OOOO: GMT+08:00; GMT alone for zero. */
static void put_localized(StrBuf *out, const FormatItem *item, Micros offset_us) {
  strbuf_puts(out, "GMT");
  if (offset_us == 0) return;
  if (item->count == 4) {
    put_offset(out, offset_us, ":", 3);
    return;
  }
  int64_t s = offset_us / MICROS_PER_SECOND;
  strbuf_putc(out, s < 0 ? '-' : '+');
  if (s < 0) s = -s;
  put_number(out, s / 3600, 1);
  if (s % 3600 != 0) {
    strbuf_putc(out, ':');
    put_number(out, s / 60 % 60, 2);
  }
  if (s % 60 != 0) {
    strbuf_putc(out, ':');
    put_number(out, s % 60, 2);
  }
}

static void put_zone(StrBuf *out, const FormatItem *item, const Moment *m) {
  Micros utc_us = zone_to_utc(m->zone, m->us), offset_us = zone_offset_at(m->zone, utc_us);
  if (item->field == FORMAT_OFFSET) {
    put_offset_field(out, item, offset_us);
  } else if (item->field == FORMAT_OFFSET_LOCALIZED) {
    put_localized(out, item, offset_us);
  } else if (item->field == FORMAT_ZONE_ID) {
    strbuf_puts(out, zone_name(m->zone));
  } else {
    strbuf_puts(out, zone_abbreviation_at(m->zone, utc_us));
  }
}

static void put_fraction(StrBuf *out, uint32_t us, uint32_t count) {
  char digits[9];
  digits_print_fixed((uint64_t)us * 1000, sizeof digits, digits);
  strbuf_put(out, digits, count);
}

/* The value of a field that is printed as plain digits, or as a name that it counts. */
static int64_t field_number(FormatField field, const Moment *m) {
  int64_t hour = m->tod / (3600 * MICROS_PER_SECOND);
  switch (field) {
    case FORMAT_QUARTER:
      return (m->civil.month - 1) / 3 + 1;
    case FORMAT_MONTH:
      return m->civil.month;
    case FORMAT_WEEK:
      return timestamp_extract(m->us, UNIT_WEEK);
    case FORMAT_DAY:
      return m->civil.day;
    case FORMAT_DAY_OF_YEAR:
      return timestamp_extract(m->us, UNIT_DOY);
    case FORMAT_DAY_OF_WEEK:
    case FORMAT_DAY_NAME:
      return timestamp_extract(m->us, UNIT_ISODOW);
    case FORMAT_AM_PM:
      return hour / 12;
    case FORMAT_HOUR_0_23:
      return hour;
    case FORMAT_HOUR_1_24:
      return hour == 0 ? 24 : hour;
    case FORMAT_HOUR_0_11:
      return hour % 12;
    case FORMAT_HOUR_1_12:
      return hour % 12 == 0 ? 12 : hour % 12;
    case FORMAT_MINUTE:
      return m->tod / (60 * MICROS_PER_SECOND) % 60;
    case FORMAT_SECOND:
      return m->tod / MICROS_PER_SECOND % 60;
    case FORMAT_NANO:
      return m->tod % MICROS_PER_SECOND * 1000;
    case FORMAT_LITERAL:
    case FORMAT_OPTION_BEGIN:
    case FORMAT_OPTION_END:
    case FORMAT_YEAR:
    case FORMAT_FRACTION:
    case FORMAT_OFFSET:
    case FORMAT_OFFSET_LOCALIZED:
    case FORMAT_ZONE_NAME:
    case FORMAT_ZONE_ID:
      break;
  }
  assert(false && "a number");
  return 0;
}

static void put_item(StrBuf *out, const FormatItem *item, const Moment *m) {
  FormatField field = item->field;
  if (field == FORMAT_LITERAL) {
    strbuf_str(out, item->literal);
  } else if (field == FORMAT_OPTION_BEGIN || field == FORMAT_OPTION_END) {
    return; /* there is always something to print */
  } else if (field == FORMAT_YEAR) {
    put_year(out, m->civil.year, item->count);
  } else if (field == FORMAT_FRACTION) {
    put_fraction(out, (uint32_t)(m->tod % MICROS_PER_SECOND), item->count);
  } else if (field >= FORMAT_OFFSET) {
    put_zone(out, item, m);
  } else if (format_is_number(item)) {
    put_number(out, field_number(field, m), item->count);
  } else if (field == FORMAT_AM_PM) {
    strbuf_puts(out, field_number(field, m) == 0 ? "AM" : "PM");
  } else if (field == FORMAT_QUARTER) {
    put_quarter_name(out, (int)field_number(field, m), item->count);
  } else {
    const char *const *names = field == FORMAT_MONTH ? format_months : format_weekdays;
    put_name(out, names[field_number(field, m) - 1], item->count);
  }
}

void time_format_print(const TimeFormat *f, Micros us, const Zone *zone, StrBuf *out) {
  Moment m = {.us = us,
              .tod = time_of_day(us),
              .civil = civil_from_days((int32_t)days_of(us)),
              .zone = zone != NULL ? zone : zone_utc()};
  for (uint32_t i = 0; i < f->n; i++) put_item(out, &f->items[i], &m);
}
