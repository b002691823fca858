/* worker.c -- one thread with an instance of every stage.
 *
 * The loop prefers what is furthest downstream, so that rows leave before new ones come in; only
 * when no keyed instance can move it parses the next chunk; with nothing to do it sleeps
 * until something changes.  State that a checkpoint waits for is written a little at a time beside
 * all that.
 */
#include "base/sys.h"
#include "exec/run/job_state.h"

void worker_close(Worker *w) {
  for (uint32_t i = 0; w->sources != NULL && i < w->job->n_sources; i++)
    source_instance_close(w, i);
  for (uint32_t i = 0; w->keyed != NULL && i < w->job->stages.n_stages; i++) keyed_close(w, i);
}

/* Claim and parse the next chunk (lock held). */
static bool parse_step(Worker *w) {
  Flow *flow = &w->job->flow;
  if (flow->claimed == flow->admitted) return false;
  ChunkSlot *slot = flow_slot(flow, flow->claimed);
  if (slot->seq != flow->claimed || slot->state != SLOT_READY) {
    flow->claimed++; /* no rows: nothing to parse, and perhaps retired already */
    return true;
  }
  /* Where a row's jump is bounded, the watermark before the chunk has to be known. */
  if (w->job->sources[slot->source].in_order && flow->parsing > 0) return false;
  flow->claimed++;
  flow->parsing++;
  slot->state = SLOT_PARSING;
  pthread_mutex_unlock(&flow->lock);
  source_parse(w, slot);
  pthread_mutex_lock(&flow->lock);
  slot->state = SLOT_PARSED;
  flow->parsing--;
  InputSplit *split = slot->from;
  if (slot->max_us > split->max_us) split->max_us = slot->max_us;
  if (slot->max_us > split->candidate_us) split->candidate_us = slot->max_us;
  pthread_cond_broadcast(&flow->changed);
  if (flow->sources_feed_sinks) pthread_cond_broadcast(&flow->output);
  job_wake_input(w->job);
  return true;
}

static bool keyed_steps(Worker *w) {
  for (uint32_t s = w->job->stages.n_stages; s-- > 0;) {
    if (keyed_step(w, &w->keyed[s])) return true;
  }
  return false;
}

/* Nothing will come for this worker any more. */
static bool finished(const Worker *w) {
  const Flow *flow = &w->job->flow;
  for (uint32_t s = 0; s < w->job->stages.n_stages; s++) {
    const KeyedInstance *k = &w->keyed[s];
    if (k->exists && (k->state != KEYED_ENDED || k->saver.draining)) return false;
  }
  return flow->ended && flow->claimed == flow->admitted;
}

static void wait_for_work(Worker *w) {
  w->waits_since_us = sys.mono_us();
  pthread_cond_wait(&w->job->flow.changed, &w->job->flow.lock);
  w->waited_us += sys.mono_us() - w->waits_since_us;
  w->waits_since_us = 0;
}

void worker_loop(Worker *w) {
  Flow *flow = &w->job->flow;
  pthread_mutex_lock(&flow->lock);
  while (!flow->failed && !finished(w)) {
    bool moved = w->index < w->job->n_workers && (keyed_steps(w) || parse_step(w));
    moved |= checkpoint_save_step(w);
    if (!moved) wait_for_work(w);
  }
  pthread_cond_broadcast(&flow->changed);
  pthread_mutex_unlock(&flow->lock);
}
