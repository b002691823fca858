/* tell.c -- errors and notes to the handlers, one at a time. */
#include "api/session.h"
#include "base/str.h"
#include "exec/connectors/connector.h"
#include "exec/data/timestamp.h"

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

static void put_time(StrBuf *out, Micros us) {
  char text[TIMESTAMP_TEXT_MAX];
  strbuf_put(out, text, timestamp_print(us, us % MICROS_PER_SECOND != 0 ? 3 : 0, ' ', text));
}

static void tell_line(Weir *w, StrBuf *line) {
  if (!strbuf_failed(line)) tell_note(w, strbuf_text(line));
  strbuf_deinit(line);
}

static void tell_open(Weir *w, const OpPending *open) {
  StrBuf line = {0};
  strbuf_puts(&line, "stopped: windows that were still open are left out, first [");
  put_time(&line, open->start_us);
  strbuf_puts(&line, ", ");
  put_time(&line, open->end_us);
  strbuf_puts(&line, ")");
  tell_line(w, &line);
}

static void tell_far_rows(Weir *w, const JobStats *stats) {
  if (stats->far_rows == 0) return;
  StrBuf line = {0};
  strbuf_printf(&line, "%llu row%s ahead of weir.watermark.max-jump, the first to ",
                (unsigned long long)stats->far_rows, stats->far_rows == 1 ? "" : "s");
  put_time(&line, stats->far_us);
  tell_line(w, &line);
}

static bool passes_null_times(const JobPlan *plan) {
  for (uint32_t i = 0; i < plan->n_ops; i++) {
    const OpSpec *op = plan->ops[i];
    if (op->id == OP_WATERMARK && op->u.watermark.null_time == NULL_TIME_SKIP) return true;
  }
  return false;
}

static void tell_null_times(Weir *w, const JobPlan *plan, uint64_t n) {
  if (passes_null_times(plan)) {
    tell_count(w, n, "row without event time passed over by the watermark",
               "rows without event time passed over by the watermark");
  } else {
    tell_count(w, n, "row without event time dropped", "rows without event time dropped");
  }
}

void tell_job_end(Weir *w, const JobPlan *job, bool at_end, const JobStats *stats) {
  tell_count(w, stats->bad_rows, "malformed row skipped", "malformed rows skipped");
  tell_count(w, stats->late_rows, "late row dropped", "late rows dropped");
  tell_null_times(w, job, stats->null_time_rows);
  tell_far_rows(w, stats);
  if (!stats->interrupted) return;
  if (stats->resumable) {
    StrBuf line = {0};
    strbuf_printf(&line, "stopped: job \"%s\" can go on from checkpoint %llu (--resume)",
                  job->checkpoints.job, (unsigned long long)stats->checkpoint_id);
    tell_note(w, strbuf_text(&line));
    strbuf_deinit(&line);
  } else if (job->flush_on_interrupt) {
    tell_note(w, "stopped");
  } else if (at_end) {
    tell_note(w, "stopped: the result needs all of the input and is not shown");
  } else if (stats->open.n_windows > 0) {
    tell_open(w, &stats->open);
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
