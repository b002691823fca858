/* rows.c -- chunks that double; rows.h has the picture. */
#include "exec/state/rows.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ROWS = 16, FIRST_BITS = 4, FULL_BITS = 11, N_SMALL = FULL_BITS - FIRST_BITS + 1 };
static_assert(FIRST_ROWS == 1 << FIRST_BITS && BATCH_ROWS == 1 << FULL_BITS, "sizes of chunks");

/* --- where a row is ----------------------------------------------------------------- */

static inline uint32_t chunk_of(uint32_t id) {
  if (id < FIRST_ROWS) return 0;
  if (id < BATCH_ROWS) return 32 - FIRST_BITS - (uint32_t)__builtin_clz(id);
  return N_SMALL - 1 + id / BATCH_ROWS;
}

static inline uint32_t chunk_first(uint32_t chunk) {
  if (chunk == 0) return 0;
  return chunk < N_SMALL ? FIRST_ROWS / 2u << chunk : (chunk - N_SMALL + 1) * BATCH_ROWS;
}

static inline uint32_t chunk_room(uint32_t chunk) {
  if (chunk == 0) return FIRST_ROWS;
  return chunk < N_SMALL ? FIRST_ROWS / 2u << chunk : BATCH_ROWS;
}

static inline uint32_t words_of(uint32_t room) { return (room + 63) / 64; }

static char *column_data(const Rows *r, uint32_t chunk, uint32_t col) {
  return r->chunks[chunk] + (size_t)chunk_room(chunk) * r->layout->before[col];
}

/* Behind all columns. */
static uint64_t *column_valid(const Rows *r, uint32_t chunk, uint32_t col) {
  char *behind = column_data(r, chunk, r->layout->n_cols);
  return (uint64_t *)(void *)behind + (size_t)col * words_of(chunk_room(chunk));
}

Vector rows_cell(const Rows *r, uint32_t col, uint32_t id, uint32_t *at) {
  uint32_t chunk = chunk_of(id);
  *at = id - chunk_first(chunk);
  return (Vector){.type = r->layout->types[col],
                  .data = column_data(r, chunk, col),
                  .valid = r->has_null[col] ? column_valid(r, chunk, col) : NULL};
}

/* --- life --------------------------------------------------------------------------- */

bool row_layout_init(RowLayout *l, Arena *arena, const Type *types, uint32_t n_cols) {
  *l = (RowLayout){.types = types, .n_cols = n_cols};
  l->before = arena_try_alloc(arena, (n_cols + 1) * sizeof *l->before, 8);
  if (l->before == NULL) return false;
  l->before[0] = 0;
  for (uint32_t c = 0; c < n_cols; c++) {
    l->before[c + 1] = l->before[c] + (uint32_t)phys_size(type_phys(types[c]));
  }
  return true;
}

void rows_init(Rows *r, const RowLayout *layout) { *r = (Rows){.layout = layout}; }

void rows_deinit(Rows *r) {
  arena_deinit(&r->arena);
  *r = (Rows){.layout = r->layout};
}

size_t rows_bytes(const Rows *r) { return r->arena.total_bytes; }

static bool add_chunk(Rows *r) {
  uint32_t n_cols = r->layout->n_cols, room = chunk_room(r->n_chunks);
  if (r->has_null == NULL) {
    r->has_null = arena_try_alloc(&r->arena, n_cols + 1, 1);
    if (r->has_null == NULL) return false;
    memset(r->has_null, 0, n_cols);
  }
  if (r->n_chunks == r->cap_chunks) {
    uint32_t cap = r->cap_chunks > 0 ? 2 * r->cap_chunks : 4;
    char **wider = arena_try_alloc(&r->arena, cap * sizeof *wider, 8);
    if (wider == NULL) return false;
    if (r->n_chunks > 0) memcpy(wider, r->chunks, r->n_chunks * sizeof *wider);
    r->chunks = wider;
    r->cap_chunks = cap;
  }
  size_t data = (size_t)room * r->layout->before[n_cols];
  size_t valid = (size_t)n_cols * words_of(room) * sizeof(uint64_t);
  char *chunk = arena_try_alloc(&r->arena, data + valid, 16);
  if (chunk == NULL) return false;
  memset(chunk + data, 0xFF, valid);
  r->chunks[r->n_chunks++] = chunk;
  return true;
}

/* --- in ----------------------------------------------------------------------------- */

/* Rows of a batch that all fit chunk `chunk` from row at on. */
static bool append_run(Rows *r, uint32_t chunk, uint32_t at, const Batch *from, Pick pick) {
  size_t text_bytes = 0;
  for (uint32_t c = 0; c < from->n_cols; c++) {
    assert(type_phys(from->cols[c].type) == type_phys(r->layout->types[c]));
    text_bytes += gather_long_bytes(&from->cols[c], pick);
  }
  char *room = NULL;
  if (text_bytes > 0) {
    room = arena_try_alloc(&r->arena, text_bytes, 1);
    if (room == NULL) return false;
  }
  for (uint32_t c = 0; c < from->n_cols; c++) {
    size_t width = r->layout->before[c + 1] - r->layout->before[c];
    gather_deep(column_data(r, chunk, c) + at * width, &from->cols[c], pick, &room);
    if (!gather_any_null(&from->cols[c], pick)) continue;
    r->has_null[c] = true;
    gather_nulls(column_valid(r, chunk, c), at, &from->cols[c], pick);
  }
  return true;
}

bool rows_append(Rows *r, const Batch *from, const uint16_t *rows, uint32_t n) {
  assert(from->n_cols == r->layout->n_cols);
  if (n >= ROW_NONE - r->n) return false;
  uint32_t end = r->n;
  while (n > 0) {
    uint32_t chunk = chunk_of(end), at = end - chunk_first(chunk);
    if (chunk == r->n_chunks && !add_chunk(r)) return false;
    uint32_t take = chunk_room(chunk) - at < n ? chunk_room(chunk) - at : n;
    if (!append_run(r, chunk, at, from, pick_rows(rows, take))) return false;
    rows += take;
    n -= take;
    end += take;
  }
  r->n = end;
  return true;
}

bool rows_append_from(Rows *r, const Rows *from, const uint32_t *ids, uint32_t n) {
  uint32_t n_cols = r->layout->n_cols, before = r->n;
  Arena arena = {0};
  Vector *cols = arena_try_alloc(&arena, (n_cols + 1) * sizeof *cols, 8);
  const ColumnRoom *rooms = column_rooms_new(&arena, r->layout->types, n_cols);
  uint16_t *all = arena_try_alloc(&arena, BATCH_ROWS * sizeof *all, 8);
  bool ok = cols != NULL && rooms != NULL && all != NULL;
  for (uint32_t i = 0; ok && i < BATCH_ROWS; i++) all[i] = (uint16_t)i;
  for (uint32_t i = 0; ok && i < n; i += BATCH_ROWS) {
    uint32_t take = n - i < BATCH_ROWS ? n - i : BATCH_ROWS;
    rows_gather(from, ids + i, take, rooms, NULL, cols);
    ok = rows_append(r, &(Batch){.rows = take, .n_cols = n_cols, .cols = cols}, all, take);
  }
  if (!ok) r->n = before;
  arena_deinit(&arena);
  return ok;
}

/* --- out ---------------------------------------------------------------------------- */

/* A row found: where its chunk is, and which row of it. */
typedef struct Place {
  uint32_t chunk, at;
} Place;

#define GATHER(name, width)                                                                  \
  static void name(const Rows *r, uint32_t col, const Place *places, uint32_t n, char *to) { \
    size_t before = r->layout->before[col];                                                  \
    for (uint32_t i = 0; i < n; i++, to += (width)) {                                        \
      Place p = places[i];                                                                   \
      if (p.chunk == ROW_NONE) {                                                             \
        memset(to, 0, (width));                                                              \
      } else {                                                                               \
        const char *data = r->chunks[p.chunk] + chunk_room(p.chunk) * before;                \
        memcpy(to, data + (size_t)p.at * (width), (width));                                  \
      }                                                                                      \
    }                                                                                        \
  }
GATHER(gather_1, 1)
GATHER(gather_2, 2)
GATHER(gather_4, 4)
GATHER(gather_8, 8)
GATHER(gather_16, 16)
#undef GATHER

static void gather_data(const Rows *r, uint32_t col, const Place *places, uint32_t n, char *to) {
  switch (phys_size(type_phys(r->layout->types[col]))) {
    case 1:
      gather_1(r, col, places, n, to);
      break;
    case 2:
      gather_2(r, col, places, n, to);
      break;
    case 4:
      gather_4(r, col, places, n, to);
      break;
    case 8:
      gather_8(r, col, places, n, to);
      break;
    default:
      gather_16(r, col, places, n, to);
      break;
  }
}

static bool is_null(const Rows *r, uint32_t col, Place p) {
  if (p.chunk == ROW_NONE) return true;
  return r->has_null[col] && !bit_get(column_valid(r, p.chunk, col), p.at);
}

/* Bits for the rows; NULL: none is NULL. */
static uint64_t *gather_validity(const Rows *r, uint32_t col, const Place *places, uint32_t n,
                                 bool any_none, uint64_t *bits) {
  if (!any_none && !r->has_null[col]) return NULL;
  bool any = false;
  memset(bits, 0xFF, words_of(n) * sizeof *bits);
  for (uint32_t i = 0; i < n; i++) {
    if (!is_null(r, col, places[i])) continue;
    bit_clear(bits, i);
    any = true;
  }
  return any ? bits : NULL;
}

void rows_gather(const Rows *r, const uint32_t *ids, uint32_t n, const ColumnRoom *rooms,
                 const bool *wanted, Vector *out) {
  assert(n <= BATCH_ROWS);
  Place places[BATCH_ROWS];
  bool any_none = false;
  for (uint32_t i = 0; i < n; i++) {
    bool none = ids[i] == ROW_NONE;
    uint32_t chunk = none ? ROW_NONE : chunk_of(ids[i]);
    assert(none || ids[i] < r->n);
    places[i] = (Place){chunk, none ? 0 : ids[i] - chunk_first(chunk)};
    any_none |= none;
  }
  for (uint32_t c = 0; c < r->layout->n_cols; c++) {
    if (wanted != NULL && !wanted[c]) continue;
    gather_data(r, c, places, n, rooms[c].data);
    uint64_t *valid = gather_validity(r, c, places, n, any_none, rooms[c].valid);
    out[c] = (Vector){.type = r->layout->types[c], .data = rooms[c].data, .valid = valid};
  }
}

uint32_t rows_view(const Rows *r, uint32_t first, Vector *out) {
  assert(first < r->n && chunk_first(chunk_of(first)) == first);
  uint32_t at, end = first + chunk_room(chunk_of(first));
  for (uint32_t c = 0; c < r->layout->n_cols; c++) out[c] = rows_cell(r, c, first, &at);
  return (end < r->n ? end : r->n) - first;
}

/* --- in a snapshot ---------------------------------------------------------------------- */

/* An entry, once its hash is known. */
static void save_row(const Batch *from, uint32_t row, uint8_t tag, StateOut *out) {
  state_put_u8(out, tag);
  for (uint32_t c = 0; c < from->n_cols; c++) state_put_value(out, &from->cols[c], row);
}

/* The next rows, which are of one chunk. */
static bool save_run(RowsSave *s, uint8_t tag, Vector *cols, StateOut *out, size_t *written) {
  enum { RUN = 256 };
  const Rows *r = s->rows;
  uint32_t chunk = chunk_of(s->at), first = chunk_first(chunk), n = 0;
  uint32_t end = first + chunk_room(chunk) < s->end ? first + chunk_room(chunk) : s->end;
  uint16_t rows[RUN];
  for (; s->at < end && n < RUN; s->at++) {
    if (s->wanted == NULL || bit_get(s->wanted, s->at)) rows[n++] = (uint16_t)(s->at - first);
  }
  const Batch from = {.rows = end - first, .n_cols = r->layout->n_cols, .cols = cols};
  rows_view(r, first, cols);
  if (!key_batch_fill(s->scratch, s->key, &from, rows, n)) return false;
  for (uint32_t i = 0; i < n; i++) {
    state_entry(out, s->scratch->hash[i]);
    size_t before = state_pending(out);
    save_row(&from, rows[i], tag, out);
    *written += state_pending(out) - before;
  }
  return true;
}

bool rows_save(RowsSave *s, uint8_t tag, size_t budget, StateOut *out, size_t *written) {
  if (s->at == s->end) return true;
  Vector *cols = calloc(s->rows->layout->n_cols + 1, sizeof *cols);
  bool ok = cols != NULL;
  while (ok && s->at < s->end && *written < budget) ok = save_run(s, tag, cols, out, written);
  free(cols);
  return ok;
}

RowsLoad *rows_load_new(const RowLayout *layout) {
  RowsLoad *l = malloc(sizeof *l);
  if (l == NULL) return NULL;
  uint32_t n = layout->n_cols;
  l->arena = (Arena){0};
  Vector *cols = arena_try_alloc(&l->arena, (n + 1) * sizeof *cols, 8);
  const ColumnRoom *rooms = column_rooms_new(&l->arena, layout->types, n);
  if (cols == NULL || rooms == NULL) {
    rows_load_free(l);
    return NULL;
  }
  for (uint32_t c = 0; c < n; c++) {
    cols[c] = (Vector){.type = layout->types[c], .data = rooms[c].data, .valid = rooms[c].valid};
  }
  l->batch = (Batch){.n_cols = n, .cols = cols, .hash = l->hash};
  for (uint32_t i = 0; i < BATCH_ROWS; i++) l->row[i] = (uint16_t)i;
  rows_load_clear(l);
  return l;
}

void rows_load_free(RowsLoad *l) {
  if (l == NULL) return;
  arena_deinit(&l->arena);
  free(l);
}

void rows_load_clear(RowsLoad *l) {
  l->batch.rows = 0;
  for (uint32_t c = 0; c < l->batch.n_cols; c++) {
    memset(l->batch.cols[c].valid, 0xFF, BATCH_WORDS * sizeof(uint64_t));
  }
}

void rows_load(RowsLoad *l, uint64_t hash, StateIn *in) {
  assert(l->batch.rows < BATCH_ROWS);
  uint32_t row = l->batch.rows++;
  l->hash[row] = hash;
  for (uint32_t c = 0; c < l->batch.n_cols; c++) state_get_value(in, &l->batch.cols[c], row);
}
