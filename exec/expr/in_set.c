/* in_set.c -- a hash set of values: open addressing, at most half full, filled once.
 *
 * NaN equals nothing and is not kept.  NULL among the values turns "not found" into NULL.  Rows of
 * several columns are in row_set.c.
 */
#include "exec/expr/in_set.h"

#include "base/hash.h"
#include "exec/expr/in_key.h"
#include "exec/expr/kernels/k_bool.h"
#include "exec/expr/kernels/k_compare.h"
#include "exec/expr/row_set.h"

enum { FEW_NUMBERS = 16, FEW_TEXTS = 6, FEW_WIDE = 4 };

struct InSet {
  Arena *arena;
  /* Few values are compared with the whole column, one after the other: in vector lanes that is
   * quicker than one look-up.  n_few 0: there are too many, or long texts. */
  Vector few;
  uint32_t n_few;
  InKey *slots;
  bool *used;
  uint64_t mask, count, digest;
  bool is_text, has_null;
  RowSet *rows; /* of several columns, instead of all of the above; NULL: of one */
};

static uint64_t key_hash(const InSet *set, const InKey *key) {
  if (!set->is_text) return hash_bytes(key, sizeof *key);
  TextRef t = in_key_text(key);
  return hash_bytes(text_bytes(&t), t.len);
}

static bool key_equal(const InSet *set, const InKey *a, const InKey *b) {
  if (a->word[0] != b->word[0]) return false;
  if (a->word[1] == b->word[1]) return true;
  if (!set->is_text) return false;
  TextRef ta = in_key_text(a), tb = in_key_text(b);
  return text_equal(&ta, &tb);
}

/* The slot of the key, or the free one where it would go. */
static uint64_t find(const InSet *set, const InKey *key, uint64_t hash) {
  uint64_t at = hash & set->mask;
  while (set->used[at] && !key_equal(set, &set->slots[at], key)) at = (at + 1) & set->mask;
  return at;
}

/* How many values of this type are few. */
static uint32_t few_of(Phys phys) {
  return phys == PHYS_TEXT ? FEW_TEXTS : phys == PHYS_I128 ? FEW_WIDE : FEW_NUMBERS;
}

/* Keep the constants as a column if they are few and can be compared as such.  NULL among them
 * needs a look at each row.  false: no memory. */
static bool keep_few(InSet *set, Arena *a, const Expr *in) {
  Type type = in->args[0]->type;
  Phys phys = type_phys(type);
  uint32_t n = in->n_args - 1;
  if (n > few_of(phys) || set->has_null) return true;
  void *data = arena_try_alloc(a, n * phys_size(phys), 16);
  if (data == NULL) return false;
  set->few = (Vector){.type = type, .data = data};
  for (uint32_t i = 0; i < n; i++) {
    const Value *v = &in->args[i + 1]->value;
    if (phys == PHYS_TEXT && v->as.text.len > TEXT_INLINE_MAX) return true;
    value_store(v, &set->few, i);
  }
  set->n_few = n;
  return true;
}

static bool open_slots(InSet *set, uint64_t n) {
  uint64_t n_slots = 4;
  while (n_slots < 2 * n) n_slots *= 2;
  if (n_slots > SIZE_MAX / sizeof *set->slots) return false;
  set->mask = n_slots - 1;
  set->slots = arena_try_alloc(set->arena, n_slots * sizeof *set->slots, 16);
  set->used = arena_try_alloc(set->arena, n_slots * sizeof *set->used, 16);
  if (set->slots == NULL || set->used == NULL) return false;
  memset(set->used, 0, n_slots * sizeof *set->used);
  return true;
}

InSet *in_set_open(Arena *a, const Type *types, uint32_t n_cols, uint64_t n_rows) {
  InSet *set = arena_try_alloc(a, sizeof *set, 16);
  if (set == NULL) return NULL;
  *set = (InSet){.arena = a, .is_text = type_phys(types[0]) == PHYS_TEXT};
  if (n_cols == 1) return open_slots(set, n_rows) ? set : NULL;
  set->rows = row_set_open(a, types, n_cols, n_rows);
  return set->rows != NULL ? set : NULL;
}

/* text: it has to be copied into the arena. */
static bool add_value(InSet *set, const Value *v, bool copies) {
  if (v->null) {
    set->has_null = true;
    return true;
  }
  if (in_key_is_nan(v)) return true;
  InKey key = in_key_of(v);
  uint64_t hash = key_hash(set, &key), at = find(set, &key, hash);
  if (set->used[at]) return true;
  if (copies && set->is_text && v->as.text.len > TEXT_INLINE_MAX) {
    char *copy = arena_try_alloc(set->arena, v->as.text.len, 1);
    if (copy == NULL) return false;
    memcpy(copy, v->as.text.u.ptr, v->as.text.len);
    TextRef kept = text_ref(copy, v->as.text.len);
    key = in_key_of_text(&kept);
  }
  set->slots[at] = key;
  set->used[at] = true;
  set->count++;
  set->digest += hash_u64(hash);
  return true;
}

bool in_set_add(InSet *set, const Value *row) {
  return set->rows != NULL ? row_set_add(set->rows, row) : add_value(set, row, true);
}

const InSet *in_set_new(Arena *a, const Expr *in) {
  InSet *set = in_set_open(a, &in->args[0]->type, 1, in->n_args);
  if (set == NULL) return NULL;
  for (uint32_t i = 1; i < in->n_args; i++) {
    assert(in->args[i]->kind == EXPR_CONST);
    if (!add_value(set, &in->args[i]->value, false)) return NULL;
  }
  return keep_few(set, a, in) ? set : NULL;
}

uint64_t in_set_count(const InSet *set) {
  return set->rows != NULL ? row_set_count(set->rows) : set->count + set->has_null;
}

uint64_t in_set_digest(const InSet *set) {
  return set->rows != NULL ? row_set_digest(set->rows) : set->digest + set->has_null;
}

/* All rows; a stale one is compared, too, and nobody looks. */
static void compare_few(KernelCall *k, const InSet *set, Phys phys) {
  CompareKernel equal = phys == PHYS_TEXT ? NULL : compare_vc[COMPARE_EQ][phys];
  const void *column = k->args[0].data;
  int8_t one[BATCH_ROWS], *out = k->out->data;
  for (uint32_t i = 0; i < set->n_few; i++) {
    const void *value = (const char *)set->few.data + i * phys_size(phys);
    int8_t *to = i == 0 ? out : one;
    if (equal != NULL) {
      equal(column, value, to, k->rows);
    } else {
      compare_text_short(column, value, to, k->rows);
    }
    if (i > 0)
      bool_combine((TruthColumn){out, NULL}, (TruthColumn){one, NULL}, true, out, NULL, k->rows);
  }
}

Code in_set_kernel(KernelCall *k, const InSet *set) {
  if (set->rows != NULL) return row_set_kernel(k, set->rows);
  const Vector *arg = &k->args[0];
  Phys phys = type_phys(k->expr->args[0]->type);
  if (set->n_few > 0 && !arg->constant) {
    compare_few(k, set, phys);
    return OK;
  }
  int8_t *out = k->out->data;
  uint64_t *valid = set->has_null ? func_out_valid(k) : NULL;
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    out[row] = 0;
    if (k->out->valid != NULL && !bit_get(k->out->valid, row)) continue;
    InKey key = in_key_at(arg, phys, vector_at(arg, row));
    out[row] = set->used[find(set, &key, key_hash(set, &key))];
    if (out[row] == 0 && valid != NULL) bit_clear(valid, row);
  }
  return OK;
}
