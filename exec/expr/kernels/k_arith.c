/* k_arith.c -- instances of the arithmetic loops, and the tables through which they are found. */
#include "exec/expr/kernels/k_arith.h"

#include <math.h>

#include "exec/data/timestamp.h"

#define T      int8_t
#define U      uint8_t
#define SUFFIX _i8
#define LEAST  INT8_MIN
#define WIDE   int16_t
#include "exec/expr/kernels/int_arith.tmpl.h"

#define T      int16_t
#define U      uint16_t
#define SUFFIX _i16
#define LEAST  INT16_MIN
#define WIDE   int32_t
#include "exec/expr/kernels/int_arith.tmpl.h"

#define T      int32_t
#define U      uint32_t
#define SUFFIX _i32
#define LEAST  INT32_MIN
#define WIDE   int64_t
#include "exec/expr/kernels/int_arith.tmpl.h"

#define T      int64_t
#define U      uint64_t
#define SUFFIX _i64
#define LEAST  INT64_MIN
#include "exec/expr/kernels/int_arith.tmpl.h"

#define LOOP KERNEL

/* --- 64-bit division by way of doubles ----------------------------------------------------- */

/* Of numbers up to 2^52 the quotient as a double, cut, is that of integers: below an integer n it
 * lies at least n / 2^52 away from it, twice as far as rounding reaches.  That is several times as
 * fast as the instruction that divides integers, and has lanes where an instruction set converts
 * 64-bit integers. */
KERNEL static bool all_small(const int64_t *v, uint32_t n) {
  uint64_t beyond = 0;
  for (uint32_t i = 0; i < n; i++) beyond |= ((uint64_t)v[i] + (UINT64_C(1) << 52)) >> 53;
  return beyond == 0;
}

#define T    int64_t
#define F    int64_t
#define NAME small_div
#define STEP                     \
  const T d = y != 0 ? y : 1;    \
  fault |= (T)(0 - (T)(y == 0)); \
  r = (T)((double)x / (double)d)
#include "exec/expr/kernels/binary.tmpl.h"
#define NAME small_rem
#define STEP                     \
  const T d = y != 0 ? y : 1;    \
  fault |= (T)(0 - (T)(y == 0)); \
  r = x - (T)((double)x / (double)d) * d
#include "exec/expr/kernels/binary.tmpl.h"
#undef T
#undef F

#define EITHER_WAY(op, form, n_a, n_b)                                                    \
  static bool any_##op##_##form(const void *restrict a, const void *restrict b,           \
                                void *restrict out, uint32_t n) {                         \
    if (all_small(a, n_a) && all_small(b, n_b)) return small_##op##_##form(a, b, out, n); \
    return op##_i64_##form(a, b, out, n);                                                 \
  }
EITHER_WAY(div, vv, n, n)
EITHER_WAY(div, vc, n, 1)
EITHER_WAY(div, cv, 1, n)
EITHER_WAY(rem, vv, n, n)
EITHER_WAY(rem, vc, n, 1)
EITHER_WAY(rem, cv, 1, n)
#undef EITHER_WAY

/* --- floating point: IEEE, no faults ------------------------------------------------------ */

#define T    float
#define F    int32_t
#define NAME add_f32
#define STEP r = x + y
#include "exec/expr/kernels/binary.tmpl.h"
#define NAME sub_f32
#define STEP r = x - y
#include "exec/expr/kernels/binary.tmpl.h"
#define NAME mul_f32
#define STEP r = x * y
#include "exec/expr/kernels/binary.tmpl.h"
#define NAME div_f32
#define STEP r = x / y
#include "exec/expr/kernels/binary.tmpl.h"
#undef T

#define T    double
#define NAME add_f64
#define STEP r = x + y
#include "exec/expr/kernels/binary.tmpl.h"
#define NAME sub_f64
#define STEP r = x - y
#include "exec/expr/kernels/binary.tmpl.h"
#define NAME mul_f64
#define STEP r = x * y
#include "exec/expr/kernels/binary.tmpl.h"
#define NAME div_f64
#define STEP r = x / y
#include "exec/expr/kernels/binary.tmpl.h"
#undef T
#undef F

static bool negate_f32(const void *restrict a, void *restrict out, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) ((float *)out)[i] = -((const float *)a)[i];
  return false;
}
static bool negate_f64(const void *restrict a, void *restrict out, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) ((double *)out)[i] = -((const double *)a)[i];
  return false;
}

static bool abs_f32(const void *restrict a, void *restrict out, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) ((float *)out)[i] = fabsf(((const float *)a)[i]);
  return false;
}
static bool abs_f64(const void *restrict a, void *restrict out, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) ((double *)out)[i] = fabs(((const double *)a)[i]);
  return false;
}

/* --- instants: the sign bit of a difference to either end tells what is outside ---------- */

#define T int64_t
#define F int64_t
#define OUTSIDE(r)                                      \
  ((int64_t)((uint64_t)(r) - (uint64_t)TIMESTAMP_MIN) | \
   (int64_t)((uint64_t)TIMESTAMP_MAX - (uint64_t)(r)))
#define NAME instant_add
#define STEP                          \
  r = (T)((uint64_t)x + (uint64_t)y); \
  fault |= ((x ^ r) & (y ^ r)) | OUTSIDE(r)
#include "exec/expr/kernels/binary.tmpl.h"
#define NAME instant_sub
#define STEP                          \
  r = (T)((uint64_t)x - (uint64_t)y); \
  fault |= ((x ^ y) & (x ^ r)) | OUTSIDE(r)
#include "exec/expr/kernels/binary.tmpl.h"
#undef OUTSIDE
#undef LOOP
#undef T
#undef F

#define FORMS(name) \
  { name##_vv, name##_vc, name##_cv }
#define NARROW(op) \
  [PHYS_I8] = FORMS(op##_i8), [PHYS_I16] = FORMS(op##_i16), [PHYS_I32] = FORMS(op##_i32)
#define INTEGERS(op) NARROW(op), [PHYS_I64] = FORMS(op##_i64)
#define FLOATS(op)   [PHYS_F32] = FORMS(op##_f32), [PHYS_F64] = FORMS(op##_f64)

const BinaryForms arith_kernels[ARITH_OPS][PHYS_COUNT] = {
    [ARITH_ADD] = {INTEGERS(add), FLOATS(add)},
    [ARITH_SUB] = {INTEGERS(sub), FLOATS(sub)},
    [ARITH_MUL] = {INTEGERS(mul), FLOATS(mul)},
    [ARITH_DIV] = {NARROW(div), [PHYS_I64] = FORMS(any_div), FLOATS(div)},
    [ARITH_REM] = {NARROW(rem), [PHYS_I64] = FORMS(any_rem)},
};

const UnaryKernel negate_kernels[PHYS_COUNT] = {
    [PHYS_I8] = negate_i8,   [PHYS_I16] = negate_i16, [PHYS_I32] = negate_i32,
    [PHYS_I64] = negate_i64, [PHYS_F32] = negate_f32, [PHYS_F64] = negate_f64,
};

const UnaryKernel abs_kernels[PHYS_COUNT] = {
    [PHYS_I8] = abs_i8,   [PHYS_I16] = abs_i16, [PHYS_I32] = abs_i32,
    [PHYS_I64] = abs_i64, [PHYS_F32] = abs_f32, [PHYS_F64] = abs_f64,
};

const BinaryForms instant_add_kernel = FORMS(instant_add);
const BinaryForms instant_sub_kernel = FORMS(instant_sub);
