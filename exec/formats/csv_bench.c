/* csv_bench.c -- how fast CSV is cut, indexed, read and written: to look at with perf.
 *
 *     csv_bench [ROWS [ROUNDS [QUOTED]]]
 *
 * Makes bids (auction, bidder, price, channel, ts: about 50 bytes each; with QUOTED = 1 every
 * channel stands in quotes), and prints per step the best of ROUNDS.  Not a test.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "exec/data/timestamp.h"
#include "exec/formats/csv_index.h"

static const FormatField fields[] = {
    {"auction", {.kind = TYPE_BIGINT, .nullable = true}},
    {"bidder", {.kind = TYPE_BIGINT, .nullable = true}},
    {"price", {.kind = TYPE_BIGINT, .nullable = true}},
    {"channel", {.kind = TYPE_VARCHAR, .nullable = true, .length = TYPE_LENGTH_MAX}},
    {"ts", {.kind = TYPE_TIMESTAMP, .nullable = true, .precision = 3}},
};

typedef struct Bench {
  char *text;
  size_t len;
  uint32_t rows, rounds;
  DecodeSpec spec;
} Bench;

static uint64_t random_next(uint64_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

static void make_text(Bench *b, bool quoted) {
  static const char *const channels[] = {"Google",     "Facebook",    "Baidu",       "Apple",
                                         "channel-12", "channel-117", "channel-4711"};
  const char *quote = quoted ? "\"" : "";
  uint64_t seed = 42;
  StrBuf text;
  strbuf_init(&text, 0);
  for (uint32_t i = 0; i < b->rows; i++) {
    uint64_t r = random_next(&seed);
    char ts[TIMESTAMP_TEXT_MAX] = "";
    Micros us = INT64_C(1704067200000000) + (Micros)i * 100 - (Micros)(r % 2000) * 1000;
    size_t n = timestamp_print(us, 3, ' ', ts);
    strbuf_printf(&text, "%u,%u,%u,%s%s%s,%.*s\n", (unsigned)(r >> 8) % 100000,
                  (unsigned)(r >> 20) % 20000, (unsigned)(r >> 32) % 1000000, quote,
                  channels[r % COUNT_OF(channels)], quote, (int)n, ts);
  }
  b->len = text.len;
  strbuf_fill(&text, '\0', CHUNK_PADDING);
  if (strbuf_failed(&text)) out_of_memory();
  b->text = text.data;
}

static void count_bad(void *arg, size_t offset, size_t len, const char *reason) {
  (void)offset, (void)len, (void)reason;
  ++*(uint64_t *)arg;
}

static void report(const Bench *b, const char *what, Micros us, uint64_t check) {
  double s = (double)us / 1e6;
  printf("%-18s %7.1f MB/s %8.2f M rows/s %7.2f ns/row  (%llu)\n", what, (double)b->len / 1e6 / s,
         b->rows / 1e6 / s, s * 1e9 / b->rows, (unsigned long long)check);
}

/* Cut as exec/run does, by blocks of CHUNK_BYTES. */
static uint64_t cut_all(const Bench *b) {
  CutState state = {0};
  uint64_t sum = 0;
  for (size_t at = 0; at < b->len; at += CHUNK_BYTES) {
    size_t n = b->len - at < CHUNK_BYTES ? b->len - at : CHUNK_BYTES;
    sum += format_csv.first_end(&state, b->text + at, n, b->spec.options);
    sum += format_csv.last_end(&state, b->text + at, n, b->spec.options);
    format_csv.advance(&state, b->text + at, n, b->spec.options);
  }
  return state.newlines + (sum == 0);
}

static uint64_t index_all(const Bench *b, CsvIndexFn *fn) {
  enum { STEP = 32 << 10 };
  static uint32_t sep[CSV_INDEX_ROOM(STEP)], line[CSV_INDEX_ROOM(STEP)];
  CsvIndex x = {.sep = sep, .line = line};
  const CsvDialect d = csv_dialect(b->spec.options);
  uint64_t lines = 0;
  for (size_t at = 0; at < b->len;) {
    size_t to = b->len - at < STEP ? b->len : at + STEP;
    fn(&d, b->text + at, 0, (uint32_t)(to - at), &x);
    lines += x.n_line;
    at += sep[line[x.n_line]] + 1;
  }
  return lines;
}

/* Decode all; when out is given, write it again. */
static uint64_t decode_all(const Bench *b, Encoder *encoder, StrBuf *out) {
  Error err = {0};
  Decoder *d;
  uint64_t rows = 0, bad = 0;
  if (format_csv.decoder_new(&b->spec, &d, &err) != OK) return 0;
  for (size_t at = 0; at < b->len;) {
    size_t n = b->len - at < CHUNK_BYTES ? b->len - at : CHUNK_BYTES;
    n = format_csv.last_end(&(CutState){0}, b->text + at, n, b->spec.options);
    format_csv.decode_begin(d, &(Chunk){b->text + at, n, NULL}, count_bad, &bad);
    for (;;) {
      Batch *batch;
      if (format_csv.decode_next(d, &batch, &err) != OK || batch_count(batch) == 0) break;
      rows += batch_count(batch);
      if (encoder != NULL && format_csv.encode(encoder, batch, out, &err) != OK) break;
      if (out != NULL && out->len > CHUNK_BYTES) strbuf_clear(out);
    }
    at += n;
  }
  format_csv.decoder_free(d);
  return rows + bad * 1000000000;
}

#define BEST(b, what, call)                                  \
  do {                                                       \
    Micros best = MICROS_MAX;                                \
    uint64_t check = 0;                                      \
    for (uint32_t round = 0; round < (b)->rounds; round++) { \
      Micros t0 = sys.mono_us();                             \
      check = (call);                                        \
      Micros us = sys.mono_us() - t0;                        \
      if (us < best) best = us;                              \
    }                                                        \
    report((b), (what), best > 0 ? best : 1, check);         \
  } while (0)

static void bench_reading(Bench *b) {
  static const uint32_t three[] = {0, 2, 4}, five[] = {0, 1, 2, 3, 4};
  CsvIndexKind kinds[CSV_INDEX_KINDS_MAX];
  uint32_t n = csv_index_kinds(kinds);
  BEST(b, "cut", cut_all(b));
  for (uint32_t i = 0; i < n; i++) {
    char name[32];
    snprintf(name, sizeof name, "index %s", kinds[i].name);
    if (kinds[i].runs) BEST(b, name, index_all(b, kinds[i].fn));
  }
  BEST(b, "count", decode_all(b, NULL, NULL));
  b->spec.wanted = three;
  b->spec.n_wanted = 3;
  BEST(b, "read 3 of 5", decode_all(b, NULL, NULL));
  b->spec.wanted = five;
  b->spec.n_wanted = 5;
  BEST(b, "read 5 of 5", decode_all(b, NULL, NULL));
}

static void bench_writing(Bench *b) {
  Error err = {0};
  Encoder *e;
  StrBuf out;
  EncodeSpec spec = {.fields = fields, .n_fields = COUNT_OF(fields), .zone = zone_utc()};
  if (format_csv.encoder_new(&spec, &e, &err) != OK) return;
  strbuf_init(&out, 0);
  BEST(b, "read and write 5", decode_all(b, e, &out));
  strbuf_deinit(&out);
  format_csv.encoder_free(e);
}

/* Rows as a window fires them: its start, the same in all, and four numbers. */
static uint64_t write_window(const Bench *b, Encoder *e, const Batch *batch, StrBuf *out) {
  Error err = {0};
  uint64_t bytes = 0;
  for (uint32_t n = 0; n < b->rows; n += batch->rows) {
    strbuf_clear(out);
    if (format_csv.encode(e, batch, out, &err) != OK) return 0;
    bytes += out->len;
  }
  return bytes;
}

static void bench_window(Bench *b) {
  const Type types[] = {type_time(TYPE_TIMESTAMP, 3), fields[0].type, fields[0].type,
                        fields[0].type, fields[0].type};
  BatchBuilder *rows = batch_builder_new((BatchShape){.types = types, .n_cols = COUNT_OF(types)});
  FormatField columns[COUNT_OF(types)];
  Error err = {0};
  Encoder *e;
  StrBuf out;
  uint64_t seed = 7;
  if (rows == NULL) out_of_memory();
  for (uint32_t c = 0; c < COUNT_OF(types); c++) {
    int64_t *data = rows->batch.cols[c].data;
    columns[c] = (FormatField){"c", types[c]};
    for (uint32_t i = 0; i < BATCH_ROWS; i++) {
      data[i] = c == 0 ? INT64_C(1704067200000000)
                       : (int64_t)(random_next(&seed) % (c == 1   ? 100000
                                                         : c == 2 ? 30
                                                                  : 1000000));
    }
  }
  rows->batch.rows = BATCH_ROWS;
  EncodeSpec spec = {.fields = columns, .n_fields = COUNT_OF(types), .zone = zone_utc()};
  if (format_csv.encoder_new(&spec, &e, &err) != OK) return;
  strbuf_init(&out, 0);
  BEST(b, "write a window", write_window(b, e, &rows->batch, &out));
  strbuf_deinit(&out);
  format_csv.encoder_free(e);
  batch_builder_free(rows);
}

int main(int argc, char **argv) {
  Bench b = {.rows = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 1000000,
             .rounds = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 5,
             .spec = {.fields = fields, .n_fields = COUNT_OF(fields), .zone = zone_utc()}};
  make_text(&b, argc > 3 && argv[3][0] == '1');
  printf("%u rows, %.1f MB\n", b.rows, (double)b.len / 1e6);
  bench_reading(&b);
  bench_writing(&b);
  bench_window(&b);
  free(b.text);
  return 0;
}
