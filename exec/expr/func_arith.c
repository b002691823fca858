/* func_arith.c -- the operators + - * / % and the unary minus.
 *
 * By the types of its arguments a call goes one of three ways: integers and floating point (here,
 * over the loops of kernels/k_arith.h), DECIMAL (func_decimal.c), dates, times and
 * intervals (func_datetime.c).
 *
 * Integers: + - * that leave the type are an error, unless weir.overflow = wrap; / truncates
 * toward zero; a zero divisor is an error.  The loops only say that some row is at fault;
 * then the rows that count are looked through one by one (raise_fault).
 */
#include <string.h>

#include "exec/data/number_text.h"
#include "exec/expr/func_bind.h"
#include "exec/expr/func_num.h"
#include "exec/expr/kernels/k_arith.h"
#include "exec/expr/type_rules.h"

/* --- helpers (func_num.h) ------------------------------------------------------------------ */

void row_set_null(KernelCall *k, uint32_t row) {
  size_t size = phys_size(type_phys(k->out->type));
  bit_clear(func_out_valid(k), row);
  memset((char *)k->out->data + row * size, 0, size);
}

/* --- bind ---------------------------------------------------------------------------------- */

static char op_of(const FuncDef *func) { return func->name[0] == 'M' ? '%' : func->name[0]; }

static Code bind_sign(FuncBind *b, char op) {
  Expr *call = b->call, *arg = call->args[0];
  bind_type_null(b, 0, type_of(TYPE_INT));
  arg = call->args[0];
  if (!type_is_numeric(arg->type) && !type_is_interval(arg->type)) {
    return func_bad_args(b, "a number or an interval");
  }
  if (op == '+') {
    *call = *expr_copy(b->arena, arg);
  } else {
    call->type = arg->type;
  }
  return OK;
}

static Code bind_numeric(FuncBind *b, char op) {
  Expr *call = b->call;
  Type x = call->args[0]->type, y = call->args[1]->type, type;
  bool nullable = x.nullable || y.nullable;
  if (type_is_exact(x) && type_is_exact(y) && (x.kind == TYPE_DECIMAL || y.kind == TYPE_DECIMAL)) {
    for (uint32_t i = 0; i < 2; i++) TRY(func_cast_arg(b, i, decimal_of(call->args[i]->type)));
    call->type = decimal_result(op, x, y); /* nullable: NULL where it does not fit */
    return OK;
  }
  bool common = type_common(x, y, &type);
  assert(common);
  (void)common;
  if (op == '%' && !type_is_exact(type)) return func_bad_args(b, "exact numbers");
  for (uint32_t i = 0; i < 2; i++) TRY(func_cast_arg(b, i, type));
  call->type = type_nullable(type, nullable);
  if (op == '%') bind_wrap_cast(b, type_nullable(y, nullable)); /* Flink: the divisor's type */
  return OK;
}

Code bind_arith(FuncBind *b) {
  Expr *call = b->call;
  char op = op_of(call->func);
  if (call->n_args == 1) return bind_sign(b, op);
  Type x = call->args[0]->type, y = call->args[1]->type;
  if (x.kind == TYPE_NULL && y.kind == TYPE_NULL) x = y = type_of(TYPE_INT);
  bool instant = type_is_datetime(x) || type_is_datetime(y);
  bind_type_null(b, 0, instant ? type_of(TYPE_INTERVAL_SECOND) : y);
  bind_type_null(b, 1, instant ? type_of(TYPE_INTERVAL_SECOND) : x);
  x = call->args[0]->type, y = call->args[1]->type;
  if (type_is_numeric(x) && type_is_numeric(y)) return bind_numeric(b, op);
  return bind_datetime_arith(b, op);
}

/* --- faults -------------------------------------------------------------------------------- */

static Code overflow(KernelCall *k, char op, Int128 x, Int128 y) {
  char xs[INT128_TEXT_MAX + 1], ys[INT128_TEXT_MAX + 1];
  xs[int128_print(x, xs)] = '\0';
  ys[int128_print(y, ys)] = '\0';
  Code code = k->n_args == 1 ? func_fail(k, "integer overflow: -(%s)", xs)
                             : func_fail(k, "integer overflow: %s %c %s", xs, op, ys);
  error_hint(k->err, "CAST to a wider type first, or SET 'weir.overflow' = 'wrap'");
  return code;
}

/* The loop met a fault: in a row that counts? */
static Code raise_fault(KernelCall *k, char op) {
  Phys phys = type_phys(k->expr->type);
  const Vector *a = &k->args[0], *b = &k->args[k->n_args - 1];
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    if (!row_valid(k, row)) continue;
    Int128 x = num_get(a, phys, vector_at(a, row)), y = num_get(b, phys, vector_at(b, row)), r = 0;
    if (k->n_args == 1) {
      r = -x;
    } else if ((op == '/' || op == '%') && y == 0) {
      return func_fail(k, "division by zero");
    } else {
      r = op == '+' ? x + y : op == '-' ? x - y : op == '*' ? x * y : op == '/' ? x / y : 0;
    }
    if (!num_fits(r, phys) && !k->env->wrap_on_overflow) return overflow(k, op, x, y);
  }
  return OK;
}

/* --- kernel -------------------------------------------------------------------------------- */

/* One value in slot 0, repeated. */
static void spread(void *data, size_t size, uint32_t rows) {
  for (uint32_t i = 1; i < rows; i++) memcpy((char *)data + i * size, data, size);
}

bool arith_run(KernelCall *k, const BinaryForms *forms) {
  const Vector *a = &k->args[0], *b = &k->args[1];
  void *out = k->out->data;
  if (a->constant && b->constant) {
    bool fault = forms->vv(a->data, b->data, out, 1);
    spread(out, phys_size(type_phys(k->expr->type)), k->rows);
    return fault;
  }
  BinaryKernel loop = a->constant ? forms->cv : b->constant ? forms->vc : forms->vv;
  return loop(a->data, b->data, out, k->rows);
}

static Code run_negate(KernelCall *k) {
  Type type = k->expr->type;
  const Vector *a = &k->args[0];
  Phys phys = type_phys(type);
  if (phys == PHYS_I128) {
    for (uint32_t row = 0; row < k->rows; row++) {
      ((Int128 *)k->out->data)[row] =
          (Int128)(0 - (UInt128)((const Int128 *)a->data)[vector_at(a, row)]);
    }
    return OK;
  }
  bool fault = negate_kernels[phys](a->data, k->out->data, a->constant ? 1 : k->rows);
  if (a->constant) spread(k->out->data, phys_size(phys), k->rows);
  return fault ? raise_fault(k, '-') : OK;
}

static ArithOp arith_op(char op) {
  switch (op) {
    case '+':
      return ARITH_ADD;
    case '-':
      return ARITH_SUB;
    case '*':
      return ARITH_MUL;
    case '/':
      return ARITH_DIV;
    default:
      return ARITH_REM;
  }
}

Code kernel_arith(KernelCall *k) {
  char op = op_of(k->expr->func);
  Type type = k->expr->type;
  if (k->n_args == 1) return run_negate(k);
  if (type.kind == TYPE_DECIMAL) return kernel_decimal_arith(k, op);
  if (type_is_datetime(type) || type_is_datetime(k->expr->args[0]->type)) {
    return kernel_datetime_arith(k, op);
  }
  return arith_run(k, &arith_kernels[arith_op(op)][type_phys(type)]) ? raise_fault(k, op) : OK;
}
