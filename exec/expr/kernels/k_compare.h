/* k_compare.h -- comparisons of columns to booleans (0 or 1), one loop per operation and type. */
#pragma once
#include "exec/data/types.h"

typedef enum CompareOp {
  COMPARE_EQ,
  COMPARE_NE,
  COMPARE_LT,
  COMPARE_LE,
  COMPARE_GT,
  COMPARE_GE,
  COMPARE_OPS
} CompareOp;

typedef void (*CompareKernel)(const void *restrict a, const void *restrict b, int8_t *restrict out,
                              uint32_t n);

/* vv: two columns, NULL for GT and GE (exchange the sides).  vc: b points at a constant.  There
 * is none for text. */
extern const CompareKernel compare_vv[COMPARE_OPS][PHYS_COUNT];
extern const CompareKernel compare_vc[COMPARE_OPS][PHYS_COUNT];

/* out[i] = the greater, or the less, of out[i] and a[i]: NaN is above all, and of equal ones (as
 * -0.0 and 0.0) out[i] stays.  There is none for text. */
typedef void (*EitherKernel)(const void *restrict a, void *restrict out, uint32_t n);
extern const EitherKernel greater_kernels[PHYS_COUNT], less_kernels[PHYS_COUNT];

/* a[i] = the short (at most TEXT_INLINE_MAX) text, by its two words; no pointer is followed, so
 * any slot may be looked at. */
void compare_text_short(const TextRef *restrict a, const TextRef *restrict b, int8_t *restrict out,
                        uint32_t n);
