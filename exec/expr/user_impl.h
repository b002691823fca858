/* user_impl.h -- the inside of a UserFunc. */
#pragma once
#include "api/weir_udf.h"
#include "exec/expr/agg_kernels.h"
#include "exec/expr/user_func.h"

enum { USER_MESSAGE_MAX = 200 };

struct UserFunc {
  FuncDef func;       /* scalar; first, so that a kernel finds the rest */
  AggDef agg;         /* aggregate */
  AggKernels kernels; /* of it */
  const WeirFunction *c;
  Type args[WEIR_ARGS_MAX];
  Type result;
  const char *name, *path, *symbol, *identity;
  UserFunc *next;
};

/* What a library's function is called with; `to` is first, so that its callbacks find the rest. */
typedef struct UserCall {
  WeirContext to;
  const UserFunc *f;
  Arena *memory;  /* of ctx->alloc */
  Arena *text;    /* of long results */
  StateOut *save; /* of ctx->put_bytes; NULL: it may not be called */
  bool no_memory;
  char message[USER_MESSAGE_MAX]; /* of ctx->fail, "" until then */
} UserCall;

UserCall user_call(const UserFunc *f, Arena *memory, Arena *text);

/* n columns of these types as the arguments of a call. */
void user_args(const Vector *columns, uint32_t n, WeirArg *out);

/* Before and after a call that writes n results into data and valid, all ones: what was written has
 * to be a value of the type; the slots of NULLs become zero. */
void user_clear_result(const UserFunc *f, void *data, uint32_t n);
/* *problem is told, with room for USER_MESSAGE_MAX.  false: there is one. */
MUST_USE bool user_check_result(const UserFunc *f, void *data, const uint64_t *valid, uint32_t n,
                                char *problem);

/* Fill in what makes f a scalar function or an aggregate. */
void user_func_init(UserFunc *f);
void user_agg_init(UserFunc *f);
