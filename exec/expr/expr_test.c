/* expr_test.c -- trees: printing, comparing, folding, other columns; the rules of types. */
#include <string.h>

#include "base/check.h"
#include "exec/expr/expr_text.h"
#include "exec/expr/type_rules.h"

static Type columns[3];
static const char *const names[] = {"price", "channel", "ts"};

static ExprText text_new(void) {
  columns[0] = type_of(TYPE_BIGINT);
  columns[1] = type_string();
  columns[2] = type_time(TYPE_TIMESTAMP, 3);
  return (ExprText){.columns = columns, .n_columns = 3, .env = {.zone = zone_utc()}};
}

static void check_print(const char *text, const char *want, bool folded) {
  ExprText t = text_new();
  StrBuf out;
  strbuf_init(&out, 0);
  Expr *e = expr_from_text(&t, text);
  if (e == NULL) {
    printf("%s: %s\n", text, t.err.msg);
    CHECK(e != NULL);
  } else {
    if (folded) e = expr_fold(&t.arena, e, &t.env);
    expr_print(e, names, &out);
    CHECK_STR(strbuf_text(&out), want);
  }
  strbuf_deinit(&out);
  arena_deinit(&t.arena);
}

static void test_print(void) {
  static const char *const cases[][2] = {
      {"(> $0 INT:10)", "(price > 10)"},
      {"(* (+ $0 INT:1) INT:2)", "((price + 1) * 2)"},
      {"(- $0)", "-(price)"},
      {"(AND (IS_NULL $0) (IS_NOT_DISTINCT_FROM $1 STRING:'it''s'))",
       "(price IS NULL AND (channel IS NOT DISTINCT FROM 'it''s'))"},
      {"(OR (NOT (IS_TRUE (= $0 INT:1))) BOOLEAN:false)", "(NOT((price = 1) IS TRUE) OR false)"},
      {"(CAST:INT $0)", "CAST(price AS INT)"},
      {"(TRY_CAST:DECIMAL(10,2) $1)", "TRY_CAST(channel AS DECIMAL(10, 2))"},
      {"(- $2 INTERVAL_SECOND:5000000)", "(ts - 5000:INTERVAL SECOND)"},
      {"(- $2 INTERVAL_SECOND:1500)", "(ts - 1.500:INTERVAL SECOND)"},
      {"(+ $2 INTERVAL_MONTH:3)", "(ts + 3:INTERVAL MONTH)"},
      {"(CASE (= $0 INT:1) STRING:'one' NULL)", "CASE((price = 1), 'one', null:STRING)"},
      {"(IF (= $0 INT:1) $0 INT:0)", "CASE((price = 1), price, 0)"},
      {"(IN $1 STRING:'a' STRING:'b')", "(channel IN ('a', 'b'))"},
      {"(> $2 STRING:'2024-01-01')", "(ts > 2024-01-01 00:00:00.000000)"},
      {"(SQRT $0)", "SQRT(CAST(price AS DOUBLE))"},
      {"(COALESCE $0 INT:1)", "COALESCE(price, 1)"},
      {"(= $0 DECIMAL(3,1):1.5)", "(CAST(price AS DECIMAL(20, 1)) = 1.5)"},
      {"(/ $0 DOUBLE:2)", "(CAST(price AS DOUBLE) / 2.0)"},
  };
  for (size_t i = 0; i < COUNT_OF(cases); i++) check_print(cases[i][0], cases[i][1], false);
}

/* A part that fails stays; columns stay; the rest goes. */
static void test_fold(void) {
  static const char *const cases[][2] = {
      {"(+ $0 (* INT:2 INT:3))", "(price + 6)"},
      {"(AND (> $0 INT:1) BOOLEAN:true)", "(price > 1)"},
      {"(AND (> $0 INT:1) BOOLEAN:false (> $0 INT:2))", "false"},
      {"(AND (> (/ INT:1 $0) INT:1) BOOLEAN:false (> $0 INT:2))", "(((1 / price) > 1) AND false)"},
      {"(OR BOOLEAN:. BOOLEAN:true (= $0 INT:1))", "true"},
      {"(OR BOOLEAN:. BOOLEAN:false)", "null:BOOLEAN"},
      {"(CASE BOOLEAN:false INT:1 (= $0 INT:2) INT:2 BOOLEAN:true INT:3 INT:4)",
       "CASE((price = 2), 2, 3)"},
      {"(CASE BOOLEAN:. INT:1 INT:2)", "2"},
      {"(COALESCE NULL $0 INT:3 $0)", "COALESCE(price, 3)"},
      {"(COALESCE BIGINT:. $0)", "price"},
      {"(+ $0 INT:.)", "null:BIGINT"},
      {"(IS_NULL INT:.)", "true"},
      {"(/ INT:1 INT:0)", "(1 / 0)"},
      {"(CASE (= $0 INT:1) (/ INT:1 INT:0) INT:7)", "CASE((price = 1), (1 / 0), 7)"},
      {"(= $1 (CAST:STRING INT:5))", "(channel = '5')"},
      {"(+ (RAND) INT:1)", "(RAND() + 1.0)"},
      {"(IN INT:3 INT:1 INT:3)", "true"},
  };
  for (size_t i = 0; i < COUNT_OF(cases); i++) check_print(cases[i][0], cases[i][1], true);
}

static void test_equal(void) {
  static const char *const exprs[] = {"(+ $0 INT:1)",
                                      "(+ $0 INT:2)",
                                      "(- $0 INT:1)",
                                      "$0",
                                      "$1",
                                      "INT:1",
                                      "BIGINT:1",
                                      "INT:.",
                                      "DOUBLE:0.0",
                                      "DOUBLE:-0.0",
                                      "DOUBLE:NaN",
                                      "(CAST:STRING $0)",
                                      "(TRY_CAST:STRING $0)",
                                      "(CAST:CHAR(3) $0)",
                                      "STRING:'abc'",
                                      "STRING:'a longer one, behind a pointer'",
                                      "(AND (= $0 INT:1) (= $0 INT:2))",
                                      "(OR (= $0 INT:1) (= $0 INT:2))",
                                      "(IN $0 INT:1 INT:2)",
                                      "(IN $0 INT:1 INT:3)"};
  for (size_t i = 0; i < COUNT_OF(exprs); i++) {
    for (size_t j = 0; j < COUNT_OF(exprs); j++) {
      ExprText t = text_new();
      Expr *a = expr_from_text(&t, exprs[i]), *b = expr_from_text(&t, exprs[j]);
      CHECK_INT(expr_equal(a, b), i == j);
      CHECK(i != j || expr_hash(a) == expr_hash(b));
      arena_deinit(&t.arena);
    }
  }
}

static void test_columns(void) {
  ExprText t = text_new();
  StrBuf out;
  strbuf_init(&out, 0);
  Expr *e = expr_from_text(&t, "(AND (= $0 INT:1) (= $2 $2))");
  bool used[3] = {false};
  expr_columns_used(e, used);
  CHECK(used[0] && !used[1] && used[2]);
  uint32_t map[] = {2, 0, 1};
  expr_print(expr_remap(&t.arena, e, map), names, &out);
  CHECK_STR(strbuf_text(&out), "((ts = 1) AND (channel = channel))");
  Expr *with[] = {expr_from_text(&t, "(+ $0 INT:5)"), NULL, expr_from_text(&t, "$2")};
  strbuf_clear(&out);
  expr_print(expr_substitute(&t.arena, e, with), names, &out);
  CHECK_STR(strbuf_text(&out), "(((price + 5) = 1) AND (ts = ts))");
  strbuf_clear(&out);
  expr_print(e, NULL, &out);
  CHECK_STR(strbuf_text(&out), "(($0 = 1) AND ($2 = $2))");
  strbuf_deinit(&out);
  arena_deinit(&t.arena);
}

/* A chain that grows in place leaves shorter ones as they were. */
static void test_chain(void) {
  ExprText t = text_new();
  Expr *x = expr_from_text(&t, "(= $0 INT:1)"), *y = expr_from_text(&t, "(= $0 INT:2)");
  CHECK(expr_and(&t.arena, NULL, x) == x && expr_and(&t.arena, x, NULL) == x);
  Expr *two = expr_and(&t.arena, x, y), *three = expr_and(&t.arena, two, x);
  Expr *other = expr_and(&t.arena, two, y);
  CHECK_INT(two->n_args, 2);
  CHECK(three->n_args == 3 && three->args[2] == x);
  CHECK(other->n_args == 3 && other->args[2] == y && three->args[2] == x);
  CHECK_INT(expr_or(&t.arena, two, x)->n_args, 2);
  Expr *long_chain = x;
  for (int i = 0; i < 100000; i++) long_chain = expr_or(&t.arena, long_chain, y);
  CHECK_INT(long_chain->n_args, 100001);
  arena_deinit(&t.arena);
}

static void test_may_fail(void) {
  static const struct {
    const char *expr;
    bool may_fail;
  } cases[] = {{"(+ $0 INT:1)", true},       {"(+ DOUBLE:1 $0)", false},
               {"(> $0 INT:1)", false},      {"(CAST:INT $0)", true},
               {"(TRY_CAST:INT $0)", false}, {"(CAST:STRING $0)", false},
               {"(CAST:INT $1)", true},      {"(AND (> $0 INT:1) (= (/ $0 $0) INT:1))", true}};
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    ExprText t = text_new();
    CHECK_INT(expr_may_fail(expr_from_text(&t, cases[i].expr)), cases[i].may_fail);
    arena_deinit(&t.arena);
  }
}

/* --- types ----------------------------------------------------------------------------------- */

static void check_type(Type got, const char *want) {
  StrBuf out;
  strbuf_init(&out, 0);
  type_print(got, &out);
  CHECK_STR(strbuf_text(&out), want);
  strbuf_deinit(&out);
}

static void test_common(void) {
  static const char *const cases[][4] = {
      /* a, b, common, compared; "" where there is none */
      {"INT", "BIGINT", "BIGINT", "BIGINT"},
      {"INT", "DECIMAL(10,2)", "DECIMAL(12, 2)", "DECIMAL(12, 2)"},
      {"DECIMAL(38,0)", "DECIMAL(38,38)", "DECIMAL(38, 0)", "DECIMAL(38, 0)"},
      {"DECIMAL(10,2)", "FLOAT", "DOUBLE", "DOUBLE"},
      {"BIGINT", "FLOAT", "FLOAT", "FLOAT"},
      {"CHAR(3)", "CHAR(3)", "CHAR(3)", "CHAR(3)"},
      {"CHAR(3)", "CHAR(5)", "VARCHAR(5)", "VARCHAR(5)"},
      {"CHAR(3)", "STRING", "STRING", "STRING"},
      {"DATE", "TIMESTAMP(3)", "TIMESTAMP(3)", "TIMESTAMP(3)"},
      {"TIMESTAMP(3)", "TIMESTAMP_LTZ(6)", "TIMESTAMP_LTZ(6)", "TIMESTAMP_LTZ(6)"},
      {"TIME(0)", "TIMESTAMP(3)", "", ""},
      {"STRING", "INT", "", "INT"},
      {"STRING", "TIMESTAMP(3)", "", "TIMESTAMP(6)"},
      {"STRING", "INTERVAL_MONTH", "", ""},
      {"BOOLEAN", "INT", "", ""},
      {"INTERVAL_MONTH", "INTERVAL_SECOND", "", ""}};
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    Type a = type_from_text(cases[i][0]), b = type_from_text(cases[i][1]), t;
    CHECK_INT(type_common(a, b, &t), cases[i][2][0] != '\0');
    if (cases[i][2][0] != '\0') check_type(t, cases[i][2]);
    CHECK_INT(type_compared(b, a, &t), cases[i][3][0] != '\0');
    if (cases[i][3][0] != '\0') check_type(t, cases[i][3]);
  }
}

/* The table of Flink, and its golden vectors. */
static void test_decimal_results(void) {
  Type a = type_decimal(10, 2), b = type_decimal(5, 1), wide = type_decimal(38, 10);
  check_type(decimal_result('+', a, b), "DECIMAL(11, 2)");
  check_type(decimal_result('*', a, b), "DECIMAL(16, 3)");
  check_type(decimal_result('/', a, b), "DECIMAL(17, 8)");
  check_type(decimal_result('%', a, b), "DECIMAL(6, 2)");
  check_type(decimal_result('*', wide, wide), "DECIMAL(38, 6)");
  check_type(decimal_result('+', wide, wide), "DECIMAL(38, 9)");
  check_type(decimal_result('+', a, type_of(TYPE_INT)), "DECIMAL(13, 2)");
}

static void test_results(void) {
  static const char *const cases[][2] = {
      {"(+ $0 INT:1)", "BIGINT"},
      {"(% $0 INT:3)", "INT"},
      {"(/ INT:1 INT:2)", "INT NOT NULL"},
      {"(+ FLOAT:1 INT:2)", "FLOAT NOT NULL"},
      {"(> $0 INT:1)", "BOOLEAN"},
      {"(> INT:2 INT:1)", "BOOLEAN NOT NULL"},
      {"(IS_NULL $0)", "BOOLEAN NOT NULL"},
      {"(IFNULL $0 INT:1)", "BIGINT NOT NULL"},
      {"(NULLIF INT:1 INT:1)", "INT"},
      {"(TRY_CAST:INT STRING:'1')", "INT"},
      {"(CAST:INT STRING:'1')", "INT NOT NULL"},
      {"(CAST:DECIMAL(3,1) INT:1)", "DECIMAL(3, 1)"},
      {"(ROUND DECIMAL(5,2):1.25 INT:1)", "DECIMAL(5, 1)"},
      {"(ROUND DECIMAL(5,2):1.25 INT:-1)", "DECIMAL(4, 0)"},
      {"(FLOOR DECIMAL(5,2):1.25)", "DECIMAL(5, 0)"},
      {"(- $2 $2)", "INTERVAL DAY TO SECOND"},
      {"(RAND)", "DOUBLE NOT NULL"},
  };
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    ExprText t = text_new();
    StrBuf out;
    strbuf_init(&out, 0);
    type_print_full(expr_from_text(&t, cases[i][0])->type, &out);
    CHECK_STR(strbuf_text(&out), cases[i][1]);
    strbuf_deinit(&out);
    arena_deinit(&t.arena);
  }
}

static void test_implicit_error(void) {
  ExprText t = text_new();
  Expr *e = expr_from_text(&t, "$0"), *out = NULL;
  CHECK_INT(expr_cast_implicit(&t.arena, e, type_of(TYPE_INT), "the LIMIT", &out, &t.err),
            ERR_TYPE);
  CHECK_STR(t.err.msg, "the LIMIT is BIGINT, not INT");
  CHECK_STR(t.err.hint, "CAST(... AS INT) converts it");
  arena_deinit(&t.arena);
}

int main(void) {
  test_print();
  test_fold();
  test_equal();
  test_columns();
  test_chain();
  test_may_fail();
  test_common();
  test_decimal_results();
  test_results();
  test_implicit_error();
  return check_done();
}
