/* number_shim.h -- the C face of the two C++ libraries for floating point: fast_float
 * (Lemire, "Number parsing at a gigabyte per second", 2021) and dragonbox (Jeon, 2020).
 * Called by number_text.c and decimal.c only; everybody else uses number_text.h. */
#pragma once
#include "base/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* v = digits * 10^exponent, without trailing zeros in digits: the shortest that reads back
 * as v.  v is finite and above zero. */
typedef struct ShimDecimal {
  uint64_t digits;
  int exponent;
} ShimDecimal;
ShimDecimal shim_double_shortest(double v);
ShimDecimal shim_float_shortest(float v);

/* Parse a number without plus sign at [begin, end); returns where it stopped, NULL when there
 * is none.  Too large a number gives infinity; "nan" and "inf" are taken. */
const char *shim_double_parse(const char *begin, const char *end, double *out);
const char *shim_float_parse(const char *begin, const char *end, float *out);

#ifdef __cplusplus
}
#endif
