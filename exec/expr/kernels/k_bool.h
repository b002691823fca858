/* k_bool.h -- three-valued logic over columns, and selections made from truth values.
 *
 * A truth value is an int8 of 0 or 1 and a validity bit; a NULL pointer of bits means that all
 * are valid.  Bits behind the last row are anything.
 */
#pragma once
#include "base/base.h"

typedef struct TruthColumn {
  int8_t *data;
  const uint64_t *valid;
} TruthColumn;

/* out[i] = a[i] AND b[i], or OR where is_or; out_valid gets n bits, and may be NULL where both
 * columns are all valid.  out and out_valid may be those of a. */
void bool_combine(TruthColumn a, TruthColumn b, bool is_or, int8_t *out, uint64_t *out_valid,
                  uint32_t n);

/* The rows of sel[0..n) where v is TRUE, to out, in order; returns their number.  out has room for
 * n and may be sel. */
uint32_t select_true(TruthColumn v, const uint16_t *sel, uint32_t n, uint16_t *out);
/* ... where v is not TRUE: FALSE or NULL. */
uint32_t select_not_true(TruthColumn v, const uint16_t *sel, uint32_t n, uint16_t *out);
/* ... where v is not FALSE: TRUE or NULL. */
uint32_t select_not_false(TruthColumn v, const uint16_t *sel, uint32_t n, uint16_t *out);
/* ... where the bit is clear. */
uint32_t select_null(const uint64_t *valid, const uint16_t *sel, uint32_t n, uint16_t *out);
