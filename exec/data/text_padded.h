/* text_padded.h -- text_ref for the parsers on the path of every row: text behind which there is
 * something to read, and no call to copy what is short. */
#pragma once
#include "exec/data/types.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* *slot = text_ref(bytes, len).  At least 16 bytes are readable at bytes. */
static inline void text_put_padded(TextRef *slot, const char *bytes, size_t len) {
  static const uint8_t ones[32] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                   0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
  if (UNLIKELY(len > TEXT_INLINE_MAX)) {
    *slot = text_ref(bytes, len);
    return;
  }
  const uint8_t *keep = ones + 16 - len; /* as many ones, then zeros */
#ifdef __SSE2__
  __m128i v = _mm_loadu_si128((const __m128i *)(const void *)bytes);
  v = _mm_and_si128(v, _mm_loadu_si128((const __m128i *)(const void *)keep));
  v = _mm_or_si128(_mm_slli_si128(v, 4), _mm_cvtsi32_si128((int)len));
  __builtin_memcpy(slot, &v, sizeof v);
#else
  uint64_t head, keep_head;
  uint32_t tail, keep_tail;
  __builtin_memcpy(&head, bytes, 8);
  __builtin_memcpy(&tail, bytes + 8, 4);
  __builtin_memcpy(&keep_head, keep, 8);
  __builtin_memcpy(&keep_tail, keep + 8, 4);
  head &= keep_head;
  tail &= keep_tail;
  slot->len = (uint32_t)len;
  __builtin_memcpy((char *)slot + 4, &head, 8);
  __builtin_memcpy((char *)slot + 12, &tail, 4);
#endif
}
