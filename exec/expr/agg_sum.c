/* agg_sum.c -- SUM and AVG.
 *
 * Exact types accumulate in 128 bits; 2^63 values of BIGINT fit without overflow, so only
 * DECIMAL above 18 digits can run over, and that shows in the count's sign bit.
 * FLOAT and DOUBLE accumulate in double, in the order of add.
 */
#include "exec/data/decimal.h"
#include "exec/expr/agg_kernels.h"

typedef struct SumState {
  Wide sum;
  int64_t count; /* of values; OVERFLOWN is OR-ed in when 128 bits were not enough */
} SumState;
#define OVERFLOWN INT64_MIN

typedef struct FloatState {
  double sum;
  int64_t count;
} FloatState;

static inline void sum_word(SumState *s, int64_t v) {
  uint64_t low = s->sum.low + (uint64_t)v;
  s->sum.high += (v < 0 ? -1 : 0) + (low < s->sum.low);
  s->sum.low = low;
  s->count++;
}

static inline void sum_wide(SumState *s, Int128 v) {
  Int128 sum;
  bool over = __builtin_add_overflow(wide_get(&s->sum), v, &sum);
  wide_set(&s->sum, sum);
  s->count = (s->count + 1) | (over ? OVERFLOWN : 0);
}

static inline void sum_float(FloatState *s, double v) {
  s->sum += v;
  s->count++;
}

#define SUM_ADD(s, v) sum_word(s, (int64_t)(v))
#define NAME          sum_i8
#define T             int8_t
#include "exec/expr/agg_sum.tmpl.h"
#define NAME sum_i16
#define T    int16_t
#include "exec/expr/agg_sum.tmpl.h"
#define NAME sum_i32
#define T    int32_t
#include "exec/expr/agg_sum.tmpl.h"
#define NAME sum_i64
#define T    int64_t
#include "exec/expr/agg_sum.tmpl.h"
#undef SUM_ADD

#define SUM_ADD(s, v) sum_wide(s, v)
#define NAME          sum_i128
#define T             Int128
#include "exec/expr/agg_sum.tmpl.h"
#undef SUM_ADD

#define SUM_ADD(s, v) sum_float((FloatState *)(void *)(s), (double)(v))
#define NAME          sum_f32
#define T             float
#include "exec/expr/agg_sum.tmpl.h"
#define NAME sum_f64
#define T    double
#include "exec/expr/agg_sum.tmpl.h"
#undef SUM_ADD

static bool merge_sums(void *const *into, const void *const *from, uint32_t n, Arena *arena) {
  (void)arena;
  for (uint32_t i = 0; i < n; i++) {
    SumState *a = into[i];
    const SumState *b = from[i];
    Int128 sum;
    bool over = __builtin_add_overflow(wide_get(&a->sum), wide_get(&b->sum), &sum);
    wide_set(&a->sum, sum);
    int64_t flags = (a->count | b->count) & OVERFLOWN;
    a->count =
        (((a->count & ~OVERFLOWN) + (b->count & ~OVERFLOWN)) | flags) | (over ? OVERFLOWN : 0);
  }
  return true;
}

/* Exact for what cannot run over: words, of which 2^63 fit. */
static void unmerge_sums(void *const *into, const void *const *from, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    SumState *a = into[i];
    const SumState *b = from[i];
    wide_set(&a->sum, wide_get(&a->sum) - wide_get(&b->sum));
    a->count -= b->count;
  }
}

/* Merging whole slices of floating point keeps to one order: the slices'. */
static bool merge_floats(void *const *into, const void *const *from, uint32_t n, Arena *arena) {
  (void)arena;
  for (uint32_t i = 0; i < n; i++) {
    FloatState *a = into[i];
    const FloatState *b = from[i];
    a->sum += b->sum;
    a->count += b->count;
  }
  return true;
}

/* --- emit --------------------------------------------------------------------------- */

/* BIGINT as it is stored, for what needs no check; NULL: another type. */
static int64_t *words_of(const Vector *out) {
  return out->type.kind == TYPE_BIGINT ? out->data : NULL;
}

static inline bool is_word(const Wide *w) { return w->high == (int64_t)w->low >> 63; }

static Code emit_sums(const void *const *states, uint32_t n, Vector *out, const AggEmit *how) {
  int64_t *words = words_of(out);
  for (uint32_t i = 0; i < n; i++) {
    const SumState *s = states[i];
    if (s->count == 0 || (s->count & OVERFLOWN) != 0) {
      agg_store_null(out, i);
    } else if (LIKELY(words != NULL && is_word(&s->sum))) {
      words[i] = (int64_t)s->sum.low;
    } else {
      TRY(agg_emit_exact(out, i, wide_get(&s->sum), how));
    }
  }
  return OK;
}

/* Means of integers, which are of their type.  Division of 128 bits is a function call; most sums
 * are a word. */
static Code emit_integer_averages(const void *const *states, uint32_t n, Vector *out) {
  int64_t *words = words_of(out);
  for (uint32_t i = 0; i < n; i++) {
    const SumState *s = states[i];
    if (s->count == 0) {
      agg_store_null(out, i);
    } else if (LIKELY(words != NULL && is_word(&s->sum))) {
      words[i] = (int64_t)s->sum.low / s->count;
    } else {
      agg_store_int(out, i, wide_get(&s->sum) / s->count);
    }
  }
  return OK;
}

static Code emit_averages(const void *const *states, uint32_t n, Vector *out, const AggEmit *how) {
  if (out->type.kind != TYPE_DECIMAL) return emit_integer_averages(states, n, out);
  for (uint32_t i = 0; i < n; i++) {
    const SumState *s = states[i];
    Int128 mean;
    bool any = s->count != 0 && (s->count & OVERFLOWN) == 0;
    if (any && decimal_div(wide_get(&s->sum), how->scale_in, s->count, 0, out->type.scale, &mean)) {
      TRY(agg_emit_exact(out, i, mean, how));
    } else {
      agg_store_null(out, i);
    }
  }
  return OK;
}

static Code emit_floats(const void *const *states, uint32_t n, Vector *out, bool mean) {
  for (uint32_t i = 0; i < n; i++) {
    const FloatState *s = states[i];
    if (s->count == 0) {
      agg_store_null(out, i);
    } else {
      agg_store_float(out, i, mean ? s->sum / (double)s->count : s->sum);
    }
  }
  return OK;
}

static Code emit_float_sums(const void *const *states, uint32_t n, Vector *out,
                            const AggEmit *how) {
  (void)how;
  return emit_floats(states, n, out, false);
}

static Code emit_float_averages(const void *const *states, uint32_t n, Vector *out,
                                const AggEmit *how) {
  (void)how;
  return emit_floats(states, n, out, true);
}

/* --- bind --------------------------------------------------------------------------------------
 */

#define EXACT(add_fn, unmerge_fn, emit_fn)                                              \
  {                                                                                     \
    .state_bytes = sizeof(SumState), .words = true, .add = add_fn, .merge = merge_sums, \
    .unmerge = unmerge_fn, .emit = emit_fn                                              \
  }
#define WORDS(add_fn, emit_fn) EXACT(add_fn, unmerge_sums, emit_fn)
#define FLOATING(add_fn, emit_fn)                                                     \
  {                                                                                   \
    .state_bytes = sizeof(FloatState), .ordered = true, .words = true, .add = add_fn, \
    .merge = merge_floats, .emit = emit_fn                                            \
  }
#define BY_PHYS(emit_fn, emit_float)                                                          \
  {                                                                                           \
    [PHYS_I8] = WORDS(sum_i8, emit_fn), [PHYS_I16] = WORDS(sum_i16, emit_fn),                 \
    [PHYS_I32] = WORDS(sum_i32, emit_fn), [PHYS_I64] = WORDS(sum_i64, emit_fn),               \
    [PHYS_I128] = EXACT(sum_i128, NULL, emit_fn), [PHYS_F32] = FLOATING(sum_f32, emit_float), \
    [PHYS_F64] = FLOATING(sum_f64, emit_float)                                                \
  }

static const AggKernels sum_kernels[PHYS_COUNT] = BY_PHYS(emit_sums, emit_float_sums);
static const AggKernels avg_kernels[PHYS_COUNT] = BY_PHYS(emit_averages, emit_float_averages);

Code agg_bind_SUM(const Type *args, uint32_t n_args, Span span, AggCall *call, Error *err) {
  (void)n_args;
  if (!type_is_numeric(args[0])) return agg_bad_type("SUM", args[0], "a number", span, err);
  call->kernels = &sum_kernels[type_phys(args[0])];
  call->result =
      args[0].kind == TYPE_DECIMAL ? type_decimal(38, args[0].scale) : type_of(args[0].kind);
  return OK;
}

Code agg_bind_AVG(const Type *args, uint32_t n_args, Span span, AggCall *call, Error *err) {
  (void)n_args;
  if (!type_is_numeric(args[0])) return agg_bad_type("AVG", args[0], "a number", span, err);
  call->kernels = &avg_kernels[type_phys(args[0])];
  unsigned scale = args[0].scale > 6 ? args[0].scale : 6;
  call->result = args[0].kind == TYPE_DECIMAL ? type_decimal(38, scale) : type_of(args[0].kind);
  return OK;
}
