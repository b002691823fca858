/* expr_bench.c -- how fast compiled expressions are over batches that stay in cache.
 *
 *   expr_bench csv      the rows, for whoever is to compute the same
 *   expr_bench types    the columns: NAME TYPE
 *   expr_bench serve    requests on stdin, a line each, answered by a line each:
 *       time SECONDS EXPR    nanoseconds a row, the best of many short samples
 *       check EXPR           number of values that are not NULL, and their sum (of text: bytes)
 *
 * An expression is bound over the columns of expr_data.h, folded and compiled as in a query.
 * A request that fails is answered by "error: MESSAGE".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/sys.h"
#include "exec/data/decimal.h"
#include "exec/expr/program.h"
#include "parser/parse.h"
#include "planner/bind.h"
#include "sql-tests/bench/expr_data.h"

enum { BATCHES = 6, SAMPLE_US = 200, BENCH_COLUMNS_MAX = 64, LINE_MAX_BYTES = 4096 };

typedef struct Bench {
  Planner *planner;
  Type types[BENCH_COLUMNS_MAX];
  BatchBuilder *batches[BATCHES];
} Bench;

static _Noreturn void give_up(const Error *err) {
  fprintf(stderr, "expr_bench: %s\n", err->msg);
  exit(1);
}

/* --- binding ---------------------------------------------------------------------------- */

static Code bind_types(Bench *bench, Arena *arena, Error *err) {
  Notes notes = {0};
  Binder b;
  TRY(binder_init(&b, bench->planner, arena, &notes, err));
  assert(bench_n_columns <= BENCH_COLUMNS_MAX);
  for (uint32_t i = 0; i < bench_n_columns; i++) {
    AstType *ast;
    const char *text = bench_columns[i].type;
    TRY(parse_type(arena, text, strlen(text), &ast, err));
    TRY(bind_type(&b, ast, &bench->types[i]));
  }
  return OK;
}

static Code compile(Bench *bench, Arena *arena, const char *text, Type *type, Program **program,
                    Error *err) {
  Notes notes = {0};
  Binder b;
  AstExpr *ast;
  Expr *e;
  TRY(binder_init(&b, bench->planner, arena, &notes, err));
  RelColumn *cols = ARENA_ARRAY(arena, RelColumn, bench_n_columns);
  for (uint32_t i = 0; i < bench_n_columns; i++) {
    cols[i] = (RelColumn){.name = bench_columns[i].name, .type = bench->types[i]};
  }
  Relation rel = {.cols = cols, .n_cols = bench_n_columns};
  ExprScope scope = {.rel = &rel, .clause = "SELECT"};
  TRY(parse_expression(arena, text, strlen(text), &ast, err));
  TRY(bind_expr(&b, &scope, ast, &e));
  e = expr_fold(arena, e, &b.env);
  *type = e->type;
  return program_new(&e, 1, &b.env, program, err);
}

/* --- requests --------------------------------------------------------------------------- */

/* Of this thread on a core: what others do in between does not count. */
static Micros cpu_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (Micros)t.tv_sec * MICROS_PER_SECOND + t.tv_nsec / 1000;
}

static Code run_sample(const Bench *bench, Program *p, uint32_t passes, Micros *took_us,
                       Error *err) {
  Micros before_us = cpu_us();
  for (uint32_t i = 0; i < passes * BATCHES; i++) {
    Vector out;
    TRY(program_run(p, &bench->batches[i % BATCHES]->batch, 0, &out, err));
  }
  *took_us = cpu_us() - before_us;
  return OK;
}

/* A sample is as short as the clock allows, so that some are undisturbed on a busy machine. */
static Code run_time(const Bench *bench, Program *p, double seconds, Error *err) {
  Micros until_us = sys.mono_us() + (Micros)(seconds * 1e6), took_us = 0, best_us = MICROS_MAX;
  uint32_t passes = 1;
  for (;; passes *= 2) {
    TRY(run_sample(bench, p, passes, &took_us, err));
    if (took_us >= SAMPLE_US) break;
  }
  do {
    TRY(run_sample(bench, p, passes, &took_us, err));
    if (took_us < best_us) best_us = took_us;
  } while (sys.mono_us() < until_us);
  printf("%.4f\n", (double)best_us * 1000 / (passes * (double)(BATCHES * BATCH_ROWS)));
  return OK;
}

static double number_of(const Value *v) {
  switch (type_phys(v->type)) {
    case PHYS_TEXT:
      return v->as.text.len;
    case PHYS_F32:
    case PHYS_F64:
      return v->as.f;
    case PHYS_I128:
      return (double)v->as.d128 / (double)decimal_pow10(v->type.scale);
    case PHYS_I8:
    case PHYS_I16:
    case PHYS_I32:
    case PHYS_I64:
    case PHYS_COUNT:
      break;
  }
  return (double)v->as.i / (double)decimal_pow10(v->type.scale);
}

static Code run_check(const Bench *bench, Program *p, Error *err) {
  uint32_t n = 0;
  double sum = 0;
  for (uint32_t i = 0; i < BATCHES; i++) {
    Vector out;
    TRY(program_run(p, &bench->batches[i]->batch, 0, &out, err));
    for (uint32_t row = 0; row < BATCH_ROWS; row++) {
      Value v = value_of(&out, row);
      if (v.null) continue;
      n++;
      sum += number_of(&v);
    }
  }
  printf("%u %.17g\n", n, sum);
  return OK;
}

static Code answer(Bench *bench, Arena *arena, char *line, Error *err) {
  Program *p;
  Type type;
  double seconds = 0;
  bool check = strncmp(line, "check ", 6) == 0;
  if (check) {
    line += 6;
  } else {
    if (strncmp(line, "time ", 5) != 0) return FAIL(err, ERR_SYNTAX, NO_SPAN, "no such request");
    seconds = strtod(line + 5, &line);
  }
  TRY(compile(bench, arena, line, &type, &p, err));
  Code code = check ? run_check(bench, p, err) : run_time(bench, p, seconds, err);
  program_free(p);
  return code;
}

static void serve(Bench *bench) {
  char line[LINE_MAX_BYTES];
  while (fgets(line, sizeof line, stdin) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    Arena arena = {0};
    Error err = {0};
    if (answer(bench, &arena, line, &err) != OK) printf("error: %s\n", err.msg);
    fflush(stdout);
    arena_deinit(&arena);
  }
}

/* --- the rows --------------------------------------------------------------------------- */

/* As CAST(... AS STRING) writes it, in quotes; NULL is nothing. */
static void print_cell(const Vector *v, uint32_t row) {
  if (!vector_valid(v, row)) return;
  Value value = value_of(v, row);
  Str s = text_str(&value.as.text);
  putchar('"');
  for (size_t i = 0; i < s.len; i++) {
    if (s.ptr[i] == '"') putchar('"');
    putchar(s.ptr[i]);
  }
  putchar('"');
}

static Code print_csv(Bench *bench, Arena *arena, Error *err) {
  Program *casts[BENCH_COLUMNS_MAX];
  for (uint32_t c = 0; c < bench_n_columns; c++) {
    Type type;
    char *sql = arena_printf(arena, "CAST(`%s` AS STRING)", bench_columns[c].name);
    TRY(compile(bench, arena, sql, &type, &casts[c], err));
  }
  for (uint32_t i = 0; i < BATCHES; i++) {
    Vector text[BENCH_COLUMNS_MAX];
    for (uint32_t c = 0; c < bench_n_columns; c++) {
      TRY(program_run(casts[c], &bench->batches[i]->batch, 0, &text[c], err));
    }
    for (uint32_t row = 0; row < BATCH_ROWS; row++) {
      for (uint32_t c = 0; c < bench_n_columns; c++) {
        if (c > 0) putchar(',');
        print_cell(&text[c], row);
      }
      putchar('\n');
    }
  }
  for (uint32_t c = 0; c < bench_n_columns; c++) program_free(casts[c]);
  return OK;
}

static void print_types(void) {
  for (uint32_t c = 0; c < bench_n_columns; c++) {
    printf("%s %s\n", bench_columns[c].name, bench_columns[c].type);
  }
}

int main(int argc, char **argv) {
  const char *what = argc == 2 ? argv[1] : "";
  Bench bench = {.planner = planner_new(1)};
  Arena arena = {0};
  Error err = {0};
  if (bench.planner == NULL) out_of_memory();
  if (bind_types(&bench, &arena, &err) != OK) give_up(&err);
  for (uint32_t i = 0; i < BATCHES; i++) {
    bench.batches[i] = bench_batch(bench.types, i);
    if (bench.batches[i] == NULL) out_of_memory();
  }
  if (strcmp(what, "csv") == 0) {
    if (print_csv(&bench, &arena, &err) != OK) give_up(&err);
  } else if (strcmp(what, "types") == 0) {
    print_types();
  } else if (strcmp(what, "serve") == 0) {
    serve(&bench);
  } else {
    fprintf(stderr, "usage: expr_bench csv | types | serve\n");
    return 2;
  }
  for (uint32_t i = 0; i < BATCHES; i++) batch_builder_free(bench.batches[i]);
  planner_free(bench.planner);
  arena_deinit(&arena);
  return fflush(stdout) != 0;
}
