/* session.h -- what a Weir is: for the files of this folder.
 *
 *     weir.c         the session, statement after statement
 *     jobs.c         running a plan, waiting for it, stopping it
 *     job_control.c  SHOW JOBS, CHECKPOINT, STOP JOB
 *     supervise.c    running a plan in a process that is restarted when it dies
 *     results.c      rows to the handlers
 *     tell.c         errors and notes to the handlers
 */
#pragma once
#include <pthread.h>
#include <stdatomic.h>

#include "api/weir.h"
#include "base/arena.h"
#include "exec/run/job.h"
#include "planner/plan.h"

/* Jobs at the same time: one that is waited for, in slot 0, and INSERTs that run on. */
enum { JOBS_MAX = 64 };

/* A text of SQL and what messages call it. */
typedef struct SqlText {
  const char *name, *text;
  size_t len;
} SqlText;

typedef struct Statement {
  Arena arena; /* of its tree, its plan and what its result needs */
  SqlText from;
  PlanResult plan;
} Statement;

typedef enum JobState { JOB_RUNNING, JOB_FINISHED, JOB_STOPPED, JOB_FAILED } JobState;

/* A job that runs on beside the statements that follow. */
typedef struct BackgroundJob {
  Weir *w;
  uint32_t slot;
  Statement st;
  Job *job; /* see w->jobs: it is freed when the job has ended */
  pthread_t thread;
  Micros begun_us;        /* wall clock */
  atomic_bool stop_asked; /* STOP JOB: its end interrupts nothing else */
  _Atomic(JobState) state;
} BackgroundJob;

struct Weir {
  WeirHandlers handlers;
  Planner *planner;

  WeirRows rows;
  bool header;
  char *null_text; /* malloc'ed, or NULL */

  pthread_mutex_t telling; /* calls of note and error; the fields down to interrupted */
  WeirStats stats;
  uint32_t running; /* jobs */
  Micros running_since_us;

  /* See weir_interrupt.  A job stays in its slot while it may be interrupted. */
  atomic_bool interrupted;
  atomic_uint holders; /* calls that may hold a pointer to a job */
  _Atomic(Job *) jobs[JOBS_MAX];
  atomic_int worker_process; /* that runs a supervised job; 0: there is none */

  BackgroundJob *background[JOBS_MAX]; /* slot 0 is never used; the session's thread only */
  uint32_t n_background;
  _Atomic(WeirStatus) background_status; /* the first that is not OK */
};

/* --- tell.c */

void tell_note(Weir *w, const char *line);
/* Render err as one of from; from->text may be NULL. */
void tell_error(Weir *w, const SqlText *from, const Error *err);
/* What a job dropped, and that it was interrupted.  at_end: its rows come at the end only. */
void tell_job_end(Weir *w, const JobPlan *job, bool at_end, const JobStats *stats);
/* The status of a statement that failed with err, which is told unless it is no error of the
 * user's: an interrupt, a reader that has gone. */
WeirStatus tell_failure(Weir *w, const Statement *st, const Error *err);

/* --- results.c */

typedef struct ResultWriter ResultWriter;

/* Where the rows of a job go that is made for st->plan; writer lives in st->arena. */
ResultWriter *result_writer(Weir *w, Statement *st, JobResult *out);
/* The result begins; to be called once its job could be opened. */
void result_begin(ResultWriter *r);
/* It is complete. */
MUST_USE Code result_end(ResultWriter *r, Error *err);
/* It failed: let the reader see what came before. */
void result_fail(ResultWriter *r);
/* A result that the planner made: SHOW, DESCRIBE, EXPLAIN. */
MUST_USE Code result_show(Weir *w, Statement *st, Error *err);

/* --- jobs.c */

/* Run st->plan.job.  Takes *st over (and zeroes it) when it is left to run on. */
WeirStatus job_execute(Weir *w, Statement *st);
/* Make the job of a plan and run it to its end on this thread.  *opened: it could be made. */
MUST_USE Code job_run_here(Weir *w, const JobPlan *plan, JobStats *stats, bool *opened, Error *err);
/* A PlannerRun for the session arg. */
MUST_USE Code job_run_subquery(void *arg, const JobPlan *plan, const JobResult *result, Error *err);
/* A job begins; and it has ended: take up what it has counted, tell what there is to be told. */
void job_count_start(Weir *w);
WeirStatus job_ended(Weir *w, const Statement *st, const JobStats *stats, Code code,
                     const Error *err);
/* Wait for the INSERTs that run on, and forget them. */
WeirStatus jobs_wait(Weir *w);
/* Wait for one of them, and forget it. */
void job_reap(Weir *w, BackgroundJob *b);

/* --- job_control.c */

/* SHOW JOBS: makes st->plan.rows. */
void job_list(Weir *w, Statement *st);
/* CHECKPOINT, STOP JOB.  *has_rows: st->plan.rows say where the checkpoint is. */
MUST_USE Code job_control(Weir *w, Statement *st, bool *has_rows, Error *err);

/* --- supervise.c */

/* Run st->plan.job as its restart strategy says. */
WeirStatus supervise(Weir *w, const Statement *st);
