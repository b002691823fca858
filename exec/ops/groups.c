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
  l->partial_types = arena_try_alloc(&l->arena, l->n_partial_cols * sizeof(Type), 8);
  l->keys = key_batch_new();
  return l->offset != NULL && l->partial_types != NULL && l->keys != NULL;
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
    l->n_distinct += aggs[i].distinct;
    l->sendable =
        l->sendable && aggs[i].kernels->words && !aggs[i].kernels->ordered && !aggs[i].distinct;
  }
  if (l->n_distinct > 0 || counts_rows) l->record_bytes = 8;
  for (uint32_t i = 0; i < n_aggs; i++) {
    assert(aggs[i].kernels->state_bytes % 8 == 0);
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

void group_layout_deinit(GroupLayout *l) {
  key_batch_free(l->keys);
  arena_deinit(&l->arena);
  *l = (GroupLayout){0};
}

bool groups_init(Groups *g, const GroupLayout *layout, uint64_t expected) {
  *g = (Groups){.layout = layout};
  hash_table_init(&g->table, layout->key.form, layout->record_bytes, expected);
  if (layout->n_distinct == 0) return true;
  g->distinct = calloc(layout->n_distinct, sizeof *g->distinct);
  if (g->distinct == NULL) return false;
  for (uint32_t i = 0; i < layout->n_distinct; i++) distinct_init(&g->distinct[i]);
  return true;
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

/* --- folding in ----------------------------------------------------------------------------------
 */

/* Number the groups that are new; only asked for where an aggregate is DISTINCT. */
static void number_groups(Groups *g, void *const *records, uint32_t n, uint64_t before) {
  for (uint32_t i = 0; i < n; i++) {
    uint64_t *number = records[i];
    if (*number == 0) *number = ++before;
  }
  assert(before == g->table.n);
}

static bool find_groups(Groups *g, const KeySpec *key, const Batch *in, const uint16_t *rows,
                        uint32_t n, void **records) {
  uint64_t before = g->table.n;
  if (!key_batch_fill(g->layout->keys, key, in, rows, n)) return false;
  if (!hash_table_get(&g->table, g->layout->keys, n, records)) return false;
  if (g->distinct != NULL) number_groups(g, records, n, before);
  return true;
}

/* The rows and groups that an aggregate takes: where its filter is TRUE. */
static uint32_t filter_rows(const AggCall *agg, const Batch *in, const uint16_t *rows, uint32_t n,
                            void *const *records, uint16_t *kept, void **groups) {
  const Vector *f = &in->cols[agg->filter];
  const int8_t *truth = f->data;
  uint32_t m = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (!vector_valid(f, rows[i]) || !truth[vector_at(f, rows[i])]) continue;
    kept[m] = rows[i];
    groups[m++] = records[i];
  }
  return m;
}

/* Of rows[0..n), those whose value is not NULL and new to its group; compacted in place. */
static bool distinct_rows(Groups *g, Distinct *d, const Vector *values, uint16_t *rows,
                          void **groups, uint32_t *n) {
  uint32_t m = 0;
  for (uint32_t i = 0; i < *n; i++) {
    if (!vector_valid(values, rows[i])) continue;
    rows[m] = rows[i];
    groups[m++] = groups[i];
  }
  uint16_t fresh[BATCH_ROWS];
  if (!distinct_add(d, g->layout->keys, values, rows, groups, m, fresh, n)) return false;
  for (uint32_t i = 0; i < *n; i++) {
    rows[i] = rows[fresh[i]];
    groups[i] = groups[fresh[i]];
  }
  return true;
}

static void state_pointers(void *const *records, uint32_t offset, uint32_t n, void **states) {
  for (uint32_t i = 0; i < n; i++) states[i] = (char *)records[i] + offset;
}

static bool add_one(Groups *g, uint32_t a, Distinct *distinct, const Batch *in, uint64_t arrival,
                    const uint16_t *rows, uint32_t n, void *const *records) {
  const AggCall *agg = &g->layout->aggs[a];
  const Vector *values = agg->arg >= 0 ? &in->cols[agg->arg] : NULL;
  void *states[BATCH_ROWS];
  if (agg->filter < 0 && distinct == NULL) {
    state_pointers(records, g->layout->offset[a], n, states);
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
  if (distinct != NULL && !distinct_rows(g, distinct, values, kept, groups, &n)) return false;
  state_pointers(groups, g->layout->offset[a], n, states);
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
  return groups_fold(g, in, arrival, rows, n, records);
}

bool groups_add_partials(Groups *g, const Batch *in, const uint16_t *rows, uint32_t n) {
  const GroupLayout *l = g->layout;
  assert(l->sendable && in->n_cols == l->n_partial_cols);
  void *records[BATCH_ROWS], *states[BATCH_ROWS];
  const void *from[BATCH_ROWS];
  if (!find_groups(g, &l->partial_key, in, rows, n, records)) return false;
  uint32_t col = l->partial_key.n + 2;
  for (uint32_t a = 0; a < l->n_aggs; a++) {
    uint64_t words[BATCH_ROWS][AGG_STATE_WORDS_MAX];
    uint32_t n_words = l->aggs[a].kernels->state_bytes / 8;
    for (uint32_t w = 0; w < n_words; w++, col++) {
      const Vector *v = &in->cols[col];
      const uint64_t *data = v->data;
      for (uint32_t i = 0; i < n; i++) words[i][w] = data[vector_at(v, rows[i])];
    }
    for (uint32_t i = 0; i < n; i++) from[i] = words[i];
    state_pointers(records, l->offset[a], n, states);
    if (!l->aggs[a].kernels->merge(states, from, n, &g->table.arena)) return false;
  }
  return true;
}

/* --- merging whole tables ----------------------------------------------------------- */

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

/* Find or make g's groups with the keys of from's next groups.  *n 0: no more. */
static bool next_pairs(Groups *g, Groups *from, HashCursor *cursor, void **mine, void **theirs,
                       uint32_t *n) {
  const void *keys[BATCH_ROWS];
  uint64_t hashes[BATCH_ROWS], before = g->table.n;
  *n = hash_table_next(&from->table, cursor, BATCH_ROWS, keys, theirs, hashes);
  if (*n == 0) return true;
  keys_of(g->table.form, keys, hashes, *n, g->layout->keys);
  if (!hash_table_get(&g->table, g->layout->keys, *n, mine)) return false;
  if (g->distinct != NULL) number_groups(g, mine, *n, before);
  return true;
}

/* Feed the values of a DISTINCT aggregate that from has seen to g's groups.  from's groups
 * carry in their number word the address of g's group while this runs. */
static bool merge_distinct(Groups *g, uint32_t a, Distinct *mine, const Distinct *theirs) {
  const AggCall *agg = &g->layout->aggs[a];
  Arena scratch = {0};
  Vector *values = vectors_new(&scratch, &agg->arg_type, 1);
  uint16_t *rows = arena_try_alloc(&scratch, BATCH_ROWS * sizeof *rows, 8);
  const DistinctPair *at = NULL;
  bool ok = values != NULL && rows != NULL;
  bool more = ok && theirs->first != NULL;
  while (ok && more) {
    void *groups[BATCH_ROWS], *states[BATCH_ROWS];
    vectors_all_valid(values, 1);
    uint32_t n = distinct_next(theirs, &at, BATCH_ROWS, groups, values);
    for (uint32_t i = 0; i < n; i++) {
      rows[i] = (uint16_t)i;
      memcpy(&groups[i], groups[i], sizeof groups[i]);
    }
    ok = distinct_rows(g, mine, values, rows, groups, &n);
    state_pointers(groups, g->layout->offset[a], n, states);
    const AggInput in = {states, values, rows, n, 0, &agg->params, &g->table.arena};
    ok = ok && agg->kernels->add(&in);
    more = at != NULL;
  }
  arena_deinit(&scratch);
  return ok;
}

static bool merge_states(Groups *g, void *const *mine, void *const *theirs, uint32_t n) {
  void *into[BATCH_ROWS], *from[BATCH_ROWS];
  for (uint32_t a = 0; a < g->layout->n_aggs; a++) {
    const AggCall *agg = &g->layout->aggs[a];
    if (agg->distinct) continue;
    state_pointers(mine, g->layout->offset[a], n, into);
    state_pointers(theirs, g->layout->offset[a], n, from);
    if (!agg->kernels->merge(into, (const void *const *)from, n, &g->table.arena)) return false;
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
    ok = next_pairs(g, from, &cursor, mine, theirs, &n);
    if (!ok || n == 0) break;
    ok = merge_states(g, mine, theirs, n);
    for (uint32_t i = 0; with_distinct && i < n; i++) {
      memcpy(&numbers[done++], theirs[i], 8);
      memcpy(theirs[i], &mine[i], 8);
    }
  }
  uint32_t d = 0;
  for (uint32_t a = 0; ok && a < g->layout->n_aggs; a++) {
    if (!g->layout->aggs[a].distinct) continue;
    ok = merge_distinct(g, a, &g->distinct[d], &from->distinct[d]);
    d++;
  }
  if (with_distinct && ok) restore_numbers(from, numbers);
  free(numbers);
  return ok;
}

bool groups_make_empty_group(Groups *g) {
  static const uint16_t row = 0;
  void *record[1];
  return find_groups(g, &g->layout->key, &(Batch){.rows = 1}, &row, 1, record);
}

/* --- giving out --------------------------------------------------------------------- */

static uint32_t next_groups(Groups *g, Vector *cols, void **records) {
  const void *keys[BATCH_ROWS];
  uint64_t hashes[BATCH_ROWS];
  uint32_t n = hash_table_next(&g->table, &g->cursor, BATCH_ROWS, keys, records, hashes);
  key_columns(&g->layout->key, keys, hashes, n, cols);
  return n;
}

bool group_output_init(GroupOutput *o, Arena *arena, const FormatField *fields, uint32_t n_fields,
                       uint32_t n_values) {
  *o = (GroupOutput){.n_values = n_values, .n_cols = n_fields};
  const Type *types = field_types(arena, fields, n_fields);
  o->cols = arena_try_alloc(arena, (n_fields + 1) * sizeof *o->cols, 8);
  if (types == NULL || o->cols == NULL) return false;
  o->made = vectors_new(arena, types, n_fields);
  return o->made != NULL;
}

/* Validity that is all ones is none. */
static void drop_validity(Vector *v, uint32_t rows) {
  for (uint32_t w = 0; w < rows / 64; w++) {
    if (v->valid[w] != ~UINT64_C(0)) return;
  }
  for (uint32_t r = rows / 64 * 64; r < rows; r++) {
    if (!bit_get(v->valid, r)) return;
  }
  v->valid = NULL;
}

Code groups_results(const GroupLayout *l, Arena *arena, const Op *op, void *const *records,
                    uint32_t n, Vector *out) {
  void *states[BATCH_ROWS];
  for (uint32_t a = 0; a < l->n_aggs; a++) {
    const AggCall *agg = &l->aggs[a];
    AggEmit how = {.type = agg->result,
                   .scale_in = agg->arg_type.scale,
                   .wrap_on_overflow = op->ctx->env->wrap_on_overflow,
                   .params = &agg->params,
                   .arena = arena,
                   .name = agg->text != NULL ? agg->text : agg->name,
                   .span = agg->span,
                   .err = op->ctx->err};
    state_pointers(records, l->offset[a], n, states);
    TRY(agg->kernels->emit((const void *const *)states, n, &out[a], &how));
  }
  return OK;
}

void group_output_ready(GroupOutput *o, uint32_t n) {
  memcpy(o->cols, o->made, o->n_cols * sizeof *o->cols);
  for (uint32_t i = 0; i < o->n_values; i++) drop_validity(&o->cols[i], n);
}

Code groups_emit(Groups *g, const Op *op, GroupOutput *o, uint32_t *n) {
  const GroupLayout *l = g->layout;
  void *records[BATCH_ROWS];
  assert(o->n_values == l->key.n + l->n_aggs);
  vectors_all_valid(o->made, o->n_cols);
  *n = next_groups(g, o->made, records);
  if (*n == 0) return OK;
  arena_reset(&g->results);
  TRY(groups_results(l, &g->results, op, records, *n, o->made + l->key.n));
  group_output_ready(o, *n);
  return OK;
}

void groups_emit_partials(Groups *g, Micros slice_us, Vector *cols, uint32_t *n) {
  const GroupLayout *l = g->layout;
  void *records[BATCH_ROWS];
  vectors_all_valid(cols, l->n_partial_cols);
  *n = next_groups(g, cols, records);
  uint32_t col = l->key.n;
  for (uint32_t i = 0; i < *n; i++) {
    ((int64_t *)cols[col].data)[i] = slice_us;
    memcpy((int64_t *)cols[col + 1].data + i, records[i], 8);
  }
  col += 2;
  for (uint32_t a = 0; a < l->n_aggs; a++) {
    for (uint32_t w = 0; w < l->aggs[a].kernels->state_bytes / 8; w++, col++) {
      uint64_t *data = cols[col].data;
      uint32_t offset = l->offset[a] + 8 * w;
      for (uint32_t i = 0; i < *n; i++) memcpy(&data[i], (char *)records[i] + offset, 8);
    }
  }
}

uint64_t groups_partial_rows(const GroupLayout *l, const Batch *in, const uint16_t *rows,
                             uint32_t n) {
  const int64_t *counts = in->cols[l->partial_key.n + 1].data;
  uint64_t sum = 0;
  for (uint32_t i = 0; i < n; i++) sum += (uint64_t)counts[rows[i]];
  return sum;
}

Vector *vectors_new(Arena *arena, const Type *types, uint32_t n) {
  Vector *cols = arena_try_alloc(arena, (n + 1) * sizeof *cols, 8);
  if (cols == NULL) return NULL;
  for (uint32_t i = 0; i < n; i++) {
    void *data = arena_try_alloc(arena, BATCH_ROWS * phys_size(type_phys(types[i])), 16);
    uint64_t *valid = arena_try_alloc(arena, BATCH_WORDS * sizeof *valid, 8);
    if (data == NULL || valid == NULL) return NULL;
    cols[i] = (Vector){.type = types[i], .data = data, .valid = valid};
  }
  vectors_all_valid(cols, n);
  return cols;
}

void vectors_all_valid(Vector *cols, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) memset(cols[i].valid, 0xFF, BATCH_WORDS * sizeof(uint64_t));
}
