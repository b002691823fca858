/* rows.h -- a list of stored rows: appended in batches, read by number, freed whole.
 *
 *   chunk    0        1        2 ...                7                 8 ...
 *   rows     [0, 16)  [16, 32) [32, 64)             [1024, 2048)      [2048, 4096) ...
 *
 * A chunk has an array per column and its validity bits; chunks start small, since there is a list
 * for every open window, and end at BATCH_ROWS.  Long text is copied.  All of it lies in one
 * arena.  Numbers count from 0 in the order of appending, so they also tell who came first.
 * One thread.
 */
#pragma once
#include "exec/data/gather.h"
#include "exec/state/key.h"
#include "exec/state/state_io.h"

/* Stands for no row: read as NULL in every column. */
#define ROW_NONE UINT32_MAX

/* What rows look like: the same for all lists of an operator. */
typedef struct RowLayout {
  const Type *types; /* borrowed */
  uint32_t n_cols;
  uint32_t *before; /* bytes of a row in the columns before this one; [n_cols]: in all */
} RowLayout;

/* Lives in the arena.  false: no memory. */
MUST_USE bool row_layout_init(RowLayout *l, Arena *arena, const Type *types, uint32_t n_cols);

typedef struct Rows {
  const RowLayout *layout;
  uint32_t n;
  char **chunks;
  uint32_t n_chunks, cap_chunks;
  bool *has_null; /* per column; NULL before the first row */
  Arena arena;
} Rows;

/* layout is borrowed.  A list without rows takes no memory. */
void rows_init(Rows *r, const RowLayout *layout);
void rows_deinit(Rows *r);
size_t rows_bytes(const Rows *r);

/* Append rows rows[0..n) of a batch (physical row numbers), deep; the first gets the number
 * r->n.  hash, mark and kind are not kept.  false: no memory, or 2^32 - 1 rows: r has the rows it
 * had, and takes no more. */
MUST_USE bool rows_append(Rows *r, const Batch *from, const uint16_t *rows, uint32_t n);
/* The same with rows of another list of this layout. */
MUST_USE bool rows_append_from(Rows *r, const Rows *from, const uint32_t *ids, uint32_t n);

/* Rows ids[0..n), n at most BATCH_ROWS, as flat columns in rooms[0..n_cols); text is borrowed.
 * wanted[c] false: column c is left as it is; wanted NULL: all. */
void rows_gather(const Rows *r, const uint32_t *ids, uint32_t n, const ColumnRoom *rooms,
                 const bool *wanted, Vector *out);

/* The stored rows from number first on, which begins a chunk, as columns that share memory with
 * the list: to its next chunk.  Returns how many. */
uint32_t rows_view(const Rows *r, uint32_t first, Vector *out);

/* Column col of the chunk that row id is in; *at is its place there. */
Vector rows_cell(const Rows *r, uint32_t col, uint32_t id, uint32_t *at);

/* --- in a snapshot ---------------------------------------------------------------------- */

/* Rows on their way into a snapshot, some at a time, each an entry under the hash of its key.  The
 * list may grow meanwhile, and is not freed.  What it points at is borrowed. */
typedef struct RowsSave {
  const Rows *rows;
  const KeySpec *key;
  KeyBatch *scratch;
  const uint64_t *wanted; /* a bit per row: those that go; NULL: all */
  uint32_t at, end;       /* those still to be written */
} RowsSave;

/* Write about budget bytes more, until at is end.  tag stands before every row, for a reader to
 * tell lists by.  *written grows.  false: no memory. */
MUST_USE bool rows_save(RowsSave *s, uint8_t tag, size_t budget, StateOut *out, size_t *written);

/* Rows that come out of entries, to be added a batch at a time: the values as they were, and the
 * hashes.  Text is borrowed from the block. */
typedef struct RowsLoad {
  Batch batch;
  uint16_t row[BATCH_ROWS]; /* 0, 1, ... */
  uint64_t hash[BATCH_ROWS];
  Arena arena;
} RowsLoad;

/* It is big: not on the stack.  NULL: no memory. */
RowsLoad *rows_load_new(const RowLayout *layout);
void rows_load_free(RowsLoad *l); /* NULL is allowed */
/* The row that stands in the entry, behind its tag, joins the batch, which has room. */
void rows_load(RowsLoad *l, uint64_t hash, StateIn *in);
/* The batch has been added, and is empty again. */
void rows_load_clear(RowsLoad *l);
