/* ast_print_call.c -- calls, their special forms, and windows back to SQL. */
#include <string.h>

#include "parser/keywords.h"
#include "parser/print.h"

static void print_arg(StrBuf *out, const AstArg *arg) {
  if (arg->name.text != NULL) {
    ast_print_name(out, arg->name.text);
    strbuf_puts(out, " => ");
  }
  ast_print_expr(out, arg->value);
}

static void print_args(StrBuf *out, AstArgs args) {
  for (uint32_t i = 0; i < args.n; i++) {
    if (i > 0) strbuf_puts(out, ", ");
    print_arg(out, &args.items[i]);
  }
}

/* The name of a function stays bare, reserved or not, wherever the grammar allows. */
static void print_function_name(StrBuf *out, const AstPath *path) {
  const AstName *last = &path->items[path->n - 1];
  for (uint32_t i = 0; i + 1 < path->n; i++) {
    ast_print_name(out, path->items[i].text);
    strbuf_putc(out, '.');
  }
  bool plain = print_is_plain_word(last->text);
  if (plain && (path->n > 1 || !keyword_hides_function(last->text))) {
    strbuf_puts(out, last->text);
  } else {
    print_ticked(out, last->text);
  }
}

static void print_nulls(StrBuf *out, AstNullsTreatment nulls) {
  if (nulls == AST_TREAT_IGNORE) strbuf_puts(out, " IGNORE NULLS");
  if (nulls == AST_TREAT_RESPECT) strbuf_puts(out, " RESPECT NULLS");
}

/* f(DISTINCT a, b IGNORE NULLS ORDER BY c) */
static void print_plain_args(StrBuf *out, const AstCall *c) {
  if (c->distinct) strbuf_puts(out, "DISTINCT ");
  if (c->star) strbuf_putc(out, '*');
  print_args(out, c->args);
  if (c->args.n > 0) print_nulls(out, c->nulls);
  if (c->order_by.n > 0) {
    strbuf_putc(out, ' ');
    print_order_by(out, c->order_by);
  }
}

static void print_trim_args(StrBuf *out, const AstCall *c) {
  static const char *const sides[] = {
      [AST_TRIM_BOTH] = "BOTH", [AST_TRIM_LEADING] = "LEADING", [AST_TRIM_TRAILING] = "TRAILING"};
  strbuf_puts(out, sides[c->trim_side]);
  if (c->args.n > 1) {
    strbuf_putc(out, ' ');
    print_arg(out, &c->args.items[1]);
  }
  strbuf_puts(out, " FROM ");
  print_arg(out, &c->args.items[0]);
}

/* a WORD b WORD c */
static void print_worded_args(StrBuf *out, const AstCall *c, const char *const words[]) {
  for (uint32_t i = 0; i < c->args.n; i++) {
    if (i > 0) strbuf_puts(out, words[i - 1]);
    print_arg(out, &c->args.items[i]);
  }
}

/* ---- JSON ---- */

/* blank goes in front, unless nothing else does. */
static void print_behaviour(StrBuf *out, const char *blank, AstJsonBehaviour behaviour,
                            const AstExpr *otherwise, const char *on) {
  static const char *const words[] = {
      [AST_JSON_UNSET] = "",
      [AST_JSON_NULL] = "NULL",
      [AST_JSON_ERROR] = "ERROR",
      [AST_JSON_DEFAULT] = "DEFAULT",
      [AST_JSON_EMPTY_ARRAY] = "EMPTY ARRAY",
      [AST_JSON_EMPTY_OBJECT] = "EMPTY OBJECT",
      [AST_JSON_TRUE] = "TRUE",
      [AST_JSON_FALSE] = "FALSE",
      [AST_JSON_UNKNOWN] = "UNKNOWN",
      [AST_JSON_ABSENT] = "ABSENT",
  };
  if (behaviour == AST_JSON_UNSET) return;
  strbuf_printf(out, "%s%s", blank, words[behaviour]);
  if (behaviour == AST_JSON_DEFAULT) {
    strbuf_putc(out, ' ');
    ast_print_expr(out, otherwise);
  }
  strbuf_printf(out, " ON %s", on);
}

static void print_json_clauses(StrBuf *out, const AstJson *j, uint32_t n_args) {
  static const char *const wrappers[] = {
      [AST_WRAPPER_UNSET] = "",
      [AST_WRAPPER_WITHOUT] = " WITHOUT ARRAY WRAPPER",
      [AST_WRAPPER_CONDITIONAL] = " WITH CONDITIONAL ARRAY WRAPPER",
      [AST_WRAPPER_UNCONDITIONAL] = " WITH UNCONDITIONAL ARRAY WRAPPER",
  };
  if (j->returning != NULL) {
    strbuf_puts(out, " RETURNING ");
    ast_print_type(out, j->returning);
  }
  strbuf_puts(out, wrappers[j->wrapper]);
  print_behaviour(out, " ", j->on_empty, j->empty_default, "EMPTY");
  print_behaviour(out, " ", j->on_error, j->error_default, "ERROR");
  print_behaviour(out, n_args > 0 ? " " : "", j->on_null, NULL, "NULL");
}

/* JSON_OBJECT and JSON_OBJECTAGG take KEY k VALUE v, the others a list. */
static void print_json_args(StrBuf *out, const AstCall *c) {
  const Keyword *k = keyword_find(c->name.items[0].text, strlen(c->name.items[0].text));
  bool pairs = k != NULL && strstr(k->word, "OBJECT") != NULL;
  for (uint32_t i = 0; i < c->args.n; i++) {
    if (pairs) {
      strbuf_puts(out, i % 2 == 1 ? " VALUE " : i > 0 ? ", KEY " : "KEY ");
    } else if (i > 0) {
      strbuf_puts(out, ", ");
    }
    print_arg(out, &c->args.items[i]);
  }
  print_json_clauses(out, c->json, c->args.n);
}

/* ---- the call ---- */

static void print_call_inside(StrBuf *out, const AstCall *c) {
  static const char *const substring[] = {" FROM ", " FOR "};
  static const char *const overlay[] = {" PLACING ", " FROM ", " FOR "};
  switch (c->form) {
    case AST_FORM_BARE:
      return;
    case AST_FORM_PLAIN:
      print_plain_args(out, c);
      return;
    case AST_FORM_EXTRACT:
      strbuf_printf(out, "%s FROM ", print_unit_word(c->unit));
      print_args(out, c->args);
      return;
    case AST_FORM_TO_UNIT:
      print_args(out, c->args);
      strbuf_printf(out, " TO %s", print_unit_word(c->unit));
      return;
    case AST_FORM_UNIT_ARGS:
      strbuf_printf(out, "%s, ", print_unit_word(c->unit));
      print_args(out, c->args);
      return;
    case AST_FORM_SPAN:
      print_sum(out, c->args.items[0].value);
      strbuf_puts(out, " - ");
      print_product(out, c->args.items[1].value);
      return;
    case AST_FORM_TRIM:
      print_trim_args(out, c);
      return;
    case AST_FORM_SUBSTRING:
      print_worded_args(out, c, substring);
      return;
    case AST_FORM_POSITION:
      print_sum(out, c->args.items[0].value);
      strbuf_puts(out, " IN ");
      print_arg(out, &c->args.items[1]);
      return;
    case AST_FORM_OVERLAY:
      print_worded_args(out, c, overlay);
      return;
    case AST_FORM_JSON:
      print_json_args(out, c);
      return;
  }
}

void print_call(StrBuf *out, const AstCall *c) {
  if (c->form == AST_FORM_BARE) {
    strbuf_puts(out, c->name.items[0].text);
  } else {
    if (c->form == AST_FORM_PLAIN) {
      print_function_name(out, &c->name);
    } else if (c->form != AST_FORM_SPAN) {
      strbuf_puts(out, c->name.items[0].text);
    }
    strbuf_putc(out, '(');
    print_call_inside(out, c);
    strbuf_putc(out, ')');
    if (c->form == AST_FORM_SPAN) {
      strbuf_printf(out, " %s", print_unit_word(c->unit));
      if (c->to != c->unit) strbuf_printf(out, " TO %s", print_unit_word(c->to));
    }
  }
  bool nulls_behind = c->form != AST_FORM_PLAIN || c->args.n == 0;
  if (nulls_behind) print_nulls(out, c->nulls);
  if (c->filter != NULL) {
    strbuf_puts(out, " FILTER (WHERE ");
    ast_print_expr(out, c->filter);
    strbuf_putc(out, ')');
  }
  if (c->over != NULL) {
    strbuf_puts(out, " OVER ");
    if (c->over->name.text != NULL) {
      ast_print_name(out, c->over->name.text);
    } else {
      print_window(out, c->over);
    }
  }
}

/* ---- windows ---- */

void print_order_direction(StrBuf *out, const AstOrderItem *item) {
  if (item->descending) strbuf_puts(out, " DESC");
  if (item->nulls == AST_NULLS_FIRST) strbuf_puts(out, " NULLS FIRST");
  if (item->nulls == AST_NULLS_LAST) strbuf_puts(out, " NULLS LAST");
}

void print_order_by(StrBuf *out, AstOrderItems items) {
  for (uint32_t i = 0; i < items.n; i++) {
    strbuf_puts(out, i == 0 ? "ORDER BY " : ", ");
    ast_print_expr(out, items.items[i].expr);
    print_order_direction(out, &items.items[i]);
  }
}

static void print_bound_of_frame(StrBuf *out, const AstBound *b) {
  switch (b->kind) {
    case AST_BOUND_UNBOUNDED_PRECEDING:
      strbuf_puts(out, "UNBOUNDED PRECEDING");
      return;
    case AST_BOUND_UNBOUNDED_FOLLOWING:
      strbuf_puts(out, "UNBOUNDED FOLLOWING");
      return;
    case AST_BOUND_CURRENT_ROW:
      strbuf_puts(out, "CURRENT ROW");
      return;
    case AST_BOUND_PRECEDING:
      print_sum(out, b->offset);
      strbuf_puts(out, " PRECEDING");
      return;
    case AST_BOUND_FOLLOWING:
      print_sum(out, b->offset);
      strbuf_puts(out, " FOLLOWING");
      return;
  }
}

void print_window(StrBuf *out, const AstWindow *w) {
  const char *blank = "";
  strbuf_putc(out, '(');
  if (w->base.text != NULL) {
    ast_print_name(out, w->base.text);
    blank = " ";
  }
  if (w->partition_by.n > 0) {
    strbuf_printf(out, "%sPARTITION BY ", blank);
    print_exprs(out, w->partition_by);
    blank = " ";
  }
  if (w->order_by.n > 0) {
    strbuf_puts(out, blank);
    print_order_by(out, w->order_by);
    blank = " ";
  }
  if (w->frame != AST_FRAME_NONE) {
    strbuf_printf(out, "%s%s BETWEEN ", blank, w->frame == AST_FRAME_ROWS ? "ROWS" : "RANGE");
    print_bound_of_frame(out, &w->start);
    strbuf_puts(out, " AND ");
    print_bound_of_frame(out, &w->end);
  }
  strbuf_putc(out, ')');
}
