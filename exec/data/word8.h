/* word8.h -- text eight bytes at a time, in one 64-bit word: the inner loop of the parsers that
 * stand on the path of every row.
 *
 * A word is compared with a pattern by XOR: that leaves digits as 0 to 9 and what equals the
 * pattern as 0.  One addition then tells whether any byte is something else:
 *
 *   word  = word8_load(p) ^ WORD8('0', '0', ':', '0', '0', ...)
 *   limit = WORD8(WORD8_DIGIT, WORD8_DIGIT, WORD8_SAME, WORD8_DIGIT, WORD8_DIGIT, ...)
 *   word8_beyond(word, limit) == 0
 *
 * Loading reads eight bytes, wherever the text ends: the caller knows that they are readable.
 */
#pragma once
#include "base/base.h"

#define WORD8(a, b, c, d, e, f, g, h)                                               \
  ((uint64_t)(a) | (uint64_t)(b) << 8 | (uint64_t)(c) << 16 | (uint64_t)(d) << 24 | \
   (uint64_t)(e) << 32 | (uint64_t)(f) << 40 | (uint64_t)(g) << 48 | (uint64_t)(h) << 56)
#define WORD8_EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* What to add to a byte so that its high bit says "too much": to a digit (above 9), to one that
 * has to be 0, to one that may be anything up to 0x7F. */
enum { WORD8_DIGIT = 0x76, WORD8_SAME = 0x7F, WORD8_ANY = 0 };

/* The first byte in the lowest bits. */
static inline uint64_t word8_load(const char *p) {
  uint64_t word;
  __builtin_memcpy(&word, p, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  word = __builtin_bswap64(word);
#endif
  return word;
}

/* The same, with digits as 0 to 9. */
static inline uint64_t word8_load_digits(const char *p) { return word8_load(p) ^ WORD8_EACH('0'); }

/* 0 when no byte is beyond its limit; else the lowest bit that is set belongs to the first byte
 * that is (a carry only disturbs those behind it). */
static inline uint64_t word8_beyond(uint64_t word, uint64_t limits) {
  return (word | (word + limits)) & WORD8_EACH(0x80);
}

static inline bool word8_all_digits(uint64_t digits) {
  return word8_beyond(digits, WORD8_EACH(WORD8_DIGIT)) == 0;
}

/* How many of the eight stand before the first that is no digit. */
static inline unsigned word8_count_digits(uint64_t digits) {
  uint64_t other = word8_beyond(digits, WORD8_EACH(WORD8_DIGIT));
  return other != 0 ? (unsigned)__builtin_ctzll(other) / 8 : 8;
}

/* The first n (1 to 8) of the eight, moved to the end: zeros in front do not count. */
static inline uint64_t word8_last(uint64_t digits, unsigned n) { return digits << (8 - n) * 8; }

/* The number that eight digits spell: neighbours are added up to pairs, then the four pairs with
 * two multiplications (Lemire, "Number parsing at a gigabyte per second", 2021). */
static inline uint64_t word8_number(uint64_t digits) {
  const uint64_t mask = UINT64_C(0x000000FF000000FF);
  digits = digits * 10 + (digits >> 8);
  return ((digits & mask) * UINT64_C(0x000F424000000064) +
          (digits >> 16 & mask) * UINT64_C(0x0000271000000001)) >>
         32;
}

/* The n (1 to 6) digits at p, which stand behind the point of a second, as microseconds. */
static inline bool word8_micros(const char *p, size_t n, uint32_t *us) {
  uint64_t digits = word8_load_digits(p) & ((UINT64_C(1) << (n * 8)) - 1); /* zeros behind */
  *us = (uint32_t)(word8_number(digits) / 100);
  return word8_all_digits(digits);
}
