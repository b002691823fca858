/* agg_percentile.c -- PERCENTILE: exact, linear between neighbours, as Flink and Hive have it.
 *
 * All values are kept, as doubles.  A result takes two order statistics of a copy, found by
 * quickselect in expected linear time (Hoare, "Algorithm 65: find", CACM 4, 1961).  NaN is above
 * every number, as in ORDER BY.
 */
#include <math.h>
#include <string.h>

#include "exec/data/decimal.h"
#include "exec/expr/agg_kernels.h"
#include "exec/expr/agg_pieces.h"

typedef struct PercentileState {
  Pieces pieces; /* doubles */
  uint64_t n;
} PercentileState;

/* -0.0 is kept as 0.0: which of the two a result is must not depend on the order of rows. */
static bool append(PercentileState *s, double value, Arena *arena) {
  double *slot = pieces_append(&s->pieces, sizeof *slot, arena);
  if (slot == NULL) return false;
  *slot = value + 0.0;
  s->n++;
  return true;
}

static double number_at(const Vector *v, uint32_t at) {
  unsigned scale = v->type.kind == TYPE_DECIMAL ? v->type.scale : 0;
  switch (type_phys(v->type)) {
    case PHYS_I8:
      return ((const int8_t *)v->data)[at];
    case PHYS_I16:
      return ((const int16_t *)v->data)[at];
    case PHYS_I32:
      return ((const int32_t *)v->data)[at];
    case PHYS_I64:
      if (scale > 0) return decimal_to_double(((const int64_t *)v->data)[at], scale);
      return (double)((const int64_t *)v->data)[at];
    case PHYS_I128:
      return decimal_to_double(((const Int128 *)v->data)[at], scale);
    case PHYS_F32:
      return ((const float *)v->data)[at];
    case PHYS_F64:
      return ((const double *)v->data)[at];
    case PHYS_TEXT:
    case PHYS_COUNT:
      break;
  }
  assert(!"a number");
  return 0;
}

static bool add_numbers(const AggInput *in) {
  for (uint32_t i = 0; i < in->n; i++) {
    uint32_t row = in->rows[i];
    if (!vector_valid(in->values, row)) continue;
    double value = number_at(in->values, vector_at(in->values, row));
    if (!append(in->states[i], value, in->arena)) return false;
  }
  return true;
}

static bool merge_numbers(void *const *into, const void *const *from, uint32_t n, Arena *arena) {
  for (uint32_t i = 0; i < n; i++) {
    const PercentileState *b = from[i];
    for (const PieceBlock *p = b->pieces.first; p != NULL; p = p->next) {
      const double *values = (const double *)(const void *)piece_block_bytes(p);
      for (uint32_t k = 0; k < p->used / sizeof *values; k++) {
        if (!append(into[i], values[k], arena)) return false;
      }
    }
  }
  return true;
}

static void save_numbers(const void *state, StateOut *out) {
  const PercentileState *s = state;
  for (const PieceBlock *p = s->pieces.first; p != NULL; p = p->next) {
    state_put(out, piece_block_bytes(p), p->used);
  }
}

static bool load_numbers(void *state, StateIn *in, Arena *arena) {
  double value;
  while (in->at < in->end && state_get(in, &value, sizeof value)) {
    if (!append(state, value, arena)) return false;
  }
  return true;
}

/* --- results ---------------------------------------------------------------------------- */

static void swap(double *a, double *b) {
  double t = *a;
  *a = *b;
  *b = t;
}

/* v[k] becomes what it would be in order, nothing greater stands before it and nothing less behind
 * it.  No NaN. */
static void quickselect(double *v, size_t n, size_t k) {
  size_t low = 0, high = n; /* v[low..high) is open */
  uint64_t random = 0x9E3779B97F4A7C15;
  while (high - low > 1) {
    random ^= random << 13, random ^= random >> 7, random ^= random << 17;
    double pivot = v[low + random % (high - low)];
    size_t less = low, more = high; /* [low, less) < pivot, [less, i) equal, [more, high) > pivot */
    for (size_t i = low; i < more;) {
      if (v[i] < pivot) {
        swap(&v[i++], &v[less++]);
      } else if (v[i] > pivot) {
        swap(&v[i], &v[--more]);
      } else {
        i++;
      }
    }
    if (k >= less && k < more) return;
    if (k < less) {
      high = less;
    } else {
      low = more;
    }
  }
}

/* The numbers of a state in a row; returns how many are no NaN: the rest is left out. */
static size_t gather(const PercentileState *s, double *out) {
  size_t n = 0;
  for (const PieceBlock *p = s->pieces.first; p != NULL; p = p->next) {
    const double *values = (const double *)(const void *)piece_block_bytes(p);
    for (uint32_t k = 0; k < p->used / sizeof *values; k++) {
      if (values[k] == values[k]) out[n++] = values[k];
    }
  }
  return n;
}

/* Of v[0..n), behind which NaNs follow up to `all` values. */
static double percentile(double *v, size_t n, size_t all, double fraction) {
  double position = fraction * (double)(all - 1);
  size_t low = (size_t)position;
  if (low > all - 1) low = all - 1; /* rounding of a huge number */
  double share = position - (double)low;
  if (low >= n || (share > 0 && low + 1 >= n)) return NAN;
  quickselect(v, n, low);
  if (share <= 0) return v[low];
  double next = v[low + 1];
  for (size_t i = low + 2; i < n; i++) next = v[i] < next ? v[i] : next;
  return v[low] == next ? next : (1 - share) * v[low] + share * next;
}

static Code emit_percentiles(const void *const *states, uint32_t n, Vector *out,
                             const AggEmit *how) {
  double *room = NULL, *results = out->data;
  uint64_t cap = 0;
  for (uint32_t i = 0; i < n; i++) {
    const PercentileState *s = states[i];
    if (s->n == 0) {
      agg_store_null(out, i);
      continue;
    }
    if (s->n > cap) {
      cap = s->n > 2 * cap ? s->n : 2 * cap;
      room = arena_try_alloc(how->arena, cap * sizeof *room, 8);
      if (room == NULL) return agg_no_memory(how);
    }
    results[i] = percentile(room, gather(s, room), s->n, how->params->fraction);
  }
  return OK;
}

static const AggKernels percentile_kernels = {.state_bytes = sizeof(PercentileState),
                                              .holistic = true,
                                              .add = add_numbers,
                                              .merge = merge_numbers,
                                              .save = save_numbers,
                                              .load = load_numbers,
                                              .emit = emit_percentiles};

Code agg_bind_PERCENTILE(const Type *args, uint32_t n_args, Span span, AggCall *call, Error *err) {
  if (!type_is_numeric(args[0])) return agg_bad_type(call->name, args[0], "a number", span, err);
  if (n_args > 2) {
    return FAIL(err, ERR_UNSUPPORTED, span, "PERCENTILE with frequencies is not built yet");
  }
  call->kernels = &percentile_kernels;
  call->result = type_of(TYPE_DOUBLE);
  return OK;
}
