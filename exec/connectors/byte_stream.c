/* byte_stream.c -- the bytes of a file or pipe, inflated when they are compressed.
 *
 *     kept ......... decoded bytes given back by schema inference, read first
 *     in[at..len) .. bytes from the descriptor that are not decoded yet
 *     fd ........... the rest
 *
 * A plain stream reads from the descriptor straight into the caller's buffer.  A compressed
 * one is a series of gzip members or zstd frames; it has to end behind one of them, or it was
 * truncated.  Zero bytes behind the last gzip member are padding, as gzip(1) has it.
 *
 * A pipe that has nothing yet makes stream_read wait: who must not wait polls first.  A
 * signal is no reason to stop here, since a harmless one (a window that changes its size, a
 * job that is continued) looks like any other.
 * One thread at a time.
 */
#include "exec/connectors/byte_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/sys.h"
#include "exec/connectors/io_error.h"

enum {
  IN_BYTES = 64 << 10,        /* compressed bytes read at once */
  READ_MAX = 1 << 30,         /* zlib counts in unsigned int */
  GZIP_WINDOW_BITS = 15 + 16, /* zlib's way to say: gzip header and trailer */
  MAGIC_MAX = 4
};

struct ByteStream {
  int fd;
  bool take_fd, regular;
  bool named; /* the form was known from the name, not from the first bytes */
  StreamForm form;
  Span span;
  char *name;
  unsigned char *in; /* IN_BYTES; NULL for a plain stream that was not sniffed */
  size_t at, len;
  bool in_end;    /* the descriptor has no more */
  bool inside;    /* a member or frame is open */
  bool some;      /* a member or frame was completed */
  bool out_some;  /* something was inflated */
  bool out_full;  /* the decoder filled all the room it got: it may hold more */
  bool gz_ready;  /* gz is to be released */
  bool gz_padded; /* only zero bytes may follow */
  z_stream gz;
  ZSTD_DStream *zst;
  char *kept;
  size_t kept_at, kept_len;
};

StreamForm stream_form_of(const char *path) {
  size_t len = strlen(path);
  if (len > 3 && text_eq_nocase(path + len - 3, ".gz")) return STREAM_GZIP;
  if (len > 4 && text_eq_nocase(path + len - 4, ".zst")) return STREAM_ZSTD;
  return STREAM_PLAIN;
}

static Code no_memory(const ByteStream *s, Error *err) {
  return FAIL(err, ERR_MEMORY, s->span, "no memory to read \"%s\"", s->name);
}

/* --- the descriptor ----------------------------------------------------------------------- */

/* read(2) that waits on a descriptor somebody else made non-blocking. */
static Code read_fd(ByteStream *s, void *buf, size_t n, size_t *got, Error *err) {
  for (;;) {
    ssize_t done = sys.read(s->fd, buf, n);
    if (done >= 0) {
      *got = (size_t)done;
      if (done == 0) s->in_end = true;
      return OK;
    }
    if (errno == EAGAIN) {
      struct pollfd p = {.fd = s->fd, .events = POLLIN};
      sys.poll(&p, 1, -1);
    } else if (errno != EINTR) {
      return io_fail(err, s->span, "read", s->name, errno);
    }
  }
}

/* More bytes behind in[len), in front of which used ones are forgotten. */
static Code refill(ByteStream *s, Error *err) {
  if (s->at == s->len) s->at = s->len = 0;
  assert(s->len < IN_BYTES);
  size_t got;
  TRY(read_fd(s, s->in + s->len, IN_BYTES - s->len, &got, err));
  s->len += got;
  return OK;
}

static Code plain_read(ByteStream *s, void *buf, size_t n, size_t *got, Error *err) {
  if (s->at == s->len) {
    *got = 0; /* a terminal goes on behind its end: we do not */
    return s->in_end ? OK : read_fd(s, buf, n, got, err);
  }
  *got = n < s->len - s->at ? n : s->len - s->at;
  memcpy(buf, s->in + s->at, *got);
  s->at += *got;
  return OK;
}

/* --- gzip and zstd ------------------------------------------------------------------------ */

static const char *form_name(const ByteStream *s) {
  return s->form == STREAM_GZIP ? "gzip" : "zstd";
}

static Code truncated(const ByteStream *s, Error *err) {
  return FAIL(err, ERR_IO, s->span, "cannot read \"%s\": truncated %s", s->name, form_name(s));
}

static Code damaged(const ByteStream *s, const char *why, Error *err) {
  FAIL(err, ERR_IO, s->span, "cannot read \"%s\": damaged %s (%s)", s->name, form_name(s), why);
  if (s->named && !s->some && !s->out_some) {
    error_hint(err, "its name says that it is compressed: is it?");
  }
  return err->code;
}

/* One step of a decoder: in -> buf.  *got is what came out.  Keeps inside, some and at. */
static Code gzip_step(ByteStream *s, void *buf, size_t n, size_t *got, Error *err) {
  if (!s->inside) {
    if (s->some && (s->gz_padded || s->in[s->at] == 0)) {
      s->gz_padded = true;
      while (s->at < s->len && s->in[s->at] == 0) s->at++;
      *got = 0;
      return s->at == s->len ? OK : damaged(s, "bytes behind its end", err);
    }
    inflateReset(&s->gz);
    s->inside = true;
  }
  s->gz.next_in = s->in + s->at;
  s->gz.avail_in = (unsigned)(s->len - s->at);
  s->gz.next_out = buf;
  s->gz.avail_out = (unsigned)n;
  int rc = inflate(&s->gz, Z_NO_FLUSH);
  s->at = s->len - s->gz.avail_in;
  *got = n - s->gz.avail_out;
  if (rc == Z_STREAM_END) {
    s->inside = false;
    s->some = true;
    return OK;
  }
  if (rc == Z_OK || rc == Z_BUF_ERROR) return OK; /* the latter: nothing to do without input */
  if (rc == Z_MEM_ERROR) return no_memory(s, err);
  return damaged(s, s->gz.msg != NULL ? s->gz.msg : "unknown dictionary", err);
}

static Code zstd_step(ByteStream *s, void *buf, size_t n, size_t *got, Error *err) {
  ZSTD_inBuffer in = {.src = s->in, .size = s->len, .pos = s->at};
  ZSTD_outBuffer out = {.dst = buf, .size = n};
  size_t rc = ZSTD_decompressStream(s->zst, &out, &in);
  if (ZSTD_isError(rc)) {
    if (ZSTD_getErrorCode(rc) == ZSTD_error_memory_allocation) return no_memory(s, err);
    return damaged(s, ZSTD_getErrorName(rc), err);
  }
  s->at = in.pos;
  s->inside = rc != 0;
  if (rc == 0) s->some = true;
  *got = out.pos;
  return OK;
}

static Code inflated_read(ByteStream *s, void *buf, size_t n, size_t *got, Error *err) {
  for (;;) {
    if (s->at == s->len && !s->in_end && !s->out_full) TRY(refill(s, err));
    bool dry = s->at == s->len;
    if (dry && s->in_end && !s->inside) {
      *got = 0;
      return s->some ? OK : truncated(s, err); /* no compressed file is empty */
    }
    *got = 0;
    if (!dry || s->inside) {
      Code (*step)(ByteStream *, void *, size_t, size_t *, Error *) =
          s->form == STREAM_GZIP ? gzip_step : zstd_step;
      TRY(step(s, buf, n, got, err));
    }
    s->out_full = *got == n;
    s->out_some |= *got > 0;
    if (*got > 0) return OK;
    if (dry && s->in_end && s->inside) return truncated(s, err);
  }
}

static Code start_decoder(ByteStream *s, Error *err) {
  if (s->form == STREAM_GZIP) {
    if (inflateInit2(&s->gz, GZIP_WINDOW_BITS) != Z_OK) return no_memory(s, err);
    s->gz_ready = true;
  } else if (s->form == STREAM_ZSTD) {
    s->zst = ZSTD_createDStream();
    if (s->zst == NULL) return no_memory(s, err);
  }
  return OK;
}

/* The first bytes decide, and no more of them are waited for than that needs: a line of one
 * letter on a terminal has to get through. */
static Code sniff(ByteStream *s, Error *err) {
  static const struct {
    StreamForm form;
    size_t len;
    unsigned char bytes[MAGIC_MAX];
  } magics[] = {{STREAM_GZIP, 3, {0x1F, 0x8B, 0x08}}, {STREAM_ZSTD, 4, {0x28, 0xB5, 0x2F, 0xFD}}};
  for (;;) {
    bool perhaps = false;
    for (size_t i = 0; i < COUNT_OF(magics); i++) {
      size_t n = s->len < magics[i].len ? s->len : magics[i].len;
      if (memcmp(s->in, magics[i].bytes, n) != 0) continue;
      if (n == magics[i].len) {
        s->form = magics[i].form;
        return start_decoder(s, err);
      }
      perhaps = true;
    }
    if (!perhaps || s->in_end) break;
    TRY(refill(s, err));
  }
  s->form = STREAM_PLAIN;
  return OK;
}

/* --- the interface ------------------------------------------------------------------------ */

Code stream_new(const StreamInit *init, ByteStream **out, Error *err) {
  struct stat st;
  ByteStream *s = calloc(1, sizeof *s);
  char *name = strdup(init->name);
  if (s == NULL || name == NULL) {
    free(s);
    free(name);
    if (init->take_fd) sys.close(init->fd);
    return FAIL(err, ERR_MEMORY, init->span, "no memory to read \"%s\"", init->name);
  }
  s->fd = init->fd;
  s->take_fd = init->take_fd;
  s->form = init->form;
  s->named = init->form != STREAM_SNIFF;
  s->span = init->span;
  s->name = name;
  Code code = OK;
  if (sys.fstat(s->fd, &st) != 0) {
    code = io_fail(err, s->span, "read", s->name, errno);
  } else if (S_ISDIR(st.st_mode)) {
    code = io_fail(err, s->span, "read", s->name, EISDIR);
  } else if (s->form != STREAM_PLAIN) {
    s->regular = S_ISREG(st.st_mode);
    s->in = malloc(IN_BYTES);
    code = s->in == NULL ? no_memory(s, err) : start_decoder(s, err);
  } else {
    s->regular = S_ISREG(st.st_mode);
  }
  if (code != OK) {
    stream_close(s);
    return code;
  }
  *out = s;
  return OK;
}

Code stream_open_path(const char *path, Span span, ByteStream **out, Error *err) {
  int fd = sys.open(path, O_RDONLY, 0);
  if (fd < 0) return io_fail(err, span, "open", path, errno);
  StreamInit init = {
      .fd = fd, .take_fd = true, .name = path, .span = span, .form = stream_form_of(path)};
  return stream_new(&init, out, err);
}

Code stream_read(ByteStream *s, void *buf, size_t n, size_t *got, Error *err) {
  assert(n > 0);
  if (n > READ_MAX) n = READ_MAX;
  if (s->kept_at < s->kept_len) {
    *got = n < s->kept_len - s->kept_at ? n : s->kept_len - s->kept_at;
    memcpy(buf, s->kept + s->kept_at, *got);
    s->kept_at += *got;
    return OK;
  }
  if (s->form == STREAM_SNIFF) TRY(sniff(s, err));
  if (s->form == STREAM_PLAIN) return plain_read(s, buf, n, got, err);
  return inflated_read(s, buf, n, got, err);
}

Code stream_fill(ByteStream *s, char *buf, size_t room, size_t *len, Error *err) {
  size_t n = 0, got = 1;
  while (n < room && got > 0) {
    TRY(stream_read(s, buf + n, room - n, &got, err));
    n += got;
  }
  *len = n;
  return OK;
}

Code stream_unread(ByteStream *s, Str bytes, Error *err) {
  assert(s->kept == NULL);
  if (bytes.len == 0) return OK;
  s->kept = malloc(bytes.len);
  if (s->kept == NULL) return no_memory(s, err);
  memcpy(s->kept, bytes.ptr, bytes.len);
  s->kept_len = bytes.len;
  return OK;
}

int stream_poll_fd(const ByteStream *s) { return s->regular ? -1 : s->fd; }

bool stream_has_buffered(const ByteStream *s) {
  return s->kept_at < s->kept_len || s->at < s->len || s->out_full || s->in_end;
}

bool stream_is_regular(const ByteStream *s) { return s->regular; }

/* --- places ------------------------------------------------------------------------------- */

/* What came by its name was opened here, at its start; standard input may have been read before. */
bool stream_can_seek(const ByteStream *s) {
  return s->named && s->regular && s->form == STREAM_PLAIN;
}

Code stream_seek(ByteStream *s, uint64_t offset, Error *err) {
  assert(stream_can_seek(s));
  if (offset > INT64_MAX || sys.lseek(s->fd, (off_t)offset, SEEK_SET) < 0) {
    return io_fail(err, s->span, "read", s->name, offset > INT64_MAX ? EINVAL : errno);
  }
  s->at = s->len = 0;
  s->kept_at = s->kept_len;
  s->in_end = false;
  return OK;
}

Code stream_identity(const ByteStream *s, FileIdentity *out, Error *err) {
  struct stat st;
  if (sys.fstat(s->fd, &st) != 0) return io_fail(err, s->span, "read", s->name, errno);
  *out = (FileIdentity){.size = (uint64_t)st.st_size,
                        .device = (uint64_t)st.st_dev,
                        .inode = (uint64_t)st.st_ino,
                        .modified_us = (Micros)st.st_mtim.tv_sec * MICROS_PER_SECOND +
                                       st.st_mtim.tv_nsec / 1000};
  return OK;
}

void stream_close(ByteStream *s) {
  if (s == NULL) return;
  if (s->take_fd) sys.close(s->fd);
  if (s->gz_ready) inflateEnd(&s->gz);
  ZSTD_freeDStream(s->zst);
  free(s->in);
  free(s->kept);
  free(s->name);
  free(s);
}
