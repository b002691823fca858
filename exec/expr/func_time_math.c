/* func_time_math.c -- TIMESTAMPADD, TIMESTAMPDIFF and (a - b) unit.
 *
 * Months, quarters and years go by the calendar (of the session's zone, for an instant), the
 * day clamped to the end of the month; weeks and below are lengths of time.
 */
#include "exec/expr/func_time.h"

#include "exec/expr/func_bind.h"
#include "exec/expr/func_time_rows.h"

/* A unit as a number of months or of microseconds; one of them is 0. */
typedef struct UnitSize {
  int32_t months;
  Micros us;
} UnitSize;

static UnitSize unit_size(TimeUnit unit) {
  static const UnitSize sizes[UNIT_COUNT] = {
      [UNIT_YEAR] = {.months = 12},
      [UNIT_QUARTER] = {.months = 3},
      [UNIT_MONTH] = {.months = 1},
      [UNIT_WEEK] = {.us = 7 * MICROS_PER_DAY},
      [UNIT_DAY] = {.us = MICROS_PER_DAY},
      [UNIT_HOUR] = {.us = 3600 * MICROS_PER_SECOND},
      [UNIT_MINUTE] = {.us = 60 * MICROS_PER_SECOND},
      [UNIT_SECOND] = {.us = MICROS_PER_SECOND},
      [UNIT_MILLISECOND] = {.us = MICROS_PER_MILLI},
      [UNIT_MICROSECOND] = {.us = 1},
  };
  return sizes[unit];
}

static Code bind_unit_up_to_year(FuncBind *b, TimeUnit *unit, const char *takes) {
  TRY(bind_time_unit(b, 0, unit));
  UnitSize size = unit_size(*unit);
  return size.months == 0 && size.us == 0 ? func_bad_args(b, takes) : OK;
}

/* --- TIMESTAMPADD --------------------------------------------------------------------- */

/* Fraction digits that a result needs for the unit. */
static uint8_t unit_digits(TimeUnit unit) {
  return unit == UNIT_MICROSECOND ? 6 : unit == UNIT_MILLISECOND ? 3 : 0;
}

Code bind_timestampadd(FuncBind *b) {
  static const char takes[] = "a unit from YEAR to MICROSECOND, an integer and a date or time";
  TimeUnit unit;
  TRY(bind_unit_up_to_year(b, &unit, takes));
  bind_type_null(b, 1, type_of(TYPE_BIGINT));
  bind_type_null(b, 2, type_time(TYPE_TIMESTAMP, 3));
  Type type = b->call->args[2]->type;
  bool calendar = unit <= UNIT_DAY;
  if (!type_is_integer(b->call->args[1]->type) || !type_is_datetime(type) ||
      (type.kind == TYPE_TIME && calendar)) {
    return func_bad_args(b, takes);
  }
  TRY(func_cast_arg(b, 1, type_of(TYPE_BIGINT)));
  if (type.kind == TYPE_DATE && !calendar) {
    type = type_nullable(type_time(TYPE_TIMESTAMP, 6), type.nullable); /* as Flink */
  }
  if (type.kind != TYPE_DATE && type.precision < unit_digits(unit))
    type.precision = unit_digits(unit);
  b->call->type = type;
  return OK;
}

/* us moved by n units; false: beyond the calendar. */
static bool add_units(const KernelCall *k, TypeKind kind, Micros us, int64_t n, UnitSize size,
                      Micros *out) {
  int64_t by;
  if (size.months == 0) {
    if (__builtin_mul_overflow(n, size.us, &by)) return false;
    if (__builtin_add_overflow(us, by, out)) return false;
    return kind == TYPE_TIME || (*out >= TIMESTAMP_MIN && *out <= TIMESTAMP_MAX);
  }
  if (__builtin_mul_overflow(n, size.months, &by)) return false;
  if (kind != TYPE_TIMESTAMP_LTZ) return timestamp_add_months(us, by, out);
  Micros local_us = zone_to_local(k->env->zone, us);
  if (!timestamp_add_months(local_us, by, &local_us)) return false;
  *out = zone_to_utc(k->env->zone, local_us);
  return true;
}

Code kernel_timestampadd(KernelCall *k) {
  UnitSize size = unit_size(time_unit_of(k));
  IntArg number = int_arg(k, 1);
  TimeArg time = time_arg(k, 2);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    Micros us;
    if (!add_units(k, time.kind, time_raw(&time, row), int_at(number, row), size, &us)) {
      return func_fail(k, "a time beyond the years 0000 to 9999");
    }
    if (k->out->type.kind == TYPE_DATE) {
      put_int(k, row, (int32_t)days_of(us));
    } else {
      put_long(k, row, k->out->type.kind == TYPE_TIME ? time_of_day(us) : us);
    }
  }
  return OK;
}

/* --- TIMESTAMPDIFF -------------------------------------------------------------------- */

Code bind_timestampdiff(FuncBind *b) {
  static const char takes[] = "a unit from YEAR to MICROSECOND and two dates or times";
  TimeUnit unit;
  TRY(bind_unit_up_to_year(b, &unit, takes));
  bool ltz = false, time = false;
  for (uint32_t i = 1; i <= 2; i++) {
    bind_type_null(b, i, type_time(TYPE_TIMESTAMP, 3));
    Type type = b->call->args[i]->type;
    if (!type_is_datetime(type)) return func_bad_args(b, takes);
    ltz |= type.kind == TYPE_TIMESTAMP_LTZ;
    time |= type.kind == TYPE_TIME;
  }
  Type type = type_time(ltz ? TYPE_TIMESTAMP_LTZ : TYPE_TIMESTAMP, 6);
  for (uint32_t i = 1; i <= 2; i++) {
    Expr **arg = &b->call->args[i];
    if (time && ((*arg)->type.kind != TYPE_TIME || unit <= UNIT_DAY))
      return func_bad_args(b, takes);
    /* A wall clock becomes an instant beside one; a DATE is read as its midnight anyhow. */
    if (!ltz || (*arg)->type.kind == TYPE_TIMESTAMP_LTZ) continue;
    TRY(expr_cast_explicit(b->arena, *arg, type, false, (*arg)->span, arg, b->err));
    bind_fold(b, i);
  }
  b->call->type = type_of(TYPE_INT);
  return OK;
}

/* Whole months from a to b >= a: the largest m for which a + m months, clamped to the end of the
 * month, is not behind b. */
static int64_t months_between(Micros a, Micros b) {
  Civil from = civil_from_days((int32_t)days_of(a)), to = civil_from_days((int32_t)days_of(b));
  int64_t months = ((int64_t)to.year - from.year) * 12 + (to.month - from.month);
  Micros reached_us;
  bool in_range = timestamp_add_months(a, months, &reached_us);
  return in_range && reached_us <= b ? months : months - 1;
}

static int64_t difference(Micros a, Micros b, UnitSize size) {
  if (size.months == 0) {
    Micros us;
    if (__builtin_sub_overflow(b, a, &us)) us = b > a ? INT64_MAX : INT64_MIN;
    return us / size.us;
  }
  int64_t months = a <= b ? months_between(a, b) : -months_between(b, a);
  return months / size.months;
}

/* Two columns of instants and a unit of fixed length: all rows, by constants, so that nothing is
 * divided.  true: some row, perhaps one that does not count, needs a closer look. */
#define DIFFERENCE_ROWS(length)                             \
  for (uint32_t row = 0; row < k->rows; row++) {            \
    Micros us;                                              \
    odd |= __builtin_sub_overflow(to[row], from[row], &us); \
    int64_t n = us / (length);                              \
    odd |= n != (int32_t)n;                                 \
    out[row] = (int32_t)n;                                  \
  }

static bool difference_rows(KernelCall *k, Micros unit_us) {
  static const Micros hour_us = 3600 * MICROS_PER_SECOND, minute_us = 60 * MICROS_PER_SECOND;
  const Micros *from = k->args[1].data, *to = k->args[2].data;
  int32_t *out = k->out->data;
  bool odd = false;
  if (unit_us == MICROS_PER_DAY) {
    DIFFERENCE_ROWS(MICROS_PER_DAY)
  } else if (unit_us == hour_us) {
    DIFFERENCE_ROWS(hour_us)
  } else if (unit_us == minute_us) {
    DIFFERENCE_ROWS(minute_us)
  } else if (unit_us == MICROS_PER_SECOND) {
    DIFFERENCE_ROWS(MICROS_PER_SECOND)
  } else {
    return true;
  }
  return odd;
}
#undef DIFFERENCE_ROWS

static bool is_instants(const Vector *v) { return type_is_timestamp(v->type) && !v->constant; }

Code kernel_timestampdiff(KernelCall *k) {
  UnitSize size = unit_size(time_unit_of(k));
  bool plain = is_instants(&k->args[1]) && is_instants(&k->args[2]);
  if (plain && !difference_rows(k, size.us)) return OK;
  TimeArg from = time_arg(k, 1), to = time_arg(k, 2);
  bool instants = size.months == 0; /* the same in every zone */
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    Micros a = instants ? time_raw(&from, row) : time_local(&from, row);
    Micros b = instants ? time_raw(&to, row) : time_local(&to, row);
    int64_t n = difference(a, b, size);
    if ((n > INT32_MAX || n < INT32_MIN) && !k->env->wrap_on_overflow) {
      return func_fail(k, "integer overflow");
    }
    put_int(k, row, (int32_t)(uint32_t)(uint64_t)n);
  }
  return OK;
}

/* --- (a - b) unit --------------------------------------------------------------------- */

/* The months of TIMESTAMPDIFF, or the length of time, to the finest of its digits whatever the
 * unit: as Flink. */
Code bind_span(FuncBind *b) {
  static const char takes[] = "a unit from YEAR to MICROSECOND and two dates or times";
  TimeUnit unit;
  TRY(bind_unit_up_to_year(b, &unit, takes));
  Expr *call = b->call, *out;
  for (uint32_t i = 1; i <= 2; i++) {
    bind_type_null(b, i, type_time(TYPE_TIMESTAMP, 3));
    if (type_is_datetime(call->args[i]->type)) continue;
    FAIL(b->err, ERR_TYPE, call->args[i]->span,
         "the difference in front of a unit is of two times");
    error_hint(b->err, "for a column of this name write AS in front of it");
    return ERR_TYPE;
  }
  Expr **args = ARENA_ARRAY(b->arena, Expr *, 3);
  if (unit_size(unit).months == 0) {
    args[0] = call->args[1];
    args[1] = call->args[2];
    TRY(func_call(b->arena, b->env, "-", call->span, args, 2, &out, b->err));
  } else {
    args[0] = expr_const(b->arena, value_text(type_string(), STR("MONTH")), call->span);
    args[1] = call->args[2];
    args[2] = call->args[1];
    TRY(func_call(b->arena, b->env, "TIMESTAMPDIFF", call->span, args, 3, &out, b->err));
    TRY(expr_cast_explicit(b->arena, out, type_of(TYPE_INTERVAL_MONTH), false, call->span, &out,
                           b->err));
  }
  *call = *out;
  return OK;
}
