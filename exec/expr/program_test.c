/* program_test.c -- programs against a row-at-a-time interpreter.
 *
 * Random expressions over BOOLEAN, INT, BIGINT, DOUBLE and STRING columns with NULLs are evaluated
 * by programs, over batches of several lengths with and without a selection, and by the plain
 * recursive interpreter below (eval), which evaluates no more of AND, OR, CASE and COALESCE
 * than a row needs.  Values must agree, and a program fails exactly if some selected row does.
 */
#include "exec/expr/program.h"

#include <string.h>

#include "base/check.h"
#include "exec/data/rng.h"
#include "exec/expr/expr_text.h"

enum { KINDS = 5, COLUMNS = 2 * KINDS, DEPTH = 5, EXPRS = 3, ROUNDS = 4000 };
static const TypeKind kinds[KINDS] = {TYPE_BOOLEAN, TYPE_INT, TYPE_BIGINT, TYPE_DOUBLE,
                                      TYPE_VARCHAR};

static uint64_t seed = 7;
static uint32_t pick(uint32_t n) { return (uint32_t)(rng_next(&seed) % n); }

static Type kind_type(TypeKind k) { return k == TYPE_VARCHAR ? type_string() : type_of(k); }

/* --- values ------------------------------------------------------------------------------------
 */

static const char *const words[] = {"",
                                    "a",
                                    "12",
                                    "0",
                                    "-7",
                                    "abcdefghijkl",
                                    "abcdefghijklmnop",
                                    "abcdefghijklmnoq",
                                    "12345678901234567890"};

static Value some_value(TypeKind k) {
  static const int64_t ints[] = {0, 0, 1, 2, -1, 3, -5, INT32_MAX, INT32_MIN};
  static const double doubles[] = {0.0, 1.0, -2.5, 1e300, 3.0};
  Type t = kind_type(k);
  if (pick(5) == 0) return value_null(t);
  if (k == TYPE_BOOLEAN) return value_int(t, pick(2));
  if (k == TYPE_DOUBLE) return value_double(t, doubles[pick(COUNT_OF(doubles))]);
  if (k == TYPE_VARCHAR) return value_text(t, str_of(words[pick(COUNT_OF(words))]));
  return value_int(t, ints[pick(pick(4) == 0 ? COUNT_OF(ints) : 7)]);
}

static bool values_equal(const Value *a, const Value *b) {
  if (a->null || b->null) return a->null && b->null;
  return value_compare(a, b) == 0;
}

/* --- random expressions ------------------------------------------------------------- */

static Expr *some_expr(ExprText *t, TypeKind kind, uint32_t depth);

static Expr *call(ExprText *t, const char *name, uint32_t n, Expr *a, Expr *b) {
  Expr **args = ARENA_ARRAY(&t->arena, Expr *, 2), *e = NULL;
  args[0] = a;
  args[1] = b;
  Code code = func_call(&t->arena, &t->env, name, NO_SPAN, args, n, &e, &t->err);
  CHECK_INT(code, OK);
  return e;
}

static Expr *leaf(ExprText *t, TypeKind kind) {
  for (uint32_t i = pick(2); i < COLUMNS && pick(3) != 0; i += 2) {
    if (kinds[i / 2] == kind) return expr_column(&t->arena, i, kind_type(kind), NO_SPAN);
  }
  return expr_const(&t->arena, some_value(kind), NO_SPAN);
}

static Expr *some_case(ExprText *t, TypeKind kind, uint32_t depth) {
  uint32_t n = 1 + 2 * (1 + pick(3));
  Expr **args = ARENA_ARRAY(&t->arena, Expr *, n);
  for (uint32_t i = 0; i < n; i++) {
    bool when = i % 2 == 0 && i + 1 < n;
    args[i] = some_expr(t, when ? TYPE_BOOLEAN : kind, depth);
  }
  return expr_case(&t->arena, args, n, kind_type(kind), NO_SPAN);
}

static Expr *some_coalesce(ExprText *t, TypeKind kind, uint32_t depth) {
  Expr *e = expr_new(&t->arena, EXPR_COALESCE, kind_type(kind), 2 + pick(2), NO_SPAN);
  for (uint32_t i = 0; i < e->n_args; i++) e->args[i] = some_expr(t, kind, depth);
  return e;
}

static Expr *some_in(ExprText *t, uint32_t depth) {
  TypeKind kind = kinds[pick(KINDS)];
  Expr *items[4], *e = NULL;
  uint32_t n = 1 + pick(4);
  for (uint32_t i = 0; i < n; i++) items[i] = expr_const(&t->arena, some_value(kind), NO_SPAN);
  Expr *probe = some_expr(t, kind, depth);
  Code code = expr_in_list(&t->arena, &t->env, probe, items, n, NO_SPAN, &e, &t->err);
  CHECK_INT(code, OK);
  return e;
}

static Expr *some_truth(ExprText *t, uint32_t depth) {
  static const char *const compare[] = {
      "=", "<>", "<", "<=", ">", ">=", "IS DISTINCT FROM", "IS NOT DISTINCT FROM"};
  static const char *const tests[] = {"IS TRUE",      "IS NOT TRUE", "IS FALSE",
                                      "IS NOT FALSE", "NOT",         "IS UNKNOWN"};
  TypeKind kind = kinds[pick(KINDS)];
  Expr *a = NULL;
  switch (pick(6)) {
    case 0:
      for (uint32_t i = 2 + pick(3); i > 0; i--) {
        a = expr_and(&t->arena, a, some_expr(t, TYPE_BOOLEAN, depth));
      }
      return a;
    case 1:
      for (uint32_t i = 2 + pick(3); i > 0; i--) {
        a = expr_or(&t->arena, a, some_expr(t, TYPE_BOOLEAN, depth));
      }
      return a;
    case 2:
      return call(t, pick(2) ? "IS NULL" : "IS NOT NULL", 1, some_expr(t, kind, depth), NULL);
    case 3:
      return call(t, tests[pick(COUNT_OF(tests))], 1, some_expr(t, TYPE_BOOLEAN, depth), NULL);
    case 4:
      return some_in(t, depth);
    default:
      a = some_expr(t, kind, depth);
      return call(t, compare[pick(COUNT_OF(compare))], 2, a, some_expr(t, kind, depth));
  }
}

static Expr *some_expr(ExprText *t, TypeKind kind, uint32_t depth) {
  static const char *const arith[] = {"+", "-", "*", "/", "%"};
  if (depth == 0 || pick(6) == 0) return leaf(t, kind);
  depth--;
  if (pick(6) == 0) return some_case(t, kind, depth);
  if (pick(8) == 0) return some_coalesce(t, kind, depth);
  if (kind == TYPE_BOOLEAN) return some_truth(t, depth);
  if (kind == TYPE_VARCHAR || pick(5) == 0) {
    Expr *arg = some_expr(t, kinds[1 + pick(2)], depth);
    return expr_cast_node(&t->arena, arg, kind_type(kind), pick(2), NO_SPAN);
  }
  if (pick(8) == 0) return call(t, "-", 1, some_expr(t, kind, depth), NULL);
  const char *op = arith[pick(kind == TYPE_DOUBLE ? 4 : 5)];
  Expr *a = some_expr(t, kind, depth);
  return call(t, op, 2, a, some_expr(t, kind, depth));
}

/* --- the interpreter ---------------------------------------------------------------- */

static bool eval(const Expr *e, const Batch *in, uint32_t row, bool wraps, Value *out);

static bool put_int(Type t, Int128 r, bool wraps, Value *out) {
  Int128 limit = t.kind == TYPE_INT ? INT32_MAX : INT64_MAX;
  bool fits = r <= limit && r >= -limit - 1;
  *out = value_int(t, t.kind == TYPE_INT ? (int32_t)r : (int64_t)r);
  return fits || wraps;
}

static bool eval_arith(char op, Type t, const Value *x, const Value *y, bool wraps, Value *out) {
  if (t.kind == TYPE_DOUBLE) {
    double a = x->as.f, b = y->as.f;
    *out = value_double(t, op == '+' ? a + b : op == '-' ? a - b : op == '*' ? a * b : a / b);
    return true;
  }
  Int128 a = x->as.i, b = y->as.i;
  if ((op == '/' || op == '%') && b == 0) return false;
  return put_int(t,
                 op == '+'   ? a + b
                 : op == '-' ? a - b
                 : op == '*' ? a * b
                 : op == '/' ? a / b
                             : a % b,
                 wraps, out);
}

/* NaN is not in play: no value or operation here makes one but infinity minus or over itself. */
static bool eval_compare(const char *op, const Value *x, const Value *y) {
  bool nan = type_phys(x->type) == PHYS_F64 && (x->as.f != x->as.f || y->as.f != y->as.f);
  int order = value_compare(x, y);
  if (nan) return strcmp(op, "<>") == 0 || strcmp(op, "IS DISTINCT FROM") == 0;
  if (strcmp(op, "=") == 0 || strcmp(op, "IS NOT DISTINCT FROM") == 0) return order == 0;
  if (strcmp(op, "<>") == 0 || strcmp(op, "IS DISTINCT FROM") == 0) return order != 0;
  if (op[0] == '<') return op[1] == '=' ? order <= 0 : order < 0;
  return op[1] == '=' ? order >= 0 : order > 0;
}

static bool eval_call(const Expr *e, const Value *args, bool wraps, Value *out) {
  const char *name = e->func->name;
  const Value *x = &args[0], *y = &args[e->n_args - 1];
  bool truth = !x->null && x->as.i != 0, not = strstr(name, "NOT") != NULL;
  if (strstr(name, "DISTINCT") != NULL && (x->null || y->null)) {
    *out = value_int(e->type, (x->null != y->null) != not );
  } else if (strcmp(name, "IS NULL") == 0 || strcmp(name, "IS UNKNOWN") == 0) {
    *out = value_int(e->type, x->null);
  } else if (strcmp(name, "IS NOT NULL") == 0) {
    *out = value_int(e->type, !x->null);
  } else if (strstr(name, "TRUE") != NULL) {
    *out = value_int(e->type, truth != not );
  } else if (strstr(name, "FALSE") != NULL) {
    *out = value_int(e->type, (!x->null && !truth) != not );
  } else if (x->null || y->null) {
    *out = value_null(e->type);
  } else if (strcmp(name, "NOT") == 0) {
    *out = value_int(e->type, !truth);
  } else if (strchr("=<>I", name[0]) != NULL) {
    *out = value_int(e->type, eval_compare(name, x, y));
  } else if (e->n_args == 1) {
    if (e->type.kind != TYPE_DOUBLE) return put_int(e->type, -(Int128)x->as.i, wraps, out);
    *out = value_double(e->type, -x->as.f);
  } else {
    return eval_arith(name[0], e->type, x, y, wraps, out);
  }
  return true;
}

/* Among INT, BIGINT, DOUBLE and STRING, as far as some_expr makes them. */
static bool eval_cast(const Expr *e, const Value *x, bool wraps, Value *out) {
  static char texts[64][24]; /* of one row's evaluation and some more */
  static uint32_t next;
  *out = value_null(e->type);
  if (x->null) return true;
  if (e->type.kind == TYPE_DOUBLE) {
    *out = value_double(e->type, (double)x->as.i);
  } else if (e->type.kind == TYPE_VARCHAR) {
    char *text = texts[next++ % 64];
    snprintf(text, 24, "%lld", (long long)x->as.i);
    *out = value_text(e->type, str_of(text));
  } else if (!put_int(e->type, x->as.i, wraps, out)) {
    *out = value_null(e->type);
    return e->try_cast;
  }
  return true;
}

static bool eval_logic(const Expr *e, const Batch *in, uint32_t row, bool wraps, Value *out) {
  bool is_or = e->kind == EXPR_OR, unknown = false;
  for (uint32_t i = 0; i < e->n_args; i++) {
    Value v;
    if (!eval(e->args[i], in, row, wraps, &v)) return false;
    unknown |= v.null;
    if (!v.null && (v.as.i != 0) == is_or) {
      *out = value_int(e->type, is_or);
      return true;
    }
  }
  *out = unknown ? value_null(e->type) : value_int(e->type, !is_or);
  return true;
}

static bool eval_case(const Expr *e, const Batch *in, uint32_t row, bool wraps, Value *out) {
  for (uint32_t i = 0; i + 1 < e->n_args; i += 2) {
    Value when;
    if (!eval(e->args[i], in, row, wraps, &when)) return false;
    if (!when.null && when.as.i != 0) return eval(e->args[i + 1], in, row, wraps, out);
  }
  return eval(e->args[e->n_args - 1], in, row, wraps, out);
}

static bool eval_in(const Expr *e, const Value *x, Value *out) {
  bool unknown = x->null;
  for (uint32_t i = 1; i < e->n_args; i++) {
    const Value *item = &e->args[i]->value;
    unknown |= item->null;
    if (!x->null && !item->null && eval_compare("=", x, item)) {
      *out = value_int(e->type, 1);
      return true;
    }
  }
  *out = unknown ? value_null(e->type) : value_int(e->type, 0);
  return true;
}

/* false: an error. */
static bool eval(const Expr *e, const Batch *in, uint32_t row, bool wraps, Value *out) {
  Value args[2];
  if (e->kind == EXPR_AND || e->kind == EXPR_OR) return eval_logic(e, in, row, wraps, out);
  if (e->kind == EXPR_CASE) return eval_case(e, in, row, wraps, out);
  if (e->kind == EXPR_COLUMN) {
    *out = value_of(&in->cols[e->column], row);
    return true;
  }
  if (e->kind == EXPR_CONST) {
    *out = e->value;
    return true;
  }
  if (e->kind == EXPR_COALESCE) {
    for (uint32_t i = 0; i < e->n_args; i++) {
      if (!eval(e->args[i], in, row, wraps, out)) return false;
      if (!out->null) return true;
    }
    return true;
  }
  uint32_t n = e->kind == EXPR_CALL ? e->n_args : 1;
  for (uint32_t i = 0; i < n; i++) {
    if (!eval(e->args[i], in, row, wraps, &args[i])) return false;
  }
  if (e->kind == EXPR_CAST) return eval_cast(e, &args[0], wraps, out);
  if (e->kind == EXPR_IN) return eval_in(e, &args[0], out);
  return eval_call(e, args, wraps, out);
}

/* --- batches ------------------------------------------------------------------------ */

typedef struct Input {
  BatchBuilder *builder;
  Batch batch;
  Vector cols[COLUMNS];
  uint16_t sel[BATCH_ROWS];
} Input;

/* Column 2i is of kind i and may have NULLs; 2i + 1 sometimes is constant. */
static void some_input(Input *in, uint32_t rows) {
  Type types[COLUMNS];
  for (uint32_t c = 0; c < COLUMNS; c++) types[c] = kind_type(kinds[c / 2]);
  in->builder = batch_builder_new((BatchShape){.types = types, .n_cols = COLUMNS});
  for (uint32_t row = 0; row < rows; row++) {
    for (uint32_t c = 0; c < COLUMNS; c++) {
      Value v = some_value(kinds[c / 2]);
      CHECK(batch_builder_put(in->builder, c, row, &v));
    }
    in->builder->batch.rows++;
  }
  in->batch = in->builder->batch;
  memcpy(in->cols, in->batch.cols, sizeof in->cols);
  in->batch.cols = in->cols;
  for (uint32_t c = 1; c < COLUMNS && rows > 0; c += 2) in->cols[c].constant = pick(4) == 0;
  if (pick(2) == 0) return;
  for (uint16_t row = 0; row < rows; row++) {
    if (pick(3) != 0) in->sel[in->batch.n_sel++] = row;
  }
  in->batch.sel = in->sel;
}

/* --- comparing ---------------------------------------------------------------------- */

static void complain(const Expr *e, uint32_t row, const char *what) {
  StrBuf text;
  strbuf_init(&text, 0);
  expr_print(e, NULL, &text);
  check_failures++;
  printf("row %u: %s: %s\n", row, what, strbuf_text(&text));
  strbuf_deinit(&text);
}

static bool row_fails(Expr *const *exprs, const Batch *in, bool wraps) {
  Value v;
  for (uint32_t i = 0; i < batch_count(in); i++) {
    for (uint32_t x = 0; x < EXPRS; x++) {
      if (!eval(exprs[x], in, batch_row(in, i), wraps, &v)) return true;
    }
  }
  return false;
}

static void check_rows(Expr *const *exprs, const Batch *in, bool wraps, const Vector *out) {
  for (uint32_t x = 0; x < EXPRS; x++) {
    for (uint32_t i = 0; i < batch_count(in); i++) {
      uint32_t row = batch_row(in, i);
      Value want, got = value_of(&out[x], row);
      CHECK(eval(exprs[x], in, row, wraps, &want));
      if (!values_equal(&want, &got)) complain(exprs[x], row, "another value");
      if (got.null && !exprs[x]->type.nullable) complain(exprs[x], row, "NULL in a NOT NULL");
    }
  }
}

/* The rule of batch.h that a NULL's slot is zero. */
static void check_null_slots(const Batch *in, const Vector *out) {
  static const char zeros[16];
  for (uint32_t x = 0; x < EXPRS; x++) {
    size_t size = phys_size(type_phys(out[x].type));
    for (uint32_t i = 0; i < batch_count(in) && !out[x].constant; i++) {
      uint32_t row = batch_row(in, i);
      if (vector_valid(&out[x], row)) continue;
      CHECK(memcmp((const char *)out[x].data + row * size, zeros, size) == 0);
    }
  }
}

static void check_filter(Expr *e, const ExprText *t, const Batch *in) {
  Program *p = NULL;
  Error err = {.code = OK};
  uint16_t got[BATCH_ROWS];
  uint32_t n = 0, at = 0;
  CHECK_INT(program_new(&e, 1, &t->env, &p, &err), OK);
  CHECK_INT(program_filter(p, in, 0, got, &n, &err), OK);
  for (uint32_t i = 0; i < batch_count(in); i++) {
    Value v;
    CHECK(eval(e, in, batch_row(in, i), t->env.wrap_on_overflow, &v));
    if (v.null || v.as.i == 0) continue;
    if (at >= n || got[at] != batch_row(in, i)) complain(e, batch_row(in, i), "filtered out");
    at++;
  }
  CHECK_INT(n, at);
  program_free(p);
}

static void run_round(uint32_t round) {
  static const uint32_t lengths[] = {0, 1, 63, 64, 65, 200};
  static uint32_t n_failed;
  static Input in;
  ExprText t = {.env = {.zone = zone_utc(), .wrap_on_overflow = round % 4 == 0}};
  bool wraps = t.env.wrap_on_overflow;
  Expr *exprs[EXPRS], *folded[EXPRS];
  for (uint32_t x = 0; x < EXPRS; x++) {
    exprs[x] = some_expr(&t, x == 0 ? TYPE_BOOLEAN : kinds[pick(KINDS)], 1 + pick(DEPTH));
    folded[x] = expr_fold(&t.arena, exprs[x], &t.env);
    CHECK(type_same(folded[x]->type, exprs[x]->type));
  }
  Program *p = NULL, *q = NULL;
  Error err = {.code = OK};
  Vector out[EXPRS];
  CHECK_INT(program_new(exprs, EXPRS, &t.env, &p, &err), OK);
  CHECK_INT(program_new(folded, EXPRS, &t.env, &q, &err), OK);
  for (int batch = 0; batch < 3; batch++) { /* stale registers must not matter */
    in.batch = (Batch){.rows = 0};
    some_input(&in, lengths[pick(COUNT_OF(lengths))]);
    bool fails = row_fails(exprs, &in.batch, wraps);
    err.code = OK;
    Code code = program_run(p, &in.batch, 0, out, &err);
    CHECK_INT(code != OK, fails);
    n_failed += fails;
    if (code == OK) {
      check_rows(exprs, &in.batch, wraps, out);
      check_null_slots(&in.batch, out);
      CHECK_INT(program_run(q, &in.batch, 0, out, &err), OK);
      check_rows(exprs, &in.batch, wraps, out);
      check_filter(exprs[0], &t, &in.batch);
    } else {
      CHECK_INT(err.code, ERR_DATA);
    }
    batch_builder_free(in.builder);
  }
  program_free(p);
  program_free(q);
  arena_deinit(&t.arena);
  if (round + 1 == ROUNDS) CHECK(n_failed > ROUNDS / 20 && n_failed < ROUNDS * 2);
}

/* --- what random trees do not reach ------------------------------------------------- */

/* 100,000 constants, half of them asked for. */
static void test_large_in(void) {
  enum { ITEMS = 100000 };
  ExprText t = {.env = {.zone = zone_utc()}};
  Type type = type_of(TYPE_BIGINT);
  Expr **items = ARENA_ARRAY(&t.arena, Expr *, ITEMS), *in = NULL;
  for (uint32_t i = 0; i < ITEMS; i++) {
    items[i] = expr_const(&t.arena, value_int(type_of(TYPE_INT), 2 * i), NO_SPAN);
  }
  Expr *column = expr_column(&t.arena, 0, type, NO_SPAN);
  CHECK_INT(expr_in_list(&t.arena, &t.env, column, items, ITEMS, NO_SPAN, &in, &t.err), OK);
  CHECK(in->kind == EXPR_IN && in->n_args == ITEMS + 1);
  int64_t values[BATCH_ROWS];
  for (int64_t i = 0; i < BATCH_ROWS; i++) values[i] = i * 97;
  Vector col = {.type = type, .data = values}, out;
  Batch batch = {.rows = BATCH_ROWS, .n_cols = 1, .cols = &col};
  Program *p = NULL;
  CHECK_INT(program_new(&in, 1, &t.env, &p, &t.err), OK);
  CHECK_INT(program_run(p, &batch, 0, &out, &t.err), OK);
  for (uint32_t i = 0; i < BATCH_ROWS; i++) {
    CHECK_INT(((int8_t *)out.data)[i], values[i] % 2 == 0 && values[i] < 2 * ITEMS);
  }
  program_free(p);
  arena_deinit(&t.arena);
}

/* Deep and wide trees: registers are shared, nothing is quadratic enough to notice. */
static void test_large_trees(void) {
  ExprText t = {.env = {.zone = zone_utc()}};
  Expr *deep = expr_column(&t.arena, 0, type_of(TYPE_BIGINT), NO_SPAN), *one;
  for (int i = 0; i < 900; i++) {
    one = expr_const(&t.arena, value_int(type_of(TYPE_BIGINT), i), NO_SPAN);
    deep = call(&t, i % 2 ? "+" : "-", 2, deep, one);
  }
  enum { WHENS = 3000 };
  Expr **args = ARENA_ARRAY(&t.arena, Expr *, 2 * WHENS + 1);
  Expr *column = expr_column(&t.arena, 0, type_of(TYPE_BIGINT), NO_SPAN);
  for (int i = 0; i < WHENS; i++) {
    args[2 * i] =
        call(&t, "=", 2, column, expr_const(&t.arena, value_int(type_of(TYPE_BIGINT), i), NO_SPAN));
    args[2 * i + 1] = expr_const(&t.arena, value_int(type_of(TYPE_BIGINT), 10 * i), NO_SPAN);
  }
  args[2 * WHENS] = expr_null(&t.arena, type_of(TYPE_BIGINT), NO_SPAN);
  Expr *exprs[] = {deep, expr_case(&t.arena, args, 2 * WHENS + 1, type_of(TYPE_BIGINT), NO_SPAN)};
  int64_t values[] = {5, 2999, 3000};
  Vector col = {.type = type_of(TYPE_BIGINT), .data = values}, out[2];
  Batch batch = {.rows = 3, .n_cols = 1, .cols = &col};
  Program *p = NULL;
  CHECK_INT(program_new(exprs, 2, &t.env, &p, &t.err), OK);
  CHECK_INT(program_run(p, &batch, 0, out, &t.err), OK);
  CHECK_INT(((int64_t *)out[0].data)[0], 5 + 450);
  CHECK_INT(((int64_t *)out[1].data)[0], 50);
  CHECK_INT(((int64_t *)out[1].data)[1], 29990);
  CHECK(!vector_valid(&out[1], 2));
  program_free(p);
  arena_deinit(&t.arena);
}

/* Columns go through without a copy, constants stay constants. */
static void test_sharing(void) {
  ExprText t = {.env = {.zone = zone_utc()}};
  Type type = type_time(TYPE_TIMESTAMP, 3);
  Expr *column = expr_column(&t.arena, 0, type, NO_SPAN);
  Expr *exprs[] = {column,
                   expr_cast_node(&t.arena, column, type_time(TYPE_TIMESTAMP, 6), false, NO_SPAN),
                   expr_const(&t.arena, value_int(type_of(TYPE_INT), 7), NO_SPAN)};
  int64_t values[] = {1, 2};
  Vector col = {.type = type, .data = values}, out[3];
  Batch batch = {.rows = 2, .n_cols = 1, .cols = &col};
  Program *p = NULL;
  CHECK_INT(program_new(exprs, 3, &t.env, &p, &t.err), OK);
  CHECK_INT(program_run(p, &batch, 0, out, &t.err), OK);
  CHECK(out[0].data == values && out[1].data == values);
  CHECK_INT(out[1].type.precision, 6);
  CHECK(out[2].constant && ((int32_t *)out[2].data)[0] == 7);
  program_free(p);
  arena_deinit(&t.arena);
}

/* A column that is nothing but NULL becomes one of any type. */
static void test_null_column(void) {
  ExprText t = {.env = {.zone = zone_utc()}};
  Expr *column = expr_column(&t.arena, 0, type_of(TYPE_NULL), NO_SPAN);
  Expr *e = expr_cast_node(&t.arena, column, type_string(), false, NO_SPAN);
  int8_t zeros[2] = {0, 0};
  uint64_t none = 0;
  Vector col = {.type = type_of(TYPE_NULL), .data = zeros, .valid = &none}, out;
  Batch batch = {.rows = 2, .n_cols = 1, .cols = &col};
  Program *p = NULL;
  CHECK_INT(program_new(&e, 1, &t.env, &p, &t.err), OK);
  CHECK_INT(program_run(p, &batch, 0, &out, &t.err), OK);
  CHECK(!vector_valid(&out, 0) && !vector_valid(&out, 1));
  program_free(p);
  arena_deinit(&t.arena);
}

int main(void) {
  for (uint32_t round = 0; round < ROUNDS; round++) run_round(round);
  test_large_in();
  test_large_trees();
  test_sharing();
  test_null_column();
  return check_done();
}
