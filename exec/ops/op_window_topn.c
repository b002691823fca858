/* op_window_topn.c -- Top-N and deduplication: the first rows of each key in a window, given out
 * when the window closes in the order (end, start, key hash, key, rank).
 *
 * Of a window it keeps the rows that would be given out if it closed now, and less than as many
 * again that have fallen out since.
 */
#include "exec/ops/attached.h"
#include "exec/ops/ops.h"
#include "exec/ops/top_rows.h"

typedef struct TopWindow {
  AttachedWindow window;
  TopRows top;
} TopWindow;

typedef struct OpWindowTopN {
  Op op;
  const WindowTopNSpec *spec;
  const FormatField *input;
  uint32_t n_input;
  TopOrder how;
  Attached windows;
  TopWindow *firing; /* NULL: none */
  TopCursor cursor;
  uint64_t expected_keys;
  ColumnRoom *rooms;
  Vector *out; /* the input's columns and the rank */
  Arena arena;
} OpWindowTopN;

static void top_window_init(Op *op, AttachedWindow *w) {
  OpWindowTopN *self = (OpWindowTopN *)op;
  top_rows_init(&((TopWindow *)w)->top, &self->how, self->expected_keys);
}

static void top_window_deinit(AttachedWindow *w) { top_rows_deinit(&((TopWindow *)w)->top); }

static Code top_window_add(Op *op, AttachedWindow *w, OpPort port, const Batch *in,
                           const uint16_t *rows, uint32_t n) {
  assert(port == PORT_ROWS);
  return top_rows_add(&((TopWindow *)w)->top, in, rows, n) ? OK : op_no_memory(op);
}

static const RowLayout *top_window_layout(Op *op, OpPort port) {
  return port == PORT_ROWS ? &((OpWindowTopN *)op)->how.layout : NULL;
}

static bool top_window_hold(Op *op, AttachedWindow *w, OpPort port, RowsSave *rows) {
  (void)op, (void)port;
  return top_rows_hold(&((TopWindow *)w)->top, rows);
}

static void top_window_let_go(AttachedWindow *w) { top_rows_let_go(&((TopWindow *)w)->top); }

static const AttachedKind top_window_kind = {.bytes = sizeof(TopWindow),
                                             .init = top_window_init,
                                             .add = top_window_add,
                                             .deinit = top_window_deinit,
                                             .layout = top_window_layout,
                                             .hold = top_window_hold,
                                             .let_go = top_window_let_go};

static Code window_topn_push(Op *op, OpPort port, const Batch *in) {
  OpWindowTopN *self = (OpWindowTopN *)op;
  assert(in->kind == NULL);
  return attached_push(&self->windows, op, port, in, self->spec->start_col, self->spec->end_col);
}

static void window_topn_advance(Op *op, Micros watermark_us) {
  attached_advance(&((OpWindowTopN *)op)->windows, watermark_us);
}

static void window_topn_finish(Op *op) { window_topn_advance(op, MICROS_MAX); }

static void window_topn_pending(const Op *op, OpPending *out) {
  attached_pending(&((const OpWindowTopN *)op)->windows, out);
}

/* --- windows out -------------------------------------------------------------------- */

/* The next batch of the window in hand; *n = 0: it has given all. */
static Code emit_batch(OpWindowTopN *self, uint32_t *n) {
  uint32_t ids[BATCH_ROWS];
  int64_t ranks[BATCH_ROWS];
  const AttachedWindow *w = &self->firing->window;
  *n = top_rows_next(&self->firing->top, &self->cursor, self->spec->first, BATCH_ROWS, ids, ranks);
  if (*n == 0) return OK;
  rows_gather(&self->firing->top.rows, ids, *n, self->rooms, NULL, self->out);
  self->out[self->n_input] = (Vector){.type = type_not_null(type_of(TYPE_BIGINT)), .data = ranks};
  uint32_t n_cols = self->n_input + (self->spec->with_rank ? 1 : 0);
  self->op.ctx->tag = (OrderTag){w->end_us, w->start_us};
  return op_emit(&self->op, PORT_ROWS, &(Batch){.rows = *n, .n_cols = n_cols, .cols = self->out});
}

static Code window_topn_fire(Op *op, bool *more) {
  OpWindowTopN *self = (OpWindowTopN *)op;
  if (self->firing == NULL) {
    self->firing = (TopWindow *)attached_take(&self->windows);
    if (self->firing == NULL) return OK;
    self->cursor = (TopCursor){0};
    self->expected_keys = self->firing->top.table.n;
  }
  *more = true;
  uint32_t n;
  TRY(emit_batch(self, &n));
  if (n > 0) return OK;
  attached_free(&self->windows, &self->firing->window);
  self->firing = NULL;
  return OK;
}

/* --- life --------------------------------------------------------------------------- */

static Code window_topn_open(Op *op) {
  OpWindowTopN *self = (OpWindowTopN *)op;
  const WindowTopNSpec *spec = self->spec;
  assert(spec->first >= 1 && spec->first <= spec->last);
  attached_init(&self->windows, &top_window_kind, spec->time_type, op->ctx->env);
  self->how = (TopOrder){.order = spec->order,
                         .n_order = spec->n_order,
                         .most = spec->last,
                         .keep_last = spec->keep_last,
                         .keys = key_batch_new()};
  const Type *types = field_types(&self->arena, self->input, self->n_input);
  self->out = arena_try_alloc(&self->arena, (self->n_input + 1) * sizeof *self->out, 8);
  if (self->how.keys == NULL || types == NULL || self->out == NULL) return op_no_memory(op);
  self->rooms = column_rooms_new(&self->arena, types, self->n_input);
  bool ok = self->rooms != NULL &&
            row_layout_init(&self->how.layout, &self->arena, types, self->n_input) &&
            key_spec_of_rows(&self->how.key, &self->arena, types, spec->keys, spec->n_keys);
  return ok ? OK : op_no_memory(op);
}

static Code window_topn_save(Op *op, StateSink *to) {
  OpWindowTopN *self = (OpWindowTopN *)op;
  assert(self->firing == NULL);
  return attached_save(&self->windows, op, to);
}

static Code window_topn_load(Op *op, StateIn *in) {
  return attached_load(&((OpWindowTopN *)op)->windows, op, in);
}

static Code window_topn_loaded(Op *op) {
  attached_loaded(&((OpWindowTopN *)op)->windows, op);
  return OK;
}

static void window_topn_close(Op *op) {
  OpWindowTopN *self = (OpWindowTopN *)op;
  if (self->firing != NULL) attached_free(&self->windows, &self->firing->window);
  attached_deinit(&self->windows);
  key_batch_free(self->how.keys);
  arena_deinit(&self->arena);
}

static const OpTable window_topn_table = {.name = "WindowRank",
                                          .size = sizeof(OpWindowTopN),
                                          .open = window_topn_open,
                                          .push = window_topn_push,
                                          .advance = window_topn_advance,
                                          .fire = window_topn_fire,
                                          .finish = window_topn_finish,
                                          .pending = window_topn_pending,
                                          .save = window_topn_save,
                                          .load = window_topn_load,
                                          .loaded = window_topn_loaded,
                                          .close = window_topn_close};

Op *op_window_topn_new(const WindowTopNSpec *spec, const FormatField *input, uint32_t n_input,
                       OpContext *ctx) {
  OpWindowTopN *self = (OpWindowTopN *)op_new(&window_topn_table, ctx);
  if (self == NULL) return NULL;
  self->spec = spec;
  self->input = input;
  self->n_input = n_input;
  return &self->op;
}
