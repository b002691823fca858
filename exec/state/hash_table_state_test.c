/* hash_table_state_test.c -- a table that goes on changing while it is written bit by bit: what is
 * restored, on any number of readers, is what it was when the snapshot began. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "exec/data/rng.h"
#include "exec/state/hash_table.h"

enum { BLOCKS_MAX = 4000, KEYS_MAX = 40000, TEXT_MAX = 40 };

typedef struct Kept {
  StateSink sink;
  StateBlock *blocks[BLOCKS_MAX];
  uint32_t n;
} Kept;

static bool keep(StateSink *to, StateBlock *block) {
  Kept *k = (Kept *)to;
  if (k->n == BLOCKS_MAX) abort();
  k->blocks[k->n++] = block;
  return true;
}

static void forget(Kept *k) {
  CHECK(k->sink.drains == NULL);
  for (uint32_t i = 0; i < k->n; i++) state_block_free(k->blocks[i]);
  k->n = 0;
}

typedef struct Case {
  KeyForm form;
  uint32_t n_keys;
  uint64_t mask, seed;
  bool removes;
} Case;

static uint64_t below(Case *c, uint64_t n) { return rng_next(&c->seed) % n; }

/* Key number k; the last is NULL where there is such a key. */
static void put_key(const Case *c, KeyBatch *keys, uint32_t i, uint32_t k, char *text) {
  bool null = k == c->n_keys - 1 && (c->form == KEY_WORD || c->form == KEY_TEXT);
  uint64_t word = null ? 0 : k;
  keys->form = c->form;
  if (c->form == KEY_WORD) {
    keys->u.word[i] = (int64_t)word;
  } else if (c->form == KEY_PAIR) {
    keys->u.pair[i] = (KeyPair){7, word};
  } else if (null) {
    keys->u.text[i] = (TextRef){.len = KEY_NULL_LEN};
  } else {
    int len = snprintf(text, TEXT_MAX, k % 2 ? "%u" : "not an inline text %u", k);
    keys->u.text[i] = text_ref(text, (size_t)len);
  }
  keys->hash[i] = null ? KEY_NULL_HASH : hash_u64(word) & c->mask;
}

/* Records count: some are raised, some go. */
static void change(Case *c, HashTable *t, KeyBatch *keys, uint64_t *counts, uint32_t n) {
  static char texts[BATCH_ROWS][TEXT_MAX];
  uint32_t number[BATCH_ROWS];
  void *records[BATCH_ROWS];
  for (uint32_t i = 0; i < n; i++) {
    number[i] = (uint32_t)below(c, c->n_keys);
    put_key(c, keys, i, number[i], texts[i]);
  }
  CHECK(hash_table_get(t, keys, n, records));
  for (uint32_t i = 0; i < n; i++) {
    ++*(uint64_t *)records[i];
    counts[number[i]]++;
  }
  uint32_t gone = c->removes ? (uint32_t)below(c, n) : 0;
  for (uint32_t i = 0; i < gone; i++) {
    if (counts[number[i]] == 0) continue;
    hash_table_remove(t, keys->hash[i], records[i]);
    counts[number[i]] = 0;
  }
}

static void read_some(Case *c, HashTable *t) {
  HashCursor cursor = {0};
  const void *keys[64];
  void *records[64];
  uint64_t hashes[64];
  for (uint64_t n = below(c, 20); n > 0; n--) {
    uint32_t m = hash_table_next(t, &cursor, 64, keys, records, hashes);
    for (uint32_t i = 0; i < m; i++) *(uint64_t *)records[i] += 0;
    if (m == 0) break;
  }
}

static void save_record(const void *of, const void *record, StateOut *out) {
  (void)of;
  uint64_t count;
  memcpy(&count, record, sizeof count);
  state_put_u64(out, count);
}

static void begin(HashTable *t, Kept *k) {
  StateOut out;
  state_begin(&out, &k->sink, "counts", 1);
  state_put_u32(&out, 77);
  CHECK(hash_table_save(t, &out, (HashSave){save_record, NULL}));
}

/* Load what lies in this range; returns what is there, taken from counts, which then is zero. */
static uint64_t load(const Case *c, const Kept *k, uint64_t first, uint64_t last,
                     uint64_t *counts) {
  static HashLoad l;
  HashTable t;
  uint64_t wrong = 0;
  hash_table_init(&t, c->form, 8, 0);
  l.keys = key_batch_new();
  for (uint32_t b = 0; b < k->n; b++) {
    StateIn in;
    state_in_init(&in, k->blocks[b], first, last);
    CHECK_INT(state_get_u32(&in), 77);
    do {
      CHECK(hash_table_load(&t, &in, &l));
      for (uint32_t i = 0; i < l.n; i++) {
        hash_load_entry(&l, i, &in);
        wrong += *(uint64_t *)l.records[i] != 0; /* each key once */
        *(uint64_t *)l.records[i] = state_get_u64(&in);
        wrong += l.keys->hash[i] < first || l.keys->hash[i] > last || in.at != in.end;
      }
    } while (l.n > 0);
    CHECK(!in.bad);
  }
  uint64_t n = t.n;
  for (uint32_t key = 0; key < c->n_keys; key++) {
    char text[TEXT_MAX];
    void *record;
    put_key(c, l.keys, 0, key, text);
    if (counts[key] == 0 || l.keys->hash[0] < first || l.keys->hash[0] > last) continue;
    CHECK(hash_table_get(&t, l.keys, 1, &record));
    wrong += *(uint64_t *)record != counts[key];
    counts[key] = 0;
  }
  CHECK_INT(t.n, n); /* all were there */
  CHECK_INT(wrong, 0);
  key_batch_free(l.keys);
  hash_table_deinit(&t);
  return n;
}

static void check_loaded(const Case *c, const Kept *k, uint64_t *counts) {
  uint64_t readers = 1 + c->seed % 4, width = UINT64_MAX / readers + 1, there = 0, loaded = 0;
  for (uint32_t i = 0; i < c->n_keys; i++) there += counts[i] > 0;
  for (uint64_t r = 0; r < readers; r++) {
    uint64_t last = r + 1 == readers ? UINT64_MAX : (r + 1) * width - 1;
    loaded += load(c, k, r * width, last, counts);
  }
  CHECK_INT(loaded, there);
}

/* How a snapshot that is under way ends. */
typedef enum Ending { DRAINED, TABLE_GOES, AGAIN, CANCELLED, ENDINGS } Ending;

static void one_case(Case c, Ending ending) {
  static Kept k, other;
  static uint64_t counts[KEYS_MAX], then[KEYS_MAX];
  HashTable t;
  KeyBatch *keys = key_batch_new();
  k.sink = other.sink = (StateSink){.take = keep, .defer_small = true};
  memset(counts, 0, sizeof counts);
  hash_table_init(&t, c.form, 8, below(&c, 2) * c.n_keys);
  CHECK(!c.removes || hash_table_reuse(&t));
  for (uint64_t n = below(&c, 40); n > 0; n--) {
    change(&c, &t, keys, counts, 1 + (uint32_t)below(&c, BATCH_ROWS - 1));
  }
  begin(&t, &k);
  memcpy(then, counts, sizeof then);
  bool done = t.saver == NULL;
  for (uint64_t n = below(&c, 60); n > 0; n--) {
    if (below(&c, 3) == 0 && !done) CHECK(state_sink_step(&k.sink, below(&c, 20000), &done));
    if (below(&c, 4) == 0) read_some(&c, &t);
    change(&c, &t, keys, counts, 1 + (uint32_t)below(&c, 100));
  }
  HashTable elsewhere = t;
  hash_table_moved(&elsewhere);
  if (ending == DRAINED) {
    while (!done) CHECK(state_sink_step(&k.sink, 5000, &done));
  } else if (ending == TABLE_GOES) {
    hash_table_deinit(&elsewhere);
  } else if (ending == CANCELLED) {
    state_sink_cancel(&k.sink);
  }
  if (ending == AGAIN || ending == CANCELLED) { /* as if nothing had been */
    begin(&elsewhere, &other);
    if (ending == CANCELLED) memcpy(then, counts, sizeof then);
    for (done = false; !done;) CHECK(state_sink_step(&other.sink, 5000, &done));
  }
  CHECK(elsewhere.saver == NULL && !other.sink.failed);
  check_loaded(&c, ending == CANCELLED ? &other : &k, then);
  if (ending == AGAIN) check_loaded(&c, &other, counts);
  forget(&k);
  forget(&other);
  hash_table_deinit(&elsewhere);
  key_batch_free(keys);
}

/* A table of moderate size is not deferred. */
static void test_small(void) {
  Kept k = {.sink.take = keep};
  Case c = {.form = KEY_WORD, .n_keys = 1000, .mask = UINT64_MAX, .seed = 5};
  static uint64_t counts[KEYS_MAX];
  KeyBatch *keys = key_batch_new();
  for (int round = 0; round < 2; round++, c.n_keys = KEYS_MAX) {
    HashTable t;
    memset(counts, 0, sizeof counts);
    hash_table_init(&t, KEY_WORD, 8, 0);
    for (uint32_t n = 0; n < c.n_keys; n += 1000) change(&c, &t, keys, counts, 1000);
    begin(&t, &k);
    CHECK_INT(k.sink.drains == NULL, round == 0);
    hash_table_deinit(&t);
    check_loaded(&c, &k, counts);
    forget(&k);
  }
  key_batch_free(keys);
}

int main(void) {
  static const KeyForm forms[] = {KEY_WORD, KEY_PAIR, KEY_TEXT, KEY_BYTES};
  static const uint64_t masks[] = {UINT64_MAX, UINT64_C(0xFFF) << 52, UINT64_MAX >> 6};
  uint64_t seed = 1;
  for (uint32_t round = 0; round < 10; round++) {
    for (uint32_t i = 0; i < COUNT_OF(forms) * COUNT_OF(masks); i++) {
      Case c = {.form = forms[i % COUNT_OF(forms)],
                .mask = masks[i / COUNT_OF(forms)],
                .n_keys = 1 + (uint32_t)(rng_next(&seed) % (round % 2 ? 3000 : KEYS_MAX)),
                .removes = round % 3 == 0,
                .seed = rng_next(&seed)};
      if (c.mask != UINT64_MAX) c.n_keys = c.n_keys % 3000 + 1;
      one_case(c, (Ending)((round + i) % ENDINGS));
    }
  }
  test_small();
  return check_done();
}
