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

static void tell(StrBuf *why, uint32_t n, uint32_t wanted, double load, Micros elapsed_us) {
  strbuf_printf(why, "from %u to %u workers: load %.0f %% over %.1f s", n, wanted, load,
                (double)elapsed_us / MICROS_PER_SECOND);
}

/* What the load says.  One less only if the others could do its work. */
static uint32_t wanted_by_load(const Job *job, double load) {
  uint32_t n = job->n_workers;
  double factor = job->plan->autoscale.factor;
  if (load > TARGET_PERCENT * factor && n < job->workers_max) return n + 1;
  bool idle = load < TARGET_PERCENT / factor && n > 1;
  return idle && load * n / (n - 1) < TARGET_PERCENT ? n - 1 : n;
}

uint32_t rescale_wanted(Job *job, StrBuf *why) {
  const AutoscalePlan *plan = &job->plan->autoscale;
  uint32_t n = job->n_workers, wanted = n;
  if (!plan->on) return n;
  Micros now_us = sys.mono_us(), elapsed_us = now_us - job->load.since_us;
  if (plan->every_epochs > 0) { /* a test: one more, then from one again */
    if (job->checkpoints.epochs - job->load.epoch < plan->every_epochs) return n;
    wanted = n % job->workers_max + 1;
  } else {
    if (elapsed_us < plan->interval_us) return n;
    double all = (double)elapsed_us * n;
    double load = (all - (double)(waited_us(job, now_us) - job->load.waited_us)) / all * 100;
    wanted = wanted_by_load(job, load);
    if (wanted != n) tell(why, n, wanted, load, elapsed_us);
  }
  look_again(job, now_us);
  return wanted;
}
