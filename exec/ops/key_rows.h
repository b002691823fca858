/* key_rows.h -- what count windows keep of a key, and how it gets into a snapshot.
 *
 * An entry has the numbers, then for each aggregate that is kept by slices its states, then the
 * rows of the window for those that are made from rows: of each aggregate what it takes, so that a
 * plan with other aggregates beside it can read them.  For an aggregate that is new the rows before
 * it hold NULLs, which count for nothing.
 */
#pragma once
#include "exec/ops/row_replay.h"
#include "exec/ops/row_window.h"
#include "exec/state/hash_table.h"

/* A record of the table, behind the key. */
typedef struct KeyRows {
  uint64_t rows;      /* so far */
  uint64_t in_unit;   /* of them since the last slice was complete */
  uint64_t to_result; /* slices until then */
  uint64_t batch;     /* number of the last batch with a row of the key */
  uint32_t round;     /* that its next row is in */
  RowLog log;
  RowWindow window; /* the total stands behind */
} KeyRows;

/* The same for all keys of an operator; what it points at is borrowed. */
typedef struct KeyRowsKind {
  const AggCall *aggs; /* of the plan */
  uint32_t n_aggs;
  uint32_t *place; /* of each among those that are kept in the same way */
  RowGeometry geometry;
  const GroupLayout *words, *logged;
  const RowReplay *replay; /* a column of it is scratch */
} KeyRowsKind;

/* Is the aggregate made from the rows of a window? */
static inline bool agg_is_logged(const AggCall *call) {
  return call->distinct || !call->kernels->words;
}

/* The arrays lie in the arena.  false: no memory. */
MUST_USE bool key_rows_kind_init(KeyRowsKind *kind, Arena *arena, const AggCall *aggs,
                                 uint32_t n_aggs);
void key_rows_deinit(const KeyRowsKind *kind, KeyRows *k);

/* A table of them into a snapshot, a large one bit by bit; arrived is the number of all rows, which
 * are counted on from the greatest.  false: no memory. */
MUST_USE bool key_rows_save(const KeyRowsKind *kind, HashTable *table, uint64_t arrived,
                            StateSink *to);
/* One block of it.  keys is scratch. */
MUST_USE bool key_rows_load(const KeyRowsKind *kind, HashTable *table, KeyBatch *keys,
                            uint64_t *arrived, StateIn *in);
