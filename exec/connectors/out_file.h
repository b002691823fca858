/* out_file.h -- a file that whole rows are appended to: written, made durable, gone back to.
 *
 * A *mark* is a length that the disk has and what stands before it: with it, another process
 * finds the place again and knows that it is the same file.  What has no length (a pipe, a device)
 * is only written.
 *
 * One thread.  After a failure all fails, with the same words: nothing is written behind a hole,
 * and a failed sync is not tried again, since the system may have dropped the pages.
 */
#pragma once
#include "exec/connectors/out.h"

typedef struct FileMark {
  uint64_t bytes;
  uint64_t tail; /* hash of the last of them */
} FileMark;

typedef struct OutFile {
  Out out; /* while it is open; out.name is what messages call it, borrowed */
  bool open;
  bool regular;         /* has a length, can be synced and cut */
  bool needs_newline;   /* it ended within a line */
  bool marked;          /* mark is of all of it */
  uint64_t start_bytes; /* its length when it was opened */
  uint64_t bytes;       /* its length, with what the buffer holds */
  FileMark mark;
} OutFile;

/* Open or create (flags as of open(2), to which O_APPEND is added) and look at its end.  name is
 * kept.  On failure errno tells more, and nothing stays open. */
MUST_USE Code out_file_open(OutFile *f, const char *path, int flags, unsigned mode,
                            const char *name, Span span, Error *err);
/* Open again what was written up to the mark, cut off what stands behind it, and make that durable.
 * ERR_STATE when the file is gone, shorter, or has something else there. */
MUST_USE Code out_file_go_back(OutFile *f, const char *path, const FileMark *mark, const char *name,
                               Span span, Error *err);
/* Is that what the file at path holds?  ERR_STATE when it is not. */
MUST_USE Code out_file_check(const char *path, const FileMark *mark, Span span, Error *err);

MUST_USE Code out_file_write(OutFile *f, const char *bytes, size_t n, Error *err);
MUST_USE Code out_file_flush(OutFile *f, Error *err);
/* All of it on the disk; f->mark says how much that is.  ERR_STATE when somebody else has written
 * to the file, whose rows a restore would cut off. */
MUST_USE Code out_file_mark(OutFile *f, Error *err);
/* All of it on the disk, and close. */
MUST_USE Code out_file_finish(OutFile *f, Error *err);
/* Write what is buffered and give the descriptor back for a while. */
MUST_USE Code out_file_rest(OutFile *f, Error *err);
/* Go on with one that rests: path as at the opening. */
MUST_USE Code out_file_wake(OutFile *f, const char *path, Error *err);
/* Close and forget what is buffered.  One that rests, or was never open, is allowed. */
void out_file_drop(OutFile *f);
