/* agg_array.c -- ARRAY_AGG: the values of a group in the order of arrival; COLLECT: each with its
 * count. */
#include "base/memory.h"
#include "exec/data/nested.h"
#include "exec/expr/agg_distinct.h"
#include "exec/expr/agg_kept.h"
#include "exec/expr/agg_kernels.h"

/* --- ARRAY_AGG -------------------------------------------------------------------------- */

/* The result has more bytes than a value can have, or memory is out. */
static Code no_room(const AggEmit *how) {
  if (memory_was_refused()) return agg_no_memory(how);
  FAIL(how->err, ERR_MEMORY, how->span, "no memory for the result of %s, or it is above %d bytes",
       how->name, NESTED_MAX);
  return ERR_MEMORY;
}

static Code make_array(const ValuesInOrder *values, const AggEmit *how, TextRef *out) {
  Value *items = arena_try_alloc(how->arena, values->n * sizeof *items, 16);
  if (items == NULL) return agg_no_memory(how);
  for (uint64_t i = 0; i < values->n; i++) {
    items[i] = kept_value(type_item(how->type), values->items[i].bytes);
  }
  bool made =
      values->n <= UINT32_MAX && array_make(how->arena, how->type, items, (uint32_t)values->n, out);
  return made ? OK : no_room(how);
}

static Code emit_arrays(const void *const *states, uint32_t n, Vector *out, const AggEmit *how) {
  return kept_emit(states, n, out, how, &(Finish){.make = make_array});
}

static Code emit_distinct_arrays(const void *const *states, uint32_t n, Vector *out,
                                 const AggEmit *how) {
  return kept_emit(states, n, out, how, &(Finish){.distinct = true, .make = make_array});
}

static const AggKernels array_kernels = KEPT_KERNELS(emit_arrays);
static const AggKernels distinct_kernels = KEPT_DISTINCT_KERNELS(emit_distinct_arrays);

static Code check_depth(const Type *args, Span span, const AggCall *call, Error *err) {
  if (type_depth(args[0]) < TYPE_DEPTH_MAX) return OK;
  return FAIL(err, ERR_LIMIT, span, "the result of %s is nested deeper than %d", call->name,
              TYPE_DEPTH_MAX);
}

Code agg_bind_ARRAY_AGG(const Type *args, uint32_t n_args, Span span, AggCall *call, Error *err) {
  (void)n_args;
  TRY(check_depth(args, span, call, err));
  call->own_distinct = call->distinct;
  call->distinct = false;
  call->kernels = call->own_distinct ? &distinct_kernels : &array_kernels;
  call->result = type_array(type_nullable(args[0], args[0].nullable && call->params.keep_nulls));
  return OK;
}

/* --- COLLECT ---------------------------------------------------------------------------- */

/* set NULL: no values, which is the empty MULTISET. */
static Code emit_multiset(const DistinctValues *set, const AggEmit *how, TextRef *out) {
  const uint64_t most = set != NULL ? set->n : 0;
  Value *keys = arena_try_alloc(how->arena, (most + 1) * sizeof *keys, 16);
  Value *counts = arena_try_alloc(how->arena, (most + 1) * sizeof *counts, 16);
  if (keys == NULL || counts == NULL) return agg_no_memory(how);
  uint32_t n = 0;
  for (const DistinctValue *v = set != NULL ? set->first : NULL; v != NULL; v = v->next) {
    if (v->arrival > INT32_MAX) {
      return FAIL(how->err, ERR_DATA, how->span, "%s: a value came more than %d times", how->name,
                  INT32_MAX);
    }
    keys[n] = kept_value(type_item(how->type), (Str){v->bytes, v->len});
    counts[n++] = value_int(type_value(how->type), (int64_t)v->arrival);
  }
  return map_make(how->arena, how->type, keys, counts, n, out) ? OK : no_room(how);
}

static Code emit_multisets(const void *const *states, uint32_t n, Vector *out, const AggEmit *how) {
  for (uint32_t i = 0; i < n; i++) {
    const DistinctState *s = states[i];
    TRY(emit_multiset(s->set, how, (TextRef *)out->data + i));
  }
  return OK;
}

static const AggKernels multiset_kernels = {.state_bytes = sizeof(DistinctState),
                                            .holistic = true,
                                            .add = agg_counted_add,
                                            .merge = agg_counted_merge,
                                            .save = agg_distinct_save,
                                            .load = agg_counted_load,
                                            .emit = emit_multisets};

Code agg_bind_COLLECT(const Type *args, uint32_t n_args, Span span, AggCall *call, Error *err) {
  (void)n_args;
  TRY(check_depth(args, span, call, err));
  call->kernels = &multiset_kernels;
  call->result = type_not_null(type_multiset(type_not_null(args[0])));
  return OK;
}
