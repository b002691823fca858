/* udf_module.c -- functions of a library for tests: every type, NULLs, failures, states with
 * pointers, and descriptors that are wrong.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "weir_udf.h"

/* --- every type: the value that came, or for true NULL ------------------------------------ */

#define ECHO(name, type_code, body)                                                               \
  static int call_##name(WeirContext *ctx, const WeirArg *args, uint32_t rows, WeirResult *out) { \
    (void)ctx;                                                                                    \
    for (uint32_t r = 0; r < rows; r++) {                                                         \
      if (weir_is_null(&args[0], r)) {                                                            \
        weir_put_null(out, r);                                                                    \
        continue;                                                                                 \
      }                                                                                           \
      body;                                                                                       \
    }                                                                                             \
    return 0;                                                                                     \
  }                                                                                               \
  WEIR_EXPORT const WeirFunction name = {WEIR_UDF,                                                \
                                         .kind = WEIR_SCALAR,                                     \
                                         .n_args = 1,                                             \
                                         .args = {type_code},                                     \
                                         .result = type_code,                                     \
                                         .call = call_##name};

ECHO(echo_boolean, WEIR_OF(WEIR_BOOLEAN), weir_put_bool(out, r, weir_bool(&args[0], r)))
ECHO(echo_int, WEIR_OF(WEIR_INT), weir_put_int(out, r, weir_int(&args[0], r)))
ECHO(echo_bigint, WEIR_OF(WEIR_BIGINT), weir_put_bigint(out, r, weir_bigint(&args[0], r)))
ECHO(echo_double, WEIR_OF(WEIR_DOUBLE), weir_put_double(out, r, weir_double(&args[0], r)))
ECHO(echo_date, WEIR_OF(WEIR_DATE), weir_put_int(out, r, weir_int(&args[0], r)))
ECHO(echo_timestamp, WEIR_OF(WEIR_TIMESTAMP), weir_put_bigint(out, r, weir_bigint(&args[0], r)))
ECHO(echo_ltz, WEIR_OF(WEIR_TIMESTAMP_LTZ), weir_put_bigint(out, r, weir_bigint(&args[0], r)))
ECHO(echo_decimal, WEIR_OF_DECIMAL(10, 2), weir_put_bigint(out, r, weir_bigint(&args[0], r)))

#define ECHO_TEXT(name, type_code)                            \
  ECHO(name, WEIR_OF(type_code), {                            \
    size_t len;                                               \
    const char *text = weir_text(&args[0], r, &len);          \
    if (ctx->put_text(ctx, out, r, text, len) != 0) return 1; \
  })
ECHO_TEXT(echo_string, WEIR_STRING)
ECHO_TEXT(echo_bytes, WEIR_BYTES)

/* --- NULLs, no arguments, values that differ ----------------------------------------------- */

static int call_nulls(WeirContext *ctx, const WeirArg *args, uint32_t rows, WeirResult *out) {
  (void)ctx;
  for (uint32_t r = 0; r < rows; r++) {
    weir_put_int(out, r, weir_is_null(&args[0], r) + weir_is_null(&args[1], r));
  }
  return 0;
}
WEIR_EXPORT const WeirFunction count_nulls = {WEIR_UDF,
                                              .kind = WEIR_SCALAR,
                                              .n_args = 2,
                                              .args = {WEIR_OF(WEIR_INT), WEIR_OF(WEIR_STRING)},
                                              .result = WEIR_OF(WEIR_INT),
                                              .call = call_nulls};

/* NULL for odd numbers, by a function that sees no NULL. */
static int call_even(WeirContext *ctx, const WeirArg *args, uint32_t rows, WeirResult *out) {
  for (uint32_t r = 0; r < rows; r++) {
    if (args[0].valid != NULL && weir_is_null(&args[0], r)) return ctx->fail(ctx, "a NULL");
    int64_t v = weir_bigint(&args[0], r);
    weir_put_bigint(out, r, v);
    if (v % 2 != 0) weir_put_null(out, r);
  }
  return 0;
}
WEIR_EXPORT const WeirFunction only_even = {WEIR_UDF,
                                            .kind = WEIR_SCALAR,
                                            .flags = WEIR_STRICT,
                                            .n_args = 1,
                                            .args = {WEIR_OF(WEIR_BIGINT)},
                                            .result = WEIR_OF(WEIR_BIGINT),
                                            .call = call_even};

static int call_answer(WeirContext *ctx, const WeirArg *args, uint32_t rows, WeirResult *out) {
  (void)ctx, (void)args;
  for (uint32_t r = 0; r < rows; r++) weir_put_int(out, r, 42);
  return 0;
}
WEIR_EXPORT const WeirFunction answer = {WEIR_UDF, .kind = WEIR_SCALAR, .result = WEIR_OF(WEIR_INT),
                                         .call = call_answer};

/* A number for each row of a call: what is the same call is the same number. */
static int call_serial(WeirContext *ctx, const WeirArg *args, uint32_t rows, WeirResult *out) {
  static _Thread_local int64_t serial;
  (void)ctx, (void)args;
  for (uint32_t r = 0; r < rows; r++) weir_put_bigint(out, r, ++serial);
  return 0;
}
WEIR_EXPORT const WeirFunction serial = {WEIR_UDF,
                                         .kind = WEIR_SCALAR,
                                         .flags = WEIR_VOLATILE,
                                         .n_args = 0,
                                         .result = WEIR_OF(WEIR_BIGINT),
                                         .call = call_serial};

/* --- failures ---------------------------------------------------------------------------- */

/* What goes wrong is said by the argument. */
static int call_fails(WeirContext *ctx, const WeirArg *args, uint32_t rows, WeirResult *out) {
  for (uint32_t r = 0; r < rows; r++) {
    switch (weir_int(&args[0], r)) {
      case 0:
        if (ctx->put_text(ctx, out, r, "fine", 4) != 0) return 1;
        break;
      case 1:
        return ctx->fail(ctx, "the one\nthing");
      case 2:
        return 1;
      case 3:
        if (ctx->put_text(ctx, out, r, "\xff", 1) != 0) return 1;
        break;
      case 4:
        if (ctx->alloc(ctx, SIZE_MAX) == NULL) return 1;
        break;
      case 5:
        if (ctx->put_text(ctx, out, r, "", (size_t)1 << 40) != 0) return 1;
        break;
      default:
        return ctx->put_bytes(ctx, "x", 1);
    }
  }
  return 0;
}
WEIR_EXPORT const WeirFunction fails = {
    WEIR_UDF,          .kind = WEIR_SCALAR,         .flags = WEIR_STRICT,
    .n_args = 1,       .args = {WEIR_OF(WEIR_INT)}, .result = WEIR_OF(WEIR_STRING),
    .call = call_fails};

#define CONSTANT(name, result_type, put)                                                          \
  static int call_##name(WeirContext *ctx, const WeirArg *args, uint32_t rows, WeirResult *out) { \
    (void)ctx, (void)args, (void)out;                                                             \
    for (uint32_t r = 0; r < rows; r++) put;                                                      \
    return 0;                                                                                     \
  }                                                                                               \
  WEIR_EXPORT const WeirFunction name = {WEIR_UDF, .kind = WEIR_SCALAR, .result = result_type,    \
                                         .call = call_##name};
CONSTANT(bad_date, WEIR_OF(WEIR_DATE), weir_put_int(out, r, INT32_MAX))
CONSTANT(bad_timestamp, WEIR_OF(WEIR_TIMESTAMP), weir_put_bigint(out, r, INT64_MIN))
CONSTANT(bad_decimal, WEIR_OF_DECIMAL(4, 2), weir_put_bigint(out, r, 10000))
CONSTANT(odd_boolean, WEIR_OF(WEIR_BOOLEAN), ((int8_t *)out->values)[r] = 77)
CONSTANT(nothing_put, WEIR_OF(WEIR_STRING), (void)r)

/* --- longest_run(s): the text that came most often in a row, and how often ------------------
 *
 * Texts in the order of arrival; a state with pointers, which needs save and load. */

typedef struct Item Item;
struct Item {
  Item *next;
  uint64_t arrival;
  uint32_t len;
  char bytes[];
};

typedef struct Run {
  Item *items; /* by arrival */
} Run;

static int put_item(WeirContext *ctx, Run *run, uint64_t arrival, const char *bytes, size_t len) {
  Item *item = ctx->alloc(ctx, sizeof *item + len), **at = &run->items;
  if (item == NULL) return ctx->fail(ctx, "out of memory");
  item->arrival = arrival;
  item->len = (uint32_t)len;
  memcpy(item->bytes, bytes, len);
  while (*at != NULL && (*at)->arrival < arrival) at = &(*at)->next;
  item->next = *at;
  *at = item;
  return 0;
}

static int update_run(WeirContext *ctx, void *const *states, const WeirArg *args, uint32_t rows,
                      const uint64_t *arrival) {
  for (uint32_t r = 0; r < rows; r++) {
    size_t len = 1;
    const char *text = weir_is_null(&args[0], r) ? "-" : weir_text(&args[0], r, &len);
    if (put_item(ctx, states[r], arrival[r], text, len) != 0) return 1;
  }
  return 0;
}

static int merge_run(WeirContext *ctx, void *const *into, const void *const *from, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    for (const Item *item = ((const Run *)from[i])->items; item != NULL; item = item->next) {
      if (put_item(ctx, into[i], item->arrival, item->bytes, item->len) != 0) return 1;
    }
  }
  return 0;
}

static int same_text(const Item *a, const Item *b) {
  return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

static int value_run(WeirContext *ctx, const void *const *states, uint32_t n, WeirResult *out) {
  for (uint32_t i = 0; i < n; i++) {
    const Item *best = NULL, *before = NULL;
    unsigned longest = 0, length = 0;
    for (const Item *item = ((const Run *)states[i])->items; item != NULL; item = item->next) {
      length = before != NULL && same_text(before, item) ? length + 1 : 1;
      if (length > longest) longest = length, best = item;
      before = item;
    }
    uint32_t room = 16 + (best != NULL ? best->len : 0);
    char *text = ctx->alloc(ctx, room);
    if (text == NULL) return ctx->fail(ctx, "out of memory");
    int len = snprintf(text, room, "%ux ", longest);
    if (best != NULL) memcpy(text + len, best->bytes, best->len);
    size_t all = (size_t)len + (best != NULL ? best->len : 0);
    if (ctx->put_text(ctx, out, i, text, all) != 0) return 1;
  }
  return 0;
}

static int save_run(WeirContext *ctx, const void *state) {
  for (const Item *item = ((const Run *)state)->items; item != NULL; item = item->next) {
    if (ctx->put_bytes(ctx, &item->arrival, sizeof item->arrival) != 0) return 1;
    if (ctx->put_bytes(ctx, &item->len, sizeof item->len) != 0) return 1;
    if (ctx->put_bytes(ctx, item->bytes, item->len) != 0) return 1;
  }
  return 0;
}

static int load_run(WeirContext *ctx, void *state, const void *bytes, size_t len) {
  const char *at = bytes, *end = at + len;
  while (at < end) {
    uint64_t arrival;
    uint32_t n;
    if ((size_t)(end - at) < sizeof arrival + sizeof n) return 1;
    memcpy(&arrival, at, sizeof arrival);
    memcpy(&n, at + sizeof arrival, sizeof n);
    at += sizeof arrival + sizeof n;
    if ((size_t)(end - at) < n) return 1;
    if (put_item(ctx, state, arrival, at, n) != 0) return 1;
    at += n;
  }
  return 0;
}

WEIR_EXPORT const WeirFunction longest_run = {WEIR_UDF,
                                              .kind = WEIR_AGGREGATE,
                                              .n_args = 1,
                                              .args = {WEIR_OF(WEIR_STRING)},
                                              .result = WEIR_OF(WEIR_STRING),
                                              .state_bytes = sizeof(Run),
                                              .update = update_run,
                                              .merge = merge_run,
                                              .value = value_run,
                                              .save = save_run,
                                              .load = load_run};

/* --- bit_xor(x): one word, in any order ------------------------------------------------------ */

static int update_xor(WeirContext *ctx, void *const *states, const WeirArg *args, uint32_t rows,
                      const uint64_t *arrival) {
  if (arrival != NULL) return ctx->fail(ctx, "arrival is not for any order");
  for (uint32_t r = 0; r < rows; r++) *(int64_t *)states[r] ^= weir_bigint(&args[0], r);
  return 0;
}
static int merge_xor(WeirContext *ctx, void *const *into, const void *const *from, uint32_t n) {
  (void)ctx;
  for (uint32_t i = 0; i < n; i++) *(int64_t *)into[i] ^= *(const int64_t *)from[i];
  return 0;
}
static int value_xor(WeirContext *ctx, const void *const *states, uint32_t n, WeirResult *out) {
  (void)ctx;
  for (uint32_t i = 0; i < n; i++) weir_put_bigint(out, i, *(const int64_t *)states[i]);
  return 0;
}
#define XOR                                                                         \
  .kind = WEIR_AGGREGATE, .flags = WEIR_STRICT | WEIR_ANY_ORDER, .n_args = 1,       \
  .args = {WEIR_OF(WEIR_BIGINT)}, .result = WEIR_OF(WEIR_BIGINT), .state_bytes = 8, \
  .update = update_xor, .merge = merge_xor, .value = value_xor
WEIR_EXPORT const WeirFunction bit_xor = {WEIR_UDF, XOR};

/* --- what is refused ------------------------------------------------------------------------- */

WEIR_EXPORT const char no_function[64];
const char no_function[64] = "just bytes, not a function, but enough to be looked at";
#define SCALAR .kind = WEIR_SCALAR, .result = WEIR_OF(WEIR_INT), .call = call_answer
#define BAD    WEIR_EXPORT const WeirFunction
BAD bad_version = {.magic = WEIR_UDF_MAGIC, .version = 99, SCALAR};
BAD bad_kind = {WEIR_UDF, .kind = (WeirKind)7, .call = call_answer};
BAD bad_flags = {WEIR_UDF, .flags = 64, SCALAR};
BAD bad_count = {WEIR_UDF, .n_args = 17, SCALAR};
BAD bad_argument = {WEIR_UDF, .n_args = 1, .args = {WEIR_OF((WeirTypeCode)77)}, SCALAR};
BAD bad_result = {WEIR_UDF, .kind = WEIR_SCALAR, .call = call_answer};
BAD bad_precision = {WEIR_UDF, .kind = WEIR_SCALAR, .result = WEIR_OF_DECIMAL(19, 2),
                     .call = call_answer};
BAD bad_call = {WEIR_UDF, .kind = WEIR_SCALAR, .result = WEIR_OF(WEIR_INT)};
BAD bad_arguments = {WEIR_UDF, .kind = WEIR_AGGREGATE, .n_args = 2, .result = WEIR_OF(WEIR_INT)};
BAD bad_state = {WEIR_UDF,
                 .kind = WEIR_AGGREGATE,
                 .n_args = 1,
                 .args = {WEIR_OF(WEIR_BIGINT)},
                 .result = WEIR_OF(WEIR_BIGINT),
                 .update = update_xor,
                 .merge = merge_xor,
                 .value = value_xor};
BAD bad_save = {WEIR_UDF, XOR, .save = save_run};
BAD bad_aggregate = {WEIR_UDF,
                     .kind = WEIR_AGGREGATE,
                     .n_args = 1,
                     .args = {WEIR_OF(WEIR_BIGINT)},
                     .result = WEIR_OF(WEIR_BIGINT),
                     .state_bytes = 8};
