/* bind_json.c -- JSON_VALUE and its like: syntax into calls whose first argument is their words
 * (exec/expr/func_json.h).
 *
 * What says the same is written the same: the clauses stand in one order, and those that ask for
 * what holds anyway are left out.
 */
#include <stdio.h>

#include "planner/bind.h"

/* A call in the making: words and args. */
typedef struct JsonCall {
  StrBuf words;
  Expr **args; /* [0] is for the words */
  uint32_t n;
} JsonCall;

/* A form of the grammar and what may stand in it. */
typedef enum JsonForm { FORM_VALUE, FORM_QUERY, FORM_EXISTS, FORM_OBJECT, FORM_ARRAY } JsonForm;

static Expr *words_const(Binder *b, const char *words, Span span) {
  Str s = str_of(words);
  return expr_const(b->arena, value_text(type_text(TYPE_CHAR, (uint32_t)s.len), s),
                    bind_span(b, span));
}

static JsonCall call_begin(Binder *b, uint32_t max_args) {
  JsonCall c = {.args = ARENA_ARRAY(b->arena, Expr *, max_args + 1), .n = 1};
  strbuf_init(&c.words, 0);
  return c;
}

static void add(JsonCall *c, const char *words, Expr *arg) {
  strbuf_puts(&c->words, words);
  if (arg != NULL) c->args[c->n++] = arg;
}

static Code call_end(Binder *b, JsonCall *c, const char *name, const AstExpr *ast, Expr **out) {
  char *words = strbuf_keep(&c->words, b->arena);
  c->args[0] = words_const(b, words, ast->span);
  TRY(bind_func(b, name, ast->span, c->args, c->n, out));
  (*out)->span = bind_span(b, ast->span);
  return OK;
}

/* --- clauses ------------------------------------------------------------------------- */

static Code refuse(Binder *b, const AstCall *call, const char *what) {
  return FAIL(b->err, ERR_SYNTAX, bind_span(b, call->name.span), "%s does not take %s",
              call->name.items[0].text, what);
}

static const char *behaviour_text(AstJsonBehaviour behaviour) {
  switch (behaviour) {
    case AST_JSON_NULL:
      return "NULL";
    case AST_JSON_ERROR:
      return "ERROR";
    case AST_JSON_DEFAULT:
      return "DEFAULT";
    case AST_JSON_EMPTY_ARRAY:
      return "EMPTY ARRAY";
    case AST_JSON_EMPTY_OBJECT:
      return "EMPTY OBJECT";
    case AST_JSON_TRUE:
      return "TRUE";
    case AST_JSON_FALSE:
      return "FALSE";
    case AST_JSON_UNKNOWN:
      return "UNKNOWN";
    case AST_JSON_ABSENT:
    case AST_JSON_UNSET:
      break;
  }
  return "ABSENT";
}

static bool may_behave(JsonForm form, AstJsonBehaviour behaviour) {
  switch (behaviour) {
    case AST_JSON_ERROR:
      return true;
    case AST_JSON_NULL:
      return form != FORM_EXISTS;
    case AST_JSON_DEFAULT:
      return form == FORM_VALUE;
    case AST_JSON_EMPTY_ARRAY:
    case AST_JSON_EMPTY_OBJECT:
      return form == FORM_QUERY;
    case AST_JSON_TRUE:
    case AST_JSON_FALSE:
    case AST_JSON_UNKNOWN:
      return form == FORM_EXISTS;
    case AST_JSON_ABSENT:
    case AST_JSON_UNSET:
      break;
  }
  return false;
}

/* What holds where nothing is written. */
static bool goes_without_saying(AstJsonBehaviour behaviour) {
  return behaviour == AST_JSON_NULL || behaviour == AST_JSON_FALSE;
}

/* BEHAVIOUR ON what. */
static Code add_behaviour(Binder *b, const ExprScope *s, const AstCall *call, JsonForm form,
                          AstJsonBehaviour behaviour, const AstExpr *otherwise, const char *what,
                          JsonCall *c) {
  char words[40];
  Expr *value = NULL;
  if (behaviour == AST_JSON_UNSET) return OK;
  snprintf(words, sizeof words, "%s ON %s", behaviour_text(behaviour), what);
  if (!may_behave(form, behaviour)) return refuse(b, call, words);
  if (goes_without_saying(behaviour)) return OK;
  if (behaviour == AST_JSON_DEFAULT) {
    TRY(bind_expr(b, s, otherwise, &value));
    snprintf(words, sizeof words, "DEFAULT ? ON %s", what);
  }
  strbuf_putc(&c->words, ' ');
  add(c, words, value);
  return OK;
}

static Code add_clauses(Binder *b, const ExprScope *s, const AstCall *call, JsonForm form,
                        JsonCall *c) {
  const AstJson *j = call->json;
  Type type;
  if (j->returning != NULL) {
    if (form == FORM_EXISTS) return refuse(b, call, "RETURNING");
    TRY(bind_type(b, j->returning, &type));
    type = type_nullable(type, true);
    Expr *null = expr_null(b->arena, type, bind_span(b, j->returning->span));
    if (!type_same(type, type_string())) add(c, " RETURNING ?", null);
  }
  if (j->wrapper != AST_WRAPPER_UNSET && form != FORM_QUERY) return refuse(b, call, "WRAPPER");
  if (j->wrapper == AST_WRAPPER_CONDITIONAL) add(c, " WITH CONDITIONAL WRAPPER", NULL);
  if (j->wrapper == AST_WRAPPER_UNCONDITIONAL) add(c, " WITH UNCONDITIONAL WRAPPER", NULL);
  if (j->on_empty != AST_JSON_UNSET && form == FORM_EXISTS) return refuse(b, call, "ON EMPTY");
  TRY(add_behaviour(b, s, call, form, j->on_empty, j->empty_default, "EMPTY", c));
  return add_behaviour(b, s, call, form, j->on_error, j->error_default, "ERROR", c);
}

/* JSON_VALUE, JSON_QUERY, JSON_EXISTS. */
static Code bind_path_call(Binder *b, const ExprScope *s, const AstExpr *ast, JsonForm form,
                           const char *name, Expr **out) {
  const AstCall *call = ast->call;
  Expr *doc, *path;
  TRY(bind_expr(b, s, call->args.items[0].value, &doc));
  TRY(bind_expr(b, s, call->args.items[1].value, &path));
  JsonCall c = call_begin(b, 5);
  add(&c, "?", doc);
  add(&c, ", ?", path);
  Code code = add_clauses(b, s, call, form, &c);
  if (code == OK) return call_end(b, &c, name, ast, out);
  strbuf_deinit(&c.words);
  return code;
}

/* --- constructors -------------------------------------------------------------------- */

static bool is_call_of(const AstExpr *ast, const char *name) {
  return ast->kind == AST_CALL && ast->call->name.n == 1 && ast->call->over == NULL &&
         text_eq_nocase(ast->call->name.items[0].text, name);
}

/* A value of a constructor; is_json: it is JSON already, from a call of its own. */
static Code bind_item(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out,
                      bool *is_json) {
  *is_json = true;
  if (is_call_of(ast, "JSON") && ast->call->args.n == 1) {
    Expr **arg = ARENA_ARRAY(b->arena, Expr *, 1);
    TRY(bind_expr(b, s, ast->call->args.items[0].value, arg));
    return bind_func(b, "JSON", ast->span, arg, 1, out);
  }
  *is_json = is_call_of(ast, "JSON_OBJECT") || is_call_of(ast, "JSON_ARRAY");
  return bind_expr(b, s, ast, out);
}

static Code add_items(Binder *b, const ExprScope *s, const AstCall *call, JsonForm form,
                      JsonCall *c) {
  for (uint32_t i = 0; i < call->args.n; i++) {
    const AstExpr *ast = call->args.items[i].value;
    const bool key = form == FORM_OBJECT && i % 2 == 0;
    bool is_json = false;
    Expr *e;
    if (key) {
      TRY(bind_expr(b, s, ast, &e));
      add(c, i > 0 ? ", KEY ?" : "KEY ?", e);
      continue;
    }
    TRY(bind_item(b, s, ast, &e, &is_json));
    add(c, form == FORM_OBJECT ? " VALUE ?" : i > 0 ? ", ?" : "?", e);
    if (is_json) add(c, " FORMAT JSON", NULL);
  }
  return OK;
}

/* JSON_OBJECT, JSON_ARRAY. */
static Code bind_constructor(Binder *b, const ExprScope *s, const AstExpr *ast, JsonForm form,
                             const char *name, Expr **out) {
  const AstCall *call = ast->call;
  const AstJsonBehaviour on_null = call->json->on_null;
  JsonCall c = call_begin(b, call->args.n);
  Code code = add_items(b, s, call, form, &c);
  if (on_null == AST_JSON_ABSENT && form == FORM_OBJECT && c.n > 1) {
    add(&c, " ABSENT ON NULL", NULL);
  }
  if (on_null == AST_JSON_NULL && form == FORM_ARRAY && c.n > 1) add(&c, " NULL ON NULL", NULL);
  if (code == OK) return call_end(b, &c, name, ast, out);
  strbuf_deinit(&c.words);
  return code;
}

Code bind_json_call(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out) {
  static const char *const names[] = {[FORM_VALUE] = "JSON_VALUE",
                                      [FORM_QUERY] = "JSON_QUERY",
                                      [FORM_EXISTS] = "JSON_EXISTS",
                                      [FORM_OBJECT] = "JSON_OBJECT",
                                      [FORM_ARRAY] = "JSON_ARRAY"};
  const char *name = ast->call->name.items[0].text;
  for (JsonForm form = FORM_VALUE; form <= FORM_ARRAY; form++) {
    if (!text_eq_nocase(name, names[form])) continue;
    if (form < FORM_OBJECT) return bind_path_call(b, s, ast, form, names[form], out);
    return bind_constructor(b, s, ast, form, names[form], out);
  }
  return bind_not_built(b, ast->call->name.span, name);
}

/* --- aggregates ---------------------------------------------------------------------- */

/* Each row as an item: JSON already, or made so; with NULL ON NULL also where it is NULL. */
static Code bind_array_item(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out) {
  const AstExpr *value = ast->call->args.items[0].value;
  Expr **args = ARENA_ARRAY(b->arena, Expr *, 2);
  bool is_json;
  TRY(bind_item(b, s, value, &args[0], &is_json));
  if (!is_json) {
    Expr **arg = ARENA_ARRAY(b->arena, Expr *, 1);
    arg[0] = args[0];
    TRY(bind_func(b, "JSON_STRING", value->span, arg, 1, &args[0]));
  }
  *out = args[0];
  if (ast->call->json->on_null != AST_JSON_NULL) return OK;
  args[1] = words_const(b, "null", value->span);
  return bind_func(b, "COALESCE", value->span, args, 2, out);
}

/* Each row as a member. */
static Code bind_object_member(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out) {
  JsonCall c = call_begin(b, 2);
  Code code = add_items(b, s, ast->call, FORM_OBJECT, &c);
  if (ast->call->json->on_null == AST_JSON_ABSENT) add(&c, " ABSENT ON NULL", NULL);
  if (code == OK) return call_end(b, &c, "_JSON_OBJECTAGG", ast, out);
  strbuf_deinit(&c.words);
  return code;
}

Code bind_json_agg(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out) {
  const AstCall *call = ast->call;
  const char *name = call->name.items[0].text;
  const bool object = text_eq_nocase(name, "JSON_OBJECTAGG");
  if (call->args.n != (object ? 2 : 1)) {
    return FAIL(b->err, ERR_TYPE, bind_span(b, ast->span), "%s takes one %s", name,
                object ? "key and its value" : "value");
  }
  return object ? bind_object_member(b, s, ast, out) : bind_array_item(b, s, ast, out);
}

/* --- JSON(s), JSON_STRING(x), IS JSON ------------------------------------------------ */

Code bind_json_alone(Binder *b, Span span) {
  FAIL(b->err, ERR_TYPE, bind_span(b, span),
       "JSON(s) stands only as a value in JSON_OBJECT or JSON_ARRAY");
  error_hint(b->err, "JSON_QUERY(s, '$') gives a document back");
  return ERR_TYPE;
}

bool bind_is_constructor(const AstExpr *ast) {
  return is_call_of(ast, "JSON_OBJECT") || is_call_of(ast, "JSON_ARRAY");
}
