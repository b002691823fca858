/* file_state_test.c -- checkpoints of the filesystem sink: whatever dies, and whenever, the files
 * are in the end those of a run that nothing disturbed, and nobody sees a row before it is
 * committed.
 *
 * The source of the rows is a list with a position; a run goes from the last decided checkpoint's
 * position.  A crash is a system call that does half of its work, after which all calls fail.
 */
#include <errno.h>

#include "exec/connectors/conn_file.h"
#include "exec/connectors/test_files.h"
#include "exec/data/rng.h"

enum { ROWS = 60, PARTITIONS = 3 };

static Error last;

/* --- a job ---------------------------------------------------------------------------------- */

typedef struct Kind {
  const char *path;
  bool overwrite, partitioned;
  const char *roll;
  bool success_files;
} Kind;

/* A decided checkpoint. */
typedef struct Checkpoint {
  bool there, last;
  uint64_t id;
  uint32_t position;
  StateBlock *blocks[64];
  uint32_t n;
} Checkpoint;

typedef struct Job {
  OptionPairs pairs;
  SinkSpec spec;
  Sink *sink;
  Kind kind;
  uint32_t position;
  Checkpoint decided;
} Job;

static uint64_t rng;
static uint64_t rnd(uint64_t n) { return rng_next(&rng) % n; }

static void checkpoint_drop(Checkpoint *c) {
  for (uint32_t i = 0; i < c->n; i++) state_block_free(c->blocks[i]);
  *c = (Checkpoint){0};
}

typedef struct Keeper {
  StateSink sink;
  Checkpoint *to;
} Keeper;
static bool keep(StateSink *to, StateBlock *block) {
  Checkpoint *c = ((Keeper *)to)->to;
  c->blocks[c->n++] = block;
  return true;
}

static void job_init(Job *j, Kind kind) {
  static const uint32_t column = 1;
  *j = (Job){.kind = kind};
  j->spec = (SinkSpec){.table = "t",
                       .overwrite = kind.overwrite,
                       .checkpointing = true,
                       .header = STR("h\n"),
                       .span = {9, 1}};
  if (kind.partitioned) j->spec.partition_by = &column, j->spec.n_partition_by = 1;
  const char *policy = kind.success_files ? "sink.partition-commit.policy.kind" : NULL;
  j->spec.options = OPTIONS_OF(&j->pairs, "connector", "filesystem", "format", "csv", "path",
                               kind.path, "sink.rolling-policy.file-size", kind.roll,
                               "sink.partition-commit.delay", "1 d", policy, "success-file");
}

/* Row i: its length and its partition depend on i alone; some have a line break inside. */
static const char *row_text(uint32_t i) {
  static char text[64];
  snprintf(text, sizeof text, i % 7 == 3 ? "\"%u\n%.*s\"\n" : "%u,%.*s\n", i, (int)(i * 5 % 13),
           "abcdefghijklm");
  return text;
}
static uint32_t row_partition(uint32_t i) { return i < 8 ? 0 : i * i % PARTITIONS; }

/* Up to n rows of one partition in one call. */
static Code write_rows(Job *j, uint32_t n) {
  StrBuf bytes = {0};
  Str partition = STR("");
  uint32_t of = row_partition(j->position);
  if (j->kind.partitioned) partition = (Str[]){STR("p=0"), STR("p=1"), STR("p=2")}[of];
  do {
    strbuf_puts(&bytes, row_text(j->position));
    j->position++;
    n--;
  } while (n > 0 && j->position < ROWS &&
           (!j->kind.partitioned || row_partition(j->position) == of));
  Code code = FILE_SINK.write(j->sink, partition, bytes.data, bytes.len, &last);
  strbuf_deinit(&bytes);
  return code;
}

static Code prepare(Job *j, uint64_t id, bool is_last, Checkpoint *c) {
  Keeper keeper = {.sink.take = keep, .to = c};
  StateOut out;
  *c = (Checkpoint){.there = true, .last = is_last, .id = id, .position = j->position};
  state_begin(&out, &keeper.sink, "sink", 1);
  Code code = FILE_SINK.prepare(j->sink, id, is_last, &out, &last);
  if (!state_end(&out) && code == OK) code = ERR_MEMORY;
  return code;
}

/* One checkpoint; perhaps it is given up before it is decided. */
static Code checkpoint(Job *j, bool is_last, bool give_up) {
  Checkpoint c;
  uint64_t id = j->decided.there ? j->decided.id + 1 : 0;
  Code code = prepare(j, id, is_last, &c);
  if (code != OK || give_up) {
    checkpoint_drop(&c);
    return code;
  }
  checkpoint_drop(&j->decided);
  j->decided = c;
  if (!is_last && rnd(3) == 0 && j->position < ROWS) TRY(write_rows(j, 1));
  return FILE_SINK.commit(j->sink, id, &last);
}

static Code restore(Job *j) {
  Checkpoint *c = &j->decided;
  Code code = OK;
  for (uint32_t i = 0; i < c->n && code == OK; i++) {
    StateIn in;
    state_in_init(&in, c->blocks[i], 0, UINT64_MAX);
    code = FILE_SINK.restore(j->sink, c->id, &in, i + 1 == c->n, &last);
  }
  j->position = c->position;
  return code;
}

/* From the last decided checkpoint to the end.  batch 0: rows and checkpoints at random. */
static Code run(Job *j) {
  last = (Error){.code = OK};
  j->position = 0;
  Code code = FILE_SINK.open(&j->spec, &j->sink, &last);
  if (code != OK) return code;
  code = j->decided.there ? restore(j) : checkpoint(j, false, false);
  while (code == OK && j->position < ROWS) {
    uint64_t step = rnd(8);
    if (step < 6) {
      code = write_rows(j, 1 + (uint32_t)rnd(9));
    } else if (step == 6) {
      code = FILE_SINK.flush(j->sink, &last);
    } else {
      code = checkpoint(j, false, rnd(4) == 0);
    }
  }
  if (code == OK && !j->decided.last) code = checkpoint(j, true, false);
  Code closed = FILE_SINK.close(j->sink, code == OK, &last);
  return code != OK ? code : closed;
}

/* --- what is on the disk -------------------------------------------------------------------- */

/* "name: contents" of all files below dir.  hidden: those too that nobody reads. */
static void print_tree(const char *dir, const char *below, bool hidden, StrBuf *out) {
  char **names = NULL, path[2048], name[1024];
  struct stat st;
  snprintf(path, sizeof path, "%s/%s", dir, below);
  if (stat(path, &st) != 0) return;
  if (!S_ISDIR(st.st_mode)) {
    strbuf_printf(out, "%s: %s\n", below, text_in(path));
    return;
  }
  ssize_t n = real_sys.list(path, &names);
  for (ssize_t i = 0; i < n; i++) {
    snprintf(name, sizeof name, "%s%s%s", below, *below != '\0' ? "/" : "", names[i]);
    if (hidden || names[i][0] != '.') print_tree(dir, name, hidden, out);
    free(names[i]);
  }
  free(names);
}

static char *tree(const char *name, bool hidden) {
  StrBuf out = {0};
  strbuf_puts(&out, ""); /* so that there is a text */
  print_tree(at(name), "", hidden, &out);
  return out.data != NULL ? out.data : strdup("");
}

/* Every line of the tree stands in the final one. */
static bool is_part_of(const char *now, const char *final) {
  while (*now != '\0') {
    const char *end = strstr(now, "\n\n"); /* a file ends in a newline, and then there is one */
    size_t n = (size_t)(end - now) + 2;
    if (memmem(final, strlen(final), now, n) == NULL) return false;
    now += n;
  }
  return true;
}

/* The highest row that the tree shows. */
static uint32_t rows_seen(const char *text) {
  uint32_t seen = 0;
  for (uint32_t i = 0; i < ROWS; i++) {
    char row[72];
    snprintf(row, sizeof row, "\n%s", row_text(i));
    if (strstr(text, row) != NULL) seen = i + 1;
  }
  return seen;
}

/* Parts that can be seen are complete, and their rows are committed. */
static void check_seen(const Job *j, const char *name, const char *final) {
  char *now = tree(name, false);
  if (!is_part_of(now, final)) {
    printf("%s\n-- is not a part of\n%s", now, final);
    CHECK(!"what can be seen is of the undisturbed run");
  }
  CHECK(rows_seen(now) <= j->decided.position);
  free(now);
}

/* --- crashes and faults --------------------------------------------------------------------- */

static uint64_t calls, fault_at; /* fault_at UINT64_MAX: never */
static bool dies;                /* from then on all calls fail, as if the process were gone */
static bool forever;             /* from then on all fail, and the process sees it */
static int fault_errno;

static bool faulty(void) {
  calls++;
  return calls == fault_at || (calls > fault_at && (dies || forever));
}
#define FAULT            \
  if (faulty()) {        \
    errno = fault_errno; \
    return -1;           \
  }
static ssize_t f_write(int fd, const void *buf, size_t n) {
  if (faulty()) {
    if (calls == fault_at && n > 1) real_sys.write(fd, buf, n / 2);
    errno = fault_errno;
    return -1;
  }
  return real_sys.write(fd, buf, n);
}
static int f_fsync(int fd) { FAULT return real_sys.fsync(fd); }
static int f_rename(const char *from, const char *to) { FAULT return real_sys.rename(from, to); }
static int f_unlink(const char *path) { FAULT return real_sys.unlink(path); }
static int f_mkdir(const char *path, mode_t mode) { FAULT return real_sys.mkdir(path, mode); }
static int f_ftruncate(int fd, off_t n) { FAULT return real_sys.ftruncate(fd, n); }
static int f_open(const char *path, int flags, mode_t mode) {
  FAULT return real_sys.open(path, flags, mode);
}
static int f_stat(const char *path, struct stat *st) { FAULT return real_sys.stat(path, st); }
static int f_fstat(int fd, struct stat *st) { FAULT return real_sys.fstat(fd, st); }
static ssize_t f_pread(int fd, void *buf, size_t n, off_t offset) {
  FAULT return real_sys.pread(fd, buf, n, offset);
}
static ssize_t f_list(const char *path, char ***names) { FAULT return real_sys.list(path, names); }
static int f_close(int fd) {
  real_sys.close(fd);
  FAULT return 0;
}

static void faults_from(uint64_t call, bool process_dies, bool for_ever, int errnum) {
  calls = 0;
  fault_at = call;
  dies = process_dies;
  forever = for_ever;
  fault_errno = errnum;
  sys.write = f_write;
  sys.fsync = f_fsync;
  sys.rename = f_rename;
  sys.unlink = f_unlink;
  sys.mkdir = f_mkdir;
  sys.ftruncate = f_ftruncate;
  sys.open = f_open;
  sys.stat = f_stat;
  sys.fstat = f_fstat;
  sys.pread = f_pread;
  sys.list = f_list;
  sys.close = f_close;
}

/* --- the tests ------------------------------------------------------------------------------ */

/* What was there before the job: rows that are not its own, and what a killed job left. */
static void put_before(const char *name, const Kind *kind) {
  char path[1024];
  remove_tree(at(name));
  mkdir(at(name), 0777);
  if (strstr(kind->path, ".csv") != NULL) {
    snprintf(path, sizeof path, "%s/x.csv", at(name));
    put_text(path, "h\nold"); /* within a line */
    return;
  }
  snprintf(path, sizeof path, "%s/d", at(name));
  mkdir(path, 0777);
  if (kind->partitioned) {
    snprintf(path, sizeof path, "%s/d/p=1", at(name));
    mkdir(path, 0777);
  }
  size_t len = strlen(path);
  snprintf(path + len, sizeof path - len, "/part-0-0");
  put_text(path, "h\nold\n");
  snprintf(path + len, sizeof path - len, "/.part-0-3.inprogress");
  put_text(path, "h\nkilled");
}

/* Run to the end, with crashes or faults at random places on the way. */
static void disturbed(const Kind *kind, const char *name, const char *final, bool crash) {
  Job j;
  job_init(&j, *kind);
  uint32_t tries = 0;
  bool parts = strstr(kind->path, ".csv") == NULL;
  for (;; tries++) {
    uint64_t at_call = tries < 4 ? 1 + rnd(160) : UINT64_MAX;
    faults_from(at_call, crash, rnd(2) == 0, rnd(2) == 0 ? ENOSPC : EIO);
    Code code = run(&j);
    bool hit = calls >= at_call;
    faults_off();
    if (parts && !kind->overwrite) check_seen(&j, name, final);
    if (code == OK) break;
    CHECK(hit); /* else it should have worked */
    if (!hit) {
      printf("%s\n", last.msg);
      break;
    }
  }
  char *now = tree(name, true);
  if (strcmp(now, final) != 0) printf("%s, tried %u times, rolls at %s\n", name, tries, kind->roll);
  CHECK_STR(now, final);
  free(now);
  checkpoint_drop(&j.decided);
}

static void test_kind(Kind kind) {
  char path[1024];
  const char *name = kind.path;
  for (uint64_t seed = 1; seed <= 8; seed++) {
    const char *const dirs[] = {"calm", "wild", "ill"};
    char *final = NULL;
    for (uint32_t i = 0; i < 3; i++) {
      Kind k = kind;
      put_before(dirs[i], &kind);
      snprintf(path, sizeof path, "%s/%s", at(dirs[i]), name);
      k.path = path;
      rng = seed * 7919 + i;
      if (i > 0) {
        disturbed(&k, dirs[i], final, i == 1);
        continue;
      }
      Job j;
      job_init(&j, k);
      CHECK_INT(run(&j), OK);
      checkpoint_drop(&j.decided);
      final = tree(dirs[i], true);
      CHECK(strstr(final, "inprogress") == NULL || !kind.overwrite);
    }
    free(final);
  }
}

/* --- files that are not as the checkpoint left them ------------------------------------------ */

/* Some rows, a checkpoint, more rows, and then the process is gone. */
static void half(Job *j, Kind kind) {
  job_init(j, kind);
  CHECK_INT(FILE_SINK.open(&j->spec, &j->sink, &last), OK);
  CHECK_INT(checkpoint(j, false, false), OK);
  CHECK_INT(write_rows(j, 9), OK);
  CHECK_INT(checkpoint(j, false, false), OK);
  CHECK_INT(write_rows(j, 9), OK);
  CHECK_INT(FILE_SINK.close(j->sink, false, &last), OK);
}

static void refused(Job *j, const char *why) {
  last = (Error){.code = OK};
  CHECK_INT(FILE_SINK.open(&j->spec, &j->sink, &last), OK);
  CHECK_INT(restore(j), ERR_STATE);
  if (strstr(last.msg, why) == NULL) CHECK_STR(last.msg, why);
  CHECK_INT(last.span.at, 9);
  CHECK_INT(FILE_SINK.close(j->sink, false, &last), OK);
}

static void test_changed_file(void) {
  Job j;
  const char *path = at("c.csv");
  half(&j, (Kind){path, false, false, "1MB", false});
  size_t len = strlen(text_in(path)) + 1;
  char *was = strdup(text_in(path));
  put_text(path, "h\n0,\n");
  refused(&j, "bytes, but");
  was[20] ^= 1; /* not shorter, but another one */
  put_text(path, was);
  refused(&j, "was replaced");
  sys.unlink(path);
  refused(&j, "is gone");
  was[20] ^= 1;
  put_bytes(path, was, len - 1);
  CHECK_INT(run(&j), OK); /* put back: it goes on */
  free(was);
  checkpoint_drop(&j.decided);
}

static void test_changed_parts(void) {
  Job j;
  half(&j, (Kind){at("c"), false, false, "60", false});
  put_text(at("c/part-0-5"), "mine\n");
  refused(&j, "was finished after the checkpoint was made");
  sys.unlink(at("c/part-0-5"));
  char *open = strdup(names_in(at("c")));
  CHECK_STR(open, ".part-0-1.inprogress part-0-0 ");
  put_text(at("c/.part-0-1.inprogress"), "h\n");
  refused(&j, "bytes, but");
  sys.unlink(at("c/.part-0-1.inprogress"));
  refused(&j, "is gone");
  free(open);
  remove_tree(at("c"));
  put_text(at("c"), "");
  refused(&j, "is one file, but was a directory of parts");
  checkpoint_drop(&j.decided);
}

/* Two sinks of one process in one directory: each has its number, also behind a restore. */
static void test_side_by_side(void) {
  Job a, b;
  Kind kind = {at("two"), false, false, "1MB", false};
  job_init(&a, kind);
  job_init(&b, kind);
  CHECK_INT(FILE_SINK.open(&a.spec, &a.sink, &last), OK);
  CHECK_INT(FILE_SINK.open(&b.spec, &b.sink, &last), OK);
  CHECK_INT(checkpoint(&a, false, false), OK);
  CHECK_INT(checkpoint(&b, false, false), OK);
  CHECK_INT(FILE_SINK.close(a.sink, false, &last), OK);
  CHECK_INT(FILE_SINK.close(b.sink, false, &last), OK);
  CHECK_INT(run(&b), OK);
  CHECK_INT(run(&a), OK);
  CHECK_STR(names_in(at("two")), "part-0-0 part-1-0 ");
  checkpoint_drop(&a.decided);
  checkpoint_drop(&b.decided);
}

/* A close that is to keep what no checkpoint has is no success. */
static void test_unprepared(void) {
  Job j;
  job_init(&j, (Kind){at("u"), false, false, "1MB", false});
  last = (Error){.code = OK};
  CHECK_INT(FILE_SINK.open(&j.spec, &j.sink, &last), OK);
  CHECK_INT(checkpoint(&j, false, false), OK);
  CHECK_INT(write_rows(&j, 9), OK);
  CHECK_INT(FILE_SINK.close(j.sink, true, &last), ERR_STATE);
  checkpoint_drop(&j.decided);
}

static void test_guarantee(void) {
  Job j;
  job_init(&j, (Kind){at("u"), false, false, "1MB", false});
  CHECK_STR(FILE_SINK.guarantee(&j.spec), "exactly once");
  job_init(&j, (Kind){"/dev/null", false, false, "1MB", false});
  CHECK_STR(FILE_SINK.guarantee(&j.spec), "at least once");
  CHECK_INT(run(&j), OK); /* and checkpoints do no harm */
  CHECK_INT(run(&j), OK);
  checkpoint_drop(&j.decided);
}

/* Nothing here loses power, and the disk is slow. */
static int no_fsync(int fd) {
  (void)fd;
  return 0;
}

int main(void) {
  test_dir_make();
  sys.fsync = no_fsync;
  faults_begin();
  const char *const rolls[] = {"1", "40", "1MB"};
  for (int i = 0; i < 3; i++) {
    for (int overwrite = 0; overwrite < 2; overwrite++) {
      test_kind((Kind){"d", overwrite, false, rolls[i], false});
      test_kind((Kind){"d", overwrite, true, rolls[i], i == 1});
    }
  }
  test_kind((Kind){"x.csv", false, false, "1", false});
  test_kind((Kind){"x.csv", true, false, "1", false});
  test_changed_file();
  test_changed_parts();
  test_side_by_side();
  test_unprepared();
  test_guarantee();
  test_dir_remove();
  return check_done();
}
