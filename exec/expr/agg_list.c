/* agg_list.c -- LISTAGG: strings put together in the order of their arrival.
 *
 * An empty string is a value like any other.
 */
#include <string.h>

#include "exec/expr/agg_distinct.h"
#include "exec/expr/agg_kept.h"
#include "exec/expr/agg_kernels.h"

static char *put(char *at, Str text) {
  if (text.len > 0) memcpy(at, text.ptr, text.len);
  return at + text.len;
}

static Code make_list(const ValuesInOrder *values, const AggEmit *how, TextRef *out) {
  const Str separator = how->params->separator;
  uint64_t total = (values->n - 1) * separator.len;
  for (uint64_t i = 0; i < values->n; i++) total += kept_text(values->items[i].bytes).len;
  if (total > TYPE_LENGTH_MAX) {
    return FAIL(how->err, ERR_LIMIT, how->span, "%s is longer than a STRING can be (%d bytes)",
                how->name, TYPE_LENGTH_MAX);
  }
  char *bytes = arena_try_alloc(how->arena, total + 1, 1), *at = bytes;
  if (bytes == NULL) return agg_no_memory(how);
  for (uint64_t i = 0; i < values->n; i++) {
    if (i > 0) at = put(at, separator);
    at = put(at, kept_text(values->items[i].bytes));
  }
  *out = text_ref(bytes, total);
  return OK;
}

static Code emit_lists(const void *const *states, uint32_t n, Vector *out, const AggEmit *how) {
  return kept_emit(states, n, out, how, &(Finish){.make = make_list});
}

static Code emit_distinct_lists(const void *const *states, uint32_t n, Vector *out,
                                const AggEmit *how) {
  return kept_emit(states, n, out, how, &(Finish){.distinct = true, .make = make_list});
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
