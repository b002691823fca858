/* plan.c -- one statement: which part of the planner does it, and what comes back. */
#include "planner/plan.h"

#include <stdlib.h>
#include <string.h>

#include "planner/checkpoint_plan.h"
#include "planner/ddl.h"
#include "planner/draft.h"
#include "planner/show.h"

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
  functions_deinit(&p->functions);
  settings_deinit(&p->settings);
  job_names_deinit(&p->job_names);
  free(p);
}

void planner_stdin_is_script(Planner *p, bool is_script) { p->stdin_is_script = is_script; }

void planner_allow_extensions(Planner *p, bool allow) { p->allow_extensions = allow; }

void planner_on_subquery(Planner *p, PlannerRun *run, void *arg) {
  p->run = run;
  p->run_arg = arg;
}

Code planner_set(Planner *p, const char *key, const char *value, Error *err) {
  return settings_set(&p->settings, &(Option){key, value, NO_SPAN, NO_SPAN}, err);
}

const char *planner_setting(const Planner *p, const char *key) {
  return settings_by_key(&p->settings, key);
}

static Code plan_job(Binder *b, const AstStmt *stmt, PlanResult *result) {
  JobDraft job = {0};
  Lowered plan;
  TRY(draft_bind(b, stmt, &job));
  TRY(draft_plan(b, &job, &plan, &result->restart));
  draft_describe(b, &job, &plan, result);
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
    JobDraft job = {.tables = &name, .n_tables = 1, .span = stmt->span};
    draft_add_root(b, &job, insert);
    Code code = draft_plan(b, &job, &plan, &result->restart);
    if (code != OK) {
      table_def_free(def);
      return code;
    }
    draft_describe(b, &job, &plan, result);
  }
  if (def != NULL) catalog_add(b->planner->catalog, def);
  return OK;
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
      return ddl_create_function(b, stmt->create_function);
    case AST_STMT_ALTER_DATABASE:
      return bind_not_built(b, stmt->span, "ALTER DATABASE");
    case AST_STMT_ALTER_FUNCTION:
      return ddl_alter_function(b, stmt->alter_function);
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
