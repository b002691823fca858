/* utf8.c -- code points by RFC 3629; width and case by utf8proc. */
#include "base/utf8.h"

#include <utf8proc.h>

/* Length of the valid sequence at text, or 0. */
static size_t sequence(const unsigned char *text, size_t len) {
  unsigned char c = text[0];
  if (c < 0x80) return 1;
  size_t n = c >= 0xC2 && c <= 0xDF   ? 2
             : c >= 0xE0 && c <= 0xEF ? 3
             : c >= 0xF0 && c <= 0xF4 ? 4
                                      : 0;
  if (n == 0 || n > len) return 0;
  for (size_t i = 1; i < n; i++) {
    if ((text[i] & 0xC0) != 0x80) return 0;
  }
  if (c == 0xE0 && text[1] < 0xA0) return 0; /* overlong */
  if (c == 0xED && text[1] > 0x9F) return 0; /* surrogate */
  if (c == 0xF0 && text[1] < 0x90) return 0; /* overlong */
  if (c == 0xF4 && text[1] > 0x8F) return 0; /* above U+10FFFF */
  return n;
}

/* Bytes at the start that have no high bit, eight at a time. */
static size_t ascii_prefix(const char *text, size_t len) {
  size_t i = 0;
  for (; i + 8 <= len; i += 8) {
    uint64_t word;
    __builtin_memcpy(&word, text + i, 8);
    if ((word & UINT64_C(0x8080808080808080)) != 0) break;
  }
  while (i < len && (unsigned char)text[i] < 0x80) i++;
  return i;
}

size_t utf8_valid_prefix(const char *text, size_t len) {
  size_t i = 0;
  while (i < len) {
    i += ascii_prefix(text + i, len - i);
    if (i == len) break;
    size_t n = sequence((const unsigned char *)text + i, len - i);
    if (n == 0) break;
    i += n;
  }
  return i;
}

size_t utf8_decode(const char *text, size_t len, uint32_t *cp) {
  assert(len > 0);
  const unsigned char *p = (const unsigned char *)text;
  size_t n = sequence(p, len);
  switch (n) {
    case 1:
      *cp = p[0];
      return 1;
    case 2:
      *cp = (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
      return 2;
    case 3:
      *cp = (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
      return 3;
    case 4:
      *cp = (p[0] & 0x07u) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 | (p[3] & 0x3Fu);
      return 4;
    default:
      *cp = 0xFFFD;
      return 1;
  }
}

size_t utf8_encode(uint32_t cp, char out[4]) {
  if (cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF)) cp = 0xFFFD;
  return (size_t)utf8proc_encode_char((utf8proc_int32_t)cp, (utf8proc_uint8_t *)out);
}

size_t utf8_count(const char *text, size_t len) {
  size_t i = ascii_prefix(text, len), count = i;
  while (i < len) {
    uint32_t cp;
    i += utf8_decode(text + i, len - i, &cp);
    count++;
  }
  return count;
}

size_t utf8_offset(const char *text, size_t len, size_t n) {
  size_t i = 0;
  while (i < len && n > 0) {
    uint32_t cp;
    i += utf8_decode(text + i, len - i, &cp);
    n--;
  }
  return i;
}

size_t utf8_width(const char *text, size_t len) {
  size_t i = 0, width = 0;
  while (i < len) {
    uint32_t cp;
    i += utf8_decode(text + i, len - i, &cp);
    int w = cp < 0x20 ? 1 : utf8proc_charwidth((utf8proc_int32_t)cp);
    width += (size_t)(w > 0 ? w : 0);
  }
  return width;
}

uint32_t utf8_upper(uint32_t cp) { return (uint32_t)utf8proc_toupper((utf8proc_int32_t)cp); }
uint32_t utf8_lower(uint32_t cp) { return (uint32_t)utf8proc_tolower((utf8proc_int32_t)cp); }
