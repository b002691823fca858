/* sys.c -- the system's own calls behind the table; nothing else in the tree makes them. */
#include "base/sys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int real_open(const char *path, int flags, mode_t mode) {
  int fd;
  do fd = open(path, flags | O_CLOEXEC, mode);
  while (fd < 0 && errno == EINTR);
  return fd;
}

static int real_fsync(int fd) {
  int rc;
  do rc = fsync(fd);
  while (rc != 0 && errno == EINTR);
  return rc;
}

static int real_lock(int fd) { return flock(fd, LOCK_EX | LOCK_NB); }
static int real_stat(const char *path, struct stat *st) { return stat(path, st); }
static int real_fstat(int fd, struct stat *st) { return fstat(fd, st); }
static int real_poll(struct pollfd *fds, unsigned long n, int timeout_ms) {
  return poll(fds, n, timeout_ms);
}

static int by_bytes(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

void sys_free_names(char **names, ssize_t n) {
  for (ssize_t i = 0; i < n; i++) free(names[i]);
  if (n >= 0) free(names);
}

static ssize_t real_list(const char *path, char ***out) {
  DIR *dir = opendir(path);
  if (dir == NULL) return -1;
  char **names = NULL;
  size_t n = 0, cap = 0;
  int failed = 0;
  for (;;) {
    errno = 0;
    struct dirent *entry = readdir(dir);
    if (entry == NULL) {
      failed = errno;
      break;
    }
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    if (n == cap) {
      cap = cap > 0 ? cap * 2 : 16;
      char **wider = realloc(names, cap * sizeof *names);
      if (wider == NULL) {
        failed = ENOMEM;
        break;
      }
      names = wider;
    }
    names[n] = strdup(entry->d_name);
    if (names[n] == NULL) {
      failed = ENOMEM;
      break;
    }
    n++;
  }
  closedir(dir);
  if (failed != 0) {
    sys_free_names(names, (ssize_t)n);
    errno = failed;
    return -1;
  }
  if (n > 0) qsort(names, n, sizeof *names, by_bytes);
  *out = names;
  return (ssize_t)n;
}

static Micros clock_us(clockid_t id) {
  struct timespec t;
  clock_gettime(id, &t);
  return (Micros)t.tv_sec * MICROS_PER_SECOND + t.tv_nsec / 1000;
}
static Micros real_wall_us(void) { return clock_us(CLOCK_REALTIME); }
static Micros real_mono_us(void) { return clock_us(CLOCK_MONOTONIC); }

Sys sys = {
    .open = real_open,
    .close = close,
    .read = read,
    .pread = pread,
    .write = write,
    .fsync = real_fsync,
    .rename = rename,
    .unlink = unlink,
    .mkdir = mkdir,
    .rmdir = rmdir,
    .lock = real_lock,
    .stat = real_stat,
    .fstat = real_fstat,
    .lseek = lseek,
    .ftruncate = ftruncate,
    .list = real_list,
    .poll = real_poll,
    .wall_us = real_wall_us,
    .mono_us = real_mono_us,
};

bool sys_write_all(int fd, const void *buf, size_t n) {
  const char *at = buf;
  while (n > 0) {
    ssize_t done = sys.write(fd, at, n);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return false;
    at += done;
    n -= (size_t)done;
  }
  return true;
}

bool sys_sync_dir(const char *path) {
  int fd = sys.open(path, O_RDONLY | O_DIRECTORY, 0);
  if (fd < 0) return false;
  bool ok = sys.fsync(fd) == 0 || errno == EINVAL;
  int saved = errno;
  sys.close(fd);
  errno = saved;
  return ok;
}

/* The directory that path stands in: path is cut there, or the answer is a literal. */
static const char *cut_to_parent(char *path) {
  char *slash = strrchr(path, '/');
  if (slash == NULL) return ".";
  if (slash == path) return "/";
  *slash = '\0';
  return path;
}

static bool make_dir(char *path, mode_t mode) {
  struct stat st;
  if (sys.mkdir(path, mode) == 0) return sys_sync_dir(cut_to_parent(path));
  /* Some file systems refuse to make what is there for another reason than that it is there. */
  int saved = errno;
  if (sys.stat(path, &st) == 0) saved = S_ISDIR(st.st_mode) ? 0 : ENOTDIR;
  errno = saved;
  return saved == 0;
}

bool sys_make_dirs(const char *path, mode_t mode) {
  bool ok = true;
  size_t len = strlen(path);
  for (size_t i = 1; i <= len && ok; i++) {
    if ((i < len && path[i] != '/') || path[i - 1] == '/') continue;
    char *prefix = strndup(path, i);
    ok = prefix != NULL && make_dir(prefix, mode);
    int saved = errno;
    free(prefix);
    errno = saved;
  }
  return ok;
}

/* Read until the end or until more than max bytes have come. */
static char *read_open_file(int fd, size_t max, size_t *len) {
  size_t cap = 64 << 10, n = 0;
  char *data = malloc(cap + 1);
  while (data != NULL) {
    ssize_t got = sys.read(fd, data + n, cap - n);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) break;
    n += (size_t)got;
    if (n > max) {
      errno = EFBIG;
      break;
    }
    if (got == 0) {
      data[n] = '\0';
      *len = n;
      return data;
    }
    if (n == cap) {
      char *wider = realloc(data, cap * 2 + 1);
      if (wider == NULL) break;
      data = wider;
      cap *= 2;
    }
  }
  int saved = errno;
  free(data);
  errno = saved;
  return NULL;
}

char *sys_read_file(const char *path, size_t max, size_t *len) {
  int fd = sys.open(path, O_RDONLY, 0);
  if (fd < 0) return NULL;
  char *data = read_open_file(fd, max, len);
  int saved = errno;
  sys.close(fd);
  errno = saved;
  return data;
}
