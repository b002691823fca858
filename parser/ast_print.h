/* ast_print.h -- a syntax tree back to SQL.
 *
 * The text is on one line and parses to the same tree (spans and the spelling of
 * keywords apart).  A name is put in back-ticks where it is a keyword or not a plain
 * word.  Out of memory is remembered by the StrBuf (strbuf_failed).
 */
#pragma once
#include "base/str.h"
#include "parser/ast.h"

void ast_print_stmt(StrBuf *out, const AstStmt *stmt); /* without a semicolon */
void ast_print_query(StrBuf *out, const AstQuery *query);
void ast_print_expr(StrBuf *out, const AstExpr *expr);
void ast_print_type(StrBuf *out, const AstType *type);
/* A name, in back-ticks where it has to be. */
void ast_print_name(StrBuf *out, const char *name);
void ast_print_path(StrBuf *out, const AstPath *path);
/* 'text' with its quotes doubled. */
void ast_print_text(StrBuf *out, const char *text);
