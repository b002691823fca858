/* op_expand.c -- GROUPING SETS: every row once for each set.
 *
 * All sets are one program, so that what they share is computed once; then the batch goes out set
 * after set.  That order is nobody's concern, since a group has rows of one set only, but for
 * rows whose place in the stream tells what is late (batch->mark): a row may not come behind one
 * that puts the watermark forward and stood after it.  So the batch is cut before each of those.
 */
#include "exec/expr/program.h"
#include "exec/ops/ops.h"

typedef struct OpExpand {
  Op op;
  const ExpandSpec *spec;
  Program *program;
  Vector *out; /* set after set */
  Arena arena;
} OpExpand;

static Code expand_open(Op *op) {
  OpExpand *self = (OpExpand *)op;
  const ExpandSpec *spec = self->spec;
  uint32_t n = spec->n_sets * spec->n_exprs;
  self->out = arena_try_alloc(&self->arena, (n + 1) * sizeof *self->out, 8);
  if (self->out == NULL) return op_no_memory(op);
  return program_new(spec->exprs, n, op->ctx->env, &self->program, op->ctx->err);
}

static Code expand_rows(OpExpand *self, const Batch *in) {
  const ExpandSpec *spec = self->spec;
  const OpContext *ctx = self->op.ctx;
  TRY(program_run(self->program, in, ctx->now_us, self->out, ctx->err));
  Batch out = *in;
  out.n_cols = spec->n_exprs;
  for (uint32_t set = 0; set < spec->n_sets; set++) {
    out.cols = self->out + (size_t)set * spec->n_exprs;
    TRY(op_emit(&self->op, PORT_ROWS, &out));
  }
  return OK;
}

static Code expand_push(Op *op, OpPort port, const Batch *in) {
  OpExpand *self = (OpExpand *)op;
  assert(port == PORT_ROWS);
  if (in->mark == NULL) return expand_rows(self, in);
  uint16_t rows[BATCH_ROWS];
  uint32_t n = batch_count(in);
  batch_rows(in, rows);
  Batch part = *in;
  Micros highest = MICROS_MIN;
  for (uint32_t i = 0, end; i < n; i = end) {
    if (in->mark[rows[i]] > highest) highest = in->mark[rows[i]];
    for (end = i + 1; end < n && in->mark[rows[end]] <= highest;) end++;
    part.sel = rows + i;
    part.n_sel = end - i;
    TRY(expand_rows(self, &part));
  }
  return OK;
}

static void expand_close(Op *op) {
  OpExpand *self = (OpExpand *)op;
  program_free(self->program);
  arena_deinit(&self->arena);
}

static const OpTable expand_table = {.name = "Expand",
                                     .size = sizeof(OpExpand),
                                     .open = expand_open,
                                     .push = expand_push,
                                     .close = expand_close};

Op *op_expand_new(const ExpandSpec *spec, OpContext *ctx) {
  OpExpand *self = (OpExpand *)op_new(&expand_table, ctx);
  if (self == NULL) return NULL;
  self->spec = spec;
  return &self->op;
}
