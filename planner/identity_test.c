/* identity_test.c -- texts of operators stay while a statement computes the same, and change when
 * it does not. */
#include "planner/identity.h"

#include "base/check.h"
#include "parser/parse.h"
#include "planner/plan.h"

static Planner *planner;

/* The plan of the last statement of a text, in the arena. */
static const JobPlan *plan(Arena *arena, const char *text) {
  Error err = {.code = OK};
  PlanResult result = {0};
  for (size_t at = 0;;) {
    AstStmt *stmt;
    CHECK_INT(parse_statement(arena, text, strlen(text), &at, &stmt, &err), OK);
    if (stmt == NULL || err.code != OK) break;
    Code code = plan_statement(planner, stmt, arena, &result, &err);
    if (code != OK) printf("%s: %s\n", text, err.msg);
    CHECK_INT(code, OK);
    if (code != OK) break;
  }
  return result.job;
}

/* Statements that plan nothing. */
static void settle(const char *text) {
  Arena arena;
  arena_init(&arena);
  plan(&arena, text);
  arena_deinit(&arena);
}

static const OpSpec *find(const JobPlan *job, OpId id) {
  for (uint32_t i = 0; job != NULL && i < job->n_ops; i++) {
    if (job->ops[i]->id == id) return job->ops[i];
  }
  return NULL;
}

/* Have two statements an operator with the same text? */
static bool same(OpId id, const char *x, const char *y) {
  Arena arena;
  arena_init(&arena);
  const OpSpec *a = find(plan(&arena, x), id), *b = find(plan(&arena, y), id);
  CHECK(a != NULL && b != NULL && a->identity != NULL && b->identity != NULL);
  bool equal = a != NULL && b != NULL && strcmp(a->identity, b->identity) == 0;
  arena_deinit(&arena);
  return equal;
}

#define TUMBLED   "FROM TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' SECOND) "
#define BY_WINDOW "GROUP BY window_start, window_end, channel"

static const char base[] = "SELECT window_start, channel, SUM(price) AS total " TUMBLED
                           "WHERE price > 5 AND auction < 100 " BY_WINDOW;

static void test_same_aggregate(void) {
  static const char *const others[] = {
      /* aggregates added, changed and removed, of new columns, also such as have no phases */
      "SELECT window_start, channel, SUM(price), COUNT(*), MAX(auction), LISTAGG(note) " TUMBLED
      "WHERE price > 5 AND auction < 100 " BY_WINDOW,
      "SELECT window_start, AVG(price * 2), COUNT(DISTINCT note) FILTER (WHERE price > 7) " TUMBLED
      "WHERE price > 5 AND auction < 100 " BY_WINDOW,
      "SELECT window_start, channel " TUMBLED "WHERE price > 5 AND auction < 100 " BY_WINDOW,
      /* items in another order, other names, filters in another order */
      "SELECT SUM(price) AS x, channel AS c, window_start AS w " TUMBLED
      "WHERE auction < 100 AND price > 5 " BY_WINDOW,
      "SELECT y.w, y.c, y.s FROM (SELECT window_end w, ch AS c, SUM(p) s FROM "
      "TUMBLE(TABLE (SELECT price AS p, channel AS ch, ts AS time_, auction FROM bids "
      "WHERE auction < 100), DESCRIPTOR(time_), INTERVAL '10' SECOND) WHERE p > 5 "
      "GROUP BY ch, window_start, window_end) AS y",
      /* how late rows may come */
      "SELECT channel, SUM(price) FROM TUMBLE(TABLE delayed, DESCRIPTOR(ts), INTERVAL '10' SECOND) "
      "WHERE price > 5 AND auction < 100 " BY_WINDOW,
      /* what is done with the groups */
      "SELECT channel, SUM(price) " TUMBLED "WHERE price > 5 AND auction < 100 " BY_WINDOW
      " HAVING SUM(price) > 10",
      /* settings */
      "SET 'parallelism.default' = '7'; SET 'table.optimizer.agg-phase-strategy' = 'ONE_PHASE';"
      "SELECT channel, SUM(price) " TUMBLED "WHERE price > 5 AND auction < 100 " BY_WINDOW};
  for (size_t i = 0; i < COUNT_OF(others); i++) {
    CHECK(same(OP_WINDOW_AGG, base, others[i]));
    CHECK(same(OP_SCAN, base, others[i]));
  }
  settle("RESET 'parallelism.default'; RESET 'table.optimizer.agg-phase-strategy'");
}

static void test_other_aggregate(void) {
  static const char *const others[] = {
      /* filters */
      "SELECT channel, SUM(price) " TUMBLED "WHERE price > 6 AND auction < 100 " BY_WINDOW,
      "SELECT channel, SUM(price) " TUMBLED "WHERE price > 5 " BY_WINDOW,
      "SELECT channel, SUM(price) " TUMBLED "WHERE price > 5 OR auction < 100 " BY_WINDOW,
      /* keys */
      "SELECT note, SUM(price) " TUMBLED
      "WHERE price > 5 AND auction < 100 GROUP BY window_start, window_end, note",
      "SELECT SUM(price) " TUMBLED
      "WHERE price > 5 AND auction < 100 GROUP BY window_start, window_end, LOWER(channel)",
      "SELECT SUM(price) " TUMBLED
      "WHERE price > 5 AND auction < 100 GROUP BY window_start, window_end, channel, note",
      "SELECT SUM(price) " TUMBLED
      "WHERE price > 5 AND auction < 100 GROUP BY window_start, window_end",
      /* windows */
      "SELECT channel, SUM(price) FROM TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '11' SECOND) "
      "WHERE price > 5 AND auction < 100 " BY_WINDOW,
      "SELECT channel, SUM(price) FROM HOP(TABLE bids, DESCRIPTOR(ts), INTERVAL '1' SECOND, "
      "INTERVAL '10' SECOND) WHERE price > 5 AND auction < 100 " BY_WINDOW,
      "SELECT channel, SUM(price) FROM TUMBLE(TABLE retimed, DESCRIPTOR(other), INTERVAL '10' "
      "SECOND) "
      "WHERE price > 5 AND auction < 100 " BY_WINDOW,
      /* sources */
      "SELECT channel, SUM(price) FROM TUMBLE(TABLE moved, DESCRIPTOR(ts), INTERVAL '10' SECOND) "
      "WHERE price > 5 AND auction < 100 " BY_WINDOW,
  };
  for (size_t i = 0; i < COUNT_OF(others); i++) {
    if (same(OP_WINDOW_AGG, base, others[i])) printf("the same: %s\n", others[i]);
    CHECK(!same(OP_WINDOW_AGG, base, others[i]));
  }
}

/* Where wall clock counts the zone does, too. */
static void test_zone(void) {
  static const char ltz[] =
      "SELECT COUNT(*) FROM TUMBLE(TABLE zoned, DESCRIPTOR(ts), INTERVAL '1' DAY) "
      "GROUP BY window_start, window_end";
  char other[400];
  CHECK(same(OP_WINDOW_AGG, ltz, ltz));
  (void)snprintf(other, sizeof other, "SET 'table.local-time-zone' = 'Asia/Tokyo'; %s", ltz);
  CHECK(!same(OP_WINDOW_AGG, ltz, other));
  (void)snprintf(other, sizeof other, "%s", base);
  CHECK(same(OP_WINDOW_AGG, base, other)); /* still in Tokyo, with TIMESTAMP */
  settle("SET 'table.local-time-zone' = 'UTC'");
}

/* The calls of the first aggregate operator. */
static const char *call(Arena *arena, const char *select, uint32_t i) {
  const char *text = arena_printf(arena, "SELECT %s FROM bids", select);
  const OpSpec *op = find(plan(arena, text), OP_GROUP_AGG);
  CHECK(op != NULL && i < op->u.group_agg->n_aggs);
  return op != NULL ? op->u.group_agg->aggs[i].identity : "";
}

static void test_calls(void) {
  Arena arena;
  arena_init(&arena);
  const char *sum = call(&arena, "SUM(price)", 0);
  CHECK_STR(call(&arena, "COUNT(*), SUM(price) AS p", 1), sum);
  static const char *const others[] = {"MAX(price)",
                                       "SUM(price + 1)",
                                       "SUM(DISTINCT price)",
                                       "SUM(auction)",
                                       "SUM(price) FILTER (WHERE auction > 1)",
                                       "COUNT(price)",
                                       "SUM(CAST(price AS DOUBLE))",
                                       "LISTAGG(note, ',')",
                                       "LISTAGG(note, ';')"};
  for (size_t i = 0; i < COUNT_OF(others); i++) {
    const char *one = call(&arena, others[i], 0);
    CHECK(strcmp(one, sum) != 0);
    for (size_t k = 0; k < i; k++) CHECK(strcmp(one, call(&arena, others[k], 0)) != 0);
  }
  arena_deinit(&arena);
}

/* What keeps rows keeps their columns. */
static void test_rows(void) {
  CHECK(same(OP_SORT, "SELECT channel, price FROM bids ORDER BY price",
             "SELECT channel AS c, price AS p FROM bids ORDER BY 2"));
  CHECK(!same(OP_SORT, "SELECT channel, price FROM bids ORDER BY price",
              "SELECT note, price FROM bids ORDER BY price"));
  CHECK(!same(OP_SORT, "SELECT price FROM bids ORDER BY price",
              "SELECT price FROM bids ORDER BY price DESC"));
  CHECK(!same(OP_LIMIT, "SELECT price FROM bids LIMIT 4", "SELECT price FROM bids LIMIT 5"));
  CHECK(same(OP_LIMIT, "SELECT price FROM bids LIMIT 4", "SELECT note, price FROM bids LIMIT 4"));
}

static void test_sources_and_sinks(void) {
  CHECK(same(OP_SCAN, "SELECT price FROM bids", "SELECT note, ts FROM renamed WHERE price > 3"));
  CHECK(!same(OP_SCAN, "SELECT price FROM bids", "SELECT price FROM moved"));
  CHECK(!same(OP_SCAN, "SELECT price FROM bids", "SELECT price FROM widened"));
  CHECK(!same(OP_SCAN, "SELECT price FROM bids", "SELECT price FROM parsed"));
  CHECK(same(OP_SINK, "INSERT INTO moved SELECT 1, 2, '', '', NULL, NULL",
             "INSERT INTO moved SELECT price, 2, '', '', ts, ts FROM bids"));
  CHECK(!same(OP_SINK, "INSERT INTO moved SELECT 1, 2, '', '', NULL, NULL",
              "INSERT INTO bids SELECT 1, 2, '', '', NULL, NULL"));
  CHECK(!same(OP_SINK, "INSERT INTO db_a SELECT 1", "INSERT INTO db_b SELECT 1"));
  CHECK(same(OP_SINK, "INSERT INTO db_a SELECT 1", "INSERT INTO db_named SELECT 1"));
  CHECK(!same(OP_SCAN, "SELECT * FROM db_a", "SELECT * FROM db_b"));
  CHECK(same(OP_SCAN, "SELECT * FROM db_a", "SELECT * FROM db_named"));
}

/* Long texts are cut, and still differ in their last byte. */
static void test_long(void) {
  StrBuf x = {0}, y = {0};
  strbuf_puts(&x, "SELECT COUNT(*) FROM bids WHERE auction IN (");
  for (int i = 0; i < 3000; i++) strbuf_printf(&x, "%d, ", i);
  strbuf_puts(&y, strbuf_text(&x));
  strbuf_puts(&x, "3001)");
  strbuf_puts(&y, "3002)");
  CHECK(same(OP_GROUP_AGG, strbuf_text(&x), strbuf_text(&x)));
  CHECK(!same(OP_GROUP_AGG, strbuf_text(&x), strbuf_text(&y)));
  Arena arena;
  arena_init(&arena);
  CHECK(strlen(find(plan(&arena, strbuf_text(&x)), OP_GROUP_AGG)->identity) < 1000);
  arena_deinit(&arena);
  strbuf_deinit(&x);
  strbuf_deinit(&y);
}

#define COLUMNS_(watermark)                                                         \
  "(price INT, auction BIGINT, channel STRING, note STRING, ts TIMESTAMP(3), other" \
  " TIMESTAMP(3), WATERMARK FOR " watermark ")"
#define COLUMNS     COLUMNS_("ts AS ts")
#define DATABASE_   " (n INT) WITH ('connector' = 'sqlite', 'path' = '/in/a.db'"
#define FILE_(path) " WITH ('connector' = 'filesystem', 'format' = 'csv', 'path' = '" path "');"

int main(void) {
  Arena arena;
  Error err = {.code = OK};
  arena_init(&arena);
  planner = planner_new(2);
  CHECK(planner_set(planner, "table.local-time-zone", "UTC", &err) == OK);
  plan(&arena,
       "CREATE TABLE bids " COLUMNS FILE_("/in/bids.csv") "CREATE TABLE renamed " COLUMNS FILE_(
           "file:///in/bids.csv") "CREATE TABLE moved " COLUMNS
           FILE_("/in/moved.csv") "CREATE TABLE retimed " COLUMNS_("other AS other") FILE_(
               "/in/bids.csv") "CREATE TABLE delayed " COLUMNS_("ts AS ts - INTERVAL '5' SECOND")
               FILE_("/in/bids.csv") "CREATE TABLE parsed " COLUMNS
                                     " WITH ('connector' = 'filesystem', 'format' = 'csv', "
                                     "'path' = '/in/bids.csv', 'csv.field-delimiter' = ';');"
                                     "CREATE TABLE widened (price BIGINT)" FILE_(
                                         "/in/bids.csv") "CREATE TABLE db_a" DATABASE_
                                                         ");CREATE TABLE db_b" DATABASE_
                                                         ");"
                                                         "CREATE TABLE db_named" DATABASE_
                                                         ", 'table-name' = 'db_a');"
                                                         "CREATE TABLE zoned (ts TIMESTAMP_LTZ(3), "
                                                         "WATERMARK FOR ts AS ts)" FILE_(
                                                             "/in/zoned.csv"));
  test_same_aggregate();
  test_other_aggregate();
  test_zone();
  test_calls();
  test_rows();
  test_sources_and_sinks();
  test_long();
  planner_free(planner);
  arena_deinit(&arena);
  return check_done();
}
