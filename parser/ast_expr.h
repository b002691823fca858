/* ast_expr.h -- the syntax tree: names, types and expressions.  Conventions: ast.h. */
#pragma once
#include "base/arena.h"
#include "base/error.h"

typedef struct AstExpr AstExpr;
typedef struct AstQuery AstQuery;
typedef struct AstTableRef AstTableRef;
typedef struct AstType AstType;
typedef struct AstStmt AstStmt;

/* A list type: ARENA_PUSH(arena, list.items, list.n, list.cap, item) appends. */
#define AST_LIST(Name, Item) \
  typedef struct Name {      \
    Item *items;             \
    uint32_t n, cap;         \
  } Name

/* ---- names, texts, lists ------------------------------------------------- */

typedef struct AstName {
  const char *text; /* unquoted; NULL: absent */
  Span span;
  bool quoted; /* was written in back-ticks */
} AstName;

AST_LIST(AstNames, AstName);

/* a, a.b or a.b.c: a table, a function, a column with its table or its fields. */
typedef struct AstPath {
  AstName *items;
  uint32_t n, cap;
  Span span;
} AstPath;

typedef struct AstText {
  const char *text; /* of a string literal, escapes done; NULL: absent */
  Span span;
} AstText;

AST_LIST(AstTexts, AstText);

AST_LIST(AstExprs, AstExpr *);

/* 'key' = 'value' of WITH, SET and OPTIONS. */
typedef struct AstOption {
  AstText key, value;
} AstOption;

AST_LIST(AstOptions, AstOption);

/* An argument of a hint: 'key' = 'value', or a lone name or text (then value is
 * absent). */
typedef struct AstHintArg {
  AstText key, value;
  bool is_name; /* key was written as a name: BROADCAST(t) */
} AstHintArg;

AST_LIST(AstHintArgs, AstHintArg);

typedef struct AstHint {
  AstName name; /* OPTIONS, STATE_TTL, LOOKUP, ... */
  AstHintArgs args;
  Span span;
} AstHint;

AST_LIST(AstHints, AstHint);

/* ---- types --------------------------------------------------------------- */

typedef enum AstUnit {
#define UNIT(name, word) AST_UNIT_##name,
#include "parser/units.def"
#undef UNIT
  AST_UNIT_COUNT
} AstUnit;

/* DAY(3) TO SECOND(6), or one unit alone (then to == from). */
typedef struct AstIntervalUnits {
  AstUnit from, to;
  int32_t precision;  /* digits of the leading unit, -1 when not written */
  int32_t fractional; /* digits of the seconds' fraction, -1 when not written */
  Span span;
} AstIntervalUnits;

typedef enum AstTypeKind {
  AST_TYPE_BOOLEAN,
  AST_TYPE_TINYINT,
  AST_TYPE_SMALLINT,
  AST_TYPE_INT,
  AST_TYPE_BIGINT,
  AST_TYPE_FLOAT,
  AST_TYPE_DOUBLE,
  AST_TYPE_DECIMAL, /* DEC, NUMERIC; precision, scale */
  AST_TYPE_CHAR,    /* precision = length */
  AST_TYPE_VARCHAR, /* precision = length */
  AST_TYPE_STRING,
  AST_TYPE_BINARY,    /* precision = length */
  AST_TYPE_VARBINARY, /* precision = length */
  AST_TYPE_BYTES,
  AST_TYPE_DATE,
  AST_TYPE_TIME,         /* precision */
  AST_TYPE_TIMESTAMP,    /* precision; [WITHOUT TIME ZONE] */
  AST_TYPE_TIMESTAMP_TZ, /* WITH TIME ZONE: Flink has it and cannot use it */
  AST_TYPE_TIMESTAMP_LTZ,
  AST_TYPE_INTERVAL, /* interval */
  AST_TYPE_ARRAY,    /* element */
  AST_TYPE_MULTISET, /* element */
  AST_TYPE_MAP,      /* key, element */
  AST_TYPE_ROW,      /* fields */
  AST_TYPE_RAW,      /* raw_class, raw_snapshot */
  AST_TYPE_VARIANT,
  AST_TYPE_BITMAP,
  AST_TYPE_UUID,
  AST_TYPE_NULL, /* the type NULL */
} AstTypeKind;

typedef struct AstField {
  AstName name;
  AstType *type;
  AstText comment;
} AstField;

AST_LIST(AstFields, AstField);

struct AstType {
  AstTypeKind kind;
  Span span;
  uint32_t depth;
  bool not_null;            /* NOT NULL was written */
  int32_t precision, scale; /* -1: not written */
  AstIntervalUnits interval;
  AstType *key, *element;
  AstFields fields;
  AstText raw_class, raw_snapshot;
};

/* ---- expressions --------------------------------------------------------- */

typedef enum AstExprKind {
  AST_LITERAL,
  AST_INTERVAL,
  AST_COLUMN,     /* a.b.c: column, table.column, column.field: the binder says which */
  AST_STAR,       /* * or t.*, only as a select item */
  AST_UNARY,      /* + - NOT */
  AST_BINARY,     /* arithmetic, ||, comparisons, OVERLAPS */
  AST_LOGIC,      /* AND, OR: two or more operands */
  AST_IS,         /* IS [NOT] NULL, TRUE, FALSE, UNKNOWN, JSON */
  AST_LIKE,       /* [NOT] LIKE, SIMILAR TO */
  AST_BETWEEN,    /* [NOT] BETWEEN */
  AST_IN,         /* [NOT] IN (list) or (query) */
  AST_QUANTIFIED, /* x = ANY (list) or (query) */
  AST_EXISTS,
  AST_SUBQUERY, /* scalar subquery; as an argument of a table function, a table */
  AST_CASE,
  AST_CAST, /* CAST, TRY_CAST */
  AST_CALL,
  AST_ROW,        /* ROW(a, b) or (a, b) */
  AST_ARRAY,      /* ARRAY[a, b] */
  AST_MAP,        /* MAP[k, v, k, v] */
  AST_ELEMENT,    /* a[i] */
  AST_FIELD,      /* x.f where x is no path: f(y).a, b[1].c */
  AST_TABLE_ARG,  /* TABLE t PARTITION BY k: argument of a table function */
  AST_DESCRIPTOR, /* DESCRIPTOR(a, b): argument of a table function */
} AstExprKind;

typedef enum AstLiteralKind {
  AST_LITERAL_NULL,
  AST_LITERAL_TRUE,
  AST_LITERAL_FALSE,
  AST_LITERAL_UNKNOWN,   /* NULL of type BOOLEAN */
  AST_LITERAL_INTEGER,   /* 12 or 0x1F; -12 is AST_UNARY_MINUS of it */
  AST_LITERAL_DECIMAL,   /* 1.50, .5, 1. */
  AST_LITERAL_FLOAT,     /* 1e3: an exponent makes a DOUBLE */
  AST_LITERAL_STRING,    /* escapes done */
  AST_LITERAL_BINARY,    /* X'0aff': the hex digits, an even number */
  AST_LITERAL_DATE,      /* DATE '...': text between the quotes */
  AST_LITERAL_TIME,      /* TIME '...' */
  AST_LITERAL_TIMESTAMP, /* TIMESTAMP '...' */
} AstLiteralKind;

typedef struct AstLiteral {
  AstLiteralKind kind;
  const char *text; /* "" for NULL, TRUE, FALSE, UNKNOWN */
} AstLiteral;

/* INTERVAL [-] 'text' DAY TO SECOND */
typedef struct AstInterval {
  const char *text;
  AstIntervalUnits *units;
  bool negative;
} AstInterval;

typedef enum AstOp {
#define OPERATOR(name, word) AST_OP_##name,
#include "parser/operators.def"
#undef OPERATOR
  AST_OP_COUNT
} AstOp;

typedef enum AstUnaryOp { AST_UNARY_MINUS, AST_UNARY_PLUS, AST_UNARY_NOT } AstUnaryOp;

typedef enum AstIsKind {
  AST_IS_NULL,
  AST_IS_TRUE,
  AST_IS_FALSE,
  AST_IS_UNKNOWN,
  AST_IS_JSON, /* IS JSON, IS JSON VALUE */
  AST_IS_JSON_SCALAR,
  AST_IS_JSON_ARRAY,
  AST_IS_JSON_OBJECT,
} AstIsKind;

typedef struct AstUnary {
  AstUnaryOp op;
  AstExpr *operand;
} AstUnary;

typedef struct AstBinary {
  AstOp op;
  AstExpr *left, *right;
  Span op_span;
} AstBinary;

typedef struct AstLogic {
  bool is_or;
  AstExprs operands; /* at least two */
} AstLogic;

typedef struct AstIs {
  AstIsKind what;
  bool negated;
  AstExpr *operand;
} AstIs;

typedef struct AstLike {
  bool negated, similar; /* similar: SIMILAR TO */
  AstExpr *operand, *pattern, *escape;
} AstLike;

typedef struct AstBetween {
  bool negated, symmetric;
  AstExpr *operand, *low, *high;
} AstBetween;

typedef struct AstIn {
  bool negated;
  AstExpr *operand;
  AstQuery *query; /* or else list */
  AstExprs list;
} AstIn;

typedef struct AstQuantified {
  AstOp op;
  bool all; /* ALL, else ANY or SOME */
  AstExpr *operand;
  AstQuery *query; /* or else list */
  AstExprs list;
} AstQuantified;

/* WHEN a, b THEN result: more than one condition only after CASE operand. */
typedef struct AstWhen {
  AstExprs conditions;
  AstExpr *result;
} AstWhen;

AST_LIST(AstWhens, AstWhen);

typedef struct AstCase {
  AstExpr *operand; /* or NULL */
  AstWhens whens;
  AstExpr *otherwise; /* or NULL */
} AstCase;

typedef struct AstCast {
  bool try_cast;
  AstExpr *operand;
  AstType *type;
} AstCast;

typedef struct AstElement {
  AstExpr *base, *index;
} AstElement;

typedef struct AstFieldAccess {
  AstExpr *base;
  AstName name;
} AstFieldAccess;

typedef struct AstRow {
  bool keyword; /* ROW(...), else (...) */
  AstExprs items;
} AstRow;

/* One item of ORDER BY. */
typedef enum AstNullOrder { AST_NULLS_DEFAULT, AST_NULLS_FIRST, AST_NULLS_LAST } AstNullOrder;

typedef struct AstOrderItem {
  AstExpr *expr;
  bool descending;
  AstNullOrder nulls;
} AstOrderItem;

AST_LIST(AstOrderItems, AstOrderItem);

/* TABLE t [PARTITION BY ..] [ORDER BY ..]; table is a named table, a file or a
 * query, without alias. */
typedef struct AstTableArg {
  AstTableRef *table;
  AstExprs partition_by;
  AstOrderItems order_by;
} AstTableArg;

typedef enum AstFrameUnit { AST_FRAME_NONE, AST_FRAME_ROWS, AST_FRAME_RANGE } AstFrameUnit;

typedef enum AstBoundKind {
  AST_BOUND_UNBOUNDED_PRECEDING,
  AST_BOUND_PRECEDING, /* offset */
  AST_BOUND_CURRENT_ROW,
  AST_BOUND_FOLLOWING, /* offset */
  AST_BOUND_UNBOUNDED_FOLLOWING,
} AstBoundKind;

typedef struct AstBound {
  AstBoundKind kind;
  AstExpr *offset;
} AstBound;

/* OVER w, OVER (spec), and w AS (spec) of the WINDOW clause. */
typedef struct AstWindow {
  AstName name; /* of a definition, or of OVER w (then nothing else is set) */
  AstName base; /* OVER (w ORDER BY ...) */
  AstExprs partition_by;
  AstOrderItems order_by;
  AstFrameUnit frame;
  AstBound start, end; /* end is CURRENT ROW when only a start was written */
  Span span;
} AstWindow;

AST_LIST(AstWindows, AstWindow *);

/* How a call was written.  Whatever the form, args are the plain arguments in the
 * order of the function's usual signature. */
typedef enum AstCallForm {
  AST_FORM_PLAIN,     /* f(a, b), f(DISTINCT a), COUNT(*) */
  AST_FORM_BARE,      /* CURRENT_DATE: no parentheses */
  AST_FORM_EXTRACT,   /* EXTRACT(unit FROM a) */
  AST_FORM_TO_UNIT,   /* FLOOR(a TO unit), CEIL(a TO unit) */
  AST_FORM_UNIT_ARGS, /* TIMESTAMPADD(unit, a, b), TIMESTAMPDIFF(unit, a, b) */
  AST_FORM_SPAN,      /* (a - b) unit [TO unit]: an interval */
  AST_FORM_TRIM,      /* TRIM([side] [b] FROM a): args a and perhaps b */
  AST_FORM_SUBSTRING, /* SUBSTRING(a FROM b FOR c) */
  AST_FORM_POSITION,  /* POSITION(a IN b) */
  AST_FORM_OVERLAY,   /* OVERLAY(a PLACING b FROM c FOR d) */
  AST_FORM_JSON,      /* JSON_VALUE and its like: see AstJson; JSON_OBJECT: k, v, k, v */
} AstCallForm;

typedef enum AstTrimSide { AST_TRIM_BOTH, AST_TRIM_LEADING, AST_TRIM_TRAILING } AstTrimSide;

typedef enum AstNullsTreatment {
  AST_TREAT_DEFAULT,
  AST_TREAT_IGNORE,  /* IGNORE NULLS */
  AST_TREAT_RESPECT, /* RESPECT NULLS */
} AstNullsTreatment;

/* What ON EMPTY, ON ERROR and ON NULL ask for. */
typedef enum AstJsonBehaviour {
  AST_JSON_UNSET,
  AST_JSON_NULL,
  AST_JSON_ERROR,
  AST_JSON_DEFAULT, /* the expression beside it */
  AST_JSON_EMPTY_ARRAY,
  AST_JSON_EMPTY_OBJECT,
  AST_JSON_TRUE,
  AST_JSON_FALSE,
  AST_JSON_UNKNOWN,
  AST_JSON_ABSENT,
} AstJsonBehaviour;

typedef enum AstJsonWrapper {
  AST_WRAPPER_UNSET,
  AST_WRAPPER_WITHOUT,
  AST_WRAPPER_CONDITIONAL,
  AST_WRAPPER_UNCONDITIONAL, /* WITH [UNCONDITIONAL] [ARRAY] WRAPPER */
} AstJsonWrapper;

typedef struct AstJson {
  AstType *returning;
  AstJsonWrapper wrapper;
  AstJsonBehaviour on_empty, on_error, on_null;
  AstExpr *empty_default, *error_default;
} AstJson;

typedef struct AstArg {
  AstName name; /* name => value; absent: positional */
  AstExpr *value;
} AstArg;

AST_LIST(AstArgs, AstArg);

typedef struct AstCall {
  AstPath name;
  AstCallForm form;
  bool star;     /* COUNT(*): no args */
  bool distinct; /* f(DISTINCT a) */
  AstTrimSide trim_side;
  AstNullsTreatment nulls;
  AstUnit unit; /* of EXTRACT, TO_UNIT, UNIT_ARGS, SPAN */
  AstUnit to;   /* of SPAN: (a - b) unit TO to; else the same */
  Span unit_span;
  AstArgs args;
  AstOrderItems order_by; /* f(a ORDER BY b) */
  AstJson *json;          /* AST_FORM_JSON, else NULL */
  AstExpr *filter;        /* FILTER (WHERE ..) */
  AstWindow *over;        /* OVER .. */
} AstCall;

struct AstExpr {
  AstExprKind kind;
  Span span;
  uint32_t depth; /* 1 for a leaf */
  union {
    AstLiteral literal;
    AstInterval interval;
    AstPath column;
    AstPath star; /* the qualifier, n = 0: plain * */
    AstUnary unary;
    AstBinary binary;
    AstLogic logic;
    AstIs is;
    AstLike like;
    AstBetween between;
    AstIn in;
    AstQuantified quantified;
    AstQuery *query; /* AST_EXISTS, AST_SUBQUERY */
    AstCase *case_;
    AstCast cast;
    AstCall *call;
    AstRow row;
    AstExprs items; /* AST_ARRAY, AST_MAP */
    AstElement element;
    AstFieldAccess field;
    AstTableArg *table_arg;
    AstNames descriptor;
  };
};
