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
