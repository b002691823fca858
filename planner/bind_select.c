/* bind_select.c -- one SELECT block: FROM, WHERE, the select list, and what orders it.
 *
 *     Limit
 *       Project    drops what only ORDER BY needs
 *         Sort
 *           Aggregate    of DISTINCT
 *             Project    select list, and what ORDER BY needs beside it
 *               Filter   QUALIFY
 *                WindowRank  ...         bind_rank.c
 *                Filter   HAVING
 *                 Aggregate ...          bind_group.c
 *                   Filter  WHERE
 *                     FROM
 *
 * The expressions behind an aggregation (select list, HAVING, ORDER BY) are first bound over the
 * input, with aggregates as columns behind it; bind_grouping then rewrites them.
 */
#include <string.h>

#include "base/limits.h"
#include "planner/bind_group.h"

/* What a block computes. */
typedef struct SelectList {
  Expr **exprs;
  const char **names;
  uint32_t n, cap, cap_names;
  uint32_t n_out; /* of the query; the rest serves ORDER BY */
} SelectList;

typedef struct Block {
  Binder *b;
  const AstQuery *query;
  const AstSelect *select;
  Relation rel; /* as far as it is built */
  AggList aggs;
  SelectList list;
  Expr *having, *qualify;
  bool uses_rank;
  SortKey *keys;
} Block;

/* --- WINDOW and hints ---------------------------------------------------------------- */

static Code check_windows(Binder *b, const AstWindows *windows) {
  for (uint32_t i = 0; i < windows->n; i++) {
    const AstName *name = &windows->items[i]->name;
    for (uint32_t k = 0; k < i; k++) {
      if (strcmp(windows->items[k]->name.text, name->text) != 0) continue;
      return FAIL(b->err, ERR_NAME, bind_span(b, name->span), "two windows are called \"%s\"",
                  name->text);
    }
  }
  return OK;
}

static void note_hints(Binder *b, const AstSelect *s) {
  for (uint32_t i = 0; i < s->hints.n; i++) {
    bind_note(b, "the hint %s has no effect", s->hints.items[i].name.text);
  }
}

/* --- FROM and WHERE ------------------------------------------------------------------ */

static Code bind_input(Block *k) {
  Binder *b = k->b;
  const AstSelect *s = k->select;
  if (s->from != NULL) return bind_from_where(b, s->from, s->where, &k->rel);
  /* one row without columns */
  Node *row = node_values(b->arena, NULL, 0, NULL, 1, bind_span(b, k->query->span));
  k->rel = relation_of(b, row, (ObjectName){NULL, NULL});
  return bind_where(b, s->where, &k->rel);
}

/* --- the select list ----------------------------------------------------------------- */

static Code add_output(Block *k, Expr *e, const char *name, Span span) {
  Binder *b = k->b;
  SelectList *l = &k->list;
  if (l->n == COLUMNS_MAX) {
    return FAIL(b->err, ERR_LIMIT, bind_span(b, span), "more than %d columns", COLUMNS_MAX);
  }
  uint32_t n = l->n;
  ARENA_PUSH(b->arena, l->names, n, l->cap_names, name);
  ARENA_PUSH(b->arena, l->exprs, l->n, l->cap, e);
  return OK;
}

/* Does the qualifier of t.*, db.t.* mean this column's table? */
static bool star_means(const AstPath *star, const RelColumn *c) {
  uint32_t n = star->n;
  if (n == 0) return !c->hidden;
  if (c->table.name == NULL || strcmp(star->items[n - 1].text, c->table.name) != 0) return false;
  return n == 1 ||
         (c->table.database != NULL && strcmp(star->items[n - 2].text, c->table.database) == 0);
}

/* r.*, where r is a column or a field of one. */
static Code expand_row(Block *k, const AstExpr *ast) {
  const ExprScope scope = {.rel = &k->rel, .clause = "SELECT"};
  Binder *b = k->b;
  Expr *row, **fields;
  TRY(bind_path(b, &scope, &ast->star, ast->span, &row));
  if (row->type.kind != TYPE_ROW) {
    return FAIL(b->err, ERR_TYPE, bind_span(b, ast->span), "%s has no fields",
                bind_type_text(b, row->type));
  }
  TRY(bind_row_fields(b, row, ast->span, &fields));
  for (uint32_t i = 0; i < row->type.shape->n; i++) {
    TRY(add_output(k, fields[i], row->type.shape->names[i], ast->span));
  }
  return OK;
}

static Code expand_star(Block *k, const AstExpr *ast) {
  Binder *b = k->b;
  const AstPath *star = &ast->star;
  uint32_t found = 0;
  for (uint32_t i = 0; i < k->rel.n_cols; i++) {
    const RelColumn *c = &k->rel.cols[i];
    if (!star_means(star, c)) continue;
    Expr *e = expr_column(b->arena, i, c->type, bind_span(b, ast->span));
    e->name = c->name;
    TRY(add_output(k, e, c->name, ast->span));
    found++;
  }
  if (found > 0) return OK;
  if (star->n > 0 && relation_has(&k->rel, star)) return expand_row(k, ast);
  if (star->n == 0) return FAIL(b->err, ERR_NAME, bind_span(b, ast->span), "* without FROM");
  const char *near = NULL;
  uint32_t distance = 0;
  const AstName *name = &star->items[star->n - 1];
  for (uint32_t i = 0; i < k->rel.n_cols; i++) {
    if (k->rel.cols[i].table.name == NULL) continue;
    nearest_name_offer(name->text, k->rel.cols[i].table.name, &near, &distance);
  }
  FAIL(b->err, ERR_NAME, bind_span(b, name->span), "no table \"%s\" in FROM", name->text);
  if (near != NULL) error_hint(b->err, "did you mean \"%s\"?", near);
  return ERR_NAME;
}

static const char *output_name(Block *k, const AstSelectItem *item) {
  if (item->alias.text != NULL) return item->alias.text;
  const AstExpr *e = item->expr;
  if (e->kind == AST_COLUMN) return e->column.items[e->column.n - 1].text;
  return arena_printf(k->b->arena, "EXPR$%u", k->list.n);
}

static Code bind_list(Block *k) {
  const ExprScope scope = {.rel = &k->rel,
                           .clause = "SELECT",
                           .aggs = &k->aggs,
                           .windows = &k->select->windows,
                           .uses_rank = &k->uses_rank};
  for (uint32_t i = 0; i < k->select->items.n; i++) {
    const AstSelectItem *item = &k->select->items.items[i];
    if (item->expr->kind == AST_STAR) {
      TRY(expand_star(k, item->expr));
      continue;
    }
    Expr *e;
    TRY(bind_expr(k->b, &scope, item->expr, &e));
    TRY(add_output(k, e, output_name(k, item), item->span));
  }
  k->list.n_out = k->list.n;
  return OK;
}

static Code bind_having(Block *k) {
  const ExprScope scope = {.rel = &k->rel, .clause = "HAVING", .aggs = &k->aggs};
  if (k->select->having == NULL) return OK;
  return bind_condition(k->b, &scope, k->select->having, &k->having);
}

/* --- QUALIFY ------------------------------------------------------------------------- */

/* What sees the select list's aliases. */
static ExprScope scope_behind(Block *k, const char *clause) {
  OutputAlias *aliases = ARENA_ARRAY(k->b->arena, OutputAlias, k->list.n_out);
  for (uint32_t i = 0; i < k->list.n_out; i++) {
    aliases[i] = (OutputAlias){k->list.names[i], k->list.exprs[i]};
  }
  return (ExprScope){.rel = &k->rel,
                     .clause = clause,
                     .aggs = &k->aggs,
                     .aliases = aliases,
                     .n_aliases = k->list.n_out,
                     .windows = &k->select->windows,
                     .uses_rank = &k->uses_rank};
}

static Code bind_qualify(Block *k) {
  const AstExpr *ast = k->select->qualify;
  if (ast == NULL) return OK;
  const ExprScope scope = scope_behind(k, "QUALIFY");
  TRY(bind_condition(k->b, &scope, ast, &k->qualify));
  if (k->uses_rank) return OK;
  FAIL(k->b->err, ERR_TYPE, bind_span(k->b, ast->span), "QUALIFY without ROW_NUMBER() OVER (...)");
  error_hint(k->b->err, "WHERE filters rows, HAVING groups, QUALIFY ranks");
  return ERR_TYPE;
}

/* --- ORDER BY ------------------------------------------------------------------------ */

/* The place of e in the list, where it is put if it does not stand there. */
static Code order_column(Block *k, Expr *e, uint32_t *column) {
  SelectList *l = &k->list;
  for (uint32_t i = 0; i < l->n; i++) {
    if (!expr_equal(l->exprs[i], e)) continue;
    *column = i;
    return OK;
  }
  if (k->select->distinct) {
    FAIL(k->b->err, ERR_TYPE, e->span, "ORDER BY of what SELECT DISTINCT does not give");
    error_hint(k->b->err, "put it into the select list");
    return ERR_TYPE;
  }
  *column = l->n;
  return add_output(k, bind_settle_null(k->b, e), "$order", e->span);
}

static Code bind_order_items(Block *k) {
  Binder *b = k->b;
  const AstOrderItems *items = &k->query->order_by;
  const ExprScope scope = scope_behind(k, "ORDER BY");
  k->keys = ARENA_ARRAY(b->arena, SortKey, items->n);
  for (uint32_t i = 0; i < items->n; i++) {
    uint32_t column = 0;
    bool is_position;
    Expr *e;
    TRY(bind_order_position(b, items->items[i].expr, k->list.n_out, &column, &is_position));
    if (!is_position) {
      TRY(bind_expr(b, &scope, items->items[i].expr, &e));
      TRY(bind_shared(b, e, 1)); /* an alias may stand in it many times */
      TRY(order_column(k, e, &column));
    }
    k->keys[i] = bind_sort_key(&items->items[i], column);
  }
  return OK;
}

/* --- building ------------------------------------------------------------------------ */

/* What is computed behind groups and ranks: room for one more than the select list. */
static uint32_t exprs_behind(Block *k, Expr ***exprs) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < k->list.n; i++) exprs[n++] = &k->list.exprs[i];
  if (k->qualify != NULL) exprs[n++] = &k->qualify;
  return n;
}

static Code build_rank(Block *k) {
  Expr ***exprs = ARENA_ARRAY(k->b->arena, Expr **, k->list.n + 1);
  if (!k->uses_rank) return OK;
  TRY(bind_ranking(k->b, &k->rel, exprs, exprs_behind(k, exprs)));
  if (k->qualify != NULL) k->rel.node = node_filter(k->b->arena, k->rel.node, k->qualify);
  return OK;
}

/* Put an aggregation over the input, if the block has one. */
static Code build_groups(Block *k) {
  if (!k->select->grouped && k->aggs.n == 0 && k->having == NULL) {
    EmitSpec none = {0};
    return bind_emit(k->b, &k->select->emit, NULL, &none);
  }
  Expr ***exprs = ARENA_ARRAY(k->b->arena, Expr **, k->list.n + 2);
  uint32_t n = exprs_behind(k, exprs);
  if (k->having != NULL) exprs[n++] = &k->having;
  const Grouping grouping = {k->select, &k->rel, &k->aggs, exprs, n};
  TRY(bind_grouping(k->b, &grouping));
  if (k->having != NULL) k->rel.node = node_filter(k->b->arena, k->rel.node, k->having);
  return OK;
}

/* The time of an output column: that of the column it is, or lost. */
static TimeLineage output_time(Binder *b, const Relation *rel, const Expr *e) {
  if (e->kind == EXPR_COLUMN) return rel->cols[e->column].time;
  TimeLineage none = {.is_clock = bind_is_clock(e)};
  if (none.is_clock || !type_is_timestamp(e->type)) return none;
  bool *used = ARENA_ARRAY(b->arena, bool, rel->n_cols);
  expr_columns_used(e, used);
  for (uint32_t i = 0; i < rel->n_cols; i++) {
    const TimeLineage *t = &rel->cols[i].time;
    if (used[i] && time_is_any(t)) none.lost = "an expression";
  }
  return none;
}

static void build_project(Block *k) {
  Arena *a = k->b->arena;
  SelectList *l = &k->list;
  FormatField *fields = ARENA_ARRAY(a, FormatField, l->n);
  for (uint32_t i = 0; i < l->n; i++) {
    fields[i] = (FormatField){l->names[i], l->exprs[i]->type};
  }
  Node *node =
      node_project(a, k->rel.node, l->exprs, fields, l->n, bind_span(k->b, k->query->span));
  Relation out = relation_of(k->b, node, (ObjectName){NULL, NULL});
  for (uint32_t i = 0; i < l->n; i++) {
    out.cols[i].time = output_time(k->b, &k->rel, l->exprs[i]);
    if (l->exprs[i]->kind != EXPR_COLUMN) continue;
    out.cols[i].window = k->rel.cols[l->exprs[i]->column].window;
  }
  k->rel = out;
}

Code bind_select(Binder *b, const AstQuery *q, Relation *out) {
  Block k = {.b = b, .query = q, .select = q->select};
  TRY(check_windows(b, &q->select->windows));
  note_hints(b, q->select);
  TRY(bind_input(&k));
  TRY(bind_group_window(b, q->select, &k.rel));
  k.aggs.base = k.rel.n_cols;
  k.aggs.grouped = q->select->grouped;
  if (bind_has_sets(q->select)) TRY(bind_sets_nullable(b, q->select, &k.rel));
  TRY(bind_list(&k));
  TRY(bind_having(&k));
  TRY(bind_qualify(&k));
  TRY(bind_order_items(&k));
  TRY(build_groups(&k));
  TRY(build_rank(&k));
  build_project(&k);
  if (q->select->distinct) TRY(bind_distinct(b, &k.rel, bind_span(b, q->span)));
  if (q->order_by.n > 0) {
    Span span = bind_span(b, span_join(q->order_by.items[0].expr->span,
                                       q->order_by.items[q->order_by.n - 1].expr->span));
    TRY(bind_sort(b, &k.rel, k.keys, q->order_by.n, k.list.n_out, span));
  }
  TRY(bind_limit(b, q, &k.rel));
  *out = k.rel;
  return OK;
}
