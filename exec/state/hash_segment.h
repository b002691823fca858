/* hash_segment.h -- the inside of a HashTable: for hash_table.c and what saves a table. */
#pragma once
#include "exec/state/hash_table.h"

enum { SPILL_SLOTS_MAX = 64 }; /* behind the homes; a small segment has as many as homes */

struct HashSegment {
  uint32_t n;
  uint8_t depth;   /* top hash bits that all its records share */
  uint8_t bits;    /* log2 of its homes */
  bool sorted : 1; /* by (hash, key), since reading came by */
  bool early : 1;  /* not written, but some of its records are, or came since */
  uint8_t saved;   /* as the table's: written, or not to be */
  HashSlot slots[];
};

static inline uint32_t segment_slots_of(unsigned bits) {
  uint32_t homes = 1u << bits;
  return homes + (homes < SPILL_SLOTS_MAX ? homes : SPILL_SLOTS_MAX);
}

static inline uint32_t segment_slots(const HashSegment *s) { return segment_slots_of(s->bits); }

static inline uint64_t hash_dir_index(const HashTable *t, uint64_t hash) {
  return t->dir_bits == 0 ? 0 : hash >> (64 - t->dir_bits);
}

/* While a snapshot is under way (t->saver is there): write a segment that has not been written; or
 * only a record of it, that is about to change; or know that one has been made in it. */
void hash_saver_write(HashTable *t, HashSegment *s);
void hash_saver_write_record(HashTable *t, HashSegment *s, uint64_t hash, const char *record);
void hash_saver_made(HashTable *t, HashSegment *s, const char *record);
/* Write the rest; the snapshot has this table then. */
void hash_saver_finish(HashTable *t);
