/* restore.c -- going on from a checkpoint: which one, whether it fits, and giving it back.
 *
 * What belongs to the job, to sources and to sinks is small and read first; then the workers are
 * opened, and the operators get their blocks in a second reading, each instance the entries of its
 * range.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/sys.h"
#include "exec/data/number_text.h"
#include "exec/run/job_state.h"

enum { LOAD_BYTES = 32 << 20 }; /* in hand at a time, and as much read ahead */

static void note(const Job *job, StrBuf *line) {
  if (job->hooks.note != NULL && !strbuf_failed(line)) {
    job->hooks.note(job->hooks.note_arg, strbuf_text(line));
  }
  strbuf_deinit(line);
}

/* --- which -------------------------------------------------------------------------- */

static uint64_t id_of(const char *path) {
  const char *dash = strrchr(path, '-');
  int64_t id;
  return dash != NULL && int_parse(str_of(dash + 1), &id) && id >= 0 ? (uint64_t)id : 0;
}

static bool wants_latest(const CheckpointPlan *p) {
  return p->resume || (p->restore_from != NULL && strcmp(p->restore_from, "latest") == 0);
}

static Code refuse_to_start_over(const CheckpointPlan *p, const char *newest, Error *err) {
  FAIL(err, ERR_STATE, NO_SPAN, "\"%s\" holds a checkpoint of job \"%s\" already", newest, p->job);
  error_hint(err, "go on from it with --resume, or name another execution.checkpointing.dir");
  return ERR_STATE;
}

/* The newest that is whole. */
static Code open_latest(Job *job, const char **paths, uint32_t n, Error *err) {
  Checkpoints *c = &job->checkpoints;
  for (uint32_t i = n; i-- > 0;) {
    Error why = {0};
    Code code = checkpoint_open(paths[i], &c->reader, &why);
    c->restored_from = paths[i];
    if (code == OK) return OK;
    if (code != ERR_STATE || i == 0) {
      *err = why;
      return code;
    }
    StrBuf line = {0};
    strbuf_printf(&line, "%s; going on from the checkpoint before", why.msg);
    note(job, &line);
  }
  return OK;
}

static Code choose(Job *job, Error *err) {
  Checkpoints *c = &job->checkpoints;
  const CheckpointPlan *p = c->plan;
  const char **paths = NULL;
  uint32_t n = 0;
  if (c->on) TRY(checkpoint_list(&job->arena, p->dir, p->job, &paths, &n, err));
  if (n > 0) c->next_id = id_of(paths[n - 1]) + 1;
  if (wants_latest(p) && n > 0) return open_latest(job, paths, n, err);
  if (p->restore_from != NULL && strcmp(p->restore_from, "latest") != 0) {
    c->restored_from = p->restore_from;
    return checkpoint_open(p->restore_from, &c->reader, err);
  }
  return n > 0 ? refuse_to_start_over(p, paths[n - 1], err) : OK;
}

/* --- whether it fits ---------------------------------------------------------------- */

static Code match(Job *job, Error *err) {
  Checkpoints *c = &job->checkpoints;
  const CheckpointInfo *info = checkpoint_info(c->reader);
  StrBuf told = {0};
  owners_match(&job->arena, &c->owners, info, &told, &c->upgrade);
  bool refused = c->upgrade.loses && !c->plan->allow_non_restored;
  if (c->upgrade.changed) {
    char *text = (char *)(uintptr_t)strbuf_text(&told), *save = NULL;
    for (char *line = strtok_r(text, "\n", &save); line != NULL;
         line = strtok_r(NULL, "\n", &save)) {
      if (job->hooks.note != NULL) job->hooks.note(job->hooks.note_arg, line);
    }
  }
  strbuf_deinit(&told);
  if (!refused) return OK;
  if (c->upgrade.other_constants) {
    FAIL(err, ERR_STATE, NO_SPAN,
         "a subquery gives another result than when checkpoint %" PRIu64 " was taken", info->id);
    error_hint(err, "--allow-non-restored-state goes on with the new one; see the lines above");
    return ERR_STATE;
  }
  FAIL(err, ERR_STATE, NO_SPAN,
       "checkpoint %" PRIu64 " is of another statement: going on would silently lose state",
       info->id);
  error_hint(err, "--allow-non-restored-state goes on with what fits; see the lines above");
  return ERR_STATE;
}

/* --- the small parts ---------------------------------------------------------------- */

static Code damaged(const Job *job, const char *what, Error *err) {
  return FAIL(err, ERR_STATE, NO_SPAN, "%s: what it keeps of %s makes no sense",
              job->checkpoints.restored_from, what);
}

static Code cut_dead_letters(const Source *src, int64_t bytes, Error *err) {
  struct stat st;
  const char *path = src->dead_letter_path;
  if (sys.fstat(src->dead_letter_fd, &st) != 0 ||
      (st.st_size > bytes && sys.ftruncate(src->dead_letter_fd, bytes) != 0)) {
    return FAIL(err, ERR_IO, NO_SPAN, "cannot cut back \"%s\": %s", path, strerror(errno));
  }
  if (st.st_size >= bytes) return OK;
  return FAIL(err, ERR_STATE, NO_SPAN,
              "\"%s\" has %lld bytes, but had %lld when the checkpoint was taken", path,
              (long long)st.st_size, (long long)bytes);
}

static Code restore_dead_letters(Job *job, StateIn *in, Error *err) {
  uint32_t n = state_get_u32(in);
  if (checkpoint_info(job->checkpoints.reader)->finished) return OK; /* the user's by now */
  for (uint32_t i = 0; i < n && !in->bad; i++) {
    int64_t bytes = state_get_i64(in);
    if (i >= job->n_sources || job->sources[i].dead_letter_fd < 0 || bytes < 0) continue;
    TRY(cut_dead_letters(&job->sources[i], bytes, err));
  }
  return OK;
}

static Code restore_job(Job *job, StateIn *in, Error *err) {
  JobStats *st = &job->stats;
  job->chunk_bytes = state_get_u64(in);
  job->now_us = state_get_i64(in);
  st->rows_in = state_get_u64(in);
  st->bad_rows = state_get_u64(in);
  st->null_time_rows = state_get_u64(in);
  st->far_rows = state_get_u64(in);
  st->far_us = state_get_i64(in);
  st->bytes_in = state_get_u64(in);
  if (in->bad || job->chunk_bytes == 0) return damaged(job, "the job", err);
  for (uint32_t i = 0; i < job->splits.n; i++) {
    job->splits.all[i]->reader.chunk_bytes = job->chunk_bytes;
  }
  return restore_dead_letters(job, in, err);
}

static Code restore_sink_block(Job *job, SinkWriter *s, StateIn *in, bool last, Error *err) {
  if (strcmp(in->section, "rows") == 0) {
    s->rows = state_get_u64(in);
    return OK;
  }
  if (s->sink == NULL || s->table->restore == NULL) return OK;
  const CheckpointInfo *info = checkpoint_info(job->checkpoints.reader);
  return s->table->restore(s->sink, info->id, in, last, err);
}

/* The block of an owner that is not an operator; last: of this owner. */
static Code restore_block(Job *job, uint32_t owner, const StateBlock *b, bool last, Error *err) {
  const Owners *o = &job->checkpoints.owners;
  StateIn in;
  state_in_init(&in, b, 0, UINT64_MAX);
  if (owner == 0) return restore_job(job, &in, err);
  for (uint32_t i = 0; i < job->n_sources; i++) {
    if (o->of_stage[job->sources[i].stage->index] == owner) {
      return source_restore(job, i, &in, err);
    }
  }
  for (uint32_t i = 0; i < job->stages.n_sinks; i++) {
    if (o->of_sink[i] != owner) continue;
    TRY(restore_sink_block(job, &job->sinks[i], &in, last, err));
    if (in.bad) return damaged(job, "a sink", err);
  }
  return OK;
}

/* The owner of the plan that an owner of the checkpoint is; OWNER_NONE: none. */
static uint32_t owner_now(const Job *job, uint32_t from) {
  const Checkpoints *c = &job->checkpoints;
  for (uint32_t i = 0; i < c->owners.n; i++) {
    if (c->upgrade.matches[i].from == from) return i;
  }
  return OWNER_NONE;
}

static bool is_operator(const char *owner) { return strncmp(owner, "operator ", 9) == 0; }

/* Blocks of owners that are not operators, kept: by owner of the plan, in order. */
static Code read_small_blocks(Job *job, StateBlock **kept, Error *err) {
  Checkpoints *c = &job->checkpoints;
  const CheckpointInfo *info = checkpoint_info(c->reader);
  StateBlock **end = kept;
  for (;;) {
    uint32_t from;
    StateBlock *b;
    TRY(checkpoint_next(c->reader, &from, &b, err));
    if (b == NULL) return OK;
    uint32_t owner = is_operator(info->owners[from]) ? OWNER_NONE : owner_now(job, from);
    if (owner == OWNER_NONE) {
      state_block_free(b);
      continue;
    }
    b->owner = owner;
    b->next = NULL;
    *end = b;
    end = &b->next;
  }
}

static Code restore_small(Job *job, StateBlock *kept, Error *err) {
  for (StateBlock *b = kept; b != NULL; b = b->next) {
    bool last = true;
    for (StateBlock *later = b->next; later != NULL; later = later->next) {
      last &= later->owner != b->owner;
    }
    TRY(restore_block(job, b->owner, b, last, err));
  }
  return OK;
}

static void begin_from(Job *job) {
  Checkpoints *c = &job->checkpoints;
  const CheckpointInfo *info = checkpoint_info(c->reader);
  c->epochs = c->epochs_before = info->epochs;
  if (c->next_id <= info->id) c->next_id = info->id + 1;
  job->finished = info->finished;
  StrBuf line = {0};
  if (info->finished) {
    strbuf_printf(&line, "job \"%s\" has finished before (checkpoint %" PRIu64 "): nothing to do",
                  info->job, info->id);
  } else {
    strbuf_printf(&line, "job \"%s\" goes on from checkpoint %" PRIu64, info->job, info->id);
  }
  note(job, &line);
}

Code restore_begin(Job *job, Error *err) {
  Checkpoints *c = &job->checkpoints;
  Micros since_us = sys.mono_us();
  TRY(choose(job, err));
  if (c->reader == NULL) return OK;
  TRY(match(job, err));
  for (uint32_t i = 0; i < job->splits.n; i++) job->splits.all[i]->was = SPLIT_NEW;
  StateBlock *kept = NULL;
  Code code = read_small_blocks(job, &kept, err);
  if (code == OK) code = restore_small(job, kept, err);
  state_blocks_free(kept);
  TRY(code);
  split_list_order(&job->splits);
  begin_from(job);
  if (!job->finished) job->stats.restored_us = (uint64_t)(sys.mono_us() - since_us);
  return OK;
}

/* --- operators ---------------------------------------------------------------------- */

/* Blocks of operators, about LOAD_BYTES of them, in order; *blocks NULL: there are no more. */
static Code read_some_blocks(Job *job, StateBlock **blocks, Error *err) {
  Checkpoints *c = &job->checkpoints;
  size_t bytes = 0;
  for (StateBlock **end = blocks; bytes < LOAD_BYTES;) {
    uint32_t from;
    StateBlock *b;
    TRY(checkpoint_next(c->reader, &from, &b, err));
    if (b == NULL) return OK;
    bool wanted = is_operator(checkpoint_info(c->reader)->owners[from]);
    uint32_t owner = wanted ? owner_now(job, from) : OWNER_NONE;
    if (owner == OWNER_NONE) {
      state_block_free(b);
      continue;
    }
    b->owner = owner;
    b->next = NULL;
    bytes += b->bytes.len;
    *end = b;
    end = &b->next;
  }
  return OK;
}

/* The next blocks, read while the ones before are loaded. */
typedef struct Ahead {
  Job *job;
  StateBlock *blocks;
  Code code;
  Error err;
} Ahead;

static void *read_ahead(void *arg) {
  Ahead *a = arg;
  a->code = read_some_blocks(a->job, &a->blocks, &a->err);
  return NULL;
}

/* Load what is there and read on beside it. */
static Code load_and_read(Job *job, const StateBlock *blocks, Ahead *next, Error *err) {
  pthread_t thread;
  bool beside = pthread_create(&thread, NULL, read_ahead, next) == 0;
  Code code = operators_load(job, blocks, err);
  if (beside) {
    pthread_join(thread, NULL);
  } else {
    read_ahead(next); /* no thread for it: then in this one */
  }
  if (code != OK || next->code == OK) return code;
  *err = next->err;
  return next->code;
}

static Code restore_all_blocks(Job *job, Error *err) {
  StateBlock *blocks = NULL;
  Code code = read_some_blocks(job, &blocks, err);
  while (code == OK && blocks != NULL) {
    Ahead next = {.job = job};
    code = load_and_read(job, blocks, &next, err);
    state_blocks_free(blocks);
    blocks = next.blocks;
  }
  state_blocks_free(blocks);
  return code == OK ? operators_loaded(job, err) : code;
}

Code restore_operators(Job *job, Error *err) {
  Checkpoints *c = &job->checkpoints;
  if (c->reader == NULL) return OK;
  Code code = OK;
  if (!job->finished) {
    Micros since_us = sys.mono_us();
    checkpoint_rewind(c->reader);
    code = restore_all_blocks(job, err);
    job->stats.restored_bytes = checkpoint_info(c->reader)->state_bytes;
    job->stats.restored_us += (uint64_t)(sys.mono_us() - since_us);
  }
  checkpoint_close(c->reader);
  c->reader = NULL;
  return code;
}

/* --- EXPLAIN UPGRADE ---------------------------------------------------------------- */

/* A checkpoint itself has a manifest; a directory of jobs has not. */
static Code find_for_upgrade(Arena *arena, const JobPlan *plan, const char *path,
                             CheckpointInfo *info, Error *err) {
  Error why = {0};
  if (checkpoint_peek(arena, path, info, &why) == OK) return OK;
  const char **paths;
  uint32_t n;
  TRY(checkpoint_list(arena, path, plan->checkpoints.job, &paths, &n, err));
  if (n > 0) return checkpoint_peek(arena, paths[n - 1], info, err);
  FAIL(err, ERR_STATE, NO_SPAN, "\"%s\" is no checkpoint, and has none of job \"%s\"", path,
       plan->checkpoints.job);
  error_hint(err, "SHOW CHECKPOINTS '%s' lists what is there", path);
  return ERR_STATE;
}

Code job_explain_upgrade(const JobPlan *plan, const char *path, StrBuf *out, bool *fits,
                         Error *err) {
  TRY(job_plan_validate(plan, err));
  Arena arena = {0};
  Stages stages;
  CheckpointInfo info;
  Owners owners;
  UpgradeReport report;
  Code code = stages_cut(&arena, plan, &stages, err);
  if (code == OK) code = find_for_upgrade(&arena, plan, path, &info, err);
  if (code == OK) {
    owners_of(&arena, plan, &stages, &owners);
    owners_match(&arena, &owners, &info, out, &report);
    *fits = !report.loses;
  }
  arena_deinit(&arena);
  return code;
}
