/* conn_stdin.c -- the connector "stdin": the standard input, whatever it is.
 *
 * There is one, so the process remembers what became of it:
 *
 *     untouched --peek--> peeked --open--> opened (for good)
 *         `---------------open---------------^
 *
 * A peek keeps the stream and gives the bytes back to it.  Compressed input is recognised by its
 * first bytes, as there is no name to go by.
 *
 * Peeks come from the planner, the open from the start of a job: never two at a time.
 */
#include "exec/connectors/conn_stdin.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "base/sys.h"
#include "exec/connectors/byte_stream.h"
#include "exec/connectors/io_error.h"

enum {
  STDIN_FD = 0,
  AFTER_FIRST_MS = 100, /* how long a pipe may go on after its first line */
  STOP_CHECK_MS = 200   /* how often a waiting peek asks whether to stop */
};

static struct {
  ByteStream *stream; /* peeked at, not yet opened */
  bool opened, peeked;
  char sample[SNIFF_BYTES + 1];
  size_t sample_len;
  bool complete;
} input;

bool (*source_stop_asked)(void);

void stdin_reset(void) {
  stream_close(input.stream);
  memset(&input, 0, sizeof input);
}

static Code open_stream(Span span, ByteStream **out, Error *err) {
  if (input.opened) {
    FAIL(err, ERR_UNSUPPORTED, span, "standard input was already read by an earlier statement");
    error_hint(err, "put the statements into one STATEMENT SET, or read from a file");
    return ERR_UNSUPPORTED;
  }
  StreamInit init = {.fd = STDIN_FD, .name = "stdin", .span = span, .form = STREAM_SNIFF};
  return stream_new(&init, out, err);
}

/* --- the source ---------------------------------------------------------------------------- */

static Code stdin_splits(const SourceSpec *spec, Arena *arena, Split **splits, uint32_t *n,
                         Error *err) {
  struct stat st;
  if (sys.fstat(STDIN_FD, &st) != 0) return io_fail(err, spec->span, "read", "stdin", errno);
  bool regular = S_ISREG(st.st_mode);
  *splits = ARENA_NEW(arena, Split);
  **splits = (Split){.name = "stdin",
                     .bounded = regular,
                     .replayable = regular,
                     .bytes = regular ? (uint64_t)st.st_size : 0};
  *n = 1;
  return OK;
}

static Code stdin_open(const SourceSpec *spec, const Split *split, ByteStream **out, Error *err) {
  (void)split;
  if (input.stream == NULL) {
    TRY(open_stream(spec->span, out, err));
  } else {
    TRY(stream_unread(input.stream, (Str){input.sample, input.sample_len}, err));
    *out = input.stream;
    input.stream = NULL;
  }
  input.opened = true;
  return OK;
}

static const ByteSource stdin_source = {
    .splits = stdin_splits, .open = stdin_open, .opens_once = true};

const Connector conn_stdin = {.name = "stdin",
                              .takes_format = true,
                              .metadata = 1U << META_FILE_LINE,
                              .bytes = &stdin_source,
                              .doc = "Standard input, once; gzip and zstd are recognised."};

/* --- the peek ------------------------------------------------------------------------------ */

static int ms_until(Micros until) {
  Micros left_us = until == MICROS_MAX ? MICROS_MAX : until - sys.mono_us();
  if (left_us <= 0) return 0;
  if (left_us > STOP_CHECK_MS * MICROS_PER_MILLI) return STOP_CHECK_MS;
  return (int)((left_us + MICROS_PER_MILLI - 1) / MICROS_PER_MILLI);
}

/* Wait until the stream can be read without waiting; *ready is false when that time has come first
 * (on the clock of sys.mono_us, MICROS_MAX: never). */
static Code wait_ready(const ByteStream *s, Micros until, Span span, bool *ready, Error *err) {
  *ready = true;
  if (stream_poll_fd(s) < 0 || stream_has_buffered(s)) return OK;
  for (;;) {
    if (source_stop_asked != NULL && source_stop_asked()) {
      return FAIL(err, ERR_CANCELLED, span, "stopped while waiting for standard input");
    }
    int left_ms = ms_until(until);
    struct pollfd p = {.fd = stream_poll_fd(s), .events = POLLIN};
    int n = sys.poll(&p, 1, left_ms);
    if (n > 0) return OK;
    if (n < 0 && errno != EINTR) return io_fail(err, span, "read", "stdin", errno);
    if (n == 0 && left_ms == 0) {
      *ready = false;
      return OK;
    }
  }
}

/* Fill input.sample: a file as far as there is room, a pipe until its first line is whole and then
 * with what comes within AFTER_FIRST_MS of that. */
static Code fill_sample(Span span, Error *err) {
  bool ready;
  Micros until = memchr(input.sample, '\n', input.sample_len) != NULL ? 0 : MICROS_MAX;
  while (input.sample_len < sizeof input.sample) {
    TRY(wait_ready(input.stream, until, span, &ready, err));
    if (!ready) break;
    char *at = input.sample + input.sample_len;
    size_t got;
    TRY(stream_read(input.stream, at, sizeof input.sample - input.sample_len, &got, err));
    if (got == 0) {
      input.complete = true;
      break;
    }
    input.sample_len += got;
    if (until == MICROS_MAX && memchr(at, '\n', got) != NULL) {
      until = sys.mono_us() + AFTER_FIRST_MS * MICROS_PER_MILLI;
    }
  }
  input.peeked = true;
  return OK;
}

Code source_peek_stdin(Arena *arena, Span span, Str *sample, bool *complete, Error *err) {
  if (input.stream == NULL) TRY(open_stream(span, &input.stream, err));
  if (!input.peeked) TRY(fill_sample(span, err)); /* a peek that was stopped is taken up again */
  size_t len = input.sample_len < SNIFF_BYTES ? input.sample_len : SNIFF_BYTES;
  *sample = (Str){arena_strndup(arena, input.sample, len), len};
  *complete = input.complete && len == input.sample_len;
  return OK;
}
