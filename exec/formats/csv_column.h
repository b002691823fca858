/* csv_column.h -- a run of CSV fields into a column: the usual forms, at full speed.
 *
 * A run is n consecutive records with the right number of fields, as the index found them.
 * What does not have the usual form (NULL, a sign, 17 digits, blanks, doubled quotes, or
 * simply bad) is not judged here: its number in the run goes to a list, for csv_value.c.
 */
#pragma once
#include "exec/formats/csv_value.h"

/* Field i of the run's column is text[sep[i * stride] + 1 .. sep[i * stride + 1]). */
typedef struct CsvRun {
  const char *text; /* at least CHUNK_PADDING bytes behind its end are readable */
  const uint32_t *sep;
  uint32_t stride, n;
  bool quotes; /* a field may be quoted: then it ends with the quote that closes it */
  bool high;   /* a byte may be above 127 */
  bool last;   /* the fields stand before line ends, where a CR may be */
} CsvRun;

/* A wanted column of a decoder. */
typedef struct CsvColumn {
  const char *name;
  Type type;
  uint32_t file;      /* which field of a record */
  bool utc;           /* the session's zone is UTC */
  uint64_t date_head; /* the date read last: its first eight bytes ... */
  uint16_t date_tail; /* ... and two more */
  Micros date_us;     /* its first instant */
} CsvColumn;

void csv_column_init(CsvColumn *c, const FormatField *field, const Zone *zone);

/* The field i of a run, for csv_value.c. */
CsvField csv_run_field(const CsvDialect *d, const CsvRun *run, uint32_t i);

/* Convert a run into data[0..n).  Returns how many were left, their numbers in slow, ascending;
 * their slots are undefined. */
uint32_t csv_convert_run(const CsvMeaning *m, CsvColumn *c, const CsvRun *run, void *data,
                         uint16_t *slow);
