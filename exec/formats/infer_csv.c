/* infer_csv.c -- columns of a CSV sample.
 *
 * Records are those of csv_record.c, so that guessing and reading see the same.  The last
 * record of a sample that is not all of the input may be cut: it counts only when it is the
 * only one.
 */
#include <stdio.h>
#include <string.h>

#include "exec/formats/csv_value.h"
#include "exec/formats/infer_parts.h"

typedef struct Records {
  const CsvDialect *d;
  Str rest;
  bool complete, first;
} Records;

static Records records_of(const CsvDialect *d, Str sample, bool complete) {
  return (Records){d, sample, complete, true};
}

/* The next record; false at the end. */
static bool next_record(Records *r, Str *body) {
  while (r->rest.len > 0) {
    size_t next;
    CsvRecordKind kind = csv_record(r->d, r->rest.ptr, r->rest.len, body, &next);
    bool ended = r->rest.ptr[next - 1] == '\n';
    if (!r->complete && (kind == CSV_UNBALANCED || !ended) && !r->first) return false;
    r->rest = (Str){r->rest.ptr + next, r->rest.len - next};
    if (kind != CSV_RECORD) continue;
    r->first = false;
    return true;
  }
  return false;
}

static uint32_t count_fields(const CsvDialect *d, Str body) {
  CsvField f;
  bool more = true;
  uint32_t n = 0;
  while (csv_field_next(d, &body, &more, &f)) n++;
  return n;
}

/* The number of fields most records have, if there is one (Boyer and Moore's majority vote). */
static uint32_t majority(const CsvDialect *d, Str sample, bool complete) {
  Records r = records_of(d, sample, complete);
  Str body;
  uint32_t leader = 0;
  int64_t lead = 0;
  while (next_record(&r, &body)) {
    uint32_t n = count_fields(d, body);
    if (lead == 0) leader = n;
    lead += n == leader ? 1 : -1;
  }
  return leader;
}

uint32_t infer_csv_fields(const CsvDialect *d, Str sample, bool complete) {
  uint32_t most = majority(d, sample, complete);
  Records r = records_of(d, sample, complete);
  Str body;
  uint64_t n = 0, with = 0;
  while (next_record(&r, &body)) {
    n++;
    with += count_fields(d, body) == most;
  }
  return with * 10 >= n * 9 ? most : 0;
}

/* What a field means, in the arena. */
static Str field_text(const CsvDialect *d, const CsvField *f, Arena *arena) {
  if (!f->escaped) return f->raw;
  char *text = arena_alloc(arena, f->raw.len + 1);
  return (Str){text, csv_unescape(d, f, text)};
}

bool infer_csv_header(const CsvDialect *d, Str sample, bool complete) {
  Records r = records_of(d, sample, complete);
  Str body;
  CsvField f;
  bool more = true;
  if (!next_record(&r, &body)) return false;
  while (csv_field_next(d, &body, &more, &f)) {
    if (f.torn || str_trim(f.raw).len == 0 || is_value_text(f.raw)) return false;
  }
  return true;
}

static Code too_many(Span span, Error *err) {
  return FAIL(err, ERR_LIMIT, span, "the first record has more than %d fields", COLUMNS_MAX);
}

/* How often name stands among names[0..n). */
static uint32_t occurrences(const char *const *names, uint32_t n, const char *name) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < n; i++) count += names[i] != NULL && strcmp(names[i], name) == 0;
  return count;
}

/* Names for the fields of a record: of the header, or f0, f1, ...  A field whose name cannot be
 * used has none (NULL). */
static const char **field_names(const CsvDialect *d, bool header, Str body, uint32_t n,
                                Arena *arena) {
  const char **names = ARENA_ARRAY(arena, const char *, n);
  CsvField f;
  bool more = true;
  for (uint32_t i = 0; i < n; i++) {
    if (!header) {
      names[i] = arena_printf(arena, "f%u", i);
    } else if (csv_field_next(d, &body, &more, &f)) {
      Str text = field_text(d, &f, arena);
      names[i] = is_column_name(text) ? arena_strndup(arena, text.ptr, text.len) : NULL;
    }
  }
  return names;
}

/* Columns for the fields that have a name of their own; column[i] is that of field i. */
static void add_columns(Guess *g, const char *const *names, uint32_t n, int32_t *column,
                        StrBuf *left_out) {
  for (uint32_t i = 0; i < n; i++) {
    uint32_t index;
    column[i] = -1;
    if (names[i] != NULL && occurrences(names, n, names[i]) == 1) {
      bool added = guess_add(g, names[i], &index);
      assert(added); /* n <= COLUMNS_MAX */
      column[i] = (int32_t)index;
    } else if (names[i] == NULL || occurrences(names, i, names[i]) == 0) {
      if (left_out->len > 0) strbuf_puts(left_out, ", ");
      if (names[i] == NULL) strbuf_printf(left_out, "field %u without a usable name", i + 1);
      if (names[i] != NULL) strbuf_printf(left_out, "\"%s\", which stands twice", names[i]);
    }
  }
}

static void look_at(const CsvDialect *d, Str body, const int32_t *column, uint32_t n, Guess *g) {
  CsvField f;
  bool more = true;
  if (count_fields(d, body) != n) return; /* malformed */
  for (uint32_t i = 0; csv_field_next(d, &body, &more, &f); i++) {
    if (column[i] < 0 || csv_is_null(d, &f, type_string()) || (f.quoted && f.raw.len == 0)) {
      continue;
    }
    g->seen[column[i]] |= seen_text(field_text(d, &f, g->arena));
  }
}

Code infer_csv_columns(const CsvDialect *d, bool header, Str sample, bool complete, Guess *g,
                       StrBuf *left_out, Span span, Error *err) {
  Records r = records_of(d, sample, complete);
  Str body;
  if (!next_record(&r, &body)) {
    FAIL(err, ERR_DATA, span, "the input has no record to guess columns from");
    error_hint(err, "declare the table with CREATE TABLE");
    return ERR_DATA;
  }
  uint32_t n = header ? count_fields(d, body) : majority(d, sample, complete);
  if (n > COLUMNS_MAX) return too_many(span, err);
  const char **names = field_names(d, header, body, n, g->arena);
  int32_t *column = ARENA_ARRAY(g->arena, int32_t, n);
  add_columns(g, names, n, column, left_out);
  if (g->n == 0) {
    FAIL(err, ERR_DATA, span, "no field of the header can name a column");
    error_hint(err, "say 'csv.header' = 'false' if the first record is no header");
    return ERR_DATA;
  }
  if (!header) r = records_of(d, sample, complete);
  while (next_record(&r, &body)) look_at(d, body, column, n, g);
  return OK;
}
