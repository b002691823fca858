/* plan.h -- a SQL statement in, what is to be done out: the planner's one entry.
 *
 *     parse_statement --> plan_statement --> NOTHING  a change of catalog or settings, done
 *                                            ROWS     SHOW, DESCRIBE, EXPLAIN: text to be shown
 *                                            QUERY    a JobPlan that gives rows
 *                                            INSERT   a JobPlan that writes tables
 *                                            SHOW_JOBS, CHECKPOINT, STOP_JOB
 *                                                     of jobs that run
 *                                            QUIT ..  for the shell
 *
 * A Planner is a session: its catalog and its settings.  It belongs to one thread.  It runs
 * nothing itself and prints nothing; the only input it looks at is the first bytes of a table that
 * has no DDL, and checkpoints for SHOW CHECKPOINTS.  The jobs of subqueries, whose results the plan
 * of a statement needs, are run by whoever owns the session (planner_on_subquery).
 *
 * Everything in a PlanResult lives in the arena of the call or in that of the syntax tree, which
 * both have to outlive the job.  Nothing of it points into the catalog: a plan may run while later
 * statements drop the tables it reads.
 */
#pragma once
#include "exec/run/job.h"
#include "parser/ast.h"
#include "planner/restart_plan.h"

typedef struct Planner Planner;

/* cores: the default of 'parallelism.default'; 0 counts as 1. */
Planner *planner_new(uint32_t cores);
void planner_free(Planner *p); /* NULL is allowed */

/* Standard input is the script itself: FROM stdin is then refused. */
void planner_stdin_is_script(Planner *p, bool is_script);

/* May CREATE FUNCTION ... LANGUAGE C load libraries?  Not unless it is said. */
void planner_allow_extensions(Planner *p, bool allow);

/* Run the job to its end on this thread; its rows go to the result.  ERR_CANCELLED: it was stopped
 * before. */
typedef Code PlannerRun(void *arg, const JobPlan *job, const JobResult *result, Error *err);
void planner_on_subquery(Planner *p, PlannerRun *run, void *arg);

/* SET from the command line.  ERR_OPTION: no such key, or a value that is not of its kind. */
MUST_USE Code planner_set(Planner *p, const char *key, const char *value, Error *err);
/* The value of a setting as text, its default included; NULL when it has none or there is no
 * such key.  Valid until the next change of settings. */
const char *planner_setting(const Planner *p, const char *key);

typedef enum PlanKind {
  PLAN_NOTHING,
  PLAN_ROWS,
  PLAN_QUERY,
  PLAN_INSERT,
  PLAN_SHOW_JOBS,
  PLAN_CHECKPOINT,
  PLAN_STOP_JOB,
  PLAN_QUIT,
  PLAN_CLEAR,
  PLAN_HELP
} PlanKind;

typedef struct PlanRows {
  const char *const *columns;
  uint32_t n_columns;
  const char *const *cells; /* cells[row * n_columns + column]; NULL is NULL */
  uint32_t n_rows;
  bool is_text; /* one cell with line breaks, to be shown as it is: EXPLAIN, SHOW CREATE */
} PlanRows;

/* What is to be done with a job that runs. */
typedef struct PlanControl {
  const char *job; /* its name; NULL: the only one */
  Span job_span;
  bool savepoint, drain;     /* STOP JOB */
  const char *savepoint_dir; /* of the session; NULL: that of the job */
} PlanControl;

typedef struct PlanResult {
  PlanKind kind;
  PlanRows rows;       /* ROWS */
  PlanControl control; /* CHECKPOINT, STOP_JOB */
  const Zone *zone;    /* of the session: SHOW_JOBS */
  JobPlan *job;        /* QUERY, INSERT */
  const FormatField *fields;
  uint32_t n_fields; /* QUERY: the columns of its result */
  bool bounded;      /* every source ends some day, as far as the plan knows */
  bool ordered;      /* QUERY: an ORDER BY decides the order of all rows */
  bool limited;      /* QUERY: a LIMIT may end it before its input ends */
  bool changelog; /* QUERY: what is to be shown is changes, with their kind: a first column "op" */
  bool at_end;    /* rows come only when all input has ended: ORDER BY, GROUP BY */
  RestartPlan restart; /* INSERT */
  const char *name;    /* of the job, which is also its checkpoints': see planner/job_name.h */
  /* To be told on stderr, a line each: guessed columns, warnings. */
  const char *const *notes;
  uint32_t n_notes;
} PlanResult;

/* Plan one statement; DDL and SET are done when it returns.  *result is complete also after a
 * failure as far as notes go.  Errors carry the span of the culprit in the statement's text;
 * ERR_UNSUPPORTED names what is not built. */
MUST_USE Code plan_statement(Planner *p, const AstStmt *stmt, Arena *arena, PlanResult *result,
                             Error *err);
