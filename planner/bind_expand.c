/* bind_expand.c -- what grouping sets become: an Expand below the aggregation, and GROUPING,
 * GROUPING_ID and GROUP_ID behind it, which are functions of the set's number.  See bind_sets.c.
 */
#include <string.h>

#include "planner/bind_group.h"

/* Cells of an Expand: sets by columns. */
#define EXPAND_CELLS_MAX 1000000

/* --- Expand -------------------------------------------------------------------------- */

typedef struct Expansion {
  Binder *b;
  const GroupKeys *keys;
  Node *below;
  uint32_t *map;     /* column of below to what carries it unchanged; UINT32_MAX: nothing yet */
  uint32_t *columns; /* the other way, of what comes behind the keys and $e */
  FormatField *fields;
  uint32_t n;
} Expansion;

static uint32_t carry(Expansion *x, uint32_t column) {
  if (x->map[column] != UINT32_MAX) return x->map[column];
  x->fields[x->n] = x->below->fields[column];
  if (column < x->keys->n) { /* a key that is an argument, too: the key is NULL in some sets */
    x->fields[x->n].name = arena_printf(x->b->arena, "%s_0", x->fields[x->n].name);
  }
  x->columns[x->n] = column;
  return x->map[column] = x->n++;
}

/* The keys, which are the first columns of below, and $e. */
static void expand_keys(Expansion *x) {
  for (uint32_t i = 0; i < x->below->n_fields; i++) x->map[i] = UINT32_MAX;
  for (uint32_t i = 0; i < x->keys->n; i++) {
    x->fields[i] = x->below->fields[i];
    if (!bind_key_varies(x->keys, i)) {
      x->map[i] = i;
    } else {
      x->fields[i].type = type_nullable(x->fields[i].type, true);
    }
  }
  x->fields[x->keys->n] = (FormatField){"$e", type_nullable(type_of(TYPE_BIGINT), false)};
  x->n = x->keys->n + 1;
}

static Expr *number(Binder *b, int64_t v, Span span) {
  return expr_const(b->arena, value_int(type_of(TYPE_BIGINT), v), span);
}

static Node *expansion(const Expansion *x) {
  Arena *a = x->b->arena;
  const GroupKeys *keys = x->keys;
  Expr **exprs = ARENA_ARRAY(a, Expr *, (size_t)keys->n_sets * x->n), **at = exprs;
  for (uint32_t s = 0; s < keys->n_sets; s++) {
    for (uint32_t i = 0; i < x->n; i++) {
      if (i == keys->n) {
        *at++ = number(x->b, s, keys->span);
      } else if (i < keys->n && !key_set_has(&keys->sets[s], i)) {
        *at++ = expr_null(a, x->fields[i].type, keys->span);
      } else {
        *at++ = field_ref(a, x->below, i < keys->n ? i : x->columns[i], keys->span);
      }
    }
  }
  return node_expand(a, x->below, exprs, x->fields, x->n, keys->n_sets, keys->span);
}

/* A late row goes to its table once, as one of the first set. */
static Code carry_late(Expansion *x, LateRows *late) {
  Binder *b = x->b;
  Expr **pair = ARENA_ARRAY(b->arena, Expr *, 2);
  for (uint32_t i = 0; i < late->n_cols; i++) late->cols[i] = carry(x, late->cols[i]);
  late->cols[late->n_cols] = x->keys->n;
  pair[0] = expr_column(b->arena, late->n_cols++, x->fields[x->keys->n].type, x->keys->span);
  pair[1] = number(b, 0, x->keys->span);
  return bind_func(b, "=", x->keys->span, pair, 2, &late->filter);
}

Code bind_expand(Binder *b, const GroupKeys *keys, Node **below, AggregateSpec *spec,
                 LateRows *late) {
  const uint32_t n_max = keys->n + 1 + (*below)->n_fields;
  Expansion x = {.b = b,
                 .keys = keys,
                 .below = *below,
                 .map = ARENA_ARRAY(b->arena, uint32_t, (*below)->n_fields),
                 .columns = ARENA_ARRAY(b->arena, uint32_t, n_max),
                 .fields = ARENA_ARRAY(b->arena, FormatField, n_max)};
  expand_keys(&x);
  for (uint32_t i = 0; i < spec->n_aggs; i++) {
    AggCall *call = &spec->aggs[i];
    if (call->arg >= 0) call->arg = (int32_t)carry(&x, (uint32_t)call->arg);
    if (call->filter >= 0) call->filter = (int32_t)carry(&x, (uint32_t)call->filter);
  }
  if (late != NULL) TRY(carry_late(&x, late));
  if ((uint64_t)x.n * keys->n_sets > EXPAND_CELLS_MAX) {
    return FAIL(b->err, ERR_LIMIT, keys->span, "%u grouping sets over %u columns are too many",
                keys->n_sets, x.n);
  }
  spec->keys = ARENA_ARRAY(b->arena, uint32_t, keys->n + 1);
  spec->n_keys = keys->n + 1;
  for (uint32_t i = 0; i <= keys->n; i++) spec->keys[i] = i;
  *below = expansion(&x);
  return OK;
}

/* --- GROUPING and its kin ------------------------------------------------------------ */

/* Between binding and rewriting they stand in expressions as calls of these, which no program ever
 * sees. */
static const FuncDef grouping_func = {.name = "GROUPING", .max_args = 63, .min_args = 1};
static const FuncDef group_id_func = {.name = "GROUP_ID"};

bool bind_is_grouping(const char *name) {
  return text_eq_nocase(name, "GROUPING") || text_eq_nocase(name, "GROUPING_ID") ||
         text_eq_nocase(name, "GROUP_ID");
}

Code bind_grouping_call(Binder *b, const ExprScope *s, const AstExpr *ast, Expr **out) {
  const AstCall *call = ast->call;
  const char *name = call->name.items[0].text;
  const Span span = bind_span(b, ast->span);
  const FuncDef *def = text_eq_nocase(name, "GROUP_ID") ? &group_id_func : &grouping_func;
  const ExprScope inner = {.rel = s->rel, .clause = name};
  if (s->aggs == NULL) {
    return FAIL(b->err, ERR_TYPE, span, "%s cannot stand in %s", name, s->clause);
  }
  if (!s->aggs->grouped) return FAIL(b->err, ERR_TYPE, span, "%s without GROUP BY", name);
  if (call->star || call->distinct || call->filter != NULL || call->order_by.n > 0) {
    return FAIL(b->err, ERR_TYPE, span, "\"%s\" is no aggregate", name);
  }
  if (call->args.n < def->min_args || call->args.n > def->max_args) {
    return FAIL(b->err, ERR_TYPE, span, "%s takes %s", name,
                def == &group_id_func ? "no arguments" : "1 to 63 keys of GROUP BY");
  }
  Expr *e =
      expr_new(b->arena, EXPR_CALL, type_nullable(type_of(TYPE_BIGINT), false), call->args.n, span);
  e->func = def;
  for (uint32_t i = 0; i < call->args.n; i++) {
    TRY(bind_expr(b, &inner, call->args.items[i].value, &e->args[i]));
  }
  *out = e;
  return OK;
}

/* $e IN (the sets that are listed, at least one) */
static Code in_sets(Binder *b, const GroupKeys *keys, const bool *listed, Span span, Expr **out) {
  Expr *id = expr_column(b->arena, keys->n, type_nullable(type_of(TYPE_BIGINT), false), span);
  Expr **items = ARENA_ARRAY(b->arena, Expr *, keys->n_sets);
  uint32_t n = 0;
  id->name = "$e";
  for (uint32_t s = 0; s < keys->n_sets; s++) {
    if (listed[s]) items[n++] = number(b, s, span);
  }
  return expr_in_list(b->arena, &b->env, id, items, n, span, out, b->err);
}

/* value where the set does not have the key, else 0. */
static Code absence(Binder *b, const GroupKeys *keys, uint32_t key, int64_t value, Span span,
                    Expr **out) {
  bool *absent = ARENA_ARRAY(b->arena, bool, keys->n_sets);
  Expr **args = ARENA_ARRAY(b->arena, Expr *, 3);
  uint32_t n = 0;
  for (uint32_t s = 0; s < keys->n_sets; s++) n += absent[s] = !key_set_has(&keys->sets[s], key);
  args[1] = number(b, value, span);
  args[2] = number(b, 0, span);
  *out = args[2];
  if (n == 0) return OK;
  TRY(in_sets(b, keys, absent, span, &args[0]));
  *out = expr_case(b->arena, args, 3, args[1]->type, span);
  return OK;
}

/* One bit for each argument, the last one's the lowest: 1 where the set does not have it. */
static Code grouping_bits(Binder *b, const GroupKeys *keys, const Expr *e, Expr **out) {
  for (uint32_t i = 0; i < e->n_args; i++) {
    uint32_t key = 0;
    Expr **pair = ARENA_ARRAY(b->arena, Expr *, 2);
    while (key < keys->n && !expr_equal(keys->items[key], e->args[i])) key++;
    if (key == keys->n) {
      FAIL(b->err, ERR_TYPE, e->args[i]->span, "GROUPING takes keys of GROUP BY");
      error_hint(b->err, "it tells whether a key counts in the row's grouping set");
      return ERR_TYPE;
    }
    pair[0] = *out;
    TRY(absence(b, keys, key, (int64_t)1 << (e->n_args - 1 - i), e->span, &pair[1]));
    if (i == 0) {
      *out = pair[1];
    } else {
      TRY(bind_func(b, "+", e->span, pair, 2, out));
    }
  }
  return OK;
}

static bool set_equal(const KeySet *x, const KeySet *y) {
  return memcmp(x->words, y->words, sizeof x->words) == 0;
}

/* How many of the same keys stand before it. */
static Code group_number(Binder *b, const GroupKeys *keys, Span span, Expr **out) {
  uint32_t *before = ARENA_ARRAY(b->arena, uint32_t, keys->n_sets), most = 0;
  for (uint32_t s = 0; s < keys->n_sets; s++) {
    for (uint32_t k = 0; k < s; k++) before[s] += set_equal(&keys->sets[s], &keys->sets[k]);
    if (before[s] > most) most = before[s];
  }
  Expr **args = ARENA_ARRAY(b->arena, Expr *, 2 * most + 1);
  bool *listed = ARENA_ARRAY(b->arena, bool, keys->n_sets);
  for (uint32_t i = 0; i < most; i++) {
    for (uint32_t s = 0; s < keys->n_sets; s++) listed[s] = before[s] == i + 1;
    TRY(in_sets(b, keys, listed, span, &args[2 * i]));
    args[2 * i + 1] = number(b, i + 1, span);
  }
  Expr *none = args[2 * most] = number(b, 0, span);
  *out = most > 0 ? expr_case(b->arena, args, 2 * most + 1, none->type, span) : none;
  return OK;
}

bool bind_grouping_of(const Expr *e) {
  return e->kind == EXPR_CALL && (e->func == &grouping_func || e->func == &group_id_func);
}

Code bind_grouping_value(Binder *b, const GroupKeys *keys, const Expr *e, Expr **out) {
  if (e->func == &group_id_func) return group_number(b, keys, e->span, out);
  return grouping_bits(b, keys, e, out);
}
