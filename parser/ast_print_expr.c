/* ast_print_expr.c -- names, types and expressions back to SQL.
 *
 * Parentheses are put by precedence.  Operands of comparisons, LIKE, IN and IS that are
 * themselves conditions get them too, where the grammar could do without: the reader
 * should not have to know.
 */
#include <string.h>

#include "parser/keywords.h"
#include "parser/print.h"
#include "parser/token.h"

/* How tightly an expression holds together; an operand that holds less tightly than its
 * place demands goes in parentheses. */
typedef enum Binding {
  BIND_OR,
  BIND_AND,
  BIND_NOT,
  BIND_CONDITION, /* IS, comparisons, LIKE, IN, BETWEEN */
  BIND_SUM,
  BIND_PRODUCT,
  BIND_SIGN,
  BIND_TERM,
} Binding;

static void print_bound(StrBuf *out, const AstExpr *e, Binding least);

/* ---- names and texts ---- */

bool print_is_plain_word(const char *name) {
  if (name[0] >= '0' && name[0] <= '9') return false;
  for (const char *c = name; *c != '\0'; c++) {
    bool letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || *c == '_';
    if (!letter && !(*c >= '0' && *c <= '9') && *c != '$') return false;
  }
  return name[0] != '$' && name[0] != '\0';
}

static void print_quoted(StrBuf *out, const char *text, char quote) {
  strbuf_putc(out, quote);
  for (const char *c = text; *c != '\0'; c++) {
    if (*c == quote) strbuf_putc(out, quote);
    strbuf_putc(out, *c);
  }
  strbuf_putc(out, quote);
}

void print_ticked(StrBuf *out, const char *name) { print_quoted(out, name, '`'); }

static bool is_reserved_in_flink(const char *name) {
  static const char *const words[] = {
#define WORD(word) #word,
#include "parser/flink_reserved.def"
#undef WORD
  };
  for (size_t i = 0; i < COUNT_OF(words); i++)
    if (text_eq_nocase(name, words[i])) return true;
  return false;
}

void ast_print_name(StrBuf *out, const char *name) {
  bool plain = print_is_plain_word(name) && !keyword_is_known(name, strlen(name));
  if (plain && !is_reserved_in_flink(name)) {
    strbuf_puts(out, name);
  } else {
    print_ticked(out, name);
  }
}

void ast_print_path(StrBuf *out, const AstPath *path) {
  for (uint32_t i = 0; i < path->n; i++) {
    if (i > 0) strbuf_putc(out, '.');
    ast_print_name(out, path->items[i].text);
  }
}

void ast_print_text(StrBuf *out, const char *text) { print_quoted(out, text, '\''); }

void print_names_in_parens(StrBuf *out, AstNames names) {
  strbuf_putc(out, '(');
  for (uint32_t i = 0; i < names.n; i++) {
    if (i > 0) strbuf_puts(out, ", ");
    ast_print_name(out, names.items[i].text);
  }
  strbuf_putc(out, ')');
}

void print_options(StrBuf *out, AstOptions options) {
  strbuf_putc(out, '(');
  for (uint32_t i = 0; i < options.n; i++) {
    if (i > 0) strbuf_puts(out, ", ");
    ast_print_text(out, options.items[i].key.text);
    strbuf_puts(out, " = ");
    ast_print_text(out, options.items[i].value.text);
  }
  strbuf_putc(out, ')');
}

/* ---- types ---- */

static const char *const unit_words[] = {
#define UNIT(name, word) word,
#include "parser/units.def"
#undef UNIT
};

const char *print_unit_word(AstUnit unit) { return unit_words[unit]; }

static void print_units(StrBuf *out, const AstIntervalUnits *u) {
  strbuf_puts(out, unit_words[u->from]);
  if (u->precision >= 0) strbuf_printf(out, "(%d", u->precision);
  bool single = u->from == u->to;
  if (single && u->fractional >= 0) strbuf_printf(out, ", %d", u->fractional);
  if (u->precision >= 0) strbuf_putc(out, ')');
  if (single) return;
  strbuf_printf(out, " TO %s", unit_words[u->to]);
  if (u->fractional >= 0) strbuf_printf(out, "(%d)", u->fractional);
}

static const char *const type_words[] = {
    [AST_TYPE_BOOLEAN] = "BOOLEAN",
    [AST_TYPE_TINYINT] = "TINYINT",
    [AST_TYPE_SMALLINT] = "SMALLINT",
    [AST_TYPE_INT] = "INT",
    [AST_TYPE_BIGINT] = "BIGINT",
    [AST_TYPE_FLOAT] = "FLOAT",
    [AST_TYPE_DOUBLE] = "DOUBLE",
    [AST_TYPE_DECIMAL] = "DECIMAL",
    [AST_TYPE_CHAR] = "CHAR",
    [AST_TYPE_VARCHAR] = "VARCHAR",
    [AST_TYPE_STRING] = "STRING",
    [AST_TYPE_BINARY] = "BINARY",
    [AST_TYPE_VARBINARY] = "VARBINARY",
    [AST_TYPE_BYTES] = "BYTES",
    [AST_TYPE_DATE] = "DATE",
    [AST_TYPE_TIME] = "TIME",
    [AST_TYPE_TIMESTAMP] = "TIMESTAMP",
    [AST_TYPE_TIMESTAMP_TZ] = "TIMESTAMP",
    [AST_TYPE_TIMESTAMP_LTZ] = "TIMESTAMP_LTZ",
    [AST_TYPE_INTERVAL] = "INTERVAL",
    [AST_TYPE_ARRAY] = "ARRAY",
    [AST_TYPE_MULTISET] = "MULTISET",
    [AST_TYPE_MAP] = "MAP",
    [AST_TYPE_ROW] = "ROW",
    [AST_TYPE_RAW] = "RAW",
    [AST_TYPE_VARIANT] = "VARIANT",
    [AST_TYPE_BITMAP] = "BITMAP",
    [AST_TYPE_UUID] = "UUID",
    [AST_TYPE_NULL] = "NULL",
};

static void print_fields(StrBuf *out, AstFields fields) {
  strbuf_putc(out, '<');
  for (uint32_t i = 0; i < fields.n; i++) {
    const AstField *f = &fields.items[i];
    if (i > 0) strbuf_puts(out, ", ");
    ast_print_name(out, f->name.text);
    strbuf_putc(out, ' ');
    ast_print_type(out, f->type);
    if (f->comment.text != NULL) {
      strbuf_putc(out, ' ');
      ast_print_text(out, f->comment.text);
    }
  }
  strbuf_putc(out, '>');
}

/* What follows the word of the type. */
static void print_type_parts(StrBuf *out, const AstType *t) {
  if (t->precision >= 0) {
    strbuf_printf(out, "(%d", t->precision);
    if (t->scale >= 0) strbuf_printf(out, ", %d", t->scale);
    strbuf_putc(out, ')');
  }
  if (t->kind == AST_TYPE_TIMESTAMP_TZ) strbuf_puts(out, " WITH TIME ZONE");
  if (t->kind == AST_TYPE_ROW) print_fields(out, t->fields);
  if (t->kind == AST_TYPE_INTERVAL) {
    strbuf_putc(out, ' ');
    print_units(out, &t->interval);
  }
  if (t->kind == AST_TYPE_RAW) {
    strbuf_putc(out, '(');
    ast_print_text(out, t->raw_class.text);
    strbuf_puts(out, ", ");
    ast_print_text(out, t->raw_snapshot.text);
    strbuf_putc(out, ')');
  }
  if (t->element != NULL) {
    strbuf_putc(out, '<');
    if (t->key != NULL) {
      ast_print_type(out, t->key);
      strbuf_puts(out, ", ");
    }
    ast_print_type(out, t->element);
    strbuf_putc(out, '>');
  }
}

void ast_print_type(StrBuf *out, const AstType *t) {
  strbuf_puts(out, type_words[t->kind]);
  print_type_parts(out, t);
  if (t->not_null) strbuf_puts(out, " NOT NULL");
}

/* ---- leaves ---- */

static void print_literal(StrBuf *out, const AstExpr *e) {
  const AstLiteral *l = &e->literal;
  switch (l->kind) {
    case AST_LITERAL_NULL:
      strbuf_puts(out, "NULL");
      return;
    case AST_LITERAL_TRUE:
      strbuf_puts(out, "TRUE");
      return;
    case AST_LITERAL_FALSE:
      strbuf_puts(out, "FALSE");
      return;
    case AST_LITERAL_UNKNOWN:
      strbuf_puts(out, "UNKNOWN");
      return;
    case AST_LITERAL_INTEGER:
    case AST_LITERAL_DECIMAL:
    case AST_LITERAL_FLOAT:
      strbuf_puts(out, l->text);
      return;
    case AST_LITERAL_BINARY:
      strbuf_puts(out, "X");
      break;
    case AST_LITERAL_DATE:
      strbuf_puts(out, "DATE ");
      break;
    case AST_LITERAL_TIME:
      strbuf_puts(out, "TIME ");
      break;
    case AST_LITERAL_TIMESTAMP:
      strbuf_puts(out, "TIMESTAMP ");
      break;
    case AST_LITERAL_STRING:
      break;
  }
  ast_print_text(out, l->text);
}

static void print_interval(StrBuf *out, const AstExpr *e) {
  const AstInterval *i = &e->interval;
  strbuf_puts(out, i->negative ? "INTERVAL -" : "INTERVAL ");
  ast_print_text(out, i->text);
  strbuf_putc(out, ' ');
  print_units(out, i->units);
}

static void print_column(StrBuf *out, const AstExpr *e) { ast_print_path(out, &e->column); }

static void print_star(StrBuf *out, const AstExpr *e) {
  ast_print_path(out, &e->star);
  strbuf_puts(out, e->star.n > 0 ? ".*" : "*");
}

static void print_descriptor(StrBuf *out, const AstExpr *e) {
  strbuf_puts(out, "DESCRIPTOR");
  print_names_in_parens(out, e->descriptor);
}

/* ---- operators ---- */

static const char *const operator_words[] = {
#define OPERATOR(name, word) word,
#include "parser/operators.def"
#undef OPERATOR
};

static Binding binding_of_op(AstOp op) {
  if (op == AST_OP_ADD || op == AST_OP_SUBTRACT) return BIND_SUM;
  if (op == AST_OP_MULTIPLY || op == AST_OP_DIVIDE || op == AST_OP_MODULO || op == AST_OP_CONCAT)
    return BIND_PRODUCT;
  return BIND_CONDITION;
}

static Binding binding_of(const AstExpr *e) {
  switch (e->kind) {
    case AST_LOGIC:
      return e->logic.is_or ? BIND_OR : BIND_AND;
    case AST_UNARY:
      return e->unary.op == AST_UNARY_NOT ? BIND_NOT : BIND_SIGN;
    case AST_BINARY:
      return binding_of_op(e->binary.op);
    case AST_IS:
    case AST_LIKE:
    case AST_BETWEEN:
    case AST_IN:
    case AST_QUANTIFIED:
      return BIND_CONDITION;
    case AST_LITERAL:
    case AST_INTERVAL:
    case AST_COLUMN:
    case AST_STAR:
    case AST_EXISTS:
    case AST_SUBQUERY:
    case AST_CASE:
    case AST_CAST:
    case AST_CALL:
    case AST_ROW:
    case AST_ARRAY:
    case AST_MAP:
    case AST_ELEMENT:
    case AST_FIELD:
    case AST_TABLE_ARG:
    case AST_DESCRIPTOR:
      break;
  }
  return BIND_TERM;
}

static void print_unary(StrBuf *out, const AstExpr *e) {
  const AstUnary *u = &e->unary;
  switch (u->op) {
    case AST_UNARY_NOT:
      strbuf_puts(out, "NOT ");
      print_bound(out, u->operand, BIND_NOT);
      return;
    case AST_UNARY_MINUS:
      strbuf_putc(out, '-');
      break;
    case AST_UNARY_PLUS:
      strbuf_putc(out, '+');
      break;
  }
  /* -(-x): two minus signs would begin a comment. */
  print_bound(out, u->operand, BIND_TERM);
}

static void print_binary(StrBuf *out, const AstExpr *e) {
  const AstBinary *b = &e->binary;
  Binding binding = binding_of_op(b->op);
  Binding left = binding == BIND_CONDITION ? BIND_SUM : binding;
  Binding right = binding == BIND_CONDITION ? BIND_SUM : binding + 1;
  print_bound(out, b->left, left);
  strbuf_printf(out, " %s ", operator_words[b->op]);
  print_bound(out, b->right, right);
}

static void print_logic(StrBuf *out, const AstExpr *e) {
  const AstLogic *l = &e->logic;
  for (uint32_t i = 0; i < l->operands.n; i++) {
    if (i > 0) strbuf_puts(out, l->is_or ? " OR " : " AND ");
    print_bound(out, l->operands.items[i], l->is_or ? BIND_AND : BIND_NOT);
  }
}

static void print_is(StrBuf *out, const AstExpr *e) {
  const AstIs *is = &e->is;
  static const char *const words[] = {
      [AST_IS_NULL] = "NULL",
      [AST_IS_TRUE] = "TRUE",
      [AST_IS_FALSE] = "FALSE",
      [AST_IS_UNKNOWN] = "UNKNOWN",
      [AST_IS_JSON] = "JSON VALUE",
      [AST_IS_JSON_SCALAR] = "JSON SCALAR",
      [AST_IS_JSON_ARRAY] = "JSON ARRAY",
      [AST_IS_JSON_OBJECT] = "JSON OBJECT",
  };
  print_bound(out, is->operand, BIND_SUM);
  strbuf_printf(out, is->negated ? " IS NOT %s" : " IS %s", words[is->what]);
}

static void print_like(StrBuf *out, const AstExpr *e) {
  const AstLike *l = &e->like;
  print_bound(out, l->operand, BIND_SUM);
  strbuf_puts(out, l->negated ? " NOT" : "");
  strbuf_puts(out, l->similar ? " SIMILAR TO " : " LIKE ");
  print_bound(out, l->pattern, BIND_SUM);
  if (l->escape == NULL) return;
  strbuf_puts(out, " ESCAPE ");
  print_bound(out, l->escape, BIND_SUM);
}

static void print_between(StrBuf *out, const AstExpr *e) {
  const AstBetween *b = &e->between;
  print_bound(out, b->operand, BIND_SUM);
  strbuf_puts(out, b->negated ? " NOT BETWEEN " : " BETWEEN ");
  if (b->symmetric) strbuf_puts(out, "SYMMETRIC ");
  print_bound(out, b->low, BIND_SUM);
  strbuf_puts(out, " AND ");
  print_bound(out, b->high, BIND_SUM);
}

static void print_list_or_query(StrBuf *out, AstExprs list, const AstQuery *query) {
  if (query != NULL) {
    print_query_in_parens(out, query);
    return;
  }
  strbuf_putc(out, '(');
  print_exprs(out, list);
  strbuf_putc(out, ')');
}

static void print_in(StrBuf *out, const AstExpr *e) {
  const AstIn *in = &e->in;
  print_bound(out, in->operand, BIND_SUM);
  strbuf_puts(out, in->negated ? " NOT IN " : " IN ");
  print_list_or_query(out, in->list, in->query);
}

static void print_quantified(StrBuf *out, const AstExpr *e) {
  const AstQuantified *q = &e->quantified;
  print_bound(out, q->operand, BIND_SUM);
  strbuf_printf(out, " %s %s ", operator_words[q->op], q->all ? "ALL" : "ANY");
  print_list_or_query(out, q->list, q->query);
}

/* ---- terms ---- */

void print_exprs(StrBuf *out, AstExprs exprs) {
  for (uint32_t i = 0; i < exprs.n; i++) {
    if (i > 0) strbuf_puts(out, ", ");
    ast_print_expr(out, exprs.items[i]);
  }
}

static void print_case(StrBuf *out, const AstExpr *e) {
  const AstCase *c = e->case_;
  strbuf_puts(out, "CASE");
  if (c->operand != NULL) {
    strbuf_putc(out, ' ');
    ast_print_expr(out, c->operand);
  }
  for (uint32_t i = 0; i < c->whens.n; i++) {
    strbuf_puts(out, " WHEN ");
    print_exprs(out, c->whens.items[i].conditions);
    strbuf_puts(out, " THEN ");
    ast_print_expr(out, c->whens.items[i].result);
  }
  if (c->otherwise != NULL) {
    strbuf_puts(out, " ELSE ");
    ast_print_expr(out, c->otherwise);
  }
  strbuf_puts(out, " END");
}

static void print_cast(StrBuf *out, const AstExpr *e) {
  const AstCast *c = &e->cast;
  strbuf_puts(out, c->try_cast ? "TRY_CAST(" : "CAST(");
  ast_print_expr(out, c->operand);
  strbuf_puts(out, " AS ");
  ast_print_type(out, c->type);
  strbuf_putc(out, ')');
}

static void print_row(StrBuf *out, const AstExpr *e) {
  const AstRow *r = &e->row;
  strbuf_puts(out, r->keyword ? "ROW(" : "(");
  print_exprs(out, r->items);
  strbuf_putc(out, ')');
}

static void print_exists(StrBuf *out, const AstExpr *e) {
  strbuf_puts(out, "EXISTS ");
  print_query_in_parens(out, e->query);
}

static void print_subquery(StrBuf *out, const AstExpr *e) { print_query_in_parens(out, e->query); }

static void print_call_expr(StrBuf *out, const AstExpr *e) { print_call(out, e->call); }

static void print_items(StrBuf *out, const AstExpr *e) {
  strbuf_puts(out, e->kind == AST_ARRAY ? "ARRAY[" : "MAP[");
  print_exprs(out, e->items);
  strbuf_putc(out, ']');
}

static void print_element(StrBuf *out, const AstExpr *expr) {
  const AstElement *e = &expr->element;
  print_bound(out, e->base, BIND_TERM);
  strbuf_putc(out, '[');
  ast_print_expr(out, e->index);
  strbuf_putc(out, ']');
}

/* (a).f is a field of the column a; a.f would be read as a path. */
static void print_field(StrBuf *out, const AstExpr *e) {
  const AstFieldAccess *f = &e->field;
  bool parens =
      f->base->kind == AST_COLUMN || f->base->kind == AST_LITERAL || f->base->kind == AST_INTERVAL;
  if (parens) strbuf_putc(out, '(');
  print_bound(out, f->base, parens ? BIND_OR : BIND_TERM);
  strbuf_puts(out, parens ? ")." : ".");
  ast_print_name(out, f->name.text);
}

static void print_table_arg(StrBuf *out, const AstExpr *e) {
  const AstTableArg *t = e->table_arg;
  strbuf_puts(out, "TABLE ");
  print_table_ref(out, t->table);
  if (t->partition_by.n > 0) {
    strbuf_puts(out, " PARTITION BY (");
    print_exprs(out, t->partition_by);
    strbuf_putc(out, ')');
  }
  if (t->order_by.n == 1) {
    strbuf_putc(out, ' ');
    print_order_by(out, t->order_by);
  } else if (t->order_by.n > 1) { /* all of them have one direction: ast_flatten_order */
    strbuf_puts(out, " ORDER BY (");
    for (uint32_t i = 0; i < t->order_by.n; i++) {
      if (i > 0) strbuf_puts(out, ", ");
      ast_print_expr(out, t->order_by.items[i].expr);
    }
    strbuf_putc(out, ')');
    print_order_direction(out, &t->order_by.items[0]);
  }
}

void print_sum(StrBuf *out, const AstExpr *e) { print_bound(out, e, BIND_SUM); }
void print_product(StrBuf *out, const AstExpr *e) { print_bound(out, e, BIND_PRODUCT); }

static void print_bound(StrBuf *out, const AstExpr *e, Binding least) {
  bool parens = binding_of(e) < least;
  if (parens) strbuf_putc(out, '(');
  ast_print_expr(out, e);
  if (parens) strbuf_putc(out, ')');
}

void ast_print_expr(StrBuf *out, const AstExpr *e) {
  static void (*const printers[])(StrBuf *, const AstExpr *) = {
      [AST_LITERAL] = print_literal,
      [AST_INTERVAL] = print_interval,
      [AST_COLUMN] = print_column,
      [AST_STAR] = print_star,
      [AST_UNARY] = print_unary,
      [AST_BINARY] = print_binary,
      [AST_LOGIC] = print_logic,
      [AST_IS] = print_is,
      [AST_LIKE] = print_like,
      [AST_BETWEEN] = print_between,
      [AST_IN] = print_in,
      [AST_QUANTIFIED] = print_quantified,
      [AST_EXISTS] = print_exists,
      [AST_SUBQUERY] = print_subquery,
      [AST_CASE] = print_case,
      [AST_CAST] = print_cast,
      [AST_CALL] = print_call_expr,
      [AST_ROW] = print_row,
      [AST_ARRAY] = print_items,
      [AST_MAP] = print_items,
      [AST_ELEMENT] = print_element,
      [AST_FIELD] = print_field,
      [AST_TABLE_ARG] = print_table_arg,
      [AST_DESCRIPTOR] = print_descriptor,
  };
  printers[e->kind](out, e);
}
