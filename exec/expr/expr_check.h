/* expr_check.h -- a table of expressions and results, for tests.
 *
 * Each case is evaluated as it stands, folded, and with every choice of its literals turned into
 * columns: constant and flat arguments, folding and running must agree.
 */
#pragma once
#include "base/check.h"
#include "exec/expr/expr_text.h"

typedef struct ExprCase {
  const char *expr, *want; /* want "error: ..." from binding or running */
} ExprCase;

static ExprEnv expr_check_env; /* of all cases that follow */

static void expr_check_init(ExprText *t, uint64_t as_columns) {
  *t = (ExprText){.as_columns = as_columns, .env = expr_check_env};
}

static void expr_check_outcome(ExprText *t, Expr *e, StrBuf *out) {
  strbuf_clear(out);
  if (e == NULL) {
    strbuf_printf(out, "error: %s", t->err.msg);
  } else {
    expr_value_text(t, e, out);
  }
}

/* Error messages name the expression, which differs when a literal is a column. */
static bool expr_check_same(const char *got, const char *want) {
  const char *in = strstr(want, " in \"");
  size_t n = in != NULL && strncmp(want, "error:", 6) == 0 ? (size_t)(in - want) : strlen(want) + 1;
  return strncmp(got, want, n) == 0;
}

static void expr_check_folded(ExprText *t, Expr *e, const ExprCase *c, StrBuf *got) {
  Expr *folded = expr_fold(&t->arena, e, &t->env);
  bool fails = strncmp(c->want, "error:", 6) == 0;
  CHECK(fails || folded->kind == EXPR_CONST);
  CHECK(type_same(folded->type, e->type));
  CHECK(e->type.nullable || !folded->type.nullable);
  expr_check_outcome(t, folded, got);
  CHECK(expr_check_same(strbuf_text(got), c->want));
}

static void expr_check_columns(const ExprCase *c, uint64_t mask, Type type, StrBuf *got) {
  ExprText t;
  expr_check_init(&t, mask);
  Expr *e = expr_from_text(&t, c->expr);
  if (e != NULL && type_same(e->type, type)) { /* some results depend on constants */
    expr_check_outcome(&t, e, got);
    if (!expr_check_same(strbuf_text(got), c->want)) {
      printf("%s as columns %llx\n", c->expr, (unsigned long long)mask);
      CHECK_STR(strbuf_text(got), c->want);
    }
  }
  arena_deinit(&t.arena);
}

static void expr_check_case(const ExprCase *c) {
  ExprText t;
  StrBuf got;
  strbuf_init(&got, 0);
  expr_check_init(&t, 0);
  Expr *e = expr_from_text(&t, c->expr);
  expr_check_outcome(&t, e, &got);
  if (strcmp(strbuf_text(&got), c->want) != 0) {
    printf("%s\n", c->expr);
    CHECK_STR(strbuf_text(&got), c->want);
  }
  if (e != NULL) {
    CHECK(e->type.nullable || strcmp(c->want, ".") != 0);
    expr_check_folded(&t, e, c, &got);
    uint64_t end = UINT64_C(1) << t.n_literals;
    for (uint64_t mask = 1; mask < end; mask++) expr_check_columns(c, mask, e->type, &got);
  }
  arena_deinit(&t.arena);
  strbuf_deinit(&got);
}

static inline void expr_check_cases(const ExprCase *cases, size_t n) {
  for (size_t i = 0; i < n; i++) expr_check_case(&cases[i]);
}
