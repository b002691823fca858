/* func_logic.c -- truth values and NULLs: NOT, IS NULL, IS TRUE ...; IF, IFNULL, NULLIF and
 * COALESCE, which become CASE and COALESCE expressions, so that what is not reached is not
 * evaluated; TYPEOF.
 */
#include <string.h>

#include "exec/expr/func_bind.h"
#include "exec/expr/func_num.h"
#include "exec/expr/kernels/k_convert.h"

Code kernel_not(KernelCall *k) {
  const Vector *a = &k->args[0];
  const int8_t *x = a->data;
  int8_t *out = k->out->data;
  if (a->constant) {
    memset(out, x[0] == 0, k->rows);
  } else {
    for (uint32_t i = 0; i < k->rows; i++) out[i] = x[i] == 0;
  }
  return OK;
}

/* out = the value is there, as 0 or 1; with invert the opposite. */
static void presence(const KernelCall *k, bool invert, int8_t *out) {
  const Vector *a = &k->args[0];
  if (a->valid == NULL || a->constant) {
    memset(out, vector_valid(a, 0) != invert, k->rows);
  } else {
    convert_bits(a->valid, invert, out, k->rows);
  }
}

/* IS NULL and IS UNKNOWN, IS NOT NULL and IS NOT UNKNOWN. */
Code kernel_is_null(KernelCall *k) {
  presence(k, strstr(k->expr->func->name, "NOT") == NULL, k->out->data);
  return OK;
}

/* IS [NOT] TRUE, IS [NOT] FALSE. */
Code kernel_is_truth(KernelCall *k) {
  const char *name = k->expr->func->name;
  bool invert = strstr(name, "NOT") != NULL, wanted = strstr(name, "TRUE") != NULL;
  const Vector *a = &k->args[0];
  const int8_t *x = a->data;
  int8_t *out = k->out->data;
  presence(k, false, out);
  for (uint32_t i = 0; i < k->rows; i++) {
    bool is = out[i] & ((x[vector_at(a, i)] != 0) == wanted);
    out[i] = is != invert;
  }
  return OK;
}

/* --- what becomes something else ------------------------------------------------------------- */

Code kernel_none(KernelCall *k) {
  assert(k == NULL && "bind left something else in its place");
  return OK;
}

/* A node like the call. */
static Expr *in_place_of(FuncBind *b, ExprKind kind, Type type, uint32_t n_args) {
  return expr_new(b->arena, kind, type, n_args, b->call->span);
}

Code bind_if(FuncBind *b) {
  Expr *call = b->call;
  static const char takes[] = "a BOOLEAN and two values of one kind";
  Type type;
  bind_type_null(b, 0, type_of(TYPE_BOOLEAN));
  if (call->args[0]->type.kind != TYPE_BOOLEAN) return func_bad_args(b, takes);
  if (!type_common(call->args[1]->type, call->args[2]->type, &type)) return func_bad_args(b, takes);
  if (type.kind == TYPE_NULL) type = type_of(TYPE_INT);
  Expr *out = in_place_of(b, EXPR_CASE, type, 3);
  out->args[0] = call->args[0];
  for (uint32_t i = 1; i < 3; i++) {
    out->args[i] = expr_cast_node(b->arena, call->args[i], type, false, call->args[i]->span);
  }
  *call = *out;
  return OK;
}

Code bind_coalesce(FuncBind *b) {
  Expr *call = b->call;
  Type type;
  TRY(bind_common(b, "values of one kind", &type));
  type.nullable = true;
  for (uint32_t i = 0; i < call->n_args; i++) type.nullable &= call->args[i]->type.nullable;
  Expr *out = in_place_of(b, EXPR_COALESCE, type, 0);
  out->args = call->args;
  out->n_args = call->n_args;
  *call = *out;
  return OK;
}

/* CASE WHEN a = b THEN NULL ELSE a END */
Code bind_nullif(FuncBind *b) {
  Expr *call = b->call, *equal;
  Expr *a = call->args[0];
  if (a->type.kind == TYPE_NULL) a = expr_cast_node(b->arena, a, type_of(TYPE_INT), false, a->span);
  Expr **pair = ARENA_ARRAY(b->arena, Expr *, 2);
  pair[0] = a;
  pair[1] = call->args[1];
  TRY(func_call(b->arena, b->env, "=", call->span, pair, 2, &equal, b->err));
  Type type = type_nullable(a->type, true);
  Expr *out = in_place_of(b, EXPR_CASE, type, 3);
  out->args[0] = equal;
  out->args[1] = expr_null(b->arena, type, call->span);
  out->args[2] = a;
  *call = *expr_once(b->arena, &a, 1, out);
  return OK;
}

/* The second argument asks for the text of types that have no other form; ours all have one. */
Code bind_typeof(FuncBind *b) {
  StrBuf text;
  strbuf_init(&text, 0);
  type_print_full(b->call->args[0]->type, &text);
  Str name = {strbuf_text(&text), text.len};
  Expr *out = expr_const(b->arena, value_text(type_string(), name), b->call->span);
  strbuf_deinit(&text);
  *b->call = *out;
  return OK;
}
