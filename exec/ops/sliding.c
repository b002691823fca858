/* sliding.c -- loading and unloading slices; sliding.h has the picture. */
#include "exec/ops/sliding.h"

#include <stdlib.h>
#include <string.h>

/* --- life --------------------------------------------------------------------------- */

bool sliding_can(const AggCall *aggs, uint32_t n_aggs) {
  for (uint32_t i = 0; i < n_aggs; i++) {
    const AggKernels *k = aggs[i].kernels;
    if (k->holistic || (aggs[i].distinct && k->unmerge == NULL)) return false;
  }
  return true;
}

static void find_traits(Sliding *s, const GroupLayout *l) {
  for (uint32_t a = 0; a < l->n_aggs; a++) {
    s->with_stacks |= l->aggs[a].kernels->unmerge == NULL;
    s->with_bytes |= !l->aggs[a].kernels->words;
  }
}

static bool init_tallies(Sliding *s) {
  const GroupLayout *l = &s->layout;
  s->tallies = arena_try_alloc(&s->arena, (l->n_distinct + 1) * sizeof *s->tallies, 8);
  if (s->tallies == NULL) return false;
  memset(s->tallies, 0, (l->n_distinct + 1) * sizeof *s->tallies);
  uint32_t d = 0;
  for (uint32_t a = 0; a < l->n_aggs; a++) {
    if (!l->aggs[a].distinct) continue;
    if (!distinct_tally_init(&s->tallies[d++], l->aggs[a].arg_type)) return false;
  }
  s->values = group_distinct_vectors(l, &s->arena);
  return s->values != NULL;
}

bool sliding_init(Sliding *s, GroupLayout *slice_layout, const uint32_t *keys, uint32_t n_keys,
                  const FormatField *input, uint32_t n_input) {
  const AggCall *aggs = slice_layout->aggs;
  uint32_t n_aggs = slice_layout->n_aggs;
  *s = (Sliding){.slice_layout = slice_layout};
  find_traits(s, slice_layout);
  slice_layout->save_now = s->with_stacks;
  if (!group_layout_init(&s->layout, keys, n_keys, aggs, n_aggs, input, n_input, false)) {
    return false;
  }
  uint32_t link_bytes = s->with_stacks ? sizeof(SliceLink) : offsetof(SliceLink, slice);
  uint32_t head_bytes = s->with_stacks ? sizeof(LiveHead) : offsetof(LiveHead, turned_us);
  s->link_at = group_layout_reserve(slice_layout, link_bytes);
  s->head_at = group_layout_reserve(&s->layout, head_bytes);
  s->back_at = arena_try_alloc(&s->arena, (n_aggs + 1) * sizeof *s->back_at, 8);
  if (s->back_at == NULL) return false;
  for (uint32_t a = 0; a < n_aggs; a++) {
    const AggKernels *k = aggs[a].kernels;
    s->back_at[a] = k->unmerge == NULL ? group_layout_reserve(&s->layout, k->state_bytes) : 0;
  }
  return init_tallies(s) && groups_init(&s->live, &s->layout, 0) &&
         hash_table_reuse(&s->live.table);
}

void sliding_deinit(Sliding *s) {
  for (uint32_t d = 0; s->tallies != NULL && d < s->layout.n_distinct; d++) {
    distinct_tally_deinit(&s->tallies[d]);
  }
  if (s->live.layout != NULL) groups_deinit(&s->live);
  group_layout_deinit(&s->layout);
  arena_deinit(&s->bytes);
  arena_deinit(&s->arena);
  *s = (Sliding){0};
}

/* --- bytes of states ---------------------------------------------------------------- */

/* A copy of a state in another arena. */
static bool move_state(const AggKernels *k, char *state, Arena *to) {
  uint64_t copy[AGG_STATE_WORDS_MAX] = {0};
  if (!merge_state(k, copy, state, to)) return false;
  memcpy(state, copy, k->state_bytes);
  return true;
}

static bool move_states(Sliding *s, char *live, Arena *to) {
  for (uint32_t a = 0; a < s->layout.n_aggs; a++) {
    const AggKernels *k = s->layout.aggs[a].kernels;
    if (k->words) continue;
    if (!move_state(k, live + s->layout.offset[a], to)) return false;
    if (s->back_at[a] != 0 && !move_state(k, live + s->back_at[a], to)) return false;
  }
  return true;
}

/* States that own bytes leave them behind when they are set anew.  Once there is as much of that
 * as of what is in use, all states move into a fresh arena. */
static bool settle_bytes(Sliding *s) {
  enum { ALWAYS_FINE = 64 << 10 };
  if (!s->with_bytes || s->bytes.total_bytes <= 2 * s->settled_bytes + ALWAYS_FINE) return true;
  Arena fresh = {0};
  HashCursor cursor = {0};
  const void *keys[BATCH_ROWS];
  void *lives[BATCH_ROWS];
  uint64_t hashes[BATCH_ROWS];
  uint32_t n;
  bool ok = true;
  while (ok &&
         (n = hash_table_next(&s->live.table, &cursor, BATCH_ROWS, keys, lives, hashes)) > 0) {
    for (uint32_t i = 0; ok && i < n; i++) ok = move_states(s, lives[i], &fresh);
  }
  arena_deinit(&s->bytes);
  s->bytes = fresh;
  s->settled_bytes = fresh.total_bytes;
  return ok;
}

/* --- loading ------------------------------------------------------------------------ */

void sliding_enter(const Sliding *s, Slice *slice, void *record, void *live) {
  SliceLink *link = slice_link(s, record);
  LiveHead *head = live_head(s, live);
  link->live = live;
  if (s->with_stacks) {
    link->slice = slice;
    if (head->n_slices == 0) head->turned_us = MICROS_MIN;
  }
  head->n_slices++;
}

bool sliding_enter_states(Sliding *s, void *const *records, void *const *lives, uint32_t n,
                          bool with_stacks) {
  void *into[BATCH_ROWS], *from[BATCH_ROWS];
  for (uint32_t a = 0; a < s->layout.n_aggs; a++) {
    const AggCall *agg = &s->layout.aggs[a];
    if (agg->distinct || (!with_stacks && s->back_at[a] != 0)) continue;
    group_states(records, s->slice_layout->offset[a], n, from);
    group_states(lives, s->layout.offset[a], n, into);
    if (!agg->kernels->merge(into, (const void *const *)from, n, &s->bytes)) return false;
    if (s->back_at[a] == 0) continue;
    group_states(lives, s->back_at[a], n, into);
    if (!agg->kernels->merge(into, (const void *const *)from, n, &s->bytes)) return false;
  }
  return true;
}

static bool load_groups(Sliding *s, Slice *slice) {
  HashCursor cursor = {0};
  void *records[BATCH_ROWS], *lives[BATCH_ROWS];
  for (;;) {
    uint32_t n;
    if (!groups_match(&s->live, &slice->groups, &cursor, lives, records, &n)) return false;
    if (n == 0) return true;
    for (uint32_t i = 0; i < n; i++) {
      sliding_enter(s, slice, records[i], lives[i]);
      if (!s->with_stacks) continue;
      LiveHead *head = live_head(s, lives[i]);
      slice_link(s, records[i])->next = head->back;
      head->back = records[i];
    }
    if (!sliding_enter_states(s, records, lives, n, true)) return false;
  }
}

bool sliding_enter_values(Sliding *s, uint32_t a, uint32_t d, const Vector *values,
                          const uint16_t *rows, void *const *lives, uint32_t n) {
  const AggCall *agg = &s->layout.aggs[a];
  uint16_t changed[BATCH_ROWS];
  void *states[BATCH_ROWS];
  uint32_t m;
  const DistinctInput in = {s->layout.keys, values, rows, lives, n};
  if (!distinct_enter(&s->tallies[d], &in, changed, &m)) return false;
  for (uint32_t i = 0; i < m; i++) {
    states[i] = (char *)lives[changed[i]] + s->layout.offset[a];
    changed[i] = rows[changed[i]];
  }
  const AggInput add = {states, values, changed, m, 0, &agg->params, &s->bytes};
  return agg->kernels->add(&add);
}

/* The next values of a slice's set, in rows 0.. of s->values[d], with their live groups. */
static uint32_t next_values(Sliding *s, uint32_t d, const Slice *slice, const DistinctPair **at,
                            void **lives) {
  vectors_all_valid(&s->values[d], 1);
  uint32_t n = distinct_next(&slice->groups.distinct[d], at, BATCH_ROWS, lives, &s->values[d]);
  for (uint32_t i = 0; i < n; i++) lives[i] = slice_link(s, lives[i])->live;
  return n;
}

/* Take back what the last slice that had it takes away: a few at a time, each by way of a state
 * of its own. */
static bool take_back(Sliding *s, uint32_t a, const Vector *values, const uint16_t *gone,
                      void *const *lives, uint32_t n) {
  enum { STEP = 64 };
  const AggCall *agg = &s->layout.aggs[a];
  uint64_t words[STEP][AGG_STATE_WORDS_MAX];
  void *one[STEP], *total[STEP];
  for (uint32_t at = 0; at < n; at += STEP) {
    uint32_t m = n - at < STEP ? n - at : STEP;
    memset(words, 0, m * sizeof words[0]);
    for (uint32_t i = 0; i < m; i++) {
      one[i] = words[i];
      total[i] = (char *)lives[gone[at + i]] + s->layout.offset[a];
    }
    const AggInput add = {one, values, gone + at, m, 0, &agg->params, &s->bytes};
    if (!agg->kernels->add(&add)) return false;
    agg->kernels->unmerge(total, (const void *const *)one, m);
  }
  return true;
}

/* All values of a DISTINCT aggregate in a slice come in, or go. */
static bool move_values(Sliding *s, uint32_t a, uint32_t d, const Slice *slice, bool in) {
  const DistinctPair *at = NULL;
  uint16_t rows[BATCH_ROWS], gone[BATCH_ROWS];
  void *lives[BATCH_ROWS];
  for (uint32_t i = 0; i < BATCH_ROWS; i++) rows[i] = (uint16_t)i;
  if (slice->groups.distinct[d].first == NULL) return true;
  do {
    uint32_t n = next_values(s, d, slice, &at, lives), m;
    const Vector *values = &s->values[d];
    if (in) {
      if (!sliding_enter_values(s, a, d, values, rows, lives, n)) return false;
    } else {
      const DistinctInput leave = {s->layout.keys, values, rows, lives, n};
      if (!distinct_leave(&s->tallies[d], &leave, gone, &m)) return false;
      if (!take_back(s, a, values, gone, lives, m)) return false;
    }
  } while (at != NULL);
  return true;
}

bool sliding_move_values(Sliding *s, const Slice *slice, bool in) {
  uint32_t d = 0;
  for (uint32_t a = 0; a < s->layout.n_aggs; a++) {
    if (s->layout.aggs[a].distinct && !move_values(s, a, d++, slice, in)) return false;
  }
  return true;
}

bool sliding_load(Sliding *s, Slice *slice) {
  assert(!slice->loaded);
  slice->loaded = true;
  return load_groups(s, slice) && sliding_move_values(s, slice, true) && settle_bytes(s);
}

/* --- unloading ---------------------------------------------------------------------- */

/* A key whose front is empty: its back is popped onto it, and each state takes in the one above. */
typedef struct Turn {
  LiveHead *head;
  char *record, *above;
} Turn;

/* One record further; false: no memory.  The record is NULL behind the last. */
static bool turn_step(const Sliding *s, Turn *t) {
  SliceLink *link = slice_link(s, t->record);
  char *older = link->next;
  __builtin_prefetch(older);
  link->next = t->above;
  for (uint32_t a = 0; t->above != NULL && a < s->layout.n_aggs; a++) {
    uint32_t at = s->slice_layout->offset[a];
    if (s->back_at[a] == 0) continue;
    Arena *arena = &link->slice->groups.table.arena;
    const AggKernels *k = s->layout.aggs[a].kernels;
    if (!merge_state(k, t->record + at, t->above + at, arena)) return false;
  }
  t->above = t->record;
  t->record = older;
  return true;
}

static void begin_turn(const Sliding *s, char *live, Turn *t) {
  LiveHead *head = live_head(s, live);
  *t = (Turn){.head = head, .record = head->back};
  head->turned_us = slice_link(s, head->back)->slice->start_us;
  head->back = NULL;
  for (uint32_t a = 0; a < s->layout.n_aggs; a++) {
    if (s->back_at[a] == 0) continue;
    memset(live + s->back_at[a], 0, s->layout.aggs[a].kernels->state_bytes);
  }
}

/* Records of old slices are far away in memory: many keys are turned side by side, so that the
 * waits overlap. */
static bool turn_over(const Sliding *s, void *const *lives, uint32_t n) {
  Turn turns[BATCH_ROWS];
  uint32_t m = 0;
  for (uint32_t i = 0; i < n; i++) {
    LiveHead *head = live_head(s, lives[i]);
    if (head->front != NULL) continue;
    __builtin_prefetch(head->back);
    begin_turn(s, lives[i], &turns[m++]);
  }
  while (m > 0) {
    for (uint32_t i = 0; i < m;) {
      if (!turn_step(s, &turns[i])) return false;
      if (turns[i].record != NULL) {
        i++;
        continue;
      }
      turns[i].head->front = turns[i].above;
      turns[i] = turns[--m];
    }
  }
  return true;
}

/* These records leave the fronts of their keys, whose oldest they are. */
static bool pop_fronts(Sliding *s, void *const *records, void *const *lives, uint32_t n) {
  if (!turn_over(s, lives, n)) return false;
  for (uint32_t i = 0; i < n; i++) {
    LiveHead *head = live_head(s, lives[i]);
    assert(head->front == records[i]);
    head->front = slice_link(s, records[i])->next;
    if (head->front != NULL) __builtin_prefetch(head->front);
  }
  return true;
}

/* The totals of a kind without inverse, anew: what the front's top says, and the back. */
static bool total_of_stacks(Sliding *s, uint32_t a, void *const *lives, uint32_t n) {
  const AggKernels *k = s->layout.aggs[a].kernels;
  void *into[BATCH_ROWS], *total[BATCH_ROWS], *back[BATCH_ROWS];
  const void *from[BATCH_ROWS];
  uint32_t m = 0;
  group_states(lives, s->layout.offset[a], n, total);
  group_states(lives, s->back_at[a], n, back);
  for (uint32_t i = 0; i < n; i++) {
    const char *front = live_head(s, lives[i])->front;
    memset(total[i], 0, k->state_bytes);
    if (front == NULL) continue;
    into[m] = total[i];
    from[m++] = front + s->slice_layout->offset[a];
  }
  return k->merge(into, from, m, &s->bytes) &&
         k->merge(total, (const void *const *)back, n, &s->bytes);
}

static bool unload_states(Sliding *s, void *const *records, void *const *lives, uint32_t n) {
  void *into[BATCH_ROWS], *from[BATCH_ROWS];
  if (s->with_stacks && !pop_fronts(s, records, lives, n)) return false;
  for (uint32_t a = 0; a < s->layout.n_aggs; a++) {
    const AggCall *agg = &s->layout.aggs[a];
    if (agg->distinct) continue;
    if (s->back_at[a] != 0) {
      if (!total_of_stacks(s, a, lives, n)) return false;
      continue;
    }
    group_states(records, s->slice_layout->offset[a], n, from);
    group_states(lives, s->layout.offset[a], n, into);
    agg->kernels->unmerge(into, (const void *const *)from, n);
  }
  return true;
}

bool sliding_unload(Sliding *s, Slice *slice) {
  assert(slice->loaded);
  if (!sliding_move_values(s, slice, false)) return false;
  HashCursor cursor = {0};
  const void *keys[BATCH_ROWS];
  void *records[BATCH_ROWS], *lives[BATCH_ROWS];
  uint64_t hashes[BATCH_ROWS];
  HashTable *table = &slice->groups.table;
  uint32_t n;
  while ((n = hash_table_next(table, &cursor, BATCH_ROWS, keys, records, hashes)) > 0) {
    for (uint32_t i = 0; i < n; i++) {
      lives[i] = slice_link(s, records[i])->live;
      __builtin_prefetch(live_head(s, lives[i]));
    }
    if (!unload_states(s, records, lives, n)) return false;
    for (uint32_t i = 0; i < n; i++) {
      LiveHead *head = live_head(s, lives[i]);
      if (--head->n_slices == 0) hash_table_remove(&s->live.table, hashes[i], lives[i]);
    }
  }
  return settle_bytes(s);
}
