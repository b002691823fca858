/* file_claims.h -- which sinks of this process write where, so that no two write one file.
 *
 * A sink of part files takes a number for itself, which is in the names of its parts; any other is
 * alone with its target.  Thread-safe.
 */
#pragma once
#include "base/base.h"

typedef struct FileClaim FileClaim;
struct FileClaim {
  FileClaim *next;
  const char *target; /* borrowed; NULL: nothing is claimed */
  bool alone;
  uint32_t number;
};

/* false: somebody writes there. */
MUST_USE bool claim_alone(FileClaim *c, const char *target);
/* This number; false: somebody has it, or is alone there. */
MUST_USE bool claim_number(FileClaim *c, const char *target, uint32_t number);
/* The lowest that is free; false: somebody is alone there. */
MUST_USE bool claim_any_number(FileClaim *c, const char *target);
void claim_drop(FileClaim *c); /* one that holds nothing is allowed */
