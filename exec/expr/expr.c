/* expr.c -- expression trees: making nodes, walking, comparing, renumbering columns.
 *
 * Nodes are shared freely between trees, so nothing here changes a node that it was given,
 * with one exception that cannot be seen: expr_and and expr_or claim unused slots behind
 * the args of a chain they built themselves (n_room).
 * Recursion is as deep as the tree, which the parser bounds (SQL_DEPTH_MAX).
 * Not here: printing (expr_print.c), folding (expr_fold.c), types (func.c).
 */
#include "exec/expr/expr.h"

#include <string.h>

#include "base/hash.h"
#include "exec/expr/cast.h"
#include "exec/expr/func.h"

/* --- making ----------------------------------------------------------------------------- */

Expr *expr_new(Arena *a, ExprKind kind, Type type, uint32_t n_args, Span span) {
  Expr *e = ARENA_NEW(a, Expr);
  e->kind = kind;
  e->type = type;
  e->span = span;
  e->n_args = n_args;
  if (n_args > 0) e->args = ARENA_ARRAY(a, Expr *, n_args);
  return e;
}

Expr *expr_copy(Arena *a, const Expr *e) {
  Expr *copy = ARENA_NEW(a, Expr);
  *copy = *e;
  copy->n_room = 0; /* the slots behind args belong to e */
  return copy;
}

Expr *expr_column(Arena *a, uint32_t column, Type type, Span span) {
  Expr *e = expr_new(a, EXPR_COLUMN, type, 0, span);
  e->column = column;
  return e;
}

Expr *expr_const(Arena *a, Value value, Span span) {
  if (!value.null && type_phys(value.type) == PHYS_TEXT && value.as.text.len > TEXT_INLINE_MAX) {
    value.as.text.u.ptr = arena_strndup(a, value.as.text.u.ptr, value.as.text.len);
  }
  Expr *e = expr_new(a, EXPR_CONST, type_nullable(value.type, value.null), 0, span);
  e->value = value;
  return e;
}

Expr *expr_null(Arena *a, Type type, Span span) {
  return expr_const(a, value_null(type_nullable(type, true)), span);
}

/* left OP right.  A chain that this function built doubles its room as it grows, and a slot is
 * claimed at most once: who appends to the same left a second time finds it taken and
 * copies. */
static Expr *chain(Arena *a, ExprKind kind, Expr *left, Expr *right) {
  if (left == NULL) return right;
  if (right == NULL) return left;
  Type type = type_nullable(type_of(TYPE_BOOLEAN), left->type.nullable || right->type.nullable);
  Span span = span_join(left->span, right->span);
  uint32_t n = left->kind == kind ? left->n_args : 1;
  Expr *e = expr_new(a, kind, type, 0, span);
  e->n_args = n + 1;
  if (left->kind == kind && left->n_room > n && left->args[n] == NULL) {
    e->args = left->args;
    e->n_room = left->n_room;
  } else {
    e->n_room = n < 2 ? 2 : 2 * n;
    e->args = ARENA_ARRAY(a, Expr *, e->n_room);
    if (left->kind == kind) {
      memcpy(e->args, left->args, n * sizeof *e->args);
    } else {
      e->args[0] = left;
    }
  }
  e->args[n] = right;
  return e;
}

Expr *expr_and(Arena *a, Expr *left, Expr *right) { return chain(a, EXPR_AND, left, right); }
Expr *expr_or(Arena *a, Expr *left, Expr *right) { return chain(a, EXPR_OR, left, right); }

Expr *expr_case(Arena *a, Expr **args, uint32_t n_args, Type type, Span span) {
  assert(n_args % 2 == 1);
  Expr *e = expr_new(a, EXPR_CASE, type, 0, span);
  e->args = args;
  e->n_args = n_args;
  return e;
}

Expr *expr_once(Arena *a, Expr *const *shared, uint32_t n, Expr *e) {
  uint32_t n_volatile = 0;
  for (uint32_t i = 0; i < n; i++) n_volatile += !expr_is_deterministic(shared[i]);
  if (n_volatile == 0) return e;
  Expr *once = expr_new(a, EXPR_ONCE, e->type, n_volatile + 1, e->span);
  once->args[n_volatile] = e;
  for (uint32_t i = n; i-- > 0;) {
    if (!expr_is_deterministic(shared[i])) once->args[--n_volatile] = shared[i];
  }
  return once;
}

/* A literal whose conversion needs no computing: NULL, a wider integer. */
static bool const_retyped(const Expr *arg, Type type, Value *out) {
  if (arg->kind != EXPR_CONST) return false;
  *out = arg->value;
  out->type = type;
  if (arg->value.null) return true;
  return type_is_integer(arg->type) && type_is_integer(type) && arg->type.kind <= type.kind;
}

Expr *expr_cast_node(Arena *a, Expr *arg, Type type, bool try_cast, Span span) {
  bool widens = try_cast && !arg->type.nullable; /* TRY_CAST is nullable whatever it converts */
  if (type_same(arg->type, type) && !widens) return arg;
  Value value;
  if (!widens && const_retyped(arg, type, &value)) return expr_const(a, value, arg->span);
  Type result = type_nullable(cast_result(arg->type, type),
                              arg->type.nullable || try_cast || cast_gives_null(arg->type, type));
  Expr *e = expr_new(a, EXPR_CAST, result, 1, span);
  e->try_cast = try_cast;
  e->args[0] = arg;
  return e;
}

/* --- asking ----------------------------------------------------------------------------- */

bool expr_is_const(const Expr *e) { return e->kind == EXPR_CONST; }

static bool value_identical(const Value *a, const Value *b) {
  if (a->null || b->null) return a->null && b->null;
  switch (type_phys(a->type)) {
    case PHYS_TEXT:
      return text_equal(&a->as.text, &b->as.text);
    case PHYS_I128:
      return a->as.d128 == b->as.d128;
    case PHYS_F32:
    case PHYS_F64: /* by bits: 0.0 is not -0.0, NaN is itself */
    case PHYS_I8:
    case PHYS_I16:
    case PHYS_I32:
    case PHYS_I64:
    case PHYS_COUNT:
      break;
  }
  return memcmp(&a->as.i, &b->as.i, sizeof a->as.i) == 0;
}

static bool node_equal(const Expr *a, const Expr *b) {
  if (a->kind != b->kind || a->n_args != b->n_args || !type_same(a->type, b->type)) return false;
  switch (a->kind) {
    case EXPR_COLUMN:
      return a->column == b->column;
    case EXPR_CONST:
      return value_identical(&a->value, &b->value);
    case EXPR_CALL:
      return a->func == b->func;
    case EXPR_CAST:
      return a->try_cast == b->try_cast;
    case EXPR_AND:
    case EXPR_OR:
    case EXPR_CASE:
    case EXPR_COALESCE:
    case EXPR_IN:
      return a->set == b->set;
    case EXPR_QUERY:
      return a->query == b->query;
    case EXPR_ONCE:
      break;
  }
  return true;
}

bool expr_equal(const Expr *a, const Expr *b) {
  if (a == b) return true;
  if (!node_equal(a, b)) return false;
  for (uint32_t i = 0; i < a->n_args; i++) {
    if (!expr_equal(a->args[i], b->args[i])) return false;
  }
  return true;
}

bool expr_same_calls(const Expr *a, const Expr *b) {
  if (a == b) return true;
  if (a->kind == EXPR_CALL && (a->func->flags & FUNC_VOLATILE) != 0 &&
      (a->number != b->number || a->number == 0)) {
    return false;
  }
  for (uint32_t i = 0; i < a->n_args; i++) {
    if (!expr_same_calls(a->args[i], b->args[i])) return false;
  }
  return true;
}

static uint64_t value_hash(const Value *v) {
  if (v->null) return 1;
  Phys phys = type_phys(v->type);
  if (phys == PHYS_TEXT) return hash_bytes(text_bytes(&v->as.text), v->as.text.len);
  return hash_bytes(&v->as, phys == PHYS_I128 ? sizeof v->as.d128 : sizeof v->as.i);
}

uint64_t expr_hash(const Expr *e) {
  uint64_t parts[3] = {(uint64_t)e->kind << 8 | e->type.kind, (uint64_t)(uintptr_t)e->func, 0};
  if (e->kind == EXPR_COLUMN) parts[2] = e->column;
  if (e->kind == EXPR_CONST) parts[2] = value_hash(&e->value);
  uint64_t hash = hash_bytes(parts, sizeof parts);
  for (uint32_t i = 0; i < e->n_args; i++) {
    hash = hash_u64(hash ^ expr_hash(e->args[i]));
  }
  return hash;
}

bool expr_is_deterministic(const Expr *e) {
  if (e->kind == EXPR_CALL && (e->func->flags & FUNC_VOLATILE) != 0) return false;
  for (uint32_t i = 0; i < e->n_args; i++) {
    if (!expr_is_deterministic(e->args[i])) return false;
  }
  return true;
}

static bool node_may_fail(const Expr *e) {
  if (e->kind == EXPR_CAST) return !e->try_cast && cast_may_fail(e->args[0]->type, e->type);
  if (e->kind != EXPR_CALL || (e->func->flags & FUNC_MAY_FAIL) == 0) return false;
  bool is_float = e->type.kind == TYPE_FLOAT || e->type.kind == TYPE_DOUBLE;
  return !(is_float && (e->func->flags & FUNC_OPERATOR) != 0);
}

bool expr_may_fail(const Expr *e) {
  if (node_may_fail(e)) return true;
  for (uint32_t i = 0; i < e->n_args; i++) {
    if (expr_may_fail(e->args[i])) return true;
  }
  return false;
}

void expr_columns_used(const Expr *e, bool *used) {
  if (e->kind == EXPR_COLUMN) used[e->column] = true;
  for (uint32_t i = 0; i < e->n_args; i++) expr_columns_used(e->args[i], used);
}

/* --- copying with other columns --------------------------------------------------------- */

/* Constants and nodes without columns are shared with e, as a tree never changes. */
static Expr *with_columns(Arena *a, const Expr *e, Expr *const *with, const uint32_t *map) {
  if (e->kind == EXPR_COLUMN && with != NULL) return with[e->column];
  if (e->kind == EXPR_CONST) return (Expr *)e;
  Expr *copy = expr_copy(a, e);
  if (e->kind == EXPR_COLUMN) copy->column = map[e->column];
  if (e->n_args > 0) copy->args = ARENA_ARRAY(a, Expr *, e->n_args);
  for (uint32_t i = 0; i < e->n_args; i++) {
    copy->args[i] = with_columns(a, e->args[i], with, map);
  }
  return copy;
}

Expr *expr_substitute(Arena *a, const Expr *e, Expr *const *with) {
  return with_columns(a, e, with, NULL);
}

Expr *expr_remap(Arena *a, const Expr *e, const uint32_t *map) {
  return with_columns(a, e, NULL, map);
}
