/* stage.c -- cutting a plan into stages, and building a worker's operators. */
#include "exec/run/stage.h"

#include "exec/ops/ops.h"

static bool ends_stage(const OpSpec *op) { return op->id == OP_EXCHANGE || op->id == OP_SINK; }
static bool is_source(const OpSpec *op) { return op->id == OP_SCAN || op->id == OP_VALUES; }

static bool feeds(const OpSpec *from, const OpSpec *to) {
  for (uint32_t i = 0; i < to->n_inputs; i++) {
    if (to->inputs[i] == from) return true;
  }
  return false;
}

/* A stage begins at a source and behind an exchange, a join's behind two. */
static bool is_head(const OpSpec *op) {
  return is_source(op) || (op->n_inputs > 0 && op->inputs[0]->id == OP_EXCHANGE);
}

/* Does an aggregate depend on the order of rows (sums of floating point, FIRST_VALUE)? */
static bool has_ordered_aggregate(const OpSpec *head) {
  OpGrouping grouping;
  op_grouping(head, &grouping);
  for (uint32_t i = 0; i < grouping.n_aggs; i++) {
    if (grouping.aggs[i].kernels->ordered) return true;
  }
  return false;
}

static bool runs_by_clock(const OpSpec *head) {
  if (head->id == OP_SESSION_TVF) return head->u.session_tvf.window.processing_time;
  OpGrouping grouping;
  op_grouping(head, &grouping);
  return grouping.window != NULL && grouping.window->processing_time;
}

/* Operators that the head reaches without an exchange.  Inputs come before consumers in a plan, so
 * one pass finds them in order. */
static void collect_ops(Arena *arena, const JobPlan *plan, Stage *stage) {
  bool *reached = ARENA_ARRAY(arena, bool, plan->n_ops);
  stage->ops = ARENA_ARRAY(arena, const OpSpec *, plan->n_ops);
  reached[stage->head->index] = true;
  for (uint32_t i = 0; i < plan->n_ops; i++) {
    const OpSpec *op = plan->ops[i];
    for (uint32_t k = 0; k < op->n_inputs && !is_head(op); k++) {
      const OpSpec *in = op->inputs[k];
      if (reached[in->index] && !ends_stage(in)) reached[i] = true;
    }
    if (reached[i] && !ends_stage(op)) stage->ops[stage->n_ops++] = op;
  }
  stage->source = is_source(stage->head);
  const OpSpec *feeder = stage->source ? NULL : stage->head->inputs[0];
  stage->single = feeder != NULL && feeder->u.exchange.dist == DIST_SINGLE;
  stage->by_clock = runs_by_clock(stage->head);
}

static Code edge_target(const JobPlan *plan, const Stages *s, const OpSpec *end, Edge *edge,
                        Error *err) {
  if (end->id == OP_SINK) {
    edge->to_sink = true;
    edge->n_consumers = 1;
    for (uint32_t i = 0; i < s->n_sinks; i++) {
      if (s->sinks[i].spec == end) edge->to = i;
    }
    return OK;
  }
  for (uint32_t i = 0; i < s->n_stages; i++) {
    if (!feeds(end, s->stages[i].head)) continue;
    edge->to = i;
    edge->n_consumers = s->stages[i].single ? 1 : plan->parallelism;
    const OpSpec *head = s->stages[i].head;
    edge->port = head->id == OP_WINDOW_JOIN && head->inputs[1] == end ? PORT_RIGHT : PORT_ROWS;
    OpRows rows = op_traits(head->id)->rows;
    edge->marks = rows != ANY;
    edge->ordered = rows == TIMED_IN_ORDER || (rows == TIMED && has_ordered_aggregate(head));
    return OK;
  }
  return FAIL(err, ERR_UNSUPPORTED, end->span, "an exchange leads nowhere");
}

/* One edge for each EXCHANGE or SINK that an operator of the stage feeds. */
static Code add_edges(Arena *arena, const JobPlan *plan, Stages *s, Stage *stage, Error *err) {
  stage->out = ARENA_ARRAY(arena, Edge *, plan->n_ops);
  for (uint32_t i = 0; i < plan->n_ops; i++) {
    const OpSpec *end = plan->ops[i];
    if (!ends_stage(end)) continue;
    bool fed = false;
    for (uint32_t k = 0; k < stage->n_ops; k++) fed |= feeds(stage->ops[k], end);
    if (!fed) continue;
    if (s->n_edges == EDGES_MAX) {
      return FAIL(err, ERR_LIMIT, end->span, "the plan has more than %d exchanges and sinks",
                  EDGES_MAX);
    }
    Edge *edge = &s->edges[s->n_edges];
    *edge = (Edge){.index = s->n_edges++, .from = stage->index, .spec = end};
    edge->of_source = stage->n_out;
    TRY(edge_target(plan, s, end, edge, err));
    stage->out[stage->n_out++] = edge;
  }
  return OK;
}

static void add_inputs(Arena *arena, Stages *s) {
  for (uint32_t i = 0; i < s->n_stages; i++) {
    Stage *stage = &s->stages[i];
    stage->in = ARENA_ARRAY(arena, Edge *, s->n_edges + 1);
    for (uint32_t e = 0; e < s->n_edges; e++) {
      Edge *edge = &s->edges[e];
      if (!edge->to_sink && edge->to == i) stage->in[stage->n_in++] = edge;
    }
  }
  for (uint32_t i = 0; i < s->n_sinks; i++) {
    SinkPlan *sink = &s->sinks[i];
    sink->in = ARENA_ARRAY(arena, Edge *, s->n_edges + 1);
    for (uint32_t e = 0; e < s->n_edges; e++) {
      Edge *edge = &s->edges[e];
      if (edge->to_sink && edge->to == i) sink->in[sink->n_in++] = edge;
    }
  }
}

/* Producers come before consumers, so one pass finds also what is further up. */
static void find_feeders(Arena *arena, Stages *s) {
  for (uint32_t i = 0; i < s->n_stages; i++) {
    Stage *stage = &s->stages[i];
    stage->fed_by = ARENA_ARRAY(arena, bool, s->n_stages);
    for (uint32_t e = 0; e < stage->n_in; e++) {
      const Stage *from = &s->stages[stage->in[e]->from];
      stage->fed_by[from->index] = true;
      for (uint32_t k = 0; k < i; k++) stage->fed_by[k] |= from->fed_by[k];
    }
  }
}

Code stages_cut(Arena *arena, const JobPlan *plan, Stages *out, Error *err) {
  *out = (Stages){.stages = ARENA_ARRAY(arena, Stage, plan->n_ops),
                  .edges = ARENA_ARRAY(arena, Edge, EDGES_MAX),
                  .sinks = ARENA_ARRAY(arena, SinkPlan, plan->n_ops)};
  for (uint32_t i = 0; i < plan->n_ops; i++) {
    const OpSpec *op = plan->ops[i];
    if (op->id == OP_SINK) out->sinks[out->n_sinks++].spec = op;
    if (!is_head(op) || op->id == OP_SINK) continue;
    Stage *stage = &out->stages[out->n_stages];
    *stage = (Stage){.index = out->n_stages++, .head = op};
    collect_ops(arena, plan, stage);
  }
  for (uint32_t i = 0; i < out->n_stages; i++) {
    TRY(add_edges(arena, plan, out, &out->stages[i], err));
  }
  add_inputs(arena, out);
  find_feeders(arena, out);
  return OK;
}

/* --- instances ---------------------------------------------------------------------------------
 */

static Op *make_op(const OpSpec *spec, OpContext *ctx) {
  const OpSpec *in = spec->n_inputs > 0 ? spec->inputs[0] : NULL;
  switch (spec->id) {
    case OP_WATERMARK:
      return op_watermark_new(&spec->u.watermark, ctx);
    case OP_CALC:
      return op_calc_new(&spec->u.calc, ctx);
    case OP_LOCAL_WINDOW_AGG:
      return op_local_window_agg_new(spec->u.window_agg, in->fields, in->n_fields, ctx);
    case OP_LOCAL_GROUP_AGG:
      return op_local_group_agg_new(spec->u.group_agg, in->fields, in->n_fields, ctx);
    case OP_WINDOW_AGG:
      return op_window_agg_new(spec->u.window_agg, in->fields, in->n_fields, spec->fields, ctx);
    case OP_GROUP_AGG:
      return op_group_agg_new(spec->u.group_agg, in->fields, in->n_fields, spec->fields, ctx);
    case OP_SESSION_AGG:
      return op_session_agg_new(spec->u.window_agg, in->fields, in->n_fields, spec->fields, ctx);
    case OP_ROWS_AGG:
      return op_rows_agg_new(spec->u.window_agg, in->fields, in->n_fields, spec->fields, ctx);
    case OP_UPDATING_WINDOW_AGG:
      return op_updating_window_agg_new(spec->u.window_agg, in->fields, in->n_fields, spec->fields,
                                        ctx);
    case OP_WINDOW_TVF:
      return op_window_tvf_new(&spec->u.window_tvf, in->fields, in->n_fields, ctx);
    case OP_SESSION_TVF:
      return op_session_tvf_new(&spec->u.session_tvf, in->fields, in->n_fields, ctx);
    case OP_WINDOW_JOIN:
      return op_window_join_new(&spec->u.window_join, in->fields, in->n_fields,
                                spec->inputs[1]->fields, spec->inputs[1]->n_fields, ctx);
    case OP_WINDOW_TOPN:
      return op_window_topn_new(&spec->u.window_topn, in->fields, in->n_fields, ctx);
    case OP_EXPAND:
      return op_expand_new(&spec->u.expand, ctx);
    case OP_UNNEST:
      return op_unnest_new(&spec->u.unnest, ctx);
    case OP_NUMBER:
      return op_number_new(ctx);
    case OP_IN_ORDER:
      return op_in_order_new(&spec->u.in_order, in->fields, in->n_fields, ctx);
    case OP_MATERIALIZE:
      return op_materialize_new(in->fields, in->n_fields, ctx);
    case OP_UNION:
    case OP_LATE:
      return op_pass_new(ctx);
    case OP_SORT:
      return op_sort_new(&spec->u.sort, in->fields, in->n_fields, ctx);
    case OP_LIMIT:
      return op_limit_new(&spec->u.limit, ctx);
    case OP_SCAN:
    case OP_VALUES:
    case OP_EXCHANGE:
    case OP_SINK:
    case OP_ID_COUNT:
      break;
  }
  assert(!"not an operator inside a stage");
  return NULL;
}

/* The consumers of an operator: in this stage, or an end.  LATE takes other rows. */
static Op **consumers(Instance *i, const OpSpec *from, uint32_t *n) {
  const Stage *stage = i->stage;
  Op **next = arena_try_alloc(&i->arena, (stage->n_ops + stage->n_out + 1) * sizeof *next, 8);
  *n = 0;
  if (next == NULL) return NULL;
  for (uint32_t k = 0; k < stage->n_ops; k++) {
    if (k == 0 || stage->ops[k]->id == OP_LATE) continue;
    if (feeds(from, stage->ops[k])) next[(*n)++] = i->ops[k];
  }
  for (uint32_t e = 0; e < stage->n_out; e++) {
    if (feeds(from, stage->out[e]->spec)) next[(*n)++] = i->outs[e];
  }
  return next;
}

static void wire_late(Instance *i) {
  for (uint32_t k = 1; k < i->stage->n_ops; k++) {
    if (i->stage->ops[k]->id != OP_LATE) continue;
    for (uint32_t w = 0; w < k; w++) {
      if (i->stage->ops[w] == i->stage->ops[k]->inputs[0]) i->ops[w]->late = i->ops[k];
    }
  }
}

static Code wire(Instance *i) {
  for (uint32_t k = 0; k < i->stage->n_ops; k++) {
    uint32_t n;
    Op **next = consumers(i, i->stage->ops[k], &n);
    if (next == NULL) return FAIL(i->ctx.err, ERR_MEMORY, NO_SPAN, "out of memory");
    if (i->ops[k] == NULL) {
      i->first = next;
      i->n_first = n;
    } else {
      i->ops[k]->next = next;
      i->ops[k]->n_next = n;
    }
  }
  wire_late(i);
  return OK;
}

Code instance_open(Instance *i, OutOpFn *out_op, void *arg) {
  const Stage *stage = i->stage;
  i->ops = arena_alloc(&i->arena, (stage->n_ops + 1) * sizeof *i->ops);
  i->outs = arena_alloc(&i->arena, (stage->n_out + 1) * sizeof *i->outs);
  for (uint32_t k = 0; k < stage->n_ops; k++) {
    if (is_source(stage->ops[k])) continue;
    i->ops[k] = make_op(stage->ops[k], &i->ctx);
    if (i->ops[k] == NULL) return FAIL(i->ctx.err, ERR_MEMORY, NO_SPAN, "out of memory");
  }
  for (uint32_t e = 0; e < stage->n_out; e++) {
    i->outs[e] = out_op(arg, i, stage->out[e]);
    if (i->outs[e] == NULL) return FAIL(i->ctx.err, ERR_MEMORY, NO_SPAN, "out of memory");
    TRY(op_open(i->outs[e]));
  }
  TRY(wire(i));
  for (uint32_t k = 0; k < stage->n_ops; k++) {
    if (i->ops[k] != NULL) TRY(op_open(i->ops[k]));
  }
  return OK;
}

void instance_close(Instance *i) {
  if (i->ops != NULL) {
    for (uint32_t k = 0; k < i->stage->n_ops; k++) op_free(i->ops[k]);
    for (uint32_t e = 0; e < i->stage->n_out; e++) op_free(i->outs[e]);
  }
  arena_deinit(&i->arena);
  i->ops = i->outs = NULL;
}

Code instance_push_source(Instance *i, const Batch *batch) {
  for (uint32_t k = 0; k < i->n_first; k++) TRY(op_push(i->first[k], PORT_ROWS, batch));
  return OK;
}

Code instance_chunk_end(Instance *i) {
  if (i->ops[0] != NULL) TRY(op_chunk_end(i->ops[0]));
  return instance_flush(i);
}

Code instance_flush(Instance *i) {
  for (uint32_t k = 1; k < i->stage->n_ops; k++) TRY(op_chunk_end(i->ops[k]));
  for (uint32_t e = 0; e < i->stage->n_out; e++) TRY(op_chunk_end(i->outs[e]));
  return OK;
}
