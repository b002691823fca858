/* bind_user.c -- calls of functions that the user made.
 *
 * A SQL function is put in place of its call: its body is bound over its parameters as columns, and
 * these are replaced by the arguments.
 *
 *     CREATE FUNCTION f(x BIGINT) RETURNS BIGINT RETURN x * 2     f(a + 1)  is  (a + 1) * 2
 *
 * An argument that is used more than once is computed once all the same, since a program computes
 * equal parts once.
 */
#include <string.h>

#include "parser/parse.h"
#include "planner/bind_group.h"

/* --- names --------------------------------------------------------------------------- */

/* Names that calls mean before those of a database. */
static bool is_built_in(const char *name) {
  return bind_is_built_in(name) || bind_is_grouping(name) || bind_is_group_window(name);
}

/* The functions whose bodies are open: none of them may be called there, not even while there is
 * none of that name yet. */
static Code check_recursion(Binder *b, FunctionName called, Span span) {
  for (const FunctionScope *s = b->bodies; s != NULL; s = s->outer) {
    if (!function_name_equal(s->name, called)) continue;
    return FAIL(b->err, ERR_UNSUPPORTED, bind_span(b, span), "the function \"%s\" calls itself",
                s->name.name);
  }
  return OK;
}

/* What a name means in a database. */
static Code find_in(Binder *b, ObjectName name, Span span, const FunctionDef **out) {
  TRY(check_recursion(b, (FunctionName){name.database, name.name, true}, span));
  TRY(check_recursion(b, (FunctionName){name.database, name.name, false}, span));
  *out = functions_in(&b->planner->functions, name.database, name.name);
  return OK;
}

/* A name behind a database or catalog: there has to be such a function. */
static Code find_qualified(Binder *b, const AstPath *path, const FunctionDef **out) {
  ObjectName name = {0};
  Code code = catalog_name_of(b->planner->catalog, b->database, path, &name, b->err);
  if (code != OK) {
    b->err->span = bind_span(b, b->err->span);
    return code;
  }
  TRY(find_in(b, name, path->span, out));
  if (*out != NULL) return OK;
  FAIL(b->err, ERR_NAME, bind_span(b, path->span), "no function \"%s\" in database \"%s\"",
       name.name, name.database);
  if (is_built_in(name.name)) error_hint(b->err, "the built-in function has no database");
  return ERR_NAME;
}

Code bind_find_function(Binder *b, const AstCall *call, const FunctionDef **out) {
  const Functions *functions = &b->planner->functions;
  const AstPath *path = &call->name;
  *out = NULL;
  if (path->n > 1) return find_qualified(b, path, out);
  if (call->form != AST_FORM_PLAIN && call->form != AST_FORM_BARE) return OK;
  const char *name = path->items[0].text;
  const FunctionName system = {NULL, name, true};
  TRY(check_recursion(b, system, path->span));
  *out = functions_find(functions, system);
  if (*out != NULL || is_built_in(name)) return OK;
  return find_in(b, (ObjectName){b->database, name}, path->span, out);
}

/* --- bodies -------------------------------------------------------------------------- */

Code bind_function_body(Binder *b, const FunctionDef *def, const AstExpr *ast,
                        Expr *const *arguments, Expr **out) {
  Relation rel = {.n_cols = def->n_params};
  rel.cols = ARENA_ARRAY(b->arena, RelColumn, def->n_params);
  for (uint32_t i = 0; i < def->n_params; i++) {
    Type type = def->params[i].type;
    if (arguments != NULL) type.nullable = arguments[i]->type.nullable;
    rel.cols[i].name = def->params[i].name;
    rel.cols[i].type = type;
    rel.cols[i].table.name = def->name;
  }
  const ExprScope scope = {.rel = &rel, .clause = "the body of a function", .no_queries = true};
  const FunctionScope here = {function_name(def), b->bodies};
  Expr *body;
  b->bodies = &here;
  Code code = bind_expr(b, &scope, ast, &body);
  b->bodies = here.outer;
  TRY(code);
  const char *what = arena_printf(b->arena, "the body of \"%s\"", def->name);
  TRY(expr_cast_implicit(b->arena, body, type_nullable(def->result, body->type.nullable), what, out,
                         b->err));
  if (def->result.nullable || !(*out)->type.nullable) return OK;
  return FAIL(b->err, ERR_TYPE, body->span, "%s may be NULL, and its result is NOT NULL", what);
}

/* The body of a function that is called at span, over its parameters. */
static Code bind_kept_body(Binder *b, const FunctionDef *def, Expr *const *args, Span span,
                           Expr **out) {
  Error mine = {.code = OK}; /* its span would be one of the body's text */
  AstExpr *ast;
  if (parse_expression(b->arena, def->body, strlen(def->body), &ast, &mine) != OK) {
    return FAIL(b->err, mine.code, bind_span(b, span), "%s", mine.msg);
  }
  BindFrame frame = bind_begin_text(b, def->database != NULL ? def->database : b->database, span);
  Code code = bind_enter(b, ast->depth, span);
  if (code == OK) {
    code = bind_function_body(b, def, ast, args, out);
    bind_leave(b, ast->depth);
  }
  bind_end_text(b, frame);
  if (code != OK) error_hint(b->err, "in the function \"%s\"", def->name);
  return code;
}

/* --- arguments ----------------------------------------------------------------------- */

/* Parameter by name, -1: none. */
static int32_t find_param(const FunctionDef *def, const char *name) {
  for (uint32_t i = 0; i < def->n_params; i++) {
    if (strcmp(def->params[i].name, name) == 0) return (int32_t)i;
  }
  return -1;
}

/* The place of argument i, by its name or number. */
static Code place_arg(Binder *b, const FunctionDef *def, const AstCall *call, uint32_t i,
                      Expr *const *args, uint32_t *place) {
  const AstName *name = &call->args.items[i].name;
  bool named = name->text != NULL;
  *place = i;
  if (named != (call->args.items[0].name.text != NULL)) {
    return FAIL(b->err, ERR_TYPE, bind_span(b, call->args.items[i].value->span),
                "arguments with and without names in one call");
  }
  if (!named) return OK;
  int32_t param = find_param(def, name->text);
  if (param < 0) {
    return FAIL(b->err, ERR_NAME, bind_span(b, name->span), "\"%s\" has no parameter \"%s\"",
                def->name, name->text);
  }
  *place = (uint32_t)param;
  if (args[param] == NULL) return OK;
  return FAIL(b->err, ERR_NAME, bind_span(b, name->span), "a second argument \"%s\"", name->text);
}

static Code bind_argument(Binder *b, const ExprScope *s, const FunctionDef *def, const AstExpr *ast,
                          uint32_t place, Expr **out) {
  const FunctionParam *param = &def->params[place];
  const char *what = arena_printf(b->arena, "argument %u of \"%s\"", place + 1, def->name);
  Expr *e;
  TRY(bind_expr(b, s, ast, &e));
  if (!param->type.nullable && e->type.nullable) {
    return FAIL(b->err, ERR_TYPE, e->span, "%s may be NULL, and \"%s\" is NOT NULL", what,
                param->name);
  }
  TRY(expr_cast_implicit(b->arena, e, type_nullable(param->type, e->type.nullable), what, out,
                         b->err));
  return OK;
}

static Code bind_arguments(Binder *b, const ExprScope *s, const FunctionDef *def,
                           const AstCall *call, Expr **args) {
  uint32_t n = def->n_params, place = 0;
  if (call->args.n != n) {
    return FAIL(b->err, ERR_TYPE, bind_span(b, call->name.span),
                "\"%s\" takes %u argument%s, not %u", def->name, n, n == 1 ? "" : "s",
                call->args.n);
  }
  for (uint32_t i = 0; i < n; i++) {
    TRY(place_arg(b, def, call, i, args, &place));
    TRY(bind_argument(b, s, def, call->args.items[i].value, place, &args[place]));
  }
  return OK;
}

/* --- putting them together ----------------------------------------------------------- */

static void count_uses(const Expr *e, uint32_t *uses) {
  if (e->kind == EXPR_COLUMN) uses[e->column]++;
  for (uint32_t i = 0; i < e->n_args; i++) count_uses(e->args[i], uses);
}

/* Replace the columns of a body by the arguments; one that occurs more than once is evaluated once
 * all the same. */
static Code put_arguments(Binder *b, const FunctionDef *def, const Expr *body, Expr *const *args,
                          Expr **out) {
  uint32_t *uses = ARENA_ARRAY(b->arena, uint32_t, def->n_params), n = 0;
  Expr **shared = ARENA_ARRAY(b->arena, Expr *, def->n_params);
  count_uses(body, uses);
  for (uint32_t i = 0; i < def->n_params; i++) {
    if (uses[i] < 2) continue;
    TRY(bind_shared(b, args[i], uses[i]));
    shared[n++] = args[i];
  }
  *out = expr_once(b->arena, shared, n, expr_substitute(b->arena, body, args));
  return OK;
}

static Code check_size(Binder *b, const Expr *e, Span span) {
  ExprSize size = expr_size(e, EXPR_NODES_MAX);
  if (size.nodes < EXPR_NODES_MAX && size.depth <= SQL_DEPTH_MAX) return OK;
  FAIL(b->err, ERR_LIMIT, bind_span(b, span),
       "the expression is too large when its functions are written out");
  error_hint(b->err, "the limits are %d levels and %d parts", SQL_DEPTH_MAX, EXPR_NODES_MAX);
  return ERR_LIMIT;
}

static Code bind_sql_call(Binder *b, const ExprScope *s, const AstExpr *ast, const FunctionDef *def,
                          Expr **out) {
  const AstCall *call = ast->call;
  Expr **args = ARENA_ARRAY(b->arena, Expr *, def->n_params), *body;
  TRY(bind_arguments(b, s, def, call, args));
  TRY(bind_kept_body(b, def, args, ast->span, &body));
  TRY(put_arguments(b, def, body, args, out));
  return check_size(b, *out, ast->span);
}

/* --- functions of libraries ---------------------------------------------------------- */

static Code bind_scalar_call(Binder *b, const ExprScope *s, const AstExpr *ast, const FuncDef *func,
                             Expr **out) {
  const AstCall *call = ast->call;
  Expr **args = ARENA_ARRAY(b->arena, Expr *, call->args.n);
  for (uint32_t i = 0; i < call->args.n; i++) {
    const AstArg *arg = &call->args.items[i];
    if (arg->name.text != NULL) {
      return FAIL(b->err, ERR_NAME, bind_span(b, arg->name.span),
                  "the arguments of \"%s\" have no names", func->name);
    }
    TRY(bind_expr(b, s, arg->value, &args[i]));
  }
  TRY(func_call_def(b->arena, &b->env, func, bind_span(b, call->name.span), args, call->args.n, out,
                    b->err));
  bind_number(b, *out);
  (*out)->span = bind_span(b, ast->span);
  return OK;
}

Code bind_user_call(Binder *b, const ExprScope *s, const AstExpr *ast, const FunctionDef *def,
                    Expr **out) {
  const AstCall *call = ast->call;
  const AggDef *agg = def->user != NULL ? user_func_agg(def->user) : NULL;
  if (agg != NULL) return bind_agg(b, s, ast, agg, out);
  if (call->star || call->distinct || call->filter != NULL || call->order_by.n > 0) {
    return FAIL(b->err, ERR_TYPE, bind_span(b, ast->span), "\"%s\" is no aggregate", def->name);
  }
  if (def->user == NULL) return bind_sql_call(b, s, ast, def, out);
  return bind_scalar_call(b, s, ast, user_func_scalar(def->user), out);
}
