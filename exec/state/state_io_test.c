/* state_io_test.c -- what is put comes back, by ranges of hashes; what is cut is noticed. */
#include "exec/state/state_io.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"

typedef struct Kept {
  StateSink sink;
  StateBlock *blocks[64];
  uint32_t n;
} Kept;

static bool keep(StateSink *to, StateBlock *block) {
  Kept *k = (Kept *)to;
  assert(k->n < COUNT_OF(k->blocks));
  k->blocks[k->n++] = block;
  return true;
}

static void forget(Kept *k) {
  for (uint32_t i = 0; i < k->n; i++) state_block_free(k->blocks[i]);
  *k = (Kept){.sink.take = keep};
}

static uint64_t hash_of(uint64_t i) { return i * UINT64_C(0x9E3779B97F4A7C15); }

/* Entry i holds i and i % 190 letters. */
static void write_entries(Kept *k, uint64_t n) {
  StateOut out;
  char text[190];
  memset(text, 'x', sizeof text);
  state_begin(&out, &k->sink, "slice", 3);
  state_put_i64(&out, -5);
  for (uint64_t i = 0; i < n; i++) {
    state_entry(&out, hash_of(i));
    state_put_u64(&out, i);
    state_put_str(&out, (Str){text, i % 190});
    state_put_bool(&out, i % 2 == 1);
  }
  CHECK(state_end(&out));
}

static uint64_t read_block(const StateBlock *block, uint64_t first, uint64_t last) {
  StateIn in;
  uint64_t hash, found = 0;
  state_in_init(&in, block, first, last);
  CHECK_INT(in.version, 3);
  CHECK_STR(in.section, "slice");
  CHECK_INT(state_get_i64(&in), -5);
  for (; state_next(&in, &hash); found++) {
    uint64_t i = state_get_u64(&in);
    CHECK(hash == hash_of(i) && hash >= first && hash <= last);
    CHECK_INT(state_get_str(&in).len, i % 190);
    CHECK_INT(state_get_bool(&in), i % 2 == 1);
  }
  CHECK(!in.bad);
  return found;
}

/* Readers with ranges of equal size find each entry once. */
static void check_ranges(const Kept *k, uint64_t n, uint64_t readers) {
  uint64_t found = 0, step = UINT64_MAX / readers;
  for (uint64_t r = 0; r < readers; r++) {
    uint64_t last = r + 1 < readers ? step * (r + 1) - 1 : UINT64_MAX;
    for (uint32_t b = 0; b < k->n; b++) found += read_block(k->blocks[b], step * r, last);
  }
  CHECK_INT(found, n);
}

/* A block cut anywhere reads without running over, and a cut that is not between two entries is
 * noticed. */
static void check_cuts(StateBlock *block) {
  size_t whole = block->bytes.len;
  uint32_t unnoticed = 0;
  for (size_t len = 0; len < whole; len++) {
    char *bytes = malloc(len + 1); /* its own, so that reading behind it shows */
    memcpy(bytes, block->bytes.data, len);
    bytes[len] = 0;
    StateBlock cut = *block;
    cut.bytes = (StrBuf){.data = bytes, .len = len};
    StateIn in;
    uint64_t hash;
    state_in_init(&in, &cut, 0, UINT64_MAX);
    state_get_i64(&in);
    while (state_next(&in, &hash)) {
      state_get_u64(&in);
      state_get_str(&in);
      state_get_bool(&in);
    }
    unnoticed += !in.bad;
    free(bytes);
  }
  CHECK_INT(unnoticed, block->n_entries); /* the block's own checksum is for these */
}

/* Parts within parts; a reader that passes over one goes on behind it, and one that reads too much
 * of it gets nothing of what follows. */
static void check_parts(void) {
  Kept k = {.sink.take = keep};
  StateOut out;
  StateIn in;
  uint64_t hash;
  state_begin(&out, &k.sink, "parts", 1);
  state_entry(&out, 5);
  size_t outer = state_part(&out), empty = state_part(&out);
  state_part_end(&out, empty);
  state_put_u64(&out, 77);
  state_part_end(&out, outer);
  state_put_u64(&out, 99);
  CHECK(state_end(&out));
  state_in_init(&in, k.blocks[0], 0, UINT64_MAX);
  CHECK(state_next(&in, &hash));
  StateIn again = in;
  state_get_part(&in);
  CHECK_INT(state_get_u64(&in), 99);
  CHECK(!in.bad && in.at == in.end);
  StateIn part = state_get_part(&again), none = state_get_part(&part);
  CHECK(!part.bad && none.at == none.end);
  CHECK_INT(state_get_u64(&part), 77);
  CHECK_INT(state_get_u64(&part), 0);
  CHECK(part.bad && !again.bad);
  forget(&k);
}

typedef struct Counter {
  StateDrain drain;
  StateOut out;
  uint64_t at, n;
} Counter;

static bool counter_step(StateDrain *d, size_t budget, bool *done) {
  Counter *c = (Counter *)d;
  for (size_t i = 0; i < budget && c->at < c->n; i++) {
    state_entry(&c->out, hash_of(c->at));
    state_put_u64(&c->out, c->at++);
  }
  *done = c->at == c->n;
  return !*done || state_end(&c->out);
}

static void counter_cancel(StateDrain *d) {
  Counter *c = (Counter *)d;
  state_drop(&c->out);
  c->at = UINT64_MAX;
}

/* What is deferred is written in steps, in order, or at once when it has to go. */
static void check_drains(void) {
  Kept k = {.sink.take = keep};
  Counter counters[3];
  for (uint32_t i = 0; i < 3; i++) {
    counters[i] =
        (Counter){.drain = {.step = counter_step, .cancel = counter_cancel}, .n = 10 * (i + 1)};
    state_begin(&counters[i].out, &k.sink, "counter", i);
    state_sink_defer(&k.sink, &counters[i].drain);
  }
  bool done = false;
  state_sink_finish(&k.sink, &counters[1].drain);
  CHECK(!k.sink.failed);
  CHECK_INT(k.n, 1);
  uint32_t steps = 0;
  for (; !done; steps++) CHECK(state_sink_step(&k.sink, 3, &done));
  CHECK_INT(steps, 14);
  CHECK_INT(k.n, 3);
  CHECK_INT(k.blocks[0]->version, 1);
  CHECK_INT(k.blocks[1]->version, 0);
  CHECK_INT(k.blocks[2]->n_entries, 30);
  forget(&k);
}

static bool refuse(StateSink *to, StateBlock *block) {
  (void)to;
  state_block_free(block);
  return false;
}

/* Once something could not be written nothing more is, and all are told. */
static void check_failing_drain(void) {
  StateSink sink = {.take = refuse};
  Counter counters[3];
  for (uint32_t i = 0; i < 3; i++) {
    counters[i] = (Counter){.drain = {.step = counter_step, .cancel = counter_cancel}, .n = 5};
    state_begin(&counters[i].out, &sink, "counter", i);
    state_sink_defer(&sink, &counters[i].drain);
  }
  state_sink_finish(&sink, &counters[1].drain);
  CHECK(sink.failed);
  CHECK(counters[1].at == UINT64_MAX);
  bool done;
  CHECK(!state_sink_step(&sink, 3, &done));
  state_sink_cancel(&sink);
  for (uint32_t i = 0; i < 3; i++) CHECK(counters[i].at == UINT64_MAX);
  CHECK(sink.drains == NULL);
}

int main(void) {
  Kept k = {.sink.take = keep};
  write_entries(&k, 20000);
  CHECK(k.n > 5);
  for (uint64_t readers = 1; readers <= 4; readers++) check_ranges(&k, 20000, readers);
  forget(&k);
  write_entries(&k, 50);
  CHECK_INT(k.n, 1);
  check_cuts(k.blocks[0]);
  forget(&k);
  write_entries(&k, 0);
  CHECK_INT(k.n, 1);
  CHECK_INT(read_block(k.blocks[0], 0, UINT64_MAX), 0);
  forget(&k);
  check_parts();
  check_drains();
  check_failing_drain();
  return check_done();
}
