/* op_group_agg.c -- GROUP BY without a window over bounded input: one table, given out at the end.
 *
 * Output order: key hash, key.  Without keys there is one group, also when no row came.
 */
#include <string.h>

#include "exec/ops/groups.h"
#include "exec/ops/ops.h"

typedef struct OpGroupAgg {
  Op op;
  const GroupAggSpec *spec;
  const FormatField *input, *output;
  uint32_t n_input;
  GroupLayout layout;
  Groups groups;
  GroupOutput out;
  bool due;
  uint64_t arrived; /* rows so far */
  Arena arena;
} OpGroupAgg;

static Code group_agg_open(Op *op) {
  OpGroupAgg *self = (OpGroupAgg *)op;
  const GroupAggSpec *spec = self->spec;
  uint32_t n_out = spec->n_keys + spec->n_aggs;
  bool ok = group_output_init(&self->out, &self->arena, self->output, n_out, n_out) &&
            group_layout_init(&self->layout, spec->keys, spec->n_keys, spec->aggs, spec->n_aggs,
                              self->input, self->n_input, false) &&
            groups_init(&self->groups, &self->layout, 0);
  if (ok && spec->n_keys == 0) ok = groups_make_empty_group(&self->groups);
  return ok ? OK : op_no_memory(op);
}

static Code group_agg_push(Op *op, OpPort port, const Batch *in) {
  OpGroupAgg *self = (OpGroupAgg *)op;
  uint16_t rows[BATCH_ROWS];
  batch_rows(in, rows);
  bool ok = port == PORT_PARTIALS
                ? groups_add_partials(&self->groups, in, rows, batch_count(in))
                : groups_add(&self->groups, in, self->arrived, rows, batch_count(in));
  self->arrived += in->rows;
  return ok ? OK : op_no_memory(op);
}

static void group_agg_finish(Op *op) { ((OpGroupAgg *)op)->due = true; }

static Code group_agg_fire(Op *op, bool *more) {
  OpGroupAgg *self = (OpGroupAgg *)op;
  if (!self->due) return OK;
  uint32_t n;
  TRY(groups_emit(&self->groups, op, &self->out, &n));
  self->due = *more = n > 0;
  if (n == 0) return OK;
  const Batch out = {.rows = n, .n_cols = self->out.n_cols, .cols = self->out.cols};
  return op_emit(op, PORT_ROWS, &out);
}

enum { ARRIVED_STATE_VERSION = 1 };

static Code group_agg_save(Op *op, StateSink *to) {
  OpGroupAgg *self = (OpGroupAgg *)op;
  StateOut out;
  state_begin(&out, to, "arrived", ARRIVED_STATE_VERSION);
  state_put_u64(&out, self->arrived);
  bool ok = state_end(&out) && groups_save(&self->groups, to, (GroupsPlace){.section = "groups"});
  return ok ? OK : op_no_memory(op);
}

static Code group_agg_load(Op *op, StateIn *in) {
  OpGroupAgg *self = (OpGroupAgg *)op;
  if (strcmp(in->section, "groups") == 0) {
    return groups_load(&self->groups, in) ? OK : op_no_memory(op);
  }
  if (strcmp(in->section, "arrived") != 0 || in->version != ARRIVED_STATE_VERSION) state_bad(in);
  uint64_t arrived = state_get_u64(in);
  /* What comes now is later than what came to any of them. */
  if (arrived > self->arrived) self->arrived = arrived;
  return OK;
}

static void group_agg_close(Op *op) {
  OpGroupAgg *self = (OpGroupAgg *)op;
  if (self->groups.layout != NULL) groups_deinit(&self->groups);
  group_layout_deinit(&self->layout);
  arena_deinit(&self->arena);
}

static const OpTable group_agg_table = {.name = "GroupAggregate",
                                        .size = sizeof(OpGroupAgg),
                                        .open = group_agg_open,
                                        .push = group_agg_push,
                                        .fire = group_agg_fire,
                                        .finish = group_agg_finish,
                                        .save = group_agg_save,
                                        .load = group_agg_load,
                                        .close = group_agg_close};

Op *op_group_agg_new(const GroupAggSpec *spec, const FormatField *input, uint32_t n_input,
                     const FormatField *output, OpContext *ctx) {
  OpGroupAgg *self = (OpGroupAgg *)op_new(&group_agg_table, ctx);
  if (self == NULL) return NULL;
  self->spec = spec;
  self->input = input;
  self->n_input = n_input;
  self->output = output;
  return &self->op;
}
