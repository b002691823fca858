/* identity_facts.c -- rows and columns of operators as text. */
#include "planner/identity_facts.h"

#include <stdlib.h>
#include <string.h>

#include "exec/data/zone.h"

enum { COLUMN_BYTES = 400, ROWS_BYTES = 2000 };

const char *facts_column_text(const Identity *d, StrBuf *text) {
  return identity_take(d->arena, text, COLUMN_BYTES);
}

const char *facts_rows_text(const Identity *d, StrBuf *text) {
  return identity_take(d->arena, text, ROWS_BYTES);
}

const Facts *facts_of_input(const Identity *d, const OpSpec *op) {
  return &d->facts[op->inputs[0]->index];
}

/* --- rows ---------------------------------------------------------------------------- */

void facts_put_rows(const Facts *f, StrBuf *out) {
  strbuf_puts(out, f->rows);
  for (uint32_t i = 0; i < f->n_conditions; i++) {
    strbuf_printf(out, "%s%s", i > 0 ? " AND " : " where=[", f->conditions[i]);
  }
  if (f->n_conditions > 0) strbuf_putc(out, ']');
}

/* ", input=[...])": the end of what an operator is. */
void facts_put_input(const Facts *f, StrBuf *out) {
  strbuf_puts(out, "input=[");
  facts_put_rows(f, out);
  strbuf_puts(out, "])");
}

/* Text becomes the rows of an operator; what conditions there were stands in it. */
void facts_set_rows(const Identity *d, Facts *f, StrBuf *text) {
  f->rows = facts_rows_text(d, text);
  f->conditions = NULL;
  f->n_conditions = 0;
}

static int by_text(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void sort_conditions(Facts *f) {
  uint32_t n = 0;
  if (f->n_conditions == 0) return;
  qsort(f->conditions, f->n_conditions, sizeof *f->conditions, by_text);
  for (uint32_t i = 0; i < f->n_conditions; i++) {
    if (n == 0 || strcmp(f->conditions[n - 1], f->conditions[i]) != 0) {
      f->conditions[n++] = f->conditions[i];
    }
  }
  f->n_conditions = n;
}

/* filter, taken apart at its ANDs, over the columns of from. */
void facts_add_filter(const Identity *d, Facts *f, const Facts *from, Expr *filter) {
  bool several = filter->kind == EXPR_AND;
  uint32_t n = several ? filter->n_args : 1;
  const char **all = ARENA_ARRAY(d->arena, const char *, f->n_conditions + n);
  for (uint32_t i = 0; i < f->n_conditions; i++) all[i] = f->conditions[i];
  for (uint32_t i = 0; i < n; i++) {
    StrBuf text = {0};
    expr_print_whole(several ? filter->args[i] : filter, from->cols, &text);
    all[f->n_conditions + i] = facts_column_text(d, &text);
  }
  f->conditions = all;
  f->n_conditions += n;
  sort_conditions(f);
}

/* --- columns ------------------------------------------------------------------------- */

const char **facts_new_cols(const Identity *d, Facts *f, uint32_t n) {
  f->cols = ARENA_ARRAY(d->arena, const char *, n);
  f->n_cols = n;
  return f->cols;
}

const char *facts_expr_text(const Identity *d, const Expr *e, const Facts *from) {
  if (e->kind == EXPR_COLUMN) return from->cols[e->column];
  StrBuf text = {0};
  expr_print_whole(e, from->cols, &text);
  return facts_column_text(d, &text);
}

/* Columns that are made of several, where these differ: "{a | b}". */
const char *facts_either(const Identity *d, const char *const *texts, uint32_t n) {
  bool same = true;
  for (uint32_t i = 1; i < n; i++) same &= strcmp(texts[0], texts[i]) == 0;
  if (same) return texts[0];
  StrBuf text = {0};
  for (uint32_t i = 0; i < n; i++) strbuf_printf(&text, "%s%s", i > 0 ? " | " : "{", texts[i]);
  strbuf_putc(&text, '}');
  return facts_column_text(d, &text);
}

void facts_put_columns(const Facts *f, const FormatField *fields, StrBuf *out) {
  strbuf_puts(out, "columns=[");
  for (uint32_t i = 0; i < f->n_cols; i++) {
    if (i > 0) strbuf_puts(out, ", ");
    identity_of_column(f->cols[i], fields[i].type, out);
  }
  strbuf_puts(out, "], ");
}

void facts_put_keys(const char *name, const Facts *f, const FormatField *fields,
                    const uint32_t *keys, uint32_t n, StrBuf *out) {
  if (n == 0) return;
  strbuf_printf(out, "%s=[", name);
  for (uint32_t i = 0; i < n; i++) {
    if (i > 0) strbuf_puts(out, ", ");
    identity_of_column(f->cols[keys[i]], fields[keys[i]].type, out);
  }
  strbuf_puts(out, "], ");
}

void facts_put_order(const Facts *f, const SortKey *keys, uint32_t n, StrBuf *out) {
  strbuf_puts(out, "order=[");
  sort_keys_print(keys, n, f->cols, out);
  strbuf_puts(out, "], ");
}

/* --- windows ------------------------------------------------------------------------- */

/* Wall clock is that of the session's zone. */
void facts_put_zone(const Identity *d, Type time_type, StrBuf *out) {
  if (time_type.kind != TYPE_TIMESTAMP_LTZ) return;
  strbuf_printf(out, "zone=[%s], ", zone_name(d->env->zone));
}

void facts_put_window(const Identity *d, const Facts *f, const WindowSpec *w, StrBuf *out) {
  FormatField *named = ARENA_ARRAY(d->arena, FormatField, f->n_cols);
  for (uint32_t i = 0; i < f->n_cols; i++) named[i].name = f->cols[i];
  strbuf_puts(out, "window=[");
  window_print(w, named, out);
  strbuf_puts(out, "], ");
  if (window_has_time(w)) facts_put_zone(d, w->time_type, out);
}

/* window_start, window_end, window_time behind n columns; of a second window with its number. */
void facts_add_window_cols(const Identity *d, const OpSpec *op, Facts *f, uint32_t n) {
  static const char *const names[] = {"window_start", "window_end", "window_time"};
  for (uint32_t i = n; i < op->n_fields; i++) {
    const char *name = i - n < COUNT_OF(names) ? names[i - n] : "$position";
    f->cols[i] = f->n_windows == 0 ? name : arena_printf(d->arena, "%s%u", name, f->n_windows + 1);
  }
  f->n_windows++;
}

/* The input's columns, and what stands behind them. */
void facts_extend_cols(const Identity *d, const OpSpec *op, const Facts *in, Facts *f) {
  const char **cols = facts_new_cols(d, f, op->n_fields);
  for (uint32_t i = 0; i < in->n_cols; i++) cols[i] = in->cols[i];
}
