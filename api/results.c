/* results.c -- rows on their way to the handlers.
 *
 * The rows of a job come as bytes that the workers made: of a format as they are, or of the format
 * "cells", which is taken apart here.  The rows that the planner makes for SHOW and DESCRIBE are
 * handed over the same way, as columns of text.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "api/session.h"
#include "base/str.h"
#include "base/sys.h"
#include "exec/connectors/connector.h"
#include "exec/connectors/io_error.h"
#include "exec/connectors/out.h"

struct ResultWriter {
  Weir *w;
  const WeirColumn *columns;
  uint32_t n;
  bool live;
  WeirCell *cells; /* of one row */
};

/* --- standard output */

/* Why weir_stdout_write failed, until the handler that called it has returned. */
static _Thread_local Error stdout_error;

bool weir_stdout_write(const char *bytes, size_t n) {
  stdout_error = (Error){0};
  return stdout_write(bytes, n, &stdout_error) == OK;
}

bool weir_stdout_flush(void) {
  stdout_error = (Error){0};
  return stdout_flush(&stdout_error) == OK;
}

/* A handler returned false. */
static Code handler_failed(Error *err) {
  int why = errno;
  if (stdout_error.code != OK && err->code == OK) {
    *err = stdout_error;
    stdout_error = (Error){0};
    return err->code;
  }
  if (why == EPIPE) return FAIL(err, ERR_CLOSED_PIPE, NO_SPAN, "the reader has gone");
  char reason[ERRNO_TEXT_MAX];
  errno_text(why, reason);
  Code code = why == ENOMEM ? ERR_MEMORY : ERR_IO;
  return FAIL(err, code, NO_SPAN, "cannot write the output: %s", reason);
}

static Code handled(bool ok, Error *err) { return ok ? OK : handler_failed(err); }

/* --- what the handlers get */

static Code give_bytes(void *arg, const char *bytes, size_t n, Error *err) {
  ResultWriter *r = arg;
  const WeirHandlers *h = &r->w->handlers;
  return handled(n == 0 || h->bytes == NULL || h->bytes(h->arg, bytes, n), err);
}

static uint32_t cell_length(const char *bytes) {
  uint32_t n = 0;
  for (unsigned i = 0; i < 4; i++) n |= (uint32_t)(unsigned char)bytes[i] << (8 * i);
  return n;
}

/* Take cells apart: csv_write.h says how they lie. */
static Code give_cells(void *arg, const char *bytes, size_t n, Error *err) {
  ResultWriter *r = arg;
  const WeirHandlers *h = &r->w->handlers;
  const char *end = bytes + n;
  while (bytes < end) {
    for (uint32_t c = 0; c < r->n; c++) {
      assert(end - bytes >= 4);
      uint32_t len = cell_length(bytes);
      bytes += 4;
      r->cells[c] = (WeirCell){0};
      if (len == UINT32_MAX) continue;
      assert((size_t)(end - bytes) >= len);
      r->cells[c] = (WeirCell){bytes, len};
      bytes += len;
    }
    if (h->row != NULL && !h->row(h->arg, r->cells, r->n)) return handler_failed(err);
  }
  return OK;
}

static Code give_flush(void *arg, Error *err) {
  ResultWriter *r = arg;
  const WeirHandlers *h = &r->w->handlers;
  return handled(h->flush == NULL || h->flush(h->arg), err);
}

void result_begin(ResultWriter *r) {
  const WeirHandlers *h = &r->w->handlers;
  if (h->begin != NULL) h->begin(h->arg, r->columns, r->n, r->live);
}

Code result_end(ResultWriter *r, Error *err) {
  const WeirHandlers *h = &r->w->handlers;
  return handled(h->end == NULL || h->end(h->arg), err);
}

void result_fail(ResultWriter *r) {
  Error ignored = {0}; /* the statement has failed already */
  if (give_flush(r, &ignored) != OK) return;
}

/* --- formats */

static const Option header_items[] = {{.key = "csv.header", .value = "true"},
                                      {.key = "tsv.header", .value = "true"}};

/* NULL: rows are counted. */
static const Format *format_of(WeirRows rows) {
  switch (rows) {
    case WEIR_ROWS_CELLS:
      return format_find("cells");
    case WEIR_ROWS_CSV:
      return format_find("csv");
    case WEIR_ROWS_TSV:
      return format_find("tsv");
    case WEIR_ROWS_JSON:
      return format_find("json");
    case WEIR_ROWS_NONE:
      break;
  }
  return NULL;
}

static Options options_of(const Weir *w) {
  return w->header ? (Options){header_items, COUNT_OF(header_items)} : (Options){0};
}

/* --- the rows of a job */

static const char *print_type(Arena *arena, Type type) {
  StrBuf text;
  strbuf_init(&text, 0);
  type_print(type, &text);
  return strbuf_keep(&text, arena);
}

/* The columns as they are shown; those of a changelog begin with the kind. */
static void show_columns(ResultWriter *r, Statement *st) {
  const PlanResult *plan = &st->plan;
  WeirColumn *columns = ARENA_ARRAY(&st->arena, WeirColumn, plan->n_fields + 1);
  if (plan->changelog) {
    columns[r->n++] = (WeirColumn){.name = "op", .type = "CHAR(2)", .is_kind = true};
  }
  for (uint32_t i = 0; i < plan->n_fields; i++) {
    columns[r->n++] = (WeirColumn){.name = plan->fields[i].name,
                                   .type = print_type(&st->arena, plan->fields[i].type),
                                   .is_number = type_is_numeric(plan->fields[i].type)};
  }
  r->columns = columns;
  r->cells = ARENA_ARRAY(&st->arena, WeirCell, r->n);
}

/* Does a pipe or a terminal feed the job? */
static bool reads_live_stdin(const JobPlan *plan) {
  for (uint32_t i = 0; i < plan->n_ops; i++) {
    const OpSpec *op = plan->ops[i];
    if (op->id != OP_SCAN || op->u.scan.connector != connector_find("stdin")) continue;
    struct stat st;
    return sys.fstat(0, &st) == 0 && !S_ISREG(st.st_mode);
  }
  return false;
}

ResultWriter *result_writer(Weir *w, Statement *st, JobResult *out) {
  const PlanResult *plan = &st->plan;
  ResultWriter *r = ARENA_NEW(&st->arena, ResultWriter);
  *r = (ResultWriter){.w = w,
                      .live = !plan->at_end && (!plan->bounded || reads_live_stdin(plan->job))};
  show_columns(r, st);
  *out = (JobResult){.format = format_of(w->rows),
                     .options = options_of(w),
                     .null_text = w->null_text,
                     .with_kind = plan->changelog,
                     .write = w->rows == WEIR_ROWS_CELLS ? give_cells : give_bytes,
                     .flush = give_flush,
                     .arg = r};
  return r;
}

/* --- the rows of the planner */

static Code no_memory(Error *err) { return FAIL(err, ERR_MEMORY, NO_SPAN, "out of memory"); }

/* Rows from *row on into an empty batch, as many as fit. */
static Code fill_batch(const PlanRows *rows, uint32_t *row, BatchBuilder *b, Error *err) {
  for (; *row < rows->n_rows && batch_builder_room(b) > 0; ++*row) {
    uint32_t at = b->batch.rows;
    for (uint32_t c = 0; c < rows->n_columns; c++) {
      const char *cell = rows->cells[(size_t)*row * rows->n_columns + c];
      TextRef *slot = (TextRef *)b->batch.cols[c].data + at;
      if (!batch_builder_text(b, str_of(cell), slot)) return no_memory(err);
      if (cell == NULL) bit_clear(batch_builder_valid(b, c), at);
    }
    b->batch.rows++;
  }
  return OK;
}

static Code encode_all(const PlanRows *rows, const Format *format, Encoder *e, BatchBuilder *b,
                       StrBuf *out, Error *err) {
  if (format->encode_header != NULL) format->encode_header(e, out);
  for (uint32_t row = 0; row < rows->n_rows;) {
    batch_builder_clear(b);
    TRY(fill_batch(rows, &row, b, err));
    TRY(format->encode(e, &b->batch, out, err));
  }
  return strbuf_failed(out) ? no_memory(err) : OK;
}

static Code encode_rows(ResultWriter *r, Statement *st, Error *err) {
  const PlanRows *rows = &st->plan.rows;
  const Format *format = format_of(r->w->rows);
  FormatField *fields = ARENA_ARRAY(&st->arena, FormatField, rows->n_columns);
  Type *types = ARENA_ARRAY(&st->arena, Type, rows->n_columns);
  for (uint32_t c = 0; c < rows->n_columns; c++) {
    types[c] = type_string();
    fields[c] = (FormatField){.name = rows->columns[c], .type = types[c]};
  }
  EncodeSpec spec = {.fields = fields,
                     .n_fields = rows->n_columns,
                     .options = options_of(r->w),
                     .null_text = r->w->null_text};
  Encoder *encoder;
  TRY(format->encoder_new(&spec, &encoder, err));
  BatchBuilder *batch = batch_builder_new((BatchShape){.types = types, .n_cols = rows->n_columns});
  StrBuf bytes;
  strbuf_init(&bytes, 0);
  Code code =
      batch != NULL ? encode_all(rows, format, encoder, batch, &bytes, err) : no_memory(err);
  if (code == OK) code = give_bytes(r, bytes.data, bytes.len, err);
  strbuf_deinit(&bytes);
  if (batch != NULL) batch_builder_free(batch);
  format->encoder_free(encoder);
  return code;
}

static Code give_rows(ResultWriter *r, const PlanRows *rows, Error *err) {
  const WeirHandlers *h = &r->w->handlers;
  for (uint32_t row = 0; row < rows->n_rows; row++) {
    for (uint32_t c = 0; c < r->n; c++) {
      const char *cell = rows->cells[(size_t)row * r->n + c];
      r->cells[c] = (WeirCell){cell, cell != NULL ? strlen(cell) : 0};
    }
    if (h->row != NULL && !h->row(h->arg, r->cells, r->n)) return handler_failed(err);
  }
  return OK;
}

static Code show_text(Weir *w, Statement *st, Error *err) {
  const char *text = st->plan.rows.cells[0];
  size_t len = strlen(text);
  if (len > 0 && text[len - 1] != '\n') text = arena_printf(&st->arena, "%s\n", text);
  const WeirHandlers *h = &w->handlers;
  return handled(h->text == NULL || h->text(h->arg, text, strlen(text)), err);
}

Code result_show(Weir *w, Statement *st, Error *err) {
  const PlanRows *rows = &st->plan.rows;
  if (rows->is_text && w->rows != WEIR_ROWS_JSON) return show_text(w, st, err);
  WeirColumn *columns = ARENA_ARRAY(&st->arena, WeirColumn, rows->n_columns);
  for (uint32_t i = 0; i < rows->n_columns; i++) {
    columns[i] = (WeirColumn){.name = rows->columns[i], .type = "STRING"};
  }
  ResultWriter r = {.w = w,
                    .columns = columns,
                    .n = rows->n_columns,
                    .cells = ARENA_ARRAY(&st->arena, WeirCell, rows->n_columns)};
  result_begin(&r);
  switch (w->rows) {
    case WEIR_ROWS_CELLS:
      TRY(give_rows(&r, rows, err));
      break;
    case WEIR_ROWS_CSV:
    case WEIR_ROWS_TSV:
    case WEIR_ROWS_JSON:
      TRY(encode_rows(&r, st, err));
      break;
    case WEIR_ROWS_NONE:
      break;
  }
  return result_end(&r, err);
}
