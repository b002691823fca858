/* utf8.c -- code points by RFC 3629; width and case by utf8proc. */
#include "base/utf8.h"

#include <utf8proc.h>

#include "base/bytes.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define HIGH_BITS UINT64_C(0x8080808080808080)

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
    if ((word & HIGH_BITS) != 0) break;
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

/* --- counting ---------------------------------------------------------------------------- */

static size_t count_each(const char *text, size_t len) {
  size_t i = 0, count = 0;
  while (i < len) {
    uint32_t cp;
    i += utf8_decode(text + i, len - i, &cp);
    count++;
  }
  return count;
}

#ifdef __SSE2__
/* Sixteen bytes and, of each, the one, two and three bytes before it. */
typedef struct Window {
  __m128i at, before1, before2, before3;
} Window;

/* Bits of the bytes that continue a character; *bad gets bits where the bytes are no UTF-8, which
 * is where sequence() above finds no character. */
static inline unsigned continued(const Window *w, unsigned *bad) {
  const __m128i zero = _mm_setzero_si128();
#define EACH(byte)          _mm_set1_epi8((char)(byte))
#define FROM(v, least)      _mm_subs_epu8(v, EACH((least)-0x80)) /* high bit: v >= least */
#define IS(v, byte)         _mm_cmpeq_epi8(v, EACH(byte))
#define BELOW(v, byte)      _mm_cmplt_epi8(v, EACH(byte)) /* of bytes above 0x7F */
#define PAIR(first, second) _mm_or_si128(wrong, _mm_and_si128(first, second))
  __m128i is = BELOW(w->at, 0xC0); /* signed: 0x80 to 0xBF */
  __m128i must = _mm_or_si128(_mm_or_si128(FROM(w->before1, 0xC0), FROM(w->before2, 0xE0)),
                              FROM(w->before3, 0xF0));
  __m128i wrong = IS(_mm_and_si128(w->at, EACH(0xFE)), 0xC0); /* C0, C1: overlong */
  wrong = _mm_or_si128(wrong, _mm_cmpgt_epi8(_mm_subs_epu8(w->at, EACH(0xF4)), zero));
  wrong = PAIR(IS(w->before1, 0xE0), BELOW(w->at, 0xA0));                /* overlong */
  wrong = PAIR(IS(w->before1, 0xED), _mm_cmpgt_epi8(w->at, EACH(0x9F))); /* surrogate */
  wrong = PAIR(IS(w->before1, 0xF0), BELOW(w->at, 0x90));                /* overlong */
  wrong = PAIR(IS(w->before1, 0xF4), _mm_cmpgt_epi8(w->at, EACH(0x8F))); /* above U+10FFFF */
#undef EACH
#undef FROM
#undef IS
#undef BELOW
#undef PAIR
  unsigned is_bits = (unsigned)_mm_movemask_epi8(is);
  *bad |= (is_bits ^ (unsigned)_mm_movemask_epi8(must)) | (unsigned)_mm_movemask_epi8(wrong);
  return is_bits;
}

static __m128i load16(const char *p) { return _mm_loadu_si128((const __m128i *)(const void *)p); }

/* Of 16 bytes at p with three more before them. */
static Window window_at(const char *p) {
  return (Window){load16(p), load16(p - 1), load16(p - 2), load16(p - 3)};
}

static Window window_at_start(const char *p) {
  __m128i v = load16(p);
  return (Window){v, _mm_slli_si128(v, 1), _mm_slli_si128(v, 2), _mm_slli_si128(v, 3)};
}

enum { WINDOW = 16, BEFORE = 3 };

/* Set bits of a number of 16: without an instruction for it, which not every x86-64 has. */
static unsigned bits_of(unsigned x) {
  x -= x >> 1 & 0x5555;
  x = (x & 0x3333) + (x >> 2 & 0x3333);
  x = (x + (x >> 4)) & 0x0F0F;
  return (x + (x >> 8)) & 0x1F;
}

/* Without a branch for where the text stops being so. */
static bool is_ascii(const char *text, size_t len) {
  if (len < WINDOW) {
    uint64_t head = bytes_load(text, len < 8 ? len : 8);
    return ((head | (len > 8 ? bytes_load(text + 8, len - 8) : 0)) & HIGH_BITS) == 0;
  }
  __m128i all = _mm_or_si128(load16(text), load16(text + len - WINDOW));
  for (size_t i = WINDOW; i + WINDOW < len; i += WINDOW) all = _mm_or_si128(all, load16(text + i));
  return _mm_movemask_epi8(all) == 0;
}

/* Up to 18 bytes, and zeros, so that a character which is cut off shows. */
static size_t count_short(const char *text, size_t len, unsigned *bad) {
  char room[BEFORE + 2 * WINDOW] = {0};
  bytes_copy(room + BEFORE, text, len);
  Window w = window_at(room + BEFORE), rest = window_at(room + BEFORE + WINDOW);
  return len - bits_of(continued(&w, bad)) - bits_of(continued(&rest, bad));
}

/* The last window overlaps the one before it. */
static size_t count_long(const char *text, size_t len, unsigned *bad) {
  const unsigned char *end = (const unsigned char *)text + len;
  Window w = window_at_start(text);
  size_t i = WINDOW, count = len - bits_of(continued(&w, bad));
  for (; len - i >= WINDOW; i += WINDOW) {
    w = window_at(text + i);
    count -= bits_of(continued(&w, bad));
  }
  w = window_at(text + len - WINDOW);
  unsigned not_yet = 0xFFFFu << (WINDOW - (len - i)); /* above the bits that count already did */
  *bad |= (end[-1] >= 0xC0) | (end[-2] >= 0xE0) | (end[-3] >= 0xF0); /* cut off */
  return count - bits_of(continued(&w, bad) & not_yet & 0xFFFF);
}

size_t utf8_count(const char *text, size_t len) {
  if (is_ascii(text, len)) return len;
  unsigned bad = 0;
  size_t count = len < WINDOW + BEFORE ? count_short(text, len, &bad) : count_long(text, len, &bad);
  return bad == 0 ? count : count_each(text, len);
}
#else
size_t utf8_count(const char *text, size_t len) {
  size_t i = ascii_prefix(text, len);
  return i + count_each(text + i, len - i);
}
#endif

/* --- positions, width, case -------------------------------------------------------------- */

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
