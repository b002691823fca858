/* op_window_agg_test.c -- windows of all aligned kinds, and attached ones, against a list of rows.
 *
 * A random stream is pushed in chunks: rows at the chunk's watermark, some of them combined by the
 * local aggregate, then rows with a mark.  The model applies the definition literally: a row
 * counts for the windows that contain it and whose last instant is above the watermark at its
 * place.  All results have to come, in order, with the right tags; also the number of late rows,
 * and at every chunk's end the windows that are open.  Sums of floating point that are not exact
 * have to be the same to the bit however rows are batched.  At random ends of chunks the operator
 * is saved, and fresh ones go on, one or two of them.
 */
#include "base/hash.h"
#include "exec/ops/broken_check.h"
#include "exec/ops/window.h"
#include "exec/state/key.h"

enum { ROWS_MAX = 700, SEC = 1000000, MS = 1000 };
enum { TS, K, V, D, S, F, START, END, N_COLS };

typedef struct In {
  int64_t cell[N_COLS];
  uint64_t hash;
  Micros at; /* the watermark at its place */
} In;

typedef enum Kind { COUNT_ROWS, COUNT, SUM, AVG, MIN, MAX, FIRST, LAST, KINDS } Kind;

typedef struct Agg {
  Kind kind;
  int col;
  bool distinct, filter;
} Agg;

typedef struct Bounds {
  Micros start, end;
} Bounds;

enum { AGGS_MAX = 8, PER_ROW_MAX = 64, WINDOWS_MAX = 20000 };

typedef struct Case {
  WindowAggSpec spec;
  WindowClock clock;
  Agg aggs[AGGS_MAX];
  AggCall calls[AGGS_MAX];
  uint32_t keys[2];
  In rows[ROWS_MAX];
  uint32_t n_rows;
  Bounds windows[WINDOWS_MAX]; /* that contain rows, by (end, start) */
  uint32_t n_windows;
  uint64_t late, got_late;
  Micros passed;
  /* what is to come next */
  Micros start, end;
  uint64_t hash;
  int64_t key[2];
  bool ended, exact;
  uint64_t results, digest;
  uint32_t wrong;
} Case;

static const char *const kind_names[KINDS] = {"COUNT", "COUNT", "SUM",         "AVG",
                                              "MIN",   "MAX",   "FIRST_VALUE", "LAST_VALUE"};

/* --- the model ------------------------------------------------------------------------------ */

static Micros last_instant(const Case *c, Micros end) {
  return window_last_instant(&c->clock, end);
}

static bool in_window(const Case *c, const In *r, Micros start, Micros end) {
  if (c->spec.window.kind == WINDOW_ATTACHED) {
    return r->cell[START] == start && r->cell[END] == end;
  }
  return r->cell[TS] >= start && r->cell[TS] < end;
}

static bool counts(const Case *c, const In *r, Micros start, Micros end) {
  return in_window(c, r, start, end) && last_instant(c, end) > r->at;
}

static bool same_key(const Case *c, const In *r, const int64_t *key) {
  for (uint32_t i = 0; i < c->spec.n_keys; i++) {
    if (r->cell[c->keys[i]] != key[i]) return false;
  }
  return true;
}

static int by_end(const void *a, const void *b) {
  const Bounds *x = a, *y = b;
  if (x->end != y->end) return x->end < y->end ? -1 : 1;
  return (x->start > y->start) - (x->start < y->start);
}

/* The windows that contain a row. */
static uint32_t windows_of(const Case *c, const In *r, Bounds *out) {
  const WindowSpec *w = &c->spec.window;
  Micros ts = r->cell[TS];
  if (w->kind == WINDOW_ATTACHED) {
    out[0] = (Bounds){r->cell[START], r->cell[END]};
    return 1;
  }
  bool cumulates = w->kind == WINDOW_CUMULATE;
  Micros step = cumulates ? w->size_us : w->slide_us, from = w->offset_us - 100000 * step;
  Micros start = from + (ts - from) / step * step;
  uint32_t n = 0;
  if (cumulates) {
    for (Micros end = start + w->slide_us; end <= start + w->size_us; end += w->slide_us) {
      if (end > ts) out[n++] = (Bounds){start, end};
    }
    return n;
  }
  for (; start + w->size_us > ts; start -= step) out[n++] = (Bounds){start, start + w->size_us};
  return n;
}

/* Index of the first known window that is not before b. */
static uint32_t window_index(const Case *c, const Bounds *b) {
  uint32_t low = 0, high = c->n_windows;
  while (low < high) {
    uint32_t mid = (low + high) / 2;
    if (by_end(&c->windows[mid], b) < 0) {
      low = mid + 1;
    } else {
      high = mid;
    }
  }
  return low;
}

static void note_windows(Case *c, const In *r) {
  Bounds own[PER_ROW_MAX];
  uint32_t n = windows_of(c, r, own);
  for (uint32_t i = 0; i < n; i++) {
    uint32_t at = window_index(c, &own[i]);
    if (at < c->n_windows && by_end(&c->windows[at], &own[i]) == 0) continue;
    if (c->n_windows == WINDOWS_MAX) abort();
    memmove(&c->windows[at + 1], &c->windows[at], (c->n_windows - at) * sizeof own[0]);
    c->windows[at] = own[i];
    c->n_windows++;
  }
}

/* The first window with rows behind (end, start); false: there is none. */
static bool next_window(const Case *c, Micros *start, Micros *end) {
  const Bounds now = {*start, *end};
  uint32_t at = window_index(c, &now);
  if (at < c->n_windows && by_end(&c->windows[at], &now) == 0) at++;
  if (at == c->n_windows) return false;
  *start = c->windows[at].start;
  *end = c->windows[at].end;
  return true;
}

/* How many rows of a group count for a window. */
static uint32_t group_rows(const Case *c, Micros start, Micros end, const int64_t *key) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < c->n_rows; i++) {
    n += same_key(c, &c->rows[i], key) && counts(c, &c->rows[i], start, end);
  }
  return n;
}

/* Does the group come out, one of whose rows counts?  Else only if one is new with this step. */
static bool comes_out(const Case *c, Micros start, Micros end, const int64_t *key) {
  if (!c->spec.window.only_on_update) return true;
  Micros before = end - c->spec.window.slide_us;
  return group_rows(c, start, end, key) > (before > start ? group_rows(c, start, before, key) : 0);
}

/* The group of this window with the least hash above c->hash. */
static bool next_group(Case *c) {
  const In *best = NULL;
  for (uint32_t i = 0; i < c->n_rows; i++) {
    const In *r = &c->rows[i];
    if (r->hash <= c->hash || (best != NULL && r->hash >= best->hash)) continue;
    if (!counts(c, r, c->start, c->end)) continue;
    int64_t key[2] = {r->cell[c->keys[0]], r->cell[c->keys[1]]};
    if (comes_out(c, c->start, c->end, key)) best = r;
  }
  if (best == NULL) return false;
  c->hash = best->hash;
  for (uint32_t i = 0; i < c->spec.n_keys; i++) c->key[i] = best->cell[c->keys[i]];
  return true;
}

/* Go to the next result that has to come; false: there is none. */
static bool next_result(Case *c) {
  if (c->ended) return false;
  while (c->end == MICROS_MIN || !next_group(c)) {
    c->hash = 0;
    if (!next_window(c, &c->start, &c->end)) {
      c->ended = true;
      return false;
    }
  }
  return true;
}

/* Texts are compared as texts: of one length here, so by number. */
static int64_t model_agg(const Case *c, const Agg *a) {
  int64_t seen[ROWS_MAX], n = 0, sum = 0, least = INT64_MAX, most = INT64_MIN, rows = 0, last = 0;
  for (uint32_t i = 0; i < c->n_rows; i++) {
    const In *r = &c->rows[i];
    if (!same_key(c, r, c->key) || !counts(c, r, c->start, c->end)) continue;
    if (a->filter && r->cell[F] != 1) continue;
    rows++;
    int64_t v = r->cell[a->col];
    if (v == INT64_MIN) continue;
    last = v;
    bool fresh = true;
    for (int64_t k = 0; a->distinct && k < n; k++) fresh = fresh && seen[k] != v;
    if (!fresh) continue;
    seen[n++] = v;
    sum += a->kind == SUM || a->kind == AVG ? v : 0;
    least = v < least ? v : least;
    most = v > most ? v : most;
  }
  if (a->kind == COUNT_ROWS) return rows;
  if (a->kind == COUNT) return n;
  if (n == 0) return INT64_MIN;
  if (a->kind == FIRST) return seen[0];
  if (a->kind == LAST) return last;
  return a->kind == SUM ? sum : a->kind == AVG ? sum / n : a->kind == MIN ? least : most;
}

static bool is_late(const Case *c, const In *r) {
  Bounds own[PER_ROW_MAX];
  uint32_t n = windows_of(c, r, own);
  for (uint32_t i = 0; i < n; i++) {
    if (last_instant(c, own[i].end) > r->at) return false;
  }
  return n > 0;
}

static uint64_t open_windows(const Case *c, OpPending *first) {
  Micros start = MICROS_MIN, end = MICROS_MIN;
  uint64_t n = 0;
  *first = (OpPending){0};
  while (next_window(c, &start, &end)) {
    if (last_instant(c, end) <= c->passed) continue;
    bool any = false;
    for (uint32_t i = 0; i < c->n_rows && !any; i++) any = counts(c, &c->rows[i], start, end);
    if (any && n++ == 0)
      *first = (OpPending){.start_us = start, .end_us = end, .last_us = last_instant(c, end)};
  }
  first->n_windows = n;
  return n;
}

/* --- what comes out ------------------------------------------------------------------------- */

static void on_row(Bench *b, const Batch *batch, uint32_t row) {
  Case *c = b->arg;
  uint32_t n_keys = c->spec.n_keys, n_values = n_keys + c->spec.n_aggs;
  c->results++;
  if (!c->exact) {
    double sum = value_of(&batch->cols[n_keys], row).as.f;
    uint64_t bits[3] = {c->digest, (uint64_t)bench_cell(batch, n_values + 1, row), 0};
    memcpy(&bits[2], &sum, sizeof sum);
    c->digest = hash_bytes(bits, sizeof bits);
    return;
  }
  if (!next_result(c)) {
    c->wrong++;
    return;
  }
  for (uint32_t i = 0; i < n_keys; i++) c->wrong += bench_cell(batch, i, row) != c->key[i];
  for (uint32_t a = 0; a < c->spec.n_aggs; a++) {
    c->wrong += bench_cell(batch, n_keys + a, row) != model_agg(c, &c->aggs[a]);
  }
  c->wrong += bench_cell(batch, n_values, row) != c->start;
  c->wrong += bench_cell(batch, n_values + 1, row) != c->end;
  c->wrong += bench_cell(batch, n_values + 2, row) != last_instant(c, c->end);
  c->wrong += b->ctx.tag.end_us != c->end || b->ctx.tag.start_us != c->start;
}

static void on_late(Bench *b, const Batch *batch, uint32_t row) {
  (void)batch, (void)row;
  ((Case *)b->arg)->got_late++;
}

/* --- random cases --------------------------------------------------------------------------- */

static FormatField fields[N_COLS];

static void set_fields(void) {
  const Type types[N_COLS] = {[TS] = type_time(TYPE_TIMESTAMP, 3),
                              [K] = type_of(TYPE_BIGINT),
                              [V] = type_of(TYPE_INT),
                              [D] = type_of(TYPE_DOUBLE),
                              [S] = type_string(),
                              [F] = type_of(TYPE_BOOLEAN),
                              [START] = type_time(TYPE_TIMESTAMP, 3),
                              [END] = type_time(TYPE_TIMESTAMP, 3)};
  for (uint32_t i = 0; i < N_COLS; i++) fields[i] = (FormatField){.type = types[i]};
}

static void choose_window(Case *c, uint64_t *seed, WindowKind kind) {
  WindowSpec *w = &c->spec.window;
  *w = (WindowSpec){.kind = kind,
                    .time_col = TS,
                    .start_col = START,
                    .end_col = END,
                    .time_type = fields[TS].type};
  Micros unit = bench_random(seed, 3) == 0 ? 50 * MS : SEC;
  w->size_us = w->slide_us = unit * (1 + bench_random(seed, 20));
  if (kind == WINDOW_HOP) w->slide_us = unit * (1 + bench_random(seed, 12));
  if (kind == WINDOW_HOP && bench_random(seed, 4) == 0) w->size_us = 50 * w->slide_us;
  if (kind == WINDOW_CUMULATE) w->size_us = w->slide_us * (1 + bench_random(seed, 8));
  w->offset_us = unit * bench_random(seed, 5) - 2 * unit;
  w->only_on_update = kind == WINDOW_CUMULATE && bench_random(seed, 2) == 0;
  c->clock = window_clock(w, &(ExprEnv){.zone = zone_utc()});
}

/* mode 0: anything; 1: only what can be combined before; 2: only a sum of floating point; 3: only
 * what has an inverse. */
static void choose_aggs(Case *c, uint64_t *seed, uint32_t mode) {
  static const int columns[] = {V, D, S};
  c->spec.n_aggs = mode == 2 ? 1 : 1 + bench_random(seed, AGGS_MAX);
  for (uint32_t i = 0; i < c->spec.n_aggs; i++) {
    Agg *a = &c->aggs[i];
    *a = (Agg){.kind = (Kind)bench_random(seed, KINDS), .col = columns[bench_random(seed, 3)]};
    if (mode == 1 && a->kind > MAX) a->kind = MAX;
    if (mode == 1) a->col = V;
    if (mode == 2) *a = (Agg){.kind = SUM, .col = D};
    if (mode == 3) *a = (Agg){.kind = (Kind)bench_random(seed, AVG + 1), .col = V};
    if (a->kind == SUM && a->col == S) a->col = V;
    if (a->kind == AVG) a->col = V;
    a->distinct = a->kind != COUNT_ROWS && mode != 1 && mode != 2 && bench_random(seed, 3) == 0;
    a->filter = mode != 2 && bench_random(seed, 4) == 0;
    c->calls[i] = bench_agg(kind_names[a->kind], fields, a->kind == COUNT_ROWS ? -1 : a->col);
    c->calls[i].distinct = a->distinct && a->kind < MIN;
    if (a->filter) c->calls[i].filter = F;
  }
  c->spec.aggs = c->calls;
}

static void choose_case(Case *c, uint64_t *seed, WindowKind kind, uint32_t mode) {
  memset(c, 0, sizeof *c);
  c->end = c->start = c->passed = MICROS_MIN;
  c->exact = mode != 2;
  c->spec.keys = c->keys;
  c->spec.n_keys = bench_random(seed, 6) == 0 ? 0 : 1 + (bench_random(seed, 4) == 0);
  c->keys[0] = bench_random(seed, 2) ? K : S;
  c->keys[1] = c->keys[0] == K ? S : K;
  choose_window(c, seed, kind);
  choose_aggs(c, seed, mode);
  c->spec.two_phase = mode == 1;
}

static int64_t or_null(uint64_t *seed, int64_t v) {
  return bench_random(seed, 8) == 0 ? INT64_MIN : v;
}

/* A row near now, perhaps far behind it. */
static void random_row(const Case *c, In *r, uint64_t *seed, Micros now) {
  uint32_t back = bench_random(seed, 4);
  Micros size = c->spec.window.size_us;
  Micros reach = back == 0 ? size * 3 / 2 : back == 1 ? size / 8 : 0;
  int64_t *cell = r->cell;
  cell[TS] = (now - (Micros)bench_random(seed, (uint32_t)(reach / MS) + 1) * MS) / MS * MS;
  cell[K] = or_null(seed, bench_random(seed, 4));
  cell[V] = or_null(seed, (int64_t)bench_random(seed, 9) - 4);
  cell[D] = or_null(seed, (int64_t)bench_random(seed, 9) - 4);
  if (!c->exact && cell[D] > 1)
    cell[D] = (INT64_C(1) << 53) + 2 * cell[D]; /* rounds, with others */
  cell[S] = or_null(seed, INT64_C(100000000000000) + bench_random(seed, 5)); /* not inline */
  cell[F] = or_null(seed, bench_random(seed, 2));
  cell[START] = cell[TS] / SEC * SEC - (Micros)bench_random(seed, 2) * SEC;
  cell[END] = cell[TS] / SEC * SEC + (Micros)(1 + bench_random(seed, 3)) * SEC;
}

/* --- a run ---------------------------------------------------------------------------------- */

typedef struct Run {
  Bench b;
  Op *local; /* NULL: none */
  Op *window;
  Case *c;
  KeyBatch *scratch;
  uint64_t batches; /* seed of the sizes of batches, and of restores */
  FormatField out[2 + AGGS_MAX + 3];
  Type key_types[2];
  KeySpec key;
  Kept late;
  bool saved_late; /* what is late has not been checked */
} Run;

static void note_hashes(Run *run, uint32_t n) {
  Case *c = run->c;
  const Batch *batch = &run->b.in->batch;
  uint16_t rows[BATCH_ROWS] = {0};
  uint64_t hash[BATCH_ROWS];
  for (uint32_t i = 0; i < n; i++) rows[i] = (uint16_t)i;
  CHECK(key_hashes(run->scratch, &run->key, batch, rows, n, hash));
  for (uint32_t i = 0; i < n; i++) c->rows[c->n_rows - n + i].hash = hash[i];
}

static void push(Run *run, bool marked) {
  uint32_t n = run->b.in->batch.rows;
  if (n == 0) return;
  note_hashes(run, n);
  Op *op = run->b.op;
  if (!marked && run->local != NULL) run->b.op = run->local;
  bench_push(&run->b, marked, false);
  run->b.op = op;
}

/* A watermark up to `until`; half of them are the last instant of what ends there. */
static Micros random_watermark(const Case *c, uint64_t *seed, Micros until) {
  Micros from = c->passed > until - 1000 * SEC ? c->passed : until - 1000 * SEC;
  Micros at = from + (Micros)(rng_next(seed) % (uint64_t)(until - from + 1));
  Micros last = at - at % (50 * MS) - MS;
  return bench_random(seed, 2) == 0 && last >= from ? last : at;
}

/* n more rows at watermarks from c->passed on; marked: up to `until`. */
static void push_rows(Run *run, uint64_t *seed, uint32_t n, bool marked, Micros now, Micros until) {
  Case *c = run->c;
  uint32_t room = 1 + bench_random(&run->batches, 40);
  for (uint32_t i = 0; i < n && c->n_rows < ROWS_MAX; i++) {
    In *r = &c->rows[c->n_rows++];
    random_row(c, r, seed, now);
    note_windows(c, r);
    bool moves = bench_random(seed, 10) == 0;
    if (marked && moves && until > c->passed) c->passed = random_watermark(c, seed, until);
    r->at = c->passed;
    bench_row(&run->b, r->cell, r->at, ROW_INSERT);
    if (run->b.in->batch.rows == room) {
      push(run, marked);
      room = 1 + bench_random(&run->batches, 40);
    }
  }
  push(run, marked);
}

/* --- restores ------------------------------------------------------------------------------- */

static Op *make_op(Bench *b, const void *spec) {
  const Run *run = spec;
  return op_window_agg_new(&run->c->spec, fields, N_COLS, run->out, &b->ctx);
}

static Op *window_op(Run *run) { return make_op(&run->b, run); }

static void check_saved_late(Run *run) {
  if (run->saved_late) kept_check_late(&run->late);
  run->saved_late = false;
}

/* Perhaps go on in another operator, or in two; perhaps begin to save this one. */
static void perhaps_restore(Run *run) {
  uint32_t way = bench_random(&run->batches, 12);
  if (way >= 4) return;
  check_saved_late(run);
  if (way <= 1) bench_restore(&run->b, window_op(run));
  if (way == 2) {
    uint64_t mid = rng_next(&run->batches);
    bench_restore(&run->b, bench_split_at(&run->b, &run->key, mid, window_op(run), window_op(run)));
  }
  if (way == 3) bench_save_late(&run->b, &run->late);
  run->saved_late = way == 3;
  run->window = run->b.op;
}

static void check_open(const Run *run) {
  const Case *c = run->c;
  if (bench_is_split(&run->b)) return;
  if (c->spec.window.only_on_update) return; /* all steps to come are open, changed or not */
  OpPending want, got;
  open_windows(c, &want);
  op_pending(run->b.op, &got);
  CHECK_INT(got.n_windows, want.n_windows);
  CHECK_INT(got.start_us, want.start_us);
  CHECK_INT(got.end_us, want.end_us);
  CHECK_INT(got.last_us, want.last_us);
}

static void one_chunk(Run *run, uint64_t *seed, Micros *now) {
  Case *c = run->c;
  Micros size = c->spec.window.size_us;
  *now += (Micros)bench_random(seed, (uint32_t)(size / MS) + 1) * MS / 2;
  if (bench_random(seed, 12) == 0) *now += 3 * size;
  Micros until = *now - (Micros)bench_random(seed, 3) * size / 4;
  if (bench_random(seed, 2) == 0) until = until - until % (50 * MS) - MS;
  run->b.ctx.chunk_watermark_us = c->passed;
  push_rows(run, seed, bench_random(seed, 30), false, *now, until);
  if (run->local != NULL) CHECK_INT(op_chunk_end(run->local), OK);
  push_rows(run, seed, bench_random(seed, 30), true, *now, until);
  if (until > c->passed) c->passed = until;
  op_advance(run->b.op, c->passed);
  bench_fire(&run->b);
  if (c->exact) check_open(run);
  perhaps_restore(run);
  if (c->exact) check_open(run);
}

static void open_run(Run *run, Case *c, uint64_t batches) {
  uint32_t n = 0;
  *run = (Run){.c = c, .scratch = key_batch_new(), .batches = batches};
  FormatField *out = run->out;
  for (uint32_t i = 0; i < c->spec.n_keys; i++) out[n++].type = fields[c->keys[i]].type;
  for (uint32_t i = 0; i < c->spec.n_aggs; i++) out[n++].type = c->calls[i].result;
  for (uint32_t i = 0; i < 3; i++) out[n++].type = fields[TS].type;
  for (uint32_t i = 0; i < 2; i++) run->key_types[i] = fields[c->keys[i]].type;
  run->key = key_spec(c->keys, run->key_types, c->spec.n_keys);
  bench_init(&run->b, fields, N_COLS, on_row);
  run->b.arg = c;
  run->b.on_late = on_late;
  bench_open(&run->b, window_op(run));
  if (!c->spec.two_phase || c->spec.window.kind == WINDOW_ATTACHED) return;
  run->local = op_local_window_agg_new(&c->spec, fields, N_COLS, &run->b.ctx);
  run->window = run->b.op;
  run->local->next = &run->window;
  run->local->n_next = 1;
  CHECK_INT(op_open(run->local), OK);
}

static void whole_run(Case *c, uint64_t seed, uint64_t batches) {
  static Run run;
  open_run(&run, c, batches);
  Micros now = (Micros)bench_random(&seed, 100) * SEC - 50 * SEC; /* also before 1970 */
  while (c->n_rows < ROWS_MAX && bench_random(&seed, 40) > 0) one_chunk(&run, &seed, &now);
  bool cuts = !bench_is_split(&run.b) && bench_random(&run.batches, 8) == 0;
  if (cuts) bench_check_cuts(&run.b, make_op, &run);
  op_finish(run.b.op);
  bench_fire(&run.b);
  if (c->exact) c->wrong += next_result(c);
  for (uint32_t i = 0; i < c->n_rows; i++) c->late += is_late(c, &c->rows[i]);
  CHECK_INT(run.b.ctx.late_rows, c->late);
  if (run.local == NULL) CHECK_INT(c->got_late, c->late);
  op_free(run.local);
  key_batch_free(run.scratch);
  bench_close(&run.b);
  check_saved_late(&run);
}

static void one_case(uint64_t number, WindowKind kind, uint32_t mode) {
  static Case c;
  uint64_t seed = number * 2 + 88172645463325253u, stream;
  uint64_t digest = 0;
  for (uint32_t again = 0; again < (mode == 2 ? 3u : 1u); again++) {
    uint64_t s = seed;
    for (int i = 0; i < 5; i++) rng_next(&s);
    choose_case(&c, &s, kind, mode);
    stream = s;
    whole_run(&c, stream, seed + 2 * again);
    if (again > 0) CHECK(c.digest == digest);
    digest = c.digest;
  }
  if (c.wrong > 0) {
    printf("case %llu, kind %d, mode %u: size %lld slide %lld offset %lld, %u rows, %u keys\n",
           (unsigned long long)number, (int)kind, mode, (long long)c.spec.window.size_us,
           (long long)c.spec.window.slide_us, (long long)c.spec.window.offset_us, c.n_rows,
           c.spec.n_keys);
  }
  CHECK_INT(c.wrong, 0);
}

int main(int argc, char **argv) {
  set_fields();
  static const WindowKind kinds[] = {WINDOW_TUMBLE, WINDOW_HOP, WINDOW_HOP, WINDOW_CUMULATE,
                                     WINDOW_ATTACHED};
  uint64_t from = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
  uint64_t n = argc > 2 ? strtoull(argv[2], NULL, 10) : 30;
  for (uint64_t i = from; i < from + n && check_failures < 20; i++) {
    for (uint32_t k = 0; k < COUNT_OF(kinds); k++) {
      for (uint32_t mode = 0; mode < 4; mode++) one_case(i * 8 + k, kinds[k], mode);
    }
  }
  return check_done();
}
