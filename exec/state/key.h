/* key.h -- the key of a row: encoded, hashed, compared, given back as columns.
 *
 * A key has one of a few forms, so that the common ones need no encoding:
 *
 *   WORD   one column of an integer-like type: its value as int64
 *   PAIR   two words; never of columns alone (exec/state/distinct.h)
 *   TEXT   one column of text or bytes: its TextRef (CHAR without trailing blanks)
 *   BYTES  anything else: the columns one behind the other, each a byte 0 (NULL) or 1 and
 *          then 8 bytes (integers, sign-extended; floating point as a double with -0.0 =
 *          0.0 and one NaN), 16 bytes (DECIMAL above 18 digits) or length and bytes
 *
 * Two keys are equal if hash and value are.  A NULL key of form WORD or TEXT has the hash
 * KEY_NULL_HASH, which tells it from the value 0 or "".
 * The hash is XXH3_64 of the word, the text or the bytes, unseeded: it decides the
 * worker, the order of output and the place in checkpoints.
 */
#pragma once
#include "base/hash.h"
#include "exec/data/batch.h"

typedef enum KeyForm { KEY_WORD, KEY_PAIR, KEY_TEXT, KEY_BYTES } KeyForm;

typedef struct KeyPair {
  uint64_t a, b;
} KeyPair;

/* Not the hash of any word: checked in key_test.c for the word 0, the only one it could be
 * mistaken for. */
#define KEY_NULL_HASH UINT64_C(0x9E3779B97F4A7C15)
#define KEY_NULL_LEN  UINT32_MAX /* length of the TextRef of a NULL */

typedef struct KeySpec {
  KeyForm form;
  const uint32_t *cols; /* of the input; borrowed */
  const Type *types;    /* of those columns; borrowed */
  uint32_t n;
} KeySpec;

/* types[i] is the type of column cols[i].  n 0: one key for all rows (WORD 0). */
KeySpec key_spec(const uint32_t *cols, const Type *types, uint32_t n);
/* The same for columns of rows with these types; what has to be kept lies in the arena.  false: no
 * memory. */
MUST_USE bool key_spec_of_rows(KeySpec *out, Arena *arena, const Type *row_types,
                               const uint32_t *cols, uint32_t n);
/* Bytes of a key in a record: 8 or 16. */
static inline uint32_t key_bytes(KeyForm form) { return form == KEY_WORD ? 8 : 16; }

/* The keys of some rows of a batch, by position 0..n. */
typedef struct KeyBatch {
  KeyForm form;
  uint64_t hash[BATCH_ROWS];
  union {
    int64_t word[BATCH_ROWS];
    KeyPair pair[BATCH_ROWS];
    TextRef text[BATCH_ROWS];
  } u;
  Arena bytes; /* of BYTES keys; reset by each fill */
} KeyBatch;

/* A KeyBatch is big: it belongs to an operator, not on the stack.  NULL: no memory. */
KeyBatch *key_batch_new(void);
void key_batch_free(KeyBatch *k);

/* Keys of rows rows[0..n) of batch.  The hash is taken from batch->hash if that is there.
 * Text is borrowed from the batch.  false: no memory. */
MUST_USE bool key_batch_fill(KeyBatch *k, const KeySpec *spec, const Batch *batch,
                             const uint16_t *rows, uint32_t n);

/* Hashes only, for the exchange. */
MUST_USE bool key_hashes(KeyBatch *scratch, const KeySpec *spec, const Batch *batch,
                         const uint16_t *rows, uint32_t n, uint64_t *hash);

/* Order of two keys of one form with the same hash: negative, zero, positive. */
int key_compare(KeyForm form, const void *a, const void *b);

/* Write n stored keys (keys[i] points at 8 or 16 bytes, hashes[i] is its hash) as the columns
 * out[0..spec->n): flat vectors with room and a validity bitmap of ones each.  Text
 * points into the stored keys. */
void key_columns(const KeySpec *spec, const void *const *keys, const uint64_t *hashes, uint32_t n,
                 Vector *out);

/* One value in the encoding of BYTES keys: its size, writing it (returns what is behind it), and
 * reading it into slot row of a flat vector whose validity is all ones; *at moves behind. */
size_t key_encoded_size(const Vector *v, uint32_t row);
char *key_encode(const Vector *v, uint32_t row, char *at);
/* The same for a value that is to come back as it is: CHAR keeps its blanks, -0.0 its sign. */
size_t value_encoded_size(const Vector *v, uint32_t row);
char *value_encode(const Vector *v, uint32_t row, char *at);
void key_decode(Vector *out, uint32_t row, const char **at);
/* A hash of one value that is not NULL: equal values have equal hashes. */
uint64_t key_value_hash(const Vector *v, uint32_t row);

/* A value that is not NULL as one word, equal where the values are, and back: types for which
 * key_is_word. */
bool key_is_word(Type t);
void key_words(const Vector *v, const uint16_t *rows, uint32_t n, uint64_t *words);
void key_from_word(Vector *out, uint32_t row, uint64_t word);
