/* func_doc.h -- what is told of functions: SHOW FUNCTIONS, DESCRIBE FUNCTION,
 * docs/sql/functions.md, and what is said of a name that is none.
 *
 * Scalar functions (funcs.def), aggregates (aggs.def) and forms of the grammar such as CASE
 * (func_forms.def) in one list.  Where flags of a function say what holds of NULLs, the text is
 * derived from them: FUNC_STRICT "NULL if an argument is NULL", FUNC_NOT_NULL "Never NULL".
 *
 * In FUNC_DOC and its like
 *   signature  "NAME(s STRING, i INT[, n INT]) -> STRING", several joined by "; ".  Types: ANY,
 *              NUMBER (any numeric one), EXACT (integers and DECIMAL), INTEGER, TIME (date, time or
 *              timestamp), T (the same in all places), or one type
 *   nulls      without a point at its end.  "or ...": adds to the derived text; any other stands in
 *              its place; NULL: nothing to add
 *   errors     a sentence that says when it fails at run time; NULL: it does not.  That memory runs
 *              out and that a text is above the limit is said of all at once in functions.md
 */
#pragma once
#include "base/error.h"
#include "base/str.h"

#define FUNC_CATEGORIES(X)      \
  X(COMPARISON, "comparison")   \
  X(LOGIC, "logic")             \
  X(ARITHMETIC, "arithmetic")   \
  X(STRING, "string")           \
  X(TEMPORAL, "temporal")       \
  X(CONDITIONAL, "conditional") \
  X(CONVERSION, "conversion")   \
  X(COLLECTION, "collection")   \
  X(JSON, "json")               \
  X(HASH, "hash")               \
  X(MISC, "misc")               \
  X(AGGREGATE, "aggregate")

typedef enum FuncCategory {
#define CATEGORY(name, word) FUNC_CATEGORY_##name,
  FUNC_CATEGORIES(CATEGORY)
#undef CATEGORY
      FUNC_CATEGORY_COUNT
} FuncCategory;

typedef enum FuncKind { FUNC_SCALAR, FUNC_AGG, FUNC_FORM } FuncKind;

typedef struct FuncDoc {
  const char *name;
  FuncKind kind;
  FuncCategory category;
  const char *signature;
  const char *summary; /* one sentence */
  const char *nulls;   /* as in FUNC_DOC */
  const char *errors;  /* NULL: none */
  uint32_t flags;      /* FuncFlags; 0 unless FUNC_SCALAR */
} FuncDoc;

/* All but internal ones: scalar functions, forms, aggregates, each in the order of its list. */
FuncDoc *func_doc_list(Arena *arena, uint32_t *n);
/* By name, case ignored; false: there is none. */
bool func_doc_find(Str name, FuncDoc *out);
/* Is it weir's own, with no like in Flink? */
bool func_doc_is_added(const char *name);
const char *func_category_word(FuncCategory category);
/* The whole sentence on NULLs. */
void func_doc_nulls(const FuncDoc *doc, StrBuf *out);
/* The names that Flink has and weir has not, joined by ", ". */
void func_doc_absent(StrBuf *out);

/* Of a name that is no function.  ERR_UNSUPPORTED for one that Flink has, ERR_TYPE for a form that
 * is not called like one, ERR_NAME for any other; the hint is what comes nearest: by meaning, or
 * else by spelling. */
Code func_unknown(const char *name, Span span, Error *err);
