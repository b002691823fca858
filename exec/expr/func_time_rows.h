/* func_time_rows.h -- reading instants of any type as a wall clock, row by row. */
#pragma once
#include "exec/data/timestamp.h"
#include "exec/expr/func_rows.h"

/* The wall clock of a zone.  Remembers over which instants its offset holds, so that a loop asks
 * the zone once for many rows. */
typedef struct WallClock {
  const Zone *zone;
  Micros from_us, until_us, offset_us;
} WallClock;

static inline WallClock wall_clock(const Zone *zone) {
  return (WallClock){.zone = zone, .from_us = 0, .until_us = 0};
}

static inline Micros wall_clock_at(WallClock *c, Micros utc_us) {
  Micros local_us;
  if (UNLIKELY(utc_us < c->from_us || utc_us >= c->until_us)) {
    c->offset_us = zone_offset_range(c->zone, utc_us, &c->from_us, &c->until_us);
  }
  if (LIKELY(!__builtin_add_overflow(utc_us, c->offset_us, &local_us))) return local_us;
  return zone_to_local(c->zone, utc_us);
}

/* A DATE, TIME, TIMESTAMP or TIMESTAMP_LTZ argument. */
typedef struct TimeArg {
  const void *at;
  uint32_t step;
  TypeKind kind;
  WallClock clock;
} TimeArg;

static inline TimeArg time_arg(const KernelCall *k, uint32_t i) {
  const Vector *v = &k->args[i];
  assert(i < k->n_args && type_is_datetime(v->type));
  return (TimeArg){v->data, v->constant ? 0 : 1, (TypeKind)v->type.kind, wall_clock(k->env->zone)};
}

/* As it is held: microseconds, a DATE being its midnight. */
static inline Micros time_raw(const TimeArg *a, uint32_t row) {
  if (a->kind == TYPE_DATE) return timestamp_of_days(((const int32_t *)a->at)[row * a->step]);
  return ((const int64_t *)a->at)[row * a->step];
}
/* As the wall clock of the session shows it. */
static inline Micros time_local(TimeArg *a, uint32_t row) {
  Micros us = time_raw(a, row);
  return a->kind == TYPE_TIMESTAMP_LTZ ? wall_clock_at(&a->clock, us) : us;
}

/* us cut to whole units, toward the past. */
static inline Micros floor_to(Micros us, Micros unit_us) {
  Micros rest = us % unit_us;
  if (rest < 0) rest += unit_us;
  return us >= MICROS_MIN + rest ? us - rest : us;
}

/* The unit named by constant argument i, left in call->func_data for the kernel.  ERR_TYPE with
 * the names there are. */
MUST_USE Code bind_time_unit(FuncBind *b, uint32_t i, TimeUnit *unit);
static inline TimeUnit time_unit_of(const KernelCall *k) {
  return *(const TimeUnit *)k->expr->func_data;
}
