/* cast.h -- CAST: which kernel turns one type into another, and what can go wrong.
 *
 * The rules and texts are Flink's with the deviations of docs/sql/differences.md: a narrowing that
 * loses the value is an error (weir.overflow = wrap: two's complement as in Flink); TRY_CAST
 * gives NULL instead.  A DECIMAL that does not fit its precision is NULL, as everywhere.
 * CAST between integer and INTERVAL counts months or milliseconds, as Flink does.
 */
#pragma once
#include "exec/expr/func.h"

/* Computes k->out from k->args[0]; k->expr is the CAST node.  out->valid is set to the
 * argument's before the call. */
typedef Code (*CastKernel)(KernelCall *k);

/* NULL when type_castable is false or when no work is needed (cast_is_free). */
CastKernel cast_kernel(Type from, Type to);
/* Every value of from is a value of to, represented the same. */
bool cast_is_free(Type from, Type to);
/* Can CAST raise an error for some value?  Can it give NULL for one? */
bool cast_may_fail(Type from, Type to);
bool cast_gives_null(Type from, Type to);
/* to, in whose parts there may be a NULL where the cast leaves or makes one. */
Type cast_result(Type from, Type to);
