/* distinct_state.c -- the pairs of a set into blocks of state and out of them.
 *
 * Pairs are written in the order of arrival, each as an entry of its group: the group's key, then
 * the value.  Those that there are do not change, so that what is deferred needs no care: it is the
 * list up to the pair that was the last.
 */
#include <stdlib.h>

#include "exec/state/distinct.h"
#include "exec/state/key_state.h"

enum { SAVE_AT_ONCE_PAIRS = 2048 };

struct DistinctSaver {
  StateDrain drain;
  Distinct *set;
  StateOut out;
  DistinctGroups groups;
  const DistinctPair *at, *last; /* the next one; the last to be written */
};

/* --- writing ---------------------------------------------------------------------------- */

static uint64_t hash_of_key(KeyForm form, const void *key, bool null) {
  if (null) return KEY_NULL_HASH;
  if (form == KEY_WORD) return hash_u64(*(const uint64_t *)key);
  const TextRef *text = key;
  return text->len == KEY_NULL_LEN ? KEY_NULL_HASH : hash_bytes(text_bytes(text), text->len);
}

/* The bytes of a value, which stand in the pair's key. */
static void put_value(KeyForm form, const DistinctPair *pair, StateOut *out) {
  const char *key = (const char *)pair - key_bytes(form);
  if (form == KEY_PAIR) {
    state_put_u64(out, ((const KeyPair *)(const void *)key)->b);
  } else {
    const TextRef *text = (const TextRef *)(const void *)key;
    state_put(out, text_bytes(text) + 8, text->len - 8);
  }
}

static void put_pair(const DistinctSaver *saver, const DistinctPair *pair, StateOut *out) {
  KeyForm form = saver->groups.form;
  const void *key = (const char *)pair->group - key_bytes(form);
  state_entry(out, hash_of_key(form, key, pair->group == saver->groups.null_group));
  key_put(out, form, key);
  put_value(saver->set->table.form, pair, out);
}

static void saver_free(DistinctSaver *saver) {
  saver->set->saver = NULL;
  free(saver);
}

static bool saver_step(StateDrain *d, size_t budget, bool *done) {
  enum { PAIR_BYTES = 40 }; /* of most, in a block */
  DistinctSaver *saver = (DistinctSaver *)d;
  for (size_t n = budget / PAIR_BYTES + 1; n > 0 && !*done; n--) {
    const DistinctPair *pair = saver->at;
    put_pair(saver, pair, &saver->out);
    *done = pair == saver->last;
    saver->at = pair->next;
  }
  if (!*done) return !saver->out.failed;
  bool ok = state_end(&saver->out);
  saver_free(saver);
  return ok;
}

static void saver_cancel(StateDrain *d) {
  DistinctSaver *saver = (DistinctSaver *)d;
  state_drop(&saver->out);
  saver_free(saver);
}

void distinct_saver_finish(Distinct *d) { state_sink_finish(d->saver->out.to, &d->saver->drain); }

bool distinct_save(Distinct *d, StateOut *out, DistinctGroups groups) {
  assert(d->list_at == 0);
  if (d->saver != NULL) distinct_saver_finish(d);
  if (d->first == NULL) return state_end(out);
  DistinctSaver *saver = malloc(sizeof *saver);
  if (saver == NULL) {
    state_drop(out);
    return false;
  }
  *saver = (DistinctSaver){.drain = {.step = saver_step, .cancel = saver_cancel},
                           .set = d,
                           .out = *out,
                           .groups = groups,
                           .at = d->first,
                           .last = d->last};
  d->saver = saver;
  bool done = false;
  if (d->table.n < SAVE_AT_ONCE_PAIRS && !out->to->defer_small) {
    return saver_step(&saver->drain, SIZE_MAX, &done);
  }
  state_sink_defer(out->to, &saver->drain);
  return true;
}

/* --- reading ---------------------------------------------------------------------------- */

void distinct_get_value(const Distinct *d, StateIn *in, Vector *out, uint32_t row) {
  if (d->table.form == KEY_PAIR) {
    key_from_word(out, row, state_get_u64(in));
  } else {
    state_get_value(in, out, row);
  }
}
