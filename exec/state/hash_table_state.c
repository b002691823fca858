/* hash_table_state.c -- a keyed table into blocks of state and out of them.
 *
 * What is deferred is kept by a saver.  Segments are written in the order of their hashes; one that
 * has been written carries the table's `saved`, as all do when no snapshot is under way, and those
 * that are made meanwhile.  A segment that changes before its turn is written whole; but not too
 * many of them, so that a batch of keys all over a large table does not wait for all of it: of more
 * segments the records that change are written one by one; they and those that are new are
 * remembered in a set, to be left out when the turn of their segment comes.
 */
#include <stdlib.h>
#include <string.h>

#include "exec/state/hash_segment.h"
#include "exec/state/key_state.h"

enum {
  SAVE_AT_ONCE_BYTES = 64 << 10,
  WHOLE_SEGMENTS_BYTES = 1 << 20 /* written between two steps because a record changes */
};

/* Of addresses, in open addressing. */
typedef struct RecordSet {
  const char **slots; /* 2^bits; NULL: no record */
  unsigned bits;      /* 0: there are none */
  uint32_t n;
} RecordSet;

struct HashSaver {
  StateDrain drain;
  HashTable *table;
  HashSave save;
  StateOut out;
  uint64_t next_hash; /* segments before it are written */
  RecordSet early;    /* not to be written with their segments */
  size_t written;     /* bytes, in a step or between two */
};

/* --- the set ------------------------------------------------------------------------------ */

enum { EARLY_BITS_MIN = 12, EARLY_BITS_MAX = 21 };

/* Where a record is, or would be. */
static const char **set_place(const RecordSet *set, const char *record) {
  uint64_t mask = (UINT64_C(1) << set->bits) - 1;
  uint64_t at = hash_u64((uint64_t)(uintptr_t)record) & mask;
  while (set->slots[at] != NULL && set->slots[at] != record) at = (at + 1) & mask;
  return &set->slots[at];
}

static bool set_grow(RecordSet *set) {
  unsigned bits = set->bits == 0 ? EARLY_BITS_MIN : set->bits + 1;
  if (bits > EARLY_BITS_MAX) return false;
  RecordSet wider = {
      .slots = calloc((size_t)1 << bits, sizeof *wider.slots), .bits = bits, .n = set->n};
  if (wider.slots == NULL) return false;
  for (size_t i = 0; set->bits > 0 && i < (size_t)1 << set->bits; i++) {
    if (set->slots[i] != NULL) *set_place(&wider, set->slots[i]) = set->slots[i];
  }
  free(set->slots);
  *set = wider;
  return true;
}

static bool set_has(const RecordSet *set, const char *record) {
  return set->bits > 0 && *set_place(set, record) != NULL;
}

/* A record that is not there.  false: there is no room for more. */
static bool set_add(RecordSet *set, const char *record) {
  if (set->bits == 0 || set->n >= 1u << set->bits >> 1) {
    if (!set_grow(set)) return false;
  }
  *set_place(set, record) = record;
  set->n++;
  return true;
}

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

/* What is to be written with its segment. */
static uint32_t leave_out(const RecordSet *early, HashSlot *slots, uint32_t n) {
  uint32_t m = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (!set_has(early, slots[i].record)) slots[m++] = slots[i];
  }
  return m;
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
    if (s->early) n = leave_out(&t->saver->early, used, n);
    write_records(t, used, n, save, out);
  }
}

void hash_saver_write(HashTable *t, HashSegment *s) {
  HashSaver *saver = t->saver;
  write_segment(t, s, saver->save, &saver->out);
  s->saved = t->saved;
  s->early = false;
  saver->written += (size_t)s->n * (sizeof(HashSlot) + key_bytes(t->form) + t->record_bytes);
}

void hash_saver_write_record(HashTable *t, HashSegment *s, uint64_t hash, const char *record) {
  HashSaver *saver = t->saver;
  if (s->early && set_has(&saver->early, record)) return;
  if (saver->written < WHOLE_SEGMENTS_BYTES || !set_add(&saver->early, record)) {
    hash_saver_write(t, s);
    return;
  }
  s->early = true;
  write_records(t, &(HashSlot){hash, (char *)(uintptr_t)record}, 1, saver->save, &saver->out);
}

void hash_saver_made(HashTable *t, HashSegment *s, const char *record) {
  if (set_add(&t->saver->early, record)) {
    s->early = true;
  } else {
    hash_saver_write(t, s); /* before it is in its slot */
  }
}

void hash_saver_write_first(HashTable *t, uint64_t hash) {
  HashSegment *s = t->dir[hash_dir_index(t, hash)];
  if (s->saved != t->saved) hash_saver_write(t, s);
}

/* The segment that holds the hash; *last: its last hash. */
static HashSegment *segment_of(const HashTable *t, uint64_t hash, uint64_t *last) {
  HashSegment *s = t->dir[hash_dir_index(t, hash)];
  *last = s->depth == 0 ? UINT64_MAX : hash | UINT64_MAX >> s->depth;
  return s;
}

static void saver_free(HashSaver *saver) {
  saver->table->saver = NULL;
  free(saver->early.slots);
  free(saver);
}

static bool saver_end(HashSaver *saver) {
  bool ok = state_end(&saver->out);
  saver_free(saver);
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
  saver->written = 0;
  return !saver->out.failed;
}

/* Segments must not look as if they were still to be written. */
static void saver_cancel(StateDrain *d) {
  HashSaver *saver = (HashSaver *)d;
  HashTable *t = saver->table;
  for (uint64_t hash = 0, last = 0; last != UINT64_MAX; hash = last + 1) {
    HashSegment *s = segment_of(t, hash, &last);
    s->saved = t->saved;
    s->early = false;
  }
  state_drop(&saver->out);
  saver_free(saver);
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
