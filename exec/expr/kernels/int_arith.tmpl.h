/* int_arith.tmpl.h -- included once per integer type: + - * / %, the unary minus, ABS.
 *
 * Define before including; all are undefined again at the end of this file:
 *   T, U   the type and its unsigned twin      SUFFIX   _i8 ...
 *   LEAST  the smallest T
 *   WIDE   optional: a type that holds every product, so that the loop has vector lanes
 *
 * A sum overflowed when its sign differs from both inputs', a difference when the inputs' signs
 * differ and the result's is not the first's (Warren, Hacker's Delight, 2-13).  Results
 * wrap.  Division by zero, and LEAST / -1, which traps on x86, are computed with a divisor
 * of 1 and raise the fault.
 */
#define F             T
#define LOOP          KERNEL
#define JOIN_(a, b)   a##b
#define JOIN(a, b)    JOIN_(a, b)
#define DIVISOR(x, y) ((T)((y) == 0 || ((y) == -1 && (x) == LEAST) ? 1 : (y)))

#define NAME JOIN(add, SUFFIX)
#define STEP            \
  r = (T)((U)x + (U)y); \
  fault |= (x ^ r) & (y ^ r)
#include "exec/expr/kernels/binary.tmpl.h"

#define NAME JOIN(sub, SUFFIX)
#define STEP            \
  r = (T)((U)x - (U)y); \
  fault |= (x ^ y) & (x ^ r)
#include "exec/expr/kernels/binary.tmpl.h"

#define NAME JOIN(mul, SUFFIX)
#ifdef WIDE
#define STEP                     \
  const WIDE wide = (WIDE)x * y; \
  r = (T)wide;                   \
  fault |= (T)(0 - (T)(wide != r))
#else
#define STEP fault |= (T)(0 - (T)__builtin_mul_overflow(x, y, &r))
#endif
#include "exec/expr/kernels/binary.tmpl.h"

/* Where a double holds every T, its quotient cut to an integer is T's: see k_arith.c.  There are
 * lanes for that, and none for the division of integers. */
#ifdef WIDE
#define QUOTIENT(x, d) ((T)((double)(x) / (d)))
#define REST(x, d)     ((T)((x)-QUOTIENT(x, d) * (d)))
#else
#undef LOOP
#define LOOP
#define QUOTIENT(x, d) ((T)((x) / (d)))
#define REST(x, d)     ((T)((x) % (d)))
#endif
#define NAME JOIN(div, SUFFIX)
#define STEP                     \
  const T d = DIVISOR(x, y);     \
  fault |= (T)(0 - (T)(d != y)); \
  r = y == -1 ? (T)(0 - (U)x) : QUOTIENT(x, d)
#include "exec/expr/kernels/binary.tmpl.h"

#define NAME JOIN(rem, SUFFIX)
#define STEP                     \
  const T d = DIVISOR(x, y);     \
  fault |= (T)(0 - (T)(y == 0)); \
  r = REST(x, d)
#include "exec/expr/kernels/binary.tmpl.h"
#undef QUOTIENT
#undef REST

static bool JOIN(negate, SUFFIX)(const void *restrict a, void *restrict out, uint32_t n) {
  T fault = 0;
  for (uint32_t i = 0; i < n; i++) {
    const T x = ((const T *)a)[i], r = (T)(0 - (U)x);
    fault |= x & r; /* both negative only for LEAST */
    ((T *)out)[i] = r;
  }
  return fault < 0;
}

static bool JOIN(abs, SUFFIX)(const void *restrict a, void *restrict out, uint32_t n) {
  T fault = 0;
  for (uint32_t i = 0; i < n; i++) {
    const T x = ((const T *)a)[i], r = x < 0 ? (T)(0 - (U)x) : x;
    fault |= r; /* negative only for LEAST */
    ((T *)out)[i] = r;
  }
  return fault < 0;
}

#undef DIVISOR
#undef JOIN
#undef JOIN_
#undef F
#undef LOOP
#undef T
#undef U
#undef SUFFIX
#undef LEAST
#undef WIDE
