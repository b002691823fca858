/* agg_distinct.h -- the different values of one group, each with its first arrival or its count.
 *
 * Most aggregates are fed the first occurrences by op code, as they come.  Where the result depends
 * on which occurrence was first, that is not enough: when slices of time are merged, an earlier one
 * may turn up later.  So LISTAGG and LAST_VALUE keep their values here.
 *
 * An open-addressing table in the state's arena; all-zero bytes are the empty set.
 */
#pragma once
#include "exec/expr/agg.h"

typedef struct DistinctValue DistinctValue;
struct DistinctValue {
  DistinctValue *next; /* in the order of adding */
  uint64_t arrival;    /* the first; of COLLECT how often the value came */
  uint32_t len;
  char bytes[]; /* as key_encode writes one value */
};

typedef struct DistinctSlot {
  uint64_t hash;
  DistinctValue *value; /* NULL: free */
} DistinctSlot;

typedef struct DistinctValues {
  DistinctSlot *slots; /* 2^k */
  DistinctValue *first, *last;
  uint64_t n, cap;
  bool mixed;    /* the order of adding is not that of arrival */
  char *scratch; /* for encoding */
  uint32_t scratch_room;
} DistinctValues;

/* The state of such an aggregate. */
typedef struct DistinctState {
  DistinctValues *set; /* in the arena; NULL: empty */
} DistinctState;

/* add, merge, save and load of AggKernels over DistinctState.  NULLs are left out, unless the call
 * keeps them (AggParams.keep_nulls). */
bool agg_distinct_add(const AggInput *in);
bool agg_distinct_merge(void *const *into, const void *const *from, uint32_t n, Arena *arena);
void agg_distinct_save(const void *state, StateOut *out);
bool agg_distinct_load(void *state, StateIn *in, Arena *arena);

/* The same with counts. */
bool agg_counted_add(const AggInput *in);
bool agg_counted_merge(void *const *into, const void *const *from, uint32_t n, Arena *arena);
bool agg_counted_load(void *state, StateIn *in, Arena *arena);
