/* agg_distinct.c -- sets of values with their first arrivals; LAST_VALUE(DISTINCT x). */
#include "exec/expr/agg_distinct.h"

#include <stdlib.h>
#include <string.h>

#include "exec/expr/agg_kernels.h"
#include "exec/state/key.h"

enum { SLOTS_FIRST = 8 };

static DistinctValue **find_slot(const DistinctValues *set, uint64_t hash, Str bytes) {
  uint64_t at = hash;
  for (;; at++) {
    DistinctValue **slot = &set->slots[at & (set->cap - 1)];
    const DistinctValue *v = *slot;
    if (v == NULL) return slot;
    if (v->hash == hash && v->len == bytes.len && memcmp(v->bytes, bytes.ptr, bytes.len) == 0) {
      return slot;
    }
  }
}

/* Keep at least a third of the slots free. */
static bool make_room(DistinctValues *set, Arena *arena) {
  if ((set->n + 1) * 3 <= set->cap * 2) return true;
  uint64_t cap = set->cap > 0 ? set->cap * 2 : SLOTS_FIRST;
  DistinctValue **slots = arena_try_alloc(arena, cap * sizeof(DistinctValue *), 8);
  if (slots == NULL) return false;
  memset(slots, 0, cap * sizeof(DistinctValue *));
  set->slots = slots;
  set->cap = cap;
  for (DistinctValue *v = set->first; v != NULL; v = v->next) {
    *find_slot(set, v->hash, (Str){v->bytes, v->len}) = v;
  }
  return true;
}

static bool offer(DistinctValues *set, uint64_t hash, Str bytes, uint64_t arrival, Arena *arena) {
  if (!make_room(set, arena)) return false;
  DistinctValue **slot = find_slot(set, hash, bytes);
  if (*slot != NULL) {
    if (arrival < (*slot)->arrival) (*slot)->arrival = arrival;
    return true;
  }
  DistinctValue *v = arena_try_alloc(arena, sizeof *v + bytes.len, 8);
  if (v == NULL) return false;
  *v = (DistinctValue){.hash = hash, .arrival = arrival, .len = (uint32_t)bytes.len};
  memcpy(v->bytes, bytes.ptr, bytes.len);
  if (set->last != NULL) {
    set->last->next = v;
  } else {
    set->first = v;
  }
  set->last = v;
  set->n++;
  *slot = v;
  return true;
}

static DistinctValues *set_of(DistinctState *s, Arena *arena) {
  if (s->set == NULL) {
    s->set = arena_try_alloc(arena, sizeof *s->set, 8);
    if (s->set != NULL) *s->set = (DistinctValues){0};
  }
  return s->set;
}

static bool add_value(DistinctState *s, const Vector *values, uint32_t row, uint64_t arrival,
                      Arena *arena) {
  DistinctValues *set = set_of(s, arena);
  size_t len = key_encoded_size(values, row);
  if (set == NULL || !agg_make_room(&set->scratch, &set->scratch_room, len, arena)) return false;
  key_encode(values, row, set->scratch);
  return offer(set, hash_bytes(set->scratch, len), (Str){set->scratch, len}, arrival, arena);
}

bool agg_distinct_add(const AggInput *in) {
  for (uint32_t i = 0; i < in->n; i++) {
    uint32_t row = in->rows[i];
    if (!vector_valid(in->values, row)) continue;
    if (!add_value(in->states[i], in->values, row, in->arrival + row, in->arena)) return false;
  }
  return true;
}

bool agg_distinct_merge(void *const *into, const void *const *from, uint32_t n, Arena *arena) {
  for (uint32_t i = 0; i < n; i++) {
    const DistinctState *b = from[i];
    if (b->set == NULL) continue;
    DistinctValues *set = set_of(into[i], arena);
    if (set == NULL) return false;
    for (const DistinctValue *v = b->set->first; v != NULL; v = v->next) {
      if (!offer(set, v->hash, (Str){v->bytes, v->len}, v->arrival, arena)) return false;
    }
  }
  return true;
}

static int by_arrival(const void *a, const void *b) {
  const DistinctValue *x = *(DistinctValue *const *)a, *y = *(DistinctValue *const *)b;
  return (x->arrival > y->arrival) - (x->arrival < y->arrival);
}

const DistinctValue **agg_distinct_sorted(const DistinctValues *set, Arena *arena) {
  const DistinctValue **values = arena_try_alloc(arena, set->n * sizeof(DistinctValue *), 8);
  if (values == NULL) return NULL;
  uint64_t n = 0;
  for (const DistinctValue *v = set->first; v != NULL; v = v->next) values[n++] = v;
  qsort(values, n, sizeof(DistinctValue *), by_arrival);
  return values;
}

/* --- LAST_VALUE(DISTINCT x) ----------------------------------------------------------------- */

/* The value whose first occurrence is the last. */
static Code emit_last(const void *const *states, uint32_t n, Vector *out, const AggEmit *how) {
  (void)how;
  for (uint32_t i = 0; i < n; i++) {
    const DistinctState *s = states[i];
    if (s->set == NULL) {
      agg_store_null(out, i);
      continue;
    }
    const DistinctValue *last = s->set->first;
    for (const DistinctValue *v = last; v != NULL; v = v->next) {
      if (v->arrival > last->arrival) last = v;
    }
    const char *at = last->bytes;
    key_decode(out, i, &at);
  }
  return OK;
}

static const AggKernels last_distinct_kernels = {.state_bytes = sizeof(DistinctState),
                                                 .ordered = true,
                                                 .holistic = true,
                                                 .add = agg_distinct_add,
                                                 .merge = agg_distinct_merge,
                                                 .emit = emit_last};

void agg_last_distinct(AggCall *call) {
  call->distinct = false;
  call->own_distinct = true;
  call->kernels = &last_distinct_kernels;
}
