/* watch.c -- listing a source, and finding what is new. */
#include "exec/run/watch.h"

#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "exec/run/job_state.h"

static Code no_memory(const Source *src, Error *err) {
  return FAIL(err, ERR_MEMORY, src->scan->span, "no memory for the list of files");
}

static InputSplit *add_split(Job *job, Source *src, const Split *file) {
  InputSplit *split = split_list_add(&job->splits, (uint32_t)(src - job->sources), file);
  if (split == NULL) return NULL;
  split->reader.scan = src->scan;
  split->reader.decode = &src->decode;
  split->reader.chunk_bytes = job->chunk_bytes;
  split->found_in = src->watch.directory;
  split->heard_us = sys.mono_us();
  return split;
}

/* --- known paths ------------------------------------------------------------------------ */

static int by_text(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_known(const Watch *w, uint32_t n_known, const char *path) {
  return n_known > 0 && bsearch(&path, w->known, n_known, sizeof *w->known, by_text) != NULL;
}

static bool reserve_known(Watch *w, uint32_t more) {
  if (w->cap - w->n_known >= more) return true;
  uint64_t cap = w->cap;
  while (cap - w->n_known < more) cap = cap > 0 ? cap * 2 : 16;
  if (cap > UINT32_MAX) return false;
  const char **wider = realloc(w->known, cap * sizeof *wider);
  if (wider == NULL) return false;
  w->known = wider;
  w->cap = (uint32_t)cap;
  return true;
}

/* --- listing ---------------------------------------------------------------------------- */

static void sort_known(Watch *w) {
  if (!w->sorted && w->n_known > 0) qsort(w->known, w->n_known, sizeof *w->known, by_text);
  w->sorted = true;
}

/* Make splits of what was found, in its order: of all, or of what is new in a watched directory
 * (lock held once there are other threads). */
static Code add_new(Job *job, Source *src, const Split *found, uint32_t n, Error *err) {
  Watch *w = &src->watch;
  bool watched = w->directory != NULL;
  sort_known(w);
  uint32_t n_known = w->n_known; /* a listing names nothing twice */
  if (watched && !reserve_known(w, n)) return no_memory(src, err);
  for (uint32_t i = 0; i < n; i++) {
    if (is_known(w, n_known, found[i].name)) continue;
    InputSplit *split = add_split(job, src, &found[i]);
    if (split == NULL) return no_memory(src, err);
    if (watched) w->known[w->n_known++] = split->file.name;
  }
  w->sorted = w->n_known == n_known;
  return OK;
}

static Code list(const Job *job, const Source *src, Arena *arena, Split **found, uint32_t *n,
                 Error *err) {
  SourceSpec spec = source_spec(job, src);
  return src->scan->connector->bytes->splits(&spec, arena, found, n, err);
}

/* What is watched is listed now only to find out whether that can be done; its files join as later
 * ones do. */
static Code open_watched(Job *job, Source *src, Error *err) {
  Split directory = {.name = src->scan->table};
  src->watch.directory = add_split(job, src, &directory);
  if (src->watch.directory == NULL) return no_memory(src, err);
  src->watch.directory->found_in = NULL;
  src->watch.directory->watches = true;
  return OK;
}

Code watch_open(Job *job, Source *src, Error *err) {
  const ByteSource *bytes = src->scan->connector->bytes;
  if (bytes->monitor_us != NULL) src->watch.interval_us = bytes->monitor_us(src->scan->options);
  Arena arena = {0};
  Split *found = NULL;
  uint32_t n = 0;
  Code code = list(job, src, &arena, &found, &n, err);
  if (code == OK) {
    bool watched = src->watch.interval_us > 0;
    code = watched ? open_watched(job, src, err) : add_new(job, src, found, n, err);
  }
  arena_deinit(&arena);
  return code;
}

InputSplit *watch_restore(Job *job, Source *src, const Split *file) {
  Watch *w = &src->watch;
  InputSplit *split = reserve_known(w, 1) ? add_split(job, src, file) : NULL;
  if (split != NULL) w->known[w->n_known++] = split->file.name;
  w->sorted = false;
  return split;
}

void watch_close(Source *src) {
  free(src->watch.known);
  src->watch = (Watch){0};
}

/* --- while running ---------------------------------------------------------------------- */

static Code peek_from(Job *job, uint32_t first, Error *err) {
  for (uint32_t i = first; i < job->splits.n; i++) TRY(peek_split(job, job->splits.all[i], err));
  return OK;
}

/* All consumers learn of the splits from `first` on at the same place. */
static void admit_join(Job *job, Source *src, uint32_t first) {
  ChunkSlot *slot = input_admit(job, CHUNK_JOIN);
  slot->from = job->splits.all[first];
  slot->n_joined = job->splits.n - first;
  src->watch.directory->waits = src->watch.directory->idle = false;
}

/* There is room for a chunk, so nothing is admitted between finding files and saying so. */
static Code list_again(Job *job, Source *src, Error *err) {
  Arena arena = {0};
  Split *found = NULL;
  uint32_t n = 0, first = job->splits.n;
  pthread_mutex_unlock(&job->flow.lock);
  Code code = list(job, src, &arena, &found, &n, err);
  pthread_mutex_lock(&job->flow.lock);
  if (code == OK) code = add_new(job, src, found, n, err);
  arena_deinit(&arena);
  if (code == OK && job->splits.n > first) {
    pthread_mutex_unlock(&job->flow.lock);
    code = peek_from(job, first, err);
    pthread_mutex_lock(&job->flow.lock);
    if (code == OK) admit_join(job, src, first);
  }
  src->watch.next_us = sys.mono_us() + src->watch.interval_us;
  return code;
}

/* A directory is silent from the end of its last file on. */
static void note_waits(Job *job, InputSplit *directory) {
  const SplitList *splits = &job->splits;
  directory->waits = true;
  for (uint32_t i = 0; i < splits->n_open; i++) {
    const InputSplit *s = splits->open[i];
    if (s->found_in == directory && !s->ended) directory->waits = false;
  }
}

bool watch_step(Job *job) {
  for (uint32_t i = 0; i < job->n_sources; i++) {
    Source *src = &job->sources[i];
    if (src->watch.directory == NULL) continue;
    if (src->watch.next_us <= sys.mono_us()) {
      if (!input_wait_room(job)) return false;
      if (list_again(job, src, &job->input_err) != OK) {
        job_fail(job, &job->input_err);
        return false;
      }
    }
    note_waits(job, src->watch.directory);
  }
  return true;
}

Micros watch_wait_us(const Job *job, Micros max_us) {
  Micros now_us = sys.mono_us();
  for (uint32_t i = 0; i < job->n_sources; i++) {
    const Watch *w = &job->sources[i].watch;
    if (w->directory == NULL) continue;
    Micros left = w->next_us - now_us;
    if (left < max_us) max_us = left > 0 ? left : 0;
  }
  return max_us;
}

bool watch_any(const Job *job) {
  for (uint32_t i = 0; i < job->n_sources; i++) {
    if (job->sources[i].watch.directory != NULL) return true;
  }
  return false;
}
