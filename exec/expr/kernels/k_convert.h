/* k_convert.h -- columns of one number type as another. */
#pragma once
#include "exec/expr/kernels/k_arith.h"

/* true: some row, perhaps one that does not count, does not fit; integers are cut to the
 * narrower one (two's complement), floating point gives 0.  NULL on the diagonal, for text and
 * for 128 bits. */
extern const UnaryKernel convert_kernels[PHYS_COUNT][PHYS_COUNT]; /* from, to */

/* out[i] = is valid, as 0 or 1; with invert the opposite.  n bits of valid. */
void convert_bits(const uint64_t *restrict valid, bool invert, int8_t *restrict out, uint32_t n);
