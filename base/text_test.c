/* text_test.c -- what is done many bytes at a time, against the same one byte at a time. */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "base/str.h"
#include "base/utf8.h"

static uint32_t pick(uint32_t n) {
  static uint64_t state = 42;
  state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)((state >> 33) % n);
}

/* Exactly len bytes, so that a sanitizer sees what reads beyond them. */
static char *exactly(const char *bytes, size_t len) {
  char *copy = malloc(len > 0 ? len : 1);
  if (copy == NULL) abort();
  memcpy(copy, bytes, len);
  return copy;
}

static void test_bytes(void) {
  for (size_t n = 0; n <= 80; n++) {
    char from[80], to[82], want[8] = {0};
    for (size_t i = 0; i < n; i++) from[i] = (char)pick(256);
    char *p = exactly(from, n);
    memset(to, 'x', sizeof to);
    bytes_copy(to + 1, p, n);
    CHECK(memcmp(to + 1, p, n) == 0);
    CHECK(to[0] == 'x' && to[n + 1] == 'x');
    if (n <= 8) {
      uint64_t word = bytes_load(p, n);
      memcpy(want, p, n);
      CHECK(memcmp(&word, want, 8) == 0);
    }
    free(p);
  }
}

/* --- str_find ---------------------------------------------------------------------------- */

static size_t find_slowly(Str s, Str what) {
  for (size_t i = 0; i + what.len <= s.len; i++) {
    if (memcmp(s.ptr + i, what.ptr, what.len) == 0) return i;
  }
  return SIZE_MAX;
}

/* Few letters, so that there is much that almost fits. */
static void test_find(void) {
  for (int round = 0; round < 200000; round++) {
    char text[120], sought[40];
    uint32_t letters = 1 + pick(3);
    size_t n = pick(pick(8) == 0 ? sizeof text : 24), m = pick(pick(4) == 0 ? sizeof sought : 5);
    for (size_t i = 0; i < n; i++) text[i] = (char)('a' + pick(letters));
    for (size_t i = 0; i < m; i++) sought[i] = (char)('a' + pick(letters));
    Str s = {exactly(text, n), n}, what = {exactly(sought, m), m};
    if (n >= m && m > 0 && pick(4) == 0) memcpy(sought, s.ptr + pick((uint32_t)(n - m + 1)), m);
    memcpy((char *)what.ptr, sought, m);
    const char *hit = str_find(s, what);
    size_t want = find_slowly(s, what);
    CHECK(hit == NULL ? want == SIZE_MAX : want == (size_t)(hit - s.ptr));
    free((char *)s.ptr);
    free((char *)what.ptr);
  }
}

/* A text in which everything almost fits is not gone through once for each place. */
static void test_find_hard(void) {
  enum { N = 4 << 20, M = N / 2 };
  char *text = malloc(N), *sought = malloc(M);
  if (text == NULL || sought == NULL) abort();
  memset(text, 'a', N);
  memset(sought, 'a', M);
  sought[M / 2] = 'b';
  CHECK(str_find((Str){text, N}, (Str){sought, M}) == NULL);
  text[N - M + M / 2] = 'b';
  CHECK(str_find((Str){text, N}, (Str){sought, M}) == text + N - M);
  free(text);
  free(sought);
}

/* --- utf8_count -------------------------------------------------------------------------- */

static size_t count_slowly(const char *text, size_t len) {
  size_t count = 0;
  for (size_t i = 0; i < len; count++) {
    uint32_t cp;
    i += utf8_decode(text + i, len - i, &cp);
  }
  return count;
}

/* Characters at the ends of what each length can spell, and now and then a byte that is wrong. */
static size_t some_text(char *out, size_t max) {
  static const uint32_t ends[] = {0,       0x7F,    0x80,     0x7FF,   0x800,   0xFFF,
                                  0x1000,  0xD7FF,  0xE000,   0xFFFF,  0x10000, 0x3FFFF,
                                  0x40000, 0xFFFFF, 0x100000, 0x10FFFF};
  size_t n = 0;
  uint32_t wrong = pick(3) == 0 ? 6 : 1000000, plain = pick(4);
  while (n + 4 <= max) {
    if (pick(wrong) == 1) out[n++] = (char)pick(256);
    n += pick(4) < plain ? utf8_encode('a' + pick(26), out + n)
                         : utf8_encode(ends[pick(COUNT_OF(ends))], out + n);
  }
  return n - pick(2); /* perhaps cut in a character */
}

static void test_count(void) {
  for (int round = 0; round < 200000; round++) {
    char text[128];
    size_t len = some_text(text, 4 + pick(pick(4) == 0 ? 100 : 24));
    char *p = exactly(text, len);
    CHECK_INT(utf8_count(p, len), count_slowly(p, len));
    free(p);
  }
  for (uint32_t bits = 0; bits < 1u << 24; bits += 1 + pick(64)) { /* lead bytes and what follows */
    char text[] = {(char)(0xC0 | bits >> 18), (char)(bits >> 10), (char)(bits >> 2), (char)0x80};
    CHECK_INT(utf8_count(text, 4), count_slowly(text, 4));
  }
}

int main(void) {
  test_bytes();
  test_find();
  test_find_hard();
  test_count();
  return check_done();
}
