/* escape_test.c -- nothing that a terminal obeys gets through, and carets stay in place. */
#include "base/escape.h"

#include "base/check.h"
#include "base/utf8.h"

static const char *escaped(const char *text, size_t len, unsigned keep) {
  static StrBuf out;
  strbuf_clear(&out);
  escape_put(&out, text, len, keep);
  return strbuf_text(&out);
}

static void test_plain(void) {
  CHECK_STR(escaped("plain text", 10, 0), "plain text");
  CHECK_STR(escaped("", 0, 0), "");
  CHECK_STR(escaped("Grüße, 日本 \xF0\x9F\x98\x80", 20, 0), "Grüße, 日本 \xF0\x9F\x98\x80");
  CHECK_STR(escaped("a\\n", 3, 0), "a\\n");
}

static void test_controls(void) {
  CHECK_STR(escaped("a\033[31mb", 7, 0), "a\\u001b[31mb");
  CHECK_STR(escaped("\b\t\n\f\r", 5, 0), "\\b\\t\\n\\f\\r");
  CHECK_STR(escaped("a\0b", 3, 0), "a\\u0000b");
  CHECK_STR(escaped("\x7F", 1, 0), "\\u007f");
  CHECK_STR(escaped("\xC2\x9B", 2, 0), "\\u009b");     /* CSI as one code point */
  CHECK_STR(escaped("\xE2\x80\xAE", 3, 0), "\\u202e"); /* right-to-left override */
  CHECK_STR(escaped("\xE2\x81\xA6", 3, 0), "\\u2066"); /* isolate */
  CHECK_STR(escaped("\xE2\x80\xA8", 3, 0), "\\u2028"); /* line separator */
  CHECK_STR(escaped("a\tb\nc\r", 6, KEEP_NEWLINE | KEEP_TAB), "a\tb\nc\\r");
  CHECK_STR(escaped("a\tb\n", 4, KEEP_NEWLINE), "a\\tb\n");
}

/* Bytes that are not UTF-8: among them the 8-bit forms of C1. */
static void test_bad_bytes(void) {
  CHECK_STR(escaped("a\x9B"
                    "b",
                    3, 0),
            "a\xEF\xBF\xBD"
            "b");
  CHECK_STR(escaped("\xE2\x80", 2, 0), "\xEF\xBF\xBD\xEF\xBF\xBD");
}

/* Every code point below U+0100 and the whole general punctuation block. */
static void test_all(void) {
  for (uint32_t cp = 0; cp < 0x2100; cp = cp == 0xFF ? 0x2000 : cp + 1) {
    char bytes[4];
    size_t n = utf8_encode(cp, bytes);
    const char *shown = escaped(bytes, n, 0);
    for (const char *c = shown; *c != '\0'; c++) CHECK((unsigned char)*c >= 0x20 && *c != 0x7F);
    bool control = cp < 0x20 || (cp >= 0x7F && cp < 0xA0);
    if (control) CHECK(shown[0] == '\\');
    bool turns = (cp >= 0x202A && cp <= 0x202E) || (cp >= 0x2066 && cp <= 0x2069);
    if (turns) CHECK(shown[0] == '\\');
    if (cp >= 0xA0 && cp <= 0xFF) CHECK(strlen(shown) == n);
  }
}

static const char *escaped_error(const char *text) {
  static StrBuf out;
  strbuf_clear(&out);
  escape_put_error(&out, text);
  return strbuf_text(&out);
}

static void test_error(void) {
  const char *plain =
      "-c:1:8: error: no column \"prise\"\n"
      "  SELECT prise\n"
      "         ^\n"
      "hint: did you mean \"price\"?\n";
  CHECK_STR(escaped_error(plain), plain);
  CHECK_STR(escaped_error("f\033.sql:1:4: error: x\n  a\033\033b c\n      ^\n"),
            "f\\u001b.sql:1:4: error: x\n  a\\u001b\\u001bb c\n                ^\n");
  CHECK_STR(escaped_error("  日本 x\n       ^\n"), "  日本 x\n       ^\n");
  CHECK_STR(escaped_error("no newline"), "no newline\n");
}

int main(void) {
  test_plain();
  test_controls();
  test_bad_bytes();
  test_all();
  test_error();
  return check_done();
}
