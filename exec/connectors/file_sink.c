/* file_sink.c -- the filesystem connector as a sink: one file, or a directory of part files.
 *
 *     path                   INSERT INTO                         INSERT OVERWRITE
 *     out.csv  (one file)    append to it                        .out.csv.inprogress, renamed over
 *                                                                it at the end
 *     out      (directory)   .part-0-N.inprogress, renamed to    the same from N = 0, renamed at
 *                            part-0-N when full and at the end   the end; older parts are removed
 *     a pipe or a device     written as it is                    the same
 *
 * It is one file when the path ends in the extension of a format or a file is there already,
 * else a directory, made when missing.  Sources skip hidden names, so nobody reads what is not
 * finished.  A part's name is (sink, sequence); INSERT INTO goes on behind the highest.
 *
 * When the statement fails, the rows that INSERT INTO wrote stay (a stream's output cannot be
 * taken back), but no torn one: the file is cut behind its last whole flush.  INSERT OVERWRITE
 * leaves the old content.  What close(commit) has returned OK for is on the disk: the file
 * and its directory are synced.
 *
 * A symbolic link that INSERT OVERWRITE finds at the path is replaced itself.
 *
 * Two INSERTs of one process may add parts to a directory side by side; anything else that two of
 * them would write at once is refused to the second, by its path.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/sys.h"
#include "exec/connectors/byte_stream.h"
#include "exec/connectors/conn_file.h"
#include "exec/connectors/file_list.h"
#include "exec/connectors/io_error.h"
#include "exec/connectors/out.h"
#include "exec/data/number_text.h"

enum { FILE_MODE = 0666, DIR_MODE = 0777 }; /* the umask takes its part */

typedef enum FileMode { APPEND_FILE, REPLACE_FILE, APPEND_PARTS, REPLACE_PARTS, DEVICE } FileMode;

/* The file being written. */
typedef struct Place {
  bool open;
  Out out;             /* out.name is the path of a part, else the target */
  uint64_t base_bytes; /* its size when it was opened */
  uint64_t bytes;      /* written since, the header too */
  bool needs_newline;  /* it ended within a line */
} Place;

typedef struct FileSink {
  struct FileSink *next; /* in the list of those that are alone with their target */
  Arena arena;           /* names: two for every part */
  Span span;
  FileMode mode;
  const char *target; /* the file, or the directory of parts */
  const char *dir;    /* what is synced after a rename */
  const char *aside;  /* REPLACE_FILE: the name until the end */
  mode_t file_mode;
  bool created; /* APPEND_FILE: there was no file */
  Str header;
  uint64_t roll_bytes;
  int64_t next_part;
  Place place;
} FileSink;

static const Format *file_format(const SinkSpec *spec) {
  return format_find(options_text(spec->options, format_option(), "", "format"));
}

static bool has_parts(const FileSink *f) {
  return f->mode == APPEND_PARTS || f->mode == REPLACE_PARTS;
}

/* --- names --------------------------------------------------------------------------------- */

static const char *directory_of(Arena *arena, const char *path) {
  const char *slash = strrchr(path, '/');
  if (slash == NULL) return ".";
  return slash == path ? "/" : arena_strndup(arena, path, (size_t)(slash - path));
}

static const char *aside_of(Arena *arena, const char *path) {
  const char *slash = strrchr(path, '/');
  size_t dir_len = slash == NULL ? 0 : (size_t)(slash - path) + 1;
  return arena_printf(arena, "%.*s.%s.inprogress", (int)dir_len, path, path + dir_len);
}

static const char *part_path(FileSink *f, int64_t number, bool finished) {
  return arena_printf(&f->arena, "%s/%spart-0-%lld%s", f->target, finished ? "" : ".",
                      (long long)number, finished ? "" : ".inprogress");
}

/* The number of "part-0-7" or ".part-0-7.inprogress", -1 for any other name. */
static int64_t part_number(const char *name) {
  Str s = str_of(name), begin = STR("part-0-"), end = STR(".inprogress");
  if (name[0] == '.') {
    if (!str_ends(s, end)) return -1;
    s = (Str){s.ptr + 1, s.len - 1 - end.len};
  }
  if (!str_starts(s, begin)) return -1;
  s = (Str){s.ptr + begin.len, s.len - begin.len};
  int64_t n;
  bool digits = s.len > 0 && s.ptr[0] >= '0' && s.ptr[0] <= '9';
  if (digits && s.ptr[0] == '0' && s.len > 1) return -1; /* not as we write it */
  return digits && int_parse(s, &n) && n < INT64_MAX ? n : -1;
}

static bool has_file_extension(const char *path) {
  static const char *const extensions[] = {".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".txt"};
  size_t len = strlen(path);
  for (size_t i = 0; i < COUNT_OF(extensions); i++) {
    size_t n = strlen(extensions[i]);
    if (len > n && text_eq_nocase(path + len - n, extensions[i])) return true;
  }
  return false;
}

/* --- the disk ------------------------------------------------------------------------------ */

/* Make the names in dir durable.  A directory that cannot be opened for reading, or a file
 * system that cannot sync one, is no failed write. */
static Code sync_directory(const FileSink *f, const char *dir, Error *err) {
  int fd = sys.open(dir, O_RDONLY | O_DIRECTORY, 0);
  if (fd < 0 && errno == EACCES) return OK;
  if (fd < 0) return io_fail(err, f->span, "sync", dir, errno);
  Code code = OK;
  if (sys.fsync(fd) != 0 && errno != EINVAL) code = io_fail(err, f->span, "sync", dir, errno);
  sys.close(fd);
  return code;
}

/* mkdir -p */
static Code make_directory(FileSink *f, const char *path, Error *err) {
  size_t len = strlen(path);
  for (size_t i = 1; i <= len; i++) {
    if (i < len && path[i] != '/') continue;
    const char *prefix = arena_strndup(&f->arena, path, i);
    if (sys.mkdir(prefix, DIR_MODE) == 0) {
      TRY(sync_directory(f, directory_of(&f->arena, prefix), err));
    } else if (errno != EEXIST && errno != EISDIR) {
      return io_fail(err, f->span, "make directory", prefix, errno);
    }
  }
  return OK;
}

static Code rename_file(const FileSink *f, const char *from, const char *to, Error *err) {
  if (sys.rename(from, to) == 0) return OK;
  return io_fail(err, f->span, "rename", from, errno);
}

static void free_names(char **names, ssize_t n) {
  for (ssize_t i = 0; i < n; i++) free(names[i]);
  free(names);
}

/* INSERT INTO numbers its parts behind those that are there.  INSERT OVERWRITE must be able to
 * replace all of the table, and does not remove files that are not weir's. */
static Code look_at_parts(FileSink *f, Error *err) {
  char **names = NULL;
  ssize_t n = sys.list(f->target, &names);
  if (n < 0) return io_fail(err, f->span, "read directory", f->target, errno);
  Code code = OK;
  for (ssize_t i = 0; i < n && code == OK; i++) {
    int64_t number = part_number(names[i]);
    if (f->mode == APPEND_PARTS) {
      if (number >= f->next_part) f->next_part = number + 1;
    } else if (number < 0 && names[i][0] != '.' && names[i][0] != '_') {
      code = FAIL(err, ERR_UNSUPPORTED, f->span,
                  "\"%s\" holds \"%s\", which INSERT OVERWRITE would leave in the table", f->target,
                  names[i]);
      error_hint(err, "only files named part-0-N are replaced; move it away");
    }
  }
  free_names(names, n);
  return code;
}

/* --- the place: one open file -------------------------------------------------------------- */

/* Does the file that is appended to end within a line? */
static Code look_at_end(FileSink *f, int fd, const char *path, Error *err) {
  char last;
  ssize_t got = -1;
  if (sys.lseek(fd, -1, SEEK_END) >= 0) {
    do got = sys.read(fd, &last, 1);
    while (got < 0 && errno == EINTR);
  }
  if (got < 0) return io_fail(err, f->span, "read", path, errno);
  f->place.needs_newline = got == 1 && last != '\n';
  return OK;
}

/* Take fd, closed on failure. */
static Code place_start(FileSink *f, int fd, const char *path, Error *err) {
  struct stat st;
  Code code = OK;
  f->place = (Place){0};
  if (sys.fstat(fd, &st) != 0) code = io_fail(err, f->span, "write", path, errno);
  if (code == OK && f->mode == APPEND_FILE && st.st_size > 0) {
    f->place.base_bytes = (uint64_t)st.st_size;
    code = look_at_end(f, fd, path, err);
  }
  if (code == OK) code = out_init(&f->place.out, fd, path, f->span, err);
  if (code != OK) {
    sys.close(fd);
    return code;
  }
  f->place.open = true;
  return OK;
}

static Code place_open(FileSink *f, const char *path, int flags, Error *err) {
  int fd = sys.open(path, flags, f->file_mode);
  if (fd >= 0) return place_start(f, fd, f->target, err);
  int errnum = errno;
  io_fail(err, f->span, "write", f->target, errnum);
  if (errnum == ENOENT) error_hint(err, "there is no directory \"%s\"", f->dir);
  return err->code;
}

/* What is left of a killed INSERT OVERWRITE is replaced.  INSERT INTO takes a number that nobody
 * has: another one may have taken it since the directory was read, and may even be done with it.
 * Whoever holds the unfinished name is the only one who can make the finished one. */
static Code open_part(FileSink *f, Error *err) {
  bool append = f->mode == APPEND_PARTS;
  for (;;) {
    struct stat st;
    int64_t number = f->next_part++;
    const char *path = part_path(f, number, false);
    int fd = sys.open(path, O_WRONLY | O_CREAT | (append ? O_EXCL : O_TRUNC), f->file_mode);
    if (fd < 0 && errno == EEXIST) continue;
    if (fd < 0) return io_fail(err, f->span, "write", path, errno);
    if (!append || sys.stat(part_path(f, number, true), &st) != 0) {
      return place_start(f, fd, path, err);
    }
    sys.close(fd);
    sys.unlink(path);
  }
}

/* Cut off what a failed flush left behind the last whole row.  Not if somebody else wrote to the
 * file meanwhile: its end is theirs then. */
static void cut_torn_row(FileSink *f) {
  const Out *out = &f->place.out;
  struct stat st;
  if (f->mode == DEVICE || out->partial == 0 || sys.fstat(out->fd, &st) != 0) return;
  uint64_t whole = f->place.base_bytes + out->done;
  /* It failed already, and that is told; if this fails too there is no more to do. */
  if ((uint64_t)st.st_size == whole + out->partial) {
    (void)!sys.ftruncate(out->fd, (off_t)whole);
  }
}

/* Bring all rows to the disk and close.  *bytes: the size of the file then. */
static Code place_finish(FileSink *f, uint64_t *bytes, Error *err) {
  Out *out = &f->place.out;
  Code code = out_flush(out, err);
  if (code != OK) cut_torn_row(f);
  *bytes = f->place.base_bytes + out->done;
  if (f->mode != DEVICE && sys.fsync(out->fd) != 0 && code == OK) {
    code = io_fail(err, f->span, "sync", out->name, errno);
  }
  if (sys.close(out->fd) != 0 && errno != EINTR && code == OK) {
    code = io_fail(err, f->span, "write", out->name, errno);
  }
  out_deinit(out);
  f->place.open = false;
  return code;
}

static void place_drop(FileSink *f) {
  sys.close(f->place.out.fd);
  out_deinit(&f->place.out);
  f->place.open = false;
}

/* The open part is done: to be seen at once, unless all have to appear together. */
static Code finish_part(FileSink *f, Error *err) {
  const char *path = f->place.out.name;
  int64_t number = f->next_part - 1;
  uint64_t bytes;
  Code code = place_finish(f, &bytes, err);
  if (f->mode == REPLACE_PARTS) return code;
  if (bytes == 0) {
    sys.unlink(path);
    return code;
  }
  Code renamed = rename_file(f, path, part_path(f, number, true), err);
  return code != OK ? code : renamed;
}

/* --- who writes what ----------------------------------------------------------------------- */

static pthread_mutex_t claims_lock = PTHREAD_MUTEX_INITIALIZER;
static FileSink *claims;

/* Be the only one of this process that writes the target. */
static Code claim_target(FileSink *f, Error *err) {
  bool taken = false;
  if (f->mode == DEVICE || f->mode == APPEND_PARTS) return OK;
  pthread_mutex_lock(&claims_lock);
  for (FileSink *c = claims; c != NULL; c = c->next) taken |= strcmp(c->target, f->target) == 0;
  if (!taken) {
    f->next = claims;
    claims = f;
  }
  pthread_mutex_unlock(&claims_lock);
  if (!taken) return OK;
  FAIL(err, ERR_UNSUPPORTED, f->span, "\"%s\" is being written by another INSERT", f->target);
  error_hint(err, "join the queries by UNION ALL, or write part files into a directory");
  return ERR_UNSUPPORTED;
}

static void file_sink_free(FileSink *f) {
  pthread_mutex_lock(&claims_lock);
  FileSink **at = &claims;
  while (*at != NULL && *at != f) at = &(*at)->next;
  if (*at == f) *at = f->next;
  pthread_mutex_unlock(&claims_lock);
  arena_deinit(&f->arena);
  free(f);
}

/* --- open ---------------------------------------------------------------------------------- */

/* What is at the target decides about the mode. */
static Code choose_mode(FileSink *f, bool overwrite, Error *err) {
  struct stat st;
  if (stream_form_of(f->target) != STREAM_PLAIN) {
    FAIL(err, ERR_UNSUPPORTED, f->span, "writing \"%s\": compressed output is not built yet",
         f->target);
    error_hint(err, "leave the last extension away");
    return ERR_UNSUPPORTED;
  }
  f->file_mode = FILE_MODE;
  if (sys.stat(f->target, &st) == 0) {
    if (S_ISDIR(st.st_mode)) {
      f->mode = overwrite ? REPLACE_PARTS : APPEND_PARTS;
    } else if (S_ISREG(st.st_mode)) {
      f->mode = overwrite ? REPLACE_FILE : APPEND_FILE;
      f->file_mode = st.st_mode & DIR_MODE;
    } else {
      f->mode = DEVICE;
    }
    return OK;
  }
  if (errno != ENOENT) return io_fail(err, f->span, "write", f->target, errno);
  if (strpbrk(f->target, "*?[") != NULL) {
    return FAIL(err, ERR_UNSUPPORTED, f->span, "\"%s\" is a pattern, which cannot be written to",
                f->target);
  }
  f->created = true;
  if (has_file_extension(f->target)) {
    f->mode = overwrite ? REPLACE_FILE : APPEND_FILE;
    return OK;
  }
  f->mode = overwrite ? REPLACE_PARTS : APPEND_PARTS;
  return make_directory(f, f->target, err);
}

static Code open_target(FileSink *f, Error *err) {
  f->dir = has_parts(f) ? f->target : directory_of(&f->arena, f->target);
  switch (f->mode) {
    case APPEND_FILE:
      return place_open(f, f->target, O_RDWR | O_CREAT | O_APPEND, err);
    case REPLACE_FILE:
      f->aside = aside_of(&f->arena, f->target);
      return place_open(f, f->aside, O_WRONLY | O_CREAT | O_TRUNC, err);
    case APPEND_PARTS:
    case REPLACE_PARTS:
      return look_at_parts(f, err); /* a part is opened when there is something to write */
    case DEVICE:
      break;
  }
  return place_open(f, f->target, O_WRONLY, err);
}

static Code file_sink_open(const SinkSpec *spec, Sink **out, Error *err) {
  const char *path;
  TRY(file_path_of(options_text(spec->options, FILE_OPTIONS, "", "path"), spec->span, &path, err));
  FileSink *f = calloc(1, sizeof *f);
  if (f == NULL) return FAIL(err, ERR_MEMORY, spec->span, "no memory to write \"%s\"", path);
  arena_init(&f->arena);
  f->span = spec->span;
  f->target = arena_strdup(&f->arena, path);
  f->header = spec->header;
  f->roll_bytes =
      options_size_bytes(spec->options, FILE_OPTIONS, "", "sink.rolling-policy.file-size");
  Code code = choose_mode(f, spec->overwrite, err);
  if (code == OK) code = claim_target(f, err);
  if (code == OK) code = open_target(f, err);
  if (code != OK) {
    file_sink_free(f);
    return code;
  }
  *out = (Sink *)f;
  return OK;
}

/* --- write --------------------------------------------------------------------------------- */

/* A part is only opened for a row, so a header alone never fills one. */
static bool is_full(const FileSink *f) { return has_parts(f) && f->place.bytes >= f->roll_bytes; }

static Code write_header(FileSink *f, Error *err) {
  Place *p = &f->place;
  if (p->base_bytes + p->bytes > 0) return OK;
  p->bytes = f->header.len;
  return out_write(&p->out, f->header.ptr, f->header.len, err);
}

static Code file_sink_write(Sink *s, Str partition, const char *bytes, size_t n, Error *err) {
  (void)partition;
  FileSink *f = (FileSink *)s;
  Place *p = &f->place;
  if (n == 0) return OK;
  if (p->open && is_full(f)) TRY(finish_part(f, err));
  if (!p->open) TRY(open_part(f, err));
  if (p->needs_newline) {
    TRY(out_write(&p->out, "\n", 1, err));
    p->needs_newline = false;
  }
  TRY(write_header(f, err));
  TRY(out_write(&p->out, bytes, n, err));
  p->bytes += n;
  return OK;
}

static Code file_sink_flush(Sink *s, Error *err) {
  FileSink *f = (FileSink *)s;
  if (!f->place.open) return OK;
  TRY(write_header(f, err)); /* a table without rows has one too */
  return out_flush(&f->place.out, err);
}

/* --- close --------------------------------------------------------------------------------- */

static Code close_append_file(FileSink *f, bool commit, Error *err) {
  uint64_t bytes;
  Code code = place_finish(f, &bytes, err);
  if ((!commit || code != OK) && f->created && bytes == 0) sys.unlink(f->target);
  return code;
}

static Code close_replace_file(FileSink *f, bool commit, Error *err) {
  uint64_t bytes;
  Code code = OK;
  if (commit) {
    code = place_finish(f, &bytes, err);
    if (code == OK) code = rename_file(f, f->aside, f->target, err);
  } else {
    place_drop(f);
  }
  if (!commit || code != OK) sys.unlink(f->aside);
  return code;
}

/* Parts that the new ones did not replace, and what killed statements left. */
static Code remove_old_parts(FileSink *f, Error *err) {
  char **names = NULL;
  ssize_t n = sys.list(f->target, &names);
  if (n < 0) return io_fail(err, f->span, "read directory", f->target, errno);
  Code code = OK;
  for (ssize_t i = 0; i < n && code == OK; i++) {
    int64_t number = part_number(names[i]);
    if (number < 0 || (number < f->next_part && names[i][0] != '.')) continue;
    const char *path = part_path(f, number, names[i][0] != '.');
    if (sys.unlink(path) == 0 || errno == ENOENT) continue;
    code = io_fail(err, f->span, "remove", path, errno);
  }
  free_names(names, n);
  return code;
}

static Code close_replace_parts(FileSink *f, bool commit, Error *err) {
  Code code = OK;
  if (f->place.open && commit) {
    code = finish_part(f, err);
  } else if (f->place.open) {
    place_drop(f);
  }
  if (!commit || code != OK) {
    for (int64_t i = 0; i < f->next_part; i++) sys.unlink(part_path(f, i, false));
    return code;
  }
  for (int64_t i = 0; i < f->next_part && code == OK; i++) {
    code = rename_file(f, part_path(f, i, false), part_path(f, i, true), err);
  }
  return code == OK ? remove_old_parts(f, err) : code;
}

static Code close_mode(FileSink *f, bool commit, Error *err) {
  uint64_t bytes;
  switch (f->mode) {
    case APPEND_FILE:
      return close_append_file(f, commit, err);
    case REPLACE_FILE:
      return close_replace_file(f, commit, err);
    case APPEND_PARTS:
      return f->place.open ? finish_part(f, err) : OK;
    case REPLACE_PARTS:
      return close_replace_parts(f, commit, err);
    case DEVICE:
      break;
  }
  return place_finish(f, &bytes, err);
}

static Code file_sink_close(Sink *s, bool commit, Error *err) {
  FileSink *f = (FileSink *)s;
  Code code = close_mode(f, commit, err);
  if (code == OK && commit && f->mode != DEVICE) code = sync_directory(f, f->dir, err);
  file_sink_free(f);
  return code;
}

const SinkTable FILE_SINK = {.format = file_format,
                             .open = file_sink_open,
                             .write = file_sink_write,
                             .flush = file_sink_flush,
                             .close = file_sink_close};
