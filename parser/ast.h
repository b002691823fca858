/* ast.h -- the syntax tree: what the user wrote, before any name is looked up.
 *
 * Every node lives in the arena that was given to parse_statement and is never
 * freed alone.  Every node knows its Span, bytes of the whole script text.  The
 * nodes are plain tagged unions, to be walked with a switch over `kind`.
 *
 *   AstStmt     a statement               AstTableRef  what stands in FROM
 *   AstQuery    SELECT, VALUES, UNION...  AstExpr      an expression
 *   AstSelect   one SELECT block          AstType      a type as written
 *
 * Conventions.  A list is {items, n, cap}; n = 0 is the absent list.  An optional
 * name or text is absent when its .text is NULL; an optional node is a NULL
 * pointer.  Names keep their case.  Literals stay text: the binder converts.
 * Texts are UTF-8, NUL-terminated, without a NUL inside.
 *
 * Depth.  No path from a statement down to a leaf is longer than SQL_DEPTH_MAX
 * nodes (AstExpr.depth and its like count it), so that a recursive walk is safe.
 * Chains of AND and of OR are flat lists; chains of other operators are nested to
 * the left and count.
 *
 * Parentheses leave no node: the span of a parenthesized expression covers them.
 * The printer (ast_print.h) puts them back where they are needed.
 */
#pragma once
#include "parser/ast_expr.h"
#include "parser/ast_query.h"
#include "parser/ast_stmt.h"
