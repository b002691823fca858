/* hash_table.c -- segments, splits and ordered reading; hash_table.h has the picture.
 *
 * A slot's home is the `bits` hash bits behind the segment's `depth` top bits.  A record that
 * finds its home taken goes to the next free slot to the right; slots behind the last home
 * (SPILL) catch those that run over, so nothing wraps and order is kept.
 */
#include "exec/state/hash_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "exec/state/hash_segment.h"
#include "exec/state/spare.h"

enum {
  SEGMENT_BITS_MIN = 3, /* 8 homes: a table of a handful of keys stays small */
  SEGMENT_BITS_MAX = 9, /* 512 homes: 9 KiB, sorted in cache */
  LOAD_PERCENT = 75,
  DIR_BITS_MAX = 28, /* then segments widen: only crafted hashes get there */
  SEGMENT_BITS_LIMIT = 20
};

static size_t segment_bytes(unsigned bits) {
  return sizeof(HashSegment) + segment_slots_of(bits) * sizeof(HashSlot);
}

/* Room that removed records have left. */
struct HashSpare {
  void *records;
  Spare keys; /* the bytes of long ones */
};

static HashSegment *segment_new(HashTable *t, unsigned depth, unsigned bits) {
  if (!memory_reserve(segment_bytes(bits))) return NULL;
  HashSegment *s = calloc(1, segment_bytes(bits));
  if (s == NULL) {
    memory_release(segment_bytes(bits));
    return NULL;
  }
  s->depth = (uint8_t)depth;
  s->bits = (uint8_t)bits;
  s->saved = t->saved;
  t->index_bytes += segment_bytes(bits);
  return s;
}

static void segment_free(HashTable *t, HashSegment *s) {
  t->index_bytes -= segment_bytes(s->bits);
  memory_release(segment_bytes(s->bits));
  free(s);
}

static inline uint32_t home(const HashSegment *s, uint64_t hash) {
  return (uint32_t)((hash << s->depth) >> (64 - s->bits));
}

void hash_table_init(HashTable *t, KeyForm form, uint32_t record_bytes, uint64_t expected) {
  *t = (HashTable){.form = form, .record_bytes = record_bytes};
  uint64_t full = ((uint64_t)1 << SEGMENT_BITS_MAX) * LOAD_PERCENT / 100;
  while (expected / full >> t->dir_bits > 0 && t->dir_bits < DIR_BITS_MAX) t->dir_bits++;
}

static void free_directory(HashTable *t) {
  for (uint64_t i = 0; i < (uint64_t)1 << t->dir_bits && t->dir[i] != NULL;) {
    HashSegment *s = t->dir[i];
    i += (uint64_t)1 << (t->dir_bits - s->depth);
    segment_free(t, s);
  }
  free(t->dir);
  t->dir = NULL;
}

/* The first segments: one small one, or as many as the expected records want.  All or none. */
static bool make_directory(HashTable *t) {
  size_t n = (size_t)1 << t->dir_bits;
  unsigned bits = t->dir_bits == 0 ? SEGMENT_BITS_MIN : SEGMENT_BITS_MAX;
  t->dir = calloc(n, sizeof *t->dir);
  if (t->dir == NULL) return false;
  t->index_bytes += n * sizeof *t->dir;
  for (size_t i = 0; i < n; i++) {
    t->dir[i] = segment_new(t, t->dir_bits, bits);
    if (t->dir[i] != NULL) continue;
    t->index_bytes -= n * sizeof *t->dir;
    free_directory(t);
    return false;
  }
  return true;
}

void hash_table_deinit(HashTable *t) {
  if (t->saver != NULL) hash_saver_finish(t);
  if (t->dir != NULL) free_directory(t);
  arena_deinit(&t->arena);
  *t = (HashTable){0};
}

size_t hash_table_bytes(const HashTable *t) { return t->index_bytes + t->arena.total_bytes; }

/* Put a slot that is known to be new.  false: no free slot to the right of its home. */
static bool segment_put(HashSegment *s, HashSlot slot) {
  uint32_t at = home(s, slot.hash), end = segment_slots(s);
  while (at < end && s->slots[at].record != NULL) at++;
  if (at == end) return false;
  s->slots[at] = slot;
  s->n++;
  return true;
}

static void dir_set(HashTable *t, uint64_t hash, HashSegment *s) {
  uint64_t run = (uint64_t)1 << (t->dir_bits - s->depth);
  uint64_t first = hash_dir_index(t, hash) & ~(run - 1);
  for (uint64_t i = 0; i < run; i++) t->dir[first + i] = s;
}

static bool dir_double(HashTable *t) {
  if (t->dir_bits == DIR_BITS_MAX) return false;
  uint64_t n = (uint64_t)1 << t->dir_bits;
  HashSegment **dir = malloc(2 * n * sizeof *dir);
  if (dir == NULL) return false;
  for (uint64_t i = 0; i < n; i++) dir[2 * i] = dir[2 * i + 1] = t->dir[i];
  free(t->dir);
  t->dir = dir;
  t->dir_bits++;
  t->index_bytes += n * sizeof *dir;
  return true;
}

/* Put every slot of s into into[its hash bit `depth of s`], or all into into[0].  false: some
 * home is so crowded, too near the end, that a slot found no place. */
static bool segment_move(const HashSegment *s, HashSegment *const into[2], bool split) {
  for (uint32_t i = 0; i < segment_slots(s); i++) {
    HashSlot slot = s->slots[i];
    if (slot.record == NULL) continue;
    unsigned which = split ? (unsigned)((slot.hash << s->depth) >> 63) : 0;
    if (!segment_put(into[which], slot)) return false;
  }
  return true;
}

/* Move the slots of s into one segment or, by the next hash bit, into two, of at least `bits`.
 * Hashes that crowd (a worker has only its range of them; or they were made to) take wider ones. */
static bool segment_rebuild(HashTable *t, const HashSegment *s, unsigned bits, bool split,
                            HashSegment *into[2]) {
  for (; bits <= SEGMENT_BITS_LIMIT; bits++) {
    unsigned depth = s->depth + (split ? 1u : 0u);
    into[0] = segment_new(t, depth, bits);
    into[1] = split ? segment_new(t, depth, bits) : NULL;
    bool made = into[0] != NULL && (!split || into[1] != NULL);
    if (made && segment_move(s, into, split)) return true;
    for (int b = 0; b < 2; b++) {
      if (into[b] != NULL) segment_free(t, into[b]);
    }
    if (!made) return false;
  }
  return false;
}

/* Make room around hash: widen a small segment, cut a full one in two. */
static bool segment_grow(HashTable *t, uint64_t hash) {
  HashSegment *s = t->dir[hash_dir_index(t, hash)], *into[2];
  if (s->saved != t->saved) hash_saver_write(t, s);
  bool split = s->bits >= SEGMENT_BITS_MAX && s->depth < DIR_BITS_MAX;
  if (split && s->depth == t->dir_bits && !dir_double(t)) return false;
  if (!segment_rebuild(t, s, split ? SEGMENT_BITS_MAX : s->bits + 1u, split, into)) return false;
  if (split) {
    uint64_t bit = UINT64_C(1) << (63 - s->depth);
    dir_set(t, hash & ~bit, into[0]);
    dir_set(t, hash | bit, into[1]);
  } else {
    dir_set(t, hash, into[0]);
  }
  segment_free(t, s);
  return true;
}

/* --- finding ------------------------------------------------------------------------ */

static char *record_room(HashTable *t) {
  char *record = t->spare != NULL ? spare_pop(&t->spare->records) : NULL;
  if (record != NULL) return record;
  return arena_try_alloc(&t->arena, key_bytes(t->form) + t->record_bytes, 8);
}

static char *long_key_room(HashTable *t, uint32_t len) {
  if (t->spare == NULL) return arena_try_alloc(&t->arena, len, 1);
  return spare_take(&t->spare->keys, &t->arena, len);
}

static char *record_new(HashTable *t, const KeyBatch *keys, uint32_t i) {
  uint32_t kb = key_bytes(t->form);
  char *record = record_room(t);
  if (record == NULL) return NULL;
  memset(record + kb, 0, t->record_bytes);
  if (t->form == KEY_WORD) {
    memcpy(record, &keys->u.word[i], sizeof keys->u.word[i]);
    return record;
  }
  if (t->form == KEY_PAIR) {
    memcpy(record, &keys->u.pair[i], sizeof keys->u.pair[i]);
    return record;
  }
  TextRef key = keys->u.text[i];
  if (key.len > TEXT_INLINE_MAX && key.len != KEY_NULL_LEN) {
    char *bytes = long_key_room(t, key.len);
    if (bytes == NULL) return NULL;
    memcpy(bytes, key.u.ptr, key.len);
    key.u.ptr = bytes;
  }
  memcpy(record, &key, sizeof key);
  return record;
}

static inline bool same_key(KeyForm form, const char *record, const KeyBatch *keys, uint32_t i) {
  if (form == KEY_WORD) return *(const int64_t *)(const void *)record == keys->u.word[i];
  if (form == KEY_PAIR) return memcmp(record, &keys->u.pair[i], sizeof keys->u.pair[i]) == 0;
  const TextRef *a = (const TextRef *)(const void *)record, *b = &keys->u.text[i];
  if (a->len == KEY_NULL_LEN || b->len == KEY_NULL_LEN) return a->len == b->len;
  return text_equal(a, b);
}

/* The record of key i, whose segment may have to grow; NULL: no memory. */
static char *find_or_make(HashTable *t, const KeyBatch *keys, uint32_t i) {
  uint64_t hash = keys->hash[i];
  for (;;) {
    HashSegment *s = t->dir[hash_dir_index(t, hash)];
    HashSlot *slot = &s->slots[home(s, hash)], *end = s->slots + segment_slots(s);
    for (; slot < end && slot->record != NULL; slot++) {
      if (slot->hash == hash && same_key(t->form, slot->record, keys, i)) return slot->record;
    }
    bool full = s->n * 100 >= (uint32_t)LOAD_PERCENT << s->bits;
    if (slot < end && !full) {
      char *record = record_new(t, keys, i);
      if (record == NULL) return NULL;
      if (s->saved != t->saved) hash_saver_made(t, s, record);
      *slot = (HashSlot){hash, record};
      s->sorted = false;
      s->n++;
      t->n++;
      return record;
    }
    if (!segment_grow(t, hash)) return NULL;
  }
}

static const char *find(const HashTable *t, const HashSegment *s, const KeyBatch *keys,
                        uint32_t i) {
  uint64_t hash = keys->hash[i];
  const HashSlot *slot = &s->slots[home(s, hash)], *end = s->slots + segment_slots(s);
  for (; slot < end && slot->record != NULL; slot++) {
    if (slot->hash == hash && same_key(t->form, slot->record, keys, i)) return slot->record;
  }
  return NULL;
}

const void *hash_table_find(const HashTable *t, const KeyBatch *keys, uint32_t i) {
  assert(keys->form == t->form);
  if (t->dir == NULL) return NULL;
  const char *record = find(t, t->dir[hash_dir_index(t, keys->hash[i])], keys, i);
  return record != NULL ? record + key_bytes(t->form) : NULL;
}

/* What find_or_make will look at for a hash: a slot, then a record. */
static inline const HashSlot *home_slot(const HashTable *t, uint64_t hash) {
  const HashSegment *s = t->dir[hash_dir_index(t, hash)];
  return &s->slots[home(s, hash)];
}

static inline const char *likely_record(const HashTable *t, uint64_t hash) {
  const HashSlot *slot = home_slot(t, hash);
  for (int i = 0; i < 4 && slot->hash != hash && slot->record != NULL; i++) slot++;
  return slot->record;
}

enum { SLOT_AHEAD = 16, RECORD_AHEAD = 8 };

/* A function that only prefetches has no effect, and GCC drops its calls, where it is one. */
#define INLINE static inline __attribute__((always_inline))

INLINE void fetch_first(const HashTable *t, const KeyBatch *keys, uint32_t n) {
  for (uint32_t i = 0; i < n && i < SLOT_AHEAD; i++)
    __builtin_prefetch(home_slot(t, keys->hash[i]));
  for (uint32_t i = 0; i < n && i < RECORD_AHEAD; i++)
    __builtin_prefetch(likely_record(t, keys->hash[i]));
}

INLINE void fetch_ahead(const HashTable *t, const KeyBatch *keys, uint32_t i, uint32_t n) {
  if (i + SLOT_AHEAD < n) __builtin_prefetch(home_slot(t, keys->hash[i + SLOT_AHEAD]));
  if (i + RECORD_AHEAD < n) __builtin_prefetch(likely_record(t, keys->hash[i + RECORD_AHEAD]));
}

/* Records that are about to change into the snapshot that has not got them. */
static void save_first(HashTable *t, const KeyBatch *keys, uint32_t n) {
  fetch_first(t, keys, n);
  for (uint32_t i = 0; i < n; i++) {
    fetch_ahead(t, keys, i, n);
    HashSegment *s = t->dir[hash_dir_index(t, keys->hash[i])];
    if (s->saved == t->saved) continue;
    const char *record = find(t, s, keys, i);
    if (record != NULL) hash_saver_write_record(t, s, keys->hash[i], record);
  }
}

bool hash_table_get(HashTable *t, const KeyBatch *keys, uint32_t n, void **records) {
  assert(keys->form == t->form);
  if (t->dir == NULL && !make_directory(t)) return false;
  if (t->saver != NULL) save_first(t, keys, n);
  uint32_t kb = key_bytes(t->form);
  fetch_first(t, keys, n);
  for (uint32_t i = 0; i < n; i++) {
    fetch_ahead(t, keys, i, n);
    char *record = find_or_make(t, keys, i);
    if (record == NULL) return false;
    records[i] = record + kb;
  }
  return true;
}

/* --- removing ----------------------------------------------------------------------- */

bool hash_table_reuse(HashTable *t) {
  assert(t->n == 0 && t->record_bytes + key_bytes(t->form) >= sizeof(void *));
  t->spare = arena_try_alloc(&t->arena, sizeof *t->spare, 8);
  if (t->spare == NULL) return false;
  *t->spare = (struct HashSpare){0};
  return true;
}

/* Free a slot, so that what stands to its right is still found from its home.  Sorted slots stay
 * sorted. */
static void slot_free(HashSegment *s, uint32_t at) {
  uint32_t end = segment_slots(s);
  for (uint32_t i = at + 1; i < end && s->slots[i].record != NULL; i++) {
    if (home(s, s->slots[i].hash) > at) continue;
    s->slots[at] = s->slots[i];
    at = i;
  }
  s->slots[at] = (HashSlot){0};
  s->n--;
}

void hash_table_remove(HashTable *t, uint64_t hash, void *record) {
  assert(t->spare != NULL && t->n > 0);
  HashSegment *s = t->dir[hash_dir_index(t, hash)];
  char *room = (char *)record - key_bytes(t->form);
  if (s->saved != t->saved) hash_saver_write_record(t, s, hash, room);
  uint32_t at = home(s, hash);
  while (s->slots[at].record != room) {
    at++;
    assert(at < segment_slots(s));
  }
  slot_free(s, at);
  t->n--;
  if (t->form == KEY_TEXT || t->form == KEY_BYTES) {
    TextRef key;
    memcpy(&key, room, sizeof key);
    if (key.len > TEXT_INLINE_MAX && key.len != KEY_NULL_LEN) {
      spare_give(&t->spare->keys, (void *)(uintptr_t)key.u.ptr, key.len);
    }
  }
  spare_push(&t->spare->records, room);
}

const void *hash_table_place(const HashTable *t, uint64_t hash) { return home_slot(t, hash); }

/* --- reading in order --------------------------------------------------------------- */

static inline bool slot_before(KeyForm form, const HashSlot *a, const HashSlot *b) {
  return a->hash < b->hash || (a->hash == b->hash && key_compare(form, a->record, b->record) < 0);
}

/* Sort the slots between free ones by (hash, key).  They are almost in order already. */
static void segment_sort(HashTable *t, HashSegment *s) {
  for (uint32_t i = 1, end = segment_slots(s); i < end; i++) {
    HashSlot slot = s->slots[i];
    if (slot.record == NULL) continue;
    uint32_t at = i;
    for (; at > 0 && s->slots[at - 1].record != NULL; at--) {
      if (slot_before(t->form, &s->slots[at - 1], &slot)) break;
      s->slots[at] = s->slots[at - 1];
    }
    s->slots[at] = slot;
  }
  s->sorted = true;
}

uint32_t hash_table_next(HashTable *t, HashCursor *cursor, uint32_t max, const void **keys,
                         void **records, uint64_t *hashes) {
  uint32_t kb = key_bytes(t->form), n = 0;
  while (n < max) {
    if (cursor->at == cursor->last) {
      if (t->dir == NULL || cursor->dir_at == (uint64_t)1 << t->dir_bits) break;
      HashSegment *s = t->dir[cursor->dir_at];
      cursor->dir_at += (uint64_t)1 << (t->dir_bits - s->depth);
      if (s->saved != t->saved) hash_saver_write(t, s);
      if (!s->sorted) segment_sort(t, s);
      cursor->at = s->slots;
      cursor->last = s->slots + segment_slots(s);
      continue;
    }
    /* Which slots are free cannot be foreseen: no branch. */
    const HashSlot *at = cursor->at, *last = cursor->last;
    for (; at < last && n < max; at++) {
      keys[n] = at->record;
      hashes[n] = at->hash;
      n += at->record != NULL;
    }
    cursor->at = at;
  }
  for (uint32_t i = 0; i < n; i++) records[i] = (char *)(uintptr_t)keys[i] + kb;
  return n;
}
