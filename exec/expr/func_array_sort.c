/* func_array_sort.c -- what goes by the order of items: ARRAY_SORT, ARRAY_MAX, ARRAY_MIN.
 *
 * Items that are themselves nested are refused, as in Flink.  NaN is above all numbers.
 */
#include <string.h>

#include "exec/expr/func_array.h"
#include "exec/expr/func_bind.h"
#include "exec/expr/func_rows.h"

static bool has_order(const FuncBind *b) {
  Type t = b->call->args[0]->type;
  return t.kind == TYPE_ARRAY && part_compare(type_item(t)) != NULL;
}

Code bind_array_sort(FuncBind *b) {
  static const char takes[] = "an ARRAY of items that have an order, and one or two BOOLEANs";
  if (!has_order(b)) return func_bad_args(b, takes);
  return bind_shape(b, "abb", b->call->args[0]->type, takes);
}

Code bind_array_extreme(FuncBind *b) {
  if (!has_order(b)) return func_bad_args(b, "an ARRAY of items that have an order");
  b->call->type = type_nullable(type_item(b->call->args[0]->type), true);
  return OK;
}

/* --- ARRAY_SORT ---------------------------------------------------------------------------- */

/* Merges the sorted runs items[from..middle) and items[middle..to) into out[from..to). */
static void merge_runs(const Str *items, Str *out, uint64_t from, uint64_t middle, uint64_t to,
                       PartCompare compare) {
  uint64_t a = from, b = middle;
  for (uint64_t at = from; at < to; at++) {
    bool take_a = b == to || (a < middle && compare(items[a], items[b]) <= 0);
    out[at] = take_a ? items[a++] : items[b++];
  }
}

/* By merging runs of 1, 2, 4 ... items; returns the sorted ones, which are items or room. */
static Str *sort_parts(Str *items, Str *room, uint32_t n, PartCompare compare) {
  for (uint64_t run = 1; run < n; run *= 2) {
    for (uint64_t from = 0; from < n; from += 2 * run) {
      uint64_t middle = from + run < n ? from + run : n;
      uint64_t to = from + 2 * run < n ? from + 2 * run : n;
      merge_runs(items, room, from, middle, to, compare);
    }
    Str *swap = items;
    items = room;
    room = swap;
  }
  return items;
}

static void reverse(Str *items, uint32_t n) {
  for (uint32_t i = 0; i < n / 2; i++) {
    Str swap = items[i];
    items[i] = items[n - 1 - i];
    items[n - 1 - i] = swap;
  }
}

static bool flag_arg(const KernelCall *k, uint32_t i, uint32_t row, bool if_absent) {
  if (k->n_args <= i) return if_absent;
  return ((const int8_t *)k->args[i].data)[vector_at(&k->args[i], row)] != 0;
}

static bool sort_row(Gather *g, uint32_t row) {
  const KernelCall *k = g->k;
  Parts array = array_arg(k, 0, row);
  uint32_t n = array.s.n, n_nulls = 0, n_there = 0;
  bool ascending = flag_arg(k, 1, row, true), nulls_first = flag_arg(k, 2, row, ascending);
  if (!gather_room(g, 3 * (uint64_t)n)) return false;
  Str *items = g->items + n, *room = items + n; /* behind what becomes the result */
  for (uint32_t i = 0; i < n; i++) {
    Str part = part_at(&array, i);
    if (part.ptr == NULL) {
      n_nulls++;
    } else {
      items[n_there++] = part;
    }
  }
  Str *sorted = sort_parts(items, room, n_there, part_compare(type_item(k->expr->type)));
  if (!ascending) reverse(sorted, n_there);
  for (uint32_t i = 0; nulls_first && i < n_nulls; i++) gather_put(g, (Str){NULL, 0});
  for (uint32_t i = 0; i < n_there; i++) gather_put(g, sorted[i]);
  while (g->n < n) gather_put(g, (Str){NULL, 0});
  return true;
}

Code kernel_array_sort(KernelCall *k) { return gather_rows(k, sort_row); }

/* --- ARRAY_MAX, ARRAY_MIN ------------------------------------------------------------------ */

/* The largest item, or with sign -1 the smallest; ptr NULL: there is none. */
static Str extreme(const Parts *array, PartCompare compare, int sign) {
  Str best = {NULL, 0};
  for (uint32_t i = 0; i < array->s.n; i++) {
    Str part = part_at(array, i);
    if (part.ptr == NULL) continue;
    if (best.ptr == NULL || sign * compare(part, best) > 0) best = part;
  }
  return best;
}

Code kernel_array_extreme(KernelCall *k) {
  int sign = k->expr->func->name[strlen("ARRAY_M")] == 'A' ? 1 : -1;
  PartCompare compare = part_compare(k->expr->type);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    Parts array = array_arg(k, 0, row);
    Str best = extreme(&array, compare, sign);
    if (best.ptr == NULL) {
      put_null(k, row);
    } else {
      part_store(best, k->out, row);
    }
  }
  return OK;
}
