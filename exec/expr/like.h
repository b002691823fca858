/* like.h -- LIKE patterns: compiled once, matched against many texts.
 *
 * '%' stands for any run of characters, '_' for one code point (or one byte that is no
 * UTF-8); the escape character takes the special meaning from '%', '_' and itself, and is
 * an ordinary character before any other and at the end.  A pattern of a plain text with
 * '%' at either end is matched without stepping through it.
 *
 * Matching takes at most pattern length times text length steps, whatever the pattern: only
 * the last '%' is ever tried again.
 */
#pragma once
#include "base/base.h"
#include "base/str.h"

typedef enum LikeShape {
  LIKE_IS,       /* abc */
  LIKE_STARTS,   /* abc% */
  LIKE_ENDS,     /* %abc */
  LIKE_CONTAINS, /* %abc% */
  LIKE_STEPS     /* everything else */
} LikeShape;

typedef struct LikeStep LikeStep;

typedef struct LikePattern {
  LikeShape shape;
  Str plain; /* the text of the plain shapes; points into bytes */
  char *bytes;
  LikeStep *steps;
  uint32_t n_steps;
  size_t room; /* pattern bytes that bytes and steps can take: memory is used again */
} LikePattern;

/* A zeroed LikePattern is a valid empty one.  like_compile may be called again on the same
 * one; escape is a code point, 0: none.  false: no memory, and the pattern is empty. */
MUST_USE bool like_compile(LikePattern *p, Str pattern, uint32_t escape);
void like_deinit(LikePattern *p);
bool like_match(const LikePattern *p, Str text);
