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
  Vector *values;  /* scratch: of one DISTINCT aggregate each */
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

/* --- state -----------------------------------------------------------------------------------
 */

/* A session has an entry of its states, then entries of the values of its DISTINCT aggregates, a
 * batch each, those that came first first. */
#define ENTRY_STATES UINT32_MAX /* else the number of the aggregate */

static void save_values(OpSessionAgg *self, Session *x, uint32_t a, uint32_t d, StateOut *out) {
  Distinct *set = &self->groups.distinct[d];
  void *record = record_of(self, x), *groups[BATCH_ROWS];
  distinct_turn(set, record);
  for (const DistinctPair *at = distinct_first(set, record); at != NULL;) {
    uint32_t n = distinct_next(set, &at, BATCH_ROWS, groups, &self->values[d]);
    sessions_put(&self->base.sessions, out, x);
    state_put_u32(out, a);
    state_put_u32(out, n);
    for (uint32_t i = 0; i < n; i++) state_put_value(out, &self->values[d], i);
  }
  distinct_turn(set, record);
}

static bool agg_save(SessionOp *base, Session *x, StateOut *out) {
  OpSessionAgg *self = (OpSessionAgg *)base;
  sessions_put(&base->sessions, out, x);
  state_put_u32(out, ENTRY_STATES);
  state_put_u64(out, self->has_state ? state_of(x)->rows : 0);
  group_record_save(&self->layout, record_of(self, x), out);
  for (uint32_t a = 0, d = 0; a < self->layout.n_aggs; a++) {
    if (self->layout.aggs[a].distinct) save_values(self, x, a, d++, out);
  }
  return true;
}

static bool load_states(OpSessionAgg *self, Session *x, StateIn *in) {
  void *record = record_of(self, x);
  uint64_t rows = state_get_u64(in);
  if (!self->has_state) return group_record_load(&self->layout, record, in, NULL);
  state_of(x)->rows = rows;
  groups_number(&self->groups, &record, 1);
  return group_record_load(&self->layout, record, in, &state_of(x)->arena);
}

/* Values of DISTINCT aggregate a, the d-th. */
static bool load_values(OpSessionAgg *self, Session *x, uint32_t d, StateIn *in) {
  uint16_t rows[BATCH_ROWS], fresh[BATCH_ROWS];
  void *groups[BATCH_ROWS];
  uint32_t n = state_get_u32(in), n_fresh;
  if (n > BATCH_ROWS) state_bad(in);
  if (in->bad) return false;
  vectors_all_valid(&self->values[d], 1);
  for (uint32_t i = 0; i < n; i++) {
    state_get_value(in, &self->values[d], i);
    rows[i] = (uint16_t)i;
    groups[i] = record_of(self, x);
  }
  const DistinctInput values = {self->layout.keys, &self->values[d], rows, groups, n};
  return !in->bad && distinct_add(&self->groups.distinct[d], &values, fresh, &n_fresh);
}

static bool agg_load(SessionOp *base, Session *x, StateIn *in) {
  OpSessionAgg *self = (OpSessionAgg *)base;
  uint32_t i = state_get_u32(in), d = 0;
  if (i == ENTRY_STATES) return load_states(self, x, in);
  bool mapped = in->agg_map != NULL;
  if (i >= (mapped ? in->n_aggs : self->layout.n_aggs)) {
    state_bad(in);
    return false;
  }
  uint32_t a = mapped ? in->agg_map[i] : i;
  if (a == UINT32_MAX) return true;
  for (uint32_t k = 0; k < a; k++) d += self->layout.aggs[k].distinct;
  if (!self->layout.aggs[a].distinct) state_bad(in);
  return !in->bad && load_values(self, x, d, in);
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
  static const SessionContent words = {
      .add = agg_add, .merge = agg_merge, .emit = agg_emit, .save = agg_save, .load = agg_load};
  static const SessionContent states = {.add = agg_add,
                                        .merge = agg_merge,
                                        .emit = agg_emit,
                                        .save = agg_save,
                                        .load = agg_load,
                                        .drop = agg_drop};
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
  self->values = group_distinct_vectors(l, &self->arena);
  if (self->values == NULL) return op_no_memory(op);
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
                                          .save = session_op_save,
                                          .load = session_op_load,
                                          .loaded = session_op_loaded,
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
