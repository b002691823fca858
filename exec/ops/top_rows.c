/* top_rows.c -- heaps of row numbers, see top_rows.h. */
#include "exec/ops/top_rows.h"

#include <stdlib.h>
#include <string.h>

#include "exec/ops/sort_key.h"

typedef struct TopEntry {
  uint64_t word; /* of the first sort key */
  uint32_t id;
} TopEntry;

/* A record of the table. */
struct TopList {
  TopList *next; /* in TopRows.lists */
  TopEntry *heap;
  uint32_t n, cap;
};

void top_rows_init(TopRows *t, const TopOrder *how, uint64_t expected) {
  assert(how->most > 0);
  *t = (TopRows){.how = how};
  hash_table_init(&t->table, how->key.form, sizeof(TopList), expected);
  rows_init(&t->rows, &how->layout);
}

void top_rows_deinit(TopRows *t) {
  hash_table_deinit(&t->table);
  rows_deinit(&t->rows);
  top_rows_let_go(t);
}

/* --- order -------------------------------------------------------------------------- */

/* Two stored rows; never 0, since ties are decided by arrival. */
static int compare_entries(const TopRows *t, TopEntry a, TopEntry b) {
  if (a.word != b.word) return a.word < b.word ? -1 : 1;
  for (uint32_t i = 0; i < t->how->n_order; i++) {
    const SortKey *key = &t->how->order[i];
    uint32_t at_a, at_b;
    Vector va = rows_cell(&t->rows, key->col, a.id, &at_a);
    Vector vb = rows_cell(&t->rows, key->col, b.id, &at_b);
    int c = sort_key_compare(key, &va, at_a, &vb, at_b);
    if (c != 0) return c;
  }
  return (a.id < b.id) != t->how->keep_last ? -1 : 1;
}

/* Does a row that has just come stand before a stored one? */
static bool arrives_before(const TopRows *t, const Batch *in, uint32_t row, uint64_t word,
                           TopEntry stored) {
  if (word != stored.word) return word < stored.word;
  for (uint32_t i = 0; i < t->how->n_order; i++) {
    const SortKey *key = &t->how->order[i];
    uint32_t at;
    Vector v = rows_cell(&t->rows, key->col, stored.id, &at);
    int c = sort_key_compare(key, &in->cols[key->col], row, &v, at);
    if (c != 0) return c < 0;
  }
  return t->how->keep_last;
}

/* --- heaps -------------------------------------------------------------------------- */

static void sift_up(const TopRows *t, TopEntry *heap, uint32_t at) {
  TopEntry e = heap[at];
  while (at > 0) {
    uint32_t parent = (at - 1) / 2;
    if (compare_entries(t, heap[parent], e) > 0) break;
    heap[at] = heap[parent];
    at = parent;
  }
  heap[at] = e;
}

/* Put e where the root was. */
static void sift_down(const TopRows *t, TopEntry *heap, uint32_t n, TopEntry e) {
  uint32_t at = 0;
  for (uint32_t child = 1; child < n; child = 2 * at + 1) {
    if (child + 1 < n && compare_entries(t, heap[child + 1], heap[child]) > 0) child++;
    if (compare_entries(t, e, heap[child]) > 0) break;
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = e;
}

/* The heap as an array in order. */
static void sort_heap(const TopRows *t, TopList *list) {
  for (uint32_t n = list->n; n > 1; n--) {
    TopEntry worst = list->heap[0];
    sift_down(t, list->heap, n - 1, list->heap[n - 1]);
    list->heap[n - 1] = worst;
  }
}

/* The old array stays behind in the arena: less than the new one in all. */
static bool widen(TopRows *t, TopList *list) {
  enum { FIRST = 4 };
  uint64_t cap = list->cap > 0 ? 2 * (uint64_t)list->cap : FIRST;
  if (cap > t->how->most) cap = t->how->most;
  if (cap > UINT32_MAX) cap = UINT32_MAX; /* rows have no more numbers */
  TopEntry *wider = arena_try_alloc(&t->table.arena, cap * sizeof *wider, 8);
  if (wider == NULL) return false;
  if (list->n > 0) memcpy(wider, list->heap, list->n * sizeof *wider);
  list->heap = wider;
  list->cap = (uint32_t)cap;
  return true;
}

static bool is_full(const TopRows *t, const TopList *list) { return list->n >= t->how->most; }

/* A stored row joins the list of its key, or does not get in. */
static bool insert(TopRows *t, TopList *list, TopEntry e) {
  if (is_full(t, list)) {
    if (compare_entries(t, e, list->heap[0]) < 0) sift_down(t, list->heap, list->n, e);
    return true;
  }
  if (list->n == list->cap && !widen(t, list)) return false;
  if (list->n == 0) {
    list->next = t->lists;
    t->lists = list;
  }
  list->heap[list->n] = e;
  sift_up(t, list->heap, list->n++);
  t->kept++;
  return true;
}

/* --- rows in ------------------------------------------------------------------------ */

/* Number the kept rows anew, in the same order, and forget the others. */
static bool renumber(TopRows *t, Rows *fresh, uint32_t *number, uint32_t *ids) {
  memset(number, 0, t->rows.n * sizeof *number);
  for (const TopList *l = t->lists; l != NULL; l = l->next) {
    for (uint32_t i = 0; i < l->n; i++) number[l->heap[i].id] = 1;
  }
  uint32_t n = 0;
  for (uint32_t id = 0; id < t->rows.n; id++) {
    if (number[id] == 0) continue;
    number[id] = n;
    ids[n++] = id;
  }
  assert(n == t->kept);
  if (!rows_append_from(fresh, &t->rows, ids, n)) return false;
  for (TopList *l = t->lists; l != NULL; l = l->next) {
    for (uint32_t i = 0; i < l->n; i++) l->heap[i].id = number[l->heap[i].id];
  }
  return true;
}

static bool compact(TopRows *t) {
  if (t->rows.n <= 2 * t->kept + BATCH_ROWS || t->held != NULL) return true;
  Arena scratch = {0};
  Rows fresh;
  rows_init(&fresh, t->rows.layout);
  uint32_t *number = arena_try_alloc(&scratch, t->rows.n * sizeof *number, 8);
  uint32_t *ids = arena_try_alloc(&scratch, t->kept * sizeof *ids, 8);
  bool ok = number != NULL && ids != NULL && renumber(t, &fresh, number, ids);
  arena_deinit(&scratch);
  rows_deinit(ok ? &t->rows : &fresh);
  if (ok) t->rows = fresh;
  return ok;
}

bool top_rows_add(TopRows *t, const Batch *in, const uint16_t *rows, uint32_t n) {
  void *records[BATCH_ROWS];
  uint64_t words[BATCH_ROWS] = {0};
  uint16_t entering[BATCH_ROWS];
  KeyBatch *keys = t->how->keys;
  if (!key_batch_fill(keys, &t->how->key, in, rows, n)) return false;
  if (!hash_table_get(&t->table, keys, n, records)) return false;
  const SortKey *first = t->how->order;
  if (t->how->n_order > 0) sort_key_words(first, &in->cols[first->col], rows, n, words);
  uint32_t m = 0; /* rows that may get in; those before them in the batch may yet keep them out */
  for (uint32_t i = 0; i < n; i++) {
    const TopList *list = records[i];
    if (is_full(t, list) && !arrives_before(t, in, rows[i], words[i], list->heap[0])) continue;
    entering[m] = rows[i];
    records[m] = records[i];
    words[m++] = words[i];
  }
  uint32_t id = t->rows.n;
  if (!rows_append(&t->rows, in, entering, m)) return false;
  for (uint32_t i = 0; i < m; i++) {
    if (!insert(t, records[i], (TopEntry){words[i], id + i})) return false;
  }
  return compact(t);
}

/* --- in a snapshot ------------------------------------------------------------------ */

bool top_rows_hold(TopRows *t, RowsSave *rows) {
  assert(t->held == NULL);
  t->held = calloc(t->rows.n / 64 + 1, sizeof *t->held);
  if (t->held == NULL) return false;
  for (const TopList *l = t->lists; l != NULL; l = l->next) {
    for (uint32_t i = 0; i < l->n; i++) bit_set(t->held, l->heap[i].id);
  }
  *rows = (RowsSave){.rows = &t->rows,
                     .key = &t->how->key,
                     .scratch = t->how->keys,
                     .wanted = t->held,
                     .end = t->rows.n};
  return true;
}

void top_rows_let_go(TopRows *t) {
  free(t->held);
  t->held = NULL;
}

/* --- rows out ----------------------------------------------------------------------- */

static bool next_list(TopRows *t, TopCursor *c) {
  const void *key;
  void *record;
  uint64_t hash;
  if (hash_table_next(&t->table, &c->keys, 1, &key, &record, &hash) == 0) return false;
  c->list = record;
  c->at = 0;
  sort_heap(t, c->list);
  return true;
}

uint32_t top_rows_next(TopRows *t, TopCursor *c, uint64_t first, uint32_t max, uint32_t *ids,
                       int64_t *ranks) {
  uint32_t n = 0;
  while (n < max) {
    if (c->list == NULL) {
      if (!next_list(t, c)) break;
      c->at = first - 1;
    }
    for (; n < max && c->at < c->list->n; c->at++) {
      ids[n] = c->list->heap[c->at].id;
      ranks[n++] = (int64_t)c->at + 1;
    }
    if (c->at >= c->list->n) c->list = NULL;
  }
  return n;
}
