/* bind_window_group.c -- GROUP BY by windows: which windows the keys mean, and the clauses that say
 * when results come. */
#include "planner/bind_group.h"
#include "planner/bind_window.h"

#include <string.h>

static const char *const part_names[] = {
    [PART_START] = "window_start", [PART_END] = "window_end", [PART_TIME] = "window_time"};

/* The part of these windows that e is; spec NULL: of any. */
static WindowPart part_of(const Relation *rel, const Expr *e, const WindowSpec *spec) {
  if (e->kind != EXPR_COLUMN) return PART_NONE;
  const WindowLineage *w = &rel->cols[e->column].window;
  return w->part == PART_NONE || spec == NULL || window_same(w->spec, spec) ? w->part : PART_NONE;
}

/* --- the other end of the windows ----------------------------------------------------- */

static Code undecided(Binder *b, const char *clause, const WindowSpec *spec, Span span) {
  FAIL(b->err, ERR_TYPE, span, "%s window_start does not decide the window of %s", clause,
       window_name(spec));
  error_hint(b->err, "its windows begin together: take window_end, or both");
  return ERR_TYPE;
}

/* start from end, or end from start. */
static Code shift(Binder *b, const WindowSpec *spec, WindowPart part, Expr *from, Expr **out) {
  Expr **args = ARENA_ARRAY(b->arena, Expr *, 2);
  args[0] = from;
  args[1] =
      expr_const(b->arena, value_int(type_of(TYPE_INTERVAL_SECOND), spec->size_us), from->span);
  TRY(bind_func(b, part == PART_END ? "+" : "-", from->span, args, 2, out));
  const Type type = window_field(0, spec).type;
  *out = expr_cast_node(b->arena, *out, type, false, from->span);
  return OK;
}

/* A part that is no key: another column, or computed. */
static Code missing_part(Binder *b, const Relation *rel, const char *clause, const WindowSpec *spec,
                         WindowPart part, Expr *other, Expr **out) {
  for (uint32_t i = 0; i < rel->n_cols; i++) {
    Expr *e = expr_column(b->arena, i, rel->cols[i].type, other->span);
    e->name = rel->cols[i].name;
    *out = e;
    if (part_of(rel, e, spec) == part) return OK;
  }
  bool regular = spec->kind == WINDOW_TUMBLE || spec->kind == WINDOW_HOP;
  if (regular && part_of(rel, other, spec) != PART_TIME) return shift(b, spec, part, other, out);
  FAIL(b->err, ERR_TYPE, other->span, "%s has %s, and there is no %s of %s beside it", clause,
       part_names[part_of(rel, other, spec)], part_names[part], window_name(spec));
  error_hint(b->err, "let the subquery pass on window_start and window_end");
  return ERR_TYPE;
}

/* --- the windows ---------------------------------------------------------------------- */

/* The window function whose rows these are. */
static const WindowSpec *rows_of_windows(const Node *n) {
  while (n->kind == NODE_PROJECT || n->kind == NODE_FILTER) n = n->inputs[0];
  return n->kind == NODE_WINDOW_TVF ? &n->u.window : NULL;
}

static void note_no_windows(Binder *b, const Relation *rel, const char *clause) {
  const WindowSpec *spec = rows_of_windows(rel->node);
  if (spec == NULL || spec->kind == WINDOW_ROWS) return;
  bind_note(b, "%s without window_start and window_end: not by the windows of %s", clause,
            window_name(spec));
}

Code bind_group_windows(Binder *b, const Relation *rel, const char *clause, GroupKeys *keys,
                        GroupWindows *out) {
  Expr *parts[PART_TIME + 1] = {NULL};
  *out = (GroupWindows){NULL, false};
  for (uint32_t i = 0; i < keys->n; i++) {
    Expr *e = keys->items[i];
    WindowPart part = part_of(rel, e, out->spec);
    if (part == PART_NONE) continue;
    if (out->spec == NULL) out->spec = rel->cols[e->column].window.spec;
    if (parts[part] == NULL) parts[part] = e;
  }
  if (out->spec == NULL) {
    note_no_windows(b, rel, clause);
    return OK;
  }
  Expr *start = parts[PART_START], *end = parts[PART_END];
  out->half = start == NULL || end == NULL;
  if (!out->half) return OK;
  Expr *given = start != NULL ? start : end != NULL ? end : parts[PART_TIME];
  bool by_end = end != NULL || parts[PART_TIME] != NULL;
  if (out->spec->kind == WINDOW_CUMULATE && !by_end) {
    return undecided(b, clause, out->spec, given->span);
  }
  if (start == NULL) {
    TRY(missing_part(b, rel, clause, out->spec, PART_START, given, &start));
    TRY(bind_add_key(b, keys, start));
  }
  if (end == NULL) {
    TRY(missing_part(b, rel, clause, out->spec, PART_END, given, &end));
    TRY(bind_add_key(b, keys, end));
  }
  bind_note(b, "%s has %s without %s: taken as the window, which it decides", clause,
            part_names[part_of(rel, given, out->spec)],
            part_names[parts[PART_START] != NULL ? PART_END : PART_START]);
  return OK;
}

void bind_mark_windows(Binder *b, const Relation *rel, const GroupWindows *w, const GroupKeys *keys,
                       AggregateSpec *spec) {
  WindowPart *parts = ARENA_ARRAY(b->arena, WindowPart, spec->n_keys);
  bool has[PART_TIME + 1] = {false};
  if (w->spec == NULL) return;
  for (uint32_t i = 0; i < keys->n; i++) {
    parts[i] = part_of(rel, keys->items[i], w->spec);
    has[parts[i]] = true;
  }
  /* One that is computed is the last. */
  if (!has[PART_START] || !has[PART_END])
    parts[keys->n - 1] = has[PART_START] ? PART_END : PART_START;
  spec->windows = w->spec;
  spec->parts = parts;
  spec->half = w->half;
}

/* --- when results come ---------------------------------------------------------------- */

static Code bind_length(Binder *b, const AstExpr *ast, const char *what, Micros *out) {
  TRY(bind_duration(b, ast, what, out));
  if (*out > 0 && *out % MICROS_PER_MILLI == 0) return OK;
  return FAIL(b->err, ERR_TYPE, bind_span(b, ast->span), "%s is %s", what,
              *out <= 0 ? "not above zero" : "no whole number of milliseconds");
}

Code bind_emit(Binder *b, const AstEmit *emit, const WindowSpec *windows, EmitSpec *out) {
  const char *clause = emit->every != NULL      ? "EMIT EVERY"
                       : emit->on_update        ? "EMIT ON UPDATE"
                       : emit->lateness != NULL ? "ALLOWED LATENESS"
                                                : NULL;
  if (clause == NULL) return OK;
  Span span = bind_span(b, emit->every != NULL ? emit->every_span
                           : emit->on_update   ? emit->on_update_span
                                               : emit->lateness_span);
  if (windows == NULL) {
    FAIL(b->err, ERR_TYPE, span, "%s without GROUP BY of windows", clause);
    error_hint(b->err, "GROUP BY window_start, window_end of TUMBLE, HOP, CUMULATE or SESSION");
    return ERR_TYPE;
  }
  if (windows->kind == WINDOW_ROWS) {
    return FAIL(b->err, ERR_UNSUPPORTED, span, "%s of %s is not built", clause,
                window_name(windows));
  }
  if (emit->every != NULL && emit->on_update) {
    FAIL(b->err, ERR_TYPE, bind_span(b, emit->on_update_span),
         "EMIT EVERY and EMIT ON UPDATE together");
    error_hint(b->err, "ON UPDATE gives every change already");
    return ERR_TYPE;
  }
  if (emit->lateness != NULL && windows->processing_time) {
    return FAIL(b->err, ERR_TYPE, bind_span(b, emit->lateness_span),
                "ALLOWED LATENESS over processing time, of which no row is late");
  }
  out->on_update = emit->on_update;
  out->every_by_clock = emit->every_processing;
  if (emit->every != NULL) TRY(bind_length(b, emit->every, "EMIT EVERY", &out->every_us));
  if (emit->lateness == NULL) return OK;
  return bind_length(b, emit->lateness, "ALLOWED LATENESS", &out->lateness_us);
}
