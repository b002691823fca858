/* agg_list.c -- LISTAGG: strings put together in the order of their arrival.
 *
 * An empty string is a value like any other.
 */
#include <string.h>

#include "exec/expr/agg_distinct.h"
#include "exec/expr/agg_kept.h"
#include "exec/expr/agg_kernels.h"

/* --- results ---------------------------------------------------------------------------- */

/* Where a result is written. */
typedef struct Joiner {
  Str separator;
  char *bytes, *at;
} Joiner;

/* Room for n strings of `bytes` bytes together. */
static Code joiner_init(Joiner *j, uint64_t n, uint64_t bytes, const AggEmit *how) {
  j->separator = how->params->separator;
  uint64_t total = bytes + (n - 1) * j->separator.len;
  if (total > TYPE_LENGTH_MAX) {
    return FAIL(how->err, ERR_LIMIT, how->span, "%s is longer than a STRING can be (%d bytes)",
                how->name, TYPE_LENGTH_MAX);
  }
  j->bytes = j->at = arena_try_alloc(how->arena, total + 1, 1);
  return j->bytes != NULL ? OK : agg_no_memory(how);
}

static void join(Joiner *j, Str text, bool first) {
  if (!first && j->separator.len > 0) {
    memcpy(j->at, j->separator.ptr, j->separator.len);
    j->at += j->separator.len;
  }
  if (text.len > 0) memcpy(j->at, text.ptr, text.len);
  j->at += text.len;
}

static TextRef joined(const Joiner *j) { return text_ref(j->bytes, (size_t)(j->at - j->bytes)); }

static Code emit_list(const Kept *kept, const AggEmit *how, TextRef *out) {
  Joiner j = {0};
  const KeptValue **sorted = kept_sorted(kept, how->arena);
  if (sorted == NULL) return agg_no_memory(how);
  TRY(joiner_init(&j, kept->n, kept->bytes, how));
  for (uint64_t i = 0; i < kept->n; i++) join(&j, (Str){sorted[i]->bytes, sorted[i]->len}, i == 0);
  *out = joined(&j);
  return OK;
}

static Code emit_lists(const void *const *states, uint32_t n, Vector *out, const AggEmit *how) {
  for (uint32_t i = 0; i < n; i++) {
    const KeptState *s = states[i];
    if (s->kept == NULL) {
      agg_store_null(out, i);
    } else {
      TRY(emit_list(s->kept, how, (TextRef *)out->data + i));
    }
  }
  return OK;
}

/* --- DISTINCT ------------------------------------------------------------------------------- */

static Code emit_set(const DistinctValues *set, const AggEmit *how, TextRef *out) {
  const DistinctValue **sorted = agg_distinct_sorted(set, how->arena);
  if (sorted == NULL) return agg_no_memory(how);
  Value *texts = arena_try_alloc(how->arena, set->n * sizeof *texts, 16);
  if (texts == NULL) return agg_no_memory(how);
  uint64_t bytes = 0;
  for (uint64_t i = 0; i < set->n; i++) {
    texts[i] = kept_value(type_string(), (Str){sorted[i]->bytes, sorted[i]->len});
    bytes += texts[i].as.text.len;
  }
  Joiner j = {0};
  TRY(joiner_init(&j, set->n, bytes, how));
  for (uint64_t i = 0; i < set->n; i++) join(&j, text_str(&texts[i].as.text), i == 0);
  *out = joined(&j);
  return OK;
}

static Code emit_sets(const void *const *states, uint32_t n, Vector *out, const AggEmit *how) {
  for (uint32_t i = 0; i < n; i++) {
    const DistinctState *s = states[i];
    if (s->set == NULL) {
      agg_store_null(out, i);
    } else {
      TRY(emit_set(s->set, how, (TextRef *)out->data + i));
    }
  }
  return OK;
}

static const AggKernels list_kernels = {.state_bytes = sizeof(KeptState),
                                        .ordered = true,
                                        .holistic = true,
                                        .add = kept_add_texts,
                                        .merge = kept_merge,
                                        .save = kept_save,
                                        .load = kept_load,
                                        .emit = emit_lists};
static const AggKernels distinct_kernels = {.state_bytes = sizeof(DistinctState),
                                            .ordered = true,
                                            .holistic = true,
                                            .add = agg_distinct_add,
                                            .merge = agg_distinct_merge,
                                            .save = agg_distinct_save,
                                            .load = agg_distinct_load,
                                            .emit = emit_sets};

Code agg_bind_LISTAGG(const Type *args, uint32_t n_args, Span span, AggCall *call, Error *err) {
  (void)n_args;
  if (!type_is_character(args[0])) {
    return agg_bad_type(call->name, args[0], "a STRING: CAST(x AS STRING)", span, err);
  }
  call->own_distinct = call->distinct;
  call->distinct = false;
  call->kernels = call->own_distinct ? &distinct_kernels : &list_kernels;
  call->result = type_string();
  return OK;
}
