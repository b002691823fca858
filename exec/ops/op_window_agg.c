/* op_window_agg.c -- TUMBLE, HOP and CUMULATE with aggregates.
 *
 * Every row is folded once, into the slice its time falls into, whatever the overlap of windows.
 * When the watermark reaches a window's last instant its content is made of its slices
 * (exec/ops/window_content.h).
 *
 * A window that has passed never fires (again), which is what makes a row late.  A row that is late
 * for its first window but not for its last goes into what that window's firing has left.
 *
 * A window that a row in the middle of a chunk must not get into (batch->mark) is given out before
 * it, at once; what the chunk's end completes comes by fire, one batch at a time.  Output order:
 * window end, window start, key hash, key.  One thread.
 */
#include <string.h>

#include "exec/ops/ops.h"
#include "exec/ops/window_content.h"

typedef struct OpWindowAgg {
  Op op;
  const WindowAggSpec *spec;
  const FormatField *input, *output;
  uint32_t n_input;
  WindowClock clock;
  WindowContent content;
  WindowsPassed passed;
  Groups *firing; /* what is given out now; NULL: nothing is */
  Micros firing_end_us;
  uint64_t arrived; /* rows before the batch in hand */
  Arena arena;
  GroupOutput out; /* behind the values: window_start, window_end, window_time, constant */
} OpWindowAgg;

/* --- windows out -------------------------------------------------------------------- */

/* The next batch of the window in hand; *n = 0: it has given all. */
static Code emit_batch(OpWindowAgg *self, uint32_t *n) {
  GroupOutput *o = &self->out;
  if (self->content.layout.notes_changes) {
    TRY(groups_emit_changed(self->firing, &self->op, o, n));
  } else {
    TRY(groups_emit(self->firing, &self->op, o, n));
  }
  if (*n == 0) return OK;
  Micros end = self->firing_end_us, start = window_start(&self->clock, end);
  window_columns(&self->clock, start, end, o->cols + o->n_values);
  self->op.ctx->tag = (OrderTag){end, start};
  return op_emit(&self->op, PORT_ROWS, &(Batch){.rows = *n, .n_cols = o->n_cols, .cols = o->cols});
}

/* Give out at most one batch of what a watermark of until_us completes; *more: call again. */
static Code fire_step(OpWindowAgg *self, Micros until_us, bool *more) {
  if (self->firing == NULL) {
    if (!window_content_expire(&self->content)) return op_no_memory(&self->op);
    Micros end = window_content_next_end(&self->content);
    *more = end != MICROS_MAX && window_last_instant(&self->clock, end) <= until_us;
    if (!*more) {
      if (until_us != MICROS_MAX) windows_pass(&self->passed, until_us);
      return OK;
    }
    windows_pass_one(&self->passed, end);
    self->firing_end_us = end;
    self->firing = window_content_of(&self->content, end);
    if (self->firing == NULL) return op_no_memory(&self->op);
  }
  *more = true;
  uint32_t n;
  TRY(emit_batch(self, &n));
  if (n > 0) return OK;
  self->firing = NULL;
  window_content_done(&self->content);
  return OK;
}

/* Give out now what a watermark of until_us completes: the rows that follow must not get in. */
static Code fire_until(OpWindowAgg *self, Micros until_us) {
  for (bool more = true; more;) TRY(fire_step(self, until_us, &more));
  return OK;
}

static Code window_agg_fire(Op *op, bool *more) {
  OpWindowAgg *self = (OpWindowAgg *)op;
  return fire_step(self, op_due_us(op), more);
}

/* --- rows in ------------------------------------------------------------------------ */

static Code drop_late(OpWindowAgg *self, OpPort port, const Batch *in, const uint16_t *rows,
                      uint32_t n) {
  if (port == PORT_ROWS) return op_drop_late(&self->op, in, rows, n);
  self->op.ctx->late_rows += groups_partial_rows(&self->content.layout, in, rows, n);
  return OK;
}

/* Rows of one slice, all early enough or all late; those in a gap between windows count for none.
 */
static Code add_run(OpWindowAgg *self, Micros slice_us, OpPort port, const Batch *in,
                    const uint16_t *rows, uint32_t n) {
  Micros last_end = window_last_end(&self->clock, slice_us);
  if (slice_us >= last_end) return OK;
  if (window_passed(&self->passed, last_end)) return drop_late(self, port, in, rows, n);
  bool ok = window_content_add(&self->content, slice_us, port, in, self->arrived, rows, n);
  return ok ? OK : op_no_memory(&self->op);
}

/* Rows in the order of input, in runs of neighbours that fall into one slice. */
static Code add_in_order(OpWindowAgg *self, OpPort port, const Batch *in, const uint16_t *rows,
                         const Micros *slices, uint32_t n) {
  for (uint32_t i = 0, end; i < n; i = end) {
    for (end = i + 1; end < n && slices[end] == slices[i];) end++;
    TRY(add_run(self, slices[i], port, in, rows + i, end - i));
  }
  return OK;
}

/* Take out the rows whose windows have begun, and add them first.  They all go into what is left of
 * one window, where sums of floating point show the order. */
static Code add_begun(OpWindowAgg *self, OpPort port, const Batch *in, uint16_t *rows,
                      Micros *slices, uint32_t *n) {
  Micros first = slices[0];
  for (uint32_t i = 1; i < *n; i++) first = slices[i] < first ? slices[i] : first;
  if (!window_content_begun(&self->content, first)) return OK;
  uint16_t begun[BATCH_ROWS];
  Micros begun_slices[BATCH_ROWS], last = first;
  uint32_t m = 0, left = 0;
  bool last_begun = true;
  for (uint32_t i = 0; i < *n; i++) {
    if (slices[i] != last) last_begun = window_content_begun(&self->content, last = slices[i]);
    if (last_begun) {
      begun[m] = rows[i];
      begun_slices[m++] = slices[i];
    } else {
      rows[left] = rows[i];
      slices[left++] = slices[i];
    }
  }
  *n = left;
  return add_in_order(self, port, in, begun, begun_slices, m);
}

/* Rows of one slice after the other, those of a slice in input order.  Few slices are the rule, so
 * each pass takes one slice out; with many the passes would be quadratic. */
static Code add_slices(OpWindowAgg *self, OpPort port, const Batch *in, uint16_t *rows,
                       Micros *slices, uint32_t n) {
  enum { PASSES_MAX = 8 };
  uint16_t same[BATCH_ROWS];
  TRY(add_begun(self, port, in, rows, slices, &n));
  for (int pass = 0; pass < PASSES_MAX && n > 0; pass++) {
    Micros slice = slices[0];
    uint32_t m = 0, left = 0;
    for (uint32_t i = 0; i < n; i++) {
      if (slices[i] == slice) {
        same[m++] = rows[i];
      } else {
        rows[left] = rows[i];
        slices[left++] = slices[i];
      }
    }
    TRY(add_run(self, slice, port, in, same, m));
    n = left;
  }
  return add_in_order(self, port, in, rows, slices, n);
}

/* Rows whose place in the stream matters: what a row's watermark completes is closed before it.
 * Rows between two such closings are folded together. */
static Code add_marked(OpWindowAgg *self, const Batch *in, const Micros *times,
                       const uint16_t *rows, uint32_t n) {
  uint16_t run[BATCH_ROWS];
  Micros slices[BATCH_ROWS];
  for (uint32_t i = 0; i < n;) {
    TRY(fire_until(self, in->mark[rows[i]]));
    uint32_t m = 0;
    while (i < n && in->mark[rows[i]] <= self->passed.us) run[m++] = rows[i++];
    window_slices(&self->clock, times, run, m, slices);
    TRY(add_slices(self, PORT_ROWS, in, run, slices, m));
  }
  return OK;
}

/* A time column as a plain array; a constant one is spread into scratch. */
static const Micros *plain_times(const Vector *v, uint32_t rows, Micros *scratch) {
  if (!v->constant) return v->data;
  for (uint32_t i = 0; i < rows; i++) scratch[i] = *(const Micros *)v->data;
  return scratch;
}

static Code add_batch(OpWindowAgg *self, OpPort port, const Batch *in) {
  const Op *op = &self->op;
  uint16_t rows[BATCH_ROWS];
  Micros slices[BATCH_ROWS], spread[BATCH_ROWS];
  if (op->ctx->chunk_watermark_us > self->passed.us) {
    TRY(fire_until(self, op->ctx->chunk_watermark_us));
  }
  uint32_t n = batch_count(in);
  batch_rows(in, rows);
  if (port == PORT_PARTIALS) {
    const Micros *starts = in->cols[self->content.layout.partial_key.n].data;
    for (uint32_t i = 0; i < n; i++) slices[i] = starts[rows[i]];
    return add_slices(self, port, in, rows, slices, n);
  }
  const Micros *times = plain_times(&in->cols[self->spec->window.time_col], in->rows, spread);
  if (in->mark != NULL) return add_marked(self, in, times, rows, n);
  window_slices(&self->clock, times, rows, n, slices);
  return add_slices(self, port, in, rows, slices, n);
}

static Code window_agg_push(Op *op, OpPort port, const Batch *in) {
  OpWindowAgg *self = (OpWindowAgg *)op;
  TRY(add_batch(self, port, in));
  self->arrived += in->rows;
  return OK;
}

/* --- state -------------------------------------------------------------------------- */

enum { PASSED_STATE_VERSION = 1 };

static Code window_agg_save(Op *op, StateSink *to) {
  OpWindowAgg *self = (OpWindowAgg *)op;
  StateOut out;
  assert(self->firing == NULL);
  state_begin(&out, to, "passed", PASSED_STATE_VERSION);
  state_put_i64(&out, self->passed.us);
  state_put_i64(&out, self->passed.end_us);
  state_put_u64(&out, self->arrived);
  return state_end(&out) && window_content_save(&self->content, to) ? OK : op_no_memory(op);
}

/* Slices that slid hold aggregates of newer ones too: they cannot be merged. */
static Code refuse_stacks(OpWindowAgg *self) {
  const WindowAggSpec *spec = self->spec;
  Error *err = self->op.ctx->err;
  for (uint32_t i = 0; i < spec->n_aggs; i++) {
    const AggCall *agg = &spec->aggs[i];
    if (sliding_can(agg, 1)) continue;
    const char *text = agg->text != NULL ? agg->text : agg->name;
    FAIL(err, ERR_STATE, agg->span, "with %s added, the state of this HOP window cannot be used",
         text);
    error_hint(err, "compute %s in a statement of its own", text);
    return ERR_STATE;
  }
  return FAIL(err, ERR_STATE, NO_SPAN, "the state of this HOP window is of another kind");
}

static Code window_agg_load(Op *op, StateIn *in) {
  OpWindowAgg *self = (OpWindowAgg *)op;
  if (strcmp(in->section, SLIDING_STACKS) == 0 && self->content.kind != SLIDING) {
    return refuse_stacks(self);
  }
  if (strcmp(in->section, "passed") != 0) {
    return window_content_load(&self->content, in) ? OK : op_no_memory(op);
  }
  if (in->version != PASSED_STATE_VERSION) state_bad(in);
  Micros us = state_get_i64(in), end_us = state_get_i64(in);
  uint64_t arrived = state_get_u64(in);
  windows_passed_join(&self->passed, us, end_us);
  /* What comes now is later than what came to any of them. */
  if (arrived > self->arrived) self->arrived = arrived;
  return OK;
}

static Code window_agg_loaded(Op *op) {
  return window_content_loaded(&((OpWindowAgg *)op)->content) ? OK : op_no_memory(op);
}

/* --- life --------------------------------------------------------------------------- */

static void window_agg_pending(const Op *op, OpPending *out) {
  window_content_pending(&((const OpWindowAgg *)op)->content, out);
}

static Code window_agg_open(Op *op) {
  OpWindowAgg *self = (OpWindowAgg *)op;
  const WindowAggSpec *spec = self->spec;
  uint32_t n_values = spec->n_keys + spec->n_aggs;
  self->clock = window_clock(&spec->window, op->ctx->env);
  windows_passed_init(&self->passed, &self->clock);
  bool ok = group_output_init(&self->out, &self->arena, self->output, n_values + 3, n_values) &&
            window_content_init(&self->content, spec, self->input, self->n_input, &self->passed);
  return ok ? OK : op_no_memory(op);
}

static void window_agg_close(Op *op) {
  OpWindowAgg *self = (OpWindowAgg *)op;
  window_content_deinit(&self->content);
  arena_deinit(&self->arena);
}

static const OpTable window_agg_table = {.name = "WindowAggregate",
                                         .size = sizeof(OpWindowAgg),
                                         .open = window_agg_open,
                                         .push = window_agg_push,
                                         .fire = window_agg_fire,
                                         .pending = window_agg_pending,
                                         .save = window_agg_save,
                                         .load = window_agg_load,
                                         .loaded = window_agg_loaded,
                                         .close = window_agg_close};

Op *op_window_agg_new(const WindowAggSpec *spec, const FormatField *input, uint32_t n_input,
                      const FormatField *output, OpContext *ctx) {
  if (spec->window.kind == WINDOW_ATTACHED) {
    return op_attached_agg_new(spec, input, n_input, output, ctx);
  }
  OpWindowAgg *self = (OpWindowAgg *)op_new(&window_agg_table, ctx);
  if (self == NULL) return NULL;
  self->spec = spec;
  self->input = input;
  self->n_input = n_input;
  self->output = output;
  return &self->op;
}
