/* open_windows.h -- windows side by side, each with its own table of groups.
 *
 * For windows whose results come before they close, or change after: every row is added to each of
 * its windows, as nothing can be merged from slices that has to be seen at once.  One thread.
 */
#pragma once
#include <stddef.h>

#include "exec/ops/groups.h"
#include "exec/ops/window.h"

typedef struct OpenWindow {
  Micros end_us, start_us; /* wall clock */
  Micros last_us; /* event time of the last instant: it closes when the watermark is here */
  Groups groups;
  void **changed; /* records of groups whose results may have changed since they were given out */
  uint32_t n_changed, cap_changed;
} OpenWindow;

/* In the order (end, start). */
typedef struct OpenWindows {
  const GroupLayout *layout;
  OpenWindow **items;
  uint32_t n, cap;
  uint32_t last_hit;
  uint64_t expected_groups;
} OpenWindows;

void open_windows_deinit(OpenWindows *w);
/* The window, made where it is missing; NULL: no memory. */
OpenWindow *open_windows_get(OpenWindows *w, const WindowClock *clock, Micros end_us,
                             Micros start_us);
/* Forget the first n. */
void open_windows_drop(OpenWindows *w, uint32_t n);
/* All windows, as sections "window", and one block of them; what has changed is the owner's matter.
 * false: no memory. */
MUST_USE bool open_windows_save(const OpenWindows *w, StateSink *to);
MUST_USE bool open_windows_load(OpenWindows *w, const WindowClock *clock, StateIn *in);
/* The window of these groups. */
static inline OpenWindow *open_window_of(Groups *g) {
  return (OpenWindow *)(void *)((char *)g - offsetof(OpenWindow, groups));
}
/* Note a group as changed.  false: no memory. */
MUST_USE bool open_window_changed(OpenWindow *w, void *record);

/* All windows, as sections "window", and one block of them.  false: no memory. */
MUST_USE bool open_windows_save(const OpenWindows *w, StateSink *to);
MUST_USE bool open_windows_load(OpenWindows *w, const WindowClock *clock, StateIn *in);
