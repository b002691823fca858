/* functions.c -- the functions of a session: a list searched by name. */
#include "planner/functions.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void *must(void *p) {
  if (p == NULL) out_of_memory();
  return p;
}

void functions_deinit(Functions *f) {
  for (uint32_t i = 0; i < f->n; i++) function_def_free(f->items[i]);
  free(f->items);
  *f = (Functions){0};
}

/* --- looking up ---------------------------------------------------------------------- */

static bool same_database(const char *a, const char *b) {
  return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

FunctionName function_name(const FunctionDef *def) {
  return (FunctionName){def->database, def->name, def->temporary};
}

bool function_name_equal(FunctionName a, FunctionName b) {
  return a.temporary == b.temporary && same_database(a.database, b.database) &&
         text_eq_nocase(a.name, b.name);
}

FunctionDef *functions_find(const Functions *f, FunctionName name) {
  for (uint32_t i = 0; i < f->n; i++) {
    if (function_name_equal(function_name(f->items[i]), name)) return f->items[i];
  }
  return NULL;
}

FunctionDef *functions_in(const Functions *f, const char *database, const char *name) {
  FunctionDef *def = functions_find(f, (FunctionName){database, name, true});
  return def != NULL ? def : functions_find(f, (FunctionName){database, name, false});
}

/* By name; of one name the one that calls mean first. */
static int by_name(const void *a, const void *b) {
  const FunctionDef *x = *(FunctionDef *const *)a, *y = *(FunctionDef *const *)b;
  int order = strcasecmp(x->name, y->name);
  if (order != 0) return order;
  order = (x->database != NULL) - (y->database != NULL);
  return order != 0 ? order : (int)y->temporary - (int)x->temporary;
}

FunctionDef **functions_list(const Functions *f, const char *database, Arena *arena, uint32_t *n) {
  FunctionDef **out = ARENA_ARRAY(arena, FunctionDef *, f->n);
  uint32_t m = 0;
  for (uint32_t i = 0; i < f->n; i++) {
    const char *of = f->items[i]->database;
    if (of == NULL || strcmp(of, database) == 0) out[m++] = f->items[i];
  }
  if (m > 1) qsort(out, m, sizeof *out, by_name);
  *n = 0;
  for (uint32_t i = 0; i < m; i++) {
    if (*n == 0 || !text_eq_nocase(out[*n - 1]->name, out[i]->name)) out[(*n)++] = out[i];
  }
  return out;
}

bool functions_has_database(const Functions *f, const char *database) {
  for (uint32_t i = 0; i < f->n; i++) {
    if (same_database(f->items[i]->database, database)) return true;
  }
  return false;
}

/* --- changing ------------------------------------------------------------------------ */

FunctionDef *function_def_new(FunctionName name) {
  FunctionDef *def = must(calloc(1, sizeof *def));
  arena_init(&def->arena);
  if (name.database != NULL) def->database = arena_strdup(&def->arena, name.database);
  def->name = arena_strdup(&def->arena, name.name);
  def->temporary = name.temporary;
  return def;
}

void function_def_free(FunctionDef *def) {
  arena_deinit(&def->arena);
  free(def);
}

void functions_put(Functions *f, FunctionDef *def) {
  FunctionDef *old = functions_find(f, function_name(def));
  if (old != NULL) functions_drop(f, old);
  if (f->n == f->cap) {
    f->cap = f->cap > 0 ? f->cap * 2 : 4;
    f->items = must(realloc(f->items, f->cap * sizeof *f->items));
  }
  f->items[f->n++] = def;
}

void functions_drop(Functions *f, FunctionDef *def) {
  for (uint32_t i = 0; i < f->n; i++) {
    if (f->items[i] != def) continue;
    f->items[i] = f->items[--f->n];
    function_def_free(def);
    return;
  }
  assert(!"a function of this list");
}

void functions_drop_database(Functions *f, const char *database) {
  uint32_t left = 0;
  for (uint32_t i = 0; i < f->n; i++) {
    if (same_database(f->items[i]->database, database)) {
      function_def_free(f->items[i]);
    } else {
      f->items[left++] = f->items[i];
    }
  }
  f->n = left;
}
