/* csv_nested.h -- ARRAY and ROW in one field of a CSV record, as Flink has them.
 *
 *     1;2;3        ARRAY<INT>               1;abc    ROW<x INT, y STRING>
 *
 * The parts stand between 'csv.array-element-delimiter' (;) and are read as fields are: empty is
 * NULL but for text, the null-literal is NULL.  There is no quoting within: what holds the
 * delimiter cannot be written.  An ARRAY without items is the empty text, which is quoted, as NULL
 * is not; so an ARRAY whose only item is NULL or empty is read as one without items.
 */
#pragma once
#include "exec/data/nested.h"
#include "exec/formats/csv.h"
#include "exec/formats/value_parse.h"

/* Can a field hold the type?  ARRAY and ROW of scalars. */
bool csv_type_fits(Type t);

/* --- reading ------------------------------------------------------------------------- */

/* Of a decoder: the parts of a value until it is made, and the one that does not fit. */
typedef struct CsvParts {
  ValueStack values;
  Arena text;
  bool is_part; /* a part does not fit; else the whole value */
  uint32_t bad; /* which, from 0 */
  Str bad_text;
  Type bad_type;
} CsvParts;

void csv_parts_deinit(CsvParts *p);

typedef struct CsvMeaning CsvMeaning; /* csv_value.h */

/* text to a nested value, made in the arena.  A misfit is told in m->parts. */
MUST_USE ValueFit csv_nested_store(const CsvMeaning *m, Str text, Type type, Arena *arena,
                                   TextRef *slot);
/* value_fit_reason for a misfit of csv_nested_store: names the part, as "a[2]" or "r.x". */
void csv_nested_reason(const CsvParts *p, ValueFit fit, const char *column, Str text, Type type,
                       Reason *r);

/* --- writing ------------------------------------------------------------------------- */

/* Append the text of a nested value.  false: a part of it holds the delimiter or is null_text. */
MUST_USE bool csv_nested_print(char delimiter, Str null_text, const Zone *zone, Type type,
                               Str value, StrBuf *out);
