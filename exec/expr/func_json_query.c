/* func_json_query.c -- JSON_QUERY: objects and arrays, as text or as an ARRAY. */
#include "exec/expr/func_json_path.h"

#include <string.h>

#include "exec/expr/func_rows.h"
#include "exec/expr/json_value.h"

static Code write_nodes(KernelCall *k, PathState *s, const uint32_t *nodes, uint32_t n, bool list,
                        bool wrap) {
  strbuf_clear(&s->out);
  if (wrap) strbuf_putc(&s->out, '[');
  if (list) strbuf_putc(&s->out, '[');
  for (uint32_t i = 0; i < n; i++) {
    if (i > 0) strbuf_putc(&s->out, ',');
    if (!json_doc_write(&s->doc, nodes[i], &s->out)) return func_no_memory(k);
  }
  if (list) strbuf_putc(&s->out, ']');
  if (wrap) strbuf_putc(&s->out, ']');
  return OK;
}

/* An item of an array as its SQL type: of STRING, a scalar as it reads, anything else as JSON.
 * *good: it is one. */
static Code push_item(KernelCall *k, PathState *s, uint32_t node, bool *good) {
  const JsonNode *at = &s->doc.nodes[node];
  const Type type = type_item(k->out->type);
  const Str text = {at->at, at->len};
  Value item = value_null(type);
  if (type_is_character(type) && at->kind != JSON_NULL && at->kind != JSON_STRING) {
    strbuf_clear(&s->out);
    if (!json_doc_write(&s->doc, node, &s->out)) return func_no_memory(k);
    char *copy = arena_try_alloc(k->text, s->out.len, 1);
    if (copy == NULL) return func_no_memory(k);
    memcpy(copy, s->out.data, s->out.len);
    item = value_text(type, (Str){copy, s->out.len});
  } else if (at->kind != JSON_NULL) {
    *good = json_scalar_value((JsonKind)at->kind, text, type, &item);
  }
  *good &= !item.null || type.nullable;
  return value_stack_push(&s->items, &item) ? OK : func_no_memory(k);
}

/* The nodes as an ARRAY, or what ON ERROR says. */
static Code put_items(KernelCall *k, uint32_t row, const uint32_t *nodes, uint32_t n) {
  PathState *s = k->state;
  const Clauses *c = k->expr->func_data;
  s->items.n = 0;
  for (uint32_t i = 0; i < n; i++) {
    bool good = true;
    TRY(push_item(k, s, nodes[i], &good));
    if (!good)
      return json_put_otherwise(k, row, &c->on_error, "an item is not of the array's type");
  }
  TextRef *out = (TextRef *)k->out->data + row;
  return array_make(k->text, k->out->type, s->items.items, n, out) ? OK : func_no_memory(k);
}

/* The items of array `node`, as a list in doc's room. */
static Code list_items(KernelCall *k, PathState *s, uint32_t node, Lookup *l) {
  JsonDoc *d = &s->doc;
  strbuf_clear(&d->list);
  l->n = 0;
  for (uint32_t at = node + 1; at < d->nodes[node].next; at = d->nodes[at].next, l->n++) {
    strbuf_put(&d->list, (const char *)&at, sizeof at);
  }
  if (strbuf_failed(&d->list)) return func_no_memory(k);
  l->nodes = (const uint32_t *)(const void *)d->list.data;
  return OK;
}

/* What is found as an ARRAY.  wrap: its only item. */
static Code put_array(KernelCall *k, uint32_t row, Lookup *l, bool wrap) {
  static const uint32_t root = 0;
  PathState *s = k->state;
  const Clauses *c = k->expr->func_data;
  if (l->outcome == OUT_LIST && !wrap) return put_items(k, row, l->nodes, l->n);
  if (l->outcome == OUT_LIST) { /* [[...]]: the list becomes a document of its own */
    TRY(write_nodes(k, s, l->nodes, l->n, true, false));
    Str text = {strbuf_text(&s->out), s->out.len};
    l->text = json_doc_text(&s->doc, text, &l->end);
    if (l->text == NULL) return func_no_memory(k);
    l->value = (JsonValue){.kind = JSON_ARRAY, .text = {l->text, text.len}};
  }
  TRY(json_parse_found(k, l));
  if (wrap) return put_items(k, row, &root, 1);
  if (l->value.kind != JSON_ARRAY) {
    return json_put_otherwise(k, row, &c->on_error, "the value at the path is no array");
  }
  TRY(list_items(k, s, 0, l));
  return put_items(k, row, l->nodes, l->n);
}

static Code put_query(KernelCall *k, uint32_t row, Lookup *l, bool wrap) {
  static const uint32_t root = 0;
  PathState *s = k->state;
  if (k->out->type.kind == TYPE_ARRAY) return put_array(k, row, l, wrap);
  if (l->outcome == OUT_LIST) {
    TRY(write_nodes(k, s, l->nodes, l->n, true, wrap));
  } else {
    TRY(json_parse_found(k, l));
    TRY(write_nodes(k, s, &root, 1, false, wrap));
  }
  return json_put_out(k, row, &s->out);
}

Code kernel_json_query(KernelCall *k) {
  const Clauses *c = k->expr->func_data;
  const PathState *s = k->state;
  Lookup l;
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    TRY(json_look_up(k, JSON_ARG_DOC, JSON_ARG_PATH, row, &l));
    bool there = l.outcome >= OUT_VALUE, single = l.outcome == OUT_VALUE;
    bool wrap = c->wrapper == UNCONDITIONAL ||
                (c->wrapper == CONDITIONAL && single && l.value.kind != JSON_ARRAY);
    if (single && !wrap && json_is_scalar(&l.value)) {
      json_lacking(&l, s, "the value at the path is no object or array");
      there = false;
    }
    TRY(there ? put_query(k, row, &l, wrap) : json_put_lacking(k, row, &l));
  }
  return OK;
}
