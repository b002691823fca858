/* out.c -- buffered writing, and the lock around stdout.
 *
 * The lock is the one of the connectors: print tables of one job have a writer thread each, and
 * a pipe takes no more than PIPE_BUF bytes without letting others in between.
 */
#include "exec/connectors/out.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "exec/connectors/io_error.h"

enum { OUT_BYTES = 64 << 10, STDOUT_FD = 1, STDERR_FD = 2 };

static Code fail(const Out *o, Error *err) {
  return io_fail(err, o->span, "write", o->name, o->failed);
}

/* write(2) until all is out.  Somebody else may have made the descriptor non-blocking (a
 * terminal is shared): then wait for room. */
static Code write_fd(Out *o, const char *bytes, size_t n, Error *err) {
  uint64_t before = o->partial;
  while (n > 0) {
    ssize_t wrote = sys.write(o->fd, bytes, n);
    if (wrote > 0) {
      bytes += wrote;
      n -= (size_t)wrote;
      o->partial += (uint64_t)wrote;
    } else if (wrote < 0 && errno == EAGAIN) {
      struct pollfd p = {.fd = o->fd, .events = POLLOUT};
      sys.poll(&p, 1, -1);
    } else if (wrote == 0 || errno != EINTR) {
      o->failed = wrote == 0 ? EIO : errno;
      return fail(o, err);
    }
  }
  o->done += o->partial - before;
  o->partial = before;
  return OK;
}

Code out_init(Out *o, int fd, const char *name, Span span, Error *err) {
  *o = (Out){.fd = fd, .name = name, .span = span};
  o->buf = malloc(OUT_BYTES);
  if (o->buf == NULL) return FAIL(err, ERR_MEMORY, span, "no memory to write \"%s\"", name);
  return OK;
}

void out_deinit(Out *o) {
  free(o->buf);
  o->buf = NULL;
  o->len = 0;
}

Code out_flush(Out *o, Error *err) {
  if (o->failed != 0) return fail(o, err);
  size_t n = o->len;
  o->len = 0;
  return write_fd(o, o->buf, n, err);
}

Code out_write(Out *o, const char *bytes, size_t n, Error *err) {
  if (o->failed != 0) return fail(o, err);
  if (n > OUT_BYTES - o->len) TRY(out_flush(o, err));
  if (n >= OUT_BYTES) return write_fd(o, bytes, n, err);
  if (n > 0) memcpy(o->buf + o->len, bytes, n);
  o->len += n;
  return OK;
}

/* --- stdout -------------------------------------------------------------------------------- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char stdout_buf[OUT_BYTES];
static Out out_stdout = {.fd = STDOUT_FD, .name = "standard output", .buf = stdout_buf};

Code stdout_write(const char *bytes, size_t n, Error *err) {
  pthread_mutex_lock(&lock);
  Code code = out_write(&out_stdout, bytes, n, err);
  pthread_mutex_unlock(&lock);
  return code;
}

Code stdout_flush(Error *err) {
  pthread_mutex_lock(&lock);
  Code code = out_flush(&out_stdout, err);
  pthread_mutex_unlock(&lock);
  return code;
}

Code stderr_write(const char *bytes, size_t n, Error *err) {
  pthread_mutex_lock(&lock);
  Out o = {.fd = STDERR_FD, .name = "standard error"};
  Code code = write_fd(&o, bytes, n, err);
  pthread_mutex_unlock(&lock);
  return code;
}
