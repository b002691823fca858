/* jobs.c -- running plans: one that is waited for, INSERTs without end beside it.
 *
 * A job runs on the thread that calls job_run: the session's, or one of its own when it is left to
 * run on.  weir_interrupt may come at any moment, from a signal handler on any thread, and finds
 * jobs in w->jobs, as STOP JOB does.  A job leaves its slot before it is freed, and is freed only
 * when nobody holds one; who enters looks at w->interrupted afterwards.  As all of that is
 * sequentially consistent, no interrupt is lost and none meets a freed job.
 *
 * When a job that was left to run on fails, everything else is stopped: a script ends at its first
 * error.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "api/session.h"
#include "base/sys.h"
#include "exec/connectors/io_error.h"

static_assert(ATOMIC_POINTER_LOCK_FREE == 2 && ATOMIC_BOOL_LOCK_FREE == 2 &&
                  ATOMIC_INT_LOCK_FREE == 2,
              "weir_interrupt is called from signal handlers");

/* --- interrupting */

void weir_interrupt(Weir *w) {
  int saved = errno;
  atomic_fetch_add(&w->holders, 1);
  atomic_store(&w->interrupted, true);
  for (uint32_t i = 0; i < JOBS_MAX; i++) {
    Job *job = atomic_load(&w->jobs[i]);
    if (job != NULL) job_interrupt(job);
  }
  pid_t worker = atomic_load(&w->worker_process);
  if (worker > 0) kill(worker, SIGTERM);
  atomic_fetch_sub(&w->holders, 1);
  errno = saved;
}

static void enter_slot(Weir *w, uint32_t slot, Job *job) {
  atomic_store(&w->jobs[slot], job);
  if (atomic_load(&w->interrupted)) job_interrupt(job);
}

static void leave_slot(Weir *w, uint32_t slot) {
  atomic_store(&w->jobs[slot], NULL);
  while (atomic_load(&w->holders) > 0) sched_yield();
}

/* --- running */

void job_count_start(Weir *w) {
  pthread_mutex_lock(&w->telling);
  if (w->running++ == 0) w->running_since_us = sys.mono_us();
  pthread_mutex_unlock(&w->telling);
}

static void keep_longest(uint64_t *longest, uint64_t us) {
  if (us > *longest) *longest = us;
}

static void count_end(Weir *w, const JobStats *s) {
  pthread_mutex_lock(&w->telling);
  w->stats.rows_in += s->rows_in;
  w->stats.rows_out += s->rows_out;
  w->stats.bytes_in += s->bytes_in;
  w->stats.bad_rows += s->bad_rows;
  w->stats.late_rows += s->late_rows;
  w->stats.null_time_rows += s->null_time_rows;
  w->stats.checkpoints += s->checkpoints;
  w->stats.checkpoint_bytes += s->checkpoint_bytes;
  w->stats.checkpoint_us += s->checkpoint_us;
  keep_longest(&w->stats.checkpoint_pause_us, s->checkpoint_pause_us);
  w->stats.restored_bytes += s->restored_bytes;
  w->stats.restored_us += s->restored_us;
  w->stats.rescales += s->rescales;
  keep_longest(&w->stats.rescale_us, s->rescale_us);
  if (--w->running == 0) {
    w->stats.elapsed_us += (uint64_t)(sys.mono_us() - w->running_since_us);
  }
  pthread_mutex_unlock(&w->telling);
}

static void job_note(void *arg, const char *line) { tell_note(arg, line); }

/* Run a job that is open and in its slot to its end; frees it. */
static Code run_open(Weir *w, uint32_t slot, Job *job, JobStats *stats, Error *err) {
  Code code = job_run(job, stats, err);
  leave_slot(w, slot);
  job_free(job);
  return code;
}

Code job_run_here(Weir *w, const JobPlan *plan, JobStats *stats, bool *opened, Error *err) {
  JobHooks hooks = {.note = job_note, .note_arg = w};
  Job *job;
  *opened = false;
  TRY(job_new(plan, &hooks, &job, err));
  *opened = true;
  enter_slot(w, 0, job);
  return run_open(w, 0, job, stats, err);
}

Code job_run_subquery(void *arg, const JobPlan *plan, const JobResult *result, Error *err) {
  Weir *w = arg;
  JobHooks hooks = {.result = *result, .note = job_note, .note_arg = w};
  JobStats stats = {0};
  Job *job;
  TRY(job_new(plan, &hooks, &job, err));
  job_count_start(w);
  enter_slot(w, 0, job);
  Code code = run_open(w, 0, job, &stats, err);
  stats.rows_out = 0; /* they are nobody's result */
  count_end(w, &stats);
  tell_job_end(w, plan, true, &stats);
  if (code != OK || !stats.interrupted) return code;
  return FAIL(err, ERR_CANCELLED, NO_SPAN, "stopped");
}

WeirStatus job_ended(Weir *w, const Statement *st, const JobStats *stats, Code code,
                     const Error *err) {
  count_end(w, stats);
  if (code != ERR_CLOSED_PIPE) tell_job_end(w, st->plan.job, st->plan.at_end, stats);
  if (code != OK) return tell_failure(w, st, err);
  return stats->interrupted ? WEIR_INTERRUPTED : WEIR_OK;
}

/* Run a job that is open and in its slot to its end, with the result it may have; frees it. */
static WeirStatus run_to_end(Weir *w, uint32_t slot, const Statement *st, Job *job,
                             ResultWriter *result) {
  JobStats stats = {0};
  Error err = {0};
  Code code = run_open(w, slot, job, &stats, &err);
  if (code == OK && result != NULL) code = result_end(result, &err);
  if (code != OK && result != NULL) result_fail(result);
  return job_ended(w, st, &stats, code, &err);
}

/* --- jobs that run on */

static void *background_main(void *arg) {
  BackgroundJob *b = arg;
  WeirStatus status = run_to_end(b->w, b->slot, &b->st, b->job, NULL);
  WeirStatus none = WEIR_OK;
  bool stopped = status == WEIR_INTERRUPTED;
  atomic_store(&b->state, status == WEIR_OK ? JOB_FINISHED : stopped ? JOB_STOPPED : JOB_FAILED);
  if (status == WEIR_OK || (stopped && atomic_load(&b->stop_asked))) return NULL;
  atomic_compare_exchange_strong(&b->w->background_status, &none, status);
  if (status != WEIR_INTERRUPTED) weir_interrupt(b->w);
  return NULL;
}

static void background_free(BackgroundJob *b) {
  arena_deinit(&b->st.arena);
  free(b);
}

static Code no_memory(Error *err) { return FAIL(err, ERR_MEMORY, NO_SPAN, "out of memory"); }

static Code find_slot(const Weir *w, uint32_t *slot, Error *err) {
  for (*slot = 1; *slot < JOBS_MAX; ++*slot) {
    if (w->background[*slot] == NULL) return OK;
  }
  FAIL(err, ERR_LIMIT, NO_SPAN, "more than %d INSERTs without end run at the same time",
       JOBS_MAX - 1);
  error_hint(err, "put them into one STATEMENT SET");
  return ERR_LIMIT;
}

/* The text has to outlive the call of weir_run. */
static void keep_text(Statement *st) {
  st->from.name = arena_strdup(&st->arena, st->from.name);
  st->from.text = arena_strndup(&st->arena, st->from.text, st->from.len);
}

static Code start_background(Weir *w, Statement *st, Error *err) {
  uint32_t slot;
  TRY(find_slot(w, &slot, err));
  BackgroundJob *b = calloc(1, sizeof *b);
  if (b == NULL) return no_memory(err);
  JobHooks hooks = {.note = job_note, .note_arg = w};
  Code code = job_new(st->plan.job, &hooks, &b->job, err);
  if (code != OK) {
    free(b);
    return code;
  }
  keep_text(st);
  b->w = w;
  b->slot = slot;
  b->st = *st;
  b->begun_us = sys.wall_us();
  job_count_start(w);
  enter_slot(w, slot, b->job);
  int rc = pthread_create(&b->thread, NULL, background_main, b);
  if (rc != 0) {
    count_end(w, &(JobStats){0});
    leave_slot(w, slot);
    job_free(b->job);
    free(b);
    char reason[ERRNO_TEXT_MAX];
    errno_text(rc, reason);
    return FAIL(err, ERR_LIMIT, NO_SPAN, "cannot start a thread: %s", reason);
  }
  *st = (Statement){0};
  w->background[slot] = b;
  w->n_background++;
  return OK;
}

void job_reap(Weir *w, BackgroundJob *b) {
  pthread_join(b->thread, NULL);
  w->background[b->slot] = NULL;
  w->n_background--;
  background_free(b);
}

WeirStatus jobs_wait(Weir *w) {
  for (uint32_t i = 0; i < JOBS_MAX; i++) {
    if (w->background[i] != NULL) job_reap(w, w->background[i]);
  }
  return atomic_exchange(&w->background_status, WEIR_OK);
}

/* --- one job */

/* A result without end keeps the session busy; only an INSERT is left to run on. */
static bool runs_on(const Statement *st) {
  return st->plan.kind == PLAN_INSERT && !st->plan.bounded;
}

WeirStatus job_execute(Weir *w, Statement *st) {
  Error err = {0};
  if (st->plan.restart.kind != RESTART_NONE) return supervise(w, st);
  if (runs_on(st)) {
    return start_background(w, st, &err) == OK ? WEIR_OK : tell_failure(w, st, &err);
  }
  JobHooks hooks = {.note = job_note, .note_arg = w};
  ResultWriter *result = NULL;
  if (st->plan.kind == PLAN_QUERY) result = result_writer(w, st, &hooks.result);
  Job *job;
  if (job_new(st->plan.job, &hooks, &job, &err) != OK) return tell_failure(w, st, &err);
  if (result != NULL) result_begin(result);
  job_count_start(w);
  enter_slot(w, 0, job);
  return run_to_end(w, 0, st, job, result);
}
