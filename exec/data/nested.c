/* nested.c -- reading nested values; nested.h tells how they lie. */
#include "exec/data/nested.h"

#include <string.h>

static uint32_t load_u32(const char *at) {
  uint32_t x;
  memcpy(&x, at, sizeof x);
  return x;
}

/* --- slots --------------------------------------------------------------------------- */

/* The value of a slot that is no text. */
static Value load_slot(Type t, const char *slot) {
  Value v = {.type = t};
  switch (type_phys(t)) {
    case PHYS_I8:
      v.as.i = (int8_t)*slot;
      break;
    case PHYS_I16: {
      int16_t x;
      memcpy(&x, slot, sizeof x);
      v.as.i = x;
      break;
    }
    case PHYS_I32:
      v.as.i = (int32_t)load_u32(slot);
      break;
    case PHYS_I64:
      memcpy(&v.as.i, slot, 8);
      break;
    case PHYS_I128:
      memcpy(&v.as.d128, slot, 16);
      break;
    case PHYS_F32: {
      float x;
      memcpy(&x, slot, sizeof x);
      v.as.f = (double)x;
      break;
    }
    case PHYS_F64:
      memcpy(&v.as.f, slot, 8);
      break;
    case PHYS_TEXT:
    case PHYS_COUNT:
      assert(!"text has its own way");
  }
  return v;
}

static Str heap_part(const char *heap, size_t heap_len, uint32_t from, uint32_t to) {
  if (from > to || to > heap_len) return (Str){heap, 0};
  return (Str){heap + from, to - from};
}

/* --- items --------------------------------------------------------------------------- */

static Items items_of(Type t, Str bytes) {
  static const char none[4];
  Items items = {.type = t, .bits = none, .slots = none, .heap = none};
  if (bytes.len < 4) return items;
  uint32_t n = load_u32(bytes.ptr);
  uint64_t slots = 4 + ((uint64_t)n + 7) / 8, heap = slots + n * (uint64_t)type_slot_size(t);
  if (heap > bytes.len) return items;
  items.n = n;
  items.bits = bytes.ptr + 4;
  items.slots = bytes.ptr + slots;
  items.heap = bytes.ptr + heap;
  items.heap_len = bytes.len - heap;
  return items;
}

Items array_items(Type array, Str value) {
  assert(array.kind == TYPE_ARRAY);
  return items_of(type_item(array), value);
}

/* Both halves of a MAP. */
static void split_map(Str map, Str *keys, Str *values) {
  uint32_t size = map.len >= 4 ? load_u32(map.ptr) : 0;
  if (map.len < 4 || size > map.len - 4) {
    *keys = *values = (Str){NULL, 0};
    return;
  }
  *keys = (Str){map.ptr + 4, size};
  *values = (Str){map.ptr + 4 + size, map.len - 4 - size};
}

static void map_items(Type map, Str value, Items *keys, Items *values) {
  Str k, v;
  assert(map.kind == TYPE_MAP || map.kind == TYPE_MULTISET);
  split_map(value, &k, &v);
  *keys = items_of(type_key(map), k);
  *values = items_of(type_value(map), v);
  if (keys->n != values->n) keys->n = values->n = 0;
}

Items map_keys(Type map, Str value) {
  Items keys, values;
  map_items(map, value, &keys, &values);
  return keys;
}

Items map_values(Type map, Str value) {
  Items keys, values;
  map_items(map, value, &keys, &values);
  return values;
}

Str items_text(const Items *items, uint32_t i) {
  uint32_t from = i > 0 ? load_u32(items->slots + 4 * (size_t)(i - 1)) : 0;
  return heap_part(items->heap, items->heap_len, from, load_u32(items->slots + 4 * (size_t)i));
}

Value items_get(const Items *items, uint32_t i) {
  assert(i < items->n);
  if (!items_valid(items, i)) return value_null(items->type);
  if (type_phys(items->type) == PHYS_TEXT) return value_text(items->type, items_text(items, i));
  return load_slot(items->type, items->slots + i * type_slot_size(items->type));
}

/* --- ROW ----------------------------------------------------------------------------- */

/* The heap offset behind the last text before the field. */
static uint32_t text_begin(const TypeShape *s, Str value, uint32_t field) {
  while (field > 0) {
    field--;
    if (type_phys(s->types[field]) == PHYS_TEXT) return load_u32(value.ptr + s->slots[field]);
  }
  return 0;
}

Value row_field(Type row, Str value, uint32_t field) {
  const TypeShape *s = row.shape;
  assert(row.kind == TYPE_ROW && field < s->n);
  Type t = s->types[field];
  if (value.len < s->slots_end || !(value.ptr[field / 8] >> (field % 8) & 1)) return value_null(t);
  const char *slot = value.ptr + s->slots[field];
  if (type_phys(t) != PHYS_TEXT) return load_slot(t, slot);
  return value_text(t, heap_part(value.ptr + s->slots_end, value.len - s->slots_end,
                                 text_begin(s, value, field), load_u32(slot)));
}

/* --- order --------------------------------------------------------------------------- */

static int compare_nulls_first(const Value *a, const Value *b) {
  if (a->null || b->null) return b->null - a->null;
  return value_compare(a, b);
}

static int compare_items(const Items *a, const Items *b) {
  for (uint32_t i = 0; i < a->n && i < b->n; i++) {
    Value x = items_get(a, i), y = items_get(b, i);
    int order = compare_nulls_first(&x, &y);
    if (order != 0) return order;
  }
  return (a->n > b->n) - (a->n < b->n);
}

static int compare_maps(Type map, Str a, Str b) {
  Items keys[2], values[2];
  map_items(map, a, &keys[0], &values[0]);
  map_items(map, b, &keys[1], &values[1]);
  for (uint32_t i = 0; i < keys[0].n && i < keys[1].n; i++) {
    Value x = items_get(&keys[0], i), y = items_get(&keys[1], i);
    int order = compare_nulls_first(&x, &y);
    if (order != 0) return order;
    x = items_get(&values[0], i), y = items_get(&values[1], i);
    order = compare_nulls_first(&x, &y);
    if (order != 0) return order;
  }
  return (keys[0].n > keys[1].n) - (keys[0].n < keys[1].n);
}

int nested_compare(Type t, Str a, Str b) {
  if (t.kind == TYPE_ARRAY) {
    Items x = array_items(t, a), y = array_items(t, b);
    return compare_items(&x, &y);
  }
  if (t.kind != TYPE_ROW) return compare_maps(t, a, b);
  for (uint32_t i = 0; i < t.shape->n; i++) {
    Value x = row_field(t, a, i), y = row_field(t, b, i);
    int order = compare_nulls_first(&x, &y);
    if (order != 0) return order;
  }
  return 0;
}

bool map_find(Type map, Str value, const Value *key, Value *out) {
  Items keys, values;
  map_items(map, value, &keys, &values);
  uint32_t low = 0, high = keys.n;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    Value k = items_get(&keys, middle);
    int order = compare_nulls_first(&k, key);
    if (order == 0) {
      *out = items_get(&values, middle);
      return true;
    }
    if (order < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return false;
}

uint32_t nested_count(Type t, Str value) {
  return t.kind == TYPE_ARRAY ? array_items(t, value).n : map_keys(t, value).n;
}
