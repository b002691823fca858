/* unbuilt.c -- operators that job_plan_validate still refuses. */
#include "exec/ops/ops.h"

Op *op_session_agg_new(const WindowAggSpec *spec, const FormatField *input, uint32_t n_input,
                       const FormatField *output, OpContext *ctx) {
  (void)spec, (void)input, (void)n_input, (void)output, (void)ctx;
  return NULL;
}
Op *op_session_tvf_new(const SessionTvfSpec *spec, const FormatField *input, uint32_t n_input,
                       OpContext *ctx) {
  (void)spec, (void)input, (void)n_input, (void)ctx;
  return NULL;
}
