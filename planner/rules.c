/* rules.c -- the order of the rules, what they share, and the last check. */
#include "planner/rules.h"

#include <stdlib.h>
#include <string.h>

enum {
  MERGED_NODES_MAX = 2000, /* of one expression: so that merging never explodes */
  MERGED_DEPTH_MAX = 500
};

Code rewrite_tree(const RuleContext *r, Node **node, NodeFn *fn) {
  if ((*node)->kind == NODE_SOURCE) return OK;
  for (uint32_t i = 0; i < (*node)->n_inputs; i++) {
    TRY(rewrite_tree(r, &(*node)->inputs[i], fn));
  }
  return fn(r, node);
}

const bool *columns_used(const RuleContext *r, const Expr *e, uint32_t n) {
  UsedBuffer *buffer = r->used;
  if (n >= buffer->cap) {
    free(buffer->items);
    buffer->cap = 2 * n + 64;
    buffer->items = malloc(buffer->cap * sizeof *buffer->items);
    if (buffer->items == NULL) out_of_memory();
  }
  memset(buffer->items, 0, n * sizeof *buffer->items);
  expr_columns_used(e, buffer->items);
  return buffer->items;
}

bool is_identity(const Node *p) {
  if (p->n_fields != p->inputs[0]->n_fields) return false;
  for (uint32_t i = 0; i < p->n_fields; i++) {
    if (p->u.exprs[i]->kind != EXPR_COLUMN || p->u.exprs[i]->column != i) return false;
  }
  return true;
}

Expr *const *conjuncts(Expr *const *condition, uint32_t *n) {
  bool is_and = (*condition)->kind == EXPR_AND;
  *n = is_and ? (*condition)->n_args : 1;
  return is_and ? (*condition)->args : condition;
}

Expr *substituted(const RuleContext *r, const Expr *e, const Node *project) {
  if (e->kind == EXPR_COLUMN) {
    Expr *same = project->u.exprs[e->column];
    return expr_is_deterministic(same) ? same : NULL;
  }
  const bool *used = columns_used(r, e, project->n_fields);
  uint32_t nodes = expr_size(e, MERGED_NODES_MAX).nodes, depth = 0;
  bool plain = true;
  for (uint32_t i = 0; i < project->n_fields; i++) {
    const Expr *part = project->u.exprs[i];
    if (!used[i] || part->n_args == 0) {
      if (used[i] && !expr_is_deterministic(part)) return NULL;
      continue;
    }
    if (!expr_is_deterministic(part)) return NULL;
    ExprSize size = expr_size(part, MERGED_NODES_MAX);
    nodes += size.nodes;
    if (size.depth > depth) depth = size.depth;
    plain = false;
  }
  if (!plain && (nodes >= MERGED_NODES_MAX ||
                 depth + expr_size(e, MERGED_NODES_MAX).depth > MERGED_DEPTH_MAX)) {
    return NULL;
  }
  Expr *merged = expr_substitute(r->arena, e, project->u.exprs);
  if (plain) return merged;
  return expr_size(merged, MERGED_NODES_MAX).nodes < MERGED_NODES_MAX ? merged : NULL;
}

/* --- the last check ------------------------------------------------------------------ */

static Code check_endless(const RuleContext *r, const Node *n, const char *what, const char *hint) {
  if (n->inputs[0]->bounded) return OK;
  FAIL(r->err, ERR_UNSUPPORTED, n->span, "%s over a source that never ends", what);
  error_hint(r->err, "%s", hint);
  return ERR_UNSUPPORTED;
}

/* Windows of time stand for themselves: each row once per window.  Not by the clock: a row would
 * say when it was read. */
static Code check_window(const RuleContext *r, const Node *n, bool grouped) {
  const WindowSpec *w = &n->u.window;
  if (w->kind == WINDOW_ROWS) {
    FAIL(r->err, ERR_UNSUPPORTED, n->span, "%s without GROUP BY is not built", window_name(w));
    error_hint(r->err, "GROUP BY window_start, window_end and the columns of PARTITION BY");
    return ERR_UNSUPPORTED;
  }
  if (!w->processing_time || grouped) return OK;
  FAIL(r->err, ERR_UNSUPPORTED, n->span, "%s over processing time without GROUP BY",
       window_name(w));
  error_hint(r->err, "GROUP BY window_start, window_end");
  return ERR_UNSUPPORTED;
}

/* Without an end a window's rows would all be sorted: more than is wanted, as a rule. */
static Code check_rank(const RuleContext *r, const Node *n) {
  if (n->u.rank->last != UINT64_MAX) return OK;
  FAIL(r->err, ERR_UNSUPPORTED, n->span, "ROW_NUMBER without an upper bound is not built yet");
  error_hint(r->err,
             "WHERE rn <= 3 in a query around it, or QUALIFY, keeps the first of each window");
  return ERR_UNSUPPORTED;
}

/* what takes rows that are final. */
static Code check_appends(const RuleContext *r, const Node *n, const char *what) {
  const char *clause = NULL;
  for (uint32_t i = 0; i < n->n_inputs && clause == NULL; i++) {
    clause = updating_clause(n->inputs[i]);
  }
  if (clause == NULL) return OK;
  FAIL(r->err, ERR_UNSUPPORTED, n->span, "%s over results that %s updates", what, clause);
  error_hint(r->err,
             "%s takes rows that are final: leave out %s below it, or let it end the query "
             "or write to 'print'",
             what, clause);
  return ERR_UNSUPPORTED;
}

/* Some sinks show every change, some apply them by the primary key. */
static Code check_sink(const RuleContext *r, const Node *n) {
  const SinkOpSpec *sink = &n->u.sink.spec;
  if (sink->connector == NULL || sink->connector->sink->shows_changes) return OK;
  if (sink->connector->sink->upserts) {
    if (sink->n_primary_key > 0 || !n->updating) return OK;
    FAIL(r->err, ERR_UNSUPPORTED, n->span, "INSERT into \"%s\" over results that %s updates",
         sink->table, updating_clause(n));
    error_hint(r->err, "declare the PRIMARY KEY of \"%s\", by which updates are applied",
               sink->table);
    return ERR_UNSUPPORTED;
  }
  return check_appends(r, n, arena_printf(r->arena, "INSERT into \"%s\"", sink->table));
}

static Code check_windows(const RuleContext *r, const Node *n, bool grouped) {
  if (n->kind == NODE_WINDOW_TVF) TRY(check_window(r, n, grouped));
  grouped |= n->kind == NODE_WINDOW_AGGREGATE;
  for (uint32_t i = 0; i < n->n_inputs; i++) TRY(check_windows(r, n->inputs[i], grouped));
  return OK;
}

/* All that is left must be something that runs. */
static Code check_node(const RuleContext *r, Node **node) {
  const Node *n = *node;
  switch (n->kind) {
    case NODE_WINDOW_TVF:
      return check_appends(r, n, window_name(&n->u.window));
    case NODE_AGGREGATE:
      TRY(check_appends(r, n, n->u.agg->is_distinct ? "DISTINCT" : "GROUP BY"));
      return check_endless(r, n, n->u.agg->is_distinct ? "DISTINCT" : "GROUP BY without a window",
                           "group by window_start, window_end of a window such as TUMBLE");
    case NODE_SORT:
      return check_endless(r, n, "ORDER BY", "its first row is known only at the end");
    case NODE_WINDOW_RANK:
      TRY(check_appends(r, n, "ROW_NUMBER"));
      return check_rank(r, n);
    case NODE_SOURCE:
    case NODE_VALUES:
    case NODE_FILTER:
    case NODE_PROJECT:
    case NODE_EXPAND:
    case NODE_UNNEST:
    case NODE_UNION:
      break;
    case NODE_WINDOW_AGGREGATE:
      return check_appends(r, n, n->u.agg->is_distinct ? "DISTINCT" : "GROUP BY");
    case NODE_WINDOW_JOIN:
      return check_appends(r, n, "a join");
    case NODE_LIMIT:
      return check_appends(r, n, "LIMIT");
    case NODE_SINK:
      return check_sink(r, n);
  }
  return OK;
}

Code rules_run(const RuleContext *r, Node **roots, uint32_t n) {
  static RuleFn *const rules[] = {
#define RULE(function, doc) function,
#include "planner/rules.def"
#undef RULE
  };
  for (size_t i = 0; i < COUNT_OF(rules); i++) {
    TRY(rules[i](r, roots, n));
  }
  for (uint32_t i = 0; i < n; i++) {
    TRY(rewrite_tree(r, &roots[i], check_node));
    TRY(check_windows(r, roots[i], false));
  }
  return OK;
}
