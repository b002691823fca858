/* json_skip.h -- over a JSON text a word at a time: strings, numbers, nested values.
 *
 * Everything here reads from a pointer on and needs no end: a stop stands at or behind it, a
 * newline or NUL, which no function passes (but for json_skip_other, where newlines are blanks:
 * there it is a NUL), and at least JSON_PADDING bytes behind the stop are readable. A function
 * returns the byte behind what it read, or NULL when it will not decide: then the text goes to
 * json_strict.c, which says what is right.  So an answer other than NULL must be what json_strict.c
 * would say; the tests compare the two.
 *
 * Values are read here, not followed through: what stands behind one is looked at by whoever
 * reads what comes next, so that "12x" is refused there.
 *
 * SSE2 belongs to every x86-64.  Wider vectors gained 5 % on short lines and lost 3 % on wide ones:
 * strings are short, and the time goes into the chain from one value's end to the next one's
 * start.
 */
#pragma once
#include "exec/data/json_strict.h"
#include "exec/data/word8.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { JSON_PADDING = 32 }; /* bytes that are readable behind the stop */

/* --- strings ------------------------------------------------------------------------- */

#ifdef __SSE2__
/* The first quote, backslash or control character, and with ascii also the first byte above
 * 0x7F. */
static inline const char *json_find_stop(const char *p, bool ascii) {
  const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\');
  const __m128i blank = _mm_set1_epi8(0x20), control = _mm_set1_epi8(0x1F);
  for (;; p += 16) {
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
    /* compared as signed, bytes above 0x7F are below blank too */
    __m128i low = ascii ? _mm_cmplt_epi8(v, blank) : _mm_cmpeq_epi8(_mm_min_epu8(v, control), v);
    __m128i stop =
        _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, backslash)), low);
    unsigned at = (unsigned)_mm_movemask_epi8(stop);
    if (LIKELY(at != 0)) return p + __builtin_ctz(at);
  }
}
#else
/* The same, eight bytes at a time.  A byte x that is 0 shows as the high bit in
 * (x - 1) & ~x; borrows only disturb bytes behind the first hit, which is the one that counts. */
static inline const char *json_find_stop(const char *p, bool ascii) {
  for (;; p += 8) {
    uint64_t v = word8_load(p), quote = v ^ WORD8_EACH('"'), backslash = v ^ WORD8_EACH('\\');
    uint64_t stop = ((quote - WORD8_EACH(1)) & ~quote) |
                    ((backslash - WORD8_EACH(1)) & ~backslash) | ((v - WORD8_EACH(0x20)) & ~v) |
                    (ascii ? v : 0);
    stop &= WORD8_EACH(0x80);
    if (stop != 0) return p + __builtin_ctzll(stop) / 8;
  }
}
#endif

/* The first byte that a string of plain ASCII does not hold. */
static inline const char *json_plain_end(const char *p) { return json_find_stop(p, true); }

/* The closing quote of the string that begins at text (behind its quote), of which all before
 * at is plain; escapes and UTF-8 are checked.  *escaped becomes true when there are any. */
const char *json_string_end(const char *text, const char *at, bool *escaped);

/* From behind the opening quote to behind the closing one. */
static inline const char *json_skip_string(const char *text) {
  const char *at = json_plain_end(text);
  if (UNLIKELY(*at != '"')) {
    bool escaped = false;
    at = json_string_end(text, at, &escaped);
    if (at == NULL) return NULL;
  }
  return at + 1;
}

/* --- other values -------------------------------------------------------------------- */

/* Any number, unread. */
const char *json_skip_number(const char *p);

/* lines: newlines are blanks. */
static inline const char *json_skip_blanks(const char *p, bool lines) {
  while (UNLIKELY(*p == ' ' || *p == '\t' || *p == '\r' || (lines && *p == '\n'))) p++;
  return p;
}

/* true, false, null, or a nested value: anything that is neither string nor number.  depth is
 * that of what it stands in: 1 for a member of the record. */
const char *json_skip_other(const char *p, unsigned depth, bool lines);

/* Any value. */
static inline const char *json_skip_value(const char *p, unsigned depth, bool lines) {
  if (*p == '"') return json_skip_string(p + 1);
  if ((unsigned char)(*p - '0') <= 9 || *p == '-') return json_skip_number(p);
  return json_skip_other(p, depth, lines);
}
