/* agg_json.c -- JSON_ARRAYAGG and JSON_OBJECTAGG: values put together as one JSON text.
 *
 * Rows come as JSON already, from calls that the planner puts around the arguments
 * (planner/bind_json.c): an item of an array, or a member (json_member.h); NULL where nothing is to
 * be added.  Items come in the order of arrival, members in that of their keys.
 */
#include <stdlib.h>
#include <string.h>

#include "exec/data/json_quote.h"
#include "exec/expr/agg_kept.h"
#include "exec/expr/agg_kernels.h"
#include "exec/expr/json_doc.h"
#include "exec/expr/json_member.h"

/* Hand text over to the result; it is freed in any case. */
static Code put_result(StrBuf *text, const AggEmit *how, TextRef *out) {
  Code code = OK;
  if (text->len > TYPE_LENGTH_MAX) {
    code = FAIL(how->err, ERR_LIMIT, how->span, "%s is longer than a STRING can be (%d bytes)",
                how->name, TYPE_LENGTH_MAX);
  }
  char *copy =
      code == OK && !strbuf_failed(text) ? arena_try_alloc(how->arena, text->len, 1) : NULL;
  if (code == OK && copy == NULL) code = agg_no_memory(how);
  if (code == OK) {
    memcpy(copy, text->data, text->len);
    *out = text_ref(copy, text->len);
  }
  strbuf_deinit(text);
  return code;
}

static Str bytes_of(const KeptValue *v) { return (Str){v->bytes, v->len}; }

/* The kept values, none for the empty state. */
static Code kept_of(const void *state, const AggEmit *how, const KeptValue ***values, uint64_t *n) {
  const KeptState *s = state;
  *values = NULL;
  *n = 0;
  if (s->kept == NULL) return OK;
  *n = s->kept->n;
  *values = kept_sorted(s->kept, how->arena);
  return *values != NULL ? OK : agg_no_memory(how);
}

/* --- JSON_ARRAYAGG ---------------------------------------------------------------------- */

static Code emit_array(const void *state, const AggEmit *how, TextRef *out) {
  const KeptValue **items;
  uint64_t n;
  StrBuf text;
  TRY(kept_of(state, how, &items, &n));
  strbuf_init(&text, 0);
  strbuf_putc(&text, '[');
  for (uint64_t i = 0; i < n; i++) {
    if (i > 0) strbuf_putc(&text, ',');
    strbuf_str(&text, bytes_of(items[i]));
  }
  strbuf_putc(&text, ']');
  return put_result(&text, how, out);
}

static Code emit_arrays(const void *const *states, uint32_t n, Vector *out, const AggEmit *how) {
  for (uint32_t i = 0; i < n; i++) TRY(emit_array(states[i], how, (TextRef *)out->data + i));
  return OK;
}

/* --- JSON_OBJECTAGG --------------------------------------------------------------------- */

static int by_key(const void *a, const void *b) {
  const KeptValue *x = *(KeptValue *const *)a, *y = *(KeptValue *const *)b;
  int order = json_key_compare(json_member_key(bytes_of(x)), json_member_key(bytes_of(y)));
  return order != 0 ? order : (x->arrival > y->arrival) - (x->arrival < y->arrival);
}

static Code twice(Str key, const AggEmit *how) {
  int len = (int)(key.len < 80 ? key.len : 80);
  FAIL(how->err, ERR_DATA, how->span, "the key '%.*s' comes more than once in %s", len, key.ptr,
       how->name);
  error_hint(how->err, "JSON_OBJECTAGG takes each key once");
  return ERR_DATA;
}

static Code put_members(const KeptValue *const *members, uint64_t n, const AggEmit *how,
                        StrBuf *text) {
  Str before = {0};
  strbuf_putc(text, '{');
  for (uint64_t i = 0; i < n; i++) {
    Str key = json_member_key(bytes_of(members[i]));
    if (!json_member_has_key(bytes_of(members[i]))) {
      return FAIL(how->err, ERR_DATA, how->span, "a key is NULL in %s", how->name);
    }
    if (i > 0 && str_eq(key, before)) return twice(key, how);
    if (i > 0) strbuf_putc(text, ',');
    json_put_string(text, key);
    strbuf_putc(text, ':');
    strbuf_str(text, json_member_value(bytes_of(members[i])));
    before = key;
  }
  strbuf_putc(text, '}');
  return OK;
}

static Code emit_object(const void *state, const AggEmit *how, TextRef *out) {
  const KeptValue **members;
  uint64_t n;
  StrBuf text;
  TRY(kept_of(state, how, &members, &n));
  if (n > 0) qsort(members, n, sizeof *members, by_key);
  strbuf_init(&text, 0);
  Code code = put_members(members, n, how, &text);
  if (code == OK) return put_result(&text, how, out);
  strbuf_deinit(&text);
  return code;
}

static Code emit_objects(const void *const *states, uint32_t n, Vector *out, const AggEmit *how) {
  for (uint32_t i = 0; i < n; i++) TRY(emit_object(states[i], how, (TextRef *)out->data + i));
  return OK;
}

/* --- both ------------------------------------------------------------------------------- */

static const AggKernels array_kernels = {.state_bytes = sizeof(KeptState),
                                         .ordered = true,
                                         .holistic = true,
                                         .add = kept_add_texts,
                                         .merge = kept_merge,
                                         .save = kept_save,
                                         .load = kept_load,
                                         .emit = emit_arrays};
static const AggKernels object_kernels = {.state_bytes = sizeof(KeptState),
                                          .ordered = true,
                                          .holistic = true,
                                          .add = kept_add_texts,
                                          .merge = kept_merge,
                                          .save = kept_save,
                                          .load = kept_load,
                                          .emit = emit_objects};

static Code bind(const Type *args, Span span, AggCall *call, const AggKernels *kernels,
                 Error *err) {
  if (call->distinct) {
    return FAIL(err, ERR_TYPE, span, "%s does not take DISTINCT", call->name);
  }
  assert(type_phys(args[0]) == PHYS_TEXT);
  (void)args;
  call->kernels = kernels;
  call->result = type_not_null(type_string());
  return OK;
}

Code agg_bind_JSON_ARRAYAGG(const Type *args, uint32_t n_args, Span span, AggCall *call,
                            Error *err) {
  (void)n_args;
  return bind(args, span, call, &array_kernels, err);
}

Code agg_bind_JSON_OBJECTAGG(const Type *args, uint32_t n_args, Span span, AggCall *call,
                             Error *err) {
  (void)n_args;
  return bind(args, span, call, &object_kernels, err);
}
