/* func_datetime.c -- + and - of dates, times and intervals, * and / of an interval by a number.
 *
 *   DATE ± days            DATE          DATE ± other seconds   TIMESTAMP(3)
 *   DATE ± months          DATE          the day is clamped to the end of the month
 *   TIME ± seconds         TIME          round the clock
 *   TIMESTAMP ± interval   TIMESTAMP     LTZ: months by the calendar of the session's zone
 *   instant - instant      INTERVAL DAY TO SECOND, of the common type
 *   interval ± interval    interval      interval * integer, interval / integer: interval
 *
 * "Days" is a constant interval of whole days: INTERVAL '1' DAY keeps a DATE a DATE, INTERVAL
 * '1' HOUR makes it a timestamp.  A timestamp keeps its precision unless a constant needs more
 * digits (TIMESTAMP(0) - INTERVAL '0.5' SECOND is TIMESTAMP(3)).
 * Outside the years 0000 to 9999 is an error.
 */
#include "exec/data/timestamp.h"
#include "exec/expr/func_bind.h"
#include "exec/expr/func_num.h"
#include "exec/expr/kernels/k_arith.h"

static const char takes[] = "numbers, or a date or time and an interval, or two instants";

/* --- bind ---------------------------------------------------------------------------------- */

static void swap_args(Expr *call) {
  Expr *first = call->args[0];
  call->args[0] = call->args[1];
  call->args[1] = first;
}

/* Fraction digits that a constant interval needs; 3 for one that is not constant. */
static unsigned interval_digits(const Expr *interval) {
  if (interval->kind != EXPR_CONST || interval->value.null) return 3;
  int64_t us = interval->value.as.i;
  return us % MICROS_PER_SECOND == 0 ? 0 : us % MICROS_PER_MILLI == 0 ? 3 : 6;
}

static bool is_whole_days(const Expr *interval) {
  return interval->kind == EXPR_CONST &&
         (interval->value.null || interval->value.as.i % MICROS_PER_DAY == 0);
}

/* args: an instant and an interval. */
static Code bind_shift(FuncBind *b) {
  Expr *call = b->call, *interval = call->args[1];
  Type type = call->args[0]->type;
  bool months = interval->type.kind == TYPE_INTERVAL_MONTH;
  if (type.kind == TYPE_TIME && months) return func_bad_args(b, takes);
  if (type.kind == TYPE_DATE && !months && !is_whole_days(interval)) {
    TRY(func_cast_arg(b, 0, type_time(TYPE_TIMESTAMP, 3)));
    type = call->args[0]->type;
  }
  if (type.kind != TYPE_DATE && !months) {
    unsigned digits = interval_digits(interval);
    if (digits > type.precision) type.precision = (uint8_t)digits;
  }
  call->type = type_nullable(type, bind_any_nullable(b));
  return OK;
}

/* args: two instants. */
static Code bind_difference(FuncBind *b) {
  Type type;
  TRY(bind_common(b, takes, &type));
  b->call->type = type_nullable(type_of(TYPE_INTERVAL_SECOND), bind_any_nullable(b));
  return OK;
}

static bool is_same_interval(Type a, Type b) { return type_is_interval(a) && a.kind == b.kind; }

Code bind_datetime_arith(FuncBind *b, char op) {
  Expr *call = b->call;
  Type x = call->args[0]->type, y = call->args[1]->type;
  bool sum = op == '+' || op == '-';
  if (sum && is_same_interval(x, y)) {
    call->type = type_nullable(x, bind_any_nullable(b));
    return OK;
  }
  if (op == '+' && type_is_interval(x) && type_is_datetime(y)) swap_args(call);
  if (op == '*' && type_is_integer(x) && type_is_interval(y)) swap_args(call);
  x = call->args[0]->type, y = call->args[1]->type;
  if (sum && type_is_datetime(x) && type_is_interval(y)) return bind_shift(b);
  if (op == '-' && type_is_datetime(x) && type_is_datetime(y)) return bind_difference(b);
  if ((op == '*' || op == '/') && type_is_interval(x) && type_is_integer(y)) {
    bool months = x.kind == TYPE_INTERVAL_MONTH;
    TRY(expr_cast_explicit(b->arena, call->args[1], type_of(months ? TYPE_INT : TYPE_BIGINT), false,
                           call->args[1]->span, &call->args[1], b->err));
    bind_fold(b, 1);
    call->type = type_nullable(x, bind_any_nullable(b));
    return OK;
  }
  return func_bad_args(b, takes);
}

/* --- kernels ------------------------------------------------------------------------------- */

static Code out_of_range(KernelCall *k) {
  return func_fail(k, "a date outside of the years 0000 to 9999");
}

/* Timestamps and seconds: one loop; after a fault, rows that count are looked through. */
static Code shift_timestamp(KernelCall *k, char op) {
  const Vector *a = &k->args[0], *b = &k->args[1];
  if (!arith_run(k, op == '+' ? &instant_add_kernel : &instant_sub_kernel)) return OK;
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    if (!row_valid(k, row)) continue;
    Int128 x = num_get(a, PHYS_I64, vector_at(a, row)), y = num_get(b, PHYS_I64, vector_at(b, row));
    Int128 r = op == '+' ? x + y : x - y;
    if (r < TIMESTAMP_MIN || r > TIMESTAMP_MAX) return out_of_range(k);
  }
  return OK;
}

static bool add_months(Type type, const Zone *zone, int64_t value, int64_t months, int64_t *out) {
  if (type.kind == TYPE_DATE) {
    int32_t days;
    if (!date_add_months((int32_t)value, months, &days)) return false;
    *out = days;
    return true;
  }
  bool zoned = type.kind == TYPE_TIMESTAMP_LTZ;
  Micros local = zoned ? zone_to_local(zone, value) : value;
  if (!timestamp_add_months(local, months, out)) return false;
  if (zoned) *out = zone_to_utc(zone, *out);
  return true;
}

/* One row of a date, or of months; false: out of range. */
static bool shift_one(const KernelCall *k, int64_t x, int64_t y, bool months, int64_t *out) {
  Type type = k->expr->type;
  if (months) return add_months(type, k->env->zone, x, y, out);
  if (type.kind == TYPE_TIME) {
    *out = time_of_day(x + y % MICROS_PER_DAY);
    return true;
  }
  assert(type.kind == TYPE_DATE);
  *out = x + y / MICROS_PER_DAY;
  return *out >= DATE_MIN && *out <= DATE_MAX;
}

static Code shift_rows(KernelCall *k, char op) {
  const Vector *a = &k->args[0], *b = &k->args[1];
  bool months = k->expr->args[1]->type.kind == TYPE_INTERVAL_MONTH;
  Phys pa = type_phys(k->expr->args[0]->type), pb = months ? PHYS_I32 : PHYS_I64;
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    if (!row_valid(k, row)) continue;
    int64_t x = (int64_t)num_get(a, pa, vector_at(a, row));
    int64_t y = (int64_t)num_get(b, pb, vector_at(b, row)), r;
    if (op == '-' && y == INT64_MIN) return out_of_range(k);
    if (!shift_one(k, x, op == '-' ? -y : y, months, &r)) return out_of_range(k);
    num_put(k->out->data, pa, row, r);
  }
  return OK;
}

/* Two instants of one type: their distance in microseconds. */
static Code difference(KernelCall *k) {
  Type type = k->expr->args[0]->type;
  if (type.kind != TYPE_DATE) {
    (void)arith_run(k, &arith_kernels[ARITH_SUB][PHYS_I64]); /* the range is a tenth of 64 bits */
    return OK;
  }
  const Vector *a = &k->args[0], *b = &k->args[1];
  const int32_t *x = a->data, *y = b->data;
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    int64_t days = (int64_t)x[vector_at(a, row)] - y[vector_at(b, row)];
    ((int64_t *)k->out->data)[row] = (int64_t)((uint64_t)days * (uint64_t)MICROS_PER_DAY);
  }
  return OK;
}

Code kernel_datetime_arith(KernelCall *k, char op) {
  Type x = k->expr->args[0]->type, y = k->expr->args[1]->type;
  if (type_is_datetime(y)) return difference(k);
  if (type_is_timestamp(x) && y.kind == TYPE_INTERVAL_SECOND) return shift_timestamp(k, op);
  return shift_rows(k, op);
}
