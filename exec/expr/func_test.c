/* func_test.c -- operators and functions over numbers, truth values and dates: see expr_check.h for
 * the ways in which each case is evaluated.
 */
#include <string.h>

#include "exec/expr/expr_check.h"

static const ExprCase arith[] = {
    {"(+ INT:1 INT:2)", "3"},
    {"(+ INT:1 BIGINT:2147483647)", "2147483648"},
    {"(+ INT:2147483647 INT:1)", "error: integer overflow: 2147483647 + 1 in \"(2147483647 + 1)\""},
    {"(- TINYINT:-128 TINYINT:1)", "error: integer overflow: -128 - 1 in \"(-128 - 1)\""},
    {"(* BIGINT:4611686018427387904 BIGINT:2)",
     "error: integer overflow: 4611686018427387904 * 2 in \"(4611686018427387904 * 2)\""},
    {"(- INT:-2147483648)", "error: integer overflow: -(-2147483648) in \"-(-2147483648)\""},
    {"(- INT:5)", "-5"},
    {"(+ INT:5)", "5"},
    {"(- DOUBLE:0.5)", "-0.5"},
    {"(/ INT:7 INT:2)", "3"},
    {"(/ INT:-7 INT:2)", "-3"},
    {"(% INT:-7 INT:2)", "-1"},
    {"(MOD INT:7 INT:-2)", "1"},
    {"(/ INT:1 INT:0)", "error: division by zero in \"(1 / 0)\""},
    {"(% INT:1 INT:0)", "error: division by zero in \"(1 % 0)\""},
    {"(/ INT:-2147483648 INT:-1)",
     "error: integer overflow: -2147483648 / -1 in \"(-2147483648 / -1)\""},
    {"(% INT:-2147483648 INT:-1)", "0"},
    {"(% BIGINT:7000000000 INT:16)", "0"},
    {"(/ DOUBLE:1 INT:0)", "Infinity"},
    {"(/ DOUBLE:0 DOUBLE:0)", "NaN"},
    {"(* FLOAT:0.5 INT:3)", "1.5"},
    {"(% DOUBLE:1 INT:2)", "error: \"%\" does not take (DOUBLE, INT)"},
    {"(+ STRING:'1' INT:2)", "error: \"+\" does not take (STRING, INT)"},
    {"(+ INT:1 INT:.)", "."},
    {"(+ NULL INT:1)", "."},
    {"(/ INT:. INT:0)", "."},
    {"(+ NULL NULL)", "."},
};

static const ExprCase decimals[] = {
    {"(+ DECIMAL(10,2):1.25 DECIMAL(5,1):2.5)", "3.75"},
    {"(- DECIMAL(10,2):1.25 INT:2)", "-0.75"},
    {"(* DECIMAL(4,2):1.25 DECIMAL(4,2):-2.50)", "-3.1250"},
    {"(/ DECIMAL(10,2):1.00 DECIMAL(5,1):3.0)", "0.33333333"},
    {"(% DECIMAL(10,2):-7.25 DECIMAL(3,0):2)", "-1.25"},
    {"(/ DECIMAL(10,2):1 DECIMAL(5,1):0)", "error: division by zero in \"(1.00 / 0.0)\""},
    {"(* DECIMAL(38,10):123.4567890123 DECIMAL(38,10):2)", "246.913578"},
    {"(* DECIMAL(38,0):99999999999999999999999999999999999999 DECIMAL(38,0):10)", "."},
    {"(+ DECIMAL(38,0):99999999999999999999999999999999999999 DECIMAL(38,0):1)", "."},
    {"(- DECIMAL(38,0):-99999999999999999999999999999999999999)",
     "99999999999999999999999999999999999999"},
    {"(+ DECIMAL(3,1):0.1 DOUBLE:0.2)", "0.30000000000000004"},
    {"(= DECIMAL(3,1):1.0 INT:1)", "true"},
    {"(< DECIMAL(38,38):0.1 DECIMAL(38,0):1)", "true"},
    {"(= DECIMAL(38,38):0.1 INT:0)", "false"},
    {"(> BIGINT:5 DECIMAL(38,30):4.5)", "true"},
};

static const ExprCase dates[] = {
    {"(+ DATE:2024-01-31 INTERVAL_MONTH:1)", "2024-02-29"},
    {"(- DATE:2024-03-31 INTERVAL_MONTH:1)", "2024-02-29"},
    {"(+ DATE:2024-01-31 INTERVAL_SECOND:86400000000)", "2024-02-01"},
    {"(+ DATE:2024-01-31 INTERVAL_SECOND:3600000000)", "2024-01-31T01:00:00.000"},
    {"(+ INTERVAL_SECOND:1000000 TIMESTAMP(3):2024-01-31T00:00:00)", "2024-01-31T00:00:01.000"},
    {"(- TIMESTAMP(0):2024-01-01T00:00:00 INTERVAL_SECOND:500000)", "2023-12-31T23:59:59.500"},
    {"(- TIMESTAMP(0):2024-01-01T00:00:00 INTERVAL_SECOND:5000000)", "2023-12-31T23:59:55"},
    {"(+ TIMESTAMP(3):2024-01-31T10:00:00 INTERVAL_MONTH:13)", "2025-02-28T10:00:00.000"},
    {"(+ TIMESTAMP(3):9999-12-31T23:59:59 INTERVAL_SECOND:1000000)",
     "error: a date outside of the years 0000 to 9999 in "
     "\"(9999-12-31 23:59:59.000 + 1000:INTERVAL SECOND)\""},
    {"(+ DATE:9999-12-31 INTERVAL_MONTH:1)",
     "error: a date outside of the years 0000 to 9999 in \"(9999-12-31 + 1:INTERVAL MONTH)\""},
    {"(+ TIME(0):23:59:59 INTERVAL_SECOND:2000000)", "00:00:01"},
    {"(- TIME(0):00:00:01 INTERVAL_SECOND:2000000)", "23:59:59"},
    {"(- TIMESTAMP(3):2024-01-02T00:00:00 TIMESTAMP(3):2024-01-01T00:00:01)", "86399000000"},
    {"(- DATE:2024-01-01 DATE:2024-01-03)", "-172800000000"},
    {"(- TIMESTAMP(3):2024-01-02T00:00:00 DATE:2024-01-01)", "86400000000"},
    {"(+ INTERVAL_SECOND:1 INTERVAL_SECOND:2)", "3"},
    {"(- INTERVAL_MONTH:1 INTERVAL_MONTH:2)", "-1"},
    {"(* INTERVAL_SECOND:5 INT:3)", "15"},
    {"(* INT:3 INTERVAL_MONTH:5)", "15"},
    {"(/ INTERVAL_SECOND:7 INT:2)", "3"},
    {"(- INTERVAL_SECOND:7)", "-7"},
    {"(+ INTERVAL_SECOND:1 INTERVAL_MONTH:1)",
     "error: \"+\" does not take (INTERVAL DAY TO SECOND, INTERVAL YEAR TO MONTH)"},
    {"(+ TIMESTAMP(3):. INTERVAL_SECOND:1)", "."},
    {"(+ TIMESTAMP(3):2024-01-02T00:00:00 NULL)", "."},
    {"(> TIMESTAMP(3):2024-01-02T00:00:00 STRING:'2024-01-01 23:59:59.999')", "true"},
    {"(= DATE:2024-01-02 TIMESTAMP(3):2024-01-02T00:00:00)", "true"},
    {"(= STRING:'2024-01-02' DATE:2024-01-02)", "true"},
};

static const ExprCase logic[] = {
    {"(= INT:1 BIGINT:1)", "true"},
    {"(<> STRING:'a' STRING:'b')", "true"},
    {"(= STRING:'a_longer_string' STRING:'a_longer_string')", "true"},
    {"(< STRING:'a_longer_string' STRING:'a_longer_strinh')", "true"},
    {"(>= CHAR(3):abc VARCHAR(5):abc)", "true"},
    {"(= STRING:'17' INT:17)", "true"},
    {"(= STRING:'x' INT:17)", "error: 'x' is no INT in \"CAST('x' AS INT)\""},
    {"(= BOOLEAN:true BOOLEAN:false)", "false"},
    {"(= BOOLEAN:true INT:1)", "error: \"=\" does not take (BOOLEAN, INT)"},
    {"(= DOUBLE:NaN DOUBLE:NaN)", "false"},
    {"(= DOUBLE:0.0 DOUBLE:-0.0)", "true"},
    {"(> INT:3 INT:.)", "."},
    {"(= NULL INT:3)", "."},
    {"(= NULL NULL)", "."},
    {"(IS_DISTINCT_FROM INT:1 INT:.)", "true"},
    {"(IS_DISTINCT_FROM INT:. INT:.)", "false"},
    {"(IS_NOT_DISTINCT_FROM INT:. INT:.)", "true"},
    {"(IS_NOT_DISTINCT_FROM STRING:'a' STRING:.)", "false"},
    {"(IS_NOT_DISTINCT_FROM STRING:'a' STRING:'a')", "true"},
    {"(NOT BOOLEAN:true)", "false"},
    {"(NOT BOOLEAN:.)", "."},
    {"(IS_NULL INT:.)", "true"},
    {"(IS_NOT_NULL STRING:'')", "true"},
    {"(IS_TRUE BOOLEAN:.)", "false"},
    {"(IS_NOT_TRUE BOOLEAN:.)", "true"},
    {"(IS_FALSE BOOLEAN:false)", "true"},
    {"(IS_NOT_FALSE BOOLEAN:.)", "true"},
    {"(IS_UNKNOWN BOOLEAN:.)", "true"},
    {"(IS_NOT_UNKNOWN BOOLEAN:.)", "false"},
    {"(IF BOOLEAN:true INT:1 (/ INT:1 INT:0))", "1"},
    {"(IF BOOLEAN:. INT:1 DECIMAL(3,1):2.5)", "2.5"},
    {"(IFNULL INT:. INT:7)", "7"},
    {"(IFNULL INT:1 (/ INT:1 INT:0))", "1"},
    {"(NULLIF INT:1 INT:1)", "."},
    {"(NULLIF INT:1 INT:2)", "1"},
    {"(COALESCE NULL STRING:. STRING:'x' STRING:'y')", "x"},
    {"(COALESCE INT:1 STRING:'x')", "error: \"COALESCE\" does not take (INT, STRING)"},
    {"(GREATEST INT:1 BIGINT:3 INT:2)", "3"},
    {"(LEAST STRING:'b' STRING:'a')", "a"},
    {"(LEAST INT:1 INT:.)", "."},
    {"(GREATEST DOUBLE:1 DOUBLE:NaN)", "NaN"},
    {"(TYPEOF BIGINT:.)", "BIGINT"},
    {"(IN INT:1 INT:1 INT:2)", "true"},
    {"(IN INT:3 INT:1 INT:.)", "."},
    {"(IN INT:1 INT:1 INT:.)", "true"},
    {"(IN INT:. INT:1)", "."},
    {"(IN INT:3 INT:1 INT:2)", "false"},
    {"(IN STRING:'longer than twelve' STRING:'a' STRING:'longer than twelve')", "true"},
    {"(IN DOUBLE:0.0 DOUBLE:-0.0 DOUBLE:1)", "true"},
    {"(IN DOUBLE:NaN DOUBLE:NaN)", "false"},
    {"(IN DECIMAL(3,1):1.0 INT:1 INT:2)", "true"},
    {"(IN INT:1 (+ INT:0 INT:1) INT:5)", "true"},
};

static const ExprCase numbers[] = {
    {"(ABS INT:-5)", "5"},
    {"(ABS DECIMAL(5,2):-1.50)", "1.50"},
    {"(ABS DOUBLE:-0.5)", "0.5"},
    {"(ABS TINYINT:-128)", "error: integer overflow in \"ABS(-128)\""},
    {"(SIGN INT:-5)", "-1"},
    {"(SIGN DECIMAL(5,2):1.5)", "1.00"},
    {"(SIGN DOUBLE:0)", "0.0"},
    {"(ROUND DECIMAL(5,2):1.25 INT:1)", "1.3"},
    {"(ROUND DECIMAL(5,2):-1.25 INT:1)", "-1.3"},
    {"(ROUND DECIMAL(5,2):9.95)", "10"},
    {"(ROUND DECIMAL(5,2):555.55 INT:-2)", "600"},
    {"(ROUND DECIMAL(5,2):1.25 INT:7)", "1.25"},
    {"(ROUND INT:155 INT:-1)", "160"},
    {"(ROUND INT:-154 INT:-1)", "-150"},
    {"(ROUND INT:5 INT:-40)", "0"},
    {"(ROUND TINYINT:127 INT:-1)", "error: integer overflow in \"ROUND(127, -1)\""},
    {"(ROUND DOUBLE:2.675 INT:2)", "2.68"},
    {"(ROUND DOUBLE:-2.5)", "-3.0"},
    {"(ROUND DOUBLE:1234.5 INT:-2)", "1200.0"},
    {"(ROUND DOUBLE:1e300 INT:2)", "1.0E300"},
    {"(ROUND DOUBLE:1e-30 INT:25)", "0.0"},
    {"(ROUND DOUBLE:Infinity INT:2)", "Infinity"},
    {"(ROUND FLOAT:0.15 INT:1)", "0.2"},
    {"(TRUNCATE DOUBLE:-2.678 INT:2)", "-2.67"},
    {"(TRUNCATE DECIMAL(5,2):9.99 INT:1)", "9.9"},
    {"(TRUNCATE INT:199 INT:-2)", "100"},
    {"(FLOOR DECIMAL(5,2):-1.01)", "-2"},
    {"(CEIL DECIMAL(2,1):9.1)", "10"},
    {"(CEILING DOUBLE:1.2)", "2.0"},
    {"(FLOOR DOUBLE:-1.2)", "-2.0"},
    {"(FLOOR INT:7)", "7"},
    {"(ROUND INT:. INT:1)", "."},
    {"(POWER INT:2 INT:10)", "1024.0"},
    {"(SQRT INT:2)", "1.4142135623730951"},
    {"(SQRT DOUBLE:-1)", "NaN"},
    {"(EXP INT:0)", "1.0"},
    {"(LN INT:1)", "0.0"},
    {"(LN INT:0)", "-Infinity"},
    {"(LN INT:-1)", "NaN"},
    {"(LOG INT:2 INT:8)", "3.0"},
    {"(LOG INT:1 INT:8)", "Infinity"},
    {"(LOG DOUBLE:0.5 INT:8)", "-3.0"},
    {"(LOG2 INT:8)", "3.0"},
    {"(LOG10 INT:1000)", "3.0"},
    {"(LOG10 INT:0)", "-Infinity"},
    {"(COS INT:0)", "1.0"},
    {"(ATAN2 INT:0 INT:1)", "0.0"},
    {"(DEGREES (PI))", "180.0"},
    {"(PI)", "3.141592653589793"},
    {"(E)", "2.718281828459045"},
    {"(HEX INT:255)", "FF"},
    {"(HEX INT:-1)", "FFFFFFFFFFFFFFFF"},
    {"(HEX STRING:'abc and more')", "61626320616E64206D6F7265"},
    {"(UNHEX STRING:'A61')", "'\0a'"},
    {"(UNHEX STRING:'6x')", "."},
    {"(BIN INT:10)", "1010"},
    {"(BIN INT:0)", "0"},
    {"(SQRT STRING:'4')", "error: \"SQRT\" does not take (STRING)"},
    {"(SQRT)", "error: \"SQRT\" takes 1 argument, not 0"},
    {"(SQRTT INT:1)", "error: no function \"SQRTT\""},
};

static const ExprCase wrapped[] = {
    {"(+ INT:2147483647 INT:1)", "-2147483648"},
    {"(* BIGINT:4611686018427387904 BIGINT:2)", "-9223372036854775808"},
    {"(- TINYINT:-128)", "-128"},
    {"(ABS TINYINT:-128)", "-128"},
    {"(/ INT:-2147483648 INT:-1)", "-2147483648"},
    {"(/ INT:1 INT:0)", "error: division by zero in \"(1 / 0)\""},
    {"(CAST:TINYINT INT:300)", "44"},
    {"(CAST:TINYINT DOUBLE:300)", "44"},
    {"(CAST:INT DOUBLE:1e10)", "2147483647"},
    {"(CAST:BIGINT DOUBLE:NaN)", "0"},
};

/* Rows in a column take the same numbers in each run; a seed gives its own sequence. */
static void test_rand(void) {
  static const char *const exprs[] = {"(RAND)", "(RAND INT:1)", "(RAND_INTEGER INT:10)", "(UUID)"};
  for (size_t i = 0; i < COUNT_OF(exprs); i++) {
    StrBuf first, second;
    strbuf_init(&first, 0);
    strbuf_init(&second, 0);
    for (int run = 0; run < 2; run++) {
      ExprText t;
      expr_check_init(&t, 0);
      Expr *e = expr_from_text(&t, exprs[i]);
      CHECK(e != NULL && !expr_is_deterministic(e));
      CHECK(expr_fold(&t.arena, e, &t.env)->kind == EXPR_CALL);
      expr_check_outcome(&t, e, run == 0 ? &first : &second);
      arena_deinit(&t.arena);
    }
    CHECK_STR(strbuf_text(&first), strbuf_text(&second));
    CHECK(strstr(strbuf_text(&first), "in row") != NULL); /* rows differ */
    strbuf_deinit(&first);
    strbuf_deinit(&second);
  }
}

/* Every name is there once, documented, and bindable or refused with a message. */
static void test_registry(void) {
  uint32_t n;
  const FuncDef *const *list = func_list(&n);
  for (uint32_t i = 0; i < n; i++) {
    CHECK(func_find(str_of(list[i]->name)) == list[i]); /* the first of that name */
    CHECK(list[i]->doc != NULL && list[i]->doc[0] != '\0');
    CHECK(list[i]->min_args <= list[i]->max_args);
    CHECK((list[i]->open == NULL) == (list[i]->close == NULL));
  }
  CHECK(func_find(STR("greatest")) != NULL);
  CHECK(func_find(STR("nope")) == NULL);
  ExprText t;
  expr_check_init(&t, 0);
  CHECK(expr_from_text(&t, "(SQRTT INT:1)") == NULL);
  CHECK_INT(t.err.code, ERR_NAME);
  CHECK_STR(t.err.hint, "did you mean \"SQRT\"?");
  arena_deinit(&t.arena);
}

int main(void) {
  expr_check_env = (ExprEnv){.zone = zone_utc(), .seed = 42};
  expr_check_cases(arith, COUNT_OF(arith));
  expr_check_cases(decimals, COUNT_OF(decimals));
  expr_check_cases(dates, COUNT_OF(dates));
  expr_check_cases(logic, COUNT_OF(logic));
  expr_check_cases(numbers, COUNT_OF(numbers));
  expr_check_env.wrap_on_overflow = true;
  expr_check_cases(wrapped, COUNT_OF(wrapped));
  test_rand();
  test_registry();
  return check_done();
}
