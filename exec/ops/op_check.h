/* op_check.h -- for unit tests of operators: an environment, input batches, and what comes out.
 *
 *     static Bench b;  bench_init(&b, fields, n, handler)    the operator under test is b.op
 *     bench_open(&b, op);  ...  bench_fire(&b);  bench_close(&b)
 */
#pragma once
#include <stdlib.h>

#include "base/check.h"
#include "base/str.h"
#include "exec/data/rng.h"
#include "exec/data/value.h"
#include "exec/ops/ops.h"

typedef struct Bench Bench;
/* Gets every row that comes out. */
typedef void BenchRow(Bench *b, const Batch *batch, uint32_t row);

typedef struct BenchSink {
  Op op;
  Bench *bench;
} BenchSink;

struct Bench {
  ExprEnv env;
  Error err;
  OpContext ctx;
  Op *op, *out, *late_out;
  BenchRow *on_row, *on_late;
  BatchBuilder *in;
  Micros *marks; /* of in's rows; NULL: none */
  void *arg;
};

static Code bench_sink_push(Op *op, OpPort port, const Batch *in) {
  Bench *b = ((BenchSink *)op)->bench;
  CHECK_INT(port, PORT_ROWS);
  batch_verify(in);
  BenchRow *on = op == b->out ? b->on_row : b->on_late;
  for (uint32_t i = 0; i < batch_count(in); i++) {
    if (on != NULL) on(b, in, batch_row(in, i));
  }
  return OK;
}
static void bench_sink_close(Op *op) { (void)op; }
static const OpTable bench_sink_table = {.name = "BenchSink",
                                         .size = sizeof(BenchSink),
                                         .push = bench_sink_push,
                                         .close = bench_sink_close};

static Op *bench_sink(Bench *b) {
  Op *sink = op_new(&bench_sink_table, &b->ctx);
  ((BenchSink *)sink)->bench = b;
  if (op_open(sink) != OK) abort();
  return sink;
}

/* in: columns of what is pushed. */
static void bench_init(Bench *b, const FormatField *in, uint32_t n, BenchRow *on_row) {
  Type types[16];
  assert(n <= COUNT_OF(types));
  *b = (Bench){.env = {.zone = zone_utc()}, .on_row = on_row};
  b->ctx = (OpContext){
      .env = &b->env, .err = &b->err, .chunk_watermark_us = MICROS_MIN, .chunk_max_us = MICROS_MIN};
  for (uint32_t i = 0; i < n; i++) types[i] = in[i].type;
  b->in = batch_builder_new(
      (BatchShape){.types = types, .n_cols = n, .with_mark = true, .with_kind = true});
  if (b->in == NULL) out_of_memory();
}

/* b->ctx is what the operator was made with. */
static void bench_open(Bench *b, Op *op) {
  b->op = op;
  b->out = bench_sink(b);
  b->late_out = bench_sink(b);
  op->next = &b->out;
  op->n_next = 1;
  op->late = b->late_out;
  CHECK_INT(op_open(op), OK);
}

/* A row more for the next push: an int64 for every column, INT64_MIN is NULL; a text is the
 * number, printed. */
static inline void bench_row(Bench *b, const int64_t *cells, Micros mark, RowKind kind) {
  uint32_t row = b->in->batch.rows;
  for (uint32_t c = 0; c < b->in->batch.n_cols; c++) {
    Type type = b->in->batch.cols[c].type;
    char text[40];
    Value v = value_null(type);
    if (cells[c] != INT64_MIN && type_phys(type) == PHYS_TEXT) {
      snprintf(text, sizeof text, "%lld", (long long)cells[c]);
      v = value_text(type, str_of(text));
    } else if (cells[c] != INT64_MIN) {
      v = type_phys(type) == PHYS_F64 ? value_double(type, (double)cells[c])
                                      : value_int(type, cells[c]);
    }
    CHECK(batch_builder_put(b->in, c, row, &v));
  }
  batch_builder_mark(b->in)[row] = mark;
  batch_builder_kind(b->in)[row] = (uint8_t)kind;
  b->in->batch.rows++;
}

/* Push what has gathered.  with_marks, with_kinds: the batch has those arrays. */
static inline void bench_push(Bench *b, bool with_marks, bool with_kinds) {
  Batch batch = b->in->batch;
  if (!with_marks) batch.mark = NULL;
  if (!with_kinds) batch.kind = NULL;
  CHECK_INT(op_push(b->op, PORT_ROWS, &batch), OK);
  batch_builder_clear(b->in);
}

static inline void bench_fire(Bench *b) {
  for (bool more = true; more;) {
    Code code = op_fire(b->op, &more);
    CHECK_INT(code, OK);
    if (code != OK) return;
  }
}

static void bench_close(Bench *b) {
  op_free(b->op);
  op_free(b->out);
  op_free(b->late_out);
  batch_builder_free(b->in);
}

/* NAME(col) or NAME(*) with col -1. */
static inline AggCall bench_agg(const char *name, const FormatField *in, int32_t col) {
  AggCall call = {.arg = col, .filter = -1};
  Error err = {0};
  const AggDef *def = agg_find(str_of(name));
  assert(def != NULL);
  Type type = col >= 0 ? in[col].type : type_of(TYPE_NULL);
  CHECK_INT(agg_bind(def, &type, col >= 0, NO_SPAN, &call, &err), OK);
  return call;
}

/* A value as int64; INT64_MIN: NULL; a text is read as a number. */
static inline int64_t bench_cell(const Batch *batch, uint32_t col, uint32_t row) {
  const Vector *v = &batch->cols[col];
  if (!vector_valid(v, row)) return INT64_MIN;
  Value value = value_of(v, row);
  if (type_phys(v->type) == PHYS_F64) return (int64_t)value.as.f;
  if (type_phys(v->type) != PHYS_TEXT) return value.as.i;
  char text[40] = {0};
  Str s = text_str(&value.as.text);
  memcpy(text, s.ptr, s.len < sizeof text - 1 ? s.len : sizeof text - 1);
  return strtoll(text, NULL, 10);
}

/* A draw from [0, below). */
static inline uint32_t bench_random(uint64_t *seed, uint32_t below) {
  return (uint32_t)(rng_next(seed) % below);
}

/* Handler that writes rows down in the StrBuf at b->arg: values, "." for NULL, a number for times,
 * then kind and mark where a row has one: `7 1500 ab k3 m1000`. */
static inline void bench_write(Bench *b, const Batch *batch, uint32_t row) {
  StrBuf *out = b->arg;
  for (uint32_t c = 0; c < batch->n_cols; c++) {
    const Vector *v = &batch->cols[c];
    if (c > 0) strbuf_putc(out, ' ');
    if (!vector_valid(v, row)) {
      strbuf_putc(out, '.');
    } else if (type_phys(v->type) == PHYS_TEXT) {
      Value value = value_of(v, row);
      strbuf_str(out, text_str(&value.as.text));
    } else {
      strbuf_printf(out, "%lld", (long long)bench_cell(batch, c, row));
    }
  }
  if (batch->kind != NULL && batch->kind[row] != ROW_INSERT) {
    strbuf_printf(out, " k%d", batch->kind[row]);
  }
  if (batch->mark != NULL && batch->mark[row] != MICROS_MIN) {
    strbuf_printf(out, " m%lld", (long long)batch->mark[row]);
  }
  strbuf_putc(out, '\n');
}
