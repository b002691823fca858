/* bind_insert.c -- INSERT: the columns of a query into those of a table, by position. */
#include <string.h>

#include "parser/parse.h"
#include "planner/bind_group.h"
#include "planner/not_null.h"

/* A table that is written. */
typedef struct Target {
  const char *table;     /* for messages */
  const char *full_name; /* default_catalog.default_database.t */
  const FormatField *fields;
  uint32_t n_fields;
  const uint32_t *key; /* the primary key: of fields */
  uint32_t n_key;
  Options options;
  const uint32_t *partition_by; /* of fields */
  uint32_t n_partition_by;
  Span span;
} Target;

/* --- options of files ---------------------------------------------------------------- */

/* The format that the extension of a path means, NULL for none. */
static const char *format_of_path(const char *path) {
  static const char *const formats[][2] = {
      {".csv", "csv"}, {".tsv", "csv"}, {".json", "json"}, {".jsonl", "json"}, {".ndjson", "json"}};
  Str s = str_of(path);
  for (size_t i = 0; i < COUNT_OF(formats); i++) {
    if (str_ends(s, str_of(formats[i][0]))) return formats[i][1];
  }
  return NULL;
}

/* INSERT INTO 'out.csv': what FROM 'out.csv' would read. */
static Code file_options(Binder *b, const AstText *file, Options hinted, Options *out) {
  const char *path = file->text, *format = format_of_path(path);
  Option *all = ARENA_ARRAY(b->arena, Option, 5 + hinted.n);
  uint32_t n = 0;
  Span span = bind_span(b, file->span);
  if (format == NULL && options_find(hinted, "format") == NULL) {
    FAIL(b->err, ERR_OPTION, span, "the format of \"%s\" is not known", path);
    error_hint(b->err,
               "names end in .csv .tsv .json .jsonl or .ndjson; or hint it: "
               "/*+ OPTIONS('format' = 'csv') */");
    return ERR_OPTION;
  }
  all[n++] = (Option){"connector", "filesystem", NO_SPAN, NO_SPAN};
  all[n++] = (Option){"path", path, NO_SPAN, span};
  if (options_find(hinted, "format") == NULL) {
    all[n++] = (Option){"format", format, NO_SPAN, NO_SPAN};
    if (strcmp(format, "csv") == 0) all[n++] = (Option){"csv.header", "true", NO_SPAN, NO_SPAN};
    if (str_ends(str_of(path), STR(".tsv"))) {
      all[n++] = (Option){"csv.field-delimiter", "\\t", NO_SPAN, NO_SPAN};
    }
  }
  for (uint32_t i = 0; i < hinted.n; i++) all[n++] = hinted.items[i];
  *out = (Options){all, n};
  return OK;
}

/* --- the table ----------------------------------------------------------------------- */

/* Which of the fields have these names, none of which is of a computed column. */
static uint32_t *columns_named(Binder *b, const char *const *names, uint32_t n_names,
                               const FormatField *fields, uint32_t n_fields) {
  uint32_t *out = ARENA_ARRAY(b->arena, uint32_t, n_names + 1);
  for (uint32_t i = 0; i < n_names; i++) {
    for (uint32_t c = 0; c < n_fields; c++) {
      if (strcmp(fields[c].name, names[i]) == 0) out[i] = c;
    }
  }
  return out;
}

/* METADATA columns that an INSERT would have to write: no connector can. */
static Code refuse_metadata(Binder *b, const TableDef *def, Span span) {
  for (uint32_t i = 0; i < def->n_columns; i++) {
    const TableColumn *c = &def->columns[i];
    if (c->metadata == NULL || c->is_virtual) continue;
    FAIL(b->err, ERR_UNSUPPORTED, bind_span(b, span),
         "the METADATA column \"%s\" of \"%s\" cannot be written", c->name, def->name);
    error_hint(b->err, "declared as METADATA VIRTUAL it is only read");
    return ERR_UNSUPPORTED;
  }
  return OK;
}

/* The columns that a sink has: all but computed ones and metadata. */
static Code target_of_table(Binder *b, const TableDef *def, Options hinted, Span span,
                            Target *out) {
  Arena *a = b->arena;
  TRY(refuse_metadata(b, def, span));
  FormatField *fields = ARENA_ARRAY(a, FormatField, def->n_columns);
  uint32_t n = 0;
  for (uint32_t i = 0; i < def->n_columns; i++) {
    const TableColumn *c = &def->columns[i];
    if (column_is_physical(c)) fields[n++] = (FormatField){arena_strdup(a, c->name), c->type};
  }
  Option *options = ARENA_ARRAY(a, Option, def->n_options + hinted.n);
  Option *declared = options_copy(a, def->options, def->n_options, bind_span(b, span));
  if (def->n_options > 0) memcpy(options, declared, def->n_options * sizeof *options);
  if (hinted.n > 0) memcpy(options + def->n_options, hinted.items, hinted.n * sizeof *options);
  *out =
      (Target){.table = arena_strdup(a, def->name),
               .full_name = arena_printf(a, CATALOG_NAME ".%s.%s", def->database, def->name),
               .fields = fields,
               .n_fields = n,
               .key = columns_named(b, def->key, def->n_key, fields, n),
               .n_key = def->n_key,
               .options = {options, def->n_options + hinted.n},
               .partition_by = columns_named(b, def->partition_by, def->n_partition_by, fields, n),
               .n_partition_by = def->n_partition_by,
               .span = bind_span(b, span)};
  return OK;
}

static Code find_table(Binder *b, const AstPath *path, const TableDef **def) {
  ObjectName name;
  TRY(catalog_name_of(b->planner->catalog, b->database, path, &name, b->err));
  *def = catalog_find(b->planner->catalog, name);
  if (*def == NULL) {
    return catalog_no_table(b->planner->catalog, path, NULL, bind_span(b, path->span), b->err);
  }
  if ((*def)->query == NULL) return OK;
  return FAIL(b->err, ERR_TYPE, bind_span(b, path->span), "INSERT into the view \"%s\"", name.name);
}

/* Those that stand in the files. */
static FormatField *written_fields(Binder *b, const Target *t) {
  FormatField *out = ARENA_ARRAY(b->arena, FormatField, t->n_fields);
  uint32_t n = 0;
  for (uint32_t i = 0; i < t->n_fields; i++) {
    bool is_partition = false;
    for (uint32_t k = 0; k < t->n_partition_by; k++) is_partition |= t->partition_by[k] == i;
    if (!is_partition) out[n++] = t->fields[i];
  }
  return out;
}

static Code check_sink(Binder *b, const Target *t, bool overwrite, const Connector **connector) {
  const Format *format;
  TRY(connector_check(t->options, written_fields(b, t), t->n_fields - t->n_partition_by, t->span,
                      connector, &format, b->err));
  if ((*connector)->sink == NULL) {
    return FAIL(b->err, ERR_UNSUPPORTED, t->span,
                "\"%s\" cannot be written: connector \"%s\" only reads", t->table,
                (*connector)->name);
  }
  if (format != NULL && !format->sink) {
    return FAIL(b->err, ERR_UNSUPPORTED, t->span,
                "\"%s\" cannot be written: format \"%s\" only reads", t->table, format->name);
  }
  if (overwrite && strcmp((*connector)->name, "filesystem") != 0) {
    return FAIL(b->err, ERR_UNSUPPORTED, t->span, "INSERT OVERWRITE needs a table of files");
  }
  return OK;
}

/* --- the columns --------------------------------------------------------------------- */

static void print_schema(const char *const *names, const Type *types, uint32_t n, StrBuf *out) {
  strbuf_putc(out, '(');
  for (uint32_t i = 0; i < n; i++) {
    strbuf_printf(out, "%s%s ", i > 0 ? ", " : "", names[i]);
    type_print(types[i], out);
  }
  strbuf_putc(out, ')');
}

/* `query: (a INT, b STRING); table: (a INT)` */
static void hint_schemas(Binder *b, const Relation *rows, const Target *t) {
  uint32_t n = rows->n_cols > t->n_fields ? rows->n_cols : t->n_fields;
  const char **names = ARENA_ARRAY(b->arena, const char *, n);
  Type *types = ARENA_ARRAY(b->arena, Type, n);
  StrBuf text = {0};
  strbuf_puts(&text, "query: ");
  for (uint32_t i = 0; i < rows->n_cols; i++) {
    names[i] = rows->cols[i].name;
    types[i] = rows->cols[i].type;
  }
  print_schema(names, types, rows->n_cols, &text);
  strbuf_puts(&text, "; table: ");
  for (uint32_t i = 0; i < t->n_fields; i++) {
    names[i] = t->fields[i].name;
    types[i] = t->fields[i].type;
  }
  print_schema(names, types, t->n_fields, &text);
  error_hint(b->err, "%s", strbuf_text(&text));
  strbuf_deinit(&text);
}

/* The value of a column of the sink: cast, and checked for NULL.  The declared length of a text is
 * not enforced, as in Flink. */
static Code column_value(Binder *b, const Target *t, uint32_t column, const Relation *rows,
                         uint32_t from, Span span, Expr **out) {
  Type want = t->fields[column].type;
  Expr *e = field_ref(b->arena, rows->node, from, span);
  if (!type_implicit(e->type, want)) {
    FAIL(b->err, ERR_TYPE, span,
         "query and table \"%s\" do not match: \"%s\" is %s, the table has %s", t->table,
         t->fields[column].name, bind_type_text(b, e->type), bind_type_text(b, want));
    hint_schemas(b, rows, t);
    return ERR_TYPE;
  }
  bool text = type_is_character(e->type) || type_is_binary(e->type);
  if (!text) e = expr_cast_node(b->arena, e, want, false, span);
  if (!want.nullable) {
    e = not_null_check(b->arena, e,
                       arena_printf(b->arena, "NULL for the NOT NULL column \"%s\" of \"%s\"",
                                    t->fields[column].name, t->table),
                       span);
  }
  *out = e;
  return OK;
}

/* Which column of the sink each column of the query goes to. */
static Code target_columns(Binder *b, const Target *t, const AstNames *names, uint32_t *column) {
  for (uint32_t i = 0; i < names->n; i++) {
    const AstName *name = &names->items[i];
    const char *near = NULL;
    uint32_t distance = 0;
    column[i] = t->n_fields;
    for (uint32_t k = 0; k < t->n_fields; k++) {
      if (strcmp(t->fields[k].name, name->text) == 0) column[i] = k;
      nearest_name_offer(name->text, t->fields[k].name, &near, &distance);
    }
    if (column[i] == t->n_fields) {
      FAIL(b->err, ERR_NAME, bind_span(b, name->span), "no column \"%s\" to write in \"%s\"",
           name->text, t->table);
      if (near != NULL) error_hint(b->err, "did you mean \"%s\"?", near);
      return ERR_NAME;
    }
    for (uint32_t k = 0; k < i; k++) {
      if (column[k] != column[i]) continue;
      return FAIL(b->err, ERR_NAME, bind_span(b, name->span), "column \"%s\" is named twice",
                  name->text);
    }
  }
  return OK;
}

/* source[c]: the column of the query for column c of the sink, n_cols where there is none. */
static Code match_columns(Binder *b, const Target *t, const AstNames *names, const Relation *rows,
                          uint32_t *source) {
  uint32_t n = names != NULL && names->n > 0 ? names->n : t->n_fields;
  if (rows->n_cols != n) {
    FAIL(b->err, ERR_TYPE, t->span,
         "query and table \"%s\" do not match: the query has %u columns, %u are written", t->table,
         rows->n_cols, n);
    hint_schemas(b, rows, t);
    return ERR_TYPE;
  }
  uint32_t *column = ARENA_ARRAY(b->arena, uint32_t, n);
  for (uint32_t i = 0; i < n; i++) column[i] = i;
  if (names != NULL) TRY(target_columns(b, t, names, column));
  for (uint32_t i = 0; i < t->n_fields; i++) source[i] = rows->n_cols;
  for (uint32_t i = 0; i < n; i++) source[column[i]] = i;
  return OK;
}

static Code bind_rows(Binder *b, const Target *t, const AstNames *names, const Relation *rows,
                      bool overwrite, Node **out) {
  Arena *a = b->arena;
  SinkOpSpec sink = {.table = t->table,
                     .options = t->options,
                     .n_fields = t->n_fields,
                     .primary_key = t->key,
                     .n_primary_key = t->n_key,
                     .partition_by = t->partition_by,
                     .n_partition_by = t->n_partition_by,
                     .overwrite = overwrite,
                     .span = t->span};
  TRY(check_sink(b, t, overwrite, &sink.connector));
  uint32_t *source = ARENA_ARRAY(a, uint32_t, t->n_fields);
  TRY(match_columns(b, t, names, rows, source));
  Expr **exprs = ARENA_ARRAY(a, Expr *, t->n_fields);
  FormatField *fields = ARENA_ARRAY(a, FormatField, t->n_fields);
  for (uint32_t i = 0; i < t->n_fields; i++) {
    if (source[i] < rows->n_cols) {
      TRY(column_value(b, t, i, rows, source[i], t->span, &exprs[i]));
    } else if (t->fields[i].type.nullable) {
      exprs[i] = expr_null(a, t->fields[i].type, t->span);
    } else {
      return FAIL(b->err, ERR_TYPE, t->span, "no value for the NOT NULL column \"%s\" of \"%s\"",
                  t->fields[i].name, t->table);
    }
    fields[i] = (FormatField){t->fields[i].name, exprs[i]->type};
  }
  sink.fields = fields;
  Node *project = node_project(a, rows->node, exprs, fields, t->n_fields, t->span);
  *out = node_sink(a, project, &sink, t->full_name);
  return OK;
}

/* --- late rows ----------------------------------------------------------------------- */

/* The table that 'weir.late-rows.table' names; its columns are those that INSERT writes. */
static Code find_late_table(Binder *b, const char *name, Span span, Target *out) {
  AstExpr *ast;
  const TableDef *def;
  Error mine = {.code = OK};
  if (parse_expression(b->arena, name, strlen(name), &ast, &mine) != OK ||
      ast->kind != AST_COLUMN) {
    return FAIL(b->err, ERR_NAME, bind_span(b, span), "\"%s\" (%s) is no name of a table", name,
                settings_key(SETTING_LATE_ROWS));
  }
  BindFrame frame = bind_begin_text(b, catalog_current(b->planner->catalog), span);
  Code code = find_table(b, &ast->column, &def);
  bind_end_text(b, frame);
  if (code != OK) {
    error_hint(b->err, "it is the %s", settings_key(SETTING_LATE_ROWS));
    return code;
  }
  return target_of_table(b, def, (Options){0}, span, out);
}

static Code make_late_table(Binder *b, const Target *t) {
  if (b->late != NULL) return OK;
  LateTable *late = ARENA_NEW(b->arena, LateTable);
  late->path = t->full_name;
  late->sink = (SinkOpSpec){.table = t->table,
                            .options = t->options,
                            .fields = t->fields,
                            .n_fields = t->n_fields,
                            .primary_key = t->key,
                            .n_primary_key = t->n_key,
                            .partition_by = t->partition_by,
                            .n_partition_by = t->n_partition_by,
                            .span = t->span};
  TRY(check_sink(b, t, false, &late->sink.connector));
  b->late = late;
  return OK;
}

/* The column of rel by name; what belongs to a window a late row has not. */
static Code late_column(Binder *b, const Target *t, const Relation *rel, const char *name,
                        uint32_t *column) {
  for (*column = 0; *column < rel->n_cols; ++*column) {
    const RelColumn *c = &rel->cols[*column];
    if (c->window.part == PART_NONE && strcmp(c->name, name) == 0) return OK;
  }
  FAIL(b->err, ERR_NAME, t->span, "the window's input has no column \"%s\" for late rows", name);
  error_hint(b->err, "\"%s\" (%s) takes its columns by name", t->table,
             settings_key(SETTING_LATE_ROWS));
  return ERR_NAME;
}

Code bind_late_rows(Binder *b, const Relation *rel, Span span, LateRows **out) {
  Arena *a = b->arena;
  const char *name = settings_text(&b->planner->settings, SETTING_LATE_ROWS);
  Target t;
  *out = NULL;
  if (name == NULL || b->for_view || b->outer != NULL) return OK;
  TRY(find_late_table(b, name, span, &t));
  TRY(make_late_table(b, &t));
  LateRows *late = ARENA_NEW(a, LateRows);
  late->table = b->late;
  late->cols = ARENA_ARRAY(a, uint32_t, t.n_fields + 1);
  late->n_cols = t.n_fields;
  late->exprs = ARENA_ARRAY(a, Expr *, t.n_fields);
  FormatField *fields = ARENA_ARRAY(a, FormatField, t.n_fields);
  for (uint32_t i = 0; i < t.n_fields; i++) {
    TRY(late_column(b, &t, rel, t.fields[i].name, &late->cols[i]));
    fields[i] = rel->node->fields[late->cols[i]];
  }
  const Relation given =
      relation_of(b, node_values(a, fields, t.n_fields, NULL, 0, span), (ObjectName){NULL, NULL});
  for (uint32_t i = 0; i < t.n_fields; i++) {
    TRY(column_value(b, &t, i, &given, i, t.span, &late->exprs[i]));
  }
  *out = late;
  return OK;
}

/* --- statements ---------------------------------------------------------------------- */

Code bind_insert_rows(Binder *b, const TableDef *def, Relation *rows, bool overwrite, Span span,
                      Node **out) {
  Target t;
  TRY(target_of_table(b, def, (Options){0}, span, &t));
  return bind_rows(b, &t, NULL, rows, overwrite, out);
}

/* The columns of a file without DDL are those of the query. */
static Code bind_insert_file(Binder *b, const AstInsert *insert, Options hinted, Relation *rows,
                             Node **out) {
  const AstText *file = &insert->target->table.file;
  Target t = {.table = file->text, .full_name = file->text, .span = bind_span(b, file->span)};
  if (insert->columns.n > 0) {
    return FAIL(b->err, ERR_NAME, bind_span(b, insert->columns.items[0].span),
                "a file without CREATE TABLE has the columns of the query");
  }
  TRY(file_options(b, file, hinted, &t.options));
  relation_unique_names(b, rows);
  FormatField *fields = ARENA_ARRAY(b->arena, FormatField, rows->n_cols);
  for (uint32_t i = 0; i < rows->n_cols; i++) {
    Type type = rows->cols[i].type;
    if (type.kind == TYPE_NULL) type = type_string();
    fields[i] = (FormatField){rows->cols[i].name, type};
  }
  t.fields = fields;
  t.n_fields = rows->n_cols;
  return bind_rows(b, &t, NULL, rows, insert->overwrite, out);
}

Code bind_insert(Binder *b, const AstInsert *insert, Node **out, const char **name) {
  const AstTableRef *target = insert->target;
  Option *hinted;
  uint32_t n_hinted;
  Relation rows;
  Target t;
  if (insert->partition.n > 0) {
    return bind_not_built(b, insert->partition.items[0].column.span, "INSERT INTO a PARTITION");
  }
  if (insert->on_conflict != AST_CONFLICT_UNSET) {
    return bind_not_built(b, target->span, "ON CONFLICT");
  }
  TRY(bind_hints(b, &target->table.hints, &hinted, &n_hinted));
  const Options hints = {hinted, n_hinted};
  if (target->kind == AST_REF_FILE) {
    *name = target->table.file.text;
    TRY(bind_query(b, insert->query, &rows));
    return bind_insert_file(b, insert, hints, &rows, out);
  }
  const TableDef *def;
  TRY(find_table(b, &target->table.path, &def));
  TRY(target_of_table(b, def, hints, target->table.path.span, &t));
  *name = t.full_name;
  TRY(bind_query(b, insert->query, &rows));
  return bind_rows(b, &t, &insert->columns, &rows, insert->overwrite, out);
}
