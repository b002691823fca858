/* op_spec.h -- what a plan says of each operator: plain data, filled by the planner.
 *
 * A spec is read-only once the plan is done and shared by all workers.  Column numbers refer to
 * the operator's input; what comes out is said with each spec.
 */
#pragma once
#include "exec/connectors/connector.h"
#include "exec/expr/agg.h"
#include "exec/expr/expr.h"

/* Reads a table.  Out: the wanted physical columns, in that order.  A computed column and
 * the watermark are made by CALC and WATERMARK behind it. */
typedef struct ScanSpec {
  const char *table; /* as EXPLAIN names it */
  const Connector *connector;
  const Format *format; /* NULL for row sources */
  Options options;
  const FormatField *fields; /* all physical columns of the table */
  uint32_t n_fields;
  const uint32_t *wanted;
  uint32_t n_wanted;
  bool bounded; /* as far as the plan knows: no Kafka, no endless datagen */
  Span span;
} ScanSpec;

/* Rows of constant expressions (no input columns). rows[r * n_cols + c]. */
typedef struct ValuesSpec {
  Expr **rows;
  uint32_t n_rows, n_cols;
} ValuesSpec;

/* Says what time it is.  Out: the input unchanged.  expr over the input gives the watermark
 * candidate of a row (TIMESTAMP or TIMESTAMP_LTZ like the column); rows with NULL in
 * time_col are dropped and counted. */
typedef struct WatermarkSpec {
  uint32_t time_col;
  Expr *expr;
} WatermarkSpec;

/* Filter, then project.  Out: one column per expression. */
typedef struct CalcSpec {
  Expr *filter; /* BOOLEAN; NULL: every row */
  Expr **exprs;
  uint32_t n_exprs;
} CalcSpec;

typedef enum WindowKind { WINDOW_TUMBLE, WINDOW_HOP } WindowKind;

/* [start, start + size) with start = offset + k * slide; TUMBLE has slide = size. */
typedef struct WindowSpec {
  WindowKind kind;
  Micros size_us, slide_us, offset_us;
  uint32_t time_col;
  Type time_type; /* of that column: LTZ windows are aligned in the session's zone */
} WindowSpec;

/* Groups by window and keys, fires when the watermark passes.  Out: keys, aggregates,
 * window_start TIMESTAMP(3), window_end TIMESTAMP(3), window_time (of time_type's kind, 3). */
typedef struct WindowAggSpec {
  WindowSpec window;
  const uint32_t *keys;
  uint32_t n_keys;
  const AggCall *aggs;
  uint32_t n_aggs;
  bool two_phase; /* may combine before the exchange: all aggregates are exact and not DISTINCT */
} WindowAggSpec;

/* Groups by keys over bounded input; its result comes at the end.  Out: keys, aggregates. */
typedef struct GroupAggSpec {
  const uint32_t *keys;
  uint32_t n_keys; /* 0: one group, one row also without input */
  const AggCall *aggs;
  uint32_t n_aggs;
  bool two_phase;
} GroupAggSpec;

typedef struct SortKey {
  uint32_t col;
  bool descending, nulls_first;
} SortKey;

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
  bool overwrite;
  Span span;
} SinkOpSpec;
