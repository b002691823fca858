/* describe.c -- DESCRIBE, and CREATE statements out of definitions. */
#include <stdio.h>
#include <string.h>

#include "exec/expr/func.h"
#include "exec/expr/func_doc.h"
#include "parser/ast_print.h"
#include "planner/show.h"

/* --- DESCRIBE ------------------------------------------------------------------------ */

/* PRI(a, b) for a column of the key. */
static bool key_text(const TableDef *def, const char *column, StrBuf *out) {
  bool in_key = false;
  strbuf_clear(out);
  strbuf_puts(out, "PRI(");
  for (uint32_t i = 0; i < def->n_key; i++) {
    in_key |= strcmp(def->key[i], column) == 0;
    strbuf_printf(out, "%s%s", i > 0 ? ", " : "", def->key[i]);
  }
  strbuf_putc(out, ')');
  return in_key;
}

static const char *checked(const StrBuf *text) {
  if (strbuf_failed(text)) out_of_memory();
  return strbuf_text(text);
}

/* " FROM 'key' VIRTUAL", as far as they are said. */
static void print_metadata(const TableColumn *c, StrBuf *out) {
  strbuf_puts(out, "METADATA");
  if (strcmp(c->metadata, c->name) != 0) {
    strbuf_puts(out, " FROM ");
    ast_print_text(out, c->metadata);
  }
  if (c->is_virtual) strbuf_puts(out, " VIRTUAL");
}

/* How a column comes about that is not physical. */
static bool extras_text(const TableColumn *c, StrBuf *out) {
  strbuf_clear(out);
  if (c->computed != NULL) strbuf_printf(out, "AS %s", c->computed);
  if (c->metadata != NULL) print_metadata(c, out);
  return !column_is_physical(c);
}

static void describe_column(RowList *l, const TableDef *def, uint32_t i, bool comments,
                            StrBuf *text) {
  const TableColumn *c = &def->columns[i];
  row_list_add(l, c->name);
  strbuf_clear(text);
  type_print(c->type, text);
  if (def->rowtime == (int32_t)i) strbuf_puts(text, " *ROWTIME*");
  row_list_add(l, checked(text));
  row_list_add(l, c->type.nullable ? "TRUE" : "FALSE");
  row_list_add(l, key_text(def, c->name, text) ? checked(text) : NULL);
  row_list_add(l, extras_text(c, text) ? checked(text) : NULL);
  row_list_add(l, def->rowtime == (int32_t)i ? def->watermark : NULL);
  if (comments) row_list_add(l, c->comment);
}

PlanRows describe_columns(const TableDef *def, const AstShow *filter, Arena *arena) {
  static const char *const columns[] = {"name",   "type",      "null",   "key",
                                        "extras", "watermark", "comment"};
  bool comments = false;
  for (uint32_t i = 0; i < def->n_columns; i++) comments |= def->columns[i].comment != NULL;
  RowList l = {.arena = arena, .columns = columns, .n_columns = comments ? 7 : 6};
  StrBuf text = {0};
  for (uint32_t i = 0; i < def->n_columns; i++) {
    if (filter != NULL && !show_matches(filter, def->columns[i].name)) continue;
    describe_column(&l, def, i, comments, &text);
  }
  strbuf_deinit(&text);
  return row_list_done(&l);
}

static void add_pair(RowList *l, const char *name, const char *value) {
  row_list_add(l, name);
  row_list_add(l, value);
}

static void describe_more(RowList *l, const FuncDoc *doc) {
  static const char *const kinds[] = {
      [FUNC_SCALAR] = "SCALAR", [FUNC_AGG] = "AGGREGATE", [FUNC_FORM] = "SYNTAX"};
  StrBuf nulls = {0};
  func_doc_nulls(doc, &nulls);
  add_pair(l, "kind", kinds[doc->kind]);
  add_pair(l, "category", func_category_word(doc->category));
  add_pair(l, "nulls", checked(&nulls));
  add_pair(l, "errors", doc->errors != NULL ? doc->errors : "None.");
  add_pair(l, "is deterministic", (doc->flags & FUNC_VOLATILE) != 0 ? "false" : "true");
  strbuf_deinit(&nulls);
}

static Code describe_function(const AstDescribe *describe, Arena *arena, PlanRows *out,
                              Error *err) {
  static const char *const columns[] = {"info name", "info value"};
  const AstPath *path = &describe->path;
  const char *name = path->items[path->n - 1].text;
  FuncDoc doc;
  RowList l = {.arena = arena, .columns = columns, .n_columns = 2};
  if (!func_doc_find(str_of(name), &doc)) return func_unknown(name, path->span, err);
  add_pair(&l, "function name", doc.name);
  add_pair(&l, "signature", doc.signature);
  add_pair(&l, "description", doc.summary);
  if (describe->extended) describe_more(&l, &doc);
  *out = row_list_done(&l);
  return OK;
}

Code describe_statement(const Planner *p, const AstDescribe *describe, Arena *arena, PlanRows *out,
                        Error *err) {
  ObjectName name;
  if (describe->object == AST_OBJECT_FUNCTION) {
    const FunctionDef *made;
    TRY(find_made_function(p, &describe->path, &made, err));
    if (made != NULL) {
      *out = describe_made_function(made, describe->extended, arena);
      return OK;
    }
    return describe_function(describe, arena, out, err);
  }
  if (describe->object == AST_OBJECT_DATABASE) {
    return FAIL(err, ERR_UNSUPPORTED, describe->path.span, "DESCRIBE DATABASE is not built yet");
  }
  TRY(catalog_name_of(p->catalog, catalog_current(p->catalog), &describe->path, &name, err));
  const TableDef *def = catalog_find(p->catalog, name);
  if (def == NULL)
    return catalog_no_table(p->catalog, &describe->path, NULL, describe->path.span, err);
  *out = describe_columns(def, NULL, arena);
  return OK;
}

/* --- CREATE -------------------------------------------------------------------------- */

void print_quoted_name(const char *name, StrBuf *out) {
  strbuf_putc(out, '`');
  for (; *name != '\0'; name++) {
    if (*name == '`') strbuf_putc(out, '`');
    strbuf_putc(out, *name);
  }
  strbuf_putc(out, '`');
}

static void print_comment(const char *comment, const char *before, StrBuf *out) {
  if (comment == NULL) return;
  strbuf_printf(out, "%sCOMMENT ", before);
  ast_print_text(out, comment);
}

static void print_column(const TableColumn *c, StrBuf *out) {
  strbuf_puts(out, "  ");
  print_quoted_name(c->name, out);
  if (c->computed != NULL) {
    strbuf_printf(out, " AS %s", c->computed);
  } else {
    strbuf_putc(out, ' ');
    type_print_full(c->type, out);
  }
  if (c->metadata != NULL) {
    strbuf_putc(out, ' ');
    print_metadata(c, out);
  }
  print_comment(c->comment, " ", out);
}

static void print_names(const char *const *names, uint32_t n, StrBuf *out) {
  for (uint32_t i = 0; i < n; i++) {
    if (i > 0) strbuf_puts(out, ", ");
    print_quoted_name(names[i], out);
  }
}

static void print_elements(const TableDef *def, StrBuf *out) {
  for (uint32_t i = 0; i < def->n_columns; i++) {
    if (i > 0) strbuf_puts(out, ",\n");
    print_column(&def->columns[i], out);
  }
  if (def->rowtime >= 0) {
    strbuf_puts(out, ",\n  WATERMARK FOR ");
    print_quoted_name(def->columns[def->rowtime].name, out);
    strbuf_printf(out, " AS %s", def->watermark);
  }
  if (def->n_key > 0) {
    strbuf_puts(out, ",\n  ");
    if (def->key_name != NULL) {
      strbuf_puts(out, "CONSTRAINT ");
      print_quoted_name(def->key_name, out);
      strbuf_putc(out, ' ');
    }
    strbuf_puts(out, "PRIMARY KEY (");
    print_names(def->key, def->n_key, out);
    strbuf_puts(out, ") NOT ENFORCED");
  }
}

static void print_partitions(const TableDef *def, StrBuf *out) {
  if (def->n_partition_by == 0) return;
  strbuf_puts(out, "\nPARTITIONED BY (");
  print_names(def->partition_by, def->n_partition_by, out);
  strbuf_putc(out, ')');
}

static void print_with(const TableDef *def, StrBuf *out) {
  strbuf_puts(out, "\nWITH (\n");
  for (uint32_t i = 0; i < def->n_options; i++) {
    strbuf_puts(out, "  ");
    ast_print_text(out, def->options[i].key);
    strbuf_puts(out, " = ");
    ast_print_text(out, def->options[i].value);
    strbuf_puts(out, i + 1 < def->n_options ? ",\n" : "\n");
  }
  strbuf_puts(out, ")");
}

void ddl_print(const TableDef *def, StrBuf *out) {
  strbuf_printf(out, "CREATE %s%s `" CATALOG_NAME "`.", def->temporary ? "TEMPORARY " : "",
                def->query != NULL ? "VIEW" : "TABLE");
  print_quoted_name(def->database, out);
  strbuf_putc(out, '.');
  print_quoted_name(def->name, out);
  strbuf_puts(out, " (");
  if (def->query == NULL) {
    strbuf_putc(out, '\n');
    print_elements(def, out);
    strbuf_puts(out, "\n)");
    print_comment(def->comment, "\n", out);
    print_partitions(def, out);
    print_with(def, out);
    return;
  }
  for (uint32_t i = 0; i < def->n_columns; i++) {
    if (i > 0) strbuf_puts(out, ", ");
    print_quoted_name(def->columns[i].name, out);
  }
  strbuf_putc(out, ')');
  print_comment(def->comment, "\n", out);
  strbuf_printf(out, "\nAS %s", def->query);
}
