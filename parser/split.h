/* split.h -- where a statement of a script ends.  Internal to parser/. */
#pragma once
#include "parser/token.h"

/* A zeroed Splitter is at the start of a statement. */
typedef struct Splitter {
  uint32_t n_tokens; /* of the statement, so far */
  int words[3];      /* its first tokens, as SplitWord */
  int before[2];     /* the last two */
  bool in_set;       /* between BEGIN and END of a statement set */
  bool at_sub_start; /* in a set: the next token begins a statement of it */
} Splitter;

/* Take the next solid token.  true: it is the semicolon that ends the statement, and
 * the splitter is at the start of the next. */
bool splitter_take(Splitter *s, const char *text, Token t);
