/* json_object.c -- what a decoder looks for in JSON, made from types: fields and objects.
 *
 * A ROW's object stands in its field, so the recursion here goes as deep as the type.
 */
#include <stdlib.h>

#include "base/hash.h"
#include "exec/formats/json_read.h"

static JsonAct act_of(Type type) {
  if (type.kind == TYPE_INT) return JSON_TO_INT32;
  if (type.kind == TYPE_BIGINT) return JSON_TO_INT64;
  if (type.kind == TYPE_DOUBLE) return JSON_TO_DOUBLE;
  if (type.kind == TYPE_DECIMAL && type_phys(type) == PHYS_I64) return JSON_TO_DECIMAL;
  if (type_is_character(type)) return JSON_TO_TEXT;
  if (type_is_timestamp(type)) return JSON_TO_TIMESTAMP;
  return type_is_nested(type) ? JSON_TO_NESTED : JSON_TO_ANY;
}

/* --- names --------------------------------------------------------------------------- */

/* Where a name is, or would be put. */
static int32_t *name_slot(const JsonObject *o, Str name) {
  uint32_t slot = (uint32_t)hash_bytes(name.ptr, name.len) & o->name_mask;
  while (o->names[slot] != JSON_NO_FIELD && !str_eq(o->fields[o->names[slot]].name, name)) {
    slot = (slot + 1) & o->name_mask;
  }
  return &o->names[slot];
}

int32_t json_field_find(const JsonObject *o, Str name) { return *name_slot(o, name); }

/* --- life ---------------------------------------------------------------------------- */

static bool init_field(JsonField *f, Str name, Type type);

static bool init_row(JsonField *f) {
  const TypeShape *s = f->type.shape;
  FormatField *fields = calloc(s->n, sizeof *fields);
  f->row = calloc(1, sizeof *f->row);
  bool good = fields != NULL && f->row != NULL;
  if (good) {
    for (uint32_t i = 0; i < s->n; i++) fields[i] = (FormatField){s->names[i], s->types[i]};
    good = json_object_init(f->row, fields, s->n, JSON_ROW_KEYS_MIN + 2 * s->n);
  }
  free(fields);
  return good;
}

/* What an ARRAY holds; the values of a MAP. */
static bool init_part(JsonField *f) {
  Type part = f->type.kind == TYPE_ARRAY ? type_item(f->type) : type_value(f->type);
  f->part = calloc(1, sizeof *f->part);
  return f->part != NULL && init_field(f->part, (Str){NULL, 0}, part);
}

static bool init_field(JsonField *f, Str name, Type type) {
  *f = (JsonField){.name = name, .type = type, .act = act_of(type)};
  if (!type_is_nested(type)) return true;
  return type.kind == TYPE_ROW ? init_row(f) : init_part(f);
}

static void deinit_field(JsonField *f) {
  if (f->part != NULL) deinit_field(f->part);
  if (f->row != NULL) json_object_deinit(f->row);
  free(f->part);
  free(f->row);
}

bool json_object_init(JsonObject *o, const FormatField *fields, uint32_t n, uint32_t keys) {
  uint32_t n_names = 2;
  while (n_names < 2 * n) n_names *= 2;
  *o = (JsonObject){.name_mask = n_names - 1};
  o->fields = calloc(n + 1, sizeof *o->fields);
  o->values = calloc(n + 1, sizeof *o->values);
  o->names = malloc(n_names * sizeof *o->names);
  bool good = json_keys_init(&o->keys, keys);
  if (!good || o->fields == NULL || o->values == NULL || o->names == NULL) return false;
  for (uint32_t i = 0; i < n_names; i++) o->names[i] = JSON_NO_FIELD;
  for (; o->n_fields < n; o->n_fields++) {
    JsonField *f = &o->fields[o->n_fields];
    const FormatField *from = &fields[o->n_fields];
    int32_t *slot = name_slot(o, str_of(from->name));
    assert(*slot == JSON_NO_FIELD); /* names differ */
    *slot = (int32_t)o->n_fields;
    if (init_field(f, str_of(from->name), from->type)) continue;
    deinit_field(f);
    return false;
  }
  return true;
}

void json_object_deinit(JsonObject *o) {
  for (uint32_t i = 0; i < o->n_fields; i++) deinit_field(&o->fields[i]);
  json_keys_deinit(&o->keys);
  free(o->fields);
  free(o->values);
  free(o->names);
}

/* --- chunks -------------------------------------------------------------------------- */

void json_object_renew(JsonObject *o) {
  json_keys_renew(&o->keys);
  for (uint32_t i = 0; i < o->n_fields; i++) {
    const JsonField *f = &o->fields[i];
    while (f->part != NULL) f = f->part;
    if (f->row != NULL) json_object_renew(f->row);
  }
}
