/* func_case.h -- table-driven tests of functions: a name, arguments, what has to come out.
 *
 *     {"SUBSTRING", "ell", {"s:hello", "i:2", "i:3"}}
 *
 * An argument is a letter, ':' and a text; '!' instead of ':' is a NULL:
 *   s STRING  y BYTES  i INT  l BIGINT  f DOUBLE  b BOOLEAN  d DATE  m TIME(3)
 *   t TIMESTAMP(3)  u TIMESTAMP(6)  z TIMESTAMP_LTZ(3), written in UTC
 * A capital letter is a constant in every run.  What comes out is written as CAST would, an
 * LTZ in UTC; "NULL"; or "error: " and a part of the message.
 *
 * Each case runs with constants; with columns, where the rows around it are NULL, not selected,
 * or the same again; and with a column and constants.
 */
#pragma once
#include "base/check.h"
#include "exec/data/number_text.h"
#include "exec/data/timestamp.h"
#include "exec/expr/program.h"

#include <ctype.h>
#include <stdlib.h>

enum { CASE_ARGS_MAX = 6 };

typedef struct FuncCase {
  const char *name, *want;
  const char *args[CASE_ARGS_MAX];
} FuncCase;

typedef enum CaseForm { CASE_CONSTANTS, CASE_COLUMNS, CASE_FIRST_COLUMN } CaseForm;

static inline Type case_type(char letter) {
  switch (tolower(letter)) {
    case 's':
      return type_string();
    case 'y':
      return type_text(TYPE_VARBINARY, TYPE_LENGTH_MAX);
    case 'i':
      return type_of(TYPE_INT);
    case 'l':
      return type_of(TYPE_BIGINT);
    case 'f':
      return type_of(TYPE_DOUBLE);
    case 'b':
      return type_of(TYPE_BOOLEAN);
    case 'd':
      return type_of(TYPE_DATE);
    case 'm':
      return type_time(TYPE_TIME, 3);
    case 't':
      return type_time(TYPE_TIMESTAMP, 3);
    case 'u':
      return type_time(TYPE_TIMESTAMP, 6);
    case 'z':
      return type_time(TYPE_TIMESTAMP_LTZ, 3);
    default:
      abort();
  }
}

static inline Value case_value(const char *arg) {
  Type type = case_type(arg[0]);
  Str text = str_of(arg + 2);
  TimestampText stamp = {0};
  int32_t days = 0;
  int64_t n = 0;
  double f = 0;
  if (arg[1] == '!') return value_null(type);
  bool good = true;
  switch (type.kind) {
    case TYPE_VARCHAR:
    case TYPE_VARBINARY:
      return value_text(type, text);
    case TYPE_DOUBLE:
      good = double_parse(text, &f);
      CHECK(good);
      return value_double(type, f);
    case TYPE_DATE:
      good = date_parse(text, &days);
      n = days;
      break;
    case TYPE_TIME:
      good = time_parse(text, &n);
      break;
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMP_LTZ:
      good = timestamp_parse(text, &stamp);
      n = stamp.us;
      break;
    default:
      good = int_parse(text, &n);
  }
  CHECK(good);
  return value_int(type, n);
}

/* As text; out is cleared first. */
static inline const char *case_print(const Value *v, StrBuf *out) {
  char text[64];
  size_t len = 0;
  strbuf_clear(out);
  if (v->null) {
    strbuf_puts(out, "NULL");
    return strbuf_text(out);
  }
  switch (v->type.kind) {
    case TYPE_CHAR:
    case TYPE_VARCHAR:
    case TYPE_VARBINARY:
      strbuf_str(out, text_str(&v->as.text));
      return strbuf_text(out);
    case TYPE_BOOLEAN:
      strbuf_puts(out, v->as.i ? "TRUE" : "FALSE");
      return strbuf_text(out);
    case TYPE_DATE:
      len = date_print((int32_t)v->as.i, text);
      break;
    case TYPE_TIME:
      len = time_print(v->as.i, v->type.precision, text);
      break;
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMP_LTZ:
      len = timestamp_print(v->as.i, v->type.precision, ' ', text);
      break;
    default:
      len = int_print(v->as.i, text);
  }
  strbuf_put(out, text, len);
  return strbuf_text(out);
}

/* --- the rows of a run --------------------------------------------------------------------- */

/* NULL, the values, a row that is not selected, the values. */
enum { CASE_ROWS = 4, CASE_ROW_SKIPPED = 2 };

typedef struct CaseBatch {
  Vector cols[CASE_ARGS_MAX];
  uint64_t valid[CASE_ARGS_MAX];
  char data[CASE_ARGS_MAX][CASE_ROWS * 16];
  Batch batch;
} CaseBatch;

static inline void case_batch(CaseBatch *b, const char *const *args, uint32_t n) {
  static const uint16_t sel[] = {0, 1, 3};
  *b = (CaseBatch){.batch = {.rows = CASE_ROWS, .n_cols = n, .n_sel = 3, .sel = sel}};
  b->batch.cols = b->cols;
  for (uint32_t i = 0; i < n; i++) {
    Value value = case_value(args[i]), null = value_null(value.type);
    b->cols[i] = (Vector){.type = value.type, .data = b->data[i], .valid = &b->valid[i]};
    value_store(&null, &b->cols[i], 0);
    for (uint32_t row = 1; row < CASE_ROWS; row++) value_store(&value, &b->cols[i], row);
  }
}

static inline void case_check(const FuncCase *c, CaseForm form, const char *got) {
  if (strcmp(got, c->want) == 0) return;
  static const char *const forms[] = {"constants", "columns", "a column"};
  check_failures++;
  printf("%s(", c->name);
  for (uint32_t i = 0; i < CASE_ARGS_MAX && c->args[i] != NULL; i++) {
    printf("%s%s", i > 0 ? ", " : "", c->args[i]);
  }
  printf(") with %s is\n%s\nnot\n%s\n", forms[form], got, c->want);
}

static inline void case_failed(const FuncCase *c, CaseForm form, const Error *err) {
  size_t len = strlen("error: ");
  bool wanted = strncmp(c->want, "error: ", len) == 0 && strstr(err->msg, c->want + len) != NULL;
  if (!wanted) case_check(c, form, err->msg);
}

static inline void case_run_batch(const FuncCase *c, CaseForm form, Expr *call, const ExprEnv *env,
                                  Micros now_us, CaseBatch *in) {
  Program *p;
  Vector out;
  Error err = {.code = OK};
  StrBuf text;
  if (program_new(&call, 1, env, &p, &err) != OK) {
    case_failed(c, form, &err);
    return;
  }
  strbuf_init(&text, 0);
  if (program_run(p, &in->batch, now_us, &out, &err) != OK) {
    case_failed(c, form, &err);
  } else {
    bool sees_nulls = call->kind != EXPR_CALL || (call->func->flags & FUNC_NULLS) != 0;
    for (uint32_t row = 0; row < CASE_ROWS; row++) {
      if (row == CASE_ROW_SKIPPED) continue;
      Value value = value_of(&out, row);
      CHECK(!value.null || call->type.nullable);
      if (row > 0) case_check(c, form, case_print(&value, &text));
      if (row == 0 && !sees_nulls && in->batch.n_cols > 0) CHECK(value.null);
    }
  }
  strbuf_deinit(&text);
  program_free(p);
}

static inline void case_run(const FuncCase *c, CaseForm form, const ExprEnv *env, Micros now_us) {
  Arena arena;
  CaseBatch in;
  Error err = {.code = OK};
  Expr *args[CASE_ARGS_MAX], *call;
  uint32_t n = 0, n_columns = 0;
  arena_init(&arena);
  while (n < CASE_ARGS_MAX && c->args[n] != NULL) n++;
  case_batch(&in, c->args, n);
  for (uint32_t i = 0; i < n; i++) {
    Value value = case_value(c->args[i]);
    bool constant = isupper((unsigned char)c->args[i][0]) || form == CASE_CONSTANTS ||
                    (form == CASE_FIRST_COLUMN && i > 0);
    n_columns += !constant;
    args[i] =
        constant ? expr_const(&arena, value, NO_SPAN) : expr_column(&arena, i, value.type, NO_SPAN);
  }
  if (func_call(&arena, env, c->name, NO_SPAN, args, n, &call, &err) != OK) {
    case_failed(c, form, &err);
  } else {
    in.batch.n_cols = n_columns > 0 ? n : 0;
    case_run_batch(c, form, call, env, now_us, &in);
  }
  arena_deinit(&arena);
}

static inline void func_cases(const FuncCase *cases, size_t n, const char *zone, Micros now_us) {
  Error err = {.code = OK};
  ExprEnv env = {.zone = zone_open(str_of(zone), NO_SPAN, &err)};
  CHECK(env.zone != NULL);
  if (env.zone == NULL) return;
  for (size_t i = 0; i < n; i++) {
    case_run(&cases[i], CASE_CONSTANTS, &env, now_us);
    case_run(&cases[i], CASE_COLUMNS, &env, now_us);
    case_run(&cases[i], CASE_FIRST_COLUMN, &env, now_us);
  }
}
