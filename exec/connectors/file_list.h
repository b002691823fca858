/* file_list.h -- which files a 'path' means: one, those of a directory, those of a glob. */
#pragma once
#include "base/arena.h"
#include "exec/connectors/connector.h"

/* The local path of 'path': "file:///x", "file://localhost/x" and "file:/x" are "/x"; another
 * scheme is refused.  Borrowed from uri. */
MUST_USE Code file_path_of(const char *uri, Span span, const char **path, Error *err);

/* The files, bytewise by path, in the arena.
 *   a file, pipe or device  itself
 *   a directory             its regular files and those of its subdirectories (symbolic links are
 *                           followed, a cycle is not); names that begin with '.' or '_' are
 *                           skipped, as in Flink; perhaps none
 *   a pattern               * ? [..] in any component, by fnmatch(3), none of which finds such
 *                           a name unless it begins with the same character; a directory that
 *                           matches stands for its files; at least one match
 * ERR_IO with the nearest name when there is no such file. */
MUST_USE Code file_list(const char *path, Span span, Arena *arena, Split **splits, uint32_t *n,
                        Error *err);
/* The same of a path that is listed again and again: a pattern may match nothing yet, and a single
 * file is refused (ERR_OPTION). */
MUST_USE Code file_list_watched(const char *path, Span span, Arena *arena, Split **splits,
                                uint32_t *n, Error *err);
