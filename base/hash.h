/* hash.h -- XXH3 (Yann Collet's xxHash, Debian's header), inlined.
 *
 * Unseeded: the hash decides where state lives and in which order rows come out,
 * so it is part of the format of checkpoints and of the promise "same bytes out".
 */
#pragma once
#include "base/base.h"

#define XXH_INLINE_ALL
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wundef"
#pragma GCC diagnostic ignored "-Wswitch-enum"
#include <xxhash.h>
#pragma GCC diagnostic pop

static inline uint64_t hash_bytes(const void *bytes, size_t n) { return XXH3_64bits(bytes, n); }
static inline uint64_t hash_u64(uint64_t word) { return XXH3_64bits(&word, sizeof word); }
