/* sort_key.h -- the order that ORDER BY asks for. */
#pragma once
#include "exec/ops/op_spec.h"

/* Order of two cells of the key's column, NULLs where the key wants them: negative, zero,
 * positive. */
int sort_key_compare(const SortKey *key, const Vector *a, uint32_t row_a, const Vector *b,
                     uint32_t row_b);

/* The cells of rows[0..n) as words that are never in the wrong order: a cell before another has no
 * larger word.  Equal words say nothing. */
void sort_key_words(const SortKey *key, const Vector *v, const uint16_t *rows, uint32_t n,
                    uint64_t *words);
