/* rows_test.c -- stored rows against an array of what went in. */
#include "exec/state/rows.h"

#include <math.h>
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

/* --- in a snapshot ---------------------------------------------------------------------- */

enum { ODD_COLS = 6, ODD_KEY = 1 };

static Type odd_types[ODD_COLS];

static void init_odd_types(void) {
  odd_types[0] = type_of(TYPE_BIGINT);
  odd_types[ODD_KEY] = type_of(TYPE_SMALLINT);
  odd_types[2] = type_text(TYPE_CHAR, 20);
  odd_types[3] = type_of(TYPE_DOUBLE);
  odd_types[4] = type_of(TYPE_FLOAT);
  odd_types[5] = type_decimal(38, 5);
}

/* Values that do not survive being made a key. */
static Value odd_cell(uint64_t i, uint32_t c) {
  static const char *const texts[] = {"", "  ", "a", "a ", "more than twelve   ", "exactly 12 b"};
  static const double numbers[] = {0.0, -0.0, NAN, INFINITY, -INFINITY, 1.5, -3};
  uint64_t seed = i * 31 + c;
  uint64_t random = rng_next(&seed);
  if (c == 0) return value_int(odd_types[c], (int64_t)i);
  if (random % 5 == 0) return value_null(odd_types[c]);
  if (c == ODD_KEY) return value_int(odd_types[c], (int64_t)(random / 8 % 40) - 20);
  if (c == 2) return value_text(odd_types[c], str_of(texts[random / 8 % COUNT_OF(texts)]));
  if (c == 5)
    return value_decimal(odd_types[c], (Int128)(int64_t)random * ((int64_t)1 << (i % 60)));
  return value_double(odd_types[c], numbers[random / 8 % COUNT_OF(numbers)]);
}

static void append_odd(Rows *r, uint32_t n) {
  BatchBuilder *b = batch_builder_new((BatchShape){.types = odd_types, .n_cols = ODD_COLS});
  uint16_t rows[BATCH_ROWS];
  for (uint32_t i = 0; i < n; i++) {
    for (uint32_t c = 0; c < ODD_COLS; c++) {
      Value v = odd_cell(r->n + i, c);
      CHECK(batch_builder_put(b, c, i, &v));
    }
    rows[i] = (uint16_t)i;
  }
  b->batch.rows = n;
  CHECK(rows_append(r, &b->batch, rows, n));
  batch_builder_free(b);
}

/* To the last bit. */
static bool same_cell(const Rows *a, uint32_t id_a, const Rows *b, uint32_t id_b, uint32_t c) {
  uint32_t at_a, at_b;
  Vector x = rows_cell(a, c, id_a, &at_a), y = rows_cell(b, c, id_b, &at_b);
  size_t width = phys_size(type_phys(x.type));
  if (vector_valid(&x, at_a) != vector_valid(&y, at_b)) return false;
  if (type_phys(x.type) == PHYS_TEXT) {
    return str_eq(text_str((const TextRef *)x.data + at_a),
                  text_str((const TextRef *)y.data + at_b));
  }
  return memcmp((char *)x.data + at_a * width, (char *)y.data + at_b * width, width) == 0;
}

typedef struct Kept {
  StateSink sink;
  StateBlock *first, **last;
} Kept;

static bool keep(StateSink *to, StateBlock *block) {
  Kept *k = (Kept *)to;
  *k->last = block;
  k->last = &block->next;
  return true;
}

static void kept_init(Kept *k) {
  *k = (Kept){.sink.take = keep};
  k->last = &k->first;
}

static void kept_free(Kept *k) {
  for (StateBlock *b = k->first, *next; b != NULL; b = next) {
    next = b->next;
    state_block_free(b);
  }
}

static void add_loaded(Rows *to, RowsLoad *l) {
  batch_verify(&l->batch);
  CHECK(rows_append(to, &l->batch, l->row, l->batch.rows));
  rows_load_clear(l);
}

/* The rows with these hashes join the list; what is kept of a block is gone behind it. */
static void load_range(const Kept *k, Rows *to, uint64_t first_hash, uint64_t last_hash) {
  RowsLoad *l = rows_load_new(to->layout);
  for (const StateBlock *b = k->first; b != NULL; b = b->next) {
    StateIn in;
    state_in_init(&in, b, first_hash, last_hash);
    for (uint64_t hash; state_next(&in, &hash);) {
      CHECK_INT(state_get_u8(&in), 9);
      rows_load(l, hash, &in);
      CHECK(in.at == in.end);
      if (l->batch.rows == BATCH_ROWS) add_loaded(to, l);
    }
    CHECK(!in.bad);
    add_loaded(to, l);
  }
  rows_load_free(l);
}

static bool is_wanted(const uint64_t *wanted, uint32_t id) {
  return wanted == NULL || bit_get(wanted, id);
}

/* The list as it was when it had n rows comes back in two parts, each row in one, in order. */
static void check_halves(const Kept *k, const Rows *r, uint32_t n, const uint64_t *wanted) {
  uint32_t at[2] = {0}, found = 0, expected = 0, wrong = 0;
  Rows half[2];
  for (int h = 0; h < 2; h++) {
    rows_init(&half[h], r->layout);
    load_range(k, &half[h], h == 0 ? 0 : UINT64_MAX / 2 + 1, h == 0 ? UINT64_MAX / 2 : UINT64_MAX);
  }
  for (uint32_t id = 0; id < n; id++) {
    if (!is_wanted(wanted, id)) continue;
    expected++;
    for (int h = 0; h < 2; h++) {
      if (at[h] == half[h].n || !same_cell(r, id, &half[h], at[h], 0)) continue;
      for (uint32_t c = 1; c < ODD_COLS; c++) wrong += !same_cell(r, id, &half[h], at[h], c);
      at[h]++;
      found++;
    }
  }
  CHECK_INT(wrong, 0);
  CHECK_INT(found, expected);
  CHECK_INT(half[0].n + half[1].n, expected);
  CHECK(expected < 200 || (half[0].n > 0 && half[1].n > 0));
  rows_deinit(&half[0]);
  rows_deinit(&half[1]);
}

/* Written in steps, between which rows come in. */
static void check_snapshot(uint64_t seed, uint32_t n, bool some) {
  static const uint32_t key_cols[] = {ODD_KEY};
  const KeySpec key = key_spec(key_cols, &odd_types[ODD_KEY], 1);
  Arena arena = {0};
  RowLayout layout;
  CHECK(row_layout_init(&layout, &arena, odd_types, ODD_COLS));
  Rows r;
  rows_init(&r, &layout);
  while (r.n < n) append_odd(&r, n - r.n < 100 ? n - r.n : 100);
  uint64_t *wanted = some ? calloc(n / 64 + 1, sizeof *wanted) : NULL;
  for (uint32_t id = 0; some && id < n; id++) {
    if (rng_next(&seed) % 3 == 0) bit_set(wanted, id);
  }
  RowsSave save = {&r, &key, key_batch_new(), wanted, 0, n};
  Kept k;
  StateOut out;
  kept_init(&k);
  state_begin(&out, &k.sink, "rows", 1);
  while (save.at < save.end) {
    size_t written = 0, budget = 1 + rng_next(&seed) % 20000;
    CHECK(rows_save(&save, 9, budget, &out, &written));
    CHECK(save.at == save.end || written >= budget);
    append_odd(&r, (uint32_t)(rng_next(&seed) % 50));
  }
  CHECK(state_end(&out));
  check_halves(&k, &r, n, wanted);
  kept_free(&k);
  key_batch_free(save.scratch);
  free(wanted);
  rows_deinit(&r);
  arena_deinit(&arena);
}

int main(void) {
  init_types();
  init_odd_types();
  static const uint32_t sizes[] = {0, 1, 15, 16, 17, 300, 2047, 2048, 2049, 9000};
  for (size_t i = 0; i < COUNT_OF(sizes); i++) {
    check_snapshot(i, sizes[i], false);
    check_snapshot(i, sizes[i], true);
  }
  for (uint32_t n = 1; n < 70; n++) check_list(n, n, 1 + n % 7);
  check_list(100, 3000, 30);
  check_list(101, 10000, 1000);
  check_list(102, 20000, 1024);
  check_no_memory();
  return check_done();
}
