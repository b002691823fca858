/* render.h -- cells to text: the modes that are made for people.
 *
 *   table     a grid of ASCII lines, numbers to the right
 *   markdown  the same as a Markdown table
 *   line      one "name = value" a line
 *   tableau   what Flink's SQL client prints
 *
 * Values and names pass through escape.h, so nothing in them reaches a terminal as an order.
 * Renderers append to a StrBuf and do no I/O.  One renderer is one result.
 */
#pragma once
#include "api/weir.h"
#include "shell/command_line.h"

typedef struct RenderOptions {
  bool header;
  bool color;            /* escape sequences are welcome */
  const char *null_text; /* NULL: the mode's own */
  uint32_t max_width;    /* of a column in mode tableau */
} RenderOptions;

typedef struct Renderer Renderer; /* each kind's own */

typedef struct RendererKind {
  /* columns are copied.  live: rows come over time, and flush shows those there are.  NULL: no
   * memory. */
  Renderer *(*open)(const RenderOptions *options, const WeirColumn *columns, uint32_t n, bool live);
  /* What can be written before the first row. */
  void (*begin)(Renderer *r, StrBuf *out);
  /* false: no memory. */
  bool (*row)(Renderer *r, const WeirCell *cells, StrBuf *out);
  /* Nothing more just now. */
  void (*flush)(Renderer *r, StrBuf *out);
  /* The rest.  stopped: the result was cut short by a signal. */
  void (*end)(Renderer *r, bool stopped, StrBuf *out);
  void (*free)(Renderer *r); /* NULL is allowed */
} RendererKind;

extern const RendererKind render_table, render_markdown, render_line, render_tableau;

/* NULL: the mode takes encoded bytes, or nothing. */
const RendererKind *renderer_of(Mode mode);

/* Append text, filled with blanks to a display width; right: the blanks come first. */
void render_pad(StrBuf *out, Str text, size_t text_width, size_t width, bool right);
