/* func.h -- scalar functions and operators: names, types, kernels.
 *
 * One list, funcs.def, registers every function by SQL name; operators are functions
 * named by their sign ("+", "=", "LIKE").  A function has
 *
 *   bind    at planning: checks the types of the arguments, inserts the casts it wants
 *           (func_cast_arg), sets the result type.  It may leave data for the kernel in
 *           call->func_data (arena of the plan, read-only afterwards), and it may turn the
 *           call into something else: IF becomes a CASE.
 *   kernel  at run time: computes a column from columns (KernelCall).
 *   open    optional, once per compiled program: prepares state from constant arguments (a
 *           compiled pattern, a zone); close frees it.
 *
 * To add one: a line in funcs.def with a sentence of documentation, bind (mostly one of the
 * shared shapes in func_bind.h) and kernel in the func_*.c of its subject, and a
 * sql-tests/expr/NAME.slt.
 */
#pragma once
#include "exec/expr/expr.h"

/* One evaluation of one call over one batch.
 *
 * args are flat or constant; out is flat with room for `rows` values.  sel[0..n) are the
 * rows that count (never NULL); a kernel that cannot fail may compute all rows instead, the
 * slots of other rows and of NULLs being zero or stale but readable numbers; text kernels
 * must stay with sel and skip rows that are not valid.
 *
 * Unless the function is FUNC_NULLS, out->valid is set before the call to "all args are
 * valid" (NULL if all rows are), and the kernel may clear bits after func_out_valid().  With
 * FUNC_NULLS the kernel sets validity itself. */
typedef struct KernelCall {
  const Vector *args;
  uint32_t n_args;
  Vector *out;
  const uint16_t *sel;
  uint32_t n, rows;
  Arena *text; /* long results; lives as long as the batch that comes out */
  void *state; /* of open */
  const Expr *expr;
  const ExprEnv *env;
  Micros now_us; /* processing time of the epoch: the same for all its rows */
  Error *err;
  uint64_t *valid_room; /* BATCH_WORDS words for out->valid: see func_out_valid */
} KernelCall;

typedef enum FuncFlags {
  FUNC_NULLS = 1,     /* sees NULL arguments itself */
  FUNC_VOLATILE = 2,  /* may differ from call to call: never folded */
  FUNC_MAY_FAIL = 4,  /* can raise an error for some row */
  FUNC_OPERATOR = 8,  /* printed infix */
  FUNC_NOT_NULL = 16, /* never gives NULL */
  FUNC_CHEAP = 32,    /* over numbers a plain vector loop: not worth a narrowed selection */
  FUNC_STRICT = 64,   /* NULL exactly where an argument is NULL: nullable as they are.  Without
                         it the result is as nullable as bind says */
  FUNC_WORDED = 128   /* the first argument says how the others are written: func_json.h */
} FuncFlags;

typedef struct FuncBind {
  Arena *arena;
  const ExprEnv *env;
  Expr *call; /* func, args and n_args are set; bind sets type, may replace args */
  Error *err;
} FuncBind;

struct FuncDef {
  const char *name;           /* upper case */
  uint8_t min_args, max_args; /* max 255: any number */
  uint8_t flags;
  Code (*bind)(FuncBind *b);
  Code (*kernel)(KernelCall *k);
  Code (*open)(const Expr *call, const ExprEnv *env, void **state, Error *err);
  void (*close)(void *state);
  const char *doc; /* one sentence */
};

/* --- for the planner ---------------------------------------------------------------- */

/* By name, case ignored; NULL when there is none. */
const FuncDef *func_find(Str name);
/* All of them, for SHOW FUNCTIONS, completion and documentation. */
const FuncDef *const *func_list(uint32_t *n);
/* Bind a call: finds the function ("did you mean" when there is none), checks and casts.
 * args may be altered.  ERR_NAME, ERR_TYPE with the span of the culprit. */
MUST_USE Code func_call(Arena *arena, const ExprEnv *env, const char *name, Span span, Expr **args,
                        uint32_t n_args, Expr **out, Error *err);

/* The same of a function that is at hand. */
MUST_USE Code func_call_def(Arena *arena, const ExprEnv *env, const FuncDef *def, Span span,
                            Expr **args, uint32_t n_args, Expr **out, Error *err);

/* The least type that both fit, by Flink's rules; false: there is none. */
MUST_USE bool type_common(Type a, Type b, Type *out);
/* The type in which values of a and b are compared: the common one, or that of the other side
 * where one is a string (`ts > '2024-01-01'`). */
MUST_USE bool type_compared(Type a, Type b, Type *out);
/* May a value of from stand where to is wanted, without CAST? */
bool type_implicit(Type from, Type to);
/* May CAST convert it at all? */
bool type_castable(Type from, Type to);
/* Wrap e in a cast to `to` if needed; ERR_TYPE when type_castable is false (explicit) or
 * type_implicit is false (implicit). */
MUST_USE Code expr_cast_explicit(Arena *arena, Expr *e, Type to, bool try_cast, Span span,
                                 Expr **out, Error *err);
MUST_USE Code expr_cast_implicit(Arena *arena, Expr *e, Type to, const char *what, Expr **out,
                                 Error *err);

/* probe IN (items): casts all to one type; EXPR_IN for the constants, ORed with comparisons for
 * the others.  items may be altered. */
MUST_USE Code expr_in_list(Arena *arena, const ExprEnv *env, Expr *probe, Expr **items,
                           uint32_t n_items, Span span, Expr **out, Error *err);

/* --- for kernels and binds ------------------------------------------------------------ */

/* out's validity bits, made all-valid first if there are none.  Room for rows. */
uint64_t *func_out_valid(KernelCall *k);
/* Store text as out's value of row; copies long text into k->text.  false: no memory. */
MUST_USE bool func_put_text(KernelCall *k, uint32_t row, const char *bytes, size_t len);
/* Raise ERR_DATA at the call: "... in MESSAGE". */
Code func_fail(KernelCall *k, const char *fmt, ...) PRINTF(2, 3);
Code func_no_memory(KernelCall *k);
/* Cast argument i implicitly to a type. */
MUST_USE Code func_cast_arg(FuncBind *b, uint32_t i, Type to);
/* ERR_TYPE: "NAME does not take (TYPES)" with a hint of what it takes. */
Code func_bad_args(FuncBind *b, const char *takes);
