/* rescale.c -- changing the number of workers while a job runs, and when to.
 *
 * Between two epochs, when nothing is on its way, the state of all instances is saved to memory as
 * for a checkpoint, the instances are made anew for the new number of workers, and take what is of
 * their ranges: so the same rows come out.  Threads that have no part in it wait until they have
 * one again.
 *
 * The load of a worker is the share of the time in which it did not wait for something to do.  All
 * of it is the input thread's, with Flow.lock held.
 */
#include <stdio.h>
#include <string.h>

#include "base/sys.h"
#include "exec/run/job_state.h"

enum { TARGET_PERCENT = 70 }; /* of a worker's time: Flink's autoscaler aims at the same */

/* --- moving state ------------------------------------------------------------------- */

typedef struct Keeper {
  StateSink sink;
  StateBlock **end;
  uint32_t owner;
} Keeper;

static bool keep(StateSink *to, StateBlock *block) {
  Keeper *k = (Keeper *)to;
  block->owner = k->owner;
  block->next = NULL;
  *k->end = block;
  k->end = &block->next;
  return true;
}

static Code save_instance(Job *job, KeyedInstance *k, Keeper *to) {
  to->owner = job->checkpoints.owners.of_stage[k->instance.stage->index];
  TRY(keyed_save(k, &to->sink));
  for (bool done = false; !done;) {
    if (!state_sink_step(&to->sink, SIZE_MAX, &done)) return op_no_memory(k->instance.ops[0]);
  }
  return OK;
}

/* The state of all instances, as a list of blocks that is the caller's, also on failure. */
static Code save_all(Job *job, StateBlock **blocks, Error *err) {
  Keeper keeper = {.sink.take = keep, .end = blocks};
  for (uint32_t w = 0; w < job->n_workers; w++) {
    for (uint32_t s = 0; s < job->stages.n_stages; s++) {
      KeyedInstance *k = &job->workers[w].keyed[s];
      if (!k->exists || save_instance(job, k, &keeper) == OK) continue;
      state_sink_cancel(&keeper.sink);
      *err = job->workers[w].err;
      return err->code;
    }
  }
  return OK;
}

static Code change_workers(Job *job, uint32_t n, const StateBlock *blocks, Error *err) {
  for (uint32_t w = 0; w < job->n_workers; w++) worker_close(&job->workers[w]);
  job->n_workers = n;
  lanes_free(job);
  lanes_open(job);
  job->flow.ring = n + RING_AHEAD;
  TRY(workers_open(job, err));
  TRY(operators_load(job, blocks, err));
  return operators_loaded(job, err);
}

Code job_rescale(Job *job, uint32_t n, Error *err) {
  assert(job->flow.admitted == job->flow.retired && n >= 1 && n <= job->workers_max);
  StateBlock *blocks = NULL;
  Micros since_us = sys.mono_us();
  Code code = save_all(job, &blocks, err);
  if (code == OK) code = change_workers(job, n, blocks, err);
  state_blocks_free(blocks);
  uint64_t us = (uint64_t)(sys.mono_us() - since_us);
  job->stats.rescales++;
  if (us > job->stats.rescale_us) job->stats.rescale_us = us;
  return code;
}

/* --- when --------------------------------------------------------------------------- */

/* Time that all workers have waited so far. */
static Micros waited_us(const Job *job, Micros now_us) {
  Micros sum = 0;
  for (uint32_t w = 0; w < job->n_workers; w++) {
    const Worker *worker = &job->workers[w];
    sum += worker->waited_us;
    if (worker->waits_since_us > 0) sum += now_us - worker->waits_since_us;
  }
  return sum;
}

static void look_again(Job *job, Micros now_us) {
  job->load = (WorkerLoad){
      .since_us = now_us, .waited_us = waited_us(job, now_us), .epoch = job->checkpoints.epochs};
}

void rescale_begin(Job *job) { look_again(job, sys.mono_us()); }

/* For tests: one worker more every so many epochs, then from one again. */
static uint32_t wanted_by_epochs(const Job *job) {
  uint32_t every = job->plan->autoscale.every_epochs;
  bool due = every > 0 && job->checkpoints.epochs - job->load.epoch >= every;
  return due ? job->n_workers % job->workers_max + 1 : job->n_workers;
}

uint32_t rescale_wanted(Job *job, StrBuf *why) {
  const AutoscalePlan *plan = &job->plan->autoscale;
  uint32_t n = job->n_workers;
  if (!plan->on) return n;
  Micros now_us = sys.mono_us(), elapsed_us = now_us - job->load.since_us;
  uint32_t wanted = wanted_by_epochs(job);
  if (wanted == n && elapsed_us < plan->interval_us) return n;
  double all = (double)elapsed_us * n;
  double waited = (double)(waited_us(job, now_us) - job->load.waited_us);
  double load = all > 0 ? (all - waited) / all * 100 : 0;
  double high = TARGET_PERCENT * plan->factor, low = TARGET_PERCENT / plan->factor;
  if (wanted == n && load > high && n < job->workers_max) wanted = n + 1;
  if (wanted == n && load < low && n > 1 && load * n / (n - 1) < TARGET_PERCENT) wanted = n - 1;
  if (wanted != n) {
    strbuf_printf(why,
                  "from %u to %u workers: load %.0f %% over %.1f s (more than %.0f %% adds one, "
                  "less than %.0f %% removes one)",
                  n, wanted, load, (double)elapsed_us / MICROS_PER_SECOND, high, low);
  }
  look_again(job, now_us);
  return wanted;
}
