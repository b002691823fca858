/* watermark.h -- the rule of time: what is the watermark at the place of a row?
 *
 * L(r) = max(all earlier L, min over the active splits of their largest watermark candidate so
 * far), the row's own split counted up to its predecessor.  A row counts for exactly those
 * windows whose last instant is > L(r).
 *
 * How it is carried.  Whoever parses a chunk knows m(r), the largest candidate among the earlier
 * rows of the same chunk, and sends it along (batch->mark) only for rows with ts <= m.  Every
 * consumer gets the chunk's split and maximum and keeps the rest here:
 *
 *     L(r) = max(W, min(max(split so far, m(r)), other splits))
 *
 * For a row without a mark ts > m(r), so either the own split's earlier chunks decide or the
 * row is ahead of L anyway: m may be left out, and all such rows of a chunk share one L.
 *
 * A watched directory is a split that never ends.  While files of it are read, they speak for it;
 * when they have all ended it is where the furthest of them was, and holds the watermark there
 * unless it falls idle.  A split that joins begins at its own first candidate, or at W if that is
 * later.
 *
 * Each keyed stage instance has its own Watermark and feeds it the same chunks in the same
 * order, so all agree.
 */
#pragma once
#include "exec/state/state_io.h"

#define NO_WATCH UINT32_MAX

typedef struct SplitClock {
  uint32_t split;  /* its index in the job */
  uint32_t watch;  /* the split of the watched directory that it was found in; NO_WATCH */
  Micros max_us;   /* largest candidate so far; MICROS_MIN: none */
  bool active;     /* listed and not ended */
  bool idle;       /* silent for longer than table.exec.source.idle-timeout: not waited for */
  bool spoken_for; /* a watched directory, of which files are active */
} SplitClock;

typedef struct Watermark {
  SplitClock *splits; /* by index; those that have ended may be gone */
  uint32_t n_splits, cap;
  Micros now_us;    /* W */
  uint32_t split;   /* whose chunk it is */
  Micros own_us;    /* ... before the chunk */
  Micros others_us; /* min over the other active splits */
} Watermark;

/* Without splits.  false: no memory. */
MUST_USE bool watermark_init(Watermark *w);
void watermark_deinit(Watermark *w);

/* A split, with an index above all others, has been found; max_us is where its own rows begin.
 * false: no memory. */
MUST_USE bool watermark_join(Watermark *w, SplitClock split);

/* What a checkpoint keeps: W, and the clocks under the indexes that the splits have now. */
void watermark_save(const Watermark *w, StateOut *out);
typedef struct SavedClock {
  uint32_t was; /* the split's index then */
  Micros max_us;
  bool active, idle, spoken_for;
} SavedClock;
/* Go on from saved W; then the clocks come, so many. */
uint32_t watermark_load(Watermark *w, StateIn *in);
SavedClock watermark_get_clock(StateIn *in);
/* Nothing happens when the split has ended. */
void watermark_set_clock(Watermark *w, uint32_t split, const SavedClock *saved);

/* A chunk of a split begins: returns L of its rows without mark.  A split that was idle is waited
 * for again, from where the watermark is now. */
Micros watermark_chunk_begin(Watermark *w, uint32_t split);
/* L of a row of this chunk whose mark is m. */
Micros watermark_at_mark(const Watermark *w, Micros m);
/* The chunk is over: its largest candidate, and whether the split has ended.  Returns W. */
Micros watermark_chunk_end(Watermark *w, Micros chunk_max_us, bool split_ended);
/* A split is silent.  While others are active it holds W no longer; when all that have not ended
 * are idle, W is where the furthest of them was.  Returns W. */
Micros watermark_split_idle(Watermark *w, uint32_t split);
/* All splits that matter have ended. */
bool watermark_is_over(const Watermark *w);
