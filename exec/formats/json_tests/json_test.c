/* json_test.c -- the format json: reading by tables, options, odd lines, large ones.
 *
 * Every text of the tables is read both ways (json_both.h).  Random texts are json_random_test.c's,
 * other readers of JSON json_oracle_test.c's, writing is json_write_test.c's.
 */
#include "exec/formats/json_read.h"
#include "exec/formats/json_tests/json_both.h"

enum { FIELDS_MAX = 8 };

typedef struct Table {
  FormatField fields[FIELDS_MAX];
  uint32_t wanted[FIELDS_MAX];
  Option options[4];
  DecodeSpec spec;
} Table;

/* A table of these columns, all wanted. */
static Table *table_of(Table *t, const FormatField *fields, uint32_t n) {
  *t = (Table){.spec = {.n_fields = n, .n_wanted = n, .zone = zone_utc()}};
  for (uint32_t i = 0; i < n; i++) {
    t->fields[i] = fields[i];
    t->wanted[i] = i;
  }
  t->spec.fields = t->fields;
  t->spec.wanted = t->wanted;
  t->spec.options.items = t->options;
  return t;
}

static void table_option(Table *t, const char *key, const char *value) {
  t->options[t->spec.options.n++] = (Option){.key = key, .value = value};
}

static FormatField field(const char *name, Type type) { return (FormatField){name, type}; }

/* Read text both ways.  rows and bad are what is expected; NULL: not looked at. */
static void expect(const Table *t, const char *text, size_t len, const char *rows,
                   const char *bad) {
  JsonBoth both;
  bool same = json_both_run(&both, &t->spec, text, len);
  CHECK(same);
  if (!same) json_both_show(&both, text, len);
  if (rows != NULL) CHECK_STR(strbuf_text(&both.fast.rows), rows);
  if (bad != NULL) CHECK_STR(strbuf_text(&both.fast.bad), bad);
  json_both_free(&both);
}

static void expect_text(const Table *t, const char *text, const char *rows, const char *bad) {
  expect(t, text, strlen(text), rows, bad);
}

/* --- values -------------------------------------------------------------------------- */

typedef struct ValueCase {
  Type type;
  const char *value; /* as JSON */
  const char *cell;  /* what becomes of it; "!..." the end of the reason that it does not fit */
} ValueCase;

#define T_BOOL \
  { .kind = TYPE_BOOLEAN, .nullable = true }
#define T_TINY \
  { .kind = TYPE_TINYINT, .nullable = true }
#define T_SMALL \
  { .kind = TYPE_SMALLINT, .nullable = true }
#define T_INT \
  { .kind = TYPE_INT, .nullable = true }
#define T_BIG \
  { .kind = TYPE_BIGINT, .nullable = true }
#define T_FLOAT \
  { .kind = TYPE_FLOAT, .nullable = true }
#define T_DOUBLE \
  { .kind = TYPE_DOUBLE, .nullable = true }
#define T_DEC(p, s) \
  { .kind = TYPE_DECIMAL, .nullable = true, .precision = (p), .scale = (s) }
#define T_STRING \
  { .kind = TYPE_VARCHAR, .nullable = true, .length = TYPE_LENGTH_MAX }
#define T_CHAR(n) \
  { .kind = TYPE_CHAR, .nullable = true, .length = (n) }
#define T_BYTES \
  { .kind = TYPE_VARBINARY, .nullable = true, .length = TYPE_LENGTH_MAX }
#define T_DATE \
  { .kind = TYPE_DATE, .nullable = true }
#define T_TIME(p) \
  { .kind = TYPE_TIME, .nullable = true, .precision = (p) }
#define T_TS(p) \
  { .kind = TYPE_TIMESTAMP, .nullable = true, .precision = (p) }
#define T_LTZ(p) \
  { .kind = TYPE_TIMESTAMP_LTZ, .nullable = true, .precision = (p) }
#define T_MONTHS \
  { .kind = TYPE_INTERVAL_MONTH, .nullable = true }
#define T_SECONDS \
  { .kind = TYPE_INTERVAL_SECOND, .nullable = true }

static const ValueCase value_cases[] = {
    {T_BOOL, "true", "true"},
    {T_BOOL, "false", "false"},
    {T_BOOL, "null", "~"},
    {T_BOOL, "\"TRUE\"", "true"},
    {T_BOOL, "\" false \"", "false"},
    {T_BOOL, "1", "!\"1\" is not BOOLEAN"},
    {T_BOOL, "\"yes\"", "!\"yes\" is not BOOLEAN"},
    {T_BOOL, "{}", "!\"{}\" is not BOOLEAN"},

    {T_TINY, "127", "127"},
    {T_TINY, "-128", "-128"},
    {T_TINY, "128", "!\"128\" is out of the range of TINYINT"},
    {T_SMALL, "32767", "32767"},
    {T_SMALL, "-32769", "!\"-32769\" is out of the range of SMALLINT"},
    {T_INT, "0", "0"},
    {T_INT, "-0", "0"},
    {T_INT, "2147483647", "2147483647"},
    {T_INT, "-2147483648", "-2147483648"},
    {T_INT, "2147483648", "!\"2147483648\" is out of the range of INT"},
    {T_INT, "1.0", "!\"1.0\" is not INT"},
    {T_INT, "1e2", "!\"1e2\" is not INT"},
    {T_INT, "\"12\"", "12"},
    {T_INT, "\" +12 \"", "12"},
    {T_INT, "\"1\\u0032\"", "12"},
    {T_INT, "\"\"", "!\"\" is not INT"},
    {T_INT, "\"12x\"", "!\"12x\" is not INT"},
    {T_INT, "true", "!\"true\" is not INT"},
    {T_INT, "[1]", "!\"[1]\" is not INT"},
    {T_INT, "null", "~"},
    {T_BIG, "12345678", "12345678"},
    {T_BIG, "1234567890123456", "1234567890123456"},
    {T_BIG, "123456789012345678", "123456789012345678"},
    {T_BIG, "1234567890123456789", "1234567890123456789"},
    {T_BIG, "9223372036854775807", "9223372036854775807"},
    {T_BIG, "-9223372036854775808", "-9223372036854775808"},
    {T_BIG, "9223372036854775808", "!\"9223372036854775808\" is out of the range of BIGINT"},
    {T_BIG, "1234567890123456789012345678901234567890123",
     "!\"1234567890123456789012345678901234567890...\" is out of the range of BIGINT"},

    {T_FLOAT, "0.1", "0.1"},
    {T_FLOAT, "16777217", "1.6777216E7"},
    {T_FLOAT, "1e39", "!\"1e39\" is not FLOAT"},
    {T_DOUBLE, "0", "0.0"},
    {T_DOUBLE, "-0", "-0.0"},
    {T_DOUBLE, "-0.0", "-0.0"},
    {T_DOUBLE, "0.1", "0.1"},
    {T_DOUBLE, "12.50", "12.5"},
    {T_DOUBLE, "1e10", "1.0E10"},
    {T_DOUBLE, "9007199254740993", "9.007199254740992E15"},
    {T_DOUBLE, "0.000000000000000001", "1.0E-18"},
    {T_DOUBLE, "123456789.123456789", "1.2345678912345679E8"},
    {T_DOUBLE, "7.3785690282684228", "7.378569028268423"}, /* not with one division */
    {T_DOUBLE, "850466103.52879495", "8.50466103528795E8"},
    {T_DOUBLE, "2.2250738585072011e-308", "2.225073858507201E-308"},
    {T_DOUBLE, "1e400", "!\"1e400\" is not DOUBLE"},
    {T_DOUBLE, "1e-400", "0.0"},
    {T_DOUBLE, "\"NaN\"", "NaN"},
    {T_DOUBLE, "\"-Infinity\"", "-Infinity"},
    {T_DOUBLE, "\"1.5\"", "1.5"},

    {T_DEC(10, 2), "12.5", "12.50"},
    {T_DEC(10, 2), "-12", "-12.00"},
    {T_DEC(10, 2), "0.005", "0.01"},
    {T_DEC(10, 2), "99999999.99", "99999999.99"},
    {T_DEC(10, 2), "99999999.999", "!\"99999999.999\" is out of the range of DECIMAL(10, 2)"},
    {T_DEC(10, 2), "100000000", "!\"100000000\" is out of the range of DECIMAL(10, 2)"},
    {T_DEC(10, 2), "1e3", "1000.00"},
    {T_DEC(10, 2), "\"1.5\"", "1.50"},
    {T_DEC(10, 2), "\"x\"", "!\"x\" is not DECIMAL(10, 2)"},
    {T_DEC(18, 0), "999999999999999999", "999999999999999999"},
    {T_DEC(18, 18), "0.123456789012345678", "0.123456789012345678"},
    {T_DEC(18, 18), "70368744177664", /* 2^46: times 10^18 it is 0 in 64 bits */
     "!\"70368744177664\" is out of the range of DECIMAL(18, 18)"},
    {T_DEC(38, 2), "123456789012345678901234567890123456.78",
     "123456789012345678901234567890123456.78"},

    {T_STRING, "\"\"", ""},
    {T_STRING, "\"abc\"", "abc"},
    {T_STRING, "\"twelve bytes\"", "twelve bytes"},
    {T_STRING, "\"thirteen byte\"", "thirteen byte"},
    {T_STRING, "\"sixteen bytes ..\"", "sixteen bytes .."},
    {T_STRING, "\"more than thirty-two bytes in one string\"",
     "more than thirty-two bytes in one string"},
    {T_STRING, "\"a\\\"b\\\\c\\/d\"", "a\"b\\c/d"},
    {T_STRING, "\"\\b\\f\\n\\r\\t\"", "\b\f\n\r\t"},
    {T_STRING, "\"\\u00e4\\u4E2D\\uD83D\\uDE00\"", "\xC3\xA4\xE4\xB8\xAD\xF0\x9F\x98\x80"},
    {T_STRING, "\"\xC3\xA4\xE4\xB8\xAD\xF0\x9F\x98\x80\x7F\"",
     "\xC3\xA4\xE4\xB8\xAD\xF0\x9F\x98\x80\x7F"},
    {T_STRING, "12", "12"},
    {T_STRING, "-1.50e+3", "-1.50e+3"},
    {T_STRING, "true", "true"},
    {T_STRING, "null", "~"},
    {T_STRING, "\"null\"", "null"},
    {T_STRING, "{\"a\": [1, \"}\\u0041\"]}", "{\"a\": [1, \"}\\u0041\"]}"},
    {T_STRING, "[ ]", "[ ]"},
    {T_CHAR(3), "\"abcdef\"", "abcdef"},

    {T_BYTES, "\"aGVsbG8=\"", "aGVsbG8="},
    {T_BYTES, "\"aGVsbG8\\u003d\"", "aGVsbG8="},
    {T_BYTES, "\"\"", ""},
    {T_BYTES, "\"a\"", "!\"a\" is not BYTES"},
    {T_BYTES, "12", "!\"12\" is not BYTES"},

    {T_DATE, "\"2024-02-29\"", "2024-02-29"},
    {T_DATE, "\"2023-02-29\"", "!\"2023-02-29\" is not DATE"},
    {T_DATE, "19000", "!\"19000\" is not DATE"},
    {T_TIME(0), "\"12:34:56.789\"", "12:34:56"},
    {T_TIME(3), "\"12:34\"", "12:34:00.000"},
    {T_TIME(3), "\"24:00\"", "!\"24:00\" is not TIME(3)"},

    {T_TS(3), "\"2024-01-01 00:00:01.5\"", "2024-01-01 00:00:01.500"},
    {T_TS(3), "\"2024-01-01T00:00:01.500\"", "2024-01-01 00:00:01.500"},
    {T_TS(3), "\"2024-01-01 00:00:59.999\"", "2024-01-01 00:00:59.999"},
    {T_TS(3), "\"2024-01-01 00:00:60\"", "!\"2024-01-01 00:00:60\" is not TIMESTAMP(3)"},
    {T_TS(3), "\"2024-01-01 00:00:01.123456\"", "2024-01-01 00:00:01.123"},
    {T_TS(3), "\"1969-12-31 23:59:59.999999\"", "1969-12-31 23:59:59.999"},
    {T_TS(3), "\"1969-12-31 23:59:01.5\"", "1969-12-31 23:59:01.500"},
    {T_TS(6), "\"2024-01-01 00:00:01.123456789\"", "2024-01-01 00:00:01.123456"},
    {T_TS(0), "\"2024-01-01 00:00:01.9\"", "2024-01-01 00:00:01"},
    {T_TS(3), "\"2024-01-01\"", "2024-01-01 00:00:00.000"},
    {T_TS(3), "\"2024-01-01 10:20\"", "2024-01-01 10:20:00.000"},
    {T_TS(3), "\"\\u0032024-01-01 10:20:00\"", "2024-01-01 10:20:00.000"},
    {T_TS(3), "\"2024-13-01 00:00:00\"", "!\"2024-13-01 00:00:00\" is not TIMESTAMP(3)"},
    {T_TS(3), "\"2024-01-01 00:00:01Z\"",
     "!\"2024-01-01 00:00:01Z\" has a time zone, unlike TIMESTAMP(3)"},
    {T_TS(3), "1704067200000", "!\"1704067200000\" is not TIMESTAMP(3)"},
    {T_LTZ(3), "\"2024-01-01 00:00:01.5Z\"", "2024-01-01 00:00:01.500"},
    {T_LTZ(3), "\"2024-01-01T00:00:01Z\"", "2024-01-01 00:00:01.000"},
    {T_LTZ(3), "\"2024-01-01T02:00:01+02:00\"", "2024-01-01 00:00:01.000"},
    {T_LTZ(3), "\"2024-01-01 00:00:01\"", "2024-01-01 00:00:01.000"},
    {T_LTZ(3), "\"0000-01-01 00:00:00+01:00\"",
     "!\"0000-01-01 00:00:00+01:00\" is out of the range of TIMESTAMP_LTZ(3)"},
    {T_LTZ(3), "\"Z\"", "!\"Z\" is not TIMESTAMP_LTZ(3)"},

    {T_MONTHS, "14", "+1-02"},
    {T_MONTHS, "2147483648", "!\"2147483648\" is out of the range of INTERVAL YEAR TO MONTH"},
    {T_SECONDS, "90061001", "+1 01:01:01.001"},
    {T_SECONDS, "\"-1.5\"", "-0 00:00:00.001500"},
    {T_SECONDS, "1e30", "!\"1e30\" is out of the range of INTERVAL DAY TO SECOND"},
};

/* The value four times, so that at least twice its key is known, and once as a duplicate. */
static void test_values(void) {
  for (size_t i = 0; i < COUNT_OF(value_cases); i++) {
    const ValueCase *c = &value_cases[i];
    const FormatField fields[] = {field("v", c->type)};
    Table t;
    char text[1024], rows[1024], reason[256];
    table_of(&t, fields, 1);
    int n = 0;
    for (int k = 0; k < 4; k++) {
      n += snprintf(text + n, sizeof text - (size_t)n, "{%s\"v\":%s}\n", k == 3 ? "\"v\":[]," : "",
                    c->value);
    }
    if (c->cell[0] != '!') {
      snprintf(rows, sizeof rows, "%s\n%s\n%s\n%s\n", c->cell, c->cell, c->cell, c->cell);
      expect_text(&t, text, rows, "");
      continue;
    }
    snprintf(reason, sizeof reason, "column \"v\": %s\n", c->cell + 1);
    JsonBoth both;
    CHECK(json_both_run(&both, &t.spec, text, (size_t)n));
    CHECK_INT(both.fast.n_bad, 4);
    const char *line = strchr(strbuf_text(&both.fast.bad), ' ');
    CHECK(line != NULL);
    if (line != NULL) CHECK(strncmp(line + 1, reason, strlen(reason)) == 0);
    if (line != NULL && strncmp(line + 1, reason, strlen(reason)) != 0) printf("%s", line);
    json_both_free(&both);
    table_option(&t, "json.ignore-parse-errors", "true");
    expect_text(&t, text, "~\n~\n~\n~\n", "");
  }
}

/* --- what JSON is -------------------------------------------------------------------- */

static const char *const good_records[] = {
    "{}",
    " { } ",
    "{\"a\":1}",
    "{ \"a\" : 1 , \"b\" : [ ] }",
    "{\"a\":{\"b\":[{},[],\"\"]}}",
    "{\"\":0}",
    "{\"a\":-0.0e-0}",
    "{\"a\":1E400}",
    "{\"a\":\"\\u0000\"}",
    "{\"a\":\"\x7F\"}",
    "\xEF\xBB\xBF{\"a\":1}",
    "{\"a\":1}\r",
    "\t{\"a\":1}",
    "{\"a\":\"\\uDBFF\\uDFFF\"}",
    "{\"a\":0.1}",
    "{\"a\":10}",
    "{\"a\":true,\"a\":false,\"a\":null}",
    "{\"\xC3\xA4\":1}",
    "{\"k\\u0041\":1}",
    "{\"a\":[1,2,[3,{\"x\":\"y\"}]]}",
    "{\r\"a\"\r:\r1\r}",
    "[]",
    "[{}]",
    "[{\"a\":1} , {\"a\":[2]}]",
    "{\"a\":\"\xF4\x8F\xBF\xBF\"}",
    "{\"a\":\"\xED\x9F\xBF\"}",
};

static const char *const bad_records[] = {
    "{",
    "}",
    "{]",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\":1,}",
    "{,\"a\":1}",
    "{\"a\":1 \"b\":2}",
    "{\"a\" 1}",
    "{a:1}",
    "{'a':1}",
    "{\"a\":'x'}",
    "{\"a\":01}",
    "{\"a\":-01}",
    "{\"a\":00}",
    "{\"a\":+1}",
    "{\"a\":.5}",
    "{\"a\":1.}",
    "{\"a\":1e}",
    "{\"a\":1e+}",
    "{\"a\":-}",
    "{\"a\":0x1}",
    "{\"a\":1_0}",
    "{\"a\":NaN}",
    "{\"a\":Infinity}",
    "{\"a\":nul}",
    "{\"a\":nulll}",
    "{\"a\":True}",
    "{\"a\":tru}",
    "{\"a\":undefined}",
    "{\"a\":\"x}",
    "{\"a\":\"\\x\"}",
    "{\"a\":\"\\u12\"}",
    "{\"a\":\"\\u12G4\"}",
    "{\"a\":\"\\uD800\"}",
    "{\"a\":\"\\uDC00\"}",
    "{\"a\":\"\\uD800\\uD800\"}",
    "{\"a\":\"\\uD800x\"}",
    "{\"a\":\"\\uD800\\n\"}",
    "{\"a\":\"\\",
    "{\"a\":\"\\\"}",
    "{\"a\":\"\t\"}",
    "{\"a\":\"\x01\"}",
    "{\"a\":\"\x80\"}",
    "{\"a\":\"\xC3\"}",
    "{\"a\":\"\xC0\x80\"}",
    "{\"a\":\"\xED\xA0\x80\"}",
    "{\"a\":\"\xF4\x90\x80\x80\"}",
    "{\"a\":\"\xFF\"}",
    "{\"\x80\":1}",
    "{\"a\":1}}",
    "{\"a\":1}{}",
    "{\"a\":1}x",
    "{\"a\":1},",
    "{\"a\":[1,]}",
    "{\"a\":[,1]}",
    "{\"a\":[1 2]}",
    "{\"a\":[1}",
    "{\"a\":{]}",
    "{\"a\":[}",
    "{\"a\":{\"b\"}}",
    "{\"a\":{\"b\":1,}}",
    "{\"a\":{1:1}}",
    "{\"a\":[\"\x01\"]}",
    "{\"a\":[\"\\uD800\"]}",
    "{\"a\":[01]}",
    "{\"a\":[1.]}",
    "{\"a\":[nul]}",
    "1",
    "\"x\"",
    "null",
    "x",
    "[",
    "[{}",
    "[{},]",
    "[{}]]",
    "{\"a\":1}/**/",
    "\xEF\xBB{}",
    "\xEF\xBB\xBF\xEF\xBB\xBF{}",
    "{\"a\":1\f}",
    "\v{}",
    "{\"a\":1,\"b\"",
    "{\"a\":1,\"b\":",
    "{\"a\":1,\"b\":2",
    "{\"a\":\"\\uD800\\uDBFF\"}",
};

/* Whatever columns are asked for and whatever their types are: only what is not JSON is refused
 * when bad fields are NULL.  b and z are not in the records, or not always. */
static void expect_record(const char *record, bool good) {
  static const Type types[] = {T_STRING, T_INT, T_BIG, T_DOUBLE, T_DEC(10, 2), T_TS(3), T_BOOL};
  char text[512];
  /* lines around it, so that the keys are known or not, and so that it has to stop in time */
  int n = snprintf(text, sizeof text, "%s\n{\"a\":1}\n%s\n%s\n{\"a\":1}\n", record, record, record);
  for (uint32_t i = 0; i < 3 + COUNT_OF(types); i++) {
    const Type type = types[i < 3 ? 0 : i - 3];
    const FormatField fields[] = {field("a", type), field("b", type), field("z", type_string())};
    Table t;
    JsonBoth both;
    table_of(&t, fields, 3)->spec.n_wanted = i < 3 ? i : 3;
    table_option(&t, "json.ignore-parse-errors", "true");
    bool same = json_both_run(&both, &t.spec, text, (size_t)n);
    CHECK(same);
    CHECK_INT(both.fast.n_bad, good ? 0 : 3);
    if (!same || (both.fast.n_bad == 0) != good) json_both_show(&both, text, (size_t)n);
    json_both_free(&both);
  }
}

static void test_grammar(void) {
  for (size_t i = 0; i < COUNT_OF(good_records); i++) expect_record(good_records[i], true);
  for (size_t i = 0; i < COUNT_OF(bad_records); i++) expect_record(bad_records[i], false);
}

/* A NUL byte is neither a blank nor a part of a string. */
static void test_nul(void) {
  const FormatField fields[] = {field("a", type_string())};
  Table t;
  static const char text[] = "{\"a\":\"x\0y\"}\n{\"a\":1\0}\n\0\n{\"a\":1}\0\n{\"a\":2}\n";
  expect(table_of(&t, fields, 1), text, sizeof text - 1, "2\n",
         "0+11 not JSON: a control character in a string at byte 8\n"
         "12+8 not JSON: a comma or a closing bracket is missing at byte 7\n"
         "21+1 not JSON\n"
         "23+8 not JSON: text behind the end of the record at byte 8\n");
}

/* --- lines --------------------------------------------------------------------------- */

static void test_lines(void) {
  const FormatField fields[] = {field("a", type_of(TYPE_INT)), field("b", type_string())};
  Table t;
  table_of(&t, fields, 2);
  expect_text(&t, "", "", "");
  expect_text(&t, "\n \n\t\r\n\n", "", "");
  expect_text(&t, "{\"a\":1}\r\n\r\n{\"b\":\"x\"}\r\n", "1|~\n~|x\n", "");
  expect_text(&t, "{\"a\":1}\n{\"a\":2}", "1|~\n2|~\n", "");
  expect_text(&t, "{\"a\":1,\"a\":2,\"b\":\"x\",\"b\":null}\n", "2|~\n", "");
  expect_text(&t, "{\"a\":null,\"b\":\"x\",\"a\":7}\n", "7|x\n", "");
  expect_text(&t, "{\"A\":1,\"b\":\"x\",\" a\":7}\n", "~|x\n", "");
  expect_text(&t, "{\"\\u0061\":1,\"\\u0062\":\"\\u0062\"}\n", "1|b\n", "");
  expect_text(&t, "{\"a\":\"x\",\"a\":3}\n{\"a\":3,\"a\":\"x\"}\n", "3|~\n",
              "16+15 column \"a\": \"x\" is not INT\n");
  /* a row that was refused leaves nothing behind */
  expect_text(&t, "{\"a\":null,\"b\":null}\n{\"a\":null,\"b\":1}x\n{\"a\":5,\"b\":\"y\"}\n",
              "~|~\n5|y\n", "20+17 not JSON: text behind the end of the record at byte 17\n");
}

/* Digits beyond the precision are cut off the value, not only of its text. */
static void test_precision(void) {
  static const struct {
    Type type;
    const char *text;
    Micros us;
  } cases[] = {
      {T_TS(3), "1970-01-01 00:00:01.234567", 1234000},
      {T_TS(3), "1969-12-31 23:59:59.9999", -1000},
      {T_TS(0), "1970-01-01 00:00:01.9", 1000000},
      {T_TS(6), "1970-01-01 00:00:01.9", 1900000},
      {T_LTZ(1), "1970-01-01 00:00:01.99Z", 1900000},
      {T_TIME(1), "00:00:01.99", 1900000},
  };
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    const FormatField fields[] = {field("a", cases[i].type)};
    Error err = {0};
    Decoder *d;
    Batch *b;
    Table t;
    char text[512] = "";
    int n = snprintf(text, sizeof text - CHUNK_PADDING, "{\"a\":\"%s\"}\n{\"a\":\"%s\"}\n",
                     cases[i].text, cases[i].text);
    CHECK_INT(format_json.decoder_new(&table_of(&t, fields, 1)->spec, &d, &err), OK);
    format_json.decode_begin(d, &(Chunk){.text = text, .len = (size_t)n}, NULL, NULL);
    CHECK_INT(format_json.decode_next(d, &b, &err), OK);
    CHECK_INT(b->rows, 2);
    for (uint32_t row = 0; row < b->rows; row++) {
      CHECK_INT(((const Micros *)b->cols[0].data)[row], cases[i].us);
    }
    format_json.decoder_free(d);
  }
}

/* The fast way remembers the minute of the last timestamp. */
static void test_minutes(void) {
  const FormatField fields[] = {field("a", (Type)T_TS(3))};
  static const char *const good[] = {"00", "59", "07.5", "07.123", "07.1234", "59.999"};
  static const char *const bad[] = {"60",     "6a",      "5",      "",       "07.",
                                    "07.12x", "0700000", "07 123", "60.000", "07.123Z"};
  for (size_t i = 0; i < COUNT_OF(good) + COUNT_OF(bad); i++) {
    bool is_good = i < COUNT_OF(good);
    const char *seconds = is_good ? good[i] : bad[i - COUNT_OF(good)];
    char text[256];
    Table t;
    JsonBoth both;
    int n = snprintf(text, sizeof text,
                     "{\"a\":\"2024-01-01 10:20:30\"}\n{\"a\":\"2024-01-01 10:20:%s\"}\n", seconds);
    CHECK(json_both_run(&both, &table_of(&t, fields, 1)->spec, text, (size_t)n));
    CHECK_INT(both.fast.n_rows, is_good ? 2 : 1);
    json_both_free(&both);
  }
}

static void test_arrays(void) {
  const FormatField fields[] = {field("a", type_of(TYPE_INT))};
  Table t;
  table_of(&t, fields, 1);
  expect_text(&t, "[{\"a\":1}, {\"a\":2} ,{}]\n{\"a\":4}\n[]\n", "1\n2\n~\n4\n", "");
  expect_text(&t, "[{\"a\":1},7,{\"a\":\"x\"},{\"a\":2}]\n", "1\n2\n",
              "9+1 an element of the array is no object\n11+9 column \"a\": \"x\" is not INT\n");
  expect_text(&t, "[{\"a\":1},{\"a\":2]\n", "",
              "0+16 not JSON: a comma or a closing bracket is missing at byte 16\n");
  /* more rows than fit a batch, and more lines behind them */
  StrBuf text;
  strbuf_init(&text, 0);
  strbuf_putc(&text, '[');
  for (int i = 0; i < 5000; i++) strbuf_printf(&text, "%s{\"a\":%d}", i > 0 ? "," : "", i);
  strbuf_puts(&text, "]\n{\"a\":-1}\n");
  JsonBoth both;
  CHECK(json_both_run(&both, &t.spec, text.data, text.len));
  CHECK_INT(both.fast.n_rows, 5001);
  json_both_free(&both);
  strbuf_deinit(&text);
}

/* --- sizes --------------------------------------------------------------------------- */

static void repeat(StrBuf *out, const char *what, size_t n) {
  for (size_t i = 0; i < n; i++) strbuf_puts(out, what);
}

static void test_depth(void) {
  const FormatField fields[] = {field("a", type_string()), field("b", type_of(TYPE_INT))};
  for (int over = 0; over <= 1; over++) {
    for (uint32_t n_wanted = 0; n_wanted <= 2; n_wanted++) {
      Table t;
      StrBuf text;
      JsonBoth both;
      strbuf_init(&text, 0);
      table_of(&t, fields, 2)->spec.n_wanted = n_wanted;
      for (int line = 0; line < 3; line++) {
        size_t depth = (size_t)JSON_DEPTH_MAX - 1 + (size_t)over; /* beside the record's own */
        strbuf_puts(&text, "{\"b\":1,\"a\":");
        repeat(&text, line == 1 ? "{\"x\":" : "[", depth);
        if (line == 1) strbuf_putc(&text, '0');
        repeat(&text, line == 1 ? "}" : "]", depth);
        strbuf_puts(&text, "}\n");
      }
      repeat(&text, "[", 1000000);
      CHECK(json_both_run(&both, &t.spec, text.data, text.len));
      CHECK_INT(both.fast.n_rows, over ? 0 : 3);
      CHECK_INT(both.fast.n_bad, over ? 4 : 1);
      CHECK(strstr(strbuf_text(&both.fast.bad), "not JSON: nested too deep") != NULL);
      json_both_free(&both);
      strbuf_deinit(&text);
    }
  }
}

/* Records of RECORD_MAX bytes are read, longer ones refused. */
static void test_long_records(void) {
  const FormatField fields[] = {field("a", type_string())};
  for (int over = 0; over <= 1; over++) {
    Table t;
    StrBuf text;
    JsonBoth both;
    table_of(&t, fields, 1);
    strbuf_init(&text, 0);
    strbuf_puts(&text, "{\"a\":1}\n{\"a\":\"");
    strbuf_fill(&text, 'x', (size_t)RECORD_MAX - 8 + (size_t)over);
    strbuf_puts(&text, "\"}\n{\"a\":2}\n");
    CHECK(json_both_run(&both, &t.spec, text.data, text.len));
    CHECK_INT(both.fast.n_rows, over ? 2 : 3);
    CHECK_STR(strbuf_text(&both.fast.bad), over ? "8+16777217 longer than 16777216 bytes\n" : "");
    json_both_free(&both);
    strbuf_deinit(&text);
  }
}

/* More columns and keys than are remembered, keys longer than are, and new ones in every line. */
static void test_many_keys(void) {
  enum { N = 700 };
  static FormatField fields[N];
  static uint32_t wanted[N];
  static char names[N][96];
  StrBuf text;
  JsonBoth both;
  strbuf_init(&text, 0);
  for (uint32_t i = 0; i < N; i++) {
    snprintf(names[i], sizeof names[i], i % 7 == 0 ? "%u%080u" : "f%u", i, i);
    fields[i] = field(names[i], type_of(TYPE_INT));
    wanted[i] = N - 1 - i;
  }
  for (uint32_t line = 0; line < 20; line++) {
    for (uint32_t i = 0; i < N; i++) {
      strbuf_printf(&text, "%s\"%s\":%u,\"new%u_%u\":[]", i == 0 ? "{" : ",", names[i], i, line, i);
    }
    strbuf_puts(&text, "}\n");
  }
  const DecodeSpec spec = {
      .fields = fields, .n_fields = N, .wanted = wanted, .n_wanted = N, .zone = zone_utc()};
  CHECK(json_both_run(&both, &spec, text.data, text.len));
  CHECK_INT(both.fast.n_rows, 20);
  CHECK(strncmp(strbuf_text(&both.fast.rows), "699|698|697|", 12) == 0);
  /* one field a line: none is hidden by the others */
  for (uint32_t i = 0; i < N; i++) strbuf_printf(&text, "{\"%s\":%u}\n", names[i], i);
  json_both_free(&both);
  CHECK(json_both_run(&both, &spec, text.data, text.len));
  CHECK_INT(both.fast.n_rows, 20 + N);
  /* and over again, in many chunks of one decoder */
  for (int i = 0; i < 3; i++) decoded_chunk(&both.fast, text.data, text.len);
  CHECK_INT(both.fast.n_rows, 4 * (20 + N));
  json_both_free(&both);
  strbuf_deinit(&text);
}

/* Every way to cut the text gives the same rows. */
static void test_chunks(void) {
  const FormatField fields[] = {field("a", type_of(TYPE_INT)), field("b", type_string())};
  Table t;
  StrBuf text;
  table_of(&t, fields, 2);
  strbuf_init(&text, 0);
  strbuf_puts(&text, "{\"a\":1,\"b\":\"x\"}\n\n{\"a\":2,\"b\":\"a longer text than twelve\"}\r\n");
  strbuf_puts(&text, "bad\n{ \"b\" : \"\\u0041\" , \"a\" : 3 }\n[{\"a\":4},{\"a\":5}]\n");
  strbuf_puts(&text, "{\"a\":6,\"c\":{\"d\":[7]}}");
  for (size_t block = 1; block <= text.len + 1; block++) {
    Decoded d;
    decoded_run(&d, &format_json, &t.spec, text.data, text.len, block);
    CHECK_STR(strbuf_text(&d.rows), "1|x\n2|a longer text than twelve\n3|A\n4|~\n5|~\n6|~\n");
    CHECK_STR(strbuf_text(&d.bad), "58+3 not JSON\n");
    decoded_free(&d);
  }
  strbuf_deinit(&text);
}

/* --- options ------------------------------------------------------------------------- */

static void test_missing(void) {
  const FormatField fields[] = {field("a", type_of(TYPE_INT)),
                                field("b", type_not_null(type_of(TYPE_INT)))};
  static const char text[] =
      "{\"a\":1,\"b\":2}\n{\"b\":3}\n{\"a\":4}\n{\"a\":5,\"b\":null}\n"
      "{\"a\":null,\"b\":6}\n{\"a\":\"x\",\"b\":7}\n{\"a\":8,\"b\":\"x\"}\n";
  Table t;
  table_of(&t, fields, 2);
  expect_text(&t, text, "1|2\n~|3\n~|6\n",
              "22+7 column \"b\" is missing\n30+16 column \"b\" is null, but NOT NULL\n"
              "64+15 column \"a\": \"x\" is not INT\n80+15 column \"b\": \"x\" is not INT\n");
  table_option(&t, "json.ignore-parse-errors", "true");
  expect_text(&t, text, "1|2\n~|3\n~|6\n~|7\n",
              "22+7 column \"b\" is missing\n30+16 column \"b\" is null, but NOT NULL\n"
              "80+15 column \"b\": \"x\" is not INT\n");
  table_of(&t, fields, 2);
  table_option(&t, "json.fail-on-missing-field", "true");
  expect_text(&t, "{\"b\":3}\n{\"a\":null,\"b\":4}\n{\"a\":5}\n", "~|4\n",
              "0+7 column \"a\" is missing\n25+7 column \"b\" is missing\n");
}

static void test_fail(void) {
  const FormatField fields[] = {field("a", type_of(TYPE_INT))};
  static const char text[] = "{\"a\":1}\n{\"a\":x}\n{\"a\":2}\n";
  Table t;
  JsonBoth both;
  table_option(table_of(&t, fields, 1), "json.ignore-parse-errors", "false");
  CHECK(json_both_run(&both, &t.spec, text, sizeof text - 1));
  CHECK_INT(both.fast.code, ERR_DATA);
  CHECK_INT(both.fast.n_bad, 1);
  CHECK_STR(both.fast.err.msg, "malformed json record: not JSON: a value is missing at byte 6");
  json_both_free(&both);
}

static void test_time_forms(void) {
  const FormatField fields[] = {field("a", (Type)T_TS(3)), field("b", (Type)T_LTZ(3))};
  static const char text[] =
      "{\"a\":\"2024-01-01 00:00:01\"}\n{\"a\":\"2024-01-01T00:00:01\"}\n"
      "{\"b\":\"2024-01-01T00:00:01Z\"}\n{\"b\":\"2024-01-01T00:00:01+01:00\"}\n";
  static const char *const forms[][2] = {
      {"SQL", "2024-01-01 00:00:01.000|~\n"},
      {"ISO-8601",
       "2024-01-01 00:00:01.000|~\n~|2024-01-01 00:00:01.000\n"
       "~|2023-12-31 23:00:01.000\n"},
      {"iso-8601-with-offset",
       "2024-01-01 00:00:01.000|~\n~|2024-01-01 00:00:01.000\n"
       "~|2023-12-31 23:00:01.000\n"},
  };
  for (size_t i = 0; i < COUNT_OF(forms); i++) {
    Table t;
    table_option(table_of(&t, fields, 2), "json.timestamp-format.standard", forms[i][0]);
    expect_text(&t, text, forms[i][1], NULL);
  }
}

static void test_zone(void) {
  const FormatField fields[] = {field("a", (Type)T_LTZ(3))};
  Error err = {0};
  Table t;
  table_of(&t, fields, 1)->spec.zone = zone_open(STR("+02:00"), NO_SPAN, &err);
  CHECK(t.spec.zone != NULL);
  expect_text(&t,
              "{\"a\":\"2024-01-01 03:00:00\"}\n{\"a\":\"2024-01-01 01:00:00Z\"}\n"
              "{\"a\":\"2024-01-01 03:00:00.001\"}\n{\"a\":\"2024-01-01 01:00:02Z\"}\n",
              "2024-01-01 03:00:00.000\n2024-01-01 03:00:00.000\n2024-01-01 03:00:00.001\n"
              "2024-01-01 03:00:02.000\n",
              "");
}

static void test_check(void) {
  const FormatField good[] = {field("a", type_of(TYPE_INT))},
                    none[] = {field("a", type_of(TYPE_NULL))};
  Table t;
  Error err = {0};
  table_of(&t, good, 1);
  table_option(&t, "json.fail-on-missing-field", "true");
  CHECK_INT(format_json.check(good, 1, t.spec.options, NO_SPAN, &err), OK);
  CHECK_INT(format_json.check(none, 1, t.spec.options, NO_SPAN, &err), ERR_TYPE);
  err = (Error){0};
  table_option(&t, "json.ignore-parse-errors", "true");
  CHECK_INT(format_json.check(good, 1, t.spec.options, NO_SPAN, &err), ERR_OPTION);
}

/* --- the fast way is taken ----------------------------------------------------------- */

/* The second of two equal lines, where all keys are known. */
static bool is_fast(const DecodeSpec *spec, const char *line) {
  Error err = {0};
  Decoder *d;
  char text[512];
  memset(text, 0, sizeof text);
  int n = snprintf(text, sizeof text - CHUNK_PADDING, "%s\n%s\n", line, line);
  if (format_json.decoder_new(spec, &d, &err) != OK) return false;
  format_json.decode_begin(d, &(Chunk){.text = text, .len = (size_t)n}, NULL, NULL);
  const char *next = json_read_fast((Json *)d, text, 0);
  if (next != NULL) next = json_read_fast((Json *)d, next, 1);
  format_json.decoder_free(d);
  return next == text + n;
}

static void test_fast(void) {
  const FormatField fields[] = {field("a", type_of(TYPE_BIGINT)), field("b", type_string()),
                                field("c", (Type)T_TS(3))};
  static const char *const fast[] = {
      "{\"a\":1,\"b\":\"x\",\"c\":\"2024-01-01 00:00:00.000\"}",
      "{ \"c\" : \"2024-01-01T00:00:00\" , \"b\": \"x\\n\" , \"a\" : -1 } ",
      "{\"other\":{\"x\":[1,2,{}]},\"a\":\"12\",\"n\":null,\"f\":1.5e3,\"g\":\"\xC3\xA4\"}\r",
      "{\"b\":[1,2],\"a\":null,\"c\":\"2024-01-01\"}", "{}"};
  static const char *const slow[] = {
      "",          "[]", "{\"a\":1.5}", "{\"a\":1,\"a\":2}", "{\"\\u0061\":1}", "{\"a\":\"\x80\"}",
      "{\"a\":1}x"};
  Table t;
  table_of(&t, fields, 3);
  for (size_t i = 0; i < COUNT_OF(fast); i++) CHECK(is_fast(&t.spec, fast[i]));
  for (size_t i = 0; i < COUNT_OF(slow); i++) CHECK(!is_fast(&t.spec, slow[i]));
}

int main(void) {
  test_values();
  test_grammar();
  test_nul();
  test_lines();
  test_precision();
  test_minutes();
  test_arrays();
  test_depth();
  test_long_records();
  test_many_keys();
  test_chunks();
  test_missing();
  test_fail();
  test_time_forms();
  test_zone();
  test_check();
  test_fast();
  return check_done();
}
