/* plan.c -- one statement: which part of the planner does it, and what comes back. */
#include "planner/plan.h"

#include <stdlib.h>
#include <string.h>

#include "planner/bind.h"
#include "planner/checkpoint_plan.h"
#include "planner/lower.h"
#include "planner/rules.h"
#include "planner/show.h"

enum { EXPLAIN_MAX = 16 << 20 }; /* bytes; a deep tree is indented at every line */

/* --- sessions ------------------------------------------------------------------------ */

Planner *planner_new(uint32_t cores) {
  Planner *p = calloc(1, sizeof *p);
  if (p == NULL) out_of_memory();
  p->catalog = catalog_new();
  p->cores = cores > 0 ? cores : 1;
  return p;
}

void planner_free(Planner *p) {
  if (p == NULL) return;
  catalog_free(p->catalog);
  settings_deinit(&p->settings);
  job_names_deinit(&p->job_names);
  free(p);
}

void planner_stdin_is_script(Planner *p, bool is_script) { p->stdin_is_script = is_script; }

Code planner_set(Planner *p, const char *key, const char *value, Error *err) {
  return settings_set(&p->settings, &(Option){key, value, NO_SPAN, NO_SPAN}, err);
}

const char *planner_setting(const Planner *p, const char *key) {
  return settings_by_key(&p->settings, key);
}

/* --- queries and INSERTs ------------------------------------------------------------- */

/* The plans of a statement, each of which ends in a Sink. */
typedef struct Job {
  Node **roots;
  uint32_t n, cap;
  const char **tables; /* that it writes */
  uint32_t n_tables, cap_tables;
  bool is_query;
  Span span;
} Job;

/* Has the node these names already, and no bare NULL among its types? */
static bool is_presentable(const Relation *rel) {
  for (uint32_t i = 0; i < rel->n_cols; i++) {
    const FormatField *field = &rel->node->fields[i];
    if (field->type.kind == TYPE_NULL || strcmp(field->name, rel->cols[i].name) != 0) return false;
  }
  return true;
}

/* Give the result its names and types, and a Sink. */
static Node *result_sink(Binder *b, Relation *rel, Span span) {
  relation_unique_names(b, rel);
  Expr **exprs = ARENA_ARRAY(b->arena, Expr *, rel->n_cols);
  FormatField *fields = ARENA_ARRAY(b->arena, FormatField, rel->n_cols);
  for (uint32_t i = 0; i < rel->n_cols; i++) {
    exprs[i] = field_ref(b->arena, rel->node, i, span);
    if (exprs[i]->type.kind == TYPE_NULL) exprs[i] = expr_null(b->arena, type_string(), span);
    fields[i] = (FormatField){rel->cols[i].name, exprs[i]->type};
  }
  Node *node = rel->node;
  if (!is_presentable(rel)) {
    node = node_project(b->arena, node, exprs, fields, rel->n_cols, span);
  }
  const SinkOpSpec sink = {
      .table = "the result", .fields = fields, .n_fields = rel->n_cols, .span = span};
  return node_sink(b->arena, node, &sink, "result");
}

static void add_root(Binder *b, Job *job, Node *root) {
  ARENA_PUSH(b->arena, job->roots, job->n, job->cap, root);
}

static Code bind_insert_of(Binder *b, const AstInsert *insert, Job *job) {
  Node *root;
  const char *table;
  TRY(bind_insert(b, insert, &root, &table));
  add_root(b, job, root);
  ARENA_PUSH(b->arena, job->tables, job->n_tables, job->cap_tables, table);
  return OK;
}

/* A statement that reads or writes tables. */
static Code bind_job(Binder *b, const AstStmt *stmt, Job *job) {
  Relation rel;
  job->span = stmt->span;
  if (stmt->kind == AST_STMT_QUERY) {
    TRY(bind_query(b, stmt->query, &rel));
    add_root(b, job, result_sink(b, &rel, stmt->query->span));
    job->is_query = true;
    return OK;
  }
  if (stmt->kind == AST_STMT_INSERT) return bind_insert_of(b, stmt->insert, job);
  if (stmt->kind != AST_STMT_SET_OF) {
    return FAIL(b->err, ERR_SYNTAX, stmt->span,
                "EXPLAIN takes a query, an INSERT or a STATEMENT SET");
  }
  for (uint32_t i = 0; i < stmt->set_of.n; i++) {
    TRY(bind_insert_of(b, stmt->set_of.items[i]->insert, job));
  }
  return OK;
}

static const char *source_full_name(Arena *a, const Source *s) {
  return arena_printf(a, "%s.%s.%s", s->path[0], s->path[1], s->path[2]);
}

/* A table has one writer, and is not read meanwhile. */
static Code check_late_table(Binder *b, const Job *job) {
  for (uint32_t i = 0; b->late != NULL && i < job->n; i++) {
    const Node *sink = job->roots[i];
    if (strcmp(sink->u.sink.path, b->late->path) != 0) continue;
    return FAIL(b->err, ERR_UNSUPPORTED, sink->span, "\"%s\" gets the late rows already (%s)",
                sink->u.sink.spec.table, settings_key(SETTING_LATE_ROWS));
  }
  for (uint32_t i = 0; b->late != NULL && i < b->n_sources; i++) {
    const Source *s = b->sources[i]->u.source;
    if (s->path[0] == NULL || strcmp(source_full_name(b->arena, s), b->late->path) != 0) continue;
    return FAIL(b->err, ERR_UNSUPPORTED, s->span, "\"%s\" is read, and gets the late rows (%s)",
                s->table, settings_key(SETTING_LATE_ROWS));
  }
  return OK;
}

static Code optimize(Binder *b, const Job *job, Lowered *out) {
  UsedBuffer used = {0};
  const RuleContext r = {b->arena, &b->env, b->err, b->notes, &used};
  TRY(check_late_table(b, job));
  Code code = rules_run(&r, job->roots, job->n);
  free(used.items);
  TRY(code);
  *out = lower(b->arena, b->planner, &b->env, job->roots, job->n);
  return OK;
}

/* EXPLAIN shows what exec would refuse, too. */
static Code optimize_to_run(Binder *b, const Job *job, Lowered *out) {
  TRY(optimize(b, job, out));
  TRY(checkpoint_plan_make(&b->planner->settings, b->arena, job->span, &out->job->checkpoints,
                           b->err));
  return job_plan_validate(out->job, b->err);
}

/* What a query has shown cannot be taken back: it is not run again. */
static Code plan_restart(Binder *b, const Job *job, const JobPlan *plan, RestartPlan *out) {
  if (job->is_query) return OK;
  return restart_plan_make(&b->planner->settings, job->span, &plan->checkpoints, out, b->err);
}

/* Do all rows wait for the end of the input? */
static bool comes_at_end(const Node *n) {
  if (n->kind == NODE_SORT || n->kind == NODE_AGGREGATE) return true;
  for (uint32_t i = 0; i < n->n_inputs; i++) {
    if (!comes_at_end(n->inputs[i])) return false;
  }
  return n->n_inputs > 0;
}

static const char *take_name(Binder *b, const Job *job) {
  const char *name = settings_text(&b->planner->settings, SETTING_PIPELINE_NAME);
  if (name == NULL && job->is_query) name = "select";
  if (name == NULL) name = job_name_of_tables(b->arena, job->tables, job->n_tables);
  return job_name_take(&b->planner->job_names, b->arena, name);
}

static void describe_job(Binder *b, const Job *job, const Lowered *plan, PlanResult *result) {
  result->kind = job->is_query ? PLAN_QUERY : PLAN_INSERT;
  result->job = plan->job;
  result->name = plan->job->checkpoints.job = take_name(b, job);
  result->bounded = result->at_end = true;
  for (uint32_t i = 0; i < job->n; i++) {
    result->bounded &= job->roots[i]->bounded;
    result->at_end &= comes_at_end(job->roots[i]);
  }
  if (job->is_query) {
    const char *mode = settings_text(&b->planner->settings, SETTING_RESULT_MODE);
    result->changelog = !text_eq_nocase(mode, "TABLE");
    const Node *n = job->roots[0];
    result->fields = n->fields;
    result->n_fields = n->n_fields;
    n = n->inputs[0];
    while (n->kind == NODE_PROJECT || n->kind == NODE_LIMIT) {
      result->limited |= n->kind == NODE_LIMIT;
      n = n->inputs[0];
    }
    result->ordered = n->kind == NODE_SORT;
  }
  for (uint32_t i = 0; i < plan->job->n_ops; i++) {
    const OpSpec *op = plan->job->ops[i];
    if (job->is_query && op->id == OP_SINK && op->u.sink.connector == NULL) {
      result->changelog |= op->updating;
      result->at_end |= op->inputs[0]->id == OP_MATERIALIZE;
    }
    if (op->id == OP_SCAN && strcmp(op->u.scan.connector->name, "stdin") == 0) {
      b->planner->stdin_taken = true;
    }
  }
}

static Code plan_job(Binder *b, const AstStmt *stmt, PlanResult *result) {
  Job job = {0};
  Lowered plan;
  TRY(bind_job(b, stmt, &job));
  TRY(optimize_to_run(b, &job, &plan));
  TRY(plan_restart(b, &job, plan.job, &result->restart));
  describe_job(b, &job, &plan, result);
  return OK;
}

/* --- CREATE TABLE -------------------------------------------------------------------- */

static Code plan_create_table(Binder *b, const AstStmt *stmt, PlanResult *result) {
  TableDef *def;
  Node *insert;
  const char *name;
  Lowered plan;
  TRY(ddl_create_table(b, stmt->create_table, &def, &insert, &name));
  if (insert != NULL) {
    Job job = {.tables = &name, .n_tables = 1, .span = stmt->span};
    add_root(b, &job, insert);
    Code code = optimize_to_run(b, &job, &plan);
    if (code == OK) code = plan_restart(b, &job, plan.job, &result->restart);
    if (code != OK) {
      table_def_free(def);
      return code;
    }
    describe_job(b, &job, &plan, result);
  }
  if (def != NULL) catalog_add(b->planner->catalog, def);
  return OK;
}

/* --- EXPLAIN ------------------------------------------------------------------------- */

static Code check_details(Binder *b, const AstStmt *stmt) {
  static const char *const words[] = {"ESTIMATED_COST", "CHANGELOG_MODE", "PLAN_ADVICE",
                                      "JSON_EXECUTION_PLAN"};
  const AstExplain *explain = stmt->explain;
  if (explain->mode == AST_EXPLAIN_ANALYZE) return bind_not_built(b, stmt->span, "EXPLAIN ANALYZE");
  if (explain->mode == AST_EXPLAIN_UPGRADE) return bind_not_built(b, stmt->span, "EXPLAIN UPGRADE");
  for (size_t i = 0; i < COUNT_OF(words); i++) {
    if ((explain->details >> i & 1) == 0) continue;
    return FAIL(b->err, ERR_UNSUPPORTED, stmt->span, "EXPLAIN %s is not built yet", words[i]);
  }
  return OK;
}

static Code explain_into(Binder *b, const AstStmt *stmt, StrBuf *text) {
  Job job = {0};
  Lowered plan;
  TRY(check_details(b, stmt));
  TRY(bind_job(b, stmt->explain->stmt, &job));
  strbuf_puts(text, "== Abstract Syntax Tree ==\n");
  for (uint32_t i = 0; i < job.n; i++) {
    if (i > 0) strbuf_putc(text, '\n');
    logical_print(job.roots[i], text);
  }
  TRY(optimize(b, &job, &plan));
  strbuf_puts(text, "\n== Optimized Physical Plan ==\n");
  physical_print(&plan, false, text);
  strbuf_puts(text, "\n== Optimized Execution Plan ==\n");
  physical_print(&plan, true, text);
  if (!strbuf_failed(text)) return OK;
  return FAIL(b->err, ERR_LIMIT, stmt->span, "the plan's text is above %d bytes", EXPLAIN_MAX);
}

static Code plan_explain(Binder *b, const AstStmt *stmt, PlanResult *result) {
  StrBuf text;
  strbuf_init(&text, EXPLAIN_MAX);
  Code code = explain_into(b, stmt, &text);
  if (code == OK) {
    result->kind = PLAN_ROWS;
    result->rows = text_rows(b->arena, strbuf_text(&text));
  }
  strbuf_deinit(&text);
  return code;
}

/* --- all of them --------------------------------------------------------------------- */

static Code plan_describe(Binder *b, const AstStmt *stmt, PlanResult *result) {
  result->kind = PLAN_ROWS;
  return describe_statement(b->planner, stmt->describe, b->arena, &result->rows, b->err);
}

static Code plan_show(Binder *b, const AstStmt *stmt, PlanResult *result) {
  const AstShow *show = stmt->show;
  result->zone = b->env.zone;
  result->kind = show->what == AST_SHOW_JOBS ? PLAN_SHOW_JOBS : PLAN_ROWS;
  if (result->kind == PLAN_SHOW_JOBS) return OK;
  Code code;
  if (show->what == AST_SHOW_CHECKPOINTS) {
    code = show_checkpoints(b->planner, show, b->env.zone, b->arena, &result->rows, b->err);
  } else {
    code = show_statement(b->planner, show, b->arena, &result->rows, b->err);
  }
  if (code != OK && b->err->span.len == 0) b->err->span = stmt->span;
  return code;
}

/* CHECKPOINT and STOP JOB. */
static Code plan_control(Binder *b, const AstStmt *stmt, PlanResult *result) {
  const AstJob *job = &stmt->job;
  PlanControl *control = &result->control;
  if (job->drain && !job->savepoint) {
    FAIL(b->err, ERR_UNSUPPORTED, stmt->span, "WITH DRAIN goes with WITH SAVEPOINT only");
    error_hint(b->err, "STOP JOB 'name' WITH SAVEPOINT WITH DRAIN");
    return ERR_UNSUPPORTED;
  }
  *control = (PlanControl){.job = job->name.text,
                           .job_span = job->name.text != NULL ? job->name.span : stmt->span,
                           .savepoint = job->savepoint,
                           .drain = job->drain};
  result->kind = stmt->kind == AST_STMT_STOP_JOB ? PLAN_STOP_JOB : PLAN_CHECKPOINT;
  return checkpoint_savepoint_dir(&b->planner->settings, b->arena, &control->savepoint_dir, b->err);
}

static Code plan_set(Binder *b, const AstStmt *stmt, PlanResult *result) {
  const AstOption *o = &stmt->option;
  if (o->key.text == NULL) {
    result->kind = PLAN_ROWS;
    result->rows = show_settings(b->planner, b->arena);
    return OK;
  }
  const Option option = {o->key.text, o->value.text, o->key.span, o->value.span};
  return settings_set(&b->planner->settings, &option, b->err);
}

static Code plan_reset(Binder *b, const AstStmt *stmt) {
  const AstText *key = &stmt->option.key;
  if (key->text != NULL) {
    return settings_reset(&b->planner->settings, key->text, key->span, b->err);
  }
  settings_reset_all(&b->planner->settings);
  return OK;
}

static Code plan_kind(Binder *b, const AstStmt *stmt, PlanResult *result) {
  switch (stmt->kind) {
    case AST_STMT_QUERY:
    case AST_STMT_INSERT:
    case AST_STMT_SET_OF:
      return plan_job(b, stmt, result);
    case AST_STMT_CREATE_TABLE:
      return plan_create_table(b, stmt, result);
    case AST_STMT_CREATE_VIEW:
      return ddl_create_view(b, stmt->create_view);
    case AST_STMT_CREATE_DATABASE:
      return ddl_create_database(b, stmt->create_database);
    case AST_STMT_ALTER_TABLE:
      return ddl_alter_table(b, stmt->alter_table);
    case AST_STMT_ALTER_VIEW:
      return ddl_alter_view(b, stmt->alter_view);
    case AST_STMT_DROP:
      return ddl_drop(b, stmt->drop);
    case AST_STMT_EXPLAIN:
      return plan_explain(b, stmt, result);
    case AST_STMT_DESCRIBE:
      return plan_describe(b, stmt, result);
    case AST_STMT_SHOW:
      return plan_show(b, stmt, result);
    case AST_STMT_SET:
      return plan_set(b, stmt, result);
    case AST_STMT_RESET:
      return plan_reset(b, stmt);
    case AST_STMT_USE:
      return catalog_use(b->planner->catalog, &stmt->path, b->err);
    case AST_STMT_QUIT:
      result->kind = PLAN_QUIT;
      return OK;
    case AST_STMT_CLEAR:
      result->kind = PLAN_CLEAR;
      return OK;
    case AST_STMT_HELP:
      result->kind = PLAN_HELP;
      return OK;
    case AST_STMT_CREATE_FUNCTION:
      return bind_not_built(b, stmt->span, "CREATE FUNCTION");
    case AST_STMT_ALTER_DATABASE:
      return bind_not_built(b, stmt->span, "ALTER DATABASE");
    case AST_STMT_ALTER_FUNCTION:
      return bind_not_built(b, stmt->span, "ALTER FUNCTION");
    case AST_STMT_UPDATE:
      return bind_not_built(b, stmt->span, "UPDATE");
    case AST_STMT_DELETE:
      return bind_not_built(b, stmt->span, "DELETE");
    case AST_STMT_TRUNCATE:
      return bind_not_built(b, stmt->span, "TRUNCATE");
    case AST_STMT_ANALYZE:
      return bind_not_built(b, stmt->span, "ANALYZE TABLE");
    case AST_STMT_CHECKPOINT:
    case AST_STMT_STOP_JOB:
      return plan_control(b, stmt, result);
  }
  assert(!"a kind of statement");
  return ERR_SYNTAX;
}

Code plan_statement(Planner *p, const AstStmt *stmt, Arena *arena, PlanResult *result, Error *err) {
  Binder b;
  Notes notes = {0};
  *result = (PlanResult){.kind = PLAN_NOTHING};
  Code code = binder_init(&b, p, arena, &notes, err);
  if (code == OK) code = plan_kind(&b, stmt, result);
  result->notes = notes.items;
  result->n_notes = notes.n;
  if (code != OK) result->kind = PLAN_NOTHING;
  return code;
}
