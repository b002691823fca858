/* nested_parts.h -- the items of an ARRAY as bytes, whatever their type.
 *
 * A part is the bytes of an item's slot or, where items are text or nested, the item's own; ptr is
 * NULL where the item is.  Equal items of one type are equal bytes, so what compares, gathers and
 * puts together items needs no type.
 */
#pragma once
#include "base/arena.h"
#include "exec/data/batch.h"
#include "exec/data/nested_slots.h"

/* Bytes of a part of this type; 0: it is text. */
static inline size_t part_size(Type item) {
  return type_phys(item) == PHYS_TEXT ? 0 : type_slot_size(item);
}

/* The parts of one array. */
typedef struct Parts {
  ItemSlots s;
  size_t size; /* part_size */
} Parts;

static inline Parts parts_of(Str array, size_t size) {
  return (Parts){item_slots(array, size > 0 ? size : sizeof(uint32_t)), size};
}

static inline Str part_at(const Parts *p, uint32_t i) {
  if (!item_valid(&p->s, i)) return (Str){NULL, 0};
  if (p->size == 0) return item_text(&p->s, i);
  return (Str){p->s.slots + (size_t)i * p->size, p->size};
}

static inline bool part_equal(Str a, Str b) {
  if (a.ptr == NULL || b.ptr == NULL) return a.ptr == b.ptr;
  return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0;
}

/* The value of a column as a part; lies in the column or in room. */
Str part_of_value(const Vector *v, uint32_t row, double *room);
/* Store a part that is not NULL as a column's value; text is borrowed. */
void part_store(Str part, Vector *v, uint32_t row);

/* Order of two parts of a type, none of them NULL, as value_compare; NULL: a nested type. */
typedef int (*PartCompare)(Str a, Str b);
PartCompare part_compare(Type item);

/* An ARRAY of parts of one size.  false: no memory, or above NESTED_MAX bytes. */
MUST_USE bool parts_make(Arena *arena, size_t size, const Str *parts, uint32_t n, TextRef *out);
