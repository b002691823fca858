/* render.c -- which mode has which renderer, and what they share. */
#include "shell/render.h"

static const RendererKind *const kinds[MODE_COUNT] = {
#define MODE(id, name, rows, renderer, doc) renderer,
#include "shell/modes.def"
#undef MODE
};

const RendererKind *renderer_of(Mode mode) { return kinds[mode]; }

void render_pad(StrBuf *out, Str text, size_t text_width, size_t width, bool right) {
  size_t blanks = width > text_width ? width - text_width : 0;
  if (right) strbuf_fill(out, ' ', blanks);
  strbuf_str(out, text);
  if (!right) strbuf_fill(out, ' ', blanks);
}
