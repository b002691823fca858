/* checkpoint_thread.c -- the thread that writes checkpoints and decides them. */
#include <errno.h>
#include <string.h>

#include "base/sys.h"
#include "exec/run/job_state.h"

static StateBlock *pop_block(Checkpoints *c) {
  StateBlock *b = c->head;
  if (b == NULL) return NULL;
  c->head = b->next;
  if (c->head == NULL) c->tail = NULL;
  c->queued_bytes -= b->bytes.len;
  return b;
}

static Code sync_dead_letters(Job *job, Error *err) {
  for (uint32_t i = 0; i < job->n_sources; i++) {
    const Source *src = &job->sources[i];
    if (src->dead_letter_fd < 0 || sys.fsync(src->dead_letter_fd) == 0 || errno == EINVAL) continue;
    return FAIL(err, ERR_IO, NO_SPAN, "cannot sync \"%s\": %s", src->dead_letter_path,
                strerror(errno));
  }
  return OK;
}

/* Called without the lock; blocks wait in the queue meanwhile. */
static Code write_blocks(Job *job, CheckpointWriter *w) {
  Checkpoints *c = &job->checkpoints;
  Code code = OK;
  pthread_mutex_lock(&job->flow.lock);
  while (code == OK && !job->flow.failed && !c->stopping) {
    StateBlock *b = pop_block(c);
    if (b == NULL && c->savers_left == 0) break;
    if (b == NULL) {
      pthread_cond_wait(&c->changed, &job->flow.lock);
      continue;
    }
    bool was_full = c->queued_bytes + b->bytes.len > CHECKPOINT_QUEUE_BYTES;
    if (was_full) pthread_cond_broadcast(&job->flow.changed);
    pthread_mutex_unlock(&job->flow.lock);
    code = checkpoint_add(w, b->owner, b, &c->err);
    state_block_free(b);
    pthread_mutex_lock(&job->flow.lock);
  }
  bool given_up = c->savers_left > 0 || job->flow.failed;
  pthread_mutex_unlock(&job->flow.lock);
  if (code == OK && given_up) return FAIL(&c->err, ERR_CANCELLED, NO_SPAN, "the job has failed");
  return code;
}

/* The whole of one, but for the sinks' commits. */
Code checkpoint_write(Job *job) {
  Checkpoints *c = &job->checkpoints;
  CheckpointWriter *w;
  TRY(checkpoint_create(c->into, c->info.id, &w, &c->err));
  Code code = write_blocks(job, w);
  if (code == OK) code = sync_dead_letters(job, &c->err);
  if (code != OK) {
    checkpoint_abandon(w);
    return code;
  }
  return checkpoint_finish(w, &c->info, &c->err);
}

/* An older one must not go before the newest is committed as well. */
static Code retain(Job *job) {
  Checkpoints *c = &job->checkpoints;
  return checkpoint_retain(c->plan->dir, c->plan->job, c->plan->retained, &c->err);
}

/* Lock held at call and return. */
static Code take_one(Job *job) {
  Checkpoints *c = &job->checkpoints;
  pthread_mutex_unlock(&job->flow.lock);
  Code code = checkpoint_write(job);
  pthread_mutex_lock(&job->flow.lock);
  TRY(code);
  checkpoint_decided(job);
  while (c->commits_left > 0 && !job->flow.failed && !c->stopping) {
    pthread_cond_wait(&c->changed, &job->flow.lock);
  }
  if (c->commits_left > 0) return OK; /* the restore commits */
  pthread_mutex_unlock(&job->flow.lock);
  code = retain(job);
  pthread_mutex_lock(&job->flow.lock);
  TRY(code);
  checkpoint_complete(job);
  return OK;
}

void *checkpoints_main(void *arg) {
  Job *job = arg;
  Checkpoints *c = &job->checkpoints;
  pthread_mutex_lock(&job->flow.lock);
  c->begun_us = c->done_us = sys.mono_us();
  while (!c->stopping && !job->flow.failed) {
    if (c->phase == CHECKPOINT_NONE) {
      pthread_cond_wait(&c->changed, &job->flow.lock);
    } else if (take_one(job) != OK) {
      job_fail(job, &c->err);
    }
  }
  pthread_mutex_unlock(&job->flow.lock);
  return NULL;
}
