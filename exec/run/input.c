/* input.c -- the input thread: which split next, reading it, admitting its chunk.
 *
 * An epoch takes one chunk from each of the SPLITS_PER_EPOCH ready splits with the lowest
 * watermark (ties by index), so that a thousand files need neither a thousand descriptors nor all
 * their windows open at once.  While there are no more splits than that there is nothing to
 * choose and reading runs ahead freely; with more, an epoch waits until the one before it has been
 * parsed, because the choice depends on the watermarks found there.  Either way the order of
 * chunks depends on the data alone.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/sys.h"
#include "exec/run/job_state.h"

enum { SPLITS_PER_EPOCH = 4, MAX_WAIT_US = 1000000 };

/* --- the ring (lock held) ----------------------------------------------------------- */

static bool stopping(const Job *job) {
  return job->flow.failed || job->limit_reached || atomic_load(&job->interrupted) ||
         job->checkpoints.request.stop;
}

bool input_has_room(const Job *job) {
  return job->flow.admitted - job->flow.retired < job->flow.ring;
}
static bool pipeline_empty(const Flow *f) { return f->admitted == f->retired; }

ChunkSlot *input_admit(Job *job, ChunkKind kind) {
  Flow *f = &job->flow;
  assert(input_has_room(job));
  ChunkSlot *slot = flow_slot(f, f->admitted);
  assert(slot->state == SLOT_FREE);
  slot->seq = f->admitted;
  slot->kind = kind;
  slot->state = kind == CHUNK_ROWS ? SLOT_READY : SLOT_PARSED;
  Micros now_us = sys.wall_us();
  if (now_us > job->now_us) job->now_us = now_us;
  slot->now_us = job->now_us;
  slot->max_us = MICROS_MIN;
  slot->consumers_left = job->n_consumers;
  f->admitted++;
  pthread_cond_broadcast(&f->changed);
  if (f->sources_feed_sinks && kind != CHUNK_ROWS) pthread_cond_broadcast(&f->output);
  return slot;
}

/* Sleep until a worker moves, there is something in fd, or time asks for something; not longer
 * than max_us. */
static void wait_for_workers(Job *job, int fd, Micros max_us) {
  struct pollfd fds[2] = {{.fd = job->wake_fd, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
  Micros wait_us = clock_wait_us(job, max_us);
  int timeout_ms = (int)((wait_us + MICROS_PER_MILLI - 1) / MICROS_PER_MILLI);
  job->flow.input_waits = true;
  pthread_mutex_unlock(&job->flow.lock);
  sys.poll(fds, fd >= 0 ? 2 : 1, timeout_ms);
  if ((fds[0].revents & POLLIN) != 0) {
    uint64_t count;
    (void)!read(job->wake_fd, &count, sizeof count); /* only to reset it */
  }
  pthread_mutex_lock(&job->flow.lock);
  job->flow.input_waits = false;
  if (!stopping(job)) clock_tick(job);
}

/* --- one split (lock held at call and return) --------------------------------------- */

typedef enum Offer { OFFER_CHUNK, OFFER_LATER, OFFER_FAILED } Offer;

static ChunkSlot *admit_rows(Job *job, InputSplit *split) {
  ChunkSlot *slot = input_admit(job, CHUNK_ROWS);
  slot->source = split->source;
  slot->from = split;
  split->heard_us = sys.mono_us();
  split->waits = split->idle = false;
  if (split->found_in != NULL) split->found_in->heard_us = split->heard_us;
  return slot;
}

/* A row source or VALUES: nothing to read, but perhaps it is not yet time. */
static Offer offer_rows(Job *job, InputSplit *split, Micros started_us, Micros *wait_us) {
  Source *src = &job->sources[split->source];
  uint64_t n = 1;
  if (src->rows != NULL) {
    const RowSource *rows = src->scan->connector->rows;
    n = rows->chunks(src->rows);
    Micros due = rows->due_us(src->rows, split->next_chunk) - split->pace_us;
    due -= sys.mono_us() - started_us;
    if (due > 0 && n > split->next_chunk) {
      if (due < *wait_us) *wait_us = due;
      return OFFER_LATER;
    }
  }
  ChunkSlot *slot = admit_rows(job, split);
  slot->row_chunk = split->next_chunk++;
  slot->split_ended = split->ended = split->next_chunk >= n;
  return OFFER_CHUNK;
}

static Offer offer_bytes(Job *job, InputSplit *split) {
  SplitReader *r = &split->reader;
  bool cut_short = pipeline_empty(&job->flow);
  ChunkText text;
  ReadResult result;
  pthread_mutex_unlock(&job->flow.lock);
  Code code = split_reader_next(r, cut_short, &text, &result, &job->input_err);
  pthread_mutex_lock(&job->flow.lock);
  if (code != OK) return OFFER_FAILED;
  if (result == READ_WAIT) return OFFER_LATER;
  ChunkSlot *slot = admit_rows(job, split);
  slot->text = text.text;
  slot->text_len = text.len;
  slot->first_line = text.first_line;
  slot->file = text.file;
  slot->skipped_records = text.skipped_records;
  if (text.skipped_records > 0) {
    slot->bad[slot->n_bad++] = (BadRow){text.skipped_line, strdup(text.skipped_reason)};
  }
  slot->layout = r->layout;
  slot->split_ended = split->ended = r->done;
  job->stats.bytes_in += text.len;
  if (r->done) split_reader_close(r);
  return OFFER_CHUNK;
}

static Offer offer(Job *job, InputSplit *split, Micros started_us, Micros *wait_us) {
  const Source *src = &job->sources[split->source];
  if (src->scan == NULL || src->rows != NULL) return offer_rows(job, split, started_us, wait_us);
  return offer_bytes(job, split);
}

/* --- epochs ------------------------------------------------------------------------- */

static int by_index(const void *a, const void *b) {
  const InputSplit *x = *(InputSplit *const *)a, *y = *(InputSplit *const *)b;
  return (x->index > y->index) - (x->index < y->index);
}

/* Wait until all that was admitted is parsed, so that candidates are known.  false: failed. */
static bool wait_for_parsing(Job *job) {
  Flow *f = &job->flow;
  for (uint64_t c = f->retired; c < f->admitted; c++) {
    while (c >= f->retired && flow_slot(f, c)->state != SLOT_PARSED) {
      if (f->failed) return false;
      wait_for_workers(job, -1, MAX_WAIT_US);
    }
  }
  return true;
}

/* Is x's turn before y's? */
static bool is_before(const InputSplit *x, const InputSplit *y) {
  if (x->candidate_us != y->candidate_us) return x->candidate_us < y->candidate_us;
  return x->index < y->index;
}

/* Keep the first ones of all that are offered, in order of their turns. */
static void keep_first(InputSplit **list, uint32_t *n, InputSplit *split) {
  uint32_t at = *n;
  while (at > 0 && is_before(split, list[at - 1])) at--;
  if (at == SPLITS_PER_EPOCH) return;
  if (*n < SPLITS_PER_EPOCH) (*n)++;
  for (uint32_t i = *n - 1; i > at; i--) list[i] = list[i - 1];
  list[at] = split;
}

/* The splits of the next epoch, in their order; returns how many. */
static uint32_t choose(Job *job, InputSplit **list) {
  SplitList *splits = &job->splits;
  uint32_t n = 0, n_read = 0;
  split_list_drop_ended(splits);
  for (uint32_t i = 0; i < splits->n_open; i++) n_read += !splits->open[i]->watches;
  if (n_read > SPLITS_PER_EPOCH && (!wait_for_parsing(job) || stopping(job))) return 0;
  for (uint32_t i = 0; i < splits->n_open; i++) {
    if (!splits->open[i]->watches) keep_first(list, &n, splits->open[i]);
  }
  qsort(list, n, sizeof *list, by_index);
  return n;
}

bool input_wait_room(Job *job) {
  while (!input_has_room(job) && !stopping(job)) wait_for_workers(job, -1, MAX_WAIT_US);
  return !stopping(job);
}

/* One chunk of a split, waiting for room, time or bytes.  A pipe that has nothing to give while
 * other splits could go on is passed over.  false: stop. */
static bool take_chunk(Job *job, InputSplit *split, bool alone, Micros started_us) {
  for (;;) {
    if (!input_wait_room(job)) return false;
    Micros wait_us = MAX_WAIT_US;
    switch (offer(job, split, started_us, &wait_us)) {
      case OFFER_CHUNK:
        return true;
      case OFFER_FAILED:
        job_fail(job, &job->input_err);
        return false;
      case OFFER_LATER:
        split->waits = true;
        break;
    }
    wait_us = watch_wait_us(job, wait_us);
    if (!alone || wait_us == 0 || checkpoints_due(job)) return true;
    int fd = split->reader.stream != NULL ? stream_poll_fd(split->reader.stream) : -1;
    wait_for_workers(job, fd, wait_us);
  }
}

/* The time before a restore is past: the pace goes on from the next chunk. */
static void begin_split(Job *job, InputSplit *split, Micros now_us) {
  const Source *src = &job->sources[split->source];
  split->heard_us = now_us;
  if (src->rows == NULL) return;
  split->pace_us = src->scan->connector->rows->due_us(src->rows, split->next_chunk);
}

/* --- checkpoints (lock held) -------------------------------------------------------- */

/* Until the last checkpoint is through and there is room for a chunk.  false: the job has failed.
 */
static bool wait_for_checkpoint(Job *job) {
  while (!job->flow.failed && !(checkpoints_idle(&job->checkpoints) && input_has_room(job))) {
    wait_for_workers(job, -1, MAX_WAIT_US);
  }
  return !job->flow.failed;
}

/* Between two epochs.  All that was admitted is parsed first, so that what is known of the splits
 * is what was known there. */
static void take_checkpoint(Job *job) {
  if (!wait_for_parsing(job) || !wait_for_checkpoint(job)) return;
  ChunkSlot *slot = input_admit(job, CHUNK_CHECKPOINT);
  slot->saves = true;
  checkpoints_begin(job, slot);
}

/* Likewise, and with nothing in flight.  false: the job has failed. */
static bool follow_load(Job *job) {
  StrBuf why = {0};
  uint32_t wanted = rescale_wanted(job, &why);
  bool ok = true;
  if (wanted != job->n_workers) {
    while (!job->flow.failed &&
           !(checkpoints_idle(&job->checkpoints) && pipeline_empty(&job->flow))) {
      wait_for_workers(job, -1, MAX_WAIT_US);
    }
    if (why.len > 0 && job->hooks.note != NULL)
      job->hooks.note(job->hooks.note_arg, strbuf_text(&why));
    ok = !job->flow.failed && job_rescale(job, wanted, &job->input_err) == OK;
    if (!ok && !job->flow.failed) job_fail(job, &job->input_err);
    rescale_begin(job);
    pthread_cond_broadcast(&job->flow.changed);
  }
  strbuf_deinit(&why);
  return ok;
}

static void read_all(Job *job) {
  InputSplit *list[SPLITS_PER_EPOCH];
  Micros started_us = sys.mono_us();
  for (uint32_t i = 0; i < job->splits.n; i++) begin_split(job, job->splits.all[i], started_us);
  job->silence.since_us = started_us;
  rescale_begin(job);
  bool go_on = true;
  while (go_on && !stopping(job) && watch_step(job)) {
    if (checkpoints_due(job)) take_checkpoint(job);
    if (!follow_load(job)) break;
    uint64_t before = job->flow.admitted;
    uint32_t n = choose(job, list);
    if (n == 0 && (stopping(job) || !watch_any(job))) break;
    if (n == 0) wait_for_workers(job, -1, watch_wait_us(job, MAX_WAIT_US));
    for (uint32_t i = 0; go_on && i < n; i++) go_on = take_chunk(job, list[i], n == 1, started_us);
    job->checkpoints.epochs += job->flow.admitted > before;
    if (go_on && job->flow.admitted == before && n > 1) wait_for_workers(job, -1, MICROS_PER_MILLI);
  }
}

/* What is open is in the checkpoint, so nothing of it is given out. */
static bool stops_with_checkpoint(const Job *job) {
  bool asked = job->checkpoints.request.stop && !job->checkpoints.request.drain;
  return job->checkpoints.on && !job->limit_reached && (asked || atomic_load(&job->interrupted));
}

/* The last chunk; with it the last checkpoint, which says that there is nothing to go on with. */
static void admit_last(Job *job) {
  bool interrupted = atomic_load(&job->interrupted), resumable = stops_with_checkpoint(job);
  job->stats.interrupted = interrupted;
  job->stats.resumable = resumable;
  if (job->checkpoints.request.wanted) take_checkpoint(job);
  if (resumable) take_checkpoint(job);
  if (!wait_for_checkpoint(job)) return;
  bool stop = resumable || job->limit_reached || (interrupted && !job->plan->flush_on_interrupt);
  ChunkSlot *slot = input_admit(job, stop ? CHUNK_STOP : CHUNK_END);
  slot->saves = job->checkpoints.on && !resumable;
  if (slot->saves) checkpoints_begin(job, slot);
  job->flow.ended = true;
}

void *input_main(void *arg) {
  Job *job = arg;
  pthread_mutex_lock(&job->flow.lock);
  read_all(job);
  admit_last(job);
  pthread_cond_broadcast(&job->flow.changed);
  pthread_mutex_unlock(&job->flow.lock);
  return NULL;
}
