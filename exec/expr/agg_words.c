/* agg_words.c -- arithmetic on a few words; schoolbook, for emitting results. */
#include "exec/expr/agg_words.h"

#include <math.h>
#include <string.h>

enum { SQUARED_WORDS_MAX = 4 };

void words_square(uint64_t *out, const uint64_t *v, unsigned n, unsigned n_out) {
  uint64_t magnitude[SQUARED_WORDS_MAX] = {0};
  assert(n <= SQUARED_WORDS_MAX);
  if (v[n - 1] >> 63 != 0) {
    words_sub(magnitude, v, n);
  } else {
    memcpy(magnitude, v, n * sizeof *v);
  }
  memset(out, 0, n_out * sizeof *out);
  for (unsigned i = 0; i < n; i++) {
    uint64_t carry = 0;
    for (unsigned k = 0; i + k < n_out && k <= n; k++) {
      UInt128 part = k < n ? (UInt128)magnitude[i] * magnitude[k] : 0;
      part += (UInt128)out[i + k] + carry;
      out[i + k] = (uint64_t)part;
      carry = (uint64_t)(part >> 64);
    }
  }
}

void big_mul_word(Big *v, uint64_t factor) {
  uint64_t carry = 0;
  for (int i = 0; i < BIG_WORDS; i++) {
    UInt128 part = (UInt128)v->word[i] * factor + carry;
    v->word[i] = (uint64_t)part;
    carry = (uint64_t)(part >> 64);
  }
  assert(carry == 0);
}

void big_div_word(Big *v, uint64_t divisor) {
  uint64_t rest = 0;
  int i = BIG_WORDS - 1;
  while (i > 0 && v->word[i] == 0) i--;
  for (; i >= 0; i--) {
    UInt128 part = (UInt128)rest << 64 | v->word[i];
    v->word[i] = (uint64_t)(part / divisor);
    rest = (uint64_t)(part % divisor);
  }
}

static bool fits_words(const Big *v, int n) {
  for (int i = n; i < BIG_WORDS; i++) {
    if (v->word[i] != 0) return false;
  }
  return true;
}

bool big_to_u128(const Big *v, UInt128 *out) {
  *out = (UInt128)v->word[1] << 64 | v->word[0];
  return fits_words(v, 2);
}

/* Below 2^100 the square root of a double is next to the result or is it. */
static UInt128 small_root(UInt128 v) {
  UInt128 root = (UInt128)sqrt((double)v);
  while (root * root > v) root--;
  while ((root + 1) * (root + 1) <= v) root++;
  return root;
}

static bool square_at_most(UInt128 root, const uint64_t *v) {
  const uint64_t words[3] = {(uint64_t)root, (uint64_t)(root >> 64), 0};
  uint64_t square[4];
  words_square(square, words, 3, 4);
  for (int i = 3; i >= 0; i--) {
    if (square[i] != v[i]) return square[i] < v[i];
  }
  return true;
}

bool big_root(const Big *v, UInt128 *out) {
  if (!fits_words(v, 4)) return false;
  if (fits_words(v, 1) || (fits_words(v, 2) && v->word[1] >> 36 == 0)) {
    *out = small_root((UInt128)v->word[1] << 64 | v->word[0]);
    return true;
  }
  *out = 0;
  for (int bit = 127; bit >= 0; bit--) {
    UInt128 more = *out | (UInt128)1 << bit;
    if (square_at_most(more, v->word)) *out = more;
  }
  return true;
}
