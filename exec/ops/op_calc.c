/* op_calc.c -- filter and project.  A filter only shrinks the selection; columns that are
 * passed on as they are, are shared with the input. */
#include "exec/expr/program.h"
#include "exec/ops/ops.h"

typedef struct OpCalc {
  Op op;
  const CalcSpec *spec;
  Program *filter, *project; /* filter NULL: every row */
  Vector *out;
  Arena arena;
} OpCalc;

static Code calc_open(Op *op) {
  OpCalc *self = (OpCalc *)op;
  const CalcSpec *spec = self->spec;
  self->out = arena_try_alloc(&self->arena, (spec->n_exprs + 1) * sizeof *self->out, 8);
  if (self->out == NULL) return op_no_memory(op);
  if (spec->filter != NULL) {
    Expr *const filter[] = {spec->filter};
    TRY(program_new(filter, 1, op->ctx->env, &self->filter, op->ctx->err));
  }
  return program_new(spec->exprs, spec->n_exprs, op->ctx->env, &self->project, op->ctx->err);
}

static Code calc_push(Op *op, OpPort port, const Batch *in) {
  OpCalc *self = (OpCalc *)op;
  assert(port == PORT_ROWS);
  Batch out = *in;
  uint16_t sel[BATCH_ROWS];
  if (self->filter != NULL) {
    uint32_t n;
    TRY(program_filter(self->filter, in, op->ctx->now_us, sel, &n, op->ctx->err));
    if (n == 0) return OK;
    if (n < in->rows) {
      out.sel = sel;
      out.n_sel = n;
    }
  }
  TRY(program_run(self->project, &out, op->ctx->now_us, self->out, op->ctx->err));
  out.cols = self->out;
  out.n_cols = self->spec->n_exprs;
  return op_emit(op, PORT_ROWS, &out);
}

static void calc_close(Op *op) {
  OpCalc *self = (OpCalc *)op;
  program_free(self->filter);
  program_free(self->project);
  arena_deinit(&self->arena);
}

static const OpTable calc_table = {.name = "Calc",
                                   .size = sizeof(OpCalc),
                                   .open = calc_open,
                                   .push = calc_push,
                                   .close = calc_close};

Op *op_calc_new(const CalcSpec *spec, OpContext *ctx) {
  OpCalc *self = (OpCalc *)op_new(&calc_table, ctx);
  if (self == NULL) return NULL;
  self->spec = spec;
  return &self->op;
}

static Code pass_push(Op *op, OpPort port, const Batch *in) { return op_emit(op, port, in); }
static void pass_close(Op *op) { (void)op; }

static const OpTable pass_table = {
    .name = "Union", .size = sizeof(Op), .push = pass_push, .close = pass_close};

Op *op_pass_new(OpContext *ctx) { return op_new(&pass_table, ctx); }
