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
 * Each keyed stage instance has its own Watermark and feeds it the same chunks in the same
 * order, so all agree.
 */
#pragma once
#include "base/base.h"

typedef struct SplitClock {
  Micros max_us; /* largest candidate so far; MICROS_MIN: none */
  bool active;   /* listed and not ended */
  bool idle;     /* silent for longer than table.exec.source.idle-timeout: not waited for */
} SplitClock;

typedef struct Watermark {
  SplitClock *splits; /* all splits of the job that matter here */
  uint32_t n_splits;
  Micros now_us;    /* W */
  Micros others_us; /* during a chunk: min over the other active splits */
  uint32_t split;
} Watermark;

/* splits is owned by the caller and copied.  false: no memory. */
MUST_USE bool watermark_init(Watermark *w, const SplitClock *splits, uint32_t n);
void watermark_deinit(Watermark *w);

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
