/* nested.c -- reading nested values; nested.h tells how they lie. */
#include "exec/data/nested.h"

#include <string.h>

#include "exec/data/nested_slots.h"

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

/* --- items --------------------------------------------------------------------------- */

static Items items_of(Type t, Str bytes) {
  ItemSlots s = item_slots(bytes, type_slot_size(t));
  return (Items){t, s.n, s.bits, s.slots, s.heap, s.heap_len};
}

Items array_items(Type array, Str value) {
  assert(array.kind == TYPE_ARRAY);
  return items_of(type_item(array), value);
}

static void map_items(Type map, Str value, Items *keys, Items *values) {
  Str k, v;
  assert(map.kind == TYPE_MAP || map.kind == TYPE_MULTISET);
  map_halves(value, &k, &v);
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
  const ItemSlots s = {items->n, items->bits, items->slots, items->heap, items->heap_len};
  return item_text(&s, i);
}

Value items_get(const Items *items, uint32_t i) {
  assert(i < items->n);
  if (!items_valid(items, i)) return value_null(items->type);
  if (type_phys(items->type) == PHYS_TEXT) return value_text(items->type, items_text(items, i));
  return load_slot(items->type, items->slots + i * type_slot_size(items->type));
}

/* --- ROW ----------------------------------------------------------------------------- */

Value row_field(Type row, Str value, uint32_t field) {
  assert(row.kind == TYPE_ROW && field < row.shape->n);
  Type t = row.shape->types[field];
  FieldPlace place = field_place(row.shape, field);
  const char *slot = field_slot(&place, value);
  if (slot == NULL) return value_null(t);
  if (type_phys(t) != PHYS_TEXT) return load_slot(t, slot);
  return value_text(t, field_text(&place, value));
}

/* --- order --------------------------------------------------------------------------- */

static int compare_items(const Items *a, const Items *b) {
  for (uint32_t i = 0; i < a->n && i < b->n; i++) {
    Value x = items_get(a, i), y = items_get(b, i);
    int order = value_compare_nulls_first(&x, &y);
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
    int order = value_compare_nulls_first(&x, &y);
    if (order != 0) return order;
    x = items_get(&values[0], i), y = items_get(&values[1], i);
    order = value_compare_nulls_first(&x, &y);
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
    int order = value_compare_nulls_first(&x, &y);
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
    int order = value_compare_nulls_first(&k, key);
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
