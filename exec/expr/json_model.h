/* json_model.h -- for tests: what a path finds, in the most obvious way, beside json_path_walk and
 * json_path_list.
 *
 * The model goes over the text with json_strict.h again and again: a value is its text.  What does
 * not matter for an answer (which failure of several) is not modelled.
 */
#pragma once
#include <stdlib.h>

#include "base/check.h"
#include "exec/expr/json_number.h"
#include "exec/expr/json_path.h"

typedef struct ModelList {
  JsonValue *items;
  uint32_t n, cap;
  bool failed; /* what strict mode insists on is not there */
} ModelList;

static inline void model_push(ModelList *l, JsonValue v) {
  if (l->n == l->cap) {
    l->cap = l->cap == 0 ? 16 : l->cap * 2;
    l->items = realloc(l->items, l->cap * sizeof *l->items);
    if (l->items == NULL) abort();
  }
  l->items[l->n++] = v;
}

/* A value's own text, with the quotes of a string. */
static inline Str model_text(const JsonValue *v) {
  return v->kind == JSON_STRING ? (Str){v->text.ptr - 1, v->text.len + 2} : v->text;
}

/* A scan without the byte order mark, which is none of JSON. */
static inline JsonScan model_scan(Str text) {
  return (JsonScan){.begin = text.ptr, .at = text.ptr, .end = text.ptr + text.len};
}

/* false: no JSON. */
static inline bool model_document(Str text, JsonValue *out) {
  JsonScan s = model_scan(text);
  return json_value(&s, out) && json_close(&s);
}

/* Members or items; keys NULL for an array. */
static inline void model_children(const JsonValue *v, ModelList *keys, ModelList *values) {
  JsonScan s = model_scan(v->text);
  JsonValue key, value;
  if (v->kind != JSON_OBJECT && v->kind != JSON_ARRAY) return;
  json_open(&s);
  while (v->kind == JSON_OBJECT ? json_next_member(&s, &key, &value)
                                : json_next_element(&s, &value)) {
    if (v->kind == JSON_OBJECT) model_push(keys, key);
    model_push(values, value);
  }
}

static inline char *model_key(const JsonValue *key, size_t *len) {
  char *plain = malloc(key->text.len + 1);
  if (plain == NULL) abort();
  *len = json_unescape(key->text, plain);
  return plain;
}

static inline bool model_key_is(const JsonValue *key, Str plain) {
  size_t len;
  char *text = model_key(key, &len);
  bool same = str_eq((Str){text, len}, plain);
  free(text);
  return same;
}

static inline bool model_same_key(const JsonValue *a, const JsonValue *b) {
  size_t len;
  char *text = model_key(a, &len);
  bool same = model_key_is(b, (Str){text, len});
  free(text);
  return same;
}

/* Of each key the last value, in the place of the first. */
static inline void model_unique(ModelList *keys, ModelList *values) {
  for (uint32_t i = 0; i < keys->n; i++) {
    for (uint32_t j = i + 1; j < keys->n;) {
      if (!model_same_key(&keys->items[i], &keys->items[j])) {
        j++;
        continue;
      }
      values->items[i] = values->items[j];
      for (uint32_t k = j + 1; k < keys->n; k++) {
        keys->items[k - 1] = keys->items[k];
        values->items[k - 1] = values->items[k];
      }
      keys->n--;
      values->n--;
    }
  }
}

static void model_follow(const JsonPath *p, uint32_t step, bool insists, const JsonValue *v,
                         ModelList *out);

static void model_pick(const JsonPath *p, uint32_t step, bool insists, const ModelList *items,
                       int64_t i, ModelList *out) {
  int64_t at = i < 0 ? (int64_t)items->n + i : i;
  if (at >= 0 && at < (int64_t)items->n) {
    model_follow(p, step + 1, insists, &items->items[at], out);
  }
}

static void model_span(const JsonPath *p, uint32_t step, const JsonSpan *s, const ModelList *items,
                       ModelList *out) {
  int64_t n = items->n, from = s->from, to = s->to;
  if (s->kind == JSON_SPAN_ONE) {
    model_pick(p, step, false, items, from, out);
    return;
  }
  if (s->kind == JSON_SPAN_TO) {
    if (from < 0) from += n;
    to = (to < 0 ? to + n : to) + 1;
    if (from < 0) from = 0;
  } else if (!s->has_to) {
    from = from < 0 ? from + n : from;
    if (from < 0) from = 0;
    to = n;
  } else if (!s->has_from) {
    from = 0;
    to = to < 0 ? to + n : to;
  } else if (from < -n) {
    from = -n;
  }
  if (to > n) to = n;
  for (int64_t i = from; i < to; i++) model_pick(p, step, false, items, i, out);
}

static void model_step(const JsonPath *p, uint32_t step, bool insists, const JsonValue *v,
                       ModelList *out) {
  const JsonStep *s = &p->steps[step];
  ModelList keys = {0}, values = {0};
  const bool object = v->kind == JSON_OBJECT, array = v->kind == JSON_ARRAY;
  bool fits = true;
  model_children(v, &keys, &values);
  model_unique(&keys, &values);
  if (s->kind == JSON_STEP_KEY) {
    fits = false;
    for (uint32_t i = 0; object && i < keys.n; i++) {
      if (!model_key_is(&keys.items[i], s->key)) continue;
      fits = true;
      model_follow(p, step + 1, insists, &values.items[i], out);
    }
  } else if (s->kind == JSON_STEP_INDEX) {
    fits = array;
    if (array) model_pick(p, step, insists, &values, s->index, out);
  } else if (s->kind == JSON_STEP_SPANS) {
    fits = array;
    for (uint32_t i = 0; array && i < s->n_spans; i++) {
      model_span(p, step, &s->spans[i], &values, out);
    }
  } else {
    for (uint32_t i = 0; i < values.n; i++) model_follow(p, step + 1, false, &values.items[i], out);
  }
  if (!fits && insists) out->failed = true;
  free(keys.items);
  free(values.items);
}

static void model_deep(const JsonPath *p, uint32_t step, const JsonValue *v, ModelList *out) {
  ModelList keys = {0}, values = {0};
  model_step(p, step, false, v, out);
  model_children(v, &keys, &values);
  model_unique(&keys, &values);
  for (uint32_t i = 0; i < values.n; i++) model_deep(p, step, &values.items[i], out);
  free(keys.items);
  free(values.items);
}

static void model_follow(const JsonPath *p, uint32_t step, bool insists, const JsonValue *v,
                         ModelList *out) {
  if (step == p->n_steps) {
    model_push(out, *v);
  } else if (p->steps[step].deep) {
    model_deep(p, step, v, out);
  } else {
    model_step(p, step, insists, v, out);
  }
}

/* --- values compared ----------------------------------------------------------------- */

static bool model_equal(const JsonValue *a, const JsonValue *b);

static bool model_equal_lists(const ModelList *ka, const ModelList *va, const ModelList *kb,
                              const ModelList *vb) {
  if (va->n != vb->n) return false;
  for (uint32_t i = 0; i < va->n; i++) {
    uint32_t j = 0;
    while (ka->n > 0 && j < kb->n && !model_same_key(&ka->items[i], &kb->items[j])) j++;
    if (ka->n > 0 && j == kb->n) return false;
    if (!model_equal(&va->items[i], &vb->items[ka->n > 0 ? j : i])) return false;
  }
  return true;
}

static bool model_equal_numbers(Str a, Str b) {
  char *x = malloc(a.len + JSON_NUMBER_SLACK), *y = malloc(b.len + JSON_NUMBER_SLACK);
  if (x == NULL || y == NULL) abort();
  Str p = {x, json_number_print(a, x)}, q = {y, json_number_print(b, y)};
  bool same = str_eq(p, q);
  free(x);
  free(y);
  return same;
}

/* Do the two mean the same? */
static bool model_equal(const JsonValue *a, const JsonValue *b) {
  if (a->kind != b->kind) return false;
  if (a->kind == JSON_STRING) return model_same_key(a, b);
  if (a->kind == JSON_NUMBER) return model_equal_numbers(a->text, b->text);
  if (a->kind != JSON_OBJECT && a->kind != JSON_ARRAY) return true;
  ModelList ka = {0}, va = {0}, kb = {0}, vb = {0};
  model_children(a, &ka, &va);
  model_children(b, &kb, &vb);
  model_unique(&ka, &va);
  model_unique(&kb, &vb);
  bool same = model_equal_lists(&ka, &va, &kb, &vb);
  free(ka.items);
  free(va.items);
  free(kb.items);
  free(vb.items);
  return same;
}

/* --- the two side by side -------------------------------------------------------------- */

/* A value as json_doc_write gives it: is it JSON, the same value, and does it come out again just
 * so? */
static bool model_written(const JsonValue *want, const StrBuf *text) {
  JsonDoc again;
  StrBuf twice;
  JsonValue v;
  const char *end;
  json_doc_init(&again);
  strbuf_init(&twice, 0);
  const Str written = {strbuf_text(text), text->len};
  bool good = model_document(written, &v) && model_equal(want, &v);
  const char *copy = json_doc_text(&again, written, &end);
  good = good && copy != NULL && json_doc_parse(&again, copy, end) == JSON_DOC_OK &&
         json_doc_write(&again, 0, &twice) &&
         str_eq(written, (Str){strbuf_text(&twice), twice.len});
  json_doc_deinit(&again);
  strbuf_deinit(&twice);
  return good;
}

static inline bool model_check_walk(const JsonPath *path, JsonDoc *doc, Str text, bool is_json,
                                    const ModelList *want) {
  JsonValue got;
  const char *end, *copy = json_doc_text(doc, text, &end);
  if (copy == NULL) abort();
  JsonFound found = json_path_walk(path, copy, end, &got);
  if (!is_json) return found == JSON_FOUND_MALFORMED;
  if (want->n == 0) return found == JSON_FOUND_NOTHING;
  const JsonValue *v = &want->items[0];
  return found == JSON_FOUND_VALUE && got.kind == v->kind && got.escaped == v->escaped &&
         got.text.ptr - copy == v->text.ptr - text.ptr && got.text.len == v->text.len;
}

static inline bool model_check_list(const JsonPath *path, JsonDoc *doc, Str text, bool is_json,
                                    const ModelList *want) {
  const uint32_t *nodes;
  uint32_t n;
  const char *end, *copy = json_doc_text(doc, text, &end);
  if (copy == NULL) abort();
  if (json_doc_parse(doc, copy, end) != JSON_DOC_OK) return !is_json;
  if (!is_json) return false;
  JsonFound found = json_path_list(path, doc, &nodes, &n);
  if (found == JSON_FOUND_TOO_MUCH) return true;
  if (want->failed) return found == JSON_FOUND_NOTHING;
  if (found != JSON_FOUND_LIST || n != want->n) return false;
  StrBuf out;
  strbuf_init(&out, 0);
  bool good = true;
  for (uint32_t i = 0; i < n && good; i++) {
    strbuf_clear(&out);
    good = json_doc_write(doc, nodes[i], &out) && model_written(&want->items[i], &out);
  }
  strbuf_deinit(&out);
  return good;
}

/* Do path and model agree on this text? */
static inline bool model_agrees(const JsonPath *path, JsonDoc *doc, Str text) {
  ModelList want = {0};
  JsonValue whole;
  bool is_json = model_document(text, &whole);
  if (is_json) model_follow(path, 0, !path->lax, &whole, &want);
  bool good = (!path->definite || model_check_walk(path, doc, text, is_json, &want)) &&
              (path->definite || model_check_list(path, doc, text, is_json, &want));
  free(want.items);
  return good;
}
