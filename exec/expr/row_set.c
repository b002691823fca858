/* row_set.c -- a hash set of rows: each as bytes that are equal where the rows are.
 *
 * A row is found by its bytes.  Where that fails it is asked whether a row might be equal if its
 * NULLs or those of the probe were known: that makes the answer NULL.  For a probe without NULLs
 * only the rows with NULLs are asked, for one with NULLs all of them, one after the other.
 *
 * A column is a byte that says whether the value is there, and then the value: two words, or the
 * length of a text in four bytes and its bytes.
 */
#include "exec/expr/row_set.h"

#include <stdlib.h>

#include "base/hash.h"
#include "exec/expr/in_key.h"

#define ROW_SET_MAX (UINT32_MAX - 1) /* rows: slots hold their numbers, from 1 */

enum { KIND_OTHER, KIND_TEXT, KIND_FLOAT }; /* of a column */

typedef struct StoredRow {
  const char *bytes;
  size_t len;
} StoredRow;

struct RowSet {
  Arena *arena;
  uint32_t n_cols;
  uint8_t *kinds; /* [column] */
  StoredRow *rows;
  uint32_t n_rows;
  uint32_t *partial; /* rows with NULLs */
  uint32_t n_partial;
  uint32_t *slots; /* numbers of rows, from 1; 0: free */
  uint64_t mask, digest;
};

RowSet *row_set_open(Arena *a, const Type *types, uint32_t n_cols, uint64_t n_rows) {
  uint64_t n_slots = 4;
  if (n_rows > ROW_SET_MAX) return NULL;
  while (n_slots < 2 * n_rows) n_slots *= 2;
  RowSet *set = arena_try_alloc(a, sizeof *set, 16);
  if (set == NULL) return NULL;
  *set = (RowSet){.arena = a, .n_cols = n_cols, .mask = n_slots - 1};
  set->kinds = arena_try_alloc(a, n_cols * sizeof *set->kinds, 1);
  set->rows = arena_try_alloc(a, (n_rows + 1) * sizeof *set->rows, 16);
  set->partial = arena_try_alloc(a, (n_rows + 1) * sizeof *set->partial, 4);
  set->slots = arena_try_alloc(a, n_slots * sizeof *set->slots, 4);
  if (set->kinds == NULL || set->rows == NULL || set->partial == NULL || set->slots == NULL) {
    return NULL;
  }
  for (uint32_t c = 0; c < n_cols; c++) {
    Phys phys = type_phys(types[c]);
    bool is_float = phys == PHYS_F32 || phys == PHYS_F64;
    set->kinds[c] = phys == PHYS_TEXT ? KIND_TEXT : is_float ? KIND_FLOAT : KIND_OTHER;
  }
  memset(set->slots, 0, n_slots * sizeof *set->slots);
  return set;
}

/* --- bytes --------------------------------------------------------------------------- */

/* What stands before the value; behind the others there is none. */
enum { ABSENT, PRESENT, STORED_NAN, PROBED_NAN }; /* so two NaNs are never the same bytes */

typedef struct Cell {
  char mark;
  InKey key;
} Cell;

static Cell cell_of(const RowSet *set, uint32_t c, InKey key, char nan_mark) {
  double f;
  memcpy(&f, key.word, sizeof f);
  return (Cell){set->kinds[c] == KIND_FLOAT && f != f ? nan_mark : PRESENT, key};
}

static Cell cell_of_value(const RowSet *set, uint32_t c, const Value *v) {
  if (v->null) return (Cell){.mark = ABSENT};
  return cell_of(set, c, in_key_of(v), STORED_NAN);
}

static Cell cell_of_slot(const RowSet *set, uint32_t c, const Vector *v, uint32_t row) {
  if (!vector_valid(v, row)) return (Cell){.mark = ABSENT};
  return cell_of(set, c, in_key_at(v, type_phys(v->type), vector_at(v, row)), PROBED_NAN);
}

static size_t cell_bytes(const RowSet *set, uint32_t c, const Cell *cell) {
  if (cell->mark != PRESENT) return 1;
  if (set->kinds[c] != KIND_TEXT) return 1 + sizeof cell->key;
  return 1 + sizeof(uint32_t) + in_key_text(&cell->key).len;
}

static char *put_cell(const RowSet *set, uint32_t c, const Cell *cell, char *to) {
  *to++ = cell->mark;
  if (cell->mark != PRESENT) return to;
  if (set->kinds[c] != KIND_TEXT) {
    memcpy(to, &cell->key, sizeof cell->key);
    return to + sizeof cell->key;
  }
  TextRef t = in_key_text(&cell->key);
  memcpy(to, &t.len, sizeof t.len);
  memcpy(to + sizeof t.len, text_bytes(&t), t.len);
  return to + sizeof t.len + t.len;
}

/* The bytes of the cell that stands at `at`. */
static size_t stored_bytes(const RowSet *set, uint32_t c, const char *at) {
  uint32_t len;
  if (*at != PRESENT) return 1;
  if (set->kinds[c] != KIND_TEXT) return 1 + sizeof(InKey);
  memcpy(&len, at + 1, sizeof len);
  return 1 + sizeof len + len;
}

/* Are two rows equal, as far as both have values? */
static bool may_be_equal(const RowSet *set, const char *x, const char *y) {
  for (uint32_t c = 0; c < set->n_cols; c++) {
    size_t n_x = stored_bytes(set, c, x), n_y = stored_bytes(set, c, y);
    bool both = *x != ABSENT && *y != ABSENT;
    if (both && (n_x != n_y || memcmp(x, y, n_x) != 0)) return false;
    x += n_x;
    y += n_y;
  }
  return true;
}

/* The slot of the row, or the free one where it would go. */
static uint64_t find(const RowSet *set, const char *bytes, size_t len, uint64_t hash) {
  uint64_t at = hash & set->mask;
  for (; set->slots[at] != 0; at = (at + 1) & set->mask) {
    const StoredRow *row = &set->rows[set->slots[at] - 1];
    if (row->len == len && memcmp(row->bytes, bytes, len) == 0) break;
  }
  return at;
}

/* --- filling ------------------------------------------------------------------------- */

bool row_set_add(RowSet *set, const Value *row) {
  size_t len = 0;
  bool is_partial = false;
  for (uint32_t c = 0; c < set->n_cols; c++) {
    Cell cell = cell_of_value(set, c, &row[c]);
    len += cell_bytes(set, c, &cell);
    is_partial |= cell.mark == ABSENT;
  }
  char *bytes = arena_try_alloc(set->arena, len, 1), *to = bytes;
  if (bytes == NULL) return false;
  for (uint32_t c = 0; c < set->n_cols; c++) {
    Cell cell = cell_of_value(set, c, &row[c]);
    to = put_cell(set, c, &cell, to);
  }
  uint64_t hash = hash_bytes(bytes, len), at = find(set, bytes, len, hash);
  if (set->slots[at] != 0) return true;
  if (is_partial) set->partial[set->n_partial++] = set->n_rows;
  set->rows[set->n_rows++] = (StoredRow){bytes, len};
  set->slots[at] = set->n_rows;
  set->digest += hash_u64(hash);
  return true;
}

uint64_t row_set_count(const RowSet *set) { return set->n_rows; }
uint64_t row_set_digest(const RowSet *set) { return set->digest; }

/* --- asking -------------------------------------------------------------------------- */

/* A probe as bytes: room grows. */
typedef struct Probe {
  char *bytes;
  size_t len, cap;
  bool is_partial;
} Probe;

static bool make_probe(const KernelCall *k, const RowSet *set, uint32_t row, Probe *p) {
  p->len = 0;
  p->is_partial = false;
  for (uint32_t c = 0; c < set->n_cols; c++) {
    Cell cell = cell_of_slot(set, c, &k->args[c], row);
    p->len += cell_bytes(set, c, &cell);
    p->is_partial |= cell.mark == ABSENT;
  }
  if (p->len > p->cap) {
    char *more = realloc(p->bytes, 2 * p->len);
    if (more == NULL) return false;
    p->bytes = more;
    p->cap = 2 * p->len;
  }
  char *to = p->bytes;
  for (uint32_t c = 0; c < set->n_cols; c++) {
    Cell cell = cell_of_slot(set, c, &k->args[c], row);
    to = put_cell(set, c, &cell, to);
  }
  return true;
}

/* Is there a row that might be equal? */
static bool may_contain(const RowSet *set, const Probe *p) {
  uint32_t n = p->is_partial ? set->n_rows : set->n_partial;
  for (uint32_t i = 0; i < n; i++) {
    const StoredRow *row = &set->rows[p->is_partial ? i : set->partial[i]];
    if (may_be_equal(set, row->bytes, p->bytes)) return true;
  }
  return false;
}

Code row_set_kernel(KernelCall *k, const RowSet *set) {
  int8_t *out = k->out->data;
  Probe p = {NULL, 0, 0, false};
  k->out->valid = NULL;
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    if (!make_probe(k, set, row, &p)) {
      free(p.bytes);
      return func_no_memory(k);
    }
    out[row] =
        !p.is_partial && set->slots[find(set, p.bytes, p.len, hash_bytes(p.bytes, p.len))] != 0;
    if (out[row] == 0 && may_contain(set, &p)) bit_clear(func_out_valid(k), row);
  }
  free(p.bytes);
  return OK;
}
