/* op_session_test.c -- sessions against a list of rows, one row at a time.
 *
 * The model keeps the rows of every session in a list and looks through all of them for each row.
 * A random stream comes in chunks, some of its rows with marks; what comes out has to be the same
 * text, late rows too.  At the ends of chunks it is saved and goes on in fresh operators, one or
 * two.
 */
#include "base/memory.h"
#include "exec/ops/session_check.h"

enum { ROWS_MAX = 700, SESSIONS_MAX = ROWS_MAX, KEYS = 5 };

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

typedef enum Restores { NEVER, IN_ONE, IN_ONE_OR_TWO } Restores;

typedef struct Case {
  SessionPlan plan;
  Restores restores;
  KeySpec key;
  Type key_types[2];
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
    case COL_D:
      return r->v > 5 ? (INT64_C(1) << 53) + 2 * r->v : r->v;
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
  if (c->plan.aggs == NULL) {
    for (uint32_t i = 0; i < m->n; i++) {
      uint32_t id = m->rows[i];
      for (uint32_t col = 0; col < N_COLS; col++) put(&c->want, cell(&c->rows[id], id, col));
      put_times(c, m);
    }
    return;
  }
  for (uint32_t i = 0; i < c->plan.n_keys; i++) {
    put(&c->want, cell(&c->rows[m->rows[0]], 0, c->plan.keys[i]));
  }
  for (uint32_t i = 0; c->plan.aggs[i] != AGG_END; i++) put_agg(c, m, c->plan.aggs[i]);
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
    if (c->plan.window->cap_us > 0 && end - start > c->plan.window->cap_us) continue;
    if (best == c->n_open || x->start < c->open[best]->start) best = i;
  }
  return best;
}

static void model_row(Case *c, uint32_t id) {
  const Row *r = &c->rows[id];
  model_fire(c, r->mark);
  Model *m = calloc(1, sizeof *m);
  *m = (Model){.key = c->plan.n_keys > 0 ? r->key : 0,
               .start = r->ts,
               .end = r->ts + c->plan.window->size_us};
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
  if (c->plan.n_keys == 1 && c->plan.keys[0] == COL_K && r->key == 1) r->key = 2;
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
  if (bench_is_split(b)) return;
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

/* The hash of every key, as rows with it have. */
static void find_hashes(Bench *b, Case *c) {
  uint16_t rows[KEYS];
  KeyBatch *keys = key_batch_new();
  for (uint32_t i = 0; i < c->plan.n_keys; i++) c->key_types[i] = fields[c->plan.keys[i]].type;
  c->key = key_spec(c->plan.keys, c->key_types, c->plan.n_keys);
  for (uint32_t k = 0; k < KEYS; k++) {
    int64_t cells[N_COLS];
    for (uint32_t col = 0; col < N_COLS; col++) cells[col] = cell(&(Row){.key = k}, 0, col);
    bench_row(b, cells, MICROS_MIN, ROW_INSERT);
    rows[k] = (uint16_t)k;
  }
  CHECK(key_batch_fill(keys, &c->key, &b->in->batch, rows, KEYS));
  memcpy(c->hash, keys->hash, sizeof c->hash);
  batch_builder_clear(b->in);
  key_batch_free(keys);
}

/* Save, and go on in one operator, or two that share the hashes. */
static void restore(Bench *b, Case *c, Output *o, uint64_t *seed) {
  if (c->restores == IN_ONE || bench_random(seed, 2) == 0) {
    bench_restore(b, new_op(b, &c->plan, o));
    return;
  }
  uint64_t mid = bench_random(seed, 2) == 0 ? rng_next(seed) : c->hash[bench_random(seed, KEYS)];
  bench_restore(b, bench_split_at(b, &c->key, mid, new_op(b, &c->plan, o), new_op(b, &c->plan, o)));
}

static int by_text(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Two instances give out what they have one after the other. */
static void sort_lines(StrBuf *text) {
  static char *lines[ROWS_MAX + 1];
  uint32_t n = 0;
  char *rest, *copy = strdup(strbuf_text(text));
  for (char *line = strtok_r(copy, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
    assert(n < COUNT_OF(lines));
    lines[n++] = line;
  }
  qsort(lines, n, sizeof *lines, by_text);
  text->len = 0;
  for (uint32_t i = 0; i < n; i++) strbuf_printf(text, "%s\n", lines[i]);
  free(copy);
}

/* Runs c, of which window, keys, aggs and restores are set.  Returns how many rows were late. */
static uint64_t run_stream(Case *c, uint64_t seed) {
  Bench b;
  Output o = {0};
  uint64_t restores = seed + 1;
  bench_init(&b, fields, N_COLS, bench_write);
  b.on_late = on_late;
  b.arg = &c->got;
  find_hashes(&b, c);
  bench_open(&b, new_op(&b, &c->plan, &o));
  Micros watermark = MICROS_MIN, now = -200 * MS;
  c->delay_us = (Micros[]){0, MS, 5 * MS, 20 * MS}[bench_random(&seed, 4)];
  while (c->n_rows < ROWS_MAX) {
    watermark = run_chunk(&b, c, &seed, &now, watermark);
    check_pending(&b, c);
    if (c->restores == NEVER || bench_random(&restores, 4) > 0) continue;
    restore(&b, c, &o, &restores);
    check_pending(&b, c);
  }
  op_finish(b.op);
  bench_fire(&b);
  model_fire(c, MICROS_MAX);
  check_pending(&b, c);
  uint64_t late = b.ctx.late_rows;
  bench_close(&b);
  CHECK(memcmp(c->late, c->got_late, sizeof c->late) == 0);
  if (c->restores == IN_ONE_OR_TWO) sort_lines(&c->got);
  return late;
}

/* A case but for its restores. */
static Case *random_case(const AggId *aggs, int round, uint64_t *seed) {
  static const uint32_t keys[][2] = {{COL_K}, {COL_NAME}, {COL_K, COL_NAME}};
  static WindowSpec window;
  Case *c = calloc(1, sizeof *c);
  Micros gap = (Micros[]){1, 2, 5, 10, 25}[round % 5] * MS;
  Micros cap = (Micros[]){0, 0, gap, gap + 3 * MS, 3 * gap}[bench_random(seed, 5)];
  window = (WindowSpec){.kind = WINDOW_SESSION,
                        .size_us = gap,
                        .cap_us = cap,
                        .time_col = COL_TS,
                        .time_type = fields[COL_TS].type};
  uint32_t key = (uint32_t)round / 5 % 4;
  *c = (Case){.plan = {&window, keys[key % 3], key == 3 ? 0 : key / 2 + 1, aggs}};
  return c;
}

static void case_free(Case *c) {
  strbuf_deinit(&c->want);
  strbuf_deinit(&c->got);
  free(c);
}

/* Against the model. */
static void random_streams(const AggId *aggs) {
  uint64_t seed = 7, late = 0;
  for (int round = 0; round < 240; round++) {
    Case *c = random_case(aggs, round, &seed);
    c->restores = (Restores)bench_random(&seed, 3);
    late += run_stream(c, rng_next(&seed));
    if (c->restores == IN_ONE_OR_TWO) sort_lines(&c->want);
    CHECK_STR(strbuf_text(&c->got), strbuf_text(&c->want));
    case_free(c);
  }
  CHECK(late > 100);
}

/* Against the same stream without restores: sums that are rounded at each step. */
static void rounded_sums(const AggId *aggs) {
  uint64_t seed = 11;
  for (int round = 0; round < 120; round++) {
    Case *c = random_case(aggs, round, &seed), *whole = calloc(1, sizeof *whole);
    *whole = *c;
    c->restores = round % 2 == 0 ? IN_ONE : IN_ONE_OR_TWO;
    run_stream(c, seed);
    run_stream(whole, seed);
    if (c->restores == IN_ONE_OR_TWO) sort_lines(&whole->got);
    CHECK_STR(strbuf_text(&c->got), strbuf_text(&whole->got));
    case_free(c);
    case_free(whole);
  }
}

/* --- large streams --------------------------------------------------------------------------- */

static const AggId words[] = {COUNT_ROWS, SUM_V, MIN_V_TAKEN, AGG_END};
static const AggId sets[] = {COUNT_ROWS, COUNT_DISTINCT_V, MAX_TEXT, SUM_DISTINCT_V_TAKEN, AGG_END};
static const AggId by_arrival[] = {FIRST_V,      COUNT_ROWS,  LAST_V,   COUNT_DISTINCT_V,
                                   LISTAGG_TEXT, MIN_V_TAKEN, MAX_TEXT, LISTAGG_DISTINCT_TEXT,
                                   AGG_END};

/* What came of a large stream: rows out, and the second column of the last, COUNT(*) of some key.
 */
typedef struct Seen {
  uint64_t rows;
  int64_t count, v;
} Seen;

static void on_seen(Bench *b, const Batch *batch, uint32_t row) {
  Seen *seen = b->arg;
  seen->rows++;
  seen->count = bench_cell(batch, 1, row);
  if (batch->n_cols == N_COLS + 3) seen->v = bench_cell(batch, COL_V, row);
}

/* Push rows of these times and keys; v is the number of the row in the stream. */
static Code feed(Bench *b, const Micros *ts, const int64_t *keys, uint32_t n, uint64_t first) {
  static int64_t v[BATCH_ROWS], null;
  static TextRef text[BATCH_ROWS];
  static char bytes[BATCH_ROWS][48];
  uint64_t no_bit = 0;
  int8_t taken = 1;
  for (uint32_t i = 0; i < n; i++) {
    v[i] = (int64_t)(first + i);
    if (i > 0 && keys[i] == keys[i - 1]) {
      text[i] = text[i - 1];
      continue;
    }
    int len = snprintf(bytes[i], sizeof bytes[i], "key %0*lld", (int)(10 + keys[i] % 30),
                       (long long)keys[i]);
    text[i] = text_ref(bytes[i], (size_t)len);
  }
  Vector cols[N_COLS];
  for (uint32_t c = 0; c < N_COLS; c++) {
    cols[c] = (Vector){.type = fields[c].type, .constant = true, .data = &null, .valid = &no_bit};
  }
  cols[COL_TS] = (Vector){.type = fields[COL_TS].type, .data = (void *)(uintptr_t)ts};
  cols[COL_K] = (Vector){.type = fields[COL_K].type, .data = (void *)(uintptr_t)keys};
  cols[COL_NAME] = cols[COL_TEXT] = (Vector){.type = type_string(), .data = text};
  cols[COL_V] = cols[COL_ID] = (Vector){.type = fields[COL_V].type, .data = v};
  cols[COL_TAKEN] = (Vector){.type = fields[COL_TAKEN].type, .constant = true, .data = &taken};
  return op_push(b->op, PORT_ROWS, &(Batch){.rows = n, .n_cols = N_COLS, .cols = cols});
}

typedef struct Large {
  Bench b;
  Case c;
  Output o;
  WindowSpec window;
  Seen seen;
} Large;

static Large *large_new(const AggId *aggs, uint32_t key_col, Micros gap) {
  static uint32_t key;
  Large *l = calloc(1, sizeof *l);
  key = key_col;
  l->window = (WindowSpec){
      .kind = WINDOW_SESSION, .size_us = gap, .time_col = COL_TS, .time_type = fields[COL_TS].type};
  l->c = (Case){.plan = {&l->window, &key, 1, aggs}};
  bench_init(&l->b, fields, N_COLS, on_seen);
  l->b.arg = &l->seen;
  bench_open(&l->b, new_op(&l->b, &l->c.plan, &l->o));
  return l;
}

static Seen large_end(Large *l) {
  Seen seen;
  op_finish(l->b.op);
  bench_fire(&l->b);
  seen = l->seen;
  CHECK_INT(l->b.ctx.late_rows, 0);
  bench_close(&l->b);
  free(l);
  return seen;
}

/* Rows that are one session. */
static void long_session(const AggId *aggs, uint64_t rows) {
  static const int64_t keys[BATCH_ROWS];
  Micros ts[BATCH_ROWS];
  Large *l = large_new(aggs, COL_K, 5 * MS);
  for (uint64_t n = 0; n < rows; n += BATCH_ROWS) {
    for (uint32_t i = 0; i < BATCH_ROWS; i++) ts[i] = (Micros)(n + (i ^ 3)) * MS;
    CHECK_INT(feed(&l->b, ts, keys, BATCH_ROWS, n), OK);
    op_advance(l->b.op, (Micros)n * MS);
    bench_fire(&l->b);
  }
  Seen seen = large_end(l);
  CHECK_INT(seen.rows, aggs == NULL ? rows : 1);
  if (aggs == words) CHECK_INT(seen.count, rows);
}

/* Sessions of one key at random places, then rows that join each to the next, at random. */
static void many_sessions(const AggId *aggs, uint64_t n) {
  static const int64_t keys[BATCH_ROWS];
  Micros ts[BATCH_ROWS], gap = 10 * MS;
  Large *l = large_new(aggs, COL_K, gap);
  for (uint64_t i = 0; i < 2 * n; i += BATCH_ROWS) {
    for (uint32_t k = 0; k < BATCH_ROWS; k++) {
      uint64_t place = (i + k) * 1000003 % n; /* each once in either half */
      ts[k] = (Micros)place * 2 * gap + (i < n ? 0 : gap);
    }
    CHECK_INT(feed(&l->b, ts, keys, BATCH_ROWS, i), OK);
    OpPending p;
    op_pending(l->b.op, &p);
    uint64_t done = i + BATCH_ROWS, left = done <= n ? done : 2 * n - done;
    CHECK(p.n_windows == left || p.n_windows == left + 1); /* behind the last there is none */
  }
  Seen seen = large_end(l);
  CHECK_INT(seen.rows, aggs == NULL ? 2 * n : 1);
  if (aggs == words) CHECK_INT(seen.count, 2 * n);
  if (aggs == NULL) CHECK_INT(seen.v, 2 * n - 1); /* in the order in which they came */
}

/* Sessions of a row each, of ever new keys: what they take is used again. */
static void new_keys(const AggId *aggs, uint32_t key_col, uint64_t n) {
  Micros ts[BATCH_ROWS];
  int64_t keys[BATCH_ROWS];
  size_t early = 0;
  Large *l = large_new(aggs, key_col, 10 * MS);
  for (uint64_t i = 0; i < n; i += BATCH_ROWS) {
    for (uint32_t k = 0; k < BATCH_ROWS; k++) {
      keys[k] = (int64_t)(i + k);
      ts[k] = (Micros)(i + k) * MS / 100;
    }
    CHECK_INT(feed(&l->b, ts, keys, BATCH_ROWS, i), OK);
    op_advance(l->b.op, ts[BATCH_ROWS - 1] - 5 * MS);
    bench_fire(&l->b);
    if (i == n / 16) early = memory_used();
  }
  CHECK(memory_used() < early + early / 8);
  CHECK_INT(large_end(l).rows, n);
}

static void large_streams(void) {
  static const AggId *const kinds[] = {words, sets, by_arrival, NULL};
  for (size_t i = 0; i < COUNT_OF(kinds); i++) {
    bool plain = kinds[i] == words;
    long_session(kinds[i], plain ? 1 << 20 : 1 << 17);
    many_sessions(kinds[i], plain ? 1 << 17 : 1 << 14);
    new_keys(kinds[i], COL_K, plain ? 1 << 20 : 1 << 16);
    new_keys(kinds[i], COL_NAME, 1 << 16);
  }
}

/* --- and others ------------------------------------------------------------------------------ */

/* Windows are told in wall clock; a gap is elapsed time.  In Berlin 2024-10-27 02:30 came twice. */
static void summer_time(void) {
  Error err = {0};
  const Zone *berlin = zone_open(STR("Europe/Berlin"), NO_SPAN, &err);
  const Micros minute = 60 * MICROS_PER_SECOND, first = INT64_C(1729989000) * MICROS_PER_SECOND;
  const Micros ts[] = {first, first + 60 * minute, first + 75 * minute},
               wall = first + 120 * minute;
  static const int64_t keys[3];
  CHECK(berlin != NULL);
  if (berlin == NULL) return;
  FormatField stamp = fields[COL_TS];
  fields[COL_TS].type = type_time(TYPE_TIMESTAMP_LTZ, 3);
  Large *l = large_new(words, COL_K, 20 * minute);
  Case *c = &l->c;
  bench_close(&l->b);
  bench_init(&l->b, fields, N_COLS, bench_write);
  l->b.env.zone = berlin;
  l->b.arg = &c->got;
  bench_open(&l->b, new_op(&l->b, &c->plan, &l->o));
  CHECK_INT(feed(&l->b, ts, keys, 3, 1), OK);
  strbuf_printf(&c->want, "0 1 1 1 %lld %lld %lld\n", (long long)wall,
                (long long)(wall + 20 * minute), (long long)(ts[0] + 20 * minute - MS));
  strbuf_printf(&c->want, "0 2 5 2 %lld %lld %lld\n", (long long)wall,
                (long long)(wall + 35 * minute), (long long)(ts[2] + 20 * minute - MS));
  op_finish(l->b.op);
  bench_fire(&l->b);
  CHECK_STR(strbuf_text(&c->got), strbuf_text(&c->want));
  strbuf_deinit(&c->got);
  strbuf_deinit(&c->want);
  bench_close(&l->b);
  free(l);
  fields[COL_TS] = stamp;
}

static Code feed_random(Large *l) {
  enum { ROWS = 1000 };
  uint64_t seed = 5;
  Micros ts[ROWS];
  int64_t keys[ROWS];
  for (uint32_t i = 0; i < ROWS; i++) {
    ts[i] = (Micros)bench_random(&seed, 5000) * MS;
    keys[i] = bench_random(&seed, 100);
  }
  return feed(&l->b, ts, keys, ROWS, 0);
}

/* Memory that runs out at any place is told, and what there is is freed. */
static void no_memory(const AggId *aggs) {
  bool done = false;
  for (size_t limit = 0; !done; limit += 20000) {
    Large *l = large_new(aggs, COL_NAME, 10 * MS);
    memory_set_limit(memory_used() + limit + 1);
    done = feed_random(l) == OK;
    CHECK_INT(l->b.err.code, done ? OK : ERR_MEMORY);
    memory_set_limit(0);
    bench_close(&l->b);
    free(l);
  }
}

int main(void) {
  init_fields();
  random_streams(words);
  random_streams(sets);
  random_streams(by_arrival);
  random_streams(NULL);
  rounded_sums((const AggId[]){SUM_D, COUNT_ROWS, AGG_END});
  rounded_sums((const AggId[]){SUM_D, SUM_DISTINCT_D, AGG_END});
  rounded_sums((const AggId[]){SUM_DISTINCT_D, LISTAGG_TEXT, SUM_D, AGG_END});
  large_streams();
  summer_time();
  no_memory(words);
  no_memory(by_arrival);
  no_memory(NULL);
  return check_done();
}
