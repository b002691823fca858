/* agg_bool.c -- BOOL_AND and BOOL_OR: numbers of TRUE and FALSE, so that they can be taken back. */
#include "exec/expr/agg_kernels.h"

typedef struct BoolState {
  int64_t n_true, n_false;
} BoolState;

static bool add_bools(const AggInput *in) {
  const Vector *values = in->values;
  const int8_t *v = values->data;
  for (uint32_t i = 0; i < in->n; i++) {
    uint32_t row = in->rows[i];
    if (!vector_valid(values, row)) continue;
    BoolState *s = in->states[i];
    bool truth = v[vector_at(values, row)] != 0;
    s->n_true += truth;
    s->n_false += !truth;
  }
  return true;
}

static bool merge_bools(void *const *into, const void *const *from, uint32_t n, Arena *arena) {
  (void)arena;
  for (uint32_t i = 0; i < n; i++) {
    BoolState *a = into[i];
    const BoolState *b = from[i];
    a->n_true += b->n_true;
    a->n_false += b->n_false;
  }
  return true;
}

static void unmerge_bools(void *const *into, const void *const *from, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    BoolState *a = into[i];
    const BoolState *b = from[i];
    a->n_true -= b->n_true;
    a->n_false -= b->n_false;
  }
}

static Code emit_all(const void *const *states, uint32_t n, Vector *out, const AggEmit *how) {
  (void)how;
  int8_t *v = out->data;
  for (uint32_t i = 0; i < n; i++) {
    const BoolState *s = states[i];
    v[i] = s->n_false == 0 && s->n_true > 0;
    if (s->n_true + s->n_false == 0) bit_clear(out->valid, i);
  }
  return OK;
}

static Code emit_any(const void *const *states, uint32_t n, Vector *out, const AggEmit *how) {
  (void)how;
  int8_t *v = out->data;
  for (uint32_t i = 0; i < n; i++) {
    const BoolState *s = states[i];
    v[i] = s->n_true > 0;
    if (s->n_true + s->n_false == 0) bit_clear(out->valid, i);
  }
  return OK;
}

static const AggKernels and_kernels = {.state_bytes = sizeof(BoolState),
                                       .words = true,
                                       .add = add_bools,
                                       .merge = merge_bools,
                                       .unmerge = unmerge_bools,
                                       .emit = emit_all};
static const AggKernels or_kernels = {.state_bytes = sizeof(BoolState),
                                      .words = true,
                                      .add = add_bools,
                                      .merge = merge_bools,
                                      .unmerge = unmerge_bools,
                                      .emit = emit_any};

static Code bind_bools(const AggKernels *kernels, Type arg, Span span, AggCall *call, Error *err) {
  if (arg.kind != TYPE_BOOLEAN) return agg_bad_type(call->name, arg, "a BOOLEAN", span, err);
  call->distinct = false;
  call->kernels = kernels;
  call->result = type_of(TYPE_BOOLEAN);
  return OK;
}

Code agg_bind_BOOL_AND(const Type *args, uint32_t n_args, Span span, AggCall *call, Error *err) {
  (void)n_args;
  return bind_bools(&and_kernels, args[0], span, call, err);
}

Code agg_bind_BOOL_OR(const Type *args, uint32_t n_args, Span span, AggCall *call, Error *err) {
  (void)n_args;
  return bind_bools(&or_kernels, args[0], span, call, err);
}
