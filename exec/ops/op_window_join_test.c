/* op_window_join_test.c -- joins of windows against nested loops over all rows that came in time.
 */
#include "exec/expr/func.h"
#include "exec/ops/restore_check.h"
#include "exec/state/key.h"

enum { COL_START, COL_END, COL_K, COL_T, COL_V, COL_ID, N_COLS };
enum { MS = 1000, ROWS_MAX = 4000 };

static FormatField fields[N_COLS];

static void init_fields(void) {
  fields[COL_START] = (FormatField){"window_start", type_not_null(type_time(TYPE_TIMESTAMP, 3))};
  fields[COL_END] = (FormatField){"window_end", type_not_null(type_time(TYPE_TIMESTAMP, 3))};
  fields[COL_K] = (FormatField){"k", type_of(TYPE_INT)};
  fields[COL_T] = (FormatField){"t", type_string()};
  fields[COL_V] = (FormatField){"v", type_of(TYPE_BIGINT)};
  fields[COL_ID] = (FormatField){"id", type_not_null(type_of(TYPE_BIGINT))};
}

typedef struct Row {
  int64_t cells[N_COLS];
  uint64_t hash;
} Row;

/* Windows and keys in the order in which they come out. */
typedef struct Group {
  Micros end, start;
  uint64_t hash;
} Group;

typedef struct Case {
  WindowJoinSpec spec;
  uint32_t n_rows, n_keys, n_windows;
  bool conditional; /* left.v < right.v */
  bool marks;
  uint32_t disturb; /* one time in so many */
} Case;

typedef struct Model {
  const Case *c;
  Row *rows[2]; /* those that came in time, as they came */
  uint32_t n[2];
  Micros passed_us;
  StrBuf late;
} Model;

static Group group_of(const Row *r) {
  return (Group){r->cells[COL_END], r->cells[COL_START], r->hash};
}

static int compare_groups(const void *a, const void *b) {
  const Group *x = a, *y = b;
  if (x->end != y->end) return x->end < y->end ? -1 : 1;
  if (x->start != y->start) return x->start < y->start ? -1 : 1;
  return (x->hash > y->hash) - (x->hash < y->hash);
}

static bool in_group(const Group *g, const Row *r) {
  Group own = group_of(r);
  return compare_groups(g, &own) == 0;
}

static bool is_pair(const Case *c, const Row *a, const Row *b) {
  for (uint32_t i = 0; i < c->spec.n_keys; i++) {
    int64_t x = a->cells[c->spec.left_keys[i]], y = b->cells[c->spec.right_keys[i]];
    if (x == INT64_MIN || x != y) return false;
  }
  int64_t x = a->cells[COL_V], y = b->cells[COL_V];
  return !c->conditional || (x != INT64_MIN && y != INT64_MIN && x < y);
}

/* NULL: no row of that side. */
static void write_row(const Case *c, StrBuf *out, const Row *a, const Row *b) {
  bool one_side = c->spec.kind == JOIN_SEMI || c->spec.kind == JOIN_ANTI;
  for (uint32_t i = 0; i < (one_side ? N_COLS : 2 * N_COLS); i++) {
    const Row *row = i < N_COLS ? a : b;
    int64_t cell = row != NULL ? row->cells[i % N_COLS] : INT64_MIN;
    if (i > 0) strbuf_putc(out, ' ');
    if (cell == INT64_MIN) {
      strbuf_putc(out, '.');
    } else {
      strbuf_printf(out, "%lld", (long long)cell);
    }
  }
  strbuf_putc(out, '\n');
}

/* What one left row gives. */
static void write_left(const Model *m, const Group *g, const Row *a, StrBuf *out) {
  JoinKind kind = m->c->spec.kind;
  uint32_t pairs = 0;
  for (uint32_t i = 0; i < m->n[1]; i++) {
    const Row *b = &m->rows[1][i];
    if (!in_group(g, b) || !is_pair(m->c, a, b)) continue;
    pairs++;
    if (kind != JOIN_SEMI && kind != JOIN_ANTI) write_row(m->c, out, a, b);
  }
  bool alone = kind == JOIN_LEFT || kind == JOIN_FULL || kind == JOIN_ANTI;
  if (pairs == 0 ? alone : kind == JOIN_SEMI) write_row(m->c, out, a, NULL);
}

static bool has_left_partner(const Model *m, const Group *g, const Row *b) {
  for (uint32_t i = 0; i < m->n[0]; i++) {
    if (in_group(g, &m->rows[0][i]) && is_pair(m->c, &m->rows[0][i], b)) return true;
  }
  return false;
}

static void write_group(const Model *m, const Group *g, StrBuf *out) {
  JoinKind kind = m->c->spec.kind;
  for (uint32_t i = 0; i < m->n[0]; i++) {
    if (in_group(g, &m->rows[0][i])) write_left(m, g, &m->rows[0][i], out);
  }
  for (uint32_t i = 0; i < m->n[1] && (kind == JOIN_RIGHT || kind == JOIN_FULL); i++) {
    const Row *b = &m->rows[1][i];
    if (in_group(g, b) && !has_left_partner(m, g, b)) write_row(m->c, out, NULL, b);
  }
}

/* All that windows up to a watermark give. */
static void write_fired(const Model *m, Micros until_us, StrBuf *out) {
  Group *groups = calloc(m->n[0] + m->n[1] + 1, sizeof *groups);
  uint32_t n = 0;
  for (int side = 0; side < 2; side++) {
    for (uint32_t i = 0; i < m->n[side]; i++) groups[n++] = group_of(&m->rows[side][i]);
  }
  qsort(groups, n, sizeof *groups, compare_groups);
  for (uint32_t i = 0; i < n; i++) {
    if (i > 0 && compare_groups(&groups[i - 1], &groups[i]) == 0) continue;
    if (groups[i].end - MS <= until_us) write_group(m, &groups[i], out);
  }
  free(groups);
}

/* --- rows --------------------------------------------------------------------------- */

static uint64_t hash_of(const Case *c, const BatchBuilder *b, uint16_t row) {
  static KeyBatch *keys;
  if (keys == NULL) keys = key_batch_new();
  Type types[N_COLS];
  for (uint32_t i = 0; i < c->spec.n_keys; i++) types[i] = fields[c->spec.left_keys[i]].type;
  KeySpec spec = key_spec(c->spec.left_keys, types, c->spec.n_keys);
  CHECK(key_batch_fill(keys, &spec, &b->batch, &row, 1));
  return keys->hash[0];
}

static int64_t null_or(uint64_t *seed, int64_t v) {
  return bench_random(seed, 6) == 0 ? INT64_MIN : v;
}

static Row random_row(const Case *c, uint64_t *seed, Micros near_us, int64_t id) {
  Micros second = near_us / (1000 * MS) + (Micros)bench_random(seed, c->n_windows);
  Row row;
  row.cells[COL_END] = (second + 1) * 1000 * MS;
  row.cells[COL_START] = row.cells[COL_END] - (1 + bench_random(seed, 2)) * 1000 * MS;
  row.cells[COL_K] = null_or(seed, bench_random(seed, c->n_keys));
  row.cells[COL_T] = null_or(seed, INT64_C(123456789012345) + bench_random(seed, 2));
  row.cells[COL_V] = null_or(seed, bench_random(seed, 20));
  row.cells[COL_ID] = id;
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

static void put_row(Bench *b, Model *m, int side, uint64_t *seed, Micros near_us, int64_t id) {
  Row row = random_row(m->c, seed, near_us, id);
  Micros mark = MICROS_MIN;
  if (m->c->marks && bench_random(seed, 20) == 0) {
    mark = near_us + (Micros)bench_random(seed, 2000) * MS - 1000 * MS;
  }
  bench_row(b, row.cells, mark, ROW_INSERT);
  row.hash = hash_of(m->c, b->in, (uint16_t)(b->in->batch.rows - 1));
  apply_watermark(m, b->ctx.chunk_watermark_us);
  apply_watermark(m, mark);
  if (m->c->marks && m->c->disturb > 0) mark = m->passed_us; /* each instance learns by its own */
  batch_builder_mark(b->in)[b->in->batch.rows - 1] = mark;
  if (row.cells[COL_END] - MS > m->passed_us) {
    m->rows[side][m->n[side]++] = row;
  } else {
    strbuf_printf(&m->late, "%lld\n", (long long)id);
  }
}

static void push(Bench *b, const Case *c, int side) {
  Batch batch = b->in->batch;
  batch.kind = NULL;
  if (!c->marks) batch.mark = NULL;
  CHECK_INT(op_push(b->op, side == 0 ? PORT_ROWS : PORT_RIGHT, &batch), OK);
  batch_builder_clear(b->in);
}

static void check_output(const Model *m, const Bench *b) {
  Seen *seen = b->arg;
  StrBuf want;
  strbuf_init(&want, 0);
  write_fired(m, m->passed_us, &want);
  CHECK_STR(strbuf_text(&seen->got), strbuf_text(&want));
  bench_sort_numbers(&seen->late);
  CHECK_STR(strbuf_text(&seen->late), strbuf_text(&m->late));
  strbuf_deinit(&want);
}

static Op *make(Bench *b, const void *spec) {
  return op_window_join_new(spec, fields, N_COLS, fields, N_COLS, &b->ctx);
}

static void run_case(const Case *c, uint64_t seed) {
  static Row rows[2][ROWS_MAX];
  static Bench b;
  Seen seen;
  Model m = {.c = c, .rows = {rows[0], rows[1]}, .passed_us = MICROS_MIN};
  strbuf_init(&seen.got, 0);
  strbuf_init(&seen.late, 0);
  strbuf_init(&m.late, 0);
  bench_init(&b, fields, N_COLS, bench_write);
  b.arg = &seen;
  b.on_late = on_late;
  Type key_types[N_COLS];
  for (uint32_t i = 0; i < c->spec.n_keys; i++) key_types[i] = fields[c->spec.left_keys[i]].type;
  Disturb disturb = {.make = make,
                     .spec = &c->spec,
                     .key = key_spec(c->spec.left_keys, key_types, c->spec.n_keys),
                     .one = c->disturb};
  bench_open(&b, make(&b, &c->spec));
  Micros near = -8 * 1000 * MS;
  for (uint32_t id = 0; id < c->n_rows;) {
    uint32_t chunk = 1 + bench_random(&seed, c->n_rows / 2);
    for (uint32_t i = 0; i < chunk && id < c->n_rows;) {
      int side = (int)bench_random(&seed, 2);
      uint32_t n = 1 + bench_random(&seed, 100);
      for (; n > 0 && id < c->n_rows; n--, i++, id++) put_row(&b, &m, side, &seed, near, id);
      push(&b, c, side);
    }
    Micros watermark = near - (Micros)bench_random(&seed, 3000) * MS;
    if (c->disturb > 0 && watermark < m.passed_us) watermark = m.passed_us;
    op_advance(b.op, watermark);
    apply_watermark(&m, watermark);
    if (watermark > b.ctx.chunk_watermark_us) b.ctx.chunk_watermark_us = watermark;
    bench_fire(&b);
    check_output(&m, &b);
    bench_disturb(&b, &disturb, &seed);
    near += (Micros)bench_random(&seed, 3000) * MS;
  }
  op_finish(b.op);
  bench_fire(&b);
  m.passed_us = MICROS_MAX;
  check_output(&m, &b);
  CHECK_INT(b.ctx.late_rows + m.n[0] + m.n[1], c->n_rows);
  bench_close(&b);
  bench_disturb_end(&disturb);
  strbuf_deinit(&seen.got);
  strbuf_deinit(&seen.late);
  strbuf_deinit(&m.late);
}

/* left.v < right.v */
static Expr *make_condition(Arena *arena) {
  Error err = {0};
  ExprEnv env = {.zone = zone_utc()};
  Expr **args = ARENA_ARRAY(arena, Expr *, 2); /* the call keeps it */
  args[0] = expr_column(arena, COL_V, fields[COL_V].type, NO_SPAN);
  args[1] = expr_column(arena, N_COLS + COL_V, fields[COL_V].type, NO_SPAN);
  Expr *out = NULL;
  CHECK_INT(func_call(arena, &env, "<", NO_SPAN, args, 2, &out, &err), OK);
  return out;
}

/* Far more pairs than fit a batch go out a batch at a time. */
static void check_stream(Arena *arena, JoinKind kind, bool conditional) {
  enum { N = 2500 };
  static const uint32_t key[] = {COL_K};
  WindowJoinSpec spec = {.kind = kind,
                         .left_keys = key,
                         .right_keys = key,
                         .n_keys = 1,
                         .left_start = COL_START,
                         .left_end = COL_END,
                         .right_start = COL_START,
                         .right_end = COL_END,
                         .time_type = fields[COL_END].type,
                         .condition = conditional ? make_condition(arena) : NULL};
  static Bench b;
  bench_init(&b, fields, N_COLS, NULL);
  bench_open(&b, op_window_join_new(&spec, fields, N_COLS, fields, N_COLS, &b.ctx));
  Case c = {.spec = spec};
  for (int side = 0; side < 2; side++) {
    for (int64_t id = 0; id < N; id++) {
      int64_t v = side == 0 ? id : N - 2;
      bench_row(&b, (int64_t[]){0, 1000 * MS, 7, INT64_MIN, v, id}, MICROS_MIN, ROW_INSERT);
      if (batch_builder_room(b.in) == 0 || id == N - 1) push(&b, &c, side);
    }
  }
  op_finish(b.op);
  uint64_t before = 0, steps = 0;
  for (bool more = true; more; steps++) {
    CHECK_INT(op_fire(b.op, &more), OK);
    CHECK(b.op->rows_out - before <= BATCH_ROWS);
    before = b.op->rows_out;
  }
  uint64_t smaller = N - 2; /* left rows whose v is smaller */
  uint64_t want = kind == JOIN_SEMI ? (conditional ? smaller : N) : 0;
  if (kind == JOIN_ANTI) want = conditional ? N - smaller : 0;
  if (kind == JOIN_FULL) want = conditional ? smaller * N + 2 : (uint64_t)N * N;
  CHECK_INT(b.op->rows_out, want);
  if (kind == JOIN_SEMI && !conditional) CHECK(steps < 10);
  bench_close(&b);
}

int main(void) {
  init_fields();
  Arena arena;
  arena_init(&arena);
  static const uint32_t keys[][2] = {{COL_K, COL_T}, {COL_T, COL_K}};
  for (uint32_t i = 0; i < 96; i++) {
    bool conditional = i / 6 % 2 == 1;
    Case c = {.spec = {.kind = (JoinKind)(i % 6),
                       .left_keys = keys[i / 3 % 2],
                       .right_keys = keys[i / 3 % 2],
                       .n_keys = i / 12 % 3,
                       .left_start = COL_START,
                       .left_end = COL_END,
                       .right_start = COL_START,
                       .right_end = COL_END,
                       .time_type = fields[COL_END].type,
                       .condition = conditional ? make_condition(&arena) : NULL},
              .n_rows = i < 24 ? 700 : 300,
              .n_keys = i % 4 == 0 ? 3 : 40,
              .n_windows = i % 5 == 0 ? 1 : 4,
              .conditional = conditional,
              .marks = i % 7 > 2,
              .disturb = i % 5 < 3 ? 1 + i % 3 : 0};
    run_case(&c, i);
  }
  for (int conditional = 0; conditional < 2; conditional++) {
    check_stream(&arena, JOIN_FULL, conditional);
    check_stream(&arena, JOIN_SEMI, conditional);
    check_stream(&arena, JOIN_ANTI, conditional);
  }
  arena_deinit(&arena);
  return check_done();
}
