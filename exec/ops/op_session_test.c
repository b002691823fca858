/* op_session_test.c -- sessions against a list of rows, one row at a time.
 *
 * The model keeps the rows of every session in a list and looks through all of them for each row.
 * A random stream comes in chunks, some of its rows with marks; what comes out has to be the same
 * text, late rows too.
 */
#include "base/memory.h"
#include "exec/ops/op_check.h"
#include "exec/state/key.h"

enum { ROWS_MAX = 700, SESSIONS_MAX = ROWS_MAX, KEYS = 5, MS = 1000 };

enum { COL_TS, COL_K, COL_NAME, COL_V, COL_TAKEN, COL_TEXT, COL_ID, N_COLS };
static FormatField in[N_COLS];

/* Aggregates, each with its model in put_agg. */
typedef enum AggId {
  COUNT_ROWS,
  SUM_V,
  MIN_V_TAKEN,
  MAX_TEXT,
  COUNT_DISTINCT_V,
  SUM_DISTINCT_V_TAKEN,
  FIRST_V,
  LAST_V,
  LISTAGG_TEXT,
  LISTAGG_DISTINCT_TEXT,
  AGG_END
} AggId;

typedef struct Row {
  Micros ts, mark; /* the watermark at its place */
  bool marked;     /* it carries that */
  int64_t key, v;  /* v INT64_MIN: NULL */
  bool taken;
} Row;

typedef struct Model {
  int64_t key;
  Micros start, end;
  uint32_t rows[ROWS_MAX], n;
} Model;

typedef struct Case {
  const WindowSpec *window;
  const uint32_t *keys;
  uint32_t n_keys;
  const AggId *aggs; /* NULL: the rows themselves */
  Micros delay_us;
  uint64_t hash[KEYS];
  Row rows[ROWS_MAX];
  uint32_t n_rows;
  Model *open[SESSIONS_MAX];
  uint32_t n_open;
  bool late[ROWS_MAX], got_late[ROWS_MAX];
  StrBuf want, got;
} Case;

/* --- the model ------------------------------------------------------------------------------- */

static int64_t cell(const Row *r, uint32_t id, uint32_t col) {
  switch (col) {
    case COL_TS:
      return r->ts;
    case COL_K:
      return r->key == 0 ? INT64_MIN : r->key;
    case COL_NAME:
      return r->key == 1 ? INT64_MIN : 1234567890123456 + r->key; /* too long to stand inline */
    case COL_TAKEN:
      return r->taken;
    case COL_ID:
      return id;
    default:
      return r->v;
  }
}

static void put(StrBuf *out, int64_t v) {
  if (v == INT64_MIN) {
    strbuf_putc(out, '.');
  } else {
    strbuf_printf(out, "%lld", (long long)v);
  }
  strbuf_putc(out, ' ');
}

/* Is row i of the session the first with its value, among those that count? */
static bool is_first(const Case *c, const Model *m, uint32_t i, bool taken) {
  for (uint32_t k = 0; k < i; k++) {
    const Row *r = &c->rows[m->rows[k]];
    if (r->v == c->rows[m->rows[i]].v && (r->taken || !taken)) return false;
  }
  return true;
}

static void put_list(Case *c, const Model *m, bool distinct) {
  bool any = false;
  for (uint32_t i = 0; i < m->n; i++) {
    int64_t v = c->rows[m->rows[i]].v;
    if (v == INT64_MIN || (distinct && !is_first(c, m, i, false))) continue;
    strbuf_printf(&c->want, "%s%lld", any ? "," : "", (long long)v);
    any = true;
  }
  strbuf_puts(&c->want, any ? " " : ". ");
}

static int64_t fold(int64_t a, int64_t b, AggId id) {
  char x[24], y[24];
  if (a == INT64_MIN || id == LAST_V) return b;
  if (id == SUM_V || id == SUM_DISTINCT_V_TAKEN) return a + b;
  if (id == MIN_V_TAKEN) return a < b ? a : b;
  snprintf(x, sizeof x, "%lld", (long long)a);
  snprintf(y, sizeof y, "%lld", (long long)b);
  if (id == MAX_TEXT) return strcmp(x, y) > 0 ? a : b;
  return a; /* FIRST_V */
}

static void put_agg(Case *c, const Model *m, AggId id) {
  if (id == LISTAGG_TEXT || id == LISTAGG_DISTINCT_TEXT) {
    put_list(c, m, id == LISTAGG_DISTINCT_TEXT);
    return;
  }
  bool taken = id == MIN_V_TAKEN || id == SUM_DISTINCT_V_TAKEN;
  bool distinct = id == COUNT_DISTINCT_V || id == SUM_DISTINCT_V_TAKEN;
  int64_t count = 0, value = INT64_MIN;
  for (uint32_t i = 0; i < m->n; i++) {
    const Row *r = &c->rows[m->rows[i]];
    if (id != COUNT_ROWS && (r->v == INT64_MIN || (taken && !r->taken))) continue;
    if (distinct && !is_first(c, m, i, taken)) continue;
    count++;
    value = fold(value, r->v, id);
  }
  put(&c->want, id == COUNT_ROWS || id == COUNT_DISTINCT_V ? count : value);
}

static void put_times(Case *c, const Model *m) {
  strbuf_printf(&c->want, "%lld %lld %lld\n", (long long)m->start, (long long)m->end,
                (long long)(m->end - MS));
}

static void put_session(Case *c, const Model *m) {
  if (c->aggs == NULL) {
    for (uint32_t i = 0; i < m->n; i++) {
      uint32_t id = m->rows[i];
      for (uint32_t col = 0; col < N_COLS; col++) put(&c->want, cell(&c->rows[id], id, col));
      put_times(c, m);
    }
    return;
  }
  for (uint32_t i = 0; i < c->n_keys; i++) {
    put(&c->want, cell(&c->rows[m->rows[0]], 0, c->keys[i]));
  }
  for (uint32_t i = 0; c->aggs[i] != AGG_END; i++) put_agg(c, m, c->aggs[i]);
  put_times(c, m);
}

static bool fires_before(const Case *c, const Model *a, const Model *b) {
  if (a->end != b->end) return a->end < b->end;
  if (a->start != b->start) return a->start < b->start;
  return c->hash[a->key] < c->hash[b->key];
}

static void model_fire(Case *c, Micros watermark) {
  for (;;) {
    uint32_t first = c->n_open;
    for (uint32_t i = 0; i < c->n_open; i++) {
      if (c->open[i]->end - MS > watermark) continue;
      if (first == c->n_open || fires_before(c, c->open[i], c->open[first])) first = i;
    }
    if (first == c->n_open) return;
    put_session(c, c->open[first]);
    free(c->open[first]);
    c->open[first] = c->open[--c->n_open];
  }
}

/* Rows of a and b in the order in which they came. */
static void model_merge(Model *a, const Model *b) {
  for (uint32_t i = 0; i < b->n; i++) {
    uint32_t at = a->n++;
    for (; at > 0 && a->rows[at - 1] > b->rows[i]; at--) a->rows[at] = a->rows[at - 1];
    a->rows[at] = b->rows[i];
  }
  if (b->start < a->start) a->start = b->start;
  if (b->end > a->end) a->end = b->end;
}

/* The next session of the key, by start, that touches m and may be merged with it. */
static uint32_t model_touching(const Case *c, const Model *m, Micros after) {
  uint32_t best = c->n_open;
  for (uint32_t i = 0; i < c->n_open; i++) {
    const Model *x = c->open[i];
    if (x->key != m->key || x->start <= after || x->start > m->end || x->end < m->start) continue;
    Micros start = x->start < m->start ? x->start : m->start;
    Micros end = x->end > m->end ? x->end : m->end;
    if (c->window->cap_us > 0 && end - start > c->window->cap_us) continue;
    if (best == c->n_open || x->start < c->open[best]->start) best = i;
  }
  return best;
}

static void model_row(Case *c, uint32_t id) {
  const Row *r = &c->rows[id];
  model_fire(c, r->mark);
  Model *m = calloc(1, sizeof *m);
  *m =
      (Model){.key = c->n_keys > 0 ? r->key : 0, .start = r->ts, .end = r->ts + c->window->size_us};
  m->rows[m->n++] = id;
  Micros after = MICROS_MIN;
  for (uint32_t i; (i = model_touching(c, m, after)) < c->n_open;) {
    Model *x = c->open[i];
    c->open[i] = c->open[--c->n_open];
    after = x->start;
    model_merge(m, x);
    free(x);
  }
  c->late[id] = m->end - MS <= r->mark;
  if (c->late[id]) {
    free(m);
  } else {
    c->open[c->n_open++] = m;
  }
}

/* --- a stream -------------------------------------------------------------------------------- */

static void random_row(const Case *c, uint64_t *seed, Micros *now, Row *r) {
  static const int steps[] = {0, 0, 1, 1, 2, 5, 13}, backs[] = {0, 0, 0, 1, 2, 6, 15, 30};
  *now += steps[bench_random(seed, COUNT_OF(steps))] * MS;
  *r = (Row){.ts = *now - backs[bench_random(seed, COUNT_OF(backs))] * MS,
             .key = bench_random(seed, KEYS),
             .v = (int64_t)bench_random(seed, 20) - 4,
             .taken = bench_random(seed, 3) > 0};
  if (c->n_keys == 1 && c->keys[0] == COL_K && r->key == 1) r->key = 2;
  if (r->v < -2) r->v = INT64_MIN;
}

static void bench_put(Bench *b, const Case *c, uint32_t id, Micros watermark) {
  int64_t cells[N_COLS];
  const Row *r = &c->rows[id];
  for (uint32_t col = 0; col < N_COLS; col++) cells[col] = cell(r, id, col);
  bench_row(b, cells, r->marked ? r->mark : watermark, ROW_INSERT);
}

/* Push the rows from first on. */
static void push_rows(Bench *b, const Case *c, uint64_t *seed, uint32_t first, Micros watermark) {
  uint32_t batch_rows = 1 + bench_random(seed, 40);
  bool marks = false;
  for (uint32_t id = first; id < c->n_rows; id++) {
    bench_put(b, c, id, watermark);
    marks |= c->rows[id].marked;
    if (b->in->batch.rows < batch_rows && id + 1 < c->n_rows) continue;
    bench_push(b, marks, false);
    marks = false;
  }
}

static void check_pending(const Bench *b, const Case *c) {
  OpPending p;
  Micros end = MICROS_MAX;
  for (uint32_t i = 0; i < c->n_open; i++) {
    if (c->open[i]->end < end) end = c->open[i]->end;
  }
  op_pending(b->op, &p);
  CHECK_INT(p.n_windows, c->n_open);
  if (c->n_open == 0) return;
  CHECK_INT(p.end_us, end);
  CHECK_INT(p.last_us, end - MS);
}

/* One chunk; returns the watermark behind it. */
static Micros run_chunk(Bench *b, Case *c, uint64_t *seed, Micros *now, Micros watermark) {
  Micros m = MICROS_MIN; /* the largest candidate of the chunk so far */
  uint32_t n = 1 + bench_random(seed, bench_random(seed, 4) == 0 ? 200 : 10), first = c->n_rows;
  for (uint32_t i = 0; i < n && c->n_rows < ROWS_MAX; i++) {
    Row *r = &c->rows[c->n_rows];
    random_row(c, seed, now, r);
    r->marked = m != MICROS_MIN && r->ts <= m + MS;
    r->mark = m > watermark ? m : watermark;
    model_row(c, c->n_rows++);
    if (r->ts - c->delay_us > m) m = r->ts - c->delay_us;
  }
  b->ctx.chunk_watermark_us = watermark;
  push_rows(b, c, seed, first, watermark);
  CHECK_INT(op_chunk_end(b->op), OK);
  if (m > watermark) watermark = m;
  op_advance(b->op, watermark);
  bench_fire(b);
  model_fire(c, watermark);
  return watermark;
}

static void on_late(Bench *b, const Batch *batch, uint32_t row) {
  Case *c = (Case *)((char *)b->arg - offsetof(Case, got));
  c->got_late[bench_cell(batch, COL_ID, row)] = true;
}

static AggCall call_of(AggId id) {
  static const struct {
    const char *name;
    int32_t arg, filter;
    bool distinct;
  } calls[] = {[COUNT_ROWS] = {"COUNT", -1, -1, false},
               [SUM_V] = {"SUM", COL_V, -1, false},
               [MIN_V_TAKEN] = {"MIN", COL_V, COL_TAKEN, false},
               [MAX_TEXT] = {"MAX", COL_TEXT, -1, false},
               [COUNT_DISTINCT_V] = {"COUNT", COL_V, -1, true},
               [SUM_DISTINCT_V_TAKEN] = {"SUM", COL_V, COL_TAKEN, true},
               [FIRST_V] = {"FIRST_VALUE", COL_V, -1, false},
               [LAST_V] = {"LAST_VALUE", COL_V, -1, false},
               [LISTAGG_TEXT] = {"LISTAGG", COL_TEXT, -1, false},
               [LISTAGG_DISTINCT_TEXT] = {"LISTAGG", COL_TEXT, -1, true}};
  AggCall call = {.arg = calls[id].arg, .filter = calls[id].filter, .distinct = calls[id].distinct};
  Type type = call.arg >= 0 ? in[call.arg].type : type_of(TYPE_NULL);
  Error err = {0};
  CHECK_INT(agg_bind(agg_find(str_of(calls[id].name)), &type, call.arg >= 0, NO_SPAN, &call, &err),
            OK);
  return call;
}

/* The hash of every key, as rows with it have. */
static void find_hashes(Bench *b, Case *c) {
  Type types[2];
  uint16_t rows[KEYS];
  KeyBatch *keys = key_batch_new();
  for (uint32_t i = 0; i < c->n_keys; i++) types[i] = in[c->keys[i]].type;
  KeySpec spec = key_spec(c->keys, types, c->n_keys);
  for (uint32_t k = 0; k < KEYS; k++) {
    int64_t cells[N_COLS];
    for (uint32_t col = 0; col < N_COLS; col++) cells[col] = cell(&(Row){.key = k}, 0, col);
    bench_row(b, cells, MICROS_MIN, ROW_INSERT);
    rows[k] = (uint16_t)k;
  }
  CHECK(key_batch_fill(keys, &spec, &b->in->batch, rows, KEYS));
  memcpy(c->hash, keys->hash, sizeof c->hash);
  batch_builder_clear(b->in);
  key_batch_free(keys);
}

typedef struct Output {
  FormatField fields[N_COLS + 13];
  AggCall aggs[10];
  WindowAggSpec agg;
  SessionTvfSpec tvf;
} Output;

static Op *new_op(Bench *b, const Case *c, Output *o) {
  uint32_t n = 0, n_aggs = 0;
  const Type stamp = type_not_null(type_time(TYPE_TIMESTAMP, 3));
  if (c->aggs == NULL) {
    o->tvf.window = *c->window;
    o->tvf.window.partition = c->keys;
    o->tvf.window.n_partition = c->n_keys;
    return op_session_tvf_new(&o->tvf, in, N_COLS, &b->ctx);
  }
  for (; n < c->n_keys; n++) o->fields[n] = in[c->keys[n]];
  for (; c->aggs[n_aggs] != AGG_END; n_aggs++) {
    o->aggs[n_aggs] = call_of(c->aggs[n_aggs]);
    o->fields[n++] = (FormatField){"agg", o->aggs[n_aggs].result};
  }
  for (uint32_t i = 0; i < 3; i++) o->fields[n++] = (FormatField){"window", stamp};
  o->agg = (WindowAggSpec){.window = *c->window,
                           .keys = c->keys,
                           .n_keys = c->n_keys,
                           .aggs = o->aggs,
                           .n_aggs = n_aggs};
  return op_session_agg_new(&o->agg, in, N_COLS, o->fields, &b->ctx);
}

static void compare(const Case *c) {
  CHECK_STR(strbuf_text(&c->got), strbuf_text(&c->want));
  CHECK(memcmp(c->late, c->got_late, sizeof c->late) == 0);
}

/* Runs c, of which window, keys and aggs are set.  Returns how many rows were late. */
static uint64_t run_case(Case *c, uint64_t seed) {
  Bench b;
  Output o = {0};
  bench_init(&b, in, N_COLS, bench_write);
  b.on_late = on_late;
  b.arg = &c->got;
  find_hashes(&b, c);
  bench_open(&b, new_op(&b, c, &o));
  Micros watermark = MICROS_MIN, now = -200 * MS;
  c->delay_us = (Micros[]){0, MS, 5 * MS, 20 * MS}[bench_random(&seed, 4)];
  while (c->n_rows < ROWS_MAX) {
    watermark = run_chunk(&b, c, &seed, &now, watermark);
    check_pending(&b, c);
  }
  op_finish(b.op);
  bench_fire(&b);
  model_fire(c, MICROS_MAX);
  check_pending(&b, c);
  compare(c);
  uint64_t late = b.ctx.late_rows;
  bench_close(&b);
  strbuf_deinit(&c->want);
  strbuf_deinit(&c->got);
  return late;
}

static void random_streams(const AggId *aggs) {
  static const uint32_t keys[][2] = {{COL_K}, {COL_NAME}, {COL_K, COL_NAME}};
  uint64_t seed = 7, late = 0;
  for (int round = 0; round < 240; round++) {
    Case *c = calloc(1, sizeof *c);
    Micros gap = (Micros[]){1, 2, 5, 10, 25}[round % 5] * MS;
    Micros cap = (Micros[]){0, 0, gap, gap + 3 * MS, 3 * gap}[bench_random(&seed, 5)];
    WindowSpec window = {.kind = WINDOW_SESSION,
                         .size_us = gap,
                         .cap_us = cap,
                         .time_col = COL_TS,
                         .time_type = in[COL_TS].type};
    uint32_t key = (uint32_t)round / 5 % 4;
    *c = (Case){.window = &window,
                .keys = keys[key % 3],
                .n_keys = key == 3 ? 0 : key / 2 + 1,
                .aggs = aggs};
    late += run_case(c, rng_next(&seed));
    free(c);
  }
  CHECK(late > 100);
}

int main(void) {
  static const AggId words[] = {COUNT_ROWS, SUM_V, MIN_V_TAKEN, AGG_END};
  static const AggId sets[] = {MAX_TEXT, COUNT_DISTINCT_V, COUNT_ROWS, SUM_DISTINCT_V_TAKEN,
                               AGG_END};
  static const AggId by_arrival[] = {FIRST_V,
                                     COUNT_ROWS,
                                     LAST_V,
                                     COUNT_DISTINCT_V,
                                     LISTAGG_TEXT,
                                     MIN_V_TAKEN,
                                     LISTAGG_DISTINCT_TEXT,
                                     AGG_END};
  in[COL_TS] = (FormatField){"ts", type_time(TYPE_TIMESTAMP, 3)};
  in[COL_K] = (FormatField){"k", type_of(TYPE_BIGINT)};
  in[COL_NAME] = (FormatField){"name", type_string()};
  in[COL_V] = (FormatField){"v", type_of(TYPE_BIGINT)};
  in[COL_TAKEN] = (FormatField){"taken", type_of(TYPE_BOOLEAN)};
  in[COL_TEXT] = (FormatField){"text", type_string()};
  in[COL_ID] = (FormatField){"id", type_of(TYPE_BIGINT)};
  random_streams(words);
  random_streams(sets);
  random_streams(by_arrival);
  random_streams(NULL);
  return check_done();
}
