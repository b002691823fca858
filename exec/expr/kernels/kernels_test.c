/* kernels_test.c -- each loop against a one-line scalar reference, over the edges of its type, at
 * lengths around the width of a vector and of a validity word.
 */
#include <math.h>
#include <stdlib.h>

#include "base/check.h"
#include "exec/data/rng.h"
#include "exec/data/timestamp.h"
#include "exec/expr/kernels/k_arith.h"
#include "exec/expr/kernels/k_bool.h"
#include "exec/expr/kernels/k_compare.h"
#include "exec/expr/kernels/k_convert.h"

enum { ROWS_MAX = 130 };
static const uint32_t lengths[] = {0, 1, 63, 64, 65, ROWS_MAX};

static int64_t int_min(Phys p) {
  return p == PHYS_I64 ? INT64_MIN : -(INT64_C(1) << (8 * phys_size(p) - 1));
}
static int64_t int_max(Phys p) { return -(int_min(p) + 1); }

static int64_t get_int(const void *data, Phys p, uint32_t i) {
  switch (phys_size(p)) {
    case 1:
      return ((const int8_t *)data)[i];
    case 2:
      return ((const int16_t *)data)[i];
    case 4:
      return ((const int32_t *)data)[i];
    default:
      return ((const int64_t *)data)[i];
  }
}

static void put_int(void *data, Phys p, uint32_t i, int64_t v) {
  switch (phys_size(p)) {
    case 1:
      ((int8_t *)data)[i] = (int8_t)v;
      break;
    case 2:
      ((int16_t *)data)[i] = (int16_t)v;
      break;
    case 4:
      ((int32_t *)data)[i] = (int32_t)v;
      break;
    default:
      ((int64_t *)data)[i] = v;
  }
}

/* Mostly harmless numbers, so that whole columns without fault occur too. */
static int64_t some_int(Phys p, uint64_t *seed, bool edges) {
  uint64_t r = rng_next(seed);
  int64_t edge[] = {int_min(p), int_min(p) + 1, -1, 0, 1, 2, int_max(p) - 1, int_max(p)};
  return edges && r % 4 == 0 ? edge[r / 8 % COUNT_OF(edge)] : (int64_t)(r / 8 % 11) - 5;
}

/* --- arithmetic ------------------------------------------------------------------------------ */

/* The exact result; false: a zero divisor. */
static bool exact(ArithOp op, Int128 x, Int128 y, Int128 *r) {
  if ((op == ARITH_DIV || op == ARITH_REM) && y == 0) return false;
  Int128 all[] = {x + y, x - y, x * y, y != 0 ? x / y : 0, y != 0 ? x % y : 0};
  *r = all[op];
  return true;
}

static void check_int_arith(Phys p, ArithOp op, BinaryKernel f, const void *a, bool a_const,
                            const void *b, bool b_const, uint32_t n) {
  int64_t out[ROWS_MAX];
  bool want_fault = false, fault = f(a, b, out, n);
  for (uint32_t i = 0; i < n; i++) {
    Int128 r;
    bool some = exact(op, get_int(a, p, a_const ? 0 : i), get_int(b, p, b_const ? 0 : i), &r);
    if (!some || r < int_min(p) || r > int_max(p)) want_fault = true;
    int64_t wrapped;
    if (some) {
      put_int(&wrapped, p, 0, (int64_t)r);
      CHECK_INT(get_int(out, p, i), get_int(&wrapped, p, 0));
    }
  }
  CHECK_INT(fault, want_fault);
}

static void test_int_arith(void) {
  uint64_t seed = 1;
  for (int p = PHYS_I8; p <= PHYS_I64; p++) {
    for (int op = 0; op < ARITH_OPS; op++) {
      for (size_t l = 0; l < COUNT_OF(lengths); l++) {
        for (int round = 0; round < 20; round++) {
          int64_t a[ROWS_MAX], b[ROWS_MAX];
          for (uint32_t i = 0; i < ROWS_MAX; i++) {
            put_int(a, (Phys)p, i, some_int((Phys)p, &seed, round % 2));
            put_int(b, (Phys)p, i, some_int((Phys)p, &seed, round % 2));
          }
          const BinaryForms *f = &arith_kernels[op][p];
          check_int_arith((Phys)p, (ArithOp)op, f->vv, a, false, b, false, lengths[l]);
          check_int_arith((Phys)p, (ArithOp)op, f->vc, a, false, b, true, lengths[l]);
          check_int_arith((Phys)p, (ArithOp)op, f->cv, a, true, b, false, lengths[l]);
        }
      }
    }
  }
}

/* Quotients next to an integer, of numbers of all lengths up to where doubles end and beyond. */
static void test_divide_long(void) {
  uint64_t seed = 31;
  int64_t x[ROWS_MAX], y[ROWS_MAX], q[ROWS_MAX], rest[ROWS_MAX];
  for (int round = 0; round < 4000; round++) {
    unsigned bits = 1 + (unsigned)(rng_next(&seed) % (round % 2 == 0 ? 52 : 62));
    for (uint32_t i = 0; i < ROWS_MAX; i++) {
      int64_t most = INT64_C(1) << bits, d = 1 + (int64_t)(rng_next(&seed) % (uint64_t)most);
      int64_t n = (int64_t)(rng_next(&seed) % (uint64_t)(most / d + 1));
      x[i] = n * d + (int64_t)(rng_next(&seed) % 3) - 1;
      if (x[i] > most) x[i] = most;
      y[i] = d;
      if (rng_next(&seed) % 2 == 0) x[i] = -x[i];
      if (rng_next(&seed) % 2 == 0) y[i] = -y[i];
    }
    CHECK(!arith_kernels[ARITH_DIV][PHYS_I64].vv(x, y, q, ROWS_MAX));
    CHECK(!arith_kernels[ARITH_REM][PHYS_I64].vv(x, y, rest, ROWS_MAX));
    for (uint32_t i = 0; i < ROWS_MAX; i++) {
      CHECK_INT(q[i], x[i] / y[i]);
      CHECK_INT(rest[i], x[i] % y[i]);
    }
  }
}

static void test_negate(void) {
  for (int p = PHYS_I8; p <= PHYS_I64; p++) {
    int64_t a[3], out[3];
    put_int(a, (Phys)p, 0, 5);
    put_int(a, (Phys)p, 1, int_max((Phys)p));
    CHECK(!negate_kernels[p](a, out, 2));
    CHECK_INT(get_int(out, (Phys)p, 0), -5);
    CHECK_INT(get_int(out, (Phys)p, 1), int_min((Phys)p) + 1);
    put_int(a, (Phys)p, 2, int_min((Phys)p));
    CHECK(negate_kernels[p](a, out, 3));
    CHECK_INT(get_int(out, (Phys)p, 2), int_min((Phys)p));
  }
}

static void test_abs(void) {
  for (int i = PHYS_I8; i <= PHYS_I64; i++) {
    Phys p = (Phys)i;
    int64_t a[3], out[3];
    put_int(a, p, 0, -5);
    put_int(a, p, 1, int_max(p));
    put_int(a, p, 2, int_min(p));
    CHECK(!abs_kernels[p](a, out, 2));
    CHECK_INT(get_int(out, p, 0), 5);
    CHECK_INT(get_int(out, p, 1), int_max(p));
    CHECK(abs_kernels[p](a, out, 3));
  }
}

static void test_float_arith(void) {
  static const double edge[] = {0.0, -0.0, 1.5, -2.25, 1e300, -1e300, INFINITY, NAN};
  for (size_t i = 0; i < COUNT_OF(edge); i++) {
    for (size_t j = 0; j < COUNT_OF(edge); j++) {
      double x = edge[i], y = edge[j], want[] = {x + y, x - y, x * y, x / y};
      for (int op = ARITH_ADD; op <= ARITH_DIV; op++) {
        double r;
        CHECK(!arith_kernels[op][PHYS_F64].vv(&x, &y, &r, 1));
        CHECK(memcmp(&r, &want[op], sizeof r) == 0 || (r != r && want[op] != want[op]));
        float fx = (float)x, fy = (float)y, fr, fwant[] = {fx + fy, fx - fy, fx * fy, fx / fy};
        CHECK(!arith_kernels[op][PHYS_F32].vc(&fx, &fy, &fr, 1));
        CHECK(fr == fwant[op] || (fr != fr && fwant[op] != fwant[op]));
      }
    }
  }
}

static void test_instants(void) {
  static const int64_t edge[] = {INT64_MIN, TIMESTAMP_MIN - 1, TIMESTAMP_MIN,     -1,       0,
                                 1,         TIMESTAMP_MAX,     TIMESTAMP_MAX + 1, INT64_MAX};
  for (size_t i = 0; i < COUNT_OF(edge); i++) {
    for (size_t j = 0; j < COUNT_OF(edge); j++) {
      int64_t r;
      Int128 sum = (Int128)edge[i] + edge[j], difference = (Int128)edge[i] - edge[j];
      CHECK_INT(instant_add_kernel.vv(&edge[i], &edge[j], &r, 1),
                sum < TIMESTAMP_MIN || sum > TIMESTAMP_MAX);
      CHECK_INT(instant_sub_kernel.vv(&edge[i], &edge[j], &r, 1),
                difference < TIMESTAMP_MIN || difference > TIMESTAMP_MAX);
    }
  }
}

/* --- comparison --------------------------------------------------------------------------------
 */

static bool holds(int op, bool less, bool equal) {
  bool all[] = {equal, !equal, less, less || equal, !less && !equal, !less};
  return all[op];
}

static void check_compare(Phys p, const void *a, const void *b, uint32_t n) {
  for (int op = 0; op < COMPARE_OPS; op++) {
    for (int constant = 0; constant < 2; constant++) {
      int8_t out[ROWS_MAX];
      CompareKernel f = (constant ? compare_vc : compare_vv)[op][p];
      if (f == NULL) continue;
      f(a, b, out, n);
      for (uint32_t i = 0; i < n; i++) {
        uint32_t j = constant ? 0 : i;
        if (p == PHYS_F64 || p == PHYS_F32) {
          double x = p == PHYS_F64 ? ((const double *)a)[i] : (double)((const float *)a)[i];
          double y = p == PHYS_F64 ? ((const double *)b)[j] : (double)((const float *)b)[j];
          bool nan = x != x || y != y;
          CHECK_INT(out[i], nan ? op == COMPARE_NE : holds(op, x < y, x == y));
        } else if (p == PHYS_I128) {
          Int128 x = ((const Int128 *)a)[i], y = ((const Int128 *)b)[j];
          CHECK_INT(out[i], holds(op, x < y, x == y));
        } else {
          int64_t x = get_int(a, p, i), y = get_int(b, p, j);
          CHECK_INT(out[i], holds(op, x < y, x == y));
        }
      }
    }
  }
}

static void test_compare(void) {
  uint64_t seed = 2;
  for (size_t l = 0; l < COUNT_OF(lengths); l++) {
    for (int p = PHYS_I8; p <= PHYS_I64; p++) {
      int64_t a[ROWS_MAX], b[ROWS_MAX];
      for (uint32_t i = 0; i < ROWS_MAX; i++) {
        put_int(a, (Phys)p, i, some_int((Phys)p, &seed, true));
        put_int(b, (Phys)p, i, some_int((Phys)p, &seed, true));
      }
      check_compare((Phys)p, a, b, lengths[l]);
    }
    static const double edge[] = {0.0, -0.0, 1.5, -1e300, INFINITY, -INFINITY, NAN};
    double x[ROWS_MAX], y[ROWS_MAX];
    float fx[ROWS_MAX], fy[ROWS_MAX];
    Int128 wx[ROWS_MAX], wy[ROWS_MAX];
    for (uint32_t i = 0; i < ROWS_MAX; i++) {
      fx[i] = (float)(x[i] = edge[rng_next(&seed) % COUNT_OF(edge)]);
      fy[i] = (float)(y[i] = edge[rng_next(&seed) % COUNT_OF(edge)]);
      wx[i] = (Int128)some_int(PHYS_I64, &seed, true) * INT64_MAX;
      wy[i] = (Int128)some_int(PHYS_I64, &seed, true) * INT64_MAX;
    }
    check_compare(PHYS_F64, x, y, lengths[l]);
    check_compare(PHYS_F32, fx, fy, lengths[l]);
    check_compare(PHYS_I128, wx, wy, lengths[l]);
  }
}

static void test_compare_text(void) {
  static const char *const words[] = {"", "a", "abcd", "abcde", "abcdefghijkl", "abcdefghijklm"};
  TextRef column[COUNT_OF(words)];
  for (size_t i = 0; i < COUNT_OF(words); i++) column[i] = text_ref(words[i], strlen(words[i]));
  for (size_t i = 0; i + 1 < COUNT_OF(words); i++) { /* the last is long */
    int8_t out[COUNT_OF(words)];
    compare_text_short(column, &column[i], out, COUNT_OF(words));
    for (size_t j = 0; j < COUNT_OF(words); j++) CHECK_INT(out[j], i == j);
  }
}

/* --- conversion ----------------------------------------------------------------------------------
 */

static void test_convert_ints(void) {
  for (int from = PHYS_I8; from <= PHYS_I64; from++) {
    for (int to = PHYS_I8; to <= PHYS_I64; to++) {
      if (from == to) continue;
      uint64_t seed = 3;
      for (int i = 0; i < 200; i++) {
        int64_t x, out, wrapped, v = some_int((Phys)from, &seed, true);
        put_int(&x, (Phys)from, 0, v);
        bool fault = convert_kernels[from][to](&x, &out, 1);
        CHECK_INT(fault, v < int_min((Phys)to) || v > int_max((Phys)to));
        put_int(&wrapped, (Phys)to, 0, v);
        CHECK_INT(get_int(&out, (Phys)to, 0), get_int(&wrapped, (Phys)to, 0));
      }
    }
  }
}

static void test_convert_floats(void) {
  for (int to = PHYS_I8; to <= PHYS_I64; to++) {
    long double least = (long double)int_min((Phys)to), most = (long double)int_max((Phys)to);
    double edge[] = {0,
                     -0.9,
                     0.9,
                     127,
                     127.9,
                     128,
                     -128.9,
                     -129,
                     32767.5,
                     32768,
                     -32769,
                     NAN,
                     2147483647.5,
                     2147483648.0,
                     -2147483648.5,
                     -2147483649.0,
                     0x1p63,
                     -0x1p63,
                     9007199254740993.0,
                     INFINITY,
                     -INFINITY};
    for (size_t i = 0; i < COUNT_OF(edge); i++) {
      int64_t out;
      long double cut = truncl((long double)edge[i]);
      bool fits = cut >= least && cut <= most;
      CHECK_INT(convert_kernels[PHYS_F64][to](&edge[i], &out, 1), !fits);
      CHECK_INT(get_int(&out, (Phys)to, 0), fits ? (int64_t)cut : 0);
      float single = (float)edge[i];
      cut = truncl((long double)single);
      fits = cut >= least && cut <= most;
      CHECK_INT(convert_kernels[PHYS_F32][to](&single, &out, 1), !fits);
      CHECK_INT(get_int(&out, (Phys)to, 0), fits ? (int64_t)cut : 0);
    }
  }
  int64_t big = INT64_MAX;
  double d;
  CHECK(!convert_kernels[PHYS_I64][PHYS_F64](&big, &d, 1));
  CHECK(d == 0x1p63);
}

/* --- truth
 * ------------------------------------------------------------------------------------------ */

/* 0 FALSE, 1 TRUE, 2 NULL, after SQL's tables. */
static int reference(int x, int y, bool is_or) {
  if (is_or) return x == 1 || y == 1 ? 1 : x == 2 || y == 2 ? 2 : 0;
  return x == 0 || y == 0 ? 0 : x == 2 || y == 2 ? 2 : 1;
}

typedef struct Truths {
  int8_t data[ROWS_MAX];
  uint64_t bits[3];
  int state[ROWS_MAX];
  TruthColumn column;
} Truths;

static void some_truths(Truths *t, uint64_t *seed, bool nulls) {
  memset(t->bits, 0xff, sizeof t->bits);
  for (uint32_t i = 0; i < ROWS_MAX; i++) {
    t->state[i] = (int)(rng_next(seed) % (nulls ? 3 : 2));
    t->data[i] = t->state[i] == 2 ? (int8_t)(rng_next(seed) % 2) : (int8_t)t->state[i];
    if (t->state[i] == 2) t->bits[i / 64] &= ~(UINT64_C(1) << (i % 64));
  }
  t->column = (TruthColumn){t->data, nulls ? t->bits : NULL};
}

static void test_combine(void) {
  uint64_t seed = 4;
  for (size_t l = 0; l < COUNT_OF(lengths); l++) {
    for (int kind = 0; kind < 16; kind++) {
      Truths a, b;
      bool is_or = kind & 1;
      some_truths(&a, &seed, kind & 2);
      some_truths(&b, &seed, kind & 4);
      int8_t other[ROWS_MAX], *out = kind & 8 ? a.data : other; /* also in place */
      uint64_t bits[3] = {UINT64_MAX, UINT64_MAX, UINT64_MAX};
      bool_combine(a.column, b.column, is_or, out, bits, lengths[l]);
      for (uint32_t i = 0; i < lengths[l]; i++) {
        int got = (bits[i / 64] >> (i % 64) & 1) == 0 ? 2 : out[i];
        CHECK_INT(got, reference(a.state[i], b.state[i], is_or));
      }
    }
  }
}

static void check_selection(uint32_t (*select)(TruthColumn, const uint16_t *, uint32_t, uint16_t *),
                            const Truths *t, const bool keeps[3], const uint16_t *sel, uint32_t n) {
  uint16_t got[ROWS_MAX], want[ROWS_MAX];
  uint32_t n_want = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (keeps[t->state[sel[i]]]) want[n_want++] = sel[i];
  }
  CHECK_INT(select(t->column, sel, n, got), n_want);
  CHECK(memcmp(got, want, n_want * sizeof *want) == 0);
}

static void test_select(void) {
  static const bool on_true[3] = {false, true, false}, not_true[3] = {true, false, true},
                    not_false[3] = {false, true, true}, on_null[3] = {false, false, true};
  uint64_t seed = 5;
  for (int round = 0; round < 50; round++) {
    Truths t;
    uint16_t sel[ROWS_MAX], got[ROWS_MAX];
    uint32_t n = 0, nulls = 0;
    some_truths(&t, &seed, round % 2);
    for (uint16_t i = 0; i < ROWS_MAX; i++) {
      if (round < 10 || rng_next(&seed) % 3 != 0) sel[n++] = i;
    }
    check_selection(select_true, &t, on_true, sel, n);
    check_selection(select_not_true, &t, not_true, sel, n);
    check_selection(select_not_false, &t, not_false, sel, n);
    for (uint32_t i = 0; i < n; i++) nulls += on_null[t.state[sel[i]]];
    CHECK_INT(select_null(t.column.valid, sel, n, got), nulls);
  }
}

static void test_bits(void) {
  uint64_t bits[3] = {UINT64_C(0x8000000000000001), 2, 0};
  int8_t out[ROWS_MAX];
  convert_bits(bits, false, out, ROWS_MAX);
  for (uint32_t i = 0; i < ROWS_MAX; i++) CHECK_INT(out[i], i == 0 || i == 63 || i == 65);
  convert_bits(bits, true, out, ROWS_MAX);
  for (uint32_t i = 0; i < ROWS_MAX; i++) CHECK_INT(out[i], !(i == 0 || i == 63 || i == 65));
}

int main(void) {
  test_int_arith();
  test_divide_long();
  test_negate();
  test_abs();
  test_float_arith();
  test_instants();
  test_compare();
  test_compare_text();
  test_convert_ints();
  test_convert_floats();
  test_combine();
  test_select();
  test_bits();
  return check_done();
}
