/* catalog.h -- tables, views and databases of a session: names and what was declared.
 *
 * One catalog, default_catalog, with databases in it.  A table or view is a TableDef, which lives
 * in an arena of its own and is immutable but for its options and its name.  Computed columns,
 * watermarks and the queries of views are kept as SQL text and bound again at every use, in the
 * settings of that moment; the text is the parser's own printing, so it parses.
 *
 * A temporary object hides the permanent one of the same name, as in Flink.
 * Names are matched by case, as in Flink.
 */
#pragma once
#include "base/arena.h"
#include "exec/data/types.h"
#include "exec/formats/options.h"
#include "parser/ast_expr.h"

#define CATALOG_NAME     "default_catalog"
#define DEFAULT_DATABASE "default_database"

typedef struct TableColumn {
  const char *name;
  Type type;
  const char *computed; /* its expression; NULL: a physical or metadata column */
  const char *comment;  /* NULL: none */
  const char *metadata; /* the connector's key; NULL: it is none of its metadata */
  bool is_virtual;      /* metadata that is not written */
} TableColumn;

/* Does it stand in what the connector reads and writes? */
static inline bool column_is_physical(const TableColumn *c) {
  return c->computed == NULL && c->metadata == NULL;
}

typedef struct TableDef {
  Arena arena; /* of all that is in here */
  const char *database, *name;
  bool temporary;
  const char *query; /* of a view; NULL: a table */
  TableColumn *columns;
  uint32_t n_columns;
  int32_t rowtime;       /* column of the watermark, -1: none */
  const char *watermark; /* its expression */
  const char *key_name;  /* of the primary key; NULL: none was given */
  const char **key;
  uint32_t n_key;
  const char **partition_by; /* physical columns */
  uint32_t n_partition_by;
  const char *comment;
  Option *options; /* without spans */
  uint32_t n_options;
} TableDef;

bool table_is_partition(const TableDef *def, const char *column);

/* A name made full: always in default_catalog. */
typedef struct ObjectName {
  const char *database, *name; /* borrowed from the path or the catalog */
} ObjectName;

typedef struct Catalog Catalog;

Catalog *catalog_new(void);
void catalog_free(Catalog *c);

/* --- databases ----------------------------------------------------------------------- */

/* Where names of one part are looked up. */
const char *catalog_current(const Catalog *c);
bool catalog_has_database(const Catalog *c, const char *name);
void catalog_add_database(Catalog *c, const char *name);
/* Its tables go with it.  Not the default one. */
void catalog_drop_database(Catalog *c, const char *name);
bool catalog_database_is_empty(const Catalog *c, const char *name);
/* Sorted; *n of them; valid until the next change. */
const char *const *catalog_databases(const Catalog *c, uint32_t *n);

/* [catalog.]database.  ERR_NAME when there is none. */
MUST_USE Code catalog_database_of(const Catalog *c, const AstPath *path, const char **database,
                                  Error *err);
MUST_USE Code catalog_use(Catalog *c, const AstPath *path, Error *err);

/* --- tables and views ---------------------------------------------------------------- */

/* [[catalog.]database.]name, the database taken from current where it is not written.  ERR_NAME
 * when catalog or database do not exist. */
MUST_USE Code catalog_name_of(const Catalog *c, const char *current, const AstPath *path,
                              ObjectName *out, Error *err);

/* NULL when there is none; a temporary one first. */
TableDef *catalog_find(const Catalog *c, ObjectName name);
TableDef *catalog_find_kind(const Catalog *c, ObjectName name, bool temporary);
/* Those of a database, sorted by name; *n of them, in the arena. */
TableDef **catalog_tables(const Catalog *c, const char *database, Arena *arena, uint32_t *n);

/* An empty definition to fill; its strings go to its arena. */
TableDef *table_def_new(const char *database, const char *name);
void table_def_free(TableDef *def);          /* one that is not in a catalog; NULL is allowed */
void catalog_add(Catalog *c, TableDef *def); /* takes it; no such name is there */
void catalog_drop(Catalog *c, TableDef *def);
void catalog_rename(Catalog *c, TableDef *def, const char *name);

/* ERR_NAME: there is no such table or view, with the nearest name of a table, view or extra
 * (NULL-terminated, NULL: none). */
Code catalog_no_table(const Catalog *c, const AstPath *path, const char *const *extra, Span span,
                      Error *err);
