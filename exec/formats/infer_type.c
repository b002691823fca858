/* infer_type.c -- from texts to types.
 *
 * A type is guessed only when every value fits it and prints back as it was: leading zeros, a
 * leading plus and integers beyond BIGINT mean text.
 */
#include <string.h>

#include "base/utf8.h"
#include "exec/data/number_text.h"
#include "exec/data/timestamp.h"
#include "exec/formats/infer_parts.h"

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool has_digit(Str s) {
  for (size_t i = 0; i < s.len; i++) {
    if (is_digit(s.ptr[i])) return true;
  }
  return false;
}

/* 007, -01.5: more than one digit before the point and the first is a zero. */
static bool has_leading_zero(Str s) {
  if (s.len > 0 && s.ptr[0] == '-') s = (Str){s.ptr + 1, s.len - 1};
  return s.len > 1 && s.ptr[0] == '0' && is_digit(s.ptr[1]);
}

static bool is_integer_text(Str s) {
  size_t i = s.len > 0 && s.ptr[0] == '-';
  if (i == s.len) return false;
  while (i < s.len && is_digit(s.ptr[i])) i++;
  return i == s.len;
}

Seen seen_number(Str text) {
  int64_t i;
  double f;
  if (is_integer_text(text)) return int_parse(text, &i) ? SEEN_INTEGER : SEEN_TEXT;
  return double_parse(text, &f) ? SEEN_FRACTION : SEEN_TEXT;
}

static Seen seen_time(Str text) {
  TimestampText t;
  int32_t days;
  if (text.len == 10 && date_parse(text, &days)) return SEEN_DATE;
  if (!timestamp_parse(text, &t)) return SEEN_TEXT;
  return t.has_offset ? SEEN_INSTANT : SEEN_TIMESTAMP;
}

Seen seen_text(Str text) {
  double f;
  text = str_trim(text);
  if (text.len == 0) return SEEN_TEXT;
  if (str_eq_nocase(text, STR("true")) || str_eq_nocase(text, STR("false"))) return SEEN_BOOLEAN;
  Seen time = seen_time(text);
  if (time != SEEN_TEXT) return time;
  if (text.ptr[0] == '+' || !double_parse(text, &f) || has_leading_zero(text)) return SEEN_TEXT;
  return has_digit(text) ? seen_number(text) : SEEN_WORD;
}

bool is_value_text(Str text) {
  double f;
  text = str_trim(text);
  return (has_digit(text) && double_parse(text, &f)) || seen_time(text) != SEEN_TEXT;
}

Type seen_type(unsigned seen) {
  const unsigned numbers = SEEN_INTEGER | SEEN_FRACTION;
  if (seen == SEEN_INTEGER) return type_of(TYPE_BIGINT);
  if ((seen & numbers) != 0 && (seen & ~(numbers | SEEN_WORD)) == 0) return type_of(TYPE_DOUBLE);
  if (seen == SEEN_BOOLEAN) return type_of(TYPE_BOOLEAN);
  if (seen == SEEN_DATE) return type_of(TYPE_DATE);
  if (seen == SEEN_INSTANT) return type_time(TYPE_TIMESTAMP_LTZ, 3);
  if (seen != 0 && (seen & ~(unsigned)(SEEN_DATE | SEEN_TIMESTAMP)) == 0) {
    return type_time(TYPE_TIMESTAMP, 3);
  }
  return type_string();
}

bool guess_add(Guess *g, const char *name, uint32_t *index) {
  if (g->n == COLUMNS_MAX) return false;
  uint32_t n = g->n;
  ARENA_PUSH(g->arena, g->names, g->n, g->cap, name);
  ARENA_PUSH(g->arena, g->seen, n, g->cap_seen, 0);
  *index = g->n - 1;
  return true;
}

bool is_column_name(Str s) {
  return s.len > 0 && s.len <= IDENTIFIER_MAX && memchr(s.ptr, '\0', s.len) == NULL &&
         utf8_valid(s.ptr, s.len);
}
