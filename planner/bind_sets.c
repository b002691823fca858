/* bind_sets.c -- the words of GROUP BY: keys, and GROUPING SETS, ROLLUP, CUBE over them.
 *
 *   GROUP BY w, ROLLUP (a, b)        sets {w, a, b}, {w, a}, {w}
 *
 *     Aggregate  keys [w, a, b, $e]
 *       Expand     { w, a, b, 0 AS $e, args }, { w, a, NULL, 1, args }, { w, NULL, NULL, 2, args }
 *         Project    w, a, b, args       what aggregates are computed of keeps its value
 *
 * $e is the number of the set: a key of its own, since a column may be NULL by itself and a set may
 * be written twice.  GROUPING, GROUPING_ID and GROUP_ID are functions of it.
 */
#include <string.h>

#include "base/limits.h"
#include "planner/bind.h"

/* Cells of an Expand: sets by columns. */
#define EXPAND_CELLS_MAX 1000000

typedef struct SetList {
  KeySet *items;
  uint32_t n, cap;
} SetList;

typedef struct Sets {
  Binder *b;
  const Relation *rel;
  const AstSelect *select;
  GroupKeys *keys;
} Sets;

/* --- keys ---------------------------------------------------------------------------- */

/* A name that is only an alias of the select list: say that GROUP BY does not see those. */
static void hint_alias(Binder *b, const AstSelect *select, const AstExpr *ast) {
  if (ast->kind != AST_COLUMN || ast->column.n != 1) return;
  for (uint32_t i = 0; i < select->items.n; i++) {
    const char *alias = select->items.items[i].alias.text;
    if (alias == NULL || strcmp(alias, ast->column.items[0].text) != 0) continue;
    b->err->hint[0] = '\0';
    error_hint(b->err, "it is an alias; GROUP BY takes the expression itself");
    return;
  }
}

static Code bind_key(const Sets *s, const AstExpr *ast, Expr **out) {
  Binder *b = s->b;
  const ExprScope scope = {.rel = s->rel, .clause = "GROUP BY"};
  if (ast->kind == AST_LITERAL && ast->literal.kind == AST_LITERAL_INTEGER) {
    FAIL(b->err, ERR_TYPE, bind_span(b, ast->span), "GROUP BY %s: a position, not an expression",
         ast->literal.text);
    error_hint(b->err, "GROUP BY takes expressions, as in Flink");
    return ERR_TYPE;
  }
  Code code = bind_expr(b, &scope, ast, out);
  if (code == ERR_NAME) hint_alias(b, s->select, ast);
  TRY(code);
  *out = bind_settle_null(b, *out);
  return OK;
}

/* The number of the key, where an equal one is used again. */
static Code add_key(const Sets *s, const AstExpr *ast, uint32_t *number) {
  GroupKeys *k = s->keys;
  Expr *key;
  TRY(bind_key(s, ast, &key));
  for (*number = 0; *number < k->n; ++*number) {
    if (expr_equal(k->items[*number], key)) return OK;
  }
  if (k->n == COLUMNS_MAX) {
    return FAIL(s->b->err, ERR_LIMIT, key->span, "GROUP BY has more than %d keys", COLUMNS_MAX);
  }
  ARENA_PUSH(s->b->arena, k->items, k->n, k->cap, key);
  return OK;
}

/* --- sets ---------------------------------------------------------------------------- */

static bool set_has(const KeySet *set, uint32_t key) {
  return (set->words[key / 64] >> key % 64 & 1) != 0;
}

static void set_add(KeySet *set, const KeySet *more) {
  for (uint32_t i = 0; i < KEY_SET_WORDS; i++) set->words[i] |= more->words[i];
}

static Code check_count(const Sets *s, uint64_t n, Span span) {
  if (n <= GROUPING_SETS_MAX) return OK;
  FAIL(s->b->err, ERR_LIMIT, bind_span(s->b, span), "GROUP BY has more than %d grouping sets",
       GROUPING_SETS_MAX);
  error_hint(s->b->err, "every row is counted once for each; CUBE of n has 2 to the power of n");
  return ERR_LIMIT;
}

static Code item_sets(const Sets *s, const AstGroupItem *item, SetList *out);

/* The columns of ROLLUP and CUBE: each a set, (b, c) is one of two keys. */
static Code item_parts(const Sets *s, const AstGroupItem *item, SetList *parts) {
  for (uint32_t i = 0; i < item->items.n; i++) {
    const AstGroupItem *part = item->items.items[i];
    if (part->kind != AST_GROUP_EXPRS) {
      return FAIL(s->b->err, ERR_TYPE, bind_span(s->b, part->span),
                  "%s takes columns, not other sets",
                  item->kind == AST_GROUP_CUBE ? "CUBE" : "ROLLUP");
    }
    TRY(item_sets(s, part, parts));
  }
  return OK;
}

static Code exprs_set(const Sets *s, const AstGroupItem *item, SetList *out) {
  KeySet set = {0};
  for (uint32_t i = 0; i < item->exprs.n; i++) {
    uint32_t key;
    TRY(add_key(s, item->exprs.items[i], &key));
    set.words[key / 64] |= (uint64_t)1 << key % 64;
  }
  ARENA_PUSH(s->b->arena, out->items, out->n, out->cap, set);
  return OK;
}

/* (a, b, c): all three, (a, b), (a), none. */
static Code rollup_sets(const Sets *s, const AstGroupItem *item, SetList *out) {
  SetList parts = {0};
  TRY(check_count(s, (uint64_t)item->items.n + 1, item->span));
  TRY(item_parts(s, item, &parts));
  for (uint32_t i = 1; i < parts.n; i++) set_add(&parts.items[i], &parts.items[i - 1]);
  for (uint32_t n = parts.n; n > 0; n--) {
    ARENA_PUSH(s->b->arena, out->items, out->n, out->cap, parts.items[n - 1]);
  }
  ARENA_PUSH(s->b->arena, out->items, out->n, out->cap, (KeySet){0});
  return OK;
}

/* All subsets: (a, b), (a), (b), none. */
static Code cube_sets(const Sets *s, const AstGroupItem *item, SetList *out) {
  SetList parts = {0};
  TRY(check_count(s, item->items.n < 32 ? (uint64_t)1 << item->items.n : UINT64_MAX, item->span));
  TRY(item_parts(s, item, &parts));
  for (uint32_t mask = (uint32_t)1 << parts.n; mask-- > 0;) {
    KeySet set = {0};
    for (uint32_t i = 0; i < parts.n; i++) {
      if ((mask >> (parts.n - 1 - i) & 1) != 0) set_add(&set, &parts.items[i]);
    }
    ARENA_PUSH(s->b->arena, out->items, out->n, out->cap, set);
  }
  return OK;
}

static Code item_sets(const Sets *s, const AstGroupItem *item, SetList *out) {
  switch (item->kind) {
    case AST_GROUP_EXPRS:
      return exprs_set(s, item, out);
    case AST_GROUP_ROLLUP:
      return rollup_sets(s, item, out);
    case AST_GROUP_CUBE:
      return cube_sets(s, item, out);
    case AST_GROUP_SETS:
      for (uint32_t i = 0; i < item->items.n; i++) {
        TRY(item_sets(s, item->items.items[i], out));
        TRY(check_count(s, out->n, item->span));
      }
      return OK;
  }
  assert(!"an item of GROUP BY");
  return ERR_SYNTAX;
}

/* Every set of all with every one of more. */
static void sets_cross(Arena *a, SetList *all, const SetList *more) {
  SetList product = {0};
  if (more->n == 1) {
    for (uint32_t i = 0; i < all->n; i++) set_add(&all->items[i], &more->items[0]);
    return;
  }
  for (uint32_t i = 0; i < all->n; i++) {
    for (uint32_t k = 0; k < more->n; k++) {
      KeySet both = all->items[i];
      set_add(&both, &more->items[k]);
      ARENA_PUSH(a, product.items, product.n, product.cap, both);
    }
  }
  *all = product;
}

Code bind_group_keys(Binder *b, const AstSelect *select, const Relation *rel, GroupKeys *out) {
  const Sets s = {b, rel, select, out};
  SetList all = {0};
  *out = (GroupKeys){0};
  ARENA_PUSH(b->arena, all.items, all.n, all.cap, (KeySet){0});
  for (uint32_t i = 0; i < select->group_by.n; i++) {
    const AstGroupItem *item = select->group_by.items[i];
    SetList sets = {0};
    TRY(item_sets(&s, item, &sets));
    TRY(check_count(&s, (uint64_t)all.n * sets.n, item->span));
    sets_cross(b->arena, &all, &sets);
    out->span = span_join(out->span, bind_span(b, item->span));
  }
  out->sets = all.items;
  out->n_sets = all.n;
  return OK;
}

Code bind_add_key(Binder *b, GroupKeys *keys, Expr *key) {
  if (keys->n == COLUMNS_MAX) {
    return FAIL(b->err, ERR_LIMIT, key->span, "GROUP BY has more than %d keys", COLUMNS_MAX);
  }
  for (uint32_t s = 0; s < keys->n_sets; s++) {
    keys->sets[s].words[keys->n / 64] |= (uint64_t)1 << keys->n % 64;
  }
  ARENA_PUSH(b->arena, keys->items, keys->n, keys->cap, key);
  return OK;
}

bool bind_has_sets(const AstSelect *select) {
  for (uint32_t i = 0; i < select->group_by.n; i++) {
    if (select->group_by.items[i]->kind != AST_GROUP_EXPRS) return true;
  }
  return false;
}

/* Is the key in every set? */
static bool in_all(const GroupKeys *keys, uint32_t key) {
  for (uint32_t s = 0; s < keys->n_sets; s++) {
    if (!set_has(&keys->sets[s], key)) return false;
  }
  return true;
}

bool bind_key_varies(const GroupKeys *keys, uint32_t key) { return !in_all(keys, key); }

/* A row without its window would never be given out. */
static Code check_window_key(Binder *b, const Relation *rel, const Expr *key) {
  if (key->kind != EXPR_COLUMN || rel->cols[key->column].window.part == PART_NONE) return OK;
  FAIL(b->err, ERR_UNSUPPORTED, key->span, "\"%s\" is not in every grouping set: not built yet",
       key->name);
  error_hint(b->err, "GROUP BY window_start, window_end, ROLLUP (...): the window, then the sets");
  return ERR_UNSUPPORTED;
}

Code bind_sets_nullable(Binder *b, const AstSelect *select, Relation *rel) {
  GroupKeys keys;
  bool *used = ARENA_ARRAY(b->arena, bool, rel->n_cols);
  TRY(bind_group_keys(b, select, rel, &keys));
  for (uint32_t i = 0; i < keys.n; i++) {
    if (in_all(&keys, i)) continue;
    TRY(check_window_key(b, rel, keys.items[i]));
    expr_columns_used(keys.items[i], used);
  }
  for (uint32_t i = 0; i < rel->n_cols; i++) {
    if (used[i]) rel->cols[i].type = type_nullable(rel->cols[i].type, true);
  }
  return OK;
}

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
    if (in_all(x->keys, i)) {
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
      } else if (i < keys->n && !set_has(&keys->sets[s], i)) {
        *at++ = expr_null(a, x->fields[i].type, keys->span);
      } else {
        *at++ = field_ref(a, x->below, i < keys->n ? i : x->columns[i], keys->span);
      }
    }
  }
  return node_expand(a, x->below, exprs, x->fields, x->n, keys->n_sets, keys->span);
}

Code bind_expand(Binder *b, const GroupKeys *keys, Node **below, AggregateSpec *spec,
                 const LateRows *late) {
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
  for (uint32_t i = 0; late != NULL && i < late->table->sink.n_fields; i++) {
    late->cols[i] = carry(&x, late->cols[i]);
  }
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
  for (uint32_t s = 0; s < keys->n_sets; s++) n += absent[s] = !set_has(&keys->sets[s], key);
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
