/* op.h -- what every operator is: a struct and a few functions.
 *
 * An instance lives on one worker and is called only through the op_* functions below,
 * by exec/run or by the operator before it.  It speaks only through op_emit, so order of
 * calls, row counts and checks live once, in op.c.
 *
 *      open load* loaded --> { push* chunk_end advance fire* save? }* --> finish fire* --> close
 *                            any failure ---------------------------> close
 *
 * open       once: build what push needs.
 * push       a batch, borrowed: copy what must outlive the call.  May emit.
 * chunk_end  all rows of a chunk have been pushed: emit what is not kept beyond it.
 * advance    all rows with ts <= watermark have come.  Emits nothing: what is now complete comes
 *            by fire.
 * fire       emit at most one batch of what is complete; *more: call again.  This is what lets
 *            a worker turn to other things in the middle of a large window.
 * finish     the input has ended for good: the rest is complete, and comes by fire.
 * save       write all state; nothing of a chunk is in hand, and nothing is left to fire.  Large
 *            containers may defer (exec/state/state_io.h); what goes before it is written is
 *            written then.  Emits nothing, changes nothing.
 * load       one block of what save wrote, in an instance that is open and has seen no row: its
 *            entries of the instance's range.  A section or version that it does not know is
 *            state_bad.
 * loaded     all blocks are in.  From here on it goes on as if it had never stopped.
 * close      free everything; cannot fail, also after a failed open.
 *
 * NULL in the table means: nothing to do.  push and close are always there.
 *
 * Rows whose place in the stream matters for lateness carry batch->mark, the watermark at their
 * place; for all others of a chunk it is ctx->chunk_watermark_us (exec/run/watermark.h).
 */
#pragma once
#include "exec/data/batch.h"
#include "exec/expr/expr.h"
#include "exec/state/state_io.h"

typedef struct Op Op;

/* Where emitted rows stand among those of other workers in the same chunk: a fired window's end
 * and start.  Rows of one tag are in hash order, and workers own ascending hash ranges. */
typedef struct OrderTag {
  Micros end_us, start_us;
} OrderTag;

static inline bool order_tag_same(OrderTag a, OrderTag b) {
  return a.end_us == b.end_us && a.start_us == b.start_us;
}

/* What the operators of one stage on one worker share; owned by exec/run. */
typedef struct OpContext {
  const ExprEnv *env;
  Error *err;
  Micros now_us;             /* processing time of the chunk */
  Micros chunk_watermark_us; /* at rows without mark */
  uint64_t late_rows;        /* dropped: all their windows had fired */
  uint64_t null_time_rows;   /* no event time: dropped, or passed over by the watermark */
  OrderTag tag;              /* of what is emitted now; zero while reading */
  Micros chunk_max_us;       /* largest watermark candidate of the chunk; MICROS_MIN: none */
  Micros split_max_us;       /* of the split before this chunk, where a row's jump is bounded */
  uint64_t far_rows;         /* rows whose jump was bounded */
  Micros far_us;             /* candidate of the first of them */
} OpContext;

/* Which rows a batch holds.  Every operator takes ROWS; an aggregate behind a local one also
 * PARTIALS, a join RIGHT (its left side are ROWS). */
typedef enum OpPort {
  PORT_ROWS,
  PORT_PARTIALS, /* keys, slice start, words of states: exec/ops/groups.h */
  PORT_RIGHT
} OpPort;

/* What an operator still keeps: for "waiting: ..." and for the summary of an interrupted job. */
typedef struct OpPending {
  uint64_t n_windows;      /* open; 0: nothing is told below */
  Micros start_us, end_us; /* of the one that fires first, on its own clock */
  Micros last_us;          /* fires when the watermark is here */
  const Zone *zone;        /* of that clock; NULL: event time as it is */
  Micros clock_us; /* something is to come out when the machine's clock is here; 0: nothing */
} OpPending;

typedef struct OpTable {
  const char *name;
  size_t size; /* of the concrete struct, whose first member is Op */
  Code (*open)(Op *op);
  Code (*push)(Op *op, OpPort port, const Batch *in);
  Code (*chunk_end)(Op *op);
  void (*advance)(Op *op, Micros watermark_us);
  Code (*fire)(Op *op, bool *more);
  void (*finish)(Op *op);
  void (*pending)(const Op *op, OpPending *out); /* out is zeroed */
  Code (*save)(Op *op, StateSink *to);           /* NULL: no state outlives a chunk */
  Code (*load)(Op *op, StateIn *in);
  Code (*loaded)(Op *op);
  void (*close)(Op *op);
} OpTable;

struct Op {
  const OpTable *table;
  OpContext *ctx;
  Op **next; /* consumers; the array is the stage's */
  uint32_t n_next;
  Op *late;            /* takes the rows that a window drops; NULL: they are only counted */
  Micros watermark_us; /* last one given */
  bool opened, finished;
  uint64_t rows_in, rows_out;
};

/* A zeroed instance of table; NULL: no memory.  Operators offer their own NAME_new on top. */
Op *op_new(const OpTable *table, OpContext *ctx);
/* Close and free; NULL is allowed. */
void op_free(Op *op);

MUST_USE Code op_open(Op *op);
MUST_USE Code op_push(Op *op, OpPort port, const Batch *in);
MUST_USE Code op_chunk_end(Op *op);
void op_advance(Op *op, Micros watermark_us);
MUST_USE Code op_fire(Op *op, bool *more);
void op_finish(Op *op);
void op_pending(const Op *op, OpPending *out);
/* Also of an operator without state of its own: what all have, the watermark, is seen to here. */
MUST_USE Code op_save(Op *op, StateSink *to);
MUST_USE Code op_load(Op *op, StateIn *in);
MUST_USE Code op_loaded(Op *op);

/* For the operator's own use. */
/* Up to where it may fire: the last watermark, or without end when the input has ended. */
static inline Micros op_due_us(const Op *op) {
  return op->finished ? MICROS_MAX : op->watermark_us;
}
/* The save of those that stand behind an exchange and keep nothing at the end of a chunk. */
Code op_save_nothing(Op *op, StateSink *to);
MUST_USE Code op_emit(Op *op, OpPort port, const Batch *out);
/* Rows rows[0..n) of the input are late: count them, and give them to op->late. */
MUST_USE Code op_drop_late(Op *op, const Batch *in, const uint16_t *rows, uint32_t n);
/* ERR_MEMORY, naming the operator. */
Code op_no_memory(const Op *op);
