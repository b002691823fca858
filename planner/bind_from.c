/* bind_from.c -- what stands in FROM: tables, views, CTEs, files, stdin, subqueries. */
#include <string.h>

#include "parser/parse.h"
#include "planner/bind.h"

/* --- texts of the catalog ------------------------------------------------------------ */

BindFrame bind_begin_text(Binder *b, const char *database, Span span) {
  BindFrame frame = {b->database, b->ctes, b->outer, b->within};
  b->within = bind_span(b, span);
  b->database = database;
  b->ctes = NULL;
  b->outer = NULL;
  return frame;
}

void bind_end_text(Binder *b, BindFrame frame) {
  b->database = frame.database;
  b->ctes = frame.ctes;
  b->outer = frame.outer;
  b->within = frame.within;
}

static Code bind_view_query(Binder *b, const TableDef *view, Relation *out) {
  size_t at = 0;
  AstStmt *stmt = NULL;
  Error mine = {.code = OK}; /* its span would be one of the view's text */
  if (parse_statement(b->arena, view->query, strlen(view->query), &at, &stmt, &mine) != OK) {
    return FAIL(b->err, mine.code, b->within, "%s", mine.msg);
  }
  assert(stmt != NULL && stmt->kind == AST_STMT_QUERY);
  TRY(bind_enter(b, stmt->depth, NO_SPAN));
  TRY(bind_query(b, stmt->query, out));
  bind_leave(b, stmt->depth);
  return OK;
}

Code bind_view(Binder *b, const TableDef *view, Span span, Relation *out) {
  BindFrame frame = bind_begin_text(b, view->database, span);
  Code code = bind_view_query(b, view, out);
  bind_end_text(b, frame);
  if (code != OK) {
    error_hint(b->err, "in the view \"%s\"", view->name);
    return code;
  }
  if (out->n_cols != view->n_columns) {
    return FAIL(b->err, ERR_NAME, bind_span(b, span),
                "the view \"%s\" had %u columns and its query now has %u", view->name,
                view->n_columns, out->n_cols);
  }
  for (uint32_t i = 0; i < out->n_cols; i++) {
    out->cols[i].name = arena_strdup(b->arena, view->columns[i].name);
    out->cols[i].table =
        (ObjectName){arena_strdup(b->arena, view->database), arena_strdup(b->arena, view->name)};
  }
  return OK;
}

/* --- names --------------------------------------------------------------------------- */

/* Give the columns of a CTE or an alias their names: all or none. */
static Code name_columns(Binder *b, const AstNames *names, Relation *rel) {
  if (names->n == 0) return OK;
  if (names->n != rel->n_cols) {
    Span span = span_join(names->items[0].span, names->items[names->n - 1].span);
    return FAIL(b->err, ERR_NAME, bind_span(b, span), "%u names for %u columns", names->n,
                rel->n_cols);
  }
  for (uint32_t i = 0; i < names->n; i++) rel->cols[i].name = names->items[i].text;
  return OK;
}

static void set_qualifier(Relation *rel, const char *alias) {
  for (uint32_t i = 0; i < rel->n_cols; i++) rel->cols[i].table = (ObjectName){NULL, alias};
}

static const CteScope *find_cte(const Binder *b, const AstPath *path) {
  if (path->n != 1) return NULL;
  for (const CteScope *s = b->ctes; s != NULL; s = s->outer) {
    if (strcmp(s->cte->name.text, path->items[0].text) == 0) return s;
  }
  return NULL;
}

static Code bind_cte(Binder *b, const CteScope *scope, Span span, Relation *out) {
  const CteScope *here = b->ctes;
  uint32_t depth = scope->cte->query->depth;
  TRY(bind_enter(b, depth, span));
  b->ctes = scope->outer;
  Code code = bind_query(b, scope->cte->query, out);
  b->ctes = here;
  TRY(code);
  bind_leave(b, depth);
  set_qualifier(out, scope->cte->name.text);
  return name_columns(b, &scope->cte->columns, out);
}

/* Names beside those of the catalog, for "did you mean". */
static const char *const *other_names(Binder *b) {
  const char **names = NULL;
  uint32_t n = 0, cap = 0;
  for (const CteScope *s = b->ctes; s != NULL; s = s->outer) {
    ARENA_PUSH(b->arena, names, n, cap, s->cte->name.text);
  }
  ARENA_PUSH(b->arena, names, n, cap, "stdin");
  ARENA_PUSH(b->arena, names, n, cap, NULL);
  return names;
}

static Code bind_catalog(Binder *b, const AstTableRef *ref, Relation *out) {
  const AstPath *path = &ref->table.path;
  ObjectName name;
  TRY(catalog_name_of(b->planner->catalog, b->database, path, &name, b->err));
  const TableDef *def = catalog_find(b->planner->catalog, name);
  if (def == NULL && path->n == 1 && strcmp(name.name, "stdin") == 0) {
    return bind_guessed(b, NULL, &ref->table.hints, path->span, out);
  }
  if (def == NULL) {
    return catalog_no_table(b->planner->catalog, path, other_names(b), bind_span(b, path->span),
                            b->err);
  }
  if (def->query == NULL) return bind_table(b, def, &ref->table.hints, path->span, out);
  Option *options;
  uint32_t n_options;
  TRY(bind_hints(b, &ref->table.hints, &options, &n_options));
  if (n_options > 0) {
    return FAIL(b->err, ERR_OPTION, bind_span(b, options[0].key_span),
                "OPTIONS on the view \"%s\": it has none", def->name);
  }
  return bind_view(b, def, path->span, out);
}

static Code bind_name(Binder *b, const AstTableRef *ref, Relation *out) {
  const CteScope *cte = find_cte(b, &ref->table.path);
  if (ref->table.as_of != NULL) return bind_not_built(b, ref->span, "FOR SYSTEM_TIME AS OF");
  return cte != NULL ? bind_cte(b, cte, ref->table.path.span, out) : bind_catalog(b, ref, out);
}

/* --- all of them --------------------------------------------------------------------- */

static Code bind_ref(Binder *b, const AstTableRef *ref, Relation *out) {
  switch (ref->kind) {
    case AST_REF_TABLE:
      return bind_name(b, ref, out);
    case AST_REF_FILE:
      if (ref->table.as_of != NULL) return bind_not_built(b, ref->span, "FOR SYSTEM_TIME AS OF");
      return bind_guessed(b, &ref->table.file, &ref->table.hints, ref->table.file.span, out);
    case AST_REF_FUNCTION:
      return bind_window_call(b, ref->function->call, ref->function->span, out);
    case AST_REF_QUERY:
      TRY(bind_query(b, ref->query, out));
      set_qualifier(out, NULL);
      return OK;
    case AST_REF_UNNEST:
      return bind_unnest_alone(b, ref, out);
    case AST_REF_JOIN:
      return bind_from_where(b, ref, NULL, out);
    case AST_REF_MATCH:
      return bind_not_built(b, ref->span, "MATCH_RECOGNIZE");
  }
  assert(!"a kind of table");
  return ERR_SYNTAX;
}

Code bind_from(Binder *b, const AstTableRef *ref, Relation *out) {
  TRY(bind_count_node(b, ref->span));
  if (ref->lateral) return bind_not_built(b, ref->span, "LATERAL");
  TRY(bind_ref(b, ref, out));
  if (ref->alias.text != NULL) set_qualifier(out, ref->alias.text);
  return name_columns(b, &ref->alias_columns, out);
}
