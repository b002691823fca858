/* csv_index.h -- where the fields of a run of CSV records end: one pass over the bytes, 64 at
 * a time.
 *
 * The idea is that of Langdale and Lemire, "Parsing gigabytes of JSON per second" (VLDB Journal
 * 2019): compare a block with the few bytes that matter, turn the answers into bit masks,
 * find what is in quotes by the running parity of quotes, and write the positions of the bits left.
 * A quote opens or closes only beside a delimiter, a line end or another quote; where one
 * does not, or where an escape character or a comment stands, the parity proves nothing: the
 * index ends before that record and whoever reads goes on byte by byte (csv_record.c).
 */
#pragma once
#include "exec/formats/csv.h"

/* Positions are counted from the text that was given. */
typedef struct CsvIndex {
  uint32_t *sep;  /* sep[0]: the byte before the first record; then every delimiter and newline
                     outside of quotes */
  uint32_t *line; /* line[0] = 0; sep[line[k]] is the newline that ends the k-th record */
  uint32_t n_sep, n_line;
  bool quotes; /* a quote was seen */
  bool high;   /* a byte above 127 was seen */
} CsvIndex;

/* Entries that sep and line must have room for, to index so many bytes. */
#define CSV_INDEX_ROOM(bytes) ((bytes) + 64 + 2)

/* Index text[from..to), where from begins a record.  Whole records only: what stands behind the
 * last newline is in sep, but in no line. */
typedef void CsvIndexFn(const CsvDialect *d, const char *text, uint32_t from, uint32_t to,
                        CsvIndex *x);

/* The fastest one that this machine can run. */
CsvIndexFn *csv_index_fn(void);

/* Every one, for tests and measurements; the last is plain C. */
typedef struct CsvIndexKind {
  const char *name;
  CsvIndexFn *fn;
  bool runs; /* on this machine */
} CsvIndexKind;
enum { CSV_INDEX_KINDS_MAX = 4 };
uint32_t csv_index_kinds(CsvIndexKind out[CSV_INDEX_KINDS_MAX]);
