/* distinct.h -- which (group, value) pairs have been seen: what DISTINCT aggregates ask.
 *
 * One set for all groups of a table: its keys are the group's number and the encoded value, so
 * that it is freed as a whole with its slice.  Pairs are also kept in the order in which
 * they came, so that what is rebuilt from a set does not depend on hashes.  One thread.
 */
#pragma once
#include "exec/state/hash_table.h"

typedef struct DistinctPair DistinctPair;

typedef struct Distinct {
  HashTable table; /* BYTES keys; records are DistinctPairs */
  DistinctPair *first, *last;
} Distinct;

/* Behind the key in the set's table. */
struct DistinctPair {
  DistinctPair *next;
  void *group;       /* the group's record, as given to distinct_add */
  const char *value; /* encoded as in key.h; NULL: the pair is new in this call */
};

void distinct_init(Distinct *d);
void distinct_deinit(Distinct *d);

/* Add the values of rows rows[0..n), which are not NULL, of the groups groups[i], whose first
 * word is their number.  fresh[0..*n_fresh) are the positions i that were not there.
 * keys is scratch.  false: no memory. */
MUST_USE bool distinct_add(Distinct *d, KeyBatch *keys, const Vector *values, const uint16_t *rows,
                           void *const *groups, uint32_t n, uint16_t *fresh, uint32_t *n_fresh);

/* The next pairs in order of arrival, at most max: their groups, and their values into slots 0..
 * of out (flat, validity all ones).  *at NULL before the first call, and after the last
 * pair.  Returns the number. */
uint32_t distinct_next(const Distinct *d, const DistinctPair **at, uint32_t max, void **groups,
                       Vector *out);
