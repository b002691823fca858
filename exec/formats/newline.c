/* newline.c -- cutters for formats whose records end at every newline.
 *
 * Finding the first or the last newline is memchr's and memrchr's business.  Counting adds
 * up comparisons in one byte per lane, which the compiler turns into vector code, and
 * empties the lanes before they can overflow.
 */
#include "exec/formats/newline.h"

#include <string.h>

#include "exec/formats/format.h"

enum { LANES = 64, STEPS_MAX = 255 };

/* The newlines in steps * LANES bytes, steps <= STEPS_MAX. */
KERNEL static uint64_t count_steps(const char *bytes, size_t steps) {
  uint8_t lane[LANES] = {0};
  for (size_t s = 0; s < steps; s++) {
    for (size_t i = 0; i < LANES; i++) {
      lane[i] = (uint8_t)(lane[i] + (bytes[s * LANES + i] == '\n'));
    }
  }
  uint64_t n = 0;
  for (size_t i = 0; i < LANES; i++) n += lane[i];
  return n;
}

uint64_t newline_count(const char *bytes, size_t len) {
  uint64_t n = 0;
  while (len >= LANES) {
    size_t steps = len / LANES < STEPS_MAX ? len / LANES : STEPS_MAX;
    n += count_steps(bytes, steps);
    bytes += steps * LANES;
    len -= steps * LANES;
  }
  for (size_t i = 0; i < len; i++) n += bytes[i] == '\n';
  return n;
}

enum { AT_RECORD, IN_RECORD };

size_t newline_first_end(const CutState *state, const char *bytes, size_t len, Options options) {
  (void)state, (void)options;
  const char *at = len > 0 ? memchr(bytes, '\n', len) : NULL;
  return at != NULL ? (size_t)(at - bytes) + 1 : 0;
}

size_t newline_last_end(const CutState *state, const char *bytes, size_t len, Options options) {
  (void)state, (void)options;
  const char *at = len > 0 ? memrchr(bytes, '\n', len) : NULL;
  return at != NULL ? (size_t)(at - bytes) + 1 : 0;
}

void newline_advance(CutState *state, const char *bytes, size_t len, Options options) {
  (void)options;
  if (len == 0) return;
  state->phase = bytes[len - 1] == '\n' ? AT_RECORD : IN_RECORD;
  state->newlines += newline_count(bytes, len);
}
