/* show.h -- statements that answer with a few lines of text. */
#pragma once
#include "exec/data/zone.h"
#include "planner/session.h"

/* Rows in the making: cells are added one after the other. */
typedef struct RowList {
  Arena *arena;
  const char *const *columns;
  uint32_t n_columns;
  const char **cells;
  uint32_t n, cap;
} RowList;

void row_list_add(RowList *l, const char *cell); /* NULL is NULL; copied */
PlanRows row_list_done(const RowList *l);
/* One cell of text that is shown as it is, in a column "result". */
PlanRows text_rows(Arena *arena, const char *text);

MUST_USE Code show_statement(const Planner *p, const AstShow *show, Arena *arena, PlanRows *out,
                             Error *err);
MUST_USE Code describe_statement(const Planner *p, const AstDescribe *describe, Arena *arena,
                                 PlanRows *out, Error *err);
/* SHOW CHECKPOINTS; times are of the zone. */
MUST_USE Code show_checkpoints(const Planner *p, const AstShow *show, const Zone *zone,
                               Arena *arena, PlanRows *out, Error *err);
/* SET without arguments. */
PlanRows show_settings(const Planner *p, Arena *arena);

/* A table's columns as DESCRIBE shows them; pattern NULL: all. */
PlanRows describe_columns(const TableDef *def, const AstShow *filter, Arena *arena);
/* What the user made of that name: the system function first; NULL: none. */
MUST_USE Code find_made_function(const Planner *p, const AstPath *path, const FunctionDef **out,
                                 Error *err);
/* CREATE FUNCTION of a definition. */
void function_print(const FunctionDef *def, StrBuf *out);
PlanRows describe_made_function(const FunctionDef *def, bool extended, Arena *arena);
/* A name in backquotes. */
void print_quoted_name(const char *name, StrBuf *out);
/* Does a name pass LIKE 'pattern' of SHOW? */
bool show_matches(const AstShow *show, const char *name);
/* CREATE TABLE or CREATE VIEW of a definition. */
void ddl_print(const TableDef *def, StrBuf *out);
