/* sliding.h -- the content of a window that slides over slices, at a cost per slide that does not
 * depend on how many slices it spans.
 *
 *   slices    oldest                                                    newest
 *   records   [5]----->[5]---->[5]-->NULL     NULL<----[2]<----[1]<-----[3]
 *              ^ front: each holds the aggregate               back: each its own ^
 *              |  of itself and all newer ones of the front                       |
 *   live      one record per key of the window: its total, its front, its back ---+
 *
 * A slice is loaded when the first window that it belongs to fires, and unloaded behind the last.
 * The live groups are one table in hash order, so that firing reads nothing but their totals.
 * Where an aggregate has an inverse (COUNT, exact SUM and AVG), loading merges a slice's record
 * into the total and unloading takes it back.
 *
 * Where it has none (MIN, MAX, sums of floating point), every key has two stacks of its records,
 * linked through the slices' own memory: loading pushes on the back, unloading pops the
 * front.  When the front is empty, the back is popped onto it one by one, each taking in
 * the one before, so the front's top is the aggregate of all of it; the back's aggregate is
 * kept beside, and the total is the two merged.  A record is touched three times in its life.
 * Keys turn their stacks over each at its own time, and all cost is per record of a slice, be the
 * slices dense or sparse.
 *
 * DISTINCT: a tally says in how many loaded slices a value stands (exec/state/distinct.h); it is
 * added when it comes into the first and taken back when the last has gone.
 *
 * What a key's result is depends on its own slices alone, and on the order in which they were
 * loaded and got rows: also for sums of floating point it is the same with any number of
 * workers.  One thread.
 */
#pragma once
#include "exec/ops/slices.h"

/* In a slice's record, behind its states. */
typedef struct SliceLink {
  void *live;   /* record of the key's live group; NULL until the slice has been loaded */
  Slice *slice; /* only where there are stacks, like next */
  void *next;   /* record of the next newer slice in the front, of the next older in the back */
} SliceLink;

/* In a live record, behind its totals. */
typedef struct LiveHead {
  uint64_t n_slices; /* loaded ones that have the key */
  Micros turned_us;  /* slices up to this one are in the front; only with stacks, like the rest */
  void *front, *back;
} LiveHead;

typedef struct Sliding {
  GroupLayout *slice_layout;
  uint32_t link_at; /* SliceLink */
  GroupLayout layout;
  uint32_t head_at;  /* LiveHead */
  uint32_t *back_at; /* per aggregate: state of the back; 0: it has an inverse */
  bool with_stacks;
  Groups live;            /* what groups_emit gives out when a window fires */
  DistinctTally *tallies; /* one per DISTINCT aggregate, in their order */
  Vector *values;         /* scratch: of one DISTINCT aggregate each */
  Arena bytes;            /* that live states own */
  size_t settled_bytes;   /* of them when they were last put together */
  bool with_bytes;        /* some state is not plain words */
  bool stacks_loaded;     /* by sliding_load_stacks */
  Arena arena;
} Sliding;

/* Can windows with these aggregates slide?  Not with holistic ones, nor with DISTINCT where there
 * is no inverse: those merge the slices of each window. */
bool sliding_can(const AggCall *aggs, uint32_t n_aggs);

/* Reserves room in slice_layout, which no record has been made of yet.  key and aggs as given to
 * it.  false: no memory. */
MUST_USE bool sliding_init(Sliding *s, GroupLayout *slice_layout, const uint32_t *keys,
                           uint32_t n_keys, const FormatField *input, uint32_t n_input);
void sliding_deinit(Sliding *s);

/* Slices are loaded from the oldest to the newest, and unloaded in that order before they are
 * freed.  false: no memory. */
MUST_USE bool sliding_load(Sliding *s, Slice *slice);
MUST_USE bool sliding_unload(Sliding *s, Slice *slice);

/* Rows or partials of a slice that has been loaded, or, if it is new, would have been. false: no
 * memory. */
MUST_USE bool sliding_add(Sliding *s, Slice *slice, OpPort port, const Batch *in, uint64_t arrival,
                          const uint16_t *rows, uint32_t n);

/* --- state: exec/ops/sliding_state.c --------------------------------------------------- */

/* What the slices do not tell: of aggregates without inverse, which slices are in the front, and
 * totals and backs, whose last bits tell in which order they were made. */
#define SLIDING_STACKS "stacks"
MUST_USE bool sliding_save_stacks(Sliding *s, StateSink *to);
/* A block of that.  false: no memory. */
MUST_USE bool sliding_load_stacks(Sliding *s, StateIn *in);
/* All of it and all slices are there: the first n had been loaded when they were saved.  false: no
 * memory. */
MUST_USE bool sliding_resume(Sliding *s, const Slices *slices, uint32_t n);

/* --- between sliding.c, sliding_late.c and sliding_state.c ----------------------------- */

static inline SliceLink *slice_link(const Sliding *s, void *record) {
  return (SliceLink *)(void *)((char *)record + s->link_at);
}
static inline LiveHead *live_head(const Sliding *s, void *live) {
  return (LiveHead *)(void *)((char *)live + s->head_at);
}
/* One state into another of the same aggregate. */
static inline bool merge_state(const AggKernels *k, void *into, const void *from, Arena *arena) {
  return k->merge(&into, &from, 1, arena);
}
/* A key's live group gets one more slice. */
void sliding_enter(const Sliding *s, Slice *slice, void *record, void *live);
/* States of a slice's records into those of their live groups; with_stacks false: only where there
 * is an inverse.  false: no memory. */
MUST_USE bool sliding_enter_states(Sliding *s, void *const *records, void *const *lives, uint32_t n,
                                   bool with_stacks);
/* All values of DISTINCT aggregates in a slice come in, or go.  false: no memory. */
MUST_USE bool sliding_move_values(Sliding *s, const Slice *slice, bool in);
/* Values new to a loaded slice, of the live groups.  a is a DISTINCT aggregate, d its number among
 * them.  false: no memory. */
MUST_USE bool sliding_enter_values(Sliding *s, uint32_t a, uint32_t d, const Vector *values,
                                   const uint16_t *rows, void *const *lives, uint32_t n);
