/* agg_state.c -- states of aggregates in a snapshot.
 *
 * Each is a part of its own, so that a reader can skip one that its plan no longer has.
 */
#include <string.h>

#include "exec/expr/user_func.h"

/* A part of plain words: for every group, so in one piece. */
static void put_words(const char *state, uint32_t bytes, StateOut *out) {
  char *at = state_room(out, sizeof bytes + bytes);
  if (at == NULL) return;
  memcpy(at, &bytes, sizeof bytes);
  for (uint32_t i = 0; i < bytes; i += 8) memcpy(at + sizeof bytes + i, state + i, 8);
}

void agg_state_save(const AggCall *call, const void *state, StateOut *out) {
  const AggKernels *k = call->kernels;
  if (k->words) {
    put_words(state, k->state_bytes, out);
    return;
  }
  size_t part = state_part(out);
  k->save(state, out);
  state_part_end(out, part);
}

bool agg_state_load(const AggCall *call, void *state, StateIn *in, Arena *arena) {
  const AggKernels *k = call->kernels;
  StateIn part = state_get_part(in);
  if (k->words) {
    state_get(&part, state, k->state_bytes);
  } else if (call->params.user != NULL) {
    if (!user_agg_load(call->params.user, state, &part, arena)) return false;
  } else if (!k->load(state, &part, arena)) {
    return false;
  }
  in->bad |= part.bad || part.at < part.end;
  return true;
}

void agg_state_skip(StateIn *in) { state_get_part(in); }
