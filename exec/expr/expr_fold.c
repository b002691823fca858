/* expr_fold.c -- constant folding: what needs no row is computed once, at planning.
 *
 *   1 + 2              3
 *   x AND TRUE         x              x AND FALSE     FALSE, if x cannot fail
 *   CASE WHEN FALSE .. the branch goes; a TRUE one ends the CASE
 *   COALESCE(NULL, x)  x              COALESCE(1, x)  1
 *   f(NULL)            NULL, unless f sees NULLs itself
 *
 *   (SELECT ...)       its result, once it has been run
 *
 * Values come from the same kernels that run later (expr_eval), so folding cannot change a
 * result.  What would raise an error stays: `CASE WHEN b THEN 1 / 0 END` fails only if some
 * row has b.  New nodes are made where something changes; the tree given is not touched.
 */
#include <string.h>

#include "exec/expr/expr_query.h"
#include "exec/expr/program.h"

typedef struct Folder {
  Arena *arena;
  const ExprEnv *env;
} Folder;

static Expr *fold(const Folder *f, Expr *e);

static Expr *truth(const Folder *f, bool b, Span span) {
  return expr_const(f->arena, value_int(type_of(TYPE_BOOLEAN), b), span);
}

static bool is_null(const Expr *e) { return e->kind == EXPR_CONST && e->value.null; }
static bool is_truth(const Expr *e, bool b) {
  return e->kind == EXPR_CONST && !e->value.null && e->type.kind == TYPE_BOOLEAN &&
         (e->value.as.i != 0) == b;
}

/* The value of e, if it needs no row and has one. */
static Expr *computed(const Folder *f, Expr *e) {
  for (uint32_t i = 0; i < e->n_args; i++) {
    if (e->args[i]->kind != EXPR_CONST) return e;
  }
  if (e->kind == EXPR_COLUMN || e->kind == EXPR_CONST || !expr_is_deterministic(e)) return e;
  Value value;
  Error err = {.code = OK};
  if (expr_eval(f->arena, e, f->env, &value, &err) != OK) return e;
  return expr_const(f->arena, value, e->span);
}

/* AND for absorbing FALSE, OR for TRUE.  An absorbing part ends the chain: what is behind it is
 * never evaluated.  What is before it goes too, unless it can raise an error. */
static Expr *fold_logic(const Folder *f, Expr *e) {
  bool absorbing = e->kind == EXPR_OR, may_fail = false, constant = false;
  for (uint32_t i = 0; i < e->n_args; i++) constant |= e->args[i]->kind == EXPR_CONST;
  if (!constant) return e;
  Expr *chain = NULL;
  for (uint32_t i = 0; i < e->n_args; i++) {
    Expr *arg = e->args[i];
    if (is_truth(arg, absorbing) && !may_fail) return truth(f, absorbing, e->span);
    if (is_truth(arg, !absorbing)) continue;
    chain = absorbing ? expr_or(f->arena, chain, arg) : expr_and(f->arena, chain, arg);
    if (is_truth(arg, absorbing)) break;
    may_fail |= expr_may_fail(arg);
  }
  if (chain == NULL) return truth(f, !absorbing, e->span);
  return chain->kind == e->kind ? computed(f, chain) : chain;
}

static Expr *fold_case(const Folder *f, Expr *e) {
  Expr **args = ARENA_ARRAY(f->arena, Expr *, e->n_args);
  uint32_t n = 0;
  Expr *last = e->args[e->n_args - 1];
  for (uint32_t i = 0; i + 1 < e->n_args; i += 2) {
    if (is_truth(e->args[i], true)) {
      last = e->args[i + 1];
      break;
    }
    if (e->args[i]->kind == EXPR_CONST) continue; /* FALSE or NULL */
    args[n++] = e->args[i];
    args[n++] = e->args[i + 1];
  }
  if (n == 0) return last;
  args[n++] = last;
  Expr *out = expr_copy(f->arena, e);
  out->args = args;
  out->n_args = n;
  return out;
}

static Expr *fold_coalesce(const Folder *f, Expr *e) {
  Expr **args = ARENA_ARRAY(f->arena, Expr *, e->n_args);
  uint32_t n = 0;
  for (uint32_t i = 0; i < e->n_args; i++) {
    if (is_null(e->args[i])) continue;
    args[n++] = e->args[i];
    if (e->args[i]->kind == EXPR_CONST) break; /* never NULL: the rest is not reached */
  }
  if (n == 0) return e->args[0];
  if (n == 1) return args[0];
  Expr *out = expr_copy(f->arena, e);
  out->args = args;
  out->n_args = n;
  return out;
}

/* Where the value needs no row any more, nobody needs what it was made of. */
static Expr *fold_once(Expr *e) {
  Expr *value = e->args[e->n_args - 1];
  return value->kind == EXPR_CONST ? value : e;
}

static Expr *fold_call(const Folder *f, Expr *e) {
  if ((e->func->flags & (FUNC_NULLS | FUNC_VOLATILE)) == 0) {
    for (uint32_t i = 0; i < e->n_args; i++) {
      if (is_null(e->args[i])) return expr_null(f->arena, e->type, e->span);
    }
  }
  return computed(f, e);
}

/* e with folded args, or e itself when none changed. */
static Expr *fold_args(const Folder *f, Expr *e) {
  Expr **args = NULL;
  for (uint32_t i = 0; i < e->n_args; i++) {
    Expr *arg = fold(f, e->args[i]);
    if (arg == e->args[i] && args == NULL) continue;
    if (args == NULL) {
      args = ARENA_ARRAY(f->arena, Expr *, e->n_args);
      memcpy(args, e->args, e->n_args * sizeof *args);
    }
    args[i] = arg;
  }
  if (args == NULL) return e;
  Expr *out = expr_copy(f->arena, e);
  out->args = args;
  return out;
}

static Expr *fold(const Folder *f, Expr *e) {
  if (e->n_args == 0 && e->kind != EXPR_CALL && e->kind != EXPR_QUERY) return e;
  Expr *folded = fold_args(f, e);
  switch (e->kind) {
    case EXPR_AND:
    case EXPR_OR:
      return fold_logic(f, folded);
    case EXPR_CASE:
      return fold_case(f, folded);
    case EXPR_COALESCE:
      return fold_coalesce(f, folded);
    case EXPR_CALL:
      return fold_call(f, folded);
    case EXPR_CAST:
    case EXPR_IN:
      return computed(f, folded);
    case EXPR_ONCE:
      return fold_once(folded);
    case EXPR_QUERY:
      return folded->query->done ? fold(f, expr_query_result(f->arena, f->env, folded)) : folded;
    case EXPR_COLUMN:
    case EXPR_CONST:
      break;
  }
  return folded;
}

Expr *expr_fold(Arena *a, Expr *e, const ExprEnv *env) { return fold(&(Folder){a, env}, e); }
