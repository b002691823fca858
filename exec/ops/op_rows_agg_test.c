/* op_rows_agg_test.c -- count windows against a list of rows for each key. */
#include "exec/ops/restore_check.h"

enum { ROWS_MAX = 3000, N_KEYS = 5, N_AGGS = 6, N_IN = 6 };

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
  uint32_t since[N_AGGS]; /* the row from which on an aggregate counts */
  uint32_t pick[N_AGGS];  /* which of them column 1 + i is, for i below n_pick; the rest is 0 */
  uint32_t n_pick;
  Out want[ROWS_MAX + N_KEYS + 1], got[ROWS_MAX + N_KEYS + 1];
  uint32_t n_want, n_got;
} Case;

static void on_row(Bench *b, const Batch *batch, uint32_t row) {
  Case *c = b->arg;
  if (c->n_got == COUNT_OF(c->got)) return;
  Out *o = &c->got[c->n_got++];
  *o = (Out){.k = bench_cell(batch, 0, row)};
  for (uint32_t i = 0; i < c->n_pick; i++) o->agg[c->pick[i]] = bench_cell(batch, 1 + i, row);
  o->start = bench_cell(batch, 1 + c->n_pick, row);
  o->end = bench_cell(batch, 2 + c->n_pick, row);
  o->position = bench_cell(batch, 3 + c->n_pick, row);
}

/* --- the model: COUNT(*), SUM(v), MAX(v), SUM(x), COUNT(DISTINCT v), MAX(text of v) FILTER --- */

static int text_order(int64_t a, int64_t b) {
  char x[24], y[24];
  snprintf(x, sizeof x, "%lld", (long long)a);
  snprintf(y, sizeof y, "%lld", (long long)b);
  return strcmp(x, y);
}

static void model_add(const Case *c, Out *o, uint32_t row, int64_t *seen) {
  const In *r = &c->rows[row];
  bool on[N_AGGS];
  for (uint32_t a = 0; a < N_AGGS; a++) on[a] = row >= c->since[a];
  o->agg[0] += on[0];
  if (on[3]) o->agg[3] = o->agg[3] == INT64_MIN ? r->x : o->agg[3] + r->x;
  if (r->v == INT64_MIN) return;
  if (on[1]) o->agg[1] = o->agg[1] == INT64_MIN ? r->v : o->agg[1] + r->v;
  if (on[2] && r->v > o->agg[2]) o->agg[2] = r->v;
  bool fresh = on[4];
  for (int64_t i = 0; i < o->agg[4]; i++) fresh &= seen[i] != r->v;
  if (fresh) seen[o->agg[4]++] = r->v;
  bool first = o->agg[5] == INT64_MIN;
  if (on[5] && r->flag == 1 && (first || text_order(r->v, o->agg[5]) > 0)) o->agg[5] = r->v;
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
    if (number >= start && number < end) model_add(c, o, i, seen);
    number++;
  }
  o->end = number < end ? number : end;
  bool picked[N_AGGS] = {0};
  for (uint32_t i = 0; i < c->n_pick; i++) picked[c->pick[i]] = true;
  for (uint32_t a = 0; a < N_AGGS; a++) {
    if (!picked[a]) o->agg[a] = 0;
  }
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

/* What an operator is made of. */
typedef struct Plan {
  WindowAggSpec spec;
  FormatField in[N_IN], out[N_AGGS + 4];
} Plan;

static Op *make(Bench *b, const void *plan) {
  const Plan *p = plan;
  return op_rows_agg_new(&p->spec, p->in, N_IN, p->out, &b->ctx);
}

static const uint32_t keys[] = {0};

static Plan make_plan(int64_t size, int64_t slide, const FormatField *in, const AggCall *aggs,
                      uint32_t n_aggs) {
  Plan p = {.spec = {.window = {.kind = WINDOW_ROWS,
                                .size_rows = (uint64_t)size,
                                .slide_rows = (uint64_t)slide},
                     .keys = keys,
                     .n_keys = 1,
                     .aggs = aggs,
                     .n_aggs = n_aggs,
                     .position_col = 5},
            .out = {in[0]}};
  memcpy(p.in, in, sizeof p.in);
  for (uint32_t a = 0; a < n_aggs; a++) p.out[1 + a] = (FormatField){"a", aggs[a].result};
  for (uint32_t i = 0; i < 3; i++) {
    p.out[1 + n_aggs + i] = (FormatField){"n", type_not_null(type_of(TYPE_BIGINT))};
  }
  return p;
}

/* Instances give a chunk's results in its order (IN_ORDER behind them); the rest by hash. */
static int by_position(const void *a, const void *b) {
  const Out *x = a, *y = b;
  if (x->position != y->position) return x->position < y->position ? -1 : 1;
  return by_hash(a, b);
}

static Case *case_new(int64_t size, int64_t slide) {
  Case *c = calloc(1, sizeof *c);
  c->size = size;
  c->slide = slide;
  c->n_pick = N_AGGS;
  for (uint32_t a = 0; a < N_AGGS; a++) c->pick[a] = a;
  return c;
}

static void put_row(Bench *b, Case *c, uint64_t *seed) {
  In *r = &c->rows[c->n_rows];
  random_in(seed, r);
  bench_row(b, (int64_t[]){r->k, r->v, r->x, r->v, r->flag, c->n_rows}, MICROS_MIN, ROW_INSERT);
  c->n_rows++;
  model_row(c);
}

static void check_end(Bench *b, Case *c, bool any_order) {
  bench_push(b, false, false);
  op_finish(b->op);
  bench_fire(b);
  model_end(c);
  CHECK_INT(c->n_got, c->n_want);
  if (any_order) qsort(c->got, c->n_got, sizeof *c->got, by_position);
  uint32_t wrong = 0;
  for (uint32_t i = 0; i < c->n_want; i++)
    wrong += memcmp(&c->got[i], &c->want[i], sizeof(Out)) != 0;
  CHECK_INT(wrong, 0);
  if (wrong > 0) printf("size %d slide %d\n", (int)c->size, (int)c->slide);
  bench_close(b);
}

/* disturb: after a batch, one time in so many; 0: never. */
static void check_case(int64_t size, int64_t slide, uint32_t n_rows, uint32_t batch_rows,
                       uint32_t disturb, const FormatField *in, const AggCall *aggs,
                       uint64_t seed) {
  Case *c = case_new(size, slide);
  Bench b;
  const Plan plan = make_plan(size, slide, in, aggs, N_AGGS);
  Disturb d = {.make = make, .spec = &plan, .key = key_spec(keys, &in[0].type, 1), .one = disturb};
  bench_init(&b, in, N_IN, on_row);
  b.arg = c;
  bench_open(&b, make(&b, &plan));
  while (c->n_rows < n_rows) {
    put_row(&b, c, &seed);
    if (b.in->batch.rows < batch_rows) continue;
    bench_push(&b, false, false);
    if (disturb > 0) bench_fire(&b);
    bench_disturb(&b, &d, &seed);
  }
  check_end(&b, c, disturb > 0);
  bench_disturb_end(&d);
  free(c);
}

/* Some of the aggregates, in any order. */
static uint32_t random_pick(uint64_t *seed, uint32_t *pick) {
  uint32_t n = 0;
  for (uint32_t a = 0; a < N_AGGS; a++) {
    if (bench_random(seed, 2) == 0) continue;
    uint32_t at = bench_random(seed, n + 1);
    pick[n++] = pick[at];
    pick[at] = a;
  }
  return n;
}

/* A plan with other aggregates goes on: those that both have lose nothing, the others count from
 * here. */
static void check_upgrade(int64_t size, int64_t slide, const FormatField *in, const AggCall *aggs,
                          uint64_t seed) {
  Case *c = case_new(size, slide);
  Bench b;
  Kept kept;
  AggCall before[N_AGGS], after[N_AGGS];
  uint32_t map[N_AGGS], old[N_AGGS], n_old = random_pick(&seed, old);
  uint32_t next[N_AGGS], n_next = random_pick(&seed, next);
  for (uint32_t i = 0; i < n_old; i++) {
    before[i] = aggs[old[i]];
    map[i] = UINT32_MAX;
  }
  memcpy(c->pick, old, sizeof old);
  c->n_pick = n_old;
  const Plan from = make_plan(size, slide, in, before, n_old);
  bench_init(&b, in, N_IN, on_row);
  b.arg = c;
  bench_open(&b, make(&b, &from));
  uint32_t n = 1 + bench_random(&seed, 200);
  while (c->n_rows < n) put_row(&b, c, &seed);
  bench_push(&b, false, false);
  for (uint32_t i = 0; i < n_next; i++) {
    after[i] = aggs[next[i]];
    c->since[next[i]] = n;
    for (uint32_t k = 0; k < n_old; k++) {
      if (old[k] != next[i]) continue;
      map[k] = i;
      c->since[next[i]] = 0;
    }
  }
  memcpy(c->pick, next, sizeof next);
  c->n_pick = n_next;
  const Plan to = make_plan(size, slide, in, after, n_next);
  kept_init(&kept);
  CHECK_INT(op_save(b.op, &kept.sink), OK);
  kept_drain(&kept, 100);
  Op *fresh = make(&b, &to);
  fresh->next = b.op->next;
  fresh->n_next = b.op->n_next;
  op_free(b.op);
  b.op = fresh;
  CHECK_INT(op_open(fresh), OK);
  for (const StateBlock *block = kept.first; block != NULL; block = block->next) {
    StateIn state;
    state_in_init(&state, block, 0, UINT64_MAX);
    state.agg_map = map;
    state.n_aggs = n_old;
    CHECK_INT(op_load(fresh, &state), OK);
    CHECK(!state.bad);
  }
  CHECK_INT(op_loaded(fresh), OK);
  kept_free(&kept);
  for (n += 100; c->n_rows < n;) put_row(&b, c, &seed);
  check_end(&b, c, false);
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
      check_case(size, slide, 60, 7, 0, in, aggs, seed++);
      check_case(size, slide, 300, 100, 0, in, aggs, seed++);
      check_case(size, slide, 200, 7, 2, in, aggs, seed++);
      check_upgrade(size, slide, in, aggs, seed++);
    }
  }
  static const int64_t large[][2] = {{100, 100}, {64, 1}, {100, 7},  {7, 100},    {1000, 100},
                                     {90, 60},   {1, 1},  {5000, 3}, {5000, 5000}};
  for (size_t i = 0; i < COUNT_OF(large); i++) {
    check_case(large[i][0], large[i][1], ROWS_MAX, 1000, 0, in, aggs, seed++);
    check_case(large[i][0], large[i][1], 700, 1, 0, in, aggs, seed++);
    check_case(large[i][0], large[i][1], ROWS_MAX, 100, 3, in, aggs, seed++);
    for (int k = 0; k < 10; k++) check_upgrade(large[i][0], large[i][1], in, aggs, seed++);
  }
  return check_done();
}
