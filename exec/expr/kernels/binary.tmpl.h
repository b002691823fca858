/* binary.tmpl.h -- included once per kernel: "x OP y" over two columns, or one and a constant.
 *
 * Define before including; NAME and STEP are undefined again at the end of this file:
 *   NAME  function name, to which _vv, _vc (y constant) and _cv (x constant) are added
 *   T     element type            F   a signed integer type
 *   LOOP  KERNEL, or nothing where no vector lanes fit
 *   STEP  statements that set r from x and y, and set the sign bit of fault (an F) where the
 *         row is an error
 *
 * NULL slots and rows outside the selection are computed too: they hold some number, and the
 * loop has no branch.  The caller looks for the guilty row, among those that count, only
 * when the return value says that there may be one.
 */
#define KERNEL_JOIN_(a, b) a##b
#define KERNEL_JOIN(a, b)  KERNEL_JOIN_(a, b)

LOOP static bool KERNEL_JOIN(NAME, _vv)(const void *restrict a, const void *restrict b,
                                        void *restrict out, uint32_t n) {
  F fault = 0;
  for (uint32_t i = 0; i < n; i++) {
    const T x = ((const T *)a)[i], y = ((const T *)b)[i];
    T r;
    STEP;
    ((T *)out)[i] = r;
  }
  return fault < 0;
}

LOOP static bool KERNEL_JOIN(NAME, _vc)(const void *restrict a, const void *restrict b,
                                        void *restrict out, uint32_t n) {
  F fault = 0;
  const T y = *(const T *)b;
  for (uint32_t i = 0; i < n; i++) {
    const T x = ((const T *)a)[i];
    T r;
    STEP;
    ((T *)out)[i] = r;
  }
  return fault < 0;
}

LOOP static bool KERNEL_JOIN(NAME, _cv)(const void *restrict a, const void *restrict b,
                                        void *restrict out, uint32_t n) {
  F fault = 0;
  const T x = *(const T *)a;
  for (uint32_t i = 0; i < n; i++) {
    const T y = ((const T *)b)[i];
    T r;
    STEP;
    ((T *)out)[i] = r;
  }
  return fault < 0;
}

#undef KERNEL_JOIN
#undef KERNEL_JOIN_
#undef NAME
#undef STEP
