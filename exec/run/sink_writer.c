/* sink_writer.c -- one thread for each sink: takes encoded rows in order and writes them.
 *
 * It writes what is there and flushes whenever nothing more is, so rows are seen as soon as they
 * are final, and a busy sink gets large writes.
 */
#include <string.h>

#include "base/sys.h"
#include "exec/run/job_state.h"

static SinkSpec sink_spec(const SinkWriter *s) {
  const SinkOpSpec *spec = &s->plan->spec->u.sink;
  return (SinkSpec){.table = spec->table,
                    .options = spec->options,
                    .fields = spec->fields,
                    .n_fields = spec->n_fields,
                    .partition_by = spec->partition_by,
                    .n_partition_by = spec->n_partition_by,
                    .primary_key = spec->primary_key,
                    .n_primary_key = spec->n_primary_key,
                    .updating = spec->updating,
                    .overwrite = spec->overwrite,
                    .checkpointing = s->job->checkpoints.on,
                    .span = spec->span};
}

/* The columns that are written: all but those that name the partition. */
static void encode_fields(SinkWriter *s, EncodeSpec *out) {
  const SinkOpSpec *spec = &s->plan->spec->u.sink;
  FormatField *fields = ARENA_ARRAY(&s->job->arena, FormatField, spec->n_fields);
  out->n_fields = 0;
  for (uint32_t i = 0; i < spec->n_fields; i++) {
    if (!sink_is_partition(spec, i)) fields[out->n_fields++] = spec->fields[i];
  }
  out->fields = fields;
}

/* Encode the header once; formats without one leave it empty. */
static Code make_header(SinkWriter *s, Error *err) {
  if (s->format == NULL || s->format->encode_header == NULL) return OK;
  Encoder *encoder;
  TRY(s->format->encoder_new(&s->encode, &encoder, err));
  s->format->encode_header(encoder, &s->header);
  s->format->encoder_free(encoder);
  return strbuf_failed(&s->header) ? FAIL(err, ERR_MEMORY, NO_SPAN, "out of memory") : OK;
}

Code sink_open(SinkWriter *s, Error *err) {
  const SinkOpSpec *spec = &s->plan->spec->u.sink;
  const JobResult *result = &s->job->hooks.result;
  s->encode = (EncodeSpec){.options = spec->options, .zone = s->job->plan->env.zone};
  encode_fields(s, &s->encode);
  if (spec->connector == NULL) {
    s->format = result->format;
    s->encode.options = result->options;
    s->encode.null_text = result->null_text;
    s->encode.with_kind = result->with_kind;
    s->encode.shown = true;
    s->open = true;
    return make_header(s, err);
  }
  SinkSpec open = sink_spec(s);
  s->table = spec->connector->sink;
  s->format = s->table->format(&open);
  TRY(make_header(s, err));
  open.header = (Str){s->header.data, s->header.len};
  TRY(s->table->open(&open, &s->sink, err));
  s->open = true;
  return OK;
}

bool sink_is_exact(const SinkWriter *s) {
  if (s->format == NULL) return true; /* nothing is written */
  if (s->table == NULL || s->table->guarantee == NULL) return false;
  const SinkSpec spec = sink_spec(s);
  return strcmp(s->table->guarantee(&spec), "exactly once") == 0;
}

static Code write_bytes(SinkWriter *s, Str partition, const char *bytes, size_t n) {
  if (n == 0) return OK;
  if (s->sink != NULL) return s->table->write(s->sink, partition, bytes, n, &s->err);
  const JobResult *result = &s->job->hooks.result;
  return result->write(result->arg, bytes, n, &s->err);
}

static Code flush(SinkWriter *s) {
  if (s->sink != NULL) return s->table->flush != NULL ? s->table->flush(s->sink, &s->err) : OK;
  const JobResult *result = &s->job->hooks.result;
  return result->flush != NULL ? result->flush(result->arg, &s->err) : OK;
}

/* Write one parcel outside the lock. */
static Code write_parcel(SinkWriter *s, Parcel *p) {
  Flow *flow = &s->job->flow;
  pthread_mutex_unlock(&flow->lock);
  Code code = write_bytes(s, str_of(p->partition), p->bytes.data, p->bytes.len);
  s->rows += p->n_rows;
  parcel_free(p);
  pthread_mutex_lock(&flow->lock);
  s->job->silence = (Silence){.since_us = sys.mono_us()};
  return code;
}

/* Wait for a change; what has been written becomes visible first. */
static Code flush_and_wait(SinkWriter *s, bool *dirty) {
  Flow *flow = &s->job->flow;
  if (*dirty) {
    *dirty = false;
    pthread_mutex_unlock(&flow->lock);
    Code code = flush(s);
    pthread_mutex_lock(&flow->lock);
    return code; /* something may have changed meanwhile: look again before sleeping */
  }
  pthread_cond_wait(&flow->output, &flow->lock);
  return OK;
}

/* All of one chunk (lock held).  *ended: it was the last. */
static Code write_chunk(SinkWriter *s, uint64_t chunk, bool *dirty, bool *ended) {
  Job *job = s->job;
  while (!job->flow.failed) {
    TRY(checkpoint_commit_sink(s));
    ChunkSlot *slot = chunk < job->flow.admitted ? flow_slot(&job->flow, chunk) : NULL;
    if (slot == NULL || slot->state != SLOT_PARSED) {
      TRY(flush_and_wait(s, dirty));
      continue;
    }
    if (slot->error.code != OK) {
      s->err = slot->error;
      return slot->error.code;
    }
    Parcel *p;
    Take take = take_parcel(job, s->plan->in, s->plan->n_in, 0, slot, &p);
    if (take == TAKE_WAIT) {
      TRY(flush_and_wait(s, dirty));
    } else if (take == TAKE_PARCEL) {
      *dirty = true;
      TRY(write_parcel(s, p));
    } else {
      *ended = chunk_is_last(slot->kind);
      if (slot->saves) TRY(checkpoint_prepare_sink(s, *ended));
      job_retire(job, slot);
      return OK;
    }
  }
  return OK;
}

void *sink_main(void *arg) {
  SinkWriter *s = arg;
  Flow *flow = &s->job->flow;
  bool dirty = true, ended = false;
  Code code = OK;
  if (s->sink == NULL) { /* also of no rows */
    code = write_bytes(s, STR(""), s->header.data, s->header.len);
  }
  pthread_mutex_lock(&flow->lock);
  for (uint64_t chunk = 0; code == OK && !ended && !flow->failed; chunk++) {
    code = write_chunk(s, chunk, &dirty, &ended);
  }
  while (code == OK && !flow->failed && !checkpoints_idle(&s->job->checkpoints)) {
    code = checkpoint_commit_sink(s);
    if (code == OK && !checkpoints_idle(&s->job->checkpoints)) {
      pthread_cond_wait(&flow->output, &flow->lock);
    }
  }
  if (code != OK) job_fail(s->job, &s->err);
  pthread_mutex_unlock(&flow->lock);
  if (code == OK && flush(s) != OK) {
    pthread_mutex_lock(&flow->lock);
    job_fail(s->job, &s->err);
    pthread_mutex_unlock(&flow->lock);
  }
  return NULL;
}

Code sink_close(SinkWriter *s, bool commit, Error *err) {
  strbuf_deinit(&s->header);
  if (!s->open) return OK;
  s->open = false;
  if (s->sink == NULL) return OK;
  Sink *sink = s->sink;
  s->sink = NULL;
  return s->table->close(sink, commit, err);
}
