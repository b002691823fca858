/* op_updating_window_agg.c -- window aggregates that come early and are corrected late.
 *
 *   EMIT ON UPDATE    groups that changed come out after every chunk
 *   EMIT EVERY d      ... of all open windows, when the watermark (or the clock) has passed a
 *                     multiple of d
 *   ALLOWED LATENESS  a window that has closed is kept for so long; late rows correct it
 *
 * A group comes out as +I first and then, when its values are others than the last time, as -U with
 * the old ones and +U; when its window closes, the same for the last time.  What came out last
 * stands encoded beside the group's states (Shown).
 *
 * Everything comes by fire, after the rows and the watermark of a chunk: one sweep over the
 * windows gives what is due in the order (end, start, key hash, key).  A row counts for the
 * windows that are kept longer than the watermark at its place, so results do not depend on
 * how rows come in chunks; only the steps between do.
 */
#include <stdlib.h>
#include <string.h>

#include "exec/ops/open_windows.h"
#include "exec/ops/ops.h"

/* What a group has given out; in its record, behind the states. */
typedef struct Shown {
  char *bytes; /* results one behind the other, as value_encode writes them; in the table's arena */
  uint32_t len, cap;
  bool any;     /* it has given something */
  bool changed; /* it is in its window's list */
  bool counts;  /* CUMULATE's only_on_update: the last step has a row */
  uint64_t hash;
} Shown;

typedef struct OpUpdating {
  Op op;
  const WindowAggSpec *spec;
  const FormatField *input, *output;
  uint32_t n_input;
  WindowClock clock;
  GroupLayout layout;
  uint32_t shown_at; /* of Shown in a record */
  OpenWindows windows;
  uint64_t arrived;        /* rows before the batch in hand */
  Micros passed_us;        /* the watermark */
  Micros every_us;         /* the time that EMIT EVERY looked at last */
  bool updates;            /* what has changed in open windows is due as well */
  bool due;                /* a sweep */
  uint32_t at, at_changed; /* where it is: window, group */
  Arena results_text, encoded, arena;
  Vector *results; /* of the aggregates */
  GroupOutput out; /* behind the values: window_start, window_end, window_time, constant */
} OpUpdating;

static Shown *shown_of(const OpUpdating *self, void *record) {
  return (Shown *)(void *)((char *)record + self->shown_at);
}

/* --- rows in -------------------------------------------------------------------------------- */

/* How long a window is kept: until the watermark is here. */
static Micros kept_until(const OpUpdating *self, Micros last_us) {
  Micros until;
  if (__builtin_add_overflow(last_us, self->spec->emit.lateness_us, &until)) return MICROS_MAX;
  return until;
}

/* Rows of a batch and the watermark at the place of each. */
typedef struct Arriving {
  const Batch *batch;
  uint16_t row[BATCH_ROWS];
  Micros watermark_us[BATCH_ROWS];
  Micros end_us[BATCH_ROWS], start_us[BATCH_ROWS]; /* ATTACHED; else end is the slice, start 0 */
  bool taken[BATCH_ROWS];                          /* by a window, or there is none for it */
  uint32_t n;
} Arriving;

static Code note_changed(OpUpdating *self, OpenWindow *w, void *const *records, uint32_t n,
                         bool counts) {
  for (uint32_t i = 0; i < n; i++) {
    Shown *shown = shown_of(self, records[i]);
    shown->hash = self->layout.keys->hash[i];
    shown->counts |= counts;
    if (shown->changed || !shown->counts) continue;
    shown->changed = true;
    if (!open_window_changed(w, records[i])) return op_no_memory(&self->op);
  }
  return OK;
}

/* Rows index[0..n) of those arriving into a window, but for those that come too late for it.
 * counts: they make the group one that gives a result. */
static Code add_to_window(OpUpdating *self, Arriving *a, const uint16_t *index, uint32_t n,
                          Micros end_us, Micros start_us, bool counts) {
  uint16_t rows[BATCH_ROWS];
  void *records[BATCH_ROWS];
  Micros until = kept_until(self, window_last_instant(&self->clock, end_us));
  uint32_t m = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (a->watermark_us[index[i]] >= until) continue;
    rows[m++] = a->row[index[i]];
    a->taken[index[i]] = true;
  }
  if (m == 0) return OK;
  OpenWindow *w = open_windows_get(&self->windows, &self->clock, end_us, start_us);
  if (w == NULL || !groups_find(&w->groups, a->batch, rows, m, records)) {
    return op_no_memory(&self->op);
  }
  TRY(note_changed(self, w, records, m, counts));
  bool ok = groups_fold(&w->groups, a->batch, self->arrived, rows, m, records);
  return ok ? OK : op_no_memory(&self->op);
}

/* Rows of one slice, or of one attached window, into all their windows. */
static Code add_same(OpUpdating *self, Arriving *a, const uint16_t *index, uint32_t n) {
  const WindowSpec *spec = &self->spec->window;
  Micros at = a->end_us[index[0]];
  if (spec->kind == WINDOW_ATTACHED) {
    return add_to_window(self, a, index, n, at, a->start_us[index[0]], true);
  }
  Micros first = window_first_end(&self->clock, at), last = window_last_end(&self->clock, at);
  if (first > last) { /* between two windows */
    for (uint32_t i = 0; i < n; i++) a->taken[index[i]] = true;
  }
  for (Micros end = first; end <= last; end += self->clock.slide_us) {
    bool counts = !spec->only_on_update || end == first;
    TRY(add_to_window(self, a, index, n, end, window_start(&self->clock, end), counts));
  }
  return OK;
}

static bool same_place(const Arriving *a, uint32_t i, uint32_t k) {
  return a->end_us[i] == a->end_us[k] && a->start_us[i] == a->start_us[k];
}

/* Few slices are the rule, so each pass takes one out, its rows in input order; with many the
 * passes would be quadratic, and rows are added in runs of neighbours instead. */
static Code add_all(OpUpdating *self, Arriving *a) {
  enum { PASSES_MAX = 8 };
  uint16_t left[BATCH_ROWS], same[BATCH_ROWS];
  uint32_t n = a->n;
  for (uint32_t i = 0; i < n; i++) left[i] = (uint16_t)i;
  for (int pass = 0; pass < PASSES_MAX && n > 0; pass++) {
    uint16_t first = left[0];
    uint32_t m = 0, rest = 0;
    for (uint32_t i = 0; i < n; i++) {
      if (same_place(a, first, left[i])) {
        same[m++] = left[i];
      } else {
        left[rest++] = left[i];
      }
    }
    TRY(add_same(self, a, same, m));
    n = rest;
  }
  for (uint32_t i = 0, end; i < n; i = end) {
    for (end = i + 1; end < n && same_place(a, left[i], left[end]);) end++;
    TRY(add_same(self, a, left + i, end - i));
  }
  return OK;
}

static Code drop_late(OpUpdating *self, const Arriving *a) {
  uint16_t late[BATCH_ROWS];
  uint32_t n = 0;
  for (uint32_t i = 0; i < a->n; i++) {
    if (!a->taken[i]) late[n++] = a->row[i];
  }
  return op_drop_late(&self->op, a->batch, late, n);
}

static Micros time_at(const Vector *v, uint32_t row) {
  return ((const Micros *)v->data)[vector_at(v, row)];
}

static void place_rows(OpUpdating *self, Arriving *a) {
  const WindowSpec *spec = &self->spec->window;
  const Vector *cols = a->batch->cols;
  if (spec->kind == WINDOW_ATTACHED) {
    for (uint32_t i = 0; i < a->n; i++) {
      a->start_us[i] = time_at(&cols[spec->start_col], a->row[i]);
      a->end_us[i] = time_at(&cols[spec->end_col], a->row[i]);
    }
    return;
  }
  Micros times[BATCH_ROWS];
  uint16_t all[BATCH_ROWS];
  for (uint32_t i = 0; i < a->n; i++) {
    times[i] = time_at(&cols[spec->time_col], a->row[i]);
    all[i] = (uint16_t)i;
    a->start_us[i] = 0;
  }
  window_slices(&self->clock, times, all, a->n, a->end_us);
}

static Code updating_push(Op *op, OpPort port, const Batch *in) {
  OpUpdating *self = (OpUpdating *)op;
  assert(port == PORT_ROWS);
  Arriving a; /* large: only what is used is set */
  a.batch = in;
  a.n = batch_count(in);
  batch_rows(in, a.row);
  memset(a.taken, 0, a.n * sizeof *a.taken);
  for (uint32_t i = 0; i < a.n; i++) {
    Micros mark = in->mark != NULL ? in->mark[a.row[i]] : MICROS_MIN;
    Micros chunk = op->ctx->chunk_watermark_us;
    a.watermark_us[i] = mark > chunk ? mark : chunk;
  }
  place_rows(self, &a);
  TRY(add_all(self, &a));
  self->arrived += in->rows;
  return drop_late(self, &a);
}

/* --- what is due ---------------------------------------------------------------------------- */

static Micros floor_div(Micros a, Micros b) { return a / b - (a % b < 0); }

/* Has the time passed a multiple of EMIT EVERY since the last call? */
static bool passed_multiple(OpUpdating *self, Micros now_us) {
  Micros before = self->every_us, every = self->spec->emit.every_us;
  self->every_us = now_us;
  return before == MICROS_MIN || floor_div(now_us, every) > floor_div(before, every);
}

static Code updating_chunk_end(Op *op) {
  OpUpdating *self = (OpUpdating *)op;
  const EmitSpec *emit = &self->spec->emit;
  self->due = true;
  self->updates |= emit->on_update;
  if (emit->every_us > 0 && emit->every_by_clock) {
    bool first = self->every_us == MICROS_MIN; /* the clock begins to run */
    self->updates |= passed_multiple(self, op->ctx->now_us) && !first;
  }
  return OK;
}

static void updating_advance(Op *op, Micros watermark_us) {
  OpUpdating *self = (OpUpdating *)op;
  const EmitSpec *emit = &self->spec->emit;
  self->passed_us = watermark_us;
  self->due = true;
  if (emit->every_us > 0 && !emit->every_by_clock) {
    self->updates |= passed_multiple(self, watermark_us);
  }
}

static void updating_finish(Op *op) {
  OpUpdating *self = (OpUpdating *)op;
  self->passed_us = MICROS_MAX;
  self->due = true;
}

static bool window_is_due(const OpUpdating *self, const OpenWindow *w) {
  if (self->spec->emit.final_only) return kept_until(self, w->last_us) <= self->passed_us;
  return self->updates || w->last_us <= self->passed_us;
}

/* --- groups out ----------------------------------------------------------------------------- */

static const void *key_of(const OpUpdating *self, const void *record) {
  return (const char *)record - key_bytes(self->layout.key.form);
}

static int compare_groups(const void *a, const void *b, void *arg) {
  const OpUpdating *self = arg;
  void *const *x = a, *const *y = b;
  uint64_t hash_x = shown_of(self, *x)->hash, hash_y = shown_of(self, *y)->hash;
  if (hash_x != hash_y) return hash_x < hash_y ? -1 : 1;
  return key_compare(self->layout.key.form, key_of(self, *x), key_of(self, *y));
}

/* The results of row i of self->results, encoded; they live until the next batch.  NULL ptr: no
 * memory. */
static Str encode_results(OpUpdating *self, uint32_t i) {
  size_t size = 0;
  for (uint32_t a = 0; a < self->spec->n_aggs; a++) {
    size += value_encoded_size(&self->results[a], i);
  }
  char *bytes = arena_try_alloc(&self->encoded, size + 1, 1), *at = bytes;
  if (bytes == NULL || size > UINT32_MAX) return (Str){0};
  for (uint32_t a = 0; a < self->spec->n_aggs; a++) at = value_encode(&self->results[a], i, at);
  return (Str){bytes, size};
}

/* The rows that a batch is made of. */
typedef struct Changes {
  const void *key[BATCH_ROWS];
  uint64_t hash[BATCH_ROWS];
  uint8_t kind[BATCH_ROWS];
  uint32_t n;
} Changes;

static void put_row(OpUpdating *self, Changes *c, const void *record, uint64_t hash, RowKind kind,
                    const char *values) {
  uint32_t row = c->n++;
  c->key[row] = key_of(self, record);
  c->hash[row] = hash;
  c->kind[row] = (uint8_t)kind;
  for (uint32_t a = 0; a < self->spec->n_aggs; a++) {
    key_decode(&self->out.made[self->spec->n_keys + a], row, &values);
  }
}

/* Keep what has been given out; the old bytes stay as long as they fit. */
static bool keep_shown(OpenWindow *w, Shown *shown, Str values) {
  if (values.len > shown->cap) {
    size_t cap = values.len < 16 ? 16 : values.len < UINT32_MAX / 2 ? values.len * 2 : values.len;
    char *wider = arena_try_alloc(&w->groups.table.arena, cap, 1);
    if (wider == NULL) return false;
    shown->bytes = wider;
    shown->cap = (uint32_t)cap;
  }
  if (values.len > 0) memcpy(shown->bytes, values.ptr, values.len);
  shown->len = (uint32_t)values.len;
  shown->any = true;
  return true;
}

static void store_constant(Vector *v, Micros us) {
  v->constant = true;
  v->valid = NULL;
  *(Micros *)v->data = us;
}

static Code emit_changes(OpUpdating *self, const OpenWindow *w, const Changes *c) {
  GroupOutput *o = &self->out;
  if (c->n == 0) return OK;
  key_columns(&self->layout.key, c->key, c->hash, c->n, o->made);
  group_output_ready(o, c->n);
  store_constant(&o->cols[o->n_values], w->start_us);
  store_constant(&o->cols[o->n_values + 1], w->end_us);
  store_constant(&o->cols[o->n_values + 2], window_time(&self->clock, w->end_us));
  self->op.ctx->tag = (OrderTag){w->end_us, w->start_us};
  const Batch out = {.rows = c->n, .n_cols = o->n_cols, .cols = o->cols, .kind = c->kind};
  return op_emit(&self->op, PORT_ROWS, &out);
}

/* Give out groups records[0..n), at most half a batch, where they differ from what was shown. */
static Code emit_groups(OpUpdating *self, OpenWindow *w, void *const *records, uint32_t n) {
  Str values[BATCH_ROWS / 2];
  Changes c = {.n = 0};
  arena_reset(&self->results_text);
  arena_reset(&self->encoded);
  vectors_all_valid(self->results, self->spec->n_aggs);
  vectors_all_valid(self->out.made, self->out.n_cols);
  TRY(groups_results(&self->layout, &self->results_text, &self->op, records, n, self->results));
  for (uint32_t i = 0; i < n; i++) {
    Shown *shown = shown_of(self, records[i]);
    shown->changed = false;
    values[i] = encode_results(self, i);
    if (values[i].ptr == NULL) return op_no_memory(&self->op);
    const Str old = {shown->bytes, shown->len};
    if (shown->any && str_eq(old, values[i])) continue;
    if (shown->any) put_row(self, &c, records[i], shown->hash, ROW_UPDATE_BEFORE, old.ptr);
    put_row(self, &c, records[i], shown->hash, shown->any ? ROW_UPDATE_AFTER : ROW_INSERT,
            values[i].ptr);
  }
  TRY(emit_changes(self, w, &c));
  for (uint32_t i = 0; i < n; i++) {
    if (!keep_shown(w, shown_of(self, records[i]), values[i])) return op_no_memory(&self->op);
  }
  return OK;
}

/* The next groups of a window that is due; *done: it has given all. */
static Code sweep_window(OpUpdating *self, OpenWindow *w, bool *done) {
  enum { GROUPS_MAX = BATCH_ROWS / 2 };
  if (self->at_changed == 0) {
    qsort_r(w->changed, w->n_changed, sizeof *w->changed, compare_groups, self);
  }
  uint32_t n = w->n_changed - self->at_changed;
  if (n > GROUPS_MAX) n = GROUPS_MAX;
  TRY(emit_groups(self, w, w->changed + self->at_changed, n));
  self->at_changed += n;
  *done = self->at_changed == w->n_changed;
  return OK;
}

static void end_sweep(OpUpdating *self) {
  uint32_t n = 0;
  while (n < self->windows.n &&
         kept_until(self, self->windows.items[n]->last_us) <= self->passed_us) {
    n++;
  }
  open_windows_drop(&self->windows, n);
  self->at = 0;
  self->due = self->updates = false;
}

static Code updating_fire(Op *op, bool *more) {
  OpUpdating *self = (OpUpdating *)op;
  if (!self->due) return OK;
  for (; self->at < self->windows.n; self->at++) {
    OpenWindow *w = self->windows.items[self->at];
    if (w->n_changed == 0 || !window_is_due(self, w)) continue;
    bool done;
    TRY(sweep_window(self, w, &done));
    *more = true;
    if (!done) return OK;
    w->n_changed = self->at_changed = 0;
    self->at++;
    return OK;
  }
  end_sweep(self);
  return OK;
}

/* --- life ----------------------------------------------------------------------------------- */

static bool any_changed(const OpUpdating *self) {
  for (uint32_t i = 0; i < self->windows.n; i++) {
    if (self->windows.items[i]->n_changed > 0) return true;
  }
  return false;
}

static void updating_pending(const Op *op, OpPending *out) {
  const OpUpdating *self = (const OpUpdating *)op;
  for (uint32_t i = 0; i < self->windows.n; i++) {
    const OpenWindow *w = self->windows.items[i];
    if (w->last_us <= self->passed_us) continue;
    if (out->n_windows++ > 0) continue;
    out->start_us = w->start_us;
    out->end_us = w->end_us;
    out->last_us = w->last_us;
    out->zone = self->clock.zone;
  }
  if (self->spec->emit.every_by_clock && any_changed(self)) {
    Micros every = self->spec->emit.every_us;
    out->clock_us = (floor_div(self->every_us, every) + 1) * every;
  }
}

static Code updating_open(Op *op) {
  OpUpdating *self = (OpUpdating *)op;
  const WindowAggSpec *spec = self->spec;
  uint32_t n_values = spec->n_keys + spec->n_aggs;
  Type *types = arena_try_alloc(&self->arena, (spec->n_aggs + 1) * sizeof *types, 8);
  if (types == NULL) return op_no_memory(op);
  for (uint32_t a = 0; a < spec->n_aggs; a++) types[a] = spec->aggs[a].result;
  self->results = vectors_new(&self->arena, types, spec->n_aggs);
  bool ok = self->results != NULL &&
            group_output_init(&self->out, &self->arena, self->output, n_values + 3, n_values) &&
            group_layout_init(&self->layout, spec->keys, spec->n_keys, spec->aggs, spec->n_aggs,
                              self->input, self->n_input, false);
  if (!ok) return op_no_memory(op);
  self->shown_at = group_layout_reserve(&self->layout, sizeof(Shown));
  self->windows.layout = &self->layout;
  self->clock = window_clock(&spec->window, op->ctx->env);
  self->passed_us = self->every_us = MICROS_MIN;
  return OK;
}

static void updating_close(Op *op) {
  OpUpdating *self = (OpUpdating *)op;
  open_windows_deinit(&self->windows);
  group_layout_deinit(&self->layout);
  arena_deinit(&self->results_text);
  arena_deinit(&self->encoded);
  arena_deinit(&self->arena);
}

static const OpTable updating_table = {.name = "UpdatingWindowAggregate",
                                       .size = sizeof(OpUpdating),
                                       .open = updating_open,
                                       .push = updating_push,
                                       .chunk_end = updating_chunk_end,
                                       .advance = updating_advance,
                                       .fire = updating_fire,
                                       .finish = updating_finish,
                                       .pending = updating_pending,
                                       .close = updating_close};

Op *op_updating_window_agg_new(const WindowAggSpec *spec, const FormatField *input,
                               uint32_t n_input, const FormatField *output, OpContext *ctx) {
  OpUpdating *self = (OpUpdating *)op_new(&updating_table, ctx);
  if (self == NULL) return NULL;
  self->spec = spec;
  self->input = input;
  self->n_input = n_input;
  self->output = output;
  return &self->op;
}
