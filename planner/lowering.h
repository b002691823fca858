/* lowering.h -- for the files that make operators of nodes: lower*.c. */
#pragma once
#include "planner/lower.h"

typedef struct Lowering {
  Arena *arena;
  OpSpec **ops;
  uint32_t n_ops, cap_ops;
  const char **paths; /* as in Lowered */
  uint32_t cap_paths;
  const Node **nodes;
  uint32_t cap_nodes;
  const Settings *settings;
  bool one_phase;
  bool changelog;        /* the result is every change */
  bool final;            /* nobody sees changes of what is being lowered */
  const LateTable *late; /* NULL: there is none */
  OpSpec **late_rows;    /* in its columns, one for each window */
  uint32_t n_late, cap_late;
} Lowering;

OpSpec *lower_node(Lowering *l, Node *n);
OpSpec *lowered_op(Lowering *l, OpId id, const FormatField *fields, uint32_t n_fields, Span span);
/* An operator with one input, whose columns it passes on unless fields are set later. */
OpSpec *lowered_over(Lowering *l, OpId id, OpSpec *input, Span span);
OpSpec *lowered_calc(Lowering *l, OpSpec *input, Expr *filter, Expr **exprs,
                     const FormatField *fields, uint32_t n, Span span);
/* By hash of the keys; without keys: all to one. */
OpSpec *lowered_exchange(Lowering *l, OpSpec *input, const uint32_t *keys, uint32_t n_keys,
                         Span span);
/* All columns of an operator, as expressions. */
Expr **lowered_columns(Lowering *l, const OpSpec *input, Span span);
/* May rows be combined before the exchange without changing a bit of the result? */
bool agg_is_exact(const AggregateSpec *agg);

/* --- lower_window.c ------------------------------------------------------------------ */

/* Tell the sources which are below a SESSION. */
void lower_mark_sessions(Node *n, bool below_session);
OpSpec *lower_window_tvf(Lowering *l, const Node *n);
OpSpec *lower_window_agg(Lowering *l, const Node *n);
/* Write what all windows have given to the table of late rows. */
void lower_late_table(Lowering *l);
