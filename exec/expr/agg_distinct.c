/* agg_distinct.c -- sets of values with their first arrivals; LAST_VALUE(DISTINCT x). */
#include "exec/expr/agg_distinct.h"

#include <string.h>

#include "exec/expr/agg_kernels.h"
#include "exec/state/key.h"

enum { SLOTS_FIRST = 8 };

static DistinctSlot *find_slot(const DistinctValues *set, uint64_t hash, Str bytes) {
  for (uint64_t at = hash;; at++) {
    DistinctSlot *slot = &set->slots[at & (set->cap - 1)];
    const DistinctValue *v = slot->value;
    if (v == NULL) return slot;
    if (slot->hash == hash && v->len == bytes.len && memcmp(v->bytes, bytes.ptr, v->len) == 0) {
      return slot;
    }
  }
}

/* Keep at least a third of the slots free. */
static bool make_room(DistinctValues *set, Arena *arena) {
  if ((set->n + 1) * 3 <= set->cap * 2) return true;
  const DistinctValues old = *set;
  uint64_t cap = old.cap > 0 ? old.cap * 2 : SLOTS_FIRST;
  DistinctSlot *slots = arena_try_alloc(arena, cap * sizeof *slots, 8);
  if (slots == NULL) return false;
  memset(slots, 0, cap * sizeof *slots);
  for (uint64_t i = 0; i < old.cap; i++) {
    if (old.slots[i].value == NULL) continue;
    uint64_t at = old.slots[i].hash;
    while (slots[at & (cap - 1)].value != NULL) at++;
    slots[at & (cap - 1)] = old.slots[i];
  }
  set->slots = slots;
  set->cap = cap;
  return true;
}

static DistinctValue *append(DistinctValues *set, Str bytes, uint64_t arrival, Arena *arena) {
  DistinctValue *v = arena_try_alloc(arena, sizeof *v + bytes.len, 8);
  if (v == NULL) return NULL;
  *v = (DistinctValue){.arrival = arrival, .len = (uint32_t)bytes.len};
  memcpy(v->bytes, bytes.ptr, bytes.len);
  if (set->last != NULL) {
    set->mixed |= arrival < set->last->arrival;
    set->last->next = v;
  } else {
    set->first = v;
  }
  set->last = v;
  set->n++;
  return v;
}

/* What becomes of the number of a value that comes again. */
typedef enum Again { KEEP_FIRST, COUNT_UP } Again;

static bool offer(DistinctValues *set, Again again, Str bytes, uint64_t arrival, Arena *arena) {
  const uint64_t hash = hash_bytes(bytes.ptr, bytes.len);
  if (!make_room(set, arena)) return false;
  DistinctSlot *slot = find_slot(set, hash, bytes);
  if (slot->value == NULL) {
    *slot = (DistinctSlot){hash, append(set, bytes, arrival, arena)};
    return slot->value != NULL;
  }
  if (again == COUNT_UP) {
    slot->value->arrival += arrival;
  } else if (arrival < slot->value->arrival) {
    slot->value->arrival = arrival;
    set->mixed = true;
  }
  return true;
}

static DistinctValues *set_of(DistinctState *s, Arena *arena) {
  if (s->set == NULL) {
    s->set = arena_try_alloc(arena, sizeof *s->set, 8);
    if (s->set != NULL) *s->set = (DistinctValues){0};
  }
  return s->set;
}

static bool add_value(DistinctState *s, Again again, const Vector *values, uint32_t row,
                      uint64_t arrival, Arena *arena) {
  DistinctValues *set = set_of(s, arena);
  size_t len = key_encoded_size(values, row);
  if (set == NULL || !agg_make_room(&set->scratch, &set->scratch_room, len, arena)) return false;
  key_encode(values, row, set->scratch);
  return offer(set, again, (Str){set->scratch, len}, arrival, arena);
}

bool agg_distinct_add(const AggInput *in) {
  for (uint32_t i = 0; i < in->n; i++) {
    uint32_t row = in->rows[i];
    if (!in->params->keep_nulls && !vector_valid(in->values, row)) continue;
    uint64_t arrival = in->arrival + row;
    if (!add_value(in->states[i], KEEP_FIRST, in->values, row, arrival, in->arena)) return false;
  }
  return true;
}

bool agg_counted_add(const AggInput *in) {
  for (uint32_t i = 0; i < in->n; i++) {
    uint32_t row = in->rows[i];
    if (!vector_valid(in->values, row)) continue;
    if (!add_value(in->states[i], COUNT_UP, in->values, row, 1, in->arena)) return false;
  }
  return true;
}

static bool merge(Again again, void *const *into, const void *const *from, uint32_t n,
                  Arena *arena) {
  for (uint32_t i = 0; i < n; i++) {
    const DistinctState *b = from[i];
    if (b->set == NULL) continue;
    DistinctValues *set = set_of(into[i], arena);
    if (set == NULL) return false;
    for (const DistinctValue *v = b->set->first; v != NULL; v = v->next) {
      if (!offer(set, again, (Str){v->bytes, v->len}, v->arrival, arena)) return false;
    }
  }
  return true;
}

bool agg_distinct_merge(void *const *into, const void *const *from, uint32_t n, Arena *arena) {
  return merge(KEEP_FIRST, into, from, n, arena);
}

bool agg_counted_merge(void *const *into, const void *const *from, uint32_t n, Arena *arena) {
  return merge(COUNT_UP, into, from, n, arena);
}

void agg_distinct_save(const void *state, StateOut *out) {
  const DistinctState *s = state;
  if (s->set == NULL) return;
  for (const DistinctValue *v = s->set->first; v != NULL; v = v->next) {
    state_put_u64(out, v->arrival);
    state_put_str(out, (Str){v->bytes, v->len});
  }
}

/* The bytes of one value are read by its type when the result is made, so this is the place to see
 * that they are there. */
static bool load(Again again, void *state, StateIn *in, Arena *arena) {
  while (in->at < in->end && !in->bad) {
    uint64_t arrival = state_get_u64(in);
    Str bytes = state_get_str(in);
    if (in->bad || bytes.len == 0) {
      state_bad(in);
      return true;
    }
    DistinctValues *set = set_of(state, arena);
    if (set == NULL) return false;
    if (!offer(set, again, bytes, arrival, arena)) return false;
  }
  return true;
}

bool agg_distinct_load(void *state, StateIn *in, Arena *arena) {
  return load(KEEP_FIRST, state, in, arena);
}

bool agg_counted_load(void *state, StateIn *in, Arena *arena) {
  return load(COUNT_UP, state, in, arena);
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
                                                 .save = agg_distinct_save,
                                                 .load = agg_distinct_load,
                                                 .emit = emit_last};

void agg_last_distinct(AggCall *call) {
  call->distinct = false;
  call->own_distinct = true;
  call->kernels = &last_distinct_kernels;
}
