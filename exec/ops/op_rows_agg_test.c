/* op_rows_agg_test.c -- count windows against a list of rows for each key. */
#include "exec/ops/op_check.h"
#include "exec/state/key.h"

enum { ROWS_MAX = 3000, N_KEYS = 5, N_AGGS = 6 };

typedef struct In {
  int64_t k, v, x, flag;
} In;

typedef struct Out {
  int64_t k, agg[N_AGGS], start, end, position;
} Out;

typedef struct Case {
  int64_t size, slide;
  In rows[ROWS_MAX];
  uint32_t n_rows;
  Out want[ROWS_MAX + N_KEYS + 1], got[ROWS_MAX + N_KEYS + 1];
  uint32_t n_want, n_got;
} Case;

static void on_row(Bench *b, const Batch *batch, uint32_t row) {
  Case *c = b->arg;
  if (c->n_got == COUNT_OF(c->got)) return;
  Out *o = &c->got[c->n_got++];
  *o = (Out){.k = bench_cell(batch, 0, row)};
  for (uint32_t a = 0; a < N_AGGS; a++) o->agg[a] = bench_cell(batch, 1 + a, row);
  o->start = bench_cell(batch, 1 + N_AGGS, row);
  o->end = bench_cell(batch, 2 + N_AGGS, row);
  o->position = bench_cell(batch, 3 + N_AGGS, row);
}

/* --- the model: COUNT(*), SUM(v), MAX(v), SUM(x), COUNT(DISTINCT v), MAX(text of v) FILTER --- */

static int text_order(int64_t a, int64_t b) {
  char x[24], y[24];
  snprintf(x, sizeof x, "%lld", (long long)a);
  snprintf(y, sizeof y, "%lld", (long long)b);
  return strcmp(x, y);
}

static void model_add(Out *o, const In *r, int64_t *seen) {
  o->agg[0]++;
  o->agg[3] = o->agg[3] == INT64_MIN ? r->x : o->agg[3] + r->x;
  if (r->v == INT64_MIN) return;
  o->agg[1] = o->agg[1] == INT64_MIN ? r->v : o->agg[1] + r->v;
  if (r->v > o->agg[2]) o->agg[2] = r->v;
  bool fresh = true;
  for (int64_t i = 0; i < o->agg[4]; i++) fresh &= seen[i] != r->v;
  if (fresh) seen[o->agg[4]++] = r->v;
  bool first = o->agg[5] == INT64_MIN;
  if (r->flag == 1 && (first || text_order(r->v, o->agg[5]) > 0)) o->agg[5] = r->v;
}

/* Rows [start, end) of key k, which has come as often as that. */
static void model_window(Case *c, int64_t k, int64_t start, int64_t end, int64_t position) {
  int64_t seen[32], number = 0;
  Out *o = &c->want[c->n_want++];
  *o = (Out){.k = k,
             .agg = {0, INT64_MIN, INT64_MIN, INT64_MIN, 0, INT64_MIN},
             .start = start,
             .position = position};
  for (uint32_t i = 0; i < c->n_rows; i++) {
    if (c->rows[i].k != k) continue;
    if (number >= start && number < end) model_add(o, &c->rows[i], seen);
    number++;
  }
  o->end = number < end ? number : end;
}

static int64_t count_of(const Case *c, int64_t k) {
  int64_t n = 0;
  for (uint32_t i = 0; i < c->n_rows; i++) n += c->rows[i].k == k;
  return n;
}

static void model_row(Case *c) {
  int64_t k = c->rows[c->n_rows - 1].k, n = count_of(c, k);
  if (n % c->slide != 0) return;
  model_window(c, k, n > c->size ? n - c->size : 0, n, c->n_rows - 1);
}

static uint64_t hash_of(int64_t k) {
  return k == INT64_MIN ? KEY_NULL_HASH : hash_u64((uint64_t)k);
}
static int by_hash(const void *a, const void *b) {
  uint64_t x = hash_of(((const Out *)a)->k), y = hash_of(((const Out *)b)->k);
  return (x > y) - (x < y);
}

/* What no window that has come out contains. */
static void model_end(Case *c) {
  uint32_t before = c->n_want;
  for (int64_t i = -1; i < N_KEYS; i++) {
    int64_t k = i < 0 ? INT64_MIN : i, n = count_of(c, k);
    int64_t last = n / c->slide * c->slide, next = last + c->slide, start = next - c->size;
    if (start < 0) start = 0;
    if (n > last && n > start) model_window(c, k, start, next, INT64_MAX);
  }
  qsort(c->want + before, c->n_want - before, sizeof *c->want, by_hash);
}

/* --- cases ---------------------------------------------------------------------------------- */

static void random_in(uint64_t *seed, In *r) {
  uint64_t k = rng_next(seed) % 12; /* one key has half of the rows */
  r->k = k < 6 ? 0 : k == 6 ? INT64_MIN : (int64_t)(k - 7) % N_KEYS;
  uint64_t v = rng_next(seed) % 20;
  r->v = v == 0 ? INT64_MIN : (int64_t)v - 9;
  if (v == 1) r->v = 9000000000000000;
  r->x = (int64_t)(rng_next(seed) % 1000);
  r->flag = (int64_t)(rng_next(seed) % 3);
  if (r->flag == 2) r->flag = INT64_MIN;
}

static void check_case(int64_t size, int64_t slide, uint32_t n_rows, uint32_t batch_rows,
                       const FormatField *in, uint32_t n_in, const AggCall *aggs, uint64_t seed) {
  static const uint32_t keys[] = {0};
  Case *c = calloc(1, sizeof *c);
  Bench b;
  WindowAggSpec spec = {
      .window = {.kind = WINDOW_ROWS, .size_rows = (uint64_t)size, .slide_rows = (uint64_t)slide},
      .keys = keys,
      .n_keys = 1,
      .aggs = aggs,
      .n_aggs = N_AGGS,
      .position_col = 5};
  FormatField out[N_AGGS + 4] = {in[0]};
  for (uint32_t a = 0; a < N_AGGS; a++) out[1 + a] = (FormatField){"a", aggs[a].result};
  for (uint32_t i = 0; i < 3; i++) {
    out[1 + N_AGGS + i] = (FormatField){"n", type_not_null(type_of(TYPE_BIGINT))};
  }
  *c = (Case){.size = size, .slide = slide};
  bench_init(&b, in, n_in, on_row);
  b.arg = c;
  bench_open(&b, op_rows_agg_new(&spec, in, n_in, out, &b.ctx));
  while (c->n_rows < n_rows) {
    In *r = &c->rows[c->n_rows];
    random_in(&seed, r);
    bench_row(&b, (int64_t[]){r->k, r->v, r->x, r->v, r->flag, c->n_rows}, MICROS_MIN, ROW_INSERT);
    c->n_rows++;
    model_row(c);
    if (b.in->batch.rows == batch_rows) bench_push(&b, false, false);
  }
  bench_push(&b, false, false);
  op_finish(b.op);
  bench_fire(&b);
  model_end(c);
  CHECK_INT(c->n_got, c->n_want);
  uint32_t wrong = 0;
  for (uint32_t i = 0; i < c->n_want; i++)
    wrong += memcmp(&c->got[i], &c->want[i], sizeof(Out)) != 0;
  CHECK_INT(wrong, 0);
  if (wrong > 0) printf("size %d slide %d batch %u\n", (int)size, (int)slide, batch_rows);
  bench_close(&b);
  free(c);
}

int main(void) {
  const FormatField in[] = {{"k", type_of(TYPE_BIGINT)},     {"v", type_of(TYPE_BIGINT)},
                            {"x", type_of(TYPE_DOUBLE)},     {"text", type_string()},
                            {"flag", type_of(TYPE_BOOLEAN)}, {"at", type_of(TYPE_BIGINT)}};
  AggCall aggs[N_AGGS] = {bench_agg("COUNT", in, -1), bench_agg("SUM", in, 1),
                          bench_agg("MAX", in, 1),    bench_agg("SUM", in, 2),
                          bench_agg("COUNT", in, 1),  bench_agg("MAX", in, 3)};
  aggs[4].distinct = true;
  aggs[5].filter = 4;
  uint64_t seed = 1;
  for (int64_t size = 1; size <= 9; size++) {
    for (int64_t slide = 1; slide <= 12; slide++) {
      check_case(size, slide, 60, 7, in, COUNT_OF(in), aggs, seed++);
      check_case(size, slide, 300, 100, in, COUNT_OF(in), aggs, seed++);
    }
  }
  static const int64_t large[][2] = {{100, 100}, {64, 1}, {100, 7},  {7, 100},    {1000, 100},
                                     {90, 60},   {1, 1},  {5000, 3}, {5000, 5000}};
  for (size_t i = 0; i < COUNT_OF(large); i++) {
    check_case(large[i][0], large[i][1], ROWS_MAX, 1000, in, COUNT_OF(in), aggs, seed++);
    check_case(large[i][0], large[i][1], 700, 1, in, COUNT_OF(in), aggs, seed++);
  }
  return check_done();
}
