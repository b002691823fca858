/* json_nested.c -- ARRAY, MAP, MULTISET and ROW from JSON, the strict way.
 *
 * The text has been found to be JSON; here it is read once more per level and made into values from
 * the innermost outwards: parts wait on j->parts, the bytes of inner ones in j->parts_text.  The
 * recursion goes as deep as the type.
 *
 *   ROW       an object: fields by name, unknown ones ignored, missing ones NULL, the last of equal
 *             names counts
 *   MAP       an object, whose names are the keys; the last of equal ones counts
 *   MULTISET  an object: how often each name is in it
 *   ARRAY     an array
 *
 * Where bad fields are to be NULL, it is the innermost value around a misfit that can be NULL.
 */
#include <string.h>

#include "exec/formats/json_read.h"

typedef struct Place {
  const JsonField *field;
  const JsonValue *value;
  uint32_t depth; /* steps behind the column */
} Place;

static ValueFit misfit(Json *j, const Place *at, ValueFit fit) {
  j->misfit.n = at->depth;
  j->misfit.text = at->value->text;
  j->misfit.type = at->field->type;
  return fit;
}

/* What inner values are made in; a column's value goes where the batch keeps it. */
static Arena *room_of(Json *j, const Place *at) {
  return at->depth == 0 ? &j->builder->text : &j->parts_text;
}

static ValueFit read_part(Json *j, const Place *at, Value *out);

/* Begin on an object or array; false: the value is something else. */
static bool open_value(const Place *at, JsonKind kind, JsonScan *s) {
  if (at->value->kind != kind) return false;
  *s = json_scan_of(at->value->text);
  return json_open(s) == kind;
}

/* --- kinds --------------------------------------------------------------------------- */

/* Read a part and keep it. */
static ValueFit push_part(Json *j, const Place *at, JsonStep step, const JsonField *field,
                          const JsonValue *value) {
  Value v;
  j->misfit.path[at->depth] = step;
  ValueFit fit = read_part(j, &(Place){field, value, at->depth + 1}, &v);
  if (fit != FIT_GOOD) return fit;
  return value_stack_push(&j->parts, &v) ? FIT_GOOD : FIT_NO_MEMORY;
}

static ValueFit read_array(Json *j, const Place *at, TextRef *out) {
  const uint32_t from = j->parts.n;
  JsonScan s;
  JsonValue item;
  if (!open_value(at, JSON_ARRAY, &s)) return misfit(j, at, FIT_NOT_OF_TYPE);
  while (json_next_element(&s, &item)) {
    const JsonStep step = {.item = j->parts.n - from + 1};
    ValueFit fit = push_part(j, at, step, at->field->part, &item);
    if (fit != FIT_GOOD) return fit;
  }
  const Value *items = j->parts.items + from;
  const uint32_t n = j->parts.n - from;
  return array_make(room_of(j, at), at->field->type, items, n, out) ? FIT_GOOD : FIT_NO_MEMORY;
}

static bool push_key(Json *j, Type type, const JsonValue *key) {
  TextRef text;
  if (json_value_store(&j->meaning, key, type, &j->parts_text, &text) != FIT_GOOD) return false;
  return value_stack_push(&j->keys, &(Value){.type = type, .as.text = text});
}

/* Also MULTISET. */
static ValueFit read_map(Json *j, const Place *at, TextRef *out) {
  const Type type = at->field->type;
  const uint32_t from = j->parts.n, keys_from = j->keys.n;
  JsonScan s;
  JsonValue key, value;
  if (!open_value(at, JSON_OBJECT, &s)) return misfit(j, at, FIT_NOT_OF_TYPE);
  while (json_next_member(&s, &key, &value)) {
    if (!push_key(j, type_key(type), &key)) return FIT_NO_MEMORY;
    ValueFit fit = push_part(j, at, (JsonStep){.key = key.text}, at->field->part, &value);
    if (fit != FIT_GOOD) return fit;
    const Value *count = &j->parts.items[j->parts.n - 1];
    if (type.kind == TYPE_MULTISET && count->as.i < 1) {
      return misfit(j, &(Place){at->field->part, &value, at->depth + 1}, FIT_OUT_OF_RANGE);
    }
  }
  Value *keys = j->keys.items + keys_from, *values = j->parts.items + from;
  const uint32_t n = j->parts.n - from;
  return map_make(room_of(j, at), type, keys, values, n, out) ? FIT_GOOD : FIT_NO_MEMORY;
}

static ValueFit read_row(Json *j, const Place *at, TextRef *out) {
  JsonObject *o = at->field->row;
  const uint32_t from = j->parts.n;
  JsonScan s;
  if (!open_value(at, JSON_OBJECT, &s)) return misfit(j, at, FIT_NOT_OF_TYPE);
  if (!json_scan_members(o, &s, &j->parts_text)) return FIT_NO_MEMORY;
  for (uint32_t i = 0; i < o->n_fields; i++) {
    const JsonStep step = {.row_field = &o->fields[i]};
    ValueFit fit = push_part(j, at, step, &o->fields[i], &o->values[i]);
    if (fit != FIT_GOOD) return fit;
  }
  const Value *fields = j->parts.items + from;
  return row_make(room_of(j, at), at->field->type, fields, out) ? FIT_GOOD : FIT_NO_MEMORY;
}

static ValueFit read_nested(Json *j, const Place *at, TextRef *out) {
  const uint32_t from = j->parts.n, keys_from = j->keys.n;
  const uint8_t kind = at->field->type.kind;
  if (j->parts_text.total_bytes > NESTED_MAX) return misfit(j, at, FIT_OUT_OF_RANGE);
  ValueFit fit = kind == TYPE_ARRAY ? read_array(j, at, out)
                 : kind == TYPE_ROW ? read_row(j, at, out)
                                    : read_map(j, at, out);
  j->parts.n = from;
  j->keys.n = keys_from;
  return fit;
}

/* --- parts --------------------------------------------------------------------------- */

static ValueFit read_scalar(Json *j, const Place *at, Value *out) {
  Int128 slot[1] = {0};
  const Type type = at->field->type;
  ValueFit fit = json_value_store(&j->meaning, at->value, type, &j->parts_text, slot);
  if (fit == FIT_NO_MEMORY) return fit;
  if (fit != FIT_GOOD) return misfit(j, at, fit);
  *out = value_of(&(Vector){.type = type, .constant = true, .data = slot}, 0);
  return FIT_GOOD;
}

static ValueFit read_part(Json *j, const Place *at, Value *out) {
  const Type type = at->field->type;
  const JsonKind kind = at->value->kind;
  const bool missing = kind == JSON_NONE;
  ValueFit fit;
  *out = value_null(type);
  if (missing || kind == JSON_NULL) {
    if (type.nullable && !(missing && j->fail_on_missing)) return FIT_GOOD;
    fit = misfit(j, at, missing ? FIT_IS_MISSING : FIT_IS_NULL);
  } else if (type_is_nested(type)) {
    TextRef text;
    fit = read_nested(j, at, &text);
    if (fit == FIT_GOOD) *out = (Value){.type = type, .as.text = text};
  } else {
    fit = read_scalar(j, at, out);
  }
  if (fit == FIT_GOOD || fit == FIT_NO_MEMORY) return fit;
  return j->on_error == ON_ERROR_NULL && type.nullable ? FIT_GOOD : fit;
}

ValueFit json_column_store(Json *j, const JsonValue *value, uint32_t col, uint32_t row) {
  const JsonField *field = &j->record.fields[col];
  const Vector *v = &j->builder->batch.cols[col];
  assert(value->kind != JSON_NONE);
  if (value->kind == JSON_NULL) return value_set_null(j->builder, col, row);
  if (v->valid != NULL) bit_set(v->valid, row);
  void *slot = value_slot(v, row);
  ValueFit fit;
  if (type_is_nested(field->type)) {
    arena_reset(&j->parts_text);
    j->parts.n = j->keys.n = 0;
    fit = read_nested(j, &(Place){field, value, 0}, slot);
  } else {
    fit = json_value_store(&j->meaning, value, field->type, &j->builder->text, slot);
  }
  if (fit != FIT_GOOD) memset(slot, 0, phys_size(type_phys(v->type)));
  return fit;
}

/* --- members and paths --------------------------------------------------------------- */

/* The field of a key that may have escapes, or JSON_NO_FIELD.  false: no memory. */
static bool find_field(const JsonObject *o, const JsonValue *key, Arena *arena, int32_t *field) {
  Str name = key->text;
  if (key->escaped) {
    char *plain = arena_try_alloc(arena, name.len, 1);
    if (plain == NULL) return false;
    name = (Str){plain, json_unescape(name, plain)};
  }
  *field = json_field_find(o, name);
  return true;
}

bool json_scan_members(JsonObject *o, JsonScan *s, Arena *arena) {
  JsonValue key, value;
  for (uint32_t i = 0; i < o->n_fields; i++) o->values[i] = (JsonValue){.kind = JSON_NONE};
  while (json_next_member(s, &key, &value)) {
    int32_t field;
    if (!find_field(o, &key, arena, &field)) return false;
    if (field != JSON_NO_FIELD) o->values[field] = value;
  }
  return true;
}

void json_misfit_path(const JsonMisfit *misfit, Str column, StrBuf *out) {
  strbuf_str(out, column);
  for (uint32_t i = 0; i < misfit->n; i++) {
    const JsonStep *step = &misfit->path[i];
    if (step->row_field != NULL) {
      strbuf_putc(out, '.');
      strbuf_str(out, step->row_field->name);
    } else if (step->item > 0) {
      strbuf_printf(out, "[%u]", step->item);
    } else {
      strbuf_puts(out, "['");
      strbuf_str(out, step->key);
      strbuf_puts(out, "']");
    }
  }
}
