/* op_updating_window_agg_test.c -- early and corrected results against a list of rows.
 *
 * A random stream is pushed in chunks.  What comes out has to be a changelog (no -U of what is not
 * there, +U right behind -U, in order within a chunk); folded, it has to be at every promised
 * moment what the rows so far give, computed from their list window by window.  At random ends of
 * chunks the operator is saved, and fresh ones go on, one or two of them.
 */
#include "exec/ops/broken_check.h"
#include "exec/ops/window.h"

enum { ROWS_MAX = 600, SHOWN_MAX = 20000, SEC = 1000000, N_AGGS = 4 };

typedef struct In {
  int64_t ts, k, v, start, end; /* start, end: ATTACHED */
  Micros mark;                  /* the watermark at its place */
} In;

/* A result; agg as bench_cell gives them. */
typedef struct Shown {
  Micros end, start;
  int64_t k, agg[N_AGGS];
} Shown;

typedef struct Case {
  WindowAggSpec spec;
  WindowClock clock;
  In rows[ROWS_MAX];
  uint32_t n_rows, n_late, got_late;
  Micros passed;
  Shown shown[SHOWN_MAX];
  uint32_t n_shown;
  Shown last;    /* row of this chunk */
  bool any_last; /* there was one */
  bool pending;  /* it was -U */
  bool early;    /* this chunk gives results of open windows */
  uint32_t wrong;
} Case;

/* --- the model ------------------------------------------------------------------------------ */

static bool counts_for(const Case *c, const In *r, Micros end) {
  return window_last_instant(&c->clock, end) + c->spec.emit.lateness_us > r->mark;
}

static bool in_window(const Case *c, const In *r, Micros start, Micros end) {
  if (c->spec.window.kind == WINDOW_ATTACHED) return r->start == start && r->end == end;
  return r->ts >= start && r->ts < end;
}

/* The result of one group; false: it gives none. */
static bool model_group(const Case *c, Micros start, Micros end, int64_t k, Shown *out) {
  *out = (Shown){.start = start, .end = end, .k = k, .agg = {0, INT64_MIN, 0, INT64_MIN}};
  int64_t seen[64];
  bool any = false, any_in_step = !c->spec.window.only_on_update;
  for (uint32_t i = 0; i < c->n_rows; i++) {
    const In *r = &c->rows[i];
    if (r->k != k || !in_window(c, r, start, end) || !counts_for(c, r, end)) continue;
    any_in_step |= r->ts >= end - c->spec.window.slide_us;
    any = true;
    if (r->v == INT64_MIN) continue;
    out->agg[0]++;
    out->agg[1] = out->agg[1] == INT64_MIN ? r->v : out->agg[1] + r->v;
    bool fresh = true;
    for (int64_t s = 0; s < out->agg[2]; s++) fresh &= seen[s] != r->v;
    if (fresh) seen[out->agg[2]++] = r->v;
    char a[24], b[24]; /* MAX of their text */
    snprintf(a, sizeof a, "%lld", (long long)r->v);
    snprintf(b, sizeof b, "%lld", (long long)out->agg[3]);
    if (out->agg[3] == INT64_MIN || strcmp(a, b) > 0) out->agg[3] = r->v;
  }
  return any && any_in_step;
}

typedef void OnGroup(Case *c, const Shown *group, void *arg);

/* Every window that the definition gives. */
static void each_window(Case *c, OnGroup *on, void *arg) {
  const WindowSpec *w = &c->spec.window;
  Shown g;
  for (Micros i = -40; i < 80; i++) {
    Micros first = w->offset_us + i * w->slide_us, start = first, end = first + w->size_us;
    if (w->kind == WINDOW_CUMULATE) {
      Micros per = w->size_us / w->slide_us, base = (i + 4000 * per) / per - 4000;
      start = w->offset_us + base * w->size_us;
      end = first + w->slide_us;
    }
    if (w->kind == WINDOW_ATTACHED) start = i * SEC, end = (i + 3) * SEC;
    for (int64_t k = -1; k < 3; k++) {
      if (model_group(c, start, end, k < 0 ? INT64_MIN : k, &g)) on(c, &g, arg);
    }
  }
}

static Shown *find_shown(Case *c, const Shown *g) {
  for (uint32_t i = 0; i < c->n_shown; i++) {
    Shown *s = &c->shown[i];
    if (s->end == g->end && s->start == g->start && s->k == g->k) return s;
  }
  return NULL;
}

static bool same_values(const Shown *a, const Shown *b) {
  return memcmp(a->agg, b->agg, sizeof a->agg) == 0;
}

/* What has to be on the screen: which windows, and how many groups that makes. */
typedef struct Want {
  bool open; /* windows that have not closed */
  uint32_t n;
} Want;

static void check_group(Case *c, const Shown *g, void *arg) {
  Want *want = arg;
  bool closed = window_last_instant(&c->clock, g->end) <= c->passed;
  if (!closed && !want->open) return;
  const Shown *s = find_shown(c, g);
  c->wrong += s == NULL || !same_values(s, g);
  want->n++;
}

/* --- what comes out ------------------------------------------------------------------------- */

static uint64_t hash_of(int64_t k) {
  return k == INT64_MIN ? KEY_NULL_HASH : hash_u64((uint64_t)k);
}

static bool out_of_order(const Shown *a, const Shown *b) {
  if (a->end != b->end) return a->end > b->end;
  if (a->start != b->start) return a->start > b->start;
  return hash_of(a->k) > hash_of(b->k);
}

static void on_row(Bench *b, const Batch *batch, uint32_t row) {
  Case *c = b->arg;
  Shown g = {.k = bench_cell(batch, 0, row)};
  for (uint32_t a = 0; a < N_AGGS; a++) g.agg[a] = bench_cell(batch, 1 + a, row);
  g.start = bench_cell(batch, 1 + N_AGGS, row);
  g.end = bench_cell(batch, 2 + N_AGGS, row);
  CHECK_INT(bench_cell(batch, 3 + N_AGGS, row), g.end - 1000);
  CHECK(b->ctx.tag.end_us == g.end && b->ctx.tag.start_us == g.start);
  CHECK(c->early || window_last_instant(&c->clock, g.end) <= c->passed);
  RowKind kind = batch_kind(batch, row);
  Shown *s = find_shown(c, &g);
  CHECK_INT(c->pending, kind == ROW_UPDATE_AFTER);
  if (c->any_last) CHECK(!out_of_order(&c->last, &g));
  c->last = g;
  c->any_last = true;
  c->pending = kind == ROW_UPDATE_BEFORE;
  if (kind == ROW_INSERT) {
    CHECK(s == NULL);
    c->shown[c->n_shown++] = g;
  } else if (kind == ROW_UPDATE_BEFORE) {
    CHECK(s != NULL && same_values(s, &g));
  } else {
    CHECK_INT(kind, ROW_UPDATE_AFTER);
    CHECK(s != NULL && !same_values(s, &g)); /* nothing comes that changes nothing */
    if (s != NULL) *s = g;
  }
}

static void on_late(Bench *b, const Batch *batch, uint32_t row) {
  (void)batch, (void)row;
  ((Case *)b->arg)->got_late++;
}

/* --- a stream ------------------------------------------------------------------------------- */

/* Has a row windows, and do all of them come too late? */
typedef struct Places {
  const In *row;
  bool any, open;
} Places;

static void look_at_window(const Case *c, Places *p, Micros start, Micros end) {
  if (!in_window(c, p->row, start, end)) return;
  p->any = true;
  p->open |= counts_for(c, p->row, end);
}

static bool is_late(const Case *c, const In *r) {
  const WindowSpec *w = &c->spec.window;
  Places p = {.row = r};
  if (w->kind == WINDOW_ATTACHED) look_at_window(c, &p, r->start, r->end);
  for (Micros i = -40; i < 80 && w->kind != WINDOW_ATTACHED; i++) {
    Micros every = w->kind == WINDOW_CUMULATE ? w->size_us : w->slide_us;
    Micros start = w->offset_us + i * every;
    look_at_window(c, &p, start, start + w->size_us);
  }
  return p.any && !p.open;
}

/* Times run from -20 s to 10 s, up to 4 s back and forth. */
static void random_in(uint64_t *seed, uint32_t number, In *r) {
  Micros now = (Micros)number * 30 * SEC / ROWS_MAX - 20 * SEC;
  static const Micros parts[] = {0, 400000, 999000};
  r->ts = (now / SEC - (Micros)(rng_next(seed) % 4)) * SEC + parts[rng_next(seed) % 3];
  if (rng_next(seed) % 60 == 0) r->ts += 6 * SEC;
  r->start = (r->ts / SEC - (Micros)(rng_next(seed) % 2)) * SEC;
  r->end = r->start + 3 * SEC;
  r->k = rng_next(seed) % 9 == 0 ? INT64_MIN : (int64_t)(rng_next(seed) % 3);
  uint64_t v = rng_next(seed) % 12; /* short and long as text */
  r->v = v < 2 ? INT64_MIN : v == 2 ? 999999999999999 : (int64_t)v;
}

/* A chunk of rows; the watermark at a row is 1 s below the largest time before it, in the stream
 * (marks) or before its chunk. */
static void push_chunk(Bench *b, Case *c, uint64_t *seed, Micros *largest, bool marks) {
  uint32_t n = 1 + (uint32_t)(rng_next(seed) % 30);
  Micros in_chunk = MICROS_MIN;
  b->ctx.chunk_watermark_us = c->passed;
  for (uint32_t i = 0; i < n && c->n_rows < ROWS_MAX; i++) {
    In *r = &c->rows[c->n_rows];
    random_in(seed, c->n_rows++, r);
    Micros here = *largest == MICROS_MIN ? MICROS_MIN : *largest - SEC;
    r->mark = marks ? here : c->passed;
    c->n_late += is_late(c, r);
    bool told = r->ts <= in_chunk || c->spec.window.kind == WINDOW_ATTACHED;
    bench_row(b, (int64_t[]){r->ts, r->k, r->v, r->start, r->end, r->v}, told ? here : MICROS_MIN,
              ROW_INSERT);
    if (r->ts - SEC > in_chunk) in_chunk = r->ts - SEC;
    if (r->ts > *largest) *largest = r->ts;
    if (rng_next(seed) % 7 == 0) bench_push(b, marks, false);
  }
  bench_push(b, marks, false);
}

static Micros floor_div(Micros a, Micros b) { return a / b - (a % b < 0); }

/* A chunk is over: say so, and look at what is on the screen. */
static void end_chunk(Bench *b, Case *c, Micros watermark) {
  const EmitSpec *emit = &c->spec.emit;
  Micros before = c->passed, every = emit->every_us;
  bool end = watermark == MICROS_MAX;
  c->passed = watermark;
  c->any_last = false;
  bool passed = every > 0 && !end && watermark > before &&
                (before == MICROS_MIN || floor_div(watermark, every) > floor_div(before, every));
  c->early = emit->on_update || passed || end;
  CHECK_INT(op_chunk_end(b->op), OK);
  if (end) {
    op_finish(b->op);
  } else {
    op_advance(b->op, watermark);
  }
  bench_fire(b);
  CHECK(!c->pending);
  Want want = {.open = c->early};
  if (emit->final_only && !end) return;
  each_window(c, check_group, &want);
  if (end || (every == 0 && !emit->on_update)) CHECK_INT(c->n_shown, want.n);
}

/* What is to be tested, and how it is made. */
typedef struct Run {
  Bench b;
  Case *c;
  const FormatField *in;
  uint32_t n_in;
  FormatField out[4 + N_AGGS];
  KeySpec key;
  Kept late;
  bool saved_late; /* what is late has not been checked */
} Run;

static Op *make_op(Bench *b, const void *spec) {
  const Run *run = spec;
  return op_updating_window_agg_new(&run->c->spec, run->in, run->n_in, run->out, &b->ctx);
}

static void check_saved_late(Run *run) {
  if (run->saved_late) kept_check_late(&run->late);
  run->saved_late = false;
}

/* Perhaps go on in another operator, or in two; perhaps begin to save this one. */
static void perhaps_restore(Run *run, uint64_t *seed) {
  uint32_t way = bench_random(seed, 6);
  if (way >= 3) return;
  check_saved_late(run);
  if (way == 0) bench_restore(&run->b, make_op(&run->b, run));
  if (way == 1) {
    uint64_t mid = rng_next(seed);
    bench_restore(&run->b, bench_split_at(&run->b, &run->key, mid, make_op(&run->b, run),
                                          make_op(&run->b, run)));
  }
  if (way == 2) bench_save_late(&run->b, &run->late);
  run->saved_late = way == 2;
}

static void check_stream(const WindowAggSpec *spec, uint64_t seed, bool marks,
                         const FormatField *in, uint32_t n_in) {
  static Run run;
  Bench *b = &run.b;
  Case *c = calloc(1, sizeof *c);
  Type key_type = in[1].type;
  run = (Run){.c = c, .in = in, .n_in = n_in, .key = key_spec(spec->keys, &key_type, 1)};
  run.out[0] = in[1];
  bench_init(b, in, n_in, on_row);
  b->on_late = on_late;
  b->arg = c;
  c->spec = *spec;
  c->passed = MICROS_MIN;
  c->clock = window_clock(&spec->window, &b->env);
  for (uint32_t a = 0; a < N_AGGS; a++) run.out[1 + a] = (FormatField){"a", spec->aggs[a].result};
  for (uint32_t i = 0; i < 3; i++) {
    run.out[1 + N_AGGS + i] = (FormatField){"w", type_not_null(type_time(TYPE_TIMESTAMP, 3))};
  }
  bench_open(b, make_op(b, &run));
  Micros largest = MICROS_MIN;
  while (c->n_rows < ROWS_MAX) {
    push_chunk(b, c, &seed, &largest, marks);
    end_chunk(b, c, largest - SEC);
    perhaps_restore(&run, &seed);
  }
  if (!bench_is_split(b)) bench_check_cuts(b, make_op, &run);
  end_chunk(b, c, MICROS_MAX);
  CHECK_INT(c->wrong, 0);
  CHECK_INT(c->got_late, c->n_late);
  CHECK_INT(b->ctx.late_rows, c->n_late);
  CHECK(c->n_shown > 10);
  if (spec->emit.lateness_us == 0 && marks) CHECK(c->n_late > 0);
  bench_close(b);
  check_saved_late(&run);
  free(c);
}

static const WindowSpec windows[] = {
    {.kind = WINDOW_TUMBLE, .size_us = 3 * SEC, .slide_us = 3 * SEC},
    {.kind = WINDOW_HOP, .size_us = 5 * SEC, .slide_us = 2 * SEC, .offset_us = SEC},
    {.kind = WINDOW_HOP, .size_us = 2 * SEC, .slide_us = 3 * SEC},
    {.kind = WINDOW_CUMULATE, .size_us = 6 * SEC, .slide_us = 2 * SEC, .offset_us = -SEC},
    {.kind = WINDOW_CUMULATE, .size_us = 6 * SEC, .slide_us = SEC, .only_on_update = true},
    {.kind = WINDOW_ATTACHED, .start_col = 3, .end_col = 4}};
static const EmitSpec emits[] = {{.lateness_us = 0},
                                 {.on_update = true},
                                 {.every_us = 4 * SEC},
                                 {.lateness_us = 2 * SEC},
                                 {.lateness_us = INT64_MAX / 2},
                                 {.on_update = true, .lateness_us = SEC},
                                 {.every_us = 3 * SEC, .lateness_us = 3 * SEC},
                                 {.lateness_us = 2 * SEC, .final_only = true}};

int main(void) {
  const FormatField in[] = {
      {"ts", type_time(TYPE_TIMESTAMP, 3)},  {"k", type_of(TYPE_BIGINT)},
      {"v", type_of(TYPE_BIGINT)},           {"start", type_time(TYPE_TIMESTAMP, 3)},
      {"end", type_time(TYPE_TIMESTAMP, 3)}, {"text", type_string()}};
  static const uint32_t key[] = {1};
  AggCall aggs[N_AGGS] = {bench_agg("COUNT", in, 2), bench_agg("SUM", in, 2),
                          bench_agg("COUNT", in, 2), bench_agg("MAX", in, 5)};
  aggs[2].distinct = true;
  for (size_t w = 0; w < COUNT_OF(windows); w++) {
    for (size_t e = 0; e < COUNT_OF(emits); e++) {
      WindowAggSpec spec = {.window = windows[w],
                            .keys = key,
                            .n_keys = 1,
                            .aggs = aggs,
                            .n_aggs = N_AGGS,
                            .emit = emits[e]};
      spec.window.time_type = type_time(TYPE_TIMESTAMP, 3);
      for (uint64_t seed = 1; seed <= 3; seed++) {
        check_stream(&spec, seed, true, in, COUNT_OF(in));
        check_stream(&spec, seed + 100, false, in, COUNT_OF(in));
      }
    }
  }
  return check_done();
}
