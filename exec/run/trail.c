/* trail.c -- the last TRAIL_BYTES of a stream, in order. */
#include "exec/run/trail.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

bool trail_open(Trail *t) {
  *t = (Trail){.bytes = malloc(TRAIL_BYTES)};
  return t->bytes != NULL;
}

void trail_close(Trail *t) {
  free(t->bytes);
  *t = (Trail){0};
}

void trail_pass(Trail *t, const char *bytes, size_t n) {
  if (t->bytes == NULL) return;
  if (n > TRAIL_BYTES) {
    bytes += n - TRAIL_BYTES;
    n = TRAIL_BYTES;
  }
  uint32_t keep = TRAIL_BYTES - (uint32_t)n;
  if (keep > t->len) keep = t->len;
  memmove(t->bytes, t->bytes + t->len - keep, keep);
  if (n > 0) memcpy(t->bytes + keep, bytes, n);
  t->len = keep + (uint32_t)n;
}

uint64_t trail_hash(const Trail *t) { return hash_bytes(t->bytes, t->len); }
