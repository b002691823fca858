/* one_file.c -- a sink that is one file, or a pipe or device.
 *
 *     INSERT INTO        appends; a checkpoint has the length, and a restore cuts back to it
 *     INSERT OVERWRITE   writes .x.csv.inprogress, which the end renames to x.csv; the last
 *                        checkpoint says so, and a restore of it renames again
 *     a pipe, a device   written as it is: nothing can be taken back
 *
 * So rows behind the last checkpoint can be seen in a file that is appended to: whoever cannot
 * bear that reads part files.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "base/sys.h"
#include "exec/connectors/file_names.h"
#include "exec/connectors/file_sink.h"
#include "exec/connectors/io_error.h"
#include "exec/connectors/out_file.h"

struct OneFile {
  const FileTarget *target;
  OutFile file;
  char *dir;
  char *aside;      /* INSERT OVERWRITE: the name until the end */
  const char *path; /* what is written */
  bool begun;
  bool dir_synced; /* the name of the file is durable */
  bool renames;    /* the last checkpoint is prepared: its commit renames */
};

static void one_file_free(OneFile *o) {
  out_file_drop(&o->file);
  free(o->dir);
  free(o->aside);
  free(o);
}

static Code begin(OneFile *o, Error *err) {
  const FileTarget *t = o->target;
  int flags = t->sort == SORT_DEVICE ? O_WRONLY
              : t->overwrite         ? O_RDWR | O_CREAT | O_TRUNC
                                     : O_RDWR | O_CREAT;
  if (out_file_open(&o->file, o->path, flags, t->file_mode, t->path, t->span, err) != OK) {
    if (errno == ENOENT) error_hint(err, "there is no directory \"%s\"", o->dir);
    return err->code;
  }
  o->begun = true;
  return OK;
}

Code one_file_open(const FileTarget *t, OneFile **out, Error *err) {
  OneFile *o = calloc(1, sizeof *o);
  if (o == NULL) return file_no_memory(t, err);
  bool aside = t->overwrite && t->sort == SORT_ONE_FILE;
  o->target = t;
  o->dir = file_directory(t->path);
  if (aside) o->aside = file_aside(t->path);
  o->path = aside ? o->aside : t->path;
  Code code = OK;
  if (o->dir == NULL || o->path == NULL) {
    code = file_no_memory(t, err);
  } else if (t->sort == SORT_DEVICE || !t->checkpointing) {
    code = begin(o, err);
  }
  if (code != OK) {
    one_file_free(o);
    return code;
  }
  *out = o;
  return OK;
}

/* --- write ---------------------------------------------------------------------------------- */

/* A table without rows has a header too. */
static Code write_header(OneFile *o, Error *err) {
  if (o->file.bytes > 0) return OK;
  return out_file_write(&o->file, o->target->header.ptr, o->target->header.len, err);
}

Code one_file_write(OneFile *o, const char *bytes, size_t n, Error *err) {
  assert(o->begun);
  TRY(write_header(o, err));
  return out_file_write(&o->file, bytes, n, err);
}

Code one_file_flush(OneFile *o, Error *err) {
  assert(o->begun);
  if (!o->file.open) return OK; /* restored, and complete */
  TRY(write_header(o, err));
  return out_file_flush(&o->file, err);
}

/* --- checkpoints ---------------------------------------------------------------------------- */

static Code sync_name(OneFile *o, Error *err) {
  if (o->dir_synced) return OK;
  TRY(directory_sync(o->dir, o->target->span, err));
  o->dir_synced = true;
  return OK;
}

Code one_file_prepare(OneFile *o, bool last, StateOut *out, Error *err) {
  if (!o->begun) TRY(begin(o, err));
  if (last && o->file.open) TRY(write_header(o, err));
  if (o->target->sort == SORT_DEVICE) return out_file_flush(&o->file, err);
  if (o->file.open) TRY(out_file_mark(&o->file, err));
  TRY(sync_name(o, err));
  o->renames = last && o->aside != NULL;
  state_put_u64(out, o->file.mark.bytes);
  state_put_u64(out, o->file.mark.tail);
  state_put_bool(out, o->renames);
  return OK;
}

static Code rename_aside(OneFile *o, Error *err) {
  TRY(file_rename(o->aside, o->target->path, o->target->span, err));
  o->renames = false;
  return directory_sync(o->dir, o->target->span, err);
}

Code one_file_commit(OneFile *o, Error *err) { return o->renames ? rename_aside(o, err) : OK; }

/* The file is complete: rename it, unless that was done before the crash. */
static Code restore_last(OneFile *o, const FileMark *mark, Error *err) {
  const FileTarget *t = o->target;
  bool waits;
  TRY(file_is_there(o->aside, t->span, &waits, err));
  TRY(out_file_check(waits ? o->aside : t->path, mark, t->span, err));
  o->begun = true;
  o->file.mark = *mark;
  return waits ? rename_aside(o, err) : directory_sync(o->dir, t->span, err);
}

Code one_file_restore(OneFile *o, StateIn *in, Error *err) {
  const FileTarget *t = o->target;
  if (t->sort == SORT_DEVICE) return OK;
  FileMark mark = {0};
  mark.bytes = state_get_u64(in);
  mark.tail = state_get_u64(in);
  bool last = state_get_bool(in);
  if (in->bad || (last && o->aside == NULL)) return file_bad_state(t, err);
  if (last) return restore_last(o, &mark, err);
  if (mark.bytes == 0) {
    int flags = O_RDWR | O_CREAT | O_TRUNC;
    TRY(out_file_open(&o->file, o->path, flags, t->file_mode, t->path, t->span, err));
    TRY(out_file_mark(&o->file, err));
  } else {
    TRY(out_file_go_back(&o->file, o->path, &mark, t->path, t->span, err));
  }
  o->begun = true;
  return sync_name(o, err);
}

/* --- close ---------------------------------------------------------------------------------- */

static Code finish(OneFile *o, Error *err) {
  Code code = write_header(o, err);
  Code finished = out_file_finish(&o->file, err);
  return code != OK ? code : finished;
}

/* The rows that INSERT INTO wrote stay, also when the statement failed. */
static Code close_append(OneFile *o, bool commit, Error *err) {
  const FileTarget *t = o->target;
  Code code = commit ? finish(o, err) : out_file_finish(&o->file, err);
  if (t->sort == SORT_DEVICE) return code;
  if ((!commit || code != OK) && t->created && o->file.bytes == 0) sys.unlink(t->path);
  if (code == OK && commit) code = directory_sync(o->dir, t->span, err);
  return code;
}

static Code close_replace(OneFile *o, bool commit, Error *err) {
  Code code = OK;
  if (commit) code = finish(o, err);
  if (commit && code == OK) code = file_rename(o->aside, o->target->path, o->target->span, err);
  if (commit && code == OK) return directory_sync(o->dir, o->target->span, err);
  out_file_drop(&o->file);
  sys.unlink(o->aside);
  return code;
}

Code one_file_close(OneFile *o, bool commit, Error *err) {
  Code code = OK;
  if (o->target->sort == SORT_DEVICE || !o->target->checkpointing) {
    code = o->aside != NULL ? close_replace(o, commit, err) : close_append(o, commit, err);
  }
  one_file_free(o);
  return code;
}
