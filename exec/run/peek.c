/* peek.c -- the event time of a split's first record, before the split is read.
 *
 * The order of reading and the watermark need it.  The record is parsed by an instance of the
 * source's stage that only the input thread has, and its rows are dropped.
 */
#include <stdlib.h>

#include "base/sys.h"
#include "exec/run/job_state.h"

struct Peeker {
  Worker worker; /* only its sources are open, and only those that were asked */
  ChunkSlot slot;
};

static Code open_peeker(Job *job, Error *err) {
  Peeker *p = calloc(1, sizeof *p);
  SourceInstance *sources = calloc(job->n_sources, sizeof *sources);
  if (p == NULL || sources == NULL) {
    free(p);
    free(sources);
    return FAIL(err, ERR_MEMORY, NO_SPAN, "out of memory");
  }
  p->worker = (Worker){.job = job, .sources = sources};
  job->peeker = p;
  return OK;
}

void peek_close(Job *job) {
  Peeker *p = job->peeker;
  if (p == NULL) return;
  for (uint32_t i = 0; i < job->n_sources; i++) source_instance_close(&p->worker, i);
  free(p->worker.sources);
  free(p);
  job->peeker = NULL;
}

/* What parsing left in the slot is of no use. */
static void clear_slot(ChunkSlot *slot, uint32_t queues) {
  for (uint32_t i = 0; i < slot->n_bad; i++) free(slot->bad[i].reason);
  strbuf_deinit(&slot->dead_letters);
  for (uint32_t i = 0; i < queues; i++) parcel_queue_free(&slot->parcels[i]);
  free(slot->parcels);
}

static Code parse(Job *job, InputSplit *split, const ChunkText *text, Error *err) {
  ChunkSlot *slot = &job->peeker->slot;
  uint32_t queues = job->sources[split->source].stage->n_out * WORKERS_MAX;
  *slot = (ChunkSlot){.source = split->source,
                      .from = split,
                      .text = text->text,
                      .text_len = text->len,
                      .layout = split->reader.layout,
                      .first_line = text->first_line,
                      .file = text->file,
                      .now_us = sys.wall_us(),
                      .parcels = calloc(queues, sizeof *slot->parcels)};
  if (slot->parcels == NULL) {
    free(text->text);
    return FAIL(err, ERR_MEMORY, NO_SPAN, "out of memory");
  }
  source_parse(&job->peeker->worker, slot);
  split->candidate_us = slot->max_us;
  if (slot->max_us > MICROS_MIN) split->first_us = slot->max_us - 1; /* the row has yet to come */
  clear_slot(slot, queues);
  return OK;
}

Code peek_split(Job *job, InputSplit *split, Error *err) {
  const Source *src = &job->sources[split->source];
  if (split->restored || split->ended || !src->timed || split->reader.split == NULL ||
      !split->reader.split->bounded)
    return OK;
  if (job->peeker == NULL) TRY(open_peeker(job, err));
  Worker *w = &job->peeker->worker;
  if (w->sources[split->source].instance.stage == NULL) {
    TRY(source_instance_open(w, split->source, err));
  }
  ChunkText text;
  TRY(split_reader_peek(&split->reader, &text, err));
  return parse(job, split, &text, err);
}

Code peek_splits(Job *job, Error *err) {
  if (job->splits.n <= 1) return OK;
  for (uint32_t i = 0; i < job->splits.n; i++) TRY(peek_split(job, job->splits.all[i], err));
  return OK;
}
