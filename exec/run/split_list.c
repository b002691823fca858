/* split_list.c -- the splits of a job; their number is data. */
#include "exec/run/split_list.h"

#include <stdlib.h>
#include <string.h>

static bool grow(InputSplit ***list, uint32_t cap) {
  InputSplit **wider = realloc(*list, cap * sizeof *wider);
  if (wider == NULL) return false;
  *list = wider;
  return true;
}

static InputSplit *new_split(uint32_t index, uint32_t source, const Split *file) {
  InputSplit *split = malloc(sizeof *split);
  if (split == NULL) return NULL;
  *split = (InputSplit){.index = index,
                        .was = index,
                        .source = source,
                        .candidate_us = MICROS_MIN,
                        .first_us = MICROS_MIN,
                        .max_us = MICROS_MIN};
  if (file == NULL) return split;
  split->file = *file;
  split->file.name = strdup(file->name);
  split->reader.split = &split->file;
  if (split->file.name != NULL) return split;
  free(split);
  return NULL;
}

static void free_split(InputSplit *split) {
  if (split->reader.split != NULL) split_reader_free(&split->reader);
  free((char *)(uintptr_t)split->file.name);
  free(split);
}

InputSplit *split_list_add(SplitList *l, uint32_t source, const Split *file) {
  if (l->n == l->cap) {
    uint32_t cap = l->cap > 0 ? l->cap * 2 : 4;
    if (cap < l->cap || !grow(&l->all, cap) || !grow(&l->open, cap)) return NULL;
    l->cap = cap;
  }
  InputSplit *split = new_split(l->n, source, file);
  if (split == NULL) return NULL;
  l->all[l->n++] = l->open[l->n_open++] = split;
  return split;
}

static int by_was(const void *a, const void *b) {
  const InputSplit *x = *(InputSplit *const *)a, *y = *(InputSplit *const *)b;
  if (x->was != y->was) return x->was < y->was ? -1 : 1;
  return (x->index > y->index) - (x->index < y->index);
}

void split_list_order(SplitList *l) {
  if (l->n == 0) return;
  qsort(l->all, l->n, sizeof *l->all, by_was);
  qsort(l->open, l->n_open, sizeof *l->open, by_was);
  for (uint32_t i = 0; i < l->n; i++) l->all[i]->index = i;
}

InputSplit *split_list_find(const SplitList *l, uint32_t was) {
  uint32_t low = 0, high = l->n;
  while (low < high) {
    uint32_t mid = low + (high - low) / 2;
    if (l->all[mid]->was < was) {
      low = mid + 1;
    } else {
      high = mid;
    }
  }
  return low < l->n && l->all[low]->was == was ? l->all[low] : NULL;
}

void split_list_drop_ended(SplitList *l) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < l->n_open; i++) {
    if (!l->open[i]->ended) l->open[kept++] = l->open[i];
  }
  l->n_open = kept;
}

void split_list_free(SplitList *l) {
  for (uint32_t i = 0; i < l->n; i++) free_split(l->all[i]);
  free(l->all);
  free(l->open);
  *l = (SplitList){0};
}
