/* format_test.c -- the list of formats, the cutters for lines, the format raw, base64, reasons. */
#include "exec/formats/format.h"

#include "exec/formats/base64.h"
#include "exec/formats/decode_check.h"
#include "exec/formats/newline.h"
#include "exec/formats/reason.h"

static void test_list(void) {
  uint32_t n;
  const Format *const *list = format_list(&n);
  CHECK(n >= 6);
  for (uint32_t i = 0; i < n; i++) {
    const Format *f = list[i];
    CHECK(format_find(f->name) == f);
    if (f->source) CHECK(f->first_end && f->last_end && f->advance && f->decoder_new);
    if (f->source) CHECK(f->decoder_free && f->decode_begin && f->decode_next);
    if (f->encoder_new != NULL) CHECK(f->encoder_free && f->encode_header && f->encode);
    if (f->sink) CHECK(f->encoder_new != NULL);
    for (uint32_t k = 0; k < f->options.n; k++) CHECK(f->options.defs[k].doc != NULL);
  }
  CHECK(format_find("csv") == &format_csv && format_find("json") == &format_json);
  CHECK(format_find("avro") == NULL && format_find("") == NULL);
}

static void test_on_error(void) {
  const Option yes = {"csv.ignore-parse-errors", "TRUE", NO_SPAN, NO_SPAN};
  const Option no = {"csv.ignore-parse-errors", "false", NO_SPAN, NO_SPAN};
  CHECK_INT(format_on_error(&format_csv, (Options){NULL, 0}), ON_ERROR_SKIP);
  CHECK_INT(format_on_error(&format_csv, (Options){&yes, 1}), ON_ERROR_NULL);
  CHECK_INT(format_on_error(&format_csv, (Options){&no, 1}), ON_ERROR_FAIL);
  CHECK_INT(format_on_error(&format_json, (Options){&no, 1}), ON_ERROR_SKIP);
}

static void test_newlines(void) {
  const Options none = {NULL, 0};
  CutState s = {0};
  CHECK_INT(newline_first_end(&s, "ab\ncd\n", 6, none), 3);
  CHECK_INT(newline_last_end(&s, "ab\ncd\nef", 8, none), 6);
  CHECK_INT(newline_first_end(&s, "ab", 2, none), 0);
  CHECK_INT(newline_last_end(&s, "", 0, none), 0);
  newline_advance(&s, "ab\ncd\nef", 8, none);
  CHECK_INT(s.newlines, 2);
  CHECK(s.phase != 0);
  newline_advance(&s, "", 0, none);
  CHECK(s.phase != 0);
  newline_advance(&s, "\n", 1, none);
  CHECK(s.phase == 0);
  /* Counting, at every length and around the point where lanes are emptied. */
  size_t len = 64 * 255 * 2 + 100;
  char *text = malloc(len);
  if (text == NULL) out_of_memory();
  memset(text, '\n', len);
  for (size_t n = 0; n < 300; n++) CHECK_INT(newline_count(text, n), n);
  CHECK_INT(newline_count(text, len), len);
  for (size_t i = 0; i < len; i += 2) text[i] = 'x';
  CHECK_INT(newline_count(text, len), len / 2);
  free(text);
}

static void expect_raw(Type type, const char *text, const char *rows, const char *bad) {
  const FormatField field = {"line", type};
  const uint32_t wanted = 0;
  const DecodeSpec spec = {
      .fields = &field, .n_fields = 1, .wanted = &wanted, .n_wanted = 1, .zone = zone_utc()};
  for (size_t block = 1; block < 20; block++) {
    Decoded d;
    decoded_run(&d, &format_raw, &spec, text, strlen(text), block);
    CHECK_INT(d.code, OK);
    CHECK_STR(strbuf_text(&d.rows), rows);
    CHECK_STR(strbuf_text(&d.bad), bad);
    decoded_free(&d);
  }
}

static void test_raw(void) {
  const Type bytes = type_text(TYPE_VARBINARY, TYPE_LENGTH_MAX);
  expect_raw(type_string(), "a\n\nb c, \"d\"\r\nlonger than twelve bytes",
             "a\n\nb c, \"d\"\nlonger than twelve bytes\n", "");
  expect_raw(type_string(), "", "", "");
  expect_raw(type_string(), "\n", "\n", "");
  expect_raw(type_string(), "a\nb\xFF\nc\n", "a\nc\n",
             "2+3 column \"line\": \"b\\xff\" is not valid UTF-8\n");
  expect_raw(bytes, "\xFF\n", "/w==\n", "");
}

static void test_raw_count(void) {
  const FormatField field = {"line", type_string()};
  const DecodeSpec spec = {.fields = &field, .n_fields = 1, .zone = zone_utc()};
  Decoded d;
  StrBuf text;
  strbuf_init(&text, 0);
  for (int i = 0; i < 5000; i++) strbuf_puts(&text, "x\n");
  decoded_run(&d, &format_raw, &spec, text.data, text.len, 1 << 20);
  CHECK_INT(d.n_rows, 5000);
  decoded_free(&d);
  strbuf_deinit(&text);
}

static void test_raw_long(void) {
  const FormatField field = {"line", type_string()};
  const uint32_t wanted = 0;
  const DecodeSpec spec = {
      .fields = &field, .n_fields = 1, .wanted = &wanted, .n_wanted = 1, .zone = zone_utc()};
  const size_t len = RECORD_MAX + 10;
  char *text = malloc(len), want[100];
  if (text == NULL) out_of_memory();
  memset(text, 'x', len);
  text[RECORD_MAX + 1] = '\n'; /* one byte too many, then a good line */
  snprintf(want, sizeof want, "0+%d longer than %d bytes\n", RECORD_MAX + 2, RECORD_MAX);
  Decoded d;
  decoded_run(&d, &format_raw, &spec, text, len, 1 << 18);
  CHECK_STR(strbuf_text(&d.rows), "xxxxxxxx\n");
  CHECK_STR(strbuf_text(&d.bad), want);
  decoded_free(&d);
  free(text);
}

static void test_raw_check(void) {
  const FormatField fields[] = {{"a", type_string()}, {"b", type_of(TYPE_INT)}};
  const Options none = {NULL, 0};
  Error err = {0};
  CHECK_INT(format_raw.check(fields, 1, none, NO_SPAN, &err), OK);
  CHECK_INT(format_raw.check(fields, 2, none, NO_SPAN, &err), ERR_TYPE);
  CHECK_STR(err.msg, "format \"raw\" has one column, not 2");
  err = (Error){0};
  CHECK_INT(format_raw.check(fields + 1, 1, none, NO_SPAN, &err), ERR_TYPE);
  CHECK_STR(err.msg, "format \"raw\" cannot hold column \"b\" of type INT");
}

static void test_raw_encode(void) {
  const FormatField field = {"line", type_string()};
  const EncodeSpec spec = {.fields = &field, .n_fields = 1, .zone = zone_utc()};
  TextRef values[] = {text_ref("a", 1), text_ref("", 0), text_ref("twelve and more", 15)};
  uint64_t valid = 5;
  Vector col = {.type = field.type, .data = values, .valid = &valid};
  const Batch b = {.rows = 3, .n_cols = 1, .cols = &col};
  Encoder *e;
  Error err = {0};
  StrBuf out;
  strbuf_init(&out, 0);
  CHECK_INT(format_raw.encoder_new(&spec, &e, &err), OK);
  CHECK_INT(format_raw.encode(e, &b, &out, &err), OK);
  CHECK_STR(strbuf_text(&out), "a\n\ntwelve and more\n");
  format_raw.encoder_free(e);
  strbuf_deinit(&out);
}

/* The vectors of RFC 4648 section 10, and what is none. */
static void test_base64(void) {
  static const char *const pairs[][2] = {{"", ""},
                                         {"f", "Zg=="},
                                         {"fo", "Zm8="},
                                         {"foo", "Zm9v"},
                                         {"foob", "Zm9vYg=="},
                                         {"fooba", "Zm9vYmE="},
                                         {"foobar", "Zm9vYmFy"}};
  char out[20];
  size_t n;
  for (size_t i = 0; i < COUNT_OF(pairs); i++) {
    Str plain = str_of(pairs[i][0]), coded = str_of(pairs[i][1]);
    CHECK_INT(base64_encode(plain.ptr, plain.len, out), base64_encoded_len(plain.len));
    CHECK(str_eq((Str){out, base64_encoded_len(plain.len)}, coded));
    CHECK(base64_decode(coded, out, &n));
    CHECK(str_eq((Str){out, n}, plain));
  }
  static const char *const wrong[] = {
      "Zg", "Zg=", "Z===", "Zh==", "Zm9=", "Zg==Zg==", "Zm 9", "Zm9v\n"};
  for (size_t i = 0; i < COUNT_OF(wrong); i++) CHECK(!base64_decode(str_of(wrong[i]), out, &n));
}

static void test_reasons(void) {
  const Type t = type_of(TYPE_INT);
  Reason r;
  reason_value(&r, "a", STR("x\0\x7f\xC2\x9F\xFF\xC3\xA9"), "is not", &t);
  CHECK_STR(r.text, "column \"a\": \"x\\x00\\x7f\\xc2\\x9f\\xff\xC3\xA9\" is not INT");
  reason_value(&r, "a", STR("123456789012345678901234567890123456789\xC3\xA9"), "is not", &t);
  CHECK_STR(r.text, "column \"a\": \"123456789012345678901234567890123456789...\" is not INT");
  reason_value(&r, "a", STR("1234567890123456789012345678901234567890"), "is not", &t);
  CHECK_STR(r.text, "column \"a\": \"1234567890123456789012345678901234567890\" is not INT");
}

int main(void) {
  test_list();
  test_on_error();
  test_newlines();
  test_raw();
  test_raw_count();
  test_raw_long();
  test_raw_check();
  test_raw_encode();
  test_base64();
  test_reasons();
  return check_done();
}
