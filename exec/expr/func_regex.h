/* func_regex.h -- matching within kernels: outcomes of regex.h as errors of the call. */
#pragma once
#include "exec/expr/func.h"
#include "exec/expr/regex.h"

/* The state of functions with one pattern, which is their second argument. */
typedef struct RegexState {
  Regex *regex;
  uint32_t escape; /* of SIMILAR TO; 0: none */
  bool similar;
} RegexState;

/* Make the row's pattern current.  *good: it is a regular expression.  ERR_UNSUPPORTED... */
MUST_USE Code regex_use(KernelCall *k, Regex *regex, Str pattern, bool *good);
/* The first match at or behind byte `from`.  *hit: there is one. */
MUST_USE Code regex_find(KernelCall *k, Regex *regex, Str text, size_t from, bool *hit);
/* Group i of the last match; empty where it took no part in it. */
Str regex_part(const Regex *regex, Str text, int64_t i);
/* Where the search goes on behind a match, as Java does: behind its end, or one character
 * further when it is empty.  Above text.len: it is over. */
size_t regex_next(Str text, Str match);
