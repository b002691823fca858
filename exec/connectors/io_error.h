/* io_error.h -- how a failed system call is told: "cannot open "a.csv": permission denied". */
#pragma once
#include "base/error.h"

/* The system's words for an errno value, beginning in lower case, in out (64 bytes are enough). */
enum { ERRNO_TEXT_MAX = 64 };
void errno_text(int errnum, char out[ERRNO_TEXT_MAX]);

/* Raise `cannot VERB "NAME": REASON`: ERR_CLOSED_PIPE for EPIPE, ERR_MEMORY for ENOMEM, ERR_IO
 * otherwise.  Returns the code. */
Code io_fail(Error *err, Span span, const char *verb, const char *name, int errnum);
