/* lower.c -- nodes to operators.
 *
 *   Source            SCAN, CALC (computed columns), WATERMARK; made once, however many share it
 *   Expand            EXPAND
 *   Project, Filter   CALC: both in one where the filter is right below
 *   Aggregate         LOCAL_GROUP_AGG if that is exact, EXCHANGE by the keys, GROUP_AGG
 *   WindowAggregate, WindowTvf   lower_window.c
 *   WindowJoin        EXCHANGEs by the keys, WINDOW_JOIN
 *   WindowRank        EXCHANGE by the keys, WINDOW_TOPN
 *   Sort, Limit       EXCHANGE to one, SORT (with the limit) or LIMIT; SORT of a changelog: of what
 *                     MATERIALIZE leaves of it
 */
#include "planner/lowering.h"

#include <string.h>

#include "base/limits.h"
#include "exec/data/number_text.h"
#include "planner/identity.h"

OpSpec *lowered_op(Lowering *l, OpId id, const FormatField *fields, uint32_t n_fields, Span span) {
  OpSpec *op = ARENA_NEW(l->arena, OpSpec);
  op->id = id;
  op->index = l->n_ops;
  op->fields = fields;
  op->n_fields = n_fields;
  op->span = span;
  uint32_t n = l->n_ops;
  ARENA_PUSH(l->arena, l->paths, n, l->cap_paths, NULL);
  n = l->n_ops;
  ARENA_PUSH(l->arena, l->nodes, n, l->cap_nodes, NULL);
  ARENA_PUSH(l->arena, l->ops, l->n_ops, l->cap_ops, op);
  return op;
}

OpSpec *lowered_over(Lowering *l, OpId id, OpSpec *input, Span span) {
  OpSpec *op = lowered_op(l, id, input->fields, input->n_fields, span);
  op->inputs = ARENA_ARRAY(l->arena, OpSpec *, 1);
  op->inputs[0] = input;
  op->n_inputs = 1;
  op->updating = input->updating;
  return op;
}

OpSpec *lowered_calc(Lowering *l, OpSpec *input, Expr *filter, Expr **exprs,
                     const FormatField *fields, uint32_t n, Span span) {
  OpSpec *op = lowered_over(l, OP_CALC, input, span);
  op->u.calc = (CalcSpec){filter, exprs, n};
  op->fields = fields;
  op->n_fields = n;
  return op;
}

Expr **lowered_columns(Lowering *l, const OpSpec *input, Span span) {
  Expr **exprs = ARENA_ARRAY(l->arena, Expr *, input->n_fields);
  for (uint32_t i = 0; i < input->n_fields; i++) {
    exprs[i] = expr_column(l->arena, i, input->fields[i].type, span);
    exprs[i]->name = input->fields[i].name;
  }
  return exprs;
}

/* --- leaves -------------------------------------------------------------------------- */

/* wanted: the physical columns and metadata that the columns which come out are made of. */
static OpSpec *lower_scan(Lowering *l, const Source *s, uint32_t *place) {
  const uint32_t n_read = s->n_physical + s->n_metadata;
  bool *used = ARENA_ARRAY(l->arena, bool, n_read);
  for (uint32_t i = 0; i < s->n_out; i++) {
    const SourceColumn *c = &s->columns[s->out[i]];
    if (c->computed != NULL) {
      expr_columns_used(c->computed, used);
    } else {
      used[c->physical] = true;
    }
  }
  uint32_t *wanted = ARENA_ARRAY(l->arena, uint32_t, s->n_physical), n = 0, n_wanted = 0;
  Metadata *metadata = ARENA_ARRAY(l->arena, Metadata, s->n_metadata);
  FormatField *fields = ARENA_ARRAY(l->arena, FormatField, n_read);
  for (uint32_t i = 0; i < n_read; i++) {
    if (!used[i]) continue;
    place[i] = n;
    fields[n++] = s->physical[i];
    if (i < s->n_physical) {
      wanted[n_wanted++] = i;
    } else {
      metadata[n - 1 - n_wanted] = s->metadata[i - s->n_physical];
    }
  }
  OpSpec *scan = lowered_op(l, OP_SCAN, fields, n, s->span);
  scan->u.scan = (ScanSpec){.table = s->table,
                            .connector = s->connector,
                            .format = s->format,
                            .options = s->options,
                            .fields = s->physical,
                            .n_fields = s->n_physical,
                            .wanted = wanted,
                            .n_wanted = n_wanted,
                            .metadata = metadata,
                            .n_metadata = n - n_wanted,
                            .bounded = s->bounded,
                            .span = s->span};
  StrBuf path = {0};
  source_print_path(s, &path);
  l->paths[scan->index] = strbuf_keep(&path, l->arena);
  return scan;
}

static NullTime null_time_of(const Settings *s) {
  const char *text = settings_text(s, SETTING_NULL_ROWTIME);
  if (text_eq_nocase(text, "FAIL")) return NULL_TIME_FAIL;
  return text_eq_nocase(text, "SKIP_WATERMARK") ? NULL_TIME_SKIP : NULL_TIME_DROP;
}

static OpSpec *lower_source(Lowering *l, Node *n) {
  Source *s = n->u.source;
  if (n->lowered != NULL) return n->lowered;
  uint32_t *place = ARENA_ARRAY(l->arena, uint32_t, s->n_physical + s->n_metadata);
  OpSpec *op = lower_scan(l, s, place);
  bool same = op->n_fields == s->n_out;
  Expr **exprs = ARENA_ARRAY(l->arena, Expr *, s->n_out);
  for (uint32_t i = 0; i < s->n_out; i++) {
    const SourceColumn *c = &s->columns[s->out[i]];
    if (c->computed != NULL) {
      exprs[i] = expr_remap(l->arena, c->computed, place);
      same = false;
    } else {
      exprs[i] = expr_column(l->arena, place[c->physical], c->field.type, s->span);
      exprs[i]->name = c->field.name;
      same &= place[c->physical] == i;
    }
  }
  if (!same) op = lowered_calc(l, op, NULL, exprs, n->fields, n->n_fields, s->span);
  if (s->rowtime >= 0) {
    op = lowered_over(l, OP_WATERMARK, op, s->span);
    op->u.watermark =
        (WatermarkSpec){.time_col = s->map[s->rowtime],
                        .expr = expr_remap(l->arena, s->watermark, s->map),
                        .reach_us = s->below_session ? MICROS_PER_MILLI : 0,
                        .null_time = null_time_of(l->settings),
                        .max_jump_us = settings_duration_us(l->settings, SETTING_MAX_JUMP)};
  }
  n->lowered = op;
  return op;
}

static OpSpec *lower_values(Lowering *l, const Node *n) {
  OpSpec *op = lowered_op(l, OP_VALUES, n->fields, n->n_fields, n->span);
  op->u.values = (ValuesSpec){n->u.values.rows, n->u.values.n_rows, n->n_fields};
  return op;
}

/* --- rows to rows -------------------------------------------------------------------- */

static OpSpec *lower_project(Lowering *l, const Node *n) {
  Node *below = n->inputs[0];
  Expr *filter = NULL;
  if (below->kind == NODE_FILTER) {
    filter = below->u.filter;
    below = below->inputs[0];
  }
  OpSpec *input = lower_node(l, below);
  return lowered_calc(l, input, filter, n->u.exprs, n->fields, n->n_fields, n->span);
}

static OpSpec *lower_filter(Lowering *l, const Node *n) {
  OpSpec *input = lower_node(l, n->inputs[0]);
  Expr **exprs = lowered_columns(l, input, n->span);
  return lowered_calc(l, input, n->u.filter, exprs, input->fields, input->n_fields, n->span);
}

static OpSpec *lower_expand(Lowering *l, const Node *n) {
  OpSpec *op = lowered_over(l, OP_EXPAND, lower_node(l, n->inputs[0]), n->span);
  op->u.expand = (ExpandSpec){n->u.expand.exprs, n->n_fields, n->u.expand.n_sets};
  op->fields = n->fields;
  op->n_fields = n->n_fields;
  return op;
}

static OpSpec *lower_unnest(Lowering *l, const Node *n) {
  OpSpec *op = lowered_over(l, OP_UNNEST, lower_node(l, n->inputs[0]), n->span);
  const Unnest *u = &n->u.unnest;
  op->u.unnest = (UnnestSpec){u->value, n->fields, n->n_fields, u->ordinality, u->outer};
  op->fields = n->fields;
  op->n_fields = n->n_fields;
  return op;
}

/* An operator that is twice an input of one UNION would be met once: the second time a CALC stands
 * between. */
static OpSpec *lower_union(Lowering *l, const Node *n) {
  OpSpec **inputs = ARENA_ARRAY(l->arena, OpSpec *, n->n_inputs);
  for (uint32_t i = 0; i < n->n_inputs; i++) {
    inputs[i] = lower_node(l, n->inputs[i]);
    if (n->inputs[i]->kind != NODE_SOURCE) continue;
    for (uint32_t k = 0; k < i; k++) {
      if (inputs[k] != inputs[i]) continue;
      OpSpec *same = inputs[i];
      inputs[i] = lowered_calc(l, same, NULL, lowered_columns(l, same, n->span), same->fields,
                               same->n_fields, n->span);
    }
  }
  OpSpec *op = lowered_op(l, OP_UNION, n->fields, n->n_fields, n->span);
  op->inputs = inputs;
  op->n_inputs = n->n_inputs;
  for (uint32_t i = 0; i < n->n_inputs; i++) op->updating |= inputs[i]->updating;
  return op;
}

OpSpec *lowered_exchange(Lowering *l, OpSpec *input, const uint32_t *keys, uint32_t n_keys,
                         Span span) {
  OpSpec *op = lowered_over(l, OP_EXCHANGE, input, span);
  op->u.exchange = (ExchangeSpec){n_keys > 0 ? DIST_HASH : DIST_SINGLE, keys, n_keys};
  return op;
}

/* What is left of a changelog at the end.  Who can do without the changes makes none: windows come
 * when no row can change them any more, in their order, whatever comes in one chunk. */
static OpSpec *lower_final(Lowering *l, Node *n, Span span) {
  bool outer = l->final;
  l->final = true;
  OpSpec *input = lower_node(l, n);
  l->final = outer;
  if (!input->updating) return input;
  OpSpec *op = lowered_over(l, OP_MATERIALIZE, lowered_exchange(l, input, NULL, 0, span), span);
  op->updating = false;
  return op;
}

static OpSpec *lower_sort(Lowering *l, const Node *n, uint64_t offset, uint64_t limit) {
  OpSpec *input = lower_final(l, n->inputs[0], n->span);
  OpSpec *op = lowered_over(l, OP_SORT, lowered_exchange(l, input, NULL, 0, n->span), n->span);
  op->u.sort = (SortSpec){n->u.sort.keys, n->u.sort.n_keys, offset, limit};
  return op;
}

static OpSpec *lower_limit(Lowering *l, const Node *n) {
  uint64_t offset = n->u.limit.offset, limit = n->u.limit.limit;
  if (n->inputs[0]->kind == NODE_SORT) return lower_sort(l, n->inputs[0], offset, limit);
  OpSpec *input = lower_node(l, n->inputs[0]);
  OpSpec *op = lowered_over(l, OP_LIMIT, lowered_exchange(l, input, NULL, 0, n->span), n->span);
  op->u.limit = (LimitSpec){offset, limit};
  return op;
}

/* --- joins --------------------------------------------------------------------------- */

static OpSpec *lower_window_join(Lowering *l, const Node *n) {
  const WindowJoin *j = n->u.join;
  OpSpec **inputs = ARENA_ARRAY(l->arena, OpSpec *, 2);
  const uint32_t *keys[2] = {j->left.keys, j->right.keys};
  for (uint32_t i = 0; i < 2; i++) {
    inputs[i] = lowered_exchange(l, lower_node(l, n->inputs[i]), keys[i], j->n_keys, n->span);
  }
  OpSpec *op = lowered_op(l, OP_WINDOW_JOIN, n->fields, n->n_fields, n->span);
  op->inputs = inputs;
  op->n_inputs = 2;
  op->u.window_join = (WindowJoinSpec){.kind = j->kind,
                                       .left_keys = j->left.keys,
                                       .right_keys = j->right.keys,
                                       .n_keys = j->n_keys,
                                       .left_start = j->left.start,
                                       .left_end = j->left.end,
                                       .right_start = j->right.start,
                                       .right_end = j->right.end,
                                       .time_type = j->left.window->time_type,
                                       .condition = j->condition};
  l->nodes[op->index] = n;
  return op;
}

static OpSpec *lower_window_rank(Lowering *l, const Node *n) {
  const WindowRank *w = n->u.rank;
  OpSpec *input = lowered_exchange(l, lower_node(l, n->inputs[0]), w->keys, w->n_keys, n->span);
  OpSpec *op = lowered_over(l, OP_WINDOW_TOPN, input, n->span);
  bool deduplicates = rank_is_deduplication(w);
  op->u.window_topn = (WindowTopNSpec){.keys = w->keys,
                                       .n_keys = w->n_keys,
                                       .start_col = w->start,
                                       .end_col = w->end,
                                       .time_type = w->window->time_type,
                                       .order = w->order,
                                       .n_order = w->n_order,
                                       .first = w->first,
                                       .last = w->last,
                                       .with_rank = w->with_rank,
                                       .keep_last = deduplicates && w->order[0].descending};
  op->fields = n->fields;
  op->n_fields = n->n_fields;
  l->nodes[op->index] = n;
  return op;
}

/* --- aggregates ---------------------------------------------------------------------- */

bool agg_is_exact(const AggregateSpec *agg) {
  for (uint32_t i = 0; i < agg->n_aggs; i++) {
    const AggCall *call = &agg->aggs[i];
    const AggKernels *k = call->kernels;
    if (call->distinct || k->ordered || !k->words || k->merge == NULL) return false;
  }
  return true;
}

static OpSpec *lower_group_agg(Lowering *l, const Node *n) {
  const AggregateSpec *agg = n->u.agg;
  OpSpec *op = lower_node(l, n->inputs[0]);
  GroupAggSpec *spec = ARENA_NEW(l->arena, GroupAggSpec);
  bool two_phase = !l->one_phase && agg_is_exact(agg);
  *spec = (GroupAggSpec){agg->keys, agg->n_keys, agg->aggs, agg->n_aggs, two_phase};
  if (two_phase) {
    op = lowered_over(l, OP_LOCAL_GROUP_AGG, op, n->span);
    op->u.group_agg = spec;
  }
  op = lowered_over(l, OP_GROUP_AGG, lowered_exchange(l, op, agg->keys, agg->n_keys, n->span),
                    n->span);
  op->u.group_agg = spec;
  op->fields = n->fields;
  op->n_fields = n->n_fields;
  return op;
}

/* --- all of them --------------------------------------------------------------------- */

/* A result is what is left of its changes, where it ends and nobody asked for the changes. */
static OpSpec *lower_sink(Lowering *l, const Node *n) {
  bool is_final = n->u.sink.spec.connector == NULL && n->bounded && !l->changelog;
  OpSpec *input = is_final ? lower_final(l, n->inputs[0], n->span) : lower_node(l, n->inputs[0]);
  OpSpec *op = lowered_over(l, OP_SINK, input, n->span);
  op->u.sink = n->u.sink.spec;
  op->u.sink.updating = input->updating;
  op->fields = n->fields;
  l->paths[op->index] = n->u.sink.path;
  return op;
}

OpSpec *lower_node(Lowering *l, Node *n) {
  switch (n->kind) {
    case NODE_SOURCE:
      return lower_source(l, n);
    case NODE_VALUES:
      return lower_values(l, n);
    case NODE_FILTER:
      return lower_filter(l, n);
    case NODE_PROJECT:
      return lower_project(l, n);
    case NODE_EXPAND:
      return lower_expand(l, n);
    case NODE_UNNEST:
      return lower_unnest(l, n);
    case NODE_AGGREGATE:
      return lower_group_agg(l, n);
    case NODE_WINDOW_AGGREGATE:
      return lower_window_agg(l, n);
    case NODE_WINDOW_RANK:
      return lower_window_rank(l, n);
    case NODE_WINDOW_JOIN:
      return lower_window_join(l, n);
    case NODE_UNION:
      return lower_union(l, n);
    case NODE_SORT:
      return lower_sort(l, n, 0, UINT64_MAX);
    case NODE_LIMIT:
      return lower_limit(l, n);
    case NODE_SINK:
      return lower_sink(l, n);
    case NODE_WINDOW_TVF:
      return lower_window_tvf(l, n);
  }
  assert(!"a node that can be run");
  return NULL;
}

/* 'parallelism.default': a number, or auto: as many as the load wants, at most the cores. */
static bool wants_auto(const char *parallelism) {
  return parallelism != NULL && text_eq_nocase(parallelism, "auto");
}

static uint32_t workers_of(const char *parallelism, uint32_t cores) {
  int64_t n;
  bool is_number = parallelism != NULL && int_parse(str_of(parallelism), &n);
  return is_number ? (uint32_t)n : cores;
}

Lowered lower(Arena *arena, const Planner *planner, const ExprEnv *env, Node *const *roots,
              uint32_t n_roots, bool changelog) {
  const Settings *s = &planner->settings;
  Lowering l = {.arena = arena, .settings = s, .changelog = changelog};
  l.one_phase = text_eq_nocase(settings_text(s, SETTING_AGG_PHASE), "ONE_PHASE");
  for (uint32_t i = 0; i < n_roots; i++) lower_mark_sessions(roots[i], false);
  for (uint32_t i = 0; i < n_roots; i++) lower_node(&l, roots[i]);
  lower_late_table(&l);
  JobPlan *job = ARENA_NEW(arena, JobPlan);
  const char *dead_letters = settings_text(s, SETTING_DEAD_LETTERS);
  uint32_t cores = planner->cores < WORKERS_MAX ? planner->cores : WORKERS_MAX;
  const char *parallelism = settings_text(s, SETTING_PARALLELISM);
  *job = (JobPlan){
      .ops = l.ops,
      .n_ops = l.n_ops,
      .env = *env,
      .parallelism = workers_of(parallelism, cores),
      .autoscale = {.on = wants_auto(parallelism),
                    .interval_us = settings_duration_us(s, SETTING_AUTOSCALE_INTERVAL),
                    .factor = settings_double(s, SETTING_AUTOSCALE_FACTOR),
                    .every_epochs = (uint32_t)settings_int(s, SETTING_AUTOSCALE_EPOCHS)},
      .chunk_bytes = (uint32_t)settings_int(s, SETTING_CHUNK_BYTES),
      .batch_rows = (uint32_t)settings_int(s, SETTING_BATCH_ROWS),
      .idle_timeout_us = settings_duration_us(s, SETTING_IDLE_TIMEOUT),
      .memory_limit = settings_size_bytes(s, SETTING_MEMORY_LIMIT),
      .waiting_us = settings_duration_us(s, SETTING_WAITING_NOTICE),
      .flush_on_interrupt = text_eq_nocase(settings_text(s, SETTING_ON_INTERRUPT), "flush")};
  if (dead_letters != NULL) job->dead_letter_path = arena_strdup(arena, dead_letters);
  identity_fill(arena, job);
  return (Lowered){job, l.paths, l.nodes};
}
