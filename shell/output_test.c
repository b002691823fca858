/* output_test.c -- the file of -o when the disk is slow, full or broken. */
#include "shell/output.h"

#include <errno.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/str.h"
#include "base/sys.h"

enum { FILE_FD = 77 };

/* What reached the file; writes take at most piece bytes and fail when room is used up. */
static struct {
  StrBuf text;
  size_t piece, room;
  int write_error, close_error;
  int closed;
} file;

static int fake_open(const char *path, int flags, mode_t mode) {
  (void)flags, (void)mode;
  if (strcmp(path, "ok") == 0) return FILE_FD;
  errno = EACCES;
  return -1;
}

static ssize_t fake_write(int fd, const void *bytes, size_t n) {
  CHECK_INT(fd, FILE_FD);
  if (file.room == 0) {
    errno = file.write_error;
    return -1;
  }
  if (n > file.piece) n = file.piece;
  if (n > file.room) n = file.room;
  file.room -= n;
  strbuf_put(&file.text, bytes, n);
  return (ssize_t)n;
}

static int fake_close(int fd) {
  CHECK_INT(fd, FILE_FD);
  file.closed++;
  errno = file.close_error;
  return file.close_error != 0 ? -1 : 0;
}

static void reset(size_t piece, size_t room) {
  strbuf_deinit(&file.text);
  file.piece = piece;
  file.room = room;
  file.write_error = ENOSPC;
  file.close_error = file.closed = 0;
}

static void test_writes(void) {
  Output o;
  reset(1000, SIZE_MAX);
  CHECK(!output_open(&o, "no"));
  CHECK_INT(errno, EACCES);
  CHECK(output_open(&o, "ok"));
  CHECK(output_write(&o, "", 0));
  CHECK(output_write(&o, "a\n", 2));
  CHECK_INT(file.text.len, 0);
  CHECK(output_flush(&o));
  CHECK_STR(strbuf_text(&file.text), "a\n");
  char *large = malloc(200000);
  assert(large != NULL);
  memset(large, 'x', 200000);
  CHECK(output_write(&o, "b\n", 2));
  CHECK(output_write(&o, large, 200000)); /* larger than the buffer: goes through */
  CHECK_INT(file.text.len, 200004);
  for (int i = 0; i < 3; i++) CHECK(output_write(&o, large, 60000));
  CHECK(output_close(&o));
  CHECK_INT(file.text.len, 380004);
  CHECK_INT(file.closed, 1);
  CHECK(memcmp(file.text.data, "a\nb\nxxx", 7) == 0);
  free(large);
}

/* After a failure nothing is written behind the hole, though there would be room again. */
static void test_full(void) {
  Output o;
  reset(SIZE_MAX, 3);
  CHECK(output_open(&o, "ok"));
  CHECK(output_write(&o, "12345", 5));
  CHECK(!output_flush(&o));
  CHECK_INT(errno, ENOSPC);
  file.room = SIZE_MAX;
  CHECK(output_write(&o, "6", 1));
  CHECK(!output_flush(&o));
  CHECK_INT(errno, ENOSPC);
  CHECK(!output_close(&o));
  CHECK_INT(errno, ENOSPC);
  CHECK_STR(strbuf_text(&file.text), "123");
  CHECK_INT(file.closed, 1);
}

/* Some file systems tell only at the end. */
static void test_close_fails(void) {
  Output o;
  reset(SIZE_MAX, SIZE_MAX);
  file.close_error = EIO;
  CHECK(output_open(&o, "ok"));
  CHECK(output_write(&o, "1", 1));
  CHECK(!output_close(&o));
  CHECK_INT(errno, EIO);
  CHECK_STR(strbuf_text(&file.text), "1");
}

int main(void) {
  sys.open = fake_open;
  sys.write = fake_write;
  sys.close = fake_close;
  test_writes();
  test_full();
  test_close_fails();
  strbuf_deinit(&file.text);
  return check_done();
}
