/* csv_write_test.c -- the encoders csv, tsv, cells and print. */
#include "base/check.h"
#include "exec/data/batch_text.h"
#include "exec/data/value.h"
#include "exec/formats/decode_check.h"

enum { MAX = 24 };

typedef struct Sheet {
  BatchBuilder *builder;
  FormatField fields[MAX];
  EncodeSpec spec;
} Sheet;

/* In text, ^ stands for LF and % for CR, which batch_text.h cannot write. */
static void put_line_ends(BatchBuilder *b, uint32_t col) {
  const Vector *v = &b->batch.cols[col];
  for (uint32_t row = 0; type_phys(v->type) == PHYS_TEXT && row < b->batch.rows; row++) {
    const TextRef old = ((const TextRef *)v->data)[row];
    char text[200];
    if (old.len > sizeof text || !vector_valid(v, row)) continue;
    memcpy(text, text_bytes(&old), old.len);
    for (uint32_t i = 0; i < old.len; i++) {
      text[i] = text[i] == '^' ? '\n' : text[i] == '%' ? '\r' : text[i];
    }
    Value changed = value_text(v->type, (Str){text, old.len});
    CHECK(batch_builder_put(b, col, row, &changed));
  }
}

/* Rows in the notation of batch_text.h; columns are a, b, c ... */
static void sheet_init(Sheet *s, const char *text) {
  static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l",
                                      "m", "n", "o", "p", "q", "r", "s", "t", "u", "v", "w", "x"};
  *s = (Sheet){.builder = batch_from_text(text)};
  const Batch *b = &s->builder->batch;
  assert(b->n_cols <= MAX);
  for (uint32_t i = 0; i < b->n_cols; i++) {
    s->fields[i] = (FormatField){names[i], b->cols[i].type};
    put_line_ends(s->builder, i);
  }
  s->spec = (EncodeSpec){.fields = s->fields, .n_fields = b->n_cols, .zone = zone_utc()};
}

static void sheet_free(Sheet *s) { batch_builder_free(s->builder); }

static Code write_batch(const Format *format, const Sheet *s, const Batch *b, StrBuf *out,
                        Error *err) {
  Encoder *e;
  Code code = format->encoder_new(&s->spec, &e, err);
  if (code != OK) return code;
  format->encode_header(e, out);
  code = format->encode(e, b, out, err);
  format->encoder_free(e);
  return code;
}

static void expect_batch(const Format *format, const Sheet *s, const Batch *b, const char *want) {
  StrBuf out;
  Error err = {0};
  strbuf_init(&out, 0);
  CHECK_INT(write_batch(format, s, b, &out, &err), OK);
  CHECK_STR(strbuf_text(&out), want);
  strbuf_deinit(&out);
}

static void expect_options(const Format *format, const Option *options, uint32_t n,
                           const char *null_text, const char *rows, const char *want) {
  Sheet s;
  sheet_init(&s, rows);
  s.spec.options = (Options){options, n};
  s.spec.null_text = null_text;
  expect_batch(format, &s, &s.builder->batch, want);
  sheet_free(&s);
}

static void expect(const Format *format, const char *rows, const char *want) {
  expect_options(format, NULL, 0, NULL, rows, want);
}

static void test_values(void) {
  expect(
      &format_csv,
      "BOOLEAN TINYINT SMALLINT INT BIGINT FLOAT DOUBLE DECIMAL(10,2) DECIMAL(38,3)\n"
      "+ true -128 32767 -2147483648 9223372036854775807 0.1 1e10 -1.5 12345678901234567890.125\n"
      "+ false 0 -1 1 -9223372036854775808 NaN -0.0 0 -0.001\n"
      "+ . . . . . . . . .\n",
      "true,-128,32767,-2147483648,9223372036854775807,0.1,1.0E10,-1.50,12345678901234567890.125\n"
      "false,0,-1,1,-9223372036854775808,NaN,-0.0,0.00,-0.001\n"
      ",,,,,,,,\n");
  expect(&format_csv,
         "DATE TIME(3) TIMESTAMP(0) TIMESTAMP(3) TIMESTAMP(6) TIMESTAMP_LTZ(3)\n"
         "+ 2024-02-29 12:34:56.789 2024-01-01T00:00:10 2024-01-01T00:00:10.5 "
         "1969-12-31T23:59:59.999999 2024-01-01T00:00:00\n"
         "+ 0000-01-01 00:00:00 9999-12-31T23:59:59 . . .\n",
         "2024-02-29,12:34:56.789,2024-01-01 00:00:10,2024-01-01 00:00:10.500,"
         "1969-12-31 23:59:59.999999,2024-01-01 00:00:00.000\n"
         "0000-01-01,00:00:00.000,9999-12-31 23:59:59,,,\n");
}

static void test_quotes(void) {
  expect(&format_csv,
         "STRING STRING\n"
         "+ x ''\n+ '' .\n+ . x\n+ a,b 'a \"quoted\" word'\n+ ' ' 'a;b|c\t'\n+ # '''x'''\n",
         "x,\"\"\n\"\",\n,x\n\"a,b\",\"a \"\"quoted\"\" word\"\n ,a;b|c\t\n#,'x'\n");
  expect(&format_csv, "STRING BIGINT\n+ two^lines 1\n+ cr%here 2\n",
         "\"two\nlines\",1\n\"cr\rhere\",2\n");
  expect(&format_csv, "STRING STRING\n+ 'a text longer than twelve, with a comma' caf\xC3\xA9\n",
         "\"a text longer than twelve, with a comma\",caf\xC3\xA9\n");
}

static void test_csv_options(void) {
  const Option tab[] = {{"csv.field-delimiter", "\\t", NO_SPAN, NO_SPAN},
                        {"csv.quote-character", "'", NO_SPAN, NO_SPAN},
                        {"csv.header", "true", NO_SPAN, NO_SPAN}};
  expect_options(&format_csv, tab, 3, NULL, "STRING STRING\n+ a,b 'it''s'\n",
                 "a\tb\na,b\t'it''s'\n");
  const Option null[] = {{"csv.null-literal", "NULL", NO_SPAN, NO_SPAN}};
  expect_options(&format_csv, null, 1, NULL, "STRING INT\n+ NULL .\n+ . 1\n+ '' 2\n",
                 "\"NULL\",NULL\nNULL,1\n\"\",2\n");
  expect_options(&format_csv, null, 1, "1", "STRING INT\n+ 1 .\n+ . 1\n", "\"1\",1\n1,\"1\"\n");
  const Option colon[] = {{"csv.field-delimiter", ":", NO_SPAN, NO_SPAN}};
  expect_options(&format_csv, colon, 1, NULL, "TIMESTAMP(0) INT\n+ 2024-01-01T00:00:10 1\n",
                 "\"2024-01-01 00:00:10\":1\n");
  const Option equals[] = {{"csv.field-delimiter", "=", NO_SPAN, NO_SPAN}};
  expect_options(&format_csv, equals, 1, NULL, "BYTES INT\n+ ab 1\n+ abc 2\n+ . 3\n+ '' 4\n",
                 "\"YWI=\"=1\nYWJj=2\n=3\n\"\"=4\n");
  const Option comments[] = {{"csv.allow-comments", "true", NO_SPAN, NO_SPAN}};
  expect_options(&format_csv, comments, 1, NULL, "STRING STRING\n+ #a #b\n", "\"#a\",#b\n");
  const Option escape[] = {{"csv.disable-quote-character", "true", NO_SPAN, NO_SPAN},
                           {"csv.escape-character", "\\", NO_SPAN, NO_SPAN}};
  expect_options(&format_csv, escape, 2, NULL, "STRING STRING\n+ a,b 'c\\d\"'\n",
                 "a\\,b,c\\\\d\"\n");
}

static void test_no_quotes(void) {
  const Option off[] = {{"csv.disable-quote-character", "true", NO_SPAN, NO_SPAN}};
  Sheet s;
  StrBuf out;
  Error err = {0};
  sheet_init(&s, "STRING STRING\n+ x a,b\n");
  s.spec.options = (Options){off, 1};
  strbuf_init(&out, 0);
  CHECK_INT(write_batch(&format_csv, &s, &s.builder->batch, &out, &err), ERR_DATA);
  CHECK_STR(err.msg, "column \"b\": a value holds a delimiter or a line end, and quotes are off");
  strbuf_deinit(&out);
  sheet_free(&s);
}

static void test_header(void) {
  const Option header[] = {{"csv.header", "true", NO_SPAN, NO_SPAN}};
  Sheet s;
  sheet_init(&s, "INT INT\n+ 1 2\n");
  s.spec.options = (Options){header, 1};
  s.fields[0].name = "a,\"b\"";
  s.fields[1].name = "";
  expect_batch(&format_csv, &s, &s.builder->batch, "\"a,\"\"b\"\"\",\"\"\n1,2\n");
  sheet_free(&s);
}

static void test_selection_and_constants(void) {
  Sheet s;
  sheet_init(&s,
             "BIGINT STRING TIMESTAMP(0)\n"
             "+ 1 a 2024-01-01T00:00:00\n+ 2 'b,b' 2024-01-01T00:00:00\n"
             "U- 3 . 2024-01-01T00:00:01\n- 4 d .\n");
  Vector cols[3];
  uint16_t sel[] = {1, 3};
  memcpy(cols, s.builder->batch.cols, sizeof cols);
  Batch b = s.builder->batch;
  b.cols = cols;
  b.sel = sel;
  b.n_sel = 2;
  expect_batch(&format_csv, &s, &b, "2,\"b,b\",2024-01-01 00:00:00\n4,d,\n");
  expect_batch(&format_print, &s, &b, "+I[2, b,b, 2024-01-01 00:00:00]\n-D[4, d, null]\n");
  cols[1].constant = true;
  cols[1].data = (TextRef *)cols[1].data + 1;
  cols[1].valid = NULL;
  expect_batch(&format_csv, &s, &b, "2,\"b,b\",2024-01-01 00:00:00\n4,\"b,b\",\n");
  uint64_t none = 0;
  cols[1].valid = &none;
  cols[2].constant = true;
  cols[2].valid = NULL;
  expect_batch(&format_csv, &s, &b, "2,,2024-01-01 00:00:00\n4,,2024-01-01 00:00:00\n");
  b.n_sel = 0;
  expect_batch(&format_csv, &s, &b, "");
  sheet_free(&s);
}

static void test_others(void) {
  const char *rows = "STRING INT\n+ 'a\tb\\c^d%' .\n- '' 1\nU- . 2\nU+ \\N 3\n";
  expect(&format_tsv, rows, "a\\tb\\\\c\\nd\\r\t\\N\n\t1\n\\N\t2\n\\\\N\t3\n");
  expect_options(&format_tsv, &(Option){"tsv.header", "true", NO_SPAN, NO_SPAN}, 1, "NULL",
                 "INT INT\n+ 1 .\n", "a\tb\n1\tNULL\n");
  expect(&format_print, "STRING INT\n+ 'a, b' .\n- '' 1\nU- . 2\nU+ x 3\n",
         "+I[a, b, null]\n-D[, 1]\n-U[null, 2]\n+U[x, 3]\n");
  Sheet s;
  StrBuf out;
  Error err = {0};
  sheet_init(&s, "STRING INT DOUBLE\n+ 'a\"b' . 1.5\n+ '' -7 .\n");
  strbuf_init(&out, 0);
  CHECK_INT(write_batch(&format_cells, &s, &s.builder->batch, &out, &err), OK);
  const Str want =
      STR("\3\0\0\0a\"b\xFF\xFF\xFF\xFF\3\0\0\0"
          "1.5"
          "\0\0\0\0\2\0\0\0-7\xFF\xFF\xFF\xFF");
  CHECK(str_eq((Str){out.data, out.len}, want));
  strbuf_deinit(&out);
  sheet_free(&s);
}

/* Memory that ends is an error, not a crash. */
static void test_full_buffer(void) {
  Sheet s;
  StrBuf out;
  Error err = {0};
  sheet_init(&s, "STRING INT\n+ x 1\n");
  strbuf_init(&out, 10);
  CHECK_INT(write_batch(&format_csv, &s, &s.builder->batch, &out, &err), ERR_MEMORY);
  strbuf_deinit(&out);
  sheet_free(&s);
}

/* --- round trip ---------------------------------------------------------------------- */

static uint64_t random_next(uint64_t *state) {
  *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return *state >> 11;
}

static Value random_text(Type type, uint64_t *state, char *buf, size_t max) {
  static const char bytes[] = "ab,;\"\n\r\t\\#N 1";
  size_t n = random_next(state) % max;
  for (size_t i = 0; i < n; i++) buf[i] = bytes[random_next(state) % (sizeof bytes - 1)];
  return value_text(type, (Str){buf, n});
}

static Value random_value(Type type, uint64_t *state, char *buf, size_t max) {
  uint64_t r = random_next(state);
  int64_t bits = (int64_t)(r << 11 ^ random_next(state)) >> random_next(state) % 64;
  if (r % 7 == 0) return value_null(type);
  switch (type_phys(type)) {
    case PHYS_TEXT:
      return random_text(type, state, buf, max);
    case PHYS_F32:
    case PHYS_F64:
      return value_double(type, (double)((float)bits / 128));
    case PHYS_I8:
      return value_int(type, type.kind == TYPE_BOOLEAN ? (int64_t)(r & 1) : (int8_t)bits);
    case PHYS_I16:
      return value_int(type, (int16_t)bits);
    case PHYS_I32:
      return value_int(type, type.kind == TYPE_DATE ? bits % 700000 : (int32_t)bits);
    case PHYS_I128:
      return value_decimal(type, (Int128)bits * (1 << 20));
    case PHYS_I64:
    case PHYS_COUNT:
      break;
  }
  if (type.kind == TYPE_DECIMAL) return value_int(type, bits % 10000000000);
  if (type.kind == TYPE_TIME) return value_int(type, (int64_t)(r % 86400000) * 1000);
  if (type_is_timestamp(type)) return value_int(type, bits % 60000000000000 * 1000);
  return value_int(type, bits);
}

static const Option dialects[][3] = {
    {{"csv.header", "false", {0, 0}, {0, 0}}},
    {{"csv.field-delimiter", "-", {0, 0}, {0, 0}}},
    {{"csv.null-literal", "N", {0, 0}, {0, 0}}, {"csv.field-delimiter", ";", {0, 0}, {0, 0}}},
    {{"csv.escape-character", "\\", {0, 0}, {0, 0}},
     {"csv.allow-comments", "true", {0, 0}, {0, 0}}},
    {{"csv.quote-character", "'", {0, 0}, {0, 0}}, {"csv.header", "true", {0, 0}, {0, 0}}},
};

static uint32_t n_options(const Option *o) {
  uint32_t n = 0;
  while (n < 3 && o[n].key != NULL) n++;
  return n;
}

/* Fill n rows with anything. */
static void fill(BatchBuilder *b, uint32_t n, size_t text_max, uint64_t *state) {
  char buf[300];
  for (uint32_t row = 0; row < n; row++) {
    for (uint32_t c = 0; c < b->batch.n_cols; c++) {
      Value v = random_value(b->batch.cols[c].type, state, buf, text_max);
      CHECK(batch_builder_put(b, c, row, &v));
    }
    b->batch.rows++;
  }
}

/* What comes back is what was written. */
static void test_round_trip(void) {
  static const uint32_t wanted[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  uint64_t state = 7;
  for (uint32_t round = 0; round < 60; round++) {
    Sheet s;
    sheet_init(&s,
               "STRING BIGINT BOOLEAN TINYINT SMALLINT INT FLOAT DOUBLE DECIMAL(10,2) "
               "DECIMAL(38,3) DATE TIME(3) TIMESTAMP(3) TIMESTAMP_LTZ(6) BYTES VARCHAR(20)\n");
    batch_builder_clear(s.builder);
    fill(s.builder, round % 3 == 0 ? BATCH_ROWS : 50, round % 2 == 0 ? 20 : 300, &state);
    const Option *options = dialects[round % COUNT_OF(dialects)];
    s.spec.options = (Options){options, n_options(options)};
    StrBuf text, want;
    Error err = {0};
    strbuf_init(&text, 0);
    strbuf_init(&want, 0);
    CHECK_INT(write_batch(&format_csv, &s, &s.builder->batch, &text, &err), OK);
    const DecodeSpec spec = {.fields = s.fields,
                             .n_fields = COUNT_OF(wanted),
                             .wanted = wanted,
                             .n_wanted = COUNT_OF(wanted),
                             .options = s.spec.options,
                             .zone = zone_utc()};
    Decoded d;
    decoded_run(&d, &format_csv, &spec, text.data, text.len, 4096);
    CHECK_INT(d.code, OK);
    CHECK_STR(strbuf_text(&d.bad), "");
    Decoded direct = {.spec = &spec};
    strbuf_init(&direct.rows, 0);
    CHECK_INT(write_batch(&format_cells, &s, &s.builder->batch, &want, &err), OK);
    decoded_print(&direct, &want, s.builder->batch.rows);
    CHECK_STR(strbuf_text(&d.rows), strbuf_text(&direct.rows));
    strbuf_deinit(&direct.rows);
    decoded_free(&d);
    strbuf_deinit(&text);
    strbuf_deinit(&want);
    sheet_free(&s);
  }
}

/* A changelog's first column; print has it in any case. */
static void test_kinds(void) {
  static const Option header[] = {{.key = "csv.header", .value = "true"},
                                  {.key = "tsv.header", .value = "true"}};
  Sheet s;
  sheet_init(&s, "BIGINT STRING\n+ 1 x\nU- 1 x\nU+ 2 .\n- 2 .\n");
  s.spec.options = (Options){header, 2};
  s.spec.with_kind = true;
  const Batch *b = &s.builder->batch;
  expect_batch(&format_csv, &s, b, "op,a,b\n+I,1,x\n-U,1,x\n+U,2,\n-D,2,\n");
  expect_batch(&format_tsv, &s, b, "op\ta\tb\n+I\t1\tx\n-U\t1\tx\n+U\t2\t\\N\n-D\t2\t\\N\n");
  expect_batch(&format_json, &s, b,
               "{\"op\":\"+I\",\"a\":1,\"b\":\"x\"}\n{\"op\":\"-U\",\"a\":1,\"b\":\"x\"}\n"
               "{\"op\":\"+U\",\"a\":2,\"b\":null}\n{\"op\":\"-D\",\"a\":2,\"b\":null}\n");
  expect_batch(&format_print, &s, b, "+I[1, x]\n-U[1, x]\n+U[2, null]\n-D[2, null]\n");
  Batch plain = *b; /* a batch without kinds is all insertions */
  plain.kind = NULL;
  plain.rows = 1;
  expect_batch(&format_csv, &s, &plain, "op,a,b\n+I,1,x\n");
  StrBuf out = {0};
  Error err = {0};
  plain.kind = b->kind;
  CHECK_INT(write_batch(&format_cells, &s, &plain, &out, &err), OK);
  static const char cells[] =
      "\2\0\0\0+I\1\0\0\0"
      "1\1\0\0\0x";
  CHECK(out.len == sizeof cells - 1 && memcmp(out.data, cells, out.len) == 0);
  strbuf_deinit(&out);
  sheet_free(&s);
}

int main(void) {
  test_kinds();
  test_values();
  test_quotes();
  test_csv_options();
  test_no_quotes();
  test_header();
  test_selection_and_constants();
  test_others();
  test_full_buffer();
  test_round_trip();
  return check_done();
}
