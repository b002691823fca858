/* parse_check.c -- what must hold for any text, for tests and the fuzzer.
 *
 * Whatever the bytes: the tokens cover the text without gaps; a statement parses or
 * fails with a message and a place inside the text; one that parses prints back to a
 * text that parses to the same tree (shown by printing once more).
 */
#include "parser/parse_check.h"

#include <string.h>

#include "parser/ast_print.h"
#include "parser/parse.h"
#include "parser/token.h"

static const char *check_error(Arena *arena, const Error *err, size_t len) {
  if (err->msg[0] == '\0') return "an error without a message";
  if ((size_t)err->span.at + err->span.len > len)
    return arena_printf(arena, "the error \"%s\" lies outside of the text", err->msg);
  return NULL;
}

static const char *check_tokens(const char *text, size_t len) {
  TokenReader reader = token_reader(text, len, 0);
  size_t at = 0;
  for (Token t = token_next(&reader); t.kind != TOKEN_END; t = token_next(&reader)) {
    if (t.kind != TOKEN_BAD && t.span.at != at) return "there is a gap between two tokens";
    if (reader.at <= at || reader.at > len) return "the tokens do not move on";
    at = reader.at;
  }
  return at == len ? NULL : "the tokens end too early";
}

static const char *check_statement(Arena *arena, const AstStmt *stmt) {
  StrBuf first, second;
  strbuf_init(&first, 0);
  strbuf_init(&second, 0);
  ast_print_stmt(&first, stmt);
  AstStmt *again = NULL;
  Error err = {0};
  size_t at = 0;
  const char *problem = NULL;
  if (parse_statement(arena, strbuf_text(&first), first.len, &at, &again, &err) != OK) {
    problem = arena_printf(arena, "%s\nprints so, which is not SQL: %s (at %u)",
                           strbuf_text(&first), err.msg, err.span.at);
  } else {
    if (again != NULL) ast_print_stmt(&second, again);
    if (at != first.len || strcmp(strbuf_text(&first), strbuf_text(&second)) != 0)
      problem = arena_printf(arena, "%s\nparsed again prints\n%s", strbuf_text(&first),
                             strbuf_text(&second));
  }
  strbuf_deinit(&first);
  strbuf_deinit(&second);
  return problem;
}

const char *parse_check_text(Arena *arena, const char *text, size_t len, uint32_t *n_good) {
  const char *problem = check_tokens(text, len);
  size_t at = 0;
  while (problem == NULL) {
    AstStmt *stmt = NULL;
    Error err = {0};
    size_t before = at;
    if (parse_statement(arena, text, len, &at, &stmt, &err) != OK) {
      if (at != before) return "an error moved the position";
      return check_error(arena, &err, len);
    }
    if (stmt == NULL) return at == len ? NULL : "the end is not the end of the text";
    if (at <= before || at > len) return "a statement did not move the position";
    if (stmt->span.at < before || stmt->span.at + stmt->span.len > at)
      return "a statement's span lies outside of it";
    if (n_good != NULL) (*n_good)++;
    problem = check_statement(arena, stmt);
  }
  return problem;
}

bool parse_check_same_tokens(Str a, Str b) {
  /* The texts are parts of larger ones: copies have the NUL that the reader wants. */
  Arena arena = {0};
  TokenReader ra = token_reader(arena_strndup(&arena, a.ptr, a.len), a.len, 0);
  TokenReader rb = token_reader(arena_strndup(&arena, b.ptr, b.len), b.len, 0);
  bool same = true;
  Token ta;
  do {
    ta = token_next_solid(&ra);
    Token tb = token_next_solid(&rb);
    Str wa = {ra.text + ta.span.at, ta.span.len}, wb = {rb.text + tb.span.at, tb.span.len};
    same = ta.kind == tb.kind && (ta.kind == TOKEN_WORD ? str_eq_nocase(wa, wb) : str_eq(wa, wb));
  } while (same && ta.kind != TOKEN_END);
  arena_deinit(&arena);
  return same;
}
