/* render_line.c -- the mode line: one "name = value" a line, a blank line between rows. */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "base/escape.h"
#include "shell/render.h"

typedef struct Lines {
  uint32_t n;
  bool any; /* rows so far */
  Str null_text;
  StrBuf names;  /* escaped, padded to the same width, "name = " */
  size_t ends[]; /* of each in names */
} Lines;

static void lines_free(Renderer *r) {
  Lines *l = (Lines *)r;
  if (l == NULL) return;
  strbuf_deinit(&l->names);
  free(l);
}

/* Names escaped, one behind the other; l->ends tells where each ends.  The widest is returned. */
static size_t put_names(Lines *l, const WeirColumn *columns, StrBuf *out) {
  size_t widest = 0;
  for (uint32_t i = 0; i < l->n; i++) {
    size_t begin = out->len;
    escape_put(out, columns[i].name, strlen(columns[i].name), 0);
    size_t width = utf8_width(strbuf_text(out) + begin, out->len - begin);
    if (width > widest) widest = width;
    l->ends[i] = out->len;
  }
  return widest;
}

static Renderer *lines_open(const RenderOptions *o, const WeirColumn *columns, uint32_t n,
                            bool live) {
  (void)live; /* rows are written as they come */
  Lines *l = calloc(1, sizeof *l + n * sizeof l->ends[0]);
  if (l == NULL) return NULL;
  l->n = n;
  l->null_text = str_of(o->null_text != NULL ? o->null_text : "NULL");
  strbuf_init(&l->names, 0);
  StrBuf plain;
  strbuf_init(&plain, 0);
  size_t widest = put_names(l, columns, &plain), begin = 0;
  for (uint32_t i = 0; i < n && !strbuf_failed(&plain); i++) {
    Str name = {strbuf_text(&plain) + begin, l->ends[i] - begin};
    begin = l->ends[i];
    render_pad(&l->names, name, utf8_width(name.ptr, name.len), widest, true);
    strbuf_puts(&l->names, " = ");
    l->ends[i] = l->names.len;
  }
  bool failed = strbuf_failed(&plain) || strbuf_failed(&l->names);
  strbuf_deinit(&plain);
  if (!failed) return (Renderer *)l;
  lines_free((Renderer *)l);
  return NULL;
}

static void lines_begin(Renderer *r, StrBuf *out) { (void)r, (void)out; }

static bool lines_row(Renderer *r, const WeirCell *cells, StrBuf *out) {
  Lines *l = (Lines *)r;
  if (l->any) strbuf_putc(out, '\n');
  l->any = true;
  size_t begin = 0;
  for (uint32_t i = 0; i < l->n; i++) {
    strbuf_put(out, strbuf_text(&l->names) + begin, l->ends[i] - begin);
    begin = l->ends[i];
    Str text = cells[i].text == NULL ? l->null_text : (Str){cells[i].text, cells[i].len};
    escape_put(out, text.ptr, text.len, 0);
    strbuf_putc(out, '\n');
  }
  return !strbuf_failed(out);
}

static void lines_flush(Renderer *r, StrBuf *out) { (void)r, (void)out; }
static void lines_end(Renderer *r, bool stopped, StrBuf *out) { (void)r, (void)stopped, (void)out; }

const RendererKind render_line = {.open = lines_open,
                                  .begin = lines_begin,
                                  .row = lines_row,
                                  .flush = lines_flush,
                                  .end = lines_end,
                                  .free = lines_free};
