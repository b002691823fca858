/* job_plan.h -- the contract between planner and exec: what to run.
 *
 * A DAG of operators.  The planner fills it, exec validates and runs it; nothing in it
 * points at planner state that is not in the plan's arena, and nothing in it knows SQL.
 * exec/run cuts it at EXCHANGE into stages: a stage that begins with SCAN or VALUES is driven by
 * chunks, any other by what the exchange before it delivers.
 *
 * An operator may feed several others (a scan shared by the INSERTs of a STATEMENT
 * SET).  Every leaf is a SINK.
 *
 * Rules that job_plan_validate checks: inputs come before their consumers; only UNION and
 * WINDOW_JOIN have more than one input; what keeps state by key (aggregates, SESSION_TVF,
 * WINDOW_JOIN, WINDOW_TOPN, SORT, LIMIT, IN_ORDER, MATERIALIZE) stands directly behind an EXCHANGE,
 * a join behind two: HASH by its keys in the order of the spec, or SINGLE for those without;
 * LOCAL_WINDOW_AGG and LOCAL_GROUP_AGG stand directly before such an EXCHANGE and share the spec of
 * the aggregate behind it; an EXCHANGE feeds one operator; NUMBER stands in a source stage or a
 * single one, LATE directly behind a window operator.
 */
#pragma once
#include "exec/ops/op_spec.h"

typedef enum OpId {
#define OP(id, name, place, rows) OP_##id,
#include "exec/run/ops.def"
#undef OP
  OP_ID_COUNT
} OpId;

/* What ops.def says of an operator. */
typedef enum OpPlace { ANYWHERE, BEHIND_EXCHANGE } OpPlace;
typedef enum OpRows { ANY, TIMED, TIMED_IN_ORDER } OpRows;
typedef struct OpTraits {
  const char *name; /* "LocalWindowAggregate": as EXPLAIN and errors name it */
  OpPlace place;
  OpRows rows;
} OpTraits;
const OpTraits *op_traits(OpId id);

typedef struct OpSpec OpSpec;
struct OpSpec {
  OpId id;
  uint32_t index; /* in JobPlan.ops */
  OpSpec **inputs;
  uint32_t n_inputs;
  const FormatField *fields; /* what comes out: names and types */
  uint32_t n_fields;
  bool updating; /* what comes out is a changelog: batches carry kinds */
  /* What it computes and of what, as text: the address of its state (planner/identity.h).  Names,
   * not column numbers; two operators of a plan that compute the same have the same text.  Of
   * operators that keep state, of SCAN, VALUES and SINK; NULL: not those.  An aggregate's does not
   * name its aggregates, see below. */
  const char *identity;
  Span span;
  union {
    ScanSpec scan;
    ValuesSpec values;
    WatermarkSpec watermark;
    CalcSpec calc;
    WindowAggSpec *window_agg; /* of every window aggregate; LOCAL_WINDOW_AGG has the same spec */
    WindowTvfSpec window_tvf;
    SessionTvfSpec session_tvf;
    WindowJoinSpec window_join;
    WindowTopNSpec window_topn;
    ExpandSpec expand;
    UnnestSpec unnest;
    InOrderSpec in_order;
    GroupAggSpec *group_agg; /* also of LOCAL_GROUP_AGG */
    SortSpec sort;
    LimitSpec limit;
    ExchangeSpec exchange;
    SinkOpSpec sink;
  } u;
};

/* Keys and aggregates of an operator that aggregates, also before an exchange. */
typedef struct OpGrouping {
  const uint32_t *keys;
  uint32_t n_keys;
  const AggCall *aggs;
  uint32_t n_aggs;
  const WindowSpec *window; /* NULL: without one */
} OpGrouping;

/* false, and nothing in *out: it does not aggregate. */
bool op_grouping(const OpSpec *op, OpGrouping *out);

/* What is kept so that the job can go on after a crash, and where it goes on from. */
typedef struct CheckpointPlan {
  const char *dir;           /* of all jobs; this one's are in dir/job.  NULL: no checkpoints */
  const char *job;           /* its name: pipeline.name, or made of what it writes */
  Micros interval_us;        /* 0: only when asked for, and at the end */
  Micros min_pause_us;       /* from the end of one to the begin of the next */
  uint32_t every_epochs;     /* 0; for tests: after so many epochs, whatever the time */
  uint32_t retained;         /* complete ones that are kept; at least 1 */
  const char *savepoint_dir; /* where savepoints go; NULL: none was named */
  const char *restore_from;  /* a checkpoint's directory; NULL: see resume */
  bool resume;               /* from the latest in dir, or start if there is none */
  bool allow_non_restored;   /* state that finds no operator may go; operators may start anew */
} CheckpointPlan;

/* 'parallelism.default' = 'auto': the number of workers follows the load. */
typedef struct AutoscalePlan {
  bool on;
  Micros interval_us;    /* a decision is made not more often */
  double factor;         /* more than 1: a load of target * factor adds a worker, of target / factor
                            removes one */
  uint32_t every_epochs; /* 0; for tests: change the number after so many epochs */
} AutoscalePlan;

typedef struct JobPlan {
  OpSpec **ops; /* inputs before consumers */
  uint32_t n_ops;
  /* What was computed for the plan before it, a line each: a job goes on from a checkpoint only
   * with the same. */
  const char **constants;
  uint32_t n_constants;
  CheckpointPlan checkpoints;
  ExprEnv env;
  uint32_t parallelism; /* workers, 1..WORKERS_MAX; at most so many where autoscale is on */
  AutoscalePlan autoscale;
  uint32_t chunk_bytes;    /* CHUNK_BYTES but for tests */
  uint32_t batch_rows;     /* BATCH_ROWS but for tests */
  Micros idle_timeout_us;  /* a split silent for so long is not waited for; 0: always waited for */
  size_t memory_limit;     /* bytes of what grows with data; 0: what the system gives */
  Micros waiting_us;       /* nothing has come out for so long: note why, once; 0: never */
  bool flush_on_interrupt; /* weir.on-interrupt = flush: open windows fire */
  const char *dead_letter_path; /* for tables without their own, NULL: none */
} JobPlan;

/* ERR_UNSUPPORTED or an assert's worth of message when a rule above is broken. */
MUST_USE Code job_plan_validate(const JobPlan *plan, Error *err);
