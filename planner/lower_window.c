/* lower_window.c -- windows to operators.
 *
 *   WindowTvf         WINDOW_TVF; SESSION: EXCHANGE by the partition, SESSION_TVF, in order
 *   WindowAggregate   LOCAL_WINDOW_AGG if that is exact, EXCHANGE by the keys, WINDOW_AGG or
 *                     UPDATING_WINDOW_AGG; SESSION: SESSION_AGG, in order; of rows: NUMBER before
 *                     the exchange, ROWS_AGG, in order
 *
 * In order is EXCHANGE to one, IN_ORDER.  Late rows, if they are wanted, get a NUMBER before the
 * exchange, too, and leave by LATE behind the window:
 *
 *   ... NUMBER  EXCHANGE  WINDOW_AGG  ...
 *                         +- LATE  EXCHANGE  IN_ORDER  CALC  (UNION of all windows)  SINK
 */
#include <string.h>

#include "planner/lowering.h"

void lower_mark_sessions(Node *n, bool below) {
  if (n->kind == NODE_SOURCE) n->u.source->below_session |= below;
  if (n->kind == NODE_WINDOW_TVF) below |= n->u.window.kind == WINDOW_SESSION;
  if (n->kind == NODE_WINDOW_AGGREGATE) below |= n->u.agg->window.kind == WINDOW_SESSION;
  for (uint32_t i = 0; i < n->n_inputs; i++) lower_mark_sessions(n->inputs[i], below);
}

/* --- order --------------------------------------------------------------------------- */

/* Does op run where rows are numbered: where sources are read, or on one worker alone?  single:
 * the latter will do. */
static bool counts_rows(const OpSpec *op, bool single) {
  if (op->id == OP_EXCHANGE) return single && op->u.exchange.dist == DIST_SINGLE;
  for (uint32_t i = 0; i < op->n_inputs; i++) {
    if (!counts_rows(op->inputs[i], single && op->n_inputs == 1)) return false;
  }
  return true;
}

/* The rows with their number behind them. */
static OpSpec *numbered(Lowering *l, OpSpec *input, Span span) {
  if (!counts_rows(input, true)) input = lowered_exchange(l, input, NULL, 0, span);
  OpSpec *op = lowered_over(l, OP_NUMBER, input, span);
  FormatField *fields = ARENA_ARRAY(l->arena, FormatField, input->n_fields + 1);
  memcpy(fields, input->fields, input->n_fields * sizeof *fields);
  fields[op->n_fields++] = (FormatField){"$position", type_not_null(type_of(TYPE_BIGINT))};
  op->fields = fields;
  return op;
}

static OpSpec *in_order(Lowering *l, OpSpec *input, uint32_t first, uint32_t second, uint32_t n,
                        Span span) {
  uint32_t *cols = ARENA_ARRAY(l->arena, uint32_t, 2);
  cols[0] = first;
  cols[1] = second;
  OpSpec *op = lowered_over(l, OP_IN_ORDER, lowered_exchange(l, input, NULL, 0, span), span);
  op->u.in_order = (InOrderSpec){cols, n};
  return op;
}

/* By the window's last instant, which tells two ends of one wall clock reading apart, and start;
 * start is the column of the latter. */
static OpSpec *by_window(Lowering *l, OpSpec *input, uint32_t start, Span span) {
  return in_order(l, input, start + 2, start, 2, span);
}

/* --- late rows ----------------------------------------------------------------------- */

/* window drops rows; the last column of its input is their number. */
static void add_late(Lowering *l, const Node *n, OpSpec *window) {
  if (n->late == NULL) return;
  const SinkOpSpec *sink = &n->late->table->sink;
  const OpSpec *input = window->inputs[0];
  OpSpec *op = lowered_over(l, OP_LATE, window, n->span);
  op->fields = input->fields;
  op->n_fields = input->n_fields;
  op->updating = false;
  op = in_order(l, op, input->n_fields - 1, 0, 1, n->span);
  Expr **exprs = ARENA_ARRAY(l->arena, Expr *, sink->n_fields);
  for (uint32_t i = 0; i < sink->n_fields; i++) {
    exprs[i] = expr_remap(l->arena, n->late->exprs[i], n->late->cols);
  }
  Expr *filter = n->late->filter;
  if (filter != NULL) filter = expr_remap(l->arena, filter, n->late->cols);
  op = lowered_calc(l, op, filter, exprs, sink->fields, sink->n_fields, n->span);
  l->late = n->late->table;
  ARENA_PUSH(l->arena, l->late_rows, l->n_late, l->cap_late, op);
}

void lower_late_table(Lowering *l) {
  if (l->n_late == 0) return;
  const SinkOpSpec *sink = &l->late->sink;
  OpSpec *op = l->late_rows[0];
  if (l->n_late > 1) {
    op = lowered_op(l, OP_UNION, sink->fields, sink->n_fields, sink->span);
    op->inputs = l->late_rows;
    op->n_inputs = l->n_late;
  }
  op = lowered_over(l, OP_SINK, op, sink->span);
  op->u.sink = *sink;
  l->paths[op->index] = l->late->path;
}

/* --- windows ------------------------------------------------------------------------- */

OpSpec *lower_window_tvf(Lowering *l, const Node *n) {
  const WindowSpec *w = &n->u.window;
  OpSpec *op = lower_node(l, n->inputs[0]);
  const uint32_t n_input = op->n_fields;
  bool session = w->kind == WINDOW_SESSION;
  if (session) {
    if (n->late != NULL) op = numbered(l, op, n->span);
    op = lowered_exchange(l, op, w->partition, w->n_partition, n->span);
  }
  op = lowered_over(l, session ? OP_SESSION_TVF : OP_WINDOW_TVF, op, n->span);
  if (session) {
    op->u.session_tvf.window = *w;
  } else {
    op->u.window_tvf.window = *w;
  }
  op->fields = n->fields;
  op->n_fields = n->n_fields;
  if (!session) return op;
  add_late(l, n, op);
  return by_window(l, op, n_input, n->span);
}

/* When results come; of those that nobody sees change only the last is made. */
static EmitSpec emit_of(const Lowering *l, const AggregateSpec *agg) {
  if (!l->final) return agg->emit;
  Micros lateness = agg->emit.lateness_us;
  return (EmitSpec){.lateness_us = lateness, .final_only = lateness > 0};
}

static OpId agg_op(const AggregateSpec *agg, const EmitSpec *emit) {
  if (emit_updates(emit)) return OP_UPDATING_WINDOW_AGG;
  if (agg->window.kind == WINDOW_SESSION) return OP_SESSION_AGG;
  if (agg->window.kind == WINDOW_ROWS) return OP_ROWS_AGG;
  return OP_WINDOW_AGG;
}

static bool has_two_phases(const Lowering *l, const Node *n, const EmitSpec *emit) {
  const AggregateSpec *agg = n->u.agg;
  bool plain = window_is_aligned(&agg->window) && n->late == NULL && !emit_updates(emit);
  return plain && !l->one_phase && agg_is_exact(agg);
}

/* ROWS_AGG gives the position of the row that completes the window behind all other columns. */
static OpSpec *lower_rows_order(Lowering *l, const Node *n, OpSpec *op) {
  FormatField *fields = ARENA_ARRAY(l->arena, FormatField, n->n_fields + 1);
  memcpy(fields, n->fields, n->n_fields * sizeof *fields);
  fields[n->n_fields] = (FormatField){"$position", type_not_null(type_of(TYPE_BIGINT))};
  op->fields = fields;
  op->n_fields = n->n_fields + 1;
  op = in_order(l, op, n->n_fields, 0, 1, n->span);
  return lowered_calc(l, op, NULL, lowered_columns(l, op, n->span), n->fields, n->n_fields,
                      n->span);
}

OpSpec *lower_window_agg(Lowering *l, const Node *n) {
  const AggregateSpec *agg = n->u.agg;
  OpSpec *op = lower_node(l, n->inputs[0]);
  const EmitSpec emit = emit_of(l, agg);
  WindowAggSpec *spec = ARENA_NEW(l->arena, WindowAggSpec);
  *spec = (WindowAggSpec){.window = agg->window,
                          .keys = agg->keys,
                          .n_keys = agg->n_keys,
                          .aggs = agg->aggs,
                          .n_aggs = agg->n_aggs,
                          .two_phase = has_two_phases(l, n, &emit),
                          .emit = emit,
                          .position_col = op->n_fields};
  if (agg->window.kind == WINDOW_ROWS || n->late != NULL) op = numbered(l, op, n->span);
  if (spec->two_phase) {
    op = lowered_over(l, OP_LOCAL_WINDOW_AGG, op, n->span);
    op->u.window_agg = spec;
  }
  op = lowered_over(l, agg_op(agg, &emit), lowered_exchange(l, op, agg->keys, agg->n_keys, n->span),
                    n->span);
  op->u.window_agg = spec;
  op->fields = n->fields;
  op->n_fields = n->n_fields;
  op->updating = emit_updates(&emit) && !emit.final_only;
  add_late(l, n, op);
  if (op->id == OP_SESSION_AGG) return by_window(l, op, agg->n_keys + agg->n_aggs, n->span);
  return op->id == OP_ROWS_AGG ? lower_rows_order(l, n, op) : op;
}
