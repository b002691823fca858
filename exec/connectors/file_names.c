/* file_names.c -- how the files of a sink are called, and directories that keep their names. */
#include "exec/connectors/file_names.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/sys.h"
#include "exec/connectors/io_error.h"
#include "exec/data/number_text.h"

enum { DIR_MODE = 0777 }; /* the umask takes its part */

/* --- names ---------------------------------------------------------------------------------- */

/* The text that was made; NULL: memory was out. */
static char *made(StrBuf *b) {
  if (!strbuf_failed(b)) return b->data;
  strbuf_deinit(b);
  return NULL;
}

char *file_directory(const char *path) {
  const char *slash = strrchr(path, '/');
  if (slash == NULL) return strdup(".");
  return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

char *file_aside(const char *path) {
  const char *slash = strrchr(path, '/');
  size_t dir_len = slash == NULL ? 0 : (size_t)(slash - path) + 1;
  StrBuf b = {0};
  strbuf_put(&b, path, dir_len);
  strbuf_printf(&b, ".%s.inprogress", path + dir_len);
  return made(&b);
}

bool file_has_extension(const char *path) {
  static const char *const extensions[] = {".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".txt"};
  size_t len = strlen(path);
  for (size_t i = 0; i < COUNT_OF(extensions); i++) {
    size_t n = strlen(extensions[i]);
    if (len > n && text_eq_nocase(path + len - n, extensions[i])) return true;
  }
  return false;
}

char *file_join(const char *dir, Str below) {
  StrBuf b = {0};
  strbuf_puts(&b, dir);
  if (below.len > 0) {
    if (b.len > 0 && b.data[b.len - 1] != '/') strbuf_putc(&b, '/');
    strbuf_str(&b, below);
  }
  return made(&b);
}

char *part_path(const char *dir, PartName name) {
  StrBuf b = {0};
  strbuf_printf(&b, "%s/%spart-%u-%lld%s", dir, name.finished ? "" : ".", name.sink,
                (long long)name.number, name.finished ? "" : ".inprogress");
  return made(&b);
}

/* A number without a sign and without zeros in front. */
static bool parse_number(Str s, int64_t *out) {
  if (s.len == 0 || s.ptr[0] < '0' || s.ptr[0] > '9') return false;
  if (s.ptr[0] == '0' && s.len > 1) return false;
  return int_parse(s, out) && *out < INT64_MAX;
}

bool part_name_parse(const char *name, PartName *out) {
  Str s = str_of(name), begin = STR("part-"), end = STR(".inprogress");
  out->finished = name[0] != '.';
  if (!out->finished) {
    if (!str_ends(s, end)) return false;
    s = (Str){s.ptr + 1, s.len - 1 - end.len};
  }
  if (!str_starts(s, begin)) return false;
  s = (Str){s.ptr + begin.len, s.len - begin.len};
  const char *dash = memchr(s.ptr, '-', s.len);
  if (dash == NULL) return false;
  size_t len = (size_t)(dash - s.ptr);
  int64_t sink;
  if (!parse_number((Str){s.ptr, len}, &sink) || sink > UINT32_MAX) return false;
  out->sink = (uint32_t)sink;
  return parse_number((Str){dash + 1, s.len - len - 1}, &out->number);
}

/* --- on the disk ---------------------------------------------------------------------------- */

Code directory_sync(const char *dir, Span span, Error *err) {
  if (sys_sync_dir(dir) || errno == EACCES) return OK;
  return io_fail(err, span, "sync", dir, errno);
}

Code parent_sync(const char *path, Span span, Error *err) {
  char *parent = file_directory(path);
  if (parent == NULL) return io_fail(err, span, "sync", path, ENOMEM);
  Code code = directory_sync(parent, span, err);
  free(parent);
  return code;
}

/* Make one directory whose parent is there. */
static Code make_one(const char *path, Span span, Error *err) {
  if (sys.mkdir(path, DIR_MODE) != 0 && errno != EEXIST && errno != EISDIR) {
    return io_fail(err, span, "make directory", path, errno);
  }
  return parent_sync(path, span, err);
}

Code directory_make(const char *path, size_t known, Span span, Error *err) {
  char *prefix = strdup(path);
  if (prefix == NULL) return io_fail(err, span, "make directory", path, ENOMEM);
  size_t len = strlen(path);
  Code code = OK;
  for (size_t i = known + 1; i <= len && code == OK; i++) {
    if (i < len && path[i] != '/') continue;
    prefix[i] = '\0';
    code = make_one(prefix, span, err);
    prefix[i] = path[i];
  }
  free(prefix);
  return code;
}

Code file_is_there(const char *path, Span span, bool *there, Error *err) {
  struct stat st;
  *there = sys.stat(path, &st) == 0;
  if (*there || errno == ENOENT || errno == ENOTDIR) return OK;
  return io_fail(err, span, "look at", path, errno);
}

Code file_rename(const char *from, const char *to, Span span, Error *err) {
  if (sys.rename(from, to) == 0) return OK;
  return io_fail(err, span, "rename", from, errno);
}

Code names_read(const char *dir, Span span, Names *out, Error *err) {
  *out = (Names){0};
  out->n = sys.list(dir, &out->items);
  if (out->n >= 0) return OK;
  out->n = 0;
  return io_fail(err, span, "read directory", dir, errno);
}

void names_free(Names *n) {
  sys_free_names(n->items, n->n);
  *n = (Names){0};
}
