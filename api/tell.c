/* tell.c -- errors and notes to the handlers, one at a time. */
#include "api/session.h"
#include "base/str.h"
#include "exec/connectors/connector.h"

void tell_note(Weir *w, const char *line) {
  if (w->handlers.note == NULL) return;
  pthread_mutex_lock(&w->telling);
  w->handlers.note(w->handlers.arg, line);
  pthread_mutex_unlock(&w->telling);
}

void tell_error(Weir *w, const SqlText *from, const Error *err) {
  if (w->handlers.error == NULL) return;
  StrBuf text;
  strbuf_init(&text, 0);
  error_render(err, from->name, from->text, from->len, &text);
  pthread_mutex_lock(&w->telling);
  w->handlers.error(w->handlers.arg,
                    strbuf_failed(&text) ? "error: out of memory\n" : strbuf_text(&text));
  pthread_mutex_unlock(&w->telling);
  strbuf_deinit(&text);
}

static void tell_count(Weir *w, uint64_t n, const char *one, const char *many) {
  if (n == 0) return;
  StrBuf line;
  strbuf_init(&line, 0);
  strbuf_printf(&line, "%llu %s", (unsigned long long)n, n == 1 ? one : many);
  tell_note(w, strbuf_text(&line));
  strbuf_deinit(&line);
}

static bool has_windows(const JobPlan *plan) {
  for (uint32_t i = 0; i < plan->n_ops; i++) {
    if (plan->ops[i]->id == OP_WINDOW_AGG) return true;
  }
  return false;
}

void tell_job_end(Weir *w, const PlanResult *plan, const JobStats *stats) {
  tell_count(w, stats->bad_rows, "malformed row skipped", "malformed rows skipped");
  tell_count(w, stats->late_rows, "late row dropped", "late rows dropped");
  tell_count(w, stats->null_time_rows, "row without event time dropped",
             "rows without event time dropped");
  if (!stats->interrupted) return;
  if (plan->job->flush_on_interrupt) {
    tell_note(w, "stopped");
  } else if (plan->at_end) {
    tell_note(w, "stopped: the result needs all of the input and is not shown");
  } else if (has_windows(plan->job)) {
    tell_note(w, "stopped: windows that were still open are left out");
  } else {
    tell_note(w, "stopped");
  }
}

/* Did standard output close, or whatever takes the rows of a SELECT?  (A pipe that a table writes
 * to is no different from a file that cannot be written.) */
static bool reader_has_gone(const Statement *st, const Error *err) {
  if (err->code != ERR_CLOSED_PIPE) return false;
  if (st->plan.kind != PLAN_INSERT) return true;
  for (uint32_t i = 0; i < st->plan.job->n_ops; i++) {
    const OpSpec *op = st->plan.job->ops[i];
    if (op->id == OP_SINK && op->u.sink.connector == connector_find("print")) return true;
  }
  return false;
}

WeirStatus tell_failure(Weir *w, const Statement *st, const Error *err) {
  if (reader_has_gone(st, err)) return WEIR_CLOSED_PIPE;
  if (err->code == ERR_CANCELLED) return WEIR_INTERRUPTED;
  tell_error(w, &st->from, err);
  return WEIR_FAILED;
}
