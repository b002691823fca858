/* row_pool.c -- columns in chunks, numbers that are used again, lists of them. */
#include "exec/state/row_pool.h"

#include <stdlib.h>

enum { CHUNK_BITS = 11 };
static_assert(BATCH_ROWS == 1 << CHUNK_BITS, "a chunk has the rows of a batch");

#define END UINT32_MAX /* behind the last row of a list */

/* What a row has beside its columns. */
typedef struct RowLink {
  uint64_t order;
  uint32_t next;
} RowLink;

struct RowChunk {
  RowLink links[BATCH_ROWS];
  uint64_t *valid; /* [col * BATCH_WORDS] */
  char *columns;
};

static RowLink *link_of(const RowPool *p, uint32_t id) {
  return &p->chunks[id >> CHUNK_BITS]->links[id % BATCH_ROWS];
}

static char *column_of(const RowPool *p, const RowChunk *chunk, uint32_t col) {
  return chunk->columns + p->before[col] * BATCH_ROWS;
}

/* --- life ------------------------------------------------------------------------------------ */

bool row_pool_init(RowPool *p, const Type *types, uint32_t n_cols) {
  *p = (RowPool){.types = types, .n_cols = n_cols, .free_at = END};
  p->before = arena_try_alloc(&p->arena, (n_cols + 1) * sizeof *p->before, 8);
  p->has_null = arena_try_alloc(&p->arena, n_cols + 1, 1);
  if (p->before == NULL || p->has_null == NULL) return false;
  memset(p->has_null, 0, n_cols);
  p->before[0] = 0;
  for (uint32_t c = 0; c < n_cols; c++) {
    p->before[c + 1] = p->before[c] + phys_size(type_phys(types[c]));
  }
  return true;
}

void row_pool_deinit(RowPool *p) {
  arena_deinit(&p->arena);
  free(p->chunks);
  *p = (RowPool){0};
}

static bool add_chunk(RowPool *p) {
  if (p->n_chunks == p->cap_chunks) {
    uint32_t cap = p->cap_chunks > 0 ? 2 * p->cap_chunks : 4;
    RowChunk **wider = realloc(p->chunks, cap * sizeof *wider);
    if (wider == NULL) return false;
    p->chunks = wider;
    p->cap_chunks = cap;
  }
  size_t valid = p->n_cols * BATCH_WORDS * sizeof(uint64_t);
  RowChunk *chunk = arena_try_alloc(&p->arena, sizeof *chunk, 8);
  if (chunk == NULL) return false;
  chunk->valid = arena_try_alloc(&p->arena, valid + 1, 8);
  chunk->columns = arena_try_alloc(&p->arena, p->before[p->n_cols] * BATCH_ROWS + 1, 16);
  if (chunk->valid == NULL || chunk->columns == NULL) return false;
  memset(chunk->valid, 0xFF, valid);
  p->chunks[p->n_chunks++] = chunk;
  return true;
}

/* --- in -------------------------------------------------------------------------------------- */

static bool take_ids(RowPool *p, uint32_t n, uint32_t *ids) {
  for (uint32_t i = 0; i < n; i++) {
    if (p->free_at != END) {
      ids[i] = p->free_at;
      p->free_at = link_of(p, ids[i])->next;
      continue;
    }
    if (p->n_used == END) return false;
    if (p->n_used >> CHUNK_BITS == p->n_chunks && !add_chunk(p)) return false;
    ids[i] = p->n_used++;
  }
  return true;
}

#define SCATTER(name, width)                                                                     \
  static void name(const RowPool *p, uint32_t col, const uint32_t *ids, const Vector *from,      \
                   const uint16_t *rows, uint32_t n) {                                           \
    const char *data = from->data;                                                               \
    for (uint32_t i = 0; i < n; i++) {                                                           \
      char *to = column_of(p, p->chunks[ids[i] >> CHUNK_BITS], col);                             \
      memcpy(to + (size_t)(ids[i] % BATCH_ROWS) * (width),                                       \
             data + (size_t)vector_at(from, rows[i]) * (width), (width));                        \
    }                                                                                            \
  }                                                                                              \
  static void name##_back(const RowPool *p, uint32_t col, const uint32_t *ids, uint32_t n,       \
                          char *to) {                                                            \
    for (uint32_t i = 0; i < n; i++) {                                                           \
      const char *from = column_of(p, p->chunks[ids[i] >> CHUNK_BITS], col);                     \
      memcpy(to + (size_t)i * (width), from + (size_t)(ids[i] % BATCH_ROWS) * (width), (width)); \
    }                                                                                            \
  }
SCATTER(scatter_1, 1)
SCATTER(scatter_2, 2)
SCATTER(scatter_4, 4)
SCATTER(scatter_8, 8)
SCATTER(scatter_16, 16)
#undef SCATTER

static void store_column(const RowPool *p, uint32_t col, const uint32_t *ids, const Vector *from,
                         const uint16_t *rows, uint32_t n) {
  switch (p->before[col + 1] - p->before[col]) {
    case 1:
      scatter_1(p, col, ids, from, rows, n);
      return;
    case 2:
      scatter_2(p, col, ids, from, rows, n);
      return;
    case 4:
      scatter_4(p, col, ids, from, rows, n);
      return;
    case 8:
      scatter_8(p, col, ids, from, rows, n);
      return;
    default:
      scatter_16(p, col, ids, from, rows, n);
      return;
  }
}

static void store_validity(RowPool *p, uint32_t col, const uint32_t *ids, const Vector *from,
                           const uint16_t *rows, uint32_t n) {
  for (uint32_t i = 0; i < n && !p->has_null[col]; i++) {
    p->has_null[col] = !vector_valid(from, rows[i]);
  }
  if (!p->has_null[col]) return;
  for (uint32_t i = 0; i < n; i++) {
    uint64_t *valid = p->chunks[ids[i] >> CHUNK_BITS]->valid + (size_t)col * BATCH_WORDS;
    if (vector_valid(from, rows[i])) {
      bit_set(valid, ids[i] % BATCH_ROWS);
    } else {
      bit_clear(valid, ids[i] % BATCH_ROWS);
    }
  }
}

static TextRef *text_of(const RowPool *p, uint32_t col, uint32_t id) {
  char *column = column_of(p, p->chunks[id >> CHUNK_BITS], col);
  return (TextRef *)(void *)column + id % BATCH_ROWS;
}

/* Give the long texts among new values bytes of their own. */
static bool own_texts(RowPool *p, uint32_t col, const uint32_t *ids, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    TextRef *text = text_of(p, col, ids[i]);
    if (text->len <= TEXT_INLINE_MAX) continue;
    char *bytes = spare_take(&p->spare, &p->arena, text->len);
    if (bytes == NULL) return false;
    memcpy(bytes, text->u.ptr, text->len);
    text->u.ptr = bytes;
  }
  return true;
}

bool row_pool_add(RowPool *p, const Batch *from, const uint16_t *rows, uint32_t n, uint64_t order,
                  uint32_t *ids) {
  assert(from->n_cols == p->n_cols);
  if (!take_ids(p, n, ids)) return false;
  for (uint32_t i = 0; i < n; i++) *link_of(p, ids[i]) = (RowLink){order + rows[i], END};
  for (uint32_t c = 0; c < p->n_cols; c++) {
    const Vector *v = &from->cols[c];
    store_column(p, c, ids, v, rows, n);
    if (v->valid != NULL || p->has_null[c]) store_validity(p, c, ids, v, rows, n);
    if (type_phys(p->types[c]) == PHYS_TEXT && !own_texts(p, c, ids, n)) return false;
  }
  return true;
}

/* --- out ------------------------------------------------------------------------------------- */

static void read_column(const RowPool *p, uint32_t col, const uint32_t *ids, uint32_t n, char *to) {
  switch (p->before[col + 1] - p->before[col]) {
    case 1:
      scatter_1_back(p, col, ids, n, to);
      return;
    case 2:
      scatter_2_back(p, col, ids, n, to);
      return;
    case 4:
      scatter_4_back(p, col, ids, n, to);
      return;
    case 8:
      scatter_8_back(p, col, ids, n, to);
      return;
    default:
      scatter_16_back(p, col, ids, n, to);
      return;
  }
}

/* Bits for the rows; NULL: none is NULL. */
static uint64_t *read_validity(const RowPool *p, uint32_t col, const uint32_t *ids, uint32_t n,
                               uint64_t *bits) {
  bool any = false;
  memset(bits, 0xFF, BATCH_WORDS * sizeof *bits);
  for (uint32_t i = 0; i < n; i++) {
    const uint64_t *valid = p->chunks[ids[i] >> CHUNK_BITS]->valid + (size_t)col * BATCH_WORDS;
    if (bit_get(valid, ids[i] % BATCH_ROWS)) continue;
    bit_clear(bits, i);
    any = true;
  }
  return any ? bits : NULL;
}

void row_pool_gather(const RowPool *p, const uint32_t *ids, uint32_t n, const ColumnRoom *rooms,
                     Vector *out) {
  assert(n <= BATCH_ROWS);
  for (uint32_t c = 0; c < p->n_cols; c++) {
    read_column(p, c, ids, n, rooms[c].data);
    uint64_t *valid = p->has_null[c] ? read_validity(p, c, ids, n, rooms[c].valid) : NULL;
    out[c] = (Vector){.type = p->types[c], .data = rooms[c].data, .valid = valid};
  }
}

void row_pool_remove(RowPool *p, const uint32_t *ids, uint32_t n) {
  for (uint32_t c = 0; c < p->n_cols; c++) {
    if (type_phys(p->types[c]) != PHYS_TEXT) continue;
    for (uint32_t i = 0; i < n; i++) {
      const TextRef *text = text_of(p, c, ids[i]);
      if (text->len <= TEXT_INLINE_MAX) continue;
      spare_give(&p->spare, (void *)(uintptr_t)text->u.ptr, text->len);
    }
  }
  for (uint32_t i = 0; i < n; i++) {
    link_of(p, ids[i])->next = p->free_at;
    p->free_at = ids[i];
  }
}

/* --- lists ----------------------------------------------------------------------------------- */

void row_list_append(RowPool *p, RowList *l, uint32_t id) {
  RowList one = {1, id, id, false};
  row_list_join(p, l, &one);
}

void row_list_join(RowPool *p, RowList *l, RowList *other) {
  if (l->n == 0) {
    *l = *other;
  } else if (other->n > 0) {
    RowLink *last = link_of(p, l->last);
    l->mixed |= other->mixed || last->order > link_of(p, other->first)->order;
    last->next = other->first;
    l->last = other->last;
    l->n += other->n;
  }
  *other = (RowList){0};
}

/* Two lists in order as one. */
static uint32_t merge_in_order(RowPool *p, uint32_t a, uint32_t b) {
  uint32_t first = END, *at = &first;
  while (a != END && b != END) {
    uint32_t *less = link_of(p, a)->order < link_of(p, b)->order ? &a : &b;
    *at = *less;
    at = &link_of(p, *less)->next;
    *less = *at;
  }
  *at = a != END ? a : b;
  return first;
}

/* Merge sort from below: sorted[i] has 2^i rows, or none. */
void row_list_sort(RowPool *p, RowList *l) {
  uint32_t sorted[33], n = 0;
  if (!l->mixed) return;
  for (uint32_t id = l->first; id != END;) {
    uint32_t run = id, i = 0;
    id = link_of(p, run)->next;
    link_of(p, run)->next = END;
    for (; i < n && sorted[i] != END; i++) {
      run = merge_in_order(p, sorted[i], run);
      sorted[i] = END;
    }
    if (i == n) n++;
    sorted[i] = run;
  }
  uint32_t all = END;
  for (uint32_t i = 0; i < n; i++) all = merge_in_order(p, sorted[i], all);
  l->first = all;
  l->mixed = false;
  while (link_of(p, all)->next != END) all = link_of(p, all)->next;
  l->last = all;
}

uint32_t row_list_take(const RowPool *p, RowList *l, uint32_t max, uint32_t *ids) {
  uint32_t n = l->n < max ? l->n : max;
  for (uint32_t i = 0; i < n; i++) {
    ids[i] = l->first;
    l->first = link_of(p, l->first)->next;
  }
  l->n -= n;
  return n;
}

/* --- state -----------------------------------------------------------------------------------
 */

void row_list_save(const RowPool *p, RowList *rest, const ColumnRoom *rooms, Vector *scratch,
                   StateOut *out) {
  uint32_t ids[BATCH_ROWS], n = row_list_take(p, rest, BATCH_ROWS, ids);
  state_put_u32(out, n);
  for (uint32_t i = 0; i < n; i++) state_put_u64(out, link_of(p, ids[i])->order);
  row_pool_gather(p, ids, n, rooms, scratch);
  for (uint32_t c = 0; c < p->n_cols; c++) {
    for (uint32_t i = 0; i < n; i++) state_put_value(out, &scratch[c], i);
  }
}

bool row_list_load(RowPool *p, RowList *l, const ColumnRoom *rooms, Vector *scratch, StateIn *in) {
  uint64_t orders[BATCH_ROWS];
  uint16_t rows[BATCH_ROWS];
  uint32_t ids[BATCH_ROWS], n = state_get_u32(in);
  if (n > BATCH_ROWS) {
    state_bad(in);
    return false;
  }
  state_get(in, orders, n * sizeof *orders);
  for (uint32_t i = 0; i < n; i++) rows[i] = (uint16_t)i;
  for (uint32_t c = 0; c < p->n_cols; c++) {
    memset(rooms[c].valid, 0xFF, BATCH_WORDS * sizeof *rooms[c].valid);
    scratch[c] = (Vector){.type = p->types[c], .data = rooms[c].data, .valid = rooms[c].valid};
    for (uint32_t i = 0; i < n; i++) state_get_value(in, &scratch[c], i);
  }
  const Batch batch = {.rows = n, .n_cols = p->n_cols, .cols = scratch};
  if (in->bad || !row_pool_add(p, &batch, rows, n, 0, ids)) return false;
  for (uint32_t i = 0; i < n; i++) {
    link_of(p, ids[i])->order = orders[i];
    row_list_append(p, l, ids[i]);
  }
  return true;
}
