/* collect.h -- the rows of a result kept in memory, as values. */
#pragma once
#include "exec/run/job.h"

typedef struct Collected {
  const FormatField *fields;
  uint32_t n_fields;
  StrBuf bytes;
  size_t reserved; /* of weir.memory.limit */
} Collected;

/* Empty, for rows of these columns. */
void collected_init(Collected *c, const FormatField *fields, uint32_t n_fields);
void collected_deinit(Collected *c);
/* Where the rows of the job are to go.  ERR_MEMORY ends the job. */
JobResult collect_rows(Collected *c);
/* How many rows there are. */
uint64_t collected_count(const Collected *c);
/* The row at *at, which is 0 for the first and moves to the next: n_fields values, text borrowed
 * from c.  false: there are no more. */
bool collected_next(const Collected *c, size_t *at, Value *row);
