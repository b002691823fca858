/* session_op.c -- rows into sessions, a run of rows between two closings at a time. */
#include "exec/ops/session_op.h"

#include <string.h>

/* --- sessions out ----------------------------------------------------------------------------
 */

/* The last end whose last instant is passed. */
static Micros last_end(Micros watermark_us) {
  return watermark_us < MICROS_MAX - MICROS_PER_MILLI ? watermark_us + MICROS_PER_MILLI
                                                      : MICROS_MAX;
}

static void free_closed(SessionOp *self, uint32_t first, uint32_t end) {
  Sessions *s = &self->sessions;
  for (uint32_t i = first; i < end; i++) {
    Session *x = s->closed[i].session;
    if (self->content->drop != NULL) self->content->drop(self, x);
    sessions_free(s, x);
  }
}

/* Emit the next batch of what is over at until_us; *any false: there is nothing. */
static Code give_out(SessionOp *self, Micros until_us, bool *any) {
  Sessions *s = &self->sessions;
  if (self->closed_at == s->n_closed) {
    self->closed_at = 0;
    if (!sessions_close(s, last_end(until_us))) return op_no_memory(&self->op);
  }
  *any = s->n_closed > 0;
  if (!*any) return OK;
  uint32_t first = self->closed_at;
  Code code = self->content->emit(self);
  free_closed(self, first, self->closed_at);
  return code;
}

/* The watermark is here: the rows that follow must not get into what is over. */
static Code pass(SessionOp *self, Micros watermark_us) {
  if (watermark_us <= self->passed_us) return OK;
  self->passed_us = watermark_us;
  bool any = true;
  while (any) TRY(give_out(self, watermark_us, &any));
  return OK;
}

void session_times_put(const SessionTimes *t, uint32_t row, const ClosedSession *c) {
  t->start_us[row] = c->start_us;
  t->end_us[row] = c->end_us;
  t->time_us[row] = c->session->end.due_us - MICROS_PER_MILLI;
}

Code session_op_fire(Op *op, bool *more) {
  SessionOp *self = (SessionOp *)op;
  Micros due_us = op_due_us(op);
  TRY(give_out(self, due_us, more));
  sessions_sweep(&self->sessions);
  if (!*more && due_us > self->passed_us) self->passed_us = due_us;
  return OK;
}

void session_op_pending(const Op *op, OpPending *out) {
  SessionOp *self = (SessionOp *)(uintptr_t)op; /* looking puts ends in order that were put off */
  const Sessions *s = &self->sessions;
  const Session *x = sessions_first(&self->sessions);
  if (x == NULL) return;
  Micros end = x->end.due_us;
  *out =
      (OpPending){.n_windows = s->n,
                  .start_us = s->zone != NULL ? zone_to_local(s->zone, x->start_us) : x->start_us,
                  .end_us = s->zone != NULL ? zone_to_local(s->zone, end) : end,
                  .last_us = end - MICROS_PER_MILLI,
                  .zone = s->zone};
}

/* --- rows in ---------------------------------------------------------------------------------
 */

/* Rows on their way into sessions. */
typedef struct Run {
  uint16_t rows[BATCH_ROWS], late[BATCH_ROWS];
  Session *into[BATCH_ROWS];
  uint32_t n, n_late;
} Run;

static Code fold(SessionOp *self, const Batch *in, Run *run) {
  if (run->n == 0) return OK;
  bool ok = self->content->add(self, in, run->rows, run->into, run->n);
  run->n = 0;
  return ok ? OK : op_no_memory(&self->op);
}

/* Two sessions become one; what is on its way into either comes first. */
static Code join(SessionOp *self, const Batch *in, Run *run, Session **x, Session *next) {
  TRY(fold(self, in, run));
  Session *one = self->content->merge(self, *x, next);
  if (one == NULL) return op_no_memory(&self->op);
  Session *other = one == next ? *x : next;
  if (self->content->drop != NULL) self->content->drop(self, other);
  sessions_join(&self->sessions, one, other);
  *x = one;
  return OK;
}

static Code add_row(SessionOp *self, const Batch *in, Run *run, SessionKey *key, uint16_t row,
                    Micros t) {
  Sessions *s = &self->sessions;
  Session *next, *x = sessions_take_in(s, key, t, &next);
  if (x == NULL) {
    if (t + s->gap_us <= last_end(self->passed_us)) {
      run->late[run->n_late++] = row;
      sessions_note_idle(s, key);
      return OK;
    }
    x = sessions_open(s, key, t);
    if (x == NULL) return op_no_memory(&self->op);
  } else if (next != NULL) {
    TRY(join(self, in, run, &x, next));
  }
  run->rows[run->n] = row;
  run->into[run->n++] = x;
  return OK;
}

static Code add_batch(SessionOp *self, const Batch *in) {
  const Vector *time = &in->cols[self->window->time_col];
  const Micros *times = time->data;
  uint16_t rows[BATCH_ROWS];
  SessionKey *keys[BATCH_ROWS];
  Run run;
  run.n = run.n_late = 0;
  uint32_t n = batch_count(in);
  batch_rows(in, rows);
  if (!key_batch_fill(self->keys, self->key, in, rows, n) ||
      !sessions_find(&self->sessions, self->keys, n, keys)) {
    return op_no_memory(&self->op);
  }
  for (uint32_t i = 0; i < n; i++) {
    uint16_t row = rows[i];
    if (in->mark != NULL && in->mark[row] > self->passed_us) {
      TRY(fold(self, in, &run));
      TRY(pass(self, in->mark[row]));
    }
    TRY(add_row(self, in, &run, keys[i], row, times[vector_at(time, row)]));
  }
  TRY(fold(self, in, &run));
  return op_drop_late(&self->op, in, run.late, run.n_late);
}

Code session_op_push(Op *op, OpPort port, const Batch *in) {
  SessionOp *self = (SessionOp *)op;
  assert(port == PORT_ROWS);
  TRY(pass(self, op->ctx->chunk_watermark_us));
  TRY(add_batch(self, in));
  self->arrived += in->rows;
  sessions_sweep(&self->sessions);
  return OK;
}

/* --- state -----------------------------------------------------------------------------------
 */

static const char section[] = "session";
enum { SECTION_VERSION = 1 };

Code session_op_save(Op *op, StateSink *to) {
  SessionOp *self = (SessionOp *)op;
  assert(self->closed_at == self->sessions.n_closed);
  StateOut out;
  state_begin(&out, to, section, SECTION_VERSION);
  state_put_u64(&out, self->arrived);
  SessionCursor cursor = {0};
  bool ok = true;
  for (Session *x; ok && (x = sessions_next(&self->sessions, &cursor)) != NULL;) {
    ok = self->content->save(self, x, &out);
  }
  return state_end(&out) && ok ? OK : op_no_memory(op);
}

Code session_op_load(Op *op, StateIn *in) {
  SessionOp *self = (SessionOp *)op;
  if (strcmp(in->section, section) != 0 || in->version != SECTION_VERSION) {
    state_bad(in);
    return OK;
  }
  /* Rows of a key count on from those of whoever had it. */
  uint64_t arrived = state_get_u64(in);
  if (arrived > self->arrived) self->arrived = arrived;
  for (uint64_t hash; state_next(in, &hash);) {
    Session *x = sessions_get(&self->sessions, in, hash, self->keys);
    if (x != NULL && self->content->load(self, x, in)) continue;
    return in->bad ? OK : op_no_memory(op);
  }
  return OK;
}

Code session_op_loaded(Op *op) {
  ((SessionOp *)op)->passed_us = op->watermark_us;
  return OK;
}

/* --- life ------------------------------------------------------------------------------------
 */

Code session_op_open(SessionOp *self, const SessionContent *content, const KeySpec *key,
                     KeyBatch *keys, uint32_t content_bytes) {
  const WindowSpec *w = self->window;
  const Zone *zone = self->op.ctx->env->zone;
  self->content = content;
  self->key = key;
  self->keys = keys;
  self->passed_us = MICROS_MIN;
  if (!sessions_init(&self->sessions, key->form, w->size_us, w->cap_us, content_bytes)) {
    return op_no_memory(&self->op);
  }
  if (w->time_type.kind == TYPE_TIMESTAMP_LTZ && !zone_is_utc(zone)) self->sessions.zone = zone;
  return OK;
}

void session_op_close(SessionOp *self) {
  Sessions *s = &self->sessions;
  if (self->content != NULL && self->content->drop != NULL) {
    free_closed(self, self->closed_at, s->n_closed);
    for (Session *x; (x = sessions_pop(s)) != NULL;) self->content->drop(self, x);
  }
  sessions_deinit(s);
}
