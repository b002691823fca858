/* json_quote.c -- text as a string of JSON. */
#include "exec/data/json_quote.h"

#include <string.h>

#include "base/utf8.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* How many bytes stand before the first that is a quote, a backslash, a control character, or, with
 * ascii, above 0x7F. */
static size_t plain_run(const char *s, size_t n, bool ascii) {
  size_t i = 0;
#ifdef __SSE2__
  const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\');
  const __m128i control = _mm_set1_epi8(0x1F);
  for (; i + 16 <= n; i += 16) {
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(s + i));
    __m128i stop = _mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, backslash));
    stop = _mm_or_si128(stop, _mm_cmpeq_epi8(_mm_min_epu8(v, control), v));
    unsigned at = (unsigned)_mm_movemask_epi8(ascii ? _mm_or_si128(stop, v) : stop);
    if (at != 0) return i + (size_t)__builtin_ctz(at);
  }
#endif
  for (; i < n; i++) {
    unsigned char c = (unsigned char)s[i];
    if (c == '"' || c == '\\' || c < 0x20 || (ascii && c > 0x7F)) break;
  }
  return i;
}

static void put_escape(StrBuf *out, unsigned char c) {
  static const char letters[0x20] = {
      ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};
  static const char hex[] = "0123456789ABCDEF";
  char text[6] = {'\\', (char)c};
  if (c >= 0x20) {
    strbuf_put(out, text, 2);
  } else if (letters[c] != 0) {
    text[1] = letters[c];
    strbuf_put(out, text, 2);
  } else {
    memcpy(text + 1, "u00", 3);
    text[4] = hex[c >> 4];
    text[5] = hex[c & 15];
    strbuf_put(out, text, 6);
  }
}

static void put_escaped(StrBuf *out, Str text) {
  size_t i = 0, good = text.len; /* behind i and not ascii, all up to good is UTF-8 */
  bool ascii = true;
  for (;;) {
    size_t run = plain_run(text.ptr + i, good - i, ascii);
    strbuf_put(out, text.ptr + i, run);
    i += run;
    if (i == text.len) return;
    if (i < good && (unsigned char)text.ptr[i] <= 0x7F) {
      put_escape(out, (unsigned char)text.ptr[i++]);
      continue;
    }
    if (i == good) { /* a byte that is not UTF-8 */
      strbuf_puts(out, "\xEF\xBF\xBD");
      i++;
    }
    ascii = false;
    good = i + utf8_valid_prefix(text.ptr + i, text.len - i);
  }
}

void json_put_string(StrBuf *out, Str text) {
  char *at = strbuf_reserve(out, text.len + 2);
  if (at == NULL) return;
  *at = '"';
  out->len++;
  put_escaped(out, text);
  strbuf_putc(out, '"');
}

char json_unescaped(char letter) {
  switch (letter) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return letter;
  }
}
