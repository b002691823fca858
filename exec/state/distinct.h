/* distinct.h -- which (group, value) pairs have been seen: what DISTINCT aggregates ask.
 *
 * One set for all groups of a table: its keys are the group's number and the value, so that it is
 * freed as a whole with its slice.  Pairs are also kept in the order in which they came, so
 * that what is rebuilt from a set does not depend on hashes.
 *
 * A tally is the union of several such sets that come and go: it counts in how many of them a
 * pair stands, and so tells exactly when a pair is new and when it is gone.
 *
 * A group is given by its record, whose first word is its number.  One thread.
 */
#pragma once
#include "exec/state/hash_table.h"

typedef struct DistinctPair DistinctPair;
typedef struct DistinctSaver DistinctSaver;

typedef struct Distinct {
  HashTable table; /* keys: PAIR of two words, or BYTES; records are DistinctPairs */
  DistinctPair *first, *last;
  uint32_t list_at;     /* 0: the list above; else every group has its own, there in its record */
  DistinctSaver *saver; /* of a snapshot that has not got everything; else NULL */
} Distinct;

/* Behind the key in the set's table. */
struct DistinctPair {
  DistinctPair *next;
  void *group; /* the group's record, as given to distinct_add; NULL: new in this call */
};

/* expected: pairs it will probably hold, 0 unknown. */
void distinct_init(Distinct *d, Type value, uint64_t expected);
void distinct_deinit(Distinct *d);
/* Groups go one by one: at list_at in its record each has a zeroed pointer to its first pair.
 * Before the first pair.  false: no memory. */
MUST_USE bool distinct_list_by_group(Distinct *d, uint32_t list_at);
/* The first pair of such a group, for distinct_next; NULL: it has none. */
const DistinctPair *distinct_first(const Distinct *d, void *group);
/* Its list, which begins with the last to come, begins with the first to come, and back. */
void distinct_turn(Distinct *d, void *group);
/* The group goes, and its pairs. */
void distinct_forget(Distinct *d, void *group);

/* Values that are not NULL, in rows rows[0..n), of the groups groups[0..n); keys is scratch. */
typedef struct DistinctInput {
  KeyBatch *keys;
  const Vector *values;
  const uint16_t *rows;
  void *const *groups;
  uint32_t n;
} DistinctInput;

/* Add values.  fresh[0..*n_fresh) are the positions that were not there.  false: no memory. */
MUST_USE bool distinct_add(Distinct *d, const DistinctInput *in, uint16_t *fresh,
                           uint32_t *n_fresh);

/* The next pairs in order of arrival, at most max: their groups, and their values into slots 0..
 * of out (flat, validity all ones).  *at NULL before the first call, and after the last
 * pair.  Returns the number.  Where every group has a list it begins with distinct_first, and the
 * last to come stands first. */
uint32_t distinct_next(const Distinct *d, const DistinctPair **at, uint32_t max, void **groups,
                       Vector *out);

/* How to name the groups of pairs in a snapshot: their records have keys of this form; of words,
 * one may stand for NULL. */
typedef struct DistinctGroups {
  KeyForm form;
  const void *null_group; /* its record; NULL: there is none */
} DistinctGroups;

/* Write all pairs, each as an entry of its group: the group's key, the value.  out has been begun
 * and holds the head; it is taken over.  Large sets are deferred.  Not where groups go one by one.
 * false: no memory. */
MUST_USE bool distinct_save(Distinct *d, StateOut *out, DistinctGroups groups);
/* The value of an entry into slot row of a flat vector whose validity is all ones; text is borrowed
 * from the block. */
void distinct_get_value(const Distinct *d, StateIn *in, Vector *out, uint32_t row);
void distinct_saver_finish(Distinct *d);

typedef struct DistinctTally {
  HashTable table; /* keys as in Distinct; records are the number of sets */
} DistinctTally;

/* false: no memory. */
MUST_USE bool distinct_tally_init(DistinctTally *t, Type value);
void distinct_tally_deinit(DistinctTally *t);
/* Pairs of a set come in, none of them twice.  changed[0..*n_changed) are the positions of those
 * that no set had.  false: no memory. */
MUST_USE bool distinct_enter(DistinctTally *t, const DistinctInput *in, uint16_t *changed,
                             uint32_t *n_changed);
/* Pairs that came in go again.  changed: those that no set has any more.  false: no memory. */
MUST_USE bool distinct_leave(DistinctTally *t, const DistinctInput *in, uint16_t *changed,
                             uint32_t *n_changed);
