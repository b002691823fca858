/* groups_out.c -- groups as columns: results, or partials on their way to the key's owner. */
#include <string.h>

#include "exec/ops/groups.h"

/* Groups on their way out. */
typedef struct GroupRun {
  const void *keys[BATCH_ROWS];
  void *records[BATCH_ROWS];
  uint64_t hashes[BATCH_ROWS];
  uint32_t n;
} GroupRun;

static void next_groups(Groups *g, GroupRun *run) {
  run->n = hash_table_next(&g->table, &g->cursor, BATCH_ROWS, run->keys, run->records, run->hashes);
  if (run->n == 0) g->cursor = (HashCursor){0};
}

/* Of these groups those that have changed; from now on they have not. */
static void keep_changed(const GroupLayout *l, GroupRun *run) {
  uint32_t m = 0;
  for (uint32_t i = 0; i < run->n; i++) {
    uint64_t *changed = (uint64_t *)(void *)((char *)run->records[i] + l->changed_at);
    if (*changed == 0) continue;
    *changed = 0;
    run->keys[m] = run->keys[i];
    run->records[m] = run->records[i];
    run->hashes[m++] = run->hashes[i];
  }
  run->n = m;
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
    group_states(records, l->offset[a], n, states);
    TRY(agg->kernels->emit((const void *const *)states, n, &out[a], &how));
  }
  return OK;
}

void group_output_ready(GroupOutput *o, uint32_t n) {
  memcpy(o->cols, o->made, o->n_cols * sizeof *o->cols);
  for (uint32_t i = 0; i < o->n_values; i++) drop_validity(&o->cols[i], n);
}

static Code emit_run(Groups *g, const Op *op, const GroupRun *run, GroupOutput *o) {
  const GroupLayout *l = g->layout;
  assert(o->n_values == l->key.n + l->n_aggs);
  arena_reset(&g->results);
  vectors_all_valid(o->made, o->n_cols);
  key_columns(&l->key, run->keys, run->hashes, run->n, o->made);
  TRY(groups_results(l, &g->results, op, run->records, run->n, o->made + l->key.n));
  group_output_ready(o, run->n);
  return OK;
}

Code groups_emit(Groups *g, const Op *op, GroupOutput *o, uint32_t *n) {
  GroupRun run;
  next_groups(g, &run);
  *n = run.n;
  return run.n > 0 ? emit_run(g, op, &run, o) : OK;
}

Code groups_emit_changed(Groups *g, const Op *op, GroupOutput *o, uint32_t *n) {
  GroupRun run;
  *n = 0;
  do {
    next_groups(g, &run);
    if (run.n == 0) return OK;
    keep_changed(g->layout, &run);
  } while (run.n == 0);
  *n = run.n;
  return emit_run(g, op, &run, o);
}

void groups_emit_partials(Groups *g, Micros slice_us, Vector *cols, uint32_t *n) {
  const GroupLayout *l = g->layout;
  GroupRun run;
  next_groups(g, &run);
  *n = run.n;
  vectors_all_valid(cols, l->n_partial_cols);
  key_columns(&l->key, run.keys, run.hashes, run.n, cols);
  uint32_t col = l->key.n;
  for (uint32_t i = 0; i < *n; i++) {
    ((int64_t *)cols[col].data)[i] = slice_us;
    memcpy((int64_t *)cols[col + 1].data + i, run.records[i], 8);
  }
  col += 2;
  for (uint32_t a = 0; a < l->n_aggs; a++) {
    for (uint32_t w = 0; w < l->aggs[a].kernels->state_bytes / 8; w++, col++) {
      uint64_t *data = cols[col].data;
      uint32_t offset = l->offset[a] + 8 * w;
      for (uint32_t i = 0; i < *n; i++) memcpy(&data[i], (char *)run.records[i] + offset, 8);
    }
  }
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

Vector *group_distinct_vectors(const GroupLayout *l, Arena *arena) {
  Type *types = arena_try_alloc(arena, (l->n_distinct + 1) * sizeof *types, 8);
  if (types == NULL) return NULL;
  for (uint32_t a = 0, d = 0; a < l->n_aggs; a++) {
    if (l->aggs[a].distinct) types[d++] = l->aggs[a].arg_type;
  }
  return vectors_new(arena, types, l->n_distinct);
}

void vectors_all_valid(Vector *cols, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) memset(cols[i].valid, 0xFF, BATCH_WORDS * sizeof(uint64_t));
}
