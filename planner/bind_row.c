/* bind_row.c -- rows that are written out, where they are compared: what they mean, value by value.
 *
 *   (a, b) = (c, d)      a = c AND b = d            IS NOT DISTINCT FROM alike
 *   (a, b) <> (c, d)     a <> c OR b <> d           IS DISTINCT FROM alike
 *   (a, b) < (c, d)      a < c OR (a = c AND b < d)
 *   (a, b) IN ((1, 2), (3, 4))     any of them is equal; > ALL (list) alike, also of single values
 *   (a, b) OVERLAPS (c, d)         two periods
 *
 * Rows in rows are taken apart, too: both sides have the same shape.  Where a value occurs more
 * than once it is still evaluated once.
 */
#include "planner/bind.h"

enum { ORDERED_ITEMS_MAX = 100 }; /* of rows compared by <: each is a level of the expression */

/* The values of a row, in order. */
typedef struct Items {
  Expr **items;
  uint32_t n, cap;
} Items;

static Code bind_items(Binder *b, const ExprScope *s, const AstExpr *ast, Items *out) {
  Expr *e;
  if (ast->kind == AST_ROW) {
    const AstExprs *items = &ast->row.items;
    for (uint32_t i = 0; i < items->n; i++) TRY(bind_items(b, s, items->items[i], out));
    return OK;
  }
  TRY(bind_expr(b, s, ast, &e));
  ARENA_PUSH(b->arena, out->items, out->n, out->cap, e);
  return OK;
}

static Code check_shape(Binder *b, const AstExpr *left, const AstExpr *right) {
  const Span span = bind_span(b, right->span);
  if (left->kind != AST_ROW && right->kind != AST_ROW) return OK;
  if (left->kind != AST_ROW || right->kind != AST_ROW) {
    return FAIL(b->err, ERR_TYPE, span, "a row is compared with a single value");
  }
  const AstExprs *x = &left->row.items, *y = &right->row.items;
  if (x->n != y->n) {
    return FAIL(b->err, ERR_TYPE, span, "a row of %u values is compared with one of %u", x->n,
                y->n);
  }
  for (uint32_t i = 0; i < x->n; i++) TRY(check_shape(b, x->items[i], y->items[i]));
  return OK;
}

/* --- comparing ----------------------------------------------------------------------- */

static const char *word_of(AstOp op) {
  static const char *const words[] = {
#define OPERATOR(name, word) word,
#include "parser/operators.def"
#undef OPERATOR
  };
  return words[op];
}

static Code call(Binder *b, const char *name, Span span, Expr *x, Expr *y, Expr **out) {
  Expr **args = ARENA_ARRAY(b->arena, Expr *, 2);
  args[0] = x;
  args[1] = y;
  return bind_func(b, name, span, args, 2, out);
}

static bool is_order(AstOp op) {
  return op == AST_OP_LT || op == AST_OP_LE || op == AST_OP_GT || op == AST_OP_GE;
}

/* From the last value to the first: each decides unless it is equal. */
static Code compare_order(Binder *b, AstOp op, Span span, const Items *x, const Items *y,
                          Expr **out) {
  const char *strict = op == AST_OP_LT || op == AST_OP_LE ? "<" : ">";
  const uint32_t last = x->n - 1;
  if (x->n > ORDERED_ITEMS_MAX) {
    return FAIL(b->err, ERR_LIMIT, bind_span(b, span), "rows of more than %d values have no order",
                ORDERED_ITEMS_MAX);
  }
  TRY(call(b, word_of(op), span, x->items[last], y->items[last], out));
  for (uint32_t i = last; i-- > 0;) {
    Expr *decides, *equal;
    TRY(bind_shared(b, x->items[i], 2));
    TRY(bind_shared(b, y->items[i], 2));
    TRY(call(b, strict, span, x->items[i], y->items[i], &decides));
    TRY(call(b, "=", span, x->items[i], y->items[i], &equal));
    *out = expr_or(b->arena, decides, expr_and(b->arena, equal, *out));
  }
  *out = expr_once(b->arena, x->items, x->n, *out);
  *out = expr_once(b->arena, y->items, y->n, *out);
  return OK;
}

static Code compare(Binder *b, AstOp op, Span span, const Items *x, const Items *y, Expr **out) {
  assert(x->n == y->n && x->n > 0);
  if (is_order(op)) return compare_order(b, op, span, x, y, out);
  const bool any = op == AST_OP_NE || op == AST_OP_DISTINCT;
  *out = NULL;
  for (uint32_t i = 0; i < x->n; i++) {
    Expr *part;
    TRY(call(b, word_of(op), span, x->items[i], y->items[i], &part));
    *out = any ? expr_or(b->arena, *out, part) : expr_and(b->arena, *out, part);
  }
  return OK;
}

bool bind_is_row_pair(const AstExpr *left, const AstExpr *right) {
  return left->kind == AST_ROW && right->kind == AST_ROW;
}

Code bind_row_compare(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out) {
  const AstBinary *binary = &ast->binary;
  Items x = {0}, y = {0};
  TRY(check_shape(b, binary->left, binary->right));
  TRY(bind_items(b, s, binary->left, &x));
  TRY(bind_items(b, s, binary->right, &y));
  return compare(b, binary->op, ast->span, &x, &y, out);
}

Code bind_row_between(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out) {
  const AstBetween *between = &ast->between;
  Items x = {0}, low = {0}, high = {0};
  Expr *above, *below;
  if (between->symmetric) return bind_not_built(b, ast->span, "BETWEEN SYMMETRIC of rows");
  TRY(check_shape(b, between->operand, between->low));
  TRY(check_shape(b, between->operand, between->high));
  TRY(bind_items(b, s, between->operand, &x));
  TRY(bind_items(b, s, between->low, &low));
  TRY(bind_items(b, s, between->high, &high));
  TRY(compare(b, AST_OP_GE, ast->span, &x, &low, &above));
  TRY(compare(b, AST_OP_LE, ast->span, &x, &high, &below));
  *out = expr_once(b->arena, x.items, x.n, expr_and(b->arena, above, below));
  return OK;
}

/* One, or all, of a list compare so with the operand. */
static Code compare_list(Binder *b, const ExprScope *s, const AstQuantified *q, Span span,
                         Expr **out) {
  Items x = {0};
  *out = NULL;
  TRY(bind_items(b, s, q->operand, &x));
  for (uint32_t i = 0; i < x.n; i++) TRY(bind_shared(b, x.items[i], 2 * q->list.n));
  for (uint32_t i = 0; i < q->list.n; i++) {
    const AstExpr *item = q->list.items[i];
    Items y = {0};
    Expr *part;
    TRY(check_shape(b, q->operand, item));
    TRY(bind_items(b, s, item, &y));
    TRY(compare(b, q->op, span, &x, &y, &part));
    *out = q->all ? expr_and(b->arena, *out, part) : expr_or(b->arena, *out, part);
  }
  *out = expr_once(b->arena, x.items, x.n, *out);
  return OK;
}

Code bind_row_in(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out) {
  const AstQuantified any = {AST_OP_EQ, false, ast->in.operand, NULL, ast->in.list};
  return compare_list(b, s, &any, ast->span, out);
}

/* = ANY is IN, <> ALL is NOT IN. */
Code bind_quantified_list(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out) {
  const AstQuantified *q = &ast->quantified;
  if (q->op != (q->all ? AST_OP_NE : AST_OP_EQ)) return compare_list(b, s, q, ast->span, out);
  AstExpr in = *ast;
  in.kind = AST_IN;
  in.in = (AstIn){.negated = q->all, .operand = q->operand, .list = q->list};
  return bind_expr(b, s, &in, out);
}

/* --- OVERLAPS ------------------------------------------------------------------------ */

typedef struct Period {
  Expr *items[2]; /* as written: begin, end or length */
  Expr *low, *high;
} Period;

static bool is_time(Type type) {
  return type_is_timestamp(type) || type.kind == TYPE_DATE || type.kind == TYPE_TIME;
}

static bool is_interval(Type type) {
  return type.kind == TYPE_INTERVAL_MONTH || type.kind == TYPE_INTERVAL_SECOND;
}

static Code bind_period(Binder *b, const ExprScope *s, const AstExpr *ast, Period *p) {
  if (ast->kind != AST_ROW || ast->row.items.n != 2) {
    FAIL(b->err, ERR_TYPE, bind_span(b, ast->span), "OVERLAPS takes two periods");
    error_hint(b->err, "(begin, end) OVERLAPS (begin, length): an end or an INTERVAL");
    return ERR_TYPE;
  }
  for (uint32_t i = 0; i < 2; i++) {
    TRY(bind_expr(b, s, ast->row.items.items[i], &p->items[i]));
    const Type type = p->items[i]->type;
    TRY(bind_shared(b, p->items[i], 4));
    if (is_time(type) || type.kind == TYPE_NULL || (i == 1 && is_interval(type))) continue;
    return FAIL(b->err, ERR_TYPE, p->items[i]->span, "OVERLAPS takes times, not %s",
                bind_type_text(b, type));
  }
  Expr *end = p->items[1];
  if (is_interval(end->type)) TRY(call(b, "+", ast->span, p->items[0], end, &end));
  TRY(call(b, "LEAST", ast->span, p->items[0], end, &p->low));
  return call(b, "GREATEST", ast->span, p->items[0], end, &p->high);
}

Code bind_overlaps(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out) {
  Period x, y;
  Expr *begun, *open;
  TRY(bind_period(b, s, ast->binary.left, &x));
  TRY(bind_period(b, s, ast->binary.right, &y));
  TRY(call(b, ">=", ast->span, x.high, y.low, &begun));
  TRY(call(b, ">=", ast->span, y.high, x.low, &open));
  *out = expr_and(b->arena, begun, open);
  *out = expr_once(b->arena, x.items, 2, *out);
  *out = expr_once(b->arena, y.items, 2, *out);
  return OK;
}
