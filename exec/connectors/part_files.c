/* part_files.c -- rows into part files: which part, when it is full, when it is seen.
 *
 * Parts roll by size behind the first row that reaches it, however the rows came, so that the
 * same rows give the same files; and by time, for streams, when they have been open or silent for
 * too long.  A partition has one open part.  Without checkpoints INSERT INTO shows a part as soon
 * as it is complete; with them, and for INSERT OVERWRITE, see part_state.c.
 */
#include "exec/connectors/part_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "exec/connectors/conn_file.h"
#include "exec/connectors/io_error.h"

/* --- one part ------------------------------------------------------------------------------- */

Part *part_new(const PartFiles *f, const Partition *p, int64_t number) {
  Part *part = calloc(1, sizeof *part);
  if (part == NULL) return NULL;
  part->number = number;
  part->checkpoint = UINT64_MAX;
  part->begun_us = part->written_us = sys.mono_us();
  part->hidden = part_path(p->dir, part_name(f, number, false));
  if (part->hidden != NULL) return part;
  free(part);
  return NULL;
}

static void forget_awake(PartFiles *f, const Part *part) {
  for (uint32_t i = 0; i < f->n_awake; i++) {
    if (f->awake[i] == part) f->awake[i] = f->awake[--f->n_awake];
  }
}

void part_free(PartFiles *f, Part *part) {
  forget_awake(f, part);
  out_file_drop(&part->file);
  free(part->hidden);
  free(part);
}

/* Who was written longest ago gives back his descriptor. */
static Code make_room(PartFiles *f, Error *err) {
  if (f->n_awake < PARTS_AWAKE_MAX) return OK;
  Part *oldest = f->awake[0];
  for (uint32_t i = 1; i < f->n_awake; i++) {
    if (f->awake[i]->written < oldest->written) oldest = f->awake[i];
  }
  forget_awake(f, oldest);
  return out_file_rest(&oldest->file, err);
}

Code part_go_back(PartFiles *f, Part *part, Error *err) {
  const FileMark mark = part->file.mark;
  TRY(make_room(f, err));
  TRY(out_file_go_back(&part->file, part->hidden, &mark, part->hidden, f->target->span, err));
  f->awake[f->n_awake++] = part;
  return OK;
}

Code part_wake(PartFiles *f, Part *part, Error *err) {
  if (part->file.open) return OK;
  TRY(make_room(f, err));
  TRY(out_file_wake(&part->file, part->hidden, err));
  f->awake[f->n_awake++] = part;
  return OK;
}

/* What is left of a killed INSERT OVERWRITE is replaced.  *taken: the file is there. */
static Code create_file(PartFiles *f, Part *part, bool *taken, Error *err) {
  const FileTarget *t = f->target;
  int flags = O_RDWR | O_CREAT | (t->overwrite ? O_TRUNC : O_EXCL);
  Error mine = {.code = OK};
  Code code =
      out_file_open(&part->file, part->hidden, flags, t->file_mode, part->hidden, t->span, &mine);
  *taken = code != OK && !t->overwrite && errno == EEXIST;
  if (code == OK || *taken) return OK;
  if (err->code == OK) *err = mine;
  return code;
}

/* Make the file of a part, *taken: somebody else has its number, or has had it.  Whoever holds the
 * hidden name is the only one who can make the other one. */
static Code make_file(PartFiles *f, const Partition *p, Part *part, bool *taken, Error *err) {
  const FileTarget *t = f->target;
  bool there;
  TRY(file_is_there(p->dir, t->span, &there, err)); /* who reads may remove what is old */
  if (!there) TRY(directory_make(p->dir, strlen(t->path), t->span, err));
  TRY(create_file(f, part, taken, err));
  if (*taken || t->overwrite) return OK;
  char *seen = part_path(p->dir, part_name(f, part->number, true));
  if (seen == NULL) return file_no_memory(t, err);
  Code code = file_is_there(seen, t->span, taken, err);
  free(seen);
  if (code != OK || *taken) {
    out_file_drop(&part->file);
    sys.unlink(part->hidden);
  }
  return code;
}

static Code part_begin(PartFiles *f, Partition *p, Error *err) {
  TRY(make_room(f, err));
  for (bool taken = true; taken;) {
    Part *part = part_new(f, p, p->next_number);
    if (part == NULL) return file_no_memory(f->target, err);
    Code code = make_file(f, p, part, &taken, err);
    if (code != OK || taken) part_free(f, part);
    TRY(code);
    p->next_number++;
    if (!taken) p->open = part;
  }
  p->unsynced = p->written = true;
  f->awake[f->n_awake++] = p->open;
  return out_file_write(&p->open->file, f->target->header.ptr, f->target->header.len, err);
}

void part_append_closed(Partition *p, Part *part) {
  part->next = NULL;
  if (p->closed == NULL) {
    p->closed = part;
  } else {
    p->last_closed->next = part;
  }
  p->last_closed = part;
}

Code part_publish_first(PartFiles *f, Partition *p, Error *err) {
  Part *part = p->closed;
  char *seen = part_path(p->dir, part_name(f, part->number, true));
  if (seen == NULL) return file_no_memory(f->target, err);
  Code code = file_rename(part->hidden, seen, f->target->span, err);
  free(seen);
  TRY(code);
  p->unsynced = true;
  p->closed = part->next;
  part_free(f, part);
  return OK;
}

Code part_close(PartFiles *f, Partition *p, Error *err) {
  const FileTarget *t = f->target;
  Part *part = p->open;
  TRY(part_wake(f, part, err));
  if (t->checkpointing) TRY(out_file_mark(&part->file, err));
  forget_awake(f, part);
  Code code = out_file_finish(&part->file, err);
  p->open = NULL;
  part_append_closed(p, part);
  if (t->checkpointing || t->overwrite) return code;
  Code seen = part->file.bytes > 0 ? part_publish_first(f, p, err) : OK;
  return code != OK ? code : seen; /* rows that got through stay, also when the rest did not */
}

/* --- write ---------------------------------------------------------------------------------- */

/* The end of the first row that reaches byte `from` (1..n) of the rows in bytes[0..n). */
static size_t row_end(const PartFiles *f, const char *bytes, size_t n, size_t from) {
  CutState state = {0};
  size_t at = 0;
  if (f->format->advance == NULL) return n;
  for (size_t begin = from - 1; begin < n;) {
    const char *newline = memchr(bytes + begin, '\n', n - begin);
    if (newline == NULL) return n;
    begin = (size_t)(newline - bytes) + 1;
    f->format->advance(&state, bytes + at, begin - at, f->options);
    at = begin;
    if (state.phase == 0) return at; /* not within a text that has newlines */
  }
  return n;
}

/* The partition of these rows, with a look at its directory when it is new. */
static Code partition_for(PartFiles *f, Str name, Partition **out, Error *err) {
  partition_find(f, name, out);
  if (*out != NULL) return OK;
  TRY(partition_add(f, name, out, err));
  return partition_look(f, *out, err);
}

/* As many of the rows as the open part takes. */
static Code write_some(PartFiles *f, Partition *p, const char *bytes, size_t *n, Error *err) {
  if (p->open == NULL) TRY(part_begin(f, p, err));
  TRY(part_wake(f, p->open, err));
  Part *part = p->open;
  uint64_t room = part->file.bytes < f->roll_bytes ? f->roll_bytes - part->file.bytes : 1;
  if (room <= *n) *n = row_end(f, bytes, *n, (size_t)room);
  if (!p->uncommitted) p->since_us = sys.wall_us();
  p->uncommitted = true;
  part->written = ++f->clock;
  part->written_us = sys.mono_us();
  TRY(out_file_write(&part->file, bytes, *n, err));
  return part->file.bytes >= f->roll_bytes ? part_close(f, p, err) : OK;
}

Code part_files_write(PartFiles *f, Str partition, const char *bytes, size_t n, Error *err) {
  Partition *p;
  assert(f->begun);
  TRY(partition_for(f, partition, &p, err));
  while (n > 0) {
    size_t some = n;
    TRY(write_some(f, p, bytes, &some, err));
    bytes += some;
    n -= some;
  }
  return parts_roll_by_time(f, err);
}

Code parts_roll_by_time(PartFiles *f, Error *err) {
  Micros now = sys.mono_us();
  if (now - f->checked_us < f->check_us) return OK;
  f->checked_us = now;
  for (Partition *p = f->first; p != NULL; p = p->next) {
    const Part *part = p->open;
    if (part == NULL) continue;
    bool old = now - part->begun_us >= f->rollover_us;
    if (old || now - part->written_us >= f->inactivity_us) TRY(part_close(f, p, err));
  }
  return OK;
}

/* Nobody sees an open part, so its buffer may wait. */
Code part_files_flush(PartFiles *f, Error *err) { return parts_roll_by_time(f, err); }

/* --- open and close ------------------------------------------------------------------------- */

/* The policy is of partitions: without them there is none. */
static void read_commit_policy(PartFiles *f, const SinkSpec *spec) {
#define COMMIT(kind, name) \
  options_##kind(spec->options, FILE_OPTIONS, "", "sink.partition-commit." name)
  if (f->depth == 0 || COMMIT(text, "policy.kind") == NULL) return;
  f->success_name = arena_strdup(&f->target->arena, COMMIT(text, "success-file.name"));
  f->commit_delay_us = COMMIT(duration_us, "delay");
#undef COMMIT
}

Code part_files_open(FileTarget *t, const SinkSpec *spec, PartFiles **out, Error *err) {
  PartFiles *f = calloc(1, sizeof *f);
  if (f == NULL) return file_no_memory(t, err);
  f->target = t;
  f->format = FILE_SINK.format(spec);
  f->options = spec->options;
  f->depth = spec->n_partition_by;
#define ROLLING(kind, name) \
  options_##kind(spec->options, FILE_OPTIONS, "", "sink.rolling-policy." name)
  f->roll_bytes = ROLLING(size_bytes, "file-size");
  f->rollover_us = ROLLING(duration_us, "rollover-interval");
  f->inactivity_us = ROLLING(duration_us, "inactivity-interval");
  f->check_us = ROLLING(duration_us, "check-interval");
#undef ROLLING
  read_commit_policy(f, spec);
  f->checked_us = sys.mono_us();
  Code code = OK;
  Partition *only;
  if (!t->checkpointing) {
    f->begun = true;
    if (!t->overwrite && !claim_any_number(&t->claim, t->path)) code = file_is_taken(t, err);
    if (code == OK && f->depth == 0) code = partition_for(f, STR(""), &only, err);
  }
  if (code != OK) {
    partitions_free(f);
    free(f);
    return code;
  }
  *out = f;
  return OK;
}

Code parts_remove_old(PartFiles *f, Partition *p, Error *err) {
  Names names;
  TRY(names_read(p->dir, f->target->span, &names, err));
  Code code = OK;
  for (ssize_t i = 0; i < names.n && code == OK; i++) {
    PartName part;
    if (!part_name_parse(names.items[i], &part)) continue;
    bool mine = part.sink == f->target->claim.number && part.number < p->next_number;
    if (mine && part.finished) continue;
    char *path = part_path(p->dir, part);
    if (path == NULL) {
      code = file_no_memory(f->target, err);
    } else if (sys.unlink(path) != 0 && errno != ENOENT) {
      code = io_fail(err, f->target->span, "remove", path, errno);
    }
    free(path);
  }
  names_free(&names);
  return code;
}

/* INSERT OVERWRITE has failed: nothing of it stays. */
static void remove_hidden(PartFiles *f) {
  for (Partition *p = f->first; p != NULL; p = p->next) {
    if (p->open != NULL) sys.unlink(p->open->hidden);
    for (const Part *part = p->closed; part != NULL; part = part->next) sys.unlink(part->hidden);
  }
}

/* The end without checkpoints.  All parts of INSERT OVERWRITE appear together, as far as a file
 * system can do that. */
static Code close_partition(PartFiles *f, Partition *p, Error *err) {
  while (p->closed != NULL) TRY(part_publish_first(f, p, err));
  if (f->target->overwrite && (p->written || f->depth == 0)) TRY(parts_remove_old(f, p, err));
  if (f->success_name != NULL && p->uncommitted) TRY(partition_succeed(f, p, err));
  return directory_sync(p->dir, f->target->span, err);
}

static Code close_now(PartFiles *f, bool commit, Error *err) {
  const FileTarget *t = f->target;
  Code code = OK;
  for (Partition *p = f->first; p != NULL && code == OK; p = p->next) {
    if (p->open != NULL && (commit || !t->overwrite)) code = part_close(f, p, err);
  }
  if (t->overwrite && (!commit || code != OK)) {
    remove_hidden(f);
    return code;
  }
  for (Partition *p = f->first; commit && p != NULL && code == OK; p = p->next) {
    code = close_partition(f, p, err);
  }
  return code;
}

Code part_files_close(PartFiles *f, bool commit, Error *err) {
  Code code = OK;
  if (!f->target->checkpointing) code = close_now(f, commit, err);
  partitions_free(f);
  free(f);
  return code;
}
