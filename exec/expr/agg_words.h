/* agg_words.h -- integers of a few 64-bit words, for sums that must not overflow.
 *
 * The words of a number stand least first.  Sums are two's complement and wrap.
 */
#pragma once
#include "base/base.h"

static inline void words_add(uint64_t *a, const uint64_t *b, unsigned n) {
  unsigned carry = 0;
  for (unsigned i = 0; i < n; i++) {
    UInt128 sum = (UInt128)a[i] + b[i] + carry;
    a[i] = (uint64_t)sum;
    carry = (unsigned)(sum >> 64);
  }
}

static inline void words_sub(uint64_t *a, const uint64_t *b, unsigned n) {
  unsigned borrow = 0;
  for (unsigned i = 0; i < n; i++) {
    UInt128 difference = (UInt128)a[i] - b[i] - borrow;
    a[i] = (uint64_t)difference;
    borrow = (unsigned)(difference >> 64) & 1;
  }
}

/* The square of a number of n <= 4 words that may be negative; its low n_out words. */
void words_square(uint64_t *out, const uint64_t *v, unsigned n, unsigned n_out);

/* What results are computed with: not negative, below 2^512. */
enum { BIG_WORDS = 8 };
typedef struct Big {
  uint64_t word[BIG_WORDS];
} Big;

void big_mul_word(Big *v, uint64_t factor);  /* the product fits */
void big_div_word(Big *v, uint64_t divisor); /* truncates */
/* *out is the low 128 bits.  false: there are more. */
bool big_to_u128(const Big *v, UInt128 *out);
/* *out = floor(sqrt(v)).  false: it has more than 128 bits. */
bool big_root(const Big *v, UInt128 *out);
