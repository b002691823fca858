/* runner.h -- running the files of tests through the cells of the matrix. */
#pragma once
#include <stdint.h>

#include "sql-tests/slt/text.h"

typedef struct RunOptions {
  char *weir;       /* absolute path of the program for run and sh; NULL: there is none */
  uint32_t cells;   /* bits by index in cells.h */
  Lines skipped;    /* names of files that are left out */
  unsigned seconds; /* how long one record may take: what takes longer hangs */
  bool update, with_long, keep, verbose;
} RunOptions;

typedef struct Totals {
  size_t passed, failed, skipped;
} Totals;

/* path is absolute; shown is how messages name the file.  false: the file could not be read or its
 * directory not be made. */
bool run_test_file(const char *path, const char *shown, const RunOptions *options, Totals *totals);
