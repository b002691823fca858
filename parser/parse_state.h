/* parse_state.h -- what tokens, grammar and builders share while one statement is parsed.
 *
 * Internal to parser/.  Builders never return NULL where a node is due: after a failure
 * the tree goes on being built until the driver looks at `code` behind the token.
 */
#pragma once
#include "parser/ast.h"
#include "parser/token.h"

typedef struct Parse {
  Arena *arena;
  const char *text;
  size_t len;
  Error *err;
  Code code; /* of the first failure */

  void *machine;     /* Lemon's parser */
  size_t begin;      /* of the statement in text */
  Span at;           /* the token that is being fed */
  Span before;       /* the one before it: the last that was shifted */
  int before_code;   /* its token code, 0 at the start */
  bool at_semicolon; /* the end that is being fed is a semicolon, not the text's end */

  AstStmt *stmt; /* results: one of them */
  AstExpr *expr;
  AstType *type;
} Parse;

/* Record a failure, unless there is one.  The hint is the caller's, by parse_hint,
 * right after. */
void parse_fail(Parse *p, Code code, Span span, const char *fmt, ...) PRINTF(4, 5);
void parse_hint(Parse *p, const char *fmt, ...) PRINTF(2, 3);

/* From the first byte of start to the end of the last shifted token. */
static inline Span span_to_here(const Parse *p, Span start) {
  uint32_t end = p->before.at + p->before.len;
  return (Span){start.at, end > start.at ? end - start.at : 0};
}

/* ---- syntax errors: parse_error.c ---- */

/* Called by the machine: token (Lemon's code, 0 at the end) does not fit. */
void parse_syntax_error(Parse *p, int token);
/* Called when the machine's stack is too high. */
void parse_too_deep(Parse *p);
/* A TOKEN_BAD. */
void parse_bad_token(Parse *p, Token t);

/* ---- the machine: grammar.y ---- */

void *GrammarAlloc(void *(*alloc)(size_t), Parse *p);
void GrammarFree(void *machine, void (*release)(void *));
void Grammar(void *machine, int token, Span value);
size_t grammar_stack_used(const void *machine);
/* Would the machine, as it stands, take this token for what it is (no fallback)? */
bool grammar_accepts(const void *machine, int token);
/* Tokens are numbered from 1; 0 is the end. */
int grammar_token_count(void);
/* Does the token become a name where nothing else fits? */
bool grammar_is_fallback(int token);

/* ---- strings and names: ast_text.c ---- */

/* Inside of a string literal of any sort (one token's span, with UESCAPE if it is
 * there), escapes done.  "" after a failure. */
const char *decode_string(Parse *p, Span span);
/* A name, back-ticks off. */
AstName ast_name(Parse *p, Span span);
