/* ast_build.h -- the builders that the grammar's actions call.  Internal to parser/.
 *
 * A builder takes the parts of a rule and returns the node, in the statement's arena.
 * `start` is the span of the rule's first token; the node ends where the last shifted
 * token ends.  A list builder takes the list and one more item, and returns the list.
 *
 * ast_build.c: names, lists, types.  ast_build_expr.c: expressions and calls.
 * ast_build_query.c: queries and FROM.  ast_build_stmt.c, ast_build_table.c: statements.
 */
#pragma once
#include "base/str.h"
#include "parser/parse_state.h"

/* ---- what only lives between two rules ---- */

typedef struct AstUnitWord {
  AstUnit unit;
  int32_t first, second; /* digits in parentheses, -1: none */
  Span span;
} AstUnitWord;

typedef struct AstOpWord {
  AstOp op;
  Span span;
} AstOpWord;

typedef struct AstFrame {
  AstFrameUnit unit;
  AstBound start, end;
} AstFrame;

typedef struct AstJsonOn {
  AstJsonBehaviour behaviour;
  AstExpr *otherwise;
} AstJsonOn;

typedef struct AstWith {
  AstCtes ctes;
  Span start;
} AstWith;

typedef struct AstTail {
  AstOrderItems order_by;
  AstExpr *limit, *offset;
  bool has_limit; /* also LIMIT ALL */
  Span span;      /* of a single clause */
} AstTail;

typedef struct AstWindowsQualify {
  AstWindows windows;
  AstExpr *qualify;
} AstWindowsQualify;

typedef struct AstJoinWord {
  AstJoinKind kind;
  bool natural;
  Span span;
} AstJoinWord;

typedef struct AstJoinSpec {
  AstExpr *on;
  AstNames using_columns;
} AstJoinSpec;

typedef struct AstAlias {
  AstName name;
  AstNames columns;
} AstAlias;

typedef struct AstSkipTo {
  AstSkip skip;
  AstName name;
} AstSkipTo;

typedef struct AstTimes {
  uint32_t min, max;
} AstTimes;

typedef struct AstCreateWords {
  bool temporary, if_not_exists, or_replace, replace;
} AstCreateWords;

typedef struct AstLikeOrAs {
  AstTableLike *like;
  AstQuery *query;
} AstLikeOrAs;

typedef struct AstTableBody {
  AstTableElements elements;
  AstText comment;
  AstDistribution distribution;
  AstNames partitioned_by;
  AstOptions with;
  AstLikeOrAs rest;
} AstTableBody;

/* One of the three. */
typedef struct AstElementDef {
  enum { ELEMENT_COLUMN, ELEMENT_WATERMARK, ELEMENT_KEY } kind;
  AstColumnDef column;
  AstWatermark watermark;
  AstKey key;
} AstElementDef;

typedef struct AstShowPattern {
  AstText text;
  bool negated, ignore_case;
} AstShowPattern;

typedef enum AstTemporary { AST_PERMANENT, AST_TEMPORARY, AST_TEMPORARY_SYSTEM } AstTemporary;
typedef enum AstDropMode {
  AST_DROP_MODE_UNSET,
  AST_DROP_MODE_RESTRICT,
  AST_DROP_MODE_CASCADE
} AstDropMode;
typedef enum LikeWord { LIKE_PLAIN, LIKE_NOT, LIKE_SIMILAR, LIKE_NOT_SIMILAR } LikeWord;
typedef enum CallMode { CALL_PLAIN, CALL_STAR, CALL_DISTINCT } CallMode;
typedef enum RefMode { REF_PLAIN, REF_WRAPPED, REF_LATERAL, REF_LATERAL_WRAPPED } RefMode;

/* ---- ast_build.c ---- */

/* The deeper of two; a node is one deeper than its parts.  node_depth refuses what is
 * deeper than SQL_DEPTH_MAX. */
static inline uint32_t deeper(uint32_t a, uint32_t b) { return a > b ? a : b; }
uint32_t node_depth(Parse *p, uint32_t parts, Span span);
static inline uint32_t depth_of(const AstExpr *e) { return e == NULL ? 0 : e->depth; }
uint32_t depth_of_exprs(AstExprs list);
uint32_t depth_of_order(AstOrderItems list);

AstNames ast_names(Parse *p, AstNames list, AstName name);
AstPath ast_path(Parse *p, AstPath list, AstName name);
AstPath ast_path_of_word(Parse *p, Span word);
AstText ast_text(Parse *p, Span token);
AstText ast_digits(Parse *p, Span token); /* the bytes of the token */
AstTexts ast_texts(Parse *p, AstTexts list, AstText text);
AstOptions ast_options(Parse *p, AstOptions list, AstOption option);
AstExprs ast_exprs(Parse *p, AstExprs list, AstExpr *expr);
AstExprs ast_exprs_two(Parse *p, AstExpr *a, AstExpr *b);
AstExprs ast_exprs_front(Parse *p, AstExpr *first, AstExprs rest);
AstExprs ast_exprs_join(Parse *p, AstExprs a, AstExprs b);
/* (a, b) as the only item stands for a, b: PARTITION BY (a, b). */
AstExprs ast_flatten_row(Parse *p, AstExprs list);
AstOrderItems ast_order_items(Parse *p, AstOrderItems list, AstOrderItem item);
AstOrderItems ast_flatten_order(Parse *p, AstOrderItem item);
AstArgs ast_args(Parse *p, AstArgs list, AstArg arg);
AstHints ast_hints(Parse *p, AstHints list, AstHint hint);
AstHint ast_hint(Parse *p, AstName name, AstHintArgs args);
AstHintArgs ast_hint_args(Parse *p, AstHintArgs list, AstHintArg arg);

/* A number that has to fit. */
int32_t ast_int(Parse *p, Span token);
bool ast_is_unit(Str word);
AstUnitWord ast_unit(Parse *p, Span word, int32_t first, int32_t second);
AstIntervalUnits *ast_units(Parse *p, AstUnitWord from, AstUnitWord to);

AstType *ast_type_new(Parse *p, AstTypeKind kind, Span start);
AstType *ast_type(Parse *p, Span name, int32_t precision, int32_t scale);
AstType *ast_type_double(Parse *p, Span name, Span precision);
AstType *ast_type_raw(Parse *p, Span name, AstText class_name, AstText snapshot);
AstType *ast_type_zone(Parse *p, Span name, int32_t precision, AstTypeKind kind);
AstType *ast_type_interval(Parse *p, Span start, const AstIntervalUnits *units);
AstType *ast_type_list(Parse *p, Span start, AstTypeKind kind, AstType *element);
AstType *ast_type_multiset(Parse *p, Span name, AstType *element);
AstType *ast_type_map(Parse *p, Span name, AstType *key, AstType *value);
AstType *ast_type_row(Parse *p, Span start, AstFields fields);
AstType *ast_type_postfix(Parse *p, AstType *element, Span word);
AstType *ast_type_nullable(Parse *p, AstType *type, bool not_null);
AstFields ast_fields(Parse *p, AstFields list, AstField field);

/* ---- ast_build_expr.c ---- */

AstExpr *ast_literal(Parse *p, AstLiteralKind kind, Span token);
AstExpr *ast_literal_text(Parse *p, AstLiteralKind kind, Span start, AstText text);
AstExpr *ast_interval(Parse *p, Span start, bool negative, AstText text, AstIntervalUnits *units);
AstExpr *ast_column(Parse *p, AstPath path);
AstExpr *ast_star(Parse *p, Span start, AstPath qualifier);
AstExpr *ast_unary(Parse *p, AstUnaryOp op, Span start, AstExpr *operand);
AstExpr *ast_binary(Parse *p, AstOp op, AstExpr *left, AstExpr *right, Span op_span);
AstExpr *ast_logic(Parse *p, bool is_or, AstExpr *left, AstExpr *right);
AstExpr *ast_is(Parse *p, AstExpr *operand, bool negated, AstIsKind what);
AstExpr *ast_like(Parse *p, LikeWord word, AstExpr *operand, AstExpr *pattern, AstExpr *escape);
AstExpr *ast_between(Parse *p, AstExpr *operand, bool symmetric, AstExpr *low, AstExpr *high,
                     bool negated);
AstExpr *ast_in(Parse *p, AstExpr *operand, AstExprs list, AstQuery *query, bool negated);
AstExpr *ast_quantified(Parse *p, AstOp op, bool all, AstExpr *operand, AstQuery *query,
                        AstExprs list);
AstExpr *ast_subquery(Parse *p, AstExprKind kind, Span start, AstQuery *query);
AstExpr *ast_in_parens(Parse *p, Span start, AstExpr *expr);
AstExpr *ast_row(Parse *p, Span start, bool keyword, AstExprs items);
AstExpr *ast_items(Parse *p, AstExprKind kind, Span start, AstExprs items);
AstExpr *ast_element(Parse *p, AstExpr *base, AstExpr *index);
AstExpr *ast_field_access(Parse *p, AstExpr *base, AstName name);
AstExpr *ast_case(Parse *p, Span start, AstExpr *operand, AstWhens whens, AstExpr *otherwise);
AstWhens ast_whens(Parse *p, AstWhens list, AstExprs conditions, AstExpr *result);
AstExpr *ast_cast(Parse *p, Span start, bool try_cast, AstExpr *operand, AstType *type);
AstExpr *ast_descriptor(Parse *p, Span start, AstNames names);
AstExpr *ast_table_arg(Parse *p, Span start, AstTableRef *table, AstExprs partition_by,
                       AstOrderItems order_by);

AstExpr *ast_call(Parse *p, AstPath name, AstArgs args, CallMode mode);
AstExpr *ast_call_more(Parse *p, AstExpr *call, AstNullsTreatment nulls, AstOrderItems order_by);
AstExpr *ast_call_tail(Parse *p, AstExpr *call, AstNullsTreatment nulls, AstExpr *filter,
                       AstWindow *over);
AstExpr *ast_call_bare(Parse *p, Span word);
AstExpr *ast_call_list(Parse *p, Span word, AstExprs args);
/* Up to four arguments; NULL ends them. */
AstExpr *ast_call_args(Parse *p, Span word, AstCallForm form, AstExpr *a, AstExpr *b, AstExpr *c,
                       AstExpr *d);
/* (a - b) units; x is what stands in the parentheses. */
AstExpr *ast_span(Parse *p, Span start, AstExpr *x, const AstIntervalUnits *units);
AstExpr *ast_call_unit(Parse *p, Span word, AstCallForm form, AstUnitWord unit, AstExpr *a,
                       AstExpr *b);
AstExpr *ast_call_trim(Parse *p, Span word, AstTrimSide side, AstExpr *text, AstExpr *characters);
AstExpr *ast_call_json(Parse *p, Span word, AstExprs args, AstJson *json);
AstJson *ast_json(Parse *p);
AstJson *ast_json_on_null(Parse *p, AstJsonBehaviour behaviour);
AstJson *ast_json_returning(Parse *p, AstJson *json, Span word, AstType *type);
AstJson *ast_json_wrapper(Parse *p, AstJson *json, Span word, AstJsonWrapper wrapper);
AstJson *ast_json_on_empty(Parse *p, AstJson *json, Span word, AstJsonOn on);
AstJson *ast_json_on_error(Parse *p, AstJson *json, Span word, AstJsonOn on);

AstWindow *ast_window(Parse *p, AstName base, AstExprs partition_by, AstOrderItems order_by,
                      AstFrame frame);
AstWindow *ast_window_name(Parse *p, AstName name);
AstWindow *ast_window_end(Parse *p, Span start, AstWindow *window);
AstWindow *ast_window_def(Parse *p, AstName name, AstWindow *window);
AstWindows ast_windows(Parse *p, AstWindows list, AstWindow *window);
AstFrame ast_frame(AstFrameUnit unit, AstBound start, AstBound end);
AstFrame ast_frame_none(void);
uint32_t depth_of_window(const AstWindow *window);

/* ---- ast_build_query.c ---- */

AstQuery *ast_query_parens(Parse *p, Span start, AstQuery *query);
/* with and tail may be NULL. */
AstQuery *ast_query_tail(Parse *p, AstWith *with, AstQuery *query, AstTail *tail);
AstQuery *ast_values(Parse *p, Span start, AstExprs rows);
AstQuery *ast_query_table(Parse *p, Span start, AstTableRef *table);
AstQuery *ast_set(Parse *p, AstSetOp op, bool all, AstQuery *left, AstQuery *right, Span op_span);
AstWith *ast_with(Parse *p, AstWith *with, Span start, AstCte cte);
AstTail *ast_tail(Parse *p, AstOrderItems order_by);
AstTail *ast_tail_limit(Parse *p, AstTail *tail, const AstTail *limit);
AstTail *ast_limit(Parse *p, Span start, AstExpr *rows); /* NULL: ALL */
AstTail *ast_offset(Parse *p, Span start, AstExpr *rows);
AstTail *ast_fetch(Parse *p, Span start, AstExpr *rows); /* NULL: one */

AstQuery *ast_select(Parse *p, Span start, AstHints hints, bool distinct, AstSelectItems items,
                     AstTableRef *from, AstExpr *where, AstGroupItems group_by, AstExpr *having,
                     AstWindowsQualify wq, AstEmit *emit);
AstSelectItem ast_select_item(Parse *p, AstExpr *expr, AstName alias);
AstSelectItems ast_select_items(Parse *p, AstSelectItems list, AstSelectItem item);
AstGroupItem *ast_group_expr(Parse *p, AstExpr *expr);
AstGroupItem *ast_group_empty(Parse *p, Span start);
AstGroupItem *ast_group_list(Parse *p, Span start, AstGroupKind kind, AstGroupItems items);
AstGroupItems ast_group_items(Parse *p, AstGroupItems list, AstGroupItem *item);
AstEmit *ast_emit_every(Parse *p, AstEmit *emit, Span start, AstExpr *interval, bool processing);
AstEmit *ast_emit_on_update(Parse *p, AstEmit *emit, Span start);
AstEmit *ast_allowed_lateness(Parse *p, AstEmit *emit, Span start, AstExpr *interval);

AstTableRef *ast_ref_table(Parse *p, AstPath path, AstHints hints, AstExpr *as_of);
AstTableRef *ast_ref_file(Parse *p, AstText file, AstHints hints);
AstTableRef *ast_ref_wrapped(Parse *p, Span start, AstTableRef *ref);
AstTableRef *ast_ref_call(Parse *p, Span start, AstExpr *call, RefMode mode);
AstTableRef *ast_ref_query(Parse *p, Span start, AstQuery *query, bool lateral);
AstTableRef *ast_ref_unnest(Parse *p, Span start, AstExprs args, bool ordinality);
AstTableRef *ast_ref_parens(Parse *p, Span start, AstTableRef *join);
AstTableRef *ast_ref_alias(Parse *p, AstTableRef *ref, AstAlias alias);
AstTableRef *ast_ref_match(Parse *p, AstTableRef *input, AstMatch *match, AstAlias alias);
AstTableRef *ast_join(Parse *p, AstTableRef *left, AstJoinWord word, AstTableRef *right,
                      AstJoinSpec spec);
AstJoinWord ast_join_word(Parse *p, AstJoinKind kind, bool natural, Span start);
static inline AstJoinSpec ast_no_spec(void) { return (AstJoinSpec){NULL, {NULL, 0, 0}}; }
AstMatch *ast_match(Parse *p, AstExprs partition_by, AstOrderItems order_by, AstNamedExprs measures,
                    bool all_rows, AstSkipTo skip, AstPattern *pattern, AstExpr *within,
                    AstNamedExprs define);
AstNamedExprs ast_named_exprs(Parse *p, AstNamedExprs list, AstNamedExpr item);
AstPattern *ast_pattern_variable(Parse *p, AstName name);
AstPattern *ast_pattern_join(Parse *p, AstPatternKind kind, AstPattern *left, AstPattern *right);
AstPattern *ast_pattern_times(Parse *p, AstPattern *pattern, AstTimes times, bool reluctant);
AstPattern *ast_pattern_parens(Parse *p, Span start, AstPattern *pattern);

/* ---- ast_build_table.c ---- */

AstElementDef *ast_column_bare(Parse *p, AstName name);
AstElementDef *ast_column_physical(Parse *p, AstName name, AstType *type, AstText comment);
AstElementDef *ast_column_key(Parse *p, AstElementDef *column, AstName constraint,
                              bool not_enforced);
AstElementDef *ast_column_metadata(Parse *p, AstName name, AstType *type, AstText key,
                                   bool is_virtual, AstText comment);
AstElementDef *ast_column_computed(Parse *p, AstName name, AstExpr *expr, AstText comment);
AstElementDef *ast_column_place(Parse *p, AstElementDef *column, AstPlace place, AstName after);
AstElementDef *ast_watermark(Parse *p, Span start, AstPath column, AstExpr *expr);
AstElementDef *ast_primary_key(Parse *p, Span start, AstName constraint, AstNames columns,
                               bool not_enforced);
AstTableElements *ast_elements(Parse *p, AstTableElements *list, const AstElementDef *element);
AstDistribution *ast_distribution(Parse *p, AstDistributionKind kind, AstNames columns,
                                  AstText buckets);
AstDistribution *ast_distribution_end(Parse *p, Span start, AstDistribution *distribution);
AstTableLike *ast_table_like(Parse *p, AstPath path, AstLikeOptions options);
AstLikeOption ast_like_option(Parse *p, Span start, AstLikeMode mode, Span what);
AstLikeOptions ast_like_options(Parse *p, AstLikeOptions list, AstLikeOption option);
AstTableBody *ast_table_body(Parse *p, const AstTableElements *elements, AstText comment,
                             const AstDistribution *distribution, AstNames partitioned_by,
                             AstOptions with, AstLikeOrAs rest);
AstStmt *ast_create_table(Parse *p, Span start, AstCreateWords words, AstPath path,
                          const AstTableBody *body);

AstStmt *ast_alter_table(Parse *p, Span start, bool if_exists, AstPath path, AstAlterTable *alter);
AstAlterTable *ast_alter_new(Parse *p, AstAlterKind kind);
AstAlterTable *ast_alter_elements(Parse *p, AstAlterKind kind, const AstTableElements *elements);
AstAlterTable *ast_alter_distribution(Parse *p, AstAlterKind kind, Span start, AstDistribution *d);
AstAlterTable *ast_alter_partitions(Parse *p, AstAlterKind kind, bool condition,
                                    AstPartitions list);
AstAlterTable *ast_alter_names(Parse *p, AstAlterKind kind, AstNames names);
AstAlterTable *ast_alter_rename(Parse *p, AstAlterKind kind, AstPath from, AstName name);
AstAlterTable *ast_alter_rename_to(Parse *p, AstPath new_path);
AstAlterTable *ast_alter_options(Parse *p, AstOptions options);
AstAlterTable *ast_alter_reset(Parse *p, AstTexts keys);
AstPartitions ast_partitions(Parse *p, AstPartitions list, AstPartition partition);
Span ast_assignments_span(AstAssignments list);

/* ---- ast_build_stmt.c ---- */

AstStmt *ast_stmt_new(Parse *p, AstStmtKind kind, Span start);
AstStmt *ast_stmt_query(Parse *p, AstQuery *query);
AstStmt *ast_stmt_path(Parse *p, AstStmtKind kind, Span start, AstPath path);
AstStmt *ast_stmt_option(Parse *p, AstStmtKind kind, Span start, AstOption option);
AstStmts ast_stmts(Parse *p, AstStmts list, AstStmt *stmt);
AstStmt *ast_stmt_set_of(Parse *p, Span start, AstStmts list);
AstStmt *ast_insert(Parse *p, Span start, bool overwrite, AstTableRef *target,
                    AstAssignments partition, AstNames columns, AstQuery *query,
                    AstConflict on_conflict);
AstStmt *ast_insert_execute(Parse *p, Span start, AstStmt *insert);
AstAssignments ast_assignments(Parse *p, AstAssignments list, AstAssignment item);
uint32_t depth_of_assignments(AstAssignments list);
AstStmt *ast_explain(Parse *p, Span start, AstExplainMode mode, uint32_t details, AstStmt *stmt);
AstStmt *ast_explain_upgrade(Parse *p, Span start, AstText from, AstStmt *stmt);
AstStmt *ast_create_view(Parse *p, Span start, AstCreateWords words, AstPath path, AstNames columns,
                         AstText comment, AstQuery *query);
AstStmt *ast_create_function(Parse *p, Span start, AstTemporary temporary, AstCreateWords words,
                             AstPath path, AstFunction function);
AstParams ast_params(Parse *p, AstParams list, AstParam param);
AstStmt *ast_create_database(Parse *p, Span start, bool if_not_exists, AstPath path,
                             AstText comment, AstOptions with);
AstStmt *ast_alter_view(Parse *p, Span start, AstPath path, AstPath new_path, AstQuery *query);
AstStmt *ast_alter_database(Parse *p, Span start, AstPath path, AstOptions options);
AstStmt *ast_alter_function(Parse *p, Span start, AstTemporary temporary, bool if_exists,
                            AstPath path, AstFunction function);
AstStmt *ast_drop(Parse *p, Span start, AstObject object, AstTemporary temporary, bool if_exists,
                  AstPath path);
AstStmt *ast_drop_database(Parse *p, Span start, bool if_exists, AstPath path, AstDropMode mode);
AstStmt *ast_update(Parse *p, Span start, AstPath path, AstName alias, AstAssignments set,
                    AstExpr *where);
AstStmt *ast_delete(Parse *p, Span start, AstPath path, AstName alias, AstExpr *where);
AstStmt *ast_analyze(Parse *p, Span start, AstPath path, AstAssignments partition, bool all_columns,
                     AstNames columns);
AstStmt *ast_describe(Parse *p, Span start, AstObject object, bool extended, AstPath path);
AstStmt *ast_show(Parse *p, Span start, AstShowWhat what, AstPath path, AstShowPattern pattern);
AstStmt *ast_show_checkpoints(Parse *p, Span start, AstText dir);
AstStmt *ast_stmt_job(Parse *p, AstStmtKind kind, Span start, AstJob job);
AstStmt *ast_show_partitions(Parse *p, Span start, AstPath path, AstAssignments partition);
static inline AstShowPattern ast_no_pattern(void) {
  return (AstShowPattern){{NULL, NO_SPAN}, false, false};
}
