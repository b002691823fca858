/* expr_random.h -- random expressions as SQL text, made of whatever functions there are. */
#pragma once
#include "base/str.h"

/* The columns that they are made over, and what stands in them. */
typedef struct ExprColumn {
  const char *name, *type;
  const char *const *values; /* literals that can be cast to the type; NULL at the end */
} ExprColumn;
extern const ExprColumn expr_columns[];
extern const uint32_t expr_n_columns;

/* Bytes that decide: of a fuzzer, or random.  Behind their end come zeros. */
typedef struct Choices {
  const uint8_t *at, *end;
} Choices;

/* Append an expression.  Many are refused when they are bound: names and types are chosen freely.
 */
void expr_random(Choices *c, StrBuf *out);
