/* checkpoint_frame.c -- frames of state: compressed by lz4 where that helps, under a checksum. */
#include <lz4.h>
#include <string.h>

#include "base/hash.h"
#include "exec/run/checkpoint_format.h"

/* What the checksum covers begins behind it. */
static uint64_t checksum_of(const char *frame, uint32_t stored) {
  size_t skip = sizeof(uint64_t);
  return XXH3_64bits(frame + skip, sizeof(FrameHeader) - skip + stored);
}

size_t frame_pack(const char *raw, uint32_t n, char *out) {
  assert(n > 0 && n <= FRAME_RAW_MAX);
  char *bytes = out + sizeof(FrameHeader);
  FrameHeader h = {.raw = n};
  /* Room for n - 1 bytes: what would not become smaller is given up. */
  int packed = LZ4_compress_default(raw, bytes, (int)n, (int)n - 1);
  h.stored = packed > 0 ? (uint32_t)packed : n;
  if (packed <= 0) memcpy(bytes, raw, n);
  memcpy(out, &h, sizeof h);
  h.checksum = checksum_of(out, h.stored);
  memcpy(out, &h, sizeof h);
  return sizeof h + h.stored;
}

bool frame_possible(const FrameHeader *h, uint64_t left) {
  enum { RATIO_MAX = 255 }; /* of lz4: a byte adds no more than 255 to a length */
  return left >= sizeof *h && h->stored <= left - sizeof *h && h->stored > 0 &&
         h->stored <= h->raw && h->raw <= FRAME_RAW_MAX && h->raw / RATIO_MAX <= h->stored;
}

bool frame_intact(const char *frame) {
  FrameHeader h;
  memcpy(&h, frame, sizeof h);
  return h.checksum == checksum_of(frame, h.stored);
}

bool frame_unpack(const char *frame, char *out) {
  FrameHeader h;
  memcpy(&h, frame, sizeof h);
  const char *bytes = frame + sizeof h;
  if (h.stored == h.raw) {
    memcpy(out, bytes, h.raw);
    return true;
  }
  return LZ4_decompress_safe(bytes, out, (int)h.stored, FRAME_RAW_MAX) == (int)h.raw;
}
