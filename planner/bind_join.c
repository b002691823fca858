/* bind_join.c -- joins in FROM: ON, USING, commas; what they are called and who gets which
 * condition.
 *
 *   FROM a, b JOIN c ON ... WHERE ...
 *
 * A condition of WHERE belongs to the innermost inner join that has all its columns, so that a join
 * by comma is one like any other.  USING is ON, and one column instead of two.
 */
#include <string.h>

#include "planner/bind.h"

/* Its kind; is it an outer one? */
static bool kind_of(const AstJoin *join, JoinKind *kind) {
  switch (join->kind) {
    case AST_JOIN_LEFT:
      *kind = JOIN_LEFT;
      return true;
    case AST_JOIN_RIGHT:
      *kind = JOIN_RIGHT;
      return true;
    case AST_JOIN_FULL:
      *kind = JOIN_FULL;
      return true;
    case AST_JOIN_INNER:
    case AST_JOIN_CROSS:
    case AST_JOIN_COMMA:
      break;
  }
  *kind = JOIN_INNER;
  return false;
}

Code join_columns(Binder *b, JoinKind kind, const Relation *left, const Relation *right, Span span,
                  Relation *out) {
  const uint32_t n = left->n_cols + right->n_cols;
  if (n > COLUMNS_MAX) {
    return FAIL(b->err, ERR_LIMIT, bind_span(b, span), "a join of more than %d columns",
                COLUMNS_MAX);
  }
  *out = (Relation){.cols = ARENA_ARRAY(b->arena, RelColumn, n), .n_cols = n};
  memcpy(out->cols, left->cols, left->n_cols * sizeof *out->cols);
  memcpy(out->cols + left->n_cols, right->cols, right->n_cols * sizeof *out->cols);
  for (uint32_t i = 0; i < n; i++) {
    bool padded = i < left->n_cols ? join_pads_left(kind) : join_pads_right(kind);
    out->cols[i].type.nullable |= padded;
  }
  b->n_columns += n;
  return bind_check_columns(b, span);
}

/* --- USING --------------------------------------------------------------------------- */

/* A column that both sides have, by its number in each. */
typedef struct Shared {
  uint32_t left, right;
} Shared;

static Code using_condition(Binder *b, const AstJoin *join, const Relation *both, uint32_t n_left,
                            Shared *shared, Expr **condition) {
  const Relation left = {.cols = both->cols, .n_cols = n_left};
  const Relation right = {.cols = both->cols + n_left, .n_cols = both->n_cols - n_left};
  *condition = NULL;
  for (uint32_t i = 0; i < join->using_columns.n; i++) {
    AstName name = join->using_columns.items[i];
    const AstPath path = {.items = &name, .n = 1, .span = name.span};
    Expr *equal, **pair = ARENA_ARRAY(b->arena, Expr *, 2);
    TRY(relation_find(b, &left, &path, &shared[i].left));
    TRY(relation_find(b, &right, &path, &shared[i].right));
    const uint32_t columns[2] = {shared[i].left, n_left + shared[i].right};
    for (int k = 0; k < 2; k++) {
      const RelColumn *c = &both->cols[columns[k]];
      pair[k] = expr_column(b->arena, columns[k], c->type, bind_span(b, name.span));
      pair[k]->name = c->name;
    }
    TRY(bind_func(b, "=", name.span, pair, 2, &equal));
    *condition = expr_and(b->arena, *condition, equal);
  }
  return OK;
}

typedef struct Merged {
  Binder *b;
  const Relation *both;
  Expr **exprs;
  RelColumn *cols;
  uint32_t n;
} Merged;

static void put_column(Merged *m, uint32_t column, bool hidden) {
  m->exprs[m->n] = field_ref(m->b->arena, m->both->node, column, m->both->node->span);
  m->cols[m->n] = m->both->cols[column];
  m->cols[m->n++].hidden |= hidden;
}

/* One column for the two of USING: that of the side whose rows all come out. */
static Code put_shared(Merged *m, JoinKind kind, uint32_t left, uint32_t right,
                       WindowLineage window) {
  Binder *b = m->b;
  put_column(m, kind == JOIN_RIGHT ? right : left, false);
  if (kind != JOIN_FULL) return OK;
  Expr **pair = ARENA_ARRAY(b->arena, Expr *, 2);
  RelColumn *c = &m->cols[m->n - 1];
  pair[0] = m->exprs[m->n - 1];
  pair[1] = field_ref(b->arena, m->both->node, right, m->both->node->span);
  TRY(bind_func(b, "COALESCE", m->both->node->span, pair, 2, &m->exprs[m->n - 1]));
  c->type = m->exprs[m->n - 1]->type;
  c->window = window; /* of whichever row there is */
  c->time.is_window_time = window.part == PART_TIME;
  return OK;
}

/* Behind a join of both: the shared columns, what else the left side has, and the right; hidden
 * behind them the shared ones once more, for `b.k`. */
static Code merge_shared(Binder *b, JoinKind kind, const Relation *left, const Shared *shared,
                         uint32_t n_shared, Relation *both) {
  const uint32_t n_left = left->n_cols, n_max = both->n_cols + n_shared;
  bool *is_shared = ARENA_ARRAY(b->arena, bool, both->n_cols);
  Merged m = {b, both, ARENA_ARRAY(b->arena, Expr *, n_max),
              ARENA_ARRAY(b->arena, RelColumn, n_max), 0};
  for (uint32_t i = 0; i < n_shared; i++) {
    is_shared[shared[i].left] = is_shared[n_left + shared[i].right] = true;
    TRY(put_shared(&m, kind, shared[i].left, n_left + shared[i].right,
                   left->cols[shared[i].left].window));
  }
  for (uint32_t i = 0; i < both->n_cols; i++) {
    if (!is_shared[i]) put_column(&m, i, false);
  }
  for (uint32_t i = 0; i < n_shared; i++) {
    if (kind != JOIN_RIGHT) put_column(&m, n_left + shared[i].right, true);
    if (kind == JOIN_RIGHT || kind == JOIN_FULL) put_column(&m, shared[i].left, true);
  }
  for (uint32_t i = 0; kind == JOIN_FULL && i < n_shared; i++) {
    m.cols[i].table = (ObjectName){NULL, NULL}; /* it is neither side's */
  }
  FormatField *fields = ARENA_ARRAY(b->arena, FormatField, m.n);
  for (uint32_t i = 0; i < m.n; i++) {
    fields[i] = (FormatField){m.cols[i].name, m.exprs[i]->type};
    m.cols[i].type = m.exprs[i]->type;
  }
  Node *node = node_project(b->arena, both->node, m.exprs, fields, m.n, both->node->span);
  *both = (Relation){.node = node, .cols = m.cols, .n_cols = m.n};
  return OK;
}

/* A join with USING is done at once: its columns are others than those of its sides. */
static Code bind_using(Binder *b, const AstJoin *join, Relation *out) {
  JoinKind kind;
  JoinTree *left_tree, *right_tree;
  Relation left, right, both;
  Expr *condition;
  Shared *shared = ARENA_ARRAY(b->arena, Shared, join->using_columns.n);
  kind_of(join, &kind);
  TRY(bind_join_tree(b, join->left, &left_tree));
  TRY(bind_join_tree(b, join->right, &right_tree));
  TRY(join_tree_finish(b, left_tree, &left));
  TRY(join_tree_finish(b, right_tree, &right));
  TRY(join_columns(b, kind, &left, &right, join->join_span, &both));
  TRY(using_condition(b, join, &both, left.n_cols, shared, &condition));
  const WindowJoining j = {kind, &left, &right, "join", bind_span(b, join->join_span)};
  TRY(bind_window_join(b, &j, condition, out));
  return merge_shared(b, kind, &left, shared, join->using_columns.n, out);
}

/* --- trees --------------------------------------------------------------------------- */

static Code bind_branch(Binder *b, const AstTableRef *ref, JoinTree *tree) {
  const AstJoin *join = &ref->join;
  JoinKind kind;
  kind_of(join, &kind);
  tree->ref = ref;
  TRY(bind_join_tree(b, join->left, &tree->left));
  TRY(bind_join_tree(b, join->right, &tree->right));
  TRY(join_columns(b, kind, &tree->left->rel, &tree->right->rel, join->join_span, &tree->rel));
  if (join->on == NULL) return OK;
  const ExprScope scope = {.rel = &tree->rel, .clause = "ON"};
  return bind_condition(b, &scope, join->on, &tree->condition);
}

Code bind_join_tree(Binder *b, const AstTableRef *ref, JoinTree **out) {
  JoinTree *tree = *out = ARENA_NEW(b->arena, JoinTree);
  if (ref->kind != AST_REF_JOIN) return bind_from(b, ref, &tree->rel);
  TRY(bind_count_node(b, ref->span));
  if (ref->join.natural) return bind_not_built(b, ref->join.join_span, "NATURAL JOIN");
  if (ref->join.right->kind == AST_REF_UNNEST) return bind_unnest_join(b, &ref->join, &tree->rel);
  if (ref->join.using_columns.n > 0) return bind_using(b, &ref->join, &tree->rel);
  return bind_branch(b, ref, tree);
}

/* The columns that e uses lie from *first on and before *end. */
static void column_range(const Expr *e, uint32_t *first, uint32_t *end) {
  if (e->kind == EXPR_COLUMN) {
    if (e->column < *first) *first = e->column;
    if (e->column >= *end) *end = e->column + 1;
  }
  for (uint32_t i = 0; i < e->n_args; i++) column_range(e->args[i], first, end);
}

/* e over columns that begin at first. */
static Expr *shifted(Binder *b, const Expr *e, uint32_t n_cols, uint32_t first) {
  uint32_t *map = ARENA_ARRAY(b->arena, uint32_t, n_cols);
  for (uint32_t i = first; i < n_cols; i++) map[i] = i - first;
  return expr_remap(b->arena, e, map);
}

bool join_tree_take(Binder *b, JoinTree *tree, Expr *e) {
  JoinKind kind;
  if (tree->ref == NULL || kind_of(&tree->ref->join, &kind)) return false;
  const uint32_t n = tree->rel.n_cols, n_left = tree->left->rel.n_cols;
  uint32_t first = n, end = 0;
  column_range(e, &first, &end);
  if (end <= n_left && join_tree_take(b, tree->left, e)) return true;
  if (first >= n_left && tree->right->ref != NULL &&
      join_tree_take(b, tree->right, shifted(b, e, n, n_left))) {
    return true;
  }
  tree->condition = expr_and(b->arena, tree->condition, e);
  return true;
}

Code join_tree_finish(Binder *b, const JoinTree *tree, Relation *out) {
  JoinKind kind;
  Relation left, right;
  if (tree->ref == NULL) {
    *out = tree->rel;
    return OK;
  }
  const AstJoin *join = &tree->ref->join;
  kind_of(join, &kind);
  TRY(join_tree_finish(b, tree->left, &left));
  TRY(join_tree_finish(b, tree->right, &right));
  const WindowJoining j = {kind, &left, &right, "join", bind_span(b, join->join_span)};
  return bind_window_join(b, &j, tree->condition, out);
}
