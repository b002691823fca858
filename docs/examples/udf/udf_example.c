/* udf_example.c -- functions in C for weir: a distance on the globe, the distance of two texts, and
 * the geometric mean.
 *
 *     cc -O2 -shared -fPIC -I WEIR/api udf_example.c -o udf_example.so -lm
 *     weir --allow-extensions -c "
 *       CREATE FUNCTION haversine AS 'udf_example.so:haversine' LANGUAGE C;
 *       SELECT haversine(52.52, 13.40, 48.86, 2.35)"
 */
#include <math.h>

#include "weir_udf.h"

/* --- haversine(lat1, lon1, lat2, lon2): kilometers between two places ------------------ */

static double radians(double degrees) { return degrees * (3.14159265358979323846 / 180); }

static int call_haversine(WeirContext *ctx, const WeirArg *args, uint32_t rows, WeirResult *out) {
  for (uint32_t r = 0; r < rows; r++) {
    double lat1 = radians(weir_double(&args[0], r)), lon1 = radians(weir_double(&args[1], r));
    double lat2 = radians(weir_double(&args[2], r)), lon2 = radians(weir_double(&args[3], r));
    if (!(fabs(weir_double(&args[0], r)) <= 90) || !(fabs(weir_double(&args[2], r)) <= 90)) {
      return ctx->fail(ctx, "a latitude that is not from -90 to 90");
    }
    double y = sin((lat2 - lat1) / 2), x = sin((lon2 - lon1) / 2);
    double h = y * y + cos(lat1) * cos(lat2) * x * x;
    weir_put_double(out, r, 2 * 6371.0088 * asin(sqrt(h < 1 ? h : 1)));
  }
  return 0;
}

WEIR_EXPORT const WeirFunction haversine = {
    WEIR_UDF,
    .kind = WEIR_SCALAR,
    .flags = WEIR_STRICT,
    .doc = "Kilometers between two places, given in degrees.",
    .n_args = 4,
    .args = {WEIR_OF(WEIR_DOUBLE), WEIR_OF(WEIR_DOUBLE), WEIR_OF(WEIR_DOUBLE),
             WEIR_OF(WEIR_DOUBLE)},
    .result = WEIR_OF(WEIR_DOUBLE),
    .call = call_haversine};

/* --- edit_distance(a, b): bytes to be inserted, removed or replaced ---------------------- */

static uint32_t least(uint32_t a, uint32_t b) { return a < b ? a : b; }

/* row has room for b_len + 1 numbers: distances of a's beginning from each beginning of b. */
static uint32_t distance(const char *a, size_t a_len, const char *b, size_t b_len, uint32_t *row) {
  for (size_t k = 0; k <= b_len; k++) row[k] = (uint32_t)k;
  for (size_t i = 1; i <= a_len; i++) {
    uint32_t diagonal = row[0];
    row[0] = (uint32_t)i;
    for (size_t k = 1; k <= b_len; k++) {
      uint32_t replaced = diagonal + (a[i - 1] != b[k - 1]);
      diagonal = row[k];
      row[k] = least(replaced, least(row[k], row[k - 1]) + 1);
    }
  }
  return row[b_len];
}

static int call_edit_distance(WeirContext *ctx, const WeirArg *args, uint32_t rows,
                              WeirResult *out) {
  uint32_t *row = NULL;
  size_t room = 0;
  for (uint32_t r = 0; r < rows; r++) {
    size_t a_len, b_len;
    const char *a = weir_text(&args[0], r, &a_len), *b = weir_text(&args[1], r, &b_len);
    if (a_len > 10000 || b_len > 10000) return ctx->fail(ctx, "a text above 10000 bytes");
    if (b_len + 1 > room) {
      room = 2 * (b_len + 1);
      row = ctx->alloc(ctx, room * sizeof *row);
      if (row == NULL) return ctx->fail(ctx, "out of memory");
    }
    weir_put_int(out, r, (int32_t)distance(a, a_len, b, b_len, row));
  }
  return 0;
}

WEIR_EXPORT const WeirFunction edit_distance = {
    WEIR_UDF,
    .kind = WEIR_SCALAR,
    .flags = WEIR_STRICT,
    .doc = "How many bytes have to be inserted, removed or replaced to make one text the other.",
    .n_args = 2,
    .args = {WEIR_OF(WEIR_STRING), WEIR_OF(WEIR_STRING)},
    .result = WEIR_OF(WEIR_INT),
    .call = call_edit_distance};

/* --- geomean(x): the geometric mean of positive numbers ---------------------------------- */

typedef struct Mean {
  double log_sum;
  uint64_t n;
  int64_t bad; /* a number that is not above 0 has come */
} Mean;

static int update_mean(WeirContext *ctx, void *const *states, const WeirArg *args, uint32_t rows,
                       const uint64_t *arrival) {
  (void)ctx, (void)arrival;
  for (uint32_t r = 0; r < rows; r++) {
    Mean *m = states[r];
    double x = weir_double(&args[0], r);
    if (x > 0) {
      m->log_sum += log(x);
      m->n++;
    } else {
      m->bad = 1;
    }
  }
  return 0;
}

static int merge_mean(WeirContext *ctx, void *const *into, const void *const *from, uint32_t n) {
  (void)ctx;
  for (uint32_t i = 0; i < n; i++) {
    Mean *a = into[i];
    const Mean *b = from[i];
    a->log_sum += b->log_sum;
    a->n += b->n;
    a->bad |= b->bad;
  }
  return 0;
}

static int value_mean(WeirContext *ctx, const void *const *states, uint32_t n, WeirResult *out) {
  for (uint32_t i = 0; i < n; i++) {
    const Mean *m = states[i];
    if (m->bad) return ctx->fail(ctx, "a number that is not above 0");
    if (m->n > 0) {
      weir_put_double(out, i, exp(m->log_sum / (double)m->n));
    } else {
      weir_put_null(out, i);
    }
  }
  return 0;
}

WEIR_EXPORT const WeirFunction geomean = {WEIR_UDF,
                                          .kind = WEIR_AGGREGATE,
                                          .flags = WEIR_STRICT,
                                          .doc = "The geometric mean of numbers above 0.",
                                          .n_args = 1,
                                          .args = {WEIR_OF(WEIR_DOUBLE)},
                                          .result = WEIR_OF(WEIR_DOUBLE),
                                          .state_bytes = sizeof(Mean),
                                          .update = update_mean,
                                          .merge = merge_mean,
                                          .value = value_mean};
