/* disk.c -- files and directories with what is durable of them, and the loss of the rest. */
#include "sql-tests/faults/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "base/sys.h"

enum { SECTOR = 512 };

/* One change of a file since its fsync: bytes written at a place, or a new size. */
typedef struct Change {
  bool truncates;
  uint64_t at; /* or the size */
  Str bytes;   /* owned */
} Change;

typedef struct Node Node;

/* A name of a directory that something has happened to. */
typedef struct Name {
  char *name;
  Node *durable; /* NULL: there is none */
} Name;

/* One change of a directory since its fsync.  from NULL: made; to NULL: removed. */
typedef struct Move {
  char *from, *to;
  Node *node;
} Move;

/* A file or a directory that was changed, or was in the way. */
struct Node {
  Node *next;
  dev_t dev;
  ino_t ino;
  bool is_dir;
  bool made;  /* by this process */
  bool gone;  /* has no name any more; its inode may be another's now */
  char *path; /* of a directory that was there before */
  /* a file: */
  StrBuf durable;
  Change *changes;
  size_t n_changes;
  /* a directory: */
  Name *names;
  size_t n_names;
  Move *moves;
  size_t n_moves;
};

static Sys real;
static Node *nodes;
static uint64_t chance;

static void give_up(const char *what, const char *path) {
  fprintf(stderr, "weir-faults: %s: %s (%s)\n", path, what, strerror(errno));
  _exit(97);
}

static void *grow(void *items, size_t n, size_t size) {
  void *wider = realloc(items, (n + 1) * size);
  if (wider == NULL) give_up("out of memory", "disk");
  return wider;
}

/* --- finding -----------------------------------------------------------------------------------
 */

static Node *find_node(const struct stat *st) {
  for (Node *n = nodes; n != NULL; n = n->next) {
    if (!n->gone && n->ino == st->st_ino && n->dev == st->st_dev) return n;
  }
  return NULL;
}

static Node *add_node(const struct stat *st, bool made) {
  Node *n = calloc(1, sizeof *n);
  if (n == NULL) give_up("out of memory", "disk");
  *n = (Node){.next = nodes,
              .dev = st->st_dev,
              .ino = st->st_ino,
              .is_dir = S_ISDIR(st->st_mode),
              .made = made};
  strbuf_init(&n->durable, 0);
  return nodes = n;
}

/* What was there before this process is taken for durable. */
static void read_durable(Node *n, const char *path) {
  size_t len;
  char *bytes = sys_read_file(path, SIZE_MAX / 2, &len);
  if (bytes == NULL) give_up("cannot be read", path);
  strbuf_put(&n->durable, bytes, len);
  free(bytes);
}

/* The file or directory at a path; NULL: none, or a pipe, a device, a link. */
static Node *node_at(const char *path) {
  struct stat st;
  if (lstat(path, &st) != 0 || (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))) return NULL;
  Node *n = find_node(&st);
  if (n != NULL) return n;
  n = add_node(&st, false);
  if (!n->is_dir) read_durable(n, path);
  return n;
}

static Node *directory_of(const char *path) {
  char copy[PATH_MAX], whole[PATH_MAX];
  snprintf(copy, sizeof copy, "%s", path);
  if (realpath(dirname(copy), whole) == NULL) return NULL; /* the call will fail by itself */
  Node *dir = node_at(whole);
  if (dir != NULL && !dir->made && dir->path == NULL) dir->path = strdup(whole);
  return dir;
}

static Name *name_in(Node *dir, const char *path, Node *durable) {
  char copy[PATH_MAX];
  snprintf(copy, sizeof copy, "%s", path);
  const char *name = basename(copy);
  for (size_t i = 0; i < dir->n_names; i++) {
    if (strcmp(dir->names[i].name, name) == 0) return &dir->names[i];
  }
  dir->names = grow(dir->names, dir->n_names, sizeof *dir->names);
  dir->names[dir->n_names] = (Name){strdup(name), durable};
  return &dir->names[dir->n_names++];
}

/* --- changing ----------------------------------------------------------------------------------
 */

/* Remember a move that has been done.  Paths are NULL as in Move. */
static void add_move(Node *dir, const char *from, const char *to, Node *node, Node *replaced) {
  Name *source = from != NULL ? name_in(dir, from, node) : NULL;
  char *source_name = source != NULL ? source->name : NULL;
  char *target_name = to != NULL ? name_in(dir, to, replaced)->name : NULL;
  if (replaced != NULL) replaced->gone = true;
  if (to == NULL) node->gone = true;
  dir->moves = grow(dir->moves, dir->n_moves, sizeof *dir->moves);
  dir->moves[dir->n_moves++] = (Move){source_name, target_name, node};
}

static void carry_out(Node *dir, const Move *move) {
  if (move->from != NULL) name_in(dir, move->from, NULL)->durable = NULL;
  if (move->to != NULL) name_in(dir, move->to, NULL)->durable = move->node;
}

static void add_change(Node *file, Change change) {
  file->changes = grow(file->changes, file->n_changes, sizeof *file->changes);
  file->changes[file->n_changes++] = change;
}

static void resize(StrBuf *bytes, uint64_t size) {
  if (size > bytes->len) {
    strbuf_fill(bytes, '\0', size - bytes->len);
  } else {
    bytes->len = size;
  }
}

static void apply(StrBuf *bytes, const Change *c) {
  if (c->truncates) {
    resize(bytes, c->at);
    return;
  }
  if (c->at + c->bytes.len > bytes->len) resize(bytes, c->at + c->bytes.len);
  memcpy(bytes->data + c->at, c->bytes.ptr, c->bytes.len);
}

static void make_durable(Node *n) {
  for (size_t i = 0; i < n->n_changes; i++) {
    apply(&n->durable, &n->changes[i]);
    free((char *)n->changes[i].bytes.ptr);
  }
  for (size_t i = 0; i < n->n_moves; i++) carry_out(n, &n->moves[i]);
  n->n_changes = n->n_moves = 0;
}

/* --- the calls ---------------------------------------------------------------------------------
 */

static int disk_open(const char *path, int flags, mode_t mode) {
  if ((flags & O_ACCMODE) == O_RDONLY && (flags & (O_CREAT | O_TRUNC)) == 0) {
    return real.open(path, flags, mode);
  }
  Node *before = node_at(path), *dir = directory_of(path);
  struct stat st;
  bool other = before == NULL && lstat(path, &st) == 0;
  int fd = real.open(path, flags, mode);
  if (fd < 0 || other || dir == NULL) return fd;
  if (before != NULL) {
    name_in(dir, path, before);
    if ((flags & O_TRUNC) != 0) add_change(before, (Change){.truncates = true});
    return fd;
  }
  if (fstat(fd, &st) == 0) add_move(dir, NULL, path, add_node(&st, true), NULL);
  return fd;
}

static ssize_t disk_write(int fd, const void *buf, size_t n) {
  struct stat st;
  Node *file = fstat(fd, &st) == 0 ? find_node(&st) : NULL;
  if (file == NULL || file->is_dir) return real.write(fd, buf, n);
  bool appends = (fcntl(fd, F_GETFL) & O_APPEND) != 0;
  off_t at = appends ? st.st_size : lseek(fd, 0, SEEK_CUR);
  ssize_t done = real.write(fd, buf, n);
  if (done <= 0) return done;
  char *kept = malloc((size_t)done);
  if (kept == NULL) give_up("out of memory", "disk");
  memcpy(kept, buf, (size_t)done);
  add_change(file, (Change){.at = (uint64_t)at, .bytes = {kept, (size_t)done}});
  return done;
}

static int disk_ftruncate(int fd, off_t size) {
  struct stat st;
  int rc = real.ftruncate(fd, size);
  Node *file = rc == 0 && fstat(fd, &st) == 0 ? find_node(&st) : NULL;
  if (file != NULL) add_change(file, (Change){.truncates = true, .at = (uint64_t)size});
  return rc;
}

/* Nothing is synced for real: what counts is the memory of it. */
static int disk_fsync(int fd) {
  struct stat st;
  if (fstat(fd, &st) != 0) return -1;
  Node *n = find_node(&st);
  if (n != NULL) make_durable(n);
  return 0;
}

/* A directory that was there before is about to move: from now on all of it is made anew where it
 * is found. */
static void adopt(Node *dir, const char *path) {
  char **names;
  ssize_t n = real.list(path, &names);
  if (n < 0) give_up("cannot be listed", path);
  for (ssize_t i = 0; i < n; i++) {
    char inner[PATH_MAX];
    if (snprintf(inner, sizeof inner, "%s/%s", path, names[i]) >= PATH_MAX) abort();
    Node *node = node_at(inner);
    if (node != NULL) name_in(dir, inner, node);
    if (node != NULL && node->is_dir && !node->made) adopt(node, inner);
    free(names[i]);
  }
  free(names);
  dir->made = true;
}

static int disk_rename(const char *from, const char *to) {
  Node *node = node_at(from), *replaced = node_at(to);
  Node *dir = directory_of(from);
  if (node != NULL && node->is_dir && !node->made) adopt(node, from);
  int rc = real.rename(from, to);
  if (rc != 0 || node == NULL || node == replaced) return rc;
  if (dir != directory_of(to)) give_up("to another directory", to);
  add_move(dir, from, to, node, replaced);
  return rc;
}

static int removed(int rc, const char *path, Node *node, Node *dir) {
  if (rc == 0 && node != NULL) add_move(dir, path, NULL, node, NULL);
  return rc;
}

static int disk_unlink(const char *path) {
  Node *node = node_at(path), *dir = directory_of(path);
  return removed(real.unlink(path), path, node, dir);
}

static int disk_rmdir(const char *path) {
  Node *node = node_at(path), *dir = directory_of(path);
  return removed(real.rmdir(path), path, node, dir);
}

static int disk_mkdir(const char *path, mode_t mode) {
  Node *dir = directory_of(path);
  struct stat st;
  int rc = real.mkdir(path, mode);
  if (rc == 0 && dir != NULL && lstat(path, &st) == 0) {
    add_move(dir, NULL, path, add_node(&st, true), NULL);
  }
  return rc;
}

void disk_install(void) {
  real = sys;
  sys.open = disk_open;
  sys.write = disk_write;
  sys.ftruncate = disk_ftruncate;
  sys.fsync = disk_fsync;
  sys.rename = disk_rename;
  sys.unlink = disk_unlink;
  sys.mkdir = disk_mkdir;
  sys.rmdir = disk_rmdir;
}

/* --- losing ------------------------------------------------------------------------------------
 */

/* 0 to n - 1, by SplitMix64. */
static uint64_t draw(uint64_t n) {
  uint64_t z = chance += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return (z ^ (z >> 31)) % n;
}

/* How many of n are kept: all or none more often than chance would have it. */
static size_t draw_kept(size_t n) {
  switch (draw(4)) {
    case 0:
      return 0;
    case 1:
      return n;
    default:
      return draw(n + 1);
  }
}

/* Does a change touch the sector?  size: of the file before it, brought up to date. */
static bool touches(const Change *c, uint64_t sector, uint64_t *size) {
  uint64_t begin = sector * SECTOR, end = begin + SECTOR, was = *size;
  if (c->truncates) {
    *size = c->at;
    return c->at < end && begin < was && c->at < was;
  }
  if (c->at + c->bytes.len > was) *size = c->at + c->bytes.len;
  return c->at < end && begin < c->at + c->bytes.len;
}

static void apply_to_sector(const Change *c, uint64_t sector, char *bytes) {
  uint64_t begin = sector * SECTOR;
  for (uint64_t i = 0; i < SECTOR; i++) {
    uint64_t at = begin + i;
    if (c->truncates) {
      if (at >= c->at) bytes[i] = '\0';
    } else if (at >= c->at && at - c->at < c->bytes.len) {
      bytes[i] = c->bytes.ptr[at - c->at];
    }
  }
}

/* As the disk has it after some of the changes; bytes holds what is durable. */
static void lose_sector(const Node *file, uint64_t sector, char *bytes) {
  size_t touched = 0, kept;
  uint64_t size = file->durable.len;
  for (size_t i = 0; i < file->n_changes; i++) touched += touches(&file->changes[i], sector, &size);
  if (touched == 0) return;
  kept = draw_kept(touched);
  size = file->durable.len;
  for (size_t i = 0; i < file->n_changes && kept > 0; i++) {
    if (!touches(&file->changes[i], sector, &size)) continue;
    apply_to_sector(&file->changes[i], sector, bytes);
    kept--;
  }
  bool is_new = sector * SECTOR >= file->durable.len;
  if (is_new && draw(8) == 0) memset(bytes, '\0', SECTOR);
}

static void lose_bytes(Node *file) {
  if (file->n_changes == 0) return;
  uint64_t size = file->durable.len, largest = size, final = size;
  size_t kept = draw_kept(file->n_changes);
  for (size_t i = 0; i < file->n_changes; i++) {
    touches(&file->changes[i], 0, &size);
    if (size > largest) largest = size;
    if (i + 1 == kept) final = size;
  }
  StrBuf after;
  strbuf_init(&after, 0);
  strbuf_put(&after, file->durable.data, file->durable.len);
  uint64_t sectors = (largest + SECTOR - 1) / SECTOR;
  resize(&after, sectors * SECTOR);
  for (uint64_t s = 0; s < sectors; s++) lose_sector(file, s, after.data + s * SECTOR);
  if (strbuf_failed(&after)) give_up("out of memory", "disk");
  resize(&after, final);
  strbuf_deinit(&file->durable);
  file->durable = after;
}

static void lose_names(Node *dir) {
  size_t kept = draw_kept(dir->n_moves);
  for (size_t i = 0; i < kept; i++) carry_out(dir, &dir->moves[i]);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *place) {
  (void)st;
  (void)type;
  (void)place;
  return remove(path);
}

static void write_file(const char *path, const StrBuf *bytes) {
  int fd = real.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  for (size_t at = 0; fd >= 0 && at < bytes->len;) {
    ssize_t done = real.write(fd, bytes->data + at, bytes->len - at);
    if (done < 0) give_up("cannot be written", path);
    at += (size_t)done;
  }
  if (fd < 0 || close(fd) != 0) give_up("cannot be made", path);
}

static void put_back(const Node *dir, const char *at) {
  for (size_t i = 0; i < dir->n_names; i++) {
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s", at, dir->names[i].name) >= PATH_MAX) abort();
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    const Node *node = dir->names[i].durable;
    if (node == NULL) continue;
    if (!node->is_dir) {
      write_file(path, &node->durable);
    } else if (mkdir(path, 0777) != 0) {
      give_up("cannot be made", path);
    } else {
      put_back(node, path);
    }
  }
}

void disk_lose_power(uint64_t seed) {
  chance = seed;
  for (Node *n = nodes; n != NULL; n = n->next) {
    if (n->is_dir) {
      lose_names(n);
    } else {
      lose_bytes(n);
    }
  }
  for (Node *n = nodes; n != NULL; n = n->next) {
    if (n->is_dir && !n->made && !n->gone && n->path != NULL) put_back(n, n->path);
  }
}
