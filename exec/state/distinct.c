/* distinct.c -- sets of (group number, value) on top of the keyed table. */
#include "exec/state/distinct.h"

#include <string.h>

static KeyForm form_of(Type value) { return key_is_word(value) ? KEY_PAIR : KEY_BYTES; }

static uint64_t number_of(const void *group) {
  uint64_t number;
  memcpy(&number, group, sizeof number);
  return number;
}

static void word_pairs(const DistinctInput *in) {
  uint64_t words[BATCH_ROWS];
  KeyBatch *keys = in->keys;
  key_words(in->values, in->rows, in->n, words);
  for (uint32_t i = 0; i < in->n; i++) {
    keys->u.pair[i] = (KeyPair){number_of(in->groups[i]), words[i]};
    keys->hash[i] = hash_bytes(&keys->u.pair[i], sizeof keys->u.pair[i]);
  }
}

static bool byte_pairs(const DistinctInput *in) {
  KeyBatch *keys = in->keys;
  arena_reset(&keys->bytes);
  for (uint32_t i = 0; i < in->n; i++) {
    size_t size = 8 + key_encoded_size(in->values, in->rows[i]);
    char *bytes = arena_try_alloc(&keys->bytes, size, 1);
    if (bytes == NULL || size >= KEY_NULL_LEN) return false;
    memcpy(bytes, in->groups[i], 8);
    key_encode(in->values, in->rows[i], bytes + 8);
    keys->u.text[i] = text_ref(bytes, size);
    keys->hash[i] = hash_bytes(bytes, size);
  }
  return true;
}

/* The records of the pairs, made where they are missing. */
static bool find_pairs(HashTable *t, const DistinctInput *in, void **records) {
  in->keys->form = t->form;
  if (t->form == KEY_PAIR) {
    word_pairs(in);
  } else if (!byte_pairs(in)) {
    return false;
  }
  return hash_table_get(t, in->keys, in->n, records);
}

/* --- a set -------------------------------------------------------------------------- */

void distinct_init(Distinct *d, Type value, uint64_t expected) {
  *d = (Distinct){0};
  hash_table_init(&d->table, form_of(value), sizeof(DistinctPair), expected);
}

void distinct_deinit(Distinct *d) {
  if (d->saver != NULL) distinct_saver_finish(d);
  hash_table_deinit(&d->table);
}

bool distinct_list_by_group(Distinct *d, uint32_t list_at) {
  assert(list_at > 0);
  d->list_at = list_at;
  return hash_table_reuse(&d->table);
}

static DistinctPair **list_of(const Distinct *d, void *group) {
  return (DistinctPair **)(void *)((char *)group + d->list_at);
}

const DistinctPair *distinct_first(const Distinct *d, void *group) { return *list_of(d, group); }

void distinct_turn(Distinct *d, void *group) {
  DistinctPair **first = list_of(d, group), *pair = *first, *next;
  for (*first = NULL; pair != NULL; pair = next) {
    next = pair->next;
    pair->next = *first;
    *first = pair;
  }
}

static void put_in_list(Distinct *d, DistinctPair *pair) {
  if (d->list_at > 0) {
    DistinctPair **first = list_of(d, pair->group);
    pair->next = *first;
    *first = pair;
    return;
  }
  if (d->last != NULL) {
    d->last->next = pair;
  } else {
    d->first = pair;
  }
  d->last = pair;
}

bool distinct_add(Distinct *d, const DistinctInput *in, uint16_t *fresh, uint32_t *n_fresh) {
  void *records[BATCH_ROWS];
  *n_fresh = 0;
  if (!find_pairs(&d->table, in, records)) return false;
  for (uint32_t i = 0; i < in->n; i++) {
    DistinctPair *pair = records[i];
    if (pair->group != NULL) continue;
    pair->group = in->groups[i];
    put_in_list(d, pair);
    fresh[(*n_fresh)++] = (uint16_t)i;
  }
  return true;
}

/* The value of a pair, which stands in its key. */
static void value_of(KeyForm form, const DistinctPair *pair, Vector *out, uint32_t row) {
  const char *key = (const char *)pair - key_bytes(form);
  if (form == KEY_PAIR) {
    key_from_word(out, row, ((const KeyPair *)(const void *)key)->b);
  } else {
    const char *value = text_bytes((const TextRef *)(const void *)key) + 8;
    key_decode(out, row, &value);
  }
}

uint32_t distinct_next(const Distinct *d, const DistinctPair **at, uint32_t max, void **groups,
                       Vector *out) {
  const DistinctPair *pair = *at != NULL ? *at : d->first;
  uint32_t n = 0;
  for (; pair != NULL && n < max; pair = pair->next) {
    groups[n] = pair->group;
    value_of(d->table.form, pair, out, n++);
  }
  *at = pair;
  return n;
}

static uint64_t hash_of(KeyForm form, const DistinctPair *pair) {
  const char *key = (const char *)pair - key_bytes(form);
  if (form == KEY_PAIR) return hash_bytes(key, sizeof(KeyPair));
  const TextRef *text = (const TextRef *)(const void *)key;
  return hash_bytes(text_bytes(text), text->len);
}

void distinct_forget(Distinct *d, void *group) {
  enum { BLOCK = 32 };
  DistinctPair **first = list_of(d, group), *pair = *first;
  *first = NULL;
  while (pair != NULL) {
    DistinctPair *pairs[BLOCK];
    uint64_t hashes[BLOCK];
    uint32_t n = 0;
    for (; pair != NULL && n < BLOCK; pair = pair->next) {
      pairs[n] = pair;
      hashes[n] = hash_of(d->table.form, pair);
      __builtin_prefetch(hash_table_place(&d->table, hashes[n++]));
    }
    for (uint32_t i = 0; i < n; i++) hash_table_remove(&d->table, hashes[i], pairs[i]);
  }
}

/* --- a tally of sets ---------------------------------------------------------------- */

bool distinct_tally_init(DistinctTally *t, Type value) {
  *t = (DistinctTally){0};
  hash_table_init(&t->table, form_of(value), sizeof(uint64_t), 0);
  return hash_table_reuse(&t->table);
}

void distinct_tally_deinit(DistinctTally *t) { hash_table_deinit(&t->table); }

bool distinct_enter(DistinctTally *t, const DistinctInput *in, uint16_t *changed,
                    uint32_t *n_changed) {
  void *records[BATCH_ROWS];
  *n_changed = 0;
  if (!find_pairs(&t->table, in, records)) return false;
  for (uint32_t i = 0; i < in->n; i++) {
    uint64_t *sets = records[i];
    if ((*sets)++ == 0) changed[(*n_changed)++] = (uint16_t)i;
  }
  return true;
}

bool distinct_leave(DistinctTally *t, const DistinctInput *in, uint16_t *changed,
                    uint32_t *n_changed) {
  void *records[BATCH_ROWS];
  *n_changed = 0;
  if (!find_pairs(&t->table, in, records)) return false;
  for (uint32_t i = 0; i < in->n; i++) {
    uint64_t *sets = records[i];
    assert(*sets > 0);
    if (--*sets > 0) continue;
    changed[(*n_changed)++] = (uint16_t)i;
    hash_table_remove(&t->table, in->keys->hash[i], sets);
  }
  return true;
}
