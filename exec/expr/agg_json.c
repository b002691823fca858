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

static Str bytes_of(const Arrived *v) { return kept_text(v->bytes); }

/* --- JSON_ARRAYAGG ---------------------------------------------------------------------- */

static Code make_array(const ValuesInOrder *values, const AggEmit *how, TextRef *out) {
  StrBuf text;
  strbuf_init(&text, 0);
  strbuf_putc(&text, '[');
  for (uint64_t i = 0; i < values->n; i++) {
    if (i > 0) strbuf_putc(&text, ',');
    strbuf_str(&text, bytes_of(&values->items[i]));
  }
  strbuf_putc(&text, ']');
  return put_result(&text, how, out);
}

static Code emit_arrays(const void *const *states, uint32_t n, Vector *out, const AggEmit *how) {
  return kept_emit(states, n, out, how, &(Finish){.of_none = true, .make = make_array});
}

/* --- JSON_OBJECTAGG --------------------------------------------------------------------- */

/* Equal keys are an error, whichever stands first. */
static int by_key(const void *a, const void *b) {
  return json_key_compare(json_member_key(bytes_of(a)), json_member_key(bytes_of(b)));
}

static Code twice(Str key, const AggEmit *how) {
  int len = (int)(key.len < 80 ? key.len : 80);
  FAIL(how->err, ERR_DATA, how->span, "the key '%.*s' comes more than once in %s", len, key.ptr,
       how->name);
  error_hint(how->err, "JSON_OBJECTAGG takes each key once");
  return ERR_DATA;
}

static Code put_members(const ValuesInOrder *members, const AggEmit *how, StrBuf *text) {
  Str before = {0};
  strbuf_putc(text, '{');
  for (uint64_t i = 0; i < members->n; i++) {
    const Str member = bytes_of(&members->items[i]), key = json_member_key(member);
    if (!json_member_has_key(member)) {
      return FAIL(how->err, ERR_DATA, how->span, "a key is NULL in %s", how->name);
    }
    if (i > 0 && str_eq(key, before)) return twice(key, how);
    if (i > 0) strbuf_putc(text, ',');
    json_put_string(text, key);
    strbuf_putc(text, ':');
    strbuf_str(text, json_member_value(member));
    before = key;
  }
  strbuf_putc(text, '}');
  return OK;
}

static Code make_object(const ValuesInOrder *members, const AggEmit *how, TextRef *out) {
  StrBuf text;
  if (members->n > 0) qsort(members->items, members->n, sizeof *members->items, by_key);
  strbuf_init(&text, 0);
  Code code = put_members(members, how, &text);
  if (code == OK) return put_result(&text, how, out);
  strbuf_deinit(&text);
  return code;
}

static Code emit_objects(const void *const *states, uint32_t n, Vector *out, const AggEmit *how) {
  return kept_emit(states, n, out, how, &(Finish){.of_none = true, .make = make_object});
}

/* --- both ------------------------------------------------------------------------------- */

static const AggKernels array_kernels = KEPT_KERNELS(emit_arrays);
static const AggKernels object_kernels = KEPT_KERNELS(emit_objects);

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
