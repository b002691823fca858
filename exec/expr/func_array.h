/* func_array.h -- functions over ARRAY: what their files share.
 *
 *   func_array.c       parts of an array, one array from others: CARDINALITY, ELEMENT,
 * ARRAY_CONTAINS, ARRAY_POSITION, ARRAY_APPEND, ARRAY_SLICE ... func_array_sort.c  ARRAY_SORT,
 * ARRAY_MAX, ARRAY_MIN func_array_set.c   ARRAY_DISTINCT, ARRAY_UNION, ARRAY_EXCEPT,
 * ARRAY_INTERSECT func_array_text.c  SPLIT, ARRAY_JOIN, STR_TO_MAP, REGEXP_EXTRACT_ALL,
 * REGEXP_SPLIT
 *
 * Items are taken as bytes (exec/data/nested_parts.h), so that none of this depends on their type.
 */
#pragma once
#include "exec/data/nested.h"
#include "exec/data/nested_parts.h"
#include "exec/expr/func.h"

/* Binds; those with an item bring it and the array's to one type. */
Code bind_cardinality(FuncBind *b);
Code bind_element_only(FuncBind *b);
Code bind_array_same(FuncBind *b);     /* an ARRAY -> one like it */
Code bind_array_contains(FuncBind *b); /* an ARRAY and an item -> BOOLEAN */
Code bind_array_position(FuncBind *b);
Code bind_array_with_item(FuncBind *b); /* an ARRAY and an item -> an ARRAY of both */
Code bind_arrays(FuncBind *b);          /* ARRAYs -> one of their common type */
Code bind_array_slice(FuncBind *b);
Code bind_array_flatten(FuncBind *b);
Code bind_array_sort(FuncBind *b);
Code bind_array_extreme(FuncBind *b);
Code bind_array_join(FuncBind *b);
Code bind_split(FuncBind *b);
Code bind_str_to_map(FuncBind *b);
Code bind_regexp_extract_all(FuncBind *b);
Code bind_regexp_split(FuncBind *b);

Code kernel_cardinality(KernelCall *k);
Code kernel_element_only(KernelCall *k);
Code kernel_array_contains(KernelCall *k);
Code kernel_array_position(KernelCall *k);
Code kernel_array_append(KernelCall *k);
Code kernel_array_prepend(KernelCall *k);
Code kernel_array_remove(KernelCall *k);
Code kernel_array_reverse(KernelCall *k);
Code kernel_array_concat(KernelCall *k);
Code kernel_array_slice(KernelCall *k);
Code kernel_array_flatten(KernelCall *k);
Code kernel_array_sort(KernelCall *k);
Code kernel_array_extreme(KernelCall *k);
Code kernel_array_distinct(KernelCall *k); /* also ARRAY_UNION */
Code kernel_array_except(KernelCall *k);
Code kernel_array_intersect(KernelCall *k);
Code kernel_array_join(KernelCall *k);
Code kernel_split(KernelCall *k);
Code kernel_str_to_map(KernelCall *k);
Code kernel_regexp_extract_all(KernelCall *k);
Code kernel_regexp_split(KernelCall *k);
Code str_to_map_open(const Expr *call, const ExprEnv *env, void **state, Error *err);
void str_to_map_close(void *state);

/* --- gathering ---------------------------------------------------------------------------- */

/* The items of a row's result. */
typedef struct Gather {
  KernelCall *k;
  Arena scratch; /* until the kernel is done */
  Str *items;
  uint32_t n, cap;
  size_t size; /* of an item: part_size */
  bool null;   /* the result is NULL */
  Code code;   /* why one failed; OK: memory */
} Gather;

/* Fills g->items for a row, all of whose arguments that must not be NULL are there.  false: it
 * failed, for want of memory unless it set g->code. */
typedef bool (*GatherRow)(Gather *g, uint32_t row);
/* The result, an ARRAY, of each row.  A function that sees NULLs is NULL where its first argument
 * is. */
MUST_USE Code gather_rows(KernelCall *k, GatherRow one);
/* Room for n items more. */
MUST_USE bool gather_room(Gather *g, uint64_t n);
/* There is room. */
static inline void gather_put(Gather *g, Str part) { g->items[g->n++] = part; }
/* Room is made. */
MUST_USE bool gather_push(Gather *g, Str part);
/* Argument i, an ARRAY that is not NULL, in its parts. */
Parts array_arg(const KernelCall *k, uint32_t i, uint32_t row);
/* The parts from..to of an array; room is made. */
MUST_USE bool gather_all(Gather *g, const Parts *parts, uint32_t from, uint32_t to);
