/* op_local_agg.c -- combine the rows of a chunk before they cross an exchange.
 *
 * With few groups a chunk of thousands of rows becomes a handful of partials, and the exchange
 * and the owner of the key have next to nothing to do.  With many groups combining is
 * wasted work; then rows pass through as they are.  Which it is, is measured: when a chunk was
 * not reduced to a quarter, the next REST chunks are not tried.  Only what is exact under any
 * grouping is combined, so the choice changes no result, and nothing is kept beyond a chunk.
 *
 * Rows with a mark pass through, one by one: their place in the stream counts.
 */

#include "exec/ops/groups.h"
#include "exec/ops/ops.h"
#include "exec/ops/window.h"

enum { SLICES_MAX = 16, REST = 31, REDUCTION = 4 };

typedef struct OpLocalAgg {
  Op op;
  const WindowSpec *window; /* NULL: unwindowed, everything is in slice 0 */
  const uint32_t *keys;
  uint32_t n_keys;
  const AggCall *aggs;
  uint32_t n_aggs;
  bool two_phase;
  const FormatField *input;
  uint32_t n_input;

  WindowClock clock;
  GroupLayout layout;
  Micros starts[SLICES_MAX];
  Groups slices[SLICES_MAX];
  uint32_t n_slices;
  uint64_t rows; /* folded in since the chunk began */
  uint32_t rest; /* chunks still to pass through */
  Arena arena;
  Vector *cols;
} OpLocalAgg;

static Code local_agg_open(Op *op) {
  OpLocalAgg *self = (OpLocalAgg *)op;
  if (!group_layout_init(&self->layout, self->keys, self->n_keys, self->aggs, self->n_aggs,
                         self->input, self->n_input, true)) {
    return op_no_memory(op);
  }
  self->cols = vectors_new(&self->arena, self->layout.partial_types, self->layout.n_partial_cols);
  if (self->cols == NULL) return op_no_memory(op);
  if (self->window != NULL) self->clock = window_clock(self->window, op->ctx->env);
  return OK;
}

/* The table of a slice; NULL when there are too many of them in this chunk, or no memory. */
static Groups *slice_groups(OpLocalAgg *self, Micros start_us) {
  for (uint32_t i = 0; i < self->n_slices; i++) {
    if (self->starts[i] == start_us) return &self->slices[i];
  }
  if (self->n_slices == SLICES_MAX) return NULL;
  Groups *g = &self->slices[self->n_slices];
  if (!groups_init(g, &self->layout, 0)) return NULL;
  self->starts[self->n_slices++] = start_us;
  return g;
}

static Code pass_rows(OpLocalAgg *self, const Batch *in, const uint16_t *rows, uint32_t n) {
  Batch part = *in;
  part.sel = rows;
  part.n_sel = n;
  return op_emit(&self->op, PORT_ROWS, &part);
}

/* Fold rows of one slice, or pass them on where that slice has no table. */
static Code fold(OpLocalAgg *self, Micros slice_us, const Batch *in, const uint16_t *rows,
                 uint32_t n) {
  Groups *g = slice_groups(self, slice_us);
  if (g == NULL) return pass_rows(self, in, rows, n);
  if (!groups_add(g, in, 0, rows, n)) return op_no_memory(&self->op);
  self->rows += n;
  return OK;
}

/* Split off the rows with a mark and send them as they are.  Returns how many are left. */
static Code pass_marked(OpLocalAgg *self, const Batch *in, uint16_t *rows, uint32_t *n) {
  if (in->mark == NULL) return OK;
  uint16_t marked[BATCH_ROWS];
  uint32_t m = 0, left = 0;
  for (uint32_t i = 0; i < *n; i++) {
    if (in->mark[rows[i]] != MICROS_MIN) {
      marked[m++] = rows[i];
    } else {
      rows[left++] = rows[i];
    }
  }
  *n = left;
  return m > 0 ? pass_rows(self, in, marked, m) : OK;
}

static Code local_agg_push(Op *op, OpPort port, const Batch *in) {
  OpLocalAgg *self = (OpLocalAgg *)op;
  assert(port == PORT_ROWS);
  if (!self->two_phase || !self->layout.sendable || self->rest > 0) {
    return op_emit(op, PORT_ROWS, in);
  }
  uint16_t rows[BATCH_ROWS];
  uint32_t n = batch_count(in);
  batch_rows(in, rows);
  TRY(pass_marked(self, in, rows, &n));
  if (n == 0) return OK;
  if (self->window == NULL) return fold(self, 0, in, rows, n);
  const Vector *time = &in->cols[self->window->time_col];
  if (time->constant) return pass_rows(self, in, rows, n);
  Micros slices[BATCH_ROWS];
  window_slices(&self->clock, time->data, rows, n, slices);
  for (uint32_t i = 0, end; i < n; i = end) {
    for (end = i + 1; end < n && slices[end] == slices[i];) end++;
    TRY(fold(self, slices[i], in, rows + i, end - i));
  }
  return OK;
}

static Code send_slice(OpLocalAgg *self, Groups *g, Micros start_us) {
  for (;;) {
    uint32_t n;
    groups_emit_partials(g, start_us, self->cols, &n);
    if (n == 0) return OK;
    uint32_t n_cols = self->layout.n_partial_cols;
    TRY(op_emit(&self->op, PORT_PARTIALS,
                &(Batch){.rows = n, .n_cols = n_cols, .cols = self->cols}));
  }
}

static Code local_agg_chunk_end(Op *op) {
  OpLocalAgg *self = (OpLocalAgg *)op;
  if (self->rest > 0) self->rest--;
  uint64_t groups = 0;
  Code code = OK;
  for (uint32_t i = 0; i < self->n_slices; i++) {
    groups += self->slices[i].table.n;
    if (code == OK) code = send_slice(self, &self->slices[i], self->starts[i]);
    groups_deinit(&self->slices[i]);
  }
  if (groups * REDUCTION > self->rows) self->rest = REST;
  self->n_slices = 0;
  self->rows = 0;
  return code;
}

static void local_agg_close(Op *op) {
  OpLocalAgg *self = (OpLocalAgg *)op;
  for (uint32_t i = 0; i < self->n_slices; i++) groups_deinit(&self->slices[i]);
  group_layout_deinit(&self->layout);
  arena_deinit(&self->arena);
}

static const OpTable local_agg_table = {.name = "LocalAggregate",
                                        .size = sizeof(OpLocalAgg),
                                        .open = local_agg_open,
                                        .push = local_agg_push,
                                        .chunk_end = local_agg_chunk_end,
                                        .close = local_agg_close};

Op *op_local_window_agg_new(const WindowAggSpec *spec, const FormatField *input, uint32_t n_input,
                            OpContext *ctx) {
  OpLocalAgg *self = (OpLocalAgg *)op_new(&local_agg_table, ctx);
  if (self == NULL) return NULL;
  self->window = &spec->window;
  self->keys = spec->keys;
  self->n_keys = spec->n_keys;
  self->aggs = spec->aggs;
  self->n_aggs = spec->n_aggs;
  self->two_phase = spec->two_phase && spec->window.kind != WINDOW_ATTACHED;
  self->input = input;
  self->n_input = n_input;
  return &self->op;
}

Op *op_local_group_agg_new(const GroupAggSpec *spec, const FormatField *input, uint32_t n_input,
                           OpContext *ctx) {
  OpLocalAgg *self = (OpLocalAgg *)op_new(&local_agg_table, ctx);
  if (self == NULL) return NULL;
  self->keys = spec->keys;
  self->n_keys = spec->n_keys;
  self->aggs = spec->aggs;
  self->n_aggs = spec->n_aggs;
  self->two_phase = spec->two_phase;
  self->input = input;
  self->n_input = n_input;
  return &self->op;
}
