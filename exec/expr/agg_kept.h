/* agg_kept.h -- values of one group, each with its arrival: what LISTAGG, ARRAY_AGG and the
 * aggregates of JSON keep.
 *
 * The values are in order as long as rows are added alone; slices of time may be merged in another
 * order, and then they are sorted when the result is made.  All-zero bytes are the empty state.
 *
 * With DISTINCT the same aggregates keep a set (agg_distinct.h); what they make of the values in
 * order is the same.
 */
#pragma once
#include "exec/expr/agg.h"
#include "exec/expr/agg_pieces.h"

typedef struct KeptValue {
  uint64_t arrival;
  uint32_t len;
  char bytes[]; /* as value_encode writes one value (exec/state/key.h) */
} KeptValue;

typedef struct Kept {
  Pieces pieces;
  uint64_t n;
  uint64_t newest; /* greatest arrival */
  bool mixed;      /* not in order */
} Kept;

typedef struct KeptState {
  Kept *kept; /* in the arena; NULL: empty */
} KeptState;

/* add, merge, save and load of AggKernels over KeptState.  NULLs are left out, unless the call
 * keeps them (AggParams.keep_nulls). */
bool kept_add(const AggInput *in);
bool kept_merge(void *const *into, const void *const *from, uint32_t n, Arena *arena);
void kept_save(const void *state, StateOut *out);
bool kept_load(void *state, StateIn *in, Arena *arena);

/* A value of `type` that value_encode or key_encode wrote; its text is borrowed from bytes.  NULL
 * where they make no sense: they may have been on a disk. */
Value kept_value(Type type, Str bytes);
/* The same of a text that is not NULL, without a Value: borrowed; empty where they make no sense.
 */
Str kept_text(Str bytes);

/* --- results ---------------------------------------------------------------------------- */

typedef struct Arrived {
  uint64_t arrival;
  Str bytes; /* for kept_value or kept_text */
} Arrived;

/* The values of a group by arrival, in an arena. */
typedef struct ValuesInOrder {
  Arrived *items;
  uint64_t n;
} ValuesInOrder;

/* What an aggregate makes of them. */
typedef struct Finish {
  bool distinct; /* the states are DistinctState */
  bool of_none;  /* make it also where there are no values: else that is NULL */
  Code (*make)(const ValuesInOrder *values, const AggEmit *how, TextRef *out);
} Finish;

/* emit of AggKernels, for results that are text or nested. */
Code kept_emit(const void *const *states, uint32_t n, Vector *out, const AggEmit *how,
               const Finish *finish);

#define KEPT_KERNELS(emit_)                                                               \
  {                                                                                       \
    .state_bytes = sizeof(KeptState), .ordered = true, .holistic = true, .add = kept_add, \
    .merge = kept_merge, .save = kept_save, .load = kept_load, .emit = (emit_)            \
  }
#define KEPT_DISTINCT_KERNELS(emit_)                                                 \
  {                                                                                  \
    .state_bytes = sizeof(DistinctState), .ordered = true, .holistic = true,         \
    .add = agg_distinct_add, .merge = agg_distinct_merge, .save = agg_distinct_save, \
    .load = agg_distinct_load, .emit = (emit_)                                       \
  }
