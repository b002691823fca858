/* bind_group.c -- GROUP BY and aggregates: what is computed before and behind them.
 *
 *   SELECT k + 1, SUM(v * 2) FROM t GROUP BY k
 *
 *     Project    k + 1, SUM            over the aggregate's columns: rewritten
 *       Aggregate  keys [0], SUM of 1
 *         Project    k, v * 2          keys, arguments, filters: each once
 */
#include <string.h>

#include "planner/bind_group.h"

/* The columns below the aggregate. */
typedef struct Inputs {
  Expr **exprs;
  FormatField *fields;
  uint32_t n, cap, cap_fields;
} Inputs;

typedef struct Rewriter {
  Binder *b;
  const Grouping *g;
  const GroupKeys *keys;
  uint32_t n_keys; /* of the aggregate: one more for the number of the grouping set */
} Rewriter;

/* --- below the aggregate ------------------------------------------------------------- */

static uint32_t add_input(Binder *b, Inputs *in, Expr *e, const char *name) {
  for (uint32_t i = 0; i < in->n; i++) {
    if (expr_equal(in->exprs[i], e)) return i;
  }
  if (e->kind == EXPR_COLUMN && e->name != NULL) name = e->name;
  if (name == NULL) name = arena_printf(b->arena, "$f%u", in->n);
  const FormatField field = {name, e->type};
  uint32_t n = in->n;
  ARENA_PUSH(b->arena, in->fields, n, in->cap_fields, field);
  ARENA_PUSH(b->arena, in->exprs, in->n, in->cap, e);
  return in->n - 1;
}

static Code build(Binder *b, const Grouping *g, const GroupKeys *keys, const GroupWindows *windows,
                  Node **out) {
  Arena *a = b->arena;
  const AggList *list = g->aggs;
  AggregateSpec *spec = ARENA_NEW(a, AggregateSpec);
  Inputs in = {0};
  Span span = g->input->node->span;
  if (keys->n > 0)
    span = span_join(keys->items[0]->span, keys->items[keys->n - 1]->span);
  else if (list->n > 0)
    span = list->items[0].call.span;
  spec->keys = ARENA_ARRAY(a, uint32_t, keys->n);
  spec->n_keys = keys->n;
  for (uint32_t i = 0; i < keys->n; i++) {
    Expr *key = bind_group_window_input(b, g->input, keys->items[i]);
    spec->keys[i] = add_input(b, &in, key, NULL);
  }
  spec->aggs = ARENA_ARRAY(a, AggCall, list->n);
  spec->n_aggs = list->n;
  const char **names = ARENA_ARRAY(a, const char *, list->n);
  for (uint32_t i = 0; i < list->n; i++) {
    const AggItem *item = &list->items[i];
    AggCall *call = &spec->aggs[i];
    *call = item->call;
    if (item->arg != NULL) call->arg = (int32_t)add_input(b, &in, item->arg, NULL);
    if (item->filter != NULL) call->filter = (int32_t)add_input(b, &in, item->filter, NULL);
    names[i] = call->text;
  }
  LateRows *late = NULL;
  if (windows->spec != NULL && rows_may_be_late(g->input->node)) {
    TRY(bind_late_rows(b, g->input, span, &late));
  }
  for (uint32_t i = 0; late != NULL && i < late->n_cols; i++) {
    late->cols[i] = add_input(b, &in, field_ref(a, g->input->node, late->cols[i], span), NULL);
  }
  Node *below = node_project(a, g->input->node, in.exprs, in.fields, in.n, span);
  if (keys->n_sets > 1) TRY(bind_expand(b, keys, &below, spec, late));
  bind_mark_windows(b, g->input, windows, keys, spec);
  TRY(bind_emit(b, &g->select->emit, windows->spec, &spec->emit));
  *out = node_aggregate(a, below, spec, names, span);
  (*out)->late = late;
  return OK;
}

/* --- behind the aggregate ------------------------------------------------------------ */

/* e over the aggregate's columns. */
static Code rewrite(const Rewriter *r, Expr *e, Expr **out) {
  Binder *b = r->b;
  if (bind_grouping_of(e)) return bind_grouping_value(b, r->keys, e, out);
  for (uint32_t i = 0; i < r->keys->n; i++) {
    if (!expr_equal(e, r->keys->items[i])) continue;
    bool nullable = e->type.nullable || bind_key_varies(r->keys, i);
    *out = expr_column(b->arena, i, type_nullable(e->type, nullable), e->span);
    (*out)->name = e->name;
    return OK;
  }
  if (e->kind == EXPR_COLUMN && e->column >= r->g->aggs->base) {
    *out = expr_column(b->arena, r->n_keys + e->column - r->g->aggs->base, e->type, e->span);
    (*out)->name = e->name;
    return OK;
  }
  if (e->kind == EXPR_COLUMN) {
    FAIL(b->err, ERR_TYPE, e->span, "\"%s\" is neither grouped nor aggregated", e->name);
    error_hint(b->err, "put it into GROUP BY, or into an aggregate such as MAX(%s)", e->name);
    return ERR_TYPE;
  }
  *out = e;
  if (e->n_args == 0) return OK;
  Expr *copy = expr_copy(b->arena, e);
  copy->args = ARENA_ARRAY(b->arena, Expr *, e->n_args);
  for (uint32_t i = 0; i < e->n_args; i++) TRY(rewrite(r, e->args[i], &copy->args[i]));
  *out = copy;
  return OK;
}

/* Of the keys, window_time alone keeps being a time. */
static void lose_time(RelColumn *c, const char *what) {
  if (time_is_any(&c->time) && c->window.part != PART_TIME) c->time = (TimeLineage){.lost = what};
}

/* What the aggregate's columns are called, and what became of their time. */
static Relation group_relation(Binder *b, const Grouping *g, Node *node, const GroupKeys *keys) {
  Relation rel = relation_of(b, node, (ObjectName){NULL, NULL});
  for (uint32_t i = 0; i < keys->n; i++) {
    if (keys->items[i]->kind != EXPR_COLUMN) continue;
    RelColumn *c = &rel.cols[i];
    *c = g->input->cols[keys->items[i]->column];
    lose_time(c, "GROUP BY");
  }
  return rel;
}

Code bind_grouping(Binder *b, const Grouping *g) {
  GroupKeys keys;
  GroupWindows windows;
  Node *node;
  TRY(bind_group_keys(b, g->select, g->input, &keys));
  TRY(bind_group_window_keys(b, g->input, &keys));
  TRY(bind_group_windows(b, g->input, "GROUP BY", &keys, &windows));
  if (keys.n_sets > 1 && windows.spec != NULL && windows.spec->kind == WINDOW_ROWS) {
    return bind_not_built(b, keys.span, "GROUPING SETS over windows of rows");
  }
  const Rewriter r = {b, g, &keys, keys.n + (keys.n_sets > 1)};
  for (uint32_t i = 0; i < g->n_exprs; i++) TRY(rewrite(&r, *g->exprs[i], g->exprs[i]));
  TRY(build(b, g, &keys, &windows, &node));
  *g->input = group_relation(b, g, node, &keys);
  return OK;
}

/* Leave the columns of rel, and not the keys that only complete its windows. */
static void drop_behind(Binder *b, Relation *rel, Span span) {
  const Node *node = rel->node;
  if (node->n_fields == rel->n_cols) return;
  Expr **exprs = ARENA_ARRAY(b->arena, Expr *, rel->n_cols);
  for (uint32_t i = 0; i < rel->n_cols; i++) exprs[i] = field_ref(b->arena, node, i, span);
  rel->node = node_project(b->arena, rel->node, exprs, node->fields, rel->n_cols, span);
}

Code bind_distinct(Binder *b, Relation *rel, Span span) {
  Arena *a = b->arena;
  AggList none = {0};
  KeySet set;
  GroupKeys keys = {.sets = &set, .n_sets = 1, .span = span};
  GroupWindows windows;
  AstSelect plain = {0};
  Relation before = *rel;
  memset(&set, 0xff, sizeof set);
  for (uint32_t i = 0; i < rel->n_cols; i++) {
    Expr *e = field_ref(a, rel->node, i, span);
    e->name = rel->cols[i].name;
    e = bind_settle_null(b, e);
    rel->cols[i].type = e->type;
    ARENA_PUSH(a, keys.items, keys.n, keys.cap, e);
  }
  TRY(bind_group_windows(b, rel, "DISTINCT", &keys, &windows));
  const Grouping g = {.select = &plain, .input = &before, .aggs = &none};
  TRY(build(b, &g, &keys, &windows, &rel->node));
  rel->node->u.agg->is_distinct = true;
  drop_behind(b, rel, span);
  if (windows.spec == NULL) {
    relation_lose_time(rel, "DISTINCT");
    return OK;
  }
  for (uint32_t i = 0; i < rel->n_cols; i++) lose_time(&rel->cols[i], "DISTINCT");
  return OK;
}
