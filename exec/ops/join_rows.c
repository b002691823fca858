/* join_rows.c -- see join_rows.h. */
#include "exec/ops/join_rows.h"

#include <string.h>

/* A record of the table; zeroed is a key without rows. */
struct JoinKey {
  uint32_t n[JOIN_SIDES];
  uint32_t first[JOIN_SIDES], last[JOIN_SIDES]; /* where n > 0 */
  bool null;                                    /* a column of the key is NULL: equals nothing */
};

void join_rows_init(JoinRows *j, const JoinLayout *layout, uint64_t expected) {
  assert(layout->key[0].form == layout->key[1].form);
  *j = (JoinRows){.layout = layout};
  hash_table_init(&j->table, layout->key[0].form, sizeof(JoinKey), expected);
  for (int s = 0; s < JOIN_SIDES; s++) rows_init(&j->rows[s], &layout->rows[s]);
}

void join_rows_deinit(JoinRows *j) {
  hash_table_deinit(&j->table);
  for (int s = 0; s < JOIN_SIDES; s++) rows_deinit(&j->rows[s]);
}

/* --- rows in ------------------------------------------------------------------------ */

static bool null_key(const KeySpec *key, const Batch *in, uint32_t row) {
  for (uint32_t i = 0; i < key->n; i++) {
    if (!vector_valid(&in->cols[key->cols[i]], row)) return true;
  }
  return false;
}

static bool may_be_null(const KeySpec *key, const Batch *in) {
  for (uint32_t i = 0; i < key->n; i++) {
    if (in->cols[key->cols[i]].valid != NULL) return true;
  }
  return false;
}

/* Room in next for rows up to number n. */
static bool make_room(JoinRows *j, int side, uint32_t n) {
  enum { FIRST = 16 };
  if (n <= j->cap_next[side]) return true;
  uint64_t cap = j->cap_next[side] > 0 ? 2 * (uint64_t)j->cap_next[side] : FIRST;
  while (cap < n) cap *= 2;
  if (cap > UINT32_MAX) cap = UINT32_MAX;
  uint32_t *wider = arena_try_alloc(&j->rows[side].arena, cap * sizeof *wider, 8);
  if (wider == NULL) return false;
  if (j->next[side] != NULL) memcpy(wider, j->next[side], j->rows[side].n * sizeof *wider);
  j->next[side] = wider;
  j->cap_next[side] = (uint32_t)cap;
  return true;
}

static void link_row(JoinRows *j, int side, JoinKey *key, uint32_t id) {
  if (key->n[side]++ == 0) {
    key->first[side] = id;
  } else {
    j->next[side][key->last[side]] = id;
  }
  key->last[side] = id;
  j->next[side][id] = ROW_NONE;
}

bool join_rows_add(JoinRows *j, int side, const Batch *in, const uint16_t *rows, uint32_t n) {
  const JoinLayout *l = j->layout;
  const KeySpec *key = &l->key[side];
  Rows *stored = &j->rows[side];
  bool nulls = may_be_null(key, in);
  bool keeps = side == JOIN_LEFT_SIDE ? join_keeps_left(l->kind) : join_keeps_right(l->kind);
  uint16_t kept[BATCH_ROWS];
  bool null[BATCH_ROWS];
  uint32_t m = 0;
  for (uint32_t i = 0; i < n; i++) {
    null[m] = nulls && null_key(key, in, rows[i]);
    if (null[m] && !keeps) continue;
    kept[m++] = rows[i];
  }
  if (m == 0) return true;
  void *records[BATCH_ROWS];
  if (!key_batch_fill(l->keys, key, in, kept, m)) return false;
  if (!hash_table_get(&j->table, l->keys, m, records)) return false;
  uint32_t id = stored->n;
  if (m >= ROW_NONE - id || !make_room(j, side, id + m)) return false;
  if (!rows_append(stored, in, kept, m)) return false;
  for (uint32_t i = 0; i < m; i++) {
    JoinKey *record = records[i];
    record->null = null[i];
    link_row(j, side, record, id + i);
  }
  return true;
}

/* --- candidates out ----------------------------------------------------------------- */

static uint32_t first_row(const JoinKey *key, int side) {
  return key->n[side] > 0 ? key->first[side] : ROW_NONE;
}

/* Where the pairs of a left row begin. */
static uint32_t first_partner(const JoinKey *key) {
  return key->null ? ROW_NONE : first_row(key, JOIN_RIGHT_SIDE);
}

static bool next_key(JoinRows *j, JoinCursor *c) {
  const void *key;
  void *record;
  uint64_t hash;
  if (hash_table_next(&j->table, &c->keys, 1, &key, &record, &hash) == 0) return false;
  c->key = record;
  c->left = first_row(c->key, JOIN_LEFT_SIDE);
  c->right = first_partner(c->key);
  c->rest = false;
  return true;
}

/* May a row of this side be without partner? */
static bool may_be_alone(const JoinLayout *l, const JoinKey *key, int side) {
  return l->conditional || key->null || key->n[1 - side] == 0;
}

/* The left rows of the key are done: its right rows without partner. */
static void begin_rest(const JoinLayout *l, JoinCursor *c) {
  bool any = join_keeps_right(l->kind) && may_be_alone(l, c->key, JOIN_RIGHT_SIDE);
  c->right = any ? first_row(c->key, JOIN_RIGHT_SIDE) : ROW_NONE;
  c->rest = true;
}

uint32_t join_candidates(JoinRows *j, JoinCursor *c, uint32_t max, uint32_t *left,
                         uint32_t *right) {
  const JoinLayout *l = j->layout;
  bool one_pair = join_asks(l->kind) && !l->conditional; /* tells all */
  uint32_t n = 0;
  while (n < max) {
    if (c->key == NULL && !next_key(j, c)) break;
    if (c->rest) {
      if (c->right == ROW_NONE) {
        c->key = NULL;
        continue;
      }
      left[n] = ROW_NONE;
      right[n++] = c->right;
      c->right = j->next[JOIN_RIGHT_SIDE][c->right];
    } else if (c->left == ROW_NONE) {
      begin_rest(l, c);
    } else if (c->right != ROW_NONE) {
      left[n] = c->left;
      right[n++] = c->right;
      c->right = one_pair ? ROW_NONE : j->next[JOIN_RIGHT_SIDE][c->right];
    } else {
      if (join_keeps_left(l->kind) && may_be_alone(l, c->key, JOIN_LEFT_SIDE)) {
        left[n] = c->left;
        right[n++] = ROW_NONE;
      }
      c->left = j->next[JOIN_LEFT_SIDE][c->left];
      c->right = first_partner(c->key);
    }
  }
  return n;
}
