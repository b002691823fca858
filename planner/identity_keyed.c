/* identity_keyed.c -- texts of what keeps state by key or keeps rows. */
#include "exec/expr/user_func.h"
#include "planner/identity_facts.h"

/* --- windows ----------------------------------------------------------------------- */

void identity_window_tvf(const Identity *d, OpSpec *op, Facts *f) {
  const Facts *in = facts_of_input(d, op);
  bool session = op->id == OP_SESSION_TVF;
  StrBuf rows = {0}, own = {0};
  strbuf_printf(&rows, "%s(", op_traits(op->id)->name);
  facts_put_window(d, in, session ? &op->u.session_tvf.window : &op->u.window_tvf.window, &rows);
  if (session) {
    strbuf_puts(&own, strbuf_text(&rows));
    facts_put_columns(in, op->inputs[0]->fields, &own);
    facts_put_input(in, &own);
    op->identity = identity_take(d->arena, &own, IDENTITY_BYTES);
  }
  facts_put_input(in, &rows);
  facts_set_rows(d, f, &rows);
  facts_extend_cols(d, op, in, f);
  facts_add_window_cols(d, op, f, in->n_cols);
}

/* --- aggregates ---------------------------------------------------------------------- */

/* SUM(DISTINCT price BIGINT) FILTER (price > 3) */
static const char *agg_text(const Identity *d, const AggCall *call, const Facts *in) {
  StrBuf text = {0};
  const UserFunc *user = call->params.user;
  strbuf_printf(&text, "%s(%s", user != NULL ? user_func_identity(user) : call->name,
                call->distinct || call->own_distinct ? "DISTINCT " : "");
  if (call->arg >= 0) {
    identity_of_column(in->cols[call->arg], call->arg_type, &text);
  } else {
    strbuf_putc(&text, '*');
  }
  agg_print_param(call, &text);
  strbuf_putc(&text, ')');
  if (call->filter >= 0) strbuf_printf(&text, " FILTER %s", in->cols[call->filter]);
  return facts_column_text(d, &text);
}

static const AggCall *name_aggs(const Identity *d, const AggCall *aggs, uint32_t n,
                                const Facts *in) {
  AggCall *named = ARENA_ARRAY(d->arena, AggCall, n);
  for (uint32_t i = 0; i < n; i++) {
    named[i] = aggs[i];
    named[i].identity = agg_text(d, &aggs[i], in);
  }
  return named;
}

void identity_aggregate(const Identity *d, OpSpec *op, Facts *f) {
  const Facts *in = facts_of_input(d, op);
  WindowAggSpec *windowed = op->id == OP_GROUP_AGG ? NULL : op->u.window_agg;
  const AggCall **aggs = windowed != NULL ? &windowed->aggs : &op->u.group_agg->aggs;
  const uint32_t *keys = windowed != NULL ? windowed->keys : op->u.group_agg->keys;
  uint32_t n_keys = windowed != NULL ? windowed->n_keys : op->u.group_agg->n_keys;
  uint32_t n_aggs = windowed != NULL ? windowed->n_aggs : op->u.group_agg->n_aggs;
  StrBuf text = {0};
  *aggs = name_aggs(d, *aggs, n_aggs, in);
  strbuf_printf(&text, "%s(", op_traits(op->id)->name);
  if (windowed != NULL) {
    facts_put_window(d, in, &windowed->window, &text);
    emit_print(&windowed->emit, &text);
  }
  facts_put_keys("keys", in, op->inputs[0]->fields, keys, n_keys, &text);
  facts_put_input(in, &text);
  op->identity = identity_take(d->arena, &text, IDENTITY_BYTES);
  strbuf_puts(&text, op->identity);
  facts_set_rows(d, f, &text);
  const char **cols = facts_new_cols(d, f, op->n_fields);
  for (uint32_t i = 0; i < n_keys; i++) cols[i] = in->cols[keys[i]];
  for (uint32_t i = 0; i < n_aggs; i++) cols[n_keys + i] = (*aggs)[i].identity;
  facts_add_window_cols(d, op, f, n_keys + n_aggs);
}

/* --- operators that keep rows -------------------------------------------------------- */

/* The text of an operator over its input, which begins with *head, "Name(...": as rows without the
 * columns, as identity with them.  What comes out are the input's columns. */
static void keeps_rows(const Identity *d, OpSpec *op, StrBuf *head, Facts *f) {
  const Facts *in = facts_of_input(d, op);
  StrBuf own = {0};
  strbuf_puts(&own, strbuf_text(head));
  facts_put_columns(in, op->inputs[0]->fields, &own);
  facts_put_input(in, &own);
  op->identity = identity_take(d->arena, &own, IDENTITY_BYTES);
  facts_put_input(in, head);
  facts_set_rows(d, f, head);
}

void identity_window_topn(const Identity *d, OpSpec *op, Facts *f) {
  const WindowTopNSpec *w = &op->u.window_topn;
  const Facts *in = facts_of_input(d, op);
  StrBuf text = {0};
  strbuf_printf(&text, "%s(window=[%s, %s], ", op_traits(op->id)->name, in->cols[w->start_col],
                in->cols[w->end_col]);
  facts_put_zone(d, w->time_type, &text);
  facts_put_keys("keys", in, op->inputs[0]->fields, w->keys, w->n_keys, &text);
  facts_put_order(in, w->order, w->n_order, &text);
  strbuf_printf(&text, "ranks=[%llu, %llu], %s", (unsigned long long)w->first,
                (unsigned long long)w->last, w->keep_last ? "keep=[last], " : "");
  keeps_rows(d, op, &text, f);
  facts_extend_cols(d, op, in, f);
  if (w->with_rank) f->cols[in->n_cols] = "$rank";
}

void identity_sort(const Identity *d, OpSpec *op, Facts *f) {
  const SortSpec *s = &op->u.sort;
  StrBuf text = {0};
  strbuf_printf(&text, "%s(", op_traits(op->id)->name);
  facts_put_order(facts_of_input(d, op), s->keys, s->n_keys, &text);
  strbuf_printf(&text, "offset=[%llu], limit=[%llu], ", (unsigned long long)s->offset,
                (unsigned long long)s->limit);
  keeps_rows(d, op, &text, f);
}

void identity_materialize(const Identity *d, OpSpec *op, Facts *f) {
  StrBuf text = {0};
  strbuf_printf(&text, "%s(", op_traits(op->id)->name);
  keeps_rows(d, op, &text, f);
}

/* --- joins --------------------------------------------------------------------------- */

/* Columns of both sides, told apart: left.price, right.price. */
static void both_cols(const Identity *d, const Facts *sides[2], Facts *f) {
  static const char *const names[] = {"left", "right"};
  const char **cols = facts_new_cols(d, f, sides[0]->n_cols + sides[1]->n_cols);
  for (uint32_t side = 0, n = 0; side < 2; side++) {
    for (uint32_t i = 0; i < sides[side]->n_cols; i++) {
      StrBuf text = {0};
      strbuf_printf(&text, "%s.%s", names[side], sides[side]->cols[i]);
      cols[n++] = facts_column_text(d, &text);
    }
  }
}

static void put_sides(const Facts *sides[2], StrBuf *out) {
  strbuf_puts(out, "left=[");
  facts_put_rows(sides[0], out);
  strbuf_puts(out, "], right=[");
  facts_put_rows(sides[1], out);
  strbuf_puts(out, "])");
}

void identity_window_join(const Identity *d, OpSpec *op, Facts *f) {
  const WindowJoinSpec *j = &op->u.window_join;
  const Facts *sides[2] = {&d->facts[op->inputs[0]->index], &d->facts[op->inputs[1]->index]};
  const FormatField *left = op->inputs[0]->fields, *right = op->inputs[1]->fields;
  StrBuf text = {0}, own = {0};
  both_cols(d, sides, f);
  strbuf_printf(&text, "%s(type=[%s], window=[%s, %s = %s, %s], ", op_traits(op->id)->name,
                join_kind_name(j->kind), sides[0]->cols[j->left_start], sides[0]->cols[j->left_end],
                sides[1]->cols[j->right_start], sides[1]->cols[j->right_end]);
  facts_put_zone(d, j->time_type, &text);
  facts_put_keys("left keys", sides[0], left, j->left_keys, j->n_keys, &text);
  facts_put_keys("right keys", sides[1], right, j->right_keys, j->n_keys, &text);
  if (j->condition != NULL) {
    strbuf_printf(&text, "on=[%s], ", facts_expr_text(d, j->condition, f));
  }
  strbuf_puts(&own, strbuf_text(&text));
  facts_put_columns(sides[0], left, &own);
  facts_put_columns(sides[1], right, &own);
  put_sides(sides, &own);
  op->identity = identity_take(d->arena, &own, IDENTITY_BYTES);
  put_sides(sides, &text);
  facts_set_rows(d, f, &text);
  f->n_windows =
      sides[0]->n_windows > sides[1]->n_windows ? sides[0]->n_windows : sides[1]->n_windows;
}
