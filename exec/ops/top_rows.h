/* top_rows.h -- the first rows of each key in an order: what a window of a rank keeps.
 *
 *   table   key -> list: a heap whose root is the worst row of the key
 *   rows    the rows of all keys; an entry of a heap is a row's number and a word for quick
 *           comparison (exec/ops/sort_key.h)
 *
 * A row that falls out of its list stays behind in rows; when more than half of them have, the
 * others move to a new list.  One thread.
 */
#pragma once
#include "exec/ops/op_spec.h"
#include "exec/state/hash_table.h"
#include "exec/state/rows.h"

/* The same for all windows of an operator; what it points at is borrowed. */
typedef struct TopOrder {
  KeySpec key;
  RowLayout layout;
  const SortKey *order;
  uint32_t n_order;
  uint64_t most;  /* rows of a key, at least 1 */
  bool keep_last; /* of rows that are equal in order, the last one comes first */
  KeyBatch *keys; /* scratch */
} TopOrder;

typedef struct TopList TopList;

typedef struct TopRows {
  const TopOrder *how;
  HashTable table;
  Rows rows;
  TopList *lists; /* all, in no order */
  uint64_t kept;  /* rows in lists */
  uint64_t *held; /* those of rows that are held: a bit each; NULL: none */
} TopRows;

/* expected: keys it will probably hold, 0 unknown. */
void top_rows_init(TopRows *t, const TopOrder *how, uint64_t expected);
void top_rows_deinit(TopRows *t);
/* false: no memory. */
MUST_USE bool top_rows_add(TopRows *t, const Batch *in, const uint16_t *rows, uint32_t n);

/* The rows that are in a list now, for a snapshot: adding them again in this order makes the same
 * lists.  Until they are let go, none moves.  false: no memory. */
MUST_USE bool top_rows_hold(TopRows *t, RowsSave *rows);
void top_rows_let_go(TopRows *t); /* also where none is held */

/* Reading in the order (key hash, key, rank); begins zeroed.  Nothing may be added any more. */
typedef struct TopCursor {
  HashCursor keys;
  TopList *list; /* in order once it is in hand; NULL: the next one is due */
  uint64_t at;   /* rows of it that have been read */
} TopCursor;

/* The next rows whose rank is at least first: numbers in t->rows and ranks from 1.  At most max;
 * 0: no more. */
uint32_t top_rows_next(TopRows *t, TopCursor *cursor, uint64_t first, uint32_t max, uint32_t *ids,
                       int64_t *ranks);
