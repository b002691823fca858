/* groups.c -- folding batches into groups, a column at a time; groups.h has the layout. */
#include "exec/ops/groups.h"

#include <stdlib.h>
#include <string.h>

/* --- layout ------------------------------------------------------------------------------------
 */

static bool alloc_layout(GroupLayout *l, uint32_t n_keys, const AggCall *aggs, uint32_t n_aggs) {
  uint32_t words = 0;
  for (uint32_t i = 0; i < n_aggs; i++) words += aggs[i].kernels->state_bytes / 8;
  l->n_partial_cols = n_keys + 2 + words;
  l->offset = arena_try_alloc(&l->arena, (n_aggs + 1) * sizeof *l->offset, 8);
  l->partial_col = arena_try_alloc(&l->arena, (n_aggs + 1) * sizeof *l->partial_col, 8);
  l->partial_types = arena_try_alloc(&l->arena, l->n_partial_cols * sizeof(Type), 8);
  l->keys = key_batch_new();
  return l->offset != NULL && l->partial_col != NULL && l->partial_types != NULL && l->keys != NULL;
}

bool group_layout_init(GroupLayout *l, const uint32_t *keys, uint32_t n_keys, const AggCall *aggs,
                       uint32_t n_aggs, const FormatField *input, uint32_t n_input,
                       bool counts_rows) {
  *l = (GroupLayout){.aggs = aggs, .n_aggs = n_aggs, .counts_rows = counts_rows, .sendable = true};
  if (!alloc_layout(l, n_keys, aggs, n_aggs)) return false;
  Type *types = arena_try_alloc(&l->arena, (n_keys + 1) * sizeof(Type), 8);
  uint32_t *first = arena_try_alloc(&l->arena, (n_keys + 1) * sizeof(uint32_t), 8);
  if (types == NULL || first == NULL) return false;
  for (uint32_t i = 0; i < n_keys; i++) {
    assert(keys[i] < n_input);
    types[i] = l->partial_types[i] = input[keys[i]].type;
    first[i] = i;
  }
  for (uint32_t i = n_keys; i < l->n_partial_cols; i++) l->partial_types[i] = type_of(TYPE_BIGINT);
  l->key = key_spec(keys, types, n_keys);
  l->partial_key = key_spec(first, types, n_keys);
  for (uint32_t i = 0; i < n_aggs; i++) {
    const AggCall *agg = &l->aggs[i];
    l->n_distinct += agg->distinct;
    l->sendable = l->sendable && agg->kernels->words && !agg->kernels->ordered && !agg->distinct;
  }
  if (l->n_distinct > 0 || counts_rows) l->record_bytes = 8;
  for (uint32_t i = 0, col = n_keys + 2; i < n_aggs; i++) {
    assert(aggs[i].kernels->state_bytes % 8 == 0);
    l->partial_col[i] = col;
    col += aggs[i].kernels->state_bytes / 8;
    l->offset[i] = l->record_bytes;
    l->record_bytes += aggs[i].kernels->state_bytes;
  }
  return true;
}

uint32_t group_layout_reserve(GroupLayout *l, uint32_t bytes) {
  uint32_t at = l->record_bytes;
  l->record_bytes += (bytes + 7) & ~UINT32_C(7);
  return at;
}

void group_layout_note_changes(GroupLayout *l) {
  l->notes_changes = true;
  l->changed_at = group_layout_reserve(l, sizeof(uint64_t));
}

void group_layout_deinit(GroupLayout *l) {
  key_batch_free(l->keys);
  arena_deinit(&l->arena);
  *l = (GroupLayout){0};
}

bool groups_init(Groups *g, const GroupLayout *layout, uint64_t expected) {
  return groups_init_sized(g, layout, (GroupsSize){.groups = expected});
}

bool groups_init_sized(Groups *g, const GroupLayout *layout, GroupsSize expected) {
  *g = (Groups){.layout = layout};
  hash_table_init(&g->table, layout->key.form, layout->record_bytes, expected.groups);
  if (layout->n_distinct == 0) return true;
  g->distinct = calloc(layout->n_distinct, sizeof *g->distinct);
  if (g->distinct == NULL) return false;
  uint32_t d = 0;
  for (uint32_t a = 0; a < layout->n_aggs; a++) {
    const AggCall *agg = &layout->aggs[a];
    if (!agg->distinct) continue;
    uint64_t values = d < COUNT_OF(expected.values) ? expected.values[d] : 0;
    distinct_init(&g->distinct[d++], agg->arg_type, values);
  }
  return true;
}

GroupsSize groups_size(const Groups *g) {
  GroupsSize size = {.groups = g->table.n};
  for (uint32_t d = 0; d < g->layout->n_distinct && d < COUNT_OF(size.values); d++) {
    size.values[d] = g->distinct[d].table.n;
  }
  return size;
}

void groups_deinit(Groups *g) {
  if (g->distinct != NULL) {
    for (uint32_t i = 0; i < g->layout->n_distinct; i++) distinct_deinit(&g->distinct[i]);
    free(g->distinct);
  }
  hash_table_deinit(&g->table);
  arena_deinit(&g->results);
  *g = (Groups){0};
}

void groups_swap(Groups *a, Groups *b) {
  Groups was = *a;
  *a = *b;
  *b = was;
  hash_table_moved(&a->table);
  hash_table_moved(&b->table);
}

/* --- folding in ----------------------------------------------------------------------------------
 */

void groups_number(Groups *g, void *const *records, uint32_t n) {
  if (g->layout->n_distinct == 0) return;
  for (uint32_t i = 0; i < n; i++) {
    uint64_t *number = records[i];
    if (*number == 0) *number = ++g->numbers;
  }
}

static bool find_groups(Groups *g, const KeySpec *key, const Batch *in, const uint16_t *rows,
                        uint32_t n, void **records) {
  if (!key_batch_fill(g->layout->keys, key, in, rows, n)) return false;
  if (!hash_table_get(&g->table, g->layout->keys, n, records)) return false;
  groups_number(g, records, n);
  return true;
}

/* The rows and groups that an aggregate takes: where its filter is TRUE. */
static uint32_t filter_rows(const AggCall *agg, const Batch *in, const uint16_t *rows, uint32_t n,
                            void *const *records, uint16_t *kept, void **groups) {
  uint32_t m = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (!group_filter(agg, in, rows[i])) continue;
    kept[m] = rows[i];
    groups[m++] = records[i];
  }
  return m;
}

bool groups_distinct_rows(Groups *g, Distinct *d, const Vector *values, uint16_t *rows,
                          void **groups, uint32_t *n) {
  uint32_t m = 0;
  for (uint32_t i = 0; i < *n; i++) {
    if (!vector_valid(values, rows[i])) continue;
    rows[m] = rows[i];
    groups[m++] = groups[i];
  }
  uint16_t fresh[BATCH_ROWS];
  const DistinctInput in = {g->layout->keys, values, rows, groups, m};
  if (!distinct_add(d, &in, fresh, n)) return false;
  for (uint32_t i = 0; i < *n; i++) {
    rows[i] = rows[fresh[i]];
    groups[i] = groups[fresh[i]];
  }
  return true;
}

static bool add_one(Groups *g, uint32_t a, Distinct *distinct, const Batch *in, uint64_t arrival,
                    const uint16_t *rows, uint32_t n, void *const *records) {
  const AggCall *agg = &g->layout->aggs[a];
  const Vector *values = agg->arg >= 0 ? &in->cols[agg->arg] : NULL;
  void *states[BATCH_ROWS];
  if (agg->filter < 0 && distinct == NULL) {
    group_states(records, g->layout->offset[a], n, states);
    return agg->kernels->add(
        &(AggInput){states, values, rows, n, arrival, &agg->params, &g->table.arena});
  }
  uint16_t kept[BATCH_ROWS];
  void *groups[BATCH_ROWS];
  if (agg->filter >= 0) {
    n = filter_rows(agg, in, rows, n, records, kept, groups);
  } else {
    memcpy(kept, rows, n * sizeof *kept);
    memcpy(groups, records, n * sizeof *groups);
  }
  if (distinct != NULL && !groups_distinct_rows(g, distinct, values, kept, groups, &n))
    return false;
  group_states(groups, g->layout->offset[a], n, states);
  return agg->kernels->add(
      &(AggInput){states, values, kept, n, arrival, &agg->params, &g->table.arena});
}

bool groups_find(Groups *g, const Batch *in, const uint16_t *rows, uint32_t n, void **records) {
  return find_groups(g, &g->layout->key, in, rows, n, records);
}

bool groups_fold(Groups *g, const Batch *in, uint64_t arrival, const uint16_t *rows, uint32_t n,
                 void *const *records) {
  Distinct *distinct = g->distinct;
  for (uint32_t a = 0; a < g->layout->n_aggs; a++) {
    Distinct *own = g->layout->aggs[a].distinct ? distinct++ : NULL;
    if (!add_one(g, a, own, in, arrival, rows, n, records)) return false;
  }
  return true;
}

bool groups_add(Groups *g, const Batch *in, uint64_t arrival, const uint16_t *rows, uint32_t n) {
  void *records[BATCH_ROWS];
  if (!groups_find(g, in, rows, n, records)) return false;
  if (g->layout->counts_rows) {
    for (uint32_t i = 0; i < n; i++) ++*(uint64_t *)records[i];
  }
  groups_note(g->layout, records, n);
  return groups_fold(g, in, arrival, rows, n, records);
}

void group_partial_state(const GroupLayout *l, uint32_t a, const Batch *in, uint32_t row,
                         uint64_t *words) {
  uint32_t col = l->partial_col[a], n_words = l->aggs[a].kernels->state_bytes / 8;
  for (uint32_t w = 0; w < n_words; w++, col++) {
    const Vector *v = &in->cols[col];
    words[w] = ((const uint64_t *)v->data)[vector_at(v, row)];
  }
}

bool groups_find_partials(Groups *g, const Batch *in, const uint16_t *rows, uint32_t n,
                          void **records) {
  assert(g->layout->sendable && in->n_cols == g->layout->n_partial_cols);
  return find_groups(g, &g->layout->partial_key, in, rows, n, records);
}

bool groups_add_partials(Groups *g, const Batch *in, const uint16_t *rows, uint32_t n) {
  const GroupLayout *l = g->layout;
  void *records[BATCH_ROWS], *states[BATCH_ROWS];
  const void *from[BATCH_ROWS];
  if (!groups_find_partials(g, in, rows, n, records)) return false;
  groups_note(l, records, n);
  for (uint32_t a = 0; a < l->n_aggs; a++) {
    uint64_t words[BATCH_ROWS][AGG_STATE_WORDS_MAX];
    for (uint32_t i = 0; i < n; i++) {
      group_partial_state(l, a, in, rows[i], words[i]);
      from[i] = words[i];
    }
    group_states(records, l->offset[a], n, states);
    if (!l->aggs[a].kernels->merge(states, from, n, &g->table.arena)) return false;
  }
  return true;
}

bool groups_make_empty_group(Groups *g) {
  static const uint16_t row = 0;
  void *record[1];
  return find_groups(g, &g->layout->key, &(Batch){.rows = 1}, &row, 1, record);
}

uint64_t groups_partial_rows(const GroupLayout *l, const Batch *in, const uint16_t *rows,
                             uint32_t n) {
  const int64_t *counts = in->cols[l->partial_key.n + 1].data;
  uint64_t sum = 0;
  for (uint32_t i = 0; i < n; i++) sum += (uint64_t)counts[rows[i]];
  return sum;
}
