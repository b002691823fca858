/* sliding_state.c -- live groups in blocks of state, as far as they do not follow from the slices.
 *
 * Where an aggregate has an inverse its totals are exact: they are made again of the slices.  Where
 * it has none, records in the front have taken in newer ones already, and what totals and backs are
 * depends on when that was; for sums of floating point to the bit.  They are saved, with how far a
 * key's stacks were turned over; which record is in which stack follows from that.
 */
#include <string.h>

#include "exec/ops/sliding.h"

enum { STACKS_VERSION = 1 };

/* --- saving ------------------------------------------------------------------------- */

static void save_live(const void *of, const void *live, StateOut *out) {
  const Sliding *s = of;
  const char *record = live;
  state_put_i64(out, live_head(s, (void *)(uintptr_t)live)->turned_us);
  for (uint32_t a = 0; a < s->layout.n_aggs; a++) {
    const AggCall *agg = &s->layout.aggs[a];
    size_t part = state_part(out);
    if (s->back_at[a] != 0) {
      agg_state_save(agg, record + s->layout.offset[a], out);
      agg_state_save(agg, record + s->back_at[a], out);
    }
    state_part_end(out, part);
  }
}

bool sliding_save_stacks(Sliding *s, StateSink *to) {
  if (!s->with_stacks) return true;
  StateOut out;
  state_begin(&out, to, SLIDING_STACKS, STACKS_VERSION);
  return hash_table_save_now(&s->live.table, &out, (HashSave){save_live, s});
}

/* --- loading ------------------------------------------------------------------------ */

/* The states of one aggregate of the state, which is aggregate a here. */
static bool load_states(Sliding *s, char *live, uint32_t a, StateIn *in) {
  const AggCall *agg = &s->layout.aggs[a];
  StateIn part = state_get_part(in);
  if (part.at == part.end && s->back_at[a] == 0) return true;
  if (s->back_at[a] == 0) state_bad(in);
  bool ok = in->bad || (agg_state_load(agg, live + s->layout.offset[a], &part, &s->bytes) &&
                        agg_state_load(agg, live + s->back_at[a], &part, &s->bytes));
  in->bad |= part.bad;
  return ok;
}

static bool load_live(Sliding *s, char *live, StateIn *in) {
  uint32_t n = in->agg_map != NULL ? in->n_aggs : s->layout.n_aggs;
  live_head(s, live)->turned_us = state_get_i64(in);
  for (uint32_t i = 0; i < n && !in->bad; i++) {
    uint32_t a = in->agg_map != NULL ? in->agg_map[i] : i;
    if (a == UINT32_MAX) {
      state_get_part(in);
    } else if (!load_states(s, live, a, in)) {
      return false;
    }
  }
  return true;
}

bool sliding_load_stacks(Sliding *s, StateIn *in) {
  HashLoad load = {.keys = s->layout.keys};
  if (in->version != STACKS_VERSION) state_bad(in);
  if (!s->with_stacks) return true; /* the aggregates that had them are no longer there */
  s->stacks_loaded = true;
  for (;;) {
    if (!hash_table_load(&s->live.table, in, &load)) return false;
    if (load.n == 0) return true;
    groups_number(&s->live, load.records, load.n);
    for (uint32_t i = 0; i < load.n; i++) {
      hash_load_entry(&load, i, in);
      if (!load_live(s, load.records[i], in)) return false;
    }
  }
}

/* --- putting together --------------------------------------------------------------- */

/* A record goes to the stack where it was.  Slices come from the oldest on: a front, whose oldest
 * stands first, is upside down until turn_fronts. */
static void resume_record(const Sliding *s, Slice *slice, void *record, void *live) {
  LiveHead *head = live_head(s, live);
  Micros turned_us = head->turned_us;
  sliding_enter(s, slice, record, live);
  head->turned_us = turned_us;
  void **stack = slice->start_us <= turned_us ? &head->front : &head->back;
  slice_link(s, record)->next = *stack;
  *stack = record;
}

static bool resume_slice(Sliding *s, Slice *slice) {
  HashCursor cursor = {0};
  void *records[BATCH_ROWS], *lives[BATCH_ROWS];
  slice->loaded = true;
  for (uint32_t n = 1; n > 0;) {
    if (!groups_match(&s->live, &slice->groups, &cursor, lives, records, &n)) return false;
    for (uint32_t i = 0; i < n; i++) resume_record(s, slice, records[i], lives[i]);
    if (!sliding_enter_states(s, records, lives, n, false)) return false;
  }
  return sliding_move_values(s, slice, true);
}

static void turn_front(const Sliding *s, LiveHead *head) {
  void *record = head->front, *next;
  for (head->front = NULL; record != NULL; record = next) {
    SliceLink *link = slice_link(s, record);
    next = link->next;
    link->next = head->front;
    head->front = record;
  }
}

static void turn_fronts(Sliding *s) {
  HashCursor cursor = {0};
  const void *keys[BATCH_ROWS];
  void *lives[BATCH_ROWS];
  uint64_t hashes[BATCH_ROWS];
  uint32_t n;
  while ((n = hash_table_next(&s->live.table, &cursor, BATCH_ROWS, keys, lives, hashes)) > 0) {
    for (uint32_t i = 0; i < n; i++) turn_front(s, live_head(s, lives[i]));
  }
}

bool sliding_resume(Sliding *s, const Slices *slices, uint32_t n) {
  uint64_t n_live = s->live.table.n;
  for (uint32_t i = 0; i < n; i++) {
    Slice *slice = slice_at(slices, i);
    if (!(s->stacks_loaded ? resume_slice(s, slice) : sliding_load(s, slice))) return false;
  }
  if (s->stacks_loaded) turn_fronts(s);
  assert(!s->stacks_loaded || s->live.table.n == n_live); /* all had been saved */
  (void)n_live;
  return true;
}
