/* split_state.c -- where reading is, in a checkpoint and out of it. */
#include <inttypes.h>

#include "exec/run/job_state.h"

enum { SPLITS_VERSION = 1 };

static const char *name_of(const InputSplit *split) {
  return split->reader.split != NULL ? split->reader.split->name : "";
}

/* --- saving ------------------------------------------------------------------------- */

/* What split_reader_save does not know. */
static void put_split(StateOut *out, const InputSplit *split) {
  state_put_bool(out, true); /* one more */
  state_put_u32(out, split->index);
  state_put_str(out, str_of(name_of(split)));
  state_put_u64(out, split->next_chunk);
  state_put_i64(out, split->candidate_us);
  state_put_i64(out, split->max_us);
  state_put_bool(out, split->idle);
  state_put_bool(out, split->ended);
}

/* What a source of rows wants to find again beside the number of the next chunk. */
static Code save_rows(const Source *src, const InputSplit *split, StateOut *out, Error *err) {
  if (src->rows == NULL || src->scan->connector->rows->save == NULL) return OK;
  return src->scan->connector->rows->save(src->rows, split->next_chunk, out, err);
}

Code source_save(Job *job, uint32_t source, StateSink *to, Error *err) {
  const SplitList *splits = &job->splits;
  StateOut out;
  state_begin(&out, to, "splits", SPLITS_VERSION);
  for (uint32_t i = 0; i < splits->n; i++) {
    const InputSplit *split = splits->all[i];
    if (split->source != source) continue;
    put_split(&out, split);
    if (split->reader.split != NULL) split_reader_save(&split->reader, &out);
    Code code = save_rows(&job->sources[source], split, &out, err);
    if (code == OK) continue;
    state_drop(&out);
    return code;
  }
  state_put_bool(&out, false);
  return state_end(&out) ? OK : FAIL(err, ERR_MEMORY, NO_SPAN, "out of memory for a checkpoint");
}

/* --- restoring ---------------------------------------------------------------------- */

/* The split of this name; NULL: it is not there any more. */
static InputSplit *find_split(const Job *job, uint32_t source, Str name) {
  for (uint32_t i = 0; i < job->splits.n; i++) {
    InputSplit *split = job->splits.all[i];
    if (split->source == source && str_eq(str_of(name_of(split)), name)) return split;
  }
  return NULL;
}

static Code get_split(Job *job, uint32_t source, StateIn *in, Error *err) {
  const Source *src = &job->sources[source];
  uint64_t checkpoint = checkpoint_info(job->checkpoints.reader)->id;
  uint32_t was = state_get_u32(in);
  Str name = state_get_str(in);
  InputSplit *split = find_split(job, source, name);
  if (split == NULL) {
    return FAIL(err, ERR_STATE, src->scan != NULL ? src->scan->span : NO_SPAN,
                "\"%.*s\" was read before checkpoint %" PRIu64 " and is not there any more",
                (int)name.len, name.ptr, checkpoint);
  }
  split->restored = true;
  split->was = was;
  split->next_chunk = state_get_u64(in);
  split->candidate_us = state_get_i64(in);
  split->max_us = state_get_i64(in);
  split->idle = state_get_bool(in);
  split->ended = state_get_bool(in);
  if (split->reader.split != NULL) {
    TRY(split_reader_restore(&split->reader, checkpoint, in, err));
  }
  if (src->rows == NULL || src->scan->connector->rows->load == NULL) return OK;
  return src->scan->connector->rows->load(src->rows, split->next_chunk, in, err);
}

Code source_restore(Job *job, uint32_t source, StateIn *in, Error *err) {
  if (in->version != SPLITS_VERSION) state_bad(in);
  while (!in->bad && state_get_bool(in)) TRY(get_split(job, source, in, err));
  if (in->bad) {
    return FAIL(err, ERR_STATE, NO_SPAN, "%s: the list of splits makes no sense",
                job->checkpoints.restored_from);
  }
  for (uint32_t i = 0; i < job->splits.n; i++) {
    InputSplit *split = job->splits.all[i];
    /* It was not there when the job began: not part of its input. */
    if (split->source == source && !split->restored) split->ended = true;
  }
  return OK;
}
