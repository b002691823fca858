/* promise.c -- what checkpoints do not promise, said when a job that keeps them begins. */
#include <string.h>

#include "exec/run/job_state.h"

static void tell(const Job *job, StrBuf *line) {
  if (!strbuf_failed(line)) job->hooks.note(job->hooks.note_arg, strbuf_text(line));
  strbuf_deinit(line);
}

/* Is there a pipe among what a source reads? */
static bool reads_once(const Job *job, uint32_t source) {
  for (uint32_t i = 0; i < job->splits.n; i++) {
    const InputSplit *split = job->splits.all[i];
    if (split->source != source || split->file.name == NULL || split->watches) continue;
    if (!split->file.replayable) return true;
  }
  return false;
}

static void tell_sources(const Job *job) {
  for (uint32_t i = 0; i < job->n_sources; i++) {
    if (!reads_once(job, i)) continue;
    StrBuf line = {0};
    strbuf_printf(
        &line,
        "\"%s\" cannot be read again: what is read after the last checkpoint is lost when "
        "the job dies",
        job->sources[i].scan->table);
    tell(job, &line);
  }
}

static void tell_sinks(const Job *job) {
  for (uint32_t i = 0; i < job->stages.n_sinks; i++) {
    const SinkWriter *s = &job->sinks[i];
    if (sink_is_exact(s)) continue;
    const SinkOpSpec *spec = &s->plan->spec->u.sink;
    const char *quote = spec->connector != NULL ? "\"" : "";
    StrBuf line = {0};
    strbuf_printf(&line,
                  "%s%s%s: at least once: rows written after the last checkpoint come again when "
                  "the job goes on",
                  quote, spec->table, quote);
    tell(job, &line);
  }
}

void promises_tell(const Job *job) {
  if (!job->checkpoints.on || job->finished || job->hooks.note == NULL) return;
  tell_sources(job);
  tell_sinks(job);
}
