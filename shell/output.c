/* output.c -- results to standard output or a file. */
#include "shell/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/weir.h"
#include "base/sys.h"

enum { BUF_BYTES = 64 << 10 };

bool output_open(Output *o, const char *path) {
  *o = (Output){.path = path, .fd = STDOUT_FILENO};
  if (path != NULL) {
    o->fd = sys.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (o->fd < 0) return false;
    o->buf = malloc(BUF_BYTES);
    if (o->buf == NULL) {
      sys.close(o->fd);
      errno = ENOMEM;
      return false;
    }
  }
  o->is_terminal = isatty(o->fd) == 1;
  return true;
}

static bool write_out(Output *o, const char *bytes, size_t n) {
  if (o->failed == 0 && !sys_write_all(o->fd, bytes, n)) o->failed = errno;
  errno = o->failed;
  return o->failed == 0;
}

bool output_write(Output *o, const char *bytes, size_t n) {
  if (n == 0) return true;
  if (o->path == NULL) return weir_stdout_write(bytes, n);
  if (n > BUF_BYTES - o->len && !output_flush(o)) return false;
  if (n > BUF_BYTES) return write_out(o, bytes, n);
  memcpy(o->buf + o->len, bytes, n);
  o->len += n;
  return true;
}

bool output_flush(Output *o) {
  if (o->path == NULL) return weir_stdout_flush();
  size_t n = o->len;
  o->len = 0;
  return write_out(o, o->buf, n);
}

bool output_close(Output *o) {
  if (o->path == NULL) return weir_stdout_flush();
  bool ok = o->fd < 0 || output_flush(o);
  int why = errno;
  if (o->fd >= 0 && sys.close(o->fd) != 0 && ok) {
    ok = false;
    why = errno;
  }
  free(o->buf);
  *o = (Output){.path = o->path, .fd = -1};
  errno = why;
  return ok;
}
