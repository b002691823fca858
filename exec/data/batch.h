/* batch.h -- up to BATCH_ROWS rows in column form.
 *
 *   rows ......... physical length of every column, 0..BATCH_ROWS
 *   sel[n_sel] ... the rows that count, strictly increasing; NULL: all of them
 *   kind[rows] ... what a row does to the result (RowKind); NULL: every row is +I
 *   mark[rows] ... the watermark at the row's place as far as its own chunk tells, for the
 *                  few rows that are not ahead of it; MICROS_MIN elsewhere; NULL: no row
 *                  has one (exec/run/watermark.h tells the rule)
 *   hash[rows] ... of the key that the last exchange distributed by; NULL: none
 *
 * A filter only shrinks sel; it never copies columns.  Rows outside sel hold
 * something harmless: kernels compute them too and nobody looks.
 *
 * Ownership: a Batch that is pushed is borrowed until the call returns, columns,
 * long strings and all.  Who needs it longer copies: BatchBuilder below.
 */
#pragma once
#include "base/arena.h"
#include "base/limits.h"
#include "exec/data/types.h"

typedef enum RowKind { ROW_INSERT, ROW_UPDATE_BEFORE, ROW_UPDATE_AFTER, ROW_DELETE } RowKind;

/* "+I", "-U", "+U", "-D": as people see them; two characters each. */
extern const char row_kind_text[4][3];

/* One column.  data points at values of type_phys(type); valid has bit i set where row
 * i is not NULL, and is NULL when no row is.  A constant vector has one value (index 0)
 * that stands for every row; its valid, if any, has one bit.
 * The slot of a NULL holds zero, so that kernels need no branch. */
typedef struct Vector {
  Type type;
  bool constant;
  void *data;
  uint64_t *valid;
} Vector;

typedef struct Batch {
  uint32_t rows, n_cols, n_sel;
  const uint16_t *sel;
  const uint8_t *kind;
  const Micros *mark;
  const uint64_t *hash;
  Vector *cols;
} Batch;

enum { BATCH_WORDS = BATCH_ROWS / 64 };

static inline bool bit_get(const uint64_t *bits, uint32_t i) {
  return bits[i / 64] >> (i % 64) & 1;
}
static inline void bit_set(uint64_t *bits, uint32_t i) { bits[i / 64] |= UINT64_C(1) << (i % 64); }
static inline void bit_clear(uint64_t *bits, uint32_t i) {
  bits[i / 64] &= ~(UINT64_C(1) << (i % 64));
}
static inline bool vector_valid(const Vector *v, uint32_t row) {
  return v->valid == NULL || bit_get(v->valid, v->constant ? 0 : row);
}
static inline uint32_t vector_at(const Vector *v, uint32_t row) { return v->constant ? 0 : row; }
static inline RowKind batch_kind(const Batch *b, uint32_t row) {
  return b->kind != NULL ? (RowKind)b->kind[row] : ROW_INSERT;
}
static inline uint32_t batch_count(const Batch *b) { return b->sel != NULL ? b->n_sel : b->rows; }
static inline uint32_t batch_row(const Batch *b, uint32_t i) {
  return b->sel != NULL ? b->sel[i] : i;
}

/* The physical numbers of the rows that count. */
static inline void batch_rows(const Batch *b, uint16_t *rows) {
  uint32_t n = batch_count(b);
  for (uint32_t i = 0; i < n; i++) rows[i] = (uint16_t)batch_row(b, i);
}

/* Abort when a batch breaks what is said above.  Linear: for tests and check modes. */
void batch_verify(const Batch *b);

/* A batch that owns its memory and is filled by appending.  Columns are flat.  Strings
 * above TEXT_INLINE_MAX are copied into its arena. */
typedef struct BatchBuilder {
  Batch batch;      /* rows grow by appending; push it when full or done */
  Arena text;       /* long strings */
  size_t row_bytes; /* width of one row in all columns: what accounting counts */
} BatchBuilder;

/* A builder for columns of these types, with room for BATCH_ROWS rows.  with_hash,
 * with_mark, with_kind: also those arrays.  NULL when memory is out. */
typedef struct BatchShape {
  const Type *types;
  uint32_t n_cols;
  bool with_hash, with_mark, with_kind;
} BatchShape;
BatchBuilder *batch_builder_new(BatchShape shape);
void batch_builder_free(BatchBuilder *b);
void batch_builder_clear(BatchBuilder *b); /* zero rows, all valid, arena reset */

static inline uint32_t batch_builder_room(const BatchBuilder *b) {
  return BATCH_ROWS - b->batch.rows;
}

/* Append rows rows[0..n) of from (physical row numbers), deep.  n fits the room.  hash, mark
 * and kind are copied where the builder has them (0, MICROS_MIN, +I where from does not).
 * false when memory is out: the builder is unchanged. */
MUST_USE bool batch_builder_append(BatchBuilder *b, const Batch *from, const uint16_t *rows,
                                   uint32_t n);

/* The bytes a builder holds, for admission and memory limits. */
size_t batch_builder_bytes(const BatchBuilder *b);

/* --- filling a builder in place ---------------------------------------------------- */

/* For whoever parses or fires straight into the columns: write the slots from batch.rows on,
 * then raise batch.rows.  A NULL is a zero slot and a cleared bit in this array, which is all
 * ones behind the last row: in the batch from the first call on. */
uint64_t *batch_builder_valid(BatchBuilder *b, uint32_t col);
/* The writable forms of the arrays of the shape; NULL where it has none. */
uint64_t *batch_builder_hash(BatchBuilder *b);
Micros *batch_builder_mark(BatchBuilder *b);
uint8_t *batch_builder_kind(BatchBuilder *b);
/* text as a value of this builder: a long one is copied into its arena.  false: no memory. */
MUST_USE bool batch_builder_text(BatchBuilder *b, Str text, TextRef *out);
