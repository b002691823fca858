/* bind_where.c -- WHERE: conditions of rows and of joins, and IN and EXISTS of subqueries, which
 * are joins of windows that only ask for a partner.
 *
 *   WHERE v > 0 AND EXISTS (SELECT * FROM r WHERE r.window_start = l.window_start AND ...)
 *
 * NOT IN is not simply NOT EXISTS of an equal value: a NULL on either side, which might be equal,
 * is no answer.  So where NULLs can be, the partner that must not be there is one whose equality is
 * not FALSE.
 *
 * Where the windows of the two sides are not equal, a subquery is one of an expression
 * (bind_subquery.c).
 */
#include "planner/bind.h"

/* [NOT] EXISTS (query), [NOT] x IN (query) */
typedef struct Subquery {
  const AstExpr *ast; /* all of it */
  const AstQuery *query;
  const AstExpr *operand; /* of IN */
  bool negated;
  Span span;
} Subquery;

static bool as_subquery(const AstExpr *ast, Subquery *s) {
  const AstExpr *all = ast;
  bool negated = false;
  for (; ast->kind == AST_UNARY && ast->unary.op == AST_UNARY_NOT; ast = ast->unary.operand) {
    negated = !negated;
  }
  if (ast->kind == AST_EXISTS) {
    *s = (Subquery){all, ast->query, NULL, negated, ast->span};
    return true;
  }
  if (ast->kind != AST_IN || ast->in.query == NULL) return false;
  *s = (Subquery){all, ast->in.query, ast->in.operand, negated != ast->in.negated, ast->span};
  return true;
}

typedef struct Where {
  Binder *b;
  JoinTree *tree; /* may take conditions; NULL: there is none */
  Expr *rest;     /* what stays; NULL: nothing */
  Subquery *subqueries;
  uint32_t n, cap;
} Where;

static Code split_where(Where *w, const AstExpr *ast, const Relation *rel) {
  Subquery s;
  Expr *e;
  if (ast->kind == AST_LOGIC && !ast->logic.is_or) {
    for (uint32_t i = 0; i < ast->logic.operands.n; i++) {
      TRY(split_where(w, ast->logic.operands.items[i], rel));
    }
    return OK;
  }
  if (as_subquery(ast, &s)) {
    ARENA_PUSH(w->b->arena, w->subqueries, w->n, w->cap, s);
    return OK;
  }
  const ExprScope scope = {.rel = rel, .clause = "WHERE"};
  TRY(bind_condition(w->b, &scope, ast, &e));
  if (w->tree == NULL || !join_tree_take(w->b, w->tree, e)) {
    w->rest = expr_and(w->b->arena, w->rest, e);
  }
  return OK;
}

/* --- subqueries ---------------------------------------------------------------------- */

/* A block whose rows are those of its FROM and WHERE: only such a one sees columns from outside. */
static bool is_plain(const AstQuery *q) {
  if (q->kind != AST_QUERY_SELECT || q->with.n > 0 || q->limit != NULL || q->offset != NULL) {
    return false;
  }
  const AstSelect *s = q->select;
  return s->from != NULL && !s->grouped && s->having == NULL && s->qualify == NULL;
}

typedef struct SubqueryScope {
  Binder *b;
  const Subquery *s;
  const Relation *outer;
  Relation inner, both;
  Expr **items; /* of its select list, over both; only for IN */
  uint32_t n_items;
  Expr *condition; /* over both */
} SubqueryScope;

static Code bind_inner_where(SubqueryScope *x, const AstExpr *ast) {
  const ExprScope scope = {.rel = &x->both, .clause = "WHERE", .inner = x->outer->n_cols};
  return ast == NULL ? OK : bind_condition(x->b, &scope, ast, &x->condition);
}

static void add_inner_columns(SubqueryScope *x, Span span) {
  for (uint32_t i = 0; i < x->inner.n_cols; i++) {
    const RelColumn *c = &x->inner.cols[i];
    if (c->hidden) continue;
    Expr *e = expr_column(x->b->arena, x->outer->n_cols + i, c->type, bind_span(x->b, span));
    e->name = c->name;
    x->items[x->n_items++] = e;
  }
}

/* The select list: of EXISTS it only has to be right. */
static Code bind_inner_list(SubqueryScope *x, const AstSelect *select) {
  const ExprScope scope = {.rel = &x->both, .clause = "a subquery", .inner = x->outer->n_cols};
  x->items = ARENA_ARRAY(x->b->arena, Expr *, (size_t)select->items.n * (x->inner.n_cols + 1));
  for (uint32_t i = 0; i < select->items.n; i++) {
    const AstExpr *ast = select->items.items[i].expr;
    if (ast->kind == AST_STAR) {
      add_inner_columns(x, ast->span);
    } else {
      TRY(bind_expr(x->b, &scope, ast, &x->items[x->n_items++]));
    }
  }
  return OK;
}

static Code bind_subquery(SubqueryScope *x) {
  Binder *b = x->b;
  const AstQuery *q = x->s->query;
  const AstSelect *select = is_plain(q) ? q->select : NULL;
  if (select != NULL) {
    TRY(bind_from(b, select->from, &x->inner));
  } else {
    TRY(bind_query(b, q, &x->inner));
  }
  TRY(join_columns(b, JOIN_INNER, x->outer, &x->inner, q->span, &x->both));
  if (select != NULL) {
    TRY(bind_inner_where(x, select->where));
    return bind_inner_list(x, select);
  }
  x->items = ARENA_ARRAY(b->arena, Expr *, x->inner.n_cols);
  add_inner_columns(x, q->span);
  return OK;
}

/* operand = item, or of rows all of them. */
static Code bind_equality(SubqueryScope *x, Expr **out) {
  Binder *b = x->b;
  const AstExpr *operand = x->s->operand;
  const ExprScope scope = {.rel = x->outer, .clause = "WHERE"};
  const bool is_row = operand->kind == AST_ROW;
  const uint32_t n = is_row ? operand->row.items.n : 1;
  *out = NULL;
  if (n != x->n_items) {
    return FAIL(b->err, ERR_TYPE, bind_span(b, x->s->query->span),
                "IN compares %u value%s with %u column%s", n, n == 1 ? "" : "s", x->n_items,
                x->n_items == 1 ? "" : "s");
  }
  for (uint32_t i = 0; i < n; i++) {
    Expr *equal, **pair = ARENA_ARRAY(b->arena, Expr *, 2);
    TRY(bind_expr(b, &scope, is_row ? operand->row.items.items[i] : operand, &pair[0]));
    pair[1] = x->items[i];
    TRY(bind_func(b, "=", x->s->span, pair, 2, &equal));
    *out = expr_and(b->arena, *out, equal);
  }
  return OK;
}

static Code bind_in_condition(SubqueryScope *x) {
  Expr *equal;
  TRY(bind_equality(x, &equal));
  if (x->s->negated && equal->type.nullable) {
    Expr **args = ARENA_ARRAY(x->b->arena, Expr *, 1);
    args[0] = equal;
    TRY(bind_func(x->b, "IS NOT FALSE", x->s->span, args, 1, &equal));
  }
  x->condition = expr_and(x->b->arena, x->condition, equal);
  return OK;
}

static Code bind_semi_join(Binder *b, const Subquery *s, Relation *rel) {
  SubqueryScope x = {.b = b, .s = s, .outer = rel};
  const Relation outer = *rel;
  TRY(bind_subquery(&x));
  if (s->operand != NULL) TRY(bind_in_condition(&x));
  const WindowJoining j = {s->negated ? JOIN_ANTI : JOIN_SEMI, &outer, &x.inner,
                           s->operand != NULL ? "IN of a query" : "EXISTS", bind_span(b, s->span)};
  return bind_window_join(b, &j, x.condition, rel);
}

/* --- WHERE --------------------------------------------------------------------------- */

static bool has_windows(const Relation *rel) {
  uint32_t ignored;
  return relation_part(rel, PART_START, &ignored) || relation_part(rel, PART_END, &ignored);
}

/* As a join of windows, if it is one: otherwise nothing has happened, and why tells. */
static Code try_semi_join(Binder *b, const Subquery *s, Relation *rel, Error *why) {
  const Binder before = *b;
  b->err = why;
  Code code = bind_semi_join(b, s, rel);
  const uint32_t n_nodes = b->n_nodes, n_columns = b->n_columns;
  if (code != OK) *b = before;
  b->err = before.err;
  b->n_nodes = n_nodes;
  b->n_columns = n_columns;
  return code;
}

/* A join of windows, or a query of its own.  One that is neither was meant as the join. */
static Code bind_subquery_condition(Binder *b, const Subquery *s, Relation *rel) {
  const ExprScope scope = {.rel = rel, .clause = "WHERE"};
  const bool may_join = has_windows(rel);
  Error why = {.code = OK};
  Expr *e;
  if (may_join && try_semi_join(b, s, rel, &why) == OK) return OK;
  b->correlated = false;
  Code code = bind_condition(b, &scope, s->ast, &e);
  if (code == OK) rel->node = node_filter(b->arena, rel->node, e);
  if (code == OK || !may_join || !b->correlated) return code;
  *b->err = why;
  return why.code;
}

static Code apply_rest(Where *w, Relation *rel) {
  if (w->rest != NULL) rel->node = node_filter(w->b->arena, rel->node, w->rest);
  for (uint32_t i = 0; i < w->n; i++) TRY(bind_subquery_condition(w->b, &w->subqueries[i], rel));
  return OK;
}

Code bind_where(Binder *b, const AstExpr *where, Relation *rel) {
  Where w = {.b = b};
  if (where != NULL) TRY(split_where(&w, where, rel));
  return apply_rest(&w, rel);
}

Code bind_from_where(Binder *b, const AstTableRef *from, const AstExpr *where, Relation *out) {
  if (from->kind != AST_REF_JOIN) {
    TRY(bind_from(b, from, out));
    return bind_where(b, where, out);
  }
  Where w = {.b = b};
  TRY(bind_join_tree(b, from, &w.tree));
  if (where != NULL) TRY(split_where(&w, where, &w.tree->rel));
  TRY(join_tree_finish(b, w.tree, out));
  return apply_rest(&w, out);
}
