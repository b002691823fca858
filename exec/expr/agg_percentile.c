/* agg_percentile.c -- PERCENTILE: exact, linear between neighbours, as Flink and Hive have it.
 *
 * All values are kept, as doubles.  A result takes two order statistics of a copy, found by
 * quickselect in expected linear time (Hoare, "Algorithm 65: find", CACM 4, 1961).  NaN is above
 * every number, as in ORDER BY.  With frequencies the values are sorted, each with its own.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "exec/data/nested.h"
#include "exec/expr/agg_kernels.h"
#include "exec/expr/agg_pieces.h"

typedef struct PercentileState {
  Pieces pieces; /* doubles */
  uint64_t n;
} PercentileState;

/* Keep one record: a double, or Weighted. */
static bool keep(PercentileState *s, const void *record, size_t size, Arena *arena) {
  void *slot = pieces_append(&s->pieces, size, arena);
  if (slot == NULL) return false;
  memcpy(slot, record, size);
  s->n++;
  return true;
}

static bool merge(void *const *into, const void *const *from, uint32_t n, size_t size,
                  Arena *arena) {
  for (uint32_t i = 0; i < n; i++) {
    const PercentileState *b = from[i];
    for (const PieceBlock *p = b->pieces.first; p != NULL; p = p->next) {
      for (uint32_t at = 0; at < p->used; at += (uint32_t)size) {
        if (!keep(into[i], piece_block_bytes(p) + at, size, arena)) return false;
      }
    }
  }
  return true;
}

/* -0.0 is kept as 0.0: which of the two a result is must not depend on the order of rows. */
static double kept_number(double value) { return value + 0.0; }

static bool add_numbers(const AggInput *in) {
  for (uint32_t i = 0; i < in->n; i++) {
    uint32_t row = in->rows[i];
    if (!vector_valid(in->values, row)) continue;
    const Value v = value_of(in->values, row);
    double value;
    if (!agg_number(&v, &value)) assert(!"a number");
    value = kept_number(value);
    if (!keep(in->states[i], &value, sizeof value, in->arena)) return false;
  }
  return true;
}

static bool merge_numbers(void *const *into, const void *const *from, uint32_t n, Arena *arena) {
  return merge(into, from, n, sizeof(double), arena);
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
    if (!keep(state, &value, sizeof value, arena)) return false;
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

/* Where a fraction of n values lies: between value *low and the next, *share of the way. */
static void place_of(double fraction, uint64_t n, uint64_t *low, double *share) {
  double position = fraction * (double)(n - 1);
  *low = (uint64_t)position;
  if (*low > n - 1) *low = n - 1; /* rounding of a huge number */
  *share = position - (double)*low;
}

static double between(double low, double high, double share) {
  double step = high - low;
  if (low == high) return high; /* also of infinities */
  return isfinite(step) ? low + share * step : (1 - share) * low + share * high;
}

/* Of v[0..n), behind which NaNs follow up to `all` values. */
static double percentile(double *v, size_t n, size_t all, double fraction) {
  uint64_t low;
  double share;
  place_of(fraction, all, &low, &share);
  if (low >= n || (share > 0 && low + 1 >= n)) return NAN;
  quickselect(v, n, low);
  if (share <= 0) return v[low];
  double next = v[low + 1];
  for (size_t i = low + 2; i < n; i++) next = v[i] < next ? v[i] : next;
  return between(v[low], next, share);
}

/* The results of one group, for each fraction. */
typedef struct Percentiles {
  double (*of)(const void *numbers, double fraction);
  const void *numbers;
} Percentiles;

/* One number, or an array where the fractions are one. */
static Code put_results(const Percentiles *p, const AggEmit *how, Vector *out, uint32_t row) {
  const Value *fraction = &how->params->fraction;
  double f = 0;
  if (how->type.kind != TYPE_ARRAY) {
    agg_number(fraction, &f);
    ((double *)out->data)[row] = p->of(p->numbers, f);
    return OK;
  }
  const Items fractions = array_items(fraction->type, text_str(&fraction->as.text));
  Value *results = arena_try_alloc(how->arena, fractions.n * sizeof *results, 16);
  if (results == NULL) return agg_no_memory(how);
  for (uint32_t i = 0; i < fractions.n; i++) {
    const Value v = items_get(&fractions, i);
    agg_number(&v, &f);
    results[i] = value_double(type_item(how->type), p->of(p->numbers, f));
  }
  bool made = array_make(how->arena, how->type, results, fractions.n, (TextRef *)out->data + row);
  return made ? OK : agg_no_memory(how);
}

/* Numbers of a group in a row; NaNs are left out at the end. */
typedef struct Gathered {
  double *values;
  size_t n, all;
} Gathered;

static double percentile_of(const void *numbers, double fraction) {
  const Gathered *g = numbers;
  return percentile(g->values, g->n, g->all, fraction);
}

static Code emit_percentiles(const void *const *states, uint32_t n, Vector *out,
                             const AggEmit *how) {
  double *room = NULL;
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
    const Gathered g = {.values = room, .n = gather(s, room), .all = s->n};
    TRY(put_results(&(Percentiles){percentile_of, &g}, how, out, i));
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

/* --- with frequencies -------------------------------------------------------------------- */

/* A value as often as its frequency says. */
typedef struct Weighted {
  double value;
  int64_t times; /* from 1 */
} Weighted;

/* The values are ROW(value, frequency), neither of them NULL.  What comes less than once is left
 * out, as in Flink. */
static bool add_weighted(const AggInput *in) {
  const Type row_type = in->values->type;
  for (uint32_t i = 0; i < in->n; i++) {
    uint32_t row = in->rows[i];
    if (!vector_valid(in->values, row)) continue;
    const Value pair = value_of(in->values, row);
    const Value value = row_field(row_type, text_str(&pair.as.text), 0),
                times = row_field(row_type, text_str(&pair.as.text), 1);
    Weighted w = {.times = times.as.i};
    if (times.null || times.as.i < 1 || value.null || !agg_number(&value, &w.value)) continue;
    w.value = kept_number(w.value);
    if (!keep(in->states[i], &w, sizeof w, in->arena)) return false;
  }
  return true;
}

static bool merge_weighted(void *const *into, const void *const *from, uint32_t n, Arena *arena) {
  return merge(into, from, n, sizeof(Weighted), arena);
}

static bool load_weighted(void *state, StateIn *in, Arena *arena) {
  Weighted w;
  while (in->at < in->end && state_get(in, &w, sizeof w)) {
    if (w.times < 1) {
      state_bad(in);
      return true;
    }
    if (!keep(state, &w, sizeof w, arena)) return false;
  }
  return true;
}

/* NaN is above every number. */
static int by_value(const void *a, const void *b) {
  const double x = ((const Weighted *)a)->value, y = ((const Weighted *)b)->value;
  if (x != x || y != y) return (x != x) - (y != y);
  return (x > y) - (x < y);
}

/* In order of value. */
typedef struct WeightedList {
  Weighted *items;
  uint64_t n, times; /* together */
} WeightedList;

static double weighted_at(const WeightedList *list, uint64_t at) {
  uint64_t i = 0;
  while (i + 1 < list->n && at >= (uint64_t)list->items[i].times) {
    at -= (uint64_t)list->items[i++].times;
  }
  return list->items[i].value;
}

static double weighted_percentile(const void *numbers, double fraction) {
  const WeightedList *list = numbers;
  uint64_t low;
  double share;
  place_of(fraction, list->times, &low, &share);
  double value = weighted_at(list, low);
  return share > 0 ? between(value, weighted_at(list, low + 1), share) : value;
}

static Code weighted_list(const PercentileState *s, const AggEmit *how, WeightedList *out) {
  *out = (WeightedList){.items = arena_try_alloc(how->arena, s->n * sizeof(Weighted), 8)};
  if (out->items == NULL) return agg_no_memory(how);
  for (const PieceBlock *p = s->pieces.first; p != NULL; p = p->next) {
    memcpy(out->items + out->n, piece_block_bytes(p), p->used);
    out->n += p->used / sizeof(Weighted);
  }
  for (uint64_t i = 0; i < out->n; i++) {
    if (__builtin_add_overflow(out->times, (uint64_t)out->items[i].times, &out->times)) {
      return FAIL(how->err, ERR_DATA, how->span, "the frequencies of %s are too large together",
                  how->name);
    }
  }
  qsort(out->items, out->n, sizeof(Weighted), by_value);
  return OK;
}

static Code emit_weighted(const void *const *states, uint32_t n, Vector *out, const AggEmit *how) {
  for (uint32_t i = 0; i < n; i++) {
    const PercentileState *s = states[i];
    if (s->n == 0) {
      agg_store_null(out, i);
      continue;
    }
    WeightedList list;
    TRY(weighted_list(s, how, &list));
    TRY(put_results(&(Percentiles){weighted_percentile, &list}, how, out, i));
  }
  return OK;
}

static const AggKernels weighted_kernels = {.state_bytes = sizeof(PercentileState),
                                            .holistic = true,
                                            .add = add_weighted,
                                            .merge = merge_weighted,
                                            .save = save_numbers,
                                            .load = load_weighted,
                                            .emit = emit_weighted};

/* With a frequency the first argument is ROW(value, frequency). */
Code agg_bind_PERCENTILE(const Type *args, uint32_t n_args, Span span, AggCall *call, Error *err) {
  const bool weighted = n_args > 2;
  const Type value = weighted ? args[0].shape->types[0] : args[0];
  if (!type_is_numeric(value)) return agg_bad_type(call->name, value, "a number", span, err);
  if (weighted && !type_is_integer(args[0].shape->types[1])) {
    return agg_bad_type(call->name, args[0].shape->types[1], "an integer as frequency", span, err);
  }
  call->kernels = weighted ? &weighted_kernels : &percentile_kernels;
  call->result = type_of(TYPE_DOUBLE);
  if (call->params.fraction.type.kind == TYPE_ARRAY) call->result = type_array(call->result);
  return OK;
}
