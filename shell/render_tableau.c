/* render_tableau.c -- the mode tableau: what Flink's SQL client prints for a streaming query.
 *
 *     +----+--------+----------------------+
 *     | op |      k |                    n |
 *     +----+--------+----------------------+
 *     | +I |      a |                    1 |
 *     +----+--------+----------------------+
 *     Received a total of 1 row
 *
 * Widths depend on the types alone, so rows are written as they come; longer values are cut.
 * The column op is always there; rows of a result that is no changelog are insertions.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "base/escape.h"
#include "shell/render.h"

enum { LEAST_WIDTH = 6 };

typedef struct TableauColumn {
  StrBuf name;
  size_t width;
} TableauColumn;

typedef struct Tableau {
  bool header;
  Str null_text;
  uint64_t rows;
  uint32_t n_kinds; /* 1: the first cell of a row is its kind; 0: it has none */
  StrBuf cell;      /* scratch */
  uint32_t n;
  TableauColumn columns[];
} Tableau;

/* --- widths */

/* The number in "DECIMAL(10, 2)", "TIMESTAMP(3)"; otherwise where there is none. */
static unsigned type_number(const char *type, unsigned otherwise) {
  const char *open = strchr(type, '(');
  unsigned n;
  return open != NULL && sscanf(open, "(%u", &n) == 1 ? n : otherwise;
}

static bool type_is(const char *type, const char *name) {
  size_t n = strlen(name);
  return strncmp(type, name, n) == 0 && (type[n] == '\0' || type[n] == '(');
}

/* As in Flink; its shells are read by scripts. */
static size_t type_width(const char *type, size_t max_width) {
  static const struct {
    const char *name;
    size_t width;
  } fixed[] = {{"BOOLEAN", 5}, {"TINYINT", 4}, {"SMALLINT", 6},
               {"INT", 11},    {"BIGINT", 20}, {"DATE", 10}};
  for (size_t i = 0; i < COUNT_OF(fixed); i++) {
    if (type_is(type, fixed[i].name)) return fixed[i].width;
  }
  if (type_is(type, "DECIMAL")) return type_number(type, 10) + 2;
  if (type_is(type, "TIME")) {
    unsigned p = type_number(type, 0);
    return p == 0 ? 8 : p + 9;
  }
  if (type_is(type, "TIMESTAMP") || type_is(type, "TIMESTAMP_LTZ")) {
    unsigned p = type_number(type, 6);
    return p == 0 ? 19 : p <= 3 ? 23 : p <= 6 ? 26 : 29;
  }
  return max_width;
}

/* --- one line */

static void put_rule(const Tableau *t, StrBuf *out) {
  strbuf_puts(out, "+----+");
  for (uint32_t i = 0; i < t->n; i++) {
    strbuf_fill(out, '-', t->columns[i].width + 2);
    strbuf_putc(out, '+');
  }
  strbuf_putc(out, '\n');
}

/* What of text fits into width columns. */
static Str cut_to(Str text, size_t width) {
  size_t at = 0, used = 0;
  while (at < text.len) {
    uint32_t cp;
    size_t n = utf8_decode(text.ptr + at, text.len - at, &cp);
    used += utf8_width(text.ptr + at, n);
    if (used > width) break;
    at += n;
  }
  return (Str){text.ptr, at};
}

static void put_cell(Str text, size_t column_width, StrBuf *out) {
  size_t width = utf8_width(text.ptr, text.len);
  strbuf_putc(out, ' ');
  if (width <= column_width) {
    render_pad(out, text, width, column_width, true);
  } else {
    Str cut = cut_to(text, column_width - 3);
    render_pad(out, cut, utf8_width(cut.ptr, cut.len), column_width - 3, true);
    strbuf_puts(out, "...");
  }
  strbuf_puts(out, " |");
}

/* --- the kind */

static void tableau_free(Renderer *r) {
  Tableau *t = (Tableau *)r;
  if (t == NULL) return;
  for (uint32_t i = 0; i < t->n; i++) strbuf_deinit(&t->columns[i].name);
  strbuf_deinit(&t->cell);
  free(t);
}

static Renderer *tableau_open(const RenderOptions *o, const WeirColumn *columns, uint32_t n,
                              bool live) {
  (void)live; /* rows are written as they come */
  Tableau *t = calloc(1, sizeof *t + n * sizeof t->columns[0]);
  if (t == NULL) return NULL;
  t->header = o->header;
  t->null_text = str_of(o->null_text != NULL ? o->null_text : "<NULL>");
  t->n_kinds = n > 0 && columns[0].is_kind;
  columns += t->n_kinds;
  t->n = n - t->n_kinds;
  strbuf_init(&t->cell, 0);
  for (uint32_t i = 0; i < t->n; i++) {
    TableauColumn *c = &t->columns[i];
    strbuf_init(&c->name, 0);
    escape_put(&c->name, columns[i].name, strlen(columns[i].name), 0);
    c->width = utf8_width(strbuf_text(&c->name), c->name.len);
    size_t by_type = type_width(columns[i].type, o->max_width);
    if (c->width < by_type) c->width = by_type;
    if (c->width < LEAST_WIDTH) c->width = LEAST_WIDTH;
    if (!strbuf_failed(&c->name)) continue;
    tableau_free((Renderer *)t);
    return NULL;
  }
  return (Renderer *)t;
}

static void tableau_begin(Renderer *r, StrBuf *out) {
  const Tableau *t = (const Tableau *)r;
  put_rule(t, out);
  if (!t->header) return;
  strbuf_puts(out, "| op |");
  for (uint32_t i = 0; i < t->n; i++) {
    put_cell((Str){strbuf_text(&t->columns[i].name), t->columns[i].name.len}, t->columns[i].width,
             out);
  }
  strbuf_putc(out, '\n');
  put_rule(t, out);
}

static bool tableau_row(Renderer *r, const WeirCell *cells, StrBuf *out) {
  Tableau *t = (Tableau *)r;
  t->rows++;
  strbuf_puts(out, "| ");
  strbuf_str(out, t->n_kinds > 0 ? (Str){cells[0].text, cells[0].len} : STR("+I"));
  strbuf_puts(out, " |");
  cells += t->n_kinds;
  for (uint32_t i = 0; i < t->n; i++) {
    Str text = cells[i].text == NULL ? t->null_text : (Str){cells[i].text, cells[i].len};
    strbuf_clear(&t->cell);
    escape_put(&t->cell, text.ptr, text.len, 0);
    if (strbuf_failed(&t->cell)) return false;
    put_cell((Str){strbuf_text(&t->cell), t->cell.len}, t->columns[i].width, out);
  }
  strbuf_putc(out, '\n');
  return !strbuf_failed(out);
}

static void tableau_flush(Renderer *r, StrBuf *out) { (void)r, (void)out; }

static void tableau_end(Renderer *r, bool stopped, StrBuf *out) {
  const Tableau *t = (const Tableau *)r;
  if (t->rows > 0) put_rule(t, out);
  strbuf_printf(out, "%s a total of %llu %s\n", stopped ? "Query terminated, received" : "Received",
                (unsigned long long)t->rows, t->rows <= 1 ? "row" : "rows");
}

const RendererKind render_tableau = {.open = tableau_open,
                                     .begin = tableau_begin,
                                     .row = tableau_row,
                                     .flush = tableau_flush,
                                     .end = tableau_end,
                                     .free = tableau_free};
