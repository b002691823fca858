/* op_window_tvf.c -- TUMBLE, HOP and CUMULATE without aggregation: every row once for each window
 * it is in, in the order of window ends, at once.  No row is late here.
 *
 * Where a row is in one window at most, the input's columns are shared and three columns are put
 * beside them.  Else rows gather in pending arrays and go out a batch at a time, however many
 * windows a row has.
 */
#include <string.h>

#include "exec/data/gather.h"
#include "exec/ops/ops.h"
#include "exec/ops/window.h"

/* window_start, window_end, window_time of rows on their way out. */
typedef struct WindowColumns {
  Micros start[BATCH_ROWS], end[BATCH_ROWS], time[BATCH_ROWS];
} WindowColumns;

typedef struct OpWindowTvf {
  Op op;
  const WindowTvfSpec *spec;
  uint32_t n_input;
  const FormatField *input;
  WindowClock clock;
  bool single;       /* no row is in two windows */
  Vector *cols;      /* as they are sent: the input's and three more */
  ColumnRoom *room;  /* of the input's columns */
  uint32_t n;        /* pending rows, of the input in hand */
  Micros last_slice; /* of the row before, if its windows are the last `run` pending */
  uint32_t run;      /* 0: they are not */
  uint16_t from[BATCH_ROWS];
  WindowColumns window;
  Micros mark[BATCH_ROWS];
  uint8_t kind[BATCH_ROWS];
  Arena arena;
} OpWindowTvf;

static void set_window(OpWindowTvf *self, uint32_t at, Micros end) {
  self->window.end[at] = end;
  self->window.start[at] = window_start(&self->clock, end);
  self->window.time[at] = window_time(&self->clock, end);
}

static Code emit_rows(OpWindowTvf *self, Batch out) {
  Vector *more = self->cols + self->n_input;
  Type wall = type_not_null(type_time(TYPE_TIMESTAMP, 3));
  Type time = type_not_null(type_time(self->spec->window.time_type.kind, 3));
  more[0] = (Vector){.type = wall, .data = self->window.start};
  more[1] = (Vector){.type = wall, .data = self->window.end};
  more[2] = (Vector){.type = time, .data = self->window.time};
  out.cols = self->cols;
  out.n_cols = self->n_input + 3;
  out.hash = NULL;
  return op_emit(&self->op, PORT_ROWS, &out);
}

/* --- at most one window a row ------------------------------------------------------- */

static Code push_single(OpWindowTvf *self, const Batch *in, uint16_t *rows, uint32_t n,
                        const Micros *slices) {
  uint32_t m = 0;
  Micros slice = MICROS_MIN;
  for (uint32_t i = 0; i < n; i++) {
    uint16_t row = rows[i];
    if (slices[i] == slice) { /* the row before is in the same window */
      uint16_t before = rows[m - 1];
      self->window.start[row] = self->window.start[before];
      self->window.end[row] = self->window.end[before];
      self->window.time[row] = self->window.time[before];
    } else {
      Micros end = window_first_end(&self->clock, slices[i]);
      if (end > window_last_end(&self->clock, slices[i])) continue; /* between two windows */
      set_window(self, row, end);
      slice = slices[i];
    }
    rows[m++] = row;
  }
  if (m == 0) return OK;
  Batch out = *in;
  out.sel = rows;
  out.n_sel = m;
  memcpy(self->cols, in->cols, self->n_input * sizeof *self->cols);
  return emit_rows(self, out);
}

/* --- several windows a row ---------------------------------------------------------- */

static Code emit_pending(OpWindowTvf *self, const Batch *in) {
  if (self->n == 0) return OK;
  Pick pick = pick_rows(self->from, self->n);
  for (uint32_t c = 0; c < self->n_input; c++) {
    self->cols[c] = gather_column(&self->room[c], &in->cols[c], pick);
  }
  Batch out = {.rows = self->n};
  if (in->mark != NULL) {
    gather(self->mark, in->mark, sizeof *in->mark, pick);
    out.mark = self->mark;
  }
  if (in->kind != NULL) {
    gather(self->kind, in->kind, sizeof *in->kind, pick);
    out.kind = self->kind;
  }
  self->n = self->run = 0;
  return emit_rows(self, out);
}

/* The row has the windows of the row before: repeat those. */
static void repeat_windows(OpWindowTvf *self, uint16_t row) {
  WindowColumns *w = &self->window;
  uint32_t at = self->n, run = self->run;
  memcpy(w->start + at, w->start + at - run, run * sizeof *w->start);
  memcpy(w->end + at, w->end + at - run, run * sizeof *w->end);
  memcpy(w->time + at, w->time + at - run, run * sizeof *w->time);
  for (uint32_t i = 0; i < run; i++) self->from[at + i] = row;
  self->n += run;
}

static Code add_row(OpWindowTvf *self, const Batch *in, uint16_t row, Micros slice) {
  if (self->run > 0 && slice == self->last_slice && self->n + self->run <= BATCH_ROWS) {
    repeat_windows(self, row);
    return OK;
  }
  Micros end = window_first_end(&self->clock, slice), last = window_last_end(&self->clock, slice);
  uint32_t before = self->n;
  bool whole = true;
  for (; end <= last; end += self->clock.slide_us) {
    if (self->n == BATCH_ROWS) {
      TRY(emit_pending(self, in));
      whole = false;
    }
    set_window(self, self->n, end);
    self->from[self->n++] = row;
  }
  self->last_slice = slice;
  self->run = whole ? self->n - before : 0;
  return OK;
}

static Code push_many(OpWindowTvf *self, const Batch *in, const uint16_t *rows, uint32_t n,
                      const Micros *slices) {
  for (uint32_t i = 0; i < n; i++) TRY(add_row(self, in, rows[i], slices[i]));
  return emit_pending(self, in);
}

/* --- life --------------------------------------------------------------------------- */

static Code window_tvf_push(Op *op, OpPort port, const Batch *in) {
  OpWindowTvf *self = (OpWindowTvf *)op;
  assert(port == PORT_ROWS && in->n_cols == self->n_input);
  uint16_t rows[BATCH_ROWS];
  Micros slices[BATCH_ROWS], times[BATCH_ROWS];
  uint32_t n = batch_count(in);
  batch_rows(in, rows);
  const Vector *time = &in->cols[self->spec->window.time_col];
  assert(!gather_any_null(time, pick_rows(rows, n)));
  if (time->constant) gather_same(times, time->data, sizeof *times, in->rows);
  window_slices(&self->clock, time->constant ? times : time->data, rows, n, slices);
  return self->single ? push_single(self, in, rows, n, slices)
                      : push_many(self, in, rows, n, slices);
}

static Code window_tvf_open(Op *op) {
  OpWindowTvf *self = (OpWindowTvf *)op;
  uint32_t n = self->n_input;
  self->clock = window_clock(&self->spec->window, op->ctx->env);
  self->single = self->clock.size_us <= self->clock.slide_us;
  self->cols = arena_try_alloc(&self->arena, (n + 3) * sizeof *self->cols, 8);
  if (self->cols == NULL) return op_no_memory(op);
  if (self->single) return OK;
  const Type *types = field_types(&self->arena, self->input, n);
  if (types != NULL) self->room = column_rooms_new(&self->arena, types, n);
  return self->room != NULL ? OK : op_no_memory(op);
}

static void window_tvf_close(Op *op) { arena_deinit(&((OpWindowTvf *)op)->arena); }

static const OpTable window_tvf_table = {.name = "WindowTableFunction",
                                         .size = sizeof(OpWindowTvf),
                                         .open = window_tvf_open,
                                         .push = window_tvf_push,
                                         .close = window_tvf_close};

Op *op_window_tvf_new(const WindowTvfSpec *spec, const FormatField *input, uint32_t n_input,
                      OpContext *ctx) {
  assert(spec->window.kind == WINDOW_TUMBLE || spec->window.kind == WINDOW_HOP ||
         spec->window.kind == WINDOW_CUMULATE);
  OpWindowTvf *self = (OpWindowTvf *)op_new(&window_tvf_table, ctx);
  if (self == NULL) return NULL;
  self->spec = spec;
  self->input = input;
  self->n_input = n_input;
  return &self->op;
}
