/* func_nested.h -- functions over ARRAY, MAP, MULTISET and ROW: the binds and kernels that
 * funcs_nested.def names.
 *
 *   func_nested.c         ARRAY[...], MAP[...], ROW(...)
 *   func_nested_access.c  a[i], m[k], r.f
 */
#pragma once
#include "exec/data/nested.h"
#include "exec/expr/func.h"

Code bind_array_of(FuncBind *b);
Code bind_map_of(FuncBind *b);
Code bind_row_of(FuncBind *b);
Code kernel_array_of(KernelCall *k);
Code kernel_map_of(KernelCall *k);
Code kernel_row_of(KernelCall *k);

Code bind_element(FuncBind *b);
Code bind_field(FuncBind *b);
Code kernel_element(KernelCall *k);
Code kernel_field(KernelCall *k);

/* --- helpers ------------------------------------------------------------------------------ */

/* May a type that holds these be made?  ERR_LIMIT when they are nested too deep. */
MUST_USE Code bind_nest(FuncBind *b, const Type *types, uint32_t n);
/* ERR_LIMIT: a result of so many "bytes" or "items". */
Code nested_too_large(KernelCall *k, uint64_t size, const char *what);
/* Store a nested value that was made (or not: no memory) as out's.  ERR_MEMORY, ERR_LIMIT. */
MUST_USE Code put_nested(KernelCall *k, uint32_t row, bool made, TextRef value);
