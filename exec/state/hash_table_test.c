/* hash_table_test.c -- the table against a sorted list of what went in: same records, same
 * order, whatever the number of keys, the form, the crowding of hashes. */
#include "exec/state/hash_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"

typedef struct Entry {
  uint64_t hash, count;
  int64_t key;
} Entry;

static int by_hash(const void *a, const void *b) {
  const Entry *x = a, *y = b;
  if (x->hash != y->hash) return x->hash < y->hash ? -1 : 1;
  return (x->key > y->key) - (x->key < y->key);
}

/* Hashes of one eighth of the range, the last: what one of eight workers has. */
#define LAST_EIGHTH UINT64_C(1)

static uint64_t bend(uint64_t hash, uint64_t mask) {
  return mask == LAST_EIGHTH ? hash | UINT64_C(7) << 61 : hash & mask;
}

static void read_all(HashTable *t) {
  HashCursor cursor = {0};
  const void *keys[64];
  void *records[64];
  uint64_t hashes[64], n, total = 0;
  while ((n = hash_table_next(t, &cursor, 64, keys, records, hashes)) > 0) total += n;
  CHECK_INT(total, t->n);
}

/* Insert n draws of `distinct` keys under hash(key) & mask, count them, compare. */
static void word_table(uint32_t n, uint32_t distinct, uint64_t mask, uint64_t expected) {
  HashTable t;
  hash_table_init(&t, KEY_WORD, 8, expected);
  KeyBatch *keys = key_batch_new();
  Entry *model = calloc(distinct, sizeof *model);
  void *records[BATCH_ROWS];
  keys->form = KEY_WORD;
  uint64_t seed = 88172645463325252u;
  for (uint32_t done = 0; done < n;) {
    uint32_t step = n - done < 1000 ? n - done : 1000;
    for (uint32_t i = 0; i < step; i++) {
      seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
      int64_t k = (int64_t)(seed % distinct);
      keys->u.word[i] = k;
      keys->hash[i] = bend(hash_u64((uint64_t)k), mask);
      model[k] = (Entry){keys->hash[i], model[k].count + 1, k};
    }
    CHECK(hash_table_get(&t, keys, step, records));
    for (uint32_t i = 0; i < step; i++) ++*(uint64_t *)records[i];
    done += step;
    if (done % 3000 == 0) read_all(&t); /* a table that was read takes more */
  }
  qsort(model, distinct, sizeof *model, by_hash);
  uint32_t m = 0, wrong = 0, got;
  while (m < distinct && model[m].count == 0) m++;
  HashCursor cursor = {0};
  const void *out_keys[100];
  uint64_t hashes[100], total = 0;
  Entry *used = calloc(distinct, sizeof *used);
  uint32_t n_used = 0;
  for (uint32_t i = 0; i < distinct; i++)
    if (model[i].count > 0) used[n_used++] = model[i];
  while ((got = hash_table_next(&t, &cursor, 100, out_keys, records, hashes)) > 0) {
    for (uint32_t i = 0; i < got; i++, total++) {
      if (total >= n_used) break;
      wrong += hashes[i] != used[total].hash || *(const int64_t *)out_keys[i] != used[total].key ||
               *(uint64_t *)records[i] != used[total].count;
    }
  }
  CHECK_INT(wrong, 0);
  CHECK_INT(total, n_used);
  CHECK_INT(t.n, n_used);
  free(used);
  free(model);
  key_batch_free(keys);
  hash_table_deinit(&t);
}

/* Keys come and go at random and are counted: what is there at the end, and in which order. */
static void test_removing_in_order(KeyForm form, uint32_t n_keys, uint64_t mask) {
  HashTable t;
  hash_table_init(&t, form, 8, 0);
  CHECK(hash_table_reuse(&t));
  KeyBatch *keys = key_batch_new();
  Entry *model = calloc(n_keys, sizeof *model);
  char text[64];
  keys->form = form;
  uint64_t seed = 88172645463325252u;
  for (uint32_t step = 0; step < 40000; step++) {
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    int64_t k = (int64_t)(seed % n_keys);
    /* Long keys of one length in hash order and in the order of bytes. */
    snprintf(text, sizeof text, "a key that is not inline %08lld", (long long)k);
    if (form == KEY_WORD) {
      keys->u.word[0] = k;
    } else if (form == KEY_PAIR) {
      keys->u.pair[0] = (KeyPair){7, (uint64_t)k};
    } else {
      keys->u.text[0] = text_ref(text, strlen(text));
    }
    keys->hash[0] = hash_u64((uint64_t)k) & mask;
    void *record;
    uint64_t before = t.n, had = model[k].count;
    CHECK(hash_table_get(&t, keys, 1, &record));
    CHECK_INT(t.n, before + (had == 0));
    CHECK_INT(*(uint64_t *)record, had);
    bool growing = step / 5000 % 2 == 0;
    if ((seed >> 40) % 8 < (growing ? 6u : 2u)) {
      ++*(uint64_t *)record;
      model[k] = (Entry){keys->hash[0], had + 1, k};
    } else {
      hash_table_remove(&t, keys->hash[0], record);
      model[k].count = 0;
    }
    if (step % 2000 == 0) read_all(&t);
  }
  Entry *left = calloc(n_keys, sizeof *left);
  uint32_t n_left = 0, at = 0, wrong = 0, n;
  for (uint32_t i = 0; i < n_keys; i++) {
    if (model[i].count > 0) left[n_left++] = model[i];
  }
  qsort(left, n_left, sizeof *left, by_hash);
  HashCursor cursor = {0};
  const void *got[100];
  void *records[100];
  uint64_t hashes[100];
  while ((n = hash_table_next(&t, &cursor, 100, got, records, hashes)) > 0) {
    for (uint32_t i = 0; i < n && at < n_left; i++, at++) {
      wrong += hashes[i] != left[at].hash || *(uint64_t *)records[i] != left[at].count;
      if (form == KEY_WORD) wrong += *(const int64_t *)got[i] != left[at].key;
    }
  }
  CHECK_INT(wrong, 0);
  CHECK_INT(at, n_left);
  CHECK_INT(t.n, n_left);
  free(left);
  free(model);
  key_batch_free(keys);
  hash_table_deinit(&t);
}

static void test_null_hash(void) { CHECK(hash_u64(0) != KEY_NULL_HASH); }

static void test_text_keys(void) {
  Type types[] = {type_string()};
  uint32_t cols[] = {0};
  KeySpec spec = key_spec(cols, types, 1);
  CHECK(spec.form == KEY_TEXT);
  TextRef values[] = {text_ref("a", 1),
                      text_ref("", 0),
                      text_ref("a very long key indeed", 22),
                      text_ref("a very long key inside", 22),
                      text_ref("a", 1),
                      {0}};
  uint64_t valid[1] = {0x1F};
  Vector col = {.type = types[0], .data = values, .valid = valid};
  Batch batch = {.rows = 6, .n_cols = 1, .cols = &col};
  uint16_t rows[] = {0, 1, 2, 3, 4, 5};
  HashTable t;
  hash_table_init(&t, KEY_TEXT, 8, 0);
  KeyBatch *keys = key_batch_new();
  void *records[6];
  CHECK(key_batch_fill(keys, &spec, &batch, rows, 6));
  CHECK(hash_table_get(&t, keys, 6, records));
  CHECK_INT(t.n, 5);
  CHECK(records[0] == records[4] && records[2] != records[3] && records[1] != records[5]);
  key_batch_free(keys);
  hash_table_deinit(&t);
}

static void test_bytes_keys(void) {
  Type types[] = {type_of(TYPE_INT), type_of(TYPE_DOUBLE)};
  uint32_t cols[] = {0, 1};
  KeySpec spec = key_spec(cols, types, 2);
  CHECK(spec.form == KEY_BYTES);
  int32_t a[] = {1, 1, 2, 1};
  double b[] = {0.0, -0.0, 0.0, 0.0};
  uint64_t valid[1] = {0x7};
  Vector col[2] = {{.type = types[0], .data = a}, {.type = types[1], .data = b, .valid = valid}};
  Batch batch = {.rows = 4, .n_cols = 2, .cols = col};
  uint16_t rows[] = {0, 1, 2, 3};
  HashTable t;
  hash_table_init(&t, KEY_BYTES, 0, 0);
  KeyBatch *keys = key_batch_new();
  void *records[4];
  CHECK(key_batch_fill(keys, &spec, &batch, rows, 4));
  CHECK(hash_table_get(&t, keys, 4, records));
  CHECK_INT(t.n, 3);
  int32_t oa[3];
  double ob[3];
  uint64_t va[1] = {~UINT64_C(0)}, vb[1] = {~UINT64_C(0)}, hashes[3];
  Vector out[2] = {{.type = types[0], .data = oa, .valid = va},
                   {.type = types[1], .data = ob, .valid = vb}};
  HashCursor cursor = {0};
  const void *k[3];
  CHECK_INT(hash_table_next(&t, &cursor, 3, k, records, hashes), 3);
  key_columns(&spec, k, hashes, 3, out);
  int sum = oa[0] + oa[1] + oa[2];
  CHECK_INT(sum, 4);
  CHECK_INT(__builtin_popcountll(vb[0] & 7), 2);
  key_batch_free(keys);
  hash_table_deinit(&t);
}

/* Keys come and go at random, many of one hash; the table agrees with an array of flags, and does
 * not grow with what has gone. */
static void test_removing(KeyForm form, uint64_t mask) {
  enum { KEYS = 500, ROUNDS = 200000 };
  static void *live[KEYS];
  static char text[KEYS][40];
  HashTable t;
  hash_table_init(&t, form, 8, 0);
  CHECK(hash_table_reuse(&t));
  KeyBatch *keys = key_batch_new();
  keys->form = form;
  uint64_t seed = 88172645463325252u, n = 0;
  uint32_t wrong = 0;
  size_t bytes_half = 0;
  memset(live, 0, sizeof live);
  for (uint32_t r = 0; r < ROUNDS; r++) {
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    uint64_t k = seed % KEYS;
    uint64_t hash = hash_u64(k) & mask;
    if (live[k] != NULL && (seed >> 40) % 2 > 0) {
      wrong += *(uint64_t *)live[k] != k + 1;
      hash_table_remove(&t, hash, live[k]);
      live[k] = NULL;
      n--;
    } else {
      void *record;
      keys->hash[0] = hash;
      if (form == KEY_WORD) {
        keys->u.word[0] = (int64_t)k;
      } else {
        int len = snprintf(text[k], sizeof text[k], "%.*s%d", (int)(k % 30),
                           "..............................", (int)k);
        keys->u.text[0] = text_ref(text[k], (size_t)len);
      }
      CHECK(hash_table_get(&t, keys, 1, &record));
      wrong += live[k] != NULL ? record != live[k] : *(uint64_t *)record != 0;
      n += live[k] == NULL;
      live[k] = record;
      *(uint64_t *)record = k + 1;
    }
    wrong += t.n != n;
    if (r % 5000 == 0) read_all(&t);
    if (r == ROUNDS / 2) bytes_half = hash_table_bytes(&t);
  }
  CHECK_INT(wrong, 0);
  CHECK(hash_table_bytes(&t) <= bytes_half * 5 / 4);
  key_batch_free(keys);
  hash_table_deinit(&t);
}

int main(void) {
  test_removing(KEY_WORD, ~UINT64_C(0));
  test_removing(KEY_WORD, UINT64_C(0xF) << 60);
  test_removing(KEY_TEXT, ~UINT64_C(0));
  test_null_hash();
  for (uint32_t n = 0; n < 70; n++) word_table(n, n + 1, ~UINT64_C(0), 0);
  word_table(300000, 100000, ~UINT64_C(0), 0);
  word_table(300000, 100000, ~UINT64_C(0), 50000);
  word_table(20000, 7, ~UINT64_C(0), 0);
  word_table(20000, 5000, UINT64_C(0xFFFF) << 48, 0); /* few distinct hashes: keys tell */
  word_table(5000, 100, 0, 0);                        /* one hash for all */
  for (uint64_t expected = 0; expected < 100000; expected = expected * 3 + 1000) {
    word_table(300000, 50000, LAST_EIGHTH, expected);
  }
  for (uint32_t n = 1; n < 20000; n = n * 3 + 5) test_removing_in_order(KEY_PAIR, n, ~UINT64_C(0));
  test_removing_in_order(KEY_TEXT, 1000, ~UINT64_C(0));
  test_removing_in_order(KEY_WORD, 300, UINT64_C(0xFF) << 56);
  test_text_keys();
  test_bytes_keys();
  return check_done();
}
