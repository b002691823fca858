/* ddl.h -- CREATE, ALTER and DROP: bound against the catalog, which they change. */
#pragma once
#include "planner/bind.h"

/* *def is what the catalog is to take, NULL when the table is there already; with AS query the
 * rows are to be inserted first planned, then taken. */
MUST_USE Code ddl_create_table(Binder *b, const AstCreateTable *create, TableDef **def,
                               Node **insert, const char **name);
MUST_USE Code ddl_create_view(Binder *b, const AstCreateView *create);
MUST_USE Code ddl_create_database(Binder *b, const AstCreateDatabase *create);
MUST_USE Code ddl_alter_table(Binder *b, const AstAlterTable *alter);
MUST_USE Code ddl_alter_view(Binder *b, const AstAlterView *alter);
MUST_USE Code ddl_drop(Binder *b, const AstDrop *drop);
MUST_USE Code ddl_create_function(Binder *b, const AstCreateFunction *create);
MUST_USE Code ddl_alter_function(Binder *b, const AstAlterFunction *alter);
MUST_USE Code ddl_drop_function(Binder *b, const AstDrop *drop);

/* --- for the parts of CREATE TABLE --------------------------------------------------- */

/* A table in the making: options with their spans, which are checked before def takes them. */
typedef struct TableDraft {
  Binder *b;
  TableDef *def;
  uint32_t cap_columns;
  Option *options;
  uint32_t n_options, cap_options;
  Span span; /* of its name */
} TableDraft;

MUST_USE Code draft_add_column(TableDraft *d, const TableColumn *column, Span span);
void draft_add_option(TableDraft *d, const Option *option);
/* Column by name, -1: there is none. */
int32_t draft_find(const TableDraft *d, const char *name);
/* Take over what LIKE names, before (physical columns and options) the new table's own. */
MUST_USE Code draft_like(TableDraft *d, const AstCreateTable *create);
/* Check options against the physical columns. */
MUST_USE Code table_check_options(Binder *b, const TableDef *def, Options options, Span span);
/* An expression as the catalog keeps it. */
const char *ast_kept_text(Arena *a, const AstExpr *ast);
