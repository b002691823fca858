/* func_map.c -- functions over MAP: its keys, values and entries, and maps from arrays and maps.
 *
 * Within a MAP keys and values lie as an ARRAY of them does, so MAP_KEYS and MAP_VALUES borrow.
 */
#include "exec/expr/func_map.h"

#include "exec/data/nested_slots.h"
#include "exec/expr/func_bind.h"
#include "exec/expr/func_nested.h"
#include "exec/expr/func_rows.h"

/* --- binding ------------------------------------------------------------------------------- */

static Type arg_type(const FuncBind *b, uint32_t i) { return b->call->args[i]->type; }

static Code bind_half(FuncBind *b, Type (*half)(Type)) {
  Type map = arg_type(b, 0);
  if (map.kind != TYPE_MAP) return func_bad_args(b, "a MAP");
  b->call->type = type_array(half(map));
  return OK;
}

Code bind_map_keys(FuncBind *b) { return bind_half(b, type_key); }
Code bind_map_values(FuncBind *b) { return bind_half(b, type_value); }

static Type entry_type(Type map) {
  static const char *const names[] = {"key", "value"};
  return type_row(map.shape->types, names, 2);
}

Code bind_map_entries(FuncBind *b) {
  Type map = arg_type(b, 0);
  if (map.kind != TYPE_MAP) return func_bad_args(b, "a MAP");
  Type entry = entry_type(map);
  TRY(bind_nest(b, &entry, 1));
  b->call->type = type_array(entry);
  return OK;
}

Code bind_map_union(FuncBind *b) {
  Type type;
  TRY(bind_common(b, "MAPs of one kind", &type));
  if (type.kind != TYPE_MAP) return func_bad_args(b, "MAPs of one kind");
  b->call->type = type;
  return OK;
}

Code bind_map_from_arrays(FuncBind *b) {
  Type keys = arg_type(b, 0), values = arg_type(b, 1);
  if (keys.kind != TYPE_ARRAY || values.kind != TYPE_ARRAY) {
    return func_bad_args(b, "an ARRAY of keys and one of values");
  }
  b->call->type = type_map(type_item(keys), type_item(values));
  return OK;
}

Code bind_map_from_entries(FuncBind *b) {
  Type t = arg_type(b, 0);
  bool pairs = t.kind == TYPE_ARRAY && type_item(t).kind == TYPE_ROW && type_item(t).shape->n == 2;
  if (!pairs) return func_bad_args(b, "an ARRAY of ROWs of a key and a value");
  const Type *types = type_item(t).shape->types;
  b->call->type = type_nullable(type_map(types[0], types[1]), true);
  return OK;
}

Code bind_map_contains_key(FuncBind *b) {
  Type map = arg_type(b, 0), key = arg_type(b, 1);
  if (map.kind != TYPE_MAP) return func_bad_args(b, "a MAP and a key");
  bool texts = type_is_character(key) && type_is_character(type_key(map));
  if (!texts) TRY(func_cast_arg(b, 1, type_key(map)));
  b->call->type = type_of(TYPE_BOOLEAN);
  return OK;
}

/* --- parts --------------------------------------------------------------------------------- */

static Code halves(KernelCall *k, bool of_keys) {
  TextArg maps = text_arg(k, 0);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    Str keys, values;
    map_halves(text_at(maps, row), &keys, &values);
    put_text(k, row, of_keys ? keys : values);
  }
  return OK;
}

Code kernel_map_keys(KernelCall *k) { return halves(k, true); }
Code kernel_map_values(KernelCall *k) { return halves(k, false); }

Code kernel_map_contains_key(KernelCall *k) {
  Type map = k->expr->args[0]->type;
  TextArg maps = text_arg(k, 0);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    Value key = value_of(&k->args[1], row), value;
    key.type = type_key(map);
    put_bool(k, row, map_find(map, text_at(maps, row), &key, &value));
  }
  return OK;
}

/* --- gathering entries --------------------------------------------------------------------- */

/* The entries of a row's result. */
typedef struct Entries {
  ValueStack keys, values;
} Entries;

static void entries_deinit(Entries *e) {
  value_stack_deinit(&e->keys);
  value_stack_deinit(&e->values);
}

static bool push_entry(Entries *e, const Value *key, const Value *value) {
  return value_stack_push(&e->keys, key) && value_stack_push(&e->values, value);
}

static bool push_items(Entries *e, const Items *keys, const Items *values) {
  for (uint32_t i = 0; i < keys->n; i++) {
    Value key = items_get(keys, i), value = items_get(values, i);
    if (!push_entry(e, &key, &value)) return false;
  }
  return true;
}

/* Fills e for a row. */
typedef Code (*EntriesOf)(KernelCall *k, uint32_t row, Entries *e);

static Code make_maps(KernelCall *k, EntriesOf entries_of) {
  Entries e = {0};
  Code code = OK;
  for (uint32_t i = 0, row; code == OK && next_row(k, &i, &row);) {
    TextRef map = {0};
    e.keys.n = e.values.n = 0;
    code = entries_of(k, row, &e);
    if (code != OK || !vector_valid(k->out, row)) continue;
    bool made = map_make(k->text, k->expr->type, e.keys.items, e.values.items, e.keys.n, &map);
    code = put_nested(k, row, made, map);
  }
  entries_deinit(&e);
  return code;
}

/* Of equal keys the last map's counts: map_make keeps the last. */
static Code union_entries(KernelCall *k, uint32_t row, Entries *e) {
  for (uint32_t i = 0; i < k->n_args; i++) {
    Type t = k->expr->args[i]->type;
    Str map = text_at(text_arg(k, i), row);
    Items keys = map_keys(t, map), values = map_values(t, map);
    if (!push_items(e, &keys, &values)) return func_no_memory(k);
  }
  return OK;
}

static Code array_entries(KernelCall *k, uint32_t row, Entries *e) {
  Items keys = array_items(k->expr->args[0]->type, text_at(text_arg(k, 0), row));
  Items values = array_items(k->expr->args[1]->type, text_at(text_arg(k, 1), row));
  if (keys.n != values.n) {
    return func_fail(k, "%u keys and %u values are no pairs", keys.n, values.n);
  }
  return push_items(e, &keys, &values) ? OK : func_no_memory(k);
}

/* An entry that is NULL makes the map NULL. */
static Code pair_entries(KernelCall *k, uint32_t row, Entries *e) {
  Items pairs = array_items(k->expr->args[0]->type, text_at(text_arg(k, 0), row));
  for (uint32_t i = 0; i < pairs.n; i++) {
    if (!items_valid(&pairs, i)) {
      put_null(k, row);
      return OK;
    }
    Str pair = items_text(&pairs, i);
    Value key = row_field(pairs.type, pair, 0), value = row_field(pairs.type, pair, 1);
    if (!push_entry(e, &key, &value)) return func_no_memory(k);
  }
  return OK;
}

Code kernel_map_union(KernelCall *k) { return make_maps(k, union_entries); }
Code kernel_map_from_arrays(KernelCall *k) { return make_maps(k, array_entries); }
Code kernel_map_from_entries(KernelCall *k) { return make_maps(k, pair_entries); }

/* --- MAP_ENTRIES --------------------------------------------------------------------------- */

/* The entries of a map as ROWs, in the scratch arena. */
static bool entry_rows(Type map, Type entry, Str value, Arena *scratch, ValueStack *out) {
  Items keys = map_keys(map, value), values = map_values(map, value);
  out->n = 0;
  for (uint32_t i = 0; i < keys.n; i++) {
    const Value pair[] = {items_get(&keys, i), items_get(&values, i)};
    Value row = {.type = entry};
    if (!row_make(scratch, entry, pair, &row.as.text)) return false;
    if (!value_stack_push(out, &row)) return false;
  }
  return true;
}

Code kernel_map_entries(KernelCall *k) {
  Type map = k->expr->args[0]->type, entry = type_item(k->expr->type);
  Arena scratch = {0};
  ValueStack rows = {0};
  Code code = OK;
  for (uint32_t i = 0, row; code == OK && next_row(k, &i, &row);) {
    TextRef array = {0};
    bool made = entry_rows(map, entry, text_at(text_arg(k, 0), row), &scratch, &rows) &&
                array_make(k->text, k->expr->type, rows.items, rows.n, &array);
    code = put_nested(k, row, made, array);
    arena_reset(&scratch);
  }
  arena_deinit(&scratch);
  value_stack_deinit(&rows);
  return code;
}
