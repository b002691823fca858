/* checkpoint.c -- the life of a checkpoint: when one is due, what is saved, what sinks do. */
#include "exec/run/checkpoint.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/sys.h"
#include "exec/run/job_state.h"

enum {
  SAVE_STEP_BYTES = 1 << 20, /* about a millisecond of a worker */
  STATE_VERSION = 1
};

/* --- blocks ------------------------------------------------------------------------- */

static void queue_block(Job *job, StateBlock *block) {
  Checkpoints *c = &job->checkpoints;
  block->next = NULL;
  if (c->tail != NULL) {
    c->tail->next = block;
  } else {
    c->head = block;
  }
  c->tail = block;
  c->queued_bytes += block->bytes.len;
  pthread_cond_broadcast(&c->changed);
}

/* A job that has failed throws away what comes. */
static bool take_locked(StateSink *to, StateBlock *block) {
  Saver *s = (Saver *)to;
  block->owner = s->owner;
  if (s->job->flow.failed) {
    state_block_free(block);
  } else {
    queue_block(s->job, block);
  }
  return true;
}

static bool take(StateSink *to, StateBlock *block) {
  Saver *s = (Saver *)to;
  pthread_mutex_lock(&s->job->flow.lock);
  bool ok = take_locked(to, block);
  pthread_mutex_unlock(&s->job->flow.lock);
  return ok;
}

/* One of those that had something to save is through (lock held). */
static void saved(Job *job) {
  Checkpoints *c = &job->checkpoints;
  assert(c->phase == CHECKPOINT_SAVING && c->savers_left > 0);
  if (--c->savers_left == 0) pthread_cond_broadcast(&c->changed);
}

/* --- when --------------------------------------------------------------------------- */

Micros checkpoints_due_in_us(const Job *job) {
  const Checkpoints *c = &job->checkpoints;
  if (!c->on || !checkpoints_idle(c) || c->plan->interval_us == 0) return MICROS_MAX;
  if (c->epochs == c->epochs_before) return MICROS_MAX; /* nothing new to save */
  Micros at = c->begun_us + c->plan->interval_us;
  if (at < c->done_us + c->plan->min_pause_us) at = c->done_us + c->plan->min_pause_us;
  Micros left = at - sys.mono_us();
  return left > 0 ? left : 0;
}

bool checkpoints_due(const Job *job) {
  const Checkpoints *c = &job->checkpoints;
  if (!c->on) return false;
  uint32_t every = c->plan->every_epochs;
  if (every > 0 && c->epochs - c->epochs_before >= every) return true; /* waits for the last */
  if (!checkpoints_idle(c)) return false;
  if (c->request.wanted) return true;
  return c->epochs > c->epochs_before && checkpoints_due_in_us(job) == 0;
}

/* --- begin and end (lock held) ------------------------------------------------------ */

static uint32_t count_instances(const Job *job) {
  uint32_t n = 0;
  for (uint32_t w = 0; w < job->n_workers; w++) {
    for (uint32_t s = 0; s < job->stages.n_stages; s++) n += job->workers[w].keyed[s].exists;
  }
  return n;
}

static void fill_info(Job *job, bool finished) {
  Checkpoints *c = &job->checkpoints;
  c->info = (CheckpointInfo){.id = c->next_id++,
                             .epochs = c->epochs,
                             .time_us = sys.wall_us(),
                             .job = c->plan->job,
                             .finished = finished,
                             .savepoint = !finished && c->request.wanted && c->request.into != NULL,
                             .parallelism = job->n_workers,
                             .owners = c->owners.names,
                             .n_owners = c->owners.n};
  c->into = c->info.savepoint ? c->request.into : c->own_dir;
  c->epochs_before = c->epochs;
  c->begun_us = sys.mono_us();
  c->bytes_in = job->stats.bytes_in;
}

static Saver saver_of(Job *job, uint32_t owner, bool locked) {
  return (Saver){.sink.take = locked ? take_locked : take, .job = job, .owner = owner};
}

static Code save_sources(Job *job, Error *err) {
  for (uint32_t i = 0; i < job->n_sources; i++) {
    Saver saver =
        saver_of(job, job->checkpoints.owners.of_stage[job->sources[i].stage->index], true);
    TRY(source_save(job, i, &saver.sink, err));
  }
  return OK;
}

static void fail_memory(Job *job) {
  Error err = {0};
  FAIL(&err, ERR_MEMORY, NO_SPAN, "out of memory for a checkpoint");
  job_fail(job, &err);
}

void checkpoints_begin(Job *job, const ChunkSlot *slot) {
  Checkpoints *c = &job->checkpoints;
  bool last = chunk_is_last(slot->kind);
  assert(checkpoints_idle(c));
  fill_info(job, last);
  c->savers_left = (last ? 0 : count_instances(job)) + job->stages.n_sinks + 1;
  c->phase = CHECKPOINT_SAVING;
  Error err = {0};
  if (save_sources(job, &err) != OK) job_fail(job, &err);
  pthread_cond_broadcast(&c->changed);
}

static void finish_request(Checkpoints *c) {
  if (!c->request.wanted || c->info.finished) return;
  free(c->request.path);
  char id[24];
  snprintf(id, sizeof id, "%llu", (unsigned long long)c->info.id);
  size_t n = strlen(c->into) + strlen(id) + 8;
  c->request.path = malloc(n);
  if (c->request.path != NULL) snprintf(c->request.path, n, "%s/chk-%s", c->into, id);
  c->request.wanted = false;
  c->request.done++;
}

/* The sinks have committed. */
void checkpoint_complete(Job *job) {
  Checkpoints *c = &job->checkpoints;
  c->phase = CHECKPOINT_NONE;
  c->done_us = sys.mono_us();
  job->stats.checkpoints++;
  job->stats.checkpoint_id = c->info.id;
  job->stats.checkpoint_bytes += c->info.state_bytes;
  job->stats.checkpoint_us += (uint64_t)(c->done_us - c->begun_us);
  finish_request(c);
  pthread_cond_broadcast(&c->changed);
  pthread_cond_broadcast(&job->flow.output); /* a writer that has ended waits for this */
  job_wake_input(job);
}

void checkpoint_decided(Job *job) {
  Checkpoints *c = &job->checkpoints;
  c->phase = CHECKPOINT_COMMITTING;
  c->commits_left = 0;
  for (uint32_t i = 0; i < job->stages.n_sinks; i++) {
    SinkWriter *s = &job->sinks[i];
    if (s->sink == NULL || s->table->commit == NULL) continue;
    s->commit_due = true;
    c->commits_left++;
  }
  pthread_cond_broadcast(&job->flow.output);
}

/* --- what is saved ------------------------------------------------------------------ */

Code checkpoint_save_instance(Job *job, KeyedInstance *k) {
  Micros since_us = sys.mono_us();
  k->saver = saver_of(job, job->checkpoints.owners.of_stage[k->instance.stage->index], false);
  Code code = keyed_save(k, &k->saver.sink);
  k->saver.took_us = sys.mono_us() - since_us;
  return code;
}

/* How long a worker did nothing but save (lock held). */
static void note_pause(Job *job, Micros us) {
  if ((uint64_t)us > job->stats.checkpoint_pause_us) job->stats.checkpoint_pause_us = (uint64_t)us;
}

void checkpoint_instance_saved(Job *job, KeyedInstance *k) {
  note_pause(job, k->saver.took_us);
  k->saver.draining = k->saver.sink.drains != NULL;
  if (k->saver.sink.failed) {
    fail_memory(job);
  } else if (!k->saver.draining) {
    saved(job);
  }
}

bool checkpoint_save_step(Worker *w) {
  Job *job = w->job;
  if (job->checkpoints.phase != CHECKPOINT_SAVING) return false;
  if (job->checkpoints.queued_bytes > CHECKPOINT_QUEUE_BYTES) return false;
  for (uint32_t s = 0; s < job->stages.n_stages; s++) {
    KeyedInstance *k = &w->keyed[s];
    if (!k->exists || !k->saver.draining) continue;
    bool done;
    pthread_mutex_unlock(&job->flow.lock);
    Micros since_us = sys.mono_us();
    bool ok = state_sink_step(&k->saver.sink, SAVE_STEP_BYTES, &done);
    Micros pause_us = sys.mono_us() - since_us;
    pthread_mutex_lock(&job->flow.lock);
    note_pause(job, pause_us);
    if (!ok) {
      fail_memory(job);
    } else if (done) {
      k->saver.draining = false;
      saved(job);
    }
    return true;
  }
  return false;
}

/* How far dead letters go: they are cut back there. */
static void put_dead_letters(Job *job, StateOut *out) {
  state_put_u32(out, job->n_sources);
  for (uint32_t i = 0; i < job->n_sources; i++) {
    const Source *src = &job->sources[i];
    struct stat st;
    bool is_file =
        src->dead_letter_fd >= 0 && sys.fstat(src->dead_letter_fd, &st) == 0 && S_ISREG(st.st_mode);
    state_put_i64(out, is_file ? st.st_size : -1);
  }
}

/* What a summary tells.  Late rows are counted by the instances, which may be ahead by now. */
void checkpoint_save_job(Job *job, const ChunkSlot *slot) {
  Saver saver = saver_of(job, 0, true);
  StateOut out;
  const JobStats *st = &job->stats;
  state_begin(&out, &saver.sink, "job", STATE_VERSION);
  state_put_u64(&out, job->chunk_bytes);
  state_put_i64(&out, slot != NULL ? slot->now_us : job->now_us);
  state_put_u64(&out, st->rows_in);
  state_put_u64(&out, st->bad_rows);
  state_put_u64(&out, st->null_time_rows);
  state_put_u64(&out, st->far_rows);
  state_put_i64(&out, st->far_us);
  state_put_u64(&out, job->checkpoints.bytes_in);
  put_dead_letters(job, &out);
  if (!state_end(&out)) {
    fail_memory(job); /* what lacks a block is no checkpoint */
  } else {
    saved(job);
  }
}

/* --- sinks -------------------------------------------------------------------------- */

static Code prepare(SinkWriter *s, uint64_t id, bool last) {
  StateOut out;
  state_begin(&out, &s->saver.sink, "rows", STATE_VERSION);
  state_put_u64(&out, s->rows);
  bool ok = state_end(&out);
  if (ok && s->sink != NULL && s->table->prepare != NULL) {
    state_begin(&out, &s->saver.sink, "sink", STATE_VERSION);
    Code code = s->table->prepare(s->sink, id, last, &out, &s->err);
    ok = state_end(&out);
    TRY(code);
  }
  return ok ? OK : FAIL(&s->err, ERR_MEMORY, NO_SPAN, "out of memory for a checkpoint");
}

Code checkpoint_prepare_sink(SinkWriter *s, bool last) {
  Job *job = s->job;
  uint64_t id = job->checkpoints.info.id;
  s->saver = saver_of(job, job->checkpoints.owners.of_sink[s - job->sinks], false);
  pthread_mutex_unlock(&job->flow.lock);
  Code code = prepare(s, id, last);
  pthread_mutex_lock(&job->flow.lock);
  if (code == OK) saved(job);
  return code;
}

Code checkpoint_commit_sink(SinkWriter *s) {
  Job *job = s->job;
  Checkpoints *c = &job->checkpoints;
  if (!s->commit_due) return OK;
  uint64_t id = c->info.id;
  s->commit_due = false;
  pthread_mutex_unlock(&job->flow.lock);
  Code code = s->table->commit(s->sink, id, &s->err);
  pthread_mutex_lock(&job->flow.lock);
  if (code == OK && --c->commits_left == 0) pthread_cond_broadcast(&c->changed);
  return code;
}

/* --- life --------------------------------------------------------------------------- */

Code checkpoints_open(Job *job, Error *err) {
  Checkpoints *c = &job->checkpoints;
  c->plan = &job->plan->checkpoints;
  c->lock_fd = -1;
  c->on = c->plan->dir != NULL;
  pthread_cond_init(&c->changed, NULL);
  owners_of(&job->arena, job->plan, &job->stages, &c->owners);
  if (!c->on) return OK;
  c->own_dir = arena_printf(&job->arena, "%s/%s", c->plan->dir, c->plan->job);
  return checkpoint_lock(c->plan->dir, c->plan->job, &c->lock_fd, err);
}

Code checkpoints_write_first(Job *job, Error *err) {
  Checkpoints *c = &job->checkpoints;
  if (!c->on) return OK;
  pthread_mutex_lock(&job->flow.lock);
  fill_info(job, false);
  c->phase = CHECKPOINT_SAVING;
  c->savers_left = job->stages.n_sinks + 1;
  Code code = save_sources(job, &c->err);
  for (uint32_t i = 0; i < job->stages.n_sinks && code == OK; i++) {
    code = checkpoint_prepare_sink(&job->sinks[i], false);
    if (code != OK) c->err = job->sinks[i].err;
  }
  if (code == OK) checkpoint_save_job(job, NULL);
  if (code == OK && job->flow.failed) {
    c->err = job->err;
    code = c->err.code;
  }
  pthread_mutex_unlock(&job->flow.lock);
  if (code == OK) code = checkpoint_write(job);
  pthread_mutex_lock(&job->flow.lock);
  if (code == OK) checkpoint_decided(job);
  for (uint32_t i = 0; i < job->stages.n_sinks && code == OK; i++) {
    code = checkpoint_commit_sink(&job->sinks[i]);
    if (code != OK) c->err = job->sinks[i].err;
  }
  if (code == OK) checkpoint_complete(job);
  pthread_mutex_unlock(&job->flow.lock);
  if (code != OK) *err = c->err;
  return code;
}

void checkpoints_stop(Job *job) {
  Checkpoints *c = &job->checkpoints;
  if (!c->started) return;
  pthread_mutex_lock(&job->flow.lock);
  c->stopping = true;
  pthread_cond_broadcast(&c->changed);
  pthread_mutex_unlock(&job->flow.lock);
  pthread_join(c->thread, NULL);
  c->started = false;
}

void checkpoints_close(Job *job) {
  Checkpoints *c = &job->checkpoints;
  if (c->plan == NULL) return; /* never opened */
  checkpoint_close(c->reader);
  state_blocks_free(c->head);
  free(c->request.path);
  if (c->lock_fd >= 0) sys.close(c->lock_fd);
  pthread_cond_destroy(&c->changed);
}
