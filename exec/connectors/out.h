/* out.h -- bytes to a descriptor through a buffer, and the process's one writer of stdout.
 *
 * An Out belongs to one thread.  After a failure it keeps failing with the same words, so that
 * nothing written later can stand behind a hole.
 *
 * stdout_* and stderr_* may be called by several threads at once: the rows of a SELECT and of
 * several `print` tables come out whole, in the order of the calls.  SIGPIPE has to be ignored by
 * the program; a reader that has gone then shows as ERR_CLOSED_PIPE.
 */
#pragma once
#include "base/error.h"

typedef struct Out {
  int fd;
  const char *name; /* for messages; borrowed */
  Span span;        /* for messages */
  char *buf;
  size_t len;
  uint64_t done;    /* bytes that reached the descriptor by flushes that succeeded */
  uint64_t partial; /* bytes that the failed flush got through */
  int failed;       /* errno of the first failure, 0: none */
} Out;

/* ERR_MEMORY.  The descriptor stays the caller's. */
MUST_USE Code out_init(Out *o, int fd, const char *name, Span span, Error *err);
/* Whole rows: they reach the descriptor together or the flush in between failed. */
MUST_USE Code out_write(Out *o, const char *bytes, size_t n, Error *err);
MUST_USE Code out_flush(Out *o, Error *err);
/* Free the buffer; what was not flushed is forgotten. */
void out_deinit(Out *o);

/* The process's standard output: write whole rows, flush to let the reader see them. */
MUST_USE Code stdout_write(const char *bytes, size_t n, Error *err);
MUST_USE Code stdout_flush(Error *err);
/* Standard error is not held back. */
MUST_USE Code stderr_write(const char *bytes, size_t n, Error *err);
