/* k_bool.c -- three-valued logic, and selections without branches.
 *
 * A selection loop writes every candidate and moves on only past those that stay: half-true
 * conditions cost no mispredicted branches (Ross, "Selection conditions in main memory",
 * TODS 2004).
 */
#include "exec/expr/kernels/k_bool.h"

#include <stddef.h>

/* One word of 64 rows or less: returns the validity bits.  AND is FALSE where either is FALSE, OR
 * is TRUE where either is TRUE, whatever the other; else both must be known. */
static uint64_t combine_word(TruthColumn a, TruthColumn b, bool is_or, int8_t *out, uint32_t from,
                             uint32_t n) {
  const uint64_t pa = a.valid != NULL ? a.valid[from / 64] : UINT64_MAX;
  const uint64_t pb = b.valid != NULL ? b.valid[from / 64] : UINT64_MAX;
  if ((pa & pb) == UINT64_MAX) {
    for (uint32_t j = from; j < from + n; j++) {
      out[j] = is_or ? a.data[j] | b.data[j] : a.data[j] & b.data[j];
    }
    return UINT64_MAX;
  }
  const unsigned decisive = is_or;
  uint64_t known = 0;
  for (uint32_t j = 0; j < n; j++) {
    const unsigned x = a.data[from + j] & 1, y = b.data[from + j] & 1;
    const unsigned p = pa >> j & 1, q = pb >> j & 1;
    const unsigned decided = (p & (x == decisive)) | (q & (y == decisive));
    const unsigned valid = decided | (p & q);
    /* decided: the decisive value; else both are the other one; NULL holds zero */
    out[from + j] = (int8_t)(valid & (decided == decisive));
    known |= (uint64_t)valid << j;
  }
  return known;
}

KERNEL static void and_plain(const int8_t *a, const int8_t *b, int8_t *out, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) out[i] = a[i] & b[i];
}
KERNEL static void or_plain(const int8_t *a, const int8_t *b, int8_t *out, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) out[i] = a[i] | b[i];
}

void bool_combine(TruthColumn a, TruthColumn b, bool is_or, int8_t *out, uint64_t *out_valid,
                  uint32_t n) {
  if (a.valid == NULL && b.valid == NULL) {
    (is_or ? or_plain : and_plain)(a.data, b.data, out, n);
    return;
  }
  for (uint32_t from = 0; from < n; from += 64) {
    uint32_t rows = n - from < 64 ? n - from : 64;
    out_valid[from / 64] = combine_word(a, b, is_or, out, from, rows);
  }
}

static inline unsigned known_at(const uint64_t *valid, uint32_t row) {
  return valid == NULL || (valid[row / 64] >> (row % 64) & 1);
}

uint32_t select_true(TruthColumn v, const uint16_t *sel, uint32_t n, uint16_t *out) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < n; i++) {
    const uint16_t row = sel[i];
    out[kept] = row;
    kept += v.data[row] & known_at(v.valid, row);
  }
  return kept;
}

uint32_t select_not_true(TruthColumn v, const uint16_t *sel, uint32_t n, uint16_t *out) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < n; i++) {
    const uint16_t row = sel[i];
    out[kept] = row;
    kept += !(v.data[row] & known_at(v.valid, row));
  }
  return kept;
}

uint32_t select_not_false(TruthColumn v, const uint16_t *sel, uint32_t n, uint16_t *out) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < n; i++) {
    const uint16_t row = sel[i];
    out[kept] = row;
    kept += (v.data[row] & 1) | !known_at(v.valid, row);
  }
  return kept;
}

uint32_t select_null(const uint64_t *valid, const uint16_t *sel, uint32_t n, uint16_t *out) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < n; i++) {
    const uint16_t row = sel[i];
    out[kept] = row;
    kept += !known_at(valid, row);
  }
  return kept;
}
