/* cast_test.c -- every CAST, its texts and its errors: see expr_check.h for the ways in which each
 * case is evaluated.
 */
#include "exec/expr/expr_check.h"

#include "exec/expr/cast.h"

static const ExprCase numbers[] = {
    {"(CAST:BIGINT INT:5)", "5"},
    {"(CAST:TINYINT INT:127)", "127"},
    {"(CAST:TINYINT INT:128)", "error: 128 is no TINYINT in \"CAST(128 AS TINYINT)\""},
    {"(TRY_CAST:TINYINT INT:128)", "."},
    {"(CAST:INT BIGINT:-2147483649)",
     "error: -2147483649 is no INT in \"CAST(-2147483649 AS INT)\""},
    {"(CAST:INT DOUBLE:-1.9)", "-1"},
    {"(CAST:INT DOUBLE:2147483648)",
     "error: 2.147483648E9 is no INT in "
     "\"CAST(2.147483648E9 AS INT)\""},
    {"(TRY_CAST:INT DOUBLE:NaN)", "."},
    {"(CAST:BIGINT FLOAT:1e10)", "10000000000"},
    {"(CAST:FLOAT DOUBLE:0.1)", "0.1"},
    {"(CAST:DOUBLE BIGINT:9223372036854775807)", "9.223372036854776E18"},
    {"(CAST:DOUBLE DECIMAL(5,2):1.25)", "1.25"},
    {"(CAST:FLOAT DECIMAL(5,2):1.25)", "1.25"},
    {"(CAST:INT DECIMAL(5,2):-1.99)", "-1"},
    {"(CAST:TINYINT DECIMAL(5,2):200)", "error: 200 is no TINYINT in \"CAST(200.00 AS TINYINT)\""},
    {"(CAST:DECIMAL(5,2) INT:5)", "5.00"},
    {"(CAST:DECIMAL(5,2) INT:1000)", "."},
    {"(CAST:DECIMAL(20,2) BIGINT:1000)", "1000.00"},
    {"(CAST:DECIMAL(5,1) DECIMAL(5,2):1.25)", "1.3"},
    {"(CAST:DECIMAL(2,1) DECIMAL(5,2):99.99)", "."},
    {"(CAST:DECIMAL(3,2) DOUBLE:2.675)", "2.68"},
    {"(CAST:DECIMAL(3,2) FLOAT:0.1)", "0.10"},
    {"(CAST:DECIMAL(3,2) DOUBLE:1e10)", "."},
    {"(CAST:DECIMAL(3,2) DOUBLE:NaN)", "."},
    {"(CAST:BOOLEAN INT:0)", "false"},
    {"(CAST:BOOLEAN DOUBLE:0.5)", "true"},
    {"(CAST:BOOLEAN DECIMAL(20,2):0.01)", "true"},
    {"(CAST:INT BOOLEAN:true)", "1"},
    {"(CAST:TINYINT BOOLEAN:true)", "1"},
    {"(CAST:DOUBLE BOOLEAN:true)", "1.0"},
    {"(CAST:DECIMAL(3,1) BOOLEAN:true)", "1.0"},
    {"(CAST:INTERVAL_MONTH INT:14)", "14"},
    {"(CAST:INTERVAL_SECOND BIGINT:1500)", "1500000"},
    {"(CAST:INTERVAL_SECOND BIGINT:9223372036854775807)",
     "error: 9223372036854775807000 is no INTERVAL DAY TO SECOND in "
     "\"CAST(9223372036854775807 AS INTERVAL DAY TO SECOND)\""},
    {"(CAST:INT INTERVAL_MONTH:14)", "14"},
    {"(CAST:BIGINT INTERVAL_SECOND:1500999)", "1500"},
    {"(CAST:INT INT:.)", "."},
    {"(CAST:TINYINT INT:.)", "."},
};

static const ExprCase to_text[] = {
    {"(CAST:STRING BOOLEAN:true)", "TRUE"},
    {"(CAST:STRING BOOLEAN:false)", "FALSE"},
    {"(CAST:STRING TINYINT:-5)", "-5"},
    {"(CAST:STRING BIGINT:9223372036854775807)", "9223372036854775807"},
    {"(CAST:STRING DECIMAL(20,3):1.5)", "1.500"},
    {"(CAST:STRING DOUBLE:1)", "1.0"},
    {"(CAST:STRING DOUBLE:1e10)", "1.0E10"},
    {"(CAST:STRING DOUBLE:-Infinity)", "-Infinity"},
    {"(CAST:STRING FLOAT:0.1)", "0.1"},
    {"(CAST:STRING DATE:2024-01-02)", "2024-01-02"},
    {"(CAST:STRING TIME(0):03:04:05)", "03:04:05"},
    {"(CAST:STRING TIME(3):03:04:05.678)", "03:04:05.678"},
    {"(CAST:STRING TIMESTAMP(0):2024-01-02T03:04:05)", "'2024-01-02 03:04:05'"},
    {"(CAST:STRING TIMESTAMP(3):2024-01-02T03:04:05)", "'2024-01-02 03:04:05.000'"},
    {"(CAST:STRING TIMESTAMP_LTZ(3):2024-01-02T03:04:05)", "'2024-01-02 05:04:05.000'"},
    {"(CAST:STRING INTERVAL_MONTH:14)", "+1-02"},
    {"(CAST:STRING INTERVAL_MONTH:-1)", "-0-01"},
    {"(CAST:STRING INTERVAL_SECOND:93784005000)", "'+1 02:03:04.005'"},
    {"(CAST:VARCHAR(3) INT:12345)", "123"},
    {"(CAST:CHAR(4) INT:12)", "'12  '"},
    {"(CAST:CHAR(20) INT:12)", "'12                  '"},
    {"(CAST:CHAR(4) STRING:'äö')", "'äö  '"},
    {"(CAST:VARCHAR(2) STRING:'äöü')", "äö"},
    {"(CAST:VARCHAR(20) CHAR(2):ab)", "ab"},
    {"(CAST:STRING STRING:'x')", "x"},
    {"(CAST:STRING BYTES:'abc')", "abc"},
    {"(CAST:STRING BYTES:'a\xff')", "a\xef\xbf\xbd"},
    {"(CAST:BYTES STRING:'abc')", "abc"},
    {"(CAST:VARBINARY(2) STRING:'abc')", "ab"},
    {"(CAST:VARBINARY(20) BINARY(3):abc)", "abc"},
    {"(CAST:STRING INT:.)", "."},
    {"(CAST:STRING NULL)", "."},
    {"(CAST:CHAR(20000000) INT:1)",
     "error: a value of 20000000 bytes is above the limit of 16777216"},
};

static const ExprCase from_text[] = {
    {"(CAST:INT STRING:'12')", "12"},
    {"(CAST:INT STRING:'  +12 ')", "12"},
    {"(CAST:INT STRING:'-12.9')", "-12"},
    {"(CAST:INT STRING:'.5')", "0"},
    {"(CAST:INT STRING:'.')", "error: '.' is no INT in \"CAST('.' AS INT)\""},
    {"(CAST:INT STRING:'1.x')", "error: '1.x' is no INT in \"CAST('1.x' AS INT)\""},
    {"(CAST:INT STRING:'')", "error: '' is no INT in \"CAST('' AS INT)\""},
    {"(TRY_CAST:INT STRING:'abc')", "."},
    {"(TRY_CAST:TINYINT STRING:'128')", "."},
    {"(CAST:SMALLINT STRING:'-32768')", "-32768"},
    {"(CAST:BIGINT STRING:'9223372036854775808')",
     "error: '9223372036854775808' is no BIGINT in \"CAST('9223372036854775808' AS BIGINT)\""},
    {"(CAST:DOUBLE STRING:' 1.5e3 ')", "1500.0"},
    {"(CAST:FLOAT STRING:'0.1')", "0.1"},
    {"(CAST:DOUBLE STRING:'x')", "error: 'x' is no DOUBLE in \"CAST('x' AS DOUBLE)\""},
    {"(CAST:DECIMAL(5,2) STRING:'1.005')", "1.01"},
    {"(TRY_CAST:DECIMAL(3,2) STRING:'100')", "."},
    {"(CAST:DECIMAL(3,2) STRING:'1e50')",
     "error: '1e50' is no DECIMAL(3, 2) in \"CAST('1e50' AS DECIMAL(3, 2))\""},
    {"(CAST:DECIMAL(3,2) STRING:'x')",
     "error: 'x' is no DECIMAL(3, 2) in "
     "\"CAST('x' AS DECIMAL(3, 2))\""},
    {"(TRY_CAST:DECIMAL(3,2) STRING:'NaN')", "."},
    {"(CAST:BOOLEAN STRING:'YES')", "true"},
    {"(CAST:BOOLEAN STRING:' f ')", "false"},
    {"(CAST:BOOLEAN STRING:'2')", "error: '2' is no BOOLEAN in \"CAST('2' AS BOOLEAN)\""},
    {"(CAST:DATE STRING:'2024-02-29')", "2024-02-29"},
    {"(CAST:DATE STRING:'2024-02-29 10:00:00')", "2024-02-29"},
    {"(CAST:DATE STRING:'2023-02-29')",
     "error: '2023-02-29' is no DATE in "
     "\"CAST('2023-02-29' AS DATE)\""},
    {"(CAST:TIME(0) STRING:'10:20:30.9')", "10:20:30"},
    {"(CAST:TIME(0) STRING:'2024-01-01 10:20:30')", "10:20:30"},
    {"(CAST:TIMESTAMP(3) STRING:'2024-01-02')", "2024-01-02T00:00:00.000"},
    {"(CAST:TIMESTAMP(3) STRING:'2024-01-02 03:04:05.678901')", "2024-01-02T03:04:05.678"},
    {"(CAST:TIMESTAMP(6) STRING:'2024-01-02T03:04:05.678901234')", "2024-01-02T03:04:05.678901"},
    {"(TRY_CAST:TIMESTAMP(3) STRING:'2024-01-02T03:04:05Z')", "."},
    {"(CAST:TIMESTAMP_LTZ(3) STRING:'2024-01-02 03:04:05')", "2024-01-02T01:04:05.000"},
    {"(CAST:TIMESTAMP_LTZ(3) STRING:'2024-01-02T03:04:05Z')", "2024-01-02T03:04:05.000"},
    {"(CAST:INT STRING:'a string that is far too long to be shown whole in any message at all')",
     "error: 'a string that is far too long to be shown whole in any messa...' is no INT in "
     "\"CAST('a string that is far too long to be shown whole in any message at all' AS INT)\""},
    {"(CAST:INT STRING:'1\t2')", "error: '1 2' is no INT in \"CAST('1 2' AS INT)\""},
    {"(CAST:INT STRING:.)", "."},
};

static const ExprCase datetimes[] = {
    {"(CAST:TIMESTAMP(3) DATE:2024-01-02)", "2024-01-02T00:00:00.000"},
    {"(CAST:DATE TIMESTAMP(3):1969-12-31T23:59:59)", "1969-12-31"},
    {"(CAST:TIME(0) TIMESTAMP(3):1969-12-31T23:59:59.5)", "23:59:59"},
    {"(CAST:TIMESTAMP(3) TIME(0):10:00:00)", "1970-01-01T10:00:00.000"},
    {"(CAST:TIMESTAMP(0) TIMESTAMP(3):1969-12-31T23:59:59.5)", "1969-12-31T23:59:59"},
    {"(CAST:TIMESTAMP(6) TIMESTAMP(3):2024-01-02T03:04:05.5)", "2024-01-02T03:04:05.500000"},
    {"(CAST:TIMESTAMP_LTZ(3) TIMESTAMP(3):2024-01-02T03:04:05)", "2024-01-02T01:04:05.000"},
    {"(CAST:TIMESTAMP(3) TIMESTAMP_LTZ(3):2024-01-02T03:04:05)", "2024-01-02T05:04:05.000"},
    {"(CAST:DATE TIMESTAMP_LTZ(3):2024-01-02T23:04:05)", "2024-01-03"},
    {"(CAST:TIMESTAMP_LTZ(0) TIMESTAMP_LTZ(3):2024-01-02T23:04:05.9)", "2024-01-02T23:04:05"},
    {"(CAST:TIMESTAMP(3) TIMESTAMP_LTZ(3):9999-12-31T23:04:05)",
     "error: a date outside of the years 0000 to 9999 is no TIMESTAMP(3) in "
     "\"CAST(9999-12-31 23:04:05.000Z AS TIMESTAMP(3))\""},
    {"(CAST:TIMESTAMP(3) INT:5)", "error: cannot cast INT to TIMESTAMP(3)"},
    {"(CAST:INT DATE:2024-01-02)", "error: cannot cast DATE to INT"},
    {"(CAST:INTERVAL_MONTH STRING:'1')", "error: cannot cast STRING to INTERVAL YEAR TO MONTH"},
    {"(CAST:BYTES INT:1)", "error: cannot cast INT to BYTES"},
};

static Type some_type(uint32_t kind) {
  Type t = type_of((TypeKind)kind);
  t.precision = kind == TYPE_DECIMAL ? 10 : 3;
  t.scale = kind == TYPE_DECIMAL ? 2 : 0;
  t.length = 5;
  return t;
}

/* Every pair of kinds has a kernel exactly if it can be cast; what is implicit can be cast; the
 * common type of two takes both. */
static void test_pairs(void) {
  for (uint32_t f = 0; f < TYPE_KIND_COUNT; f++) {
    for (uint32_t t = 0; t < TYPE_KIND_COUNT; t++) {
      Type from = some_type(f), to = some_type(t), common;
      bool works = cast_is_free(from, to) || cast_kernel(from, to) != NULL;
      CHECK_INT(works, type_castable(from, to));
      CHECK(!type_implicit(from, to) || type_castable(from, to));
      if (type_common(from, to, &common)) {
        CHECK(type_castable(from, common) && type_castable(to, common));
        Type swapped;
        CHECK(type_common(to, from, &swapped) && type_same(common, swapped));
      }
    }
  }
}

static void test_decimal_types(void) {
  Type t = type_decimal(10, 2);
  CHECK(!cast_gives_null(type_of(TYPE_TINYINT), t));
  CHECK(cast_gives_null(type_of(TYPE_INT), t));
  CHECK(!cast_gives_null(type_decimal(9, 2), t));
  CHECK(cast_gives_null(type_decimal(11, 3), t)); /* 99999999.999 is rounded up */
  CHECK(cast_gives_null(type_of(TYPE_DOUBLE), t));
}

int main(void) {
  Error err = {.code = OK};
  const Zone *zone = zone_open(STR("+02:00"), NO_SPAN, &err);
  CHECK(zone != NULL);
  expr_check_env = (ExprEnv){.zone = zone};
  expr_check_cases(numbers, COUNT_OF(numbers));
  expr_check_cases(to_text, COUNT_OF(to_text));
  expr_check_cases(from_text, COUNT_OF(from_text));
  expr_check_cases(datetimes, COUNT_OF(datetimes));
  test_pairs();
  test_decimal_types();
  return check_done();
}
