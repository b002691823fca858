/* identity.c -- texts of operators: one pass, inputs before consumers.
 *
 *     identity_text.c    sources and sinks; long texts cut
 *     identity_facts.c   rows and columns
 *     identity_keyed.c   what keeps state by key or keeps rows
 */
#include "planner/identity.h"

#include <string.h>

#include "planner/identity_facts.h"

/* --- leaves and what passes rows on -------------------------------------------------- */

static void scan(const Identity *d, OpSpec *op, Facts *f) {
  const ScanSpec *s = &op->u.scan;
  StrBuf text = {0}, own = {0};
  identity_of_source(s, &text);
  strbuf_printf(&own, "%s(%s, fields=[", op_traits(op->id)->name, strbuf_text(&text));
  for (uint32_t i = 0; i < s->n_fields; i++) {
    if (i > 0) strbuf_puts(&own, ", ");
    identity_of_column(s->fields[i].name, s->fields[i].type, &own);
  }
  strbuf_puts(&own, "])");
  op->identity = identity_take(d->arena, &own, IDENTITY_BYTES);
  facts_set_rows(d, f, &text);
  facts_new_cols(d, f, op->n_fields);
  for (uint32_t i = 0; i < op->n_fields; i++) f->cols[i] = op->fields[i].name;
}

/* A column is its values, so that it is the same whatever columns stand beside it. */
static void values(const Identity *d, OpSpec *op, Facts *f) {
  const ValuesSpec *v = &op->u.values;
  StrBuf text = {0};
  facts_new_cols(d, f, op->n_fields);
  for (uint32_t c = 0; c < op->n_fields; c++) {
    StrBuf column = {0};
    for (uint32_t r = 0; r < v->n_rows; r++) {
      strbuf_puts(&column, r > 0 ? ", " : "VALUES(");
      expr_print_whole(v->rows[(size_t)r * v->n_cols + c], NULL, &column);
    }
    strbuf_putc(&column, ')');
    f->cols[c] = facts_column_text(d, &column);
  }
  strbuf_printf(&text, "%s(rows=[%u])", op_traits(op->id)->name, v->n_rows);
  facts_set_rows(d, f, &text);
  strbuf_printf(&text, "%s(", op_traits(op->id)->name);
  facts_put_columns(f, op->fields, &text);
  strbuf_printf(&text, "rows=[%u])", v->n_rows);
  op->identity = identity_take(d->arena, &text, IDENTITY_BYTES);
}

static void calc(const Identity *d, const OpSpec *op, Facts *f) {
  const Facts *in = facts_of_input(d, op);
  const CalcSpec *c = &op->u.calc;
  if (c->filter != NULL) facts_add_filter(d, f, in, c->filter);
  const char **cols = facts_new_cols(d, f, c->n_exprs);
  for (uint32_t i = 0; i < c->n_exprs; i++) cols[i] = facts_expr_text(d, c->exprs[i], in);
}

static void expand(const Identity *d, const OpSpec *op, Facts *f) {
  const Facts *in = facts_of_input(d, op);
  const ExpandSpec *e = &op->u.expand;
  const char **texts = ARENA_ARRAY(d->arena, const char *, e->n_sets);
  StrBuf text = {0};
  strbuf_printf(&text, "%s(sets=[%u], ", op_traits(op->id)->name, e->n_sets);
  facts_put_input(in, &text);
  facts_set_rows(d, f, &text);
  const char **cols = facts_new_cols(d, f, e->n_exprs);
  for (uint32_t c = 0; c < e->n_exprs; c++) {
    for (uint32_t s = 0; s < e->n_sets; s++) {
      texts[s] = facts_expr_text(d, e->exprs[s * e->n_exprs + c], in);
    }
    cols[c] = facts_either(d, texts, e->n_sets);
  }
}

/* How many UNNESTs there are below: two of one collection are not the same. */
static uint32_t unnests_in(const char *rows, const char *name) {
  uint32_t n = 0;
  for (; (rows = strstr(rows, name)) != NULL; rows++) n++;
  return n;
}

static void unnest(const Identity *d, const OpSpec *op, Facts *f) {
  const Facts *in = facts_of_input(d, op);
  const UnnestSpec *u = &op->u.unnest;
  const char *name = op_traits(op->id)->name, *value = facts_expr_text(d, u->value, in);
  const uint32_t level = unnests_in(in->rows, name);
  StrBuf text = {0};
  strbuf_printf(&text, "%s(value=[%s], outer=[%d], ", name, value, u->outer);
  facts_put_input(in, &text);
  facts_set_rows(d, f, &text);
  facts_extend_cols(d, op, in, f);
  for (uint32_t i = in->n_cols; i < op->n_fields; i++) {
    f->cols[i] = arena_printf(d->arena, "%s%u(%s)#%u", name, level, value, i - in->n_cols);
  }
}

/* Where time comes from decides which windows a row is in and what is late; how late rows may be
 * can change from one run to the next. */
static void watermark(const Identity *d, const OpSpec *op, Facts *f) {
  const Facts *in = facts_of_input(d, op);
  StrBuf text = {0};
  strbuf_printf(&text, "%s rowtime=[%s]", in->rows, in->cols[op->u.watermark.time_col]);
  f->rows = facts_rows_text(d, &text);
}

static void limit(const Identity *d, OpSpec *op, Facts *f) {
  const Facts *in = facts_of_input(d, op);
  StrBuf text = {0};
  strbuf_printf(&text, "%s(offset=[%llu], limit=[%llu], ", op_traits(op->id)->name,
                (unsigned long long)op->u.limit.offset, (unsigned long long)op->u.limit.limit);
  facts_put_input(in, &text);
  op->identity = identity_take(d->arena, &text, IDENTITY_BYTES);
  strbuf_puts(&text, op->identity);
  facts_set_rows(d, f, &text);
}

static void number(const Identity *d, const OpSpec *op, Facts *f) {
  const Facts *in = facts_of_input(d, op);
  facts_extend_cols(d, op, in, f);
  f->cols[in->n_cols] = "$position";
}

/* The rows that a window drops have the columns of its input. */
static void late(const Identity *d, const OpSpec *op, Facts *f) {
  StrBuf text = {0};
  *f = *facts_of_input(d, op->inputs[0]);
  strbuf_printf(&text, "%s(", op_traits(op->id)->name);
  facts_put_input(facts_of_input(d, op), &text);
  facts_set_rows(d, f, &text);
}

static void sink(const Identity *d, OpSpec *op) {
  StrBuf text = {0};
  strbuf_printf(&text, "%s(", op_traits(op->id)->name);
  identity_of_sink(&op->u.sink, &text);
  strbuf_putc(&text, ')');
  op->identity = identity_take(d->arena, &text, IDENTITY_BYTES);
}

static void set_union(const Identity *d, const OpSpec *op, Facts *f) {
  const char **texts = ARENA_ARRAY(d->arena, const char *, op->n_inputs);
  const char **cols = facts_new_cols(d, f, op->n_fields);
  StrBuf text = {0};
  strbuf_puts(&text, "Union(");
  for (uint32_t i = 0; i < op->n_inputs; i++) {
    const Facts *in = &d->facts[op->inputs[i]->index];
    strbuf_puts(&text, i > 0 ? ", [" : "[");
    facts_put_rows(in, &text);
    strbuf_putc(&text, ']');
    if (in->n_windows > f->n_windows) f->n_windows = in->n_windows;
  }
  strbuf_putc(&text, ')');
  facts_set_rows(d, f, &text);
  for (uint32_t c = 0; c < op->n_fields; c++) {
    for (uint32_t i = 0; i < op->n_inputs; i++) {
      texts[i] = d->facts[op->inputs[i]->index].cols[c];
    }
    cols[c] = facts_either(d, texts, op->n_inputs);
  }
}

/* --- all of them --------------------------------------------------------------------- */

static void fill(const Identity *d, OpSpec *op) {
  Facts *f = &d->facts[op->index];
  if (op->n_inputs > 0) *f = *facts_of_input(d, op);
  switch (op->id) {
    case OP_SCAN:
      scan(d, op, f);
      return;
    case OP_VALUES:
      values(d, op, f);
      return;
    case OP_WATERMARK:
      watermark(d, op, f);
      return;
    case OP_CALC:
      calc(d, op, f);
      return;
    case OP_EXPAND:
      expand(d, op, f);
      return;
    case OP_UNNEST:
      unnest(d, op, f);
      return;
    case OP_NUMBER:
      number(d, op, f);
      return;
    case OP_WINDOW_TVF:
    case OP_SESSION_TVF:
      identity_window_tvf(d, op, f);
      return;
    case OP_WINDOW_AGG:
    case OP_SESSION_AGG:
    case OP_UPDATING_WINDOW_AGG:
    case OP_ROWS_AGG:
    case OP_GROUP_AGG:
      identity_aggregate(d, op, f);
      return;
    case OP_WINDOW_JOIN:
      identity_window_join(d, op, f);
      return;
    case OP_WINDOW_TOPN:
      identity_window_topn(d, op, f);
      return;
    case OP_LATE:
      late(d, op, f);
      return;
    case OP_MATERIALIZE:
      identity_materialize(d, op, f);
      return;
    case OP_UNION:
      set_union(d, op, f);
      return;
    case OP_SORT:
      identity_sort(d, op, f);
      return;
    case OP_LIMIT:
      limit(d, op, f);
      return;
    case OP_SINK:
      sink(d, op);
      return;
    case OP_LOCAL_WINDOW_AGG:
    case OP_LOCAL_GROUP_AGG:
    case OP_EXCHANGE:
    case OP_IN_ORDER:
    case OP_ID_COUNT:
      return; /* the input's rows, each once, as far as state is concerned */
  }
}

void identity_fill(Arena *arena, JobPlan *job) {
  const Identity d = {arena, &job->env, ARENA_ARRAY(arena, Facts, job->n_ops)};
  for (uint32_t i = 0; i < job->n_ops; i++) fill(&d, job->ops[i]);
}
