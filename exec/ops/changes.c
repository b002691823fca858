/* changes.c -- encoding, comparing and remembering results. */
#include "exec/ops/changes.h"

#include <stdlib.h>
#include <string.h>

Changes *changes_new(const GroupLayout *layout, const FormatField *output) {
  Changes *c = calloc(1, sizeof *c);
  if (c == NULL) return NULL;
  c->layout = layout;
  Type types[COLUMNS_MAX];
  for (uint32_t a = 0; a < layout->n_aggs; a++) types[a] = layout->aggs[a].result;
  uint32_t n_values = layout->key.n + layout->n_aggs;
  c->results = vectors_new(&c->arena, types, layout->n_aggs);
  if (c->results != NULL && group_output_init(&c->out, &c->arena, output, n_values + 3, n_values)) {
    return c;
  }
  changes_free(c);
  return NULL;
}

void changes_free(Changes *c) {
  if (c == NULL) return;
  arena_deinit(&c->text);
  arena_deinit(&c->encoded);
  arena_deinit(&c->arena);
  free(c);
}

Code changes_results(Changes *c, const Op *op, void *const *records, uint32_t n) {
  assert(n <= CHANGES_GROUPS_MAX && c->n == 0);
  arena_reset(&c->text);
  arena_reset(&c->encoded);
  vectors_all_valid(c->results, c->layout->n_aggs);
  vectors_all_valid(c->out.made, c->out.n_cols);
  return groups_results(c->layout, &c->text, op, records, n, c->results);
}

/* Row i of the results, encoded; NULL ptr: no memory. */
static Str encode(Changes *c, uint32_t i) {
  size_t size = 0;
  for (uint32_t a = 0; a < c->layout->n_aggs; a++) size += value_encoded_size(&c->results[a], i);
  char *bytes = arena_try_alloc(&c->encoded, size + 1, 1), *at = bytes;
  if (bytes == NULL || size > UINT32_MAX) return (Str){0};
  for (uint32_t a = 0; a < c->layout->n_aggs; a++) at = value_encode(&c->results[a], i, at);
  return (Str){bytes, size};
}

static void put_row(Changes *c, RowKind kind, const char *values, ChangeOf of) {
  assert(c->n < BATCH_ROWS);
  uint32_t row = c->n++;
  c->key[row] = of.key;
  c->hash[row] = of.hash;
  c->start_us[row] = of.start_us;
  c->end_us[row] = of.end_us;
  c->time_us[row] = of.time_us;
  c->kind[row] = (uint8_t)kind;
  for (uint32_t a = 0; a < c->layout->n_aggs; a++) {
    key_decode(&c->out.made[c->layout->key.n + a], row, &values);
  }
}

bool changes_put(Changes *c, uint32_t i, Shown *shown, ChangeOf of, Arena *arena) {
  Str values = encode(c, i);
  if (values.ptr == NULL) return false;
  if (shown->any) {
    if (str_eq((Str){shown->bytes, shown->len}, values)) return true;
    put_row(c, ROW_UPDATE_BEFORE, shown->bytes, of);
  }
  put_row(c, shown->any ? ROW_UPDATE_AFTER : ROW_INSERT, values.ptr, of);
  c->fresh[c->n_new].shown = shown;
  c->fresh[c->n_new].arena = arena;
  c->fresh[c->n_new++].values = values;
  return true;
}

/* The old bytes' room is used again as long as it is enough. */
static bool remember(Shown *shown, Arena *arena, Str values) {
  if (values.len > shown->cap) {
    size_t cap = values.len < 16 ? 16 : values.len < UINT32_MAX / 2 ? values.len * 2 : values.len;
    char *wider = arena_try_alloc(arena, cap, 1);
    if (wider == NULL) return false;
    shown->bytes = wider;
    shown->cap = (uint32_t)cap;
  }
  if (values.len > 0) memcpy(shown->bytes, values.ptr, values.len);
  shown->len = (uint32_t)values.len;
  shown->any = true;
  return true;
}

void shown_save(const Shown *shown, StateOut *out) {
  state_put_bool(out, shown->any);
  if (shown->any) state_put_str(out, (Str){shown->bytes, shown->len});
}

bool shown_load(const Changes *c, Shown *shown, StateIn *in, Arena *arena) {
  if (!state_get_bool(in)) return true;
  Str values = state_get_str(in);
  StateIn part = {.at = values.ptr, .end = values.ptr + values.len};
  vectors_all_valid(c->results, c->layout->n_aggs);
  for (uint32_t a = 0; a < c->layout->n_aggs; a++) state_get_value(&part, &c->results[a], 0);
  if (part.bad || part.at < part.end) state_bad(in);
  return in->bad || remember(shown, arena, values);
}

static void store_times(Vector *v, const Micros *times, uint32_t n) {
  memcpy(v->data, times, n * sizeof *times);
  v->valid = NULL;
}

Code changes_emit(Changes *c, Op *op) {
  GroupOutput *o = &c->out;
  if (c->n == 0) return OK;
  key_columns(&c->layout->key, c->key, c->hash, c->n, o->made);
  group_output_ready(o, c->n);
  store_times(&o->cols[o->n_values], c->start_us, c->n);
  store_times(&o->cols[o->n_values + 1], c->end_us, c->n);
  store_times(&o->cols[o->n_values + 2], c->time_us, c->n);
  const Batch out = {.rows = c->n, .n_cols = o->n_cols, .cols = o->cols, .kind = c->kind};
  TRY(op_emit(op, PORT_ROWS, &out));
  for (uint32_t i = 0; i < c->n_new; i++) {
    if (!remember(c->fresh[i].shown, c->fresh[i].arena, c->fresh[i].values)) {
      return op_no_memory(op);
    }
  }
  c->n = c->n_new = 0;
  return OK;
}
