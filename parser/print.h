/* print.h -- what the files of the printer share.  Internal to parser/.
 *
 * ast_print_expr.c: names, types, expressions.  ast_print_call.c: calls and windows.
 * ast_print_query.c: queries and FROM.  ast_print_stmt.c: statements.
 */
#pragma once
#include "parser/ast_print.h"

bool print_is_plain_word(const char *name);              /* letters, digits, _ and $ */
void print_ticked(StrBuf *out, const char *name);        /* `name` */
void print_names_in_parens(StrBuf *out, AstNames names); /* (a, b) */
void print_options(StrBuf *out, AstOptions options);     /* ('k' = 'v', ...) */
const char *print_unit_word(AstUnit unit);

void print_exprs(StrBuf *out, AstExprs exprs);
/* Where the grammar wants a sum, a condition gets parentheses. */
void print_sum(StrBuf *out, const AstExpr *e);
void print_product(StrBuf *out, const AstExpr *e);
void print_call(StrBuf *out, const AstCall *call);
void print_order_by(StrBuf *out, AstOrderItems items); /* ORDER BY ..., or nothing */
void print_order_direction(StrBuf *out, const AstOrderItem *item);
void print_window(StrBuf *out, const AstWindow *window); /* (PARTITION BY ...) */

void print_hints(StrBuf *out, AstHints hints); /* with a blank in front, or nothing */
void print_table_ref(StrBuf *out, const AstTableRef *ref);
void print_query_in_parens(StrBuf *out, const AstQuery *query);
