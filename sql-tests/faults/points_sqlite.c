/* points_sqlite.c -- the system calls of SQLite, which it lets others replace, are points as well.
 *
 * Its fsync is not among those that can be replaced: it is not needed where processes are killed.
 */
#include <sqlite3.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "sql-tests/faults/points.h"

static ssize_t sqlite_write(int fd, const void *buf, size_t n) {
  char path[4096];
  Fate fate = point_begin(CALL_WRITE, point_path(fd, path));
  if (fate == FAIL_IT) return point_end(fate, point_fail());
  return point_end(fate, write(fd, buf, fate == DIE_HALFWAY ? n / 2 : n));
}

static ssize_t sqlite_pwrite(int fd, const void *buf, size_t n, off_t at) {
  char path[4096];
  Fate fate = point_begin(CALL_WRITE, point_path(fd, path));
  if (fate == FAIL_IT) return point_end(fate, point_fail());
  return point_end(fate, pwrite(fd, buf, fate == DIE_HALFWAY ? n / 2 : n, at));
}

static int sqlite_ftruncate(int fd, off_t size) {
  char path[4096];
  Fate fate = point_begin(CALL_FTRUNCATE, point_path(fd, path));
  return (int)point_end(fate, fate == FAIL_IT ? point_fail() : ftruncate(fd, size));
}

static int sqlite_unlink(const char *path) {
  Fate fate = point_begin(CALL_UNLINK, path);
  return (int)point_end(fate, fate == FAIL_IT ? point_fail() : unlink(path));
}

void points_install_sqlite(void) {
  static const struct {
    const char *name;
    sqlite3_syscall_ptr call;
  } calls[] = {{"write", (sqlite3_syscall_ptr)sqlite_write},
               {"pwrite", (sqlite3_syscall_ptr)sqlite_pwrite},
               {"pwrite64", (sqlite3_syscall_ptr)sqlite_pwrite},
               {"ftruncate", (sqlite3_syscall_ptr)sqlite_ftruncate},
               {"unlink", (sqlite3_syscall_ptr)sqlite_unlink}};
  sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
  for (size_t i = 0; i < COUNT_OF(calls); i++) {
    vfs->xSetSystemCall(vfs, calls[i].name, calls[i].call);
  }
}
