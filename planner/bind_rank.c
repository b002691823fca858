/* bind_rank.c -- ROW_NUMBER() OVER (PARTITION BY window_start, window_end, k ORDER BY v): the rank
 * of a row in its window.
 *
 *     Project    k, rn
 *       Filter   QUALIFY
 *         WindowRank  window, keys [k], order [v]: adds the rank
 *           Project   what PARTITION BY and ORDER BY compute
 *             ...     the block's aggregation or input
 *
 * Until the node is built the rank stands in expressions as a call of the partition, the order and
 * how they are meant, so that what is behind an aggregation is rewritten in it like anywhere else.
 * Which ranks are wanted is found by rule_rank.c.  All other OVER is refused.
 */
#include <string.h>

#include "planner/bind.h"

/* No program ever sees it. */
static const FuncDef row_number_func = {.name = "ROW_NUMBER"};

/* Args: the partition, the order, then a constant for each part of the order: how it goes. */
typedef struct RankCall {
  uint32_t n_partition, n_order;
  Span over; /* of OVER (...) */
} RankCall;

enum { ORDER_DESCENDING = 1, ORDER_NULLS_FIRST = 2 };

static const char over_hint[] =
    "built is ROW_NUMBER() OVER (PARTITION BY window_start, window_end, ... ORDER BY ...), the "
    "rank "
    "in a window";

static Code not_built(Binder *b, Span span, const char *what) {
  bind_not_built(b, span, what);
  error_hint(b->err, "%s", over_hint);
  return ERR_UNSUPPORTED;
}

/* --- the call ------------------------------------------------------------------------ */

/* OVER w is what WINDOW says of w. */
static Code find_window(Binder *b, const ExprScope *s, const AstWindow *over,
                        const AstWindow **out) {
  const char *near = NULL;
  uint32_t distance = 0;
  *out = over;
  if (over->name.text == NULL) return OK;
  for (uint32_t i = 0; s->windows != NULL && i < s->windows->n; i++) {
    *out = s->windows->items[i];
    if (strcmp((*out)->name.text, over->name.text) == 0) return OK;
    nearest_name_offer(over->name.text, (*out)->name.text, &near, &distance);
  }
  FAIL(b->err, ERR_NAME, bind_span(b, over->name.span), "no window \"%s\"", over->name.text);
  if (near != NULL) error_hint(b->err, "did you mean \"%s\"?", near);
  return ERR_NAME;
}

static Code check_call(Binder *b, const ExprScope *s, const AstCall *call, const AstWindow *over,
                       Span span) {
  const char *name = call->name.items[call->name.n - 1].text;
  if (text_eq_nocase(name, "RANK") || text_eq_nocase(name, "DENSE_RANK")) {
    return not_built(b, call->name.span, name);
  }
  if (!text_eq_nocase(name, "ROW_NUMBER") || over->base.text != NULL) {
    return not_built(b, call->over->span, "OVER");
  }
  if (s->uses_rank == NULL) {
    FAIL(b->err, ERR_TYPE, span, "ROW_NUMBER cannot stand in %s", s->clause);
    error_hint(b->err, "QUALIFY asks for it, or the WHERE of a query around this one");
    return ERR_TYPE;
  }
  if (call->args.n > 0 || call->star || call->distinct || call->filter != NULL) {
    return FAIL(b->err, ERR_TYPE, span, "ROW_NUMBER takes no arguments");
  }
  if (over->frame != AST_FRAME_NONE) {
    return FAIL(b->err, ERR_TYPE, bind_span(b, over->span), "ROW_NUMBER takes no ROWS or RANGE");
  }
  if (over->order_by.n == 0) {
    return FAIL(b->err, ERR_TYPE, bind_span(b, over->span), "ROW_NUMBER needs ORDER BY");
  }
  return OK;
}

Code bind_over(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out) {
  const AstCall *call = ast->call;
  const AstWindow *over;
  const Span span = bind_span(b, ast->span);
  TRY(find_window(b, s, call->over, &over));
  TRY(check_call(b, s, call, over, span));
  const ExprScope inner = {.rel = s->rel, .clause = "OVER", .aggs = s->aggs};
  const uint32_t n_partition = over->partition_by.n, n_order = over->order_by.n;
  RankCall *rank = ARENA_NEW(b->arena, RankCall);
  *rank = (RankCall){n_partition, n_order, bind_span(b, call->over->span)};
  Expr *e = expr_new(b->arena, EXPR_CALL, type_nullable(type_of(TYPE_BIGINT), false),
                     n_partition + 2 * n_order, span);
  e->func = &row_number_func;
  e->func_data = rank;
  for (uint32_t i = 0; i < n_partition; i++) {
    TRY(bind_expr(b, &inner, over->partition_by.items[i], &e->args[i]));
  }
  for (uint32_t i = 0; i < n_order; i++) {
    const AstOrderItem *item = &over->order_by.items[i];
    const SortKey key = bind_sort_key(item, 0);
    int64_t how =
        (key.descending ? ORDER_DESCENDING : 0) | (key.nulls_first ? ORDER_NULLS_FIRST : 0);
    Expr **arg = &e->args[n_partition + i];
    TRY(bind_expr(b, &inner, item->expr, arg));
    *arg = bind_settle_null(b, *arg);
    arg[n_order] = expr_const(b->arena, value_int(type_of(TYPE_INT), how), span);
  }
  *s->uses_rank = true;
  *out = e;
  return OK;
}

/* --- the node ------------------------------------------------------------------------ */

typedef struct Ranking {
  Binder *b;
  Relation *rel; /* below */
  const Expr *call;
  WindowRank *spec;
  Expr **exprs; /* the columns of rel, and what is computed beside them */
  FormatField *fields;
  uint32_t n;
} Ranking;

static bool is_rank(const Expr *e) { return e->kind == EXPR_CALL && e->func == &row_number_func; }

/* The one rank that a block may have, if e has one. */
static Code find_rank(Binder *b, const Expr *e, const Expr **found) {
  if (is_rank(e)) {
    const RankCall *x = e->func_data, *y = *found != NULL ? (*found)->func_data : x;
    if (*found == NULL) *found = e;
    if (expr_equal(e, *found) && x->n_partition == y->n_partition) return OK;
    return bind_not_built(b, e->span, "a second ROW_NUMBER in one SELECT");
  }
  for (uint32_t i = 0; i < e->n_args; i++) TRY(find_rank(b, e->args[i], found));
  return OK;
}

/* e with the rank as a column. */
static Expr *with_rank(Binder *b, Expr *e, uint32_t column) {
  if (is_rank(e)) {
    Expr *rank = expr_column(b->arena, column, e->type, e->span);
    rank->name = "ROW_NUMBER";
    return rank;
  }
  if (e->n_args == 0) return e;
  Expr *copy = expr_copy(b->arena, e);
  copy->args = ARENA_ARRAY(b->arena, Expr *, e->n_args);
  for (uint32_t i = 0; i < e->n_args; i++) copy->args[i] = with_rank(b, e->args[i], column);
  return copy;
}

static uint32_t column_of(Ranking *r, Expr *e) {
  if (e->kind == EXPR_COLUMN) return e->column;
  for (uint32_t i = r->rel->n_cols; i < r->n; i++) {
    if (expr_equal(r->exprs[i], e)) return i;
  }
  r->fields[r->n] = (FormatField){arena_printf(r->b->arena, "$rank%u", r->n), e->type};
  r->exprs[r->n] = e;
  return r->n++;
}

/* The keys, and which of them are the window. */
static Code take_partition(Ranking *r) {
  const RankCall *call = r->call->func_data;
  const Relation *rel = r->rel;
  uint32_t parts[PART_TIME + 1];
  bool has[PART_TIME + 1] = {false};
  const WindowSpec *window = NULL;
  r->spec->keys = ARENA_ARRAY(r->b->arena, uint32_t, call->n_partition);
  for (uint32_t i = 0; i < call->n_partition; i++) {
    Expr *e = bind_settle_null(r->b, r->call->args[i]);
    WindowLineage w = {PART_NONE, NULL};
    if (e->kind == EXPR_COLUMN) w = rel->cols[e->column].window;
    if (w.part == PART_NONE) {
      r->spec->keys[r->spec->n_keys++] = column_of(r, e);
    } else {
      window = w.spec;
      has[w.part] = true;
      parts[w.part] = e->column;
    }
  }
  if (!has[PART_END] && has[PART_TIME]) {
    has[PART_END] = relation_part(rel, PART_END, &parts[PART_END]);
  }
  if (!has[PART_START] || !has[PART_END]) {
    not_built(r->b, call->over, "OVER");
    if (window == NULL) return ERR_UNSUPPORTED;
    r->b->err->hint[0] = '\0';
    error_hint(r->b->err, "PARTITION BY has a part of the window, but not %s",
               has[PART_START] ? "window_end" : "window_start");
    return ERR_UNSUPPORTED;
  }
  if (window->kind == WINDOW_ROWS) {
    return bind_not_built(r->b, call->over, "a rank in a window of rows");
  }
  if (window->processing_time) {
    return bind_not_built(r->b, call->over, "a rank in a window of processing time");
  }
  r->spec->start = parts[PART_START];
  r->spec->end = parts[PART_END];
  r->spec->window = window;
  return OK;
}

/* Is it the time of its rows: what makes a first rank a deduplication? */
static bool is_time(const Ranking *r, const Expr *e) {
  if (e->kind != EXPR_COLUMN) return false;
  const TimeLineage *t = &r->rel->cols[e->column].time;
  return t->is_window_time || t->of_window;
}

static void take_order(Ranking *r) {
  const RankCall *call = r->call->func_data;
  WindowRank *spec = r->spec;
  spec->order = ARENA_ARRAY(r->b->arena, SortKey, call->n_order);
  spec->n_order = call->n_order;
  for (uint32_t i = 0; i < call->n_order; i++) {
    Expr *e = r->call->args[call->n_partition + i];
    int64_t how = r->call->args[call->n_partition + call->n_order + i]->value.as.i;
    spec->order[i] =
        (SortKey){column_of(r, e), (how & ORDER_DESCENDING) != 0, (how & ORDER_NULLS_FIRST) != 0};
    spec->by_time = call->n_order == 1 && is_time(r, e);
  }
}

Code bind_ranking(Binder *b, Relation *rel, Expr ***exprs, uint32_t n_exprs) {
  Ranking r = {.b = b, .rel = rel};
  for (uint32_t i = 0; i < n_exprs; i++) TRY(find_rank(b, *exprs[i], &r.call));
  const uint32_t n_max = rel->n_cols + r.call->n_args;
  r.spec = ARENA_NEW(b->arena, WindowRank);
  r.exprs = ARENA_ARRAY(b->arena, Expr *, n_max);
  r.fields = ARENA_ARRAY(b->arena, FormatField, n_max);
  for (r.n = 0; r.n < rel->n_cols; r.n++) {
    r.exprs[r.n] = field_ref(b->arena, rel->node, r.n, r.call->span);
    r.fields[r.n] = rel->node->fields[r.n];
  }
  TRY(take_partition(&r));
  take_order(&r);
  Node *node = rel->node;
  if (r.n > rel->n_cols) {
    node = node_project(b->arena, node, r.exprs, r.fields, r.n, r.call->span);
  }
  node = node_window_rank(b->arena, node, r.spec, r.call->span);
  Relation out = relation_of(b, node, (ObjectName){NULL, NULL});
  memcpy(out.cols, rel->cols, rel->n_cols * sizeof *out.cols);
  for (uint32_t i = 0; i < n_exprs; i++) *exprs[i] = with_rank(b, *exprs[i], r.n);
  *rel = out;
  return OK;
}
