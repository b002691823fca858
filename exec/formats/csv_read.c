/* csv_read.c -- the CSV decoder: a chunk of records to batches.
 *
 *   piece    some KiB of the chunk, indexed at once (csv_index.h): field ends and line ends
 *   run      records of a piece in a row that have the right number of fields: converted a column
 *            at a time (csv_column.h), what is unusual in them value by value (csv_value.h)
 *   single   a record for which the index proves nothing, or with another number of fields:
 *            taken apart byte by byte (csv_record.c)
 *
 * Strings point into the chunk, which outlives the batch; only those with doubled quotes or escapes
 * are copied.  A record of a run that turns out malformed keeps its slot, zeroed, and is left
 * out by the selection.
 *
 * Nothing is allocated per row, and nothing but long strings per batch.
 */
#include <stdlib.h>
#include <string.h>

#include "exec/formats/csv_column.h"
#include "exec/formats/csv_index.h"

/* Text, index and columns of one piece stay in the first two levels of cache. */
enum { PIECE = 32 << 10 };

typedef struct Csv {
  CsvMeaning meaning;
  CsvParts parts;
  OnError on_error;
  CsvIndexFn *index_fn;
  BatchBuilder *builder;
  uint32_t n_table; /* fields of a record without a layout */
  const uint32_t *wanted;
  uint32_t n_cols;
  CsvColumn *cols;
  uint32_t *order; /* the columns as they stand in a record */

  /* the chunk */
  const char *text;
  size_t len, at; /* at: where the next piece begins */
  uint32_t n_file;
  uint32_t *places;
  BadRowFn *bad;
  void *bad_arg;

  /* the piece */
  CsvIndex index;
  uint32_t next_line; /* the next record of it */

  /* the batch */
  Batch batch;
  bool any_dropped;
  uint64_t dropped[BATCH_WORDS]; /* rows that the selection leaves out */
  uint16_t sel[BATCH_ROWS];

  uint16_t slow[BATCH_ROWS];
  CsvField *fields; /* per column: of a single record */
  Reason reason;
} Csv;

/* --- life ---------------------------------------------------------------------------- */

static Code no_memory(Error *err) {
  return FAIL(err, ERR_MEMORY, NO_SPAN, "no memory to read csv");
}

static bool allocate(Csv *c, const DecodeSpec *spec) {
  Type types[COLUMNS_MAX];
  for (uint32_t i = 0; i < c->n_cols; i++) types[i] = spec->fields[spec->wanted[i]].type;
  c->builder = batch_builder_new((BatchShape){.types = types, .n_cols = c->n_cols});
  c->cols = calloc(c->n_cols + 1, sizeof *c->cols);
  c->order = calloc(c->n_cols + 1, sizeof *c->order);
  c->fields = calloc(c->n_cols + 1, sizeof *c->fields);
  c->index.sep = malloc(CSV_INDEX_ROOM(PIECE) * sizeof *c->index.sep);
  c->index.line = malloc(CSV_INDEX_ROOM(PIECE) * sizeof *c->index.line);
  return c->builder != NULL && c->cols != NULL && c->order != NULL && c->fields != NULL &&
         c->index.sep != NULL && c->index.line != NULL;
}

Code csv_decoder_new(const DecodeSpec *spec, Decoder **out, Error *err) {
  assert(spec->n_wanted <= COLUMNS_MAX);
  Csv *c = calloc(1, sizeof *c);
  if (c == NULL) return no_memory(err);
  c->on_error = format_on_error(&format_csv, spec->options);
  c->meaning = (CsvMeaning){csv_dialect(spec->options), spec->zone, c->on_error, &c->parts};
  c->index_fn = csv_index_fn();
  c->n_table = spec->n_fields;
  c->wanted = spec->wanted;
  c->n_cols = spec->n_wanted;
  if (!allocate(c, spec)) {
    csv_decoder_free((Decoder *)c);
    return no_memory(err);
  }
  for (uint32_t i = 0; i < c->n_cols; i++) {
    csv_column_init(&c->cols[i], &spec->fields[spec->wanted[i]], spec->zone);
    c->order[i] = i;
  }
  *out = (Decoder *)c;
  return OK;
}

void csv_decoder_free(Decoder *d) {
  Csv *c = (Csv *)d;
  if (c == NULL) return;
  batch_builder_free(c->builder);
  csv_parts_deinit(&c->parts);
  free(c->cols);
  free(c->order);
  free(c->fields);
  free(c->index.sep);
  free(c->index.line);
  free(c);
}

/* Insertion: from one file to the next the order seldom changes. */
static void sort_columns(Csv *c) {
  for (uint32_t i = 1; i < c->n_cols; i++) {
    uint32_t col = c->order[i], k = i;
    for (; k > 0 && c->cols[c->order[k - 1]].file > c->cols[col].file; k--) {
      c->order[k] = c->order[k - 1];
    }
    c->order[k] = col;
  }
}

void csv_decode_begin(Decoder *d, const Chunk *chunk, BadRowFn *bad, void *bad_arg) {
  Csv *c = (Csv *)d;
  const CsvLayout *layout = chunk->layout;
  assert(chunk->len < UINT32_MAX);
  c->text = chunk->text;
  c->len = chunk->len;
  c->at = 0;
  c->places = chunk->places;
  c->n_file = layout != NULL ? layout->n_file : c->n_table;
  for (uint32_t i = 0; i < c->n_cols; i++) {
    c->cols[i].file = layout != NULL ? layout->file_of[c->wanted[i]] : c->wanted[i];
  }
  sort_columns(c);
  c->bad = bad;
  c->bad_arg = bad_arg;
  c->index.n_line = c->next_line = 0;
}

/* --- malformed records --------------------------------------------------------------- */

/* Tell why the record text[at..end) is left out, in c->reason; an error where that is wanted. */
static Code refuse(Csv *c, size_t at, size_t end, Error *err) {
  c->bad(c->bad_arg, at, end - at, c->reason.text);
  if (c->on_error != ON_ERROR_FAIL) return OK;
  return FAIL(err, ERR_DATA, NO_SPAN, "malformed csv record: %s", c->reason.text);
}

/* Store a field by all the rules but speed.  With 'ignore-parse-errors' a bad one is NULL. */
static ValueFit store(Csv *c, uint32_t col, uint32_t row, const CsvField *f) {
  ValueFit fit = csv_value_store(&c->meaning, f, c->builder, col, row);
  return value_forgive(fit, c->on_error, c->builder, col, row);
}

/* Why a field does not fit its column, into c->reason. */
static void say_fit(Csv *c, uint32_t col, const CsvField *f, ValueFit fit) {
  const CsvColumn *column = &c->cols[col];
  if (type_is_nested(column->type)) {
    csv_nested_reason(&c->parts, fit, column->name, f->raw, column->type, &c->reason);
    return;
  }
  value_fit_reason(fit, column->name, f->raw, column->type, "is empty, but NOT NULL", &c->reason);
}

/* Make a row's slots harmless. */
static void wipe(Csv *c, uint32_t row) {
  for (uint32_t col = 0; col < c->n_cols; col++) {
    Vector *v = &c->builder->batch.cols[col];
    memset(value_slot(v, row), 0, phys_size(type_phys(v->type)));
    if (v->valid != NULL) bit_set(v->valid, row);
  }
}

/* --- runs ---------------------------------------------------------------------------- */

static void drop(Csv *c, uint32_t row) {
  if (!c->any_dropped) memset(c->dropped, 0, sizeof c->dropped);
  c->any_dropped = true;
  bit_set(c->dropped, row);
}

/* The part of a run that one column reads. */
static CsvRun column_run(const Csv *c, const CsvColumn *col, uint32_t n) {
  return (CsvRun){.text = c->text,
                  .sep = c->index.sep + c->index.line[c->next_line] + col->file,
                  .stride = c->n_file,
                  .n = n,
                  .quotes = c->index.quotes,
                  .high = c->index.high,
                  .last = col->file + 1 == c->n_file};
}

static Code convert_column(Csv *c, uint32_t col, uint32_t n, bool *any_bad, Error *err) {
  const Vector *v = &c->builder->batch.cols[col];
  const uint32_t base = c->builder->batch.rows;
  const CsvRun run = column_run(c, &c->cols[col], n);
  void *data = value_slot(v, base);
  uint32_t n_slow = csv_convert_run(&c->meaning, &c->cols[col], &run, data, c->slow);
  for (uint32_t k = 0; k < n_slow; k++) {
    uint32_t i = c->slow[k];
    const CsvField f = csv_run_field(&c->meaning.dialect, &run, i);
    ValueFit fit = store(c, col, base + i, &f);
    if (LIKELY(fit == FIT_GOOD)) continue;
    if (fit == FIT_NO_MEMORY) return no_memory(err);
    drop(c, base + i);
    *any_bad = true;
  }
  return OK;
}

/* Why record i of the run was dropped: the first field that does not fit, in the order
 * asked for. */
static Code explain(Csv *c, uint32_t n, uint32_t i, Error *err) {
  const uint32_t row = c->builder->batch.rows + i;
  for (uint32_t col = 0; col < c->n_cols; col++) {
    const CsvRun run = column_run(c, &c->cols[col], n);
    const CsvField f = csv_run_field(&c->meaning.dialect, &run, i);
    ValueFit fit = store(c, col, row, &f);
    if (fit == FIT_NO_MEMORY) return no_memory(err);
    if (fit == FIT_GOOD) continue;
    say_fit(c, col, &f, fit);
    return OK;
  }
  assert(false && "a dropped record has a field that does not fit");
  return OK;
}

/* Name the records of the run that were dropped, in their order. */
static Code refuse_dropped(Csv *c, uint32_t n, Error *err) {
  for (uint32_t i = 0; i < n; i++) {
    uint32_t row = c->builder->batch.rows + i;
    if (!bit_get(c->dropped, row)) continue;
    const uint32_t *line = c->index.line + c->next_line + i;
    TRY(explain(c, n, i, err));
    wipe(c, row);
    size_t end = (size_t)c->index.sep[line[1]] + 1;
    TRY(refuse(c, (uint32_t)(c->index.sep[line[0]] + 1), end < c->len ? end : c->len, err));
  }
  return OK;
}

/* Where the next n records of the piece begin. */
static void put_places(const Csv *c, uint32_t n) {
  uint32_t *places = c->places + c->builder->batch.rows;
  const uint32_t *line = c->index.line + c->next_line;
  for (uint32_t i = 0; i < n; i++) places[i] = c->index.sep[line[i]] + 1;
}

static Code convert_run(Csv *c, uint32_t n, Error *err) {
  bool any_bad = false;
  if (c->places != NULL) put_places(c, n);
  for (uint32_t col = 0; col < c->n_cols; col++) TRY(convert_column(c, col, n, &any_bad, err));
  if (any_bad) TRY(refuse_dropped(c, n, err));
  c->builder->batch.rows += n;
  c->next_line += n;
  return OK;
}

/* Is a record of one field a blank line? */
static bool is_blank(const Csv *c, const uint32_t *line) {
  uint32_t begin = c->index.sep[line[0]] + 1, len = c->index.sep[line[1]] - begin;
  return len == 0 || (len == 1 && c->text[begin] == '\r');
}

/* How many of the next records of the piece, at most max, have the right number of fields. */
static uint32_t run_length(const Csv *c, uint32_t max) {
  const uint32_t *line = c->index.line + c->next_line;
  uint32_t left = c->index.n_line - c->next_line, n = 0;
  if (max > left) max = left;
  while (n < max && line[n + 1] - line[n] == c->n_file) n++;
  if (c->n_file > 1) return n;
  for (uint32_t i = 0; i < n; i++) {
    if (is_blank(c, line + i)) return i;
  }
  return n;
}

/* --- single records ------------------------------------------------------------------ */

/* Find the wanted fields of a record; false: it is malformed, for c->reason. */
static bool split(Csv *c, Str body) {
  static const CsvField missing = {.raw = {"", 0}};
  uint32_t n = 0, found = 0, torn = UINT32_MAX;
  bool more = true;
  CsvField f;
  for (uint32_t col = 0; col < c->n_cols; col++) c->fields[col] = missing;
  for (Str rest = body; csv_field_next(&c->meaning.dialect, &rest, &more, &f); n++) {
    if (f.torn && torn == UINT32_MAX) torn = n;
    for (; found < c->n_cols && c->cols[c->order[found]].file == n; found++) {
      c->fields[c->order[found]] = f;
    }
  }
  if (torn != UINT32_MAX) {
    reason_text(&c->reason, "text behind the closing quote of field %u", torn + 1);
  } else if (n != c->n_file && c->on_error != ON_ERROR_NULL) {
    reason_text(&c->reason, "%u field%s, %u expected", n, n == 1 ? "" : "s", c->n_file);
  } else {
    return true;
  }
  return false;
}

/* Store the fields that split has found as the next row; *good: they were all good. */
static Code store_single(Csv *c, bool *good, Error *err) {
  const uint32_t row = c->builder->batch.rows;
  for (uint32_t col = 0; col < c->n_cols; col++) {
    ValueFit fit = store(c, col, row, &c->fields[col]);
    if (fit == FIT_NO_MEMORY) return no_memory(err);
    if (fit == FIT_GOOD) continue;
    say_fit(c, col, &c->fields[col], fit);
    wipe(c, row);
    *good = false;
    return OK;
  }
  *good = true;
  return OK;
}

/* Take the record at text[at..), whatever it is; *next: where the one behind it begins. */
static Code single(Csv *c, size_t at, size_t *next, Error *err) {
  Str body;
  size_t n;
  CsvRecordKind kind = csv_record(&c->meaning.dialect, c->text + at, c->len - at, &body, &n);
  bool good = false;
  *next = at + n;
  if (kind == CSV_NO_RECORD) return OK;
  if (kind == CSV_UNBALANCED) {
    reason_text(&c->reason, "a quote is never closed");
  } else if (kind == CSV_TOO_LONG) {
    reason_text(&c->reason, "longer than %d bytes", RECORD_MAX);
  } else if (split(c, body)) {
    TRY(store_single(c, &good, err));
  }
  if (!good) return refuse(c, at, *next, err);
  if (c->places != NULL) c->places[c->builder->batch.rows] = (uint32_t)at;
  c->builder->batch.rows++;
  return OK;
}

/* --- the loop ------------------------------------------------------------------------ */

/* Index the next piece. */
static void index_piece(Csv *c) {
  size_t to = c->len - c->at < PIECE ? c->len : c->at + PIECE;
  c->index_fn(&c->meaning.dialect, c->text, (uint32_t)c->at, (uint32_t)to, &c->index);
  c->next_line = 0;
  if (c->index.n_line > 0) c->at = (size_t)c->index.sep[c->index.line[c->index.n_line]] + 1;
}

/* Add records to the batch: a run, a single one, or a new piece to take them from. */
static Code step(Csv *c, Error *err) {
  if (c->next_line == c->index.n_line) {
    index_piece(c);
    return c->index.n_line > 0 ? OK : single(c, c->at, &c->at, err);
  }
  uint32_t n = run_length(c, batch_builder_room(c->builder));
  if (n > 0) return convert_run(c, n, err);
  size_t next;
  uint32_t begin = c->index.sep[c->index.line[c->next_line]] + 1;
  c->next_line++;
  return single(c, begin, &next, err);
}

static void select_rows(Csv *c) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < c->batch.rows; i++) {
    c->sel[n] = (uint16_t)i;
    n += !bit_get(c->dropped, i);
  }
  c->batch.sel = c->sel;
  c->batch.n_sel = n;
}

static bool at_end(const Csv *c) { return c->at == c->len && c->next_line == c->index.n_line; }

Code csv_decode_next(Decoder *d, Batch **out, Error *err) {
  Csv *c = (Csv *)d;
  do {
    batch_builder_clear(c->builder);
    c->any_dropped = false;
    while (!at_end(c) && batch_builder_room(c->builder) > 0) TRY(step(c, err));
    c->batch = c->builder->batch;
    if (c->any_dropped) select_rows(c);
  } while (batch_count(&c->batch) == 0 && !at_end(c));
  if (batch_count(&c->batch) == 0) c->batch.rows = 0;
  *out = &c->batch;
  return OK;
}
