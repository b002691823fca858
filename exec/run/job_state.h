/* job_state.h -- the inside of a Job, for the files of exec/run only.
 *
 *   input thread --chunks--> ring --> workers: parse (source instances)
 *                                        |  parcels in the slot
 *                                        v
 *                            workers: keyed instances --lanes--> ... --> sink writers
 *
 * Everybody takes chunks in the same order; a chunk is retired when all consumers (keyed
 * instances and sinks) are through with it.
 */
#pragma once
#include <stdatomic.h>

#include "exec/expr/program.h"
#include "exec/run/checkpoint.h"
#include "exec/run/flow.h"
#include "exec/run/job.h"
#include "exec/run/out_op.h"
#include "exec/run/source_meta.h"
#include "exec/run/split_list.h"
#include "exec/run/stage.h"
#include "exec/run/watch.h"
#include "exec/run/watermark.h"

/* What a source stage reads: shared by all workers, read-only but for the input thread's part. */
struct Source {
  const Stage *stage;
  const ScanSpec *scan; /* NULL: VALUES */
  DecodeSpec decode;
  OnError on_error;
  RowGenerator *rows;
  uint32_t first_split, n_splits; /* as listed when it was opened, bytewise */
  Watch watch;
  bool timed;                   /* has a watermark */
  bool in_order;                /* parsed one chunk after the other: weir.watermark.max-jump */
  const char *dead_letter_path; /* NULL: malformed records are not kept */
  int dead_letter_fd;           /* -1: not open */
};

/* One worker's parser of a source. */
typedef struct SourceInstance {
  Instance instance;
  Decoder *decoder;
  SourceMeta *meta;       /* NULL: no metadata is asked for */
  BatchBuilder *made;     /* row sources and VALUES */
  ChunkSlot *slot;        /* being parsed */
  const Source *source;   /* of that chunk */
  const char *split_name; /* NULL: nothing that is read */
} SourceInstance;

typedef enum KeyedState { KEYED_WAITING, KEYED_READING, KEYED_FIRING, KEYED_ENDED } KeyedState;

/* One worker's part of a keyed stage; on worker 0 only, for a single one. */
typedef struct KeyedInstance {
  Instance instance;
  bool exists;
  KeyedState state;
  uint64_t chunk; /* being read, or the next */
  Watermark watermark;
  uint32_t n_splits;   /* of the job that have come by, which may be fewer than are listed */
  uint32_t n_ended;    /* ... and their last chunks */
  OpPending pending;   /* of the head, after its last chunk; guarded by flow.lock */
  ParcelQueue marked;  /* of the chunk, until its other rows are in */
  uint64_t late_total; /* rows that it has dropped */
  Saver saver;
} KeyedInstance;

typedef struct Worker {
  Job *job;
  uint32_t index;
  pthread_t thread;
  bool started;
  Error err;
  Micros waited_us;        /* for something to do; guarded by flow.lock, as is the next */
  Micros waits_since_us;   /* 0: it works */
  SourceInstance *sources; /* parallel to Job.sources */
  KeyedInstance *keyed;    /* parallel to stages */
} Worker;

typedef struct SinkWriter {
  Job *job;
  const SinkPlan *plan;
  const Format *format;
  EncodeSpec encode;
  Sink *sink; /* NULL: the result */
  const SinkTable *table;
  bool open;
  StrBuf header;
  pthread_t thread;
  bool started;
  Error err;
  uint64_t rows;
  Saver saver;
  bool commit_due; /* the checkpoint is decided */
} SinkWriter;

/* When something came out last, for "waiting: ..."; guarded by flow.lock. */
typedef struct Silence {
  Micros since_us; /* by the monotonic clock */
  bool told;
} Silence;

typedef struct Peeker Peeker;
/* What autoscaling has looked at last; guarded by flow.lock. */
typedef struct WorkerLoad {
  Micros since_us, waited_us;
  uint64_t epoch;
} WorkerLoad;

enum { RING_AHEAD = 4 }; /* chunks in flight beyond one for each worker */

struct Job {
  const JobPlan *plan;
  JobHooks hooks;
  Arena arena;
  Stages stages;
  uint32_t n_workers;   /* guarded by flow.lock: it may change while the job runs */
  uint32_t workers_max; /* threads */
  WorkerLoad load;
  Flow flow;
  Error err; /* of the first failure; guarded by flow.lock */
  Source *sources;
  uint32_t n_sources;
  SplitList splits;
  Peeker *peeker; /* NULL: nothing was peeked yet */
  Worker *workers;
  SinkWriter *sinks;
  pthread_t input_thread;
  bool input_started;
  Error input_err;
  uint32_t n_consumers;
  int wake_fd; /* eventfd: rouses the input thread from poll */
  atomic_bool interrupted;
  bool limit_reached; /* guarded by flow.lock */
  Micros now_us;      /* processing time of the last chunk: it never goes back */
  Silence silence;
  JobStats stats; /* guarded by flow.lock */
  Checkpoints checkpoints;
  uint64_t chunk_bytes; /* S: the plan's, or that of the checkpoint it goes on from */
  bool finished;        /* it had come to its end before: there is nothing to do */
};

/* --- job.c --- */
void job_fail(Job *job, const Error *err);  /* lock held */
void job_retire(Job *job, ChunkSlot *slot); /* lock held: a consumer is through with it */
void job_wake_input(Job *job);              /* lock held */

void lanes_open(Job *job);
void lanes_free(Job *job);
/* The instances of all workers, and how many consumers a chunk has. */
MUST_USE Code workers_open(Job *job, Error *err);

/* --- rescale.c: for the input thread, lock held --- */
void rescale_begin(Job *job);
/* How many workers there should be now; why is told when it is not as many as there are. */
uint32_t rescale_wanted(Job *job, StrBuf *why);
/* Between two epochs, with nothing in flight. */
MUST_USE Code job_rescale(Job *job, uint32_t n, Error *err);

/* --- worker.c --- */
void worker_loop(Worker *w);
void worker_close(Worker *w);

/* --- source.c --- */
/* What a connector is told of a table that is read. */
SourceSpec source_spec(const Job *job, const Source *src);
MUST_USE Code source_instance_open(Worker *w, uint32_t source, Error *err);
void source_instance_close(Worker *w, uint32_t source);
/* Parse the slot's chunk; what goes wrong is left in slot->error. */
void source_parse(Worker *w, ChunkSlot *slot);

/* --- keyed.c --- */
MUST_USE Code keyed_open(Worker *w, uint32_t stage, Error *err);
void keyed_close(Worker *w, uint32_t stage);
/* What the instance keeps, its operator's state and its stage's clock, at the end of a chunk. */
MUST_USE Code keyed_save(KeyedInstance *k, StateSink *to);
/* Do one piece of work, if there is one: lock held at call and return, released between. */
bool keyed_step(Worker *w, KeyedInstance *k);

typedef enum Take { TAKE_PARCEL, TAKE_WAIT, TAKE_DONE } Take;
/* The next parcel of a chunk from all inputs of a consumer, in order (lock held). */
Take take_parcel(Job *job, Edge **in, uint32_t n_in, uint32_t consumer, ChunkSlot *slot,
                 Parcel **out);

/* --- clock.c: what time asks for while the input thread waits; lock held --- */
/* How long nothing is to be done, at most max_us. */
Micros clock_wait_us(const Job *job, Micros max_us);
/* Admit chunks without rows for windows that are due by the machine's clock and for splits that
 * have fallen idle; say why nothing comes out. */
void clock_tick(Job *job);

/* --- input.c --- */
/* Room in the ring is the caller's matter; lock held. */
ChunkSlot *input_admit(Job *job, ChunkKind kind);
bool input_has_room(const Job *job);
/* Wait for room in the ring; false: the job stops. */
MUST_USE bool input_wait_room(Job *job);
void *input_main(void *job);

/* --- peek.c: only before the threads run, or by the input thread without the lock --- */
/* The watermark candidate of the first record of a split that has one and ends. */
MUST_USE Code peek_split(Job *job, InputSplit *split, Error *err);
/* Of all splits of a job, where the order of reading needs them. */
MUST_USE Code peek_splits(Job *job, Error *err);
void peek_close(Job *job);

/* --- split_state.c: where reading is, in a checkpoint --- */
MUST_USE Code source_save(Job *job, uint32_t source, StateSink *to, Error *err);
MUST_USE Code source_restore(Job *job, uint32_t source, StateIn *in, Error *err);

/* --- restore.c --- */
/* Choose the checkpoint that the plan says to go on from, if there is one, and go back to what it
 * says of sources and sinks. */
MUST_USE Code restore_begin(Job *job, Error *err);
/* Tell what checkpoints do not promise of these sources and sinks: once, when the job begins. */
void promises_tell(const Job *job);
/* Give the state to the operators. */
MUST_USE Code restore_operators(Job *job, Error *err);

/* --- load.c: state into operators that are open, from a checkpoint or from before a change of
 * workers ---
 */
/* A list of blocks of operators (owner: of the plan), each worker's part on a thread of its own.
 * The list is the caller's. */
MUST_USE Code operators_load(Job *job, const StateBlock *blocks, Error *err);
MUST_USE Code operators_loaded(Job *job, Error *err);
/* The range of hashes of instance i of n. */
void hash_range(uint32_t i, uint32_t n, uint64_t *first, uint64_t *last);

/* --- sink_writer.c --- */
MUST_USE Code sink_open(SinkWriter *s, Error *err);
/* Is every row written once, as far as checkpoints are concerned? */
bool sink_is_exact(const SinkWriter *s);
void *sink_main(void *sink_writer);
/* Commit or not; reports through err. */
MUST_USE Code sink_close(SinkWriter *s, bool commit, Error *err);
