/* bind_call.c -- calls: special forms such as EXTRACT, functions by name; aggregates go to
 * bind_agg.c.
 */
#include <string.h>

#include "exec/expr/func_doc.h"
#include "planner/bind_group.h"

/* --- special forms ------------------------------------------------------------------- */

static Expr *word(Binder *b, const char *text, Span span) {
  Str s = str_of(text);
  return expr_const(b->arena, value_text(type_text(TYPE_CHAR, (uint32_t)s.len), s),
                    bind_span(b, span));
}

/* args[1..] shift up by one and word comes first. */
static void put_first(Expr **args, uint32_t *n, Expr *first) {
  memmove(args + 1, args, *n * sizeof *args);
  args[0] = first;
  ++*n;
}

/* Bring the arguments of a form into the order of its function, whose name is returned.  args has
 * room for two more. */
static const char *arrange(Binder *b, const AstCall *call, const char *name, Expr **args,
                           uint32_t *n) {
  static const char *const sides[] = {"BOTH", "LEADING", "TRAILING"};
  switch (call->form) {
    case AST_FORM_EXTRACT:
    case AST_FORM_UNIT_ARGS:
      put_first(args, n, word(b, bind_unit_word(call->unit), call->unit_span));
      return name;
    case AST_FORM_SPAN:
      put_first(args, n, word(b, bind_unit_word(call->unit), call->unit_span));
      return "_SPAN";
    case AST_FORM_TO_UNIT:
      args[(*n)++] = word(b, bind_unit_word(call->unit), call->unit_span);
      return text_eq_nocase(name, "FLOOR") ? "_FLOOR_TIME" : "_CEIL_TIME";
    case AST_FORM_TRIM: { /* s and perhaps chars: side, chars, s */
      Expr *text = args[0], *chars = *n > 1 ? args[1] : word(b, " ", text->span);
      args[0] = word(b, sides[call->trim_side], text->span);
      args[1] = chars;
      args[2] = text;
      *n = 3;
      return name;
    }
    case AST_FORM_PLAIN:
    case AST_FORM_BARE:
    case AST_FORM_SUBSTRING:
    case AST_FORM_POSITION:
    case AST_FORM_OVERLAY:
    case AST_FORM_JSON:
      break;
  }
  return name;
}

/* The session's, also in the text of a view. */
static Code bind_current_database(Binder *b, const AstExpr *ast, Expr **out) {
  Span span = bind_span(b, ast->span);
  if (ast->call->args.n > 0 || ast->call->star) {
    return FAIL(b->err, ERR_TYPE, span, "CURRENT_DATABASE takes no arguments");
  }
  Type type = type_not_null(type_string());
  *out = expr_const(b->arena, value_text(type, str_of(catalog_current(b->planner->catalog))), span);
  return OK;
}

/* --- functions by name --------------------------------------------------------------- */

bool bind_is_built_in(const char *name) {
  const FuncDef *func = func_find(str_of(name));
  return (func != NULL && (func->flags & FUNC_OPERATOR) == 0) || agg_find(str_of(name)) != NULL;
}

/* The nearest of the user's functions, if there is one, is meant before what is built in. */
static void hint_made(Binder *b, const char *name) {
  const char *near = NULL;
  uint32_t distance = 0, n;
  FunctionDef **made = functions_list(&b->planner->functions, b->database, b->arena, &n);
  for (uint32_t i = 0; i < n; i++) nearest_name_offer(name, made[i]->name, &near, &distance);
  if (near == NULL) return;
  b->err->hint[0] = '\0';
  error_hint(b->err, "did you mean \"%s\"?", near);
}

/* A name that is none is told before anything in its arguments. */
static Code check_name(Binder *b, const AstCall *call, const char *name) {
  Span span = call->name.span;
  if (func_find(str_of(name)) != NULL) return OK;
  if (text_eq_nocase(name, "CUMULATE")) {
    FAIL(b->err, ERR_TYPE, bind_span(b, span), "CUMULATE stands in FROM");
    error_hint(b->err,
               "FROM CUMULATE(TABLE t, DESCRIPTOR(ts), step, size) "
               "GROUP BY window_start, window_end");
    return ERR_TYPE;
  }
  Code code = func_unknown(name, bind_span(b, span), b->err);
  if (code == ERR_NAME) hint_made(b, name);
  return code;
}

static Code bind_scalar(Binder *b, const ExprScope *s, const AstExpr *ast, const char *name,
                        Expr **out) {
  const AstCall *call = ast->call;
  uint32_t n = call->args.n;
  Expr **args = ARENA_ARRAY(b->arena, Expr *, n + 2);
  TRY(check_name(b, call, name));
  if (call->star || call->distinct || call->filter != NULL || call->order_by.n > 0) {
    return FAIL(b->err, ERR_TYPE, bind_span(b, ast->span), "\"%s\" is no aggregate", name);
  }
  if (call->form == AST_FORM_JSON) return bind_json_call(b, s, ast, out);
  if (text_eq_nocase(name, "JSON")) return bind_json_alone(b, ast->span);
  if (text_eq_nocase(name, "JSON_STRING") && n == 1 &&
      bind_is_constructor(call->args.items[0].value)) {
    return bind_expr(b, s, call->args.items[0].value, out); /* is JSON already */
  }
  for (uint32_t i = 0; i < n; i++) {
    const AstArg *arg = &call->args.items[i];
    if (arg->name.text != NULL) return bind_not_built(b, arg->name.span, "a named argument here");
    TRY(bind_expr(b, s, arg->value, &args[i]));
  }
  const char *internal = arrange(b, call, name, args, &n);
  TRY(bind_func(b, internal, call->form == AST_FORM_PLAIN ? call->name.span : ast->span, args, n,
                out));
  (*out)->span = bind_span(b, ast->span);
  return OK;
}

Code bind_call(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out) {
  const AstCall *call = ast->call;
  if (call->over != NULL) return bind_over(b, s, ast, out);
  const FunctionDef *made;
  TRY(bind_find_function(b, call, &made));
  if (made != NULL) return bind_user_call(b, s, ast, made, out);
  const char *name = call->name.items[0].text;
  const AggDef *agg = agg_find(str_of(name));
  if (agg != NULL) return bind_agg(b, s, ast, agg, out);
  if (bind_is_grouping(name)) return bind_grouping_call(b, s, ast, out);
  if (bind_is_group_window(name)) return bind_group_window_call(b, s, ast, out);
  if (text_eq_nocase(name, "CURRENT_DATABASE")) return bind_current_database(b, ast, out);
  return bind_scalar(b, s, ast, name, out);
}
