/* logical.h -- the logical plan: what a query computes, before how.
 *
 *     Sink
 *       Project  n = SUM(v) ...
 *         Aggregate  keys [window_start, window_end, k]
 *           Project  keys, arguments and filters of the aggregates
 *             Filter
 *               WindowTvf  TUMBLE(ts, 10 s)
 *                 Source   t: columns, computed columns, watermark
 *
 * The binder builds it, rules (rules.def) rewrite it in place, lower.c makes a JobPlan of it.
 * Expressions and column numbers refer to the columns of the node's input, of a UNION to those of
 * each input.  It is a tree but for Source nodes, which all that read the same table share: so
 * stdin is read once.
 */
#pragma once
#include "exec/expr/func.h"
#include "exec/ops/op_spec.h"

typedef enum NodeKind {
  NODE_SOURCE,
  NODE_VALUES,
  NODE_FILTER,
  NODE_PROJECT,
  NODE_WINDOW_TVF,
  NODE_EXPAND,
  NODE_UNNEST,
  NODE_AGGREGATE,
  NODE_WINDOW_AGGREGATE,
  NODE_WINDOW_JOIN,
  NODE_WINDOW_RANK,
  NODE_UNION,
  NODE_SORT,
  NODE_LIMIT,
  NODE_SINK
} NodeKind;

/* A column of a table as a query sees it. */
typedef struct SourceColumn {
  FormatField field;
  uint32_t physical; /* number among the physical columns, where computed is NULL */
  Expr *computed;    /* over the physical columns and, behind them, the metadata */
} SourceColumn;

/* A table to be read.  Its rows get their computed columns, then their watermark, before anything
 * else is done with them. */
typedef struct Source {
  const char *path[3]; /* catalog, database, table; path[0] NULL: a file or stdin, named [2] */
  const char *table;   /* as messages name it */
  const Connector *connector;
  const Format *format;
  Options options;
  Options hinted; /* of a file or stdin: what a hint said, the rest of options is guessed */
  const FormatField *physical; /* those of the metadata behind them */
  uint32_t n_physical;         /* without the metadata */
  const Metadata *metadata;
  uint32_t n_metadata;
  const SourceColumn *columns;
  uint32_t n_columns;
  int32_t rowtime; /* column with a watermark; -1: none, or none yet */
  Expr *watermark; /* over columns */
  bool declared;   /* the watermark stands in the table's DDL */
  bool bounded;
  bool below_session; /* a SESSION reads it */
  Span span;
  /* What comes out: numbers of columns; all of them until unused ones are pruned. */
  uint32_t *out;
  uint32_t n_out;
  uint32_t *map; /* column to its place in out; only after pruning */
  bool pruned;
} Source;

/* Which part of which windows a column is, passed on as it is: what makes a GROUP BY, a join or a
 * rank one of windows. */
typedef enum WindowPart { PART_NONE, PART_START, PART_END, PART_TIME } WindowPart;

/* Where the rows that come too late go: 'weir.late-rows.table', one for all of a job. */
typedef struct LateTable {
  SinkOpSpec sink;
  const char *path; /* "default_catalog.default_database.t" */
} LateTable;

/* What a node gives to it: columns of its input, as values of the table's columns. */
typedef struct LateRows {
  const LateTable *table;
  uint32_t *cols; /* for each column of the table; then what filter asks for beside them */
  uint32_t n_cols;
  Expr **exprs; /* exprs[i] over cols: its column i is input column cols[i] */
  Expr *filter; /* over cols: a row of grouping sets goes there once; NULL: every row */
} LateRows;

typedef struct AggregateSpec {
  uint32_t *keys;
  uint32_t n_keys;
  AggCall *aggs;
  uint32_t n_aggs;
  bool is_distinct; /* made of DISTINCT or UNION, for messages */
  /* AGGREGATE by windows, until rule_window_aggregates has made it a WINDOW_AGGREGATE. */
  const WindowSpec *windows; /* of the window function that they come from; NULL: none */
  const WindowPart *parts;   /* of each key; there is a start and an end */
  bool half;                 /* only one of the two was written */
  /* WINDOW_AGGREGATE, and what becomes one. */
  WindowSpec window;
  EmitSpec emit;
} AggregateSpec;

typedef struct WindowJoinSide {
  uint32_t *keys; /* without the window's columns */
  uint32_t start, end;
  const WindowSpec *window; /* of the window function that they come from */
} WindowJoinSide;

typedef struct WindowJoin {
  JoinKind kind;
  WindowJoinSide left, right;
  uint32_t n_keys;
  Expr *condition; /* over left columns, right columns; NULL: none */
} WindowJoin;

/* Rows by their rank in their window and key: first to last, from 1. */
typedef struct WindowRank {
  uint32_t *keys; /* without the window's columns */
  uint32_t n_keys;
  uint32_t start, end;
  const WindowSpec *window; /* of the window function that they come from */
  SortKey *order;
  uint32_t n_order;
  bool by_time;         /* the order is that of the rows' time */
  uint64_t first, last; /* UINT64_MAX: no end */
  bool with_rank;       /* out: the input, and then the rank */
} WindowRank;

/* Is it a deduplication: the first or the last row by time? */
bool rank_is_deduplication(const WindowRank *w);

/* UNNEST(value): its columns come behind those of the input. */
typedef struct Unnest {
  Expr *value;
  bool outer, ordinality;
} Unnest;

typedef struct Node Node;
struct Node {
  NodeKind kind;
  Span span;
  Node **inputs;
  uint32_t n_inputs;
  const FormatField *fields; /* what comes out */
  uint32_t n_fields;
  bool bounded;   /* all that is below ends some day */
  bool updating;  /* its rows are a changelog */
  bool *used;     /* of the fields, while unused ones are pruned */
  void *lowered;  /* Source: the operator made for it */
  LateRows *late; /* of what drops late rows; NULL: they are only counted */
  union {
    Source *source;
    struct {
      Expr **rows; /* rows[r * n_fields + c] */
      uint32_t n_rows;
    } values;
    Expr *filter;
    Expr **exprs; /* PROJECT: n_fields */
    struct {
      Expr **exprs; /* exprs[set * n_fields + c]: each row once per set */
      uint32_t n_sets;
    } expand;
    Unnest unnest;
    WindowSpec window;  /* TVF: its columns come behind those of the input: start, end, time */
    AggregateSpec *agg; /* out: keys, aggregates; WINDOW_AGGREGATE: then start, end, time */
    WindowRank *rank;
    WindowJoin *join; /* out: left columns, right columns; SEMI and ANTI: left columns */
    struct {
      SortKey *keys;
      uint32_t n_keys;
    } sort;
    struct {
      uint64_t offset, limit; /* UINT64_MAX: none */
    } limit;
    struct {
      SinkOpSpec spec;
      const char *path; /* "default_catalog.default_database.t" */
    } sink;
  } u;
};

enum { WINDOW_COLUMNS = 3 };

/* Columns of a window: start, end and time, but of a window of rows only two. */
static inline uint32_t window_columns(const WindowSpec *w) {
  return w->kind == WINDOW_ROWS ? 2 : WINDOW_COLUMNS;
}
/* Is it cut into slices: may rows be dropped below it without changing what windows there are? */
static inline bool window_is_aligned(const WindowSpec *w) {
  return w->kind == WINDOW_TUMBLE || w->kind == WINDOW_HOP || w->kind == WINDOW_CUMULATE;
}
/* Has it a time column? */
static inline bool window_has_time(const WindowSpec *w) {
  return w->kind != WINDOW_ROWS && w->kind != WINDOW_ATTACHED;
}
/* Come the rows of n as they were read?  What windows give out is never late. */
bool rows_may_be_late(const Node *n);
/* "TUMBLE", as SQL calls it. */
const char *window_name(const WindowSpec *w);
/* "EMIT EVERY": the clause that makes the rows of n a changelog; NULL: they are none. */
const char *updating_clause(const Node *n);

Node *node_source(Arena *a, Source *source);
Node *node_values(Arena *a, const FormatField *fields, uint32_t n_fields, Expr **rows,
                  uint32_t n_rows, Span span);
Node *node_filter(Arena *a, Node *input, Expr *filter);
Node *node_project(Arena *a, Node *input, Expr **exprs, const FormatField *fields, uint32_t n,
                   Span span);
Node *node_expand(Arena *a, Node *input, Expr **exprs, const FormatField *fields, uint32_t n_fields,
                  uint32_t n_sets, Span span);
/* fields: of the new columns. */
Node *node_unnest(Arena *a, Node *input, Unnest unnest, const FormatField *fields, uint32_t n_new,
                  Span span);
Node *node_window_tvf(Arena *a, Node *input, WindowSpec window, Span span);
/* names[i] is the name of aggregate i's column. */
Node *node_aggregate(Arena *a, Node *input, AggregateSpec *agg, const char *const *names,
                     Span span);
Node *node_window_aggregate(Arena *a, Node *input, AggregateSpec *agg, const char *const *names,
                            Span span);
Node *node_window_join(Arena *a, Node *left, Node *right, WindowJoin *join, Span span);
/* Sets first, last and with_rank: all of them. */
Node *node_window_rank(Arena *a, Node *input, WindowRank *rank, Span span);
Node *node_union(Arena *a, Node **inputs, uint32_t n, const FormatField *fields, Span span);
Node *node_sort(Arena *a, Node *input, SortKey *keys, uint32_t n_keys, Span span);
Node *node_limit(Arena *a, Node *input, uint64_t offset, uint64_t limit, Span span);
Node *node_sink(Arena *a, Node *input, const SinkOpSpec *sink, const char *path);

/* Columns of a window function: window_start, window_end, window_time. */
FormatField window_field(uint32_t i, const WindowSpec *w);

/* Do two window functions make the same windows of the same times? */
bool window_same(const WindowSpec *x, const WindowSpec *y);

/* A column reference with its name. */
Expr *field_ref(Arena *a, const Node *input, uint32_t column, Span span);

/* Number of nodes of an expression as a tree, counted up to max (shared parts count as often as
 * they occur, so a small graph may be a huge tree), and its depth. */
typedef struct ExprSize {
  uint32_t nodes, depth;
} ExprSize;
ExprSize expr_size(const Expr *e, uint32_t max);

/* A window as EXPLAIN shows it: "TUMBLE(time_col=[ts], size=[10 s])". */
void window_print(const WindowSpec *w, const FormatField *input, StrBuf *out);
/* The same of rows that bring it along: "TUMBLE(win_start=[a], win_end=[b], size=[10 s])"; without
 * names "TUMBLE(size=[10 s])". */
void window_print_attached(const WindowSpec *w, const char *start, const char *end, StrBuf *out);
/* When results come, as EXPLAIN shows it: "emit=[every 1 s], "; nothing for windows that come once.
 */
void emit_print(const EmitSpec *e, StrBuf *out);
/* The names of the columns of a join's sides: one that is there already gets a number behind it. */
const char **names_of_join(Arena *a, const FormatField *left, uint32_t n_left,
                           const FormatField *right, uint32_t n_right);
/* "(k = k0) AND (v > v0)" */
void join_print_where(const uint32_t *left_keys, const uint32_t *right_keys, uint32_t n_keys,
                      const Expr *condition, const char *const *names, uint32_t n_left,
                      StrBuf *out);
/* "a ASC, b DESC NULLS FIRST" */
void sort_keys_print(const SortKey *keys, uint32_t n, const char *const *names, StrBuf *out);
/* "InnerJoin" */
const char *join_kind_name(JoinKind kind);
/* Does a join give out the columns of its right side?  May those of a side be NULL for want of a
 * partner? */
bool join_has_right(JoinKind kind);
bool join_pads_left(JoinKind kind);
bool join_pads_right(JoinKind kind);
/* "10 s", "1 min", "1500 ms". */
void duration_print(Micros us, StrBuf *out);
/* "(collection=[a], joinType=[LEFT]". */
void unnest_print(const Expr *value, bool outer, const char *const *names, StrBuf *out);
/* The sets of an Expand: "{a, b, 0 AS $e}, {a, NULL AS b, 1 AS $e}". */
void expand_print(Expr *const *exprs, const FormatField *fields, uint32_t n, uint32_t n_sets,
                  const char *const *names, StrBuf *out);
/* [default_catalog, default_database, t] */
void source_print_path(const Source *source, StrBuf *out);

/* The tree as EXPLAIN's "Abstract Syntax Tree" shows it. */
void logical_print(const Node *root, StrBuf *out);
/* A line of a tree: what stands before it.  is_last[i]: at depth i + 1 no sibling follows. */
void tree_indent(const bool *is_last, uint32_t depth, StrBuf *out);
