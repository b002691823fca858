/* checkpoints_test.c -- SHOW CHECKPOINTS and weir_checkpoint_dump over checkpoints on disk. */
#include <stdlib.h>

#include "api/weir.h"
#include "base/check.h"
#include "base/sys.h"
#include "exec/run/checkpoint_check.h"

static StrBuf shown, told;
static Weir *w;

static bool on_row(void *arg, const WeirCell *cells, uint32_t n) {
  (void)arg;
  for (uint32_t i = 0; i < n; i++) {
    if (i > 0) strbuf_putc(&shown, '|');
    strbuf_put(&shown, cells[i].text != NULL ? cells[i].text : "NULL",
               cells[i].text != NULL ? cells[i].len : 4);
  }
  strbuf_putc(&shown, '\n');
  return true;
}

static bool on_text(void *arg, const char *text, size_t n) {
  (void)arg;
  strbuf_put(&shown, text, n);
  return true;
}

static void on_error(void *arg, const char *text) {
  (void)arg;
  strbuf_puts(&told, text);
}

static WeirStatus run(const char *sql) {
  strbuf_clear(&shown);
  strbuf_clear(&told);
  return weir_run(w, "-c", sql, strlen(sql));
}

static CheckpointInfo write_one(const char *into, uint64_t id, bool savepoint) {
  Blocks b = {0};
  CheckpointInfo info;
  Error err = {.code = OK};
  blocks_add(&b, 0, "slice", 100, 10, 1);
  CHECK_INT(blocks_write(&b, at(into), id, savepoint, &info, &err), OK);
  blocks_free(&b);
  return info;
}

static void test_show(void) {
  StrBuf want = {0};
  char sql[400];
  CheckpointInfo two = write_one("all/job", 2, false), ten = write_one("all/job", 10, true);
  write_one("all/broken", 3, false);
  put_text(at("all/broken/chk-3/manifest"), "damaged");
  strbuf_printf(&want,
                "3|NULL|NULL|NULL|NULL|damaged\n"
                "2|2023-11-15 07:13:20.000|77|%llu|a job|checkpoint\n"
                "10|2023-11-15 07:13:20.000|77|%llu|a job|savepoint\n",
                (unsigned long long)two.file_bytes, (unsigned long long)ten.file_bytes);
  snprintf(sql, sizeof sql,
           "SET 'table.local-time-zone' = 'Asia/Tokyo'; SHOW CHECKPOINTS 'file://%s'", at("all"));
  CHECK_INT(run(sql), WEIR_OK);
  CHECK_STR(strbuf_text(&shown), strbuf_text(&want));
  snprintf(sql, sizeof sql, "SET 'state.checkpoints.dir' = '%s'; SHOW CHECKPOINTS", at("all"));
  CHECK_INT(run(sql), WEIR_OK);
  CHECK_STR(strbuf_text(&shown), strbuf_text(&want));
  CHECK_STR(strbuf_text(&told), "");
  strbuf_deinit(&want);
}

static void test_dump(void) {
  write_one("dumped", 5, false);
  strbuf_clear(&shown);
  CHECK_INT(weir_checkpoint_dump(w, ".checkpoint", at("dumped/chk-5")), WEIR_OK);
  CHECK(strstr(strbuf_text(&shown), "id           5\n") != NULL);
  CHECK(strstr(strbuf_text(&shown), "slice v3") != NULL);
  CHECK_STR(strbuf_text(&told), "");
  /* What the manifest tells comes also when the rest is damaged. */
  put_text(at("dumped/chk-5/state"), "damaged");
  strbuf_clear(&shown);
  CHECK_INT(weir_checkpoint_dump(w, ".checkpoint", at("dumped/chk-5")), WEIR_FAILED);
  CHECK(strstr(strbuf_text(&shown), "id           5\n") != NULL);
  CHECK(strncmp(strbuf_text(&told), ".checkpoint: error: ", 20) == 0);
  strbuf_clear(&shown);
  CHECK_INT(weir_checkpoint_dump(w, ".checkpoint", at("nothing/chk-1")), WEIR_FAILED);
  CHECK_STR(strbuf_text(&shown), "");
}

/* Run statements with the directory of the test, %s, in them. */
static WeirStatus run_in(const char *sql) {
  StrBuf text = {0};
  for (const char *part = sql; *part != '\0';) {
    size_t n = strcspn(part, "%");
    strbuf_put(&text, part, n);
    part += n;
    if (*part == '%') {
      strbuf_puts(&text, at("live"));
      part += 2;
    }
  }
  WeirStatus status = run(strbuf_text(&text));
  strbuf_deinit(&text);
  return status;
}

static bool told_has(const char *what) { return strstr(strbuf_text(&told), what) != NULL; }
static bool shown_has(const char *what) { return strstr(strbuf_text(&shown), what) != NULL; }

static const char tables[] =
    "RESET; CREATE TABLE gen (n BIGINT) WITH ('connector' = 'datagen');"
    "CREATE TABLE o (n BIGINT) WITH ('connector' = 'filesystem', 'format' = 'csv',"
    " 'path' = '%s/o.csv');";

/* A job that keeps none has none; then one that does, stopped with a savepoint and gone on from. */
static void test_running_job(void) {
  CHECK(sys.mkdir(at("live"), 0700) == 0);
  CHECK_INT(run_in(tables), WEIR_OK);
  CHECK_INT(run_in("INSERT INTO o SELECT n FROM gen; CHECKPOINT"), WEIR_FAILED);
  CHECK(told_has(": error: the job takes no checkpoints"));
  CHECK_INT(weir_wait(w), WEIR_INTERRUPTED);
  CHECK_INT(run_in("SET 'execution.checkpointing.dir' = '%s/ck'; SET 'pipeline.name' = 'live';"
                   "INSERT INTO o SELECT n FROM gen; CHECKPOINT; CHECKPOINT JOB live"),
            WEIR_OK);
  CHECK(shown_has("live/ck/live/chk-1\n") && shown_has("live/ck/live/chk-2\n"));
  CHECK_INT(run_in("STOP JOB 'live' WITH SAVEPOINT"), WEIR_FAILED);
  CHECK(told_has("error: a savepoint needs a directory") && told_has("savepoint-dir"));
  CHECK_INT(weir_wait(w), WEIR_INTERRUPTED);
  CHECK_INT(run_in("SET 'execution.checkpointing.savepoint-dir' = '%s/sp';"
                   "INSERT INTO o SELECT n FROM gen; STOP JOB 'live-2' WITH SAVEPOINT;"
                   "SHOW JOBS; SHOW CHECKPOINTS '%s/sp'"),
            WEIR_OK);
  CHECK(shown_has("live/sp/live-2/chk-1\n1|") && shown_has("|live-2|savepoint\n"));
  CHECK_INT(weir_wait(w), WEIR_OK);
  CHECK_INT(run_in("EXPLAIN UPGRADE '%s/sp/live-2/chk-1' INSERT INTO o SELECT n FROM gen"),
            WEIR_OK);
  CHECK(shown_has("reused: source ") && shown_has("reused: sink ") && shown_has("\nit goes on\n"));
  CHECK_INT(run_in("SET 'execution.state-recovery.path' = '%s/sp/live-2/chk-1';"
                   "INSERT INTO o SELECT n FROM gen; STOP JOB 'live-3' WITH SAVEPOINT WITH DRAIN"),
            WEIR_OK);
  CHECK(shown_has("live/sp/live-3/chk-2\n"));
}

int main(void) {
  test_dir_make();
  w = weir_open(&(WeirHandlers){.row = on_row, .text = on_text, .error = on_error});
  CHECK(w != NULL);
  test_show();
  test_dump();
  test_running_job();
  weir_close(w);
  strbuf_deinit(&shown);
  strbuf_deinit(&told);
  test_dir_remove();
  return check_done();
}
