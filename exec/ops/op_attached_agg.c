/* op_attached_agg.c -- aggregates by windows that the rows bring along, in two columns.
 *
 * What stands behind a window join, a Top-N or a window function: each distinct (start, end) is a
 * table of groups of its own.  It fires when the watermark reaches its last instant, the one that
 * ends first before the others; a row whose window has fired is late.  Output order: window
 * end, window start, key hash, key.  One thread.
 */
#include <string.h>

#include "exec/ops/open_windows.h"
#include "exec/ops/ops.h"

typedef struct OpAttachedAgg {
  Op op;
  const WindowAggSpec *spec;
  const FormatField *input, *output;
  uint32_t n_input;
  WindowClock clock; /* for its zone */
  GroupLayout layout;
  OpenWindows windows;
  bool firing; /* the first of them is being given out */
  Micros passed_us;
  uint64_t arrived; /* rows before the batch in hand */
  Arena arena;
  GroupOutput out;
} OpAttachedAgg;

/* --- windows out -------------------------------------------------------------------- */

static Code emit_batch(OpAttachedAgg *self, uint32_t *n) {
  OpenWindow *w = self->windows.items[0];
  GroupOutput *o = &self->out;
  TRY(groups_emit(&w->groups, &self->op, o, n));
  if (*n == 0) return OK;
  window_columns(&self->clock, w->start_us, w->end_us, o->cols + o->n_values);
  self->op.ctx->tag = (OrderTag){w->end_us, w->start_us};
  return op_emit(&self->op, PORT_ROWS, &(Batch){.rows = *n, .n_cols = o->n_cols, .cols = o->cols});
}

/* Give out at most one batch of what a watermark of until_us completes; *more: call again. */
static Code fire_step(OpAttachedAgg *self, Micros until_us, bool *more) {
  self->firing |= self->windows.n > 0 && self->windows.items[0]->last_us <= until_us;
  *more = self->firing;
  if (!self->firing) {
    if (until_us != MICROS_MAX && until_us > self->passed_us) self->passed_us = until_us;
    return OK;
  }
  uint32_t n;
  TRY(emit_batch(self, &n));
  if (n > 0) return OK;
  open_windows_drop(&self->windows, 1);
  self->firing = false;
  return OK;
}

static Code fire_until(OpAttachedAgg *self, Micros until_us) {
  for (bool more = true; more;) TRY(fire_step(self, until_us, &more));
  return OK;
}

static Code attached_agg_fire(Op *op, bool *more) {
  OpAttachedAgg *self = (OpAttachedAgg *)op;
  return fire_step(self, op_due_us(op), more);
}

/* --- rows in ------------------------------------------------------------------------ */

typedef struct Bounds {
  Micros start_us, end_us;
} Bounds;

static inline bool same_bounds(Bounds a, Bounds b) {
  return a.start_us == b.start_us && a.end_us == b.end_us;
}

/* Rows of one window. */
static Code add_run(OpAttachedAgg *self, Bounds b, const Batch *in, const uint16_t *rows,
                    uint32_t n) {
  if (window_last_instant(&self->clock, b.end_us) <= self->passed_us) {
    return op_drop_late(&self->op, in, rows, n);
  }
  OpenWindow *w = open_windows_get(&self->windows, &self->clock, b.end_us, b.start_us);
  bool ok = w != NULL && groups_add(&w->groups, in, self->arrived, rows, n);
  return ok ? OK : op_no_memory(&self->op);
}

static Code add_runs(OpAttachedAgg *self, const Batch *in, const uint16_t *rows,
                     const Bounds *bounds, uint32_t n) {
  for (uint32_t i = 0, end; i < n; i = end) {
    for (end = i + 1; end < n && same_bounds(bounds[end], bounds[i]);) end++;
    TRY(add_run(self, bounds[i], in, rows + i, end - i));
  }
  return OK;
}

/* Where a row's mark completes windows, they are given out before the row is added. */
static Code add_marked(OpAttachedAgg *self, const Batch *in, const uint16_t *rows,
                       const Bounds *bounds, uint32_t n) {
  for (uint32_t i = 0, end; i < n; i = end) {
    TRY(fire_until(self, in->mark[rows[i]]));
    for (end = i + 1; end < n && in->mark[rows[end]] <= self->passed_us;) end++;
    TRY(add_runs(self, in, rows + i, bounds + i, end - i));
  }
  return OK;
}

static Code attached_agg_push(Op *op, OpPort port, const Batch *in) {
  OpAttachedAgg *self = (OpAttachedAgg *)op;
  assert(port == PORT_ROWS);
  (void)port;
  uint16_t rows[BATCH_ROWS];
  Bounds bounds[BATCH_ROWS];
  const Vector *starts = &in->cols[self->spec->window.start_col];
  const Vector *ends = &in->cols[self->spec->window.end_col];
  uint32_t n = 0, all = batch_count(in);
  for (uint32_t i = 0; i < all; i++) {
    uint32_t row = batch_row(in, i);
    if (!vector_valid(starts, row) || !vector_valid(ends, row)) continue;
    rows[n] = (uint16_t)row;
    bounds[n++] = (Bounds){((const Micros *)starts->data)[vector_at(starts, row)],
                           ((const Micros *)ends->data)[vector_at(ends, row)]};
  }
  op->ctx->null_time_rows += all - n; /* of an outer join: in no window */
  if (op->ctx->chunk_watermark_us > self->passed_us) {
    TRY(fire_until(self, op->ctx->chunk_watermark_us));
  }
  TRY(in->mark != NULL ? add_marked(self, in, rows, bounds, n)
                       : add_runs(self, in, rows, bounds, n));
  self->arrived += in->rows;
  return OK;
}

/* --- state -------------------------------------------------------------------------- */

enum { ARRIVED_VERSION = 1 };

static const char arrived_section[] = "arrived";

static Code attached_agg_save(Op *op, StateSink *to) {
  OpAttachedAgg *self = (OpAttachedAgg *)op;
  StateOut out;
  assert(!self->firing && self->passed_us <= op->watermark_us);
  state_begin(&out, to, arrived_section, ARRIVED_VERSION);
  state_put_u64(&out, self->arrived);
  return state_end(&out) && open_windows_save(&self->windows, to) ? OK : op_no_memory(op);
}

static Code attached_agg_load(Op *op, StateIn *in) {
  OpAttachedAgg *self = (OpAttachedAgg *)op;
  if (strcmp(in->section, "window") == 0) {
    return open_windows_load(&self->windows, &self->clock, in) ? OK : op_no_memory(op);
  }
  if (strcmp(in->section, arrived_section) != 0 || in->version != ARRIVED_VERSION) state_bad(in);
  /* Rows of a key count on from those of whoever had it. */
  uint64_t arrived = state_get_u64(in);
  if (arrived > self->arrived) self->arrived = arrived;
  return OK;
}

static Code attached_agg_loaded(Op *op) {
  ((OpAttachedAgg *)op)->passed_us = op->watermark_us;
  return OK;
}

/* --- life --------------------------------------------------------------------------- */

static void attached_agg_pending(const Op *op, OpPending *out) {
  const OpAttachedAgg *self = (const OpAttachedAgg *)op;
  out->n_windows = self->windows.n;
  if (self->windows.n == 0) return;
  const OpenWindow *first = self->windows.items[0];
  out->zone = self->clock.zone;
  out->start_us = first->start_us;
  out->end_us = first->end_us;
  out->last_us = first->last_us;
}

static Code attached_agg_open(Op *op) {
  OpAttachedAgg *self = (OpAttachedAgg *)op;
  const WindowAggSpec *spec = self->spec;
  uint32_t n_values = spec->n_keys + spec->n_aggs;
  bool ok = group_output_init(&self->out, &self->arena, self->output, n_values + 3, n_values) &&
            group_layout_init(&self->layout, spec->keys, spec->n_keys, spec->aggs, spec->n_aggs,
                              self->input, self->n_input, false);
  if (!ok) return op_no_memory(op);
  self->windows.layout = &self->layout;
  self->clock = window_clock(&spec->window, op->ctx->env);
  self->passed_us = MICROS_MIN;
  return OK;
}

static void attached_agg_close(Op *op) {
  OpAttachedAgg *self = (OpAttachedAgg *)op;
  open_windows_deinit(&self->windows);
  group_layout_deinit(&self->layout);
  arena_deinit(&self->arena);
}

static const OpTable attached_agg_table = {.name = "WindowAggregate",
                                           .size = sizeof(OpAttachedAgg),
                                           .open = attached_agg_open,
                                           .push = attached_agg_push,
                                           .fire = attached_agg_fire,
                                           .pending = attached_agg_pending,
                                           .save = attached_agg_save,
                                           .load = attached_agg_load,
                                           .loaded = attached_agg_loaded,
                                           .close = attached_agg_close};

Op *op_attached_agg_new(const WindowAggSpec *spec, const FormatField *input, uint32_t n_input,
                        const FormatField *output, OpContext *ctx) {
  OpAttachedAgg *self = (OpAttachedAgg *)op_new(&attached_agg_table, ctx);
  if (self == NULL) return NULL;
  self->spec = spec;
  self->input = input;
  self->n_input = n_input;
  self->output = output;
  return &self->op;
}
