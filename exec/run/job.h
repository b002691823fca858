/* job.h -- running a plan: start, wait, stop, and what is told at the end.
 *
 * The caller's thread becomes worker 0.  Beside the workers there are one input thread, which
 * reads and cuts, and one writer thread for each sink.
 */
#pragma once
#include "exec/ops/op.h"
#include "exec/run/job_plan.h"

typedef struct Job Job;

/* Where the rows of a bare SELECT go: bytes made by format, in order, from one thread.  format
 * NULL: rows are only counted. */
typedef struct JobResult {
  const Format *format;
  Options options;
  const char *null_text;
  bool with_kind; /* a first column "op" */
  Code (*write)(void *arg, const char *bytes, size_t n, Error *err);
  Code (*flush)(void *arg, Error *err);
  void *arg;
} JobResult;

typedef struct JobHooks {
  JobResult result;
  /* A line for the user: a malformed row. Called from any thread, one at a time. */
  void (*note)(void *arg, const char *line);
  void *note_arg;
} JobHooks;

typedef struct JobStats {
  uint64_t rows_in, rows_out;
  uint64_t bad_rows;         /* malformed and skipped */
  uint64_t late_rows;        /* after all their windows had fired */
  uint64_t null_time_rows;   /* without event time */
  uint64_t far_rows;         /* moved the watermark less than they would: weir.watermark.max-jump */
  Micros far_us;             /* where the first of them wanted it */
  OpPending open;            /* windows that an interrupt left open */
  uint64_t bytes_in;         /* uncompressed */
  uint64_t checkpoints;      /* taken */
  uint64_t checkpoint_bytes; /* of state in them, before compression */
  uint64_t checkpoint_us;    /* that writing them took, beside the work */
  uint64_t checkpoint_pause_us; /* longest time for which a worker did nothing but save */
  uint64_t restored_bytes;      /* of state that was gone on from */
  uint64_t restored_us;
  uint64_t rescales;   /* changes of the number of workers */
  uint64_t rescale_us; /* longest of them */
  bool interrupted;
  bool resumable;         /* ... with a last checkpoint, */
  uint64_t checkpoint_id; /* this one */
} JobStats;

/* Open sources and sinks and build the operators.  The plan must outlive the job. */
MUST_USE Code job_new(const JobPlan *plan, const JobHooks *hooks, Job **out, Error *err);
/* Run to the end. Outputs are committed on OK. */
MUST_USE Code job_run(Job *job, JobStats *stats, Error *err);
/* Ask a running job to stop: it finishes what it has read, and returns OK with stats.interrupted.
 * Async-signal-safe. */
void job_interrupt(Job *job);
/* A checkpoint now, of a job that another thread runs; returns when it is there.  savepoint_dir
 * NULL: in the job's own directory, where it goes with the others; else in savepoint_dir/JOB, where
 * nobody removes it. *path is malloc'ed.  ERR_STATE: the job takes none, or has ended before. */
MUST_USE Code job_checkpoint(Job *job, const char *savepoint_dir, char **path, Error *err);
/* The same, and the job ends behind it.  drain: as if its input had ended there, so that all that
 * is open is given out, and there is nothing to go on with but the savepoint. */
MUST_USE Code job_stop(Job *job, const char *savepoint_dir, bool drain, char **path, Error *err);
/* EXPLAIN UPGRADE: what the plan would take over from a checkpoint, line by line.  path: a
 * checkpoint, or the directory of checkpoints, whose newest of the plan's job is taken.  *fits: it
 * would go on without
 * --allow-non-restored-state. */
MUST_USE Code job_explain_upgrade(const JobPlan *plan, const char *path, StrBuf *out, bool *fits,
                                  Error *err);
void job_free(Job *job); /* NULL is allowed */
