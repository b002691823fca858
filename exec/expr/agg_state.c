/* agg_state.c -- states of aggregates in a snapshot.
 *
 * Each is a part of its own, so that a reader can skip one that its plan no longer has.
 */
#include <string.h>

#include "exec/expr/agg.h"

void agg_state_save(const AggCall *call, const void *state, StateOut *out) {
  const AggKernels *k = call->kernels;
  size_t part = state_part(out);
  if (k->words) {
    state_put(out, state, k->state_bytes);
  } else {
    k->save(state, out);
  }
  state_part_end(out, part);
}

bool agg_state_load(const AggCall *call, void *state, StateIn *in, Arena *arena) {
  const AggKernels *k = call->kernels;
  StateIn part = state_get_part(in);
  if (k->words) {
    state_get(&part, state, k->state_bytes);
  } else if (!k->load(state, &part, arena)) {
    return false;
  }
  in->bad |= part.bad || part.at < part.end;
  return true;
}

void agg_state_skip(StateIn *in) { state_get_part(in); }
