/* agg_kept.h -- values of one group, each with its arrival: what LISTAGG and ARRAY_AGG keep.
 *
 * The values are in order as long as rows are added alone; slices of time may be merged in another
 * order, and then they are sorted when the result is made.  All-zero bytes are the empty state.
 */
#pragma once
#include "exec/data/value.h"
#include "exec/expr/agg.h"
#include "exec/expr/agg_pieces.h"
#include "exec/state/state_io.h"

typedef struct KeptValue {
  uint64_t arrival;
  uint32_t len;
  char bytes[]; /* what the aggregate made of the value */
} KeptValue;

typedef struct Kept {
  Pieces pieces;
  uint64_t n, bytes; /* values, and how long they are together */
  uint64_t newest;   /* greatest arrival */
  bool mixed;        /* not in order */
} Kept;

typedef struct KeptState {
  Kept *kept; /* in the arena; NULL: empty */
} KeptState;

/* Room for one more value of len bytes, to be written to its bytes at once.  NULL: no memory. */
KeptValue *kept_append(KeptState *s, uint64_t arrival, size_t len, Arena *arena);

/* add, merge, save and load of AggKernels over KeptState.  The values are texts or bytes, kept as
 * they are; NULLs are left out. */
bool kept_add_texts(const AggInput *in);
bool kept_merge(void *const *into, const void *const *from, uint32_t n, Arena *arena);
void kept_save(const void *state, StateOut *out);
bool kept_load(void *state, StateIn *in, Arena *arena);

/* A value of `type` that value_encode or key_encode (exec/state/key.h) wrote; its text is borrowed
 * from bytes.  NULL where they make no sense: they may have been on a disk. */
Value kept_value(Type type, Str bytes);

/* The values by arrival: kept->n of them, in the arena.  NULL: no memory. */
const KeptValue **kept_sorted(const Kept *kept, Arena *arena);
