/* json_scan.h -- the fast way over a JSON record: what is a value of a column.
 *
 * As in json_skip.h nothing here needs an end: a record is one line, so that a newline stands at or
 * behind every pointer, and at least CHUNK_PADDING bytes behind it are readable.  NULL: ask
 * json_strict.c.
 */
#pragma once
#include <string.h>

#include "exec/data/digits.h"
#include "exec/data/json_skip.h"
#include "exec/formats/format.h"

static_assert((int)CHUNK_PADDING >= (int)JSON_PADDING, "what json_skip.h reads");

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

/* --- values -------------------------------------------------------------------------- */

/* The value at p, told as json_strict.c tells it.  depth is that of what it stands in: 1 for a
 * member of the record. */
const char *json_scan_value(const char *p, unsigned depth, JsonValue *out);
