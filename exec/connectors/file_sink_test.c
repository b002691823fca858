/* file_sink_test.c -- one file and part files, appended to and replaced; full disks and other
 * faults, after which no torn row may be left. */
#include <errno.h>

#include "exec/connectors/conn_file.h"
#include "exec/connectors/test_files.h"

static Error last;

typedef struct Job {
  OptionPairs pairs;
  SinkSpec spec;
  Sink *sink;
} Job;

static Code begin_rolling(Job *j, const char *path, bool overwrite, const char *size) {
  last = (Error){0};
  j->sink = NULL;
  j->spec = (SinkSpec){.table = "t", .overwrite = overwrite, .header = STR("h\n"), .span = {9, 1}};
  j->spec.options = OPTIONS_OF(&j->pairs, "connector", "filesystem", "format", "csv", "path", path,
                               "sink.rolling-policy.file-size", size);
  return FILE_SINK.open(&j->spec, &j->sink, &last);
}
static Code begin(Job *j, const char *path, bool overwrite) {
  return begin_rolling(j, path, overwrite, "128MB");
}

static Code put(Job *j, const char *rows) {
  return FILE_SINK.write(j->sink, STR(""), rows, strlen(rows), &last);
}
static Code end(Job *j, bool commit) { return FILE_SINK.close(j->sink, commit, &last); }

/* All of it in one go. */
static Code run(const char *path, bool overwrite, const char *rows) {
  Job j;
  Code code = begin(&j, path, overwrite);
  if (code != OK) return code;
  code = put(&j, rows);
  Code closed = end(&j, code == OK);
  return code != OK ? code : closed;
}

static void test_one_file(void) {
  Job j;
  CHECK_INT(run(at("out.csv"), false, "1\n2\n"), OK);
  CHECK_STR(text_in(at("out.csv")), "h\n1\n2\n");
  CHECK_INT(run(at("out.csv"), false, "3\n"), OK);
  CHECK_STR(text_in(at("out.csv")), "h\n1\n2\n3\n");
  CHECK_INT(run(at("out.csv"), true, "4\n"), OK);
  CHECK_STR(text_in(at("out.csv")), "h\n4\n");
  put_text(at("OUT.JSONL"), "h\n5");
  CHECK_INT(run(at("OUT.JSONL"), false, "6\n"), OK);
  CHECK_STR(text_in(at("OUT.JSONL")), "h\n5\n6\n");
  put_text(at("noext"), ""); /* a file that is there is a file */
  CHECK_INT(run(at("noext"), false, "7\n"), OK);
  CHECK_STR(text_in(at("noext")), "h\n7\n");

  /* No rows: an empty table is a header, and replaces. */
  CHECK_INT(begin(&j, at("none.csv"), false), OK);
  CHECK_INT(end(&j, true), OK);
  CHECK_STR(text_in(at("none.csv")), "h\n");
  CHECK_INT(begin(&j, at("out.csv"), true), OK);
  CHECK_INT(end(&j, true), OK);
  CHECK_STR(text_in(at("out.csv")), "h\n");
  CHECK_STR(names_in(test_dir), "OUT.JSONL noext none.csv out.csv ");
}

/* INSERT INTO is seen as it goes; INSERT OVERWRITE at the end, all or nothing. */
static void test_visibility(void) {
  Job j;
  CHECK_INT(begin(&j, at("live.csv"), false), OK);
  CHECK_INT(put(&j, "1\n"), OK);
  CHECK_INT(FILE_SINK.flush(j.sink, &last), OK);
  CHECK_STR(text_in(at("live.csv")), "h\n1\n");
  CHECK_INT(end(&j, false), OK); /* the statement failed: what was written stays */
  CHECK_STR(text_in(at("live.csv")), "h\n1\n");
  CHECK_INT(begin(&j, at("live.csv"), true), OK);
  CHECK_INT(put(&j, "2\n"), OK);
  CHECK_INT(FILE_SINK.flush(j.sink, &last), OK);
  CHECK_STR(text_in(at("live.csv")), "h\n1\n");
  CHECK_STR(text_in(at(".live.csv.inprogress")), "h\n2\n");
  CHECK_INT(end(&j, false), OK);
  CHECK_STR(text_in(at("live.csv")), "h\n1\n");
  CHECK_STR(text_in(at(".live.csv.inprogress")), "(none)");
  CHECK_INT(begin(&j, at("fresh.csv"), false), OK);
  CHECK_INT(end(&j, false), OK); /* nothing written, made by us */
  CHECK_STR(text_in(at("fresh.csv")), "(none)");
  put_text(at("was.csv"), "");
  CHECK_INT(begin(&j, at("was.csv"), false), OK);
  CHECK_INT(end(&j, false), OK);
  CHECK_STR(text_in(at("was.csv")), "");
}

static void test_parts(void) {
  Job j;
  CHECK_INT(begin_rolling(&j, at("p/q/t"), false, "4"), OK); /* a header and two bytes */
  for (const char *const *row = (const char *const[]){"1\n", "2\n", "3\n", NULL}; *row; row++) {
    CHECK_INT(put(&j, *row), OK);
  }
  CHECK_STR(names_in(at("p/q/t")), "part-0-0 part-0-1 part-0-2 ");
  CHECK_INT(end(&j, true), OK);
  CHECK_STR(names_in(at("p/q/t")), "part-0-0 part-0-1 part-0-2 ");
  CHECK_STR(text_in(at("p/q/t/part-0-1")), "h\n2\n");
  /* The next INSERT INTO goes on behind, also behind one that was killed. */
  put_text(at("p/q/t/.part-0-7.inprogress"), "x");
  CHECK_INT(run(at("p/q/t"), false, "4\n5\n"), OK);
  CHECK_STR(names_in(at("p/q/t")), ".part-0-7.inprogress part-0-0 part-0-1 part-0-2 part-0-8 ");
  CHECK_STR(text_in(at("p/q/t/part-0-8")), "h\n4\n5\n");
  /* A failed OVERWRITE changes nothing. */
  CHECK_INT(begin_rolling(&j, at("p/q/t"), true, "1"), OK);
  CHECK_INT(put(&j, "6\n"), OK);
  CHECK_INT(put(&j, "7\n"), OK);
  CHECK_INT(end(&j, false), OK);
  CHECK_STR(names_in(at("p/q/t")), ".part-0-7.inprogress part-0-0 part-0-1 part-0-2 part-0-8 ");
  CHECK_STR(text_in(at("p/q/t/part-0-0")), "h\n1\n");
  /* One that succeeds leaves its parts alone. */
  CHECK_INT(begin_rolling(&j, at("p/q/t"), true, "1"), OK);
  CHECK_INT(put(&j, "6\n"), OK);
  CHECK_INT(put(&j, "7\n"), OK);
  CHECK_STR(text_in(at("p/q/t/part-0-0")), "h\n1\n");
  CHECK_INT(end(&j, true), OK);
  CHECK_STR(names_in(at("p/q/t")), "part-0-0 part-0-1 ");
  CHECK_STR(text_in(at("p/q/t/part-0-0")), "h\n6\n");
  CHECK_STR(text_in(at("p/q/t/part-0-1")), "h\n7\n");
  /* Files that are not weir's are not removed, and not overlooked. */
  put_text(at("p/q/t/mine.csv"), "x");
  CHECK_INT(begin(&j, at("p/q/t"), true), ERR_UNSUPPORTED);
  CHECK(strstr(last.msg, "mine.csv") != NULL);
  /* No rows: no parts. */
  CHECK_INT(begin(&j, at("void"), false), OK);
  CHECK_INT(end(&j, true), OK);
  CHECK_STR(names_in(at("void")), "");
}

static void test_refused(void) {
  Job j;
  CHECK_INT(begin(&j, at("o.csv.gz"), false), ERR_UNSUPPORTED);
  CHECK_INT(begin(&j, at("o.ZST"), true), ERR_UNSUPPORTED);
  CHECK_INT(begin(&j, at("*.csv"), false), ERR_UNSUPPORTED);
  CHECK_INT(begin(&j, at("nodir/o.csv"), false), ERR_IO);
  CHECK(strstr(last.msg, "nodir/o.csv\": no such file or directory") != NULL);
  CHECK(strstr(last.hint, "there is no directory") != NULL);
  CHECK_INT(begin(&j, at("nodir/o.csv"), true), ERR_IO);
  put_text(at("f.csv"), "");
  CHECK_INT(begin(&j, at("f.csv/o"), false), ERR_IO);
  CHECK_INT(last.span.at, 9);
  CHECK_INT(run("/dev/full", false, "1\n"), ERR_IO);
  CHECK_STR(last.msg, "cannot write \"/dev/full\": no space left on device");
  CHECK_INT(run("/dev/null", true, "1\n"), OK);
}

/* Two INSERTs at once: into a directory, but not into one file. */
static void test_two_writers(void) {
  Job a, b;
  CHECK_INT(begin(&a, at("two.csv"), false), OK);
  CHECK_INT(begin(&b, at("two.csv"), false), ERR_UNSUPPORTED);
  CHECK_INT(begin(&b, at("two.csv"), true), ERR_UNSUPPORTED);
  CHECK_INT(put(&a, "1\n"), OK);
  CHECK_INT(end(&a, true), OK);
  CHECK_INT(run(at("two.csv"), false, "2\n"), OK);
  CHECK_STR(text_in(at("two.csv")), "h\n1\n2\n");
  CHECK_INT(begin(&a, at("two"), false), OK);
  CHECK_INT(begin(&b, at("two"), false), OK);
  CHECK_INT(put(&a, "1\n"), OK);
  CHECK_INT(put(&b, "2\n"), OK);
  CHECK_INT(end(&a, true), OK);
  CHECK_INT(end(&b, true), OK);
  CHECK_STR(names_in(at("two")), "part-0-0 part-1-0 ");
  CHECK_INT(begin(&a, at("two"), false), OK); /* looks, and writes when b is done */
  CHECK_INT(run(at("two"), false, "3\n"), OK);
  CHECK_INT(put(&a, "4\n"), OK);
  CHECK_INT(end(&a, true), OK);
  CHECK_STR(names_in(at("two")), "part-0-0 part-0-1 part-1-0 part-1-1 ");
  CHECK_STR(text_in(at("two/part-1-1")), "h\n3\n");
  CHECK_STR(text_in(at("two/part-0-1")), "h\n4\n");
  CHECK_INT(begin(&a, at("two"), true), OK);
  CHECK_INT(begin(&b, at("two"), true), ERR_UNSUPPORTED);
  CHECK_INT(end(&a, false), OK);
}

/* --- faults -------------------------------------------------------------------------------- */

static uint64_t disk_room; /* bytes that still fit */
static ssize_t full_write(int fd, const void *buf, size_t n) {
  if (disk_room == 0) return errno = ENOSPC, -1;
  if (n > disk_room) n = disk_room;
  disk_room -= n;
  return real_sys.write(fd, buf, n);
}
static ssize_t short_write(int fd, const void *buf, size_t n) {
  static int calls;
  if (++calls % 2 == 0) return errno = EINTR, -1;
  return real_sys.write(fd, buf, n > 3 ? 3 : n);
}
static int bad_fsync(int fd) {
  (void)fd;
  return errno = EIO, -1;
}
static int bad_close(int fd) {
  real_sys.close(fd);
  return errno = EDQUOT, -1;
}
static int bad_rename(const char *from, const char *to) {
  (void)from;
  (void)to;
  return errno = EACCES, -1;
}
static int bad_open(const char *path, int flags, mode_t mode) {
  if (flags & (O_WRONLY | O_RDWR)) return errno = EACCES, -1;
  return real_sys.open(path, flags, mode);
}

/* Twenty rows of ten bytes into room for each number of bytes: what stays is whole rows. */
static void test_full_disk(void) {
  Job j;
  for (uint64_t room = 0; room < 220; room += 7) {
    put_text(at("full.csv"), "h\n1\n");
    disk_room = room;
    sys.write = full_write;
    CHECK_INT(begin(&j, at("full.csv"), false), OK);
    Code code = OK;
    for (int i = 0; i < 20 && code == OK; i++) {
      code = put(&j, "123456789\n");
      if (code == OK) code = FILE_SINK.flush(j.sink, &last);
    }
    CHECK_INT(code, room < 200 ? ERR_IO : OK);
    if (code != OK) CHECK(strstr(last.msg, "no space left on device") != NULL);
    Code closed = end(&j, true); /* even if nobody listened */
    CHECK_INT(closed, code);
    faults_off();
    size_t len = strlen(text_in(at("full.csv")));
    CHECK_INT(len, 4 + (room < 200 ? room / 10 * 10 : 200));
  }
  disk_room = 3;
  sys.write = full_write;
  CHECK_INT(run(at("full.csv"), true, "1\n2\n3\n"), ERR_IO);
  faults_off();
  CHECK_INT(strlen(text_in(at("full.csv"))), 204);
  CHECK_STR(text_in(at(".full.csv.inprogress")), "(none)");
}

static void test_other_faults(void) {
  put_text(at("x.csv"), "old\n");
  sys.write = short_write;
  CHECK_INT(run(at("short.csv"), false, "123456789\n"), OK);
  faults_off();
  CHECK_STR(text_in(at("short.csv")), "h\n123456789\n");
  for (int i = 0; i < 4; i++) {
    if (i == 0) sys.fsync = bad_fsync;
    if (i == 1) sys.close = bad_close;
    if (i == 2) sys.rename = bad_rename;
    if (i == 3) sys.open = bad_open;
    CHECK_INT(run(at("x.csv"), true, "1\n"), ERR_IO);
    faults_off();
    CHECK_STR(text_in(at("x.csv")), "old\n");
    CHECK_STR(text_in(at(".x.csv.inprogress")), "(none)");
  }
  sys.fsync = bad_fsync;
  CHECK_INT(run(at("x.csv"), false, "1\n"), ERR_IO);
  CHECK(strstr(last.msg, "cannot sync") != NULL);
  CHECK_INT(run(at("parts"), false, "1\n"), ERR_IO);
  faults_off();
  sys.close = bad_close;
  CHECK_INT(run(at("x.csv"), false, "1\n"), ERR_IO);
  faults_off();
  sys.rename = bad_rename;
  CHECK_INT(run(at("parts"), false, "1\n"), ERR_IO);
  CHECK_INT(run(at("newparts"), true, "1\n"), ERR_IO);
  faults_off();
}

int main(void) {
  test_dir_make();
  faults_begin();
  test_one_file();
  test_visibility();
  test_parts();
  test_refused();
  test_two_writers();
  test_full_disk();
  test_other_faults();
  test_dir_remove();
  return check_done();
}
