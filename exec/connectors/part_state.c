/* part_state.c -- checkpoints of part files.
 *
 *     head   number of the sink; is it the last of an INSERT OVERWRITE?
 *     entry  for each partition: name, number of the next part, whether it is complete, the open
 *            part, the closed ones, each with its number and its mark
 *
 * A checkpoint syncs open parts and lists them with their length, and lists the closed ones, which
 * are renamed when it is decided.  So a part is seen when a checkpoint has it complete, and rows
 * in open parts wait.  INSERT OVERWRITE renames all with the last.
 *
 * A restore renames what the checkpoint has as closed (unless that was done), cuts open parts
 * back, and removes hidden parts that were begun later.  The first checkpoint has every partition
 * that is on the disk, so what it does not know is known to be younger.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/sys.h"
#include "exec/connectors/io_error.h"
#include "exec/connectors/part_files.h"

/* --- begin ---------------------------------------------------------------------------------- */

static Code add_dir(PartFiles *f, Str name, void *arg, Error *err) {
  (void)arg;
  Partition *p;
  TRY(partition_add(f, name, &p, err));
  return partition_look(f, p, err);
}

static Code begin(PartFiles *f, Error *err) {
  FileTarget *t = f->target;
  if (!t->overwrite && !claim_any_number(&t->claim, t->path)) return file_is_taken(t, err);
  TRY(parent_sync(t->path, t->span, err)); /* the name of the directory itself has to last too */
  if (!t->overwrite || f->depth == 0) TRY(partition_walk(f, add_dir, NULL, err));
  f->begun = true;
  return OK;
}

/* --- prepare -------------------------------------------------------------------------------- */

static void put_part(StateOut *out, const Part *part) {
  state_put_i64(out, part->number);
  state_put_u64(out, part->file.mark.bytes);
  state_put_u64(out, part->file.mark.tail);
}

static void put_partition(StateOut *out, Partition *p, uint64_t checkpoint) {
  uint32_t n_closed = 0;
  state_entry(out, 0);
  state_put_str(out, str_of(p->name));
  state_put_i64(out, p->next_number);
  state_put_bool(out, p->written);
  state_put_bool(out, p->commit_in != UINT64_MAX);
  state_put_bool(out, p->uncommitted);
  state_put_i64(out, p->since_us);
  state_put_bool(out, p->open != NULL);
  if (p->open != NULL) put_part(out, p->open);
  for (const Part *part = p->closed; part != NULL; part = part->next) n_closed++;
  state_put_u32(out, n_closed);
  for (Part *part = p->closed; part != NULL; part = part->next) {
    put_part(out, part);
    if (part->checkpoint > checkpoint) part->checkpoint = checkpoint;
  }
}

/* Rows have waited long enough for their success file: it goes with this checkpoint, and so do all
 * of them. */
static bool commits_now(const PartFiles *f, const Partition *p, bool last) {
  if (f->success_name == NULL || !p->uncommitted) return false;
  return last || f->commit_delay_us == 0 || sys.wall_us() - p->since_us > f->commit_delay_us;
}

static Code prepare_partition(PartFiles *f, Partition *p, uint64_t checkpoint, bool last,
                              Error *err) {
  if (commits_now(f, p, last)) {
    if (p->open != NULL) TRY(part_close(f, p, err));
    p->uncommitted = false;
    if (p->commit_in > checkpoint) p->commit_in = checkpoint;
  }
  if (p->open != NULL && last) {
    TRY(part_close(f, p, err));
  } else if (p->open != NULL && !p->open->file.marked) {
    TRY(part_wake(f, p->open, err));
    TRY(out_file_mark(&p->open->file, err));
  }
  if (p->unsynced) TRY(directory_sync(p->dir, f->target->span, err));
  p->unsynced = false;
  return OK;
}

Code part_files_prepare(PartFiles *f, uint64_t checkpoint, bool last, StateOut *out, Error *err) {
  if (!f->begun) TRY(begin(f, err));
  TRY(parts_roll_by_time(f, err));
  f->final = last && f->target->overwrite;
  state_put_u32(out, f->target->claim.number);
  state_put_bool(out, f->final);
  for (Partition *p = f->first; p != NULL; p = p->next) {
    TRY(prepare_partition(f, p, checkpoint, last, err));
    put_partition(out, p, checkpoint);
  }
  return OK;
}

/* --- commit --------------------------------------------------------------------------------- */

static Code commit_partition(PartFiles *f, Partition *p, uint64_t checkpoint, Error *err) {
  while (p->closed != NULL && p->closed->checkpoint <= checkpoint) {
    TRY(part_publish_first(f, p, err));
  }
  if (f->final && (p->written || f->depth == 0)) {
    TRY(parts_remove_old(f, p, err));
    p->unsynced = true;
  }
  if (p->commit_in <= checkpoint) TRY(partition_succeed(f, p, err));
  if (p->unsynced) TRY(directory_sync(p->dir, f->target->span, err));
  p->unsynced = false;
  return OK;
}

Code part_files_commit(PartFiles *f, uint64_t checkpoint, Error *err) {
  if (f->target->overwrite && !f->final) return OK;
  for (Partition *p = f->first; p != NULL; p = p->next) {
    TRY(commit_partition(f, p, checkpoint, err));
  }
  return OK;
}

/* --- restore: reading ----------------------------------------------------------------------- */

static Code get_part(PartFiles *f, const Partition *p, StateIn *in, Part **out, Error *err) {
  Part *part = part_new(f, p, state_get_i64(in));
  if (part == NULL) return file_no_memory(f->target, err);
  part->file.mark.bytes = state_get_u64(in);
  part->file.mark.tail = state_get_u64(in);
  part->file.marked = true;
  *out = part;
  return OK;
}

static Code get_partition(PartFiles *f, StateIn *in, Error *err) {
  Partition *p;
  Str name = state_get_str(in);
  partition_find(f, name, &p);
  if (in->bad || p != NULL) return file_bad_state(f->target, err);
  TRY(partition_add(f, name, &p, err));
  p->next_number = state_get_i64(in);
  p->written = state_get_bool(in);
  if (state_get_bool(in)) p->commit_in = 0; /* decided */
  p->uncommitted = state_get_bool(in);
  p->since_us = state_get_i64(in);
  if (state_get_bool(in)) TRY(get_part(f, p, in, &p->open, err));
  uint32_t n = state_get_u32(in);
  for (uint32_t i = 0; i < n && !in->bad; i++) {
    Part *part;
    TRY(get_part(f, p, in, &part, err));
    part->checkpoint = 0; /* decided */
    part_append_closed(p, part);
  }
  return in->bad ? file_bad_state(f->target, err) : OK;
}

static Code get_head(PartFiles *f, StateIn *in, Error *err) {
  FileTarget *t = f->target;
  uint32_t number = state_get_u32(in);
  f->final = state_get_bool(in);
  if (in->bad || (f->final && !t->overwrite)) return file_bad_state(t, err);
  if (f->begun || t->overwrite) return OK; /* another block, or alone anyway */
  return claim_number(&t->claim, t->path, number) ? OK : file_is_taken(t, err);
}

/* --- restore: the disk ---------------------------------------------------------------------- */

static bool is_listed(const Partition *p, int64_t number) {
  if (p == NULL) return false;
  if (p->open != NULL && p->open->number == number) return true;
  for (const Part *part = p->closed; part != NULL; part = part->next) {
    if (part->number == number) return true;
  }
  return false;
}

/* A part that can be seen is younger than the checkpoint: it would be written once more. */
static Code refuse_younger(const PartFiles *f, const char *path, Error *err) {
  FAIL(err, ERR_STATE, f->target->span, "\"%s\" was finished after the checkpoint was made", path);
  error_hint(err, "resume from a later checkpoint, or move the file away");
  return ERR_STATE;
}

static Code check_name(PartFiles *f, const Partition *p, const char *dir, PartName name,
                       Error *err) {
  int64_t next = p != NULL ? p->next_number : 0;
  bool listed = is_listed(p, name.number), younger = name.number >= next;
  bool was_open = p != NULL && p->open != NULL && p->open->number == name.number;
  if (name.finished ? f->target->overwrite || !(younger || was_open)
                    : listed || !(younger || f->target->overwrite)) {
    return OK;
  }
  char *path = part_path(dir, name);
  if (path == NULL) return file_no_memory(f->target, err);
  Code code = OK;
  if (name.finished) {
    code = refuse_younger(f, path, err);
  } else if (sys.unlink(path) != 0 && errno != ENOENT) {
    code = io_fail(err, f->target->span, "remove", path, errno);
  }
  free(path);
  return code;
}

/* Look for parts that the checkpoint does not know. */
static Code check_dir(PartFiles *f, Str below, void *arg, Error *err) {
  (void)arg;
  Partition *p;
  partition_find(f, below, &p);
  char *dir = file_join(f->target->path, below);
  if (dir == NULL) return file_no_memory(f->target, err);
  Names names;
  Code code = names_read(dir, f->target->span, &names, err);
  for (ssize_t i = 0; i < names.n && code == OK; i++) {
    PartName name;
    if (!part_name_parse(names.items[i], &name)) continue;
    if (name.sink == f->target->claim.number) code = check_name(f, p, dir, name, err);
  }
  names_free(&names);
  free(dir);
  return code;
}

/* The first closed part was prepared: rename it, unless that was done before the crash. */
static Code publish_again(PartFiles *f, Partition *p, Error *err) {
  Part *part = p->closed;
  char *seen = part_path(p->dir, part_name(f, part->number, true));
  if (seen == NULL) return file_no_memory(f->target, err);
  Span span = f->target->span;
  bool hidden = false, both = false;
  Code code = file_is_there(part->hidden, span, &hidden, err);
  if (code == OK) {
    code = out_file_check(hidden ? part->hidden : seen, &part->file.mark, span, err);
  }
  if (code == OK && hidden) code = file_is_there(seen, span, &both, err);
  if (code == OK && both && !f->target->overwrite) code = refuse_younger(f, seen, err);
  free(seen);
  TRY(code);
  if (hidden) return part_publish_first(f, p, err);
  p->closed = part->next;
  part_free(f, part);
  return OK;
}

static Code restore_partition(PartFiles *f, Partition *p, Error *err) {
  bool publish = !f->target->overwrite || f->final;
  if (p->open != NULL) TRY(part_go_back(f, p->open, err));
  if (!publish) {
    for (const Part *part = p->closed; part != NULL; part = part->next) {
      TRY(out_file_check(part->hidden, &part->file.mark, f->target->span, err));
    }
    return OK;
  }
  p->unsynced = p->closed != NULL;
  while (p->closed != NULL) TRY(publish_again(f, p, err));
  if (f->success_name == NULL) p->commit_in = UINT64_MAX; /* the table was changed */
  return commit_partition(f, p, 0, err);
}

Code part_files_restore(PartFiles *f, StateIn *in, bool last, Error *err) {
  uint64_t hash;
  TRY(get_head(f, in, err));
  f->begun = true;
  while (state_next(in, &hash)) TRY(get_partition(f, in, err));
  if (!last) return OK;
  TRY(parent_sync(f->target->path, f->target->span, err));
  TRY(partition_walk(f, check_dir, NULL, err));
  for (Partition *p = f->first; p != NULL; p = p->next) TRY(restore_partition(f, p, err));
  return OK;
}
