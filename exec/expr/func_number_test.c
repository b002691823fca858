/* func_number_test.c -- the quick ways of functions over numbers against the slow ones: DECIMAL
 * arithmetic against exec/data/decimal.h, and calls with a constant against the same with a
 * column that holds it, which no quick way takes.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "exec/data/decimal.h"
#include "exec/data/rng.h"
#include "exec/expr/expr_text.h"
#include "exec/expr/program.h"

enum { ROWS = 200 };

static uint64_t seed = 11;
static uint32_t pick(uint32_t n) { return (uint32_t)(rng_next(&seed) % n); }

static BatchBuilder *new_batch(const Type *types, uint32_t n_cols) {
  BatchBuilder *b = batch_builder_new((BatchShape){.types = types, .n_cols = n_cols});
  if (b == NULL) abort();
  return b;
}

static void put(BatchBuilder *b, uint32_t col, uint32_t row, Value v) {
  bool done = batch_builder_put(b, col, row, &v);
  CHECK(done);
}

/* Every third row. */
static uint32_t some_rows(uint16_t *sel) {
  uint32_t n = 0;
  for (uint32_t row = pick(3); row < ROWS; row += 3) sel[n++] = (uint16_t)row;
  return n;
}

static Code run(Expr *e, const ExprEnv *env, const Batch *in, Program **p, Vector *out) {
  Error err = {0};
  CHECK_INT(program_new(&e, 1, env, p, &err), OK);
  return program_run(*p, in, 0, out, &err);
}

/* --- DECIMAL --------------------------------------------------------------------------------- */

static Type some_decimal(void) {
  unsigned precision = pick(2) ? 1 + pick(18) : 1 + pick(38);
  return type_decimal(precision, pick(precision + 1));
}

/* The largest, small ones, anything between. */
static Int128 some_unscaled(Type type) {
  Int128 most = decimal_pow10(type.precision) - 1, v = 0;
  if (pick(8) == 0) return pick(2) ? most : -most;
  for (uint32_t digits = pick(type.precision) + 1; digits > 0; digits--) v = v * 10 + pick(10);
  return pick(2) ? v : -v;
}

static bool want_decimal(char op, Int128 x, Type tx, Int128 y, Type ty, Type tr, Int128 *r) {
  bool done = op == '+'   ? decimal_add(x, tx.scale, y, ty.scale, tr.scale, r)
              : op == '-' ? decimal_sub(x, tx.scale, y, ty.scale, tr.scale, r)
              : op == '*' ? decimal_mul(x, tx.scale, y, ty.scale, tr.scale, r)
                          : decimal_div(x, tx.scale, y, ty.scale, tr.scale, r);
  return done && decimal_fits(*r, tr.precision);
}

static Int128 unscaled(const Vector *v, uint32_t row) {
  Value value = value_of(v, row);
  return type_phys(v->type) == PHYS_I128 ? value.as.d128 : value.as.i;
}

static void check_decimal(char op, Type tx, Type ty, bool with_nulls) {
  Type types[] = {tx, ty};
  ExprText t = {.columns = types, .n_columns = 2};
  BatchBuilder *b = new_batch(types, 2);
  for (uint32_t row = 0; row < ROWS; row++) {
    for (uint32_t c = 0; c < 2; c++) {
      Int128 v = some_unscaled(types[c]);
      if (op == '/' && c == 1 && v == 0) v = 1;
      put(b, c, row,
          with_nulls && pick(10) == 0 ? value_null(types[c]) : value_decimal(types[c], v));
    }
  }
  b->batch.rows = ROWS;
  Batch in = b->batch;
  uint16_t sel[ROWS];
  if (pick(2)) {
    in.n_sel = some_rows(sel);
    in.sel = sel;
  }
  char text[] = {'(', op, ' ', '$', '0', ' ', '$', '1', ')', '\0'};
  Expr *e = expr_from_text(&t, text);
  Program *p;
  Vector out;
  CHECK_INT(run(e, &t.env, &in, &p, &out), OK);
  for (uint32_t i = 0; i < batch_count(&in); i++) {
    uint32_t row = batch_row(&in, i);
    bool some = vector_valid(&in.cols[0], row) && vector_valid(&in.cols[1], row);
    Int128 want;
    if (some) {
      some = want_decimal(op, unscaled(&in.cols[0], row), tx, unscaled(&in.cols[1], row), ty,
                          e->type, &want);
    }
    CHECK(vector_valid(&out, row) == some);
    if (some) CHECK(unscaled(&out, row) == want);
  }
  program_free(p);
  batch_builder_free(b);
  arena_deinit(&t.arena);
}

static void test_decimal(void) {
  for (int round = 0; round < 3000; round++) {
    Type tx = some_decimal(), ty = pick(3) == 0 ? tx : some_decimal();
    check_decimal("+-*/"[pick(4)], tx, ty, pick(2));
  }
}

/* --- ROUND, TRUNCATE ------------------------------------------------------------------------- */

static double some_double(void) {
  uint64_t bits = rng_next(&seed);
  double any, cents = (double)((int64_t)(rng_next(&seed) >> 20) - (INT64_C(1) << 43)) / 1000;
  memcpy(&any, &bits, sizeof any);
  static const double edges[] = {0.0,
                                 -0.0,
                                 0.5,
                                 -0.5,
                                 1.5,
                                 2.5,
                                 0.49999999999999994,
                                 1e15,
                                 1e16,
                                 2.675,
                                 1.005,
                                 1e300,
                                 INFINITY,
                                 -INFINITY,
                                 NAN,
                                 1e-10,
                                 5e-324,
                                 0.1 + 0.2,
                                 4503599627370495.5};
  switch (pick(5)) {
    case 0:
      return any;
    case 1:
      return edges[pick(COUNT_OF(edges))];
    case 2: /* halves at some digit, exact or nearly so */
      return ((double)pick(2000000) - 1e6 + 0.5) / pow(10, pick(8));
    case 3:
      return nextafter(((double)pick(2000) + 0.5) / pow(10, pick(4)), pick(2) ? 1e9 : -1e9);
    default:
      return cents;
  }
}

static bool same_double(double a, double b) { return memcmp(&a, &b, sizeof a) == 0; }

/* With the digits as a constant and as a column. */
static void check_round(const char *name, int digits) {
  Type types[] = {type_of(TYPE_DOUBLE), type_of(TYPE_INT)};
  ExprText t = {.columns = types, .n_columns = 2};
  BatchBuilder *b = new_batch(types, 2);
  for (uint32_t row = 0; row < ROWS; row++) {
    put(b, 0, row, pick(20) == 0 ? value_null(types[0]) : value_double(types[0], some_double()));
    put(b, 1, row, value_int(types[1], digits));
  }
  b->batch.rows = ROWS;
  const char *quick_text = arena_printf(&t.arena, "(%s $0 INT:%d)", name, digits);
  Expr *quick = expr_from_text(&t, quick_text);
  Expr *slow = expr_from_text(&t, arena_printf(&t.arena, "(%s $0 $1)", name));
  Program *p[2];
  Vector out[2];
  CHECK_INT(run(quick, &t.env, &b->batch, &p[0], &out[0]), OK);
  CHECK_INT(run(slow, &t.env, &b->batch, &p[1], &out[1]), OK);
  for (uint32_t row = 0; row < ROWS; row++) {
    double got = ((const double *)out[0].data)[row], want = ((const double *)out[1].data)[row];
    CHECK(vector_valid(&out[0], row) == vector_valid(&out[1], row));
    CHECK(same_double(got, want));
  }
  for (int i = 0; i < 2; i++) program_free(p[i]);
  batch_builder_free(b);
  arena_deinit(&t.arena);
}

static void test_round(void) {
  for (int round = 0; round < 1500; round++) {
    check_round(pick(2) ? "ROUND" : "TRUNCATE", pick(4) == 0 ? (int)pick(30) - 5 : (int)pick(6));
  }
}

/* --- GREATEST, LEAST ------------------------------------------------------------------------- */

static Value some_number(Type type) {
  static const double doubles[] = {0.0, -0.0, 1.5, -1.5, INFINITY, NAN};
  if (type.kind == TYPE_DOUBLE) return value_double(type, doubles[pick(COUNT_OF(doubles))]);
  if (type.kind == TYPE_DECIMAL) return value_decimal(type, some_unscaled(type));
  return value_int(type, (int64_t)pick(7) - 3);
}

/* Against the order of values, one row after the other. */
static void check_greatest(const char *name, Type type) {
  Type types[] = {type, type, type};
  ExprText t = {.columns = types, .n_columns = 3};
  BatchBuilder *b = new_batch(types, 3);
  for (uint32_t row = 0; row < ROWS; row++) {
    for (uint32_t c = 0; c < 3; c++) {
      put(b, c, row, pick(10) == 0 ? value_null(type) : some_number(type));
    }
  }
  b->batch.rows = ROWS;
  Expr *e = expr_from_text(&t, arena_printf(&t.arena, "(%s $0 $1 $2)", name));
  Program *p;
  Vector out;
  CHECK_INT(run(e, &t.env, &b->batch, &p, &out), OK);
  for (uint32_t row = 0; row < ROWS; row++) {
    Value best = value_of(&b->batch.cols[0], row);
    bool some = !best.null;
    for (uint32_t c = 1; c < 3; c++) {
      Value v = value_of(&b->batch.cols[c], row);
      some = some && !v.null;
      if (!some) break;
      int order = value_compare(&v, &best);
      if (name[0] == 'G' ? order > 0 : order < 0) best = v;
    }
    CHECK(vector_valid(&out, row) == some);
    Value got = value_of(&out, row);
    if (some && type.kind == TYPE_DOUBLE) CHECK(same_double(got.as.f, best.as.f));
    if (some) CHECK(value_compare(&got, &best) == 0);
  }
  program_free(p);
  batch_builder_free(b);
  arena_deinit(&t.arena);
}

static void test_greatest(void) {
  Type types[] = {type_of(TYPE_TINYINT), type_of(TYPE_INT),   type_of(TYPE_BIGINT),
                  type_of(TYPE_DOUBLE),  type_decimal(10, 2), type_decimal(38, 4)};
  for (int round = 0; round < 600; round++) {
    check_greatest(pick(2) ? "GREATEST" : "LEAST", types[pick(COUNT_OF(types))]);
  }
}

/* --- IN -------------------------------------------------------------------------------------- */

/* A short list, and the same with its items again and again, which is looked up by hash. */
static void check_in(Type type, const char *const *items, uint32_t n_items, const Batch *in) {
  ExprText t = {.columns = &type, .n_columns = 1};
  StrBuf few = {0}, many = {0};
  uint32_t n = 1 + pick(4);
  for (uint32_t i = 0; i < n; i++) strbuf_printf(&few, " %s", items[pick(n_items)]);
  for (uint32_t i = 0; i * n <= 40; i++) strbuf_puts(&many, strbuf_text(&few));
  Program *p[2];
  Vector out[2];
  const char *lists[] = {strbuf_text(&few), strbuf_text(&many)};
  for (int i = 0; i < 2; i++) {
    Expr *e = expr_from_text(&t, arena_printf(&t.arena, "(IN $0%s)", lists[i]));
    CHECK_INT(run(e, &t.env, in, &p[i], &out[i]), OK);
  }
  for (uint32_t row = 0; row < in->rows; row++) {
    bool some = vector_valid(&out[1], row);
    CHECK(vector_valid(&out[0], row) == some);
    if (some) CHECK_INT(((const int8_t *)out[0].data)[row], ((const int8_t *)out[1].data)[row]);
  }
  for (int i = 0; i < 2; i++) program_free(p[i]);
  strbuf_deinit(&few);
  strbuf_deinit(&many);
  arena_deinit(&t.arena);
}

static void test_in(void) {
  static const char *const ints[] = {"INT:1", "INT:2", "INT:-3", "INT:2147483647"};
  static const char *const doubles[] = {"DOUBLE:0.0", "DOUBLE:-0.0", "DOUBLE:2.5", "DOUBLE:NaN"};
  static const char *const texts[] = {"STRING:a", "STRING:''", "STRING:abcdefghijkl",
                                      "STRING:abcdefghijklmnop"};
  static const double double_values[] = {0.0, -0.0, 2.5, 7, NAN};
  static const char *const text_values[] = {"a", "", "b", "abcdefghijkl", "abcdefghijklmnop"};
  Type types[] = {type_of(TYPE_INT), type_of(TYPE_DOUBLE), type_string()};
  for (int round = 0; round < 300; round++) {
    BatchBuilder *b[3];
    for (uint32_t i = 0; i < 3; i++) {
      b[i] = new_batch(&types[i], 1);
      for (uint32_t row = 0; row < ROWS; row++) {
        Value v = i == 0   ? value_int(types[0], (int64_t)pick(6) - 3)
                  : i == 1 ? value_double(types[1], double_values[pick(5)])
                           : value_text(types[2], str_of(text_values[pick(5)]));
        put(b[i], 0, row, pick(10) == 0 ? value_null(types[i]) : v);
      }
      b[i]->batch.rows = ROWS;
    }
    check_in(types[0], ints, COUNT_OF(ints), &b[0]->batch);
    check_in(types[1], doubles, COUNT_OF(doubles), &b[1]->batch);
    check_in(types[2], texts, COUNT_OF(texts), &b[2]->batch);
    for (uint32_t i = 0; i < 3; i++) batch_builder_free(b[i]);
  }
}

int main(void) {
  test_decimal();
  test_round();
  test_greatest();
  test_in();
  return check_done();
}
