/* op_spec.h -- what a plan says of each operator: plain data, filled by the planner.
 *
 * A spec is read-only once the plan is done and shared by all workers.  Column numbers refer to
 * the operator's input; what comes out is said with each spec.
 */
#pragma once
#include "exec/connectors/connector.h"
#include "exec/expr/agg.h"
#include "exec/expr/expr.h"

/* Reads a table.  Out: the wanted physical columns, in that order, then the metadata.  A computed
 * column and the watermark are made by CALC and WATERMARK behind it. */
typedef struct ScanSpec {
  const char *table; /* as EXPLAIN names it */
  const Connector *connector;
  const Format *format; /* NULL for row sources */
  Options options;
  const FormatField *fields; /* all physical columns of the table */
  uint32_t n_fields;
  const uint32_t *wanted;
  uint32_t n_wanted;
  const Metadata *metadata;
  uint32_t n_metadata;
  bool bounded; /* as far as the plan knows: no Kafka, no endless datagen */
  Span span;
} ScanSpec;

/* Rows of constant expressions (no input columns). rows[r * n_cols + c]. */
typedef struct ValuesSpec {
  Expr **rows;
  uint32_t n_rows, n_cols;
} ValuesSpec;

/* A row without event time (table.exec.source.rowtime-null-handling): dropped and counted, an
 * error, or passed on without a say in the watermark. */
typedef enum NullTime { NULL_TIME_DROP, NULL_TIME_FAIL, NULL_TIME_SKIP } NullTime;

/* Says what time it is.  Out: the input unchanged.  expr over the input gives the watermark
 * candidate of a row (TIMESTAMP or TIMESTAMP_LTZ like the column). */
typedef struct WatermarkSpec {
  uint32_t time_col;
  Expr *expr;
  NullTime null_time;
  Micros max_jump_us; /* a row moves the watermark of its split by at most so much; 0: any */
  Micros reach_us;    /* rows up to so far ahead of the watermark may touch what fires at it: 1 ms
                         where a SESSION follows, else 0 */
} WatermarkSpec;

/* Filter, then project.  Out: one column per expression. */
typedef struct CalcSpec {
  Expr *filter; /* BOOLEAN; NULL: every row */
  Expr **exprs;
  uint32_t n_exprs;
} CalcSpec;

typedef enum WindowKind {
  WINDOW_TUMBLE,
  WINDOW_HOP,
  WINDOW_CUMULATE,
  WINDOW_SESSION,
  WINDOW_ROWS,    /* TUMBLE_ROWS, HOP_ROWS: of size_rows rows, one every slide_rows */
  WINDOW_ATTACHED /* the rows bring it along, in columns start_col and end_col */
} WindowKind;

/* TUMBLE, HOP   [start, start + size) with start = offset + k * slide; TUMBLE has slide = size
 * CUMULATE      [start, start + k * slide) for k = 1 .. size / slide, start = offset + k * size
 * SESSION       rows of a key at most size (the gap) apart; end = last row + size
 * All TIMESTAMP columns of window_start and window_end are wall clock. */
typedef struct WindowSpec {
  WindowKind kind;
  Micros size_us, slide_us, offset_us;
  Micros cap_us; /* SESSION: none is longer than this, its gap included; 0: no cap */
  uint64_t size_rows, slide_rows;
  bool only_on_update;         /* CUMULATE: a step without new rows gives nothing */
  bool processing_time;        /* time_col is the clock's */
  uint32_t time_col;           /* not of ROWS, ATTACHED */
  uint32_t start_col, end_col; /* ATTACHED */
  Type time_type;              /* of that column: LTZ windows are aligned in the session's zone */
  const uint32_t *partition;   /* columns: SESSION, ROWS; of a window function alone */
  uint32_t n_partition;
} WindowSpec;

/* weir's own clauses: results before their window closes, and after. */
typedef struct EmitSpec {
  Micros every_us;     /* EMIT EVERY: what has changed, whenever the watermark passes a multiple */
  bool every_by_clock; /* ... OF PROCESSING TIME */
  bool on_update;      /* EMIT ON UPDATE: what has changed, at the end of each chunk */
  Micros lateness_us;  /* ALLOWED LATENESS: late rows correct what has come out */
  bool final_only;     /* nobody wants the steps: a window comes once, as +I, when no row can
                          change it any more */
} EmitSpec;

static inline bool emit_updates(const EmitSpec *e) {
  return e->every_us > 0 || e->on_update || e->lateness_us > 0;
}

/* One row for each window that a row is in, at once.  Not of SESSION.  Out: the input,
 * window_start TIMESTAMP(3), window_end TIMESTAMP(3), window_time (of time_type's kind, 3); of
 * ROWS: window_start, window_end BIGINT, numbers of rows from 0. */
typedef struct WindowTvfSpec {
  WindowSpec window;
} WindowTvfSpec;

/* Groups by window and keys, fires when the watermark passes.  Out: keys, aggregates, window_start,
 * window_end, window_time; WINDOW_ROWS: keys, aggregates, window_start, window_end, position.
 * WINDOW_AGG does TUMBLE, HOP, CUMULATE and ATTACHED; SESSION_AGG, ROWS_AGG their own kind, whose
 * keys are the partition; UPDATING_WINDOW_AGG all but ROWS, where emit asks for it: a changelog. */
typedef struct WindowAggSpec {
  WindowSpec window;
  const uint32_t *keys;
  uint32_t n_keys;
  const AggCall *aggs;
  uint32_t n_aggs;
  bool two_phase; /* may combine before the exchange: all aggregates are exact and not DISTINCT */
  EmitSpec emit;
  uint32_t position_col; /* ROWS_AGG: made by NUMBER */
} WindowAggSpec;

/* Rows held until their session closes (SESSION without aggregation).  keys: the partition.
 * Out: as WINDOW_TVF, in the order (end, start, key hash, key, arrival). */
typedef struct SessionTvfSpec {
  WindowSpec window;
} SessionTvfSpec;

typedef enum JoinKind {
  JOIN_INNER,
  JOIN_LEFT,
  JOIN_RIGHT,
  JOIN_FULL,
  JOIN_SEMI,
  JOIN_ANTI
} JoinKind;

/* Pairs of rows of one window with equal keys (NULL equals nothing), given out when it closes in
 * the order (end, start, key hash, key, left arrival, right arrival); rows without partner come in
 * their side's place, those of the right side last.  Inputs: EXCHANGEs by the keys.
 * Out: left columns, right columns; SEMI and ANTI: left columns. */
typedef struct WindowJoinSpec {
  JoinKind kind;
  const uint32_t *left_keys, *right_keys; /* without the window's columns */
  uint32_t n_keys;
  uint32_t left_start, left_end, right_start, right_end; /* columns of each side */
  Type time_type;  /* of window_time: LTZ ends are wall clock of the session's zone */
  Expr *condition; /* over left columns, right columns; NULL: none */
} WindowJoinSpec;

typedef struct SortKey {
  uint32_t col;
  bool descending, nulls_first;
} SortKey;

/* The first rows of each window and key.  Out: the input, and where with_rank the rank BIGINT, in
 * the order (end, start, key hash, key, rank). Ties: in order of arrival; keep_last: the
 * last that came first (deduplication by time, descending). */
typedef struct WindowTopNSpec {
  const uint32_t *keys; /* without the window's columns */
  uint32_t n_keys;
  uint32_t start_col, end_col;
  Type time_type;
  const SortKey *order;
  uint32_t n_order;
  uint64_t first, last; /* ranks wanted, from 1 */
  bool with_rank, keep_last;
} WindowTopNSpec;

/* GROUPING SETS: every row once per set.  Out: exprs[set * n_exprs + i], n_exprs columns. */
typedef struct ExpandSpec {
  Expr **exprs;
  uint32_t n_exprs, n_sets;
} ExpandSpec;

/* UNNEST: a row for each item of a collection.  Out: the input, the columns of an item, and with
 * ordinality its number, INT from 1. */
typedef struct UnnestSpec {
  Expr *value;
  const FormatField *columns; /* of what comes out */
  uint32_t n_columns;
  bool ordinality, outer; /* outer: a row without items comes out once, padded with NULLs */
} UnnestSpec;
/* The columns of an item of an ARRAY, MAP or MULTISET: how many. */
uint32_t unnest_columns(Type collection, const Type **types);

/* NUMBER has no spec.  Out: the input and a column BIGINT NOT NULL: which of its chunk's rows it
 * is, from 0. */

/* The rows of a chunk by these columns (BIGINT, TIMESTAMP or TIMESTAMP_LTZ, none NULL), ascending,
 * ties as they come.  Behind operators whose instances each give a chunk's rows in that order, but
 * with one order tag, since a tag for every row would be a parcel for every row: SESSION_AGG and
 * SESSION_TVF (window_time, window_start; producers own ascending hash ranges, so ties come in
 * the order of hashes), ROWS_AGG and LATE (position).  Out: the input. */
typedef struct InOrderSpec {
  const uint32_t *cols;
  uint32_t n_cols;
} InOrderSpec;

/* LATE has no spec: the rows that the window operator before it drops, beside what that gives
 * out.  Out: the window operator's input. */

/* What is left of a changelog at the end of bounded input, in the order in which rows first came.
 * Out: the input, all +I.  MATERIALIZE has no spec. */

/* Groups by keys over bounded input; its result comes at the end.  Out: keys, aggregates. */
typedef struct GroupAggSpec {
  const uint32_t *keys;
  uint32_t n_keys; /* 0: one group, one row also without input */
  const AggCall *aggs;
  uint32_t n_aggs;
  bool two_phase;
} GroupAggSpec;

/* All rows in order, at the end of bounded input; ties in order of arrival.  Out: the input. */
typedef struct SortSpec {
  const SortKey *keys;
  uint32_t n_keys;
  uint64_t offset, limit; /* limit UINT64_MAX: none */
} SortSpec;

/* The first rows as they come.  Out: the input. */
typedef struct LimitSpec {
  uint64_t offset, limit;
} LimitSpec;

typedef enum Distribution { DIST_HASH, DIST_SINGLE } Distribution;

/* Moves rows between workers: by hash of the keys, or all to one.  Out: the input. */
typedef struct ExchangeSpec {
  Distribution dist;
  const uint32_t *keys;
  uint32_t n_keys;
} ExchangeSpec;

/* Writes rows to a table, or hands them to whoever runs the plan (connector NULL: the result
 * of a bare SELECT). */
typedef struct SinkOpSpec {
  const char *table;
  const Connector *connector;
  Options options;
  const FormatField *fields; /* columns of the sink, in the order of the input */
  uint32_t n_fields;
  const uint32_t *partition_by; /* PARTITIONED BY: of fields */
  uint32_t n_partition_by;
  const uint32_t *primary_key;
  uint32_t n_primary_key;
  bool updating; /* rows carry kinds */
  bool overwrite;
  Span span;
} SinkOpSpec;
