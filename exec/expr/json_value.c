/* json_value.c -- SQL values as JSON, and scalars of JSON as SQL values. */
#include "exec/expr/json_value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "exec/data/decimal.h"
#include "exec/data/json_quote.h"
#include "exec/data/nested.h"
#include "exec/data/number_text.h"
#include "exec/data/timestamp.h"
#include "exec/expr/func_text.h"
#include "exec/expr/json_doc.h"
#include "exec/expr/json_number.h"

/* --- to JSON ------------------------------------------------------------------------- */

bool json_type_fits(Type t) {
  if (type_is_interval(t)) return false;
  if ((t.kind == TYPE_MAP || t.kind == TYPE_MULTISET) && !type_is_character(type_key(t))) {
    return false;
  }
  for (uint32_t i = 0; type_is_nested(t) && i < t.shape->n; i++) {
    if (!json_type_fits(t.shape->types[i])) return false;
  }
  return true;
}

static void put_text(StrBuf *out, const char *text) {
  json_put_string(out, (Str){text, strlen(text)});
}

static void put_float(StrBuf *out, double f) {
  char text[DOUBLE_TEXT_MAX];
  if (isnan(f)) {
    put_text(out, "NaN");
  } else if (isinf(f)) {
    put_text(out, f < 0 ? "-Infinity" : "Infinity");
  } else {
    json_number_put(out, (Str){text, double_print(f, text)});
  }
}

/* Fraction digits as many as it needs. */
static void put_timestamp(StrBuf *out, const Value *v) {
  char text[TIMESTAMP_TEXT_MAX + 1];
  size_t len = timestamp_print(v->as.i, TIMESTAMP_PRECISION_MAX, 'T', text);
  while (text[len - 1] == '0') len--;
  if (text[len - 1] == '.') {
    len--;
  } else if (memchr(text, '.', len) == NULL) {
    len = strlen("2024-01-01T00:00:00");
  }
  if (v->type.kind == TYPE_TIMESTAMP_LTZ) text[len++] = 'Z';
  json_put_string(out, (Str){text, len});
}

static void put_base64(StrBuf *out, Str bytes) {
  size_t len = (bytes.len + 2) / 3 * 4;
  char *at = strbuf_reserve(out, len + 2);
  if (at == NULL) return;
  at[0] = at[len + 1] = '"';
  encode_base64(bytes, at + 1);
  out->len += len + 2;
}

static void put_array(StrBuf *out, const Value *v) {
  Items items = array_items(v->type, text_str(&v->as.text));
  strbuf_putc(out, '[');
  for (uint32_t i = 0; i < items.n; i++) {
    Value item = items_get(&items, i);
    if (i > 0) strbuf_putc(out, ',');
    json_put_value(out, &item);
  }
  strbuf_putc(out, ']');
}

typedef struct Named {
  Str name;
  uint32_t at;
} Named;

static int by_name(const void *a, const void *b) {
  const Named *x = a, *y = b;
  int order = json_key_compare(x->name, y->name);
  return order != 0 ? order : (x->at > y->at) - (x->at < y->at);
}

/* Of a value that has members: their names, sorted.  NULL: no memory. */
static Named *sorted_names(const Value *v, const Items *keys, uint32_t n) {
  Named *names = malloc((n + 1) * sizeof *names);
  for (uint32_t i = 0; names != NULL && i < n; i++) {
    names[i].name = keys != NULL ? items_text(keys, i) : str_of(v->type.shape->names[i]);
    names[i].at = i;
  }
  if (names != NULL) qsort(names, n, sizeof *names, by_name);
  return names;
}

/* A ROW, or a MAP or MULTISET with its keys; a NULL key is "null". */
static void put_members(StrBuf *out, const Value *v) {
  const Str bytes = text_str(&v->as.text);
  const bool row = v->type.kind == TYPE_ROW;
  Items keys = {0}, values = {0};
  if (!row) {
    keys = map_keys(v->type, bytes);
    values = map_values(v->type, bytes);
  }
  const uint32_t n = row ? v->type.shape->n : keys.n;
  Named *names = sorted_names(v, row ? NULL : &keys, n);
  if (names == NULL) {
    out->failed = true;
    return;
  }
  strbuf_putc(out, '{');
  for (uint32_t i = 0; i < n; i++) {
    const uint32_t at = names[i].at;
    Value item = row ? row_field(v->type, bytes, at) : items_get(&values, at);
    if (i > 0) strbuf_putc(out, ',');
    json_put_string(out, row || items_valid(&keys, at) ? names[i].name : STR("null"));
    strbuf_putc(out, ':');
    json_put_value(out, &item);
  }
  strbuf_putc(out, '}');
  free(names);
}

/* Recursion: as deep as types are, TYPE_DEPTH_MAX. */
void json_put_value(StrBuf *out, const Value *v) {
  char text[TIMESTAMP_TEXT_MAX + DECIMAL_TEXT_MAX];
  if (v->null) {
    strbuf_puts(out, "null");
    return;
  }
  switch ((TypeKind)v->type.kind) {
    case TYPE_BOOLEAN:
      strbuf_puts(out, v->as.i ? "true" : "false");
      return;
    case TYPE_CHAR:
    case TYPE_VARCHAR:
      json_put_string(out, text_str(&v->as.text));
      return;
    case TYPE_BINARY:
    case TYPE_VARBINARY:
      put_base64(out, text_str(&v->as.text));
      return;
    case TYPE_DECIMAL: {
      Int128 unscaled = type_phys(v->type) == PHYS_I128 ? v->as.d128 : v->as.i;
      json_number_put(out, (Str){text, decimal_print(unscaled, v->type.scale, text)});
      return;
    }
    case TYPE_FLOAT:
    case TYPE_DOUBLE:
      put_float(out, v->as.f);
      return;
    case TYPE_DATE:
      json_put_string(out, (Str){text, date_print((int32_t)v->as.i, text)});
      return;
    case TYPE_TIME:
      json_put_string(out, (Str){text, time_print(v->as.i, v->type.precision, text)});
      return;
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMP_LTZ:
      put_timestamp(out, v);
      return;
    case TYPE_ARRAY:
      put_array(out, v);
      return;
    case TYPE_MAP:
    case TYPE_MULTISET:
    case TYPE_ROW:
      put_members(out, v);
      return;
    case TYPE_NULL:
    case TYPE_TINYINT:
    case TYPE_SMALLINT:
    case TYPE_INT:
    case TYPE_BIGINT:
    case TYPE_INTERVAL_MONTH: /* refused by json_type_fits */
    case TYPE_INTERVAL_SECOND:
    case TYPE_KIND_COUNT:
      break;
  }
  strbuf_put(out, text, int_print(v->as.i, text));
}

/* --- from JSON ----------------------------------------------------------------------- */

bool json_scalar_type_fits(Type t) {
  return t.kind == TYPE_BOOLEAN || type_is_numeric(t) ||
         (t.kind == TYPE_VARCHAR && t.length == TYPE_LENGTH_MAX);
}

static bool bool_of(JsonKind kind, Str text, bool *out) {
  static const char *const words[2][4] = {{"false", "f", "no", "0"}, {"true", "t", "yes", "1"}};
  *out = kind == JSON_TRUE;
  if (kind == JSON_TRUE || kind == JSON_FALSE) return true;
  if (kind != JSON_STRING) return false;
  text = str_trim(text);
  for (size_t i = 0; i < 8; i++) {
    *out = i >= 4;
    if (str_eq_nocase(text, str_of(words[i / 4][i % 4]))) return true;
  }
  return false;
}

static bool fits_int(TypeKind kind, int64_t v) {
  switch ((int)kind) {
    case TYPE_TINYINT:
      return v == (int8_t)v;
    case TYPE_SMALLINT:
      return v == (int16_t)v;
    case TYPE_INT:
      return v == (int32_t)v;
    default:
      return true;
  }
}

static bool number_of(Str text, Type type, Value *out) {
  int64_t i;
  Int128 d;
  double f;
  float small;
  if (!json_number_valid(text)) return false;
  if (type.kind == TYPE_DECIMAL) {
    if (!decimal_parse(text, type.precision, type.scale, &d)) return false;
    *out = value_decimal(type, d);
    return true;
  }
  if (type.kind == TYPE_DOUBLE) {
    if (!double_parse(text, &f)) return false;
    *out = value_double(type, f);
    return true;
  }
  if (type.kind == TYPE_FLOAT) {
    if (!float_parse(text, &small)) return false;
    *out = value_double(type, (double)small);
    return true;
  }
  if (!json_number_to_int(text, &i) || !fits_int((TypeKind)type.kind, i)) return false;
  *out = value_int(type, i);
  return true;
}

bool json_scalar_value(JsonKind kind, Str text, Type type, Value *out) {
  bool b;
  if (type_is_character(type)) {
    *out = value_text(type, text);
    return true;
  }
  if (type.kind != TYPE_BOOLEAN) {
    return (kind == JSON_NUMBER || kind == JSON_STRING) && number_of(text, type, out);
  }
  if (!bool_of(kind, text, &b)) return false;
  *out = value_int(type, b);
  return true;
}
