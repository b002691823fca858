/* broken_check.h -- for unit tests of operators: state that is cut, and memory that does not
 * suffice for it.  make is a function that gives another operator like b.op, not open yet. */
#pragma once
#include "base/memory.h"
#include "exec/ops/restore_check.h"

/* All of it, and it may fail. */
static inline Code kept_try_load(const Kept *k, Op *op) {
  for (const StateBlock *b = k->first; b != NULL; b = b->next) {
    StateIn in;
    state_in_init(&in, b, 0, UINT64_MAX);
    TRY(op_load(op, &in));
    CHECK(!in.bad);
  }
  return op_loaded(op);
}

/* The first entry of a block, cut to len bytes, into op: it is bad. */
static inline void kept_check_cut(const StateBlock *whole, size_t entry, uint32_t len, Op *op) {
  StateBlock cut = *whole;
  StateIn in;
  char *copy = malloc(entry + len + 1); /* its own, so that reading behind it shows */
  if (copy == NULL) out_of_memory();
  memcpy(copy, strbuf_text(&whole->bytes), entry + len);
  memcpy(copy + entry - sizeof len, &len, sizeof len);
  copy[entry + len] = 0;
  cut.bytes = (StrBuf){.data = copy, .len = entry + len};
  state_in_init(&in, &cut, 0, UINT64_MAX);
  CHECK_INT(op_open(op), OK);
  CHECK_INT(op_load(op, &in), OK);
  CHECK(in.bad);
  op_free(op);
  free(copy);
}

/* What b.op saves: the first entry of each block is bad if it ends early, wherever that is. */
static inline void bench_check_cuts(Bench *b, Op *(*make)(Bench *b, const void *spec),
                                    const void *spec) {
  Kept k;
  kept_init(&k);
  CHECK_INT(op_save(b->op, &k.sink), OK);
  kept_drain(&k, SIZE_MAX);
  for (const StateBlock *block = k.first; block != NULL; block = block->next) {
    StateIn in;
    uint64_t hash;
    state_in_init(&in, block, 0, UINT64_MAX);
    if (!state_next(&in, &hash)) continue;
    size_t entry = (size_t)(in.at - strbuf_text(&block->bytes));
    for (uint32_t len = 0; len < (uint32_t)(in.end - in.at); len++) {
      kept_check_cut(block, entry, len, make(b, spec));
    }
  }
  kept_free(&k);
}

/* Memory that runs out when it is loaded is told, and what there is is freed. */
static inline void bench_check_no_memory(Bench *b, Op *(*make)(Bench *b, const void *spec),
                                         const void *spec) {
  Kept k;
  uint32_t failed = 0;
  kept_init(&k);
  CHECK_INT(op_save(b->op, &k.sink), OK);
  kept_drain(&k, SIZE_MAX);
  bool done = false;
  for (size_t limit = 1; !done; limit += 20000) {
    Op *fresh = make(b, spec);
    CHECK_INT(op_open(fresh), OK);
    b->err = (Error){0};
    memory_set_limit(memory_used() + limit);
    done = kept_try_load(&k, fresh) == OK;
    memory_set_limit(0);
    CHECK_INT(b->err.code, done ? OK : ERR_MEMORY);
    failed += !done;
    op_free(fresh);
  }
  CHECK(failed > 2);
  kept_free(&k);
}
