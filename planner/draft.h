/* draft.h -- a statement that reads or writes tables, on its way to a JobPlan: for plan.c,
 * explain.c. */
#pragma once
#include "planner/bind.h"
#include "planner/lower.h"
#include "planner/plan.h"

/* The plans of a statement, each of which ends in a Sink. */
typedef struct JobDraft {
  Node **roots;
  uint32_t n, cap;
  const char **tables; /* that it writes */
  uint32_t n_tables, cap_tables;
  bool is_query;
  Span span;
} JobDraft;

void draft_add_root(Binder *b, JobDraft *job, Node *root);
/* A query, an INSERT or a STATEMENT SET.  ERR_SYNTAX: neither. */
MUST_USE Code draft_bind(Binder *b, const AstStmt *stmt, JobDraft *job);
/* By the rules, then to operators. */
MUST_USE Code draft_optimize(Binder *b, const JobDraft *job, Lowered *out);
/* The same, so that it can be run. */
MUST_USE Code draft_plan(Binder *b, const JobDraft *job, Lowered *out, RestartPlan *restart);
/* What is asked for by the user, or made of what it writes; not yet a job's own. */
const char *draft_wanted_name(const Binder *b, const JobDraft *job);
/* Fill in the result; the job gets its name. */
void draft_describe(Binder *b, const JobDraft *job, const Lowered *plan, PlanResult *result);

/* --- explain.c ----------------------------------------------------------------------- */

MUST_USE Code plan_explain(Binder *b, const AstStmt *stmt, PlanResult *result);
