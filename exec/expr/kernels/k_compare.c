/* k_compare.c -- instances of the comparison loops, and the tables through which they are found.
 * 128-bit numbers are compared by plain loops: no instruction set has such lanes.  */
#include "exec/expr/kernels/k_compare.h"

#include <string.h>

#define T      int8_t
#define SUFFIX _i8
#define LOOP   KERNEL
#include "exec/expr/kernels/compare.tmpl.h"
#define T      int16_t
#define SUFFIX _i16
#define LOOP   KERNEL
#include "exec/expr/kernels/compare.tmpl.h"
#define T      int32_t
#define SUFFIX _i32
#define LOOP   KERNEL
#include "exec/expr/kernels/compare.tmpl.h"
#define T      int64_t
#define SUFFIX _i64
#define LOOP   KERNEL
#include "exec/expr/kernels/compare.tmpl.h"
#define T      float
#define SUFFIX _f32
#define LOOP   KERNEL
#include "exec/expr/kernels/compare.tmpl.h"
#define T      double
#define SUFFIX _f64
#define LOOP   KERNEL
#include "exec/expr/kernels/compare.tmpl.h"

#define T      Int128
#define SUFFIX _i128
#define LOOP
#include "exec/expr/kernels/compare.tmpl.h"

#define ALL_TYPES(op, form)                                                                     \
  {                                                                                             \
    [PHYS_I8] = op##_i8_##form, [PHYS_I16] = op##_i16_##form, [PHYS_I32] = op##_i32_##form,     \
    [PHYS_I64] = op##_i64_##form, [PHYS_I128] = op##_i128_##form, [PHYS_F32] = op##_f32_##form, \
    [PHYS_F64] = op##_f64_##form                                                                \
  }

const CompareKernel compare_vv[COMPARE_OPS][PHYS_COUNT] = {
    [COMPARE_EQ] = ALL_TYPES(eq, vv),
    [COMPARE_NE] = ALL_TYPES(ne, vv),
    [COMPARE_LT] = ALL_TYPES(lt, vv),
    [COMPARE_LE] = ALL_TYPES(le, vv),
};

const CompareKernel compare_vc[COMPARE_OPS][PHYS_COUNT] = {
    [COMPARE_EQ] = ALL_TYPES(eq, vc), [COMPARE_NE] = ALL_TYPES(ne, vc),
    [COMPARE_LT] = ALL_TYPES(lt, vc), [COMPARE_LE] = ALL_TYPES(le, vc),
    [COMPARE_GT] = ALL_TYPES(gt, vc), [COMPARE_GE] = ALL_TYPES(ge, vc),
};

const EitherKernel greater_kernels[PHYS_COUNT] = ALL_TYPES(greater, vv);
const EitherKernel less_kernels[PHYS_COUNT] = ALL_TYPES(less, vv);

void compare_text_short(const TextRef *restrict a, const TextRef *restrict b, int8_t *restrict out,
                        uint32_t n) {
  uint64_t want[2];
  memcpy(want, b, sizeof want);
  for (uint32_t i = 0; i < n; i++) {
    uint64_t words[2];
    memcpy(words, &a[i], sizeof words);
    out[i] = ((words[0] ^ want[0]) | (words[1] ^ want[1])) == 0;
  }
}
