/* window_test.c -- slices and windows against their definition, instant by instant. */
#include "exec/ops/window.h"

#include "base/check.h"

/* Which windows [k * slide + offset, + size) contain t?  First and last end. */
static void model(const WindowClock *c, Micros t, Micros *first, Micros *last) {
  *first = MICROS_MAX, *last = MICROS_MIN;
  for (Micros k = -60; k <= 60; k++) {
    Micros start = c->offset_us + k * c->slide_us, end = start + c->size_us;
    if (t < start || t >= end) continue;
    if (end < *first) *first = end;
    if (end > *last) *last = end;
  }
}

static void check_clock(Micros size, Micros slide, Micros offset) {
  WindowSpec spec = {.kind = size == slide ? WINDOW_TUMBLE : WINDOW_HOP,
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
    Micros slice, first, last;
    window_slices(&c, &t, &row, 1, &slice);
    CHECK(slice <= t && t < slice + c.slice_us);
    model(&c, t, &first, &last);
    bool gap = first == MICROS_MAX;
    CHECK_INT(slice >= window_last_end(&c, slice), gap);
    if (gap) continue;
    CHECK_INT(window_first_end(&c, slice), first);
    CHECK_INT(window_last_end(&c, slice), last);
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
      for (Micros offset = -3; offset <= 3; offset++) check_clock(size, slide, offset);
    }
  }
  check_zone();
  return check_done();
}
