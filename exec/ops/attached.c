/* attached.c -- see attached.h. */
#include "exec/ops/attached.h"

#include <stdlib.h>
#include <string.h>

/* --- life --------------------------------------------------------------------------- */

void attached_init(Attached *w, const AttachedKind *kind, Type time_type, const ExprEnv *env) {
  assert(kind->bytes >= sizeof(AttachedWindow));
  WindowSpec spec = {.kind = WINDOW_ATTACHED, .time_type = time_type};
  *w = (Attached){.kind = kind,
                  .clock = window_clock(&spec, env),
                  .passed_us = {MICROS_MIN, MICROS_MIN},
                  .due_us = MICROS_MIN};
}

void attached_free(const Attached *w, AttachedWindow *window) {
  if (window == NULL) return;
  window->spent = window->saving;
  if (window->saving) return;
  w->kind->deinit(window);
  free(window);
}

static void free_list(const Attached *w, AttachedList *l) {
  for (uint32_t i = l->first; i < l->end; i++) attached_free(w, l->items[i]);
  free(l->items);
  *l = (AttachedList){0};
}

void attached_deinit(Attached *w) {
  attached_end_save(w);
  free_list(w, &w->open);
}

/* --- lists -------------------------------------------------------------------------- */

static bool list_room(AttachedList *l) {
  if (l->end < l->cap) return true;
  uint32_t n = l->end - l->first;
  if (l->first >= l->cap / 2 && l->first > 0) {
    memmove(l->items, l->items + l->first, n * sizeof *l->items);
    l->first = 0;
    l->end = n;
    return true;
  }
  uint32_t cap = l->cap > 0 ? 2 * l->cap : 4;
  AttachedWindow **wider = realloc(l->items, cap * sizeof *wider);
  if (wider == NULL) return false;
  l->items = wider;
  l->cap = cap;
  return true;
}

static AttachedWindow *list_front(const AttachedList *l) {
  return l->first < l->end ? l->items[l->first] : NULL;
}

/* at counts from the front. */
static bool list_insert(AttachedList *l, uint32_t at, AttachedWindow *window) {
  if (!list_room(l)) return false;
  AttachedWindow **place = l->items + l->first + at;
  memmove(place + 1, place, (l->end - l->first - at) * sizeof *place);
  *place = window;
  l->end++;
  return true;
}

static bool is_before(const AttachedWindow *w, Micros end_us, Micros start_us) {
  return w->end_us != end_us ? w->end_us < end_us : w->start_us < start_us;
}

/* Place of the first window that is not before (end, start), from the front. */
static uint32_t list_place(const AttachedList *l, Micros end_us, Micros start_us) {
  uint32_t low = l->first, high = l->end;
  while (low < high) {
    uint32_t mid = (low + high) / 2;
    if (is_before(l->items[mid], end_us, start_us)) {
      low = mid + 1;
    } else {
      high = mid;
    }
  }
  return low - l->first;
}

static void pass(Micros *passed_us, Micros watermark_us) {
  if (watermark_us > *passed_us) *passed_us = watermark_us;
}

/* --- rows in ------------------------------------------------------------------------ */

static Code open_window(Attached *w, Op *op, AttachedWindow like, AttachedWindow **out) {
  uint32_t at = list_place(&w->open, like.end_us, like.start_us);
  if (w->open.first + at < w->open.end) {
    AttachedWindow *there = w->open.items[w->open.first + at];
    if (there->end_us == like.end_us && there->start_us == like.start_us) {
      *out = there;
      return OK;
    }
  }
  *out = calloc(1, w->kind->bytes);
  if (*out == NULL) return op_no_memory(op);
  **out = like;
  if (!list_insert(&w->open, at, *out)) {
    free(*out);
    return op_no_memory(op);
  }
  w->kind->init(op, *out);
  return OK;
}

Code attached_open(Attached *w, Op *op, Micros end_us, Micros start_us, AttachedWindow **out) {
  AttachedWindow like = {
      .end_us = end_us, .start_us = start_us, .last_us = window_last_instant(&w->clock, end_us)};
  return open_window(w, op, like, out);
}

static inline Micros time_at(const Vector *v, uint32_t row) {
  return ((const Micros *)v->data)[vector_at(v, row)];
}

/* Rows between two marks, and the windows they are in. */
typedef struct Run {
  const Vector *start, *end;
  Micros passed_us; /* the watermark at its rows */
  uint16_t rows[BATCH_ROWS], late[BATCH_ROWS];
  uint32_t n, n_late;
  AttachedWindow *window[BATCH_ROWS];  /* of rows[i] */
  AttachedWindow *touched[BATCH_ROWS]; /* each once, as they come */
  uint32_t n_touched;
} Run;

/* Take a row into the run; whoever follows in the same window finds it at once. */
static Code run_take(Attached *w, Op *op, Run *run, uint16_t row) {
  Micros start = time_at(run->start, row), end = time_at(run->end, row);
  AttachedWindow *window = run->n > 0 ? run->window[run->n - 1] : NULL;
  if (window == NULL || window->end_us != end || window->start_us != start) {
    AttachedWindow like = {
        .end_us = end, .start_us = start, .last_us = window_last_instant(&w->clock, end)};
    if (like.last_us <= run->passed_us) {
      run->late[run->n_late++] = row;
      return OK;
    }
    TRY(open_window(w, op, like, &window));
  }
  if (window->n++ == 0) run->touched[run->n_touched++] = window;
  run->rows[run->n] = row;
  run->window[run->n++] = window;
  return OK;
}

/* The rows of a run window by window, those of each in order. */
static Code run_give(Attached *w, Op *op, OpPort port, const Batch *in, Run *run) {
  TRY(op_drop_late(op, in, run->late, run->n_late));
  uint16_t sorted[BATCH_ROWS];
  uint32_t place = 0;
  for (uint32_t i = 0; i < run->n_touched; i++) {
    run->touched[i]->at = place;
    place += run->touched[i]->n;
  }
  for (uint32_t i = 0; i < run->n; i++) sorted[run->window[i]->at++] = run->rows[i];
  Code code = OK;
  for (uint32_t i = 0, from = 0; i < run->n_touched; i++) {
    AttachedWindow *window = run->touched[i];
    if (code == OK) code = w->kind->add(op, window, port, in, sorted + from, window->n);
    from += window->n;
    window->n = 0;
  }
  return code;
}

Code attached_push(Attached *w, Op *op, OpPort port, const Batch *in, uint32_t start_col,
                   uint32_t end_col) {
  Run run; /* big: not zeroed */
  run.start = &in->cols[start_col];
  run.end = &in->cols[end_col];
  uint32_t n = batch_count(in);
  Micros *passed = &w->passed_us[port == PORT_RIGHT];
  pass(passed, op->ctx->chunk_watermark_us);
  for (uint32_t i = 0; i < n;) {
    if (in->mark != NULL) pass(passed, in->mark[batch_row(in, i)]);
    run.passed_us = *passed;
    run.n = run.n_late = run.n_touched = 0;
    for (; i < n; i++) {
      uint32_t row = batch_row(in, i);
      if (in->mark != NULL && in->mark[row] > run.passed_us) break;
      TRY(run_take(w, op, &run, (uint16_t)row));
    }
    TRY(run_give(w, op, port, in, &run));
  }
  return OK;
}

/* --- windows out -------------------------------------------------------------------- */

AttachedWindow *attached_take(Attached *w) {
  for (uint32_t i = 0; i < ATTACHED_PORTS; i++) pass(&w->due_us, w->passed_us[i]);
  AttachedWindow *first = list_front(&w->open);
  if (first != NULL && first->last_us <= w->due_us) {
    w->open.first++;
    return first;
  }
  for (uint32_t i = 0; i < ATTACHED_PORTS; i++) pass(&w->passed_us[i], w->due_us);
  return NULL;
}

void attached_pending(const Attached *w, OpPending *out) {
  const AttachedWindow *first = list_front(&w->open);
  if (first == NULL) return;
  out->n_windows = w->open.end - w->open.first;
  out->start_us = first->start_us;
  out->end_us = first->end_us;
  out->last_us = first->last_us;
  out->zone = w->clock.zone;
}
