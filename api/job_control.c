/* job_control.c -- SHOW JOBS, CHECKPOINT, STOP JOB: of jobs that run beside the session.
 *
 * A job may end at any moment.  While it is held it is not freed, and whoever waits for it is told
 * when it ends. */
#include <stdlib.h>
#include <string.h>

#include "api/session.h"
#include "base/str.h"
#include "exec/data/timestamp.h"

/* --- SHOW JOBS */

static const char *state_name(JobState state) {
  static const char *const names[] = {[JOB_RUNNING] = "RUNNING",
                                      [JOB_FINISHED] = "FINISHED",
                                      [JOB_STOPPED] = "STOPPED",
                                      [JOB_FAILED] = "FAILED"};
  return names[state];
}

void job_list(Weir *w, Statement *st) {
  static const char *const columns[] = {"job name", "status", "start time"};
  Arena *arena = &st->arena;
  const char **cells = ARENA_ARRAY(arena, const char *, COUNT_OF(columns) * w->n_background);
  uint32_t n = 0;
  for (uint32_t i = 0; i < JOBS_MAX; i++) {
    const BackgroundJob *b = w->background[i];
    if (b == NULL) continue;
    char time[TIMESTAMP_TEXT_MAX];
    size_t len = timestamp_print(zone_to_local(st->plan.zone, b->begun_us), 3, ' ', time);
    cells[n++] = arena_strdup(arena, b->st.plan.name);
    cells[n++] = state_name(atomic_load(&b->state));
    cells[n++] = arena_strndup(arena, time, len);
  }
  st->plan.rows = (PlanRows){.columns = columns,
                             .n_columns = COUNT_OF(columns),
                             .cells = cells,
                             .n_rows = n / COUNT_OF(columns)};
}

/* --- finding a job */

static bool is_running(const BackgroundJob *b) {
  return b != NULL && atomic_load(&b->state) == JOB_RUNNING;
}

static void hint_running(const Weir *w, Error *err) {
  StrBuf names = {0};
  for (uint32_t i = 0; i < JOBS_MAX; i++) {
    if (!is_running(w->background[i])) continue;
    strbuf_printf(&names, "%s%s", names.len > 0 ? ", " : "", w->background[i]->st.plan.name);
  }
  if (names.len > 0 && !strbuf_failed(&names)) {
    error_hint(err, "jobs that run: %s", strbuf_text(&names));
  } else {
    error_hint(err, "an INSERT runs beside the session where its input never ends");
  }
  strbuf_deinit(&names);
}

/* The job of that name, or the only one. */
static Code find_job(const Weir *w, const PlanControl *c, BackgroundJob **out, Error *err) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < JOBS_MAX; i++) {
    BackgroundJob *b = w->background[i];
    if (!is_running(b) || (c->job != NULL && strcmp(b->st.plan.name, c->job) != 0)) continue;
    *out = b;
    n++;
  }
  if (n == 1) return OK;
  if (n > 1) {
    FAIL(err, ERR_NAME, c->job_span, "%u jobs run: say which", n);
  } else if (c->job != NULL) {
    FAIL(err, ERR_NAME, c->job_span, "no job \"%s\" is running", c->job);
  } else {
    FAIL(err, ERR_NAME, c->job_span, "no job is running");
  }
  hint_running(w, err);
  return ERR_NAME;
}

/* Hold the job of b, until release.  NULL: it has just ended. */
static Job *hold(Weir *w, const BackgroundJob *b) {
  atomic_fetch_add(&w->holders, 1);
  return atomic_load(&w->jobs[b->slot]);
}

static void release(Weir *w) { atomic_fetch_sub(&w->holders, 1); }

/* --- acting on it */

/* Where the savepoint goes: as the session says now, or as it said when the job began. */
static Code savepoint_dir(const PlanControl *c, const BackgroundJob *b, const char **dir,
                          Error *err) {
  *dir = c->savepoint_dir != NULL ? c->savepoint_dir : b->st.plan.job->checkpoints.savepoint_dir;
  if (*dir != NULL) return OK;
  FAIL(err, ERR_OPTION, c->job_span, "a savepoint needs a directory");
  error_hint(err, "SET 'execution.checkpointing.savepoint-dir' = '/a/directory'");
  return ERR_OPTION;
}

static Code stop(const PlanControl *c, BackgroundJob *b, Job *job, char **path, Error *err) {
  const char *dir;
  if (!c->savepoint) {
    job_interrupt(job);
    return OK;
  }
  TRY(savepoint_dir(c, b, &dir, err));
  return job_stop(job, dir, c->drain, path, err);
}

/* *path, malloc'ed, is set where there is a checkpoint then. */
static Code act(Weir *w, const Statement *st, BackgroundJob *b, char **path, Error *err) {
  const PlanControl *c = &st->plan.control;
  bool stops = st->plan.kind == PLAN_STOP_JOB;
  Job *job = hold(w, b);
  Code code;
  if (job == NULL) {
    code = FAIL(err, ERR_NAME, c->job_span, "the job \"%s\" has just ended", b->st.plan.name);
  } else if (stops) {
    atomic_store(&b->stop_asked, true);
    code = stop(c, b, job, path, err);
    if (code != OK) atomic_store(&b->stop_asked, false);
  } else {
    code = job_checkpoint(job, NULL, path, err);
  }
  release(w);
  if (code != OK && err->span.len == 0) err->span = c->job_span;
  if (code == OK && stops) job_reap(w, b);
  return code;
}

static void show_path(Statement *st, const char *path) {
  static const char *const checkpoint[] = {"checkpoint path"}, *const savepoint[] = {
                                                                   "savepoint path"};
  const char **cell = ARENA_ARRAY(&st->arena, const char *, 1);
  cell[0] = path;
  st->plan.rows = (PlanRows){.columns = st->plan.control.savepoint ? savepoint : checkpoint,
                             .n_columns = 1,
                             .cells = cell,
                             .n_rows = 1};
}

Code job_control(Weir *w, Statement *st, bool *has_rows, Error *err) {
  BackgroundJob *b;
  char *path = NULL;
  *has_rows = false;
  TRY(find_job(w, &st->plan.control, &b, err));
  TRY(act(w, st, b, &path, err));
  *has_rows = path != NULL;
  if (*has_rows) show_path(st, arena_strdup(&st->arena, path));
  free(path);
  return OK;
}
