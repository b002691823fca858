/* op_session_tvf.c -- TABLE(SESSION(...)) without aggregation: rows are kept until their session
 * closes, and come out with its window. */
#include "exec/ops/session_op.h"
#include "exec/state/row_pool.h"

typedef struct OpSessionTvf {
  SessionOp base;
  const FormatField *input;
  uint32_t n_input;
  KeySpec key;
  KeyBatch *keys;
  RowPool pool; /* the rows of all sessions; what a session keeps is a RowList */
  ColumnRoom *rooms;
  Vector *out; /* the input, window_start, window_end, window_time */
  Arena arena;
} OpSessionTvf;

static RowList *list_of(Session *x) { return session_content(x); }

static bool tvf_add(SessionOp *base, const Batch *in, const uint16_t *rows,
                    Session *const *sessions, uint32_t n) {
  OpSessionTvf *self = (OpSessionTvf *)base;
  uint32_t ids[BATCH_ROWS];
  if (!row_pool_add(&self->pool, in, rows, n, base->arrived, ids)) return false;
  for (uint32_t i = 0; i < n; i++) row_list_append(&self->pool, list_of(sessions[i]), ids[i]);
  return true;
}

static Session *tvf_merge(SessionOp *base, Session *a, Session *b) {
  row_list_join(&((OpSessionTvf *)base)->pool, list_of(a), list_of(b));
  return a;
}

/* The next rows of the closed sessions, with the times of theirs; moves closed_at behind those that
 * have no more. */
static uint32_t next_rows(OpSessionTvf *self, uint32_t *ids, const SessionTimes *times) {
  SessionOp *base = &self->base;
  const Sessions *s = &base->sessions;
  uint32_t n = 0;
  while (n < BATCH_ROWS && base->closed_at < s->n_closed) {
    const ClosedSession *c = &s->closed[base->closed_at];
    RowList *list = list_of(c->session);
    row_list_sort(&self->pool, list);
    uint32_t end = n + row_list_take(&self->pool, list, BATCH_ROWS - n, ids + n);
    for (; n < end; n++) session_times_put(times, n, c);
    if (list->n == 0) base->closed_at++;
  }
  return n;
}

static Code tvf_emit(SessionOp *base) {
  OpSessionTvf *self = (OpSessionTvf *)base;
  uint32_t ids[BATCH_ROWS], n_cols = self->n_input;
  const ColumnRoom *rooms = self->rooms + n_cols;
  SessionTimes times = {rooms[0].data, rooms[1].data, rooms[2].data};
  uint32_t n = next_rows(self, ids, &times);
  row_pool_gather(&self->pool, ids, n, self->rooms, self->out);
  TRY(op_emit(&base->op, PORT_ROWS, &(Batch){.rows = n, .n_cols = n_cols + 3, .cols = self->out}));
  row_pool_remove(&self->pool, ids, n);
  return OK;
}

/* --- state ----------------------------------------------------------------------------------- */

/* A session of many rows has an entry for each batch of them. */
static bool tvf_save(SessionOp *base, Session *x, StateOut *out) {
  OpSessionTvf *self = (OpSessionTvf *)base;
  for (RowList rest = *list_of(x); rest.n > 0;) {
    sessions_put(&base->sessions, out, x);
    row_list_save(&self->pool, &rest, self->rooms, self->out, out);
  }
  return true;
}

static bool tvf_load(SessionOp *base, Session *x, StateIn *in) {
  OpSessionTvf *self = (OpSessionTvf *)base;
  return row_list_load(&self->pool, list_of(x), self->rooms, self->out, in);
}

/* --- life ------------------------------------------------------------------------------------ */

static Code session_tvf_open(Op *op) {
  static const SessionContent rows = {
      .add = tvf_add, .merge = tvf_merge, .emit = tvf_emit, .save = tvf_save, .load = tvf_load};
  OpSessionTvf *self = (OpSessionTvf *)op;
  const WindowSpec *w = self->base.window;
  uint32_t n = self->n_input;
  Type *types = arena_try_alloc(&self->arena, (n + 3) * sizeof *types, 8);
  Type *key_types = arena_try_alloc(&self->arena, (w->n_partition + 1) * sizeof *key_types, 8);
  self->out = arena_try_alloc(&self->arena, (n + 3) * sizeof *self->out, 8);
  self->keys = key_batch_new();
  if (types == NULL || key_types == NULL || self->out == NULL || self->keys == NULL) {
    return op_no_memory(op);
  }
  for (uint32_t i = 0; i < n; i++) types[i] = self->input[i].type;
  for (uint32_t i = 0; i < w->n_partition; i++) key_types[i] = types[w->partition[i]];
  types[n] = types[n + 1] = type_not_null(type_time(TYPE_TIMESTAMP, 3));
  types[n + 2] = type_not_null(type_time(w->time_type.kind, 3));
  self->key = key_spec(w->partition, key_types, w->n_partition);
  self->rooms = column_rooms_new(&self->arena, types, n + 3);
  if (self->rooms == NULL || !row_pool_init(&self->pool, types, n)) return op_no_memory(op);
  for (uint32_t i = n; i < n + 3; i++) {
    self->out[i] = (Vector){.type = types[i], .data = self->rooms[i].data};
  }
  return session_op_open(&self->base, &rows, &self->key, self->keys, (uint32_t)sizeof(RowList));
}

static void session_tvf_close(Op *op) {
  OpSessionTvf *self = (OpSessionTvf *)op;
  session_op_close(&self->base);
  row_pool_deinit(&self->pool);
  key_batch_free(self->keys);
  arena_deinit(&self->arena);
}

static const OpTable session_tvf_table = {.name = "SessionTableFunction",
                                          .size = sizeof(OpSessionTvf),
                                          .open = session_tvf_open,
                                          .push = session_op_push,
                                          .fire = session_op_fire,
                                          .pending = session_op_pending,
                                          .save = session_op_save,
                                          .load = session_op_load,
                                          .loaded = session_op_loaded,
                                          .close = session_tvf_close};

Op *op_session_tvf_new(const SessionTvfSpec *spec, const FormatField *input, uint32_t n_input,
                       OpContext *ctx) {
  OpSessionTvf *self = (OpSessionTvf *)op_new(&session_tvf_table, ctx);
  if (self == NULL) return NULL;
  self->base.window = &spec->window;
  self->input = input;
  self->n_input = n_input;
  return &self->base.op;
}
