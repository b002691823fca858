/* decode_check.h -- for tests of formats: a whole text through cutter and decoder, as the reader
 * of exec/run does it, to lines of values and lines of reasons.
 *
 * A chunk is the records that begin in a block of so many bytes.  Each stands in memory of its own
 * size, with garbage in the padding, so that a sanitizer sees every byte read too far.
 */
#pragma once
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "exec/formats/format.h"

typedef struct Decoded {
  StrBuf rows; /* a|b|~ per row, ~ is NULL */
  StrBuf bad;  /* OFFSET+LEN reason, per malformed record */
  uint64_t n_rows, n_bad;
  Code code;
  Error err;

  const Format *format;
  const DecodeSpec *spec;
  Decoder *decoder;
  Encoder *cells;
  void *layout;
  size_t chunk_at; /* in the text */
} Decoded;

static void decoded_bad(void *arg, size_t offset, size_t len, const char *reason) {
  Decoded *d = arg;
  strbuf_printf(&d->bad, "%zu+%zu %s\n", d->chunk_at + offset, len, reason);
  d->n_bad++;
}

/* Turn what the encoder cells wrote for n_rows rows into lines. */
static void decoded_print(Decoded *d, const StrBuf *cells, uint32_t n_rows) {
  size_t at = 0;
  for (uint32_t row = 0; row < n_rows; row++) {
    for (uint32_t c = 0; c < d->spec->n_wanted; c++) {
      const unsigned char *p = (const unsigned char *)cells->data + at;
      uint32_t n = p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
      if (c > 0) strbuf_putc(&d->rows, '|');
      if (n == UINT32_MAX) strbuf_putc(&d->rows, '~');
      if (n != UINT32_MAX) strbuf_put(&d->rows, (const char *)p + 4, n);
      at += 4 + (n == UINT32_MAX ? 0 : n);
    }
    strbuf_putc(&d->rows, '\n');
  }
  CHECK_INT(at, cells->len);
}

/* Each is where a line begins, behind those before. */
static void decoded_places(const char *text, size_t len, const uint32_t *places, uint32_t n,
                           uint32_t *at) {
  for (uint32_t i = 0; i < n; i++) {
    CHECK(places[i] >= *at && places[i] < len);
    CHECK(places[i] == 0 || text[places[i] - 1] == '\n');
    *at = places[i];
  }
}

static void decoded_chunk(Decoded *d, const char *text, size_t len) {
  char *copy = malloc(len + CHUNK_PADDING);
  if (copy == NULL) out_of_memory();
  memcpy(copy, text, len);
  memset(copy + len, '7', CHUNK_PADDING);
  StrBuf cells;
  strbuf_init(&cells, 0);
  uint32_t places[BATCH_ROWS], at = 0;
  const Chunk chunk = {.text = copy, .len = len, .layout = d->layout, .places = places};
  d->format->decode_begin(d->decoder, &chunk, decoded_bad, d);
  while (d->code == OK) {
    Batch *b;
    d->code = d->format->decode_next(d->decoder, &b, &d->err);
    if (d->code != OK || batch_count(b) == 0) break;
    batch_verify(b);
    decoded_places(copy, len, places, b->rows, &at);
    strbuf_clear(&cells);
    CHECK_INT(format_cells.encode(d->cells, b, &cells, &d->err), OK);
    decoded_print(d, &cells, batch_count(b));
    d->n_rows += batch_count(b);
  }
  strbuf_deinit(&cells);
  free(copy);
}

/* Where the record that begins at text[at..) and goes on behind `from` ends; state is that at
 * `from`. */
static size_t decoded_tail(Decoded *d, CutState *state, const char *text, size_t at, size_t from,
                           size_t len, size_t block) {
  const Options o = d->spec->options;
  while (from < len) {
    size_t n = len - from < block ? len - from : block;
    size_t end = d->format->first_end(state, text + from, n, o);
    size_t have = from + (end > 0 ? end : n) - at;
    if (have > RECORD_MAX) {
      size_t next = d->format->resume != NULL ? d->format->resume(text + at, have, o) : 0;
      if (next > 0) return at + next;
      const char *line = memchr(text + at + RECORD_MAX, '\n', len - at - RECORD_MAX);
      return line != NULL ? (size_t)(line - text) + 1 : len;
    }
    if (end > 0) return from + end;
    d->format->advance(state, text + from, n, o);
    from += n;
  }
  size_t next = d->format->resume != NULL ? d->format->resume(text + at, len - at, o) : 0;
  return next > 0 ? at + next : len;
}

static void decoded_body(Decoded *d, const char *text, size_t at, size_t len, size_t block) {
  const Options o = d->spec->options;
  while (at < len && d->code == OK) {
    CutState state = {0};
    size_t n = len - at < block ? len - at : block;
    size_t last = d->format->last_end(&state, text + at, n, o), end = at + n;
    d->format->advance(&state, text + at, n, o);
    CHECK_INT(state.phase == 0, last == n);
    if (last < n) end = decoded_tail(d, &state, text, at + last, at + n, len, block);
    d->chunk_at = at;
    decoded_chunk(d, text + at, end - at);
    at = end;
  }
}

/* Decode text in blocks; free the result with decoded_free. */
static void decoded_run(Decoded *d, const Format *format, const DecodeSpec *spec, const char *text,
                        size_t len, size_t block) {
  FormatField out[COLUMNS_MAX];
  for (uint32_t i = 0; i < spec->n_wanted; i++) out[i] = spec->fields[spec->wanted[i]];
  const EncodeSpec cells = {.fields = out, .n_fields = spec->n_wanted, .zone = spec->zone};
  *d = (Decoded){.format = format, .spec = spec};
  strbuf_init(&d->rows, 0);
  strbuf_init(&d->bad, 0);
  size_t at = 0;
  CHECK_INT(format_cells.encoder_new(&cells, &d->cells, &d->err), OK);
  if (format->header_records != NULL && format->header_records(spec->options) > 0) {
    at = format->first_end(&(CutState){0}, text, len, spec->options);
    if (at == 0) at = len;
    d->code = format->layout_new(spec, (Str){len > 0 ? text : NULL, at}, &d->layout, &d->err);
  }
  if (d->code == OK) d->code = format->decoder_new(spec, &d->decoder, &d->err);
  if (d->code == OK) decoded_body(d, text, at, len, block);
}

static void decoded_free(Decoded *d) {
  if (d->decoder != NULL) d->format->decoder_free(d->decoder);
  if (d->layout != NULL) d->format->layout_free(d->layout);
  format_cells.encoder_free(d->cells);
  strbuf_deinit(&d->rows);
  strbuf_deinit(&d->bad);
}
