/* expr_query.c -- results of queries, and the expressions that they become.
 *
 * A comparison with every row needs few of them: with > the least and the most, with = and <> the
 * same two, which tell whether there are different ones; then NaN and NULL, if they occur, as they
 * compare in their own way.
 */
#include "exec/expr/expr_query.h"

#include <math.h>
#include <string.h>

#include "exec/expr/in_key.h"

const char *expr_query_word(const ExprQuery *q) {
  static const char *const ops[] = {"=", "<>", "<", "<=", ">", ">="};
  static const char *const words[][2] = {{"= ANY", "= ALL"}, {"<> ANY", "<> ALL"},
                                         {"< ANY", "< ALL"}, {"<= ANY", "<= ALL"},
                                         {"> ANY", "> ALL"}, {">= ANY", ">= ALL"}};
  switch (q->form) {
    case QUERY_VALUE:
      return "";
    case QUERY_EXISTS:
      return "EXISTS";
    case QUERY_IN:
      return "IN";
    case QUERY_ANY:
    case QUERY_ALL:
      break;
  }
  uint32_t i = 0;
  while (strcmp(ops[i], q->op) != 0) i++;
  return words[i][q->form == QUERY_ALL];
}

/* --- rows ---------------------------------------------------------------------------- */

static Code no_memory(const ExprQuery *q, Error *err) {
  return FAIL(err, ERR_MEMORY, q->span, "out of memory for the %llu rows of a subquery",
              (unsigned long long)q->n_rows);
}

Code expr_query_begin(ExprQuery *q, Arena *arena, uint64_t n_rows, Error *err) {
  q->n_rows = n_rows;
  if (q->form == QUERY_VALUE && n_rows > 1) {
    FAIL(err, ERR_DATA, q->span, "a subquery that stands for a value gives more than one row");
    error_hint(err, "an aggregate such as MAX, or LIMIT 1, gives one");
    return ERR_DATA;
  }
  if (q->form == QUERY_VALUE) q->value = value_null(q->types[0]);
  if (q->form != QUERY_IN || n_rows == 0) return OK;
  q->set = in_set_open(arena, q->types, q->n_cols, n_rows);
  return q->set != NULL ? OK : no_memory(q, err);
}

static void add_compared(ExprQuery *q, const Value *value) {
  if (value->null || in_key_is_nan(value)) {
    q->has_null |= value->null;
    q->has_nan |= !value->null;
    return;
  }
  if (!q->has_values || value_compare(value, &q->least) < 0) q->least = *value;
  if (!q->has_values || value_compare(value, &q->most) > 0) q->most = *value;
  q->has_values = true;
}

Code expr_query_add(ExprQuery *q, const Value *row, Error *err) {
  switch (q->form) {
    case QUERY_VALUE:
      q->value = *row;
      return OK;
    case QUERY_EXISTS:
      return OK;
    case QUERY_IN:
      return in_set_add(q->set, row) ? OK : no_memory(q, err);
    case QUERY_ANY:
    case QUERY_ALL:
      break;
  }
  add_compared(q, row);
  return OK;
}

/* Long text goes into the arena. */
static Code keep(const ExprQuery *q, Arena *arena, Value *value, Error *err) {
  if (value->null || type_phys(value->type) != PHYS_TEXT) return OK;
  if (value->as.text.len <= TEXT_INLINE_MAX) return OK;
  char *copy = arena_try_alloc(arena, value->as.text.len, 1);
  if (copy == NULL) return no_memory(q, err);
  memcpy(copy, value->as.text.u.ptr, value->as.text.len);
  value->as.text = text_ref(copy, value->as.text.len);
  return OK;
}

Code expr_query_end(ExprQuery *q, Arena *arena, Error *err) {
  if (q->form == QUERY_VALUE) TRY(keep(q, arena, &q->value, err));
  if (q->has_values) {
    TRY(keep(q, arena, &q->least, err));
    TRY(keep(q, arena, &q->most, err));
  }
  q->done = true;
  return OK;
}

/* --- what they become ---------------------------------------------------------------- */

/* The text of value is in the arena already. */
static Expr *constant(Arena *arena, Value value, Span span) {
  Expr *e = expr_new(arena, EXPR_CONST, type_nullable(value.type, value.null), 0, span);
  e->value = value;
  return e;
}

static Expr *truth(Arena *arena, bool b, Span span) {
  return constant(arena, value_int(type_of(TYPE_BOOLEAN), b), span);
}

static Expr *in_result(Arena *arena, const Expr *e) {
  const ExprQuery *q = e->query;
  if (q->n_rows == 0) return truth(arena, false, e->span);
  Expr *in = expr_copy(arena, e);
  in->kind = EXPR_IN;
  in->query = NULL;
  in->set = q->set;
  return in;
}

typedef struct Comparing {
  Arena *arena;
  const ExprEnv *env;
  const Expr *e;
  Expr *out; /* NULL: nothing yet */
} Comparing;

/* One more value with which e's is compared. */
static void compare(Comparing *c, Value value) {
  const ExprQuery *q = c->e->query;
  Error err = {.code = OK};
  Expr *part, **args = ARENA_ARRAY(c->arena, Expr *, 2);
  args[0] = c->e->args[0];
  args[1] = constant(c->arena, value, c->e->span);
  Code code = func_call(c->arena, c->env, q->op, c->e->span, args, 2, &part, &err);
  assert(code == OK && "values of one type are compared");
  if (code != OK) return;
  c->out =
      q->form == QUERY_ANY ? expr_or(c->arena, c->out, part) : expr_and(c->arena, c->out, part);
}

static Expr *compared_result(Arena *arena, const ExprEnv *env, const Expr *e) {
  const ExprQuery *q = e->query;
  Comparing c = {arena, env, e, NULL};
  if (q->n_rows == 0) return truth(arena, q->form == QUERY_ALL, e->span);
  if (q->has_values) compare(&c, q->least);
  if (q->has_values && value_compare(&q->least, &q->most) != 0) compare(&c, q->most);
  if (q->has_nan) compare(&c, value_double(q->types[0], (double)NAN));
  if (q->has_null) compare(&c, value_null(type_nullable(q->types[0], true)));
  return expr_once(arena, e->args, 1, c.out);
}

Expr *expr_query_result(Arena *arena, const ExprEnv *env, const Expr *e) {
  const ExprQuery *q = e->query;
  assert(q->done);
  switch (q->form) {
    case QUERY_VALUE:
      return constant(arena, q->value, e->span);
    case QUERY_EXISTS:
      return truth(arena, q->n_rows > 0, e->span);
    case QUERY_IN:
      return in_result(arena, e);
    case QUERY_ANY:
    case QUERY_ALL:
      break;
  }
  return compared_result(arena, env, e);
}

/* --- as text ------------------------------------------------------------------------- */

static void print_value(const Value *value, StrBuf *out) {
  const Expr e = {.kind = EXPR_CONST, .type = value->type, .value = *value};
  size_t from = out->len;
  expr_print(&e, NULL, out);
  for (size_t i = from; i < out->len; i++) {
    if ((unsigned char)out->data[i] < ' ') out->data[i] = ' ';
  }
}

static void print_rows(const InSet *set, StrBuf *out) {
  uint64_t n = set != NULL ? in_set_count(set) : 0;
  strbuf_printf(out, "%llu row%s", (unsigned long long)n, n == 1 ? "" : "s");
  if (n > 0) strbuf_printf(out, " #%016llx", (unsigned long long)in_set_digest(set));
}

void expr_query_print(const ExprQuery *q, StrBuf *out) {
  switch (q->form) {
    case QUERY_VALUE:
      print_value(&q->value, out);
      return;
    case QUERY_EXISTS:
      strbuf_puts(out, q->n_rows > 0 ? "true" : "false");
      return;
    case QUERY_IN:
      print_rows(q->set, out);
      return;
    case QUERY_ANY:
    case QUERY_ALL:
      break;
  }
  if (q->has_values) {
    print_value(&q->least, out);
    strbuf_puts(out, " .. ");
    print_value(&q->most, out);
  }
  strbuf_printf(out, "%s%s%s", q->n_rows == 0 ? "no rows" : "", q->has_nan ? " NaN" : "",
                q->has_null ? " NULL" : "");
}
