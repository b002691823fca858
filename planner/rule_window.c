/* rule_window.c -- an aggregation by windows becomes a window aggregate.
 *
 *   Aggregate  keys [window_start, window_end, k]        Project     brings the columns into order
 *     Project  keys, arguments                              Filter      what asks for the window
 *       Filter  k > 0 AND window_start > ...      ==>         WindowAggregate  keys [k]
 *         WindowTvf  TUMBLE(ts, 10 s)                           Project  keys, arguments, ts
 *           ...                                                   Filter  k > 0
 *
 * A row is in several windows of a HOP; the window aggregate never makes these copies, so what is
 * computed below it may not ask for the window: such keys and conditions are computed above (they
 * are functions of the window alone).  Where that is not possible, and where the windows come from
 * further below, the aggregate takes them from the rows: it is of kind ATTACHED.
 *
 * A SESSION is made of all rows of its partition: nothing may be dropped between the two, and the
 * keys are the partition; so it is with windows of rows, which are nothing without an aggregation.
 */
#include <string.h>

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

static bool asks_both(const Fusion *f, const Expr *e) {
  Asks asks = asks_of(f, e);
  return asks.window && asks.input;
}

/* Is e a column of the window itself, and not of its input? */
static bool is_window_column(const Fusion *f, const Expr *e) {
  return e->kind == EXPR_COLUMN && e->column >= f->n_input;
}

/* --- may they become one? ------------------------------------------------------------- */

/* Do the windows that are grouped by come from this function? */
static bool has_its_windows(const Fusion *f) {
  const AggregateSpec *agg = f->aggregate->u.agg;
  bool found = false;
  for (uint32_t i = 0; i < agg->n_keys; i++) {
    if (agg->parts[i] == PART_NONE) continue;
    found |= is_window_column(f, input_expr(f, agg->keys[i]));
  }
  return found;
}

static bool in_partition(const Fusion *f, const Expr *e) {
  const WindowSpec *w = &f->tvf->u.window;
  for (uint32_t i = 0; i < w->n_partition; i++) {
    if (e->kind == EXPR_COLUMN && e->column == w->partition[i]) return true;
  }
  return false;
}

/* Are the keys beside the windows just the columns of PARTITION BY? */
static bool keys_are_partition(const Fusion *f) {
  const AggregateSpec *agg = f->aggregate->u.agg;
  const WindowSpec *w = &f->tvf->u.window;
  for (uint32_t i = 0; i < agg->n_keys; i++) {
    const Expr *e = input_expr(f, agg->keys[i]);
    if (agg->parts[i] == PART_NONE && !asks_of(f, e).window && !in_partition(f, e)) return false;
  }
  for (uint32_t c = 0; c < w->n_partition; c++) {
    bool found = false;
    for (uint32_t i = 0; i < agg->n_keys; i++) {
      const Expr *e = input_expr(f, agg->keys[i]);
      found |= e->kind == EXPR_COLUMN && e->column == w->partition[c];
    }
    if (!found) return false;
  }
  return true;
}

/* NULL: none of the conditions is in the way. */
static const Expr *blocking_condition(const Fusion *f) {
  uint32_t n;
  if (f->filter == NULL) return NULL;
  Expr *const *parts = conjuncts(&f->filter->u.filter, &n);
  bool aligned = window_is_aligned(&f->tvf->u.window);
  for (uint32_t i = 0; i < n; i++) {
    Asks asks = asks_of(f, parts[i]);
    if (asks.input && (asks.window || !aligned)) return parts[i];
    if (!asks.window && !aligned) return parts[i]; /* RAND() < 0.5 */
  }
  return NULL;
}

/* NULL: no key or argument is computed of window columns and others. */
static const Expr *blocking_expr(const Fusion *f) {
  const AggregateSpec *agg = f->aggregate->u.agg;
  const LateRows *late = f->aggregate->late;
  for (uint32_t i = 0; i < agg->n_keys; i++) {
    const Expr *e = input_expr(f, agg->keys[i]);
    if (agg->parts[i] == PART_NONE && asks_both(f, e)) return e;
  }
  for (uint32_t i = 0; i < agg->n_aggs; i++) {
    const int32_t columns[] = {agg->aggs[i].arg, agg->aggs[i].filter};
    for (size_t k = 0; k < COUNT_OF(columns); k++) {
      if (columns[k] < 0) continue;
      const Expr *e = input_expr(f, (uint32_t)columns[k]);
      if (asks_of(f, e).window) return e;
    }
  }
  for (uint32_t i = 0; late != NULL && i < late->n_cols; i++) {
    const Expr *e = input_expr(f, late->cols[i]);
    if (asks_of(f, e).window) return e;
  }
  return NULL;
}

static bool can_fuse(const Fusion *f) {
  bool keyed = window_is_aligned(&f->tvf->u.window) || keys_are_partition(f);
  return keyed && blocking_condition(f) == NULL && blocking_expr(f) == NULL;
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

/* Column c of the aggregate's input as one of the new node's. */
static uint32_t carry(Fusion *f, uint32_t c) {
  return add_below(f, input_expr(f, c), f->aggregate->inputs[0]->fields[c].name);
}

/* Is key i computed of the windows alone? */
static bool is_above(const Fusion *f, uint32_t i) {
  const AggregateSpec *agg = f->aggregate->u.agg;
  return agg->parts[i] != PART_NONE || asks_of(f, input_expr(f, agg->keys[i])).window;
}

/* What drops late rows now is the new node: in place of the aggregate, or of the SESSION. */
static LateRows *carry_late(Fusion *f) {
  const RuleContext *r = f->r;
  const LateRows *own = f->aggregate->late, *old = own != NULL ? own : f->tvf->late;
  if (old == NULL) return NULL;
  LateRows *late = ARENA_NEW(r->arena, LateRows);
  *late = *old;
  late->cols = ARENA_ARRAY(r->arena, uint32_t, old->n_cols);
  for (uint32_t i = 0; i < old->n_cols; i++) {
    uint32_t c = old->cols[i];
    late->cols[i] = own != NULL ? carry(f, c)
                                : add_below(f, field_ref(r->arena, f->tvf->inputs[0], c, NO_SPAN),
                                            f->tvf->fields[c].name);
  }
  return late;
}

static void fill_below(Fusion *f) {
  const AggregateSpec *old = f->aggregate->u.agg;
  AggregateSpec *spec = f->spec;
  for (uint32_t i = 0; i < old->n_keys; i++) {
    if (!is_above(f, i)) spec->keys[spec->n_keys++] = carry(f, old->keys[i]);
  }
  for (uint32_t i = 0; i < old->n_aggs; i++) {
    AggCall *agg = &spec->aggs[i];
    if (agg->arg >= 0) agg->arg = (int32_t)carry(f, (uint32_t)agg->arg);
    if (agg->filter >= 0) agg->filter = (int32_t)carry(f, (uint32_t)agg->filter);
  }
  spec->window = f->tvf->u.window;
  if (!window_is_aligned(&spec->window)) {
    uint32_t *partition = ARENA_ARRAY(f->r->arena, uint32_t, spec->n_keys);
    for (uint32_t i = 0; i < spec->n_keys; i++) partition[i] = spec->keys[i];
    spec->window.partition = partition;
    spec->window.n_partition = spec->n_keys;
  }
  if (!window_has_time(&spec->window)) return;
  uint32_t time_col = f->tvf->u.window.time_col;
  spec->window.time_col = add_below(f, field_ref(f->r->arena, f->tvf->inputs[0], time_col, NO_SPAN),
                                    f->tvf->fields[time_col].name);
}

/* --- above --------------------------------------------------------------------------- */

/* e, which asks for the window alone, over the window aggregate's columns. */
static Expr *above(const Fusion *f, const Expr *e) {
  uint32_t *map = ARENA_ARRAY(f->r->arena, uint32_t, f->tvf->n_fields);
  for (uint32_t i = 0; f->n_input + i < f->tvf->n_fields; i++) {
    map[f->n_input + i] = f->spec->n_keys + f->spec->n_aggs + i;
  }
  return expr_remap(f->r->arena, e, map);
}

/* Conditions of the filter: on the window alone go above, on the input alone stay below. */
static void split_filter(const Fusion *f, Node **below, Expr **above_filter) {
  *above_filter = NULL;
  *below = f->tvf->inputs[0];
  if (f->filter == NULL) return;
  uint32_t n;
  Expr *rest = NULL, *const *parts = conjuncts(&f->filter->u.filter, &n);
  for (uint32_t i = 0; i < n; i++) {
    if (asks_of(f, parts[i]).window) {
      *above_filter = expr_and(f->r->arena, *above_filter, above(f, parts[i]));
    } else {
      rest = expr_and(f->r->arena, rest, parts[i]);
    }
  }
  if (rest != NULL) *below = node_filter(f->r->arena, *below, rest);
}

/* --- making it ----------------------------------------------------------------------- */

static const char **agg_names(const RuleContext *r, const AggregateSpec *agg) {
  const char **names = ARENA_ARRAY(r->arena, const char *, agg->n_aggs);
  for (uint32_t i = 0; i < agg->n_aggs; i++) names[i] = agg->aggs[i].text;
  return names;
}

static AggregateSpec *copy_spec(const RuleContext *r, const AggregateSpec *old) {
  AggregateSpec *spec = ARENA_NEW(r->arena, AggregateSpec);
  *spec = *old;
  spec->windows = NULL;
  spec->parts = NULL;
  spec->n_keys = 0;
  spec->keys = ARENA_ARRAY(r->arena, uint32_t, old->n_keys);
  spec->aggs = ARENA_ARRAY(r->arena, AggCall, old->n_aggs);
  if (old->n_aggs > 0) memcpy(spec->aggs, old->aggs, old->n_aggs * sizeof *spec->aggs);
  return spec;
}

/* The columns of the old aggregate over those of the new one, agg, or what filters it.  keys[i]:
 * what key i is computed as; NULL: it is a key, a part of a window. */
static Node *in_old_order(const RuleContext *r, const Node *old, Node *top, Expr *const *keys) {
  const AggregateSpec *spec = old->u.agg;
  Expr **outputs = ARENA_ARRAY(r->arena, Expr *, old->n_fields);
  uint32_t n_keys = 0, n_plain = 0;
  for (uint32_t i = 0; i < spec->n_keys; i++) {
    n_plain += keys[i] == NULL && spec->parts[i] == PART_NONE;
  }
  for (uint32_t i = 0; i < spec->n_keys; i++) {
    if (keys[i] != NULL) {
      outputs[i] = keys[i];
    } else if (spec->parts[i] == PART_NONE) {
      outputs[i] = field_ref(r->arena, top, n_keys++, old->span);
    } else {
      outputs[i] =
          field_ref(r->arena, top, n_plain + spec->n_aggs + spec->parts[i] - PART_START, old->span);
    }
  }
  for (uint32_t i = 0; i < spec->n_aggs; i++) {
    outputs[spec->n_keys + i] = field_ref(r->arena, top, n_plain + i, spec->aggs[i].span);
  }
  return node_project(r->arena, top, outputs, old->fields, old->n_fields, old->span);
}

static Node *fused(Fusion *f) {
  const RuleContext *r = f->r;
  const AggregateSpec *old = f->aggregate->u.agg;
  Node *below;
  Expr *filter, **keys = ARENA_ARRAY(r->arena, Expr *, old->n_keys);
  f->spec = copy_spec(r, old);
  fill_below(f);
  LateRows *late = carry_late(f);
  split_filter(f, &below, &filter);
  Node *project = node_project(r->arena, below, f->exprs, f->fields, f->n, f->aggregate->span);
  Node *agg =
      node_window_aggregate(r->arena, project, f->spec, agg_names(r, old), f->aggregate->span);
  agg->late = late;
  for (uint32_t i = 0; i < old->n_keys; i++) {
    if (old->parts[i] == PART_NONE && is_above(f, i))
      keys[i] = above(f, input_expr(f, old->keys[i]));
  }
  Node *top = filter != NULL ? node_filter(r->arena, agg, filter) : agg;
  return in_old_order(r, f->aggregate, top, keys);
}

/* The windows come with the rows. */
static Node *attached(const RuleContext *r, const Node *node) {
  const AggregateSpec *old = node->u.agg;
  AggregateSpec *spec = copy_spec(r, old);
  WindowSpec *w = &spec->window;
  *w = (WindowSpec){.kind = WINDOW_ATTACHED,
                    .time_type = old->windows->time_type,
                    .processing_time = old->windows->processing_time};
  for (uint32_t i = old->n_keys; i-- > 0;) {
    if (old->parts[i] == PART_START) w->start_col = old->keys[i];
    if (old->parts[i] == PART_END) w->end_col = old->keys[i];
  }
  for (uint32_t i = 0; i < old->n_keys; i++) {
    if (old->parts[i] == PART_NONE) spec->keys[spec->n_keys++] = old->keys[i];
  }
  Expr **keys = ARENA_ARRAY(r->arena, Expr *, old->n_keys);
  Node *agg = node_window_aggregate(r->arena, node->inputs[0], spec, agg_names(r, old), node->span);
  agg->late = node->late;
  return in_old_order(r, node, agg, keys);
}

/* --- the rule ------------------------------------------------------------------------ */

/* Why a window of rows cannot be counted by an aggregation. */
static Code refuse_rows(const Fusion *f) {
  Error *err = f->r->err;
  const char *name = window_name(f->aggregate->u.agg->windows);
  const Expr *condition = f->tvf != NULL ? blocking_condition(f) : NULL;
  if (condition != NULL) {
    FAIL(err, ERR_UNSUPPORTED, condition->span,
         "a condition between %s and its GROUP BY is not built", name);
    error_hint(err,
               "filter rows before they are counted: TABLE (SELECT ... WHERE ...); or in the "
               "aggregate: FILTER (WHERE ...)");
    return ERR_UNSUPPORTED;
  }
  if (f->tvf != NULL && !keys_are_partition(f)) {
    FAIL(err, ERR_UNSUPPORTED, f->aggregate->span,
         "GROUP BY of %s takes the columns of its PARTITION BY, and no others", name);
    error_hint(err, "%s(TABLE t PARTITION BY k, ...) with GROUP BY window_start, window_end, k",
               name);
    return ERR_UNSUPPORTED;
  }
  const Expr *e = f->tvf != NULL ? blocking_expr(f) : NULL;
  FAIL(err, ERR_UNSUPPORTED, e != NULL ? e->span : f->aggregate->span,
       e != NULL ? "window columns of %s in an aggregate are not built"
                 : "GROUP BY must stand right over %s",
       name);
  return ERR_UNSUPPORTED;
}

static Code refuse_half(const Fusion *f) {
  Error *err = f->r->err;
  FAIL(err, ERR_TYPE, f->aggregate->span,
       "one end does not decide the window of SESSION: sessions of several keys");
  error_hint(err, "group by window_start and window_end, or by the columns of PARTITION BY");
  return ERR_TYPE;
}

static Code by_windows(const RuleContext *r, Node **node) {
  Fusion f = {.r = r, .aggregate = *node};
  if ((*node)->kind != NODE_AGGREGATE || (*node)->u.agg->windows == NULL) return OK;
  const AggregateSpec *agg = (*node)->u.agg;
  bool right_above = find_parts(&f) && has_its_windows(&f);
  if (!right_above) f.tvf = NULL;
  if (right_above && can_fuse(&f)) {
    *node = fused(&f);
    return OK;
  }
  if (agg->windows->kind == WINDOW_ROWS) return refuse_rows(&f);
  if (agg->windows->kind == WINDOW_SESSION && agg->half) return refuse_half(&f);
  *node = attached(r, *node);
  return OK;
}

Code rule_window_aggregates(const RuleContext *r, Node **roots, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) TRY(rewrite_tree(r, &roots[i], by_windows));
  return OK;
}
