/* csv_value.h -- one CSV field into one slot of a column: every type, every form, no hurry.
 *
 * As value_parse.h has it, and besides
 *
 *   CHAR, VARCHAR     UTF-8, taken as it is; their lengths are not enforced, as in Flink
 *   INTERVAL          as printed (+1-02, +1 02:03:04.005), or Flink's number of months or
 *                     milliseconds
 *   ARRAY, ROW        csv_nested.h
 */
#pragma once
#include "exec/formats/csv.h"
#include "exec/formats/csv_nested.h"
#include "exec/formats/value_parse.h"

/* What a field's meaning depends on. */
struct CsvMeaning {
  CsvDialect dialect;
  const Zone *zone; /* of TIMESTAMP_LTZ without an offset */
  OnError on_error; /* of parts of nested values */
  CsvParts *parts;  /* NULL: no column is nested */
};

/* Does the field say NULL, for a column of this type? */
bool csv_is_null(const CsvDialect *d, const CsvField *f, Type type);

/* Text that is not NULL into a slot of this type, which is not nested.  Bytes are kept in the
 * arena, long text stays where it is. */
MUST_USE ValueFit csv_text_store(const CsvMeaning *m, Str text, Type type, Arena *arena,
                                 void *slot);

/* Set the slot of row in column col of b: its value and its validity.  Text that has to be changed
 * is kept in b, other long text stays where the field is.  On failure the slot is zero. */
MUST_USE ValueFit csv_value_store(const CsvMeaning *m, const CsvField *f, BatchBuilder *b,
                                  uint32_t col, uint32_t row);
