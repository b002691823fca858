/* points.c -- the members of `sys` that are counted, and what becomes of each call. */
#include "sql-tests/faults/points.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sql-tests/faults/disk.h"

static const char *const kind_names[] = {"open",   "write", "fsync", "rename",
                                         "unlink", "mkdir", "rmdir", "ftruncate"};

/* What forked processes share. */
typedef struct Shared {
  atomic_ulong number;
  atomic_int failing; /* 1 + kind of the calls that fail for ever; 0: none does */
} Shared;

static FaultPlan plan;
static Shared *shared;
static Sys under; /* what carries a call out */
static int trace_fd = -1;
/* One call at a time: what the simulated disk knows is what has been done. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void give_up(const char *what) {
  perror(what);
  _exit(97);
}

static void die(void) {
  if (plan.kind == FAULT_POWER_LOSS) disk_lose_power(plan.seed);
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

static void trace(unsigned long n, CallKind kind, const char *path) {
  char line[4200];
  int len = snprintf(line, sizeof line, "%lu %s %s\n", n, kind_names[kind], path);
  if (write(trace_fd, line, (size_t)len) != len) give_up("weir-faults: trace");
}

static bool is_planned(unsigned long n) {
  for (uint32_t i = 0; i < plan.n_at; i++) {
    if (plan.at[i] == n) return true;
  }
  return false;
}

static Fate fate_of(CallKind kind, bool planned) {
  switch (plan.kind) {
    case FAULT_NONE:
      return GO;
    case FAULT_ERROR:
      if (planned && plan.for_ever) atomic_store(&shared->failing, 1 + (int)kind);
      return planned || atomic_load(&shared->failing) == 1 + (int)kind ? FAIL_IT : GO;
    case FAULT_KILL:
    case FAULT_STOP:
    case FAULT_POWER_LOSS:
      break;
  }
  if (!planned) return GO;
  if (plan.kind == FAULT_STOP) kill(getpid(), SIGSTOP);
  if (plan.kind == FAULT_STOP) return GO;
  if (plan.when == WHEN_BEFORE) die();
  return plan.when == WHEN_HALFWAY ? DIE_HALFWAY : DIE_AFTER;
}

Fate point_begin(CallKind kind, const char *path) {
  pthread_mutex_lock(&lock);
  unsigned long n = atomic_fetch_add(&shared->number, 1) + 1;
  if (trace_fd >= 0) trace(n, kind, path);
  return fate_of(kind, is_planned(n));
}

int point_fail(void) { return errno = plan.error, -1; }

long point_end(Fate fate, long rc) {
  if (fate == DIE_AFTER || fate == DIE_HALFWAY) die();
  pthread_mutex_unlock(&lock);
  return rc;
}

/* --- the calls ------------------------------------------------------------------------------- */

const char *point_path(int fd, char path[4096]) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, path, 4095);
  path[n > 0 ? n : 0] = '\0';
  return path;
}

static int point_open(const char *path, int flags, mode_t mode) {
  if ((flags & (O_CREAT | O_TRUNC)) == 0) return under.open(path, flags, mode);
  Fate fate = point_begin(CALL_OPEN, path);
  return (int)point_end(fate, fate == FAIL_IT ? point_fail() : under.open(path, flags, mode));
}

static bool is_counted(int fd) {
  struct stat st;
  return fd > STDERR_FILENO && fstat(fd, &st) == 0 && (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode));
}

/* A disk that is full takes a part of the first write that finds it so. */
static ssize_t failed_write(int fd, const void *buf, size_t n, bool first) {
  if (plan.for_ever && first && plan.error == ENOSPC && n > 1) return under.write(fd, buf, n / 2);
  return point_fail();
}

static ssize_t point_write(int fd, const void *buf, size_t n) {
  if (!is_counted(fd)) return under.write(fd, buf, n);
  char path[4096];
  bool first = atomic_load(&shared->failing) == 0;
  Fate fate = point_begin(CALL_WRITE, point_path(fd, path));
  ssize_t done = fate == FAIL_IT ? failed_write(fd, buf, n, first)
                                 : under.write(fd, buf, fate == DIE_HALFWAY ? n / 2 : n);
  return point_end(fate, done);
}

static int point_fsync(int fd) {
  if (!is_counted(fd)) return under.fsync(fd);
  char path[4096];
  Fate fate = point_begin(CALL_FSYNC, point_path(fd, path));
  bool skipped = plan.no_fsync != NULL && strstr(path, plan.no_fsync) != NULL;
  return (int)point_end(fate, fate == FAIL_IT ? point_fail() : skipped ? 0 : under.fsync(fd));
}

static int point_rename(const char *from, const char *to) {
  Fate fate = point_begin(CALL_RENAME, to);
  return (int)point_end(fate, fate == FAIL_IT ? point_fail() : under.rename(from, to));
}

static int point_unlink(const char *path) {
  Fate fate = point_begin(CALL_UNLINK, path);
  return (int)point_end(fate, fate == FAIL_IT ? point_fail() : under.unlink(path));
}

static int point_mkdir(const char *path, mode_t mode) {
  Fate fate = point_begin(CALL_MKDIR, path);
  return (int)point_end(fate, fate == FAIL_IT ? point_fail() : under.mkdir(path, mode));
}

static int point_rmdir(const char *path) {
  Fate fate = point_begin(CALL_RMDIR, path);
  return (int)point_end(fate, fate == FAIL_IT ? point_fail() : under.rmdir(path));
}

static int point_ftruncate(int fd, off_t size) {
  char path[4096];
  Fate fate = point_begin(CALL_FTRUNCATE, point_path(fd, path));
  return (int)point_end(fate, fate == FAIL_IT ? point_fail() : under.ftruncate(fd, size));
}

/* The page cache outlives a killed process: without a simulated disk fsync has nothing to do. */
static int no_fsync(int fd) {
  (void)fd;
  return 0;
}

/* A point beyond the last is the end. */
static void lose_power_at_end(void) { disk_lose_power(plan.seed); }

void points_install(const FaultPlan *wanted) {
  plan = *wanted;
  shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) give_up("weir-faults: mmap");
  if (plan.trace != NULL) {
    trace_fd = open(plan.trace, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (trace_fd < 0) give_up(plan.trace);
  }
  if (plan.kind == FAULT_POWER_LOSS) {
    /* Whether the call itself got through is the first thing that chance decides. */
    plan.when = plan.seed % 2 == 0 ? WHEN_BEFORE : WHEN_AFTER;
    disk_install();
    atexit(lose_power_at_end);
  } else {
    sys.fsync = no_fsync;
  }
  under = sys;
  sys.open = point_open;
  sys.write = point_write;
  sys.fsync = point_fsync;
  sys.rename = point_rename;
  sys.unlink = point_unlink;
  sys.mkdir = point_mkdir;
  sys.rmdir = point_rmdir;
  sys.ftruncate = point_ftruncate;
}
