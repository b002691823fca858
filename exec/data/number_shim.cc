/* number_shim.cc -- the one C++ file: instances of header-only libraries behind C functions.
 *
 * Built without exceptions and run-time type information and using nothing of the C++
 * library but its headers, so that the C compiler links the program. */
#include "exec/data/number_shim.h"

#include <dragonbox/dragonbox.h>
#include <fast_float/fast_float.h>

template <class Float>
static ShimDecimal shortest(Float v) {
  auto d = jkj::dragonbox::to_decimal(v, jkj::dragonbox::policy::sign::ignore,
                                      jkj::dragonbox::policy::trailing_zero::remove);
  return {d.significand, d.exponent};
}

template <class Float>
static const char *parse(const char *begin, const char *end, Float *out) {
  auto result = fast_float::from_chars(begin, end, *out);
  return result.ec == std::errc() ? result.ptr : nullptr;
}

ShimDecimal shim_double_shortest(double v) { return shortest(v); }
ShimDecimal shim_float_shortest(float v) { return shortest(v); }

const char *shim_double_parse(const char *begin, const char *end, double *out) {
  return parse(begin, end, out);
}
const char *shim_float_parse(const char *begin, const char *end, float *out) {
  return parse(begin, end, out);
}
