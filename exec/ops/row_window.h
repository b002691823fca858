/* row_window.h -- the open window of one key, in rows: slices, and the result of those it has.
 *
 *   HOP_ROWS of 6 rows every 4: slices of gcd(6, 4) = 2 rows
 *
 *     slices   |-0-|-1-|-2-|-3-|-4-|
 *     windows  [---0---]              fewer rows at the beginning
 *                  [-----1-----]
 *
 * Windows that do not overlap have one slice each, and the rows between two of them none.
 *
 * A result needs no loop over slices.  What can be taken back (unmerge) is a running total.
 * For all else there are two stacks in the one ring: slices below flip hold what they and
 * all behind them up to flip give, those from flip on are as they came and summed up in a total,
 * so a window is one slot and the total.  When the first stack is used up the second is
 * turned over, which costs a merge per slice once.
 *
 * Only for aggregates whose states are plain words: a slice is copied, and forgotten.
 */
#pragma once
#include "exec/ops/groups.h"

/* Counted in slices but for unit and skip. */
typedef struct RowGeometry {
  uint64_t unit; /* rows from one slice to the next */
  uint64_t skip; /* ... of which the first are in no window */
  uint64_t width, step;
} RowGeometry;

/* Windows of size_rows rows, one every slide_rows. */
RowGeometry row_geometry(uint64_t size_rows, uint64_t slide_rows);

/* Zeroed: no rows yet.  Behind it in memory stands the total, one record of the layout. */
typedef struct RowWindow {
  uint64_t first, flip, next; /* slices first..next - 1 are here, those below flip turned over */
  uint64_t cap;               /* slots of the ring, a power of two */
  char *ring;
} RowWindow;

/* Bytes of a RowWindow and what stands behind it. */
uint32_t row_window_bytes(const GroupLayout *l);
void row_window_deinit(const GroupLayout *l, RowWindow *w);

/* Begin a slice; false: no memory. */
MUST_USE bool row_window_begin(const GroupLayout *l, RowWindow *w);
/* The record of the slice begun last. */
void *row_window_slice(const GroupLayout *l, const RowWindow *w);
/* The slice begun last is complete: take it into the total.  false: no memory. */
MUST_USE bool row_window_end(const GroupLayout *l, RowWindow *w);
/* All that is here as a zeroed record out; with_open: the slice begun last is not in the total yet.
 * false: no memory. */
MUST_USE bool row_window_result(const GroupLayout *l, const RowWindow *w, bool with_open,
                                void *out);
/* Forget the slices below first; all are complete.  false: no memory. */
MUST_USE bool row_window_drop(const GroupLayout *l, RowWindow *w, uint64_t first);

/* Which slices are here, into a snapshot; and back, without a ring. */
void row_window_save(const RowWindow *w, StateOut *out);
RowWindow row_window_load(StateIn *in);
/* Make a zeroed window like that one, with empty states.  false: no memory. */
MUST_USE bool row_window_make(const GroupLayout *l, RowWindow *w, RowWindow like);
/* The total of aggregate a and its slices, as a part of an entry, and back. */
void row_window_save_states(const GroupLayout *l, const RowWindow *w, uint32_t a, StateOut *out);
void row_window_load_states(const GroupLayout *l, RowWindow *w, uint32_t a, StateIn *in);
