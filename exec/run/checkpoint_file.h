/* checkpoint_file.h -- a checkpoint on disk: written aside, verified before it is believed.
 *
 *     DIR/JOB/lock                held by the process that runs the job
 *     DIR/JOB/chk-7/state         blocks (exec/state/state_io.h), many to an lz4 frame
 *     DIR/JOB/chk-7/manifest      what the checkpoint is, whose blocks it has, and the length and
 *                                 checksum of state; written last
 *     DIR/JOB/.chk-8.inprogress/  what is being written
 *     DIR/JOB/.chk-5.removed/     what is being removed
 *
 * A checkpoint is made under its second name: files are written and synced, the manifest last, the
 * directory is synced, renamed, and the directory around it synced.  So what has the first name is
 * whole, as far as the disk keeps its word; XXH3 checksums tell when it does not.  What a crash
 * left under a second name is removed by the next who takes the lock.
 *
 * Every length is checked against the file before anything is allocated.  docs/checkpoint-format.md
 * describes the bytes.  A failed fsync is an error like any other, and the caller does not try
 * again: the kernel may have dropped the pages.  One thread for each writer or reader.
 */
#pragma once
#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "exec/state/state_io.h"

typedef struct CheckpointInfo {
  uint64_t id;     /* counts up for a job, also through restarts */
  uint64_t epochs; /* that went before it */
  Micros time_us;  /* wall clock */
  const char *job;
  const char *engine;   /* the version of the weir that wrote it */
  bool finished;        /* the input had ended: there is nothing to go on with */
  bool savepoint;       /* asked for by the user: never removed */
  uint32_t parallelism; /* of the job that wrote it */
  uint64_t state_bytes; /* of blocks, before compression */
  uint64_t file_bytes;
  const char **owners; /* whose blocks: "operator ...", "split ...", "sink ..." */
  uint32_t n_owners;
} CheckpointInfo;

/* --- the directory of a job ------------------------------------------------------------------ */

/* DIR/JOB, in the arena.  The name of a job is one that a directory can have: planner/job_name.h.
 */
const char *checkpoint_job_dir(Arena *arena, const char *dir, const char *job);
/* Make DIR/JOB and take its lock; *lock_fd is closed by the caller, which gives it back.  ERR_STATE
 * when another process has it, or another job of this one.  Removes what crashes have left. */
MUST_USE Code checkpoint_lock(const char *dir, const char *job, int *lock_fd, Error *err);

/* Directories of the checkpoints in DIR/JOB, by their number, so oldest first, in the arena; none,
 * or no directory, is no error.  They are complete, unless the disk lied: ask checkpoint_open. */
MUST_USE Code checkpoint_list(Arena *arena, const char *dir, const char *job, const char ***paths,
                              uint32_t *n, Error *err);
/* Those in DIR itself and in the directories there, job by job: for SHOW CHECKPOINTS.  DIR has to
 * be there. */
MUST_USE Code checkpoint_list_all(Arena *arena, const char *dir, const char ***paths, uint32_t *n,
                                  Error *err);
/* Remove all but the newest `retained`, at least 1.  Savepoints are left alone and not counted, and
 * so is what has no manifest that can be read. */
MUST_USE Code checkpoint_retain(const char *dir, const char *job, uint32_t retained, Error *err);

/* --- writing --------------------------------------------------------------------------------- */

typedef struct CheckpointWriter CheckpointWriter;

/* into: the directory of the job, or the one of a savepoint; made when it is missing.  The result
 * is INTO/chk-ID.  ERR_STATE when that is there already.  On failure nothing is left. */
MUST_USE Code checkpoint_create(const char *into, uint64_t id, CheckpointWriter **out, Error *err);
/* Blocks of an owner, in order; the block is freed by the caller. */
MUST_USE Code checkpoint_add(CheckpointWriter *w, uint32_t owner, const StateBlock *block,
                             Error *err);
/* Decide: after OK the checkpoint is there for good.  info's id, engine and sizes are filled in; it
 * names all owners.  Frees w, also when it fails. */
MUST_USE Code checkpoint_finish(CheckpointWriter *w, CheckpointInfo *info, Error *err);
/* Give it up and remove what was written. */
void checkpoint_abandon(CheckpointWriter *w);

/* --- reading --------------------------------------------------------------------------------- */

typedef struct CheckpointReader CheckpointReader;

/* Verify all of it.  ERR_STATE with file and byte offset when it is damaged or of a format that
 * this weir does not know; ERR_IO. */
MUST_USE Code checkpoint_open(const char *path, CheckpointReader **out, Error *err);
/* Only the manifest is read and verified. */
MUST_USE Code checkpoint_peek(Arena *arena, const char *path, CheckpointInfo *out, Error *err);
const CheckpointInfo *checkpoint_info(const CheckpointReader *r);
/* The next block in the order of writing; *block NULL: no more.  The caller frees it. */
MUST_USE Code checkpoint_next(CheckpointReader *r, uint32_t *owner, StateBlock **block, Error *err);
/* The first block is the next one again; nothing is verified twice. */
void checkpoint_rewind(CheckpointReader *r);
void checkpoint_close(CheckpointReader *r); /* NULL is allowed */

/* --- for people ------------------------------------------------------------------------------- */

/* "checkpoint", "savepoint", or "finished" of a job whose input had ended. */
const char *checkpoint_kind(const CheckpointInfo *info);
/* Append what the checkpoint is and what it has of each owner and section, as lines of text that
 * are safe for a terminal.  It is verified first; when it is damaged, what the manifest tells is
 * appended all the same. */
MUST_USE Code checkpoint_dump(const char *path, StrBuf *out, Error *err);
