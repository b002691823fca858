/* value_parse.h -- text to a slot of a column, as every format reads it: no hurry.
 *
 *   BOOLEAN           true, false (case ignored)
 *   integers          [+-]digits, in range
 *   FLOAT, DOUBLE     number_text.h; not what is too large
 *   DECIMAL           decimal.h; further digits are rounded
 *   BINARY, VARBINARY base64
 *   DATE, TIME        timestamp.h
 *   TIMESTAMP         without zone
 *   TIMESTAMP_LTZ     without zone they are of the session's
 *
 * Blanks around any of them but base64 are passed over, as in Flink.  Fraction digits of a second
 * beyond the precision of the column are cut.  Text and intervals are each format's own affair, and
 * so is what says NULL.
 */
#pragma once
#include "exec/formats/format.h"
#include "exec/formats/reason.h"

/* How a value fits its column. */
typedef enum ValueFit {
  FIT_GOOD,
  FIT_NOT_OF_TYPE,
  FIT_OUT_OF_RANGE,
  FIT_NOT_UTF8,
  FIT_HAS_ZONE,   /* a TIMESTAMP with an offset behind it */
  FIT_IS_NULL,    /* in a NOT NULL column */
  FIT_IS_MISSING, /* the record has no such field, and should */
  FIT_NO_MEMORY
} ValueFit;

/* Where the value of a row stands. */
static inline void *value_slot(const Vector *v, uint32_t row) {
  return (char *)v->data + row * phys_size(type_phys(v->type));
}

/* Parse text into a slot of this type, one of the above; bytes of base64 are kept in the arena.
 * zone is the session's.  A value that does not fit leaves the slot as it was. */
MUST_USE ValueFit value_parse(Str text, Type type, const Zone *zone, Arena *arena, void *slot);
/* Integers only: with a range of months, say. */
MUST_USE ValueFit value_parse_integer(Str text, Phys phys, void *slot);

/* Set a row's slot and validity to NULL; FIT_IS_NULL when the column is NOT NULL. */
MUST_USE ValueFit value_set_null(BatchBuilder *b, uint32_t col, uint32_t row);
/* Where bad fields are to be NULL, make it so: a fit that is bad may become FIT_GOOD. */
static inline ValueFit value_forgive(ValueFit fit, OnError on_error, BatchBuilder *b, uint32_t col,
                                     uint32_t row) {
  if (fit == FIT_GOOD || fit == FIT_NO_MEMORY || on_error != ON_ERROR_NULL) return fit;
  return value_set_null(b, col, row) == FIT_GOOD ? FIT_GOOD : fit;
}

/* The reason for a fit other than FIT_GOOD and FIT_NO_MEMORY.  text: the value as it was written;
 * null_words: of FIT_IS_NULL. */
void value_fit_reason(ValueFit fit, const char *column, Str text, Type type, const char *null_words,
                      Reason *r);
