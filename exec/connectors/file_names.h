/* file_names.h -- how the files of a sink are called, and directories that keep their names.
 *
 *     DIR/x.csv    .x.csv.inprogress until it is whole
 *     DIR/out      dt=2024-05-01/part-0-7, .part-0-7.inprogress until it may be seen
 *
 * A part's name is (sink, sequence).  Texts made here are malloc'ed and the caller's; NULL: no
 * memory.
 */
#pragma once
#include "base/error.h"
#include "base/str.h"

#include <sys/types.h>

/* "a/b" of "a/b/c", "." of "c". */
char *file_directory(const char *path);
/* "a/.c.inprogress" of "a/c". */
char *file_aside(const char *path);
/* Does the path end like that of a file of rows (.csv .json ...)? */
bool file_has_extension(const char *path);

char *file_join(const char *dir, Str below); /* below "": dir itself */

typedef struct PartName {
  uint32_t sink;
  int64_t number;
  bool finished;
} PartName;

/* DIR/part-0-7 or DIR/.part-0-7.inprogress */
char *part_path(const char *dir, PartName name);
/* Is that the name of a part, as we write it? */
bool part_name_parse(const char *name, PartName *out);

/* ERR_IO when that cannot be told. */
MUST_USE Code file_is_there(const char *path, Span span, bool *there, Error *err);

/* --- on the disk ---------------------------------------------------------------------------- */

/* Make the names in dir durable.  A directory that cannot be opened for reading, or a file system
 * that cannot sync one, is no failed write. */
MUST_USE Code directory_sync(const char *dir, Span span, Error *err);
/* The same of the directory that path stands in: path's own name lasts. */
MUST_USE Code parent_sync(const char *path, Span span, Error *err);
/* mkdir -p, durably: what is there may have been made by somebody who was killed before he could
 * sync it.  path[0..known) is there for sure. */
MUST_USE Code directory_make(const char *path, size_t known, Span span, Error *err);
MUST_USE Code file_rename(const char *from, const char *to, Span span, Error *err);

/* The names in a directory, sorted, without "." and "..". */
typedef struct Names {
  char **items;
  ssize_t n;
} Names;
MUST_USE Code names_read(const char *dir, Span span, Names *out, Error *err);
void names_free(Names *n);
