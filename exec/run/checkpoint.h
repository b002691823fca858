/* checkpoint.h -- taking checkpoints of a running job.
 *
 *     input thread   admits a chunk without rows, CHUNK_CHECKPOINT, between two epochs
 *     workers        save each keyed instance when the chunk comes by it
 *     sink writers   prepare
 *     its thread     writes what they give; when all have given all: decides (a rename)
 *     sink writers   commit
 *
 * One checkpoint is under way at a time.  The end of the input is one too, without state: after
 * it there is nothing to go on with.  All of it is guarded by Flow.lock.
 */
#pragma once
#include <pthread.h>

#include "exec/run/checkpoint_file.h"
#include "exec/run/owners.h"

typedef struct Job Job;
typedef struct ChunkSlot ChunkSlot;
typedef struct KeyedInstance KeyedInstance;
typedef struct SinkWriter SinkWriter;
typedef struct Worker Worker;

/* Takes the blocks of one owner to the checkpoint that is under way. */
typedef struct Saver {
  StateSink sink;
  Job *job;
  uint32_t owner;
  Micros took_us; /* to save what is not deferred */
  bool draining;  /* the instance's state is not yet written to the end */
} Saver;

typedef enum CheckpointPhase {
  CHECKPOINT_NONE,
  CHECKPOINT_SAVING,    /* instances and sinks give what they have */
  CHECKPOINT_COMMITTING /* it is decided: sinks commit */
} CheckpointPhase;

/* What a statement asks for: CHECKPOINT, STOP JOB. */
typedef struct CheckpointRequest {
  bool wanted; /* and not yet taken */
  bool stop, drain;
  const char *into; /* of a savepoint; NULL: the job's own directory */
  uint64_t done;    /* requests that are through, to be waited for */
  char *path;       /* of the last; malloc'ed */
} CheckpointRequest;

typedef struct Checkpoints {
  const CheckpointPlan *plan;
  bool on;
  int lock_fd;
  const char *own_dir; /* DIR/JOB */
  Owners owners;
  uint64_t next_id;
  uint64_t epochs, epochs_before; /* of all runs; at the last checkpoint */
  CheckpointPhase phase;
  CheckpointInfo info;     /* of the one under way */
  const char *into;        /* its directory's parent */
  uint32_t savers_left;    /* instances, sinks and the job itself */
  uint32_t commits_left;   /* sinks */
  StateBlock *head, *tail; /* given and not yet written */
  size_t queued_bytes;
  Micros begun_us, done_us; /* of the last one, by the monotonic clock */
  CheckpointRequest request;
  pthread_cond_t changed;
  pthread_t thread;
  bool started, stopping; /* its thread; ended: there will be no more */
  Error err;
  uint64_t bytes_in;        /* that the sources had given when it began */
  CheckpointReader *reader; /* of the checkpoint that the job goes on from; NULL: none, or done */
  const char *restored_from;
  UpgradeReport upgrade;
} Checkpoints;

/* --- opening and closing -----------------------------------------------------------------------
 */

/* Take the directory's lock.  Nothing happens where the plan asks for no checkpoints. */
MUST_USE Code checkpoints_open(Job *job, Error *err);
/* Checkpoint 0: what the sinks find, and where reading begins; durable when this returns.  Before
 * any thread of the job has started. */
MUST_USE Code checkpoints_write_first(Job *job, Error *err);
/* The thread that writes: arg is the Job. */
void *checkpoints_main(void *arg);
/* All other threads have gone. */
void checkpoints_stop(Job *job);
void checkpoints_close(Job *job);

/* --- between checkpoint.c and checkpoint_thread.c
 * ------------------------------------------------- */

enum {
  CHECKPOINT_QUEUE_BYTES = 64 << 20
}; /* what is deferred waits for the disk at this; what
      changes does not */

/* Write the one that is under way, until all have saved, and decide it (lock not held). */
MUST_USE Code checkpoint_write(Job *job);
/* It is decided: sinks are to commit (lock held). */
void checkpoint_decided(Job *job);
/* The sinks have committed (lock held). */
void checkpoint_complete(Job *job);

/* --- for the input thread (lock held) -----------------------------------------------------------
 */

bool checkpoints_due(const Job *job);
/* How long until one is due by the clock. */
Micros checkpoints_due_in_us(const Job *job);
/* Begin one for the chunk that has just been admitted, a CHUNK_CHECKPOINT or the last. */
void checkpoints_begin(Job *job, const ChunkSlot *slot);
static inline bool checkpoints_idle(const Checkpoints *c) { return c->phase == CHECKPOINT_NONE; }

/* --- for workers
 * ----------------------------------------------------------------------------------- */

/* The instance's state at the end of the checkpoint's chunk (lock not held). */
MUST_USE Code checkpoint_save_instance(Job *job, KeyedInstance *k);
/* ... has been given, but for what is deferred (lock held). */
void checkpoint_instance_saved(Job *job, KeyedInstance *k);
/* Write a little of what a worker's instances have deferred (lock held, released between).  false:
 * nothing to do. */
bool checkpoint_save_step(Worker *w);

/* --- for sink writers
 * ------------------------------------------------------------------------------ */

/* All rows up to the checkpoint have been written (lock held, released between). */
MUST_USE Code checkpoint_prepare_sink(SinkWriter *s, bool last);
/* Commit if it is time to (lock held, released between). */
MUST_USE Code checkpoint_commit_sink(SinkWriter *s);

/* The checkpoint's chunk is retired: what the job itself keeps (lock held). */
void checkpoint_save_job(Job *job, const ChunkSlot *slot);
