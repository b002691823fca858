/* rule_expand.c -- grouping sets go below the window function they are counted over, so that the
 * aggregation stands right above it and can become one of slices.
 *
 *   Expand  { a, 0 AS $e, v }, { NULL, 1, v }      Project  a1, $e, v
 *     Project  a, v                                  Filter  what asks for the window
 *       Filter  what asks for the window       ==>     WindowTvf
 *         WindowTvf                                      Expand  { *, a AS a1, 0 AS $e }, ...
 *           ...                                            ...
 *
 * Not over a SESSION or a window of rows: whose windows these are would change. */
#include <string.h>

#include "planner/rules.h"

typedef struct Descent {
  const RuleContext *r;
  Node *expand, *project, *filter, *tvf; /* project, filter: NULL where there is none */
  uint32_t n_input;                      /* columns of the window function's input */
  uint32_t *map; /* column of the Expand to its number among those that vary */
  uint32_t n_varying;
} Descent;

bool expand_varies(const Node *n, uint32_t column) {
  const Expr *first = n->u.expand.exprs[column];
  for (uint32_t s = 0; s < n->u.expand.n_sets; s++) {
    const Expr *e = n->u.expand.exprs[s * n->n_fields + column];
    if (e->kind != EXPR_COLUMN || !expr_equal(e, first)) return true;
  }
  return false;
}

static bool find_parts(Descent *d) {
  Node *n = d->expand->inputs[0];
  if (n->kind == NODE_PROJECT) {
    d->project = n;
    n = n->inputs[0];
  }
  if (n->kind == NODE_FILTER) {
    d->filter = n;
    n = n->inputs[0];
  }
  if (n->kind != NODE_WINDOW_TVF) return false;
  d->tvf = n;
  d->n_input = n->inputs[0]->n_fields;
  WindowKind kind = n->u.window.kind;
  return kind == WINDOW_TUMBLE || kind == WINDOW_HOP || kind == WINDOW_CUMULATE;
}

/* e, which is over the Expand's input, over the window function; NULL where that changes it. */
static Expr *over_tvf(const Descent *d, Expr *e) {
  return d->project != NULL ? substituted(d->r, e, d->project) : e;
}

static bool asks_for_window(const Descent *d, const Expr *e) {
  const bool *used = columns_used(d->r, e, d->tvf->n_fields);
  for (uint32_t i = d->n_input; i < d->tvf->n_fields; i++) {
    if (used[i]) return true;
  }
  return false;
}

/* Can all that differs from set to set be computed below the window function? */
static bool may_descend(Descent *d) {
  const Node *x = d->expand;
  d->map = ARENA_ARRAY(d->r->arena, uint32_t, x->n_fields);
  for (uint32_t i = 0; i < x->n_fields; i++) {
    bool varies = expand_varies(x, i);
    d->map[i] = varies ? d->n_varying++ : UINT32_MAX;
    for (uint32_t s = 0; s < x->u.expand.n_sets; s++) {
      Expr *e = over_tvf(d, x->u.expand.exprs[s * x->n_fields + i]);
      if (e == NULL || (varies && asks_for_window(d, e))) return false;
    }
  }
  return true;
}

/* All columns of input, and those that differ from set to set. */
static Node *expand_below(const Descent *d, Node *input) {
  Arena *a = d->r->arena;
  const Node *x = d->expand;
  const uint32_t n = d->n_input + d->n_varying, n_sets = x->u.expand.n_sets;
  FormatField *fields = ARENA_ARRAY(a, FormatField, n);
  Expr **exprs = ARENA_ARRAY(a, Expr *, (size_t)n_sets * n);
  memcpy(fields, input->fields, d->n_input * sizeof *fields);
  for (uint32_t s = 0; s < n_sets; s++) {
    for (uint32_t i = 0; i < d->n_input; i++) exprs[s * n + i] = field_ref(a, input, i, x->span);
    for (uint32_t i = 0; i < x->n_fields; i++) {
      if (d->map[i] == UINT32_MAX) continue;
      fields[d->n_input + d->map[i]] = x->fields[i];
      exprs[s * n + d->n_input + d->map[i]] = over_tvf(d, x->u.expand.exprs[s * x->n_fields + i]);
    }
  }
  return node_expand(a, input, exprs, fields, n, n_sets, x->span);
}

static Code descend(const RuleContext *r, Node **node) {
  Descent d = {.r = r, .expand = *node};
  Arena *a = r->arena;
  const Node *x = *node;
  if (x->kind != NODE_EXPAND || !find_parts(&d) || !may_descend(&d)) return OK;
  Node *top = node_window_tvf(a, expand_below(&d, d.tvf->inputs[0]), d.tvf->u.window, d.tvf->span);
  uint32_t *moved = ARENA_ARRAY(a, uint32_t, d.tvf->n_fields);
  for (uint32_t i = 0; i < d.tvf->n_fields; i++) {
    moved[i] = i < d.n_input ? i : i + d.n_varying;
  }
  if (d.filter != NULL) top = node_filter(a, top, expr_remap(a, d.filter->u.filter, moved));
  Expr **exprs = ARENA_ARRAY(a, Expr *, x->n_fields);
  for (uint32_t i = 0; i < x->n_fields; i++) {
    bool varies = d.map[i] != UINT32_MAX;
    exprs[i] = varies ? field_ref(a, top, d.n_input + d.map[i], x->span)
                      : expr_remap(a, over_tvf(&d, x->u.expand.exprs[i]), moved);
  }
  *node = node_project(a, top, exprs, x->fields, x->n_fields, x->span);
  return OK;
}

Code rule_expand_below_windows(const RuleContext *r, Node **roots, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) TRY(rewrite_tree(r, &roots[i], descend));
  return OK;
}
