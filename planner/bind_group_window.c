/* bind_group_window.c -- windows as they were written before there were window functions:
 *
 *   SELECT k, TUMBLE_START(ts, INTERVAL '1' MINUTE), SUM(v)
 *   FROM t GROUP BY k, TUMBLE(ts, INTERVAL '1' MINUTE)
 *
 * FROM t becomes FROM TUMBLE(TABLE t, ...), whose columns nothing but these calls can name; for
 * SESSION the other keys are the partition.
 */
#include <stdio.h>
#include <string.h>

#include "parser/ast_print.h"
#include "planner/bind_group.h"
#include "planner/bind_window.h"

struct GroupWindow {
  WindowCall call;
  WindowSpec spec;
  const char *arguments; /* "ts, INTERVAL '1' MINUTE" */
  uint32_t first;        /* column of window_start */
  /* SESSION: keys that are computed, and the columns that they are computed to. */
  Expr **keys;
  uint32_t *columns;
  uint32_t n_keys, cap_keys, cap_columns;
};

typedef struct GroupFunc {
  const char *name;
  WindowKind kind;
  uint32_t n_args;
  WindowArg order[3];
  const char *arguments;
} GroupFunc;

static const GroupFunc functions[] = {
    {"TUMBLE", WINDOW_TUMBLE, 2, {ARG_TIMECOL, ARG_SIZE}, "ts, size"},
    {"HOP", WINDOW_HOP, 3, {ARG_TIMECOL, ARG_SLIDE, ARG_SIZE}, "ts, slide, size"},
    {"SESSION", WINDOW_SESSION, 2, {ARG_TIMECOL, ARG_GAP}, "ts, gap"}};

/* What comes behind the name and _. */
typedef enum Helper {
  HELPER_NONE,
  HELPER_START,
  HELPER_END,
  HELPER_ROWTIME,
  HELPER_PROCTIME
} Helper;

/* The function that a name means, itself or by a helper; NULL: none. */
static const GroupFunc *find_function(const char *name, Helper *helper) {
  static const char *const endings[] = {"", "_START", "_END", "_ROWTIME", "_PROCTIME"};
  for (size_t i = 0; i < COUNT_OF(functions); i++) {
    for (size_t k = 0; k < COUNT_OF(endings); k++) {
      char full[24];
      snprintf(full, sizeof full, "%s%s", functions[i].name, endings[k]);
      if (!text_eq_nocase(name, full)) continue;
      *helper = (Helper)k;
      return &functions[i];
    }
  }
  return NULL;
}

static const char *call_name(const AstExpr *ast) {
  bool plain = ast->kind == AST_CALL && ast->call->name.n == 1 && ast->call->over == NULL;
  return plain ? ast->call->name.items[0].text : NULL;
}

bool bind_is_group_window(const char *name) {
  Helper helper;
  return find_function(name, &helper) != NULL;
}

/* --- arguments ----------------------------------------------------------------------- */

static Code place_args(Binder *b, const GroupFunc *f, const AstExpr *ast, WindowCall *w) {
  const AstCall *call = ast->call;
  *w = (WindowCall){.kind = f->kind, .name = f->name, .span = bind_span(b, ast->span)};
  if (call->args.n != f->n_args || call->star || call->distinct) {
    FAIL(b->err, ERR_TYPE, w->span, "%s takes %u arguments", call->name.items[0].text, f->n_args);
    error_hint(b->err, "%s(%s)", call->name.items[0].text, f->arguments);
    return ERR_TYPE;
  }
  for (uint32_t i = 0; i < f->n_args; i++) w->args[f->order[i]] = call->args.items[i].value;
  return OK;
}

static Code find_time(Binder *b, const Relation *rel, const WindowCall *w, uint32_t *column) {
  const AstExpr *ast = w->args[ARG_TIMECOL];
  if (ast->kind == AST_COLUMN) return relation_find(b, rel, &ast->column, column);
  FAIL(b->err, ERR_TYPE, bind_span(b, ast->span), "the time of %s is a column", w->name);
  error_hint(b->err, "a subquery can make one of the clock: (SELECT *, PROCTIME() AS p FROM t)");
  return ERR_TYPE;
}

/* --- FROM ---------------------------------------------------------------------------- */

/* The keys of a SESSION beside it become its partition; those that are computed get columns. */
static Code bind_session_keys(Binder *b, const AstSelect *select, const AstExpr *session,
                              Relation *rel, GroupWindow *w) {
  const ExprScope scope = {.rel = rel, .clause = "GROUP BY"};
  uint32_t *partition = NULL, cap = 0, n_cols = rel->n_cols;
  for (uint32_t i = 0; i < select->group_by.n; i++) {
    const AstGroupItem *item = select->group_by.items[i];
    for (uint32_t k = 0; k < item->exprs.n; k++) {
      Expr *e;
      if (item->exprs.items[k] == session) continue;
      TRY(bind_expr(b, &scope, item->exprs.items[k], &e));
      e = bind_settle_null(b, e);
      uint32_t column = e->column;
      if (e->kind != EXPR_COLUMN) {
        column = n_cols++;
        uint32_t n = w->n_keys;
        ARENA_PUSH(b->arena, w->columns, n, w->cap_columns, column);
        ARENA_PUSH(b->arena, w->keys, w->n_keys, w->cap_keys, e);
      }
      bool known = false;
      for (uint32_t p = 0; p < w->spec.n_partition; p++) known |= partition[p] == column;
      if (!known) ARENA_PUSH(b->arena, partition, w->spec.n_partition, cap, column);
    }
  }
  w->spec.partition = partition;
  return OK;
}

/* rel with the columns of computed keys behind its own. */
static void add_key_columns(Binder *b, Relation *rel, const GroupWindow *w) {
  Arena *a = b->arena;
  const uint32_t n = rel->n_cols, n_all = n + w->n_keys;
  if (w->n_keys == 0) return;
  Expr **exprs = ARENA_ARRAY(a, Expr *, n_all);
  FormatField *fields = ARENA_ARRAY(a, FormatField, n_all);
  for (uint32_t i = 0; i < n; i++) {
    exprs[i] = field_ref(a, rel->node, i, w->call.span);
    fields[i] = rel->node->fields[i];
  }
  for (uint32_t i = 0; i < w->n_keys; i++) {
    exprs[n + i] = w->keys[i];
    fields[n + i] = (FormatField){arena_printf(a, "$key%u", i), w->keys[i]->type};
  }
  Node *node = node_project(a, rel->node, exprs, fields, n_all, w->call.span);
  Relation wide = relation_of(b, node, (ObjectName){NULL, NULL});
  memcpy(wide.cols, rel->cols, n * sizeof *wide.cols);
  *rel = wide;
}

static const char *arguments_text(Binder *b, const AstCall *call) {
  StrBuf text = {0};
  for (uint32_t i = 0; i < call->args.n; i++) {
    if (i > 0) strbuf_puts(&text, ", ");
    ast_print_expr(&text, call->args.items[i].value);
  }
  return strbuf_keep(&text, b->arena);
}

static Code put_window(Binder *b, const AstSelect *select, const AstExpr *ast, const GroupFunc *f,
                       Relation *rel) {
  GroupWindow *w = ARENA_NEW(b->arena, GroupWindow);
  uint32_t time;
  if (bind_has_sets(select)) {
    FAIL(b->err, ERR_UNSUPPORTED, bind_span(b, ast->span),
         "%s in GROUP BY with grouping sets is not built", f->name);
    error_hint(b->err, "FROM %s(TABLE t, ...) GROUP BY window_start, window_end, ROLLUP (...)",
               f->name);
    return ERR_UNSUPPORTED;
  }
  TRY(place_args(b, f, ast, &w->call));
  w->arguments = arguments_text(b, ast->call);
  TRY(find_time(b, rel, &w->call, &time));
  TRY(bind_window_time(b, rel, time, w->call.args[ARG_TIMECOL]->span, &w->spec));
  TRY(bind_window_sizes(b, &w->call, &w->spec));
  if (f->kind == WINDOW_SESSION) TRY(bind_session_keys(b, select, ast, rel, w));
  add_key_columns(b, rel, w);
  w->first = rel->n_cols;
  Relation out = bind_window_relation(b, rel, &w->spec, "$", w->call.span);
  if (f->kind == WINDOW_SESSION && rows_may_be_late(rel->node)) {
    TRY(bind_late_rows(b, rel, w->call.span, &out.node->late));
  }
  out.group_window = w;
  *rel = out;
  return OK;
}

Code bind_group_window(Binder *b, const AstSelect *select, Relation *rel) {
  const AstExpr *found = NULL;
  const GroupFunc *function = NULL;
  for (uint32_t i = 0; i < select->group_by.n; i++) {
    const AstGroupItem *item = select->group_by.items[i];
    for (uint32_t k = 0; k < item->exprs.n; k++) {
      const char *name = call_name(item->exprs.items[k]);
      Helper helper = HELPER_NONE;
      const GroupFunc *f = name != NULL ? find_function(name, &helper) : NULL;
      if (f == NULL || helper != HELPER_NONE) continue;
      if (found != NULL) {
        return FAIL(b->err, ERR_TYPE, bind_span(b, item->exprs.items[k]->span),
                    "GROUP BY has two windows");
      }
      found = item->exprs.items[k];
      function = f;
    }
  }
  return found != NULL ? put_window(b, select, found, function, rel) : OK;
}

/* --- the calls ----------------------------------------------------------------------- */

static Code other_window(Binder *b, const GroupWindow *w, const char *name, Span span) {
  FAIL(b->err, ERR_TYPE, span, "%s of another window than GROUP BY has", name);
  error_hint(b->err, "it repeats the arguments of %s(%s)", w->call.name, w->arguments);
  return ERR_TYPE;
}

/* Is it the window of the block's GROUP BY? */
static Code check_same(Binder *b, const Relation *rel, const GroupFunc *f, const AstExpr *ast) {
  const GroupWindow *w = rel->group_window;
  const char *name = ast->call->name.items[0].text;
  WindowCall call;
  WindowSpec spec = w->spec;
  uint32_t time;
  TRY(place_args(b, f, ast, &call));
  if (f->kind != w->call.kind) return other_window(b, w, name, call.span);
  TRY(find_time(b, rel, &call, &time));
  TRY(bind_window_sizes(b, &call, &spec));
  if (time == w->spec.time_col && window_same(&spec, &w->spec)) return OK;
  return other_window(b, w, name, call.span);
}

static Code no_window(Binder *b, const GroupFunc *f, const AstExpr *ast) {
  FAIL(b->err, ERR_TYPE, bind_span(b, ast->span), "%s without GROUP BY %s(%s)",
       ast->call->name.items[0].text, f->name, f->arguments);
  error_hint(b->err,
             "or FROM %s(TABLE t, DESCRIPTOR(ts), ...), with the columns window_start, window_end",
             f->name);
  return ERR_TYPE;
}

static Code check_time(Binder *b, const GroupWindow *w, Helper helper, Span span) {
  if (helper != HELPER_ROWTIME && helper != HELPER_PROCTIME) return OK;
  if ((helper == HELPER_PROCTIME) == w->spec.processing_time) return OK;
  FAIL(b->err, ERR_TYPE, span, "%s goes by %s", w->call.name,
       w->spec.processing_time ? "processing time" : "event time");
  error_hint(b->err, "its time is %s_%s", w->call.name,
             w->spec.processing_time ? "PROCTIME" : "ROWTIME");
  return ERR_TYPE;
}

Code bind_group_window_call(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out) {
  Helper helper;
  const Span span = bind_span(b, ast->span);
  const char *name = ast->call->name.items[0].text;
  const GroupFunc *f = find_function(name, &helper);
  const GroupWindow *w = s->rel != NULL ? s->rel->group_window : NULL;
  if (w == NULL) return no_window(b, f, ast);
  TRY(check_same(b, s->rel, f, ast));
  TRY(check_time(b, w, helper, span));
  if (helper == HELPER_NONE && strcmp(s->clause, "GROUP BY") != 0) {
    FAIL(b->err, ERR_TYPE, span, "%s stands in GROUP BY only", name);
    error_hint(b->err, "its ends are %s_START and %s_END", name, name);
    return ERR_TYPE;
  }
  uint32_t column = w->first;
  if (helper == HELPER_END) column += 1;
  if (helper == HELPER_ROWTIME || helper == HELPER_PROCTIME) column += 2;
  *out = expr_column(b->arena, column, s->rel->cols[column].type, span);
  (*out)->name = s->rel->cols[column].name;
  return OK;
}

/* --- the keys ------------------------------------------------------------------------ */

Code bind_group_window_keys(Binder *b, const Relation *rel, GroupKeys *keys) {
  const GroupWindow *w = rel->group_window;
  for (uint32_t i = 1; w != NULL && i < WINDOW_COLUMNS; i++) {
    Expr *e = expr_column(b->arena, w->first + i, rel->cols[w->first + i].type, keys->span);
    e->name = rel->cols[w->first + i].name;
    TRY(bind_add_key(b, keys, e));
  }
  return OK;
}

Expr *bind_group_window_input(Binder *b, const Relation *rel, Expr *key) {
  const GroupWindow *w = rel->group_window;
  for (uint32_t i = 0; w != NULL && i < w->n_keys; i++) {
    if (expr_equal(w->keys[i], key))
      return field_ref(b->arena, rel->node, w->columns[i], key->span);
  }
  return key;
}
