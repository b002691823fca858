/* agg_count.c -- COUNT(*) and COUNT(x). */
#include "exec/expr/agg_kernels.h"

static bool count_rows(const AggInput *in) {
  if (in->values == NULL || in->values->valid == NULL) {
    for (uint32_t i = 0; i < in->n; i++) ++*(int64_t *)in->states[i];
    return true;
  }
  for (uint32_t i = 0; i < in->n; i++) {
    *(int64_t *)in->states[i] += vector_valid(in->values, in->rows[i]);
  }
  return true;
}

static bool merge_counts(void *const *into, const void *const *from, uint32_t n, Arena *arena) {
  (void)arena;
  for (uint32_t i = 0; i < n; i++) *(int64_t *)into[i] += *(const int64_t *)from[i];
  return true;
}

static void unmerge_counts(void *const *into, const void *const *from, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) *(int64_t *)into[i] -= *(const int64_t *)from[i];
}

static Code emit_counts(const void *const *states, uint32_t n, Vector *out, const AggEmit *how) {
  (void)how;
  int64_t *counts = out->data;
  for (uint32_t i = 0; i < n; i++) counts[i] = *(const int64_t *)states[i];
  return OK;
}

static const AggKernels count_kernels = {.state_bytes = 8,
                                         .words = true,
                                         .add = count_rows,
                                         .merge = merge_counts,
                                         .unmerge = unmerge_counts,
                                         .emit = emit_counts};

Code agg_bind_COUNT(const Type *args, uint32_t n_args, Span span, AggCall *call, Error *err) {
  (void)args, (void)n_args, (void)span, (void)err;
  call->kernels = &count_kernels;
  call->result = type_not_null(type_of(TYPE_BIGINT));
  return OK;
}
