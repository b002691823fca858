/* out_encode.c -- rows to bytes in the workers, so that a sink's writer only writes. */
#include <stdlib.h>

#include "exec/run/out_op.h"

typedef struct OutEncode {
  Op op;
  Instance *instance;
  Edge *edge;
  const Format *format;
  const EncodeSpec *spec;
  OutHooks hooks;
  OrderTag tag;
  Encoder *encoder;
  StrBuf bytes;
  uint64_t rows;
} OutEncode;

static Code encode_open(Op *op) {
  OutEncode *self = (OutEncode *)op;
  if (self->format == NULL) return OK;
  return self->format->encoder_new(self->spec, &self->encoder, op->ctx->err);
}

static Code send(OutEncode *self) {
  if (self->rows == 0) return OK;
  Parcel *p = parcel_new();
  if (p == NULL) return op_no_memory(&self->op);
  p->tag = self->tag;
  p->n_rows = self->rows;
  p->bytes = self->bytes;
  p->size_bytes = self->bytes.cap + sizeof *p;
  self->bytes = (StrBuf){0};
  self->rows = 0;
  self->hooks.deliver(self->hooks.arg, self->instance, self->edge, 0, p);
  return OK;
}

static Code encode_push(Op *op, OpPort port, const Batch *in) {
  OutEncode *self = (OutEncode *)op;
  assert(port == PORT_ROWS);
  if (!order_tag_same(self->tag, op->ctx->tag)) {
    TRY(send(self));
    self->tag = op->ctx->tag;
  }
  self->rows += batch_count(in);
  if (self->format == NULL) return OK;
  TRY(self->format->encode(self->encoder, in, &self->bytes, op->ctx->err));
  if (strbuf_failed(&self->bytes)) return op_no_memory(op);
  return self->bytes.len >= PARCEL_BYTES ? send(self) : OK;
}

static Code encode_chunk_end(Op *op) { return send((OutEncode *)op); }

static void encode_close(Op *op) {
  OutEncode *self = (OutEncode *)op;
  if (self->encoder != NULL) self->format->encoder_free(self->encoder);
  strbuf_deinit(&self->bytes);
}

static const OpTable encode_table = {.name = "Sink",
                                     .size = sizeof(OutEncode),
                                     .open = encode_open,
                                     .push = encode_push,
                                     .chunk_end = encode_chunk_end,
                                     .close = encode_close};

Op *out_encode_new(Instance *instance, Edge *edge, const Format *format, const EncodeSpec *spec,
                   const OutHooks *hooks) {
  OutEncode *self = (OutEncode *)op_new(&encode_table, &instance->ctx);
  if (self == NULL) return NULL;
  self->instance = instance;
  self->edge = edge;
  self->format = format;
  self->spec = spec;
  self->hooks = *hooks;
  return &self->op;
}
