/* op_rows_test.c -- operators that number, repeat and reorder rows, against slow models. */
#include "exec/ops/broken_check.h"

enum { COL_ID, COL_TS, COL_TEXT, N_COLS };

typedef struct Row {
  int64_t id, ts;
  char text[40];
  bool null;
  Micros mark;
  int kind;
} Row;

static FormatField fields[N_COLS];

static void init_fields(void) {
  fields[COL_ID] = (FormatField){"id", type_not_null(type_of(TYPE_BIGINT))};
  fields[COL_TS] = (FormatField){"ts", type_not_null(type_time(TYPE_TIMESTAMP, 3))};
  fields[COL_TEXT] = (FormatField){"text", type_string()};
}

static Row random_row(uint64_t *r, int64_t id) {
  Row row = {.id = id,
             .ts = (Micros)bench_random(r, 4000) * 1000 - 2000000,
             .null = bench_random(r, 4) == 0,
             .mark = MICROS_MIN,
             .kind = bench_random(r, 3) == 0 ? ROW_DELETE : ROW_INSERT};
  bool is_long = bench_random(r, 2) == 0;
  snprintf(row.text, sizeof row.text, is_long ? "a longer text number %lld" : "t%lld",
           (long long)id);
  return row;
}

static void start(Bench *b, StrBuf *got) {
  bench_init(b, fields, N_COLS, bench_write);
  strbuf_init(got, 0);
  b->arg = got;
}

/* A batch of these rows among others, which are not selected. */
typedef struct TestBatch {
  BatchBuilder *builder;
  Batch batch;
  uint16_t sel[BATCH_ROWS];
} TestBatch;

static void put_row(BatchBuilder *b, const Row *row) {
  uint32_t at = b->batch.rows;
  Value null = value_null(fields[COL_TEXT].type);
  Value values[N_COLS] = {value_int(fields[COL_ID].type, row->id),
                          value_int(fields[COL_TS].type, row->ts),
                          row->null ? null : value_text(null.type, str_of(row->text))};
  for (uint32_t c = 0; c < N_COLS; c++) CHECK(batch_builder_put(b, c, at, &values[c]));
  batch_builder_mark(b)[at] = row->mark;
  batch_builder_kind(b)[at] = (uint8_t)row->kind;
  b->batch.rows++;
}

static void make_batch(TestBatch *t, uint64_t *r, const Row *rows, uint32_t n, bool extras) {
  static Type types[N_COLS];
  for (uint32_t c = 0; c < N_COLS; c++) types[c] = fields[c].type;
  t->builder = batch_builder_new(
      (BatchShape){.types = types, .n_cols = N_COLS, .with_mark = true, .with_kind = true});
  assert(t->builder != NULL);
  bool holes = bench_random(r, 2) == 0;
  uint32_t m = 0;
  for (uint32_t i = 0; i < n; i++) {
    for (; holes && batch_builder_room(t->builder) > n - i && bench_random(r, 3) == 0;) {
      Row other = random_row(r, -1);
      put_row(t->builder, &other);
    }
    t->sel[m++] = (uint16_t)t->builder->batch.rows;
    put_row(t->builder, &rows[i]);
  }
  t->batch = t->builder->batch;
  if (holes) t->batch.sel = t->sel, t->batch.n_sel = n;
  if (!extras) t->batch.mark = NULL, t->batch.kind = NULL;
}

static void expect_extras(StrBuf *out, const Row *row, bool extras) {
  if (extras && row->kind != ROW_INSERT) strbuf_printf(out, " k%d", row->kind);
  if (extras && row->mark != MICROS_MIN) strbuf_printf(out, " m%lld", (long long)row->mark);
  strbuf_putc(out, '\n');
}

static void expect_row(StrBuf *out, const Row *row, const char *more, bool extras) {
  strbuf_printf(out, "%lld %lld %s%s", (long long)row->id, (long long)row->ts,
                row->null ? "." : row->text, more);
  expect_extras(out, row, extras);
}

/* Push rows in batches of random sizes. */
static void push_rows(Bench *b, uint64_t *r, const Row *rows, uint32_t n, bool extras) {
  for (uint32_t at = 0; at < n;) {
    uint32_t most = n - at < BATCH_ROWS ? n - at : BATCH_ROWS;
    uint32_t take = bench_random(r, 3) == 0 ? most : 1 + bench_random(r, most);
    TestBatch t;
    make_batch(&t, r, rows + at, take, extras);
    CHECK(op_push(b->op, PORT_ROWS, &t.batch) == OK);
    batch_builder_free(t.builder);
    at += take;
  }
}

/* --- WINDOW_TVF ---------------------------------------------------------------------- */

static void expect_window(StrBuf *out, const Row *row, Micros start, Micros end, bool extras) {
  if (row->ts < start || row->ts >= end) return;
  char more[100];
  snprintf(more, sizeof more, " %lld %lld %lld", (long long)start, (long long)end,
           (long long)end - 1000);
  expect_row(out, row, more, extras);
}

/* All windows there are, in the order of their ends. */
static void expect_windows(StrBuf *out, const WindowSpec *w, const Row *row, bool extras) {
  Micros reach = w->size_us + 2000000 + w->slide_us;
  if (w->kind == WINDOW_CUMULATE) {
    for (Micros k = -reach / w->size_us; k <= reach / w->size_us; k++) {
      Micros start = w->offset_us + k * w->size_us;
      for (Micros end = start + w->slide_us; end <= start + w->size_us; end += w->slide_us) {
        expect_window(out, row, start, end, extras);
      }
    }
    return;
  }
  for (Micros k = -reach / w->slide_us; k <= reach / w->slide_us; k++) {
    Micros start = w->offset_us + k * w->slide_us;
    expect_window(out, row, start, start + w->size_us, extras);
  }
}

static void check_tvf(uint64_t *r, WindowKind kind, Micros size_ms, Micros slide_ms, uint32_t n,
                      bool extras) {
  WindowTvfSpec spec = {.window = {.kind = kind,
                                   .size_us = size_ms * 1000,
                                   .slide_us = slide_ms * 1000,
                                   .offset_us = (Micros)bench_random(r, 7) * 1000 - 3000,
                                   .time_col = COL_TS,
                                   .time_type = fields[COL_TS].type}};
  static Bench b;
  StrBuf got;
  start(&b, &got);
  bench_open(&b, op_window_tvf_new(&spec, fields, N_COLS, &b.ctx));
  Row *rows = calloc(n + 1, sizeof *rows);
  StrBuf want;
  strbuf_init(&want, 0);
  for (uint32_t i = 0; i < n; i++) {
    rows[i] = random_row(r, i);
    if (i > 0 && bench_random(r, 3) == 0) rows[i].ts = rows[i - 1].ts;
    if (bench_random(r, 4) == 0) rows[i].mark = (Micros)i;
    expect_windows(&want, &spec.window, &rows[i], extras);
  }
  push_rows(&b, r, rows, n, extras);
  CHECK_STR(strbuf_text(&got), strbuf_text(&want));
  strbuf_deinit(&want);
  free(rows);
  strbuf_deinit(&got);
  bench_close(&b);
}

/* A constant time column, and very many windows. */
static void check_many_windows(void) {
  WindowTvfSpec spec = {.window = {.kind = WINDOW_HOP,
                                   .size_us = INT64_C(100000) * 1000,
                                   .slide_us = 1000,
                                   .time_col = 0,
                                   .time_type = fields[COL_TS].type}};
  static Bench b;
  StrBuf got;
  start(&b, &got);
  bench_open(&b, op_window_tvf_new(&spec, &fields[COL_TS], 1, &b.ctx));
  Micros ts = 5000;
  Vector col = {.type = fields[COL_TS].type, .constant = true, .data = &ts};
  Batch in = {.rows = 3, .n_cols = 1, .cols = &col};
  CHECK(op_push(b.op, PORT_ROWS, &in) == OK);
  CHECK_INT(b.op->rows_out, 300000);
  CHECK(strstr(strbuf_text(&got), "5000 -99994000 6000 5000\n") == strbuf_text(&got));
  strbuf_deinit(&got);
  bench_close(&b);
}

static void test_tvf(void) {
  uint64_t r = 1;
  for (uint32_t round = 0; round < 60; round++) {
    bool extras = round % 2 == 0;
    uint32_t n = bench_random(&r, 60);
    Micros unit = 1 + bench_random(&r, 50);
    check_tvf(&r, WINDOW_TUMBLE, 7 * unit, 7 * unit, n, extras);
    check_tvf(&r, WINDOW_HOP, 7 * unit, 3 * unit, n, extras);
    check_tvf(&r, WINDOW_HOP, 3 * unit, 7 * unit, n, extras);
    check_tvf(&r, WINDOW_HOP, 40 * unit, unit, n, extras);
    check_tvf(&r, WINDOW_CUMULATE, 8 * unit, 2 * unit, n, extras);
    check_tvf(&r, WINDOW_CUMULATE, 5 * unit, 5 * unit, n, extras);
  }
  check_tvf(&r, WINDOW_TUMBLE, 100, 100, 5000, true);
  check_tvf(&r, WINDOW_HOP, 100, 20, 5000, true);
  check_many_windows();
}

/* --- NUMBER -------------------------------------------------------------------------- */

static void test_number(void) {
  uint64_t r = 2;
  static Bench b;
  StrBuf got;
  start(&b, &got);
  bench_open(&b, op_number_new(&b.ctx));
  StrBuf want;
  strbuf_init(&want, 0);
  static Row rows[3000];
  for (uint32_t chunk = 0; chunk < 20; chunk++) {
    uint32_t n = 1 + bench_random(&r, COUNT_OF(rows));
    for (uint32_t i = 0; i < n; i++) {
      char number[30];
      rows[i] = random_row(&r, i);
      rows[i].mark = i % 5 == 0 ? i : MICROS_MIN;
      snprintf(number, sizeof number, " %u", i);
      expect_row(&want, &rows[i], number, true);
    }
    push_rows(&b, &r, rows, n, true);
    CHECK(op_chunk_end(b.op) == OK);
  }
  CHECK_STR(strbuf_text(&got), strbuf_text(&want));
  strbuf_deinit(&want);
  strbuf_deinit(&got);
  bench_close(&b);
}

/* --- EXPAND -------------------------------------------------------------------------- */

enum { SETS = 3 }; /* columns: number of the set, id, text but in set 1 */

/* The watermark that a window behind EXPAND has applied at each row is that of the marks before it
 * in the input, whatever the rows of other sets bring. */
static void check_marks(const char *out, uint32_t n, const Row *rows) {
  Micros at[500], high = MICROS_MIN;
  for (uint32_t i = 0; i < n; i++) at[i] = high = rows[i].mark > high ? rows[i].mark : high;
  high = MICROS_MIN;
  uint32_t wrong = 0;
  for (const char *line = out; *line != 0; line = strchr(line, '\n') + 1) {
    unsigned long id = strtoul(strchr(line, ' '), NULL, 10);
    if (rows[id].mark > high) high = rows[id].mark;
    wrong += high != at[id];
  }
  CHECK_INT(wrong, 0);
}

/* The rows of a set are all there, in their order. */
static void check_set(const char *out, char set, uint32_t n, const Row *rows, bool extras) {
  StrBuf got, want;
  strbuf_init(&got, 0);
  strbuf_init(&want, 0);
  for (uint32_t i = 0; i < n; i++) {
    bool null = set == '1' || rows[i].null;
    strbuf_printf(&want, "%c %u %s", set, i, null ? "." : rows[i].text);
    expect_extras(&want, &rows[i], extras);
  }
  for (const char *line = out, *next; *line != 0; line = next) {
    next = strchr(line, '\n') + 1;
    if (*line == set) strbuf_put(&got, line, (size_t)(next - line));
  }
  CHECK_STR(strbuf_text(&got), strbuf_text(&want));
  strbuf_deinit(&got);
  strbuf_deinit(&want);
}

static void check_expand(uint64_t *r, const ExpandSpec *spec, bool extras) {
  static Row rows[500];
  static Bench b;
  StrBuf got;
  start(&b, &got);
  bench_open(&b, op_expand_new(spec, &b.ctx));
  uint32_t n = 1 + bench_random(r, COUNT_OF(rows));
  for (uint32_t i = 0; i < n; i++) {
    rows[i] = random_row(r, i);
    if (extras && bench_random(r, 5) == 0) rows[i].mark = (Micros)(i + bench_random(r, 100));
  }
  push_rows(&b, r, rows, n, extras);
  const char *out = strbuf_text(&got);
  CHECK_INT(b.op->rows_out, n * SETS);
  if (extras) check_marks(out, n, rows);
  for (char set = '0'; set < '0' + SETS; set++) check_set(out, set, n, rows, extras);
  strbuf_deinit(&got);
  bench_close(&b);
}

static void test_expand(void) {
  uint64_t r = 3;
  Arena arena;
  arena_init(&arena);
  Expr *exprs[SETS * 3];
  for (uint32_t set = 0; set < SETS; set++) {
    Value number = value_int(type_not_null(type_of(TYPE_BIGINT)), set);
    exprs[set * 3] = expr_const(&arena, number, NO_SPAN);
    exprs[set * 3 + 1] = expr_column(&arena, COL_ID, fields[COL_ID].type, NO_SPAN);
    exprs[set * 3 + 2] = set == 1 ? expr_null(&arena, fields[COL_TEXT].type, NO_SPAN)
                                  : expr_column(&arena, COL_TEXT, fields[COL_TEXT].type, NO_SPAN);
  }
  ExpandSpec spec = {.exprs = exprs, .n_exprs = 3, .n_sets = SETS};
  for (uint32_t round = 0; round < 40; round++) check_expand(&r, &spec, round % 2 == 0);
  arena_deinit(&arena);
}

/* --- IN_ORDER ------------------------------------------------------------------------ */

static const uint32_t order_cols[] = {COL_TS, COL_ID};

static bool comes_before(const Row *a, const Row *b, uint32_t n_cols) {
  if (a->ts != b->ts) return a->ts < b->ts;
  return n_cols > 1 && a->id < b->id;
}

/* Insertion sort, which is stable. */
static void sort_slowly(Row *rows, uint32_t n, uint32_t n_cols) {
  for (uint32_t i = 1; i < n; i++) {
    Row row = rows[i];
    uint32_t at = i;
    for (; at > 0 && comes_before(&row, &rows[at - 1], n_cols); at--) rows[at] = rows[at - 1];
    rows[at] = row;
  }
}

/* What n_runs producers give, each its own in order, one behind the other. */
static void check_in_order(uint64_t *r, uint32_t n_cols, uint32_t n_runs, bool finish) {
  static Row rows[6000];
  InOrderSpec spec = {.cols = order_cols, .n_cols = n_cols};
  static Bench b;
  StrBuf got, want;
  start(&b, &got);
  strbuf_init(&want, 0);
  bench_open(&b, op_in_order_new(&spec, fields, N_COLS, &b.ctx));
  for (uint32_t chunk = 0; chunk < 5; chunk++) {
    uint32_t n = 0;
    for (uint32_t run = 0; run < n_runs; run++) {
      uint32_t m = bench_random(r, 8) == 0 ? 0 : bench_random(r, COUNT_OF(rows) / n_runs);
      for (uint32_t i = 0; i < m; i++) {
        rows[n + i] = random_row(r, bench_random(r, 50));
        rows[n + i].ts = rows[n + i].ts / 100000 * 1000;
        rows[n + i].kind = ROW_INSERT;
      }
      sort_slowly(rows + n, m, n_cols);
      n += m;
    }
    push_rows(&b, r, rows, n, false);
    CHECK_INT(b.op->rows_out, 0); /* nothing goes out early */
    if (finish && chunk == 4) {
      op_finish(b.op);
    } else {
      CHECK_INT(op_chunk_end(b.op), OK);
    }
    bench_fire(&b);
    CHECK_INT(b.op->rows_out, n);
    b.op->rows_out = 0;
    sort_slowly(rows, n, n_cols);
    for (uint32_t i = 0; i < n; i++) expect_row(&want, &rows[i], "", false);
  }
  CHECK_STR(strbuf_text(&got), strbuf_text(&want));
  strbuf_deinit(&want);
  strbuf_deinit(&got);
  bench_close(&b);
}

static void test_in_order(void) {
  uint64_t r = 4;
  for (uint32_t round = 0; round < 3; round++) {
    for (uint32_t n_runs = 1; n_runs <= 4; n_runs++) {
      check_in_order(&r, 1 + round % 2, n_runs, round == 0);
    }
  }
}

/* --- LIMIT --------------------------------------------------------------------------- */

/* Saved and restored after every push it gives the rows that it would have given. */
static void check_limit(uint64_t *r, const LimitSpec *spec) {
  static Row rows[100];
  static Bench b;
  StrBuf got, want;
  start(&b, &got);
  strbuf_init(&want, 0);
  bench_open(&b, op_limit_new(spec, &b.ctx));
  uint64_t at = 0;
  for (uint32_t chunk = 0; chunk < 10; chunk++) {
    uint32_t n = bench_random(r, COUNT_OF(rows));
    for (uint32_t i = 0; i < n; i++, at++) {
      rows[i] = random_row(r, (int64_t)at);
      if (at < spec->offset || at - spec->offset >= spec->limit) continue;
      expect_row(&want, &rows[i], "", false);
    }
    push_rows(&b, r, rows, n, false);
    CHECK_INT(op_limit_reached(b.op), at >= spec->offset && at - spec->offset >= spec->limit);
    bench_restore(&b, op_limit_new(spec, &b.ctx));
    CHECK_INT(op_limit_reached(b.op), at >= spec->offset && at - spec->offset >= spec->limit);
  }
  CHECK_STR(strbuf_text(&got), strbuf_text(&want));
  strbuf_deinit(&want);
  strbuf_deinit(&got);
  bench_close(&b);
}

static void test_limit(void) {
  uint64_t r = 5;
  for (uint32_t round = 0; round < 40; round++) {
    LimitSpec spec = {.offset = bench_random(&r, 2) * bench_random(&r, 300),
                      .limit = bench_random(&r, 300)};
    check_limit(&r, &spec);
  }
}

/* --- SORT ---------------------------------------------------------------------------- */

/* Ids are numbers of arrival. */
static int by_time(const void *a, const void *b) {
  const Row *x = a, *y = b;
  if (x->ts != y->ts) return x->ts < y->ts ? -1 : 1;
  return (x->id > y->id) - (x->id < y->id);
}

/* Restored at random ends of chunks it gives the rows that it would have given, and what is written
 * late is what was there. */
static void check_sort(uint64_t *r, const SortSpec *spec, uint32_t n_chunks, uint32_t in_chunk) {
  Row *rows = calloc((size_t)n_chunks * in_chunk + 1, sizeof *rows);
  static Bench b;
  Kept late;
  StrBuf got, want;
  uint32_t n = 0;
  bool saving = false;
  start(&b, &got);
  strbuf_init(&want, 0);
  bench_open(&b, op_sort_new(spec, fields, N_COLS, &b.ctx));
  for (uint32_t chunk = 0; chunk < n_chunks; chunk++) {
    uint32_t m = bench_random(r, in_chunk), way = bench_random(r, 3);
    for (uint32_t i = 0; i < m; i++) {
      rows[n + i] = random_row(r, (int64_t)(n + i));
      rows[n + i].ts = rows[n + i].ts / 100000 * 1000;
    }
    push_rows(&b, r, rows + n, m, false);
    n += m;
    if (way == 0 && saving) kept_check_late(&late);
    if (way == 0) bench_restore(&b, op_sort_new(spec, fields, N_COLS, &b.ctx));
    if (way == 1 && !saving) bench_save_late(&b, &late);
    saving = way == 1 || (way == 2 && saving);
  }
  if (saving) kept_check_late(&late);
  op_finish(b.op);
  bench_fire(&b);
  qsort(rows, n, sizeof *rows, by_time);
  for (uint64_t i = spec->offset; i < n && i - spec->offset < spec->limit; i++) {
    expect_row(&want, &rows[i], "", false);
  }
  CHECK_STR(strbuf_text(&got), strbuf_text(&want));
  strbuf_deinit(&want);
  strbuf_deinit(&got);
  bench_close(&b);
  free(rows);
}

static Op *make_sort(Bench *b, const void *spec) {
  return op_sort_new(spec, fields, N_COLS, &b->ctx);
}

static void check_sort_cuts(uint64_t *r, const SortSpec *spec) {
  static Bench b;
  Row row = random_row(r, 1);
  bench_init(&b, fields, N_COLS, NULL);
  bench_open(&b, make_sort(&b, spec));
  push_rows(&b, r, &row, 1, false);
  bench_check_cuts(&b, make_sort, spec);
  bench_close(&b);
}

static void test_sort(void) {
  uint64_t r = 6;
  static const SortKey key = {.col = COL_TS};
  SortSpec spec = {.keys = &key, .n_keys = 1, .limit = UINT64_MAX};
  for (uint32_t round = 0; round < 20; round++) check_sort(&r, &spec, 10, 300);
  check_sort_cuts(&r, &spec);
  spec.offset = 7;
  spec.limit = 100;
  check_sort(&r, &spec, 10, 300);
  for (uint32_t round = 0; round < 3; round++)
    check_sort(&r, &spec, 40, 5000); /* rows that cannot be among them are dropped */
}

int main(void) {
  init_fields();
  test_tvf();
  test_number();
  test_expand();
  test_in_order();
  test_limit();
  test_sort();
  return check_done();
}
