/* job_name.h -- what jobs are called: the name of the directory of their checkpoints. */
#pragma once
#include "base/arena.h"

/* The names that a session has given; zeroed: none. */
typedef struct JobNames {
  struct JobNameCount *items; /* malloc'ed */
  uint32_t n, cap;
} JobNames;

void job_names_deinit(JobNames *names);

/* insert-into_T1_T2 of the tables that a job writes, sorted; catalog and database are left out
 * where they are the default.  In the arena. */
const char *job_name_of_tables(Arena *arena, const char *const *tables, uint32_t n);

/* The name that job_name_take would give. */
const char *job_name_next(const JobNames *names, Arena *arena, const char *wanted);
/* Make `wanted` a name that a directory can have and no job of the session had: other characters
 * than [A-Za-z0-9._-] become '_', what is very long is cut, the second of a name gets -2.  The
 * same statements in the same order get the same names.  In the arena. */
const char *job_name_take(JobNames *names, Arena *arena, const char *wanted);
