/* hash_table.h -- keyed records in hash order.
 *
 *   directory        top hash bits -> segment
 *     [00] -------> segment of 8 to 512 homes, a record's slot near the place that its
 *     [01] --+      next hash bits name, so that a segment is almost sorted by hash
 *     [10] --+----> a segment may serve several directory entries
 *     [11] -------> ...
 *
 * Extendible hashing (Fagin, Nievergelt, Pippenger, Strong, TODS 1979) with the top bits, so
 * that the directory's order is hash order: reading the table in the order
 * (hash, key) costs one insertion sort per almost sorted segment, a range of
 * hashes is a run of segments, and growth splits one segment at a time and so makes no
 * pause.
 *
 * Within a segment a record stands at its home or to the right of it, with no free slot between.
 * Sorting the slots between two free ones keeps that true, so a table can be read in
 * order at any time and looked up in right after.
 *
 * A table is saved segment by segment, large ones later and bit by bit: a segment that is about to
 * change before is written first, as every look-up, removal and reading in order sees to.
 *
 * A record is record_bytes of zeroed memory behind its key; it never moves.  Records and
 * long keys live in the table's arena and go with it.  One thread.
 */
#pragma once
#include "exec/state/key.h"
#include "exec/state/state_io.h"

typedef struct HashSlot {
  uint64_t hash;
  char *record; /* key, then record_bytes; NULL: free */
} HashSlot;

typedef struct HashSegment HashSegment;
typedef struct HashSpare HashSpare;
typedef struct HashSaver HashSaver;

typedef struct HashTable {
  KeyForm form;
  uint32_t record_bytes; /* behind the key */
  uint32_t dir_bits;
  HashSegment **dir; /* 2^dir_bits; NULL before the first record */
  uint64_t n;        /* records */
  Arena arena;       /* records, long keys, and what aggregates keep */
  size_t index_bytes;
  HashSpare *spare; /* of a table whose records are removed one by one; else NULL */
  HashSaver *saver; /* of a snapshot that has not got everything; else NULL */
  uint8_t saved;    /* changes with each snapshot */
} HashTable;

/* expected: records it will probably hold (0: unknown); the first segments are made to fit. */
void hash_table_init(HashTable *t, KeyForm form, uint32_t record_bytes, uint64_t expected);
void hash_table_deinit(HashTable *t);
size_t hash_table_bytes(const HashTable *t);

/* The records of keys[0..n), made where they are missing.  records[i] points behind the key.
 * false: no memory (some may have been made). */
MUST_USE bool hash_table_get(HashTable *t, const KeyBatch *keys, uint32_t n, void **records);

/* The record of key i; NULL: there is none. */
const void *hash_table_find(const HashTable *t, const KeyBatch *keys, uint32_t i);

/* Records will be removed one by one, and their room used again; called before the first is made.
 * false: no memory. */
MUST_USE bool hash_table_reuse(HashTable *t);
/* Forget a record and its key.  Its memory stays readable as long as the table. */
void hash_table_remove(HashTable *t, uint64_t hash, void *record);
/* Where that will look: to be prefetched by who removes many. */
const void *hash_table_place(const HashTable *t, uint64_t hash);

/* Reading in order.  No record may be added or removed while one is under way. */
typedef struct HashCursor {
  uint64_t dir_at;           /* next directory entry */
  const HashSlot *at, *last; /* slots of the segment in hand */
} HashCursor;

/* The next records in the order (hash, key): up to max; 0: no more.  keys[i] and records[i]
 * point into the table; hashes[i] is the hash. */
uint32_t hash_table_next(HashTable *t, HashCursor *cursor, uint32_t max, const void **keys,
                         void **records, uint64_t *hashes);

/* --- snapshots ---------------------------------------------------------------------- */

/* Writes what is behind the key of an entry. */
typedef struct HashSave {
  void (*record)(const void *of, const void *record, StateOut *out);
  const void *of; /* borrowed as long as the table lives */
} HashSave;

/* Write all records, each as an entry: its key, then what save writes.  out has been begun and
 * holds the head; it is taken over.  A large table is deferred.  false: no memory. */
MUST_USE bool hash_table_save(HashTable *t, StateOut *out, HashSave save);
/* The same without deferring, whatever the size: for tables whose records are changed without being
 * looked up. */
MUST_USE bool hash_table_save_now(HashTable *t, StateOut *out, HashSave save);
void hash_saver_write_first(HashTable *t, uint64_t hash);
/* The record with this hash, which was found earlier, is about to change. */
static inline void hash_table_touch(HashTable *t, uint64_t hash) {
  if (t->saver != NULL) hash_saver_write_first(t, hash);
}
/* The struct is at another place now. */
void hash_table_moved(HashTable *t);

/* Entries of a block on their way in. */
typedef struct HashLoad {
  KeyBatch *keys; /* scratch */
  uint32_t n;
  void *records[BATCH_ROWS];
  const char *at[BATCH_ROWS], *end[BATCH_ROWS];
} HashLoad;

/* The records of the next entries of the reader's range, at most BATCH_ROWS, made where they are
 * missing; l->n 0: no more.  What stands behind the key of entry i is in hand after
 * hash_load_entry(l, i, in).  false: no memory. */
MUST_USE bool hash_table_load(HashTable *t, StateIn *in, HashLoad *l);
static inline void hash_load_entry(const HashLoad *l, uint32_t i, StateIn *in) {
  in->at = l->at[i];
  in->end = l->end[i];
}
