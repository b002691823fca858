/* file_list.c -- paths, directories and globs to the list of files that they mean.
 *
 * An existing file is never taken for a pattern, so that "a[1].csv" can be read.  A pattern
 * is matched component by component: "logs/2024-*" + "/" + "app?.csv".
 *
 * The number of files is data, so the list may fail for want of memory; the depth of
 * directories is bounded, which bounds the recursion.
 */
#include "exec/connectors/file_list.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/sys.h"
#include "exec/connectors/io_error.h"

enum { FILE_DEPTH_MAX = 100 }; /* directories inside one another; PATH_MAX allows few more */

/* A directory that is being read, and those that it lies in: to find cycles of links. */
typedef struct Dir {
  const struct Dir *parent;
  dev_t dev;
  ino_t ino;
  uint32_t depth;
} Dir;

typedef struct Lister {
  Arena *arena;
  Span span;
  Error *err;
  Split *items; /* malloc'ed while it grows */
  uint32_t n, cap;
  uint32_t matches; /* of a pattern, directories included */
  bool watched;     /* will be listed again */
} Lister;

Code file_path_of(const char *uri, Span span, const char **path, Error *err) {
  size_t scheme = strspn(uri, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-");
  const char *rest = uri;
  if (scheme == 4 && str_eq_nocase((Str){uri, 4}, STR("file")) && strncmp(uri + 4, ":/", 2) == 0) {
    rest = uri + 5;
    if (strncmp(rest, "//", 2) == 0) rest += 2;
    if (rest != uri + 5 && strncmp(rest, "localhost/", 10) == 0) rest += 9;
    if (*rest != '/') {
      FAIL(err, ERR_UNSUPPORTED, span, "\"%s\" names a file of another machine", uri);
      error_hint(err, "a local file is written file:///directory/name or simply as its path");
      return ERR_UNSUPPORTED;
    }
  } else if (scheme > 1 && strncmp(uri + scheme, "://", 3) == 0) {
    return FAIL(err, ERR_UNSUPPORTED, span, "paths of scheme \"%.*s\" are not supported",
                (int)scheme, uri);
  }
  if (*rest == '\0') return FAIL(err, ERR_OPTION, span, "'path' is empty");
  *path = rest;
  return OK;
}

/* --- the list ------------------------------------------------------------------------------ */

static Code no_memory(Lister *l) {
  return FAIL(l->err, ERR_MEMORY, l->span, "no memory for the list of files");
}

/* dir + "/" + name in the arena; NULL when memory is out. */
static char *join(Lister *l, const char *dir, const char *name) {
  size_t d = strlen(dir), n = strlen(name);
  bool slash = d > 0 && dir[d - 1] != '/';
  char *path = arena_try_alloc(l->arena, d + slash + n + 1, 1);
  if (path == NULL) return NULL;
  memcpy(path, dir, d);
  if (slash) path[d] = '/';
  memcpy(path + d + slash, name, n + 1);
  return path;
}

/* path lives in the arena. */
static Code add(Lister *l, const char *path, const struct stat *st) {
  if (l->n == l->cap) {
    uint32_t cap = l->cap > 0 ? l->cap * 2 : 4;
    if (cap < l->cap) return no_memory(l);
    Split *items = realloc(l->items, cap * sizeof *items);
    if (items == NULL) return no_memory(l);
    l->items = items;
    l->cap = cap;
  }
  bool regular = S_ISREG(st->st_mode);
  l->items[l->n++] = (Split){.name = path,
                             .bounded = regular,
                             .replayable = regular,
                             .bytes = regular ? (uint64_t)st->st_size : 0};
  return OK;
}

static bool is_hidden(const char *name) { return name[0] == '.' || name[0] == '_'; }

static Code add_directory(Lister *l, const char *path, const Dir *dir);

/* An entry of a directory: a file is added, a directory is read. */
static Code add_entry(Lister *l, const char *path, const Dir *parent) {
  struct stat st;
  if (sys.stat(path, &st) != 0) {
    if (errno == ENOENT) return OK; /* gone since it was listed, or a link to nowhere */
    return io_fail(l->err, l->span, "read", path, errno);
  }
  if (S_ISREG(st.st_mode)) return add(l, path, &st);
  if (!S_ISDIR(st.st_mode)) return OK; /* a socket or device in a directory is no data */
  for (const Dir *d = parent; d != NULL; d = d->parent) {
    if (d->dev == st.st_dev && d->ino == st.st_ino) return OK; /* being read already */
  }
  Dir dir = {parent, st.st_dev, st.st_ino, parent != NULL ? parent->depth + 1 : 1};
  if (dir.depth > FILE_DEPTH_MAX) {
    return FAIL(l->err, ERR_LIMIT, l->span, "\"%s\": more than %d directories inside one another",
                path, FILE_DEPTH_MAX);
  }
  return add_directory(l, path, &dir);
}

static Code add_directory(Lister *l, const char *path, const Dir *dir) {
  char **names = NULL;
  ssize_t n = sys.list(path, &names);
  if (n < 0) return io_fail(l->err, l->span, "read directory", path, errno);
  Code code = OK;
  for (ssize_t i = 0; i < n && code == OK; i++) {
    if (is_hidden(names[i])) continue;
    char *entry = join(l, path, names[i]);
    code = entry == NULL ? no_memory(l) : add_entry(l, entry, dir);
  }
  sys_free_names(names, n);
  return code;
}

/* --- patterns ------------------------------------------------------------------------------ */

static bool has_wildcard(Str s) {
  for (size_t i = 0; i < s.len; i++) {
    if (s.ptr[i] == '*' || s.ptr[i] == '?' || s.ptr[i] == '[') return true;
  }
  return false;
}

static Code match_rest(Lister *l, const char *dir, Str rest);

/* dir is "" for the working directory; component the part of the pattern that names in it have to
 * match; rest what comes behind that. */
static Code match_component(Lister *l, const char *dir, const char *component, Str rest) {
  char **names = NULL;
  ssize_t n = sys.list(*dir == '\0' ? "." : dir, &names);
  if (n < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return OK; /* nothing there matches */
    return io_fail(l->err, l->span, "read directory", *dir == '\0' ? "." : dir, errno);
  }
  Code code = OK;
  for (ssize_t i = 0; i < n && code == OK; i++) {
    if (is_hidden(names[i]) && names[i][0] != component[0]) continue;
    if (fnmatch(component, names[i], 0) != 0) continue;
    char *path = join(l, dir, names[i]);
    code = path == NULL ? no_memory(l) : match_rest(l, path, rest);
  }
  sys_free_names(names, n);
  return code;
}

/* path exists as far as it was matched; rest is the pattern behind it, "" or "/...". */
static Code match_rest(Lister *l, const char *path, Str rest) {
  while (rest.len > 0 && rest.ptr[0] == '/') rest.ptr++, rest.len--;
  if (rest.len == 0) {
    struct stat st;
    if (sys.stat(path, &st) != 0) {
      if (errno == ENOENT || errno == ENOTDIR) return OK; /* no match, or a link to nowhere */
      return io_fail(l->err, l->span, "open", path, errno);
    }
    l->matches++;
    return S_ISDIR(st.st_mode) ? add_entry(l, path, NULL) : add(l, path, &st);
  }
  size_t len = 0;
  while (len < rest.len && rest.ptr[len] != '/') len++;
  char *component = arena_try_alloc(l->arena, len + 1, 1);
  if (component == NULL) return no_memory(l);
  memcpy(component, rest.ptr, len);
  component[len] = '\0';
  Str behind = {rest.ptr + len, rest.len - len};
  if (has_wildcard((Str){component, len})) return match_component(l, path, component, behind);
  char *below = join(l, path, component);
  return below == NULL ? no_memory(l) : match_rest(l, below, behind);
}

static Code match_pattern(Lister *l, const char *pattern) {
  if (strstr(pattern, "**") != NULL) {
    FAIL(l->err, ERR_UNSUPPORTED, l->span, "\"**\" in a path is not supported");
    error_hint(l->err, "a directory is read with all its subdirectories");
    return ERR_UNSUPPORTED;
  }
  TRY(match_rest(l, pattern[0] == '/' ? "/" : "", str_of(pattern)));
  if (l->matches > 0 || l->watched) return OK;
  FAIL(l->err, ERR_IO, l->span, "no file matches \"%s\"", pattern);
  return ERR_IO;
}

/* --- a missing file ------------------------------------------------------------------------ */

/* Which name did they mean?  The directory is looked at only now that something is wrong. */
static Code missing(Lister *l, const char *path) {
  io_fail(l->err, l->span, "open", path, ENOENT);
  const char *slash = strrchr(path, '/');
  char *dir = slash == NULL ? arena_strdup(l->arena, ".")
                            : arena_strndup(l->arena, path, (size_t)(slash - path) + 1);
  const char *name = slash == NULL ? path : slash + 1;
  struct stat st;
  if (slash != NULL && sys.stat(dir, &st) != 0) {
    error_hint(l->err, "there is no directory \"%s\"", dir);
    return ERR_IO;
  }
  char **names = NULL;
  ssize_t n = sys.list(dir, &names);
  if (n < 0) return ERR_IO;
  const char *nearest = nearest_name(name, (const char *const *)names, (size_t)n);
  if (nearest != NULL) {
    error_hint(l->err, "did you mean \"%s%s\"?", slash == NULL ? "" : dir, nearest);
  }
  sys_free_names(names, n);
  return ERR_IO;
}

static int by_path(const void *a, const void *b) {
  return strcmp(((const Split *)a)->name, ((const Split *)b)->name);
}

static Code refuse_watched(Lister *l, const char *path) {
  FAIL(l->err, ERR_OPTION, l->span, "\"%s\" is one file, in which no other can appear", path);
  error_hint(l->err, "'source.monitor-interval' is for a directory or a pattern");
  return ERR_OPTION;
}

static Code list_path(Lister *l, const char *path) {
  struct stat st;
  if (sys.stat(path, &st) == 0) {
    if (l->watched && !S_ISDIR(st.st_mode)) return refuse_watched(l, path);
    char *kept = join(l, "", path);
    if (kept == NULL) return no_memory(l);
    return S_ISDIR(st.st_mode) ? add_entry(l, kept, NULL) : add(l, kept, &st);
  }
  int errnum = errno;
  if (errnum != ENOENT && errnum != ENOTDIR) {
    return io_fail(l->err, l->span, "open", path, errnum);
  }
  return has_wildcard(str_of(path)) ? match_pattern(l, path) : missing(l, path);
}

static Code list_sorted(Lister *l, const char *path, Split **splits, uint32_t *n) {
  Code code = list_path(l, path);
  if (code == OK && l->n > 0) {
    qsort(l->items, l->n, sizeof *l->items, by_path);
    Split *kept = arena_try_alloc(l->arena, l->n * sizeof *kept, 8);
    if (kept == NULL) {
      code = no_memory(l);
    } else {
      memcpy(kept, l->items, l->n * sizeof *kept);
      *splits = kept;
    }
  }
  if (code == OK) *n = l->n;
  free(l->items);
  return code;
}

Code file_list(const char *path, Span span, Arena *arena, Split **splits, uint32_t *n, Error *err) {
  Lister l = {.arena = arena, .span = span, .err = err};
  return list_sorted(&l, path, splits, n);
}

Code file_list_watched(const char *path, Span span, Arena *arena, Split **splits, uint32_t *n,
                       Error *err) {
  Lister l = {.arena = arena, .span = span, .err = err, .watched = true};
  return list_sorted(&l, path, splits, n);
}
