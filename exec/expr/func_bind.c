/* func_bind.c -- shapes of argument lists: what several functions ask of their arguments. */
#include "exec/expr/func_bind.h"

#include <string.h>

/* --- single arguments -------------------------------------------------------------------- */

void bind_type_null(FuncBind *b, uint32_t i, Type type) {
  Expr *arg = b->call->args[i];
  if (arg->type.kind != TYPE_NULL) return;
  b->call->args[i] = expr_cast_node(b->arena, arg, type, false, arg->span);
}

void bind_fold(FuncBind *b, uint32_t i) {
  Expr *arg = b->call->args[i];
  bool cast_of_const = arg->kind == EXPR_CAST && arg->args[0]->kind == EXPR_CONST;
  if (cast_of_const) b->call->args[i] = expr_fold(b->arena, arg, b->env);
}

bool bind_const_int(const FuncBind *b, uint32_t i, int64_t *out) {
  const Expr *arg = b->call->args[i];
  if (arg->kind != EXPR_CONST || arg->value.null || !type_is_integer(arg->type)) return false;
  *out = arg->value.as.i;
  return true;
}

bool bind_any_nullable(const FuncBind *b) {
  for (uint32_t i = 0; i < b->call->n_args; i++) {
    if (b->call->args[i]->type.nullable) return true;
  }
  return false;
}

void bind_wrap_cast(FuncBind *b, Type to) {
  Expr *inner = expr_copy(b->arena, b->call);
  Expr *cast = expr_cast_node(b->arena, inner, to, false, inner->span);
  if (cast == inner) return;
  *b->call = *cast;
}

/* --- by letters -------------------------------------------------------------------------- */

/* Argument i as the letter says; false: it does not fit. */
static bool shape_one(FuncBind *b, uint32_t i, char letter, Code *code) {
  Type wanted, is = b->call->args[i]->type;
  switch (letter) {
    case 't':
      wanted = type_string();
      if (is.kind == TYPE_NULL) break;
      return type_is_character(is);
    case 'y':
      wanted = type_text(TYPE_VARBINARY, TYPE_LENGTH_MAX);
      if (is.kind == TYPE_NULL) break;
      return type_is_character(is) || type_is_binary(is);
    case 'n':
      wanted = type_of(TYPE_INT);
      if (is.kind == TYPE_NULL) break;
      return type_is_numeric(is);
    case 'i':
      wanted = type_of(TYPE_INT);
      break;
    case 'l':
      wanted = type_of(TYPE_BIGINT);
      break;
    case 'd':
      wanted = type_of(TYPE_DOUBLE);
      break;
    case 'b':
      wanted = type_of(TYPE_BOOLEAN);
      break;
    default:
      assert(letter == 'a');
      return true;
  }
  if (!type_implicit(is, wanted)) return false;
  *code = func_cast_arg(b, i, wanted);
  return true;
}

Code bind_shape(FuncBind *b, const char *shape, Type result, const char *takes) {
  for (uint32_t i = 0; i < b->call->n_args; i++) {
    if (shape[0] == '\0') return func_bad_args(b, takes);
    Code code = OK;
    if (!shape_one(b, i, shape[0], &code)) return func_bad_args(b, takes);
    TRY(code);
    if (shape[1] != '*') shape++;
  }
  b->call->type = result;
  return OK;
}

/* --- common types ------------------------------------------------------------------------ */

Code bind_common(FuncBind *b, const char *takes, Type *common) {
  Expr *call = b->call;
  Type type = call->args[0]->type;
  for (uint32_t i = 1; i < call->n_args; i++) {
    if (!type_common(type, call->args[i]->type, &type)) return func_bad_args(b, takes);
  }
  if (type.kind == TYPE_NULL) type = type_of(TYPE_INT);
  for (uint32_t i = 0; i < call->n_args; i++) {
    TRY(expr_cast_explicit(b->arena, call->args[i], type, false, call->args[i]->span,
                           &call->args[i], b->err));
    bind_fold(b, i);
  }
  *common = type;
  return OK;
}

/* Must both sides be converted to be compared?  Texts of any length are compared as they are, and
 * so are instants of any precision. */
static bool compared_as_is(Type a, Type b) {
  if (type_is_character(a)) return type_is_character(b);
  if (type_is_binary(a)) return type_is_binary(b);
  return a.kind == b.kind && a.kind != TYPE_DECIMAL;
}

/* DECIMALs whose common type would lose digits behind the point: compared digit by digit. */
static bool compared_unscaled(Type a, Type b, Type common) {
  if (common.kind != TYPE_DECIMAL) return false;
  unsigned scale_a = a.kind == TYPE_DECIMAL ? a.scale : 0;
  unsigned scale_b = b.kind == TYPE_DECIMAL ? b.scale : 0;
  return common.scale < scale_a || common.scale < scale_b;
}

/* Equal values of one type are equal bytes; there is no order. */
static Code compare_nested(FuncBind *b, Type type) {
  Expr *call = b->call;
  const char *op = call->func->name;
  if (op[0] == '>' || (op[0] == '<' && op[1] != '>')) {
    return func_bad_args(b, "values that have an order; = and <> compare these");
  }
  for (uint32_t i = 0; i < 2; i++) {
    call->args[i] = expr_cast_node(b->arena, call->args[i], type, false, call->args[i]->span);
    bind_fold(b, i);
  }
  call->type = type_of(TYPE_BOOLEAN);
  return OK;
}

Code bind_compare(FuncBind *b) {
  Expr *call = b->call;
  Type type, x = call->args[0]->type, y = call->args[1]->type;
  if (!type_compared(x, y, &type)) return func_bad_args(b, "two values of one kind");
  if (type_is_nested(type)) return compare_nested(b, type);
  if (type.kind == TYPE_NULL) type = type_of(TYPE_INT);
  bool as_is = compared_as_is(x, y), unscaled = compared_unscaled(x, y, type);
  for (uint32_t i = 0; i < 2 && !as_is; i++) {
    Expr **arg = &call->args[i];
    Type to = type;
    bool same_kind = (*arg)->type.kind == type.kind;
    if (same_kind && (unscaled || type.kind != TYPE_DECIMAL)) continue;
    if (unscaled) to = type_decimal(type_integer_digits((TypeKind)(*arg)->type.kind), 0);
    TRY(expr_cast_explicit(b->arena, *arg, to, false, (*arg)->span, arg, b->err));
    bind_fold(b, i);
  }
  call->type = type_of(TYPE_BOOLEAN);
  return OK;
}

Code bind_bool(FuncBind *b) { return bind_shape(b, "b", type_of(TYPE_BOOLEAN), "a BOOLEAN"); }

Code bind_any_to_bool(FuncBind *b) {
  bind_type_null(b, 0, type_of(TYPE_INT));
  return bind_shape(b, "a", type_of(TYPE_BOOLEAN), "a value");
}

Code bind_double(FuncBind *b) { return bind_shape(b, "d*", type_of(TYPE_DOUBLE), "numbers"); }
