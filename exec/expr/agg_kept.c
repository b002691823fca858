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

Str kept_text(Str bytes) {
  enum { HEAD = 5 }; /* not NULL, length */
  uint32_t len;
  if (bytes.len < HEAD || bytes.ptr[0] == 0) return (Str){"", 0};
  memcpy(&len, bytes.ptr + 1, sizeof len);
  return len <= bytes.len - HEAD ? (Str){bytes.ptr + HEAD, len} : (Str){"", 0};
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

static int by_arrival(const void *a, const void *b) {
  const Arrived *x = a, *y = b;
  return (x->arrival > y->arrival) - (x->arrival < y->arrival);
}

static uint64_t list_kept(const Kept *kept, Arrived *out) {
  uint64_t n = 0;
  Cursor c = values_of(kept);
  for (const KeptValue *v; (v = next_value(&c)) != NULL;) {
    out[n++] = (Arrived){v->arrival, {v->bytes, v->len}};
  }
  return n;
}

static uint64_t list_distinct(const DistinctValues *set, Arrived *out) {
  uint64_t n = 0;
  for (const DistinctValue *v = set->first; v != NULL; v = v->next) {
    out[n++] = (Arrived){v->arrival, {v->bytes, v->len}};
  }
  return n;
}

/* The values of a state, of one or the other kind.  false: no memory. */
static bool values_in_order(const void *state, bool distinct, Arena *arena, ValuesInOrder *out) {
  const Kept *kept = distinct ? NULL : ((const KeptState *)state)->kept;
  const DistinctValues *set = distinct ? ((const DistinctState *)state)->set : NULL;
  uint64_t most = kept != NULL ? kept->n : set != NULL ? set->n : 0;
  *out = (ValuesInOrder){0};
  if (most == 0) return true;
  out->items = arena_try_alloc(arena, most * sizeof *out->items, 8);
  if (out->items == NULL) return false;
  out->n = kept != NULL ? list_kept(kept, out->items) : list_distinct(set, out->items);
  bool mixed = kept != NULL ? kept->mixed : set->mixed;
  if (mixed) qsort(out->items, out->n, sizeof *out->items, by_arrival);
  return true;
}

Code kept_emit(const void *const *states, uint32_t n, Vector *out, const AggEmit *how,
               const Finish *finish) {
  for (uint32_t i = 0; i < n; i++) {
    ValuesInOrder values;
    if (!values_in_order(states[i], finish->distinct, how->arena, &values)) {
      return agg_no_memory(how);
    }
    if (values.n == 0 && !finish->of_none) {
      agg_store_null(out, i);
    } else {
      TRY(finish->make(&values, how, (TextRef *)out->data + i));
    }
  }
  return OK;
}
