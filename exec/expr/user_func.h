/* user_func.h -- functions out of libraries, which speak api/weir_udf.h.
 *
 * A UserFunc wraps one WeirFunction: as a FuncDef, whose kernel gives the library's function the
 * rows that count as columns without gaps, or as an AggDef, whose states lie in the arena of the
 * groups behind a pointer.  What is loaded stays until the program ends, since plans point there.
 *
 *   user_library.c   dlopen, and what a descriptor has to be
 *   user_func.c      scalar functions
 *   user_agg.c       aggregates
 */
#pragma once
#include "exec/expr/agg.h"
#include "exec/expr/func.h"

typedef struct UserFunc UserFunc;

/* The function under this SQL name; the same one for the same three texts.  A path without a slash
 * is that of a file in the working directory.  ERR_NAME: there is no such file or symbol;
 * ERR_UNSUPPORTED: it is not what weir_udf.h says.  Any thread. */
MUST_USE Code user_func_load(const char *name, const char *path, const char *symbol, Span span,
                             const UserFunc **out, Error *err);

const FuncDef *user_func_scalar(const UserFunc *f); /* NULL: it is an aggregate */
const AggDef *user_func_agg(const UserFunc *f);     /* NULL: it is scalar */
const Type *user_func_args(const UserFunc *f, uint32_t *n);
Type user_func_result(const UserFunc *f);
const char *user_func_doc(const UserFunc *f); /* NULL: it has none */
/* "mine.so:twice": what it is, wherever the file lies and whatever it is called in SQL. */
const char *user_func_identity(const UserFunc *f);
/* The same of a function; NULL: it is built in. */
const char *func_identity(const FuncDef *def);

/* --- for agg.c and agg_state.c ---------------------------------------------------------- */

/* Kernels, result and parameters of a call. */
void user_agg_bind(const UserFunc *f, AggCall *call);
/* As AggKernels.load. */
MUST_USE bool user_agg_load(const UserFunc *f, void *state, StateIn *in, Arena *arena);
