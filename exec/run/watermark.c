/* watermark.c -- W and L(r) from chunks; watermark.h derives the rule. */
#include "exec/run/watermark.h"

#include <stdlib.h>

static Micros max_us(Micros a, Micros b) { return a > b ? a : b; }
static Micros min_us(Micros a, Micros b) { return a < b ? a : b; }

bool watermark_init(Watermark *w) {
  *w = (Watermark){.now_us = MICROS_MIN, .cap = 4};
  w->splits = malloc(w->cap * sizeof *w->splits);
  return w->splits != NULL;
}

void watermark_deinit(Watermark *w) {
  free(w->splits);
  *w = (Watermark){0};
}

/* NULL: it has ended long ago. */
static SplitClock *find(const Watermark *w, uint32_t split) {
  uint32_t low = 0, high = w->n_splits;
  while (low < high) {
    uint32_t mid = low + (high - low) / 2;
    if (w->splits[mid].split < split) {
      low = mid + 1;
    } else {
      high = mid;
    }
  }
  return low < w->n_splits && w->splits[low].split == split ? &w->splits[low] : NULL;
}

static bool holds(const SplitClock *s) { return s->active && !s->idle && !s->spoken_for; }

/* The least candidate of the splits that are waited for, but for one; MICROS_MAX: there is none. */
static Micros least_of_others(const Watermark *w, uint32_t split) {
  Micros least = MICROS_MAX;
  for (uint32_t i = 0; i < w->n_splits; i++) {
    const SplitClock *s = &w->splits[i];
    if (s->split != split && holds(s)) least = min_us(least, s->max_us);
  }
  return least;
}

/* Where time is without a split: held by the active ones, else as far as an idle one was. */
static void advance_without(Watermark *w, uint32_t split) {
  Micros to = least_of_others(w, split);
  if (to == MICROS_MAX) {
    to = MICROS_MIN;
    for (uint32_t i = 0; i < w->n_splits; i++) {
      const SplitClock *s = &w->splits[i];
      if (s->active && !s->spoken_for) to = max_us(to, s->max_us);
    }
  }
  w->now_us = max_us(w->now_us, to);
}

/* --- files of a watched directory ------------------------------------------------------- */

static bool has_active_files(const Watermark *w, uint32_t watch) {
  for (uint32_t i = 0; i < w->n_splits; i++) {
    if (w->splits[i].active && w->splits[i].watch == watch) return true;
  }
  return false;
}

/* So that a directory watched for a year does not make every chunk slower. */
static void drop_ended(Watermark *w) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < w->n_splits; i++) {
    if (w->splits[i].active) w->splits[kept++] = w->splits[i];
  }
  w->n_splits = kept;
}

bool watermark_join(Watermark *w, SplitClock split) {
  assert(w->n_splits == 0 || w->splits[w->n_splits - 1].split < split.split);
  if (w->n_splits == w->cap) drop_ended(w);
  if (w->n_splits == w->cap) {
    SplitClock *wider = realloc(w->splits, (size_t)w->cap * 2 * sizeof *wider);
    if (wider == NULL) return false;
    w->splits = wider;
    w->cap *= 2;
  }
  split.max_us = max_us(split.max_us, w->now_us);
  w->splits[w->n_splits++] = split;
  SplitClock *watch = split.active ? find(w, split.watch) : NULL;
  if (watch != NULL) {
    watch->spoken_for = true;
    watch->idle = false;
  }
  return true;
}

/* A file has ended: without others, its directory stands in for it. */
static void leave_to_watch(Watermark *w, const SplitClock *file) {
  SplitClock *watch = find(w, file->watch);
  if (watch == NULL) return;
  watch->max_us = max_us(watch->max_us, file->max_us);
  watch->spoken_for = has_active_files(w, file->watch);
}

/* --- chunks ------------------------------------------------------------------------------ */

Micros watermark_chunk_begin(Watermark *w, uint32_t split) {
  SplitClock *own = find(w, split);
  assert(own != NULL);
  if (own->idle) {
    own->idle = false;
    own->max_us = max_us(own->max_us, w->now_us);
  }
  w->split = split;
  w->own_us = own->max_us;
  w->others_us = least_of_others(w, split);
  return watermark_at_mark(w, MICROS_MIN);
}

Micros watermark_at_mark(const Watermark *w, Micros m) {
  return max_us(w->now_us, min_us(max_us(w->own_us, m), w->others_us));
}

Micros watermark_chunk_end(Watermark *w, Micros chunk_max_us, bool split_ended) {
  SplitClock *own = find(w, w->split);
  own->max_us = max_us(own->max_us, chunk_max_us);
  /* The split counts once more before it leaves: its last rows have been seen. */
  w->now_us = max_us(w->now_us, min_us(own->max_us, w->others_us));
  if (split_ended) {
    own->active = false;
    leave_to_watch(w, own);
    advance_without(w, w->split);
  }
  return w->now_us;
}

Micros watermark_split_idle(Watermark *w, uint32_t split) {
  SplitClock *own = find(w, split);
  if (own == NULL || !own->active) return w->now_us;
  own->idle = true;
  advance_without(w, split);
  return w->now_us;
}

bool watermark_is_over(const Watermark *w) {
  for (uint32_t i = 0; i < w->n_splits; i++) {
    if (w->splits[i].active) return false;
  }
  return true;
}

/* --- state -------------------------------------------------------------------------------- */

void watermark_save(const Watermark *w, StateOut *out) {
  state_put_i64(out, w->now_us);
  state_put_u32(out, w->n_splits);
  for (uint32_t i = 0; i < w->n_splits; i++) {
    const SplitClock *s = &w->splits[i];
    state_put_u32(out, s->split);
    state_put_i64(out, s->max_us);
    state_put_bool(out, s->active);
    state_put_bool(out, s->idle);
    state_put_bool(out, s->spoken_for);
  }
}

uint32_t watermark_load(Watermark *w, StateIn *in) {
  w->now_us = state_get_i64(in);
  return state_get_u32(in);
}

SavedClock watermark_get_clock(StateIn *in) {
  SavedClock c = {.was = state_get_u32(in), .max_us = state_get_i64(in)};
  c.active = state_get_bool(in);
  c.idle = state_get_bool(in);
  c.spoken_for = state_get_bool(in);
  return c;
}

void watermark_set_clock(Watermark *w, uint32_t split, const SavedClock *saved) {
  SplitClock *own = find(w, split);
  if (own == NULL) return;
  own->max_us = saved->max_us;
  own->active = saved->active;
  own->idle = saved->idle;
  own->spoken_for = saved->spoken_for;
}
