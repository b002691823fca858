/* func_json_path.c -- following a path row by row; JSON_VALUE, JSON_EXISTS, JSON_LENGTH, IS JSON.
 *
 * A constant path is compiled when the program is; any other whenever it differs from the row's
 * before.
 */
#include "exec/expr/func_json_path.h"

#include <stdlib.h>
#include <string.h>

#include "exec/expr/func_rows.h"
#include "exec/expr/json_number.h"
#include "exec/expr/json_value.h"

/* --- state --------------------------------------------------------------------------- */

/* The caret stands under the character, where the span is a literal without doubled quotes. */
static Code bad_path(Error *err, Code code, Span span, Str text, const JsonPathFault *fault) {
  if (span.len == text.len + 2) span = (Span){span.at + 1 + (uint32_t)fault->at, 1};
  return FAIL(err, code, span, "in the JSON path '%.*s', at byte %zu: %s",
              (int)(text.len < 80 ? text.len : 80), text.ptr, fault->at + 1, fault->what);
}

static Code no_memory_for_path(Span span, Error *err) {
  return FAIL(err, ERR_MEMORY, span, "no memory for a JSON path");
}

Code json_compile_path(JsonPath *path, Str text, Code bad, Span span, Error *err) {
  JsonPathFault fault;
  switch (json_path_compile(path, text, &fault)) {
    case JSON_PATH_OK:
      return OK;
    case JSON_PATH_NO_MEMORY:
      return no_memory_for_path(span, err);
    case JSON_PATH_BAD:
      break;
  }
  return bad_path(err, bad, span, text, &fault);
}

/* Which argument is the path; 0: there is none. */
static uint32_t path_arg_of(const Expr *call) {
  if ((call->func->flags & FUNC_WORDED) != 0) return JSON_ARG_PATH;
  return call->n_args > 1 ? 1 : 0;
}

Code json_path_open(const Expr *call, const ExprEnv *env, void **state, Error *err) {
  (void)env;
  PathState *s = calloc(1, sizeof *s);
  if (s == NULL) return no_memory_for_path(call->span, err);
  Str path = STR("$");
  uint32_t arg = path_arg_of(call);
  s->constant = arg == 0 || const_text(call, arg, &path);
  Code code = OK;
  if (s->constant) {
    code = json_compile_path(&s->path, path, ERR_DATA, call->args[arg]->span, err);
  }
  if (code == OK) {
    *state = s;
  } else {
    json_path_close(s);
  }
  return code;
}

void json_path_close(void *state) {
  PathState *s = state;
  if (s == NULL) return;
  json_path_deinit(&s->path);
  json_doc_deinit(&s->doc);
  strbuf_deinit(&s->source);
  strbuf_deinit(&s->out);
  value_stack_deinit(&s->items);
  free(s);
}

/* Make text the path that is compiled. */
static Code use_path(KernelCall *k, PathState *s, Str text) {
  if (s->compiled && str_eq(text, (Str){s->source.data, s->source.len})) return OK;
  s->compiled = false;
  strbuf_clear(&s->source);
  strbuf_str(&s->source, text);
  if (strbuf_failed(&s->source)) return func_no_memory(k);
  TRY(json_compile_path(&s->path, text, ERR_DATA, k->expr->span, k->err));
  s->compiled = true;
  return OK;
}

/* --- one row ------------------------------------------------------------------------- */

/* What lax mode takes for nothing is a failure in strict mode. */
void json_lacking(Lookup *l, const PathState *s, const char *why) {
  l->outcome = s->path.lax ? OUT_EMPTY : OUT_ERROR;
  l->why = why;
}

static Code found(KernelCall *k, const PathState *s, JsonFound f, Lookup *l) {
  switch (f) {
    case JSON_FOUND_MALFORMED:
      l->value.kind = JSON_NONE;
      json_lacking(l, s, "the document is no JSON");
      return OK;
    case JSON_FOUND_NO_MEMORY:
      return func_no_memory(k);
    case JSON_FOUND_TOO_MUCH:
      return FAIL(k->err, ERR_LIMIT, k->expr->span,
                  "the path goes through a document too many times");
    case JSON_FOUND_NOTHING:
      json_lacking(l, s, "there is no value at the path");
      break;
    case JSON_FOUND_LIST:
      l->outcome = OUT_LIST;
      break;
    case JSON_FOUND_VALUE:
      l->outcome = OUT_VALUE;
      if (l->value.kind == JSON_NULL) json_lacking(l, s, "the value at the path is null");
      break;
  }
  const char *first = l->text;
  while (*first == ' ' || *first == '\t' || *first == '\r' || *first == '\n') first++;
  if (UNLIKELY(*first == 'n')) {
    l->outcome = OUT_ERROR;
    l->why = "the document is null";
  }
  return OK;
}

static Code look_up_list(KernelCall *k, PathState *s, Lookup *l) {
  switch (json_doc_parse(&s->doc, l->text, l->end)) {
    case JSON_DOC_NO_MEMORY:
      return func_no_memory(k);
    case JSON_DOC_MALFORMED:
      return found(k, s, JSON_FOUND_MALFORMED, l);
    case JSON_DOC_OK:
      break;
  }
  return found(k, s, json_path_list(&s->path, &s->doc, &l->nodes, &l->n), l);
}

/* What the row's path finds in its document. */
Code json_look_up(KernelCall *k, uint32_t doc_arg, uint32_t path_arg, uint32_t row, Lookup *l) {
  PathState *s = k->state;
  l->outcome = OUT_NULL;
  if (!vector_valid(&k->args[doc_arg], row)) return OK;
  if (path_arg != 0 && !vector_valid(&k->args[path_arg], row)) return OK;
  if (!s->constant) TRY(use_path(k, s, text_at(text_arg(k, path_arg), row)));
  l->doc = text_at(text_arg(k, doc_arg), row);
  l->text = json_doc_text(&s->doc, l->doc, &l->end);
  if (l->text == NULL) return func_no_memory(k);
  if (!s->path.definite) return look_up_list(k, s, l);
  return found(k, s, json_path_walk(&s->path, l->text, l->end, &l->value), l);
}

/* Where the value stands in the row's own document: a result borrows it there. */
static Str in_document(const Lookup *l, Str text) {
  return (Str){l->doc.ptr + (text.ptr - l->text), text.len};
}

static Code put_empty_array(KernelCall *k, uint32_t row) {
  if (k->out->type.kind == TYPE_ARRAY) {
    return array_make(k->text, k->out->type, NULL, 0, (TextRef *)k->out->data + row)
               ? OK
               : func_no_memory(k);
  }
  put_text(k, row, STR("[]"));
  return OK;
}

Code json_put_otherwise(KernelCall *k, uint32_t row, const Otherwise *o, const char *why) {
  switch (o->what) {
    case GIVE_NULL:
      put_null(k, row);
      return OK;
    case GIVE_EMPTY_ARRAY:
      return put_empty_array(k, row);
    case GIVE_EMPTY_OBJECT:
      put_text(k, row, STR("{}"));
      return OK;
    case GIVE_TRUE:
    case GIVE_FALSE:
      put_bool(k, row, o->what == GIVE_TRUE);
      return OK;
    case RAISE:
      return func_fail(k, "%s", why);
    case GIVE_ARG:
      break;
  }
  Value v = value_of(&k->args[o->arg], row);
  if (v.null) {
    put_null(k, row);
  } else {
    value_store(&v, k->out, row);
  }
  return OK;
}

/* What stands in place of a value that is not there. */
Code json_put_lacking(KernelCall *k, uint32_t row, const Lookup *l) {
  const Clauses *c = k->expr->func_data;
  if (l->outcome == OUT_NULL) {
    put_null(k, row);
    return OK;
  }
  return json_put_otherwise(k, row, l->outcome == OUT_EMPTY ? &c->on_empty : &c->on_error, l->why);
}

Code json_put_out(KernelCall *k, uint32_t row, const StrBuf *out) {
  TextRoom room;
  if (strbuf_failed(out)) return func_no_memory(k);
  TRY(text_room(k, out->len, &room));
  memcpy(room.at, strbuf_text(out), out->len);
  put_text(k, row, (Str){room.at, out->len});
  return OK;
}

Code json_parse_found(KernelCall *k, const Lookup *l) {
  PathState *s = k->state;
  Str text = l->value.text;
  if (l->value.kind == JSON_STRING) text = (Str){text.ptr - 1, text.len + 2};
  JsonDocCode code = json_doc_parse(&s->doc, text.ptr, text.ptr + text.len);
  assert(code != JSON_DOC_MALFORMED); /* the walk has seen it */
  return code == JSON_DOC_OK ? OK : func_no_memory(k);
}

/* --- JSON_VALUE ---------------------------------------------------------------------- */

/* What a string says; its escapes are undone in the batch's arena. */
static Code plain_text(KernelCall *k, const Lookup *l, TextRoom *room, Str *out) {
  const JsonValue *v = &l->value;
  *out = in_document(l, v->text);
  if (!v->escaped) return OK;
  TRY(text_room(k, v->text.len, room));
  *out = (Str){room->at, json_unescape(v->text, room->at)};
  return OK;
}

static Code put_string(KernelCall *k, uint32_t row, const Lookup *l) {
  TextRoom room;
  Str text;
  const JsonValue *v = &l->value;
  if (v->kind != JSON_NUMBER || json_number_is_plain(v->text)) {
    TRY(plain_text(k, l, &room, &text));
  } else {
    TRY(text_room(k, v->text.len + JSON_NUMBER_SLACK, &room));
    text = (Str){room.at, json_number_print(v->text, room.at)};
  }
  put_text(k, row, text);
  return OK;
}

/* Any other type than STRING. */
static Code put_scalar(KernelCall *k, uint32_t row, Lookup *l) {
  TextRoom room;
  Str text;
  Value value;
  TRY(plain_text(k, l, &room, &text));
  if (json_scalar_value(l->value.kind, text, k->out->type, &value)) {
    value_store(&value, k->out, row);
    return OK;
  }
  l->outcome = OUT_ERROR;
  l->why = "the value at the path is not of the type";
  return json_put_lacking(k, row, l);
}

Code kernel_json_value(KernelCall *k) {
  const bool text = type_is_character(k->out->type);
  const PathState *s = k->state;
  Lookup l;
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    TRY(json_look_up(k, JSON_ARG_DOC, JSON_ARG_PATH, row, &l));
    bool scalar = l.outcome == OUT_VALUE && json_is_scalar(&l.value);
    if (!scalar && l.outcome >= OUT_VALUE) {
      json_lacking(&l, s, "the value at the path is an object or array");
    }
    if (!scalar) {
      TRY(json_put_lacking(k, row, &l));
    } else if (text) {
      TRY(put_string(k, row, &l));
    } else {
      TRY(put_scalar(k, row, &l));
    }
  }
  return OK;
}

/* --- JSON_EXISTS, JSON_LENGTH, IS JSON ----------------------------------------------- */

Code kernel_json_exists(KernelCall *k) {
  Lookup l;
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    TRY(json_look_up(k, JSON_ARG_DOC, JSON_ARG_PATH, row, &l));
    if (l.outcome >= OUT_VALUE) {
      put_bool(k, row, true);
    } else {
      TRY(json_put_lacking(k, row, &l));
    }
  }
  return OK;
}

/* Members or items of a node; 1 for a scalar. */
static Code length_of(KernelCall *k, JsonDoc *d, uint32_t node, int32_t *out) {
  JsonMembers members;
  *out = 1;
  if (d->nodes[node].kind == JSON_OBJECT) {
    if (!json_doc_members(d, node, true, &members)) return func_no_memory(k);
    json_doc_members_end(d, members);
    *out = (int32_t)members.n;
  } else if (d->nodes[node].kind == JSON_ARRAY) {
    *out = 0;
    for (uint32_t at = node + 1; at < d->nodes[node].next; at = d->nodes[at].next) ++*out;
  }
  return OK;
}

/* A null at the path, or as the whole document, is a scalar like any other. */
static Code put_length(KernelCall *k, uint32_t row, Lookup *l) {
  PathState *s = k->state;
  uint32_t node = 0;
  int32_t length;
  bool there = l->outcome == OUT_VALUE || (l->outcome == OUT_LIST && l->n == 1) ||
               (s->path.definite && l->value.kind == JSON_NULL);
  if (l->outcome == OUT_NULL || !there) {
    put_null(k, row);
    return OK;
  }
  if (l->outcome == OUT_LIST) {
    node = l->nodes[0];
  } else {
    TRY(json_parse_found(k, l));
  }
  TRY(length_of(k, &s->doc, node, &length));
  put_int(k, row, length);
  return OK;
}

Code kernel_json_length(KernelCall *k) {
  for (uint32_t i = 0; i < k->n; i++) {
    Lookup l = {0};
    TRY(json_look_up(k, 0, k->n_args > 1 ? 1 : 0, k->sel[i], &l));
    TRY(put_length(k, k->sel[i], &l));
  }
  return OK;
}

typedef struct IsKind {
  const char *name;
  bool scalar, array, object;
} IsKind;

static bool is_json(const IsKind *wanted, const JsonValue *v) {
  if (v->kind == JSON_OBJECT) return wanted->object;
  return v->kind == JSON_ARRAY ? wanted->array : wanted->scalar;
}

Code kernel_is_json(KernelCall *k) {
  static const IsKind kinds[] = {{"JSON VALUE", true, true, true},
                                 {"JSON SCALAR", true, false, false},
                                 {"JSON ARRAY", false, true, false},
                                 {"JSON OBJECT", false, false, true}};
  PathState *s = k->state;
  TextArg text = text_arg(k, 0);
  const bool negated = str_starts(str_of(k->expr->func->name), STR("IS NOT "));
  const IsKind *wanted = kinds;
  while (!str_ends(str_of(k->expr->func->name), str_of(wanted->name))) wanted++;
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    bool is = false;
    if (vector_valid(&k->args[0], row)) {
      JsonValue v;
      const char *end, *doc = json_doc_text(&s->doc, text_at(text, row), &end);
      if (doc == NULL) return func_no_memory(k);
      is = json_path_walk(&s->path, doc, end, &v) == JSON_FOUND_VALUE && is_json(wanted, &v);
    }
    put_bool(k, row, is != negated);
  }
  return OK;
}
