/* agg_var.c -- VAR_POP, VAR_SAMP, STDDEV_POP, STDDEV_SAMP.
 *
 * Integers and decimals keep their number n, their sum s and the sum of their squares q exactly, in
 * as many words as no input can fill: states merge and are taken back without loss, and the result
 *
 *     variance = (n q - s s) / (n n)   or   / (n (n - 1))
 *
 * is rounded once, to the type of AVG (integers are truncated, as AVG's are).  Floating point keeps
 * its sum and the sum of squared distances from the mean (Youngs and Cramer, "Some results relevant
 * to choice of sum and sum-of-product algorithms", Technometrics 13, 1971: as stable as Welford's,
 * and exact where sums are), merged as Chan, Golub and LeVeque do (1979).
 */
#include <math.h>
#include <string.h>

#include "exec/data/decimal.h"
#include "exec/data/digits.h"
#include "exec/expr/agg_kernels.h"
#include "exec/expr/agg_words.h"

/* n < 2^63 values.  Up to 64 bits: |s| < 2^126, q < 2^189.  Up to 38 digits: |s| < 2^190,
 * q < 2^316.  Both sums are two's complement, least word first. */
enum { NARROW_SUM = 2, NARROW_SQUARES = 3, WIDE_SUM = 3, WIDE_SQUARES = 5 };

typedef struct NarrowState {
  int64_t n;
  uint64_t sum[NARROW_SUM], squares[NARROW_SQUARES];
} NarrowState;

typedef struct WideState {
  int64_t n;
  uint64_t sum[WIDE_SUM], squares[WIDE_SQUARES];
} WideState;

typedef struct FloatState {
  int64_t n;
  double sum, squares; /* of distances from the mean */
} FloatState;
static_assert(sizeof(WideState) <= 8 * AGG_STATE_WORDS_MAX, "fits a record");

/* --- integers, decimals up to 18 digits ---------------------------------------------------- */

static inline void add_word(NarrowState *s, int64_t v) {
  uint64_t magnitude = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
  UInt128 square = (UInt128)magnitude * magnitude;
  const uint64_t value[NARROW_SUM] = {(uint64_t)v, v < 0 ? UINT64_MAX : 0};
  const uint64_t squared[NARROW_SQUARES] = {(uint64_t)square, (uint64_t)(square >> 64), 0};
  s->n++;
  words_add(s->sum, value, NARROW_SUM);
  words_add(s->squares, squared, NARROW_SQUARES);
}

#define OF_TYPE(name, T)                                                                 \
  static bool name(const AggInput *in) {                                                 \
    const Vector *values = in->values;                                                   \
    const T *v = values->data;                                                           \
    for (uint32_t i = 0; i < in->n; i++) {                                               \
      uint32_t row = in->rows[i];                                                        \
      if (vector_valid(values, row)) add_word(in->states[i], v[vector_at(values, row)]); \
    }                                                                                    \
    return true;                                                                         \
  }
OF_TYPE(add_i8, int8_t)
OF_TYPE(add_i16, int16_t)
OF_TYPE(add_i32, int32_t)
OF_TYPE(add_i64, int64_t)

static bool merge_narrow(void *const *into, const void *const *from, uint32_t n, Arena *arena) {
  (void)arena;
  for (uint32_t i = 0; i < n; i++) {
    NarrowState *a = into[i];
    const NarrowState *b = from[i];
    a->n += b->n;
    words_add(a->sum, b->sum, NARROW_SUM);
    words_add(a->squares, b->squares, NARROW_SQUARES);
  }
  return true;
}

static void unmerge_narrow(void *const *into, const void *const *from, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    NarrowState *a = into[i];
    const NarrowState *b = from[i];
    a->n -= b->n;
    words_sub(a->sum, b->sum, NARROW_SUM);
    words_sub(a->squares, b->squares, NARROW_SQUARES);
  }
}

/* --- decimals above 18 digits ------------------------------------------------------------- */

static bool add_i128(const AggInput *in) {
  const Vector *values = in->values;
  const Int128 *v = values->data;
  for (uint32_t i = 0; i < in->n; i++) {
    uint32_t row = in->rows[i];
    if (!vector_valid(values, row)) continue;
    WideState *s = in->states[i];
    Int128 x = v[vector_at(values, row)];
    uint64_t squared[WIDE_SQUARES] = {0};
    const uint64_t value[WIDE_SUM] = {(uint64_t)x, (uint64_t)(x >> 64), x < 0 ? UINT64_MAX : 0};
    words_square(squared, value, WIDE_SUM, WIDE_SQUARES);
    s->n++;
    words_add(s->sum, value, WIDE_SUM);
    words_add(s->squares, squared, WIDE_SQUARES);
  }
  return true;
}

static bool merge_wide(void *const *into, const void *const *from, uint32_t n, Arena *arena) {
  (void)arena;
  for (uint32_t i = 0; i < n; i++) {
    WideState *a = into[i];
    const WideState *b = from[i];
    a->n += b->n;
    words_add(a->sum, b->sum, WIDE_SUM);
    words_add(a->squares, b->squares, WIDE_SQUARES);
  }
  return true;
}

static void unmerge_wide(void *const *into, const void *const *from, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    WideState *a = into[i];
    const WideState *b = from[i];
    a->n -= b->n;
    words_sub(a->sum, b->sum, WIDE_SUM);
    words_sub(a->squares, b->squares, WIDE_SQUARES);
  }
}

/* --- floating point ------------------------------------------------------------------------ */

static inline void add_float(FloatState *s, double v) {
  s->n++;
  s->sum += v;
  double n = (double)s->n, distance = n * v - s->sum; /* n times that from the new mean */
  bool finite = v - v == 0;
  if (s->n > 1 || !finite) s->squares += distance * distance / (n * (n - 1));
}

static bool add_f32(const AggInput *in) {
  const float *v = in->values->data;
  for (uint32_t i = 0; i < in->n; i++) {
    uint32_t row = in->rows[i];
    if (vector_valid(in->values, row)) add_float(in->states[i], v[vector_at(in->values, row)]);
  }
  return true;
}

static bool add_f64(const AggInput *in) {
  const double *v = in->values->data;
  for (uint32_t i = 0; i < in->n; i++) {
    uint32_t row = in->rows[i];
    if (vector_valid(in->values, row)) add_float(in->states[i], v[vector_at(in->values, row)]);
  }
  return true;
}

static bool merge_floats(void *const *into, const void *const *from, uint32_t n, Arena *arena) {
  (void)arena;
  for (uint32_t i = 0; i < n; i++) {
    FloatState *a = into[i];
    const FloatState *b = from[i];
    if (b->n == 0) continue;
    if (a->n == 0) {
      *a = *b;
      continue;
    }
    double na = (double)a->n, nb = (double)b->n, distance = a->sum / na - b->sum / nb;
    a->sum += b->sum;
    a->squares += b->squares + distance * distance * (na * nb / (na + nb));
    a->n += b->n;
  }
  return true;
}

/* --- results ------------------------------------------------------------------------------- */

/* Which of the four. */
typedef struct Measure {
  bool sample, root;
} Measure;

/* 10^digits times v, or v divided by 10^-digits and truncated. */
static void scale_by_ten(Big *v, int digits) {
  while (digits != 0) {
    int size = digits < 0 ? -digits : digits;
    int step = size < POW10_WORD_MAX ? size : POW10_WORD_MAX;
    if (digits > 0) {
      big_mul_word(v, pow10_word[step]);
      digits -= step;
    } else {
      big_div_word(v, pow10_word[step]);
      digits += step;
    }
  }
}

/* factor^2 or factor times the variance in units of 10^-scale; squared where the root of it is
 * wanted, so that after the root both are `factor` times the result. */
static void scaled_variance(Big *v, int64_t n, Measure m, unsigned scale_in, unsigned scale,
                            unsigned factor) {
  unsigned scale_out = m.root ? 2 * scale : scale;
  big_mul_word(v, m.root ? factor * factor : factor);
  scale_by_ten(v, (int)scale_out - 2 * (int)scale_in);
  big_div_word(v, (uint64_t)n);
  big_div_word(v, (uint64_t)(m.sample ? n - 1 : n));
}

/* n times the sum of squares, less the square of the sum: n^2 times the variance, not negative. */
static Big n_squared_variance(int64_t n, const uint64_t *sum, unsigned sum_words,
                              const uint64_t *squares, unsigned square_words) {
  Big v = {{0}}, square = {{0}};
  memcpy(v.word, squares, square_words * sizeof *squares);
  big_mul_word(&v, (uint64_t)n);
  words_square(square.word, sum, sum_words, BIG_WORDS);
  words_sub(v.word, square.word, BIG_WORDS);
  return v;
}

/* v: n^2 times the variance.  Integers, whose variance is below 2^128, are truncated, decimals
 * rounded half up. */
static Code emit_exact(Big v, int64_t n, Measure m, Vector *out, uint32_t row, const AggEmit *how) {
  bool decimal = out->type.kind == TYPE_DECIMAL;
  UInt128 result;
  scaled_variance(&v, n, m, decimal ? how->scale_in : 0, decimal ? out->type.scale : 0,
                  decimal ? 2 : 1);
  bool fits = m.root ? big_root(&v, &result) : big_to_u128(&v, &result);
  if (decimal) result = result / 2 + result % 2;
  if (decimal && (!fits || result >> 127 != 0)) {
    agg_store_null(out, row);
    return OK;
  }
  return agg_emit_exact(out, row, (Int128)result, how);
}

static Code emit_narrow(const void *const *states, uint32_t n, Vector *out, const AggEmit *how,
                        Measure m) {
  for (uint32_t i = 0; i < n; i++) {
    const NarrowState *s = states[i];
    if (s->n <= m.sample) {
      agg_store_null(out, i);
      continue;
    }
    Big v = n_squared_variance(s->n, s->sum, NARROW_SUM, s->squares, NARROW_SQUARES);
    TRY(emit_exact(v, s->n, m, out, i, how));
  }
  return OK;
}

static Code emit_wide(const void *const *states, uint32_t n, Vector *out, const AggEmit *how,
                      Measure m) {
  for (uint32_t i = 0; i < n; i++) {
    const WideState *s = states[i];
    if (s->n <= m.sample) {
      agg_store_null(out, i);
      continue;
    }
    Big v = n_squared_variance(s->n, s->sum, WIDE_SUM, s->squares, WIDE_SQUARES);
    TRY(emit_exact(v, s->n, m, out, i, how));
  }
  return OK;
}

static Code emit_float(const void *const *states, uint32_t n, Vector *out, const AggEmit *how,
                       Measure m) {
  (void)how;
  for (uint32_t i = 0; i < n; i++) {
    const FloatState *s = states[i];
    if (s->n <= m.sample) {
      agg_store_null(out, i);
      continue;
    }
    double variance = s->squares / (double)(s->n - m.sample);
    agg_store_float(out, i, m.root ? sqrt(variance) : variance);
  }
  return OK;
}

/* --- bind ---------------------------------------------------------------------------------- */

#define NARROW(add_fn, emit_fn)                                                              \
  {                                                                                          \
    .state_bytes = sizeof(NarrowState), .words = true, .add = add_fn, .merge = merge_narrow, \
    .unmerge = unmerge_narrow, .emit = emit_fn                                               \
  }
#define FLOATING(add_fn, emit_fn)                                                     \
  {                                                                                   \
    .state_bytes = sizeof(FloatState), .ordered = true, .words = true, .add = add_fn, \
    .merge = merge_floats, .emit = emit_fn                                            \
  }

/* The result's type is that of AVG. */
static Code bind_measure(const AggKernels *kernels, Type arg, Span span, AggCall *call,
                         Error *err) {
  if (!type_is_numeric(arg)) return agg_bad_type(call->name, arg, "a number", span, err);
  call->kernels = &kernels[type_phys(arg)];
  unsigned scale = arg.scale > 6 ? arg.scale : 6;
  call->result = arg.kind == TYPE_DECIMAL ? type_decimal(38, scale) : type_of(arg.kind);
  return OK;
}

#define MEASURE(NAME, name, sample, root)                                                         \
  static Code name##_narrow(const void *const *states, uint32_t n, Vector *out,                   \
                            const AggEmit *how) {                                                 \
    return emit_narrow(states, n, out, how, (Measure){sample, root});                             \
  }                                                                                               \
  static Code name##_wide(const void *const *states, uint32_t n, Vector *out,                     \
                          const AggEmit *how) {                                                   \
    return emit_wide(states, n, out, how, (Measure){sample, root});                               \
  }                                                                                               \
  static Code name##_float(const void *const *states, uint32_t n, Vector *out,                    \
                           const AggEmit *how) {                                                  \
    return emit_float(states, n, out, how, (Measure){sample, root});                              \
  }                                                                                               \
  static const AggKernels name##_kernels[PHYS_COUNT] = {                                          \
      [PHYS_I8] = NARROW(add_i8, name##_narrow),                                                  \
      [PHYS_I16] = NARROW(add_i16, name##_narrow),                                                \
      [PHYS_I32] = NARROW(add_i32, name##_narrow),                                                \
      [PHYS_I64] = NARROW(add_i64, name##_narrow),                                                \
      [PHYS_I128] = {.state_bytes = sizeof(WideState),                                            \
                     .words = true,                                                               \
                     .add = add_i128,                                                             \
                     .merge = merge_wide,                                                         \
                     .unmerge = unmerge_wide,                                                     \
                     .emit = name##_wide},                                                        \
      [PHYS_F32] = FLOATING(add_f32, name##_float),                                               \
      [PHYS_F64] = FLOATING(add_f64, name##_float),                                               \
  };                                                                                              \
  Code agg_bind_##NAME(const Type *args, uint32_t n_args, Span span, AggCall *call, Error *err) { \
    (void)n_args;                                                                                 \
    return bind_measure(name##_kernels, args[0], span, call, err);                                \
  }
MEASURE(VAR_POP, var_pop, false, false)
MEASURE(VAR_SAMP, var_samp, true, false)
MEASURE(STDDEV_POP, stddev_pop, false, true)
MEASURE(STDDEV_SAMP, stddev_samp, true, true)
