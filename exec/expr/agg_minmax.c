/* agg_minmax.c -- MIN and MAX of anything that has an order.
 *
 * NaN is above every number, as in ORDER BY.  A text state owns a copy of its value in the
 * table's arena; a longer value than the room it has gets new room, twice as much.
 */
#include <string.h>

#include "exec/expr/agg_kernels.h"

#define LESS(x, y)       ((x) < (y))
#define MORE(x, y)       ((x) > (y))
#define FLOAT_LESS(x, y) ((x) < (y) || ((y) != (y) && (x) == (x)))
#define FLOAT_MORE(x, y) ((x) > (y) || ((x) != (x) && (y) == (y)))

#define ADD         add_min_i8
#define MERGE       merge_min_i8
#define EMIT        emit_min_i8
#define STATE       State_min_i8
#define T           int8_t
#define BEATS(x, y) LESS(x, y)
#include "exec/expr/agg_minmax.tmpl.h"

#define ADD         add_min_i16
#define MERGE       merge_min_i16
#define EMIT        emit_min_i16
#define STATE       State_min_i16
#define T           int16_t
#define BEATS(x, y) LESS(x, y)
#include "exec/expr/agg_minmax.tmpl.h"

#define ADD         add_min_i32
#define MERGE       merge_min_i32
#define EMIT        emit_min_i32
#define STATE       State_min_i32
#define T           int32_t
#define BEATS(x, y) LESS(x, y)
#include "exec/expr/agg_minmax.tmpl.h"

#define ADD         add_min_i64
#define MERGE       merge_min_i64
#define EMIT        emit_min_i64
#define STATE       State_min_i64
#define T           int64_t
#define BEATS(x, y) LESS(x, y)
#include "exec/expr/agg_minmax.tmpl.h"

#define ADD         add_min_i128
#define MERGE       merge_min_i128
#define EMIT        emit_min_i128
#define STATE       State_min_i128
#define T           Int128
#define BEATS(x, y) LESS(x, y)
#include "exec/expr/agg_minmax.tmpl.h"

#define ADD         add_min_f32
#define MERGE       merge_min_f32
#define EMIT        emit_min_f32
#define STATE       State_min_f32
#define T           float
#define BEATS(x, y) FLOAT_LESS(x, y)
#include "exec/expr/agg_minmax.tmpl.h"

#define ADD         add_min_f64
#define MERGE       merge_min_f64
#define EMIT        emit_min_f64
#define STATE       State_min_f64
#define T           double
#define BEATS(x, y) FLOAT_LESS(x, y)
#include "exec/expr/agg_minmax.tmpl.h"

#define ADD         add_max_i8
#define MERGE       merge_max_i8
#define EMIT        emit_max_i8
#define STATE       State_max_i8
#define T           int8_t
#define BEATS(x, y) MORE(x, y)
#include "exec/expr/agg_minmax.tmpl.h"

#define ADD         add_max_i16
#define MERGE       merge_max_i16
#define EMIT        emit_max_i16
#define STATE       State_max_i16
#define T           int16_t
#define BEATS(x, y) MORE(x, y)
#include "exec/expr/agg_minmax.tmpl.h"

#define ADD         add_max_i32
#define MERGE       merge_max_i32
#define EMIT        emit_max_i32
#define STATE       State_max_i32
#define T           int32_t
#define BEATS(x, y) MORE(x, y)
#include "exec/expr/agg_minmax.tmpl.h"

#define ADD         add_max_i64
#define MERGE       merge_max_i64
#define EMIT        emit_max_i64
#define STATE       State_max_i64
#define T           int64_t
#define BEATS(x, y) MORE(x, y)
#include "exec/expr/agg_minmax.tmpl.h"

#define ADD         add_max_i128
#define MERGE       merge_max_i128
#define EMIT        emit_max_i128
#define STATE       State_max_i128
#define T           Int128
#define BEATS(x, y) MORE(x, y)
#include "exec/expr/agg_minmax.tmpl.h"

#define ADD         add_max_f32
#define MERGE       merge_max_f32
#define EMIT        emit_max_f32
#define STATE       State_max_f32
#define T           float
#define BEATS(x, y) FLOAT_MORE(x, y)
#include "exec/expr/agg_minmax.tmpl.h"

#define ADD         add_max_f64
#define MERGE       merge_max_f64
#define EMIT        emit_max_f64
#define STATE       State_max_f64
#define T           double
#define BEATS(x, y) FLOAT_MORE(x, y)
#include "exec/expr/agg_minmax.tmpl.h"

/* --- text --------------------------------------------------------------------------------------
 */

typedef struct TextState {
  TextRef value;
  char *bytes; /* where a long value lies; kept while a short one counts */
  uint32_t any, room;
} TextState;
static_assert(sizeof(TextState) <= 8 * AGG_STATE_WORDS_MAX, "fits a record");

static bool keep_text(TextState *s, const TextRef *value, Arena *arena) {
  s->any = 1;
  s->value = *value;
  if (value->len <= TEXT_INLINE_MAX) return true;
  if (!agg_keep_bytes(&s->bytes, &s->room, text_str(value), arena)) return false;
  s->value = text_ref(s->bytes, value->len);
  return true;
}

static bool offer_text(TextState *s, const TextRef *value, int sign, Arena *arena) {
  if (s->any && text_compare(value, &s->value) * sign <= 0) return true;
  return keep_text(s, value, arena);
}

static bool add_text(const AggInput *in, int sign) {
  const TextRef *v = in->values->data;
  for (uint32_t i = 0; i < in->n; i++) {
    uint32_t row = in->rows[i];
    if (!vector_valid(in->values, row)) continue;
    if (!offer_text(in->states[i], &v[vector_at(in->values, row)], sign, in->arena)) return false;
  }
  return true;
}

static bool merge_text(void *const *into, const void *const *from, uint32_t n, Arena *arena,
                       int sign) {
  for (uint32_t i = 0; i < n; i++) {
    const TextState *b = from[i];
    if (b->any && !offer_text(into[i], &b->value, sign, arena)) return false;
  }
  return true;
}

static Code emit_text(const void *const *states, uint32_t n, Vector *out, const AggEmit *how) {
  (void)how;
  TextRef *v = out->data;
  for (uint32_t i = 0; i < n; i++) {
    const TextState *s = states[i];
    v[i] = s->any ? s->value : (TextRef){0};
    if (!s->any) bit_clear(out->valid, i);
  }
  return OK;
}

static void save_text(const void *state, StateOut *out) {
  const TextState *s = state;
  if (s->any) state_put_str(out, text_str(&s->value));
}

static bool load_text(void *state, StateIn *in, Arena *arena) {
  if (in->at == in->end) return true;
  Str text = state_get_str(in);
  TextRef value = text_ref(text.ptr, text.len);
  return keep_text(state, &value, arena);
}

static bool add_min_text(const AggInput *in) { return add_text(in, -1); }
static bool merge_min_text(void *const *into, const void *const *from, uint32_t n, Arena *arena) {
  return merge_text(into, from, n, arena, -1);
}

static bool add_max_text(const AggInput *in) { return add_text(in, 1); }
static bool merge_max_text(void *const *into, const void *const *from, uint32_t n, Arena *arena) {
  return merge_text(into, from, n, arena, 1);
}

/* --- bind --------------------------------------------------------------------------------------
 */

#define FIXED(f, p)                                                              \
  {                                                                              \
    .state_bytes = sizeof(State_##f##_##p), .words = true, .add = add_##f##_##p, \
    .merge = merge_##f##_##p, .emit = emit_##f##_##p                             \
  }
#define BY_PHYS(f)                                                                        \
  {                                                                                       \
    [PHYS_I8] = FIXED(f, i8), [PHYS_I16] = FIXED(f, i16), [PHYS_I32] = FIXED(f, i32),     \
    [PHYS_I64] = FIXED(f, i64), [PHYS_I128] = FIXED(f, i128), [PHYS_F32] = FIXED(f, f32), \
    [PHYS_F64] = FIXED(f, f64), [PHYS_TEXT] = {                                           \
      .state_bytes = sizeof(TextState),                                                   \
      .add = add_##f##_text,                                                              \
      .merge = merge_##f##_text,                                                          \
      .save = save_text,                                                                  \
      .load = load_text,                                                                  \
      .emit = emit_text                                                                   \
    }                                                                                     \
  }

static const AggKernels min_kernels[PHYS_COUNT] = BY_PHYS(min);
static const AggKernels max_kernels[PHYS_COUNT] = BY_PHYS(max);

static Code check_order(Type t, Span span, Error *err) {
  if (!type_is_nested(t)) return OK;
  return FAIL(err, ERR_TYPE, span,
              "MIN and MAX take values that have an order, not ARRAY, MAP or ROW");
}

Code agg_bind_MIN(const Type *args, uint32_t n_args, Span span, AggCall *call, Error *err) {
  (void)n_args;
  TRY(check_order(args[0], span, err));
  call->distinct = false;
  call->kernels = &min_kernels[type_phys(args[0])];
  call->result = type_nullable(args[0], true);
  return OK;
}

Code agg_bind_MAX(const Type *args, uint32_t n_args, Span span, AggCall *call, Error *err) {
  (void)n_args;
  TRY(check_order(args[0], span, err));
  call->distinct = false;
  call->kernels = &max_kernels[type_phys(args[0])];
  call->result = type_nullable(args[0], true);
  return OK;
}
