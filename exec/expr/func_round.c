/* func_round.c -- ABS, SIGN, ROUND, TRUNCATE, FLOOR, CEIL of numbers.
 *
 * Exact numbers are rounded in 128-bit integers.  ROUND and TRUNCATE of floating point work on
 * the number as it is printed, as Flink's do (BigDecimal.valueOf): ROUND(2.675E0, 2) is 2.68,
 * although the nearest double lies below 2.675.
 */
#include <math.h>
#include <string.h>

#include "exec/data/decimal.h"
#include "exec/data/number_text.h"
#include "exec/expr/func_bind.h"
#include "exec/expr/func_num.h"
#include "exec/expr/kernels/k_arith.h"

static const char takes[] = "a number, and an integer for the digits";

typedef enum RoundMode { ROUND_HALF_UP, ROUND_DOWN, ROUND_FLOOR, ROUND_CEIL } RoundMode;

static RoundMode mode_of(const FuncDef *func) {
  switch (func->name[0]) {
    case 'R':
      return ROUND_HALF_UP;
    case 'T':
      return ROUND_DOWN;
    case 'F':
      return ROUND_FLOOR;
    default:
      return ROUND_CEIL;
  }
}

/* --- bind ---------------------------------------------------------------------------------- */

Code bind_abs(FuncBind *b) {
  TRY(bind_shape(b, "n", type_of(TYPE_INT), "a number"));
  b->call->type = b->call->args[0]->type;
  b->call->type.nullable |= b->call->type.kind == TYPE_DECIMAL; /* SIGN: DECIMAL(1, 1) has no 1 */
  return OK;
}

static Type rounded_type(FuncBind *b, Type is) {
  int64_t digits;
  if (is.kind != TYPE_DECIMAL) return is;
  unsigned p = is.precision, s = is.scale;
  if (b->call->n_args < 2) {
    digits = 0;
  } else if (!bind_const_int(b, 1, &digits)) {
    return is;
  }
  if (digits >= (int64_t)s) return is;
  if (digits <= 0) return type_decimal(p - s < 38 ? 1 + p - s : 38, 0);
  return type_decimal(1 + p - s + (unsigned)digits, (unsigned)digits);
}

Code bind_round(FuncBind *b) {
  bind_type_null(b, 0, type_of(TYPE_INT));
  TRY(bind_shape(b, "ni", type_of(TYPE_INT), takes));
  b->call->type = type_nullable(rounded_type(b, b->call->args[0]->type), true);
  if (b->call->type.kind != TYPE_DECIMAL) b->call->type.nullable = bind_any_nullable(b);
  return OK;
}

Code bind_floor(FuncBind *b) {
  TRY(bind_abs(b));
  Type *type = &b->call->type;
  if (type->kind == TYPE_DECIMAL) *type = type_decimal(type->precision, 0);
  return OK;
}

/* --- ABS, SIGN ----------------------------------------------------------------------------- */

static bool is_float(Type t) { return t.kind == TYPE_FLOAT || t.kind == TYPE_DOUBLE; }

static double double_at(const Vector *v, Type type, uint32_t row) {
  uint32_t at = vector_at(v, row);
  return type.kind == TYPE_FLOAT ? (double)((const float *)v->data)[at]
                                 : ((const double *)v->data)[at];
}

static void put_double(KernelCall *k, uint32_t row, double x) {
  if (k->expr->type.kind == TYPE_FLOAT) {
    ((float *)k->out->data)[row] = (float)x;
  } else {
    ((double *)k->out->data)[row] = x;
  }
}

static Code overflow(KernelCall *k) {
  func_fail(k, "integer overflow");
  error_hint(k->err, "CAST to a wider type first, or SET 'weir.overflow' = 'wrap'");
  return ERR_DATA;
}

/* Of what the loops do not do: constants, 128 bits, rows of which one may be at fault. */
static Code abs_rows(KernelCall *k, Type type) {
  Phys phys = type_phys(type);
  const Vector *a = &k->args[0];
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    if (!row_valid(k, row)) continue;
    if (is_float(type)) {
      put_double(k, row, fabs(double_at(a, type, row)));
      continue;
    }
    Int128 x = num_get(a, phys, vector_at(a, row));
    if (x < 0) x = -x;
    if (!num_fits(x, phys) && !k->env->wrap_on_overflow) return overflow(k);
    num_put(k->out->data, phys, row, x);
  }
  return OK;
}

Code kernel_abs(KernelCall *k) {
  const Vector *a = &k->args[0];
  UnaryKernel loop = abs_kernels[type_phys(k->expr->type)];
  if (loop != NULL && !a->constant && !loop(a->data, k->out->data, k->rows)) return OK;
  return abs_rows(k, k->expr->type);
}

Code kernel_sign(KernelCall *k) {
  Type type = k->expr->type;
  Phys phys = type_phys(type);
  const Vector *a = &k->args[0];
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    if (!row_valid(k, row)) continue;
    if (is_float(type)) {
      double x = double_at(a, type, row);
      put_double(k, row, x > 0 ? 1 : x < 0 ? -1 : x); /* 0, -0 and NaN are themselves */
      continue;
    }
    Int128 x = num_get(a, phys, vector_at(a, row));
    Int128 one = type.kind == TYPE_DECIMAL ? decimal_pow10(type.scale) : 1;
    if (type.kind == TYPE_DECIMAL && !decimal_fits(one, type.precision) && x != 0) {
      row_set_null(k, row); /* DECIMAL(p, p) has no 1 */
    } else {
      num_put(k->out->data, phys, row, x > 0 ? one : x < 0 ? -one : 0);
    }
  }
  return OK;
}

/* --- exact numbers ------------------------------------------------------------------------- */

/* x / 10^drop by the mode, drop > 0. */
static Int128 drop_digits(Int128 x, int64_t drop, RoundMode mode) {
  bool all = drop > 38; /* more than x has, half of it too */
  Int128 unit = decimal_pow10(all ? 38 : (unsigned)drop);
  Int128 q = all ? 0 : x / unit, rest = x - q * unit;
  switch (mode) {
    case ROUND_HALF_UP:
      if (!all && rest >= unit - rest) return q + 1;
      if (!all && -rest >= unit + rest) return q - 1;
      return q;
    case ROUND_FLOOR:
      return q - (rest < 0);
    case ROUND_CEIL:
      return q + (rest > 0);
    case ROUND_DOWN:
      break;
  }
  return q;
}

/* x of scale s rounded to digits behind the point, at scale `to`; false: more than 38 digits. */
static bool round_exact(Int128 x, unsigned s, int64_t digits, RoundMode mode, unsigned to,
                        Int128 *out) {
  if (digits >= (int64_t)s) return decimal_rescale(x, s, to, out);
  Int128 q = drop_digits(x, s - digits, mode);
  if (q == 0) {
    *out = 0;
    return true;
  }
  int64_t up = to - digits; /* digits < s: never far below 0 */
  if (up > 38) return false;
  return decimal_rescale(q, 0, (unsigned)up, out);
}

/* --- floating point -------------------------------------------------------------------------- */

/* [-]digits[.digits][E[-]digits], as double_print writes it: x = (-) mantissa * 10^exponent. */
static void decompose(const char *text, size_t len, uint64_t *mantissa, int64_t *exponent) {
  uint64_t m = 0;
  int64_t behind = 0, written = 0;
  bool point = false;
  for (size_t i = 0; i < len; i++) {
    if (text[i] == '.') {
      point = true;
    } else if (text[i] == 'E') {
      bool ok = int_parse((Str){text + i + 1, len - i - 1}, &written);
      assert(ok);
      (void)ok;
      break;
    } else if (text[i] != '-') {
      m = m * 10 + (uint64_t)(text[i] - '0');
      behind += point;
    }
  }
  *mantissa = m;
  *exponent = written - behind;
}

static double round_float(double x, bool single, int64_t digits, RoundMode mode) {
  if (!isfinite(x)) return x;
  if (mode == ROUND_FLOOR) return floor(x);
  if (mode == ROUND_CEIL) return ceil(x);
  if (x == 0) return 0; /* never -0, which BigDecimal does not have */
  char text[DOUBLE_TEXT_MAX + INT_TEXT_MAX];
  size_t len = single ? float_print((float)x, text) : double_print(x, text);
  uint64_t mantissa;
  int64_t exponent, drop;
  decompose(text, len, &mantissa, &exponent);
  drop = -digits - exponent;
  if (drop <= 0) return x;
  Int128 q = drop_digits(mantissa, drop, mode);
  len = int_print((int64_t)q, text);
  text[len++] = 'E';
  len += int_print(-digits, text + len);
  if (q == 0) return 0;
  double r;
  if (!double_parse((Str){text, len}, &r)) return x; /* beyond the largest double */
  return x < 0 ? -r : r;
}

/* --- floating point by arithmetic ------------------------------------------------------------ */

enum { FAST_DIGITS_MAX = 22 }; /* powers of ten that are doubles */

/* x * unit, unit = 10^digits, is an integer and a fraction of which only the half, or for TRUNCATE
 * the whole, must not be missed.  The number as it is printed lies within an ulp of x, so its
 * product within two of y: where the fraction is farther away from the point that decides, both
 * are rounded to the same integer.  That integer below 2^53 over that power is the double nearest
 * to the quotient, as IEEE divides, and so what parsing its text gives.
 * false: it is too close, or too large; that is for round_float to tell. */
static inline bool round_fast(double x, double unit, bool half_up, double *out) {
  double y = fabs(x) * unit, error = y * 0x1p-50;
  if (!(y < 0x1p52)) return false;
  double whole = (double)(int64_t)y, part = y - whole;
  if (half_up) {
    if (fabs(part - 0.5) <= error) return false;
    whole += part > 0.5;
  } else if (part <= error || 1 - part <= error) {
    return false;
  }
  *out = copysign(whole / unit, x) + 0.0; /* -0 becomes 0 */
  return true;
}

static Code round_doubles(KernelCall *k, int64_t digits, RoundMode mode) {
  double unit = (double)decimal_pow10((unsigned)digits);
  const Vector *a = &k->args[0];
  bool half_up = mode == ROUND_HALF_UP;
  double *out = k->out->data;
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    double x = ((const double *)a->data)[vector_at(a, row)];
    if (round_fast(x, unit, half_up, &out[row])) continue;
    if (row_valid(k, row)) out[row] = round_float(x, false, digits, mode);
  }
  return OK;
}

/* --- kernel -------------------------------------------------------------------------------- */

static Code round_row(KernelCall *k, uint32_t row, int64_t digits, RoundMode mode) {
  Type from = k->expr->args[0]->type, to = k->expr->type;
  const Vector *a = &k->args[0];
  if (is_float(from)) {
    double x = double_at(a, from, row);
    put_double(k, row, round_float(x, from.kind == TYPE_FLOAT, digits, mode));
    return OK;
  }
  bool decimal = from.kind == TYPE_DECIMAL;
  Int128 x = num_get(a, type_phys(from), vector_at(a, row)), r;
  bool done = round_exact(x, decimal ? from.scale : 0, digits, mode, decimal ? to.scale : 0, &r);
  if (decimal) {
    if (done && decimal_fits(r, to.precision)) {
      num_put(k->out->data, type_phys(to), row, r);
    } else {
      row_set_null(k, row);
    }
    return OK;
  }
  if ((!done || !num_fits(r, type_phys(to))) && !k->env->wrap_on_overflow) return overflow(k);
  num_put(k->out->data, type_phys(to), row, done ? r : 0);
  return OK;
}

Code kernel_round(KernelCall *k) {
  enum { DIGITS_MAX = 400 }; /* beyond the exponents of a double nothing changes */
  RoundMode mode = mode_of(k->expr->func);
  const Vector *by = k->n_args == 2 ? &k->args[1] : NULL;
  if (k->expr->args[0]->type.kind == TYPE_DOUBLE && (by == NULL || by->constant)) {
    int64_t digits = by != NULL ? *(const int32_t *)by->data : 0;
    bool by_text = mode == ROUND_HALF_UP || mode == ROUND_DOWN;
    if (by_text && digits >= 0 && digits <= FAST_DIGITS_MAX) return round_doubles(k, digits, mode);
  }
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    if (!row_valid(k, row)) continue;
    int64_t digits = 0;
    if (k->n_args == 2)
      digits = (int64_t)num_get(&k->args[1], PHYS_I32, vector_at(&k->args[1], row));
    if (digits > DIGITS_MAX) digits = DIGITS_MAX;
    if (digits < -DIGITS_MAX) digits = -DIGITS_MAX;
    TRY(round_row(k, row, digits, mode));
  }
  return OK;
}
