/* ast_build_stmt.c -- builders of statements, but for CREATE TABLE and ALTER TABLE. */
#include "parser/ast_build.h"

AstStmt *ast_stmt_new(Parse *p, AstStmtKind kind, Span start) {
  AstStmt *s = ARENA_NEW(p->arena, AstStmt);
  s->kind = kind;
  s->span = span_to_here(p, start);
  s->depth = 1;
  return s;
}

static AstStmt *stmt_of(Parse *p, AstStmtKind kind, Span start, uint32_t parts) {
  AstStmt *s = ast_stmt_new(p, kind, start);
  s->depth = node_depth(p, parts, s->span);
  return s;
}

AstStmt *ast_stmt_query(Parse *p, AstQuery *query) {
  AstStmt *s = stmt_of(p, AST_STMT_QUERY, query->span, query->depth);
  s->query = query;
  return s;
}

AstStmt *ast_stmt_path(Parse *p, AstStmtKind kind, Span start, AstPath path) {
  AstStmt *s = ast_stmt_new(p, kind, start);
  s->path = path;
  return s;
}

AstStmt *ast_stmt_option(Parse *p, AstStmtKind kind, Span start, AstOption option) {
  AstStmt *s = ast_stmt_new(p, kind, start);
  s->option = option;
  return s;
}

/* ---- INSERT, statement sets, EXPLAIN ---- */

AstStmts ast_stmts(Parse *p, AstStmts list, AstStmt *stmt) {
  ARENA_PUSH(p->arena, list.items, list.n, list.cap, stmt);
  return list;
}

AstStmt *ast_stmt_set_of(Parse *p, Span start, AstStmts list) {
  uint32_t parts = 0;
  for (uint32_t i = 0; i < list.n; i++) parts = deeper(parts, list.items[i]->depth);
  AstStmt *s = stmt_of(p, AST_STMT_SET_OF, start, parts);
  s->set_of = list;
  return s;
}

AstAssignments ast_assignments(Parse *p, AstAssignments list, AstAssignment item) {
  ARENA_PUSH(p->arena, list.items, list.n, list.cap, item);
  return list;
}

uint32_t depth_of_assignments(AstAssignments list) {
  uint32_t depth = 0;
  for (uint32_t i = 0; i < list.n; i++) depth = deeper(depth, depth_of(list.items[i].value));
  return depth;
}

AstStmt *ast_insert(Parse *p, Span start, bool overwrite, AstTableRef *target,
                    AstAssignments partition, AstNames columns, AstQuery *query,
                    AstConflict on_conflict) {
  uint32_t parts = deeper(query->depth, depth_of_assignments(partition));
  AstStmt *s = stmt_of(p, AST_STMT_INSERT, start, deeper(parts, target->depth));
  s->insert = ARENA_NEW(p->arena, AstInsert);
  *s->insert = (AstInsert){.overwrite = overwrite,
                           .target = target,
                           .partition = partition,
                           .columns = columns,
                           .query = query,
                           .on_conflict = on_conflict};
  return s;
}

AstStmt *ast_insert_execute(Parse *p, Span start, AstStmt *insert) {
  insert->insert->execute = true;
  insert->span = span_to_here(p, start);
  return insert;
}

AstStmt *ast_explain(Parse *p, Span start, AstExplainMode mode, uint32_t details, AstStmt *stmt) {
  AstStmt *s = stmt_of(p, AST_STMT_EXPLAIN, start, stmt->depth);
  s->explain = ARENA_NEW(p->arena, AstExplain);
  *s->explain = (AstExplain){.mode = mode, .details = details, .stmt = stmt};
  return s;
}

AstStmt *ast_explain_upgrade(Parse *p, Span start, AstText from, AstStmt *stmt) {
  AstStmt *s = ast_explain(p, start, AST_EXPLAIN_UPGRADE, 0, stmt);
  s->explain->upgrade_from = from;
  return s;
}

/* ---- CREATE, ALTER, DROP ---- */

AstStmt *ast_create_view(Parse *p, Span start, AstCreateWords words, AstPath path, AstNames columns,
                         AstText comment, AstQuery *query) {
  AstStmt *s = stmt_of(p, AST_STMT_CREATE_VIEW, start, query->depth);
  s->create_view = ARENA_NEW(p->arena, AstCreateView);
  *s->create_view = (AstCreateView){.temporary = words.temporary,
                                    .if_not_exists = words.if_not_exists,
                                    .or_replace = words.or_replace,
                                    .path = path,
                                    .columns = columns,
                                    .comment = comment,
                                    .query = query};
  return s;
}

static uint32_t depth_of_function(const AstFunction *f) {
  if (f->body == NULL) return 0;
  uint32_t depth = deeper(f->returns->depth, f->body->depth);
  for (uint32_t i = 0; i < f->params.n; i++) depth = deeper(depth, f->params.items[i].type->depth);
  return depth;
}

AstStmt *ast_create_function(Parse *p, Span start, AstTemporary temporary, AstCreateWords words,
                             AstPath path, AstFunction function) {
  AstStmt *s = stmt_of(p, AST_STMT_CREATE_FUNCTION, start, depth_of_function(&function));
  s->create_function = ARENA_NEW(p->arena, AstCreateFunction);
  *s->create_function = (AstCreateFunction){.temporary = temporary != AST_PERMANENT,
                                            .system = temporary == AST_TEMPORARY_SYSTEM,
                                            .if_not_exists = words.if_not_exists,
                                            .or_replace = words.or_replace,
                                            .path = path,
                                            .function = function};
  return s;
}

AstParams ast_params(Parse *p, AstParams list, AstParam param) {
  ARENA_PUSH(p->arena, list.items, list.n, list.cap, param);
  return list;
}

AstStmt *ast_create_database(Parse *p, Span start, bool if_not_exists, AstPath path,
                             AstText comment, AstOptions with) {
  AstStmt *s = ast_stmt_new(p, AST_STMT_CREATE_DATABASE, start);
  s->create_database = ARENA_NEW(p->arena, AstCreateDatabase);
  *s->create_database = (AstCreateDatabase){if_not_exists, path, comment, with};
  return s;
}

AstStmt *ast_alter_view(Parse *p, Span start, AstPath path, AstPath new_path, AstQuery *query) {
  AstStmt *s = stmt_of(p, AST_STMT_ALTER_VIEW, start, query != NULL ? query->depth : 0);
  s->alter_view = ARENA_NEW(p->arena, AstAlterView);
  *s->alter_view = (AstAlterView){path, new_path, query};
  return s;
}

AstStmt *ast_alter_database(Parse *p, Span start, AstPath path, AstOptions options) {
  AstStmt *s = ast_stmt_new(p, AST_STMT_ALTER_DATABASE, start);
  s->alter_database = ARENA_NEW(p->arena, AstAlterDatabase);
  *s->alter_database = (AstAlterDatabase){path, options};
  return s;
}

AstStmt *ast_alter_function(Parse *p, Span start, AstTemporary temporary, bool if_exists,
                            AstPath path, AstFunction function) {
  AstStmt *s = stmt_of(p, AST_STMT_ALTER_FUNCTION, start, depth_of_function(&function));
  s->alter_function = ARENA_NEW(p->arena, AstAlterFunction);
  *s->alter_function = (AstAlterFunction){.temporary = temporary != AST_PERMANENT,
                                          .system = temporary == AST_TEMPORARY_SYSTEM,
                                          .if_exists = if_exists,
                                          .path = path,
                                          .function = function};
  return s;
}

AstStmt *ast_drop(Parse *p, Span start, AstObject object, AstTemporary temporary, bool if_exists,
                  AstPath path) {
  AstStmt *s = ast_stmt_new(p, AST_STMT_DROP, start);
  s->drop = ARENA_NEW(p->arena, AstDrop);
  *s->drop = (AstDrop){.object = object,
                       .temporary = temporary != AST_PERMANENT,
                       .system = temporary == AST_TEMPORARY_SYSTEM,
                       .if_exists = if_exists,
                       .path = path};
  return s;
}

AstStmt *ast_drop_database(Parse *p, Span start, bool if_exists, AstPath path, AstDropMode mode) {
  AstStmt *s = ast_drop(p, start, AST_OBJECT_DATABASE, AST_PERMANENT, if_exists, path);
  s->drop->cascade = mode == AST_DROP_MODE_CASCADE;
  s->drop->restrict_ = mode == AST_DROP_MODE_RESTRICT;
  return s;
}

/* ---- UPDATE, DELETE, ANALYZE ---- */

AstStmt *ast_update(Parse *p, Span start, AstPath path, AstName alias, AstAssignments set,
                    AstExpr *where) {
  uint32_t parts = deeper(depth_of_assignments(set), depth_of(where));
  AstStmt *s = stmt_of(p, AST_STMT_UPDATE, start, parts);
  s->update = ARENA_NEW(p->arena, AstUpdate);
  *s->update = (AstUpdate){path, alias, set, where};
  return s;
}

AstStmt *ast_delete(Parse *p, Span start, AstPath path, AstName alias, AstExpr *where) {
  AstStmt *s = stmt_of(p, AST_STMT_DELETE, start, depth_of(where));
  s->delete_ = ARENA_NEW(p->arena, AstDelete);
  *s->delete_ = (AstDelete){path, alias, where};
  return s;
}

AstStmt *ast_analyze(Parse *p, Span start, AstPath path, AstAssignments partition, bool all_columns,
                     AstNames columns) {
  AstStmt *s = stmt_of(p, AST_STMT_ANALYZE, start, depth_of_assignments(partition));
  s->analyze = ARENA_NEW(p->arena, AstAnalyze);
  *s->analyze = (AstAnalyze){path, partition, all_columns, columns};
  return s;
}

/* ---- DESCRIBE, SHOW, jobs ---- */

AstStmt *ast_describe(Parse *p, Span start, AstObject object, bool extended, AstPath path) {
  AstStmt *s = ast_stmt_new(p, AST_STMT_DESCRIBE, start);
  s->describe = ARENA_NEW(p->arena, AstDescribe);
  *s->describe = (AstDescribe){object, extended, path};
  return s;
}

AstStmt *ast_show(Parse *p, Span start, AstShowWhat what, AstPath path, AstShowPattern pattern) {
  AstStmt *s = ast_stmt_new(p, AST_STMT_SHOW, start);
  s->show = ARENA_NEW(p->arena, AstShow);
  *s->show = (AstShow){.what = what,
                       .path = path,
                       .pattern = pattern.text,
                       .negated = pattern.negated,
                       .ignore_case = pattern.ignore_case};
  return s;
}

AstStmt *ast_show_partitions(Parse *p, Span start, AstPath path, AstAssignments partition) {
  AstStmt *s = ast_show(p, start, AST_SHOW_PARTITIONS, path, ast_no_pattern());
  s->show->partition = partition;
  s->depth = node_depth(p, depth_of_assignments(partition), s->span);
  return s;
}

AstStmt *ast_show_checkpoints(Parse *p, Span start, AstText dir) {
  AstStmt *s = ast_show(p, start, AST_SHOW_CHECKPOINTS, (AstPath){0}, ast_no_pattern());
  s->show->dir = dir;
  return s;
}

AstStmt *ast_stmt_job(Parse *p, AstStmtKind kind, Span start, AstJob job) {
  AstStmt *s = ast_stmt_new(p, kind, start);
  s->job = job;
  return s;
}
