/* op_window_join.c -- pairs of rows of one window with equal keys, given out when it closes in the
 * order (end, start, key hash, key, left arrival, right arrival).
 *
 * Pairs are never stored: each step of firing takes up to BATCH_ROWS candidates, evaluates the
 * condition over them and sends those that stay.  A row without partner comes behind the pairs it
 * could have had, as a candidate of its own.
 */
#include <string.h>

#include "exec/expr/program.h"
#include "exec/ops/attached.h"
#include "exec/ops/join_rows.h"
#include "exec/ops/ops.h"

typedef struct JoinWindow {
  AttachedWindow window;
  JoinRows rows;
} JoinWindow;

/* Candidates in hand: numbers of rows, and which of them are pairs. */
typedef struct Candidates {
  uint32_t n;
  uint32_t left[BATCH_ROWS], right[BATCH_ROWS];
  bool pair[BATCH_ROWS];
} Candidates;

typedef struct OpWindowJoin {
  Op op;
  const WindowJoinSpec *spec;
  const FormatField *input[JOIN_SIDES];
  uint32_t n_input[JOIN_SIDES];
  JoinLayout layout;
  Attached windows;
  JoinWindow *firing; /* NULL: none */
  JoinCursor cursor;
  uint32_t left;           /* row of the last candidate with one */
  bool has_partner;        /* it has been in a pair */
  uint64_t *right_partner; /* bit per right row: it has been in a pair; NULL: nobody asks */
  uint64_t expected_keys;
  Program *condition; /* NULL: none */
  bool *used[JOIN_SIDES];
  ColumnRoom *rooms[JOIN_SIDES];
  Vector *out; /* left columns, right columns */
  Arena arena;
} OpWindowJoin;

static void join_window_init(Op *op, AttachedWindow *w) {
  OpWindowJoin *self = (OpWindowJoin *)op;
  join_rows_init(&((JoinWindow *)w)->rows, &self->layout, self->expected_keys);
}

static void join_window_deinit(AttachedWindow *w) { join_rows_deinit(&((JoinWindow *)w)->rows); }

static int side_of(OpPort port) {
  assert(port == PORT_ROWS || port == PORT_RIGHT);
  return port == PORT_RIGHT ? JOIN_RIGHT_SIDE : JOIN_LEFT_SIDE;
}

static Code join_window_add(Op *op, AttachedWindow *w, OpPort port, const Batch *in,
                            const uint16_t *rows, uint32_t n) {
  bool ok = join_rows_add(&((JoinWindow *)w)->rows, side_of(port), in, rows, n);
  return ok ? OK : op_no_memory(op);
}

static const RowLayout *join_window_layout(Op *op, OpPort port) {
  return &((OpWindowJoin *)op)->layout.rows[side_of(port)];
}

static bool join_window_hold(Op *op, AttachedWindow *w, OpPort port, RowsSave *rows) {
  const JoinLayout *l = &((OpWindowJoin *)op)->layout;
  int side = side_of(port);
  const Rows *stored = &((JoinWindow *)w)->rows.rows[side];
  *rows = (RowsSave){.rows = stored, .key = &l->key[side], .scratch = l->keys, .end = stored->n};
  return true;
}

static const AttachedKind join_window_kind = {.bytes = sizeof(JoinWindow),
                                              .init = join_window_init,
                                              .add = join_window_add,
                                              .deinit = join_window_deinit,
                                              .layout = join_window_layout,
                                              .hold = join_window_hold};

static Code window_join_push(Op *op, OpPort port, const Batch *in) {
  OpWindowJoin *self = (OpWindowJoin *)op;
  const WindowJoinSpec *spec = self->spec;
  assert(in->kind == NULL);
  if (side_of(port) == JOIN_LEFT_SIDE) {
    return attached_push(&self->windows, op, port, in, spec->left_start, spec->left_end);
  }
  return attached_push(&self->windows, op, port, in, spec->right_start, spec->right_end);
}

static void window_join_advance(Op *op, Micros watermark_us) {
  attached_advance(&((OpWindowJoin *)op)->windows, watermark_us);
}

static void window_join_finish(Op *op) { window_join_advance(op, MICROS_MAX); }

static void window_join_pending(const Op *op, OpPending *out) {
  attached_pending(&((const OpWindowJoin *)op)->windows, out);
}

/* --- pairs -------------------------------------------------------------------------- */

/* Set pair where both rows are there and the condition is TRUE. */
static Code find_pairs(OpWindowJoin *self, Candidates *c) {
  const Rows *rows = self->firing->rows.rows;
  for (uint32_t i = 0; i < c->n; i++) {
    c->pair[i] = c->left[i] != ROW_NONE && c->right[i] != ROW_NONE;
  }
  if (self->condition == NULL) return OK;
  uint16_t both[BATCH_ROWS], stay[BATCH_ROWS];
  uint32_t n = 0, n_stay;
  for (uint32_t i = 0; i < c->n; i++) {
    both[n] = (uint16_t)i;
    n += c->pair[i];
    c->pair[i] = false;
  }
  if (n == 0) return OK;
  Vector *right_out = self->out + self->n_input[0];
  rows_gather(&rows[0], c->left, c->n, self->rooms[0], self->used[0], self->out);
  rows_gather(&rows[1], c->right, c->n, self->rooms[1], self->used[1], right_out);
  Batch in = {.rows = c->n,
              .n_cols = self->n_input[0] + self->n_input[1],
              .cols = self->out,
              .sel = both,
              .n_sel = n};
  const OpContext *ctx = self->op.ctx;
  TRY(program_filter(self->condition, &in, ctx->now_us, stay, &n_stay, ctx->err));
  for (uint32_t i = 0; i < n_stay; i++) c->pair[stay[i]] = true;
  return OK;
}

/* Does this pair come out?  It is noted in any case. */
static bool take_pair(OpWindowJoin *self, uint32_t right) {
  bool first = !self->has_partner;
  self->has_partner = true;
  if (self->right_partner != NULL) bit_set(self->right_partner, right);
  if (self->spec->kind == JOIN_ANTI) return false;
  return self->spec->kind != JOIN_SEMI || first;
}

/* Keep the candidates that come out. */
static void decide(OpWindowJoin *self, Candidates *c) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < c->n; i++) {
    uint32_t left = c->left[i], right = c->right[i];
    bool out;
    if (left != ROW_NONE && left != self->left) {
      self->left = left;
      self->has_partner = false;
    }
    if (left == ROW_NONE) {
      out = self->right_partner == NULL || !bit_get(self->right_partner, right);
    } else if (right == ROW_NONE) {
      out = !self->has_partner;
    } else {
      out = c->pair[i] && take_pair(self, right);
    }
    c->left[n] = left;
    c->right[n] = right;
    n += out;
  }
  c->n = n;
  if (join_asks(self->spec->kind) && self->has_partner) join_skip_left(&self->cursor, self->left);
}

/* The columns of one side; NULL where the other's row has no partner. */
static void gather_side(OpWindowJoin *self, int side, const uint32_t *ids, uint32_t n,
                        bool may_miss, Vector *out) {
  rows_gather(&self->firing->rows.rows[side], ids, n, self->rooms[side], NULL, out);
  for (uint32_t c = 0; may_miss && c < self->n_input[side]; c++) out[c].type.nullable = true;
}

static Code emit_rows(OpWindowJoin *self, const Candidates *c) {
  const AttachedWindow *w = &self->firing->window;
  JoinKind kind = self->spec->kind;
  if (c->n == 0) return OK;
  uint32_t n_cols = self->n_input[0];
  gather_side(self, JOIN_LEFT_SIDE, c->left, c->n, join_keeps_right(kind), self->out);
  if (!join_asks(kind)) {
    gather_side(self, JOIN_RIGHT_SIDE, c->right, c->n, join_keeps_left(kind), self->out + n_cols);
    n_cols += self->n_input[1];
  }
  self->op.ctx->tag = (OrderTag){w->end_us, w->start_us};
  return op_emit(&self->op, PORT_ROWS, &(Batch){.rows = c->n, .n_cols = n_cols, .cols = self->out});
}

/* --- windows out -------------------------------------------------------------------- */

static Code begin_window(OpWindowJoin *self) {
  JoinRows *rows = &self->firing->rows;
  self->cursor = (JoinCursor){0};
  self->left = ROW_NONE;
  self->right_partner = NULL;
  self->expected_keys = rows->table.n;
  if (!join_keeps_right(self->spec->kind) || self->condition == NULL) return OK;
  size_t bytes = (rows->rows[1].n / 64 + 1) * sizeof *self->right_partner;
  self->right_partner = arena_try_alloc(&rows->table.arena, bytes, 8);
  if (self->right_partner == NULL) return op_no_memory(&self->op);
  memset(self->right_partner, 0, bytes);
  return OK;
}

static Code window_join_fire(Op *op, bool *more) {
  OpWindowJoin *self = (OpWindowJoin *)op;
  if (self->firing == NULL) {
    self->firing = (JoinWindow *)attached_take(&self->windows);
    if (self->firing == NULL) return OK;
    TRY(begin_window(self));
  }
  *more = true;
  Candidates c;
  c.n = join_candidates(&self->firing->rows, &self->cursor, BATCH_ROWS, c.left, c.right);
  if (c.n == 0) {
    attached_free(&self->windows, &self->firing->window);
    self->firing = NULL;
    return OK;
  }
  TRY(find_pairs(self, &c));
  decide(self, &c);
  return emit_rows(self, &c);
}

/* --- life --------------------------------------------------------------------------- */

static bool open_side(OpWindowJoin *self, int side, const uint32_t *keys) {
  uint32_t n = self->n_input[side];
  const Type *types = field_types(&self->arena, self->input[side], n);
  if (types == NULL) return false;
  self->rooms[side] = column_rooms_new(&self->arena, types, n);
  return self->rooms[side] != NULL &&
         row_layout_init(&self->layout.rows[side], &self->arena, types, n) &&
         key_spec_of_rows(&self->layout.key[side], &self->arena, types, keys, self->spec->n_keys);
}

static Code open_condition(OpWindowJoin *self) {
  Expr *const condition[] = {self->spec->condition};
  uint32_t n = self->n_input[0] + self->n_input[1];
  if (condition[0] == NULL) return OK;
  self->used[0] = arena_try_alloc(&self->arena, n + 1, 1);
  if (self->used[0] == NULL) return op_no_memory(&self->op);
  memset(self->used[0], 0, n);
  expr_columns_used(condition[0], self->used[0]);
  self->used[1] = self->used[0] + self->n_input[0];
  const OpContext *ctx = self->op.ctx;
  return program_new(condition, 1, ctx->env, &self->condition, ctx->err);
}

static Code window_join_open(Op *op) {
  OpWindowJoin *self = (OpWindowJoin *)op;
  const WindowJoinSpec *spec = self->spec;
  uint32_t n = self->n_input[0] + self->n_input[1];
  attached_init(&self->windows, &join_window_kind, spec->time_type, op->ctx->env);
  self->layout.kind = spec->kind;
  self->layout.conditional = spec->condition != NULL;
  self->layout.keys = key_batch_new();
  self->out = arena_try_alloc(&self->arena, (n + 1) * sizeof *self->out, 8);
  bool ok = self->layout.keys != NULL && self->out != NULL &&
            open_side(self, JOIN_LEFT_SIDE, spec->left_keys) &&
            open_side(self, JOIN_RIGHT_SIDE, spec->right_keys);
  if (!ok) return op_no_memory(op);
  memset(self->out, 0, n * sizeof *self->out);
  return open_condition(self);
}

static Code window_join_save(Op *op, StateSink *to) {
  OpWindowJoin *self = (OpWindowJoin *)op;
  assert(self->firing == NULL);
  return attached_save(&self->windows, op, to);
}

static Code window_join_load(Op *op, StateIn *in) {
  return attached_load(&((OpWindowJoin *)op)->windows, op, in);
}

static Code window_join_loaded(Op *op) {
  attached_loaded(&((OpWindowJoin *)op)->windows, op);
  return OK;
}

static void window_join_close(Op *op) {
  OpWindowJoin *self = (OpWindowJoin *)op;
  if (self->firing != NULL) attached_free(&self->windows, &self->firing->window);
  attached_deinit(&self->windows);
  program_free(self->condition);
  key_batch_free(self->layout.keys);
  arena_deinit(&self->arena);
}

static const OpTable window_join_table = {.name = "WindowJoin",
                                          .size = sizeof(OpWindowJoin),
                                          .open = window_join_open,
                                          .push = window_join_push,
                                          .advance = window_join_advance,
                                          .fire = window_join_fire,
                                          .finish = window_join_finish,
                                          .pending = window_join_pending,
                                          .save = window_join_save,
                                          .load = window_join_load,
                                          .loaded = window_join_loaded,
                                          .close = window_join_close};

Op *op_window_join_new(const WindowJoinSpec *spec, const FormatField *left, uint32_t n_left,
                       const FormatField *right, uint32_t n_right, OpContext *ctx) {
  OpWindowJoin *self = (OpWindowJoin *)op_new(&window_join_table, ctx);
  if (self == NULL) return NULL;
  self->spec = spec;
  self->input[0] = left;
  self->input[1] = right;
  self->n_input[0] = n_left;
  self->n_input[1] = n_right;
  return &self->op;
}
