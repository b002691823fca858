/* nested.h -- values of ARRAY, MULTISET, MAP and ROW: one string of bytes each.
 *
 * In a column they are TextRefs like BYTES, so batches, exchanges, keys, state and checkpoints
 * carry them without knowing what they are.  The layout (little-endian, no alignment):
 *
 *   items   count n (4 bytes), n bits (1: not NULL) in whole bytes, n slots, heap
 *   ARRAY   items
 *   MAP     size of the keys (4 bytes), keys as items, values as items; MULTISET likewise
 *   ROW     bits of the fields in whole bytes, slots (at type.shape->slots), heap
 *   slot    the value as in a column; of text and nested values 4 bytes: where they end in the
 *           heap.  They begin where the one before ends.
 *
 * The form is canonical: equal values of one type are equal bytes.  So a NULL's slot is zero (its
 * text empty), -0.0 is 0.0, there is one NaN, and the entries of a MAP are in the order of their
 * keys, each key once.  `=`, GROUP BY, DISTINCT and hashing look at the bytes alone.
 *
 * Readers take any bytes: whatever a file has done to them, no read leaves the value.
 */
#pragma once
#include "exec/data/value.h"

/* A run of values of one type within a value: borrowed from it. */
typedef struct Items {
  Type type;
  uint32_t n;
  const char *bits, *slots, *heap;
  size_t heap_len;
} Items;

Items array_items(Type array, Str value);
/* Of a MAP or MULTISET: as many values as keys. */
Items map_keys(Type map, Str value);
Items map_values(Type map, Str value);

static inline bool items_valid(const Items *items, uint32_t i) {
  return items->bits[i / 8] >> (i % 8) & 1;
}
/* Item i < n; its text is borrowed from the value. */
Value items_get(const Items *items, uint32_t i);
/* Text or nested item i < n, which is not NULL. */
Str items_text(const Items *items, uint32_t i);

/* Field `field` of a ROW; its text is borrowed. */
Value row_field(Type row, Str value, uint32_t field);
/* The value of a key, which has the MAP's type of keys; false: there is none. */
bool map_find(Type map, Str value, const Value *key, Value *out);
/* Entries of a MAP, items of an ARRAY, different values of a MULTISET. */
uint32_t nested_count(Type t, Str value);

/* Order of two values of one type: item by item, a NULL before all others, then the shorter one
 * first; entries of maps likewise, key before value.  Negative, zero, positive. */
int nested_compare(Type t, Str a, Str b);

/* --- making -------------------------------------------------------------------------- */

/* All write a new value into the arena.  What is put in has the types of the shape (up to
 * nullability) or is null, and is copied.  false: no memory, or above NESTED_MAX bytes. */
enum { NESTED_MAX = 1 << 30 };
MUST_USE bool array_make(Arena *arena, Type array, const Value *items, uint32_t n, TextRef *out);
MUST_USE bool row_make(Arena *arena, Type row, const Value *fields, TextRef *out);
/* Also of MULTISET, values being counts.  In any order; of equal keys the last counts.  Reorders
 * keys and values. */
MUST_USE bool map_make(Arena *arena, Type map, Value *keys, Value *values, uint32_t n,
                       TextRef *out);

/* -0.0 and 0.0 are one value, as are all NaNs. */
double nested_one_form(double f);

/* Values gathered before their number is known; a zeroed one is empty. */
typedef struct ValueStack {
  Value *items;
  uint32_t n, cap;
} ValueStack;
/* Room for n more, not set. */
MUST_USE bool value_stack_add(ValueStack *s, uint32_t n);
MUST_USE bool value_stack_push(ValueStack *s, const Value *value);
/* Give back what is beyond room for cap values, of which there are not more. */
void value_stack_trim(ValueStack *s, uint32_t cap);
void value_stack_deinit(ValueStack *s);
