/* func_bind.h -- shapes of argument lists that functions share. */
#pragma once
#include "exec/expr/func.h"

/* Arguments by letters, one each; a last '*' repeats the letter before it.
 *   t  text: CHAR or VARCHAR (CHAR stays CHAR)      y  BYTES or text
 *   i  INT         l  BIGINT        d  DOUBLE       b  BOOLEAN
 *   n  any number, not cast                         a  anything, not cast
 * A bare NULL gets the type of its letter.  Sets call->type to result.  takes is said in
 * the message when the arguments do not fit: "a string and an integer". */
MUST_USE Code bind_shape(FuncBind *b, const char *shape, Type result, const char *takes);

/* Give argument i a type if it is a bare NULL. */
void bind_type_null(FuncBind *b, uint32_t i, Type type);
/* Cast all arguments to their common type and give that back. */
MUST_USE Code bind_common(FuncBind *b, const char *takes, Type *common);
/* Fold argument i if it is a cast of a constant; errors are left for run time. */
void bind_fold(FuncBind *b, uint32_t i);
/* The value of argument i if it is a constant integer, not NULL. */
bool bind_const_int(const FuncBind *b, uint32_t i, int64_t *out);
bool bind_any_nullable(const FuncBind *b);
/* Turn the call, whose type is set, into CAST(call AS to). */
void bind_wrap_cast(FuncBind *b, Type to);

/* Binds that several functions name in funcs.def. */
Code bind_compare(FuncBind *b);     /* two values that can be compared -> BOOLEAN */
Code bind_bool(FuncBind *b);        /* BOOLEAN -> BOOLEAN */
Code bind_any_to_bool(FuncBind *b); /* anything -> BOOLEAN */
Code bind_double(FuncBind *b);      /* numbers, as DOUBLE -> DOUBLE */
