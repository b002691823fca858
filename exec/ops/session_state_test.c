/* session_state_test.c -- sessions that are saved: what is joined later, other aggregates than
 * before, and state that is broken. */
#include "exec/ops/broken_check.h"
#include "exec/ops/session_check.h"

/* Two sessions of some rows each, saved, then joined: one is added to the other in the order in
 * which its values came. */
static void joined(const AggId *aggs, bool restored, uint64_t seed, StrBuf *got) {
  static const int64_t v[] = {1, 3, INT64_C(1) << 53, 5, INT64_C(1) << 54, 7};
  WindowSpec window = {.kind = WINDOW_SESSION,
                       .size_us = 5 * MS,
                       .time_col = COL_TS,
                       .time_type = fields[COL_TS].type};
  SessionPlan c = {.window = &window, .aggs = aggs};
  Bench b;
  Output o = {0};
  bench_init(&b, fields, N_COLS, bench_write);
  b.arg = got;
  bench_open(&b, new_op(&b, &c, &o));
  for (uint32_t i = 0; i < 12; i++) {
    int64_t cells[N_COLS] = {[COL_TS] = i < 6 ? 0 : 10 * MS, [COL_TAKEN] = 1};
    cells[COL_D] = v[bench_random(&seed, COUNT_OF(v))] + (i < 6 ? 0 : 16);
    bench_row(&b, cells, MICROS_MIN, ROW_INSERT);
  }
  bench_push(&b, false, false);
  bench_fire(&b);
  if (restored) bench_restore(&b, new_op(&b, &c, &o));
  bench_row(&b, (int64_t[N_COLS]){[COL_TS] = 5 * MS, [COL_TAKEN] = 1}, MICROS_MIN, ROW_INSERT);
  bench_push(&b, false, false);
  op_finish(b.op);
  bench_fire(&b);
  bench_close(&b);
}

static void joined_after_restore(void) {
  static const AggId aggs[] = {COUNT_ROWS, SUM_DISTINCT_D, SUM_D, AGG_END};
  for (uint64_t seed = 1; seed <= 50; seed++) {
    StrBuf want = {0}, got = {0};
    joined(aggs, false, seed, &want);
    joined(aggs, true, seed, &got);
    CHECK(strncmp(strbuf_text(&want), "13 ", 3) == 0);
    CHECK_STR(strbuf_text(&got), strbuf_text(&want));
    strbuf_deinit(&want);
    strbuf_deinit(&got);
  }
}

/* --- other aggregates --- */

#define NONE UINT32_MAX

typedef struct Change {
  const AggId *before, *after;
  uint32_t n_before, map[5];
} Change;

/* Rows that the filter takes only from the change on: so new aggregates miss nothing. */
static void push_random(Bench *b, uint64_t *seed, uint32_t n, bool taken) {
  for (uint32_t i = 0; i < n; i++) {
    int64_t cells[N_COLS] = {[COL_TS] = bench_random(seed, 400) * MS,
                             [COL_K] = bench_random(seed, 3),
                             [COL_TAKEN] = taken,
                             [COL_V] = bench_random(seed, 9)};
    cells[COL_TEXT] = INT64_C(10000000000000) + cells[COL_V];
    bench_row(b, cells, MICROS_MIN, ROW_INSERT);
  }
  bench_push(b, false, false);
}

/* change NULL: the aggregates `aggs` all the time. */
static void changed_run(const AggId *aggs, const Change *change, uint64_t seed, StrBuf *got) {
  static const uint32_t key = COL_K;
  WindowSpec window = {.kind = WINDOW_SESSION,
                       .size_us = 2 * MS,
                       .time_col = COL_TS,
                       .time_type = fields[COL_TS].type};
  SessionPlan c = {.window = &window, .keys = &key, .n_keys = 1, .aggs = aggs};
  Bench b;
  Output before = {0}, after = {0};
  bench_init(&b, fields, N_COLS, bench_write);
  b.arg = got;
  bench_open(&b, new_op(&b, &c, &before));
  push_random(&b, &seed, 300, false);
  if (change != NULL) {
    c.aggs = change->after;
    bench_restore_mapped(&b, new_op(&b, &c, &after), change->map, change->n_before);
  }
  push_random(&b, &seed, 100, true);
  op_finish(b.op);
  bench_fire(&b);
  bench_close(&b);
}

/* Aggregates that go, come, or stand at another place. */
static void changed_aggregates(void) {
  static const AggId many[] = {COUNT_ROWS, COUNT_DISTINCT_V, FIRST_V, LISTAGG_TEXT, AGG_END},
                     others[] = {MIN_V_TAKEN,      LISTAGG_TEXT, SUM_DISTINCT_V_TAKEN,
                                 COUNT_DISTINCT_V, COUNT_ROWS,   AGG_END},
                     plain[] = {SUM_V, COUNT_ROWS, AGG_END},
                     one_set[] = {SUM_DISTINCT_V_TAKEN, SUM_V, AGG_END},
                     one[] = {COUNT_ROWS, AGG_END};
  static const Change changes[] = {{many, others, 4, {4, 3, NONE, 1}},
                                   {plain, one_set, 2, {1, NONE}},
                                   {many, one, 4, {0, NONE, NONE, NONE}}};
  for (uint32_t i = 0; i < COUNT_OF(changes); i++) {
    for (uint64_t seed = 1; seed <= 5; seed++) {
      StrBuf want = {0}, got = {0};
      changed_run(changes[i].after, NULL, seed, &want);
      changed_run(changes[i].before, &changes[i], seed, &got);
      CHECK_STR(strbuf_text(&got), strbuf_text(&want));
      strbuf_deinit(&want);
      strbuf_deinit(&got);
    }
  }
}

/* --- broken state --- */

typedef struct Made {
  SessionPlan plan;
  Output out;
} Made;

static Op *make(Bench *b, const void *made) {
  Made *m = (Made *)(uintptr_t)made;
  return new_op(b, &m->plan, &m->out);
}

/* State that ends early is noticed, and so is memory that does not suffice for it. */
static void broken_state(const AggId *aggs) {
  static const uint32_t keys[] = {COL_K, COL_TEXT};
  WindowSpec window = {.kind = WINDOW_SESSION,
                       .size_us = 2 * MS,
                       .time_col = COL_TS,
                       .time_type = fields[COL_TS].type};
  Made m = {.plan = {.window = &window, .keys = keys, .n_keys = 2, .aggs = aggs}};
  Bench b;
  uint64_t seed = 1;
  bench_init(&b, fields, N_COLS, NULL);
  bench_open(&b, make(&b, &m));
  push_random(&b, &seed, BATCH_ROWS, true);
  bench_check_cuts(&b, make, &m);
  bench_check_no_memory(&b, make, &m);
  bench_close(&b);
}

int main(void) {
  init_fields();
  joined_after_restore();
  changed_aggregates();
  broken_state((const AggId[]){COUNT_ROWS, SUM_V, MIN_V_TAKEN, AGG_END});
  broken_state((const AggId[]){COUNT_DISTINCT_V, LISTAGG_TEXT, MAX_TEXT, AGG_END});
  broken_state((const AggId[]){FIRST_V, LISTAGG_DISTINCT_TEXT, AGG_END});
  broken_state(NULL);
  return check_done();
}
