/* in_set.h -- the constants of `x IN (...)`, looked up by hash. */
#pragma once
#include "exec/expr/func.h"

typedef struct InSet InSet;

/* From the constants args[1..) of an EXPR_IN.  Lives in the arena; text is borrowed from the
 * constants.  NULL when memory is out. */
const InSet *in_set_new(Arena *a, const Expr *in);
/* k->out = k->args[0] IN set, three-valued.  k->out->valid is the argument's. */
Code in_set_kernel(KernelCall *k, const InSet *set);
