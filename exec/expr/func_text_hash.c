/* func_text_hash.c -- MD5 (RFC 1321), SHA-1, SHA-224 to SHA-512 (FIPS 180-4), as lower-case
 * hexadecimal digits of the UTF-8 bytes.
 *
 * All of them cut the padded text into blocks and mix each into a state of words; that is
 * written once (hash_text), and so is SHA-2 for both of its word sizes.  The state is held in
 * 64-bit words also where the algorithm has 32-bit ones.  For checking and for keys, not
 * for secrets: nothing here runs in constant time.
 */
#include "exec/expr/func_text.h"

#include <string.h>

#include "exec/expr/func_bind.h"
#include "exec/expr/func_rows.h"

enum { HASH_WORDS = 8, HASH_BLOCK_MAX = 128, HASH_BYTES_MAX = 64 };

typedef struct HashKind {
  uint16_t bits; /* of the result */
  uint8_t block_bytes, word_bytes;
  bool little_endian;
  void (*mix)(uint64_t state[HASH_WORDS], const uint8_t *block);
  uint64_t start[HASH_WORDS];
} HashKind;

/* Of each sine of 1 to 64 the first 32 bits behind the point. */
static const uint32_t md5_sines[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
};

/* Of the cube root of each of the first 80 primes the first 64 bits behind the point; SHA-256 uses
 * the upper half of the first 64. */
static const uint64_t sha2_roots[80] = {
    0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
    0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
    0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
    0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
    0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
    0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
    0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
    0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
    0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
    0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
    0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
    0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
    0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
    0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
    0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
    0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
    0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
    0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
    0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
    0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
};

/* --- words --------------------------------------------------------------------------------- */

/* word_bytes is 4 or 8. */
static inline uint64_t load(const uint8_t *p, size_t word_bytes, bool little_endian) {
  bool turn = little_endian != BYTES_ASCEND;
  if (word_bytes == 4) {
    uint32_t word;
    memcpy(&word, p, 4);
    return turn ? __builtin_bswap32(word) : word;
  }
  uint64_t word;
  memcpy(&word, p, 8);
  return turn ? __builtin_bswap64(word) : word;
}

static void store(uint64_t word, size_t word_bytes, bool little_endian, uint8_t *out) {
  for (size_t i = 0; i < word_bytes; i++) {
    out[little_endian ? i : word_bytes - 1 - i] = (uint8_t)(word >> (8 * i));
  }
}

static uint32_t left32(uint32_t x, unsigned n) { return x << n | x >> (32 - n); }
static uint32_t right32(uint32_t x, unsigned n) { return x >> n | x << (32 - n); }
static uint64_t right64(uint64_t x, unsigned n) { return x >> n | x << (64 - n); }

/* --- the algorithms ------------------------------------------------------------------------ */

/* The four words change places with every step; in a group of four each step names them in its own
 * order instead, so that none is moved.  AT numbers the words of the block. */
#define MD5_STEP(F, A, B, C, D, I, AT, TURN) \
  A = B + left32(A + F(B, C, D) + md5_sines[I] + words[(AT) % 16], TURN)
#define MD5_ROUND(F, FROM, AT, T0, T1, T2, T3)       \
  for (uint32_t i = FROM; i < (FROM) + 16; i += 4) { \
    MD5_STEP(F, a, b, c, d, i, AT(i), T0);           \
    MD5_STEP(F, d, a, b, c, i + 1, AT(i + 1), T1);   \
    MD5_STEP(F, c, d, a, b, i + 2, AT(i + 2), T2);   \
    MD5_STEP(F, b, c, d, a, i + 3, AT(i + 3), T3);   \
  }
#define MD5_F(x, y, z) ((z) ^ ((x) & ((y) ^ (z))))
#define MD5_G(x, y, z) (((x) & (z)) + ((y) & ~(z))) /* no bit is in both */
#define MD5_H(x, y, z) ((x) ^ (y) ^ (z))
#define MD5_I(x, y, z) ((y) ^ ((x) | ~(z)))
#define MD5_AT0(i)     (i)
#define MD5_AT1(i)     (5 * (i) + 1)
#define MD5_AT2(i)     (3 * (i) + 5)
#define MD5_AT3(i)     (7 * (i))

static void mix_md5(uint64_t state[HASH_WORDS], const uint8_t *block) {
  uint32_t words[16];
  for (size_t i = 0; i < 16; i++) words[i] = (uint32_t)load(block + 4 * i, 4, true);
  uint32_t a = (uint32_t)state[0], b = (uint32_t)state[1], c = (uint32_t)state[2],
           d = (uint32_t)state[3];
  MD5_ROUND(MD5_F, 0, MD5_AT0, 7, 12, 17, 22)
  MD5_ROUND(MD5_G, 16, MD5_AT1, 5, 9, 14, 20)
  MD5_ROUND(MD5_H, 32, MD5_AT2, 4, 11, 16, 23)
  MD5_ROUND(MD5_I, 48, MD5_AT3, 6, 10, 15, 21)
  state[0] += a, state[1] += b, state[2] += c, state[3] += d;
}

static void mix_sha1(uint64_t state[HASH_WORDS], const uint8_t *block) {
  static const uint32_t keys[4] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6};
  uint32_t words[80], s[5];
  for (size_t i = 0; i < 16; i++) words[i] = (uint32_t)load(block + 4 * i, 4, false);
  for (size_t i = 16; i < 80; i++) {
    words[i] = left32(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
  }
  for (size_t i = 0; i < 5; i++) s[i] = (uint32_t)state[i];
  for (size_t i = 0; i < 80; i++) {
    uint32_t f = i < 20              ? (s[1] & s[2]) | (~s[1] & s[3])
                 : i >= 40 && i < 60 ? (s[1] & s[2]) | (s[1] & s[3]) | (s[2] & s[3])
                                     : s[1] ^ s[2] ^ s[3];
    uint32_t next = left32(s[0], 5) + f + s[4] + keys[i / 20] + words[i];
    s[4] = s[3], s[3] = s[2], s[2] = left32(s[1], 30), s[1] = s[0], s[0] = next;
  }
  for (size_t i = 0; i < 5; i++) state[i] += s[i];
}

/* SHA-2 for words of one size: TURN rotates right, A..D are the rotations of the two sums, E..H
 * (with shifts S0 and S1) those of the schedule.  Word n of round j stands in slot n - j, so that
 * nothing is moved; eight rounds bring them back. */
#define SHA2_AT(n, j) s[((n) + 8 - (j)) % 8]
#define SHA2_ROUND(j, WORD, ROOT_SHIFT, TURN, A0, A1, A2, E0, E1, E2)                         \
  {                                                                                           \
    WORD x = SHA2_AT(4, j), y = SHA2_AT(0, j);                                                \
    WORD one = SHA2_AT(7, j) + (TURN(x, E0) ^ TURN(x, E1) ^ TURN(x, E2)) +                    \
               ((x & SHA2_AT(5, j)) ^ (~x & SHA2_AT(6, j))) +                                 \
               (WORD)(sha2_roots[i + (j)] >> ROOT_SHIFT) + words[i + (j)];                    \
    WORD two = (TURN(y, A0) ^ TURN(y, A1) ^ TURN(y, A2)) +                                    \
               ((y & SHA2_AT(1, j)) ^ (y & SHA2_AT(2, j)) ^ (SHA2_AT(1, j) & SHA2_AT(2, j))); \
    SHA2_AT(3, j) += one;                                                                     \
    SHA2_AT(7, j) = one + two;                                                                \
  }
#define SHA2_MIX(NAME, WORD, ROUNDS, ROOT_SHIFT, TURN, A0, A1, A2, E0, E1, E2, P0, P1, S0, Q0, Q1, \
                 S1)                                                                               \
  static void NAME(uint64_t state[HASH_WORDS], const uint8_t *block) {                             \
    WORD words[ROUNDS], s[HASH_WORDS];                                                             \
    for (size_t i = 0; i < 16; i++) {                                                              \
      words[i] = (WORD)load(block + sizeof(WORD) * i, sizeof(WORD), false);                        \
    }                                                                                              \
    for (size_t i = 16; i < ROUNDS; i++) {                                                         \
      WORD p = words[i - 15], q = words[i - 2];                                                    \
      words[i] = words[i - 16] + words[i - 7] + (TURN(p, P0) ^ TURN(p, P1) ^ p >> S0) +            \
                 (TURN(q, Q0) ^ TURN(q, Q1) ^ q >> S1);                                            \
    }                                                                                              \
    for (size_t i = 0; i < HASH_WORDS; i++) s[i] = (WORD)state[i];                                 \
    for (size_t i = 0; i < ROUNDS; i += 8) {                                                       \
      SHA2_ROUND(0, WORD, ROOT_SHIFT, TURN, A0, A1, A2, E0, E1, E2)                                \
      SHA2_ROUND(1, WORD, ROOT_SHIFT, TURN, A0, A1, A2, E0, E1, E2)                                \
      SHA2_ROUND(2, WORD, ROOT_SHIFT, TURN, A0, A1, A2, E0, E1, E2)                                \
      SHA2_ROUND(3, WORD, ROOT_SHIFT, TURN, A0, A1, A2, E0, E1, E2)                                \
      SHA2_ROUND(4, WORD, ROOT_SHIFT, TURN, A0, A1, A2, E0, E1, E2)                                \
      SHA2_ROUND(5, WORD, ROOT_SHIFT, TURN, A0, A1, A2, E0, E1, E2)                                \
      SHA2_ROUND(6, WORD, ROOT_SHIFT, TURN, A0, A1, A2, E0, E1, E2)                                \
      SHA2_ROUND(7, WORD, ROOT_SHIFT, TURN, A0, A1, A2, E0, E1, E2)                                \
    }                                                                                              \
    for (size_t i = 0; i < HASH_WORDS; i++) state[i] += s[i];                                      \
  }

SHA2_MIX(mix_sha256, uint32_t, 64, 32, right32, 2, 13, 22, 6, 11, 25, 7, 18, 3, 17, 19, 10)
SHA2_MIX(mix_sha512, uint64_t, 80, 0, right64, 28, 34, 39, 14, 18, 41, 1, 8, 7, 19, 61, 6)

static const HashKind md5 = {128,  64,      4,
                             true, mix_md5, {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476}};
static const HashKind sha1 = {
    160, 64, 4, false, mix_sha1, {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0}};
static const HashKind sha224 = {224,
                                64,
                                4,
                                false,
                                mix_sha256,
                                {0xc1059ed8, 0x367cd507, 0x3070dd17, 0xf70e5939, 0xffc00b31,
                                 0x68581511, 0x64f98fa7, 0xbefa4fa4}};
static const HashKind sha256 = {256,
                                64,
                                4,
                                false,
                                mix_sha256,
                                {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f,
                                 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}};
static const HashKind sha384 = {
    384,
    128,
    8,
    false,
    mix_sha512,
    {0xcbbb9d5dc1059ed8, 0x629a292a367cd507, 0x9159015a3070dd17, 0x152fecd8f70e5939,
     0x67332667ffc00b31, 0x8eb44a8768581511, 0xdb0c2e0d64f98fa7, 0x47b5481dbefa4fa4}};
static const HashKind sha512 = {
    512,
    128,
    8,
    false,
    mix_sha512,
    {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
     0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179}};

/* The text, a bit 1, zeros, and the number of bits at the end of a block. */
static void hash_text(const HashKind *h, Str s, uint8_t out[HASH_BYTES_MAX]) {
  uint64_t state[HASH_WORDS];
  uint8_t tail[2 * HASH_BLOCK_MAX] = {0};
  size_t size = h->block_bytes, whole = s.len / size * size, left = s.len - whole;
  memcpy(state, h->start, sizeof state);
  for (size_t at = 0; at < whole; at += size) h->mix(state, (const uint8_t *)s.ptr + at);
  memcpy(tail, s.ptr + whole, left);
  tail[left] = 0x80;
  size_t end = left + 1 + 2 * h->word_bytes <= size ? size : 2 * size;
  store((uint64_t)s.len * 8, 8, h->little_endian, tail + end - 8);
  for (size_t at = 0; at < end; at += size) h->mix(state, tail + at);
  for (size_t i = 0; i < h->bits / 8u / h->word_bytes; i++) {
    store(state[i], h->word_bytes, h->little_endian, out + i * h->word_bytes);
  }
}

/* --- functions ----------------------------------------------------------------------------- */

static Code put_hash(KernelCall *k, uint32_t row, const HashKind *h, Str s) {
  static const char hex[] = "0123456789abcdef";
  uint8_t bytes[HASH_BYTES_MAX];
  size_t n = h->bits / 8u;
  TextRoom room;
  TRY(text_room(k, 2 * n, &room));
  hash_text(h, s, bytes);
  for (size_t i = 0; i < n; i++) {
    room.at[2 * i] = hex[bytes[i] >> 4];
    room.at[2 * i + 1] = hex[bytes[i] & 15];
  }
  put_text(k, row, (Str){room.at, 2 * n});
  return OK;
}

static Code hash_rows(KernelCall *k, const HashKind *h) {
  TextArg text = text_arg(k, 0);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) TRY(put_hash(k, row, h, text_at(text, row)));
  return OK;
}

static const HashKind *sha2_of(int64_t bits) {
  static const HashKind *const kinds[] = {&sha224, &sha256, &sha384, &sha512};
  for (size_t i = 0; i < COUNT_OF(kinds); i++) {
    if (kinds[i]->bits == bits) return kinds[i];
  }
  return NULL;
}

static const struct {
  const char *name;
  const HashKind *kind;
} hashes[] = {{"MD5", &md5},       {"SHA1", &sha1},     {"SHA224", &sha224},
              {"SHA256", &sha256}, {"SHA384", &sha384}, {"SHA512", &sha512}};

/* The name of the function says which; its result has that many digits. */
Code bind_hash(FuncBind *b) {
  TRY(bind_shape(b, "y", type_string(), "a string or bytes"));
  for (size_t i = 0; i < COUNT_OF(hashes); i++) {
    if (strcmp(b->call->func->name, hashes[i].name) == 0) b->call->func_data = hashes[i].kind;
  }
  const HashKind *kind = b->call->func_data;
  assert(kind != NULL);
  b->call->type = type_text(TYPE_CHAR, kind->bits / 4u);
  return OK;
}

Code bind_sha2(FuncBind *b) {
  static const char takes[] = "a string or bytes, and a length of 224, 256, 384 or 512 bits";
  int64_t bits;
  TRY(bind_shape(b, "yl", type_string(), takes));
  if (bind_const_int(b, 1, &bits) && sha2_of(bits) == NULL) return func_bad_args(b, takes);
  return OK;
}

Code kernel_hash(KernelCall *k) { return hash_rows(k, k->expr->func_data); }

Code kernel_sha2(KernelCall *k) {
  TextArg text = text_arg(k, 0);
  IntArg bits = int_arg(k, 1);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    const HashKind *kind = sha2_of(int_at(bits, row));
    if (kind == NULL) {
      return func_fail(k, "no SHA-2 of %lld bits", (long long)int_at(bits, row));
    }
    TRY(put_hash(k, row, kind, text_at(text, row)));
  }
  return OK;
}
