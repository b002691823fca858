/* job_plan.c -- checks that a plan keeps the rules of job_plan.h. */
#include "exec/run/job_plan.h"

static const char *const op_names[] = {
#define OP(id, name) name,
#include "exec/run/ops.def"
#undef OP
};

const char *op_id_name(OpId id) {
  assert(id < OP_ID_COUNT);
  return op_names[id];
}

static bool wants_exchange(OpId id) {
  return id == OP_WINDOW_AGG || id == OP_GROUP_AGG || id == OP_SORT || id == OP_LIMIT;
}

static uint32_t inputs_of(OpId id) { return id == OP_SCAN || id == OP_VALUES ? 0 : 1; }

/* A window needs a watermark, and the first time operator takes it: between the two there is one
 * exchange. */
static bool sees_watermark(const OpSpec *op) {
  for (uint32_t i = 0; i < op->n_inputs; i++) {
    const OpSpec *in = op->inputs[i];
    if (in->id == OP_WATERMARK) continue;
    if (in->id == OP_SCAN || in->id == OP_VALUES || wants_exchange(in->id)) return false;
    if (!sees_watermark(in)) return false;
  }
  return true;
}

/* Operators that exec does not have yet. */
static const OpId not_built[] = {OP_SESSION_AGG, OP_ROWS_AGG,    OP_UPDATING_WINDOW_AGG,
                                 OP_WINDOW_TVF,  OP_SESSION_TVF, OP_WINDOW_JOIN,
                                 OP_WINDOW_TOPN, OP_EXPAND,      OP_NUMBER,
                                 OP_IN_ORDER,    OP_MATERIALIZE, OP_LATE};

static Code check_op(const JobPlan *plan, const OpSpec *op, Error *err) {
  for (size_t i = 0; i < COUNT_OF(not_built); i++) {
    if (op->id != not_built[i]) continue;
    return FAIL(err, ERR_UNSUPPORTED, op->span, "operator %s is not built yet", op_id_name(op->id));
  }
  if (op->id != OP_UNION && op->n_inputs != inputs_of(op->id)) {
    return FAIL(err, ERR_UNSUPPORTED, op->span, "operator %s has %u inputs", op_id_name(op->id),
                op->n_inputs);
  }
  for (uint32_t i = 0; i < op->n_inputs; i++) {
    const OpSpec *in = op->inputs[i];
    assert(in->index < op->index && plan->ops[in->index] == in);
    bool takes_exchange = wants_exchange(op->id);
    if ((in->id == OP_EXCHANGE) != takes_exchange) {
      return FAIL(err, ERR_UNSUPPORTED, op->span, "operator %s behind %s is not built",
                  op_id_name(op->id), op_id_name(in->id));
    }
  }
  if (op->id == OP_WINDOW_AGG && !sees_watermark(op)) {
    return FAIL(err, ERR_UNSUPPORTED, op->span,
                "a window over the result of another window is not built yet");
  }
  return OK;
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
