/* expr_data.c -- columns of plausible values: amounts, names, URLs, log lines, documents. */
#include "sql-tests/bench/expr_data.h"

#include <inttypes.h>
#include <stdio.h>

#include "exec/data/rng.h"
#include "exec/data/value.h"

const BenchColumn bench_columns[] = {
    {"a", "INT"},    /* up to a million either way */
    {"b", "INT"},    /* 1 to 1,000 */
    {"i", "BIGINT"}, /* up to 10^12 either way */
    {"j", "BIGINT"}, /* 1 to a million */
    {"n", "BIGINT"}, /* as j, with NULLs */
    {"x", "DOUBLE"}, /* up to 100,000 either way, six digits behind the point */
    {"y", "DOUBLE"}, /* 0 to 1,000 */
    {"price", "DECIMAL(12, 2)"},
    {"cost", "DECIMAL(12, 2)"},
    {"rate", "DECIMAL(4, 3)"}, /* with NULLs */
    {"big1", "DECIMAL(38, 4)"},
    {"big2", "DECIMAL(38, 4)"},
    {"city", "STRING"},    /* one of twelve, short */
    {"name", "STRING"},    /* two capitalized words, with NULLs */
    {"line", "STRING"},    /* a line of a log, 60 to 110 bytes */
    {"foreign", "STRING"}, /* words that are not ASCII */
    {"url", "STRING"},
    {"digits", "STRING"},   /* an integer */
    {"number", "STRING"},   /* with a fraction */
    {"ts_text", "STRING"},  /* yyyy-MM-dd HH:mm:ss.SSS */
    {"day_text", "STRING"}, /* dd/MM/yyyy HH:mm:ss */
    {"doc", "STRING"},      /* a JSON object, with NULLs */
    {"ts", "TIMESTAMP(3)"}, /* within a year */
    {"ts2", "TIMESTAMP(3)"} /* up to ten days around ts, with NULLs */
};
const uint32_t bench_n_columns = COUNT_OF(bench_columns);

static const char *const cities[] = {"Berlin",    "Oslo",   "San Jose", "Lima",
                                     "Reykjavik", "Rome",   "Nairobi",  "Auckland",
                                     "Hamburg",   "Quebec", "Bergen",   "York"};
static const char *const words[] = {"alpha", "bravo",  "charlie", "delta",  "echo",   "foxtrot",
                                    "golf",  "hotel",  "india",   "juliet", "kilo",   "lima",
                                    "mike",  "search", "oscar",   "papa",   "quebec", "romeo"};
static const char *const foreign[] = {"Straße", "naïve", "日本語", "mañana",
                                      "Ελλάδα", "été",   "plain"};

typedef struct Row {
  uint64_t seed;
  Type type;
  int64_t ms; /* of ts, since 1970 */
  char text[256];
} Row;

static int64_t pick(Row *r, int64_t n) { return (int64_t)(rng_next(&r->seed) % (uint64_t)n); }
static int64_t either_way(Row *r, int64_t n) { return pick(r, 2 * n + 1) - n; }
static const char *word(Row *r) { return words[pick(r, COUNT_OF(words))]; }

static Value text_value(Row *r, int len) {
  assert(len >= 0 && (size_t)len < sizeof r->text);
  return value_text(r->type, (Str){r->text, (size_t)len});
}
#define TEXT(...) text_value(r, snprintf(r->text, sizeof r->text, __VA_ARGS__))

static Value some_name(Row *r) {
  const char *first = word(r), *last = word(r);
  return TEXT("%c%s %c%s", first[0] - 32, first + 1, last[0] - 32, last + 1);
}

static Value some_line(Row *r) {
  static const char *const levels[] = {"INFO", "WARN", "ERROR", "DEBUG"};
  return TEXT("%s [worker-%d] %s %s %s: took %d ms, user=%s id=%" PRId64 " done %s",
              levels[pick(r, 4)], (int)pick(r, 32), word(r), word(r), word(r), (int)pick(r, 5000),
              word(r), pick(r, 10000000), word(r));
}

static Value some_foreign(Row *r) {
  const char *const *f = foreign;
  enum { N = COUNT_OF(foreign) };
  return TEXT("%s %s %s", f[pick(r, N)], f[pick(r, N)], f[pick(r, N)]);
}

static Value some_url(Row *r) {
  return TEXT("https://www.%s.example.com/%s/%s/%d?user=%d&q=%s", word(r), word(r), word(r),
              (int)pick(r, 100000), (int)pick(r, 10000), word(r));
}

static Value some_doc(Row *r) {
  return TEXT("{\"id\":%" PRId64
              ",\"user\":{\"name\":\"%s\",\"age\":%d},\"tags\":[\"%s\",\"%s\"],"
              "\"price\":%d.%02d,\"ok\":%s}",
              pick(r, 10000000), word(r), (int)pick(r, 90), word(r), word(r), (int)pick(r, 1000),
              (int)pick(r, 100), pick(r, 2) ? "true" : "false");
}

/* A moment of one of the first 28 days of a month of 2024. */
static Value some_time_text(Row *r, bool day_first) {
  int month = (int)pick(r, 12) + 1, day = (int)pick(r, 28) + 1, second = (int)pick(r, 86400);
  int h = second / 3600, m = second / 60 % 60, s = second % 60;
  if (day_first) return TEXT("%02d/%02d/2024 %02d:%02d:%02d", day, month, h, m, s);
  return TEXT("2024-%02d-%02d %02d:%02d:%02d.%03d", month, day, h, m, s, (int)pick(r, 1000));
}

static bool has_nulls(const char *column) {
  static const char *const names[] = {"n", "rate", "name", "doc", "ts2"};
  for (size_t i = 0; i < COUNT_OF(names); i++) {
    if (str_eq(str_of(column), str_of(names[i]))) return true;
  }
  return false;
}

static Value some_value(Row *r, const char *column) {
  Str name = str_of(column);
  Type t = r->type;
#define IS(text) str_eq(name, STR(text))
  if (IS("a")) return value_int(t, either_way(r, 1000000));
  if (IS("b")) return value_int(t, 1 + pick(r, 1000));
  if (IS("i")) return value_int(t, either_way(r, INT64_C(1000000000000)));
  if (IS("j") || IS("n")) return value_int(t, 1 + pick(r, 1000000));
  if (IS("x")) return value_double(t, (double)either_way(r, INT64_C(100000000000)) / 1e6);
  if (IS("y")) return value_double(t, (double)pick(r, 1000000000) / 1e6);
  if (IS("price") || IS("cost")) return value_decimal(t, 1 + pick(r, 10000000));
  if (IS("rate")) return value_decimal(t, pick(r, 10000));
  if (IS("big1") || IS("big2")) {
    return value_decimal(t, (Int128)either_way(r, INT64_C(1000000000000000)) * 1000000007);
  }
  if (IS("city")) return TEXT("%s", cities[pick(r, COUNT_OF(cities))]);
  if (IS("name")) return some_name(r);
  if (IS("line")) return some_line(r);
  if (IS("foreign")) return some_foreign(r);
  if (IS("url")) return some_url(r);
  if (IS("digits")) return TEXT("%" PRId64, either_way(r, INT64_C(1000000000000)) >> pick(r, 30));
  if (IS("number")) return TEXT("%d.%d", (int)either_way(r, 100000), (int)pick(r, 1000000));
  if (IS("ts_text")) return some_time_text(r, false);
  if (IS("day_text")) return some_time_text(r, true);
  if (IS("doc")) return some_doc(r);
  if (IS("ts")) return value_int(t, r->ms * MICROS_PER_MILLI);
  assert(IS("ts2"));
  return value_int(t, (r->ms + either_way(r, 10 * INT64_C(86400000))) * MICROS_PER_MILLI);
#undef IS
}

/* Column by column, so that the long texts of one lie together. */
BatchBuilder *bench_batch(const Type *types, uint32_t number) {
  static const int64_t start_ms = INT64_C(1704067200000), year_ms = INT64_C(366) * 86400000;
  BatchBuilder *b = batch_builder_new((BatchShape){.types = types, .n_cols = bench_n_columns});
  if (b == NULL) return NULL;
  for (uint32_t c = 0; c < bench_n_columns; c++) {
    Row at = {.seed = number}, r = {.seed = number * 1000 + c, .type = types[c]};
    for (uint32_t row = 0; row < BATCH_ROWS; row++) {
      r.ms = start_ms + pick(&at, year_ms);
      bool null = has_nulls(bench_columns[c].name) && pick(&r, 20) == 0;
      Value v = null ? value_null(types[c]) : some_value(&r, bench_columns[c].name);
      if (!batch_builder_put(b, c, row, &v)) {
        batch_builder_free(b);
        return NULL;
      }
    }
  }
  b->batch.rows = BATCH_ROWS;
  return b;
}
