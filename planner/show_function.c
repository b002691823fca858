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

static void print_params(const FunctionDef *def, StrBuf *out) {
  strbuf_putc(out, '(');
  for (uint32_t i = 0; i < def->n_params; i++) {
    if (i > 0) strbuf_puts(out, ", ");
    ast_print_name(out, def->params[i].name);
    strbuf_putc(out, ' ');
    type_print_full(def->params[i].type, out);
  }
  strbuf_putc(out, ')');
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
  type_print_full(def->result, &text);
  return strbuf_keep(&text, arena);
}

PlanRows describe_made_function(const FunctionDef *def, bool extended, Arena *arena) {
  static const char *const columns[] = {"info name", "info value"};
  RowList l = {.arena = arena, .columns = columns, .n_columns = 2};
  add_pair(&l, "function name", def->name);
  add_pair(&l, "signature", signature(def, arena));
  add_pair(&l, "description", arena_printf(arena, "RETURN %s", def->body));
  if (!extended) return row_list_done(&l);
  add_pair(&l, "kind", "SCALAR");
  add_pair(&l, "is system function", def->database == NULL ? "true" : "false");
  add_pair(&l, "is temporary", def->temporary ? "true" : "false");
  return row_list_done(&l);
}
