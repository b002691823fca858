/* keyed.c -- a keyed stage's part of one worker: take a chunk's rows in order, advance, fire.
 *
 * One chunk goes through READING (parcels of the chunk, from all inputs) and FIRING (what its
 * watermark completes, one batch at a time), then the next begins.  A step does one parcel or
 * one fired batch and returns, so a worker never waits inside an operator.
 */
#include <stdlib.h>

#include "exec/data/timestamp.h"
#include "exec/ops/ops.h"
#include "exec/run/job_state.h"

static const OrderTag TAG_READING = {MICROS_MIN, MICROS_MIN};

/* --- lanes -------------------------------------------------------------------------- */

static Lane *lane_of(const Edge *edge, uint32_t producer, uint32_t consumer) {
  return &edge->lanes[producer * edge->n_consumers + consumer];
}

static void deliver_to_lane(void *arg, Instance *instance, Edge *edge, uint32_t consumer,
                            Parcel *p) {
  Worker *w = arg;
  Flow *flow = &w->job->flow;
  p->chunk = w->keyed[instance->stage->index].chunk;
  pthread_mutex_lock(&flow->lock);
  parcel_queue_push(&lane_of(edge, instance->worker, consumer)->queue, p);
  pthread_cond_broadcast(edge->to_sink ? &flow->output : &flow->changed);
  pthread_mutex_unlock(&flow->lock);
}

/* All that comes from here from now on has at least this place (lock held). */
static void announce(Job *job, const Instance *instance, uint64_t chunk, OrderTag tag) {
  bool for_sinks = false, for_stages = false;
  for (uint32_t e = 0; e < instance->stage->n_out; e++) {
    const Edge *edge = instance->stage->out[e];
    for (uint32_t c = 0; c < edge->n_consumers; c++) {
      Lane *lane = lane_of(edge, instance->worker, c);
      bool moved = lane->chunk != chunk || !order_tag_same(lane->tag, tag);
      for_sinks |= moved && edge->to_sink;
      for_stages |= moved && !edge->to_sink;
      lane->chunk = chunk;
      lane->tag = tag;
    }
  }
  if (for_sinks) pthread_cond_broadcast(&job->flow.output);
  if (for_stages) pthread_cond_broadcast(&job->flow.changed);
}

static bool lanes_have_room(const Instance *instance) {
  for (uint32_t e = 0; e < instance->stage->n_out; e++) {
    const Edge *edge = instance->stage->out[e];
    for (uint32_t c = 0; c < edge->n_consumers; c++) {
      if (lane_of(edge, instance->worker, c)->queue.size_bytes >= LANE_BYTES_MAX) return false;
    }
  }
  return true;
}

/* The lane whose next parcel, or the place where one might still come, is first in order
 * (tag, edge, producer) for a chunk.  NULL: all lanes are past it. */
static Lane *first_lane(Edge **in, uint32_t n_in, uint32_t consumer, uint64_t chunk) {
  Lane *best = NULL;
  OrderTag best_tag = TAG_READING;
  for (uint32_t e = 0; e < n_in; e++) {
    if (in[e]->lanes == NULL) continue;
    for (uint32_t p = 0; p < in[e]->n_producers; p++) {
      Lane *lane = lane_of(in[e], p, consumer);
      const Parcel *head = lane->queue.head;
      uint64_t at = head != NULL ? head->chunk : lane->chunk;
      OrderTag tag = head != NULL ? head->tag : at == chunk ? lane->tag : TAG_READING;
      if (at > chunk) continue;
      if (best != NULL && !order_before(chunk, tag, chunk, best_tag)) continue;
      best = lane;
      best_tag = tag;
    }
  }
  return best;
}

Take take_parcel(Job *job, Edge **in, uint32_t n_in, uint32_t consumer, ChunkSlot *slot,
                 Parcel **out) {
  for (uint32_t e = 0; e < n_in; e++) {
    if (in[e]->lanes != NULL || slot->kind != CHUNK_ROWS) continue;
    if (job->sources[slot->source].stage->index != in[e]->from) continue;
    *out = parcel_queue_pop(&slot->parcels[in[e]->of_source * WORKERS_MAX + consumer]);
    if (*out != NULL) return TAKE_PARCEL;
  }
  Lane *lane = first_lane(in, n_in, consumer, slot->seq);
  if (lane == NULL) return TAKE_DONE;
  if (lane->queue.head == NULL) return TAKE_WAIT;
  bool was_full = lane->queue.size_bytes >= LANE_BYTES_MAX;
  *out = parcel_queue_pop(&lane->queue);
  if (was_full) pthread_cond_broadcast(&job->flow.changed); /* somebody may wait for room */
  return TAKE_PARCEL;
}

/* --- life --------------------------------------------------------------------------- */

static Op *keyed_out_op(void *arg, Instance *instance, Edge *edge) {
  Worker *w = arg;
  Job *job = w->job;
  OutHooks hooks = {.deliver = deliver_to_lane, .arg = w};
  if (!edge->to_sink) return out_exchange_new(instance, edge, &hooks);
  SinkWriter *sink = &job->sinks[edge->to];
  bool partitions = edge->spec->u.sink.n_partition_by > 0;
  return (partitions ? out_partition_new : out_encode_new)(instance, edge, sink->format,
                                                           &sink->encode, &hooks);
}

/* Does the source's time count for the stage, directly or through other stages?  What a window
 * gives out is ahead of the watermark before, so one clock serves a whole chain of windows. */
static bool feeds_stage(const Stage *stage, const Source *source) {
  return stage->fed_by[source->stage->index];
}

/* A split's clock; those of other tables never count. */
static Code join_split(const Job *job, KeyedInstance *k, const InputSplit *split, Error *err) {
  k->n_splits++;
  if (!feeds_stage(k->instance.stage, &job->sources[split->source])) return OK;
  uint32_t watch = split->found_in != NULL ? split->found_in->index : NO_WATCH;
  SplitClock clock = {
      .split = split->index, .watch = watch, .max_us = split->first_us, .active = true};
  if (watermark_join(&k->watermark, clock)) return OK;
  return FAIL(err, ERR_MEMORY, NO_SPAN, "out of memory for the watermarks of splits");
}

/* Those of a chunk may have ended already, but that is still to come by. */
static Code join_splits(const Job *job, KeyedInstance *k, const ChunkSlot *slot, Error *err) {
  InputSplit **splits = &job->splits.all[slot->from->index];
  for (uint32_t i = 0; i < slot->n_joined; i++) TRY(join_split(job, k, splits[i], err));
  return OK;
}

static Code open_watermark(const Job *job, KeyedInstance *k, Error *err) {
  if (!watermark_init(&k->watermark)) return FAIL(err, ERR_MEMORY, NO_SPAN, "out of memory");
  for (uint32_t i = 0; i < job->splits.n; i++) {
    const InputSplit *split = job->splits.all[i];
    if (!split->ended) {
      TRY(join_split(job, k, split, err));
    } else { /* before a restore */
      k->n_splits++;
      k->n_ended++;
    }
  }
  return OK;
}

Code keyed_open(Worker *w, uint32_t stage, Error *err) {
  KeyedInstance *k = &w->keyed[stage];
  const Stage *s = &w->job->stages.stages[stage];
  if (s->source || (s->single && w->index > 0)) return OK;
  k->exists = true;
  k->chunk = w->job->flow.admitted; /* 0, but for those of a change of workers */
  k->instance = (Instance){
      .stage = s,
      .worker = w->index,
      .ctx = {.env = &w->job->plan->env, .err = &w->err, .chunk_watermark_us = MICROS_MIN}};
  Code code = open_watermark(w->job, k, err);
  if (code == OK) code = instance_open(&k->instance, keyed_out_op, w);
  if (code == OK && w->job->checkpoints.on && k->instance.ops[0]->table->save == NULL) {
    code = FAIL(err, ERR_UNSUPPORTED, s->head->span, "checkpoints of operator %s are not built yet",
                op_traits(s->head->id)->name);
  }
  if (code != OK && err->code == OK) *err = w->err;
  return code;
}

void keyed_close(Worker *w, uint32_t stage) {
  KeyedInstance *k = &w->keyed[stage];
  if (!k->exists) return;
  state_sink_cancel(&k->saver.sink);
  instance_close(&k->instance);
  watermark_deinit(&k->watermark);
  parcel_queue_free(&k->marked);
  *k = (KeyedInstance){0};
}

/* --- state -------------------------------------------------------------------------- */

enum { STAGE_VERSION = 1 };

/* The clock of the stage, which all its instances share, and the rows that this one has dropped:
 * read by load.c. */
static bool save_stage(const KeyedInstance *k, StateSink *to) {
  StateOut out;
  state_begin(&out, to, "stage", STAGE_VERSION);
  state_put_u64(&out, k->late_total);
  watermark_save(&k->watermark, &out);
  return state_end(&out);
}

Code keyed_save(KeyedInstance *k, StateSink *to) {
  Op *head = k->instance.ops[0];
  return save_stage(k, to) ? op_save(head, to) : op_no_memory(head);
}

/* --- one chunk ---------------------------------------------------------------------- */

static bool timed_chunk(const Job *job, const KeyedInstance *k, const ChunkSlot *slot) {
  const Stage *stage = k->instance.stage;
  if (stage->by_clock || slot->kind != CHUNK_ROWS) return false;
  return feeds_stage(stage, &job->sources[slot->source]);
}

/* The watermark when all rows of a chunk are in.  By the clock: a window of processing time is
 * complete when the clock has reached its end; rows of this chunk are of that time already.  When
 * all that feeds the stage has ended but the job goes on, the rest is complete: who joins its
 * results with others no longer waits for it.  (The end of the job itself is CHUNK_END, which an
 * interrupt may put off.) */
static Micros chunk_end_us(const Job *job, KeyedInstance *k, const ChunkSlot *slot) {
  if (slot->kind == CHUNK_CHECKPOINT) return MICROS_MIN;
  if (k->instance.stage->by_clock) {
    return slot->now_us - time_of_day(slot->now_us) % MICROS_PER_MILLI - MICROS_PER_MILLI;
  }
  if (slot->kind == CHUNK_IDLE) return watermark_split_idle(&k->watermark, slot->from->index);
  if (!timed_chunk(job, k, slot)) return k->watermark.now_us;
  Micros us = watermark_chunk_end(&k->watermark, slot->max_us, slot->split_ended);
  return watermark_is_over(&k->watermark) && k->n_ended < k->n_splits ? MICROS_MAX : us;
}

static Code begin_chunk(const Job *job, KeyedInstance *k, const ChunkSlot *slot, Error *err) {
  OpContext *ctx = &k->instance.ctx;
  if (slot->kind == CHUNK_JOIN) TRY(join_splits(job, k, slot, err));
  k->n_ended += slot->kind == CHUNK_ROWS && slot->split_ended;
  ctx->now_us = slot->now_us;
  ctx->tag = TAG_READING;
  if (timed_chunk(job, k, slot)) {
    ctx->chunk_watermark_us = watermark_chunk_begin(&k->watermark, slot->from->index);
  }
  k->state = KEYED_READING;
  return OK;
}

/* The mark of a row becomes the watermark at its place. */
static void resolve_marks(KeyedInstance *k, BatchBuilder *b) {
  Micros *mark = (Micros *)(uintptr_t)b->batch.mark; /* the builder is ours alone */
  for (uint32_t i = 0; i < b->batch.rows; i++) mark[i] = watermark_at_mark(&k->watermark, mark[i]);
}

static Code push_parcel(KeyedInstance *k, Parcel *p) {
  Op *head = k->instance.ops[0];
  if (p->partials != NULL) return op_push(head, PORT_PARTIALS, &p->partials->batch);
  if (p->rows != NULL) return op_push(head, p->port, &p->rows->batch);
  resolve_marks(k, p->marked);
  return op_push(head, p->port, &p->marked->batch);
}

/* All rows are in: say what time it is. */
static Code end_reading(const Job *job, KeyedInstance *k, const ChunkSlot *slot) {
  TRY(instance_chunk_end(&k->instance));
  Op *head = k->instance.ops[0];
  if (slot->kind == CHUNK_END) {
    op_finish(head);
  } else {
    op_advance(head, chunk_end_us(job, k, slot));
  }
  k->state = KEYED_FIRING;
  return OK;
}

/* A LIMIT that has all it wants, and alone feeds the only sink, ends the job. */
static void check_limit(Job *job, const KeyedInstance *k) {
  const SinkPlan *sink = &job->stages.sinks[0];
  if (job->limit_reached || job->stages.n_sinks > 1 || sink->n_in > 1) return;
  if (sink->in[0]->from != k->instance.stage->index) return;
  if (!op_limit_reached(k->instance.ops[0])) return;
  job->limit_reached = true;
  job_wake_input(job);
}

/* An interrupt leaves windows open: the one that would have fired first is named. */
static void remember_open(Job *job, const OpPending *p) {
  OpPending *open = &job->stats.open;
  if (p->n_windows > 0 && (open->n_windows == 0 || p->last_us < open->last_us)) *open = *p;
}

static void end_chunk(Job *job, KeyedInstance *k, ChunkSlot *slot) {
  check_limit(job, k);
  announce(job, &k->instance, k->chunk + 1, TAG_READING);
  job->stats.late_rows += k->instance.ctx.late_rows;
  k->late_total += k->instance.ctx.late_rows;
  k->instance.ctx.late_rows = 0;
  op_pending(k->instance.ops[0], &k->pending);
  if (slot->kind == CHUNK_STOP) remember_open(job, &k->pending);
  k->state = chunk_is_last(slot->kind) ? KEYED_ENDED : KEYED_WAITING;
  k->chunk++;
  job_retire(job, slot);
}

/* One batch of what is complete.  When a new window begins, everything older is sent, so that the
 * lanes can say how far they are and nobody waits for rows that will not come. */
static Code fire(KeyedInstance *k, bool *more) {
  Instance *i = &k->instance;
  OrderTag before = i->ctx.tag;
  TRY(op_fire(i->ops[0], more));
  if (!*more || !order_tag_same(before, i->ctx.tag)) TRY(instance_flush(i));
  return OK;
}

/* Work outside the lock. */
static Code run_unlocked(Worker *w, KeyedInstance *k, ChunkSlot *slot, Parcel *p, bool *more) {
  Job *job = w->job;
  Code code;
  pthread_mutex_unlock(&job->flow.lock);
  if (p != NULL) {
    code = push_parcel(k, p);
    parcel_free(p);
  } else if (k->state == KEYED_READING) {
    code = end_reading(job, k, slot);
    *more = true;
  } else {
    code = fire(k, more);
    bool save = code == OK && !*more && slot->kind == CHUNK_CHECKPOINT;
    if (save) code = checkpoint_save_instance(job, k);
  }
  pthread_mutex_lock(&job->flow.lock);
  announce(job, &k->instance, k->chunk, k->instance.ctx.tag);
  return code;
}

/* The chunk's next parcel; those with marks wait until there is nothing else. */
static Take next_parcel(Job *job, KeyedInstance *k, ChunkSlot *slot, Parcel **p) {
  for (;;) {
    const Stage *stage = k->instance.stage;
    uint32_t consumer = stage->single ? 0 : k->instance.worker;
    Take take = take_parcel(job, stage->in, stage->n_in, consumer, slot, p);
    if (take == TAKE_PARCEL && (*p)->marked != NULL) {
      parcel_queue_push(&k->marked, *p);
      continue;
    }
    if (take != TAKE_DONE) return take;
    *p = parcel_queue_pop(&k->marked);
    return *p != NULL ? TAKE_PARCEL : TAKE_DONE;
  }
}

bool keyed_step(Worker *w, KeyedInstance *k) {
  Job *job = w->job;
  if (!k->exists || k->state == KEYED_ENDED || !lanes_have_room(&k->instance)) return false;
  if (k->chunk >= job->flow.admitted) return false;
  ChunkSlot *slot = flow_slot(&job->flow, k->chunk);
  if (slot->state != SLOT_PARSED) return false;
  if (slot->error.code != OK) {
    job_fail(job, &slot->error);
    return true;
  }
  if (k->state == KEYED_WAITING && begin_chunk(job, k, slot, &w->err) != OK) {
    job_fail(job, &w->err);
    return true;
  }
  Parcel *p = NULL;
  bool more = true;
  if (k->state == KEYED_READING && next_parcel(job, k, slot, &p) == TAKE_WAIT) return false;
  bool last = p == NULL && slot->kind == CHUNK_STOP;
  if (!last && run_unlocked(w, k, slot, p, &more) != OK) {
    job_fail(job, &w->err);
    return true;
  }
  if (!last && !more && slot->kind == CHUNK_CHECKPOINT) checkpoint_instance_saved(job, k);
  if (last || !more) end_chunk(job, k, slot);
  return true;
}
