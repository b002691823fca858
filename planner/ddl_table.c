/* ddl_table.c -- CREATE TABLE: columns, watermark, key, options, AS query.
 *
 * A TableDef is drafted, all of it is checked as if the table were read, and only then does the
 * catalog take it.  LIKE is in ddl_like.c.
 */
#include <string.h>

#include "base/limits.h"
#include "parser/ast_print.h"
#include "planner/ddl.h"

const char *ast_kept_text(Arena *a, const AstExpr *ast) {
  StrBuf text;
  strbuf_init(&text, 0);
  ast_print_expr(&text, ast);
  return strbuf_keep(&text, a);
}

static const char *kept(TableDraft *d, const char *text) {
  return text != NULL ? arena_strdup(&d->def->arena, text) : NULL;
}

/* --- drafts -------------------------------------------------------------------------- */

int32_t draft_find(const TableDraft *d, const char *name) {
  for (uint32_t i = 0; i < d->def->n_columns; i++) {
    if (strcmp(d->def->columns[i].name, name) == 0) return (int32_t)i;
  }
  return -1;
}

Code draft_add_column(TableDraft *d, const TableColumn *column, Span span) {
  TableDef *def = d->def;
  if (draft_find(d, column->name) >= 0) {
    return FAIL(d->b->err, ERR_NAME, span, "a second column \"%s\"", column->name);
  }
  if (def->n_columns == COLUMNS_MAX) {
    return FAIL(d->b->err, ERR_LIMIT, span, "more than %d columns", COLUMNS_MAX);
  }
  TableColumn own = {kept(d, column->name),     column->type,
                     kept(d, column->computed), kept(d, column->comment),
                     kept(d, column->metadata), column->is_virtual};
  ARENA_PUSH(&def->arena, def->columns, def->n_columns, d->cap_columns, own);
  return OK;
}

void draft_add_option(TableDraft *d, const Option *option) {
  for (uint32_t i = 0; i < d->n_options; i++) {
    if (strcmp(d->options[i].key, option->key) != 0) continue;
    d->options[i] = *option;
    return;
  }
  ARENA_PUSH(d->b->arena, d->options, d->n_options, d->cap_options, *option);
}

/* All columns, or those that are not computed. */
static Columns draft_columns(const TableDraft *d, bool all) {
  FormatField *fields = ARENA_ARRAY(d->b->arena, FormatField, d->def->n_columns);
  uint32_t n = 0;
  for (uint32_t i = 0; i < d->def->n_columns; i++) {
    const TableColumn *c = &d->def->columns[i];
    if (all || c->computed == NULL) fields[n++] = (FormatField){c->name, c->type};
  }
  return (Columns){d->def->name, fields, n};
}

/* --- columns ------------------------------------------------------------------------- */

/* A column that is not computed. */
static Code add_declared(TableDraft *d, const AstColumnDef *ast) {
  Binder *b = d->b;
  if (ast->kind == AST_COLUMN_COMPUTED) return OK;
  if (ast->type == NULL) {
    return FAIL(b->err, ERR_TYPE, ast->span, "the column \"%s\" has no type", ast->name.text);
  }
  TableColumn column = {.name = ast->name.text, .comment = ast->comment.text};
  TRY(bind_type(b, ast->type, &column.type));
  if (ast->kind == AST_COLUMN_METADATA) {
    column.metadata = ast->metadata_key.text != NULL ? ast->metadata_key.text : ast->name.text;
    column.is_virtual = ast->is_virtual;
  }
  return draft_add_column(d, &column, ast->name.span);
}

/* A computed column sees all that are not; its place is that in the statement. */
static Code compute_type(TableDraft *d, const AstColumnDef *ast, Type *type) {
  Expr *e;
  Code code = bind_over_columns(d->b, draft_columns(d, false), "a computed column", ast->expr, &e);
  if (code == ERR_NAME)
    error_hint(d->b->err, "a computed column sees physical and METADATA columns only");
  TRY(code);
  *type = bind_settle_null(d->b, e)->type;
  return OK;
}

/* Columns in their order: first the types of computed ones have to be known, for which all others
 * have to be there. */
static Code add_columns(TableDraft *d, const AstColumnDefs *list) {
  TableDef *def = d->def;
  uint32_t inherited = def->n_columns;
  for (uint32_t i = 0; i < list->n; i++) TRY(add_declared(d, &list->items[i]));
  Type *types = ARENA_ARRAY(d->b->arena, Type, list->n);
  for (uint32_t i = 0; i < list->n; i++) {
    const AstColumnDef *ast = &list->items[i];
    if (ast->kind == AST_COLUMN_COMPUTED) TRY(compute_type(d, ast, &types[i]));
  }
  uint32_t n_declared = def->n_columns - inherited, next = inherited;
  TableColumn *declared = ARENA_ARRAY(d->b->arena, TableColumn, n_declared);
  if (n_declared > 0) memcpy(declared, def->columns + inherited, n_declared * sizeof *declared);
  def->n_columns = inherited;
  for (uint32_t i = 0; i < list->n; i++) {
    const AstColumnDef *ast = &list->items[i];
    TableColumn column;
    if (ast->kind == AST_COLUMN_COMPUTED) {
      column = (TableColumn){.name = ast->name.text,
                             .type = types[i],
                             .computed = ast_kept_text(&def->arena, ast->expr),
                             .comment = ast->comment.text};
    } else {
      column = declared[next++ - inherited];
    }
    TRY(draft_add_column(d, &column, ast->name.span));
  }
  return OK;
}

/* --- watermark and key --------------------------------------------------------------- */

static Code no_such_column(TableDraft *d, const AstName *name) {
  const char *near = NULL;
  uint32_t distance = 0;
  FAIL(d->b->err, ERR_NAME, name->span, "no column \"%s\" in \"%s\"", name->text, d->def->name);
  for (uint32_t i = 0; i < d->def->n_columns; i++) {
    nearest_name_offer(name->text, d->def->columns[i].name, &near, &distance);
  }
  if (near != NULL) error_hint(d->b->err, "did you mean \"%s\"?", near);
  return ERR_NAME;
}

static Code add_watermark(TableDraft *d, const AstWatermarks *list) {
  Binder *b = d->b;
  if (list->n == 0) return OK;
  const AstWatermark *ast = &list->items[0];
  if (list->n > 1) {
    return FAIL(b->err, ERR_TYPE, list->items[1].span, "a second WATERMARK");
  }
  if (ast->column.n > 1) return bind_not_built(b, ast->column.span, "the time in a field of a ROW");
  int32_t column = draft_find(d, ast->column.items[0].text);
  if (column < 0) return no_such_column(d, &ast->column.items[0]);
  Expr *e;
  TRY(bind_watermark(b, draft_columns(d, true), (uint32_t)column, ast->expr, ast->column.span, &e));
  d->def->rowtime = column;
  d->def->watermark = ast_kept_text(&d->def->arena, ast->expr);
  return OK;
}

static Code add_key_column(TableDraft *d, const AstName *name) {
  TableDef *def = d->def;
  int32_t column = draft_find(d, name->text);
  if (column < 0) return no_such_column(d, name);
  if (!column_is_physical(&def->columns[column])) {
    return FAIL(d->b->err, ERR_TYPE, name->span, "the %s column \"%s\" in a PRIMARY KEY",
                def->columns[column].computed != NULL ? "computed" : "METADATA", name->text);
  }
  for (uint32_t i = 0; i < def->n_key; i++) {
    if (strcmp(def->key[i], name->text) != 0) continue;
    return FAIL(d->b->err, ERR_NAME, name->span, "\"%s\" is twice in the PRIMARY KEY", name->text);
  }
  def->columns[column].type.nullable = false;
  def->key[def->n_key++] = def->columns[column].name;
  return OK;
}

static Code add_key(TableDraft *d, const AstNames *columns, const char *name, bool not_enforced,
                    Span span) {
  TableDef *def = d->def;
  if (def->n_key > 0) return FAIL(d->b->err, ERR_TYPE, span, "a second PRIMARY KEY");
  if (!not_enforced) {
    FAIL(d->b->err, ERR_UNSUPPORTED, span, "a PRIMARY KEY that is enforced");
    error_hint(d->b->err, "write PRIMARY KEY ... NOT ENFORCED, as in Flink");
    return ERR_UNSUPPORTED;
  }
  def->key = ARENA_ARRAY(&def->arena, const char *, columns->n);
  def->key_name = kept(d, name);
  for (uint32_t i = 0; i < columns->n; i++) TRY(add_key_column(d, &columns->items[i]));
  return OK;
}

static Code add_keys(TableDraft *d, const AstTableElements *elements) {
  for (uint32_t i = 0; i < elements->columns.n; i++) {
    AstColumnDef *c = &elements->columns.items[i];
    if (!c->primary_key) continue;
    const AstNames one = {.items = &c->name, .n = 1};
    TRY(add_key(d, &one, c->key_name.text, c->not_enforced, c->span));
  }
  for (uint32_t i = 0; i < elements->keys.n; i++) {
    const AstKey *key = &elements->keys.items[i];
    TRY(add_key(d, &key->columns, key->name.text, key->not_enforced, key->span));
  }
  return OK;
}

/* --- partitions ---------------------------------------------------------------------- */

static Code add_partition_column(TableDraft *d, const AstName *name) {
  TableDef *def = d->def;
  int32_t column = draft_find(d, name->text);
  if (column < 0) return no_such_column(d, name);
  const TableColumn *c = &def->columns[column];
  if (!column_is_physical(c) || type_is_binary(c->type)) {
    const char *kind = c->computed != NULL   ? "computed"
                       : c->metadata != NULL ? "METADATA"
                                             : "binary";
    return FAIL(d->b->err, ERR_TYPE, name->span, "PARTITIONED BY the %s column \"%s\"", kind,
                name->text);
  }
  if (table_is_partition(def, name->text)) {
    return FAIL(d->b->err, ERR_NAME, name->span, "\"%s\" is twice in PARTITIONED BY", name->text);
  }
  def->partition_by[def->n_partition_by++] = c->name;
  return OK;
}

static Code add_partitions(TableDraft *d, const AstNames *names) {
  TableDef *def = d->def;
  uint32_t n_physical = 0;
  if (names->n == 0) return OK;
  if (def->n_partition_by > 0) {
    return FAIL(d->b->err, ERR_TYPE, names->items[0].span,
                "a second PARTITIONED BY: LIKE gave one");
  }
  def->partition_by = ARENA_ARRAY(&def->arena, const char *, names->n);
  for (uint32_t i = 0; i < names->n; i++) TRY(add_partition_column(d, &names->items[i]));
  for (uint32_t i = 0; i < def->n_columns; i++) n_physical += column_is_physical(&def->columns[i]);
  if (n_physical > def->n_partition_by) return OK;
  return FAIL(d->b->err, ERR_TYPE, names->items[0].span,
              "PARTITIONED BY all columns leaves none for the files");
}

static Code check_partitions(const TableDraft *d, const AstNames *names) {
  if (d->def->n_partition_by == 0) return OK;
  const Options options = {d->def->options, d->def->n_options};
  const Connector *c = connector_find(options_find(options, "connector")->value);
  if (c->partitions) return OK;
  Span span = names->n > 0 ? names->items[0].span : d->span;
  return FAIL(d->b->err, ERR_UNSUPPORTED, span, "connector \"%s\" has no partitions", c->name);
}

/* --- options ------------------------------------------------------------------------- */

Code table_check_options(Binder *b, const TableDef *def, Options options, Span span) {
  FormatField *fields = ARENA_ARRAY(b->arena, FormatField, def->n_columns);
  uint32_t n = 0;
  for (uint32_t i = 0; i < def->n_columns; i++) {
    const TableColumn *c = &def->columns[i];
    if (!column_is_physical(c) || table_is_partition(def, c->name)) continue;
    fields[n++] = (FormatField){c->name, c->type};
  }
  const Connector *connector;
  const Format *format;
  return connector_check(options, fields, n, span, &connector, &format, b->err);
}

/* The connector has to have what METADATA columns ask for. */
static Code check_metadata(const TableDraft *d, const AstColumnDefs *own) {
  const Options options = {d->options, d->n_options};
  const Connector *connector = connector_find(options_find(options, "connector")->value);
  for (uint32_t i = 0; i < d->def->n_columns; i++) {
    const TableColumn *c = &d->def->columns[i];
    Expr *ignored;
    Span span = d->span;
    if (c->metadata == NULL) continue;
    for (uint32_t k = 0; k < own->n; k++) {
      if (strcmp(own->items[k].name.text, c->name) == 0) span = own->items[k].span;
    }
    TRY(bind_metadata(d->b, connector, c, 0, span, &ignored));
  }
  return OK;
}

static Code add_options(TableDraft *d, const AstOptions *with) {
  TableDef *def = d->def;
  for (uint32_t i = 0; i < with->n; i++) {
    const AstOption *o = &with->items[i];
    const Option option = {o->key.text, o->value.text, o->key.span, o->value.span};
    draft_add_option(d, &option);
  }
  TRY(table_check_options(d->b, def, (Options){d->options, d->n_options}, d->span));
  def->options = options_copy(&def->arena, d->options, d->n_options, NO_SPAN);
  def->n_options = d->n_options;
  return OK;
}

/* --- AS query ------------------------------------------------------------------------ */

static Code add_query_columns(TableDraft *d, const AstCreateTable *create, Relation *rows) {
  Binder *b = d->b;
  if (create->elements.columns.n > 0) {
    return bind_not_built(b, create->elements.columns.items[0].span,
                          "a column list in CREATE TABLE ... AS");
  }
  TRY(bind_query(b, create->query, rows));
  relation_unique_names(b, rows);
  for (uint32_t i = 0; i < rows->n_cols; i++) {
    TableColumn column = {.name = rows->cols[i].name, .type = rows->cols[i].type};
    if (column.type.kind == TYPE_NULL) column.type = type_string();
    TRY(draft_add_column(d, &column, create->query->span));
  }
  return OK;
}

/* --- the statement ------------------------------------------------------------------- */

static Code refuse(Binder *b, const AstCreateTable *create) {
  if (create->or_replace || create->replace) {
    return bind_not_built(b, create->path.span, "CREATE OR REPLACE TABLE");
  }
  if (create->distribution.kind != AST_DISTRIBUTED_NOT) {
    return bind_not_built(b, create->distribution.span, "DISTRIBUTED");
  }
  if (create->partitioned_by.n > 0 && create->query != NULL) {
    return bind_not_built(b, create->partitioned_by.items[0].span,
                          "PARTITIONED BY in CREATE TABLE ... AS");
  }
  return OK;
}

static Code draft_table(TableDraft *d, const AstCreateTable *create, Node **insert) {
  Relation rows;
  d->def->temporary = create->temporary;
  d->def->comment = kept(d, create->comment.text);
  if (create->like != NULL) TRY(draft_like(d, create));
  if (create->query != NULL) {
    TRY(add_query_columns(d, create, &rows));
  } else {
    TRY(add_columns(d, &create->elements.columns));
  }
  if (d->def->n_columns == 0) {
    FAIL(d->b->err, ERR_TYPE, d->span, "the table \"%s\" has no columns", d->def->name);
    error_hint(d->b->err, "FROM 'file.csv' and FROM stdin need no CREATE TABLE");
    return ERR_TYPE;
  }
  TRY(add_keys(d, &create->elements));
  TRY(add_watermark(d, &create->elements.watermarks));
  TRY(add_partitions(d, &create->partitioned_by));
  TRY(add_options(d, &create->with));
  TRY(check_metadata(d, &create->elements.columns));
  TRY(check_partitions(d, &create->partitioned_by));
  if (create->query == NULL) return OK;
  return bind_insert_rows(d->b, d->def, &rows, false, d->span, insert);
}

Code ddl_create_table(Binder *b, const AstCreateTable *create, TableDef **def, Node **insert,
                      const char **job_name) {
  const Catalog *catalog = b->planner->catalog;
  ObjectName name;
  *def = NULL;
  *insert = NULL;
  TRY(refuse(b, create));
  TRY(catalog_name_of(catalog, b->database, &create->path, &name, b->err));
  if (catalog_find_kind(catalog, name, create->temporary) != NULL) {
    if (create->if_not_exists) return OK;
    return FAIL(b->err, ERR_NAME, create->path.span, "a table or view \"%s\" is there already",
                name.name);
  }
  TableDraft d = {
      .b = b, .def = table_def_new(name.database, name.name), .span = create->path.span};
  Code code = draft_table(&d, create, insert);
  if (code != OK) {
    table_def_free(d.def);
    return code;
  }
  *def = d.def;
  *job_name = arena_printf(b->arena, CATALOG_NAME ".%s.%s", name.database, name.name);
  return OK;
}
