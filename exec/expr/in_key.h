/* in_key.h -- a value as two words, for in_set.c and row_set.c.
 *
 * Integers and DECIMAL are sign-extended, floating point are the bits of a double (-0.0 as 0.0),
 * text is its TextRef, whose bytes are compared when the words are not enough.
 */
#pragma once
#include <string.h>

#include "exec/data/value.h"

typedef struct InKey {
  uint64_t word[2];
} InKey;
static_assert(sizeof(InKey) == sizeof(TextRef), "text is a key as it is");

static inline InKey in_key_of_int(Int128 v) {
  return (InKey){{(uint64_t)v, (uint64_t)((UInt128)v >> 64)}};
}

static inline InKey in_key_of_double(double f) {
  f += 0.0; /* -0.0 becomes 0.0 */
  InKey key = {{0, 0}};
  memcpy(key.word, &f, sizeof f);
  return key;
}

static inline InKey in_key_of_text(const TextRef *t) {
  InKey key;
  memcpy(&key, t, sizeof key);
  return key;
}

static inline TextRef in_key_text(const InKey *key) {
  TextRef t;
  memcpy(&t, key, sizeof t);
  return t;
}

/* Of a value that is not NULL. */
static inline InKey in_key_of(const Value *v) {
  switch (type_phys(v->type)) {
    case PHYS_F32:
    case PHYS_F64:
      return in_key_of_double(v->as.f);
    case PHYS_TEXT:
      return in_key_of_text(&v->as.text);
    case PHYS_I128:
      return in_key_of_int(v->as.d128);
    case PHYS_I8:
    case PHYS_I16:
    case PHYS_I32:
    case PHYS_I64:
    case PHYS_COUNT:
      break;
  }
  return in_key_of_int(v->as.i);
}

/* Of a slot of a column. */
static inline InKey in_key_at(const Vector *v, Phys phys, uint32_t at) {
  switch (phys) {
    case PHYS_I8:
      return in_key_of_int(((const int8_t *)v->data)[at]);
    case PHYS_I16:
      return in_key_of_int(((const int16_t *)v->data)[at]);
    case PHYS_I32:
      return in_key_of_int(((const int32_t *)v->data)[at]);
    case PHYS_I64:
      return in_key_of_int(((const int64_t *)v->data)[at]);
    case PHYS_I128:
      return in_key_of_int(((const Int128 *)v->data)[at]);
    case PHYS_F32:
      return in_key_of_double((double)((const float *)v->data)[at]);
    case PHYS_F64:
      return in_key_of_double(((const double *)v->data)[at]);
    case PHYS_TEXT:
    case PHYS_COUNT:
      break;
  }
  return in_key_of_text(&((const TextRef *)v->data)[at]);
}

/* A NaN is equal to nothing, so it is in no set. */
static inline bool in_key_is_nan(const Value *v) {
  Phys phys = type_phys(v->type);
  return (phys == PHYS_F32 || phys == PHYS_F64) && v->as.f != v->as.f;
}
