/* ast_query.h -- the syntax tree: FROM and queries.  Conventions: ast.h. */
#pragma once
#include "parser/ast_expr.h"

/* ---- what stands in FROM ------------------------------------------------- */

typedef enum AstRefKind {
  AST_REF_TABLE,    /* a path: a table, a view, a CTE, stdin */
  AST_REF_FILE,     /* 'file.csv' */
  AST_REF_FUNCTION, /* f(args), TABLE(f(args)) */
  AST_REF_QUERY,    /* (query) */
  AST_REF_UNNEST,
  AST_REF_JOIN,
  AST_REF_MATCH, /* t MATCH_RECOGNIZE (...) */
} AstRefKind;

typedef enum AstJoinKind {
  AST_JOIN_INNER,
  AST_JOIN_LEFT,
  AST_JOIN_RIGHT,
  AST_JOIN_FULL,
  AST_JOIN_CROSS,
  AST_JOIN_COMMA, /* FROM a, b */
} AstJoinKind;

typedef struct AstJoin {
  AstJoinKind kind;
  bool natural;
  AstTableRef *left, *right;
  AstExpr *on;
  AstNames using_columns;
  Span join_span; /* of the words, or of the comma */
} AstJoin;

typedef struct AstUnnest {
  AstExprs args;
  bool ordinality;
} AstUnnest;

/* PATTERN of MATCH_RECOGNIZE. */
typedef enum AstPatternKind {
  AST_PATTERN_VARIABLE,
  AST_PATTERN_SEQUENCE,    /* A B C */
  AST_PATTERN_ALTERNATION, /* A | B */
} AstPatternKind;

typedef struct AstPattern AstPattern;

AST_LIST(AstPatterns, AstPattern *);

struct AstPattern {
  AstPatternKind kind;
  Span span;
  uint32_t depth;
  AstName variable;
  AstPatterns parts;
  uint32_t min, max;          /* 1, 1 without quantifier; max AST_PATTERN_UNBOUNDED: no end */
  bool quantified, reluctant; /* reluctant: a quantifier with ? behind it */
};
#define AST_PATTERN_UNBOUNDED UINT32_MAX

/* expr AS name: a measure or (name AS expr) a definition. */
typedef struct AstNamedExpr {
  AstName name;
  AstExpr *expr;
} AstNamedExpr;

AST_LIST(AstNamedExprs, AstNamedExpr);

typedef enum AstSkip {
  AST_SKIP_DEFAULT, /* not written: PAST LAST ROW */
  AST_SKIP_PAST_LAST_ROW,
  AST_SKIP_TO_NEXT_ROW,
  AST_SKIP_TO_FIRST, /* skip_to */
  AST_SKIP_TO_LAST,  /* skip_to, also for TO v */
} AstSkip;

typedef struct AstMatch {
  AstTableRef *input; /* its alias is the name in front of MATCH_RECOGNIZE */
  AstExprs partition_by;
  AstOrderItems order_by;
  AstNamedExprs measures;
  bool all_rows; /* ALL ROWS PER MATCH; else ONE ROW PER MATCH */
  AstSkip skip;
  AstName skip_to;
  AstPattern *pattern;
  AstExpr *within; /* an interval, or NULL */
  AstNamedExprs define;
} AstMatch;

struct AstTableRef {
  AstRefKind kind;
  Span span; /* with alias and hints */
  uint32_t depth;
  AstName alias; /* never of a join */
  AstNames alias_columns;
  bool lateral;
  bool wrapped; /* FROM TABLE t, TABLE(f(..)): the word TABLE was there */
  union {
    struct {
      AstPath path;   /* AST_REF_TABLE */
      AstText file;   /* AST_REF_FILE */
      AstHints hints; /* both */
      AstExpr *as_of; /* FOR SYSTEM_TIME AS OF */
    } table;
    AstExpr *function; /* an AST_CALL */
    AstQuery *query;
    AstUnnest unnest;
    AstJoin join;
    AstMatch *match;
  };
};

/* ---- queries ------------------------------------------------------------- */

typedef struct AstSelectItem {
  AstExpr *expr; /* may be AST_STAR */
  AstName alias;
  Span span;
} AstSelectItem;

AST_LIST(AstSelectItems, AstSelectItem);

typedef enum AstGroupKind {
  AST_GROUP_EXPRS, /* a; (a, b); () */
  AST_GROUP_ROLLUP,
  AST_GROUP_CUBE,
  AST_GROUP_SETS,
} AstGroupKind;

typedef struct AstGroupItem AstGroupItem;

AST_LIST(AstGroupItems, AstGroupItem *);

struct AstGroupItem {
  AstGroupKind kind;
  Span span;
  uint32_t depth;
  AstExprs exprs;      /* AST_GROUP_EXPRS */
  AstGroupItems items; /* the others */
};

/* weir's own clauses at the end of a SELECT block. */
typedef struct AstEmit {
  AstExpr *every; /* EMIT EVERY interval; NULL: not written */
  Span every_span;
  bool every_processing; /* ... OF PROCESSING TIME: by the clock on the wall */
  bool on_update;        /* EMIT ON UPDATE */
  Span on_update_span;
  AstExpr *lateness; /* ALLOWED LATENESS interval; NULL: not written */
  Span lateness_span;
} AstEmit;

typedef struct AstSelect {
  AstHints hints;
  bool distinct;
  AstSelectItems items;
  AstTableRef *from; /* NULL: none */
  AstExpr *where;
  bool grouped; /* GROUP BY is there, perhaps GROUP BY () */
  AstGroupItems group_by;
  AstExpr *having;
  AstExpr *qualify;
  AstWindows windows; /* WINDOW w AS (...) */
  AstEmit emit;
} AstSelect;

typedef enum AstQueryKind {
  AST_QUERY_SELECT,
  AST_QUERY_VALUES,
  AST_QUERY_TABLE, /* TABLE t */
  AST_QUERY_SET,   /* UNION, EXCEPT, INTERSECT */
  AST_QUERY_NESTED /* (query) with clauses of its own, and more around it */
} AstQueryKind;

typedef enum AstSetOp { AST_SET_UNION, AST_SET_EXCEPT, AST_SET_INTERSECT } AstSetOp;

typedef struct AstCte {
  AstName name;
  AstNames columns;
  AstQuery *query;
} AstCte;

AST_LIST(AstCtes, AstCte);

struct AstQuery {
  AstQueryKind kind;
  Span span;
  uint32_t depth;
  AstCtes with;
  union {
    AstSelect *select;
    AstExprs rows;      /* VALUES: AST_ROW each, or an expression: VALUES 1, (2) */
    AstTableRef *table; /* AST_QUERY_TABLE */
    struct {
      AstSetOp op;
      bool all;
      AstQuery *left, *right;
      Span op_span;
    } set;
    AstQuery *nested;
  };
  AstOrderItems order_by;
  AstExpr *limit; /* LIMIT n and FETCH FIRST n ROWS ONLY; NULL: none or ALL */
  AstExpr *offset;
};
