/* rule_filter.c -- filters go down, through projections, unions, sorts, window functions and the
 * keys of aggregations, and stop above a Source: its watermark counts every well-formed row.
 *
 * Conditions joined by AND go down one by one, in their order.  One that can fail never overtakes
 * one that stays, for it may be what guards it: x <> 0 AND 1 / x > 2. */
#include <string.h>

#include "planner/rules.h"

typedef struct Parted {
  Expr *down, *stay; /* NULL: none */
} Parted;

/* May this condition go below n? */
typedef bool MayPass(const RuleContext *r, const Node *n, const Expr *e);

static Parted split_filter(const RuleContext *r, const Node *filter, MayPass *may_pass) {
  uint32_t n;
  Expr *const *parts = conjuncts(&filter->u.filter, &n);
  Parted s = {NULL, NULL};
  for (uint32_t i = 0; i < n; i++) {
    bool guarded = s.stay != NULL && expr_may_fail(parts[i]);
    if (!guarded && may_pass(r, filter->inputs[0], parts[i])) {
      s.down = expr_and(r->arena, s.down, parts[i]);
    } else {
      s.stay = expr_and(r->arena, s.stay, parts[i]);
    }
  }
  return s;
}

static bool uses_only(const RuleContext *r, const Expr *e, uint32_t n, uint32_t limit) {
  const bool *used = columns_used(r, e, n);
  for (uint32_t i = limit; i < n; i++) {
    if (used[i]) return false;
  }
  return true;
}

static bool uses_partition(const RuleContext *r, const Node *n, const Expr *e) {
  const bool *used = columns_used(r, e, n->n_fields);
  const WindowSpec *w = &n->u.window;
  bool any = false;
  for (uint32_t i = 0; i < n->n_fields; i++) {
    bool found = false;
    for (uint32_t k = 0; k < w->n_partition; k++) found |= w->partition[k] == i;
    if (used[i] && !found) return false;
    any |= used[i];
  }
  return any;
}

/* The window's own columns come behind those of the input.  A session and a window of rows are made
 * of all rows of their partition. */
static bool passes_window(const RuleContext *r, const Node *n, const Expr *e) {
  if (!expr_is_deterministic(e)) return false;
  if (!window_is_aligned(&n->u.window)) return uses_partition(r, n, e);
  return uses_only(r, e, n->n_fields, n->inputs[0]->n_fields);
}

/* A condition on keys drops whole groups.  Without keys there is one group that always counts. */
static bool passes_keys(const RuleContext *r, const Node *n, const Expr *e) {
  return n->u.agg->n_keys > 0 && expr_is_deterministic(e) &&
         uses_only(r, e, n->n_fields, n->u.agg->n_keys);
}

static bool passes_project(const RuleContext *r, const Node *n, const Expr *e) {
  return expr_is_deterministic(e) && substituted(r, e, n) != NULL;
}

/* Columns that all sets have the same way. */
static bool passes_expand(const RuleContext *r, const Node *n, const Expr *e) {
  const bool *used = columns_used(r, e, n->n_fields);
  for (uint32_t i = 0; i < n->n_fields; i++) {
    if (used[i] && expand_varies(n, i)) return false;
  }
  return expr_is_deterministic(e);
}

/* The columns of items come behind those of the input. */
static bool passes_unnest(const RuleContext *r, const Node *n, const Expr *e) {
  return expr_is_deterministic(e) && uses_only(r, e, n->n_fields, n->inputs[0]->n_fields);
}

/* A condition on what makes the groups of ranks drops whole ones. */
static bool passes_rank(const RuleContext *r, const Node *n, const Expr *e) {
  const WindowRank *w = n->u.rank;
  if (!expr_is_deterministic(e)) return false;
  const bool *used = columns_used(r, e, n->n_fields);
  for (uint32_t i = 0; i < n->n_fields; i++) {
    bool is_key = i == w->start || i == w->end;
    for (uint32_t k = 0; k < w->n_keys; k++) is_key |= i == w->keys[k];
    if (used[i] && !is_key) return false;
  }
  return true;
}

static bool passes_always(const RuleContext *r, const Node *n, const Expr *e) {
  (void)r, (void)n;
  return expr_is_deterministic(e);
}

static Code push_node(const RuleContext *r, Node **node);

/* Put e above n's input i and let it go on from there. */
static Code put_below(const RuleContext *r, Node *n, uint32_t i, Expr *e) {
  n->inputs[i] = node_filter(r->arena, n->inputs[i], e);
  return push_node(r, &n->inputs[i]);
}

/* e over the input of n. */
static Expr *translate(const RuleContext *r, const Node *n, Expr *e) {
  if (n->kind == NODE_PROJECT) return substituted(r, e, n);
  if (n->kind == NODE_EXPAND) return expr_substitute(r->arena, e, n->u.expand.exprs);
  if (n->kind == NODE_AGGREGATE || n->kind == NODE_WINDOW_AGGREGATE) {
    uint32_t *map = ARENA_ARRAY(r->arena, uint32_t, n->n_fields);
    memcpy(map, n->u.agg->keys, n->u.agg->n_keys * sizeof *map);
    return expr_remap(r->arena, e, map);
  }
  return e;
}

/* --- joins --------------------------------------------------------------------------- */

/* The side of a join that a condition on its output asks of alone and may be asked of before: one
 * whose rows are never padded with NULLs; -1: none. */
static int side_of(const RuleContext *r, const Node *n, const Expr *e) {
  const uint32_t n_left = n->inputs[0]->n_fields;
  const bool *used = columns_used(r, e, n->n_fields);
  bool sides[2] = {false, false};
  for (uint32_t i = 0; i < n->n_fields; i++) sides[i >= n_left] |= used[i];
  if (sides[0] == sides[1] || !expr_is_deterministic(e)) return -1;
  int side = sides[1];
  bool padded = side == 0 ? join_pads_left(n->u.join->kind) : join_pads_right(n->u.join->kind);
  return padded ? -1 : side;
}

static bool passes_left(const RuleContext *r, const Node *n, const Expr *e) {
  return side_of(r, n, e) == 0;
}

static bool passes_right(const RuleContext *r, const Node *n, const Expr *e) {
  return side_of(r, n, e) == 1;
}

/* Conditions on one side go to that side. */
static Code push_into_join(const RuleContext *r, Node **node) {
  MayPass *const passes[2] = {passes_left, passes_right};
  for (uint32_t side = 0; side < 2 && (*node)->kind == NODE_FILTER; side++) {
    Node *filter = *node, *n = filter->inputs[0];
    Parted s = split_filter(r, filter, passes[side]);
    if (s.down == NULL) continue;
    uint32_t *map = ARENA_ARRAY(r->arena, uint32_t, n->n_fields);
    uint32_t first = side == 0 ? 0 : n->inputs[0]->n_fields;
    for (uint32_t i = first; i < n->n_fields; i++) map[i] = i - first;
    TRY(put_below(r, n, side, expr_remap(r->arena, s.down, map)));
    if (s.stay == NULL) {
      *node = n;
    } else {
      filter->u.filter = s.stay;
    }
  }
  return OK;
}

/* --- all of them --------------------------------------------------------------------- */

static Code push_through(const RuleContext *r, Node **node, MayPass *may_pass) {
  Node *filter = *node, *n = filter->inputs[0];
  Parted s = split_filter(r, filter, may_pass);
  if (s.down == NULL) return OK;
  for (uint32_t i = 0; i < n->n_inputs; i++) TRY(put_below(r, n, i, translate(r, n, s.down)));
  if (s.stay == NULL) {
    *node = n;
  } else {
    filter->u.filter = s.stay;
  }
  return OK;
}

/* Two filters in a row: the lower one's condition comes first. */
static Code join_filters(const RuleContext *r, Node **node) {
  Node *upper = *node, *lower = upper->inputs[0];
  uint32_t n;
  Expr *const *parts = conjuncts(&upper->u.filter, &n);
  Expr *all = lower->u.filter;
  for (uint32_t i = 0; i < n; i++) all = expr_and(r->arena, all, parts[i]);
  *node = node_filter(r->arena, lower->inputs[0], all);
  return push_node(r, node);
}

static Code push_node(const RuleContext *r, Node **node) {
  if ((*node)->kind != NODE_FILTER) return OK;
  switch ((*node)->inputs[0]->kind) {
    case NODE_FILTER:
      return join_filters(r, node);
    case NODE_PROJECT:
      return push_through(r, node, passes_project);
    case NODE_WINDOW_TVF:
      return push_through(r, node, passes_window);
    case NODE_EXPAND:
      return push_through(r, node, passes_expand);
    case NODE_UNNEST:
      return push_through(r, node, passes_unnest);
    case NODE_AGGREGATE:
    case NODE_WINDOW_AGGREGATE:
      return push_through(r, node, passes_keys);
    case NODE_WINDOW_RANK:
      return push_through(r, node, passes_rank);
    case NODE_WINDOW_JOIN:
      return push_into_join(r, node);
    case NODE_UNION:
    case NODE_SORT:
      return push_through(r, node, passes_always);
    case NODE_SOURCE:
    case NODE_VALUES:
    case NODE_LIMIT:
    case NODE_SINK:
      break;
  }
  return OK;
}

Code rule_push_filters(const RuleContext *r, Node **roots, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) TRY(rewrite_tree(r, &roots[i], push_node));
  return OK;
}
