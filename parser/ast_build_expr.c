/* ast_build_expr.c -- builders of expressions, calls and windows. */
#include "parser/ast_build.h"

#include "base/str.h"

/* A node that begins at start and whose parts are parts deep. */
static AstExpr *expr_new(Parse *p, AstExprKind kind, Span start, uint32_t parts) {
  AstExpr *e = ARENA_NEW(p->arena, AstExpr);
  e->kind = kind;
  e->span = span_to_here(p, start);
  e->depth = node_depth(p, parts, e->span);
  return e;
}

/* ---- leaves ---- */

AstExpr *ast_literal(Parse *p, AstLiteralKind kind, Span token) {
  AstExpr *e = expr_new(p, AST_LITERAL, token, 0);
  Span inside = token;
  if (kind == AST_LITERAL_BINARY) inside = (Span){token.at + 2, token.len - 3};
  bool has_text = kind == AST_LITERAL_BINARY || kind == AST_LITERAL_INTEGER ||
                  kind == AST_LITERAL_DECIMAL || kind == AST_LITERAL_FLOAT;
  e->literal.kind = kind;
  e->literal.text = has_text ? arena_strndup(p->arena, p->text + inside.at, inside.len) : "";
  return e;
}

AstExpr *ast_literal_text(Parse *p, AstLiteralKind kind, Span start, AstText text) {
  AstExpr *e = expr_new(p, AST_LITERAL, start, 0);
  e->literal = (AstLiteral){kind, text.text};
  return e;
}

AstExpr *ast_interval(Parse *p, Span start, bool negative, AstText text, AstIntervalUnits *units) {
  AstExpr *e = expr_new(p, AST_INTERVAL, start, 0);
  e->interval = (AstInterval){text.text, units, negative};
  return e;
}

AstExpr *ast_column(Parse *p, AstPath path) {
  AstExpr *e = expr_new(p, AST_COLUMN, path.span, 0);
  e->span = path.span;
  e->column = path;
  return e;
}

AstExpr *ast_star(Parse *p, Span start, AstPath qualifier) {
  AstExpr *e = expr_new(p, AST_STAR, start, 0);
  e->star = qualifier;
  return e;
}

AstExpr *ast_descriptor(Parse *p, Span start, AstNames names) {
  AstExpr *e = expr_new(p, AST_DESCRIPTOR, start, 0);
  e->descriptor = names;
  return e;
}

/* ---- operators ---- */

AstExpr *ast_unary(Parse *p, AstUnaryOp op, Span start, AstExpr *operand) {
  AstExpr *e = expr_new(p, AST_UNARY, start, operand->depth);
  e->unary = (AstUnary){op, operand};
  return e;
}

AstExpr *ast_binary(Parse *p, AstOp op, AstExpr *left, AstExpr *right, Span op_span) {
  AstExpr *e = expr_new(p, AST_BINARY, left->span, deeper(left->depth, right->depth));
  e->binary = (AstBinary){op, left, right, op_span};
  return e;
}

/* a AND b AND c is one node: the left operand, if it is of the same sort, takes the
 * right one in. */
AstExpr *ast_logic(Parse *p, bool is_or, AstExpr *left, AstExpr *right) {
  if (left->kind == AST_LOGIC && left->logic.is_or == is_or) {
    left->logic.operands = ast_exprs(p, left->logic.operands, right);
    left->span = span_to_here(p, left->span);
    left->depth = deeper(left->depth, node_depth(p, right->depth, left->span));
    return left;
  }
  AstExpr *e = expr_new(p, AST_LOGIC, left->span, deeper(left->depth, right->depth));
  e->logic = (AstLogic){is_or, ast_exprs_two(p, left, right)};
  return e;
}

AstExpr *ast_is(Parse *p, AstExpr *operand, bool negated, AstIsKind what) {
  AstExpr *e = expr_new(p, AST_IS, operand->span, operand->depth);
  e->is = (AstIs){what, negated, operand};
  return e;
}

AstExpr *ast_like(Parse *p, LikeWord word, AstExpr *operand, AstExpr *pattern, AstExpr *escape) {
  uint32_t parts = deeper(deeper(operand->depth, pattern->depth), depth_of(escape));
  AstExpr *e = expr_new(p, AST_LIKE, operand->span, parts);
  e->like = (AstLike){.negated = word == LIKE_NOT || word == LIKE_NOT_SIMILAR,
                      .similar = word == LIKE_SIMILAR || word == LIKE_NOT_SIMILAR,
                      .operand = operand,
                      .pattern = pattern,
                      .escape = escape};
  return e;
}

AstExpr *ast_between(Parse *p, AstExpr *operand, bool symmetric, AstExpr *low, AstExpr *high,
                     bool negated) {
  uint32_t parts = deeper(operand->depth, deeper(low->depth, high->depth));
  AstExpr *e = expr_new(p, AST_BETWEEN, operand->span, parts);
  e->between = (AstBetween){negated, symmetric, operand, low, high};
  return e;
}

AstExpr *ast_in(Parse *p, AstExpr *operand, AstExprs list, AstQuery *query, bool negated) {
  uint32_t parts = query != NULL ? query->depth : depth_of_exprs(list);
  AstExpr *e = expr_new(p, AST_IN, operand->span, deeper(operand->depth, parts));
  e->in = (AstIn){negated, operand, query, list};
  return e;
}

AstExpr *ast_quantified(Parse *p, AstOp op, bool all, AstExpr *operand, AstQuery *query,
                        AstExprs list) {
  uint32_t parts = query != NULL ? query->depth : depth_of_exprs(list);
  AstExpr *e = expr_new(p, AST_QUANTIFIED, operand->span, deeper(operand->depth, parts));
  e->quantified = (AstQuantified){op, all, operand, query, list};
  return e;
}

AstExpr *ast_subquery(Parse *p, AstExprKind kind, Span start, AstQuery *query) {
  AstExpr *e = expr_new(p, kind, start, query->depth);
  if (kind == AST_SUBQUERY) e->span = query->span;
  e->query = query;
  return e;
}

/* ---- terms ---- */

AstExpr *ast_in_parens(Parse *p, Span start, AstExpr *expr) {
  expr->span = span_to_here(p, start);
  return expr;
}

AstExpr *ast_row(Parse *p, Span start, bool keyword, AstExprs items) {
  AstExpr *e = expr_new(p, AST_ROW, start, depth_of_exprs(items));
  e->row = (AstRow){keyword, items};
  return e;
}

AstExpr *ast_items(Parse *p, AstExprKind kind, Span start, AstExprs items) {
  AstExpr *e = expr_new(p, kind, start, depth_of_exprs(items));
  e->items = items;
  if (kind == AST_MAP && items.n % 2 != 0)
    parse_fail(p, ERR_SYNTAX, items.items[items.n - 1]->span, "a key of MAP[..] lacks its value");
  return e;
}

AstExpr *ast_element(Parse *p, AstExpr *base, AstExpr *index) {
  AstExpr *e = expr_new(p, AST_ELEMENT, base->span, deeper(base->depth, index->depth));
  e->element = (AstElement){base, index};
  return e;
}

AstExpr *ast_field_access(Parse *p, AstExpr *base, AstName name) {
  AstExpr *e = expr_new(p, AST_FIELD, base->span, base->depth);
  e->field = (AstFieldAccess){base, name};
  return e;
}

AstWhens ast_whens(Parse *p, AstWhens list, AstExprs conditions, AstExpr *result) {
  AstWhen when = {conditions, result};
  ARENA_PUSH(p->arena, list.items, list.n, list.cap, when);
  return list;
}

AstExpr *ast_case(Parse *p, Span start, AstExpr *operand, AstWhens whens, AstExpr *otherwise) {
  uint32_t parts = deeper(depth_of(operand), depth_of(otherwise));
  for (uint32_t i = 0; i < whens.n; i++) {
    const AstWhen *w = &whens.items[i];
    parts = deeper(parts, deeper(depth_of_exprs(w->conditions), w->result->depth));
    if (operand == NULL && w->conditions.n > 1)
      parse_fail(p, ERR_SYNTAX, w->conditions.items[1]->span,
                 "several values behind WHEN need an operand behind CASE");
  }
  AstExpr *e = expr_new(p, AST_CASE, start, parts);
  e->case_ = ARENA_NEW(p->arena, AstCase);
  *e->case_ = (AstCase){operand, whens, otherwise};
  return e;
}

AstExpr *ast_cast(Parse *p, Span start, bool try_cast, AstExpr *operand, AstType *type) {
  AstExpr *e = expr_new(p, AST_CAST, start, deeper(operand->depth, type->depth));
  e->cast = (AstCast){try_cast, operand, type};
  return e;
}

AstExpr *ast_table_arg(Parse *p, Span start, AstTableRef *table, AstExprs partition_by,
                       AstOrderItems order_by) {
  uint32_t parts = deeper(depth_of_exprs(partition_by), depth_of_order(order_by));
  AstExpr *e = expr_new(p, AST_TABLE_ARG, start, deeper(table->depth, parts));
  e->table_arg = ARENA_NEW(p->arena, AstTableArg);
  *e->table_arg = (AstTableArg){table, partition_by, order_by};
  return e;
}

/* ---- calls ---- */

static uint32_t depth_of_args(AstArgs args) {
  uint32_t depth = 0;
  for (uint32_t i = 0; i < args.n; i++) depth = deeper(depth, args.items[i].value->depth);
  return depth;
}

static AstExpr *call_new(Parse *p, AstPath name, AstCallForm form, AstArgs args) {
  AstExpr *e = expr_new(p, AST_CALL, name.span, depth_of_args(args));
  e->call = ARENA_NEW(p->arena, AstCall);
  e->call->name = name;
  e->call->form = form;
  e->call->args = args;
  return e;
}

AstExpr *ast_call(Parse *p, AstPath name, AstArgs args, CallMode mode) {
  AstExpr *e = call_new(p, name, AST_FORM_PLAIN, args);
  e->call->star = mode == CALL_STAR;
  e->call->distinct = mode == CALL_DISTINCT;
  return e;
}

/* In f(g(x) IGNORE NULLS) the words have been taken for g's, which would be right in
 * front of OVER only: they are f's. */
static AstNullsTreatment take_inner_treatment(const AstCall *outer) {
  if (outer->args.n == 0) return AST_TREAT_DEFAULT;
  const AstExpr *last = outer->args.items[outer->args.n - 1].value;
  if (last->kind != AST_CALL || last->call->over != NULL || last->call->filter != NULL)
    return AST_TREAT_DEFAULT;
  AstNullsTreatment nulls = last->call->nulls;
  last->call->nulls = AST_TREAT_DEFAULT;
  return nulls;
}

AstExpr *ast_call_more(Parse *p, AstExpr *call, AstNullsTreatment nulls, AstOrderItems order_by) {
  AstCall *c = call->call;
  AstNullsTreatment inner = take_inner_treatment(c);
  c->nulls = nulls != AST_TREAT_DEFAULT ? nulls : inner;
  c->order_by = order_by;
  call->span = span_to_here(p, call->span);
  call->depth = deeper(call->depth, node_depth(p, depth_of_order(order_by), call->span));
  return call;
}

AstExpr *ast_call_tail(Parse *p, AstExpr *call, AstNullsTreatment nulls, AstExpr *filter,
                       AstWindow *over) {
  AstCall *c = call->call;
  if (nulls != AST_TREAT_DEFAULT) {
    if (c->nulls != AST_TREAT_DEFAULT)
      parse_fail(p, ERR_SYNTAX, call->span, "IGNORE or RESPECT NULLS is there twice");
    c->nulls = nulls;
  }
  c->filter = filter;
  c->over = over;
  uint32_t parts = deeper(depth_of(filter), over == NULL ? 0 : depth_of_window(over));
  call->span = span_to_here(p, call->span);
  call->depth = deeper(call->depth, node_depth(p, parts, call->span));
  return call;
}

AstExpr *ast_call_bare(Parse *p, Span word) {
  AstExpr *e = call_new(p, ast_path_of_word(p, word), AST_FORM_BARE, (AstArgs){0});
  e->span = word;
  return e;
}

static AstArgs args_of_list(Parse *p, AstExprs list) {
  AstArgs args = {0};
  for (uint32_t i = 0; i < list.n; i++)
    args = ast_args(p, args, (AstArg){{NULL, NO_SPAN, false}, list.items[i]});
  return args;
}

AstExpr *ast_call_list(Parse *p, Span word, AstExprs args) {
  return call_new(p, ast_path_of_word(p, word), AST_FORM_PLAIN, args_of_list(p, args));
}

AstExpr *ast_call_args(Parse *p, Span word, AstCallForm form, AstExpr *a, AstExpr *b, AstExpr *c,
                       AstExpr *d) {
  AstExpr *given[] = {a, b, c, d};
  AstExprs list = {0};
  for (size_t i = 0; i < COUNT_OF(given) && given[i] != NULL; i++)
    list = ast_exprs(p, list, given[i]);
  return call_new(p, ast_path_of_word(p, word), form, args_of_list(p, list));
}

AstExpr *ast_call_unit(Parse *p, Span word, AstCallForm form, AstUnitWord unit, AstExpr *a,
                       AstExpr *b) {
  AstExpr *e = ast_call_args(p, word, form, a, b, NULL, NULL);
  e->call->unit = unit.unit;
  e->call->unit_span = unit.span;
  if (unit.first >= 0) parse_fail(p, ERR_SYNTAX, unit.span, "this unit takes no number");
  return e;
}

AstExpr *ast_span(Parse *p, Span start, AstExpr *x, const AstIntervalUnits *units) {
  if (x->kind != AST_BINARY || x->binary.op != AST_OP_SUBTRACT) {
    parse_fail(p, ERR_SYNTAX, units->span, "only a difference, (a - b), may have a unit behind it");
    parse_hint(p, "for a column of this name write AS in front of it");
    return x;
  }
  AstUnitWord from = {units->from, -1, -1, units->span};
  AstExpr *e = ast_call_unit(p, units->span, AST_FORM_SPAN, from, x->binary.left, x->binary.right);
  e->call->to = units->to;
  e->call->name.items[0].text = "_SPAN"; /* no word of the text */
  e->span = span_to_here(p, start);
  return e;
}

AstExpr *ast_call_trim(Parse *p, Span word, AstTrimSide side, AstExpr *text, AstExpr *characters) {
  AstExpr *e = ast_call_args(p, word, AST_FORM_TRIM, text, characters, NULL, NULL);
  e->call->trim_side = side;
  return e;
}

/* ---- JSON ---- */

AstJson *ast_json(Parse *p) { return ARENA_NEW(p->arena, AstJson); }

AstJson *ast_json_on_null(Parse *p, AstJsonBehaviour behaviour) {
  AstJson *json = ast_json(p);
  json->on_null = behaviour;
  return json;
}

static void refuse_twice(Parse *p, bool there, Span word) {
  if (there)
    parse_fail(p, ERR_SYNTAX, word, "the clause with \"%.*s\" is there twice", (int)word.len,
               p->text + word.at);
}

AstJson *ast_json_returning(Parse *p, AstJson *json, Span word, AstType *type) {
  refuse_twice(p, json->returning != NULL, word);
  json->returning = type;
  return json;
}

AstJson *ast_json_wrapper(Parse *p, AstJson *json, Span word, AstJsonWrapper wrapper) {
  refuse_twice(p, json->wrapper != AST_WRAPPER_UNSET, word);
  json->wrapper = wrapper;
  return json;
}

AstJson *ast_json_on_empty(Parse *p, AstJson *json, Span word, AstJsonOn on) {
  refuse_twice(p, json->on_empty != AST_JSON_UNSET, word);
  json->on_empty = on.behaviour;
  json->empty_default = on.otherwise;
  return json;
}

AstJson *ast_json_on_error(Parse *p, AstJson *json, Span word, AstJsonOn on) {
  refuse_twice(p, json->on_error != AST_JSON_UNSET, word);
  json->on_error = on.behaviour;
  json->error_default = on.otherwise;
  return json;
}

AstExpr *ast_call_json(Parse *p, Span word, AstExprs args, AstJson *json) {
  AstExpr *e = ast_call_list(p, word, args);
  uint32_t parts = deeper(depth_of(json->empty_default), depth_of(json->error_default));
  if (json->returning != NULL) parts = deeper(parts, json->returning->depth);
  e->call->form = AST_FORM_JSON;
  e->call->json = json;
  e->depth = deeper(e->depth, node_depth(p, parts, e->span));
  return e;
}

/* ---- windows ---- */

AstFrame ast_frame(AstFrameUnit unit, AstBound start, AstBound end) {
  return (AstFrame){unit, start, end};
}

AstFrame ast_frame_none(void) { return (AstFrame){.unit = AST_FRAME_NONE}; }

AstWindow *ast_window(Parse *p, AstName base, AstExprs partition_by, AstOrderItems order_by,
                      AstFrame frame) {
  AstWindow *w = ARENA_NEW(p->arena, AstWindow);
  *w = (AstWindow){.base = base,
                   .partition_by = partition_by,
                   .order_by = order_by,
                   .frame = frame.unit,
                   .start = frame.start,
                   .end = frame.end};
  return w;
}

AstWindow *ast_window_name(Parse *p, AstName name) {
  AstWindow *w = ARENA_NEW(p->arena, AstWindow);
  w->name = name;
  w->span = name.span;
  return w;
}

AstWindow *ast_window_end(Parse *p, Span start, AstWindow *window) {
  window->span = span_to_here(p, start);
  return window;
}

AstWindow *ast_window_def(Parse *p, AstName name, AstWindow *window) {
  window->name = name;
  return ast_window_end(p, name.span, window);
}

AstWindows ast_windows(Parse *p, AstWindows list, AstWindow *window) {
  ARENA_PUSH(p->arena, list.items, list.n, list.cap, window);
  return list;
}

uint32_t depth_of_window(const AstWindow *w) {
  uint32_t frame = deeper(depth_of(w->start.offset), depth_of(w->end.offset));
  return deeper(frame, deeper(depth_of_exprs(w->partition_by), depth_of_order(w->order_by)));
}
