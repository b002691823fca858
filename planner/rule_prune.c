/* rule_prune.c -- columns that nobody uses: not computed, not carried, not read.
 *
 * First down: every node is told which of its columns are used; a Source, which several may share,
 * collects the wishes of all.  Then up: nodes are rebuilt with what is left, and each tells where
 * its columns are now.
 */
#include <string.h>

#include "planner/prune.h"

/* --- down ---------------------------------------------------------------------------- */

static bool *copied(const RuleContext *r, const bool *used, uint32_t n) {
  bool *copy = ARENA_ARRAY(r->arena, bool, n);
  memcpy(copy, used, n * sizeof *copy);
  return copy;
}

/* What a window itself asks for. */
static void mark_window(const WindowSpec *w, bool *below) {
  if (window_has_time(w)) below[w->time_col] = true;
  if (w->kind == WINDOW_ATTACHED) below[w->start_col] = below[w->end_col] = true;
  for (uint32_t i = 0; i < w->n_partition; i++) below[w->partition[i]] = true;
}

static void mark_late(const Node *n, bool *below) {
  if (n->late == NULL) return;
  for (uint32_t i = 0; i < n->late->n_cols; i++) below[n->late->cols[i]] = true;
}

static void mark_aggregate(const RuleContext *r, Node *n, const bool *used) {
  const AggregateSpec *agg = n->u.agg;
  bool *below = ARENA_ARRAY(r->arena, bool, n->inputs[0]->n_fields);
  for (uint32_t i = 0; i < agg->n_keys; i++) below[agg->keys[i]] = true;
  for (uint32_t i = 0; i < agg->n_aggs; i++) {
    if (!used[agg->n_keys + i]) continue;
    if (agg->aggs[i].arg >= 0) below[agg->aggs[i].arg] = true;
    if (agg->aggs[i].filter >= 0) below[agg->aggs[i].filter] = true;
  }
  if (n->kind == NODE_WINDOW_AGGREGATE) mark_window(&agg->window, below);
  mark_late(n, below);
  prune_mark(r, n->inputs[0], below);
}

static void mark_project(const RuleContext *r, Node *n, const bool *used) {
  bool *below = ARENA_ARRAY(r->arena, bool, n->inputs[0]->n_fields);
  for (uint32_t i = 0; i < n->n_fields; i++) {
    if (used[i]) expr_columns_used(n->u.exprs[i], below);
  }
  prune_mark(r, n->inputs[0], below);
}

static void mark_expand(const RuleContext *r, Node *n, const bool *used) {
  bool *below = ARENA_ARRAY(r->arena, bool, n->inputs[0]->n_fields);
  for (uint32_t i = 0; i < n->u.expand.n_sets * n->n_fields; i++) {
    if (used[i % n->n_fields]) expr_columns_used(n->u.expand.exprs[i], below);
  }
  prune_mark(r, n->inputs[0], below);
}

static void mark_unnest(const RuleContext *r, Node *n, const bool *used) {
  bool *below = copied(r, used, n->inputs[0]->n_fields);
  expr_columns_used(n->u.unnest.value, below);
  prune_mark(r, n->inputs[0], below);
}

/* Nodes that pass the columns of their input on. */
static void mark_same(const RuleContext *r, Node *n, const bool *used) {
  for (uint32_t i = 0; i < n->n_inputs; i++) {
    bool *below = copied(r, used, n->inputs[i]->n_fields);
    if (n->kind == NODE_FILTER) expr_columns_used(n->u.filter, below);
    if (n->kind == NODE_WINDOW_TVF) {
      mark_window(&n->u.window, below);
      mark_late(n, below);
    }
    for (uint32_t k = 0; n->kind == NODE_SORT && k < n->u.sort.n_keys; k++) {
      below[n->u.sort.keys[k].col] = true;
    }
    prune_mark(r, n->inputs[i], below);
  }
}

void prune_mark(const RuleContext *r, Node *n, const bool *used) {
  if (n->used == NULL) n->used = ARENA_ARRAY(r->arena, bool, n->n_fields);
  for (uint32_t i = 0; i < n->n_fields; i++) n->used[i] |= used[i];
  switch (n->kind) {
    case NODE_PROJECT:
      mark_project(r, n, used);
      break;
    case NODE_EXPAND:
      mark_expand(r, n, used);
      break;
    case NODE_UNNEST:
      mark_unnest(r, n, used);
      break;
    case NODE_WINDOW_RANK:
      prune_mark_rank(r, n, used);
      break;
    case NODE_WINDOW_JOIN:
      prune_mark_join(r, n, used);
      break;
    case NODE_AGGREGATE:
    case NODE_WINDOW_AGGREGATE:
      mark_aggregate(r, n, used);
      break;
    case NODE_SOURCE:
    case NODE_VALUES:
    case NODE_FILTER:
    case NODE_WINDOW_TVF:
    case NODE_UNION:
    case NODE_SORT:
    case NODE_LIMIT:
    case NODE_SINK:
      mark_same(r, n, used);
      break;
  }
}

/* --- up ------------------------------------------------------------------------------ */

/* Keep the fields that are still there, in the order of map. */
static void keep_fields(const RuleContext *r, Node *n, const uint32_t *map, uint32_t n_left) {
  FormatField *fields = ARENA_ARRAY(r->arena, FormatField, n_left);
  for (uint32_t i = 0; i < n->n_fields; i++) {
    if (map[i] != GONE) fields[map[i]] = n->fields[i];
  }
  n->fields = fields;
  n->n_fields = n_left;
}

/* Numbers for the columns that are used, in order. */
static uint32_t *number_used(const RuleContext *r, const Node *n, uint32_t *n_left) {
  uint32_t *map = ARENA_ARRAY(r->arena, uint32_t, n->n_fields);
  *n_left = 0;
  for (uint32_t i = 0; i < n->n_fields; i++) map[i] = n->used[i] ? (*n_left)++ : GONE;
  return map;
}

/* A Source keeps for itself what its watermark needs; that may come out, too. */
static uint32_t *rebuild_source(const RuleContext *r, Node *n) {
  Source *s = n->u.source;
  if (s->pruned) return s->map;
  if (s->rowtime >= 0) {
    n->used[s->rowtime] = true;
    expr_columns_used(s->watermark, n->used);
  }
  s->map = number_used(r, n, &s->n_out);
  for (uint32_t i = 0; i < s->n_columns; i++) {
    if (s->map[i] != GONE) s->out[s->map[i]] = i;
  }
  keep_fields(r, n, s->map, s->n_out);
  s->pruned = true;
  return s->map;
}

static uint32_t *rebuild_values(const RuleContext *r, Node *n) {
  uint32_t n_left, n_old = n->n_fields;
  uint32_t *map = number_used(r, n, &n_left);
  Expr **rows = ARENA_ARRAY(r->arena, Expr *, (size_t)n->u.values.n_rows * n_left);
  for (uint32_t k = 0; k < n->u.values.n_rows; k++) {
    for (uint32_t i = 0; i < n_old; i++) {
      if (map[i] != GONE) rows[k * n_left + map[i]] = n->u.values.rows[k * n_old + i];
    }
  }
  n->u.values.rows = rows;
  keep_fields(r, n, map, n_left);
  return map;
}

static uint32_t *rebuild_project(const RuleContext *r, Node **node) {
  Node *n = *node;
  uint32_t n_left;
  uint32_t *map = number_used(r, n, &n_left), *below = prune_rebuild(r, &n->inputs[0]);
  Expr **exprs = ARENA_ARRAY(r->arena, Expr *, n_left);
  for (uint32_t i = 0; i < n->n_fields; i++) {
    if (map[i] != GONE) exprs[map[i]] = expr_remap(r->arena, n->u.exprs[i], below);
  }
  n->u.exprs = exprs;
  keep_fields(r, n, map, n_left);
  if (is_identity(n)) *node = n->inputs[0];
  return map;
}

static uint32_t *rebuild_expand(const RuleContext *r, Node *n) {
  uint32_t n_left, n_sets = n->u.expand.n_sets;
  uint32_t *map = number_used(r, n, &n_left), *below = prune_rebuild(r, &n->inputs[0]);
  Expr **exprs = ARENA_ARRAY(r->arena, Expr *, (size_t)n_sets * n_left);
  for (uint32_t s = 0; s < n_sets; s++) {
    for (uint32_t i = 0; i < n->n_fields; i++) {
      if (map[i] == GONE) continue;
      exprs[s * n_left + map[i]] =
          expr_remap(r->arena, n->u.expand.exprs[s * n->n_fields + i], below);
    }
  }
  n->u.expand.exprs = exprs;
  keep_fields(r, n, map, n_left);
  return map;
}

/* An aggregate finds its columns in any order: a projection that only changes the order, or that
 * leaves nothing, goes.  below, which tells where columns are, then tells it for the projection's
 * input. */
static void drop_permutation(Node *n, uint32_t *below, uint32_t n_below) {
  const Node *p = n->inputs[0];
  if (p->kind != NODE_PROJECT) return;
  if (p->n_fields != p->inputs[0]->n_fields && p->n_fields > 0) return;
  for (uint32_t i = 0; i < p->n_fields; i++) {
    if (p->u.exprs[i]->kind != EXPR_COLUMN) return;
  }
  for (uint32_t i = 0; i < n_below; i++) {
    if (below[i] != GONE) below[i] = p->u.exprs[below[i]]->column;
  }
  n->inputs[0] = p->inputs[0];
}

static void renumber_window(const RuleContext *r, WindowSpec *w, const uint32_t *below) {
  uint32_t *partition = ARENA_ARRAY(r->arena, uint32_t, w->n_partition);
  for (uint32_t i = 0; i < w->n_partition; i++) partition[i] = below[w->partition[i]];
  w->partition = partition;
  if (window_has_time(w)) w->time_col = below[w->time_col];
  if (w->kind != WINDOW_ATTACHED) return;
  w->start_col = below[w->start_col];
  w->end_col = below[w->end_col];
}

static void renumber_late(const Node *n, const uint32_t *below) {
  if (n->late == NULL) return;
  for (uint32_t i = 0; i < n->late->n_cols; i++) {
    n->late->cols[i] = below[n->late->cols[i]];
  }
}

/* Its own columns stay, whether used or not. */
static uint32_t *rebuild_tvf(const RuleContext *r, Node *n) {
  const uint32_t n_window = window_columns(&n->u.window);
  const uint32_t n_input = n->n_fields - n_window; /* a Source may have been rebuilt before */
  uint32_t *below = prune_rebuild(r, &n->inputs[0]), n_left = 0;
  uint32_t *map = ARENA_ARRAY(r->arena, uint32_t, n->n_fields);
  const Node *in = n->inputs[0];
  FormatField *fields = ARENA_ARRAY(r->arena, FormatField, in->n_fields + n_window);
  for (; n_left < in->n_fields; n_left++) fields[n_left] = in->fields[n_left];
  for (uint32_t i = 0; i < n->n_fields; i++) {
    map[i] = i < n_input ? below[i] : n_left;
    if (i >= n_input) fields[n_left++] = n->fields[i];
  }
  renumber_window(r, &n->u.window, below);
  renumber_late(n, below);
  n->fields = fields;
  n->n_fields = n_left;
  return map;
}

/* Its own columns stay, whether used or not. */
static uint32_t *rebuild_unnest(const RuleContext *r, Node *n) {
  const Type *types;
  const uint32_t n_new = unnest_columns(n->u.unnest.value->type, &types) + n->u.unnest.ordinality;
  const uint32_t n_input = n->n_fields - n_new; /* a Source may have been rebuilt before */
  uint32_t *below = prune_rebuild(r, &n->inputs[0]);
  uint32_t *map = ARENA_ARRAY(r->arena, uint32_t, n->n_fields);
  const Node *in = n->inputs[0];
  FormatField *fields = ARENA_ARRAY(r->arena, FormatField, in->n_fields + n_new);
  for (uint32_t i = 0; i < in->n_fields; i++) fields[i] = in->fields[i];
  for (uint32_t i = 0; i < n->n_fields; i++) {
    map[i] = i < n_input ? below[i] : in->n_fields + (i - n_input);
    if (i >= n_input) fields[map[i]] = n->fields[i];
  }
  n->u.unnest.value = expr_remap(r->arena, n->u.unnest.value, below);
  n->fields = fields;
  n->n_fields = in->n_fields + n_new;
  return map;
}

static uint32_t *rebuild_aggregate(const RuleContext *r, Node *n) {
  AggregateSpec *agg = n->u.agg;
  uint32_t n_below = n->inputs[0]->n_fields;
  uint32_t *below = prune_rebuild(r, &n->inputs[0]), n_left = 0;
  drop_permutation(n, below, n_below);
  uint32_t *map = ARENA_ARRAY(r->arena, uint32_t, n->n_fields);
  for (uint32_t i = 0; i < agg->n_keys; i++) {
    agg->keys[i] = below[agg->keys[i]];
    map[n_left++] = i;
  }
  for (uint32_t i = 0; i < agg->n_aggs; i++) {
    map[agg->n_keys + i] = GONE;
    if (!n->used[agg->n_keys + i]) continue;
    AggCall call = agg->aggs[i];
    if (call.arg >= 0) call.arg = (int32_t)below[call.arg];
    if (call.filter >= 0) call.filter = (int32_t)below[call.filter];
    agg->aggs[n_left - agg->n_keys] = call;
    map[agg->n_keys + i] = n_left++;
  }
  for (uint32_t i = agg->n_keys + agg->n_aggs; i < n->n_fields; i++) map[i] = n_left++;
  agg->n_aggs = n_left - agg->n_keys;
  if (n->kind == NODE_WINDOW_AGGREGATE) {
    renumber_window(r, &agg->window, below);
    agg->n_aggs -= window_columns(&agg->window);
  }
  renumber_late(n, below);
  keep_fields(r, n, map, n_left);
  return map;
}

/* Bring the input to exactly the used columns of n, in order. */
static void make_exact(const RuleContext *r, const Node *n, Node **input) {
  const uint32_t *below = prune_rebuild(r, input);
  const Node *in = *input;
  uint32_t n_left;
  uint32_t *map = number_used(r, n, &n_left);
  Expr **exprs = ARENA_ARRAY(r->arena, Expr *, n_left);
  FormatField *fields = ARENA_ARRAY(r->arena, FormatField, n_left);
  for (uint32_t i = 0; i < n->n_fields; i++) {
    if (map[i] == GONE) continue;
    exprs[map[i]] = field_ref(r->arena, in, below[i], n->span);
    fields[map[i]] = n->fields[i];
  }
  Node *project = node_project(r->arena, *input, exprs, fields, n_left, n->span);
  if (!is_identity(project)) *input = project;
}

uint32_t *prune_exact(const RuleContext *r, Node **input) {
  const Node before = **input;
  uint32_t n_left;
  make_exact(r, &before, input);
  return number_used(r, &before, &n_left);
}

static uint32_t *rebuild_exact(const RuleContext *r, Node *n) {
  uint32_t n_left;
  for (uint32_t i = 0; i < n->n_inputs; i++) make_exact(r, n, &n->inputs[i]);
  uint32_t *map = number_used(r, n, &n_left);
  keep_fields(r, n, map, n_left);
  return map;
}

/* What passes its input on passes on what is left of it. */
static uint32_t *rebuild_same(const RuleContext *r, Node *n) {
  uint32_t *below = prune_rebuild(r, &n->inputs[0]);
  if (n->kind == NODE_FILTER) n->u.filter = expr_remap(r->arena, n->u.filter, below);
  for (uint32_t k = 0; n->kind == NODE_SORT && k < n->u.sort.n_keys; k++) {
    n->u.sort.keys[k].col = below[n->u.sort.keys[k].col];
  }
  n->fields = n->inputs[0]->fields;
  n->n_fields = n->inputs[0]->n_fields;
  return below;
}

uint32_t *prune_rebuild(const RuleContext *r, Node **node) {
  Node *n = *node;
  switch (n->kind) {
    case NODE_SOURCE:
      return rebuild_source(r, n);
    case NODE_VALUES:
      return rebuild_values(r, n);
    case NODE_PROJECT:
      return rebuild_project(r, node);
    case NODE_EXPAND:
      return rebuild_expand(r, n);
    case NODE_UNNEST:
      return rebuild_unnest(r, n);
    case NODE_WINDOW_RANK:
      return prune_rebuild_rank(r, n);
    case NODE_WINDOW_JOIN:
      return prune_rebuild_join(r, n);
    case NODE_AGGREGATE:
    case NODE_WINDOW_AGGREGATE:
      return rebuild_aggregate(r, n);
    case NODE_UNION:
    case NODE_SINK:
      return rebuild_exact(r, n);
    case NODE_FILTER:
    case NODE_SORT:
    case NODE_LIMIT:
      return rebuild_same(r, n);
    case NODE_WINDOW_TVF:
      return rebuild_tvf(r, n);
  }
  assert(!"a kind of node");
  return NULL;
}

Code rule_prune_columns(const RuleContext *r, Node **roots, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    bool *all = ARENA_ARRAY(r->arena, bool, roots[i]->n_fields);
    for (uint32_t c = 0; c < roots[i]->n_fields; c++) all[c] = true;
    prune_mark(r, roots[i], all);
  }
  for (uint32_t i = 0; i < n; i++) prune_rebuild(r, &roots[i]);
  return OK;
}
