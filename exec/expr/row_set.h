/* row_set.h -- a set of rows, for `(a, b) IN (SELECT ...)`: see in_set.h. */
#pragma once
#include "exec/expr/func.h"

typedef struct RowSet RowSet;

/* An empty set for at most n_rows rows, in the arena.  NULL when memory is out. */
RowSet *row_set_open(Arena *a, const Type *types, uint32_t n_cols, uint64_t n_rows);
/* Add a row, deep.  false: no memory. */
MUST_USE bool row_set_add(RowSet *set, const Value *row);
uint64_t row_set_count(const RowSet *set);
uint64_t row_set_digest(const RowSet *set);
/* k->out = (k->args ...) IN set, three-valued. */
Code row_set_kernel(KernelCall *k, const RowSet *set);
