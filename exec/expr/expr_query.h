/* expr_query.h -- expressions that need the rows of a query which is run before the job.
 *
 *   (SELECT MAX(b) FROM u)        VALUE    its only row, NULL without any
 *   EXISTS (SELECT ...)           EXISTS   has it rows?
 *   (a, b) IN (SELECT x, y ...)   IN       three-valued, as IN of a list
 *   a > ANY (SELECT x ...)        ANY, ALL one, every row; without rows FALSE, TRUE
 *
 * An EXPR_QUERY has the values before the word as its args.  Whoever plans makes the ExprQuery,
 * runs the query, and gives it the rows; from then on expr_fold puts the result in the place of
 * every copy of the expression.  What a program is made of has none left.
 */
#pragma once
#include "exec/expr/in_set.h"

typedef enum QueryForm { QUERY_VALUE, QUERY_EXISTS, QUERY_IN, QUERY_ANY, QUERY_ALL } QueryForm;

struct ExprQuery {
  QueryForm form;
  const char *op;    /* ANY, ALL: "<" */
  uint32_t number;   /* among the queries of a statement, from 1 */
  const Type *types; /* of the columns of its rows; of IN, ANY and ALL also those of args */
  uint32_t n_cols;
  Span span;
  /* The result. */
  bool done;
  uint64_t n_rows;
  Value value;       /* VALUE */
  InSet *set;        /* IN */
  Value least, most; /* ANY, ALL: of the values that are neither NULL nor NaN, */
  bool has_values;   /* if there are any */
  bool has_null, has_nan;
};

/* "IN", "< ANY" */
const char *expr_query_word(const ExprQuery *q);

/* Take n_rows rows, one after the other; what is kept of them lies in the arena after the end, and
 * is borrowed until then.  ERR_DATA: a VALUE has more than one.  ERR_MEMORY. */
MUST_USE Code expr_query_begin(ExprQuery *q, Arena *arena, uint64_t n_rows, Error *err);
MUST_USE Code expr_query_add(ExprQuery *q, const Value *row, Error *err);
MUST_USE Code expr_query_end(ExprQuery *q, Arena *arena, Error *err);
/* What came out, on one line, so that two results can be told apart. */
void expr_query_print(const ExprQuery *q, StrBuf *out);

/* What e is, whose query is done. */
Expr *expr_query_result(Arena *arena, const ExprEnv *env, const Expr *e);
