/* bind_group.h -- what a grouped block is made of: keys, grouping sets, windows among the keys.
 *
 *   bind_group.c         the aggregates      bind_sets.c    keys and grouping sets
 *   bind_window_group.c  windows among them  bind_expand.c  what grouping sets become
 *   bind_group_window.c  GROUP BY TUMBLE(ts, size)
 */
#pragma once
#include "planner/bind.h"

/* Is the block grouped: by words, or by its aggregates? */
typedef struct Grouping {
  const AstSelect *select;
  Relation *input; /* becomes the aggregate's output */
  AggList *aggs;
  Expr ***exprs; /* pointers to what is computed behind the aggregate; rewritten to its columns */
  uint32_t n_exprs;
} Grouping;
MUST_USE Code bind_grouping(Binder *b, const Grouping *g);

/* Which keys a grouping set has: bit k of the words. */
enum { KEY_SET_WORDS = COLUMNS_MAX / 64 };
typedef struct KeySet {
  uint64_t words[KEY_SET_WORDS];
} KeySet;
static inline bool key_set_has(const KeySet *set, uint32_t key) {
  return (set->words[key / 64] >> key % 64 & 1) != 0;
}

/* What GROUP BY says. */
typedef struct GroupKeys {
  Expr **items; /* each once, over the input */
  uint32_t n, cap;
  KeySet *sets; /* one where no GROUPING SETS, ROLLUP or CUBE is written: it has them all */
  uint32_t n_sets;
  Span span;
} GroupKeys;

MUST_USE Code bind_group_keys(Binder *b, const AstSelect *select, const Relation *rel,
                              GroupKeys *out);
/* Is GROUPING SETS, ROLLUP or CUBE written?  Then the columns of rel that keys are made of become
 * nullable before anything behind the aggregation is bound. */
bool bind_has_sets(const AstSelect *select);
MUST_USE Code bind_sets_nullable(Binder *b, const AstSelect *select, Relation *rel);
/* Is there a set without this key? */
bool bind_key_varies(const GroupKeys *keys, uint32_t key);
/* Put an Expand between the aggregate's input, which begins with the keys, and spec, whose columns
 * are renumbered: the last key is the set's number then. */
MUST_USE Code bind_expand(Binder *b, const GroupKeys *keys, Node **below, AggregateSpec *spec,
                          LateRows *late);
/* One more key, of every set. */
MUST_USE Code bind_add_key(Binder *b, GroupKeys *keys, Expr *key);
/* GROUPING(a), GROUPING_ID(a, b), GROUP_ID() stay calls until the keys are known. */
bool bind_is_grouping(const char *name);
MUST_USE Code bind_grouping_call(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out);
bool bind_grouping_of(const Expr *e);
/* What such a call is, over the aggregate's columns. */
MUST_USE Code bind_grouping_value(Binder *b, const GroupKeys *keys, const Expr *e, Expr **out);

/* Its end and time are keys, too. */
MUST_USE Code bind_group_window_keys(Binder *b, const Relation *rel, GroupKeys *keys);
/* A key as the aggregate's input has it: a column that was computed for the window, or key. */
Expr *bind_group_window_input(Binder *b, const Relation *rel, Expr *key);

/* The windows that a GROUP BY or DISTINCT (clause) over rel goes by: those whose parts are among
 * the keys.  A part that is missing there becomes a key, too. */
typedef struct GroupWindows {
  const WindowSpec *spec; /* NULL: none */
  bool half;              /* only one end of them was written */
} GroupWindows;
MUST_USE Code bind_group_windows(Binder *b, const Relation *rel, const char *clause,
                                 GroupKeys *keys, GroupWindows *out);
/* Say so in spec, whose first keys are those. */
void bind_mark_windows(Binder *b, const Relation *rel, const GroupWindows *w, const GroupKeys *keys,
                       AggregateSpec *spec);
/* EMIT and ALLOWED LATENESS of a block that is grouped by windows; spec NULL: it is not. */
MUST_USE Code bind_emit(Binder *b, const AstEmit *emit, const WindowSpec *windows, EmitSpec *out);
/* What of rel's rows goes to the table of late rows; *out NULL: there is none. */
MUST_USE Code bind_late_rows(Binder *b, const Relation *rel, Span span, LateRows **out);

/* SELECT DISTINCT: group by all columns. */
MUST_USE Code bind_distinct(Binder *b, Relation *rel, Span span);
