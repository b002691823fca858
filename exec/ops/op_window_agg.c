/* op_window_agg.c -- TUMBLE, HOP and CUMULATE with aggregates: rows into slices, slices into
 * windows.
 *
 * Every row is folded once, into the slice its time falls into, whatever the overlap of windows.
 * When the watermark reaches a window's last instant its content is made of its slices:
 *
 *   TUMBLE ........... the one slice itself
 *   HOP .............. what slides over the slices (exec/ops/sliding.h); for aggregates that cannot
 *                      slide, and for windows that do not overlap, the slices merged
 *   CUMULATE ......... a running content, from the start of a round of windows to its end:
 *                      each step's slice is merged into it and freed
 *
 * passed_us is the watermark up to which windows have fired: a window whose last instant is not
 * above it never fires (again), which is what makes a row late.  A row that is late for its first
 * window but not for its last goes into what that window's firing has left.
 *
 * A window that a row in the middle of a chunk must not get into (batch->mark) is given out before
 * it, at once; what the chunk's end completes comes by fire, one batch at a time.  Output order:
 * window end, window start, key hash, key.  One thread.
 */
#include <stdlib.h>
#include <string.h>

#include "exec/ops/ops.h"
#include "exec/ops/sliding.h"
#include "exec/ops/window.h"

typedef enum ContentKind { MERGED, SLIDING, RUNNING } ContentKind;

typedef struct OpWindowAgg {
  Op op;
  const WindowAggSpec *spec;
  const FormatField *input, *output;
  uint32_t n_input;
  WindowClock clock;
  ContentKind kind;
  GroupLayout layout;
  Slices slices;
  Sliding sliding;
  Groups content;          /* MERGED: of the window in hand; RUNNING; layout NULL: none */
  Micros content_start_us; /* RUNNING: of the round */
  bool content_changed;    /* RUNNING: since it was given out */
  Micros passed_us, due_us;
  Micros passed_end_us; /* end of the last window closed at passed_us; MICROS_MAX: all ends there */
  Groups *firing;       /* what is given out now; NULL: nothing is */
  Micros firing_end_us;
  uint64_t arrived; /* rows before the batch in hand */
  Arena arena;
  GroupOutput out; /* behind the values: window_start, window_end, window_time, constant */
} OpWindowAgg;

/* --- which windows have passed ------------------------------------------------------ */

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

/* The first end among first, first + slide, ... last that has not passed; MICROS_MAX: none. */
static Micros first_open_end(const OpWindowAgg *self, Micros first, Micros last) {
  Micros slide = self->clock.slide_us, low = 0, high = (last - first) / slide + 1;
  while (low < high) {
    Micros mid = (low + high) / 2;
    if (end_passed(self, first + mid * slide)) {
      low = mid + 1;
    } else {
      high = mid;
    }
  }
  Micros end = first + low * slide;
  return end <= last ? end : MICROS_MAX;
}

static bool slice_done(const OpWindowAgg *self, Micros slice_us) {
  return end_passed(self, window_last_end(&self->clock, slice_us));
}

static bool slice_begun(const OpWindowAgg *self, Micros slice_us) {
  return end_passed(self, window_first_end(&self->clock, slice_us));
}

static bool slice_in_gap(const OpWindowAgg *self, Micros slice_us) {
  return slice_us >= window_last_end(&self->clock, slice_us);
}

/* --- content of windows ------------------------------------------------------------- */

static bool has_content(const OpWindowAgg *self) { return self->content.layout != NULL; }

static void drop_content(OpWindowAgg *self) {
  if (has_content(self)) groups_deinit(&self->content);
}

static Micros round_end(const OpWindowAgg *self) {
  return self->content_start_us + self->clock.size_us;
}

/* Forget what no window needs any more. */
static Code expire(OpWindowAgg *self) {
  while (self->slices.n > 0 && slice_done(self, slice_at(&self->slices, 0)->start_us)) {
    Slice *slice = slice_at(&self->slices, 0);
    if (slice->loaded && !sliding_unload(&self->sliding, slice)) return op_no_memory(&self->op);
    slices_drop_first(&self->slices);
  }
  if (self->kind == RUNNING && has_content(self) && end_passed(self, round_end(self))) {
    drop_content(self);
  }
  return OK;
}

/* The end of the next window that has something to give and has not fired; MICROS_MAX: none. */
static Micros next_end(const OpWindowAgg *self) {
  Micros end = MICROS_MAX;
  if (self->slices.n > 0) {
    Micros start = slice_at(&self->slices, 0)->start_us;
    end = first_open_end(self, window_first_end(&self->clock, start),
                         window_last_end(&self->clock, start));
  }
  if (self->kind != RUNNING || !has_content(self)) return end;
  if (self->spec->window.only_on_update && !self->content_changed) return end;
  Micros step =
      first_open_end(self, self->content_start_us + self->clock.slide_us, round_end(self));
  return step < end ? step : end;
}

static Code load_slices(OpWindowAgg *self, uint32_t n) {
  /* Those that are not loaded are the newest: nothing is loaded but for a window, from the oldest
   * on, and what comes later to an older slice counts as loaded. */
  uint32_t first = n;
  while (first > 0 && !slice_at(&self->slices, first - 1)->loaded) first--;
  for (uint32_t i = first; i < n; i++) {
    if (!sliding_load(&self->sliding, slice_at(&self->slices, i))) return op_no_memory(&self->op);
  }
  return OK;
}

/* A window of one slice that no other needs is that slice; else a merge of all of them. */
static Code merge_slices(OpWindowAgg *self, Micros end_us, uint32_t n, Groups **out) {
  Slice *first = slice_at(&self->slices, 0);
  *out = &first->groups;
  if (n == 1 && window_last_end(&self->clock, first->start_us) == end_us) return OK;
  *out = &self->content;
  bool ok = groups_init(&self->content, &self->layout, first->groups.table.n);
  for (uint32_t i = 0; ok && i < n; i++) {
    ok = groups_merge(&self->content, &slice_at(&self->slices, i)->groups);
  }
  return ok ? OK : op_no_memory(&self->op);
}

/* The running content of the round that starts there; made where it is missing. */
static Groups *running_content(OpWindowAgg *self, Micros start_us) {
  if (has_content(self) && self->content_start_us != start_us) drop_content(self);
  self->content_start_us = start_us;
  self->content_changed = true;
  uint64_t expected = self->slices.expected_groups;
  if (!has_content(self) && !groups_init(&self->content, &self->layout, expected)) return NULL;
  return &self->content;
}

/* The step that ends there: its slice, if it has one, goes into the running content. */
static Code run_on(OpWindowAgg *self, Micros end_us, uint32_t n) {
  assert(n <= 1);
  if (n == 1) {
    bool first = !has_content(self) || self->content_start_us != window_start(&self->clock, end_us);
    Groups *content = running_content(self, window_start(&self->clock, end_us));
    if (content == NULL) return op_no_memory(&self->op);
    Groups *step = &slice_at(&self->slices, 0)->groups;
    if (first) {
      Groups empty = *content;
      *content = *step;
      *step = empty;
    } else if (!groups_merge(content, step)) {
      return op_no_memory(&self->op);
    }
    slices_drop_first(&self->slices);
  }
  self->content_changed = false;
  return OK;
}

static Code begin_firing(OpWindowAgg *self, Micros end_us) {
  uint32_t n = slices_before(&self->slices, end_us);
  self->firing_end_us = end_us;
  pass_window(self, end_us);
  switch (self->kind) {
    case MERGED:
      return merge_slices(self, end_us, n, &self->firing);
    case SLIDING:
      self->firing = &self->sliding.live;
      return load_slices(self, n);
    case RUNNING:
      self->firing = &self->content;
      return run_on(self, end_us, n);
  }
  return OK;
}

static void end_firing(OpWindowAgg *self) {
  self->firing = NULL;
  if (self->kind == MERGED) drop_content(self);
}

/* --- windows out -------------------------------------------------------------------- */

/* The next batch of the window in hand; *n = 0: it has given all. */
static Code emit_batch(OpWindowAgg *self, uint32_t *n) {
  GroupOutput *o = &self->out;
  if (self->layout.notes_changes) {
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
    TRY(expire(self));
    Micros end = next_end(self);
    *more = end != MICROS_MAX && window_last_instant(&self->clock, end) <= until_us;
    if (!*more) {
      if (until_us != MICROS_MAX) pass_until(self, until_us);
      return OK;
    }
    TRY(begin_firing(self, end));
  }
  *more = true;
  uint32_t n;
  TRY(emit_batch(self, &n));
  if (n == 0) end_firing(self);
  return OK;
}

/* Give out now what a watermark of until_us completes: the rows that follow must not get in. */
static Code fire_until(OpWindowAgg *self, Micros until_us) {
  for (bool more = true; more;) TRY(fire_step(self, until_us, &more));
  return OK;
}

static void window_agg_advance(Op *op, Micros watermark_us) {
  ((OpWindowAgg *)op)->due_us = watermark_us;
}

static void window_agg_finish(Op *op) { ((OpWindowAgg *)op)->due_us = MICROS_MAX; }

static Code window_agg_fire(Op *op, bool *more) {
  OpWindowAgg *self = (OpWindowAgg *)op;
  return fire_step(self, self->due_us, more);
}

/* --- rows in ------------------------------------------------------------------------ */

static Code drop_late(OpWindowAgg *self, OpPort port, const Batch *in, const uint16_t *rows,
                      uint32_t n) {
  if (port == PORT_ROWS) return op_drop_late(&self->op, in, rows, n);
  self->op.ctx->late_rows += groups_partial_rows(&self->layout, in, rows, n);
  return OK;
}

/* Rows of one slice, all early enough or all late. */
static Code add_run(OpWindowAgg *self, Micros slice_us, OpPort port, const Batch *in,
                    const uint16_t *rows, uint32_t n) {
  if (slice_in_gap(self, slice_us)) return OK;
  if (slice_done(self, slice_us)) return drop_late(self, port, in, rows, n);
  bool begun = self->kind != MERGED && slice_begun(self, slice_us);
  Groups *groups;
  if (begun && self->kind == RUNNING) {
    Micros round = window_start(&self->clock, window_last_end(&self->clock, slice_us));
    groups = running_content(self, round);
  } else {
    Slice *slice = slices_get(&self->slices, slice_us);
    if (slice == NULL) return op_no_memory(&self->op);
    if (begun) {
      bool ok = sliding_add(&self->sliding, slice, port, in, self->arrived, rows, n);
      return ok ? OK : op_no_memory(&self->op);
    }
    groups = &slice->groups;
  }
  bool ok =
      groups != NULL && (port == PORT_PARTIALS ? groups_add_partials(groups, in, rows, n)
                                               : groups_add(groups, in, self->arrived, rows, n));
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
  if (self->kind == MERGED || !slice_begun(self, first)) return OK;
  uint16_t begun[BATCH_ROWS];
  Micros begun_slices[BATCH_ROWS], last = first;
  uint32_t m = 0, left = 0;
  bool last_begun = true;
  for (uint32_t i = 0; i < *n; i++) {
    if (slices[i] != last) last_begun = slice_begun(self, last = slices[i]);
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
    TRY(fire_until(self, op->ctx->chunk_watermark_us));
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

/* --- life --------------------------------------------------------------------------- */

/* Open windows that end after after_us, of those from first to last. */
static uint64_t open_after(const OpWindowAgg *self, Micros first, Micros last, Micros after_us) {
  Micros end = first_open_end(self, first, last);
  if (end == MICROS_MAX || last <= after_us) return 0;
  Micros slide = self->clock.slide_us;
  if (end <= after_us) end += ((after_us - end) / slide + 1) * slide;
  return (uint64_t)((last - end) / slide) + 1;
}

static void window_agg_pending(const Op *op, OpPending *out) {
  const OpWindowAgg *self = (const OpWindowAgg *)op;
  Micros counted = MICROS_MIN;
  if (self->kind == RUNNING && has_content(self)) {
    out->n_windows =
        open_after(self, self->content_start_us + self->clock.slide_us, round_end(self), counted);
    counted = round_end(self);
  }
  for (uint32_t i = 0; i < self->slices.n; i++) {
    Micros start = slice_at(&self->slices, i)->start_us;
    Micros last = window_last_end(&self->clock, start);
    out->n_windows += open_after(self, window_first_end(&self->clock, start), last, counted);
    counted = last > counted ? last : counted;
  }
  Micros end = next_end(self);
  if (end == MICROS_MAX) return;
  out->zone = self->clock.zone;
  out->start_us = window_start(&self->clock, end);
  out->end_us = end;
  out->last_us = window_last_instant(&self->clock, end);
}

static ContentKind content_kind(const WindowAggSpec *spec) {
  const WindowSpec *w = &spec->window;
  if (w->kind == WINDOW_CUMULATE) return RUNNING;
  bool overlap = w->size_us > w->slide_us;
  return overlap && sliding_can(spec->aggs, spec->n_aggs) ? SLIDING : MERGED;
}

static Code window_agg_open(Op *op) {
  OpWindowAgg *self = (OpWindowAgg *)op;
  const WindowAggSpec *spec = self->spec;
  uint32_t n_values = spec->n_keys + spec->n_aggs;
  self->kind = content_kind(spec);
  bool ok = group_output_init(&self->out, &self->arena, self->output, n_values + 3, n_values) &&
            group_layout_init(&self->layout, spec->keys, spec->n_keys, spec->aggs, spec->n_aggs,
                              self->input, self->n_input, false);
  if (ok && self->kind == SLIDING) {
    ok = sliding_init(&self->sliding, &self->layout, spec->keys, spec->n_keys, self->input,
                      self->n_input);
  }
  if (!ok) return op_no_memory(op);
  if (self->kind == RUNNING && spec->window.only_on_update) {
    group_layout_note_changes(&self->layout);
  }
  self->slices.layout = &self->layout;
  self->clock = window_clock(&spec->window, op->ctx->env);
  self->passed_us = self->due_us = self->passed_end_us = MICROS_MIN;
  return OK;
}

static void window_agg_close(Op *op) {
  OpWindowAgg *self = (OpWindowAgg *)op;
  drop_content(self);
  slices_deinit(&self->slices);
  sliding_deinit(&self->sliding);
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
