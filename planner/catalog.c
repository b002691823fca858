/* catalog.c -- databases, tables and views: lists searched by name. */
#include "planner/catalog.h"

#include <stdlib.h>
#include <string.h>

struct Catalog {
  TableDef **tables; /* in no order */
  uint32_t n_tables, cap_tables;
  char **databases; /* sorted */
  uint32_t n_databases, cap_databases;
  char *current;
};

static void *must(void *p) {
  if (p == NULL) out_of_memory();
  return p;
}

/* Room for one more; the array doubles. */
static void *grown(void *items, uint32_t n, uint32_t *cap, size_t item_size) {
  if (n < *cap) return items;
  *cap = *cap > 0 ? *cap * 2 : 4;
  return must(realloc(items, *cap * item_size));
}

static void set_current(Catalog *c, const char *name) {
  char *copy = must(strdup(name));
  free(c->current);
  c->current = copy;
}

Catalog *catalog_new(void) {
  Catalog *c = must(calloc(1, sizeof *c));
  catalog_add_database(c, DEFAULT_DATABASE);
  set_current(c, DEFAULT_DATABASE);
  return c;
}

void catalog_free(Catalog *c) {
  if (c == NULL) return;
  for (uint32_t i = 0; i < c->n_tables; i++) table_def_free(c->tables[i]);
  for (uint32_t i = 0; i < c->n_databases; i++) free(c->databases[i]);
  free(c->tables);
  free(c->databases);
  free(c->current);
  free(c);
}

/* --- databases ----------------------------------------------------------------------- */

const char *catalog_current(const Catalog *c) { return c->current; }

/* Where the name stands or would stand. */
static uint32_t database_index(const Catalog *c, const char *name) {
  uint32_t i = 0;
  while (i < c->n_databases && strcmp(c->databases[i], name) < 0) i++;
  return i;
}

bool catalog_has_database(const Catalog *c, const char *name) {
  uint32_t i = database_index(c, name);
  return i < c->n_databases && strcmp(c->databases[i], name) == 0;
}

void catalog_add_database(Catalog *c, const char *name) {
  assert(!catalog_has_database(c, name));
  uint32_t at = database_index(c, name);
  c->databases = grown(c->databases, c->n_databases, &c->cap_databases, sizeof *c->databases);
  memmove(c->databases + at + 1, c->databases + at, (c->n_databases - at) * sizeof *c->databases);
  c->databases[at] = must(strdup(name));
  c->n_databases++;
}

void catalog_drop_database(Catalog *c, const char *name) {
  uint32_t at = database_index(c, name), left = 0;
  assert(catalog_has_database(c, name));
  for (uint32_t i = 0; i < c->n_tables; i++) {
    if (strcmp(c->tables[i]->database, name) == 0) {
      table_def_free(c->tables[i]);
    } else {
      c->tables[left++] = c->tables[i];
    }
  }
  c->n_tables = left;
  bool was_current = strcmp(c->current, name) == 0;
  free(c->databases[at]); /* name may be this very text */
  c->n_databases--;
  memmove(c->databases + at, c->databases + at + 1, (c->n_databases - at) * sizeof *c->databases);
  if (was_current) set_current(c, DEFAULT_DATABASE);
}

bool catalog_database_is_empty(const Catalog *c, const char *name) {
  for (uint32_t i = 0; i < c->n_tables; i++) {
    if (strcmp(c->tables[i]->database, name) == 0) return false;
  }
  return true;
}

const char *const *catalog_databases(const Catalog *c, uint32_t *n) {
  *n = c->n_databases;
  return (const char *const *)c->databases;
}

static Code no_database(const Catalog *c, const AstName *name, Error *err) {
  FAIL(err, ERR_NAME, name->span, "no database \"%s\"", name->text);
  const char *near = nearest_name(name->text, (const char *const *)c->databases, c->n_databases);
  if (near != NULL) error_hint(err, "did you mean \"%s\"?", near);
  return ERR_NAME;
}

static Code check_catalog(const AstName *name, Error *err) {
  if (strcmp(name->text, CATALOG_NAME) == 0) return OK;
  FAIL(err, ERR_NAME, name->span, "no catalog \"%s\"", name->text);
  error_hint(err, "there is one catalog, \"" CATALOG_NAME "\"");
  return ERR_NAME;
}

Code catalog_database_of(const Catalog *c, const AstPath *path, const char **database, Error *err) {
  if (path->n > 2) {
    return FAIL(err, ERR_NAME, path->span, "a database has a name of one or two parts");
  }
  if (path->n == 2) TRY(check_catalog(&path->items[0], err));
  const AstName *name = &path->items[path->n - 1];
  if (!catalog_has_database(c, name->text)) return no_database(c, name, err);
  *database = c->databases[database_index(c, name->text)];
  return OK;
}

Code catalog_use(Catalog *c, const AstPath *path, Error *err) {
  const char *database;
  TRY(catalog_database_of(c, path, &database, err));
  set_current(c, database);
  return OK;
}

/* --- tables and views ---------------------------------------------------------------- */

Code catalog_name_of(const Catalog *c, const char *current, const AstPath *path, ObjectName *out,
                     Error *err) {
  if (path->n > 3) {
    return FAIL(err, ERR_NAME, path->span, "a table has a name of one to three parts");
  }
  *out = (ObjectName){current, path->items[path->n - 1].text};
  if (path->n == 3) TRY(check_catalog(&path->items[0], err));
  if (path->n == 1) return OK;
  const AstName *database = &path->items[path->n - 2];
  if (!catalog_has_database(c, database->text)) return no_database(c, database, err);
  out->database = database->text;
  return OK;
}

TableDef *catalog_find_kind(const Catalog *c, ObjectName name, bool temporary) {
  for (uint32_t i = 0; i < c->n_tables; i++) {
    TableDef *def = c->tables[i];
    if (def->temporary == temporary && strcmp(def->name, name.name) == 0 &&
        strcmp(def->database, name.database) == 0) {
      return def;
    }
  }
  return NULL;
}

TableDef *catalog_find(const Catalog *c, ObjectName name) {
  TableDef *def = catalog_find_kind(c, name, true);
  return def != NULL ? def : catalog_find_kind(c, name, false);
}

static int by_name(const void *a, const void *b) {
  const TableDef *const *x = a, *const *y = b;
  int order = strcmp((*x)->name, (*y)->name);
  return order != 0 ? order : (int)(*y)->temporary - (int)(*x)->temporary;
}

TableDef **catalog_tables(const Catalog *c, const char *database, Arena *arena, uint32_t *n) {
  TableDef **out = ARENA_ARRAY(arena, TableDef *, c->n_tables);
  uint32_t m = 0;
  for (uint32_t i = 0; i < c->n_tables; i++) {
    if (strcmp(c->tables[i]->database, database) == 0) out[m++] = c->tables[i];
  }
  if (m > 1) qsort(out, m, sizeof *out, by_name);
  *n = 0;
  for (uint32_t i = 0; i < m; i++) { /* what a temporary one hides is not shown */
    if (*n == 0 || strcmp(out[*n - 1]->name, out[i]->name) != 0) out[(*n)++] = out[i];
  }
  return out;
}

bool table_is_partition(const TableDef *def, const char *column) {
  for (uint32_t i = 0; i < def->n_partition_by; i++) {
    if (strcmp(def->partition_by[i], column) == 0) return true;
  }
  return false;
}

TableDef *table_def_new(const char *database, const char *name) {
  TableDef *def = must(calloc(1, sizeof *def));
  arena_init(&def->arena);
  def->database = arena_strdup(&def->arena, database);
  def->name = arena_strdup(&def->arena, name);
  def->rowtime = -1;
  return def;
}

void table_def_free(TableDef *def) {
  if (def == NULL) return;
  arena_deinit(&def->arena);
  free(def);
}

void catalog_add(Catalog *c, TableDef *def) {
  assert(catalog_find_kind(c, (ObjectName){def->database, def->name}, def->temporary) == NULL);
  c->tables = grown(c->tables, c->n_tables, &c->cap_tables, sizeof *c->tables);
  c->tables[c->n_tables++] = def;
}

void catalog_drop(Catalog *c, TableDef *def) {
  for (uint32_t i = 0; i < c->n_tables; i++) {
    if (c->tables[i] != def) continue;
    c->tables[i] = c->tables[--c->n_tables];
    table_def_free(def);
    return;
  }
  assert(!"a table of this catalog");
}

void catalog_rename(Catalog *c, TableDef *def, const char *name) {
  assert(catalog_find_kind(c, (ObjectName){def->database, name}, def->temporary) == NULL);
  def->name = arena_strdup(&def->arena, name);
}

Code catalog_no_table(const Catalog *c, const AstPath *path, const char *const *extra, Span span,
                      Error *err) {
  const char *name = path->items[path->n - 1].text, *near = NULL;
  uint32_t distance = 0;
  FAIL(err, ERR_NAME, span, "no table \"%s\"", name);
  for (uint32_t i = 0; i < c->n_tables; i++) {
    if (strcmp(name, c->tables[i]->name) == 0) {
      error_hint(err, "there is one in database \"%s\"", c->tables[i]->database);
    }
    nearest_name_offer(name, c->tables[i]->name, &near, &distance);
  }
  for (; extra != NULL && *extra != NULL; extra++) {
    nearest_name_offer(name, *extra, &near, &distance);
  }
  if (near != NULL) error_hint(err, "did you mean \"%s\"?", near);
  return ERR_NAME;
}
