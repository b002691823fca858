/* error.c -- the one place that words and shows failures; see error.h for the rules. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "base/utf8.h"

static const char *const code_texts[] = {
#define CODE(name, text) text,
#include "base/codes.def"
#undef CODE
};
static_assert(COUNT_OF(code_texts) == CODE_COUNT, "codes.def is the only list");

const char *code_text(Code code) {
  assert(code < CODE_COUNT);
  return code_texts[code];
}

/* Format into a fixed buffer; what does not fit is cut before a broken character, and
 * line breaks become blanks: a message is one line. */
static void format_line(char *out, size_t size, const char *fmt, va_list ap) {
  int written = vsnprintf(out, size, fmt, ap);
  size_t len = written < 0 ? 0 : (size_t)written < size ? (size_t)written : size - 1;
  len = utf8_valid_prefix(out, len);
  out[len] = '\0';
  for (size_t i = 0; i < len; i++) {
    if (out[i] == '\n' || out[i] == '\r') out[i] = ' ';
  }
}

Code error_raise(Error *err, Code code, Span span, const char *file, int line, const char *fmt,
                 ...) {
  assert(code != OK);
  if (err->code != OK) return err->code; /* the first error wins */
  *err = (Error){.code = code, .span = span, .file = file, .line = line};
  va_list ap;
  va_start(ap, fmt);
  format_line(err->msg, sizeof err->msg, fmt, ap);
  va_end(ap);
  return code;
}

void error_hint(Error *err, const char *fmt, ...) {
  assert(err->code != OK); /* a hint belongs to a failure */
  if (err->hint[0] != '\0') return;
  va_list ap;
  va_start(ap, fmt);
  format_line(err->hint, sizeof err->hint, fmt, ap);
  va_end(ap);
}

static size_t line_begin(const char *text, size_t at) {
  while (at > 0 && text[at - 1] != '\n') at--;
  return at;
}

TextPosition text_position(const char *text, size_t text_len, uint32_t at) {
  assert(at <= text_len);
  size_t begin = line_begin(text, at);
  TextPosition p = {.line = 1, .column = (uint32_t)utf8_count(text + begin, at - begin) + 1};
  for (size_t i = 0; i < begin; i++) p.line += text[i] == '\n';
  return p;
}

/* The source line that holds the span, and a caret under its first character.  A very long
 * line is cut to a part around the caret. */
static void render_source(const char *text, size_t text_len, uint32_t at, StrBuf *out) {
  enum { BEFORE_MAX = 160, LINE_MAX = 320 };
  size_t begin = line_begin(text, at), end = at;
  while (end < text_len && text[end] != '\n' && text[end] != '\r') end++;
  if (at - begin > BEFORE_MAX) {
    begin = at - BEFORE_MAX;
    while (begin < at && ((unsigned char)text[begin] & 0xC0) == 0x80) begin++;
  }
  if (end - begin > LINE_MAX) end = begin + utf8_valid_prefix(text + begin, LINE_MAX);
  if (end < at) end = at;
  strbuf_puts(out, "  ");
  for (size_t i = begin; i < end; i++) strbuf_putc(out, text[i] == '\t' ? ' ' : text[i]);
  strbuf_puts(out, "\n  ");
  strbuf_fill(out, ' ', utf8_width(text + begin, at - begin));
  strbuf_puts(out, "^\n");
}

void error_render(const Error *err, const char *name, const char *text, size_t text_len,
                  StrBuf *out) {
  assert(err->code != OK);
  bool placed = err->span.len > 0 && text != NULL && err->span.at <= text_len;
  strbuf_puts(out, name);
  if (placed) {
    TextPosition p = text_position(text, text_len, err->span.at);
    strbuf_printf(out, ":%u:%u", p.line, p.column);
  }
  strbuf_printf(out, ": error: %s\n", err->msg);
  if (placed) render_source(text, text_len, err->span.at, out);
  if (err->hint[0] != '\0') strbuf_printf(out, "hint: %s\n", err->hint);
}
