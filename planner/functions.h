/* functions.h -- the functions that the user of a session made.
 *
 * A function is looked up in this order, as in Flink, names without regard to case:
 *
 *     temporary system   CREATE TEMPORARY SYSTEM FUNCTION: belongs to no database
 *     built in           funcs.def, aggs.def, and what the binder knows by itself
 *     temporary          of the database, hides the permanent one of the same name
 *     permanent
 *
 * A name with a database in front means the last two alone.
 *
 * A function of a library is a UserFunc, which stays when this definition goes.
 * A SQL function is kept as the text of its body, which is the parser's own printing, and bound
 * again at every call (bind_user.c), with the names of its database.
 */
#pragma once
#include "base/arena.h"
#include "exec/data/types.h"
#include "exec/expr/user_func.h"
#include "parser/ast.h"
#include "planner/catalog.h"

typedef struct FunctionParam {
  const char *name;
  Type type;
} FunctionParam;

/* Immutable once it is in the list. */
typedef struct FunctionDef {
  Arena arena;          /* of all that is in here */
  const char *database; /* NULL: a system function */
  const char *name;     /* as it was written */
  bool temporary;       /* also every system function */
  const UserFunc *user; /* of a library; NULL: a SQL function, which has the rest */
  const char *library;  /* "path:symbol" */
  FunctionParam *params;
  uint32_t n_params;
  Type result;
  const char *body;
} FunctionDef;

typedef struct Functions {
  FunctionDef **items; /* in no order */
  uint32_t n, cap;
} Functions;

/* Which one of a name. */
typedef struct FunctionName {
  const char *database; /* NULL: a system function */
  const char *name;
  bool temporary;
} FunctionName;

void functions_deinit(Functions *f);

FunctionDef *functions_find(const Functions *f, FunctionName name);
/* Of a database: the temporary one, else the permanent one; NULL: none. */
FunctionDef *functions_in(const Functions *f, const char *database, const char *name);
/* The system ones and those of a database, each name once, sorted; *n of them, in the arena. */
FunctionDef **functions_list(const Functions *f, const char *database, Arena *arena, uint32_t *n);

/* An empty definition to fill; its strings go to its arena. */
FunctionDef *function_def_new(FunctionName name);
void function_def_free(FunctionDef *def);           /* one that is not in a list */
void functions_put(Functions *f, FunctionDef *def); /* takes it, in place of one of that name */
void functions_drop(Functions *f, FunctionDef *def);
void functions_drop_database(Functions *f, const char *database);
bool functions_has_database(const Functions *f, const char *database);
bool function_name_equal(FunctionName a, FunctionName b);
FunctionName function_name(const FunctionDef *def);
