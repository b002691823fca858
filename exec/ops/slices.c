/* slices.c -- a sorted array with room at its front. */
#include "exec/ops/slices.h"

#include <stdlib.h>
#include <string.h>

uint32_t slices_before(const Slices *s, Micros start_us) {
  uint32_t low = 0, high = s->n;
  while (low < high) {
    uint32_t mid = (low + high) / 2;
    if (slice_at(s, mid)->start_us < start_us) {
      low = mid + 1;
    } else {
      high = mid;
    }
  }
  return low;
}

uint32_t slices_run_end(const Slices *s, uint32_t first, Micros slice_us) {
  Micros start_us = slice_at(s, first)->start_us;
  uint32_t low = first + 1, high = s->n;
  while (low < high) {
    uint32_t mid = (low + high) / 2;
    if (slice_at(s, mid)->start_us - start_us == (Micros)(mid - first) * slice_us) {
      low = mid + 1;
    } else {
      high = mid;
    }
  }
  return low;
}

/* Room for one more behind the last: what has gone at the front is used first. */
static bool make_room(Slices *s) {
  if (s->first + s->n < s->cap) return true;
  if (s->first > s->n) {
    memmove(s->items, s->items + s->first, s->n * sizeof *s->items);
    s->first = 0;
    return true;
  }
  uint32_t cap = s->cap > 0 ? s->cap * 2 : 4;
  Slice **wider = realloc(s->items, cap * sizeof *wider);
  if (wider == NULL) return false;
  s->items = wider;
  s->cap = cap;
  return true;
}

static Slice *insert(Slices *s, uint32_t at, Micros start_us) {
  if (!make_room(s)) return NULL;
  Slice *slice = calloc(1, sizeof *slice);
  if (slice == NULL) return NULL;
  slice->start_us = start_us;
  if (!groups_init_sized(&slice->groups, s->layout, s->expected)) {
    groups_deinit(&slice->groups);
    free(slice);
    return NULL;
  }
  Slice **items = s->items + s->first;
  memmove(items + at + 1, items + at, (s->n - at) * sizeof *items);
  items[at] = slice;
  s->n++;
  return slice;
}

Slice *slices_get(Slices *s, Micros start_us) {
  uint32_t at = s->last_hit;
  if (at >= s->n || slice_at(s, at)->start_us != start_us) {
    s->last_hit = at = slices_before(s, start_us);
    if (at == s->n || slice_at(s, at)->start_us != start_us) return insert(s, at, start_us);
  }
  return slice_at(s, at);
}

void slices_drop_first(Slices *s) {
  Slice *slice = slice_at(s, 0);
  if (slice->groups.layout != NULL) s->expected = groups_size(&slice->groups);
  groups_deinit(&slice->groups);
  free(slice);
  s->first++;
  s->n--;
  if (s->last_hit > 0) s->last_hit--;
}

void slices_deinit(Slices *s) {
  while (s->n > 0) slices_drop_first(s);
  free(s->items);
  *s = (Slices){0};
}

bool slices_save(const Slices *s, StateSink *to) {
  for (uint32_t i = 0; i < s->n; i++) {
    Slice *slice = slice_at(s, i);
    const GroupsPlace place = {.section = "slice", .head = {slice->start_us}, .n_head = 1};
    if (!groups_save(&slice->groups, to, place)) return false;
  }
  return true;
}

bool slices_load(Slices *s, StateIn *in) {
  Micros start_us = state_get_i64(in);
  if (in->bad || !state_has_next(in)) return true;
  Slice *slice = slices_get(s, start_us);
  return slice != NULL && groups_load(&slice->groups, in);
}
