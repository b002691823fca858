/* sort_key.c -- comparing cells, and words that stand for them. */
#include "exec/ops/sort_key.h"

#include <string.h>

#include "exec/data/value.h"

int sort_key_compare(const SortKey *key, const Vector *a, uint32_t row_a, const Vector *b,
                     uint32_t row_b) {
  bool valid_a = vector_valid(a, row_a), valid_b = vector_valid(b, row_b);
  if (!valid_a || !valid_b) {
    if (valid_a == valid_b) return 0;
    return (valid_a ? 1 : -1) * (key->nulls_first ? 1 : -1);
  }
  Value x = value_of(a, row_a), y = value_of(b, row_b);
  int c = value_compare(&x, &y);
  return key->descending ? -c : c;
}

/* --- words -------------------------------------------------------------------------- */

static const uint64_t SIGN = UINT64_C(1) << 63;

static uint64_t integer_word(int64_t i) { return (uint64_t)i ^ SIGN; }

/* IEEE numbers are in order as sign and magnitude; NaN is above all. */
static uint64_t double_word(double f) {
  uint64_t bits;
  if (f != f) return UINT64_MAX;
  if (f == 0) f = 0; /* -0.0 */
  memcpy(&bits, &f, sizeof bits);
  return (bits & SIGN) != 0 ? ~bits : bits | SIGN;
}

/* The first bytes, as a number. */
static uint64_t text_word(const TextRef *t) {
  unsigned char first[8] = {0};
  memcpy(first, text_bytes(t), t->len < sizeof first ? t->len : sizeof first);
  uint64_t word = 0;
  for (size_t i = 0; i < sizeof first; i++) word = word << 8 | first[i];
  return word;
}

static uint64_t cell_word(const Vector *v, uint32_t at) {
  switch (type_phys(v->type)) {
    case PHYS_I8:
      return integer_word(((const int8_t *)v->data)[at]);
    case PHYS_I16:
      return integer_word(((const int16_t *)v->data)[at]);
    case PHYS_I32:
      return integer_word(((const int32_t *)v->data)[at]);
    case PHYS_I64:
      return integer_word(((const int64_t *)v->data)[at]);
    case PHYS_I128:
      return integer_word((int64_t)(((const Int128 *)v->data)[at] >> 64));
    case PHYS_F32:
      return double_word(((const float *)v->data)[at]);
    case PHYS_F64:
      return double_word(((const double *)v->data)[at]);
    case PHYS_TEXT:
      return type_is_nested(v->type) ? 0 : text_word((const TextRef *)v->data + at);
    case PHYS_COUNT:
      break;
  }
  assert(!"a physical form");
  return 0;
}

void sort_key_words(const SortKey *key, const Vector *v, const uint16_t *rows, uint32_t n,
                    uint64_t *words) {
  uint64_t turn = key->descending ? UINT64_MAX : 0, null = key->nulls_first ? 0 : UINT64_MAX;
  for (uint32_t i = 0; i < n; i++) {
    bool valid = vector_valid(v, rows[i]);
    words[i] = valid ? cell_word(v, vector_at(v, rows[i])) ^ turn : null;
  }
}
