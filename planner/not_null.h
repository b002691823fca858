/* not_null.h -- the check of a NOT NULL column of a sink (table.exec.sink.not-null-enforcer). */
#pragma once
#include "exec/expr/func.h"

/* e, with ERR_DATA at run time for a row in which it is NULL; e itself where it cannot be.
 * message: `NULL in "a", ...`. */
Expr *not_null_check(Arena *a, Expr *e, const char *message, Span span);
