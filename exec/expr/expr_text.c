/* expr_text.c -- a reader of expressions in prefix form; only tests link it. */
#include "exec/expr/expr_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exec/data/batch_text.h"
#include "exec/expr/program.h"

enum { NAME_MAX_BYTES = 256, ARGS_MAX = 64 };

typedef struct Reader {
  ExprText *t;
  const char *text, *at;
} Reader;

static Expr *read_expr(Reader *r);

static _Noreturn void malformed(const Reader *r, const char *what) {
  fprintf(stderr, "%s in expression: %s\n", what, r->text);
  abort();
}

Type type_from_text(const char *text) {
  BatchBuilder *b = batch_from_text(text);
  Type type = b->batch.cols[0].type;
  batch_builder_free(b);
  return type;
}

/* To the next blank or parenthesis that is not inside quotes or a type's own. */
static void read_word(Reader *r, char *word) {
  size_t n = 0, depth = 0;
  bool quoted = false;
  for (; *r->at != '\0'; r->at++) {
    char c = *r->at;
    if (c == '\'') quoted = !quoted;
    if (!quoted && c == '(') depth++;
    if (!quoted && depth == 0 && (c == ' ' || c == ')')) break;
    if (!quoted && c == ')') depth--;
    if (n + 1 >= NAME_MAX_BYTES) malformed(r, "a long word");
    word[n++] = c;
  }
  word[n] = '\0';
  while (*r->at == ' ') r->at++;
}

static Expr *literal(Reader *r, Value value) {
  ExprText *t = r->t;
  uint32_t i = t->n_literals++;
  if (i >= COUNT_OF(t->literals)) malformed(r, "too many literals");
  Expr *e = expr_const(&t->arena, value, NO_SPAN);
  t->literals[i] = e->value;
  if ((t->as_columns >> i & 1) == 0) return e;
  return expr_column(&t->arena, t->n_columns + i, type_nullable(value.type, true), NO_SPAN);
}

static Expr *read_atom(Reader *r) {
  ExprText *t = r->t;
  char word[NAME_MAX_BYTES];
  read_word(r, word);
  if (word[0] == '$') {
    uint32_t column = (uint32_t)strtoul(word + 1, NULL, 10);
    if (column >= t->n_columns) malformed(r, "no such column");
    return expr_column(&t->arena, column, t->columns[column], NO_SPAN);
  }
  if (strcmp(word, "NULL") == 0) return expr_null(&t->arena, type_of(TYPE_NULL), NO_SPAN);
  char *colon = strchr(word, ':');
  if (colon == NULL) malformed(r, "an atom without type");
  char rows[NAME_MAX_BYTES + 8];
  snprintf(rows, sizeof rows, "%.*s\n+ %s\n", (int)(colon - word), word, colon + 1);
  BatchBuilder *b = batch_from_text(rows);
  Value value = value_of(&b->batch.cols[0], 0);
  Expr *e = literal(r, value);
  batch_builder_free(b);
  return e;
}

static Expr *read_cast(Reader *r, const char *word, Expr *arg) {
  bool try_cast = word[0] == 'T';
  Expr *e = NULL;
  Type type = type_from_text(strchr(word, ':') + 1);
  Code code = expr_cast_explicit(&r->t->arena, arg, type, try_cast, NO_SPAN, &e, &r->t->err);
  return code == OK ? e : NULL;
}

/* CASE with branches of one type; a missing ELSE is not offered. */
static Expr *make_case(Reader *r, Expr **args, uint32_t n) {
  ExprText *t = r->t;
  Type type = args[n - 1]->type;
  for (uint32_t i = 1; i < n; i += 2) {
    if (!type_common(type, args[i]->type, &type)) malformed(r, "branches without common type");
  }
  for (uint32_t i = 1; i < n; i += 2) {
    args[i] = expr_cast_node(&t->arena, args[i], type, false, NO_SPAN);
  }
  args[n - 1] = expr_cast_node(&t->arena, args[n - 1], type, false, NO_SPAN);
  return expr_case(&t->arena, args, n, type, NO_SPAN);
}

static Expr *make_call(Reader *r, const char *word, Expr **args, uint32_t n) {
  ExprText *t = r->t;
  Expr *e = NULL;
  char name[NAME_MAX_BYTES];
  snprintf(name, sizeof name, "%s", word);
  for (char *c = name; func_find(str_of(word)) == NULL && *c != '\0'; c++) {
    if (*c == '_') *c = ' ';
  }
  Code code = func_call(&t->arena, &t->env, name, NO_SPAN, args, n, &e, &t->err);
  return code == OK ? e : NULL;
}

static Expr *make_list(Reader *r, const char *word, Expr **args, uint32_t n) {
  ExprText *t = r->t;
  Expr *e = NULL;
  if (strcmp(word, "AND") == 0 || strcmp(word, "OR") == 0) {
    for (uint32_t i = 0; i < n; i++) {
      e = word[0] == 'A' ? expr_and(&t->arena, e, args[i]) : expr_or(&t->arena, e, args[i]);
    }
    return e;
  }
  if (strcmp(word, "CASE") == 0) return make_case(r, args, n);
  if (strncmp(word, "CAST:", 5) == 0 || strncmp(word, "TRY_CAST:", 9) == 0) {
    return read_cast(r, word, args[0]);
  }
  if (strcmp(word, "IN") == 0) {
    Code code = expr_in_list(&t->arena, &t->env, args[0], args + 1, n - 1, NO_SPAN, &e, &t->err);
    return code == OK ? e : NULL;
  }
  return make_call(r, word, args, n);
}

static Expr *read_expr(Reader *r) {
  if (*r->at != '(') return read_atom(r);
  char word[NAME_MAX_BYTES];
  r->at++;
  read_word(r, word);
  Expr **args = ARENA_ARRAY(&r->t->arena, Expr *, ARGS_MAX);
  uint32_t n = 0;
  while (*r->at != ')') {
    if (*r->at == '\0' || n == ARGS_MAX) malformed(r, "an open list");
    args[n] = read_expr(r);
    if (args[n++] == NULL) return NULL;
  }
  r->at++;
  while (*r->at == ' ') r->at++;
  return make_list(r, word, args, n);
}

Expr *expr_from_text(ExprText *t, const char *text) {
  Reader r = {t, text, text};
  t->n_literals = 0;
  Expr *e = read_expr(&r);
  if (e != NULL && *r.at != '\0') malformed(&r, "something behind the end");
  return e;
}

/* --- values ---------------------------------------------------------------------------------- */

enum { ROWS = 70 }; /* more than a word of validity bits */

/* Columns before the literals are NULLs of type NULL: nobody reads them. */
static BatchBuilder *literal_batch(const ExprText *t) {
  Type types[COUNT_OF(t->literals) + ARGS_MAX];
  uint32_t n = t->n_columns + t->n_literals;
  for (uint32_t i = 0; i < n; i++) {
    types[i] = i < t->n_columns ? t->columns[i] : t->literals[i - t->n_columns].type;
  }
  BatchBuilder *b = batch_builder_new((BatchShape){.types = types, .n_cols = n});
  if (b == NULL) abort();
  for (uint32_t row = 0; row < ROWS; row++) {
    for (uint32_t i = 0; i < n; i++) {
      Value null = value_null(types[i]);
      const Value *v = i < t->n_columns ? &null : &t->literals[i - t->n_columns];
      if (!batch_builder_put(b, i, row, v)) abort();
    }
    b->batch.rows++;
  }
  return b;
}

/* The text that all selected rows agree on. */
static void print_agreed(const Batch *in, const Vector *v, StrBuf *out) {
  StrBuf other;
  strbuf_init(&other, 0);
  batch_value_to_text(v, in->sel[0], out);
  for (uint32_t i = 1; i < in->n_sel; i++) {
    strbuf_clear(&other);
    batch_value_to_text(v, in->sel[i], &other);
    if (strcmp(strbuf_text(&other), strbuf_text(out)) == 0) continue;
    strbuf_printf(out, " in row %u, %s in row %u", in->sel[0], strbuf_text(&other), in->sel[i]);
    break;
  }
  strbuf_deinit(&other);
}

void expr_value_text(ExprText *t, Expr *e, StrBuf *out) {
  uint16_t sel[ROWS / 2];
  BatchBuilder *b = literal_batch(t);
  for (uint32_t i = 0; i < COUNT_OF(sel); i++) sel[i] = (uint16_t)(2 * i + 1);
  b->batch.sel = sel;
  b->batch.n_sel = COUNT_OF(sel);
  Program *p = NULL;
  Vector v;
  Error err = {.code = OK};
  Code code = program_new(&e, 1, &t->env, &p, &err);
  if (code == OK) code = program_run(p, &b->batch, 0, &v, &err);
  if (code == OK) {
    print_agreed(&b->batch, &v, out);
  } else {
    strbuf_printf(out, "error: %s", err.msg);
  }
  program_free(p);
  b->batch.sel = NULL;
  batch_builder_free(b);
}
