/* bind_window_join.c -- which joins are joins of windows, and what each of their conditions does.
 *
 *   l.window_start = r.window_start AND l.window_end = r.window_end   the window
 *   AND l.k = r.k + 1                       a key: hashed, so that partners meet on one worker
 *   AND r.v > 0                             of one side: filtered before, where that is the same
 *   AND l.v < r.v                           the rest: asked of each pair
 *
 * window_time is as good as window_end.  Both sides' windows must be of the same function with the
 * same sizes, since that is what makes equal starts and ends the same window.
 */
#include <string.h>

#include "planner/bind.h"

enum { SIDES = 2 };

typedef struct Joining {
  Binder *b;
  const WindowJoining *j;
  const Relation *sides[SIDES];
  bool *used; /* of the columns of both */
  /* Equal columns: parts[p][side]; is there one? */
  uint32_t parts[PART_TIME + 1][SIDES];
  bool equal[PART_TIME + 1];
  Expr **keys[SIDES]; /* each over its side */
  uint32_t n_keys, cap[SIDES];
  Expr *filters[SIDES]; /* over their side; NULL: none */
  Expr *condition;      /* over both; NULL: none */
} Joining;

/* --- conditions ---------------------------------------------------------------------- */

typedef struct Uses {
  bool sides[SIDES];
} Uses;

static Uses uses_of(const Joining *g, const Expr *e) {
  const uint32_t n_left = g->sides[0]->n_cols, n = n_left + g->sides[1]->n_cols;
  Uses uses = {{false, false}};
  memset(g->used, 0, n * sizeof *g->used);
  expr_columns_used(e, g->used);
  for (uint32_t i = 0; i < n; i++) uses.sides[i >= n_left] |= g->used[i];
  return uses;
}

/* e, which uses one side alone, over that side's columns. */
static Expr *over_side(const Joining *g, Expr *e, int side) {
  const uint32_t n_left = g->sides[0]->n_cols, n = n_left + g->sides[1]->n_cols;
  if (side == 0) return e;
  uint32_t *map = ARENA_ARRAY(g->b->arena, uint32_t, n);
  for (uint32_t i = n_left; i < n; i++) map[i] = i - n_left;
  return expr_remap(g->b->arena, e, map);
}

static WindowLineage window_of(const Joining *g, const Expr *e, int side) {
  const WindowLineage none = {PART_NONE, NULL};
  return e->kind == EXPR_COLUMN ? g->sides[side]->cols[e->column].window : none;
}

/* Are equal values of this type equal keys and the other way round?  NaN is a key, CHAR is padded.
 */
static bool is_exact_key(Type type) {
  return type.kind != TYPE_FLOAT && type.kind != TYPE_DOUBLE && type.kind != TYPE_CHAR;
}

/* left = right, each over its side: of windows, or a key.  *rest: it has to be asked, too. */
static bool take_equality(Joining *g, Expr *left, Expr *right, bool *rest) {
  Expr *both[SIDES] = {left, right};
  WindowLineage x = window_of(g, left, 0), y = window_of(g, right, 1);
  *rest = false;
  if (x.part != PART_NONE && x.part == y.part && !g->equal[x.part]) {
    g->equal[x.part] = true;
    for (int s = 0; s < SIDES; s++) g->parts[x.part][s] = both[s]->column;
    return true;
  }
  if (!type_same(left->type, right->type) || expr_may_fail(left) || expr_may_fail(right) ||
      !expr_is_deterministic(left) || !expr_is_deterministic(right)) {
    return false;
  }
  *rest = !is_exact_key(left->type);
  for (int s = 0; s < SIDES; s++) {
    uint32_t n = g->n_keys;
    ARENA_PUSH(g->b->arena, g->keys[s], n, g->cap[s], both[s]);
  }
  g->n_keys++;
  return true;
}

/* Is a row of this side, for which a condition on it alone fails, one that never counts? */
static bool may_filter(JoinKind kind, int side) {
  switch (kind) {
    case JOIN_INNER:
    case JOIN_SEMI:
      return true;
    case JOIN_LEFT:
    case JOIN_ANTI:
      return side == 1;
    case JOIN_RIGHT:
      return side == 0;
    case JOIN_FULL:
      break;
  }
  return false;
}

static void take_condition(Joining *g, Expr *e) {
  Arena *a = g->b->arena;
  if (e->kind == EXPR_AND) {
    for (uint32_t i = 0; i < e->n_args; i++) take_condition(g, e->args[i]);
    return;
  }
  Uses uses = uses_of(g, e);
  bool is_equal = e->kind == EXPR_CALL && strcmp(e->func->name, "=") == 0, rest;
  if (is_equal && uses.sides[0] && uses.sides[1]) {
    Uses first = uses_of(g, e->args[0]), second = uses_of(g, e->args[1]);
    bool apart = first.sides[0] != first.sides[1] && second.sides[0] != second.sides[1];
    int left = first.sides[0] ? 0 : 1;
    if (apart && take_equality(g, e->args[left], over_side(g, e->args[1 - left], 1), &rest) &&
        !rest) {
      return;
    }
  }
  for (int s = 0; s < SIDES; s++) {
    bool guarded = g->condition != NULL && expr_may_fail(e); /* x <> y AND 1 / x > 2 */
    if (!uses.sides[s] || uses.sides[1 - s] || guarded || !may_filter(g->j->kind, s)) continue;
    if (!expr_is_deterministic(e)) continue;
    g->filters[s] = expr_and(a, g->filters[s], over_side(g, e, s));
    return;
  }
  g->condition = expr_and(a, g->condition, e);
}

/* --- windows ------------------------------------------------------------------------- */

static const char *column_text(Binder *b, const Relation *rel, uint32_t column) {
  const RelColumn *c = &rel->cols[column];
  if (c->table.name == NULL) return c->name;
  return arena_printf(b->arena, "%s.%s", c->table.name, c->name);
}

/* Which equality of the two ends of the windows is missing. */
static void hint_missing(const Joining *g, WindowPart part) {
  const char *name = part == PART_START ? "window_start" : "window_end";
  uint32_t columns[SIDES];
  for (int s = 0; s < SIDES; s++) {
    if (relation_part(g->sides[s], part, &columns[s])) continue;
    error_hint(g->b->err, "a join of windows also has equal %s, which the %s side does not give",
               name, s == 0 ? "left" : "right");
    return;
  }
  error_hint(g->b->err, "a join of windows also has %s = %s",
             column_text(g->b, g->sides[0], columns[0]),
             column_text(g->b, g->sides[1], columns[1]));
}

static Code not_of_windows(const Joining *g) {
  const bool start = g->equal[PART_START], end = g->equal[PART_END] || g->equal[PART_TIME];
  Binder *b = g->b;
  if (strcmp(g->j->what, "join") == 0) {
    FAIL(b->err, ERR_UNSUPPORTED, g->j->span, "a regular join is not built yet");
  } else {
    FAIL(b->err, ERR_UNSUPPORTED, g->j->span, "%s without equal windows is not built yet",
         g->j->what);
  }
  if (start || end) {
    hint_missing(g, start ? PART_END : PART_START);
  } else {
    error_hint(b->err,
               "joins of windows are: window_start and window_end of one side equal to those of "
               "the other");
  }
  return ERR_UNSUPPORTED;
}

static const char *window_text(Binder *b, const WindowSpec *w) {
  StrBuf text;
  strbuf_init(&text, 0);
  window_print_attached(w, NULL, NULL, &text);
  return strbuf_keep(&text, b->arena);
}

/* window_time stands for window_end; that must be there for the operator. */
static Code settle_end(Joining *g) {
  if (g->equal[PART_END]) return OK;
  for (int s = 0; s < SIDES; s++) {
    if (!relation_part(g->sides[s], PART_END, &g->parts[PART_END][s])) return not_of_windows(g);
  }
  return OK;
}

static Code check_windows(Joining *g, const WindowSpec *specs[SIDES]) {
  Binder *b = g->b;
  if (!g->equal[PART_START] || !(g->equal[PART_END] || g->equal[PART_TIME])) {
    return not_of_windows(g);
  }
  TRY(settle_end(g));
  for (int s = 0; s < SIDES; s++) {
    specs[s] = g->sides[s]->cols[g->parts[PART_START][s]].window.spec;
  }
  if (specs[0]->kind == WINDOW_ROWS) {
    return bind_not_built(b, g->j->span, "a join of windows of rows");
  }
  if (specs[0]->processing_time || specs[1]->processing_time) {
    return bind_not_built(b, g->j->span, "a join of windows of processing time");
  }
  if (window_same(specs[0], specs[1])) return OK;
  FAIL(b->err, ERR_TYPE, g->j->span, "the windows of the two sides differ: %s and %s",
       window_text(b, specs[0]), window_text(b, specs[1]));
  error_hint(b->err, specs[0]->time_type.kind != specs[1]->time_type.kind
                         ? "one is of TIMESTAMP, the other of TIMESTAMP_LTZ"
                         : "a join of windows has the same function and sizes on both sides");
  return ERR_TYPE;
}

/* --- building ------------------------------------------------------------------------ */

/* The side's rows, with a column for each key that is not one. */
static Node *build_side(const Joining *g, int side, WindowJoinSide *out) {
  Arena *a = g->b->arena;
  const Relation *rel = g->sides[side];
  Node *node = rel->node;
  uint32_t n = rel->n_cols;
  if (g->filters[side] != NULL) node = node_filter(a, node, g->filters[side]);
  Expr **exprs = ARENA_ARRAY(a, Expr *, n + g->n_keys);
  FormatField *fields = ARENA_ARRAY(a, FormatField, n + g->n_keys);
  for (uint32_t i = 0; i < n; i++) {
    exprs[i] = field_ref(a, node, i, node->span);
    fields[i] = node->fields[i];
  }
  out->keys = ARENA_ARRAY(a, uint32_t, g->n_keys);
  for (uint32_t i = 0; i < g->n_keys; i++) {
    Expr *key = g->keys[side][i];
    out->keys[i] = key->kind == EXPR_COLUMN ? key->column : n;
    if (key->kind == EXPR_COLUMN) continue;
    exprs[n] = key;
    fields[n++] = (FormatField){arena_printf(a, "$key%u", i), key->type};
  }
  out->start = g->parts[PART_START][side];
  out->end = g->parts[PART_END][side];
  return n == rel->n_cols ? node : node_project(a, node, exprs, fields, n, node->span);
}

/* The columns of both sides, without those that were added for keys. */
static Node *drop_keys(const Joining *g, Node *join, uint32_t n_left) {
  Arena *a = g->b->arena;
  const uint32_t n = g->sides[0]->n_cols;
  const uint32_t n_right = join_has_right(g->j->kind) ? g->sides[1]->n_cols : 0;
  if (join->n_fields == n + n_right) return join;
  Expr **exprs = ARENA_ARRAY(a, Expr *, n + n_right);
  FormatField *fields = ARENA_ARRAY(a, FormatField, n + n_right);
  for (uint32_t i = 0; i < n + n_right; i++) {
    uint32_t column = i < n ? i : n_left + i - n;
    exprs[i] = field_ref(a, join, column, join->span);
    fields[i] = join->fields[column];
  }
  return node_project(a, join, exprs, fields, n + n_right, join->span);
}

static Node *build(const Joining *g, const WindowSpec *specs[SIDES]) {
  Arena *a = g->b->arena;
  const uint32_t n = g->sides[0]->n_cols, n_right = g->sides[1]->n_cols;
  WindowJoin *join = ARENA_NEW(a, WindowJoin);
  join->kind = g->j->kind;
  join->n_keys = g->n_keys;
  Node *left = build_side(g, 0, &join->left), *right = build_side(g, 1, &join->right);
  join->left.window = specs[0];
  join->right.window = specs[1];
  if (g->condition != NULL) {
    uint32_t *map = ARENA_ARRAY(a, uint32_t, n + n_right);
    for (uint32_t i = 0; i < n + n_right; i++) map[i] = i < n ? i : left->n_fields + i - n;
    join->condition = expr_remap(a, g->condition, map);
  }
  Node *node = node_window_join(a, left, right, join, g->j->span);
  return drop_keys(g, node, left->n_fields);
}

/* What became of windows and times: rows of a side without partner have no window of the other. */
static void settle_lineage(const Joining *g, const WindowSpec *spec, Relation *rel) {
  for (uint32_t i = 0; i < rel->n_cols; i++) {
    RelColumn *c = &rel->cols[i];
    bool lost = i < g->sides[0]->n_cols ? join_pads_left(g->j->kind) : join_pads_right(g->j->kind);
    if (c->window.part != PART_NONE) c->window.spec = spec; /* they are the same */
    if (lost) c->window = (WindowLineage){PART_NONE, NULL};
    if (c->time.origins != NULL || (lost && c->time.is_window_time)) {
      c->time = (TimeLineage){.lost = "a join"};
    }
  }
}

Code bind_window_join(Binder *b, const WindowJoining *j, Expr *condition, Relation *out) {
  Joining g = {.b = b, .j = j, .sides = {j->left, j->right}};
  const WindowSpec *specs[SIDES] = {NULL, NULL};
  Relation rel;
  g.used = ARENA_ARRAY(b->arena, bool, j->left->n_cols + j->right->n_cols);
  if (condition != NULL) take_condition(&g, condition);
  TRY(check_windows(&g, specs));
  Node *node = build(&g, specs);
  TRY(join_columns(b, j->kind, j->left, j->right, j->span, &rel));
  if (!join_has_right(j->kind)) rel.n_cols = j->left->n_cols;
  rel.node = node;
  settle_lineage(&g, specs[0], &rel);
  *out = rel;
  return OK;
}
