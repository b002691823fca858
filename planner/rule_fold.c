/* rule_fold.c -- constants: computed once; filters that are TRUE go, what gives no row is cut.
 *
 * An empty VALUES stands for what gives nothing.  A global aggregate over it still gives its one
 * row, so it stays. */
#include <string.h>

#include "planner/rules.h"

static bool is_empty(const Node *n) { return n->kind == NODE_VALUES && n->u.values.n_rows == 0; }

static Node *empty(const RuleContext *r, const Node *n) {
  return node_values(r->arena, n->fields, n->n_fields, NULL, 0, n->span);
}

static void fold_list(const RuleContext *r, Expr **exprs, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) exprs[i] = expr_fold(r->arena, exprs[i], r->env);
}

/* TRUE lets all rows pass, FALSE and NULL none. */
static void fold_filter(const RuleContext *r, Node **node) {
  Node *n = *node;
  Expr *e = n->u.filter = expr_fold(r->arena, n->u.filter, r->env);
  if (e->kind != EXPR_CONST) return;
  *node = !e->value.null && e->value.as.i != 0 ? n->inputs[0] : empty(r, n);
}

static bool is_true(const Expr *e) {
  return e->kind == EXPR_CONST && !e->value.null && e->value.as.i != 0;
}

/* A side that gives no row leaves what the other gives alone. */
static void fold_join(const RuleContext *r, Node **node) {
  Node *n = *node;
  WindowJoin *j = n->u.join;
  if (j->condition != NULL) j->condition = expr_fold(r->arena, j->condition, r->env);
  if (j->condition != NULL && is_true(j->condition)) j->condition = NULL;
  bool left = is_empty(n->inputs[0]), right = is_empty(n->inputs[1]);
  bool left_alone = j->kind == JOIN_LEFT || j->kind == JOIN_FULL || j->kind == JOIN_ANTI;
  bool right_alone = join_pads_left(j->kind);
  if ((left && right) || (left && !right_alone) || (right && !left_alone)) *node = empty(r, n);
}

/* Inputs without rows go; a lone one stands for itself. */
static void fold_union(const RuleContext *r, Node **node) {
  Node *n = *node;
  uint32_t left = 0;
  for (uint32_t i = 0; i < n->n_inputs; i++) {
    if (!is_empty(n->inputs[i])) n->inputs[left++] = n->inputs[i];
  }
  n->n_inputs = left;
  if (left == 0) *node = empty(r, n);
  if (left == 1) *node = n->inputs[0];
}

static Code fold_node(const RuleContext *r, Node **node) {
  Node *n = *node;
  bool nothing = n->n_inputs == 1 && is_empty(n->inputs[0]);
  switch (n->kind) {
    case NODE_VALUES:
      fold_list(r, n->u.values.rows, n->u.values.n_rows * n->n_fields);
      break;
    case NODE_FILTER:
      fold_filter(r, node);
      break;
    case NODE_PROJECT:
      fold_list(r, n->u.exprs, n->n_fields);
      break;
    case NODE_EXPAND:
      fold_list(r, n->u.expand.exprs, n->u.expand.n_sets * n->n_fields);
      break;
    case NODE_UNNEST:
      n->u.unnest.value = expr_fold(r->arena, n->u.unnest.value, r->env);
      break;
    case NODE_WINDOW_JOIN:
      fold_join(r, node);
      break;
    case NODE_UNION:
      fold_union(r, node);
      break;
    case NODE_AGGREGATE:
      nothing = nothing && n->u.agg->n_keys > 0;
      break;
    case NODE_LIMIT:
      nothing = nothing || n->u.limit.limit == 0;
      break;
    case NODE_SINK:
      nothing = false;
      break;
    case NODE_SOURCE:
    case NODE_WINDOW_TVF:
    case NODE_WINDOW_AGGREGATE:
    case NODE_WINDOW_RANK:
    case NODE_SORT:
      break;
  }
  if (nothing) *node = empty(r, n);
  return OK;
}

/* Sources are shared, so their own expressions are folded apart; once more does no harm. */
static void fold_sources(const RuleContext *r, Node *n) {
  for (uint32_t i = 0; i < n->n_inputs; i++) fold_sources(r, n->inputs[i]);
  if (n->kind != NODE_SOURCE) return;
  Source *s = n->u.source;
  for (uint32_t i = 0; i < s->n_columns; i++) {
    Expr **computed = &((SourceColumn *)s->columns)[i].computed;
    if (*computed != NULL) *computed = expr_fold(r->arena, *computed, r->env);
  }
  if (s->watermark != NULL) s->watermark = expr_fold(r->arena, s->watermark, r->env);
}

Code rule_fold(const RuleContext *r, Node **roots, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    fold_sources(r, roots[i]);
    TRY(rewrite_tree(r, &roots[i], fold_node));
  }
  return OK;
}
