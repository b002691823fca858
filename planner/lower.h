/* lower.h -- the logical plan as a JobPlan: operators and exchanges. */
#pragma once
#include "exec/run/job_plan.h"
#include "planner/logical.h"
#include "planner/session.h"

typedef struct Lowered {
  JobPlan *job;
  const char **paths; /* paths[op->index]: the full name of a table read or written; or NULL */
  const Node *
      *nodes; /* what a join or a rank was made of: exec need not know the windows; or NULL */
} Lowered;

/* roots are Sinks of a plan that rules_run has accepted.  changelog: of a result every change is
 * asked for. */
Lowered lower(Arena *arena, const Planner *planner, const ExprEnv *env, Node *const *roots,
              uint32_t n_roots, bool changelog);

/* The operators as EXPLAIN shows them: "Optimized Physical Plan", or with reuse, which tells shared
 * parts, "Optimized Execution Plan". */
void physical_print(const Lowered *plan, bool reuse, StrBuf *out);
