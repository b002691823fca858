/* byte_planes_test.c -- rows of any size into planes and back. */
#include "exec/state/byte_planes.h"

#include <stdlib.h>

#include "base/check.h"

static void check(size_t n, size_t row) {
  /* Of their own size, so that a sanitizer sees a step beyond. */
  unsigned char *in = malloc(n + 1), *out = malloc(n + 1), *back = malloc(n + 1);
  size_t rows = n / row, wrong = 0;
  for (size_t i = 0; i < n; i++) in[i] = (unsigned char)(i * 167 + i / 251);
  in[n] = out[n] = back[n] = 99;
  byte_planes_split((const char *)in, (char *)out, n, row);
  for (size_t i = 0; i < rows * row; i++) wrong += out[i % row * rows + i / row] != in[i];
  for (size_t i = rows * row; i < n; i++) wrong += out[i] != in[i];
  byte_planes_join((const char *)out, (char *)back, n, row);
  wrong += memcmp(in, back, n + 1) != 0 || out[n] != 99;
  if (wrong > 0) printf("%zu bytes in rows of %zu\n", n, row);
  CHECK_INT(wrong, 0);
  free(in);
  free(out);
  free(back);
}

int main(void) {
  for (size_t row = BYTE_PLANES_ROW_MIN; row < 50; row++) {
    for (size_t n = 0; n < 20 * row; n += 1 + n % 7) check(n, row);
  }
  check(1 << 20, 45);
  check(1 << 20, 1024);
  return check_done();
}
