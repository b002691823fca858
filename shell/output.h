/* output.h -- where results go: standard output, or the file of -o.
 *
 * Standard output is written by the library, which keeps results and the rows of `print` tables in
 * order; a file is written here, through a buffer.  Used by one thread at a time: the library calls
 * handlers one after the other.
 */
#pragma once
#include "base/base.h"

typedef struct Output {
  const char *path; /* NULL: standard output */
  bool is_terminal;
  int fd;
  int failed; /* errno of the first failed write: nothing is written behind a hole */
  char *buf;
  size_t len;
} Output;

/* path NULL: standard output; otherwise the file is created or emptied.  false: errno says why. */
MUST_USE bool output_open(Output *o, const char *path);
/* Whole rows.  false: it failed; of a file, errno says why. */
MUST_USE bool output_write(Output *o, const char *bytes, size_t n);
MUST_USE bool output_flush(Output *o);
/* Write what is left and close.  An Output that was not opened has nothing to close. */
MUST_USE bool output_close(Output *o);
