/* ast_print_query.c -- queries and what stands in FROM back to SQL. */
#include "parser/print.h"

/* ---- hints ---- */

static void print_hint(StrBuf *out, const AstHint *hint) {
  ast_print_name(out, hint->name.text);
  if (hint->args.n == 0) return;
  strbuf_putc(out, '(');
  for (uint32_t i = 0; i < hint->args.n; i++) {
    const AstHintArg *arg = &hint->args.items[i];
    if (i > 0) strbuf_puts(out, ", ");
    if (arg->is_name) {
      ast_print_name(out, arg->key.text);
    } else {
      ast_print_text(out, arg->key.text);
    }
    if (arg->value.text == NULL) continue;
    strbuf_puts(out, " = ");
    ast_print_text(out, arg->value.text);
  }
  strbuf_putc(out, ')');
}

void print_hints(StrBuf *out, AstHints hints) {
  if (hints.n == 0) return;
  strbuf_puts(out, " /*+ ");
  for (uint32_t i = 0; i < hints.n; i++) {
    if (i > 0) strbuf_puts(out, ", ");
    print_hint(out, &hints.items[i]);
  }
  strbuf_puts(out, " */");
}

/* ---- MATCH_RECOGNIZE ---- */

static void print_pattern(StrBuf *out, const AstPattern *x);

static void print_quantifier(StrBuf *out, const AstPattern *x) {
  if (!x->quantified) return;
  if (x->min == 0 && x->max == AST_PATTERN_UNBOUNDED) {
    strbuf_putc(out, '*');
  } else if (x->min == 1 && x->max == AST_PATTERN_UNBOUNDED) {
    strbuf_putc(out, '+');
  } else if (x->min == 0 && x->max == 1) {
    strbuf_putc(out, '?');
  } else if (x->max == AST_PATTERN_UNBOUNDED) {
    strbuf_printf(out, "{%u,}", x->min);
  } else if (x->min == x->max) {
    strbuf_printf(out, "{%u}", x->min);
  } else {
    strbuf_printf(out, "{%u,%u}", x->min, x->max);
  }
  if (x->reluctant) strbuf_putc(out, '?');
}

/* A part of a sequence or alternation, or one with a quantifier. */
static void print_pattern_part(StrBuf *out, const AstPattern *x, bool parens) {
  if (parens) strbuf_putc(out, '(');
  if (x->kind == AST_PATTERN_VARIABLE) ast_print_name(out, x->variable.text);
  for (uint32_t i = 0; i < x->parts.n; i++) {
    if (i > 0) strbuf_puts(out, x->kind == AST_PATTERN_SEQUENCE ? " " : " | ");
    print_pattern(out, x->parts.items[i]);
  }
  if (parens) strbuf_putc(out, ')');
  print_quantifier(out, x);
}

static void print_pattern(StrBuf *out, const AstPattern *x) {
  print_pattern_part(out, x, x->kind != AST_PATTERN_VARIABLE);
}

static void print_skip(StrBuf *out, const AstMatch *m) {
  switch (m->skip) {
    case AST_SKIP_DEFAULT:
      return;
    case AST_SKIP_PAST_LAST_ROW:
      strbuf_puts(out, " AFTER MATCH SKIP PAST LAST ROW");
      return;
    case AST_SKIP_TO_NEXT_ROW:
      strbuf_puts(out, " AFTER MATCH SKIP TO NEXT ROW");
      return;
    case AST_SKIP_TO_FIRST:
      strbuf_puts(out, " AFTER MATCH SKIP TO FIRST ");
      break;
    case AST_SKIP_TO_LAST:
      strbuf_puts(out, " AFTER MATCH SKIP TO LAST ");
      break;
  }
  ast_print_name(out, m->skip_to.text);
}

static void print_measures(StrBuf *out, AstNamedExprs measures) {
  for (uint32_t i = 0; i < measures.n; i++) {
    strbuf_puts(out, i == 0 ? " MEASURES " : ", ");
    ast_print_expr(out, measures.items[i].expr);
    strbuf_puts(out, " AS ");
    ast_print_name(out, measures.items[i].name.text);
  }
}

static void print_match(StrBuf *out, const AstMatch *m) {
  print_table_ref(out, m->input);
  strbuf_puts(out, " MATCH_RECOGNIZE (");
  if (m->partition_by.n > 0) {
    strbuf_puts(out, "PARTITION BY ");
    print_exprs(out, m->partition_by);
    strbuf_putc(out, ' ');
  }
  print_order_by(out, m->order_by);
  print_measures(out, m->measures);
  strbuf_puts(out, m->all_rows ? " ALL ROWS PER MATCH" : " ONE ROW PER MATCH");
  print_skip(out, m);
  strbuf_puts(out, " PATTERN (");
  print_pattern_part(out, m->pattern, m->pattern->quantified && m->pattern->parts.n > 0);
  strbuf_putc(out, ')');
  if (m->within != NULL) {
    strbuf_puts(out, " WITHIN ");
    ast_print_expr(out, m->within);
  }
  for (uint32_t i = 0; i < m->define.n; i++) {
    strbuf_puts(out, i == 0 ? " DEFINE " : ", ");
    ast_print_name(out, m->define.items[i].name.text);
    strbuf_puts(out, " AS ");
    ast_print_expr(out, m->define.items[i].expr);
  }
  strbuf_putc(out, ')');
}

/* ---- what stands in FROM ---- */

static void print_named_table(StrBuf *out, const AstTableRef *r) {
  if (r->kind == AST_REF_FILE) {
    ast_print_text(out, r->table.file.text);
  } else {
    ast_print_path(out, &r->table.path);
  }
  print_hints(out, r->table.hints);
  if (r->table.as_of == NULL) return;
  strbuf_puts(out, " FOR SYSTEM_TIME AS OF ");
  print_sum(out, r->table.as_of);
}

static void print_join(StrBuf *out, const AstJoin *j) {
  static const char *const words[] = {
      [AST_JOIN_INNER] = "JOIN ",       [AST_JOIN_LEFT] = "LEFT JOIN ",
      [AST_JOIN_RIGHT] = "RIGHT JOIN ", [AST_JOIN_FULL] = "FULL JOIN ",
      [AST_JOIN_CROSS] = "CROSS JOIN ", [AST_JOIN_COMMA] = ""};
  bool comma = j->kind == AST_JOIN_COMMA;
  bool parens = j->right->kind == AST_REF_JOIN && !comma;
  print_table_ref(out, j->left);
  strbuf_puts(out, comma ? ", " : j->natural ? " NATURAL " : " ");
  strbuf_puts(out, words[j->kind]);
  if (parens) strbuf_putc(out, '(');
  print_table_ref(out, j->right);
  if (parens) strbuf_putc(out, ')');
  if (j->on != NULL) {
    strbuf_puts(out, " ON ");
    ast_print_expr(out, j->on);
  } else if (j->using_columns.n > 0) {
    strbuf_puts(out, " USING ");
    print_names_in_parens(out, j->using_columns);
  }
}

static void print_unnest(StrBuf *out, const AstUnnest *u) {
  strbuf_puts(out, "UNNEST(");
  print_exprs(out, u->args);
  strbuf_puts(out, u->ordinality ? ") WITH ORDINALITY" : ")");
}

static void print_function_ref(StrBuf *out, const AstTableRef *r) {
  strbuf_puts(out, r->wrapped ? "TABLE(" : "");
  ast_print_expr(out, r->function);
  strbuf_puts(out, r->wrapped ? ")" : "");
}

void print_table_ref(StrBuf *out, const AstTableRef *r) {
  if (r->lateral) strbuf_puts(out, "LATERAL ");
  switch (r->kind) {
    case AST_REF_TABLE:
    case AST_REF_FILE:
      if (r->wrapped) strbuf_puts(out, "TABLE ");
      print_named_table(out, r);
      break;
    case AST_REF_FUNCTION:
      print_function_ref(out, r);
      break;
    case AST_REF_QUERY:
      print_query_in_parens(out, r->query);
      break;
    case AST_REF_UNNEST:
      print_unnest(out, &r->unnest);
      break;
    case AST_REF_JOIN:
      print_join(out, &r->join);
      break;
    case AST_REF_MATCH:
      print_match(out, r->match);
      break;
  }
  if (r->alias.text == NULL) return;
  strbuf_puts(out, " AS ");
  ast_print_name(out, r->alias.text);
  if (r->alias_columns.n > 0) print_names_in_parens(out, r->alias_columns);
}

/* ---- SELECT ---- */

static void print_group_item(StrBuf *out, const AstGroupItem *g);

static void print_group_items(StrBuf *out, AstGroupItems items) {
  for (uint32_t i = 0; i < items.n; i++) {
    if (i > 0) strbuf_puts(out, ", ");
    print_group_item(out, items.items[i]);
  }
}

static void print_group_item(StrBuf *out, const AstGroupItem *g) {
  static const char *const words[] = {[AST_GROUP_EXPRS] = "(",
                                      [AST_GROUP_ROLLUP] = "ROLLUP (",
                                      [AST_GROUP_CUBE] = "CUBE (",
                                      [AST_GROUP_SETS] = "GROUPING SETS ("};
  if (g->kind == AST_GROUP_EXPRS && g->exprs.n == 1) {
    ast_print_expr(out, g->exprs.items[0]);
    return;
  }
  strbuf_puts(out, words[g->kind]);
  print_exprs(out, g->exprs);
  print_group_items(out, g->items);
  strbuf_putc(out, ')');
}

static void print_clause(StrBuf *out, const char *words, const AstExpr *e) {
  if (e == NULL) return;
  strbuf_puts(out, words);
  ast_print_expr(out, e);
}

static void print_emit(StrBuf *out, const AstEmit *e) {
  print_clause(out, " EMIT EVERY ", e->every);
  if (e->every_processing) strbuf_puts(out, " OF PROCESSING TIME");
  if (e->on_update) strbuf_puts(out, " EMIT ON UPDATE");
  print_clause(out, " ALLOWED LATENESS ", e->lateness);
}

static void print_select_items(StrBuf *out, AstSelectItems items) {
  for (uint32_t i = 0; i < items.n; i++) {
    strbuf_puts(out, i == 0 ? " " : ", ");
    ast_print_expr(out, items.items[i].expr);
    if (items.items[i].alias.text == NULL) continue;
    strbuf_puts(out, " AS ");
    ast_print_name(out, items.items[i].alias.text);
  }
}

static void print_select(StrBuf *out, const AstSelect *s) {
  strbuf_puts(out, "SELECT");
  print_hints(out, s->hints);
  if (s->distinct) strbuf_puts(out, " DISTINCT");
  print_select_items(out, s->items);
  if (s->from != NULL) {
    strbuf_puts(out, " FROM ");
    print_table_ref(out, s->from);
  }
  print_clause(out, " WHERE ", s->where);
  if (s->grouped) {
    strbuf_puts(out, " GROUP BY ");
    print_group_items(out, s->group_by);
  }
  print_clause(out, " HAVING ", s->having);
  for (uint32_t i = 0; i < s->windows.n; i++) {
    strbuf_puts(out, i == 0 ? " WINDOW " : ", ");
    ast_print_name(out, s->windows.items[i]->name.text);
    strbuf_puts(out, " AS ");
    print_window(out, s->windows.items[i]);
  }
  print_clause(out, " QUALIFY ", s->qualify);
  print_emit(out, &s->emit);
}

/* ---- queries ---- */

static void print_with(StrBuf *out, AstCtes with) {
  for (uint32_t i = 0; i < with.n; i++) {
    const AstCte *c = &with.items[i];
    strbuf_puts(out, i == 0 ? "WITH " : ", ");
    ast_print_name(out, c->name.text);
    if (c->columns.n > 0) {
      strbuf_putc(out, ' ');
      print_names_in_parens(out, c->columns);
    }
    strbuf_puts(out, " AS ");
    print_query_in_parens(out, c->query);
  }
  if (with.n > 0) strbuf_putc(out, ' ');
}

/* An operand of a set operation: in parentheses when it has clauses of its own, or is a
 * set operation that would not be read first. */
static void print_operand(StrBuf *out, const AstQuery *q, AstSetOp op, bool is_right) {
  bool parens = q->with.n > 0 || q->order_by.n > 0 || q->limit != NULL || q->offset != NULL;
  if (q->kind == AST_QUERY_SET) {
    bool inner_binds = q->set.op == AST_SET_INTERSECT, outer_binds = op == AST_SET_INTERSECT;
    if (outer_binds ? !inner_binds || is_right : !inner_binds && is_right) parens = true;
  }
  if (parens) {
    print_query_in_parens(out, q);
  } else {
    ast_print_query(out, q);
  }
}

static void print_set(StrBuf *out, const AstQuery *q) {
  static const char *const words[] = {[AST_SET_UNION] = " UNION ",
                                      [AST_SET_EXCEPT] = " EXCEPT ",
                                      [AST_SET_INTERSECT] = " INTERSECT "};
  print_operand(out, q->set.left, q->set.op, false);
  strbuf_puts(out, words[q->set.op]);
  if (q->set.all) strbuf_puts(out, "ALL ");
  print_operand(out, q->set.right, q->set.op, true);
}

void print_query_in_parens(StrBuf *out, const AstQuery *query) {
  strbuf_putc(out, '(');
  ast_print_query(out, query);
  strbuf_putc(out, ')');
}

void ast_print_query(StrBuf *out, const AstQuery *q) {
  print_with(out, q->with);
  switch (q->kind) {
    case AST_QUERY_SELECT:
      print_select(out, q->select);
      break;
    case AST_QUERY_VALUES:
      strbuf_puts(out, "VALUES ");
      print_exprs(out, q->rows);
      break;
    case AST_QUERY_TABLE:
      strbuf_puts(out, "TABLE ");
      print_table_ref(out, q->table);
      break;
    case AST_QUERY_SET:
      print_set(out, q);
      break;
    case AST_QUERY_NESTED:
      print_query_in_parens(out, q->nested);
      break;
  }
  if (q->order_by.n > 0) {
    strbuf_putc(out, ' ');
    print_order_by(out, q->order_by);
  }
  print_clause(out, " LIMIT ", q->limit);
  print_clause(out, " OFFSET ", q->offset);
}
