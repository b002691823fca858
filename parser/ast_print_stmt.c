/* ast_print_stmt.c -- statements back to SQL. */
#include <string.h>

#include "parser/print.h"
#include "parser/token.h"

/* ---- small parts ---- */

static void print_words(StrBuf *out, bool there, const char *words) {
  if (there) strbuf_puts(out, words);
}

static void print_comment(StrBuf *out, AstText comment) {
  if (comment.text == NULL) return;
  strbuf_puts(out, " COMMENT ");
  ast_print_text(out, comment.text);
}

static void print_assignments(StrBuf *out, AstAssignments list) {
  for (uint32_t i = 0; i < list.n; i++) {
    if (i > 0) strbuf_puts(out, ", ");
    ast_print_name(out, list.items[i].column.text);
    if (list.items[i].value == NULL) continue;
    strbuf_puts(out, " = ");
    ast_print_expr(out, list.items[i].value);
  }
}

/* The value in a PARTITION is a sum. */
static void print_partition(StrBuf *out, AstAssignments spec) {
  if (spec.n == 0) return;
  strbuf_puts(out, " PARTITION (");
  for (uint32_t i = 0; i < spec.n; i++) {
    if (i > 0) strbuf_puts(out, ", ");
    ast_print_name(out, spec.items[i].column.text);
    if (spec.items[i].value == NULL) continue;
    strbuf_puts(out, " = ");
    print_sum(out, spec.items[i].value);
  }
  strbuf_putc(out, ')');
}

static void print_with(StrBuf *out, AstOptions with) {
  if (with.n == 0) return;
  strbuf_puts(out, " WITH ");
  print_options(out, with);
}

/* ---- tables ---- */

static void print_key_of(StrBuf *out, AstName name) {
  if (name.text != NULL) {
    strbuf_puts(out, "CONSTRAINT ");
    ast_print_name(out, name.text);
    strbuf_putc(out, ' ');
  }
  strbuf_puts(out, "PRIMARY KEY");
}

static void print_column(StrBuf *out, const AstColumnDef *c) {
  ast_print_name(out, c->name.text);
  if (c->type != NULL) {
    strbuf_putc(out, ' ');
    ast_print_type(out, c->type);
  }
  if (c->primary_key) {
    strbuf_putc(out, ' ');
    print_key_of(out, c->key_name);
    print_words(out, c->not_enforced, " NOT ENFORCED");
  }
  if (c->kind == AST_COLUMN_METADATA) {
    strbuf_puts(out, " METADATA");
    if (c->metadata_key.text != NULL) {
      strbuf_puts(out, " FROM ");
      ast_print_text(out, c->metadata_key.text);
    }
    print_words(out, c->is_virtual, " VIRTUAL");
  }
  if (c->kind == AST_COLUMN_COMPUTED) {
    strbuf_puts(out, " AS ");
    ast_print_expr(out, c->expr);
  }
  print_comment(out, c->comment);
  print_words(out, c->place == AST_PLACE_FIRST, " FIRST");
  if (c->place == AST_PLACE_AFTER) {
    strbuf_puts(out, " AFTER ");
    ast_print_name(out, c->after.text);
  }
}

/* (column, ..., watermark, key) */
static void print_elements(StrBuf *out, const AstTableElements *e) {
  const char *comma = "";
  strbuf_putc(out, '(');
  for (uint32_t i = 0; i < e->columns.n; i++, comma = ", ") {
    strbuf_puts(out, comma);
    print_column(out, &e->columns.items[i]);
  }
  for (uint32_t i = 0; i < e->watermarks.n; i++, comma = ", ") {
    strbuf_printf(out, "%sWATERMARK FOR ", comma);
    ast_print_path(out, &e->watermarks.items[i].column);
    strbuf_puts(out, " AS ");
    ast_print_expr(out, e->watermarks.items[i].expr);
  }
  for (uint32_t i = 0; i < e->keys.n; i++, comma = ", ") {
    const AstKey *k = &e->keys.items[i];
    strbuf_puts(out, comma);
    print_key_of(out, k->name);
    strbuf_putc(out, ' ');
    print_names_in_parens(out, k->columns);
    print_words(out, k->not_enforced, " NOT ENFORCED");
  }
  strbuf_putc(out, ')');
}

static void print_distribution(StrBuf *out, const AstDistribution *d) {
  static const char *const words[] = {[AST_DISTRIBUTED_NOT] = "",
                                      [AST_DISTRIBUTED_BY] = " BY ",
                                      [AST_DISTRIBUTED_BY_HASH] = " BY HASH",
                                      [AST_DISTRIBUTED_BY_RANGE] = " BY RANGE",
                                      [AST_DISTRIBUTED_INTO] = ""};
  strbuf_puts(out, words[d->kind]);
  if (d->columns.n > 0) print_names_in_parens(out, d->columns);
  if (d->buckets.text != NULL) strbuf_printf(out, " INTO %s BUCKETS", d->buckets.text);
}

static void print_like(StrBuf *out, const AstTableLike *like) {
  static const char *const modes[] = {[AST_LIKE_INCLUDING] = "INCLUDING ",
                                      [AST_LIKE_EXCLUDING] = "EXCLUDING ",
                                      [AST_LIKE_OVERWRITING] = "OVERWRITING "};
  static const char *const words[] = {
#define LIKE_WHAT(name) #name,
#include "parser/like_what.def"
#undef LIKE_WHAT
  };
  strbuf_puts(out, " LIKE ");
  ast_print_path(out, &like->path);
  for (uint32_t i = 0; i < like->options.n; i++) {
    strbuf_puts(out, i == 0 ? " (" : " ");
    strbuf_puts(out, modes[like->options.items[i].mode]);
    strbuf_puts(out, words[like->options.items[i].what]);
  }
  print_words(out, like->options.n > 0, ")");
}

static void print_create_table(StrBuf *out, const AstStmt *stmt) {
  const AstCreateTable *t = stmt->create_table;
  strbuf_puts(out, t->replace ? "REPLACE " : t->or_replace ? "CREATE OR REPLACE " : "CREATE ");
  print_words(out, t->temporary, "TEMPORARY ");
  strbuf_puts(out, t->if_not_exists ? "TABLE IF NOT EXISTS " : "TABLE ");
  ast_print_path(out, &t->path);
  if (t->elements.columns.n + t->elements.watermarks.n + t->elements.keys.n > 0) {
    strbuf_putc(out, ' ');
    print_elements(out, &t->elements);
  }
  print_comment(out, t->comment);
  if (t->distribution.kind != AST_DISTRIBUTED_NOT) {
    strbuf_puts(out, " DISTRIBUTED");
    print_distribution(out, &t->distribution);
  }
  if (t->partitioned_by.n > 0) {
    strbuf_puts(out, " PARTITIONED BY ");
    print_names_in_parens(out, t->partitioned_by);
  }
  print_with(out, t->with);
  if (t->like != NULL) print_like(out, t->like);
  if (t->query != NULL) {
    strbuf_puts(out, " AS ");
    ast_print_query(out, t->query);
  }
}

static void print_partitions(StrBuf *out, const AstPartitions *list, bool drop) {
  for (uint32_t i = 0; i < list->n; i++) {
    print_words(out, drop && i > 0, ",");
    print_partition(out, list->items[i].spec);
    print_with(out, list->items[i].with);
  }
}

static void print_alter_options(StrBuf *out, const AstAlterTable *a) {
  if (a->kind == AST_ALTER_SET) {
    strbuf_puts(out, " SET ");
    print_options(out, a->options);
    return;
  }
  strbuf_puts(out, " RESET (");
  for (uint32_t i = 0; i < a->keys.n; i++) {
    if (i > 0) strbuf_puts(out, ", ");
    ast_print_text(out, a->keys.items[i].text);
  }
  strbuf_putc(out, ')');
}

static void print_alter_action(StrBuf *out, const AstAlterTable *a) {
  switch (a->kind) {
    case AST_ALTER_ADD:
    case AST_ALTER_MODIFY:
      strbuf_puts(out, a->kind == AST_ALTER_ADD ? " ADD " : " MODIFY ");
      print_elements(out, &a->elements);
      return;
    case AST_ALTER_ADD_DISTRIBUTION:
    case AST_ALTER_MODIFY_DISTRIBUTION:
      strbuf_puts(out, a->kind == AST_ALTER_ADD_DISTRIBUTION ? " ADD DISTRIBUTION"
                                                             : " MODIFY DISTRIBUTION");
      print_distribution(out, &a->distribution);
      return;
    case AST_ALTER_ADD_PARTITION:
      strbuf_puts(out, a->partition_if ? " ADD IF NOT EXISTS" : " ADD");
      print_partitions(out, &a->partitions, false);
      return;
    case AST_ALTER_DROP_PARTITION:
      strbuf_puts(out, a->partition_if ? " DROP IF EXISTS" : " DROP");
      print_partitions(out, &a->partitions, true);
      return;
    case AST_ALTER_DROP_COLUMNS:
      strbuf_puts(out, " DROP ");
      print_names_in_parens(out, a->names);
      return;
    case AST_ALTER_DROP_PRIMARY_KEY:
      strbuf_puts(out, " DROP PRIMARY KEY");
      return;
    case AST_ALTER_DROP_WATERMARK:
      strbuf_puts(out, " DROP WATERMARK");
      return;
    case AST_ALTER_DROP_DISTRIBUTION:
      strbuf_puts(out, " DROP DISTRIBUTION");
      return;
    case AST_ALTER_DROP_CONSTRAINT:
      strbuf_puts(out, " DROP CONSTRAINT ");
      ast_print_name(out, a->name.text);
      return;
    case AST_ALTER_RENAME_COLUMN:
      strbuf_puts(out, " RENAME ");
      ast_print_path(out, &a->from);
      strbuf_puts(out, " TO ");
      ast_print_name(out, a->name.text);
      return;
    case AST_ALTER_RENAME:
      strbuf_puts(out, " RENAME TO ");
      ast_print_path(out, &a->new_path);
      return;
    case AST_ALTER_SET:
    case AST_ALTER_RESET:
      print_alter_options(out, a);
      return;
  }
}

static void print_alter_table(StrBuf *out, const AstStmt *stmt) {
  const AstAlterTable *a = stmt->alter_table;
  strbuf_puts(out, a->if_exists ? "ALTER TABLE IF EXISTS " : "ALTER TABLE ");
  ast_print_path(out, &a->path);
  print_alter_action(out, a);
}

/* ---- views, functions, databases ---- */

static void print_create_view(StrBuf *out, const AstStmt *stmt) {
  const AstCreateView *v = stmt->create_view;
  strbuf_puts(out, v->or_replace ? "CREATE OR REPLACE " : "CREATE ");
  print_words(out, v->temporary, "TEMPORARY ");
  strbuf_puts(out, v->if_not_exists ? "VIEW IF NOT EXISTS " : "VIEW ");
  ast_print_path(out, &v->path);
  if (v->columns.n > 0) {
    strbuf_putc(out, ' ');
    print_names_in_parens(out, v->columns);
  }
  print_comment(out, v->comment);
  strbuf_puts(out, " AS ");
  ast_print_query(out, v->query);
}

static void print_language(StrBuf *out, AstName language) {
  if (language.text == NULL) return;
  strbuf_puts(out, " LANGUAGE ");
  if (print_is_plain_word(language.text) && !keyword_is_known(language.text, strlen(language.text)))
    strbuf_puts(out, language.text); /* Flink wants SCALA bare, reserved or not */
  else
    print_ticked(out, language.text);
}

static void print_class(StrBuf *out, const AstFunction *f) {
  strbuf_puts(out, " AS ");
  ast_print_text(out, f->class_name.text);
  print_language(out, f->language);
}

static void print_function(StrBuf *out, const AstFunction *f) {
  if (f->body == NULL) {
    print_class(out, f);
    return;
  }
  strbuf_puts(out, " (");
  for (uint32_t i = 0; i < f->params.n; i++) {
    if (i > 0) strbuf_puts(out, ", ");
    ast_print_name(out, f->params.items[i].name.text);
    strbuf_putc(out, ' ');
    ast_print_type(out, f->params.items[i].type);
  }
  strbuf_puts(out, ") RETURNS ");
  ast_print_type(out, f->returns);
  print_language(out, f->language);
  strbuf_puts(out, " RETURN ");
  ast_print_expr(out, f->body);
}

static void print_create_function(StrBuf *out, const AstStmt *stmt) {
  const AstCreateFunction *f = stmt->create_function;
  strbuf_puts(out, f->or_replace ? "CREATE OR REPLACE " : "CREATE ");
  print_words(out, f->temporary, f->system ? "TEMPORARY SYSTEM " : "TEMPORARY ");
  strbuf_puts(out, f->if_not_exists ? "FUNCTION IF NOT EXISTS " : "FUNCTION ");
  ast_print_path(out, &f->path);
  print_function(out, &f->function);
}

static void print_create_database(StrBuf *out, const AstStmt *stmt) {
  const AstCreateDatabase *d = stmt->create_database;
  strbuf_puts(out, d->if_not_exists ? "CREATE DATABASE IF NOT EXISTS " : "CREATE DATABASE ");
  ast_print_path(out, &d->path);
  print_comment(out, d->comment);
  print_with(out, d->with);
}

static void print_alter_view(StrBuf *out, const AstStmt *stmt) {
  const AstAlterView *v = stmt->alter_view;
  strbuf_puts(out, "ALTER VIEW ");
  ast_print_path(out, &v->path);
  if (v->query != NULL) {
    strbuf_puts(out, " AS ");
    ast_print_query(out, v->query);
  } else {
    strbuf_puts(out, " RENAME TO ");
    ast_print_path(out, &v->new_path);
  }
}

static void print_alter_database(StrBuf *out, const AstStmt *stmt) {
  const AstAlterDatabase *d = stmt->alter_database;
  strbuf_puts(out, "ALTER DATABASE ");
  ast_print_path(out, &d->path);
  strbuf_puts(out, " SET ");
  print_options(out, d->options);
}

static void print_alter_function(StrBuf *out, const AstStmt *stmt) {
  const AstAlterFunction *f = stmt->alter_function;
  strbuf_puts(out, "ALTER ");
  print_words(out, f->temporary, f->system ? "TEMPORARY SYSTEM " : "TEMPORARY ");
  strbuf_puts(out, f->if_exists ? "FUNCTION IF EXISTS " : "FUNCTION ");
  ast_print_path(out, &f->path);
  print_function(out, &f->function);
}

static const char *object_word(AstObject object) {
  switch (object) {
    case AST_OBJECT_TABLE:
      return "TABLE ";
    case AST_OBJECT_VIEW:
      return "VIEW ";
    case AST_OBJECT_FUNCTION:
      return "FUNCTION ";
    case AST_OBJECT_DATABASE:
      return "DATABASE ";
  }
  assert(!"an object without a word");
  return "";
}

static void print_drop(StrBuf *out, const AstStmt *stmt) {
  const AstDrop *d = stmt->drop;
  strbuf_puts(out, "DROP ");
  print_words(out, d->temporary, d->system ? "TEMPORARY SYSTEM " : "TEMPORARY ");
  strbuf_puts(out, object_word(d->object));
  print_words(out, d->if_exists, "IF EXISTS ");
  ast_print_path(out, &d->path);
  print_words(out, d->cascade, " CASCADE");
  print_words(out, d->restrict_, " RESTRICT");
}

/* ---- INSERT, sets, EXPLAIN ---- */

static void print_insert(StrBuf *out, const AstStmt *stmt) {
  const AstInsert *i = stmt->insert;
  static const char *const conflicts[] = {
      [AST_CONFLICT_UNSET] = "",
      [AST_CONFLICT_NOTHING] = " ON CONFLICT DO NOTHING",
      [AST_CONFLICT_ERROR] = " ON CONFLICT DO ERROR",
      [AST_CONFLICT_DEDUPLICATE] = " ON CONFLICT DO DEDUPLICATE"};
  print_words(out, i->execute, "EXECUTE ");
  strbuf_puts(out, i->overwrite ? "INSERT OVERWRITE " : "INSERT INTO ");
  print_table_ref(out, i->target);
  print_partition(out, i->partition);
  strbuf_putc(out, ' ');
  if (i->columns.n > 0) {
    print_names_in_parens(out, i->columns);
    strbuf_putc(out, ' ');
  }
  ast_print_query(out, i->query);
  strbuf_puts(out, conflicts[i->on_conflict]);
}

static void print_set_of(StrBuf *out, const AstStmt *stmt) {
  AstStmts list = stmt->set_of;
  strbuf_puts(out, "EXECUTE STATEMENT SET BEGIN");
  for (uint32_t i = 0; i < list.n; i++) {
    strbuf_putc(out, ' ');
    print_insert(out, list.items[i]);
    strbuf_putc(out, ';');
  }
  strbuf_puts(out, " END");
}

static void print_explain(StrBuf *out, const AstStmt *stmt) {
  const AstExplain *e = stmt->explain;
  static const struct {
    uint32_t bit;
    const char *word;
  } details[] = {{AST_DETAIL_ESTIMATED_COST, "ESTIMATED_COST"},
                 {AST_DETAIL_CHANGELOG_MODE, "CHANGELOG_MODE"},
                 {AST_DETAIL_PLAN_ADVICE, "PLAN_ADVICE"},
                 {AST_DETAIL_JSON_EXECUTION_PLAN, "JSON_EXECUTION_PLAN"}};
  strbuf_puts(out, "EXPLAIN ");
  if (e->mode == AST_EXPLAIN_ANALYZE) strbuf_puts(out, "ANALYZE ");
  if (e->mode == AST_EXPLAIN_UPGRADE) strbuf_puts(out, "UPGRADE ");
  if (e->upgrade_from.text != NULL) {
    ast_print_text(out, e->upgrade_from.text);
    strbuf_putc(out, ' ');
  }
  const char *comma = "";
  for (size_t i = 0; i < COUNT_OF(details); i++) {
    if ((e->details & details[i].bit) == 0) continue;
    strbuf_printf(out, "%s%s", comma, details[i].word);
    comma = ", ";
  }
  print_words(out, e->details != 0, " ");
  ast_print_stmt(out, e->stmt);
}

/* ---- the others ---- */

static void print_describe(StrBuf *out, const AstStmt *stmt) {
  const AstDescribe *d = stmt->describe;
  strbuf_puts(out, "DESCRIBE ");
  if (d->object != AST_OBJECT_TABLE) strbuf_puts(out, object_word(d->object));
  print_words(out, d->extended, "EXTENDED ");
  ast_print_path(out, &d->path);
}

static void print_show(StrBuf *out, const AstStmt *stmt) {
  const AstShow *s = stmt->show;
  static const char *const words[] = {
#define SHOW(name, words) words,
#include "parser/show.def"
#undef SHOW
  };
  bool object = s->what == AST_SHOW_CREATE_TABLE || s->what == AST_SHOW_CREATE_VIEW ||
                s->what == AST_SHOW_CREATE_FUNCTION || s->what == AST_SHOW_PARTITIONS;
  strbuf_printf(out, "SHOW %s", words[s->what]);
  if (s->path.n > 0) {
    strbuf_puts(out, object ? " " : " FROM ");
    ast_print_path(out, &s->path);
  }
  print_partition(out, s->partition);
  if (s->dir.text != NULL) {
    strbuf_putc(out, ' ');
    ast_print_text(out, s->dir.text);
  }
  if (s->pattern.text == NULL) return;
  strbuf_puts(out, s->negated ? " NOT" : "");
  strbuf_puts(out, s->ignore_case ? " ILIKE " : " LIKE ");
  ast_print_text(out, s->pattern.text);
}

static void print_where(StrBuf *out, const AstExpr *where) {
  if (where == NULL) return;
  strbuf_puts(out, " WHERE ");
  ast_print_expr(out, where);
}

static void print_target(StrBuf *out, const AstPath *path, AstName alias) {
  ast_print_path(out, path);
  if (alias.text == NULL) return;
  strbuf_puts(out, " AS ");
  ast_print_name(out, alias.text);
}

static void print_update(StrBuf *out, const AstStmt *stmt) {
  const AstUpdate *u = stmt->update;
  strbuf_puts(out, "UPDATE ");
  print_target(out, &u->path, u->alias);
  strbuf_puts(out, " SET ");
  print_assignments(out, u->set);
  print_where(out, u->where);
}

static void print_delete(StrBuf *out, const AstStmt *stmt) {
  const AstDelete *d = stmt->delete_;
  strbuf_puts(out, "DELETE FROM ");
  print_target(out, &d->path, d->alias);
  print_where(out, d->where);
}

static void print_analyze(StrBuf *out, const AstStmt *stmt) {
  const AstAnalyze *a = stmt->analyze;
  strbuf_puts(out, "ANALYZE TABLE ");
  ast_print_path(out, &a->path);
  print_partition(out, a->partition);
  strbuf_puts(out, " COMPUTE STATISTICS");
  print_words(out, a->all_columns, " FOR ALL COLUMNS");
  for (uint32_t i = 0; i < a->columns.n; i++) {
    strbuf_puts(out, i == 0 ? " FOR COLUMNS " : ", ");
    ast_print_name(out, a->columns.items[i].text);
  }
}

/* SET and RESET */
static void print_option(StrBuf *out, const AstStmt *stmt) {
  const AstOption *option = &stmt->option;
  strbuf_puts(out, stmt->kind == AST_STMT_SET ? "SET" : "RESET");
  if (option->key.text == NULL) return;
  strbuf_putc(out, ' ');
  ast_print_text(out, option->key.text);
  if (option->value.text == NULL) return;
  strbuf_puts(out, " = ");
  ast_print_text(out, option->value.text);
}

static void print_path_stmt(StrBuf *out, const AstStmt *stmt) {
  strbuf_puts(out, stmt->kind == AST_STMT_USE ? "USE " : "TRUNCATE TABLE ");
  ast_print_path(out, &stmt->path);
}

static void print_query(StrBuf *out, const AstStmt *stmt) { ast_print_query(out, stmt->query); }

static void print_job(StrBuf *out, const AstStmt *stmt) {
  const AstJob *job = &stmt->job;
  strbuf_puts(out, stmt->kind == AST_STMT_STOP_JOB ? "STOP" : "CHECKPOINT");
  if (job->name.text == NULL) return;
  strbuf_puts(out, " JOB ");
  ast_print_text(out, job->name.text);
  if (job->savepoint) strbuf_puts(out, " WITH SAVEPOINT");
  if (job->drain) strbuf_puts(out, " WITH DRAIN");
}

/* QUIT, CLEAR, HELP */
static void print_shell(StrBuf *out, const AstStmt *stmt) {
  const char *other = stmt->kind == AST_STMT_CLEAR ? "CLEAR" : "HELP";
  strbuf_puts(out, stmt->kind == AST_STMT_QUIT ? "QUIT" : other);
}

void ast_print_stmt(StrBuf *out, const AstStmt *stmt) {
  static void (*const printers[])(StrBuf *, const AstStmt *) = {
      [AST_STMT_QUERY] = print_query,
      [AST_STMT_INSERT] = print_insert,
      [AST_STMT_SET_OF] = print_set_of,
      [AST_STMT_CREATE_TABLE] = print_create_table,
      [AST_STMT_CREATE_VIEW] = print_create_view,
      [AST_STMT_CREATE_FUNCTION] = print_create_function,
      [AST_STMT_CREATE_DATABASE] = print_create_database,
      [AST_STMT_ALTER_TABLE] = print_alter_table,
      [AST_STMT_ALTER_VIEW] = print_alter_view,
      [AST_STMT_ALTER_DATABASE] = print_alter_database,
      [AST_STMT_ALTER_FUNCTION] = print_alter_function,
      [AST_STMT_DROP] = print_drop,
      [AST_STMT_EXPLAIN] = print_explain,
      [AST_STMT_DESCRIBE] = print_describe,
      [AST_STMT_SHOW] = print_show,
      [AST_STMT_SET] = print_option,
      [AST_STMT_RESET] = print_option,
      [AST_STMT_USE] = print_path_stmt,
      [AST_STMT_UPDATE] = print_update,
      [AST_STMT_DELETE] = print_delete,
      [AST_STMT_TRUNCATE] = print_path_stmt,
      [AST_STMT_ANALYZE] = print_analyze,
      [AST_STMT_CHECKPOINT] = print_job,
      [AST_STMT_STOP_JOB] = print_job,
      [AST_STMT_QUIT] = print_shell,
      [AST_STMT_CLEAR] = print_shell,
      [AST_STMT_HELP] = print_shell,
  };
  printers[stmt->kind](out, stmt);
}
