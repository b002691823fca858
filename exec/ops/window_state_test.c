/* window_state_test.c -- HOP windows that are restored with other aggregates than they were saved
 * with: what there was is what it would have been, what is new sees the rows from then on.
 *
 * Aggregates that come have a filter which takes no row before the change, so that an operator that
 * had them from the beginning tells what is right.
 */
#include "exec/ops/broken_check.h"
#include "exec/ops/window.h"

enum { TS, K, V, S, F, N_COLS };
#define NONE UINT32_MAX
enum { SEC = 1000000, AGGS_MAX = 4 };

static FormatField fields[N_COLS];

typedef struct Agg {
  const char *name;
  int32_t col;
  bool filter, distinct;
} Agg;

typedef struct Aggs {
  uint32_t n;
  Agg of[AGGS_MAX];
} Aggs;

typedef struct Change {
  Aggs before, after;
  uint32_t map[AGGS_MAX];
} Change;

static const Agg count = {"COUNT", -1, false, false}, max_v = {"MAX", V, false, false},
                 max_s = {"MAX", S, false, false}, sum_v = {"SUM", V, false, false},
                 set_v = {"SUM", V, false, true}, list_s = {"LISTAGG", S, false, false},
                 new_min = {"MIN", S, true, false}, new_count = {"COUNT", V, true, false},
                 new_set = {"COUNT", V, true, true}, new_list = {"LISTAGG", S, true, false};

/* An operator's spec, which has to live as long. */
typedef struct Plan {
  WindowAggSpec spec;
  AggCall calls[AGGS_MAX];
  FormatField out[1 + AGGS_MAX + 3];
} Plan;

static Op *plan_op(Plan *p, const Aggs *aggs, Bench *b) {
  static const uint32_t key = K;
  uint32_t n = 0;
  *p = (Plan){.spec = {.window = {.kind = WINDOW_HOP,
                                  .size_us = 7 * SEC,
                                  .slide_us = SEC,
                                  .time_col = TS,
                                  .time_type = fields[TS].type},
                       .keys = &key,
                       .n_keys = 1,
                       .aggs = p->calls,
                       .n_aggs = aggs->n}};
  p->out[n++] = fields[K];
  for (uint32_t i = 0; i < aggs->n; i++) {
    const Agg *agg = &aggs->of[i];
    p->calls[i] = bench_agg(agg->name, fields, agg->col);
    p->calls[i].distinct = agg->distinct;
    if (agg->filter) p->calls[i].filter = F;
    p->out[n++].type = p->calls[i].result;
  }
  for (uint32_t i = 0; i < 3; i++) p->out[n++].type = fields[TS].type;
  return op_window_agg_new(&p->spec, fields, N_COLS, p->out, &b->ctx);
}

/* Rows around now, some for windows that have fired in part. */
static void one_chunk(Bench *b, uint64_t *seed, Micros now, bool filter) {
  for (uint32_t i = bench_random(seed, 40); i > 0; i--) {
    int64_t cells[N_COLS] = {[TS] = now - (Micros)bench_random(seed, 6) * SEC,
                             [K] = bench_random(seed, 5),
                             [V] = (int64_t)bench_random(seed, 50),
                             [F] = filter};
    cells[S] = INT64_C(100000000000000) + cells[V];
    bench_row(b, cells, MICROS_MIN, ROW_INSERT);
  }
  bench_push(b, false, false);
  b->ctx.chunk_watermark_us = now - 3 * SEC;
  op_advance(b->op, now - 3 * SEC);
  bench_fire(b);
}

/* change NULL: `aggs` from the beginning.  What comes out from chunk 12 on goes to got. */
static void run(const Aggs *aggs, const Change *change, uint64_t seed, StrBuf *got) {
  Bench b;
  Plan before, after;
  bench_init(&b, fields, N_COLS, bench_write);
  b.arg = got;
  bench_open(&b, plan_op(&before, aggs, &b));
  for (int64_t chunk = 0; chunk < 40; chunk++) {
    if (chunk == 12) strbuf_clear(got);
    if (chunk == 12 && change != NULL) {
      bench_restore_mapped(&b, plan_op(&after, &change->after, &b), change->map, change->before.n);
    }
    one_chunk(&b, &seed, chunk * SEC * 2 / 3, chunk >= 12);
  }
  op_finish(b.op);
  bench_fire(&b);
  bench_close(&b);
}

static void check_changes(void) {
  const Change changes[] = {
      /* stacks before and after */
      {{3, {count, max_v, sum_v}}, {3, {sum_v, new_min, max_v}}, {NONE, 2, 0}},
      /* stacks come */
      {{2, {count, sum_v}}, {2, {new_min, count}}, {1, NONE}},
      {{2, {set_v, sum_v}}, {3, {new_min, new_set, set_v}}, {2, NONE}},
      /* stacks go */
      {{3, {max_s, count, set_v}}, {2, {set_v, count}}, {NONE, 1, 0}},
      /* other ones */
      {{2, {max_s, count}}, {2, {count, new_min}}, {NONE, 0}},
      /* slices that were merged slide now, without and with stacks */
      {{2, {list_s, count}}, {2, {count, new_count}}, {NONE, 0}},
      {{3, {list_s, max_s, sum_v}}, {2, {max_s, sum_v}}, {NONE, 0, 1}},
      /* what slid without stacks is merged now */
      {{2, {count, set_v}}, {3, {set_v, new_list, count}}, {2, 0}},
  };
  for (uint32_t i = 0; i < COUNT_OF(changes); i++) {
    for (uint64_t seed = 1; seed <= 10; seed++) {
      StrBuf want = {0}, got = {0};
      run(&changes[i].after, NULL, seed, &want);
      run(&changes[i].before, &changes[i], seed, &got);
      CHECK(want.len > 1000);
      CHECK_STR(strbuf_text(&got), strbuf_text(&want));
      strbuf_deinit(&want);
      strbuf_deinit(&got);
    }
  }
}

/* What slid with stacks cannot be merged: that is told. */
static void check_refusal(void) {
  const Aggs before = {2, {count, max_v}}, after = {3, {count, max_v, new_list}};
  static const uint32_t map[] = {0, 1};
  Bench b;
  Plan p, q;
  Kept k;
  StrBuf got = {0};
  uint64_t seed = 1;
  bench_init(&b, fields, N_COLS, bench_write);
  b.arg = &got;
  bench_open(&b, plan_op(&p, &before, &b));
  for (int64_t chunk = 0; chunk < 12; chunk++) one_chunk(&b, &seed, chunk * SEC, false);
  kept_init(&k);
  CHECK_INT(op_save(b.op, &k.sink), OK);
  kept_drain(&k, SIZE_MAX);
  Op *fresh = plan_op(&q, &after, &b);
  CHECK_INT(op_open(fresh), OK);
  Code code = OK;
  for (const StateBlock *block = k.first; block != NULL && code == OK; block = block->next) {
    StateIn in;
    state_in_init(&in, block, 0, UINT64_MAX);
    in.agg_map = map;
    in.n_aggs = 2;
    code = op_load(fresh, &in);
  }
  CHECK_INT(code, ERR_STATE);
  CHECK_STR(b.err.msg, "with LISTAGG added, the state of this HOP window cannot be used");
  kept_free(&k);
  op_free(fresh);
  bench_close(&b);
  strbuf_deinit(&got);
}

static Op *make(Bench *b, const void *plan) {
  const Plan *p = plan;
  return op_window_agg_new(&p->spec, fields, N_COLS, p->out, &b->ctx);
}

/* State that ends early is noticed, and so is memory that does not suffice for it. */
static void check_broken(const Aggs *aggs) {
  Bench b;
  Plan p;
  StrBuf got = {0};
  uint64_t seed = 3;
  bench_init(&b, fields, N_COLS, bench_write);
  b.arg = &got;
  bench_open(&b, plan_op(&p, aggs, &b));
  for (int64_t chunk = 0; chunk < 12; chunk++) one_chunk(&b, &seed, chunk * SEC, true);
  bench_check_cuts(&b, make, &p);
  bench_check_no_memory(&b, make, &p);
  bench_close(&b);
  strbuf_deinit(&got);
}

int main(void) {
  fields[TS].type = type_time(TYPE_TIMESTAMP, 3);
  fields[K].type = fields[V].type = type_of(TYPE_BIGINT);
  fields[S].type = type_string();
  fields[F].type = type_of(TYPE_BOOLEAN);
  check_changes();
  check_refusal();
  check_broken(&(Aggs){4, {count, max_s, set_v, sum_v}});
  check_broken(&(Aggs){2, {set_v, count}});
  check_broken(&(Aggs){2, {list_s, set_v}});
  return check_done();
}
