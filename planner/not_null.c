/* not_null.c -- a function that passes its argument on and fails for NULL.
 *
 * No SQL text can call it, so it stands in no list of functions; the message lies in the second
 * argument of the call, a constant.
 */
#include "planner/not_null.h"

#include <string.h>

static Code not_null_kernel(KernelCall *k) {
  const Vector *in = &k->args[0];
  for (uint32_t i = 0; i < k->n; i++) {
    if (vector_valid(in, k->sel[i])) continue;
    Str message = text_str(&k->expr->args[1]->value.as.text);
    return FAIL(k->err, ERR_DATA, k->expr->span, "%.*s", (int)message.len, message.ptr);
  }
  size_t width = phys_size(type_phys(in->type));
  if (!in->constant) {
    memcpy(k->out->data, in->data, k->rows * width);
  } else {
    for (uint32_t i = 0; i < k->rows; i++) {
      memcpy((char *)k->out->data + i * width, in->data, width);
    }
  }
  k->out->valid = NULL;
  return OK;
}

static const FuncDef not_null = {.name = "NOT_NULL",
                                 .min_args = 2,
                                 .max_args = 2,
                                 .flags = FUNC_NULLS | FUNC_NOT_NULL | FUNC_MAY_FAIL,
                                 .kernel = not_null_kernel,
                                 .doc = "Its first argument, which may not be NULL."};

Expr *not_null_check(Arena *a, Expr *e, const char *message, Span span) {
  if (!e->type.nullable) return e;
  Str text = str_of(message);
  Expr *call = expr_new(a, EXPR_CALL, type_not_null(e->type), 2, span);
  call->func = &not_null;
  call->args[0] = e;
  call->args[1] = expr_const(a, value_text(type_text(TYPE_VARCHAR, TYPE_LENGTH_MAX), text), span);
  return call;
}
