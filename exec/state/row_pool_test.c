/* row_pool_test.c -- lists of rows against arrays of numbers: rows that come, go, and change lists.
 */
#include "exec/state/row_pool.h"

#include <stdlib.h>

#include "base/check.h"
#include "exec/data/rng.h"

enum { LISTS = 40, MODEL_ROWS = 4000, ROUNDS = 3000 };

/* A row is its number n: n, a text of it (long for many), and NULL where n is a multiple of 3. */
typedef struct Model {
  uint64_t rows[MODEL_ROWS];
  uint32_t n;
} Model;

static RowPool pool;
static RowList lists[LISTS];
static Model models[LISTS];
static uint64_t seed = 1, n_made;
static uint32_t wrong;

static size_t text_of_number(uint64_t n, char *out, size_t size) {
  return (size_t)snprintf(out, size, "%.*s%llu", (int)(n % 60),
                          "............................................................",
                          (unsigned long long)n);
}

static void model_add(Model *m, uint64_t n) {
  uint32_t at = m->n++;
  for (; at > 0 && m->rows[at - 1] > n; at--) m->rows[at] = m->rows[at - 1];
  m->rows[at] = n;
}

static void add_rows(void) {
  static char text[BATCH_ROWS][90];
  static int64_t numbers[BATCH_ROWS];
  static TextRef texts[BATCH_ROWS];
  static int8_t bytes[BATCH_ROWS];
  static uint64_t valid[BATCH_WORDS];
  uint32_t n = 1 + (uint32_t)(rng_next(&seed) % 30), ids[BATCH_ROWS];
  uint16_t rows[BATCH_ROWS];
  memset(valid, 0xFF, sizeof valid);
  for (uint32_t i = 0; i < n; i++) {
    uint64_t number = n_made + i;
    numbers[i] = (int64_t)number;
    texts[i] = text_ref(text[i], text_of_number(number, text[i], sizeof text[i]));
    bytes[i] = number % 3 == 0 ? 0 : (int8_t)number;
    if (number % 3 == 0) bit_clear(valid, i);
    rows[i] = (uint16_t)i;
  }
  Vector cols[] = {{.type = type_of(TYPE_BIGINT), .data = numbers},
                   {.type = type_string(), .data = texts},
                   {.type = type_of(TYPE_TINYINT), .data = bytes, .valid = valid}};
  Batch batch = {.rows = n, .n_cols = 3, .cols = cols};
  CHECK(row_pool_add(&pool, &batch, rows, n, n_made, ids));
  for (uint32_t i = 0; i < n; i++) {
    uint64_t list = rng_next(&seed) % LISTS;
    row_list_append(&pool, &lists[list], ids[i]);
    model_add(&models[list], n_made + i);
  }
  n_made += n;
}

static void check_row(const Vector *cols, uint32_t row, uint64_t number) {
  char text[90];
  size_t len = text_of_number(number, text, sizeof text);
  Str got = text_str((const TextRef *)cols[1].data + row);
  bool null = number % 3 == 0;
  wrong += ((const int64_t *)cols[0].data)[row] != (int64_t)number || got.len != len ||
           memcmp(got.ptr, text, len) != 0 || vector_valid(&cols[2], row) == null ||
           ((const int8_t *)cols[2].data)[row] != (null ? 0 : (int8_t)number);
}

static void take_all(const ColumnRoom *rooms, uint32_t list) {
  uint32_t ids[50], n, at = 0;
  Vector cols[3];
  row_list_sort(&pool, &lists[list]);
  while ((n = row_list_take(&pool, &lists[list], COUNT_OF(ids), ids)) > 0) {
    row_pool_gather(&pool, ids, n, rooms, cols);
    for (uint32_t i = 0; i < n; i++) {
      if (at < models[list].n) check_row(cols, i, models[list].rows[at++]);
    }
    row_pool_remove(&pool, ids, n);
  }
  wrong += at != models[list].n || lists[list].n != 0;
  models[list].n = 0;
}

static void join_lists(uint64_t to, uint64_t from) {
  if (to == from) return;
  row_list_join(&pool, &lists[to], &lists[from]);
  for (uint32_t i = 0; i < models[from].n; i++) model_add(&models[to], models[from].rows[i]);
  models[from].n = 0;
}

int main(void) {
  Type types[] = {type_of(TYPE_BIGINT), type_string(), type_of(TYPE_TINYINT)};
  Arena arena = {0};
  const ColumnRoom *rooms = column_rooms_new(&arena, types, 3);
  size_t half_bytes = 0;
  CHECK(row_pool_init(&pool, types, 3));
  for (uint32_t r = 0; r < ROUNDS; r++) {
    add_rows();
    if (r % 2 == 0) join_lists(rng_next(&seed) % LISTS, rng_next(&seed) % LISTS);
    take_all(rooms, (uint32_t)(rng_next(&seed) % LISTS));
    if (r == ROUNDS / 2) half_bytes = pool.arena.total_bytes;
  }
  for (uint32_t i = 0; i < LISTS; i++) take_all(rooms, i);
  CHECK_INT(wrong, 0);
  CHECK(pool.arena.total_bytes <= half_bytes * 3 / 2);
  row_pool_deinit(&pool);
  arena_deinit(&arena);
  return check_done();
}
