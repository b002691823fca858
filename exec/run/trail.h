/* trail.h -- the last few KiB that have gone by: what tells, when a file is read again from a
 * place, that it is still the same file.
 */
#pragma once
#include "base/base.h"

enum { TRAIL_BYTES = 4 << 10 };

typedef struct Trail {
  char *bytes; /* TRAIL_BYTES; NULL: nothing is kept */
  uint32_t len;
} Trail;

MUST_USE bool trail_open(Trail *t); /* false: no memory */
void trail_close(Trail *t);
/* These n bytes have gone by. */
void trail_pass(Trail *t, const char *bytes, size_t n);
uint64_t trail_hash(const Trail *t);
