/* udf_module_cc.cc -- a function in C++, for the header. */
#include "weir_udf.h"

static int call_add(WeirContext *, const WeirArg *args, uint32_t rows, WeirResult *out) {
  for (uint32_t r = 0; r < rows; r++) {
    weir_put_double(out, r, weir_double(&args[0], r) + weir_double(&args[1], r));
  }
  return 0;
}

static WeirFunction described() {
  WeirFunction f{};
  f.magic = WEIR_UDF_MAGIC;
  f.version = WEIR_UDF_VERSION;
  f.kind = WEIR_SCALAR;
  f.flags = WEIR_STRICT;
  f.n_args = 2;
  f.args[0] = f.args[1] = f.result = WeirType WEIR_OF(WEIR_DOUBLE);
  f.call = call_add;
  return f;
}

WEIR_EXPORT const WeirFunction add_up = described();
