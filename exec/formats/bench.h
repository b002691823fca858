/* bench.h -- what csv_bench and json_bench share: the same bids, read and written, timed.
 *
 * The best of several rounds counts; the number in brackets shows that the work was done.
 */
#pragma once
#include <stdio.h>
#include <stdlib.h>

#include "base/sys.h"
#include "exec/data/rng.h"
#include "exec/data/timestamp.h"
#include "exec/formats/format.h"

static const FormatField bench_fields[] = {
    {"auction", {.kind = TYPE_BIGINT, .nullable = true}},
    {"bidder", {.kind = TYPE_BIGINT, .nullable = true}},
    {"price", {.kind = TYPE_BIGINT, .nullable = true}},
    {"channel", {.kind = TYPE_VARCHAR, .nullable = true, .length = TYPE_LENGTH_MAX}},
    {"ts", {.kind = TYPE_TIMESTAMP, .nullable = true, .precision = 3}},
};
static const char *const bench_channels[] = {"Google",     "Facebook",    "Baidu",       "Apple",
                                             "channel-12", "channel-117", "channel-4711"};

typedef struct Bench {
  const Format *format;
  StrBuf text;
  size_t len; /* without the padding */
  uint32_t rows, rounds;
  DecodeSpec spec;
} Bench;

/* One bid: its numbers, channel and time (text). */
typedef struct BenchBid {
  unsigned auction, bidder, price;
  const char *channel;
  char ts[TIMESTAMP_TEXT_MAX];
} BenchBid;

static BenchBid bench_bid(uint32_t i, uint64_t random) {
  BenchBid bid = {.auction = (unsigned)(random >> 8) % 100000,
                  .bidder = (unsigned)(random >> 20) % 20000,
                  .price = (unsigned)(random >> 32) % 1000000,
                  .channel = bench_channels[random % COUNT_OF(bench_channels)]};
  Micros us = INT64_C(1704067200000000) + (Micros)i * 100 - (Micros)(random % 2000) * 1000;
  bid.ts[timestamp_print(us, 3, ' ', bid.ts)] = '\0';
  return bid;
}

/* From [ROWS [ROUNDS]]. */
static Bench bench_of(const Format *format, int argc, char **argv) {
  Bench b = {
      .format = format,
      .rows = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 1000000,
      .rounds = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 5,
      .spec = {.fields = bench_fields, .n_fields = COUNT_OF(bench_fields), .zone = zone_utc()}};
  strbuf_init(&b.text, 0);
  return b;
}

/* The text is complete. */
static void bench_pad(Bench *b) {
  b->len = b->text.len;
  strbuf_fill(&b->text, '\0', CHUNK_PADDING);
  if (strbuf_failed(&b->text)) out_of_memory();
}

static void bench_bad(void *arg, size_t offset, size_t len, const char *reason) {
  (void)offset, (void)len, (void)reason;
  ++*(uint64_t *)arg;
}

static void bench_report(const Bench *b, const char *what, Micros us, uint64_t check) {
  double s = (double)(us > 0 ? us : 1) / 1e6;
  printf("%-18s %7.1f MB/s %8.2f M rows/s %7.2f ns/row  (%llu)\n", what, (double)b->len / 1e6 / s,
         b->rows / 1e6 / s, s * 1e9 / b->rows, (unsigned long long)check);
}

#define BENCH_BEST(b, what, call)                            \
  do {                                                       \
    Micros best = MICROS_MAX;                                \
    uint64_t check = 0;                                      \
    for (uint32_t round = 0; round < (b)->rounds; round++) { \
      Micros t0 = sys.mono_us();                             \
      check = (call);                                        \
      Micros us = sys.mono_us() - t0;                        \
      if (us < best) best = us;                              \
    }                                                        \
    bench_report((b), (what), best, check);                  \
  } while (0)

/* Decode all; when encoder is given, write it again, to out.  Bad records count in billions. */
static uint64_t bench_decode(const Bench *b, Encoder *encoder, StrBuf *out) {
  Error err = {0};
  Decoder *d;
  uint64_t rows = 0, bad = 0;
  const Format *format = b->format;
  if (format->decoder_new(&b->spec, &d, &err) != OK) return 0;
  for (size_t at = 0; at < b->len;) {
    size_t n = b->len - at < CHUNK_BYTES ? b->len - at : CHUNK_BYTES;
    n = format->last_end(&(CutState){0}, b->text.data + at, n, b->spec.options);
    format->decode_begin(d, &(Chunk){.text = b->text.data + at, .len = n}, bench_bad, &bad);
    for (;;) {
      Batch *batch;
      if (format->decode_next(d, &batch, &err) != OK || batch_count(batch) == 0) break;
      rows += batch_count(batch);
      if (encoder != NULL && format->encode(encoder, batch, out, &err) != OK) break;
      if (out != NULL && out->len > CHUNK_BYTES) strbuf_clear(out);
    }
    at += n;
  }
  format->decoder_free(d);
  return rows + bad * 1000000000;
}

/* No column, three of the five, all; then all and written again. */
static void bench_formats(Bench *b) {
  static const uint32_t three[] = {0, 2, 4}, five[] = {0, 1, 2, 3, 4};
  Error err = {0};
  Encoder *e;
  StrBuf out;
  EncodeSpec spec = {
      .fields = bench_fields, .n_fields = COUNT_OF(bench_fields), .zone = zone_utc()};
  BENCH_BEST(b, "count", bench_decode(b, NULL, NULL));
  b->spec.wanted = three;
  b->spec.n_wanted = COUNT_OF(three);
  BENCH_BEST(b, "read 3 of 5", bench_decode(b, NULL, NULL));
  b->spec.wanted = five;
  b->spec.n_wanted = COUNT_OF(five);
  BENCH_BEST(b, "read 5 of 5", bench_decode(b, NULL, NULL));
  if (b->format->encoder_new(&spec, &e, &err) != OK) return;
  strbuf_init(&out, 0);
  BENCH_BEST(b, "read and write 5", bench_decode(b, e, &out));
  strbuf_deinit(&out);
  b->format->encoder_free(e);
}
