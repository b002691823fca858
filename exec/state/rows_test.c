/* rows_test.c -- stored rows against an array of what went in. */
#include "exec/state/rows.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/memory.h"
#include "exec/data/rng.h"
#include "exec/data/value.h"

enum { N_COLS = 6, CELL_TEXT = 60 };

static Type types[N_COLS];

static void init_types(void) {
  types[0] = type_of(TYPE_BIGINT);
  types[1] = type_of(TYPE_BOOLEAN);
  types[2] = type_string();
  types[3] = type_decimal(30, 0);
  types[4] = type_of(TYPE_SMALLINT);
  types[5] = type_of(TYPE_INT);
}

/* A cell of row number i of column c; it tells both. */
static Value cell(uint64_t i, uint32_t c, char *text) {
  uint64_t seed = i * 31 + c;
  if (c != 5 && rng_next(&seed) % 5 == 0) return value_null(types[c]);
  if (c == 0 || c == 5) return value_int(types[c], (int64_t)i);
  if (c == 1) return value_int(types[c], i % 3 == 0);
  if (c == 3) return value_decimal(types[c], (Int128)i << 40);
  if (c == 4) return value_int(types[c], (int64_t)(i % 1000));
  snprintf(text, CELL_TEXT, i % 2 == 0 ? "%d" : "a long text, number %d", (int)i);
  return value_text(types[c], str_of(text));
}

static bool same(const Vector *v, uint32_t row, const Value *want) {
  if (!vector_valid(v, row) || want->null) return vector_valid(v, row) == !want->null;
  Value got = value_of(v, row);
  return value_compare(&got, want) == 0;
}

static uint32_t count_wrong(const Vector *cols, uint32_t n, const uint32_t *ids) {
  uint32_t wrong = 0;
  for (uint32_t i = 0; i < n; i++) {
    for (uint32_t c = 0; c < N_COLS; c++) {
      char text[CELL_TEXT];
      Value want = ids[i] == ROW_NONE ? value_null(types[c]) : cell(ids[i], c, text);
      wrong += !same(&cols[c], i, &want);
    }
  }
  return wrong;
}

/* Rows from .. from + n of the model, every other row of a batch. */
static bool append(Rows *r, uint32_t from, uint32_t n) {
  BatchBuilder *b = batch_builder_new((BatchShape){.types = types, .n_cols = N_COLS});
  uint16_t rows[BATCH_ROWS];
  for (uint32_t i = 0; i < n; i++) {
    char text[CELL_TEXT];
    for (uint32_t c = 0; c < N_COLS; c++) {
      Value v = cell(from + i, c, text), other = value_null(types[c]);
      CHECK(batch_builder_put(b, c, 2 * i, &v) && batch_builder_put(b, c, 2 * i + 1, &other));
    }
    rows[i] = (uint16_t)(2 * i);
  }
  b->batch.rows = 2 * n;
  bool ok = rows_append(r, &b->batch, rows, n);
  batch_builder_free(b);
  return ok;
}

static void check_views(const Rows *r) {
  Vector cols[N_COLS];
  uint32_t ids[BATCH_ROWS], total = 0, wrong = 0;
  for (uint32_t first = 0, n; first < r->n; first += n) {
    n = rows_view(r, first, cols);
    for (uint32_t i = 0; i < n; i++) ids[i] = first + i;
    wrong += count_wrong(cols, n, ids);
    total += n;
  }
  CHECK_INT(total, r->n);
  CHECK_INT(wrong, 0);
}

static void check_gather(const Rows *r, const ColumnRoom *rooms, uint64_t *seed) {
  Vector cols[N_COLS] = {0};
  uint32_t ids[BATCH_ROWS], n = 1 + (uint32_t)(rng_next(seed) % BATCH_ROWS);
  for (uint32_t i = 0; i < n; i++) {
    bool none = r->n == 0 || rng_next(seed) % 10 == 0;
    ids[i] = none ? ROW_NONE : (uint32_t)(rng_next(seed) % r->n);
  }
  rows_gather(r, ids, n, rooms, NULL, cols);
  batch_verify(&(Batch){.rows = n, .n_cols = N_COLS, .cols = cols});
  CHECK_INT(count_wrong(cols, n, ids), 0);
  bool wanted[N_COLS] = {[2] = true};
  Vector some[N_COLS] = {0};
  rows_gather(r, ids, n, rooms, wanted, some);
  CHECK(some[2].data != NULL && some[0].data == NULL);
  for (uint32_t i = 0; i < n && r->n > 0; i++) {
    if (ids[i] == ROW_NONE) continue;
    char text[CELL_TEXT];
    uint32_t at;
    Vector v = rows_cell(r, 2, ids[i], &at);
    Value want = cell(ids[i], 2, text);
    CHECK(same(&v, at, &want));
  }
}

/* Every third row, in a list of its own. */
static void check_copy(const RowLayout *layout, const Rows *r, const ColumnRoom *rooms) {
  Rows copy;
  rows_init(&copy, layout);
  uint32_t *ids = calloc(r->n / 3 + 1, sizeof *ids), n = r->n / 3, wrong = 0;
  for (uint32_t i = 0; i < n; i++) ids[i] = 3 * i;
  CHECK(rows_append_from(&copy, r, ids, n));
  CHECK_INT(copy.n, n);
  for (uint32_t i = 0; i < n; i += BATCH_ROWS) {
    uint32_t own[BATCH_ROWS], m = n - i < BATCH_ROWS ? n - i : BATCH_ROWS;
    Vector cols[N_COLS];
    for (uint32_t k = 0; k < m; k++) own[k] = i + k;
    rows_gather(&copy, own, m, rooms, NULL, cols);
    wrong += count_wrong(cols, m, ids + i);
  }
  CHECK_INT(wrong, 0);
  free(ids);
  rows_deinit(&copy);
}

static void check_list(uint64_t seed, uint32_t rows_max, uint32_t batch_max) {
  Arena arena = {0};
  RowLayout layout;
  CHECK(row_layout_init(&layout, &arena, types, N_COLS));
  const ColumnRoom *rooms = column_rooms_new(&arena, types, N_COLS);
  Rows r;
  rows_init(&r, &layout);
  CHECK_INT(rows_bytes(&r), 0);
  check_gather(&r, rooms, &seed);
  while (r.n < rows_max) {
    uint32_t n = 1 + (uint32_t)(rng_next(&seed) % batch_max);
    CHECK(append(&r, r.n, n));
  }
  CHECK(rows_bytes(&r) >= (size_t)r.n * layout.before[N_COLS]);
  check_views(&r);
  check_gather(&r, rooms, &seed);
  check_copy(&layout, &r, rooms);
  rows_deinit(&r);
  CHECK_INT(r.n, 0);
  arena_deinit(&arena);
}

/* What was there stays when memory is out. */
static void check_no_memory(void) {
  Arena arena = {0};
  RowLayout layout;
  CHECK(row_layout_init(&layout, &arena, types, N_COLS));
  Rows r;
  rows_init(&r, &layout);
  size_t limit = memory_used() + (1 << 20);
  memory_set_limit(limit);
  uint32_t n = 0;
  while (append(&r, n, 500)) n += 500;
  CHECK(memory_was_refused());
  CHECK(memory_used() <= limit);
  CHECK(n > 1000);
  CHECK_INT(r.n, n);
  check_views(&r);
  memory_set_limit(0);
  rows_deinit(&r);
  arena_deinit(&arena);
}

int main(void) {
  init_types();
  for (uint32_t n = 1; n < 70; n++) check_list(n, n, 1 + n % 7);
  check_list(100, 3000, 30);
  check_list(101, 10000, 1000);
  check_list(102, 20000, 1024);
  check_no_memory();
  return check_done();
}
