/* job_plan.c -- checks that a plan keeps the rules of job_plan.h. */
#include "exec/run/job_plan.h"

static const OpTraits traits[] = {
#define OP(id, name, place, rows) [OP_##id] = {name, place, rows},
#include "exec/run/ops.def"
#undef OP
};

const OpTraits *op_traits(OpId id) {
  assert(id < OP_ID_COUNT);
  return &traits[id];
}

bool op_grouping(const OpSpec *op, OpGrouping *out) {
  *out = (OpGrouping){0};
  switch ((int)op->id) {
    case OP_LOCAL_WINDOW_AGG:
    case OP_WINDOW_AGG:
    case OP_SESSION_AGG:
    case OP_ROWS_AGG:
    case OP_UPDATING_WINDOW_AGG: {
      const WindowAggSpec *s = op->u.window_agg;
      *out = (OpGrouping){s->keys, s->n_keys, s->aggs, s->n_aggs, &s->window};
      return true;
    }
    case OP_LOCAL_GROUP_AGG:
    case OP_GROUP_AGG: {
      const GroupAggSpec *s = op->u.group_agg;
      *out = (OpGrouping){s->keys, s->n_keys, s->aggs, s->n_aggs, NULL};
      return true;
    }
    default:
      return false;
  }
}

static uint32_t inputs_of(OpId id) {
  if (id == OP_SCAN || id == OP_VALUES) return 0;
  return id == OP_WINDOW_JOIN ? 2 : 1;
}

/* NUMBER counts the rows of a chunk: where a chunk's rows come through one instance. */
static bool stands_well(const OpSpec *op, const OpSpec *in) {
  if (op->id == OP_NUMBER && in->id == OP_EXCHANGE) return in->u.exchange.dist == DIST_SINGLE;
  return (in->id == OP_EXCHANGE) == (op_traits(op->id)->place == BEHIND_EXCHANGE);
}

/* What is not there of an operator. */
static Code check_window(const OpSpec *op, Error *err) {
  if (op->id != OP_UPDATING_WINDOW_AGG) return OK;
  if (op->u.window_agg->window.kind != WINDOW_SESSION) return OK;
  return FAIL(err, ERR_UNSUPPORTED, op->span,
              "EMIT and ALLOWED LATENESS over SESSION are not built yet");
}

static Code check_op(const JobPlan *plan, const OpSpec *op, Error *err) {
  if (op->id != OP_UNION && op->n_inputs != inputs_of(op->id)) {
    return FAIL(err, ERR_UNSUPPORTED, op->span, "operator %s has %u inputs",
                op_traits(op->id)->name, op->n_inputs);
  }
  for (uint32_t i = 0; i < op->n_inputs; i++) {
    const OpSpec *in = op->inputs[i];
    assert(in->index < op->index && plan->ops[in->index] == in);
    if (!stands_well(op, in)) {
      return FAIL(err, ERR_UNSUPPORTED, op->span, "operator %s behind %s is not built",
                  op_traits(op->id)->name, op_traits(in->id)->name);
    }
  }
  return check_window(op, err);
}

Code job_plan_validate(const JobPlan *plan, Error *err) {
  assert(plan->parallelism >= 1 && plan->parallelism <= WORKERS_MAX);
  assert(plan->chunk_bytes >= 1 && plan->batch_rows >= 1 && plan->batch_rows <= BATCH_ROWS);
  for (uint32_t i = 0; i < plan->n_ops; i++) {
    assert(plan->ops[i]->index == i);
    TRY(check_op(plan, plan->ops[i], err));
  }
  return OK;
}
