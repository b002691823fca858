/* ddl.c -- views, databases, ALTER and DROP. */
#include <string.h>

#include "parser/ast_print.h"
#include "planner/ddl.h"

/* --- views --------------------------------------------------------------------------- */

static const char *query_text(Arena *a, const AstQuery *query) {
  StrBuf text;
  strbuf_init(&text, 0);
  ast_print_query(&text, query);
  return strbuf_keep(&text, a);
}

/* Columns of the query, perhaps renamed; its text. */
static Code fill_view(Binder *b, TableDef *def, const AstQuery *query, const AstNames *names) {
  Relation rel;
  b->for_view = true;
  TRY(bind_query(b, query, &rel));
  if (names->n > 0 && names->n != rel.n_cols) {
    return FAIL(b->err, ERR_NAME, names->items[0].span, "%u names for %u columns", names->n,
                rel.n_cols);
  }
  for (uint32_t i = 0; i < names->n; i++) {
    for (uint32_t k = 0; k < i; k++) {
      if (strcmp(names->items[k].text, names->items[i].text) != 0) continue;
      return FAIL(b->err, ERR_NAME, names->items[i].span, "a second column \"%s\"",
                  names->items[i].text);
    }
    rel.cols[i].name = names->items[i].text;
  }
  relation_unique_names(b, &rel);
  def->columns = ARENA_ARRAY(&def->arena, TableColumn, rel.n_cols);
  def->n_columns = rel.n_cols;
  def->rowtime = -1;
  for (uint32_t i = 0; i < rel.n_cols; i++) {
    def->columns[i].name = arena_strdup(&def->arena, rel.cols[i].name);
    def->columns[i].type = rel.cols[i].type;
    if (def->rowtime < 0 && time_is_attribute(rel.cols[i].time)) def->rowtime = (int32_t)i;
  }
  def->query = query_text(&def->arena, query);
  return OK;
}

Code ddl_create_view(Binder *b, const AstCreateView *create) {
  Catalog *catalog = b->planner->catalog;
  ObjectName name;
  TRY(catalog_name_of(catalog, b->database, &create->path, &name, b->err));
  TableDef *old = catalog_find_kind(catalog, name, create->temporary);
  if (old != NULL && create->if_not_exists) return OK;
  if (old != NULL && !(create->or_replace && old->query != NULL)) {
    return FAIL(b->err, ERR_NAME, create->path.span, "a table or view \"%s\" is there already",
                name.name);
  }
  TableDef *def = table_def_new(name.database, name.name);
  def->temporary = create->temporary;
  if (create->comment.text != NULL) def->comment = arena_strdup(&def->arena, create->comment.text);
  Code code = fill_view(b, def, create->query, &create->columns);
  if (code != OK) {
    table_def_free(def);
    return code;
  }
  if (old != NULL) catalog_drop(catalog, old);
  catalog_add(catalog, def);
  return OK;
}

/* --- finding what is to be changed --------------------------------------------------- */

static const char *object_word(bool view) { return view ? "view" : "table"; }

/* *def is NULL when there is none and if_exists allows that. */
static Code find_object(Binder *b, const AstPath *path, bool view, bool if_exists, TableDef **def) {
  Catalog *catalog = b->planner->catalog;
  ObjectName name;
  TRY(catalog_name_of(catalog, b->database, path, &name, b->err));
  *def = catalog_find(catalog, name);
  if (*def == NULL) {
    if (if_exists) return OK;
    return catalog_no_table(catalog, path, NULL, path->span, b->err);
  }
  if (((*def)->query != NULL) == view) return OK;
  FAIL(b->err, ERR_NAME, path->span, "\"%s\" is a %s", name.name, object_word(!view));
  return ERR_NAME;
}

/* --- ALTER --------------------------------------------------------------------------- */

static Code rename_object(Binder *b, TableDef *def, const AstPath *path) {
  ObjectName name;
  TRY(catalog_name_of(b->planner->catalog, def->database, path, &name, b->err));
  if (strcmp(name.database, def->database) != 0) {
    return FAIL(b->err, ERR_UNSUPPORTED, path->span, "a %s cannot move to another database",
                object_word(def->query != NULL));
  }
  if (catalog_find_kind(b->planner->catalog, name, def->temporary) != NULL) {
    return FAIL(b->err, ERR_NAME, path->span, "a table or view \"%s\" is there already", name.name);
  }
  catalog_rename(b->planner->catalog, def, name.name);
  return OK;
}

static Code replace_options(Binder *b, TableDef *def, const TableDraft *d, Span span) {
  TRY(table_check_options(b, def, (Options){d->options, d->n_options}, span));
  def->options = options_copy(&def->arena, d->options, d->n_options, NO_SPAN);
  def->n_options = d->n_options;
  return OK;
}

static Code set_options(Binder *b, TableDef *def, const AstAlterTable *alter) {
  TableDraft d = {.b = b, .def = def};
  for (uint32_t i = 0; i < def->n_options; i++) draft_add_option(&d, &def->options[i]);
  for (uint32_t i = 0; i < alter->options.n; i++) {
    const AstOption *o = &alter->options.items[i];
    const Option option = {o->key.text, o->value.text, o->key.span, o->value.span};
    draft_add_option(&d, &option);
  }
  return replace_options(b, def, &d, alter->path.span);
}

static Code reset_options(Binder *b, TableDef *def, const AstAlterTable *alter) {
  TableDraft d = {.b = b, .def = def};
  for (uint32_t i = 0; i < def->n_options; i++) {
    bool reset = false;
    for (uint32_t k = 0; k < alter->keys.n; k++) {
      reset |= strcmp(alter->keys.items[k].text, def->options[i].key) == 0;
    }
    if (!reset) draft_add_option(&d, &def->options[i]);
  }
  return replace_options(b, def, &d, alter->path.span);
}

static const char *alter_words(AstAlterKind kind) {
  static const char *const words[] = {
      [AST_ALTER_ADD] = "ALTER TABLE ADD",
      [AST_ALTER_ADD_PARTITION] = "ALTER TABLE ADD PARTITION",
      [AST_ALTER_ADD_DISTRIBUTION] = "ALTER TABLE ADD DISTRIBUTION",
      [AST_ALTER_MODIFY] = "ALTER TABLE MODIFY",
      [AST_ALTER_MODIFY_DISTRIBUTION] = "ALTER TABLE MODIFY DISTRIBUTION",
      [AST_ALTER_DROP_COLUMNS] = "ALTER TABLE DROP",
      [AST_ALTER_DROP_PRIMARY_KEY] = "ALTER TABLE DROP PRIMARY KEY",
      [AST_ALTER_DROP_CONSTRAINT] = "ALTER TABLE DROP CONSTRAINT",
      [AST_ALTER_DROP_WATERMARK] = "ALTER TABLE DROP WATERMARK",
      [AST_ALTER_DROP_PARTITION] = "ALTER TABLE DROP PARTITION",
      [AST_ALTER_DROP_DISTRIBUTION] = "ALTER TABLE DROP DISTRIBUTION",
      [AST_ALTER_RENAME_COLUMN] = "ALTER TABLE RENAME of a column",
      [AST_ALTER_RENAME] = "ALTER TABLE RENAME",
      [AST_ALTER_SET] = "ALTER TABLE SET",
      [AST_ALTER_RESET] = "ALTER TABLE RESET"};
  return words[kind];
}

Code ddl_alter_table(Binder *b, const AstAlterTable *alter) {
  TableDef *def;
  TRY(find_object(b, &alter->path, false, alter->if_exists, &def));
  if (def == NULL) return OK;
  if (alter->kind == AST_ALTER_RENAME) return rename_object(b, def, &alter->new_path);
  if (alter->kind == AST_ALTER_SET) return set_options(b, def, alter);
  if (alter->kind == AST_ALTER_RESET) return reset_options(b, def, alter);
  return bind_not_built(b, alter->path.span, alter_words(alter->kind));
}

Code ddl_alter_view(Binder *b, const AstAlterView *alter) {
  TableDef *def;
  TRY(find_object(b, &alter->path, true, false, &def));
  if (alter->query == NULL) return rename_object(b, def, &alter->new_path);
  TableDef *other = table_def_new(def->database, def->name);
  other->temporary = def->temporary;
  if (def->comment != NULL) other->comment = arena_strdup(&other->arena, def->comment);
  const AstNames none = {0};
  Code code = fill_view(b, other, alter->query, &none);
  if (code != OK) {
    table_def_free(other);
    return code;
  }
  catalog_drop(b->planner->catalog, def);
  catalog_add(b->planner->catalog, other);
  return OK;
}

/* --- databases and DROP -------------------------------------------------------------- */

Code ddl_create_database(Binder *b, const AstCreateDatabase *create) {
  Catalog *catalog = b->planner->catalog;
  const AstName *name = &create->path.items[create->path.n - 1];
  if (create->path.n > 2 ||
      (create->path.n == 2 && strcmp(create->path.items[0].text, CATALOG_NAME) != 0)) {
    FAIL(b->err, ERR_NAME, create->path.span, "a database stands in the catalog \"%s\"",
         CATALOG_NAME);
    return ERR_NAME;
  }
  if (!catalog_has_database(catalog, name->text)) {
    catalog_add_database(catalog, name->text);
    return OK;
  }
  if (create->if_not_exists) return OK;
  return FAIL(b->err, ERR_NAME, name->span, "a database \"%s\" is there already", name->text);
}

static Code drop_database(Binder *b, const AstDrop *drop) {
  Catalog *catalog = b->planner->catalog;
  const AstName *name = &drop->path.items[drop->path.n - 1];
  const char *database;
  if (drop->if_exists && !catalog_has_database(catalog, name->text)) return OK;
  TRY(catalog_database_of(catalog, &drop->path, &database, b->err));
  if (strcmp(database, DEFAULT_DATABASE) == 0) {
    return FAIL(b->err, ERR_NAME, name->span, "the database \"%s\" cannot be dropped", database);
  }
  bool empty = catalog_database_is_empty(catalog, database) &&
               !functions_has_database(&b->planner->functions, database);
  if (!drop->cascade && !empty) {
    FAIL(b->err, ERR_NAME, name->span, "the database \"%s\" is not empty", database);
    error_hint(b->err, "DROP DATABASE %s CASCADE drops what is in it, too", database);
    return ERR_NAME;
  }
  functions_drop_database(&b->planner->functions, database);
  catalog_drop_database(catalog, database);
  return OK;
}

/* DROP TABLE means a permanent table; a temporary one that hides it has to go first, as in Flink.
 */
static Code drop_object(Binder *b, const AstDrop *drop) {
  Catalog *catalog = b->planner->catalog;
  bool view = drop->object == AST_OBJECT_VIEW;
  TableDef *def;
  TRY(find_object(b, &drop->path, view, drop->if_exists, &def));
  if (def == NULL) return OK;
  if (drop->temporary && !def->temporary) {
    if (drop->if_exists) return OK;
    return FAIL(b->err, ERR_NAME, drop->path.span, "\"%s\" is not temporary", def->name);
  }
  if (!drop->temporary && def->temporary) {
    FAIL(b->err, ERR_NAME, drop->path.span, "\"%s\" is temporary", def->name);
    error_hint(b->err, "DROP TEMPORARY %s %s", view ? "VIEW" : "TABLE", def->name);
    return ERR_NAME;
  }
  catalog_drop(catalog, def);
  return OK;
}

Code ddl_drop(Binder *b, const AstDrop *drop) {
  switch (drop->object) {
    case AST_OBJECT_TABLE:
    case AST_OBJECT_VIEW:
      return drop_object(b, drop);
    case AST_OBJECT_DATABASE:
      return drop_database(b, drop);
    case AST_OBJECT_FUNCTION:
      return ddl_drop_function(b, drop);
  }
  assert(!"an object to be dropped");
  return ERR_SYNTAX;
}
