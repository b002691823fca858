/* physical_print.c -- a JobPlan as text, in the words of Flink's EXPLAIN. */
#include <stdlib.h>
#include <string.h>

#include "planner/lower.h"

typedef struct Printer {
  const Lowered *plan;
  StrBuf *out;
  bool reuse;
  uint32_t *consumers; /* of operator i */
  uint32_t *ids;       /* of operator i once printed, where it is shared; 0: not yet */
  uint32_t n_ids;
  bool *is_last; /* a plan is no deeper than it has operators */
  const char **names;
} Printer;

/* --- parts --------------------------------------------------------------------------- */

/* Names of the columns of an operator, for expr_print; valid until the next call. */
static const char *const *names_of(Printer *p, const OpSpec *op) {
  p->names = realloc(p->names, (op->n_fields + 1) * sizeof *p->names);
  if (p->names == NULL) out_of_memory();
  for (uint32_t i = 0; i < op->n_fields; i++) p->names[i] = op->fields[i].name;
  return p->names;
}

static void print_names(Printer *p, const OpSpec *op, const uint32_t *columns, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    uint32_t c = columns != NULL ? columns[i] : i;
    strbuf_printf(p->out, "%s%s", i > 0 ? ", " : "", op->fields[c].name);
  }
}

static void print_calc(Printer *p, const OpSpec *op) {
  const CalcSpec *calc = &op->u.calc;
  const char *const *names = names_of(p, op->inputs[0]);
  strbuf_puts(p->out, "(select=[");
  for (uint32_t i = 0; i < calc->n_exprs; i++) {
    const Expr *e = calc->exprs[i];
    if (i > 0) strbuf_puts(p->out, ", ");
    expr_print(e, names, p->out);
    bool same =
        e->kind == EXPR_COLUMN && str_eq(str_of(names[e->column]), str_of(op->fields[i].name));
    if (!same) strbuf_printf(p->out, " AS %s", op->fields[i].name);
  }
  if (calc->filter != NULL) {
    strbuf_puts(p->out, "], where=[");
    expr_print(calc->filter, names, p->out);
  }
  strbuf_puts(p->out, "])");
}

static void print_values(Printer *p, const OpSpec *op) {
  enum { ROWS_SHOWN = 10 };
  const ValuesSpec *v = &op->u.values;
  strbuf_puts(p->out, "(tuples=[[");
  for (uint32_t r = 0; r < v->n_rows && r < ROWS_SHOWN; r++) {
    strbuf_puts(p->out, r > 0 ? ", { " : "{ ");
    for (uint32_t c = 0; c < v->n_cols; c++) {
      if (c > 0) strbuf_puts(p->out, ", ");
      expr_print(v->rows[r * v->n_cols + c], NULL, p->out);
    }
    strbuf_puts(p->out, " }");
  }
  if (v->n_rows > ROWS_SHOWN) strbuf_printf(p->out, ", ... %u more", v->n_rows - ROWS_SHOWN);
  strbuf_puts(p->out, "]], values=[");
  print_names(p, op, NULL, op->n_fields);
  strbuf_puts(p->out, "])");
}

/* keys, then aggregates with their filters, then the window's columns. */
static void print_agg_call(Printer *p, const OpSpec *in, const AggCall *agg) {
  strbuf_printf(p->out, "%s(%s%s", agg->name, agg->distinct || agg->own_distinct ? "DISTINCT " : "",
                agg->arg >= 0 ? in->fields[agg->arg].name : "*");
  agg_print_param(agg, p->out);
  strbuf_putc(p->out, ')');
  if (agg->filter >= 0) strbuf_printf(p->out, " FILTER %s", in->fields[agg->filter].name);
}

static void print_aggregate(Printer *p, const OpSpec *op) {
  const OpSpec *in = op->inputs[0];
  OpGrouping g;
  op_grouping(op, &g);
  strbuf_putc(p->out, '(');
  if (g.n_keys > 0) {
    strbuf_puts(p->out, "groupBy=[");
    print_names(p, in, g.keys, g.n_keys);
    strbuf_puts(p->out, "], ");
  }
  if (g.window != NULL) {
    strbuf_puts(p->out, "window=[");
    window_print(g.window, in->fields, p->out);
    strbuf_puts(p->out, "], ");
    emit_print(&op->u.window_agg->emit, p->out);
  }
  strbuf_puts(p->out, "select=[");
  print_names(p, in, g.keys, g.n_keys);
  for (uint32_t i = 0; i < g.n_aggs; i++) {
    const AggCall *agg = &g.aggs[i];
    if (g.n_keys + i > 0) strbuf_puts(p->out, ", ");
    print_agg_call(p, in, agg);
    const char *name = op->fields == in->fields ? agg->text : op->fields[g.n_keys + i].name;
    if (strcmp(name, agg->text) != 0) strbuf_printf(p->out, " AS %s", name);
  }
  bool has_window = g.window != NULL && op->id != OP_LOCAL_WINDOW_AGG;
  for (uint32_t i = g.n_keys + g.n_aggs; has_window && i < op->n_fields; i++) {
    strbuf_printf(p->out, "%s%s", i > 0 ? ", " : "", op->fields[i].name);
  }
  strbuf_puts(p->out, "])");
}

static void print_sort(Printer *p, const OpSpec *op) {
  const SortSpec *s = &op->u.sort;
  strbuf_puts(p->out, "(orderBy=[");
  sort_keys_print(s->keys, s->n_keys, names_of(p, op), p->out);
  strbuf_putc(p->out, ']');
}

/* windows of the columns of an input */
static void print_window(Printer *p, const char *what, const WindowSpec *w, const OpSpec *input,
                         uint32_t start, uint32_t end) {
  strbuf_printf(p->out, "%s=[", what);
  window_print_attached(w, input->fields[start].name, input->fields[end].name, p->out);
  strbuf_puts(p->out, "], ");
}

static bool is_deduplication(const Printer *p, const OpSpec *op) {
  return op->id == OP_WINDOW_TOPN && rank_is_deduplication(p->plan->nodes[op->index]->u.rank);
}

static void print_rank(Printer *p, const OpSpec *op) {
  const WindowTopNSpec *w = &op->u.window_topn;
  const OpSpec *in = op->inputs[0];
  strbuf_putc(p->out, '(');
  print_window(p, "window", p->plan->nodes[op->index]->u.rank->window, in, w->start_col,
               w->end_col);
  if (is_deduplication(p, op)) {
    strbuf_printf(p->out, "keep=[%s], partitionKeys=[", w->keep_last ? "LastRow" : "FirstRow");
    print_names(p, in, w->keys, w->n_keys);
    strbuf_printf(p->out, "], orderKey=[%s], order=[ROWTIME]", in->fields[w->order[0].col].name);
  } else {
    strbuf_printf(p->out, "rankType=[ROW_NUMBER], rankRange=[rankStart=%llu, rankEnd=%llu], ",
                  (unsigned long long)w->first, (unsigned long long)w->last);
    strbuf_puts(p->out, "partitionBy=[");
    print_names(p, in, w->keys, w->n_keys);
    strbuf_puts(p->out, "], orderBy=[");
    sort_keys_print(w->order, w->n_order, names_of(p, in), p->out);
    strbuf_putc(p->out, ']');
  }
  strbuf_puts(p->out, ", select=[");
  print_names(p, op, NULL, op->n_fields);
  strbuf_puts(p->out, "])");
}

static void print_join(Printer *p, const OpSpec *op) {
  const WindowJoinSpec *j = &op->u.window_join;
  const WindowJoin *node = p->plan->nodes[op->index]->u.join;
  const OpSpec *left = op->inputs[0], *right = op->inputs[1];
  Arena arena;
  arena_init(&arena);
  const char **names =
      names_of_join(&arena, left->fields, left->n_fields, right->fields, right->n_fields);
  strbuf_putc(p->out, '(');
  print_window(p, "leftWindow", node->left.window, left, j->left_start, j->left_end);
  print_window(p, "rightWindow", node->right.window, right, j->right_start, j->right_end);
  strbuf_printf(p->out, "joinType=[%s], where=[", join_kind_name(j->kind));
  join_print_where(j->left_keys, j->right_keys, j->n_keys, j->condition, names, left->n_fields,
                   p->out);
  strbuf_puts(p->out, "], select=[");
  print_names(p, op, NULL, op->n_fields);
  strbuf_puts(p->out, "])");
  arena_deinit(&arena);
}

static void print_limit(Printer *p, uint64_t offset, uint64_t limit) {
  strbuf_printf(p->out, "offset=[%llu], fetch=[", (unsigned long long)offset);
  if (limit == UINT64_MAX) {
    strbuf_puts(p->out, "unlimited])");
  } else {
    strbuf_printf(p->out, "%llu])", (unsigned long long)limit);
  }
}

static void print_exchange(Printer *p, const OpSpec *op) {
  const ExchangeSpec *x = &op->u.exchange;
  strbuf_puts(p->out, "(distribution=[");
  if (x->dist == DIST_HASH) {
    strbuf_puts(p->out, "hash[");
    print_names(p, op, x->keys, x->n_keys);
    strbuf_puts(p->out, "]])");
  } else {
    strbuf_puts(p->out, "single])");
  }
}

static void print_scan(Printer *p, const OpSpec *op) {
  const ScanSpec *scan = &op->u.scan;
  strbuf_printf(p->out, "(table=[%s], fields=[", p->plan->paths[op->index]);
  print_names(p, op, NULL, op->n_fields);
  strbuf_putc(p->out, ']');
  for (uint32_t i = 0; i < scan->n_metadata; i++) {
    strbuf_printf(p->out, "%s%s", i > 0 ? ", " : ", metadata=[", metadata_key(scan->metadata[i]));
  }
  strbuf_puts(p->out, scan->n_metadata > 0 ? "])" : ")");
}

static void print_watermark(Printer *p, const OpSpec *op) {
  strbuf_printf(p->out, "(rowtime=[%s], watermark=[", op->fields[op->u.watermark.time_col].name);
  expr_print(op->u.watermark.expr, names_of(p, op), p->out);
  strbuf_puts(p->out, "])");
}

/* An aggregate behind a local one is a global one. */
static bool is_global(const OpSpec *op) {
  if (op->id != OP_WINDOW_AGG && op->id != OP_GROUP_AGG) return false;
  OpId before = op->inputs[0]->inputs[0]->id;
  return before == OP_LOCAL_WINDOW_AGG || before == OP_LOCAL_GROUP_AGG;
}

static void print_window_function(Printer *p, const OpSpec *op, const WindowSpec *w) {
  strbuf_puts(p->out, "(window=[");
  window_print(w, op->inputs[0]->fields, p->out);
  strbuf_puts(p->out, "], fields=[");
  print_names(p, op, NULL, op->n_fields);
  strbuf_puts(p->out, "])");
}

static void print_details(Printer *p, const OpSpec *op) {
  switch (op->id) {
    case OP_SCAN:
      print_scan(p, op);
      return;
    case OP_VALUES:
      print_values(p, op);
      return;
    case OP_WATERMARK:
      print_watermark(p, op);
      return;
    case OP_CALC:
      print_calc(p, op);
      return;
    case OP_LOCAL_WINDOW_AGG:
    case OP_SESSION_AGG:
    case OP_ROWS_AGG:
    case OP_UPDATING_WINDOW_AGG:
    case OP_WINDOW_AGG:
    case OP_LOCAL_GROUP_AGG:
    case OP_GROUP_AGG:
      print_aggregate(p, op);
      return;
    case OP_WINDOW_TVF:
      print_window_function(p, op, &op->u.window_tvf.window);
      return;
    case OP_SESSION_TVF:
      print_window_function(p, op, &op->u.session_tvf.window);
      return;
    case OP_IN_ORDER:
      strbuf_puts(p->out, "(orderBy=[");
      print_names(p, op, op->u.in_order.cols, op->u.in_order.n_cols);
      strbuf_puts(p->out, "])");
      return;
    case OP_NUMBER:
    case OP_LATE:
    case OP_MATERIALIZE:
      strbuf_puts(p->out, "(fields=[");
      print_names(p, op, NULL, op->n_fields);
      strbuf_puts(p->out, "])");
      return;
    case OP_WINDOW_TOPN:
      print_rank(p, op);
      return;
    case OP_WINDOW_JOIN:
      print_join(p, op);
      return;
    case OP_EXPAND:
      strbuf_puts(p->out, "(projects=[");
      expand_print(op->u.expand.exprs, op->fields, op->n_fields, op->u.expand.n_sets,
                   names_of(p, op->inputs[0]), p->out);
      strbuf_puts(p->out, "])");
      return;
    case OP_UNNEST:
      unnest_print(op->u.unnest.value, op->u.unnest.outer, names_of(p, op->inputs[0]), p->out);
      strbuf_puts(p->out, ", select=[");
      print_names(p, op, NULL, op->n_fields);
      strbuf_puts(p->out, "])");
      return;
    case OP_UNION:
      strbuf_puts(p->out, "(all=[true], union=[");
      print_names(p, op, NULL, op->n_fields);
      strbuf_puts(p->out, "])");
      return;
    case OP_EXCHANGE:
      print_exchange(p, op);
      return;
    case OP_SORT: {
      const SortSpec *s = &op->u.sort;
      print_sort(p, op);
      if (s->offset == 0 && s->limit == UINT64_MAX) {
        strbuf_putc(p->out, ')');
        return;
      }
      strbuf_puts(p->out, ", ");
      print_limit(p, s->offset, s->limit);
      return;
    }
    case OP_LIMIT:
      strbuf_putc(p->out, '(');
      print_limit(p, op->u.limit.offset, op->u.limit.limit);
      return;
    case OP_SINK:
      strbuf_printf(p->out, "(table=[%s], fields=[", p->plan->paths[op->index]);
      print_names(p, op, NULL, op->n_fields);
      strbuf_puts(p->out, "])");
      return;
    case OP_ID_COUNT:
      break;
  }
  assert(!"an operator");
}

/* --- the tree ------------------------------------------------------------------------ */

static const char *op_word(const Printer *p, const OpSpec *op) {
  if (op->id == OP_SORT && (op->u.sort.offset > 0 || op->u.sort.limit != UINT64_MAX)) {
    return "SortLimit";
  }
  if (is_deduplication(p, op)) return "WindowDeduplicate";
  return op_traits(op->id)->name;
}

static void print_op(Printer *p, const OpSpec *op, uint32_t depth) {
  bool is_result = op->id == OP_SINK && op->u.sink.connector == NULL;
  if (!is_result) {
    tree_indent(p->is_last, depth, p->out);
    if (p->ids[op->index] > 0) {
      strbuf_printf(p->out, "Reused(reference_id=[%u])\n", p->ids[op->index]);
      return;
    }
    strbuf_printf(p->out, "%s%s", is_global(op) ? "Global" : "", op_word(p, op));
    print_details(p, op);
    if (p->reuse && p->consumers[op->index] > 1) {
      p->ids[op->index] = ++p->n_ids;
      strbuf_printf(p->out, "(reuse_id=[%u])", p->n_ids);
    }
    strbuf_putc(p->out, '\n');
    depth++;
  }
  for (uint32_t i = 0; i < op->n_inputs; i++) {
    if (depth > 0) p->is_last[depth - 1] = i + 1 == op->n_inputs;
    print_op(p, op->inputs[i], depth);
  }
}

void physical_print(const Lowered *plan, bool reuse, StrBuf *out) {
  const JobPlan *job = plan->job;
  Printer p = {.plan = plan, .out = out, .reuse = reuse};
  p.consumers = calloc(job->n_ops + 1, sizeof *p.consumers);
  p.ids = calloc(job->n_ops + 1, sizeof *p.ids);
  p.is_last = calloc(job->n_ops + 1, sizeof *p.is_last);
  if (p.consumers == NULL || p.ids == NULL || p.is_last == NULL) out_of_memory();
  bool first = true;
  for (uint32_t i = 0; i < job->n_ops; i++) {
    for (uint32_t k = 0; k < job->ops[i]->n_inputs; k++)
      p.consumers[job->ops[i]->inputs[k]->index]++;
  }
  for (uint32_t i = 0; i < job->n_ops; i++) {
    if (job->ops[i]->id != OP_SINK) continue;
    if (!first) strbuf_putc(out, '\n');
    first = false;
    print_op(&p, job->ops[i], 0);
  }
  free(p.names);
  free(p.is_last);
  free(p.ids);
  free(p.consumers);
}
