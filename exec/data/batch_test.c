/* batch_test.c -- types, values, builders and the text form of batches.
 *
 * batch_builder_append is compared with a copy value by value, over every width, constant and
 * flat columns, runs and scattered rows, and batches that begin at any bit of a word. */
#include "exec/data/batch.h"

#include <math.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"
#include "exec/data/batch_text.h"
#include "exec/data/decimal.h"
#include "exec/data/rng.h"
#include "exec/data/value.h"

/* --- types ------------------------------------------------------------------------- */

static void test_types(void) {
  static const struct {
    Type type;
    const char *name;
    Phys phys;
  } cases[] = {
      {{.kind = TYPE_INT, .nullable = true}, "INT", PHYS_I32},
      {{.kind = TYPE_BOOLEAN}, "BOOLEAN NOT NULL", PHYS_I8},
      {{.kind = TYPE_NULL, .nullable = true}, "NULL", PHYS_I8},
      {{.kind = TYPE_DECIMAL, .nullable = true, .precision = 18, .scale = 2},
       "DECIMAL(18, 2)",
       PHYS_I64},
      {{.kind = TYPE_DECIMAL, .nullable = true, .precision = 19}, "DECIMAL(19, 0)", PHYS_I128},
      {{.kind = TYPE_CHAR, .nullable = true, .length = 3}, "CHAR(3)", PHYS_TEXT},
      {{.kind = TYPE_VARCHAR, .nullable = true, .length = TYPE_LENGTH_MAX}, "STRING", PHYS_TEXT},
      {{.kind = TYPE_VARBINARY, .length = TYPE_LENGTH_MAX}, "BYTES NOT NULL", PHYS_TEXT},
      {{.kind = TYPE_TIME, .nullable = true}, "TIME(0)", PHYS_I64},
      {{.kind = TYPE_TIMESTAMP, .nullable = true, .precision = 3}, "TIMESTAMP(3)", PHYS_I64},
      {{.kind = TYPE_TIMESTAMP_LTZ, .precision = 6}, "TIMESTAMP_LTZ(6) NOT NULL", PHYS_I64},
      {{.kind = TYPE_INTERVAL_MONTH, .nullable = true}, "INTERVAL YEAR TO MONTH", PHYS_I32},
  };
  StrBuf out = {0};
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    strbuf_clear(&out);
    type_print_full(cases[i].type, &out);
    CHECK_STR(strbuf_text(&out), cases[i].name);
    CHECK_INT(type_phys(cases[i].type), cases[i].phys);
    for (size_t k = 0; k < COUNT_OF(cases); k++) {
      CHECK(type_same(cases[i].type, cases[k].type) == (i == k));
    }
  }
  strbuf_deinit(&out);
  CHECK(type_same(type_of(TYPE_INT), type_not_null(type_of(TYPE_INT))));
  CHECK(!type_same(type_decimal(10, 2), type_decimal(10, 3)));
  CHECK_INT(type_integer_digits(TYPE_TINYINT), 3);
  CHECK_INT(type_integer_digits(TYPE_BIGINT), 19);
  CHECK(type_is_exact(type_decimal(4, 2)) && !type_is_exact(type_of(TYPE_FLOAT)));
  CHECK(type_is_numeric(type_of(TYPE_DOUBLE)) && !type_is_numeric(type_of(TYPE_BOOLEAN)));
  CHECK(type_is_datetime(type_of(TYPE_DATE)) && !type_is_timestamp(type_of(TYPE_DATE)));
}

static void test_text_compare(void) {
  static const char *const sorted[] = {"",
                                       "a",
                                       "aa",
                                       "aaaaaaaaaaaa",
                                       "aaaaaaaaaaaaa",
                                       "aaaaaaaaaaaab",
                                       "aaab",
                                       "ab",
                                       "b",
                                       "bbbbbbbbbbbbbbbbbbbbbbbbbbbb",
                                       "\xC3\xA4"};
  for (int i = 0; i < (int)COUNT_OF(sorted); i++) {
    for (int k = 0; k < (int)COUNT_OF(sorted); k++) {
      TextRef a = text_ref(sorted[i], strlen(sorted[i])),
              b = text_ref(sorted[k], strlen(sorted[k]));
      int order = text_compare(&a, &b);
      CHECK_INT((order > 0) - (order < 0), (i > k) - (i < k));
      CHECK(text_equal(&a, &b) == (i == k));
    }
  }
}

static void test_values(void) {
  Value a = value_double(type_of(TYPE_DOUBLE), (double)NAN),
        b = value_double(type_of(TYPE_DOUBLE), 1);
  CHECK(value_compare(&a, &b) > 0 && value_compare(&b, &a) < 0 && value_compare(&a, &a) == 0);
  b.as.f = -0.0;
  Value zero = value_double(type_of(TYPE_DOUBLE), 0);
  CHECK_INT(value_compare(&b, &zero), 0);
  Value wide = value_decimal(type_decimal(38, 0), decimal_pow10(30));
  Value wider = value_decimal(type_decimal(38, 0), decimal_pow10(31));
  CHECK(value_compare(&wide, &wider) < 0);
  Value narrow = value_decimal(type_decimal(10, 2), 1250);
  CHECK_INT(narrow.as.i, 1250);
  Value x = value_text(type_string(), STR("x")), y = value_text(type_string(), STR("y"));
  CHECK(value_compare(&x, &y) < 0);
}

/* --- text form --------------------------------------------------------------------- */

static void test_batch_text(void) {
  static const char *const rows =
      "+ true -128 32767 1 2 0.5 1.0E10 1.25 99999999999999999999.5 a 2024-02-29 01:02:03"
      " 2024-02-29T01:02:03.004 -14\n"
      "U- . . . . . . . . . . . . . .\n"
      "U+ false 0 0 0 0 0.0 NaN -0.05 0.0 'it''s a long string with blanks' 0000-01-01 00:00:00"
      " 1970-01-01T00:00:00.000 0\n"
      "- false 0 0 0 0 0.0 -Infinity 0.00 0.0 '.' 9999-12-31 23:59:59 9999-12-31T23:59:59.999 1\n";
  StrBuf text = {0}, out = {0};
  strbuf_puts(&text,
              "BOOLEAN TINYINT SMALLINT INT BIGINT FLOAT DOUBLE DECIMAL(10,2) DECIMAL(30,1)"
              " STRING DATE TIME(0) TIMESTAMP(3) INTERVAL_MONTH\n");
  strbuf_puts(&text, rows);
  BatchBuilder *b = batch_from_text(strbuf_text(&text));
  batch_to_text(&b->batch, &out);
  CHECK_STR(strbuf_text(&out), rows);
  CHECK_INT(b->batch.rows, 4);
  CHECK(b->batch.kind != NULL && b->batch.hash == NULL && b->batch.mark == NULL);

  strbuf_clear(&out);
  static const uint16_t sel[] = {1, 3};
  Batch some = b->batch;
  some.sel = sel;
  some.n_sel = 2;
  some.n_cols = 1;
  batch_verify(&some);
  batch_to_text(&some, &out);
  CHECK_STR(strbuf_text(&out), "U- .\n- false\n");
  batch_builder_free(b);
  strbuf_deinit(&text);
  strbuf_deinit(&out);
}

/* --- append ------------------------------------------------------------------------ */

enum { N_COLS = 9, LONG = 40 };
static const Type types[N_COLS] = {
    {.kind = TYPE_TINYINT, .nullable = true},
    {.kind = TYPE_SMALLINT, .nullable = true},
    {.kind = TYPE_INT, .nullable = true},
    {.kind = TYPE_BIGINT, .nullable = true},
    {.kind = TYPE_DOUBLE, .nullable = true},
    {.kind = TYPE_DECIMAL, .nullable = true, .precision = 38},
    {.kind = TYPE_VARCHAR, .nullable = true, .length = TYPE_LENGTH_MAX},
    {.kind = TYPE_FLOAT, .nullable = true},
    {.kind = TYPE_VARCHAR, .nullable = true, .length = TYPE_LENGTH_MAX}, /* a constant */
};

static Value random_value(Type t, uint64_t *seed, int nulls, char *room) {
  uint64_t r = rng_next(seed);
  if (nulls > 0 && r % (uint64_t)nulls == 0) return value_null(t);
  if (type_is_character(t)) {
    size_t n = r % 3 == 0 ? r % LONG : r % 13;
    for (size_t i = 0; i < n; i++) room[i] = (char)('a' + rng_next(seed) % 26);
    return value_text(t, (Str){room, n});
  }
  if (t.kind == TYPE_DOUBLE || t.kind == TYPE_FLOAT) return value_double(t, (double)(r % 1000));
  if (t.kind == TYPE_DECIMAL) return value_decimal(t, (Int128)(int64_t)r * 1000000);
  return value_int(t, (int64_t)(r % 127));
}

static BatchBuilder *random_batch(uint64_t *seed, int nulls, uint32_t rows) {
  BatchBuilder *b = batch_builder_new((BatchShape){types, N_COLS, true, true, true});
  char room[LONG];
  for (uint32_t row = 0; row < rows; row++) {
    for (uint32_t c = 0; c < N_COLS; c++) {
      Value v = random_value(types[c], seed, nulls, room);
      CHECK(batch_builder_put(b, c, row, &v));
    }
    batch_builder_hash(b)[row] = rng_next(seed);
    batch_builder_mark(b)[row] = (Micros)(rng_next(seed) >> 2);
    batch_builder_kind(b)[row] = rng_next(seed) % 4;
  }
  b->batch.rows = rows;
  b->batch.cols[N_COLS - 1].constant = true;
  batch_verify(&b->batch);
  return b;
}

static bool same_value(const Vector *a, uint32_t ra, const Vector *b, uint32_t rb) {
  Value va = value_of(a, ra), vb = value_of(b, rb);
  if (va.null || vb.null) return va.null && vb.null;
  return value_compare(&va, &vb) == 0;
}

/* Append a pick of rows and look at every value of what came out. */
static void append_and_check(BatchBuilder *to, const Batch *from, const uint16_t *rows,
                             uint32_t n) {
  uint32_t base = to->batch.rows;
  CHECK(batch_builder_append(to, from, rows, n));
  CHECK_INT(to->batch.rows, base + n);
  batch_verify(&to->batch);
  bool same = true;
  for (uint32_t i = 0; i < n; i++) {
    for (uint32_t c = 0; c < N_COLS; c++) {
      const Vector *v = &to->batch.cols[c];
      same = same && same_value(v, base + i, &from->cols[c], rows[i]);
      if (type_phys(v->type) != PHYS_TEXT || !vector_valid(v, base + i)) continue;
      const TextRef *copy = (const TextRef *)v->data + base + i;
      const TextRef *text =
          (const TextRef *)from->cols[c].data + vector_at(&from->cols[c], rows[i]);
      same = same && (copy->len <= TEXT_INLINE_MAX || copy->u.ptr != text->u.ptr); /* deep */
    }
    same = same && to->batch.hash[base + i] == (from->hash != NULL ? from->hash[rows[i]] : 0);
    same =
        same && to->batch.mark[base + i] == (from->mark != NULL ? from->mark[rows[i]] : MICROS_MIN);
    same =
        same && to->batch.kind[base + i] == (from->kind != NULL ? from->kind[rows[i]] : ROW_INSERT);
  }
  CHECK(same);
}

static void test_append(void) {
  uint64_t seed = 21;
  static const int nulls[] = {0, 1, 2, 50};
  uint16_t rows[BATCH_ROWS];
  BatchBuilder *to = batch_builder_new((BatchShape){types, N_COLS, true, true, true});
  for (int round = 0; round < 60; round++) {
    uint32_t n_from = 1 + (uint32_t)(rng_next(&seed) % 300);
    BatchBuilder *b = random_batch(&seed, nulls[round % 4], n_from);
    Batch from = b->batch;
    if (round % 5 == 1) from.hash = NULL;
    if (round % 5 == 2) from.mark = NULL;
    if (round % 5 == 3) from.kind = NULL;
    for (int piece = 0; piece < 4; piece++) {
      bool run = rng_next(&seed) % 2 == 0;
      uint32_t first = (uint32_t)(rng_next(&seed) % n_from);
      uint32_t n = (uint32_t)(rng_next(&seed) % (n_from - first + 1));
      for (uint32_t i = 0; i < n; i++) {
        rows[i] = (uint16_t)(run ? first + i : rng_next(&seed) % n_from);
      }
      if (n > batch_builder_room(to)) batch_builder_clear(to);
      append_and_check(to, &from, rows, n);
    }
    batch_builder_free(b);
  }
  batch_builder_free(to);
}

static void test_builder_life(void) {
  uint64_t seed = 4;
  uint16_t rows[BATCH_ROWS];
  for (uint32_t i = 0; i < BATCH_ROWS; i++) rows[i] = (uint16_t)i;
  BatchBuilder *from = random_batch(&seed, 0, BATCH_ROWS), *to;
  to = batch_builder_new((BatchShape){.types = types, .n_cols = N_COLS});
  CHECK_INT(to->row_bytes, 1 + 2 + 4 + 8 + 8 + 16 + 16 + 4 + 16);
  CHECK(batch_builder_hash(to) == NULL && to->batch.kind == NULL);
  size_t empty = batch_builder_bytes(to);
  CHECK(empty >= to->row_bytes * BATCH_ROWS);
  CHECK(batch_builder_append(to, &from->batch, rows, BATCH_ROWS));
  CHECK(batch_builder_append(to, &from->batch, rows, 0));
  CHECK_INT(batch_builder_room(to), 0);
  CHECK(batch_builder_bytes(to) > empty); /* long strings */
  for (uint32_t c = 0; c < N_COLS; c++) {
    CHECK(to->batch.cols[c].valid == NULL); /* no NULL came */
    CHECK(((uintptr_t)to->batch.cols[c].data & 63) == 0);
  }
  CHECK_INT(batch_builder_valid(to, 0)[31], -1);
  batch_builder_clear(to);
  CHECK(to->batch.rows == 0 && to->batch.cols[0].valid == NULL);
  batch_builder_free(to);
  batch_builder_free(from);
  batch_builder_free(NULL);
}

/* Under AddressSanitizer a huge request would end the program instead of failing. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) { return "allocator_may_return_null=1"; }

/* Strings whose length is a lie make the arena refuse: nothing may have changed. */
static void test_append_without_memory(void) {
  enum { COLS = 64 }; /* of 2,048 rows of 4 GiB: more than there are addresses */
  BatchBuilder *b = batch_from_text("STRING\n+ 'a string that is long enough'\n");
  Type strings[COLS];
  Vector cols[COLS];
  for (int c = 0; c < COLS; c++) {
    strings[c] = type_string();
    cols[c] = b->batch.cols[0];
  }
  Batch from = {.rows = 1, .n_cols = COLS, .cols = cols};
  BatchBuilder *to = batch_builder_new((BatchShape){.types = strings, .n_cols = COLS});
  static uint16_t rows[BATCH_ROWS]; /* row 0, again and again */
  TextRef *text = b->batch.cols[0].data;
  uint32_t len = text->len;
  text->len = UINT32_MAX;
  CHECK(!batch_builder_append(to, &from, rows, BATCH_ROWS));
  CHECK(to->batch.rows == 0 && to->text.total_bytes == 0);
  text->len = len;
  CHECK(batch_builder_append(to, &from, rows, 2));
  to->batch.n_cols = 1;
  StrBuf out = {0};
  batch_to_text(&to->batch, &out);
  CHECK_STR(strbuf_text(&out),
            "+ 'a string that is long enough'\n"
            "+ 'a string that is long enough'\n");
  strbuf_deinit(&out);
  batch_builder_free(to);
  batch_builder_free(b);
}

/* --- verify ------------------------------------------------------------------------ */

/* Whether batch_verify aborts, found out in a child. */
static bool refused(const Batch *b) {
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    if (freopen("/dev/null", "w", stderr) == NULL) _exit(2);
    batch_verify(b);
    _exit(0);
  }
  int status = 0;
  CHECK(waitpid(child, &status, 0) == child);
  return WIFSIGNALED(status);
}

static void test_verify(void) {
  BatchBuilder *b = batch_from_text(
      "BOOLEAN INT STRING DECIMAL(3,0)\n+ true 1 abc 999\n+ . . . .\n+ false 2 x -999\n");
  Batch *batch = &b->batch;
  CHECK(!refused(batch));
  static const uint16_t falling[] = {1, 0}, outside[] = {0, 3};
  batch->n_sel = 2;
  batch->sel = falling;
  CHECK(refused(batch));
  batch->sel = outside;
  CHECK(refused(batch));
  batch->sel = NULL;
  ((int8_t *)batch->cols[0].data)[0] = 2;
  CHECK(refused(batch));
  ((int8_t *)batch->cols[0].data)[0] = 1;
  ((int32_t *)batch->cols[1].data)[1] = 7; /* under a NULL */
  CHECK(refused(batch));
  ((int32_t *)batch->cols[1].data)[1] = 0;
  ((TextRef *)batch->cols[2].data)[0].u.rest[0] = 'z'; /* behind the end */
  CHECK(refused(batch));
  ((TextRef *)batch->cols[2].data)[0].u.rest[0] = 0;
  ((int64_t *)batch->cols[3].data)[0] = 1000;
  CHECK(refused(batch));
  ((int64_t *)batch->cols[3].data)[0] = 999;
  batch->cols[1].type.nullable = false;
  CHECK(refused(batch));
  batch->cols[1].type.nullable = true;
  static const uint8_t kinds[] = {0, 4, 0};
  batch->kind = kinds;
  CHECK(refused(batch));
  batch->kind = NULL;
  CHECK(!refused(batch));
  batch_builder_free(b);
}

int main(void) {
  test_types();
  test_text_compare();
  test_values();
  test_batch_text();
  test_append();
  test_builder_life();
  test_append_without_memory();
  test_verify();
  return check_done();
}
