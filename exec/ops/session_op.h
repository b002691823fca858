/* session_op.h -- what SESSION_AGG and SESSION_TVF share: rows into sessions, sessions out in
 * order.
 *
 * The two differ in what a session keeps, and say so in a SessionContent.  For a row with the
 * watermark L at its place (exec/run/watermark.h): first everything that ends by L is given out,
 * then the row goes into the session that takes it in, or begins one; it is late if that one would
 * be over already.
 *
 * Rows that a mark completes are emitted from push; ctx->tag stays as it is (op_spec.h,
 * InOrderSpec).
 */
#pragma once
#include "exec/ops/ops.h"
#include "exec/ops/sessions.h"

typedef struct SessionOp SessionOp;

typedef struct SessionContent {
  /* Row rows[i] of the batch into sessions[i].  false: no memory. */
  bool (*add)(SessionOp *self, const Batch *in, const uint16_t *rows, Session *const *sessions,
              uint32_t n);
  /* Bring the content of two sessions together in one of them, which is returned.  NULL: no memory.
   */
  Session *(*merge)(SessionOp *self, Session *a, Session *b);
  /* Emit at most one batch of sessions.closed from closed_at on, which moves behind those that have
   * been given out in full. */
  Code (*emit)(SessionOp *self);
  /* Write x in one entry or more, each of which sessions_put begins.  false: no memory. */
  bool (*save)(SessionOp *self, Session *x, StateOut *out);
  /* Read the rest of one entry into x, whose content was zeroed before the first.  false: no
   * memory, or in->bad. */
  bool (*load)(SessionOp *self, Session *x, StateIn *in);
  /* Free what the content owns; NULL: nothing. */
  void (*drop)(SessionOp *self, Session *x);
} SessionContent;

struct SessionOp {
  Op op;
  const WindowSpec *window;
  const SessionContent *content;
  Sessions sessions;
  const KeySpec *key;
  KeyBatch *keys; /* borrowed scratch */
  uint32_t closed_at;
  Micros passed_us; /* the watermark: what ends by it has been closed */
  uint64_t arrived; /* rows before the batch in hand */
};

/* Columns that both append. */
typedef struct SessionTimes {
  Micros *start_us, *end_us, *time_us;
} SessionTimes;
void session_times_put(const SessionTimes *t, uint32_t row, const ClosedSession *c);

/* The functions of the operators' tables.  key and keys are borrowed; content_bytes as in
 * sessions_init. */
MUST_USE Code session_op_open(SessionOp *self, const SessionContent *content, const KeySpec *key,
                              KeyBatch *keys, uint32_t content_bytes);
Code session_op_push(Op *op, OpPort port, const Batch *in);
Code session_op_fire(Op *op, bool *more);
void session_op_pending(const Op *op, OpPending *out);
Code session_op_save(Op *op, StateSink *to);
Code session_op_load(Op *op, StateIn *in);
Code session_op_loaded(Op *op);
/* Before what the content needs is freed. */
void session_op_close(SessionOp *self);
