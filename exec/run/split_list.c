/* split_list.c -- the splits of a job; their number is data. */
#include "exec/run/split_list.h"

#include <stdlib.h>

static bool grow(InputSplit ***list, uint32_t cap) {
  InputSplit **wider = realloc(*list, cap * sizeof *wider);
  if (wider == NULL) return false;
  *list = wider;
  return true;
}

InputSplit *split_list_add(SplitList *l, uint32_t source) {
  if (l->n == l->cap) {
    uint32_t cap = l->cap > 0 ? l->cap * 2 : 4;
    if (cap < l->cap || !grow(&l->all, cap) || !grow(&l->open, cap)) return NULL;
    l->cap = cap;
  }
  InputSplit *split = malloc(sizeof *split);
  if (split == NULL) return NULL;
  *split = (InputSplit){.index = l->n,
                        .was = l->n,
                        .source = source,
                        .candidate_us = MICROS_MIN,
                        .max_us = MICROS_MIN};
  l->all[l->n++] = l->open[l->n_open++] = split;
  return split;
}

void split_list_drop_ended(SplitList *l) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < l->n_open; i++) {
    if (!l->open[i]->ended) l->open[kept++] = l->open[i];
  }
  l->n_open = kept;
}

void split_list_free(SplitList *l) {
  for (uint32_t i = 0; i < l->n; i++) {
    if (l->all[i]->reader.split != NULL) split_reader_free(&l->all[i]->reader);
    free(l->all[i]);
  }
  free(l->all);
  free(l->open);
  *l = (SplitList){0};
}
