/* parse_error.c -- what a syntax error says: where, what was expected, what may be meant.
 *
 * What was expected is asked from the machine itself, token by token, without fallback
 * to names.  It is told when it is a few things only.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/str.h"
#include "base/utf8.h"
#include "parser/grammar.h"
#include "parser/keywords.h"
#include "parser/parse_state.h"

enum {
  SHOWN_MAX = 40,   /* bytes of a token in a message */
  EXPECTED_MAX = 3, /* things named in a message */
};

/* The token's text on one line, shortened. */
static const char *shown(Parse *p, Span span) {
  size_t n = span.len;
  if (n > SHOWN_MAX) n = utf8_valid_prefix(p->text + span.at, SHOWN_MAX);
  char *text =
      arena_printf(p->arena, "%.*s%s", (int)n, p->text + span.at, n < span.len ? "..." : "");
  for (char *c = text; *c != '\0'; c++)
    if ((unsigned char)*c < ' ') *c = ' ';
  return text;
}

static bool span_is(const Parse *p, Span span, const char *word) {
  return str_eq_nocase((Str){p->text + span.at, span.len}, str_of(word));
}

void parse_too_deep(Parse *p) {
  parse_fail(p, ERR_LIMIT, (Span){p->at.at, 1}, "the statement is nested too deeply here");
  parse_hint(p, "the limit is %d levels", SQL_DEPTH_MAX);
}

/* ---- tokens that are none ---- */

static void bad_operator(Parse *p, Span span) {
  parse_fail(p, ERR_SYNTAX, span, "there is no operator \"%s\"", shown(p, span));
  if (span_is(p, span, "=="))
    parse_hint(p, "write = to compare");
  else if (span_is(p, span, "::"))
    parse_hint(p, "write CAST(x AS type)");
  else if (span_is(p, span, "&") && p->text[span.at + 1] == '&')
    parse_hint(p, "write AND");
}

static void bad_character(Parse *p, Span span) {
  parse_fail(p, ERR_SYNTAX, span, "the character \"%s\" means nothing here", shown(p, span));
  if (span_is(p, span, "!")) parse_hint(p, "write NOT, or <> for unequal");
  if (span_is(p, span, "^")) parse_hint(p, "write POWER(a, b)");
}

void parse_bad_token(Parse *p, Token t) {
  Span first = {t.span.at, 1};
  switch (t.fault) {
    case FAULT_NUL:
      parse_fail(p, ERR_SYNTAX, first, "there is a NUL byte in the SQL text");
      return;
    case FAULT_UTF8:
      parse_fail(p, ERR_SYNTAX, first, "the SQL text is not valid UTF-8: byte 0x%02X",
                 (unsigned)(unsigned char)p->text[t.span.at]);
      return;
    case FAULT_STRING_OPEN:
      parse_fail(p, ERR_SYNTAX, first, "the text that begins here has no closing quote");
      return;
    case FAULT_NAME_OPEN:
      parse_fail(p, ERR_SYNTAX, first, "the name that begins here has no closing back-tick");
      return;
    case FAULT_COMMENT_OPEN:
      parse_fail(p, ERR_SYNTAX, (Span){t.span.at, 2}, "the comment that begins here has no end");
      parse_hint(p, "close it with */");
      return;
    case FAULT_DOUBLE_QUOTES:
      parse_fail(p, ERR_SYNTAX, t.span, "double quotes enclose neither a name nor a text");
      parse_hint(p, "use back-ticks for a name, single quotes for text");
      return;
    case FAULT_NUMBER:
      parse_fail(p, ERR_SYNTAX, t.span, "\"%s\" is no number", shown(p, t.span));
      parse_hint(p, "a name that begins with a digit goes in back-ticks");
      return;
    case FAULT_BINARY:
      parse_fail(p, ERR_SYNTAX, t.span, "X'...' wants an even number of hex digits");
      return;
    case FAULT_PARAMETER:
      parse_fail(p, ERR_SYNTAX, t.span, "there are no parameters like \"%s\"", shown(p, t.span));
      return;
    case FAULT_DOUBLE_EQUALS:
    case FAULT_DOUBLE_COLON:
    case FAULT_OPERATOR:
      bad_operator(p, t.span);
      return;
    case FAULT_NONE:
    case FAULT_CHARACTER:
      break;
  }
  bad_character(p, t.span);
}

/* ---- what is not supported ---- */

/* Flink's statements that weir has not: found by their first words. */
static const struct {
  const char *first, *then; /* first: NULL stands for CREATE and its like */
  const char *what;
} unsupported[] = {
    {NULL, "CATALOG", "catalogs"},
    {NULL, "CATALOGS", "catalogs"},
    {NULL, "MODEL", "models"},
    {NULL, "MODELS", "models"},
    {NULL, "MATERIALIZED", "materialized tables"},
    {NULL, "MODULE", "modules"},
    {NULL, "MODULES", "modules"},
    {NULL, "JARS", "jar files"},
    {NULL, "JOB", "statements on a single job"},
    {NULL, "PROCEDURES", "procedures"},
    {"CALL", NULL, "procedures"},
    {"LOAD", NULL, "modules"},
    {"UNLOAD", NULL, "modules"},
    {"ADD", "JAR", "jar files"},
    {"REMOVE", "JAR", "jar files"},
    {"COMPILE", NULL, "compiled plans"},
    {"EXECUTE", "PLAN", "compiled plans"},
};

static bool is_catalog_verb(const Parse *p, Span word) {
  static const char *const verbs[] = {"CREATE", "ALTER", "DROP", "SHOW", "USE", "DESCRIBE", "DESC"};
  for (size_t i = 0; i < COUNT_OF(verbs); i++)
    if (span_is(p, word, verbs[i])) return true;
  return false;
}

/* Words that may stand between the first word and the noun. */
static bool is_filler(const Parse *p, Span word) {
  static const char *const words[] = {"OR",     "ALTER",   "REPLACE", "TEMPORARY",
                                      "CREATE", "CURRENT", "FULL"};
  for (size_t i = 0; i < COUNT_OF(words); i++)
    if (span_is(p, word, words[i])) return true;
  return false;
}

static bool refuse_unsupported(Parse *p) {
  enum { LOOK = 5 };
  Span words[LOOK];
  size_t n = 0;
  TokenReader reader = token_reader(p->text, p->len, p->begin);
  Token t = token_next_solid(&reader);
  while (t.kind == TOKEN_SEMICOLON) t = token_next_solid(&reader);
  for (; n < LOOK && t.kind == TOKEN_WORD; t = token_next_solid(&reader)) words[n++] = t.span;
  if (n == 0) return false;
  for (size_t i = 0; i < COUNT_OF(unsupported); i++) {
    const char *first = unsupported[i].first, *then = unsupported[i].then;
    bool fits = first == NULL ? is_catalog_verb(p, words[0]) : span_is(p, words[0], first);
    for (size_t w = then == NULL ? 0 : 1; fits && w < n; w++) {
      if (then != NULL && !span_is(p, words[w], then)) {
        if (!is_filler(p, words[w])) break;
        continue;
      }
      parse_fail(p, ERR_UNSUPPORTED, words[w], "%s are not supported", unsupported[i].what);
      return true;
    }
  }
  return false;
}

/* Is the token behind the offending one this word? */
static bool next_is(const Parse *p, const char *word) {
  TokenReader reader = token_reader(p->text, p->len, p->at.at + p->at.len);
  Token next = token_next_solid(&reader);
  return next.kind == TOKEN_WORD && span_is(p, next.span, word);
}

/* Clauses that weir has not, by the word where the machine stops. */
static bool refuse_clause(Parse *p) {
  if (span_is(p, p->at, "USING") && (next_is(p, "JAR") || next_is(p, "ARTIFACT"))) {
    parse_fail(p, ERR_UNSUPPORTED, p->at, "jar files are not supported");
  } else if (span_is(p, p->at, "SUBSET")) {
    parse_fail(p, ERR_UNSUPPORTED, p->at, "SUBSET is not supported");
  }
  return p->code != OK;
}

/* ---- what was expected ---- */

static const struct {
  int token;
  const char *text;
} token_texts[] = {
    {TK_ID, "a name"},        {TK_STRING, "a text in single quotes"},
    {TK_INTEGER, "a number"}, {TK_LP, "\"(\""},
    {TK_RP, "\")\""},         {TK_COMMA, "\",\""},
    {TK_DOT, "\".\""},        {TK_SEMI, "\";\""},
    {TK_EQ, "\"=\""},         {TK_LT, "\"<\""},
    {TK_GT, "\">\""},         {TK_STAR, "\"*\""},
    {TK_LBRACKET, "\"[\""},   {TK_RBRACKET, "\"]\""},
    {TK_RBRACE, "\"}\""},     {TK_ARROW, "\"=>\""},
    {TK_HINT_END, "\"*/\""},
};

static const char *text_of_token(Parse *p, int token) {
  for (size_t i = 0; i < COUNT_OF(token_texts); i++)
    if (token_texts[i].token == token) return token_texts[i].text;
  const char *word = keyword_of_token(token);
  return word == NULL ? NULL : arena_printf(p->arena, "\"%s\"", word);
}

/* Which tokens would fit; index 0 is the end. */
static bool *acceptable(Parse *p, const void *machine) {
  int n = grammar_token_count();
  bool *fits = ARENA_ARRAY(p->arena, bool, n);
  for (int i = 0; i < n; i++) fits[i] = grammar_accepts(machine, i);
  return fits;
}

/* The tokens that an expression may begin with. */
static const bool *beginnings(Parse *p) {
  void *machine = GrammarAlloc(malloc, p);
  if (machine == NULL) return ARENA_ARRAY(p->arena, bool, grammar_token_count());
  Grammar(machine, TK_START_EXPRESSION, NO_SPAN);
  const bool *begin = acceptable(p, machine);
  GrammarFree(machine, free);
  return begin;
}

/* Does all that an expression may begin with fit?  NOT need not: behind an operator it
 * does not. */
static bool expression_fits(Parse *p, const bool *fits) {
  const bool *begin = beginnings(p);
  for (int i = 0; i < grammar_token_count(); i++)
    if (begin[i] && !fits[i] && i != TK_NOT) return false;
  return true;
}

/* "" or ", expected X or Y". */
static const char *expected(Parse *p) {
  const bool *fits = acceptable(p, p->machine);
  if (expression_fits(p, fits)) return ", expected an expression";
  const char *list = "";
  int n = 0;
  for (int i = 1; i < grammar_token_count(); i++) {
    const char *text = fits[i] ? text_of_token(p, i) : NULL;
    if (text == NULL || strstr(list, text) != NULL) continue;
    list = arena_printf(p->arena, "%s%s%s", list, n == 0 ? "" : " or ", text);
    if (++n > EXPECTED_MAX || fits[0]) return "";
  }
  if (n == 0) return fits[0] ? ", expected the end of the statement" : "";
  return arena_printf(p->arena, ", expected %s", list);
}

/* ---- hints ---- */

/* Is a keyword at this distance what the word was meant to be? */
static bool is_near(const char *word, const char *keyword, uint32_t distance) {
  size_t len = strlen(word);
  return keyword != NULL && len >= 4 && distance * 3 <= len && !text_eq_nocase(word, keyword);
}

/* The keyword that fits here and looks like the word that does not. */
static const char *near_keyword(Parse *p, const char *word) {
  const char *near = NULL;
  uint32_t distance = 0;
  for (int i = 1; i < grammar_token_count(); i++) {
    const char *keyword = keyword_of_token(i);
    if (keyword != NULL && grammar_accepts(p->machine, i))
      nearest_name_offer(word, keyword, &near, &distance);
  }
  return is_near(word, near, distance) ? near : NULL;
}

/* A misspelt keyword may have been taken for a name: the machine stops behind it. */
static const char *near_clause(const char *word) {
  static const char *const words[] = {
      "EXISTS",    "FROM",   "GROUP", "HAVING", "INNER",     "JOIN",  "LIMIT",  "OFFSET", "ORDER",
      "PARTITION", "SELECT", "UNION", "VALUES", "WATERMARK", "WHERE", "WINDOW", "INSERT", "CREATE"};
  const char *near = NULL;
  uint32_t distance = 0;
  for (size_t i = 0; i < COUNT_OF(words); i++) nearest_name_offer(word, words[i], &near, &distance);
  return is_near(word, near, distance) ? near : NULL;
}

/* Words that begin a clause, and are meant so even behind a comma too many. */
static bool begins_clause(const Parse *p, int token) {
  if (token == TK_ORDER || token == TK_GROUP) return next_is(p, "BY");
  return token == TK_FROM || token == TK_WHERE || token == TK_HAVING || token == TK_UNION ||
         token == TK_ON || token == TK_RP || token == TK_WITH || token == TK_LIKE;
}

static bool is_word(const Parse *p, Span span) {
  unsigned char c = (unsigned char)p->text[span.at];
  return span.len > 0 && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80);
}

/* Something is left open. */
static bool hint_unclosed(Parse *p, int token) {
  bool stops = token == 0 || (begins_clause(p, token) && token != TK_RP);
  if (!stops || p->before_code == TK_COMMA) return false;
  bool may_end = grammar_accepts(p->machine, TK_END);
  if (may_end && grammar_accepts(p->machine, TK_INSERT)) {
    parse_hint(p, "a statement set ends with a semicolon and END");
  } else if (may_end) {
    parse_hint(p, "is the END of CASE missing?");
  } else if (grammar_accepts(p->machine, TK_RP)) {
    parse_hint(p, "is a \")\" missing?");
  } else if (grammar_accepts(p->machine, TK_RBRACKET)) {
    parse_hint(p, "is a \"]\" missing?");
  } else {
    return false;
  }
  return true;
}

static void hint_misspelt(Parse *p) {
  const char *near = NULL;
  if (is_word(p, p->at)) near = near_keyword(p, shown(p, p->at));
  if (near == NULL && is_word(p, p->at)) near = near_clause(shown(p, p->at));
  if (near != NULL) {
    parse_hint(p, "did you mean \"%s\"?", near);
  } else if (p->before_code == TK_ID && is_word(p, p->before)) {
    near = near_clause(shown(p, p->before));
    if (near != NULL)
      parse_hint(p, "did you mean \"%s\" where \"%s\" is?", near, shown(p, p->before));
  }
}

/* The first hint that is given stays. */
static void hint_for(Parse *p, int token) {
  if (hint_unclosed(p, token) || token == 0) return;
  bool keyword = keyword_of_token(token) != NULL && token != TK_AND && token != TK_OR &&
                 token != TK_NOT && token != TK_NOT_INFIX;
  bool clause = begins_clause(p, token);
  if (p->before_code == TK_COMMA && clause) {
    parse_hint(p, "there is a comma too many before it");
  } else if (token == TK_NOT && next_is(p, "NULL")) {
    parse_hint(p, "write IS NOT NULL");
  } else if (token == TK_QUESTION) {
    parse_hint(p, "there are no parameters");
  } else if (keyword && !clause && grammar_accepts(p->machine, TK_ID)) {
    parse_hint(p, "\"%s\" is a reserved word: to use it as a name, put it in back-ticks",
               shown(p, p->at));
  } else {
    hint_misspelt(p);
    bool begins = beginnings(p)[token] && p->text[p->at.at] != '.';
    if (begins && grammar_accepts(p->machine, TK_COMMA))
      parse_hint(p, "is a comma missing before it?");
  }
}

void parse_syntax_error(Parse *p, int token) {
  if (p->code != OK || refuse_unsupported(p)) return;
  if (token != 0 && refuse_clause(p)) return;
  if (token == 0) {
    Span at = p->at_semicolon || p->before.len == 0 ? p->at : p->before;
    parse_fail(p, ERR_SYNTAX, at, "the statement is not finished%s", expected(p));
  } else {
    parse_fail(p, ERR_SYNTAX, p->at, "syntax error near \"%s\"%s", shown(p, p->at), expected(p));
  }
  hint_for(p, token);
}
