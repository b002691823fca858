/* bind_subquery.c -- subqueries in expressions: queries of their own, which are run before the job.
 *
 *   (SELECT MAX(b) FROM u)   EXISTS (SELECT ...)   a IN (SELECT ...)   a > ANY (SELECT ...)
 *
 * Each becomes a plan with a Sink, and an EXPR_QUERY that waits for its rows
 * (exec/expr/expr_query.h). The same one written twice is run once.  A subquery sees no column from
 * outside: such a one would be a join.  It ends some day, as what is around it waits for it.
 */
#include <string.h>

#include "exec/expr/expr_query.h"
#include "parser/ast_print.h"
#include "planner/bind.h"

enum { IN_COLUMNS_MAX = 100 };

/* --- what it may see ----------------------------------------------------------------- */

Code bind_check_correlated(Binder *b, const ExprScope *s, const AstPath *path) {
  if (s->rel != NULL && relation_has(s->rel, path)) return OK;
  for (const OuterScope *o = b->outer; o != NULL; o = o->next) {
    if (o->scope->rel == NULL || !relation_has(o->scope->rel, path)) continue;
    b->correlated = true;
    FAIL(b->err, ERR_UNSUPPORTED, bind_span(b, path->span),
         "a correlated subquery is not built yet: \"%s\" is a column of the query around it",
         path->items[path->n - 1].text);
    error_hint(b->err, "a correlated subquery comes with the joins");
    return ERR_UNSUPPORTED;
  }
  return OK;
}

/* Bind q as a query of its own, with its own sources. */
static Code bind_apart(Binder *b, const ExprScope *s, const AstQuery *q, Subplan *p,
                       Relation *rel) {
  const OuterScope outer = {s, b->outer};
  const Binder around = *b;
  b->outer = &outer;
  b->sources = NULL;
  b->n_sources = b->cap_sources = 0;
  b->late = NULL;
  b->job = ++b->n_jobs;
  Code code = bind_query(b, q, rel);
  p->sources = b->sources;
  p->n_sources = b->n_sources;
  b->outer = around.outer;
  b->sources = around.sources;
  b->n_sources = around.n_sources;
  b->cap_sources = around.cap_sources;
  b->late = around.late;
  b->job = around.job;
  TRY(code);
  if (rel->node->bounded) return OK;
  FAIL(b->err, ERR_UNSUPPORTED, bind_span(b, q->span),
       "a subquery over input that never ends is not built yet");
  error_hint(b->err, "streaming subqueries come with the joins");
  return ERR_UNSUPPORTED;
}

/* --- the plan ------------------------------------------------------------------------ */

static bool same_types(const Type *x, const Type *y, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    if (!type_same(x[i], y[i])) return false;
  }
  return true;
}

/* What p will be, but for its number: is there the same already? */
static Subplan *find_same(Binder *b, const Subplan *p) {
  for (uint32_t i = 0; i < b->n_subplans; i++) {
    Subplan *other = b->subplans[i];
    bool same = other->query->form == p->query->form && other->ctes == p->ctes &&
                strcmp(other->database, p->database) == 0 && strcmp(other->text, p->text) == 0 &&
                other->query->op == p->query->op && other->n_probes == p->n_probes &&
                same_types(other->probes, p->probes, p->n_probes);
    if (same) return other;
  }
  return NULL;
}

static Subplan *subplan_new(Binder *b, const AstQuery *q, QueryForm form, const char *op,
                            Expr *const *probes, uint32_t n) {
  StrBuf text = {0};
  Subplan *p = ARENA_NEW(b->arena, Subplan);
  ast_print_query(&text, q);
  p->text = strbuf_keep(&text, b->arena);
  p->database = b->database;
  p->ctes = b->ctes;
  p->probes = ARENA_ARRAY(b->arena, Type, n);
  p->n_probes = n;
  for (uint32_t i = 0; i < n; i++) p->probes[i] = probes[i]->type;
  p->query = ARENA_NEW(b->arena, ExprQuery);
  *p->query = (ExprQuery){.form = form, .op = op, .span = bind_span(b, q->span)};
  return p;
}

static bool gives_one_row(const Node *n) {
  while (n->kind == NODE_PROJECT || n->kind == NODE_FILTER) n = n->inputs[0];
  if (n->kind == NODE_VALUES) return n->u.values.n_rows <= 1;
  if (n->kind == NODE_LIMIT) return n->u.limit.limit <= 1;
  return n->kind == NODE_AGGREGATE && n->u.agg->n_keys == 0;
}

/* The plan whose rows are rel's, cast to the types; of EXISTS one that says that there is one. */
static void finish(Binder *b, Subplan *p, const Relation *rel, Type *types, uint32_t n) {
  Arena *a = b->arena;
  const Span span = p->query->span;
  const bool exists = p->query->form == QUERY_EXISTS;
  Expr **exprs = ARENA_ARRAY(a, Expr *, n);
  FormatField *fields = ARENA_ARRAY(a, FormatField, n);
  Node *node = rel->node;
  const bool counts = exists || p->query->form == QUERY_VALUE; /* and no more than these */
  if (counts && !node->updating && !gives_one_row(node)) {
    node = node_limit(a, node, 0, exists ? 1 : 2, span);
  }
  bool same = !exists && n == node->n_fields;
  for (uint32_t i = 0; i < n; i++) {
    if (exists) {
      exprs[i] = expr_const(a, value_int(types[i], 1), span);
      fields[i] = (FormatField){"exists", types[i]};
      continue;
    }
    Expr *column = field_ref(a, node, i, span);
    exprs[i] = expr_cast_node(a, column, types[i], false, span);
    fields[i] = (FormatField){rel->cols[i].name, exprs[i]->type};
    same &= exprs[i] == column;
  }
  if (!same) node = node_project(a, node, exprs, fields, n, span);
  p->query->types = types;
  p->query->n_cols = n;
  p->query->number = b->n_subplans + 1;
  const SinkOpSpec sink = {
      .table = "a subquery", .fields = node->fields, .n_fields = n, .span = span};
  p->root = node_sink(a, node, &sink, "subquery");
  ARENA_PUSH(a, b->subplans, b->n_subplans, b->cap_subplans, p);
}

static Expr *query_expr(Binder *b, const Subplan *p, Expr **probes, Type type, Span span) {
  Expr *e = expr_new(b->arena, EXPR_QUERY, type, p->n_probes, bind_span(b, span));
  for (uint32_t i = 0; i < p->n_probes; i++) e->args[i] = probes[i];
  e->query = p->query;
  return e;
}

/* --- values and EXISTS --------------------------------------------------------------- */

static Code check_allowed(Binder *b, const ExprScope *s, Span span) {
  if (!s->no_queries) return OK;
  return FAIL(b->err, ERR_UNSUPPORTED, bind_span(b, span), "a subquery cannot stand in %s",
              s->clause);
}

Code bind_value_query(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out) {
  Relation rel;
  TRY(check_allowed(b, s, ast->span));
  Subplan *p = subplan_new(b, ast->query, QUERY_VALUE, NULL, NULL, 0), *same = find_same(b, p);
  if (same == NULL) {
    TRY(bind_apart(b, s, ast->query, p, &rel));
    if (rel.n_cols != 1) {
      return FAIL(b->err, ERR_TYPE, p->query->span,
                  "a subquery that stands for a value gives one column, not %u", rel.n_cols);
    }
    Type *type = ARENA_NEW(b->arena, Type);
    *type = rel.cols[0].type.kind == TYPE_NULL ? type_string() : rel.cols[0].type;
    finish(b, p, &rel, type, 1);
    same = p;
  }
  *out = query_expr(b, same, NULL, type_nullable(same->query->types[0], true), ast->span);
  return OK;
}

Code bind_exists_query(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out) {
  Relation rel;
  TRY(check_allowed(b, s, ast->span));
  Subplan *p = subplan_new(b, ast->query, QUERY_EXISTS, NULL, NULL, 0), *same = find_same(b, p);
  if (same == NULL) {
    TRY(bind_apart(b, s, ast->query, p, &rel));
    Type *type = ARENA_NEW(b->arena, Type);
    *type = type_not_null(type_of(TYPE_BOOLEAN));
    finish(b, p, &rel, type, 1);
    same = p;
  }
  *out = query_expr(b, same, NULL, type_not_null(type_of(TYPE_BOOLEAN)), ast->span);
  return OK;
}

/* --- IN, ANY, ALL -------------------------------------------------------------------- */

typedef struct Compared {
  const AstExpr *operand;
  const AstQuery *query;
  QueryForm form;
  const char *op; /* as a constant: compared by its place in memory; NULL: IN */
  Span span;
} Compared;

static Code bind_probes(Binder *b, const ExprScope *s, const Compared *c, Expr ***out,
                        uint32_t *n) {
  const AstExpr *operand = c->operand;
  const bool is_row = operand->kind == AST_ROW;
  *n = is_row ? operand->row.items.n : 1;
  if (*n > IN_COLUMNS_MAX) {
    return FAIL(b->err, ERR_LIMIT, bind_span(b, operand->span), "a row of more than %d values",
                IN_COLUMNS_MAX);
  }
  if (is_row && c->form != QUERY_IN) {
    return bind_not_built(b, operand->span, "a row compared with a query by other than = ANY");
  }
  *out = ARENA_ARRAY(b->arena, Expr *, *n);
  for (uint32_t i = 0; i < *n; i++) {
    TRY(bind_expr(b, s, is_row ? operand->row.items.items[i] : operand, &(*out)[i]));
  }
  return OK;
}

static Code compared_types(Binder *b, const Relation *rel, Expr *const *probes, uint32_t n,
                           const Subplan *p, Type **out) {
  Type *types = *out = ARENA_ARRAY(b->arena, Type, n);
  if (rel->n_cols != n) {
    return FAIL(b->err, ERR_TYPE, p->query->span, "%s compares %u value%s with %u column%s",
                p->query->form == QUERY_IN ? "IN" : "a quantified comparison", n, n == 1 ? "" : "s",
                rel->n_cols, rel->n_cols == 1 ? "" : "s");
  }
  for (uint32_t i = 0; i < n; i++) {
    const Type column = rel->cols[i].type;
    if (!type_compared(probes[i]->type, column, &types[i])) {
      return FAIL(b->err, ERR_TYPE, probes[i]->span, "%s is compared with a query of %s",
                  bind_type_text(b, probes[i]->type), bind_type_text(b, column));
    }
    if (types[i].kind == TYPE_NULL) types[i] = type_of(TYPE_INT);
    types[i].nullable = column.nullable;
  }
  return OK;
}

/* May values of the type be compared by op? */
static Code check_op(Binder *b, const Compared *c, Type type) {
  Expr *ignored, *null = expr_null(b->arena, type, bind_span(b, c->span));
  Expr **args = ARENA_ARRAY(b->arena, Expr *, 2);
  args[0] = args[1] = null;
  return bind_func(b, c->op != NULL ? c->op : "=", c->span, args, 2, &ignored);
}

static Code bind_compared(Binder *b, const ExprScope *s, const Compared *c, Expr **out) {
  Relation rel;
  Expr **probes = NULL;
  uint32_t n;
  bool nullable = false;
  TRY(check_allowed(b, s, c->span));
  TRY(bind_probes(b, s, c, &probes, &n));
  Subplan *p = subplan_new(b, c->query, c->form, c->op, probes, n), *same = find_same(b, p);
  if (same == NULL) {
    Type *types;
    TRY(bind_apart(b, s, c->query, p, &rel));
    TRY(compared_types(b, &rel, probes, n, p, &types));
    for (uint32_t i = 0; i < n; i++) TRY(check_op(b, c, types[i]));
    finish(b, p, &rel, types, n);
    same = p;
  }
  for (uint32_t i = 0; i < n; i++) {
    const Type type = same->query->types[i];
    nullable |= probes[i]->type.nullable || type.nullable;
    TRY(expr_cast_explicit(b->arena, probes[i], type_nullable(type, true), false, probes[i]->span,
                           &probes[i], b->err));
  }
  TRY(bind_shared(b, probes[0], 4));
  *out = query_expr(b, same, probes, type_nullable(type_of(TYPE_BOOLEAN), nullable), c->span);
  return OK;
}

Code bind_in_query(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out) {
  const Compared c = {ast->in.operand, ast->in.query, QUERY_IN, NULL, ast->span};
  return bind_compared(b, s, &c, out);
}

static Code negate(Binder *b, Span span, Expr **e) {
  Expr **args = ARENA_ARRAY(b->arena, Expr *, 1);
  args[0] = *e;
  return bind_func(b, "NOT", span, args, 1, e);
}

/* = ANY is IN, <> ALL is NOT IN. */
Code bind_quantified(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out) {
  static const char *const words[] = {
#define OPERATOR(name, word) word,
#include "parser/operators.def"
#undef OPERATOR
  };
  const AstQuantified *q = &ast->quantified;
  const bool is_in = q->op == (q->all ? AST_OP_NE : AST_OP_EQ);
  const QueryForm form = is_in ? QUERY_IN : q->all ? QUERY_ALL : QUERY_ANY;
  const Compared c = {q->operand, q->query, form, is_in ? NULL : words[q->op], ast->span};
  TRY(bind_compared(b, s, &c, out));
  return is_in && q->all ? negate(b, ast->span, out) : OK;
}
