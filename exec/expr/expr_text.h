/* expr_text.h -- expressions written by hand, for unit tests.
 *
 *     (+ INT:1 (CAST:BIGINT $0))     (CASE (= $0 INT:1) STRING:'one' NULL)
 *
 * An atom is TYPE:VALUE as batch_text.h writes values, NULL, or $n, a column.  A list is a
 * function or operator by name (a blank in its name written as _), AND, OR, CASE, IN,
 * CAST:TYPE or TRY_CAST:TYPE, and its arguments.
 */
#pragma once
#include "base/str.h"
#include "exec/expr/func.h"

typedef struct ExprText {
  Arena arena;
  ExprEnv env;
  const Type *columns; /* types of $0, $1 ... */
  uint32_t n_columns;
  /* Literal i becomes column n_columns + i, if its bit is set: tests then see the same
   * expression over columns. */
  uint64_t as_columns;
  Value literals[64];
  uint32_t n_literals;
  Error err;
} ExprText;

/* NULL and the cause in t->err when the binder refuses it; aborts on malformed text. */
Expr *expr_from_text(ExprText *t, const char *text);
/* The value of e over a batch of a few rows that all hold the literals which became columns, half
 * of them selected: as batch_text.h prints it, or "error: MESSAGE". */
void expr_value_text(ExprText *t, Expr *e, StrBuf *out);
/* A type as batch_text.h writes it, without blanks: DECIMAL(10,2). */
Type type_from_text(const char *text);
