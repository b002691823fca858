/* value_bytes.h -- the format "value-bytes": rows in binary, for sinks that take values, not text.
 *
 *     row    length of what follows (4 bytes), kind of the row (1 byte), values
 *     value  ValueTag (1 byte), then
 *              VALUE_INT     8 bytes: integers, BOOLEAN as 0 and 1
 *              VALUE_DOUBLE  8 bytes: FLOAT, DOUBLE
 *              VALUE_TEXT    length (4 bytes), bytes: character types, and all other types as
 *                            value_text.h writes them
 *              VALUE_BINARY  the same: BINARY, VARBINARY
 *
 * Numbers are little-endian.  Nobody can ask for it with 'format' = '...'.  A reader does not
 * trust what it reads, which may have been on a disk.
 */
#pragma once
#include "exec/formats/format.h"

typedef enum ValueTag { VALUE_NULL, VALUE_INT, VALUE_DOUBLE, VALUE_TEXT, VALUE_BINARY } ValueTag;

typedef struct TaggedValue {
  ValueTag tag;
  int64_t i;
  double f;
  Str bytes; /* borrowed */
} TaggedValue;

/* The next row of *rows, which then begins behind it: kind and values, borrowed.  false: *rows is
 * empty, or does not begin with a whole row and is left as it is. */
bool value_bytes_row(Str *rows, Str *row);
/* Take the kind off the row, before its values.  false: there is none. */
MUST_USE bool value_bytes_kind(Str *row, RowKind *kind);
/* Take the next value off the row.  false: there is no whole one. */
MUST_USE bool value_bytes_next(Str *row, TaggedValue *out);
