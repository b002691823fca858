/* op_watermark.c -- what time it is: computes the watermark candidate of every row.
 *
 * The largest candidate among the earlier rows of the chunk is m (exec/run/watermark.h).  A row
 * ahead of it, ts > m, needs no more; the few others carry m in batch->mark.  Sees all
 * well-formed rows, before any filter.  Rows without event time are dropped and counted.
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

/* Fill mark where a row is not ahead of its chunk.  true: there is such a row. */
static bool mark_rows(OpContext *ctx, const Vector *time, const Vector *candidate,
                      const uint16_t *rows, uint32_t n, Micros *mark) {
  const Micros *t = time->data, *c = candidate->data;
  Micros m = ctx->chunk_max_us;
  bool any = false;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t row = rows[i];
    bool behind = t[vector_at(time, row)] <= m;
    mark[row] = behind ? m : MICROS_MIN;
    any |= behind;
    if (vector_valid(candidate, row)) {
      Micros own = c[vector_at(candidate, row)];
      if (own > m) m = own;
    }
  }
  ctx->chunk_max_us = m;
  return any;
}

static uint32_t drop_null_times(OpContext *ctx, const Vector *time, uint16_t *rows, uint32_t n) {
  if (time->valid == NULL) return n;
  uint32_t m = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (vector_valid(time, rows[i])) rows[m++] = rows[i];
  }
  ctx->null_time_rows += n - m;
  return m;
}

static Code watermark_push(Op *op, OpPort port, const Batch *in) {
  OpWatermark *self = (OpWatermark *)op;
  assert(port == PORT_ROWS);
  const Vector *time = &in->cols[self->spec->time_col];
  uint16_t rows[BATCH_ROWS];
  Micros mark[BATCH_ROWS];
  uint32_t n = batch_count(in);
  batch_rows(in, rows);
  uint32_t kept = drop_null_times(op->ctx, time, rows, n);
  if (kept == 0) return OK;
  Batch out = *in;
  if (kept < n) {
    out.sel = rows;
    out.n_sel = kept;
  }
  Vector candidate;
  TRY(program_run(self->candidate, &out, op->ctx->now_us, &candidate, op->ctx->err));
  if (mark_rows(op->ctx, time, &candidate, rows, kept, mark)) out.mark = mark;
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
