/* csv_index.c -- the index of csv_index.h for every instruction set, and the choice of one.
 *
 * Not target_clones: the loops need intrinsics, whose vectors the compiler does not find by itself.
 * The choice is made when a decoder is made, so sanitizers and other compilers are no special
 * case.
 */
#include "exec/formats/csv_index.h"

#include <string.h>

#include "exec/data/word8.h"

enum { BLOCK = 64, LOOK_AHEAD = 2 };

#define JOIN_(a, b) a##b
#define JOIN(a, b)  JOIN_(a, b)

/* Bit i of the result: the parity of the bits 0..i. */
static inline uint64_t prefix_xor(uint64_t bits) {
  for (unsigned shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

/* --- plain C ------------------------------------------------------------------------- */

#define HIGHS WORD8_EACH(0x80)

/* The high bits of eight bytes, moved together. */
static inline uint64_t pack_plain(uint64_t w) {
  return ((w & HIGHS) >> 7) * UINT64_C(0x0102040810204080) >> 56;
}

static inline uint64_t equal_plain(const char *p, char c) {
  const uint64_t want = WORD8_EACH((unsigned char)c);
  uint64_t mask = 0;
  for (unsigned i = 0; i < BLOCK; i += 8) {
    uint64_t w = word8_load(p + i) ^ want; /* zero where equal */
    mask |= pack_plain(~(((w & ~HIGHS) + ~HIGHS) | w)) << i;
  }
  return mask;
}

static inline uint64_t high_plain(const char *p) {
  uint64_t mask = 0;
  for (unsigned i = 0; i < BLOCK; i += 8) mask |= pack_plain(word8_load(p + i)) << i;
  return mask;
}

static inline void flatten_plain(uint64_t bits, uint32_t base, uint32_t *out) {
  for (; bits != 0; bits &= bits - 1) *out++ = base + (uint32_t)__builtin_ctzll(bits);
}

#define NAME csv_index_plain
#define TARGET
#define EQUAL(p, c)              equal_plain((p), (c))
#define HIGH(p)                  high_plain(p)
#define FLATTEN(bits, base, out) flatten_plain((bits), (base), (out))
#include "exec/formats/csv_index.tmpl.h"

#if defined(__x86_64__)
#include <immintrin.h>

/* --- SSE2: every x86-64 --------------------------------------------------------------- */

static inline uint64_t bits_sse2(__m128i a, __m128i b, __m128i c, __m128i d) {
  uint64_t m0 = (uint32_t)_mm_movemask_epi8(a), m1 = (uint32_t)_mm_movemask_epi8(b);
  uint64_t m2 = (uint32_t)_mm_movemask_epi8(c), m3 = (uint32_t)_mm_movemask_epi8(d);
  return m0 | m1 << 16 | m2 << 32 | m3 << 48;
}

static inline __m128i load_sse2(const char *p) {
  return _mm_loadu_si128((const __m128i *)(const void *)p);
}

static inline uint64_t equal_sse2(const char *p, char c) {
  __m128i want = _mm_set1_epi8(c);
  return bits_sse2(_mm_cmpeq_epi8(load_sse2(p), want), _mm_cmpeq_epi8(load_sse2(p + 16), want),
                   _mm_cmpeq_epi8(load_sse2(p + 32), want),
                   _mm_cmpeq_epi8(load_sse2(p + 48), want));
}

static inline uint64_t high_sse2(const char *p) {
  return bits_sse2(load_sse2(p), load_sse2(p + 16), load_sse2(p + 32), load_sse2(p + 48));
}

#define NAME csv_index_sse2
#define TARGET
#define EQUAL(p, c)              equal_sse2((p), (c))
#define HIGH(p)                  high_sse2(p)
#define FLATTEN(bits, base, out) flatten_plain((bits), (base), (out))
#include "exec/formats/csv_index.tmpl.h"

/* --- AVX2 ---------------------------------------------------------------------------- */

#define TARGET_AVX2 __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt")))

TARGET_AVX2 static inline __m256i load_avx2(const char *p) {
  return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

TARGET_AVX2 static inline uint64_t bits_avx2(__m256i a, __m256i b) {
  return (uint32_t)_mm256_movemask_epi8(a) | (uint64_t)(uint32_t)_mm256_movemask_epi8(b) << 32;
}

TARGET_AVX2 static inline uint64_t equal_avx2(const char *p, char c) {
  __m256i want = _mm256_set1_epi8(c);
  return bits_avx2(_mm256_cmpeq_epi8(load_avx2(p), want),
                   _mm256_cmpeq_epi8(load_avx2(p + 32), want));
}

TARGET_AVX2 static inline uint64_t high_avx2(const char *p) {
  return bits_avx2(load_avx2(p), load_avx2(p + 32));
}

/* Eight at a time without looking whether there are so many: a loop that runs as often as there are
 * bits is mispredicted at every block. */
TARGET_AVX2 static inline void flatten_avx2(uint64_t bits, uint32_t base, uint32_t *out) {
  for (int left = __builtin_popcountll(bits); left > 0; left -= 8, out += 8) {
    for (int i = 0; i < 8; i++) {
      out[i] = base + (uint32_t)_tzcnt_u64(bits);
      bits = _blsr_u64(bits);
    }
  }
}

#define NAME                     csv_index_avx2
#define TARGET                   TARGET_AVX2
#define EQUAL(p, c)              equal_avx2((p), (c))
#define HIGH(p)                  high_avx2(p)
#define FLATTEN(bits, base, out) flatten_avx2((bits), (base), (out))
#include "exec/formats/csv_index.tmpl.h"

/* --- AVX-512 with VBMI2 --------------------------------------------------------------- */

#define TARGET_AVX512 \
  __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi2,bmi,bmi2,lzcnt,popcnt")))

TARGET_AVX512 static inline __m512i load_avx512(const char *p) {
  return _mm512_loadu_si512((const void *)p);
}

TARGET_AVX512 static inline uint64_t equal_avx512(const char *p, char c) {
  return _mm512_cmpeq_epi8_mask(load_avx512(p), _mm512_set1_epi8(c));
}

TARGET_AVX512 static inline uint64_t high_avx512(const char *p) {
  return _mm512_movepi8_mask(load_avx512(p));
}

TARGET_AVX512 static inline void store_avx512(uint32_t *out, __m128i numbers, __m512i base) {
  _mm512_storeu_si512(out, _mm512_add_epi32(_mm512_cvtepu8_epi32(numbers), base));
}

/* The numbers 0..63 of which those at the set bits are moved to the front. */
TARGET_AVX512 static inline void flatten_avx512(uint64_t bits, uint32_t base, uint32_t *out) {
  static const uint8_t numbers[BLOCK] = {
      0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
      22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
      44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
  __m512i packed = _mm512_maskz_compress_epi8(bits, load_avx512((const char *)numbers));
  __m512i from = _mm512_set1_epi32((int)base);
  int n = __builtin_popcountll(bits);
  store_avx512(out, _mm512_castsi512_si128(packed), from);
  if (UNLIKELY(n > 16)) store_avx512(out + 16, _mm512_extracti32x4_epi32(packed, 1), from);
  if (UNLIKELY(n > 32)) store_avx512(out + 32, _mm512_extracti32x4_epi32(packed, 2), from);
  if (UNLIKELY(n > 48)) store_avx512(out + 48, _mm512_extracti32x4_epi32(packed, 3), from);
}

#define NAME                     csv_index_avx512
#define TARGET                   TARGET_AVX512
#define EQUAL(p, c)              equal_avx512((p), (c))
#define HIGH(p)                  high_avx512(p)
#define FLATTEN(bits, base, out) flatten_avx512((bits), (base), (out))
#include "exec/formats/csv_index.tmpl.h"
#endif

/* --- the choice ---------------------------------------------------------------------- */

#if defined(__x86_64__)
static bool has_avx2(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
         __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
}

static bool has_avx512(void) {
  return has_avx2() && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512vbmi2");
}
#endif

uint32_t csv_index_kinds(CsvIndexKind out[CSV_INDEX_KINDS_MAX]) {
  uint32_t n = 0;
#if defined(__x86_64__)
  out[n++] = (CsvIndexKind){"avx512", csv_index_avx512, has_avx512()};
  out[n++] = (CsvIndexKind){"avx2", csv_index_avx2, has_avx2()};
  out[n++] = (CsvIndexKind){"sse2", csv_index_sse2, true};
#endif
  out[n++] = (CsvIndexKind){"plain", csv_index_plain, true};
  return n;
}

CsvIndexFn *csv_index_fn(void) {
  CsvIndexKind kinds[CSV_INDEX_KINDS_MAX];
  csv_index_kinds(kinds);
  uint32_t best = 0;
  while (!kinds[best].runs) best++;
  return kinds[best].fn;
}
