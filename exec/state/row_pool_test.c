/* row_pool_test.c -- lists of rows against arrays of numbers: rows that come, go, change lists,
 * and go through blocks of state. */
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

/* --- state ----------------------------------------------------------------------------------- */

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

/* All lists go into blocks and come back in a fresh pool. */
static void save_and_load(const ColumnRoom *rooms, const Type *types) {
  Kept kept = {.sink.take = keep};
  Vector scratch[3];
  StateOut out;
  StateIn in;
  kept.last = &kept.first;
  state_begin(&out, &kept.sink, "lists", 1);
  for (uint32_t i = 0; i < LISTS; i++) {
    for (RowList rest = lists[i]; rest.n > 0;) {
      state_entry(&out, i);
      row_list_save(&pool, &rest, rooms, scratch, &out);
    }
  }
  CHECK(state_end(&out));
  row_pool_deinit(&pool);
  CHECK(row_pool_init(&pool, types, 3));
  memset(lists, 0, sizeof lists);
  for (StateBlock *b = kept.first, *next; b != NULL; b = next) {
    state_in_init(&in, b, 0, UINT64_MAX);
    for (uint64_t i; state_next(&in, &i);) {
      CHECK(row_list_load(&pool, &lists[i], rooms, scratch, &in));
    }
    CHECK(!in.bad);
    next = b->next;
    state_block_free(b);
  }
}

/* An entry that ends early is bad, whatever is missing. */
static void cut_entry(const ColumnRoom *rooms, const Type *types) {
  Kept kept = {.sink.take = keep};
  Vector scratch[3];
  StateOut out;
  uint64_t hash;
  kept.last = &kept.first;
  add_rows();
  state_begin(&out, &kept.sink, "lists", 1);
  state_entry(&out, 1);
  for (uint32_t i = 0; i < LISTS; i++) {
    RowList rest = lists[i];
    if (rest.n > 0) {
      row_list_save(&pool, &rest, rooms, scratch, &out);
      break;
    }
  }
  CHECK(state_end(&out));
  StateIn in;
  state_in_init(&in, kept.first, 0, UINT64_MAX);
  CHECK(state_next(&in, &hash));
  for (const char *end = in.at; end < in.stop; end++) {
    StateIn cut = in;
    RowPool other;
    RowList list = {0};
    CHECK(row_pool_init(&other, types, 3));
    cut.end = end;
    CHECK(!row_list_load(&other, &list, rooms, scratch, &cut));
    CHECK(cut.bad);
    row_pool_deinit(&other);
  }
  state_block_free(kept.first);
}

static void one_round(const ColumnRoom *rooms, uint32_t r) {
  add_rows();
  if (r % 2 == 0) join_lists(rng_next(&seed) % LISTS, rng_next(&seed) % LISTS);
  take_all(rooms, (uint32_t)(rng_next(&seed) % LISTS));
}

int main(void) {
  Type types[] = {type_of(TYPE_BIGINT), type_string(), type_of(TYPE_TINYINT)};
  Arena arena = {0};
  const ColumnRoom *rooms = column_rooms_new(&arena, types, 3);
  size_t half_bytes = 0;
  CHECK(row_pool_init(&pool, types, 3));
  for (uint32_t r = 0; r < ROUNDS; r++) {
    one_round(rooms, r);
    if (r == ROUNDS / 2) half_bytes = pool.arena.total_bytes;
  }
  CHECK(pool.arena.total_bytes <= half_bytes * 3 / 2);
  for (uint32_t r = 0; r < ROUNDS / 3; r++) {
    one_round(rooms, r);
    if (r % 16 == 0) save_and_load(rooms, types);
  }
  cut_entry(rooms, types);
  for (uint32_t i = 0; i < LISTS; i++) take_all(rooms, i);
  CHECK_INT(wrong, 0);
  row_pool_deinit(&pool);
  arena_deinit(&arena);
  return check_done();
}
