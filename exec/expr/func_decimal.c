/* func_decimal.c -- + - * / % over DECIMAL.
 *
 * Operands have their own precision and scale; the result's was chosen by decimal_result.  What
 * does not fit it is NULL, as in Flink; a zero divisor is an error.
 *
 * Three ways, the first that can: sums of one scale and products that fit 18 digits are plain
 * 64-bit loops, which cannot overflow, as the result's type has room for every value of the
 * operands' types; other sums and products that lose no digits are loops in 128 bits; the rest goes
 * row by row, quotients of 64-bit operands by one division in hardware.
 */
#include "exec/data/decimal.h"

#include "exec/expr/func_num.h"
#include "exec/expr/kernels/k_arith.h"

/* --- 64 bits ------------------------------------------------------------------------------- */

/* The 64-bit loop that does, or NULL. */
static const BinaryForms *plain_loop(const Expr *e, char op) {
  Type x = e->args[0]->type, y = e->args[1]->type, r = e->type;
  if (type_phys(x) != PHYS_I64 || type_phys(y) != PHYS_I64 || type_phys(r) != PHYS_I64) return NULL;
  if (op == '*') return r.scale == x.scale + y.scale ? &arith_kernels[ARITH_MUL][PHYS_I64] : NULL;
  if (x.scale != y.scale || r.scale != x.scale) return NULL;
  if (op == '+') return &arith_kernels[ARITH_ADD][PHYS_I64];
  return op == '-' ? &arith_kernels[ARITH_SUB][PHYS_I64] : NULL;
}

/* --- 128 bits ------------------------------------------------------------------------------ */

/* An operand, and by what it is multiplied to get the scale of the result. */
typedef struct WideArg {
  const void *at;
  uint32_t step;
  bool wide;
  UInt128 factor;
} WideArg;

/* false: at this scale it may need more than 38 digits. */
static bool wide_arg(const KernelCall *k, uint32_t i, unsigned scale, WideArg *out) {
  Type type = k->expr->args[i]->type;
  const Vector *v = &k->args[i];
  if (scale < type.scale || type.precision + (scale - type.scale) > DECIMAL_PRECISION_MAX) {
    return false;
  }
  *out = (WideArg){.at = v->data,
                   .step = v->constant ? 0 : 1,
                   .wide = type_phys(type) == PHYS_I128,
                   .factor = (UInt128)decimal_pow10(scale - type.scale)};
  return true;
}

static inline UInt128 wide_get(const WideArg *a, bool wide, uint32_t row) {
  Int128 x = wide ? ((const Int128 *)a->at)[row * a->step]
                  : (Int128)((const int64_t *)a->at)[row * a->step];
  return (UInt128)x;
}

/* All rows; true: in some, perhaps one that does not count, there is a result above `most` either
 * way.  Both operands are below 10^38 and 4 * 10^38 > 2^128 > 3 * 10^38, so that a sum of two
 * and then of `most` tells it modulo 2^128.  The flags are constants where it is inlined. */
static inline bool sum_loop(WideArg a, bool wide_a, WideArg b, bool wide_b, bool scaled,
                            Int128 *out, uint32_t n, UInt128 most) {
  bool beyond = false;
  for (uint32_t row = 0; row < n; row++) {
    UInt128 x = wide_get(&a, wide_a, row), y = wide_get(&b, wide_b, row);
    UInt128 r = scaled ? x * a.factor + y * b.factor : x + y;
    out[row] = (Int128)r;
    beyond |= r + most > 2 * most;
  }
  return beyond;
}

static bool sum_rows(const WideArg *a, const WideArg *b, Int128 *out, uint32_t n, UInt128 most) {
  if (a->factor != 1 || b->factor != 1) {
    return a->wide ? sum_loop(*a, true, *b, b->wide, true, out, n, most)
                   : sum_loop(*a, false, *b, b->wide, true, out, n, most);
  }
  if (a->wide && b->wide) return sum_loop(*a, true, *b, true, false, out, n, most);
  return sum_loop(*a, a->wide, *b, b->wide, false, out, n, most);
}

/* Two 64-bit operands of up to 18 digits: nothing is beyond 38. */
static bool product_rows(const WideArg *a, const WideArg *b, Int128 *out, uint32_t n,
                         UInt128 most) {
  bool beyond = false;
  for (uint32_t row = 0; row < n; row++) {
    UInt128 r = wide_get(a, false, row) * wide_get(b, false, row);
    out[row] = (Int128)r;
    beyond |= r + most > 2 * most;
  }
  return beyond;
}

/* false: it is no such case, or some row needs a closer look. */
static bool wide_rows(KernelCall *k, char op) {
  Type type = k->expr->type;
  Type tx = k->expr->args[0]->type, ty = k->expr->args[1]->type;
  WideArg a, b;
  if (type_phys(type) != PHYS_I128) return false;
  UInt128 most = (UInt128)decimal_pow10(type.precision) - 1;
  if (op == '*') {
    bool whole = type.scale == tx.scale + ty.scale && wide_arg(k, 0, tx.scale, &a) &&
                 wide_arg(k, 1, ty.scale, &b);
    return whole && !a.wide && !b.wide && !product_rows(&a, &b, k->out->data, k->rows, most);
  }
  if ((op != '+' && op != '-') || !wide_arg(k, 0, type.scale, &a) ||
      !wide_arg(k, 1, type.scale, &b)) {
    return false;
  }
  if (op == '-') b.factor = -b.factor;
  return !sum_rows(&a, &b, k->out->data, k->rows, most);
}

/* --- row by row ------------------------------------------------------------------------------ */

/* n / d, half up. */
static inline UInt128 quotient(UInt128 n, uint64_t d) {
#ifdef __x86_64__
  if ((uint64_t)(n >> 64) < d) { /* it has 64 bits: one instruction, where GCC calls a function */
    uint64_t q, rest;
    __asm__("divq %4"
            : "=a"(q), "=d"(rest)
            : "0"((uint64_t)n), "1"((uint64_t)(n >> 64)), "r"(d)
            : "cc");
    return (UInt128)q + (rest >= d - rest);
  }
#endif
  UInt128 q = n / d;
  uint64_t rest = (uint64_t)(n - q * d);
  return q + (rest >= d - rest);
}

static inline uint64_t magnitude(int64_t x) { return x < 0 ? 0 - (uint64_t)x : (uint64_t)x; }

/* Is it a quotient of 64-bit operands, the first times 10^shift with shift at most 19? */
static bool is_short_quotient(const Expr *e, char op, unsigned *shift) {
  Type x = e->args[0]->type, y = e->args[1]->type;
  *shift = (unsigned)(e->type.scale + y.scale - x.scale); /* huge when it is negative */
  return op == '/' && type_phys(x) == PHYS_I64 && type_phys(y) == PHYS_I64 && *shift <= 19;
}

static Code short_quotients(KernelCall *k, unsigned shift) {
  uint64_t factor = (uint64_t)decimal_pow10(shift);
  UInt128 limit = (UInt128)decimal_pow10(k->expr->type.precision);
  Phys phys = type_phys(k->expr->type);
  const Vector *a = &k->args[0], *b = &k->args[1];
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    if (!row_valid(k, row)) continue;
    int64_t x = ((const int64_t *)a->data)[vector_at(a, row)];
    int64_t y = ((const int64_t *)b->data)[vector_at(b, row)];
    if (y == 0) return func_fail(k, "division by zero");
    UInt128 q = quotient((UInt128)magnitude(x) * factor, magnitude(y));
    if (q < limit) {
      num_put(k->out->data, phys, row, (x < 0) != (y < 0) ? -(Int128)q : (Int128)q);
    } else {
      row_set_null(k, row);
    }
  }
  return OK;
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
  unsigned shift;
  if (wide_rows(k, op)) return OK;
  if (is_short_quotient(k->expr, op, &shift)) return short_quotients(k, shift);
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
