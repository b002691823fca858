/* op.c -- the only caller of an OpTable: order of calls, counts, checks. */
#include "exec/ops/op.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

Op *op_new(const OpTable *table, OpContext *ctx) {
  assert(table->push != NULL && table->close != NULL && table->size >= sizeof(Op));
  Op *op = calloc(1, table->size);
  if (op == NULL) return NULL;
  op->table = table;
  op->ctx = ctx;
  op->watermark_us = MICROS_MIN;
  return op;
}

void op_free(Op *op) {
  if (op == NULL) return;
  op->table->close(op);
  free(op);
}

Code op_open(Op *op) {
  assert(!op->opened);
  op->opened = true;
  return op->table->open != NULL ? op->table->open(op) : OK;
}

Code op_push(Op *op, OpPort port, const Batch *in) {
  assert(op->opened && !op->finished);
  uint32_t n = batch_count(in);
  if (n == 0) return OK;
  op->rows_in += n;
  return op->table->push(op, port, in);
}

Code op_chunk_end(Op *op) {
  assert(op->opened && !op->finished);
  return op->table->chunk_end != NULL ? op->table->chunk_end(op) : OK;
}

void op_advance(Op *op, Micros watermark_us) {
  assert(!op->finished);
  if (watermark_us <= op->watermark_us) return; /* a watermark only grows */
  op->watermark_us = watermark_us;
  if (op->table->advance != NULL) op->table->advance(op, watermark_us);
}

Code op_fire(Op *op, bool *more) {
  *more = false;
  return op->table->fire != NULL ? op->table->fire(op, more) : OK;
}

void op_finish(Op *op) {
  assert(!op->finished);
  op->finished = true;
  if (op->table->finish != NULL) op->table->finish(op);
}

Code op_emit(Op *op, OpPort port, const Batch *out) {
  uint32_t n = batch_count(out);
  if (n == 0) return OK;
  op->rows_out += n;
  for (uint32_t i = 0; i < op->n_next; i++) {
    Op *to = op->next[i];
    to->rows_in += n;
    TRY(to->table->push(to, port, out));
  }
  return OK;
}

Code op_drop_late(Op *op, const Batch *in, const uint16_t *rows, uint32_t n) {
  op->ctx->late_rows += n;
  if (op->late == NULL || n == 0) return OK;
  Batch late = *in;
  late.sel = rows;
  late.n_sel = n;
  late.mark = NULL;
  return op_push(op->late, PORT_ROWS, &late);
}

/* --- state -------------------------------------------------------------------------- */

enum { OP_STATE_VERSION = 1 };

Code op_save(Op *op, StateSink *to) {
  assert(op->opened && !op->finished);
  StateOut out;
  state_begin(&out, to, "op", OP_STATE_VERSION);
  state_put_i64(&out, op->watermark_us);
  if (!state_end(&out)) return op_no_memory(op);
  return op->table->save != NULL ? op->table->save(op, to) : OK;
}

Code op_save_nothing(Op *op, StateSink *to) {
  (void)op, (void)to;
  return OK;
}

Code op_load(Op *op, StateIn *in) {
  assert(op->opened && op->rows_in == 0);
  if (strcmp(in->section, "op") != 0) {
    if (op->table->load != NULL) return op->table->load(op, in);
    state_bad(in);
    return OK;
  }
  if (in->version != OP_STATE_VERSION) state_bad(in);
  Micros us = state_get_i64(in);
  if (us > op->watermark_us) op->watermark_us = us;
  return OK;
}

Code op_loaded(Op *op) { return op->table->loaded != NULL ? op->table->loaded(op) : OK; }

void op_pending(const Op *op, OpPending *out) {
  *out = (OpPending){0};
  if (op->table->pending != NULL) op->table->pending(op, out);
}

Code op_no_memory(const Op *op) {
  if (memory_was_refused()) {
    FAIL(op->ctx->err, ERR_MEMORY, NO_SPAN, "operator %s needs more memory than weir.memory.limit",
         op->table->name);
    error_hint(op->ctx->err, "it is %zu MiB; smaller windows, fewer keys or a higher limit help",
               memory_limit() >> 20);
    return ERR_MEMORY;
  }
  return FAIL(op->ctx->err, ERR_MEMORY, NO_SPAN, "out of memory in operator %s", op->table->name);
}
