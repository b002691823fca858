/* key.c -- encoding, hashing and decoding of keys; key.h tells the forms. */
#include "exec/state/key.h"

#include <stdlib.h>
#include <string.h>

static bool is_word(Type t) {
  Phys p = type_phys(t);
  return p == PHYS_I8 || p == PHYS_I16 || p == PHYS_I32 || p == PHYS_I64;
}

KeySpec key_spec(const uint32_t *cols, const Type *types, uint32_t n) {
  KeySpec spec = {.form = KEY_BYTES, .cols = cols, .types = types, .n = n};
  if (n == 0 || (n == 1 && is_word(types[0]))) spec.form = KEY_WORD;
  if (n == 1 && type_phys(types[0]) == PHYS_TEXT) spec.form = KEY_TEXT;
  return spec;
}

bool key_spec_of_rows(KeySpec *out, Arena *arena, const Type *row_types, const uint32_t *cols,
                      uint32_t n) {
  Type *types = arena_try_alloc(arena, (n + 1) * sizeof *types, 8);
  if (types == NULL) return false;
  for (uint32_t i = 0; i < n; i++) types[i] = row_types[cols[i]];
  *out = key_spec(cols, types, n);
  return true;
}

KeyBatch *key_batch_new(void) { return calloc(1, sizeof(KeyBatch)); }

void key_batch_free(KeyBatch *k) {
  if (k == NULL) return;
  arena_deinit(&k->bytes);
  free(k);
}

/* --- WORD --------------------------------------------------------------------------- */

static void fill_words(int64_t *word, const Vector *v, const uint16_t *rows, uint32_t n) {
  if (v->constant) {
    static const uint16_t first = 0;
    int64_t w = 0;
    Vector flat = *v;
    flat.constant = false;
    fill_words(&w, &flat, &first, 1);
    for (uint32_t i = 0; i < n; i++) word[i] = w;
    return;
  }
  switch (type_phys(v->type)) {
    case PHYS_I8:
      for (uint32_t i = 0; i < n; i++) word[i] = ((const int8_t *)v->data)[rows[i]];
      break;
    case PHYS_I16:
      for (uint32_t i = 0; i < n; i++) word[i] = ((const int16_t *)v->data)[rows[i]];
      break;
    case PHYS_I32:
      for (uint32_t i = 0; i < n; i++) word[i] = ((const int32_t *)v->data)[rows[i]];
      break;
    case PHYS_I64:
      for (uint32_t i = 0; i < n; i++) word[i] = ((const int64_t *)v->data)[rows[i]];
      break;
    case PHYS_I128:
    case PHYS_F32:
    case PHYS_F64:
    case PHYS_TEXT:
    case PHYS_COUNT:
      assert(!"not a word");
  }
}

static void hash_words(const int64_t *word, uint64_t *hash, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) hash[i] = hash_u64((uint64_t)word[i]);
}

static void fill_word_key(KeyBatch *k, const KeySpec *spec, const Batch *batch,
                          const uint16_t *rows, uint32_t n) {
  if (spec->n == 0) {
    uint64_t h = hash_u64(0);
    for (uint32_t i = 0; i < n; i++) k->u.word[i] = 0, k->hash[i] = h;
    return;
  }
  const Vector *v = &batch->cols[spec->cols[0]];
  fill_words(k->u.word, v, rows, n);
  if (batch->hash != NULL) {
    for (uint32_t i = 0; i < n; i++) k->hash[i] = batch->hash[rows[i]];
  } else {
    hash_words(k->u.word, k->hash, n);
  }
  if (v->valid == NULL) return;
  for (uint32_t i = 0; i < n; i++) {
    if (!vector_valid(v, rows[i])) k->u.word[i] = 0, k->hash[i] = KEY_NULL_HASH;
  }
}

/* --- TEXT --------------------------------------------------------------------------- */

static TextRef trim_char(TextRef t) {
  const char *bytes = text_bytes(&t);
  size_t len = t.len;
  while (len > 0 && bytes[len - 1] == ' ') len--;
  return len == t.len ? t : text_ref(bytes, len);
}

static TextRef text_key(const Vector *v, uint32_t row) {
  if (!vector_valid(v, row)) return (TextRef){.len = KEY_NULL_LEN};
  TextRef t = ((const TextRef *)v->data)[vector_at(v, row)];
  return v->type.kind == TYPE_CHAR ? trim_char(t) : t;
}

static uint64_t text_hash(const TextRef *t) {
  return t->len == KEY_NULL_LEN ? KEY_NULL_HASH : hash_bytes(text_bytes(t), t->len);
}

static void fill_text_key(KeyBatch *k, const KeySpec *spec, const Batch *batch,
                          const uint16_t *rows, uint32_t n) {
  const Vector *v = &batch->cols[spec->cols[0]];
  for (uint32_t i = 0; i < n; i++) k->u.text[i] = text_key(v, rows[i]);
  if (batch->hash != NULL) {
    for (uint32_t i = 0; i < n; i++) k->hash[i] = batch->hash[rows[i]];
  } else {
    for (uint32_t i = 0; i < n; i++) k->hash[i] = text_hash(&k->u.text[i]);
  }
}

/* --- BYTES -------------------------------------------------------------------------- */

static uint64_t double_bits(double f) {
  uint64_t bits;
  memcpy(&bits, &f, sizeof bits);
  return bits;
}

static uint64_t fixed_value(const Vector *v, uint32_t row) {
  row = vector_at(v, row);
  switch (type_phys(v->type)) {
    case PHYS_I8:
      return (uint64_t)(int64_t)((const int8_t *)v->data)[row];
    case PHYS_I16:
      return (uint64_t)(int64_t)((const int16_t *)v->data)[row];
    case PHYS_I32:
      return (uint64_t)(int64_t)((const int32_t *)v->data)[row];
    case PHYS_I64:
      return ((const uint64_t *)v->data)[row];
    case PHYS_F32:
      return double_bits((double)((const float *)v->data)[row]);
    case PHYS_F64:
      return double_bits(((const double *)v->data)[row]);
    case PHYS_I128:
    case PHYS_TEXT:
    case PHYS_COUNT:
      break;
  }
  assert(!"not of fixed width");
  return 0;
}

/* -0.0 and 0.0 are one key, as are all NaNs. */
static uint64_t fixed_key(const Vector *v, uint32_t row) {
  Phys p = type_phys(v->type);
  uint64_t bits = fixed_value(v, row);
  if (p != PHYS_F32 && p != PHYS_F64) return bits;
  double f;
  memcpy(&f, &bits, sizeof f);
  if (f == 0) f = 0;
  if (f != f) f = __builtin_nan("");
  return double_bits(f);
}

static TextRef text_value(const Vector *v, uint32_t row) {
  return ((const TextRef *)v->data)[vector_at(v, row)];
}

static size_t encoded_size(const Vector *v, uint32_t row, bool as_key) {
  if (!vector_valid(v, row)) return 1;
  Phys p = type_phys(v->type);
  if (p == PHYS_I128) return 17;
  if (p != PHYS_TEXT) return 9;
  return 5 + (size_t)(as_key ? text_key(v, row) : text_value(v, row)).len;
}

static char *encode(const Vector *v, uint32_t row, bool as_key, char *at) {
  bool valid = vector_valid(v, row);
  *at++ = valid;
  if (!valid) return at;
  Phys p = type_phys(v->type);
  if (p == PHYS_I128) {
    memcpy(at, (const Int128 *)v->data + vector_at(v, row), 16);
    return at + 16;
  }
  if (p != PHYS_TEXT) {
    uint64_t word = as_key ? fixed_key(v, row) : fixed_value(v, row);
    memcpy(at, &word, 8);
    return at + 8;
  }
  TextRef t = as_key ? text_key(v, row) : text_value(v, row);
  memcpy(at, &t.len, 4);
  memcpy(at + 4, text_bytes(&t), t.len);
  return at + 4 + t.len;
}

size_t key_encoded_size(const Vector *v, uint32_t row) { return encoded_size(v, row, true); }
char *key_encode(const Vector *v, uint32_t row, char *at) { return encode(v, row, true, at); }
size_t value_encoded_size(const Vector *v, uint32_t row) { return encoded_size(v, row, false); }
char *value_encode(const Vector *v, uint32_t row, char *at) { return encode(v, row, false, at); }

static bool fill_bytes_key(KeyBatch *k, const KeySpec *spec, const Batch *batch,
                           const uint16_t *rows, uint32_t n) {
  arena_reset(&k->bytes);
  for (uint32_t i = 0; i < n; i++) {
    size_t size = 0;
    for (uint32_t c = 0; c < spec->n; c++)
      size += key_encoded_size(&batch->cols[spec->cols[c]], rows[i]);
    char *bytes = arena_try_alloc(&k->bytes, size, 1);
    if (bytes == NULL || size >= KEY_NULL_LEN) return false;
    char *at = bytes;
    for (uint32_t c = 0; c < spec->n; c++)
      at = key_encode(&batch->cols[spec->cols[c]], rows[i], at);
    k->u.text[i] = text_ref(bytes, size);
    k->hash[i] = batch->hash != NULL ? batch->hash[rows[i]] : hash_bytes(bytes, size);
  }
  return true;
}

bool key_batch_fill(KeyBatch *k, const KeySpec *spec, const Batch *batch, const uint16_t *rows,
                    uint32_t n) {
  assert(n <= BATCH_ROWS);
  k->form = spec->form;
  switch (spec->form) {
    case KEY_PAIR:
      break;
    case KEY_WORD:
      fill_word_key(k, spec, batch, rows, n);
      return true;
    case KEY_TEXT:
      fill_text_key(k, spec, batch, rows, n);
      return true;
    case KEY_BYTES:
      return fill_bytes_key(k, spec, batch, rows, n);
  }
  return false;
}

bool key_hashes(KeyBatch *scratch, const KeySpec *spec, const Batch *batch, const uint16_t *rows,
                uint32_t n, uint64_t *hash) {
  if (!key_batch_fill(scratch, spec, batch, rows, n)) return false;
  memcpy(hash, scratch->hash, n * sizeof *hash);
  return true;
}

int key_compare(KeyForm form, const void *a, const void *b) {
  if (form == KEY_WORD) {
    int64_t x, y;
    memcpy(&x, a, 8);
    memcpy(&y, b, 8);
    return (x > y) - (x < y);
  }
  if (form == KEY_PAIR) {
    const KeyPair *x = a, *y = b;
    return x->a != y->a ? (x->a > y->a) - (x->a < y->a) : (x->b > y->b) - (x->b < y->b);
  }
  const TextRef *x = a, *y = b;
  if (x->len == KEY_NULL_LEN || y->len == KEY_NULL_LEN) {
    return (x->len != KEY_NULL_LEN) - (y->len != KEY_NULL_LEN);
  }
  return text_compare(x, y);
}

/* --- back to columns ---------------------------------------------------------------- */

static void store_fixed(Vector *out, uint32_t row, uint64_t word) {
  switch (type_phys(out->type)) {
    case PHYS_I8:
      ((int8_t *)out->data)[row] = (int8_t)word;
      return;
    case PHYS_I16:
      ((int16_t *)out->data)[row] = (int16_t)word;
      return;
    case PHYS_I32:
      ((int32_t *)out->data)[row] = (int32_t)word;
      return;
    case PHYS_I64:
      ((int64_t *)out->data)[row] = (int64_t)word;
      return;
    case PHYS_F32: {
      double f;
      memcpy(&f, &word, 8);
      ((float *)out->data)[row] = (float)f;
      return;
    }
    case PHYS_F64:
      memcpy((double *)out->data + row, &word, 8);
      return;
    case PHYS_I128:
    case PHYS_TEXT:
    case PHYS_COUNT:
      break;
  }
  assert(!"not of fixed width");
}

uint64_t key_value_hash(const Vector *v, uint32_t row) {
  if (type_phys(v->type) == PHYS_TEXT) {
    const TextRef t = text_key(v, row);
    return text_hash(&t);
  }
  if (type_phys(v->type) == PHYS_I128) {
    return hash_bytes((const Int128 *)v->data + vector_at(v, row), sizeof(Int128));
  }
  return hash_u64(fixed_key(v, row));
}

bool key_is_word(Type t) {
  Phys p = type_phys(t);
  return p != PHYS_I128 && p != PHYS_TEXT;
}

void key_words(const Vector *v, const uint16_t *rows, uint32_t n, uint64_t *words) {
  if (is_word(v->type)) {
    fill_words((int64_t *)words, v, rows, n);
  } else {
    for (uint32_t i = 0; i < n; i++) words[i] = fixed_key(v, rows[i]);
  }
}

void key_from_word(Vector *out, uint32_t row, uint64_t word) { store_fixed(out, row, word); }

static void store_null(Vector *out, uint32_t row) {
  bit_clear(out->valid, row);
  size_t size = phys_size(type_phys(out->type));
  memset((char *)out->data + row * size, 0, size);
}

void key_decode(Vector *out, uint32_t row, const char **at) {
  bool valid = *(*at)++;
  if (!valid) {
    store_null(out, row);
    return;
  }
  Phys p = type_phys(out->type);
  if (p == PHYS_I128) {
    memcpy((Int128 *)out->data + row, *at, 16);
    *at += 16;
  } else if (p == PHYS_TEXT) {
    uint32_t len;
    memcpy(&len, *at, 4);
    ((TextRef *)out->data)[row] = text_ref(*at + 4, len);
    *at += 4 + len;
  } else {
    uint64_t word;
    memcpy(&word, *at, 8);
    store_fixed(out, row, word);
    *at += 8;
  }
}

/* Keys of a table in hash order lie all over its memory, and who asks for them will want what is
 * behind them too. */
static inline void fetch_ahead(const void *const *keys, uint32_t i, uint32_t n) {
  enum { AHEAD = 12 };
  if (i + AHEAD >= n) return;
  __builtin_prefetch(keys[i + AHEAD]);
  __builtin_prefetch((const char *)keys[i + AHEAD] + 56); /* the next line, if it reaches there */
}

static void word_column(const void *const *keys, const uint64_t *hashes, uint32_t n, Vector *out) {
  bool nulls = false;
  if (type_phys(out->type) == PHYS_I64) {
    int64_t *words = out->data;
    for (uint32_t i = 0; i < n; i++) {
      fetch_ahead(keys, i, n);
      memcpy(&words[i], keys[i], 8);
      nulls |= hashes[i] == KEY_NULL_HASH;
    }
  } else {
    for (uint32_t i = 0; i < n; i++) {
      uint64_t word;
      fetch_ahead(keys, i, n);
      memcpy(&word, keys[i], 8);
      store_fixed(out, i, word);
      nulls |= hashes[i] == KEY_NULL_HASH;
    }
  }
  for (uint32_t i = 0; nulls && i < n; i++) {
    if (hashes[i] == KEY_NULL_HASH && *(const int64_t *)keys[i] == 0) store_null(out, i);
  }
}

static void text_column(const void *const *keys, uint32_t n, Vector *out) {
  TextRef *texts = out->data;
  for (uint32_t i = 0; i < n; i++) {
    fetch_ahead(keys, i, n);
    texts[i] = *(const TextRef *)keys[i];
    if (texts[i].len == KEY_NULL_LEN) store_null(out, i);
  }
}

void key_columns(const KeySpec *spec, const void *const *keys, const uint64_t *hashes, uint32_t n,
                 Vector *out) {
  if (spec->n == 0) return;
  switch (spec->form) {
    case KEY_WORD:
      word_column(keys, hashes, n, &out[0]);
      return;
    case KEY_TEXT:
      text_column(keys, n, &out[0]);
      return;
    case KEY_BYTES:
      for (uint32_t i = 0; i < n; i++) {
        fetch_ahead(keys, i, n);
        const char *at = text_bytes(keys[i]);
        for (uint32_t c = 0; c < spec->n; c++) key_decode(&out[c], i, &at);
      }
      return;
    case KEY_PAIR:
      break;
  }
  assert(!"no columns");
}
