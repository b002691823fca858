/* op_group_agg_test.c -- groups that are saved and restored, against a run that is not disturbed:
 * with keys of all forms, in one operator or two, and with other aggregates than they were saved
 * with. */
#include "exec/ops/broken_check.h"

enum { COL_K, COL_S, COL_V, COL_D, N_COLS, ROWS = 4000, AGGS_MAX = 8 };

static FormatField in[N_COLS];

typedef struct Agg {
  const char *name;
  int32_t col; /* -1: the star */
  bool distinct;
} Agg;

static const Agg some[] = {{"COUNT", -1, false},   {"SUM", COL_V, false},
                           {"COUNT", COL_S, true}, {"MAX", COL_S, false},
                           {"SUM", COL_D, true},   {"FIRST_VALUE", COL_V, false},
                           {"SUM", COL_D, false},  {"COUNT", COL_V, true}};

typedef struct Case {
  uint32_t keys[2], n_keys;
  Type key_types[2];
  uint32_t n_distinct_keys;
  AggCall aggs[AGGS_MAX];
  FormatField out[2 + AGGS_MAX];
  GroupAggSpec spec;
  KeySpec key;
} Case;

static void set_aggs(Case *c, const Agg *aggs, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    c->aggs[i] = bench_agg(aggs[i].name, in, aggs[i].col);
    c->aggs[i].distinct = aggs[i].distinct;
    c->out[c->n_keys + i] = (FormatField){"a", c->aggs[i].result};
  }
  c->spec = (GroupAggSpec){.keys = c->keys, .n_keys = c->n_keys, .aggs = c->aggs, .n_aggs = n};
}

static void set_keys(Case *c, const uint32_t *keys, uint32_t n, uint32_t n_distinct) {
  *c = (Case){.n_keys = n, .n_distinct_keys = n_distinct};
  for (uint32_t i = 0; i < n; i++) {
    c->keys[i] = keys[i];
    c->out[i] = in[keys[i]];
    c->key_types[i] = in[keys[i]].type;
  }
  c->key = key_spec(c->keys, c->key_types, n);
}

static Op *new_op(Bench *b, const Case *c) {
  return op_group_agg_new(&c->spec, in, N_COLS, c->out, &b->ctx);
}

/* Doubles with a part that sums round away: order shows. */
static void push_rows(Bench *b, const Case *c, uint64_t *seed, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    int64_t k = bench_random(seed, c->n_distinct_keys);
    int64_t big = bench_random(seed, 9) == 0 ? INT64_C(1) << 53 : 0;
    int64_t cells[N_COLS] = {[COL_K] = k == 0 ? INT64_MIN : k - 1,
                             [COL_S] = k % 3 == 0 ? INT64_MIN : 100000000000000 + k % 2,
                             [COL_V] = bench_random(seed, 20),
                             [COL_D] = big + bench_random(seed, 5)};
    if (bench_random(seed, 5) == 0) cells[COL_V] = INT64_MIN;
    bench_row(b, cells, MICROS_MIN, ROW_INSERT);
  }
  bench_push(b, false, false);
}

static void finish(Bench *b) {
  op_finish(b->op);
  bench_fire(b);
  bench_close(b);
}

/* What comes out; restores 0: never disturbed. */
static void run(const Case *c, uint64_t seed, uint64_t restores, StrBuf *got) {
  static Bench b;
  Kept late;
  bool saving = false;
  bench_init(&b, in, N_COLS, bench_write);
  strbuf_init(got, 0);
  b.arg = got;
  bench_open(&b, new_op(&b, c));
  for (uint32_t n = 0; n < ROWS;) {
    uint32_t take = 1 + bench_random(&seed, 300);
    push_rows(&b, c, &seed, take);
    n += take;
    if (restores == 0) continue;
    uint32_t way = bench_random(&restores, 8);
    if (way > 2) continue;
    if (saving) kept_check_late(&late);
    saving = way == 2;
    if (way == 0) bench_restore(&b, new_op(&b, c));
    if (way == 1 && c->n_keys > 0) { /* without keys there is one instance */
      uint64_t mid = rng_next(&restores);
      bench_restore(&b, bench_split_at(&b, &c->key, mid, new_op(&b, c), new_op(&b, c)));
    }
    if (way == 2) bench_save_late(&b, &late);
  }
  bench_restore(&b, new_op(&b, c)); /* one gives all in order */
  if (saving) kept_check_late(&late);
  finish(&b);
}

static void check_restores(const uint32_t *keys, uint32_t n_keys, uint32_t n_distinct) {
  Case c;
  set_keys(&c, keys, n_keys, n_distinct);
  set_aggs(&c, some, COUNT_OF(some));
  for (uint64_t seed = 1; seed <= 4; seed++) {
    StrBuf got, want;
    run(&c, seed, 0, &want);
    run(&c, seed, seed + 50, &got);
    CHECK_STR(strbuf_text(&got), strbuf_text(&want));
    strbuf_deinit(&got);
    strbuf_deinit(&want);
  }
}

/* --- other aggregates ----------------------------------------------------------------------- */

/* Rows into an operator, which is then saved. */
static void save_rows(const Case *c, uint64_t seed, Kept *k) {
  static Bench b;
  bench_init(&b, in, N_COLS, NULL);
  bench_open(&b, new_op(&b, c));
  push_rows(&b, c, &seed, 1500);
  kept_init(k);
  CHECK_INT(op_save(b.op, &k->sink), OK);
  kept_drain(k, SIZE_MAX);
  bench_close(&b);
}

/* Of a state of three: the last, a new one, the first. */
static void check_other_aggs(uint64_t seed) {
  static const Agg old[] = {{"SUM", COL_V, false}, {"COUNT", COL_S, true}, {"COUNT", COL_V, true}};
  static const Agg new[] = {{"COUNT", COL_V, true}, {"COUNT", -1, false}, {"SUM", COL_V, false}};
  static const Agg kept[] = {{"COUNT", COL_V, true}, {"SUM", COL_V, false}};
  static const uint32_t keys[] = {COL_K}, map[] = {2, UINT32_MAX, 0};
  static Bench b;
  Case c, all;
  Kept k;
  StrBuf got, want;
  set_keys(&c, keys, 1, 40);
  set_aggs(&c, old, COUNT_OF(old));
  save_rows(&c, seed, &k);
  set_aggs(&c, new, COUNT_OF(new));
  bench_init(&b, in, N_COLS, bench_write);
  strbuf_init(&got, 0);
  b.arg = &got;
  bench_open(&b, new_op(&b, &c));
  for (const StateBlock *block = k.first; block != NULL; block = block->next) {
    StateIn from;
    state_in_init(&from, block, 0, UINT64_MAX);
    from.agg_map = map;
    from.n_aggs = COUNT_OF(old);
    CHECK_INT(op_load(b.op, &from), OK);
    CHECK(!from.bad);
  }
  CHECK_INT(op_loaded(b.op), OK);
  uint64_t more = seed + 1;
  push_rows(&b, &c, &more, 1500);
  finish(&b);
  kept_free(&k);
  /* The same without the new one, undisturbed, and it alone over the rows that came since. */
  set_keys(&all, keys, 1, 40);
  set_aggs(&all, kept, COUNT_OF(kept));
  bench_init(&b, in, N_COLS, bench_write);
  strbuf_init(&want, 0);
  b.arg = &want;
  bench_open(&b, new_op(&b, &all));
  uint64_t first = seed;
  more = seed + 1;
  push_rows(&b, &all, &first, 1500);
  push_rows(&b, &all, &more, 1500);
  finish(&b);
  uint64_t counted = 0, same = 0, lines = 0;
  const char *x = strbuf_text(&got), *y = strbuf_text(&want);
  for (; *x != 0 && *y != 0; x = strchr(x, '\n') + 1, y = strchr(y, '\n') + 1, lines++) {
    char key[2][20], distinct[2][20], sum[2][20];
    long long count;
    if (sscanf(x, "%19s %19s %lld %19s", key[0], distinct[0], &count, sum[0]) != 4) break;
    if (sscanf(y, "%19s %19s %19s", key[1], distinct[1], sum[1]) != 3) break;
    counted += (uint64_t)count;
    same += strcmp(key[0], key[1]) == 0 && strcmp(distinct[0], distinct[1]) == 0 &&
            strcmp(sum[0], sum[1]) == 0;
  }
  CHECK(*x == 0 && *y == 0);
  CHECK_INT(same, lines);
  CHECK_INT(lines, 40);
  CHECK_INT(counted, 1500);
  strbuf_deinit(&got);
  strbuf_deinit(&want);
}

/* --- what cannot be loaded ------------------------------------------------------------------- */

static Op *make_op(Bench *b, const void *spec) { return new_op(b, spec); }

static void check_broken(const Case *c) {
  static Bench b;
  uint64_t seed = 11;
  bench_init(&b, in, N_COLS, NULL);
  bench_open(&b, new_op(&b, c));
  push_rows(&b, c, &seed, 1500);
  bench_check_cuts(&b, make_op, c);
  bench_check_no_memory(&b, make_op, c);
  bench_close(&b);
}

static void check_unloadable(void) {
  static const uint32_t keys[] = {COL_K, COL_S};
  Case c;
  for (uint32_t n_keys = 1; n_keys <= 2; n_keys++) {
    set_keys(&c, keys, n_keys, 1000);
    set_aggs(&c, some, COUNT_OF(some));
    check_broken(&c);
  }
}

int main(void) {
  in[COL_K] = (FormatField){"k", type_of(TYPE_BIGINT)};
  in[COL_S] = (FormatField){"s", type_string()};
  in[COL_V] = (FormatField){"v", type_of(TYPE_INT)};
  in[COL_D] = (FormatField){"d", type_of(TYPE_DOUBLE)};
  static const uint32_t keys[] = {COL_K, COL_S};
  check_restores(keys, 0, 50);
  check_restores(keys, 1, 3);
  check_restores(keys, 1, 3000);
  check_restores(keys + 1, 1, 50);
  check_restores(keys, 2, 2000);
  for (uint64_t seed = 1; seed <= 5; seed++) check_other_aggs(seed);
  check_unloadable();
  return check_done();
}
