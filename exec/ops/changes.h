/* changes.h -- results on their way out as changes: what was given out before, and what differs.
 *
 *     changes_results(c, op, records, n)       the results of n groups as they are now
 *     for each: changes_put(c, i, shown, ..)   nothing, +I, or -U and +U
 *     changes_emit(c, op)                      one batch
 *
 * What a group gave out last stands encoded in its Shown, which lies in its record and
 * remembers it from changes_emit on.  One thread.
 */
#pragma once
#include "exec/ops/groups.h"

enum { CHANGES_GROUPS_MAX = BATCH_ROWS / 2 }; /* of one batch: each may give two rows */

/* Zeroed: nothing was given out. */
typedef struct Shown {
  char *bytes; /* results one behind the other, as value_encode writes them */
  uint32_t len, cap;
  bool any;
} Shown;

/* Whose row it is. */
typedef struct ChangeOf {
  const void *key; /* as key_columns wants it */
  uint64_t hash;
  Micros start_us, end_us, time_us; /* columns window_start, window_end, window_time */
} ChangeOf;

typedef struct Changes {
  const GroupLayout *layout;
  Vector *results; /* of the aggregates */
  GroupOutput out; /* keys, aggregates, window_start, window_end, window_time */
  Arena text, encoded, arena;
  uint32_t n; /* rows */
  const void *key[BATCH_ROWS];
  uint64_t hash[BATCH_ROWS];
  Micros start_us[BATCH_ROWS], end_us[BATCH_ROWS], time_us[BATCH_ROWS];
  uint8_t kind[BATCH_ROWS];
  uint32_t n_new; /* what is remembered when they have been given out */
  struct {
    Shown *shown;
    Arena *arena;
    Str values;
  } fresh[CHANGES_GROUPS_MAX];
} Changes;

/* output: the operator's columns.  NULL: no memory. */
Changes *changes_new(const GroupLayout *layout, const FormatField *output);
void changes_free(Changes *c); /* NULL is allowed */

/* What was shown, in a snapshot, and back into a zeroed one whose bytes lie in the arena.  false:
 * no memory. */
void shown_save(const Shown *shown, StateOut *out);
MUST_USE bool shown_load(const Changes *c, Shown *shown, StateIn *in, Arena *arena);

/* Begin a batch with the results of these groups, at most CHANGES_GROUPS_MAX. */
MUST_USE Code changes_results(Changes *c, const Op *op, void *const *records, uint32_t n);
/* Result i, of a group that gave out what is shown.  arena: where that is kept.  false: no memory.
 */
MUST_USE bool changes_put(Changes *c, uint32_t i, Shown *shown, ChangeOf of, Arena *arena);
/* Give the rows out. */
MUST_USE Code changes_emit(Changes *c, Op *op);
