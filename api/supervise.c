/* supervise.c -- a job in a process of its own, which is started again when it dies.
 *
 * The session's process forks before any thread of the job exists.  The worker process runs the
 * job and hands a Report back through a pipe; one that dies leaves the pipe closed and empty.  The
 * session waits, and starts a new one that goes on from the last checkpoint, as restart-strategy.*
 * says.  The worker is in a process group of its own, so that a Ctrl-C reaches the session alone,
 * which passes it on once; it does not outlive the session.
 *
 * What is worth another try: a process that died, and a failed read or write once the job has
 * begun.  All else would come again: the same rows give the same error.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api/restarts.h"
#include "api/session.h"
#include "base/sys.h"
#include "exec/connectors/io_error.h"
#include "exec/connectors/out.h"
#include "exec/data/number_text.h"
#include "exec/run/checkpoint_file.h"

/* What a worker process tells; its pointers are into memory that both processes have. */
typedef struct Report {
  bool opened; /* the job could be made */
  Code code;
  Error err;
  JobStats stats;
} Report;

/* --- the worker process ------------------------------------------------------------------------
 */

static Weir *session; /* of the worker process */

static void on_stop(int number) {
  (void)number;
  weir_interrupt(session);
}

static void take_signals(const sigset_t *before) {
  struct sigaction stop = {.sa_handler = on_stop};
  sigemptyset(&stop.sa_mask);
  sigaction(SIGINT, &stop, NULL);
  sigaction(SIGTERM, &stop, NULL);
  pthread_sigmask(SIG_SETMASK, before, NULL);
}

static void work(Weir *w, const Statement *st, int to, const sigset_t *mask) {
  Report report = {0};
  session = w;
  atomic_store(&w->worker_process, 0);
  take_signals(mask);
  report.code = job_run_here(w, st->plan.job, &report.stats, &report.opened, &report.err);
  Error err = {0};
  if (stdout_flush(&err) != OK && report.code == OK) {
    report.code = err.code;
    report.err = err;
  }
  _exit(sys_write_all(to, &report, sizeof report) ? 0 : 1);
}

/* --- the session -------------------------------------------------------------------------------
 */

static Code system_fail(Error *err, const char *what) {
  char reason[ERRNO_TEXT_MAX];
  errno_text(errno, reason);
  return FAIL(err, ERR_LIMIT, NO_SPAN, "cannot %s: %s", what, reason);
}

/* *from: where its report comes. */
static Code start_worker(Weir *w, const Statement *st, int *from, Error *err) {
  int ends[2];
  TRY(stdout_flush(err)); /* or both would write what is held back */
  if (pipe2(ends, O_CLOEXEC) != 0) return system_fail(err, "make a pipe");
  sigset_t stops, before;
  sigemptyset(&stops);
  sigaddset(&stops, SIGINT);
  sigaddset(&stops, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &stops, &before); /* until they are the worker's own */
  pid_t parent = getpid(), pid = fork();
  if (pid == 0) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    sys.close(ends[0]);
    work(w, st, ends[1], &before);
  }
  atomic_store(&w->worker_process, pid > 0 ? pid : 0);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  sys.close(ends[1]);
  *from = ends[0];
  if (pid > 0) {
    if (atomic_load(&w->interrupted)) kill(pid, SIGTERM);
    return OK;
  }
  sys.close(ends[0]);
  return system_fail(err, "start a process");
}

/* false: the pipe was closed before. */
static bool read_report(int from, Report *report) {
  char *at = (char *)report;
  size_t left = sizeof *report;
  while (left > 0) {
    ssize_t got = sys.read(from, at, left);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    at += got;
    left -= (size_t)got;
  }
  return true;
}

/* Wait for its end; no signal is sent to a process number that is free again. */
static int reap(Weir *w) {
  pid_t pid = atomic_load(&w->worker_process);
  siginfo_t info;
  int status = 0;
  while (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) continue;
  atomic_store(&w->worker_process, 0);
  while (atomic_load(&w->holders) > 0) sched_yield();
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  return status;
}

static Code died(int status, Error *err) {
  if (WIFSIGNALED(status)) {
    const char *name = sigabbrev_np(WTERMSIG(status));
    return FAIL(err, ERR_CRASH, NO_SPAN, "worker process died: signal %d (SIG%s)", WTERMSIG(status),
                name != NULL ? name : "?");
  }
  return FAIL(err, ERR_CRASH, NO_SPAN, "worker process died: exit status %d", WEXITSTATUS(status));
}

/* One worker process from its begin to its end. */
static void run_worker(Weir *w, const Statement *st, Report *report) {
  int from = -1;
  *report = (Report){0};
  report->code = start_worker(w, st, &from, &report->err);
  if (report->code != OK) return;
  bool reported = read_report(from, report);
  sys.close(from);
  int status = reap(w);
  if (reported) return;
  *report = (Report){.opened = true};
  report->code = died(status, &report->err);
}

/* --- starting again ----------------------------------------------------------------------------
 */

/* The number of the newest checkpoint of the job; -1: there is none. */
static Code newest_checkpoint(const CheckpointPlan *plan, int64_t *id, Error *err) {
  Arena arena;
  const char **paths;
  uint32_t n;
  arena_init(&arena);
  *id = -1;
  Code code = checkpoint_list(&arena, plan->dir, plan->job, &paths, &n, err);
  if (code == OK && n > 0) {
    const char *number = strrchr(paths[n - 1], '-');
    if (number == NULL || !int_parse(str_of(number + 1), id)) *id = -1;
  }
  arena_deinit(&arena);
  return code;
}

typedef struct Supervision {
  Weir *w;
  const Statement *st;
  Restarts restarts;
  uint32_t n;         /* restarts so far */
  int64_t checkpoint; /* the newest when it began, -1: there was none */
} Supervision;

static void put_delay(StrBuf *out, Micros us) {
  if (us % MICROS_PER_SECOND == 0) {
    strbuf_printf(out, "%lld s", (long long)(us / MICROS_PER_SECOND));
  } else {
    strbuf_printf(out, "%lld ms", (long long)(us / MICROS_PER_MILLI));
  }
}

static void tell_restart(const Supervision *s, const Report *why, int64_t id, Micros delay_us) {
  const RestartPlan *plan = s->restarts.plan;
  StrBuf line;
  strbuf_init(&line, 0);
  strbuf_printf(&line, "%s; restarting from ", why->err.msg);
  if (id >= 0) {
    strbuf_printf(&line, "checkpoint %lld", (long long)id);
  } else {
    strbuf_puts(&line, "the beginning");
  }
  strbuf_puts(&line, " in ");
  put_delay(&line, delay_us);
  strbuf_printf(&line, " (attempt %u", s->n);
  if (plan->kind == RESTART_FIXED_DELAY) strbuf_printf(&line, " of %u", plan->attempts);
  strbuf_puts(&line, ")");
  if (!strbuf_failed(&line)) tell_note(s->w, strbuf_text(&line));
  strbuf_deinit(&line);
}

/* false: asked to stop. */
static bool wait_for(const Weir *w, Micros delay_us) {
  enum { LOOK_MS = 100 };
  Micros end = sys.mono_us() + delay_us;
  while (!atomic_load(&w->interrupted)) {
    Micros left_ms = (end - sys.mono_us() + MICROS_PER_MILLI - 1) / MICROS_PER_MILLI;
    if (left_ms <= 0) return true;
    sys.poll(NULL, 0, left_ms < LOOK_MS ? (int)left_ms : LOOK_MS);
  }
  return false;
}

/* May it be tried again?  Then it has been told, the time before it has passed, and the plan says
 * from where. */
static bool try_again(Supervision *s, Report *report) {
  CheckpointPlan *plan = &s->st->plan.job->checkpoints;
  bool crashed = report->code == ERR_CRASH;
  bool io = report->code == ERR_IO && (report->opened || s->n > 0);
  Micros delay_us;
  int64_t id;
  if (!(crashed || io) || atomic_load(&s->w->interrupted)) return false;
  if (!restarts_next(&s->restarts, sys.mono_us(), &delay_us)) {
    error_hint(&report->err, "it was restarted %u times, which is all that restart-strategy allows",
               s->n);
    return false;
  }
  Error err = {0};
  if (newest_checkpoint(plan, &id, &err) != OK) return false; /* the first error is told */
  if (id != s->checkpoint) {
    plan->resume = true;
    plan->restore_from = NULL;
  }
  s->n++;
  tell_restart(s, report, plan->resume ? id : -1, delay_us);
  return wait_for(s->w, delay_us);
}

static Code check_alone(const Weir *w, Span span, Error *err) {
  if (w->n_background == 0) return OK;
  FAIL(err, ERR_UNSUPPORTED, span,
       "a job with a restart strategy cannot begin beside an INSERT without end");
  error_hint(err, "put them into one STATEMENT SET");
  return ERR_UNSUPPORTED;
}

WeirStatus supervise(Weir *w, const Statement *st) {
  Supervision s = {.w = w, .st = st};
  Error err = {0};
  Report report;
  if (check_alone(w, NO_SPAN, &err) != OK ||
      newest_checkpoint(&st->plan.job->checkpoints, &s.checkpoint, &err) != OK ||
      restarts_init(&s.restarts, &st->plan.restart, &err) != OK) {
    return tell_failure(w, st, &err);
  }
  if (!st->plan.bounded) tell_note(w, "this INSERT has no end: what follows waits until it stops");
  job_count_start(w);
  do run_worker(w, st, &report);
  while (try_again(&s, &report));
  restarts_deinit(&s.restarts);
  return job_ended(w, st, &report.stats, report.code, &report.err);
}
