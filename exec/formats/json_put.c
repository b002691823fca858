/* json_put.c -- see json_put.h.  The recursion goes as deep as the type. */
#include "exec/formats/json_put.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "exec/data/decimal.h"
#include "exec/data/json_quote.h"
#include "exec/data/number_text.h"
#include "exec/formats/base64.h"

/* --- all but text -------------------------------------------------------------------- */

char *json_print_null(char *out) {
  memcpy(out, "null", 4);
  return out + 4;
}

static bool is_finite(Type type, const void *data, uint32_t at) {
  if (type.kind == TYPE_DOUBLE) return isfinite(((const double *)data)[at]);
  return type.kind != TYPE_FLOAT || isfinite(((const float *)data)[at]);
}

/* Milliseconds, with a fraction where it is not zero. */
static char *print_interval_second(int64_t us, char *out) {
  if (us % MICROS_PER_MILLI == 0) return out + int_print(us / MICROS_PER_MILLI, out);
  return out + decimal_print(us, 3, out);
}

static char *print_datetime(const JsonStyle *style, ValueText *text, const void *data, uint32_t at,
                            char *out) {
  *out++ = '"';
  size_t n = value_text_print(text, data, at, out);
  if (style->with_t && type_is_timestamp(text->type)) {
    char *separator = memchr(out, ' ', n);
    *separator = 'T';
  }
  out += n;
  if (text->type.kind == TYPE_TIMESTAMP_LTZ) *out++ = 'Z';
  *out++ = '"';
  return out;
}

char *json_print_fixed(const JsonStyle *style, ValueText *text, const void *data, uint32_t at,
                       char *out) {
  const Type type = text->type;
  if (type.kind == TYPE_INTERVAL_MONTH) return out + int_print(((const int32_t *)data)[at], out);
  if (type.kind == TYPE_INTERVAL_SECOND) {
    return print_interval_second(((const int64_t *)data)[at], out);
  }
  if (type_is_datetime(type)) return print_datetime(style, text, data, at, out);
  if (UNLIKELY(!is_finite(type, data, at))) return json_print_null(out);
  return out + value_text_print(text, data, at, out);
}

/* --- text ---------------------------------------------------------------------------- */

static void put_base64(StrBuf *out, Str bytes) {
  char *at = strbuf_reserve(out, base64_encoded_len(bytes.len) + 2);
  if (at == NULL) return;
  *at = '"';
  size_t n = 1 + base64_encode(bytes.ptr, bytes.len, at + 1);
  at[n++] = '"';
  out->len += n;
}

/* --- nested values ------------------------------------------------------------------- */

typedef struct Putter {
  const JsonStyle *style;
  StrBuf *out;
  bool null_key; /* there was one that is refused */
} Putter;

static void put_nested(Putter *p, JsonOut *o, Str value);

static void put_text(Putter *p, JsonOut *o, Str text) {
  if (type_is_nested(o->text.type)) {
    put_nested(p, o, text);
  } else if (type_is_binary(o->text.type)) {
    put_base64(p->out, text);
  } else {
    json_put_string(p->out, text);
  }
}

/* Behind what stands at `at`, the end of out, where there is room for JSON_FIXED_MAX. */
static void put_value_at(Putter *p, JsonOut *o, const Value *v, char *at) {
  StrBuf *out = p->out;
  if (v->null) {
    at = json_print_null(at);
  } else if (value_is_text(v->type)) {
    out->len = (size_t)(at - out->data);
    put_text(p, o, text_str(&v->as.text));
    return;
  } else {
    Int128 slot[1];
    value_store(v, &(Vector){.type = v->type, .constant = true, .data = slot}, 0);
    at = json_print_fixed(p->style, &o->text, slot, 0, at);
  }
  out->len = (size_t)(at - out->data);
}

static void put_value(Putter *p, JsonOut *o, const Value *v) {
  char *at = strbuf_reserve(p->out, JSON_FIXED_MAX);
  if (at != NULL) put_value_at(p, o, v, at);
}

static void put_array(Putter *p, JsonOut *o, Items items) {
  strbuf_putc(p->out, '[');
  for (uint32_t i = 0; i < items.n; i++) {
    const Value v = items_get(&items, i);
    char *at = strbuf_reserve(p->out, 1 + JSON_FIXED_MAX);
    if (at == NULL) return;
    if (i > 0) *at++ = ',';
    put_value_at(p, o->parts, &v, at);
  }
  strbuf_putc(p->out, ']');
}

static void put_row(Putter *p, JsonOut *o, Str value) {
  const Type type = o->text.type;
  char before = '{';
  for (uint32_t i = 0; i < type.shape->n; i++) {
    const Value v = row_field(type, value, i);
    JsonOut *field = &o->parts[i];
    if (v.null && p->style->ignore_null) continue;
    char *at = strbuf_reserve(p->out, 1 + field->key_len + JSON_FIXED_MAX);
    if (at == NULL) return;
    *at++ = before;
    before = ',';
    memcpy(at, field->key, field->key_len);
    put_value_at(p, field, &v, at + field->key_len);
  }
  strbuf_puts(p->out, before == '{' ? "{}" : "}");
}

/* --- MAP and MULTISET ---------------------------------------------------------------- */

/* A comma where one is due, a name in quotes and a colon. */
static void put_name(Putter *p, char *before, Str name) {
  strbuf_putc(p->out, *before);
  *before = ',';
  json_put_string(p->out, name);
  strbuf_putc(p->out, ':');
}

/* The JSON of a key that is no character text, or what stands in its quotes. */
static void put_other_key(Putter *p, char *before, JsonOut *o, const Value *key) {
  StrBuf text;
  strbuf_init(&text, 0);
  Putter inner = {.style = p->style, .out = &text};
  put_value(&inner, o, key);
  Str name = {text.data, text.len};
  if (name.len > 0 && name.ptr[0] == '"') name = (Str){name.ptr + 1, name.len - 2};
  put_name(p, before, name);
  p->null_key |= inner.null_key;
  if (strbuf_failed(&text)) p->out->failed = true;
  strbuf_deinit(&text);
}

/* Is the name that NULL keys get the name of a key, too?  Then that one counts. */
static bool literal_is_key(const Putter *p, Type map, Str value) {
  Value ignored, key = value_text(type_key(map), p->style->null_key);
  return type_is_character(key.type) && map_find(map, value, &key, &ignored);
}

/* The key with its colon; false: its entry is left out. */
static bool put_key(Putter *p, char *before, JsonOut *o, Str value, const Value *key) {
  const Type map = o->text.type;
  if (!key->null && type_is_character(key->type)) {
    put_name(p, before, text_str(&key->as.text));
  } else if (!key->null) {
    put_other_key(p, before, &o->parts[0], key);
  } else if (p->style->null_keys == JSON_KEYS_LITERAL) {
    if (literal_is_key(p, map, value)) return false;
    put_name(p, before, p->style->null_key);
  } else {
    p->null_key |= p->style->null_keys == JSON_KEYS_FAIL;
    return false;
  }
  return true;
}

static void put_map(Putter *p, JsonOut *o, Str value) {
  const Type map = o->text.type;
  const Items keys = map_keys(map, value), values = map_values(map, value);
  char before = '{';
  for (uint32_t i = 0; i < keys.n; i++) {
    const Value k = items_get(&keys, i), v = items_get(&values, i);
    if (put_key(p, &before, o, value, &k)) put_value(p, &o->parts[1], &v);
  }
  strbuf_puts(p->out, before == '{' ? "{}" : "}");
}

static void put_nested(Putter *p, JsonOut *o, Str value) {
  const Type type = o->text.type;
  if (type.kind == TYPE_ARRAY) {
    put_array(p, o, array_items(type, value));
  } else if (type.kind == TYPE_ROW) {
    put_row(p, o, value);
  } else {
    put_map(p, o, value);
  }
}

bool json_put_text(const JsonStyle *style, JsonOut *o, const TextRef *value, StrBuf *out) {
  Putter p = {.style = style, .out = out};
  put_text(&p, o, text_str(value));
  return !p.null_key;
}

/* --- life ---------------------------------------------------------------------------- */

static bool make_key(JsonOut *o, const char *name) {
  StrBuf key;
  strbuf_init(&key, 0);
  json_put_string(&key, str_of(name));
  strbuf_putc(&key, ':');
  o->key = key.data;
  o->key_len = key.len;
  return !strbuf_failed(&key);
}

bool json_out_init(JsonOut *o, const char *name, Type type) {
  *o = (JsonOut){.text = {.type = type, .zone = zone_utc()}};
  if (name != NULL && !make_key(o, name)) return false;
  if (!type_is_nested(type)) return true;
  const TypeShape *s = type.shape;
  o->parts = calloc(s->n, sizeof *o->parts);
  if (o->parts == NULL) return false;
  for (uint32_t i = 0; i < s->n; i++) {
    const char *part_name = s->names != NULL ? s->names[i] : NULL;
    if (!json_out_init(&o->parts[i], part_name, s->types[i])) return false;
  }
  return true;
}

void json_out_deinit(JsonOut *o) {
  const Type type = o->text.type;
  for (uint32_t i = 0; o->parts != NULL && i < type.shape->n; i++) json_out_deinit(&o->parts[i]);
  free(o->parts);
  free(o->key);
  *o = (JsonOut){0};
}
