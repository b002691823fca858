/* csv_bench.c -- how fast CSV is cut, indexed, read and written: to look at with perf.
 *
 *     csv_bench [ROWS [ROUNDS [QUOTED]]]
 *
 * Makes bids (auction, bidder, price, channel, ts: about 50 bytes each; with QUOTED = 1 every
 * channel stands in quotes), and prints per step the best of ROUNDS.  Not a test.
 */
#include "exec/formats/bench.h"
#include "exec/formats/csv_index.h"

static void make_text(Bench *b, bool quoted) {
  const char *quote = quoted ? "\"" : "";
  uint64_t seed = 42;
  for (uint32_t i = 0; i < b->rows; i++) {
    BenchBid bid = bench_bid(i, rng_next(&seed));
    strbuf_printf(&b->text, "%u,%u,%u,%s%s%s,%s\n", bid.auction, bid.bidder, bid.price, quote,
                  bid.channel, quote, bid.ts);
  }
  bench_pad(b);
}

/* Cut as exec/run does, by blocks of CHUNK_BYTES. */
static uint64_t cut_all(const Bench *b) {
  CutState state = {0};
  uint64_t sum = 0;
  for (size_t at = 0; at < b->len; at += CHUNK_BYTES) {
    size_t n = b->len - at < CHUNK_BYTES ? b->len - at : CHUNK_BYTES;
    sum += format_csv.first_end(&state, b->text.data + at, n, b->spec.options);
    sum += format_csv.last_end(&state, b->text.data + at, n, b->spec.options);
    format_csv.advance(&state, b->text.data + at, n, b->spec.options);
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
    fn(&d, b->text.data + at, 0, (uint32_t)(to - at), &x);
    lines += x.n_line;
    at += sep[line[x.n_line]] + 1;
  }
  return lines;
}

static void bench_cutting(const Bench *b) {
  CsvIndexKind kinds[CSV_INDEX_KINDS_MAX];
  uint32_t n = csv_index_kinds(kinds);
  BENCH_BEST(b, "cut", cut_all(b));
  for (uint32_t i = 0; i < n; i++) {
    char name[32];
    snprintf(name, sizeof name, "index %s", kinds[i].name);
    if (kinds[i].runs) BENCH_BEST(b, name, index_all(b, kinds[i].fn));
  }
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
  const Type types[] = {type_time(TYPE_TIMESTAMP, 3), bench_fields[0].type, bench_fields[0].type,
                        bench_fields[0].type, bench_fields[0].type};
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
                       : (int64_t)(rng_next(&seed) % (c == 1   ? 100000
                                                      : c == 2 ? 30
                                                               : 1000000));
    }
  }
  rows->batch.rows = BATCH_ROWS;
  EncodeSpec spec = {.fields = columns, .n_fields = COUNT_OF(types), .zone = zone_utc()};
  if (format_csv.encoder_new(&spec, &e, &err) != OK) return;
  strbuf_init(&out, 0);
  BENCH_BEST(b, "write a window", write_window(b, e, &rows->batch, &out));
  strbuf_deinit(&out);
  format_csv.encoder_free(e);
  batch_builder_free(rows);
}

int main(int argc, char **argv) {
  Bench b = bench_of(&format_csv, argc, argv);
  make_text(&b, argc > 3 && argv[3][0] == '1');
  printf("%u rows, %.1f MB\n", b.rows, (double)b.len / 1e6);
  bench_cutting(&b);
  bench_formats(&b);
  bench_window(&b);
  strbuf_deinit(&b.text);
  return 0;
}
