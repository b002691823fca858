/* op_window_topn_test.c -- ranks against a model that keeps all rows and sorts them when asked. */
#include "exec/ops/restore_check.h"
#include "exec/ops/window.h"
#include "exec/state/key.h"

enum { COL_START, COL_END, COL_K, COL_T, COL_V, COL_D, COL_ID, N_COLS, ROWS_MAX = 20000 };
enum { MS = 1000 };

static FormatField fields[N_COLS];

static void init_fields(void) {
  fields[COL_START] = (FormatField){"window_start", type_not_null(type_time(TYPE_TIMESTAMP, 3))};
  fields[COL_END] = (FormatField){"window_end", type_not_null(type_time(TYPE_TIMESTAMP, 3))};
  fields[COL_K] = (FormatField){"k", type_of(TYPE_BIGINT)};
  fields[COL_T] = (FormatField){"t", type_string()};
  fields[COL_V] = (FormatField){"v", type_of(TYPE_INT)};
  fields[COL_D] = (FormatField){"d", type_of(TYPE_DOUBLE)};
  fields[COL_ID] = (FormatField){"id", type_not_null(type_of(TYPE_BIGINT))};
}

/* A row as it came. */
typedef struct Row {
  int64_t cells[N_COLS];
  uint64_t hash;
  Micros last_us;
} Row;

typedef struct Case {
  WindowTopNSpec spec;
  const Zone *zone;
  uint32_t n_rows, n_keys, n_windows;
  bool marks, one_chunk;
  uint32_t disturb; /* one time in so many */
} Case;

typedef struct Model {
  const Case *c;
  Row *rows; /* those that came in time */
  uint32_t n;
  Micros passed_us;
  StrBuf late;
} Model;

/* Text as the bench writes it: a text column holds its number. */
static void write_row(StrBuf *out, const int64_t *cells, int64_t rank) {
  for (uint32_t c = 0; c < N_COLS; c++) {
    if (c > 0) strbuf_putc(out, ' ');
    if (cells[c] == INT64_MIN) {
      strbuf_putc(out, '.');
    } else {
      strbuf_printf(out, "%lld", (long long)cells[c]);
    }
  }
  if (rank > 0) strbuf_printf(out, " %lld", (long long)rank);
  strbuf_putc(out, '\n');
}

static int compare_cells(const SortKey *key, const Row *a, const Row *b) {
  int64_t x = a->cells[key->col], y = b->cells[key->col];
  if (x == y) return 0;
  if (x == INT64_MIN) return key->nulls_first ? -1 : 1;
  if (y == INT64_MIN) return key->nulls_first ? 1 : -1;
  int c = x < y ? -1 : 1;
  if (key->col == COL_T) {
    char tx[40], ty[40];
    snprintf(tx, sizeof tx, "%lld", (long long)x);
    snprintf(ty, sizeof ty, "%lld", (long long)y);
    c = strcmp(tx, ty);
  }
  return key->descending ? -c : c;
}

static bool same_group(const Row *a, const Row *b) {
  return a->cells[COL_END] == b->cells[COL_END] && a->cells[COL_START] == b->cells[COL_START] &&
         a->hash == b->hash;
}

static int compare_rows(const void *a, const void *b, void *arg) {
  const Row *x = a, *y = b;
  const WindowTopNSpec *spec = arg;
  for (int c = COL_END; c >= COL_START; c--) {
    if (x->cells[c] != y->cells[c]) return x->cells[c] < y->cells[c] ? -1 : 1;
  }
  if (x->hash != y->hash) return x->hash < y->hash ? -1 : 1;
  for (uint32_t i = 0; i < spec->n_order; i++) {
    int c = compare_cells(&spec->order[i], x, y);
    if (c != 0) return c;
  }
  int arrival = x->cells[COL_ID] < y->cells[COL_ID] ? -1 : x->cells[COL_ID] > y->cells[COL_ID];
  return spec->keep_last ? -arrival : arrival;
}

/* All that windows up to a watermark give. */
static void write_fired(Model *m, Micros until_us, StrBuf *out) {
  WindowTopNSpec spec = m->c->spec;
  qsort_r(m->rows, m->n, sizeof *m->rows, compare_rows, &spec);
  uint64_t rank = 0;
  for (uint32_t i = 0; i < m->n; i++) {
    rank = i > 0 && same_group(&m->rows[i - 1], &m->rows[i]) ? rank + 1 : 1;
    if (m->rows[i].last_us > until_us || rank < spec.first || rank > spec.last) continue;
    write_row(out, m->rows[i].cells, spec.with_rank ? (int64_t)rank : 0);
  }
}

static uint64_t hash_of(const Case *c, const Bench *b, uint16_t row) {
  static KeyBatch *keys;
  if (keys == NULL) keys = key_batch_new();
  Type types[N_COLS];
  for (uint32_t i = 0; i < c->spec.n_keys; i++) types[i] = fields[c->spec.keys[i]].type;
  KeySpec spec = key_spec(c->spec.keys, types, c->spec.n_keys);
  CHECK(key_batch_fill(keys, &spec, &b->in->batch, &row, 1));
  return keys->hash[0];
}

static int64_t null_or(uint64_t *seed, int64_t v) {
  return bench_random(seed, 6) == 0 ? INT64_MIN : v;
}

/* A row near a time, in some window. */
static Row random_row(const Case *c, uint64_t *seed, Micros near_us, int64_t id) {
  Micros second = near_us / (1000 * MS) + (Micros)bench_random(seed, c->n_windows);
  Row row;
  row.cells[COL_END] = (second + 1) * 1000 * MS;
  row.cells[COL_START] = row.cells[COL_END] - (1 + bench_random(seed, 2)) * 1000 * MS;
  row.cells[COL_K] = null_or(seed, bench_random(seed, c->n_keys));
  row.cells[COL_T] = null_or(seed, bench_random(seed, 2) == 0
                                       ? bench_random(seed, 30)
                                       : INT64_C(12345678901234500) + bench_random(seed, 30));
  row.cells[COL_V] = null_or(seed, (int64_t)bench_random(seed, 40) - 20);
  row.cells[COL_D] = null_or(seed, (int64_t)bench_random(seed, 9) - 4);
  row.cells[COL_ID] = id;
  Micros end = row.cells[COL_END];
  row.last_us = (c->zone != NULL ? zone_to_utc_late(c->zone, end) : end) - MS;
  return row;
}

/* The bench's arg. */
typedef struct Seen {
  StrBuf got, late; /* got first: bench_write */
} Seen;

static void on_late(Bench *b, const Batch *batch, uint32_t row) {
  Seen *seen = b->arg;
  strbuf_printf(&seen->late, "%lld\n", (long long)bench_cell(batch, COL_ID, row));
}

static void apply_watermark(Model *m, Micros watermark_us) {
  if (watermark_us > m->passed_us) m->passed_us = watermark_us;
}

/* One more row, to the operator's batch and to the model. */
static void put_row(Bench *b, Model *m, uint64_t *seed, Micros near_us, int64_t id) {
  const Case *c = m->c;
  Row row = random_row(c, seed, near_us, id);
  Micros mark = MICROS_MIN;
  if (c->marks && bench_random(seed, 10) == 0) {
    mark = near_us + (Micros)bench_random(seed, 2000) * MS - 1000 * MS;
  }
  bench_row(b, row.cells, mark, ROW_INSERT);
  row.hash = hash_of(c, b, (uint16_t)(b->in->batch.rows - 1));
  apply_watermark(m, b->ctx.chunk_watermark_us);
  apply_watermark(m, mark);
  if (c->marks && c->disturb > 0) mark = m->passed_us; /* each instance learns it by its own rows */
  batch_builder_mark(b->in)[b->in->batch.rows - 1] = mark;
  if (row.last_us > m->passed_us) {
    m->rows[m->n++] = row;
  } else {
    strbuf_printf(&m->late, "%lld\n", (long long)id);
  }
}

static void check_output(Model *m, const Bench *b) {
  Seen *seen = b->arg;
  StrBuf want;
  strbuf_init(&want, 0);
  write_fired(m, m->passed_us, &want);
  CHECK_STR(strbuf_text(&seen->got), strbuf_text(&want));
  bench_sort_numbers(&seen->late);
  CHECK_STR(strbuf_text(&seen->late), strbuf_text(&m->late));
  strbuf_deinit(&want);
}

static void check_pending(const Model *m, const Bench *b) {
  OpPending pending;
  Micros first = MICROS_MAX;
  op_pending(b->op, &pending);
  for (uint32_t i = 0; i < m->n; i++) {
    Micros last = m->rows[i].last_us;
    if (last > m->passed_us && last < first) first = last;
  }
  CHECK_INT(pending.n_windows > 0, first < MICROS_MAX);
  if (pending.n_windows > 0) CHECK_INT(pending.last_us, first);
}

static Op *make(Bench *b, const void *spec) {
  return op_window_topn_new(spec, fields, N_COLS, &b->ctx);
}

static void run_case(const Case *c, uint64_t seed) {
  static Row rows[ROWS_MAX];
  static Bench b;
  Seen seen;
  Model m = {.c = c, .rows = rows, .passed_us = MICROS_MIN};
  strbuf_init(&seen.got, 0);
  strbuf_init(&seen.late, 0);
  strbuf_init(&m.late, 0);
  bench_init(&b, fields, N_COLS, bench_write);
  b.arg = &seen;
  b.on_late = on_late;
  if (c->zone != NULL) b.env.zone = c->zone;
  Type key_types[N_COLS];
  for (uint32_t i = 0; i < c->spec.n_keys; i++) key_types[i] = fields[c->spec.keys[i]].type;
  Disturb disturb = {.make = make,
                     .spec = &c->spec,
                     .key = key_spec(c->spec.keys, key_types, c->spec.n_keys),
                     .one = c->disturb};
  bench_open(&b, make(&b, &c->spec));
  Micros near = INT64_C(1711846800) * 1000 * MS; /* an hour before Berlin's spring gap */
  if (c->zone == NULL) near = -10 * 1000 * MS;
  for (uint32_t id = 0; id < c->n_rows;) {
    uint32_t chunk = 1 + bench_random(&seed, 300);
    for (uint32_t i = 0; i < chunk && id < c->n_rows; i++, id++) {
      put_row(&b, &m, &seed, near, id);
      if (c->one_chunk ? b.in->batch.rows == BATCH_ROWS : bench_random(&seed, 50) == 0) {
        bench_push(&b, c->marks, false);
      }
    }
    if (c->one_chunk) continue;
    bench_push(&b, c->marks, false);
    Micros watermark = near - (Micros)bench_random(&seed, 3000) * MS;
    if (c->disturb > 0 && watermark < m.passed_us) watermark = m.passed_us;
    op_advance(b.op, watermark);
    apply_watermark(&m, watermark);
    if (watermark > b.ctx.chunk_watermark_us) b.ctx.chunk_watermark_us = watermark;
    bench_fire(&b);
    if (c->n_rows <= 2000) check_output(&m, &b);
    if (!bench_is_split(&b)) check_pending(&m, &b);
    bench_disturb(&b, &disturb, &seed);
    near += (Micros)bench_random(&seed, 3000) * MS;
  }
  bench_push(&b, c->marks, false);
  op_finish(b.op);
  bench_fire(&b);
  m.passed_us = MICROS_MAX;
  check_output(&m, &b);
  CHECK_INT(b.ctx.late_rows + m.n, c->n_rows);
  bench_close(&b);
  bench_disturb_end(&disturb);
  strbuf_deinit(&seen.got);
  strbuf_deinit(&seen.late);
  strbuf_deinit(&m.late);
}

int main(void) {
  init_fields();
  static const uint32_t keys[] = {COL_K, COL_T};
  static const SortKey orders[][2] = {
      {{COL_V, false, false}, {COL_D, true, false}}, {{COL_V, true, true}, {COL_T, false, true}},
      {{COL_T, false, false}, {COL_V, false, true}}, {{COL_T, true, true}, {COL_D, false, false}},
      {{COL_D, false, true}, {COL_K, true, false}},  {{COL_D, true, false}, {COL_V, true, true}},
  };
  static const uint64_t ranks[][2] = {{1, 1}, {1, 3}, {2, 4}, {1, 50}, {3, 3}, {1, UINT64_MAX}};
  Error err = {0};
  const Zone *berlin = zone_open(STR("Europe/Berlin"), NO_SPAN, &err);
  CHECK(berlin != NULL);
  for (uint32_t i = 0; i < 72; i++) {
    const SortKey *order = orders[i % COUNT_OF(orders)];
    const uint64_t *rank = ranks[i / 2 % COUNT_OF(ranks)];
    bool zoned = i % 5 == 0 && berlin != NULL;
    Case c = {.spec = {.keys = keys,
                       .n_keys = i % 3,
                       .start_col = COL_START,
                       .end_col = COL_END,
                       .time_type = type_time(zoned ? TYPE_TIMESTAMP_LTZ : TYPE_TIMESTAMP, 3),
                       .order = order,
                       .n_order = 1 + i / 3 % 2,
                       .first = rank[0],
                       .last = rank[1],
                       .with_rank = i % 2 == 0,
                       .keep_last = i / 4 % 2 == 0},
              .zone = zoned ? berlin : NULL,
              .n_rows = i % 12 == 0 ? ROWS_MAX : 1500,
              .n_keys = i % 4 == 0 ? 3 : 60,
              .n_windows = i % 12 == 0 ? 2 : 5,
              .marks = i % 2 == 1,
              .one_chunk = i % 24 == 0,
              .disturb = i % 5 < 3 ? 1 + i % 3 : 0};
    run_case(&c, i);
  }
  return check_done();
}
