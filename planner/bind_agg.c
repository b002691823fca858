/* bind_agg.c -- calls of aggregates.
 *
 * One becomes an entry of the scope's AggList and stands in the expression as a column behind
 * those of the input; bind_group.c puts the aggregate's real column there.
 */
#include <string.h>

#include "base/limits.h"
#include "parser/ast_print.h"
#include "planner/bind.h"

static const char *call_text(Binder *b, const AstExpr *ast) {
  StrBuf text;
  strbuf_init(&text, 0);
  ast_print_expr(&text, ast);
  return strbuf_keep(&text, b->arena);
}

static bool optional_equal(const Expr *x, const Expr *y) {
  return x == NULL || y == NULL ? x == y : expr_equal(x, y);
}

/* The number of the aggregate in the list, where an equal one is used again. */
static Code add_agg(Binder *b, AggList *list, const AggItem *item, uint32_t *at) {
  for (uint32_t i = 0; i < list->n; i++) {
    const AggItem *other = &list->items[i];
    if (agg_same(&other->call, &item->call) && optional_equal(other->arg, item->arg) &&
        optional_equal(other->filter, item->filter)) {
      *at = i;
      return OK;
    }
  }
  if (list->n == COLUMNS_MAX) {
    return FAIL(b->err, ERR_LIMIT, item->call.span, "more than %d aggregates", COLUMNS_MAX);
  }
  *at = list->n;
  ARENA_PUSH(b->arena, list->items, list->n, list->cap, *item);
  return OK;
}

static Code agg_not_here(Binder *b, const ExprScope *s, const AstExpr *ast, const char *name) {
  FAIL(b->err, ERR_TYPE, bind_span(b, ast->span), "the aggregate %s cannot stand in %s", name,
       s->clause);
  if (strcmp(s->clause, "WHERE") == 0) error_hint(b->err, "HAVING filters groups");
  return ERR_TYPE;
}

/* COUNT(x) of what is never NULL counts rows. */
static bool counts_rows(const AggItem *item) {
  return item->call.params.user == NULL && strcmp(item->call.name, "COUNT") == 0 &&
         !item->call.distinct && item->arg != NULL && item->arg->kind == EXPR_CONST &&
         !item->arg->value.null;
}

/* An argument behind the first: a constant. */
static Code bind_param(Binder *b, const AggDef *def, Expr *arg, Span span, AggItem *item) {
  const Expr *e = expr_fold(b->arena, arg, &b->env);
  const Value *value = e->kind == EXPR_CONST ? &e->value : NULL;
  return agg_set_param(def, value, bind_span(b, span), &item->call, b->err);
}

/* To the type that the aggregate wants there, if it wants one. */
static Code cast_arg(Binder *b, const AggDef *def, uint32_t i, Expr **arg) {
  Type to;
  if (!agg_arg_type(def, i, &to)) return OK;
  const char *what = arena_printf(b->arena, "argument %u of \"%s\"", i + 1, agg_name(def));
  return expr_cast_implicit(b->arena, *arg, type_nullable(to, (*arg)->type.nullable), what, arg,
                            b->err);
}

/* The one argument that JSON_ARRAYAGG and JSON_OBJECTAGG get. */
static Code bind_json_args(Binder *b, const ExprScope *s, const AstExpr *ast, const AggDef *def,
                           AggItem *item) {
  const ExprScope inner = {.rel = s->rel, .clause = "an aggregate"};
  TRY(bind_json_agg(b, &inner, ast, &item->arg));
  return agg_bind(def, &item->arg->type, 1, bind_span(b, ast->span), &item->call, b->err);
}

static Code is_null(Binder *b, Expr *value, Span span, Expr **out) {
  Expr **args = ARENA_ARRAY(b->arena, Expr *, 1);
  args[0] = value;
  return bind_func(b, "IS NULL", span, args, 1, out);
}

/* Several values as one ROW, which is NULL where one of them is. */
static Code pack_values(Binder *b, Expr **values, uint32_t n, Span span, Expr **out) {
  Expr *any_null = NULL, *row, **args = ARENA_ARRAY(b->arena, Expr *, 3);
  for (uint32_t i = 0; i < n; i++) {
    Expr *null;
    TRY(bind_shared(b, values[i], 2));
    TRY(is_null(b, values[i], span, &null));
    any_null = expr_or(b->arena, any_null, null);
  }
  TRY(bind_func(b, "ROW", span, values, n, &row));
  const Type type = type_nullable(row->type, true);
  args[0] = any_null;
  args[1] = expr_null(b->arena, type, row->span);
  args[2] = row;
  *out = expr_case(b->arena, args, 3, type, row->span);
  return OK;
}

static Code bind_agg_args(Binder *b, const ExprScope *s, const AstCall *call, const AggDef *def,
                          Span span, AggItem *item) {
  const ExprScope inner = {.rel = s->rel, .clause = "an aggregate"};
  const uint32_t n = call->args.n;
  uint32_t n_values = 0;
  Type *types = ARENA_ARRAY(b->arena, Type, n);
  Expr **values = ARENA_ARRAY(b->arena, Expr *, n); /* arguments that are no parameter */
  for (uint32_t i = 0; i < n; i++) {
    const AstArg *ast = &call->args.items[i];
    Expr *arg;
    if (ast->name.text != NULL) return bind_not_built(b, ast->name.span, "a named argument here");
    TRY(bind_expr(b, &inner, ast->value, &arg));
    TRY(cast_arg(b, def, i, &arg));
    arg = bind_settle_null(b, arg);
    types[i] = arg->type;
    if (i == 1 && agg_has_param(def)) {
      TRY(bind_param(b, def, arg, ast->value->span, item));
    } else {
      values[n_values++] = arg;
    }
  }
  if (n_values > 0) item->arg = values[0];
  if (n_values > 1 && agg_takes_values(def)) {
    TRY(pack_values(b, values, n_values, bind_span(b, span), &item->arg));
    types[0] = item->arg->type;
  }
  if (n == 0 && !call->star) {
    return FAIL(b->err, ERR_TYPE, bind_span(b, span), "%s needs an argument", agg_name(def));
  }
  TRY(agg_bind(def, types, n, bind_span(b, span), &item->call, b->err));
  if (!counts_rows(item)) return OK;
  item->arg = NULL;
  return agg_bind(def, NULL, 0, bind_span(b, span), &item->call, b->err);
}

static Code bind_filter(Binder *b, const ExprScope *s, const AstCall *call, AggItem *item) {
  const ExprScope filter = {.rel = s->rel, .clause = "FILTER"};
  return call->filter != NULL ? bind_condition(b, &filter, call->filter, &item->filter) : OK;
}

Code bind_agg(Binder *b, const ExprScope *s, const AstExpr *ast, const AggDef *def, Expr **out) {
  const AstCall *call = ast->call;
  AggItem item = {.call = {.arg = -1, .filter = -1, .distinct = call->distinct}};
  if (s->aggs == NULL) return agg_not_here(b, s, ast, agg_name(def));
  if (call->order_by.n > 0) return bind_not_built(b, ast->span, "ORDER BY in an aggregate");
  if (call->nulls != AST_TREAT_DEFAULT && !agg_keeps_nulls(def)) {
    return FAIL(b->err, ERR_TYPE, bind_span(b, ast->span),
                "%s leaves NULLs out: IGNORE and RESPECT NULLS are for ARRAY_AGG", agg_name(def));
  }
  item.call.params.keep_nulls = agg_keeps_nulls(def) && call->nulls != AST_TREAT_IGNORE;
  if (call->star && strcmp(agg_name(def), "COUNT") != 0) {
    return FAIL(b->err, ERR_TYPE, bind_span(b, ast->span), "%s(*): only COUNT takes *",
                agg_name(def));
  }
  if (call->form == AST_FORM_JSON) {
    TRY(bind_json_args(b, s, ast, def, &item));
  } else {
    TRY(bind_agg_args(b, s, call, def, ast->span, &item));
  }
  TRY(bind_filter(b, s, call, &item));
  if (item.arg == NULL) item.call.distinct = false;
  item.call.span = bind_span(b, ast->span);
  item.call.text = call_text(b, ast);
  uint32_t at = 0;
  TRY(add_agg(b, s->aggs, &item, &at));
  Expr *e = expr_column(b->arena, s->aggs->base + at, item.call.result, item.call.span);
  e->name = item.call.text;
  *out = e;
  return OK;
}
