/* join_rows.h -- the rows of both sides of a join's window, and which of them may be pairs.
 *
 *   table   key -> for each side the rows of that key, in the order in which they came
 *   rows    of each side; next[side][id] is the next row of the same key
 *
 * One thread.
 */
#pragma once
#include "exec/ops/op_spec.h"
#include "exec/state/hash_table.h"
#include "exec/state/rows.h"

enum { JOIN_LEFT_SIDE, JOIN_RIGHT_SIDE, JOIN_SIDES };

/* The same for all windows of an operator. */
typedef struct JoinLayout {
  JoinKind kind;
  KeySpec key[JOIN_SIDES];
  RowLayout rows[JOIN_SIDES];
  bool conditional; /* rows with equal keys are not always a pair */
  KeyBatch *keys;   /* scratch */
} JoinLayout;

static inline bool join_keeps_left(JoinKind k) {
  return k == JOIN_LEFT || k == JOIN_FULL || k == JOIN_ANTI;
}
static inline bool join_keeps_right(JoinKind k) { return k == JOIN_RIGHT || k == JOIN_FULL; }
/* Only whether a left row has a partner counts. */
static inline bool join_asks(JoinKind k) { return k == JOIN_SEMI || k == JOIN_ANTI; }

typedef struct JoinKey JoinKey;

typedef struct JoinRows {
  const JoinLayout *layout;
  HashTable table;
  Rows rows[JOIN_SIDES];
  uint32_t *next[JOIN_SIDES];
  uint32_t cap_next[JOIN_SIDES];
} JoinRows;

/* expected: keys it will probably hold, 0 unknown. */
void join_rows_init(JoinRows *j, const JoinLayout *layout, uint64_t expected);
void join_rows_deinit(JoinRows *j);
/* Rows of one side; those that can neither have a partner nor come out without one are forgotten.
 * false: no memory. */
MUST_USE bool join_rows_add(JoinRows *j, int side, const Batch *in, const uint16_t *rows,
                            uint32_t n);

/* Reading candidates; begins zeroed.  Nothing may be added any more. */
typedef struct JoinCursor {
  HashCursor keys;
  const JoinKey *key;   /* NULL: the next one is due */
  uint32_t left, right; /* the next candidate of the key */
  bool rest;            /* right rows without partner */
} JoinCursor;

/* The next candidates, by key in the order of hashes, then left row, then right row:
 *
 *   (left, right)      rows with equal keys
 *   (left, ROW_NONE)   behind all pairs of a left row that is to come out if it has no partner
 *   (ROW_NONE, right)  behind all pairs of a key, the same for right rows
 *
 * At most max; 0: no more. */
uint32_t join_candidates(JoinRows *j, JoinCursor *c, uint32_t max, uint32_t *left, uint32_t *right);
/* No more pairs of this left row are wanted. */
static inline void join_skip_left(JoinCursor *c, uint32_t left) {
  if (c->key != NULL && !c->rest && c->left == left) c->right = ROW_NONE;
}
