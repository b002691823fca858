/* render_grid.c -- the modes table and markdown: columns as wide as their widest value.
 *
 *     +---------------------+---+      | window_start        | k |
 *     | window_start        | k |      | ------------------- | - |
 *     +---------------------+---+      | 2024-01-01 00:00:00 | a |
 *     | 2024-01-01 00:00:00 | a |
 *     +---------------------+---+
 *
 * Rows are collected and drawn when the result ends; those of a live result whenever no more come,
 * and those of a large one when ROWS_MAX or TEXT_MAX is reached, so that memory stays bounded.
 * Each time the columns only grow; in a table a new line tells that they have.
 */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "base/escape.h"
#include "shell/render.h"

enum { ROWS_MAX = 10000, TEXT_MAX = 4 << 20 };

typedef struct GridCell {
  uint32_t len, width; /* of its text */
  bool is_null;
} GridCell;

typedef struct GridColumn {
  char *name; /* escaped, malloc'ed */
  uint32_t name_width;
  uint32_t width;
  bool is_number;
} GridColumn;

typedef struct Grid {
  bool markdown, header, color, live;
  bool begun; /* the header has been drawn */
  bool grown; /* a column, since then */
  Str null_text;
  uint32_t n;
  GridCell *cells; /* not drawn yet, row by row */
  size_t n_cells, cap_cells;
  StrBuf text; /* of the cells, one behind the other */
  GridColumn columns[];
} Grid;

/* --- collecting */

/* Markdown has one character of its own. */
static void put_text(const Grid *g, const char *text, size_t len, StrBuf *out) {
  if (!g->markdown) {
    escape_put(out, text, len, 0);
    return;
  }
  while (len > 0) {
    const char *bar = memchr(text, '|', len);
    size_t n = bar != NULL ? (size_t)(bar - text) : len;
    escape_put(out, text, n, 0);
    if (bar == NULL) break;
    strbuf_puts(out, "\\|");
    text += n + 1;
    len -= n + 1;
  }
}

static bool init_column(const Grid *g, GridColumn *c, const WeirColumn *from) {
  StrBuf name;
  strbuf_init(&name, 0);
  put_text(g, from->name, strlen(from->name), &name);
  c->name_width = (uint32_t)utf8_width(strbuf_text(&name), name.len);
  c->name = strdup(strbuf_text(&name));
  c->is_number = from->is_number;
  c->width = g->header ? c->name_width : 0;
  uint32_t least = g->markdown ? 3 : 1; /* "--:" */
  if (c->width < least) c->width = least;
  bool ok = c->name != NULL && !strbuf_failed(&name);
  strbuf_deinit(&name);
  return ok;
}

static void grid_free(Renderer *r) {
  Grid *g = (Grid *)r;
  if (g == NULL) return;
  for (uint32_t i = 0; i < g->n; i++) free(g->columns[i].name);
  strbuf_deinit(&g->text);
  free(g->cells);
  free(g);
}

static Renderer *grid_open(const RenderOptions *o, const WeirColumn *columns, uint32_t n, bool live,
                           bool markdown) {
  Grid *g = calloc(1, sizeof *g + n * sizeof g->columns[0]);
  if (g == NULL) return NULL;
  g->markdown = markdown;
  g->header = o->header || markdown; /* a Markdown table has one */
  g->color = o->color && !markdown;
  g->live = live;
  g->null_text = str_of(o->null_text != NULL ? o->null_text : "NULL");
  g->n = n;
  strbuf_init(&g->text, 0);
  for (uint32_t i = 0; i < n; i++) {
    if (init_column(g, &g->columns[i], &columns[i])) continue;
    grid_free((Renderer *)g);
    return NULL;
  }
  return (Renderer *)g;
}

static Renderer *table_open(const RenderOptions *o, const WeirColumn *columns, uint32_t n,
                            bool live) {
  return grid_open(o, columns, n, live, false);
}

static Renderer *markdown_open(const RenderOptions *o, const WeirColumn *columns, uint32_t n,
                               bool live) {
  return grid_open(o, columns, n, live, true);
}

static bool grow_cells(Grid *g) {
  if (g->cap_cells - g->n_cells >= g->n) return true;
  size_t cap = 2 * g->cap_cells + g->n;
  GridCell *cells = realloc(g->cells, cap * sizeof *cells);
  if (cells == NULL) return false;
  g->cells = cells;
  g->cap_cells = cap;
  return true;
}

static void collect(Grid *g, GridColumn *column, const WeirCell *cell) {
  size_t begin = g->text.len;
  bool is_null = cell->text == NULL;
  Str text = is_null ? g->null_text : (Str){cell->text, cell->len};
  put_text(g, text.ptr, text.len, &g->text);
  size_t len = g->text.len - begin;
  uint32_t width = len > 0 ? (uint32_t)utf8_width(g->text.data + begin, len) : 0;
  g->cells[g->n_cells++] = (GridCell){(uint32_t)len, width, is_null};
  if (width <= column->width) return;
  column->width = width;
  g->grown = true;
}

/* --- drawing */

static void draw_rule(const Grid *g, StrBuf *out) {
  for (uint32_t i = 0; i < g->n; i++) {
    const GridColumn *c = &g->columns[i];
    strbuf_puts(out, g->markdown ? (i > 0 ? " | " : "| ") : (i > 0 ? "-+-" : "+-"));
    bool mark = g->markdown && c->is_number; /* to the right */
    strbuf_fill(out, '-', c->width - mark);
    if (mark) strbuf_putc(out, ':');
  }
  strbuf_puts(out, g->markdown ? " |\n" : "-+\n");
}

static void draw_names(const Grid *g, StrBuf *out) {
  for (uint32_t i = 0; i < g->n; i++) {
    const GridColumn *c = &g->columns[i];
    strbuf_puts(out, i > 0 ? " | " : "| ");
    render_pad(out, str_of(c->name), c->name_width, c->width, c->is_number);
  }
  strbuf_puts(out, " |\n");
}

static void draw_cell(const Grid *g, const GridColumn *c, const GridCell *cell, const char *text,
                      StrBuf *out) {
  bool dim = cell->is_null && g->color;
  size_t blanks = c->width - cell->width;
  if (c->is_number) strbuf_fill(out, ' ', blanks);
  if (dim) strbuf_puts(out, "\033[2m");
  strbuf_put(out, text, cell->len);
  if (dim) strbuf_puts(out, "\033[0m");
  if (!c->is_number) strbuf_fill(out, ' ', blanks);
}

static void draw_header(Grid *g, StrBuf *out) {
  g->begun = true;
  if (!g->markdown) draw_rule(g, out);
  if (!g->header) return;
  draw_names(g, out);
  draw_rule(g, out);
}

/* All that was collected. */
static void draw(Grid *g, StrBuf *out) {
  if (!g->begun) {
    draw_header(g, out);
  } else if (g->grown && !g->markdown) {
    draw_rule(g, out);
  }
  g->grown = false;
  const char *text = strbuf_text(&g->text);
  for (size_t i = 0; i < g->n_cells; i++) {
    const GridCell *cell = &g->cells[i];
    uint32_t c = (uint32_t)(i % g->n);
    strbuf_puts(out, c > 0 ? " | " : "| ");
    draw_cell(g, &g->columns[c], cell, text, out);
    text += cell->len;
    if (c + 1 == g->n) strbuf_puts(out, " |\n");
  }
  g->n_cells = 0;
  strbuf_clear(&g->text);
}

/* --- the two kinds */

static void grid_begin(Renderer *r, StrBuf *out) { (void)r, (void)out; /* no widths yet */ }

static bool grid_row(Renderer *r, const WeirCell *cells, StrBuf *out) {
  Grid *g = (Grid *)r;
  if (!grow_cells(g)) return false;
  for (uint32_t i = 0; i < g->n; i++) collect(g, &g->columns[i], &cells[i]);
  if (strbuf_failed(&g->text)) return false;
  if (g->n_cells / g->n >= ROWS_MAX || g->text.len >= TEXT_MAX) draw(g, out);
  return true;
}

static void grid_flush(Renderer *r, StrBuf *out) {
  Grid *g = (Grid *)r;
  if (g->live && g->n_cells > 0) draw(g, out);
}

static void grid_end(Renderer *r, bool stopped, StrBuf *out) {
  Grid *g = (Grid *)r;
  (void)stopped; /* the note about it is enough */
  if (!g->begun || g->n_cells > 0) draw(g, out);
  if (!g->markdown) draw_rule(g, out);
}

const RendererKind render_table = {.open = table_open,
                                   .begin = grid_begin,
                                   .row = grid_row,
                                   .flush = grid_flush,
                                   .end = grid_end,
                                   .free = grid_free};

const RendererKind render_markdown = {.open = markdown_open,
                                      .begin = grid_begin,
                                      .row = grid_row,
                                      .flush = grid_flush,
                                      .end = grid_end,
                                      .free = grid_free};
