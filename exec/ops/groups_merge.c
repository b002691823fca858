/* groups_merge.c -- folding one table of groups into another. */
#include <stdlib.h>
#include <string.h>

#include "exec/ops/groups.h"

/* Keys of stored groups, for look-up in another table of the same layout. */
static void keys_of(KeyForm form, const void *const *keys, const uint64_t *hashes, uint32_t n,
                    KeyBatch *out) {
  out->form = form;
  memcpy(out->hash, hashes, n * sizeof *hashes);
  for (uint32_t i = 0; i < n; i++) {
    if (form == KEY_WORD) {
      memcpy(&out->u.word[i], keys[i], 8);
    } else {
      memcpy(&out->u.text[i], keys[i], sizeof(TextRef));
    }
  }
}

bool groups_match(Groups *g, Groups *from, HashCursor *cursor, void **mine, void **theirs,
                  uint32_t *n) {
  const void *keys[BATCH_ROWS];
  uint64_t hashes[BATCH_ROWS];
  *n = hash_table_next(&from->table, cursor, BATCH_ROWS, keys, theirs, hashes);
  if (*n == 0) return true;
  keys_of(g->table.form, keys, hashes, *n, g->layout->keys);
  if (!hash_table_get(&g->table, g->layout->keys, *n, mine)) return false;
  groups_number(g, mine, *n);
  return true;
}

/* Feed the values of a DISTINCT aggregate in theirs, from pair at on (NULL: none), to record into;
 * into NULL: the groups of theirs carry in their number word the address of g's group. */
static bool merge_distinct(Groups *g, uint32_t a, Distinct *mine, const Distinct *theirs,
                           const DistinctPair *at, void *into) {
  if (at == NULL) return true;
  const AggCall *agg = &g->layout->aggs[a];
  Arena scratch = {0};
  Vector *values = vectors_new(&scratch, &agg->arg_type, 1);
  uint16_t *rows = arena_try_alloc(&scratch, BATCH_ROWS * sizeof *rows, 8);
  bool ok = values != NULL && rows != NULL;
  while (ok) {
    void *groups[BATCH_ROWS], *states[BATCH_ROWS];
    vectors_all_valid(values, 1);
    uint32_t n = distinct_next(theirs, &at, BATCH_ROWS, groups, values);
    for (uint32_t i = 0; i < n; i++) {
      rows[i] = (uint16_t)i;
      if (into == NULL) memcpy(&groups[i], groups[i], sizeof groups[i]);
      if (into != NULL) groups[i] = into;
    }
    ok = groups_distinct_rows(g, mine, values, rows, groups, &n);
    group_states(groups, g->layout->offset[a], n, states);
    const AggInput in = {states, values, rows, n, 0, &agg->params, &g->table.arena};
    ok = ok && agg->kernels->add(&in);
    if (at == NULL) break;
  }
  arena_deinit(&scratch);
  return ok;
}

static bool merge_states(Groups *g, void *const *mine, void *const *theirs, uint32_t n) {
  void *into[BATCH_ROWS], *from[BATCH_ROWS];
  for (uint32_t a = 0; a < g->layout->n_aggs; a++) {
    const AggCall *agg = &g->layout->aggs[a];
    if (agg->distinct) continue;
    group_states(mine, g->layout->offset[a], n, into);
    group_states(theirs, g->layout->offset[a], n, from);
    if (!agg->kernels->merge(into, (const void *const *)from, n, &g->table.arena)) return false;
  }
  return true;
}

static bool merge_all_distinct(Groups *g, const Groups *from) {
  uint32_t d = 0;
  for (uint32_t a = 0; a < g->layout->n_aggs; a++) {
    if (!g->layout->aggs[a].distinct) continue;
    const Distinct *theirs = &from->distinct[d];
    if (!merge_distinct(g, a, &g->distinct[d], theirs, theirs->first, NULL)) return false;
    d++;
  }
  return true;
}

/* Put back the numbers that merge_distinct borrowed. */
static void restore_numbers(Groups *from, const uint64_t *numbers) {
  HashCursor cursor = {0};
  const void *keys[BATCH_ROWS];
  void *records[BATCH_ROWS];
  uint64_t hashes[BATCH_ROWS];
  uint32_t n;
  while ((n = hash_table_next(&from->table, &cursor, BATCH_ROWS, keys, records, hashes)) > 0) {
    for (uint32_t i = 0; i < n; i++) *(uint64_t *)records[i] = *numbers++;
  }
}

bool groups_merge(Groups *g, Groups *from) {
  HashCursor cursor = {0};
  void *mine[BATCH_ROWS], *theirs[BATCH_ROWS];
  uint64_t *numbers = NULL, done = 0;
  bool with_distinct = g->distinct != NULL;
  if (with_distinct) {
    numbers = malloc((from->table.n + 1) * sizeof *numbers);
    if (numbers == NULL) return false;
  }
  bool ok = true;
  for (uint32_t n = 1; ok;) {
    ok = groups_match(g, from, &cursor, mine, theirs, &n);
    if (!ok || n == 0) break;
    groups_note(g->layout, mine, n);
    ok = merge_states(g, mine, theirs, n);
    for (uint32_t i = 0; with_distinct && i < n; i++) {
      memcpy(&numbers[done++], theirs[i], 8);
      memcpy(theirs[i], &mine[i], 8);
    }
  }
  ok = ok && merge_all_distinct(g, from);
  if (with_distinct && ok) restore_numbers(from, numbers);
  free(numbers);
  return ok;
}

/* --- records one by one --------------------------------------------------------------------------
 */

bool groups_go_singly(Groups *g, uint32_t lists_at) {
  for (uint32_t d = 0; d < g->layout->n_distinct; d++) {
    uint32_t list_at = lists_at + d * (uint32_t)sizeof(DistinctPair *);
    if (!distinct_list_by_group(&g->distinct[d], list_at)) return false;
  }
  return true;
}

void groups_forget(Groups *g, void *record) {
  for (uint32_t d = 0; d < g->layout->n_distinct; d++) distinct_forget(&g->distinct[d], record);
}

bool groups_merge_record(Groups *g, void *mine, void *theirs) {
  if (!merge_states(g, &mine, &theirs, 1)) return false;
  uint32_t d = 0;
  for (uint32_t a = 0; a < g->layout->n_aggs; a++) {
    if (!g->layout->aggs[a].distinct) continue;
    Distinct *set = &g->distinct[d++];
    if (!merge_distinct(g, a, set, set, distinct_first(set, theirs), mine)) return false;
  }
  return true;
}
