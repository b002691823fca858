/* value.c -- single values: made, read from a column, stored into one, compared. */
#include "exec/data/value.h"

#include "exec/data/nested.h"

Value value_null(Type type) { return (Value){.type = type, .null = true}; }

Value value_int(Type type, int64_t i) { return (Value){.type = type, .as.i = i}; }

Value value_double(Type type, double f) { return (Value){.type = type, .as.f = f}; }

Value value_decimal(Type type, Int128 unscaled) {
  if (type_phys(type) == PHYS_I128) return (Value){.type = type, .as.d128 = unscaled};
  assert(unscaled >= INT64_MIN && unscaled <= INT64_MAX);
  return value_int(type, (int64_t)unscaled);
}

Value value_text(Type type, Str text) {
  assert(text.len <= UINT32_MAX);
  return (Value){.type = type, .as.text = text_ref(text.ptr, text.len)};
}

Value value_of(const Vector *v, uint32_t row) {
  if (v->type.kind == TYPE_NULL || !vector_valid(v, row)) return value_null(v->type);
  uint32_t at = vector_at(v, row);
  switch (type_phys(v->type)) {
    case PHYS_I8:
      return value_int(v->type, ((const int8_t *)v->data)[at]);
    case PHYS_I16:
      return value_int(v->type, ((const int16_t *)v->data)[at]);
    case PHYS_I32:
      return value_int(v->type, ((const int32_t *)v->data)[at]);
    case PHYS_I64:
      return value_int(v->type, ((const int64_t *)v->data)[at]);
    case PHYS_I128:
      return value_decimal(v->type, ((const Int128 *)v->data)[at]);
    case PHYS_F32:
      return value_double(v->type, (double)((const float *)v->data)[at]);
    case PHYS_F64:
      return value_double(v->type, ((const double *)v->data)[at]);
    case PHYS_TEXT:
      return (Value){.type = v->type, .as.text = ((const TextRef *)v->data)[at]};
    case PHYS_COUNT:
      break;
  }
  assert(false && "a type has a physical form");
  return value_null(v->type);
}

/* The slot's bytes; a NULL has a zeroed union, which is zero in every form. */
static void store_slot(const Value *value, Vector *v, uint32_t row) {
  switch (type_phys(v->type)) {
    case PHYS_I8:
      assert(value->as.i >= INT8_MIN && value->as.i <= INT8_MAX);
      ((int8_t *)v->data)[row] = (int8_t)value->as.i;
      break;
    case PHYS_I16:
      assert(value->as.i >= INT16_MIN && value->as.i <= INT16_MAX);
      ((int16_t *)v->data)[row] = (int16_t)value->as.i;
      break;
    case PHYS_I32:
      assert(value->as.i >= INT32_MIN && value->as.i <= INT32_MAX);
      ((int32_t *)v->data)[row] = (int32_t)value->as.i;
      break;
    case PHYS_I64:
      ((int64_t *)v->data)[row] = value->as.i;
      break;
    case PHYS_I128:
      ((Int128 *)v->data)[row] = value->as.d128;
      break;
    case PHYS_F32:
      ((float *)v->data)[row] = (float)value->as.f;
      break;
    case PHYS_F64:
      ((double *)v->data)[row] = value->as.f;
      break;
    case PHYS_TEXT:
      ((TextRef *)v->data)[row] = value->as.text;
      break;
    case PHYS_COUNT:
      assert(false && "a type has a physical form");
  }
}

void value_store(const Value *value, Vector *v, uint32_t row) {
  assert(!v->constant || row == 0);
  assert(value->null || type_phys(value->type) == type_phys(v->type));
  if (value->null) {
    assert(v->valid != NULL); /* a NULL needs a place to stand */
    bit_clear(v->valid, row);
    store_slot(&(Value){.null = true}, v, row);
    return;
  }
  if (v->valid != NULL) bit_set(v->valid, row);
  store_slot(value, v, row);
}

bool batch_builder_put(BatchBuilder *b, uint32_t col, uint32_t row, const Value *value) {
  assert(col < b->batch.n_cols && row < BATCH_ROWS);
  Vector *v = &b->batch.cols[col];
  Value kept = *value;
  if (kept.null) {
    batch_builder_valid(b, col);
  } else if (type_phys(v->type) == PHYS_TEXT) {
    if (!batch_builder_text(b, text_str(&value->as.text), &kept.as.text)) return false;
  }
  value_store(&kept, v, row);
  return true;
}

static int compare_double(double a, double b) {
  bool a_nan = a != a, b_nan = b != b;
  if (a_nan || b_nan) return a_nan - b_nan;
  return (a > b) - (a < b);
}

int value_compare(const Value *a, const Value *b) {
  assert(!a->null && !b->null);
  Phys phys = type_phys(a->type);
  assert(phys == type_phys(b->type));
  if (type_is_nested(a->type)) {
    return nested_compare(a->type, text_str(&a->as.text), text_str(&b->as.text));
  }
  if (phys == PHYS_TEXT) return text_compare(&a->as.text, &b->as.text);
  if (phys == PHYS_F32 || phys == PHYS_F64) return compare_double(a->as.f, b->as.f);
  if (phys == PHYS_I128) return (a->as.d128 > b->as.d128) - (a->as.d128 < b->as.d128);
  return (a->as.i > b->as.i) - (a->as.i < b->as.i);
}

int value_compare_nulls_first(const Value *a, const Value *b) {
  if (a->null || b->null) return b->null - a->null;
  return value_compare(a, b);
}
