/* agg.h -- aggregate functions: names, types, and how a column is folded into many states.
 *
 * A state is a few words inside a group's record (exec/state/agg_table.h), 8-byte aligned,
 * zeroed when the group is made: all-zero bytes are the empty state of every aggregate.
 * Kernels work a batch at a time: states[i] is where row i's state lies.
 *
 *   add      fold values in, NULLs skipped
 *   merge    fold another state in; exact aggregates only, so that partial aggregation
 *            before an exchange changes no result
 *   emit     final value of each state into a column
 *
 * Sums of integers and decimals accumulate in 128 bits, sums of floating point in double
 * and in input order (they have no merge before an exchange: AGG_ORDERED).
 * MIN and MAX of text own a copy of the value in the table's arena.
 * DISTINCT is not here: op code feeds an aggregate only the first occurrences
 * (exec/state/distinct.h).
 *
 * To add one: a line in aggs.def, the kernels in agg_NAME.c, a sql-tests/agg/NAME.slt.
 */
#pragma once
#include "base/arena.h"
#include "base/error.h"
#include "exec/data/batch.h"

enum { AGG_STATE_WORDS_MAX = 4 };

typedef struct AggEmit {
  Type type;             /* of the result */
  uint8_t scale_in;      /* of a DECIMAL argument */
  bool wrap_on_overflow; /* weir.overflow = wrap */
  const char *name;      /* for "integer overflow in SUM(price)" */
  Span span;
  Error *err;
} AggEmit;

/* The kernels of one aggregate over one argument type. */
typedef struct AggKernels {
  uint32_t state_bytes; /* multiple of 8, at most 8 * AGG_STATE_WORDS_MAX */
  bool ordered;         /* the order of add matters: never combined before an exchange */
  bool words;           /* a state is plain words: it can be sent through an exchange */
  /* states[0..n): of rows rows[0..n) of values; values NULL for COUNT(*).  false: no memory. */
  bool (*add)(void *const *states, const Vector *values, const uint16_t *rows, uint32_t n,
              Arena *arena);
  /* into[i] takes from[i] in.  NULL where a state cannot be merged. */
  bool (*merge)(void *const *into, const void *const *from, uint32_t n, Arena *arena);
  /* out is flat with room for n and its valid set to all ones. */
  Code (*emit)(const void *const *states, uint32_t n, Vector *out, const AggEmit *how);
} AggKernels;

/* One aggregate of a query, bound to a type. */
typedef struct AggCall {
  const char *name; /* upper case */
  const AggKernels *kernels;
  Type result;
  Type arg_type;  /* of column arg; TYPE_NULL for COUNT(*) */
  int32_t arg;    /* input column; -1: COUNT(*) */
  int32_t filter; /* BOOLEAN input column, rows count where TRUE; -1: none */
  bool distinct;
  Span span;
  const char *text; /* as the user wrote it, for messages and EXPLAIN: "SUM(price)" */
} AggCall;

typedef struct AggDef AggDef;

/* By name, case ignored; NULL when it is no aggregate. */
const AggDef *agg_find(Str name);
const char *agg_name(const AggDef *def);
const char *agg_doc(const AggDef *def);
const AggDef *const *agg_list(uint32_t *n);

/* Choose kernels and result type for arguments of these types (n_args 0: the star).  Sets name,
 * kernels, result and arg_type of *call only.  ERR_TYPE with what the aggregate takes. */
MUST_USE Code agg_bind(const AggDef *def, const Type *args, uint32_t n_args, Span span,
                       AggCall *call, Error *err);
