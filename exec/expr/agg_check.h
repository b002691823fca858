/* agg_check.h -- what the tests of aggregates share: random columns, folded at once and in random
 * parts that are merged in random order, each against a model that takes the whole column.  At
 * random points a state is saved, and what was loaded goes on in its place.
 */
#pragma once
#include <stdlib.h>

#include "base/check.h"
#include "exec/data/batch_text.h"
#include "exec/data/rng.h"
#include "exec/expr/agg.h"

enum { PARTS_MAX = 6, CHECK_ROWS_MAX = 300 };

/* A state and the arena of its bytes: as a record of a table has them. */
typedef struct TestState {
  uint64_t words[AGG_STATE_WORDS_MAX];
  Arena arena;
} TestState;

static inline AggCall check_bind(const char *name, Type type, bool distinct) {
  AggCall call = {.distinct = distinct, .text = name};
  const AggDef *def = agg_find(str_of(name));
  Error err = {.code = OK};
  Type types[2] = {type, type};
  CHECK(def != NULL);
  if (strcmp(name, "PERCENTILE") == 0) {
    CHECK_INT(agg_bind(def, types, 2, NO_SPAN, &call, &err), OK);
  } else {
    CHECK_INT(agg_bind(def, types, 1, NO_SPAN, &call, &err), OK);
  }
  CHECK(!call.distinct);
  return call;
}

/* A flat vector of n NULLs; free with vector_free. */
static inline Vector vector_new(Type type, uint32_t n) {
  Vector v = {.type = type,
              .data = calloc(n + 1, phys_size(type_phys(type))),
              .valid = calloc(n / 64 + 1, sizeof(uint64_t))};
  return v;
}

static inline void vector_free(Vector *v) {
  free(v->data);
  free(v->valid);
  *v = (Vector){.data = NULL};
}

static inline void fold_rows(const AggCall *call, TestState *s, const Vector *v,
                             const uint16_t *rows, uint32_t n, uint64_t arrival) {
  void *states[CHECK_ROWS_MAX];
  for (uint32_t i = 0; i < n; i++) states[i] = s->words;
  const AggInput in = {states, v, rows, n, arrival, &call->params, &s->arena};
  CHECK(call->kernels->add(&in));
}

static inline void fold_all(const AggCall *call, TestState *s, const Vector *v, uint32_t n) {
  uint16_t rows[CHECK_ROWS_MAX];
  for (uint32_t i = 0; i < n; i++) rows[i] = (uint16_t)i;
  fold_rows(call, s, v, rows, n, 1000);
}

static inline void merge_state(const AggCall *call, TestState *into, const TestState *from) {
  void *const a = into->words;
  const void *const b = from->words;
  CHECK(call->kernels->merge(&a, &b, 1, &into->arena));
}

/* --- save and load ---------------------------------------------------------------------- */

/* A sink of one block. */
typedef struct KeptBlock {
  StateSink sink;
  StateBlock *block;
} KeptBlock;

static inline bool keep_block(StateSink *to, StateBlock *block) {
  KeptBlock *k = (KeptBlock *)to;
  assert(k->block == NULL);
  k->block = block;
  return true;
}

/* The state as bytes, in a block of one entry; free it with state_block_free. */
static inline StateBlock *save_state(const AggCall *call, const TestState *s) {
  KeptBlock kept = {.sink.take = keep_block};
  StateOut out;
  state_begin(&out, &kept.sink, "test", 1);
  state_entry(&out, 7);
  agg_state_save(call, s->words, &out);
  CHECK(state_end(&out));
  return kept.block;
}

/* An entry that has lost its end is noticed, and costs no more memory than its bytes. */
static inline void check_cut(const AggCall *call, Str entry, size_t len) {
  enum { ROOM = 128 << 10 };                         /* of arenas, and of dense sketches */
  char *bytes = malloc(len + 1), *end = bytes + len; /* its own, so that reading behind it shows */
  TestState s = {{0}, {0}};
  memcpy(bytes, entry.ptr, len);
  *end = 0;
  StateIn in = {.at = bytes, .end = end, .rest = end, .stop = end};
  CHECK(agg_state_load(call, s.words, &in, &s.arena));
  CHECK(in.bad);
  CHECK(s.arena.total_bytes <= ROOM + 8 * len);
  in = (StateIn){.at = bytes, .end = end, .rest = end, .stop = end};
  agg_state_skip(&in);
  CHECK(in.bad);
  arena_deinit(&s.arena);
  free(bytes);
}

/* The same with a byte changed: what comes out is a guess, but it comes out. */
static inline void check_spoilt(const AggCall *call, Str entry, uint64_t *seed) {
  char *bytes = malloc(entry.len), *end = bytes + entry.len;
  TestState s = {{0}, {0}};
  memcpy(bytes, entry.ptr, entry.len);
  bytes[rng_next(seed) % entry.len] ^= (char)(1 + rng_next(seed) % 255);
  StateIn in = {.at = bytes, .end = end, .rest = end, .stop = end};
  CHECK(agg_state_load(call, s.words, &in, &s.arena));
  arena_deinit(&s.arena);
  free(bytes);
}

static inline void check_damage(const AggCall *call, const TestState *s, uint64_t *seed) {
  enum { ALL = 64, SOME = 20 };
  StateBlock *block = save_state(call, s);
  const Str entry = {block->bytes.data + 12, block->bytes.len - 12};
  if (entry.len <= ALL) {
    for (size_t len = 0; len < entry.len; len++) check_cut(call, entry, len);
  } else {
    for (int i = 0; i < SOME; i++) check_cut(call, entry, rng_next(seed) % entry.len);
  }
  for (int i = 0; i < SOME; i++) check_spoilt(call, entry, seed);
  state_block_free(block);
}

/* The state goes into a snapshot and comes out of it. */
static inline void restore_state(const AggCall *call, TestState *s) {
  StateBlock *block = save_state(call, s);
  TestState loaded = {{0}, {0}};
  StateIn in, skip;
  uint64_t hash;
  state_in_init(&in, block, 0, UINT64_MAX);
  CHECK(state_next(&in, &hash));
  skip = in;
  agg_state_skip(&skip);
  CHECK(agg_state_load(call, loaded.words, &in, &loaded.arena));
  CHECK(!in.bad && in.at == in.end && !skip.bad && skip.at == skip.end);
  CHECK(!call->kernels->words || memcmp(s->words, loaded.words, sizeof s->words) == 0);
  state_block_free(block);
  arena_deinit(&s->arena);
  *s = loaded;
}

static inline void maybe_restore(const AggCall *call, TestState *s, uint64_t *seed) {
  uint64_t random = rng_next(seed);
  if (random % 3 == 0) restore_state(call, s);
  if (random % 16 == 1) check_damage(call, s, seed);
}

/* --- parts ---------------------------------------------------------------------------------- */

/* The rows dealt out to parts, and those merged into states[0] in random order; the others are
 * spent. */
static inline void fold_parts(const AggCall *call, TestState *states, const Vector *v, uint32_t n,
                              uint64_t *seed) {
  uint16_t rows[CHECK_ROWS_MAX];
  uint8_t part[CHECK_ROWS_MAX];
  uint32_t n_parts = 1 + (uint32_t)(rng_next(seed) % PARTS_MAX);
  for (uint32_t i = 0; i < n; i++) part[i] = (uint8_t)(rng_next(seed) % n_parts);
  for (uint32_t p = 0; p < n_parts; p++) {
    uint32_t m = 0;
    for (uint32_t i = 0; i < n; i++) {
      if (part[i] == p) rows[m++] = (uint16_t)i;
    }
    uint32_t cut = m > 0 ? (uint32_t)(rng_next(seed) % m) : 0;
    fold_rows(call, &states[p], v, rows, cut, 1000);
    maybe_restore(call, &states[p], seed);
    fold_rows(call, &states[p], v, rows + cut, m - cut, 1000);
  }
  while (n_parts > 1) {
    uint32_t into = (uint32_t)(rng_next(seed) % (n_parts - 1));
    maybe_restore(call, &states[into], seed);
    maybe_restore(call, &states[n_parts - 1], seed);
    merge_state(call, &states[into], &states[n_parts - 1]);
    if (into > 0 && rng_next(seed) % 2 == 0) { /* another one is the last next */
      TestState t = states[into];
      states[into] = states[n_parts - 2];
      states[n_parts - 2] = t;
    }
    n_parts--;
  }
  maybe_restore(call, &states[0], seed);
}

static inline void states_free(TestState *states, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) arena_deinit(&states[i].arena);
}

/* The result of a state as text, "." for NULL; "error: ..." where it has none. */
static inline void emit_state(const AggCall *call, const TestState *s, StrBuf *out) {
  Error err = {.code = OK};
  Arena arena = {0};
  Vector v = vector_new(call->result, 1);
  const void *const state = s->words;
  v.valid[0] = UINT64_MAX;
  const AggEmit how = {.type = call->result,
                       .scale_in = call->arg_type.scale,
                       .params = &call->params,
                       .arena = &arena,
                       .name = call->text,
                       .err = &err};
  strbuf_clear(out);
  if (call->kernels->emit(&state, 1, &v, &how) == OK) {
    batch_value_to_text(&v, 0, out);
  } else {
    strbuf_printf(out, "error: %s", err.msg);
  }
  vector_free(&v);
  arena_deinit(&arena);
}

/* Does unmerge take back what merge gave, to the last bit of the state? */
static inline void check_unmerge(const AggCall *call, const Vector *v, uint32_t n, uint64_t *seed) {
  uint16_t rows[CHECK_ROWS_MAX];
  for (uint32_t i = 0; i < n; i++) rows[i] = (uint16_t)i;
  uint32_t cut = (uint32_t)(rng_next(seed) % (n + 1));
  TestState a = {{0}, {0}}, b = {{0}, {0}};
  fold_rows(call, &a, v, rows, cut, 0);
  fold_rows(call, &b, v, rows + cut, n - cut, 0);
  TestState before = a;
  maybe_restore(call, &b, seed);
  merge_state(call, &a, &b);
  maybe_restore(call, &a, seed);
  maybe_restore(call, &b, seed);
  void *const into = a.words;
  const void *const from = b.words;
  call->kernels->unmerge(&into, &from, 1);
  CHECK(memcmp(a.words, before.words, sizeof a.words) == 0);
}

/* What all rows of a column give; text as batch_value_to_text has it. */
typedef void Model(const AggCall *call, const Vector *v, uint32_t n, StrBuf *out);

/* At once and in parts, against the model; a column of one value, constant and flat. */
static inline void check_column(const AggCall *call, const Vector *v, uint32_t n, Model *model,
                                uint64_t *seed) {
  StrBuf want = {0}, got = {0};
  model(call, v, n, &want);
  TestState all = {{0}, {0}};
  fold_all(call, &all, v, n);
  emit_state(call, &all, &got);
  CHECK_STR(strbuf_text(&got), strbuf_text(&want));
  emit_state(call, &all, &got); /* emitting changes nothing */
  CHECK_STR(strbuf_text(&got), strbuf_text(&want));
  states_free(&all, 1);
  for (int trial = 0; trial < 5; trial++) {
    TestState states[PARTS_MAX] = {{{0}, {0}}};
    fold_parts(call, states, v, n, seed);
    emit_state(call, &states[0], &got);
    CHECK_STR(strbuf_text(&got), strbuf_text(&want));
    states_free(states, PARTS_MAX);
  }
  if (call->kernels->unmerge != NULL) check_unmerge(call, v, n, seed);
  strbuf_deinit(&want);
  strbuf_deinit(&got);
}

/* A constant vector is its value in every row. */
static inline void check_constant(const AggCall *call, const Vector *v, uint32_t n) {
  StrBuf want = {0}, got = {0};
  size_t size = phys_size(type_phys(v->type));
  Vector flat = vector_new(v->type, n);
  Vector constant = *v;
  constant.constant = true;
  for (uint32_t i = 0; i < n; i++) {
    memcpy((char *)flat.data + i * size, v->data, size);
    if (vector_valid(v, 0)) bit_set(flat.valid, i);
  }
  TestState a = {{0}, {0}}, b = {{0}, {0}};
  fold_all(call, &a, &flat, n);
  fold_all(call, &b, &constant, n);
  emit_state(call, &a, &want);
  emit_state(call, &b, &got);
  CHECK_STR(strbuf_text(&got), strbuf_text(&want));
  states_free(&a, 1);
  states_free(&b, 1);
  vector_free(&flat);
  strbuf_deinit(&want);
  strbuf_deinit(&got);
}
