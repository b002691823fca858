/* escape.c -- the one filter for what goes to a terminal. */
#include "base/escape.h"

#include <string.h>

#include "base/utf8.h"

static bool is_harmful(uint32_t cp) {
  return cp < 0x20 || (cp >= 0x7F && cp <= 0x9F) || cp == 0x061C || cp == 0x200E || cp == 0x200F ||
         (cp >= 0x2028 && cp <= 0x202E) || (cp >= 0x2066 && cp <= 0x2069);
}

static bool is_kept(uint32_t cp, unsigned keep) {
  return (cp == '\n' && (keep & KEEP_NEWLINE) != 0) || (cp == '\t' && (keep & KEEP_TAB) != 0);
}

static void put_escape(StrBuf *out, uint32_t cp) {
  static const char letters[] = {
      ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
  if (cp < COUNT_OF(letters) && letters[cp] != '\0') {
    strbuf_putc(out, '\\');
    strbuf_putc(out, letters[cp]);
  } else {
    strbuf_printf(out, "\\u%04x", cp);
  }
}

/* Bytes at the start that need no second look: printable ASCII. */
static size_t plain_prefix(const char *text, size_t len) {
  size_t i = 0;
  while (i < len && text[i] >= 0x20 && text[i] < 0x7F) i++;
  return i;
}

void escape_put(StrBuf *out, const char *text, size_t len, unsigned keep) {
  for (size_t i = 0; i < len;) {
    size_t plain = plain_prefix(text + i, len - i);
    strbuf_put(out, text + i, plain);
    i += plain;
    if (i == len) break;
    uint32_t cp;
    size_t n = utf8_decode(text + i, len - i, &cp);
    if (is_harmful(cp) && !is_kept(cp, keep)) {
      put_escape(out, cp);
    } else {
      char bytes[4];
      strbuf_put(out, bytes, utf8_encode(cp, bytes));
    }
    i += n;
  }
}

/* A line of blanks and one caret? */
static bool is_caret_line(Str line) {
  return line.len > 0 && line.ptr[line.len - 1] == '^' && strspn(line.ptr, " ") == line.len - 1;
}

/* The part of line that is width columns wide, as error_render counted them. */
static Str prefix_of_width(Str line, size_t width) {
  size_t at = 0;
  while (at < line.len) {
    uint32_t cp;
    size_t next = at + utf8_decode(line.ptr + at, line.len - at, &cp);
    if (utf8_width(line.ptr, next) > width) break;
    at = next;
  }
  return (Str){line.ptr, at};
}

void escape_put_error(StrBuf *out, const char *text) {
  Str before = {0};
  while (*text != '\0') {
    Str line = {text, strcspn(text, "\n")};
    if (is_caret_line(line)) {
      Str left = prefix_of_width(before, line.len - 1);
      size_t begin = out->len;
      escape_put(out, left.ptr, left.len, 0);
      size_t width = begin < out->len ? utf8_width(out->data + begin, out->len - begin) : 0;
      if (!strbuf_failed(out)) out->len = begin;
      strbuf_fill(out, ' ', width);
      strbuf_putc(out, '^');
    } else {
      escape_put(out, line.ptr, line.len, 0);
    }
    text += line.len;
    if (*text == '\n') text++;
    strbuf_putc(out, '\n');
    before = line;
  }
}
