/* regex.h -- regular expressions in Java's syntax, run by PCRE2 within limits.
 *
 * A Regex holds one compiled pattern and what matching needs; one thread at a time.  Patterns
 * are rewritten where PCRE2 writes a thing differently (\u0041, \p{Alpha}, \p{IsHan}); what
 * it cannot do (classes within classes, as in [a-z&&[^b]]) is refused rather than
 * misread.  Texts need not be UTF-8: a bad byte is matched by nothing.
 *
 * Limits: steps of one match, memory of one match, size and nesting of a pattern; so that no
 * pattern and no text can make a query hang (pcre2api, "match limit", "heap limit").
 */
#pragma once
#include "base/str.h"

typedef struct Regex Regex;

typedef enum RegexCode {
  REGEX_OK,          /* compiled; matched */
  REGEX_NO_MATCH,    /* of regex_match */
  REGEX_BAD,         /* the pattern is no regular expression */
  REGEX_UNSUPPORTED, /* it is one in Java, but not here */
  REGEX_LIMIT,       /* matching took too many steps or too much memory */
  REGEX_NO_MEMORY
} RegexCode;

Regex *regex_new(void); /* NULL: no memory */
void regex_free(Regex *r);

/* Make pattern the current one; costs nothing if it already is.  many: it will be matched often
 * enough to be worth machine code. */
RegexCode regex_compile(Regex *r, Str pattern, bool many);
/* What is wrong with the pattern: of REGEX_BAD and REGEX_UNSUPPORTED. */
const char *regex_message(const Regex *r);
/* The first match that starts at byte `from` or behind.  A pattern must be compiled. */
RegexCode regex_match(Regex *r, Str text, size_t from);
/* Group i of the last match (0: all of it) as part of its text; false: the pattern has no such
 * group, or it took no part in the match. */
bool regex_group(const Regex *r, Str text, int64_t i, Str *group);

/* How many groups the pattern has. */
uint32_t regex_groups(const Regex *r);

/* Rewrite Java's pattern for PCRE2.  message says what cannot be done. */
RegexCode regex_from_java(Str pattern, StrBuf *out, const char **message);
/* Rewrite a SIMILAR TO pattern (SQL:2016 part 2, 8.6) for PCRE2.  escape: code point, 0: none. */
RegexCode regex_from_similar(Str pattern, uint32_t escape, StrBuf *out, const char **message);
/* regex_compile for SIMILAR TO. */
RegexCode regex_compile_similar(Regex *r, Str pattern, uint32_t escape, bool many);
