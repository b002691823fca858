/* byte_planes.c -- a transposition of bytes, eight rows of eight bytes at a time.
 *
 * Eight words in registers are transposed by exchanging halves, then quarters, then bytes.  Where
 * a row is no multiple of eight bytes, the last tile of it covers some bytes a second time.
 */
#include "exec/state/byte_planes.h"

#include <string.h>

enum { TILE = 8 };

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the first byte of a word is its lowest");

/* Exchange the bits of `low` in b with those of a that stand `shift` higher. */
static inline void exchange(uint64_t *a, uint64_t *b, unsigned shift, uint64_t low) {
  uint64_t t = ((*a >> shift) ^ *b) & low;
  *b ^= t;
  *a ^= t << shift;
}

static inline void transpose(uint64_t x[TILE]) {
  for (int i = 0; i < 4; i++) exchange(&x[i], &x[i + 4], 32, UINT64_C(0x00000000FFFFFFFF));
  for (int i = 0; i < 8; i += 4) {
    exchange(&x[i], &x[i + 2], 16, UINT64_C(0x0000FFFF0000FFFF));
    exchange(&x[i + 1], &x[i + 3], 16, UINT64_C(0x0000FFFF0000FFFF));
  }
  for (int i = 0; i < 8; i += 2) exchange(&x[i], &x[i + 1], 8, UINT64_C(0x00FF00FF00FF00FF));
}

/* Tile i of a row begins here. */
static inline size_t tile_at(size_t i, size_t row) {
  return i * TILE + TILE <= row ? i * TILE : row - TILE;
}

void byte_planes_split(const char *restrict in, char *restrict out, size_t n, size_t row) {
  size_t rows = n / row, tiles = (row + TILE - 1) / TILE, r = 0;
  uint64_t x[TILE];
  assert(row >= BYTE_PLANES_ROW_MIN);
  for (; r + TILE <= rows; r += TILE) {
    for (size_t t = 0; t < tiles; t++) {
      size_t at = tile_at(t, row);
      for (int k = 0; k < TILE; k++) memcpy(&x[k], in + (r + k) * row + at, TILE);
      transpose(x);
      for (int k = 0; k < TILE; k++) memcpy(out + (at + k) * rows + r, &x[k], TILE);
    }
  }
  for (; r < rows; r++) {
    for (size_t at = 0; at < row; at++) out[at * rows + r] = in[r * row + at];
  }
  memcpy(out + rows * row, in + rows * row, n - rows * row);
}

void byte_planes_join(const char *restrict in, char *restrict out, size_t n, size_t row) {
  size_t rows = n / row, tiles = (row + TILE - 1) / TILE, r = 0;
  uint64_t x[TILE];
  assert(row >= BYTE_PLANES_ROW_MIN);
  for (; r + TILE <= rows; r += TILE) {
    for (size_t t = 0; t < tiles; t++) {
      size_t at = tile_at(t, row);
      for (int k = 0; k < TILE; k++) memcpy(&x[k], in + (at + k) * rows + r, TILE);
      transpose(x);
      for (int k = 0; k < TILE; k++) memcpy(out + (r + k) * row + at, &x[k], TILE);
    }
  }
  for (; r < rows; r++) {
    for (size_t at = 0; at < row; at++) out[r * row + at] = in[at * rows + r];
  }
  memcpy(out + rows * row, in + rows * row, n - rows * row);
}
