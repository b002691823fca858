/* func_choose.c -- one of several by its place, and the place by the value: ELT, FIELD. */
#include "exec/expr/func_bind.h"
#include "exec/expr/func_more.h"
#include "exec/expr/func_rows.h"

Code bind_elt(FuncBind *b) {
  static const char takes[] = "an integer and strings, or an integer and bytes";
  Expr *call = b->call;
  bool bytes = false;
  for (uint32_t i = 1; i < call->n_args; i++) bytes |= type_is_binary(call->args[i]->type);
  Type type = bytes ? type_text(TYPE_VARBINARY, TYPE_LENGTH_MAX) : type_string();
  for (uint32_t i = 1; i < call->n_args; i++) {
    bind_type_null(b, i, type);
    if (bytes && !type_is_binary(call->args[i]->type)) return func_bad_args(b, takes);
  }
  return bind_shape(b, bytes ? "ly*" : "lt*", type, takes);
}

Code kernel_elt(KernelCall *k) {
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    int64_t at = vector_valid(&k->args[0], row) ? int_at(int_arg(k, 0), row) : 0;
    bool there = at >= 1 && at < (int64_t)k->n_args;
    if (there && vector_valid(&k->args[at], row)) {
      put_text(k, row, text_at(text_arg(k, (uint32_t)at), row)); /* borrowed */
    } else {
      put_null(k, row);
    }
  }
  return OK;
}

/* CASE WHEN x = a THEN 1 WHEN x = b THEN 2 ... ELSE 0 END */
Code bind_place(FuncBind *b) {
  Expr *call = b->call;
  Type type = type_not_null(type_of(TYPE_INT));
  uint32_t n = call->n_args - 1;
  Expr *out = expr_new(b->arena, EXPR_CASE, type, 2 * n + 1, call->span);
  for (uint32_t i = 0; i < n; i++) {
    Expr **pair = ARENA_ARRAY(b->arena, Expr *, 2);
    pair[0] = call->args[0];
    pair[1] = call->args[i + 1];
    TRY(func_call(b->arena, b->env, "=", call->span, pair, 2, &out->args[2 * i], b->err));
    out->args[2 * i + 1] = expr_const(b->arena, value_int(type, i + 1), call->span);
  }
  out->args[2 * n] = expr_const(b->arena, value_int(type, 0), call->span);
  out->n_args = 2 * n + 1;
  *call = *out;
  return OK;
}
