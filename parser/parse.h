/* parse.h -- SQL text to syntax tree, one statement at a time.
 *
 * Text is UTF-8, at most SQL_TEXT_MAX bytes, and must have a NUL behind its last
 * byte.  Trees live in the caller's arena.  Every Span is an offset into the whole
 * text, so that an error in the twelfth statement of a script points at its line.
 * Nothing is looked up and no type is checked: the planner does.
 *
 * Any number of threads may parse at the same time.
 */
#pragma once
#include "parser/ast.h"

/* Parse the next statement of a script, from byte *at on, and move *at behind its
 * semicolon.  The last one may lack it; empty statements are skipped.  *stmt is NULL
 * when none is left.
 *
 * Errors: ERR_SYNTAX with the span of the offending word (at the end of the text, of
 * the last one) and perhaps a hint; ERR_LIMIT for a text, a nesting or a list that is
 * too long.  After an error *at is where it was. */
MUST_USE Code parse_statement(Arena *arena, const char *text, size_t len, size_t *at,
                              AstStmt **stmt, Error *err);

/* Parse a text that is one expression and nothing else. */
MUST_USE Code parse_expression(Arena *arena, const char *text, size_t len, AstExpr **expr,
                               Error *err);

/* Parse a text that is one type, such as "ROW<a INT NOT NULL, b ARRAY<STRING>>". */
MUST_USE Code parse_type(Arena *arena, const char *text, size_t len, AstType **type, Error *err);

/* Does the text end with a finished statement?  For a shell that asks for more lines:
 * false inside a string, a comment, a statement set, or without the last semicolon;
 * true for a text of blanks and comments alone. */
bool sql_is_complete(const char *text, size_t len);
