/* find.c -- a text in another: sixteen places at a time.
 *
 * A place is worth a look when what is sought has its first byte there and its last byte where it
 * would end (after Wojciech Muła's "generic SIMD"): two comparisons of sixteen bytes each.  What
 * is compared in vain is bounded; texts made to be slow go to memmem, which is linear.
 */
#include <string.h>

#include "base/bytes.h"
#include "base/str.h"

#ifdef __SSE2__
#include <emmintrin.h>

static __m128i load16(const char *p) { return _mm_loadu_si128((const __m128i *)(const void *)p); }

/* n (0 to 15) bytes, zeros behind them. */
static __m128i load_short(const char *p, size_t n) {
  uint64_t low = bytes_load(p, n < 8 ? n : 8), high = n > 8 ? bytes_load(p + 8, n - 8) : 0;
  return _mm_set_epi64x((int64_t)high, (int64_t)low);
}

/* The places, as bits, among the 16 from p on where what begins and ends as it should. */
static inline unsigned hits16(__m128i begins, __m128i ends, __m128i first, __m128i last) {
  __m128i both = _mm_and_si128(_mm_cmpeq_epi8(begins, first), _mm_cmpeq_epi8(ends, last));
  return (unsigned)_mm_movemask_epi8(both);
}

/* 2 <= what.len <= s.len */
static const char *find_wide(Str s, Str what) {
  size_t m = what.len, places = s.len - m + 1, vain = 0, vain_max = 4 * s.len + 1024;
  __m128i first = _mm_set1_epi8(what.ptr[0]), last = _mm_set1_epi8(what.ptr[m - 1]);
  for (size_t i = 0;; i += 16) {
    unsigned hits;
    if (places < 16) {
      hits = hits16(load_short(s.ptr, places), load_short(s.ptr + m - 1, places), first, last);
      hits &= (1u << places) - 1;
    } else {
      if (i > places - 16) i = places - 16; /* some of them once more */
      hits = hits16(load16(s.ptr + i), load16(s.ptr + i + m - 1), first, last);
    }
    for (; hits != 0; hits &= hits - 1) {
      const char *at = s.ptr + i + __builtin_ctz(hits);
      if (m == 2 || memcmp(at + 1, what.ptr + 1, m - 2) == 0) return at;
      vain += m;
      if (vain > vain_max) return memmem(at, (size_t)(s.ptr + s.len - at), what.ptr, m);
    }
    if (i + 16 >= places) return NULL;
  }
}
#else
static const char *find_wide(Str s, Str what) { return memmem(s.ptr, s.len, what.ptr, what.len); }
#endif

const char *str_find(Str s, Str what) {
  if (what.len > s.len) return NULL;
  if (what.len == 0) return s.ptr;
  if (what.len == 1) return memchr(s.ptr, what.ptr[0], s.len);
  return find_wide(s, what);
}
