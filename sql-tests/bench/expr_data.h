/* expr_data.h -- the rows that the bench of expressions runs over: the same in every run. */
#pragma once
#include "exec/data/batch.h"

typedef struct BenchColumn {
  const char *name, *type; /* type as SQL writes it */
} BenchColumn;

/* The columns; those with a NULL in every twentieth row say so in their comment. */
extern const BenchColumn bench_columns[];
extern const uint32_t bench_n_columns;

/* A full batch, number `number`, of columns of these types (those of bench_columns, in order).
 * NULL: no memory. */
BatchBuilder *bench_batch(const Type *types, uint32_t number);
