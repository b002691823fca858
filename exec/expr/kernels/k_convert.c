/* k_convert.c -- instances of the conversion loops, and the table through which they are found.
 *
 * A double has a value in an integer type when, its fraction cut off, it lies in the range:
 * above least - 1 and below most + 1.  Both bounds are exact in a double, but for 64 bits,
 * where the lower one is the least value itself.  NaN lies in no range.
 */
#include "exec/expr/kernels/k_convert.h"

/* --- integers: the narrower keeps the low bits ------------------------------------------- */

#define NAME      i8_to_i16
#define T         int8_t
#define R         int16_t
#define FITS      1
#define CONVERTED (R) x
#include "exec/expr/kernels/convert.tmpl.h"
#define NAME      i8_to_i32
#define T         int8_t
#define R         int32_t
#define FITS      1
#define CONVERTED (R) x
#include "exec/expr/kernels/convert.tmpl.h"
#define NAME      i8_to_i64
#define T         int8_t
#define R         int64_t
#define FITS      1
#define CONVERTED (R) x
#include "exec/expr/kernels/convert.tmpl.h"
#define NAME      i16_to_i8
#define T         int16_t
#define R         int8_t
#define FITS      x == (R)x
#define CONVERTED (R) x
#include "exec/expr/kernels/convert.tmpl.h"
#define NAME      i16_to_i32
#define T         int16_t
#define R         int32_t
#define FITS      1
#define CONVERTED (R) x
#include "exec/expr/kernels/convert.tmpl.h"
#define NAME      i16_to_i64
#define T         int16_t
#define R         int64_t
#define FITS      1
#define CONVERTED (R) x
#include "exec/expr/kernels/convert.tmpl.h"
#define NAME      i32_to_i8
#define T         int32_t
#define R         int8_t
#define FITS      x == (R)x
#define CONVERTED (R) x
#include "exec/expr/kernels/convert.tmpl.h"
#define NAME      i32_to_i16
#define T         int32_t
#define R         int16_t
#define FITS      x == (R)x
#define CONVERTED (R) x
#include "exec/expr/kernels/convert.tmpl.h"
#define NAME      i32_to_i64
#define T         int32_t
#define R         int64_t
#define FITS      1
#define CONVERTED (R) x
#include "exec/expr/kernels/convert.tmpl.h"
#define NAME      i64_to_i8
#define T         int64_t
#define R         int8_t
#define FITS      x == (R)x
#define CONVERTED (R) x
#include "exec/expr/kernels/convert.tmpl.h"
#define NAME      i64_to_i16
#define T         int64_t
#define R         int16_t
#define FITS      x == (R)x
#define CONVERTED (R) x
#include "exec/expr/kernels/convert.tmpl.h"
#define NAME      i64_to_i32
#define T         int64_t
#define R         int32_t
#define FITS      x == (R)x
#define CONVERTED (R) x
#include "exec/expr/kernels/convert.tmpl.h"

/* --- to floating point: rounded, always something ---------------------------------------- */

#define NAME      i8_to_f32
#define T         int8_t
#define R         float
#define FITS      1
#define CONVERTED (R) x
#include "exec/expr/kernels/convert.tmpl.h"
#define NAME      i8_to_f64
#define T         int8_t
#define R         double
#define FITS      1
#define CONVERTED (R) x
#include "exec/expr/kernels/convert.tmpl.h"
#define NAME      i16_to_f32
#define T         int16_t
#define R         float
#define FITS      1
#define CONVERTED (R) x
#include "exec/expr/kernels/convert.tmpl.h"
#define NAME      i16_to_f64
#define T         int16_t
#define R         double
#define FITS      1
#define CONVERTED (R) x
#include "exec/expr/kernels/convert.tmpl.h"
#define NAME      i32_to_f32
#define T         int32_t
#define R         float
#define FITS      1
#define CONVERTED (R) x
#include "exec/expr/kernels/convert.tmpl.h"
#define NAME      i32_to_f64
#define T         int32_t
#define R         double
#define FITS      1
#define CONVERTED (R) x
#include "exec/expr/kernels/convert.tmpl.h"
#define NAME      i64_to_f32
#define T         int64_t
#define R         float
#define FITS      1
#define CONVERTED (R) x
#include "exec/expr/kernels/convert.tmpl.h"
#define NAME      i64_to_f64
#define T         int64_t
#define R         double
#define FITS      1
#define CONVERTED (R) x
#include "exec/expr/kernels/convert.tmpl.h"
#define NAME      f32_to_f64
#define T         float
#define R         double
#define FITS      1
#define CONVERTED (R) x
#include "exec/expr/kernels/convert.tmpl.h"
#define NAME      f64_to_f32
#define T         double
#define R         float
#define FITS      1
#define CONVERTED (R) x
#include "exec/expr/kernels/convert.tmpl.h"

/* --- from floating point ------------------------------------------------------------------ */

#define NAME      f32_to_i8
#define T         float
#define R         int8_t
#define FITS      x > -129.0 && x < 128.0
#define CONVERTED fits ? (R)x : 0
#include "exec/expr/kernels/convert.tmpl.h"
#define NAME      f32_to_i16
#define T         float
#define R         int16_t
#define FITS      x > -32769.0 && x < 32768.0
#define CONVERTED fits ? (R)x : 0
#include "exec/expr/kernels/convert.tmpl.h"
#define NAME      f32_to_i32
#define T         float
#define R         int32_t
#define FITS      (double)x > -2147483649.0 && (double)x < 2147483648.0
#define CONVERTED fits ? (R)x : 0
#include "exec/expr/kernels/convert.tmpl.h"
#define NAME      f32_to_i64
#define T         float
#define R         int64_t
#define FITS      x >= -0x1p63 && x < 0x1p63
#define CONVERTED fits ? (R)x : 0
#include "exec/expr/kernels/convert.tmpl.h"
#define NAME      f64_to_i8
#define T         double
#define R         int8_t
#define FITS      x > -129.0 && x < 128.0
#define CONVERTED fits ? (R)x : 0
#include "exec/expr/kernels/convert.tmpl.h"
#define NAME      f64_to_i16
#define T         double
#define R         int16_t
#define FITS      x > -32769.0 && x < 32768.0
#define CONVERTED fits ? (R)x : 0
#include "exec/expr/kernels/convert.tmpl.h"
#define NAME      f64_to_i32
#define T         double
#define R         int32_t
#define FITS      (double)x > -2147483649.0 && (double)x < 2147483648.0
#define CONVERTED fits ? (R)x : 0
#include "exec/expr/kernels/convert.tmpl.h"
#define NAME      f64_to_i64
#define T         double
#define R         int64_t
#define FITS      x >= -0x1p63 && x < 0x1p63
#define CONVERTED fits ? (R)x : 0
#include "exec/expr/kernels/convert.tmpl.h"

const UnaryKernel convert_kernels[PHYS_COUNT][PHYS_COUNT] = {
    [PHYS_I8] = {[PHYS_I16] = i8_to_i16,
                 [PHYS_I32] = i8_to_i32,
                 [PHYS_I64] = i8_to_i64,
                 [PHYS_F32] = i8_to_f32,
                 [PHYS_F64] = i8_to_f64},
    [PHYS_I16] = {[PHYS_I8] = i16_to_i8,
                  [PHYS_I32] = i16_to_i32,
                  [PHYS_I64] = i16_to_i64,
                  [PHYS_F32] = i16_to_f32,
                  [PHYS_F64] = i16_to_f64},
    [PHYS_I32] = {[PHYS_I8] = i32_to_i8,
                  [PHYS_I16] = i32_to_i16,
                  [PHYS_I64] = i32_to_i64,
                  [PHYS_F32] = i32_to_f32,
                  [PHYS_F64] = i32_to_f64},
    [PHYS_I64] = {[PHYS_I8] = i64_to_i8,
                  [PHYS_I16] = i64_to_i16,
                  [PHYS_I32] = i64_to_i32,
                  [PHYS_F32] = i64_to_f32,
                  [PHYS_F64] = i64_to_f64},
    [PHYS_F32] = {[PHYS_I8] = f32_to_i8,
                  [PHYS_I16] = f32_to_i16,
                  [PHYS_I32] = f32_to_i32,
                  [PHYS_I64] = f32_to_i64,
                  [PHYS_F64] = f32_to_f64},
    [PHYS_F64] = {[PHYS_I8] = f64_to_i8,
                  [PHYS_I16] = f64_to_i16,
                  [PHYS_I32] = f64_to_i32,
                  [PHYS_I64] = f64_to_i64,
                  [PHYS_F32] = f64_to_f32},
};

void convert_bits(const uint64_t *restrict valid, bool invert, int8_t *restrict out, uint32_t n) {
  const uint64_t flip = invert ? UINT64_MAX : 0;
  for (uint32_t i = 0; i < n; i++) out[i] = (int8_t)((valid[i / 64] ^ flip) >> (i % 64) & 1);
}
