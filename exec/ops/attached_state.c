/* attached_state.c -- open windows in a snapshot.
 *
 * A section for each window, with its bounds as the head and its rows as entries, each behind the
 * number of its port.  Loading adds the rows as if they came anew: in their old order, since those
 * of a key were all in one instance.  No row of them is late; how far the watermark is the
 * framework knows, and no port had passed it.
 */
#include <stdlib.h>
#include <string.h>

#include "exec/ops/attached.h"

enum { ATTACHED_VERSION = 1, AT_ONCE_ROWS = 1000 };

static const char section[] = "window";
static const OpPort ports[ATTACHED_PORTS] = {PORT_ROWS, PORT_RIGHT};

typedef struct SavedWindow {
  AttachedWindow *window;
  RowsSave rows[ATTACHED_PORTS];
} SavedWindow;

struct AttachedSave {
  StateDrain drain; /* first: the two are cast to each other */
  StateSink *to;
  StateOut out; /* of the window in hand */
  Attached *windows;
  bool begun; /* the window in hand has its head */
  uint32_t at, n;
  SavedWindow items[]; /* those from at on are not written yet */
};

/* --- out ---------------------------------------------------------------------------- */

static uint32_t rows_left(const SavedWindow *s) {
  uint32_t n = 0;
  for (uint32_t p = 0; p < ATTACHED_PORTS; p++) n += s->rows[p].end - s->rows[p].at;
  return n;
}

/* A window has been written, or is not to be. */
static void let_go(const Attached *w, SavedWindow *s) {
  AttachedWindow *window = s->window;
  if (w->kind->let_go != NULL) w->kind->let_go(window);
  window->saving = false;
  if (window->spent) attached_free(w, window);
}

static void free_save(AttachedSave *save) {
  Attached *w = save->windows;
  for (uint32_t i = save->at; i < save->n; i++) let_go(w, &save->items[i]);
  w->save = NULL;
  free(save);
}

static void write_head(AttachedSave *save, const AttachedWindow *window) {
  state_begin(&save->out, save->to, section, ATTACHED_VERSION);
  state_put_i64(&save->out, window->end_us);
  state_put_i64(&save->out, window->start_us);
  save->begun = true;
}

/* Some rows of the window in hand; behind the last of them it is done. */
static bool write_some(AttachedSave *save, size_t budget, size_t *written) {
  SavedWindow *s = &save->items[save->at];
  if (!save->begun && rows_left(s) > 0) write_head(save, s->window);
  for (uint8_t p = 0; p < ATTACHED_PORTS; p++) {
    if (!rows_save(&s->rows[p], p, budget, &save->out, written)) return false;
  }
  if (rows_left(s) > 0) return true;
  bool begun = save->begun;
  save->begun = false;
  save->at++;
  let_go(save->windows, s);
  return !begun || state_end(&save->out);
}

static bool drain_step(StateDrain *d, size_t budget, bool *done) {
  AttachedSave *save = (AttachedSave *)d;
  size_t written = 0;
  while (save->at < save->n && written < budget) {
    if (!write_some(save, budget, &written)) return false;
  }
  *done = save->at == save->n;
  if (*done) free_save(save);
  return true;
}

static void drain_cancel(StateDrain *d) {
  AttachedSave *save = (AttachedSave *)d;
  if (save->begun) state_drop(&save->out);
  free_save(save);
}

/* All open windows as they stand; NULL: no memory. */
static AttachedSave *hold_windows(Attached *w, Op *op, StateSink *to) {
  uint32_t n = w->open.end - w->open.first;
  AttachedSave *save = calloc(1, sizeof *save + n * sizeof *save->items);
  if (save == NULL) return NULL;
  save->drain = (StateDrain){.step = drain_step, .cancel = drain_cancel};
  save->to = to;
  save->windows = w;
  for (uint32_t i = 0; i < n; i++) {
    SavedWindow *s = &save->items[save->n++];
    s->window = w->open.items[w->open.first + i];
    s->window->saving = true;
    for (uint32_t p = 0; p < ATTACHED_PORTS; p++) {
      if (w->kind->layout(op, ports[p]) == NULL) continue;
      if (w->kind->hold(op, s->window, ports[p], &s->rows[p])) continue;
      free_save(save);
      return NULL;
    }
  }
  return save;
}

Code attached_save(Attached *w, Op *op, StateSink *to) {
  assert(w->save == NULL && w->due_us <= op->watermark_us);
  AttachedSave *save = hold_windows(w, op, to);
  if (save == NULL) return op_no_memory(op);
  w->save = save;
  uint64_t rows = 0;
  for (uint32_t i = 0; i < save->n; i++) rows += rows_left(&save->items[i]);
  if (rows > AT_ONCE_ROWS || to->defer_small) {
    state_sink_defer(to, &save->drain);
    return OK;
  }
  bool done;
  if (drain_step(&save->drain, SIZE_MAX, &done)) return OK;
  drain_cancel(&save->drain);
  return op_no_memory(op);
}

void attached_end_save(Attached *w) {
  if (w->save != NULL) state_sink_finish(w->save->to, &w->save->drain);
}

/* --- in ----------------------------------------------------------------------------- */

/* A block on its way in. */
typedef struct Loading {
  Attached *windows;
  Op *op;
  Micros end_us, start_us;
  RowsLoad *rows[ATTACHED_PORTS]; /* NULL: none has come */
} Loading;

static Code add_rows(Loading *l, uint32_t port) {
  RowsLoad *rows = l->rows[port];
  AttachedWindow *window;
  if (rows == NULL || rows->batch.rows == 0) return OK;
  TRY(attached_open(l->windows, l->op, l->end_us, l->start_us, &window));
  TRY(l->windows->kind->add(l->op, window, ports[port], &rows->batch, rows->row, rows->batch.rows));
  rows_load_clear(rows);
  return OK;
}

static Code load_row(Loading *l, uint64_t hash, StateIn *in) {
  uint8_t port = state_get_u8(in);
  const RowLayout *layout = NULL;
  if (port < ATTACHED_PORTS) layout = l->windows->kind->layout(l->op, ports[port]);
  if (layout == NULL) {
    state_bad(in);
    return OK;
  }
  if (l->rows[port] == NULL) l->rows[port] = rows_load_new(layout);
  if (l->rows[port] == NULL) return op_no_memory(l->op);
  rows_load(l->rows[port], hash, in);
  return l->rows[port]->batch.rows == BATCH_ROWS ? add_rows(l, port) : OK;
}

Code attached_load(Attached *w, Op *op, StateIn *in) {
  Loading l = {.windows = w, .op = op};
  Code code = OK;
  uint64_t hash;
  if (strcmp(in->section, section) != 0 || in->version != ATTACHED_VERSION) state_bad(in);
  l.end_us = state_get_i64(in);
  l.start_us = state_get_i64(in);
  while (code == OK && state_next(in, &hash)) code = load_row(&l, hash, in);
  for (uint32_t p = 0; p < ATTACHED_PORTS; p++) {
    if (code == OK && !in->bad) code = add_rows(&l, p);
    rows_load_free(l.rows[p]);
  }
  return code;
}

void attached_loaded(Attached *w, const Op *op) {
  for (uint32_t p = 0; p < ATTACHED_PORTS; p++) w->passed_us[p] = op->watermark_us;
  w->due_us = op->watermark_us;
}
