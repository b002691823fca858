/* op_number.c -- numbers the rows of a chunk, so that who takes them apart can put them together
 * again.  Only rows that count are numbered, from 0 in each chunk. */
#include <stdlib.h>
#include <string.h>

#include "exec/ops/ops.h"

typedef struct OpNumber {
  Op op;
  int64_t next;
  Vector *out; /* the input's columns and the number */
  uint32_t cap_out;
  int64_t number[BATCH_ROWS];
} OpNumber;

static bool make_room(OpNumber *self, uint32_t n_cols) {
  if (n_cols <= self->cap_out) return true;
  Vector *wider = realloc(self->out, n_cols * sizeof *wider);
  if (wider == NULL) return false;
  self->out = wider;
  self->cap_out = n_cols;
  return true;
}

static Code number_push(Op *op, OpPort port, const Batch *in) {
  OpNumber *self = (OpNumber *)op;
  assert(port == PORT_ROWS);
  if (!make_room(self, in->n_cols + 1)) return op_no_memory(op);
  uint32_t n = batch_count(in);
  for (uint32_t i = 0; i < n; i++) self->number[batch_row(in, i)] = self->next++;
  memcpy(self->out, in->cols, in->n_cols * sizeof *self->out);
  self->out[in->n_cols] =
      (Vector){.type = type_not_null(type_of(TYPE_BIGINT)), .data = self->number};
  Batch out = *in;
  out.cols = self->out;
  out.n_cols = in->n_cols + 1;
  return op_emit(op, PORT_ROWS, &out);
}

static Code number_chunk_end(Op *op) {
  ((OpNumber *)op)->next = 0;
  return OK;
}

static void number_close(Op *op) { free(((OpNumber *)op)->out); }

static const OpTable number_table = {.name = "Number",
                                     .size = sizeof(OpNumber),
                                     .push = number_push,
                                     .chunk_end = number_chunk_end,
                                     .save = op_save_nothing,
                                     .close = number_close};

Op *op_number_new(OpContext *ctx) { return op_new(&number_table, ctx); }
