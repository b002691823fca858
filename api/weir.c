/* weir.c -- the session: texts in, statement after statement parsed, planned and carried out.
 *
 * Each statement has an arena of its own for its tree and its plan, freed when it is done; the
 * catalog and the settings are the planner's.  Jobs run in jobs.c, their rows go through
 * results.c.
 */
#include "api/weir.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "api/session.h"
#include "exec/connectors/connector.h"
#include "exec/run/checkpoint_file.h"
#include "parser/parse.h"
#include "planner/show.h"

/* --- life */

/* The session whose statement this thread plans. */
static _Thread_local Weir *planning;

/* For a planner that waits for the first line of a pipe. */
static bool stop_asked(void) { return planning != NULL && atomic_load(&planning->interrupted); }

static uint32_t count_cores(void) {
  cpu_set_t set;
  CPU_ZERO(&set);
  return sched_getaffinity(0, sizeof set, &set) == 0 ? (uint32_t)CPU_COUNT(&set) : 1;
}

Weir *weir_open(const WeirHandlers *handlers) {
  Weir *w = calloc(1, sizeof *w);
  if (w == NULL) return NULL;
  w->handlers = *handlers;
  w->header = true;
  pthread_mutex_init(&w->telling, NULL);
  w->planner = planner_new(count_cores());
  if (w->planner == NULL) {
    weir_close(w);
    return NULL;
  }
  planner_on_subquery(w->planner, job_run_subquery, w);
  source_stop_asked = stop_asked;
  return w;
}

void weir_close(Weir *w) {
  if (w == NULL) return;
  if (w->n_background > 0) {
    weir_interrupt(w);
    jobs_wait(w);
  }
  planner_free(w->planner);
  pthread_mutex_destroy(&w->telling);
  free(w->null_text);
  free(w);
}

/* --- settings */

bool weir_set_rows(Weir *w, WeirRows rows, bool header, const char *null_text) {
  char *copy = null_text != NULL ? strdup(null_text) : NULL;
  if (null_text != NULL && copy == NULL) return false;
  free(w->null_text);
  w->null_text = copy;
  w->rows = rows;
  w->header = header;
  return true;
}

bool weir_set(Weir *w, const char *name, const char *key, const char *value) {
  Error err = {0};
  if (planner_set(w->planner, key, value, &err) == OK) return true;
  tell_error(w, &(SqlText){.name = name}, &err);
  return false;
}

const char *weir_setting(Weir *w, const char *key) { return planner_setting(w->planner, key); }

void weir_stdin_is_script(Weir *w, bool is_script) {
  planner_stdin_is_script(w->planner, is_script);
}

void weir_allow_extensions(Weir *w, bool allow) { planner_allow_extensions(w->planner, allow); }

/* --- statements */

static WeirStatus show(Weir *w, Statement *st) {
  Error err = {0};
  return result_show(w, st, &err) == OK ? WEIR_OK : tell_failure(w, st, &err);
}

static WeirStatus control(Weir *w, Statement *st) {
  Error err = {0};
  bool has_rows;
  if (job_control(w, st, &has_rows, &err) != OK) return tell_failure(w, st, &err);
  return has_rows ? show(w, st) : WEIR_OK;
}

static void call(const Weir *w, void (*handler)(void *arg)) {
  if (handler != NULL) handler(w->handlers.arg);
}

static WeirStatus carry_out(Weir *w, Statement *st) {
  switch (st->plan.kind) {
    case PLAN_NOTHING:
      return WEIR_OK;
    case PLAN_ROWS:
      return show(w, st);
    case PLAN_QUERY:
    case PLAN_INSERT:
      return job_execute(w, st);
    case PLAN_SHOW_JOBS:
      job_list(w, st);
      return show(w, st);
    case PLAN_CHECKPOINT:
    case PLAN_STOP_JOB:
      return control(w, st);
    case PLAN_QUIT:
      return WEIR_QUIT;
    case PLAN_CLEAR:
      call(w, w->handlers.clear);
      return WEIR_OK;
    case PLAN_HELP:
      call(w, w->handlers.help);
      return WEIR_OK;
  }
  assert(!"a kind of plan");
  return WEIR_FAILED;
}

/* Plan and carry out; may take *st over (job_execute). */
static WeirStatus run_statement(Weir *w, Statement *st, const AstStmt *ast) {
  Error err = {0};
  planning = w;
  Code code = plan_statement(w->planner, ast, &st->arena, &st->plan, &err);
  planning = NULL;
  for (uint32_t i = 0; i < st->plan.n_notes; i++) tell_note(w, st->plan.notes[i]);
  return code == OK ? carry_out(w, st) : tell_failure(w, st, &err);
}

/* The next statement of a text, from *at on.  *ended: there was none. */
static WeirStatus next_statement(Weir *w, const SqlText *from, size_t *at, bool *ended) {
  Statement st = {.from = *from};
  Error err = {0};
  AstStmt *ast;
  WeirStatus status = WEIR_OK;
  arena_init(&st.arena);
  if (parse_statement(&st.arena, from->text, from->len, at, &ast, &err) != OK) {
    status = tell_failure(w, &st, &err);
  } else if (ast == NULL) {
    *ended = true;
  } else {
    status = run_statement(w, &st, ast);
  }
  arena_deinit(&st.arena);
  return status;
}

/* Nothing runs any more: an interrupt that came late is forgotten. */
static WeirStatus settled(Weir *w, WeirStatus status) {
  if (w->n_background == 0) atomic_store(&w->interrupted, false);
  return status;
}

WeirStatus weir_run(Weir *w, const char *name, const char *text, size_t len) {
  const SqlText from = {name, text, len};
  WeirStatus status = WEIR_OK;
  bool ended = false;
  for (size_t at = 0; status == WEIR_OK && !ended;) {
    if (atomic_load(&w->interrupted)) {
      status = WEIR_INTERRUPTED;
    } else {
      status = next_statement(w, &from, &at, &ended);
    }
  }
  bool failed = status == WEIR_FAILED || status == WEIR_CLOSED_PIPE;
  if (failed && w->n_background > 0) weir_interrupt(w);
  return settled(w, status);
}

WeirStatus weir_wait(Weir *w) {
  WeirStatus status = jobs_wait(w);
  return settled(w, status);
}

WeirStatus weir_checkpoint_dump(Weir *w, const char *name, const char *path) {
  Statement st = {.from = {.name = name}};
  Error err = {0};
  StrBuf text = {0};
  arena_init(&st.arena);
  bool whole = checkpoint_dump(path, &text, &err) == OK;
  WeirStatus status = WEIR_OK;
  if (whole && strbuf_failed(&text)) whole = FAIL(&err, ERR_MEMORY, NO_SPAN, "out of memory") == OK;
  if (text.len > 0 && !strbuf_failed(&text)) {
    st.plan = (PlanResult){.kind = PLAN_ROWS, .rows = text_rows(&st.arena, strbuf_text(&text))};
    status = show(w, &st);
  }
  if (!whole && status == WEIR_OK) status = tell_failure(w, &st, &err);
  strbuf_deinit(&text);
  arena_deinit(&st.arena);
  return status;
}

bool weir_is_complete(const char *text, size_t len) { return sql_is_complete(text, len); }

/* --- what it did */

const WeirStats *weir_stats(const Weir *w) { return &w->stats; }
void weir_stats_reset(Weir *w) { w->stats = (WeirStats){0}; }

const char *weir_version(void) { return WEIR_VERSION; }
