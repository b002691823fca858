/* token.h -- the tokens of a SQL text, with their places.
 *
 * Iterates over everything, white space and comments included, so that a shell can
 * colour a text that is not finished.  Words are not told apart here: whether a
 * word is a keyword, keyword_is_known says.
 *
 *     TokenReader r = token_reader(text, len, 0);
 *     for (Token t = token_next(&r); t.kind != TOKEN_END; t = token_next(&r)) ...
 *
 * Any number of threads may read tokens at the same time.
 */
#pragma once
#include "base/base.h"
#include "base/error.h"

typedef enum TokenKind {
  TOKEN_END,     /* of the text; an empty span */
  TOKEN_SPACE,   /* blanks, tabs, newlines, a byte order mark */
  TOKEN_COMMENT, /* -- to the end of the line, or between slash-star and star-slash */
  TOKEN_WORD,
  TOKEN_NAME,           /* in back-ticks */
  TOKEN_STRING,         /* '...' */
  TOKEN_C_STRING,       /* E'...' */
  TOKEN_UNICODE_STRING, /* U&'...' */
  TOKEN_BINARY,         /* X'...' */
  TOKEN_INTEGER,
  TOKEN_DECIMAL,
  TOKEN_FLOAT, /* with an exponent */
  TOKEN_LEFT_PAREN,
  TOKEN_RIGHT_PAREN,
  TOKEN_LEFT_BRACKET,
  TOKEN_RIGHT_BRACKET,
  TOKEN_LEFT_BRACE,
  TOKEN_RIGHT_BRACE,
  TOKEN_COMMA,
  TOKEN_DOT,
  TOKEN_SEMICOLON,
  TOKEN_PLUS,
  TOKEN_MINUS,
  TOKEN_STAR,
  TOKEN_SLASH,
  TOKEN_PERCENT,
  TOKEN_CONCAT,
  TOKEN_EQ,
  TOKEN_NE,
  TOKEN_LT,
  TOKEN_LE,
  TOKEN_GT, /* >> is two of them: ARRAY<ARRAY<INT>> */
  TOKEN_GE,
  TOKEN_ARROW, /* => */
  TOKEN_PIPE,
  TOKEN_QUESTION,
  TOKEN_HINT_BEGIN, /* slash-star-plus: tokens up to TOKEN_HINT_END follow */
  TOKEN_HINT_END,
  TOKEN_BAD, /* see TokenFault */
} TokenKind;

/* What is wrong with a TOKEN_BAD. */
typedef enum TokenFault {
  FAULT_NONE,
  FAULT_CHARACTER,     /* one that no token starts with */
  FAULT_NUL,           /* a NUL byte inside the text */
  FAULT_UTF8,          /* the span is the first bad byte; the next token begins behind the word */
  FAULT_STRING_OPEN,   /* '... without an end */
  FAULT_NAME_OPEN,     /* `... without an end */
  FAULT_COMMENT_OPEN,  /* no end of the comment or hint */
  FAULT_DOUBLE_QUOTES, /* "word" */
  FAULT_NUMBER,        /* 12abc */
  FAULT_BINARY,        /* X'123': not pairs of hex digits */
  FAULT_DOUBLE_EQUALS, /* == */
  FAULT_DOUBLE_COLON,  /* :: */
  FAULT_PARAMETER,     /* :a @a $a #a: weir has no parameters */
  FAULT_OPERATOR,      /* & ~ << -> ->> */
} TokenFault;

typedef struct Token {
  TokenKind kind;
  TokenFault fault;
  Span span;
} Token;

typedef struct TokenReader {
  const char *text;
  size_t len, at;
  bool in_hint;
} TokenReader;

/* text has a NUL behind its last byte and at most SQL_TEXT_MAX bytes. */
TokenReader token_reader(const char *text, size_t len, size_t at);
Token token_next(TokenReader *r);
/* The next that is neither white space nor a comment. */
Token token_next_solid(TokenReader *r);

/* Is the word one that the grammar knows (any case)? */
bool keyword_is_known(const char *word, size_t len);
