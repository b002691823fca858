/* checkpoint_frame.c -- frames of state: turned and compressed where that helps, under a checksum.
 */
#include <lz4.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "exec/run/checkpoint_format.h"
#include "exec/state/byte_planes.h"

bool frame_buffers_init(FrameBuffers *b, uint32_t size) {
  assert(size <= FRAME_RAW_MAX);
  b->size = size;
  b->raw = malloc(size);
  b->planes = malloc(size);
  b->frame = malloc(sizeof(FrameHeader) + size);
  return b->raw != NULL && b->planes != NULL && b->frame != NULL;
}

void frame_buffers_deinit(FrameBuffers *b) {
  free(b->raw);
  free(b->planes);
  free(b->frame);
}

/* Small blocks, and those with entries of many sizes, are left as they are. */
uint32_t frame_row_of(const StateBlock *block) {
  enum { ENTRIES_MIN = 64, LOOKED_AT = 16 };
  if (block->n_entries < ENTRIES_MIN) return 0;
  const char *entry = block->bytes.data + block->head_bytes;
  uint64_t bytes = block->bytes.len - block->head_bytes, row = bytes / block->n_entries;
  if (row * block->n_entries != bytes || row > FRAME_ROW_MAX) return 0;
  for (int i = 0; i < LOOKED_AT; i++, entry += row) {
    uint32_t len;
    memcpy(&len, entry + sizeof(uint64_t), sizeof len);
    if (ENTRY_HEADER_BYTES + (uint64_t)len != row) return 0;
  }
  return (uint32_t)row;
}

/* What the checksum covers begins behind it. */
static uint64_t checksum_of(const char *frame, uint32_t stored) {
  size_t skip = sizeof(uint64_t);
  return XXH3_64bits(frame + skip, sizeof(FrameHeader) - skip + stored);
}

size_t frame_pack(FrameBuffers *b, uint32_t n, uint32_t row) {
  assert(n > 0 && n <= b->size);
  char *bytes = b->frame + sizeof(FrameHeader);
  if (row > 0) byte_planes_split(b->raw, b->planes, n, row);
  /* Room for n - 1 bytes: what would not become smaller is given up. */
  int packed = LZ4_compress_default(row > 0 ? b->planes : b->raw, bytes, (int)n, (int)n - 1);
  FrameHeader h = {.stored = (uint32_t)packed, .raw = n, .row = row};
  if (packed <= 0) {
    h.stored = n;
    h.row = 0;
    memcpy(bytes, b->raw, n);
  }
  memcpy(b->frame, &h, sizeof h);
  h.checksum = checksum_of(b->frame, h.stored);
  memcpy(b->frame, &h, sizeof h);
  return sizeof h + h.stored;
}

bool frame_possible(const FrameHeader *h, uint64_t left, uint32_t raw_max) {
  enum { RATIO_MAX = 255 }; /* of lz4: a byte adds no more than 255 to a length */
  if (left < sizeof *h || h->stored > left - sizeof *h || h->stored == 0) return false;
  if (h->stored > h->raw || h->raw > raw_max || h->raw / RATIO_MAX > h->stored) return false;
  if (h->row == 0) return h->zero == 0;
  return h->row >= BYTE_PLANES_ROW_MIN && h->row <= FRAME_ROW_MAX && h->stored < h->raw &&
         h->zero == 0;
}

bool frame_intact(const FrameBuffers *b) {
  FrameHeader h;
  memcpy(&h, b->frame, sizeof h);
  return h.checksum == checksum_of(b->frame, h.stored);
}

bool frame_unpack(FrameBuffers *b) {
  FrameHeader h;
  memcpy(&h, b->frame, sizeof h);
  const char *bytes = b->frame + sizeof h;
  if (h.stored == h.raw) {
    memcpy(b->raw, bytes, h.raw);
    return true;
  }
  char *to = h.row > 0 ? b->planes : b->raw;
  if (LZ4_decompress_safe(bytes, to, (int)h.stored, (int)b->size) != (int)h.raw) return false;
  if (h.row > 0) byte_planes_join(b->planes, b->raw, h.raw, h.row);
  return true;
}
