/* word8_test.c -- the tricks of the fast parsers (word8.h, digits.h, text_padded.h) against the
 * plain way, on random bytes. */
#include "exec/data/word8.h"

#include <string.h>

#include "base/check.h"
#include "exec/data/decimal.h"
#include "exec/data/digits.h"
#include "exec/data/number_text.h"
#include "exec/data/rng.h"
#include "exec/data/text_padded.h"

enum { ROUNDS = 20000 };

/* Eight bytes, mostly digits. */
static void random_text(uint64_t *rng, char out[9]) {
  for (int i = 0; i < 8; i++) {
    uint64_t r = rng_next(rng);
    out[i] = (char)(r % 12 > 0 ? '0' + (r >> 8) % 10 : r >> 8);
  }
  out[8] = '\0';
}

static unsigned count_digits(const char *p) {
  unsigned n = 0;
  while (n < 8 && p[n] >= '0' && p[n] <= '9') n++;
  return n;
}

static uint64_t number_of(const char *p, unsigned n) {
  uint64_t v = 0;
  for (unsigned i = 0; i < n; i++) v = v * 10 + (uint64_t)(p[i] - '0');
  return v;
}

static void test_digits(void) {
  uint64_t rng = 1;
  char text[9];
  for (int i = 0; i < ROUNDS; i++) {
    random_text(&rng, text);
    uint64_t digits = word8_load_digits(text);
    unsigned n = count_digits(text);
    CHECK_INT(word8_count_digits(digits), n);
    CHECK_INT(word8_all_digits(digits), n == 8);
    for (unsigned k = 1; k <= n; k++) {
      CHECK_INT(word8_number(word8_last(digits, k)), number_of(text, k));
    }
    for (unsigned k = 1; k <= 6; k++) {
      uint32_t us;
      CHECK_INT(word8_micros(text, k, &us), k <= n);
      if (k <= n) CHECK_INT(us, number_of(text, k) * pow10_word[6 - k]);
    }
  }
}

static void test_limits(void) {
  const uint64_t limits = WORD8(WORD8_DIGIT, WORD8_SAME, WORD8_ANY, 0, 0, 0, 0, 0);
  const uint64_t pattern = WORD8('0', ':', 0, 0, 0, 0, 0, 0);
  CHECK_INT(word8_beyond(word8_load("9:xxxxxx") ^ pattern, limits), 0);
  CHECK_INT(word8_beyond(word8_load("0:\x7F\0\0\0\0\0") ^ pattern, limits), 0);
  CHECK_INT(word8_beyond(word8_load("0:\x80\0\0\0\0\0") ^ pattern, limits), 0x800000);
  CHECK_INT(word8_beyond(word8_load("0;xxxxxx") ^ pattern, limits), 0x8000);
  CHECK((word8_beyond(word8_load("a:xxxxxx") ^ pattern, limits) & 0x80) != 0);
  CHECK((word8_beyond(word8_load("\xFF:xxxxxx") ^ pattern, limits) & 0x80) != 0);
}

/* digits with a point before the last `scale`, as text. */
static Str with_point(uint64_t digits, unsigned scale, char *out) {
  return (Str){out, decimal_print((Int128)digits, scale, out)};
}

static void test_point(void) {
  uint64_t rng = 2;
  char text[DECIMAL_TEXT_MAX];
  for (int i = 0; i < ROUNDS; i++) {
    uint64_t digits = rng_next(&rng) % pow10_word[rng_next(&rng) % 18 + 1];
    unsigned scale = rng_next(&rng) % 19, to_scale = rng_next(&rng) % 19;
    unsigned precision = to_scale + rng_next(&rng) % (19 - to_scale);
    if (precision == 0) precision = 1;
    Str s = with_point(digits, scale, text);
    double got, want;
    CHECK(double_parse(s, &want));
    CHECK_INT(digits_to_double(digits, scale, &got), digits <= DIGITS_EXACT_MAX);
    if (digits <= DIGITS_EXACT_MAX) CHECK(memcmp(&got, &want, sizeof got) == 0);
    int64_t word = 0;
    Int128 wide = 0;
    bool fits = scale <= to_scale && decimal_parse(s, precision, to_scale, &wide);
    CHECK_INT(digits_to_decimal(digits, scale, precision, to_scale, &word), fits);
    if (fits) CHECK(word == wide);
  }
}

static void test_text(void) {
  const char bytes[] = "0123456789abcdefghijklmnopqrstuvwxyz";
  for (size_t len = 0; len <= 20; len++) {
    TextRef got, want = text_ref(bytes, len);
    memset(&got, 0xAA, sizeof got);
    text_put_padded(&got, bytes, len);
    CHECK(memcmp(&got, &want, sizeof got) == 0);
  }
}

int main(void) {
  test_digits();
  test_limits();
  test_point();
  test_text();
  return check_done();
}
