/* op_updating_window_agg.c -- window aggregates that come early and are corrected late.
 *
 *   EMIT ON UPDATE    groups that changed come out after every chunk
 *   EMIT EVERY d      ... of all open windows, when the watermark (or the clock) has passed a
 *                     multiple of d
 *   ALLOWED LATENESS  a window that has closed is kept for so long; late rows correct it
 *
 * A group comes out as +I first and then, when its values are others than the last time, as -U with
 * the old ones and +U; when its window closes, the same for the last time.  What came out last
 * stands encoded beside the group's states (changes.h).
 *
 * Everything comes by fire, after the rows and the watermark of a chunk: one sweep over the
 * windows gives what is due in the order (end, start, key hash, key).  A row counts for the
 * windows that are kept longer than the watermark at its place, so results do not depend on
 * how rows come in chunks; only the steps between do.
 */
#include <stdlib.h>
#include <string.h>

#include "exec/ops/changes.h"
#include "exec/ops/open_windows.h"
#include "exec/ops/ops.h"

/* What a record holds behind the states. */
typedef struct GroupState {
  Shown shown;
  bool changed; /* it is in its window's list */
  bool counts;  /* CUMULATE's only_on_update: the last step has a row */
  uint64_t hash;
} GroupState;

typedef struct OpUpdating {
  Op op;
  const WindowAggSpec *spec;
  const FormatField *input, *output;
  uint32_t n_input;
  WindowClock clock;
  GroupLayout layout;
  uint32_t state_at; /* of GroupState in a record */
  OpenWindows windows;
  uint64_t arrived;        /* rows before the batch in hand */
  Micros passed_us;        /* the watermark */
  Micros every_us;         /* the time that EMIT EVERY looked at last */
  bool updates;            /* what has changed in open windows is due as well */
  bool due;                /* a sweep */
  uint32_t at, at_changed; /* where it is: window, group */
  Changes *changes;
} OpUpdating;

static GroupState *state_of(const OpUpdating *self, void *record) {
  return (GroupState *)(void *)((char *)record + self->state_at);
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
    GroupState *g = state_of(self, records[i]);
    g->hash = self->layout.keys->hash[i];
    g->counts |= counts;
    if (g->changed || !g->counts) continue;
    g->changed = true;
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
  uint64_t hash_x = state_of(self, *x)->hash, hash_y = state_of(self, *y)->hash;
  if (hash_x != hash_y) return hash_x < hash_y ? -1 : 1;
  return key_compare(self->layout.key.form, key_of(self, *x), key_of(self, *y));
}

/* Give out groups records[0..n) where they differ from what was shown. */
static Code emit_groups(OpUpdating *self, OpenWindow *w, void *const *records, uint32_t n) {
  ChangeOf of = {.start_us = w->start_us,
                 .end_us = w->end_us,
                 .time_us = window_time(&self->clock, w->end_us)};
  TRY(changes_results(self->changes, &self->op, records, n));
  for (uint32_t i = 0; i < n; i++) {
    GroupState *g = state_of(self, records[i]);
    hash_table_touch(&w->groups.table, g->hash);
    g->changed = false;
    of.key = key_of(self, records[i]);
    of.hash = g->hash;
    if (!changes_put(self->changes, i, &g->shown, of, &w->groups.table.arena)) {
      return op_no_memory(&self->op);
    }
  }
  self->op.ctx->tag = (OrderTag){w->end_us, w->start_us};
  return changes_emit(self->changes, &self->op);
}

/* The next groups of a window that is due; *done: it has given all. */
static Code sweep_window(OpUpdating *self, OpenWindow *w, bool *done) {
  if (self->at_changed == 0) {
    qsort_r(w->changed, w->n_changed, sizeof *w->changed, compare_groups, self);
  }
  uint32_t n = w->n_changed - self->at_changed;
  if (n > CHANGES_GROUPS_MAX) n = CHANGES_GROUPS_MAX;
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

/* --- state ---------------------------------------------------------------------------------- */

enum { UPDATING_STATE_VERSION = 1 };

static void save_room(const void *of, const void *record, StateOut *out) {
  const OpUpdating *self = of;
  const GroupState *g = (const void *)((const char *)record + self->state_at);
  state_put_bool(out, g->changed);
  state_put_bool(out, g->counts);
  shown_save(&g->shown, out);
}

static bool load_room(const void *of, Groups *groups, void *record, uint64_t hash, StateIn *in) {
  const OpUpdating *self = of;
  GroupState *g = state_of(self, record);
  g->hash = hash;
  g->changed = state_get_bool(in);
  g->counts = state_get_bool(in);
  if (g->changed && !open_window_changed(open_window_of(groups), record)) return false;
  return shown_load(self->changes, &g->shown, in, &groups->table.arena);
}

static Code updating_save(Op *op, StateSink *to) {
  OpUpdating *self = (OpUpdating *)op;
  StateOut out;
  assert(!self->due);
  state_begin(&out, to, "updating", UPDATING_STATE_VERSION);
  state_put_i64(&out, self->passed_us);
  state_put_i64(&out, self->every_us);
  state_put_u64(&out, self->arrived);
  return state_end(&out) && open_windows_save(&self->windows, to) ? OK : op_no_memory(op);
}

/* What was shown has a value of each aggregate. */
static bool same_aggs(const OpUpdating *self, const StateIn *in) {
  if (in->agg_map == NULL) return true;
  bool same = in->n_aggs == self->layout.n_aggs;
  for (uint32_t i = 0; same && i < in->n_aggs; i++) same = in->agg_map[i] == i;
  return same;
}

static Code updating_load(Op *op, StateIn *in) {
  OpUpdating *self = (OpUpdating *)op;
  if (!same_aggs(self, in)) {
    FAIL(op->ctx->err, ERR_UNSUPPORTED, NO_SPAN,
         "operator %s cannot go on with other aggregates than it was saved with", op->table->name);
    error_hint(op->ctx->err, "it has given out results that it would have to correct");
    return ERR_UNSUPPORTED;
  }
  if (strcmp(in->section, "window") == 0) {
    return open_windows_load(&self->windows, &self->clock, in) ? OK : op_no_memory(op);
  }
  bool known = strcmp(in->section, "updating") == 0 && in->version == UPDATING_STATE_VERSION;
  if (!known) state_bad(in);
  Micros passed_us = state_get_i64(in), every_us = state_get_i64(in);
  uint64_t arrived = state_get_u64(in);
  if (passed_us > self->passed_us) self->passed_us = passed_us;
  if (every_us > self->every_us) self->every_us = every_us;
  if (arrived > self->arrived) self->arrived = arrived;
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
  if (!group_layout_init(&self->layout, spec->keys, spec->n_keys, spec->aggs, spec->n_aggs,
                         self->input, self->n_input, false)) {
    return op_no_memory(op);
  }
  self->changes = changes_new(&self->layout, self->output);
  if (self->changes == NULL) return op_no_memory(op);
  self->state_at = group_layout_reserve(&self->layout, sizeof(GroupState));
  self->layout.room = (GroupRoom){save_room, load_room, self};
  self->windows.layout = &self->layout;
  self->clock = window_clock(&spec->window, op->ctx->env);
  self->passed_us = self->every_us = MICROS_MIN;
  return OK;
}

static void updating_close(Op *op) {
  OpUpdating *self = (OpUpdating *)op;
  open_windows_deinit(&self->windows);
  group_layout_deinit(&self->layout);
  changes_free(self->changes);
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
                                       .save = updating_save,
                                       .load = updating_load,
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
