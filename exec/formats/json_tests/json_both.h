/* json_both.h -- for tests: the fast and the strict way over one text must tell the same.
 *
 * A line without a newline is only read the strict way (json_read.c).  So the text is decoded
 * twice: as one chunk, and every line as a chunk of its own without its newline.
 */
#pragma once
#include "exec/formats/decode_check.h"

typedef struct JsonBoth {
  Decoded fast, strict;
} JsonBoth;

static inline void json_both_init(Decoded *d, const DecodeSpec *spec) {
  decoded_run(d, &format_json, spec, "", 0, 1); /* no chunk yet */
}

static inline bool json_same_bytes(const StrBuf *a, const StrBuf *b) {
  return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

/* text is lines; the last one may lack its newline.  true: both ways agree. */
static inline bool json_both_run(JsonBoth *both, const DecodeSpec *spec, const char *text,
                                 size_t len) {
  json_both_init(&both->fast, spec);
  json_both_init(&both->strict, spec);
  decoded_chunk(&both->fast, text, len);
  for (size_t at = 0; at < len && both->strict.code == OK;) {
    const char *newline = memchr(text + at, '\n', len - at);
    size_t n = newline != NULL ? (size_t)(newline - text) - at : len - at;
    both->strict.chunk_at = at;
    decoded_chunk(&both->strict, text + at, n);
    at += n + 1;
  }
  const Decoded *f = &both->fast, *s = &both->strict;
  if (f->code != s->code || !json_same_bytes(&f->bad, &s->bad)) return false;
  if (f->code != OK) return true; /* rows before the error may not have come out yet */
  return f->n_rows == s->n_rows && json_same_bytes(&f->rows, &s->rows);
}

static inline void json_both_show(const JsonBoth *both, const char *text, size_t len) {
  printf("the two ways differ over\n%.*s\nfast:\n%s%sstrict:\n%s%s", (int)len, text,
         strbuf_text(&both->fast.rows), strbuf_text(&both->fast.bad),
         strbuf_text(&both->strict.rows), strbuf_text(&both->strict.bad));
}

static inline void json_both_free(JsonBoth *both) {
  decoded_free(&both->fast);
  decoded_free(&both->strict);
}
