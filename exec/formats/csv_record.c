/* csv_record.c -- records and fields of CSV, byte by byte: the slow, certain way.
 *
 * Everything that the index (csv_index.c) cannot promise comes here: records with broken
 * quotes, escapes, comments, the wrong number of fields; and the first and the last record of
 * what a cutter is given.
 */
#include <string.h>

#include "exec/formats/csv.h"

static uint32_t option_char(Options o, const char *key) {
  return options_char(o, (OptionList){csv_options, csv_n_options}, "csv.", key);
}

static bool option_bool(Options o, const char *key) {
  return options_bool(o, (OptionList){csv_options, csv_n_options}, "csv.", key);
}

CsvDialect csv_dialect(Options o) {
  const OptionList list = {csv_options, csv_n_options};
  const char *null_literal = options_text(o, list, "csv.", "csv.null-literal");
  const CsvDialect d = {
      .delimiter = (char)option_char(o, "csv.field-delimiter"),
      .quote = (char)option_char(o, "csv.quote-character"),
      .escape = (char)option_char(o, "csv.escape-character"),
      .part_delimiter = (char)option_char(o, "csv.array-element-delimiter"),
      .has_quote = !option_bool(o, "csv.disable-quote-character"),
      .has_escape = options_find(o, "csv.escape-character") != NULL,
      .comments = option_bool(o, "csv.allow-comments"),
      .header = option_bool(o, "csv.header"),
      .null_literal = null_literal != NULL ? str_of(null_literal) : (Str){NULL, 0},
  };
  return d;
}

/* --- records ------------------------------------------------------------------------- */

/* The next phase from inside a field that is not quoted, behind byte c. */
static CsvPhase behind_plain(const CsvDialect *d, char c) {
  if (c == '\n') return CSV_RECORD_START;
  if (c == d->delimiter) return CSV_FIELD_START;
  return d->has_escape && c == d->escape ? CSV_PLAIN_ESCAPE : CSV_PLAIN;
}

static CsvPhase behind(const CsvDialect *d, CsvPhase phase, char c) {
  switch (phase) {
    case CSV_RECORD_START:
      if (d->comments && c == '#') return CSV_COMMENT;
      return d->has_quote && c == d->quote ? CSV_QUOTED : behind_plain(d, c);
    case CSV_FIELD_START:
      return d->has_quote && c == d->quote ? CSV_QUOTED : behind_plain(d, c);
    case CSV_PLAIN:
      return behind_plain(d, c);
    case CSV_PLAIN_ESCAPE:
      return CSV_PLAIN;
    case CSV_QUOTED:
      if (c == d->quote) return CSV_QUOTE_SEEN;
      return d->has_escape && c == d->escape ? CSV_QUOTED_ESCAPE : CSV_QUOTED;
    case CSV_QUOTED_ESCAPE:
      return CSV_QUOTED;
    case CSV_QUOTE_SEEN:
      return c == d->quote ? CSV_QUOTED : behind_plain(d, c);
    case CSV_COMMENT:
      return c == '\n' ? CSV_RECORD_START : CSV_COMMENT;
  }
  return phase;
}

/* In quotes most bytes change nothing: the first one that may. */
static size_t skip_quoted(const CsvDialect *d, const char *text, size_t len) {
  const char *quote = memchr(text, d->quote, len);
  size_t n = quote != NULL ? (size_t)(quote - text) : len;
  if (!d->has_escape) return n;
  const char *escape = memchr(text, d->escape, n);
  return escape != NULL ? (size_t)(escape - text) : n;
}

size_t csv_walk(const CsvDialect *d, const char *text, size_t len, CsvPhase *phase,
                size_t *opened) {
  CsvPhase now = *phase;
  for (size_t i = 0; i < len; i++) {
    if (now == CSV_QUOTED) {
      i += skip_quoted(d, text + i, len - i);
      if (i == len) break;
    }
    CsvPhase next = behind(d, now, text[i]);
    if (next == CSV_QUOTED && now <= CSV_FIELD_START && opened != NULL) *opened = i;
    now = next;
    if (now == CSV_RECORD_START) {
      *phase = now;
      return i + 1;
    }
  }
  *phase = now;
  return len;
}

/* text[0..end) without what ends it: a newline, if it has one, and a CR before that. */
static Str without_line_end(const char *text, size_t end, bool newline) {
  if (newline) end--;
  if (end > 0 && text[end - 1] == '\r') end--;
  return (Str){text, end};
}

/* Behind the first newline at or after from, or the end. */
static size_t behind_newline(const char *text, size_t from, size_t len) {
  const char *at = from < len ? memchr(text + from, '\n', len - from) : NULL;
  return at != NULL ? (size_t)(at - text) + 1 : len;
}

CsvRecordKind csv_record(const CsvDialect *d, const char *text, size_t len, Str *body,
                         size_t *next) {
  CsvPhase phase = CSV_RECORD_START;
  size_t opened = 0, limit = len < RECORD_MAX ? len : RECORD_MAX;
  CsvRecordKind kind = CSV_RECORD;
  size_t end = csv_walk(d, text, limit, &phase, &opened);
  if (phase == CSV_QUOTED || phase == CSV_QUOTED_ESCAPE) {
    end = behind_newline(text, opened, len);
    kind = CSV_UNBALANCED;
  } else if (phase != CSV_RECORD_START && len > limit) {
    end = behind_newline(text, limit, len);
    kind = CSV_TOO_LONG;
  }
  *next = end;
  *body = without_line_end(text, end, phase == CSV_RECORD_START);
  if (kind != CSV_RECORD) return kind;
  return body->len == 0 || (d->comments && text[0] == '#') ? CSV_NO_RECORD : CSV_RECORD;
}

/* --- fields -------------------------------------------------------------------------- */

/* Offset of the quote that closes, from behind the one that opens; len when none does. */
static size_t closing_quote(const CsvDialect *d, const char *text, size_t len, bool *escaped) {
  size_t i = 0;
  while ((i += skip_quoted(d, text + i, len - i)) < len) {
    if (text[i] == d->quote) {
      if (i + 1 == len || text[i + 1] != d->quote) return i;
    }
    *escaped = true;
    i += 2;
    if (i > len) return len; /* an escape character was the last byte */
  }
  return len;
}

/* Offset of the delimiter that ends a field without quotes, or len. */
static size_t plain_end(const CsvDialect *d, const char *text, size_t len, bool *escaped) {
  size_t i = 0;
  for (; i < len && text[i] != d->delimiter; i++) {
    if (d->has_escape && text[i] == d->escape) {
      *escaped = true;
      i++;
    }
  }
  return i < len ? i : len;
}

bool csv_field_next(const CsvDialect *d, Str *rest, bool *more, CsvField *out) {
  if (!*more) return false;
  *out = (CsvField){.raw = {rest->ptr, 0}};
  size_t at;
  if (d->has_quote && rest->len > 0 && rest->ptr[0] == d->quote) {
    size_t close = closing_quote(d, rest->ptr + 1, rest->len - 1, &out->escaped);
    out->quoted = true;
    out->raw = (Str){rest->ptr + 1, close};
    at = close + 2 < rest->len ? close + 2 : rest->len;
    size_t junk = plain_end(d, rest->ptr + at, rest->len - at, &(bool){false});
    out->torn = junk > 0 || close + 1 == rest->len;
    at += junk;
  } else {
    at = plain_end(d, rest->ptr, rest->len, &out->escaped);
    out->raw.len = at;
  }
  *more = at < rest->len;
  if (*more) at++;
  *rest = (Str){rest->ptr + at, rest->len - at};
  return true;
}

static char unescaped(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case '0':
      return '\0';
    default:
      return c;
  }
}

size_t csv_unescape(const CsvDialect *d, const CsvField *f, char *out) {
  size_t n = 0;
  for (size_t i = 0; i < f->raw.len; i++) {
    char c = f->raw.ptr[i];
    bool last = i + 1 == f->raw.len;
    if (f->quoted && c == d->quote && !last) {
      i++; /* the second of two */
    } else if (d->has_escape && c == d->escape && !last) {
      c = unescaped(f->raw.ptr[++i]);
    }
    out[n++] = c;
  }
  return n;
}
