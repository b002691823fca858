/* expr_sorts.h -- which functions give what, and take what: read from their signatures
 * (exec/expr/func_doc.h), so that a random expression is one that is mostly bound. */
#pragma once
#include "base/arena.h"

/* What sort of value is wanted somewhere.  Coarser than types. */
typedef enum Sort {
  SORT_ANY,
  SORT_BOOLEAN,
  SORT_INTEGER,
  SORT_NUMBER,
  SORT_TEXT,
  SORT_BYTES,
  SORT_TIME,
  SORT_INTERVAL,
  SORT_ARRAY,
  SORT_MAP,
  SORT_ROW,
  SORT_COUNT
} Sort;

enum { CALL_ARGS_MAX = 6 };

/* NAME(args...); from args[n_args - 1] on they are repeated when `more`. */
typedef struct CallShape {
  const char *name;
  Sort gives, args[CALL_ARGS_MAX];
  uint32_t n_args, n_needed;
  bool more;
} CallShape;

/* Of all functions that are called by name. */
const CallShape *expr_call_shapes(uint32_t *n);
/* A type's name as a sort: "ARRAY<T>" is SORT_ARRAY. */
Sort sort_of_type(const char *type);
