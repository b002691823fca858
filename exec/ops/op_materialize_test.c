/* op_materialize_test.c -- a changelog's end against a list of rows that is searched; and saved and
 * restored at random places it gives the same rows in the same order. */
#include "exec/ops/broken_check.h"

enum { ROWS_MAX = 4096 };

typedef struct Model {
  int64_t rows[ROWS_MAX][2];
  uint32_t n;
  int64_t got[ROWS_MAX][2];
  uint32_t n_got;
} Model;

static void on_row(Bench *b, const Batch *batch, uint32_t row) {
  Model *m = b->arg;
  CHECK_INT(batch_kind(batch, row), ROW_INSERT);
  m->got[m->n_got][0] = bench_cell(batch, 0, row);
  m->got[m->n_got++][1] = bench_cell(batch, 1, row);
}

static void model_add(Model *m, const int64_t *row) {
  memcpy(m->rows[m->n++], row, sizeof *m->rows);
}

/* The last equal row. */
static uint32_t model_find(const Model *m, const int64_t *row) {
  uint32_t at = m->n;
  while (memcmp(m->rows[--at], row, sizeof *m->rows) != 0) continue;
  return at;
}

static void model_remove(Model *m, uint32_t at) {
  memmove(m->rows[at], m->rows[at + 1], (m->n - at - 1) * sizeof *m->rows);
  m->n--;
}

static void random_row(uint64_t *seed, int64_t *row) {
  row[0] = (int64_t)(rng_next(seed) % 40);
  row[1] = rng_next(seed) % 5 == 0 ? INT64_MIN : (int64_t)(rng_next(seed) % 3) * 100000000000000;
}

static void put(Bench *b, const int64_t *row, RowKind kind, uint64_t *seed) {
  bench_row(b, row, MICROS_MIN, kind);
  if (b->in->batch.rows == 100 || rng_next(seed) % 20 == 0) bench_push(b, false, true);
}

static void step(Bench *b, Model *m, uint64_t *seed) {
  int64_t row[2], old[2];
  random_row(seed, row);
  uint64_t what = rng_next(seed) % 8;
  if (m->n < 30 || (what < 3 && m->n < ROWS_MAX)) {
    put(b, row, what == 0 ? ROW_UPDATE_AFTER : ROW_INSERT, seed);
    model_add(m, row);
    return;
  }
  memcpy(old, m->rows[rng_next(seed) % m->n], sizeof old);
  uint32_t at = model_find(m, old);
  if (what < 6) { /* an update keeps the place */
    put(b, old, ROW_UPDATE_BEFORE, seed);
    put(b, row, ROW_UPDATE_AFTER, seed);
    /* among equal rows the latest is the one that changed last: as the operator has it, whose
     * places know no order but that */
    memcpy(m->rows[at], row, sizeof row);
  } else {
    put(b, old, what == 6 ? ROW_DELETE : ROW_UPDATE_BEFORE, seed);
    model_remove(m, at);
    if (what == 7) { /* a -U that nothing follows */
      put(b, row, ROW_INSERT, seed);
      model_add(m, row);
    }
  }
}

static int by_cells(const void *a, const void *b) { return memcmp(a, b, sizeof(int64_t[2])); }

/* restores: how many steps there are from one to the next, at most; 0: none. */
static Model *run(uint64_t seed, uint32_t steps, uint32_t restores) {
  static const char *const names[] = {"a", "b"};
  const FormatField in[] = {{names[0], type_of(TYPE_BIGINT)}, {names[1], type_string()}};
  uint64_t restore_seed = seed;
  Model *m = calloc(1, sizeof *m);
  Bench b;
  bench_init(&b, in, 2, on_row);
  b.arg = m;
  bench_open(&b, op_materialize_new(in, 2, &b.ctx));
  for (uint32_t i = 0; i < steps; i++) {
    step(&b, m, &seed);
    if (restores == 0 || bench_random(&restore_seed, restores) > 0) continue;
    bench_restore(&b, op_materialize_new(in, 2, &b.ctx));
  }
  bench_push(&b, false, true);
  bench_fire(&b);
  CHECK_INT(m->n_got, 0); /* nothing before the end */
  op_finish(b.op);
  bench_fire(&b);
  CHECK_INT(m->n_got, m->n);
  bench_close(&b);
  return m;
}

static void check_random(uint64_t seed, uint32_t steps) {
  Model *m = run(seed, steps, 0), *restored = run(seed, steps, 2 + steps / 5);
  CHECK(memcmp(m->got, restored->got, sizeof m->got) == 0);
  /* Which of several equal rows an update takes is open, so places are compared only below. */
  qsort(m->got, m->n_got, sizeof *m->got, by_cells);
  qsort(m->rows, m->n, sizeof *m->rows, by_cells);
  CHECK(memcmp(m->got, m->rows, m->n * sizeof *m->rows) == 0);
  free(m);
  free(restored);
}

static void check_places(void) {
  const FormatField in[] = {{"a", type_of(TYPE_BIGINT)}, {"b", type_of(TYPE_BIGINT)}};
  Model *m = calloc(1, sizeof *m);
  Bench b;
  bench_init(&b, in, 2, on_row);
  b.arg = m;
  bench_open(&b, op_materialize_new(in, 2, &b.ctx));
  static const struct {
    RowKind kind;
    int64_t row[2];
  } log[] = {{ROW_INSERT, {1, 1}},        {ROW_INSERT, {2, 1}},       {ROW_INSERT, {3, 1}},
             {ROW_UPDATE_BEFORE, {1, 1}}, {ROW_UPDATE_AFTER, {1, 2}}, {ROW_DELETE, {2, 1}},
             {ROW_INSERT, {2, 5}},        {ROW_INSERT, {3, 1}},       {ROW_DELETE, {3, 1}},
             {ROW_UPDATE_BEFORE, {2, 5}}, {ROW_INSERT, {4, 1}},       {ROW_UPDATE_AFTER, {2, 6}}};
  for (size_t i = 0; i < COUNT_OF(log); i++) {
    bench_row(&b, log[i].row, MICROS_MIN, log[i].kind);
    if (i % 4 != 3) continue; /* a pair may be cut in two */
    bench_push(&b, false, true);
    bench_restore(&b, op_materialize_new(in, 2, &b.ctx));
  }
  op_finish(b.op);
  bench_fire(&b);
  static const int64_t want[][2] = {{1, 2}, {3, 1}, {4, 1}, {2, 6}};
  CHECK_INT(m->n_got, COUNT_OF(want));
  CHECK(memcmp(m->got, want, sizeof want) == 0);
  bench_close(&b);
  free(m);
}

static Op *make_op(Bench *b, const void *in) { return op_materialize_new(in, 2, &b->ctx); }

static void check_cuts(void) {
  const FormatField in[] = {{"a", type_of(TYPE_BIGINT)}, {"b", type_string()}};
  Bench b;
  bench_init(&b, in, 2, NULL);
  bench_open(&b, op_materialize_new(in, 2, &b.ctx));
  for (int64_t i = 0; i < 3; i++) bench_row(&b, (int64_t[]){7, 100000000000000}, 0, ROW_INSERT);
  bench_push(&b, false, false);
  bench_check_cuts(&b, make_op, in);
  bench_close(&b);
}

static void check_unknown_row(void) {
  const FormatField in[] = {{"a", type_of(TYPE_BIGINT)}};
  Bench b;
  bench_init(&b, in, 1, NULL);
  bench_open(&b, op_materialize_new(in, 1, &b.ctx));
  static const int64_t row[] = {7};
  bench_row(&b, row, MICROS_MIN, ROW_DELETE);
  CHECK_INT(op_push(b.op, PORT_ROWS, &b.in->batch), ERR_DATA);
  bench_close(&b);
}

int main(void) {
  for (uint64_t seed = 1; seed <= 20; seed++) check_random(seed, 500);
  check_random(99, 60000); /* rooms of rows are used again */
  check_places();
  check_cuts();
  check_unknown_row();
  return check_done();
}
