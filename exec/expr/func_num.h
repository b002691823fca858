/* func_num.h -- functions over numbers, truth values and any type: the binds and kernels that
 * funcs.def names.
 *
 *   func_arith.c     + - * / % MOD over integers and floating point, the choice among the next
 *   func_decimal.c   the same over DECIMAL
 *   func_datetime.c  the same over dates, times and intervals
 *   func_compare.c   = <> < <= > >=, IS DISTINCT FROM, GREATEST, LEAST
 *   func_logic.c     NOT, IS NULL, IS TRUE ..., IF, COALESCE, NULLIF, TYPEOF
 *   func_math.c      SQRT and its kin
 *   func_round.c     ABS, SIGN, ROUND, TRUNCATE, FLOOR, CEIL
 *   func_rand.c      RAND, RAND_INTEGER, UUID
 *   func_hex.c       HEX, BIN, UNHEX
 */
#pragma once
#include "exec/expr/func.h"

Code bind_arith(FuncBind *b);
Code kernel_arith(KernelCall *k);

Code kernel_decimal_arith(KernelCall *k, char op);

/* Bind of an operator with a date, a time or an interval on either side; func_bad_args if it is
 * no such. */
Code bind_datetime_arith(FuncBind *b, char op);
Code kernel_datetime_arith(KernelCall *k, char op);

Code kernel_compare(KernelCall *k);
Code kernel_distinct(KernelCall *k);
Code bind_greatest(FuncBind *b);
Code kernel_greatest(KernelCall *k);

Code kernel_not(KernelCall *k);
Code kernel_is_null(KernelCall *k);
Code kernel_is_truth(KernelCall *k);
Code bind_if(FuncBind *b);
Code bind_nullif(FuncBind *b);
Code bind_coalesce(FuncBind *b);
Code bind_typeof(FuncBind *b);
/* Of functions that bind turns into something else. */
Code kernel_none(KernelCall *k);

Code bind_constant(FuncBind *b);
Code kernel_math(KernelCall *k);
Code kernel_math2(KernelCall *k);
Code kernel_log(KernelCall *k);

Code bind_abs(FuncBind *b);
Code bind_round(FuncBind *b);
Code bind_floor(FuncBind *b);
Code kernel_abs(KernelCall *k);
Code kernel_sign(KernelCall *k);
Code kernel_round(KernelCall *k);

Code bind_rand(FuncBind *b);
Code bind_rand_integer(FuncBind *b);
Code bind_uuid(FuncBind *b);
Code kernel_rand(KernelCall *k);
Code kernel_rand_integer(KernelCall *k);
Code kernel_uuid(KernelCall *k);
Code rand_open(const Expr *call, const ExprEnv *env, void **state, Error *err);
void rand_close(void *state);

Code bind_hex(FuncBind *b);
Code bind_bin(FuncBind *b);
Code bind_unhex(FuncBind *b);
Code kernel_hex(KernelCall *k);
Code kernel_bin(KernelCall *k);
Code kernel_unhex(KernelCall *k);

struct BinaryForms;
/* k->out = a loop over the two args; true: some row, perhaps one that does not count, is at
 * fault. */
bool arith_run(KernelCall *k, const struct BinaryForms *forms);

/* --- helpers of kernels over numbers ------------------------------------------------------- */

/* The number in slot `at` of a vector of integers or DECIMAL. */
static inline Int128 num_get(const Vector *v, Phys phys, uint32_t at) {
  switch (phys) {
    case PHYS_I8:
      return ((const int8_t *)v->data)[at];
    case PHYS_I16:
      return ((const int16_t *)v->data)[at];
    case PHYS_I32:
      return ((const int32_t *)v->data)[at];
    case PHYS_I128:
      return ((const Int128 *)v->data)[at];
    case PHYS_I64:
    case PHYS_F32:
    case PHYS_F64:
    case PHYS_TEXT:
    case PHYS_COUNT:
      break;
  }
  assert(phys == PHYS_I64);
  return ((const int64_t *)v->data)[at];
}
/* Store one that fits. */
static inline void num_put(void *data, Phys phys, uint32_t at, Int128 value) {
  switch (phys) {
    case PHYS_I8:
      ((int8_t *)data)[at] = (int8_t)value;
      return;
    case PHYS_I16:
      ((int16_t *)data)[at] = (int16_t)value;
      return;
    case PHYS_I32:
      ((int32_t *)data)[at] = (int32_t)value;
      return;
    case PHYS_I128:
      ((Int128 *)data)[at] = value;
      return;
    case PHYS_I64:
    case PHYS_F32:
    case PHYS_F64:
    case PHYS_TEXT:
    case PHYS_COUNT:
      break;
  }
  assert(phys == PHYS_I64);
  ((int64_t *)data)[at] = (int64_t)value;
}
/* Does it fit an integer of that physical form? */
static inline bool num_fits(Int128 value, Phys phys) {
  if (phys == PHYS_I128) return true;
  unsigned bits = 8 * (unsigned)phys_size(phys);
  Int128 limit = (Int128)1 << (bits - 1);
  return value >= -limit && value < limit;
}
/* All args are valid in this row. */
static inline bool row_valid(const KernelCall *k, uint32_t row) {
  return k->out->valid == NULL || bit_get(k->out->valid, row);
}
/* Make out NULL in this row, its slot zero. */
void row_set_null(KernelCall *k, uint32_t row);
