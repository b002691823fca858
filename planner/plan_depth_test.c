/* plan_depth_test.c -- statements that are deep, long or that double at every level: each is
 * planned or refused with a message, soon, without a crash. */
#include <stdlib.h>

#include "base/check.h"
#include "base/str.h"
#include "parser/parse.h"
#include "planner/plan.h"

static Planner *planner;

/* Plan all statements of a text; the code of the first that fails. */
static Code plan_text(const char *text, size_t len) {
  Arena arena;
  Error err = {.code = OK};
  size_t at = 0;
  arena_init(&arena);
  for (;;) {
    AstStmt *stmt;
    PlanResult result;
    if (parse_statement(&arena, text, len, &at, &stmt, &err) != OK || stmt == NULL) break;
    if (plan_statement(planner, stmt, &arena, &result, &err) != OK) break;
  }
  if (err.code != OK) CHECK(err.msg[0] != '\0' && err.span.at + err.span.len <= len);
  arena_deinit(&arena);
  return err.code;
}

static Code plan(const char *text) { return plan_text(text, strlen(text)); }

static Code plan_buffer(StrBuf *text) {
  CHECK(!strbuf_failed(text));
  Code code = plan_text(strbuf_text(text), text->len);
  strbuf_deinit(text);
  return code;
}

/* before * n, middle, after * n */
static Code nested(const char *before, const char *middle, const char *after, int n) {
  StrBuf text = {0};
  for (int i = 0; i < n; i++) strbuf_puts(&text, before);
  strbuf_puts(&text, middle);
  for (int i = 0; i < n; i++) strbuf_puts(&text, after);
  return plan_buffer(&text);
}

static Code nested_in(const char *head, const char *before, const char *middle, const char *after,
                      const char *tail, int n) {
  StrBuf text = {0};
  strbuf_puts(&text, head);
  for (int i = 0; i < n; i++) strbuf_puts(&text, before);
  strbuf_puts(&text, middle);
  for (int i = 0; i < n; i++) strbuf_puts(&text, after);
  strbuf_puts(&text, tail);
  return plan_buffer(&text);
}

/* --- deep ---------------------------------------------------------------------------- */

static void test_deep_expressions(void) {
  CHECK(nested_in("SELECT ", "", "1", " + a", " FROM t", 900) == OK);
  CHECK(nested_in("SELECT ", "ABS(", "a", ")", " FROM t", 900) == OK);
  CHECK(nested_in("SELECT ", "CAST(", "a", " AS BIGINT)", " FROM t", 900) == OK);
  CHECK(nested_in("SELECT a FROM t WHERE ", "NOT (", "a > 1", ")", "", 400) == OK);
  CHECK(nested_in("SELECT ", "CASE WHEN a > 1 THEN 1 ELSE ", "2", " END", " FROM t", 400) == OK);
  CHECK(nested_in("SELECT ", "- ", "a", "", " FROM t", 100000) == ERR_LIMIT);
}

static void test_deep_queries(void) {
  CHECK(nested("SELECT * FROM (", "SELECT a, b FROM t", ")", 300) == OK);
  CHECK(nested("SELECT a + 1 AS a, b FROM (", "SELECT a, b FROM t", ") WHERE a > 1", 200) == OK);
  CHECK(nested("SELECT MAX(a) AS a FROM (", "SELECT a FROM t", ") GROUP BY a", 200) == OK);
  CHECK(nested("SELECT a FROM (", "SELECT a FROM t", ") ORDER BY a LIMIT 5", 200) == OK);
  CHECK(nested("EXPLAIN SELECT DISTINCT a FROM (", "", "", 1) == ERR_SYNTAX);
  CHECK(nested_in("EXPLAIN ", "SELECT DISTINCT a FROM (", "SELECT a FROM t", ")", "", 200) == OK);
}

/* A chain of CTEs nests as deep as it is long. */
static void test_deep_ctes(int n, Code want) {
  StrBuf text = {0};
  strbuf_puts(&text, "WITH c0 AS (SELECT a FROM t)");
  for (int i = 1; i < n; i++) {
    strbuf_printf(&text, ", c%d AS (SELECT a + 1 AS a FROM c%d WHERE a > %d)", i, i - 1, i);
  }
  strbuf_printf(&text, " SELECT a FROM c%d", n - 1);
  CHECK(plan_buffer(&text) == want);
}

static void test_deep_views(int n, Code want) {
  StrBuf text = {0};
  Code code = plan("CREATE OR REPLACE VIEW v0 AS SELECT a FROM t");
  for (int i = 1; i < n && code == OK; i++) {
    strbuf_printf(&text, "CREATE VIEW v%d AS SELECT a + 1 AS a FROM v%d", i, i - 1);
    code = plan(strbuf_text(&text));
    strbuf_clear(&text);
  }
  CHECK(code == want);
  strbuf_deinit(&text);
}

/* --- doubling ------------------------------------------------------------------------ */

static void test_doubling(void) {
  CHECK(nested("SELECT a + a AS a FROM (", "SELECT a FROM t", ")", 60) == OK);
  CHECK(nested("SELECT a FROM (SELECT a + a AS a FROM (", "SELECT a FROM t", ")) WHERE a > 1",
               60) == OK);
  CHECK(nested("SELECT SUM(a + a) AS a FROM (", "SELECT a FROM t", ") WHERE a = a", 60) == OK);
  CHECK(nested_in("SELECT ", "(", "a", " BETWEEN SYMMETRIC 1 AND 2) = TRUE", " FROM t", 1) == OK);
  CHECK(nested_in("SELECT ", "IF(", "a", " BETWEEN SYMMETRIC 1 AND 2, 1, 2)", " FROM t", 40) ==
        ERR_LIMIT);
  CHECK(nested_in("SELECT ", "CASE ", "a", " WHEN 1 THEN 2 WHEN 3 THEN 4 ELSE 5 END", " FROM t",
                  40) == ERR_LIMIT);
  CHECK(nested_in("SELECT ", "(", "a", " IN (1, a + 1, a + 2) = TRUE)", " FROM t", 1) == OK);
}

static void test_doubling_ctes(void) {
  StrBuf text = {0};
  strbuf_puts(&text, "WITH c0 AS (SELECT a FROM t)");
  for (int i = 1; i < 60; i++) {
    strbuf_printf(&text, ", c%d AS (SELECT a FROM c%d UNION ALL SELECT a FROM c%d)", i, i - 1,
                  i - 1);
  }
  strbuf_puts(&text, " SELECT a FROM c59");
  CHECK(plan_buffer(&text) == ERR_LIMIT);
}

static void test_doubling_views(void) {
  StrBuf text = {0};
  Code code = plan("CREATE VIEW w0 AS SELECT a FROM t");
  for (int i = 1; i < 60 && code == OK; i++) {
    strbuf_printf(&text, "CREATE VIEW w%d AS SELECT a FROM w%d UNION ALL SELECT a FROM w%d", i,
                  i - 1, i - 1);
    code = plan(strbuf_text(&text));
    strbuf_clear(&text);
  }
  CHECK(code == ERR_LIMIT);
  strbuf_deinit(&text);
}

/* f calls itself in SQL n times; the body has its argument once or twice. */
static void test_functions(void) {
  CHECK(plan("CREATE FUNCTION once(x BIGINT) RETURNS BIGINT RETURN x + 1") == OK);
  CHECK(plan("CREATE FUNCTION both(x BIGINT) RETURNS BIGINT RETURN x + x") == OK);
  CHECK(nested_in("SELECT ", "once(", "a", ")", " FROM t", 400) == OK);
  CHECK(nested_in("SELECT ", "once(once(once(", "a", ")))", " FROM t", 300) == OK);
  CHECK(nested_in("SELECT ", "both(", "a", ")", " FROM t", 10) == OK);
  CHECK(nested_in("SELECT ", "both(", "a", ")", " FROM t", 60) == ERR_LIMIT);
  StrBuf text = {0};
  Code code = plan("CREATE FUNCTION g0(x BIGINT) RETURNS BIGINT RETURN x + 1");
  for (int i = 1; i < 40 && code == OK; i++) { /* a body of 100 levels each */
    strbuf_printf(&text, "CREATE FUNCTION g%d(x BIGINT) RETURNS BIGINT RETURN g%d(x)", i, i - 1);
    for (int k = 0; k < 100; k++) strbuf_puts(&text, " + 1");
    code = plan(strbuf_text(&text));
    strbuf_clear(&text);
  }
  CHECK(code == ERR_LIMIT);
  strbuf_deinit(&text);
}

/* --- long ---------------------------------------------------------------------------- */

static void test_long_lists(void) {
  CHECK(nested_in("SELECT a FROM t WHERE a IN (0", ", 1", "", "", ")", 100000) == OK);
  CHECK(nested_in("SELECT a FROM t WHERE a = 0", " OR a = 1", "", "", "", 100000) == OK);
  CHECK(nested_in("SELECT a", ", a", "", "", " FROM t", 4095) == OK);
  CHECK(nested_in("SELECT a", ", a", "", "", " FROM t", 4096) == ERR_LIMIT);
  CHECK(nested_in("SELECT SUM(a)", ", MAX(a + 1)", "", "", " FROM t", 4000) == OK);
  CHECK(nested_in("VALUES (1)", ", (2)", "", "", "", 100000) == OK);
  CHECK(nested_in("SELECT CASE a + 1 WHEN 0 THEN 1", " WHEN 2 THEN 3", "", "", " END FROM t",
                  20000) == OK);
  CHECK(nested_in("SELECT a FROM t", " UNION ALL SELECT b FROM t", "", "", "", 900) == OK);
}

static void test_many_aggregates(void) {
  StrBuf text = {0};
  strbuf_puts(&text, "SELECT GREATEST(0");
  for (int i = 0; i < 5000; i++) strbuf_printf(&text, ", SUM(a + %d)", i);
  strbuf_puts(&text, ") FROM t");
  CHECK(plan_buffer(&text) == ERR_LIMIT);
}

static void test_wide_table(void) {
  StrBuf text = {0};
  strbuf_puts(&text, "CREATE TABLE wide (c0 INT");
  for (int i = 1; i < 4096; i++) strbuf_printf(&text, ", c%d INT", i);
  strbuf_puts(&text, ") WITH ('connector' = 'blackhole')");
  CHECK(plan_buffer(&text) == OK);
  CHECK(plan("CREATE TABLE gen WITH ('connector' = 'datagen') LIKE wide (EXCLUDING OPTIONS)") ==
        OK);
  CHECK(nested("SELECT * FROM (", "SELECT * FROM gen", ")", 60) == OK);
  CHECK(nested("SELECT * FROM (", "SELECT * FROM gen", ")", 400) == ERR_LIMIT);
  CHECK(plan("INSERT INTO wide SELECT * FROM gen") == OK);
}

int main(void) {
  static const char ddl[] =
      "CREATE TABLE t (a INT, b INT) WITH ('connector' = 'filesystem', 'path' = 't', 'format' = "
      "'csv')";
  planner = planner_new(1);
  CHECK(plan(ddl) == OK);
  test_deep_expressions();
  test_deep_queries();
  test_deep_ctes(300, OK);
  test_deep_ctes(3000, ERR_LIMIT);
  test_deep_views(300, OK);
  test_doubling();
  test_functions();
  test_doubling_ctes();
  test_doubling_views();
  test_long_lists();
  test_many_aggregates();
  test_wide_table();
  planner_free(planner);
  return check_done();
}
