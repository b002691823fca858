/* bytes.h -- a few bytes at a time: loads and copies of short lengths without a call.
 *
 * A text of a row is mostly shorter than a cache line; a call of memcpy with a length that the
 * compiler does not know then costs more than the copy.  Two loads of a fixed width that overlap
 * cover every length between the width and its double.
 */
#pragma once
#include "base/base.h"

/* Is the first byte of a number its lowest? */
#define BYTES_ASCEND (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)

/* The first n (0 to 8) bytes at p as they would lie in memory, zeros behind them. */
static inline uint64_t bytes_load(const char *p, size_t n) {
  uint64_t word = 0;
#if BYTES_ASCEND
  if (n == 8) {
    __builtin_memcpy(&word, p, 8);
  } else if (n >= 4) {
    uint32_t first, last;
    __builtin_memcpy(&first, p, 4);
    __builtin_memcpy(&last, p + n - 4, 4);
    word = first | (uint64_t)last << (n - 4) * 8;
  } else if (n > 0) { /* the middle one may be the first or the last */
    word = (unsigned char)p[0] | (uint64_t)(unsigned char)p[n / 2] << n / 2 * 8 |
           (uint64_t)(unsigned char)p[n - 1] << (n - 1) * 8;
  }
#else
  if (n > 0) __builtin_memcpy(&word, p, n);
#endif
  return word;
}

/* memcpy, inline up to 32 bytes; n may be 0, and the two may not overlap. */
static inline void bytes_copy(char *restrict to, const char *restrict from, size_t n) {
  if (n > 32) {
    __builtin_memcpy(to, from, n);
  } else if (n >= 16) {
    char first[16], last[16];
    __builtin_memcpy(first, from, 16);
    __builtin_memcpy(last, from + n - 16, 16);
    __builtin_memcpy(to, first, 16);
    __builtin_memcpy(to + n - 16, last, 16);
  } else if (n >= 8) {
    uint64_t first, last;
    __builtin_memcpy(&first, from, 8);
    __builtin_memcpy(&last, from + n - 8, 8);
    __builtin_memcpy(to, &first, 8);
    __builtin_memcpy(to + n - 8, &last, 8);
  } else if (n >= 4) {
    uint32_t first, last;
    __builtin_memcpy(&first, from, 4);
    __builtin_memcpy(&last, from + n - 4, 4);
    __builtin_memcpy(to, &first, 4);
    __builtin_memcpy(to + n - 4, &last, 4);
  } else if (n > 0) {
    char middle = from[n / 2], last = from[n - 1];
    to[0] = from[0];
    to[n / 2] = middle;
    to[n - 1] = last;
  }
}
