/* row_log.h -- the rows of a window, kept as bytes until their result is made.
 *
 * For aggregates whose states cannot be kept by slices (those that own bytes, DISTINCT): of
 * each row the columns that they need, as exec/state/key.h encodes values.  One thread.
 */
#pragma once
#include "exec/data/batch.h"

/* Zeroed: empty. */
typedef struct RowLog {
  char *bytes;
  size_t begin, end, cap;
} RowLog;

void row_log_deinit(RowLog *log);
/* Append columns cols[0..n_cols) of a row.  false: no memory. */
MUST_USE bool row_log_append(RowLog *log, const Batch *batch, const uint32_t *cols, uint32_t n_cols,
                             uint32_t row);
/* Forget the first n rows. */
void row_log_drop(RowLog *log, uint64_t n);

/* Read the row at *at (log->begin at first; log->end: there are no more) into slot row of columns
 * cols[0..n_cols) of out, flat vectors with validity; text is borrowed from the log. */
void row_log_read(const RowLog *log, size_t *at, const uint32_t *cols, uint32_t n_cols, Vector *out,
                  uint32_t row);
