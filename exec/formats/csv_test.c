/* csv_test.c -- reading CSV: cases by hand, each cut in several ways. */
#include "exec/formats/csv.h"

#include "exec/formats/decode_check.h"

/* --- a table in a few words ---------------------------------------------------------- */

static Type type_named(const char *name) {
  if (strcmp(name, "STRING") == 0) return type_string();
  if (strcmp(name, "BYTES") == 0) return type_text(TYPE_VARBINARY, TYPE_LENGTH_MAX);
  if (strcmp(name, "TINYINT") == 0) return type_of(TYPE_TINYINT);
  if (strcmp(name, "SMALLINT") == 0) return type_of(TYPE_SMALLINT);
  if (strcmp(name, "INT") == 0) return type_of(TYPE_INT);
  if (strcmp(name, "INT!") == 0) return type_not_null(type_of(TYPE_INT));
  if (strcmp(name, "STRING!") == 0) return type_not_null(type_string());
  if (strcmp(name, "BIGINT") == 0) return type_of(TYPE_BIGINT);
  if (strcmp(name, "FLOAT") == 0) return type_of(TYPE_FLOAT);
  if (strcmp(name, "DOUBLE") == 0) return type_of(TYPE_DOUBLE);
  if (strcmp(name, "BOOLEAN") == 0) return type_of(TYPE_BOOLEAN);
  if (strcmp(name, "DATE") == 0) return type_of(TYPE_DATE);
  if (strcmp(name, "TIME") == 0) return type_time(TYPE_TIME, 3);
  if (strcmp(name, "TS") == 0) return type_time(TYPE_TIMESTAMP, 3);
  if (strcmp(name, "TS6") == 0) return type_time(TYPE_TIMESTAMP, 6);
  if (strcmp(name, "TS0") == 0) return type_time(TYPE_TIMESTAMP, 0);
  if (strcmp(name, "LTZ") == 0) return type_time(TYPE_TIMESTAMP_LTZ, 3);
  if (strcmp(name, "DEC") == 0) return type_decimal(10, 2);
  if (strcmp(name, "DEC38") == 0) return type_decimal(38, 3);
  if (strcmp(name, "YM") == 0) return type_of(TYPE_INTERVAL_MONTH);
  if (strcmp(name, "DS") == 0) return type_of(TYPE_INTERVAL_SECOND);
  assert(false && "a type name of this test");
  return type_of(TYPE_NULL);
}

enum { MAX = 16 };

/* "a INT, b STRING": columns; options "header=true&null-literal=x". */
typedef struct Table {
  Arena arena;
  FormatField fields[MAX];
  uint32_t wanted[MAX];
  Option options[MAX];
  DecodeSpec spec;
} Table;

/* Cut the next word off *at, NULL at the end; stop has the bytes between words. */
static char *next_word(char **at, const char *stop) {
  *at += strspn(*at, stop);
  char *word = *at;
  *at += strcspn(*at, stop);
  if (*at == word) return NULL;
  if (**at != '\0') *(*at)++ = '\0';
  return word;
}

static void table_init(Table *t, const char *columns, const char *options) {
  *t = (Table){.spec = {.fields = t->fields, .wanted = t->wanted, .zone = zone_utc()}};
  char *at = arena_strdup(&t->arena, columns);
  for (char *name; (name = next_word(&at, ", ")) != NULL;) {
    uint32_t i = t->spec.n_fields++;
    assert(i < MAX);
    t->fields[i] = (FormatField){name, type_named(next_word(&at, ", "))};
    t->wanted[t->spec.n_wanted++] = i;
  }
  at = arena_strdup(&t->arena, options);
  for (char *p; (p = next_word(&at, "&")) != NULL;) {
    char *value = strchr(p, '=');
    *value++ = '\0';
    t->options[t->spec.options.n++] =
        (Option){arena_printf(&t->arena, "csv.%s", p), value, NO_SPAN, NO_SPAN};
  }
  t->spec.options.items = t->options;
}

static void expect_block(Table *t, Str text, size_t block, const char *rows, const char *bad) {
  Decoded d;
  int before = check_failures;
  decoded_run(&d, &format_csv, &t->spec, text.ptr, text.len, block);
  CHECK_INT(d.code, OK);
  CHECK_STR(strbuf_text(&d.rows), rows);
  CHECK_STR(strbuf_text(&d.bad), bad);
  int shown = text.len < 200 ? (int)text.len : 200;
  if (check_failures > before) printf("  in blocks of %zu: %.*s\n", block, shown, text.ptr);
  decoded_free(&d);
}

static const size_t blocks[] = {1, 2, 3, 5, 7, 16, 64, 100, 1 << 20};

static void expect_text(const char *columns, const char *options, Str text, const char *rows,
                        const char *bad) {
  Table t;
  table_init(&t, columns, options);
  for (size_t i = 0; i < COUNT_OF(blocks); i++) expect_block(&t, text, blocks[i], rows, bad);
  arena_deinit(&t.arena);
}

static void expect(const char *columns, const char *options, const char *text, const char *rows,
                   const char *bad) {
  expect_text(columns, options, str_of(text), rows, bad);
}

/* --- records ------------------------------------------------------------------------- */

static void test_records(void) {
  const char *ab = "a STRING, b STRING";
  expect(ab, "", "x,y\nz,w\n", "x|y\nz|w\n", "");
  expect(ab, "", "x,y\nz,w", "x|y\nz|w\n", "");
  expect(ab, "", "x,y\r\nz,w\r\n", "x|y\nz|w\n", "");
  expect(ab, "", "x,y\r", "x|y\n", "");
  expect(ab, "", "", "", "");
  expect(ab, "", "\n\r\n\n", "", "");
  expect(ab, "", "\nx,y\n\n\r\nz,w\n\n", "x|y\nz|w\n", "");
  expect(ab, "", ",\n,x\ny,\n", "~|~\n~|x\ny|~\n", "");
  expect(ab, "", "\"\",\"x\"\n\"y\",\"\"\r\n", "|x\ny|\n", "");
  expect(ab, "", "\"a,b\",\"c\nd\"\n", "a,b|c\nd\n", "");
  expect(ab, "", "\"a\"\"b\",\"\"\"\"\n", "a\"b|\"\n", "");
  expect(ab, "", "\"\"\"a\"\"\",b\n", "\"a\"|b\n", "");
  expect(ab, "", "\"a\r\nb\",\"c\"\r\n", "a\r\nb|c\n", "");
  expect(ab, "", "a\"b,c\"\"d\n", "a\"b|c\"\"d\n", "");
  expect(ab, "", "5\" pipe,6\" pipe\nx,y\n", "5\" pipe|6\" pipe\nx|y\n", "");
  expect(ab, "", "a\rb,\rc\n", "a\rb|\rc\n", "");
  expect("a STRING", "", "x\n\n\"\"\ny\n", "x\n\ny\n", "");
  expect("a STRING", "", "x\r\n\r\ny\r\n \r\n", "x\ny\n \n", "");
  expect("a STRING", "", "\"\"", "\n", "");
}

/* NUL bytes are data. */
static void test_nul(void) {
  Table t;
  Decoded d;
  const Str text = STR("a\0b,1\n\0,2\n,3\n");
  table_init(&t, "a STRING, b INT", "");
  for (size_t i = 0; i < COUNT_OF(blocks); i++) {
    decoded_run(&d, &format_csv, &t.spec, text.ptr, text.len, blocks[i]);
    CHECK(str_eq((Str){d.rows.data, d.rows.len}, STR("a\0b|1\n\0|2\n~|3\n")));
    CHECK_INT(d.n_bad, 0);
    decoded_free(&d);
  }
  arena_deinit(&t.arena);
}

static void test_wrong_counts(void) {
  const char *ab = "a STRING, b INT";
  expect(ab, "", "x\ny,1\nz,2,3\nw,4\n", "y|1\nw|4\n",
         "0+2 1 field, 2 expected\n6+6 3 fields, 2 expected\n");
  expect(ab, "ignore-parse-errors=true", "x\ny,1\nz,2,3\nw,?\n", "x|~\ny|1\nz|2\nw|~\n", "");
  expect("a STRING", "", "x,y\nz\n", "z\n", "0+4 2 fields, 1 expected\n");
}

static void test_broken_quotes(void) {
  const char *ab = "a STRING, b STRING";
  expect(ab, "", "\"a\"b,c\nd,e\n", "d|e\n", "0+7 text behind the closing quote of field 1\n");
  expect(ab, "", "x,\"a\" \nd,e\n", "d|e\n", "0+7 text behind the closing quote of field 2\n");
  expect(ab, "", "\"a\"\r,c\nd,e\n", "d|e\n", "0+7 text behind the closing quote of field 1\n");
  expect(ab, "", "\"a\"b,c,\"d\"\"\ne\"f,g\nh,i\n", "h|i\n",
         "0+18 text behind the closing quote of field 1\n");
  /* Never closed: only the line goes. */
  expect(ab, "", "a,b\nc,\"d\ne,f\ng,h\n", "a|b\ne|f\ng|h\n", "4+5 a quote is never closed\n");
  expect(ab, "", "a,b\nc,\"d", "a|b\n", "4+4 a quote is never closed\n");
  expect(ab, "", "\"", "", "0+1 a quote is never closed\n");
  expect(ab, "", "\"x\ny\",\"z\nc,d\n", "c|d\n", "0+9 a quote is never closed\n");
  expect(ab, "", "a,\"b\"\"\nc,d\n", "c|d\n", "0+7 a quote is never closed\n");
}

static void test_dialects(void) {
  const char *ab = "a STRING, b STRING";
  expect(ab, "field-delimiter=\\t", "x,1\ty\n", "x,1|y\n", "");
  expect(ab, "field-delimiter=;&quote-character='", "x,1\n", "", "0+4 1 field, 2 expected\n");
  expect(ab, "quote-character='", "'a,\"',b\n", "a,\"|b\n", "");
  expect(ab, "disable-quote-character=true", "\"a,b\"\n\",\"\n", "\"a|b\"\n\"|\"\n", "");
  expect(ab, "allow-comments=true", "#a,\"b\nx,y\n#\n #z,#\n#end", "x|y\n #z|#\n", "");
  expect(ab, "", "#a,b\n", "#a|b\n", "");
  expect(ab, "allow-comments=true", "\"x\n#y\",z\n", "x\n#y|z\n", "");
  expect(ab, "escape-character=\\", "a\\,b,c\\nd\n", "a,b|c\nd\n", "");
  expect(ab, "escape-character=\\", "a\\\nb,\"c\\\"d\"\nx,y\n", "a\nb|c\"d\nx|y\n", "");
  expect(ab, "escape-character=\\", "\\\"a,\"b\"\"c\\\\\"\n", "\"a|b\"c\\\n", "");
  expect(ab, "escape-character=\\", "\\t\\r,\\x\n", "\t\r|x\n", "");
  expect(ab, "null-literal=NULL", "NULL,\"NULL\"\n,NUL\n", "~|NULL\n~|NUL\n", "");
  expect("a INT, b BIGINT", "null-literal=-1", "-1,-1\n1,-11\n", "~|~\n1|-11\n", "");
}

/* --- values -------------------------------------------------------------------------- */

static void test_integers(void) {
  expect("a BIGINT", "", "0\n-0\n7\n12345678\n123456789\n1234567890123456\n12345678901234567\n",
         "0\n0\n7\n12345678\n123456789\n1234567890123456\n12345678901234567\n", "");
  expect("a BIGINT", "", "-9\n-12345678\n-123456789\n+5\n 6\t\n\"7\"\n007\n",
         "-9\n-12345678\n-123456789\n5\n6\n7\n7\n", "");
  expect("a BIGINT", "", "9223372036854775807\n-9223372036854775808\n",
         "9223372036854775807\n-9223372036854775808\n", "");
  expect("a BIGINT", "", "9223372036854775808\n", "",
         "0+20 column \"a\": \"9223372036854775808\" is out of the range of BIGINT\n");
  expect("a TINYINT, b SMALLINT, c INT", "", "127,32767,2147483647\n-128,-32768,-2147483648\n",
         "127|32767|2147483647\n-128|-32768|-2147483648\n", "");
  expect("a TINYINT", "", "128\n", "",
         "0+4 column \"a\": \"128\" is out of the range of TINYINT\n");
  expect("a SMALLINT", "", "-32769\n", "",
         "0+7 column \"a\": \"-32769\" is out of the range of SMALLINT\n");
  expect("a INT", "", "2147483648\n", "",
         "0+11 column \"a\": \"2147483648\" is out of the range of INT\n");
  expect("a INT, b INT", "", "1,2\nx,3\n4,1.0\n-,5\n6,-\n7,8\n", "1|2\n7|8\n",
         "4+4 column \"a\": \"x\" is not INT\n8+6 column \"b\": \"1.0\" is not INT\n"
         "14+4 column \"a\": \"-\" is not INT\n18+4 column \"b\": \"-\" is not INT\n");
  expect("a BIGINT", "", "1234567/\n/2345678\n12345678:\n1234 678\n:1234567812345678\n", "",
         "0+9 column \"a\": \"1234567/\" is not BIGINT\n"
         "9+9 column \"a\": \"/2345678\" is not BIGINT\n"
         "18+10 column \"a\": \"12345678:\" is not BIGINT\n"
         "28+9 column \"a\": \"1234 678\" is not BIGINT\n"
         "37+18 column \"a\": \":1234567812345678\" is not BIGINT\n");
  expect("a INT, b STRING", "", "\"\",\"\"\n,\n", "~|\n~|~\n", "");
}

static void test_other_numbers(void) {
  expect("a DOUBLE", "", "1\n1.5\n-0.25\n1e10\n-0\n0.1\n123456789012345678\nNaN\n.5\n5.\n",
         "1.0\n1.5\n-0.25\n1.0E10\n-0.0\n0.1\n1.2345678901234568E17\nNaN\n0.5\n5.0\n", "");
  expect("a DOUBLE", "", "1.2.3\n--1\n1e999\n", "",
         "0+6 column \"a\": \"1.2.3\" is not DOUBLE\n6+4 column \"a\": \"--1\" is not DOUBLE\n"
         "10+6 column \"a\": \"1e999\" is not DOUBLE\n");
  expect("a FLOAT", "", "0.1\n-3\n\n", "0.1\n-3.0\n", "");
  expect("a DEC", "", "1\n-1.5\n12345678.99\n0.005\n1e2\n\"2.25\"\n 3 \n",
         "1.00\n-1.50\n12345678.99\n0.01\n100.00\n2.25\n3.00\n", "");
  expect("a DEC", "", "123456789.00\nx\n", "",
         "0+13 column \"a\": \"123456789.00\" is not DECIMAL(10, 2)\n"
         "13+2 column \"a\": \"x\" is not DECIMAL(10, 2)\n");
  expect("a DEC38", "", "12345678901234567890123456789012345.678\n-1\n",
         "12345678901234567890123456789012345.678\n-1.000\n", "");
  expect("a BOOLEAN", "", "true\nFALSE\n True\n\"false\"\nyes\n", "true\nfalse\ntrue\nfalse\n",
         "25+4 column \"a\": \"yes\" is not BOOLEAN\n");
}

static void test_times(void) {
  expect("a TS", "", "2024-01-01 00:00:01\n2024-02-29T23:59:59.5\n1969-12-31 23:59:59.999999\n",
         "2024-01-01 00:00:01.000\n2024-02-29 23:59:59.500\n1969-12-31 23:59:59.999\n", "");
  expect("a TS6", "", "2024-01-01 00:00:01.000001\n1969-12-31 23:59:59.999999\n",
         "2024-01-01 00:00:01.000001\n1969-12-31 23:59:59.999999\n", "");
  expect("a TS0", "", "1969-12-31 23:59:59.9\n", "1969-12-31 23:59:59\n", "");
  expect("a TS", "", "2024-01-01\n2024-01-01 07:08\n",
         "2024-01-01 00:00:00.000\n2024-01-01 07:08:00.000\n", "");
  expect("a TS", "",
         "2024-02-30 00:00:00\n2024-01-01 24:00:00\n2024-01-01 00:00:00Z\n2024-01-01 00:00:00.x\n",
         "",
         "0+20 column \"a\": \"2024-02-30 00:00:00\" is not TIMESTAMP(3)\n"
         "20+20 column \"a\": \"2024-01-01 24:00:00\" is not TIMESTAMP(3)\n"
         "40+21 column \"a\": \"2024-01-01 00:00:00Z\" has a time zone, unlike TIMESTAMP(3)\n"
         "61+22 column \"a\": \"2024-01-01 00:00:00.x\" is not TIMESTAMP(3)\n");
  expect("a LTZ", "",
         "2024-01-01 00:00:00Z\n2024-01-01T00:00:00+02:00\n2024-01-01 00:00:00.25\n2024-01-01 "
         "00:00:00.250Z\n",
         "2024-01-01 00:00:00.000\n2023-12-31 22:00:00.000\n2024-01-01 00:00:00.250\n2024-01-01 "
         "00:00:00.250\n",
         "");
  expect("a DATE, b TIME", "", "2024-02-29,12:34:56.789\n\"1970-01-01\",00:00\n",
         "2024-02-29|12:34:56.789\n1970-01-01|00:00:00.000\n", "");
  expect("a DATE", "", "2023-02-29\n2024-13-01\n", "",
         "0+11 column \"a\": \"2023-02-29\" is not DATE\n"
         "11+11 column \"a\": \"2024-13-01\" is not DATE\n");
  expect("a YM, b DS", "", "+1-02,+1 02:03:04.005\n-3,1500\n",
         "+1-02|+1 02:03:04.005\n-0-03|+0 00:00:01.500\n", "");
  expect_text("a TS", "", STR("\0\0\0\0\0\0\0\0\0\0 00:00:00\n"), "",
              "0+20 column \"a\": \"\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00 00:00:00\" "
              "is not TIMESTAMP(3)\n");
}

/* Digits beyond the precision are cut off the value, not only of its text. */
static void test_precision(void) {
  static const struct {
    const char *column, *text;
    Micros us;
  } cases[] = {
      {"a TS", "1970-01-01 00:00:01.234567", 1234000},
      {"a TS", " 1970-01-01 00:00:01.234567", 1234000},
      {"a TS", "1969-12-31 23:59:59.9999", -1000},
      {"a TS", "\"1969-12-31 23:59:59.9999 \"", -1000},
      {"a TS0", "1970-01-01 00:00:01.9", 1000000},
      {"a LTZ", "1970-01-01 00:00:01.9999Z", 1999000},
      {"a LTZ", "1970-01-01 01:00:01.9999+01:00", 1999000},
      {"a TIME", "00:00:01.9999", 1999000},
  };
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    char text[64 + CHUNK_PADDING] = "";
    Table t;
    Decoder *d;
    Batch *b;
    Error err = {0};
    table_init(&t, cases[i].column, "");
    int n = snprintf(text, 64, "%s\n", cases[i].text);
    CHECK_INT(format_csv.decoder_new(&t.spec, &d, &err), OK);
    format_csv.decode_begin(d, &(Chunk){.text = text, .len = (size_t)n}, NULL, NULL);
    CHECK_INT(format_csv.decode_next(d, &b, &err), OK);
    CHECK_INT(b->rows, 1);
    CHECK_INT(((const Micros *)b->cols[0].data)[0], cases[i].us);
    format_csv.decoder_free(d);
    arena_deinit(&t.arena);
  }
}

static void test_zone(void) {
  Error err = {0};
  const Zone *berlin = zone_open(STR("Europe/Berlin"), NO_SPAN, &err);
  if (berlin == NULL) return; /* no zone files here */
  Table t;
  table_init(&t, "a LTZ, b TS", "");
  t.spec.zone = berlin;
  /* Read in the zone and printed in it. */
  expect_block(&t,
               STR("2024-01-01 12:00:00,2024-01-01 12:00:00\n2024-07-01 12:00:00Z,2024-01-01\n"),
               1 << 20,
               "2024-01-01 12:00:00.000|2024-01-01 12:00:00.000\n"
               "2024-07-01 14:00:00.000|2024-01-01 00:00:00.000\n",
               "");
  arena_deinit(&t.arena);
}

static void test_text(void) {
  const char *long_text = "a text that is longer than twelve bytes";
  char text[200], rows[200];
  snprintf(text, sizeof text, "%s,\"%s\"\n\"x\"\"%s\",b\n", long_text, long_text, long_text);
  snprintf(rows, sizeof rows, "%s|%s\nx\"%s|b\n", long_text, long_text, long_text);
  expect("a STRING, b STRING", "", text, rows, "");
  for (int n = 1; n < 20; n++) {
    snprintf(text, sizeof text, "%.*s,%.*s\n", n, long_text, 20 - n, long_text);
    snprintf(rows, sizeof rows, "%.*s|%.*s\n", n, long_text, 20 - n, long_text);
    expect("a STRING, b STRING", "", text, rows, "");
  }
  expect("a STRING", "", "caf\xC3\xA9\n\xE2\x82\xAC\n", "caf\xC3\xA9\n\xE2\x82\xAC\n", "");
  expect("a STRING, b INT", "", "a\xFF,1\nb,2\n\xC3,3\n", "b|2\n",
         "0+5 column \"a\": \"a\\xff\" is not valid UTF-8\n"
         "9+4 column \"a\": \"\\xc3\" is not valid UTF-8\n");
  expect("a BYTES", "", "aGk=\n\"aGk=\"\n\"\"\nAAECAwQFBgcICQoLDA0ODw==\n",
         "aGk=\naGk=\n\nAAECAwQFBgcICQoLDA0ODw==\n", "");
  expect("a BYTES", "", "aGk\naGl=\n", "",
         "0+4 column \"a\": \"aGk\" is not BYTES\n4+5 column \"a\": \"aGl=\" is not BYTES\n");
  expect("a INT", "", "this is a rather long text, you see, it must be cut somewhere\n", "",
         "0+62 3 fields, 1 expected\n");
  expect("a INT", "", "this is a rather long text you see it must be cut somewhere\n", "",
         "0+60 column \"a\": \"this is a rather long text you see it mu...\" is not INT\n");
}

static void test_not_null(void) {
  expect("a INT!, b STRING!", "", "1,x\n,y\n2,\n3,\"\"\n", "1|x\n3|\n",
         "4+3 column \"a\" is empty, but NOT NULL\n7+3 column \"b\" is empty, but NOT NULL\n");
  expect("a INT!, b INT", "ignore-parse-errors=true", "x,y\n1,z\n", "1|~\n",
         "0+4 column \"a\": \"x\" is not INT\n");
}

/* --- the rest ------------------------------------------------------------------------ */

static void test_fail(void) {
  Table t;
  Decoded d;
  table_init(&t, "a INT", "ignore-parse-errors=false");
  const Str text = STR("1\nx\n2\n");
  decoded_run(&d, &format_csv, &t.spec, text.ptr, text.len, 1 << 20);
  CHECK_INT(d.code, ERR_DATA);
  CHECK_STR(d.err.msg, "malformed csv record: column \"a\": \"x\" is not INT");
  CHECK_STR(strbuf_text(&d.bad), "2+2 column \"a\": \"x\" is not INT\n");
  decoded_free(&d);
  arena_deinit(&t.arena);
}

static void test_wanted(void) {
  Table t;
  table_init(&t, "a INT, b INT, c STRING", "");
  t.spec.n_wanted = 2;
  t.wanted[0] = 2;
  t.wanted[1] = 0;
  const Str text = STR("1,x,y\n2,3,\"z\"\n4,5\n?,6,w\n");
  for (size_t i = 0; i < COUNT_OF(blocks); i++) {
    expect_block(&t, text, blocks[i], "y|1\nz|2\n",
                 "14+4 2 fields, 3 expected\n18+6 column \"a\": \"?\" is not INT\n");
  }
  t.spec.n_wanted = 0;
  for (size_t i = 0; i < COUNT_OF(blocks); i++) {
    expect_block(&t, text, blocks[i], "\n\n\n", "14+4 2 fields, 3 expected\n");
  }
  arena_deinit(&t.arena);
}

static void expect_header_error(const char *text, const char *msg, const char *hint) {
  Table t;
  Decoded d;
  table_init(&t, "auction INT, price INT", "header=true");
  decoded_run(&d, &format_csv, &t.spec, text, strlen(text), 1 << 20);
  CHECK_INT(d.code, ERR_DATA);
  CHECK_STR(d.err.msg, msg);
  CHECK_STR(d.err.hint, hint);
  decoded_free(&d);
  arena_deinit(&t.arena);
}

static void test_header(void) {
  const char *ab = "a INT, b STRING";
  expect(ab, "header=true", "a,b\n1,x\n", "1|x\n", "");
  expect(ab, "header=true", "b,z,a\nx,?,1\n", "1|x\n", "");
  expect(ab, "header=true", "\"b\",\"a\"\r\n\"x\",1\r\n", "1|x\n", "");
  expect(ab, "header=true",
         "\xEF\xBB\xBF"
         "b,a\nx,1\n",
         "1|x\n", "");
  expect(ab, "header=true", "\n\nb,a\nx,1\n", "1|x\n", "");
  expect(ab, "header=true&allow-comments=true", "# \"\nb,a\nx,1\n", "1|x\n", "");
  expect(ab, "header=true", "b,a", "", "");
  expect(ab, "header=true", "", "", "");
  expect(ab, "header=true", "b,\"x\ny\",a\nx,1\nx,,2\n", "2|x\n", "10+4 2 fields, 3 expected\n");
  expect_header_error("auction,prise\n1,2\n", "column \"price\" is not in the header",
                      "the nearest name there is \"prise\"");
  expect_header_error("auction,x\n1,2\n", "column \"price\" is not in the header", "");
  expect_header_error("auction,price,price\n", "column \"price\" stands twice in the header", "");
  expect_header_error("auction,\"price\n", "the quotes of the header are not balanced", "");
}

static void test_check(void) {
  static const struct {
    const char *options, *msg;
  } cases[] = {
      {"field-delimiter=|", ""},
      {"field-delimiter=\"",
       "\"csv.field-delimiter\" and \"csv.quote-character\" are the same character"},
      {"field-delimiter=\"&disable-quote-character=true", ""},
      {"escape-character=,",
       "\"csv.field-delimiter\" and \"csv.escape-character\" are the same character"},
      {"field-delimiter=\\n", "\"csv.field-delimiter\" is a letter, a digit, a line end or NUL"},
      {"quote-character=x", "\"csv.quote-character\" is a letter, a digit, a line end or NUL"},
      {"field-delimiter=\xC2\xA7", "\"csv.field-delimiter\" is not an ASCII character"},
  };
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    Table t;
    Error err = {0};
    table_init(&t, "a INT", cases[i].options);
    Code code = format_csv.check(t.fields, 1, t.spec.options, NO_SPAN, &err);
    CHECK_INT(code, cases[i].msg[0] == '\0' ? OK : ERR_OPTION);
    CHECK_STR(err.msg, cases[i].msg);
    arena_deinit(&t.arena);
  }
}

/* A record of RECORD_MAX bytes is one, one more byte is too many; the same in quotes, where the
 * lines behind the first are read again. */
static void test_record_max(void) {
  const size_t max = RECORD_MAX;
  char *text = malloc(max + 100);
  if (text == NULL) out_of_memory();
  for (size_t extra = 0; extra <= 6; extra += 6) {
    const size_t len = max + extra; /* of the first record */
    Table t;
    table_init(&t, "a STRING, b INT", "");
    t.wanted[0] = 1;
    t.spec.n_wanted = 1;
    memset(text, 'x', len);
    memcpy(text + len - 3, ",1\n5,2\n", 7);
    char bad[100];
    snprintf(bad, sizeof bad, "0+%zu longer than %d bytes\n", len, RECORD_MAX);
    expect_block(&t, (Str){text, len + 4}, 1 << 20, extra ? "2\n" : "1\n2\n", extra ? bad : "");
    memcpy(text, "\"q\n3,4\n", 7);
    text[len - 4] = '"';
    expect_block(&t, (Str){text, len + 4}, 1 << 20, extra ? "4\n1\n2\n" : "1\n2\n",
                 extra ? "0+3 a quote is never closed\n" : "");
    arena_deinit(&t.arena);
  }
  free(text);
}

/* More records than a batch or a piece holds, with something odd now and then. */
static void test_many(void) {
  StrBuf text, rows, bad;
  strbuf_init(&text, 0);
  strbuf_init(&rows, 0);
  strbuf_init(&bad, 0);
  for (int i = 0; i < 20000; i++) {
    size_t at = text.len;
    if (i % 977 == 0) {
      strbuf_puts(&text, "\n");
    } else if (i % 1009 == 5) {
      strbuf_printf(&text, "%d,?\n", i);
      strbuf_printf(&bad, "%zu+%zu column \"b\": \"?\" is not BIGINT\n", at, text.len - at);
    } else if (i % 1013 == 7) {
      strbuf_printf(&text, "%d\n", i);
      strbuf_printf(&bad, "%zu+%zu 1 field, 2 expected\n", at, text.len - at);
    } else if (i % 5 == 0) {
      strbuf_printf(&text, "\"%d, a longer text\",\n", i);
      strbuf_printf(&rows, "%d, a longer text|~\n", i);
    } else {
      strbuf_printf(&text, "v%d,%d\n", i, 7 * i);
      strbuf_printf(&rows, "v%d|%d\n", i, 7 * i);
    }
  }
  static const size_t sizes[] = {64, 1000, 4096, 70000, 256 << 10, 1 << 22};
  Table t;
  table_init(&t, "a STRING, b BIGINT", "");
  for (size_t i = 0; i < COUNT_OF(sizes); i++) {
    expect_block(&t, (Str){text.data, text.len}, sizes[i], strbuf_text(&rows), strbuf_text(&bad));
  }
  arena_deinit(&t.arena);
  strbuf_deinit(&text);
  strbuf_deinit(&rows);
  strbuf_deinit(&bad);
}

int main(void) {
  test_records();
  test_nul();
  test_wrong_counts();
  test_broken_quotes();
  test_dialects();
  test_integers();
  test_other_numbers();
  test_times();
  test_precision();
  test_zone();
  test_text();
  test_not_null();
  test_fail();
  test_wanted();
  test_header();
  test_check();
  test_record_max();
  test_many();
  return check_done();
}
