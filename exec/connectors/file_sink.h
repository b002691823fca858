/* file_sink.h -- the inside of the filesystem sink: what its two sorts have in common.
 *
 * OneFile and PartFiles have the same functions, with the meaning that SinkTable gives them;
 * file_sink.c chooses.  `begin` is the moment from which the disk is changed: the opening without
 * checkpoints; with them the restore, or the first prepare where there is none.
 */
#pragma once
#include "exec/connectors/connector.h"
#include "exec/connectors/file_claims.h"

typedef enum FileSort { SORT_DEVICE, SORT_ONE_FILE, SORT_PARTS } FileSort;

typedef struct FileTarget {
  FileSort sort;
  const char *path; /* the file, or the directory of parts; lives in the arena */
  Arena arena;
  Span span;
  unsigned file_mode; /* of new files */
  bool created;       /* nothing was there */
  bool overwrite;
  bool checkpointing;
  Str header;
  FileClaim claim;
} FileTarget;

Code file_no_memory(const FileTarget *t, Error *err);
/* What was read from a checkpoint makes no sense. */
Code file_bad_state(const FileTarget *t, Error *err);
/* Another sink has the claim. */
Code file_is_taken(const FileTarget *t, Error *err);

/* --- one_file.c ------------------------------------------------------------------------------ */

typedef struct OneFile OneFile;

MUST_USE Code one_file_open(const FileTarget *t, OneFile **out, Error *err);
MUST_USE Code one_file_write(OneFile *o, const char *bytes, size_t n, Error *err);
MUST_USE Code one_file_flush(OneFile *o, Error *err);
MUST_USE Code one_file_prepare(OneFile *o, bool last, StateOut *out, Error *err);
MUST_USE Code one_file_commit(OneFile *o, Error *err);
MUST_USE Code one_file_restore(OneFile *o, StateIn *in, Error *err);
MUST_USE Code one_file_close(OneFile *o, bool commit, Error *err);

/* --- part_files.c, part_state.c -------------------------------------------------------------- */

typedef struct PartFiles PartFiles;

MUST_USE Code part_files_open(FileTarget *t, const SinkSpec *spec, PartFiles **out, Error *err);
MUST_USE Code part_files_write(PartFiles *f, Str partition, const char *bytes, size_t n,
                               Error *err);
MUST_USE Code part_files_flush(PartFiles *f, Error *err);
MUST_USE Code part_files_prepare(PartFiles *f, uint64_t checkpoint, bool last, StateOut *out,
                                 Error *err);
MUST_USE Code part_files_commit(PartFiles *f, uint64_t checkpoint, Error *err);
MUST_USE Code part_files_restore(PartFiles *f, StateIn *in, bool last, Error *err);
MUST_USE Code part_files_close(PartFiles *f, bool commit, Error *err);
