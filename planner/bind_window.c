/* bind_window.c -- window functions in FROM, by position or by name:
 *
 *   TUMBLE(TABLE t, DESCRIPTOR(ts), size [, offset])
 *   HOP(TABLE t, DESCRIPTOR(ts), slide, size [, offset])
 *   CUMULATE(TABLE t, DESCRIPTOR(ts), step, size [, offset [, only on update]])
 *   SESSION(TABLE t [PARTITION BY k, ...], DESCRIPTOR(ts), gap [, longest])
 *   TUMBLE_ROWS(TABLE t [PARTITION BY k, ...], rows)
 *   HOP_ROWS(TABLE t [PARTITION BY k, ...], slide, rows)
 *
 * The last argument of SESSION and the windows of rows are weir's own.
 */
#include "planner/bind_window.h"
#include "planner/bind_group.h"

#include <string.h>

/* Which argument stands at which place; the first n_needed must be there. */
typedef struct WindowFunc {
  const char *name;
  WindowKind kind;
  uint32_t n_args, n_needed;
  WindowArg order[6];
  const char *example;
} WindowFunc;

static const WindowFunc functions[] = {
    {"TUMBLE",
     WINDOW_TUMBLE,
     4,
     3,
     {ARG_DATA, ARG_TIMECOL, ARG_SIZE, ARG_OFFSET},
     "TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND)"},
    {"HOP",
     WINDOW_HOP,
     5,
     4,
     {ARG_DATA, ARG_TIMECOL, ARG_SLIDE, ARG_SIZE, ARG_OFFSET},
     "HOP(TABLE t, DESCRIPTOR(ts), slide, size), both intervals"},
    {"CUMULATE",
     WINDOW_CUMULATE,
     6,
     4,
     {ARG_DATA, ARG_TIMECOL, ARG_STEP, ARG_SIZE, ARG_OFFSET, ARG_ON_UPDATE},
     "CUMULATE(TABLE t, DESCRIPTOR(ts), step, size), both intervals"},
    {"SESSION",
     WINDOW_SESSION,
     4,
     3,
     {ARG_DATA, ARG_TIMECOL, ARG_GAP, ARG_MAXSIZE},
     "SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' SECOND)"},
    {"TUMBLE_ROWS",
     WINDOW_ROWS,
     2,
     2,
     {ARG_DATA, ARG_ROWS},
     "TUMBLE_ROWS(TABLE t PARTITION BY k, 100)"},
    {"HOP_ROWS",
     WINDOW_ROWS,
     3,
     3,
     {ARG_DATA, ARG_SLIDE, ARG_ROWS},
     "HOP_ROWS(TABLE t PARTITION BY k, 10, 100): every 10 rows the last 100"},
};

/* --- arguments ----------------------------------------------------------------------- */

static Code find_function(Binder *b, const AstCall *call, const WindowFunc **out) {
  const char *name = call->name.items[call->name.n - 1].text, *near = NULL;
  uint32_t distance = 0;
  for (size_t i = 0; i < COUNT_OF(functions); i++) {
    *out = &functions[i];
    if (text_eq_nocase(name, functions[i].name)) return OK;
    nearest_name_offer(name, functions[i].name, &near, &distance);
  }
  FAIL(b->err, ERR_NAME, bind_span(b, call->name.span), "no table function \"%s\"", name);
  if (near != NULL) error_hint(b->err, "did you mean \"%s\"?", near);
  return ERR_NAME;
}

static Code place_named(Binder *b, const WindowFunc *f, const AstArg *arg, WindowCall *w) {
  const char *near = NULL;
  uint32_t distance = 0;
  for (uint32_t i = 0; i < f->n_args; i++) {
    const WindowArg which = f->order[i];
    const char *name = window_arg_name(which);
    if (!text_eq_nocase(arg->name.text, name)) {
      nearest_name_offer(arg->name.text, name, &near, &distance);
      continue;
    }
    if (w->args[which] != NULL) {
      return FAIL(b->err, ERR_NAME, bind_span(b, arg->name.span), "%s is given twice", name);
    }
    w->args[which] = arg->value;
    return OK;
  }
  FAIL(b->err, ERR_NAME, bind_span(b, arg->name.span), "%s has no argument \"%s\"", f->name,
       arg->name.text);
  if (near != NULL) error_hint(b->err, "did you mean \"%s\"?", near);
  return ERR_NAME;
}

/* How many columns follow PARTITION BY a without parentheses: a comma might as well end the
 * argument there, so they come as arguments. */
static uint32_t partition_columns(const AstCall *call) {
  const AstExpr *data = call->args.n > 0 ? call->args.items[0].value : NULL;
  uint32_t n = 0;
  if (data == NULL || data->kind != AST_TABLE_ARG || data->table_arg->partition_by.n == 0) return 0;
  while (n + 1 < call->args.n && call->args.items[n + 1].value->kind == AST_COLUMN &&
         call->args.items[n + 1].name.text == NULL) {
    n++;
  }
  return n;
}

static Code place_args(Binder *b, const WindowFunc *f, const AstCall *call, WindowCall *w) {
  w->more = call->args.items + 1;
  w->n_more = partition_columns(call);
  for (uint32_t k = 0; k < call->args.n; k++) {
    if (k > 0 && k <= w->n_more) continue;
    const AstArg *arg = &call->args.items[k];
    const uint32_t i = k > 0 ? k - w->n_more : 0;
    bool named = arg->name.text != NULL;
    if (named != (call->args.items[0].name.text != NULL)) {
      return FAIL(b->err, ERR_SYNTAX, bind_span(b, arg->value->span),
                  "named and positional arguments together");
    }
    if (named) {
      TRY(place_named(b, f, arg, w));
    } else if (i < f->n_args) {
      w->args[f->order[i]] = arg->value;
    } else {
      return FAIL(b->err, ERR_TYPE, bind_span(b, arg->value->span), "%s takes at most %u arguments",
                  f->name, f->n_args);
    }
  }
  for (uint32_t i = 0; i < f->n_needed; i++) {
    if (w->args[f->order[i]] != NULL) continue;
    FAIL(b->err, ERR_TYPE, w->span, "%s needs %s", f->name, window_arg_name(f->order[i]));
    error_hint(b->err, "%s", f->example);
    return ERR_TYPE;
  }
  return OK;
}

/* --- the table ----------------------------------------------------------------------- */

/* Does the function keep windows for each key? */
static bool is_partitioned(const WindowCall *w) {
  return w->kind == WINDOW_SESSION || w->kind == WINDOW_ROWS;
}

static Code check_table_arg(Binder *b, const WindowCall *w, const AstTableArg *arg, Span span) {
  bool partition = arg->partition_by.n > 0 && !is_partitioned(w);
  if (!partition && arg->order_by.n == 0) return OK;
  FAIL(b->err, ERR_TYPE, bind_span(b, span), "%s takes no %s", w->name,
       is_partitioned(w) ? "ORDER BY" : "PARTITION BY or ORDER BY");
  if (partition) error_hint(b->err, "GROUP BY the columns together with window_start, window_end");
  return ERR_TYPE;
}

static Code bind_partition(Binder *b, const WindowCall *w, const AstTableArg *arg,
                           const Relation *rel, WindowSpec *spec) {
  const ExprScope scope = {.rel = rel, .clause = "PARTITION BY"};
  const uint32_t n = arg->partition_by.n;
  uint32_t *columns = ARENA_ARRAY(b->arena, uint32_t, n + w->n_more);
  for (uint32_t i = 0; i < n + w->n_more; i++) {
    const AstExpr *ast = i < n ? arg->partition_by.items[i] : w->more[i - n].value;
    Expr *e;
    TRY(bind_expr(b, &scope, ast, &e));
    if (e->kind != EXPR_COLUMN) {
      FAIL(b->err, ERR_TYPE, bind_span(b, ast->span), "PARTITION BY of %s takes columns", w->name);
      error_hint(b->err, "compute it in a subquery: TABLE (SELECT *, a + 1 AS k FROM t)");
      return ERR_TYPE;
    }
    bool known = false;
    for (uint32_t k = 0; k < spec->n_partition; k++) known |= columns[k] == e->column;
    if (!known) columns[spec->n_partition++] = e->column;
  }
  spec->partition = columns;
  return OK;
}

static Code bind_data(Binder *b, const WindowCall *w, Relation *rel, WindowSpec *spec) {
  const AstExpr *ast = w->args[ARG_DATA];
  if (ast->kind == AST_SUBQUERY) return bind_query(b, ast->query, rel);
  if (ast->kind != AST_TABLE_ARG) {
    FAIL(b->err, ERR_TYPE, bind_span(b, ast->span), "the first argument of %s is no table",
         w->name);
    error_hint(b->err, "write TABLE before its name");
    return ERR_TYPE;
  }
  const AstTableArg *arg = ast->table_arg;
  TRY(check_table_arg(b, w, arg, ast->span));
  TRY(bind_from(b, arg->table, rel));
  return bind_partition(b, w, arg, rel, spec);
}

static Code bind_time_column(Binder *b, const WindowCall *w, Relation *rel, WindowSpec *spec) {
  const AstExpr *ast = w->args[ARG_TIMECOL];
  if (ast == NULL) return OK; /* a window of rows */
  if (ast->kind != AST_DESCRIPTOR || ast->descriptor.n != 1) {
    return FAIL(b->err, ERR_TYPE, bind_span(b, ast->span),
                "the time column of %s is one DESCRIPTOR(column)", w->name);
  }
  AstName name = ast->descriptor.items[0];
  const AstPath path = {.items = &name, .n = 1, .span = name.span};
  uint32_t column;
  TRY(relation_find(b, rel, &path, &column));
  return bind_window_time(b, rel, column, name.span, spec);
}

/* --- the call ------------------------------------------------------------------------ */

/* The window's own columns may not stand in the input already. */
static Code check_names(Binder *b, const WindowCall *w, const Relation *rel,
                        const WindowSpec *spec) {
  for (uint32_t i = 0; i < rel->n_cols; i++) {
    for (uint32_t k = 0; k < window_columns(spec); k++) {
      if (strcmp(rel->cols[i].name, window_field(k, spec).name) != 0) continue;
      FAIL(b->err, ERR_NAME, bind_span(b, w->args[ARG_DATA]->span),
           "the input of %s has a column \"%s\" already", w->name, rel->cols[i].name);
      error_hint(b->err, "give it an alias");
      return ERR_NAME;
    }
  }
  return OK;
}

Relation bind_window_relation(Binder *b, const Relation *input, const WindowSpec *spec,
                              const char *prefix, Span span) {
  const uint32_t n = input->n_cols, n_window = window_columns(spec);
  Node *node = node_window_tvf(b->arena, input->node, *spec, span);
  Relation out = relation_of(b, node, (ObjectName){NULL, NULL});
  memcpy(out.cols, input->cols, n * sizeof *out.cols);
  out.n_cols = n;
  relation_lose_time(&out, "a window function");
  out.n_cols = n + n_window;
  for (uint32_t i = 0; i < n; i++) {
    out.cols[i].window = (WindowLineage){PART_NONE, NULL};
    out.cols[i].time.of_window = window_has_time(spec) && i == spec->time_col;
  }
  for (uint32_t i = 0; i < n_window; i++) {
    RelColumn *c = &out.cols[n + i];
    c->name = arena_printf(b->arena, "%s%s", prefix, c->name);
    c->window = (WindowLineage){(WindowPart)(PART_START + i), &node->u.window};
    if (n > 0) c->table = input->cols[0].table;
  }
  if (n_window < WINDOW_COLUMNS) return out;
  out.cols[n + 2].time.is_window_time = true;
  out.cols[n + 2].time.is_clock = spec->processing_time;
  return out;
}

Code bind_window_call(Binder *b, const AstCall *call, Span span, Relation *out) {
  const WindowFunc *f;
  TRY(find_function(b, call, &f));
  WindowCall w = {.kind = f->kind, .name = f->name, .span = bind_span(b, span)};
  WindowSpec spec = {.kind = f->kind};
  Relation rel;
  TRY(place_args(b, f, call, &w));
  TRY(bind_data(b, &w, &rel, &spec));
  TRY(check_names(b, &w, &rel, &spec));
  TRY(bind_time_column(b, &w, &rel, &spec));
  TRY(bind_window_sizes(b, &w, &spec));
  *out = bind_window_relation(b, &rel, &spec, "", w.span);
  if (spec.kind != WINDOW_SESSION || !rows_may_be_late(rel.node)) return OK;
  return bind_late_rows(b, &rel, w.span, &out->node->late);
}
