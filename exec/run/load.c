/* load.c -- state into operators: every worker takes what is of its range of hashes. */
#include <stdlib.h>
#include <string.h>

#include "exec/run/job_state.h"

void hash_range(uint32_t i, uint32_t n, uint64_t *first, uint64_t *last) {
  enum { HASHES_PER_GROUP_BITS = 54 };
  static_assert(KEY_GROUPS == 1 << (64 - HASHES_PER_GROUP_BITS), "ranges are cut by shifting");
  uint64_t from = ((uint64_t)i * KEY_GROUPS + n - 1) / n;
  uint64_t to = ((uint64_t)(i + 1) * KEY_GROUPS + n - 1) / n;
  *first = from << HASHES_PER_GROUP_BITS;
  *last = (to << HASHES_PER_GROUP_BITS) - 1;
}

/* What all instances of a stage shared: the clocks of their splits.  Late rows are each one's own,
 * so that the first of the new ones takes those of all the old. */
static void load_stage(Job *job, KeyedInstance *k, StateIn *in) {
  uint64_t late = state_get_u64(in);
  if (k->instance.worker == 0) k->late_total += late;
  uint32_t n = watermark_load(&k->watermark, in);
  for (uint32_t i = 0; i < n && !in->bad; i++) {
    SavedClock clock = watermark_get_clock(in);
    const InputSplit *split = split_list_find(&job->splits, clock.was);
    if (split != NULL) watermark_set_clock(&k->watermark, split->index, &clock);
  }
}

static Code load_block(Worker *w, const Stage *stage, const StateBlock *b) {
  Job *job = w->job;
  KeyedInstance *k = &w->keyed[stage->index];
  if (!k->exists) return OK;
  StateIn in;
  uint64_t first, last;
  hash_range(w->index, stage->single ? 1 : job->n_workers, &first, &last);
  state_in_init(&in, b, first, last);
  if (strcmp(b->section, "stage") == 0) {
    load_stage(job, k, &in);
  } else {
    const UpgradeReport *upgrade = &job->checkpoints.upgrade;
    if (upgrade->matches != NULL) {
      in.agg_map = upgrade->matches[b->owner].agg_map;
      in.n_aggs = upgrade->matches[b->owner].n_aggs;
    }
    TRY(op_load(k->instance.ops[0], &in));
  }
  if (!in.bad) return OK;
  return FAIL(&w->err, ERR_STATE, NO_SPAN,
              "the state of operator %s makes no sense in section \"%s\"",
              op_traits(stage->head->id)->name, b->section);
}

typedef struct Loader {
  Worker *worker;
  const StateBlock *blocks;
  pthread_t thread;
  bool started;
  Code code;
} Loader;

static void *load_main(void *arg) {
  Loader *l = arg;
  const Job *job = l->worker->job;
  for (const StateBlock *b = l->blocks; b != NULL && l->code == OK; b = b->next) {
    for (uint32_t s = 0; s < job->stages.n_stages && l->code == OK; s++) {
      const Stage *stage = &job->stages.stages[s];
      if (stage->source || job->checkpoints.owners.of_stage[s] != b->owner) continue;
      l->code = load_block(l->worker, stage, b);
    }
  }
  return NULL;
}

Code operators_load(Job *job, const StateBlock *blocks, Error *err) {
  Loader loaders[WORKERS_MAX];
  for (uint32_t i = 0; i < job->n_workers; i++) {
    Loader *l = &loaders[i];
    *l = (Loader){.worker = &job->workers[i], .blocks = blocks};
    bool own = i > 0 && blocks != NULL && blocks->next != NULL;
    l->started = own && pthread_create(&l->thread, NULL, load_main, l) == 0;
    if (i > 0 && !l->started) load_main(l); /* no thread for it: then in this one */
  }
  load_main(&loaders[0]);
  Code code = OK;
  for (uint32_t i = 0; i < job->n_workers; i++) {
    if (loaders[i].started) pthread_join(loaders[i].thread, NULL);
    if (code == OK && loaders[i].code != OK) {
      code = loaders[i].code;
      *err = job->workers[i].err;
    }
  }
  return code;
}

Code operators_loaded(Job *job, Error *err) {
  job->stats.late_rows = 0;
  for (uint32_t w = 0; w < job->n_workers; w++) {
    for (uint32_t s = 0; s < job->stages.n_stages; s++) {
      KeyedInstance *k = &job->workers[w].keyed[s];
      if (!k->exists) continue;
      job->stats.late_rows += k->late_total;
      Code code = op_loaded(k->instance.ops[0]);
      if (code == OK) op_pending(k->instance.ops[0], &k->pending);
      if (code == OK) continue;
      *err = job->workers[w].err;
      return code;
    }
  }
  for (uint32_t i = 0; i < job->splits.n; i++) job->splits.all[i]->was = i;
  return OK;
}
