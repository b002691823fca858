/* source.c -- parsing a chunk: decode (or make) rows and push them through the source stage. */
#include <stdlib.h>
#include <string.h>

#include "exec/run/job_state.h"

/* --- parcels go to the slot --------------------------------------------------------- */

static void deliver_to_slot(void *arg, Instance *instance, Edge *edge, uint32_t consumer,
                            Parcel *p) {
  SourceInstance *s = arg;
  (void)instance;
  p->chunk = s->slot->seq;
  parcel_queue_push(&s->slot->parcels[edge->of_source * WORKERS_MAX + consumer], p);
}

static Op *source_out_op(void *arg, Instance *instance, Edge *edge) {
  Worker *w = arg;
  Job *job = w->job;
  SourceInstance *s = (SourceInstance *)instance;
  OutHooks hooks = {.deliver = deliver_to_slot, .arg = s};
  if (!edge->to_sink) return out_exchange_new(instance, edge, &hooks);
  SinkWriter *sink = &job->sinks[edge->to];
  bool partitions = edge->spec->u.sink.n_partition_by > 0;
  return (partitions ? out_partition_new : out_encode_new)(instance, edge, sink->format,
                                                           &sink->encode, &hooks);
}

/* --- life --------------------------------------------------------------------------- */

SourceSpec source_spec(const Job *job, const Source *src) {
  const ScanSpec *scan = src->scan;
  return (SourceSpec){.table = scan->table,
                      .options = scan->options,
                      .fields = scan->fields,
                      .n_fields = scan->n_fields,
                      .wanted = scan->wanted,
                      .n_wanted = scan->n_wanted,
                      .seed = job->plan->env.seed,
                      .zone = job->plan->env.zone,
                      .span = scan->span};
}

Code source_instance_open(Worker *w, uint32_t source, Error *err) {
  Source *src = &w->job->sources[source];
  SourceInstance *s = &w->sources[source];
  s->instance = (Instance){
      .stage = src->stage, .worker = w->index, .ctx = {.env = &w->job->plan->env, .err = err}};
  TRY(instance_open(&s->instance, source_out_op, w));
  if (src->scan != NULL && src->scan->connector->bytes != NULL) {
    Code code;
    s->meta = source_meta_new(src->scan, &code, err);
    TRY(code);
    return src->scan->format->decoder_new(&src->decode, &s->decoder, err);
  }
  const OpSpec *head = src->stage->head;
  Type *types = arena_alloc(&s->instance.arena, (head->n_fields + 1) * sizeof *types);
  for (uint32_t i = 0; i < head->n_fields; i++) types[i] = head->fields[i].type;
  s->made = batch_builder_new((BatchShape){.types = types, .n_cols = head->n_fields});
  return s->made != NULL ? OK : FAIL(err, ERR_MEMORY, NO_SPAN, "out of memory");
}

void source_instance_close(Worker *w, uint32_t source) {
  SourceInstance *s = &w->sources[source];
  Source *src = &w->job->sources[source];
  if (s->decoder != NULL) src->scan->format->decoder_free(s->decoder);
  if (s->made != NULL) batch_builder_free(s->made);
  free(s->meta);
  if (s->instance.stage != NULL) instance_close(&s->instance);
  *s = (SourceInstance){0};
}

/* --- malformed records -------------------------------------------------------------- */

static uint64_t line_of(const ChunkSlot *slot, size_t offset) {
  uint64_t line = slot->first_line;
  for (const char *at = slot->text, *end = at + offset; at < end; at++) line += *at == '\n';
  return line;
}

static void bad_row(void *arg, size_t offset, size_t len, const char *reason) {
  SourceInstance *s = arg;
  ChunkSlot *slot = s->slot;
  slot->bad_rows++;
  if (s->source->dead_letter_fd >= 0) {
    strbuf_put(&slot->dead_letters, slot->text + offset, len);
    if (len == 0 || slot->text[offset + len - 1] != '\n') strbuf_putc(&slot->dead_letters, '\n');
  }
  if (s->source->on_error == ON_ERROR_FAIL && slot->error.code == OK) {
    /* The decoder is about to fail as well; this message says where. */
    FAIL(&slot->error, ERR_DATA, s->source->scan->span, "%s:%llu: %s", s->split_name,
         (unsigned long long)line_of(slot, offset), reason);
  }
  if (slot->n_bad == BAD_ROWS_SHOWN) return;
  slot->bad[slot->n_bad++] = (BadRow){.line = line_of(slot, offset), .reason = strdup(reason)};
}

/* A record that was too long never reached the decoder. */
static Code refuse_skipped(const SourceInstance *s, ChunkSlot *slot) {
  if (s->source->on_error != ON_ERROR_FAIL || slot->skipped_records == 0) return OK;
  return FAIL(&slot->error, ERR_DATA, s->source->scan->span, "%s: a record is longer than %d bytes",
              s->split_name, RECORD_MAX);
}

/* --- rows --------------------------------------------------------------------------- */

/* Push a batch, in pieces of plan->batch_rows where a test asks for small ones. */
static Code push_rows(Worker *w, SourceInstance *s, const Batch *batch) {
  uint32_t step = w->job->plan->batch_rows, n = batch_count(batch);
  s->slot->rows += n;
  if (step >= n) return instance_push_source(&s->instance, batch);
  uint16_t rows[BATCH_ROWS];
  batch_rows(batch, rows);
  for (uint32_t at = 0; at < n; at += step) {
    Batch part = *batch;
    part.sel = rows + at;
    part.n_sel = n - at < step ? n - at : step;
    TRY(instance_push_source(&s->instance, &part));
  }
  return OK;
}

static Code decode_chunk(Worker *w, const Source *src, SourceInstance *s, ChunkSlot *slot) {
  const Format *format = src->scan->format;
  Chunk chunk = {.text = slot->text, .len = slot->text_len, .layout = slot->layout};
  TRY(refuse_skipped(s, slot));
  if (s->meta != NULL) {
    source_meta_begin(s->meta, slot->text, slot->first_line, s->split_name, &slot->file);
    if (s->meta->with_lines) chunk.places = s->meta->places;
  }
  format->decode_begin(s->decoder, &chunk, bad_row, s);
  for (;;) {
    Batch *batch;
    TRY(format->decode_next(s->decoder, &batch, &slot->error));
    if (batch->rows == 0) break;
    TRY(push_rows(w, s, s->meta != NULL ? source_meta_add(s->meta, batch) : batch));
  }
  return OK;
}

/* The rows of VALUES are constant expressions over no columns: one program per row, run once. */
static Code values_chunk(Worker *w, SourceInstance *s, const ValuesSpec *values, ChunkSlot *slot) {
  Vector *cols = arena_alloc(&s->instance.arena, (values->n_cols + 1) * sizeof *cols);
  static const uint16_t row = 0;
  for (uint32_t r = 0; r < values->n_rows; r++) {
    Program *p = NULL;
    Batch one = {.rows = 1};
    Code code = program_new(&values->rows[r * values->n_cols], values->n_cols, &w->job->plan->env,
                            &p, &slot->error);
    if (code == OK) code = program_run(p, &one, slot->now_us, cols, &slot->error);
    Batch made = {.rows = 1, .n_cols = values->n_cols, .cols = cols};
    if (code == OK && !batch_builder_append(s->made, &made, &row, 1)) {
      code = FAIL(&slot->error, ERR_MEMORY, NO_SPAN, "out of memory");
    }
    program_free(p);
    TRY(code);
    if (batch_builder_room(s->made) > 0 && r + 1 < values->n_rows) continue;
    TRY(push_rows(w, s, &s->made->batch));
    batch_builder_clear(s->made);
  }
  return OK;
}

static Code run_chunk(Worker *w, SourceInstance *s, ChunkSlot *slot) {
  const Source *src = &w->job->sources[slot->source];
  OpContext *ctx = &s->instance.ctx;
  ctx->err = &slot->error;
  ctx->now_us = slot->now_us;
  ctx->chunk_max_us = MICROS_MIN;
  ctx->split_max_us = src->in_order ? slot->from->max_us : MICROS_MIN;
  ctx->null_time_rows = ctx->far_rows = 0;
  ctx->tag = (OrderTag){MICROS_MIN, MICROS_MIN};
  if (src->scan == NULL) {
    batch_builder_clear(s->made);
    TRY(values_chunk(w, s, &src->stage->head->u.values, slot));
  } else if (src->rows != NULL) {
    batch_builder_clear(s->made);
    TRY(src->scan->connector->rows->make(src->rows, slot->row_chunk, slot->now_us, s->made,
                                         &slot->error));
    TRY(push_rows(w, s, &s->made->batch));
  } else if (slot->text_len > 0) {
    TRY(decode_chunk(w, src, s, slot));
  }
  return instance_chunk_end(&s->instance);
}

void source_parse(Worker *w, ChunkSlot *slot) {
  SourceInstance *s = &w->sources[slot->source];
  s->slot = slot;
  s->source = &w->job->sources[slot->source];
  const Split *split = slot->from->reader.split;
  s->split_name = split != NULL ? split->name : NULL;
  Code code = run_chunk(w, s, slot);
  assert((code == OK) == (slot->error.code == OK));
  slot->max_us = s->instance.ctx.chunk_max_us;
  slot->null_time_rows = s->instance.ctx.null_time_rows;
  slot->far_rows = s->instance.ctx.far_rows;
  slot->far_us = s->instance.ctx.far_us;
  free(slot->text);
  slot->text = NULL;
  s->slot = NULL;
}
