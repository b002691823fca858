/* rule_project.c -- projections: one instead of two, none where it does nothing or over constant
 * rows. */
#include <string.h>

#include "planner/rules.h"

/* The upper projection over the lower one's input, if all its expressions allow that. */
static bool merge(const RuleContext *r, Node *upper) {
  Node *lower = upper->inputs[0];
  Expr **exprs = ARENA_ARRAY(r->arena, Expr *, upper->n_fields);
  for (uint32_t i = 0; i < upper->n_fields; i++) {
    exprs[i] = substituted(r, upper->u.exprs[i], lower);
    if (exprs[i] == NULL) return false;
  }
  upper->u.exprs = exprs;
  upper->inputs[0] = lower->inputs[0];
  return true;
}

enum { VALUES_CELLS_MAX = 10000 }; /* more of them stay behind a projection */

/* A projection of constant rows is other constant rows; SELECT 1 is one of the row without
 * columns. */
static Node *merge_values(const RuleContext *r, const Node *n) {
  const Node *values = n->inputs[0];
  uint32_t n_rows = values->u.values.n_rows;
  if ((uint64_t)n_rows * n->n_fields > VALUES_CELLS_MAX) return NULL;
  Expr **rows = ARENA_ARRAY(r->arena, Expr *, n_rows * n->n_fields);
  for (uint32_t i = 0; i < n_rows; i++) {
    Node row = {.n_fields = values->n_fields};
    row.u.exprs = values->u.values.rows + (size_t)i * values->n_fields;
    for (uint32_t c = 0; c < n->n_fields; c++) {
      Expr **cell = &rows[i * n->n_fields + c];
      *cell = substituted(r, n->u.exprs[c], &row);
      if (*cell == NULL) return NULL;
    }
  }
  return node_values(r->arena, n->fields, n->n_fields, rows, n_rows, n->span);
}

/* The names of a projection that goes, for EXPLAIN.  A Source keeps its own. */
static void pass_names(const RuleContext *r, const Node *from, Node *to) {
  if (to->kind == NODE_SOURCE) return;
  FormatField *fields = ARENA_ARRAY(r->arena, FormatField, to->n_fields);
  for (uint32_t i = 0; i < to->n_fields; i++) {
    fields[i] = (FormatField){from->fields[i].name, to->fields[i].type};
  }
  to->fields = fields;
  bool same = to->kind == NODE_FILTER || to->kind == NODE_SORT || to->kind == NODE_LIMIT;
  if (same) pass_names(r, from, to->inputs[0]);
}

/* LIMIT goes below a projection, to where the SORT is. */
static void push_limit(Node **node) {
  Node *limit = *node, *project = limit->inputs[0];
  limit->inputs[0] = project->inputs[0];
  limit->fields = limit->inputs[0]->fields;
  limit->n_fields = limit->inputs[0]->n_fields;
  project->inputs[0] = limit;
  *node = project;
}

static Code merge_node(const RuleContext *r, Node **node) {
  Node *n = *node;
  if (n->kind == NODE_LIMIT && n->inputs[0]->kind == NODE_PROJECT) push_limit(node);
  if (n->kind != NODE_PROJECT) return OK;
  while (n->inputs[0]->kind == NODE_PROJECT && merge(r, n)) continue;
  Node *values = n->inputs[0]->kind == NODE_VALUES ? merge_values(r, n) : NULL;
  if (values != NULL) {
    *node = values;
  } else if (is_identity(n)) {
    pass_names(r, n, n->inputs[0]);
    *node = n->inputs[0];
  }
  return OK;
}

Code rule_merge_projects(const RuleContext *r, Node **roots, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) TRY(rewrite_tree(r, &roots[i], merge_node));
  return OK;
}
