/* error.h -- how a failure travels from where it happens to the user's screen.
 *
 * A fallible function returns a Code; the words are written once, where the
 * failure is first known, into the Error owned by the statement or the job.
 * Callers add nothing and translate nothing: they clean up and pass the Code
 * on.  The first error wins; later ones are dropped (a cascade hides the cause).
 *
 * Not for programmer mistakes (assert) and not for one bad input row (the
 * source counts it and goes on).
 */
#pragma once
#include "base/base.h"

typedef enum Code {
#define CODE(name, text) name,
#include "base/codes.def"
#undef CODE
  CODE_COUNT
} Code;

/* Bytes [at, at+len) of the script's text.  len 0: no position is known. */
typedef struct Span {
  uint32_t at, len;
} Span;

#define NO_SPAN ((Span){0, 0})

/* The smallest span that covers a and b; either may be NO_SPAN. */
static inline Span span_join(Span a, Span b) {
  if (a.len == 0) return b;
  if (b.len == 0) return a;
  uint32_t at = a.at < b.at ? a.at : b.at;
  uint32_t ae = a.at + a.len, be = b.at + b.len;
  return (Span){at, (ae > be ? ae : be) - at};
}

typedef struct Error {
  Code code;        /* OK until something fails */
  Span span;        /* where in the user's SQL */
  const char *file; /* where in our source it was raised; for WEIR_TRACE=error only */
  int line;
  char msg[512];  /* one line, lower case, no full stop: a fact */
  char hint[256]; /* "" or what the user can do */
} Error;

/* Record a failure and return its code, so that a caller can write
 *     return FAIL(err, ERR_NAME, id->span, "no column \"%s\"", id->text);
 * A message that does not fit is cut, on a whole UTF-8 character. */
#define FAIL(err, code, span, ...) \
  error_raise((err), (code), (span), __FILE__, __LINE__, __VA_ARGS__)

/* Pass a failure on.  Only where there is nothing to clean up. */
#define TRY(expr)                          \
  do {                                     \
    Code try_code_ = (expr);               \
    if (try_code_ != OK) return try_code_; \
  } while (0)

Code error_raise(Error *err, Code code, Span span, const char *file, int line, const char *fmt, ...)
    PRINTF(6, 7);

/* Attach what the user can do to the failure just recorded.  The first hint wins. */
void error_hint(Error *err, const char *fmt, ...) PRINTF(2, 3);

const char *code_text(Code code);

/* Position of a byte offset in a text: line and column from 1, columns in code points. */
typedef struct TextPosition {
  uint32_t line, column;
} TextPosition;
TextPosition text_position(const char *text, size_t text_len, uint32_t at);

typedef struct StrBuf StrBuf;

/* Append
 *     NAME:LINE:COLUMN: error: MESSAGE
 *       the source line
 *            ^
 *     hint: ...
 * to out.  Without a span the line is "NAME: error: MESSAGE" and no source is
 * shown.  text is the whole script, name is "-c", "<stdin>" or a path; the
 * caret is placed by display width. */
void error_render(const Error *err, const char *name, const char *text, size_t text_len,
                  StrBuf *out);
