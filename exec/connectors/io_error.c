/* io_error.c -- words for failed system calls. */
#include "exec/connectors/io_error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void errno_text(int errnum, char out[ERRNO_TEXT_MAX]) {
  snprintf(out, ERRNO_TEXT_MAX, "%s", strerror(errnum));
  /* "Permission denied", but "RPC struct is bad" */
  bool acronym = out[0] != '\0' && out[1] >= 'A' && out[1] <= 'Z';
  if (out[0] >= 'A' && out[0] <= 'Z' && !acronym) out[0] = (char)(out[0] + 32);
}

Code io_fail(Error *err, Span span, const char *verb, const char *name, int errnum) {
  char reason[ERRNO_TEXT_MAX];
  errno_text(errnum, reason);
  Code code = errnum == EPIPE ? ERR_CLOSED_PIPE : errnum == ENOMEM ? ERR_MEMORY : ERR_IO;
  return FAIL(err, code, span, "cannot %s \"%s\": %s", verb, name, reason);
}
