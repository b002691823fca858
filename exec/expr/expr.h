/* expr.h -- typed expression trees: the part of exec's contract that holds expressions.
 *
 * The planner's binder builds them through func.h (which knows the names, the types and
 * the implicit casts), rewrite rules take them apart, program.h compiles them.  They live in
 * the arena of whoever builds them and are read-only once a plan is done.
 *
 *   COLUMN  column `column` of the input
 *   CONST   value
 *   CALL    func over args; NULL handling as func says
 *   AND, OR n >= 2 args, three-valued; a later arg is evaluated only for rows that the
 *           earlier ones leave open (so `x <> 0 AND 1 / x > 2` is safe)
 *   CASE    args: when, then, when, then ..., else.  Whens are BOOLEAN, thens and else
 *           have the type of the whole; else is always there (NULL constant).  Each part
 *           is evaluated only for the rows that reach it.
 *   COALESCE args of one type; each evaluated only for rows still NULL
 *   CAST    args[0] to type; try_cast: NULL where it fails
 *   IN      args[0] in the constants args[1..): all of one type, compared by hash set; or, where
 *           there is a set, all args as a row in it
 *   QUERY   what a query that is run before the job has to do with args: expr_query.h
 *   ONCE    the last of args; those before it occur in it more than once, may differ from call to
 *           call (RAND), and are evaluated once for every row
 */
#pragma once
#include "base/arena.h"
#include "base/error.h"
#include "exec/data/value.h"
#include "exec/data/zone.h"

typedef enum ExprKind {
  EXPR_COLUMN,
  EXPR_CONST,
  EXPR_CALL,
  EXPR_AND,
  EXPR_OR,
  EXPR_CASE,
  EXPR_COALESCE,
  EXPR_CAST,
  EXPR_IN,
  EXPR_ONCE,
  EXPR_QUERY
} ExprKind;

typedef struct FuncDef FuncDef;
typedef struct InSet InSet;
typedef struct ExprQuery ExprQuery;
typedef struct Expr Expr;
struct Expr {
  ExprKind kind;
  Type type;
  Span span; /* in the SQL text: run-time errors point there */
  uint32_t column;
  const char *name; /* COLUMN: its name, for messages; may be NULL */
  Value value;
  const FuncDef *func;
  const void *func_data; /* what the function's bind left for its kernel; read-only */
  uint32_t number;       /* CALL of a volatile function: among those of its statement; 0: none */
  const InSet *set;      /* IN: of the rows of a query; NULL: of constants */
  const ExprQuery *query;
  bool try_cast;
  Expr **args;
  uint32_t n_args;
  uint32_t n_room; /* AND, OR: slots of args, so that long chains grow in place */
};

/* What an expression may depend on beside its input; the same for a whole job. */
typedef struct ExprEnv {
  const Zone *zone;      /* table.local-time-zone */
  bool wrap_on_overflow; /* weir.overflow = wrap */
  uint64_t seed;         /* weir.seed */
} ExprEnv;

Expr *expr_column(Arena *a, uint32_t column, Type type, Span span);
Expr *expr_const(Arena *a, Value value, Span span); /* long text is copied */
Expr *expr_null(Arena *a, Type type, Span span);
/* AND or OR of two; flattens into the left one.  Either may be NULL: gives the other. */
Expr *expr_and(Arena *a, Expr *left, Expr *right);
Expr *expr_or(Arena *a, Expr *left, Expr *right);
Expr *expr_case(Arena *a, Expr **args, uint32_t n_args, Type type, Span span);
/* e, in which the n of shared may occur several times, but each is evaluated once for a row. */
Expr *expr_once(Arena *a, Expr *const *shared, uint32_t n, Expr *e);
/* No node is made when the type is already that (up to nullability). */
Expr *expr_cast_node(Arena *a, Expr *arg, Type type, bool try_cast, Span span);

/* A copy of the node alone: args are shared. */
Expr *expr_copy(Arena *a, const Expr *e);
/* A node with room for n_args args, all NULL. */
Expr *expr_new(Arena *a, ExprKind kind, Type type, uint32_t n_args, Span span);

bool expr_is_const(const Expr *e);
/* Same tree: kinds, types, columns, values, functions. */
bool expr_equal(const Expr *a, const Expr *b);
/* Of equal trees: are they one evaluation?  Volatile calls are one where they are copies of the
 * same call. */
bool expr_same_calls(const Expr *a, const Expr *b);
/* Equal trees have equal hashes. */
uint64_t expr_hash(const Expr *e);
/* Does it give the same value for the same row each time (no RAND, NOW, PROCTIME)? */
bool expr_is_deterministic(const Expr *e);
/* Can it raise an error at run time for some row? */
bool expr_may_fail(const Expr *e);
/* Set used[c] for every input column it reads. */
void expr_columns_used(const Expr *e, bool *used);
/* A copy in which column c is replaced by with[c] (shared, not copied). */
Expr *expr_substitute(Arena *a, const Expr *e, Expr *const *with);
/* A copy with column c renumbered to map[c]. */
Expr *expr_remap(Arena *a, const Expr *e, const uint32_t *map);

/* Fold constant parts.  A part that would raise an error is left as it is, so that the
 * error comes at run time and only if a row needs it. */
Expr *expr_fold(Arena *a, Expr *e, const ExprEnv *env);

/* As EXPLAIN shows it, in Flink's manner: `(price > 10)`, `CAST(a AS BIGINT)`.  names[c] is
 * the name of column c. */
void expr_print(const Expr *e, const char *const *names, StrBuf *out);
/* The same without leaving anything out, for state: long lists are whole, functions of libraries
 * are the library and its symbol. */
void expr_print_whole(const Expr *e, const char *const *names, StrBuf *out);
