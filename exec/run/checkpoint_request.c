/* checkpoint_request.c -- CHECKPOINT and STOP JOB: asked for by another thread, which waits. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exec/run/job_state.h"

/* Wait for the request that is under way to end (lock held).  false: the job has ended. */
static bool wait_for_request(Job *job, uint64_t before) {
  Checkpoints *c = &job->checkpoints;
  while (c->request.done == before && !c->stopping && !job->flow.failed) {
    pthread_cond_wait(&c->changed, &job->flow.lock);
  }
  return c->request.done != before;
}

static Code ask(Job *job, const CheckpointRequest *what, char **path, Error *err) {
  Checkpoints *c = &job->checkpoints;
  bool free_of_others = true;
  pthread_mutex_lock(&job->flow.lock);
  while (free_of_others && c->request.wanted)
    free_of_others = wait_for_request(job, c->request.done);
  bool taken = false;
  if (free_of_others) {
    uint64_t before = c->request.done;
    c->request.wanted = true;
    c->request.into = what->into;
    c->request.stop |= what->stop;
    c->request.drain |= what->drain;
    job_wake_input(job);
    taken = wait_for_request(job, before);
    *path = taken && c->request.path != NULL ? strdup(c->request.path) : NULL;
  }
  pthread_mutex_unlock(&job->flow.lock);
  if (!taken) return FAIL(err, ERR_STATE, NO_SPAN, "the job ended before a checkpoint was taken");
  return *path != NULL ? OK : FAIL(err, ERR_MEMORY, NO_SPAN, "out of memory");
}

static Code request(Job *job, const char *savepoint_dir, CheckpointRequest what, char **path,
                    Error *err) {
  const Checkpoints *c = &job->checkpoints;
  *path = NULL;
  if (!c->on) {
    FAIL(err, ERR_STATE, NO_SPAN, "the job takes no checkpoints");
    error_hint(err, "SET 'execution.checkpointing.dir' = '/a/directory' before its INSERT");
    return ERR_STATE;
  }
  char *into = NULL;
  if (savepoint_dir != NULL) {
    size_t n = strlen(savepoint_dir) + strlen(c->plan->job) + 2;
    into = malloc(n);
    if (into == NULL) return FAIL(err, ERR_MEMORY, NO_SPAN, "out of memory");
    snprintf(into, n, "%s/%s", savepoint_dir, c->plan->job);
  }
  what.into = into;
  Code code = ask(job, &what, path, err);
  free(into);
  return code;
}

Code job_checkpoint(Job *job, const char *savepoint_dir, char **path, Error *err) {
  return request(job, savepoint_dir, (CheckpointRequest){0}, path, err);
}

Code job_stop(Job *job, const char *savepoint_dir, bool drain, char **path, Error *err) {
  return request(job, savepoint_dir, (CheckpointRequest){.stop = true, .drain = drain}, path, err);
}
