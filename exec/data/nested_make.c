/* nested_make.c -- making nested values, in their one form; nested.h tells how they lie. */
#include <stdlib.h>
#include <string.h>

#include "exec/data/nested.h"

/* --- slots --------------------------------------------------------------------------- */

/* Writes values one behind the other: slots here, text there. */
typedef struct Writer {
  char *bits, *slot, *heap;
  uint32_t heap_len, n;
} Writer;

double nested_one_form(double f) {
  if (f == 0) return 0;
  return f == f ? f : __builtin_nan("");
}

/* One value; returns its size.  The union's first bytes are the value for all integers: this is
 * little-endian. */
static inline size_t store_slot(char *slot, Phys phys, const Value *v) {
  switch (phys) {
    case PHYS_I8:
      memcpy(slot, &v->as, 1);
      return 1;
    case PHYS_I16:
      memcpy(slot, &v->as, 2);
      return 2;
    case PHYS_I32:
      memcpy(slot, &v->as, 4);
      return 4;
    case PHYS_I64:
      memcpy(slot, &v->as, 8);
      return 8;
    case PHYS_I128:
      memcpy(slot, &v->as, 16);
      return 16;
    case PHYS_F32: {
      float f = (float)nested_one_form(v->as.f);
      memcpy(slot, &f, 4);
      return 4;
    }
    case PHYS_F64: {
      double f = nested_one_form(v->as.f);
      memcpy(slot, &f, 8);
      return 8;
    }
    case PHYS_TEXT:
    case PHYS_COUNT:
      break;
  }
  assert(!"text has its own way");
  return 0;
}

/* phys: of t.  A NULL leaves zero. */
static inline void put_value(Writer *w, Type t, Phys phys, const Value *v) {
  if (!v->null) {
    assert(type_phys(v->type) == phys);
    w->bits[w->n / 8] = (char)(w->bits[w->n / 8] | 1 << (w->n % 8));
  }
  w->n++;
  if (phys == PHYS_TEXT) {
    uint32_t len = v->null ? 0 : v->as.text.len;
    if (len > 0) memcpy(w->heap + w->heap_len, text_bytes(&v->as.text), len);
    w->heap_len += len;
    memcpy(w->slot, &w->heap_len, sizeof w->heap_len);
    w->slot += sizeof w->heap_len;
  } else {
    w->slot += v->null ? type_slot_size(t) : store_slot(w->slot, phys, v);
  }
}

static uint64_t text_size(const Value *v) { return v->null ? 0 : v->as.text.len; }

/* Room for a value of this size, zeroed. */
static char *room(Arena *arena, uint64_t size) {
  char *bytes = size <= NESTED_MAX ? arena_try_alloc(arena, size, 1) : NULL;
  if (bytes != NULL) memset(bytes, 0, size);
  return bytes;
}

/* --- items --------------------------------------------------------------------------- */

static uint64_t items_size(Type t, const Value *items, uint32_t n) {
  uint64_t size = 4 + ((uint64_t)n + 7) / 8 + n * (uint64_t)type_slot_size(t);
  if (type_phys(t) == PHYS_TEXT) {
    for (uint32_t i = 0; i < n; i++) size += text_size(&items[i]);
  }
  return size;
}

static void write_items(Type t, const Value *items, uint32_t n, char *at) {
  const Phys phys = type_phys(t);
  memcpy(at, &n, 4);
  char *slots = at + 4 + ((size_t)n + 7) / 8;
  Writer w = {.bits = at + 4, .slot = slots, .heap = slots + n * type_slot_size(t)};
  for (uint32_t i = 0; i < n; i++) put_value(&w, t, phys, &items[i]);
}

bool array_make(Arena *arena, Type array, const Value *items, uint32_t n, TextRef *out) {
  assert(array.kind == TYPE_ARRAY);
  uint64_t size = items_size(type_item(array), items, n);
  char *bytes = room(arena, size);
  if (bytes == NULL) return false;
  write_items(type_item(array), items, n, bytes);
  *out = text_ref(bytes, size);
  return true;
}

bool row_make(Arena *arena, Type row, const Value *fields, TextRef *out) {
  const TypeShape *s = row.shape;
  assert(row.kind == TYPE_ROW);
  uint64_t size = s->slots_end;
  for (uint32_t i = 0; i < s->n; i++) {
    if (type_phys(s->types[i]) == PHYS_TEXT) size += text_size(&fields[i]);
  }
  char *bytes = room(arena, size);
  if (bytes == NULL) return false;
  Writer w = {.bits = bytes, .slot = bytes + s->slots[0], .heap = bytes + s->slots_end};
  for (uint32_t i = 0; i < s->n; i++) {
    put_value(&w, s->types[i], type_phys(s->types[i]), &fields[i]);
  }
  *out = text_ref(bytes, size);
  return true;
}

/* --- MAP ----------------------------------------------------------------------------- */

typedef struct Entry {
  Value key, value;
  uint32_t at; /* as it was given */
} Entry;

static int compare_entries(const void *a_, const void *b_) {
  const Entry *a = a_, *b = b_;
  int order = value_compare_nulls_first(&a->key, &b->key);
  return order != 0 ? order : (a->at > b->at) - (a->at < b->at);
}

/* Sorts n entries; returns how many are left when of equal keys only the last is kept, and 0 when
 * memory is out (n is not 0). */
static uint32_t sort_entries(Value *keys, Value *values, uint32_t n) {
  Entry *entries = malloc(n * sizeof *entries);
  if (entries == NULL) return 0;
  for (uint32_t i = 0; i < n; i++) entries[i] = (Entry){keys[i], values[i], i};
  qsort(entries, n, sizeof *entries, compare_entries);
  uint32_t kept = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (i + 1 < n && value_compare_nulls_first(&entries[i].key, &entries[i + 1].key) == 0) continue;
    keys[kept] = entries[i].key;
    values[kept++] = entries[i].value;
  }
  free(entries);
  return kept;
}

static bool in_order(const Value *keys, uint32_t n) {
  for (uint32_t i = 1; i < n; i++) {
    if (value_compare_nulls_first(&keys[i - 1], &keys[i]) >= 0) return false;
  }
  return true;
}

bool map_make(Arena *arena, Type map, Value *keys, Value *values, uint32_t n, TextRef *out) {
  assert(map.kind == TYPE_MAP || map.kind == TYPE_MULTISET);
  if (!in_order(keys, n)) {
    n = sort_entries(keys, values, n);
    if (n == 0) return false;
  }
  uint64_t keys_size = items_size(type_key(map), keys, n);
  uint64_t size = 4 + keys_size + items_size(type_value(map), values, n);
  char *bytes = room(arena, size);
  if (bytes == NULL) return false;
  const uint32_t split = (uint32_t)keys_size; /* not above size, which fits */
  memcpy(bytes, &split, 4);
  write_items(type_key(map), keys, n, bytes + 4);
  write_items(type_value(map), values, n, bytes + 4 + split);
  *out = text_ref(bytes, size);
  return true;
}

/* --- gathering ----------------------------------------------------------------------- */

bool value_stack_add(ValueStack *s, uint32_t n) {
  if (s->cap - s->n < n) {
    if (n > UINT32_MAX / 2 - s->n) return false;
    uint32_t cap = s->cap > 0 ? s->cap : 16;
    while (cap < s->n + n) cap *= 2;
    Value *items = realloc(s->items, cap * sizeof *items);
    if (items == NULL) return false;
    s->items = items;
    s->cap = cap;
  }
  s->n += n;
  return true;
}

bool value_stack_push(ValueStack *s, const Value *value) {
  if (!value_stack_add(s, 1)) return false;
  s->items[s->n - 1] = *value;
  return true;
}

void value_stack_trim(ValueStack *s, uint32_t cap) {
  assert(s->n <= cap);
  if (s->cap <= cap) return;
  Value *items = realloc(s->items, cap * sizeof *items);
  if (items == NULL) return;
  s->items = items;
  s->cap = cap;
}

void value_stack_deinit(ValueStack *s) {
  free(s->items);
  *s = (ValueStack){0};
}
