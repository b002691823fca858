/* state_io.h -- how state leaves an operator for a snapshot, and how it comes back.
 *
 * State travels as *blocks*.  A block belongs to one *section* of one owner ("slice", of a window
 * aggregate); it begins with a head, what the section as a whole needs (the start of the slice),
 * and goes on with *entries*, each under the hash of its key:
 *
 *     head | hash, bytes | hash, bytes | ...
 *
 * Whoever restores gets the blocks of all old instances and takes the entries of its own range of
 * hashes: so state may come back on more workers, or on fewer.  A head goes to all of them; a
 * section without entries is what all instances need (and one of each old instance comes).
 * Blocks of one section of one instance come back in the order in which they were given; a section
 * that is larger than a block repeats its head in each.
 *
 * Numbers are little-endian.  A reader does not trust: what is not there reads as zero and sets
 * `bad`, which is asked once, at the end.  One thread.
 */
#pragma once
#include <string.h>

#include "base/str.h"
#include "exec/data/batch.h"

enum { STATE_BLOCK_BYTES = 256 << 10, STATE_SECTION_MAX = 24 };

typedef struct StateBlock StateBlock;
struct StateBlock {
  StateBlock *next; /* for whoever keeps them, as is owner */
  uint32_t owner;
  char section[STATE_SECTION_MAX];
  uint32_t version;    /* of the section's contents */
  uint32_t head_bytes; /* of bytes */
  uint64_t n_entries;
  StrBuf bytes;
};

void state_block_free(StateBlock *b);  /* one; NULL is allowed */
void state_blocks_free(StateBlock *b); /* a list */

/* Something too large to be written while the worker waits: a keyed table.  It is written bit by
 * bit later, and by itself before any part of it changes, so that what is written is the state at
 * the time of state_sink_defer.  The struct is a member of the container. */
typedef struct StateDrain StateDrain;
struct StateDrain {
  StateDrain *next;
  /* Write about budget bytes more.  *done: there is no more; the container has ended its StateOut
   * then, and the sink does not look at d again.  false: no memory. */
  bool (*step)(StateDrain *d, size_t budget, bool *done);
  /* It has failed, here or elsewhere: free what is kept for it.  Called instead of another step. */
  void (*cancel)(StateDrain *d);
};

/* Where the blocks of one owner go. */
typedef struct StateSink StateSink;
struct StateSink {
  /* Takes the block over, also when it fails.  false: no memory, or nobody wants it any more. */
  bool (*take)(StateSink *to, StateBlock *block);
  StateDrain *drains; /* deferred, in order */
  bool failed;        /* something could not be written: there is no snapshot */
  bool defer_small;   /* for tests: also what could well be written at once is deferred */
};

void state_sink_defer(StateSink *to, StateDrain *d);
/* Write about budget bytes of what was deferred; *done: nothing is left.  false: it has failed, now
 * or before. */
MUST_USE bool state_sink_step(StateSink *to, size_t budget, bool *done);
/* Write the rest of d, which is about to go, and take it off the list.  What goes wrong is told by
 * the sink. */
void state_sink_finish(StateSink *to, StateDrain *d);
/* The snapshot is given up: nothing more is written. */
void state_sink_cancel(StateSink *to);

/* --- writing ---------------------------------------------------------------------------- */

typedef struct StateOut {
  StateSink *to;
  const char *section; /* a literal */
  uint32_t version;
  StateBlock *block; /* being filled; NULL: no memory */
  bool in_head;
  size_t entry_at; /* where the entry in hand begins */
  bool failed;
} StateOut;

/* What is put now is the head, until the first entry. */
void state_begin(StateOut *o, StateSink *to, const char *section, uint32_t version);
/* What is put now is an entry under this hash, until the next one. */
void state_entry(StateOut *o, uint64_t hash);
/* Give the last block.  false: no memory, now or before; or an entry or a part of 4 GiB. */
MUST_USE bool state_end(StateOut *o);
/* Instead: nobody wants it any more. */
void state_drop(StateOut *o);
/* Bytes that stand in the block in hand: what a drain's budget is measured by. */
size_t state_pending(const StateOut *o);

/* n bytes that the caller writes; NULL: no memory. */
static inline char *state_room(StateOut *o, size_t n) {
  if (o->block == NULL) return NULL;
  StrBuf *b = &o->block->bytes;
  char *at = b->cap - b->len > n ? b->data + b->len : strbuf_reserve(b, n);
  if (at != NULL) b->len += n;
  return at;
}
static inline void state_put(StateOut *o, const void *bytes, size_t n) {
  char *at = state_room(o, n);
  if (at != NULL && n > 0) memcpy(at, bytes, n);
}
static inline void state_put_u8(StateOut *o, uint8_t v) { state_put(o, &v, sizeof v); }
static inline void state_put_u32(StateOut *o, uint32_t v) { state_put(o, &v, sizeof v); }
static inline void state_put_u64(StateOut *o, uint64_t v) { state_put(o, &v, sizeof v); }
static inline void state_put_i64(StateOut *o, int64_t v) { state_put_u64(o, (uint64_t)v); }
static inline void state_put_bool(StateOut *o, bool v) { state_put_u8(o, v); }
void state_put_str(StateOut *o, Str s);                           /* length and bytes */
void state_put_value(StateOut *o, const Vector *v, uint32_t row); /* as it is, also NULL */
/* What is put between the two is a part, which a reader may skip: its length, then its bytes.  What
 * state_part returns goes to state_part_end; parts may hold parts. */
size_t state_part(StateOut *o);
void state_part_end(StateOut *o, size_t part);

/* --- reading ---------------------------------------------------------------------------- */

typedef struct StateIn {
  const char *section;
  uint32_t version;
  const char *at, *end; /* of the head, then of the entry in hand */
  const char *rest, *stop;
  uint64_t first_hash, last_hash; /* the range of whoever reads, both included */
  const uint32_t *agg_map;        /* aggregate i of the state is agg_map[i] of the plan that reads;
                                     UINT32_MAX: none; NULL: they are the same */
  uint32_t n_aggs;                /* in the state, where agg_map is there */
  bool bad;                       /* something was missing or made no sense */
} StateIn;

void state_in_init(StateIn *in, const StateBlock *block, uint64_t first_hash, uint64_t last_hash);
/* The next entry of the reader's range; false: no more. */
bool state_next(StateIn *in, uint64_t *hash);
/* Is there one, in what is left of the block? */
bool state_has_next(StateIn *in);

bool state_get(StateIn *in, void *bytes, size_t n);
uint8_t state_get_u8(StateIn *in);
uint32_t state_get_u32(StateIn *in);
uint64_t state_get_u64(StateIn *in);
static inline int64_t state_get_i64(StateIn *in) { return (int64_t)state_get_u64(in); }
static inline bool state_get_bool(StateIn *in) { return state_get_u8(in) != 0; }
Str state_get_str(StateIn *in); /* borrowed from the block */
/* Into slot row of a flat vector of the value's type whose validity is all ones; text is borrowed
 * from the block. */
void state_get_value(StateIn *in, Vector *out, uint32_t row);
/* The part that begins here, to be read by itself; the reader goes on behind it. */
StateIn state_get_part(StateIn *in);
static inline void state_bad(StateIn *in) { in->bad = true; }
