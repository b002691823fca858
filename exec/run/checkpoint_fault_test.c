/* checkpoint_fault_test.c -- full disks, bad disks and crashes at every call that makes a
 * checkpoint.
 *
 * The scenario is a job that has chk-1 and makes chk-2.  Whatever fails: the failure is told,
 * what has the name of a checkpoint is one, and the next try succeeds.
 */
#include <errno.h>
#include <sys/wait.h>

#include "exec/run/checkpoint_check.h"

typedef enum Call {
  CALL_OPEN,
  CALL_WRITE,
  CALL_FSYNC,
  CALL_RENAME,
  CALL_MKDIR,
  CALL_UNLINK,
  CALL_RMDIR,
  CALL_LIST,
  CALL_READ,
  CALL_COUNT
} Call;

static struct {
  uint64_t counts[CALL_COUNT], all; /* calls so far */
  Call kind;
  uint64_t at; /* the call of this kind fails; 0: none does */
  bool for_ever;
  int error;
  uint64_t die_at; /* the process ends at this call of any kind but list and read */
  int n_open;
} faults;

/* Is it this call's turn to fail? */
static bool fails(Call kind) {
  uint64_t n = ++faults.counts[kind];
  if (kind < CALL_LIST && ++faults.all == faults.die_at) _exit(9);
  bool now =
      kind == faults.kind && faults.at > 0 && (faults.for_ever ? n >= faults.at : n == faults.at);
  if (now) errno = faults.error;
  return now;
}

static int fault_open(const char *path, int flags, mode_t mode) {
  if (fails(CALL_OPEN)) return -1;
  int fd = real_sys.open(path, flags, mode);
  faults.n_open += fd >= 0;
  return fd;
}
static int fault_close(int fd) {
  faults.n_open--;
  return real_sys.close(fd);
}
static ssize_t fault_read(int fd, void *buf, size_t n) {
  return fails(CALL_READ) ? -1 : real_sys.read(fd, buf, n);
}
/* What fails, and what a crash interrupts, has been written by half. */
static ssize_t fault_write(int fd, const void *buf, size_t n) {
  bool last = faults.all + 1 == faults.die_at;
  if (last) (void)!real_sys.write(fd, buf, n / 2);
  if (!fails(CALL_WRITE)) return real_sys.write(fd, buf, n);
  (void)!real_sys.write(fd, buf, n / 2);
  errno = faults.error;
  return -1;
}
static int fault_fsync(int fd) { return fails(CALL_FSYNC) ? -1 : real_sys.fsync(fd); }
static int fault_rename(const char *from, const char *to) {
  return fails(CALL_RENAME) ? -1 : real_sys.rename(from, to);
}
static int fault_mkdir(const char *path, mode_t mode) {
  return fails(CALL_MKDIR) ? -1 : real_sys.mkdir(path, mode);
}
static int fault_unlink(const char *path) {
  return fails(CALL_UNLINK) ? -1 : real_sys.unlink(path);
}
static int fault_rmdir(const char *path) { return fails(CALL_RMDIR) ? -1 : real_sys.rmdir(path); }
static ssize_t fault_list(const char *path, char ***names) {
  return fails(CALL_LIST) ? -1 : real_sys.list(path, names);
}

/* The machine keeps running: there is nothing to wait for. */
static int no_fsync(int fd) {
  (void)fd;
  return 0;
}

static void install(void) {
  sys.open = fault_open;
  sys.close = fault_close;
  sys.read = fault_read;
  sys.write = fault_write;
  sys.fsync = fault_fsync;
  sys.rename = fault_rename;
  sys.mkdir = fault_mkdir;
  sys.unlink = fault_unlink;
  sys.rmdir = fault_rmdir;
  sys.list = fault_list;
}

static void clear_faults(void) {
  memset(&faults, 0, sizeof faults);
  faults.error = EIO;
}

/* --- the scenario ---------------------------------------------------------------------------- */

static Blocks blocks;
static bool decided; /* checkpoint_finish has returned OK */

static Code write_second(Error *err) {
  CheckpointInfo info;
  Code code = blocks_write(&blocks, at("ck/job"), 2, false, &info, err);
  decided = code == OK;
  return code == OK ? checkpoint_retain(at("ck"), "job", 1, err) : code;
}

/* Take the lock, write chk-2, remove chk-1. */
static Code run(Error *err) {
  int fd = -1;
  decided = false;
  Code code = checkpoint_lock(at("ck"), "job", &fd, err);
  if (code != OK) return code;
  code = write_second(err);
  sys.close(fd);
  return code;
}

static void begin(void) {
  Error err = {0};
  CheckpointInfo info;
  remove_tree(at("ck"));
  CHECK_INT(blocks_write(&blocks, at("ck/job"), 1, false, &info, &err), OK);
  clear_faults();
}

static bool is_there(const char *path) {
  struct stat st;
  return stat(path, &st) == 0;
}

/* Whatever has happened: what is listed can be read, and there is one at least. */
static void check_what_is_there(void) {
  Arena arena = {0};
  Error err = {0};
  const char **paths;
  uint32_t n = 0;
  CHECK_INT(checkpoint_list(&arena, at("ck"), "job", &paths, &n, &err), OK);
  CHECK(n == 1 || n == 2);
  for (uint32_t i = 0; i < n; i++) CHECK_INT(blocks_read(paths[i], &blocks, &err), OK);
  CHECK_STR(err.msg, "");
  arena_deinit(&arena);
}

/* The next try, as a new process would make it. */
static void check_next_try(void) {
  Error err = {0};
  bool had = is_there(at("ck/job/chk-2"));
  int fd;
  if (had) {
    CHECK_INT(checkpoint_lock(at("ck"), "job", &fd, &err), OK);
    CHECK_INT(checkpoint_retain(at("ck"), "job", 1, &err), OK);
    close(fd);
  } else {
    CHECK_INT(run(&err), OK);
  }
  CHECK_STR(err.msg, "");
  CHECK_STR(names_in(at("ck/job")), "chk-2 lock ");
  CHECK_INT(blocks_read(at("ck/job/chk-2"), &blocks, &err), OK);
}

/* --- failures -------------------------------------------------------------------------------- */

static void check_failure(Call kind, uint64_t k, int error, bool for_ever) {
  Error err = {0};
  int failures = check_failures;
  begin();
  faults.kind = kind;
  faults.at = k;
  faults.for_ever = for_ever;
  faults.error = error;
  install();
  Code code = run(&err);
  CHECK_INT(faults.n_open, 0);
  faults_off();
  /* To make a directory that is there may fail in any way. */
  CHECK(code != OK || (kind == CALL_MKDIR && decided));
  CHECK((code == OK) == (err.msg[0] == '\0'));
  CHECK(is_there(at("ck/job/chk-2")) == decided);
  check_what_is_there();
  clear_faults();
  check_next_try();
  if (check_failures == failures) return;
  printf("call %d, number %llu, errno %d, %s: %s\n", (int)kind, (unsigned long long)k, error,
         for_ever ? "for ever" : "once", err.msg);
}

static void check_failures_of(Call kind, uint64_t n) {
  static const int errors[] = {EIO, ENOSPC};
  for (uint64_t k = 1; k <= n; k++) {
    for (size_t e = 0; e < COUNT_OF(errors); e++) {
      check_failure(kind, k, errors[e], false);
      check_failure(kind, k, errors[e], true);
    }
  }
}

/* --- crashes --------------------------------------------------------------------------------- */

/* false: the scenario has fewer calls. */
static bool check_crash(uint64_t k) {
  int status = 0;
  begin();
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    Error err = {0};
    install();
    faults.die_at = k;
    _exit(run(&err) == OK ? 0 : 1);
  }
  CHECK(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status));
  check_what_is_there();
  check_next_try();
  CHECK(WEXITSTATUS(status) == 9 || WEXITSTATUS(status) == 0);
  return WEXITSTATUS(status) == 9;
}

int main(void) {
  Error err = {0};
  test_dir_make();
  sys.fsync = no_fsync;
  faults_begin();
  blocks_add(&blocks, 0, "slice", 6500, 0, 1); /* large enough for a frame of its own */
  blocks_add(&blocks, 1, "texts", 6500, 40, 2);
  begin();
  install();
  CHECK_INT(run(&err), OK);
  faults_off();
  uint64_t counts[CALL_COUNT], all = faults.all;
  memcpy(counts, faults.counts, sizeof counts);
  CHECK(counts[CALL_WRITE] > 4 && counts[CALL_FSYNC] >= 6 && counts[CALL_RENAME] == 2);
  for (Call kind = 0; kind < CALL_COUNT; kind++) {
    CHECK(counts[kind] > 0);
    check_failures_of(kind, counts[kind]);
  }
  uint64_t n_crashes = 1;
  while (check_crash(n_crashes)) n_crashes++;
  CHECK_INT(n_crashes, all + 1);
  blocks_free(&blocks);
  test_dir_remove();
  return check_done();
}
