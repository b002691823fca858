/* k_arith.h -- arithmetic over columns of numbers, one loop per operation and type. */
#pragma once
#include "exec/data/types.h"

/* a and b are flat or point at one constant, as the form says; out has room for n.  true:
 * some row, perhaps one that does not count, has no result (overflow, zero divisor). */
typedef bool (*BinaryKernel)(const void *restrict a, const void *restrict b, void *restrict out,
                             uint32_t n);
typedef bool (*UnaryKernel)(const void *restrict a, void *restrict out, uint32_t n);

typedef struct BinaryForms {
  BinaryKernel vv, vc, cv;
} BinaryForms;

typedef enum ArithOp { ARITH_ADD, ARITH_SUB, ARITH_MUL, ARITH_DIV, ARITH_REM, ARITH_OPS } ArithOp;

/* Members are NULL where there is no such kernel: text, 128 bits, remainder of floats. */
extern const BinaryForms arith_kernels[ARITH_OPS][PHYS_COUNT];
extern const UnaryKernel negate_kernels[PHYS_COUNT];
extern const UnaryKernel abs_kernels[PHYS_COUNT];

/* An instant and an interval in microseconds; fault outside the years 0000 to 9999. */
extern const BinaryForms instant_add_kernel, instant_sub_kernel;
