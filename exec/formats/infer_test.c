/* infer_test.c -- many small samples, and what is made of them. */
#include "exec/formats/infer.h"

#include "base/check.h"

/* What is told, then the options, or the error. */
static void expect_full(Str sample, bool complete, const char *name, Options given,
                        const char *want) {
  Arena arena;
  Error err = {0};
  Inferred got;
  StrBuf text;
  arena_init(&arena);
  strbuf_init(&text, 0);
  Code code = infer_schema(&arena, sample, complete, name, given, (Span){3, 4}, &got, &err);
  if (code != OK) {
    strbuf_printf(&text, "error: %s", err.msg);
    if (err.hint[0] != '\0') strbuf_printf(&text, " (%s)", err.hint);
  } else {
    strbuf_puts(&text, got.told);
    for (uint32_t i = 0; i < got.n_options; i++) {
      strbuf_printf(&text, " [%s=%s]", got.options[i].key, got.options[i].value);
    }
  }
  int before = check_failures;
  CHECK_STR(strbuf_text(&text), want);
  if (check_failures > before) printf("  of: %.*s\n", (int)sample.len, sample.ptr);
  strbuf_deinit(&text);
  arena_deinit(&arena);
}

static void expect(const char *name, const char *sample, const char *want) {
  expect_full(str_of(sample), true, name, (Options){NULL, 0}, want);
}

#define COMMA     " [csv.field-delimiter=,]"
#define TAB       " [csv.field-delimiter=\t]"
#define SEMI      " [csv.field-delimiter=;]"
#define BAR       " [csv.field-delimiter=|]"
#define HEADER    " [csv.header=true]"
#define NO_HEADER " [csv.header=false]"

static void test_csv(void) {
  expect(NULL, "k,v,ts\na,1,2024-01-01 00:00:01\n",
         "csv with header: k STRING, v BIGINT, ts TIMESTAMP(3)" COMMA HEADER);
  expect("x.csv", "1,a\n2,b\n", "csv without header: f0 BIGINT, f1 STRING" COMMA NO_HEADER);
  expect("x.csv.gz", "a\nb\n", "csv with header: a STRING" COMMA HEADER);
  expect("x.CSV.zst", "a\n7\n", "csv with header: a BIGINT" COMMA HEADER);
  expect("x.tsv", "a,b\tc\n1\t2\n",
         "csv with header, tabs between: a,b BIGINT, c BIGINT" TAB HEADER);
  expect(NULL, "a\tb\n1\t2\n", "csv with header, tabs between: a BIGINT, b BIGINT" TAB HEADER);
  expect(NULL, "a;b\n1,5;2,5\n",
         "csv with header, semicolons between: a STRING, b STRING" SEMI HEADER);
  expect(NULL, "a|b\n1|2\n", "csv with header, bars between: a BIGINT, b BIGINT" BAR HEADER);
  expect("x.csv", "a;b\n1;2\n",
         "csv with header, semicolons between: a BIGINT, b BIGINT" SEMI HEADER);
  expect(NULL,
         "\xEF\xBB\xBF"
         "k,v\na,1\n",
         "csv with header: k STRING, v BIGINT" COMMA HEADER);
  expect(NULL, "k,v\r\na,1\r\n", "csv with header: k STRING, v BIGINT" COMMA HEADER);
  expect(NULL, "\n\nk,v\na,1\n", "csv with header: k STRING, v BIGINT" COMMA HEADER);
  expect(NULL, "\"k,1\",\"v\"\n\"x\ny\",\"1\"\n",
         "csv with header: k,1 STRING, v BIGINT" COMMA HEADER);
  expect(NULL, "k,v\n", "csv with header: k STRING, v STRING" COMMA HEADER);
  expect("x.csv", "\"k\n\x1b\",v\n", "csv with header: k   STRING, v STRING" COMMA HEADER);
  expect(NULL, "a,b\n1,2\n3\n", "raw: line STRING");
  expect("x.csv", "a,b\n1,2\n3\n4,x,5\n6,7\n", "csv with header: a BIGINT, b BIGINT" COMMA HEADER);
}

static void test_header(void) {
  expect("x.csv", "a,\n1,2\n", "csv without header: f0 STRING, f1 BIGINT" COMMA NO_HEADER);
  expect("x.csv", "a,\"\"\n1,2\n", "csv without header: f0 STRING, f1 BIGINT" COMMA NO_HEADER);
  expect("x.csv", "a,2024-01-01\n", "csv without header: f0 STRING, f1 DATE" COMMA NO_HEADER);
  expect("x.csv", "a,2024-01-01T10:00:00Z\n",
         "csv without header: f0 STRING, f1 TIMESTAMP_LTZ(3)" COMMA NO_HEADER);
  expect("x.csv", "a,007\n", "csv without header: f0 STRING, f1 STRING" COMMA NO_HEADER);
  expect("x.csv", "a,-1.5e3\n", "csv without header: f0 STRING, f1 DOUBLE" COMMA NO_HEADER);
  expect("x.csv", "a,true\nb,false\n", "csv with header: a STRING, true BOOLEAN" COMMA HEADER);
  expect("x.csv", "a,b,a\n1,2,3\n",
         "csv with header: b BIGINT; left out: \"a\", which stands twice" COMMA HEADER);
  expect("x.csv", "a,b\xFF\n1,2\n",
         "csv with header: a BIGINT; left out: field 2 without a usable name" COMMA HEADER);
  expect("x.csv", "a,a\nb,c\n",
         "error: no field of the header can name a column (say 'csv.header' = 'false' if the first "
         "record is no header)");
}

/* One column of values, and its type. */
static void expect_type(const char *values, const char *type) {
  char sample[500], want[500];
  snprintf(sample, sizeof sample, "x\n%s\n", values);
  snprintf(want, sizeof want, "csv with header: x %s" COMMA HEADER, type);
  expect("x.csv", sample, want);
}

static void test_types(void) {
  expect_type("1\n-2\n\"3\"\n 4", "BIGINT");
  expect_type("1\n\"\"\n2", "BIGINT");
  expect_type("1\n2.5", "DOUBLE");
  expect_type("1e3\n.5", "DOUBLE");
  expect_type("NaN\n1", "DOUBLE");
  expect_type("NaN\nInfinity", "STRING");
  expect_type("0\n0.5\n-0", "DOUBLE");
  expect_type("01\n2", "STRING");
  expect_type("-01.5", "STRING");
  expect_type("+49123", "STRING");
  expect_type("9223372036854775807", "BIGINT");
  expect_type("9223372036854775808", "STRING");
  expect_type("true\nFALSE", "BOOLEAN");
  expect_type("true\n1", "STRING");
  expect_type("2024-01-01\n2024-02-29", "DATE");
  expect_type("2024-02-30", "STRING");
  expect_type("2024-01-01\n2024-01-01 10:00", "TIMESTAMP(3)");
  expect_type("2024-01-01T10:00:00.123456", "TIMESTAMP(3)");
  expect_type("2024-01-01 10:00:00Z\n2024-01-01T10:00:00+02:00", "TIMESTAMP_LTZ(3)");
  expect_type("2024-01-01 10:00:00Z\n2024-01-01 10:00:00", "STRING");
  expect_type("10:00:00", "STRING");
  expect_type("\"\"\n\"\"", "STRING");
  expect_type("a\n1", "STRING");
}

static void test_given(void) {
  const Option no_header = {"csv.header", "false", NO_SPAN, NO_SPAN};
  expect_full(STR("a,b\nc,d\n"), true, NULL, (Options){&no_header, 1},
              "csv without header: f0 STRING, f1 STRING" COMMA);
  const Option header = {"csv.header", "true", NO_SPAN, NO_SPAN};
  expect_full(STR("1,\n2,3\n"), true, NULL, (Options){&header, 1},
              "csv with header: 1 BIGINT; left out: field 2 without a usable name" COMMA);
  const Option colon = {"csv.field-delimiter", ":", NO_SPAN, NO_SPAN};
  expect_full(STR("a:b\n1:2\n"), true, NULL, (Options){&colon, 1},
              "csv with header, its own delimiter: a BIGINT, b BIGINT" HEADER);
  const Option raw = {"format", "raw", NO_SPAN, NO_SPAN};
  expect_full(STR("a,b\n1,2\n"), true, "x.csv", (Options){&raw, 1}, "raw: line STRING");
  const Option json = {"format", "jsn", NO_SPAN, NO_SPAN};
  expect_full(STR("a,b\n1,2\n"), true, NULL, (Options){&json, 1},
              "error: no format \"jsn\" to read (did you mean \"json\"?)");
  const Option print = {"format", "print", NO_SPAN, NO_SPAN};
  expect_full(STR("a,b\n1,2\n"), true, NULL, (Options){&print, 1},
              "error: no format \"print\" to read (there are csv, json and raw)");
  const Option null[] = {{"csv.null-literal", "NA", NO_SPAN, NO_SPAN}};
  expect_full(STR("a,b\n1,NA\nNA,2.5\n"), true, NULL, (Options){null, 1},
              "csv with header: a BIGINT, b DOUBLE" COMMA HEADER);
  const Option comments[] = {{"csv.allow-comments", "true", NO_SPAN, NO_SPAN}};
  expect_full(STR("# x \" y\na,b\n#\n1,2\n"), true, NULL, (Options){comments, 1},
              "csv with header: a BIGINT, b BIGINT" COMMA HEADER);
}

static void test_json(void) {
  expect(NULL, "{\"a\":1,\"b\":\"x\",\"c\":2.5,\"d\":true,\"e\":null}\n",
         "json: a BIGINT, b STRING, c DOUBLE, d BOOLEAN, e STRING");
  expect("x.jsonl", "{\"a\":1}\n{\"b\":{\"c\":[1]},\"a\":1.5}\n",
         "json: a DOUBLE, b ROW<`c` ARRAY<BIGINT>>");
  expect("x.ndjson", "{\"t\":\"2024-01-01T00:00:00Z\",\"u\":\"2024-01-01 00:00:00\",\"v\":\"12\"}",
         "json: t TIMESTAMP_LTZ(3), u TIMESTAMP(3), v STRING");
  expect("x.json", "not json\n\n{\"a\":1,}\n{\"\\u0061b\":1}\n", "json: ab BIGINT");
  expect("x.json", "[{\"a\":1},{\"b\":2},3]\n", "json: a BIGINT, b BIGINT");
  expect("x.json", "{\"\":1,\"a\\u0000\":2,\"a\":3}\n", "json: a BIGINT");
  expect(NULL, "  {\"a\":12345678901234567890}\n", "json: a STRING");
  expect(NULL, "{\"a\":1",
         "error: the input has no JSON object to guess columns from (declare the "
         "table with CREATE TABLE)");
  expect("x.json", "",
         "error: the input has no JSON object to guess columns from (declare the "
         "table with CREATE TABLE)");
}

static void test_nested_json(void) {
  expect("x.json", "{\"r\":{\"a\":1}}\n{\"r\":{\"b\":\"x\",\"a\":2.5}}\n{\"r\":null}\n",
         "json: r ROW<`a` DOUBLE, `b` STRING>");
  expect("x.json", "{\"l\":[]}\n{\"l\":[1,null]}\n{\"l\":[2.5]}\n", "json: l ARRAY<DOUBLE>");
  expect("x.json", "{\"l\":[1,\"x\"],\"m\":[[1],[]],\"n\":[1,[2]]}\n",
         "json: l ARRAY<STRING>, m ARRAY<ARRAY<BIGINT>>, n ARRAY<STRING>");
  expect("x.json", "{\"l\":[{\"a\":1},{\"b\":true},null]}\n",
         "json: l ARRAY<ROW<`a` BIGINT, `b` BOOLEAN>>");
  /* no common type, nothing in them, no name for a field */
  expect("x.json", "{\"a\":{\"x\":1}}\n{\"a\":[1]}\n", "json: a STRING");
  expect("x.json", "{\"a\":{\"x\":1}}\n{\"a\":1}\n", "json: a STRING");
  expect("x.json", "{\"a\":[],\"b\":{},\"c\":{\"\":1}}\n",
         "json: a ARRAY<STRING>, b STRING, c STRING");
  expect("x.json", "[{\"a\":{\"x\":[1]}},{\"a\":{\"y\":1}}]\n",
         "json: a ROW<`x` ARRAY<BIGINT>, `y` BIGINT>");
  /* as deep as types go, and no deeper */
  char deep[600] = "{\"d\":";
  enum { LEVELS = 70 };
  memset(deep + 5, '[', LEVELS);
  memset(deep + 5 + LEVELS, ']', LEVELS);
  memcpy(deep + 5 + 2 * LEVELS, "}\n", 3);
  StrBuf told;
  strbuf_init(&told, 0);
  strbuf_puts(&told, "json: d ");
  for (int i = 0; i < TYPE_DEPTH_MAX; i++) strbuf_puts(&told, "ARRAY<");
  strbuf_puts(&told, "STRING");
  strbuf_fill(&told, '>', TYPE_DEPTH_MAX);
  expect("x.json", deep, strbuf_text(&told));
  strbuf_deinit(&told);
}

static void test_raw(void) {
  expect(NULL, "", "raw: line STRING");
  expect(NULL, "\n", "raw: line STRING");
  expect(NULL, "some words\nmore words, with a comma\n", "raw: line STRING");
  expect("access.log", "2024-01-01 10:00:00 status installed a 1.2\n", "raw: line STRING");
  expect("x.csv", "",
         "error: the input has no record to guess columns from (declare the table with "
         "CREATE TABLE)");
}

/* The end of a sample may be cut anywhere. */
static void test_cut(void) {
  const Options none = {NULL, 0};
  const char *want = "csv with header: k STRING, v BIGINT" COMMA HEADER;
  expect_full(STR("k,v\na,1\nb,2\nc"), false, NULL, none, want);
  expect_full(STR("k,v\na,1\nb,2\n\"c"), false, NULL, none, want);
  expect_full(STR("k,v\na,1\nb,2\nc,x"), false, NULL, none, want);
  expect_full(STR("k,v\na,1\nb,2\nc,x"), true, NULL, none,
              "csv with header: k STRING, v STRING" COMMA HEADER);
  expect_full(STR("k,v,w"), false, NULL, none,
              "csv with header: k STRING, v STRING, w STRING" COMMA HEADER);
  expect_full(STR("{\"a\":1}\n{\"a\":1.5"), false, NULL, none, "json: a BIGINT");
}

/* Any bytes: no crash, and always an answer. */
static void test_bytes(void) {
  static const char bytes[] = "a1,;\t|\"\"\n\r{}[]:\\\xFF\xC3\xA9.0- T#";
  uint64_t state = 1;
  for (int round = 0; round < 5000; round++) {
    char sample[64];
    size_t n = 0;
    for (; n < (size_t)round % sizeof sample; n++) {
      state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
      sample[n] = bytes[(state >> 33) % sizeof bytes]; /* the NUL as well */
    }
    static const char *const names[] = {NULL, "x.csv", "x.json", "x.tsv"};
    Arena arena;
    Error err = {0};
    Inferred got = {0};
    arena_init(&arena);
    Code code = infer_schema(&arena, (Str){sample, n}, round % 2 == 0, names[round / 2 % 4],
                             (Options){NULL, 0}, NO_SPAN, &got, &err);
    CHECK((code == OK) == (got.n_fields > 0));
    CHECK((code == OK) == (err.msg[0] == '\0'));
    arena_deinit(&arena);
  }
}

int main(void) {
  test_csv();
  test_header();
  test_types();
  test_given();
  test_json();
  test_nested_json();
  test_raw();
  test_cut();
  test_bytes();
  return check_done();
}
