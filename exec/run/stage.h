/* stage.h -- a plan cut at its exchanges.
 *
 *     SCAN - WATERMARK - CALC - LOCAL_AGG ==exchange==> WINDOW_AGG - CALC ==> SINK
 *     '------ source stage -------------'               '- keyed stage --'
 *
 * A source stage is driven by chunks: any worker parses any chunk with its own instance.  A keyed
 * stage has an instance on every worker, each with the rows of one contiguous range of
 * hashes; a single one has one instance.  What leads out of a stage is an edge: to the head of
 * another stage, or to a sink.  An operator that several stages run into (UNION and what
 * follows) has an instance in each of them.
 */
#pragma once
#include "exec/run/flow.h"
#include "exec/run/job_plan.h"

enum { EDGES_MAX = 64 };

typedef struct Edge {
  uint32_t index; /* in Stages.edges; also the order among inputs of one consumer */
  uint32_t from;  /* stage */
  bool to_sink;
  uint32_t to;          /* stage or sink */
  const OpSpec *spec;   /* EXCHANGE or SINK */
  uint32_t n_consumers; /* instances of the consumer: workers, or 1 */
  OpPort port;          /* of the consumer: ROWS, or RIGHT for the second side of a join */
  bool marks;           /* the consumer is a window: a row's place in the stream may matter */
  bool ordered;         /* ... and what it computes depends on the order of all rows */
  uint32_t of_source;   /* position among the out edges of a source stage */
  uint32_t n_producers; /* instances of the stage it comes from, unless that is a source */
  Lane *lanes;          /* [producer instance * n_consumers + consumer]; NULL from a source */
} Edge;

typedef struct Stage {
  uint32_t index;
  const OpSpec *head;
  bool source, single;
  bool by_clock;      /* its windows are of processing time: the clock is its watermark */
  bool *fed_by;       /* [stage]: its rows come from there, also through other stages */
  const OpSpec **ops; /* head first, inputs before consumers; without EXCHANGE and SINK */
  uint32_t n_ops;
  Edge **out;
  uint32_t n_out;
  Edge **in;
  uint32_t n_in;
} Stage;

typedef struct SinkPlan {
  const OpSpec *spec;
  Edge **in;
  uint32_t n_in;
} SinkPlan;

typedef struct Stages {
  Stage *stages; /* sources and others, inputs before consumers */
  uint32_t n_stages;
  Edge *edges;
  uint32_t n_edges;
  SinkPlan *sinks;
  uint32_t n_sinks;
} Stages;

/* Cut a validated plan.  Everything lives in the arena but lanes. */
MUST_USE Code stages_cut(Arena *arena, const JobPlan *plan, Stages *out, Error *err);

/* --- one worker's operators of a stage ---------------------------------------------------------
 */

typedef struct Instance Instance;

/* Make what stands at the end of an out edge. */
typedef Op *OutOpFn(void *arg, Instance *instance, Edge *edge);

struct Instance {
  const Stage *stage;
  uint32_t worker; /* 0 for a single stage */
  OpContext ctx;
  Op **ops;   /* parallel to stage->ops; [0] NULL for SCAN and VALUES heads */
  Op **outs;  /* parallel to stage->out */
  Op **first; /* source stages: consumers of the head */
  uint32_t n_first;
  Arena arena;
};

/* Build and open; ctx.env, ctx.err are set by the caller before.  out_op makes the ends. */
MUST_USE Code instance_open(Instance *i, OutOpFn *out_op, void *arg);
void instance_close(Instance *i);
/* Push what the head of a source stage has made. */
MUST_USE Code instance_push_source(Instance *i, const Batch *batch);
/* All rows of a chunk are in. */
MUST_USE Code instance_chunk_end(Instance *i);
/* Send what the operators behind the head and the ends still hold: also after firing. */
MUST_USE Code instance_flush(Instance *i);
