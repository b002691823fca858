/* rules.h -- rewriting the logical plan. */
#pragma once
#include "planner/logical.h"

typedef struct Notes Notes;

/* What columns_used fills: one buffer for all expressions of a plan. */
typedef struct UsedBuffer {
  bool *items; /* malloc'ed */
  uint32_t cap;
} UsedBuffer;

typedef struct RuleContext {
  Arena *arena;
  const ExprEnv *env;
  Error *err;
  Notes *notes;
  UsedBuffer *used;
} RuleContext;

/* Run all rules over the plans of a job, each of which ends in a Sink, and check that what is
 * left can be run.  ERR_UNSUPPORTED for what cannot. */
MUST_USE Code rules_run(const RuleContext *r, Node **roots, uint32_t n);

/* The rules; they change *roots. */
typedef Code RuleFn(const RuleContext *r, Node **roots, uint32_t n);
#define RULE(function, doc) RuleFn function;
#include "planner/rules.def"
#undef RULE

/* For the rules: rewrite every node below and including *node, inputs first.  Sources are not
 * visited. */
typedef Code NodeFn(const RuleContext *r, Node **node);
MUST_USE Code rewrite_tree(const RuleContext *r, Node **node, NodeFn *fn);

/* e over the columns of a projection, as an expression over that projection's input; NULL where it
 * would compute something volatile elsewhere or more often, or become too large. */
Expr *substituted(const RuleContext *r, const Expr *e, const Node *project);
/* Does a projection do nothing: all columns of its input in order? */
bool is_identity(const Node *project);
/* Is a column of an Expand something else in some sets than in others?  Else it is a column. */
bool expand_varies(const Node *expand, uint32_t column);
/* The conjuncts of a condition: pointers into it; *n of them. */
Expr *const *conjuncts(Expr *const *condition, uint32_t *n);
/* Which of n columns e uses; valid until the next call. */
const bool *columns_used(const RuleContext *r, const Expr *e, uint32_t n);
