/* sys.h -- the one table of system calls.
 *
 * Everything that touches files, time or randomness goes through `sys`, so that a
 * test can fail, delay or simulate each call: it replaces a member and puts it
 * back.  Members behave as the call they are named after, errno included, except
 * that EINTR is retried where a signal is no reason to stop (not in read, write
 * and poll, whose callers want to know).
 */
#pragma once
#include "base/base.h"

#include <sys/types.h>

struct stat;
struct pollfd;
struct dirent;

typedef struct Sys {
  int (*open)(const char *path, int flags, mode_t mode);
  int (*close)(int fd);
  ssize_t (*read)(int fd, void *buf, size_t n);
  ssize_t (*pread)(int fd, void *buf, size_t n, off_t offset);
  ssize_t (*write)(int fd, const void *buf, size_t n);
  int (*fsync)(int fd);
  int (*rename)(const char *from, const char *to);
  int (*unlink)(const char *path);
  int (*mkdir)(const char *path, mode_t mode);
  int (*rmdir)(const char *path);
  /* An exclusive lock on an open file, for as long as it is open; never waits: EWOULDBLOCK. */
  int (*lock)(int fd);
  int (*stat)(const char *path, struct stat *st);
  int (*fstat)(int fd, struct stat *st);
  off_t (*lseek)(int fd, off_t offset, int whence);
  int (*ftruncate)(int fd, off_t size);
  /* Names in a directory, without "." and "..", sorted bytewise, each malloc'ed, as
   * is the list: free both.  -1 and errno on failure. */
  ssize_t (*list)(const char *path, char ***names);
  int (*poll)(struct pollfd *fds, unsigned long n, int timeout_ms);
  Micros (*wall_us)(void); /* since 1970, UTC */
  Micros (*mono_us)(void); /* since some fixed point */
} Sys;

extern Sys sys;

/* What sys.list gave; n < 0: nothing. */
void sys_free_names(char **names, ssize_t n);
/* Write all n bytes.  false and errno on failure. */
bool sys_write_all(int fd, const void *buf, size_t n);
/* Make the names in a directory durable; a file system that cannot is no failure.  false and errno
 * otherwise. */
bool sys_sync_dir(const char *path);
/* Make a directory and the ones around it that are missing, durably.  false and errno. */
bool sys_make_dirs(const char *path, mode_t mode);
/* Read a whole file of at most max bytes into malloc'ed memory with a NUL behind.
 * NULL and errno (EFBIG when larger) on failure. */
char *sys_read_file(const char *path, size_t max, size_t *len);
