/* func_decimal.c -- + - * / % over DECIMAL.
 *
 * Operands have their own precision and scale; the result's was chosen by decimal_result.  What
 * does not fit it is NULL, as in Flink; a zero divisor is an error.
 * Sums of one scale and products that fit 18 digits are plain 64-bit loops: they cannot
 * overflow, as the result's type has room for every value of the operands' types.
 */
#include "exec/data/decimal.h"

#include "exec/expr/func_num.h"
#include "exec/expr/kernels/k_arith.h"

/* The 64-bit loop that does, or NULL. */
static const BinaryForms *plain_loop(const Expr *e, char op) {
  Type x = e->args[0]->type, y = e->args[1]->type, r = e->type;
  if (type_phys(x) != PHYS_I64 || type_phys(y) != PHYS_I64 || type_phys(r) != PHYS_I64) return NULL;
  if (op == '*') return r.scale == x.scale + y.scale ? &arith_kernels[ARITH_MUL][PHYS_I64] : NULL;
  if (x.scale != y.scale || r.scale != x.scale) return NULL;
  if (op == '+') return &arith_kernels[ARITH_ADD][PHYS_I64];
  return op == '-' ? &arith_kernels[ARITH_SUB][PHYS_I64] : NULL;
}

/* One row; false: no result that fits. */
static bool compute(char op, Int128 x, Type tx, Int128 y, Type ty, Type tr, Int128 *r) {
  bool done;
  switch (op) {
    case '+':
      done = decimal_add(x, tx.scale, y, ty.scale, tr.scale, r);
      break;
    case '-':
      done = decimal_sub(x, tx.scale, y, ty.scale, tr.scale, r);
      break;
    case '*':
      done = decimal_mul(x, tx.scale, y, ty.scale, tr.scale, r);
      break;
    case '/':
      done = decimal_div(x, tx.scale, y, ty.scale, tr.scale, r);
      break;
    default:
      done = decimal_rem(x, tx.scale, y, ty.scale, tr.scale, r);
      break;
  }
  return done && decimal_fits(*r, tr.precision);
}

Code kernel_decimal_arith(KernelCall *k, char op) {
  const BinaryForms *plain = plain_loop(k->expr, op);
  if (plain != NULL) {
    (void)arith_run(k, plain); /* a fault could only be in a row that does not count */
    return OK;
  }
  Type tx = k->expr->args[0]->type, ty = k->expr->args[1]->type, tr = k->expr->type;
  Phys px = type_phys(tx), py = type_phys(ty), pr = type_phys(tr);
  const Vector *a = &k->args[0], *b = &k->args[1];
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    if (!row_valid(k, row)) continue;
    Int128 x = num_get(a, px, vector_at(a, row)), y = num_get(b, py, vector_at(b, row)), r;
    if (y == 0 && (op == '/' || op == '%')) return func_fail(k, "division by zero");
    if (compute(op, x, tx, y, ty, tr, &r)) {
      num_put(k->out->data, pr, row, r);
    } else {
      row_set_null(k, row);
    }
  }
  return OK;
}
