/* byte_planes.h -- rows of equal size turned into planes: all first bytes, all second bytes, ...
 *
 * What rows have in common then lies together, and a compressor that knows only repetitions finds
 * it: the high bytes of ascending hashes, the zeros of small counters.  Bytes behind the last whole
 * row stay behind.  `row` is at least BYTE_PLANES_ROW_MIN; in and out do not overlap.
 */
#pragma once
#include "base/base.h"

enum { BYTE_PLANES_ROW_MIN = 8 };

void byte_planes_split(const char *in, char *out, size_t n, size_t row);
void byte_planes_join(const char *in, char *out, size_t n, size_t row);
