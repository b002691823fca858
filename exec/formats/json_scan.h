/* json_scan.h -- the fast way over a JSON record: strings, numbers and keys a word at a time.
 *
 * Everything here reads from a pointer on and needs no end: a newline stands at or behind it,
 * no function passes a newline, and at least CHUNK_PADDING bytes behind the newline are readable.
 * A function returns the byte behind what it read, or NULL when it will not decide: then
 * the record goes to json_strict.c, which says what is right.  So an answer other than NULL
 * must be what json_strict.c would say; the tests compare the two.
 *
 * Values are read here, not followed through: what stands behind one is looked at by whoever
 * reads the next key (json_keys.c), so that "12x" is refused there.
 *
 * SSE2 belongs to every x86-64.  Wider vectors gained 5 % on short lines and lost 3 % on wide ones:
 * strings are short, and the time goes into the chain from one value's end to the next one's
 * start.
 */
#pragma once
#include <string.h>

#include "exec/data/digits.h"
#include "exec/data/word8.h"
#include "exec/formats/format.h"
#include "exec/formats/json_strict.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

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

/* --- numbers ------------------------------------------------------------------------- */

enum { JSON_DIGITS_MAX = 18 }; /* fit an int64, whatever they are */

/* A run of digits onto *value; *n counts them on.  NULL when there would be more than
 * JSON_DIGITS_MAX. */
static inline const char *json_digits(const char *p, uint64_t *value, unsigned *n) {
  for (;;) {
    uint64_t digits = word8_load_digits(p);
    unsigned run = word8_count_digits(digits);
    if (run == 0) return p;
    *n += run;
    if (UNLIKELY(*n > JSON_DIGITS_MAX)) return NULL;
    *value = *value * pow10_word[run] + word8_number(word8_last(digits, run));
    p += run;
    if (LIKELY(run < 8)) return p;
  }
}

/* A whole number of at most JSON_DIGITS_MAX digits. */
static inline const char *json_read_int(const char *p, int64_t *out) {
  bool negative = *p == '-';
  p += negative;
  uint64_t value = 0;
  unsigned n = 0;
  const char *end = json_digits(p, &value, &n);
  if (UNLIKELY(end == NULL || n == 0 || (*p == '0' && n > 1))) return NULL;
  *out = negative ? -(int64_t)value : (int64_t)value;
  return end;
}

/* A number of at most JSON_DIGITS_MAX digits, without exponent, as digits and how many of them
 * stand behind the point. */
static inline const char *json_read_fixed(const char *p, bool *negative, uint64_t *value,
                                          unsigned *n_fraction) {
  *negative = *p == '-';
  p += *negative;
  *value = 0;
  unsigned n = 0;
  const char *end = json_digits(p, value, &n);
  if (UNLIKELY(end == NULL || n == 0 || (*p == '0' && n > 1))) return NULL;
  unsigned n_whole = n;
  if (*end == '.') {
    end = json_digits(end + 1, value, &n);
    if (UNLIKELY(end == NULL || n == n_whole)) return NULL;
  }
  *n_fraction = n - n_whole;
  return (*end | 0x20) == 'e' ? NULL : end;
}

/* Any number, unread. */
const char *json_skip_number(const char *p);

/* --- values -------------------------------------------------------------------------- */

static inline const char *json_skip_blanks(const char *p) {
  while (UNLIKELY(*p == ' ' || *p == '\t' || *p == '\r')) p++;
  return p;
}

/* true, false, null, or a nested value: anything that is neither string nor number.  depth is
 * that of the object it stands in: 1 for a member of the record. */
const char *json_skip_other(const char *p, unsigned depth);

/* Any member of the record. */
static inline const char *json_skip_value(const char *p) {
  if (*p == '"') return json_skip_string(p + 1);
  if ((unsigned char)(*p - '0') <= 9 || *p == '-') return json_skip_number(p);
  return json_skip_other(p, 1);
}

/* The same, told as json_strict.c tells it. */
const char *json_scan_value(const char *p, JsonValue *out);
