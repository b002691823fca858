/* ast_build_query.c -- builders of queries, of what stands in FROM, and of MATCH_RECOGNIZE. */
#include "parser/ast_build.h"

/* ---- queries ---- */

static AstQuery *query_new(Parse *p, AstQueryKind kind, Span start, uint32_t parts) {
  AstQuery *q = ARENA_NEW(p->arena, AstQuery);
  q->kind = kind;
  q->span = span_to_here(p, start);
  q->depth = node_depth(p, parts, q->span);
  return q;
}

AstQuery *ast_query_parens(Parse *p, Span start, AstQuery *query) {
  query->span = span_to_here(p, start);
  return query;
}

/* Has it clauses of its own around its body? */
static bool has_tail(const AstQuery *q) {
  return q->with.n > 0 || q->order_by.n > 0 || q->limit != NULL || q->offset != NULL;
}

static uint32_t depth_of_ctes(AstCtes list) {
  uint32_t depth = 0;
  for (uint32_t i = 0; i < list.n; i++) depth = deeper(depth, list.items[i].query->depth);
  return depth;
}

AstQuery *ast_query_tail(Parse *p, AstWith *with, AstQuery *query, AstTail *tail) {
  Span start = with != NULL ? with->start : query->span;
  if (has_tail(query)) { /* it was in parentheses */
    AstQuery *outer = query_new(p, AST_QUERY_NESTED, start, query->depth);
    outer->nested = query;
    query = outer;
  }
  query->span = span_to_here(p, start);
  uint32_t parts = 0;
  if (with != NULL) {
    query->with = with->ctes;
    parts = depth_of_ctes(with->ctes);
  }
  if (tail != NULL) {
    query->order_by = tail->order_by;
    query->limit = tail->limit;
    query->offset = tail->offset;
    parts = deeper(parts, depth_of_order(tail->order_by));
    parts = deeper(parts, deeper(depth_of(tail->limit), depth_of(tail->offset)));
  }
  query->depth = deeper(query->depth, node_depth(p, parts, query->span));
  return query;
}

AstQuery *ast_values(Parse *p, Span start, AstExprs rows) {
  AstQuery *q = query_new(p, AST_QUERY_VALUES, start, depth_of_exprs(rows));
  q->rows = rows;
  return q;
}

AstQuery *ast_query_table(Parse *p, Span start, AstTableRef *table) {
  AstQuery *q = query_new(p, AST_QUERY_TABLE, start, table->depth);
  q->table = table;
  return q;
}

AstQuery *ast_set(Parse *p, AstSetOp op, bool all, AstQuery *left, AstQuery *right, Span op_span) {
  AstQuery *q = query_new(p, AST_QUERY_SET, left->span, deeper(left->depth, right->depth));
  q->set.op = op;
  q->set.all = all;
  q->set.left = left;
  q->set.right = right;
  q->set.op_span = op_span;
  return q;
}

AstWith *ast_with(Parse *p, AstWith *with, Span start, AstCte cte) {
  if (with == NULL) {
    with = ARENA_NEW(p->arena, AstWith);
    with->start = start;
  }
  ARENA_PUSH(p->arena, with->ctes.items, with->ctes.n, with->ctes.cap, cte);
  return with;
}

AstTail *ast_tail(Parse *p, AstOrderItems order_by) {
  AstTail *tail = ARENA_NEW(p->arena, AstTail);
  tail->order_by = order_by;
  return tail;
}

AstTail *ast_tail_limit(Parse *p, AstTail *tail, const AstTail *limit) {
  bool twice = (tail->has_limit && limit->has_limit) || (tail->offset && limit->offset);
  if (twice) parse_fail(p, ERR_SYNTAX, limit->span, "LIMIT, OFFSET or FETCH is there twice");
  if (limit->has_limit) {
    tail->has_limit = true;
    tail->limit = limit->limit;
  } else {
    tail->offset = limit->offset;
  }
  return tail;
}

AstTail *ast_limit(Parse *p, Span start, AstExpr *rows) {
  AstTail *tail = ARENA_NEW(p->arena, AstTail);
  tail->span = span_to_here(p, start);
  tail->has_limit = true;
  tail->limit = rows;
  return tail;
}

AstTail *ast_offset(Parse *p, Span start, AstExpr *rows) {
  AstTail *tail = ARENA_NEW(p->arena, AstTail);
  tail->span = span_to_here(p, start);
  tail->offset = rows;
  return tail;
}

AstTail *ast_fetch(Parse *p, Span start, AstExpr *rows) {
  if (rows == NULL) {
    rows = ast_literal(p, AST_LITERAL_INTEGER, start);
    rows->literal.text = "1";
  }
  return ast_limit(p, start, rows);
}

/* ---- SELECT ---- */

static uint32_t depth_of_select(const AstSelect *s) {
  uint32_t depth = deeper(depth_of(s->where), deeper(depth_of(s->having), depth_of(s->qualify)));
  if (s->from != NULL) depth = deeper(depth, s->from->depth);
  for (uint32_t i = 0; i < s->items.n; i++) depth = deeper(depth, s->items.items[i].expr->depth);
  for (uint32_t i = 0; i < s->group_by.n; i++) depth = deeper(depth, s->group_by.items[i]->depth);
  for (uint32_t i = 0; i < s->windows.n; i++)
    depth = deeper(depth, depth_of_window(s->windows.items[i]));
  return depth;
}

AstQuery *ast_select(Parse *p, Span start, AstHints hints, bool distinct, AstSelectItems items,
                     AstTableRef *from, AstExpr *where, AstGroupItems group_by, AstExpr *having,
                     AstWindowsQualify wq, AstEmit *emit) {
  AstSelect *s = ARENA_NEW(p->arena, AstSelect);
  *s = (AstSelect){.hints = hints,
                   .distinct = distinct,
                   .items = items,
                   .from = from,
                   .where = where,
                   .grouped = group_by.n > 0,
                   .group_by = group_by,
                   .having = having,
                   .qualify = wq.qualify,
                   .windows = wq.windows};
  if (emit != NULL) s->emit = *emit;
  AstQuery *q = query_new(p, AST_QUERY_SELECT, start, depth_of_select(s));
  q->select = s;
  return q;
}

AstSelectItem ast_select_item(Parse *p, AstExpr *expr, AstName alias) {
  return (AstSelectItem){expr, alias, span_to_here(p, expr->span)};
}

AstSelectItems ast_select_items(Parse *p, AstSelectItems list, AstSelectItem item) {
  ARENA_PUSH(p->arena, list.items, list.n, list.cap, item);
  return list;
}

static AstGroupItem *group_new(Parse *p, AstGroupKind kind, Span start, uint32_t parts) {
  AstGroupItem *g = ARENA_NEW(p->arena, AstGroupItem);
  g->kind = kind;
  g->span = span_to_here(p, start);
  g->depth = node_depth(p, parts, g->span);
  return g;
}

AstGroupItem *ast_group_expr(Parse *p, AstExpr *expr) {
  AstExprs list = ast_flatten_row(p, ast_exprs(p, (AstExprs){0}, expr));
  AstGroupItem *g = group_new(p, AST_GROUP_EXPRS, expr->span, depth_of_exprs(list));
  g->exprs = list;
  return g;
}

AstGroupItem *ast_group_empty(Parse *p, Span start) {
  return group_new(p, AST_GROUP_EXPRS, start, 0);
}

AstGroupItem *ast_group_list(Parse *p, Span start, AstGroupKind kind, AstGroupItems items) {
  uint32_t parts = 0;
  for (uint32_t i = 0; i < items.n; i++) parts = deeper(parts, items.items[i]->depth);
  AstGroupItem *g = group_new(p, kind, start, parts);
  g->items = items;
  return g;
}

AstGroupItems ast_group_items(Parse *p, AstGroupItems list, AstGroupItem *item) {
  ARENA_PUSH(p->arena, list.items, list.n, list.cap, item);
  return list;
}

/* The clauses at the end of a SELECT come in any order, each at most once. */
static AstEmit *emit_clause(Parse *p, AstEmit *emit, bool there, Span start, const char *clause) {
  if (emit == NULL) return ARENA_NEW(p->arena, AstEmit);
  if (there) parse_fail(p, ERR_SYNTAX, span_to_here(p, start), "%s is there twice", clause);
  return emit;
}

AstEmit *ast_emit_every(Parse *p, AstEmit *emit, Span start, AstExpr *interval, bool processing) {
  emit = emit_clause(p, emit, emit != NULL && emit->every != NULL, start, "EMIT EVERY");
  emit->every = interval;
  emit->every_span = span_to_here(p, start);
  emit->every_processing = processing;
  return emit;
}

AstEmit *ast_emit_on_update(Parse *p, AstEmit *emit, Span start) {
  emit = emit_clause(p, emit, emit != NULL && emit->on_update, start, "EMIT ON UPDATE");
  emit->on_update = true;
  emit->on_update_span = span_to_here(p, start);
  return emit;
}

AstEmit *ast_allowed_lateness(Parse *p, AstEmit *emit, Span start, AstExpr *interval) {
  emit = emit_clause(p, emit, emit != NULL && emit->lateness != NULL, start, "ALLOWED LATENESS");
  emit->lateness = interval;
  emit->lateness_span = span_to_here(p, start);
  return emit;
}

/* ---- FROM ---- */

static AstTableRef *ref_new(Parse *p, AstRefKind kind, Span start, uint32_t parts) {
  AstTableRef *r = ARENA_NEW(p->arena, AstTableRef);
  r->kind = kind;
  r->span = span_to_here(p, start);
  r->depth = node_depth(p, parts, r->span);
  return r;
}

AstTableRef *ast_ref_table(Parse *p, AstPath path, AstHints hints, AstExpr *as_of) {
  AstTableRef *r = ref_new(p, AST_REF_TABLE, path.span, depth_of(as_of));
  r->table.path = path;
  r->table.hints = hints;
  r->table.as_of = as_of;
  return r;
}

AstTableRef *ast_ref_file(Parse *p, AstText file, AstHints hints) {
  AstTableRef *r = ref_new(p, AST_REF_FILE, file.span, 0);
  r->table.file = file;
  r->table.hints = hints;
  return r;
}

AstTableRef *ast_ref_wrapped(Parse *p, Span start, AstTableRef *ref) {
  ref->wrapped = true;
  ref->span = span_to_here(p, start);
  return ref;
}

AstTableRef *ast_ref_call(Parse *p, Span start, AstExpr *call, RefMode mode) {
  AstTableRef *r = ref_new(p, AST_REF_FUNCTION, start, call->depth);
  r->function = call;
  r->lateral = mode == REF_LATERAL || mode == REF_LATERAL_WRAPPED;
  r->wrapped = mode == REF_WRAPPED || mode == REF_LATERAL_WRAPPED;
  return r;
}

AstTableRef *ast_ref_query(Parse *p, Span start, AstQuery *query, bool lateral) {
  AstTableRef *r = ref_new(p, AST_REF_QUERY, start, query->depth);
  r->query = query;
  r->lateral = lateral;
  return r;
}

AstTableRef *ast_ref_unnest(Parse *p, Span start, AstExprs args, bool ordinality) {
  AstTableRef *r = ref_new(p, AST_REF_UNNEST, start, depth_of_exprs(args));
  r->unnest = (AstUnnest){args, ordinality};
  return r;
}

AstTableRef *ast_ref_parens(Parse *p, Span start, AstTableRef *join) {
  join->span = span_to_here(p, start);
  return join;
}

AstTableRef *ast_ref_alias(Parse *p, AstTableRef *ref, AstAlias alias) {
  if (alias.name.text == NULL) return ref;
  if (ref->kind == AST_REF_JOIN) {
    parse_fail(p, ERR_SYNTAX, alias.name.span, "a join in parentheses takes no alias");
    parse_hint(p, "make it a query: (SELECT * FROM ...) AS %s", alias.name.text);
  }
  ref->alias = alias.name;
  ref->alias_columns = alias.columns;
  ref->span = span_to_here(p, ref->span);
  return ref;
}

AstJoinWord ast_join_word(Parse *p, AstJoinKind kind, bool natural, Span start) {
  return (AstJoinWord){kind, natural, span_to_here(p, start)};
}

AstTableRef *ast_join(Parse *p, AstTableRef *left, AstJoinWord word, AstTableRef *right,
                      AstJoinSpec spec) {
  uint32_t parts = deeper(deeper(left->depth, right->depth), depth_of(spec.on));
  AstTableRef *r = ref_new(p, AST_REF_JOIN, left->span, parts);
  r->join = (AstJoin){.kind = word.kind,
                      .natural = word.natural,
                      .left = left,
                      .right = right,
                      .on = spec.on,
                      .using_columns = spec.using_columns,
                      .join_span = word.span};
  return r;
}

/* ---- MATCH_RECOGNIZE ---- */

AstNamedExprs ast_named_exprs(Parse *p, AstNamedExprs list, AstNamedExpr item) {
  ARENA_PUSH(p->arena, list.items, list.n, list.cap, item);
  return list;
}

static uint32_t depth_of_named(AstNamedExprs list) {
  uint32_t depth = 0;
  for (uint32_t i = 0; i < list.n; i++) depth = deeper(depth, list.items[i].expr->depth);
  return depth;
}

AstMatch *ast_match(Parse *p, AstExprs partition_by, AstOrderItems order_by, AstNamedExprs measures,
                    bool all_rows, AstSkipTo skip, AstPattern *pattern, AstExpr *within,
                    AstNamedExprs define) {
  AstMatch *m = ARENA_NEW(p->arena, AstMatch);
  *m = (AstMatch){.partition_by = partition_by,
                  .order_by = order_by,
                  .measures = measures,
                  .all_rows = all_rows,
                  .skip = skip.skip,
                  .skip_to = skip.name,
                  .pattern = pattern,
                  .within = within,
                  .define = define};
  return m;
}

AstTableRef *ast_ref_match(Parse *p, AstTableRef *input, AstMatch *m, AstAlias alias) {
  uint32_t parts = deeper(depth_of_exprs(m->partition_by), depth_of_order(m->order_by));
  parts = deeper(parts, deeper(depth_of_named(m->measures), depth_of_named(m->define)));
  parts = deeper(parts, deeper(input->depth, m->pattern->depth));
  AstTableRef *r = ref_new(p, AST_REF_MATCH, input->span, parts);
  m->input = input;
  r->match = m;
  return ast_ref_alias(p, r, alias);
}

static AstPattern *pattern_new(Parse *p, AstPatternKind kind, Span start, uint32_t parts) {
  AstPattern *x = ARENA_NEW(p->arena, AstPattern);
  x->kind = kind;
  x->span = span_to_here(p, start);
  x->depth = node_depth(p, parts, x->span);
  x->min = x->max = 1;
  return x;
}

AstPattern *ast_pattern_variable(Parse *p, AstName name) {
  AstPattern *x = pattern_new(p, AST_PATTERN_VARIABLE, name.span, 0);
  x->variable = name;
  return x;
}

/* A B C is one node, as is A | B | C. */
AstPattern *ast_pattern_join(Parse *p, AstPatternKind kind, AstPattern *left, AstPattern *right) {
  AstPattern *x = left;
  if (left->kind != kind || left->quantified) {
    x = pattern_new(p, kind, left->span, left->depth);
    ARENA_PUSH(p->arena, x->parts.items, x->parts.n, x->parts.cap, left);
  }
  ARENA_PUSH(p->arena, x->parts.items, x->parts.n, x->parts.cap, right);
  x->span = span_to_here(p, x->span);
  x->depth = deeper(x->depth, node_depth(p, right->depth, x->span));
  return x;
}

/* (A+){2}: the second quantifier needs a node of its own. */
AstPattern *ast_pattern_times(Parse *p, AstPattern *pattern, AstTimes times, bool reluctant) {
  if (pattern->quantified) {
    AstPattern *outer = pattern_new(p, AST_PATTERN_SEQUENCE, pattern->span, pattern->depth);
    ARENA_PUSH(p->arena, outer->parts.items, outer->parts.n, outer->parts.cap, pattern);
    pattern = outer;
  }
  pattern->span = span_to_here(p, pattern->span);
  pattern->min = times.min;
  pattern->max = times.max;
  pattern->quantified = true;
  pattern->reluctant = reluctant;
  if (times.max < times.min || times.max == 0)
    parse_fail(p, ERR_SYNTAX, pattern->span, "this quantifier asks for no row");
  return pattern;
}

AstPattern *ast_pattern_parens(Parse *p, Span start, AstPattern *pattern) {
  pattern->span = span_to_here(p, start);
  return pattern;
}
