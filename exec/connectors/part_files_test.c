/* part_files_test.c -- parts and partitions: when they roll, by size and by time, more of them than
 * descriptors, and success files.  What happens when something fails is in file_state_test.c. */
#include "exec/connectors/conn_file.h"
#include "exec/connectors/test_files.h"

static Error last;
static Micros now_us; /* of both clocks */
static Micros fake_clock(void) { return now_us; }
static int no_fsync(int fd) {
  (void)fd;
  return 0;
}

typedef struct Job {
  OptionPairs pairs;
  SinkSpec spec;
  Sink *sink;
  uint64_t checkpoint;
} Job;

/* More options: key, value ..., NULL. */
static void begin(Job *j, const char *path, bool partitioned, bool checkpointing,
                  const char *const *more) {
  static const uint32_t column = 0;
  const char *pairs[32] = {"connector", "filesystem", "format", "csv", "path", path};
  for (size_t i = 0; more[i] != NULL; i++) pairs[6 + i] = more[i];
  last = (Error){0};
  *j = (Job){.spec = {.table = "t", .checkpointing = checkpointing, .span = {9, 1}}};
  j->spec.options = options_of(&j->pairs, pairs);
  if (partitioned) j->spec.partition_by = &column, j->spec.n_partition_by = 1;
  CHECK_INT(FILE_SINK.open(&j->spec, &j->sink, &last), OK);
}

static void put(Job *j, const char *partition, const char *rows) {
  CHECK_INT(FILE_SINK.write(j->sink, str_of(partition), rows, strlen(rows), &last), OK);
}

static bool drop(StateSink *to, StateBlock *block) {
  (void)to;
  state_block_free(block);
  return true;
}

static void checkpoint(Job *j, bool is_last) {
  StateSink to = {.take = drop};
  StateOut out;
  state_begin(&out, &to, "sink", 1);
  CHECK_INT(FILE_SINK.prepare(j->sink, j->checkpoint, is_last, &out, &last), OK);
  CHECK(state_end(&out));
  CHECK_INT(FILE_SINK.commit(j->sink, j->checkpoint++, &last), OK);
}

static void end(Job *j) {
  if (j->spec.checkpointing) checkpoint(j, true);
  CHECK_INT(FILE_SINK.close(j->sink, true, &last), OK);
}

#define WITH(...) ((const char *const[]){__VA_ARGS__, NULL})

/* A part ends behind the row that fills it, however the rows come; a line break in quotes is not
 * the end of a row. */
static void test_size(void) {
  const char rows[] = "1\n\"2\n2\"\n3\n\n4\n";
  const size_t ends[] = {0, 2, 8, 10, 11, 13};
  for (size_t i = 0; i < COUNT_OF(ends); i++) {
    Job j;
    const size_t first = ends[i]; /* rows up to there come first, then the others */
    begin(&j, at("size"), false, false, WITH("sink.rolling-policy.file-size", "3"));
    char part[sizeof rows];
    snprintf(part, first + 1, "%s", rows);
    put(&j, "", part);
    put(&j, "", rows + first);
    end(&j);
    CHECK_STR(names_in(at("size")), "part-0-0 part-0-1 part-0-2 ");
    CHECK_STR(text_in(at("size/part-0-0")), "1\n\"2\n2\"\n");
    CHECK_STR(text_in(at("size/part-0-1")), "3\n\n");
    CHECK_STR(text_in(at("size/part-0-2")), "4\n");
    remove_tree(at("size"));
  }
}

static void test_time(void) {
  Job j;
  begin(&j, at("time"), false, true,
        WITH("sink.rolling-policy.rollover-interval", "10 s",
             "sink.rolling-policy.inactivity-interval", "4 s", "sink.rolling-policy.check-interval",
             "1 s"));
  checkpoint(&j, false);
  for (int i = 0; i < 13; i++) { /* open for ten seconds, and written in each */
    put(&j, "", "x\n");
    now_us += MICROS_PER_SECOND;
  }
  CHECK_STR(names_in(at("time")), ".part-0-0.inprogress .part-0-1.inprogress ");
  checkpoint(&j, false); /* shows the first, which is complete */
  CHECK_STR(names_in(at("time")), ".part-0-1.inprogress part-0-0 ");
  CHECK_INT(strlen(text_in(at("time/part-0-0"))), 2 * 11);
  now_us += 2 * MICROS_PER_SECOND;
  checkpoint(&j, false);
  CHECK_STR(names_in(at("time")), ".part-0-1.inprogress part-0-0 ");
  now_us += 3 * MICROS_PER_SECOND; /* silent for too long */
  CHECK_INT(FILE_SINK.flush(j.sink, &last), OK);
  checkpoint(&j, false);
  CHECK_STR(names_in(at("time")), "part-0-0 part-0-1 ");
  end(&j);
  CHECK_STR(names_in(at("time")), "part-0-0 part-0-1 ");
}

/* More open parts than descriptors; each is taken up again where it was left. */
static void test_many(void) {
  enum { N = 150, ROUNDS = 3 };
  Job j;
  begin(&j, at("many"), true, true, WITH("sink.rolling-policy.file-size", "1MB"));
  checkpoint(&j, false);
  for (int round = 0; round < ROUNDS; round++) {
    for (int i = 0; i < N; i++) {
      char partition[16], row[16];
      snprintf(partition, sizeof partition, "k=%d", i);
      snprintf(row, sizeof row, "%d\n", round);
      put(&j, partition, row);
    }
    checkpoint(&j, false);
  }
  CHECK_STR(names_in(at("many/k=77")), ".part-0-0.inprogress ");
  end(&j);
  for (int i = 0; i < N; i++) {
    char path[64];
    snprintf(path, sizeof path, "many/k=%d/part-0-0", i);
    CHECK_STR(text_in(at(path)), "0\n1\n2\n");
  }
}

/* A partition has its success file once its rows can be seen, and again for late ones. */
static void test_success(void) {
  Job j;
  begin(&j, at("s"), true, true,
        WITH("sink.partition-commit.policy.kind", "success-file", "sink.partition-commit.delay",
             "5 s", "sink.partition-commit.success-file.name", "_done"));
  checkpoint(&j, false);
  put(&j, "k=1", "1\n");
  now_us += 3 * MICROS_PER_SECOND;
  put(&j, "k=2", "2\n");
  checkpoint(&j, false);
  CHECK_STR(names_in(at("s/k=1")), ".part-0-0.inprogress ");
  now_us += 3 * MICROS_PER_SECOND;
  checkpoint(&j, false);
  CHECK_STR(names_in(at("s/k=1")), "_done part-0-0 ");
  CHECK_STR(names_in(at("s/k=2")), ".part-0-0.inprogress ");
  CHECK_STR(text_in(at("s/k=1/_done")), "");
  sys.unlink(at("s/k=1/_done"));
  put(&j, "k=1", "late\n");
  checkpoint(&j, false);
  CHECK_STR(names_in(at("s/k=1")), ".part-0-1.inprogress part-0-0 ");
  end(&j);
  CHECK_STR(names_in(at("s/k=1")), "_done part-0-0 part-0-1 ");
  CHECK_STR(names_in(at("s/k=2")), "_done part-0-0 ");
  /* Without checkpoints the end commits all that has got rows. */
  begin(&j, at("s"), true, false, WITH("sink.partition-commit.policy.kind", "success-file"));
  put(&j, "k=2", "3\n");
  end(&j);
  CHECK_STR(names_in(at("s/k=1")), "_done part-0-0 part-0-1 ");
  CHECK_STR(names_in(at("s/k=2")), "_SUCCESS _done part-0-0 part-0-1 ");
}

/* Who reads may remove an old partition while it is written. */
static void test_removed(void) {
  Job j;
  begin(&j, at("r"), true, true, WITH("sink.rolling-policy.file-size", "1"));
  checkpoint(&j, false);
  put(&j, "k=1", "1\n");
  checkpoint(&j, false);
  remove_tree(at("r/k=1"));
  put(&j, "k=1", "2\n");
  end(&j);
  CHECK_STR(names_in(at("r/k=1")), "part-0-1 ");
}

int main(void) {
  test_dir_make();
  sys.fsync = no_fsync;
  sys.mono_us = sys.wall_us = fake_clock;
  test_size();
  test_time();
  test_many();
  test_success();
  test_removed();
  test_dir_remove();
  return check_done();
}
