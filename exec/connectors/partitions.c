/* partitions.c -- the directories that a sink of part files writes to. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "base/sys.h"
#include "exec/connectors/io_error.h"
#include "exec/connectors/part_files.h"

void partition_find(const PartFiles *f, Str name, Partition **out) {
  uint64_t hash = hash_bytes(name.ptr, name.len);
  *out = f->n_chains > 0 ? f->chains[hash % f->n_chains] : NULL;
  while (*out != NULL && !((*out)->hash == hash && str_eq(str_of((*out)->name), name))) {
    *out = (*out)->in_chain;
  }
}

/* Twice as many chains. */
static bool widen(PartFiles *f) {
  size_t n = f->n_chains > 0 ? f->n_chains * 2 : 16;
  Partition **chains = calloc(n, sizeof *chains);
  if (chains == NULL) return false;
  for (Partition *p = f->first; p != NULL; p = p->next) {
    p->in_chain = chains[p->hash % n];
    chains[p->hash % n] = p;
  }
  free(f->chains);
  f->chains = chains;
  f->n_chains = n;
  return true;
}

Code partition_add(PartFiles *f, Str name, Partition **out, Error *err) {
  if (f->n_partitions == f->n_chains && !widen(f)) return file_no_memory(f->target, err);
  Partition *p = calloc(1, sizeof *p);
  if (p == NULL) return file_no_memory(f->target, err);
  p->name = strndup(name.ptr, name.len);
  p->dir = file_join(f->target->path, name);
  if (p->name == NULL || p->dir == NULL) {
    free(p->name);
    free(p->dir);
    free(p);
    return file_no_memory(f->target, err);
  }
  p->commit_in = UINT64_MAX;
  p->hash = hash_bytes(name.ptr, name.len);
  p->in_chain = f->chains[p->hash % f->n_chains];
  f->chains[p->hash % f->n_chains] = p;
  if (f->last != NULL) f->last->next = p;
  if (f->first == NULL) f->first = p;
  f->last = p;
  f->n_partitions++;
  *out = p;
  return OK;
}

void partitions_free(PartFiles *f) {
  for (Partition *p = f->first, *next; p != NULL; p = next) {
    next = p->next;
    if (p->open != NULL) part_free(f, p->open);
    for (Part *part = p->closed, *behind; part != NULL; part = behind) {
      behind = part->next;
      part_free(f, part);
    }
    free(p->name);
    free(p->dir);
    free(p);
  }
  free(f->chains);
}

/* --- on the disk ---------------------------------------------------------------------------- */

/* INSERT INTO numbers its parts behind all that are there.  INSERT OVERWRITE must be able to
 * replace all of the partition, and does not remove files that are not weir's. */
static Code look_at_name(PartFiles *f, Partition *p, const char *name, Error *err) {
  const FileTarget *t = f->target;
  PartName part;
  bool is_part = part_name_parse(name, &part);
  if (!t->overwrite) {
    bool mine = is_part && part.sink == t->claim.number;
    if (mine && part.number >= p->next_number) p->next_number = part.number + 1;
    return OK;
  }
  if (is_part || name[0] == '.' || name[0] == '_') return OK;
  FAIL(err, ERR_UNSUPPORTED, t->span,
       "\"%s\" holds \"%s\", which INSERT OVERWRITE would leave in the table", p->dir, name);
  error_hint(err, "only files named part-0-N are replaced; move it away");
  return ERR_UNSUPPORTED;
}

Code partition_look(PartFiles *f, Partition *p, Error *err) {
  const FileTarget *t = f->target;
  Names names;
  TRY(directory_make(p->dir, strlen(t->path), t->span, err));
  TRY(names_read(p->dir, t->span, &names, err));
  Code code = OK;
  for (ssize_t i = 0; i < names.n && code == OK; i++) {
    code = look_at_name(f, p, names.items[i], err);
  }
  names_free(&names);
  return code;
}

Code partition_succeed(PartFiles *f, Partition *p, Error *err) {
  const FileTarget *t = f->target;
  char *path = file_join(p->dir, str_of(f->success_name));
  if (path == NULL) return file_no_memory(t, err);
  int fd = sys.open(path, O_WRONLY | O_CREAT, t->file_mode);
  Code code = fd >= 0 ? OK : io_fail(err, t->span, "write", path, errno);
  if (fd >= 0 && sys.fsync(fd) != 0) code = io_fail(err, t->span, "sync", path, errno);
  if (fd >= 0) sys.close(fd);
  free(path);
  p->commit_in = UINT64_MAX;
  p->unsynced = true;
  return code;
}

/* A directory `column=value` may be part of a partition's path. */
static Code is_partition_dir(const PartFiles *f, const char *path, const char *name, bool *is,
                             Error *err) {
  struct stat st;
  *is = false;
  if (name[0] == '.' || strchr(name, '=') == NULL) return OK;
  if (sys.stat(path, &st) == 0) {
    *is = S_ISDIR(st.st_mode);
    return OK;
  }
  return errno == ENOENT ? OK : io_fail(err, f->target->span, "look at", path, errno);
}

static Code walk(PartFiles *f, Str below, uint32_t depth, PartitionDirFn *fn, void *arg,
                 Error *err);

static Code walk_entry(PartFiles *f, Str below, const char *name, uint32_t depth,
                       PartitionDirFn *fn, void *arg, Error *err) {
  StrBuf next = {0};
  strbuf_str(&next, below);
  if (below.len > 0) strbuf_putc(&next, '/');
  strbuf_puts(&next, name);
  char *path = strbuf_failed(&next) ? NULL : file_join(f->target->path, (Str){next.data, next.len});
  bool goes_on = false;
  Code code = path != NULL ? is_partition_dir(f, path, name, &goes_on, err)
                           : file_no_memory(f->target, err);
  if (goes_on) code = walk(f, (Str){next.data, next.len}, depth + 1, fn, arg, err);
  free(path);
  strbuf_deinit(&next);
  return code;
}

/* The recursion is as deep as PARTITIONED BY has columns. */
static Code walk(PartFiles *f, Str below, uint32_t depth, PartitionDirFn *fn, void *arg,
                 Error *err) {
  if (depth == f->depth) return fn(f, below, arg, err);
  char *path = file_join(f->target->path, below);
  if (path == NULL) return file_no_memory(f->target, err);
  Names names;
  Code code = names_read(path, f->target->span, &names, err);
  free(path);
  for (ssize_t i = 0; i < names.n && code == OK; i++) {
    code = walk_entry(f, below, names.items[i], depth, fn, arg, err);
  }
  names_free(&names);
  return code;
}

Code partition_walk(PartFiles *f, PartitionDirFn *fn, void *arg, Error *err) {
  return walk(f, STR(""), 0, fn, arg, err);
}
