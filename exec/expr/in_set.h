/* in_set.h -- what stands behind `x IN`, looked up by hash: constants, or the rows of a query. */
#pragma once
#include "exec/expr/func.h"

/* From the constants args[1..) of an EXPR_IN.  Lives in the arena; text is borrowed from the
 * constants.  NULL when memory is out. */
const InSet *in_set_new(Arena *a, const Expr *in);

/* An empty set for at most n_rows rows of n_cols columns, in the arena.  NULL when memory is out.
 */
InSet *in_set_open(Arena *a, const Type *types, uint32_t n_cols, uint64_t n_rows);
/* Add a row; long text is copied.  false: no memory. */
MUST_USE bool in_set_add(InSet *set, const Value *row);
/* Different rows, and a hash of them that does not depend on their order. */
uint64_t in_set_count(const InSet *set);
uint64_t in_set_digest(const InSet *set);

/* k->out = k->args IN set, three-valued.  Of one column k->out->valid is the argument's. */
Code in_set_kernel(KernelCall *k, const InSet *set);
