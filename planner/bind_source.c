/* bind_source.c -- tables of the catalog as sources, and what all sources share.
 *
 * Within one job a table with the same options is one Source, whoever names it: so it is read
 * once, and a pipe can be shared.
 */
#include <stdio.h>
#include <string.h>

#include "parser/parse.h"
#include "planner/bind.h"

/* --- hints --------------------------------------------------------------------------- */

Code bind_hints(Binder *b, const AstHints *hints, Option **options, uint32_t *n) {
  uint32_t cap = 0;
  *options = NULL;
  *n = 0;
  for (uint32_t i = 0; i < hints->n; i++) {
    const AstHint *hint = &hints->items[i];
    if (!text_eq_nocase(hint->name.text, "OPTIONS")) {
      bind_note(b, "the hint %s has no effect", hint->name.text);
      continue;
    }
    for (uint32_t k = 0; k < hint->args.n; k++) {
      const AstHintArg *arg = &hint->args.items[k];
      if (arg->is_name || arg->value.text == NULL) {
        return FAIL(b->err, ERR_SYNTAX, bind_span(b, arg->key.span),
                    "OPTIONS takes 'key' = 'value'");
      }
      Option o = {arg->key.text, arg->value.text, bind_span(b, arg->key.span),
                  bind_span(b, arg->value.span)};
      ARENA_PUSH(b->arena, *options, *n, cap, o);
    }
  }
  return OK;
}

/* --- expressions of a table ---------------------------------------------------------- */

Code bind_over_columns(Binder *b, Columns columns, const char *clause, const AstExpr *ast,
                       Expr **out) {
  Node *node = node_values(b->arena, columns.fields, columns.n, NULL, 0, ast->span);
  Relation rel = relation_of(b, node, (ObjectName){NULL, columns.table});
  const ExprScope scope = {.rel = &rel, .clause = clause, .no_queries = true};
  return bind_expr(b, &scope, ast, out);
}

Code bind_time_type(Binder *b, const char *name, Type type, Span span) {
  if (!type_is_timestamp(type)) {
    FAIL(b->err, ERR_TYPE, bind_span(b, span), "\"%s\" is %s; event time is TIMESTAMP(3)", name,
         bind_type_text(b, type));
    error_hint(b->err, "or TIMESTAMP_LTZ(3); a computed column can convert: TO_TIMESTAMP(text)");
    return ERR_TYPE;
  }
  if (type.precision <= 3) return OK;
  FAIL(b->err, ERR_TYPE, bind_span(b, span),
       "\"%s\" is %s; event time has at most 3 fraction digits", name, bind_type_text(b, type));
  error_hint(b->err, "declare it as %s(3)",
             type.kind == TYPE_TIMESTAMP ? "TIMESTAMP" : "TIMESTAMP_LTZ");
  return ERR_TYPE;
}

Code bind_watermark(Binder *b, Columns columns, uint32_t column, const AstExpr *ast,
                    Span column_span, Expr **out) {
  const FormatField *field = &columns.fields[column];
  Type type = field->type;
  Expr *e;
  TRY(bind_time_type(b, field->name, type, column_span));
  TRY(bind_over_columns(b, columns, "WATERMARK", ast, &e));
  if (e->type.kind != type.kind) {
    FAIL(b->err, ERR_TYPE, e->span, "the watermark of \"%s\" is %s, the column is %s", field->name,
         bind_type_text(b, e->type), bind_type_text(b, type));
    error_hint(b->err, "such as ts - INTERVAL '5' SECOND");
    return ERR_TYPE;
  }
  *out = e;
  return OK;
}

Code bind_default_watermark(Binder *b, Source *source, uint32_t column) {
  const FormatField *field = &source->columns[column].field;
  Micros delay_us = settings_duration_us(&b->planner->settings, SETTING_WATERMARK_DELAY);
  Expr **args = ARENA_ARRAY(b->arena, Expr *, 2);
  args[0] = expr_column(b->arena, column, field->type, source->span);
  args[0]->name = field->name;
  args[1] = expr_const(b->arena, value_int(type_of(TYPE_INTERVAL_SECOND), delay_us), source->span);
  TRY(bind_func(b, "-", source->span, args, 2, &source->watermark));
  source->rowtime = (int32_t)column;
  StrBuf delay = {0};
  duration_print(delay_us, &delay);
  bind_note(b, "\"%s\" has no watermark: rows may be %s late by \"%s\" (weir.watermark.delay)",
            source->table, strbuf_text(&delay), field->name);
  strbuf_deinit(&delay);
  return OK;
}

/* --- sources ------------------------------------------------------------------------- */

bool options_equal(Options x, Options y) {
  if (x.n != y.n) return false;
  for (uint32_t i = 0; i < x.n; i++) {
    if (strcmp(x.items[i].key, y.items[i].key) != 0) return false;
    if (strcmp(x.items[i].value, y.items[i].value) != 0) return false;
  }
  return true;
}

static bool same_text(const char *x, const char *y) {
  return x == NULL || y == NULL ? x == y : strcmp(x, y) == 0;
}

static bool same_source(const Source *x, const Source *y) {
  return same_text(x->path[0], y->path[0]) && same_text(x->path[1], y->path[1]) &&
         strcmp(x->path[2], y->path[2]) == 0 && x->connector == y->connector &&
         options_equal(x->options, y->options);
}

static bool reads_stdin(const Source *s) { return strcmp(s->connector->name, "stdin") == 0; }

Code bind_check_stdin(Binder *b, Span span) {
  if (b->planner->stdin_is_script) {
    FAIL(b->err, ERR_UNSUPPORTED, bind_span(b, span), "standard input is the script itself");
    error_hint(b->err, "give the script as a file or with -c");
    return ERR_UNSUPPORTED;
  }
  if (b->planner->stdin_taken) {
    FAIL(b->err, ERR_UNSUPPORTED, bind_span(b, span),
         "an earlier statement has read standard input");
    error_hint(b->err, "statements of one STATEMENT SET share it");
    return ERR_UNSUPPORTED;
  }
  return OK;
}

static Code check_stdin(Binder *b, const Source *source) {
  if (b->for_view) return OK;
  TRY(bind_check_stdin(b, source->span));
  for (uint32_t i = 0; i < b->n_sources; i++) {
    if (!reads_stdin(b->sources[i]->u.source)) continue;
    FAIL(b->err, ERR_UNSUPPORTED, source->span, "standard input is read as two different tables");
    error_hint(b->err, "name it the same way each time, with the same options");
    return ERR_UNSUPPORTED;
  }
  if (b->reads_stdin && b->stdin_job != b->job) {
    FAIL(b->err, ERR_UNSUPPORTED, source->span,
         "standard input is read twice: by a subquery, and by another query of the statement");
    error_hint(b->err, "it can be read once; a file can be read again");
    return ERR_UNSUPPORTED;
  }
  b->reads_stdin = true;
  b->stdin_job = b->job;
  return OK;
}

/* Does it end some day?  A directory that is watched does not; a row source knows the number of its
 * rows. */
static Code ask_bounded(Binder *b, Source *s) {
  const ByteSource *bytes = s->connector->bytes;
  s->bounded = bytes == NULL || bytes->monitor_us == NULL || bytes->monitor_us(s->options) == 0;
  if (s->connector->rows == NULL || s->connector->rows->ends || b->for_view) return OK;
  SourceSpec spec = {.table = s->table,
                     .options = s->options,
                     .fields = s->physical,
                     .n_fields = s->n_physical,
                     .seed = b->env.seed,
                     .zone = b->env.zone,
                     .span = s->span};
  RowGenerator *generator;
  TRY(s->connector->rows->open(&spec, &generator, b->err));
  s->bounded = s->connector->rows->chunks(generator) != UINT64_MAX;
  s->connector->rows->close(generator);
  return OK;
}

/* The columns of a source, each of which may become the time attribute, but for those that the
 * clock computes. */
Relation bind_source_relation(Binder *b, Node *node, ObjectName table) {
  Source *source = node->u.source;
  Relation rel = relation_of(b, node, table);
  for (uint32_t i = 0; i < rel.n_cols; i++) {
    const Expr *computed = source->columns[i].computed;
    if (!type_is_timestamp(rel.cols[i].type)) continue;
    if (computed != NULL && bind_is_clock(computed)) {
      rel.cols[i].time.is_clock = true;
      continue;
    }
    if (computed != NULL && !expr_is_deterministic(computed)) continue;
    TimeOrigin *origin = ARENA_NEW(b->arena, TimeOrigin);
    *origin = (TimeOrigin){source, i, NULL};
    rel.cols[i].time.origins = origin;
  }
  return rel;
}

Code bind_add_source(Binder *b, Source *source, ObjectName table, Relation *out) {
  Node *node = NULL;
  for (uint32_t i = 0; i < b->n_sources && node == NULL; i++) {
    if (same_source(b->sources[i]->u.source, source)) node = b->sources[i];
  }
  if (node == NULL) {
    if (reads_stdin(source)) TRY(check_stdin(b, source));
    TRY(ask_bounded(b, source));
    node = node_source(b->arena, source);
    ARENA_PUSH(b->arena, b->sources, b->n_sources, b->cap_sources, node);
  }
  *out = bind_source_relation(b, node, table);
  return OK;
}

/* --- tables of the catalog ----------------------------------------------------------- */

/* An expression that the catalog keeps as text. */
static Code parse_kept(Binder *b, const char *text, AstExpr **ast) {
  Error mine = {.code = OK};
  if (parse_expression(b->arena, text, strlen(text), ast, &mine) == OK) return OK;
  return FAIL(b->err, mine.code, b->within, "%s", mine.msg);
}

static void copy_columns(Binder *b, const TableDef *def, Source *source) {
  FormatField *physical = ARENA_ARRAY(b->arena, FormatField, def->n_columns);
  SourceColumn *columns = ARENA_ARRAY(b->arena, SourceColumn, def->n_columns);
  for (uint32_t i = 0; i < def->n_columns; i++) {
    const TableColumn *c = &def->columns[i];
    columns[i].field = (FormatField){arena_strdup(b->arena, c->name), c->type};
    if (!column_is_physical(c)) continue;
    columns[i].physical = source->n_physical;
    physical[source->n_physical++] = columns[i].field;
  }
  source->physical = physical;
  source->columns = columns;
  source->n_columns = def->n_columns;
}

/* "it has file.path, file.name" */
static void hint_metadata(Error *err, const Connector *connector) {
  char text[200] = "";
  size_t n = 0;
  for (uint32_t m = 0; m < META_COUNT; m++) {
    if ((connector->metadata >> m & 1) == 0) continue;
    n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", n > 0 ? ", " : "",
                          metadata_key((Metadata)m));
  }
  if (n > 0) error_hint(err, "it has %s", text);
}

Code bind_metadata(Binder *b, const Connector *connector, const TableColumn *column, uint32_t at,
                   Span span, Expr **out) {
  Metadata m;
  if (!connector_metadata(connector, column->metadata, &m)) {
    FAIL(b->err, ERR_NAME, span, "connector \"%s\" has no metadata \"%s\"", connector->name,
         column->metadata);
    hint_metadata(b->err, connector);
    return ERR_NAME;
  }
  Expr *e = expr_column(b->arena, at, metadata_type(m), span);
  e->name = column->name;
  if (type_same(column->type, e->type)) {
    *out = e;
    return OK;
  }
  Type type = type_nullable(column->type, true);
  if (!type_castable(e->type, type)) {
    return FAIL(b->err, ERR_TYPE, span, "the metadata \"%s\" is %s and cannot be cast to %s",
                column->metadata, bind_type_text(b, e->type), bind_type_text(b, type));
  }
  return expr_cast_explicit(b->arena, e, type, false, span, out, b->err);
}

/* What the connector knows beside the physical columns: each METADATA column has its own place
 * behind them. */
static Code add_metadata(Binder *b, const TableDef *def, Source *source) {
  FormatField *fields = (FormatField *)source->physical; /* made by copy_columns, as the other */
  SourceColumn *columns = (SourceColumn *)source->columns;
  Metadata *metadata = ARENA_ARRAY(b->arena, Metadata, def->n_columns);
  for (uint32_t i = 0; i < def->n_columns; i++) {
    const TableColumn *c = &def->columns[i];
    if (c->metadata == NULL) continue;
    const uint32_t at = source->n_physical + source->n_metadata;
    Expr *e;
    TRY(bind_metadata(b, source->connector, c, at, source->span, &e));
    bool found = connector_metadata(source->connector, c->metadata, &metadata[source->n_metadata]);
    assert(found);
    fields[at] =
        (FormatField){columns[i].field.name, metadata_type(metadata[source->n_metadata++])};
    columns[i].physical = at;
    if (e->kind != EXPR_COLUMN) columns[i].computed = e;
  }
  source->metadata = metadata;
  return OK;
}

/* What the expressions of computed columns see, and what each of that is made of. */
static Columns declared_columns(Binder *b, const TableDef *def, const Source *source,
                                Expr ***made_of) {
  const uint32_t n = source->n_physical + source->n_metadata;
  FormatField *fields = ARENA_ARRAY(b->arena, FormatField, n);
  *made_of = ARENA_ARRAY(b->arena, Expr *, n);
  for (uint32_t i = 0; i < def->n_columns; i++) {
    const SourceColumn *c = &source->columns[i];
    if (def->columns[i].computed != NULL) continue;
    fields[c->physical] = c->field;
    Expr *plain = expr_column(b->arena, c->physical, c->field.type, source->span);
    plain->name = c->field.name;
    (*made_of)[c->physical] = c->computed != NULL ? c->computed : plain;
  }
  return (Columns){source->table, fields, n};
}

/* Bind what the catalog keeps as text. */
static Code bind_kept(Binder *b, const TableDef *def, Source *source) {
  SourceColumn *columns = (SourceColumn *)source->columns; /* made by copy_columns */
  FormatField *fields = ARENA_ARRAY(b->arena, FormatField, def->n_columns);
  AstExpr *ast;
  Expr **made_of;
  const Columns declared = declared_columns(b, def, source, &made_of);
  for (uint32_t i = 0; i < def->n_columns; i++) {
    if (def->columns[i].computed != NULL) {
      Expr *e;
      TRY(parse_kept(b, def->columns[i].computed, &ast));
      TRY(bind_over_columns(b, declared, "a computed column", ast, &e));
      if (source->n_metadata > 0) e = expr_substitute(b->arena, e, made_of);
      columns[i].computed = bind_settle_null(b, e);
      columns[i].field.type = columns[i].computed->type;
    }
    fields[i] = columns[i].field;
  }
  if (def->rowtime < 0) return OK;
  TRY(parse_kept(b, def->watermark, &ast));
  source->rowtime = def->rowtime;
  source->declared = true;
  const Columns all = {source->table, fields, def->n_columns};
  return bind_watermark(b, all, (uint32_t)def->rowtime, ast, NO_SPAN, &source->watermark);
}

/* Their columns would have to come from the names of directories. */
static Code refuse_partitions(Binder *b, const TableDef *def, Span span) {
  if (def->n_partition_by == 0) return OK;
  return bind_not_built(b, span, "reading a table that is PARTITIONED BY columns");
}

static Code check_readable(Binder *b, const Source *s) {
  if (s->connector->bytes == NULL && s->connector->rows == NULL) {
    return FAIL(b->err, ERR_UNSUPPORTED, s->span,
                "\"%s\" cannot be read: connector \"%s\" only writes", s->table,
                s->connector->name);
  }
  if (s->connector->bytes != NULL && (s->format == NULL || !s->format->source)) {
    return FAIL(b->err, ERR_UNSUPPORTED, s->span,
                "\"%s\" cannot be read: format \"%s\" only writes", s->table,
                s->format != NULL ? s->format->name : "none");
  }
  return OK;
}

Code bind_table(Binder *b, const TableDef *def, const AstHints *hints, Span span, Relation *out) {
  Arena *a = b->arena;
  Option *hinted;
  uint32_t n_hinted;
  TRY(refuse_partitions(b, def, span));
  TRY(bind_hints(b, hints, &hinted, &n_hinted));
  Source *source = ARENA_NEW(a, Source);
  *source =
      (Source){.path = {CATALOG_NAME, arena_strdup(a, def->database), arena_strdup(a, def->name)},
               .rowtime = -1,
               .span = bind_span(b, span)};
  source->table = source->path[2];
  Option *options = ARENA_ARRAY(a, Option, def->n_options + n_hinted);
  Option *declared = options_copy(a, def->options, def->n_options, source->span);
  if (def->n_options > 0) memcpy(options, declared, def->n_options * sizeof *options);
  if (n_hinted > 0) memcpy(options + def->n_options, hinted, n_hinted * sizeof *options);
  source->options = (Options){options, def->n_options + n_hinted};
  copy_columns(b, def, source);
  TRY(connector_check(source->options, source->physical, source->n_physical, source->span,
                      &source->connector, &source->format, b->err));
  TRY(check_readable(b, source));
  TRY(add_metadata(b, def, source));
  BindFrame frame = bind_begin_text(b, def->database, span);
  Code code = bind_kept(b, def, source);
  bind_end_text(b, frame);
  TRY(code);
  return bind_add_source(b, source, (ObjectName){source->path[1], source->path[2]}, out);
}
