/* find.c -- a text in another: sixteen or thirty-two places at a time.
 *
 * A place is worth a look when what is sought has its first byte there and its last byte where it
 * would end (after Wojciech Muła's "generic SIMD"): two comparisons of so many bytes.  What
 * is compared in vain is bounded; texts made to be slow go to memmem, which is linear.
 */
#include <string.h>

#include "base/bytes.h"
#include "base/str.h"

#ifdef __SSE2__
#include <immintrin.h>

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

/* The same among 32, with the second width of x86. */
typedef uint32_t Hits(const char *begins, const char *ends, char first, char last);

static inline uint32_t hits_sse2(const char *begins, const char *ends, char first, char last) {
  __m128i f = _mm_set1_epi8(first), l = _mm_set1_epi8(last);
  return hits16(load16(begins), load16(ends), f, l) |
         hits16(load16(begins + 16), load16(ends + 16), f, l) << 16;
}

__attribute__((target("avx2"))) static inline uint32_t hits_avx2(const char *begins,
                                                                 const char *ends, char first,
                                                                 char last) {
  __m256i b = _mm256_loadu_si256((const __m256i *)(const void *)begins);
  __m256i e = _mm256_loadu_si256((const __m256i *)(const void *)ends);
  __m256i both = _mm256_and_si256(_mm256_cmpeq_epi8(b, _mm256_set1_epi8(first)),
                                  _mm256_cmpeq_epi8(e, _mm256_set1_epi8(last)));
  return (uint32_t)_mm256_movemask_epi8(both);
}

/* At least 32 places and two bytes of what.  Where hits is known it is inlined. */
__attribute__((always_inline)) static inline const char *find_by(Str s, Str what, Hits *hits_at) {
  size_t m = what.len, places = s.len - m + 1, vain = 0, vain_max = 4 * s.len + 1024;
  char first = what.ptr[0], last = what.ptr[m - 1];
  for (size_t i = 0;; i += 32) {
    if (i > places - 32) i = places - 32; /* some of them once more */
    uint32_t hits = hits_at(s.ptr + i, s.ptr + i + m - 1, first, last);
    for (; hits != 0; hits &= hits - 1) {
      const char *at = s.ptr + i + __builtin_ctz(hits);
      if (m == 2 || memcmp(at + 1, what.ptr + 1, m - 2) == 0) return at;
      vain += m;
      if (vain > vain_max) return memmem(at, (size_t)(s.ptr + s.len - at), what.ptr, m);
    }
    if (i + 32 >= places) return NULL;
  }
}

static const char *find_sse2(Str s, Str what) { return find_by(s, what, hits_sse2); }
__attribute__((target("avx2"))) static const char *find_avx2(Str s, Str what) {
  return find_by(s, what, hits_avx2);
}

/* Fewer than 32 places. */
static const char *find_short(Str s, Str what) {
  size_t m = what.len, places = s.len - m + 1;
  __m128i first = _mm_set1_epi8(what.ptr[0]), last = _mm_set1_epi8(what.ptr[m - 1]);
  uint32_t hits;
  if (places < 16) {
    hits = hits16(load_short(s.ptr, places), load_short(s.ptr + m - 1, places), first, last);
    hits &= (1u << places) - 1;
  } else {
    const char *end = s.ptr + places - 16; /* of the last sixteen, some once more */
    hits = hits16(load16(s.ptr), load16(s.ptr + m - 1), first, last) |
           hits16(load16(end), load16(end + m - 1), first, last) << (places - 16);
  }
  for (; hits != 0; hits &= hits - 1) {
    const char *at = s.ptr + __builtin_ctz(hits);
    if (m == 2 || memcmp(at + 1, what.ptr + 1, m - 2) == 0) return at;
  }
  return NULL;
}

/* 2 <= what.len <= s.len */
static const char *find_wide(Str s, Str what) {
  if (s.len - what.len + 1 < 32) return find_short(s, what);
  return __builtin_cpu_supports("avx2") ? find_avx2(s, what) : find_sse2(s, what);
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
