/* parse.c -- the driver: tokens of one statement go into Lemon's machine.
 *
 * For each token of SQLite's tokenizer it decides which token of the grammar it is.
 * That is where the words of keywords.def are told apart from names, some of them by
 * looking at the token behind.  SET and RESET with bare words have no grammar (their
 * values are free text) and are cut by hand.
 */
#include "parser/parse.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/str.h"
#include "base/utf8.h"
#include "parser/ast_build.h"
#include "parser/grammar.h"
#include "parser/keywords.h"
#include "parser/split.h"

void parse_fail(Parse *p, Code code, Span span, const char *fmt, ...) {
  if (p->code != OK) return;
  char message[sizeof p->err->msg];
  va_list args;
  va_start(args, fmt);
  vsnprintf(message, sizeof message, fmt, args);
  va_end(args);
  message[utf8_valid_prefix(message, strlen(message))] = '\0'; /* when it was cut */
  p->code = FAIL(p->err, code, span, "%s", message);
}

void parse_hint(Parse *p, const char *fmt, ...) {
  char hint[sizeof p->err->hint];
  va_list args;
  va_start(args, fmt);
  vsnprintf(hint, sizeof hint, fmt, args);
  va_end(args);
  error_hint(p->err, "%s", hint);
}

/* ---- tokens of the tokenizer to tokens of the grammar ---- */

static bool is_string(TokenKind kind) {
  return kind == TOKEN_STRING || kind == TOKEN_C_STRING || kind == TOKEN_UNICODE_STRING;
}

static bool token_is_word(const Parse *p, Token t, Str word) {
  return t.kind == TOKEN_WORD && str_eq_nocase((Str){p->text + t.span.at, t.span.len}, word);
}

/* Does the token that follows fit one of the alternatives of keywords.def? */
static bool fits(const Parse *p, const char *when, TokenReader ahead) {
  if (when[0] == '\0') return true;
  Token next = token_next_solid(&ahead);
  while (*when != '\0') {
    size_t n = strcspn(when, " ");
    Str alternative = {when, n};
    if (str_eq(alternative, STR("("))) {
      if (next.kind == TOKEN_LEFT_PAREN) return true;
    } else if (str_eq(alternative, STR("!("))) {
      if (next.kind != TOKEN_LEFT_PAREN) return true;
    } else if (str_eq(alternative, STR("["))) {
      if (next.kind == TOKEN_LEFT_BRACKET) return true;
    } else if (str_eq(alternative, STR("'"))) {
      if (is_string(next.kind)) return true;
    } else if (str_eq(alternative, STR("-'"))) {
      if (next.kind == TOKEN_MINUS || next.kind == TOKEN_PLUS) next = token_next_solid(&ahead);
      if (is_string(next.kind)) return true;
    } else if (token_is_word(p, next, alternative)) {
      return true;
    }
    when += n;
    when += strspn(when, " ");
  }
  return false;
}

/* ahead is behind the word. */
static int word_code(const Parse *p, Span span, TokenReader ahead) {
  bool behind_dot = p->before_code == TK_DOT && p->before.at + 1 == span.at;
  if (behind_dot) return TK_ID; /* t.order, but not "t. FROM" */
  const Keyword *k = keyword_find(p->text + span.at, span.len);
  for (; k != NULL; k = keyword_next(k))
    if (fits(p, k->when, ahead)) return k->token;
  bool unit = p->before_code == TK_RP && ast_is_unit((Str){p->text + span.at, span.len});
  return unit ? TK_UNIT_BEHIND : TK_ID; /* (a - b) DAY */
}

/* Of a token that is not TOKEN_END or TOKEN_BAD; ahead is behind it. */
static int token_code(const Parse *p, Token t, TokenReader ahead) {
  static const int codes[] = {
      [TOKEN_NAME] = TK_ID,
      [TOKEN_STRING] = TK_STRING,
      [TOKEN_C_STRING] = TK_STRING,
      [TOKEN_UNICODE_STRING] = TK_STRING,
      [TOKEN_BINARY] = TK_BINARY,
      [TOKEN_INTEGER] = TK_INTEGER,
      [TOKEN_DECIMAL] = TK_DECIMAL,
      [TOKEN_FLOAT] = TK_FLOAT,
      [TOKEN_LEFT_PAREN] = TK_LP,
      [TOKEN_RIGHT_PAREN] = TK_RP,
      [TOKEN_LEFT_BRACKET] = TK_LBRACKET,
      [TOKEN_RIGHT_BRACKET] = TK_RBRACKET,
      [TOKEN_LEFT_BRACE] = TK_LBRACE,
      [TOKEN_RIGHT_BRACE] = TK_RBRACE,
      [TOKEN_COMMA] = TK_COMMA,
      [TOKEN_DOT] = TK_DOT,
      [TOKEN_SEMICOLON] = TK_SEMI,
      [TOKEN_PLUS] = TK_PLUS,
      [TOKEN_MINUS] = TK_MINUS,
      [TOKEN_STAR] = TK_STAR,
      [TOKEN_SLASH] = TK_SLASH,
      [TOKEN_PERCENT] = TK_PERCENT,
      [TOKEN_CONCAT] = TK_CONCAT,
      [TOKEN_EQ] = TK_EQ,
      [TOKEN_NE] = TK_NE,
      [TOKEN_LT] = TK_LT,
      [TOKEN_LE] = TK_LE,
      [TOKEN_GT] = TK_GT,
      [TOKEN_GE] = TK_GE,
      [TOKEN_ARROW] = TK_ARROW,
      [TOKEN_PIPE] = TK_PIPE,
      [TOKEN_QUESTION] = TK_QUESTION,
      [TOKEN_HINT_BEGIN] = TK_HINT_BEGIN,
      [TOKEN_HINT_END] = TK_HINT_END,
  };
  if (t.kind == TOKEN_WORD) return word_code(p, t.span, ahead);
  assert(t.kind < COUNT_OF(codes) && codes[t.kind] != 0);
  return codes[t.kind];
}

/* U&'..' UESCAPE 'c' is one token of the grammar. */
static void take_uescape(const Parse *p, TokenReader *reader, Token *t) {
  TokenReader ahead = *reader;
  if (!token_is_word(p, token_next_solid(&ahead), STR("UESCAPE"))) return;
  Token c = token_next_solid(&ahead);
  if (c.kind != TOKEN_STRING) return; /* a syntax error follows */
  t->span = span_join(t->span, c.span);
  *reader = ahead;
}

/* ---- the loop ---- */

/* Of the machine's stack: what is SQL_DEPTH_MAX deep takes at most about 16 a level. */
enum { STACK_MAX = 20 * SQL_DEPTH_MAX };

static void feed(Parse *p, int code, Span span) {
  p->at = span;
  Grammar(p->machine, code, span);
  if (grammar_stack_used(p->machine) > STACK_MAX) parse_too_deep(p);
  p->before = span;
  p->before_code = code;
}

/* Feed the tokens from *at to the end of the statement; *at is then behind it.  With
 * whole_text, a semicolon is no end. */
static void feed_statement(Parse *p, size_t *at, bool whole_text) {
  TokenReader reader = token_reader(p->text, p->len, *at);
  Splitter splitter = {0};
  for (uint32_t n = 0; p->code == OK; n++) {
    Token t = token_next_solid(&reader);
    bool ends = !whole_text && splitter_take(&splitter, p->text, t);
    if (t.kind == TOKEN_END || ends) {
      p->at_semicolon = ends;
      p->at = t.span;
      Grammar(p->machine, 0, t.span);
      break;
    }
    if (t.kind == TOKEN_BAD) {
      parse_bad_token(p, t);
    } else if (n == SQL_TOKENS_MAX) {
      parse_fail(p, ERR_LIMIT, t.span, "the statement has more than %d words", SQL_TOKENS_MAX);
    } else {
      if (t.kind == TOKEN_UNICODE_STRING) take_uescape(p, &reader, &t);
      feed(p, token_code(p, t, reader), t.span);
    }
  }
  *at = reader.at;
}

static Code run(Parse *p, int start, size_t *at, bool whole_text) {
  p->machine = GrammarAlloc(malloc, p);
  if (p->machine == NULL) {
    parse_fail(p, ERR_MEMORY, NO_SPAN, "out of memory");
    return p->code;
  }
  p->begin = *at;
  p->before = (Span){(uint32_t)*at, 0};
  Grammar(p->machine, start, p->before);
  feed_statement(p, at, whole_text);
  GrammarFree(p->machine, free);
  return p->code;
}

static Code check_length(size_t len, Error *err) {
  if (len <= SQL_TEXT_MAX) return OK;
  return FAIL(err, ERR_LIMIT, NO_SPAN, "the SQL text has %zu bytes, more than %d", len,
              SQL_TEXT_MAX);
}

/* ---- SET key = value, RESET key, without quotes ---- */

static bool is_key_token(Token t) {
  return t.kind == TOKEN_WORD || t.kind == TOKEN_DOT || t.kind == TOKEN_MINUS ||
         t.kind == TOKEN_NAME;
}

/* Free text may hold what no expression may: paths, 10s, a@b. */
static bool is_harmless(Token t) {
  return t.kind != TOKEN_BAD || t.fault == FAULT_CHARACTER || t.fault == FAULT_PARAMETER ||
         t.fault == FAULT_OPERATOR || t.fault == FAULT_DOUBLE_COLON || t.fault == FAULT_NUMBER ||
         t.fault == FAULT_DOUBLE_EQUALS;
}

static AstText text_of_span(Parse *p, Span span) {
  return (AstText){arena_strndup(p->arena, p->text + span.at, span.len), span};
}

/* The value: everything to the end of the statement, or what stands in the quotes when
 * that is one string. */
static AstText free_value(Parse *p, TokenReader *r, Token *end) {
  Span all = NO_SPAN;
  uint32_t n = 0;
  bool quoted = false;
  Token t = token_next_solid(r);
  for (; t.kind != TOKEN_END && t.kind != TOKEN_SEMICOLON; t = token_next_solid(r)) {
    if (!is_harmless(t)) parse_bad_token(p, t);
    all = span_join(all, t.span);
    quoted = n == 0 && is_string(t.kind);
    n++;
  }
  *end = t;
  if (n == 1 && quoted && p->code == OK) return ast_text(p, all);
  return text_of_span(p, all);
}

/* r is behind SET or RESET. */
static Code parse_free_option(Parse *p, Span start, AstStmtKind kind, TokenReader *r) {
  AstOption option = {0};
  Span key = NO_SPAN;
  Token t = token_next_solid(r);
  for (; is_key_token(t); t = token_next_solid(r)) {
    if (key.len > 0 && t.span.at != key.at + key.len) break; /* a key has no blanks */
    key = span_join(key, t.span);
  }
  bool equals = t.kind == TOKEN_EQ && kind == AST_STMT_SET;
  bool ends = t.kind == TOKEN_END || t.kind == TOKEN_SEMICOLON;
  if (t.kind == TOKEN_BAD) parse_bad_token(p, t);
  if (key.len == 0 || (kind == AST_STMT_SET ? !equals : !ends)) {
    parse_fail(p, ERR_SYNTAX, ends ? key : t.span, "%s",
               kind == AST_STMT_SET ? "SET wants a key and a value" : "RESET wants one key");
    parse_hint(p, kind == AST_STMT_SET ? "write SET 'key' = 'value'" : "write RESET 'key'");
    return p->code;
  }
  option.key = text_of_span(p, key);
  p->before = key;
  if (equals) {
    option.value = free_value(p, r, &t);
    p->before = option.value.span;
    if (option.value.span.len == 0) {
      parse_fail(p, ERR_SYNTAX, key, "the value of \"%s\" is missing", option.key.text);
      parse_hint(p, "for an empty value write SET '%s' = ''", option.key.text);
    }
  }
  p->stmt = ast_stmt_option(p, kind, start, option);
  return p->code;
}

/* Is it SET or RESET and then a word? */
static bool is_free_option(const Parse *p, Token first, TokenReader behind) {
  if (!token_is_word(p, first, STR("SET")) && !token_is_word(p, first, STR("RESET"))) return false;
  Token second = token_next_solid(&behind);
  return second.kind == TOKEN_WORD || second.kind == TOKEN_NAME;
}

/* ---- entries ---- */

Code parse_statement(Arena *arena, const char *text, size_t len, size_t *at, AstStmt **stmt,
                     Error *err) {
  *stmt = NULL;
  TRY(check_length(len, err));
  Parse p = {.arena = arena, .text = text, .len = len, .err = err};
  TokenReader reader = token_reader(text, len, *at);
  Token first;
  do {
    first = token_next_solid(&reader);
  } while (first.kind == TOKEN_SEMICOLON);
  size_t end = first.span.at;
  if (first.kind == TOKEN_END) {
    *at = len;
    return OK;
  }
  if (is_free_option(&p, first, reader)) {
    bool set = token_is_word(&p, first, STR("SET"));
    TRY(parse_free_option(&p, first.span, set ? AST_STMT_SET : AST_STMT_RESET, &reader));
    end = reader.at;
  } else {
    TRY(run(&p, TK_START_STATEMENT, &end, false));
  }
  *at = end;
  *stmt = p.stmt;
  return OK;
}

Code parse_expression(Arena *arena, const char *text, size_t len, AstExpr **expr, Error *err) {
  Parse p = {.arena = arena, .text = text, .len = len, .err = err};
  size_t at = 0;
  TRY(check_length(len, err));
  TRY(run(&p, TK_START_EXPRESSION, &at, true));
  *expr = p.expr;
  return OK;
}

Code parse_type(Arena *arena, const char *text, size_t len, AstType **type, Error *err) {
  Parse p = {.arena = arena, .text = text, .len = len, .err = err};
  size_t at = 0;
  TRY(check_length(len, err));
  TRY(run(&p, TK_START_TYPE, &at, true));
  *type = p.type;
  return OK;
}
