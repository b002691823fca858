/* checkpoint_check.h -- for tests of checkpoints: blocks made up from a seed, written and compared.
 *
 * Every function is static: one copy per test program.
 */
#pragma once
#include "exec/connectors/test_files.h"
#include "exec/run/checkpoint_file.h"

enum { BLOCKS_MAX = 512 };

typedef struct Blocks {
  StateSink sink;
  StateBlock *items[BLOCKS_MAX];
  uint32_t owners[BLOCKS_MAX];
  uint32_t n, owner; /* owner: of those that come now */
} Blocks;

static const char *check_owners[] = {"operator WINDOW_AGG[COUNT(*)]", "sink out",
                                     "split a.csv\nof two lines", ""};

static bool blocks_take(StateSink *to, StateBlock *block) {
  Blocks *b = (Blocks *)to;
  assert(b->n < BLOCKS_MAX);
  b->owners[b->n] = b->owner;
  b->items[b->n++] = block;
  return true;
}

static uint64_t check_random(uint64_t *seed) {
  *seed ^= *seed << 13;
  *seed ^= *seed >> 7;
  *seed ^= *seed << 17;
  return *seed;
}

/* A section of n entries of a key and a counter; every 7th has noise of up to `noise` bytes. */
UNUSED static void blocks_add(Blocks *b, uint32_t owner, const char *section, uint32_t n,
                              uint32_t noise, uint64_t seed) {
  StateOut out;
  b->sink.take = blocks_take;
  b->owner = owner;
  state_begin(&out, &b->sink, section, 3);
  state_put_u64(&out, seed);
  for (uint32_t i = 0; i < n; i++) {
    state_entry(&out, UINT64_MAX / (n + 1) * i + check_random(&seed) % 1000);
    state_put_u64(&out, check_random(&seed) % 100000);
    state_put_u32(&out, i % 50);
    for (uint32_t k = i % 7 == 0 && noise > 0 ? (uint32_t)(check_random(&seed) % noise) : 0; k > 0;
         k--) {
      state_put_u8(&out, (uint8_t)check_random(&seed));
    }
  }
  CHECK(state_end(&out));
}

UNUSED static void blocks_free(Blocks *b) {
  for (uint32_t i = 0; i < b->n; i++) state_block_free(b->items[i]);
  *b = (Blocks){0};
}

static CheckpointInfo info_of(bool savepoint) {
  return (CheckpointInfo){.epochs = 77,
                          .time_us = 1700000000000000,
                          .job = "a job",
                          .savepoint = savepoint,
                          .parallelism = 3,
                          .owners = check_owners,
                          .n_owners = COUNT_OF(check_owners)};
}

UNUSED static Code blocks_write(const Blocks *b, const char *into, uint64_t id, bool savepoint,
                                CheckpointInfo *info, Error *err) {
  CheckpointWriter *w;
  *info = info_of(savepoint);
  Code code = checkpoint_create(into, id, &w, err);
  if (code != OK) return code;
  for (uint32_t i = 0; i < b->n && code == OK; i++) {
    code = checkpoint_add(w, b->owners[i], b->items[i], err);
  }
  if (code == OK) return checkpoint_finish(w, info, err);
  checkpoint_abandon(w);
  return code;
}

static bool same_block(const StateBlock *a, const StateBlock *b) {
  return strcmp(a->section, b->section) == 0 && a->version == b->version &&
         a->head_bytes == b->head_bytes && a->n_entries == b->n_entries &&
         a->bytes.len == b->bytes.len &&
         (a->bytes.len == 0 || memcmp(a->bytes.data, b->bytes.data, a->bytes.len) == 0);
}

/* Read all of it; ERR_DATA when it differs from b (NULL: is not compared). */
UNUSED static Code blocks_read(const char *path, const Blocks *b, Error *err) {
  CheckpointReader *r;
  StateBlock *block;
  uint32_t owner, n = 0;
  bool same = true;
  Code code = checkpoint_open(path, &r, err);
  if (code != OK) return code;
  while ((code = checkpoint_next(r, &owner, &block, err)) == OK && block != NULL) {
    same &= b == NULL || (n < b->n && b->owners[n] == owner && same_block(b->items[n], block));
    n++;
    state_block_free(block);
  }
  checkpoint_close(r);
  if (code != OK) return code;
  return same && (b == NULL || n == b->n) ? OK : ERR_DATA;
}
