/* func_nested.c -- what makes nested values of their parts: ARRAY[a, ...], MAP[k, v, ...],
 * ROW(a, ...).
 *
 * The items of an ARRAY, the keys and the values of a MAP have one type, the common one.  The
 * fields of a ROW are called EXPR$0, EXPR$1, ...
 */
#include "exec/expr/func_nested.h"

#include "base/limits.h"
#include "exec/expr/func_bind.h"
#include "exec/expr/func_rows.h"

/* --- types --------------------------------------------------------------------------------- */

Code bind_nest(FuncBind *b, const Type *types, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    if (type_depth(types[i]) < TYPE_DEPTH_MAX) continue;
    return FAIL(b->err, ERR_LIMIT, b->call->span, "types nested deeper than %d", TYPE_DEPTH_MAX);
  }
  return OK;
}

/* Brings arguments from, from + step, ... to their common type. */
static Code unify(FuncBind *b, uint32_t from, uint32_t step, const char *what, Type *type) {
  Expr **args = b->call->args;
  *type = args[from]->type;
  for (uint32_t i = from + step; i < b->call->n_args; i += step) {
    if (type_common(*type, args[i]->type, type)) continue;
    StrBuf one = {0}, other = {0};
    type_print(*type, &one);
    type_print(args[i]->type, &other);
    FAIL(b->err, ERR_TYPE, args[i]->span, "%s of one %s are %s and %s", what, b->call->func->name,
         strbuf_text(&one), strbuf_text(&other));
    strbuf_deinit(&one);
    strbuf_deinit(&other);
    return ERR_TYPE;
  }
  if (type->kind == TYPE_NULL) {
    FAIL(b->err, ERR_TYPE, b->call->span, "%s that are all NULL have no type", what);
    error_hint(b->err, "CAST(NULL AS INT) has one");
    return ERR_TYPE;
  }
  for (uint32_t i = from; i < b->call->n_args; i += step) {
    args[i] = expr_cast_node(b->arena, args[i], *type, false, args[i]->span);
    bind_fold(b, i);
  }
  return OK;
}

Code bind_array_of(FuncBind *b) {
  Type item;
  TRY(unify(b, 0, 1, "the items", &item));
  TRY(bind_nest(b, &item, 1));
  b->call->type = type_not_null(type_array(item));
  return OK;
}

Code bind_map_of(FuncBind *b) {
  Type types[2];
  if (b->call->n_args % 2 != 0) return func_bad_args(b, "pairs of a key and a value");
  TRY(unify(b, 0, 2, "the keys", &types[0]));
  TRY(unify(b, 1, 2, "the values", &types[1]));
  TRY(bind_nest(b, types, 2));
  b->call->type = type_not_null(type_map(types[0], types[1]));
  return OK;
}

Code bind_row_of(FuncBind *b) {
  uint32_t n = b->call->n_args;
  if (n > COLUMNS_MAX) {
    return FAIL(b->err, ERR_LIMIT, b->call->span, "a ROW of more than %d fields", COLUMNS_MAX);
  }
  Type *types = ARENA_ARRAY(b->arena, Type, n);
  const char **names = ARENA_ARRAY(b->arena, const char *, n);
  for (uint32_t i = 0; i < n; i++) {
    types[i] = b->call->args[i]->type;
    names[i] = arena_printf(b->arena, "EXPR$%u", i);
  }
  TRY(bind_nest(b, types, n));
  b->call->type = type_not_null(type_row(types, names, n));
  return OK;
}

/* --- kernels ------------------------------------------------------------------------------- */

Code nested_too_large(KernelCall *k, uint64_t size, const char *what) {
  return FAIL(k->err, ERR_LIMIT, k->expr->span, "a result of %llu %s is above the limit of %d",
              (unsigned long long)size, what, TEXT_RESULT_MAX);
}

Code put_nested(KernelCall *k, uint32_t row, bool made, TextRef value) {
  if (!made) return func_no_memory(k);
  if (value.len > TEXT_RESULT_MAX) return nested_too_large(k, value.len, "bytes");
  ((TextRef *)k->out->data)[row] = value;
  return OK;
}

static Value *scratch(KernelCall *k, uint32_t n) {
  return arena_try_alloc(k->text, n * sizeof(Value), sizeof(Int128));
}

Code kernel_array_of(KernelCall *k) {
  Value *items = scratch(k, k->n_args);
  if (items == NULL) return func_no_memory(k);
  for (uint32_t i = 0; i < k->n; i++) {
    TextRef value = {0};
    for (uint32_t j = 0; j < k->n_args; j++) items[j] = value_of(&k->args[j], k->sel[i]);
    bool made = array_make(k->text, k->expr->type, items, k->n_args, &value);
    TRY(put_nested(k, k->sel[i], made, value));
  }
  return OK;
}

Code kernel_map_of(KernelCall *k) {
  uint32_t n = k->n_args / 2;
  Value *keys = scratch(k, k->n_args);
  if (keys == NULL) return func_no_memory(k);
  Value *values = keys + n;
  for (uint32_t i = 0; i < k->n; i++) {
    TextRef value = {0};
    for (uint32_t j = 0; j < n; j++) {
      keys[j] = value_of(&k->args[2 * j], k->sel[i]);
      values[j] = value_of(&k->args[2 * j + 1], k->sel[i]);
    }
    bool made = map_make(k->text, k->expr->type, keys, values, n, &value);
    TRY(put_nested(k, k->sel[i], made, value));
  }
  return OK;
}

Code kernel_row_of(KernelCall *k) {
  Value *fields = scratch(k, k->n_args);
  if (fields == NULL) return func_no_memory(k);
  for (uint32_t i = 0; i < k->n; i++) {
    TextRef value = {0};
    for (uint32_t j = 0; j < k->n_args; j++) fields[j] = value_of(&k->args[j], k->sel[i]);
    bool made = row_make(k->text, k->expr->type, fields, &value);
    TRY(put_nested(k, k->sel[i], made, value));
  }
  return OK;
}
