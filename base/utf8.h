/* utf8.h -- code points: decode, count, display width.  Tables are utf8proc's. */
#pragma once
#include "base/base.h"

/* Length of the longest valid UTF-8 prefix of text[0..len). */
size_t utf8_valid_prefix(const char *text, size_t len);
static inline bool utf8_valid(const char *text, size_t len) {
  return utf8_valid_prefix(text, len) == len;
}
/* Decode one code point; *cp is U+FFFD and the result 1 for a bad byte.  len > 0. */
size_t utf8_decode(const char *text, size_t len, uint32_t *cp);
/* Encode cp; returns 1..4 bytes written to out. */
size_t utf8_encode(uint32_t cp, char out[4]);
/* Number of code points; a bad byte counts as one. */
size_t utf8_count(const char *text, size_t len);
/* Byte offset of the n-th code point (from 0), or len when there are fewer. */
size_t utf8_offset(const char *text, size_t len, size_t n);
/* Columns on a terminal. */
size_t utf8_width(const char *text, size_t len);
/* One-to-one case mapping. */
uint32_t utf8_upper(uint32_t cp);
uint32_t utf8_lower(uint32_t cp);
