/* op_watermark.c -- what time it is: computes the watermark candidate of every row.
 *
 * The largest candidate among the earlier rows of the chunk is m (exec/run/watermark.h).  A row
 * ahead of it, ts > m, needs no more; the few others carry m in batch->mark.  (Before a SESSION
 * one millisecond more: a session that ends where the row begins would take it in.)  Sees all
 * well-formed rows, before any filter.
 */
#include "exec/expr/program.h"
#include "exec/ops/ops.h"

typedef struct OpWatermark {
  Op op;
  const WatermarkSpec *spec;
  Program *candidate;
} OpWatermark;

static Code watermark_open(Op *op) {
  OpWatermark *self = (OpWatermark *)op;
  Expr *const exprs[] = {self->spec->expr};
  return program_new(exprs, 1, op->ctx->env, &self->candidate, op->ctx->err);
}

/* As far as one row whose candidate is own may move the watermark of its split, which is at m. */
static Micros bounded(OpContext *ctx, Micros max_jump_us, Micros m, Micros own) {
  Micros from = m > ctx->split_max_us ? m : ctx->split_max_us;
  if (from == MICROS_MIN || own <= from || own - from <= max_jump_us) return own;
  if (ctx->far_rows++ == 0) ctx->far_us = own;
  return from + max_jump_us;
}

/* Fill mark where a row is not ahead of its chunk.  true: there is such a row. */
static bool mark_rows(OpContext *ctx, const WatermarkSpec *spec, const Vector *time,
                      const Vector *candidate, const uint16_t *rows, uint32_t n, Micros *mark) {
  const Micros *t = time->data, *c = candidate->data;
  Micros m = ctx->chunk_max_us, reach = spec->reach_us, max_jump = spec->max_jump_us;
  bool any = false;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t row = rows[i];
    bool behind = t[vector_at(time, row)] - reach <= m;
    mark[row] = behind ? m : MICROS_MIN;
    any |= behind;
    if (vector_valid(candidate, row)) {
      Micros own = c[vector_at(candidate, row)];
      if (own > m) m = max_jump == 0 ? own : bounded(ctx, max_jump, m, own);
    }
  }
  ctx->chunk_max_us = m;
  return any;
}

/* Rows without event time leave rows[0..*n), unless they are only to be passed over. */
static Code take_null_times(OpWatermark *self, const Batch *in, uint16_t *rows, uint32_t *n) {
  const WatermarkSpec *spec = self->spec;
  const Vector *time = &in->cols[spec->time_col];
  if (time->valid == NULL) return OK;
  uint32_t m = 0;
  for (uint32_t i = 0; i < *n; i++) {
    if (vector_valid(time, rows[i])) rows[m++] = rows[i];
  }
  if (m < *n && spec->null_time == NULL_TIME_FAIL) {
    return FAIL(self->op.ctx->err, ERR_DATA, spec->expr->span, "a row without event time");
  }
  self->op.ctx->null_time_rows += *n - m;
  if (spec->null_time == NULL_TIME_SKIP) {
    batch_rows(in, rows);
  } else {
    *n = m;
  }
  return OK;
}

static Code watermark_push(Op *op, OpPort port, const Batch *in) {
  OpWatermark *self = (OpWatermark *)op;
  assert(port == PORT_ROWS);
  const Vector *time = &in->cols[self->spec->time_col];
  uint16_t rows[BATCH_ROWS];
  Micros mark[BATCH_ROWS];
  uint32_t n = batch_count(in), kept = n;
  batch_rows(in, rows);
  TRY(take_null_times(self, in, rows, &kept));
  if (kept == 0) return OK;
  Batch out = *in;
  if (kept < n) {
    out.sel = rows;
    out.n_sel = kept;
  }
  Vector candidate;
  TRY(program_run(self->candidate, &out, op->ctx->now_us, &candidate, op->ctx->err));
  if (mark_rows(op->ctx, self->spec, time, &candidate, rows, kept, mark)) out.mark = mark;
  return op_emit(op, PORT_ROWS, &out);
}

static void watermark_close(Op *op) { program_free(((OpWatermark *)op)->candidate); }

static const OpTable watermark_table = {.name = "WatermarkAssigner",
                                        .size = sizeof(OpWatermark),
                                        .open = watermark_open,
                                        .push = watermark_push,
                                        .close = watermark_close};

Op *op_watermark_new(const WatermarkSpec *spec, OpContext *ctx) {
  OpWatermark *self = (OpWatermark *)op_new(&watermark_table, ctx);
  if (self == NULL) return NULL;
  self->spec = spec;
  return &self->op;
}
