/* func_json_path.h -- what the functions share that follow a path: their clauses, a call's state,
 * what is found in a row.
 *
 * The three outcomes are Flink's: a value; nothing, for ON EMPTY; a failure, for ON ERROR.  In
 * strict mode, which is the default, what is not there or null is a failure; in lax mode that, and
 * a document that is no JSON, is nothing.  A document that is null itself is a failure in both.
 */
#pragma once
#include "exec/data/nested.h"
#include "exec/expr/func_json.h"
#include "exec/expr/json_path.h"

typedef enum Wrapper { WITHOUT, CONDITIONAL, UNCONDITIONAL } Wrapper;

/* What to give where there is no value. */
typedef struct Otherwise {
  enum {
    GIVE_NULL,
    GIVE_ARG,
    GIVE_EMPTY_ARRAY,
    GIVE_EMPTY_OBJECT,
    GIVE_TRUE,
    GIVE_FALSE,
    RAISE
  } what;
  uint32_t arg;
} Otherwise;

/* func_data: what the words of a call say. */
typedef struct Clauses {
  Wrapper wrapper;
  Otherwise on_empty, on_error;
} Clauses;

typedef struct PathState {
  JsonPath path;
  bool constant, compiled;
  StrBuf source; /* of what is compiled */
  JsonDoc doc;
  StrBuf out;
  ValueStack items;
} PathState;

/* text as a path; a bad one is an error of code `bad`. */
MUST_USE Code json_compile_path(JsonPath *path, Str text, Code bad, Span span, Error *err);

typedef enum Outcome { OUT_NULL, OUT_EMPTY, OUT_ERROR, OUT_VALUE, OUT_LIST } Outcome;

typedef struct Lookup {
  Outcome outcome;
  const char *why; /* OUT_ERROR, OUT_EMPTY */
  JsonValue value;
  const uint32_t *nodes; /* OUT_LIST */
  uint32_t n;
  Str doc;
  const char *text, *end; /* the copy of the document; value lies in it */
} Lookup;

/* What the row's path finds in its document.  path_arg 0: the whole of it. */
MUST_USE Code json_look_up(KernelCall *k, uint32_t doc_arg, uint32_t path_arg, uint32_t row,
                           Lookup *l);
/* It is there, and not what the function takes: a failure in strict mode, nothing in lax mode. */
void json_lacking(Lookup *l, const PathState *s, const char *why);
MUST_USE Code json_put_otherwise(KernelCall *k, uint32_t row, const Otherwise *o, const char *why);
/* What the clauses give in place of what is not there. */
MUST_USE Code json_put_lacking(KernelCall *k, uint32_t row, const Lookup *l);

static inline bool json_is_scalar(const JsonValue *v) {
  return v->kind != JSON_OBJECT && v->kind != JSON_ARRAY;
}
/* Take apart the value that was found, which becomes node 0. */
MUST_USE Code json_parse_found(KernelCall *k, const Lookup *l);
