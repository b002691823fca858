/* bind_nested.c -- values made of values, and their parts: ARRAY[a, b], MAP[k, v], (a, b), a[i],
 * r.f, r.*.
 *
 * A path may say more than a column: t.r.f is field f of column r of table t (relation.c tells
 * where the column ends).
 */
#include <string.h>

#include "planner/bind.h"

static Code bind_all(Binder *b, const ExprScope *s, const AstExprs *items, Expr ***out) {
  *out = ARENA_ARRAY(b->arena, Expr *, items->n);
  for (uint32_t i = 0; i < items->n; i++) TRY(bind_expr(b, s, items->items[i], &(*out)[i]));
  return OK;
}

Code bind_row_value(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out) {
  Expr **args;
  TRY(bind_all(b, s, &ast->row.items, &args));
  return bind_func(b, "ROW", ast->span, args, ast->row.items.n, out);
}

Code bind_collection(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out) {
  Expr **args;
  const char *name = ast->kind == AST_ARRAY ? "ARRAY" : "MAP";
  if (ast->items.n == 0) {
    FAIL(b->err, ERR_TYPE, bind_span(b, ast->span), "an empty %s has no type", name);
    error_hint(b->err, "CAST(NULL AS ...) is a NULL of any type");
    return ERR_TYPE;
  }
  TRY(bind_all(b, s, &ast->items, &args));
  return bind_func(b, name, ast->span, args, ast->items.n, out);
}

Code bind_element_of(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out) {
  Expr **args = ARENA_ARRAY(b->arena, Expr *, 2);
  TRY(bind_expr(b, s, ast->element.base, &args[0]));
  TRY(bind_expr(b, s, ast->element.index, &args[1]));
  return bind_func(b, "[ ]", ast->span, args, 2, out);
}

/* --- fields -------------------------------------------------------------------------- */

static Code no_field(Binder *b, Type row, const AstName *name) {
  const char *near = NULL;
  uint32_t distance = 0;
  for (uint32_t i = 0; i < row.shape->n; i++) {
    nearest_name_offer(name->text, row.shape->names[i], &near, &distance);
  }
  FAIL(b->err, ERR_NAME, bind_span(b, name->span), "no field \"%s\" in %s", name->text,
       bind_type_text(b, row));
  if (near != NULL) error_hint(b->err, "did you mean \"%s\"?", near);
  return ERR_NAME;
}

static Code field_number(Binder *b, Expr *row, uint32_t field, Span span, Expr **out) {
  Expr **args = ARENA_ARRAY(b->arena, Expr *, 2);
  args[0] = row;
  args[1] = expr_const(b->arena, value_int(type_of(TYPE_INT), field), span);
  return bind_func(b, ".", span, args, 2, out);
}

Code bind_field_of(Binder *b, Expr *row, const AstName *name, Span span, Expr **out) {
  if (row->type.kind != TYPE_ROW) {
    return FAIL(b->err, ERR_TYPE, bind_span(b, name->span), "%s has no fields",
                bind_type_text(b, row->type));
  }
  int32_t field = type_field(row->type, str_of(name->text));
  if (field < 0) return no_field(b, row->type, name);
  return field_number(b, row, (uint32_t)field, span, out);
}

Code bind_path_fields(Binder *b, const AstPath *path, uint32_t n_column, Expr *column, Expr **out) {
  *out = column;
  for (uint32_t i = n_column; i < path->n; i++) {
    TRY(bind_field_of(b, *out, &path->items[i], path->span, out));
  }
  return OK;
}

Code bind_row_fields(Binder *b, Expr *row, Span span, Expr ***out) {
  const TypeShape *shape = row->type.shape;
  assert(row->type.kind == TYPE_ROW);
  TRY(bind_shared(b, row, shape->n));
  *out = ARENA_ARRAY(b->arena, Expr *, shape->n);
  for (uint32_t i = 0; i < shape->n; i++) TRY(field_number(b, row, i, span, &(*out)[i]));
  return OK;
}
