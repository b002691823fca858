/* rule_rank.c -- conditions on a rank become the ranks that are kept.
 *
 *   Filter  rn <= 3 AND v > 0          Filter  v > 0
 *     WindowRank                  ==>    WindowRank  1 to 3
 */
#include <string.h>

#include "planner/rules.h"

/* A comparison of the rank with a constant. */
typedef struct RankTest {
  char op; /* '<', '>', '=' */
  bool or_equal;
  int64_t bound;
} RankTest;

static bool is_rank(const Node *rank, const Expr *e) {
  return e->kind == EXPR_COLUMN && e->column + 1 == rank->n_fields;
}

static bool as_test(const Node *rank, const Expr *e, RankTest *t) {
  static const char *const words[] = {"<", "<=", ">", ">=", "="};
  if (e->kind != EXPR_CALL || e->n_args != 2) return false;
  const char *word = NULL;
  for (size_t i = 0; i < COUNT_OF(words); i++) {
    if (strcmp(e->func->name, words[i]) == 0) word = words[i];
  }
  bool swapped = is_rank(rank, e->args[1]);
  const Expr *column = e->args[swapped], *bound = e->args[!swapped];
  if (word == NULL || !is_rank(rank, column) || bound->kind != EXPR_CONST || bound->value.null ||
      bound->type.kind != TYPE_BIGINT) {
    return false;
  }
  *t = (RankTest){word[0], word[1] == '=', bound->value.as.i};
  if (swapped && t->op != '=') t->op = t->op == '<' ? '>' : '<';
  return true;
}

static void at_least(WindowRank *w, int64_t bound) {
  if (bound > 0 && (uint64_t)bound > w->first) w->first = (uint64_t)bound;
}

static void at_most(WindowRank *w, int64_t bound) {
  uint64_t last = bound > 0 ? (uint64_t)bound : 0;
  if (last < w->last) w->last = last;
}

static void apply(WindowRank *w, const RankTest *t) {
  const bool below_all = t->bound == INT64_MIN, above_all = t->bound == INT64_MAX;
  if (t->op == '=') {
    at_least(w, t->bound);
    at_most(w, t->bound);
  } else if (t->op == '<') {
    at_most(w, t->or_equal || below_all ? t->bound : t->bound - 1);
  } else if (t->or_equal || !above_all) {
    at_least(w, t->or_equal ? t->bound : t->bound + 1);
  } else {
    at_most(w, 0); /* above the largest number */
  }
}

static Code keep_ranks(const RuleContext *r, Node **node) {
  Node *filter = *node;
  if (filter->kind != NODE_FILTER || filter->inputs[0]->kind != NODE_WINDOW_RANK) return OK;
  Node *rank = filter->inputs[0];
  WindowRank *w = rank->u.rank;
  uint32_t n;
  Expr *rest = NULL, *const *parts = conjuncts(&filter->u.filter, &n);
  for (uint32_t i = 0; i < n; i++) {
    RankTest test;
    if (as_test(rank, parts[i], &test)) {
      apply(w, &test);
    } else {
      rest = expr_and(r->arena, rest, parts[i]);
    }
  }
  if (w->first > w->last) {
    *node = node_values(r->arena, filter->fields, filter->n_fields, NULL, 0, filter->span);
  } else if (rest == NULL) {
    *node = rank;
  } else {
    filter->u.filter = rest;
  }
  return OK;
}

Code rule_keep_ranks(const RuleContext *r, Node **roots, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) TRY(rewrite_tree(r, &roots[i], keep_ranks));
  return OK;
}
