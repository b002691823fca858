/* bind_group.c -- GROUP BY and aggregates: what is computed before and behind them.
 *
 *   SELECT k + 1, SUM(v * 2) FROM t GROUP BY k
 *
 *     Project    k + 1, SUM            over the aggregate's columns: rewritten
 *       Aggregate  keys [0], SUM of 1
 *         Project    k, v * 2          keys, arguments, filters: each once
 */
#include <string.h>

#include "base/limits.h"
#include "planner/bind.h"

/* The columns below the aggregate. */
typedef struct Inputs {
  Expr **exprs;
  FormatField *fields;
  uint32_t n, cap, cap_fields;
} Inputs;

typedef struct Rewriter {
  Binder *b;
  const Grouping *g;
  Expr *const *keys;
  uint32_t n_keys;
} Rewriter;

/* --- GROUP BY ------------------------------------------------------------------------ */

static Code refuse_sets(Binder *b, const AstGroupItem *item) {
  switch (item->kind) {
    case AST_GROUP_EXPRS:
      return OK;
    case AST_GROUP_ROLLUP:
      return bind_not_built(b, item->span, "ROLLUP");
    case AST_GROUP_CUBE:
      return bind_not_built(b, item->span, "CUBE");
    case AST_GROUP_SETS:
      return bind_not_built(b, item->span, "GROUPING SETS");
  }
  return OK;
}

/* A name that is only an alias of the select list: say that GROUP BY does not see those. */
static void hint_alias(Binder *b, const AstSelect *select, const AstExpr *ast) {
  if (ast->kind != AST_COLUMN || ast->column.n != 1) return;
  for (uint32_t i = 0; i < select->items.n; i++) {
    const char *alias = select->items.items[i].alias.text;
    if (alias == NULL || strcmp(alias, ast->column.items[0].text) != 0) continue;
    b->err->hint[0] = '\0';
    error_hint(b->err, "it is an alias; GROUP BY takes the expression itself");
    return;
  }
}

static Code bind_key(Binder *b, const Grouping *g, const AstExpr *ast, Expr **out) {
  const ExprScope scope = {.rel = g->input, .clause = "GROUP BY"};
  if (ast->kind == AST_LITERAL && ast->literal.kind == AST_LITERAL_INTEGER) {
    FAIL(b->err, ERR_TYPE, bind_span(b, ast->span), "GROUP BY %s: a position, not an expression",
         ast->literal.text);
    error_hint(b->err, "GROUP BY takes expressions, as in Flink");
    return ERR_TYPE;
  }
  Code code = bind_expr(b, &scope, ast, out);
  if (code == ERR_NAME) hint_alias(b, g->select, ast);
  TRY(code);
  *out = bind_settle_null(b, *out);
  return OK;
}

static Code bind_keys(Binder *b, const Grouping *g, Expr ***keys, uint32_t *n) {
  uint32_t cap = 0;
  *keys = NULL;
  *n = 0;
  for (uint32_t i = 0; i < g->select->group_by.n; i++) {
    const AstGroupItem *item = g->select->group_by.items[i];
    TRY(refuse_sets(b, item));
    for (uint32_t k = 0; k < item->exprs.n; k++) {
      Expr *key;
      bool known = false;
      TRY(bind_key(b, g, item->exprs.items[k], &key));
      for (uint32_t j = 0; j < *n && !known; j++) known = expr_equal((*keys)[j], key);
      if (known) continue;
      if (*n == COLUMNS_MAX) {
        return FAIL(b->err, ERR_LIMIT, key->span, "GROUP BY has more than %d keys", COLUMNS_MAX);
      }
      ARENA_PUSH(b->arena, *keys, *n, cap, key);
    }
  }
  return OK;
}

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

static Node *build(Binder *b, const Grouping *g, Expr *const *keys, uint32_t n_keys) {
  Arena *a = b->arena;
  const AggList *list = g->aggs;
  AggregateSpec *spec = ARENA_NEW(a, AggregateSpec);
  Inputs in = {0};
  Span span = g->input->node->span;
  if (n_keys > 0)
    span = span_join(keys[0]->span, keys[n_keys - 1]->span);
  else if (list->n > 0)
    span = list->items[0].call.span;
  spec->keys = ARENA_ARRAY(a, uint32_t, n_keys);
  spec->n_keys = n_keys;
  for (uint32_t i = 0; i < n_keys; i++) spec->keys[i] = add_input(b, &in, keys[i], NULL);
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
  Node *below = node_project(a, g->input->node, in.exprs, in.fields, in.n, span);
  return node_aggregate(a, below, spec, names, span);
}

/* --- behind the aggregate ------------------------------------------------------------ */

/* e over the aggregate's columns. */
static Code rewrite(const Rewriter *r, Expr *e, Expr **out) {
  Binder *b = r->b;
  for (uint32_t i = 0; i < r->n_keys; i++) {
    if (!expr_equal(e, r->keys[i])) continue;
    *out = expr_column(b->arena, i, e->type, e->span);
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

/* What the aggregate's columns are called, and what became of their time. */
static Relation group_relation(Binder *b, const Grouping *g, Node *node, Expr *const *keys,
                               uint32_t n_keys) {
  Relation rel = relation_of(b, node, (ObjectName){NULL, NULL});
  for (uint32_t i = 0; i < n_keys; i++) {
    if (keys[i]->kind != EXPR_COLUMN) continue;
    RelColumn *c = &rel.cols[i];
    *c = g->input->cols[keys[i]->column];
    if (c->time.origins != NULL) c->time = (TimeLineage){.lost = "GROUP BY"};
  }
  return rel;
}

Code bind_grouping(Binder *b, const Grouping *g) {
  Expr **keys;
  uint32_t n_keys;
  TRY(bind_keys(b, g, &keys, &n_keys));
  const Rewriter r = {b, g, keys, n_keys};
  for (uint32_t i = 0; i < g->n_exprs; i++) TRY(rewrite(&r, *g->exprs[i], g->exprs[i]));
  Node *node = build(b, g, keys, n_keys);
  *g->input = group_relation(b, g, node, keys, n_keys);
  return OK;
}

Code bind_distinct(Binder *b, Relation *rel, Span span) {
  Arena *a = b->arena;
  AggregateSpec *spec = ARENA_NEW(a, AggregateSpec);
  Expr **exprs = ARENA_ARRAY(a, Expr *, rel->n_cols);
  FormatField *fields = ARENA_ARRAY(a, FormatField, rel->n_cols);
  spec->keys = ARENA_ARRAY(a, uint32_t, rel->n_cols);
  spec->n_keys = rel->n_cols;
  spec->is_distinct = true;
  for (uint32_t i = 0; i < rel->n_cols; i++) {
    spec->keys[i] = i;
    exprs[i] = field_ref(a, rel->node, i, span);
    if (exprs[i]->type.kind == TYPE_NULL) exprs[i] = expr_null(a, type_string(), span);
    rel->cols[i].type = exprs[i]->type;
    fields[i] = (FormatField){rel->cols[i].name, exprs[i]->type};
  }
  Node *below = node_project(a, rel->node, exprs, fields, rel->n_cols, span);
  rel->node = node_aggregate(a, below, spec, NULL, span);
  relation_lose_time(rel, "DISTINCT");
  return OK;
}
