/* ddl_function.c -- CREATE, ALTER and DROP FUNCTION.
 *
 * The body of a SQL function is bound over its parameters before the function is taken, so that
 * what is wrong with it is said where it is written.
 */
#include <string.h>

#include "planner/ddl.h"

enum { PARAMS_MAX = 255 };

/* --- names --------------------------------------------------------------------------- */

/* How a function is called in a statement. */
typedef struct Named {
  FunctionName name;
  Span span;
} Named;

static Code name_of(Binder *b, const AstPath *path, bool temporary, bool system, Named *out) {
  ObjectName full = {0};
  *out = (Named){.span = path->span};
  if (system && path->n > 1) {
    return FAIL(b->err, ERR_NAME, path->span, "a system function belongs to no database");
  }
  TRY(catalog_name_of(b->planner->catalog, b->database, path, &full, b->err));
  out->name = (FunctionName){system ? NULL : full.database, full.name, temporary};
  return OK;
}

/* "temporary ", what goes before the word FUNCTION in messages. */
static const char *kind_word(FunctionName name) {
  return name.database == NULL ? "temporary system " : name.temporary ? "temporary " : "";
}

/* A name that a call without a database would never reach. */
static Code check_reachable(Binder *b, const Named *named) {
  const char *name = named->name.name;
  if (named->name.database == NULL || !bind_is_built_in(name)) return OK;
  FAIL(b->err, ERR_NAME, named->span, "\"%s\" is a built-in function", name);
  error_hint(b->err, "CREATE TEMPORARY SYSTEM FUNCTION replaces it");
  return ERR_NAME;
}

/* --- functions of libraries ---------------------------------------------------------- */

/* The library and the symbol of 'path:symbol'. */
static Code load(Binder *b, FunctionDef *def, const AstText *place) {
  const char *colon = strrchr(place->text, ':');
  if (!b->planner->allow_extensions) {
    FAIL(b->err, ERR_UNSUPPORTED, place->span, "libraries may not be loaded");
    error_hint(b->err,
               "weir --allow-extensions lets CREATE FUNCTION ... LANGUAGE C run their code");
    return ERR_UNSUPPORTED;
  }
  if (colon == NULL || colon == place->text || colon[1] == '\0') {
    return FAIL(b->err, ERR_SYNTAX, place->span, "a function of LANGUAGE C is 'path.so:symbol'");
  }
  const char *path = arena_strndup(b->arena, place->text, (size_t)(colon - place->text));
  def->library = arena_strdup(&def->arena, place->text);
  return user_func_load(def->name, path, colon + 1, place->span, &def->user, b->err);
}

/* --- definitions --------------------------------------------------------------------- */

static Code check_language(Binder *b, const AstFunction *f, Span span) {
  const char *language = f->language.text;
  Span at = language != NULL ? f->language.span : span;
  if (f->body != NULL) {
    if (language == NULL || text_eq_nocase(language, "SQL")) return OK;
    return FAIL(b->err, ERR_UNSUPPORTED, at, "a function with a body is of LANGUAGE SQL");
  }
  if (language != NULL && text_eq_nocase(language, "C")) return OK;
  if (language != NULL && text_eq_nocase(language, "SQL")) {
    return FAIL(b->err, ERR_SYNTAX, at, "a function of LANGUAGE SQL has a body: RETURN expression");
  }
  FAIL(b->err, ERR_UNSUPPORTED, at, "functions of LANGUAGE %s are not supported",
       language != NULL ? language : "JAVA");
  error_hint(b->err, "there are LANGUAGE C and LANGUAGE SQL: docs/sql/user-functions.md");
  return ERR_UNSUPPORTED;
}

static Code add_params(Binder *b, FunctionDef *def, const AstParams *params) {
  if (params->n > PARAMS_MAX) {
    return FAIL(b->err, ERR_LIMIT, params->items[PARAMS_MAX].name.span,
                "a function has at most %d parameters", PARAMS_MAX);
  }
  def->params = ARENA_ARRAY(&def->arena, FunctionParam, params->n);
  for (uint32_t i = 0; i < params->n; i++) {
    const AstName *name = &params->items[i].name;
    for (uint32_t k = 0; k < i; k++) {
      if (strcmp(def->params[k].name, name->text) != 0) continue;
      return FAIL(b->err, ERR_NAME, name->span, "a second parameter \"%s\"", name->text);
    }
    def->params[i].name = arena_strdup(&def->arena, name->text);
    TRY(bind_type(b, params->items[i].type, &def->params[i].type));
    def->n_params++;
  }
  return OK;
}

static Code fill(Binder *b, FunctionDef *def, const AstFunction *f) {
  Expr *body;
  if (f->body == NULL) return load(b, def, &f->class_name);
  TRY(add_params(b, def, &f->params));
  TRY(bind_type(b, f->returns, &def->result));
  BindFrame frame = {b->database, b->ctes, b->outer, b->within};
  if (def->database != NULL) b->database = def->database;
  Code code = bind_function_body(b, def, f->body, NULL, &body);
  bind_end_text(b, frame);
  TRY(code);
  def->body = ast_kept_text(&def->arena, f->body);
  return OK;
}

/* The function under its name, in place of what was called so. */
static Code define(Binder *b, const Named *named, const AstFunction *f) {
  TRY(check_language(b, f, named->span));
  FunctionDef *def = function_def_new(named->name);
  Code code = fill(b, def, f);
  if (code != OK) {
    function_def_free(def);
    return code;
  }
  functions_put(&b->planner->functions, def);
  return OK;
}

/* --- statements ---------------------------------------------------------------------- */

Code ddl_create_function(Binder *b, const AstCreateFunction *create) {
  Named named;
  TRY(name_of(b, &create->path, create->temporary, create->system, &named));
  TRY(check_reachable(b, &named));
  if (functions_find(&b->planner->functions, named.name) != NULL && !create->or_replace) {
    if (create->if_not_exists) return OK;
    return FAIL(b->err, ERR_NAME, named.span, "a %sfunction \"%s\" is there already",
                kind_word(named.name), named.name.name);
  }
  return define(b, &named, &create->function);
}

/* *def is NULL when there is none and if_exists allows that. */
static Code find(Binder *b, const Named *named, bool if_exists, FunctionDef **def) {
  const Functions *functions = &b->planner->functions;
  FunctionName name = named->name;
  *def = functions_find(functions, name);
  if (*def != NULL || if_exists) return OK;
  FAIL(b->err, ERR_NAME, named->span, "no %sfunction \"%s\"", kind_word(name), name.name);
  if (functions_find(functions, (FunctionName){NULL, name.name, true}) != NULL) {
    error_hint(b->err, "there is a temporary system function of that name");
  } else if (name.database != NULL && functions_in(functions, name.database, name.name) != NULL) {
    error_hint(b->err, "there is a %s function of that name",
               name.temporary ? "permanent" : "temporary");
  } else if (bind_is_built_in(name.name)) {
    error_hint(b->err, "\"%s\" is a built-in function", name.name);
  }
  return ERR_NAME;
}

Code ddl_alter_function(Binder *b, const AstAlterFunction *alter) {
  Named named;
  FunctionDef *def;
  if (alter->temporary) {
    return FAIL(b->err, ERR_UNSUPPORTED, alter->path.span,
                "ALTER FUNCTION is for permanent functions");
  }
  TRY(name_of(b, &alter->path, false, false, &named));
  TRY(find(b, &named, alter->if_exists, &def));
  if (def == NULL) return OK;
  return define(b, &named, &alter->function);
}

Code ddl_drop_function(Binder *b, const AstDrop *drop) {
  Named named;
  FunctionDef *def;
  TRY(name_of(b, &drop->path, drop->temporary, drop->system, &named));
  TRY(find(b, &named, drop->if_exists, &def));
  if (def != NULL) functions_drop(&b->planner->functions, def);
  return OK;
}
