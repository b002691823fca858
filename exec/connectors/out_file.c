/* out_file.c -- a file that whole rows are appended to. */
#include "exec/connectors/out_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "base/sys.h"
#include "exec/connectors/io_error.h"

enum { TAIL_BYTES = 4096 }; /* two files with the same end are the same but for a purpose */

static Code fail(OutFile *f, const char *verb, Error *err) {
  f->out.failed = errno;
  return io_fail(err, f->out.span, verb, f->out.name, errno);
}

/* --- the end of a file ---------------------------------------------------------------------- */

/* All n bytes at offset; false and errno on failure, 0 when the file ends before. */
static bool read_at(int fd, char *to, size_t n, uint64_t offset) {
  while (n > 0) {
    ssize_t got = sys.pread(fd, to, n, (off_t)offset);
    if (got < 0 && errno == EINTR) continue;
    if (got == 0) errno = 0;
    if (got <= 0) return false;
    to += got;
    offset += (uint64_t)got;
    n -= (size_t)got;
  }
  return true;
}

static bool hash_tail(int fd, uint64_t bytes, uint64_t *tail) {
  char buf[TAIL_BYTES];
  size_t n = bytes < TAIL_BYTES ? (size_t)bytes : TAIL_BYTES;
  if (!read_at(fd, buf, n, bytes - n)) return false;
  *tail = hash_bytes(buf, n);
  return true;
}

/* Does fd hold what the mark says, and perhaps more? */
static Code check_mark(int fd, const FileMark *mark, const char *name, Span span, Error *err) {
  struct stat st;
  uint64_t tail = 0;
  if (sys.fstat(fd, &st) != 0) return io_fail(err, span, "read", name, errno);
  if ((uint64_t)st.st_size < mark->bytes) {
    FAIL(err, ERR_STATE, span,
         "\"%s\" has %llu bytes, but %llu were there when the checkpoint was made", name,
         (unsigned long long)st.st_size, (unsigned long long)mark->bytes);
    error_hint(err, "rows that were written are lost; put the file back as it was");
    return ERR_STATE;
  }
  if (!hash_tail(fd, mark->bytes, &tail)) return io_fail(err, span, "read", name, errno);
  if (tail == mark->tail) return OK;
  FAIL(err, ERR_STATE, span, "\"%s\" was replaced: what stands before byte %llu is something else",
       name, (unsigned long long)mark->bytes);
  error_hint(err, "put the file back as the checkpoint left it");
  return ERR_STATE;
}

static Code gone(const char *name, const FileMark *mark, Span span, Error *err) {
  return FAIL(err, ERR_STATE, span, "\"%s\" is gone, of which the checkpoint has %llu bytes", name,
              (unsigned long long)mark->bytes);
}

Code out_file_check(const char *path, const FileMark *mark, Span span, Error *err) {
  struct stat st;
  int fd = sys.open(path, O_RDONLY, 0);
  if (fd < 0 && errno == ENOENT) return gone(path, mark, span, err);
  if (fd < 0) return io_fail(err, span, "open", path, errno);
  Code code = check_mark(fd, mark, path, span, err);
  if (code == OK && sys.fstat(fd, &st) != 0) code = io_fail(err, span, "read", path, errno);
  if (code == OK && (uint64_t)st.st_size != mark->bytes) {
    code = FAIL(err, ERR_STATE, span, "\"%s\" has %llu bytes, but was finished with %llu", path,
                (unsigned long long)st.st_size, (unsigned long long)mark->bytes);
  }
  sys.close(fd);
  return code;
}

/* --- open ----------------------------------------------------------------------------------- */

/* How long is it, and does it end within a line? */
static Code look_at_end(OutFile *f, Error *err) {
  struct stat st;
  char last = '\n';
  if (sys.fstat(f->out.fd, &st) != 0) return fail(f, "write", err);
  f->regular = S_ISREG(st.st_mode);
  if (!f->regular || st.st_size == 0) return OK;
  f->start_bytes = f->bytes = (uint64_t)st.st_size;
  if (!read_at(f->out.fd, &last, 1, f->bytes - 1)) return fail(f, "read", err);
  f->needs_newline = last != '\n';
  return OK;
}

/* Takes fd, also when it fails. */
static Code start(OutFile *f, int fd, const char *name, Span span, Error *err) {
  *f = (OutFile){0};
  Code code = out_init(&f->out, fd, name, span, err);
  if (code == OK) code = look_at_end(f, err);
  f->open = code == OK;
  if (code == OK) return OK;
  out_deinit(&f->out);
  sys.close(fd);
  errno = 0;
  return code;
}

Code out_file_open(OutFile *f, const char *path, int flags, unsigned mode, const char *name,
                   Span span, Error *err) {
  *f = (OutFile){0};
  int fd = sys.open(path, flags | O_APPEND, mode);
  if (fd >= 0) return start(f, fd, name, span, err);
  int errnum = errno;
  io_fail(err, span, "write", name, errnum);
  errno = errnum;
  return err->code;
}

Code out_file_go_back(OutFile *f, const char *path, const FileMark *mark, const char *name,
                      Span span, Error *err) {
  *f = (OutFile){0};
  int fd = sys.open(path, O_RDWR | O_APPEND, 0);
  if (fd < 0 && errno == ENOENT) return gone(name, mark, span, err);
  if (fd < 0) return io_fail(err, span, "write", name, errno);
  Code code = check_mark(fd, mark, name, span, err);
  if (code == OK && sys.ftruncate(fd, (off_t)mark->bytes) != 0) {
    code = io_fail(err, span, "cut", name, errno);
  }
  if (code == OK && sys.fsync(fd) != 0) code = io_fail(err, span, "sync", name, errno);
  if (code != OK) {
    sys.close(fd);
    return code;
  }
  TRY(start(f, fd, name, span, err));
  f->mark = *mark;
  f->marked = true;
  return OK;
}

/* --- write ---------------------------------------------------------------------------------- */

Code out_file_write(OutFile *f, const char *bytes, size_t n, Error *err) {
  if (n == 0) return OK;
  f->marked = false;
  if (f->needs_newline) {
    TRY(out_write(&f->out, "\n", 1, err));
    f->needs_newline = false;
    f->bytes++;
  }
  TRY(out_write(&f->out, bytes, n, err));
  f->bytes += n;
  return OK;
}

Code out_file_flush(OutFile *f, Error *err) { return f->open ? out_flush(&f->out, err) : OK; }

static Code sync_file(OutFile *f, Error *err) {
  if (!f->regular || sys.fsync(f->out.fd) == 0) return OK;
  return fail(f, "sync", err);
}

Code out_file_mark(OutFile *f, Error *err) {
  struct stat st;
  TRY(out_flush(&f->out, err));
  if (f->marked || !f->regular) return OK;
  if (sys.fstat(f->out.fd, &st) != 0) return fail(f, "write", err);
  if ((uint64_t)st.st_size != f->bytes) {
    return FAIL(err, ERR_STATE, f->out.span,
                "somebody else writes to \"%s\": it has %llu bytes instead of %llu", f->out.name,
                (unsigned long long)st.st_size, (unsigned long long)f->bytes);
  }
  TRY(sync_file(f, err));
  f->mark.bytes = f->bytes;
  if (!hash_tail(f->out.fd, f->bytes, &f->mark.tail)) return fail(f, "read", err);
  f->marked = true;
  return OK;
}

/* --- close ---------------------------------------------------------------------------------- */

/* Cut off what a failed flush left behind the last whole row.  Not if somebody else wrote to the
 * file meanwhile: its end is theirs then. */
static void cut_torn_row(const OutFile *f) {
  const Out *out = &f->out;
  struct stat st;
  if (!f->regular || out->partial == 0 || sys.fstat(out->fd, &st) != 0) return;
  uint64_t whole = f->start_bytes + out->done;
  /* It failed already, and that is told; if this fails too there is no more to do. */
  if ((uint64_t)st.st_size == whole + out->partial) {
    (void)!sys.ftruncate(out->fd, (off_t)whole);
  }
}

static Code close_file(OutFile *f, Error *err) {
  Code code = OK;
  if (sys.close(f->out.fd) != 0 && errno != EINTR) code = fail(f, "write", err);
  out_deinit(&f->out);
  f->open = false;
  return code;
}

Code out_file_finish(OutFile *f, Error *err) {
  Code code = out_flush(&f->out, err);
  if (code != OK) {
    cut_torn_row(f);
    f->bytes = f->start_bytes + f->out.done;
  }
  Code synced = f->marked ? OK : sync_file(f, err);
  if (code == OK) code = synced;
  Code closed = close_file(f, err);
  return code != OK ? code : closed;
}

Code out_file_rest(OutFile *f, Error *err) {
  TRY(out_flush(&f->out, err));
  return close_file(f, err);
}

Code out_file_wake(OutFile *f, const char *path, Error *err) {
  const OutFile before = *f;
  TRY(out_file_open(f, path, O_RDWR, 0, before.out.name, before.out.span, err));
  f->marked = before.marked;
  f->mark = before.mark;
  if (f->bytes == before.bytes) return OK;
  return FAIL(err, ERR_STATE, f->out.span,
              "somebody else writes to \"%s\": it has %llu bytes "
              "instead of %llu",
              f->out.name, (unsigned long long)f->bytes, (unsigned long long)before.bytes);
}

void out_file_drop(OutFile *f) {
  if (!f->open) return;
  sys.close(f->out.fd);
  out_deinit(&f->out);
  f->open = false;
}
