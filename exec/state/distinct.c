/* distinct.c -- a set of (group number, value) on top of the keyed table. */
#include "exec/state/distinct.h"

#include <string.h>

void distinct_init(Distinct *d) {
  *d = (Distinct){0};
  hash_table_init(&d->table, KEY_BYTES, sizeof(DistinctPair), 0);
}

void distinct_deinit(Distinct *d) { hash_table_deinit(&d->table); }

static bool encode_pairs(KeyBatch *keys, const Vector *values, const uint16_t *rows,
                         void *const *groups, uint32_t n) {
  keys->form = KEY_BYTES;
  arena_reset(&keys->bytes);
  for (uint32_t i = 0; i < n; i++) {
    size_t size = 8 + key_encoded_size(values, rows[i]);
    char *bytes = arena_try_alloc(&keys->bytes, size, 1);
    if (bytes == NULL || size >= KEY_NULL_LEN) return false;
    memcpy(bytes, groups[i], 8);
    key_encode(values, rows[i], bytes + 8);
    keys->u.text[i] = text_ref(bytes, size);
    keys->hash[i] = hash_bytes(bytes, size);
  }
  return true;
}

bool distinct_add(Distinct *d, KeyBatch *keys, const Vector *values, const uint16_t *rows,
                  void *const *groups, uint32_t n, uint16_t *fresh, uint32_t *n_fresh) {
  void *records[BATCH_ROWS];
  *n_fresh = 0;
  if (!encode_pairs(keys, values, rows, groups, n)) return false;
  if (!hash_table_get(&d->table, keys, n, records)) return false;
  for (uint32_t i = 0; i < n; i++) {
    DistinctPair *pair = records[i];
    if (pair->value != NULL) continue;
    const TextRef *key = (const TextRef *)(const void *)((char *)records[i] - sizeof(TextRef));
    pair->value = text_bytes(key) + 8;
    pair->group = groups[i];
    if (d->last != NULL) {
      d->last->next = pair;
    } else {
      d->first = pair;
    }
    d->last = pair;
    fresh[(*n_fresh)++] = (uint16_t)i;
  }
  return true;
}

uint32_t distinct_next(const Distinct *d, const DistinctPair **at, uint32_t max, void **groups,
                       Vector *out) {
  const DistinctPair *pair = *at != NULL ? *at : d->first;
  uint32_t n = 0;
  for (; pair != NULL && n < max; pair = pair->next) {
    const char *value = pair->value;
    groups[n] = pair->group;
    key_decode(out, n++, &value);
  }
  *at = pair;
  return n;
}
