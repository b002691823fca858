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
  bool is_subquery; /* then a query */
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

/* An operator of the job reads standard input: no later statement can. */
void draft_take_stdin(Binder *b, const JobPlan *job);

/* --- subplan.c ----------------------------------------------------------------------- */

/* Run the subqueries of the statement; their expressions become constants when they are folded. */
MUST_USE Code subplans_run(Binder *b);
/* What they gave belongs to the job. */
void subplans_describe(Binder *b, JobPlan *job);
/* Their trees, each under its name. */
void subplans_print(const Binder *b, StrBuf *out);
/* Their plans, to be shown: one for each. */
MUST_USE Code subplans_optimize(Binder *b, Lowered **out);
void subplans_print_physical(const Binder *b, const Lowered *plans, bool reuse, StrBuf *out);

/* --- explain.c ----------------------------------------------------------------------- */

MUST_USE Code plan_explain(Binder *b, const AstStmt *stmt, PlanResult *result);
