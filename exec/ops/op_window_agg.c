/* op_window_agg.c -- TUMBLE and HOP with aggregates: rows into slices, slices into windows.
 *
 * Every row is folded once, into the slice its time falls into, whatever the overlap of windows.
 * When the watermark reaches a window's last instant the window is the merge of its slices (for
 * TUMBLE the one slice itself); a slice is freed whole after its last window.
 *
 *   slices_ ... sorted by start, each a table of groups in hash order
 *   passed_us . the watermark up to which windows have fired: a window whose last instant is not
 *               above it never fires (again), which is what makes a row late
 *   early ..... windows that had to be closed in the middle of a chunk because a late but usable
 *               row (batch->mark) must not be seen by them; they wait here for fire
 *
 * Output order: window end, window start, key hash, key.  One thread; nothing blocks: fire gives
 * one batch at a time.
 */
#include <stdlib.h>
#include <string.h>

#include "exec/ops/groups.h"
#include "exec/ops/ops.h"
#include "exec/ops/window.h"

typedef struct Slice {
  Micros start_us;
  Groups groups;
} Slice;

/* A window on its way out. */
typedef struct Closed {
  Micros end_us;
  Groups *groups;
  bool owned; /* made by merging; else it is slices[0]'s and goes with it */
} Closed;

typedef struct OpWindowAgg {
  Op op;
  const WindowAggSpec *spec;
  const FormatField *input, *output;
  uint32_t n_input;
  WindowClock clock;
  GroupLayout layout;
  Slice **slices;
  uint32_t n_slices, cap_slices;
  uint32_t last_hit; /* index of the slice used last */
  Micros passed_us, due_us;
  Micros passed_end_us; /* end of the last window closed at passed_us; MICROS_MAX: all ends there */
  Closed *early;
  uint32_t n_early, cap_early, early_at;
  Closed current; /* groups NULL: none */
  uint64_t expected_groups;
  uint64_t arrived; /* rows before the batch in hand */
  Arena arena;
  GroupOutput out; /* behind the values: window_start, window_end, window_time, constant */
} OpWindowAgg;

/* --- slices --------------------------------------------------------------------------------------
 */

/* Index of the first slice with start >= start_us. */
static uint32_t slice_index(const OpWindowAgg *self, Micros start_us) {
  uint32_t low = 0, high = self->n_slices;
  while (low < high) {
    uint32_t mid = (low + high) / 2;
    if (self->slices[mid]->start_us < start_us) {
      low = mid + 1;
    } else {
      high = mid;
    }
  }
  return low;
}

static Slice *slice_new(OpWindowAgg *self, uint32_t at, Micros start_us) {
  if (self->n_slices == self->cap_slices) {
    uint32_t cap = self->cap_slices > 0 ? self->cap_slices * 2 : 4;
    Slice **wider = realloc(self->slices, cap * sizeof *wider);
    if (wider == NULL) return NULL;
    self->slices = wider;
    self->cap_slices = cap;
  }
  Slice *s = calloc(1, sizeof *s);
  if (s == NULL) return NULL;
  s->start_us = start_us;
  if (!groups_init(&s->groups, &self->layout, self->expected_groups)) {
    free(s);
    return NULL;
  }
  memmove(&self->slices[at + 1], &self->slices[at], (self->n_slices - at) * sizeof s);
  self->slices[at] = s;
  self->n_slices++;
  return s;
}

static Slice *slice_of(OpWindowAgg *self, Micros start_us) {
  uint32_t at = self->last_hit;
  if (at >= self->n_slices || self->slices[at]->start_us != start_us) {
    at = slice_index(self, start_us);
    self->last_hit = at;
  }
  if (at < self->n_slices && self->slices[at]->start_us == start_us) return self->slices[at];
  return slice_new(self, at, start_us);
}

static void slice_free(Slice *s) {
  groups_deinit(&s->groups);
  free(s);
}

/* Forget the first n slices. */
static void drop_slices(OpWindowAgg *self, uint32_t n) {
  if (n == 0) return;
  for (uint32_t i = 0; i < n; i++) {
    self->expected_groups = self->slices[i]->groups.table.n;
    slice_free(self->slices[i]);
  }
  self->n_slices -= n;
  memmove(self->slices, self->slices + n, self->n_slices * sizeof *self->slices);
}

/* --- closing windows ---------------------------------------------------------------- */

/* Has the window with this end fired, or been passed by the watermark?  Where the clock is put
 * forward two ends may fall on one instant. */
static bool end_passed(const OpWindowAgg *self, Micros end_us) {
  Micros last = window_last_instant(&self->clock, end_us);
  return last < self->passed_us || (last == self->passed_us && end_us <= self->passed_end_us);
}

static void pass_window(OpWindowAgg *self, Micros end_us) {
  self->passed_us = window_last_instant(&self->clock, end_us);
  self->passed_end_us = end_us;
}

/* The watermark stands at until_us, and all windows it completes have been closed. */
static void pass_until(OpWindowAgg *self, Micros until_us) {
  if (until_us < self->passed_us) return;
  self->passed_us = until_us;
  self->passed_end_us = MICROS_MAX;
}

/* The end of the next window that has rows and has not fired; MICROS_MAX: there is none.  Slices
 * without a window left are dropped on the way. */
static Micros next_end(OpWindowAgg *self) {
  while (self->n_slices > 0) {
    Micros start = self->slices[0]->start_us;
    Micros end = window_first_end(&self->clock, start), last = window_last_end(&self->clock, start);
    while (end <= last && end_passed(self, end)) end += self->clock.slide_us;
    if (end <= last) return end;
    drop_slices(self, 1);
  }
  return MICROS_MAX;
}

/* Merge the slices of the window that ends at end_us.  For one slice that no later window
 * needs (always so with TUMBLE) nothing is copied. */
static Code close_window(OpWindowAgg *self, Micros end_us, Closed *out) {
  uint32_t n = slice_index(self, end_us);
  assert(n > 0 && self->slices[0]->start_us >= end_us - self->clock.size_us);
  *out = (Closed){.end_us = end_us};
  if (n == 1 && window_last_end(&self->clock, self->slices[0]->start_us) == end_us) {
    out->groups = &self->slices[0]->groups;
    return OK;
  }
  Groups *merged = calloc(1, sizeof *merged);
  if (merged == NULL) return op_no_memory(&self->op);
  bool ok = groups_init(merged, &self->layout, self->slices[0]->groups.table.n);
  for (uint32_t i = 0; ok && i < n; i++) ok = groups_merge(merged, &self->slices[i]->groups);
  out->groups = merged;
  out->owned = true;
  return ok ? OK : op_no_memory(&self->op);
}

static void closed_free(OpWindowAgg *self, Closed *c) {
  if (c->groups == NULL) return;
  if (c->owned) {
    groups_deinit(c->groups);
    free(c->groups);
  } else {
    assert(self->n_slices > 0 && c->groups == &self->slices[0]->groups);
    drop_slices(self, 1);
  }
  *c = (Closed){0};
}

static Code remember_early(OpWindowAgg *self, Closed c) {
  if (self->n_early == self->cap_early) {
    uint32_t cap = self->cap_early > 0 ? self->cap_early * 2 : 4;
    Closed *wider = realloc(self->early, cap * sizeof *wider);
    if (wider == NULL) return op_no_memory(&self->op);
    self->early = wider;
    self->cap_early = cap;
  }
  self->early[self->n_early++] = c;
  return OK;
}

/* Take the groups of the first slice out of it, so that they outlive it. */
static Code detach(OpWindowAgg *self, Closed *c) {
  if (c->owned) return OK;
  Groups *own = malloc(sizeof *own);
  if (own == NULL) return op_no_memory(&self->op);
  *own = *c->groups;
  free(self->slices[0]);
  self->n_slices--;
  memmove(self->slices, self->slices + 1, self->n_slices * sizeof *self->slices);
  c->groups = own;
  c->owned = true;
  return OK;
}

/* Close now what a watermark of until_us completes: the rows that follow must not get in. */
static Code close_until(OpWindowAgg *self, Micros until_us) {
  for (;;) {
    Micros end = next_end(self);
    if (end == MICROS_MAX || window_last_instant(&self->clock, end) > until_us) break;
    Closed c;
    TRY(close_window(self, end, &c));
    TRY(detach(self, &c));
    TRY(remember_early(self, c));
    pass_window(self, end);
  }
  pass_until(self, until_us);
  return OK;
}

/* --- rows in ------------------------------------------------------------------------ */

static bool slice_is_late(const OpWindowAgg *self, Micros slice_us) {
  return end_passed(self, window_last_end(&self->clock, slice_us));
}

static bool slice_in_gap(const OpWindowAgg *self, Micros slice_us) {
  return slice_us >= window_last_end(&self->clock, slice_us);
}

/* Rows of one slice, all early enough or all late. */
static Code add_run(OpWindowAgg *self, Micros slice_us, OpPort port, const Batch *in,
                    const uint16_t *rows, uint32_t n) {
  if (slice_in_gap(self, slice_us)) return OK;
  if (slice_is_late(self, slice_us)) {
    self->op.ctx->late_rows +=
        port == PORT_PARTIALS ? groups_partial_rows(&self->layout, in, rows, n) : n;
    return OK;
  }
  Slice *s = slice_of(self, slice_us);
  if (s == NULL) return op_no_memory(&self->op);
  bool ok = port == PORT_PARTIALS ? groups_add_partials(&s->groups, in, rows, n)
                                  : groups_add(&s->groups, in, self->arrived, rows, n);
  return ok ? OK : op_no_memory(&self->op);
}

/* Rows of one slice after the other, those of a slice in input order.  Few slices are the rule, so
 * each pass takes one slice out; with many the passes would be quadratic, and rows are added in
 * runs of neighbours instead. */
static Code add_slices(OpWindowAgg *self, OpPort port, const Batch *in, uint16_t *rows,
                       Micros *slices, uint32_t n) {
  enum { PASSES_MAX = 8 };
  uint16_t same[BATCH_ROWS];
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
  for (uint32_t i = 0, end; i < n; i = end) {
    for (end = i + 1; end < n && slices[end] == slices[i];) end++;
    TRY(add_run(self, slices[i], port, in, rows + i, end - i));
  }
  return OK;
}

/* Rows whose place in the stream matters: what a row's watermark completes is closed before it.
 * Rows between two such closings are folded together. */
static Code add_marked(OpWindowAgg *self, const Batch *in, const Micros *times,
                       const uint16_t *rows, uint32_t n) {
  uint16_t run[BATCH_ROWS];
  Micros slices[BATCH_ROWS];
  for (uint32_t i = 0; i < n;) {
    TRY(close_until(self, in->mark[rows[i]]));
    uint32_t m = 0;
    while (i < n && in->mark[rows[i]] <= self->passed_us) run[m++] = rows[i++];
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
  if (op->ctx->chunk_watermark_us > self->passed_us) {
    TRY(close_until(self, op->ctx->chunk_watermark_us));
  }
  uint32_t n = batch_count(in);
  batch_rows(in, rows);
  if (port == PORT_PARTIALS) {
    const Micros *starts = in->cols[self->layout.partial_key.n].data;
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

/* --- windows out -------------------------------------------------------------------- */

static void window_agg_advance(Op *op, Micros watermark_us) {
  ((OpWindowAgg *)op)->due_us = watermark_us;
}

static void window_agg_finish(Op *op) { ((OpWindowAgg *)op)->due_us = MICROS_MAX; }

static void window_agg_pending(const Op *op, OpPending *out) {
  const OpWindowAgg *self = (const OpWindowAgg *)op;
  for (uint32_t i = 0; i < self->n_slices && out->n_windows == 0; i++) {
    Micros start = self->slices[i]->start_us;
    Micros end = window_first_end(&self->clock, start), last = window_last_end(&self->clock, start);
    while (end <= last && end_passed(self, end)) end += self->clock.slide_us;
    if (end > last) continue;
    *out = (OpPending){.n_windows = 1,
                       .start_us = end - self->clock.size_us,
                       .end_us = end,
                       .last_us = window_last_instant(&self->clock, end),
                       .zone = self->clock.zone};
  }
}

/* Choose the next window to give out; current.groups stays NULL when none is due. */
static Code choose_window(OpWindowAgg *self) {
  if (self->early_at < self->n_early) {
    self->current = self->early[self->early_at++];
    if (self->early_at == self->n_early) self->early_at = self->n_early = 0;
    return OK;
  }
  Micros end = next_end(self);
  if (end == MICROS_MAX || window_last_instant(&self->clock, end) > self->due_us) {
    if (self->due_us != MICROS_MAX) pass_until(self, self->due_us);
    return OK;
  }
  TRY(close_window(self, end, &self->current));
  pass_window(self, end);
  return OK;
}

static void store_constant(Vector *v, Micros us) {
  v->constant = true;
  v->valid = NULL;
  *(Micros *)v->data = us;
}

/* The next batch of the window in hand; *n = 0: it has given all. */
static Code emit_batch(OpWindowAgg *self, uint32_t *n) {
  GroupOutput *o = &self->out;
  TRY(groups_emit(self->current.groups, &self->op, o, n));
  if (*n == 0) return OK;
  Micros end = self->current.end_us, start = end - self->clock.size_us;
  store_constant(&o->cols[o->n_values], start);
  store_constant(&o->cols[o->n_values + 1], end);
  store_constant(&o->cols[o->n_values + 2], window_time(&self->clock, end));
  self->op.ctx->tag = (OrderTag){end, start};
  return op_emit(&self->op, PORT_ROWS, &(Batch){.rows = *n, .n_cols = o->n_cols, .cols = o->cols});
}

static Code window_agg_fire(Op *op, bool *more) {
  OpWindowAgg *self = (OpWindowAgg *)op;
  if (self->current.groups == NULL) TRY(choose_window(self));
  if (self->current.groups == NULL) return OK;
  *more = true;
  uint32_t n;
  TRY(emit_batch(self, &n));
  if (n == 0) closed_free(self, &self->current);
  return OK;
}

/* --- life --------------------------------------------------------------------------- */

static Code window_agg_open(Op *op) {
  OpWindowAgg *self = (OpWindowAgg *)op;
  const WindowAggSpec *spec = self->spec;
  uint32_t n_values = spec->n_keys + spec->n_aggs;
  bool ok = group_output_init(&self->out, &self->arena, self->output, n_values + 3, n_values) &&
            group_layout_init(&self->layout, spec->keys, spec->n_keys, spec->aggs, spec->n_aggs,
                              self->input, self->n_input, false);
  if (!ok) return op_no_memory(op);
  self->clock = window_clock(&spec->window, op->ctx->env);
  self->passed_us = self->due_us = self->passed_end_us = MICROS_MIN;
  return OK;
}

static void window_agg_close(Op *op) {
  OpWindowAgg *self = (OpWindowAgg *)op;
  closed_free(self, &self->current);
  for (uint32_t i = self->early_at; i < self->n_early; i++) closed_free(self, &self->early[i]);
  drop_slices(self, self->n_slices);
  free(self->early);
  free(self->slices);
  group_layout_deinit(&self->layout);
  arena_deinit(&self->arena);
}

static const OpTable window_agg_table = {.name = "WindowAggregate",
                                         .size = sizeof(OpWindowAgg),
                                         .open = window_agg_open,
                                         .push = window_agg_push,
                                         .advance = window_agg_advance,
                                         .fire = window_agg_fire,
                                         .finish = window_agg_finish,
                                         .pending = window_agg_pending,
                                         .close = window_agg_close};

Op *op_window_agg_new(const WindowAggSpec *spec, const FormatField *input, uint32_t n_input,
                      const FormatField *output, OpContext *ctx) {
  OpWindowAgg *self = (OpWindowAgg *)op_new(&window_agg_table, ctx);
  if (self == NULL) return NULL;
  self->spec = spec;
  self->input = input;
  self->n_input = n_input;
  self->output = output;
  return &self->op;
}
