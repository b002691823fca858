/* groups_state.c -- groups in blocks of state. */
#include "exec/ops/groups.h"

void group_record_save(const GroupLayout *l, const void *record, StateOut *out) {
  for (uint32_t a = 0; a < l->n_aggs; a++) {
    agg_state_save(&l->aggs[a], (const char *)record + l->offset[a], out);
  }
}

bool group_record_load(const GroupLayout *l, void *record, StateIn *in, Arena *arena) {
  uint32_t n = in->agg_map != NULL ? in->n_aggs : l->n_aggs;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t a = in->agg_map != NULL ? in->agg_map[i] : i;
    if (a == UINT32_MAX) {
      agg_state_skip(in);
    } else if (!agg_state_load(&l->aggs[a], (char *)record + l->offset[a], in, arena)) {
      return false;
    }
  }
  return true;
}
