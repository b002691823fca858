/* bind.h -- the binder: names, types and coercions; syntax tree in, logical plan out.
 *
 *   bind_query.c    WITH, set operations, VALUES, ORDER BY, LIMIT
 *   bind_select.c   a SELECT block             bind_group.h   its aggregates and GROUP BY
 *   bind_from.c     what stands in FROM        bind_window.c  window functions
 *   bind_rank.c     ROW_NUMBER in a window     bind_unnest.c  UNNEST
 *   bind_where.c    WHERE, IN and EXISTS       bind_join.c    joins in FROM
 *   bind_window_join.c  which joins are joins of windows
 *   bind_source.c   tables of the catalog      bind_guess.c   files and stdin without DDL
 *   bind_expr.c     expressions                bind_call.c    calls and special forms
 *   bind_row.c      rows compared, OVERLAPS    bind_agg.c     calls of aggregates
 *   bind_user.c     calls of the user's functions
 *   bind_json.c     JSON_VALUE and its like
 *   bind_subquery.c subqueries in expressions
 *   bind_literal.c  literals                   bind_type.c    types as written
 *   bind_nested.c   ARRAY[], (a, b), a[i], r.f
 *   relation.c      columns by name, where time attributes come from
 *   bind_insert.c   INSERT                     ddl.h          CREATE, ALTER, DROP
 *
 * Spans.  The text of a view or of a computed column is not the user's statement, so while such
 * a text is bound every span is that of the reference to it: bind_span.
 *
 * Depth.  The parser bounds the depth of one syntax tree; views and CTEs nest trees in trees, so
 * the sum is bounded here: bind_enter.  What SQL can double at each level (a CTE used twice, the
 * operand of BETWEEN) is bounded by NODES_MAX and EXPR_NODES_MAX.
 */
#pragma once
#include "base/limits.h"
#include "parser/ast.h"
#include "planner/logical.h"
#include "planner/session.h"

enum {
  BIND_DEPTH_MAX = 2000,          /* of all syntax trees that are open at a time */
  NODES_MAX = 20000,              /* of one logical plan */
  RELATION_COLUMNS_MAX = 1000000, /* of all tables and queries of a statement together */
  EXPR_NODES_MAX = 2000000,       /* of an expression whose parts occur more than once */
};

/* --- notes --------------------------------------------------------------------------- */

typedef struct Notes {
  const char **items;
  uint32_t n, cap;
} Notes;

/* --- columns and their times --------------------------------------------------------- */

/* A column of a source that a column of a relation is, unchanged.  A UNION has several. */
typedef struct TimeOrigin TimeOrigin;
struct TimeOrigin {
  Source *source;
  uint32_t column;
  const TimeOrigin *next;
};

/* May a column be the time of a window? */
typedef struct TimeLineage {
  const TimeOrigin *origins; /* NULL: it is no column of a source */
  const char *lost;          /* it was the time attribute until here: "GROUP BY"; or NULL */
  bool is_window_time;       /* window_time of a window function */
  bool of_window;            /* the column that its window function goes by */
  bool is_clock;             /* PROCTIME(), or window_time of such windows */
} TimeLineage;

/* The part of a window that a column is. */
typedef struct WindowLineage {
  WindowPart part;
  const WindowSpec *spec; /* of the window function where it began; NULL: PART_NONE */
} WindowLineage;

typedef struct RelColumn {
  const char *name;
  Type type;
  ObjectName table; /* qualifier: name is the alias, or the table's, then with its database */
  TimeLineage time;
  WindowLineage window;
  bool hidden; /* the other side's column of USING: only a qualified name means it */
} RelColumn;

/* The window of GROUP BY TUMBLE(ts, size). */
typedef struct GroupWindow GroupWindow;

/* What a FROM or a query gives: a node and what its columns are called. */
typedef struct Relation {
  Node *node;
  RelColumn *cols; /* parallel to node->fields */
  uint32_t n_cols;
  const GroupWindow *group_window; /* of a block that is grouped by one; NULL: none */
} Relation;

/* --- the binder ---------------------------------------------------------------------- */

typedef struct CteScope CteScope;
struct CteScope {
  const AstCte *cte;
  const CteScope *outer; /* what its query sees */
};

/* A function whose body is being bound. */
typedef struct FunctionScope FunctionScope;
struct FunctionScope {
  FunctionName name;
  const FunctionScope *outer; /* which calls it */
};

typedef struct ExprScope ExprScope;

/* The scopes around the subquery that is bound, innermost first. */
typedef struct OuterScope OuterScope;
struct OuterScope {
  const ExprScope *scope;
  const OuterScope *next;
};

/* A subquery of an expression: a job of its own, whose rows the expression waits for. */
typedef struct Subplan {
  ExprQuery *query;
  Node *root; /* a Sink */
  Node **sources;
  uint32_t n_sources;
  /* By these the same one is known: its text, where names are looked up, what it is compared with.
   */
  const char *text, *database;
  const CteScope *ctes;
  Type *probes;
  uint32_t n_probes;
} Subplan;

typedef struct Binder {
  Planner *planner;
  Arena *arena;
  ExprEnv env;
  Error *err;
  Notes *notes;
  const char *database; /* where names of one part are looked up */
  Span within;          /* the reference to the view or table whose text is bound; len 0: none */
  const CteScope *ctes;
  const FunctionScope *bodies; /* NULL: none */
  uint32_t depth;
  uint32_t n_nodes, n_columns; /* so far */
  uint32_t n_volatile;         /* calls */
  Node **sources;              /* of this job */
  uint32_t n_sources, cap_sources;
  LateTable *late;    /* as soon as there is a window */
  bool for_view;      /* CREATE VIEW, DESCRIBE: nothing will be read now */
  Subplan **subplans; /* in the order in which they are to be run: inner ones before outer ones */
  uint32_t n_subplans, cap_subplans;
  const OuterScope *outer; /* NULL: no subquery is bound */
  bool correlated;         /* what failed is a column from outside */
  uint32_t job, n_jobs;    /* the number of the job that is bound: 0, or that of a subquery */
  bool reads_stdin;        /* stdin_job does */
  uint32_t stdin_job;
} Binder;

/* env comes from the settings.  ERR_OPTION. */
MUST_USE Code binder_init(Binder *b, Planner *planner, Arena *arena, Notes *notes, Error *err);

static inline Span bind_span(const Binder *b, Span span) {
  return b->within.len > 0 ? b->within : span;
}
void bind_note(Binder *b, const char *fmt, ...) PRINTF(2, 3);
/* ERR_UNSUPPORTED: "WHAT is not built yet". */
Code bind_not_built(Binder *b, Span span, const char *what);
/* Depth more levels of a syntax tree begin; bind_leave with the same number ends them. */
MUST_USE Code bind_enter(Binder *b, uint32_t depth, Span span);
void bind_leave(Binder *b, uint32_t depth);
/* One more table or query of the statement. */
MUST_USE Code bind_count_node(Binder *b, Span span);
/* Are there too many columns in all its tables and queries? */
MUST_USE Code bind_check_columns(Binder *b, Span span);
/* e will occur `times` times. */
MUST_USE Code bind_shared(Binder *b, const Expr *e, uint32_t times);
/* "STRING", in the arena. */
const char *bind_type_text(Binder *b, Type type);

/* --- relation.c ---------------------------------------------------------------------- */

/* Give the columns of node, without lineage, under one qualifier. */
Relation relation_of(Binder *b, Node *node, ObjectName table);
/* The column a path names.  ERR_NAME with "did you mean", also when it is ambiguous. */
MUST_USE Code relation_find(Binder *b, const Relation *rel, const AstPath *path, uint32_t *column);
/* The same of a path that may go on behind its column, a ROW, with fields: as many parts as
 * possible are the column's, *n_parts. */
MUST_USE Code relation_find_prefix(Binder *b, const Relation *rel, const AstPath *path,
                                   uint32_t *column, uint32_t *n_parts);
/* Is there a column that the path names, or that it begins with? */
bool relation_has(const Relation *rel, const AstPath *path);
/* A column that is this part of its window; false: there is none. */
bool relation_part(const Relation *rel, WindowPart part, uint32_t *column);
/* All columns have lost their time by what. */
void relation_lose_time(Relation *rel, const char *what);
bool time_is_attribute(TimeLineage time);  /* has a watermark now */
bool time_is_any(const TimeLineage *time); /* is, or can become, the time of a window */
/* Is it PROCTIME()? */
bool bind_is_clock(const Expr *e);
/* Names that occur twice get a number behind them: a, a0. */
void relation_unique_names(Binder *b, Relation *rel);

/* --- expressions --------------------------------------------------------------------- */

/* An aggregate call of a SELECT block. */
typedef struct AggItem {
  AggCall call;
  Expr *arg, *filter; /* over the input; NULL: none */
} AggItem;

typedef struct AggList {
  AggItem *items;
  uint32_t n, cap;
  uint32_t base; /* aggregate i stands in expressions as column base + i */
  bool grouped;  /* GROUP BY is written */
} AggList;

typedef struct OutputAlias {
  const char *name;
  Expr *expr;
} OutputAlias;

struct ExprScope {
  const Relation *rel; /* NULL: no columns */
  const char *clause;  /* "WHERE" */
  AggList *aggs;       /* NULL: aggregates are refused */
  const OutputAlias *aliases;
  uint32_t n_aliases;        /* ORDER BY sees these first */
  const AstWindows *windows; /* of the block's WINDOW; NULL: none */
  bool *uses_rank;           /* to be told of ROW_NUMBER() OVER; NULL: that is refused */
  uint32_t inner;  /* of a subquery: its columns begin here, which hide those before; 0: none */
  bool no_queries; /* subqueries are refused */
};

MUST_USE Code bind_expr(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out);
/* The same, as BOOLEAN. */
MUST_USE Code bind_condition(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out);
/* JSON_VALUE, JSON_QUERY, JSON_EXISTS, JSON_OBJECT, JSON_ARRAY. */
MUST_USE Code bind_json_call(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out);
/* The argument of JSON_ARRAYAGG or JSON_OBJECTAGG: each row as JSON, or as a member
 * (json_member.h). */
MUST_USE Code bind_json_agg(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out);
/* JSON(s) where no constructor takes it. */
Code bind_json_alone(Binder *b, Span span);
/* Is it a call whose text is JSON: JSON_OBJECT, JSON_ARRAY? */
bool bind_is_constructor(const AstExpr *ast);
MUST_USE Code bind_call(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out);
/* Are both rows that are written out?  Then they are compared value by value. */
bool bind_is_row_pair(const AstExpr *left, const AstExpr *right);
MUST_USE Code bind_row_compare(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out);
MUST_USE Code bind_row_between(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out);
/* IN of a list, without NOT. */
MUST_USE Code bind_row_in(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out);
/* ANY and ALL of a list. */
MUST_USE Code bind_quantified_list(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out);
MUST_USE Code bind_overlaps(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out);
MUST_USE Code bind_value_query(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out);
MUST_USE Code bind_exists_query(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out);
/* IN of a query, without NOT. */
MUST_USE Code bind_in_query(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out);
/* ANY and ALL of a query. */
MUST_USE Code bind_quantified(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out);
/* ERR_UNSUPPORTED: the path is no column of the scope, but one of a query around it. */
MUST_USE Code bind_check_correlated(Binder *b, const ExprScope *s, const AstPath *path);
MUST_USE Code bind_agg(Binder *b, const ExprScope *s, const AstExpr *ast, const AggDef *def,
                       Expr **out);
/* Is it the name of a function that weir has? */
bool bind_is_built_in(const char *name);
/* What the user made that a call means; NULL: what is built in, or nothing.  ERR_NAME where a
 * database is named that has no such function. */
MUST_USE Code bind_find_function(Binder *b, const AstCall *call, const FunctionDef **out);
MUST_USE Code bind_user_call(Binder *b, const ExprScope *s, const AstExpr *ast,
                             const FunctionDef *def, Expr **out);
/* The body of a SQL function as its result, over its parameters as columns; arguments: what these
 * will be, NULL: they are as declared. */
MUST_USE Code bind_function_body(Binder *b, const FunctionDef *def, const AstExpr *ast,
                                 Expr *const *arguments, Expr **out);
/* Number a call that was just made, if it is volatile. */
void bind_number(Binder *b, Expr *e);
/* Call a function by name. */
MUST_USE Code bind_func(Binder *b, const char *name, Span span, Expr **args, uint32_t n_args,
                        Expr **out);
MUST_USE Code bind_literal(Binder *b, const AstLiteral *literal, bool negative, Span span,
                           Expr **out);
MUST_USE Code bind_interval(Binder *b, const AstInterval *interval, Span span, Expr **out);
const char *bind_unit_word(AstUnit unit); /* "SECOND" */
MUST_USE Code bind_type(Binder *b, const AstType *ast, Type *out);
/* An interval of days to seconds that is constant; what names it in messages. */
MUST_USE Code bind_duration(Binder *b, const AstExpr *ast, const char *what, Micros *out);
/* ROW(a, b) and (a, b); ARRAY[...] and MAP[...]; a[i] */
MUST_USE Code bind_row_value(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out);
MUST_USE Code bind_collection(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out);
MUST_USE Code bind_element_of(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out);
/* row.name */
MUST_USE Code bind_field_of(Binder *b, Expr *row, const AstName *name, Span span, Expr **out);
/* The column that the first n_column parts of the path name, with the fields behind it. */
MUST_USE Code bind_path_fields(Binder *b, const AstPath *path, uint32_t n_column, Expr *column,
                               Expr **out);
/* All fields of a ROW. */
MUST_USE Code bind_row_fields(Binder *b, Expr *row, Span span, Expr ***out);
/* The column that a path names, or a field of it. */
MUST_USE Code bind_path(Binder *b, const ExprScope *s, const AstPath *path, Span span, Expr **out);
/* A bare NULL as a value of some type: columns have one. */
Expr *bind_settle_null(Binder *b, Expr *e);

/* --- queries ------------------------------------------------------------------------- */

MUST_USE Code bind_query(Binder *b, const AstQuery *query, Relation *out);
/* A SELECT block with the ORDER BY and LIMIT of its query. */
MUST_USE Code bind_select(Binder *b, const AstQuery *query, Relation *out);
/* ORDER BY over the columns of a relation. */
MUST_USE Code bind_order(Binder *b, const AstQuery *query, Relation *rel);
MUST_USE Code bind_limit(Binder *b, const AstQuery *query, Relation *rel);
/* ORDER BY 2: is it a position among n_cols columns, and which? */
MUST_USE Code bind_order_position(Binder *b, const AstExpr *ast, uint32_t n_cols, uint32_t *column,
                                  bool *is_position);
/* Sort rel, and drop its columns from n_out on, which are there only for that. */
MUST_USE Code bind_sort(Binder *b, Relation *rel, SortKey *keys, uint32_t n_keys, uint32_t n_out,
                        Span span);
SortKey bind_sort_key(const AstOrderItem *item, uint32_t column);

/* A query's text, as the catalog keeps it: parsed and bound in a database, with the span of
 * the reference. */
/* The text of the catalog is bound between these two: names mean what they meant when it was
 * written. */
typedef struct BindFrame {
  const char *database;
  const CteScope *ctes;
  const OuterScope *outer;
  Span within;
} BindFrame;
BindFrame bind_begin_text(Binder *b, const char *database, Span span);
void bind_end_text(Binder *b, BindFrame frame);
MUST_USE Code bind_view(Binder *b, const TableDef *view, Span span, Relation *out);

MUST_USE Code bind_from(Binder *b, const AstTableRef *ref, Relation *out);
/* FROM with the WHERE of its block, which may be NULL: a join by comma has its condition there. */
MUST_USE Code bind_from_where(Binder *b, const AstTableRef *from, const AstExpr *where,
                              Relation *out);

/* UNNEST over left, whose columns it sees, and behind which its own come. */
MUST_USE Code bind_unnest(Binder *b, const Relation *left, const AstTableRef *ref, bool outer,
                          Relation *out);
MUST_USE Code bind_unnest_alone(Binder *b, const AstTableRef *ref, Relation *out);
/* A join whose right side is UNNEST. */
MUST_USE Code bind_unnest_join(Binder *b, const AstJoin *join, Relation *out);

/* Keep the rows for which the condition holds; it may be NULL. */
MUST_USE Code bind_where(Binder *b, const AstExpr *where, Relation *rel);

/* What stands in FROM, as long as WHERE may still give conditions to its joins. */
typedef struct JoinTree JoinTree;
struct JoinTree {
  const AstTableRef *ref; /* NULL: a leaf */
  Relation rel;           /* of a join: the columns of both sides, and no node */
  JoinTree *left, *right;
  Expr *condition; /* over rel; NULL: none */
};
MUST_USE Code bind_join_tree(Binder *b, const AstTableRef *ref, JoinTree **out);
/* May the condition e, over the tree's columns, be one of its joins'?  Then it takes it. */
bool join_tree_take(Binder *b, JoinTree *tree, Expr *e);
MUST_USE Code join_tree_finish(Binder *b, const JoinTree *tree, Relation *out);
/* The columns of both, for names and types; without a node. */
MUST_USE Code join_columns(Binder *b, JoinKind kind, const Relation *left, const Relation *right,
                           Span span, Relation *out);

/* A join of windows in the making. */
typedef struct WindowJoining {
  JoinKind kind;
  const Relation *left, *right;
  const char *what; /* "join", "EXISTS" */
  Span span;        /* of that word */
} WindowJoining;
/* Join left and right by the condition, over the columns of both, which may be NULL.
 * ERR_UNSUPPORTED where their windows are not equal. */
MUST_USE Code bind_window_join(Binder *b, const WindowJoining *j, Expr *condition, Relation *out);

MUST_USE Code bind_window_call(Binder *b, const AstCall *call, Span span, Relation *out);

/* GROUP BY TUMBLE(ts, size) and its like: puts the window function over rel, the block's FROM. */
MUST_USE Code bind_group_window(Binder *b, const AstSelect *select, Relation *rel);
/* Is it TUMBLE, TUMBLE_START, ...? */
bool bind_is_group_window(const char *name);
MUST_USE Code bind_group_window_call(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out);

/* A call with OVER. */
MUST_USE Code bind_over(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out);
/* Put the rank that stands in exprs, at least one of them, behind the columns of rel, and rewrite
 * them. */
MUST_USE Code bind_ranking(Binder *b, Relation *rel, Expr ***exprs, uint32_t n_exprs);

/* --- tables -------------------------------------------------------------------------- */

/* Read a table of the catalog, perhaps with an OPTIONS hint. */
MUST_USE Code bind_table(Binder *b, const TableDef *def, const AstHints *hints, Span span,
                         Relation *out);
/* Read a file or stdin (file.text NULL) that nothing was declared of. */
MUST_USE Code bind_guessed(Binder *b, const AstText *file, const AstHints *hints, Span span,
                           Relation *out);
/* May a statement read stdin (still)? */
MUST_USE Code bind_check_stdin(Binder *b, Span span);
/* The options of OPTIONS hints; other hints are told and passed over. */
MUST_USE Code bind_hints(Binder *b, const AstHints *hints, Option **options, uint32_t *n);
/* Use a source, or the same one that the job has already. */
MUST_USE Code bind_add_source(Binder *b, Source *source, ObjectName table, Relation *out);
Relation bind_source_relation(Binder *b, Node *node, ObjectName table);
bool options_equal(Options x, Options y); /* in the same order */
/* ERR_TYPE: the type is none of event time. */
MUST_USE Code bind_time_type(Binder *b, const char *name, Type type, Span span);
/* The watermark of a column of such a type that has none: col - weir.watermark.delay. */
MUST_USE Code bind_default_watermark(Binder *b, Source *source, uint32_t column);

/* Columns of a table, for the expressions in its definition. */
typedef struct Columns {
  const char *table; /* for messages */
  const FormatField *fields;
  uint32_t n;
} Columns;
/* The expression of a computed column or a watermark. */
MUST_USE Code bind_over_columns(Binder *b, Columns columns, const char *clause, const AstExpr *ast,
                                Expr **out);
MUST_USE Code bind_watermark(Binder *b, Columns columns, uint32_t column, const AstExpr *ast,
                             Span column_span, Expr **out);

/* A METADATA column, in the type that it is declared with: over input column `at`, which the
 * connector makes.  ERR_NAME: it has no such key. */
MUST_USE Code bind_metadata(Binder *b, const Connector *connector, const TableColumn *column,
                            uint32_t at, Span span, Expr **out);

/* Copies in an arena, all with this span: that of the table's name in a statement, or none. */
Option *options_copy(Arena *a, const Option *items, uint32_t n, Span span);

/* --- statements ---------------------------------------------------------------------- */

/* An INSERT as a tree that ends in a Sink.  name: of the table it writes, for the job's name. */
MUST_USE Code bind_insert(Binder *b, const AstInsert *insert, Node **out, const char **name);
/* INSERT into a table that is not in the catalog yet: CREATE TABLE AS. */
MUST_USE Code bind_insert_rows(Binder *b, const TableDef *def, Relation *rows, bool overwrite,
                               Span span, Node **out);
