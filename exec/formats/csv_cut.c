/* csv_cut.c -- where CSV records end, for whoever cuts an input into chunks.
 *
 * Most inputs have no quotes at all for long stretches: then every newline ends a record and
 * memchr answers.  Otherwise the index finds the record ends of a piece at once, and what it
 * leaves (the first record, if it was begun before, the last one, and odd ones) is walked byte by
 * byte.
 */
#include <string.h>

#include "exec/formats/csv_index.h"
#include "exec/formats/newline.h"

enum { PIECE = 4096 }; /* so that an index fits the stack */

typedef struct Cut {
  size_t last; /* behind the last record end, 0: none */
  CsvPhase phase;
} Cut;

static bool has_byte(const char *bytes, size_t len, char c) {
  return memchr(bytes, c, len) != NULL;
}

static bool has_special(const CsvDialect *d, const char *bytes, size_t len) {
  return (d->has_quote && has_byte(bytes, len, d->quote)) ||
         (d->has_escape && has_byte(bytes, len, d->escape)) ||
         (d->comments && has_byte(bytes, len, '#'));
}

/* The record ends that the index finds from the start of a record on; 0: none. */
static size_t index_ends(const CsvDialect *d, CsvIndexFn *fn, const char *bytes, size_t len) {
  uint32_t sep[CSV_INDEX_ROOM(PIECE)], line[CSV_INDEX_ROOM(PIECE)];
  CsvIndex x = {.sep = sep, .line = line};
  fn(d, bytes, 0, len < PIECE ? (uint32_t)len : PIECE, &x);
  return x.n_line > 0 ? (size_t)sep[line[x.n_line]] + 1 : 0;
}

static Cut cut(const CsvDialect *d, const CutState *state, const char *bytes, size_t len) {
  Cut c = {.phase = (CsvPhase)state->phase};
  size_t at = 0;
  if (c.phase != CSV_RECORD_START) {
    at = csv_walk(d, bytes, len, &c.phase, NULL);
    if (c.phase == CSV_RECORD_START) c.last = at;
  }
  if (at == len) return c;
  if (!has_special(d, bytes + at, len - at)) {
    const char *newline = memrchr(bytes + at, '\n', len - at);
    if (newline != NULL) c.last = at = (size_t)(newline - bytes) + 1;
    csv_walk(d, bytes + at, len - at, &c.phase, NULL);
    return c;
  }
  CsvIndexFn *fn = csv_index_fn();
  while (at < len) {
    size_t n = index_ends(d, fn, bytes + at, len - at);
    if (n == 0) n = csv_walk(d, bytes + at, len - at, &c.phase, NULL);
    at += n;
    if (c.phase == CSV_RECORD_START) c.last = at;
  }
  return c;
}

size_t csv_last_end(const CutState *state, const char *bytes, size_t len, Options options) {
  const CsvDialect d = csv_dialect(options);
  return cut(&d, state, bytes, len).last;
}

void csv_advance(CutState *state, const char *bytes, size_t len, Options options) {
  const CsvDialect d = csv_dialect(options);
  state->phase = (uint8_t)cut(&d, state, bytes, len).phase;
  state->newlines += newline_count(bytes, len);
}

/* Is a whole line, from the start of a record, no record? */
static bool is_skipped(const CsvDialect *d, const char *line, size_t len) {
  return line[0] == '\n' || (len == 2 && line[0] == '\r') || (d->comments && line[0] == '#');
}

size_t csv_first_end(const CutState *state, const char *bytes, size_t len, Options options) {
  const CsvDialect d = csv_dialect(options);
  CsvPhase phase = (CsvPhase)state->phase;
  for (size_t at = 0; at < len;) {
    bool fresh = phase == CSV_RECORD_START;
    size_t n = csv_walk(&d, bytes + at, len - at, &phase, NULL);
    if (phase != CSV_RECORD_START) return 0;
    if (!fresh || !is_skipped(&d, bytes + at, n)) return at + n;
    at += n;
  }
  return 0;
}

size_t csv_resume(const char *record, size_t len, Options options) {
  const CsvDialect d = csv_dialect(options);
  Str body;
  size_t next;
  if (len == 0 || csv_record(&d, record, len, &body, &next) != CSV_UNBALANCED) return 0;
  return record[next - 1] == '\n' ? next : 0;
}
