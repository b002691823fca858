/* json_bench.c -- how fast JSON lines are read and written: to look at with perf.
 *
 *     json_bench [ROWS [ROUNDS [SHAPE]]]
 *
 * Makes bids (auction, bidder, price, channel, ts: about 100 bytes each) in one of these shapes,
 * and prints per step the best of ROUNDS.  Not a test.
 *
 *     plain     {"auction":17,"bidder":4,...}
 *     spaced    {"auction": 17, "bidder": 4, ...}
 *     varying   every other line lacks channel, every fourth has a nested field more
 *     wide      thirty fields more, with strings, numbers and nested values
 *     foreign   channels outside of ASCII, and with escapes
 *     strict    a key with an escape, so that every line goes the strict way
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "exec/data/rng.h"
#include "exec/data/timestamp.h"
#include "exec/formats/format.h"

static const FormatField fields[] = {
    {"auction", {.kind = TYPE_BIGINT, .nullable = true}},
    {"bidder", {.kind = TYPE_BIGINT, .nullable = true}},
    {"price", {.kind = TYPE_BIGINT, .nullable = true}},
    {"channel", {.kind = TYPE_VARCHAR, .nullable = true, .length = TYPE_LENGTH_MAX}},
    {"ts", {.kind = TYPE_TIMESTAMP, .nullable = true, .precision = 3}},
};

static const char *const shapes[] = {"plain", "spaced", "varying", "wide", "foreign", "strict"};
enum { PLAIN, SPACED, VARYING, WIDE, FOREIGN, STRICT, WIDE_FIELDS = 30, LINE_MAX_BYTES = 2000 };

typedef struct Bench {
  StrBuf text;
  size_t len;
  uint32_t rows, rounds;
  DecodeSpec spec;
} Bench;

static void put_wide(StrBuf *b, uint64_t r) {
  for (unsigned i = 0; i < WIDE_FIELDS; i++) {
    strbuf_printf(b, ",\"field_%u\":", i);
    if (i % 5 == 0) strbuf_printf(b, "\"a longer text that nobody asks for, number %u\"", i);
    if (i % 5 == 1) strbuf_printf(b, "%u.%02u", (unsigned)(r >> i) % 10000, i);
    if (i % 5 == 2) strbuf_puts(b, i % 2 ? "null" : "true");
    if (i % 5 == 3) strbuf_printf(b, "{\"x\":%u,\"y\":[1,2,{\"z\":\"q\"}]}", i);
    if (i % 5 == 4) strbuf_printf(b, "-%u", (unsigned)(r >> 20) % 100000);
  }
}

static void put_line(StrBuf *b, int shape, uint32_t i, uint64_t r) {
  static const char *const channels[] = {"Google",     "Facebook",    "Baidu",       "Apple",
                                         "channel-12", "channel-117", "channel-4711"};
  static const char *const foreign[] = {"Gr\xC3\xBC\xC3\x9F Gott", "\xE4\xB8\xAD\xE6\x96\x87",
                                        "tab\\tand \\\"quotes\\\"", "caf\\u00e9"};
  const char *channel = shape == FOREIGN ? foreign[r % 4] : channels[r % COUNT_OF(channels)];
  const char *gap = shape == SPACED ? " " : "";
  char ts[TIMESTAMP_TEXT_MAX];
  Micros us = INT64_C(1704067200000000) + (Micros)i * 100 - (Micros)(r % 2000) * 1000;
  int n = (int)timestamp_print(us, 3, ' ', ts);
  strbuf_printf(b, "{\"%s\":%s%u,%s\"bidder\":%s%u,%s\"price\":%s%u",
                shape == STRICT ? "\\u0061uction" : "auction", gap, (unsigned)(r >> 8) % 100000,
                gap, gap, (unsigned)(r >> 20) % 20000, gap, gap, (unsigned)(r >> 32) % 1000000);
  if (shape != VARYING || i % 2 == 0) {
    strbuf_printf(b, ",%s\"channel\":%s\"%s\"", gap, gap, channel);
  }
  if (shape == VARYING && i % 4 == 0) strbuf_puts(b, ",\"extra\":{\"a\":[1,2,3],\"b\":\"c\"}");
  if (shape == WIDE) put_wide(b, r);
  strbuf_printf(b, ",%s\"ts\":%s\"%.*s\"}\n", gap, gap, n, ts);
}

static void make_text(Bench *b, int shape) {
  uint64_t seed = 42;
  strbuf_init(&b->text, 0);
  for (uint32_t i = 0; i < b->rows; i++) put_line(&b->text, shape, i, rng_next(&seed));
  b->len = b->text.len;
  strbuf_fill(&b->text, '\0', CHUNK_PADDING);
  if (strbuf_failed(&b->text)) out_of_memory();
}

static void count_bad(void *arg, size_t offset, size_t len, const char *reason) {
  (void)offset, (void)len, (void)reason;
  ++*(uint64_t *)arg;
}

static void report(const Bench *b, const char *what, Micros us, uint64_t rows) {
  double s = (double)us / 1e6;
  printf("%-18s %7.1f MB/s %8.2f M rows/s %7.2f ns/row  (%llu rows)\n", what,
         (double)b->len / 1e6 / s, b->rows / 1e6 / s, s * 1e9 / b->rows, (unsigned long long)rows);
}

/* Decode all; when out is given, write it again.  Bad records count in billions. */
static uint64_t decode_all(const Bench *b, Encoder *encoder, StrBuf *out) {
  Error err = {0};
  Decoder *d;
  uint64_t rows = 0, bad = 0;
  if (format_json.decoder_new(&b->spec, &d, &err) != OK) return 0;
  for (size_t at = 0; at < b->len;) {
    size_t n = b->len - at < CHUNK_BYTES ? b->len - at : CHUNK_BYTES;
    n = format_json.last_end(&(CutState){0}, b->text.data + at, n, b->spec.options);
    format_json.decode_begin(d, &(Chunk){b->text.data + at, n, NULL}, count_bad, &bad);
    for (;;) {
      Batch *batch;
      if (format_json.decode_next(d, &batch, &err) != OK || batch_count(batch) == 0) break;
      rows += batch_count(batch);
      if (encoder != NULL && format_json.encode(encoder, batch, out, &err) != OK) break;
      if (out != NULL && out->len > CHUNK_BYTES) strbuf_clear(out);
    }
    at += n;
  }
  format_json.decoder_free(d);
  return rows + bad * 1000000000;
}

static void measure(const Bench *b, const char *what, Encoder *encoder, StrBuf *out) {
  Micros best = MICROS_MAX;
  uint64_t rows = 0;
  for (uint32_t round = 0; round < b->rounds; round++) {
    Micros t0 = sys.mono_us();
    rows = decode_all(b, encoder, out);
    Micros us = sys.mono_us() - t0;
    if (us < best) best = us;
  }
  report(b, what, best > 0 ? best : 1, rows);
}

static void measure_writing(const Bench *b) {
  Error err = {0};
  Encoder *e;
  StrBuf out;
  EncodeSpec spec = {.fields = fields, .n_fields = COUNT_OF(fields), .zone = zone_utc()};
  if (format_json.encoder_new(&spec, &e, &err) != OK) return;
  strbuf_init(&out, 0);
  measure(b, "read and write 5", e, &out);
  strbuf_deinit(&out);
  format_json.encoder_free(e);
}

int main(int argc, char **argv) {
  static const uint32_t three[] = {0, 2, 4}, five[] = {0, 1, 2, 3, 4};
  Bench b = {.rows = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 1000000,
             .rounds = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 5,
             .spec = {.fields = fields, .n_fields = COUNT_OF(fields), .zone = zone_utc()}};
  int shape = PLAIN;
  for (int i = 0; argc > 3 && i < (int)COUNT_OF(shapes); i++) {
    if (strcmp(argv[3], shapes[i]) == 0) shape = i;
  }
  make_text(&b, shape);
  printf("%s: %u rows, %.1f MB\n", shapes[shape], b.rows, (double)b.len / 1e6);
  measure(&b, "count", NULL, NULL);
  b.spec.wanted = three;
  b.spec.n_wanted = COUNT_OF(three);
  measure(&b, "read 3 of 5", NULL, NULL);
  b.spec.wanted = five;
  b.spec.n_wanted = COUNT_OF(five);
  measure(&b, "read 5 of 5", NULL, NULL);
  measure_writing(&b);
  strbuf_deinit(&b.text);
  return 0;
}
