/* bind_expr.c -- expressions: names, operators, CASE, CAST, IN, BETWEEN, LIKE.
 *
 * What an operator does with which types is the business of exec/expr (func_call); here syntax
 * is turned into calls.  Calls themselves are in bind_call.c, literals in bind_literal.c.
 */
#include <string.h>

#include "planner/bind.h"

void bind_number(Binder *b, Expr *e) {
  if (e->kind == EXPR_CALL && (e->func->flags & FUNC_VOLATILE) != 0) e->number = ++b->n_volatile;
}

Code bind_func(Binder *b, const char *name, Span span, Expr **args, uint32_t n_args, Expr **out) {
  TRY(func_call(b->arena, &b->env, name, bind_span(b, span), args, n_args, out, b->err));
  bind_number(b, *out);
  return OK;
}

static Code call1(Binder *b, const char *name, Span span, Expr *x, Expr **out) {
  Expr **args = ARENA_ARRAY(b->arena, Expr *, 1);
  args[0] = x;
  return bind_func(b, name, span, args, 1, out);
}

static Code call2(Binder *b, const char *name, Span span, Expr *x, Expr *y, Expr **out) {
  Expr **args = ARENA_ARRAY(b->arena, Expr *, 2);
  args[0] = x;
  args[1] = y;
  return bind_func(b, name, span, args, 2, out);
}

Expr *bind_settle_null(Binder *b, Expr *e) {
  return e->type.kind == TYPE_NULL ? expr_null(b->arena, type_string(), e->span) : e;
}

/* what is "WHERE", "AND", ... */
static Code as_boolean(Binder *b, Expr *e, const char *what, Expr **out) {
  if (e->type.kind == TYPE_BOOLEAN) {
    *out = e;
    return OK;
  }
  if (e->type.kind == TYPE_NULL) {
    *out = expr_null(b->arena, type_of(TYPE_BOOLEAN), e->span);
    return OK;
  }
  FAIL(b->err, ERR_TYPE, e->span, "%s takes BOOLEAN, not %s", what, bind_type_text(b, e->type));
  if (type_is_numeric(e->type)) error_hint(b->err, "compare it: x <> 0");
  return ERR_TYPE;
}

Code bind_condition(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out) {
  Expr *e;
  TRY(bind_expr(b, s, ast, &e));
  return as_boolean(b, e, s->clause, out);
}

/* --- names --------------------------------------------------------------------------- */

/* In a subquery its own columns come first. */
static Code find_column(Binder *b, const ExprScope *s, const AstPath *path, uint32_t *column,
                        uint32_t *n_parts) {
  Relation inner = *s->rel;
  inner.cols += s->inner;
  inner.n_cols -= s->inner;
  if (s->inner == 0 || !relation_has(&inner, path)) {
    return relation_find_prefix(b, s->rel, path, column, n_parts);
  }
  TRY(relation_find_prefix(b, &inner, path, column, n_parts));
  *column += s->inner;
  return OK;
}

Code bind_path(Binder *b, const ExprScope *s, const AstPath *path, Span span, Expr **out) {
  for (uint32_t i = 0; path->n == 1 && i < s->n_aliases; i++) {
    if (strcmp(s->aliases[i].name, path->items[0].text) != 0) continue;
    *out = s->aliases[i].expr;
    return OK;
  }
  TRY(bind_check_correlated(b, s, path));
  if (s->rel == NULL) {
    return FAIL(b->err, ERR_NAME, bind_span(b, path->span), "no column \"%s\": %s has none",
                path->items[path->n - 1].text, s->clause);
  }
  uint32_t column, n_parts;
  TRY(find_column(b, s, path, &column, &n_parts));
  Expr *e = expr_column(b->arena, column, s->rel->cols[column].type, bind_span(b, span));
  e->name = s->rel->cols[column].name;
  return bind_path_fields(b, path, n_parts, e, out);
}

static Code bind_field_access(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out) {
  Expr *row;
  TRY(bind_expr(b, s, ast->field.base, &row));
  return bind_field_of(b, row, &ast->field.name, ast->span, out);
}

/* --- operators ----------------------------------------------------------------------- */

/* -12 is one literal, so that the least number of each type can be written. */
static bool is_number(const AstExpr *ast) {
  return ast->kind == AST_LITERAL &&
         (ast->literal.kind == AST_LITERAL_INTEGER || ast->literal.kind == AST_LITERAL_DECIMAL ||
          ast->literal.kind == AST_LITERAL_FLOAT);
}

static Code bind_unary(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out) {
  const AstUnary *u = &ast->unary;
  Expr *x;
  if (u->op == AST_UNARY_MINUS && is_number(u->operand)) {
    return bind_literal(b, &u->operand->literal, true, ast->span, out);
  }
  TRY(bind_expr(b, s, u->operand, &x));
  if (u->op == AST_UNARY_NOT) {
    TRY(as_boolean(b, x, "NOT", &x));
    return call1(b, "NOT", ast->span, x, out);
  }
  return call1(b, u->op == AST_UNARY_MINUS ? "-" : "+", ast->span, x, out);
}

static Code bind_binary(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out) {
  static const char *const words[] = {
#define OPERATOR(name, word) word,
#include "parser/operators.def"
#undef OPERATOR
  };
  Expr *left, *right;
  if (ast->binary.op == AST_OP_OVERLAPS) return bind_overlaps(b, s, ast, out);
  if (ast->binary.op >= AST_OP_EQ && bind_is_row_pair(ast->binary.left, ast->binary.right)) {
    return bind_row_compare(b, s, ast, out);
  }
  TRY(bind_expr(b, s, ast->binary.left, &left));
  TRY(bind_expr(b, s, ast->binary.right, &right));
  return call2(b, words[ast->binary.op], ast->span, left, right, out);
}

static Code bind_logic(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out) {
  const AstLogic *l = &ast->logic;
  Expr *chain = NULL;
  for (uint32_t i = 0; i < l->operands.n; i++) {
    Expr *e;
    TRY(bind_expr(b, s, l->operands.items[i], &e));
    TRY(as_boolean(b, e, l->is_or ? "OR" : "AND", &e));
    chain = l->is_or ? expr_or(b->arena, chain, e) : expr_and(b->arena, chain, e);
  }
  *out = chain;
  return OK;
}

static Code bind_is(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out) {
  static const char *const names[][2] = {
      [AST_IS_NULL] = {"IS NULL", "IS NOT NULL"},
      [AST_IS_TRUE] = {"IS TRUE", "IS NOT TRUE"},
      [AST_IS_FALSE] = {"IS FALSE", "IS NOT FALSE"},
      [AST_IS_UNKNOWN] = {"IS UNKNOWN", "IS NOT UNKNOWN"},
      [AST_IS_JSON] = {"IS JSON VALUE", "IS NOT JSON VALUE"},
      [AST_IS_JSON_SCALAR] = {"IS JSON SCALAR", "IS NOT JSON SCALAR"},
      [AST_IS_JSON_ARRAY] = {"IS JSON ARRAY", "IS NOT JSON ARRAY"},
      [AST_IS_JSON_OBJECT] = {"IS JSON OBJECT", "IS NOT JSON OBJECT"}};
  const AstIs *is = &ast->is;
  Expr *x;
  TRY(bind_expr(b, s, is->operand, &x));
  if (is->what != AST_IS_NULL && is->what < AST_IS_JSON)
    TRY(as_boolean(b, x, names[is->what][0], &x));
  return call1(b, names[is->what][is->negated], ast->span, x, out);
}

static Code bind_like(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out) {
  static const char *const names[2][2] = {{"LIKE", "NOT LIKE"}, {"SIMILAR TO", "NOT SIMILAR TO"}};
  const AstLike *l = &ast->like;
  Expr **args = ARENA_ARRAY(b->arena, Expr *, 3);
  TRY(bind_expr(b, s, l->operand, &args[0]));
  TRY(bind_expr(b, s, l->pattern, &args[1]));
  if (l->escape != NULL) TRY(bind_expr(b, s, l->escape, &args[2]));
  return bind_func(b, names[l->similar][l->negated], ast->span, args, l->escape != NULL ? 3 : 2,
                   out);
}

/* low <= x AND x <= high */
static Code between(Binder *b, Span span, Expr *x, Expr *low, Expr *high, Expr **out) {
  Expr *above, *below;
  TRY(call2(b, ">=", span, x, low, &above));
  TRY(call2(b, "<=", span, x, high, &below));
  *out = expr_and(b->arena, above, below);
  return OK;
}

static Code bind_values_between(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out) {
  const AstBetween *between_ = &ast->between;
  Expr *x, *low, *high, *swapped;
  TRY(bind_expr(b, s, between_->operand, &x));
  TRY(bind_expr(b, s, between_->low, &low));
  TRY(bind_expr(b, s, between_->high, &high));
  TRY(bind_shared(b, x, between_->symmetric ? 4 : 2));
  if (between_->symmetric) {
    TRY(bind_shared(b, low, 2));
    TRY(bind_shared(b, high, 2));
  }
  TRY(between(b, ast->span, x, low, high, out));
  if (between_->symmetric) {
    TRY(between(b, ast->span, x, high, low, &swapped));
    *out = expr_or(b->arena, *out, swapped);
  }
  *out = expr_once(b->arena, (Expr *[]){x, low, high}, 3, *out);
  return OK;
}

static Code bind_between(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out) {
  const bool is_row = bind_is_row_pair(ast->between.operand, ast->between.low);
  TRY(is_row ? bind_row_between(b, s, ast, out) : bind_values_between(b, s, ast, out));
  return ast->between.negated ? call1(b, "NOT", ast->span, *out, out) : OK;
}

static Code bind_in_list(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out) {
  const AstIn *in = &ast->in;
  Expr *probe;
  if (bind_is_row_pair(in->operand, in->list.items[0])) return bind_row_in(b, s, ast, out);
  TRY(bind_expr(b, s, in->operand, &probe));
  Expr **items = ARENA_ARRAY(b->arena, Expr *, in->list.n);
  uint32_t computed = 1;
  for (uint32_t i = 0; i < in->list.n; i++) {
    TRY(bind_expr(b, s, in->list.items[i], &items[i]));
    computed += items[i]->kind != EXPR_CONST;
  }
  TRY(bind_shared(b, probe, computed));
  return expr_in_list(b->arena, &b->env, probe, items, in->list.n, bind_span(b, ast->span), out,
                      b->err);
}

static Code bind_in(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out) {
  TRY(ast->in.query != NULL ? bind_in_query(b, s, ast, out) : bind_in_list(b, s, ast, out));
  return ast->in.negated ? call1(b, "NOT", ast->span, *out, out) : OK;
}

/* --- CASE and CAST ------------------------------------------------------------------- */

/* x = a OR x = b, of CASE x WHEN a, b THEN ...; without operand the condition itself. */
static Code bind_when(Binder *b, const ExprScope *s, Expr *operand, const AstWhen *when,
                      Expr **out) {
  Expr *any = NULL;
  for (uint32_t i = 0; i < when->conditions.n; i++) {
    const AstExpr *ast = when->conditions.items[i];
    Expr *e;
    TRY(bind_expr(b, s, ast, &e));
    if (operand != NULL) {
      TRY(call2(b, "=", ast->span, operand, e, &e));
    } else {
      TRY(as_boolean(b, e, "WHEN", &e));
    }
    any = expr_or(b->arena, any, e);
  }
  *out = any;
  return OK;
}

/* Bring the results, args[1], args[3], ... and the last, to one type. */
static Code unify_results(Binder *b, Expr **args, uint32_t n, Type *type) {
  *type = args[n - 1]->type;
  for (uint32_t i = 1; i < n; i += 2) {
    Type before = *type;
    if (type_common(before, args[i]->type, type)) continue;
    return FAIL(b->err, ERR_TYPE, args[i]->span, "the results of CASE are %s and %s",
                bind_type_text(b, before), bind_type_text(b, args[i]->type));
  }
  if (type->kind == TYPE_NULL) return OK;
  for (uint32_t i = 1; i < n; i += 2) {
    args[i] = expr_cast_node(b->arena, args[i], *type, false, args[i]->span);
  }
  args[n - 1] = expr_cast_node(b->arena, args[n - 1], *type, false, args[n - 1]->span);
  return OK;
}

static Code bind_case(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out) {
  const AstCase *c = ast->case_;
  Expr *operand = NULL;
  Type type;
  uint32_t n = 2 * c->whens.n + 1, compared = 0;
  Expr **args = ARENA_ARRAY(b->arena, Expr *, n);
  if (c->operand != NULL) {
    for (uint32_t i = 0; i < c->whens.n; i++) compared += c->whens.items[i].conditions.n;
    TRY(bind_expr(b, s, c->operand, &operand));
    TRY(bind_shared(b, operand, compared));
  }
  for (uint32_t i = 0; i < c->whens.n; i++) {
    TRY(bind_when(b, s, operand, &c->whens.items[i], &args[2 * i]));
    TRY(bind_expr(b, s, c->whens.items[i].result, &args[2 * i + 1]));
  }
  if (c->otherwise != NULL) {
    TRY(bind_expr(b, s, c->otherwise, &args[n - 1]));
  } else {
    args[n - 1] = expr_null(b->arena, type_of(TYPE_NULL), bind_span(b, ast->span));
  }
  TRY(unify_results(b, args, n, &type));
  if (type.kind == TYPE_NULL) { /* nothing but NULLs */
    *out = expr_null(b->arena, type, bind_span(b, ast->span));
    return OK;
  }
  *out = expr_case(b->arena, args, n, type, bind_span(b, ast->span));
  if (operand != NULL) *out = expr_once(b->arena, &operand, 1, *out);
  return OK;
}

static Code bind_cast(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out) {
  Expr *x;
  Type type;
  TRY(bind_expr(b, s, ast->cast.operand, &x));
  TRY(bind_type(b, ast->cast.type, &type));
  return expr_cast_explicit(b->arena, x, type_nullable(type, true), ast->cast.try_cast,
                            bind_span(b, ast->span), out, b->err);
}

/* --- all of them --------------------------------------------------------------------- */

Code bind_expr(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out) {
  switch (ast->kind) {
    case AST_LITERAL:
      return bind_literal(b, &ast->literal, false, ast->span, out);
    case AST_INTERVAL:
      return bind_interval(b, &ast->interval, ast->span, out);
    case AST_COLUMN:
      return bind_path(b, s, &ast->column, ast->span, out);
    case AST_UNARY:
      return bind_unary(b, s, ast, out);
    case AST_BINARY:
      return bind_binary(b, s, ast, out);
    case AST_LOGIC:
      return bind_logic(b, s, ast, out);
    case AST_IS:
      return bind_is(b, s, ast, out);
    case AST_LIKE:
      return bind_like(b, s, ast, out);
    case AST_BETWEEN:
      return bind_between(b, s, ast, out);
    case AST_IN:
      return bind_in(b, s, ast, out);
    case AST_CASE:
      return bind_case(b, s, ast, out);
    case AST_CAST:
      return bind_cast(b, s, ast, out);
    case AST_CALL:
      return bind_call(b, s, ast, out);
    case AST_STAR:
      return FAIL(b->err, ERR_SYNTAX, bind_span(b, ast->span), "* stands where a value is wanted");
    case AST_QUANTIFIED:
      return ast->quantified.query != NULL ? bind_quantified(b, s, ast, out)
                                           : bind_quantified_list(b, s, ast, out);
    case AST_EXISTS:
      return bind_exists_query(b, s, ast, out);
    case AST_SUBQUERY:
      return bind_value_query(b, s, ast, out);
    case AST_ROW:
      return bind_row_value(b, s, ast, out);
    case AST_ARRAY:
    case AST_MAP:
      return bind_collection(b, s, ast, out);
    case AST_ELEMENT:
      return bind_element_of(b, s, ast, out);
    case AST_FIELD:
      return bind_field_access(b, s, ast, out);
    case AST_TABLE_ARG:
    case AST_DESCRIPTOR:
      return FAIL(b->err, ERR_SYNTAX, bind_span(b, ast->span),
                  "%s is an argument of a table function in FROM",
                  ast->kind == AST_TABLE_ARG ? "TABLE" : "DESCRIPTOR");
  }
  assert(!"a kind of expression");
  return ERR_SYNTAX;
}

Code bind_duration(Binder *b, const AstExpr *ast, const char *what, Micros *out) {
  const ExprScope none = {.clause = what};
  Expr *e;
  TRY(bind_expr(b, &none, ast, &e));
  e = expr_fold(b->arena, e, &b->env);
  if (e->kind != EXPR_CONST || e->type.kind != TYPE_INTERVAL_SECOND || e->value.null) {
    FAIL(b->err, ERR_TYPE, bind_span(b, ast->span), "%s is no constant interval of days to seconds",
         what);
    error_hint(b->err, "such as INTERVAL '10' SECOND or INTERVAL '1' DAY");
    return ERR_TYPE;
  }
  *out = e->value.as.i;
  return OK;
}
