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
 *     flat      three numbers more: {...,"n0":1,"n1":22,"n2":333,...}
 *     nested    the same values, bidder and channel in a ROW, the numbers in an ARRAY:
 *               {"auction":17,"who":{"bidder":4,"channel":"Google"},"price":99,"n":[1,22,333],...}
 */
#include <string.h>

#include "exec/formats/bench.h"

static const char *const shapes[] = {"plain",   "spaced", "varying", "wide",
                                     "foreign", "strict", "flat",    "nested"};
enum { PLAIN, SPACED, VARYING, WIDE, FOREIGN, STRICT, FLAT, NESTED, WIDE_FIELDS = 30 };

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
  static const char *const foreign[] = {"Gr\xC3\xBC\xC3\x9F Gott", "\xE4\xB8\xAD\xE6\x96\x87",
                                        "tab\\tand \\\"quotes\\\"", "caf\\u00e9"};
  BenchBid bid = bench_bid(i, r);
  const char *channel = shape == FOREIGN ? foreign[r % 4] : bid.channel;
  const char *gap = shape == SPACED ? " " : "";
  strbuf_printf(b, "{\"%s\":%s%u,%s\"bidder\":%s%u,%s\"price\":%s%u",
                shape == STRICT ? "\\u0061uction" : "auction", gap, bid.auction, gap, gap,
                bid.bidder, gap, gap, bid.price);
  if (shape != VARYING || i % 2 == 0) {
    strbuf_printf(b, ",%s\"channel\":%s\"%s\"", gap, gap, channel);
  }
  if (shape == VARYING && i % 4 == 0) strbuf_puts(b, ",\"extra\":{\"a\":[1,2,3],\"b\":\"c\"}");
  if (shape == WIDE) put_wide(b, r);
  strbuf_printf(b, ",%s\"ts\":%s\"%s\"}\n", gap, gap, bid.ts);
}

/* A line of flat or nested. */
static void put_equal_line(StrBuf *b, int shape, uint32_t i, uint64_t r) {
  static const char *const forms[] = {
      "{\"auction\":%u,\"bidder\":%u,\"channel\":\"%s\",\"price\":%u,\"n0\":%u,\"n1\":%u,"
      "\"n2\":%u,\"ts\":\"%s\"}\n",
      "{\"auction\":%u,\"who\":{\"bidder\":%u,\"channel\":\"%s\"},\"price\":%u,\"n\":[%u,%u,%u],"
      "\"ts\":\"%s\"}\n"};
  BenchBid bid = bench_bid(i, r);
  strbuf_printf(b, forms[shape == NESTED], bid.auction, bid.bidder, bid.channel, bid.price,
                (unsigned)r % 10, (unsigned)(r >> 4) % 100, (unsigned)(r >> 8) % 1000, bid.ts);
}

/* All columns of flat or nested, read; then read and written. */
static void bench_equal(Bench *b, int shape) {
  static const uint32_t wanted[] = {0, 1, 2, 3, 4, 5, 6, 7};
  const Type big = type_of(TYPE_BIGINT), ts = type_time(TYPE_TIMESTAMP, 3);
  const Type who =
      type_row((const Type[]){big, type_string()}, (const char *[]){"bidder", "channel"}, 2);
  const FormatField flat[] = {{"auction", big}, {"bidder", big}, {"channel", type_string()},
                              {"price", big},   {"n0", big},     {"n1", big},
                              {"n2", big},      {"ts", ts}};
  const FormatField nested[] = {
      {"auction", big}, {"who", who}, {"price", big}, {"n", type_array(big)}, {"ts", ts}};
  const uint32_t n = shape == FLAT ? COUNT_OF(flat) : COUNT_OF(nested);
  const FormatField *fields = shape == FLAT ? flat : nested;
  b->spec = (DecodeSpec){
      .fields = fields, .n_fields = n, .wanted = wanted, .n_wanted = n, .zone = zone_utc()};
  BENCH_BEST(b, "all columns", bench_decode(b, NULL, NULL));
  const EncodeSpec spec = {.fields = fields, .n_fields = n, .zone = zone_utc()};
  Error err = {0};
  Encoder *e;
  StrBuf out;
  strbuf_init(&out, 0);
  if (b->format->encoder_new(&spec, &e, &err) != OK) return;
  BENCH_BEST(b, "read and written", bench_decode(b, e, &out));
  b->format->encoder_free(e);
  strbuf_deinit(&out);
}

static void make_text(Bench *b, int shape) {
  uint64_t seed = 42;
  for (uint32_t i = 0; i < b->rows; i++) {
    if (shape < FLAT) put_line(&b->text, shape, i, rng_next(&seed));
    if (shape >= FLAT) put_equal_line(&b->text, shape, i, rng_next(&seed));
  }
  bench_pad(b);
}

int main(int argc, char **argv) {
  Bench b = bench_of(&format_json, argc, argv);
  int shape = PLAIN;
  for (int i = 0; argc > 3 && i < (int)COUNT_OF(shapes); i++) {
    if (strcmp(argv[3], shapes[i]) == 0) shape = i;
  }
  make_text(&b, shape);
  printf("%s: %u rows, %.1f MB\n", shapes[shape], b.rows, (double)b.len / 1e6);
  if (shape < FLAT) bench_formats(&b);
  if (shape >= FLAT) bench_equal(&b, shape);
  strbuf_deinit(&b.text);
  return 0;
}
