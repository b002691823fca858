/* show_function.c -- functions that the user made: finding them for SHOW and DESCRIBE, and CREATE
 * statements out of them.
 */
#include "parser/ast_print.h"
#include "planner/show.h"

Code find_made_function(const Planner *p, const AstPath *path, const FunctionDef **out,
                        Error *err) {
  ObjectName name;
  TRY(catalog_name_of(p->catalog, catalog_current(p->catalog), path, &name, err));
  *out = NULL;
  if (path->n == 1) *out = functions_find(&p->functions, (FunctionName){NULL, name.name, true});
  if (*out == NULL) *out = functions_in(&p->functions, name.database, name.name);
  return OK;
}

/* (x BIGINT, y STRING); what a library has are types alone. */
static void print_params(const FunctionDef *def, StrBuf *out) {
  uint32_t n = def->n_params;
  const Type *types = def->user != NULL ? user_func_args(def->user, &n) : NULL;
  strbuf_putc(out, '(');
  for (uint32_t i = 0; i < n; i++) {
    if (i > 0) strbuf_puts(out, ", ");
    if (types == NULL) {
      ast_print_name(out, def->params[i].name);
      strbuf_putc(out, ' ');
    }
    type_print_full(types != NULL ? types[i] : def->params[i].type, out);
  }
  strbuf_putc(out, ')');
}

static void print_place(const FunctionDef *def, StrBuf *out) {
  strbuf_puts(out, "AS ");
  ast_print_text(out, def->library);
  strbuf_puts(out, " LANGUAGE C");
}

void function_print(const FunctionDef *def, StrBuf *out) {
  strbuf_printf(out, "CREATE %sFUNCTION ",
                def->database == NULL ? "TEMPORARY SYSTEM "
                : def->temporary      ? "TEMPORARY "
                                      : "");
  if (def->database != NULL) {
    strbuf_puts(out, "`" CATALOG_NAME "`.");
    print_quoted_name(def->database, out);
    strbuf_putc(out, '.');
  }
  print_quoted_name(def->name, out);
  strbuf_putc(out, ' ');
  if (def->user != NULL) {
    print_place(def, out);
    return;
  }
  print_params(def, out);
  strbuf_puts(out, " RETURNS ");
  type_print_full(def->result, out);
  strbuf_printf(out, "\nRETURN %s", def->body);
}

static void add_pair(RowList *l, const char *name, const char *value) {
  row_list_add(l, name);
  row_list_add(l, value);
}

/* NAME(x BIGINT) -> BIGINT */
static const char *signature(const FunctionDef *def, Arena *arena) {
  StrBuf text = {0};
  strbuf_puts(&text, def->name);
  print_params(def, &text);
  strbuf_puts(&text, " -> ");
  type_print_full(def->user != NULL ? user_func_result(def->user) : def->result, &text);
  return strbuf_keep(&text, arena);
}

/* What a library says of it, or where it is; the body. */
static const char *description(const FunctionDef *def, Arena *arena) {
  if (def->user == NULL) return arena_printf(arena, "RETURN %s", def->body);
  if (user_func_doc(def->user) != NULL) return user_func_doc(def->user);
  StrBuf text = {0};
  print_place(def, &text);
  return strbuf_keep(&text, arena);
}

PlanRows describe_made_function(const FunctionDef *def, bool extended, Arena *arena) {
  static const char *const columns[] = {"info name", "info value"};
  RowList l = {.arena = arena, .columns = columns, .n_columns = 2};
  const FuncDef *func = def->user != NULL ? user_func_scalar(def->user) : NULL;
  add_pair(&l, "function name", def->name);
  add_pair(&l, "signature", signature(def, arena));
  add_pair(&l, "description", description(def, arena));
  if (!extended) return row_list_done(&l);
  add_pair(&l, "kind", def->user != NULL && func == NULL ? "AGGREGATE" : "SCALAR");
  if (def->user != NULL) add_pair(&l, "library", def->library);
  if (func != NULL) {
    bool is_volatile = (func->flags & FUNC_VOLATILE) != 0;
    add_pair(&l, "is deterministic", is_volatile ? "false" : "true");
  }
  add_pair(&l, "is system function", def->database == NULL ? "true" : "false");
  add_pair(&l, "is temporary", def->temporary ? "true" : "false");
  return row_list_done(&l);
}
