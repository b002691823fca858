/* watermark.c -- W and L(r) from chunks; watermark.h derives the rule. */
#include "exec/run/watermark.h"

#include <stdlib.h>
#include <string.h>

static Micros max_us(Micros a, Micros b) { return a > b ? a : b; }
static Micros min_us(Micros a, Micros b) { return a < b ? a : b; }

bool watermark_init(Watermark *w, const SplitClock *splits, uint32_t n) {
  *w = (Watermark){.now_us = MICROS_MIN, .n_splits = n};
  w->splits = malloc((n + 1) * sizeof *w->splits);
  if (w->splits == NULL) return false;
  if (n > 0) memcpy(w->splits, splits, n * sizeof *splits);
  return true;
}

void watermark_deinit(Watermark *w) {
  free(w->splits);
  *w = (Watermark){0};
}

/* The least candidate of the splits that are waited for, but for one; MICROS_MAX: there is none. */
static Micros least_of_others(const Watermark *w, uint32_t split) {
  Micros least = MICROS_MAX;
  for (uint32_t i = 0; i < w->n_splits; i++) {
    const SplitClock *s = &w->splits[i];
    if (i != split && s->active && !s->idle) least = min_us(least, s->max_us);
  }
  return least;
}

/* Where time is without a split: held by the active ones, else as far as an idle one was. */
static void advance_without(Watermark *w, uint32_t split) {
  Micros to = least_of_others(w, split);
  if (to == MICROS_MAX) {
    to = MICROS_MIN;
    for (uint32_t i = 0; i < w->n_splits; i++) {
      if (w->splits[i].active) to = max_us(to, w->splits[i].max_us);
    }
  }
  w->now_us = max_us(w->now_us, to);
}

Micros watermark_chunk_begin(Watermark *w, uint32_t split) {
  assert(split < w->n_splits);
  SplitClock *own = &w->splits[split];
  if (own->idle) {
    own->idle = false;
    own->max_us = max_us(own->max_us, w->now_us);
  }
  w->split = split;
  w->others_us = least_of_others(w, split);
  return watermark_at_mark(w, MICROS_MIN);
}

Micros watermark_at_mark(const Watermark *w, Micros m) {
  Micros own = max_us(w->splits[w->split].max_us, m);
  return max_us(w->now_us, min_us(own, w->others_us));
}

Micros watermark_chunk_end(Watermark *w, Micros chunk_max_us, bool split_ended) {
  SplitClock *own = &w->splits[w->split];
  own->max_us = max_us(own->max_us, chunk_max_us);
  /* The split counts once more before it leaves: its last rows have been seen. */
  w->now_us = max_us(w->now_us, min_us(own->max_us, w->others_us));
  if (split_ended) {
    own->active = false;
    advance_without(w, w->split);
  }
  return w->now_us;
}

Micros watermark_split_idle(Watermark *w, uint32_t split) {
  assert(split < w->n_splits);
  if (!w->splits[split].active) return w->now_us;
  w->splits[split].idle = true;
  advance_without(w, split);
  return w->now_us;
}

bool watermark_is_over(const Watermark *w) {
  for (uint32_t i = 0; i < w->n_splits; i++) {
    if (w->splits[i].active) return false;
  }
  return true;
}
