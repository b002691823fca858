/* agg_kernels.h -- between agg.c and the agg_*.c files: one bind per aggregate. */
#pragma once
#include "exec/expr/agg.h"

/* What stands behind the first argument. */
typedef enum AggParam {
  PARAM_NONE,
  PARAM_NULLS,
  PARAM_VALUES,
  PARAM_SEPARATOR,
  PARAM_FRACTION
} AggParam;

struct AggDef {
  const char *name;
  Code (*bind)(const Type *args, uint32_t n_args, Span span, AggCall *call, Error *err);
  uint32_t least, most; /* arguments */
  AggParam param;
  const char *doc;
  const UserFunc *user; /* of a library; NULL: built in */
};

#define AGG(name, bind, least, most, param, doc) \
  Code agg_bind_##bind(const Type *args, uint32_t n_args, Span span, AggCall *call, Error *err);
#include "exec/expr/aggs.def"

/* ERR_TYPE "NAME does not take TYPE", hint "NAME takes TAKES". */
Code agg_bad_type(const char *name, Type arg, const char *takes, Span span, Error *err);

/* 128 bits in two words: a state is only 8-byte aligned. */
typedef struct Wide {
  uint64_t low;
  int64_t high;
} Wide;

static inline Int128 wide_get(const Wide *w) {
  return (Int128)((UInt128)(uint64_t)w->high << 64 | w->low);
}
static inline void wide_set(Wide *w, Int128 v) {
  w->low = (uint64_t)v;
  w->high = (int64_t)(v >> 64);
}
/* Store an integer that fits as the result's physical form. */
void agg_store_int(Vector *out, uint32_t row, Int128 v);
void agg_store_float(Vector *out, uint32_t row, double v);
void agg_store_null(Vector *out, uint32_t row);
/* Does v fit the integer or DECIMAL type? */
bool agg_fits(Type type, Int128 v);
/* Store v; a DECIMAL that does not fit is NULL, an integer an error unless it may wrap. */
MUST_USE Code agg_emit_exact(Vector *out, uint32_t row, Int128 v, const AggEmit *how);
/* A number as a double; false: it is none. */
bool agg_number(const Value *v, double *out);
/* ERR_MEMORY, naming the aggregate. */
Code agg_no_memory(const AggEmit *how);
/* LAST_VALUE(DISTINCT x): agg_distinct.c. */
void agg_last_distinct(AggCall *call);

/* At least len bytes of room that a state owns: *bytes of *room bytes, which grows twofold.  false:
 * no memory. */
MUST_USE bool agg_make_room(char **bytes, uint32_t *room, size_t len, Arena *arena);
/* A copy of value there. */
MUST_USE bool agg_keep_bytes(char **bytes, uint32_t *room, Str value, Arena *arena);
