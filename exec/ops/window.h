/* window.h -- which slice a row falls into, which windows a slice belongs to, when they fire.
 *
 *   HOP of 5 min every 2 min: slices of gcd(5, 2) = 1 min, each row in one of them
 *
 *     slices   |-0-|-1-|-2-|-3-|-4-|-5-|-6-|
 *     windows  [---------0---------]
 *                      [---------1---------]
 *
 *   CUMULATE of 6 min by 2 min: slices of 2 min; windows share their start
 *
 *     slices   |---0---|---1---|---2---|---3---|
 *     windows  [--0----]               [--3----
 *              [-------1-------]
 *              [-----------2-----------]
 *
 * All times here are on the window's own clock: the column's wall clock, or for
 * TIMESTAMP_LTZ the wall clock of the session's zone.  Only window_last_instant turns a
 * window's end into the event time that a watermark is compared with.
 */
#pragma once
#include "exec/ops/op_spec.h"

typedef struct WindowClock {
  Micros size_us, slide_us, offset_us;
  Micros slice_us;  /* width of a slice: gcd(size, slide), which for TUMBLE is the size */
  bool cumulates;   /* CUMULATE: slide_us is the step */
  const Zone *zone; /* NULL: no conversion */
} WindowClock;

WindowClock window_clock(const WindowSpec *spec, const ExprEnv *env);

/* slices[i]: start of the slice of event time times[rows[i]].  Times are within the range of
 * TIMESTAMP (years 0 to 9999), widths within a few thousand years: nothing overflows. */
void window_slices(const WindowClock *c, const Micros *times, const uint16_t *rows, uint32_t n,
                   Micros *slices);

/* End of the first window that contains a slice, and of the last one; those between are slide_us
 * apart.  A slice in the gap between two windows (slide > size) has first > last. */
Micros window_first_end(const WindowClock *c, Micros slice_us);
Micros window_last_end(const WindowClock *c, Micros slice_us);
/* Start of the window that ends at end_us. */
Micros window_start(const WindowClock *c, Micros end_us);
/* The event time of a window's last instant, end - 1 ms: it fires when the watermark is there. */
Micros window_last_instant(const WindowClock *c, Micros end_us);
/* window_time: the last instant on the window's clock, as event time of the column's type. */
static inline Micros window_time(const WindowClock *c, Micros end_us) {
  return window_last_instant(c, end_us);
}
/* The columns window_start, window_end and window_time of a batch of one window's results:
 * out[0..3), with room for a value each, become constant. */
void window_columns(const WindowClock *c, Micros start_us, Micros end_us, Vector *out);

/* Which windows have fired, or would have if they had rows: a window whose last instant is not
 * above us never fires (again). */
typedef struct WindowsPassed {
  const WindowClock *clock;
  Micros us;
  Micros end_us; /* where the clock is put forward two ends fall on one instant: of those that fall
                    on us, the last that has fired; MICROS_MAX: all have */
} WindowsPassed;

void windows_passed_init(WindowsPassed *p, const WindowClock *clock);
/* The later of the two: what is told by several instances. */
void windows_passed_join(WindowsPassed *p, Micros us, Micros end_us);
bool window_passed(const WindowsPassed *p, Micros end_us);
/* The window with this end fires. */
void windows_pass_one(WindowsPassed *p, Micros end_us);
/* The watermark stands at until_us, and all that it completes has fired. */
void windows_pass(WindowsPassed *p, Micros until_us);
/* The first end among first, first + slide, ... last that has not passed; MICROS_MAX: none. */
Micros windows_first_open(const WindowsPassed *p, Micros first_us, Micros last_us);
/* How many of them have not passed and are above after_us. */
uint64_t windows_open(const WindowsPassed *p, Micros first_us, Micros last_us, Micros after_us);
