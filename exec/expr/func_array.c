/* func_array.c -- CARDINALITY, ELEMENT, and functions that look for an item of an ARRAY, add or
 * drop some, or put arrays together.
 */
#include "exec/expr/func_array.h"

#include "exec/expr/func_bind.h"
#include "exec/expr/func_nested.h"
#include "exec/expr/func_rows.h"

/* --- binding ------------------------------------------------------------------------------- */

static bool is_array(const FuncBind *b, uint32_t i) {
  return b->call->args[i]->type.kind == TYPE_ARRAY;
}

Code bind_cardinality(FuncBind *b) {
  Type t = b->call->args[0]->type;
  bool counts = type_is_nested(t) && t.kind != TYPE_ROW;
  if (!counts) return func_bad_args(b, "an ARRAY, a MAP or a MULTISET");
  b->call->type = type_of(TYPE_INT);
  return OK;
}

Code bind_element_only(FuncBind *b) {
  if (!is_array(b, 0)) return func_bad_args(b, "an ARRAY");
  b->call->type = type_nullable(type_item(b->call->args[0]->type), true);
  return OK;
}

Code bind_array_same(FuncBind *b) {
  if (!is_array(b, 0)) return func_bad_args(b, "an ARRAY");
  b->call->type = b->call->args[0]->type;
  return OK;
}

Code bind_array_flatten(FuncBind *b) {
  Type t = b->call->args[0]->type;
  if (t.kind != TYPE_ARRAY || type_item(t).kind != TYPE_ARRAY) {
    return func_bad_args(b, "an ARRAY of ARRAYs");
  }
  b->call->type = type_nullable(type_item(t), true);
  return OK;
}

/* Give the first argument, an ARRAY, and the second one type of items. */
static Code with_item(FuncBind *b, Type *item) {
  Expr **args = b->call->args;
  bool fits = is_array(b, 0) && type_common(type_item(args[0]->type), args[1]->type, item);
  if (!fits) return func_bad_args(b, "an ARRAY and an item of it");
  Type array = type_nullable(type_array(*item), args[0]->type.nullable);
  args[0] = expr_cast_node(b->arena, args[0], array, false, args[0]->span);
  args[1] = expr_cast_node(b->arena, args[1], type_nullable(*item, true), false, args[1]->span);
  bind_fold(b, 0);
  bind_fold(b, 1);
  return OK;
}

Code bind_array_contains(FuncBind *b) {
  Type item;
  TRY(with_item(b, &item));
  b->call->type = type_nullable(type_of(TYPE_BOOLEAN), b->call->args[0]->type.nullable);
  return OK;
}

Code bind_array_position(FuncBind *b) {
  Type item;
  TRY(with_item(b, &item));
  b->call->type = type_of(TYPE_INT);
  return OK;
}

Code bind_array_with_item(FuncBind *b) {
  Type item;
  TRY(with_item(b, &item));
  b->call->type = type_nullable(type_array(item), b->call->args[0]->type.nullable);
  return OK;
}

Code bind_arrays(FuncBind *b) {
  Type type;
  TRY(bind_common(b, "ARRAYs whose items are of one kind", &type));
  if (type.kind != TYPE_ARRAY) return func_bad_args(b, "ARRAYs whose items are of one kind");
  b->call->type = type;
  return OK;
}

Code bind_array_slice(FuncBind *b) {
  if (!is_array(b, 0)) return func_bad_args(b, "an ARRAY and one or two integers");
  return bind_shape(b, "all", b->call->args[0]->type, "an ARRAY and one or two integers");
}

/* --- gathering ----------------------------------------------------------------------------- */

Parts array_arg(const KernelCall *k, uint32_t i, uint32_t row) {
  return parts_of(text_at(text_arg(k, i), row), part_size(type_item(k->args[i].type)));
}

bool gather_room(Gather *g, uint64_t n) {
  enum { FIRST = 64 };
  uint64_t wanted = g->n + n, cap = g->cap > 0 ? g->cap : FIRST;
  if (wanted <= g->cap) return true;
  if (wanted > TEXT_RESULT_MAX) {
    g->code = nested_too_large(g->k, wanted, "items");
    return false;
  }
  while (cap < wanted) cap *= 2;
  Str *items = arena_try_alloc(&g->scratch, cap * sizeof *items, sizeof(void *));
  if (items == NULL) return false;
  if (g->n > 0) memcpy(items, g->items, g->n * sizeof *items);
  g->items = items;
  g->cap = (uint32_t)cap;
  return true;
}

bool gather_push(Gather *g, Str part) {
  if (!gather_room(g, 1)) return false;
  gather_put(g, part);
  return true;
}

bool gather_all(Gather *g, const Parts *parts, uint32_t from, uint32_t to) {
  if (!gather_room(g, to - from)) return false;
  for (uint32_t i = from; i < to; i++) gather_put(g, part_at(parts, i));
  return true;
}

static Code gather_row(Gather *g, GatherRow one, uint32_t row) {
  KernelCall *k = g->k;
  g->n = 0;
  g->null = false;
  if (!one(g, row)) return g->code != OK ? g->code : func_no_memory(k);
  if (g->null) {
    put_null(k, row);
    return OK;
  }
  TextRef value = {0};
  bool made = parts_make(k->text, g->size, g->items, g->n, &value);
  return put_nested(k, row, made, value);
}

Code gather_rows(KernelCall *k, GatherRow one) {
  Gather g = {.k = k, .size = part_size(type_item(k->expr->type)), .code = OK};
  bool sees_nulls = (k->expr->func->flags & FUNC_NULLS) != 0;
  Code code = OK;
  for (uint32_t i = 0, row; code == OK && next_row(k, &i, &row);) {
    if (sees_nulls && !vector_valid(&k->args[0], row)) {
      put_null(k, row);
    } else {
      code = gather_row(&g, one, row);
    }
  }
  arena_deinit(&g.scratch);
  return code;
}

/* --- asking -------------------------------------------------------------------------------- */

Code kernel_cardinality(KernelCall *k) {
  Type t = k->expr->args[0]->type;
  TextArg values = text_arg(k, 0);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    put_int(k, row, (int32_t)nested_count(t, text_at(values, row)));
  }
  return OK;
}

Code kernel_element_only(KernelCall *k) {
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    Parts array = array_arg(k, 0, row);
    if (array.s.n > 1) return func_fail(k, "an ARRAY of %u items has more than one", array.s.n);
    Str part = array.s.n == 1 ? part_at(&array, 0) : (Str){NULL, 0};
    if (part.ptr == NULL) {
      put_null(k, row);
    } else {
      part_store(part, k->out, row);
    }
  }
  return OK;
}

/* The place of the item, or the number of items. */
static uint32_t find_part(const Parts *array, Str item) {
  uint32_t i = 0;
  while (i < array->s.n && !part_equal(part_at(array, i), item)) i++;
  return i;
}

Code kernel_array_contains(KernelCall *k) {
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    if (!vector_valid(&k->args[0], row)) {
      put_null(k, row);
      continue;
    }
    double room;
    Parts array = array_arg(k, 0, row);
    put_bool(k, row, find_part(&array, part_of_value(&k->args[1], row, &room)) < array.s.n);
  }
  return OK;
}

Code kernel_array_position(KernelCall *k) {
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    double room;
    Parts array = array_arg(k, 0, row);
    uint32_t at = find_part(&array, part_of_value(&k->args[1], row, &room));
    put_int(k, row, at < array.s.n ? (int32_t)at + 1 : 0);
  }
  return OK;
}

/* --- one array from another ---------------------------------------------------------------- */

/* part_of_value, whose bytes stay until the result is made. */
static bool gather_item(Gather *g, uint32_t arg, uint32_t row) {
  double *room = arena_try_alloc(&g->scratch, sizeof *room, sizeof *room);
  return room != NULL && gather_push(g, part_of_value(&g->k->args[arg], row, room));
}

static bool append_row(Gather *g, uint32_t row) {
  Parts array = array_arg(g->k, 0, row);
  return gather_all(g, &array, 0, array.s.n) && gather_item(g, 1, row);
}

static bool prepend_row(Gather *g, uint32_t row) {
  Parts array = array_arg(g->k, 0, row);
  return gather_item(g, 1, row) && gather_all(g, &array, 0, array.s.n);
}

static bool remove_row(Gather *g, uint32_t row) {
  double room;
  Parts array = array_arg(g->k, 0, row);
  Str item = part_of_value(&g->k->args[1], row, &room);
  if (!gather_room(g, array.s.n)) return false;
  for (uint32_t i = 0; i < array.s.n; i++) {
    Str part = part_at(&array, i);
    if (!part_equal(part, item)) gather_put(g, part);
  }
  return true;
}

static bool reverse_row(Gather *g, uint32_t row) {
  Parts array = array_arg(g->k, 0, row);
  if (!gather_room(g, array.s.n)) return false;
  for (uint32_t i = array.s.n; i > 0; i--) gather_put(g, part_at(&array, i - 1));
  return true;
}

static bool concat_row(Gather *g, uint32_t row) {
  for (uint32_t i = 0; i < g->k->n_args; i++) {
    Parts array = array_arg(g->k, i, row);
    if (!gather_all(g, &array, 0, array.s.n)) return false;
  }
  return true;
}

/* A negative place counts from the end.  As in Flink a place before the first item is the first
 * one, but a range that ends two or more places before it is empty. */
static bool slice_row(Gather *g, uint32_t row) {
  const KernelCall *k = g->k;
  Parts array = array_arg(k, 0, row);
  int64_t n = array.s.n, from = int_at(int_arg(k, 1), row);
  int64_t to = k->n_args > 2 ? int_at(int_arg(k, 2), row) : n;
  if (from < 0) from += n + 1;
  if (to < 0) to += n + 1;
  if (from < 1) from = 1;
  if (to == 0) to = 1;
  if (to > n) to = n;
  return from > to || gather_all(g, &array, (uint32_t)from - 1, (uint32_t)to);
}

static bool flatten_row(Gather *g, uint32_t row) {
  Parts outer = array_arg(g->k, 0, row);
  for (uint32_t i = 0; i < outer.s.n; i++) {
    Str inner = part_at(&outer, i);
    if (inner.ptr == NULL) {
      g->null = true;
      return true;
    }
    Parts array = parts_of(inner, g->size);
    if (!gather_all(g, &array, 0, array.s.n)) return false;
  }
  return true;
}

Code kernel_array_append(KernelCall *k) { return gather_rows(k, append_row); }
Code kernel_array_prepend(KernelCall *k) { return gather_rows(k, prepend_row); }
Code kernel_array_remove(KernelCall *k) { return gather_rows(k, remove_row); }
Code kernel_array_reverse(KernelCall *k) { return gather_rows(k, reverse_row); }
Code kernel_array_concat(KernelCall *k) { return gather_rows(k, concat_row); }
Code kernel_array_slice(KernelCall *k) { return gather_rows(k, slice_row); }
Code kernel_array_flatten(KernelCall *k) { return gather_rows(k, flatten_row); }
