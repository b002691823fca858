/* expr_check.c -- see expr_check.h. */
#include "planner/expr_tests/expr_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "exec/expr/program.h"
#include "exec/state/key.h"
#include "parser/parse.h"
#include "planner/bind.h"
#include "planner/expr_tests/expr_random.h"

enum {
  ROWS = 29,
  NOW_US = 1700000000, /* any instant */
  MEMORY = 1 << 30,    /* what texts may grow to */
};

struct ExprCheck {
  Planner *planner;
  Type *types;
  BatchBuilder *rows;
  Arena arena;
};

static _Noreturn void give_up(const char *what, const Error *err) {
  fprintf(stderr, "expr_check: %s: %s\n", what, err->msg);
  abort();
}

/* --- the rows --------------------------------------------------------------------------- */

static Code bind_text(ExprCheck *x, Arena *arena, Binder *b, Str text, Expr **out) {
  RelColumn *cols = ARENA_ARRAY(arena, RelColumn, expr_n_columns);
  for (uint32_t i = 0; i < expr_n_columns; i++) {
    cols[i] = (RelColumn){.name = expr_columns[i].name, .type = x->types[i]};
  }
  Relation rel = {.cols = cols, .n_cols = expr_n_columns};
  const ExprScope scope = {.rel = &rel, .clause = "SELECT"};
  AstExpr *ast;
  TRY(parse_expression(arena, text.ptr, text.len, &ast, b->err));
  return bind_expr(b, &scope, ast, out);
}

static Code value_of_literal(ExprCheck *x, uint32_t column, const char *literal, Value *out,
                             Error *err) {
  Notes notes = {0};
  Binder b;
  Expr *e;
  TRY(binder_init(&b, x->planner, &x->arena, &notes, err));
  char *sql = arena_printf(&x->arena, "CAST(%s AS %s)", literal, expr_columns[column].type);
  TRY(bind_text(x, &x->arena, &b, str_of(sql), &e));
  return expr_eval(&x->arena, e, &b.env, out, err);
}

static void fill_column(ExprCheck *x, uint32_t column) {
  const char *const *literals = expr_columns[column].values;
  uint32_t n = 0;
  while (literals[n] != NULL) n++;
  for (uint32_t row = 0; row < ROWS; row++) {
    Error err = {0};
    Value v;
    /* steps that no number of values divides: each row meets others */
    const char *literal = literals[(row * (column % 3 + 1) + column) % n];
    if (value_of_literal(x, column, literal, &v, &err) != OK) give_up(literal, &err);
    if (!batch_builder_put(x->rows, column, row, &v)) out_of_memory();
  }
}

ExprCheck *expr_check_new(void) {
  ExprCheck *x = calloc(1, sizeof *x);
  Error err = {0};
  if (x == NULL) out_of_memory();
  x->planner = planner_new(1);
  x->types = ARENA_ARRAY(&x->arena, Type, expr_n_columns);
  Notes notes = {0};
  Binder b;
  if (binder_init(&b, x->planner, &x->arena, &notes, &err) != OK) give_up("begin", &err);
  for (uint32_t i = 0; i < expr_n_columns; i++) {
    const char *text = expr_columns[i].type;
    AstType *ast;
    if (parse_type(&x->arena, text, strlen(text), &ast, &err) != OK) give_up(text, &err);
    if (bind_type(&b, ast, &x->types[i]) != OK) give_up(text, &err);
  }
  x->rows = batch_builder_new((BatchShape){.types = x->types, .n_cols = expr_n_columns});
  if (x->rows == NULL) out_of_memory();
  for (uint32_t i = 0; i < expr_n_columns; i++) fill_column(x, i);
  x->rows->batch.rows = ROWS;
  memory_set_limit(MEMORY);
  return x;
}

void expr_check_free(ExprCheck *x) {
  batch_builder_free(x->rows);
  planner_free(x->planner);
  arena_deinit(&x->arena);
  free(x);
}

/* --- results ---------------------------------------------------------------------------- */

/* Of all rows: encoded, one behind the other; ends[row] is where each ends. */
typedef struct Results {
  Code code;
  StrBuf bytes;
  size_t ends[ROWS];
  Error err;
} Results;

static void keep_row(Results *r, const Vector *v, uint32_t row) {
  size_t size = key_encoded_size(v, row);
  char *at = strbuf_reserve(&r->bytes, size);
  if (at == NULL) out_of_memory();
  key_encode(v, row, at);
  r->bytes.len += size;
  r->ends[row] = r->bytes.len;
}

static Str row_bytes(const Results *r, uint32_t row) {
  size_t from = row > 0 ? r->ends[row - 1] : 0;
  return (Str){r->bytes.data + from, r->ends[row] - from};
}

static void run_all(const ExprCheck *x, Program *p, Results *r) {
  Vector out;
  r->code = program_run(p, &x->rows->batch, NOW_US, &out, &r->err);
  if (r->code != OK) return;
  for (uint32_t row = 0; row < ROWS; row++) keep_row(r, &out, row);
}

/* The first error counts. */
static void run_each(const ExprCheck *x, Program *p, Results *r) {
  for (uint32_t row = 0; row < ROWS; row++) {
    const uint16_t sel[] = {(uint16_t)row};
    Batch one = x->rows->batch;
    Vector out;
    one.sel = sel;
    one.n_sel = 1;
    r->code = program_run(p, &one, NOW_US, &out, &r->err);
    if (r->code != OK) return;
    keep_row(r, &out, row);
  }
}

static void results_free(Results *r) { strbuf_deinit(&r->bytes); }

/* Memory runs out here and there by chance. */
static bool by_chance(const Results *r) { return r->code == ERR_MEMORY || r->code == ERR_LIMIT; }

static bool same(const char *what, const Results *a, const Results *b, StrBuf *problem) {
  if (by_chance(a) || by_chance(b)) return true;
  if ((a->code == OK) != (b->code == OK)) { /* of several errors any may come first */
    strbuf_printf(problem, "%s: %s, but alone %s", what, a->code != OK ? a->err.msg : "good",
                  b->code != OK ? b->err.msg : "good");
    return false;
  }
  for (uint32_t row = 0; a->code == OK && row < ROWS; row++) {
    if (str_eq(row_bytes(a, row), row_bytes(b, row))) continue;
    strbuf_printf(problem, "%s: row %u differs", what, row);
    return false;
  }
  return true;
}

/* --- one expression --------------------------------------------------------------------- */

static Code compile(Expr *const *e, const Binder *b, Program **out, StrBuf *problem) {
  Error err = {0};
  Code code = program_new(e, 1, &b->env, out, &err);
  if (code != OK && err.msg[0] == '\0') strbuf_puts(problem, "not compiled, without a message");
  return code;
}

static ExprOutcome compare_runs(const ExprCheck *x, Program *plain, Program *folded,
                                StrBuf *problem) {
  static Results all, each, short_; /* static: they are large, and this has one thread */
  all = each = short_ = (Results){0};
  run_all(x, plain, &all);
  run_each(x, plain, &each);
  bool good = same("all rows at once", &all, &each, problem);
  if (good && all.code == OK) {
    run_all(x, folded, &short_);
    good = same("with constants folded", &short_, &all, problem);
  }
  ExprOutcome outcome = !good ? EXPR_WRONG : all.code == OK ? EXPR_RAN : EXPR_FAILED;
  results_free(&all);
  results_free(&each);
  results_free(&short_);
  return outcome;
}

static ExprOutcome check_bound(const ExprCheck *x, Arena *arena, Binder *b, Expr *e,
                               StrBuf *problem) {
  if (!expr_is_deterministic(e)) return EXPR_REFUSED;
  Program *plain = NULL, *folded = NULL;
  Code code = compile(&e, b, &plain, problem);
  Expr *short_ = expr_fold(arena, e, &b->env);
  if (code == OK) code = compile(&short_, b, &folded, problem);
  ExprOutcome outcome = EXPR_FAILED;
  if (problem->len > 0) outcome = EXPR_WRONG;
  if (code == OK) outcome = compare_runs(x, plain, folded, problem);
  program_free(plain);
  program_free(folded);
  return outcome;
}

ExprOutcome expr_check_text(ExprCheck *x, Str text, StrBuf *problem) {
  Arena arena = {0};
  Error err = {0};
  Notes notes = {0};
  Binder b;
  Expr *e;
  strbuf_init(problem, 0);
  ExprOutcome outcome = EXPR_REFUSED;
  Code code = binder_init(&b, x->planner, &arena, &notes, &err);
  if (code == OK) code = bind_text(x, &arena, &b, text, &e);
  if (code == OK) outcome = check_bound(x, &arena, &b, bind_settle_null(&b, e), problem);
  if (code != OK && err.msg[0] == '\0') {
    strbuf_puts(problem, "refused without a message");
    outcome = EXPR_WRONG;
  }
  arena_deinit(&arena);
  return outcome;
}
