/* op_sort.c -- ORDER BY, with or without LIMIT, over bounded input.
 *
 * Rows are kept in builders as they come and numbered; at the end the numbers are sorted and
 * the rows given out in that order.  Ties stay in order of arrival.  With a LIMIT, whenever many
 * more rows than that have gathered, all but the first are dropped.
 *
 * Rows that are kept do not change, so a snapshot is those that there are, written bit by bit; only
 * dropping some waits for it.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "exec/ops/groups.h"
#include "exec/ops/ops.h"
#include "exec/ops/sort_key.h"

enum { KEEP_SLACK_ROWS = 64 << 10 };

/* Row number: builder index and row in it. */
typedef struct SortRow {
  uint32_t builder, row;
} SortRow;

/* A snapshot that has not got everything. */
typedef struct SortSaver {
  StateDrain drain;
  StateOut out;
  uint64_t left; /* rows to be written; 0: no snapshot is under way */
  SortRow at;    /* the next one */
} SortSaver;

typedef struct OpSort {
  Op op;
  const SortSpec *spec;
  BatchShape shape;
  BatchBuilder **kept;
  uint32_t n_kept, cap_kept;
  uint64_t rows;
  SortRow *order; /* sorted, once due */
  uint64_t n_order, at;
  bool due;
  BatchBuilder *out;
  SortSaver saver;
  Vector *loaded; /* scratch */
  Arena arena;
} OpSort;

static Code sort_open(Op *op) {
  OpSort *self = (OpSort *)op;
  self->out = batch_builder_new(self->shape);
  return self->out != NULL ? OK : op_no_memory(op);
}

static int compare_rows(const void *a, const void *b, void *arg) {
  const OpSort *self = arg;
  const SortRow *x = a, *y = b;
  const Batch *bx = &self->kept[x->builder]->batch, *by = &self->kept[y->builder]->batch;
  for (uint32_t k = 0; k < self->spec->n_keys; k++) {
    const SortKey *key = &self->spec->keys[k];
    int c = sort_key_compare(key, &bx->cols[key->col], x->row, &by->cols[key->col], y->row);
    if (c != 0) return c;
  }
  if (x->builder != y->builder) return x->builder < y->builder ? -1 : 1;
  return (x->row > y->row) - (x->row < y->row);
}

static Code make_order(OpSort *self) {
  self->order = malloc((self->rows + 1) * sizeof *self->order);
  if (self->order == NULL) return op_no_memory(&self->op);
  uint64_t n = 0;
  for (uint32_t b = 0; b < self->n_kept; b++) {
    for (uint32_t r = 0; r < self->kept[b]->batch.rows; r++) self->order[n++] = (SortRow){b, r};
  }
  assert(n == self->rows);
  qsort_r(self->order, n, sizeof *self->order, compare_rows, self);
  uint64_t end = self->spec->limit < UINT64_MAX - self->spec->offset
                     ? self->spec->offset + self->spec->limit
                     : UINT64_MAX;
  self->n_order = n < end ? n : end;
  return OK;
}

static BatchBuilder *last_with_room(OpSort *self) {
  if (self->n_kept > 0 && batch_builder_room(self->kept[self->n_kept - 1]) > 0) {
    return self->kept[self->n_kept - 1];
  }
  if (self->n_kept == self->cap_kept) {
    uint32_t cap = self->cap_kept > 0 ? self->cap_kept * 2 : 4;
    BatchBuilder **wider = realloc(self->kept, cap * sizeof *wider);
    if (wider == NULL) return NULL;
    self->kept = wider;
    self->cap_kept = cap;
  }
  BatchBuilder *b = batch_builder_new(self->shape);
  if (b != NULL) self->kept[self->n_kept++] = b;
  return b;
}

static Code keep_rows(OpSort *self, const Batch *in, const uint16_t *rows, uint32_t n) {
  while (n > 0) {
    BatchBuilder *b = last_with_room(self);
    if (b == NULL) return op_no_memory(&self->op);
    uint32_t take = batch_builder_room(b) < n ? batch_builder_room(b) : n;
    if (!batch_builder_append(b, in, rows, take)) return op_no_memory(&self->op);
    self->rows += take;
    rows += take;
    n -= take;
  }
  return OK;
}

static OpSort *sort_of(StateDrain *d) {
  return (OpSort *)(void *)((char *)d - offsetof(OpSort, saver.drain));
}

static void finish_saving(OpSort *self) {
  if (self->saver.left > 0) state_sink_finish(self->saver.out.to, &self->saver.drain);
}

/* Keep only the rows that can still be among the first offset + limit. */
static Code prune(OpSort *self) {
  finish_saving(self);
  TRY(make_order(self));
  BatchBuilder **old = self->kept;
  uint32_t n_old = self->n_kept;
  SortRow *order = self->order;
  uint64_t n = self->n_order;
  self->kept = NULL;
  self->order = NULL;
  self->n_kept = self->cap_kept = 0;
  self->rows = 0;
  Code code = OK;
  for (uint64_t i = 0; i < n && code == OK; i++) {
    uint16_t row = (uint16_t)order[i].row;
    code = keep_rows(self, &old[order[i].builder]->batch, &row, 1);
  }
  for (uint32_t i = 0; i < n_old; i++) batch_builder_free(old[i]);
  free(old);
  free(order);
  return code;
}

static Code sort_push(Op *op, OpPort port, const Batch *in) {
  OpSort *self = (OpSort *)op;
  assert(port == PORT_ROWS);
  uint16_t rows[BATCH_ROWS];
  batch_rows(in, rows);
  TRY(keep_rows(self, in, rows, batch_count(in)));
  uint64_t wanted = self->spec->limit < UINT64_MAX - self->spec->offset
                        ? self->spec->offset + self->spec->limit
                        : UINT64_MAX / 4;
  if (wanted < UINT64_MAX / 4 && self->rows > 2 * wanted + KEEP_SLACK_ROWS) TRY(prune(self));
  return OK;
}

static void sort_finish(Op *op) { ((OpSort *)op)->due = true; }

static Code sort_fire(Op *op, bool *more) {
  OpSort *self = (OpSort *)op;
  if (!self->due) return OK;
  if (self->order == NULL) {
    TRY(make_order(self));
    self->at = self->spec->offset;
  }
  batch_builder_clear(self->out);
  while (self->at < self->n_order && batch_builder_room(self->out) > 0) {
    SortRow r = self->order[self->at++];
    uint16_t row = (uint16_t)r.row;
    if (!batch_builder_append(self->out, &self->kept[r.builder]->batch, &row, 1)) {
      return op_no_memory(op);
    }
  }
  *more = self->at < self->n_order;
  return op_emit(op, PORT_ROWS, &self->out->batch);
}

/* --- state ------------------------------------------------------------------------------- */

enum { SORT_STATE_VERSION = 1 };

static bool sort_step(StateDrain *d, size_t budget, bool *done) {
  OpSort *self = sort_of(d);
  SortSaver *saver = &self->saver;
  for (size_t written = 0; written < budget && saver->left > 0; saver->left--) {
    const BatchBuilder *b = self->kept[saver->at.builder];
    state_entry(&saver->out, 0); /* all of them are one instance's */
    for (uint32_t c = 0; c < self->shape.n_cols; c++) {
      state_put_value(&saver->out, &b->batch.cols[c], saver->at.row);
    }
    written += b->row_bytes;
    if (++saver->at.row == b->batch.rows) saver->at = (SortRow){.builder = saver->at.builder + 1};
  }
  *done = saver->left == 0;
  return *done ? state_end(&saver->out) : !saver->out.failed;
}

static void sort_cancel(StateDrain *d) {
  SortSaver *saver = &sort_of(d)->saver;
  state_drop(&saver->out);
  saver->left = 0;
}

static Code sort_save(Op *op, StateSink *to) {
  OpSort *self = (OpSort *)op;
  finish_saving(self);
  self->saver =
      (SortSaver){.drain = {.step = sort_step, .cancel = sort_cancel}, .left = self->rows};
  state_begin(&self->saver.out, to, "rows", SORT_STATE_VERSION);
  if (self->rows > 0) {
    state_sink_defer(to, &self->saver.drain);
    return OK;
  }
  return state_end(&self->saver.out) ? OK : op_no_memory(op);
}

/* The next rows of a block, in hand until it goes. */
static uint32_t load_rows(OpSort *self, StateIn *in) {
  uint64_t hash;
  uint32_t n = 0;
  vectors_all_valid(self->loaded, self->shape.n_cols);
  for (; n < BATCH_ROWS && state_next(in, &hash); n++) {
    for (uint32_t c = 0; c < self->shape.n_cols; c++) state_get_value(in, &self->loaded[c], n);
    if (in->at < in->end) state_bad(in);
  }
  return n;
}

static Code sort_load(Op *op, StateIn *in) {
  OpSort *self = (OpSort *)op;
  uint16_t rows[BATCH_ROWS];
  if (strcmp(in->section, "rows") != 0 || in->version != SORT_STATE_VERSION) state_bad(in);
  if (self->loaded == NULL) {
    self->loaded = vectors_new(&self->arena, self->shape.types, self->shape.n_cols);
    if (self->loaded == NULL) return op_no_memory(op);
  }
  for (uint32_t i = 0; i < BATCH_ROWS; i++) rows[i] = (uint16_t)i;
  for (uint32_t n = 1; n > 0 && !in->bad;) {
    n = load_rows(self, in);
    const Batch batch = {.rows = n, .n_cols = self->shape.n_cols, .cols = self->loaded};
    TRY(keep_rows(self, &batch, rows, n));
  }
  return OK;
}

static void sort_close(Op *op) {
  OpSort *self = (OpSort *)op;
  finish_saving(self);
  for (uint32_t i = 0; i < self->n_kept; i++) batch_builder_free(self->kept[i]);
  free(self->kept);
  free(self->order);
  if (self->out != NULL) batch_builder_free(self->out);
  arena_deinit(&self->arena);
}

static const OpTable sort_table = {.name = "Sort",
                                   .size = sizeof(OpSort),
                                   .open = sort_open,
                                   .push = sort_push,
                                   .fire = sort_fire,
                                   .finish = sort_finish,
                                   .save = sort_save,
                                   .load = sort_load,
                                   .close = sort_close};

Op *op_sort_new(const SortSpec *spec, const FormatField *input, uint32_t n_input, OpContext *ctx) {
  OpSort *self = (OpSort *)op_new(&sort_table, ctx);
  if (self == NULL) return NULL;
  self->spec = spec;
  const Type *types = field_types(&self->arena, input, n_input);
  if (types == NULL) {
    op_free(&self->op);
    return NULL;
  }
  self->shape = (BatchShape){.types = types, .n_cols = n_input};
  return &self->op;
}
