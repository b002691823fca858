/* test_compress.h -- for unit tests: bytes with gzip members or zstd frames put behind one another.
 */
#pragma once
#include <zlib.h>
#include <zstd.h>

#include "base/check.h"

enum { ROOM = 1 << 20 };

typedef struct Bytes {
  unsigned char data[ROOM];
  size_t len;
} Bytes;

static void add_gzip(Bytes *b, const char *text, size_t len) {
  z_stream z = {0};
  CHECK_INT(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  z.next_in = (unsigned char *)(uintptr_t)text;
  z.avail_in = (unsigned)len;
  z.next_out = b->data + b->len;
  z.avail_out = (unsigned)(ROOM - b->len);
  CHECK_INT(deflate(&z, Z_FINISH), Z_STREAM_END);
  b->len = ROOM - z.avail_out;
  deflateEnd(&z);
}

static void add_zstd(Bytes *b, const char *text, size_t len) {
  ZSTD_CCtx *c = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
  size_t n = ZSTD_compress2(c, b->data + b->len, ROOM - b->len, text, len);
  CHECK(!ZSTD_isError(n));
  b->len += n;
  ZSTD_freeCCtx(c);
}
