/* slices.h -- the slices of an aligned window that have rows, in order of their start.
 *
 * Each is a table of groups, made when the first row comes and freed whole.  Rows come mostly to
 * the slice that was used last, slices go from the front.  One thread.
 */
#pragma once
#include "exec/ops/groups.h"

typedef struct Slice {
  Micros start_us;
  bool loaded; /* its content is in the sliding window (exec/ops/sliding.h) */
  Groups groups;
} Slice;

typedef struct Slices {
  const GroupLayout *layout;
  Slice **items; /* in use: items[first .. first + n) */
  uint32_t first, n, cap;
  uint32_t last_hit;   /* index of the slice used last */
  GroupsSize expected; /* of the last one that went */
} Slices;

void slices_deinit(Slices *s);

static inline Slice *slice_at(const Slices *s, uint32_t i) {
  assert(i < s->n);
  return s->items[s->first + i];
}

/* How many slices start before start_us. */
uint32_t slices_before(const Slices *s, Micros start_us);
/* The first slice behind those from `first` on that follow each other without a gap. */
uint32_t slices_run_end(const Slices *s, uint32_t first, Micros slice_us);
/* The slice with this start, made where it is missing; NULL: no memory. */
Slice *slices_get(Slices *s, Micros start_us);
/* Forget the first one. */
void slices_drop_first(Slices *s);

/* All slices, as sections "slice", and one block of them.  false: no memory. */
MUST_USE bool slices_save(const Slices *s, StateSink *to);
MUST_USE bool slices_load(Slices *s, StateIn *in);
