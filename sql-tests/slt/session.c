/* session.c -- a weir session whose results are kept as text, for comparison.
 *
 * Rows come from a thread of the library's while weir_run waits: nothing here needs a lock.
 */
#include "sql-tests/slt/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void on_begin(void *arg, const WeirColumn *columns, uint32_t n, bool live) {
  Capture *c = arg;
  (void)live;
  if (c->n_columns != 0 && c->n_columns != n) c->mixed = true;
  c->n_columns = n;
  c->is_number = grow(c->is_number, (n + 1) * sizeof *c->is_number);
  for (uint32_t i = 0; i < n; i++) c->is_number[i] = columns[i].is_number;
}

static bool on_row(void *arg, const WeirCell *values, uint32_t n) {
  Capture *c = arg;
  Text value = {0};
  for (uint32_t i = 0; i < n; i++) {
    text_clear(&value);
    text_value(&value, values[i].text, values[i].len);
    lines_add(&c->values, text_of(&value), value.len);
  }
  text_free(&value);
  return true;
}

/* Each line of EXPLAIN and the like is a row of one column. */
static bool on_text(void *arg, const char *text, size_t n) {
  Capture *c = arg;
  if (c->n_columns != 1) on_begin(c, &(WeirColumn){.name = "result"}, 1, false);
  lines_of_output(&c->values, text, n);
  return true;
}

static bool on_done(void *arg) {
  (void)arg;
  return true;
}

static void on_note(void *arg, const char *line) {
  lines_of_output(&((Capture *)arg)->notes, line, strlen(line));
  Lines *notes = &((Capture *)arg)->notes;
  /* lines_of_output marks the missing newline, which is how notes come. */
  if (notes->n > 0 && strcmp(notes->at[notes->n - 1], "(no newline)") == 0) {
    free(notes->at[--notes->n]);
  }
}

static void on_error(void *arg, const char *text) { text_str(&((Capture *)arg)->error, text); }

static void clear(Capture *c) {
  c->n_columns = 0;
  c->mixed = false;
  lines_clear(&c->values);
  lines_clear(&c->notes);
  text_clear(&c->error);
}

static bool set(Session *s, const char *key, const char *value) {
  if (weir_set(s->weir, "weir-slt", key, value)) return true;
  fprintf(stderr, "weir-slt: cannot set '%s' = '%s': %s", key, value, text_of(&s->last.error));
  return false;
}

bool session_open(Session *s, const Cell *cell) {
  *s = (Session){0};
  WeirHandlers handlers = {.arg = &s->last,
                           .begin = on_begin,
                           .row = on_row,
                           .flush = on_done,
                           .end = on_done,
                           .text = on_text,
                           .note = on_note,
                           .error = on_error};
  s->weir = weir_open(&handlers);
  if (s->weir == NULL) {
    fprintf(stderr, "weir-slt: out of memory\n");
    return false;
  }
  weir_set_rows(s->weir, WEIR_ROWS_CELLS, false, NULL);
  return set(s, "parallelism.default", cell->parallelism) &&
         set(s, "weir.chunk-bytes", cell->chunk_bytes) &&
         set(s, "weir.batch-rows", cell->batch_rows) &&
         set(s, "weir.autoscale.every-epochs", cell->autoscale_epochs);
}

void session_close(Session *s) {
  weir_close(s->weir);
  lines_free(&s->last.values);
  lines_free(&s->last.notes);
  text_free(&s->last.error);
  free(s->last.is_number);
}

void session_run(Session *s, const char *sql, size_t len) {
  clear(&s->last);
  weir_stats_reset(s->weir);
  s->last.status = weir_run(s->weir, "sql", sql, len);
  s->last.stats = *weir_stats(s->weir);
}
