/* job.c -- the life of a job: open everything, run the threads, retire chunks, close. */
#include "exec/run/job.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/sys.h"
#include "exec/connectors/file_names.h"
#include "exec/run/job_state.h"

/* --- while running ------------------------------------------------------------------ */

static void rouse_input(Job *job) {
  uint64_t one = 1;
  (void)!write(job->wake_fd, &one, sizeof one); /* a full counter is awake enough */
}

void job_wake_input(Job *job) {
  if (!job->flow.input_waits) return;
  job->flow.input_waits = false;
  rouse_input(job);
}

void job_fail(Job *job, const Error *err) {
  assert(err->code != OK);
  if (!job->flow.failed) job->err = *err;
  job->flow.failed = true;
  pthread_cond_broadcast(&job->flow.changed);
  pthread_cond_broadcast(&job->flow.output);
  job_wake_input(job);
}

/* Tell the first few malformed rows of the job; in the order of chunks, so the same ones each time.
 */
static void report_bad_rows(Job *job, ChunkSlot *slot) {
  const char *name =
      slot->bad_rows + slot->skipped_records > 0 ? slot->from->reader.split->name : NULL;
  for (uint32_t i = 0; i < slot->n_bad; i++) {
    if (job->stats.bad_rows + i < BAD_ROWS_SHOWN && job->hooks.note != NULL) {
      StrBuf line = {0};
      const char *reason = slot->bad[i].reason != NULL ? slot->bad[i].reason : "malformed";
      strbuf_printf(&line, "%s:%llu: skipped: %s", name, (unsigned long long)slot->bad[i].line,
                    reason);
      job->hooks.note(job->hooks.note_arg, strbuf_text(&line));
      strbuf_deinit(&line);
    }
    free(slot->bad[i].reason);
  }
  job->stats.bad_rows += slot->bad_rows + slot->skipped_records;
}

static void write_dead_letters(Job *job, ChunkSlot *slot) {
  const Source *src = &job->sources[slot->source];
  Error err = {0};
  if (strbuf_failed(&slot->dead_letters)) {
    FAIL(&err, ERR_MEMORY, NO_SPAN, "out of memory for dead letters");
    job_fail(job, &err);
  } else if (slot->dead_letters.len > 0 &&
             !sys_write_all(src->dead_letter_fd, slot->dead_letters.data, slot->dead_letters.len)) {
    FAIL(&err, ERR_IO, NO_SPAN, "cannot write \"%s\": %s", src->dead_letter_path, strerror(errno));
    job_fail(job, &err);
  }
  strbuf_deinit(&slot->dead_letters);
}

static void clear_slot(Job *job, ChunkSlot *slot) {
  free(slot->text);
  uint32_t queues =
      slot->kind == CHUNK_ROWS ? job->sources[slot->source].stage->n_out * WORKERS_MAX : 0;
  for (uint32_t i = 0; i < queues; i++) parcel_queue_free(&slot->parcels[i]);
  *slot = (ChunkSlot){.parcels = slot->parcels};
}

void job_retire(Job *job, ChunkSlot *slot) {
  assert(slot->consumers_left > 0);
  if (--slot->consumers_left > 0) return;
  assert(slot->seq == job->flow.retired);
  if (slot->kind == CHUNK_ROWS) {
    report_bad_rows(job, slot);
    write_dead_letters(job, slot);
    job->stats.rows_in += slot->rows;
    job->stats.null_time_rows += slot->null_time_rows;
    if (job->stats.far_rows == 0) job->stats.far_us = slot->far_us;
    job->stats.far_rows += slot->far_rows;
    /* A directory may be watched for ever: what is over leaves its path alone. */
    if (slot->split_ended && slot->from->found_in != NULL) split_reader_free(&slot->from->reader);
  }
  if (slot->saves) checkpoint_save_job(job, slot);
  clear_slot(job, slot);
  job->flow.retired++;
  job_wake_input(job);
}

/* --- opening ------------------------------------------------------------------------ */

static const WatermarkSpec *watermark_of(const Stage *stage) {
  for (uint32_t i = 0; i < stage->n_ops; i++) {
    if (stage->ops[i]->id == OP_WATERMARK) return &stage->ops[i]->u.watermark;
  }
  return NULL;
}

/* Where malformed records go: the table's own option, or the session's. */
static Code open_dead_letters(const Job *job, Source *src, Error *err) {
  const Option *own = options_find(src->scan->options, "weir.dead-letter.path");
  src->dead_letter_path = own != NULL ? own->value : job->plan->dead_letter_path;
  if (src->dead_letter_path == NULL) return OK;
  src->dead_letter_fd = sys.open(src->dead_letter_path, O_WRONLY | O_CREAT | O_APPEND, 0644);
  Span span = own != NULL ? own->value_span : NO_SPAN;
  if (src->dead_letter_fd < 0) {
    return FAIL(err, ERR_IO, span, "cannot open \"%s\": %s", src->dead_letter_path,
                strerror(errno));
  }
  if (job->plan->checkpoints.dir == NULL) return OK;
  /* A checkpoint makes the bytes of a file durable, which its name has to be already. */
  return parent_sync(src->dead_letter_path, span, err);
}

/* Of a source that is no byte source: one that nothing is read from. */
static Code add_split(Job *job, Source *src, Error *err) {
  uint32_t index = (uint32_t)(src - job->sources);
  if (split_list_add(&job->splits, index, NULL) != NULL) return OK;
  return FAIL(err, ERR_MEMORY, NO_SPAN, "out of memory");
}

static Code open_rows(Job *job, Source *src, Error *err) {
  SourceSpec spec = source_spec(job, src);
  TRY(add_split(job, src, err));
  return src->scan->connector->rows->open(&spec, &src->rows, err);
}

static Code open_source(Job *job, Source *src, Error *err) {
  const ScanSpec *scan = src->scan;
  if (scan == NULL) return add_split(job, src, err);
  if (scan->connector->rows != NULL) return open_rows(job, src, err);
  src->on_error = format_on_error(scan->format, scan->options);
  TRY(open_dead_letters(job, src, err));
  src->decode = (DecodeSpec){.fields = scan->fields,
                             .n_fields = scan->n_fields,
                             .wanted = scan->wanted,
                             .n_wanted = scan->n_wanted,
                             .options = scan->options,
                             .zone = job->plan->env.zone};
  return watch_open(job, src, err);
}

static Code open_sources(Job *job, Error *err) {
  job->sources = ARENA_ARRAY(&job->arena, Source, job->stages.n_stages + 1);
  for (uint32_t i = 0; i < job->stages.n_stages; i++) {
    const Stage *stage = &job->stages.stages[i];
    if (!stage->source) continue;
    Source *src = &job->sources[job->n_sources];
    src->stage = stage;
    src->scan = stage->head->id == OP_SCAN ? &stage->head->u.scan : NULL;
    const WatermarkSpec *watermark = watermark_of(stage);
    src->timed = watermark != NULL;
    src->in_order = watermark != NULL && watermark->max_jump_us > 0;
    src->dead_letter_fd = -1;
    job->n_sources++;
    src->first_split = job->splits.n;
    TRY(open_source(job, src, err));
    src->n_splits = job->splits.n - src->first_split;
  }
  /* Thousands of files may be open at once. */
  struct rlimit files;
  if ((job->splits.n > 200 || watch_any(job)) && getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
  return OK;
}

/* One worker is enough for what is one chunk anyway. */
static uint32_t choose_workers(const Job *job) {
  uint64_t bytes = 0;
  for (uint32_t i = 0; i < job->splits.n; i++) {
    const Split *split = job->splits.all[i]->reader.split;
    const Source *src = &job->sources[job->splits.all[i]->source];
    if (src->scan == NULL) continue;
    if (split == NULL || !split->bounded) return job->plan->parallelism;
    bytes += split->bytes;
  }
  return bytes <= job->plan->chunk_bytes ? 1 : job->plan->parallelism;
}

void lanes_open(Job *job) {
  for (uint32_t i = 0; i < job->stages.n_edges; i++) {
    Edge *edge = &job->stages.edges[i];
    const Stage *from = &job->stages.stages[edge->from];
    bool one = edge->to_sink || job->stages.stages[edge->to].single;
    edge->n_consumers = one ? 1 : job->n_workers;
    job->flow.sources_feed_sinks |= from->source && edge->to_sink;
    if (from->source) continue;
    edge->n_producers = from->single ? 1 : job->n_workers;
    uint32_t n = edge->n_producers * edge->n_consumers;
    edge->lanes = ARENA_ARRAY(&job->arena, Lane, n);
    for (uint32_t k = 0; k < n; k++) edge->lanes[k].tag = (OrderTag){MICROS_MIN, MICROS_MIN};
  }
}

void lanes_free(Job *job) {
  for (uint32_t i = 0; i < job->stages.n_edges; i++) {
    Edge *edge = &job->stages.edges[i];
    if (edge->lanes == NULL) continue;
    for (uint32_t k = 0; k < edge->n_producers * edge->n_consumers; k++) {
      parcel_queue_free(&edge->lanes[k].queue);
    }
    edge->lanes = NULL;
  }
}

static void open_ring(Job *job) {
  uint32_t edges = 1;
  for (uint32_t i = 0; i < job->n_sources; i++) {
    if (job->sources[i].stage->n_out > edges) edges = job->sources[i].stage->n_out;
  }
  job->flow.ring = job->n_workers + RING_AHEAD;
  job->flow.n_slots = job->workers_max + RING_AHEAD;
  job->flow.slots = ARENA_ARRAY(&job->arena, ChunkSlot, job->flow.n_slots);
  for (uint32_t i = 0; i < job->flow.n_slots; i++) {
    ChunkSlot *slot = &job->flow.slots[i];
    slot->parcels = ARENA_ARRAY(&job->arena, ParcelQueue, edges * WORKERS_MAX);
  }
}

static Code open_sinks(Job *job, Error *err) {
  job->sinks = ARENA_ARRAY(&job->arena, SinkWriter, job->stages.n_sinks + 1);
  for (uint32_t i = 0; i < job->stages.n_sinks; i++) {
    SinkWriter *s = &job->sinks[i];
    *s = (SinkWriter){.job = job, .plan = &job->stages.sinks[i]};
    TRY(sink_open(s, err));
  }
  return OK;
}

static Code open_worker(Job *job, Worker *w, Error *err) {
  for (uint32_t k = 0; k < job->n_sources; k++) TRY(source_instance_open(w, k, err));
  for (uint32_t k = 0; k < job->stages.n_stages; k++) {
    TRY(keyed_open(w, k, err));
    job->n_consumers += w->keyed[k].exists;
  }
  return OK;
}

Code workers_open(Job *job, Error *err) {
  job->n_consumers = job->stages.n_sinks;
  for (uint32_t i = 0; i < job->n_workers; i++) TRY(open_worker(job, &job->workers[i], err));
  return OK;
}

static void make_workers(Job *job) {
  job->workers = ARENA_ARRAY(&job->arena, Worker, job->workers_max);
  for (uint32_t i = 0; i < job->workers_max; i++) {
    Worker *w = &job->workers[i];
    *w = (Worker){.job = job, .index = i};
    w->sources = ARENA_ARRAY(&job->arena, SourceInstance, job->n_sources + 1);
    w->keyed = ARENA_ARRAY(&job->arena, KeyedInstance, job->stages.n_stages + 1);
  }
}

static Code open_job(Job *job, Error *err) {
  TRY(stages_cut(&job->arena, job->plan, &job->stages, err));
  job->chunk_bytes = job->plan->chunk_bytes;
  TRY(checkpoints_open(job, err));
  TRY(open_sources(job, err));
  job->workers_max = choose_workers(job);
  job->n_workers = job->plan->autoscale.on ? 1 : job->workers_max;
  lanes_open(job);
  open_ring(job);
  TRY(open_sinks(job, err));
  TRY(restore_begin(job, err));
  promises_tell(job);
  make_workers(job);
  TRY(peek_splits(job, err));
  TRY(workers_open(job, err));
  TRY(restore_operators(job, err));
  return job->checkpoints.restored_from == NULL ? checkpoints_write_first(job, err) : OK;
}

Code job_new(const JobPlan *plan, const JobHooks *hooks, Job **out, Error *err) {
  TRY(job_plan_validate(plan, err));
  Job *job = calloc(1, sizeof *job);
  if (job == NULL) return FAIL(err, ERR_MEMORY, NO_SPAN, "out of memory");
  job->plan = plan;
  memory_set_limit(plan->memory_limit);
  job->hooks = *hooks;
  pthread_mutex_init(&job->flow.lock, NULL);
  pthread_cond_init(&job->flow.changed, NULL);
  pthread_cond_init(&job->flow.output, NULL);
  job->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  Code code = job->wake_fd >= 0
                  ? open_job(job, err)
                  : FAIL(err, ERR_IO, NO_SPAN, "cannot make an eventfd: %s", strerror(errno));
  if (code != OK) {
    job_free(job);
    return code;
  }
  *out = job;
  return OK;
}

/* --- running ------------------------------------------------------------------------ */

static void *worker_main(void *worker) {
  worker_loop(worker);
  return NULL;
}

static void start_thread(Job *job, pthread_t *thread, bool *started, void *(*run)(void *),
                         void *arg) {
  int rc = pthread_create(thread, NULL, run, arg);
  *started = rc == 0;
  if (rc == 0) return;
  Error err = {0};
  FAIL(&err, ERR_LIMIT, NO_SPAN, "cannot start a thread: %s", strerror(rc));
  pthread_mutex_lock(&job->flow.lock);
  job_fail(job, &err);
  pthread_mutex_unlock(&job->flow.lock);
}

static void run_threads(Job *job) {
  for (uint32_t i = 0; i < job->stages.n_sinks; i++) {
    start_thread(job, &job->sinks[i].thread, &job->sinks[i].started, sink_main, &job->sinks[i]);
  }
  for (uint32_t i = 1; i < job->workers_max; i++) {
    start_thread(job, &job->workers[i].thread, &job->workers[i].started, worker_main,
                 &job->workers[i]);
  }
  start_thread(job, &job->input_thread, &job->input_started, input_main, job);
  start_thread(job, &job->checkpoints.thread, &job->checkpoints.started, checkpoints_main, job);
  worker_loop(&job->workers[0]);
  for (uint32_t i = 1; i < job->workers_max; i++) {
    if (job->workers[i].started) pthread_join(job->workers[i].thread, NULL);
  }
  for (uint32_t i = 0; i < job->stages.n_sinks; i++) {
    if (job->sinks[i].started) pthread_join(job->sinks[i].thread, NULL);
  }
  if (job->input_started) pthread_join(job->input_thread, NULL);
  checkpoints_stop(job);
}

Code job_run(Job *job, JobStats *stats, Error *err) {
  if (!job->finished) run_threads(job);
  bool ok = !job->flow.failed;
  for (uint32_t i = 0; i < job->stages.n_sinks; i++) {
    job->stats.rows_out += job->sinks[i].rows;
    Error close_err = {0};
    if (sink_close(&job->sinks[i], ok, &close_err) != OK && ok) {
      job->err = close_err;
      ok = false;
    }
  }
  *stats = job->stats;
  if (ok) return OK;
  *err = job->err;
  return err->code;
}

void job_interrupt(Job *job) {
  atomic_store(&job->interrupted, true);
  rouse_input(job);
}

void job_free(Job *job) {
  if (job == NULL) return;
  for (uint32_t i = 0; job->workers != NULL && i < job->workers_max; i++)
    worker_close(&job->workers[i]);
  for (uint32_t i = 0; job->sinks != NULL && i < job->stages.n_sinks; i++) {
    Error ignored = {0}; /* the job has failed already, with a better message */
    if (sink_close(&job->sinks[i], false, &ignored) != OK) continue;
  }
  for (uint32_t i = 0; job->flow.slots != NULL && i < job->flow.n_slots; i++) {
    ChunkSlot *slot = &job->flow.slots[i];
    for (uint32_t b = 0; b < slot->n_bad; b++) free(slot->bad[b].reason);
    strbuf_deinit(&slot->dead_letters);
    clear_slot(job, slot);
  }
  checkpoints_close(job);
  lanes_free(job);
  peek_close(job);
  split_list_free(&job->splits);
  for (uint32_t i = 0; i < job->n_sources; i++) {
    Source *src = &job->sources[i];
    if (src->rows != NULL) src->scan->connector->rows->close(src->rows);
    if (src->dead_letter_fd >= 0) sys.close(src->dead_letter_fd);
    watch_close(src);
  }
  if (job->wake_fd >= 0) close(job->wake_fd);
  pthread_cond_destroy(&job->flow.output);
  pthread_cond_destroy(&job->flow.changed);
  pthread_mutex_destroy(&job->flow.lock);
  arena_deinit(&job->arena);
  free(job);
}
