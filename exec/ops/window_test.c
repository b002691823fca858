/* window_test.c -- slices and windows against their definition, instant by instant. */
#include "exec/ops/window.h"

#include "base/check.h"

/* Windows that contain an instant: the first and last end, and whether their starts are right. */
typedef struct Found {
  Micros first, last;
  bool starts;
} Found;

static void find(const WindowClock *c, Found *found, Micros t, Micros start, Micros end) {
  if (t < start || t >= end) return;
  if (end < found->first) found->first = end;
  if (end > found->last) found->last = end;
  found->starts &= window_start(c, end) == start;
}

/* Which windows [k * slide + offset, + size) contain t?  CUMULATE: [k * size + offset, + a number
 * of steps). */
static Found model(const WindowClock *c, Micros t) {
  Found found = {MICROS_MAX, MICROS_MIN, true};
  for (Micros k = -60; k <= 60; k++) {
    if (c->cumulates) {
      Micros start = c->offset_us + k * c->size_us;
      for (Micros end = start + c->slide_us; end <= start + c->size_us; end += c->slide_us) {
        find(c, &found, t, start, end);
      }
    } else {
      Micros start = c->offset_us + k * c->slide_us;
      find(c, &found, t, start, start + c->size_us);
    }
  }
  return found;
}

static void check_clock(WindowKind kind, Micros size, Micros slide, Micros offset) {
  WindowSpec spec = {.kind = kind,
                     .size_us = size,
                     .slide_us = slide,
                     .offset_us = offset,
                     .time_type = type_time(TYPE_TIMESTAMP, 3)};
  ExprEnv env = {.zone = zone_utc()};
  WindowClock c = window_clock(&spec, &env);
  CHECK_INT(size % c.slice_us, 0);
  CHECK_INT(slide % c.slice_us, 0);
  for (Micros t = -40; t < 40; t++) {
    static const uint16_t row = 0;
    Micros slice;
    window_slices(&c, &t, &row, 1, &slice);
    CHECK(slice <= t && t < slice + c.slice_us);
    Found found = model(&c, t);
    bool gap = found.first == MICROS_MAX;
    CHECK_INT(slice >= window_last_end(&c, slice), gap);
    CHECK(found.starts);
    if (gap) continue;
    CHECK_INT(window_first_end(&c, slice), found.first);
    CHECK_INT(window_last_end(&c, slice), found.last);
  }
}

static void check_zone(void) {
  Error err = {0};
  const Zone *berlin = zone_open(STR("Europe/Berlin"), NO_SPAN, &err);
  CHECK(berlin != NULL);
  if (berlin == NULL) return;
  WindowSpec spec = {.kind = WINDOW_TUMBLE,
                     .size_us = MICROS_PER_DAY,
                     .slide_us = MICROS_PER_DAY,
                     .time_type = type_time(TYPE_TIMESTAMP_LTZ, 3)};
  ExprEnv env = {.zone = berlin};
  WindowClock c = window_clock(&spec, &env);
  /* 2024-03-30 23:30 UTC is 2024-03-31 00:30 in Berlin; that day has 23 hours. */
  Micros t = INT64_C(1711841400) * MICROS_PER_SECOND, slice;
  static const uint16_t row = 0;
  window_slices(&c, &t, &row, 1, &slice);
  CHECK_INT(slice, INT64_C(1711843200) * MICROS_PER_SECOND); /* 2024-03-31 00:00 wall clock */
  Micros last = window_last_instant(&c, slice + MICROS_PER_DAY);
  CHECK_INT(last, INT64_C(1711922400) * MICROS_PER_SECOND - 1000); /* 22:00 UTC */
}

int main(void) {
  for (Micros size = 1; size <= 12; size++) {
    for (Micros slide = 1; slide <= 12; slide++) {
      for (Micros offset = -3; offset <= 3; offset++) {
        check_clock(size == slide ? WINDOW_TUMBLE : WINDOW_HOP, size, slide, offset);
        if (size % slide == 0) check_clock(WINDOW_CUMULATE, size, slide, offset);
      }
    }
  }
  check_zone();
  return check_done();
}
