/* split_reader.c -- reading ahead just far enough to find where a chunk's last record ends. */
#include "exec/run/split_reader.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"

enum { LOOK_AHEAD_BYTES = 4 << 10 };

static const Format *format_of(const SplitReader *r) { return r->scan->format; }

static Code no_memory(const SplitReader *r, Error *err) {
  return FAIL(err, ERR_MEMORY, NO_SPAN, "out of memory reading \"%s\"", r->split->name);
}

Code split_reader_open(SplitReader *r, Error *err) {
  assert(r->stream == NULL);
  SourceSpec spec = {.table = r->scan->table,
                     .options = r->scan->options,
                     .fields = r->scan->fields,
                     .n_fields = r->scan->n_fields,
                     .span = r->scan->span};
  TRY(r->scan->connector->bytes->open(&spec, r->split, &r->stream, err));
  TRY(stream_identity(r->stream, &r->file, err));
  if (!r->split->replayable) return OK;
  return trail_open(&r->trail) ? OK : no_memory(r, err);
}

void split_reader_close(SplitReader *r) {
  stream_close(r->stream);
  r->stream = NULL;
  free(r->buf);
  r->buf = NULL;
  trail_close(&r->trail);
  r->len = r->cap = 0;
  r->offset = 0;
  r->has_bom = false;
  r->scanned = 0;
  r->cut = (CutState){0};
  r->begun = r->at_end = false;
}

void split_reader_free(SplitReader *r) {
  split_reader_close(r);
  if (r->layout != NULL) format_of(r)->layout_free(r->layout);
  r->layout = NULL;
}

/* --- filling the buffer ------------------------------------------------------------- */

static bool reserve(SplitReader *r, size_t n) {
  if (r->cap - r->len >= n + CHUNK_PADDING && r->buf != NULL) return true;
  size_t cap = r->len + n + CHUNK_PADDING;
  if (cap < r->cap + r->cap / 2) cap = r->cap + r->cap / 2; /* a long record grows geometrically */
  char *wider = realloc(r->buf, cap);
  if (wider == NULL) return false;
  r->buf = wider;
  r->cap = cap;
  return true;
}

/* One read of at most n bytes. */
static Code read_some(SplitReader *r, size_t n, Error *err) {
  size_t got;
  if (!reserve(r, n)) return no_memory(r, err);
  TRY(stream_read(r->stream, r->buf + r->len, n, &got, err));
  r->len += got;
  r->at_end = got == 0;
  return OK;
}

Code split_fill(SplitReader *r, size_t want, Error *err) {
  while (r->len < want && !r->at_end) TRY(read_some(r, want - r->len, err));
  return OK;
}

void split_drop(SplitReader *r, size_t n) {
  trail_pass(&r->trail, r->buf, n);
  r->scanned = 0;
  r->len -= n;
  memmove(r->buf, r->buf + n, r->len);
  r->offset += n;
}

static bool readable_now(const SplitReader *r) {
  if (stream_has_buffered(r->stream)) return true;
  struct pollfd p = {.fd = stream_poll_fd(r->stream), .events = POLLIN};
  return p.fd < 0 || sys.poll(&p, 1, 0) > 0;
}

/* --- the start of a file ------------------------------------------------------------ */

/* Read until a whole record stands at the start of the buffer: its length, all of the buffer at the
 * end, or 0 when no record ends within RECORD_MAX. */
static Code first_record(SplitReader *r, size_t *len, Error *err) {
  for (size_t want = LOOK_AHEAD_BYTES;; want *= 2) {
    *len = r->len > 0 ? format_of(r)->first_end(&r->cut, r->buf, r->len, r->scan->options) : 0;
    if (*len > 0 || r->len >= RECORD_MAX) return OK;
    if (r->at_end) {
      *len = r->len;
      return OK;
    }
    TRY(split_fill(r, want, err));
  }
}

static Code read_header(SplitReader *r, Error *err) {
  const Format *f = format_of(r);
  if (f->header_records == NULL || f->header_records(r->scan->options) == 0) return OK;
  size_t len;
  TRY(first_record(r, &len, err));
  if (len == 0 && r->len > 0) {
    return FAIL(err, ERR_DATA, NO_SPAN, "the header of \"%s\" is longer than %d bytes",
                r->split->name, RECORD_MAX);
  }
  if (r->layout == NULL) {
    Str record = len > 0 ? (Str){r->buf, len} : (Str){0};
    Code code = f->layout_new(r->decode, record, &r->layout, err);
    if (code != OK) {
      if (err->span.len == 0) err->span = r->scan->span;
      error_hint(err, "the file is \"%s\"", r->split->name);
      return code;
    }
  }
  f->advance(&r->cut, r->buf, len, r->scan->options);
  split_drop(r, len);
  return OK;
}

Code split_begin(SplitReader *r, Error *err) {
  TRY(split_fill(r, BOM_BYTES, err));
  r->has_bom = r->len >= BOM_BYTES && memcmp(r->buf, "\xEF\xBB\xBF", BOM_BYTES) == 0;
  if (r->has_bom) {
    r->len -= BOM_BYTES;
    memmove(r->buf, r->buf + BOM_BYTES, r->len);
  }
  r->begun = true;
  return read_header(r, err);
}

/* Has a pipe sent what begin wants to see?  Reads what is there, more than a chunk if need be. */
static Code pipe_can_begin(SplitReader *r, bool *can, Error *err) {
  const Format *f = format_of(r);
  bool header = f->header_records != NULL && f->header_records(r->scan->options) > 0;
  for (;;) {
    *can = r->at_end || r->len >= RECORD_MAX;
    if (!*can && r->len >= BOM_BYTES) {
      *can = !header || f->first_end(&r->cut, r->buf, r->len, r->scan->options) > 0;
    }
    if (*can || !readable_now(r)) return OK;
    TRY(read_some(r, r->chunk_bytes, err));
  }
}

/* --- chunks ------------------------------------------------------------------------- */

/* Hand the first n bytes over as a chunk; what is behind them moves to a new buffer. */
static Code give_out(SplitReader *r, size_t n, ChunkText *out, Error *err) {
  size_t left = r->len - n;
  char *next = NULL;
  if (left > 0 || !r->at_end) {
    next = malloc(left + r->chunk_bytes + LOOK_AHEAD_BYTES + CHUNK_PADDING);
    if (next == NULL) return no_memory(r, err);
    if (left > 0) memcpy(next, r->buf + n, left);
  }
  if (!reserve(r, 0)) {
    free(next);
    return no_memory(r, err);
  }
  r->scanned = 0;
  out->text = r->buf;
  out->len = n;
  out->first_line = r->cut.newlines + 1;
  out->file = r->file;
  format_of(r)->advance(&r->cut, r->buf, n, r->scan->options);
  trail_pass(&r->trail, r->buf, n);
  memset(r->buf + n, 0, CHUNK_PADDING);
  r->offset += n;
  r->buf = next;
  r->len = left;
  r->cap = next != NULL ? left + r->chunk_bytes + LOOK_AHEAD_BYTES + CHUNK_PADDING : 0;
  r->done = r->at_end && left == 0;
  return OK;
}

/* Drop n bytes that belong to a record which nobody can use, and start afresh behind them. */
static void drop_broken(SplitReader *r, size_t n) {
  for (size_t i = 0; i < n; i++) r->cut.newlines += r->buf[i] == '\n';
  r->cut = (CutState){.newlines = r->cut.newlines};
  split_drop(r, n);
}

static void note_skipped(const SplitReader *r, ChunkText *out, const char *reason) {
  if (out->skipped_records++ > 0) return;
  out->skipped_line = r->cut.newlines + 1;
  out->skipped_reason = reason;
}

/* Where the next record begins inside the broken one at the start of the buffer; 0: nowhere. */
static size_t resume_at(const SplitReader *r, size_t from) {
  const Format *f = format_of(r);
  if (f->resume == NULL || from == r->len) return 0;
  return f->resume(r->buf + from, r->len - from, r->scan->options);
}

/* Nothing in RECORD_MAX bytes ends a record: drop what is there up to where the next one begins. */
static Code skip_record(SplitReader *r, ChunkText *out, Error *err) {
  note_skipped(r, out, "record longer than 16 MiB");
  size_t n = resume_at(r, 0);
  if (n > 0) {
    drop_broken(r, n);
    return OK;
  }
  for (;;) {
    const char *newline = memchr(r->buf, '\n', r->len);
    drop_broken(r, newline != NULL ? (size_t)(newline - r->buf) + 1 : r->len);
    if (newline != NULL || r->at_end) return OK;
    TRY(read_some(r, r->chunk_bytes, err));
  }
}

/* The last bytes of the input.  A record that the end leaves unfinished is one without its
 * newline; or one with an unbalanced quote, and then records may go on inside it. */
static Code give_out_rest(SplitReader *r, ChunkText *out, Error *err) {
  for (;;) {
    size_t whole = format_of(r)->last_end(&r->cut, r->buf, r->len, r->scan->options);
    size_t n = resume_at(r, whole);
    if (n == 0) return give_out(r, r->len, out, err);
    if (whole > 0) return give_out(r, whole, out, err);
    note_skipped(r, out, "a quote is opened and not closed");
    drop_broken(r, n);
  }
}

/* The first place from buf[target] to buf[limit] where a record ends; 0: not in what has been read.
 */
static size_t cut_at(const SplitReader *r, size_t target, size_t limit) {
  const Format *f = format_of(r);
  size_t len = r->len < limit ? r->len : limit;
  if (len < target) return 0;
  CutState state = r->cut;
  f->advance(&state, r->buf, target - 1, r->scan->options);
  size_t n = f->first_end(&state, r->buf + target - 1, len - (target - 1), r->scan->options);
  return n > 0 ? target - 1 + n : 0;
}

/* A chunk that ends where the file does is the last: look, so that this does not depend on how
 * far was read ahead. */
static Code give_out_cut(SplitReader *r, size_t n, ChunkText *out, Error *err) {
  if (n == r->len && !r->at_end) TRY(read_some(r, LOOK_AHEAD_BYTES, err));
  return give_out(r, n, out, err);
}

/* Where chunks end depends on the file alone, never on how much of it is in the buffer: whoever
 * goes on from a checkpoint has another buffer. */
static Code next_of_file(SplitReader *r, ChunkText *out, Error *err) {
  for (;;) {
    size_t target = (size_t)((r->offset / r->chunk_bytes + 1) * r->chunk_bytes - r->offset);
    size_t limit = target + RECORD_MAX, want = target + LOOK_AHEAD_BYTES;
    for (;; want = want * 2 < limit ? want * 2 : limit) {
      TRY(split_fill(r, want, err));
      size_t n = cut_at(r, target, limit);
      if (n > 0) return give_out_cut(r, n, out, err);
      if (r->len >= limit) break;
      if (r->at_end) return give_out_rest(r, out, err);
    }
    size_t whole = format_of(r)->last_end(&r->cut, r->buf, limit, r->scan->options);
    if (whole > 0) return give_out(r, whole, out, err);
    TRY(skip_record(r, out, err));
  }
}

/* Behind the last whole record; 0: none.  Bytes without a record end are looked at once. */
static size_t scan_pipe(SplitReader *r) {
  const Format *f = format_of(r);
  if (r->len == 0) return 0;
  if (r->scanned == 0) r->scan_state = r->cut;
  const char *fresh = r->buf + r->scanned;
  size_t n = r->len - r->scanned;
  size_t whole = n > 0 ? f->last_end(&r->scan_state, fresh, n, r->scan->options) : 0;
  if (whole > 0) return r->scanned + whole;
  f->advance(&r->scan_state, fresh, n, r->scan->options);
  r->scanned = r->len;
  return 0;
}

static Code next_of_pipe(SplitReader *r, bool cut_short, ChunkText *out, ReadResult *result,
                         Error *err) {
  for (;;) {
    while (!r->at_end && r->len < r->chunk_bytes && readable_now(r)) {
      TRY(read_some(r, r->chunk_bytes, err));
    }
    if (r->at_end) return give_out_rest(r, out, err);
    size_t whole = scan_pipe(r);
    bool full = r->len >= r->chunk_bytes;
    if (whole > 0 && (cut_short || full)) return give_out(r, whole, out, err);
    if (r->len >= RECORD_MAX) {
      TRY(skip_record(r, out, err));
    } else if (full && readable_now(r)) {
      TRY(read_some(r, r->chunk_bytes, err)); /* one record longer than a chunk */
    } else {
      *result = READ_WAIT;
      return OK;
    }
  }
}

Code split_reader_next(SplitReader *r, bool cut_short, ChunkText *out, ReadResult *result,
                       Error *err) {
  assert(!r->done);
  *out = (ChunkText){0};
  *result = READ_CHUNK;
  if (r->stream == NULL) TRY(split_reader_open(r, err));
  bool file = stream_poll_fd(r->stream) < 0, can = true;
  if (!r->begun && !file) TRY(pipe_can_begin(r, &can, err));
  if (!can) {
    *result = READ_WAIT;
    return OK;
  }
  if (!r->begun) TRY(split_begin(r, err));
  if (file) return next_of_file(r, out, err);
  return next_of_pipe(r, cut_short, out, result, err);
}

/* A copy of the first n bytes, which stay in the buffer. */
static Code copy_out(const SplitReader *r, size_t n, ChunkText *out, Error *err) {
  out->text = calloc(1, n + CHUNK_PADDING);
  if (out->text == NULL) return no_memory(r, err);
  if (n > 0) memcpy(out->text, r->buf, n);
  out->len = n;
  out->first_line = r->cut.newlines + 1;
  out->file = r->file;
  return OK;
}

Code split_reader_peek(SplitReader *r, ChunkText *out, Error *err) {
  *out = (ChunkText){0};
  size_t len = 0;
  TRY(split_reader_open(r, err));
  Code code = split_begin(r, err);
  if (code == OK) code = first_record(r, &len, err);
  if (code == OK) code = copy_out(r, len, out, err);
  if (!r->scan->connector->bytes->opens_once) split_reader_close(r);
  return code;
}
