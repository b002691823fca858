/* prune_join.c -- columns of joins and ranks of windows.  They keep their input's rows until the
 * window closes, so it is brought to just what is used. */
#include <string.h>

#include "planner/prune.h"

static void mark_side(bool *below, const WindowJoinSide *side, uint32_t n_keys) {
  for (uint32_t i = 0; i < n_keys; i++) below[side->keys[i]] = true;
  below[side->start] = below[side->end] = true;
}

void prune_mark_join(const RuleContext *r, Node *n, const bool *used) {
  const WindowJoin *j = n->u.join;
  const uint32_t n_left = n->inputs[0]->n_fields, n_right = n->inputs[1]->n_fields;
  bool *both = ARENA_ARRAY(r->arena, bool, n_left + n_right);
  memcpy(both, used, n->n_fields * sizeof *both);
  if (j->condition != NULL) expr_columns_used(j->condition, both);
  mark_side(both, &j->left, j->n_keys);
  mark_side(both + n_left, &j->right, j->n_keys);
  prune_mark(r, n->inputs[0], both);
  prune_mark(r, n->inputs[1], both + n_left);
}

void prune_mark_rank(const RuleContext *r, Node *n, const bool *used) {
  const WindowRank *w = n->u.rank;
  bool *below = ARENA_ARRAY(r->arena, bool, n->n_fields);
  memcpy(below, used, n->inputs[0]->n_fields * sizeof *below);
  for (uint32_t i = 0; i < w->n_keys; i++) below[w->keys[i]] = true;
  for (uint32_t i = 0; i < w->n_order; i++) below[w->order[i].col] = true;
  below[w->start] = below[w->end] = true;
  prune_mark(r, n->inputs[0], below);
}

static void move_side(WindowJoinSide *side, uint32_t n_keys, const uint32_t *map) {
  for (uint32_t i = 0; i < n_keys; i++) side->keys[i] = map[side->keys[i]];
  side->start = map[side->start];
  side->end = map[side->end];
}

/* A join gives out whatever its sides have left. */
uint32_t *prune_rebuild_join(const RuleContext *r, Node *n) {
  WindowJoin *j = n->u.join;
  const uint32_t n_left = n->inputs[0]->n_fields, n_right = n->inputs[1]->n_fields;
  const uint32_t *left = prune_exact(r, &n->inputs[0]), *right = prune_exact(r, &n->inputs[1]);
  const uint32_t now_left = n->inputs[0]->n_fields;
  uint32_t *map = ARENA_ARRAY(r->arena, uint32_t, n_left + n_right);
  memcpy(map, left, n_left * sizeof *map);
  for (uint32_t i = 0; i < n_right; i++) {
    map[n_left + i] = right[i] == GONE ? GONE : now_left + right[i];
  }
  if (j->condition != NULL) j->condition = expr_remap(r->arena, j->condition, map);
  move_side(&j->left, j->n_keys, left);
  move_side(&j->right, j->n_keys, right);
  const Node *now = node_window_join(r->arena, n->inputs[0], n->inputs[1], j, n->span);
  n->fields = now->fields;
  n->n_fields = now->n_fields;
  return map;
}

uint32_t *prune_rebuild_rank(const RuleContext *r, Node *n) {
  WindowRank *w = n->u.rank;
  const uint32_t rank = n->n_fields - 1;
  uint32_t *below = prune_exact(r, &n->inputs[0]), n_left = n->inputs[0]->n_fields;
  uint32_t *map = ARENA_ARRAY(r->arena, uint32_t, n->n_fields);
  FormatField *fields = ARENA_ARRAY(r->arena, FormatField, n_left + 1);
  for (uint32_t i = 0; i < w->n_keys; i++) w->keys[i] = below[w->keys[i]];
  for (uint32_t i = 0; i < w->n_order; i++) w->order[i].col = below[w->order[i].col];
  w->start = below[w->start];
  w->end = below[w->end];
  w->with_rank = n->used[rank];
  memcpy(map, below, rank * sizeof *map);
  memcpy(fields, n->inputs[0]->fields, n_left * sizeof *fields);
  fields[n_left] = n->fields[rank];
  map[rank] = w->with_rank ? n_left : GONE;
  n->fields = fields;
  n->n_fields = n_left + w->with_rank;
  return map;
}
