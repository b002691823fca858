/* cast_time.c -- casts among DATE, TIME, TIMESTAMP and TIMESTAMP_LTZ.
 *
 * Each goes over the wall clock: TIMESTAMP_LTZ is an instant, seen in the session's zone.  A DATE
 * is its midnight, a TIME is on 1970-01-01.  Fraction digits beyond the target's are cut.
 */
#include "exec/data/timestamp.h"
#include "exec/expr/cast_impl.h"

Micros cut_fraction(Micros us, unsigned precision) {
  static const int32_t units[] = {1000000, 100000, 10000, 1000, 100, 10, 1};
  assert(precision < COUNT_OF(units));
  int64_t rest = us % units[precision];
  return us - (rest < 0 ? rest + units[precision] : rest);
}

/* The instants that have a wall clock in any zone are those of the TIMESTAMP range. */
static bool in_range(Micros us) { return us >= TIMESTAMP_MIN && us <= TIMESTAMP_MAX; }

/* One value; false: its date is outside of the years 0000 to 9999 in the zone. */
static bool convert(const Zone *zone, Type from, Type to, int64_t x, int64_t *out) {
  bool same_instant = from.kind == TYPE_TIMESTAMP_LTZ && to.kind == TYPE_TIMESTAMP_LTZ;
  Micros us = from.kind == TYPE_DATE ? x * MICROS_PER_DAY : x;
  if (from.kind == TYPE_TIMESTAMP_LTZ && !same_instant) us = zone_to_local(zone, us);
  if (to.kind == TYPE_TIMESTAMP_LTZ && !same_instant) us = zone_to_utc(zone, us);
  if (!in_range(us)) return false;
  if (to.kind == TYPE_DATE) {
    *out = days_of(us);
  } else {
    *out = cut_fraction(to.kind == TYPE_TIME ? time_of_day(us) : us, to.precision);
  }
  return true;
}

Code cast_datetime(KernelCall *k) {
  Type from = k->expr->args[0]->type, to = k->expr->type;
  Phys pf = type_phys(from), pt = type_phys(to);
  const Vector *a = &k->args[0];
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    if (!row_valid(k, row)) continue;
    int64_t x = (int64_t)num_get(a, pf, vector_at(a, row)), r;
    if (convert(k->env->zone, from, to, x, &r)) {
      num_put(k->out->data, pt, row, r);
    } else {
      TRY(cast_bad(k, row, STR("a date outside of the years 0000 to 9999")));
    }
  }
  return OK;
}
