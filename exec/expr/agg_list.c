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

static Code make_list(const ValuesInOrder *values, const AggEmit *how, TextRef *out) {
  Joiner j = {0};
  uint64_t bytes = 0;
  for (uint64_t i = 0; i < values->n; i++) bytes += values->items[i].as.text.len;
  TRY(joiner_init(&j, values->n, bytes, how));
  for (uint64_t i = 0; i < values->n; i++) join(&j, text_str(&values->items[i].as.text), i == 0);
  *out = joined(&j);
  return OK;
}

static Code emit_lists(const void *const *states, uint32_t n, Vector *out, const AggEmit *how) {
  return kept_emit(states, n, out, how, &(Finish){.type = type_string(), .make = make_list});
}

static Code emit_distinct_lists(const void *const *states, uint32_t n, Vector *out,
                                const AggEmit *how) {
  return kept_emit(states, n, out, how,
                   &(Finish){.distinct = true, .type = type_string(), .make = make_list});
}

static const AggKernels list_kernels = KEPT_KERNELS(emit_lists);
static const AggKernels distinct_kernels = KEPT_DISTINCT_KERNELS(emit_distinct_lists);

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
