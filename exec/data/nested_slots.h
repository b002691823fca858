/* nested_slots.h -- single slots of nested values, found inline: for loops over a whole column.
 *
 * nested.h tells how values lie.  What is read stays within the value, whatever its bytes are.
 */
#pragma once
#include <string.h>

#include "exec/data/types.h"

static inline uint32_t load_u32(const char *at) {
  uint32_t x;
  memcpy(&x, at, sizeof x);
  return x;
}

/* Bytes from..to of a heap; nothing where they do not lie in it. */
static inline Str heap_part(const char *heap, size_t heap_len, uint32_t from, uint32_t to) {
  if (from > to || to > heap_len) return (Str){heap, 0};
  return (Str){heap + from, to - from};
}

/* --- ROW ----------------------------------------------------------------------------- */

/* Where a field of a ROW lies. */
typedef struct FieldPlace {
  uint32_t field, slot, end; /* end: of the row's slots */
  int64_t before;            /* slot of the text before this one; -1: it is the first */
} FieldPlace;

static inline FieldPlace field_place(const TypeShape *row, uint32_t field) {
  FieldPlace p = {field, row->slots[field], row->slots_end, -1};
  for (uint32_t i = field; i > 0 && p.before < 0; i--) {
    if (type_phys(row->types[i - 1]) == PHYS_TEXT) p.before = row->slots[i - 1];
  }
  return p;
}

/* The slot of the field; NULL: it is NULL. */
static inline const char *field_slot(const FieldPlace *p, Str row) {
  bool there = row.len >= p->end && (row.ptr[p->field / 8] >> (p->field % 8) & 1) != 0;
  return there ? row.ptr + p->slot : NULL;
}

/* Of a field that is text, and not NULL. */
static inline Str field_text(const FieldPlace *p, Str row) {
  uint32_t from = p->before >= 0 ? load_u32(row.ptr + p->before) : 0;
  return heap_part(row.ptr + p->end, row.len - p->end, from, load_u32(row.ptr + p->slot));
}

/* --- ARRAY --------------------------------------------------------------------------- */

/* Items whose slots have size bytes. */
typedef struct ItemSlots {
  uint32_t n;
  const char *bits, *slots, *heap;
  size_t heap_len;
} ItemSlots;

static inline ItemSlots item_slots(Str items, size_t size) {
  static const char none[4];
  ItemSlots s = {.bits = none, .slots = none, .heap = none};
  if (items.len < 4) return s;
  uint32_t n = load_u32(items.ptr);
  uint64_t slots = 4 + ((uint64_t)n + 7) / 8, heap = slots + n * (uint64_t)size;
  if (heap > items.len) return s;
  return (ItemSlots){n, items.ptr + 4, items.ptr + slots, items.ptr + heap, items.len - heap};
}

static inline bool item_valid(const ItemSlots *s, uint32_t i) {
  return s->bits[i / 8] >> (i % 8) & 1;
}

/* Of items that are text. */
static inline Str item_text(const ItemSlots *s, uint32_t i) {
  uint32_t from = i > 0 ? load_u32(s->slots + 4 * (size_t)(i - 1)) : 0;
  return heap_part(s->heap, s->heap_len, from, load_u32(s->slots + 4 * (size_t)i));
}

/* --- MAP ----------------------------------------------------------------------------- */

/* The keys and the values: each lies like an ARRAY of them. */
static inline void map_halves(Str map, Str *keys, Str *values) {
  uint32_t size = map.len >= 4 ? load_u32(map.ptr) : 0;
  if (map.len < 4 || size > map.len - 4) {
    *keys = *values = (Str){NULL, 0};
    return;
  }
  *keys = (Str){map.ptr + 4, size};
  *values = (Str){map.ptr + 4 + size, map.len - 4 - size};
}
