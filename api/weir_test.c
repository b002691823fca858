/* weir_test.c -- a session through its public header: rows, errors, notes, stopping. */
#include "api/weir.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/str.h"

/* --- handlers that write down what they are told */

static struct {
  StrBuf log;  /* begin, rows, end, text */
  StrBuf told; /* notes and errors */
  uint64_t rows;
  int fail_with;      /* errno that row and bytes fail with; 0: they do not */
  uint64_t stop_at;   /* rows after which the session is interrupted; 0: never */
  atomic_bool failed; /* something was called that should not have been */
} seen;

static Weir *w;

static void on_begin(void *arg, const WeirColumn *columns, uint32_t n, bool live) {
  CHECK(arg == &seen);
  strbuf_puts(&seen.log, live ? "live" : "begin");
  for (uint32_t i = 0; i < n; i++) {
    strbuf_printf(&seen.log, " %s:%s%s", columns[i].name, columns[i].type,
                  columns[i].is_number ? "#" : "");
  }
  strbuf_putc(&seen.log, '\n');
}

static bool take(void) {
  if (++seen.rows == seen.stop_at) weir_interrupt(w);
  errno = seen.fail_with;
  return seen.fail_with == 0;
}

static bool on_row(void *arg, const WeirCell *cells, uint32_t n) {
  (void)arg;
  if (seen.stop_at != 0) return take();
  for (uint32_t i = 0; i < n; i++) {
    if (i > 0) strbuf_putc(&seen.log, '|');
    if (cells[i].text == NULL) strbuf_puts(&seen.log, "<null>");
    strbuf_put(&seen.log, cells[i].text, cells[i].len);
  }
  strbuf_putc(&seen.log, '\n');
  return take();
}

static bool on_bytes(void *arg, const char *bytes, size_t n) {
  (void)arg;
  strbuf_put(&seen.log, bytes, n);
  return take();
}

static bool on_end(void *arg) {
  (void)arg;
  strbuf_puts(&seen.log, "end\n");
  return true;
}

static bool on_text(void *arg, const char *text, size_t n) {
  (void)arg;
  strbuf_puts(&seen.log, "text ");
  strbuf_put(&seen.log, text, strcspn(text, "\n") + 1);
  CHECK(n > 0 && text[n - 1] == '\n');
  return true;
}

static void on_note(void *arg, const char *line) {
  (void)arg;
  strbuf_printf(&seen.told, "%s\n", line);
}

static void on_error(void *arg, const char *text) {
  (void)arg;
  strbuf_puts(&seen.told, text);
}

static void on_clear(void *arg) {
  (void)arg;
  strbuf_puts(&seen.log, "clear\n");
}

static void on_help(void *arg) {
  (void)arg;
  strbuf_puts(&seen.log, "help\n");
}

static void open_session(void) {
  strbuf_clear(&seen.log);
  strbuf_clear(&seen.told);
  seen.rows = seen.stop_at = 0;
  seen.fail_with = 0;
  w = weir_open(&(WeirHandlers){.arg = &seen,
                                .begin = on_begin,
                                .row = on_row,
                                .bytes = on_bytes,
                                .end = on_end,
                                .text = on_text,
                                .note = on_note,
                                .error = on_error,
                                .clear = on_clear,
                                .help = on_help});
  CHECK(w != NULL);
  CHECK(weir_set(w, "test", "parallelism.default", "2"));
}

static WeirStatus run(const char *sql) { return weir_run(w, "-c", sql, strlen(sql)); }

static void check_log(const char *want) {
  CHECK_STR(strbuf_text(&seen.log), want);
  strbuf_clear(&seen.log);
}

static bool starts(const StrBuf *text, const char *with) {
  return str_starts((Str){strbuf_text(text), text->len}, str_of(with));
}

static void check_told(const char *want) {
  CHECK_STR(strbuf_text(&seen.told), want);
  strbuf_clear(&seen.told);
}

static const char endless[] =
    "CREATE TABLE gen (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '100000');"
    "CREATE TABLE hole (n BIGINT) WITH ('connector' = 'blackhole');";

/* --- rows */

static void test_cells(void) {
  open_session();
  CHECK_INT(
      run("SELECT * FROM (VALUES ('a', 1, 1.5), (CAST(NULL AS STRING), 2, NULL)) AS t(k, n, d);"
          "SELECT 'x' AS s"),
      WEIR_OK);
  check_log(
      "begin k:STRING n:INT# d:DECIMAL(2, 1)#\na|1|1.5\n<null>|2|<null>\nend\n"
      "begin s:CHAR(1)\nx\nend\n");
  check_told("");
  CHECK_INT(weir_stats(w)->rows_out, 3);
  weir_close(w);
}

static void test_encoded(void) {
  static const char sql[] = "SELECT * FROM (VALUES (1, 'a'), (CAST(NULL AS INT), 'b')) AS t(n, s)";
  open_session();
  CHECK(weir_set_rows(w, WEIR_ROWS_CSV, true, NULL));
  CHECK_INT(run(sql), WEIR_OK);
  check_log("begin n:INT# s:CHAR(1)\nn,s\n1,a\n,b\nend\n");
  CHECK(weir_set_rows(w, WEIR_ROWS_CSV, false, "-"));
  CHECK_INT(run(sql), WEIR_OK);
  check_log("begin n:INT# s:CHAR(1)\n1,a\n-,b\nend\n");
  CHECK(weir_set_rows(w, WEIR_ROWS_TSV, true, NULL));
  CHECK_INT(run(sql), WEIR_OK);
  check_log("begin n:INT# s:CHAR(1)\nn\ts\n1\ta\n\\N\tb\nend\n");
  CHECK(weir_set_rows(w, WEIR_ROWS_JSON, true, NULL));
  CHECK_INT(run(sql), WEIR_OK);
  check_log("begin n:INT# s:CHAR(1)\n{\"n\":1,\"s\":\"a\"}\n{\"n\":null,\"s\":\"b\"}\nend\n");
  weir_stats_reset(w);
  CHECK(weir_set_rows(w, WEIR_ROWS_NONE, true, NULL));
  CHECK_INT(run(sql), WEIR_OK);
  check_log("begin n:INT# s:CHAR(1)\nend\n");
  CHECK_INT(weir_stats(w)->rows_out, 2);
  check_told("");
  weir_close(w);
}

/* What the planner makes looks the same in all modes. */
static void test_planner_rows(void) {
  open_session();
  CHECK_INT(run("CREATE VIEW v AS SELECT 1 AS a; SHOW VIEWS; EXPLAIN SELECT 1"), WEIR_OK);
  check_log("begin view name:STRING\nv\nend\ntext == Abstract Syntax Tree ==\n");
  CHECK(weir_set_rows(w, WEIR_ROWS_CSV, true, NULL));
  CHECK_INT(run("SHOW VIEWS; SHOW CREATE VIEW v"), WEIR_OK);
  check_log(
      "begin view name:STRING\nview name\nv\nend\ntext CREATE VIEW "
      "`default_catalog`.`default_database`.`v` (`a`)\n");
  CHECK(weir_set_rows(w, WEIR_ROWS_JSON, true, NULL));
  CHECK_INT(run("SHOW VIEWS"), WEIR_OK);
  check_log("begin view name:STRING\n{\"view name\":\"v\"}\nend\n");
  CHECK_INT(run("EXPLAIN SELECT 1"), WEIR_OK);
  CHECK(starts(&seen.log, "begin result:STRING\n{\"result\":\"== A"));
  strbuf_clear(&seen.log);
  CHECK(weir_set_rows(w, WEIR_ROWS_NONE, true, NULL));
  CHECK_INT(run("SHOW VIEWS"), WEIR_OK);
  check_log("begin view name:STRING\nend\n");
  check_told("");
  weir_close(w);
}

/* More rows than a batch holds. */
static void test_many_planner_rows(void) {
  StrBuf sql = {0};
  open_session();
  CHECK(weir_set_rows(w, WEIR_ROWS_CSV, false, NULL));
  for (int i = 0; i < 3000; i++) strbuf_printf(&sql, "CREATE VIEW v%04d AS SELECT 1 AS a;", i);
  strbuf_puts(&sql, "SHOW VIEWS");
  CHECK_INT(run(strbuf_text(&sql)), WEIR_OK);
  CHECK_INT(seen.log.len, strlen("begin view name:STRING\n") + 3000 * strlen("v0000\n") + 4);
  CHECK(strstr(strbuf_text(&seen.log), "\nv2047\nv2048\n") != NULL);
  strbuf_deinit(&sql);
  weir_close(w);
}

static void test_shell_statements(void) {
  open_session();
  CHECK_INT(run("CLEAR; HELP; QUIT; SELECT 1"), WEIR_QUIT);
  check_log("clear\nhelp\n");
  CHECK_INT(run("EXIT"), WEIR_QUIT);
  weir_close(w);
  w = weir_open(&(WeirHandlers){0}); /* nobody listens */
  CHECK_INT(run("CLEAR; HELP; SHOW VIEWS; EXPLAIN SELECT 1; SELECT 1"), WEIR_OK);
  CHECK_INT(run("SELEC"), WEIR_FAILED);
  weir_close(w);
  weir_close(NULL);
}

/* --- texts, settings, errors */

static void test_errors(void) {
  open_session();
  CHECK_INT(run("SELECT 1 AS a;\nSELEC; SELECT 2"), WEIR_FAILED);
  check_log("begin a:INT#\n1\nend\n");
  CHECK(starts(&seen.told, "-c:2:1: error: "));
  CHECK(strstr(strbuf_text(&seen.told), "\n  SELEC; SELECT 2\n  ^\n") != NULL);
  strbuf_clear(&seen.told);
  CHECK_INT(run("SELECT nope FROM (VALUES (1)) AS t(n)"), WEIR_FAILED);
  CHECK(starts(&seen.told, "-c:1:8: error: "));
  strbuf_clear(&seen.told);
  CHECK_INT(run(""), WEIR_OK);
  CHECK_INT(run(" ; -- nothing\n;"), WEIR_OK);
  check_log("");
  check_told("");
  weir_close(w);
}

static void test_settings(void) {
  open_session();
  CHECK(weir_set(w, "-s", "table.local-time-zone", "Asia/Tokyo"));
  CHECK_STR(weir_setting(w, "table.local-time-zone"), "Asia/Tokyo");
  CHECK_INT(run("SET 'table.local-time-zone' = 'UTC'"), WEIR_OK);
  CHECK_STR(weir_setting(w, "table.local-time-zone"), "UTC");
  CHECK(weir_setting(w, "no.such.key") == NULL);
  check_told("");
  CHECK(!weir_set(w, "-s", "no.such.key", "1"));
  CHECK(starts(&seen.told, "-s: error: "));
  strbuf_clear(&seen.told);
  weir_stdin_is_script(w, true);
  CHECK_INT(run("SELECT * FROM stdin"), WEIR_FAILED);
  CHECK(starts(&seen.told, "-c:1:15: error: "));
  weir_close(w);
}

static void test_is_complete(void) {
  CHECK(weir_is_complete("SELECT 1;", 9));
  CHECK(!weir_is_complete("SELECT 1", 8));
  CHECK(!weir_is_complete("SELECT ';", 9));
  CHECK(weir_is_complete("", 0));
  CHECK_STR(weir_version(), "0.1.0");
}

/* --- handlers that fail */

static void test_failing_handlers(void) {
  static const WeirRows modes[] = {WEIR_ROWS_CELLS, WEIR_ROWS_CSV, WEIR_ROWS_JSON};
  for (size_t i = 0; i < COUNT_OF(modes); i++) {
    open_session();
    CHECK(weir_set_rows(w, modes[i], true, NULL));
    seen.fail_with = ENOSPC;
    CHECK_INT(run("SELECT 1 AS a; SELECT 2 AS b"), WEIR_FAILED);
    CHECK(strstr(strbuf_text(&seen.log), "end") == NULL);
    check_told("-c: error: cannot write the output: no space left on device\n");
    CHECK_INT(run("CREATE VIEW v AS SELECT 1 AS a; SHOW VIEWS"), WEIR_FAILED);
    check_told("-c: error: cannot write the output: no space left on device\n");
    seen.fail_with = EPIPE;
    CHECK_INT(run("SELECT 1 AS a; SELECT 2 AS b"), WEIR_CLOSED_PIPE);
    CHECK_INT(run("SHOW VIEWS"), WEIR_CLOSED_PIPE);
    check_told("");
    seen.fail_with = 0;
    CHECK_INT(run("SELECT 1 AS a"), WEIR_OK);
    weir_close(w);
  }
}

/* --- stopping */

static void test_interrupt(void) {
  open_session();
  CHECK_INT(run(endless), WEIR_OK);
  for (int i = 0; i < 3; i++) {
    seen.rows = 0;
    seen.stop_at = 10;
    CHECK_INT(run("SELECT n FROM gen; SELECT 1 AS not_reached"), WEIR_INTERRUPTED);
    CHECK(seen.rows >= 10);
    check_log("live n:BIGINT#\nend\n");
    check_told("stopped\n");
  }
  seen.stop_at = 0;
  weir_interrupt(w); /* nothing runs: the next one does not begin */
  CHECK_INT(run("SELECT 1 AS a"), WEIR_INTERRUPTED);
  CHECK_INT(run("SELECT 1 AS a"), WEIR_OK);
  check_log("begin a:INT#\n1\nend\n");
  weir_close(w);
}

static void test_endless_inserts(void) {
  open_session();
  CHECK_INT(run(endless), WEIR_OK);
  CHECK_INT(run("INSERT INTO hole SELECT n FROM gen; INSERT INTO hole SELECT n + 1 FROM gen;"
                "SELECT 1 AS a"),
            WEIR_OK);
  check_log("begin a:INT#\n1\nend\n");
  weir_interrupt(w);
  CHECK_INT(weir_wait(w), WEIR_INTERRUPTED);
  check_told("stopped\nstopped\n");
  CHECK_INT(weir_wait(w), WEIR_OK);
  CHECK_INT(run("INSERT INTO hole SELECT 1"), WEIR_OK); /* is waited for */
  CHECK_INT(run("INSERT INTO hole SELECT n FROM gen; SELEC"), WEIR_FAILED);
  CHECK_INT(weir_wait(w), WEIR_INTERRUPTED);
  strbuf_clear(&seen.told);
  CHECK_INT(run("INSERT INTO hole SELECT n FROM gen"), WEIR_OK);
  weir_close(w); /* stops it */
  check_told("stopped\n");
}

/* SHOW JOBS without the time. */
static void check_jobs(const char *want) {
  StrBuf got = {0};
  CHECK_INT(run("SHOW JOBS"), WEIR_OK);
  for (const char *at = strbuf_text(&seen.log); *at != '\0'; at += strspn(at, "\n")) {
    size_t line = strcspn(at, "\n");
    size_t shown = line > 23 && at[line - 4] == '.' ? line - 24 : line;
    strbuf_put(&got, at, shown);
    strbuf_putc(&got, '\n');
    at += line;
  }
  CHECK_STR(strbuf_text(&got), want);
  strbuf_deinit(&got);
  strbuf_clear(&seen.log);
}

static void test_job_control(void) {
  open_session();
  CHECK_INT(run("STOP JOB 'x'"), WEIR_FAILED);
  check_told(
      "-c:1:10: error: no job \"x\" is running\n  STOP JOB 'x'\n           ^\n"
      "hint: an INSERT runs beside the session where its input never ends\n");
  CHECK_INT(run("CHECKPOINT"), WEIR_FAILED);
  CHECK(starts(&seen.told, "-c:1:1: error: no job is running\n"));
  strbuf_clear(&seen.told);
  check_jobs("begin job name:STRING status:STRING start time:STRING\nend\n");
  CHECK_INT(run(endless), WEIR_OK);
  CHECK_INT(run("INSERT INTO hole SELECT n FROM gen; INSERT INTO hole SELECT n + 1 FROM gen"),
            WEIR_OK);
  check_jobs(
      "begin job name:STRING status:STRING start time:STRING\n"
      "insert-into_hole|RUNNING\ninsert-into_hole-2|RUNNING\nend\n");
  CHECK_INT(run("CHECKPOINT"), WEIR_FAILED);
  CHECK(starts(&seen.told, "-c:1:1: error: 2 jobs run: say which\n"));
  CHECK(strstr(strbuf_text(&seen.told),
               "hint: jobs that run: insert-into_hole, insert-into_hole-2\n") != NULL);
  CHECK_INT(weir_wait(w), WEIR_INTERRUPTED); /* the error has stopped all */
  strbuf_clear(&seen.told);
  CHECK_INT(run("INSERT INTO hole SELECT n FROM gen; INSERT INTO hole SELECT n + 1 FROM gen;"
                "STOP JOB 'insert-into_hole-3'"),
            WEIR_OK);
  check_told("stopped\n");
  check_jobs(
      "begin job name:STRING status:STRING start time:STRING\ninsert-into_hole-4|RUNNING\nend\n");
  CHECK_INT(run("STOP JOB `insert-into_hole-4`; SELECT 1 AS a"), WEIR_OK);
  check_log("begin a:INT#\n1\nend\n");
  check_told("stopped\n");
  CHECK_INT(weir_wait(w), WEIR_OK);
  weir_close(w);
}

/* One that fails stops the others, and what is running. */
static void test_failing_insert(void) {
  open_session();
  CHECK_INT(run(endless), WEIR_OK);
  seen.stop_at = UINT64_MAX;
  WeirStatus status =
      run("INSERT INTO hole SELECT n FROM gen;"
          "INSERT INTO hole SELECT n / (n - n) FROM gen;"
          "SELECT n FROM gen");
  CHECK_INT(status, WEIR_INTERRUPTED);
  CHECK_INT(weir_wait(w), WEIR_FAILED);
  CHECK(strstr(strbuf_text(&seen.told), "-c:1:") != NULL);
  CHECK(strstr(strbuf_text(&seen.told), "error: ") != NULL);
  seen.stop_at = 0;
  strbuf_clear(&seen.log);
  CHECK_INT(run("SELECT 1 AS a"), WEIR_OK);
  check_log("begin a:INT#\n1\nend\n");
  weir_close(w);
}

static void test_too_many_inserts(void) {
  static const char insert[] = "INSERT INTO hole SELECT n FROM slow;";
  open_session();
  CHECK(weir_set(w, "test", "parallelism.default", "1"));
  CHECK_INT(run(endless), WEIR_OK);
  CHECK_INT(run("CREATE TABLE slow (n BIGINT) WITH ('connector' = 'datagen',"
                " 'rows-per-second' = '1')"),
            WEIR_OK);
  for (int i = 0; i < 63; i++) CHECK_INT(run(insert), WEIR_OK);
  check_told("");
  CHECK_INT(run(insert), WEIR_FAILED);
  CHECK_INT(weir_wait(w), WEIR_INTERRUPTED);
  CHECK(strstr(strbuf_text(&seen.told),
               "-c: error: more than 63 INSERTs without end run at the same time\n"
               "hint: put them into one STATEMENT SET\n") != NULL);
  weir_close(w);
}

int main(void) {
  test_cells();
  test_encoded();
  test_planner_rows();
  test_many_planner_rows();
  test_shell_statements();
  test_errors();
  test_settings();
  test_is_complete();
  test_failing_handlers();
  test_interrupt();
  test_endless_inserts();
  test_job_control();
  test_failing_insert();
  test_too_many_inserts();
  strbuf_deinit(&seen.log);
  strbuf_deinit(&seen.told);
  return check_done();
}
