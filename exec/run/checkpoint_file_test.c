/* checkpoint_file_test.c -- what is written comes back; names, the lock, and what is removed. */
#include "exec/run/checkpoint_file.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exec/run/checkpoint_check.h"

static Error last;

static void forget_error(void) { last = (Error){0}; }

static mode_t mode_of(const char *path) {
  struct stat st;
  return stat(path, &st) == 0 ? st.st_mode & 0777 : 0;
}

static uint64_t bytes_of(const char *path) {
  struct stat st;
  return stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
}

static void test_info(void) {
  Blocks b = {0};
  CheckpointInfo wrote, read = {0};
  Arena arena = {0};
  blocks_add(&b, 0, "slice", 1000, 40, 1);
  CHECK_INT(blocks_write(&b, at("info/deep"), 7, true, &wrote, &last), OK);
  CHECK_STR(names_in(at("info/deep")), "chk-7 ");
  CHECK_STR(names_in(at("info/deep/chk-7")), "manifest state ");
  CHECK_INT(mode_of(at("info/deep/chk-7")), 0700);
  CHECK_INT(mode_of(at("info/deep/chk-7/state")), 0600);
  CHECK_INT(checkpoint_peek(&arena, at("info/deep/chk-7"), &read, &last), OK);
  CHECK_INT(read.id, 7);
  CHECK_INT(read.epochs, 77);
  CHECK_INT(read.time_us, 1700000000000000);
  CHECK_STR(read.job, "a job");
  CHECK_STR(read.engine, "0.1.0");
  CHECK(!read.finished && read.savepoint);
  CHECK_INT(read.parallelism, 3);
  CHECK(read.state_bytes == wrote.state_bytes && read.state_bytes > 1000 * 24);
  CHECK_INT(read.file_bytes, wrote.file_bytes);
  CHECK_INT(read.file_bytes,
            bytes_of(at("info/deep/chk-7/state")) + bytes_of(at("info/deep/chk-7/manifest")));
  CHECK_INT(read.n_owners, COUNT_OF(check_owners));
  for (uint32_t i = 0; i < read.n_owners; i++) CHECK_STR(read.owners[i], check_owners[i]);
  /* A number is given once. */
  CHECK_INT(blocks_write(&b, at("info/deep"), 7, true, &wrote, &last), ERR_STATE);
  CHECK_INT(blocks_read(at("info/deep/chk-7"), &b, &last), OK);
  forget_error();
  blocks_free(&b);
  arena_deinit(&arena);
}

static void round_trip(const Blocks *b, uint64_t id) {
  CheckpointInfo info;
  char path[64];
  CHECK_INT(blocks_write(b, at("trip"), id, false, &info, &last), OK);
  snprintf(path, sizeof path, "trip/chk-%llu", (unsigned long long)id);
  CHECK_INT(blocks_read(at(path), b, &last), OK);
  CHECK(info.file_bytes < info.state_bytes + 4096 + info.state_bytes / 50);
}

static StateBlock *huge_block(size_t n) {
  StateBlock *block = calloc(1, sizeof *block);
  memcpy(block->section, "huge", 4);
  char *room = strbuf_reserve(&block->bytes, n);
  uint64_t seed = 9;
  for (size_t i = 0; i < n; i++) room[i] = (char)check_random(&seed);
  block->bytes.len = n;
  block->head_bytes = (uint32_t)n;
  return block;
}

/* None, empty, small, many frames, larger than a frame, not to be compressed. */
static void test_round_trips(void) {
  Blocks b = {0};
  round_trip(&b, 0);
  blocks_add(&b, 1, "nothing", 0, 0, 5);
  round_trip(&b, 1);
  blocks_add(&b, 0, "slice", 20, 0, 3);
  blocks_add(&b, 2, "a section of 23 letters", 1, 0, 4);
  round_trip(&b, 2);
  for (uint32_t i = 0; i < 6; i++) blocks_add(&b, i % 3, "table", 50000, i * 30, 6 + i);
  CHECK(b.n > 20);
  round_trip(&b, 3);
  blocks_take(&b.sink, huge_block(3 << 20));
  blocks_take(&b.sink, huge_block((1 << 20) - 56));
  blocks_take(&b.sink, huge_block(1));
  round_trip(&b, UINT64_MAX);
  blocks_free(&b);
}

static void test_lock(void) {
  int fd = -1, second = -1;
  char want[1024];
  CHECK_INT(checkpoint_lock(at("locks"), "x", &fd, &last), OK);
  CHECK_INT(mode_of(at("locks/x")), 0700);
  CHECK_INT(checkpoint_lock(at("locks"), "x", &second, &last), ERR_STATE);
  snprintf(want, sizeof want,
           "job \"x\" is running in process %ld (its checkpoints are in %s/locks/x)",
           (long)getpid(), test_dir);
  CHECK_STR(last.msg, want);
  forget_error();
  CHECK_INT(second, -1);
  CHECK_INT(checkpoint_lock(at("locks"), "y", &second, &last), OK);
  close(second);
  close(fd);
  CHECK_INT(checkpoint_lock(at("locks"), "x", &fd, &last), OK);
  close(fd);
}

/* What a crash has left goes when the lock is taken; what is not weir's is not touched. */
static void test_debris(void) {
  int fd = -1;
  mkdir(at("debris"), 0755);
  mkdir(at("debris/x"), 0755);
  mkdir(at("debris/x/chk-3"), 0755);
  mkdir(at("debris/x/.chk-4.inprogress"), 0755);
  put_text(at("debris/x/.chk-4.inprogress/state"), "half");
  mkdir(at("debris/x/.chk-2.removed"), 0755);
  put_text(at("debris/x/.chk-2.removed/manifest"), "half");
  mkdir(at("debris/x/.chk-04.inprogress"), 0755);
  put_text(at("debris/x/.chk-.removed"), "a file");
  CHECK_INT(checkpoint_lock(at("debris"), "x", &fd, &last), OK);
  CHECK_STR(names_in(at("debris/x")), ".chk-.removed .chk-04.inprogress chk-3 lock ");
  close(fd);
  mkdir(at("debris/x/.chk-5.inprogress"), 0755);
  put_text(at("debris/x/.chk-5.inprogress/letter"), "not weir's");
  CHECK_INT(checkpoint_lock(at("debris"), "x", &fd, &last), ERR_IO);
  CHECK(strstr(last.msg, "cannot remove directory") != NULL);
  CHECK_STR(text_in(at("debris/x/.chk-5.inprogress/letter")), "not weir's");
  forget_error();
}

static void check_list(Arena *arena, const char *job, const char *want) {
  const char **paths;
  uint32_t n;
  char got[1024] = "";
  Code code = job != NULL ? checkpoint_list(arena, at("kept"), job, &paths, &n, &last)
                          : checkpoint_list_all(arena, at("kept"), &paths, &n, &last);
  CHECK_INT(code, OK);
  for (uint32_t i = 0; code == OK && i < n; i++) {
    size_t len = strlen(got);
    snprintf(got + len, sizeof got - len, "%s ", paths[i] + strlen(at("kept")) + 1);
  }
  CHECK_STR(got, want);
}

static void test_list_and_retain(void) {
  Blocks b = {0};
  Arena arena = {0};
  CheckpointInfo info;
  blocks_add(&b, 0, "slice", 10, 0, 1);
  check_list(&arena, "x", "");
  for (uint64_t id = 8; id <= 12; id++) {
    CHECK_INT(blocks_write(&b, at("kept/x"), id, id == 9, &info, &last), OK);
  }
  CHECK_INT(blocks_write(&b, at("kept"), 3, false, &info, &last), OK);
  CHECK_INT(blocks_write(&b, at("kept/a job"), 1, false, &info, &last), OK);
  mkdir(at("kept/x/chk-007"), 0755);
  mkdir(at("kept/x/chk--1"), 0755);
  mkdir(at("kept/x/.chk-7.inprogress"), 0755);
  put_text(at("kept/notes.txt"), "mine");
  check_list(&arena, "x", "x/chk-8 x/chk-9 x/chk-10 x/chk-11 x/chk-12 ");
  check_list(&arena, NULL, "chk-3 a job/chk-1 x/chk-8 x/chk-9 x/chk-10 x/chk-11 x/chk-12 ");
  put_text(at("kept/x/chk-10/manifest"), "damaged");
  CHECK_INT(checkpoint_retain(at("kept"), "x", 2, &last), OK);
  /* 9 is a savepoint, and nobody knows what 10 is. */
  check_list(&arena, "x", "x/chk-9 x/chk-10 x/chk-11 x/chk-12 ");
  CHECK_INT(checkpoint_retain(at("kept"), "x", 1, &last), OK);
  check_list(&arena, "x", "x/chk-9 x/chk-10 x/chk-12 ");
  CHECK_STR(names_in(at("kept/x")), ".chk-7.inprogress chk--1 chk-007 chk-10 chk-12 chk-9 ");
  CHECK_INT(blocks_read(at("kept/x/chk-12"), &b, &last), OK);
  blocks_free(&b);
  arena_deinit(&arena);
}

static void test_dump(void) {
  Blocks b = {0};
  CheckpointInfo info;
  StrBuf out = {0}, want = {0};
  blocks_add(&b, 2, "slice", 30000, 0, 1);
  blocks_add(&b, 1, "position", 0, 0, 2);
  blocks_add(&b, 2, "timers", 5, 0, 3);
  CHECK_INT(blocks_write(&b, at("dump"), 5, false, &info, &last), OK);
  CHECK_INT(checkpoint_dump(at("dump/chk-5"), &out, &last), OK);
  strbuf_printf(
      &want,
      "checkpoint   %s/dump/chk-5\n"
      "kind         checkpoint\n"
      "id           5\n"
      "time         2023-11-14 22:13:20.000 UTC\n"
      "job          a job\n"
      "epochs       77\n"
      "input        goes on\n"
      "parallelism  3\n"
      "state        %llu bytes\n"
      "on disk      %llu bytes\n"
      "weir         0.1.0\n"
      "\n"
      "operator WINDOW_AGG[COUNT(*)]\n"
      "  nothing\n"
      "\n"
      "sink out\n"
      "  position v3                      1 blocks           0 entries              8 bytes\n"
      "\n"
      "split a.csv\\nof two lines\n"
      "  slice v3                         3 blocks       30000 entries         720024 bytes\n"
      "  timers v3                        1 blocks           5 entries            128 bytes\n"
      "\n"
      "\n"
      "  nothing\n",
      test_dir, (unsigned long long)info.state_bytes, (unsigned long long)info.file_bytes);
  CHECK_STR(strbuf_text(&out), strbuf_text(&want));
  strbuf_clear(&out);
  CHECK_INT(checkpoint_dump(at("dump"), &out, &last), ERR_STATE);
  CHECK_STR(strbuf_text(&out), "");
  forget_error();
  put_text(at("dump/chk-5/state"), "damaged");
  CHECK_INT(checkpoint_dump(at("dump/chk-5"), &out, &last), ERR_STATE);
  CHECK(strstr(strbuf_text(&out), "epochs       77\n") != NULL);
  forget_error();
  strbuf_deinit(&out);
  strbuf_deinit(&want);
  blocks_free(&b);
}

static void test_kinds(void) {
  CHECK_STR(checkpoint_kind(&(CheckpointInfo){0}), "checkpoint");
  CHECK_STR(checkpoint_kind(&(CheckpointInfo){.finished = true}), "finished");
  CHECK_STR(checkpoint_kind(&(CheckpointInfo){.finished = true, .savepoint = true}), "savepoint");
}

int main(void) {
  test_dir_make();
  test_info();
  test_round_trips();
  test_lock();
  test_debris();
  test_list_and_retain();
  test_dump();
  test_kinds();
  CHECK_STR(last.msg, "");
  test_dir_remove();
  return check_done();
}
