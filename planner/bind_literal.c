/* bind_literal.c -- literals: their types as in Flink, their values checked.
 *
 *   12          INT, else BIGINT, else DECIMAL(n, 0)      0x1F     the same
 *   1.50        DECIMAL(3, 2): as many digits as are written
 *   1e3         DOUBLE
 *   'abc'       CHAR(3) NOT NULL                          X'0aff'  BINARY(2) NOT NULL
 *   TIMESTAMP '2024-01-02 03:04:05.678'                   TIMESTAMP(3) NOT NULL
 */
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/utf8.h"
#include "exec/data/decimal.h"
#include "exec/data/number_text.h"
#include "exec/data/timestamp.h"
#include "planner/bind.h"

static Code put(Binder *b, Value value, Span span, Expr **out) {
  *out = expr_const(b->arena, value, bind_span(b, span));
  return OK;
}

/* --- numbers ------------------------------------------------------------------------- */

/* DECIMAL(precision, scale) of a text of digits. */
static Code put_decimal(Binder *b, const char *text, bool negative, unsigned precision,
                        unsigned scale, Span span, Expr **out) {
  Int128 v;
  if (precision > DECIMAL_PRECISION_MAX) {
    FAIL(b->err, ERR_TYPE, bind_span(b, span), "a number of %u digits", precision);
    error_hint(b->err, "numbers have at most %d digits; 1e40 is a DOUBLE", DECIMAL_PRECISION_MAX);
    return ERR_TYPE;
  }
  if (!decimal_parse(str_of(text), precision, scale, &v)) {
    return FAIL(b->err, ERR_TYPE, bind_span(b, span), "\"%s\" is no number", text);
  }
  return put(b, value_decimal(type_decimal(precision, scale), negative ? -v : v), span, out);
}

/* The value of a run of hexadecimal digits; false: more than 64 bits. */
static bool parse_hex(const char *digits, uint64_t *out) {
  uint64_t v = 0;
  for (const char *at = digits; *at != '\0'; at++) {
    int digit = *at <= '9' ? *at - '0' : (*at | 32) - 'a' + 10;
    if (v >> 60 != 0) return false;
    v = v << 4 | (uint64_t)digit;
  }
  *out = v;
  return true;
}

static Code put_int(Binder *b, int64_t v, Span span, Expr **out) {
  TypeKind kind = v >= INT32_MIN && v <= INT32_MAX ? TYPE_INT : TYPE_BIGINT;
  return put(b, value_int(type_of(kind), v), span, out);
}

static Code bind_integer(Binder *b, const char *text, bool negative, Span span, Expr **out) {
  if (text[0] == '0' && (text[1] | 32) == 'x') {
    uint64_t bits;
    if (!parse_hex(text + 2, &bits) || bits > INT64_MAX) {
      return FAIL(b->err, ERR_TYPE, bind_span(b, span), "\"%s\" does not fit BIGINT", text);
    }
    return put_int(b, negative ? -(int64_t)bits : (int64_t)bits, span, out);
  }
  while (text[0] == '0' && text[1] != '\0') text++;
  size_t digits = strlen(text);
  if (digits <= 19) { /* with its sign, so that the least BIGINT can be written */
    char signed_text[24];
    int64_t v;
    snprintf(signed_text, sizeof signed_text, "%s%s", negative ? "-" : "", text);
    if (int_parse(str_of(signed_text), &v)) return put_int(b, v, span, out);
  }
  return put_decimal(b, text, negative, digits > UINT16_MAX ? UINT16_MAX : (unsigned)digits, 0,
                     span, out);
}

static Code bind_decimal(Binder *b, const char *text, bool negative, Span span, Expr **out) {
  const char *point = strchr(text, '.');
  size_t len = strlen(text), scale = point != NULL ? len - (size_t)(point - text) - 1 : 0;
  size_t precision = point != NULL ? len - 1 : len;
  if (precision > UINT16_MAX) precision = scale = UINT16_MAX;
  if (precision == 0) precision = 1;
  return put_decimal(b, text, negative, (unsigned)precision, (unsigned)scale, span, out);
}

static Code bind_float(Binder *b, const char *text, bool negative, Span span, Expr **out) {
  double v;
  if (!double_parse(str_of(text), &v)) {
    return FAIL(b->err, ERR_TYPE, bind_span(b, span), "\"%s\" does not fit DOUBLE", text);
  }
  return put(b, value_double(type_of(TYPE_DOUBLE), negative ? -v : v), span, out);
}

/* --- text and bytes ------------------------------------------------------------------ */

static Code bind_string(Binder *b, const char *text, Span span, Expr **out) {
  size_t len = strlen(text);
  Type type = type_text(TYPE_CHAR, (uint32_t)utf8_count(text, len));
  return put(b, value_text(type, (Str){text, len}), span, out);
}

static Code bind_binary(Binder *b, const char *hex, Span span, Expr **out) {
  size_t n = strlen(hex) / 2;
  char *bytes = arena_alloc(b->arena, n + 1);
  for (size_t i = 0; i < n; i++) {
    const char pair[] = {hex[2 * i], hex[2 * i + 1], '\0'};
    uint64_t byte = 0;
    bool fits = parse_hex(pair, &byte);
    assert(fits);
    bytes[i] = (char)byte;
  }
  return put(b, value_text(type_text(TYPE_BINARY, (uint32_t)n), (Str){bytes, n}), span, out);
}

/* --- times --------------------------------------------------------------------------- */

static Code no_time(Binder *b, const char *what, const char *text, const char *form, Span span) {
  FAIL(b->err, ERR_TYPE, bind_span(b, span), "\"%s\" is no %s", text, what);
  error_hint(b->err, "a %s is written as %s", what, form);
  return ERR_TYPE;
}

/* Digits behind the point. */
static unsigned fraction_digits(const char *text) {
  const char *point = strchr(text, '.');
  return point != NULL ? (unsigned)strlen(point + 1) : 0;
}

static Code check_fraction(Binder *b, unsigned digits, Span span) {
  if (digits <= TIMESTAMP_PRECISION_MAX) return OK;
  return FAIL(b->err, ERR_UNSUPPORTED, bind_span(b, span),
              "a time with %u fraction digits; at most %d are kept", digits,
              TIMESTAMP_PRECISION_MAX);
}

static Code bind_date(Binder *b, const char *text, Span span, Expr **out) {
  int32_t days;
  if (!date_parse(str_of(text), &days)) return no_time(b, "date", text, "'2024-01-31'", span);
  return put(b, value_int(type_of(TYPE_DATE), days), span, out);
}

static Code bind_time(Binder *b, const char *text, Span span, Expr **out) {
  Micros us;
  if (!time_parse(str_of(text), &us)) return no_time(b, "time", text, "'10:20:30'", span);
  unsigned digits = fraction_digits(text);
  TRY(check_fraction(b, digits, span));
  return put(b, value_int(type_time(TYPE_TIME, digits), us), span, out);
}

static Code bind_timestamp(Binder *b, const char *text, Span span, Expr **out) {
  TimestampText t;
  if (!timestamp_parse(str_of(text), &t)) {
    return no_time(b, "timestamp", text, "'2024-01-31 10:20:30'", span);
  }
  if (t.has_offset) {
    FAIL(b->err, ERR_TYPE, bind_span(b, span), "a TIMESTAMP literal with a zone, \"%s\"", text);
    error_hint(b->err, "CAST('%s' AS TIMESTAMP_LTZ(3)) is an instant", text);
    return ERR_TYPE;
  }
  TRY(check_fraction(b, t.precision, span));
  return put(b, value_int(type_time(TYPE_TIMESTAMP, t.precision), t.us), span, out);
}

const char *bind_unit_word(AstUnit unit) {
  static const char *const words[] = {
#define UNIT(name, word) word,
#include "parser/units.def"
#undef UNIT
  };
  return words[unit];
}

Code bind_interval(Binder *b, const AstInterval *interval, Span span, Expr **out) {
  TimeUnit from, to;
  int64_t v;
  const char *first = bind_unit_word(interval->units->from),
             *last = bind_unit_word(interval->units->to);
  if (!time_unit_parse(str_of(first), &from) || !time_unit_parse(str_of(last), &to)) {
    return FAIL(b->err, ERR_UNSUPPORTED, bind_span(b, interval->units->span),
                "an interval of %s is not supported", first);
  }
  if (!interval_parse(str_of(interval->text), from, to, &v) || v == INT64_MIN) {
    FAIL(b->err, ERR_TYPE, bind_span(b, span), "\"%s\" is no interval of %s%s%s", interval->text,
         first, from == to ? "" : " TO ", from == to ? "" : last);
    error_hint(b->err, "such as INTERVAL '10' SECOND, INTERVAL '1 12:30' DAY TO MINUTE");
    return ERR_TYPE;
  }
  if (interval->negative) v = -v;
  bool months = from == UNIT_YEAR || from == UNIT_QUARTER || from == UNIT_MONTH;
  if (months && (v > INT32_MAX || v < INT32_MIN)) {
    return FAIL(b->err, ERR_TYPE, bind_span(b, span), "\"%s\" does not fit an interval",
                interval->text);
  }
  Type type = type_of(months ? TYPE_INTERVAL_MONTH : TYPE_INTERVAL_SECOND);
  return put(b, value_int(type, v), span, out);
}

/* --- all of them --------------------------------------------------------------------- */

Code bind_literal(Binder *b, const AstLiteral *literal, bool negative, Span span, Expr **out) {
  switch (literal->kind) {
    case AST_LITERAL_NULL:
      return put(b, value_null(type_of(TYPE_NULL)), span, out);
    case AST_LITERAL_TRUE:
      return put(b, value_int(type_of(TYPE_BOOLEAN), 1), span, out);
    case AST_LITERAL_FALSE:
      return put(b, value_int(type_of(TYPE_BOOLEAN), 0), span, out);
    case AST_LITERAL_UNKNOWN:
      return put(b, value_null(type_of(TYPE_BOOLEAN)), span, out);
    case AST_LITERAL_INTEGER:
      return bind_integer(b, literal->text, negative, span, out);
    case AST_LITERAL_DECIMAL:
      return bind_decimal(b, literal->text, negative, span, out);
    case AST_LITERAL_FLOAT:
      return bind_float(b, literal->text, negative, span, out);
    case AST_LITERAL_STRING:
      return bind_string(b, literal->text, span, out);
    case AST_LITERAL_BINARY:
      return bind_binary(b, literal->text, span, out);
    case AST_LITERAL_DATE:
      return bind_date(b, literal->text, span, out);
    case AST_LITERAL_TIME:
      return bind_time(b, literal->text, span, out);
    case AST_LITERAL_TIMESTAMP:
      return bind_timestamp(b, literal->text, span, out);
  }
  assert(!"a kind of literal");
  return ERR_SYNTAX;
}
