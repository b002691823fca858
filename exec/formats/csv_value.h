/* csv_value.h -- one CSV field into one slot of a column: every type, every form, no hurry. */
#pragma once
#include "exec/formats/csv.h"
#include "exec/formats/reason.h"

typedef enum CsvFault {
  CSV_GOOD,
  CSV_NOT_OF_TYPE,
  CSV_OUT_OF_RANGE,
  CSV_NOT_UTF8,
  CSV_HAS_ZONE, /* a TIMESTAMP with an offset behind it */
  CSV_IS_NULL,  /* in a NOT NULL column */
  CSV_NO_MEMORY
} CsvFault;

/* What a field's meaning depends on. */
typedef struct CsvMeaning {
  CsvDialect dialect;
  const Zone *zone; /* of TIMESTAMP_LTZ without an offset */
} CsvMeaning;

/* Does the field say NULL, for a column of this type? */
bool csv_is_null(const CsvDialect *d, const CsvField *f, Type type);

/* Set the slot of row in column col of b: its value and its validity.  Text that has to be changed
 * is kept in b, other long text stays where the field is.  On failure the slot is zero. */
MUST_USE CsvFault csv_value_store(const CsvMeaning *m, const CsvField *f, BatchBuilder *b,
                                  uint32_t col, uint32_t row);
/* Set it to NULL; CSV_IS_NULL when the column is NOT NULL. */
MUST_USE CsvFault csv_value_null(BatchBuilder *b, uint32_t col, uint32_t row);

/* The reason for a fault other than CSV_GOOD and CSV_NO_MEMORY. */
void csv_fault_reason(CsvFault fault, const char *column, const CsvField *f, Type type, Reason *r);
