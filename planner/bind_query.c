/* bind_query.c -- queries around SELECT blocks: WITH, VALUES, set operations, ORDER BY, LIMIT. */
#include <string.h>

#include "base/limits.h"
#include "exec/data/number_text.h"
#include "planner/bind_group.h"

/* --- VALUES -------------------------------------------------------------------------- */

/* The columns of row r, which is (a, b) or a lone expression. */
static AstExprs row_items(const AstQuery *q, uint32_t r) {
  AstExpr **row = &q->rows.items[r];
  return (*row)->kind == AST_ROW ? (*row)->row.items : (AstExprs){.items = row, .n = 1};
}

/* Bring column c of all rows to one type. */
static Code unify_column(Binder *b, Expr **cells, uint32_t n_rows, uint32_t n_cols, uint32_t c,
                         Type *type) {
  *type = cells[c]->type;
  for (uint32_t r = 1; r < n_rows; r++) {
    Type before = *type;
    const Expr *cell = cells[r * n_cols + c];
    if (type_common(before, cell->type, type)) continue;
    return FAIL(b->err, ERR_TYPE, cell->span, "column %u of VALUES is %s and %s", c + 1,
                bind_type_text(b, before), bind_type_text(b, cell->type));
  }
  for (uint32_t r = 0; r < n_rows; r++) {
    Expr **cell = &cells[r * n_cols + c];
    *cell = expr_cast_node(b->arena, *cell, *type, false, (*cell)->span);
  }
  return OK;
}

static Code bind_values(Binder *b, const AstQuery *q, Relation *out) {
  const ExprScope none = {.clause = "VALUES"};
  uint32_t n_rows = q->rows.n, n_cols = row_items(q, 0).n;
  if (n_cols > COLUMNS_MAX) {
    return FAIL(b->err, ERR_LIMIT, bind_span(b, q->span), "more than %d columns", COLUMNS_MAX);
  }
  Expr **cells = ARENA_ARRAY(b->arena, Expr *, (size_t)n_rows * n_cols);
  FormatField *fields = ARENA_ARRAY(b->arena, FormatField, n_cols);
  for (uint32_t r = 0; r < n_rows; r++) {
    AstExprs items = row_items(q, r);
    if (items.n != n_cols) {
      return FAIL(b->err, ERR_TYPE, bind_span(b, q->rows.items[r]->span),
                  "a row of %u values after rows of %u", items.n, n_cols);
    }
    for (uint32_t c = 0; c < n_cols; c++) {
      TRY(bind_expr(b, &none, items.items[c], &cells[r * n_cols + c]));
    }
  }
  for (uint32_t c = 0; c < n_cols; c++) {
    fields[c].name = arena_printf(b->arena, "EXPR$%u", c);
    TRY(unify_column(b, cells, n_rows, n_cols, c, &fields[c].type));
  }
  Node *node = node_values(b->arena, fields, n_cols, cells, n_rows, bind_span(b, q->span));
  *out = relation_of(b, node, (ObjectName){NULL, NULL});
  return OK;
}

/* --- UNION --------------------------------------------------------------------------- */

/* Give the columns of rel these types. */
static Node *cast_columns(Binder *b, const Relation *rel, const FormatField *fields, Span span) {
  bool same = true;
  for (uint32_t i = 0; i < rel->n_cols; i++) same &= type_same(rel->cols[i].type, fields[i].type);
  if (same) return rel->node;
  Expr **exprs = ARENA_ARRAY(b->arena, Expr *, rel->n_cols);
  for (uint32_t i = 0; i < rel->n_cols; i++) {
    exprs[i] = expr_cast_node(b->arena, field_ref(b->arena, rel->node, i, span), fields[i].type,
                              false, span);
  }
  return node_project(b->arena, rel->node, exprs, fields, rel->n_cols, span);
}

static bool has_origin(const TimeOrigin *list, const TimeOrigin *one) {
  for (; list != NULL; list = list->next) {
    if (list->source == one->source && list->column == one->column) return true;
  }
  return false;
}

/* The time of a column that is x in one input and y in the other. */
static TimeLineage join_lineage(Binder *b, TimeLineage x, TimeLineage y, bool same_type) {
  if (!time_is_any(&x) && !time_is_any(&y)) return x;
  bool no_source = x.origins == NULL && y.origins == NULL && time_is_any(&x) && time_is_any(&y);
  if (no_source && x.is_clock == y.is_clock) return x;
  if (x.origins == NULL || y.origins == NULL || !same_type) {
    return (TimeLineage){.lost = "UNION ALL"};
  }
  TimeLineage both = x;
  for (const TimeOrigin *o = y.origins; o != NULL; o = o->next) {
    if (has_origin(both.origins, o)) continue;
    TimeOrigin *more = ARENA_NEW(b->arena, TimeOrigin);
    *more = (TimeOrigin){o->source, o->column, both.origins};
    both.origins = more;
  }
  return both;
}

/* The part of a window that a column is in both inputs. */
static WindowLineage join_windows(WindowLineage x, WindowLineage y) {
  WindowLineage none = {PART_NONE, NULL};
  if (x.part == PART_NONE || x.part != y.part) return none;
  return window_same(x.spec, y.spec) ? x : none;
}

static Code union_columns(Binder *b, const AstQuery *q, const Relation *left, const Relation *right,
                          FormatField *fields) {
  for (uint32_t i = 0; i < left->n_cols; i++) {
    const RelColumn *x = &left->cols[i], *y = &right->cols[i];
    fields[i].name = x->name;
    if (type_common(x->type, y->type, &fields[i].type)) continue;
    return FAIL(b->err, ERR_TYPE, bind_span(b, q->set.op_span),
                "column %u of UNION is %s in \"%s\" and %s in \"%s\"", i + 1,
                bind_type_text(b, x->type), x->name, bind_type_text(b, y->type), y->name);
  }
  return OK;
}

/* One node for a chain of unions. */
static Node *union_nodes(Binder *b, const AstQuery *q, Node *left, Node *right,
                         const FormatField *fields) {
  bool chain = left->kind == NODE_UNION;
  uint32_t n = chain ? left->n_inputs : 1;
  Node **inputs = ARENA_ARRAY(b->arena, Node *, n + 1);
  if (chain) {
    memcpy(inputs, left->inputs, n * sizeof *inputs);
  } else {
    inputs[0] = left;
  }
  inputs[n] = right;
  return node_union(b->arena, inputs, n + 1, fields, bind_span(b, q->span));
}

static Code bind_set(Binder *b, const AstQuery *q, Relation *out) {
  Relation left, right;
  if (q->set.op != AST_SET_UNION) {
    return bind_not_built(b, q->set.op_span, q->set.op == AST_SET_EXCEPT ? "EXCEPT" : "INTERSECT");
  }
  TRY(bind_query(b, q->set.left, &left));
  TRY(bind_query(b, q->set.right, &right));
  if (left.n_cols != right.n_cols) {
    return FAIL(b->err, ERR_TYPE, bind_span(b, q->set.op_span),
                "UNION of %u columns and %u columns", left.n_cols, right.n_cols);
  }
  FormatField *fields = ARENA_ARRAY(b->arena, FormatField, left.n_cols);
  TRY(union_columns(b, q, &left, &right, fields));
  Span span = bind_span(b, q->span);
  Node *node = union_nodes(b, q, cast_columns(b, &left, fields, span),
                           cast_columns(b, &right, fields, span), fields);
  *out = relation_of(b, node, (ObjectName){NULL, NULL});
  for (uint32_t i = 0; i < out->n_cols; i++) {
    out->cols[i].time = join_lineage(b, left.cols[i].time, right.cols[i].time,
                                     type_same(left.cols[i].type, right.cols[i].type));
    out->cols[i].window = join_windows(left.cols[i].window, right.cols[i].window);
  }
  return q->set.all ? OK : bind_distinct(b, out, bind_span(b, q->set.op_span));
}

/* --- ORDER BY, LIMIT ----------------------------------------------------------------- */

SortKey bind_sort_key(const AstOrderItem *item, uint32_t column) {
  /* NULL is the lowest value unless told otherwise. */
  bool nulls_first =
      item->nulls == AST_NULLS_DEFAULT ? !item->descending : item->nulls == AST_NULLS_FIRST;
  return (SortKey){column, item->descending, nulls_first};
}

Code bind_order_position(Binder *b, const AstExpr *ast, uint32_t n_cols, uint32_t *column,
                         bool *is_position) {
  int64_t v;
  *is_position = ast->kind == AST_LITERAL && ast->literal.kind == AST_LITERAL_INTEGER;
  if (!*is_position) return OK;
  if (!int_parse(str_of(ast->literal.text), &v) || v < 1 || v > n_cols) {
    return FAIL(b->err, ERR_NAME, bind_span(b, ast->span), "ORDER BY %s: the columns are 1 to %u",
                ast->literal.text, n_cols);
  }
  *column = (uint32_t)v - 1;
  return OK;
}

/* Sort rel, whose last columns, from n_out on, are there only for that. */
Code bind_sort(Binder *b, Relation *rel, SortKey *keys, uint32_t n_keys, uint32_t n_out,
               Span span) {
  rel->node = node_sort(b->arena, rel->node, keys, n_keys, span);
  relation_lose_time(rel, "ORDER BY");
  if (n_out == rel->n_cols) return OK;
  Expr **exprs = ARENA_ARRAY(b->arena, Expr *, n_out);
  for (uint32_t i = 0; i < n_out; i++) exprs[i] = field_ref(b->arena, rel->node, i, span);
  rel->node = node_project(b->arena, rel->node, exprs, rel->node->fields, n_out, span);
  rel->n_cols = n_out;
  return OK;
}

static Span order_span(Binder *b, const AstOrderItems *items) {
  return bind_span(b, span_join(items->items[0].expr->span, items->items[items->n - 1].expr->span));
}

Code bind_order(Binder *b, const AstQuery *q, Relation *rel) {
  const AstOrderItems *items = &q->order_by;
  const ExprScope scope = {.rel = rel, .clause = "ORDER BY"};
  const uint32_t n = rel->n_cols;
  if (items->n == 0) return OK;
  Span span = order_span(b, items);
  SortKey *keys = ARENA_ARRAY(b->arena, SortKey, items->n);
  Expr **exprs = ARENA_ARRAY(b->arena, Expr *, n + items->n);
  FormatField *fields = ARENA_ARRAY(b->arena, FormatField, n + items->n);
  uint32_t n_all = n;
  for (uint32_t i = 0; i < n; i++) {
    exprs[i] = field_ref(b->arena, rel->node, i, span);
    fields[i] = (FormatField){rel->cols[i].name, rel->cols[i].type};
  }
  for (uint32_t i = 0; i < items->n; i++) {
    uint32_t column = 0;
    bool is_position;
    TRY(bind_order_position(b, items->items[i].expr, n, &column, &is_position));
    if (!is_position) {
      Expr *e;
      TRY(bind_expr(b, &scope, items->items[i].expr, &e));
      column = e->column;
      if (e->kind != EXPR_COLUMN) {
        column = n_all;
        exprs[n_all] = bind_settle_null(b, e);
        fields[n_all] = (FormatField){"$order", exprs[n_all]->type};
        n_all++;
      }
    }
    keys[i] = bind_sort_key(&items->items[i], column);
  }
  if (n_all > n) {
    Node *project = node_project(b->arena, rel->node, exprs, fields, n_all, span);
    Relation wide = relation_of(b, project, (ObjectName){NULL, NULL});
    memcpy(wide.cols, rel->cols, n * sizeof *wide.cols);
    *rel = wide;
  }
  return bind_sort(b, rel, keys, items->n, n, span);
}

static Code bind_count(Binder *b, const AstExpr *ast, const char *what, uint64_t *out) {
  int64_t v = -1;
  if (ast == NULL) return OK;
  bool literal = ast->kind == AST_LITERAL && ast->literal.kind == AST_LITERAL_INTEGER &&
                 int_parse(str_of(ast->literal.text), &v);
  if (!literal || v < 0) {
    return FAIL(b->err, ERR_TYPE, bind_span(b, ast->span), "%s takes a whole number from 0 on",
                what);
  }
  *out = (uint64_t)v;
  return OK;
}

Code bind_limit(Binder *b, const AstQuery *q, Relation *rel) {
  uint64_t offset = 0, limit = UINT64_MAX;
  if (q->limit == NULL && q->offset == NULL) return OK;
  TRY(bind_count(b, q->offset, "OFFSET", &offset));
  TRY(bind_count(b, q->limit, "LIMIT", &limit));
  Span span = span_join(q->limit != NULL ? q->limit->span : NO_SPAN,
                        q->offset != NULL ? q->offset->span : NO_SPAN);
  rel->node = node_limit(b->arena, rel->node, offset, limit, bind_span(b, span));
  relation_lose_time(rel, "LIMIT");
  return OK;
}

/* --- queries ------------------------------------------------------------------------- */

static Code bind_body(Binder *b, const AstQuery *q, Relation *out) {
  switch (q->kind) {
    case AST_QUERY_SELECT:
      return bind_select(b, q, out); /* with ORDER BY and LIMIT */
    case AST_QUERY_VALUES:
      TRY(bind_values(b, q, out));
      break;
    case AST_QUERY_TABLE:
      TRY(bind_from(b, q->table, out));
      break;
    case AST_QUERY_SET:
      TRY(bind_set(b, q, out));
      break;
    case AST_QUERY_NESTED:
      TRY(bind_query(b, q->nested, out));
      break;
  }
  TRY(bind_order(b, q, out));
  return bind_limit(b, q, out);
}

Code bind_query(Binder *b, const AstQuery *q, Relation *out) {
  const CteScope *outer = b->ctes;
  TRY(bind_count_node(b, q->span));
  for (uint32_t i = 0; i < q->with.n; i++) {
    CteScope *scope = ARENA_NEW(b->arena, CteScope);
    *scope = (CteScope){&q->with.items[i], b->ctes};
    b->ctes = scope;
  }
  Code code = bind_body(b, q, out);
  b->ctes = outer;
  return code == OK ? bind_check_columns(b, q->span) : code;
}
