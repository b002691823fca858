/* weir_udf.h -- functions of your own, in C or C++, for weir.
 *
 *     WEIR_EXPORT const WeirFunction twice = {
 *         WEIR_UDF, .kind = WEIR_SCALAR, .flags = WEIR_STRICT,
 *         .n_args = 1, .args = {WEIR_OF(WEIR_DOUBLE)}, .result = WEIR_OF(WEIR_DOUBLE),
 *         .call = call_twice};
 *
 *     CREATE FUNCTION twice AS './mine.so:twice' LANGUAGE C;     with weir --allow-extensions
 *
 * A library exports one WeirFunction for each function; the symbol is its variable.  A function
 * works on columns: it is called once for up to WEIR_ROWS_MAX rows.  docs/sql/user-functions.md
 * has the rules, docs/examples/udf/ two examples.
 *
 * Values.  What a value of a type is, and what an argument may be that is cast to it:
 *
 *     WEIR_BOOLEAN        int8_t, 0 or 1
 *     WEIR_INT            int32_t             TINYINT, SMALLINT, INT
 *     WEIR_BIGINT         int64_t             any integer
 *     WEIR_DOUBLE         double              any number
 *     WEIR_STRING         WeirText, UTF-8     CHAR, VARCHAR, STRING
 *     WEIR_BYTES          WeirText            BINARY, VARBINARY, BYTES
 *     WEIR_DATE           int32_t             days since 1970-01-01
 *     WEIR_TIMESTAMP      int64_t             microseconds since 1970-01-01 00:00, wall clock
 *     WEIR_TIMESTAMP_LTZ  int64_t             the same in UTC
 *     WEIR_DECIMAL        int64_t             units of 10^-scale; precision 1 to 18, scale 0 to it
 *
 * Threads.  Workers call a function at the same time, each with rows and states of its own: it may
 * change nothing else.  The same rows have to give the same result, unless it is WEIR_VOLATILE.
 *
 * Failures.  What returns int returns 0, or `ctx->fail(ctx, "...")`, which fails the statement with
 * that message at the call.  A function must not abort, exit, throw or jump.
 *
 * This header includes nothing of weir.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

#define WEIR_UDF_MAGIC   0x46445557u /* of a WeirFunction: "WUDF" */
#define WEIR_UDF_VERSION 1u          /* of this header; another one is refused */
/* How every WeirFunction begins. */
#define WEIR_UDF .magic = WEIR_UDF_MAGIC, .version = WEIR_UDF_VERSION

#ifdef __cplusplus
#define WEIR_EXPORT extern "C" __attribute__((visibility("default")))
extern "C" {
#else
#define WEIR_EXPORT __attribute__((visibility("default")))
#endif

enum { WEIR_ARGS_MAX = 16, WEIR_ROWS_MAX = 2048, WEIR_STATE_MAX = 65536 };

typedef enum WeirKind { WEIR_SCALAR = 1, WEIR_AGGREGATE = 2 } WeirKind;

typedef enum WeirTypeCode {
  WEIR_BOOLEAN = 1,
  WEIR_INT,
  WEIR_BIGINT,
  WEIR_DOUBLE,
  WEIR_STRING,
  WEIR_BYTES,
  WEIR_DATE,
  WEIR_TIMESTAMP,
  WEIR_TIMESTAMP_LTZ,
  WEIR_DECIMAL
} WeirTypeCode;

typedef struct WeirType {
  WeirTypeCode code;
  uint8_t precision, scale; /* WEIR_DECIMAL */
} WeirType;
#define WEIR_OF(code) \
  { code, 0, 0 }
#define WEIR_OF_DECIMAL(precision, scale) \
  { WEIR_DECIMAL, precision, scale }

enum {
  /* The result is NULL where an argument is: the function does not see such rows. */
  WEIR_STRICT = 1,
  /* The same arguments may give something else: never computed before the query runs. */
  WEIR_VOLATILE = 2,
  /* Of an aggregate: the order of its rows changes nothing, not even the last bit. */
  WEIR_ANY_ORDER = 4
};

/* --- columns ------------------------------------------------------------------------- */

/* Up to 12 bytes stand in it, more behind a pointer, with the first four repeated. */
typedef struct WeirText {
  uint32_t len;
  char prefix[4];
  union {
    char rest[8];
    const char *ptr;
  } u;
} WeirText;

/* An argument.  Value of row r: values[r * step] of the type's C type; step is 0 where one value
 * stands for all rows.  A NULL's value means nothing. */
typedef struct WeirArg {
  const void *values;
  const uint64_t *valid; /* bit r * step is set where row r is not NULL; NULL: no row is */
  uint32_t step;
} WeirArg;

/* A result, one value for each row, to be written: numbers straight into values, texts with
 * ctx->put_text. */
typedef struct WeirResult {
  void *values;
  uint64_t *valid; /* all set; clear bit r for NULL: weir_put_null */
} WeirResult;

static inline int weir_is_null(const WeirArg *a, uint32_t row) {
  uint32_t at = row * a->step;
  return a->valid != NULL && (a->valid[at / 64] >> (at % 64) & 1) == 0;
}
static inline int8_t weir_bool(const WeirArg *a, uint32_t row) {
  return ((const int8_t *)a->values)[row * a->step];
}
/* WEIR_INT, WEIR_DATE */
static inline int32_t weir_int(const WeirArg *a, uint32_t row) {
  return ((const int32_t *)a->values)[row * a->step];
}
/* WEIR_BIGINT, WEIR_TIMESTAMP, WEIR_TIMESTAMP_LTZ, WEIR_DECIMAL */
static inline int64_t weir_bigint(const WeirArg *a, uint32_t row) {
  return ((const int64_t *)a->values)[row * a->step];
}
static inline double weir_double(const WeirArg *a, uint32_t row) {
  return ((const double *)a->values)[row * a->step];
}
/* The bytes of WEIR_STRING and WEIR_BYTES, not NUL-terminated; they stay until the call returns. */
static inline const char *weir_text(const WeirArg *a, uint32_t row, size_t *len) {
  const WeirText *t = (const WeirText *)a->values + row * a->step;
  *len = t->len;
  return t->len <= 12 ? t->prefix : t->u.ptr;
}

static inline void weir_put_bool(WeirResult *out, uint32_t row, int v) {
  ((int8_t *)out->values)[row] = (int8_t)(v != 0);
}
static inline void weir_put_int(WeirResult *out, uint32_t row, int32_t v) {
  ((int32_t *)out->values)[row] = v;
}
static inline void weir_put_bigint(WeirResult *out, uint32_t row, int64_t v) {
  ((int64_t *)out->values)[row] = v;
}
static inline void weir_put_double(WeirResult *out, uint32_t row, double v) {
  ((double *)out->values)[row] = v;
}
static inline void weir_put_null(WeirResult *out, uint32_t row) {
  out->valid[row / 64] &= ~((uint64_t)1 << (row % 64));
}

/* --- what a function may ask for ------------------------------------------------------- */

typedef struct WeirContext WeirContext;
struct WeirContext {
  /* Fail the statement; the message is copied, one line.  Returns what the function has to return:
   * not 0. */
  int (*fail)(WeirContext *ctx, const char *message);
  /* Memory, aligned to 16, all zero; never freed by the function.  It stays until a scalar function
   * returns; in an aggregate as long as the states do.  NULL: there is none; return ctx->fail. */
  void *(*alloc)(WeirContext *ctx, size_t bytes);
  /* Give a text or bytes, copied, as the result of row; not 0: return that. */
  int (*put_text)(WeirContext *ctx, WeirResult *out, uint32_t row, const char *bytes, size_t len);
  /* In save: append to the bytes of the state; not 0: return that. */
  int (*put_bytes)(WeirContext *ctx, const void *bytes, size_t len);
};

/* --- functions ------------------------------------------------------------------------- */

typedef struct WeirFunction {
  uint32_t magic, version; /* WEIR_UDF */
  WeirKind kind;
  uint32_t flags;  /* WEIR_STRICT ... */
  const char *doc; /* one sentence for DESCRIBE FUNCTION; may be NULL */
  uint32_t n_args; /* of an aggregate: 1 */
  WeirType args[WEIR_ARGS_MAX];
  WeirType result;

  /* WEIR_SCALAR.  args[0..n_args) have `rows` rows each, from 1 on. */
  int (*call)(WeirContext *ctx, const WeirArg *args, uint32_t rows, WeirResult *out);

  /* WEIR_AGGREGATE.  A state is state_bytes of memory, aligned to 16, at first all zero: what a
   * group without rows has.  A state that is flat, without pointers, needs no save and load.
   *
   *   update  fold row r of args into states[r], which may be the same for many.  A WEIR_STRICT
   *           function does not see NULLs.  arrival[r] numbers the rows as they came: rows may be
   *           folded into several states that are merged in another order
   *   merge   fold from[i] into into[i]; from[i] stays as it is.  It has to be what updating with
   *           the rows of both would be
   *   value   the result of states[i] as row i of out
   *   save    the state as bytes, with ctx->put_bytes, for a checkpoint
   *   load    the state out of these bytes; not 0: they make no sense
   *
   * update and merge fail for want of memory only: what cannot be aggregated is remembered in the
   * state, and value fails. */
  uint32_t state_bytes;
  int (*update)(WeirContext *ctx, void *const *states, const WeirArg *args, uint32_t rows,
                const uint64_t *arrival);
  int (*merge)(WeirContext *ctx, void *const *into, const void *const *from, uint32_t n);
  int (*value)(WeirContext *ctx, const void *const *states, uint32_t n, WeirResult *out);
  int (*save)(WeirContext *ctx, const void *state);
  int (*load)(WeirContext *ctx, void *state, const void *bytes, size_t len);
} WeirFunction;

#ifdef __cplusplus
}
#endif
