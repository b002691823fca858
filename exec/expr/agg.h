/* agg.h -- aggregate functions: names, types, and how a column is folded into many states.
 *
 * A state is a few words inside a group's record (exec/ops/groups.h), 8-byte aligned,
 * zeroed when the group is made: all-zero bytes are the empty state of every aggregate.
 * Kernels work a batch at a time: states[i] is where row i's state lies.
 *
 *   add      fold values in, NULLs skipped unless AggParams.keep_nulls
 *   merge    fold another state in, which stays as it is; both orders give the same result, but
 *            for the last bits of floating point
 *   unmerge  the inverse of merge, where there is one that is exact: what makes a running total
 *   emit     final value of each state into a column
 *   save, load   into a snapshot and out of it; states of plain words need none
 *
 * Three traits say what else may be done with an aggregate:
 *
 *   ordered    rows must be added in the order of arrival, so nothing is combined before an
 *              exchange: sums of floating point, FIRST_VALUE, LISTAGG
 *   words      a state is plain words: it can be copied, and sent through an exchange
 *   holistic   a state grows with its rows: merging two costs as much as adding the rows again
 *
 * Sums of integers and decimals accumulate in 128 bits, sums of floating point in double.
 * What the order of arrival decides carries AggInput.arrival, since merging slices of time is not
 * in the order of arrival.  States that own bytes keep them in the table's arena.
 * DISTINCT is done by op code, which feeds an aggregate only the first occurrences
 * (exec/state/distinct.h); where the result depends on which was first, by the kernels
 * (exec/expr/agg_distinct.h); where it changes nothing, agg_bind drops it.
 *
 * One of a library (exec/expr/user_agg.c) has its states behind a pointer, and says what it is in
 * AggParams.
 *
 * To add one: a line in aggs.def, the kernels in agg_NAME.c, a sql-tests/agg/NAME.slt.
 */
#pragma once
#include "base/arena.h"
#include "base/error.h"
#include "exec/data/value.h"
#include "exec/state/state_io.h"

enum { AGG_STATE_WORDS_MAX = 9 }; /* VAR_POP of a DECIMAL(38) */

/* Constant arguments of a call behind its first. */
typedef struct AggParams {
  Str separator;               /* LISTAGG; "," where none is given */
  Value fraction;              /* PERCENTILE: a number, or an ARRAY of numbers */
  bool keep_nulls;             /* ARRAY_AGG, but for IGNORE NULLS */
  const struct UserFunc *user; /* of a library; NULL: built in */
} AggParams;

typedef struct AggEmit {
  Type type;             /* of the result */
  uint8_t scale_in;      /* of a DECIMAL argument */
  bool wrap_on_overflow; /* weir.overflow = wrap */
  const AggParams *params;
  Arena *arena;     /* for bytes of the result; lives until the batch has been pushed */
  const char *name; /* for "integer overflow in SUM(price)" */
  Span span;
  Error *err;
} AggEmit;

/* Rows to fold in: row rows[i] of values into states[i], i in 0..n. */
typedef struct AggInput {
  void *const *states;
  const Vector *values; /* NULL for COUNT(*) */
  const uint16_t *rows;
  uint32_t n;
  uint64_t arrival; /* row r of the batch is number arrival + r of all that came to this operator;
                       for ordered aggregates only */
  const AggParams *params;
  Arena *arena; /* of the states */
} AggInput;

/* The kernels of one aggregate over one argument type. */
typedef struct AggKernels {
  uint32_t state_bytes; /* multiple of 8, at most 8 * AGG_STATE_WORDS_MAX */
  bool ordered, words, holistic;
  /* false: no memory. */
  bool (*add)(const AggInput *in);
  /* into[i] takes from[i] in.  arena is into's.  false: no memory. */
  bool (*merge)(void *const *into, const void *const *from, uint32_t n, Arena *arena);
  /* into[i] gives back from[i], which was merged into it before.  NULL: there is no exact inverse.
   */
  void (*unmerge)(void *const *into, const void *const *from, uint32_t n);
  /* Where a state is not plain words: as bytes (none for the empty state), and back into a zeroed
   * state, whose own bytes lie in the arena; the input ends where the state does.  What was loaded
   * goes on as what was saved would have. */
  void (*save)(const void *state, StateOut *out);
  bool (*load)(void *state, StateIn *in, Arena *arena); /* false: no memory */
  /* out is flat with room for n and its valid set to all ones. */
  Code (*emit)(const void *const *states, uint32_t n, Vector *out, const AggEmit *how);
} AggKernels;

/* One aggregate of a query, bound to a type. */
typedef struct AggCall {
  const char *name; /* upper case */
  const AggKernels *kernels;
  Type result;
  Type arg_type;     /* of column arg; TYPE_NULL for COUNT(*) */
  int32_t arg;       /* input column; -1: COUNT(*) */
  int32_t filter;    /* BOOLEAN input column, rows count where TRUE; -1: none */
  bool distinct;     /* op code feeds first occurrences only */
  bool own_distinct; /* DISTINCT is written too, but the kernels see to it */
  AggParams params;
  Span span;
  const char *text;     /* as the user wrote it, for messages and EXPLAIN: "SUM(price)" */
  const char *identity; /* what it computes, with names and types: the address of its state */
} AggCall;

typedef struct AggDef AggDef;
typedef struct UserFunc UserFunc;

/* By name, case ignored; NULL when it is no aggregate. */
const AggDef *agg_find(Str name);
const char *agg_name(const AggDef *def);
const char *agg_doc(const AggDef *def);
const AggDef *const *agg_list(uint32_t *n);

/* Is argument arg cast to one type, whatever it is?  Then that is *out. */
bool agg_arg_type(const AggDef *def, uint32_t arg, Type *out);
/* Is its second argument a constant, to be given to agg_set_param? */
bool agg_has_param(const AggDef *def);
/* May it have several values (COUNT(a, b))?  Then they are one ROW to it, which is NULL where one
 * of them is. */
bool agg_takes_values(const AggDef *def);
/* Does it keep NULLs unless IGNORE NULLS is written?  Only then may that be. */
bool agg_keeps_nulls(const AggDef *def);

/* The constant behind the first argument, NULL where it is none; to be set before agg_bind.  Its
 * text is borrowed as long as the call lives.  ERR_TYPE with what the aggregate takes. */
MUST_USE Code agg_set_param(const AggDef *def, const Value *value, Span span, AggCall *call,
                            Error *err);
/* Choose kernels and result type for arguments of these types (n_args 0: the star).  Sets name,
 * kernels, result and arg_type of *call, and moves or drops its distinct.  ERR_TYPE with what the
 * aggregate takes. */
MUST_USE Code agg_bind(const AggDef *def, const Type *args, uint32_t n_args, Span span,
                       AggCall *call, Error *err);

/* The same but for argument, filter and text? */
bool agg_same(const AggCall *x, const AggCall *y);
/* What stands behind the first argument, if it was not left out: ", ';'", " IGNORE NULLS". */
void agg_print_param(const AggCall *call, StrBuf *out);

/* A state of any aggregate as a part of an entry, and back into a zeroed one.  The bytes that a
 * state owns are put into the arena; what makes no sense is state_bad.  false: no memory. */
void agg_state_save(const AggCall *call, const void *state, StateOut *out);
MUST_USE bool agg_state_load(const AggCall *call, void *state, StateIn *in, Arena *arena);
/* Pass over the state of an aggregate that the plan that reads does not have. */
void agg_state_skip(StateIn *in);
