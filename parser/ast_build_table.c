/* ast_build_table.c -- builders of CREATE TABLE and ALTER TABLE. */
#include "parser/ast_build.h"

#include "base/str.h"

/* ---- elements ---- */

static AstElementDef *column_new(Parse *p, AstColumnKind kind, AstName name, AstType *type,
                                 AstText comment) {
  AstElementDef *e = ARENA_NEW(p->arena, AstElementDef);
  e->kind = ELEMENT_COLUMN;
  e->column = (AstColumnDef){.kind = kind,
                             .name = name,
                             .type = type,
                             .comment = comment,
                             .span = span_to_here(p, name.span)};
  return e;
}

AstElementDef *ast_column_bare(Parse *p, AstName name) {
  return column_new(p, AST_COLUMN_PHYSICAL, name, NULL, (AstText){0});
}

AstElementDef *ast_column_physical(Parse *p, AstName name, AstType *type, AstText comment) {
  return column_new(p, AST_COLUMN_PHYSICAL, name, type, comment);
}

AstElementDef *ast_column_key(Parse *p, AstElementDef *e, AstName constraint, bool not_enforced) {
  (void)p;
  e->column.primary_key = true;
  e->column.key_name = constraint;
  e->column.not_enforced = not_enforced;
  return e;
}

AstElementDef *ast_column_metadata(Parse *p, AstName name, AstType *type, AstText key,
                                   bool is_virtual, AstText comment) {
  AstElementDef *e = column_new(p, AST_COLUMN_METADATA, name, type, comment);
  e->column.metadata_key = key;
  e->column.is_virtual = is_virtual;
  return e;
}

AstElementDef *ast_column_computed(Parse *p, AstName name, AstExpr *expr, AstText comment) {
  AstElementDef *e = column_new(p, AST_COLUMN_COMPUTED, name, NULL, comment);
  e->column.expr = expr;
  return e;
}

AstElementDef *ast_column_place(Parse *p, AstElementDef *e, AstPlace place, AstName after) {
  e->column.place = place;
  e->column.after = after;
  e->column.span = span_to_here(p, e->column.span);
  return e;
}

AstElementDef *ast_watermark(Parse *p, Span start, AstPath column, AstExpr *expr) {
  AstElementDef *e = ARENA_NEW(p->arena, AstElementDef);
  e->kind = ELEMENT_WATERMARK;
  e->watermark = (AstWatermark){column, expr, span_to_here(p, start)};
  return e;
}

AstElementDef *ast_primary_key(Parse *p, Span start, AstName constraint, AstNames columns,
                               bool not_enforced) {
  AstElementDef *e = ARENA_NEW(p->arena, AstElementDef);
  e->kind = ELEMENT_KEY;
  e->key = (AstKey){constraint, columns, not_enforced,
                    span_join(constraint.span, span_to_here(p, start))};
  return e;
}

AstTableElements *ast_elements(Parse *p, AstTableElements *list, const AstElementDef *e) {
  if (list == NULL) list = ARENA_NEW(p->arena, AstTableElements);
  Arena *a = p->arena;
  switch (e->kind) {
    case ELEMENT_COLUMN:
      ARENA_PUSH(a, list->columns.items, list->columns.n, list->columns.cap, e->column);
      break;
    case ELEMENT_WATERMARK:
      ARENA_PUSH(a, list->watermarks.items, list->watermarks.n, list->watermarks.cap, e->watermark);
      break;
    case ELEMENT_KEY:
      ARENA_PUSH(a, list->keys.items, list->keys.n, list->keys.cap, e->key);
      break;
  }
  return list;
}

static uint32_t depth_of_elements(const AstTableElements *list) {
  uint32_t depth = 0;
  for (uint32_t i = 0; i < list->columns.n; i++) {
    const AstColumnDef *c = &list->columns.items[i];
    depth = deeper(depth, depth_of(c->expr));
    if (c->type != NULL) depth = deeper(depth, c->type->depth);
  }
  for (uint32_t i = 0; i < list->watermarks.n; i++)
    depth = deeper(depth, list->watermarks.items[i].expr->depth);
  return depth;
}

/* ---- the rest of CREATE TABLE ---- */

AstDistribution *ast_distribution(Parse *p, AstDistributionKind kind, AstNames columns,
                                  AstText buckets) {
  AstDistribution *d = ARENA_NEW(p->arena, AstDistribution);
  *d = (AstDistribution){.kind = kind, .columns = columns, .buckets = buckets};
  return d;
}

AstDistribution *ast_distribution_end(Parse *p, Span start, AstDistribution *distribution) {
  distribution->span = span_to_here(p, start);
  return distribution;
}

AstTableLike *ast_table_like(Parse *p, AstPath path, AstLikeOptions options) {
  AstTableLike *like = ARENA_NEW(p->arena, AstTableLike);
  *like = (AstTableLike){path, options};
  return like;
}

static const char *const like_words[] = {
#define LIKE_WHAT(name) #name,
#include "parser/like_what.def"
#undef LIKE_WHAT
};

AstLikeOption ast_like_option(Parse *p, Span start, AstLikeMode mode, Span what) {
  AstName word = ast_name(p, what);
  for (int i = 0; i < AST_LIKE_COUNT; i++)
    if (text_eq_nocase(word.text, like_words[i]))
      return (AstLikeOption){mode, (AstLikeWhat)i, span_to_here(p, start)};
  parse_fail(p, ERR_SYNTAX, what, "LIKE has no option \"%s\"", word.text);
  const char *near = nearest_name(word.text, like_words, COUNT_OF(like_words));
  if (near != NULL) parse_hint(p, "did you mean \"%s\"?", near);
  return (AstLikeOption){mode, AST_LIKE_ALL, what};
}

AstLikeOptions ast_like_options(Parse *p, AstLikeOptions list, AstLikeOption option) {
  ARENA_PUSH(p->arena, list.items, list.n, list.cap, option);
  return list;
}

AstTableBody *ast_table_body(Parse *p, const AstTableElements *elements, AstText comment,
                             const AstDistribution *distribution, AstNames partitioned_by,
                             AstOptions with, AstLikeOrAs rest) {
  AstTableBody *body = ARENA_NEW(p->arena, AstTableBody);
  if (elements != NULL) body->elements = *elements;
  if (distribution != NULL) body->distribution = *distribution;
  body->comment = comment;
  body->partitioned_by = partitioned_by;
  body->with = with;
  body->rest = rest;
  return body;
}

static AstStmt *stmt_of(Parse *p, AstStmtKind kind, Span start, uint32_t parts) {
  AstStmt *s = ast_stmt_new(p, kind, start);
  s->depth = node_depth(p, parts, s->span);
  return s;
}

AstStmt *ast_create_table(Parse *p, Span start, AstCreateWords words, AstPath path,
                          const AstTableBody *body) {
  uint32_t parts = depth_of_elements(&body->elements);
  if (body->rest.query != NULL) parts = deeper(parts, body->rest.query->depth);
  AstStmt *s = stmt_of(p, AST_STMT_CREATE_TABLE, start, parts);
  AstCreateTable *t = s->create_table = ARENA_NEW(p->arena, AstCreateTable);
  *t = (AstCreateTable){.temporary = words.temporary,
                        .if_not_exists = words.if_not_exists,
                        .or_replace = words.or_replace,
                        .replace = words.replace,
                        .path = path,
                        .elements = body->elements,
                        .comment = body->comment,
                        .distribution = body->distribution,
                        .partitioned_by = body->partitioned_by,
                        .with = body->with,
                        .like = body->rest.like,
                        .query = body->rest.query};
  for (uint32_t i = 0; i < t->elements.columns.n; i++) {
    const AstColumnDef *c = &t->elements.columns.items[i];
    if (c->place != AST_PLACE_NONE)
      parse_fail(p, ERR_SYNTAX, c->span, "FIRST and AFTER belong to ALTER TABLE");
    bool bare = c->kind == AST_COLUMN_PHYSICAL && c->type == NULL;
    if (bare && t->query == NULL)
      parse_fail(p, ERR_SYNTAX, c->span, "the column \"%s\" has no type", c->name.text);
  }
  return s;
}

/* ---- ALTER TABLE ---- */

AstAlterTable *ast_alter_new(Parse *p, AstAlterKind kind) {
  AstAlterTable *alter = ARENA_NEW(p->arena, AstAlterTable);
  alter->kind = kind;
  return alter;
}

AstAlterTable *ast_alter_elements(Parse *p, AstAlterKind kind, const AstTableElements *elements) {
  AstAlterTable *alter = ast_alter_new(p, kind);
  alter->elements = *elements;
  for (uint32_t i = 0; i < elements->columns.n; i++) {
    const AstColumnDef *c = &elements->columns.items[i];
    if (c->kind == AST_COLUMN_PHYSICAL && c->type == NULL)
      parse_fail(p, ERR_SYNTAX, c->span, "the column \"%s\" has no type", c->name.text);
  }
  return alter;
}

AstAlterTable *ast_alter_distribution(Parse *p, AstAlterKind kind, Span start, AstDistribution *d) {
  AstAlterTable *alter = ast_alter_new(p, kind);
  alter->distribution = *ast_distribution_end(p, start, d);
  return alter;
}

AstAlterTable *ast_alter_partitions(Parse *p, AstAlterKind kind, bool condition,
                                    AstPartitions list) {
  AstAlterTable *alter = ast_alter_new(p, kind);
  alter->partition_if = condition;
  alter->partitions = list;
  return alter;
}

AstAlterTable *ast_alter_names(Parse *p, AstAlterKind kind, AstNames names) {
  AstAlterTable *alter = ast_alter_new(p, kind);
  alter->names = names;
  return alter;
}

AstAlterTable *ast_alter_rename(Parse *p, AstAlterKind kind, AstPath from, AstName name) {
  AstAlterTable *alter = ast_alter_new(p, kind);
  alter->from = from;
  alter->name = name;
  return alter;
}

AstAlterTable *ast_alter_rename_to(Parse *p, AstPath new_path) {
  AstAlterTable *alter = ast_alter_new(p, AST_ALTER_RENAME);
  alter->new_path = new_path;
  return alter;
}

AstAlterTable *ast_alter_options(Parse *p, AstOptions options) {
  AstAlterTable *alter = ast_alter_new(p, AST_ALTER_SET);
  alter->options = options;
  return alter;
}

AstAlterTable *ast_alter_reset(Parse *p, AstTexts keys) {
  AstAlterTable *alter = ast_alter_new(p, AST_ALTER_RESET);
  alter->keys = keys;
  return alter;
}

AstPartitions ast_partitions(Parse *p, AstPartitions list, AstPartition partition) {
  ARENA_PUSH(p->arena, list.items, list.n, list.cap, partition);
  return list;
}

Span ast_assignments_span(AstAssignments list) {
  const AstAssignment *last = &list.items[list.n - 1];
  return span_join(list.items[0].column.span,
                   last->value != NULL ? last->value->span : last->column.span);
}

AstStmt *ast_alter_table(Parse *p, Span start, bool if_exists, AstPath path, AstAlterTable *alter) {
  uint32_t parts = depth_of_elements(&alter->elements);
  for (uint32_t i = 0; i < alter->partitions.n; i++)
    parts = deeper(parts, depth_of_assignments(alter->partitions.items[i].spec));
  AstStmt *s = stmt_of(p, AST_STMT_ALTER_TABLE, start, parts);
  s->alter_table = alter;
  alter->if_exists = if_exists;
  alter->path = path;
  return s;
}
