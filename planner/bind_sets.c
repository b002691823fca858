/* bind_sets.c -- the words of GROUP BY: keys, and GROUPING SETS, ROLLUP, CUBE over them.
 *
 *   GROUP BY w, ROLLUP (a, b)        sets {w, a, b}, {w, a}, {w}
 *
 *     Aggregate  keys [w, a, b, $e]
 *       Expand     { w, a, b, 0 AS $e, args }, { w, a, NULL, 1, args }, { w, NULL, NULL, 2, args }
 *         Project    w, a, b, args       what aggregates are computed of keeps its value
 *
 * $e is the number of the set: a key of its own, since a column may be NULL by itself and a set may
 * be written twice.  The Expand, and GROUPING, are made in bind_expand.c.
 */
#include <string.h>

#include "base/limits.h"
#include "planner/bind_group.h"

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

bool bind_key_varies(const GroupKeys *keys, uint32_t key) {
  for (uint32_t s = 0; s < keys->n_sets; s++) {
    if (!key_set_has(&keys->sets[s], key)) return true;
  }
  return false;
}

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
    if (!bind_key_varies(&keys, i)) continue;
    TRY(check_window_key(b, rel, keys.items[i]));
    expr_columns_used(keys.items[i], used);
  }
  for (uint32_t i = 0; i < rel->n_cols; i++) {
    if (used[i]) rel->cols[i].type = type_nullable(rel->cols[i].type, true);
  }
  return OK;
}
