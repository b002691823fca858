/* row_window.c -- a ring of slices, a total, and two stacks in place.
 *
 * The stacks: Tangwongsan, Hirzel and Schneider, "In-order sliding-window aggregation in worst-case
 * constant time", VLDB Journal 2021, which calls the variant in one buffer Two-Stacks Lite.
 */
#include "exec/ops/row_window.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

RowGeometry row_geometry(uint64_t size_rows, uint64_t slide_rows) {
  assert(size_rows > 0 && slide_rows > 0);
  if (slide_rows >= size_rows) {
    return (RowGeometry){.unit = slide_rows, .skip = slide_rows - size_rows, .width = 1, .step = 1};
  }
  uint64_t a = size_rows, b = slide_rows;
  while (b != 0) {
    uint64_t rest = a % b;
    a = b;
    b = rest;
  }
  return (RowGeometry){.unit = a, .width = size_rows / a, .step = slide_rows / a};
}

uint32_t row_window_bytes(const GroupLayout *l) {
  return (uint32_t)sizeof(RowWindow) + l->record_bytes;
}

static size_t ring_bytes(const GroupLayout *l, uint64_t cap) {
  return (size_t)cap * (l->record_bytes + 8); /* never none */
}

void row_window_deinit(const GroupLayout *l, RowWindow *w) {
  if (w->ring == NULL) return;
  memory_release(ring_bytes(l, w->cap));
  free(w->ring);
  w->ring = NULL;
}

static char *total(const RowWindow *w) { return (char *)(uintptr_t)(w + 1); }

static char *slot(const GroupLayout *l, const RowWindow *w, uint64_t slice) {
  return w->ring + (slice & (w->cap - 1)) * l->record_bytes;
}

static bool grow(const GroupLayout *l, RowWindow *w) {
  RowWindow wider = *w;
  wider.cap = w->cap > 0 ? w->cap * 2 : 1;
  if (wider.cap > SIZE_MAX / 2 / (l->record_bytes + 8)) return false;
  if (!memory_reserve(ring_bytes(l, wider.cap))) return false;
  wider.ring = malloc(ring_bytes(l, wider.cap));
  if (wider.ring == NULL) {
    memory_release(ring_bytes(l, wider.cap));
    return false;
  }
  for (uint64_t s = w->first; s < w->next; s++) {
    memcpy(slot(l, &wider, s), slot(l, w, s), l->record_bytes);
  }
  row_window_deinit(l, w);
  *w = wider;
  return true;
}

bool row_window_begin(const GroupLayout *l, RowWindow *w) {
  if (w->next - w->first == w->cap && !grow(l, w)) return false;
  memset(slot(l, w, w->next), 0, l->record_bytes);
  w->next++;
  return true;
}

void *row_window_slice(const GroupLayout *l, const RowWindow *w) {
  assert(w->next > w->first);
  return slot(l, w, w->next - 1);
}

static bool merge(const GroupLayout *l, uint32_t a, char *into, const char *from) {
  void *const to[] = {into + l->offset[a]};
  const void *const source[] = {from + l->offset[a]};
  Arena none = {0}; /* plain words own no bytes */
  bool ok = l->aggs[a].kernels->merge(to, source, 1, &none);
  assert(none.head == NULL);
  return ok;
}

static void unmerge(const GroupLayout *l, uint32_t a, char *into, const char *from) {
  void *const to[] = {into + l->offset[a]};
  const void *const source[] = {from + l->offset[a]};
  l->aggs[a].kernels->unmerge(to, source, 1);
}

static bool is_running(const GroupLayout *l, uint32_t a) {
  return l->aggs[a].kernels->unmerge != NULL;
}

bool row_window_end(const GroupLayout *l, RowWindow *w) {
  const char *slice = row_window_slice(l, w);
  for (uint32_t a = 0; a < l->n_aggs; a++) {
    if (!merge(l, a, total(w), slice)) return false;
  }
  return true;
}

bool row_window_result(const GroupLayout *l, const RowWindow *w, bool with_open, void *out) {
  for (uint32_t a = 0; a < l->n_aggs; a++) {
    bool turned = !is_running(l, a) && w->first < w->flip;
    if (turned && !merge(l, a, out, slot(l, w, w->first))) return false;
    if (!merge(l, a, out, total(w))) return false;
    if (with_open && !merge(l, a, out, row_window_slice(l, w))) return false;
  }
  return true;
}

/* Turn the second stack over: all slices from first on hold what they and those behind give. */
static bool turn_over(const GroupLayout *l, RowWindow *w, uint64_t first) {
  for (uint32_t a = 0; a < l->n_aggs; a++) {
    if (is_running(l, a)) continue;
    for (uint64_t s = w->next; s > first + 1; s--) {
      if (!merge(l, a, slot(l, w, s - 2), slot(l, w, s - 1))) return false;
    }
    memset(total(w) + l->offset[a], 0, l->aggs[a].kernels->state_bytes);
  }
  w->flip = w->next;
  return true;
}

bool row_window_drop(const GroupLayout *l, RowWindow *w, uint64_t first) {
  assert(first <= w->next);
  for (uint32_t a = 0; a < l->n_aggs; a++) {
    if (!is_running(l, a)) continue;
    for (uint64_t s = w->first; s < first; s++) unmerge(l, a, total(w), slot(l, w, s));
  }
  if (first > w->flip && !turn_over(l, w, first)) return false;
  if (first > w->first) w->first = first;
  return true;
}

/* --- in a snapshot ------------------------------------------------------------------ */

void row_window_save(const RowWindow *w, StateOut *out) {
  state_put_u64(out, w->first);
  state_put_u64(out, w->next);
  state_put_u64(out, w->flip);
}

RowWindow row_window_load(StateIn *in) {
  RowWindow w = {.first = state_get_u64(in)};
  w.next = state_get_u64(in);
  w.flip = state_get_u64(in);
  return w;
}

bool row_window_make(const GroupLayout *l, RowWindow *w, RowWindow like) {
  w->first = w->next = like.first;
  w->flip = like.flip;
  while (w->next < like.next) {
    if (!row_window_begin(l, w)) return false;
  }
  return true;
}

void row_window_save_states(const GroupLayout *l, const RowWindow *w, uint32_t a, StateOut *out) {
  size_t part = state_part(out);
  uint32_t bytes = l->aggs[a].kernels->state_bytes, offset = l->offset[a];
  state_put(out, total(w) + offset, bytes);
  for (uint64_t s = w->first; s < w->next; s++) state_put(out, slot(l, w, s) + offset, bytes);
  state_part_end(out, part);
}

void row_window_load_states(const GroupLayout *l, RowWindow *w, uint32_t a, StateIn *in) {
  StateIn part = state_get_part(in);
  uint32_t bytes = l->aggs[a].kernels->state_bytes, offset = l->offset[a];
  state_get(&part, total(w) + offset, bytes);
  for (uint64_t s = w->first; s < w->next; s++) state_get(&part, slot(l, w, s) + offset, bytes);
  in->bad |= part.bad || part.at < part.end;
}
