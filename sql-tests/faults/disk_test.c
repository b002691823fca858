/* disk_test.c -- what is synced survives, what is not may be lost, and never anything else. */
#include "sql-tests/faults/disk.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"
#include "base/sys.h"

enum { SEEDS = 64, SECTOR = 512 };

static char place[] = "/tmp/weir-disk-XXXXXX";

/* Of all seeds: how often a name was there, and with which content. */
typedef struct Seen {
  int none, empty, old, new, torn, other;
} Seen;

static void put(const char *name, int flags, char byte, size_t n, bool synced) {
  char bytes[8 * SECTOR];
  memset(bytes, byte, n);
  int fd = sys.open(name, O_WRONLY | flags, 0666);
  if (fd < 0 || !sys_write_all(fd, bytes, n)) abort();
  if (synced && sys.fsync(fd) != 0) abort();
  close(fd);
}

static void sync_here(void) {
  int fd = sys.open(".", O_RDONLY | O_DIRECTORY, 0);
  if (fd < 0 || sys.fsync(fd) != 0) abort();
  close(fd);
}

/* Old is 'o', new is 'n'; a torn one has whole sectors of either, or of zeros. */
static void look(const char *name, Seen *seen) {
  size_t len, counts[3] = {0};
  char *text = sys_read_file(name, 1 << 20, &len);
  bool whole = true;
  seen->none += text == NULL;
  if (text == NULL) return;
  for (size_t i = 0; i < len; i++) {
    counts[0] += text[i] == 'o';
    counts[1] += text[i] == 'n';
    counts[2] += text[i] == '\0';
    whole &= i % SECTOR == 0 || text[i] == text[i - 1];
  }
  bool known = whole && counts[0] + counts[1] + counts[2] == len;
  seen->empty += len == 0;
  seen->old += len > 0 && counts[0] == len;
  seen->new += len > 0 && counts[1] == len;
  seen->torn += len > 0 && known && counts[0] < len && counts[1] < len;
  seen->other += len > 0 && !known;
  free(text);
}

/* A process makes the calls and loses power.  What file a then was, and in *b, what file b was;
 * before: what has been there for long. */
static Seen lose_after(void (*before)(void), void (*calls)(void), Seen *b) {
  Seen seen = {0};
  *b = (Seen){0};
  for (int seed = 0; seed < SEEDS; seed++) {
    pid_t pid = fork();
    if (pid == 0) {
      if (before != NULL) before();
      disk_install();
      calls();
      disk_lose_power((uint64_t)seed);
      _exit(0);
    }
    int status;
    CHECK(waitpid(pid, &status, 0) == pid && status == 0);
    look("a", &seen);
    look(access("e/b", F_OK) == 0 ? "e/b" : "b", b);
    static const char *const files[] = {"a", "b", "d/a", "d/b", "e/b"};
    for (size_t i = 0; i < COUNT_OF(files); i++) unlink(files[i]);
    rmdir("d");
    rmdir("e");
  }
  return seen;
}

static Seen lose(void (*calls)(void), Seen *b) { return lose_after(NULL, calls, b); }

static void written_and_synced(void) {
  put("a", O_CREAT, 'n', 4 * SECTOR, true);
  sync_here();
}

static void written(void) {
  put("a", O_CREAT, 'n', 4 * SECTOR, false);
  sync_here();
}

static void not_named(void) { put("a", O_CREAT, 'n', 4 * SECTOR, true); }

static void overwritten(void) {
  put("a", O_CREAT, 'o', 4 * SECTOR, true);
  sync_here();
  put("a", 0, 'n', 4 * SECTOR, false);
}

static void replaced(void) {
  put("a", O_CREAT, 'o', 4 * SECTOR, true);
  put("b", O_CREAT, 'n', 4 * SECTOR, true);
  sync_here();
  if (sys.rename("b", "a") != 0) abort();
}

static void replaced_unsynced(void) {
  put("a", O_CREAT, 'o', 4 * SECTOR, true);
  put("b", O_CREAT, 'n', 4 * SECTOR, false);
  sync_here();
  if (sys.rename("b", "a") != 0) abort();
  sync_here();
}

static void removed(void) {
  put("a", O_CREAT, 'o', 4 * SECTOR, true);
  sync_here();
  if (sys.unlink("a") != 0) abort();
}

static void in_a_directory(void) {
  if (sys.mkdir("d", 0777) != 0) abort();
  put("d/a", O_CREAT, 'n', SECTOR, true);
  put("b", O_CREAT, 'o', SECTOR, true);
  sync_here(); /* d is there, but not what is in it */
}

static void make_directory(void) {
  if (sys.mkdir("d", 0777) != 0) abort();
  put("d/b", O_CREAT, 'o', SECTOR, false);
}

static void move_directory(void) {
  if (sys.rename("d", "e") != 0) abort();
}

static void cut(void) {
  put("a", O_CREAT, 'o', 4 * SECTOR, true);
  sync_here();
  int fd = sys.open("a", O_WRONLY, 0);
  if (fd < 0 || sys.ftruncate(fd, 0) != 0) abort();
  close(fd);
}

int main(void) {
  if (mkdtemp(place) == NULL || chdir(place) != 0) abort();
  Seen b, a = lose(written_and_synced, &b);
  CHECK_INT(a.new, SEEDS);
  a = lose(written, &b);
  CHECK(a.empty > 0 && a.new > 0 && a.torn > 0);
  CHECK_INT(a.none + a.old + a.other, 0);
  a = lose(not_named, &b);
  CHECK(a.none > 0 && a.new > 0);
  CHECK_INT(a.none + a.new, SEEDS);
  a = lose(overwritten, &b);
  CHECK(a.old > 0 && a.new > 0 && a.torn > 0);
  CHECK_INT(a.old + a.new + a.torn, SEEDS);
  a = lose(replaced, &b);
  CHECK(a.old > 0 && a.new > 0);
  CHECK_INT(a.old + a.new, SEEDS);
  CHECK_INT(b.new, a.old); /* the one name or the other */
  CHECK_INT(b.none, a.new);
  a = lose(replaced_unsynced, &b);
  CHECK(a.empty > 0 && a.new > 0 && a.torn > 0); /* the mistake that renames are known for */
  CHECK_INT(a.old + a.none, 0);
  a = lose(removed, &b);
  CHECK(a.old > 0 && a.none > 0);
  CHECK_INT(a.old + a.none, SEEDS);
  lose(in_a_directory, &b);
  CHECK_INT(b.old, SEEDS);
  lose_after(make_directory, move_directory, &b); /* looked for under the new name alone */
  CHECK(b.old > 0 && b.old < SEEDS);
  CHECK_INT(b.empty + b.torn + b.other, 0);
  a = lose(cut, &b);
  CHECK(a.old > 0 && a.empty > 0);
  CHECK_INT(a.none + a.new + a.other, 0);
  CHECK(chdir("/") == 0 && rmdir(place) == 0); /* nothing is left behind */
  return check_done();
}
