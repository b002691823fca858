/* op_rows_agg.c -- TUMBLE_ROWS and HOP_ROWS with aggregates: windows that count the rows of a key.
 *
 * A window's result comes while reading, with the row that completes it; what is open at the end of
 * the input comes then.  Results leave in the order of those rows, and at the end in the order
 * (key hash, key).
 *
 * Aggregates whose states are plain words are kept by slices (row_window.h), the others by the rows
 * of the window, from which they are made when it is complete (row_log.h): that costs the rows of a
 * window for every result.
 *
 * A batch is worked off in rounds, so that rows are folded in a column at a time: round r takes
 * of every key the rows of the r-th slice that it touches here.
 */
#include <stdlib.h>
#include <string.h>

#include "exec/ops/key_rows.h"
#include "exec/ops/ops.h"

/* The aggregates that are kept in one of the two ways. */
typedef struct Part {
  AggCall *calls;
  uint32_t n;
  GroupLayout layout;
  Groups groups; /* for folding in: no group is ever made, records are the operator's */
  char *records; /* of the results of a batch */
  Vector *out;   /* their columns */
} Part;

enum { ROW_FIRST = 1, ROW_COUNTS = 2, ROW_LAST = 4, ROW_RESULT = 8 }; /* of its slice */

/* The rows of a batch. */
typedef struct Rows {
  uint32_t n, n_rounds;
  uint16_t row[BATCH_ROWS], order[BATCH_ROWS]; /* order: by round */
  uint16_t round[BATCH_ROWS], result[BATCH_ROWS];
  uint8_t what[BATCH_ROWS];
  void *key[BATCH_ROWS];
} Rows;

/* Results of a batch. */
typedef struct Results {
  uint32_t n;
  const void *key[BATCH_ROWS];
  uint64_t hash[BATCH_ROWS];
  int64_t start[BATCH_ROWS], end[BATCH_ROWS], position[BATCH_ROWS];
} Results;

typedef struct OpRowsAgg {
  Op op;
  const WindowAggSpec *spec;
  const FormatField *input, *output;
  uint32_t n_input;
  RowGeometry geometry;
  KeySpec key;
  KeyRowsKind kind;
  HashTable table; /* of KeyRows */
  KeyBatch *keys;
  Part words, logged;
  RowReplay replay;
  uint64_t arrived, batch; /* rows, and batches, before the one in hand */
  Rows rows;
  Results results;
  GroupOutput out; /* behind the values: window_start, window_end, position */
  HashCursor cursor;
  bool due;
  Arena text, arena;
} OpRowsAgg;

static Code no_memory_unless(const OpRowsAgg *self, bool ok) {
  return ok ? OK : op_no_memory(&self->op);
}

/* --- one result ----------------------------------------------------------------------------- */

static char *result_record(const Part *p, uint32_t i) {
  return p->records + (size_t)i * p->layout.record_bytes;
}

/* The window in hand of a key as result i. */
static Code make_result(OpRowsAgg *self, const KeyRows *k, bool with_open, uint32_t i) {
  char *record = result_record(&self->words, i);
  memset(record, 0, self->words.layout.record_bytes);
  if (!row_window_result(&self->words.layout, &k->window, with_open, record)) {
    return op_no_memory(&self->op);
  }
  if (self->logged.n == 0) return OK;
  record = result_record(&self->logged, i);
  memset(record, 0, self->logged.layout.record_bytes);
  uint64_t number = i + 1; /* where an aggregate is DISTINCT: groups.h */
  if (self->logged.groups.distinct != NULL) memcpy(record, &number, sizeof number);
  return no_memory_unless(self, row_replay(&self->replay, &self->logged.groups, &k->log, record));
}

/* What the next window does not have goes. */
static Code move_on(OpRowsAgg *self, KeyRows *k) {
  const RowGeometry *g = &self->geometry;
  RowWindow *w = &k->window;
  uint64_t end = w->next + g->step, before = w->first;
  if (end <= g->width) return OK;
  if (!row_window_drop(&self->words.layout, w, end - g->width)) return op_no_memory(&self->op);
  if (self->logged.n > 0) row_log_drop(&k->log, (w->first - before) * (g->unit - g->skip));
  return OK;
}

/* --- a batch -------------------------------------------------------------------------------- */

static void note_result(OpRowsAgg *self, const KeyRows *k, uint64_t hash, uint64_t end,
                        int64_t position) {
  Results *r = &self->results;
  uint64_t size = self->spec->window.size_rows;
  uint32_t i = r->n++;
  r->key[i] = (const char *)k - key_bytes(self->table.form);
  r->hash[i] = hash;
  r->start[i] = (int64_t)(end > size ? end - size : 0);
  r->end[i] = (int64_t)(end < k->rows ? end : k->rows);
  r->position[i] = position;
}

static int64_t position_of(const OpRowsAgg *self, const Batch *in, uint32_t row) {
  const Vector *v = &in->cols[self->spec->position_col];
  return ((const int64_t *)v->data)[vector_at(v, row)];
}

/* Count a row of its key, and say what it does. */
static void step_row(OpRowsAgg *self, const Batch *in, uint32_t i) {
  const RowGeometry *g = &self->geometry;
  Rows *r = &self->rows;
  KeyRows *k = r->key[i];
  if (k->batch != self->batch) {
    k->batch = self->batch;
    k->round = 0;
  }
  if (k->rows == 0) k->to_result = g->step;
  r->round[i] = (uint16_t)k->round;
  if (k->round >= r->n_rounds) r->n_rounds = k->round + 1;
  r->what[i] =
      (uint8_t)((k->in_unit == g->skip ? ROW_FIRST : 0) | (k->in_unit >= g->skip ? ROW_COUNTS : 0));
  k->rows++;
  if (++k->in_unit < g->unit) return;
  k->in_unit = 0;
  k->round++;
  r->what[i] |= ROW_LAST;
  if (--k->to_result > 0) return;
  k->to_result = g->step;
  r->what[i] |= ROW_RESULT;
  r->result[i] = (uint16_t)self->results.n;
  note_result(self, k, self->keys->hash[i], k->rows, position_of(self, in, r->row[i]));
}

/* order: the rows by round, those of a round as they came. */
static void sort_by_round(Rows *r) {
  uint32_t at[BATCH_ROWS + 1] = {0};
  for (uint32_t i = 0; i < r->n; i++) at[r->round[i] + 1]++;
  for (uint32_t k = 1; k <= r->n_rounds; k++) at[k] += at[k - 1];
  for (uint32_t i = 0; i < r->n; i++) r->order[at[r->round[i]]++] = (uint16_t)i;
}

/* Rows order[0..n), which are of one round, into their slices and logs. */
static Code fold_round(OpRowsAgg *self, const Batch *in, const uint16_t *order, uint32_t n) {
  Rows *r = &self->rows;
  uint16_t rows[BATCH_ROWS];
  void *slices[BATCH_ROWS];
  uint32_t m = 0;
  for (uint32_t i = 0; i < n; i++) {
    KeyRows *k = r->key[order[i]];
    uint8_t what = r->what[order[i]];
    bool ok = (what & ROW_FIRST) == 0 || row_window_begin(&self->words.layout, &k->window);
    if (!ok) return op_no_memory(&self->op);
    if ((what & ROW_COUNTS) == 0) continue;
    rows[m++] = r->row[order[i]];
    if (self->logged.n == 0) continue;
    ok = row_log_append(&k->log, in, self->replay.cols, self->replay.n_cols, r->row[order[i]]);
    if (!ok) return op_no_memory(&self->op);
  }
  m = 0;
  for (uint32_t i = 0; i < n; i++) { /* now that all slices are there */
    const KeyRows *k = r->key[order[i]];
    if ((r->what[order[i]] & ROW_COUNTS) == 0) continue;
    slices[m++] = row_window_slice(&self->words.layout, &k->window);
  }
  return no_memory_unless(self,
                          groups_fold(&self->words.groups, in, self->arrived, rows, m, slices));
}

/* The slices that are complete, and the windows. */
static Code end_round(OpRowsAgg *self, const uint16_t *order, uint32_t n) {
  const Rows *r = &self->rows;
  for (uint32_t i = 0; i < n; i++) {
    KeyRows *k = r->key[order[i]];
    uint8_t what = r->what[order[i]];
    if ((what & ROW_LAST) == 0) continue;
    if (!row_window_end(&self->words.layout, &k->window)) return op_no_memory(&self->op);
    if ((what & ROW_RESULT) != 0) TRY(make_result(self, k, false, r->result[order[i]]));
  }
  TRY(no_memory_unless(self, row_replay_flush(&self->replay, &self->logged.groups)));
  for (uint32_t i = 0; i < n; i++) {
    if ((r->what[order[i]] & ROW_RESULT) != 0) TRY(move_on(self, r->key[order[i]]));
  }
  return OK;
}

/* --- results out ---------------------------------------------------------------------------- */

static void store_numbers(Vector *v, const int64_t *numbers, uint32_t n) {
  memcpy(v->data, numbers, n * sizeof *numbers);
  v->valid = NULL;
}

static Code emit_part(OpRowsAgg *self, const Part *p, uint32_t n) {
  void *records[BATCH_ROWS];
  if (p->n == 0) return OK;
  for (uint32_t i = 0; i < n; i++) records[i] = result_record(p, i);
  return groups_results(&p->layout, &self->text, &self->op, records, n, p->out);
}

/* Sets of values seen belong to results that have gone. */
static Code forget_results(OpRowsAgg *self) {
  self->results.n = 0;
  if (self->logged.n == 0) return OK;
  groups_deinit(&self->logged.groups);
  return no_memory_unless(self, groups_init(&self->logged.groups, &self->logged.layout, 0));
}

static Code emit_results(OpRowsAgg *self) {
  const Results *r = &self->results;
  GroupOutput *o = &self->out;
  if (r->n == 0) return OK;
  arena_reset(&self->text);
  vectors_all_valid(o->made, o->n_cols);
  key_columns(&self->key, r->key, r->hash, r->n, o->made);
  TRY(emit_part(self, &self->words, r->n));
  TRY(emit_part(self, &self->logged, r->n));
  group_output_ready(o, r->n);
  store_numbers(&o->cols[o->n_values], r->start, r->n);
  store_numbers(&o->cols[o->n_values + 1], r->end, r->n);
  store_numbers(&o->cols[o->n_values + 2], r->position, r->n);
  TRY(op_emit(&self->op, PORT_ROWS, &(Batch){.rows = r->n, .n_cols = o->n_cols, .cols = o->cols}));
  return forget_results(self);
}

static Code rows_agg_push(Op *op, OpPort port, const Batch *in) {
  OpRowsAgg *self = (OpRowsAgg *)op;
  Rows *r = &self->rows;
  assert(port == PORT_ROWS);
  r->n = batch_count(in);
  r->n_rounds = 0;
  self->batch++;
  batch_rows(in, r->row);
  bool ok = key_batch_fill(self->keys, &self->key, in, r->row, r->n) &&
            hash_table_get(&self->table, self->keys, r->n, r->key);
  if (!ok) return op_no_memory(op);
  for (uint32_t i = 0; i < r->n; i++) step_row(self, in, i);
  sort_by_round(r);
  for (uint32_t at = 0, end; at < r->n; at = end) {
    for (end = at + 1; end < r->n && r->round[r->order[end]] == r->round[r->order[at]];) end++;
    TRY(fold_round(self, in, r->order + at, end - at));
    TRY(end_round(self, r->order + at, end - at));
  }
  self->arrived += in->rows;
  return emit_results(self);
}

/* --- the end -------------------------------------------------------------------------------- */

static void rows_agg_finish(Op *op) { ((OpRowsAgg *)op)->due = true; }

/* Has the key rows in a window that has not come out? */
static bool has_rest(const RowGeometry *g, const KeyRows *k) {
  return k->in_unit > g->skip || k->to_result < g->step;
}

static Code rows_agg_fire(Op *op, bool *more) {
  enum { KEYS_MAX = 512 };
  OpRowsAgg *self = (OpRowsAgg *)op;
  const RowGeometry *g = &self->geometry;
  const void *keys[KEYS_MAX];
  void *records[KEYS_MAX];
  uint64_t hashes[KEYS_MAX];
  if (!self->due) return OK;
  uint32_t n = hash_table_next(&self->table, &self->cursor, KEYS_MAX, keys, records, hashes);
  *more = n > 0;
  for (uint32_t i = 0; i < n; i++) {
    const KeyRows *k = records[i];
    if (!has_rest(g, k)) continue;
    uint64_t end = k->rows - k->in_unit + k->to_result * g->unit;
    TRY(make_result(self, k, k->in_unit > g->skip, self->results.n));
    note_result(self, k, hashes[i], end, INT64_MAX);
  }
  TRY(no_memory_unless(self, row_replay_flush(&self->replay, &self->logged.groups)));
  return emit_results(self);
}

/* --- state ---------------------------------------------------------------------------------- */

static Code rows_agg_save(Op *op, StateSink *to) {
  OpRowsAgg *self = (OpRowsAgg *)op;
  return no_memory_unless(self, key_rows_save(&self->kind, &self->table, self->arrived, to));
}

static Code rows_agg_load(Op *op, StateIn *in) {
  OpRowsAgg *self = (OpRowsAgg *)op;
  bool ok = key_rows_load(&self->kind, &self->table, self->keys, &self->arrived, in);
  return no_memory_unless(self, ok);
}

/* --- life ----------------------------------------------------------------------------------- */

static bool part_init(OpRowsAgg *self, Part *p, bool logged) {
  const WindowAggSpec *spec = self->spec;
  p->calls = arena_try_alloc(&self->arena, (spec->n_aggs + 1) * sizeof *p->calls, 16);
  p->out = arena_try_alloc(&self->arena, (spec->n_aggs + 1) * sizeof *p->out, 8);
  if (p->calls == NULL || p->out == NULL) return false;
  for (uint32_t a = 0; a < spec->n_aggs; a++) {
    if (agg_is_logged(&spec->aggs[a]) != logged) continue;
    p->out[p->n] = self->out.made[spec->n_keys + a];
    p->calls[p->n++] = spec->aggs[a];
  }
  if (!group_layout_init(&p->layout, NULL, 0, p->calls, p->n, self->input, self->n_input, false) ||
      !groups_init(&p->groups, &p->layout, 0)) {
    return false;
  }
  size_t bytes = (size_t)BATCH_ROWS * (p->layout.record_bytes + 8);
  p->records = arena_try_alloc(&self->arena, bytes, 16);
  return p->records != NULL;
}

static bool key_init(OpRowsAgg *self) {
  const WindowAggSpec *spec = self->spec;
  Type *types = arena_try_alloc(&self->arena, (spec->n_keys + 1) * sizeof *types, 8);
  if (types == NULL) return false;
  for (uint32_t i = 0; i < spec->n_keys; i++) types[i] = self->input[spec->keys[i]].type;
  self->key = key_spec(spec->keys, types, spec->n_keys);
  uint32_t record = (uint32_t)offsetof(KeyRows, window) + row_window_bytes(&self->words.layout);
  hash_table_init(&self->table, self->key.form, record, 0);
  self->keys = key_batch_new();
  return self->keys != NULL;
}

static Code rows_agg_open(Op *op) {
  OpRowsAgg *self = (OpRowsAgg *)op;
  const WindowAggSpec *spec = self->spec;
  uint32_t n_values = spec->n_keys + spec->n_aggs;
  bool ok = group_output_init(&self->out, &self->arena, self->output, n_values + 3, n_values) &&
            part_init(self, &self->words, false) && part_init(self, &self->logged, true) &&
            row_replay_init(&self->replay, &self->arena, &self->logged.layout, self->input,
                            self->n_input) &&
            key_rows_kind_init(&self->kind, &self->arena, spec->aggs, spec->n_aggs) &&
            key_init(self);
  self->geometry = row_geometry(spec->window.size_rows, spec->window.slide_rows);
  self->kind.geometry = self->geometry;
  self->kind.words = &self->words.layout;
  self->kind.logged = &self->logged.layout;
  self->kind.replay = &self->replay;
  return no_memory_unless(self, ok);
}

/* What keys hold outside of the table. */
static void free_keys(OpRowsAgg *self) {
  const void *keys[64];
  void *records[64];
  uint64_t hashes[64];
  HashCursor cursor = {0};
  uint32_t n;
  while ((n = hash_table_next(&self->table, &cursor, 64, keys, records, hashes)) > 0) {
    for (uint32_t i = 0; i < n; i++) {
      hash_table_touch(&self->table, hashes[i]);
      key_rows_deinit(&self->kind, records[i]);
    }
  }
}

static void part_deinit(Part *p) {
  if (p->groups.layout != NULL) groups_deinit(&p->groups);
  group_layout_deinit(&p->layout);
}

static void rows_agg_close(Op *op) {
  OpRowsAgg *self = (OpRowsAgg *)op;
  free_keys(self);
  hash_table_deinit(&self->table);
  key_batch_free(self->keys);
  part_deinit(&self->words);
  part_deinit(&self->logged);
  arena_deinit(&self->text);
  arena_deinit(&self->arena);
}

static const OpTable rows_agg_table = {.name = "RowsAggregate",
                                       .size = sizeof(OpRowsAgg),
                                       .open = rows_agg_open,
                                       .push = rows_agg_push,
                                       .fire = rows_agg_fire,
                                       .finish = rows_agg_finish,
                                       .save = rows_agg_save,
                                       .load = rows_agg_load,
                                       .close = rows_agg_close};

Op *op_rows_agg_new(const WindowAggSpec *spec, const FormatField *input, uint32_t n_input,
                    const FormatField *output, OpContext *ctx) {
  OpRowsAgg *self = (OpRowsAgg *)op_new(&rows_agg_table, ctx);
  if (self == NULL) return NULL;
  self->spec = spec;
  self->input = input;
  self->n_input = n_input;
  self->output = output;
  return &self->op;
}
