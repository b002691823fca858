/* split_list.h -- all splits of a job, as the input thread sees them.
 *
 * A split stays where it is for as long as the job lives, so a chunk may point at it while the list
 * grows.  Its index is its place in the order of reading among equals, and its number in
 * watermarks.
 */
#pragma once
#include "exec/run/split_reader.h"

#define SPLIT_NEW UINT32_MAX

typedef struct InputSplit InputSplit;
struct InputSplit {
  uint32_t index;  /* in SplitList.all */
  uint32_t source; /* in Job.sources */
  SplitReader reader;
  uint64_t next_chunk; /* of a row source */
  Micros pace_us;      /* ... where its pace was when reading began: not 0 after a restore */
  Micros
      candidate_us; /* largest watermark candidate known, also of a row that has only been peeked */
  Micros max_us;    /* ... of the chunks that have been parsed */
  Micros heard_us;  /* when its last chunk came, by the monotonic clock */
  bool restored;    /* from a checkpoint */
  uint32_t was;     /* its index when the state that is loaded was saved; SPLIT_NEW: not there */
  bool waits;       /* had nothing to give when asked last: a pipe, a paced generator */
  bool idle;        /* ... for longer than the idle timeout */
  bool ended;
};

typedef struct SplitList {
  InputSplit **all;  /* in order of index */
  InputSplit **open; /* those of them that may not have ended, in the same order */
  uint32_t n, n_open, cap;
} SplitList;

/* A new split at the end, without anything to read from.  NULL: no memory. */
InputSplit *split_list_add(SplitList *l, uint32_t source);
/* Take those that have ended out of `open`. */
void split_list_drop_ended(SplitList *l);
void split_list_free(SplitList *l);
