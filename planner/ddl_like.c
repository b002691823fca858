/* ddl_like.c -- CREATE TABLE ... LIKE: what the new table takes from another one.
 *
 * Physical columns are always taken, in front.  For the rest INCLUDING takes it and refuses a
 * second one of the same name, OVERWRITING lets the new table's win, EXCLUDING leaves it out;
 * without options everything is included and options are overwritten (flink-sql.md 1.3).
 */
#include <string.h>

#include "planner/ddl.h"

typedef struct LikeModes {
  AstLikeMode mode[AST_LIKE_COUNT];
} LikeModes;

static LikeModes like_modes(const AstTableLike *like) {
  LikeModes m;
  for (uint32_t i = 0; i < AST_LIKE_COUNT; i++) m.mode[i] = AST_LIKE_INCLUDING;
  m.mode[AST_LIKE_OPTIONS] = AST_LIKE_OVERWRITING;
  for (uint32_t i = 0; i < like->options.n; i++) {
    if (like->options.items[i].what != AST_LIKE_ALL) continue;
    for (uint32_t k = 0; k < AST_LIKE_COUNT; k++) m.mode[k] = like->options.items[i].mode;
  }
  for (uint32_t i = 0; i < like->options.n; i++) {
    m.mode[like->options.items[i].what] = like->options.items[i].mode;
  }
  return m;
}

static Code find_base(Binder *b, const AstPath *path, const TableDef **base) {
  ObjectName name;
  TRY(catalog_name_of(b->planner->catalog, b->database, path, &name, b->err));
  *base = catalog_find(b->planner->catalog, name);
  if (*base == NULL) return catalog_no_table(b->planner->catalog, path, NULL, path->span, b->err);
  if ((*base)->query == NULL) return OK;
  return FAIL(b->err, ERR_TYPE, path->span, "\"%s\" is a view; LIKE takes a table", name.name);
}

static const AstColumnDef *own_column(const AstCreateTable *create, const char *name) {
  for (uint32_t i = 0; i < create->elements.columns.n; i++) {
    const AstColumnDef *c = &create->elements.columns.items[i];
    if (strcmp(c->name.text, name) == 0) return c;
  }
  return NULL;
}

static Code take_columns(TableDraft *d, const AstCreateTable *create, const TableDef *base,
                         AstLikeMode generated, AstLikeMode metadata) {
  for (uint32_t i = 0; i < base->n_columns; i++) {
    const TableColumn *c = &base->columns[i];
    const AstLikeMode mode = c->metadata != NULL ? metadata : generated;
    if (!column_is_physical(c) && mode == AST_LIKE_EXCLUDING) continue;
    if (!column_is_physical(c) && mode == AST_LIKE_OVERWRITING &&
        own_column(create, c->name) != NULL) {
      continue;
    }
    TRY(draft_add_column(d, c, create->like->path.span));
  }
  return OK;
}

static Code take_watermark(TableDraft *d, const AstCreateTable *create, const TableDef *base,
                           AstLikeMode mode) {
  const AstWatermarks *own = &create->elements.watermarks;
  if (base->rowtime < 0 || mode == AST_LIKE_EXCLUDING) return OK;
  if (own->n > 0) {
    if (mode == AST_LIKE_OVERWRITING) return OK;
    FAIL(d->b->err, ERR_TYPE, own->items[0].span, "\"%s\" has a watermark already", base->name);
    error_hint(d->b->err, "LIKE %s (OVERWRITING WATERMARKS) lets this one win", base->name);
    return ERR_TYPE;
  }
  d->def->rowtime = draft_find(d, base->columns[base->rowtime].name);
  if (d->def->rowtime < 0) { /* a computed column that is excluded */
    return FAIL(d->b->err, ERR_NAME, create->like->path.span,
                "the watermark of \"%s\" is on \"%s\", which is excluded", base->name,
                base->columns[base->rowtime].name);
  }
  d->def->watermark = arena_strdup(&d->def->arena, base->watermark);
  return OK;
}

static void take_key(TableDraft *d, const AstCreateTable *create, const TableDef *base,
                     AstLikeMode mode) {
  TableDef *def = d->def;
  bool own = create->elements.keys.n > 0;
  for (uint32_t i = 0; i < create->elements.columns.n; i++) {
    own |= create->elements.columns.items[i].primary_key;
  }
  if (base->n_key == 0 || mode == AST_LIKE_EXCLUDING || (own && mode == AST_LIKE_OVERWRITING)) {
    return;
  }
  def->key = ARENA_ARRAY(&def->arena, const char *, base->n_key);
  for (uint32_t i = 0; i < base->n_key; i++) {
    int32_t column = draft_find(d, base->key[i]);
    assert(column >= 0); /* physical columns are always taken */
    def->key[def->n_key++] = def->columns[column].name;
  }
  if (base->key_name != NULL) def->key_name = arena_strdup(&def->arena, base->key_name);
}

static Code take_options(TableDraft *d, const AstCreateTable *create, const TableDef *base,
                         AstLikeMode mode) {
  if (mode == AST_LIKE_EXCLUDING) return OK;
  for (uint32_t i = 0; i < base->n_options; i++) {
    for (uint32_t k = 0; mode == AST_LIKE_INCLUDING && k < create->with.n; k++) {
      const AstText *key = &create->with.items[k].key;
      if (strcmp(key->text, base->options[i].key) != 0) continue;
      FAIL(d->b->err, ERR_OPTION, key->span, "\"%s\" has the option \"%s\" already", base->name,
           key->text);
      error_hint(d->b->err, "LIKE %s (OVERWRITING OPTIONS) lets this one win", base->name);
      return ERR_OPTION;
    }
    draft_add_option(d, &base->options[i]);
  }
  return OK;
}

static void take_partitions(TableDraft *d, const AstCreateTable *create, const TableDef *base,
                            AstLikeMode mode) {
  TableDef *def = d->def;
  bool own = create->partitioned_by.n > 0 && mode == AST_LIKE_OVERWRITING;
  if (base->n_partition_by == 0 || mode == AST_LIKE_EXCLUDING || own) return;
  def->partition_by = ARENA_ARRAY(&def->arena, const char *, base->n_partition_by);
  for (uint32_t i = 0; i < base->n_partition_by; i++) {
    int32_t column = draft_find(d, base->partition_by[i]);
    assert(column >= 0); /* physical columns are always taken */
    def->partition_by[def->n_partition_by++] = def->columns[column].name;
  }
}

Code draft_like(TableDraft *d, const AstCreateTable *create) {
  const TableDef *base;
  const LikeModes m = like_modes(create->like);
  TRY(find_base(d->b, &create->like->path, &base));
  TRY(take_columns(d, create, base, m.mode[AST_LIKE_GENERATED], m.mode[AST_LIKE_METADATA]));
  take_key(d, create, base, m.mode[AST_LIKE_CONSTRAINTS]);
  take_partitions(d, create, base, m.mode[AST_LIKE_PARTITIONS]);
  TRY(take_watermark(d, create, base, m.mode[AST_LIKE_WATERMARKS]));
  return take_options(d, create, base, m.mode[AST_LIKE_OPTIONS]);
}
