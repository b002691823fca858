/* out_test.c -- buffered output, stdout shared by threads, and the sinks print and blackhole. */
#include "exec/connectors/out.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>

#include "exec/connectors/connector.h"
#include "exec/connectors/test_files.h"

/* What was written to each descriptor.  Writes may be limited, and fail after a number of bytes. */
static struct {
  StrBuf text;
  size_t piece, room; /* SIZE_MAX: no limit */
  int fault;          /* errno when room is used up */
  int hiccups;        /* EAGAIN and EINTR in turn, that many times */
} fd[3];

static ssize_t fake_write(int n, const void *bytes, size_t len) {
  CHECK(n == 1 || n == 2);
  if (fd[n].hiccups > 0) return errno = fd[n].hiccups-- % 2 == 0 ? EAGAIN : EINTR, -1;
  if (fd[n].room == 0) return errno = fd[n].fault, -1;
  if (len > fd[n].piece) len = fd[n].piece;
  if (len > fd[n].room) len = fd[n].room;
  if (fd[n].room != SIZE_MAX) fd[n].room -= len;
  strbuf_put(&fd[n].text, bytes, len);
  return (ssize_t)len;
}

static int polls;
static int fake_poll(struct pollfd *fds, unsigned long n, int timeout_ms) {
  CHECK(n == 1 && fds->events == POLLOUT && timeout_ms == -1);
  return ++polls, 1;
}

static void fds_reset(void) {
  for (int i = 0; i < 3; i++) {
    strbuf_clear(&fd[i].text);
    fd[i].piece = fd[i].room = SIZE_MAX;
    fd[i].hiccups = 0;
  }
}

static const char *written(int n) { return strbuf_text(&fd[n].text); }

static void test_out(void) {
  static char big[200000];
  Error err = {0};
  Out o;
  fds_reset();
  fd[1].hiccups = 4;
  fd[1].piece = 1000;
  CHECK_INT(out_init(&o, 1, "x", NO_SPAN, &err), OK);
  CHECK_INT(out_write(&o, "abc\n", 4, &err), OK);
  CHECK_STR(written(1), "");
  CHECK_INT(out_flush(&o, &err), OK);
  CHECK_STR(written(1), "abc\n");
  CHECK(polls == 2 && o.done == 4);
  memset(big, 'b', sizeof big);
  CHECK_INT(out_write(&o, "c", 1, &err), OK);
  CHECK_INT(out_write(&o, big, sizeof big, &err), OK); /* as it is, behind the rest */
  CHECK_INT(fd[1].text.len, 4 + 1 + sizeof big);
  CHECK_INT(o.done, 4 + 1 + sizeof big);
  fd[1].room = 5;
  fd[1].fault = ENOSPC;
  CHECK_INT(out_write(&o, "123456789\n", 10, &err), OK);
  CHECK_INT(out_flush(&o, &err), ERR_IO);
  CHECK_STR(err.msg, "cannot write \"x\": no space left on device");
  CHECK_INT(o.partial, 5);
  fd[1].room = SIZE_MAX; /* room again, but there is a hole */
  Error second = {0};
  CHECK_INT(out_write(&o, "z", 1, &second), ERR_IO);
  CHECK_INT(out_flush(&o, &second), ERR_IO);
  out_deinit(&o);
}

/* --- several writers ----------------------------------------------------------------------- */

enum { ROWS = 20000 };

static void *write_rows(void *row) {
  Error err = {0};
  for (int i = 0; i < ROWS; i++) {
    if (stdout_write(row, strlen(row), &err) != OK) return row;
    if (i % 100 == 0 && stdout_flush(&err) != OK) return row;
  }
  return NULL;
}

static void test_threads(void) {
  static char rows[2][16] = {"aaaaaaaaaaa\n", "bbb\n"};
  pthread_t threads[2];
  void *failed = NULL;
  Error err = {0};
  fds_reset();
  for (int i = 0; i < 2; i++) pthread_create(&threads[i], NULL, write_rows, rows[i]);
  for (int i = 0; i < 2; i++) {
    pthread_join(threads[i], &failed);
    CHECK(failed == NULL);
  }
  CHECK_INT(stdout_flush(&err), OK);
  CHECK_INT(fd[1].text.len, ROWS * (12 + 4));
  const char *at = written(1);
  bool whole = true;
  while (*at != '\0' && whole) {
    const char *row = rows[*at == 'b'];
    whole = strncmp(at, row, strlen(row)) == 0;
    at += strlen(row);
  }
  CHECK(whole);
}

/* --- sinks --------------------------------------------------------------------------------- */

static Code print_rows(const char *id, const char *to_stderr, const char *rows, Error *err) {
  OptionPairs p;
  SinkSpec spec = {.table = "t"};
  const SinkTable *t = connector_find("print")->sink;
  Sink *s = NULL;
  spec.options = id != NULL ? OPTIONS_OF(&p, "connector", "print", "standard-error", to_stderr,
                                         "print-identifier", id)
                            : OPTIONS_OF(&p, "connector", "print", "standard-error", to_stderr);
  CHECK(t->format(&spec) == format_find("print"));
  CHECK_INT(t->open(&spec, &s, err), OK);
  Code code = t->write(s, STR(""), rows, strlen(rows), err);
  Code closed = t->close(s, code == OK, err);
  return code != OK ? code : closed;
}

static void test_print(void) {
  Error err = {0};
  fds_reset();
  CHECK_INT(print_rows(NULL, "false", "+I[1]\n+I[2]\n", &err), OK);
  CHECK_STR(written(1), "+I[1]\n+I[2]\n");
  CHECK_INT(print_rows("left", "false", "+I[3]\n+I[4\n5]\n", &err), OK);
  CHECK_STR(written(1), "+I[1]\n+I[2]\nleft> +I[3]\nleft> +I[4\nleft> 5]\n");
  CHECK_INT(print_rows("", "true", "+I[6]\n", &err), OK);
  CHECK_INT(print_rows("r", "TRUE", "+I[7]\n", &err), OK);
  CHECK_STR(written(2), "+I[6]\nr> +I[7]\n");
  fd[2].room = 0;
  fd[2].fault = EIO;
  CHECK_INT(print_rows("r", "true", "+I[8]\n", &err), ERR_IO);
  CHECK_STR(err.msg, "cannot write \"standard error\": input/output error");
}

static void test_blackhole(void) {
  const SinkTable *t = connector_find("blackhole")->sink;
  SinkSpec spec = {.table = "t"};
  Sink *s = NULL;
  Error err = {0};
  CHECK(t->format(&spec) == NULL);
  CHECK_INT(t->open(&spec, &s, &err), OK);
  CHECK(s != NULL);
  CHECK_INT(t->write(s, STR(""), "x", 1, &err), OK);
  CHECK_INT(t->flush(s, &err), OK);
  CHECK_INT(t->close(s, true, &err), OK);
}

/* Last, since nothing can be written to stdout behind it. */
static void test_closed_pipe(void) {
  Error err = {0}, again = {0};
  fds_reset();
  fd[1].room = 3;
  fd[1].fault = EPIPE;
  CHECK_INT(stdout_write("abcdef\n", 7, &err), OK);
  CHECK_INT(stdout_flush(&err), ERR_CLOSED_PIPE);
  CHECK_INT(print_rows(NULL, "false", "+I[1]\n", &again), ERR_CLOSED_PIPE);
  CHECK_STR(written(1), "abc");
}

int main(void) {
  faults_begin();
  sys.write = fake_write;
  sys.poll = fake_poll;
  test_out();
  test_threads();
  test_print();
  test_blackhole();
  test_closed_pipe();
  for (int i = 0; i < 3; i++) strbuf_deinit(&fd[i].text);
  faults_off();
  return check_done();
}
