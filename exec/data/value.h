/* value.h -- one value outside a column: constants, options, tests. */
#pragma once
#include "exec/data/batch.h"

/* type says which member counts: i for integers, booleans, dates, times, intervals and
 * DECIMAL up to 18 digits; d128 for wider DECIMAL; f for FLOAT and DOUBLE; text for the
 * rest, whose long bytes are borrowed. */
typedef struct Value {
  Type type;
  bool null;
  union {
    int64_t i;
    Int128 d128;
    double f;
    TextRef text;
  } as;
} Value;

Value value_null(Type type);
Value value_int(Type type, int64_t i); /* any type with member i */
Value value_double(Type type, double f);
Value value_decimal(Type type, Int128 unscaled);
Value value_text(Type type, Str text);

/* Row row of a vector. The text of the result is borrowed from the vector. */
Value value_of(const Vector *v, uint32_t row);
/* Store into slot row of a flat vector (also its validity, if the vector has any). */
void value_store(const Value *value, Vector *v, uint32_t row);
/* Order of two non-NULL values of one type: negative, zero, positive.  NaN is above all. */
int value_compare(const Value *a, const Value *b);
/* The same with a NULL before all others. */
int value_compare_nulls_first(const Value *a, const Value *b);

/* Write slot row of a column of a builder, deep.  Does not change batch.rows.  false: no
 * memory. */
MUST_USE bool batch_builder_put(BatchBuilder *b, uint32_t col, uint32_t row, const Value *value);
