/* json_path_test.c -- paths over random documents against json_model.h; texts of numbers; order of
 * keys; what is no path. */
#include "exec/data/rng.h"
#include "exec/expr/json_model.h"

static uint64_t rng = 20;

static uint32_t below(uint32_t n) { return (uint32_t)(rng_next(&rng) % n); }
static const char *one_of(const char *const *texts, uint32_t n) { return texts[below(n)]; }
#define ONE_OF(texts) one_of((texts), COUNT_OF(texts))

/* --- random texts ---------------------------------------------------------------------- */

static const char *const keys[] = {"a",
                                   "b",
                                   "c",
                                   "\\u0061",
                                   "a b",
                                   "\xC3\xA9",
                                   "\\u00e9",
                                   "",
                                   "\\\"",
                                   "\\ud83d\\ude00",
                                   "\xF0\x9F\x98\x80",
                                   "a\\/b",
                                   "a long key of more than sixteen bytes",
                                   "k\\n"};
static const char *const scalars[] = {"1",
                                      "-0",
                                      "2.50",
                                      "1e3",
                                      "-1.5E-7",
                                      "12345678901234567890",
                                      "true",
                                      "false",
                                      "null",
                                      "\"\"",
                                      "\"x\"",
                                      "\"\\u00e9 \\\\\"",
                                      "\"a text that is longer than a word of the machine\"",
                                      "\"\\ud83d\\ude00\"",
                                      "\"\xE2\x82\xAC\""};

static void put_blanks(StrBuf *out) {
  static const char *const blanks[] = {"", "", "", " ", "\n", "\t \r\n"};
  strbuf_puts(out, ONE_OF(blanks));
}

static void put_value(StrBuf *out, uint32_t depth) {
  uint32_t kind = depth == 0 ? 0 : below(3);
  if (kind == 0) {
    strbuf_puts(out, ONE_OF(scalars));
    return;
  }
  uint32_t n = below(5);
  strbuf_putc(out, kind == 1 ? '{' : '[');
  for (uint32_t i = 0; i < n; i++) {
    if (i > 0) strbuf_putc(out, ',');
    put_blanks(out);
    if (kind == 1) {
      strbuf_printf(out, "\"%s\"", ONE_OF(keys));
      put_blanks(out);
      strbuf_putc(out, ':');
      put_blanks(out);
    }
    put_value(out, depth - 1);
    put_blanks(out);
  }
  put_blanks(out);
  strbuf_putc(out, kind == 1 ? '}' : ']');
}

/* Sometimes with a byte lost or changed. */
static void put_document(StrBuf *out) {
  put_blanks(out);
  put_value(out, 1 + below(4));
  put_blanks(out);
  if (below(4) > 0 || out->len == 0) return;
  uint32_t at = below((uint32_t)out->len);
  if (below(2) == 0) {
    out->data[at] = "\"{}[],:x\\ 0\n\0\xFF"[below(14)];
  } else {
    out->len = at;
  }
}

static void put_path(StrBuf *out) {
  static const char *const modes[] = {"", "", "lax ", "strict ", " LAX  "};
  static const char *const steps[] = {".a",
                                      ".b",
                                      ".c",
                                      "['a']",
                                      "[\"a b\"]",
                                      ".\"a b\"",
                                      "[\"\\u00e9\"]",
                                      "['']",
                                      "[0]",
                                      "[1]",
                                      "[2]",
                                      "[-1]",
                                      "[-2]",
                                      "[last]",
                                      "[last - 1]",
                                      "[0].a",
                                      "['a\\/b']",
                                      "['a long key of more than sixteen bytes']",
                                      "[\"\\\"\"]",
                                      "[\"\\ud83d\\ude00\"]"};
  static const char *const many[] = {".*",      "[*]",        "..a",         "..*",    "..[0]",
                                     "[0, 1]",  "[1 to 2]",   "[0:2]",       "[1:]",   "[:-1]",
                                     "[-2:-1]", "[-1, 0, 0]", "[0 to last]", "[-9:9]", "..['b']",
                                     "..[*]",   "[2 to 0]"};
  strbuf_puts(out, ONE_OF(modes));
  strbuf_putc(out, '$');
  for (uint32_t n = below(5); n > 0; n--) {
    strbuf_puts(out, below(3) > 0 ? ONE_OF(steps) : ONE_OF(many));
  }
}

static void test_random(uint32_t rounds) {
  JsonPath *path = calloc(1, sizeof *path);
  JsonDoc doc;
  StrBuf text, spec;
  json_doc_init(&doc);
  strbuf_init(&text, 0);
  strbuf_init(&spec, 0);
  for (uint32_t i = 0; i < rounds && check_failures == 0; i++) {
    JsonPathFault fault;
    strbuf_clear(&spec);
    strbuf_clear(&text);
    put_path(&spec);
    put_document(&text);
    CHECK(json_path_compile(path, (Str){strbuf_text(&spec), spec.len}, &fault) == JSON_PATH_OK);
    /* in a block of its own size, so that a sanitizer sees the end */
    char *own = malloc(text.len + 1);
    if (own == NULL) abort();
    memcpy(own, strbuf_text(&text), text.len);
    bool good = model_agrees(path, &doc, (Str){own, text.len});
    if (!good) printf("%s\n%.*s\n", strbuf_text(&spec), (int)text.len, own);
    CHECK(good);
    free(own);
  }
  json_path_deinit(path);
  free(path);
  json_doc_deinit(&doc);
  strbuf_deinit(&text);
  strbuf_deinit(&spec);
}

/* --- what is no path ------------------------------------------------------------------- */

static void bad_path(const char *text, size_t at) {
  JsonPath *path = calloc(1, sizeof *path);
  JsonPathFault fault;
  CHECK(json_path_compile(path, str_of(text), &fault) == JSON_PATH_BAD);
  if (fault.at != at) printf("%s: at %zu: %s\n", text, fault.at, fault.what);
  CHECK_INT(fault.at, at);
  json_path_deinit(path);
  free(path);
}

static void test_bad_paths(void) {
  bad_path("", 0);
  bad_path("  ", 2);
  bad_path("lax ", 4);
  bad_path("$.", 2);
  bad_path("$..", 3);
  bad_path("$...a", 3);
  bad_path("$a", 1);
  bad_path("$ .a", 2);
  bad_path("$.a b", 4);
  bad_path("$[", 2);
  bad_path("$[]", 2);
  bad_path("$[1", 3);
  bad_path("$[1 2]", 4);
  bad_path("$[1,]", 4);
  bad_path("$[:]", 3);
  bad_path("$[--1]", 3);
  bad_path("$[last-]", 7);
  bad_path("$[2147483648]", 11);
  bad_path("$['a]", 5);
  bad_path("$['a\\", 4);
  bad_path("$['a\\u12']", 4);
  bad_path("$['a', 'b']", 5);
  bad_path("$[?(@.a)]", 2);
  bad_path("$.length()", 8);
  bad_path("$.a*", 3);
  bad_path("$.a]", 3);
}

/* --- numbers, keys --------------------------------------------------------------------- */

static void number(const char *text, const char *want) {
  char out[200];
  Str n = str_of(text);
  size_t len = json_number_print(n, out);
  out[len] = '\0';
  CHECK_STR(out, want);
  CHECK(!json_number_is_plain(n) || strcmp(text, want) == 0);
  CHECK(json_number_valid(n));
}

static void test_numbers(void) {
  int64_t i;
  number("0", "0");
  number("-0", "0");
  number("-0.00", "0.00");
  number("-12", "-12");
  number("12.50e+2", "1250");
  number("1e3", "1E+3");
  number("1.5e10", "1.5E+10");
  number("0.000001", "0.000001");
  number("0.0000001", "1E-7");
  number("1.25E-3", "0.00125");
  number("1.0E-5", "0.000010");
  number("0e10", "0E+10");
  number("0.00e3", "0E+1");
  number("1e2147483647", "1E+2147483647");
  number("123456789012345678901234567890.10", "123456789012345678901234567890.10");
  CHECK(json_number_to_int(STR("-9223372036854775808"), &i) && i == INT64_MIN);
  CHECK(json_number_to_int(STR("9223372036854775807.9"), &i) && i == INT64_MAX);
  CHECK(!json_number_to_int(STR("9223372036854775808"), &i));
  CHECK(!json_number_to_int(STR("1e19"), &i));
  CHECK(json_number_to_int(STR("1.999e2"), &i) && i == 199);
  CHECK(json_number_to_int(STR("12e-1"), &i) && i == 1);
  CHECK(json_number_to_int(STR("-9e-99"), &i) && i == 0);
  CHECK(json_number_to_int(STR("0e99"), &i) && i == 0);
  CHECK(!json_number_to_int(STR("x"), &i));
  CHECK(!json_number_valid(STR("")) && !json_number_valid(STR("-")) &&
        !json_number_valid(STR(".")));
  CHECK(!json_number_valid(STR("1e")) && !json_number_valid(STR("1 ")) &&
        json_number_valid(STR("+.5")));
}

/* By code units of UTF-16. */
static void test_keys(void) {
  static const char *const sorted[] = {"",
                                       "a",
                                       "aa",
                                       "b",
                                       "\xC3\xA9",
                                       "\xED\x9F\xBF",
                                       "\xF0\x90\x80\x80",
                                       "\xF4\x8F\xBF\xBF",
                                       "\xEE\x80\x80",
                                       "\xEF\xBF\xBD"};
  for (size_t i = 0; i < COUNT_OF(sorted); i++) {
    for (size_t j = 0; j < COUNT_OF(sorted); j++) {
      int got = json_key_compare(str_of(sorted[i]), str_of(sorted[j]));
      CHECK_INT((got > 0) - (got < 0), (i > j) - (i < j));
    }
  }
  CHECK(json_text_is(STR("a\\u0062\\n"), STR("ab\n")) && !json_text_is(STR("a\\u0062"), STR("a")));
  CHECK(json_text_is(STR("\\ud83d\\ude00"), STR("\xF0\x9F\x98\x80")));
  CHECK(!json_text_is(STR("ab"), STR("abc")) && json_text_is(STR(""), STR("")));
}

int main(void) {
  test_bad_paths();
  test_numbers();
  test_keys();
  test_random(60000);
  return check_done();
}
