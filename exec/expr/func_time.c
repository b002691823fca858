/* func_time.c -- parts of a time, FLOOR and CEIL, the clocks.
 *
 * The calendar itself is exec/data/timestamp.h; here it meets the types and the zone.
 */
#include "exec/expr/func_time.h"

#include <string.h>

#include "exec/expr/func_bind.h"
#include "exec/expr/func_num.h"
#include "exec/expr/func_time_rows.h"

static const char takes_instant[] = "a unit of time and a DATE, TIME or TIMESTAMP";
static const char takes_part[] = "a unit of time and a DATE, TIME, TIMESTAMP or INTERVAL";

/* --- units ---------------------------------------------------------------------------- */

Code bind_time_unit(FuncBind *b, uint32_t i, TimeUnit *unit) {
  Str name;
  const Expr *arg = b->call->args[i];
  if (!const_text(b->call, i, &name)) return func_bad_args(b, takes_instant);
  if (!time_unit_parse(name, unit)) {
    FAIL(b->err, ERR_NAME, arg->span, "no unit of time \"%.*s\"",
         name.len > 64 ? 64 : (int)name.len, name.ptr);
    error_hint(b->err, "units are YEAR, QUARTER, MONTH, WEEK, DAY, HOUR, MINUTE, SECOND, ...");
    return ERR_NAME;
  }
  TimeUnit *kept = ARENA_NEW(b->arena, TimeUnit);
  *kept = *unit;
  b->call->func_data = kept;
  return OK;
}

/* As it is written: FLOOR(t TO unit) calls a function of its own. */
static const char *written_name(const FuncBind *b) {
  const char *name = b->call->func->name;
  if (strcmp(name, "_FLOOR_TIME") == 0) return "FLOOR";
  return strcmp(name, "_CEIL_TIME") == 0 ? "CEIL" : name;
}

static Code wrong_unit(FuncBind *b, TimeUnit unit, Type type) {
  StrBuf name;
  strbuf_init(&name, 0);
  type_print(type, &name);
  FAIL(b->err, ERR_TYPE, b->call->span, "\"%s\" does not take the unit %s of %s", written_name(b),
       time_unit_name(unit), strbuf_text(&name));
  strbuf_deinit(&name);
  return ERR_TYPE;
}

/* HOUR and below: what a TIME has. */
static bool within_day(TimeUnit unit) { return unit >= UNIT_HOUR && unit <= UNIT_MICROSECOND; }

/* Length of a unit that always has the same, else 0. */
static Micros unit_length(TimeUnit unit) {
  static const Micros lengths[UNIT_COUNT] = {
      [UNIT_DAY] = MICROS_PER_DAY,
      [UNIT_HOUR] = 3600 * MICROS_PER_SECOND,
      [UNIT_MINUTE] = 60 * MICROS_PER_SECOND,
      [UNIT_SECOND] = MICROS_PER_SECOND,
      [UNIT_MILLISECOND] = MICROS_PER_MILLI,
      [UNIT_MICROSECOND] = 1,
  };
  return lengths[unit];
}

/* --- EXTRACT, YEAR, ... ----------------------------------------------------------------- */

/* The unit's length in what the interval counts, months or microseconds, and how many of it make
 * the next larger field, 0: there is none.  false: not in such an interval. */
static bool interval_field(TimeUnit unit, bool months, int64_t *length, int64_t *in_next) {
  static const struct {
    uint8_t unit;
    bool months;
    int64_t length, in_next;
  } fields[] = {{UNIT_MILLENNIUM, true, 12000, 0},
                {UNIT_CENTURY, true, 1200, 0},
                {UNIT_DECADE, true, 120, 0},
                {UNIT_YEAR, true, 12, 0},
                {UNIT_QUARTER, true, 1, 12}, /* of its months: interval_part */
                {UNIT_MONTH, true, 1, 12},
                {UNIT_DAY, false, MICROS_PER_DAY, 0},
                {UNIT_HOUR, false, 3600 * MICROS_PER_SECOND, 24},
                {UNIT_MINUTE, false, 60 * MICROS_PER_SECOND, 60},
                {UNIT_SECOND, false, MICROS_PER_SECOND, 60},
                {UNIT_MILLISECOND, false, MICROS_PER_MILLI, 1000},
                {UNIT_MICROSECOND, false, 1, MICROS_PER_SECOND}};
  for (size_t i = 0; i < COUNT_OF(fields); i++) {
    if (fields[i].unit != unit || fields[i].months != months) continue;
    *length = fields[i].length;
    *in_next = fields[i].in_next;
    return true;
  }
  return false;
}

/* The last argument is the time. */
static Code bind_part(FuncBind *b, TimeUnit unit) {
  uint32_t last = b->call->n_args - 1;
  bind_type_null(b, last, type_time(TYPE_TIMESTAMP, 3));
  Type type = b->call->args[last]->type;
  int64_t length, in_next;
  if (type_is_interval(type)) {
    bool known = interval_field(unit, type.kind == TYPE_INTERVAL_MONTH, &length, &in_next);
    if (!known) return wrong_unit(b, unit, type);
  } else if (!type_is_datetime(type)) {
    return func_bad_args(b, takes_part);
  }
  if (type.kind == TYPE_TIME && !within_day(unit) && unit != UNIT_EPOCH) {
    return wrong_unit(b, unit, type);
  }
  b->call->type = type_of(TYPE_BIGINT);
  return OK;
}

Code bind_extract(FuncBind *b) {
  TimeUnit unit;
  TRY(bind_time_unit(b, 0, &unit));
  return bind_part(b, unit);
}

Code bind_time_part(FuncBind *b) {
  static const TimeUnit units[] = {UNIT_DOY, UNIT_DAY, UNIT_DOW};
  static const char *const names[] = {"DAYOFYEAR", "DAYOFMONTH", "DAYOFWEEK"};
  Str name = str_of(b->call->func->name);
  for (size_t i = 0; i < COUNT_OF(names); i++) {
    if (!str_eq(name, str_of(names[i]))) continue;
    b->call->func_data = &units[i];
    return bind_part(b, units[i]);
  }
  TimeUnit *unit = ARENA_NEW(b->arena, TimeUnit);
  bool known = time_unit_parse(name, unit);
  assert(known); /* a line of the .def that has this bind is named like a unit */
  b->call->func_data = unit;
  return bind_part(b, *unit);
}

/* A unit within a longer one, of wall clocks: all rows, by constants, so that nothing is divided.
 * us % cycle has the sign of us. */
#define EXTRACT_ROWS(cycle, length)                                \
  for (uint32_t row = 0; row < k->rows; row++) {                   \
    Micros rest_us = us[row] % (cycle);                            \
    out[row] = (rest_us + (rest_us < 0 ? (cycle) : 0)) / (length); \
  }

/* false: the unit is none of those. */
static bool extract_time(KernelCall *k, const Micros *us, TimeUnit unit) {
  static const Micros hour_us = 3600 * MICROS_PER_SECOND, minute_us = 60 * MICROS_PER_SECOND;
  int64_t *out = k->out->data;
  if (unit == UNIT_HOUR) {
    EXTRACT_ROWS(MICROS_PER_DAY, hour_us)
  } else if (unit == UNIT_MINUTE) {
    EXTRACT_ROWS(hour_us, minute_us)
  } else if (unit == UNIT_SECOND) {
    EXTRACT_ROWS(minute_us, MICROS_PER_SECOND)
  } else if (unit == UNIT_MILLISECOND) {
    EXTRACT_ROWS(MICROS_PER_SECOND, MICROS_PER_MILLI)
  } else {
    return false;
  }
  return true;
}
#undef EXTRACT_ROWS

/* Fields have the sign of the interval. */
static Code extract_interval(KernelCall *k, TimeUnit unit) {
  uint32_t last = k->n_args - 1;
  bool months = k->expr->args[last]->type.kind == TYPE_INTERVAL_MONTH;
  int64_t length, in_next;
  bool known = interval_field(unit, months, &length, &in_next);
  assert(known); /* bind_part */
  (void)known;
  const Vector *interval = &k->args[last];
  Phys phys = type_phys(interval->type);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    int64_t part = (int64_t)num_get(interval, phys, vector_at(interval, row)) / length;
    if (in_next != 0) part %= in_next;
    put_long(k, row, unit == UNIT_QUARTER ? (part - 1) / 3 + 1 : part);
  }
  return OK;
}

Code kernel_extract(KernelCall *k) {
  TimeUnit unit = time_unit_of(k);
  const Vector *arg = &k->args[k->n_args - 1];
  if (type_is_interval(arg->type)) return extract_interval(k, unit);
  if (arg->type.kind == TYPE_TIMESTAMP && !arg->constant && extract_time(k, arg->data, unit)) {
    return OK;
  }
  TimeArg time = time_arg(k, k->n_args - 1);
  bool instant = unit == UNIT_EPOCH; /* the same in every zone */
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    Micros us = instant ? time_raw(&time, row) : time_local(&time, row);
    put_long(k, row, timestamp_extract(us, unit));
  }
  return OK;
}

/* --- FLOOR, CEIL ------------------------------------------------------------------------ */

static bool can_floor(TimeUnit unit) {
  return unit <= UNIT_MICROSECOND || unit == UNIT_DECADE || unit == UNIT_CENTURY ||
         unit == UNIT_MILLENNIUM;
}

Code bind_floor_time(FuncBind *b) {
  TimeUnit unit;
  TRY(bind_time_unit(b, 1, &unit));
  bind_type_null(b, 0, type_time(TYPE_TIMESTAMP, 3));
  Type type = b->call->args[0]->type;
  if (!type_is_datetime(type)) return wrong_unit(b, unit, type);
  if (!can_floor(unit) || (type.kind == TYPE_TIME && !within_day(unit))) {
    return wrong_unit(b, unit, type);
  }
  b->call->type = type;
  return OK;
}

/* Wall clock to wall clock. */
static Micros round_local(Micros us, TimeUnit unit, bool up) {
  return up ? timestamp_ceil(us, unit) : timestamp_floor(us, unit);
}

/* Within a day only the instant moves, so that the hour that a change of the clock repeats is
 * told from the one before; from a day on the result is a midnight of the zone. */
static Micros round_instant(WallClock *clock, Micros us, TimeUnit unit, bool up) {
  Micros local_us = wall_clock_at(clock, us), rounded_us = round_local(local_us, unit, up);
  if (within_day(unit)) return us + (rounded_us - local_us);
  return zone_to_utc(clock->zone, rounded_us);
}

/* The common case: TIMESTAMP to a unit of fixed length. */
static void floor_fixed(KernelCall *k, Micros unit_us) {
  IntArg time = int_arg(k, 0);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    put_long(k, row, floor_to(int_at(time, row), unit_us));
  }
}

static Code round_rows(KernelCall *k, bool up) {
  TimeUnit unit = time_unit_of(k);
  TimeArg time = time_arg(k, 0);
  if (!up && time.kind == TYPE_TIMESTAMP && unit_length(unit) != 0) {
    floor_fixed(k, unit_length(unit));
    return OK;
  }
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    Micros us = time_raw(&time, row);
    us = time.kind == TYPE_TIMESTAMP_LTZ ? round_instant(&time.clock, us, unit, up)
                                         : round_local(us, unit, up);
    if (us < TIMESTAMP_MIN || us > TIMESTAMP_MAX) {
      return func_fail(k, "a time beyond the years 0000 to 9999");
    }
    if (time.kind == TYPE_DATE) {
      put_int(k, row, (int32_t)days_of(us));
    } else {
      put_long(k, row, time.kind == TYPE_TIME ? us % MICROS_PER_DAY : us); /* 24:00 is 00:00 */
    }
  }
  return OK;
}

Code kernel_floor_time(KernelCall *k) { return round_rows(k, false); }
Code kernel_ceil_time(KernelCall *k) { return round_rows(k, true); }

/* --- the clocks ------------------------------------------------------------------------- */

Code bind_current_timestamp(FuncBind *b) {
  b->call->type = type_time(TYPE_TIMESTAMP_LTZ, 3);
  return OK;
}
Code bind_local_timestamp(FuncBind *b) {
  b->call->type = type_time(TYPE_TIMESTAMP, 3);
  return OK;
}
Code bind_local_time(FuncBind *b) {
  b->call->type = type_time(TYPE_TIME, 0);
  return OK;
}
Code bind_current_date(FuncBind *b) {
  b->call->type = type_of(TYPE_DATE);
  return OK;
}

static Code fill_long(KernelCall *k, int64_t value) {
  for (uint32_t row = 0; row < k->rows; row++) put_long(k, row, value);
  return OK;
}

Code kernel_current_timestamp(KernelCall *k) {
  return fill_long(k, floor_to(k->now_us, MICROS_PER_MILLI));
}

Code kernel_local_timestamp(KernelCall *k) {
  return fill_long(k, floor_to(zone_to_local(k->env->zone, k->now_us), MICROS_PER_MILLI));
}

Code kernel_local_time(KernelCall *k) {
  Micros local_us = zone_to_local(k->env->zone, k->now_us);
  return fill_long(k, floor_to(time_of_day(local_us), MICROS_PER_SECOND));
}

Code kernel_current_date(KernelCall *k) {
  int64_t day = days_of(zone_to_local(k->env->zone, k->now_us));
  for (uint32_t row = 0; row < k->rows; row++) put_int(k, row, (int32_t)day);
  return OK;
}
