/* ast_stmt.h -- the syntax tree: statements.  Conventions: ast.h. */
#pragma once
#include "parser/ast_query.h"

/* ---- statements ---------------------------------------------------------- */

typedef enum AstColumnKind {
  AST_COLUMN_PHYSICAL,
  AST_COLUMN_METADATA, /* metadata_key, is_virtual */
  AST_COLUMN_COMPUTED, /* expr */
} AstColumnKind;

typedef enum AstPlace { AST_PLACE_NONE, AST_PLACE_FIRST, AST_PLACE_AFTER } AstPlace;

typedef struct AstColumnDef {
  AstColumnKind kind;
  AstName name;
  AstType *type; /* NULL: computed, or a bare name in CREATE TABLE .. AS */
  AstExpr *expr;
  AstText metadata_key; /* absent: the column's name */
  bool is_virtual;
  bool primary_key; /* column constraint PRIMARY KEY */
  bool not_enforced;
  AstName key_name; /* CONSTRAINT n */
  AstText comment;
  AstPlace place; /* ALTER TABLE: FIRST, AFTER */
  AstName after;
  Span span;
} AstColumnDef;

AST_LIST(AstColumnDefs, AstColumnDef);

typedef struct AstWatermark {
  AstPath column; /* a column or a field of it */
  AstExpr *expr;
  Span span;
} AstWatermark;

AST_LIST(AstWatermarks, AstWatermark);

/* [CONSTRAINT name] PRIMARY KEY (columns) [NOT ENFORCED] */
typedef struct AstKey {
  AstName name;
  AstNames columns;
  bool not_enforced;
  Span span;
} AstKey;

AST_LIST(AstKeys, AstKey);

/* What stands in the parentheses of CREATE TABLE, or behind ALTER TABLE .. ADD.
 * More than one watermark or key is accepted here and refused by the planner. */
typedef struct AstTableElements {
  AstColumnDefs columns;
  AstWatermarks watermarks;
  AstKeys keys;
} AstTableElements;

typedef enum AstDistributionKind {
  AST_DISTRIBUTED_NOT,
  AST_DISTRIBUTED_BY, /* the connector chooses */
  AST_DISTRIBUTED_BY_HASH,
  AST_DISTRIBUTED_BY_RANGE,
  AST_DISTRIBUTED_INTO, /* no columns */
} AstDistributionKind;

typedef struct AstDistribution {
  AstDistributionKind kind;
  AstNames columns;
  AstText buckets; /* digits; absent: not written */
  Span span;
} AstDistribution;

typedef enum AstLikeMode {
  AST_LIKE_INCLUDING,
  AST_LIKE_EXCLUDING,
  AST_LIKE_OVERWRITING
} AstLikeMode;

typedef enum AstLikeWhat {
#define LIKE_WHAT(name) AST_LIKE_##name,
#include "parser/like_what.def"
#undef LIKE_WHAT
  AST_LIKE_COUNT
} AstLikeWhat;

typedef struct AstLikeOption {
  AstLikeMode mode;
  AstLikeWhat what;
  Span span;
} AstLikeOption;

AST_LIST(AstLikeOptions, AstLikeOption);

/* LIKE path (options) of CREATE TABLE. */
typedef struct AstTableLike {
  AstPath path;
  AstLikeOptions options;
} AstTableLike;

typedef struct AstCreateTable {
  bool temporary, if_not_exists;
  bool or_replace; /* CREATE OR REPLACE TABLE */
  bool replace;    /* REPLACE TABLE */
  AstPath path;
  AstTableElements elements;
  AstText comment;
  AstDistribution distribution;
  AstNames partitioned_by;
  AstOptions with;
  AstTableLike *like; /* or NULL */
  AstQuery *query;    /* AS query, or NULL */
} AstCreateTable;

typedef struct AstCreateView {
  bool temporary, if_not_exists;
  bool or_replace; /* weir's: Flink has none */
  AstPath path;
  AstNames columns;
  AstText comment;
  AstQuery *query;
} AstCreateView;

typedef struct AstParam {
  AstName name;
  AstType *type;
} AstParam;

AST_LIST(AstParams, AstParam);

/* What a function is.  Flink's form has class_name; weir's has returns and body:
 *   (a INT, b STRING) RETURNS STRING [LANGUAGE SQL] RETURN a || b */
typedef struct AstFunction {
  AstText class_name;
  AstName language;
  AstParams params;
  AstType *returns;
  AstExpr *body; /* NULL: Flink's form */
} AstFunction;

typedef struct AstCreateFunction {
  bool temporary, system, if_not_exists;
  bool or_replace; /* weir's: Flink has none */
  AstPath path;
  AstFunction function;
} AstCreateFunction;

typedef struct AstCreateDatabase {
  bool if_not_exists;
  AstPath path;
  AstText comment;
  AstOptions with;
} AstCreateDatabase;

/* column = value: PARTITION (...) and UPDATE .. SET.  value may be NULL in PARTITION. */
typedef struct AstAssignment {
  AstName column;
  AstExpr *value;
} AstAssignment;

AST_LIST(AstAssignments, AstAssignment);

/* PARTITION (k = v, ...) [WITH (...)] */
typedef struct AstPartition {
  AstAssignments spec;
  AstOptions with;
  Span span;
} AstPartition;

AST_LIST(AstPartitions, AstPartition);

typedef enum AstAlterKind {
  AST_ALTER_ADD, /* elements */
  AST_ALTER_ADD_PARTITION,
  AST_ALTER_ADD_DISTRIBUTION,
  AST_ALTER_MODIFY, /* elements */
  AST_ALTER_MODIFY_DISTRIBUTION,
  AST_ALTER_DROP_COLUMNS, /* names */
  AST_ALTER_DROP_PRIMARY_KEY,
  AST_ALTER_DROP_CONSTRAINT, /* name */
  AST_ALTER_DROP_WATERMARK,
  AST_ALTER_DROP_PARTITION,
  AST_ALTER_DROP_DISTRIBUTION,
  AST_ALTER_RENAME_COLUMN, /* from, name */
  AST_ALTER_RENAME,        /* new_path */
  AST_ALTER_SET,           /* options */
  AST_ALTER_RESET,         /* keys */
} AstAlterKind;

typedef struct AstAlterTable {
  AstAlterKind kind;
  bool if_exists;
  bool partition_if; /* ADD IF NOT EXISTS PARTITION, DROP IF EXISTS PARTITION */
  AstPath path;
  AstPath new_path;
  AstTableElements elements;
  AstDistribution distribution;
  AstPartitions partitions;
  AstNames names;
  AstPath from; /* column to be renamed */
  AstName name;
  AstOptions options;
  AstTexts keys;
} AstAlterTable;

typedef struct AstAlterView {
  AstPath path;
  AstPath new_path; /* RENAME TO, or n = 0 */
  AstQuery *query;  /* AS query, or NULL */
} AstAlterView;

typedef struct AstAlterDatabase {
  AstPath path;
  AstOptions options;
} AstAlterDatabase;

/* ALTER FUNCTION f AS 'class' LANGUAGE l */
typedef struct AstAlterFunction {
  bool temporary, system, if_exists;
  AstPath path;
  AstFunction function;
} AstAlterFunction;

typedef enum AstObject {
  AST_OBJECT_TABLE,
  AST_OBJECT_VIEW,
  AST_OBJECT_FUNCTION,
  AST_OBJECT_DATABASE,
} AstObject;

typedef struct AstDrop {
  AstObject object;
  bool temporary, system, if_exists;
  bool cascade, restrict_; /* DROP DATABASE d CASCADE | RESTRICT */
  AstPath path;
} AstDrop;

typedef enum AstConflict {
  AST_CONFLICT_UNSET,
  AST_CONFLICT_NOTHING,
  AST_CONFLICT_ERROR,
  AST_CONFLICT_DEDUPLICATE,
} AstConflict;

typedef struct AstInsert {
  bool overwrite;
  bool execute;        /* EXECUTE INSERT .. */
  AstTableRef *target; /* AST_REF_TABLE or AST_REF_FILE, perhaps with hints */
  AstAssignments partition;
  AstNames columns;
  AstQuery *query;
  AstConflict on_conflict;
} AstInsert;

AST_LIST(AstStmts, AstStmt *);

typedef enum AstExplainMode {
  AST_EXPLAIN_PLAN,    /* EXPLAIN [details | PLAN FOR] stmt */
  AST_EXPLAIN_ANALYZE, /* weir's: run it and tell what was measured */
  AST_EXPLAIN_UPGRADE, /* weir's: can a checkpoint of the old script be restored? */
} AstExplainMode;

/* Bits of AstExplain.details. */
enum {
  AST_DETAIL_ESTIMATED_COST = 1,
  AST_DETAIL_CHANGELOG_MODE = 2,
  AST_DETAIL_PLAN_ADVICE = 4,
  AST_DETAIL_JSON_EXECUTION_PLAN = 8,
};

typedef struct AstExplain {
  AstExplainMode mode;
  uint32_t details;
  AstText upgrade_from; /* EXPLAIN UPGRADE 'directory' stmt */
  AstStmt *stmt;        /* query, INSERT or statement set */
} AstExplain;

typedef struct AstDescribe {
  AstObject object;
  bool extended;
  AstPath path;
} AstDescribe;

typedef enum AstShowWhat {
#define SHOW(name, words) AST_SHOW_##name,
#include "parser/show.def"
#undef SHOW
  AST_SHOW_COUNT
} AstShowWhat;

typedef struct AstShow {
  AstShowWhat what;
  AstPath path;              /* FROM | IN path; the object of SHOW CREATE and PARTITIONS */
  AstAssignments partition;  /* SHOW PARTITIONS t PARTITION (...) */
  AstText pattern;           /* LIKE 'pattern' */
  bool negated, ignore_case; /* NOT LIKE, ILIKE */
  AstText dir;               /* SHOW CHECKPOINTS 'directory' */
} AstShow;

/* CHECKPOINT [JOB 'name'], STOP JOB 'name' [WITH SAVEPOINT] [WITH DRAIN] */
typedef struct AstJob {
  AstName name; /* CHECKPOINT: absent for the only one */
  bool savepoint, drain;
} AstJob;

typedef struct AstUpdate {
  AstPath path;
  AstName alias;
  AstAssignments set;
  AstExpr *where;
} AstUpdate;

typedef struct AstDelete {
  AstPath path;
  AstName alias;
  AstExpr *where;
} AstDelete;

/* ANALYZE TABLE t [PARTITION (..)] COMPUTE STATISTICS [FOR COLUMNS a, b | FOR ALL COLUMNS] */
typedef struct AstAnalyze {
  AstPath path;
  AstAssignments partition;
  bool all_columns;
  AstNames columns;
} AstAnalyze;

typedef enum AstStmtKind {
  AST_STMT_QUERY,
  AST_STMT_INSERT,
  AST_STMT_SET_OF, /* EXECUTE STATEMENT SET BEGIN ... END */
  AST_STMT_CREATE_TABLE,
  AST_STMT_CREATE_VIEW,
  AST_STMT_CREATE_FUNCTION,
  AST_STMT_CREATE_DATABASE,
  AST_STMT_ALTER_TABLE,
  AST_STMT_ALTER_VIEW,
  AST_STMT_ALTER_DATABASE,
  AST_STMT_ALTER_FUNCTION,
  AST_STMT_DROP,
  AST_STMT_EXPLAIN,
  AST_STMT_DESCRIBE,
  AST_STMT_SHOW,
  AST_STMT_SET,   /* option; key absent: list all */
  AST_STMT_RESET, /* option.key; absent: all */
  AST_STMT_USE,   /* path */
  AST_STMT_UPDATE,
  AST_STMT_DELETE,
  AST_STMT_TRUNCATE, /* path */
  AST_STMT_ANALYZE,
  AST_STMT_CHECKPOINT,
  AST_STMT_STOP_JOB,
  AST_STMT_QUIT, /* QUIT, EXIT */
  AST_STMT_CLEAR,
  AST_STMT_HELP,
} AstStmtKind;

struct AstStmt {
  AstStmtKind kind;
  Span span; /* without the closing semicolon */
  uint32_t depth;
  union {
    AstQuery *query;
    AstInsert *insert;
    AstStmts set_of; /* AST_STMT_INSERT each */
    AstCreateTable *create_table;
    AstCreateView *create_view;
    AstCreateFunction *create_function;
    AstCreateDatabase *create_database;
    AstAlterTable *alter_table;
    AstAlterView *alter_view;
    AstAlterDatabase *alter_database;
    AstAlterFunction *alter_function;
    AstDrop *drop;
    AstExplain *explain;
    AstDescribe *describe;
    AstShow *show;
    AstOption option;
    AstPath path;
    AstUpdate *update;
    AstDelete *delete_;
    AstAnalyze *analyze;
    AstJob job; /* CHECKPOINT, STOP JOB */
  };
};
