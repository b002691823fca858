/* bind_unnest.c -- UNNEST in FROM: alone, or joined to what stands before it, whose columns it
 * sees.
 *
 *   FROM t CROSS JOIN UNNEST(t.a) AS u (x)        FROM t, UNNEST(a) WITH ORDINALITY AS u (x, n)
 *   FROM t LEFT JOIN UNNEST(a) AS u (x) ON TRUE   FROM UNNEST(ARRAY[1, 2]) AS u (x)
 *
 * Columns: those of an item; a single one is called as the alias, as in Flink.
 */
#include <string.h>

#include "exec/ops/op_spec.h"
#include "planner/bind.h"

typedef struct Unnesting {
  Binder *b;
  const AstTableRef *ref;
  Expr *value;
  const Type *types; /* of an item's columns */
  uint32_t n_items;
  bool outer;
} Unnesting;

static Code bind_value(Unnesting *u, const Relation *left) {
  const AstUnnest *ast = &u->ref->unnest;
  const ExprScope scope = {.rel = left, .clause = "UNNEST"};
  Binder *b = u->b;
  if (ast->args.n != 1) return bind_not_built(b, u->ref->span, "UNNEST of several collections");
  TRY(bind_expr(b, &scope, ast->args.items[0], &u->value));
  Type t = u->value->type;
  if (!type_is_nested(t) || t.kind == TYPE_ROW) {
    return FAIL(b->err, ERR_TYPE, u->value->span,
                "UNNEST takes an ARRAY, a MAP or a MULTISET, not %s", bind_type_text(b, t));
  }
  u->n_items = unnest_columns(t, &u->types);
  return OK;
}

static const char *item_name(const Unnesting *u, uint32_t i) {
  Type t = u->value->type;
  const char *alias = u->ref->alias.text;
  if (t.kind == TYPE_MAP) return i == 0 ? "KEY" : "VALUE";
  if (type_item(t).kind == TYPE_ROW) return type_item(t).shape->names[i];
  return alias != NULL ? alias : "EXPR$0";
}

static Code name_items(const Unnesting *u, RelColumn *cols, uint32_t n) {
  const AstNames *names = &u->ref->alias_columns;
  for (uint32_t i = 0; i < n; i++) {
    bool is_item = i < u->n_items;
    Type t = is_item ? u->types[i] : type_not_null(type_of(TYPE_INT));
    cols[i].type = type_nullable(t, t.nullable || u->outer);
    cols[i].name = is_item ? item_name(u, i) : "ORDINALITY";
    cols[i].table = (ObjectName){NULL, u->ref->alias.text};
  }
  if (names->n == 0) return OK;
  if (names->n != n) {
    Span span = span_join(names->items[0].span, names->items[names->n - 1].span);
    return FAIL(u->b->err, ERR_NAME, bind_span(u->b, span), "%u names for %u columns", names->n, n);
  }
  for (uint32_t i = 0; i < n; i++) cols[i].name = names->items[i].text;
  return OK;
}

Code bind_unnest(Binder *b, const Relation *left, const AstTableRef *ref, bool outer,
                 Relation *out) {
  Unnesting u = {.b = b, .ref = ref, .outer = outer};
  TRY(bind_value(&u, left));
  const uint32_t n_new = u.n_items + ref->unnest.ordinality, n = left->n_cols + n_new;
  if (n > COLUMNS_MAX) {
    return FAIL(b->err, ERR_LIMIT, bind_span(b, ref->span), "more than %d columns", COLUMNS_MAX);
  }
  *out = (Relation){.cols = ARENA_ARRAY(b->arena, RelColumn, n), .n_cols = n};
  memcpy(out->cols, left->cols, left->n_cols * sizeof *out->cols);
  TRY(name_items(&u, out->cols + left->n_cols, n_new));
  FormatField *fields = ARENA_ARRAY(b->arena, FormatField, n_new);
  for (uint32_t i = 0; i < n_new; i++) {
    const RelColumn *c = &out->cols[left->n_cols + i];
    fields[i] = (FormatField){c->name, c->type};
  }
  const Unnest spec = {u.value, outer, ref->unnest.ordinality};
  out->node = node_unnest(b->arena, left->node, spec, fields, n_new, bind_span(b, ref->span));
  b->n_columns += n;
  return bind_check_columns(b, ref->span);
}

Code bind_unnest_alone(Binder *b, const AstTableRef *ref, Relation *out) {
  Node *row = node_values(b->arena, NULL, 0, NULL, 1, bind_span(b, ref->span));
  const Relation none = relation_of(b, row, (ObjectName){NULL, NULL});
  return bind_unnest(b, &none, ref, false, out);
}

/* ON of a LEFT JOIN: only TRUE, which every row fits. */
static bool is_true(const AstExpr *on) {
  return on->kind == AST_LITERAL && on->literal.kind == AST_LITERAL_TRUE;
}

Code bind_unnest_join(Binder *b, const AstJoin *join, Relation *out) {
  JoinTree *tree;
  Relation left;
  Expr *condition;
  bool outer = join->kind == AST_JOIN_LEFT;
  if (join->kind == AST_JOIN_RIGHT || join->kind == AST_JOIN_FULL) {
    return FAIL(b->err, ERR_TYPE, bind_span(b, join->join_span),
                "UNNEST is joined by CROSS JOIN, JOIN or LEFT JOIN");
  }
  if (outer && (join->on == NULL || !is_true(join->on))) {
    return bind_not_built(b, join->join_span, "LEFT JOIN UNNEST with a condition but TRUE");
  }
  TRY(bind_join_tree(b, join->left, &tree));
  TRY(join_tree_finish(b, tree, &left));
  TRY(bind_unnest(b, &left, join->right, outer, out));
  if (join->on == NULL || outer) return OK;
  const ExprScope scope = {.rel = out, .clause = "ON"};
  TRY(bind_condition(b, &scope, join->on, &condition));
  out->node = node_filter(b->arena, out->node, condition);
  return OK;
}
