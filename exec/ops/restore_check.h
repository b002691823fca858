/* restore_check.h -- for unit tests of operators: save the one under test and go on with others.
 *
 *     bench_restore(&b, fresh)    b.op is saved and freed; fresh is opened, loaded and b.op
 *     bench_split(&b, &key, x, y) an operator whose rows go to x or y, by the hash of the key
 *
 * so that bench_restore(&b, bench_split(..)) goes on with two instances, and bench_restore(&b, x)
 * afterwards with one again.  To be used where exec/run would: at the end of a chunk, when nothing
 * is left to fire.
 *
 *     bench_save_late(&b, &kept);  more rows ...;  kept_check_late(&kept)
 *
 * writes what is deferred only after more rows, and checks that it is what it was.
 */
#pragma once
#include "base/hash.h"
#include "base/memory.h"
#include "exec/ops/op_check.h"
#include "exec/state/key.h"

/* --- blocks that are kept ------------------------------------------------------------------- */

typedef struct Kept {
  StateSink sink;
  StateBlock *first, *last;
  uint64_t digest; /* of what has to be there, in any order */
} Kept;

static inline bool kept_take(StateSink *to, StateBlock *block) {
  Kept *k = (Kept *)to;
  *(k->first == NULL ? &k->first : &k->last->next) = block;
  k->last = block;
  return true;
}

static inline void kept_init(Kept *k) {
  *k = (Kept){.sink = {.take = kept_take, .defer_small = true}};
}

static inline void kept_drain(Kept *k, size_t budget) {
  for (bool done = false; !done;) {
    bool ok = state_sink_step(&k->sink, budget, &done);
    CHECK(ok);
    if (!ok) return;
  }
}

static inline void kept_free(Kept *k) {
  CHECK(k->sink.drains == NULL);
  for (StateBlock *b = k->first, *next; b != NULL; b = next) {
    next = b->next;
    state_block_free(b);
  }
  k->first = k->last = NULL;
}

/* The same for the same heads and entries, in whatever order and blocks they are. */
static inline uint64_t kept_digest(const Kept *k) {
  uint64_t sum = 0;
  for (const StateBlock *b = k->first; b != NULL; b = b->next) {
    StateIn in;
    state_in_init(&in, b, 0, UINT64_MAX);
    uint64_t head =
        hash_bytes(b->section, strlen(b->section)) + hash_bytes(in.at, (size_t)(in.end - in.at));
    sum += b->n_entries == 0 ? head : 0;
    for (uint64_t hash; state_next(&in, &hash);) {
      uint64_t part[3] = {head, hash, hash_bytes(in.at, (size_t)(in.end - in.at))};
      sum += hash_bytes(part, sizeof part);
    }
    CHECK(!in.bad);
  }
  return sum;
}

static inline void bench_save_late(Bench *b, Kept *k) {
  kept_init(k);
  CHECK_INT(op_save(b->op, &k->sink), OK);
  kept_drain(k, SIZE_MAX);
  uint64_t digest = kept_digest(k);
  kept_free(k);
  kept_init(k);
  k->digest = digest;
  CHECK_INT(op_save(b->op, &k->sink), OK);
}

static inline void kept_check_late(Kept *k) {
  kept_drain(k, 100);
  CHECK(kept_digest(k) == k->digest);
  kept_free(k);
}

/* --- restoring ------------------------------------------------------------------------------ */

/* Blocks of one instance into another.  agg_map: as in StateIn, for n_aggs; NULL: the aggregates
 * are the same. */
static inline void kept_load(const Kept *k, Op *op, const uint32_t *agg_map, uint32_t n_aggs) {
  for (const StateBlock *b = k->first; b != NULL; b = b->next) {
    StateIn in;
    state_in_init(&in, b, 0, UINT64_MAX);
    in.agg_map = agg_map;
    in.n_aggs = n_aggs;
    CHECK_INT(op_load(op, &in), OK);
    CHECK(!in.bad);
    if (in.bad) printf("  section \"%s\"\n", b->section);
  }
}

/* fresh: not open yet; it is wired as the one that goes.  agg_map as above. */
static inline void bench_restore_mapped(Bench *b, Op *fresh, const uint32_t *agg_map,
                                        uint32_t n_aggs) {
  Kept k;
  kept_init(&k);
  CHECK_INT(op_save(b->op, &k.sink), OK);
  kept_drain(&k, 100);
  fresh->next = b->op->next;
  fresh->n_next = b->op->n_next;
  fresh->late = b->op->late;
  op_free(b->op);
  b->op = fresh;
  CHECK_INT(op_open(fresh), OK);
  kept_load(&k, fresh, agg_map, n_aggs);
  CHECK_INT(op_loaded(fresh), OK);
  kept_free(&k);
}

static inline void bench_restore(Bench *b, Op *fresh) { bench_restore_mapped(b, fresh, NULL, 0); }

/* --- two instances as one operator ------------------------------------------------------------ */

/* What an instance gives out, held until nothing is left to fire. */
typedef struct Held {
  BatchBuilder *rows;
  OrderTag tag;
} Held;

typedef struct HeldOp {
  Op op;
  Held *items;
  uint32_t n, cap, at;
} HeldOp;

typedef struct SplitOp {
  Op op;
  Bench *bench;
  const KeySpec *key;
  Op *part[2];
  Op *held[2];
  uint64_t mid; /* hashes up to here are the first one's */
  KeyBatch *scratch;
} SplitOp;

static inline Code held_push(Op *op, OpPort port, const Batch *in) {
  HeldOp *self = (HeldOp *)op;
  CHECK_INT(port, PORT_ROWS);
  Type types[64];
  uint16_t rows[BATCH_ROWS];
  assert(in->n_cols <= COUNT_OF(types));
  for (uint32_t i = 0; i < in->n_cols; i++) types[i] = in->cols[i].type;
  batch_rows(in, rows);
  BatchBuilder *copy = batch_builder_new((BatchShape){.types = types,
                                                      .n_cols = in->n_cols,
                                                      .with_hash = in->hash != NULL,
                                                      .with_mark = in->mark != NULL,
                                                      .with_kind = in->kind != NULL});
  if (copy == NULL || !batch_builder_append(copy, in, rows, batch_count(in))) out_of_memory();
  if (self->n == self->cap) {
    self->cap = self->cap > 0 ? 2 * self->cap : 8;
    self->items = realloc(self->items, self->cap * sizeof *self->items);
    if (self->items == NULL) out_of_memory();
  }
  self->items[self->n++] = (Held){copy, op->ctx->tag};
  return OK;
}

static inline void held_close(Op *op) {
  HeldOp *self = (HeldOp *)op;
  for (uint32_t i = self->at; i < self->n; i++) batch_builder_free(self->items[i].rows);
  free(self->items);
}
static const OpTable held_table = {
    .name = "Held", .size = sizeof(HeldOp), .push = held_push, .close = held_close};

static inline Code split_open(Op *op) {
  SplitOp *self = (SplitOp *)op;
  for (int i = 0; i < 2; i++) {
    self->part[i]->next = &self->held[i];
    self->part[i]->n_next = 1;
    self->part[i]->late = op->late;
    TRY(op_open(self->part[i]));
  }
  return OK;
}

static inline Code split_push(Op *op, OpPort port, const Batch *in) {
  SplitOp *self = (SplitOp *)op;
  static const uint32_t first_cols[] = {0, 1, 2, 3, 4, 5, 6, 7};
  KeySpec key = *self->key;
  if (port == PORT_PARTIALS) key.cols = first_cols;
  uint16_t rows[BATCH_ROWS] = {0}, own[2][BATCH_ROWS];
  uint64_t hash[BATCH_ROWS];
  uint32_t n = batch_count(in), m[2] = {0};
  if (n == 0) return OK;
  batch_rows(in, rows);
  CHECK(key_hashes(self->scratch, &key, in, rows, n, hash));
  for (uint32_t i = 0; i < n; i++) {
    int to = hash[i] > self->mid;
    own[to][m[to]++] = rows[i];
  }
  for (int i = 0; i < 2; i++) {
    Batch part = *in;
    part.sel = own[i];
    part.n_sel = m[i];
    TRY(op_push(self->part[i], port, &part));
  }
  return OK;
}

static inline Code split_chunk_end(Op *op) {
  SplitOp *self = (SplitOp *)op;
  TRY(op_chunk_end(self->part[0]));
  return op_chunk_end(self->part[1]);
}

static inline void split_advance(Op *op, Micros watermark_us) {
  SplitOp *self = (SplitOp *)op;
  for (int i = 0; i < 2; i++) op_advance(self->part[i], watermark_us);
}

static inline void split_finish(Op *op) {
  SplitOp *self = (SplitOp *)op;
  for (int i = 0; i < 2; i++) op_finish(self->part[i]);
}

static inline bool tag_before(OrderTag a, OrderTag b) {
  return a.end_us != b.end_us ? a.end_us < b.end_us : a.start_us < b.start_us;
}

/* What was held, as an exchange orders it: by tag, then by instance. */
static inline Code split_release(SplitOp *self) {
  HeldOp *low = (HeldOp *)self->held[0], *high = (HeldOp *)self->held[1];
  Code code = OK;
  while (low->at < low->n || high->at < high->n) {
    bool from_high =
        low->at == low->n ||
        (high->at < high->n && tag_before(high->items[high->at].tag, low->items[low->at].tag));
    HeldOp *from = from_high ? high : low;
    Held next = from->items[from->at++];
    self->op.ctx->tag = next.tag;
    if (code == OK) code = op_emit(&self->op, PORT_ROWS, &next.rows->batch);
    batch_builder_free(next.rows);
  }
  low->n = low->at = high->n = high->at = 0;
  return code;
}

static inline Code split_fire(Op *op, bool *more) {
  SplitOp *self = (SplitOp *)op;
  bool any[2];
  for (int i = 0; i < 2; i++) TRY(op_fire(self->part[i], &any[i]));
  *more = any[0] || any[1];
  return *more ? OK : split_release(self);
}

static inline Code split_save(Op *op, StateSink *to) {
  SplitOp *self = (SplitOp *)op;
  TRY(op_save(self->part[0], to));
  return op_save(self->part[1], to);
}

static inline Code split_load(Op *op, StateIn *in) {
  SplitOp *self = (SplitOp *)op;
  StateIn low = *in, high = *in;
  low.last_hash = self->mid;
  high.first_hash = self->mid + 1;
  TRY(op_load(self->part[0], &low));
  TRY(op_load(self->part[1], &high));
  in->bad = low.bad || high.bad;
  return OK;
}

static inline Code split_loaded(Op *op) {
  SplitOp *self = (SplitOp *)op;
  for (int i = 0; i < 2; i++) {
    self->part[i]->watermark_us = op->watermark_us; /* that section did not come to split_load */
    TRY(op_loaded(self->part[i]));
  }
  return OK;
}

static inline void split_close(Op *op) {
  SplitOp *self = (SplitOp *)op;
  for (int i = 0; i < 2; i++) {
    op_free(self->part[i]);
    op_free(self->held[i]);
  }
  key_batch_free(self->scratch);
}

static const OpTable split_table = {.name = "Split",
                                    .size = sizeof(SplitOp),
                                    .open = split_open,
                                    .push = split_push,
                                    .chunk_end = split_chunk_end,
                                    .advance = split_advance,
                                    .fire = split_fire,
                                    .finish = split_finish,
                                    .save = split_save,
                                    .load = split_load,
                                    .loaded = split_loaded,
                                    .close = split_close};

/* low and high, not open yet, as one operator: hashes of the key up to mid are low's.  key: columns
 * of rows; borrowed, as long as the operator lives.  What comes out does so when nothing is left to
 * fire, in the order of an exchange.  Of its own it has nothing pending. */
static inline Op *bench_split_at(Bench *b, const KeySpec *key, uint64_t mid, Op *low, Op *high) {
  SplitOp *self = (SplitOp *)op_new(&split_table, &b->ctx);
  if (self == NULL) out_of_memory();
  self->bench = b;
  self->key = key;
  self->mid = mid;
  self->part[0] = low;
  self->part[1] = high;
  self->scratch = key_batch_new();
  for (int i = 0; i < 2; i++) self->held[i] = op_new(&held_table, &b->ctx);
  if (self->scratch == NULL || self->held[0] == NULL || self->held[1] == NULL) out_of_memory();
  return &self->op;
}

static inline Op *bench_split(Bench *b, const KeySpec *key, Op *low, Op *high) {
  return bench_split_at(b, key, UINT64_MAX / 2, low, high);
}

static inline bool bench_is_split(const Bench *b) { return b->op->table == &split_table; }

/* --- at random -------------------------------------------------------------------------------- */

/* What happens to an operator between two chunks. */
typedef struct Disturb {
  Op *(*make)(Bench *b, const void *spec); /* another one like b.op, not open yet */
  const void *spec;
  KeySpec key;  /* of its rows */
  uint32_t one; /* it happens one time in so many; 0: never */
  Kept late;
  bool is_late; /* a snapshot has been begun */
} Disturb;

/* A block that is not what was written: cut, or with a byte changed.  A fresh instance notices it
 * or takes it, but does not fall over it. */
static inline void bench_spoil(Bench *b, const Disturb *d, const StateBlock *block, bool cut,
                               uint64_t *seed) {
  size_t whole = block->bytes.len, len = cut ? rng_next(seed) % whole : whole;
  char *bytes = malloc(len + 1); /* its own, so that reading behind it shows */
  memcpy(bytes, block->bytes.data, len);
  bytes[len] = 0;
  if (!cut) bytes[rng_next(seed) % len] ^= (char)(1 + bench_random(seed, 255));
  StateBlock spoilt = *block;
  spoilt.bytes = (StrBuf){.data = bytes, .len = len};
  StateIn in;
  state_in_init(&in, &spoilt, 0, UINT64_MAX);
  Op *op = d->make(b, d->spec);
  op->late = b->op->late;
  CHECK_INT(op_open(op), OK);
  CHECK_INT(op_load(op, &in), OK);
  CHECK(!cut || in.bad || in.rest == in.stop);
  op_free(op);
  free(bytes);
}

static inline void bench_spoil_blocks(Bench *b, const Disturb *d, uint64_t *seed) {
  Kept k;
  kept_init(&k);
  CHECK_INT(op_save(b->op, &k.sink), OK);
  kept_drain(&k, SIZE_MAX);
  for (const StateBlock *block = k.first; block != NULL; block = block->next) {
    for (int i = 0; i < 8; i++) bench_spoil(b, d, block, i % 2 == 0, seed);
  }
  kept_free(&k);
}

/* A fresh instance gets less memory than it may need: it says so, or has been loaded. */
static inline void bench_starve(Bench *b, const Disturb *d, uint64_t *seed) {
  Kept k;
  kept_init(&k);
  CHECK_INT(op_save(b->op, &k.sink), OK);
  kept_drain(&k, SIZE_MAX);
  Op *op = d->make(b, d->spec);
  op->late = b->op->late;
  CHECK_INT(op_open(op), OK);
  memory_set_limit(memory_used() + bench_random(seed, 64 << 10));
  Code code = OK;
  for (const StateBlock *block = k.first; block != NULL && code == OK; block = block->next) {
    StateIn in;
    state_in_init(&in, block, 0, UINT64_MAX);
    code = op_load(op, &in);
    CHECK(code == ERR_MEMORY || (code == OK && !in.bad));
  }
  CHECK_INT(code == ERR_MEMORY, memory_was_refused());
  memory_set_limit(0);
  b->err = (Error){.code = OK};
  op_free(op);
  kept_free(&k);
}

/* Nothing is left to fire: go on with fresh instances, one or two, or begin a snapshot that is
 * written to its end when more has happened. */
static inline void bench_disturb(Bench *b, Disturb *d, uint64_t *seed) {
  if (d->is_late) {
    if (bench_random(seed, 2) == 0) return;
    kept_check_late(&d->late);
    d->is_late = false;
  }
  if (d->one == 0 || bench_random(seed, d->one) != 0) return;
  switch (bench_random(seed, 5)) {
    case 0:
      bench_spoil_blocks(b, d, seed);
      return;
    case 3:
      bench_starve(b, d, seed);
      return;
    case 1:
      bench_restore(b, d->make(b, d->spec));
      return;
    case 2:
      bench_restore(
          b, bench_split_at(b, &d->key, rng_next(seed), d->make(b, d->spec), d->make(b, d->spec)));
      return;
    default:
      bench_save_late(b, &d->late);
      d->is_late = true;
  }
}

static inline int bench_by_number(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

/* Lines that are numbers, ascending: two instances drop late rows one after the other. */
static inline void bench_sort_numbers(StrBuf *lines) {
  int64_t *numbers = calloc(lines->len + 1, sizeof *numbers);
  size_t n = 0;
  const char *at = strbuf_text(lines);
  for (char *end; *at != 0; at = end + 1) numbers[n++] = strtoll(at, &end, 10);
  qsort(numbers, n, sizeof *numbers, bench_by_number);
  strbuf_clear(lines);
  for (size_t i = 0; i < n; i++) strbuf_printf(lines, "%lld\n", (long long)numbers[i]);
  free(numbers);
}

/* The operator has been closed: a snapshot that was begun is whole. */
static inline void bench_disturb_end(Disturb *d) {
  if (d->is_late) kept_check_late(&d->late);
  d->is_late = false;
}
