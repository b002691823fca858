/* agg_first.c -- FIRST_VALUE and LAST_VALUE: by arrival, NULLs passed over.
 *
 * A state carries the arrival of its value, so that states merge in any order.  Text lies in the
 * table's arena, in room that is used again.
 */
#include <string.h>

#include "exec/expr/agg_kernels.h"

/* seen is arrival + 1, 0 for none, so that zero bytes are the empty state. */
typedef struct FixedState {
  uint64_t seen;
  char value[16];
} FixedState;

typedef struct TextState {
  uint64_t seen;
  char *bytes;
  uint32_t len, room;
} TextState;

/* Does what came at `seen` replace what a state has? */
static inline bool replaces(uint64_t seen, uint64_t old, bool last) {
  return old == 0 || (last ? seen > old : seen < old);
}

/* --- fixed width ------------------------------------------------------------------------ */

static inline bool add_fixed(const AggInput *in, size_t size, bool last) {
  const Vector *values = in->values;
  const char *data = values->data;
  for (uint32_t i = 0; i < in->n; i++) {
    uint32_t row = in->rows[i];
    FixedState *s = in->states[i];
    uint64_t seen = in->arrival + row + 1;
    if (!vector_valid(values, row) || !replaces(seen, s->seen, last)) continue;
    s->seen = seen;
    memcpy(s->value, data + size * vector_at(values, row), size);
  }
  return true;
}

static bool merge_fixed(void *const *into, const void *const *from, uint32_t n, bool last) {
  for (uint32_t i = 0; i < n; i++) {
    FixedState *a = into[i];
    const FixedState *b = from[i];
    if (b->seen != 0 && replaces(b->seen, a->seen, last)) *a = *b;
  }
  return true;
}

static bool merge_first(void *const *into, const void *const *from, uint32_t n, Arena *arena) {
  (void)arena;
  return merge_fixed(into, from, n, false);
}

static bool merge_last(void *const *into, const void *const *from, uint32_t n, Arena *arena) {
  (void)arena;
  return merge_fixed(into, from, n, true);
}

static inline Code emit_fixed(const void *const *states, uint32_t n, Vector *out, size_t size) {
  for (uint32_t i = 0; i < n; i++) {
    const FixedState *s = states[i];
    memcpy((char *)out->data + size * i, s->value, size);
    if (s->seen == 0) bit_clear(out->valid, i);
  }
  return OK;
}

#define OF_SIZE(size)                                                                     \
  static bool add_first_##size(const AggInput *in) { return add_fixed(in, size, false); } \
  static bool add_last_##size(const AggInput *in) { return add_fixed(in, size, true); }   \
  static Code emit_##size(const void *const *states, uint32_t n, Vector *out,             \
                          const AggEmit *how) {                                           \
    (void)how;                                                                            \
    return emit_fixed(states, n, out, size);                                              \
  }
OF_SIZE(1)
OF_SIZE(2)
OF_SIZE(4)
OF_SIZE(8)
OF_SIZE(16)

/* --- text ------------------------------------------------------------------------------- */

static bool take_text(TextState *s, uint64_t seen, Str value, Arena *arena) {
  if (!agg_keep_bytes(&s->bytes, &s->room, value, arena)) return false;
  s->seen = seen;
  s->len = (uint32_t)value.len;
  return true;
}

static bool add_text(const AggInput *in, bool last) {
  const Vector *values = in->values;
  const TextRef *v = values->data;
  for (uint32_t i = 0; i < in->n; i++) {
    uint32_t row = in->rows[i];
    TextState *s = in->states[i];
    uint64_t seen = in->arrival + row + 1;
    if (!vector_valid(values, row) || !replaces(seen, s->seen, last)) continue;
    if (!take_text(s, seen, text_str(&v[vector_at(values, row)]), in->arena)) return false;
  }
  return true;
}

static bool merge_text(void *const *into, const void *const *from, uint32_t n, Arena *arena,
                       bool last) {
  for (uint32_t i = 0; i < n; i++) {
    TextState *a = into[i];
    const TextState *b = from[i];
    if (b->seen == 0 || !replaces(b->seen, a->seen, last)) continue;
    if (!take_text(a, b->seen, (Str){b->bytes, b->len}, arena)) return false;
  }
  return true;
}

static bool add_first_text(const AggInput *in) { return add_text(in, false); }
static bool add_last_text(const AggInput *in) { return add_text(in, true); }

static bool merge_first_text(void *const *into, const void *const *from, uint32_t n, Arena *arena) {
  return merge_text(into, from, n, arena, false);
}

static bool merge_last_text(void *const *into, const void *const *from, uint32_t n, Arena *arena) {
  return merge_text(into, from, n, arena, true);
}

static void save_text(const void *state, StateOut *out) {
  const TextState *s = state;
  if (s->seen == 0) return;
  state_put_u64(out, s->seen);
  state_put_str(out, (Str){s->bytes, s->len});
}

static bool load_text(void *state, StateIn *in, Arena *arena) {
  if (in->at == in->end) return true;
  uint64_t seen = state_get_u64(in);
  if (seen == 0) state_bad(in);
  return take_text(state, seen, state_get_str(in), arena);
}

static Code emit_text(const void *const *states, uint32_t n, Vector *out, const AggEmit *how) {
  (void)how;
  TextRef *v = out->data;
  for (uint32_t i = 0; i < n; i++) {
    const TextState *s = states[i];
    v[i] = s->seen != 0 ? text_ref(s->bytes, s->len) : (TextRef){0};
    if (s->seen == 0) bit_clear(out->valid, i);
  }
  return OK;
}

/* --- bind ------------------------------------------------------------------------------- */

#define FIXED(f, size)                                                                          \
  {                                                                                             \
    .state_bytes = sizeof(FixedState), .ordered = true, .words = true, .add = add_##f##_##size, \
    .merge = merge_##f, .emit = emit_##size                                                     \
  }
#define BY_PHYS(f)                                                                  \
  {                                                                                 \
    [PHYS_I8] = FIXED(f, 1), [PHYS_I16] = FIXED(f, 2), [PHYS_I32] = FIXED(f, 4),    \
    [PHYS_I64] = FIXED(f, 8), [PHYS_I128] = FIXED(f, 16), [PHYS_F32] = FIXED(f, 4), \
    [PHYS_F64] = FIXED(f, 8), [PHYS_TEXT] = {                                       \
      .state_bytes = sizeof(TextState),                                             \
      .ordered = true,                                                              \
      .add = add_##f##_text,                                                        \
      .merge = merge_##f##_text,                                                    \
      .save = save_text,                                                            \
      .load = load_text,                                                            \
      .emit = emit_text                                                             \
    }                                                                               \
  }

static const AggKernels first_kernels[PHYS_COUNT] = BY_PHYS(first);
static const AggKernels last_kernels[PHYS_COUNT] = BY_PHYS(last);

/* The first of the values is also the first of the distinct ones. */
Code agg_bind_FIRST_VALUE(const Type *args, uint32_t n_args, Span span, AggCall *call, Error *err) {
  (void)n_args, (void)span, (void)err;
  call->distinct = false;
  call->kernels = &first_kernels[type_phys(args[0])];
  call->result = type_nullable(args[0], true);
  return OK;
}

Code agg_bind_LAST_VALUE(const Type *args, uint32_t n_args, Span span, AggCall *call, Error *err) {
  (void)n_args, (void)span, (void)err;
  call->kernels = &last_kernels[type_phys(args[0])];
  call->result = type_nullable(args[0], true);
  if (call->distinct) agg_last_distinct(call);
  return OK;
}
