/* parse_check.h -- what must hold for any text, for tests and the fuzzer. */
#pragma once
#include "base/str.h"
#include "parser/ast.h"

/* Parse every statement of the text, print it, parse and print that again.  NULL when
 * all is well (a syntax error is), else what is not; the words live in the arena.
 * n_good, if not NULL, counts the statements that parsed. */
const char *parse_check_text(Arena *arena, const char *text, size_t len, uint32_t *n_good);

/* Do the two texts have the same tokens, the case of words apart? */
bool parse_check_same_tokens(Str a, Str b);
