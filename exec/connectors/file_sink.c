/* file_sink.c -- the filesystem connector as a sink: one file, or a directory of part files.
 *
 *     path                   INSERT INTO                         INSERT OVERWRITE
 *     out.csv  (one file)    append to it                        .out.csv.inprogress, renamed over
 *                                                                it at the end
 *     out      (directory)   .part-0-N.inprogress, renamed to    the same from N = 0, renamed at
 *                            part-0-N when it may be seen        the end; older parts are removed
 *     a pipe or a device     written as it is                    the same
 *
 * It is one file when the path ends in the extension of a format or a file is there already,
 * else a directory, made when missing.  Sources skip hidden names, so nobody reads what is not
 * finished.  A part's name is (sink, sequence), in each partition; INSERT INTO goes on behind the
 * highest.
 *
 * When the statement fails, the rows that INSERT INTO wrote stay (a stream's output cannot be
 * taken back), but no torn one: the file is cut behind its last whole flush.  INSERT OVERWRITE
 * leaves the old content.  What close(commit) has returned OK for is on the disk: the file
 * and its directory are synced.  What checkpoints do is in one_file.c and part_state.c.
 *
 * A symbolic link that INSERT OVERWRITE finds at the path is replaced itself.
 *
 * Two INSERTs of one process may add parts to a directory side by side; anything else that two of
 * them would write at once is refused to the second, by its path.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/sys.h"
#include "exec/connectors/byte_stream.h"
#include "exec/connectors/conn_file.h"
#include "exec/connectors/file_list.h"
#include "exec/connectors/file_names.h"
#include "exec/connectors/file_sink.h"
#include "exec/connectors/io_error.h"

enum { FILE_MODE = 0666, MODE_BITS = 0777 }; /* the umask takes its part */

typedef struct FileSink {
  FileTarget target;
  OneFile *one; /* exactly one of these */
  PartFiles *parts;
  bool unprepared;  /* rows have come since the last prepare */
  bool uncommitted; /* a checkpoint is prepared, not committed */
} FileSink;

static const Format *file_format(const SinkSpec *spec) {
  return format_find(options_text(spec->options, format_option(), "", "format"));
}

static Code file_path(const SinkSpec *spec, const char **path, Error *err) {
  return file_path_of(options_text(spec->options, FILE_OPTIONS, "", "path"), spec->span, path, err);
}

Code file_no_memory(const FileTarget *t, Error *err) {
  return FAIL(err, ERR_MEMORY, t->span, "no memory to write \"%s\"", t->path);
}

Code file_bad_state(const FileTarget *t, Error *err) {
  return FAIL(err, ERR_STATE, t->span, "what the checkpoint has of \"%s\" makes no sense", t->path);
}

Code file_is_taken(const FileTarget *t, Error *err) {
  FAIL(err, ERR_UNSUPPORTED, t->span, "\"%s\" is being written by another INSERT", t->path);
  error_hint(err, "join the queries by UNION ALL, or write part files into a directory");
  return ERR_UNSUPPORTED;
}

/* --- open ---------------------------------------------------------------------------------- */

static Code refuse_path(const FileTarget *t, Error *err) {
  if (stream_form_of(t->path) == STREAM_PLAIN) return OK;
  FAIL(err, ERR_UNSUPPORTED, t->span, "writing \"%s\": compressed output is not built yet",
       t->path);
  error_hint(err, "leave the last extension away");
  return ERR_UNSUPPORTED;
}

/* What is at the target decides about the sort. */
static Code choose_sort(FileTarget *t, bool partitioned, Error *err) {
  struct stat st;
  t->file_mode = FILE_MODE;
  if (sys.stat(t->path, &st) == 0) {
    t->sort = S_ISDIR(st.st_mode) ? SORT_PARTS : S_ISREG(st.st_mode) ? SORT_ONE_FILE : SORT_DEVICE;
    if (t->sort == SORT_ONE_FILE) t->file_mode = st.st_mode & MODE_BITS;
  } else if (errno != ENOENT) {
    return io_fail(err, t->span, "write", t->path, errno);
  } else if (strpbrk(t->path, "*?[") != NULL) {
    return FAIL(err, ERR_UNSUPPORTED, t->span, "\"%s\" is a pattern, which cannot be written to",
                t->path);
  } else {
    t->created = true;
    bool one = file_has_extension(t->path) && !partitioned;
    t->sort = one ? SORT_ONE_FILE : SORT_PARTS;
    if (!one) TRY(directory_make(t->path, 0, t->span, err));
  }
  if (!partitioned || t->sort == SORT_PARTS) return OK;
  return FAIL(err, ERR_UNSUPPORTED, t->span,
              "\"%s\" is PARTITIONED BY columns, which needs a directory, not a file", t->path);
}

/* Be the only one of this process who writes there; sinks of part files take a number later. */
static Code claim(FileTarget *t, Error *err) {
  bool shared = t->sort == SORT_DEVICE || (t->sort == SORT_PARTS && !t->overwrite);
  return shared || claim_alone(&t->claim, t->path) ? OK : file_is_taken(t, err);
}

static Code open_target(FileSink *f, const SinkSpec *spec, Error *err) {
  FileTarget *t = &f->target;
  TRY(refuse_path(t, err));
  TRY(choose_sort(t, spec->n_partition_by > 0, err));
  TRY(claim(t, err));
  return t->sort == SORT_PARTS ? part_files_open(t, spec, &f->parts, err)
                               : one_file_open(t, &f->one, err);
}

static void file_sink_free(FileSink *f) {
  claim_drop(&f->target.claim);
  arena_deinit(&f->target.arena);
  free(f);
}

static Code file_sink_open(const SinkSpec *spec, Sink **out, Error *err) {
  const char *path;
  TRY(file_path(spec, &path, err));
  FileSink *f = calloc(1, sizeof *f);
  if (f == NULL) return FAIL(err, ERR_MEMORY, spec->span, "no memory to write \"%s\"", path);
  arena_init(&f->target.arena);
  f->target.span = spec->span;
  f->target.path = arena_strdup(&f->target.arena, path);
  f->target.overwrite = spec->overwrite;
  f->target.checkpointing = spec->checkpointing;
  f->target.header = spec->header;
  Code code = open_target(f, spec, err);
  if (code != OK) {
    file_sink_free(f);
    return code;
  }
  *out = (Sink *)f;
  return OK;
}

/* --- write --------------------------------------------------------------------------------- */

static Code file_sink_write(Sink *s, Str partition, const char *bytes, size_t n, Error *err) {
  FileSink *f = (FileSink *)s;
  if (n == 0) return OK;
  f->unprepared = true;
  if (f->one != NULL) return one_file_write(f->one, bytes, n, err);
  return part_files_write(f->parts, partition, bytes, n, err);
}

static Code file_sink_flush(Sink *s, Error *err) {
  FileSink *f = (FileSink *)s;
  return f->one != NULL ? one_file_flush(f->one, err) : part_files_flush(f->parts, err);
}

/* --- checkpoints --------------------------------------------------------------------------- */

static Code file_sink_prepare(Sink *s, uint64_t checkpoint, bool last, StateOut *out, Error *err) {
  FileSink *f = (FileSink *)s;
  state_put_u8(out, (uint8_t)f->target.sort);
  state_put_bool(out, f->target.overwrite);
  f->unprepared = false;
  f->uncommitted = true;
  if (f->one != NULL) return one_file_prepare(f->one, last, out, err);
  return part_files_prepare(f->parts, checkpoint, last, out, err);
}

static Code file_sink_commit(Sink *s, uint64_t checkpoint, Error *err) {
  FileSink *f = (FileSink *)s;
  TRY(f->one != NULL ? one_file_commit(f->one, err) : part_files_commit(f->parts, checkpoint, err));
  f->uncommitted = false;
  return OK;
}

static Code file_sink_restore(Sink *s, uint64_t checkpoint, StateIn *in, bool last, Error *err) {
  FileSink *f = (FileSink *)s;
  const FileTarget *t = &f->target;
  (void)checkpoint;
  uint8_t sort = state_get_u8(in);
  bool overwrite = state_get_bool(in);
  if (in->bad || sort > SORT_PARTS) return file_bad_state(t, err);
  if (sort != (uint8_t)t->sort || overwrite != t->overwrite) {
    static const char *const names[] = {"a pipe or device", "one file", "a directory of parts"};
    return FAIL(err, ERR_STATE, t->span, "\"%s\" is %s, but was %s%s when the checkpoint was made",
                t->path, names[t->sort], overwrite ? "overwritten as " : "", names[sort]);
  }
  if (f->one != NULL) return one_file_restore(f->one, in, err);
  return part_files_restore(f->parts, in, last, err);
}

/* A pipe cannot be cut back. */
static const char *file_guarantee(const SinkSpec *spec) {
  struct stat st;
  const char *path;
  Error ignored = {.code = OK};
  bool cut = file_path(spec, &path, &ignored) == OK &&
             (sys.stat(path, &st) != 0 || S_ISREG(st.st_mode) || S_ISDIR(st.st_mode));
  return cut ? "exactly once" : "at least once";
}

/* --- close --------------------------------------------------------------------------------- */

static Code file_sink_close(Sink *s, bool commit, Error *err) {
  FileSink *f = (FileSink *)s;
  const FileTarget *t = &f->target;
  bool lost = t->checkpointing && (f->unprepared || f->uncommitted) && t->sort != SORT_DEVICE;
  Code code = f->one != NULL ? one_file_close(f->one, commit, err)
                             : part_files_close(f->parts, commit, err);
  if (code == OK && commit && lost) {
    code =
        FAIL(err, ERR_STATE, t->span, "\"%s\" has rows that no checkpoint has committed", t->path);
  }
  file_sink_free(f);
  return code;
}

const SinkTable FILE_SINK = {.format = file_format,
                             .open = file_sink_open,
                             .write = file_sink_write,
                             .flush = file_sink_flush,
                             .prepare = file_sink_prepare,
                             .commit = file_sink_commit,
                             .restore = file_sink_restore,
                             .close = file_sink_close,
                             .guarantee = file_guarantee};
