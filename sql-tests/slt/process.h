/* process.h -- running a program with given input and taking what it writes. */
#pragma once
#include "sql-tests/slt/text.h"

typedef struct Output {
  Text out, err;
  int status; /* of exit, or 128 + the signal */
  bool hung;  /* ended by the time limit */
} Output;

/* argv: NULL-terminated, argv[0] a path or a name to look up. Its standard input is a pipe with
 * input, or /dev/null when input is NULL.  After `seconds` the whole process group is killed.
 * false: it could not be started, told on stderr. */
bool process_run(char *const argv[], const Text *input, unsigned seconds, Output *result);
void output_free(Output *o);
