/* cast_num.c -- casts among numbers, BOOLEAN and intervals.
 *
 * A value outside the range of an integer is an error (NULL under TRY_CAST), or with
 * weir.overflow = wrap what Java makes of it, as in Flink: integers keep their low bits, floating
 * point goes to the nearest end of INT or BIGINT first.  A DECIMAL that does not fit is NULL.
 */
#include <string.h>

#include "exec/data/decimal.h"
#include "exec/data/number_text.h"
#include "exec/expr/cast_impl.h"
#include "exec/expr/kernels/k_compare.h"
#include "exec/expr/kernels/k_convert.h"

static bool is_float(Phys p) { return p == PHYS_F32 || p == PHYS_F64; }

static double double_at(const Vector *v, Phys phys, uint32_t row) {
  uint32_t at = vector_at(v, row);
  return phys == PHYS_F32 ? (double)((const float *)v->data)[at] : ((const double *)v->data)[at];
}

static Code bad_int(KernelCall *k, uint32_t row, Int128 value) {
  char text[INT128_TEXT_MAX];
  return cast_bad(k, row, (Str){text, int128_print(value, text)});
}

static Code bad_double(KernelCall *k, uint32_t row, double value) {
  char text[DOUBLE_TEXT_MAX];
  return cast_bad(k, row, (Str){text, double_print(value, text)});
}

/* Store an integer that may be too large. */
static Code put_checked(KernelCall *k, uint32_t row, Phys to, Int128 value) {
  if (!num_fits(value, to) && !k->env->wrap_on_overflow) return bad_int(k, row, value);
  num_put(k->out->data, to, row, value);
  return OK;
}

/* --- integers, BOOLEAN, floating point -------------------------------------------------------- */

/* The range of integers in doubles, exact but for the upper end of 64 bits, which is one up. */
static double range_end(Phys to) {
  return to == PHYS_I64 ? 0x1p63 : (double)((INT64_C(1) << (8 * phys_size(to) - 1)));
}

/* What Java's casts give for a double out of range. */
static Int128 saturated(double x, Phys to) {
  if (x != x) return 0;
  Phys wide = to == PHYS_I64 ? PHYS_I64 : PHYS_I32;
  double end = range_end(wide);
  if (x >= end) return wide == PHYS_I64 ? INT64_MAX : INT32_MAX;
  if (x <= -end) return wide == PHYS_I64 ? INT64_MIN : INT32_MIN;
  return (Int128)x; /* num_put keeps the low bits */
}

/* The loop met something that does not fit: in rows that count? */
static Code look_through(KernelCall *k, Phys from, Phys to) {
  const Vector *a = &k->args[0];
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    if (!row_valid(k, row)) continue;
    if (!is_float(from)) {
      TRY(put_checked(k, row, to, num_get(a, from, vector_at(a, row))));
      continue;
    }
    double x = double_at(a, from, row), end = range_end(to);
    bool fits = to == PHYS_I64 ? x >= -end && x < end : x > -end - 1 && x < end;
    if (fits) continue;
    if (!k->env->wrap_on_overflow) {
      TRY(bad_double(k, row, x));
    } else {
      num_put(k->out->data, to, row, saturated(x, to));
    }
  }
  return OK;
}

Code cast_plain(KernelCall *k) {
  Phys from = type_phys(k->expr->args[0]->type), to = type_phys(k->expr->type);
  const Vector *a = &k->args[0];
  uint32_t n = a->constant ? 1 : k->rows;
  size_t size = phys_size(to);
  bool fault = false;
  if (from == to) { /* BOOLEAN and TINYINT */
    memcpy(k->out->data, a->data, n * size);
  } else {
    fault = convert_kernels[from][to](a->data, k->out->data, n);
  }
  for (uint32_t i = n; i < k->rows; i++) {
    memcpy((char *)k->out->data + i * size, k->out->data, size);
  }
  return fault ? look_through(k, from, to) : OK;
}

Code cast_num_to_boolean(KernelCall *k) {
  static const Int128 zero = 0; /* all forms of zero are zero bytes */
  Phys from = type_phys(k->expr->args[0]->type);
  const Vector *a = &k->args[0];
  int8_t *out = k->out->data;
  compare_vc[COMPARE_NE][from](a->data, &zero, out, a->constant ? 1 : k->rows);
  if (a->constant) memset(out, out[0], k->rows);
  return OK;
}

/* --- DECIMAL ------------------------------------------------------------------------------------
 */

Code cast_exact_to_decimal(KernelCall *k) {
  Type from = k->expr->args[0]->type, to = k->expr->type;
  Phys pf = type_phys(from), pt = type_phys(to);
  unsigned scale = from.kind == TYPE_DECIMAL ? from.scale : 0;
  const Vector *a = &k->args[0];
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    if (!row_valid(k, row)) continue;
    Int128 r;
    if (decimal_rescale(num_get(a, pf, vector_at(a, row)), scale, to.scale, &r) &&
        decimal_fits(r, to.precision)) {
      num_put(k->out->data, pt, row, r);
    } else {
      row_set_null(k, row);
    }
  }
  return OK;
}

/* By way of the text of the double, as Java's BigDecimal.valueOf: 0.1 is one tenth, but as a FLOAT
 * it is 0.10000000149011612. */
Code cast_float_to_decimal(KernelCall *k) {
  Type to = k->expr->type;
  Phys from = type_phys(k->expr->args[0]->type), pt = type_phys(to);
  const Vector *a = &k->args[0];
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    if (!row_valid(k, row)) continue;
    double x = double_at(a, from, row);
    char text[DOUBLE_TEXT_MAX];
    size_t len = double_print(x, text);
    Int128 r;
    if (decimal_parse((Str){text, len}, to.precision, to.scale, &r)) {
      num_put(k->out->data, pt, row, r);
    } else {
      row_set_null(k, row);
    }
  }
  return OK;
}

Code cast_decimal_to_int(KernelCall *k) {
  Type from = k->expr->args[0]->type;
  Phys pf = type_phys(from), pt = type_phys(k->expr->type);
  Int128 unit = decimal_pow10(from.scale);
  const Vector *a = &k->args[0];
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    if (!row_valid(k, row)) continue;
    TRY(put_checked(k, row, pt, num_get(a, pf, vector_at(a, row)) / unit));
  }
  return OK;
}

Code cast_decimal_to_float(KernelCall *k) {
  Type from = k->expr->args[0]->type;
  Phys pf = type_phys(from);
  bool single = k->expr->type.kind == TYPE_FLOAT;
  const Vector *a = &k->args[0];
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    if (!row_valid(k, row)) continue;
    double x = decimal_to_double(num_get(a, pf, vector_at(a, row)), from.scale);
    if (single) {
      ((float *)k->out->data)[row] = (float)x;
    } else {
      ((double *)k->out->data)[row] = x;
    }
  }
  return OK;
}

/* --- intervals: months, or milliseconds as Flink counts them ------------------------------------
 */

Code cast_interval_to_int(KernelCall *k) {
  bool months = k->expr->args[0]->type.kind == TYPE_INTERVAL_MONTH;
  Phys pf = months ? PHYS_I32 : PHYS_I64, pt = type_phys(k->expr->type);
  const Vector *a = &k->args[0];
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    if (!row_valid(k, row)) continue;
    Int128 x = num_get(a, pf, vector_at(a, row));
    TRY(put_checked(k, row, pt, months ? x : x / MICROS_PER_MILLI));
  }
  return OK;
}

Code cast_int_to_interval(KernelCall *k) {
  bool months = k->expr->type.kind == TYPE_INTERVAL_MONTH;
  Phys pf = type_phys(k->expr->args[0]->type), pt = months ? PHYS_I32 : PHYS_I64;
  const Vector *a = &k->args[0];
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    if (!row_valid(k, row)) continue;
    Int128 x = num_get(a, pf, vector_at(a, row));
    TRY(put_checked(k, row, pt, months ? x : x * MICROS_PER_MILLI));
  }
  return OK;
}
