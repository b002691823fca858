/* checkpoint_dir.c -- the directories that checkpoints stand in: names, the lock, what is removed.
 *
 * A directory that does not have its first name yet, or has it no more, is nobody's: a crash may
 * leave one with anything in it.  Only what weir itself writes is ever removed from them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/sys.h"
#include "exec/connectors/io_error.h"
#include "exec/data/number_text.h"
#include "exec/run/checkpoint_format.h"

/* --- names ----------------------------------------------------------------------------------- */

const char *checkpoint_name(Arena *arena, const char *into, uint64_t id) {
  return arena_printf(arena, "%s/chk-%llu", into, (unsigned long long)id);
}

const char *checkpoint_aside_name(Arena *arena, const char *into, uint64_t id) {
  return arena_printf(arena, "%s/.chk-%llu.inprogress", into, (unsigned long long)id);
}

const char *checkpoint_removed_name(Arena *arena, const char *into, uint64_t id) {
  return arena_printf(arena, "%s/.chk-%llu.removed", into, (unsigned long long)id);
}

/* BEGIN, a number as weir writes it, END. */
static bool is_name(const char *name, Str begin, Str end, uint64_t *id) {
  Str s = str_of(name);
  int64_t n;
  if (s.len <= begin.len + end.len || !str_starts(s, begin) || !str_ends(s, end)) return false;
  s = (Str){s.ptr + begin.len, s.len - begin.len - end.len};
  for (size_t i = 0; i < s.len; i++) {
    if (s.ptr[i] < '0' || s.ptr[i] > '9') return false;
  }
  if ((s.ptr[0] == '0' && s.len > 1) || !int_parse(s, &n)) return false;
  *id = (uint64_t)n;
  return true;
}

static bool is_checkpoint(const char *name, uint64_t *id) {
  return is_name(name, STR("chk-"), STR(""), id);
}

static bool is_debris(const char *name) {
  uint64_t id;
  return is_name(name, STR(".chk-"), STR(".inprogress"), &id) ||
         is_name(name, STR(".chk-"), STR(".removed"), &id);
}

const char *checkpoint_job_dir(Arena *arena, const char *dir, const char *job) {
  assert(job[0] != '\0' && job[0] != '.' && strchr(job, '/') == NULL);
  return arena_printf(arena, "%s/%s", dir, job);
}

/* --- removing -------------------------------------------------------------------------------- */

Code checkpoint_remove_dir(const char *path, Error *err) {
  static const char *const files[] = {"manifest", "state"};
  Arena arena = {0};
  Code code = OK;
  for (size_t i = 0; i < COUNT_OF(files); i++) {
    const char *name = arena_printf(&arena, "%s/%s", path, files[i]);
    if (sys.unlink(name) == 0 || errno == ENOENT) continue;
    code = io_fail(err, NO_SPAN, "remove", name, errno);
  }
  if (code == OK && sys.rmdir(path) != 0 && errno != ENOENT) {
    code = io_fail(err, NO_SPAN, "remove directory", path, errno);
  }
  arena_deinit(&arena);
  return code;
}

static Code remove_debris(const char *job_dir, Error *err) {
  Arena arena = {0};
  char **names = NULL;
  ssize_t n = sys.list(job_dir, &names);
  Code code = n < 0 ? io_fail(err, NO_SPAN, "read directory", job_dir, errno) : OK;
  for (ssize_t i = 0; i < n && code == OK; i++) {
    if (!is_debris(names[i])) continue;
    code = checkpoint_remove_dir(arena_printf(&arena, "%s/%s", job_dir, names[i]), err);
  }
  sys_free_names(names, n);
  arena_deinit(&arena);
  return code;
}

/* --- the lock -------------------------------------------------------------------------------- */

/* Tell who has it: the lock is held by a process, the number in the file only says by which. */
static Code is_locked(int fd, const char *job, const char *job_dir, Error *err) {
  char text[24];
  ssize_t n = sys.pread(fd, text, sizeof text, 0);
  int digits = 0;
  while (digits < n && text[digits] >= '0' && text[digits] <= '9') digits++;
  FAIL(err, ERR_STATE, NO_SPAN,
       "job \"%s\" is running in %sprocess%s%.*s (its checkpoints are in %s)", job,
       digits > 0 ? "" : "another ", digits > 0 ? " " : "", digits, text, job_dir);
  error_hint(err, "wait for its end, or SET 'pipeline.name' to run this one beside it");
  return err->code;
}

static Code take_lock(int fd, const char *job, const char *job_dir, Error *err) {
  StrBuf pid;
  if (sys.lock(fd) != 0) {
    if (errno == EWOULDBLOCK) return is_locked(fd, job, job_dir, err);
    return io_fail(err, NO_SPAN, "lock", job_dir, errno);
  }
  strbuf_init(&pid, 0);
  strbuf_printf(&pid, "%ld\n", (long)getpid());
  Code code = OK;
  if (strbuf_failed(&pid)) code = FAIL(err, ERR_MEMORY, NO_SPAN, "no memory to lock %s", job_dir);
  if (code == OK && (sys.ftruncate(fd, 0) != 0 || !sys_write_all(fd, pid.data, pid.len))) {
    code = io_fail(err, NO_SPAN, "lock", job_dir, errno);
  }
  strbuf_deinit(&pid);
  return code;
}

static Code lock_job_dir(Arena *arena, const char *dir, const char *job, int *fd, Error *err) {
  const char *job_dir = checkpoint_job_dir(arena, dir, job);
  if (!sys_make_dirs(job_dir, CHECKPOINT_DIR_MODE)) {
    return io_fail(err, NO_SPAN, "make directory", job_dir, errno);
  }
  /* A crash may have made it without syncing its name. */
  if (!sys_sync_dir(dir)) return io_fail(err, NO_SPAN, "sync", dir, errno);
  const char *name = arena_printf(arena, "%s/lock", job_dir);
  *fd = sys.open(name, O_RDWR | O_CREAT | O_NOFOLLOW, CHECKPOINT_FILE_MODE);
  if (*fd < 0) return io_fail(err, NO_SPAN, "open", name, errno);
  TRY(take_lock(*fd, job, job_dir, err));
  return remove_debris(job_dir, err);
}

Code checkpoint_lock(const char *dir, const char *job, int *lock_fd, Error *err) {
  Arena arena = {0};
  int fd = -1;
  Code code = lock_job_dir(&arena, dir, job, &fd, err);
  arena_deinit(&arena);
  if (code == OK) {
    *lock_fd = fd;
  } else if (fd >= 0) {
    sys.close(fd);
  }
  return code;
}

/* --- lists ----------------------------------------------------------------------------------- */

typedef struct Found {
  uint64_t *ids;
  uint32_t n, cap;
} Found;

static int by_id(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

/* The numbers of the checkpoints in a directory, ascending.  errno when it cannot be read. */
static int find_in(Arena *arena, const char *dir, Found *out) {
  char **names = NULL;
  uint64_t id;
  *out = (Found){0};
  ssize_t n = sys.list(dir, &names);
  int errnum = n < 0 ? errno : 0;
  for (ssize_t i = 0; i < n; i++) {
    if (is_checkpoint(names[i], &id)) ARENA_PUSH(arena, out->ids, out->n, out->cap, id);
  }
  if (out->n > 0) qsort(out->ids, out->n, sizeof *out->ids, by_id);
  sys_free_names(names, n);
  return errnum;
}

typedef struct Paths {
  const char **items;
  uint32_t n, cap;
} Paths;

static void add_found(Arena *arena, const char *dir, const Found *found, Paths *out) {
  for (uint32_t i = 0; i < found->n; i++) {
    const char *path = checkpoint_name(arena, dir, found->ids[i]);
    ARENA_PUSH(arena, out->items, out->n, out->cap, path);
  }
}

Code checkpoint_list(Arena *arena, const char *dir, const char *job, const char ***paths,
                     uint32_t *n, Error *err) {
  const char *job_dir = checkpoint_job_dir(arena, dir, job);
  Found found;
  Paths all = {0};
  int errnum = find_in(arena, job_dir, &found);
  if (errnum != 0 && errnum != ENOENT) {
    return io_fail(err, NO_SPAN, "read directory", job_dir, errnum);
  }
  add_found(arena, job_dir, &found, &all);
  *paths = all.items;
  *n = all.n;
  return OK;
}

/* Directories that are no job's, or not for us to read, are passed over. */
static Code list_jobs(Arena *arena, const char *dir, char **names, ssize_t n, Paths *all,
                      Error *err) {
  Found found;
  for (ssize_t i = 0; i < n; i++) {
    if (names[i][0] == '.') continue;
    const char *job_dir = arena_printf(arena, "%s/%s", dir, names[i]);
    int errnum = find_in(arena, job_dir, &found);
    if (errnum != 0 && errnum != ENOTDIR && errnum != ENOENT && errnum != EACCES) {
      return io_fail(err, NO_SPAN, "read directory", job_dir, errnum);
    }
    add_found(arena, job_dir, &found, all);
  }
  return OK;
}

Code checkpoint_list_all(Arena *arena, const char *dir, const char ***paths, uint32_t *n,
                         Error *err) {
  char **names = NULL;
  Found found;
  Paths all = {0};
  int errnum = find_in(arena, dir, &found);
  if (errnum != 0) return io_fail(err, NO_SPAN, "read directory", dir, errnum);
  add_found(arena, dir, &found, &all);
  ssize_t n_names = sys.list(dir, &names);
  if (n_names < 0) return io_fail(err, NO_SPAN, "read directory", dir, errno);
  Code code = list_jobs(arena, dir, names, n_names, &all, err);
  sys_free_names(names, n_names);
  *paths = all.items;
  *n = all.n;
  return code;
}

/* --- keeping only some ----------------------------------------------------------------------- */

/* The name goes first, durably: what is half removed is never taken for a checkpoint. */
static Code remove_checkpoint(Arena *arena, const char *job_dir, uint64_t id, Error *err) {
  const char *path = checkpoint_name(arena, job_dir, id);
  const char *aside = checkpoint_removed_name(arena, job_dir, id);
  TRY(checkpoint_remove_dir(aside, err));
  if (sys.rename(path, aside) != 0) return io_fail(err, NO_SPAN, "rename", path, errno);
  if (!sys_sync_dir(job_dir)) return io_fail(err, NO_SPAN, "sync", job_dir, errno);
  return checkpoint_remove_dir(aside, err);
}

/* A savepoint is the user's; what cannot be read may be one, or a newer weir's. */
static Code may_remove(Arena *arena, const char *job_dir, uint64_t id, bool *may, Error *err) {
  CheckpointInfo info;
  Error unread = {0};
  Code code = checkpoint_peek(arena, checkpoint_name(arena, job_dir, id), &info, &unread);
  *may = code == OK && !info.savepoint;
  if (code == OK || code == ERR_STATE) return OK;
  *err = unread;
  return code;
}

static Code retain_in(Arena *arena, const char *job_dir, uint32_t retained, Error *err) {
  Found found;
  int errnum = find_in(arena, job_dir, &found);
  if (errnum != 0) return io_fail(err, NO_SPAN, "read directory", job_dir, errnum);
  uint32_t kept = 0;
  for (uint32_t i = found.n; i-- > 0;) {
    bool may = false;
    TRY(may_remove(arena, job_dir, found.ids[i], &may, err));
    if (may && kept++ >= retained) TRY(remove_checkpoint(arena, job_dir, found.ids[i], err));
  }
  return OK;
}

Code checkpoint_retain(const char *dir, const char *job, uint32_t retained, Error *err) {
  Arena arena = {0};
  assert(retained >= 1);
  Code code = retain_in(&arena, checkpoint_job_dir(&arena, dir, job), retained, err);
  arena_deinit(&arena);
  return code;
}
