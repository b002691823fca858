/* logical.c -- making nodes of the logical plan, and small questions about them. */
#include "planner/logical.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

static Node *node_new(Arena *a, NodeKind kind, Node **inputs, uint32_t n_inputs, Span span) {
  Node *n = ARENA_NEW(a, Node);
  n->kind = kind;
  n->span = span;
  n->inputs = inputs;
  n->n_inputs = n_inputs;
  n->bounded = true;
  for (uint32_t i = 0; i < n_inputs; i++) {
    n->bounded &= inputs[i]->bounded;
    n->updating |= inputs[i]->updating;
  }
  return n;
}

/* A node with one input, whose columns it passes on. */
static Node *node_over(Arena *a, NodeKind kind, Node *input, Span span) {
  Node **inputs = ARENA_ARRAY(a, Node *, 1);
  inputs[0] = input;
  Node *n = node_new(a, kind, inputs, 1, span);
  n->fields = input->fields;
  n->n_fields = input->n_fields;
  return n;
}

Node *node_source(Arena *a, Source *source) {
  Node *n = node_new(a, NODE_SOURCE, NULL, 0, source->span);
  FormatField *fields = ARENA_ARRAY(a, FormatField, source->n_columns);
  source->out = ARENA_ARRAY(a, uint32_t, source->n_columns);
  source->n_out = source->n_columns;
  for (uint32_t i = 0; i < source->n_columns; i++) {
    fields[i] = source->columns[i].field;
    source->out[i] = i;
  }
  n->fields = fields;
  n->n_fields = source->n_columns;
  n->bounded = source->bounded;
  n->u.source = source;
  return n;
}

Node *node_values(Arena *a, const FormatField *fields, uint32_t n_fields, Expr **rows,
                  uint32_t n_rows, Span span) {
  Node *n = node_new(a, NODE_VALUES, NULL, 0, span);
  n->fields = fields;
  n->n_fields = n_fields;
  n->u.values.rows = rows;
  n->u.values.n_rows = n_rows;
  return n;
}

Node *node_filter(Arena *a, Node *input, Expr *filter) {
  Node *n = node_over(a, NODE_FILTER, input, filter->span);
  n->u.filter = filter;
  return n;
}

Node *node_project(Arena *a, Node *input, Expr **exprs, const FormatField *fields,
                   uint32_t n_fields, Span span) {
  Node *n = node_over(a, NODE_PROJECT, input, span);
  n->u.exprs = exprs;
  n->fields = fields;
  n->n_fields = n_fields;
  return n;
}

FormatField window_field(uint32_t i, const WindowSpec *w) {
  static const char *const names[WINDOW_COLUMNS] = {"window_start", "window_end", "window_time"};
  assert(i < window_columns(w));
  TypeKind kind = i < 2 ? TYPE_TIMESTAMP : (TypeKind)w->time_type.kind;
  Type type = w->kind == WINDOW_ROWS ? type_of(TYPE_BIGINT) : type_time(kind, 3);
  return (FormatField){names[i], type_not_null(type)};
}

bool window_same(const WindowSpec *x, const WindowSpec *y) {
  return x->kind == y->kind && x->size_us == y->size_us && x->slide_us == y->slide_us &&
         x->offset_us == y->offset_us && x->cap_us == y->cap_us && x->size_rows == y->size_rows &&
         x->slide_rows == y->slide_rows && x->processing_time == y->processing_time &&
         x->time_type.kind == y->time_type.kind;
}

Node *node_expand(Arena *a, Node *input, Expr **exprs, const FormatField *fields, uint32_t n_fields,
                  uint32_t n_sets, Span span) {
  Node *n = node_over(a, NODE_EXPAND, input, span);
  n->u.expand.exprs = exprs;
  n->u.expand.n_sets = n_sets;
  n->fields = fields;
  n->n_fields = n_fields;
  return n;
}

Node *node_unnest(Arena *a, Node *input, Unnest unnest, const FormatField *fields, uint32_t n_new,
                  Span span) {
  Node *n = node_over(a, NODE_UNNEST, input, span);
  FormatField *all = ARENA_ARRAY(a, FormatField, input->n_fields + n_new);
  if (input->n_fields > 0) memcpy(all, input->fields, input->n_fields * sizeof *all);
  memcpy(all + input->n_fields, fields, n_new * sizeof *all);
  n->u.unnest = unnest;
  n->fields = all;
  n->n_fields = input->n_fields + n_new;
  return n;
}

const char *window_name(const WindowSpec *w) {
  switch (w->kind) {
    case WINDOW_TUMBLE:
      return "TUMBLE";
    case WINDOW_HOP:
      return "HOP";
    case WINDOW_CUMULATE:
      return "CUMULATE";
    case WINDOW_SESSION:
      return "SESSION";
    case WINDOW_ROWS:
      return w->slide_rows == w->size_rows ? "TUMBLE_ROWS" : "HOP_ROWS";
    case WINDOW_ATTACHED:
      break;
  }
  return "ATTACHED";
}

bool rows_may_be_late(const Node *n) {
  if (n->kind == NODE_SOURCE) return true;
  if (n->kind == NODE_WINDOW_TVF) {
    const WindowSpec *w = &n->u.window;
    if (!window_is_aligned(w) || w->processing_time) return false;
  }
  bool passes = n->kind == NODE_FILTER || n->kind == NODE_PROJECT || n->kind == NODE_EXPAND ||
                n->kind == NODE_UNNEST || n->kind == NODE_UNION || n->kind == NODE_WINDOW_TVF;
  for (uint32_t i = 0; passes && i < n->n_inputs; i++) {
    if (rows_may_be_late(n->inputs[i])) return true;
  }
  return false;
}

const char *updating_clause(const Node *n) {
  if (!n->updating) return NULL;
  if (n->kind == NODE_AGGREGATE || n->kind == NODE_WINDOW_AGGREGATE) {
    const EmitSpec *e = &n->u.agg->emit;
    if (e->every_us > 0) return "EMIT EVERY";
    if (e->on_update) return "EMIT ON UPDATE";
    return "ALLOWED LATENESS";
  }
  for (uint32_t i = 0; i < n->n_inputs; i++) {
    const char *clause = updating_clause(n->inputs[i]);
    if (clause != NULL) return clause;
  }
  return NULL;
}

/* The first n fields and those of the window. */
static void set_fields_and_window(Arena *a, Node *n, const FormatField *fields, uint32_t n_fields,
                                  const WindowSpec *w) {
  const uint32_t n_window = window_columns(w);
  FormatField *all = ARENA_ARRAY(a, FormatField, n_fields + n_window);
  memcpy(all, fields, n_fields * sizeof *all);
  for (uint32_t i = 0; i < n_window; i++) all[n_fields + i] = window_field(i, w);
  n->fields = all;
  n->n_fields = n_fields + n_window;
}

Node *node_window_tvf(Arena *a, Node *input, WindowSpec window, Span span) {
  Node *n = node_over(a, NODE_WINDOW_TVF, input, span);
  n->u.window = window;
  set_fields_and_window(a, n, input->fields, input->n_fields, &window);
  return n;
}

static Node *aggregate(Arena *a, NodeKind kind, Node *input, AggregateSpec *agg,
                       const char *const *names, Span span) {
  Node *n = node_over(a, kind, input, span);
  FormatField *fields = ARENA_ARRAY(a, FormatField, agg->n_keys + agg->n_aggs);
  for (uint32_t i = 0; i < agg->n_keys; i++) fields[i] = input->fields[agg->keys[i]];
  for (uint32_t i = 0; i < agg->n_aggs; i++) {
    fields[agg->n_keys + i] = (FormatField){names[i], agg->aggs[i].result};
  }
  n->u.agg = agg;
  n->updating = emit_updates(&agg->emit);
  n->fields = fields;
  n->n_fields = agg->n_keys + agg->n_aggs;
  return n;
}

Node *node_aggregate(Arena *a, Node *input, AggregateSpec *agg, const char *const *names,
                     Span span) {
  return aggregate(a, NODE_AGGREGATE, input, agg, names, span);
}

Node *node_window_aggregate(Arena *a, Node *input, AggregateSpec *agg, const char *const *names,
                            Span span) {
  Node *n = aggregate(a, NODE_WINDOW_AGGREGATE, input, agg, names, span);
  set_fields_and_window(a, n, n->fields, n->n_fields, &agg->window);
  return n;
}

/* --- ranks --------------------------------------------------------------------------- */

bool rank_is_deduplication(const WindowRank *w) {
  return w->by_time && w->first == 1 && w->last == 1;
}

Node *node_window_rank(Arena *a, Node *input, WindowRank *rank, Span span) {
  Node *n = node_over(a, NODE_WINDOW_RANK, input, span);
  FormatField *fields = ARENA_ARRAY(a, FormatField, input->n_fields + 1);
  memcpy(fields, input->fields, input->n_fields * sizeof *fields);
  fields[input->n_fields] = (FormatField){"$rank", type_not_null(type_of(TYPE_BIGINT))};
  rank->first = 1;
  rank->last = UINT64_MAX;
  rank->with_rank = true;
  n->u.rank = rank;
  n->fields = fields;
  n->n_fields = input->n_fields + 1;
  return n;
}

/* --- joins --------------------------------------------------------------------------- */

bool join_has_right(JoinKind kind) { return kind != JOIN_SEMI && kind != JOIN_ANTI; }
bool join_pads_left(JoinKind kind) { return kind == JOIN_RIGHT || kind == JOIN_FULL; }
bool join_pads_right(JoinKind kind) { return kind == JOIN_LEFT || kind == JOIN_FULL; }

/* Names that are there already: a table of their hashes. */
typedef struct NameSet {
  const char **slots;
  uint32_t mask;
} NameSet;

/* false: it is there. */
static bool add_name(NameSet *set, const char *name) {
  uint32_t at = (uint32_t)hash_bytes(name, strlen(name)) & set->mask;
  for (; set->slots[at] != NULL; at = (at + 1) & set->mask) {
    if (strcmp(set->slots[at], name) == 0) return false;
  }
  set->slots[at] = name;
  return true;
}

const char **names_of_join(Arena *a, const FormatField *left, uint32_t n_left,
                           const FormatField *right, uint32_t n_right) {
  const uint32_t n = n_left + n_right;
  const char **names = ARENA_ARRAY(a, const char *, n);
  NameSet set = {NULL, 15};
  while (set.mask < 2 * n) set.mask = 2 * set.mask + 1;
  set.slots = calloc((size_t)set.mask + 1, sizeof *set.slots);
  if (set.slots == NULL) out_of_memory();
  for (uint32_t i = 0; i < n_left; i++) {
    names[i] = left[i].name;
    add_name(&set, names[i]);
  }
  for (uint32_t i = n_left, number = 0; i < n; i++, number = 0) {
    names[i] = right[i - n_left].name;
    while (!add_name(&set, names[i])) {
      names[i] = arena_printf(a, "%s%u", right[i - n_left].name, number);
      number = number == 0 ? i : number + 1; /* hardly ever taken */
    }
  }
  free(set.slots);
  return names;
}

Node *node_window_join(Arena *a, Node *left, Node *right, WindowJoin *join, Span span) {
  Node **inputs = ARENA_ARRAY(a, Node *, 2);
  inputs[0] = left;
  inputs[1] = right;
  Node *n = node_new(a, NODE_WINDOW_JOIN, inputs, 2, span);
  uint32_t n_left = left->n_fields, n_right = join_has_right(join->kind) ? right->n_fields : 0;
  const char **names = names_of_join(a, left->fields, n_left, right->fields, n_right);
  FormatField *fields = ARENA_ARRAY(a, FormatField, n_left + n_right);
  for (uint32_t i = 0; i < n_left + n_right; i++) {
    bool is_left = i < n_left;
    fields[i] =
        (FormatField){names[i], is_left ? left->fields[i].type : right->fields[i - n_left].type};
    fields[i].type.nullable |= is_left ? join_pads_left(join->kind) : join_pads_right(join->kind);
  }
  n->u.join = join;
  n->fields = fields;
  n->n_fields = n_left + n_right;
  return n;
}

Node *node_union(Arena *a, Node **inputs, uint32_t n_inputs, const FormatField *fields, Span span) {
  Node *n = node_new(a, NODE_UNION, inputs, n_inputs, span);
  n->fields = fields;
  n->n_fields = inputs[0]->n_fields;
  return n;
}

Node *node_sort(Arena *a, Node *input, SortKey *keys, uint32_t n_keys, Span span) {
  Node *n = node_over(a, NODE_SORT, input, span);
  n->updating = false; /* it sorts what a changelog comes to */
  n->u.sort.keys = keys;
  n->u.sort.n_keys = n_keys;
  return n;
}

Node *node_limit(Arena *a, Node *input, uint64_t offset, uint64_t limit, Span span) {
  Node *n = node_over(a, NODE_LIMIT, input, span);
  n->u.limit.offset = offset;
  n->u.limit.limit = limit;
  return n;
}

Node *node_sink(Arena *a, Node *input, const SinkOpSpec *sink, const char *path) {
  Node *n = node_over(a, NODE_SINK, input, sink->span);
  n->u.sink.spec = *sink;
  n->u.sink.path = path;
  n->fields = sink->fields;
  return n;
}

Expr *field_ref(Arena *a, const Node *input, uint32_t column, Span span) {
  assert(column < input->n_fields);
  Expr *e = expr_column(a, column, input->fields[column].type, span);
  e->name = input->fields[column].name;
  return e;
}

static uint32_t measure(const Expr *e, uint32_t max, uint32_t *nodes) {
  if (++*nodes >= max) return 1;
  uint32_t deepest = 0;
  for (uint32_t i = 0; i < e->n_args && *nodes < max; i++) {
    uint32_t depth = measure(e->args[i], max, nodes);
    if (depth > deepest) deepest = depth;
  }
  return deepest + 1;
}

ExprSize expr_size(const Expr *e, uint32_t max) {
  ExprSize size = {0};
  size.depth = measure(e, max, &size.nodes);
  return size;
}
