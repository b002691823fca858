/* subplan.c -- the subqueries of a statement: run before its own job, or only shown.
 *
 * They are run in the order in which they were bound, an inner one before what it stands in; then
 * its result is known when the rules look at the next.  What they gave belongs to the job, so that
 * it does not go on from a checkpoint with another result.
 */
#include <string.h>

#include "exec/expr/expr_query.h"
#include "exec/run/collect.h"
#include "planner/draft.h"
#include "planner/identity_text.h"

static JobDraft draft_of(Subplan *p) {
  return (JobDraft){
      .roots = &p->root, .n = 1, .is_query = true, .is_subquery = true, .span = p->query->span};
}

/* --- running ------------------------------------------------------------------------- */

static Code take_rows(Binder *b, Subplan *p, const Collected *rows) {
  ExprQuery *q = p->query;
  Value *row = ARENA_ARRAY(b->arena, Value, q->n_cols);
  TRY(expr_query_begin(q, b->arena, collected_count(rows), b->err));
  for (size_t at = 0; collected_next(rows, &at, row);) {
    TRY(expr_query_add(q, row, b->err));
  }
  return expr_query_end(q, b->arena, b->err);
}

static Code run(Binder *b, Subplan *p) {
  Planner *planner = b->planner;
  const JobDraft draft = draft_of(p);
  Lowered plan;
  Collected rows;
  if (planner->run == NULL) return bind_not_built(b, p->query->span, "a subquery without an api");
  TRY(draft_optimize(b, &draft, &plan));
  TRY(job_plan_validate(plan.job, b->err));
  draft_take_stdin(b, plan.job);
  collected_init(&rows, p->root->fields, p->root->n_fields);
  const JobResult result = collect_rows(&rows);
  Code code = planner->run(planner->run_arg, plan.job, &result, b->err);
  if (code == OK) code = take_rows(b, p, &rows);
  if (code != OK && b->err->span.len == 0) b->err->span = p->query->span;
  collected_deinit(&rows);
  return code;
}

Code subplans_run(Binder *b) {
  for (uint32_t i = 0; i < b->n_subplans; i++) TRY(run(b, b->subplans[i]));
  return OK;
}

/* --- what they were ------------------------------------------------------------------ */

/* One line: "(SELECT MAX(b) FROM u): 5". */
static const char *result_text(Binder *b, const Subplan *p) {
  enum { TEXT_MAX = 1000 };
  StrBuf query = {0}, line = {0};
  strbuf_puts(&query, p->text);
  for (size_t i = 0; i < query.len; i++) {
    if ((unsigned char)query.data[i] < ' ') query.data[i] = ' ';
  }
  const char *text = identity_take(b->arena, &query, TEXT_MAX);
  strbuf_printf(&line, "subquery (%s): ", text);
  expr_query_print(p->query, &line);
  return identity_take(b->arena, &line, 2 * TEXT_MAX);
}

void subplans_describe(Binder *b, JobPlan *job) {
  job->constants = ARENA_ARRAY(b->arena, const char *, b->n_subplans);
  for (uint32_t i = 0; i < b->n_subplans; i++) {
    job->constants[job->n_constants++] = result_text(b, b->subplans[i]);
  }
}

/* --- EXPLAIN ------------------------------------------------------------------------- */

void subplans_print(const Binder *b, StrBuf *out) {
  for (uint32_t i = 0; i < b->n_subplans; i++) {
    strbuf_printf(out, "$query%u:\n", b->subplans[i]->query->number);
    logical_print(b->subplans[i]->root, out);
  }
}

Code subplans_optimize(Binder *b, Lowered **out) {
  *out = ARENA_ARRAY(b->arena, Lowered, b->n_subplans);
  for (uint32_t i = 0; i < b->n_subplans; i++) {
    const JobDraft draft = draft_of(b->subplans[i]);
    TRY(draft_optimize(b, &draft, &(*out)[i]));
  }
  return OK;
}

void subplans_print_physical(const Binder *b, const Lowered *plans, bool reuse, StrBuf *out) {
  for (uint32_t i = 0; i < b->n_subplans; i++) {
    strbuf_printf(out, "$query%u:\n", b->subplans[i]->query->number);
    physical_print(&plans[i], reuse, out);
  }
}
