/* func_compare.c -- = <> < <= > >=, IS [NOT] DISTINCT FROM, GREATEST, LEAST.
 *
 * Numbers, dates and truth values go through the loops of kernels/k_compare.h, which compute all
 * rows.  Text is compared bytewise, row by row, but for the commonest case, equality with a short
 * constant, which is a loop over two words.  Floating point is compared as IEEE says: NaN equals
 * nothing; GREATEST takes NaN for the largest value.
 */
#include <string.h>

#include "exec/data/decimal.h"
#include "exec/expr/func_bind.h"
#include "exec/expr/func_num.h"
#include "exec/expr/kernels/k_compare.h"

static CompareOp compare_op(const char *name) {
  switch (name[0]) {
    case '=':
      return COMPARE_EQ;
    case '<':
      return name[1] == '>' ? COMPARE_NE : name[1] == '=' ? COMPARE_LE : COMPARE_LT;
    case '>':
      return name[1] == '=' ? COMPARE_GE : COMPARE_GT;
    default:
      assert(name[0] == 'I'); /* IS [NOT] DISTINCT FROM */
      return name[3] != 'N' ? COMPARE_NE : COMPARE_EQ;
  }
}

/* The operator that says the same with the sides exchanged. */
static CompareOp mirrored(CompareOp op) {
  static const CompareOp mirror[COMPARE_OPS] = {
      [COMPARE_EQ] = COMPARE_EQ, [COMPARE_NE] = COMPARE_NE, [COMPARE_LT] = COMPARE_GT,
      [COMPARE_LE] = COMPARE_GE, [COMPARE_GT] = COMPARE_LT, [COMPARE_GE] = COMPARE_LE};
  return mirror[op];
}

static bool holds(CompareOp op, int order) {
  switch (op) {
    case COMPARE_EQ:
      return order == 0;
    case COMPARE_NE:
      return order != 0;
    case COMPARE_LT:
      return order < 0;
    case COMPARE_LE:
      return order <= 0;
    case COMPARE_GT:
      return order > 0;
    case COMPARE_GE:
    case COMPARE_OPS:
      break;
  }
  return order >= 0;
}

/* --- text ---------------------------------------------------------------------------------- */

/* Does the row count, and are both texts there? */
static bool both_valid(const KernelCall *k, uint32_t row) {
  return vector_valid(&k->args[0], row) && vector_valid(&k->args[1], row);
}

static void flip(int8_t *out, uint32_t rows) {
  for (uint32_t i = 0; i < rows; i++) out[i] ^= 1;
}

static bool is_short_constant(const Vector *v) {
  return v->constant && ((const TextRef *)v->data)->len <= TEXT_INLINE_MAX;
}

static void compare_text(const KernelCall *k, CompareOp op, int8_t *out) {
  bool equality = op == COMPARE_EQ || op == COMPARE_NE;
  bool swap = equality && is_short_constant(&k->args[0]);
  const Vector *a = &k->args[swap], *b = &k->args[!swap];
  const TextRef *x = a->data, *y = b->data;
  if (equality && !a->constant && is_short_constant(b)) {
    compare_text_short(x, y, out, k->rows);
    if (op == COMPARE_NE) flip(out, k->rows);
    return;
  }
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    if (!both_valid(k, row)) {
      out[row] = 0;
    } else if (equality) {
      bool equal = text_equal(&x[vector_at(a, row)], &y[vector_at(b, row)]);
      out[row] = equal == (op == COMPARE_EQ);
    } else {
      out[row] = holds(op, text_compare(&x[vector_at(a, row)], &y[vector_at(b, row)]));
    }
  }
}

/* --- numbers ------------------------------------------------------------------------------- */

/* DECIMALs of different scales that have no common type within 38 digits. */
static void compare_decimal(const KernelCall *k, CompareOp op, int8_t *out) {
  const Vector *a = &k->args[0], *b = &k->args[1];
  Type ta = k->expr->args[0]->type, tb = k->expr->args[1]->type;
  Phys pa = type_phys(ta), pb = type_phys(tb);
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    out[row] = both_valid(k, row) &&
               holds(op, decimal_compare(num_get(a, pa, vector_at(a, row)), ta.scale,
                                         num_get(b, pb, vector_at(b, row)), tb.scale));
  }
}

static void compare_plain(const KernelCall *k, CompareOp op, int8_t *out) {
  const Vector *a = &k->args[0], *b = &k->args[1];
  Phys phys = type_phys(k->expr->args[0]->type);
  if (a->constant && b->constant) {
    compare_vc[op][phys](a->data, b->data, out, 1);
    memset(out, out[0], k->rows);
    return;
  }
  if (a->constant || (compare_vv[op][phys] == NULL && !b->constant)) {
    const Vector *first = a;
    a = b, b = first;
    op = mirrored(op);
  }
  (b->constant ? compare_vc : compare_vv)[op][phys](a->data, b->data, out, k->rows);
}

static void compare_any(const KernelCall *k, CompareOp op, int8_t *out) {
  Type ta = k->expr->args[0]->type, tb = k->expr->args[1]->type;
  if (type_phys(ta) == PHYS_TEXT) {
    compare_text(k, op, out);
  } else if (ta.kind == TYPE_DECIMAL && (ta.scale != tb.scale || type_phys(ta) != type_phys(tb))) {
    compare_decimal(k, op, out);
  } else {
    compare_plain(k, op, out);
  }
}

Code kernel_compare(KernelCall *k) {
  compare_any(k, compare_op(k->expr->func->name), k->out->data);
  return OK;
}

/* Two NULLs are not distinct, one is. */
Code kernel_distinct(KernelCall *k) {
  CompareOp op = compare_op(k->expr->func->name);
  const Vector *a = &k->args[0], *b = &k->args[1];
  int8_t *out = k->out->data;
  compare_any(k, op, out);
  if (a->valid == NULL && b->valid == NULL) return OK;
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    bool x = vector_valid(a, row), y = vector_valid(b, row);
    if (!x || !y) out[row] = (x != y) == (op == COMPARE_NE);
  }
  return OK;
}

/* --- GREATEST, LEAST ------------------------------------------------------------------------- */

Code bind_greatest(FuncBind *b) {
  Type type;
  TRY(bind_common(b, "values of one kind", &type));
  if (type_is_nested(type)) return func_bad_args(b, "values that have an order");
  b->call->type = type;
  return OK;
}

/* Columns of numbers, all rows; false: it is something else. */
static bool greatest_loops(KernelCall *k, bool greatest) {
  Phys phys = type_phys(k->out->type);
  EitherKernel loop = greatest ? greater_kernels[phys] : less_kernels[phys];
  if (loop == NULL) return false;
  for (uint32_t i = 0; i < k->n_args; i++) {
    if (k->args[i].constant) return false;
  }
  memcpy(k->out->data, k->args[0].data, k->rows * phys_size(phys));
  for (uint32_t i = 1; i < k->n_args; i++) loop(k->args[i].data, k->out->data, k->rows);
  return true;
}

Code kernel_greatest(KernelCall *k) {
  bool greatest = k->expr->func->name[0] == 'G';
  if (greatest_loops(k, greatest)) return OK;
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    if (!row_valid(k, row)) continue;
    Value best = value_of(&k->args[0], row);
    for (uint32_t j = 1; j < k->n_args; j++) {
      Value v = value_of(&k->args[j], row);
      int order = value_compare(&v, &best);
      if (greatest ? order > 0 : order < 0) best = v;
    }
    best.type = k->out->type;
    value_store(&best, k->out, row);
  }
  return OK;
}
