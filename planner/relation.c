/* relation.c -- columns by name, and where their time comes from. */
#include <string.h>

#include "planner/bind.h"

Relation relation_of(Binder *b, Node *node, ObjectName table) {
  Relation rel = {.node = node, .n_cols = node->n_fields};
  rel.cols = ARENA_ARRAY(b->arena, RelColumn, node->n_fields);
  b->n_columns += node->n_fields;
  for (uint32_t i = 0; i < node->n_fields; i++) {
    rel.cols[i].name = node->fields[i].name;
    rel.cols[i].type = node->fields[i].type;
    rel.cols[i].table = table;
  }
  return rel;
}

/* --- names --------------------------------------------------------------------------- */

/* Do the first n parts of the path mean column c, the last of them being its name? */
static bool parts_name(const AstPath *path, uint32_t n, const RelColumn *c) {
  if (strcmp(path->items[n - 1].text, c->name) != 0) return false;
  if (n == 1) return !c->hidden;
  if (c->table.name == NULL || strcmp(path->items[n - 2].text, c->table.name) != 0) return false;
  if (n == 2) return true;
  if (c->table.database == NULL || strcmp(path->items[n - 3].text, c->table.database) != 0) {
    return false;
  }
  return n == 3 || (n == 4 && strcmp(path->items[0].text, CATALOG_NAME) == 0);
}

/* How many columns the first n parts mean; the first of them. */
static uint32_t count_named(const Relation *rel, const AstPath *path, uint32_t n,
                            uint32_t *column) {
  uint32_t found = 0;
  for (uint32_t i = 0; i < rel->n_cols; i++) {
    if (!parts_name(path, n, &rel->cols[i])) continue;
    if (found++ == 0) *column = i;
  }
  return found;
}

/* The same of the longest part of the path that means a column, where what follows must be
 * fields of a ROW. */
static uint32_t count_prefix(const Relation *rel, const AstPath *path, uint32_t *column,
                             uint32_t *n_parts) {
  for (uint32_t n = path->n; n > 0; n--) {
    uint32_t found = count_named(rel, path, n, column);
    if (found == 0 || (n < path->n && rel->cols[*column].type.kind != TYPE_ROW)) continue;
    *n_parts = n;
    return found;
  }
  return 0;
}

static bool has_qualifier(const Relation *rel, const char *name) {
  for (uint32_t i = 0; i < rel->n_cols; i++) {
    if (rel->cols[i].table.name != NULL && strcmp(rel->cols[i].table.name, name) == 0) return true;
  }
  return false;
}

/* Of a path that goes on behind a column which is no ROW. */
static Code check_rows(Binder *b, const Relation *rel, const AstPath *path) {
  bool qualified = has_qualifier(rel, path->items[0].text); /* then the first part is the table */
  for (uint32_t n = path->n - 1; n > qualified; n--) {
    uint32_t column;
    if (count_named(rel, path, n, &column) == 0) continue;
    const RelColumn *c = &rel->cols[column];
    return FAIL(b->err, ERR_TYPE, bind_span(b, path->items[n - 1].span),
                "\"%s\" is %s, which has no fields", c->name, bind_type_text(b, c->type));
  }
  return OK;
}

/* `no table "x" in FROM`, for the qualifier x. */
static Code no_qualifier(Binder *b, const Relation *rel, const AstPath *path) {
  const AstName *qualifier = &path->items[path->n - 2];
  const char *near = NULL;
  uint32_t distance = 0;
  for (uint32_t i = 0; i < rel->n_cols; i++) {
    const RelColumn *c = &rel->cols[i];
    if (c->table.name != NULL) {
      nearest_name_offer(qualifier->text, c->table.name, &near, &distance);
    }
  }
  FAIL(b->err, ERR_NAME, bind_span(b, qualifier->span), "no table \"%s\" in FROM", qualifier->text);
  if (near != NULL) error_hint(b->err, "did you mean \"%s\"?", near);
  return ERR_NAME;
}

/* `no column "prise" in "bids"`; the table is told where there is one. */
static Code no_column(Binder *b, const Relation *rel, const AstPath *path) {
  const AstName *name = &path->items[path->n - 1];
  bool qualified = path->n > 2 && has_qualifier(rel, path->items[0].text);
  TRY(check_rows(b, rel, path));
  if (qualified) name = &path->items[1]; /* t.x.f: it is x that is missing */
  if (path->n > 1 && !qualified && !has_qualifier(rel, path->items[path->n - 2].text)) {
    return no_qualifier(b, rel, path);
  }
  const char *near = NULL, *table = rel->n_cols > 0 ? rel->cols[0].table.name : NULL;
  uint32_t distance = 0;
  for (uint32_t i = 0; i < rel->n_cols; i++) {
    nearest_name_offer(name->text, rel->cols[i].name, &near, &distance);
    if (rel->cols[i].table.name != table) table = NULL;
  }
  FAIL(b->err, ERR_NAME, bind_span(b, name->span),
       table != NULL ? "no column \"%s\" in \"%s\"" : "no column \"%s\"", name->text, table);
  if (near != NULL) error_hint(b->err, "did you mean \"%s\"?", near);
  return ERR_NAME;
}

bool relation_has(const Relation *rel, const AstPath *path) {
  uint32_t column, n_parts;
  return count_prefix(rel, path, &column, &n_parts) > 0;
}

static Code ambiguous(Binder *b, const AstPath *path, const char *name, uint32_t found) {
  FAIL(b->err, ERR_NAME, bind_span(b, path->span), "column \"%s\" is ambiguous", name);
  error_hint(b->err, "%u columns have this name; give them different aliases", found);
  return ERR_NAME;
}

Code relation_find(Binder *b, const Relation *rel, const AstPath *path, uint32_t *column) {
  uint32_t found = count_named(rel, path, path->n, column);
  if (found == 0) return no_column(b, rel, path);
  return found == 1 ? OK : ambiguous(b, path, rel->cols[*column].name, found);
}

Code relation_find_prefix(Binder *b, const Relation *rel, const AstPath *path, uint32_t *column,
                          uint32_t *n_parts) {
  uint32_t found = count_prefix(rel, path, column, n_parts);
  if (found == 0) return no_column(b, rel, path);
  return found == 1 ? OK : ambiguous(b, path, rel->cols[*column].name, found);
}

static bool name_taken(const Relation *rel, uint32_t n, const char *name) {
  for (uint32_t i = 0; i < n; i++) {
    if (strcmp(rel->cols[i].name, name) == 0) return true;
  }
  return false;
}

void relation_unique_names(Binder *b, Relation *rel) {
  const char **given = ARENA_ARRAY(b->arena, const char *, rel->n_cols);
  for (uint32_t i = 0; i < rel->n_cols; i++) {
    given[i] = rel->cols[i].name;
    if (!name_taken(rel, i, given[i])) continue;
    uint32_t before = 0; /* a number that is hardly ever taken, so that one look is enough */
    for (uint32_t k = 0; k < i; k++) before += strcmp(given[k], given[i]) == 0;
    if (before > 0) before--;
    do {
      rel->cols[i].name = arena_printf(b->arena, "%s%u", given[i], before++);
    } while (name_taken(rel, i, rel->cols[i].name));
  }
}

/* --- time ---------------------------------------------------------------------------- */

bool time_is_attribute(TimeLineage time) {
  if (time.is_window_time) return !time.is_clock;
  if (time.origins == NULL) return false;
  for (const TimeOrigin *o = time.origins; o != NULL; o = o->next) {
    if (o->source->rowtime != (int32_t)o->column) return false;
  }
  return true;
}

bool relation_part(const Relation *rel, WindowPart part, uint32_t *column) {
  for (uint32_t i = 0; i < rel->n_cols; i++) {
    if (rel->cols[i].window.part != part) continue;
    *column = i;
    return true;
  }
  return false;
}

bool time_is_any(const TimeLineage *t) {
  return t->origins != NULL || t->is_window_time || t->is_clock;
}

bool bind_is_clock(const Expr *e) {
  return e->kind == EXPR_CALL && e->n_args == 0 && strcmp(e->func->name, "PROCTIME") == 0;
}

void relation_lose_time(Relation *rel, const char *what) {
  for (uint32_t i = 0; i < rel->n_cols; i++) {
    TimeLineage *t = &rel->cols[i].time;
    if (time_is_any(t)) *t = (TimeLineage){.lost = what};
  }
}
