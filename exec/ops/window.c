/* window.c -- the arithmetic of aligned windows (flink-sql.md 4.2: floor division, so that times
 * before 1970 and negative offsets work). */
#include "exec/ops/window.h"

#include "exec/data/timestamp.h"

static Micros gcd(Micros a, Micros b) {
  while (b != 0) {
    Micros r = a % b;
    a = b;
    b = r;
  }
  return a;
}

WindowClock window_clock(const WindowSpec *spec, const ExprEnv *env) {
  bool attached = spec->kind == WINDOW_ATTACHED; /* no row is put into a slice */
  assert(attached || (spec->size_us > 0 && spec->slide_us > 0));
  assert(spec->kind != WINDOW_CUMULATE || spec->size_us % spec->slide_us == 0);
  bool zoned = spec->time_type.kind == TYPE_TIMESTAMP_LTZ && !zone_is_utc(env->zone);
  return (WindowClock){.size_us = spec->size_us,
                       .slide_us = spec->slide_us,
                       .offset_us = spec->offset_us,
                       .slice_us = attached ? 0 : gcd(spec->size_us, spec->slide_us),
                       .cumulates = spec->kind == WINDOW_CUMULATE,
                       .zone = zoned ? env->zone : NULL};
}

/* The largest offset + k * width that is <= t. */
static inline Micros floor_to(Micros t, Micros offset, Micros width) {
  Micros rest = (t - offset) % width;
  return t - (rest < 0 ? rest + width : rest);
}

void window_slices(const WindowClock *c, const Micros *times, const uint16_t *rows, uint32_t n,
                   Micros *slices) {
  /* Rows come in runs of one slice, and of one offset: try the last ones first. */
  Micros start = 0, end = 0, shift = 0, shift_from = 0, shift_until = 0;
  for (uint32_t i = 0; i < n; i++) {
    Micros t = times[rows[i]];
    if (c->zone != NULL) {
      if (t < shift_from || t >= shift_until) {
        shift = zone_offset_range(c->zone, t, &shift_from, &shift_until);
      }
      t += shift;
    }
    if (t < start || t >= end) {
      start = floor_to(t, c->offset_us, c->slice_us);
      end = start + c->slice_us;
    }
    slices[i] = start;
  }
}

Micros window_first_end(const WindowClock *c, Micros slice_us) {
  if (c->cumulates) return slice_us + c->slide_us;
  /* The first window start above slice + slice width - size - 1, that is: whose end reaches the
   * slice's end. */
  Micros start = floor_to(slice_us + c->slice_us - c->size_us - 1, c->offset_us, c->slide_us);
  return start + c->slide_us + c->size_us;
}

Micros window_last_end(const WindowClock *c, Micros slice_us) {
  return floor_to(slice_us, c->offset_us, c->cumulates ? c->size_us : c->slide_us) + c->size_us;
}

Micros window_start(const WindowClock *c, Micros end_us) {
  return c->cumulates ? floor_to(end_us - 1, c->offset_us, c->size_us) : end_us - c->size_us;
}

Micros window_last_instant(const WindowClock *c, Micros end_us) {
  Micros end = c->zone != NULL ? zone_to_utc_late(c->zone, end_us) : end_us;
  return end - MICROS_PER_MILLI;
}

void window_columns(const WindowClock *c, Micros start_us, Micros end_us, Vector *out) {
  const Micros us[] = {start_us, end_us, window_time(c, end_us)};
  for (uint32_t i = 0; i < COUNT_OF(us); i++) {
    out[i].constant = true;
    out[i].valid = NULL;
    *(Micros *)out[i].data = us[i];
  }
}

/* --- what has passed ------------------------------------------------------------------ */

void windows_passed_init(WindowsPassed *p, const WindowClock *clock) {
  *p = (WindowsPassed){.clock = clock, .us = MICROS_MIN, .end_us = MICROS_MIN};
}

void windows_passed_join(WindowsPassed *p, Micros us, Micros end_us) {
  if (us < p->us || (us == p->us && end_us <= p->end_us)) return;
  p->us = us;
  p->end_us = end_us;
}

bool window_passed(const WindowsPassed *p, Micros end_us) {
  Micros last = window_last_instant(p->clock, end_us);
  return last < p->us || (last == p->us && end_us <= p->end_us);
}

void windows_pass_one(WindowsPassed *p, Micros end_us) {
  p->us = window_last_instant(p->clock, end_us);
  p->end_us = end_us;
}

void windows_pass(WindowsPassed *p, Micros until_us) {
  if (until_us < p->us) return;
  p->us = until_us;
  p->end_us = MICROS_MAX;
}

Micros windows_first_open(const WindowsPassed *p, Micros first_us, Micros last_us) {
  Micros slide = p->clock->slide_us, low = 0, high = (last_us - first_us) / slide + 1;
  while (low < high) {
    Micros mid = (low + high) / 2;
    if (window_passed(p, first_us + mid * slide)) {
      low = mid + 1;
    } else {
      high = mid;
    }
  }
  Micros end = first_us + low * slide;
  return end <= last_us ? end : MICROS_MAX;
}

uint64_t windows_open(const WindowsPassed *p, Micros first_us, Micros last_us, Micros after_us) {
  Micros end = windows_first_open(p, first_us, last_us);
  if (end == MICROS_MAX || last_us <= after_us) return 0;
  Micros slide = p->clock->slide_us;
  if (end <= after_us) end += ((after_us - end) / slide + 1) * slide;
  return (uint64_t)((last_us - end) / slide) + 1;
}
