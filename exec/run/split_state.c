/* split_state.c -- where reading is, in a checkpoint and out of it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "exec/run/job_state.h"

enum { SPLITS_VERSION = 1 };

static const char *name_of(const InputSplit *split) {
  return split->reader.split != NULL ? split->reader.split->name : "";
}

/* --- saving ------------------------------------------------------------------------- */

/* Does the reader have a place?  Of what is over nothing but the name is kept. */
static bool has_place(const InputSplit *split) {
  return split->reader.split != NULL && !split->watches && !split->ended;
}

/* What split_reader_save does not know. */
static void put_split(StateOut *out, const InputSplit *split) {
  state_put_bool(out, true); /* one more */
  state_put_u32(out, split->index);
  state_put_str(out, str_of(name_of(split)));
  state_put_bool(out, split->file.bounded);
  state_put_bool(out, split->file.replayable);
  state_put_bool(out, split->watches);
  state_put_u64(out, split->next_chunk);
  state_put_i64(out, split->first_us);
  state_put_i64(out, split->candidate_us);
  state_put_i64(out, split->max_us);
  state_put_bool(out, split->idle);
  state_put_bool(out, split->ended);
  if (has_place(split)) split_reader_save(&split->reader, out);
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
    Code code = save_rows(&job->sources[source], split, &out, err);
    if (code == OK) continue;
    state_drop(&out);
    return code;
  }
  state_put_bool(&out, false);
  return state_end(&out) ? OK : FAIL(err, ERR_MEMORY, NO_SPAN, "out of memory for a checkpoint");
}

/* --- restoring ---------------------------------------------------------------------- */

/* A split as a checkpoint has it, but for its place. */
typedef struct SavedSplit {
  uint32_t was;
  Str name;
  bool bounded, replayable, watches;
  uint64_t next_chunk;
  Micros first_us, candidate_us, max_us;
  bool idle, ended;
} SavedSplit;

static SavedSplit get_saved(StateIn *in) {
  SavedSplit s = {.was = state_get_u32(in), .name = state_get_str(in)};
  s.bounded = state_get_bool(in);
  s.replayable = state_get_bool(in);
  s.watches = state_get_bool(in);
  s.next_chunk = state_get_u64(in);
  s.first_us = state_get_i64(in);
  s.candidate_us = state_get_i64(in);
  s.max_us = state_get_i64(in);
  s.idle = state_get_bool(in);
  s.ended = state_get_bool(in);
  return s;
}

/* The split of this name among those that were listed, bytewise; NULL: it is not there any more. */
static InputSplit *find_split(const Job *job, const Source *src, const char *name) {
  uint32_t low = src->first_split, end = low + src->n_splits, high = end;
  while (low < high) {
    uint32_t mid = low + (high - low) / 2;
    if (strcmp(name_of(job->splits.all[mid]), name) < 0) {
      low = mid + 1;
    } else {
      high = mid;
    }
  }
  bool found = low < end && strcmp(name_of(job->splits.all[low]), name) == 0;
  return found ? job->splits.all[low] : NULL;
}

/* The split that it is now; NULL: none, and nothing is missed.  What was read to its end may go. */
static Code match_split(Job *job, Source *src, const SavedSplit *s, InputSplit **out, Error *err) {
  bool watched = src->watch.directory != NULL;
  *out = src->watch.directory;
  if (s->watches) return OK;
  char *name = strndup(s->name.ptr, s->name.len);
  if (name == NULL) return FAIL(err, ERR_MEMORY, NO_SPAN, "out of memory for the list of splits");
  Split file = {.name = name, .bounded = s->bounded, .replayable = s->replayable};
  *out = watched ? watch_restore(job, src, &file) : find_split(job, src, name);
  Code code = OK;
  if (*out == NULL && watched) {
    code = FAIL(err, ERR_MEMORY, NO_SPAN, "out of memory for the list of splits");
  } else if (*out == NULL && !s->ended) {
    code = FAIL(err, ERR_STATE, src->scan != NULL ? src->scan->span : NO_SPAN,
                "\"%s\" was being read at checkpoint %" PRIu64 " and is not there any more", name,
                checkpoint_info(job->checkpoints.reader)->id);
  }
  free(name);
  return code;
}

static Code get_split(Job *job, Source *src, StateIn *in, Error *err) {
  SavedSplit s = get_saved(in);
  InputSplit *split = NULL;
  if (in->bad) return OK;
  TRY(match_split(job, src, &s, &split, err));
  if (split == NULL) return OK;
  split->restored = true;
  split->was = s.was;
  split->next_chunk = s.next_chunk;
  split->candidate_us = s.candidate_us;
  split->max_us = s.max_us;
  split->first_us = s.max_us > s.first_us ? s.max_us : s.first_us;
  split->idle = s.idle;
  split->ended = s.ended;
  if (has_place(split)) {
    uint64_t checkpoint = checkpoint_info(job->checkpoints.reader)->id;
    TRY(split_reader_restore(&split->reader, checkpoint, in, err));
  }
  if (src->rows == NULL || src->scan->connector->rows->load == NULL) return OK;
  return src->scan->connector->rows->load(src->rows, split->next_chunk, in, err);
}

Code source_restore(Job *job, uint32_t source, StateIn *in, Error *err) {
  Source *src = &job->sources[source];
  if (in->version != SPLITS_VERSION) state_bad(in);
  while (!in->bad && state_get_bool(in)) TRY(get_split(job, src, in, err));
  if (in->bad) {
    return FAIL(err, ERR_STATE, NO_SPAN, "%s: the list of splits makes no sense",
                job->checkpoints.restored_from);
  }
  for (uint32_t i = 0; i < job->splits.n; i++) {
    InputSplit *split = job->splits.all[i];
    /* It was not there when the job began: not part of its input. */
    if (split->source == source && !split->restored) split->ended = !split->watches;
  }
  return OK;
}
