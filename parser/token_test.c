/* token_test.c -- tokens, keywords, and where a statement ends. */
#include "parser/token.h"

#include "base/check.h"
#include "base/str.h"
#include "parser/keywords.h"
#include "parser/parse.h"
#include "parser/parse_state.h"

/* One letter for each token: the kinds at a glance. */
static const char *kinds(const char *text) {
  static const char letters[] = {[TOKEN_END] = '$',          [TOKEN_SPACE] = '_',
                                 [TOKEN_COMMENT] = 'c',      [TOKEN_WORD] = 'w',
                                 [TOKEN_NAME] = 'n',         [TOKEN_STRING] = 's',
                                 [TOKEN_C_STRING] = 'e',     [TOKEN_UNICODE_STRING] = 'u',
                                 [TOKEN_BINARY] = 'x',       [TOKEN_INTEGER] = 'i',
                                 [TOKEN_DECIMAL] = 'd',      [TOKEN_FLOAT] = 'f',
                                 [TOKEN_LEFT_PAREN] = '(',   [TOKEN_RIGHT_PAREN] = ')',
                                 [TOKEN_LEFT_BRACKET] = '[', [TOKEN_RIGHT_BRACKET] = ']',
                                 [TOKEN_LEFT_BRACE] = '{',   [TOKEN_RIGHT_BRACE] = '}',
                                 [TOKEN_COMMA] = ',',        [TOKEN_DOT] = '.',
                                 [TOKEN_SEMICOLON] = ';',    [TOKEN_PLUS] = '+',
                                 [TOKEN_MINUS] = '-',        [TOKEN_STAR] = '*',
                                 [TOKEN_SLASH] = '/',        [TOKEN_PERCENT] = '%',
                                 [TOKEN_CONCAT] = 'C',       [TOKEN_EQ] = '=',
                                 [TOKEN_NE] = 'N',           [TOKEN_LT] = '<',
                                 [TOKEN_LE] = 'L',           [TOKEN_GT] = '>',
                                 [TOKEN_GE] = 'G',           [TOKEN_ARROW] = 'A',
                                 [TOKEN_PIPE] = '|',         [TOKEN_QUESTION] = '?',
                                 [TOKEN_HINT_BEGIN] = 'H',   [TOKEN_HINT_END] = 'h',
                                 [TOKEN_BAD] = '!'};
  static char out[256];
  size_t n = 0;
  TokenReader r = token_reader(text, strlen(text), 0);
  for (Token t = token_next(&r); t.kind != TOKEN_END; t = token_next(&r))
    out[n++] = letters[t.kind];
  out[n] = '\0';
  return out;
}

static TokenFault fault_of(const char *text) {
  TokenReader r = token_reader(text, strlen(text), 0);
  return token_next(&r).fault;
}

static void test_kinds(void) {
  CHECK_STR(kinds(""), "");
  CHECK_STR(kinds("\xef\xbb\xbfSELECT 1"), "_w_i");
  CHECK_STR(kinds("a1 _b `c d` `e``f` gr\xc3\xbc\xc3\x9f x$y"), "w_w_n_n_w_w");
  CHECK_STR(kinds("'a' 'it''s' '' E'\\'' e'x''y' U&'\\263A' u&'' X'0a' x''"), "s_s_s_e_e_u_u_x_x");
  CHECK_STR(kinds("E 'a' U &"), "w_s_w_!");
  CHECK_STR(kinds("1 1.5 .5 1. 1e3 1.5E-3 0x1F"), "i_d_d_d_f_f_i");
  CHECK_STR(kinds("()[]{},.;+-*/%||"), "()[]{},.;+-*/%C");
  CHECK_STR(kinds("= <> != < <= > >= =>|?"), "=_N_N_<_L_>_G_A|?");
  CHECK_STR(kinds("a[1] m['k']"), "w[i]_w[s]");
  CHECK_STR(kinds("ARRAY<ARRAY<INT>>"), "w<w<w>>");
  CHECK_STR(kinds("A?? B*? C{2,}"), "w??_w*?_w{i,}");
  CHECK_STR(kinds("a--b\nc-- d"), "wc_wc");
  CHECK_STR(kinds("a/* b */c/**/d"), "wcwcw");
  CHECK_STR(kinds("/*+ OPTIONS('a'='b') */ a */ b"), "H_w(s=s)_h_w_*/_w");
  CHECK_STR(kinds("a.\"b\" c"), "w.!_w");
}

static void test_faults(void) {
  CHECK_INT(fault_of("'abc"), FAULT_STRING_OPEN);
  CHECK_INT(fault_of("E'abc\\'"), FAULT_STRING_OPEN);
  CHECK_INT(fault_of("U&'abc"), FAULT_STRING_OPEN);
  CHECK_INT(fault_of("`abc"), FAULT_NAME_OPEN);
  CHECK_INT(fault_of("/* abc"), FAULT_COMMENT_OPEN);
  CHECK_INT(fault_of("/*"), FAULT_COMMENT_OPEN);
  CHECK_INT(fault_of("/*/"), FAULT_COMMENT_OPEN);
  CHECK_INT(fault_of("/*+ a"), FAULT_COMMENT_OPEN);
  CHECK_INT(fault_of("\"abc\""), FAULT_DOUBLE_QUOTES);
  CHECK_INT(fault_of("\"abc"), FAULT_DOUBLE_QUOTES);
  CHECK_INT(fault_of("12abc"), FAULT_NUMBER);
  CHECK_INT(fault_of("1_000"), FAULT_NUMBER);
  CHECK_INT(fault_of("X'1'"), FAULT_BINARY);
  CHECK_INT(fault_of("=="), FAULT_DOUBLE_EQUALS);
  CHECK_INT(fault_of("::"), FAULT_DOUBLE_COLON);
  CHECK_INT(fault_of(":a"), FAULT_PARAMETER);
  CHECK_INT(fault_of("&"), FAULT_OPERATOR);
  CHECK_INT(fault_of("->"), FAULT_OPERATOR);
  CHECK_INT(fault_of("<<"), FAULT_OPERATOR);
  CHECK_INT(fault_of("\\"), FAULT_CHARACTER);
  CHECK_INT(fault_of("\x01"), FAULT_CHARACTER);
  CHECK_INT(fault_of("\xff"), FAULT_UTF8);
}

static void test_spans(void) {
  const char *text = "SELECT a.\xc3\xa4 -- x\n";
  TokenReader r = token_reader(text, strlen(text), 7);
  Token t = token_next_solid(&r);
  CHECK_INT(t.span.at, 7);
  token_next_solid(&r);
  t = token_next_solid(&r);
  CHECK_INT(t.span.at, 9);
  CHECK_INT(t.span.len, 2);
  t = token_next_solid(&r);
  CHECK_INT(t.kind, TOKEN_END);
  CHECK_INT(t.span.at, strlen(text));
}

/* keywords.def: sorted, and in agreement with %fallback. */
static void test_keywords(void) {
  static const struct {
    const char *word;
    int reserved;
  } lines[] = {
#define RESERVED                             1
#define NAME                                 0
#define KEYWORD(word, token, reserved, when) {word, reserved},
#include "parser/keywords.def"
#undef KEYWORD
  };
  for (size_t i = 0; i < COUNT_OF(lines); i++) {
    const char *word = lines[i].word;
    const Keyword *k = keyword_find(word, strlen(word));
    while (k != NULL && (k->reserved != (lines[i].reserved == RESERVED) ||
                         grammar_is_fallback(k->token) == k->reserved))
      k = keyword_next(k);
    if (k == NULL) printf("%s: not found, or its flag is not that of the grammar\n", word);
    CHECK(k != NULL);
    CHECK(i == 0 || strcmp(lines[i - 1].word, word) <= 0);
  }
  CHECK(keyword_is_known("select", 6) && keyword_is_known("SelectX", 6));
  CHECK(!keyword_is_known("selec", 5) && !keyword_is_known("selects", 7));
  CHECK(!keyword_is_known("", 0) && !keyword_is_known("zzz", 3) && !keyword_is_known("_", 1));
}

static bool complete(const char *text) { return sql_is_complete(text, strlen(text)); }

static void test_complete(void) {
  CHECK(complete(""));
  CHECK(complete("  \n-- only a comment"));
  CHECK(complete("SELECT 1;"));
  CHECK(complete("SELECT 1; -- done\n"));
  CHECK(complete("SELECT 1; /* done */ "));
  CHECK(complete(";;"));
  CHECK(!complete("SELECT 1"));
  CHECK(!complete("SELECT 1; SELECT"));
  CHECK(!complete("SELECT ';"));
  CHECK(!complete("SELECT `a;"));
  CHECK(!complete("SELECT 1 /* ; "));
  CHECK(!complete("SELECT 1; /* "));
  CHECK(!complete("SELECT 1 -- ;"));
  CHECK(complete("SELECT ';', `;` /* ; */ -- ;\n;"));
  CHECK(complete("SELECT CASE WHEN a THEN b END;"));
  CHECK(complete("SELECT CASE WHEN a THEN b;")); /* an error, but nothing to wait for */
  CHECK(complete("SELECT ) ! ;"));
  CHECK(!complete("EXECUTE STATEMENT SET BEGIN"));
  CHECK(!complete("EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1;"));
  CHECK(!complete("EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT CASE WHEN b THEN c END;"));
  CHECK(!complete("EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; END"));
  CHECK(complete("execute statement set begin insert into a select 1; end;"));
  CHECK(
      complete("EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT CASE 1 WHEN 2 THEN 3 END; END;"));
  CHECK(!complete("BEGIN STATEMENT SET;"));
  CHECK(!complete("BEGIN STATEMENT SET; INSERT INTO a SELECT 1;"));
  CHECK(complete("BEGIN STATEMENT SET; INSERT INTO a SELECT 1; END;"));
  CHECK(!complete("EXPLAIN PLAN_ADVICE STATEMENT SET BEGIN INSERT INTO a SELECT 1;"));
  CHECK(complete("EXPLAIN STATEMENT SET BEGIN INSERT INTO a SELECT 1; END;"));
  CHECK(complete("UPDATE statement SET begin = 1;"));
  CHECK(complete("SELECT \"a;b\";"));
  CHECK(complete("SET a = b;"));
}

int main(void) {
  test_kinds();
  test_faults();
  test_spans();
  test_keywords();
  test_complete();
  return check_done();
}
