/* sliding_late.c -- rows that come to a slice after windows have taken it in.
 *
 * Such a row still counts for the windows to come, so it goes wherever its slice has gone: into
 * the slice's record, the key's total, and into the back, or all records of the front that are
 * older, since each of those holds the aggregate of what is newer.  This costs up to a merge per
 * slice, for rows that are rare.  Row by row: what sums of floating point give must not depend
 * on how rows are batched.
 */
#include <string.h>

#include "exec/ops/sliding.h"

/* Where among the key's records of one stack this slice belongs: *at is the link to set. */
static void **place_in(const Sliding *s, void **at, Micros start_us, bool oldest_first) {
  while (*at != NULL) {
    SliceLink *link = slice_link(s, *at);
    if ((link->slice->start_us < start_us) != oldest_first) break;
    at = &link->next;
  }
  return at;
}

static bool in_front(const Sliding *s, const Slice *slice, void *live) {
  return slice->start_us <= live_head(s, live)->turned_us;
}

/* Put a new record of a loaded slice among those of its key. */
static bool join(Sliding *s, Slice *slice, char *record, char *live) {
  sliding_enter(s, slice, record, live);
  if (!s->with_stacks) return true;
  LiveHead *head = live_head(s, live);
  bool front = in_front(s, slice, live);
  void **at = place_in(s, front ? &head->front : &head->back, slice->start_us, front);
  char *next = *at;
  slice_link(s, record)->next = next;
  *at = record;
  for (uint32_t a = 0; front && next != NULL && a < s->layout.n_aggs; a++) {
    uint32_t state = s->slice_layout->offset[a];
    if (s->back_at[a] == 0) continue;
    Arena *arena = &slice->groups.table.arena;
    if (!merge_state(s->layout.aggs[a].kernels, record + state, next + state, arena)) return false;
  }
  return true;
}

/* One row of what is added. */
typedef struct Late {
  OpPort port;
  const Batch *in;
  uint64_t arrival;
  uint16_t row;
  Slice *slice;
  char *record, *live;
} Late;

/* The state of aggregate a over that row alone; *any: it takes the row. */
static bool state_of_row(const Sliding *s, uint32_t a, const Late *late, uint64_t *words,
                         bool *any) {
  const AggCall *agg = &s->layout.aggs[a];
  *any = true;
  if (late->port == PORT_PARTIALS) {
    group_partial_state(s->slice_layout, a, late->in, late->row, words);
    return true;
  }
  *any = group_filter(agg, late->in, late->row);
  memset(words, 0, agg->kernels->state_bytes);
  void *state = words;
  const AggInput add = {.states = &state,
                        .values = agg->arg >= 0 ? &late->in->cols[agg->arg] : NULL,
                        .rows = &late->row,
                        .n = *any,
                        .arrival = late->arrival,
                        .params = &agg->params,
                        .arena = &late->slice->groups.table.arena};
  return agg->kernels->add(&add);
}

/* Bring a state to wherever the slice's record counts. */
static bool spread(Sliding *s, uint32_t a, const Late *late, const uint64_t *words) {
  const AggKernels *k = s->layout.aggs[a].kernels;
  uint32_t at = s->slice_layout->offset[a];
  if (!merge_state(k, late->record + at, words, &late->slice->groups.table.arena)) return false;
  if (!merge_state(k, late->live + s->layout.offset[a], words, &s->bytes)) return false;
  if (s->back_at[a] == 0) return true;
  if (!in_front(s, late->slice, late->live)) {
    return merge_state(k, late->live + s->back_at[a], words, &s->bytes);
  }
  for (char *older = live_head(s, late->live)->front; older != late->record;) {
    SliceLink *link = slice_link(s, older);
    if (!merge_state(k, older + at, words, &link->slice->groups.table.arena)) return false;
    older = link->next;
  }
  return true;
}

static bool add_value(Sliding *s, uint32_t a, uint32_t d, const Late *late) {
  const AggCall *agg = &s->layout.aggs[a];
  const Vector *values = &late->in->cols[agg->arg];
  if (!group_filter(agg, late->in, late->row)) return true;
  uint16_t row = late->row;
  void *record = late->record, *live = late->live;
  uint32_t n = 1;
  if (!groups_distinct_rows(&late->slice->groups, &late->slice->groups.distinct[d], values, &row,
                            &record, &n)) {
    return false;
  }
  return n == 0 || sliding_enter_values(s, a, d, values, &row, &live, 1);
}

static bool add_row(Sliding *s, const Late *late) {
  uint32_t d = 0;
  for (uint32_t a = 0; a < s->layout.n_aggs; a++) {
    if (s->layout.aggs[a].distinct) {
      if (!add_value(s, a, d++, late)) return false;
      continue;
    }
    uint64_t words[AGG_STATE_WORDS_MAX];
    bool any;
    if (!state_of_row(s, a, late, words, &any)) return false;
    if (any && !spread(s, a, late, words)) return false;
  }
  return true;
}

bool sliding_add(Sliding *s, Slice *slice, OpPort port, const Batch *in, uint64_t arrival,
                 const uint16_t *rows, uint32_t n) {
  void *records[BATCH_ROWS], *lives[BATCH_ROWS];
  slice->loaded = true;
  bool ok = port == PORT_PARTIALS ? groups_find_partials(&slice->groups, in, rows, n, records) &&
                                        groups_find_partials(&s->live, in, rows, n, lives)
                                  : groups_find(&slice->groups, in, rows, n, records) &&
                                        groups_find(&s->live, in, rows, n, lives);
  for (uint32_t i = 0; ok && i < n; i++) {
    const Late late = {port, in, arrival, rows[i], slice, records[i], lives[i]};
    if (slice_link(s, late.record)->live == NULL) ok = join(s, slice, late.record, late.live);
    ok = ok && add_row(s, &late);
  }
  return ok;
}
