/* in_set.c -- a hash set of constants: open addressing, at most half full, filled once.
 *
 * A value is two words: integers and DECIMAL sign-extended, floating point as the bits of a double
 * (-0.0 as 0.0), text as its TextRef, whose bytes are compared when the words are not
 * enough.  NaN equals nothing and is not kept.  NULL among the constants turns "not found"
 * into NULL.
 */
#include "exec/expr/in_set.h"

#include <string.h>

#include "base/hash.h"
#include "exec/expr/kernels/k_bool.h"
#include "exec/expr/kernels/k_compare.h"

typedef struct Key {
  uint64_t word[2];
} Key;
static_assert(sizeof(Key) == sizeof(TextRef), "text is a key as it is");

enum { FEW_NUMBERS = 16, FEW_TEXTS = 6, FEW_WIDE = 4 };

struct InSet {
  /* Few values are compared with the whole column, one after the other: in vector lanes that is
   * quicker than one look-up.  n_few 0: there are too many, or long texts. */
  Vector few;
  uint32_t n_few;
  Key *slots;
  bool *used;
  uint64_t mask;
  bool is_text, has_null;
};

static Key key_of_int(Int128 v) { return (Key){{(uint64_t)v, (uint64_t)((UInt128)v >> 64)}}; }

static Key key_of_double(double f) {
  f += 0.0; /* -0.0 becomes 0.0 */
  Key key = {{0, 0}};
  memcpy(key.word, &f, sizeof f);
  return key;
}

static Key key_of_text(const TextRef *t) {
  Key key;
  memcpy(&key, t, sizeof key);
  return key;
}

static Key key_of(const Value *v) {
  switch (type_phys(v->type)) {
    case PHYS_F32:
    case PHYS_F64:
      return key_of_double(v->as.f);
    case PHYS_TEXT:
      return key_of_text(&v->as.text);
    case PHYS_I128:
      return key_of_int(v->as.d128);
    case PHYS_I8:
    case PHYS_I16:
    case PHYS_I32:
    case PHYS_I64:
    case PHYS_COUNT:
      break;
  }
  return key_of_int(v->as.i);
}

static TextRef text_of(const Key *key) {
  TextRef t;
  memcpy(&t, key, sizeof t);
  return t;
}

static uint64_t key_hash(const InSet *set, const Key *key) {
  if (!set->is_text) return hash_bytes(key, sizeof *key);
  TextRef t = text_of(key);
  return hash_bytes(text_bytes(&t), t.len);
}

static bool key_equal(const InSet *set, const Key *a, const Key *b) {
  if (a->word[0] != b->word[0]) return false;
  if (a->word[1] == b->word[1]) return true;
  if (!set->is_text) return false;
  TextRef ta = text_of(a), tb = text_of(b);
  return text_equal(&ta, &tb);
}

/* The slot of the key, or the free one where it would go. */
static uint64_t find(const InSet *set, const Key *key) {
  uint64_t at = key_hash(set, key) & set->mask;
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

const InSet *in_set_new(Arena *a, const Expr *in) {
  uint64_t n_slots = 4;
  while (n_slots < 2 * (uint64_t)in->n_args) n_slots *= 2;
  InSet *set = arena_try_alloc(a, sizeof *set, 16);
  if (set == NULL) return NULL;
  *set = (InSet){.mask = n_slots - 1, .is_text = type_phys(in->args[0]->type) == PHYS_TEXT};
  set->slots = arena_try_alloc(a, n_slots * sizeof *set->slots, 16);
  set->used = arena_try_alloc(a, n_slots * sizeof *set->used, 16);
  if (set->slots == NULL || set->used == NULL) return NULL;
  memset(set->used, 0, n_slots * sizeof *set->used);
  for (uint32_t i = 1; i < in->n_args; i++) {
    const Value *v = &in->args[i]->value;
    assert(in->args[i]->kind == EXPR_CONST);
    Phys phys = type_phys(v->type);
    if (v->null) {
      set->has_null = true;
      continue;
    }
    if ((phys == PHYS_F32 || phys == PHYS_F64) && v->as.f != v->as.f) continue;
    Key key = key_of(v);
    uint64_t at = find(set, &key);
    set->slots[at] = key;
    set->used[at] = true;
  }
  return keep_few(set, a, in) ? set : NULL;
}

/* The key of a slot of the column. */
static Key key_at(const Vector *v, Phys phys, uint32_t at) {
  switch (phys) {
    case PHYS_I8:
      return key_of_int(((const int8_t *)v->data)[at]);
    case PHYS_I16:
      return key_of_int(((const int16_t *)v->data)[at]);
    case PHYS_I32:
      return key_of_int(((const int32_t *)v->data)[at]);
    case PHYS_I64:
      return key_of_int(((const int64_t *)v->data)[at]);
    case PHYS_I128:
      return key_of_int(((const Int128 *)v->data)[at]);
    case PHYS_F32:
      return key_of_double((double)((const float *)v->data)[at]);
    case PHYS_F64:
      return key_of_double(((const double *)v->data)[at]);
    case PHYS_TEXT:
    case PHYS_COUNT:
      break;
  }
  return key_of_text(&((const TextRef *)v->data)[at]);
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
    Key key = key_at(arg, phys, vector_at(arg, row));
    out[row] = set->used[find(set, &key)];
    if (out[row] == 0 && valid != NULL) bit_clear(valid, row);
  }
  return OK;
}
