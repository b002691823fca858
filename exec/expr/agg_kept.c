/* agg_kept.c -- see agg_kept.h. */
#include "exec/expr/agg_kept.h"

#include <stdlib.h>
#include <string.h>

#include "exec/expr/agg_distinct.h"
#include "exec/expr/agg_kernels.h"
#include "exec/state/key.h"

static size_t value_size(uint32_t len) { return offsetof(KeptValue, bytes) + len; }

static KeptValue *append(KeptState *s, uint64_t arrival, size_t len, Arena *arena) {
  if (len > UINT32_MAX - sizeof(KeptValue)) return NULL;
  if (s->kept == NULL) {
    s->kept = arena_try_alloc(arena, sizeof *s->kept, 8);
    if (s->kept == NULL) return NULL;
    *s->kept = (Kept){0};
  }
  Kept *kept = s->kept;
  KeptValue *v = pieces_append(&kept->pieces, value_size((uint32_t)len), arena);
  if (v == NULL) return NULL;
  v->arrival = arrival;
  v->len = (uint32_t)len;
  kept->mixed |= kept->n > 0 && arrival < kept->newest;
  if (kept->n == 0 || arrival > kept->newest) kept->newest = arrival;
  kept->n++;
  return v;
}

static bool append_copy(KeptState *s, uint64_t arrival, Str bytes, Arena *arena) {
  KeptValue *v = append(s, arrival, bytes.len, arena);
  if (v == NULL) return false;
  memcpy(v->bytes, bytes.ptr, bytes.len);
  return true;
}

/* --- reading --------------------------------------------------------------------------- */

typedef struct Cursor {
  const PieceBlock *block;
  uint32_t at;
} Cursor;

static Cursor values_of(const Kept *kept) {
  return (Cursor){kept != NULL ? kept->pieces.first : NULL, 0};
}

static const KeptValue *next_value(Cursor *c) {
  while (c->block != NULL && c->at == c->block->used) *c = (Cursor){c->block->next, 0};
  if (c->block == NULL) return NULL;
  const KeptValue *v = (const KeptValue *)(const void *)(piece_block_bytes(c->block) + c->at);
  c->at += (uint32_t)((value_size(v->len) + 7) & ~(size_t)7);
  return v;
}

Value kept_value(Type type, Str bytes) {
  Int128 slot = 0;
  uint64_t valid = 1;
  Vector one = {.type = type, .constant = true, .data = &slot, .valid = &valid};
  StateIn in = {.at = bytes.ptr, .end = bytes.ptr + bytes.len};
  state_get_value(&in, &one, 0);
  return value_of(&one, 0);
}

static int by_arrival(const void *a, const void *b) {
  const KeptValue *x = *(KeptValue *const *)a, *y = *(KeptValue *const *)b;
  return (x->arrival > y->arrival) - (x->arrival < y->arrival);
}

/* The values by arrival: kept->n of them.  NULL: no memory. */
static const KeptValue **sorted_values(const Kept *kept, Arena *arena) {
  const KeptValue **sorted = arena_try_alloc(arena, kept->n * sizeof(KeptValue *), 8);
  if (sorted == NULL) return NULL;
  Cursor c = values_of(kept);
  for (uint64_t i = 0; i < kept->n; i++) sorted[i] = next_value(&c);
  if (kept->mixed) qsort(sorted, kept->n, sizeof(KeptValue *), by_arrival);
  return sorted;
}

/* --- kernels --------------------------------------------------------------------------- */

bool kept_add(const AggInput *in) {
  for (uint32_t i = 0; i < in->n; i++) {
    uint32_t row = in->rows[i];
    if (!in->params->keep_nulls && !vector_valid(in->values, row)) continue;
    size_t len = value_encoded_size(in->values, row);
    KeptValue *kept = append(in->states[i], in->arrival + row, len, in->arena);
    if (kept == NULL) return false;
    value_encode(in->values, row, kept->bytes);
  }
  return true;
}

bool kept_merge(void *const *into, const void *const *from, uint32_t n, Arena *arena) {
  for (uint32_t i = 0; i < n; i++) {
    const KeptState *b = from[i];
    Cursor c = values_of(b->kept);
    for (const KeptValue *v; (v = next_value(&c)) != NULL;) {
      if (!append_copy(into[i], v->arrival, (Str){v->bytes, v->len}, arena)) return false;
    }
  }
  return true;
}

void kept_save(const void *state, StateOut *out) {
  const KeptState *s = state;
  Cursor c = values_of(s->kept);
  for (const KeptValue *v; (v = next_value(&c)) != NULL;) {
    state_put_u64(out, v->arrival);
    state_put_str(out, (Str){v->bytes, v->len});
  }
}

bool kept_load(void *state, StateIn *in, Arena *arena) {
  while (in->at < in->end && !in->bad) {
    uint64_t arrival = state_get_u64(in);
    Str bytes = state_get_str(in);
    if (!append_copy(state, arrival, bytes, arena)) return false;
  }
  return true;
}

/* --- results ----------------------------------------------------------------------------- */

static Value *room(uint64_t n, Arena *arena) {
  return arena_try_alloc(arena, (n + 1) * sizeof(Value), 16);
}

static bool kept_in_order(const void *state, Type type, Arena *arena, ValuesInOrder *out) {
  const Kept *kept = ((const KeptState *)state)->kept;
  *out = (ValuesInOrder){.n = kept != NULL ? kept->n : 0};
  if (out->n == 0) return true;
  const KeptValue **sorted = sorted_values(kept, arena);
  out->items = room(out->n, arena);
  if (sorted == NULL || out->items == NULL) return false;
  for (uint64_t i = 0; i < out->n; i++) {
    out->items[i] = kept_value(type, (Str){sorted[i]->bytes, sorted[i]->len});
  }
  return true;
}

static bool distinct_in_order(const void *state, Type type, Arena *arena, ValuesInOrder *out) {
  const DistinctValues *set = ((const DistinctState *)state)->set;
  *out = (ValuesInOrder){.n = set != NULL ? set->n : 0};
  if (out->n == 0) return true;
  const DistinctValue **sorted = agg_distinct_sorted(set, arena);
  out->items = room(out->n, arena);
  if (sorted == NULL || out->items == NULL) return false;
  for (uint64_t i = 0; i < out->n; i++) {
    out->items[i] = kept_value(type, (Str){sorted[i]->bytes, sorted[i]->len});
  }
  return true;
}

Code kept_emit(const void *const *states, uint32_t n, Vector *out, const AggEmit *how,
               const Finish *finish) {
  for (uint32_t i = 0; i < n; i++) {
    ValuesInOrder values;
    bool read = finish->distinct ? distinct_in_order(states[i], finish->type, how->arena, &values)
                                 : kept_in_order(states[i], finish->type, how->arena, &values);
    if (!read) return agg_no_memory(how);
    if (values.n == 0 && !finish->of_none) {
      agg_store_null(out, i);
    } else {
      TRY(finish->make(&values, how, (TextRef *)out->data + i));
    }
  }
  return OK;
}
