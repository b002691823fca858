/* checkpoints_test.c -- SHOW CHECKPOINTS and weir_checkpoint_dump over checkpoints on disk. */
#include <stdlib.h>

#include "api/weir.h"
#include "base/check.h"
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

int main(void) {
  test_dir_make();
  w = weir_open(&(WeirHandlers){.row = on_row, .text = on_text, .error = on_error});
  CHECK(w != NULL);
  test_show();
  test_dump();
  weir_close(w);
  strbuf_deinit(&shown);
  strbuf_deinit(&told);
  test_dir_remove();
  return check_done();
}
