/* key_rows.c -- see key_rows.h. */
#include "exec/ops/key_rows.h"

#include <stdlib.h>
#include <string.h>

enum { KEY_ROWS_VERSION = 1 };

static const char section[] = "rows";

bool key_rows_kind_init(KeyRowsKind *kind, Arena *arena, const AggCall *aggs, uint32_t n_aggs) {
  uint32_t n[2] = {0};
  *kind = (KeyRowsKind){.aggs = aggs, .n_aggs = n_aggs};
  kind->place = arena_try_alloc(arena, (n_aggs + 1) * sizeof *kind->place, 4);
  if (kind->place == NULL) return false;
  for (uint32_t a = 0; a < n_aggs; a++) kind->place[a] = n[agg_is_logged(&aggs[a])]++;
  return true;
}

void key_rows_deinit(const KeyRowsKind *kind, KeyRows *k) {
  row_window_deinit(kind->words, &k->window);
  row_log_deinit(&k->log);
}

/* Rows of the window of a key: what its log holds. */
static uint64_t rows_in_window(const RowGeometry *g, const KeyRows *k) {
  uint64_t slices = k->window.next - k->window.first, of_slice = g->unit - g->skip;
  if (k->in_unit <= g->skip) return slices * of_slice;
  return (slices - 1) * of_slice + (k->in_unit - g->skip);
}

/* --- which aggregates --------------------------------------------------------------- */

/* For the head: what the entries hold. */
static void put_kind(const KeyRowsKind *kind, StateOut *out) {
  state_put_u32(out, kind->n_aggs);
  for (uint32_t a = 0; a < kind->n_aggs; a++) state_put_bool(out, agg_is_logged(&kind->aggs[a]));
}

/* Aggregate i of the state in the plan that reads; UINT32_MAX: it is not there. */
static uint32_t mapped(const StateIn *in, uint32_t i) {
  return in->agg_map != NULL ? in->agg_map[i] : i;
}

/* Back: which of the state's aggregates are logged, borrowed from the block. */
static Str get_kind(const KeyRowsKind *kind, StateIn *in) {
  Str logged = state_get_str(in);
  if (logged.len != (in->agg_map != NULL ? in->n_aggs : kind->n_aggs)) state_bad(in);
  for (uint32_t i = 0; i < logged.len && !in->bad; i++) {
    uint32_t a = mapped(in, i);
    if (a != UINT32_MAX && agg_is_logged(&kind->aggs[a]) != (logged.ptr[i] != 0)) state_bad(in);
  }
  return logged;
}

/* --- rows --------------------------------------------------------------------------- */

/* What an aggregate takes of the row in the first slot of the replay's columns. */
static void put_arguments(const KeyRowsKind *kind, const AggCall *call, StateOut *out) {
  const Vector *cols = kind->replay->batch.cols;
  size_t part = state_part(out);
  if (call->arg >= 0) state_put_value(out, &cols[call->arg], 0);
  if (call->filter >= 0) state_put_value(out, &cols[call->filter], 0);
  state_part_end(out, part);
}

static void get_value(const KeyRowsKind *kind, int32_t col, StateIn *in) {
  if (col < 0) return;
  Vector *v = &kind->replay->batch.cols[col];
  bit_set(v->valid, 0);
  state_get_value(in, v, 0);
}

static void clear_row(const KeyRowsKind *kind) {
  static const char null = 0;
  for (uint32_t c = 0; c < kind->replay->n_cols; c++) {
    const char *at = &null;
    key_decode(&kind->replay->batch.cols[kind->replay->cols[c]], 0, &at);
  }
}

/* The slot is as a replay expects it again. */
static void leave_row(const KeyRowsKind *kind) {
  for (uint32_t c = 0; c < kind->replay->n_cols; c++) {
    vectors_all_valid(&kind->replay->batch.cols[kind->replay->cols[c]], 1);
  }
}

static void save_rows(const KeyRowsKind *kind, const RowLog *log, StateOut *out) {
  const RowReplay *r = kind->replay;
  for (size_t at = log->begin; at < log->end;) {
    row_log_read(log, &at, r->cols, r->n_cols, r->batch.cols, 0);
    for (uint32_t a = 0; a < kind->n_aggs; a++) {
      if (agg_is_logged(&kind->aggs[a])) put_arguments(kind, &kind->aggs[a], out);
    }
    leave_row(kind);
  }
}

static void load_row(const KeyRowsKind *kind, Str logged, StateIn *in) {
  clear_row(kind);
  for (uint32_t i = 0; i < logged.len; i++) {
    if (logged.ptr[i] == 0) continue;
    uint32_t a = mapped(in, i);
    StateIn part = state_get_part(in);
    if (a == UINT32_MAX) continue;
    get_value(kind, kind->aggs[a].arg, &part);
    get_value(kind, kind->aggs[a].filter, &part);
    in->bad |= part.bad || part.at < part.end;
  }
}

static bool load_rows(const KeyRowsKind *kind, KeyRows *k, Str logged, StateIn *in) {
  const RowReplay *r = kind->replay;
  bool ok = true;
  for (uint64_t n = rows_in_window(&kind->geometry, k); ok && n > 0 && !in->bad; n--) {
    load_row(kind, logged, in);
    if (kind->logged->n_aggs > 0) ok = row_log_append(&k->log, &r->batch, r->cols, r->n_cols, 0);
  }
  leave_row(kind);
  return ok;
}

/* --- a key -------------------------------------------------------------------------- */

static void save_key(const void *of, const void *record, StateOut *out) {
  const KeyRowsKind *kind = of;
  const KeyRows *k = record;
  state_put_u64(out, k->rows);
  state_put_u64(out, k->in_unit);
  state_put_u64(out, k->to_result);
  row_window_save(&k->window, out);
  for (uint32_t a = 0; a < kind->n_aggs; a++) {
    if (agg_is_logged(&kind->aggs[a])) continue;
    row_window_save_states(kind->words, &k->window, kind->place[a], out);
  }
  save_rows(kind, &k->log, out);
}

static bool makes_sense(const RowGeometry *g, const KeyRows *k) {
  const RowWindow *w = &k->window;
  uint64_t slices = w->next - w->first;
  return k->in_unit < g->unit && k->to_result > 0 && k->to_result <= g->step &&
         w->first <= w->next && w->flip <= w->next && slices <= g->width &&
         (slices > 0 || k->in_unit <= g->skip);
}

static bool load_key(const KeyRowsKind *kind, KeyRows *k, Str logged, StateIn *in) {
  if (k->rows > 0) state_bad(in); /* a key twice */
  k->rows = state_get_u64(in);
  k->in_unit = state_get_u64(in);
  k->to_result = state_get_u64(in);
  RowWindow window = row_window_load(in);
  KeyRows like = {.in_unit = k->in_unit, .to_result = k->to_result, .window = window};
  if (in->bad || !makes_sense(&kind->geometry, &like)) {
    state_bad(in);
    return true;
  }
  if (!row_window_make(kind->words, &k->window, window)) return false;
  for (uint32_t i = 0; i < logged.len; i++) {
    if (logged.ptr[i] != 0) continue;
    uint32_t a = mapped(in, i);
    if (a == UINT32_MAX) {
      agg_state_skip(in);
    } else {
      row_window_load_states(kind->words, &k->window, kind->place[a], in);
    }
  }
  if (!load_rows(kind, k, logged, in)) return false;
  if (in->at < in->end) state_bad(in);
  return true;
}

/* --- all keys ----------------------------------------------------------------------- */

bool key_rows_save(const KeyRowsKind *kind, HashTable *table, uint64_t arrived, StateSink *to) {
  StateOut out;
  state_begin(&out, to, section, KEY_ROWS_VERSION);
  state_put_u64(&out, arrived);
  put_kind(kind, &out);
  return hash_table_save(table, &out, (HashSave){.record = save_key, .of = kind});
}

static bool load_keys(const KeyRowsKind *kind, HashTable *table, HashLoad *l, Str logged,
                      StateIn *in) {
  do {
    if (!hash_table_load(table, in, l)) return false;
    for (uint32_t i = 0; i < l->n; i++) {
      hash_load_entry(l, i, in);
      if (!load_key(kind, l->records[i], logged, in)) return false;
    }
  } while (l->n > 0 && !in->bad);
  return true;
}

bool key_rows_load(const KeyRowsKind *kind, HashTable *table, KeyBatch *keys, uint64_t *arrived,
                   StateIn *in) {
  if (strcmp(in->section, section) != 0 || in->version != KEY_ROWS_VERSION) state_bad(in);
  uint64_t until_now = state_get_u64(in);
  if (until_now > *arrived) *arrived = until_now;
  Str logged = get_kind(kind, in);
  if (in->bad) return true;
  HashLoad *l = malloc(sizeof *l); /* big */
  if (l == NULL) return false;
  l->keys = keys;
  bool ok = load_keys(kind, table, l, logged, in);
  free(l);
  return ok;
}
