/* agg_number_test.c -- VAR_*, STDDEV_*, PERCENTILE, APPROX_COUNT_DISTINCT against models. */
#include <math.h>

#include "exec/data/decimal.h"
#include "exec/expr/agg_check.h"

static Int128 exact_at(const Vector *v, uint32_t row) {
  switch (phys_size(type_phys(v->type))) {
    case 1:
      return ((const int8_t *)v->data)[row];
    case 2:
      return ((const int16_t *)v->data)[row];
    case 4:
      return ((const int32_t *)v->data)[row];
    case 8:
      return ((const int64_t *)v->data)[row];
    default:
      return ((const Int128 *)v->data)[row];
  }
}

static void put_exact(Vector *v, uint32_t row, Int128 value) {
  bit_set(v->valid, row);
  switch (phys_size(type_phys(v->type))) {
    case 1:
      ((int8_t *)v->data)[row] = (int8_t)value;
      return;
    case 2:
      ((int16_t *)v->data)[row] = (int16_t)value;
      return;
    case 4:
      ((int32_t *)v->data)[row] = (int32_t)value;
      return;
    case 8:
      ((int64_t *)v->data)[row] = (int64_t)value;
      return;
    default:
      ((Int128 *)v->data)[row] = value;
  }
}

/* --- variance of exact numbers ------------------------------------------------------------ */

/* In 128 bits, by counting up: for small numbers. */
static Int128 slow_root(Int128 v) {
  Int128 root = 0;
  for (Int128 step = (Int128)1 << 40; step > 0; step /= 2) {
    while ((root + step) * (root + step) <= v) root += step;
  }
  return root;
}

/* The result's scale is 6 for decimals, 0 for integers. */
static void variance_model(const AggCall *call, const Vector *v, uint32_t n, StrBuf *out) {
  bool decimal = call->result.kind == TYPE_DECIMAL;
  bool sample = strstr(call->name, "SAMP") != NULL, root = call->name[0] == 'S';
  Int128 count = 0, sum = 0, squares = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (!vector_valid(v, i)) continue;
    Int128 x = exact_at(v, i);
    count++;
    sum += x;
    squares += x * x;
  }
  if (count <= sample) {
    strbuf_puts(out, ".");
    return;
  }
  Int128 above = count * squares - sum * sum, below = count * (count - sample);
  /* scale_in is 2: the square of the unit is 10^-4 */
  Int128 result;
  if (!decimal) {
    result = above / below;
    if (root) result = slow_root(result);
  } else if (root) {
    result = (slow_root(4 * above * decimal_pow10(8) / below) + 1) / 2;
  } else {
    result = (2 * above * 100 / below + 1) / 2;
  }
  char text[DECIMAL_TEXT_MAX];
  if (type_phys(call->result) == PHYS_I8 && result > INT8_MAX) {
    strbuf_printf(out, "error: TINYINT overflow in %s", call->text);
    return;
  }
  strbuf_put(out, text, decimal_print(result, decimal ? 6 : 0, text));
}

static const char *const measures[] = {"VAR_POP", "VAR_SAMP", "STDDEV_POP", "STDDEV_SAMP"};

static void check_exact_variance(void) {
  const Type types[] = {type_of(TYPE_TINYINT), type_of(TYPE_SMALLINT), type_of(TYPE_INT),
                        type_of(TYPE_BIGINT),  type_decimal(10, 2),    type_decimal(30, 2)};
  static const int64_t spans[] = {25, 250, 25000, 25000, 25000, 25000};
  static const uint32_t lengths[] = {0, 1, 2, 3, 7, 64, CHECK_ROWS_MAX};
  uint64_t seed = 11;
  for (size_t m = 0; m < COUNT_OF(measures); m++) {
    for (size_t t = 0; t < COUNT_OF(types); t++) {
      AggCall call = check_bind(measures[m], types[t], false);
      for (size_t i = 0; i < COUNT_OF(lengths); i++) {
        Vector v = vector_new(types[t], lengths[i]);
        int64_t span = spans[t], shift = span / 3;
        for (uint32_t row = 0; row < lengths[i]; row++) {
          uint64_t r = rng_next(&seed);
          if (r % 5 != 0) put_exact(&v, row, (int64_t)(r / 8 % (uint64_t)span) - shift);
        }
        check_column(&call, &v, lengths[i], variance_model, &seed);
        if (lengths[i] > 0) check_constant(&call, &v, 6);
        vector_free(&v);
      }
    }
  }
}

static void check_values(const char *name, Type type, const Int128 *values, uint32_t n,
                         const char *want) {
  AggCall call = check_bind(name, type, false);
  Vector v = vector_new(type, n);
  uint64_t seed = 3;
  StrBuf got = {0};
  for (uint32_t i = 0; i < n; i++) put_exact(&v, i, values[i]);
  for (int trial = 0; trial < 4; trial++) {
    TestState states[PARTS_MAX] = {{{0}, {0}}};
    fold_parts(&call, states, &v, n, &seed);
    emit_state(&call, &states[0], &got);
    CHECK_STR(strbuf_text(&got), want);
  }
  check_unmerge(&call, &v, n, &seed);
  vector_free(&v);
  strbuf_deinit(&got);
}

/* Values computed with Python's fractions. */
static void check_extremes(void) {
  const Int128 ends[] = {INT64_MIN, INT64_MAX}, nines = decimal_pow10(38) - 1;
  const Int128 wide[] = {nines, -nines, nines, -nines}, near[] = {nines, nines - 1, nines - 2};
  check_values("STDDEV_POP", type_of(TYPE_BIGINT), ends, 2, "9223372036854775807");
  check_values("STDDEV_SAMP", type_of(TYPE_BIGINT), ends, 2,
               "error: BIGINT overflow in STDDEV_SAMP");
  check_values("VAR_POP", type_of(TYPE_BIGINT), ends, 2, "error: BIGINT overflow in VAR_POP");
  check_values("VAR_POP", type_of(TYPE_BIGINT), ends, 1, "0");
  check_values("VAR_SAMP", type_of(TYPE_BIGINT), ends, 1, ".");
  check_values("VAR_POP", type_decimal(38, 38), wide, 4,
               "0.99999999999999999999999999999999999998");
  check_values("STDDEV_POP", type_decimal(38, 38), wide, 4,
               "0.99999999999999999999999999999999999999");
  check_values("STDDEV_SAMP", type_decimal(38, 38), wide, 4, "."); /* 1.15 has no room */
  check_values("STDDEV_POP", type_decimal(38, 0), wide, 4, ".");
  check_values("VAR_SAMP", type_decimal(38, 0), near, 3, "1.000000");
  check_values("VAR_POP", type_decimal(38, 0), near, 3, "0.666667");
  check_values("STDDEV_POP", type_decimal(38, 0), near, 3, "0.816497");
  check_values("STDDEV_POP", type_decimal(38, 20), near, 3, "0.00000000000000000001");
}

/* --- variance of floating point ------------------------------------------------------------- */

static bool is_near(double a, double b, double tolerance) {
  return fabs(a - b) <= tolerance * (fabs(a) + fabs(b));
}

/* Two passes in long double. */
static double slow_variance(const double *x, uint32_t n, bool sample) {
  long double mean = 0, squares = 0;
  for (uint32_t i = 0; i < n; i++) mean += x[i];
  mean /= n;
  for (uint32_t i = 0; i < n; i++) squares += (x[i] - mean) * (x[i] - mean);
  return (double)(squares / (n - sample));
}

static void check_float_variance(void) {
  /* Sums of squares would keep nothing of the third. */
  static const double offsets[] = {0, 1e9, -1e12}, tolerances[] = {1e-13, 1e-9, 1e-5};
  uint64_t seed = 5;
  StrBuf got = {0};
  for (size_t m = 0; m < COUNT_OF(measures); m++) {
    AggCall call = check_bind(measures[m], type_of(TYPE_DOUBLE), false);
    bool sample = strstr(measures[m], "SAMP") != NULL, root = measures[m][0] == 'S';
    for (size_t o = 0; o < COUNT_OF(offsets); o++) {
      Vector v = vector_new(call.arg_type, CHECK_ROWS_MAX);
      double *x = v.data;
      for (uint32_t i = 0; i < CHECK_ROWS_MAX; i++) {
        bit_set(v.valid, i);
        x[i] = offsets[o] + (double)(rng_next(&seed) % 100000) / 1024;
      }
      double want = slow_variance(x, CHECK_ROWS_MAX, sample);
      if (root) want = sqrt(want);
      for (int trial = 0; trial < 5; trial++) {
        TestState states[PARTS_MAX] = {{{0}, {0}}};
        fold_parts(&call, states, &v, CHECK_ROWS_MAX, &seed);
        emit_state(&call, &states[0], &got);
        CHECK(is_near(strtod(strbuf_text(&got), NULL), want, tolerances[o]));
      }
      vector_free(&v);
    }
  }
  strbuf_deinit(&got);
}

static void check_doubles(const char *name, Type type, const double *values, uint32_t n,
                          double fraction, const char *want) {
  AggCall call = check_bind(name, type, false);
  call.params.fraction = value_double(type_of(TYPE_DOUBLE), fraction);
  Vector v = vector_new(type, n);
  StrBuf got = {0};
  for (uint32_t i = 0; i < n; i++) {
    bit_set(v.valid, i);
    if (type.kind == TYPE_FLOAT) {
      ((float *)v.data)[i] = (float)values[i];
    } else {
      ((double *)v.data)[i] = values[i];
    }
  }
  TestState s = {{0}, {0}};
  fold_all(&call, &s, &v, n);
  emit_state(&call, &s, &got);
  CHECK_STR(strbuf_text(&got), want);
  states_free(&s, 1);
  vector_free(&v);
  strbuf_deinit(&got);
}

static void check_float_edges(void) {
  const Type d = type_of(TYPE_DOUBLE), f = type_of(TYPE_FLOAT);
  check_doubles("VAR_POP", d, (double[]){0}, 0, 0, ".");
  check_doubles("VAR_POP", d, (double[]){7}, 1, 0, "0.0");
  check_doubles("VAR_SAMP", d, (double[]){7}, 1, 0, ".");
  check_doubles("VAR_SAMP", f, (double[]){1, 2}, 2, 0, "0.5");
  check_doubles("STDDEV_SAMP", f, (double[]){1, 2}, 2, 0, "0.70710677");
  check_doubles("VAR_POP", d, (double[]){1, INFINITY}, 2, 0, "NaN");
  check_doubles("VAR_POP", d, (double[]){INFINITY, 1}, 2, 0, "NaN");
  check_doubles("VAR_POP", d, (double[]){-INFINITY}, 1, 0, "NaN");
  check_doubles("VAR_POP", d, (double[]){1, NAN}, 2, 0, "NaN");
  check_doubles("VAR_POP", d, (double[]){NAN, 1}, 2, 0, "NaN");
  check_doubles("VAR_POP", d, (double[]){1, 2, 4, 9}, 4, 0, "9.5");
  check_doubles("STDDEV_POP", d, (double[]){1e200, -1e200}, 2, 0, "Infinity");
}

/* --- percentiles ------------------------------------------------------------------------------ */

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void percentile_model(const AggCall *call, const Vector *v, uint32_t n, StrBuf *out) {
  double x[CHECK_ROWS_MAX];
  uint32_t m = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (vector_valid(v, i)) x[m++] = (double)exact_at(v, i) / (v->type.scale == 2 ? 100 : 1);
  }
  if (m == 0) {
    strbuf_puts(out, ".");
    return;
  }
  qsort(x, m, sizeof *x, by_value);
  double position = call->params.fraction.as.f * (m - 1), low = floor(position);
  double a = x[(uint32_t)low], b = x[(uint32_t)ceil(position)], share = position - low;
  double result = a == b ? a : a + share * (b - a);
  const Vector one = {.type = type_of(TYPE_DOUBLE), .data = &result};
  batch_value_to_text(&one, 0, out);
}

static void check_percentiles(void) {
  const Type types[] = {type_of(TYPE_TINYINT), type_of(TYPE_SMALLINT), type_of(TYPE_INT),
                        type_of(TYPE_BIGINT),  type_decimal(10, 2),    type_decimal(30, 2)};
  static const double fractions[] = {0, 0.1, 0.25, 0.5, 0.9, 0.99, 1};
  static const uint32_t lengths[] = {0, 1, 2, 3, 7, 64, CHECK_ROWS_MAX};
  static const uint64_t spans[] = {3, 100};
  uint64_t seed = 11;
  for (size_t t = 0; t < COUNT_OF(types); t++) {
    for (size_t f = 0; f < COUNT_OF(fractions); f++) {
      AggCall call = check_bind("PERCENTILE", types[t], false);
      call.params.fraction = value_double(type_of(TYPE_DOUBLE), fractions[f]);
      for (size_t i = 0; i < COUNT_OF(lengths) * COUNT_OF(spans); i++) {
        uint32_t n = lengths[i / COUNT_OF(spans)];
        Vector v = vector_new(types[t], n);
        for (uint32_t row = 0; row < n; row++) {
          uint64_t r = rng_next(&seed);
          if (r % 5 != 0) put_exact(&v, row, (Int128)(r / 8 % spans[i % COUNT_OF(spans)]) - 30);
        }
        check_column(&call, &v, n, percentile_model, &seed);
        if (n > 0) check_constant(&call, &v, 6);
        vector_free(&v);
      }
    }
  }
  const Type d = type_of(TYPE_DOUBLE);
  check_doubles("PERCENTILE", d, (double[]){NAN, 1, 2}, 3, 0.5, "2.0");
  check_doubles("PERCENTILE", d, (double[]){NAN, 1, 2}, 3, 1, "NaN");
  check_doubles("PERCENTILE", d, (double[]){NAN, 1, 2}, 3, 0.75, "NaN");
  check_doubles("PERCENTILE", d, (double[]){NAN, NAN}, 2, 0, "NaN");
  check_doubles("PERCENTILE", d, (double[]){-INFINITY, INFINITY, 3}, 3, 0, "-Infinity");
  check_doubles("PERCENTILE", d, (double[]){INFINITY, INFINITY}, 2, 0.5, "Infinity");
  check_doubles("PERCENTILE", d, (double[]){-0.0, 0.0}, 2, 0, "0.0");
  check_doubles("PERCENTILE", d, (double[]){0, 10, 10}, 3, 0.3, "6.0");
  check_doubles("PERCENTILE", type_of(TYPE_FLOAT), (double[]){0.5, 2}, 2, 0.5, "1.25");
}

/* --- APPROX_COUNT_DISTINCT ----------------------------------------------------------------------
 */

static void add_numbers(const AggCall *call, TestState *s, int64_t first, int64_t n) {
  Vector v = vector_new(type_of(TYPE_BIGINT), CHECK_ROWS_MAX);
  uint16_t rows[CHECK_ROWS_MAX];
  for (uint16_t i = 0; i < CHECK_ROWS_MAX; i++) rows[i] = i, bit_set(v.valid, i);
  while (n > 0) {
    uint32_t m = n < CHECK_ROWS_MAX ? (uint32_t)n : CHECK_ROWS_MAX;
    for (uint32_t i = 0; i < m; i++) ((int64_t *)v.data)[i] = first++;
    fold_rows(call, s, &v, rows, m, 0);
    n -= m;
  }
  vector_free(&v);
}

static int64_t estimate(const AggCall *call, const TestState *s) {
  StrBuf text = {0};
  emit_state(call, s, &text);
  int64_t n = strtoll(strbuf_text(&text), NULL, 10);
  strbuf_deinit(&text);
  return n;
}

static void check_approx(void) {
  AggCall call = check_bind("APPROX_COUNT_DISTINCT", type_of(TYPE_BIGINT), true);
  static const int64_t counts[] = {0,    1,    2,    3,     4,     10,     100,     1000,
                                   1536, 1537, 3000, 10000, 50000, 200000, 1000000, 3000000};
  uint64_t seed = 17;
  for (size_t i = 0; i < COUNT_OF(counts); i++) {
    TestState s = {{0}, {0}}, twice = {{0}, {0}}, parts[3] = {{{0}, {0}}};
    int64_t n = counts[i], third = n / 3, two_thirds = n * 2 / 3;
    add_numbers(&call, &s, 0, n);
    restore_state(&call, &s);
    int64_t got = estimate(&call, &s);
    if (n <= 1536) {
      CHECK_INT(got, n); /* no two of these numbers share an index */
    } else {
      CHECK(fabs((double)(got - n)) <= 0.025 * (double)n);
    }
    add_numbers(&call, &twice, 0, n);
    add_numbers(&call, &twice, 0, third);
    CHECK_INT(estimate(&call, &twice), got);
    add_numbers(&call, &parts[0], 0, two_thirds); /* overlapping parts of different sizes */
    add_numbers(&call, &parts[1], third, n - third);
    add_numbers(&call, &parts[2], n / 2, n / 100);
    for (int p = 0; p < 3; p++) maybe_restore(&call, &parts[p], &seed);
    merge_state(&call, &parts[1], &parts[2]);
    merge_state(&call, &parts[i % 2], &parts[1 - i % 2]);
    CHECK_INT(estimate(&call, &parts[i % 2]), got);
    CHECK(s.arena.total_bytes <= 64 << 10);
    states_free(parts, 3);
    states_free(&s, 1);
    states_free(&twice, 1);
  }
}

int main(void) {
  check_exact_variance();
  check_extremes();
  check_float_variance();
  check_float_edges();
  check_percentiles();
  check_approx();
  return check_done();
}
