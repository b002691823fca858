/* op_session_agg.c -- GROUP BY session: aggregates per key and session.
 *
 * What a session keeps is a record as in groups.h.  Where every state is plain words, all records
 * share one Groups, which only serves to fold, and whole batches are folded at once.  Where states
 * own memory or an aggregate is DISTINCT, each session has a Groups of its own, so that its memory
 * goes with it; rows are folded session by session.
 */
#include "exec/ops/groups.h"
#include "exec/ops/session_op.h"
#include "exec/state/spare.h"

/* Before the record, where sessions have Groups of their own. */
typedef struct OwnGroups {
  Groups *groups; /* NULL: none yet */
  uint64_t rows;
  uint16_t first, last; /* of its rows in the batch in hand */
  bool listed;
} OwnGroups;

typedef struct OpSessionAgg {
  SessionOp base;
  const WindowAggSpec *spec;
  const FormatField *input, *output;
  uint32_t n_input;
  GroupLayout layout;
  Groups shared;
  bool own;    /* sessions have Groups of their own */
  Spare spare; /* rooms of such Groups */
  Arena text, arena;
  GroupOutput out; /* behind the values: window_start, window_end, window_time */
} OpSessionAgg;

static OwnGroups *own_of(Session *x) { return session_content(x); }

static void *record_of(const OpSessionAgg *self, Session *x) {
  char *content = session_content(x);
  return content + (self->own ? sizeof(OwnGroups) : 0);
}

/* --- rows in --------------------------------------------------------------------------------- */

static Groups *own_groups(OpSessionAgg *self, Session *x) {
  OwnGroups *own = own_of(x);
  if (own->groups != NULL) return own->groups;
  Groups *g = spare_take(&self->spare, &self->arena, sizeof *g);
  if (g == NULL || !groups_init(g, &self->layout, 0)) return NULL;
  own->groups = g;
  if (self->layout.n_distinct > 0) *(uint64_t *)record_of(self, x) = 1; /* its number */
  return g;
}

/* The rows of one session, which next chains. */
static bool fold_session(OpSessionAgg *self, const Batch *in, const uint16_t *rows,
                         const uint16_t *next, Session *x) {
  OwnGroups *own = own_of(x);
  uint16_t run[BATCH_ROWS];
  void *records[BATCH_ROWS], *record = record_of(self, x);
  uint32_t n = 0;
  for (uint16_t i = own->first;; i = next[i]) {
    run[n] = rows[i];
    records[n++] = record;
    if (i == own->last) break;
  }
  own->listed = false;
  own->rows += n;
  Groups *g = own_groups(self, x);
  return g != NULL && groups_fold(g, in, self->base.arrived, run, n, records);
}

static bool fold_by_session(OpSessionAgg *self, const Batch *in, const uint16_t *rows,
                            Session *const *sessions, uint32_t n) {
  uint16_t next[BATCH_ROWS];
  Session *touched[BATCH_ROWS];
  uint32_t n_touched = 0;
  for (uint32_t i = 0; i < n; i++) {
    OwnGroups *own = own_of(sessions[i]);
    if (!own->listed) {
      own->listed = true;
      own->first = (uint16_t)i;
      touched[n_touched++] = sessions[i];
    } else {
      next[own->last] = (uint16_t)i;
    }
    own->last = (uint16_t)i;
  }
  for (uint32_t i = 0; i < n_touched; i++) {
    if (!fold_session(self, in, rows, next, touched[i])) return false;
  }
  return true;
}

static bool agg_add(SessionOp *base, const Batch *in, const uint16_t *rows,
                    Session *const *sessions, uint32_t n) {
  OpSessionAgg *self = (OpSessionAgg *)base;
  if (self->own) return fold_by_session(self, in, rows, sessions, n);
  void *records[BATCH_ROWS];
  for (uint32_t i = 0; i < n; i++) records[i] = session_content(sessions[i]);
  return groups_fold(&self->shared, in, base->arrived, rows, n, records);
}

static Session *agg_merge(SessionOp *base, Session *a, Session *b) {
  OpSessionAgg *self = (OpSessionAgg *)base;
  Groups *into = &self->shared, *from = &self->shared;
  if (self->own) {
    /* The smaller goes into the larger, so that no row is moved more often than twofold growth
     * wants. */
    if (own_of(a)->rows < own_of(b)->rows) {
      Session *larger = b;
      b = a;
      a = larger;
    }
    into = own_groups(self, a);
    from = own_groups(self, b);
    if (into == NULL || from == NULL) return NULL;
    own_of(a)->rows += own_of(b)->rows;
  }
  return groups_merge_record(into, record_of(self, a), from, record_of(self, b)) ? a : NULL;
}

static void agg_drop(SessionOp *base, Session *x) {
  OwnGroups *own = own_of(x);
  if (own->groups == NULL) return;
  groups_deinit(own->groups);
  spare_give(&((OpSessionAgg *)base)->spare, own->groups, sizeof *own->groups);
  own->groups = NULL;
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

static bool states_own_memory(const WindowAggSpec *spec) {
  bool own = false;
  for (uint32_t i = 0; i < spec->n_aggs; i++) {
    own |= spec->aggs[i].distinct || !spec->aggs[i].kernels->words;
  }
  return own;
}

static Code session_agg_open(Op *op) {
  static const SessionContent words = {.add = agg_add, .merge = agg_merge, .emit = agg_emit};
  static const SessionContent own = {
      .add = agg_add, .merge = agg_merge, .emit = agg_emit, .drop = agg_drop};
  OpSessionAgg *self = (OpSessionAgg *)op;
  const WindowAggSpec *spec = self->spec;
  uint32_t n_values = spec->n_keys + spec->n_aggs;
  self->own = states_own_memory(spec);
  bool ok = group_output_init(&self->out, &self->arena, self->output, n_values + 3, n_values) &&
            group_layout_init(&self->layout, spec->keys, spec->n_keys, spec->aggs, spec->n_aggs,
                              self->input, self->n_input, false) &&
            groups_init(&self->shared, &self->layout, 0);
  if (!ok) return op_no_memory(op);
  self->base.window = &spec->window;
  uint32_t bytes = self->layout.record_bytes + (self->own ? (uint32_t)sizeof(OwnGroups) : 0);
  return session_op_open(&self->base, self->own ? &own : &words, &self->layout.key,
                         self->layout.keys, bytes);
}

static void session_agg_close(Op *op) {
  OpSessionAgg *self = (OpSessionAgg *)op;
  session_op_close(&self->base);
  groups_deinit(&self->shared);
  group_layout_deinit(&self->layout);
  arena_deinit(&self->text);
  arena_deinit(&self->arena);
}

static const OpTable session_agg_table = {.name = "SessionAggregate",
                                          .size = sizeof(OpSessionAgg),
                                          .open = session_agg_open,
                                          .push = session_op_push,
                                          .advance = session_op_advance,
                                          .fire = session_op_fire,
                                          .finish = session_op_finish,
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
