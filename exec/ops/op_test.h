/* op_test.h -- what tests of operators share: a sink that writes down what comes out, rows to push.
 *
 * A row is written as its values, "." for NULL, a number for times, and behind them its kind and
 * its mark where it has one:  `7 1500 ab k2 m1000`
 */
#pragma once
#include "base/check.h"
#include "exec/data/value.h"
#include "exec/ops/ops.h"

typedef struct TestSink {
  Op op;
  StrBuf out;
  bool with_tags; /* a line "[start, end)" before rows of another tag */
  OrderTag tag;
  uint64_t rows;
} TestSink;

static inline void test_print_value(const Vector *v, uint32_t row, StrBuf *out) {
  if (!vector_valid(v, row)) {
    strbuf_putc(out, '.');
    return;
  }
  Value value = value_of(v, row);
  Phys phys = type_phys(v->type);
  if (phys == PHYS_TEXT) {
    strbuf_str(out, text_str(&value.as.text));
  } else if (phys == PHYS_F64 || phys == PHYS_F32) {
    strbuf_printf(out, "%g", value.as.f);
  } else {
    strbuf_printf(out, "%lld", (long long)value.as.i);
  }
}

static inline Code test_sink_push(Op *op, OpPort port, const Batch *in) {
  TestSink *self = (TestSink *)op;
  CHECK_INT(port, PORT_ROWS);
  batch_verify(in);
  if (self->with_tags && !order_tag_same(self->tag, op->ctx->tag)) {
    self->tag = op->ctx->tag;
    strbuf_printf(&self->out, "[%lld, %lld)\n", (long long)self->tag.start_us,
                  (long long)self->tag.end_us);
  }
  uint32_t n = batch_count(in);
  self->rows += n;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t row = batch_row(in, i);
    for (uint32_t c = 0; c < in->n_cols; c++) {
      if (c > 0) strbuf_putc(&self->out, ' ');
      test_print_value(&in->cols[c], row, &self->out);
    }
    if (in->kind != NULL && in->kind[row] != ROW_INSERT) {
      strbuf_printf(&self->out, " k%d", in->kind[row]);
    }
    if (in->mark != NULL && in->mark[row] != MICROS_MIN) {
      strbuf_printf(&self->out, " m%lld", (long long)in->mark[row]);
    }
    strbuf_putc(&self->out, '\n');
  }
  return OK;
}

static inline void test_sink_close(Op *op) { strbuf_deinit(&((TestSink *)op)->out); }

static inline TestSink *test_sink_new(OpContext *ctx) {
  static const OpTable table = {.name = "TestSink",
                                .size = sizeof(TestSink),
                                .push = test_sink_push,
                                .close = test_sink_close};
  TestSink *sink = (TestSink *)op_new(&table, ctx);
  assert(sink != NULL);
  strbuf_init(&sink->out, 0);
  CHECK(op_open(&sink->op) == OK);
  return sink;
}

/* An operator between the test and a sink of its own. */
typedef struct TestRig {
  OpContext ctx;
  ExprEnv env;
  Error err;
  Op *op;
  TestSink *sink;
  Op *next[1];
} TestRig;

/* Before the operator is made with &rig->ctx. */
static inline void test_rig_init(TestRig *rig) {
  *rig = (TestRig){.env = {.zone = zone_utc()}};
  rig->ctx = (OpContext){.env = &rig->env,
                         .err = &rig->err,
                         .chunk_watermark_us = MICROS_MIN,
                         .chunk_max_us = MICROS_MIN};
  rig->sink = test_sink_new(&rig->ctx);
  rig->next[0] = &rig->sink->op;
}

static inline void test_rig_open(TestRig *rig, Op *op) {
  assert(op != NULL);
  rig->op = op;
  op->next = rig->next;
  op->n_next = 1;
  CHECK(op_open(op) == OK);
}

/* Fire all that is complete. */
static inline void test_rig_fire(TestRig *rig) {
  bool more = true;
  while (more) {
    Code code = op_fire(rig->op, &more);
    CHECK_STR(rig->err.msg, "");
    if (code != OK) break;
  }
}

static inline void test_rig_deinit(TestRig *rig) {
  op_free(rig->op);
  op_free(&rig->sink->op);
}

/* Draws that are the same on every machine. */
typedef struct TestRandom {
  uint64_t state;
} TestRandom;

static inline uint32_t test_random(TestRandom *r, uint32_t below) {
  r->state ^= r->state << 13, r->state ^= r->state >> 7, r->state ^= r->state << 17;
  return (uint32_t)((r->state >> 11) % below);
}

/* Row row of column col; text NULL: a NULL. */
static inline void test_put_int(BatchBuilder *b, uint32_t col, uint32_t row, bool null, int64_t i) {
  Type type = b->batch.cols[col].type;
  Value value = null ? value_null(type) : value_int(type, i);
  CHECK(batch_builder_put(b, col, row, &value));
}

static inline void test_put_text(BatchBuilder *b, uint32_t col, uint32_t row, const char *text) {
  Type type = b->batch.cols[col].type;
  Value value = text == NULL ? value_null(type) : value_text(type, str_of(text));
  CHECK(batch_builder_put(b, col, row, &value));
}
