/* rule_window.c -- an aggregation over a window function becomes a window aggregate.
 *
 *   Aggregate  keys [window_start, window_end, k]        Project     brings the columns into order
 *     Project  keys, arguments                              Filter      what asks for the window
 *       Filter  k > 0 AND window_start > ...      ==>         WindowAggregate  keys [k]
 *         WindowTvf  TUMBLE(ts, 10 s)                           Project  keys, arguments, ts
 *           ...                                                   Filter  k > 0
 *
 * A row is in several windows of a HOP; the window aggregate never makes these copies, so what is
 * computed below it may not ask for the window: such keys and conditions are computed above
 * (they are functions of the window alone), anything else is refused.
 */
#include <string.h>

#include "planner/bind.h"
#include "planner/rules.h"

typedef struct Fusion {
  const RuleContext *r;
  Node *aggregate, *project, *filter, *tvf; /* project, filter: NULL where there is none */
  uint32_t n_input;                         /* columns of the window function's input */
  /* Of the new node below. */
  Expr **exprs;
  FormatField *fields;
  uint32_t n, cap, cap_fields;
  AggregateSpec *spec;
  Expr **outputs; /* of the new projection above, over the window aggregate */
} Fusion;

/* --- finding the window function ----------------------------------------------------- */

static bool find_parts(Fusion *f) {
  Node *n = f->aggregate->inputs[0];
  if (n->kind == NODE_PROJECT) {
    f->project = n;
    n = n->inputs[0];
  }
  if (n->kind == NODE_FILTER) {
    f->filter = n;
    n = n->inputs[0];
  }
  if (n->kind != NODE_WINDOW_TVF) return false;
  f->tvf = n;
  f->n_input = n->inputs[0]->n_fields;
  return true;
}

/* Column c of the aggregate's input, over the window function. */
static Expr *input_expr(const Fusion *f, uint32_t c) {
  return f->project != NULL ? f->project->u.exprs[c] : field_ref(f->r->arena, f->tvf, c, NO_SPAN);
}

/* Which columns an expression asks for. */
typedef struct Asks {
  bool window, input;
} Asks;

static Asks asks_of(const Fusion *f, const Expr *e) {
  const bool *used = columns_used(f->r, e, f->tvf->n_fields);
  Asks asks = {false, false};
  for (uint32_t i = 0; i < f->tvf->n_fields; i++) {
    if (used[i]) *(i < f->n_input ? &asks.input : &asks.window) = true;
  }
  return asks;
}

/* The window column that e is, from 0; WINDOW_COLUMNS: none. */
static uint32_t window_column(const Fusion *f, const Expr *e) {
  if (e->kind != EXPR_COLUMN || e->column < f->n_input) return WINDOW_COLUMNS;
  return e->column - f->n_input;
}

static Code not_built(const Fusion *f, Span span, const char *what) {
  FAIL(f->r->err, ERR_UNSUPPORTED, span, "%s is not built yet", what);
  error_hint(f->r->err,
             "window columns can stand in GROUP BY, alone or in an expression of "
             "window columns only");
  return ERR_UNSUPPORTED;
}

/* --- below --------------------------------------------------------------------------- */

static uint32_t add_below(Fusion *f, Expr *e, const char *name) {
  Arena *a = f->r->arena;
  for (uint32_t i = 0; i < f->n; i++) {
    if (expr_equal(f->exprs[i], e)) return i;
  }
  uint32_t n = f->n;
  const FormatField field = {name, e->type};
  ARENA_PUSH(a, f->fields, n, f->cap_fields, field);
  ARENA_PUSH(a, f->exprs, f->n, f->cap, e);
  return f->n - 1;
}

static Code add_agg_column(Fusion *f, const AggCall *agg, int32_t *column) {
  if (*column < 0) return OK;
  Expr *e = input_expr(f, (uint32_t)*column);
  if (asks_of(f, e).window) return not_built(f, agg->span, "an aggregate of window columns");
  const char *name = f->aggregate->inputs[0]->fields[*column].name;
  *column = (int32_t)add_below(f, e, name);
  return OK;
}

/* Keys of the input become keys of the new node; the others are functions of the window. */
static Code split_keys(Fusion *f, bool *has_window) {
  const AggregateSpec *old = f->aggregate->u.agg;
  bool start = false, end = false;
  *has_window = false;
  for (uint32_t i = 0; i < old->n_keys; i++) {
    Expr *e = input_expr(f, old->keys[i]);
    Asks asks = asks_of(f, e);
    if (asks.window && asks.input) {
      return not_built(f, e->span, "a key of window columns and others");
    }
    uint32_t column = window_column(f, e);
    start |= column == 0;
    end |= column == 1;
    *has_window |= column < WINDOW_COLUMNS;
    if (asks.window) continue;
    f->spec->keys[f->spec->n_keys++] =
        add_below(f, e, f->aggregate->inputs[0]->fields[old->keys[i]].name);
  }
  if (*has_window && !(start && end)) {
    Notes *notes = f->r->notes;
    const char *note = arena_printf(
        f->r->arena, "GROUP BY has %s without %s: taken as the window, which it decides",
        start ? "window_start"
        : end ? "window_end"
              : "window_time",
        start ? "window_end" : "window_start");
    ARENA_PUSH(f->r->arena, notes->items, notes->n, notes->cap, note);
  }
  return OK;
}

static Code fill_below(Fusion *f) {
  const AggregateSpec *old = f->aggregate->u.agg;
  for (uint32_t i = 0; i < old->n_aggs; i++) {
    AggCall *agg = &f->spec->aggs[i];
    *agg = old->aggs[i];
    if (f->spec->window.kind == WINDOW_HOP && agg->kernels->merge == NULL) {
      FAIL(f->r->err, ERR_UNSUPPORTED, agg->span, "%s over a HOP window is not built yet",
           agg->name);
      return ERR_UNSUPPORTED;
    }
    TRY(add_agg_column(f, agg, &agg->arg));
    TRY(add_agg_column(f, agg, &agg->filter));
  }
  uint32_t time_col = f->tvf->u.window.time_col;
  f->spec->window.time_col =
      add_below(f, field_ref(f->r->arena, f->tvf->inputs[0], time_col, NO_SPAN),
                f->tvf->fields[time_col].name);
  return OK;
}

/* --- above --------------------------------------------------------------------------- */

/* e, which asks for the window alone, over the window aggregate's columns. */
static Expr *above(const Fusion *f, const Expr *e) {
  uint32_t *map = ARENA_ARRAY(f->r->arena, uint32_t, f->tvf->n_fields);
  for (uint32_t i = 0; i < WINDOW_COLUMNS; i++) {
    map[f->n_input + i] = f->spec->n_keys + f->spec->n_aggs + i;
  }
  return expr_remap(f->r->arena, e, map);
}

static void fill_above(Fusion *f, const Node *window_agg) {
  const AggregateSpec *old = f->aggregate->u.agg;
  Arena *a = f->r->arena;
  uint32_t key = 0;
  f->outputs = ARENA_ARRAY(a, Expr *, old->n_keys + old->n_aggs);
  for (uint32_t i = 0; i < old->n_keys; i++) {
    Expr *e = input_expr(f, old->keys[i]);
    f->outputs[i] = asks_of(f, e).window ? above(f, e) : field_ref(a, window_agg, key++, e->span);
  }
  for (uint32_t i = 0; i < old->n_aggs; i++) {
    f->outputs[old->n_keys + i] = field_ref(a, window_agg, f->spec->n_keys + i, old->aggs[i].span);
  }
}

/* Conditions of the filter: on the window alone go above, on the input alone stay below. */
static Code split_filter(Fusion *f, Node **below, Expr **above_filter) {
  *above_filter = NULL;
  *below = f->tvf->inputs[0];
  if (f->filter == NULL) return OK;
  uint32_t n;
  Expr *rest = NULL, *const *parts = conjuncts(&f->filter->u.filter, &n);
  for (uint32_t i = 0; i < n; i++) {
    Asks asks = asks_of(f, parts[i]);
    if (asks.window && asks.input) {
      return not_built(f, parts[i]->span, "a condition on window columns and others");
    }
    if (asks.window) {
      *above_filter = expr_and(f->r->arena, *above_filter, above(f, parts[i]));
    } else {
      rest = expr_and(f->r->arena, rest, parts[i]);
    }
  }
  if (rest != NULL) *below = node_filter(f->r->arena, *below, rest);
  return OK;
}

/* --- the rule ------------------------------------------------------------------------ */

static Code no_window(const Fusion *f) {
  FAIL(f->r->err, ERR_UNSUPPORTED, f->aggregate->span,
       "%s over a window function without its window_start and window_end is not built yet",
       f->aggregate->u.agg->is_distinct ? "DISTINCT" : "GROUP BY");
  error_hint(f->r->err, "name window_start, window_end in it");
  return ERR_UNSUPPORTED;
}

static Code fuse(const RuleContext *r, Node **node) {
  Fusion f = {.r = r, .aggregate = *node};
  Arena *a = r->arena;
  bool has_window;
  Node *below;
  Expr *filter;
  if ((*node)->kind != NODE_AGGREGATE || !find_parts(&f)) return OK;
  const AggregateSpec *old = f.aggregate->u.agg;
  f.spec = ARENA_NEW(a, AggregateSpec);
  f.spec->keys = ARENA_ARRAY(a, uint32_t, old->n_keys);
  f.spec->aggs = ARENA_ARRAY(a, AggCall, old->n_aggs);
  f.spec->n_aggs = old->n_aggs;
  f.spec->window = f.tvf->u.window;
  TRY(split_keys(&f, &has_window));
  if (!has_window) return no_window(&f);
  TRY(fill_below(&f));
  TRY(split_filter(&f, &below, &filter));
  const char **names = ARENA_ARRAY(a, const char *, old->n_aggs);
  for (uint32_t i = 0; i < old->n_aggs; i++) names[i] = old->aggs[i].text;
  Node *project = node_project(a, below, f.exprs, f.fields, f.n, f.aggregate->span);
  Node *agg = node_window_aggregate(a, project, f.spec, names, f.aggregate->span);
  fill_above(&f, agg);
  Node *top = filter != NULL ? node_filter(a, agg, filter) : agg;
  *node = node_project(a, top, f.outputs, f.aggregate->fields, f.aggregate->n_fields,
                       f.aggregate->span);
  return OK;
}

Code rule_window_aggregates(const RuleContext *r, Node **roots, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) TRY(rewrite_tree(r, &roots[i], fuse));
  return OK;
}
