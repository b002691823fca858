/* expr_print.c -- expressions as EXPLAIN and error messages show them, in Flink's manner.
 *
 *   (price > 10)   ((a + b) * 2)   a IS NULL   CAST(a AS BIGINT)   CASE(c, x, y)
 *   (k IN ('a', 'b'))   UPPER(s)   r.f   a[1]   5000:INTERVAL SECOND   null:INT
 *
 * Long IN lists are cut: a plan is for reading.
 */
#include <stdlib.h>
#include <string.h>

#include "exec/data/decimal.h"
#include "exec/data/nested_text.h"
#include "exec/data/number_text.h"
#include "exec/data/timestamp.h"
#include "exec/data/value_text.h"
#include "exec/expr/expr_query.h"
#include "exec/expr/in_set.h"
#include "exec/expr/user_func.h"

enum { LIST_SHOWN = 20 }; /* items of an IN list */

typedef struct Printer {
  const char *const *names;
  uint32_t list_max; /* items of an IN list that are shown */
  bool identify;     /* functions of libraries by what they are */
  StrBuf *out;
} Printer;

static void print_expr(const Printer *p, const Expr *e);

/* LTZ is shown in UTC with a Z: an expression knows no session zone. */
static size_t datetime_text(const Value *v, char *text) {
  if (v->type.kind == TYPE_DATE) return date_print((int32_t)v->as.i, text);
  if (v->type.kind == TYPE_TIME) return time_print(v->as.i, v->type.precision, text);
  size_t n = timestamp_print(v->as.i, v->type.precision, ' ', text);
  if (v->type.kind == TYPE_TIMESTAMP_LTZ) text[n++] = 'Z';
  return n;
}

/* Milliseconds, as Flink counts them, with a fraction where there is one. */
static void print_millis(StrBuf *out, Micros us) {
  int64_t rest = us % MICROS_PER_MILLI;
  if (us < 0 && us > -MICROS_PER_MILLI) strbuf_putc(out, '-');
  strbuf_printf(out, "%lld", (long long)(us / MICROS_PER_MILLI));
  if (rest != 0) strbuf_printf(out, ".%03d", abs((int)rest));
}

static void print_value(StrBuf *out, const Value *v) {
  char text[TIMESTAMP_TEXT_MAX + DECIMAL_TEXT_MAX];
  switch ((TypeKind)v->type.kind) {
    case TYPE_BOOLEAN:
      strbuf_puts(out, v->as.i ? "true" : "false");
      return;
    case TYPE_CHAR:
    case TYPE_VARCHAR:
      literal_put_text(out, text_str(&v->as.text));
      return;
    case TYPE_BINARY:
    case TYPE_VARBINARY:
      literal_put_bytes(out, text_str(&v->as.text));
      return;
    case TYPE_DECIMAL: {
      Int128 unscaled = type_phys(v->type) == PHYS_I128 ? v->as.d128 : v->as.i;
      strbuf_put(out, text, decimal_print(unscaled, v->type.scale, text));
      return;
    }
    case TYPE_FLOAT:
      strbuf_put(out, text, float_print((float)v->as.f, text));
      return;
    case TYPE_DOUBLE:
      strbuf_put(out, text, double_print(v->as.f, text));
      return;
    case TYPE_DATE:
    case TYPE_TIME:
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMP_LTZ:
      strbuf_put(out, text, datetime_text(v, text));
      return;
    case TYPE_INTERVAL_MONTH:
      strbuf_printf(out, "%lld:INTERVAL MONTH", (long long)v->as.i);
      return;
    case TYPE_INTERVAL_SECOND:
      print_millis(out, v->as.i);
      strbuf_puts(out, ":INTERVAL SECOND");
      return;
    case TYPE_ARRAY:
    case TYPE_MULTISET:
    case TYPE_MAP:
    case TYPE_ROW:
      nested_print(v->type, text_str(&v->as.text), zone_utc(), NESTED_PLAN, out);
      return;
    case TYPE_NULL:
    case TYPE_TINYINT:
    case TYPE_SMALLINT:
    case TYPE_INT:
    case TYPE_BIGINT:
    case TYPE_KIND_COUNT:
      break;
  }
  strbuf_put(out, text, int_print(v->as.i, text));
}

static void print_const(StrBuf *out, const Value *v) {
  if (!v->null) {
    print_value(out, v);
    return;
  }
  strbuf_puts(out, "null");
  if (v->type.kind == TYPE_NULL) return;
  strbuf_putc(out, ':');
  type_print(v->type, out);
}

static void print_list(const Printer *p, Expr *const *args, uint32_t n, const char *separator) {
  for (uint32_t i = 0; i < n; i++) {
    if (i > 0) strbuf_puts(p->out, separator);
    print_expr(p, args[i]);
  }
}

/* a, or of several (a, b) */
static void print_row(const Printer *p, const Expr *e) {
  if (e->n_args != 1) strbuf_putc(p->out, '(');
  print_list(p, e->args, e->n_args, ", ");
  if (e->n_args != 1) strbuf_putc(p->out, ')');
}

static void print_query(const Printer *p, const Expr *e) {
  const ExprQuery *q = e->query;
  if (q->form == QUERY_VALUE) {
    strbuf_printf(p->out, "$query%u", q->number);
    return;
  }
  strbuf_putc(p->out, '(');
  if (q->form != QUERY_EXISTS) {
    print_row(p, e);
    strbuf_putc(p->out, ' ');
  }
  strbuf_printf(p->out, "%s $query%u)", expr_query_word(q), q->number);
}

/* The rows are another statement's business: how many, and a hash by which they are known. */
static void print_in_set(const Printer *p, const Expr *e) {
  strbuf_putc(p->out, '(');
  print_row(p, e);
  strbuf_printf(p->out, " IN (%llu rows #%016llx))", (unsigned long long)in_set_count(e->set),
                (unsigned long long)in_set_digest(e->set));
}

static void print_in(const Printer *p, const Expr *e) {
  uint32_t n = e->n_args - 1, shown = n < p->list_max ? n : p->list_max;
  strbuf_putc(p->out, '(');
  print_expr(p, e->args[0]);
  strbuf_puts(p->out, " IN (");
  print_list(p, e->args + 1, shown, ", ");
  if (shown < n) strbuf_printf(p->out, ", ... %u more", n - shown);
  strbuf_puts(p->out, "))");
}

/* r.f and a[i] */
static void print_part(const Printer *p, const Expr *e) {
  const Expr *whole = e->args[0];
  print_expr(p, whole);
  if (e->func->name[0] == '.') {
    strbuf_printf(p->out, ".%s", whole->type.shape->names[e->args[1]->value.as.i]);
    return;
  }
  strbuf_putc(p->out, '[');
  print_expr(p, e->args[1]);
  strbuf_putc(p->out, ']');
}

/* The first argument says how: each ? of it stands for the next one, or its type behind
 * RETURNING. */
static void print_worded(const Printer *p, const Expr *e) {
  const Str words = text_str(&e->args[0]->value.as.text);
  uint32_t arg = 1;
  const char *name = e->func->name;
  strbuf_printf(p->out, "%s(", name[0] == '_' ? name + 1 : name);
  for (size_t i = 0; i < words.len; i++) {
    if (words.ptr[i] != '?' || arg == e->n_args) {
      strbuf_putc(p->out, words.ptr[i]);
      continue;
    }
    const Expr *x = e->args[arg++];
    if (str_ends((Str){words.ptr, i}, STR("RETURNING "))) {
      type_print(x->type, p->out);
    } else {
      print_expr(p, x);
    }
  }
  strbuf_putc(p->out, ')');
}

static void print_call(const Printer *p, const Expr *e) {
  const char *name = e->func->name;
  if (name[0] == '.' || name[0] == '[') {
    print_part(p, e);
    return;
  }
  if ((e->func->flags & FUNC_WORDED) != 0) {
    print_worded(p, e);
    return;
  }
  if ((e->func->flags & FUNC_OPERATOR) != 0 && e->n_args == 1) {
    bool postfix = strncmp(name, "IS ", 3) == 0;
    if (!postfix) strbuf_printf(p->out, "%s(", name);
    print_expr(p, e->args[0]);
    strbuf_printf(p->out, postfix ? " %s" : ")", name);
    return;
  }
  if ((e->func->flags & FUNC_OPERATOR) != 0) {
    strbuf_putc(p->out, '(');
    print_expr(p, e->args[0]);
    strbuf_printf(p->out, " %s ", name);
    print_list(p, e->args + 1, e->n_args - 1, " ESCAPE "); /* only LIKE has a third */
    strbuf_putc(p->out, ')');
    return;
  }
  const char *identity = p->identify ? func_identity(e->func) : NULL;
  strbuf_puts(p->out, identity != NULL ? identity : name);
  strbuf_putc(p->out, '(');
  print_list(p, e->args, e->n_args, ", ");
  strbuf_putc(p->out, ')');
}

static void print_column(const Printer *p, const Expr *e) {
  if (p->names != NULL) {
    strbuf_puts(p->out, p->names[e->column]);
  } else if (e->name != NULL) {
    strbuf_puts(p->out, e->name);
  } else {
    strbuf_printf(p->out, "$%u", e->column);
  }
}

static void print_expr(const Printer *p, const Expr *e) {
  switch (e->kind) {
    case EXPR_COLUMN:
      print_column(p, e);
      return;
    case EXPR_CONST:
      print_const(p->out, &e->value);
      return;
    case EXPR_CALL:
      print_call(p, e);
      return;
    case EXPR_AND:
    case EXPR_OR:
      strbuf_putc(p->out, '(');
      print_list(p, e->args, e->n_args, e->kind == EXPR_AND ? " AND " : " OR ");
      strbuf_putc(p->out, ')');
      return;
    case EXPR_CASE:
    case EXPR_COALESCE:
      strbuf_puts(p->out, e->kind == EXPR_CASE ? "CASE(" : "COALESCE(");
      print_list(p, e->args, e->n_args, ", ");
      strbuf_putc(p->out, ')');
      return;
    case EXPR_CAST:
      strbuf_puts(p->out, e->try_cast ? "TRY_CAST(" : "CAST(");
      print_expr(p, e->args[0]);
      strbuf_puts(p->out, " AS ");
      type_print(e->type, p->out);
      strbuf_putc(p->out, ')');
      return;
    case EXPR_IN:
      if (e->set != NULL) {
        print_in_set(p, e);
      } else {
        print_in(p, e);
      }
      return;
    case EXPR_QUERY:
      print_query(p, e);
      return;
    case EXPR_ONCE:
      print_expr(p, e->args[e->n_args - 1]);
      return;
  }
}

void expr_print(const Expr *e, const char *const *names, StrBuf *out) {
  print_expr(&(Printer){names, LIST_SHOWN, false, out}, e);
}

void expr_print_whole(const Expr *e, const char *const *names, StrBuf *out) {
  print_expr(&(Printer){names, UINT32_MAX, true, out}, e);
}
