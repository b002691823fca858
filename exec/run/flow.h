/* flow.h -- what moves between threads, and the ring that keeps it in order.
 *
 *   chunk ring    chunks in admission order; a slot holds a chunk's bytes until it is parsed, then
 *                 the parcels that parsing made, until every consumer has taken them
 *   lane          what one instance of a keyed stage has made for one consumer, in order;
 *                 its progress says below which (chunk, tag) nothing more will come
 *   parcel        rows or encoded bytes for one consumer
 *
 * All of it is guarded by one lock, Flow.lock: a chunk is 256 KiB, so the lock is taken a few
 * thousand times a second at most.  Whoever makes something another thread may wait for
 * broadcasts: `changed` for workers, `output` for sink writers.
 *
 * Nothing here ever waits for room with a parcel in hand: sources are admitted only while
 * fewer than `ring` chunks are in flight, and a firing stage asks lanes_have_room first.
 */
#pragma once
#include <pthread.h>

#include "base/error.h"
#include "base/str.h"
#include "exec/connectors/connector.h"
#include "exec/data/batch.h"
#include "exec/ops/op.h"

typedef struct Parcel Parcel;
struct Parcel {
  Parcel *next;
  uint64_t chunk;
  OrderTag tag;
  OpPort port;            /* of rows and marked */
  BatchBuilder *rows;     /* exactly one of rows, marked, partials is set, or bytes hold text */
  BatchBuilder *marked;   /* rows with batch.mark, in input order */
  BatchBuilder *partials; /* PORT_PARTIALS */
  StrBuf bytes;
  char *partition; /* of the bytes; malloc'ed; NULL: "" */
  uint64_t n_rows;
  size_t size_bytes;
};

Parcel *parcel_new(void);
void parcel_free(Parcel *p); /* one; NULL is allowed */

/* A list of parcels in order. */
typedef struct ParcelQueue {
  Parcel *head, *tail;
  size_t size_bytes;
} ParcelQueue;

void parcel_queue_push(ParcelQueue *q, Parcel *p);
Parcel *parcel_queue_pop(ParcelQueue *q); /* NULL: empty */
void parcel_queue_free(ParcelQueue *q);

typedef struct Lane {
  ParcelQueue queue;
  uint64_t chunk; /* nothing below (chunk, tag) will come any more */
  OrderTag tag;
} Lane;

enum { LANE_BYTES_MAX = 2 << 20, PARCEL_BYTES = 64 << 10 };

typedef enum ChunkKind {
  CHUNK_ROWS,       /* of a split */
  CHUNK_CLOCK,      /* no rows: only the machine's clock has moved */
  CHUNK_IDLE,       /* no rows: the split has been silent for too long */
  CHUNK_JOIN,       /* no rows: splits have been found in a watched directory */
  CHUNK_CHECKPOINT, /* no rows: state is saved here */
  CHUNK_END,        /* the input has ended: all fires */
  CHUNK_STOP        /* interrupted: nothing more fires */
} ChunkKind;

static inline bool chunk_is_last(ChunkKind kind) { return kind == CHUNK_END || kind == CHUNK_STOP; }

typedef struct InputSplit InputSplit;

typedef enum SlotState { SLOT_FREE, SLOT_READY, SLOT_PARSING, SLOT_PARSED } SlotState;

/* A malformed record, kept until its chunk's turn to report comes. */
typedef struct BadRow {
  uint64_t line;
  char *reason; /* malloc'ed; NULL: no memory for it */
} BadRow;

typedef struct ChunkSlot {
  SlotState state;
  ChunkKind kind;
  uint64_t seq;
  uint32_t source; /* stage that parses it */
  InputSplit *from;
  bool split_ended;  /* its last */
  uint32_t n_joined; /* CHUNK_JOIN: so many splits, `from` the first of them */
  bool saves;        /* a checkpoint ends here */
  Micros now_us;     /* processing time of all its rows */
  /* bytes, for byte sources */
  char *text; /* malloc'ed with CHUNK_PADDING; the slot's */
  size_t text_len;
  const void *layout;
  uint64_t first_line;
  FileIdentity file;
  uint64_t row_chunk; /* which chunk of a row source */
  uint64_t
      skipped_records; /* never ended, and were skipped before this chunk; the first is in bad */
  /* made by parsing */
  Micros max_us;
  uint64_t far_rows;    /* rows that would have moved the watermark too far */
  Micros far_us;        /* where the first of them wanted it */
  ParcelQueue *parcels; /* [edge of source * WORKERS_MAX + consumer]: allocated once */
  uint64_t rows, bad_rows, null_time_rows;
  BadRow bad[BAD_ROWS_SHOWN];
  uint32_t n_bad;
  StrBuf dead_letters; /* malformed records as they were, a newline behind each */
  Error error;
  uint32_t consumers_left;
} ChunkSlot;

typedef struct Flow {
  pthread_mutex_t lock;
  pthread_cond_t changed;  /* for workers: chunks, parcels or room have come */
  pthread_cond_t output;   /* for sink writers: parcels or progress of their lanes, parsed chunks */
  bool sources_feed_sinks; /* a sink takes rows straight from parsing */
  ChunkSlot *slots;
  uint32_t ring;     /* slots in use: D of design.md, workers + 4 */
  uint32_t n_slots;  /* that there are */
  uint64_t admitted; /* chunks put into the ring so far */
  uint64_t claimed;  /* of them given to a parser */
  uint64_t retired;  /* of them done with */
  uint32_t parsing;  /* of the claimed, how many are in the hands of a worker */
  bool input_waits;  /* the input thread sleeps in poll */
  bool ended;        /* END or STOP is among the admitted */
  bool failed;       /* Job.err is set: everybody leaves */
} Flow;

static inline ChunkSlot *flow_slot(Flow *f, uint64_t seq) { return &f->slots[seq % f->ring]; }

/* Is (chunk, tag) of a before that of b? */
static inline bool order_before(uint64_t chunk_a, OrderTag a, uint64_t chunk_b, OrderTag b) {
  if (chunk_a != chunk_b) return chunk_a < chunk_b;
  if (a.end_us != b.end_us) return a.end_us < b.end_us;
  return a.start_us < b.start_us;
}
