/* row_pool.h -- stored rows that come and go one by one, in lists that can be joined.
 *
 *   rows      0 1 2 3 4 5 6 7 ...      columns in chunks of BATCH_ROWS
 *   links     2 . 5 4 . .              lists: 0 2 5, and 3 4; 1, 6 are free
 *
 * A row is named by its number, which is given to another one when the row is removed.  Long text
 * is copied.  Rows of many lists stand in one pool, so that a batch of rows is stored or
 * read column by column, wherever they belong.  One thread.
 */
#pragma once
#include "exec/data/gather.h"
#include "exec/state/spare.h"
#include "exec/state/state_io.h"

typedef struct RowChunk RowChunk;

typedef struct RowPool {
  const Type *types; /* borrowed */
  uint32_t n_cols;
  size_t *before; /* bytes of a row in the columns before this one; [n_cols]: in all */
  bool *has_null; /* per column: some row had one */
  RowChunk **chunks;
  uint32_t n_chunks, cap_chunks;
  uint32_t n_used;  /* numbers given so far */
  uint32_t free_at; /* list of the numbers given back; UINT32_MAX: none */
  Spare spare;      /* of long text */
  Arena arena;
} RowPool;

/* types is borrowed.  false: no memory. */
MUST_USE bool row_pool_init(RowPool *p, const Type *types, uint32_t n_cols);
void row_pool_deinit(RowPool *p);

/* Store rows rows[0..n) of a batch, deep; ids[i] is the number of row i, and order + rows[i] tells
 * which came first.  false: no memory, or too many rows. */
MUST_USE bool row_pool_add(RowPool *p, const Batch *from, const uint16_t *rows, uint32_t n,
                           uint64_t order, uint32_t *ids);
/* Rows ids[0..n), n at most BATCH_ROWS, as flat columns in rooms[0..n_cols); text is borrowed. */
void row_pool_gather(const RowPool *p, const uint32_t *ids, uint32_t n, const ColumnRoom *rooms,
                     Vector *out);
void row_pool_remove(RowPool *p, const uint32_t *ids, uint32_t n);

/* A list of rows; zeroed it is empty. */
typedef struct RowList {
  uint32_t n;
  uint32_t first, last;
  bool mixed; /* the rows are not in the order in which they came */
} RowList;

void row_list_append(RowPool *p, RowList *l, uint32_t id);
/* Append the rows of other, which is empty then. */
void row_list_join(RowPool *p, RowList *l, RowList *other);
/* Put the rows in the order in which they came. */
void row_list_sort(RowPool *p, RowList *l);
/* Take up to max rows from the front: their numbers.  Returns how many. */
uint32_t row_list_take(const RowPool *p, RowList *l, uint32_t max, uint32_t *ids);

/* Write up to BATCH_ROWS rows into an entry, values and order, from the front of rest: a copy of a
 * list, which moves behind them.  rooms and scratch are one for each column. */
void row_list_save(const RowPool *p, RowList *rest, const ColumnRoom *rooms, Vector *scratch,
                   StateOut *out);
/* Append what was written so.  false: no memory, or in->bad. */
MUST_USE bool row_list_load(RowPool *p, RowList *l, const ColumnRoom *rooms, Vector *scratch,
                            StateIn *in);
