/* open_windows.c -- a sorted array of windows. */
#include "exec/ops/open_windows.h"

#include <stdlib.h>
#include <string.h>

static bool is_before(const OpenWindow *w, Micros end_us, Micros start_us) {
  return w->end_us < end_us || (w->end_us == end_us && w->start_us < start_us);
}

static bool is_at(const OpenWindows *w, uint32_t at, Micros end_us, Micros start_us) {
  return at < w->n && w->items[at]->end_us == end_us && w->items[at]->start_us == start_us;
}

static uint32_t find(const OpenWindows *w, Micros end_us, Micros start_us) {
  uint32_t low = 0, high = w->n;
  while (low < high) {
    uint32_t mid = (low + high) / 2;
    if (is_before(w->items[mid], end_us, start_us)) {
      low = mid + 1;
    } else {
      high = mid;
    }
  }
  return low;
}

static OpenWindow *insert(OpenWindows *w, uint32_t at) {
  if (w->n == w->cap) {
    uint32_t cap = w->cap > 0 ? w->cap * 2 : 4;
    OpenWindow **wider = realloc(w->items, cap * sizeof *wider);
    if (wider == NULL) return NULL;
    w->items = wider;
    w->cap = cap;
  }
  OpenWindow *window = calloc(1, sizeof *window);
  if (window == NULL) return NULL;
  if (!groups_init(&window->groups, w->layout, w->expected_groups)) {
    groups_deinit(&window->groups);
    free(window);
    return NULL;
  }
  memmove(&w->items[at + 1], &w->items[at], (w->n - at) * sizeof window);
  w->items[at] = window;
  w->n++;
  return window;
}

OpenWindow *open_windows_get(OpenWindows *w, const WindowClock *clock, Micros end_us,
                             Micros start_us) {
  uint32_t at = w->last_hit;
  if (is_at(w, at, end_us, start_us)) return w->items[at];
  w->last_hit = at = find(w, end_us, start_us);
  if (is_at(w, at, end_us, start_us)) return w->items[at];
  OpenWindow *window = insert(w, at);
  if (window == NULL) return NULL;
  window->end_us = end_us;
  window->start_us = start_us;
  window->last_us = window_last_instant(clock, end_us);
  return window;
}

void open_windows_drop(OpenWindows *w, uint32_t n) {
  if (n == 0) return;
  for (uint32_t i = 0; i < n; i++) {
    OpenWindow *window = w->items[i];
    w->expected_groups = window->groups.table.n;
    groups_deinit(&window->groups);
    free(window->changed);
    free(window);
  }
  w->n -= n;
  memmove(w->items, w->items + n, w->n * sizeof *w->items);
}

void open_windows_deinit(OpenWindows *w) {
  open_windows_drop(w, w->n);
  free(w->items);
  *w = (OpenWindows){0};
}

bool open_window_changed(OpenWindow *w, void *record) {
  if (w->n_changed == w->cap_changed) {
    uint32_t cap = w->cap_changed > 0 ? w->cap_changed * 2 : 16;
    void **wider = realloc(w->changed, cap * sizeof *wider);
    if (wider == NULL) return false;
    w->changed = wider;
    w->cap_changed = cap;
  }
  w->changed[w->n_changed++] = record;
  return true;
}

bool open_windows_save(const OpenWindows *w, StateSink *to) {
  for (uint32_t i = 0; i < w->n; i++) {
    OpenWindow *window = w->items[i];
    const GroupsPlace place = {
        .section = "window", .head = {window->end_us, window->start_us}, .n_head = 2};
    if (!groups_save(&window->groups, to, place)) return false;
  }
  return true;
}

bool open_windows_load(OpenWindows *w, const WindowClock *clock, StateIn *in) {
  Micros end_us = state_get_i64(in), start_us = state_get_i64(in);
  if (in->bad || !state_has_next(in)) return true;
  OpenWindow *window = open_windows_get(w, clock, end_us, start_us);
  return window != NULL && groups_load(&window->groups, in);
}
