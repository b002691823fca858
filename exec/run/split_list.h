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
  Split file;      /* the reader's; its name is the split's own.  No name: nothing is read */
  SplitReader reader;
  InputSplit *found_in; /* the watched directory; NULL */
  bool watches;         /* is one: never read, never ended */
  uint64_t next_chunk;  /* of a row source */
  Micros pace_us;       /* ... where its pace was when reading began: not 0 after a restore */
  Micros
      candidate_us; /* largest watermark candidate known, also of a row that has only been peeked */
  Micros first_us;  /* where its watermark begins: before the first row, if that was peeked */
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

/* A new split at the end; file is copied, NULL: there is nothing to read from.  NULL: no memory. */
InputSplit *split_list_add(SplitList *l, uint32_t source, const Split *file);
/* Give the splits the order that they had when the state was saved, new ones last. */
void split_list_order(SplitList *l);
/* The one that was of this index then; NULL: none. */
InputSplit *split_list_find(const SplitList *l, uint32_t was);
/* Take those that have ended out of `open`. */
void split_list_drop_ended(SplitList *l);
void split_list_free(SplitList *l);
