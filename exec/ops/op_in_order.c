/* op_in_order.c -- the rows of a chunk in order, from producers of which each gives its own in
 * order.
 *
 * With one producer they come in order as they are; then they go out as they are stored.  Else
 * their numbers are sorted, ties by number, which is the order in which they came.
 */
#include <stdlib.h>
#include <string.h>

#include "exec/ops/ops.h"
#include "exec/state/rows.h"

typedef struct Place {
  int64_t first; /* value of the first column */
  uint32_t id;
} Place;

typedef struct OpInOrder {
  Op op;
  const InOrderSpec *spec;
  const FormatField *input;
  uint32_t n_input;
  RowLayout layout;
  Rows rows;
  bool unsorted;
  int64_t *last; /* columns of the row stored last */
  bool due;
  Place *order; /* while unsorted rows go out; in the arena of the rows */
  uint32_t at;  /* rows gone out */
  ColumnRoom *rooms;
  Vector *out;
  Arena arena;
} OpInOrder;

static inline int64_t number_of(const Vector *v, uint32_t row) {
  return ((const int64_t *)v->data)[vector_at(v, row)];
}

/* Has row a place before the last one?  Then it is the last one. */
static bool steps_back(OpInOrder *self, const Batch *in, uint32_t row) {
  int direction = 0;
  for (uint32_t i = 0; i < self->spec->n_cols; i++) {
    const Vector *v = &in->cols[self->spec->cols[i]];
    assert(type_phys(v->type) == PHYS_I64 && vector_valid(v, row));
    int64_t number = number_of(v, row);
    if (direction == 0) direction = (number > self->last[i]) - (number < self->last[i]);
    self->last[i] = number;
  }
  return direction < 0;
}

static Code in_order_push(Op *op, OpPort port, const Batch *in) {
  OpInOrder *self = (OpInOrder *)op;
  assert(port == PORT_ROWS && in->kind == NULL && !self->due);
  uint16_t rows[BATCH_ROWS];
  uint32_t n = batch_count(in);
  batch_rows(in, rows);
  for (uint32_t i = 0; i < n; i++) {
    bool back = steps_back(self, in, rows[i]);
    if (back && (self->rows.n > 0 || i > 0)) self->unsorted = true;
  }
  return rows_append(&self->rows, in, rows, n) ? OK : op_no_memory(op);
}

/* --- out ---------------------------------------------------------------------------- */

static int compare_places(const void *a, const void *b, void *arg) {
  const OpInOrder *self = arg;
  const Place *x = a, *y = b;
  if (x->first != y->first) return x->first < y->first ? -1 : 1;
  for (uint32_t i = 1; i < self->spec->n_cols; i++) {
    uint32_t at_x, at_y, col = self->spec->cols[i];
    Vector vx = rows_cell(&self->rows, col, x->id, &at_x);
    Vector vy = rows_cell(&self->rows, col, y->id, &at_y);
    int64_t nx = number_of(&vx, at_x), ny = number_of(&vy, at_y);
    if (nx != ny) return nx < ny ? -1 : 1;
  }
  return (x->id > y->id) - (x->id < y->id);
}

static Code sort_rows(OpInOrder *self) {
  self->order = arena_try_alloc(&self->rows.arena, self->rows.n * sizeof *self->order, 8);
  if (self->order == NULL) return op_no_memory(&self->op);
  for (uint32_t id = 0; id < self->rows.n; id++) {
    uint32_t at;
    Vector v = rows_cell(&self->rows, self->spec->cols[0], id, &at);
    self->order[id] = (Place){number_of(&v, at), id};
  }
  qsort_r(self->order, self->rows.n, sizeof *self->order, compare_places, self);
  return OK;
}

/* The next rows as columns: self->out. */
static uint32_t next_rows(OpInOrder *self) {
  if (!self->unsorted) return rows_view(&self->rows, self->at, self->out);
  uint32_t ids[BATCH_ROWS], left = self->rows.n - self->at;
  uint32_t n = left < BATCH_ROWS ? left : BATCH_ROWS;
  for (uint32_t i = 0; i < n; i++) ids[i] = self->order[self->at + i].id;
  rows_gather(&self->rows, ids, n, self->rooms, NULL, self->out);
  return n;
}

static void forget_rows(OpInOrder *self) {
  rows_deinit(&self->rows);
  self->order = NULL;
  self->at = 0;
  self->due = self->unsorted = false;
}

static Code in_order_chunk_end(Op *op) {
  OpInOrder *self = (OpInOrder *)op;
  self->due = self->rows.n > 0;
  return OK;
}

static void in_order_finish(Op *op) { (void)in_order_chunk_end(op); }

static Code in_order_fire(Op *op, bool *more) {
  OpInOrder *self = (OpInOrder *)op;
  if (!self->due) return OK;
  if (self->unsorted && self->order == NULL) TRY(sort_rows(self));
  uint32_t n = next_rows(self);
  self->at += n;
  TRY(op_emit(op, PORT_ROWS, &(Batch){.rows = n, .n_cols = self->n_input, .cols = self->out}));
  *more = self->at < self->rows.n;
  if (!*more) forget_rows(self);
  return OK;
}

/* --- life --------------------------------------------------------------------------- */

static Code in_order_open(Op *op) {
  OpInOrder *self = (OpInOrder *)op;
  uint32_t n = self->n_input;
  assert(self->spec->n_cols > 0);
  const Type *types = field_types(&self->arena, self->input, n);
  self->out = arena_try_alloc(&self->arena, (n + 1) * sizeof *self->out, 8);
  self->last = arena_try_alloc(&self->arena, self->spec->n_cols * sizeof *self->last, 8);
  if (types == NULL || self->out == NULL || self->last == NULL) return op_no_memory(op);
  memset(self->last, 0, self->spec->n_cols * sizeof *self->last);
  self->rooms = column_rooms_new(&self->arena, types, n);
  bool ok = self->rooms != NULL && row_layout_init(&self->layout, &self->arena, types, n);
  rows_init(&self->rows, &self->layout);
  return ok ? OK : op_no_memory(op);
}

static void in_order_close(Op *op) {
  OpInOrder *self = (OpInOrder *)op;
  forget_rows(self);
  arena_deinit(&self->arena);
}

static const OpTable in_order_table = {.name = "InOrder",
                                       .size = sizeof(OpInOrder),
                                       .open = in_order_open,
                                       .push = in_order_push,
                                       .chunk_end = in_order_chunk_end,
                                       .fire = in_order_fire,
                                       .finish = in_order_finish,
                                       .save = op_save_nothing,
                                       .close = in_order_close};

Op *op_in_order_new(const InOrderSpec *spec, const FormatField *input, uint32_t n_input,
                    OpContext *ctx) {
  OpInOrder *self = (OpInOrder *)op_new(&in_order_table, ctx);
  if (self == NULL) return NULL;
  self->spec = spec;
  self->input = input;
  self->n_input = n_input;
  return &self->op;
}
