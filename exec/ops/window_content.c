/* window_content.c -- slices into windows; window_content.h tells how. */
#include "exec/ops/window_content.h"

#include <string.h>

static ContentKind kind_of(const WindowAggSpec *spec, const WindowClock *clock) {
  const WindowSpec *w = &spec->window;
  if (w->kind == WINDOW_CUMULATE) return RUNNING;
  /* Two slices are merged for less than one comes and one goes. */
  bool few = w->size_us <= w->slide_us || w->size_us <= 2 * clock->slice_us;
  return !few && sliding_can(spec->aggs, spec->n_aggs) ? SLIDING : MERGED;
}

bool window_content_init(WindowContent *c, const WindowAggSpec *spec, const FormatField *input,
                         uint32_t n_input, const WindowsPassed *passed) {
  *c = (WindowContent){.kind = kind_of(spec, passed->clock), .passed = passed};
  c->only_on_update = c->kind == RUNNING && spec->window.only_on_update;
  c->slices.layout = &c->layout;
  if (!group_layout_init(&c->layout, spec->keys, spec->n_keys, spec->aggs, spec->n_aggs, input,
                         n_input, false)) {
    return false;
  }
  if (c->only_on_update) group_layout_note_changes(&c->layout);
  return c->kind != SLIDING ||
         sliding_init(&c->sliding, &c->layout, spec->keys, spec->n_keys, input, n_input);
}

static bool has_groups(const WindowContent *c) { return c->groups.layout != NULL; }

static void drop_groups(WindowContent *c) {
  if (has_groups(c)) groups_deinit(&c->groups);
}

void window_content_deinit(WindowContent *c) {
  drop_groups(c);
  slices_deinit(&c->slices);
  sliding_deinit(&c->sliding);
  group_layout_deinit(&c->layout);
}

static Micros round_end(const WindowContent *c) { return c->round_us + c->passed->clock->size_us; }

/* --- rows in -------------------------------------------------------------------------- */

bool window_content_begun(const WindowContent *c, Micros slice_us) {
  if (c->kind == MERGED) return false;
  return window_passed(c->passed, window_first_end(c->passed->clock, slice_us));
}

/* The running content of the round that starts there; made where it is missing. */
static Groups *running_groups(WindowContent *c, Micros round_us) {
  if (has_groups(c) && c->round_us != round_us) drop_groups(c);
  c->round_us = round_us;
  c->changed = true;
  GroupsSize expected = c->slices.expected;
  if (!has_groups(c) && !groups_init_sized(&c->groups, &c->layout, expected)) return NULL;
  return &c->groups;
}

static bool add_rows(Groups *g, OpPort port, const Batch *in, uint64_t arrival,
                     const uint16_t *rows, uint32_t n) {
  if (port == PORT_PARTIALS) return groups_add_partials(g, in, rows, n);
  return groups_add(g, in, arrival, rows, n);
}

bool window_content_add(WindowContent *c, Micros slice_us, OpPort port, const Batch *in,
                        uint64_t arrival, const uint16_t *rows, uint32_t n) {
  bool begun = window_content_begun(c, slice_us);
  const WindowClock *clock = c->passed->clock;
  if (begun && c->kind == RUNNING) {
    Groups *groups = running_groups(c, window_start(clock, window_last_end(clock, slice_us)));
    return groups != NULL && add_rows(groups, port, in, arrival, rows, n);
  }
  Slice *slice = slices_get(&c->slices, slice_us);
  if (slice == NULL) return false;
  if (begun) return sliding_add(&c->sliding, slice, port, in, arrival, rows, n);
  return add_rows(&slice->groups, port, in, arrival, rows, n);
}

/* --- windows out -------------------------------------------------------------------- */

bool window_content_expire(WindowContent *c) {
  while (c->slices.n > 0) {
    Slice *slice = slice_at(&c->slices, 0);
    if (!window_passed(c->passed, window_last_end(c->passed->clock, slice->start_us))) break;
    if (slice->loaded && !sliding_unload(&c->sliding, slice)) return false;
    slices_drop_first(&c->slices);
  }
  if (c->kind == RUNNING && has_groups(c) && window_passed(c->passed, round_end(c))) {
    drop_groups(c);
  }
  return true;
}

Micros window_content_next_end(const WindowContent *c) {
  const WindowClock *clock = c->passed->clock;
  Micros end = MICROS_MAX;
  if (c->slices.n > 0) {
    Micros start = slice_at(&c->slices, 0)->start_us;
    end = windows_first_open(c->passed, window_first_end(clock, start),
                             window_last_end(clock, start));
  }
  if (c->kind != RUNNING || !has_groups(c)) return end;
  if (c->only_on_update && !c->changed) return end;
  Micros step = windows_first_open(c->passed, c->round_us + clock->slide_us, round_end(c));
  return step < end ? step : end;
}

/* Load those of the first n slices that are not.  They are the newest: slices are loaded from the
 * oldest on, and what comes later to an older slice counts as loaded. */
static Groups *slide(WindowContent *c, uint32_t n) {
  uint32_t first = n;
  while (first > 0 && !slice_at(&c->slices, first - 1)->loaded) first--;
  for (uint32_t i = first; i < n; i++) {
    if (!sliding_load(&c->sliding, slice_at(&c->slices, i))) return NULL;
  }
  return &c->sliding.live;
}

/* A window of one slice that no other needs is that slice; else a merge of the first n. */
static Groups *merge_slices(WindowContent *c, Micros end_us, uint32_t n) {
  Slice *first = slice_at(&c->slices, 0);
  if (n == 1 && window_last_end(c->passed->clock, first->start_us) == end_us) return &first->groups;
  bool ok = groups_init_sized(&c->groups, &c->layout, groups_size(&first->groups));
  for (uint32_t i = 0; ok && i < n; i++) {
    ok = groups_merge(&c->groups, &slice_at(&c->slices, i)->groups);
  }
  return ok ? &c->groups : NULL;
}

/* The step that ends there: its slice, if it has one, goes into the running content. */
static Groups *run_on(WindowContent *c, Micros end_us, uint32_t n) {
  assert(n <= 1);
  if (n == 1) {
    Micros round_us = window_start(c->passed->clock, end_us);
    bool first = !has_groups(c) || c->round_us != round_us;
    Groups *running = running_groups(c, round_us), *step = &slice_at(&c->slices, 0)->groups;
    if (running == NULL) return NULL;
    if (first) {
      groups_swap(running, step);
    } else if (!groups_merge(running, step)) {
      return NULL;
    }
    slices_drop_first(&c->slices);
  }
  c->changed = false;
  return &c->groups;
}

Groups *window_content_of(WindowContent *c, Micros end_us) {
  uint32_t n = slices_before(&c->slices, end_us);
  switch (c->kind) {
    case MERGED:
      return merge_slices(c, end_us, n);
    case SLIDING:
      return slide(c, n);
    case RUNNING:
      return run_on(c, end_us, n);
  }
  return NULL;
}

void window_content_done(WindowContent *c) {
  if (c->kind == MERGED) drop_groups(c);
}

/* --- state ------------------------------------------------------------------------------ */

bool window_content_save(WindowContent *c, StateSink *to) {
  if (!window_content_expire(c) || !slices_save(&c->slices, to)) return false;
  if (c->kind == SLIDING) return sliding_save_stacks(&c->sliding, to);
  if (c->kind != RUNNING || !has_groups(c)) return true;
  const GroupsPlace place = {.section = "round", .head = {c->round_us}, .n_head = 1};
  return groups_save(&c->groups, to, place);
}

bool window_content_load(WindowContent *c, StateIn *in) {
  if (strcmp(in->section, "slice") == 0) return slices_load(&c->slices, in);
  if (strcmp(in->section, SLIDING_STACKS) == 0 && c->kind == SLIDING) {
    return sliding_load_stacks(&c->sliding, in);
  }
  if (strcmp(in->section, "round") != 0 || c->kind != RUNNING) state_bad(in);
  Micros round_us = state_get_i64(in);
  /* All instances were at one watermark. */
  if (has_groups(c) && c->round_us != round_us) state_bad(in);
  if (in->bad || !state_has_next(in)) return true;
  Groups *groups = running_groups(c, round_us);
  return groups != NULL && groups_load(groups, in);
}

/* A slice whose first window has passed had been loaded, or made as one that would have been. */
bool window_content_loaded(WindowContent *c) {
  uint32_t n = 0;
  while (n < c->slices.n && window_content_begun(c, slice_at(&c->slices, n)->start_us)) n++;
  return c->kind != SLIDING || sliding_resume(&c->sliding, &c->slices, n);
}

/* --- what is open --------------------------------------------------------------------- */

void window_content_pending(const WindowContent *c, OpPending *out) {
  const WindowClock *clock = c->passed->clock;
  Micros counted = MICROS_MIN; /* windows up to this end */
  if (c->kind == RUNNING && has_groups(c)) {
    out->n_windows = windows_open(c->passed, c->round_us + clock->slide_us, round_end(c), counted);
    counted = round_end(c);
  }
  /* Windows of neighbouring slices follow each other without a gap. */
  for (uint32_t i = 0, end; i < c->slices.n; i = end) {
    end = slices_run_end(&c->slices, i, clock->slice_us);
    Micros first = window_first_end(clock, slice_at(&c->slices, i)->start_us);
    Micros last = window_last_end(clock, slice_at(&c->slices, end - 1)->start_us);
    out->n_windows += windows_open(c->passed, first, last, counted);
    counted = last > counted ? last : counted;
  }
  Micros end = window_content_next_end(c);
  if (end == MICROS_MAX) return;
  out->zone = clock->zone;
  out->start_us = window_start(clock, end);
  out->end_us = end;
  out->last_us = window_last_instant(clock, end);
}
