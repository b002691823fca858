/* json_write_test.c -- what the format json writes, and that it reads it back. */
#include "exec/data/value.h"
#include "exec/data/value_text.h"
#include "exec/formats/json_tests/json_both.h"
#include "exec/formats/json_tests/json_random.h"

static BatchBuilder *builder_of(const FormatField *fields, uint32_t n) {
  Type types[32];
  for (uint32_t i = 0; i < n; i++) types[i] = fields[i].type;
  BatchBuilder *b = batch_builder_new((BatchShape){.types = types, .n_cols = n});
  if (b == NULL) out_of_memory();
  return b;
}

/* Append what encoding batch gives. */
static void encode(const FormatField *fields, uint32_t n, const Option *option, const Batch *batch,
                   StrBuf *out) {
  Error err = {0};
  Encoder *e = NULL;
  EncodeSpec spec = {
      .fields = fields, .n_fields = n, .zone = zone_open(STR("+02:00"), NO_SPAN, &err)};
  if (option != NULL) spec.options = (Options){option, 1};
  CHECK_INT(format_json.encoder_new(&spec, &e, &err), OK);
  format_json.encode_header(e, out);
  CHECK_INT(format_json.encode(e, batch, out, &err), OK);
  format_json.encoder_free(e);
}

/* --- one value ----------------------------------------------------------------------- */

/* The line of one row of one column v. */
static void expect_value(const Value *value, const Option *option, const char *line) {
  const FormatField fields[] = {{"v", value->type}};
  BatchBuilder *b = builder_of(fields, 1);
  StrBuf out;
  strbuf_init(&out, 0);
  CHECK(batch_builder_put(b, 0, 0, value));
  b->batch.rows = 1;
  encode(fields, 1, option, &b->batch, &out);
  CHECK_STR(strbuf_text(&out), line);
  /* the same as a constant */
  b->batch.cols[0].constant = true;
  strbuf_clear(&out);
  encode(fields, 1, option, &b->batch, &out);
  CHECK_STR(strbuf_text(&out), line);
  strbuf_deinit(&out);
  batch_builder_free(b);
}

static void expect_int(Type type, int64_t v, const char *line) {
  const Value value = value_int(type, v);
  expect_value(&value, NULL, line);
}

static void expect_double(Type type, double v, const char *line) {
  const Value value = value_double(type, v);
  expect_value(&value, NULL, line);
}

static void expect_text(const char *text, size_t len, const char *line) {
  const Value value = value_text(type_string(), (Str){text, len});
  expect_value(&value, NULL, line);
}

static void test_numbers(void) {
  expect_int(type_of(TYPE_BOOLEAN), 1, "{\"v\":true}\n");
  expect_int(type_of(TYPE_BOOLEAN), 0, "{\"v\":false}\n");
  expect_int(type_of(TYPE_TINYINT), -128, "{\"v\":-128}\n");
  expect_int(type_of(TYPE_SMALLINT), -32768, "{\"v\":-32768}\n");
  expect_int(type_of(TYPE_INT), INT32_MIN, "{\"v\":-2147483648}\n");
  expect_int(type_of(TYPE_BIGINT), INT64_MIN, "{\"v\":-9223372036854775808}\n");
  expect_int(type_decimal(10, 2), -5, "{\"v\":-0.05}\n");
  expect_int(type_of(TYPE_INTERVAL_MONTH), 14, "{\"v\":14}\n");
  expect_int(type_of(TYPE_INTERVAL_SECOND), -1500000, "{\"v\":-1500}\n");
  expect_int(type_of(TYPE_INTERVAL_SECOND), 1234567, "{\"v\":1234.567}\n");
  const Value wide = value_decimal(type_decimal(38, 2), -((Int128)1 << 100));
  expect_value(&wide, NULL, "{\"v\":-12676506002282294014967032053.76}\n");
  expect_double(type_of(TYPE_DOUBLE), 1e10, "{\"v\":1.0E10}\n");
  expect_double(type_of(TYPE_DOUBLE), 0.1, "{\"v\":0.1}\n");
  expect_double(type_of(TYPE_DOUBLE), __builtin_inf(), "{\"v\":null}\n");
  expect_double(type_of(TYPE_DOUBLE), __builtin_nan(""), "{\"v\":null}\n");
  expect_double(type_of(TYPE_FLOAT), (double)0.1f, "{\"v\":0.1}\n");
  expect_double(type_of(TYPE_FLOAT), -__builtin_inf(), "{\"v\":null}\n");
}

static void test_times(void) {
  const int64_t us = INT64_C(1704067201500000); /* 2024-01-01 00:00:01.5 */
  const Option iso = {.key = "json.timestamp-format.standard", .value = "ISO-8601"};
  expect_int(type_of(TYPE_DATE), 19723, "{\"v\":\"2024-01-01\"}\n");
  expect_int(type_time(TYPE_TIME, 0), 3661000000, "{\"v\":\"01:01:01\"}\n");
  expect_int(type_time(TYPE_TIMESTAMP, 3), us, "{\"v\":\"2024-01-01 00:00:01.500\"}\n");
  expect_int(type_time(TYPE_TIMESTAMP, 0), us, "{\"v\":\"2024-01-01 00:00:01\"}\n");
  expect_int(type_time(TYPE_TIMESTAMP_LTZ, 6), us, "{\"v\":\"2024-01-01 00:00:01.500000Z\"}\n");
  Value value = value_int(type_time(TYPE_TIMESTAMP, 3), us);
  expect_value(&value, &iso, "{\"v\":\"2024-01-01T00:00:01.500\"}\n");
  value = value_int(type_time(TYPE_TIMESTAMP_LTZ, 3), us);
  expect_value(&value, &iso, "{\"v\":\"2024-01-01T00:00:01.500Z\"}\n");
}

static void test_texts(void) {
  expect_text("", 0, "{\"v\":\"\"}\n");
  expect_text("plain", 5, "{\"v\":\"plain\"}\n");
  expect_text("a\"b\\c/d", 7, "{\"v\":\"a\\\"b\\\\c/d\"}\n");
  expect_text("\b\f\n\r\t\0\x01\x1F\x7F", 9,
              "{\"v\":\"\\b\\f\\n\\r\\t\\u0000\\u0001\\u001F\x7F\"}\n");
  expect_text("a text of more than 16 bytes\n\xC3\xA4", 31,
              "{\"v\":\"a text of more than 16 bytes\\n\xC3\xA4\"}\n");
  expect_text("\xE4\xB8\xAD\"\xE6\x96\x87", 7, "{\"v\":\"\xE4\xB8\xAD\\\"\xE6\x96\x87\"}\n");
  expect_text("a\x80z\xC3\xA4\xC3\"\xFF", 8,
              "{\"v\":\"a\xEF\xBF\xBDz\xC3\xA4\xEF\xBF\xBD\\\"\xEF\xBF\xBD\"}\n");
  const Value bytes = value_text(type_text(TYPE_VARBINARY, TYPE_LENGTH_MAX), STR("hello"));
  expect_value(&bytes, NULL, "{\"v\":\"aGVsbG8=\"}\n");
}

/* --- rows ---------------------------------------------------------------------------- */

static void test_rows(void) {
  const FormatField fields[] = {
      {"a", type_of(TYPE_INT)}, {"say \"b\"\n", type_string()}, {"c", type_of(TYPE_NULL)}};
  const Option ignore = {.key = "json.encode.ignore-null-fields", .value = "true"};
  const uint16_t sel[] = {0, 2};
  BatchBuilder *b = builder_of(fields, 3);
  StrBuf out;
  strbuf_init(&out, 0);
  for (uint32_t row = 0; row < 3; row++) {
    Value a = row == 2 ? value_null(fields[0].type) : value_int(fields[0].type, row);
    Value text = row > 0 ? value_null(fields[1].type) : value_text(fields[1].type, STR("x"));
    Value c = value_null(fields[2].type);
    CHECK(batch_builder_put(b, 0, row, &a) && batch_builder_put(b, 1, row, &text) &&
          batch_builder_put(b, 2, row, &c));
    b->batch.rows++;
  }
  encode(fields, 3, NULL, &b->batch, &out);
  CHECK_STR(strbuf_text(&out),
            "{\"a\":0,\"say \\\"b\\\"\\n\":\"x\",\"c\":null}\n"
            "{\"a\":1,\"say \\\"b\\\"\\n\":null,\"c\":null}\n"
            "{\"a\":null,\"say \\\"b\\\"\\n\":null,\"c\":null}\n");
  b->batch.sel = sel;
  b->batch.n_sel = 2;
  strbuf_clear(&out);
  encode(fields, 3, &ignore, &b->batch, &out);
  CHECK_STR(strbuf_text(&out), "{\"a\":0,\"say \\\"b\\\"\\n\":\"x\"}\n{}\n");
  /* no columns at all */
  strbuf_clear(&out);
  encode(fields, 0, NULL, &(Batch){.rows = 2}, &out);
  CHECK_STR(strbuf_text(&out), "{}\n{}\n");
  strbuf_deinit(&out);
  batch_builder_free(b);
}

/* Room that runs out shows, and nothing is written past it. */
static void test_no_room(void) {
  const FormatField fields[] = {{"a", type_string()}};
  BatchBuilder *b = builder_of(fields, 1);
  Value text = value_text(fields[0].type, STR("a text that is \"long\""));
  CHECK(batch_builder_put(b, 0, 0, &text));
  b->batch.rows = 1;
  for (int constant = 0; constant <= 1; constant++) {
    b->batch.cols[0].constant = constant != 0;
    for (size_t max = 1; max < 200; max += 7) {
      StrBuf out;
      strbuf_init(&out, max);
      encode(fields, 1, NULL, &b->batch, &out);
      CHECK(strbuf_failed(&out) || max > 30);
      CHECK(out.len <= max);
      strbuf_deinit(&out);
    }
  }
  batch_builder_free(b);
}

/* --- there and back ------------------------------------------------------------------ */

static Value random_value(JsonRandom *r, Type type) {
  static const char *const texts[] = {"",
                                      "x",
                                      "twelve bytes",
                                      "a\nb\"\\",
                                      "\xC3\xA4\xF0\x9F\x98\x80",
                                      "a longer one, with a tab\tin it and more behind"};
  const int64_t limits[] = {[PHYS_I8] = 128, [PHYS_I16] = 32768, [PHYS_I32] = INT64_C(1) << 31};
  uint32_t shift = json_below(r, 63);
  int64_t bits = (int64_t)rng_next(&r->state) >> shift;
  Value v = value_int(type, bits);
  if (type_phys(type) <= PHYS_I32) v.as.i = bits % limits[type_phys(type)];
  if (type.kind == TYPE_BOOLEAN) v.as.i = bits & 1;
  if (type.kind == TYPE_DATE) v.as.i = bits % 700000;
  if (type.kind == TYPE_TIME) v.as.i = (bits & INT64_MAX) % MICROS_PER_DAY;
  if (type_is_timestamp(type)) v.as.i = bits % INT64_C(60000000000000000);
  if (type.kind == TYPE_DECIMAL) v.as.i = bits % INT64_C(1000000000000);
  if (type.precision > 18) v = value_decimal(type, (Int128)bits * INT64_C(1000000007));
  if (type.kind == TYPE_FLOAT) v = value_double(type, (double)(float)((double)bits / 1024));
  if (type.kind == TYPE_DOUBLE) v = value_double(type, (double)bits / 3);
  if (value_is_text(type)) v = value_text(type, str_of(json_pick(r, texts, COUNT_OF(texts))));
  if (json_one_in(r, 10)) v = value_null(type);
  return v;
}

/* The rows of a batch as cells are what was read. */
static void check_cells(const DecodeSpec *spec, const Batch *b, const StrBuf *rows) {
  const EncodeSpec cells = {.fields = spec->fields, .n_fields = spec->n_fields, .zone = spec->zone};
  Decoded own = {.spec = spec};
  Error err = {0};
  Encoder *e;
  StrBuf out;
  strbuf_init(&out, 0);
  strbuf_init(&own.rows, 0);
  CHECK_INT(format_cells.encoder_new(&cells, &e, &err), OK);
  CHECK_INT(format_cells.encode(e, b, &out, &err), OK);
  decoded_print(&own, &out, batch_count(b));
  CHECK(json_same_bytes(&own.rows, rows));
  format_cells.encoder_free(e);
  strbuf_deinit(&own.rows);
  strbuf_deinit(&out);
}

/* Random values of every type, written, read both ways and written again. */
static void test_round_trip(void) {
  const FormatField fields[] = {
      {"a", type_of(TYPE_BOOLEAN)},
      {"b", type_of(TYPE_TINYINT)},
      {"c", type_of(TYPE_SMALLINT)},
      {"d", type_of(TYPE_INT)},
      {"e", type_of(TYPE_BIGINT)},
      {"f", type_of(TYPE_FLOAT)},
      {"g", type_of(TYPE_DOUBLE)},
      {"h", type_decimal(12, 4)},
      {"i", type_decimal(38, 10)},
      {"j", type_string()},
      {"k", type_text(TYPE_VARBINARY, TYPE_LENGTH_MAX)},
      {"l", type_of(TYPE_DATE)},
      {"m", type_time(TYPE_TIME, 6)},
      {"n", type_time(TYPE_TIMESTAMP, 6)},
      {"o", type_time(TYPE_TIMESTAMP_LTZ, 6)},
      {"p", type_of(TYPE_INTERVAL_MONTH)},
      {"q", type_of(TYPE_INTERVAL_SECOND)},
  };
  enum { N = COUNT_OF(fields), ROWS = 200 };
  uint32_t wanted[N];
  JsonRandom r = {.state = 7};
  BatchBuilder *b = builder_of(fields, N);
  StrBuf out;
  strbuf_init(&out, 0);
  for (uint32_t row = 0; row < ROWS; row++, b->batch.rows++) {
    for (uint32_t c = 0; c < N; c++) {
      Value v = random_value(&r, fields[c].type);
      CHECK(batch_builder_put(b, c, row, &v));
      wanted[c] = c;
    }
  }
  encode(fields, N, NULL, &b->batch, &out);
  const DecodeSpec spec = {
      .fields = fields, .n_fields = N, .wanted = wanted, .n_wanted = N, .zone = zone_utc()};
  JsonBoth both;
  CHECK(json_both_run(&both, &spec, out.data, out.len));
  CHECK_INT(both.fast.n_rows, ROWS);
  CHECK_STR(strbuf_text(&both.fast.bad), "");
  check_cells(&spec, &b->batch, &both.fast.rows);
  json_both_free(&both);
  strbuf_deinit(&out);
  batch_builder_free(b);
}

int main(void) {
  test_numbers();
  test_times();
  test_texts();
  test_rows();
  test_no_room();
  test_round_trip();
  return check_done();
}
