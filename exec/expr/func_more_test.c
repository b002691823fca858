/* func_more_test.c -- PRINTF, character sets, ELT and the other functions of funcs_more.def, case
 * by case, and digits against the C library.
 */
#include "exec/expr/func_case.h"
#include "exec/expr/func_digits.h"

#include <math.h>

#define RUN(cases) func_cases((cases), COUNT_OF(cases), "UTC", 0)

static const FuncCase printf_cases[] = {
    {"PRINTF", "a 42 b", {"S:a %d %s", "i:42", "s:b"}},
    {"PRINTF", "NULL", {"s!", "i:1"}},
    {"PRINTF", "null|null|false|null|null", {"S:%d|%s|%b|%c|%f", "i!", "s!", "b!", "i!", "f!"}},
    {"PRINTF", "100% \n", {"S:%d%% %n", "i:100"}},
    {"PRINTF", "    %|%    |", {"S:%5%|%-5%|"}},
    /* integers */
    {"PRINTF",
     "   42|42   |00042|+42| 42",
     {"S:%5d|%-5d|%05d|%+d|% d", "i:42", "i:42", "i:42", "i:42", "i:42"}},
    {"PRINTF",
     "1,234,567|(5)|-0005|(0005)",
     {"S:%,d|%(d|%05d|%(06d", "i:1234567", "i:-5", "i:-5", "i:-5"}},
    {"PRINTF",
     "999|1,000|-1,000|00001,000",
     {"S:%,d|%,d|%,d|%,09d", "i:999", "i:1000", "i:-1000", "i:1000"}},
    {"PRINTF", "ff|FF|0xff|0XFF|00ff|17", {"S:%1$x|%1$X|%1$#x|%1$#X|%1$04x|%2$o", "i:255", "i:15"}},
    {"PRINTF",
     "ffffffff|ffffffffffffffff|37777777777|0x00ff",
     {"S:%x|%x|%o|%#06x", "i:-1", "l:-1", "i:-1", "i:255"}},
    {"PRINTF", "-9223372036854775808|8000000000000000", {"S:%1$d|%1$x", "l:-9223372036854775808"}},
    {"PRINTF", "A|a|  €|😀", {"S:%C|%c|%3c|%c", "i:97", "i:97", "i:8364", "i:128512"}},
    {"PRINTF", "?", {"S:%c", "i:55296"}},
    {"PRINTF", "NULL", {"S:%c", "i:1114112"}},
    {"PRINTF", "NULL", {"S:%c", "l:65"}},
    {"PRINTF", "NULL", {"S:%c", "s:A"}},
    /* indexes */
    {"PRINTF", "b a a", {"S:%2$s %1$s %<s", "s:a", "s:b"}},
    {"PRINTF", "a a b b", {"S:%s %<s %s %<s", "s:a", "s:b"}},
    {"PRINTF", "b a b", {"S:%2$s %s %s", "s:a", "s:b"}},
    {"PRINTF", "NULL", {"S:%<s", "s:a"}},
    {"PRINTF", "NULL", {"S:%3$s", "s:a", "s:b"}},
    {"PRINTF", "NULL", {"S:%0$s", "s:a"}},
    {"PRINTF", "a", {"S:%s", "s:a", "s:unused"}},
    /* texts */
    {"PRINTF", "[  äö][äö  ][ä][ÄÖ]", {"S:[%4s][%1$-4s][%1$.1s][%1$S]", "s:äö"}},
    {"PRINTF", "true|TRUE|fal|true", {"S:%b|%B|%.3b|%b", "b:1", "b:1", "b:0", "s:x"}},
    {"PRINTF",
     "1.5|2024-01-02|13:14:15.678",
     {"S:%s|%s|%s", "f:1.5", "d:2024-01-02", "m:13:14:15.678"}},
    {"PRINTF", "2024-01-02 03:04:05.678|xyz", {"S:%s|%s", "t:2024-01-02 03:04:05.678", "y:xyz"}},
    /* floating point */
    {"PRINTF",
     "1.500000|1.50|2|1.5e+00|1.500000e+00",
     {"S:%1$f|%1$.2f|%1$.0f|%1$.1e|%1$e", "f:1.5"}},
    {"PRINTF", "1.01|0.13|1", {"S:%.2f|%.2f|%.0f", "f:1.005", "f:0.125", "f:0.5"}},
    {"PRINTF", "1.00|9.99", {"S:%.2f|%.2f", "f:0.995", "f:9.994"}},
    {"PRINTF",
     "10.0|1.0e+01|0|0.0",
     {"S:%.1f|%.1e|%.0f|%.1f", "f:9.96", "f:9.96", "f:0.49", "f:0.04"}},
    {"PRINTF",
     "1,234,567.89|(1.50)|+1.5|-01.50",
     {"S:%,.2f|%(.2f|%+.1f|%06.2f", "f:1234567.891", "f:-1.5", "f:1.5", "f:-1.5"}},
    {"PRINTF",
     "1.00000|0.000100000|1.00000e-05|123457.|",
     {"S:%g|%g|%g|%.0f.|", "f:1", "f:0.0001", "f:0.00001", "f:123456.789"}},
    {"PRINTF",
     "1.23457e+06|123457|1e+02|0.00000",
     {"S:%g|%g|%.0g|%g", "f:1234567", "f:123456.7", "f:123", "f:0"}},
    {"PRINTF", "0.000000|0.000000e+00|-0.0", {"S:%1$f|%1$e|%2$.1f", "f:0", "f:-0.04"}},
    {"PRINTF", "1.|1.e+00", {"S:%1$#.0f|%1$#.0e", "f:1"}},
    {"PRINTF",
     "NaN| Infinity|-Infinity|(Infinity)|+Infinity",
     {"S:%f|%9f|%f|%(f|%+f", "f:NaN", "f:Infinity", "f:-Infinity", "f:-Infinity", "f:Infinity"}},
    {"PRINTF", "  NaN", {"S:%+05f", "f:NaN"}},
    {"PRINTF", "1.797693E+308", {"S:%E", "f:1.7976931348623157E308"}},
    {"PRINTF", "nu", {"S:%.2f", "f!"}},
    /* no formats, or not of the argument */
    {"PRINTF", "NULL", {"S:%", "i:1"}},
    {"PRINTF", "NULL", {"S:%y", "i:1"}},
    {"PRINTF", "NULL", {"S:%D", "i:1"}},
    {"PRINTF", "NULL", {"S:%d"}},
    {"PRINTF", "NULL", {"S:%d", "s:a"}},
    {"PRINTF", "NULL", {"S:%d", "f:1"}},
    {"PRINTF", "NULL", {"S:%f", "i:1"}},
    {"PRINTF", "NULL", {"S:%.2d", "i:1"}},
    {"PRINTF", "NULL", {"S:%-d", "i:1"}},
    {"PRINTF", "NULL", {"S:%0d", "i:1"}},
    {"PRINTF", "NULL", {"S:%-05d", "i:1"}},
    {"PRINTF", "NULL", {"S:%+ d", "i:1"}},
    {"PRINTF", "NULL", {"S:%++d", "i:1"}},
    {"PRINTF", "NULL", {"S:%#d", "i:1"}},
    {"PRINTF", "NULL", {"S:%,x", "i:1"}},
    {"PRINTF", "NULL", {"S:%,e", "f:1"}},
    {"PRINTF", "NULL", {"S:%#g", "f:1"}},
    {"PRINTF", "NULL", {"S:%05s", "s:a"}},
    {"PRINTF", "NULL", {"S:%.f", "f:1"}},
    {"PRINTF", "NULL", {"S:%5n"}},
    {"PRINTF", "NULL", {"S:%99999999999d", "i:1"}},
    {"PRINTF", "error: the conversion %h is not built", {"S:%h", "i:1"}},
    {"PRINTF", "error: the conversion %t is not built", {"S:%tY", "d:2024-01-01"}},
    {"PRINTF", "error: the result of PRINTF is longer than", {"S:%999999999d", "i:1"}},
    {"PRINTF", "error: the result of PRINTF is longer than", {"S:%.999999999f", "f:1"}},
    {"PRINTF", "error: does not take", {"i:1"}},
};

static const FuncCase charset_cases[] = {
    {"HEX", "C3A4", {"s:ä"}},
    {"IS_VALID_UTF8", "TRUE", {"y:"}},
    {"IS_VALID_UTF8", "TRUE", {"y:größe 😀"}},
    {"IS_VALID_UTF8", "FALSE", {"y:gr\xF6\xDF"}},
    {"IS_VALID_UTF8", "FALSE", {"y:\xED\xA0\x80"}},
    {"IS_VALID_UTF8", "FALSE", {"y:\xC0\x80"}},
    {"IS_VALID_UTF8", "NULL", {"y!"}},
    {"MAKE_VALID_UTF8", "größe 😀", {"y:größe 😀"}},
    {"MAKE_VALID_UTF8",
     "gr��e",
     {"y:gr\xF6\xDF"
      "e"}},
    {"MAKE_VALID_UTF8", "�x", {"y:\xE2\x82x"}},     /* cut: one */
    {"MAKE_VALID_UTF8", "�", {"y:\xF0\x9F\x98"}},   /* cut at the end */
    {"MAKE_VALID_UTF8", "�x", {"y:\xED\xA0\x80x"}}, /* a surrogate: one */
    {"MAKE_VALID_UTF8", "��", {"y:\xC0\x80"}},      /* too long a form */
    {"MAKE_VALID_UTF8", "���", {"y:\xE0\x80\x80"}},
    {"MAKE_VALID_UTF8", "����", {"y:\xF4\x90\x80\x80"}}, /* above U+10FFFF */
    {"MAKE_VALID_UTF8", "NULL", {"y!"}},
    {"ENCODE", "gr??e ?", {"s:größe 😀", "S:US-ASCII"}},
    {"ENCODE", "größe 😀", {"s:größe 😀", "S:utf-8"}},
    {"ENCODE",
     "gr\xF6\xDF"
     "e ?",
     {"s:größe 😀", "S:iso-8859-1"}},
    {"ENCODE", "", {"s:", "S:UTF-16"}},
    {"ENCODE", "NULL", {"s!", "S:UTF-16"}},
    {"ENCODE", "NULL", {"s:a", "s!"}},
    {"ENCODE", "error: no character set \"EBCDIC\"", {"s:a", "s:EBCDIC"}},
    {"DECODE",
     "größe",
     {"y:gr\xF6\xDF"
      "e",
      "S:ISO-8859-1"}},
    {"DECODE",
     "gr��e",
     {"y:gr\xF6\xDF"
      "e",
      "S:US-ASCII"}},
    {"DECODE",
     "gr��e",
     {"y:gr\xF6\xDF"
      "e",
      "S:UTF-8"}},
    {"DECODE", "NULL", {"y!", "S:UTF-8"}},
    {"DECODE", "error: no character set", {"y:a", "s:"}},
};

static const FuncCase choose_cases[] = {
    {"ELT", "b", {"i:2", "s:a", "s:b"}},
    {"ELT", "NULL", {"i:3", "s:a", "s:b"}},
    {"ELT", "NULL", {"i:0", "s:a"}},
    {"ELT", "NULL", {"l:-9223372036854775808", "s:a"}},
    {"ELT", "NULL", {"i!", "s:a"}},
    {"ELT", "a", {"i:1", "s:a", "s!"}},
    {"ELT", "NULL", {"i:2", "s:a", "s!"}},
    {"ELT", "y", {"i:2", "y:x", "y:y"}},
    {"ELT", "error: does not take", {"i:2", "y:x", "s:y"}},
    {"ELT", "error: does not take", {"s:2", "s:x"}},
    {"FIELD", "2", {"s:b", "s:a", "s:b", "s:b"}},
    {"FIELD", "0", {"s:z", "s:a", "s:b"}},
    {"FIELD", "0", {"s!", "s:a", "s:b"}},
    {"FIELD", "2", {"s:b", "s!", "s:b"}},
    {"FIELD", "1", {"i:1", "f:1"}},
    {"SUBSTRING_INDEX", "www.apache", {"s:www.apache.org", "s:.", "i:2"}},
    {"SUBSTRING_INDEX", "apache.org", {"s:www.apache.org", "s:.", "i:-2"}},
    {"SUBSTRING_INDEX", "www.apache.org", {"s:www.apache.org", "s:.", "i:3"}},
    {"SUBSTRING_INDEX", "www.apache.org", {"s:www.apache.org", "s:.", "l:-9223372036854775808"}},
    {"SUBSTRING_INDEX", "", {"s:www.apache.org", "s:.", "i:0"}},
    {"SUBSTRING_INDEX", "", {"s:www", "s:", "i:1"}},
    {"SUBSTRING_INDEX", "", {"s:", "s:.", "i:1"}},
    {"SUBSTRING_INDEX", "aa", {"s:aaaa", "s:aa", "i:2"}},
    {"SUBSTRING_INDEX", "", {"s:aaa", "s:aa", "i:-1"}},
    {"SUBSTRING_INDEX", "a", {"s:a→b", "s:→", "i:1"}},
    {"SUBSTRING_INDEX", "NULL", {"s!", "s:.", "i:1"}},
};

static const FuncCase classify_cases[] = {
    {"IS_ALPHA", "TRUE", {"s:größe"}},
    {"IS_ALPHA", "FALSE", {"s:a1"}},
    {"IS_ALPHA", "FALSE", {"s:"}},
    {"IS_ALPHA", "FALSE", {"s!"}},
    {"IS_ALPHA", "TRUE", {"s:𝒳"}},
    {"IS_ALPHA", "FALSE", {"s:\xFF"}},
    {"IS_ALPHA", "FALSE", {"s:e\u0301"}}, /* a combining accent is no letter */
    {"IS_DIGIT", "TRUE", {"s:0123"}},
    {"IS_DIGIT", "TRUE", {"s:٣"}},
    {"IS_DIGIT", "FALSE", {"s:1.5"}},
    {"IS_DIGIT", "FALSE", {"s:-1"}},
    {"IS_DIGIT", "FALSE", {"s:²"}},
    {"IS_DIGIT", "FALSE", {"s!"}},
    {"IS_DECIMAL", "TRUE", {"s:12"}},
    {"IS_DECIMAL", "TRUE", {"s:-1.5e+3"}},
    {"IS_DECIMAL", "TRUE", {"s: .5 "}},
    {"IS_DECIMAL", "TRUE", {"s:5."}},
    {"IS_DECIMAL", "TRUE", {"s:1f"}},
    {"IS_DECIMAL", "TRUE", {"s:NaN"}},
    {"IS_DECIMAL", "TRUE", {"s:-Infinity"}},
    {"IS_DECIMAL", "TRUE", {"s:0x1.8p1"}},
    {"IS_DECIMAL", "FALSE", {"s:0x18"}},
    {"IS_DECIMAL", "FALSE", {"s:1e"}},
    {"IS_DECIMAL", "FALSE", {"s:."}},
    {"IS_DECIMAL", "FALSE", {"s:"}},
    {"IS_DECIMAL", "FALSE", {"s:  "}},
    {"IS_DECIMAL", "FALSE", {"s:1 2"}},
    {"IS_DECIMAL", "FALSE", {"s:inf"}},
    {"IS_DECIMAL", "FALSE", {"s!"}},
    {"IS_NAN", "TRUE", {"f:NaN"}},
    {"IS_NAN", "FALSE", {"f:1"}},
    {"IS_NAN", "NULL", {"f!"}},
    {"IS_NAN", "FALSE", {"f:Infinity"}},
};

static const FuncCase inet_cases[] = {
    {"INET_ATON", "2130706433", {"s:127.0.0.1"}},
    {"INET_ATON", "2130706433", {"s:127.1"}},
    {"INET_ATON", "2130706433", {"s:127.0.1"}},
    {"INET_ATON", "4294967295", {"s:255.255.255.255"}},
    {"INET_ATON", "4294967295", {"s:4294967295"}},
    {"INET_ATON", "16909060", {"s:001.2.03.4"}},
    {"INET_ATON", "NULL", {"s:4294967296"}},
    {"INET_ATON", "NULL", {"s:1.2.3.256"}},
    {"INET_ATON", "NULL", {"s:1.2.3.4.5"}},
    {"INET_ATON", "NULL", {"s:1..2"}},
    {"INET_ATON", "NULL", {"s:1.2.3."}},
    {"INET_ATON", "NULL", {"s:"}},
    {"INET_ATON", "NULL", {"s: 1.2.3.4"}},
    {"INET_ATON", "NULL", {"s:1.256"}},
    {"INET_ATON", "NULL", {"s!"}},
    {"INET_NTOA", "127.0.0.1", {"l:2130706433"}},
    {"INET_NTOA", "0.0.0.0", {"i:0"}},
    {"INET_NTOA", "255.255.255.255", {"i:-1"}},
    {"INET_NTOA", "NULL", {"l:-1"}},
    {"INET_NTOA", "NULL", {"l:4294967296"}},
    {"INET_NTOA", "10.20.200.9", {"l:169134089"}},
    {"INET_NTOA", "NULL", {"l!"}},
};

static const FuncCase bit_cases[] = {
    {"BIT_AND", "8", {"i:12", "i:10"}},
    {"BIT_OR", "14", {"i:12", "i:10"}},
    {"BIT_XOR", "6", {"i:12", "i:10"}},
    {"BIT_NOT", "-13", {"i:12"}},
    {"BIT_AND", "4294967296", {"l:4294967297", "l:-2"}},
    {"BIT_AND", "4294967298", {"l:4294967299", "i:-2"}}, /* the sign fills BIGINT */
    {"BIT_AND", "NULL", {"i!", "i:1"}},
    {"BIT_AND", "error: does not take", {"f:1", "i:1"}},
    {"BIT_LEFT_SHIFT", "4294967296", {"i:1", "i:32"}},
    {"BIT_LEFT_SHIFT", "1", {"i:1", "i:64"}},
    {"BIT_LEFT_SHIFT", "-9223372036854775808", {"i:1", "i:-1"}},
    {"BIT_RIGHT_SHIFT", "-1", {"i:-1", "i:5"}},
    {"BIT_RIGHT_SHIFT", "2", {"i:8", "i:2"}},
    {"BIT_RIGHT_SHIFT", "NULL", {"i:8", "i!"}},
    {"CONV", "A", {"s:10", "i:10", "i:16"}},
    {"CONV", "255", {"s:fF", "i:16", "i:10"}},
    {"CONV", "-16", {"i:-10", "i:16", "i:-10"}},
    {"CONV", "FFFFFFFFFFFFFFFF", {"i:-1", "i:10", "i:16"}},
    {"CONV", "18446744073709551615", {"s:99999999999999999999999", "i:10", "i:10"}},
    {"CONV", "1", {"s:12", "i:2", "i:10"}},
    {"CONV", "0", {"s:z", "i:10", "i:10"}},
    {"CONV",
     "1111111111111111111111111111111111111111111111111111111111111111",
     {"i:-1", "i:10", "i:2"}},
    {"CONV",
     "-1000000000000000000000000000000000000000000000000000000000000000",
     {"s:8000000000000000", "i:16", "i:-2"}},
    {"CONV", "NULL", {"s:1", "i:1", "i:10"}},
    {"CONV", "NULL", {"s:1", "i:10", "i:37"}},
    {"CONV", "NULL", {"s:", "i:10", "i:10"}},
    {"CONV", "NULL", {"s!", "i:10", "i:10"}},
};

static const FuncCase day_cases[] = {
    {"DATE_ADD", "2024-03-01", {"d:2024-02-28", "i:2"}},
    {"DATE_ADD", "2024-03-01", {"s:2024-02-28", "i:2"}},
    {"DATE_ADD", "2024-03-01", {"s:2024-02-28 23:59:59", "i:2"}},
    {"DATE_ADD", "2024-03-01", {"t:2024-02-28 23:59:59", "i:2"}},
    {"DATE_ADD", "NULL", {"s:today", "i:2"}},
    {"DATE_ADD", "NULL", {"d:9999-12-31", "i:1"}},
    {"DATE_ADD", "NULL", {"d:2024-01-01", "l:9223372036854775807"}},
    {"DATE_ADD", "NULL", {"d!", "i:1"}},
    {"DATE_SUB", "2024-02-28", {"d:2024-03-01", "i:2"}},
    {"DATE_SUB", "NULL", {"d:0000-01-01", "i:1"}},
    {"DATE_SUB", "NULL", {"d:2024-01-01", "l:-9223372036854775808"}},
    {"ADD_MONTHS", "2024-02-29", {"d:2024-01-31", "i:1"}},
    {"ADD_MONTHS", "2023-12-31", {"s:2024-01-31", "i:-1"}},
    {"ADD_MONTHS", "2017-02-28", {"d:2016-02-29", "i:12"}},
    {"ADD_MONTHS", "NULL", {"d:2024-01-31", "l:9223372036854775807"}},
    {"ADD_MONTHS", "NULL", {"s:x", "i:1"}},
    {"DATEDIFF", "29", {"d:2024-03-01", "d:2024-02-01"}},
    {"DATEDIFF", "-1", {"s:2024-02-28 23:00:00", "s:2024-02-29"}},
    {"DATEDIFF", "1", {"t:2024-01-02 00:00:00", "t:2024-01-01 23:59:59"}},
    {"DATEDIFF", "NULL", {"s:x", "s:2024-02-29"}},
    {"DATEDIFF", "NULL", {"d!", "d:2024-02-29"}},
    {"DATEDIFF", "error: does not take", {"i:1", "d:2024-02-29"}},
};

/* Bytes that no case can write: those with NULs. */
static void test_utf16(void) {
  static const struct {
    Str bytes;
    const char *charset, *want;
  } cases[] = {
      {{"\xFE\xFF\0a\xD8\x3D\xDE\0", 8}, "UTF-16", "a😀"},
      {{"\xFF\xFE"
        "a\0\x3D\xD8\0\xDE",
        8},
       "UTF-16",
       "a😀"},
      {{"\0a\0b", 4}, "UTF-16", "ab"},
      {{"a\0b\0", 4}, "UTF-16LE", "ab"},
      {{"\xFE\xFF\0a", 4},
       "UTF-16BE",
       "\uFEFF"
       "a"},
      {{"\0a\xDC\0\0b", 6}, "UTF-16BE", "a�b"}, /* a low half alone */
      {{"\xD8\0\0a\0b", 6}, "UTF-16BE", "�b"},  /* a high half takes what is behind it */
      {{"\0a\xD8\0", 4}, "UTF-16BE", "a�"},
      {{"\0a\0", 3}, "UTF-16BE", "a�"},
      {{"", 0}, "UTF-16", ""},
  };
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    Arena arena;
    Error err = {.code = OK};
    ExprEnv env = {.zone = zone_utc()};
    Expr *call, *args[2];
    Value value;
    arena_init(&arena);
    Type bytes = type_text(TYPE_VARBINARY, TYPE_LENGTH_MAX);
    args[0] = expr_const(&arena, value_text(bytes, cases[i].bytes), NO_SPAN);
    args[1] = expr_const(&arena, value_text(type_string(), str_of(cases[i].charset)), NO_SPAN);
    CHECK(func_call(&arena, &env, "DECODE", NO_SPAN, args, 2, &call, &err) == OK);
    CHECK(expr_eval(&arena, call, &env, &value, &err) == OK);
    Str got = text_str(&value.as.text);
    if (!str_eq(got, str_of(cases[i].want))) {
      check_failures++;
      printf("DECODE %zu: %.*s, not %s\n", i, (int)got.len, got.ptr, cases[i].want);
    }
    arena_deinit(&arena);
  }
}

/* Where no half is rounded, and the shortest digits are fewer than are asked for, the C library
 * does the same. */
static void test_digits(void) {
  uint64_t seed = 1;
  StrBuf got = {0};
  for (int i = 0; i < 20000; i++) {
    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    double x = (double)(int64_t)(seed >> 20) / (double)(1 << (seed & 15));
    int32_t exponent;
    char want[400];
    strbuf_clear(&got);
    digits_put_fixed(digits_of_double(x), 20, &got);
    snprintf(want, sizeof want, "%.20f", x);
    CHECK(strtod(strbuf_text(&got), NULL) == x && strlen(want) == got.len);
    strbuf_clear(&got);
    digits_put_scientific(digits_of_double(x), 20, &got, &exponent);
    snprintf(want, sizeof want, "%se%d", strbuf_text(&got), exponent);
    CHECK(strtod(want, NULL) == x);
  }
  strbuf_deinit(&got);
}

int main(void) {
  RUN(printf_cases);
  RUN(charset_cases);
  RUN(choose_cases);
  RUN(classify_cases);
  RUN(inet_cases);
  RUN(bit_cases);
  RUN(day_cases);
  test_utf16();
  test_digits();
  return check_done();
}
