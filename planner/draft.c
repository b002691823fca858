/* draft.c -- queries and INSERTs: bound, optimized, lowered, described. */
#include "planner/draft.h"

#include <stdlib.h>
#include <string.h>

#include "planner/checkpoint_plan.h"
#include "planner/rules.h"

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

void draft_add_root(Binder *b, JobDraft *job, Node *root) {
  ARENA_PUSH(b->arena, job->roots, job->n, job->cap, root);
}

static Code bind_insert_of(Binder *b, const AstInsert *insert, JobDraft *job) {
  Node *root;
  const char *table;
  TRY(bind_insert(b, insert, &root, &table));
  draft_add_root(b, job, root);
  ARENA_PUSH(b->arena, job->tables, job->n_tables, job->cap_tables, table);
  return OK;
}

/* A statement that reads or writes tables. */
Code draft_bind(Binder *b, const AstStmt *stmt, JobDraft *job) {
  Relation rel;
  job->span = stmt->span;
  if (stmt->kind == AST_STMT_QUERY) {
    TRY(bind_query(b, stmt->query, &rel));
    draft_add_root(b, job, result_sink(b, &rel, stmt->query->span));
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
static Code check_late_table(Binder *b, const JobDraft *job) {
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

Code draft_optimize(Binder *b, const JobDraft *job, Lowered *out) {
  UsedBuffer used = {0};
  const RuleContext r = {b->arena, &b->env, b->err, b->notes, &used};
  TRY(check_late_table(b, job));
  Code code = rules_run(&r, job->roots, job->n);
  free(used.items);
  TRY(code);
  const char *mode = settings_text(&b->planner->settings, SETTING_RESULT_MODE);
  const bool changelog = !job->is_subquery && !text_eq_nocase(mode, "TABLE");
  *out = lower(b->arena, b->planner, &b->env, job->roots, job->n, changelog);
  return OK;
}

/* What a query has shown cannot be taken back: it is not run again. */
static Code plan_restart(Binder *b, const JobDraft *job, const JobPlan *plan, RestartPlan *out) {
  if (job->is_query) return OK;
  return restart_plan_make(&b->planner->settings, job->span, &plan->checkpoints, out, b->err);
}

/* What a query has shown may be shown again when it goes on, so it keeps checkpoints only where it
 * was asked to: a directory that is set for the INSERTs of a session is none of its own. */
static void plan_query_checkpoints(CheckpointPlan *c) {
  if (!c->resume && c->restore_from == NULL && c->every_epochs == 0) c->dir = NULL;
}

Code draft_plan(Binder *b, const JobDraft *job, Lowered *out, RestartPlan *restart) {
  TRY(subplans_run(b));
  TRY(draft_optimize(b, job, out));
  subplans_describe(b, out->job);
  TRY(checkpoint_plan_make(&b->planner->settings, b->arena, job->span, &out->job->checkpoints,
                           b->err));
  if (job->is_query) plan_query_checkpoints(&out->job->checkpoints);
  TRY(job_plan_validate(out->job, b->err));
  return plan_restart(b, job, out->job, restart);
}

/* Do all rows wait for the end of the input? */
static bool comes_at_end(const Node *n) {
  if (n->kind == NODE_SORT || n->kind == NODE_AGGREGATE) return true;
  for (uint32_t i = 0; i < n->n_inputs; i++) {
    if (!comes_at_end(n->inputs[i])) return false;
  }
  return n->n_inputs > 0;
}

const char *draft_wanted_name(const Binder *b, const JobDraft *job) {
  const char *name = settings_text(&b->planner->settings, SETTING_PIPELINE_NAME);
  if (name != NULL) return name;
  return job->is_query ? "select" : job_name_of_tables(b->arena, job->tables, job->n_tables);
}

void draft_take_stdin(Binder *b, const JobPlan *job) {
  for (uint32_t i = 0; i < job->n_ops; i++) {
    const OpSpec *op = job->ops[i];
    if (op->id != OP_SCAN || strcmp(op->u.scan.connector->name, "stdin") != 0) continue;
    b->planner->stdin_taken = true;
  }
}

void draft_describe(Binder *b, const JobDraft *job, const Lowered *plan, PlanResult *result) {
  result->kind = job->is_query ? PLAN_QUERY : PLAN_INSERT;
  result->job = plan->job;
  result->name = job_name_take(&b->planner->job_names, b->arena, draft_wanted_name(b, job));
  plan->job->checkpoints.job = result->name;
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
  }
  draft_take_stdin(b, plan->job);
}
