/* op_session_agg.c -- GROUP BY session: aggregates per key and session.
 *
 * What a session keeps is a record as in groups.h.  All records are folded as if they were of one
 * Groups, whose table stays empty: whole batches at once, or, where states own memory, session by
 * session with an arena of each session's own, so that its memory goes with it.
 */
#include "exec/ops/groups.h"
#include "exec/ops/session_op.h"

/* Before the record, unless every state is plain words and none is DISTINCT. */
typedef struct SessionState {
  uint64_t rows;
  Arena arena;          /* of states that own memory */
  uint16_t first, last; /* of its rows in the batch in hand */
  bool listed;
} SessionState;

typedef struct OpSessionAgg {
  SessionOp base;
  const WindowAggSpec *spec;
  const FormatField *input, *output;
  uint32_t n_input;
  GroupLayout layout;
  Groups groups;
  bool has_state;  /* sessions have a SessionState */
  bool has_arenas; /* ... and use its arena */
  Arena text, arena;
  GroupOutput out; /* behind the values: window_start, window_end, window_time */
} OpSessionAgg;

static SessionState *state_of(Session *x) { return session_content(x); }

static void *record_of(const OpSessionAgg *self, Session *x) {
  char *content = session_content(x);
  return content + (self->has_state ? sizeof(SessionState) : 0);
}

/* --- rows in --------------------------------------------------------------------------------- */

/* The groups with the session's arena, which goes back to it by leave. */
static Groups enter(const OpSessionAgg *self, Session *x) {
  Groups g = self->groups;
  g.table.arena = state_of(x)->arena;
  return g;
}

static void leave(OpSessionAgg *self, Session *x, const Groups *g) {
  state_of(x)->arena = g->table.arena;
  self->groups.numbers = g->numbers;
}

/* The rows of one session, which next chains. */
static bool fold_session(OpSessionAgg *self, const Batch *in, const uint16_t *rows,
                         const uint16_t *next, Session *x) {
  SessionState *state = state_of(x);
  uint16_t run[BATCH_ROWS];
  void *records[BATCH_ROWS], *record = record_of(self, x);
  uint32_t n = 0;
  for (uint16_t i = state->first;; i = next[i]) {
    run[n] = rows[i];
    records[n++] = record;
    if (i == state->last) break;
  }
  state->listed = false;
  Groups g = enter(self, x);
  bool ok = groups_fold(&g, in, self->base.arrived, run, n, records);
  leave(self, x, &g);
  return ok;
}

static bool fold_by_session(OpSessionAgg *self, const Batch *in, const uint16_t *rows,
                            Session *const *sessions, uint32_t n) {
  uint16_t next[BATCH_ROWS];
  Session *touched[BATCH_ROWS];
  uint32_t n_touched = 0;
  for (uint32_t i = 0; i < n; i++) {
    SessionState *state = state_of(sessions[i]);
    if (!state->listed) {
      state->listed = true;
      state->first = (uint16_t)i;
      touched[n_touched++] = sessions[i];
    } else {
      next[state->last] = (uint16_t)i;
    }
    state->last = (uint16_t)i;
  }
  for (uint32_t i = 0; i < n_touched; i++) {
    if (!fold_session(self, in, rows, next, touched[i])) return false;
  }
  return true;
}

static bool agg_add(SessionOp *base, const Batch *in, const uint16_t *rows,
                    Session *const *sessions, uint32_t n) {
  OpSessionAgg *self = (OpSessionAgg *)base;
  void *records[BATCH_ROWS];
  for (uint32_t i = 0; i < n; i++) {
    records[i] = record_of(self, sessions[i]);
    if (!self->has_state) continue;
    groups_number(&self->groups, &records[i], 1);
    state_of(sessions[i])->rows++;
  }
  if (self->has_arenas) return fold_by_session(self, in, rows, sessions, n);
  return groups_fold(&self->groups, in, base->arrived, rows, n, records);
}

static Session *agg_merge(SessionOp *base, Session *a, Session *b) {
  OpSessionAgg *self = (OpSessionAgg *)base;
  if (!self->has_state) {
    bool ok = groups_merge_record(&self->groups, record_of(self, a), record_of(self, b));
    return ok ? a : NULL;
  }
  /* The smaller goes into the larger: so no row is moved more often than the logarithm of their
   * number. */
  Session *into = state_of(a)->rows >= state_of(b)->rows ? a : b, *from = into == a ? b : a;
  Groups g = enter(self, into);
  bool ok = groups_merge_record(&g, record_of(self, into), record_of(self, from));
  leave(self, into, &g);
  state_of(into)->rows += state_of(from)->rows;
  return ok ? into : NULL;
}

static void agg_drop(SessionOp *base, Session *x) {
  OpSessionAgg *self = (OpSessionAgg *)base;
  groups_forget(&self->groups, record_of(self, x));
  arena_deinit(&state_of(x)->arena);
}

/* --- sessions out ---------------------------------------------------------------------------- */

static Code agg_emit(SessionOp *base) {
  OpSessionAgg *self = (OpSessionAgg *)base;
  const Sessions *s = &base->sessions;
  const ClosedSession *closed = s->closed + base->closed_at;
  uint32_t n = s->n_closed - base->closed_at;
  if (n > BATCH_ROWS) n = BATCH_ROWS;
  GroupOutput *o = &self->out;
  Vector *times = o->made + o->n_values;
  SessionTimes t = {times[0].data, times[1].data, times[2].data};
  const void *keys[BATCH_ROWS];
  uint64_t hashes[BATCH_ROWS];
  void *records[BATCH_ROWS];
  for (uint32_t i = 0; i < n; i++) {
    keys[i] = session_key_bytes(s, closed[i].session->key);
    hashes[i] = closed[i].hash;
    records[i] = record_of(self, closed[i].session);
    session_times_put(&t, i, &closed[i]);
  }
  vectors_all_valid(o->made, o->n_cols);
  key_columns(&self->layout.key, keys, hashes, n, o->made);
  arena_reset(&self->text);
  TRY(groups_results(&self->layout, &self->text, &base->op, records, n,
                     o->made + self->layout.key.n));
  group_output_ready(o, n);
  base->closed_at += n;
  return op_emit(&base->op, PORT_ROWS, &(Batch){.rows = n, .n_cols = o->n_cols, .cols = o->cols});
}

/* --- life ------------------------------------------------------------------------------------ */

/* What a session keeps; returns its bytes. */
static uint32_t lay_out(OpSessionAgg *self) {
  const WindowAggSpec *spec = self->spec;
  for (uint32_t i = 0; i < spec->n_aggs; i++) {
    self->has_arenas |= !spec->aggs[i].kernels->words;
  }
  self->has_state = self->has_arenas || self->layout.n_distinct > 0;
  return self->layout.record_bytes + (self->has_state ? (uint32_t)sizeof(SessionState) : 0);
}

static Code session_agg_open(Op *op) {
  static const SessionContent words = {.add = agg_add, .merge = agg_merge, .emit = agg_emit};
  static const SessionContent states = {
      .add = agg_add, .merge = agg_merge, .emit = agg_emit, .drop = agg_drop};
  OpSessionAgg *self = (OpSessionAgg *)op;
  const WindowAggSpec *spec = self->spec;
  GroupLayout *l = &self->layout;
  uint32_t n_values = spec->n_keys + spec->n_aggs;
  if (!group_output_init(&self->out, &self->arena, self->output, n_values + 3, n_values) ||
      !group_layout_init(l, spec->keys, spec->n_keys, spec->aggs, spec->n_aggs, self->input,
                         self->n_input, false)) {
    return op_no_memory(op);
  }
  uint32_t lists_at = group_layout_reserve(l, l->n_distinct * (uint32_t)sizeof(DistinctPair *));
  if (!groups_init(&self->groups, l, 0) || !groups_go_singly(&self->groups, lists_at)) {
    return op_no_memory(op);
  }
  self->base.window = &spec->window;
  uint32_t bytes = lay_out(self);
  return session_op_open(&self->base, self->has_state ? &states : &words, &l->key, l->keys, bytes);
}

static void session_agg_close(Op *op) {
  OpSessionAgg *self = (OpSessionAgg *)op;
  session_op_close(&self->base);
  groups_deinit(&self->groups);
  group_layout_deinit(&self->layout);
  arena_deinit(&self->text);
  arena_deinit(&self->arena);
}

static const OpTable session_agg_table = {.name = "SessionAggregate",
                                          .size = sizeof(OpSessionAgg),
                                          .open = session_agg_open,
                                          .push = session_op_push,
                                          .fire = session_op_fire,
                                          .pending = session_op_pending,
                                          .close = session_agg_close};

Op *op_session_agg_new(const WindowAggSpec *spec, const FormatField *input, uint32_t n_input,
                       const FormatField *output, OpContext *ctx) {
  OpSessionAgg *self = (OpSessionAgg *)op_new(&session_agg_table, ctx);
  if (self == NULL) return NULL;
  self->spec = spec;
  self->input = input;
  self->n_input = n_input;
  self->output = output;
  return &self->base.op;
}
