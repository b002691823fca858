/* batch.c -- what makes a batch well formed; a batch that owns its rows.
 *
 * A builder is one block of memory: the struct, the vectors, for every column its validity
 * bits and its values, then the arrays beside the columns.  Only long strings stand
 * elsewhere, in its arena.  So clearing frees nothing, and an append can only fail before
 * it has changed anything: the room for all its long strings is taken first.
 *
 * The validity bits of a column are all ones behind its last row.  An append therefore
 * writes bits for NULLs only, and nothing at all for a column without any.
 */
#include "exec/data/batch.h"

#include <stdlib.h>
#include <string.h>

#include "exec/data/decimal.h"
#include "exec/data/gather.h"

static_assert(BATCH_ROWS <= UINT16_MAX + 1, "sel holds uint16_t row numbers");
static_assert(BATCH_ROWS % 64 == 0, "validity bits are whole words");

const char row_kind_text[4][3] = {"+I", "-U", "+U", "-D"};

/* --- verify ------------------------------------------------------------------------ */

static void verify_type(Type t) {
  assert(t.kind < TYPE_KIND_COUNT);
  if (t.kind == TYPE_DECIMAL) {
    assert(t.precision >= 1 && t.precision <= DECIMAL_PRECISION_MAX);
    assert(t.scale <= t.precision);
  }
  if (type_is_timestamp(t) || t.kind == TYPE_TIME) assert(t.precision <= TIMESTAMP_PRECISION_MAX);
}

static void verify_text(const TextRef *t) {
  char plain[TEXT_INLINE_MAX] = {0};
  if (t->len <= TEXT_INLINE_MAX) {
    memcpy(plain, (const char *)t + offsetof(TextRef, prefix), sizeof plain);
    for (uint32_t i = t->len; i < TEXT_INLINE_MAX; i++) assert(plain[i] == 0);
  } else {
    assert(memcmp(t->prefix, t->u.ptr, sizeof t->prefix) == 0);
  }
}

static void verify_zero(const Vector *v, uint32_t at) {
  size_t width = phys_size(type_phys(v->type));
  const char *slot = (const char *)v->data + at * width;
  for (size_t i = 0; i < width; i++) assert(slot[i] == 0);
}

static void verify_value(const Vector *v, uint32_t row) {
  uint32_t at = vector_at(v, row);
  if (!vector_valid(v, row) || v->type.kind == TYPE_NULL) {
    assert(!vector_valid(v, row)); /* the type of a bare NULL has no values */
    assert(v->type.nullable);
    verify_zero(v, at);
    return;
  }
  Phys phys = type_phys(v->type);
  if (v->type.kind == TYPE_BOOLEAN) assert(((const uint8_t *)v->data)[at] <= 1);
  if (v->type.kind == TYPE_DECIMAL) {
    Int128 unscaled =
        phys == PHYS_I128 ? ((const Int128 *)v->data)[at] : ((const int64_t *)v->data)[at];
    assert(decimal_fits(unscaled, v->type.precision));
  }
  if (phys == PHYS_TEXT) verify_text((const TextRef *)v->data + at);
}

void batch_verify(const Batch *b) {
  assert(b->rows <= BATCH_ROWS);
  assert(b->n_cols <= COLUMNS_MAX);
  assert(b->n_cols == 0 || b->cols != NULL);
  assert(b->sel == NULL || b->n_sel <= b->rows);
  uint32_t n = batch_count(b);
  for (uint32_t i = 0; b->sel != NULL && i < n; i++) {
    assert(b->sel[i] < b->rows);
    assert(i == 0 || b->sel[i - 1] < b->sel[i]);
  }
  for (uint32_t i = 0; b->kind != NULL && i < n; i++) {
    assert(b->kind[batch_row(b, i)] <= ROW_DELETE);
  }
  for (uint32_t c = 0; c < b->n_cols; c++) {
    verify_type(b->cols[c].type);
    assert(b->cols[c].data != NULL || b->rows == 0);
    for (uint32_t i = 0; i < n; i++) verify_value(&b->cols[c], batch_row(b, i));
  }
}

/* --- build ------------------------------------------------------------------------- */

enum { CACHE_LINE = 64 };

/* What stands behind the public part; then the arrays. */
typedef struct OwnedBatch {
  BatchBuilder builder; /* first: the two are cast to each other */
  size_t bytes;         /* of the block */
  uint64_t **valid;     /* per column: where its bits are, in use or not */
  uint64_t *hash;
  Micros *mark;
  uint8_t *kind;
} OwnedBatch;

static OwnedBatch *owned(BatchBuilder *b) { return (OwnedBatch *)(void *)b; }

/* Cut bytes off a block of which *at are used, on a cache line.  With base NULL this only
 * counts. */
static void *cut(char *base, size_t *at, size_t bytes) {
  *at = (*at + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
  void *p = base != NULL ? base + *at : NULL;
  *at += bytes;
  return p;
}

/* Place the arrays behind o; returns the bytes of the whole.  With o NULL this only counts. */
static size_t lay_out(OwnedBatch *o, BatchShape shape) {
  char *base = (char *)o;
  size_t at = sizeof *o, row_bytes = 0;
  Vector *cols = cut(base, &at, shape.n_cols * sizeof *cols);
  uint64_t **valid = cut(base, &at, shape.n_cols * sizeof *valid);
  for (uint32_t c = 0; c < shape.n_cols; c++) {
    size_t width = phys_size(type_phys(shape.types[c]));
    uint64_t *bits = cut(base, &at, BATCH_WORDS * sizeof *bits);
    void *data = cut(base, &at, BATCH_ROWS * width);
    row_bytes += width;
    if (o == NULL) continue;
    cols[c] = (Vector){.type = shape.types[c], .data = data};
    valid[c] = bits;
  }
  uint64_t *hash = shape.with_hash ? cut(base, &at, BATCH_ROWS * sizeof *hash) : NULL;
  Micros *mark = shape.with_mark ? cut(base, &at, BATCH_ROWS * sizeof *mark) : NULL;
  uint8_t *kind = shape.with_kind ? cut(base, &at, BATCH_ROWS * sizeof *kind) : NULL;
  if (o != NULL) {
    *o = (OwnedBatch){
        .builder.row_bytes = row_bytes, .valid = valid, .hash = hash, .mark = mark, .kind = kind};
    o->builder.batch =
        (Batch){.n_cols = shape.n_cols, .kind = kind, .mark = mark, .hash = hash, .cols = cols};
  }
  return at;
}

BatchBuilder *batch_builder_new(BatchShape shape) {
  assert(shape.n_cols <= COLUMNS_MAX);
  size_t bytes = (lay_out(NULL, shape) + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
  OwnedBatch *o = aligned_alloc(CACHE_LINE, bytes);
  if (o == NULL) return NULL;
  lay_out(o, shape);
  o->bytes = bytes;
  return &o->builder;
}

void batch_builder_free(BatchBuilder *b) {
  if (b == NULL) return;
  arena_deinit(&b->text);
  free(b);
}

void batch_builder_clear(BatchBuilder *b) {
  b->batch.rows = 0;
  for (uint32_t c = 0; c < b->batch.n_cols; c++) b->batch.cols[c].valid = NULL;
  arena_reset(&b->text);
}

size_t batch_builder_bytes(const BatchBuilder *b) {
  return ((const OwnedBatch *)(const void *)b)->bytes + b->text.total_bytes;
}

uint64_t *batch_builder_valid(BatchBuilder *b, uint32_t col) {
  assert(col < b->batch.n_cols);
  Vector *v = &b->batch.cols[col];
  if (v->valid == NULL) {
    v->valid = owned(b)->valid[col];
    memset(v->valid, 0xFF, BATCH_WORDS * sizeof *v->valid);
  }
  return v->valid;
}

uint64_t *batch_builder_hash(BatchBuilder *b) { return owned(b)->hash; }
Micros *batch_builder_mark(BatchBuilder *b) { return owned(b)->mark; }
uint8_t *batch_builder_kind(BatchBuilder *b) { return owned(b)->kind; }

bool batch_builder_text(BatchBuilder *b, Str text, TextRef *out) {
  assert(text.len <= UINT32_MAX);
  if (text.len > TEXT_INLINE_MAX) {
    char *copy = arena_try_alloc(&b->text, text.len, 1);
    if (copy == NULL) return false;
    memcpy(copy, text.ptr, text.len);
    text.ptr = copy;
  }
  *out = text_ref(text.ptr, text.len);
  return true;
}

/* --- append ------------------------------------------------------------------------ */

static void append_column(BatchBuilder *b, uint32_t col, const Vector *from, Pick pick,
                          char **room) {
  const Vector *v = &b->batch.cols[col];
  size_t width = phys_size(type_phys(v->type));
  char *to = (char *)v->data + b->batch.rows * width;
  gather_deep(to, from, pick, room);
  if (gather_any_null(from, pick)) {
    gather_nulls(batch_builder_valid(b, col), b->batch.rows, from, pick);
  }
}

/* The arrays beside the columns, each with what stands for "not there". */
static void append_extras(OwnedBatch *o, const Batch *from, Pick pick) {
  uint32_t at = o->builder.batch.rows;
  if (o->hash != NULL && from->hash != NULL) {
    gather(o->hash + at, from->hash, sizeof *o->hash, pick);
  } else if (o->hash != NULL) {
    memset(o->hash + at, 0, pick.n * sizeof *o->hash);
  }
  if (o->mark != NULL && from->mark != NULL) {
    gather(o->mark + at, from->mark, sizeof *o->mark, pick);
  } else if (o->mark != NULL) {
    gather_same(o->mark + at, &(Micros){MICROS_MIN}, sizeof *o->mark, pick.n);
  }
  if (o->kind != NULL && from->kind != NULL) {
    gather(o->kind + at, from->kind, sizeof *o->kind, pick);
  } else if (o->kind != NULL) {
    memset(o->kind + at, ROW_INSERT, pick.n);
  }
}

bool batch_builder_append(BatchBuilder *b, const Batch *from, const uint16_t *rows, uint32_t n) {
  assert(n <= batch_builder_room(b));
  assert(from->n_cols == b->batch.n_cols);
  if (n == 0) return true;
  Pick pick = pick_rows(rows, n);
  size_t text_total = 0;
  for (uint32_t c = 0; c < from->n_cols; c++) {
    assert(type_phys(from->cols[c].type) == type_phys(b->batch.cols[c].type));
    text_total += gather_long_bytes(&from->cols[c], pick);
  }
  char *room = NULL;
  if (text_total > 0) {
    room = arena_try_alloc(&b->text, text_total, 1);
    if (room == NULL) return false;
  }
  for (uint32_t c = 0; c < from->n_cols; c++) append_column(b, c, &from->cols[c], pick, &room);
  append_extras(owned(b), from, pick);
  b->batch.rows += n;
  return true;
}
