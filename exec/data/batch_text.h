/* batch_text.h -- batches as text, for unit tests and dumps.
 *
 *     TIMESTAMP(3) BIGINT STRING     one type per column, then one row per line
 *     + 2024-01-01T00:00:10 7 'a b'  + insert   - delete   U- before   U+ after an update
 *     U- 2024-01-01T00:00:20 . x     . is NULL
 *     U+ 2024-01-01T00:00:20 8 x
 *
 * Words are separated by blanks.  A text may stand in single quotes ('' for a quote) and has
 * to where it has blanks, is empty, or is ".".  Dates, times and timestamps are written as
 * they print, with a T; intervals as months or microseconds; booleans as true and false.
 */
#pragma once
#include "exec/data/batch.h"

/* Aborts with a message on malformed text: it is written by hand, in tests.  The result has
 * kinds if any row is not "+"; free it with batch_builder_free. */
BatchBuilder *batch_from_text(const char *text);
/* Append the rows that count, one line each, in the same form but without the types. */
void batch_to_text(const Batch *b, StrBuf *out);
/* The same for one value, "." for NULL. */
void batch_value_to_text(const Vector *v, uint32_t row, StrBuf *out);
