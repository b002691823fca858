/* logical_print.c -- the logical plan as text, in the words of Flink's EXPLAIN. */
#include <stdlib.h>
#include <string.h>

#include "planner/logical.h"

/* --- parts that the physical plan shows, too ----------------------------------------- */

void duration_print(Micros us, StrBuf *out) {
  static const struct {
    Micros us;
    const char *name;
  } units[] = {{MICROS_PER_DAY, "d"},
               {3600 * MICROS_PER_SECOND, "h"},
               {60 * MICROS_PER_SECOND, "min"},
               {MICROS_PER_SECOND, "s"},
               {MICROS_PER_MILLI, "ms"}};
  for (size_t i = 0; i < COUNT_OF(units); i++) {
    if (us % units[i].us != 0) continue;
    strbuf_printf(out, "%lld %s", (long long)(us / units[i].us), units[i].name);
    return;
  }
  strbuf_printf(out, "%lld us", (long long)us);
}

static void print_length(const char *name, Micros us, StrBuf *out) {
  strbuf_printf(out, "%s=[", name);
  duration_print(us, out);
  strbuf_putc(out, ']');
}

static void print_sizes(const WindowSpec *w, StrBuf *out) {
  bool cumulates = w->kind == WINDOW_CUMULATE, session = w->kind == WINDOW_SESSION;
  print_length(cumulates ? "max_size" : session ? "gap" : "size", w->size_us, out);
  if (w->kind == WINDOW_HOP) print_length(", slide", w->slide_us, out);
  if (cumulates) print_length(", step", w->slide_us, out);
  if (w->cap_us > 0) print_length(", max_size", w->cap_us, out);
  if (w->offset_us != 0) print_length(", offset", w->offset_us, out);
  if (w->only_on_update) strbuf_puts(out, ", emit_only_on_update=[true]");
}

static void print_rows(const WindowSpec *w, StrBuf *out) {
  strbuf_printf(out, "rows=[%llu]", (unsigned long long)w->size_rows);
  if (w->slide_rows == w->size_rows) return;
  strbuf_printf(out, ", slide=[%llu]", (unsigned long long)w->slide_rows);
}

static void print_partition(const WindowSpec *w, const FormatField *input, StrBuf *out) {
  for (uint32_t i = 0; i < w->n_partition; i++) {
    strbuf_printf(out, "%s%s", i > 0 ? ", " : ", partition keys=[", input[w->partition[i]].name);
  }
  if (w->n_partition > 0) strbuf_putc(out, ']');
}

void window_print(const WindowSpec *w, const FormatField *input, StrBuf *out) {
  strbuf_printf(out, "%s(", window_name(w));
  if (w->kind == WINDOW_ATTACHED) {
    strbuf_printf(out, "win_start=[%s], win_end=[%s]", input[w->start_col].name,
                  input[w->end_col].name);
  } else if (w->kind == WINDOW_ROWS) {
    print_rows(w, out);
  } else {
    strbuf_printf(out, "time_col=[%s], ", input[w->time_col].name);
    if (w->processing_time) strbuf_puts(out, "proctime=[true], ");
    print_sizes(w, out);
  }
  print_partition(w, input, out);
  strbuf_putc(out, ')');
}

void window_print_attached(const WindowSpec *w, const char *start, const char *end, StrBuf *out) {
  strbuf_printf(out, "%s(", window_name(w));
  if (start != NULL) strbuf_printf(out, "win_start=[%s], win_end=[%s], ", start, end);
  print_sizes(w, out);
  strbuf_putc(out, ')');
}

void emit_print(const EmitSpec *e, StrBuf *out) {
  if (e->every_us > 0) {
    strbuf_puts(out, "emit=[every ");
    duration_print(e->every_us, out);
    strbuf_puts(out, e->every_by_clock ? " of processing time], " : "], ");
  }
  if (e->on_update) strbuf_puts(out, "emit=[on update], ");
  if (e->lateness_us == 0) return;
  strbuf_puts(out, "allowed_lateness=[");
  duration_print(e->lateness_us, out);
  strbuf_puts(out, e->final_only ? "], emit=[final], " : "], ");
}

const char *join_kind_name(JoinKind kind) {
  static const char *const names[] = {
      [JOIN_INNER] = "InnerJoin",    [JOIN_LEFT] = "LeftOuterJoin", [JOIN_RIGHT] = "RightOuterJoin",
      [JOIN_FULL] = "FullOuterJoin", [JOIN_SEMI] = "LeftSemiJoin",  [JOIN_ANTI] = "LeftAntiJoin"};
  return names[kind];
}

void sort_keys_print(const SortKey *keys, uint32_t n, const char *const *names, StrBuf *out) {
  for (uint32_t i = 0; i < n; i++) {
    const SortKey *k = &keys[i];
    strbuf_printf(out, "%s%s %s", i > 0 ? ", " : "", names[k->col], k->descending ? "DESC" : "ASC");
    if (k->nulls_first == k->descending) {
      strbuf_puts(out, k->nulls_first ? " NULLS FIRST" : " NULLS LAST");
    }
  }
}

void join_print_where(const uint32_t *left_keys, const uint32_t *right_keys, uint32_t n_keys,
                      const Expr *condition, const char *const *names, uint32_t n_left,
                      StrBuf *out) {
  for (uint32_t i = 0; i < n_keys; i++) {
    strbuf_printf(out, "%s(%s = %s)", i > 0 ? " AND " : "", names[left_keys[i]],
                  names[n_left + right_keys[i]]);
  }
  if (condition == NULL) return;
  if (n_keys > 0) strbuf_puts(out, " AND ");
  expr_print(condition, names, out);
}

void expand_print(Expr *const *exprs, const FormatField *fields, uint32_t n, uint32_t n_sets,
                  const char *const *names, StrBuf *out) {
  enum { SETS_SHOWN = 16 };
  for (uint32_t s = 0; s < n_sets && s < SETS_SHOWN; s++) {
    strbuf_puts(out, s > 0 ? ", {" : "{");
    for (uint32_t i = 0; i < n; i++) {
      const Expr *e = exprs[s * n + i];
      if (i > 0) strbuf_puts(out, ", ");
      expr_print(e, names, out);
      bool same = e->kind == EXPR_COLUMN && strcmp(names[e->column], fields[i].name) == 0;
      if (!same) strbuf_printf(out, " AS %s", fields[i].name);
    }
    strbuf_putc(out, '}');
  }
  if (n_sets > SETS_SHOWN) strbuf_printf(out, ", ... %u more", n_sets - SETS_SHOWN);
}

void source_print_path(const Source *source, StrBuf *out) {
  strbuf_putc(out, '[');
  if (source->path[0] != NULL) strbuf_printf(out, "%s, %s, ", source->path[0], source->path[1]);
  strbuf_printf(out, "%s]", source->path[2]);
}

void tree_indent(const bool *is_last, uint32_t depth, StrBuf *out) {
  for (uint32_t i = 0; i + 1 < depth; i++) strbuf_puts(out, is_last[i] ? "   " : ":  ");
  if (depth > 0) strbuf_puts(out, is_last[depth - 1] ? "+- " : ":- ");
}

/* --- the tree ------------------------------------------------------------------------ */

typedef struct Printer {
  StrBuf *out;
  bool *is_last;
  uint32_t cap;
} Printer;

static void begin_line(Printer *p, uint32_t depth) { tree_indent(p->is_last, depth, p->out); }

static const char **names_of(const FormatField *fields, uint32_t n) {
  const char **names = malloc((n + 1) * sizeof *names);
  if (names == NULL) out_of_memory();
  for (uint32_t i = 0; i < n; i++) names[i] = fields[i].name;
  return names;
}

static void print_expr(Printer *p, const Expr *e, const char *const *names) {
  expr_print(e, names, p->out);
}

static void print_source(Printer *p, const Source *s, uint32_t depth) {
  FormatField *fields = malloc((s->n_columns + 1) * sizeof *fields);
  if (fields == NULL) out_of_memory();
  bool computed = false;
  for (uint32_t i = 0; i < s->n_columns; i++) {
    fields[i] = s->columns[i].field;
    computed |= s->columns[i].computed != NULL;
  }
  const char **columns = names_of(fields, s->n_columns);
  const char **physical = names_of(s->physical, s->n_physical + s->n_metadata);
  if (s->rowtime >= 0) {
    begin_line(p, depth);
    strbuf_printf(p->out, "LogicalWatermarkAssigner(rowtime=[%s], watermark=[",
                  columns[s->rowtime]);
    print_expr(p, s->watermark, columns);
    strbuf_puts(p->out, "])\n");
    p->is_last[depth++] = true;
  }
  if (computed) {
    begin_line(p, depth);
    strbuf_puts(p->out, "LogicalProject(");
    for (uint32_t i = 0; i < s->n_columns; i++) {
      const SourceColumn *c = &s->columns[i];
      strbuf_printf(p->out, "%s%s=[", i > 0 ? ", " : "", c->field.name);
      if (c->computed != NULL) {
        print_expr(p, c->computed, physical);
      } else {
        strbuf_puts(p->out, physical[c->physical]);
      }
      strbuf_putc(p->out, ']');
    }
    strbuf_puts(p->out, ")\n");
    p->is_last[depth++] = true;
  }
  begin_line(p, depth);
  strbuf_puts(p->out, "LogicalTableScan(table=[");
  source_print_path(s, p->out);
  strbuf_puts(p->out, "])\n");
  free(physical);
  free(columns);
  free(fields);
}

static void print_values(Printer *p, const Node *n) {
  enum { ROWS_SHOWN = 10 };
  strbuf_puts(p->out, "LogicalValues(tuples=[[");
  for (uint32_t r = 0; r < n->u.values.n_rows && r < ROWS_SHOWN; r++) {
    strbuf_puts(p->out, r > 0 ? ", { " : "{ ");
    for (uint32_t c = 0; c < n->n_fields; c++) {
      if (c > 0) strbuf_puts(p->out, ", ");
      print_expr(p, n->u.values.rows[r * n->n_fields + c], NULL);
    }
    strbuf_puts(p->out, " }");
  }
  if (n->u.values.n_rows > ROWS_SHOWN) {
    strbuf_printf(p->out, ", ... %u more", n->u.values.n_rows - ROWS_SHOWN);
  }
  strbuf_puts(p->out, "]])");
}

static void print_aggregate(Printer *p, const Node *n, const char *const *names) {
  const AggregateSpec *agg = n->u.agg;
  strbuf_puts(p->out, "LogicalAggregate(group=[{");
  for (uint32_t i = 0; i < agg->n_keys; i++) {
    strbuf_printf(p->out, "%s%s", i > 0 ? ", " : "", names[agg->keys[i]]);
  }
  strbuf_puts(p->out, "}]");
  for (uint32_t i = 0; i < agg->n_aggs; i++) strbuf_printf(p->out, ", %s", agg->aggs[i].text);
  strbuf_putc(p->out, ')');
}

static void print_sort(Printer *p, const Node *n, const char *const *names) {
  strbuf_puts(p->out, "LogicalSort(sort=[");
  for (uint32_t i = 0; i < n->u.sort.n_keys; i++) {
    const SortKey *k = &n->u.sort.keys[i];
    strbuf_printf(p->out, "%s%s %s%s", i > 0 ? ", " : "", names[k->col],
                  k->descending ? "DESC" : "ASC", k->nulls_first ? "-nulls-first" : "-nulls-last");
  }
  strbuf_puts(p->out, "])");
}

static void print_limit(Printer *p, const Node *n) {
  strbuf_puts(p->out, "LogicalSort(");
  if (n->u.limit.offset > 0) {
    strbuf_printf(p->out, "offset=[%llu]", (unsigned long long)n->u.limit.offset);
  }
  if (n->u.limit.limit != UINT64_MAX) {
    strbuf_printf(p->out, "%sfetch=[%llu]", n->u.limit.offset > 0 ? ", " : "",
                  (unsigned long long)n->u.limit.limit);
  }
  strbuf_putc(p->out, ')');
}

static void print_project(Printer *p, const Node *n, const char *const *names) {
  strbuf_puts(p->out, "LogicalProject(");
  for (uint32_t i = 0; i < n->n_fields; i++) {
    strbuf_printf(p->out, "%s%s=[", i > 0 ? ", " : "", n->fields[i].name);
    print_expr(p, n->u.exprs[i], names);
    strbuf_putc(p->out, ']');
  }
  strbuf_putc(p->out, ')');
}

void unnest_print(const Expr *value, bool outer, const char *const *names, StrBuf *out) {
  strbuf_puts(out, "(collection=[");
  expr_print(value, names, out);
  strbuf_printf(out, "], joinType=[%s]", outer ? "LEFT" : "INNER");
}

static void print_expand(Printer *p, const Node *n, const char *const *names) {
  strbuf_puts(p->out, "LogicalExpand(projects=[");
  expand_print(n->u.expand.exprs, n->fields, n->n_fields, n->u.expand.n_sets, names, p->out);
  strbuf_puts(p->out, "])");
}

static void print_rank(Printer *p, const Node *n, const char *const *names) {
  const WindowRank *w = n->u.rank;
  strbuf_printf(p->out, "LogicalWindowRank(partitionBy=[%s, %s", names[w->start], names[w->end]);
  for (uint32_t i = 0; i < w->n_keys; i++) strbuf_printf(p->out, ", %s", names[w->keys[i]]);
  strbuf_puts(p->out, "], orderBy=[");
  sort_keys_print(w->order, w->n_order, names, p->out);
  strbuf_puts(p->out, "])");
}

static void print_join(Printer *p, const Node *n) {
  const WindowJoin *j = n->u.join;
  const Node *left = n->inputs[0], *right = n->inputs[1];
  Arena arena;
  arena_init(&arena);
  const char **names =
      names_of_join(&arena, left->fields, left->n_fields, right->fields, right->n_fields);
  strbuf_printf(p->out, "LogicalJoin(condition=[(%s = %s) AND (%s = %s)", names[j->left.start],
                names[left->n_fields + j->right.start], names[j->left.end],
                names[left->n_fields + j->right.end]);
  if (j->n_keys > 0 || j->condition != NULL) strbuf_puts(p->out, " AND ");
  join_print_where(j->left.keys, j->right.keys, j->n_keys, j->condition, names, left->n_fields,
                   p->out);
  strbuf_printf(p->out, "], joinType=[%s])", join_kind_name(j->kind));
  arena_deinit(&arena);
}

static void print_sink(Printer *p, const Node *n) {
  strbuf_printf(p->out, "LogicalSink(table=[%s], fields=[", n->u.sink.path);
  for (uint32_t i = 0; i < n->n_fields; i++) {
    strbuf_printf(p->out, "%s%s", i > 0 ? ", " : "", n->fields[i].name);
  }
  strbuf_puts(p->out, "])");
}

/* The node's own line; names are those of its input's columns. */
static void print_line(Printer *p, const Node *n, const char *const *names) {
  switch (n->kind) {
    case NODE_SOURCE:
      break; /* print_source */
    case NODE_VALUES:
      print_values(p, n);
      break;
    case NODE_FILTER:
      strbuf_puts(p->out, "LogicalFilter(condition=[");
      print_expr(p, n->u.filter, names);
      strbuf_puts(p->out, "])");
      break;
    case NODE_PROJECT:
      print_project(p, n, names);
      break;
    case NODE_WINDOW_TVF:
      strbuf_puts(p->out, "LogicalTableFunctionScan(invocation=[");
      window_print(&n->u.window, n->inputs[0]->fields, p->out);
      strbuf_puts(p->out, "])");
      break;
    case NODE_EXPAND:
      print_expand(p, n, names);
      break;
    case NODE_UNNEST:
      strbuf_puts(p->out, "LogicalUnnest");
      unnest_print(n->u.unnest.value, n->u.unnest.outer, names, p->out);
      strbuf_putc(p->out, ')');
      break;
    case NODE_AGGREGATE:
    case NODE_WINDOW_AGGREGATE:
      print_aggregate(p, n, names);
      break;
    case NODE_WINDOW_RANK:
      print_rank(p, n, names);
      break;
    case NODE_WINDOW_JOIN:
      print_join(p, n);
      break;
    case NODE_UNION:
      strbuf_puts(p->out, "LogicalUnion(all=[true])");
      break;
    case NODE_SORT:
      print_sort(p, n, names);
      break;
    case NODE_LIMIT:
      print_limit(p, n);
      break;
    case NODE_SINK:
      print_sink(p, n);
      break;
  }
  strbuf_putc(p->out, '\n');
}

static void print_node(Printer *p, const Node *n, uint32_t depth) {
  enum { SOURCE_LINES = 3 };
  if (depth + SOURCE_LINES >= p->cap) {
    p->cap = p->cap > 0 ? p->cap * 2 : 64;
    p->is_last = realloc(p->is_last, p->cap * sizeof *p->is_last);
    if (p->is_last == NULL) out_of_memory();
  }
  if (n->kind == NODE_SOURCE) {
    print_source(p, n->u.source, depth);
    return;
  }
  bool is_result = n->kind == NODE_SINK && n->u.sink.spec.connector == NULL;
  if (!is_result) {
    const char **names = NULL;
    if (n->n_inputs > 0) names = names_of(n->inputs[0]->fields, n->inputs[0]->n_fields);
    begin_line(p, depth);
    print_line(p, n, names);
    free(names);
    depth++;
  }
  for (uint32_t i = 0; i < n->n_inputs; i++) {
    if (depth > 0) p->is_last[depth - 1] = i + 1 == n->n_inputs;
    print_node(p, n->inputs[i], depth);
  }
}

void logical_print(const Node *root, StrBuf *out) {
  Printer p = {.out = out};
  print_node(&p, root, 0);
  free(p.is_last);
}
