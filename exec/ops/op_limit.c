/* op_limit.c -- OFFSET and LIMIT: the first rows as they come. */
#include <string.h>

#include "exec/ops/ops.h"

typedef struct OpLimit {
  Op op;
  uint64_t skip, left;
} OpLimit;

static Code limit_push(Op *op, OpPort port, const Batch *in) {
  OpLimit *self = (OpLimit *)op;
  assert(port == PORT_ROWS);
  uint16_t rows[BATCH_ROWS];
  uint32_t n = batch_count(in);
  uint32_t skip = self->skip < n ? (uint32_t)self->skip : n;
  self->skip -= skip;
  uint32_t take = self->left < n - skip ? (uint32_t)self->left : n - skip;
  self->left -= take;
  if (take == 0) return OK;
  batch_rows(in, rows);
  Batch out = *in;
  out.sel = rows + skip;
  out.n_sel = take;
  return op_emit(op, PORT_ROWS, &out);
}

enum { LIMIT_STATE_VERSION = 1 };

static Code limit_save(Op *op, StateSink *to) {
  const OpLimit *self = (const OpLimit *)op;
  StateOut out;
  state_begin(&out, to, "limit", LIMIT_STATE_VERSION);
  state_put_u64(&out, self->skip);
  state_put_u64(&out, self->left);
  return state_end(&out) ? OK : op_no_memory(op);
}

static Code limit_load(Op *op, StateIn *in) {
  OpLimit *self = (OpLimit *)op;
  if (strcmp(in->section, "limit") != 0 || in->version != LIMIT_STATE_VERSION) {
    state_bad(in);
    return OK;
  }
  self->skip = state_get_u64(in);
  self->left = state_get_u64(in);
  return OK;
}

static void limit_close(Op *op) { (void)op; }

static const OpTable limit_table = {.name = "Limit",
                                    .size = sizeof(OpLimit),
                                    .push = limit_push,
                                    .save = limit_save,
                                    .load = limit_load,
                                    .close = limit_close};

Op *op_limit_new(const LimitSpec *spec, OpContext *ctx) {
  OpLimit *self = (OpLimit *)op_new(&limit_table, ctx);
  if (self == NULL) return NULL;
  self->skip = spec->offset;
  self->left = spec->limit;
  return &self->op;
}

bool op_limit_reached(const Op *op) {
  return op->table == &limit_table && ((const OpLimit *)op)->left == 0;
}
