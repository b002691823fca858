/* show.c -- SHOW, and SET without arguments. */
#include "planner/show.h"

#include <stdlib.h>
#include <string.h>

#include "exec/expr/func_doc.h"

/* --- rows ---------------------------------------------------------------------------- */

void row_list_add(RowList *l, const char *cell) {
  const char *copy = cell != NULL ? arena_strdup(l->arena, cell) : NULL;
  ARENA_PUSH(l->arena, l->cells, l->n, l->cap, copy);
}

PlanRows row_list_done(const RowList *l) {
  assert(l->n % l->n_columns == 0);
  return (PlanRows){.columns = l->columns,
                    .n_columns = l->n_columns,
                    .cells = l->cells,
                    .n_rows = l->n / l->n_columns};
}

PlanRows text_rows(Arena *arena, const char *text) {
  static const char *const columns[] = {"result"};
  RowList l = {.arena = arena, .columns = columns, .n_columns = 1};
  row_list_add(&l, text);
  PlanRows rows = row_list_done(&l);
  rows.is_text = true;
  return rows;
}

/* --- patterns ------------------------------------------------------------------------ */

static char folded(char c, bool ignore_case) {
  return ignore_case && c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* % any text, _ any character (byte), backslash takes the next one as it is.  A mismatch goes back
 * to the last % alone, which takes one character more: no pattern is slow. */
static bool like_matches(const char *pattern, const char *text, bool ignore_case) {
  const char *p = pattern, *t = text, *back_p = NULL, *back_t = NULL;
  while (*t != '\0') {
    bool escaped = *p == '\\' && p[1] != '\0';
    char want = escaped ? p[1] : *p;
    if (!escaped && want == '%') {
      back_p = ++p;
      back_t = t;
    } else if (want != '\0' && ((!escaped && want == '_') ||
                                folded(want, ignore_case) == folded(*t, ignore_case))) {
      p += escaped ? 2 : 1;
      t++;
    } else if (back_p != NULL) {
      p = back_p;
      t = ++back_t;
    } else {
      return false;
    }
  }
  while (*p == '%') p++;
  return *p == '\0';
}

bool show_matches(const AstShow *show, const char *name) {
  if (show->pattern.text == NULL) return true;
  return like_matches(show->pattern.text, name, show->ignore_case) != show->negated;
}

/* --- lists --------------------------------------------------------------------------- */

static RowList one_column(Arena *arena, const char *const *name) {
  return (RowList){.arena = arena, .columns = name, .n_columns = 1};
}

/* The database of FROM, or the current one. */
static Code database_of(const Planner *p, const AstShow *show, const char **database, Error *err) {
  *database = catalog_current(p->catalog);
  return show->path.n > 0 ? catalog_database_of(p->catalog, &show->path, database, err) : OK;
}

static Code show_tables(const Planner *p, const AstShow *show, Arena *arena, PlanRows *out,
                        Error *err) {
  static const char *const table_name[] = {"table name"}, *const view_name[] = {"view name"};
  bool views = show->what == AST_SHOW_VIEWS;
  RowList l = one_column(arena, views ? view_name : table_name);
  const char *database;
  uint32_t n;
  TRY(database_of(p, show, &database, err));
  TableDef **defs = catalog_tables(p->catalog, database, arena, &n);
  for (uint32_t i = 0; i < n; i++) {
    if (views && defs[i]->query == NULL) continue;
    if (show_matches(show, defs[i]->name)) row_list_add(&l, defs[i]->name);
  }
  *out = row_list_done(&l);
  return OK;
}

static void show_databases(const Planner *p, const AstShow *show, Arena *arena, PlanRows *out) {
  static const char *const name[] = {"database name"};
  RowList l = one_column(arena, name);
  uint32_t n;
  const char *const *databases = catalog_databases(p->catalog, &n);
  for (uint32_t i = 0; i < n; i++) {
    if (show_matches(show, databases[i])) row_list_add(&l, databases[i]);
  }
  *out = row_list_done(&l);
}

static int by_text(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int upper(char c) { return c >= 'a' && c <= 'z' ? c - 32 : (unsigned char)c; }

/* Functions are the same whatever the case. */
static int by_function(const void *a, const void *b) {
  const char *x = *(const char *const *)a, *y = *(const char *const *)b;
  while (*x != '\0' && upper(*x) == upper(*y)) x++, y++;
  return upper(*x) - upper(*y);
}

/* What the user made, alone or with all that DESCRIBE FUNCTION knows. */
static Code show_functions(const Planner *p, const AstShow *show, Arena *arena, PlanRows *out,
                           Error *err) {
  static const char *const name[] = {"function name"};
  RowList l = one_column(arena, name);
  const char *database;
  uint32_t n_built_in, n_made, n = 0;
  TRY(database_of(p, show, &database, err));
  FunctionDef **made = functions_list(&p->functions, database, arena, &n_made);
  const FuncDoc *docs = func_doc_list(arena, &n_built_in);
  const char **names = ARENA_ARRAY(arena, const char *, n_built_in + n_made);
  for (uint32_t i = 0; i < n_made; i++) names[n++] = made[i]->name;
  bool all = show->what == AST_SHOW_FUNCTIONS;
  for (uint32_t i = 0; all && i < n_built_in; i++) names[n++] = docs[i].name;
  if (n > 1) qsort(names, n, sizeof *names, by_function);
  for (uint32_t i = 0; i < n; i++) {
    bool again = i > 0 && text_eq_nocase(names[i], names[i - 1]); /* replaces what is built in */
    if (!again && show_matches(show, names[i])) row_list_add(&l, names[i]);
  }
  *out = row_list_done(&l);
  return OK;
}

/* --- one object ---------------------------------------------------------------------- */

static Code find_object(const Planner *p, const AstPath *path, const TableDef **def, Error *err) {
  ObjectName name;
  TRY(catalog_name_of(p->catalog, catalog_current(p->catalog), path, &name, err));
  *def = catalog_find(p->catalog, name);
  return *def != NULL ? OK : catalog_no_table(p->catalog, path, NULL, path->span, err);
}

static Code show_create(const Planner *p, const AstShow *show, Arena *arena, PlanRows *out,
                        Error *err) {
  const TableDef *def;
  bool view = show->what == AST_SHOW_CREATE_VIEW;
  TRY(find_object(p, &show->path, &def, err));
  if ((def->query != NULL) != view) {
    return FAIL(err, ERR_NAME, show->path.span, "\"%s\" is a %s", def->name,
                view ? "table" : "view");
  }
  StrBuf text = {0};
  ddl_print(def, &text);
  *out = text_rows(arena, strbuf_keep(&text, arena));
  return OK;
}

static Code show_create_function(const Planner *p, const AstShow *show, Arena *arena, PlanRows *out,
                                 Error *err) {
  const FunctionDef *def;
  StrBuf text = {0};
  TRY(find_made_function(p, &show->path, &def, err));
  if (def == NULL) {
    return FAIL(err, ERR_NAME, show->path.span, "no function \"%s\" of the user",
                show->path.items[show->path.n - 1].text);
  }
  function_print(def, &text);
  *out = text_rows(arena, strbuf_keep(&text, arena));
  return OK;
}

static Code show_columns(const Planner *p, const AstShow *show, Arena *arena, PlanRows *out,
                         Error *err) {
  const TableDef *def;
  TRY(find_object(p, &show->path, &def, err));
  *out = describe_columns(def, show, arena);
  return OK;
}

static void show_current(const Planner *p, Arena *arena, PlanRows *out) {
  static const char *const name[] = {"current database name"};
  RowList l = one_column(arena, name);
  row_list_add(&l, catalog_current(p->catalog));
  *out = row_list_done(&l);
}

Code show_statement(const Planner *p, const AstShow *show, Arena *arena, PlanRows *out,
                    Error *err) {
  static const char *const words[] = {
#define SHOW(name, words_) "SHOW " words_,
#include "parser/show.def"
#undef SHOW
  };
  switch (show->what) {
    case AST_SHOW_TABLES:
    case AST_SHOW_VIEWS:
      return show_tables(p, show, arena, out, err);
    case AST_SHOW_DATABASES:
      show_databases(p, show, arena, out);
      return OK;
    case AST_SHOW_CURRENT_DATABASE:
      show_current(p, arena, out);
      return OK;
    case AST_SHOW_COLUMNS:
      return show_columns(p, show, arena, out, err);
    case AST_SHOW_FUNCTIONS:
    case AST_SHOW_USER_FUNCTIONS:
      return show_functions(p, show, arena, out, err);
    case AST_SHOW_CREATE_FUNCTION:
      return show_create_function(p, show, arena, out, err);
    case AST_SHOW_CREATE_TABLE:
    case AST_SHOW_CREATE_VIEW:
      return show_create(p, show, arena, out, err);
    case AST_SHOW_PARTITIONS:
    case AST_SHOW_JOBS:
    case AST_SHOW_CHECKPOINTS:
    case AST_SHOW_COUNT:
      break;
  }
  return FAIL(err, ERR_UNSUPPORTED, show->path.span, "%s is not built yet", words[show->what]);
}

PlanRows show_settings(const Planner *p, Arena *arena) {
  static const char *const columns[] = {"key", "value"};
  RowList l = {.arena = arena, .columns = columns, .n_columns = 2};
  const char *keys[SETTING_COUNT];
  uint32_t n = 0;
  for (uint32_t i = 0; i < SETTING_COUNT; i++) {
    if (settings_is_listed(&p->settings, (SettingId)i)) keys[n++] = settings_key((SettingId)i);
  }
  qsort(keys, n, sizeof *keys, by_text);
  for (uint32_t i = 0; i < n; i++) {
    row_list_add(&l, keys[i]);
    row_list_add(&l, settings_by_key(&p->settings, keys[i]));
  }
  return row_list_done(&l);
}
