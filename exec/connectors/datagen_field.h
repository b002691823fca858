/* datagen_field.h -- one generated column: what its options say, and its value in row i.
 *
 * A value is a function of (seed, column, row) alone, so that any part of the table can be
 * made by itself and a column does not change when another one is not asked for.  The numbers
 * are those of splitmix64 with a counter for its state (Steele, Lea and Flood, "Fast
 * splittable pseudorandom number generators", OOPSLA 2014).
 */
#pragma once
#include "exec/connectors/connector.h"

extern const OptionList DATAGEN_OPTIONS; /* of conn_datagen.c */

typedef enum DatagenHow {
  DATAGEN_BOOLEAN,
  DATAGEN_INTEGER, /* min .. max: integers, DECIMAL unscaled, intervals */
  DATAGEN_REAL,    /* min .. max */
  DATAGEN_TEXT,    /* hexadecimal digits */
  DATAGEN_BYTES,
  DATAGEN_TIMESTAMP, /* now, up to max_past_us before it */
  DATAGEN_DATE,      /* today */
  DATAGEN_TIME,      /* now */
  DATAGEN_SEQUENCE,  /* start + row */
  DATAGEN_SEQUENCE_TEXT
} DatagenHow;

typedef struct DatagenField {
  Type type;
  DatagenHow how;
  uint64_t key; /* of the column's random numbers */
  double null_rate;
  Int128 min;     /* DATAGEN_INTEGER */
  UInt128 values; /* DATAGEN_INTEGER: how many there are, max - min + 1 */
  double real_min, real_max;
  uint32_t length; /* of a random text: exactly, or at most; of CHAR; else 0 */
  bool var_len;
  Micros max_past_us;
  int64_t start;
  uint64_t sequence_rows; /* how many a sequence has; UINT64_MAX for anything else */
} DatagenField;

/* Understand the options of fields[column].  ERR_OPTION when they do not fit its type. */
MUST_USE Code datagen_field_init(DatagenField *f, const FormatField *fields, uint32_t column,
                                 Options options, uint64_t seed, Span span, Error *err);

/* Put the values of rows first_row .. first_row + n into column col of a cleared builder.  now_us
 * is an instant; zone (NULL: UTC) says what the clock on the wall shows then. */
MUST_USE Code datagen_field_fill(const DatagenField *f, uint64_t first_row, uint32_t n,
                                 Micros now_us, const Zone *zone, BatchBuilder *out, uint32_t col,
                                 Error *err);
