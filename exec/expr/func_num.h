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
Int128 num_get(const Vector *v, Phys phys, uint32_t at);
/* Store one that fits. */
void num_put(void *data, Phys phys, uint32_t at, Int128 value);
/* Does it fit an integer of that physical form? */
bool num_fits(Int128 value, Phys phys);
/* All args are valid in this row. */
static inline bool row_valid(const KernelCall *k, uint32_t row) {
  return k->out->valid == NULL || bit_get(k->out->valid, row);
}
/* Make out NULL in this row, its slot zero. */
void row_set_null(KernelCall *k, uint32_t row);
