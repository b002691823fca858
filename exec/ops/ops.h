/* ops.h -- how to make each operator: one constructor per op_*.c file.
 *
 * Each returns an instance that has not been opened, or NULL when memory is out.  Specs and input
 * fields are borrowed from the plan and outlive the instance. To add an operator see
 * docs/architecture.md.
 */
#pragma once
#include "exec/ops/op.h"
#include "exec/ops/op_spec.h"

Op *op_calc_new(const CalcSpec *spec, OpContext *ctx);
Op *op_watermark_new(const WatermarkSpec *spec, OpContext *ctx);
Op *op_local_window_agg_new(const WindowAggSpec *spec, const FormatField *input, uint32_t n_input,
                            OpContext *ctx);
Op *op_local_group_agg_new(const GroupAggSpec *spec, const FormatField *input, uint32_t n_input,
                           OpContext *ctx);
Op *op_window_agg_new(const WindowAggSpec *spec, const FormatField *input, uint32_t n_input,
                      const FormatField *output, OpContext *ctx);
/* The same of windows that the rows bring along; op_window_agg_new leads here. */
Op *op_attached_agg_new(const WindowAggSpec *spec, const FormatField *input, uint32_t n_input,
                        const FormatField *output, OpContext *ctx);
Op *op_session_agg_new(const WindowAggSpec *spec, const FormatField *input, uint32_t n_input,
                       const FormatField *output, OpContext *ctx);
Op *op_rows_agg_new(const WindowAggSpec *spec, const FormatField *input, uint32_t n_input,
                    const FormatField *output, OpContext *ctx);
Op *op_updating_window_agg_new(const WindowAggSpec *spec, const FormatField *input,
                               uint32_t n_input, const FormatField *output, OpContext *ctx);
Op *op_window_tvf_new(const WindowTvfSpec *spec, const FormatField *input, uint32_t n_input,
                      OpContext *ctx);
Op *op_session_tvf_new(const SessionTvfSpec *spec, const FormatField *input, uint32_t n_input,
                       OpContext *ctx);
Op *op_window_join_new(const WindowJoinSpec *spec, const FormatField *left, uint32_t n_left,
                       const FormatField *right, uint32_t n_right, OpContext *ctx);
Op *op_window_topn_new(const WindowTopNSpec *spec, const FormatField *input, uint32_t n_input,
                       OpContext *ctx);
Op *op_expand_new(const ExpandSpec *spec, OpContext *ctx);
Op *op_unnest_new(const UnnestSpec *spec, OpContext *ctx);
Op *op_number_new(OpContext *ctx);
Op *op_in_order_new(const InOrderSpec *spec, const FormatField *input, uint32_t n_input,
                    OpContext *ctx);
Op *op_materialize_new(const FormatField *input, uint32_t n_input, OpContext *ctx);
Op *op_group_agg_new(const GroupAggSpec *spec, const FormatField *input, uint32_t n_input,
                     const FormatField *output, OpContext *ctx);
Op *op_sort_new(const SortSpec *spec, const FormatField *input, uint32_t n_input, OpContext *ctx);
Op *op_limit_new(const LimitSpec *spec, OpContext *ctx);
/* UNION and LATE: passes everything on. */
Op *op_pass_new(OpContext *ctx);

/* Has a LIMIT given all it will ever give?  Then its job needs no more input. */
bool op_limit_reached(const Op *op);
