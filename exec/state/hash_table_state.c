/* hash_table_state.c -- a keyed table into blocks of state and out of them.
 *
 * What is deferred is kept by a saver.  Segments are written in the order of their hashes, some of
 * them earlier because they change; one that has been written carries the table's `saved`, as all
 * do when no snapshot is under way, and those that are made meanwhile.
 */
#include <stdlib.h>
#include <string.h>

#include "exec/state/hash_segment.h"
#include "exec/state/key_state.h"

enum { SAVE_AT_ONCE_BYTES = 64 << 10 };

struct HashSaver {
  StateDrain drain;
  HashTable *table;
  HashSave save;
  StateOut out;
  uint64_t next_hash; /* segments before it are written */
  size_t written;     /* bytes, in the step in hand */
};

/* --- writing ---------------------------------------------------------------------------- */

/* Records lie where they were made, which is not the order of their hashes. */
static void write_records(const HashTable *t, const HashSlot *slots, uint32_t n, HashSave save,
                          StateOut *out) {
  enum { AHEAD = 16 };
  uint32_t kb = key_bytes(t->form);
  for (uint32_t i = 0; i < AHEAD && i < n; i++) __builtin_prefetch(slots[i].record);
  for (uint32_t i = 0; i < n; i++) {
    if (i + AHEAD < n) __builtin_prefetch(slots[i + AHEAD].record);
    state_entry(out, slots[i].hash);
    key_put(out, t->form, slots[i].record);
    save.record(save.of, slots[i].record + kb, out);
  }
}

static void write_segment(const HashTable *t, const HashSegment *s, HashSave save, StateOut *out) {
  HashSlot used[512];
  const HashSlot *slot = s->slots, *end = slot + segment_slots(s);
  while (slot < end) {
    uint32_t n = 0;
    /* Which slots are free cannot be foreseen: no branch. */
    for (; slot < end && n < COUNT_OF(used); slot++) {
      used[n] = *slot;
      n += slot->record != NULL;
    }
    write_records(t, used, n, save, out);
  }
}

void hash_saver_write(HashTable *t, HashSegment *s) {
  HashSaver *saver = t->saver;
  write_segment(t, s, saver->save, &saver->out);
  s->saved = t->saved;
  saver->written += (size_t)s->n * (sizeof(HashSlot) + key_bytes(t->form) + t->record_bytes);
}

void hash_saver_write_first(HashTable *t, uint64_t hash) { hash_saver_touch(t, hash); }

/* The segment that holds the hash; *last: its last hash. */
static HashSegment *segment_of(const HashTable *t, uint64_t hash, uint64_t *last) {
  HashSegment *s = t->dir[hash_dir_index(t, hash)];
  *last = s->depth == 0 ? UINT64_MAX : hash | UINT64_MAX >> s->depth;
  return s;
}

static bool saver_end(HashSaver *saver) {
  bool ok = state_end(&saver->out);
  saver->table->saver = NULL;
  free(saver);
  return ok;
}

static bool saver_step(StateDrain *d, size_t budget, bool *done) {
  HashSaver *saver = (HashSaver *)d;
  HashTable *t = saver->table;
  saver->written = 0;
  for (uint64_t last = 0; saver->written < budget;) {
    HashSegment *s = segment_of(t, saver->next_hash, &last);
    if (s->saved != t->saved) hash_saver_write(t, s);
    saver->next_hash = last + 1;
    *done = last == UINT64_MAX;
    if (*done) return saver_end(saver);
  }
  return !saver->out.failed;
}

/* Segments must not look as if they were still to be written. */
static void saver_cancel(StateDrain *d) {
  HashSaver *saver = (HashSaver *)d;
  HashTable *t = saver->table;
  for (uint64_t hash = 0, last = 0; last != UINT64_MAX; hash = last + 1) {
    segment_of(t, hash, &last)->saved = t->saved;
  }
  state_drop(&saver->out);
  t->saver = NULL;
  free(saver);
}

void hash_saver_finish(HashTable *t) { state_sink_finish(t->saver->out.to, &t->saver->drain); }

void hash_table_moved(HashTable *t) {
  if (t->saver != NULL) t->saver->table = t;
}

bool hash_table_save_now(HashTable *t, StateOut *out, HashSave save) {
  for (uint64_t hash = 0, last = 0; t->dir != NULL && last != UINT64_MAX; hash = last + 1) {
    write_segment(t, segment_of(t, hash, &last), save, out);
  }
  return state_end(out);
}

bool hash_table_save(HashTable *t, StateOut *out, HashSave save) {
  if (t->saver != NULL) hash_saver_finish(t);
  bool small = hash_table_bytes(t) < SAVE_AT_ONCE_BYTES && !out->to->defer_small;
  if (small || t->dir == NULL) return hash_table_save_now(t, out, save);
  HashSaver *saver = malloc(sizeof *saver);
  if (saver == NULL) {
    state_drop(out);
    return false;
  }
  *saver = (HashSaver){
      .drain = {.step = saver_step, .cancel = saver_cancel}, .table = t, .save = save, .out = *out};
  t->saver = saver;
  t->saved++;
  state_sink_defer(out->to, &saver->drain);
  return true;
}

/* --- reading ---------------------------------------------------------------------------- */

bool hash_table_load(HashTable *t, StateIn *in, HashLoad *l) {
  uint64_t hash;
  l->n = 0;
  l->keys->form = t->form;
  while (l->n < BATCH_ROWS && state_next(in, &hash)) {
    key_get(in, hash, l->keys, l->n);
    l->at[l->n] = in->at;
    l->end[l->n++] = in->end;
  }
  return l->n == 0 || hash_table_get(t, l->keys, l->n, l->records);
}
