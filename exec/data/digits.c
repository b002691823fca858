/* digits.c -- see digits.h. */
#include "exec/data/digits.h"

const char digit_pairs[200] = {
#define PAIR(t, d) '0' + (t), '0' + (d)
#define TENS(t)                                                                                   \
  PAIR(t, 0), PAIR(t, 1), PAIR(t, 2), PAIR(t, 3), PAIR(t, 4), PAIR(t, 5), PAIR(t, 6), PAIR(t, 7), \
      PAIR(t, 8), PAIR(t, 9)
    TENS(0), TENS(1), TENS(2), TENS(3), TENS(4), TENS(5), TENS(6), TENS(7), TENS(8), TENS(9),
#undef TENS
#undef PAIR
};

const uint64_t pow10_word[POW10_WORD_MAX + 1] = {
    UINT64_C(1),
    UINT64_C(10),
    UINT64_C(100),
    UINT64_C(1000),
    UINT64_C(10000),
    UINT64_C(100000),
    UINT64_C(1000000),
    UINT64_C(10000000),
    UINT64_C(100000000),
    UINT64_C(1000000000),
    UINT64_C(10000000000),
    UINT64_C(100000000000),
    UINT64_C(1000000000000),
    UINT64_C(10000000000000),
    UINT64_C(100000000000000),
    UINT64_C(1000000000000000),
    UINT64_C(10000000000000000),
    UINT64_C(100000000000000000),
    UINT64_C(1000000000000000000),
    UINT64_C(10000000000000000000),
};

const double pow10_double[POW10_DOUBLE_MAX + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static size_t count(uint64_t v) {
  size_t n = 1;
  while (v >= 10000) {
    v /= 10000;
    n += 4;
  }
  return n + (v >= 10) + (v >= 100) + (v >= 1000);
}

void digits_print_fixed(uint64_t v, size_t width, char *out) {
  while (width >= 2) {
    width -= 2;
    digits_put2((unsigned)(v % 100), out + width);
    v /= 100;
  }
  if (width == 1) {
    out[0] = (char)('0' + v % 10);
    v /= 10;
  }
  assert(v == 0);
}

size_t digits_print(uint64_t v, char *out) {
  size_t n = count(v);
  digits_print_fixed(v, n, out);
  return n;
}
