/* func_array_set.c -- arrays as sets: ARRAY_DISTINCT, ARRAY_UNION, ARRAY_EXCEPT, ARRAY_INTERSECT.
 *
 * Each item once, in the order in which it occurs first.  Items that have been seen stand in a
 * hash table, so that the time grows with the number of items and not with its square.
 */
#include <string.h>

#include "base/hash.h"
#include "exec/expr/func_array.h"

enum { FEW = 16 }; /* items that need no memory of their own */

/* Different items, by open addressing in a table at most half full. */
typedef struct PartSet {
  Str *items;
  bool *taken; /* of ARRAY_INTERSECT: it is in the result */
  uint32_t n, mask;
  uint32_t *table; /* number of an item + 1; 0: empty */
  Arena arena;
  Str few_items[FEW];
  bool few_taken[FEW];
  uint32_t few_table[2 * FEW];
} PartSet;

/* Room for n items. */
static bool set_init(PartSet *s, uint64_t n) {
  uint64_t size = 2 * FEW;
  s->arena = (Arena){0};
  s->n = 0;
  s->items = s->few_items;
  s->taken = s->few_taken;
  s->table = s->few_table;
  if (n > NESTED_MAX) return false;
  if (n > FEW) {
    while (size < 2 * n) size *= 2;
    s->items = arena_try_alloc(&s->arena, n * sizeof *s->items, sizeof(void *));
    s->taken = arena_try_alloc(&s->arena, n, 1);
    s->table = arena_try_alloc(&s->arena, size * sizeof *s->table, sizeof *s->table);
    if (s->items == NULL || s->taken == NULL || s->table == NULL) return false;
  }
  s->mask = (uint32_t)(size - 1);
  memset(s->taken, 0, n > FEW ? n : FEW);
  memset(s->table, 0, size * sizeof *s->table);
  return true;
}

static void set_deinit(PartSet *s) { arena_deinit(&s->arena); }

/* The place in the table where the item stands or would stand. */
static uint32_t *set_place(const PartSet *s, Str item) {
  uint32_t at = item.ptr != NULL ? (uint32_t)hash_bytes(item.ptr, item.len) : 0;
  for (;; at++) {
    uint32_t *place = &s->table[at & s->mask];
    if (*place == 0 || part_equal(s->items[*place - 1], item)) return place;
  }
}

/* false: it is there already. */
static bool set_add(PartSet *s, Str item) {
  uint32_t *place = set_place(s, item);
  if (*place != 0) return false;
  s->items[s->n++] = item;
  *place = s->n;
  return true;
}

static void add_all(PartSet *s, const Parts *parts) {
  for (uint32_t i = 0; i < parts->s.n; i++) set_add(s, part_at(parts, i));
}

/* --- rows ---------------------------------------------------------------------------------- */

static uint64_t items_of_args(const KernelCall *k, uint32_t row) {
  uint64_t n = 0;
  for (uint32_t i = 0; i < k->n_args; i++) n += array_arg(k, i, row).s.n;
  return n;
}

static bool distinct_row(Gather *g, uint32_t row) {
  PartSet set;
  uint64_t n = items_of_args(g->k, row);
  bool done = set_init(&set, n) && gather_room(g, n);
  for (uint32_t a = 0; done && a < g->k->n_args; a++) {
    Parts parts = array_arg(g->k, a, row);
    for (uint32_t i = 0; i < parts.s.n; i++) {
      Str part = part_at(&parts, i);
      if (set_add(&set, part)) gather_put(g, part);
    }
  }
  set_deinit(&set);
  return done;
}

static bool except_row(Gather *g, uint32_t row) {
  PartSet set;
  Parts from = array_arg(g->k, 0, row), without = array_arg(g->k, 1, row);
  uint64_t n = items_of_args(g->k, row);
  bool done = set_init(&set, n) && gather_room(g, n);
  if (done) add_all(&set, &without);
  for (uint32_t i = 0; done && i < from.s.n; i++) {
    Str part = part_at(&from, i);
    if (set_add(&set, part)) gather_put(g, part);
  }
  set_deinit(&set);
  return done;
}

static bool intersect_row(Gather *g, uint32_t row) {
  PartSet set;
  Parts from = array_arg(g->k, 0, row), with = array_arg(g->k, 1, row);
  bool done = set_init(&set, with.s.n) && gather_room(g, from.s.n);
  if (done) add_all(&set, &with);
  for (uint32_t i = 0; done && i < from.s.n; i++) {
    Str part = part_at(&from, i);
    uint32_t number = *set_place(&set, part);
    if (number == 0 || set.taken[number - 1]) continue;
    set.taken[number - 1] = true;
    gather_put(g, part);
  }
  set_deinit(&set);
  return done;
}

Code kernel_array_distinct(KernelCall *k) { return gather_rows(k, distinct_row); }
Code kernel_array_except(KernelCall *k) { return gather_rows(k, except_row); }
Code kernel_array_intersect(KernelCall *k) { return gather_rows(k, intersect_row); }
