/* conn_stdin_test.c -- peeking at standard input and reading it all the same, on a simulated
 * descriptor and clock: what comes when is a script, nothing waits. */
#include "exec/connectors/conn_stdin.h"

#include <errno.h>
#include <poll.h>

#include "base/limits.h"
#include "exec/connectors/connector.h"
#include "exec/connectors/test_files.h"

/* Bytes that become readable at a time; the pipe is closed behind the last. */
typedef struct Event {
  Micros at_us;
  const char *bytes;
} Event;

static struct {
  const Event *events;
  size_t n, next, at;
  bool regular, held_open; /* held_open: the writer never closes */
  Micros now_us;
  int interrupts; /* polls that a signal ends */
} pipe_;

static bool readable(void) {
  if (pipe_.regular) return true;
  if (pipe_.next == pipe_.n) return !pipe_.held_open;
  return pipe_.events[pipe_.next].at_us <= pipe_.now_us;
}

static ssize_t pipe_read(int fd, void *buf, size_t n) {
  CHECK_INT(fd, 0);
  CHECK(readable()); /* a peek may not be stuck in read(2) */
  if (pipe_.next == pipe_.n) return 0;
  const char *bytes = pipe_.events[pipe_.next].bytes + pipe_.at;
  size_t len = strlen(bytes);
  if (n < len) {
    pipe_.at += n;
  } else {
    n = len;
    pipe_.next++;
    pipe_.at = 0;
  }
  memcpy(buf, bytes, n);
  return (ssize_t)n;
}

static int pipe_poll(struct pollfd *fds, unsigned long n, int timeout_ms) {
  CHECK(n == 1 && fds->fd == 0);
  if (pipe_.interrupts > 0) return pipe_.interrupts--, errno = EINTR, -1;
  Micros until = pipe_.now_us + timeout_ms * MICROS_PER_MILLI;
  if (!readable() && pipe_.next < pipe_.n && pipe_.events[pipe_.next].at_us <= until) {
    pipe_.now_us = pipe_.events[pipe_.next].at_us;
  }
  if (readable()) return 1;
  pipe_.now_us = until;
  return 0;
}

static int pipe_fstat(int fd, struct stat *st) {
  CHECK_INT(fd, 0);
  memset(st, 0, sizeof *st);
  st->st_mode = pipe_.regular ? S_IFREG : S_IFIFO;
  st->st_size = 11;
  return 0;
}

static Micros pipe_clock(void) { return pipe_.now_us; }

static void pipe_begin(const Event *events, size_t n) {
  stdin_reset();
  memset(&pipe_, 0, sizeof pipe_);
  pipe_.events = events;
  pipe_.n = n;
  pipe_.now_us = 1000000;
  sys.read = pipe_read;
  sys.poll = pipe_poll;
  sys.fstat = pipe_fstat;
  sys.mono_us = pipe_clock;
}

static Arena arena;
static Error last;
static Str sample;
static bool complete;

static Code peek(void) {
  last = (Error){0};
  return source_peek_stdin(&arena, (Span){5, 5}, &sample, &complete, &last);
}

static bool sample_is(const char *text) { return str_eq(sample, str_of(text)); }

/* Everything the opened stream gives, as one text; NULL when it cannot be opened. */
static const char *read_stdin(void) {
  static char out[4096];
  const Connector *c = connector_find("stdin");
  SourceSpec spec = {.table = "stdin", .span = {5, 5}};
  Split *splits;
  uint32_t n;
  ByteStream *s = NULL;
  last = (Error){0};
  CHECK_INT(c->bytes->splits(&spec, &arena, &splits, &n, &last), OK);
  CHECK_INT(n, 1);
  CHECK_STR(splits[0].name, "stdin");
  CHECK_INT(splits[0].bounded, pipe_.regular);
  if (c->bytes->open(&spec, &splits[0], &s, &last) != OK) return NULL;
  CHECK_INT(stream_poll_fd(s), pipe_.regular ? -1 : 0);
  size_t len = 0, got = 1;
  while (got > 0) {
    if (pipe_.next < pipe_.n) pipe_.now_us = pipe_.events[pipe_.n - 1].at_us;
    CHECK_INT(stream_read(s, out + len, 5, &got, &last), OK);
    len += got;
  }
  stream_close(s);
  out[len] = '\0';
  return out;
}

#define MS(t) (1000000 + (t)*1000)
#define BEGIN(...)                                \
  do {                                            \
    static const Event events_[] = {__VA_ARGS__}; \
    pipe_begin(events_, COUNT_OF(events_));       \
  } while (0)

static void test_pipe(void) {
  /* A whole line, and what comes within 100 ms of it. */
  BEGIN({MS(5000), "k,"}, {MS(5500), "v\na,"}, {MS(5599), "1\n"}, {MS(5600), "b,2\n"},
        {MS(5700), "c,3\n"});
  CHECK_INT(peek(), OK);
  CHECK(!complete);
  CHECK(sample_is("k,v\na,1\nb,2\n"));
  CHECK_INT(pipe_.now_us, MS(5600));
  CHECK_INT(peek(), OK); /* again: the same, without a look at the pipe */
  CHECK(sample_is("k,v\na,1\nb,2\n"));
  CHECK_STR(read_stdin(), "k,v\na,1\nb,2\nc,3\n");
  CHECK(read_stdin() == NULL); /* once */
  CHECK_INT(last.code, ERR_UNSUPPORTED);
  CHECK_INT(peek(), ERR_UNSUPPORTED);

  /* Closed before a line was whole, at once, or without a byte. */
  BEGIN({MS(10), "abc"});
  CHECK_INT(peek(), OK);
  CHECK(complete && sample_is("abc"));
  CHECK_STR(read_stdin(), "abc");
  pipe_begin(NULL, 0);
  CHECK_INT(peek(), OK);
  CHECK(complete && sample.len == 0);
  CHECK_STR(read_stdin(), "");

  /* A writer that stays: 100 ms and no more. */
  BEGIN({MS(0), "a\n"});
  pipe_.held_open = true;
  CHECK_INT(peek(), OK);
  CHECK(!complete && sample_is("a\n"));
  CHECK_INT(pipe_.now_us, MS(100));

  /* Not peeked at. */
  BEGIN({MS(0), "a\nb\n"});
  CHECK_STR(read_stdin(), "a\nb\n");
}

static bool stop;
static bool stop_asked(void) { return stop; }

static void test_signals(void) {
  BEGIN({MS(700), "a"}, {MS(900), "b\n"});
  pipe_.interrupts = 3;
  CHECK_INT(peek(), OK);
  CHECK(sample_is("ab\n"));
  BEGIN({MS(0), "a"});
  pipe_.held_open = true;
  source_stop_asked = stop_asked;
  stop = true;
  CHECK_INT(peek(), ERR_CANCELLED);
  stop = false; /* what had come is not lost */
  pipe_.held_open = false;
  CHECK_INT(peek(), OK);
  CHECK(complete && sample_is("a"));
  CHECK_STR(read_stdin(), "a");
  source_stop_asked = NULL;
}

static void test_file(void) {
  BEGIN({MS(0), "k,v\n"}, {MS(9000), "a,1\n"});
  pipe_.regular = true;
  CHECK_INT(peek(), OK);
  CHECK(complete && sample_is("k,v\na,1\n"));
  CHECK_STR(read_stdin(), "k,v\na,1\n");
}

static void test_sample_size(void) {
  static char big[SNIFF_BYTES + 2];
  memset(big, 'x', SNIFF_BYTES + 1);
  big[10] = '\n';
  static Event events[] = {{0, big}};
  for (size_t extra = 0; extra < 2; extra++) {
    big[SNIFF_BYTES + extra] = '\0';
    pipe_begin(events, 1);
    pipe_.regular = true;
    CHECK_INT(peek(), OK);
    CHECK_INT(sample.len, SNIFF_BYTES);
    CHECK_INT(complete, extra == 0);
    big[SNIFF_BYTES + extra] = 'x';
  }
}

static void test_faults(void) {
  faults_off();
  stdin_reset();
  CHECK_INT(close(0), 0);
  CHECK_INT(peek(), ERR_IO);
  CHECK_STR(last.msg, "cannot read \"stdin\": bad file descriptor");
  CHECK_INT(last.span.at, 5);
}

int main(void) {
  faults_begin();
  test_pipe();
  test_signals();
  test_file();
  test_sample_size();
  test_faults();
  stdin_reset();
  arena_deinit(&arena);
  return check_done();
}
